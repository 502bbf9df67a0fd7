/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that a run directory may lack: symmetry, histograms, time steps, tokens, theory, depth,
 * singular values. Their rows are grouped by the place that they describe; one that describes none
 * is passed over. */
#include <config.h>

#include "study_internal.h"

#include <stdlib.h>
#include <string.h>

static const ins_log_file files[] = {INS_LOG_SYMMETRY, INS_LOG_HISTOGRAMS, INS_LOG_STEPS,
                                     INS_LOG_TOKENS,   INS_LOG_THEORY,     INS_LOG_DEPTH,
                                     INS_LOG_SPECTRUM};

enum { FILES = sizeof files / sizeof files[0] };

/* The cells that name a place in one table. A file without epochs is about epoch 0, one without
 * tensors about layers as a whole, one without layers about the network. */
typedef struct place_cells {
    const double *number, *seed, *epoch, *layer;
    const char *const *initializer, *const *tensor;
} place_cells;

/* The runs by number, and the one found last by name: rows of a run stand together. */
typedef struct finder {
    const ins_study *study;
    bool by_number;
    ins_row_map numbers;
    size_t last;
} finder;

ins_status ins_study_read_optional(ins_study *study, ins_error *error)
{
    bool present;
    for (size_t i = 0; i < FILES; i++) {
        ins_table *table = &study->index->file[files[i]].table;
        ins_table_read(study->directory, files[i], study->running, table, &present, error);
    }
    return error->status;
}

static place_cells cells_of(const ins_table *table)
{
    const place_columns *columns = &ins_place_columns[table->file];
    return (place_cells){.number = ins_table_numbers(table, columns->run),
                         .seed = ins_table_numbers(table, columns->seed),
                         .epoch = ins_table_numbers(table, columns->epoch),
                         .layer = ins_table_numbers(table, columns->layer),
                         .initializer = ins_table_texts(table, columns->initializer),
                         .tensor = ins_table_texts(table, columns->tensor)};
}

static bool is_named(const ins_study *study, size_t run, const char *initializer, double seed)
{
    return (double)study->run[run].seed == seed &&
           strcmp(study->arm[study->run[run].arm].initializer, initializer) == 0;
}

/* ROW_NONE: the row is of no known run. */
static size_t run_of(finder *f, const place_cells *cells, size_t row)
{
    if (f->by_number) {
        if (cells->number == NULL || !ins_is_whole(cells->number[row], -WHOLE_LIMIT, WHOLE_LIMIT))
            return ROW_NONE;
        return ins_row_map_find(&f->numbers, (uint64_t)(long long)cells->number[row]);
    }
    if (cells->initializer == NULL || cells->seed == NULL) return ROW_NONE;
    for (size_t i = 0; i < f->study->runs; i++) {
        size_t run = (f->last + i) % f->study->runs;
        if (!is_named(f->study, run, cells->initializer[row], cells->seed[row])) continue;
        f->last = run;
        return run;
    }
    return ROW_NONE;
}

/* False when the row is about nothing that the study knows. */
static bool find_site(finder *f, ins_log_file file, const place_cells *cells, size_t row,
                      ins_site *site)
{
    const ins_study *study = f->study;
    const place_columns *columns = &ins_place_columns[file];
    *site = (ins_site){0};
    if (columns->layer != INS_NO_COLUMN) {
        if (cells->layer == NULL || !ins_is_whole(cells->layer[row], 0, (double)study->layers))
            return false;
        site->layer = (size_t)cells->layer[row];
    }
    if (columns->epoch != INS_NO_COLUMN) {
        if (cells->epoch == NULL || !ins_is_whole(cells->epoch[row], 0, WHOLE_LIMIT)) return false;
        site->epoch = ins_epoch_of(study, (long long)cells->epoch[row]);
        if (!ins_is_recorded(site->epoch)) return false;
    }
    if (columns->tensor != INS_NO_COLUMN) {
        if (cells->tensor == NULL) return false;
        site->tensor = ins_tensor_of(file, cells->tensor[row]);
        if (site->tensor == INS_TENSORS) return false;
    }
    site->run = run_of(f, cells, row);
    return site->run != ROW_NONE;
}

/* A row of a time step says which. */
static bool has_its_step(const ins_table *table, size_t row)
{
    const double *step = ins_table_numbers(table, INS_STEPS_STEP);
    return table->file != INS_LOG_STEPS ||
           (step != NULL && ins_is_whole(step[row], 1, INS_MOST_TIME_STEPS));
}

/* Counts, adds up, fills in: rows of a group become neighbours and keep their order. */
static void group_rows(finder *f, placed_table *grouped)
{
    size_t rows = grouped->table.rows;
    place_cells cells = cells_of(&grouped->table);
    uint32_t *group = ins_allocate(rows + 1, sizeof *group, "groups of rows");
    grouped->start = ins_allocate(rows + 2, sizeof *grouped->start, "groups of rows");
    grouped->row = ins_allocate(rows + 1, sizeof *grouped->row, "groups of rows");
    for (size_t row = 0; row < rows; row++) {
        ins_site site;
        group[row] = UINT32_MAX;
        if (!has_its_step(&grouped->table, row) ||
            !find_site(f, grouped->table.file, &cells, row, &site))
            continue;
        size_t number =
            ins_row_map_put(&grouped->place, ins_place_key(f->study, site), grouped->groups);
        grouped->groups += number == grouped->groups;
        group[row] = (uint32_t)number;
        grouped->start[number + 1]++;
    }
    for (size_t g = 0; g < grouped->groups; g++) grouped->start[g + 1] += grouped->start[g];
    uint32_t *next = ins_allocate(grouped->groups + 1, sizeof *next, "groups of rows");
    memcpy(next, grouped->start, grouped->groups * sizeof *next);
    for (size_t row = 0; row < rows; row++) {
        if (group[row] != UINT32_MAX) grouped->row[next[group[row]]++] = (uint32_t)row;
    }
    free(next);
    free(group);
}

typedef struct step_row {
    double step;
    uint32_t row;
} step_row;

static int by_step(const void *left, const void *right)
{
    const step_row *a = left, *b = right;
    if (a->step != b->step) return a->step < b->step ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Time steps may stand in any order: those of a place are looked up by their number. */
static void sort_steps(placed_table *grouped)
{
    const double *step = ins_table_numbers(&grouped->table, INS_STEPS_STEP);
    if (step == NULL) return;
    step_row *sorted = ins_allocate(grouped->table.rows + 1, sizeof *sorted, "time steps");
    for (size_t g = 0; g < grouped->groups; g++) {
        uint32_t *row = grouped->row + grouped->start[g];
        size_t count = grouped->start[g + 1] - grouped->start[g];
        for (size_t i = 0; i < count; i++) sorted[i] = (step_row){step[row[i]], row[i]};
        qsort(sorted, count, sizeof *sorted, by_step);
        for (size_t i = 0; i < count; i++) row[i] = sorted[i].row;
    }
    free(sorted);
}

void ins_study_group_optional(ins_study *study, bool by_number)
{
    finder f = {.study = study, .by_number = by_number};
    ins_row_map_start(&f.numbers, study->runs, UINT64_MAX);
    for (size_t run = 0; run < study->runs; run++) {
        ins_row_map_put(&f.numbers, (uint64_t)study->run[run].number, run);
    }
    for (size_t i = 0; i < FILES; i++) {
        placed_table *grouped = &study->index->file[files[i]];
        ins_row_map_start(&grouped->place, grouped->table.rows, ins_place_keys(study));
        group_rows(&f, grouped);
        if (files[i] == INS_LOG_STEPS) sort_steps(grouped);
    }
    ins_row_map_free(&f.numbers);
}
