/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a run directory: its files, its runs and arms, its epochs, and where every row belongs. */
#include <config.h>

#include "initscope/study.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/manifest.h"

#include "study_internal.h"

/* Of layers.csv, nearly all of what is read, what no page asks for. */
static const ins_column_id useless[] = {INS_LAYERS_SKEWNESS, INS_LAYERS_KURTOSIS,
                                        INS_LAYERS_MINIMUM, INS_NO_COLUMN};
static const ins_column_id none[] = {INS_NO_COLUMN};

static ins_status read_needed(const ins_study *study, ins_log_file file, ins_error *error)
{
    const char *directory = study->directory;
    ins_table *table = &study->index->file[file].table;
    bool present = false;
    ins_status status =
        ins_table_read_without(directory, file, study->running,
                               file == INS_LOG_LAYERS ? useless : none, table, &present, error);
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
    const bool running = study->running;
    ins_table *factors = &study->index->file[INS_LOG_FACTORS].table;
    ins_table *network = &study->index->file[INS_LOG_NETWORK].table;
    bool present;
    read_needed(study, INS_LOG_EPOCHS, error);
    read_needed(study, INS_LOG_LAYERS, error);
    ins_table_read(directory, INS_LOG_RUNS, running, &study->runs_table, &present, error);
    ins_table_read(directory, INS_LOG_FEATURES, running, &study->features, &present, error);
    ins_table_read(directory, INS_LOG_OUTPUTS, running, &study->outputs, &present, error);
    ins_table_read(directory, INS_LOG_PHASE, running, &study->phase, &present, error);
    ins_table_read(directory, INS_LOG_FACTORS, running, factors, &present, error);
    ins_table_read(directory, INS_LOG_NETWORK, running, network, &present, error);
    ins_study_read_optional(study, error);
    char *path = ins_path_join(directory, ins_log_tables[INS_LOG_ENVIRONMENT].file);
    ins_pairs_read_csv(path, &study->environment, &present, error);
    free(path);
    path = ins_path_join(directory, "experiment.ini");
    ins_pairs_read_ini(path, &study->experiment, &present, error);
    free(path);
    return error->status;
}

/* The most that are numbered together: the runs of all files that name them. */
static ins_status count_rows(const ins_study *study, ins_error *error)
{
    size_t rows = study->runs_table.rows;
    for (size_t file = 0; file < INS_LOG_FILES; file++) rows += study->index->file[file].table.rows;
    if (rows <= ROW_MAP_MOST) return INS_OK;
    return ins_error_add(error, INS_DATA,
                         "%s: there are %zu rows, more than %zu: report on a part of the runs",
                         study->directory, rows, ROW_MAP_MOST);
}

static int ascending(const void *left, const void *right)
{
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

/* The different epochs of rows. */
typedef struct epoch_list {
    size_t count, capacity;
    long long *epoch;
    ins_row_map seen;
} epoch_list;

/* Adds the epochs of the rows, each once. */
static void add_epochs(epoch_list *list, const row_place *places, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        if (places[row].run == UINT32_MAX) continue;
        if (row > 0 && places[row - 1].run != UINT32_MAX &&
            places[row - 1].epoch == places[row].epoch)
            continue;
        size_t entry = ins_row_map_put(&list->seen, (uint64_t)places[row].epoch, list->count);
        if (entry < list->count) continue;
        if (list->count == list->capacity) {
            list->capacity = ins_multiply(list->capacity, 2, "the epochs");
            list->epoch =
                ins_reallocate(list->epoch, list->capacity, sizeof *list->epoch, "the epochs");
        }
        list->epoch[list->count++] = places[row].epoch;
    }
}

static void list_epochs(ins_study *study, const found_rows *found)
{
    struct ins_study_index *index = study->index;
    epoch_list list = {.capacity = 64};
    list.epoch = ins_allocate(list.capacity, sizeof *list.epoch, "the epochs");
    ins_row_map_start(&list.seen, 0, UINT64_MAX);
    add_epochs(&list, found->epochs, index->file[INS_LOG_EPOCHS].table.rows);
    add_epochs(&list, found->layers, index->file[INS_LOG_LAYERS].table.rows);
    ins_row_map_free(&list.seen);
    qsort(list.epoch, list.count, sizeof *list.epoch, ascending);
    long long *kept = ins_arena_get(index->arena, list.count + 1, sizeof *kept, "the epochs");
    memcpy(kept, list.epoch, list.count * sizeof *kept);
    free(list.epoch);
    study->epoch = kept;
    study->epochs = list.count;
    study->start = ins_epoch_of(study, 0);
}

/* Rows for a place that had one: two logs in one file, of which neither can be believed. */
typedef struct repetition {
    size_t rows;
    size_t row, first; /* of the first of them */
} repetition;

static void complain_of(const repetition *again, const ins_study *study, ins_log_file file,
                        ins_error *error)
{
    ins_text more = {0};
    if (again->rows == 0) return;
    ins_text_add(&more, "");
    if (again->rows > 1)
        ins_text_add_format(&more, ", and so %s %zu more", again->rows > 2 ? "are" : "is",
                            again->rows - 1);
    ins_error_add(error, INS_DATA, "%s/%s: data row %zu is for the same place as data row %zu%s",
                  study->directory, ins_log_tables[file].file, again->row + 1, again->first + 1,
                  more.data);
    ins_text_free(&more);
}

/* Finds the places of one file, and the last epoch that each run has in it: (runs) last. */
static void index_rows(ins_study *study, ins_log_file file, const row_place *places,
                       ins_epoch_index *last, ins_error *error)
{
    placed_table *placed = &study->index->file[file];
    repetition again = {0};
    ins_row_map_start(&placed->place, placed->table.rows, ins_place_keys(study));
    for (size_t row = 0; row < placed->table.rows; row++) {
        const row_place *at = &places[row];
        if (at->run == UINT32_MAX) continue;
        ins_site site = {at->run, ins_epoch_of(study, at->epoch), at->layer, at->tensor};
        size_t first = ins_row_map_put(&placed->place, ins_place_key(study, site), row);
        if (first != row && again.rows++ == 0) again = (repetition){1, row, first};
        if (last[at->run].ordinal < site.epoch.ordinal) last[at->run] = site.epoch;
    }
    complain_of(&again, study, file, error);
}

static ins_status index_both(ins_study *study, ins_run *run, const found_rows *found,
                             ins_error *error)
{
    ins_epoch_index *last = ins_allocate(2 * found->runs + 1, sizeof *last, "the last epochs");
    ins_epoch_index *last_layers = last + found->runs;
    index_rows(study, INS_LOG_EPOCHS, found->epochs, last, error);
    index_rows(study, INS_LOG_LAYERS, found->layers, last_layers, error);
    for (size_t r = 0; r < found->runs; r++) {
        run[r].last = last[r];
        run[r].last_layers = last_layers[r];
    }
    free(last);
    return error->status;
}

/* As runs.csv says; without it, a run whose last training loss is not finite. A column that was
 * never filled in tells nothing. */
static void mark_diverged(const ins_study *study, ins_run *run, const found_rows *found)
{
    const char *const *status = ins_table_texts(&study->runs_table, INS_RUNS_STATUS);
    const ins_table *epochs = &study->index->file[INS_LOG_EPOCHS].table;
    const double *loss = ins_table_numbers(epochs, INS_EPOCHS_TRAIN_LOSS);
    bool filled = false;
    for (size_t row = 0; loss != NULL && !filled && row < epochs->rows; row++) {
        filled = !isnan(loss[row]);
    }
    for (size_t r = 0; r < found->runs; r++) {
        size_t row = found->run[r].runs_row;
        if (status != NULL && row != ROW_NONE) {
            run[r].diverged = strcmp(status[row], "diverged") == 0;
        } else if (filled && ins_is_recorded(run[r].last)) {
            ins_site end = {.run = r, .epoch = run[r].last};
            run[r].diverged = !isfinite(ins_number(study, INS_EPOCHS_TRAIN_LOSS, end));
        }
    }
}

/* As experiment.ini says; without it, as the column is called. */
static const char *time_of(const ins_study *study)
{
    static const char *const epoch = "epoch", *const step = "step";
    const char *told = ins_pairs_get(&study->experiment, "time");
    if (told != NULL && strcmp(told, epoch) == 0) return epoch;
    if (told != NULL && strcmp(told, step) == 0) return step;
    return study->index->file[INS_LOG_EPOCHS].table.steps ? step : epoch;
}

/* The cells that name a place have done their work when it is known. */
static void drop_places(ins_study *study, ins_log_file file)
{
    const place_columns *of = &ins_place_columns[file];
    const ins_column_id column[] = {of->run,   of->initializer, of->seed,
                                    of->epoch, of->layer,       of->tensor};
    for (size_t i = 0; i < sizeof column / sizeof column[0]; i++)
        if (column[i] != INS_NO_COLUMN) ins_table_drop(&study->index->file[file].table, column[i]);
}

static ins_status build(ins_study *study, ins_error *error)
{
    found_rows found = {0};
    study->time = time_of(study);
    if (ins_study_find_rows(study, &found, error) == INS_OK &&
        ins_study_set_aside(study, &found, error) == INS_OK) {
        drop_places(study, INS_LOG_EPOCHS);
        drop_places(study, INS_LOG_LAYERS);
        ins_run *run = ins_arena_get(study->index->arena, found.runs + 1, sizeof *run, "the runs");
        for (size_t r = 0; r < found.runs; r++) {
            run[r] = (ins_run){.number = found.run[r].number, .seed = found.run[r].seed};
        }
        study->run = run;
        study->runs = found.runs;
        list_epochs(study, &found);
        bool arms = ins_study_make_arms(study, run, &found, error) == INS_OK;
        if (arms && index_both(study, run, &found, error) == INS_OK) {
            mark_diverged(study, run, &found);
            ins_study_find_doubts(study, run, &found);
        }
        if (arms && error->status == INS_OK) ins_study_break_chains(study);
        if (arms) ins_study_group_optional(study, found.by_number);
    }
    ins_found_rows_free(&found);
    return error->status;
}

/* The directory may be replaced by another run while its files are read: then *replaced. */
static ins_status read_once(const char *directory, bool running, ins_study *study, bool *replaced,
                            ins_error *error)
{
    struct stat before = {0}, after = {0};
    /* As long as it is open no other directory is given its number. */
    const int open = ins_file_open(directory, O_RDONLY | O_DIRECTORY);
    if (open >= 0) fstat(open, &before);
    ins_study made = {.running = running};
    made.index = ins_allocate(1, sizeof *made.index, "the study");
    made.index->arena = ins_arena_new();
    made.directory = ins_arena_copy(made.index->arena, directory, strlen(directory));
    const int hold = ins_log_hold(directory);
    ins_status status = ins_log_check_whole(directory, error);
    if (status == INS_OK)
        status = ins_manifest_compare(directory, INS_MANIFEST_LOGS, &made.changes, error);
    if (status == INS_OK) status = read_files(directory, &made, error);
    ins_log_release(hold);
    stat(directory, &after);
    if (open >= 0) close(open);
    *replaced = before.st_ino != after.st_ino || before.st_dev != after.st_dev;
    if (*replaced) {
        ins_error_clear(error);
        status = ins_error_add(error, INS_DATA, "%s: was replaced while it was read", directory);
    }
    if (status == INS_OK) status = count_rows(&made, error);
    if (status == INS_OK) status = build(&made, error);
    if (status == INS_OK) {
        *study = made;
    } else {
        ins_study_free(&made);
    }
    return status;
}

static ins_status read_study(const char *directory, bool running, ins_study *study,
                             ins_error *error)
{
    enum { TRIES = 10 };
    ins_status status = INS_OK;
    bool replaced = true;
    for (int i = 0; i < TRIES && replaced; i++) {
        const struct timespec pause = {.tv_nsec = 5000000 * i};
        nanosleep(&pause, NULL);
        ins_error_clear(error);
        status = read_once(directory, running, study, &replaced, error);
    }
    return status;
}

ins_status ins_study_read(const char *directory, ins_study *study, ins_error *error)
{
    return read_study(directory, false, study, error);
}

ins_status ins_study_read_running(const char *directory, ins_study *study, ins_error *error)
{
    return read_study(directory, true, study, error);
}

void ins_study_warn(const ins_study *study, ins_text *out)
{
    char directory[INS_DISPLAY_SIZE];
    ins_display(directory, study->directory, strlen(study->directory));
    for (const char *line = out != NULL ? study->changes.data : NULL;
         line != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        ins_text_add_line(out, "%s/%.*s", directory, (int)length, line);
        line += length + (line[length] == '\n');
    }
}

void ins_study_free(ins_study *study)
{
    struct ins_study_index *index = study->index;
    if (index == NULL) return;
    for (size_t file = 0; file < INS_LOG_FILES; file++) {
        placed_table *placed = &index->file[file];
        ins_row_map_free(&placed->place);
        ins_table_free(&placed->table);
        free(placed->start);
        free(placed->row);
    }
    ins_table_free(&study->features);
    ins_table_free(&study->outputs);
    ins_table_free(&study->phase);
    ins_table_free(&study->runs_table);
    ins_pairs_free(&study->environment);
    ins_pairs_free(&study->experiment);
    ins_text_free(&study->changes);
    ins_arena_free(index->arena);
    free(index);
    *study = (ins_study){0};
}
