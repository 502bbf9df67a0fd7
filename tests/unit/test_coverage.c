/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which characters can be drawn: what is made of the answer of fc-list, here a shell script. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "initscope/coverage.h"
#include "initscope/layout.h"

#include "check_tap.h"
#include "scratch.h"

/* fc-list of PATH is what runs the lines of shell, and nothing else is found there. */
static void fonts(const char *lines)
{
    char text[1024];

    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", lines);
    scratch_file("fc-list", text, strlen(text));
    ck_assert_int_eq(chmod(at("fc-list"), 0755), 0);
    setenv("PATH", scratch, 1);
}

/* Devanagari's ka and kha, an ideograph, and a character that the report's own font has. */
enum { KA = 0x915, KHA = 0x916, IDEOGRAPH = 0x540D, LETTER = 'a' };

START_TEST(ranges_of_all_fonts_count)
{
    fonts("printf '916-930\\n\\n914-915 540d\\n914 1f600-1f64f'");
    ins_coverage *coverage = ins_coverage_ask();

    ck_assert(!ins_coverage_has(coverage, 0x913));
    ck_assert(ins_coverage_has(coverage, 0x914));
    ck_assert(ins_coverage_has(coverage, KA));
    ck_assert(ins_coverage_has(coverage, KHA));
    ck_assert(ins_coverage_has(coverage, 0x930));
    ck_assert(!ins_coverage_has(coverage, 0x931));
    ck_assert(ins_coverage_has(coverage, IDEOGRAPH));
    ck_assert(!ins_coverage_has(coverage, 0x540C));
    ck_assert(!ins_coverage_has(coverage, 0x540E));
    ck_assert(ins_coverage_has(coverage, 0x1F64F));
    ck_assert(!ins_coverage_has(coverage, 0x1F650));
    ck_assert(ins_coverage_has(coverage, LETTER)); /* of the report's own font */
    ck_assert(ins_coverage_has(coverage, 0xFE0F)); /* chooses a shape, is never drawn */
    ins_coverage_free(coverage);
}
END_TEST

/* Other output than the list of characters is not read, and no user file or variable plays in. */
START_TEST(asked_in_the_surroundings_of_gnuplot)
{
    char expected[1024];

    setenv("FONTCONFIG_FILE", "/tmp/mine", 1);
    snprintf(expected, sizeof expected, "%s/fc-list --format %%{charset}\n\n/\n/nonexistent\n\n",
             scratch);
    fonts("{ echo \"$0 $*\"; pwd; echo $HOME; echo $FONTCONFIG_FILE; } >\"${0%/*}/seen\"\n"
          "echo 914-930 >&2; echo 540d");
    ins_coverage *coverage = ins_coverage_ask();

    ck_assert(ins_coverage_has(coverage, IDEOGRAPH));
    ck_assert(!ins_coverage_has(coverage, KA));
    expect_content(at("seen"), expected);
    ins_coverage_free(coverage);
}
END_TEST

/* More than a pipe holds, as of the many fonts of a desktop. */
START_TEST(a_long_list_is_read_to_its_end)
{
    fonts("i=0; while [ $i -lt 20000 ]; do echo 4e00-4e10 5000; i=$((i + 1)); done; echo 540d");
    ins_coverage *coverage = ins_coverage_ask();

    ck_assert(ins_coverage_has(coverage, IDEOGRAPH));
    ck_assert(!ins_coverage_has(coverage, KA));
    ins_coverage_free(coverage);
}
END_TEST

START_TEST(without_an_answer_only_the_own_font_counts)
{
    static const char *const failures[] = {"echo 914-930; exit 3", "echo 914-930; kill -9 $$", ""};
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        fonts(failures[i]);
        if (i == 2) ck_assert_int_eq(chmod(at("fc-list"), 0644), 0); /* no program */
        ins_coverage *coverage = ins_coverage_ask();

        ck_assert(!ins_coverage_has(coverage, KA));
        ck_assert(ins_coverage_has(coverage, LETTER));
        ins_coverage_free(coverage);
    }
    ck_assert(ins_coverage_has(NULL, KA));
    ins_coverage_free(NULL);
}
END_TEST

START_TEST(what_cannot_be_drawn_is_written_as_its_number)
{
    ins_arena *arena = ins_arena_new();
    fonts("echo 915");
    ins_coverage *coverage = ins_coverage_ask();

    ck_assert_str_eq(ins_clean(arena, coverage, "a\u0915\u0916"), "a\u0915\\u0916");
    ck_assert_str_eq(ins_escape(arena, coverage, "a\u0915\u0916"), "a\u0915\\\\u0916");
    ck_assert_str_eq(ins_clean(arena, NULL, "a\u0915\u0916"), "a\u0915\u0916");
    ins_coverage_free(coverage);
    ins_arena_free(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *coverage = tcase_create("coverage");

    tcase_add_checked_fixture(coverage, scratch_setup, scratch_teardown);
    tcase_add_test(coverage, ranges_of_all_fonts_count);
    tcase_add_test(coverage, asked_in_the_surroundings_of_gnuplot);
    tcase_add_test(coverage, a_long_list_is_read_to_its_end);
    tcase_add_test(coverage, without_an_answer_only_the_own_font_counts);
    tcase_add_test(coverage, what_cannot_be_drawn_is_written_as_its_number);
    suite_add_tcase(suite, coverage);
    return ins_run_suite(suite);
}
