/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells are doubles: a text is a NaN that carries its number, so that a table takes no more memory
 * than its numbers, and its columns can change their minds until the last row is read. */
#include <config.h>

#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"

/* --- Cells ---------------------------------------------------------------------------------- */

#define QUIET_NAN 0x7ff8000000000000ULL

static double nan_of(uint32_t number)
{
    const uint64_t bits = QUIET_NAN | number;
    double cell;
    memcpy(&cell, &bits, sizeof cell);
    return cell;
}

uint32_t ins_cell_text(double cell)
{
    uint64_t bits;
    memcpy(&bits, &cell, sizeof bits);
    return (uint32_t)bits;
}

bool ins_is_missing(const char *text, size_t length)
{
    static const char *const words[] = {"?",    "NA",  "N/A",  "NaN",  "nan", "null",
                                        "None", "-",   "NULL", "Null", "n/a", "<NA>",
                                        "#N/A", "NAN", "-nan", "#NA"};
    if (length == 0) return true;
    if (length > 4 || (text[0] >= '0' && text[0] <= '9')) return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0) return true;
    return false;
}

void ins_lines_add(ins_lines *lines, size_t line)
{
    if (lines->count < INS_LINES_NAMED) lines->first[lines->count] = line;
    lines->count++;
}

void ins_lines_say(const ins_lines *lines, ins_text *out)
{
    ins_text_add(out, lines->count == 1 ? "line" : "lines");
    for (size_t i = 0; i < lines->count && i < INS_LINES_NAMED; i++)
        ins_text_add_format(out, "%s %zu", i > 0 ? "," : "", lines->first[i]);
    if (lines->count > INS_LINES_NAMED) ins_text_add(out, ", ...");
}

/* --- Rows ----------------------------------------------------------------------------------- */

typedef struct kept_text {
    const char *text;
    size_t length;
} kept_text;

/* The first line, until it is known what it is. */
typedef struct first_line {
    size_t count, line;
    kept_text *field; /* (count) */
} first_line;

/* Lines of one field above a table; more of them are a file of one column. */
enum { MOST_TITLES = 10 };

typedef struct reader {
    const ins_reading *reading;
    ins_sheet *table;
    first_line top;   /* of the file */
    first_line first; /* that is no title */
    bool begun;       /* a line after the first one was seen: the columns are known */
    size_t capacity;  /* rows that fit */
    ins_lines titles, empty, ends, comments, repeats;
    size_t *repeat; /* (repeats.count) rows that say what the first line says */
} reader;

static kept_text trimmed(const ins_csv_field *field)
{
    kept_text text = {field->text, field->length};
    while (text.length > 0 && text.text[text.length - 1] == ' ') text.length--;
    while (text.length > 0 && text.text[0] == ' ') text.text++, text.length--;
    return text;
}

static void keep_first(reader *r, const ins_csv_row *row)
{
    ins_arena *arena = r->table->arena;
    r->first = (first_line){row->count, row->line,
                            ins_arena_get(arena, row->count, sizeof(kept_text), "column names")};
    for (size_t i = 0; i < row->count; i++) {
        const kept_text text = trimmed(&row->fields[i]);
        r->first.field[i] = (kept_text){ins_arena_copy(arena, text.text, text.length), text.length};
    }
}

static bool begins_comment(const first_line *first)
{
    return first->count > 0 && first->field[0].length > 0 && first->field[0].text[0] == '#';
}

/* A line of one field above lines of several is a title, and one that begins with # a comment. */
static bool is_title(const reader *r, const ins_csv_row *row)
{
    size_t filled = 0;
    for (size_t i = 0; i < r->first.count; i++) filled += r->first.field[i].length > 0;
    if (row->count == 1 && r->first.count == 1) /* several of them */
        return r->titles.count < MOST_TITLES && !ins_reading_wants_inputs(r->reading);
    if (row->count == r->first.count)
        return r->first.count > 2 && filled == 1 && r->first.field[0].length > 0 &&
               r->reading->header != INS_HEADER_NO;
    return row->count > r->first.count && (r->first.count == 1 || begins_comment(&r->first));
}

static bool is_named(const char *name, const kept_text *field)
{
    return strlen(name) == field->length && memcmp(name, field->text, field->length) == 0;
}

/* The place that "x3" names, from 0; SIZE_MAX: it names none. */
static size_t numbered(const char *name)
{
    long long number;
    if (name[0] != 'x' || !ins_parse_integer(name + 1, strlen(name + 1), 1, INT32_MAX, &number))
        return SIZE_MAX;
    return (size_t)number - 1;
}

/* A column whose texts must be kept: what may become a label, by its name, its number, or as the
 * last one. */
static bool may_be_label(const reader *r, size_t column)
{
    const ins_names *label = &r->reading->label;
    if (label->count == 0)
        return column + 1 == r->table->columns ||
               (column + 2 == r->table->columns && r->first.field[column + 1].length == 0);
    for (size_t i = 0; i < label->count; i++) {
        if (numbered(label->item[i]) == column || is_named(label->item[i], &r->first.field[column]))
            return true;
    }
    return false;
}

static void begin(reader *r)
{
    ins_sheet *t = r->table;
    r->begun = true;
    t->columns = r->first.count;
    t->header_line = r->first.line;
    t->column = ins_arena_get(t->arena, t->columns, sizeof *t->column, "columns");
    for (size_t i = 0; i < t->columns; i++)
        t->column[i] = (ins_sheet_column){.verbatim = may_be_label(r, i)};
}

/* The value of a cell, its text kept if that is more than a number. */
static double cell_of(ins_sheet *t, size_t column, const char *text, size_t length)
{
    ins_sheet_column *c = &t->column[column];
    double value;
    if (ins_is_missing(text, length)) return nan_of(INS_NO_TEXT);
    switch (c->verbatim ? INS_NUMBER_INVALID : ins_parse_number(text, length, &value)) {
    case INS_NUMBER_FINITE:
        return value;
    case INS_NUMBER_NOT_FINITE:
        return text[0] == '-' ? -INFINITY : INFINITY;
    case INS_NUMBER_INVALID:
        break;
    }
    return nan_of((uint32_t)ins_labels_find(&c->texts, text, length, t->arena));
}

/* The first row has room before it, where the first line goes if that is data. */
static void grow(reader *r)
{
    ins_sheet *t = r->table;
    if (t->rows + 1 < r->capacity) return;
    r->capacity = r->capacity == 0 ? 256 : ins_multiply(r->capacity, 2, "the data");
    t->memory = ins_reallocate(t->memory, ins_multiply(r->capacity, t->columns, "the data"),
                               sizeof *t->memory, "the data");
    t->line_memory =
        ins_reallocate(t->line_memory, r->capacity, sizeof *t->line_memory, "the data");
}

static bool repeats_first(const reader *r, const ins_csv_row *row)
{
    if (row->count < r->first.count) return false;
    for (size_t i = 0; i < r->first.count; i++) {
        const kept_text text = trimmed(&row->fields[i]);
        if (text.length != r->first.field[i].length ||
            memcmp(text.text, r->first.field[i].text, text.length) != 0)
            return false;
    }
    return true;
}

static void store(reader *r, const ins_csv_row *row)
{
    ins_sheet *t = r->table;
    grow(r);
    if (repeats_first(r, row)) {
        r->repeat = ins_reallocate(r->repeat, r->repeats.count + 1, sizeof *r->repeat, "the data");
        r->repeat[r->repeats.count] = t->rows;
        ins_lines_add(&r->repeats, row->line);
    }
    t->rows++;
    double *cell = t->memory + t->rows * t->columns;
    t->line_memory[t->rows] = row->line;
    for (size_t i = 0; i < t->columns; i++) {
        const ins_csv_field *field = &row->fields[i];
        cell[i] = i < row->count ? cell_of(t, i, field->text, field->length) : nan_of(INS_NO_TEXT);
    }
}

static bool is_empty(const ins_csv_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->fields[i].length > 0) return false;
    return true;
}

static void take_row(reader *r, const ins_csv_row *row)
{
    const size_t columns = r->table->columns;
    const ins_csv_field *last = &row->fields[row->count - 1];
    const bool missing_end =
        row->count + 1 == columns && columns > 2 && r->first.field[columns - 1].length == 0;
    if (is_empty(row)) {
        ins_lines_add(&r->empty, row->line);
    } else if (row->count == columns || missing_end) {
        store(r, row);
    } else if (row->count == columns + 1 && last->length == 0) {
        ins_lines_add(&r->ends, row->line);
        store(r, row);
    } else if (row->fields[0].length > 0 && row->fields[0].text[0] == '#') {
        ins_lines_add(&r->comments, row->line);
    } else {
        ins_lines_add(&r->table->uneven, row->line);
    }
}

static bool is_only_column(const reader *r)
{
    return r->first.count < 2 && !ins_reading_wants_inputs(r->reading);
}

static void handle(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    reader *r = context;
    (void)error;
    if (index == 0) {
        keep_first(r, row);
        r->top = r->first;
        return;
    }
    if (!r->begun && is_title(r, row)) {
        ins_lines_add(begins_comment(&r->first) ? &r->comments : &r->titles, r->first.line);
        keep_first(r, row);
        return;
    }
    if (!r->begun) begin(r);
    /* Nothing can be said of the rows, of which a pipe may have no end. */
    *row->stop = is_only_column(r);
    take_row(r, row);
}

/* --- The first line: a header, or data? ------------------------------------------------------ */

/* What a column says of its first cell, lines that say all the same as the first apart: > 0 a name,
 * < 0 data, 0 nothing. A word above numbers is a name, a number above numbers is data; above texts
 * that return again and again, one of them is data, and another one is a name. */
static int says_header(const reader *r, size_t column)
{
    const ins_sheet *t = r->table;
    const kept_text *first = &r->first.field[column];
    size_t numbers = 0, texts = 0, repeat = 0;
    double value;
    bool found = false;
    if (ins_is_missing(first->text, first->length)) return 0;
    const bool is_number =
        ins_parse_number(first->text, first->length, &value) != INS_NUMBER_INVALID;
    for (size_t i = 0; i < t->rows; i++) {
        const double cell = t->cell[i * t->columns + column];
        if (repeat < r->repeats.count && r->repeat[repeat] == i) {
            repeat++;
            continue;
        }
        if (isnan(cell) && ins_cell_text(cell) == INS_NO_TEXT) continue;
        found |= isnan(cell) && is_named(t->column[column].texts.name[ins_cell_text(cell)], first);
        if (isnan(ins_sheet_number(t, i, column))) {
            texts++;
        } else {
            numbers++;
        }
    }
    if (found) return -1;
    if (numbers > 0 && numbers >= texts) return is_number ? -1 : 1;
    if (texts == 0 || numbers > 0 || is_number) return 0;
    return t->column[column].texts.count <= texts / 2 ? 1 : 0;
}

/* INS_HEADER_AUTO: it cannot be told. */
static ins_header tell_header(const reader *r)
{
    size_t names = 0, data = 0;
    for (size_t i = 0; i < r->table->columns; i++) {
        const int says = says_header(r, i);
        names += says > 0;
        data += says < 0;
    }
    if (names > 0 && names >= data) return INS_HEADER_YES;
    if (data > 0 && names == 0) return INS_HEADER_NO;
    return INS_HEADER_AUTO;
}

static void show_first(const first_line *first, ins_text *out)
{
    for (size_t i = 0; i < first->count && out->length < 60; i++) {
        if (i > 0) ins_text_add(out, ",");
        ins_text_add_bytes(out, first->field[i].text, first->field[i].length);
    }
}

static ins_status doubt_header(const reader *r, ins_error *error)
{
    ins_text line = {0};
    char shown[INS_DISPLAY_SIZE];
    show_first(&r->first, &line);
    ins_error_add(
        error, INS_DATA,
        "%s:%zu: the names of the columns, or a row of data? Add --header yes or --header "
        "no (got \"%s\")",
        r->table->path, r->first.line, ins_display(shown, line.data, line.length));
    ins_text_free(&line);
    return INS_DATA;
}

/* Lines that say what the header says again, of files that were put together. */
static void drop_repeats(reader *r)
{
    ins_sheet *t = r->table;
    size_t kept = 0, next = 0;
    for (size_t i = 0; i < t->rows; i++) {
        if (next < r->repeats.count && r->repeat[next] == i) {
            next++;
            continue;
        }
        if (kept < i) {
            memcpy(t->cell + kept * t->columns, t->cell + i * t->columns,
                   t->columns * sizeof *t->cell);
            t->line[kept] = t->line[i];
        }
        kept++;
    }
    t->rows = kept;
}

static void take_first_as_data(reader *r)
{
    ins_sheet *t = r->table;
    for (size_t i = 0; i < t->columns; i++) {
        const kept_text *field = &r->first.field[i];
        t->memory[i] = cell_of(t, i, field->text, field->length);
    }
    t->line_memory[0] = r->first.line;
    t->cell = t->memory;
    t->line = t->line_memory;
    t->rows++;
}

/* After the last row. */
static ins_status settle_first(reader *r, ins_error *error)
{
    ins_sheet *t = r->table;
    ins_header header = r->reading->header;
    if (!r->begun) begin(r);
    grow(r);
    t->cell = t->memory + t->columns;
    t->line = t->line_memory + 1;
    if (header == INS_HEADER_AUTO && t->rows > 0) header = tell_header(r);
    if (header == INS_HEADER_AUTO && t->rows > 0) return doubt_header(r, error);
    t->header = header != INS_HEADER_NO;
    if (t->header) {
        drop_repeats(r);
    } else {
        take_first_as_data(r);
    }
    for (size_t i = 0; i < t->columns; i++)
        t->column[i].name =
            t->header ? r->first.field[i].text : ins_arena_format(t->arena, "x%zu", i + 1);
    return INS_OK;
}

/* --- All ------------------------------------------------------------------------------------ */

static void warn(ins_sheet *t, const ins_lines *lines, const char *what)
{
    if (lines->count == 0) return;
    ins_text said = {0};
    ins_lines_say(lines, &said);
    ins_text_add_line(&t->warnings, "%s: %s (%s)", t->path, what, said.data);
    ins_text_free(&said);
}

static void warn_of_all(reader *r)
{
    ins_sheet *t = r->table;
    warn(t, &r->titles, "above the names of the columns, left out");
    warn(t, &r->comments, "comments, left out");
    warn(t, &r->empty, "rows of nothing, left out");
    if (t->header) warn(t, &r->repeats, "the header again, left out");
    warn(t, &r->ends, "a separator more at the end, left out");
    if (!t->header && r->reading->header == INS_HEADER_AUTO)
        ins_text_add_line(&t->warnings,
                          "%s:%zu: no header, but data: the columns are x1 to x%zu; --header yes "
                          "takes this line for their names",
                          t->path, r->first.line, t->columns);
}

static int by_name(const void *a, const void *b)
{
    const ins_sheet_column *x = *(const ins_sheet_column *const *)a;
    const ins_sheet_column *y = *(const ins_sheet_column *const *)b;
    const int order = strcmp(x->name, y->name);
    if (order != 0) return order;
    return x < y ? -1 : x > y;
}

static void sort_by_name(ins_sheet *t)
{
    t->by_name = ins_arena_get(t->arena, t->columns, sizeof *t->by_name, "columns");
    for (size_t i = 0; i < t->columns; i++) t->by_name[i] = &t->column[i];
    qsort(t->by_name, t->columns, sizeof *t->by_name, by_name);
}

static ins_status only_column(const reader *r, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    const kept_text *field = &r->top.field[0];
    return ins_error_add(error, INS_DATA,
                         "%s:%zu: only 1 column; something to learn from and something to predict "
                         "are needed, separated by comma, semicolon or tab (got \"%s\")",
                         r->table->path, r->top.line,
                         ins_display(shown, field->text, field->length));
}

ins_status ins_sheet_read(const ins_reading *reading, ins_sheet *table, ins_error *error)
{
    ins_sheet t = {.arena = ins_arena_new()};
    reader r = {.reading = reading, .table = &t};
    t.path = ins_arena_copy(t.arena, reading->path, strlen(reading->path));
    ins_status status =
        ins_csv_read_any_width(reading->path, reading->delimiter, handle, &r, error);
    if (status == INS_OK && is_only_column(&r)) status = only_column(&r, error);
    if (status == INS_OK) status = settle_first(&r, error);
    if (status == INS_OK && t.rows == 0 && t.uneven.count > 0)
        status = ins_error_add(error, INS_DATA,
                               "%s:%zu: none of %zu rows has the %zu fields of the first line",
                               t.path, r.first.line, t.uneven.count, r.first.count);
    else if (status == INS_OK && t.rows == 0)
        status = ins_error_add(error, INS_DATA, "%s:%zu: no data rows after the header", t.path,
                               r.first.line);
    if (status == INS_OK) warn_of_all(&r);
    free(r.repeat);
    if (status == INS_OK) {
        sort_by_name(&t);
        *table = t;
    } else {
        ins_sheet_free(&t);
    }
    return status;
}

void ins_sheet_free(ins_sheet *table)
{
    for (size_t i = 0; table->column != NULL && i < table->columns; i++)
        ins_labels_free(&table->column[i].texts);
    free(table->memory);
    free(table->line_memory);
    ins_text_free(&table->warnings);
    ins_arena_free(table->arena);
    *table = (ins_sheet){0};
}

size_t ins_sheet_find(const ins_sheet *table, const char *name)
{
    size_t low = 0, high = table->columns;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(table->by_name[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < table->columns && strcmp(table->by_name[low]->name, name) == 0)
        return (size_t)(table->by_name[low] - table->column);
    const size_t number = numbered(name);
    return number < table->columns ? number : table->columns;
}

double ins_sheet_number(const ins_sheet *table, size_t row, size_t column)
{
    const double cell = table->cell[row * table->columns + column];
    double value;
    if (isfinite(cell)) return cell;
    if (!table->column[column].verbatim || ins_cell_text(cell) == INS_NO_TEXT) return NAN;
    const char *text = table->column[column].texts.name[ins_cell_text(cell)];
    return ins_parse_number(text, strlen(text), &value) == INS_NUMBER_FINITE ? value : (double)NAN;
}

const char *ins_sheet_text(const ins_sheet *table, size_t row, size_t column,
                           char number[INS_NUMBER_SIZE])
{
    const double cell = table->cell[row * table->columns + column];
    if (!isnan(cell)) {
        ins_format_number(number, cell);
        return number;
    }
    if (ins_cell_text(cell) == INS_NO_TEXT) return NULL;
    return table->column[column].texts.name[ins_cell_text(cell)];
}
