/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How many trials run at a time: as many as are wanted, as there are, and as the memory holds. */
#include <config.h>

#include <stdio.h>

#include "check_tap.h"
#include "initscope/memory.h"
#include "settings_fixture.h"

#include "../../src/experiment/resources.h"

static ins_prepared data;
static ins_grid grid;
static ins_laboratory laboratory;

static void open_laboratory(const char *hidden)
{
    set("hidden", hidden);
    data = (ins_prepared){.train = {.rows = 100, .features = 4, .outputs = 3}};
    laboratory = (ins_laboratory){.settings = &settings, .data = &data};
    ck_assert_int_eq(ins_grid_new(&settings, &grid, NULL), INS_OK);
}

static void start(void)
{
    ins_settings_start(&settings);
    set("init", "zeros");
    set("threads", "4");
}

static void finish(void)
{
    ins_settings_free(&settings);
}

static size_t bytes_of_trial(void)
{
    ins_trial trial = ins_grid_trial(&grid, 0);
    size_t bytes;
    ck_assert_int_eq(ins_trial_size(&laboratory, &trial, &bytes, NULL), INS_OK);
    return bytes;
}

static size_t threads(void)
{
    size_t count = 99;
    ck_assert_int_eq(ins_threads_choose(&laboratory, &grid, &count, NULL), INS_OK);
    return count;
}

START_TEST(as_wanted)
{
    open_laboratory("8,8");
#ifdef _OPENMP
    ck_assert_uint_eq(threads(), 4);
#else
    ck_assert_uint_eq(threads(), 1);
#endif
    set("seeds", "1");
    open_laboratory("8,8");
    ck_assert_uint_eq(threads(), 1);
}
END_TEST

/* Networks so large that the machine holds one, two or three, but no four. */
START_TEST(as_memory_holds)
{
    size_t limit = ins_memory_limit(), seen = 0;
    for (size_t layers = 64; layers <= 8192; layers += layers / 4) {
        char hidden[32];
        snprintf(hidden, sizeof hidden, "%zux2000", layers);
        open_laboratory(hidden);
        size_t bytes = bytes_of_trial();
        if (bytes > limit || bytes <= limit / 4) continue;
#ifdef _OPENMP
        ck_assert_uint_eq(threads(), limit / bytes);
#else
        ck_assert_uint_eq(threads(), 1);
#endif
        seen++;
    }
    ck_assert_uint_ge(seen, 2);
}
END_TEST

/* Not even one: refused in one line. */
START_TEST(none)
{
    ins_error error = {0};
    size_t count = 99;
    open_laboratory("10000x100000");
    ck_assert_int_eq(ins_threads_choose(&laboratory, &grid, &count, &error), INS_USAGE);
    ck_assert_uint_eq(count, 99);
    ck_assert_uint_eq(error.count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resources");
    TCase *tests = tcase_create("threads");
    tcase_add_checked_fixture(tests, start, finish);
    tcase_add_test(tests, as_wanted);
    tcase_add_test(tests, as_memory_holds);
    tcase_add_test(tests, none);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
