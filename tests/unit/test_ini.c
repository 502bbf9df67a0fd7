/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* INI in: what inih promises, line numbers, continued and long lines, problems. */
#include <config.h>

#include <string.h>

#include "initscope/ini.h"
#include "initscope/text.h"

#include "check_tap.h"
#include "scratch.h"

static void dump_pair(void *context, const char *key, const char *value, size_t line,
                      ins_error *error)
{
    (void)error;
    ins_text_add_format(context, "%zu:<%s>=<%s>", line, key, value);
}

/* Pairs as "LINE:<key>=<value>", problems as "! :LINE: WHAT". */
static void expect_bytes(const char *bytes, size_t length, const char *expected)
{
    const char *path = scratch_file("x.ini", bytes, length);
    ins_text out = {0};
    ins_error error = {0};

    ins_text_add(&out, "");
    ck_assert_int_eq(ins_ini_read(path, dump_pair, &out, INS_USAGE, &error),
                     strchr(expected, '!') ? INS_USAGE : INS_OK);
    for (size_t i = 0; i < error.count && i < INS_ERROR_LINES; i++) {
        ck_assert_int_eq(strncmp(error.line[i], path, strlen(path)), 0);
        ins_text_add_format(&out, "! %s", error.line[i] + strlen(path));
    }
    ck_assert_str_eq(out.data, expected);
    ins_text_free(&out);
}

static void expect(const char *text, const char *expected)
{
    expect_bytes(text, strlen(text), expected);
}

START_TEST(test_pairs)
{
    expect("", "");
    expect("a = 1\nb=2\n  \nc: three\n", "1:<a>=<1>2:<b>=<2>4:<c>=<three>");
    expect("a = 1", "1:<a>=<1>");
    expect("a = 1\r\nb = 2\r\n", "1:<a>=<1>2:<b>=<2>");
    expect("  a =  one two  \n", "1:<a>=<one two>");
    expect("\xEF\xBB\xBF"
           "a = 1\n",
           "1:<a>=<1>");
    expect("\xEF\xBB\xBF# x\n\na = 1\n", "3:<a>=<1>");
    expect("a =\nb = \n", "1:<a>=<>2:<b>=<>");
    expect("a = b = c\n", "1:<a>=<b = c>");
    expect("a = 1\na = 2\n", "1:<a>=<1>2:<a>=<2>");
    expect("note = 100% of `this`, \"that\" and 'more'\n",
           "1:<note>=<100% of `this`, \"that\" and 'more'>");
}
END_TEST

START_TEST(test_comments)
{
    expect("# x\n; y = 1\n\n  # z\na = 1\n", "5:<a>=<1>");
    expect("a = 1 ; one\nb = 2;3 # c\n", "1:<a>=<1>2:<b>=<2;3 # c>");
    expect("#\n;\n", "");
}
END_TEST

START_TEST(test_continued_values)
{
    expect("init = zeros\n  ones\n\the_normal\nb = 2\n",
           "1:<init>=<zeros ones he_normal>4:<b>=<2>");
    expect("init =\n  zeros ; nothing\n\n  # a comment\n  ones\n", "1:<init>=<zeros ones>");
    expect("a = 1\n  [x]\n", "1:<a>=<1 [x]>");
    expect("a = 1\n  b = 2\n", "1:<a>=<1 b = 2>");
}
END_TEST

START_TEST(test_problems)
{
    expect("a = 1\njunk\nb = 2\n", "1:<a>=<1>3:<b>=<2>! :2: no '=' in this line (got \"junk\")");
    expect("junk", "! :1: no '=' in this line (got \"junk\")");
    expect("one\ntwo\n", "! :1: no '=' in this line (got \"one\")"
                         "! :2: no '=' in this line (got \"two\")");
    expect("\n[run]\na = 1\n", "3:<a>=<1>! :2: there are no sections here (got \"[run]\")");
    expect("a = 1\n[run\nb = 2\n",
           "1:<a>=<1>3:<b>=<2>! :2: there are no sections here (got \"[run\")");
    expect(" [run]\n", "! :1: there are no sections here (got \" [run]\")");
    expect("= 1\nb = 2\n", "2:<b>=<2>! :1: no key before '='");
    expect_bytes("a = 1\nb = \0\nc = 3\n", 18,
                 "1:<a>=<1>3:<c>=<3>! :2: NUL byte (not a text file?)");
}
END_TEST

static void add_times(ins_text *text, const char *piece, size_t times)
{
    while (times-- > 0) ins_text_add(text, piece);
}

/* "a = VALUE" on one line must come back as VALUE, whatever inih's line limit is. */
static void expect_value(const char *value, const char *after)
{
    ins_text file = {0}, expected = {0};

    ins_text_add_format(&file, "\na = %s%s\nb = 2\n", value, after);
    ins_text_add_format(&expected, "2:<a>=<%s>3:<b>=<2>", value);
    expect_bytes(file.data, file.length, expected.data);
    ins_text_free(&file);
    ins_text_free(&expected);
}

START_TEST(test_long_lines)
{
    static const char *const pieces[] = {"x", "word ", "a  b", "#x ", "1 ", "x;", "=", "\xC3\xBC"};

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        for (size_t times = 20; times < 800; times += 13) {
            ins_text value = {0};

            add_times(&value, pieces[i], times);
            ins_text_add(&value, "end");
            expect_value(value.data, "");
            expect_value(value.data, " ; a comment that is not of the value");
            ins_text_free(&value);
        }

    ins_text value = {0};

    ins_text_add(&value, "x");
    add_times(&value, " ", 1000);
    ins_text_add(&value, "y");
    expect_value(value.data, "");
    ins_text_free(&value);
}
END_TEST

START_TEST(test_too_long_lines)
{
    ins_text text = {0};

    ins_text_add(&text, "a = ");
    add_times(&text, "x", 65536);
    ins_text_add(&text, "\nb = 2\n");
    expect_bytes(text.data, text.length, "2:<b>=<2>! :1: line longer than 65536 bytes");

    ins_text_clear(&text);
    ins_text_add(&text, "a = 1\n# ");
    add_times(&text, "x", 100000);
    ins_text_add(&text, "\nb = 2\n");
    expect_bytes(text.data, text.length, "1:<a>=<1>3:<b>=<2>");

    ins_text_clear(&text);
    add_times(&text, "k", 1000);
    ins_text_add(&text, " = 1\nb = 2\n");
    ck_assert_uint_eq(text.length, 1011);
    expect_bytes(text.data, text.length,
                 "2:<b>=<2>! :1: no '=' in this line (got "
                 "\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...\")");

    ins_text_clear(&text);
    ins_text_add(&text, "a = x ");
    add_times(&text, "# ", 200);
    ins_text_add(&text, "\nb = 2\n");
    expect_bytes(text.data, text.length,
                 "1:<a>=<>2:<b>=<2>! :1: line too long, with no place to take it apart");

    ins_text_clear(&text);
    add_times(&text, "# 3456789\n", 1 << 17);
    expect_bytes(text.data, text.length, "! : larger than 1048576 bytes");
    ins_text_free(&text);
}
END_TEST

START_TEST(test_files_that_cannot_be_read)
{
    char path[1024];
    ins_error error = {0};

    snprintf(path, sizeof path, "%s/absent.ini", scratch);
    ck_assert_int_eq(ins_ini_read(path, dump_pair, NULL, INS_USAGE, &error), INS_USAGE);
    ck_assert_ptr_nonnull(strstr(error.line[0], "/absent.ini: No such file or directory"));
    ins_error_clear(&error);
    ck_assert_int_eq(ins_ini_read(scratch, dump_pair, NULL, INS_DATA, &error), INS_DATA);
    ck_assert_ptr_nonnull(strstr(error.line[0], ": Is a directory"));
    ins_error_clear(&error);
    ck_assert_int_eq(ins_ini_read("/dev/zero", dump_pair, NULL, INS_USAGE, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], "/dev/zero: larger than 1048576 bytes");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ini");
    TCase *ini = tcase_create("ini");

    tcase_add_checked_fixture(ini, scratch_setup, scratch_teardown);
    tcase_add_test(ini, test_pairs);
    tcase_add_test(ini, test_comments);
    tcase_add_test(ini, test_continued_values);
    tcase_add_test(ini, test_problems);
    tcase_add_test(ini, test_long_lines);
    tcase_add_test(ini, test_too_long_lines);
    tcase_add_test(ini, test_files_that_cannot_be_read);
    suite_add_tcase(suite, ini);
    return ins_run_suite(suite);
}
