/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests against chance, by SciPy (tests/golden/make_inference.py) and at the ends by hand. */
#include <config.h>

#include "initscope/chance.h"

#include <math.h>
#include <stdint.h>

#include "check_tap.h"
#include "golden_inference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void near(double value, double expected, double tolerance)
{
    ck_assert_msg(fabs(value - expected) <= tolerance * fabs(expected), "%.17g not %.17g", value,
                  expected);
}

START_TEST(binomial)
{
    for (size_t c = 0; c < COUNT(binomial_cases); c++) {
        const double *is = binomial_cases[c];
        near(ins_binomial_at_least((size_t)is[0], (size_t)is[1], is[2]), is[3], 1e-9);
    }
}
END_TEST

START_TEST(binomial_at_the_ends)
{
    ck_assert(ins_binomial_at_least(0, 30, 0.1) == 1);
    ck_assert(ins_binomial_at_least(0, 0, 0.1) == 1);
    ck_assert(ins_binomial_at_least(31, 30, 0.1) == 0);
    ck_assert(ins_binomial_at_least(1, 0, 0.1) == 0);
    ck_assert(ins_binomial_at_least(1, 30, 0) == 0 && ins_binomial_at_least(0, 30, 0) == 1);
    ck_assert(ins_binomial_at_least(30, 30, 1) == 1);
    near(ins_binomial_at_least(3, 3, 0.5), 0.125, 1e-15);
    near(ins_binomial_at_least(1, 3, 0.5), 0.875, 1e-14);
    /* Half a million and one of a million, chance 1/2: half of what the middle term leaves. */
    near(ins_binomial_at_least(500001, 1000000, 0.5), (1 - 0.00079788436133) / 2, 1e-9);
    ck_assert(isnan(ins_binomial_at_least(1, 3, -0.1)));
    ck_assert(isnan(ins_binomial_at_least(1, 3, 1.1)));
    ck_assert(isnan(ins_binomial_at_least(1, 3, NAN)));
}
END_TEST

START_TEST(least_right)
{
    for (size_t c = 0; c < COUNT(least_cases); c++) {
        const double *is = least_cases[c];
        ck_assert_uint_eq(ins_rows_needed_right((size_t)is[0], is[1], is[2]), (size_t)is[3]);
    }
    ck_assert_uint_eq(ins_rows_needed_right(0, 0.5, 0.01), 1);
    ck_assert_uint_eq(ins_rows_needed_right(30, 1, 0.01), 31);
    ck_assert_uint_eq(ins_rows_needed_right(30, NAN, 0.01), 31);
    /* 9.3 % of 360 rows of ten digits is chance, whatever it was called. */
    ck_assert_uint_gt(ins_rows_needed_right(360, 0.1, 0.01), 33);
}
END_TEST

/* As many rows as are said to decide do, and one less does not. */
START_TEST(rows_to_decide)
{
    for (size_t c = 0; c < COUNT(decide_cases); c++) {
        const double *is = decide_cases[c];
        size_t n = ins_rows_to_decide(is[0], is[1]);
        ck_assert_uint_eq(n, (size_t)is[2]);
        ck_assert_uint_le(ins_rows_needed_right(n, is[0], is[1]), n);
        ck_assert_uint_eq(ins_rows_needed_right(n - 1, is[0], is[1]), n);
    }
    ck_assert_uint_eq(ins_rows_to_decide(0, 0.01), 1);
    ck_assert_uint_eq(ins_rows_to_decide(0.005, 0.01), 1);
    ck_assert_uint_eq(ins_rows_to_decide(1, 0.01), SIZE_MAX);
    ck_assert_uint_eq(ins_rows_to_decide(1 - 1e-16, 0.01), SIZE_MAX);
    ck_assert_uint_eq(ins_rows_to_decide(NAN, 0.01), SIZE_MAX);
    ck_assert_uint_eq(ins_rows_to_decide(0.5, 0), SIZE_MAX);
    ck_assert_uint_eq(ins_rows_to_decide(-0.5, 0.01), SIZE_MAX);
}
END_TEST

START_TEST(correlation)
{
    for (size_t c = 0; c < COUNT(correlation_cases); c++) {
        const double *is = correlation_cases[c];
        near(ins_correlation_p(is[0], (size_t)is[1]), is[2], 1e-10);
    }
    ck_assert(ins_correlation_p(1, 3) == 0 && ins_correlation_p(1 + 1e-15, 30) == 0);
    ck_assert(ins_correlation_p(-1, 3) == 1);
    ck_assert(isnan(ins_correlation_p(0.9, 2)) && isnan(ins_correlation_p(NAN, 30)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chance");
    TCase *tests = tcase_create("chance");
    tcase_add_test(tests, binomial);
    tcase_add_test(tests, binomial_at_the_ends);
    tcase_add_test(tests, least_right);
    tcase_add_test(tests, rows_to_decide);
    tcase_add_test(tests, correlation);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
