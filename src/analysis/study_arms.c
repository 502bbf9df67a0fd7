/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Arms: runs that differ in their seed only.
 *
 * A factor of runs.csv or factors.csv distinguishes arms, and stands in their labels, when it
 * varies between runs that agree in the factors before it. So a learning rate that goes with its
 * optimizer is not repeated beside it. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/list.h"
#include "initscope/text.h"

#include "groups.h"
#include "text_map.h"

/* A column of runs.csv, its name, and the printf format of a value of it beside others. The network
 * stands in the place of the hidden layers. */
static const struct {
    ins_column_id column;
    const char *name, *phrase;
} columns[] = {
    {INS_RUNS_ACTIVATION, "activation", "%s"},
    {INS_RUNS_HIDDEN, "shape", "%s"},
    {INS_RUNS_OPTIMIZER, "optimizer", "%s"},
    {INS_RUNS_LEARNING_RATE, "learning rate", "learning rate %s"},
    {INS_RUNS_DROPOUT, "dropout", "dropout %s"},
    {INS_RUNS_WEIGHT_DECAY, "weight decay", "weight decay %s"},
    {INS_RUNS_BATCH, "batch", "batch %s"},
};

enum { COLUMNS = sizeof columns / sizeof columns[0], NETWORK = 1 /* its place among them */ };

bool ins_is_factor_column(ins_column_id column)
{
    size_t c = 0;
    while (c < COLUMNS && columns[c].column != column) c++;
    return c < COLUMNS || column == INS_RUNS_NETWORK;
}

const char *ins_factor_text(ins_arena *arena, const char *phrase, const char *value)
{
    const char *place = strstr(phrase, "%s");
    return ins_arena_format(arena, "%.*s%s%s", (int)(place - phrase), phrase, value, place + 2);
}

/* A factor by run. */
typedef struct run_factor {
    ins_column_id column; /* INS_NO_COLUMN: of factors.csv */
    const char *name, *phrase;
    const char **value; /* (runs) as recorded; NULL: not known */
    const char *
        *label; /* (runs) the same in an arm's label; equal where the values mean the same */
    bool shown; /* it distinguishes arms */
} run_factor;

typedef struct run_factors {
    size_t count;
    run_factor *factor; /* (count) */
} run_factors;

static const char *text_at(const ins_study *study, ins_column_id column, size_t row)
{
    const char *const *text = ins_table_texts(&study->runs_table, column);
    return text != NULL ? text[row] : NULL;
}

static const char *value_at(const ins_study *study, ins_column_id column, size_t row)
{
    const double *number = ins_table_numbers(&study->runs_table, column);
    if (number == NULL || isnan(number[row])) return text_at(study, column, row);
    char digits[INS_NUMBER_SIZE];
    return ins_arena_copy(study->index->arena, digits, ins_format_number(digits, number[row]));
}

/* The labels of networks, and how many of the same label there were. */
typedef struct network_labels {
    ins_text_map networks, labels;
    ins_list alike;   /* size_t by label */
    ins_list labeled; /* const char * by network */
} network_labels;

/* Networks whose labels are the same though they are not are numbered. */
static const char *network_label(ins_arena *arena, network_labels *known, const char *network)
{
    size_t at = ins_text_map_put(&known->networks, network);
    if (at < known->labeled.count) return ((const char **)known->labeled.items)[at];
    const char *label = ins_network_label(arena, network);
    size_t same = ins_text_map_put(&known->labels, label);
    if (same == known->alike.count) *(size_t *)ins_list_add(arena, &known->alike, sizeof same) = 0;
    size_t alike = ++((size_t *)known->alike.items)[same];
    if (alike > 1) label = ins_arena_format(arena, "%s (%zu)", label, alike);
    *(const char **)ins_list_add(arena, &known->labeled, sizeof label) = label;
    return label;
}

/* The network of a run, or its hidden layers where that is not told. */
static void read_network(const ins_study *study, const found_rows *found, run_factor *out)
{
    ins_arena *arena = study->index->arena;
    network_labels known = {0};
    bool shapes = true;
    ins_text_map_start(&known.networks);
    ins_text_map_start(&known.labels);
    for (size_t run = 0; run < found->runs; run++) {
        size_t row = found->run[run].runs_row;
        const char *network = row == ROW_NONE ? NULL : text_at(study, INS_RUNS_NETWORK, row);
        if (row == ROW_NONE) continue;
        bool shape = network == NULL || ins_is_shape(network);
        bool told = network != NULL && *network != '\0';
        out->value[run] = told ? network : text_at(study, INS_RUNS_HIDDEN, row);
        shapes = shapes && shape;
        if (out->value[run] != NULL)
            out->label[run] = shape ? ins_shape_label(arena, out->value[run])
                                    : network_label(arena, &known, out->value[run]);
    }
    ins_text_map_free(&known.networks);
    ins_text_map_free(&known.labels);
    if (shapes) return;
    out->column = INS_RUNS_NETWORK;
    out->name = "network";
}

/* True when a factor differs between two runs of a group, which agree in the factors shown so far;
 * then groups are parted by it. */
static bool distinguishes(const run_factor *of, size_t *group, size_t runs)
{
    ins_text_map labels;
    size_t *label = ins_allocate(runs + 1, sizeof *label, "the arms");
    ins_text_map_start(&labels);
    for (size_t run = 0; run < runs; run++) label[run] = ins_text_map_put(&labels, of->label[run]);
    ins_text_map_free(&labels);
    bool parted = ins_groups_part(group, label, runs);
    free(label);
    return parted;
}

static void read_column(const ins_study *study, const found_rows *found, size_t column,
                        run_factor *out)
{
    ins_arena *arena = study->index->arena;
    *out = (run_factor){
        .column = columns[column].column,
        .name = columns[column].name,
        .phrase = columns[column].phrase,
        .value = ins_arena_get(arena, found->runs + 1, sizeof *out->value, "the factors"),
        .label = ins_arena_get(arena, found->runs + 1, sizeof *out->label, "the factors")};
    if (column == NETWORK) {
        read_network(study, found, out);
        return;
    }
    for (size_t run = 0; run < found->runs; run++) {
        size_t row = found->run[run].runs_row;
        if (row != ROW_NONE) out->label[run] = out->value[run] = value_at(study, out->column, row);
    }
}

/* "residual_init" is said as words, with its value behind them. */
static void read_named(ins_arena *arena, const named_factors *named, size_t f, run_factor *out)
{
    char *words = ins_arena_copy(arena, named->name[f], strlen(named->name[f]));
    for (char *c = words; *c != '\0'; c++)
        if (*c == '_') *c = ' ';
    *out = (run_factor){.name = words,
                        .phrase = ins_arena_format(arena, "%s %%s", words),
                        .value = named->value[f],
                        .label = named->value[f]};
}

/* group: (runs) those that agree in all factors that are shown, from 0 in their order. */
static run_factors read_factors(const ins_study *study, const found_rows *found,
                                const named_factors *named, size_t *group)
{
    ins_arena *arena = study->index->arena;
    run_factors out = {.count = COLUMNS + named->count};
    out.factor = ins_arena_get(arena, out.count, sizeof *out.factor, "the factors");
    for (size_t f = 0; f < out.count; f++) {
        if (f < COLUMNS)
            read_column(study, found, f, &out.factor[f]);
        else
            read_named(arena, named, f - COLUMNS, &out.factor[f]);
        out.factor[f].shown = distinguishes(&out.factor[f], group, found->runs);
    }
    return out;
}

static const char *arm_label(const run_factors *factors, const char *initializer, size_t run,
                             ins_arena *arena)
{
    const char *label = initializer;
    for (size_t f = 0; f < factors->count; f++) {
        const run_factor *of = &factors->factor[f];
        if (!of->shown || of->label[run] == NULL) continue;
        label = ins_arena_format(arena, "%s, %s", label,
                                 ins_factor_text(arena, of->phrase, of->label[run]));
    }
    return label;
}

/* The same by arm, for those who ask for levels, where runs.csv numbers its runs. */
static void keep_factors(ins_study *study, const run_factors *factors, const ins_arm *arm)
{
    ins_arena *arena = study->index->arena;
    recorded_factor *kept = ins_arena_get(arena, factors->count, sizeof *kept, "the factors");
    bool numbered = ins_table_numbers(&study->runs_table, INS_RUNS_RUN) != NULL;
    for (size_t f = 0; f < factors->count; f++) {
        const run_factor *of = &factors->factor[f];
        const char **level = ins_arena_get(arena, study->arms + 1, sizeof *level, "the factors");
        bool known = numbered || of->column == INS_NO_COLUMN;
        for (size_t a = 0; a < study->arms; a++) {
            const char *value = of->column == INS_RUNS_NETWORK ? of->label[arm[a].run[0]]
                                                               : of->value[arm[a].run[0]];
            level[a] = known && value != NULL ? value : "";
        }
        kept[f] = (recorded_factor){of->column, of->name, of->phrase, level};
    }
    study->index->factors = factors->count;
    study->index->factor = kept;
}

static int by_seed(const void *left, const void *right)
{
    const ins_run *a = *(const ins_run *const *)left, *b = *(const ins_run *const *)right;
    if (a->seed != b->seed) return a->seed < b->seed ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Lists the runs of every arm by seed. Runs without a seed are numbered in their order, so that
 * they can be paired. */
static void list_runs(ins_study *study, ins_run *run, const found_rows *found, ins_arm *arm)
{
    const ins_run **member = ins_allocate(found->runs + 1, sizeof *member, "the runs of an arm");
    size_t *first = ins_allocate(study->arms + 1, sizeof *first, "the runs of an arm");
    size_t *list = ins_arena_get(study->index->arena, found->runs + 1, sizeof *list, "the runs");
    for (size_t i = 0; i < found->runs; i++) first[run[i].arm + 1]++;
    for (size_t a = 0; a < study->arms; a++) first[a + 1] += first[a];
    for (size_t i = 0; i < found->runs; i++) {
        ins_arm *of = &arm[run[i].arm];
        if (!found->run[i].seeded) run[i].seed = (long long)of->runs + 1;
        member[first[run[i].arm] + of->runs++] = &run[i];
    }
    for (size_t a = 0; a < study->arms; a++) {
        qsort(member + first[a], arm[a].runs, sizeof *member, by_seed);
        arm[a].run = list + first[a];
    }
    for (size_t i = 0; i < found->runs; i++) list[i] = (size_t)(member[i] - run);
    free(first);
    free(member);
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

static const char *label_of(const run_factors *factors, ins_column_id column, size_t run)
{
    for (size_t f = 0; f < factors->count; f++)
        if (factors->factor[f].column == column) return factors->factor[f].label[run];
    return NULL;
}

ins_status ins_study_make_arms(ins_study *study, ins_run *run, const found_rows *found,
                               ins_error *error)
{
    ins_arena *arena = study->index->arena;
    named_factors named;
    if (ins_study_named_factors(study, found, &named, error) != INS_OK) return error->status;
    size_t *group = ins_allocate(found->runs + 1, sizeof *group, "the arms");
    run_factors factors = read_factors(study, found, &named, group);
    ins_arm *arm = ins_arena_get(arena, found->runs + 1, sizeof *arm, "the arms");
    ins_text_map initializers;
    ins_row_map arms;
    ins_text_map_start(&initializers);
    ins_row_map_start(&arms, found->runs, UINT64_MAX);
    for (size_t i = 0; i < found->runs; i++) {
        const char *initializer = found->run[i].initializer;
        if (initializer == NULL) initializer = ins_arena_format(arena, "run %lld", run[i].number);
        uint64_t key = (uint64_t)ins_text_map_put(&initializers, initializer) << 32 | group[i];
        size_t a = run[i].arm = ins_row_map_put(&arms, key, study->arms);
        if (a < study->arms) continue;
        study->arms++;
        arm[a].initializer = initializer;
        arm[a].label = arm_label(&factors, initializer, i, arena);
        arm[a].activation = label_of(&factors, INS_RUNS_ACTIVATION, i);
        arm[a].hidden = label_of(&factors, INS_RUNS_HIDDEN, i);
        arm[a].optimizer = label_of(&factors, INS_RUNS_OPTIMIZER, i);
        arm[a].network = factors.factor[NETWORK].value[i];
        arm[a].network_label = factors.factor[NETWORK].label[i];
    }
    ins_row_map_free(&arms);
    ins_text_map_free(&initializers);
    free(group);
    list_runs(study, run, found, arm);
    keep_factors(study, &factors, arm);
    look_at_layers(study, run, found, arm);
    ins_study_list_streams(study, run, found);
    study->arm = arm;
    return ins_study_read_graph(study, arm, run, found, error);
}
