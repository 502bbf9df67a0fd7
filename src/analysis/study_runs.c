/* Which runs a directory holds, and to which run, epoch, layer and tensor every row belongs.
 *
 * A run is known by its number when both files have the column run, and by its initializer and seed
 * otherwise. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

/* Doubles count exactly up to here. */
#define WHOLE_LIMIT 9007199254740992.0

enum { LAYER_LIMIT = 100000, EPOCH_LIMIT = 1000000000 };

typedef struct registry {
    bool by_number;
    size_t runs;
    found_run *run;
    ins_row_map numbers; /* the run's number, to the run */
    ins_row_map seeds;   /* a seed, to its rank of appearance */
    ins_row_map names;   /* initializer and seed, to the run */
    size_t seed_count;
    const char **initializer; /* distinct ones */
    size_t initializers;
    ins_arena *arena;
} registry;

/* The columns by which one table names its runs; any of them may be absent. */
typedef struct run_columns {
    const double *number, *seed;
    const char *const *initializer;
} run_columns;

static run_columns run_columns_of(const ins_table *table, ins_log_file file)
{
    return (run_columns){.number = ins_table_numbers(table, file, "run"),
                         .seed = ins_table_numbers(table, file, "seed"),
                         .initializer = ins_table_texts(table, file, "initializer")};
}

static void registry_start(registry *known, const ins_study *study)
{
    size_t rows = study->index->epochs.rows + study->index->layers.rows + study->runs_table.rows;
    known->run = ins_allocate(rows + 1, sizeof *known->run, "the runs");
    known->initializer = ins_allocate(rows + 1, sizeof *known->initializer, "the initializers");
    ins_row_map_start(&known->numbers, rows);
    ins_row_map_start(&known->seeds, rows);
    ins_row_map_start(&known->names, rows);
    known->arena = study->index->arena;
}

static void registry_free(registry *known)
{
    ins_row_map_free(&known->numbers);
    ins_row_map_free(&known->seeds);
    ins_row_map_free(&known->names);
    free(known->initializer);
}

static bool whole(double value, double minimum, double maximum)
{
    return value >= minimum && value <= maximum && value == floor(value);
}

/* Few initializers, so a walk; the last one is tried first because rows of a run stand together. */
static size_t initializer_rank(registry *known, const char *name)
{
    for (size_t i = known->initializers; i-- > 0;) {
        if (strcmp(known->initializer[i], name) == 0) return i;
    }
    known->initializer[known->initializers] = ins_arena_copy(known->arena, name, strlen(name));
    return known->initializers++;
}

static size_t registry_add(registry *known, long long number)
{
    known->run[known->runs] = (found_run){.number = number, .runs_row = ROW_NONE};
    return known->runs++;
}

/* The run of a row, new or known; ROW_NONE when its number or its seed is not a whole number. */
static size_t registry_run(registry *known, const run_columns *columns, size_t row)
{
    double seed = columns->seed != NULL ? columns->seed[row] : NAN;
    bool seeded = whole(seed, -WHOLE_LIMIT, WHOLE_LIMIT);
    const char *name = columns->initializer != NULL ? columns->initializer[row] : NULL;
    size_t run;
    if (known->by_number) {
        if (!whole(columns->number[row], -WHOLE_LIMIT, WHOLE_LIMIT)) return ROW_NONE;
        long long number = (long long)columns->number[row];
        run = ins_row_map_put(&known->numbers, (uint64_t)number, known->runs);
        if (run == known->runs) registry_add(known, number);
    } else {
        if (!seeded) return ROW_NONE;
        size_t rank = ins_row_map_put(&known->seeds, (uint64_t)(long long)seed, known->seed_count);
        if (rank == known->seed_count) known->seed_count++;
        uint64_t key = (uint64_t)initializer_rank(known, name) << 32 | rank;
        run = ins_row_map_put(&known->names, key, known->runs);
        if (run == known->runs) registry_add(known, (long long)known->runs + 1);
    }
    found_run *found = &known->run[run];
    if (!found->seeded && seeded) {
        found->seeded = true;
        found->seed = (long long)seed;
    }
    if (found->initializer == NULL && name != NULL && name[0] != '\0') {
        found->initializer = known->initializer[initializer_rank(known, name)];
    }
    return run;
}

/* A problem of one cell. Physical lines are not known any more here: data rows are counted. */
static void bad_cell(ins_error *error, const ins_study *study, ins_log_file file, size_t row,
                     const char *what, double value)
{
    char number[INS_NUMBER_SIZE];
    ins_format_number(number, value);
    ins_error_add(error, INS_DATA, "%s/%s: %s in data row %zu (got \"%s\")", study->directory,
                  ins_log_tables[file].file, what, row + 1, isnan(value) ? "" : number);
}

/* The run and the epoch of a row. */
static bool place_in_time(registry *known, const ins_study *study, ins_log_file file,
                          const run_columns *columns, const double *epoch, size_t row,
                          row_place *place, ins_error *error)
{
    size_t run = registry_run(known, columns, row);
    if (run == ROW_NONE) {
        bad_cell(error, study, file, row,
                 known->by_number ? "run is not a whole number" : "seed is not a whole number",
                 known->by_number ? columns->number[row] : columns->seed[row]);
        return false;
    }
    if (!whole(epoch[row], 0, EPOCH_LIMIT)) {
        bad_cell(error, study, file, row, "epoch is not a whole number from 0 to 1000000000",
                 epoch[row]);
        return false;
    }
    place->run = (uint32_t)run;
    place->epoch = (long long)epoch[row];
    return true;
}

static void place_epochs(registry *known, const ins_study *study, row_place *places,
                         ins_error *error)
{
    const ins_table *table = &study->index->epochs;
    run_columns columns = run_columns_of(table, INS_LOG_EPOCHS);
    const double *epoch = ins_table_numbers(table, INS_LOG_EPOCHS, "epoch");
    for (size_t row = 0; row < table->rows; row++) {
        places[row].run = UINT32_MAX;
        place_in_time(known, study, INS_LOG_EPOCHS, &columns, epoch, row, &places[row], error);
    }
}

size_t ins_tensor_of(const char *name)
{
    size_t tensor = 0;
    while (tensor < INS_TENSORS && strcmp(ins_tensor_table[tensor].name, name) != 0) tensor++;
    return tensor;
}

static void place_layers(registry *known, const ins_study *study, row_place *places,
                         ins_error *error)
{
    const ins_table *table = &study->index->layers;
    run_columns columns = run_columns_of(table, INS_LOG_LAYERS);
    const double *epoch = ins_table_numbers(table, INS_LOG_LAYERS, "epoch");
    const double *layer = ins_table_numbers(table, INS_LOG_LAYERS, "layer");
    const char *const *tensor = ins_table_texts(table, INS_LOG_LAYERS, "tensor");
    for (size_t row = 0; row < table->rows; row++) {
        row_place *place = &places[row];
        place->run = UINT32_MAX;
        place->tensor = (uint32_t)ins_tensor_of(tensor[row]);
        if (place->tensor == INS_TENSORS) continue;
        if (!whole(layer[row], 0, LAYER_LIMIT)) {
            bad_cell(error, study, INS_LOG_LAYERS, row,
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
    run_columns columns = run_columns_of(table, INS_LOG_RUNS);
    if (known->by_number ? columns.number == NULL
                         : columns.initializer == NULL || columns.seed == NULL)
        return;
    for (size_t row = 0; row < table->rows; row++) {
        size_t run = registry_run(known, &columns, row);
        if (run != ROW_NONE && known->run[run].runs_row == ROW_NONE) known->run[run].runs_row = row;
    }
}

/* The needed columns of one file. */
static bool has_columns(const ins_study *study, ins_log_file file, const ins_table *table,
                        const char *const *names, ins_error *error)
{
    bool complete = true;
    for (; *names != NULL; names++) {
        if (ins_table_numbers(table, file, *names) != NULL ||
            ins_table_texts(table, file, *names) != NULL)
            continue;
        ins_error_add(error, INS_DATA, "%s/%s:1: there is no column \"%s\"", study->directory,
                      ins_log_tables[file].file, *names);
        complete = false;
    }
    run_columns columns = run_columns_of(table, file);
    if (columns.number == NULL && (columns.initializer == NULL || columns.seed == NULL)) {
        ins_error_add(error, INS_DATA,
                      "%s/%s:1: there is neither a column \"run\" nor \"initializer\" and \"seed\"",
                      study->directory, ins_log_tables[file].file);
        complete = false;
    }
    return complete;
}

/* Runs are numbered in both files, or named in both. */
static bool choose_key(registry *known, const ins_study *study, ins_error *error)
{
    run_columns epochs = run_columns_of(&study->index->epochs, INS_LOG_EPOCHS);
    run_columns layers = run_columns_of(&study->index->layers, INS_LOG_LAYERS);
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
    static const char *const of_epochs[] = {"epoch", NULL};
    static const char *const of_layers[] = {"epoch", "layer", "tensor", "variance", NULL};
    const ins_table *epochs = &study->index->epochs, *layers = &study->index->layers;
    bool complete = has_columns(study, INS_LOG_EPOCHS, epochs, of_epochs, error);
    complete = has_columns(study, INS_LOG_LAYERS, layers, of_layers, error) && complete;
    registry known = {0};
    if (!complete || !choose_key(&known, study, error)) return error->status;
    registry_start(&known, study);
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
