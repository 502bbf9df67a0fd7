/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that have not ended: they are listed, and stand in no arm.
 *
 * One that was interrupted and begun again is the later run: it is not listed either. */
#include <config.h>

#include "study_internal.h"

#include <stdlib.h>
#include <string.h>

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

/* A factor of a run, and a run by all that makes it what it is. */
typedef struct named_factor {
    double run;
    const char *factor, *value;
} named_factor;

typedef struct known_run {
    const char *identity;
    long long number;
} known_run;

/* By run and name, whatever the order of the file is. */
static int by_factor(const void *left, const void *right)
{
    const named_factor *a = left, *b = right;
    if (a->run != b->run) return a->run < b->run ? -1 : 1;
    const int order = strcmp(a->factor, b->factor);
    return order != 0 ? order : strcmp(a->value, b->value);
}

static int by_identity(const void *left, const void *right)
{
    const known_run *a = left, *b = right;
    const int order = strcmp(a->identity, b->identity);
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

/* Sorted; to be freed. */
static named_factor *list_factors(const ins_study *study, size_t *count)
{
    const ins_table *table = &study->index->file[INS_LOG_FACTORS].table;
    const double *run = ins_table_numbers(table, INS_FACTORS_RUN);
    const char *const *factor = ins_table_texts(table, INS_FACTORS_FACTOR);
    const char *const *value = ins_table_texts(table, INS_FACTORS_VALUE);
    const bool whole = run != NULL && factor != NULL && value != NULL;
    *count = whole ? table->rows : 0;
    named_factor *list = ins_allocate(*count + 1, sizeof *list, "factors");
    for (size_t row = 0; row < *count; row++)
        list[row] = (named_factor){run[row], factor[row], value[row]};
    qsort(list, *count, sizeof *list, by_factor);
    return list;
}

static void add_named(const named_factor *list, size_t count, double run, ins_text *out)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list[middle].run < run)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && list[low].run == run; low++)
        ins_text_add_format(out, "\002%s\001%s", list[low].factor, list[low].value);
}

/* All that makes a run what it is, in one text. */
static const char *identity_of(const ins_study *study, const found_run *run,
                               const named_factor *factors, size_t count)
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
    add_named(factors, count, (double)run->number, &out);
    const char *identity = ins_arena_copy(study->index->arena, out.data, out.length);
    ins_text_free(&out);
    return identity;
}

/* Which runs a later run of the log repeats: (runs), to be freed. */
static bool *find_superseded(const ins_study *study, const found_rows *found)
{
    size_t count;
    named_factor *factors = list_factors(study, &count);
    known_run *known = ins_allocate(found->runs + 1, sizeof *known, "the runs");
    known_run *sorted = ins_allocate(found->runs + 1, sizeof *sorted, "the runs");
    bool *superseded = ins_allocate(found->runs + 1, sizeof *superseded, "the runs");
    for (size_t r = 0; r < found->runs; r++)
        known[r] =
            (known_run){identity_of(study, &found->run[r], factors, count), found->run[r].number};
    memcpy(sorted, known, found->runs * sizeof *sorted);
    qsort(sorted, found->runs, sizeof *sorted, by_identity);
    for (size_t r = 0; r < found->runs; r++) {
        const known_run *at = bsearch(&known[r], sorted, found->runs, sizeof *sorted, by_identity);
        superseded[r] = at + 1 < sorted + found->runs && at[1].number > at->number &&
                        strcmp(at[1].identity, at->identity) == 0;
    }
    free(factors);
    free(known);
    free(sorted);
    return superseded;
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
    bool *superseded = find_superseded(study, found);
    for (size_t r = 0; r < found->runs; r++) {
        const found_run *run = &found->run[r];
        size_t state = state_of(study, run);
        const bool taken = state == WORDS || (state == INS_RUN_RUNNING && study->running);
        to[r] = taken ? (uint32_t)kept++ : UINT32_MAX;
        if (state == WORDS) continue;
        count[state]++;
        if (state == INS_RUN_INTERRUPTED && superseded[r]) continue;
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
    free(superseded);
    return error->status;
}
