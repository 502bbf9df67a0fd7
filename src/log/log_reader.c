/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a log into columns: cells go straight into arrays that double when full. */
#include <config.h>

#include "initscope/log_reader.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/ini.h"
#include "initscope/text.h"

#include "intern.h"
#include "log_internal.h"

/* Values of a column outside its range. */
typedef struct excess {
    size_t rows;
    size_t line, field; /* of the first */
    double value;
    char shown[INS_DISPLAY_SIZE];
} excess;

typedef struct loader {
    const char *path;
    const ins_column *columns; /* of the ins_log_table */
    ins_table *table;
    size_t capacity; /* rows that the arrays hold */
    size_t fields;   /* of the file */
    int *target;     /* (fields) the column a field goes to, -1: none */
    bool *useless;   /* (columns of the table) its cells are checked, and not kept */
    int stood_for;   /* the column that another name stands for, -1: none */
    excess *excess;  /* (columns of the table) */
    ins_interner texts;
    size_t run; /* the number that the rows of a run under way get; 0: their own */
} loader;

static int find_column(const ins_column *columns, const ins_csv_field *field)
{
    for (int i = 0; columns[i].name != NULL; i++)
        if (strlen(columns[i].name) == field->length &&
            memcmp(columns[i].name, field->text, field->length) == 0)
            return i;
    return -1;
}

/* Whoever trains without epochs counts steps. */
static const char *const counted = "epoch", *const counted_otherwise = "step";

/* The column that a field of that name stands for, where the file has none of the column's own
 * name. */
static int find_stand_in(const ins_column *columns, const ins_csv_row *row, size_t f)
{
    const ins_csv_field epoch = {.text = counted, .length = strlen(counted)},
                        step = {.text = counted_otherwise, .length = strlen(counted_otherwise)};
    if (row->fields[f].length != step.length ||
        memcmp(row->fields[f].text, step.text, step.length) != 0)
        return -1;
    int column = find_column(columns, &epoch);
    for (size_t other = 0; other < row->count; other++)
        if (column >= 0 && find_column(columns, &row->fields[other]) == column) return -1;
    return column;
}

/* As the file has it. */
static const char *name_of(const loader *in, size_t column)
{
    return in->stood_for == (int)column ? counted_otherwise : in->columns[column].name;
}

static void grow(loader *in, size_t capacity)
{
    ins_table *table = in->table;
    in->capacity = capacity;
    for (size_t f = 0; f < in->fields; f++) {
        if (in->target[f] < 0) continue;
        size_t c = (size_t)in->target[f];
        if (in->useless[c]) continue;
        if (in->columns[c].type == INS_COLUMN_TEXT)
            table->text[c] = ins_reallocate(table->text[c], capacity, sizeof *table->text[c],
                                            in->columns[c].name);
        else
            table->number[c] = ins_reallocate(table->number[c], capacity, sizeof *table->number[c],
                                              in->columns[c].name);
    }
}

/* Which field goes to which column. A name that the table does not have is ignored. */
static void take_header(loader *in, const ins_csv_row *row, ins_error *error)
{
    in->fields = row->count;
    in->target = ins_allocate(row->count, sizeof *in->target, "columns");
    bool *taken = ins_allocate(in->table->columns, sizeof *taken, "columns");
    for (size_t f = 0; f < row->count; f++) {
        int c = find_column(in->columns, &row->fields[f]);
        if (c < 0 && (c = find_stand_in(in->columns, row, f)) >= 0) {
            in->stood_for = c;
            in->table->steps = true;
        }
        in->target[f] = c;
        if (c < 0) continue;
        if (taken[c]) {
            in->target[f] = -1;
            ins_error_add(error, INS_DATA, "%s:%zu:%zu: column appears twice (got \"%s\")",
                          in->path, row->line, f + 1, name_of(in, (size_t)c));
        }
        taken[c] = true;
    }
    free(taken);
    if (in->capacity == 0) grow(in, 64);
    for (size_t f = 0; f < in->fields; f++) /* the first file is the one that has columns */
        if (in->target[f] >= 0 && in->table->number[in->target[f]] == NULL &&
            in->table->text[in->target[f]] == NULL && !in->useless[in->target[f]])
            in->target[f] = -1;
}

static bool same_letters(const char *text, size_t length, const char *lower)
{
    if (strlen(lower) != length) return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != lower[i]) return false; /* letters differ from capitals by a bit */
    return true;
}

/* What ins_parse_number does not take for a finite number: nan and inf as C, Python and R write
 * them, R's NA, and digits beyond the range of double. */
static bool parse_special(const char *text, size_t length, ins_number_kind kind, double *value)
{
    if (length == 0 || same_letters(text, length, "na")) {
        *value = NAN;
        return true;
    }
    if (kind == INS_NUMBER_INVALID) return false;
    bool negative = text[0] == '-';
    if (text[0] == '-' || text[0] == '+') text++, length--;
    *value = same_letters(text, length, "nan") ? NAN : negative ? -INFINITY : INFINITY;
    return true;
}

static void cell_problem(const loader *in, const ins_csv_row *row, size_t f, const char *what,
                         ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    ins_error_add(error, INS_DATA, "%s:%zu:%zu: column \"%s\": %s (got \"%s\")", in->path,
                  row->line, f + 1, name_of(in, (size_t)in->target[f]), what,
                  ins_display(shown, row->fields[f].text, row->fields[f].length));
}

static void note_excess(excess *e, const ins_csv_row *row, size_t f, double value)
{
    if (e->rows++ > 0) return;
    e->line = row->line;
    e->field = f + 1;
    e->value = value;
    ins_display(e->shown, row->fields[f].text, row->fields[f].length);
}

/* One line a column, however many rows. */
static ins_status complain_of_excess(const loader *in, ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t c = 0; c < in->table->columns; c++) {
        const excess *e = &in->excess[c];
        if (e->rows == 0) continue;
        ins_text more = {0};
        ins_text_add(&more, "");
        if (e->rows > 1)
            ins_text_add_format(&more, ", and in %zu more row%s", e->rows - 1,
                                e->rows > 2 ? "s" : "");
        bool percent = in->columns[c].type == INS_COLUMN_SHARE && e->value > 1 && e->value <= 100;
        status = ins_error_add(
            error, INS_DATA, "%s:%zu:%zu: column \"%s\": must be %s%s (got \"%s\"%s)", in->path,
            e->line, e->field, name_of(in, c), ins_column_rules[in->columns[c].type].range,
            percent ? "; divide percent by 100" : "", e->shown, more.data);
        ins_text_free(&more);
    }
    return status;
}

static double take_number(const loader *in, const ins_csv_row *row, size_t f, ins_error *error)
{
    const ins_csv_field *field = &row->fields[f];
    const size_t c = (size_t)in->target[f];
    const ins_column_rule *rule = &ins_column_rules[in->columns[c].type];
    double value = NAN;
    ins_number_kind kind = ins_parse_number(field->text, field->length, &value);
    if (kind != INS_NUMBER_FINITE && !parse_special(field->text, field->length, kind, &value))
        cell_problem(in, row, f, "not a number", error);
    /* Value, not form: pandas writes whole numbers with ".0" beside missing ones. */
    else if (strcmp(rule->name, "integer") == 0 &&
             (isinf(value) || (!isnan(value) && value != trunc(value))))
        cell_problem(in, row, f, "not a whole number", error);
    else if (value < rule->minimum || value > rule->maximum)
        note_excess(&in->excess[c], row, f, value);
    return value;
}

/* The text of the row before comes again so often that it is looked at first. */
static const char *take_text(loader *in, const ins_csv_field *field, const char *before)
{
    size_t guard = ins_csv_guard(field->text, field->length), length = field->length - guard;
    const char *text = field->text + guard;
    if (before != NULL && strncmp(before, text, length) == 0 && before[length] == '\0')
        return before;
    return ins_intern(&in->texts, text, length);
}

static void take_row(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    loader *in = context;
    ins_table *table = in->table;
    if (index == 0) {
        take_header(in, row, error);
        return;
    }
    if (table->rows == in->capacity) grow(in, ins_multiply(in->capacity, 2, "rows of a log"));
    for (size_t f = 0; f < row->count; f++) {
        if (in->target[f] < 0) continue;
        size_t c = (size_t)in->target[f], r = table->rows;
        if (in->columns[c].type != INS_COLUMN_TEXT) {
            double value = take_number(in, row, f, error);
            if (!in->useless[c]) table->number[c][r] = value;
        } else if (!in->useless[c]) {
            table->text[c][r] =
                take_text(in, &row->fields[f], r > 0 ? table->text[c][r - 1] : NULL);
        }
    }
    table->rows++;
}

static loader start(ins_log_file file, ins_table *table)
{
    *table = (ins_table){.file = file, .columns = ins_log_columns(file), .arena = ins_arena_new()};
    table->number = ins_allocate(table->columns, sizeof *table->number, "columns");
    table->text = ins_allocate(table->columns, sizeof *table->text, "columns");
    return (loader){.columns = ins_log_tables[file].columns,
                    .table = table,
                    .excess = ins_allocate(table->columns, sizeof(excess), "columns"),
                    .useless = ins_allocate(table->columns, sizeof(bool), "columns"),
                    .texts = {.arena = table->arena}};
}

/* Adds the rows of a file. bytes: the first so many are read; SIZE_MAX: all. */
static ins_status load(loader *in, const char *path, size_t bytes, ins_error *error)
{
    in->path = path;
    in->stood_for = -1;
    memset(in->excess, 0, in->table->columns * sizeof *in->excess);
    /* Spreadsheets save semicolons and tabs: the columns' names say that it is a log. */
    ins_status status = bytes == SIZE_MAX ? ins_csv_read(path, '\0', take_row, in, error)
                                          : ins_csv_read_part(path, bytes, take_row, in, error);
    status = ins_status_first(status, complain_of_excess(in, error));
    free(in->target);
    in->target = NULL;
    return status;
}

static ins_status finish(loader *in, ins_status status)
{
    free(in->excess);
    free(in->useless);
    ins_interner_free(&in->texts);
    if (status != INS_OK) ins_table_free(in->table);
    return status;
}

static ins_status read_path(const char *path, size_t bytes, ins_log_file file, ins_table *table,
                            bool *present, ins_error *error)
{
    *present = ins_path_exists(path);
    *table = (ins_table){0};
    if (!*present) return INS_OK;
    loader in = start(file, table);
    return finish(&in, load(&in, path, bytes, error));
}

/* The bytes of a log's file that are whole runs, or moments; SIZE_MAX: no journal tells. */
static size_t sound_bytes(const char *directory, ins_log_file file)
{
    size_t length[INS_LOG_FILES], trials;
    const bool told =
        ins_log_tables[file].by_trial && ins_journal_lengths(directory, length, &trials);
    return told ? length[file] : SIZE_MAX;
}

/* Of runs.csv the last row of a run under way tells how far it is. */
static void keep_last(loader *in, size_t rows)
{
    ins_table *table = in->table;
    if (table->rows <= rows + 1) return;
    for (size_t c = 0; c < table->columns; c++) {
        if (table->number[c] != NULL) table->number[c][rows] = table->number[c][table->rows - 1];
        if (table->text[c] != NULL) table->text[c][rows] = table->text[c][table->rows - 1];
    }
    table->rows = rows + 1;
}

static void number_rows(loader *in, size_t rows)
{
    static const char running[] = "running";
    ins_table *table = in->table;
    for (size_t c = 0; c < table->columns; c++)
        if (strcmp(in->columns[c].name, "run") == 0 && table->number[c] != NULL)
            for (size_t r = rows; r < table->rows; r++) table->number[c][r] = (double)in->run;
    if (table->file != INS_LOG_RUNS || table->rows == rows) return;
    keep_last(in, rows);
    const char **status = table->text[ins_column_place(INS_RUNS_STATUS)];
    if (status != NULL) status[rows] = ins_intern(&in->texts, running, sizeof running - 1);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The directories of runs under way, in an order of their own; each and the list to be freed. */
static char **list_running(const char *directory, size_t *count)
{
    char *parent = ins_path_join(directory, "running"), **list = NULL;
    DIR *entries = opendir(parent);
    *count = 0;
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        list = ins_reallocate(list, *count + 1, sizeof *list, "runs under way");
        list[(*count)++] = ins_path_join(parent, entry->d_name);
    }
    if (entries != NULL) closedir(entries);
    if (*count > 0) qsort(list, *count, sizeof *list, by_name);
    free(parent);
    return list;
}

static ins_status load_running(loader *in, const char *directory, ins_error *error)
{
    size_t length[INS_LOG_FILES], trials = 0, count;
    ins_status status = INS_OK;
    if (!ins_journal_lengths(directory, length, &trials)) return INS_OK;
    char **list = list_running(directory, &count);
    for (size_t i = 0; i < count; i++) {
        const size_t bytes = sound_bytes(list[i], in->table->file), rows = in->table->rows;
        char *path = ins_path_join(list[i], ins_log_tables[in->table->file].file);
        in->run = trials + i + 1;
        if (status == INS_OK && bytes != SIZE_MAX && ins_path_exists(path)) {
            status = load(in, path, bytes, error);
            if (status == INS_OK) number_rows(in, rows);
        }
        free(path);
        free(list[i]);
    }
    free(list);
    return status;
}

ins_status ins_table_read_without(const char *directory, ins_log_file file, bool running,
                                  const ins_column_id *useless, ins_table *table, bool *present,
                                  ins_error *error)
{
    char *path = ins_path_join(directory, ins_log_tables[file].file);
    *present = ins_path_exists(path);
    *table = (ins_table){0};
    ins_status status = INS_OK;
    if (*present) {
        loader in = start(file, table);
        for (; *useless != INS_NO_COLUMN; useless++) in.useless[ins_column_place(*useless)] = true;
        status = load(&in, path, sound_bytes(directory, file), error);
        if (status == INS_OK && running && ins_log_tables[file].by_trial)
            status = load_running(&in, directory, error);
        finish(&in, status);
    }
    free(path);
    return status;
}

ins_status ins_table_read(const char *directory, ins_log_file file, bool running, ins_table *table,
                          bool *present, ins_error *error)
{
    const ins_column_id none = INS_NO_COLUMN;
    return ins_table_read_without(directory, file, running, &none, table, present, error);
}

int ins_log_hold(const char *directory)
{
    enum { TRIES = 100 };
    const struct timespec while_waiting = {.tv_nsec = 20000000};
    char *path = ins_path_join(directory, "lock");
    int lock = ins_log_open_file(path, O_RDONLY), held = -1;
    for (int i = 0; i < TRIES && lock >= 0 && held != 0; i++) {
        held = flock(lock, LOCK_SH | LOCK_NB);
        if (held != 0) nanosleep(&while_waiting, NULL);
    }
    free(path);
    return lock;
}

void ins_log_release(int hold)
{
    if (hold >= 0) close(hold);
}

void ins_table_free(ins_table *table)
{
    for (size_t c = 0; c < table->columns; c++) {
        free(table->number[c]);
        free(table->text[c]);
    }
    free(table->number);
    free(table->text);
    ins_arena_free(table->arena);
    *table = (ins_table){0};
}

void ins_table_drop(ins_table *table, ins_column_id column)
{
    size_t c = ins_column_place(column);
    free(table->number[c]);
    free(table->text[c]);
    table->number[c] = NULL;
    table->text[c] = NULL;
}

/* Its place in the table; false: it is no column of this file, or there was no file. */
static bool has_place(const ins_table *table, ins_column_id column)
{
    return column != INS_NO_COLUMN && table->columns > 0 && ins_column_file(column) == table->file;
}

const double *ins_table_numbers(const ins_table *table, ins_column_id column)
{
    return has_place(table, column) ? table->number[ins_column_place(column)] : NULL;
}

const char *const *ins_table_texts(const ins_table *table, ins_column_id column)
{
    return has_place(table, column) ? table->text[ins_column_place(column)] : NULL;
}

/* Pairs. */

static void add_pair(ins_pairs *pairs, size_t *capacity, const char *key, const char *value)
{
    if (pairs->count == *capacity) {
        *capacity = *capacity > 0 ? ins_multiply(*capacity, 2, "pairs") : 32;
        pairs->key = ins_reallocate(pairs->key, *capacity, sizeof *pairs->key, "pairs");
        pairs->value = ins_reallocate(pairs->value, *capacity, sizeof *pairs->value, "pairs");
    }
    pairs->key[pairs->count] = ins_arena_copy(pairs->arena, key, strlen(key));
    pairs->value[pairs->count] = ins_arena_copy(pairs->arena, value, strlen(value));
    pairs->count++;
}

ins_status ins_pairs_read_csv(const char *path, ins_pairs *pairs, bool *present, ins_error *error)
{
    ins_table table;
    *pairs = (ins_pairs){0};
    ins_status status = read_path(path, SIZE_MAX, INS_LOG_ENVIRONMENT, &table, present, error);
    if (status != INS_OK || !*present) return status;
    const char *const *key = ins_table_texts(&table, INS_ENVIRONMENT_KEY);
    const char *const *value = ins_table_texts(&table, INS_ENVIRONMENT_VALUE);
    if (key == NULL || value == NULL) {
        status = ins_error_add(error, INS_DATA, "%s:1: no column \"%s\"", path,
                               key == NULL ? "key" : "value");
    } else {
        size_t capacity = 0;
        pairs->arena = ins_arena_new();
        for (size_t r = 0; r < table.rows; r++) add_pair(pairs, &capacity, key[r], value[r]);
    }
    ins_table_free(&table);
    return status;
}

typedef struct ini_reader {
    ins_pairs *pairs;
    size_t capacity;
} ini_reader;

static void take_pair(void *context, const char *key, const char *value, size_t line,
                      ins_error *error)
{
    ini_reader *in = context;
    (void)line;
    (void)error;
    add_pair(in->pairs, &in->capacity, key, value);
}

ins_status ins_pairs_read_ini(const char *path, ins_pairs *pairs, bool *present, ins_error *error)
{
    *pairs = (ins_pairs){0};
    *present = ins_path_exists(path);
    if (!*present) return INS_OK;
    pairs->arena = ins_arena_new();
    ini_reader in = {pairs, 0};
    ins_status status = ins_ini_read(path, take_pair, &in, INS_DATA, error);
    if (status != INS_OK) ins_pairs_free(pairs);
    return status;
}

const char *ins_pairs_get(const ins_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->key[i], key) == 0) return pairs->value[i];
    return NULL;
}

void ins_pairs_free(ins_pairs *pairs)
{
    free(pairs->key);
    free(pairs->value);
    ins_arena_free(pairs->arena);
    *pairs = (ins_pairs){0};
}
