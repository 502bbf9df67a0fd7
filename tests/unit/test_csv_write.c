/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of CSV out, and that they come back through the reader. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/csv.h"

#include "check_tap.h"
#include "scratch.h"

START_TEST(test_cells)
{
    ins_text out = {0};

    ins_csv_empty(&out);
    ins_csv_integer(&out, -5);
    ins_csv_number(&out, 0.1);
    ins_csv_number(&out, NAN);
    ins_csv_end_row(&out);
    ins_csv_text(&out, "plain text");
    ins_csv_text(&out, "a,b");
    ins_csv_text(&out, "say \"x\"");
    ins_csv_text(&out, "two\nlines");
    ins_csv_text(&out, " blank");
    ins_csv_text(&out, "blank\t");
    ins_csv_empty(&out);
    ins_csv_end_row(&out);
    ck_assert_str_eq(out.data, ",-5,0.1,nan\n"
                               "plain text,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" blank\","
                               "\"blank\t\",\n");
    ins_text_free(&out);
}
END_TEST

/* Every byte but NUL, alone, doubled and between letters, comes back as it went out. */
static void check_bytes(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    size_t *rows = context;

    (void)error;
    *rows = index;
    if (index == 0) return;

    char byte = (char)index, expected[][5] = {{byte}, {byte, byte}, {'a', byte, 'b'}, "end"};

    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(row->fields[i].length, strlen(expected[i]));
        ck_assert_mem_eq(row->fields[i].text, expected[i], strlen(expected[i]));
    }
}

/* A name, its cell, and whether that has an apostrophe more than the name. */
static const struct {
    const char *name, *cell;
    bool guarded;
} names[] = {
    {"plain", "plain\n", false}, {"", "\n", false},
    {"'", "'\n", false},         {"'quoted'", "'quoted'\n", false},
    {"a=1", "a=1\n", false},     {"=1+1", "'=1+1\n", true},
    {"+x", "'+x\n", true},       {"-x", "'-x\n", true},
    {"@x", "'@x\n", true},       {"\tx", "'\tx\n", true},
    {"\rx", "\"'\rx\"\n", true}, {"=a,\"b\"", "\"'=a,\"\"b\"\"\"\n", true},
    {"'=x", "''=x\n", true},     {"''-", "'''-\n", true},
};

START_TEST(test_names)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ins_text out = {0}, cell = {0};

        ins_csv_name(&out, names[i].name);
        ins_csv_end_row(&out);
        ck_assert_str_eq(out.data, names[i].cell);
        ins_text_add(&cell, names[i].guarded ? "'" : "");
        ins_text_add(&cell, names[i].name);
        ck_assert_uint_eq(ins_csv_guard(cell.data, cell.length), names[i].guarded);
        ins_text_free(&out);
        ins_text_free(&cell);
    }
}
END_TEST

START_TEST(test_round_trip)
{
    ins_text text = {0};
    ins_error error = {0};
    size_t rows = 0;

    ins_text_add(&text, "w,x,y,z\n");
    for (int i = 1; i < 256; i++) {
        char byte = (char)i;

        ins_csv_text(&text, (char[]){byte, '\0'});
        ins_csv_text(&text, (char[]){byte, byte, '\0'});
        ins_csv_text(&text, (char[]){'a', byte, 'b', '\0'});
        ins_csv_text(&text, "end");
        ins_csv_end_row(&text);
    }
    ins_csv_read(scratch_file("x.csv", text.data, text.length), '\0', check_bytes, &rows, &error);
    ck_assert_uint_eq(error.count, 0);
    ck_assert_uint_eq(rows, 255);
    ins_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv_write");
    TCase *cells = tcase_create("cells");

    tcase_add_checked_fixture(cells, scratch_setup, scratch_teardown);
    tcase_add_test(cells, test_cells);
    tcase_add_test(cells, test_names);
    tcase_add_test(cells, test_round_trip);
    suite_add_tcase(suite, cells);
    return ins_run_suite(suite);
}
