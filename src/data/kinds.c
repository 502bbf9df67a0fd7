/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the rows, all columns side by side; then each column's texts are looked at. */
#include <config.h>

#include "kinds.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const ins_column_kind_names[INS_COLUMN_KINDS] = {
    [INS_KIND_EMPTY] = "empty",       [INS_KIND_NUMBERS] = "number",
    [INS_KIND_BOOLEANS] = "boolean",  [INS_KIND_CATEGORY] = "category",
    [INS_KIND_TEXTS] = "text",        [INS_KIND_DATES] = "date",
    [INS_KIND_MIXED] = "number, text"};

/* Fewer rows may be counted by accident. */
enum { COUNTED_ROWS = 5 };

/* Among numbers, texts in fewer than one cell of so many do not belong there. */
enum { RARE = 20 };

/* Above it not every whole number is a double. */
#define WHOLE_LIMIT 9007199254740992.0

/* Sums of a column on their way. */
typedef struct sums {
    double first, sum, square; /* of the differences from the first number */
    double previous;
    double *value; /* of a verbatim column: the number that each text is */
} sums;

static double *values_of(const ins_sheet_column *column)
{
    double *value = ins_allocate(column->texts.count + 1, sizeof *value, "a column's texts");
    for (size_t i = 0; i < column->texts.count; i++) {
        const char *text = column->texts.name[i];
        switch (ins_parse_number(text, strlen(text), &value[i])) {
        case INS_NUMBER_FINITE:
            break;
        case INS_NUMBER_NOT_FINITE:
            value[i] = text[0] == '-' ? -INFINITY : INFINITY;
            break;
        case INS_NUMBER_INVALID:
            value[i] = NAN;
            break;
        }
    }
    return value;
}

static void add_number(ins_surveyed *c, sums *s, double x, size_t line)
{
    if (fabs(x) > WHOLE_LIMIT) {
        if (!isfinite(x)) {
            ins_lines_add(&c->infinite, line);
            return;
        }
        if (!isfinite((float)x)) ins_lines_add(&c->wide, line);
        c->inexact |= fabs(x) < 1e19; /* there every double is whole */
    }
    if (c->numbers == 0) {
        s->first = c->minimum = c->maximum = x;
        c->counts = true;
    } else {
        c->counts = c->counts && x == s->previous + 1;
    }
    s->previous = x;
    const double distance = x - s->first;
    s->sum += distance;
    s->square += distance * distance;
    if (x < c->minimum) c->minimum = x;
    if (x > c->maximum) c->maximum = x;
    if (!c->fractions) c->fractions = x != floor(x);
    c->numbers++;
}

static void add_cell(const ins_sheet *t, size_t row, size_t j, ins_surveyed *c, sums *s)
{
    double x = t->cell[row * t->columns + j];
    uint32_t text = isnan(x) ? ins_cell_text(x) : INS_NO_TEXT;
    const bool missing = isnan(x) && text == INS_NO_TEXT;
    if (text != INS_NO_TEXT && s->value != NULL) x = s->value[text];
    uint64_t bits = text != INS_NO_TEXT ? t->column[j].texts.hash[text] : 0;
    if (!isnan(x)) memcpy(&bits, &x, sizeof bits);
    c->hash = (c->hash ^ bits) * 0x9e3779b97f4a7c15ULL;
    c->hash ^= c->hash >> 29;
    if (!isnan(x)) {
        add_number(c, s, x, t->line[row]);
        if (!isfinite(x) && c->odd == NULL) c->odd = x > 0 ? "inf" : "-inf";
    } else if (missing) {
        ins_lines_add(&c->missing, t->line[row]);
    } else {
        ins_lines_add(&c->texts, t->line[row]);
        if (c->odd == NULL) c->odd = t->column[j].texts.name[text];
    }
}

static const char *const pairs[][2] = {{"false", "true"}, {"f", "t"}, {"no", "yes"}, {"n", "y"}};

enum { PAIRS = sizeof pairs / sizeof pairs[0] };

/* The pair that a text is of; PAIRS: none. */
static size_t pair_of(const char *text)
{
    size_t pair = 0;
    while (pair < PAIRS && strcasecmp(text, pairs[pair][0]) != 0 &&
           strcasecmp(text, pairs[pair][1]) != 0)
        pair++;
    return pair;
}

double ins_boolean_value(const char *text)
{
    const size_t pair = pair_of(text);
    return pair < PAIRS && strcasecmp(text, pairs[pair][1]) == 0;
}

/* Both words of one pair, in any case. */
static bool are_booleans(const ins_labels *texts)
{
    size_t yes = 0;
    if (texts->count == 0) return false;
    const size_t pair = pair_of(texts->name[0]);
    for (size_t i = 0; i < texts->count; i++) {
        if (pair_of(texts->name[i]) != pair) return false;
        yes += ins_boolean_value(texts->name[i]) == 1;
    }
    return pair < PAIRS && yes > 0 && yes < texts->count;
}

/* Digits: how many, up to four, and the byte after them. */
static size_t digits(const char **text)
{
    size_t count = 0;
    while (count <= 4 && isdigit((unsigned char)**text)) count++, (*text)++;
    return count;
}

/* 2021-01-31, 31.1.2021, 1/31/21, with a time after it or not. */
static bool is_date(const char *text)
{
    const size_t first = digits(&text);
    const char separator = *text;
    if (first == 0 || first == 3 || first > 4 || separator == '\0' || !strchr("-./", separator))
        return false;
    text++;
    const size_t second = digits(&text);
    if (second == 0 || second > 2 || *text != separator) return false;
    text++;
    const size_t third = digits(&text);
    const bool ends = *text == '\0' || *text == ' ' || *text == 'T';
    return ends && third > 0 && (first == 4 ? third <= 2 : third == 2 || third == 4);
}

static bool are_dates(const ins_labels *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        if (!is_date(texts->name[i])) return false;
    return texts->count > 0;
}

/* Numbers and texts: codes such as 2, 3, 4, 5more return again and again; texts that are rare are
 * what does not belong among numbers. */
static ins_column_kind kind_of_both(const ins_sheet *t, size_t column, const ins_surveyed *c)
{
    const size_t numbers = c->numbers + c->infinite.count, cells = numbers + c->texts.count;
    const size_t different = ins_count_different(t, column);
    const bool few = different <= INS_CATEGORY_LIMIT;
    if (c->texts.count * RARE >= cells && few && different * 2 <= cells) return INS_KIND_CATEGORY;
    if (numbers >= c->texts.count) return INS_KIND_MIXED;
    return few ? INS_KIND_CATEGORY : INS_KIND_TEXTS;
}

static ins_column_kind kind_of(const ins_sheet *t, size_t column, const ins_surveyed *c)
{
    const ins_labels *texts = &t->column[column].texts;
    const size_t numbers = c->numbers + c->infinite.count;
    if (c->texts.count == 0) return numbers > 0 ? INS_KIND_NUMBERS : INS_KIND_EMPTY;
    if (numbers > 0) return kind_of_both(t, column, c);
    if (are_booleans(texts)) return INS_KIND_BOOLEANS;
    if (are_dates(texts)) return INS_KIND_DATES;
    return texts->count <= INS_CATEGORY_LIMIT ? INS_KIND_CATEGORY : INS_KIND_TEXTS;
}

static void finish(const ins_sheet *t, size_t j, size_t rows, ins_surveyed *c, const sums *s)
{
    const double n = (double)c->numbers, mean = s->sum / n;
    c->kind = kind_of(t, j, c);
    c->counts = c->counts && c->numbers == rows && rows >= COUNTED_ROWS;
    if (c->numbers == 0) {
        c->mean = c->deviation = c->minimum = c->maximum = NAN;
        return;
    }
    c->mean = s->first + mean;
    c->deviation = sqrt(fmax(0, s->square / n - mean * mean));
}

void ins_survey_columns(const ins_sheet *table, const bool *skip, ins_surveyed *column)
{
    sums *s = ins_allocate(table->columns, sizeof *s, "columns");
    for (size_t j = 0; j < table->columns; j++) {
        column[j] = (ins_surveyed){.hash = 1};
        if (table->column[j].verbatim) s[j].value = values_of(&table->column[j]);
    }
    size_t rows = 0;
    for (size_t i = 0; i < table->rows; i++) {
        if (skip != NULL && skip[i]) continue;
        for (size_t j = 0; j < table->columns; j++) add_cell(table, i, j, &column[j], &s[j]);
        rows++;
    }
    for (size_t j = 0; j < table->columns; j++) {
        finish(table, j, rows, &column[j], &s[j]);
        free(s[j].value);
    }
    free(s);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

size_t ins_count_different(const ins_sheet *table, size_t column)
{
    const ins_labels *texts = &table->column[column].texts;
    if (table->column[column].verbatim) return texts->count;
    double *x = ins_allocate(table->rows, sizeof *x, "a column");
    size_t n = 0, different = texts->count;
    for (size_t i = 0; i < table->rows; i++) {
        const double cell = table->cell[i * table->columns + column];
        if (!isnan(cell)) x[n++] = cell;
    }
    qsort(x, n, sizeof *x, by_value);
    for (size_t i = 0; i < n; i++) different += i == 0 || x[i] > x[i - 1];
    free(x);
    return different;
}
