/* A run directory as the report sees it: every recorded number by its place. */
#include <config.h>

#include "initscope/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/file.h"

#include "study_internal.h"

static ins_status read_needed(const char *directory, ins_log_file file, ins_table *table,
                              ins_error *error)
{
    bool present = false;
    ins_status status = ins_table_read(directory, file, table, &present, error);
    if (status != INS_OK) return status;
    const char *name = ins_log_tables[file].file;
    if (!present)
        return ins_error_add(error, INS_DATA, "%s/%s: there is no such file", directory, name);
    if (table->rows == 0)
        return ins_error_add(error, INS_DATA, "%s/%s: there are no rows", directory, name);
    return INS_OK;
}

/* An optional file that is absent leaves its table as it is: empty. */
static ins_status read_files(const char *directory, ins_study *study, ins_error *error)
{
    bool present;
    read_needed(directory, INS_LOG_EPOCHS, &study->index->epochs, error);
    read_needed(directory, INS_LOG_LAYERS, &study->index->layers, error);
    ins_table_read(directory, INS_LOG_RUNS, &study->runs_table, &present, error);
    ins_table_read(directory, INS_LOG_FEATURES, &study->features, &present, error);
    ins_table_read(directory, INS_LOG_PHASE, &study->phase, &present, error);
    ins_study_read_optional(study, error);
    char *path = ins_path_join(directory, ins_log_tables[INS_LOG_ENVIRONMENT].file);
    ins_pairs_read_csv(path, &study->environment, &present, error);
    free(path);
    path = ins_path_join(directory, "experiment.ini");
    ins_pairs_read_ini(path, &study->experiment, &present, error);
    free(path);
    return error->status;
}

static int ascending(const void *left, const void *right)
{
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

/* Adds the epochs of the rows to epoch, each once. */
static size_t add_epochs(const row_place *places, size_t rows, ins_row_map *seen, long long *epoch,
                         size_t count)
{
    for (size_t row = 0; row < rows; row++) {
        if (places[row].run == UINT32_MAX) continue;
        if (count > 0 && epoch[count - 1] == places[row].epoch) continue;
        size_t entry = ins_row_map_put(seen, (uint64_t)places[row].epoch, count);
        if (entry == count) epoch[count++] = places[row].epoch;
    }
    return count;
}

static void list_epochs(ins_study *study, const found_rows *found)
{
    struct ins_study_index *index = study->index;
    size_t most = index->epochs.rows + index->layers.rows;
    long long *epoch = ins_allocate(most + 1, sizeof *epoch, "the epochs");
    ins_row_map seen;
    ins_row_map_start(&seen, most);
    size_t count = add_epochs(found->epochs, index->epochs.rows, &seen, epoch, 0);
    count = add_epochs(found->layers, index->layers.rows, &seen, epoch, count);
    ins_row_map_free(&seen);
    qsort(epoch, count, sizeof *epoch, ascending);
    long long *kept = ins_arena_get(index->arena, count + 1, sizeof *kept, "the epochs");
    memcpy(kept, epoch, count * sizeof *kept);
    free(epoch);
    study->epoch = kept;
    study->epochs = count;
}

static uint64_t epoch_key(const ins_study *study, size_t run, size_t epoch)
{
    return (uint64_t)run * study->epochs + epoch;
}

/* Two rows for one place are two logs in one file: neither of them can be believed. */
static void repeated(ins_error *error, const ins_study *study, ins_log_file file, size_t row,
                     size_t first)
{
    ins_error_add(error, INS_DATA, "%s/%s: data row %zu is for the same place as data row %zu",
                  study->directory, ins_log_tables[file].file, row + 1, first + 1);
}

/* Makes both indices and notes the last epoch of every run. */
static ins_status index_rows(ins_study *study, ins_run *run, const found_rows *found,
                             ins_error *error)
{
    struct ins_study_index *index = study->index;
    ins_row_map_start(&index->epoch_rows, index->epochs.rows);
    ins_row_map_start(&index->layer_rows, index->layers.rows);
    for (size_t row = 0; row < index->epochs.rows; row++) {
        const row_place *place = &found->epochs[row];
        size_t epoch = ins_study_epoch_index(study, place->epoch);
        ins_run *of = &run[place->run];
        size_t first =
            ins_row_map_put(&index->epoch_rows, epoch_key(study, place->run, epoch), row);
        if (first != row) repeated(error, study, INS_LOG_EPOCHS, row, first);
        if (of->last_index != SIZE_MAX && of->last_index > epoch) continue;
        of->last_index = epoch;
        of->last_epoch = place->epoch;
    }
    for (size_t row = 0; row < index->layers.rows; row++) {
        const row_place *place = &found->layers[row];
        if (place->run == UINT32_MAX) continue;
        size_t epoch = ins_study_epoch_index(study, place->epoch);
        size_t *last = &run[place->run].last_layer_index;
        uint64_t key = ins_place_key(study, place->run, epoch, place->layer, place->tensor);
        size_t first = ins_row_map_put(&index->layer_rows, key, row);
        if (first != row) repeated(error, study, INS_LOG_LAYERS, row, first);
        if (*last == SIZE_MAX || *last < epoch) *last = epoch;
    }
    return error->status;
}

/* As runs.csv says; without it, a run whose last training loss is not finite. A column that was
 * never filled in tells nothing. */
static void mark_diverged(const ins_study *study, ins_run *run, const found_rows *found)
{
    const char *const *status = ins_table_texts(&study->runs_table, INS_LOG_RUNS, "status");
    const double *loss = ins_table_numbers(&study->index->epochs, INS_LOG_EPOCHS, "train_loss");
    bool filled = false;
    for (size_t row = 0; loss != NULL && !filled && row < study->index->epochs.rows; row++) {
        filled = !isnan(loss[row]);
    }
    for (size_t r = 0; r < found->runs; r++) {
        size_t row = found->run[r].runs_row;
        if (status != NULL && row != ROW_NONE) {
            run[r].diverged = strcmp(status[row], "diverged") == 0;
        } else if (filled && run[r].last_index != SIZE_MAX) {
            run[r].diverged = !isfinite(ins_study_epoch(study, r, run[r].last_index, "train_loss"));
        }
    }
}

static ins_status build(ins_study *study, ins_error *error)
{
    found_rows found = {0};
    if (ins_study_find_rows(study, &found, error) == INS_OK) {
        ins_run *run = ins_arena_get(study->index->arena, found.runs + 1, sizeof *run, "the runs");
        for (size_t r = 0; r < found.runs; r++) {
            run[r] = (ins_run){.number = found.run[r].number,
                               .seed = found.run[r].seed,
                               .last_epoch = -1,
                               .last_index = SIZE_MAX,
                               .last_layer_index = SIZE_MAX};
        }
        study->run = run;
        study->runs = found.runs;
        list_epochs(study, &found);
        ins_study_make_arms(study, run, &found);
        if (index_rows(study, run, &found, error) == INS_OK) mark_diverged(study, run, &found);
        ins_study_group_optional(study, found.by_number);
    }
    ins_found_rows_free(&found);
    return error->status;
}

ins_status ins_study_read(const char *directory, ins_study *study, ins_error *error)
{
    ins_study made = {0};
    made.index = ins_allocate(1, sizeof *made.index, "the study");
    made.index->arena = ins_arena_new();
    made.directory = ins_arena_copy(made.index->arena, directory, strlen(directory));
    ins_status status = read_files(directory, &made, error);
    if (status == INS_OK) status = build(&made, error);
    if (status == INS_OK) {
        *study = made;
    } else {
        ins_study_free(&made);
    }
    return status;
}

void ins_study_free(ins_study *study)
{
    struct ins_study_index *index = study->index;
    if (index == NULL) return;
    ins_row_map_free(&index->epoch_rows);
    ins_row_map_free(&index->layer_rows);
    ins_table_free(&index->epochs);
    ins_table_free(&index->layers);
    ins_study_free_optional(study);
    ins_table_free(&study->features);
    ins_table_free(&study->phase);
    ins_table_free(&study->runs_table);
    ins_pairs_free(&study->environment);
    ins_pairs_free(&study->experiment);
    ins_arena_free(index->arena);
    free(index);
    *study = (ins_study){0};
}

double ins_study_layer(const ins_study *study, size_t run, size_t epoch, size_t layer,
                       ins_tensor tensor, const char *column)
{
    if (run >= study->runs || epoch >= study->epochs || layer > study->layers) return NAN;
    const struct ins_study_index *index = study->index;
    const double *number = ins_table_numbers(&index->layers, INS_LOG_LAYERS, column);
    if (number == NULL) return NAN;
    size_t row =
        ins_row_map_find(&index->layer_rows, ins_place_key(study, run, epoch, layer, tensor));
    return row == ROW_NONE ? NAN : number[row];
}

double ins_study_epoch(const ins_study *study, size_t run, size_t epoch, const char *column)
{
    if (run >= study->runs || epoch >= study->epochs) return NAN;
    const struct ins_study_index *index = study->index;
    const double *number = ins_table_numbers(&index->epochs, INS_LOG_EPOCHS, column);
    if (number == NULL) return NAN;
    size_t row = ins_row_map_find(&index->epoch_rows, epoch_key(study, run, epoch));
    return row == ROW_NONE ? NAN : number[row];
}

size_t ins_study_epoch_index(const ins_study *study, long long epoch)
{
    if (study->epochs == 0) return SIZE_MAX;
    const long long *found =
        bsearch(&epoch, study->epoch, study->epochs, sizeof *study->epoch, ascending);
    return found == NULL ? SIZE_MAX : (size_t)(found - study->epoch);
}

bool ins_study_has(const ins_study *study, size_t arm, ins_tensor tensor)
{
    return arm < study->arms && study->index->has[arm * INS_TENSORS + tensor];
}
