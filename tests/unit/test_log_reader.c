/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs read into columns: what other programs write, and every complaint word by word. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_tap.h"
#include "initscope/file.h"
#include "initscope/log_reader.h"

static char root[256];
static ins_error problem;
static ins_table table;
static bool present;

static void setup(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/initscope-reader-XXXXXX",
             temporary != NULL ? temporary : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(root));
    ins_error_clear(&problem);
    table = (ins_table){0};
}

static void teardown(void)
{
    ins_error ignored = {0};
    ins_directory_remove(root, &ignored);
}

static const char *put(const char *name, const char *text)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static void read_layers(const char *text)
{
    put("layers.csv", text);
    ins_table_read(root, INS_LOG_LAYERS, false, &table, &present, &problem);
}

/* The one complaint about a file, which begins with its path. */
static void check_complaint(const char *name, const char *expected)
{
    char line[1024];
    snprintf(line, sizeof line, "%s/%s%s", root, name, expected);
    ck_assert_int_eq(problem.status, INS_DATA);
    ck_assert_uint_eq(problem.count, 1);
    ck_assert_str_eq(problem.line[0], line);
}

static double number(ins_column_id column, size_t row)
{
    const double *numbers = ins_table_numbers(&table, column);
    ck_assert_msg(numbers != NULL, "no numbers of column %d", (int)column);
    ck_assert_uint_lt(row, table.rows);
    return numbers[row];
}

/* Any order, unknown columns, absent columns. */
START_TEST(columns_by_name)
{
    read_layers("tensor,note,variance,run\nweight,x,0.5,1\ndelta,\"y,z\",1e-300,2\n");
    ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
    ck_assert(present);
    ck_assert_uint_eq(table.rows, 2);
    ck_assert_uint_eq(table.columns, ins_log_columns(INS_LOG_LAYERS));
    ck_assert(number(INS_LAYERS_VARIANCE, 0) == 0.5 && number(INS_LAYERS_VARIANCE, 1) == 1e-300);
    ck_assert(number(INS_LAYERS_RUN, 0) == 1 && number(INS_LAYERS_RUN, 1) == 2);
    ck_assert_str_eq(ins_table_texts(&table, INS_LAYERS_TENSOR)[1], "delta");
    ck_assert_ptr_null(ins_table_numbers(&table, INS_LAYERS_MEAN));
    ck_assert_ptr_null(ins_table_texts(&table, INS_LAYERS_INITIALIZER));
    ck_assert_ptr_null(ins_table_numbers(&table, INS_LAYERS_TENSOR));
    ck_assert_ptr_null(ins_table_numbers(&table, INS_EPOCHS_RUN)); /* of another file */
    ck_assert_ptr_null(ins_table_numbers(&table, INS_NO_COLUMN));
    ins_table_free(&table);
    ins_table_free(&table); /* is empty now */
}
END_TEST

/* nan and inf as C, Python, pandas, R and JavaScript write them; and the ends of double. */
START_TEST(spellings)
{
    static const char *const missing[] = {"", "nan", "NaN", "NA", "-nan", "NAN"};
    static const char *const infinite[] = {"inf", "Inf", "+inf", "INF", "Infinity", "1e999"};
    char text[256];
    for (size_t i = 0; i < 6; i++) {
        snprintf(text, sizeof text, "run,skewness,mean\n1,%s,%s\n2,-%s,4.9e-324\n", missing[i],
                 infinite[i], infinite[i][0] == '+' ? infinite[i] + 1 : infinite[i]);
        read_layers(text);
        ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
        ck_assert(isnan(number(INS_LAYERS_SKEWNESS, 0)));
        ck_assert(number(INS_LAYERS_MEAN, 0) == INFINITY);
        ck_assert(number(INS_LAYERS_SKEWNESS, 1) == -INFINITY);
        ck_assert(number(INS_LAYERS_MEAN, 1) == DBL_TRUE_MIN);
        ins_table_free(&table);
    }
}
END_TEST

START_TEST(whole_numbers)
{
    read_layers("run,count\n1,\n2.0,9007199254740993\n");
    ck_assert_int_eq(problem.status, INS_OK);
    ck_assert(number(INS_LAYERS_RUN, 1) == 2 && isnan(number(INS_LAYERS_COUNT, 0)));
    ins_table_free(&table);
    read_layers("run,count\n1.5,3\n");
    check_complaint("layers.csv", ":2:1: column \"run\": not a whole number (got \"1.5\")");
    ins_error_clear(&problem);
    read_layers("run,count\n1,-inf\n");
    check_complaint("layers.csv", ":2:2: column \"count\": not a whole number (got \"-inf\")");
}
END_TEST

START_TEST(complaints)
{
    static const struct {
        const char *text, *complaint;
    } cases[] = {
        {"run,variance\n1,2\n\n\"2\",abc\n",
         ":4:2: column \"variance\": not a number (got \"abc\")"},
        {"run,variance\n1,0x10\n", ":2:2: column \"variance\": not a number (got \"0x10\")"},
        {"run,variance\r\n1,\"1\n2\"\r\n",
         ":2:2: column \"variance\": not a number (got \"1\\x0a2\")"},
        {"run,variance\n1,\xff\x1b[31m\n",
         ":2:2: column \"variance\": not a number (got \"\\xff\\x1b[31m\")"},
        {"run,variance,run\n1,2,3\n", ":1:3: column appears twice (got \"run\")"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ins_error_clear(&problem);
        read_layers(cases[i].text);
        check_complaint("layers.csv", cases[i].complaint);
        ck_assert_uint_eq(table.rows, 0); /* nothing is left of a bad file */
        ck_assert_ptr_null(table.number);
    }
}
END_TEST

/* A row of layers.csv in columns of each type: in its range, or what is said of it. */
static const struct {
    const char *text, *complaint;
} ranges[] = {
    {"variance,kurtosis\n0,0\ninf,\nnan,1e300\n", NULL},
    {"variance\n1\n-1e-300\n-2\n",
     ":3:1: column \"variance\": must be 0 or more (got \"-1e-300\", and in 1 more row)"},
    {"second_moment\n-inf\n", ":2:1: column \"second_moment\": must be 0 or more (got \"-inf\")"},
    {"kurtosis\n-3\n", ":2:1: column \"kurtosis\": must be 0 or more (got \"-3\")"},
    {"mean,skewness,minimum\n-1,-2,-inf\n", NULL},
    {"zero_fraction,saturated_fraction\n0,1\n,nan\n0.5,1.0\n", NULL},
    {"run,zero_fraction\n1,0.5\n2,50\n3,40\n4,1\n5,100\n",
     ":3:2: column \"zero_fraction\": must be a share from 0 to 1; divide percent by 100 (got "
     "\"50\", and in 2 more rows)"},
    {"saturated_fraction\ninf\n",
     ":2:1: column \"saturated_fraction\": must be a share from 0 to 1 (got \"inf\")"},
    {"saturated_fraction\n-0.5\n",
     ":2:1: column \"saturated_fraction\": must be a share from 0 to 1 (got \"-0.5\")"},
    {"zero_fraction\n100.5\n",
     ":2:1: column \"zero_fraction\": must be a share from 0 to 1 (got \"100.5\")"},
    {"units,count,nonfinite\n1,0,0\n", NULL},
    {"units\n0\n", ":2:1: column \"units\": must be 1 or more (got \"0\")"},
    {"count\n-1\n", ":2:1: column \"count\": must be 0 or more (got \"-1\")"},
    {"count\n-1.5\n", ":2:1: column \"count\": not a whole number (got \"-1.5\")"},
};

START_TEST(values_in_range)
{
    read_layers(ranges[_i].text);
    if (ranges[_i].complaint != NULL) {
        check_complaint("layers.csv", ranges[_i].complaint);
        ck_assert_ptr_null(table.number);
        return;
    }
    ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
    ins_table_free(&table);
}
END_TEST

/* One line for each column that has such values, in their order in the list. */
START_TEST(ranges_of_every_column)
{
    read_layers("units,zero_fraction,variance\n0,2,-1\n0,3,-1\n-4,4,x\n");
    ck_assert_int_eq(problem.status, INS_DATA);
    ck_assert_uint_eq(problem.count, 4);
    ck_assert_ptr_nonnull(strstr(problem.line[0], ":4:3: column \"variance\": not a number"));
    ck_assert_ptr_nonnull(strstr(problem.line[1], ":2:1: column \"units\": must be 1 or more"));
    ck_assert_ptr_nonnull(strstr(problem.line[2], ":2:3: column \"variance\": must be 0 or more"));
    ck_assert_ptr_nonnull(strstr(problem.line[3], ":2:2: column \"zero_fraction\""));
    ck_assert_ptr_nonnull(strstr(problem.line[3], "(got \"2\", and in 2 more rows)"));
    ins_error_clear(&problem);
}
END_TEST

START_TEST(every_complaint)
{
    read_layers("run,variance,mean\nx,y,1\n2,3,4\n5,z,6\n");
    ck_assert_int_eq(problem.status, INS_DATA);
    ck_assert_uint_eq(problem.count, 3);
    ck_assert_ptr_nonnull(strstr(problem.line[2], "layers.csv:4:2: "));
}
END_TEST

START_TEST(semicolons)
{
    read_layers("\xef\xbb\xbfrun;tensor;variance\r\n1;delta;0.5\r\n");
    ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
    ck_assert(table.rows == 1 && number(INS_LAYERS_RUN, 0) == 1 &&
              number(INS_LAYERS_VARIANCE, 0) == 0.5);
    ins_table_free(&table);
}
END_TEST

START_TEST(absent)
{
    ck_assert_int_eq(ins_table_read(root, INS_LOG_LAYERS, false, &table, &present, &problem),
                     INS_OK);
    ck_assert(!present);
    ck_assert_uint_eq(table.rows, 0);
    ck_assert_ptr_null(ins_table_numbers(&table, INS_LAYERS_VARIANCE));
    ins_table_free(&table);
}
END_TEST

START_TEST(header_only)
{
    read_layers("run,tensor,variance\n");
    ck_assert_int_eq(problem.status, INS_OK);
    ck_assert_uint_eq(table.rows, 0);
    ck_assert_ptr_nonnull(ins_table_numbers(&table, INS_LAYERS_VARIANCE));
    ck_assert_ptr_nonnull(ins_table_texts(&table, INS_LAYERS_TENSOR));
    ins_table_free(&table);
}
END_TEST

/* Many rows of many texts: arrays and the table of texts grow, equal texts are one pointer. */
START_TEST(interned)
{
    enum { ROWS = 5000, NAMES = 1000 };
    ins_text text = {0};
    ins_text_add(&text, "run,initializer,tensor\n");
    for (size_t r = 0; r < ROWS; r++)
        ins_text_add_format(&text, "%zu,init%zu,%s\n", r, r * 7 % NAMES, r % 3 ? "init7" : "");
    read_layers(text.data);
    ins_text_free(&text);
    ck_assert_int_eq(problem.status, INS_OK);
    ck_assert_uint_eq(table.rows, ROWS);
    const char *const *name = ins_table_texts(&table, INS_LAYERS_INITIALIZER);
    const char *const *tensor = ins_table_texts(&table, INS_LAYERS_TENSOR);
    for (size_t r = 0; r < ROWS; r++) {
        char expected[32];
        snprintf(expected, sizeof expected, "init%zu", r * 7 % NAMES);
        ck_assert_str_eq(name[r], expected);
        ck_assert(number(INS_LAYERS_RUN, r) == (double)r);
        ck_assert_ptr_eq(name[r], name[r % NAMES]);
        ck_assert_ptr_eq(tensor[r], r % 3 ? name[1] : tensor[0]);
    }
    ck_assert_str_eq(tensor[0], "");
    ins_table_free(&table);
}
END_TEST

START_TEST(pairs_of_csv)
{
    ins_pairs pairs;
    const char *path = put("environment.csv", "key,value\nversion,0.1\n\"a,b\",\"two\nlines\"\n");
    ck_assert_int_eq(ins_pairs_read_csv(path, &pairs, &present, &problem), INS_OK);
    ck_assert(present);
    ck_assert_uint_eq(pairs.count, 2);
    ck_assert_str_eq(ins_pairs_get(&pairs, "version"), "0.1");
    ck_assert_str_eq(ins_pairs_get(&pairs, "a,b"), "two\nlines");
    ck_assert_ptr_null(ins_pairs_get(&pairs, "threads"));
    ins_pairs_free(&pairs);
    path = put("environment.csv", "key,worth\nversion,0.1\n");
    ck_assert_int_eq(ins_pairs_read_csv(path, &pairs, &present, &problem), INS_DATA);
    check_complaint("environment.csv", ":1: no column \"value\"");
    ck_assert_ptr_null(ins_pairs_get(&pairs, "version"));
}
END_TEST

START_TEST(pairs_of_ini)
{
    ins_pairs pairs;
    const char *path = put("experiment.ini", "# resolved\ninit = zeros, he_normal\nnote =\n");
    ck_assert_msg(ins_pairs_read_ini(path, &pairs, &present, &problem) == INS_OK, "%s",
                  problem.line[0]);
    ck_assert_uint_eq(pairs.count, 2);
    ck_assert_str_eq(ins_pairs_get(&pairs, "init"), "zeros, he_normal");
    ck_assert_str_eq(ins_pairs_get(&pairs, "note"), "");
    ins_pairs_free(&pairs);
    ck_assert_int_eq(ins_pairs_read_ini("/no/such/file.ini", &pairs, &present, &problem), INS_OK);
    ck_assert(!present);
    ck_assert_ptr_null(ins_pairs_get(&pairs, "init"));
    ins_pairs_free(&pairs);
    path = put("experiment.ini", "init = zeros\nnonsense\n");
    ck_assert_int_eq(ins_pairs_read_ini(path, &pairs, &present, &problem), INS_DATA);
    ck_assert_ptr_nonnull(strstr(problem.line[0], "experiment.ini:2"));
}
END_TEST

static Suite *reader_suite(void)
{
    Suite *suite = suite_create("log_reader");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, setup, teardown);
    tcase_add_test(tables, columns_by_name);
    tcase_add_test(tables, spellings);
    tcase_add_test(tables, whole_numbers);
    tcase_add_test(tables, complaints);
    tcase_add_loop_test(tables, values_in_range, 0, sizeof ranges / sizeof *ranges);
    tcase_add_test(tables, ranges_of_every_column);
    tcase_add_test(tables, every_complaint);
    tcase_add_test(tables, semicolons);
    tcase_add_test(tables, absent);
    tcase_add_test(tables, header_only);
    tcase_add_test(tables, interned);
    tcase_add_test(tables, pairs_of_csv);
    tcase_add_test(tables, pairs_of_ini);
    suite_add_tcase(suite, tables);
    return suite;
}

int main(void)
{
    return ins_run_suite(reader_suite());
}
