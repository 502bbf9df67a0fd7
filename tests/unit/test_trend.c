/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks and straightness by SciPy and NumPy (tests/golden/make_inference.py). */
#include <config.h>

#include "initscope/trend.h"

#include <math.h>

#include "check_tap.h"
#include "golden_inference.h"

static const double rising[] = {1, 2, 3, 4, 5, 6, 7};

START_TEST(ranks)
{
    ck_assert_double_eq_tol(ins_rank_correlation(trend_x, trend_y, 9), trend[0], 1e-14);
    const double steep[] = {1e-30, 1e-9, 3, 4, 1e12, 1e200, INFINITY};
    const double falling[] = {7, 6, 5, 4, 3, 2, -1e300};
    double many[500];
    for (size_t n = 0; n < 500; n++) {
        many[n] = (double)n;
        if (n > 2) ck_assert_double_le(ins_rank_correlation(many, many, n), 1); /* not 1 + 2e-16 */
    }
    ck_assert_double_eq_tol(ins_rank_correlation(rising, steep, 7), 1, 1e-15);
    ck_assert_double_eq_tol(ins_rank_correlation(rising, falling, 7), -1, 1e-15);
    ck_assert_double_eq_tol(ins_rank_correlation(rising, falling, 3), -1, 1e-15);
}
END_TEST

START_TEST(no_ranks)
{
    const double constant[] = {2, 2, 2, 2}, missing[] = {1, NAN, 3, 4};
    ck_assert(isnan(ins_rank_correlation(rising, rising, 2)));
    ck_assert(isnan(ins_rank_correlation(rising, rising, 0)));
    ck_assert(isnan(ins_rank_correlation(rising, constant, 4)));
    ck_assert(isnan(ins_rank_correlation(constant, rising, 4)));
    ck_assert(isnan(ins_rank_correlation(rising, missing, 4)));
    ck_assert(isnan(ins_rank_correlation(missing, rising, 4)));
}
END_TEST

START_TEST(straightness)
{
    ck_assert_double_eq_tol(ins_departure_from_line(trend_x, trend_y, 7), trend[1], 1e-13);
    /* A signal that loses a factor a layer is straight in its logarithm; one that falls at once in
     * the middle departs. By hand: mean -3/7 in the middle, where y is 0. */
    double straight[7];
    const double step[] = {0, 0, 0, 0, -1, -1, -1};
    for (size_t i = 0; i < 7; i++) straight[i] = 3 - 0.7 * rising[i];
    ck_assert_double_lt(ins_departure_from_line(rising, straight, 7), 1e-14);
    ck_assert_double_eq_tol(ins_departure_from_line(rising, step, 7), 3.0 / 7, 1e-14);
    double rise[7];
    for (size_t i = 0; i < 7; i++) rise[i] = -step[i];
    ck_assert_double_eq_tol(ins_departure_from_line(rising, rise, 7), 3.0 / 7, 1e-14);
    ck_assert_double_lt(ins_departure_from_line(trend_y + 1, trend_x, 2), 1e-15);
}
END_TEST

START_TEST(no_line)
{
    const double constant[] = {2, 2, 2}, missing[] = {1, NAN, 3}, endless[] = {0, -INFINITY, 1};
    ck_assert(isnan(ins_departure_from_line(rising, rising, 1)));
    ck_assert(isnan(ins_departure_from_line(rising, rising, 0)));
    ck_assert(isnan(ins_departure_from_line(constant, rising, 3)));
    ck_assert(isnan(ins_departure_from_line(rising, missing, 3)));
    ck_assert(isnan(ins_departure_from_line(missing, rising, 3)));
    ck_assert(isnan(ins_departure_from_line(rising, endless, 3)));
    ck_assert(isnan(ins_departure_from_line(rising, endless, 2)));
    ck_assert(ins_departure_from_line(rising, constant, 3) == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trend");
    TCase *tests = tcase_create("trend");
    tcase_add_test(tests, ranks);
    tcase_add_test(tests, no_ranks);
    tcase_add_test(tests, straightness);
    tcase_add_test(tests, no_line);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
