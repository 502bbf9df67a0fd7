/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of rows, columns, cells, numbers and whole files. */
#include <config.h>

#include "mutations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/random.h"

/* --- What is drawn -------------------------------------------------------------------- */

static size_t below(gsl_rng *rng, size_t count)
{
    return (size_t)ins_random_interval(rng, count - 1);
}

#define ONE_OF(rng, list) ((list)[below(rng, sizeof(list) / sizeof *(list))])

/* A file with rows, or NULL when it has none of them. */
static sheet *any_sheet(sheets *log, gsl_rng *rng)
{
    sheet *now = &log->item[below(rng, log->count)];
    return now->missing || now->rows < 2 || now->columns == 0 ? NULL : now;
}

static size_t any_row(const sheet *of, gsl_rng *rng)
{
    return 1 + below(rng, of->rows - 1);
}

/* A number, empty or not finite: names never look like it here, and may look like anything else. */
static bool is_number(const char *cell)
{
    double value;
    return *cell == '\0' || ins_parse_number(cell, strlen(cell), &value) != INS_NUMBER_INVALID;
}

static bool is_numeric(const sheet *of, size_t column)
{
    bool some = false;
    for (size_t r = 1; r < of->rows; r++) {
        const char *cell = *sheet_cell(of, r, column);
        if (!is_number(cell)) return false;
        some = some || *cell != '\0';
    }
    return some;
}

static const char *const numbers[] = {
    "",      "nan",    "NA",    "inf",     "-inf", "0",          "-0",         "-1",
    "1",     "2",      "0.5",   "1.5",     "97.3", "1e-30",      "1e-320",     "1e30",
    "1e308", "-1e308", "1e999", "-3",      "1000", "2147483648", "4294967295", "9007199254740993",
    "1e18",  "1e19",   "0x10",  "\"1,5\"", "x",    "99999"};

static const char *const words[] = {"",
                                    "x",
                                    "weight",
                                    "delta",
                                    "relu",
                                    "diverged",
                                    "running",
                                    "attention",
                                    "1 2",
                                    "0",
                                    "\"a \"\"b\"\", c\"",
                                    "<img src=x onerror=alert(1)>",
                                    "=1+1",
                                    "'",
                                    "\xff\xfe",
                                    "{/:Bold x}",
                                    "%s%n",
                                    "\"two\nlines\"",
                                    "../../etc",
                                    "`touch pwned`",
                                    "\xe2\x80\xae\xd7\xa9",
                                    "conv(3)",
                                    "he_normal(gain=1e308)",
                                    "input(8,8),4x(res(ln,"};

static const char *any_value(const sheet *of, size_t column, gsl_rng *rng)
{
    if (below(rng, 3) == 0) return *sheet_cell(of, any_row(of, rng), column);
    return is_numeric(of, column) ? ONE_OF(rng, numbers) : ONE_OF(rng, words);
}

static const char *number_text(ins_arena *arena, double value)
{
    char digits[INS_NUMBER_SIZE];
    return ins_arena_copy(arena, digits, ins_format_number(digits, value));
}

static size_t *first_numbers(size_t count, ins_arena *arena)
{
    size_t *list = ins_arena_get(arena, count + 1, sizeof *list, "a mutation");
    for (size_t i = 0; i < count; i++) list[i] = i;
    return list;
}

static void select_rows(sheets *log, sheet *of, const size_t *rows, size_t count)
{
    sheet_select(of, rows, count, first_numbers(of->columns, log->arena), of->columns, log->arena);
}

static void select_columns(sheets *log, sheet *of, const size_t *columns, size_t count)
{
    sheet_select(of, first_numbers(of->rows, log->arena), of->rows, columns, count, log->arena);
}

/* A range of rows: one, some, or very many. */
static void any_range(const sheet *of, gsl_rng *rng, size_t *first, size_t *last)
{
    *first = any_row(of, rng);
    *last = *first;
    if (below(rng, 2) == 0) *last = *first + below(rng, of->rows - *first);
    if (below(rng, 6) == 0) *first = 1;
    if (below(rng, 6) == 0) *last = of->rows - 1;
}

/* --- Rows ----------------------------------------------------------------------------- */

static void drop_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    size_t first, last, count = 0;
    any_range(of, rng, &first, &last);
    size_t *rows = first_numbers(of->rows, log->arena);
    for (size_t r = 0; r < of->rows; r++)
        if (r < first || r > last) rows[count++] = r;
    select_rows(log, of, rows, count);
    ins_text_add_format(said, " %zu..%zu", first, last);
}

static void repeat_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    size_t first, last;
    any_range(of, rng, &first, &last);
    const size_t more = last - first + 1;
    size_t *rows = first_numbers(of->rows + more, log->arena);
    for (size_t i = 0; i < more; i++) rows[of->rows + i] = first + i;
    select_rows(log, of, rows, of->rows + more);
    ins_text_add_format(said, " %zu..%zu", first, last);
}

static void exchange_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t a = any_row(of, rng), b = any_row(of, rng);
    size_t *rows = first_numbers(of->rows, log->arena);
    rows[a] = b;
    rows[b] = a;
    select_rows(log, of, rows, of->rows);
    ins_text_add_format(said, " %zu and %zu", a, b);
}

static void shuffle_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)said;
    size_t *rows = first_numbers(of->rows, log->arena);
    ins_random_shuffle(rng, rows + 1, of->rows - 1);
    select_rows(log, of, rows, of->rows);
}

static void empty_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)log;
    size_t first, last;
    any_range(of, rng, &first, &last);
    for (size_t r = first; r <= last; r++)
        for (size_t c = 0; c < of->columns; c++) *sheet_cell(of, r, c) = "";
    ins_text_add_format(said, " %zu..%zu", first, last);
}

static void cut_rows(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t kept = 1 + below(rng, of->rows);
    select_rows(log, of, first_numbers(kept, log->arena), kept);
    ins_text_add_format(said, " behind %zu", kept - 1);
}

/* All rows of one word, as of one tensor. */
static void drop_word(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t column = below(rng, of->columns);
    const char *word = *sheet_cell(of, any_row(of, rng), column);
    size_t *rows = first_numbers(of->rows, log->arena), count = 1;
    for (size_t r = 1; r < of->rows; r++)
        if (strcmp(*sheet_cell(of, r, column), word) != 0) rows[count++] = r;
    select_rows(log, of, rows, count);
    ins_text_add_format(said, " with \"%.40s\" in %s", word, *sheet_cell(of, 0, column));
}

/* --- Columns -------------------------------------------------------------------------- */

static void drop_column(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t column = below(rng, of->columns);
    size_t *columns = first_numbers(of->columns, log->arena), count = 0;
    ins_text_add_format(said, " %s", *sheet_cell(of, 0, column));
    for (size_t c = 0; c < of->columns; c++)
        if (c != column) columns[count++] = c;
    if (count > 0) select_columns(log, of, columns, count);
}

static void repeat_column(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t column = below(rng, of->columns);
    size_t *columns = first_numbers(of->columns + 1, log->arena);
    columns[of->columns] = column;
    ins_text_add_format(said, " %s", *sheet_cell(of, 0, column));
    select_columns(log, of, columns, of->columns + 1);
}

static void rename_column(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)log;
    const size_t a = below(rng, of->columns), b = below(rng, of->columns);
    const char *name = *sheet_cell(of, 0, a);
    ins_text_add_format(said, " %s and %s", name, *sheet_cell(of, 0, b));
    *sheet_cell(of, 0, a) = *sheet_cell(of, 0, b);
    *sheet_cell(of, 0, b) = name;
}

static void empty_column(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)log;
    const size_t column = below(rng, of->columns);
    for (size_t r = 1; r < of->rows; r++) *sheet_cell(of, r, column) = "";
    ins_text_add_format(said, " %s", *sheet_cell(of, 0, column));
}

/* --- Cells ---------------------------------------------------------------------------- */

/* One cell, some, or all of a column. */
static void set_cells(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const size_t shares[] = {1, 2, 5};
    (void)log;
    const size_t column = below(rng, of->columns), row = any_row(of, rng);
    const bool one = below(rng, 2) == 0;
    const size_t share = ONE_OF(rng, shares);
    const char *value = any_value(of, column, rng);
    size_t count = 1;
    *sheet_cell(of, row, column) = value;
    for (size_t r = 1; r < of->rows && !one; r++)
        if (below(rng, share) == 0) {
            *sheet_cell(of, r, column) = value;
            count++;
        }
    ins_text_add_format(said, " of %s, row %zu and %zu more: \"%s\"", *sheet_cell(of, 0, column),
                        row, count - 1, value);
}

static void mix_cells(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const size_t column = below(rng, of->columns);
    size_t *rows = first_numbers(of->rows, log->arena);
    const char **cell = ins_arena_get(log->arena, of->rows, sizeof *cell, "a mutation");
    ins_random_shuffle(rng, rows + 1, of->rows - 1);
    for (size_t r = 1; r < of->rows; r++) cell[r] = *sheet_cell(of, rows[r], column);
    for (size_t r = 1; r < of->rows; r++) *sheet_cell(of, r, column) = cell[r];
    ins_text_add_format(said, " of %s", *sheet_cell(of, 0, column));
}

/* A name of many bytes, wherever the log has it. */
static void lengthen_name(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const size_t lengths[] = {200, 5000, 65536};
    const size_t column = below(rng, of->columns), length = ONE_OF(rng, lengths);
    const char *name = *sheet_cell(of, below(rng, of->rows), column);
    char *longer = ins_arena_get(log->arena, length + 1, 1, "a mutation");
    memset(longer, 'a', length);
    for (size_t s = 0; s < log->count; s++)
        for (size_t i = 0; i < log->item[s].rows * log->item[s].columns; i++)
            if (strcmp(log->item[s].cell[i], name) == 0 && !is_number(name))
                log->item[s].cell[i] = longer;
    ins_text_add_format(said, " \"%.40s\" to %zu bytes", name, length);
}

/* --- Numbers -------------------------------------------------------------------------- */

typedef double (*transformation)(double value, double by, double threshold);

static double shifted(double value, double by, double threshold)
{
    (void)threshold;
    return value + by;
}

static double stretched(double value, double by, double threshold)
{
    (void)threshold;
    return value * by;
}

static double with_gap(double value, double by, double threshold)
{
    return value > threshold ? value + by : value;
}

/* A column of one file, or of all files that have it. */
static void transform(sheets *log, sheet *of, gsl_rng *rng, transformation change, double by,
                      ins_text *said)
{
    const char *name = *sheet_cell(of, 0, below(rng, of->columns));
    const char *at = *sheet_cell(of, any_row(of, rng), sheet_column(of, name));
    const bool everywhere = below(rng, 2) == 0;
    double threshold = 0, value;
    ins_parse_number(at, strlen(at), &threshold);
    for (size_t s = 0; s < log->count; s++) {
        sheet *now = &log->item[s];
        const size_t column = sheet_column(now, name);
        if ((now != of && !everywhere) || column == now->columns) continue;
        for (size_t r = 1; r < now->rows; r++) {
            const char **cell = sheet_cell(now, r, column);
            if (ins_parse_number(*cell, strlen(*cell), &value) == INS_NUMBER_FINITE)
                *cell = number_text(log->arena, change(value, by, threshold));
        }
    }
    ins_text_add_format(said, " %s by %g%s", name, by, everywhere ? " in every file" : "");
}

static void shift_numbers(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const double by[] = {1, -1, 2, 7, -5, 0.5, 1000, 1e6, 4e9, 1e15};
    transform(log, of, rng, shifted, ONE_OF(rng, by), said);
}

static void stretch_numbers(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const double by[] = {0, -1, 2, 3, 100, 33333, 1e10, 1e300, 1e-300, 0.5};
    transform(log, of, rng, stretched, ONE_OF(rng, by), said);
}

static void open_gap(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const double by[] = {1, 2, 10, 1000, 33333, 1e6, 1e9};
    transform(log, of, rng, with_gap, ONE_OF(rng, by), said);
}

/* --- Files ---------------------------------------------------------------------------- */

static void miss_file(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)log, (void)rng, (void)said;
    of->missing = true;
}

static void keep_header(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)rng, (void)said;
    select_rows(log, of, first_numbers(1, log->arena), 1);
}

static void cut_bytes(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    (void)log;
    of->bytes = below(rng, of->rows * of->columns * 6);
    ins_text_add_format(said, " behind %zu bytes", of->bytes);
}

static void take_other(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    const sheet *other = &log->item[below(rng, log->count)];
    ins_text_add_format(said, " to those of %s", other->name);
    of->rows = other->rows;
    of->columns = other->columns;
    of->cell = other->cell;
    select_rows(log, of, first_numbers(of->rows, log->arena), of->rows);
}

static void spoil_ends(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const char *const ends[] = {"\r\n", "\r", "\n\n", ",\n", ";\n", " \n", ""};
    (void)log, (void)said;
    of->end = ONE_OF(rng, ends);
}

static void spoil_start(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const char *const starts[] = {"\xef\xbb\xbf", "\xff\xfe", "\"",
                                         "\n\n",         "title\n",  "PK\x03\x04",
                                         "sep=,\n",      "\x1f\x8b", "# comment\n"};
    (void)log, (void)said;
    of->before = ONE_OF(rng, starts);
}

static void separate_otherwise(sheets *log, sheet *of, gsl_rng *rng, ins_text *said)
{
    static const char separators[] = {';', '\t', '|', ' '};
    (void)log, (void)said;
    of->separator = ONE_OF(rng, separators);
}

static const struct mutation {
    const char *name;
    void (*change)(sheets *log, sheet *of, gsl_rng *rng, ins_text *said);
    unsigned weight;
} mutations[] = {
    {"drop rows", drop_rows, 4},         {"repeat rows", repeat_rows, 3},
    {"exchange rows", exchange_rows, 2}, {"shuffle rows", shuffle_rows, 2},
    {"empty rows", empty_rows, 2},       {"cut rows", cut_rows, 3},
    {"drop the rows", drop_word, 5},     {"drop column", drop_column, 4},
    {"repeat column", repeat_column, 1}, {"exchange names of columns", rename_column, 1},
    {"empty column", empty_column, 4},   {"set cells", set_cells, 14},
    {"mix cells", mix_cells, 5},         {"lengthen", lengthen_name, 2},
    {"shift", shift_numbers, 6},         {"stretch", stretch_numbers, 6},
    {"open a gap in", open_gap, 6},      {"no file", miss_file, 3},
    {"keep the header", keep_header, 3}, {"cut", cut_bytes, 3},
    {"change the rows", take_other, 1},  {"other ends of lines", spoil_ends, 1},
    {"another start", spoil_start, 1},   {"another separator", separate_otherwise, 1}};

static const struct mutation *any_mutation(gsl_rng *rng)
{
    const struct mutation *now = mutations;
    size_t weights = 0;
    for (size_t i = 0; i < sizeof mutations / sizeof mutations[0]; i++)
        weights += mutations[i].weight;
    for (size_t at = below(rng, weights); at >= now->weight; now++) at -= now->weight;
    return now;
}

void mutate(sheets *log, gsl_rng *rng, ins_text *said)
{
    const size_t changes = 1 + below(rng, 3);
    for (size_t i = 0; i < changes; i++) {
        sheet *of = any_sheet(log, rng);
        const struct mutation *now = any_mutation(rng);
        if (of == NULL) continue;
        ins_text_add_format(said, "%s%s: %s", said->length > 0 ? "; " : "", of->name, now->name);
        now->change(log, of, rng, said);
    }
}

/* --- Twins ---------------------------------------------------------------------------- */

/* Where: a column of a file. */
typedef void (*twin_change)(sheets *log, sheet *of, size_t column, gsl_rng *rng);

static void as_it_is(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)of, (void)column, (void)rng;
}

static void other_order(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)column;
    size_t *columns = first_numbers(of->columns, log->arena);
    ins_random_shuffle(rng, columns, of->columns);
    select_columns(log, of, columns, of->columns);
}

static void further_column(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)rng;
    size_t *columns = first_numbers(of->columns + 1, log->arena);
    columns[of->columns] = column;
    select_columns(log, of, columns, of->columns + 1);
    *sheet_cell(of, 0, of->columns - 1) = "of_another_program";
}

static void other_ends(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)column, (void)rng;
    of->end = "\r\n";
}

static void byte_order_mark(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)column, (void)rng;
    of->before = "\xef\xbb\xbf";
}

static void semicolons(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)column, (void)rng;
    of->separator = ';';
}

static void all_quoted(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)rng;
    for (size_t r = 0; r < of->rows; r++) {
        const char **cell = sheet_cell(of, r, column);
        if (strchr(*cell, '"') == NULL) *cell = ins_arena_format(log->arena, "\"%s\"", *cell);
    }
}

static void without_column(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)rng;
    size_t *columns = first_numbers(of->columns, log->arena), count = 0;
    for (size_t c = 0; c < of->columns; c++)
        if (c != column) columns[count++] = c;
    select_columns(log, of, columns, count);
}

static void fill_column(sheet *of, size_t column, const char *value)
{
    for (size_t r = 1; r < of->rows; r++) *sheet_cell(of, r, column) = value;
}

static void empty_instead(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)rng;
    fill_column(of, column, "");
}

static void nan_instead(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)rng;
    fill_column(of, column, "nan");
}

static void without_file(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)log, (void)column, (void)rng;
    of->missing = true;
}

static void header_alone(sheets *log, sheet *of, size_t column, gsl_rng *rng)
{
    (void)column, (void)rng;
    select_rows(log, of, first_numbers(1, log->arena), 1);
}

static const struct twins {
    const char *name;
    twin_change left, right;
    bool of_numbers; /* of a column of numbers alone */
    bool may_differ; /* one of them may be refused */
} twins[] = {{"columns in another order", as_it_is, other_order, false, false},
             {"a column of another program", as_it_is, further_column, false, false},
             {"CR LF", as_it_is, other_ends, false, false},
             {"a byte order mark", as_it_is, byte_order_mark, false, false},
             {"semicolons", as_it_is, semicolons, false, false},
             {"quotes", as_it_is, all_quoted, false, false},
             {"an empty column and none", without_column, empty_instead, false, true},
             {"a column of nan and none", without_column, nan_instead, true, true},
             {"a header alone and no file", without_file, header_alone, false, true}};

/* What was cut, or has other ends of lines, is cut elsewhere, or says something else, when its twin
 * is written in another way. */
static bool is_plain(const sheet *of)
{
    return of->bytes == SIZE_MAX && strcmp(of->end, "\n") == 0 && *of->before == '\0' &&
           of->separator == ',';
}

bool make_twins(sheets *left, sheets *right, gsl_rng *rng, bool *may_differ, ins_text *said)
{
    const struct twins *pair = &ONE_OF(rng, twins);
    sheet *one = any_sheet(left, rng);
    /* The first line of experiment.ini is no header. */
    if (one == NULL || one->columns < 2 || strcmp(one->name, "experiment.ini") == 0) return false;
    if (!is_plain(one)) return false;
    const size_t column = below(rng, one->columns);
    if (pair->of_numbers && !is_numeric(one, column)) return false;
    /* Of a layer without activation or block the cell is empty: that is told, and not missing. */
    if (pair->may_differ && strcmp(one->name, "network.csv") == 0) return false;
    ins_text_add_format(said, "; %s, %s: %s", one->name, *sheet_cell(one, 0, column), pair->name);
    pair->left(left, one, column, rng);
    pair->right(right, &right->item[one - left->item], column, rng);
    *may_differ = pair->may_differ;
    return true;
}

/* --- Evidence ------------------------------------------------------------------------- */

static const evidence all_evidence[] = {
    {"epochs.csv", NULL, "learning", NULL},
    {"epochs.csv", NULL, NULL, "learned, in"},
    {"layers.csv", NULL, "signal", "in every layer, or rounding"},
    {"layers.csv", NULL, "gains", "vanishes with"},
    {"layers.csv", NULL, NULL, "explodes with"},
    {"layers.csv", "delta", NULL, "whose error is 0"},
    {"layers.csv", "preactivation", NULL, "whose signal is 0"},
    {"layers.csv", "gradient", "gradients", "the gradient as"},
    {"layers.csv", "stream", "streams", NULL},
    {"layers.csv", NULL, "time", NULL},
    {"layers.csv", NULL, "spread", NULL},
    {"layers.csv", NULL, "width", NULL},
    {"symmetry.csv", NULL, "rank", "units are equal in bits"},
    {"symmetry.csv", NULL, NULL, "Units are dead"},
    {"histograms.csv", "preactivation", "distributions", NULL},
    {"histograms.csv", "delta", "distributions-delta", NULL},
    {"spectrum.csv", NULL, "isometry", NULL},
    {"steps.csv", NULL, "steps", NULL},
    {"tokens.csv", NULL, "tokens", "tokens are alike"}};

/* Where something was measured, rather than what. */
static bool is_place(const char *column)
{
    return ins_is_word_of(column, "run initializer seed epoch step updates layer tensor bin index");
}

/* The rows of a tensor, or all. */
static bool is_meant(const sheet *of, size_t row, const char *tensor)
{
    const size_t column = sheet_column(of, "tensor");
    return row > 0 && (tensor == NULL || column == of->columns ||
                       strcmp(*sheet_cell(of, row, column), tensor) == 0);
}

static void drop_meant(sheets *log, sheet *of, const char *tensor)
{
    size_t *rows = first_numbers(of->rows, log->arena), count = 0;
    for (size_t r = 0; r < of->rows; r++)
        if (!is_meant(of, r, tensor)) rows[count++] = r;
    select_rows(log, of, rows, count);
}

static void blank_meant(sheet *of, const char *tensor, const char *value)
{
    for (size_t r = 1; r < of->rows; r++)
        for (size_t c = 0; c < of->columns && is_meant(of, r, tensor); c++)
            if (!is_place(*sheet_cell(of, 0, c))) *sheet_cell(of, r, c) = value;
}

const evidence *take_evidence(sheets *log, gsl_rng *rng, ins_text *said)
{
    const evidence *now = &ONE_OF(rng, all_evidence);
    const size_t way = below(rng, 4);
    sheet *of = sheets_named(log, now->file);
    ins_text_add_format(said, "; no evidence in %s%s%s, way %zu", now->file,
                        now->tensor != NULL ? " of " : "", now->tensor != NULL ? now->tensor : "",
                        way);
    if (of == NULL) return now;
    if (way == 0 && now->tensor == NULL)
        of->missing = true;
    else if (way < 2)
        drop_meant(log, of, now->tensor);
    else
        blank_meant(of, now->tensor, way == 2 ? "" : "nan");
    return now;
}
