/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Every recorded number by its place. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

const place_columns ins_place_columns[INS_LOG_FILES] = {
    [INS_LOG_RUNS] = {.run = INS_RUNS_RUN,
                      .initializer = INS_RUNS_INITIALIZER,
                      .seed = INS_RUNS_SEED},
    [INS_LOG_EPOCHS] = {.run = INS_EPOCHS_RUN,
                        .initializer = INS_EPOCHS_INITIALIZER,
                        .seed = INS_EPOCHS_SEED,
                        .epoch = INS_EPOCHS_EPOCH},
    [INS_LOG_LAYERS] = {.run = INS_LAYERS_RUN,
                        .initializer = INS_LAYERS_INITIALIZER,
                        .seed = INS_LAYERS_SEED,
                        .epoch = INS_LAYERS_EPOCH,
                        .layer = INS_LAYERS_LAYER,
                        .tensor = INS_LAYERS_TENSOR},
    [INS_LOG_SYMMETRY] = {.run = INS_SYMMETRY_RUN,
                          .initializer = INS_SYMMETRY_INITIALIZER,
                          .seed = INS_SYMMETRY_SEED,
                          .epoch = INS_SYMMETRY_EPOCH,
                          .layer = INS_SYMMETRY_LAYER},
    [INS_LOG_HISTOGRAMS] = {.run = INS_HISTOGRAMS_RUN,
                            .initializer = INS_HISTOGRAMS_INITIALIZER,
                            .seed = INS_HISTOGRAMS_SEED,
                            .epoch = INS_HISTOGRAMS_EPOCH,
                            .layer = INS_HISTOGRAMS_LAYER,
                            .tensor = INS_HISTOGRAMS_TENSOR},
    [INS_LOG_STEPS] = {.run = INS_STEPS_RUN,
                       .epoch = INS_STEPS_EPOCH,
                       .layer = INS_STEPS_LAYER,
                       .tensor = INS_STEPS_TENSOR},
    [INS_LOG_TOKENS] = {.run = INS_TOKENS_RUN,
                        .epoch = INS_TOKENS_EPOCH,
                        .layer = INS_TOKENS_LAYER},
    [INS_LOG_THEORY] = {.run = INS_THEORY_RUN,
                        .initializer = INS_THEORY_INITIALIZER,
                        .layer = INS_THEORY_LAYER,
                        .tensor = INS_THEORY_TENSOR},
    [INS_LOG_DEPTH] = {.run = INS_DEPTH_RUN, .initializer = INS_DEPTH_INITIALIZER},
    [INS_LOG_SPECTRUM] = {.run = INS_SPECTRUM_RUN,
                          .initializer = INS_SPECTRUM_INITIALIZER,
                          .seed = INS_SPECTRUM_SEED,
                          .epoch = INS_SPECTRUM_EPOCH,
                          .layer = INS_SPECTRUM_LAYER},
};

bool ins_is_whole(double value, double minimum, double maximum)
{
    return value >= minimum && value <= maximum && value == floor(value);
}

void ins_study_bad_cell(ins_error *error, const ins_study *study, ins_log_file file, size_t row,
                        const char *what, double value)
{
    char number[INS_NUMBER_SIZE];
    ins_format_number(number, value);
    ins_error_add(error, INS_DATA, "%s/%s: %s in data row %zu (got \"%s\")", study->directory,
                  ins_log_tables[file].file, what, row + 1, isnan(value) ? "" : number);
}

bool ins_study_has_column(const ins_study *study, ins_column_id column, ins_error *error)
{
    const ins_log_table *file = &ins_log_tables[ins_column_file(column)];
    const ins_table *table = &study->index->file[ins_column_file(column)].table;
    if (ins_table_numbers(table, column) != NULL || ins_table_texts(table, column) != NULL)
        return true;
    ins_error_add(error, INS_DATA, "%s/%s:1: there is no column \"%s\"", study->directory,
                  file->file, file->columns[ins_column_place(column)].name);
    return false;
}

ins_tensor ins_tensor_of(ins_log_file file, const char *name)
{
    static const char *const of_steps[INS_STEP_TENSORS] = {"preactivation", "state", "delta"};
    unsigned tensor = 0;
    if (file == INS_LOG_STEPS) {
        while (tensor < INS_STEP_TENSORS && strcmp(of_steps[tensor], name) != 0) tensor++;
        return tensor < INS_STEP_TENSORS ? (ins_tensor)tensor : INS_TENSORS;
    }
    while (tensor < INS_TENSORS && strcmp(ins_tensor_table[tensor].name, name) != 0) tensor++;
    return (ins_tensor)tensor;
}

uint64_t ins_place_keys(const ins_study *study)
{
    return (uint64_t)study->runs * (study->epochs + 1) * (study->layers + 1) * INS_TENSORS;
}

uint64_t ins_place_key(const ins_study *study, ins_site site)
{
    uint64_t moment = (uint64_t)site.run * (study->epochs + 1) + site.epoch.ordinal;
    return (moment * (study->layers + 1) + site.layer) * INS_TENSORS + site.tensor;
}

/* The rows of a place: *row is the first of as many as are returned. A row that no group holds is
 * its own number, kept in *single. */
static size_t rows_at(const ins_study *study, ins_log_file file, ins_site site,
                      const uint32_t **row, uint32_t *single)
{
    const placed_table *placed = &study->index->file[file];
    const place_columns *columns = &ins_place_columns[file];
    if (columns->epoch == INS_NO_COLUMN) {
        site.epoch = INS_NOT_RECORDED;
    } else if (!ins_is_recorded(site.epoch)) {
        return 0;
    }
    if (columns->layer == INS_NO_COLUMN) site.layer = 0;
    if (columns->tensor == INS_NO_COLUMN) site.tensor = (ins_tensor)0;
    if (placed->table.rows == 0 || site.run >= study->runs || site.epoch.ordinal > study->epochs ||
        site.layer > study->layers)
        return 0;
    size_t found = ins_row_map_find(&placed->place, ins_place_key(study, site));
    if (found == ROW_NONE) return 0;
    if (placed->start == NULL) {
        *single = (uint32_t)found;
        *row = single;
        return 1;
    }
    *row = placed->row + placed->start[found];
    return placed->start[found + 1] - placed->start[found];
}

double ins_number(const ins_study *study, ins_column_id column, ins_site site)
{
    ins_log_file file = ins_column_file(column);
    const double *number = ins_table_numbers(&study->index->file[file].table, column);
    const uint32_t *row;
    uint32_t single;
    if (number == NULL || rows_at(study, file, site, &row, &single) == 0) return NAN;
    return number[row[0]];
}

size_t ins_study_histogram(const ins_study *study, ins_site site, ins_bin *bin, size_t most)
{
    const ins_table *table = &study->index->file[INS_LOG_HISTOGRAMS].table;
    const double *lower = ins_table_numbers(table, INS_HISTOGRAMS_LOWER);
    const double *upper = ins_table_numbers(table, INS_HISTOGRAMS_UPPER);
    const double *number = ins_table_numbers(table, INS_HISTOGRAMS_COUNT);
    const uint32_t *row;
    uint32_t single;
    if (lower == NULL || upper == NULL || number == NULL) return 0;
    size_t count = rows_at(study, INS_LOG_HISTOGRAMS, site, &row, &single);
    for (size_t i = 0; i < count && i < most; i++) {
        bin[i] = (ins_bin){lower[row[i]], upper[row[i]], number[row[i]]};
    }
    return count;
}

size_t ins_study_spectrum(const ins_study *study, ins_site site, double *value, size_t most)
{
    const ins_table *table = &study->index->file[INS_LOG_SPECTRUM].table;
    const double *singular = ins_table_numbers(table, INS_SPECTRUM_SINGULAR_VALUE);
    const uint32_t *row;
    uint32_t single;
    if (singular == NULL) return 0;
    size_t count = rows_at(study, INS_LOG_SPECTRUM, site, &row, &single);
    for (size_t i = 0; i < count && i < most; i++) value[i] = singular[row[i]];
    return count;
}

/* The rows of a place are in the order of their steps. */
static size_t step_rows(const ins_study *study, ins_site site, ins_step_tensor tensor,
                        const uint32_t **row, const double **step)
{
    uint32_t single;
    *step = ins_table_numbers(&study->index->file[INS_LOG_STEPS].table, INS_STEPS_STEP);
    site.tensor = (ins_tensor)tensor;
    return *step == NULL ? 0 : rows_at(study, INS_LOG_STEPS, site, row, &single);
}

size_t ins_study_steps(const ins_study *study, ins_site site, ins_step_tensor tensor)
{
    const uint32_t *row;
    const double *step;
    size_t rows = step_rows(study, site, tensor, &row, &step);
    return rows == 0 ? 0 : (size_t)step[row[rows - 1]];
}

double ins_step_number(const ins_study *study, ins_column_id column, ins_site site,
                       ins_step_tensor tensor, size_t step)
{
    const double *number = ins_table_numbers(&study->index->file[INS_LOG_STEPS].table, column);
    const uint32_t *row;
    const double *of_row;
    size_t rows = step_rows(study, site, tensor, &row, &of_row), low = 0, high = rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (of_row[row[middle]] < (double)step)
            low = middle + 1;
        else
            high = middle;
    }
    return number != NULL && low < rows && of_row[row[low]] == (double)step ? number[row[low]]
                                                                            : (double)NAN;
}

static int ascending(const void *left, const void *right)
{
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

ins_epoch_index ins_epoch_of(const ins_study *study, long long number)
{
    if (study->epochs == 0) return INS_NOT_RECORDED;
    const long long *found =
        bsearch(&number, study->epoch, study->epochs, sizeof *study->epoch, ascending);
    return found == NULL ? INS_NOT_RECORDED : ins_epoch_at((size_t)(found - study->epoch));
}

long long ins_epoch_number(const ins_study *study, ins_epoch_index epoch)
{
    return ins_is_recorded(epoch) ? study->epoch[ins_epoch_place(epoch)] : -1;
}

ins_epoch_index ins_last_epoch(const ins_study *study)
{
    return (ins_epoch_index){study->epochs};
}

size_t ins_hidden_layers(const ins_arm *arm)
{
    return arm->layers > 0 ? arm->layers - 1 : 0;
}

bool ins_study_has(const ins_study *study, size_t arm, ins_tensor tensor)
{
    return arm < study->arms && study->index->has[arm * INS_TENSORS + tensor];
}

bool ins_study_has_file(const ins_study *study, ins_log_file file)
{
    return study->index->file[file].groups > 0;
}
