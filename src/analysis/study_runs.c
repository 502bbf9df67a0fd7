/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which runs a directory holds, and to which run, epoch, layer and tensor every row belongs.
 *
 * A run is known by its number when both files have the column run, and by its initializer and seed
 * otherwise. */
#include <config.h>

#include "study_internal.h"
#include "text_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

enum { LAYER_LIMIT = 100000, EPOCH_LIMIT = 1000000000 };

typedef struct registry {
    bool by_number;
    size_t runs, capacity;
    found_run *run;
    ins_row_map numbers; /* the run's number, to the run */
    ins_row_map seeds;   /* a seed, to its rank of appearance */
    ins_row_map names;   /* initializer and seed, to the run */
    size_t seed_count;
    ins_text_map initializers; /* owned by the tables */
} registry;

/* The cells by which one table names its runs; any of them may be absent. */
typedef struct run_cells {
    const double *number, *seed;
    const char *const *initializer;
} run_cells;

static run_cells run_cells_of(const ins_table *table)
{
    const place_columns *columns = &ins_place_columns[table->file];
    return (run_cells){.number = ins_table_numbers(table, columns->run),
                       .seed = ins_table_numbers(table, columns->seed),
                       .initializer = ins_table_texts(table, columns->initializer)};
}

static void registry_start(registry *known)
{
    ins_row_map_start(&known->numbers, 0, UINT64_MAX);
    ins_row_map_start(&known->seeds, 0, UINT64_MAX);
    ins_row_map_start(&known->names, 0, UINT64_MAX);
    ins_text_map_start(&known->initializers);
    known->capacity = 64;
    known->run = ins_allocate(known->capacity, sizeof *known->run, "the runs");
}

static void registry_free(registry *known)
{
    ins_row_map_free(&known->numbers);
    ins_row_map_free(&known->seeds);
    ins_row_map_free(&known->names);
    ins_text_map_free(&known->initializers);
}

static size_t registry_add(registry *known, long long number)
{
    if (known->runs == known->capacity) {
        known->capacity = ins_multiply(known->capacity, 2, "the runs");
        known->run = ins_reallocate(known->run, known->capacity, sizeof *known->run, "the runs");
    }
    known->run[known->runs] = (found_run){.number = number, .runs_row = ROW_NONE};
    return known->runs++;
}

/* The run of a row, new or known; ROW_NONE when its number or its seed is not a whole number. */
static size_t registry_run(registry *known, const run_cells *columns, size_t row)
{
    double seed = columns->seed != NULL ? columns->seed[row] : NAN;
    bool seeded = ins_is_whole(seed, -WHOLE_LIMIT, WHOLE_LIMIT);
    const char *name = columns->initializer != NULL ? columns->initializer[row] : "";
    size_t run;
    if (known->by_number) {
        if (!ins_is_whole(columns->number[row], -WHOLE_LIMIT, WHOLE_LIMIT)) return ROW_NONE;
        long long number = (long long)columns->number[row];
        run = ins_row_map_put(&known->numbers, (uint64_t)number, known->runs);
        if (run == known->runs) registry_add(known, number);
    } else {
        if (!seeded) return ROW_NONE;
        size_t rank = ins_row_map_put(&known->seeds, (uint64_t)(long long)seed, known->seed_count);
        if (rank == known->seed_count) known->seed_count++;
        uint64_t key = (uint64_t)ins_text_map_put(&known->initializers, name) << 32 | rank;
        run = ins_row_map_put(&known->names, key, known->runs);
        if (run == known->runs) registry_add(known, (long long)known->runs + 1);
    }
    found_run *found = &known->run[run];
    if (!found->seeded && seeded) {
        found->seeded = true;
        found->seed = (long long)seed;
    }
    if (found->initializer == NULL && name[0] != '\0') found->initializer = name;
    return run;
}

/* The run and the epoch of a row. */
static bool place_in_time(registry *known, const ins_study *study, ins_log_file file,
                          const run_cells *columns, const double *epoch, size_t row,
                          row_place *place, ins_error *error)
{
    size_t run = registry_run(known, columns, row);
    if (run == ROW_NONE) {
        ins_study_bad_cell(error, study, file, row,
                           known->by_number ? "run is not a whole number"
                                            : "seed is not a whole number",
                           known->by_number ? columns->number[row] : columns->seed[row]);
        return false;
    }
    if (!ins_is_whole(epoch[row], 0, EPOCH_LIMIT)) {
        const ins_table *table = &study->index->file[file].table;
        ins_study_bad_cell(error, study, file, row,
                           table->steps ? "step is not a whole number from 0 to 1000000000"
                                        : "epoch is not a whole number from 0 to 1000000000",
                           epoch[row]);
        return false;
    }
    place->run = (uint32_t)run;
    place->epoch = (int32_t)epoch[row];
    return true;
}

static void place_epochs(registry *known, const ins_study *study, row_place *places,
                         ins_error *error)
{
    const ins_table *table = &study->index->file[INS_LOG_EPOCHS].table;
    run_cells columns = run_cells_of(table);
    const double *epoch = ins_table_numbers(table, INS_EPOCHS_EPOCH);
    for (size_t row = 0; row < table->rows; row++) {
        places[row].run = UINT32_MAX;
        place_in_time(known, study, INS_LOG_EPOCHS, &columns, epoch, row, &places[row], error);
    }
}

static void place_layers(registry *known, const ins_study *study, row_place *places,
                         ins_error *error)
{
    const ins_table *table = &study->index->file[INS_LOG_LAYERS].table;
    run_cells columns = run_cells_of(table);
    const double *epoch = ins_table_numbers(table, INS_LAYERS_EPOCH);
    const double *layer = ins_table_numbers(table, INS_LAYERS_LAYER);
    const char *const *tensor = ins_table_texts(table, INS_LAYERS_TENSOR);
    for (size_t row = 0; row < table->rows; row++) {
        row_place *place = &places[row];
        place->run = UINT32_MAX;
        place->tensor = ins_tensor_of(INS_LOG_LAYERS, tensor[row]);
        if (place->tensor == INS_TENSORS) continue;
        if (!ins_is_whole(layer[row], 0, LAYER_LIMIT)) {
            ins_study_bad_cell(error, study, INS_LOG_LAYERS, row,
                               "layer is not a whole number from 0 to 100000", layer[row]);
            continue;
        }
        place->layer = (uint32_t)layer[row];
        place_in_time(known, study, INS_LOG_LAYERS, &columns, epoch, row, place, error);
    }
}

/* runs.csv stands first: its order and its initializers are the study's. */
static void place_runs(registry *known, const ins_study *study)
{
    const ins_table *table = &study->runs_table;
    run_cells columns = run_cells_of(table);
    if (known->by_number ? columns.number == NULL
                         : columns.initializer == NULL || columns.seed == NULL)
        return;
    for (size_t row = 0; row < table->rows; row++) {
        size_t run = registry_run(known, &columns, row);
        if (run != ROW_NONE && known->run[run].runs_row == ROW_NONE) known->run[run].runs_row = row;
    }
}

/* The needed columns of one file; INS_NO_COLUMN ends them. */
static bool has_columns(const ins_study *study, const ins_table *table, const ins_column_id *needed,
                        ins_error *error)
{
    const ins_log_table *file = &ins_log_tables[table->file];
    bool complete = true;
    for (; *needed != INS_NO_COLUMN; needed++)
        complete = ins_study_has_column(study, *needed, error) && complete;
    run_cells columns = run_cells_of(table);
    if (columns.number == NULL && (columns.initializer == NULL || columns.seed == NULL)) {
        ins_error_add(error, INS_DATA,
                      "%s/%s:1: there is neither a column \"run\" nor \"initializer\" and \"seed\"",
                      study->directory, file->file);
        complete = false;
    }
    return complete;
}

/* Runs are numbered in both files, or named in both. */
static bool choose_key(registry *known, const ins_study *study, ins_error *error)
{
    run_cells epochs = run_cells_of(&study->index->file[INS_LOG_EPOCHS].table);
    run_cells layers = run_cells_of(&study->index->file[INS_LOG_LAYERS].table);
    known->by_number = epochs.number != NULL && layers.number != NULL;
    if (known->by_number || (epochs.initializer != NULL && epochs.seed != NULL &&
                             layers.initializer != NULL && layers.seed != NULL))
        return true;
    ins_error_add(error, INS_DATA,
                  "%s: epochs.csv and layers.csv do not name their runs by the same columns",
                  study->directory);
    return false;
}

void ins_found_rows_free(found_rows *found)
{
    free(found->run);
    free(found->epochs);
    free(found->layers);
    *found = (found_rows){0};
}

ins_status ins_study_find_rows(const ins_study *study, found_rows *found, ins_error *error)
{
    static const ins_column_id of_epochs[] = {INS_EPOCHS_EPOCH, INS_NO_COLUMN};
    static const ins_column_id of_layers[] = {INS_LAYERS_EPOCH, INS_LAYERS_LAYER, INS_LAYERS_TENSOR,
                                              INS_LAYERS_VARIANCE, INS_NO_COLUMN};
    const ins_table *epochs = &study->index->file[INS_LOG_EPOCHS].table,
                    *layers = &study->index->file[INS_LOG_LAYERS].table;
    bool complete = has_columns(study, epochs, of_epochs, error);
    complete = has_columns(study, layers, of_layers, error) && complete;
    registry known = {0};
    if (!complete || !choose_key(&known, study, error)) return error->status;
    registry_start(&known);
    found->epochs = ins_allocate(epochs->rows + 1, sizeof *found->epochs, "rows of epochs.csv");
    found->layers = ins_allocate(layers->rows + 1, sizeof *found->layers, "rows of layers.csv");
    place_runs(&known, study);
    place_epochs(&known, study, found->epochs, error);
    place_layers(&known, study, found->layers, error);
    found->by_number = known.by_number;
    found->runs = known.runs;
    found->run = known.run;
    registry_free(&known);
    return error->status;
}
