/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's summary.csv and comparisons.csv of the log in tests/golden/statistics, against what
 * SciPy says of it (tests/golden/make_statistics.py). */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

#include "initscope/analysis.h"
#include "initscope/csv.h"

enum { COLUMNS = 48, ROWS = 16, FIELD = 400 };

/* A small CSV file as text, its header the first row. */
typedef struct sheet {
    size_t rows, columns;
    char cell[ROWS][COLUMNS][FIELD];
} sheet;

static sheet expected, made;

static void take_row(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    sheet *into = (sheet *)context;
    (void)error;
    ck_assert_uint_lt(index, ROWS);
    ck_assert_uint_le(row->count, COLUMNS);
    for (size_t c = 0; c < row->count; c++) {
        ck_assert_uint_lt(row->fields[c].length, FIELD);
        memcpy(into->cell[index][c], row->fields[c].text, row->fields[c].length);
        into->cell[index][c][row->fields[c].length] = '\0';
    }
    into->rows = index + 1;
    into->columns = row->count;
}

static void read_sheet(const char *path, sheet *into)
{
    ins_error error = {0};
    memset(into, 0, sizeof *into);
    ins_csv_read(path, ',', take_row, into, &error);
    ck_assert_msg(error.count == 0, "%s", error.line[0]);
}

static size_t column_of(const sheet *in, const char *name)
{
    for (size_t c = 0; c < in->columns; c++)
        if (strcmp(in->cell[0][c], name) == 0) return c;
    ck_abort_msg("there is no column %s", name);
    return 0;
}

/* Every cell of expected has its equal in made: text as it is, numbers to nine digits, which is
 * what the differences of nearly equal accuracies leave. Returns how many numbers there were. */
static size_t compare(void)
{
    size_t numbers = 0;
    ck_assert_uint_eq(made.rows, expected.rows);
    for (size_t c = 0; c < expected.columns; c++) {
        size_t in_made = column_of(&made, expected.cell[0][c]);
        for (size_t r = 1; r < expected.rows; r++) {
            const char *want = expected.cell[r][c], *is = made.cell[r][in_made];
            char *end;
            double number = strtod(want, &end);
            if (*want == '\0' || *end != '\0' || isinf(number)) {
                ck_assert_msg(strcmp(is, want) == 0, "row %zu, %s: \"%s\" is not \"%s\"", r,
                              expected.cell[0][c], is, want);
                continue;
            }
            ck_assert_msg(fabs(strtod(is, NULL) - number) <= 1e-9 * fabs(number),
                          "row %zu, %s: %s is not %s", r, expected.cell[0][c], is, want);
            numbers++;
        }
    }
    return numbers;
}

/* The table that write makes of the log, through a file as a user reads it. */
static size_t against(const char *name, void (*write)(const ins_analysis *, ins_text *))
{
    const char *source = getenv("srcdir") ? getenv("srcdir") : ".";
    char directory[2048], path[2200];
    ins_study study;
    ins_analysis analysis;
    ins_error error = {0};
    ins_text out = {0};
    snprintf(directory, sizeof directory, "%s/tests/golden/statistics", source);
    ck_assert_msg(ins_study_read(directory, &study, &error) == INS_OK, "%s", error.line[0]);
    ins_analyse(&study, &analysis);
    write(&analysis, &out);
    read_sheet(scratch_file(name, out.data, out.length), &made);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    read_sheet(path, &expected);
    ins_text_free(&out);
    ins_analysis_free(&analysis);
    ins_study_free(&study);
    return compare();
}

START_TEST(summary_is_what_scipy_says)
{
    ck_assert_uint_ge(against("summary.csv", ins_analysis_summary), 9 * 18);
}
END_TEST

START_TEST(comparisons_are_what_scipy_says)
{
    ck_assert_uint_eq(against("comparisons.csv", ins_analysis_comparisons), 9 * 6 + 3 * 4 + 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("statistics");
    TCase *golden = tcase_create("against SciPy");
    tcase_add_checked_fixture(golden, scratch_setup, scratch_teardown);
    tcase_add_test(golden, summary_is_what_scipy_says);
    tcase_add_test(golden, comparisons_are_what_scipy_says);
    suite_add_tcase(suite, golden);
    return ins_run_suite(suite);
}
