/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows by the identifiers of their columns: what is written, and that every cell out of place ends
 * the program. */
#include <config.h>

#include <math.h>

#include "initscope/log_row.h"
#include "initscope/log_writer.h"

#include "check_tap.h"
#include "death.h"

static ins_text out;

static void finish(void)
{
    ins_text_free(&out);
}

START_TEST(test_cells)
{
    ins_row row = ins_row_begin(&out, INS_LOG_TIMING);
    ins_row_integer(&row, INS_TIMING_RUN, 3);
    ins_row_number(&row, INS_TIMING_TRAIN_SECONDS, 0.5);
    ins_row_empty(&row, INS_TIMING_RECORD_SECONDS);
    ins_row_end(&row);
    row = ins_row_begin(&out, INS_LOG_ENVIRONMENT);
    ins_row_text(&row, INS_ENVIRONMENT_KEY, "=key, quoted");
    ins_row_name(&row, INS_ENVIRONMENT_VALUE, "=value");
    ins_row_end(&row);
    ck_assert_str_eq(out.data, "3,0.5,\n\"=key, quoted\",'=value\n");
}
END_TEST

START_TEST(test_epoch)
{
    ins_run_labels labels = {3, "normal(0,1)", 4294967295};
    ins_row row = ins_row_begin_epoch(&out, INS_LOG_SPECTRUM, &labels, 12);
    ins_row_integer(&row, INS_SPECTRUM_LAYER, 1);
    ins_row_integer(&row, INS_SPECTRUM_INDEX, 2);
    ins_row_number(&row, INS_SPECTRUM_SINGULAR_VALUE, NAN);
    ins_row_end(&row);
    ck_assert_str_eq(out.data, "3,\"normal(0,1)\",4294967295,12,1,2,nan\n");
}
END_TEST

/* The files that such rows are of do begin with these columns. */
START_TEST(test_epoch_columns)
{
    static const ins_log_file files[] = {INS_LOG_EPOCHS, INS_LOG_LAYERS, INS_LOG_SYMMETRY,
                                         INS_LOG_HISTOGRAMS, INS_LOG_SPECTRUM};
    const ins_column *columns = ins_log_tables[files[_i]].columns;
    ck_assert_str_eq(columns[0].name, "run");
    ck_assert_str_eq(columns[1].name, "initializer");
    ck_assert_str_eq(columns[2].name, "seed");
    ck_assert_str_eq(columns[3].name, "epoch");
}
END_TEST

static const ins_column table[] = {{.name = "first", .type = INS_COLUMN_INTEGER},
                                   {.name = "second, quoted", .type = INS_COLUMN_TEXT},
                                   {.name = NULL}};

START_TEST(test_table)
{
    ins_row_header(table, &out);
    ins_row row = ins_row_begin_table(&out, table);
    ins_row_integer(&row, 0, -1);
    ins_row_text(&row, 1, "");
    ins_row_end(&row);
    ck_assert_str_eq(out.data, "first,\"second, quoted\"\n-1,\n");
}
END_TEST

/* A row of timing.csv with one thing wrong. */
static void write_wrongly(int fault)
{
    ins_row row = ins_row_begin(&out, INS_LOG_TIMING);
    switch (fault) {
    case 0:
        ins_row_number(&row, INS_TIMING_TRAIN_SECONDS, 1);
        break; /* the second one first */
    case 1:
        ins_row_text(&row, INS_TIMING_RUN, "1");
        break;
    case 2:
        ins_row_name(&row, INS_TIMING_RUN, "1");
        break;
    case 3:
        ins_row_number(&row, INS_TIMING_RUN, 1);
        break;
    case 4:
        ins_row_empty(&row, INS_TIMING_TRAIN_SECONDS);
        break;
    case 5:
        ins_row_integer(&row, INS_SPECTRUM_RUN, 1);
        break; /* of another file */
    default:
        ins_row_integer(&row, INS_TIMING_RUN, 1);
    }
    if (fault == 6) ins_row_integer(&row, INS_TIMING_RUN, 1); /* twice */
    if (fault == 7) ins_row_integer(&row, INS_TIMING_TRAIN_SECONDS, 1);
    if (fault == 8) ins_row_end(&row);
    ins_row_number(&row, INS_TIMING_TRAIN_SECONDS, 1);
    ins_row_number(&row, INS_TIMING_RECORD_SECONDS, 1);
    if (fault == 9) ins_row_number(&row, INS_TIMING_RECORD_SECONDS + 1, 1);
    if (fault == 10) ins_row_empty(&row, INS_TIMING_RECORD_SECONDS + 1);
    ins_row_end(&row);
}

START_TEST(test_wrong)
{
    static const char *const words[] = {"where \"run\"",
                                        "column \"run\" has another type",
                                        "column \"run\" has another type",
                                        "column \"run\" has another type",
                                        "where \"run\"",
                                        "where \"run\"",
                                        "where \"train_seconds\"",
                                        "column \"train_seconds\" has another type",
                                        "without its cell \"train_seconds\"",
                                        "after the last column",
                                        "after the last column"};
    check_death(write_wrongly, _i, words[_i]);
}
END_TEST

/* Nor is that because of something else. */
START_TEST(test_nothing_wrong)
{
    write_wrongly(-1);
    ck_assert_str_eq(out.data, "1,1,1\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows of logs");
    TCase *cases = tcase_create("cells");
    tcase_add_checked_fixture(cases, NULL, finish);
    tcase_add_test(cases, test_cells);
    tcase_add_test(cases, test_epoch);
    tcase_add_loop_test(cases, test_epoch_columns, 0, 5);
    tcase_add_test(cases, test_table);
    tcase_add_loop_test(cases, test_wrong, 0, 11);
    tcase_add_test(cases, test_nothing_wrong);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
