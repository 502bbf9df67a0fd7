/* Arms: runs that differ in their seed only.
 *
 * A factor of runs.csv distinguishes arms, and stands in their labels, when it varies between runs
 * that agree in the factors before it. So a learning rate that goes with its optimizer is not
 * repeated beside it. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

const factor_row ins_factor_rows[FACTORS] = {
    [FACTOR_ACTIVATION] = {INS_RUNS_ACTIVATION, "activation", "%s"},
    [FACTOR_HIDDEN] = {INS_RUNS_HIDDEN, "shape", "%s"},
    [FACTOR_OPTIMIZER] = {INS_RUNS_OPTIMIZER, "optimizer", "%s"},
    [FACTOR_LEARNING_RATE] = {INS_RUNS_LEARNING_RATE, "learning rate", "learning rate %s"},
    [FACTOR_DROPOUT] = {INS_RUNS_DROPOUT, "dropout", "dropout %s"},
    [FACTOR_WEIGHT_DECAY] = {INS_RUNS_WEIGHT_DECAY, "weight decay", "weight decay %s"},
    [FACTOR_BATCH] = {INS_RUNS_BATCH, "batch", "batch %s"},
};

const char *ins_factor_text(ins_arena *arena, const char *phrase, const char *value)
{
    const char *place = strstr(phrase, "%s");
    return ins_arena_format(arena, "%.*s%s%s", (int)(place - phrase), phrase, value, place + 2);
}

/* value[factor][run], NULL when it is not known; shown: it distinguishes arms. */
typedef struct factor_values {
    const char **value[FACTORS];
    bool shown[FACTORS];
} factor_values;

/* "64,64,64" as "3x64" and "128,64" as "128-64": a label's commas separate factors. */
static const char *shape_label(ins_arena *arena, const char *hidden)
{
    if (strchr(hidden, ',') == NULL) return hidden;
    ins_text out = {0};
    while (*hidden != '\0') {
        size_t length = strcspn(hidden, ",");
        size_t times = 0;
        const char *next = hidden;
        while (strncmp(next, hidden, length) == 0 &&
               (next[length] == ',' || next[length] == '\0')) {
            times++;
            next += length;
            if (*next == '\0') break;
            next++;
        }
        if (out.length > 0) ins_text_add(&out, "-");
        if (times > 1) ins_text_add_format(&out, "%zux", times);
        ins_text_add_bytes(&out, hidden, length);
        if (*next == '\0' || next == hidden) break;
        hidden = next;
    }
    const char *label = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return label;
}

static const char *value_text(const ins_study *study, size_t which, size_t row)
{
    ins_arena *arena = study->index->arena;
    ins_column_id column = ins_factor_rows[which].column;
    const char *const *text = ins_table_texts(&study->runs_table, column);
    if (text != NULL) return which == FACTOR_HIDDEN ? shape_label(arena, text[row]) : text[row];
    const double *number = ins_table_numbers(&study->runs_table, column);
    if (number == NULL || isnan(number[row])) return NULL;
    char digits[INS_NUMBER_SIZE];
    return ins_arena_copy(arena, digits, ins_format_number(digits, number[row]));
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_factors(const factor_values *values, size_t a, size_t b)
{
    for (size_t f = 0; f < FACTORS; f++) {
        if (values->shown[f] && !same_text(values->value[f][a], values->value[f][b])) return false;
    }
    return true;
}

/* True when factor f differs between two runs that agree in the factors shown so far. */
static bool distinguishes(const factor_values *values, size_t f, size_t runs, size_t *first)
{
    size_t groups = 0; /* first[g]: the first run of a group of agreeing runs */
    for (size_t run = 0; run < runs; run++) {
        size_t g = 0;
        while (g < groups && !same_factors(values, first[g], run)) g++;
        if (g == groups) first[groups++] = run;
        if (!same_text(values->value[f][first[g]], values->value[f][run])) return true;
    }
    return false;
}

static void read_factors(const ins_study *study, const found_rows *found, factor_values *values)
{
    size_t *scratch = ins_allocate(found->runs + 1, sizeof *scratch, "the arms");
    for (size_t f = 0; f < FACTORS; f++) {
        values->value[f] = ins_allocate(found->runs + 1, sizeof *values->value[f], "the factors");
        for (size_t run = 0; run < found->runs; run++) {
            size_t row = found->run[run].runs_row;
            values->value[f][run] = row == ROW_NONE ? NULL : value_text(study, f, row);
        }
        values->shown[f] = distinguishes(values, f, found->runs, scratch);
    }
    free(scratch);
}

static const char *arm_label(const factor_values *values, const char *initializer, size_t run,
                             ins_arena *arena)
{
    const char *label = initializer;
    for (size_t f = 0; f < FACTORS; f++) {
        const char *value = values->value[f][run];
        if (!values->shown[f] || value == NULL) continue;
        label = ins_arena_format(arena, "%s, %s", label,
                                 ins_factor_text(arena, ins_factor_rows[f].phrase, value));
    }
    return label;
}

static int by_seed(const void *left, const void *right)
{
    const ins_run *a = *(const ins_run *const *)left, *b = *(const ins_run *const *)right;
    if (a->seed != b->seed) return a->seed < b->seed ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Lists the runs of an arm by seed. Runs without a seed are numbered in their order, so that they
 * can be paired. */
static void list_runs(ins_study *study, ins_run *run, const found_rows *found, size_t arm,
                      ins_arm *out)
{
    const ins_run **member = ins_allocate(found->runs + 1, sizeof *member, "the runs of an arm");
    size_t members = 0;
    for (size_t i = 0; i < found->runs; i++) {
        if (run[i].arm != arm) continue;
        if (!found->run[i].seeded) run[i].seed = (long long)members + 1;
        member[members++] = &run[i];
    }
    qsort(member, members, sizeof *member, by_seed);
    size_t *list = ins_arena_get(study->index->arena, members, sizeof *list, "the runs of an arm");
    for (size_t i = 0; i < members; i++) list[i] = (size_t)(member[i] - run);
    free(member);
    out->runs = members;
    out->run = list;
}

/* How many layers each arm has, and which tensors. */
static void look_at_layers(ins_study *study, const ins_run *run, const found_rows *found,
                           ins_arm *arm)
{
    bool *has = ins_arena_get(study->index->arena, study->arms + 1, INS_TENSORS, "the tensors");
    for (size_t row = 0; row < study->index->file[INS_LOG_LAYERS].table.rows; row++) {
        const row_place *place = &found->layers[row];
        if (place->run == UINT32_MAX) continue;
        size_t a = run[place->run].arm;
        if (arm[a].layers < place->layer) arm[a].layers = place->layer;
        if (study->layers < place->layer) study->layers = place->layer;
        has[a * INS_TENSORS + place->tensor] = true;
    }
    study->index->has = has;
}

void ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found)
{
    ins_arena *arena = study->index->arena;
    factor_values values = {0};
    read_factors(study, found, &values);
    ins_arm *arm = ins_arena_get(arena, found->runs + 1, sizeof *arm, "the arms");
    size_t *first = ins_allocate(found->runs + 1, sizeof *first, "the arms");
    for (size_t i = 0; i < found->runs; i++) {
        const char *initializer = found->run[i].initializer;
        if (initializer == NULL) initializer = ins_arena_format(arena, "run %lld", run[i].number);
        size_t a = 0;
        while (a < study->arms && (strcmp(arm[a].initializer, initializer) != 0 ||
                                   !same_factors(&values, first[a], i)))
            a++;
        run[i].arm = a;
        if (a < study->arms) continue;
        first[study->arms++] = i;
        arm[a].initializer = initializer;
        arm[a].label = arm_label(&values, initializer, i, arena);
        arm[a].activation = values.value[FACTOR_ACTIVATION][i];
        arm[a].hidden = values.value[FACTOR_HIDDEN][i];
        arm[a].optimizer = values.value[FACTOR_OPTIMIZER][i];
    }
    for (size_t a = 0; a < study->arms; a++) list_runs(study, run, found, a, &arm[a]);
    look_at_layers(study, run, found, arm);
    study->arm = arm;
    free(first);
    for (size_t f = 0; f < FACTORS; f++) free(values.value[f]);
}
