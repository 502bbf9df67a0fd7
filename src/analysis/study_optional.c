/* The files that a run directory may lack: symmetry, histograms, theory, depth, singular values.
 * Their rows are grouped by the place that they describe; one that describes none is passed over.
 */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const ins_log_file files[] = {INS_LOG_SYMMETRY, INS_LOG_HISTOGRAMS, INS_LOG_THEORY,
                                     INS_LOG_DEPTH, INS_LOG_SPECTRUM};

enum { FILES = sizeof files / sizeof files[0] };

/* What names a place in one table. A file without epochs is about epoch 0, one without tensors
 * about layers as a whole, one without layers about the network. */
typedef struct place_columns {
    const double *number, *seed, *epoch, *layer;
    const char *const *initializer, *const *tensor;
    bool timed, layers, tensors; /* the file has such a column by its definition */
} place_columns;

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
        ins_table *table = &study->index->optional[files[i]].table;
        ins_table_read(study->directory, files[i], table, &present, error);
    }
    return error->status;
}

static place_columns columns_of(const ins_table *table, ins_log_file file)
{
    return (place_columns){.number = ins_table_numbers(table, file, "run"),
                           .seed = ins_table_numbers(table, file, "seed"),
                           .epoch = ins_table_numbers(table, file, "epoch"),
                           .layer = ins_table_numbers(table, file, "layer"),
                           .initializer = ins_table_texts(table, file, "initializer"),
                           .tensor = ins_table_texts(table, file, "tensor"),
                           .timed = ins_column_index(file, "epoch") >= 0,
                           .layers = ins_column_index(file, "layer") >= 0,
                           .tensors = ins_column_index(file, "tensor") >= 0};
}

static bool whole(double value, double most)
{
    return value >= 0 && value <= most && value == floor(value);
}

static bool is_named(const ins_study *study, size_t run, const char *initializer, double seed)
{
    return (double)study->run[run].seed == seed &&
           strcmp(study->arm[study->run[run].arm].initializer, initializer) == 0;
}

/* ROW_NONE: the row is of no known run. */
static size_t run_of(finder *f, const place_columns *columns, size_t row)
{
    const double most = 9e15; /* doubles count exactly so far */
    if (f->by_number) {
        if (columns->number == NULL || !whole(fabs(columns->number[row]), most)) return ROW_NONE;
        return ins_row_map_find(&f->numbers, (uint64_t)(long long)columns->number[row]);
    }
    if (columns->initializer == NULL || columns->seed == NULL) return ROW_NONE;
    for (size_t i = 0; i < f->study->runs; i++) {
        size_t run = (f->last + i) % f->study->runs;
        if (!is_named(f->study, run, columns->initializer[row], columns->seed[row])) continue;
        f->last = run;
        return run;
    }
    return ROW_NONE;
}

/* False when the row is about nothing that the study knows. */
static bool key_of(finder *f, const place_columns *columns, size_t row, uint64_t *key)
{
    const ins_study *study = f->study;
    size_t epoch = 0, layer = 0, tensor = 0;
    if (columns->layers) {
        if (columns->layer == NULL || !whole(columns->layer[row], (double)study->layers))
            return false;
        layer = (size_t)columns->layer[row];
    }
    if (columns->timed) {
        if (columns->epoch == NULL || !whole(columns->epoch[row], 1e9)) return false;
        epoch = ins_study_epoch_index(study, (long long)columns->epoch[row]);
        if (epoch == SIZE_MAX) return false;
    }
    if (columns->tensors) {
        if (columns->tensor == NULL) return false;
        tensor = ins_tensor_of(columns->tensor[row]);
        if (tensor == INS_TENSORS) return false;
    }
    size_t run = run_of(f, columns, row);
    if (run == ROW_NONE) return false;
    *key = ins_place_key(study, run, epoch, layer, tensor);
    return true;
}

/* Counts, adds up, fills in: rows of a group become neighbours and keep their order. */
static void group_rows(finder *f, ins_log_file file, grouped_table *grouped)
{
    size_t rows = grouped->table.rows;
    place_columns columns = columns_of(&grouped->table, file);
    uint32_t *group = ins_allocate(rows + 1, sizeof *group, "groups of rows");
    grouped->start = ins_allocate(rows + 2, sizeof *grouped->start, "groups of rows");
    grouped->row = ins_allocate(rows + 1, sizeof *grouped->row, "groups of rows");
    for (size_t row = 0; row < rows; row++) {
        uint64_t key;
        group[row] = UINT32_MAX;
        if (!key_of(f, &columns, row, &key)) continue;
        size_t number = ins_row_map_put(&grouped->group, key, grouped->groups);
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

void ins_study_group_optional(ins_study *study, bool by_number)
{
    finder f = {.study = study, .by_number = by_number};
    ins_row_map_start(&f.numbers, study->runs);
    for (size_t run = 0; run < study->runs; run++) {
        ins_row_map_put(&f.numbers, (uint64_t)study->run[run].number, run);
    }
    for (size_t i = 0; i < FILES; i++) {
        grouped_table *grouped = &study->index->optional[files[i]];
        ins_row_map_start(&grouped->group, grouped->table.rows);
        group_rows(&f, files[i], grouped);
    }
    ins_row_map_free(&f.numbers);
}

void ins_study_free_optional(ins_study *study)
{
    for (size_t i = 0; i < FILES; i++) {
        grouped_table *grouped = &study->index->optional[files[i]];
        ins_row_map_free(&grouped->group);
        ins_table_free(&grouped->table);
        free(grouped->start);
        free(grouped->row);
    }
}

bool ins_study_has_file(const ins_study *study, ins_log_file file)
{
    return study->index->optional[file].groups > 0;
}

/* The rows of a place: *row is the first of as many as are returned. */
static size_t rows_of(const ins_study *study, ins_log_file file, uint64_t key, const uint32_t **row)
{
    const grouped_table *grouped = &study->index->optional[file];
    if (grouped->groups == 0) return 0;
    size_t group = ins_row_map_find(&grouped->group, key);
    if (group == ROW_NONE) return 0;
    *row = grouped->row + grouped->start[group];
    return grouped->start[group + 1] - grouped->start[group];
}

static bool inside(const ins_study *study, size_t run, size_t epoch, size_t layer)
{
    return run < study->runs && epoch < study->epochs && layer <= study->layers;
}

static double number_at(const ins_study *study, ins_log_file file, uint64_t key, const char *column)
{
    const uint32_t *row;
    const double *number = ins_table_numbers(&study->index->optional[file].table, file, column);
    if (number == NULL || rows_of(study, file, key, &row) == 0) return NAN;
    return number[row[0]];
}

double ins_study_symmetry(const ins_study *study, size_t run, size_t epoch, size_t layer,
                          const char *column)
{
    if (!inside(study, run, epoch, layer)) return NAN;
    return number_at(study, INS_LOG_SYMMETRY, ins_place_key(study, run, epoch, layer, 0), column);
}

double ins_study_theory(const ins_study *study, size_t run, size_t layer, ins_tensor tensor,
                        const char *column)
{
    if (!inside(study, run, 0, layer)) return NAN;
    return number_at(study, INS_LOG_THEORY, ins_place_key(study, run, 0, layer, tensor), column);
}

double ins_study_depth(const ins_study *study, size_t run, const char *column)
{
    if (!inside(study, run, 0, 0)) return NAN;
    return number_at(study, INS_LOG_DEPTH, ins_place_key(study, run, 0, 0, 0), column);
}

size_t ins_study_histogram(const ins_study *study, size_t run, size_t epoch, size_t layer,
                           ins_tensor tensor, ins_bin *bin, size_t most)
{
    const ins_table *table = &study->index->optional[INS_LOG_HISTOGRAMS].table;
    const double *lower = ins_table_numbers(table, INS_LOG_HISTOGRAMS, "lower");
    const double *upper = ins_table_numbers(table, INS_LOG_HISTOGRAMS, "upper");
    const double *number = ins_table_numbers(table, INS_LOG_HISTOGRAMS, "count");
    const uint32_t *row;
    if (!inside(study, run, epoch, layer) || lower == NULL || upper == NULL || number == NULL)
        return 0;
    size_t count =
        rows_of(study, INS_LOG_HISTOGRAMS, ins_place_key(study, run, epoch, layer, tensor), &row);
    for (size_t i = 0; i < count && i < most; i++) {
        bin[i] = (ins_bin){lower[row[i]], upper[row[i]], number[row[i]]};
    }
    return count;
}

size_t ins_study_spectrum(const ins_study *study, size_t run, size_t epoch, size_t layer,
                          double *value, size_t most)
{
    const double *singular = ins_table_numbers(&study->index->optional[INS_LOG_SPECTRUM].table,
                                               INS_LOG_SPECTRUM, "singular_value");
    const uint32_t *row;
    if (!inside(study, run, epoch, layer) || singular == NULL) return 0;
    size_t count =
        rows_of(study, INS_LOG_SPECTRUM, ins_place_key(study, run, epoch, layer, 0), &row);
    for (size_t i = 0; i < count && i < most; i++) value[i] = singular[row[i]];
    return count;
}
