/* Runs that have not ended: they are listed, and stand in no arm.
 *
 * One that was interrupted and begun again is the later run: it is not listed either. */
#include <config.h>

#include "study_internal.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/text.h"

static const char *const words[] = {
    [INS_RUN_RUNNING] = "running", [INS_RUN_INTERRUPTED] = "interrupted"};

enum { WORDS = sizeof words / sizeof words[0] };

/* WORDS: it has ended. */
static size_t state_of(const ins_study *study, const found_run *run)
{
    const char *const *status = ins_table_texts(&study->runs_table, INS_RUNS_STATUS);
    size_t state = status == NULL || run->runs_row == ROW_NONE ? WORDS : 0;
    while (state < WORDS && strcmp(words[state], status[run->runs_row]) != 0) state++;
    return state;
}

const char *ins_run_state_word(ins_run_state state)
{
    return words[state];
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The rows of factors.csv of a run, in an order that does not depend on that of the file. */
static void add_named(const ins_study *study, const found_run *run, ins_text *out)
{
    const ins_table *table = &study->index->file[INS_LOG_FACTORS].table;
    const double *number = ins_table_numbers(table, INS_FACTORS_RUN);
    const char *const *factor = ins_table_texts(table, INS_FACTORS_FACTOR);
    const char *const *value = ins_table_texts(table, INS_FACTORS_VALUE);
    if (number == NULL || factor == NULL || value == NULL) return;
    const char **pair = ins_allocate(table->rows + 1, sizeof *pair, "factors");
    size_t count = 0;
    for (size_t row = 0; row < table->rows; row++)
        if (number[row] == (double)run->number)
            pair[count++] =
                ins_arena_format(study->index->arena, "%s\001%s", factor[row], value[row]);
    qsort(pair, count, sizeof *pair, by_text);
    for (size_t i = 0; i < count; i++) ins_text_add_format(out, "\002%s", pair[i]);
    free(pair);
}

/* All that makes a run what it is, in one text. */
static const char *identity_of(const ins_study *study, const found_run *run)
{
    ins_text out = {0};
    ins_text_add_format(&out, "%s\001%lld", run->initializer != NULL ? run->initializer : "",
                        run->seed);
    for (size_t c = 0; c < ins_log_columns(INS_LOG_RUNS); c++) {
        ins_column_id column = ins_column_at(INS_LOG_RUNS, c);
        if (!ins_is_factor_column(column) || run->runs_row == ROW_NONE) continue;
        const char *const *text = ins_table_texts(&study->runs_table, column);
        const double *number = ins_table_numbers(&study->runs_table, column);
        if (text != NULL) ins_text_add_format(&out, "\001%s", text[run->runs_row]);
        if (number != NULL) ins_text_add_format(&out, "\001%.17g", number[run->runs_row]);
    }
    add_named(study, run, &out);
    const char *identity = ins_arena_copy(study->index->arena, out.data, out.length);
    ins_text_free(&out);
    return identity;
}

/* A later run of the log is the same. */
static bool is_superseded(const ins_study *study, const found_rows *found, size_t run)
{
    const char *identity = identity_of(study, &found->run[run]);
    for (size_t r = 0; r < found->runs; r++) {
        const found_run *other = &found->run[r];
        if (other->number > found->run[run].number && other->seed == found->run[run].seed &&
            strcmp(identity, identity_of(study, other)) == 0)
            return true;
    }
    return false;
}

static void move_rows(row_place *places, size_t rows, const uint32_t *to)
{
    for (size_t row = 0; row < rows; row++)
        if (places[row].run != UINT32_MAX) places[row].run = to[places[row].run];
}

ins_status ins_study_set_aside(ins_study *study, found_rows *found, ins_error *error)
{
    size_t kept = 0, count[WORDS] = {0};
    ins_unfinished *listed =
        ins_arena_get(study->index->arena, found->runs + 1, sizeof *listed, "the runs");
    uint32_t *to = ins_allocate(found->runs + 1, sizeof *to, "the runs");
    for (size_t r = 0; r < found->runs; r++) {
        const found_run *run = &found->run[r];
        size_t state = state_of(study, run);
        to[r] = state < WORDS ? UINT32_MAX : (uint32_t)kept++;
        if (state == WORDS) continue;
        count[state]++;
        if (state == INS_RUN_INTERRUPTED && is_superseded(study, found, r)) continue;
        listed[study->unfinished_runs++] =
            (ins_unfinished){run->number, run->initializer, run->seed, (ins_run_state)state};
    }
    study->unfinished = listed;
    if (kept < found->runs) {
        move_rows(found->epochs, study->index->file[INS_LOG_EPOCHS].table.rows, to);
        move_rows(found->layers, study->index->file[INS_LOG_LAYERS].table.rows, to);
        for (size_t r = 0; r < found->runs; r++)
            if (to[r] != UINT32_MAX) found->run[to[r]] = found->run[r];
        if (kept == 0)
            ins_error_add(error, INS_DATA,
                          "%s: no run has ended yet (%zu running, %zu interrupted)",
                          study->directory, count[INS_RUN_RUNNING], count[INS_RUN_INTERRUPTED]);
        found->runs = kept;
    }
    free(to);
    return error->status;
}
