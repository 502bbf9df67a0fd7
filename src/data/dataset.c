/* Reads a classification data set: the header, then rows of numbers and one label. Reading goes on
 * after a problem, so that all problems of a file are reported at once. */
#include <config.h>

#include "initscope/dataset.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"

#include "labels.h"

/* A label column with more distinct values than this, most of them single, is a regression target.
 */
enum { MANY_CLASSES = 1000 };

typedef struct reader {
    const char *path;
    const char *label;    /* asked for; NULL: the last column */
    ins_dataset *dataset; /* being filled */
    size_t columns, label_column;
    const char **names; /* (columns) */
    size_t header_line;
    bool usable;     /* the header made sense */
    size_t capacity; /* rows that fit */
    size_t empty_labels;
    ins_labels labels;
} reader;

typedef struct named_column {
    const char *name;
    size_t column;
} named_column;

static int by_name(const void *a, const void *b)
{
    const named_column *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    if (order != 0) return order;
    return x->column < y->column ? -1 : x->column > y->column;
}

/* Every column needs a name of its own. */
static void check_names(const reader *r, ins_error *error)
{
    named_column *sorted = ins_allocate(r->columns, sizeof *sorted, "column names");
    char shown[INS_DISPLAY_SIZE];
    for (size_t i = 0; i < r->columns; i++) {
        sorted[i] = (named_column){r->names[i], i + 1};
        if (r->names[i][0] == '\0')
            ins_error_add(error, INS_DATA, "%s:%zu:%zu: empty column name", r->path, r->header_line,
                          i + 1);
    }
    qsort(sorted, r->columns, sizeof *sorted, by_name);
    for (size_t i = 1; i < r->columns; i++) {
        if (sorted[i].name[0] == '\0' || strcmp(sorted[i].name, sorted[i - 1].name) != 0) continue;
        ins_error_add(error, INS_DATA,
                      "%s:%zu:%zu: columns %zu and %zu have the same name (got \"%s\")", r->path,
                      r->header_line, sorted[i].column, sorted[i - 1].column, sorted[i].column,
                      ins_display(shown, sorted[i].name, strlen(sorted[i].name)));
    }
    free(sorted);
}

static bool looks_like_data(const reader *r)
{
    double value;
    for (size_t i = 0; i + 1 < r->columns; i++) {
        if (ins_parse_number(r->names[i], strlen(r->names[i]), &value) == INS_NUMBER_INVALID)
            return false;
    }
    return true;
}

/* Finds the label's column, by name or as the last one. */
static bool find_label(reader *r, ins_error *error)
{
    r->label_column = r->columns - 1;
    for (size_t i = 0; r->label != NULL && i < r->columns; i++) {
        if (strcmp(r->names[i], r->label) != 0) continue;
        r->label_column = i;
        return true;
    }
    if (looks_like_data(r)) {
        ins_error_add(error, INS_DATA,
                      "%s:%zu: first line looks like data, a header row is required", r->path,
                      r->header_line);
        return false;
    }
    if (r->label == NULL) return true;
    char shown[INS_DISPLAY_SIZE];
    ins_text list = {0};
    const char *nearest = ins_nearest(r->label, r->names);
    if (nearest != NULL) ins_text_add_format(&list, " did you mean %s?", nearest);
    ins_text_add(&list, " columns:");
    for (size_t i = 0; i < r->columns && list.length < INS_ERROR_WIDTH; i++) {
        ins_text_add(&list, i == 0 ? " " : ", ");
        ins_text_add(&list, ins_display(shown, r->names[i], strlen(r->names[i])));
    }
    ins_error_add(error, INS_USAGE, "%s:%zu: no such label column (got \"%s\");%s", r->path,
                  r->header_line, ins_display(shown, r->label, strlen(r->label)), list.data);
    ins_text_free(&list);
    return false;
}

/* A blank at the end of a name is seen by nobody, and cannot be given with --label. */
static const char *name_of(const ins_csv_field *field, ins_arena *arena)
{
    const char *text = field->text;
    size_t length = field->length;
    while (length > 0 && text[length - 1] == ' ') length--;
    while (length > 0 && text[0] == ' ') text++, length--;
    return ins_arena_copy(arena, text, length);
}

static void read_header(reader *r, const ins_csv_row *row, ins_error *error)
{
    ins_dataset *d = r->dataset;
    r->header_line = row->line;
    r->columns = row->count;
    r->names = ins_arena_get(d->arena, row->count + 1, sizeof *r->names, "column names");
    for (size_t i = 0; i < row->count; i++) r->names[i] = name_of(&row->fields[i], d->arena);
    if (r->columns < 2) {
        char shown[INS_DISPLAY_SIZE];
        ins_error_add(error, INS_DATA,
                      "%s:%zu: only 1 column; a feature and the label are needed, separated by "
                      "comma, semicolon or tab (got \"%s\")",
                      r->path, r->header_line,
                      ins_display(shown, r->names[0], strlen(r->names[0])));
        return;
    }
    if (!find_label(r, error)) return;
    check_names(r, error);
    r->usable = true;
    d->features = r->columns - 1;
    d->label_name = r->names[r->label_column];
    d->feature_names =
        ins_arena_get(d->arena, d->features, sizeof *d->feature_names, "column names");
    for (size_t i = 0, feature = 0; i < r->columns; i++) {
        if (i != r->label_column) d->feature_names[feature++] = r->names[i];
    }
}

static void refuse_cell(const reader *r, const ins_csv_row *row, size_t column, const char *what,
                        ins_error *error)
{
    char name[INS_DISPLAY_SIZE], shown[INS_DISPLAY_SIZE];
    const ins_csv_field *field = &row->fields[column];
    ins_error_add(error, INS_DATA, "%s:%zu:%zu: column \"%s\": %s (got \"%s\")", r->path, row->line,
                  column + 1, ins_display(name, r->names[column], strlen(r->names[column])), what,
                  ins_display(shown, field->text, field->length));
}

/* What is wrong with a cell that is no number. A character that looks like one of a number, or like
 * nothing, is named; a comma may be decimal or group thousands, and only the user knows. */
static const char *why_not_a_number(const ins_csv_field *field, char out[64])
{
    const char *text = field->text;
    for (size_t i = 0; i < field->length; i++) {
        const size_t length = ins_utf8_length(text + i, field->length - i);
        if (length < 2) continue;
        unsigned code = (unsigned char)text[i] & (0xFFU >> (length + 1));
        for (size_t k = 1; k < length; k++) code = code << 6 | ((unsigned char)text[i + k] & 0x3FU);
        snprintf(out, 64, "not a number, it has U+%04X", code);
        return out;
    }
    if (field->length > 0 && strspn(text, "+-0123456789.,eE") >= field->length &&
        memchr(text, ',', field->length))
        return "not a number, whose decimal point is '.'";
    return "not a number";
}

static void read_row(reader *r, const ins_csv_row *row, ins_error *error)
{
    ins_dataset *d = r->dataset;
    if (d->rows == r->capacity) {
        r->capacity = r->capacity == 0 ? 256 : ins_multiply(r->capacity, 2, "the data");
        d->x = ins_reallocate(d->x, ins_multiply(r->capacity, d->features, "the data"),
                              sizeof *d->x, "the data");
        d->y = ins_reallocate(d->y, r->capacity, sizeof *d->y, "the data");
    }
    char reason[64];
    double *x = d->x + d->rows * d->features;
    for (size_t column = 0; column < r->columns; column++) {
        const ins_csv_field *field = &row->fields[column];
        if (column == r->label_column) {
            r->empty_labels += field->length == 0;
            d->y[d->rows] =
                (int32_t)ins_labels_find(&r->labels, field->text, field->length, d->arena);
            continue;
        }
        switch (ins_parse_number(field->text, field->length, x)) {
        case INS_NUMBER_INVALID:
            refuse_cell(r, row, column, why_not_a_number(field, reason), error);
            break;
        case INS_NUMBER_NOT_FINITE:
            refuse_cell(r, row, column, "not finite", error);
            break;
        case INS_NUMBER_FINITE:
            if (!isfinite((float)*x)) refuse_cell(r, row, column, "does not fit float32", error);
            break;
        }
        x++;
    }
    d->rows++;
}

static void handle(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    reader *r = context;
    if (index == 0) {
        read_header(r, row, error);
        /* Nothing can be said of the rows, of which a pipe may have no end. */
        *row->stop = !r->usable;
    } else {
        read_row(r, row, error);
    }
}

/* The label column must make a classification. */
static ins_status check_classes(const reader *r, ins_error *error)
{
    const ins_dataset *d = r->dataset;
    char name[INS_DISPLAY_SIZE], shown[INS_DISPLAY_SIZE];
    if (d->rows == 0)
        return ins_error_add(error, INS_DATA, "%s:%zu: no data rows after the header", r->path,
                             r->header_line);
    ins_display(name, d->label_name, strlen(d->label_name));
    if (r->labels.count == 1)
        return ins_error_add(
            error, INS_DATA, "%s: column \"%s\": all %zu rows have one label (got \"%s\")", r->path,
            name, d->rows, ins_display(shown, r->labels.name[0], strlen(r->labels.name[0])));
    if (r->labels.count > MANY_CLASSES && r->labels.count > d->rows / 2)
        return ins_error_add(
            error, INS_DATA,
            "%s: column \"%s\": %zu distinct labels in %zu rows: is this a regression target?",
            r->path, name, r->labels.count, d->rows);
    return INS_OK;
}

static unsigned long long hash_of(const ins_dataset *d)
{
    unsigned long long hash = INS_HASH_START;
    hash = ins_hash(hash, d->x, d->rows * d->features * sizeof *d->x);
    hash = ins_hash(hash, d->y, d->rows * sizeof *d->y);
    for (size_t i = 0; i < d->features; i++)
        hash = ins_hash(hash, d->feature_names[i], strlen(d->feature_names[i]) + 1);
    for (size_t i = 0; i < d->classes; i++)
        hash = ins_hash(hash, d->class_names[i], strlen(d->class_names[i]) + 1);
    return ins_hash(hash, d->label_name, strlen(d->label_name) + 1);
}

static size_t count_foreign(const char *const *names, size_t count)
{
    size_t foreign = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = names[i];
        size_t left = strlen(name), length;
        while (left > 0 && (length = ins_utf8_length(name, left)) > 0)
            name += length, left -= length;
        foreign += left > 0;
    }
    return foreign;
}

/* Bytes that are no text are kept, and no page can show them. */
static void warn_of_foreign_names(ins_dataset *d)
{
    const size_t foreign = count_foreign(d->feature_names, d->features) +
                           count_foreign(d->class_names, d->classes) +
                           count_foreign(&d->label_name, 1);
    if (foreign > 0)
        ins_text_add_line(&d->warnings, "%s: names that are not UTF-8, kept as they are: %zu",
                          d->path, foreign);
}

/* All rows are read and sound: number the classes in their sorted order. */
static void finish(reader *r)
{
    ins_dataset *d = r->dataset;
    int32_t *rank = ins_allocate(r->labels.count, sizeof *rank, "class names");
    ins_labels_sort(&r->labels, rank, r->path, &d->warnings);
    for (size_t i = 0; i < d->rows; i++) d->y[i] = rank[d->y[i]];
    free(rank);
    d->classes = r->labels.count;
    d->class_names = ins_arena_get(d->arena, d->classes, sizeof *d->class_names, "class names");
    memcpy(d->class_names, r->labels.name, d->classes * sizeof *d->class_names);
    if (r->empty_labels > 0)
        ins_text_add_line(&d->warnings, "%s: rows with an empty label, a class of their own: %zu",
                          r->path, r->empty_labels);
    warn_of_foreign_names(d);
    d->x = ins_reallocate(d->x, d->rows * d->features, sizeof *d->x, "the data");
    d->y = ins_reallocate(d->y, d->rows, sizeof *d->y, "the data");
    d->category = ins_arena_get(d->arena, d->features, sizeof *d->category, "the data");
    d->hash = hash_of(d);
}

ins_status ins_dataset_read(const ins_reading *reading, ins_dataset *dataset, ins_error *error)
{
    ins_dataset d = {.task = INS_TASK_CLASSES, .arena = ins_arena_new()};
    reader r = {.path = reading->path,
                .label = reading->label.count > 0 ? reading->label.item[0] : NULL,
                .dataset = &d};
    d.path = ins_arena_copy(d.arena, reading->path, strlen(reading->path));
    ins_status status = ins_csv_read(reading->path, reading->delimiter, handle, &r, error);
    if (status == INS_OK) status = check_classes(&r, error);
    if (status == INS_OK) finish(&r);
    ins_labels_free(&r.labels);
    if (status == INS_OK) {
        *dataset = d;
    } else {
        ins_dataset_free(&d);
    }
    return status;
}

void ins_dataset_free(ins_dataset *dataset)
{
    free(dataset->x);
    free(dataset->y);
    free(dataset->target);
    ins_text_free(&dataset->warnings);
    ins_arena_free(dataset->arena);
    *dataset = (ins_dataset){0};
}
