/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap of a mean: Efron's formula on given resamples, SciPy's bootstrap within the error
 * of 10 000 resamples, and the bounds that a t interval breaks. */
#include <config.h>

#include "initscope/bootstrap.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "check_tap.h"
#include "golden_inference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void near(double value, double expected, double tolerance)
{
    ck_assert_msg(fabs(value - expected) <= tolerance, "%.17g not %.17g", value, expected);
}

START_TEST(given_resamples)
{
    enum { MANY = COUNT(few_resampled) };
    static const double levels[] = {0.95, 0.8};
    for (size_t k = 0; k < 2; k++) {
        double resampled[MANY];
        memcpy(resampled, few_resampled, sizeof resampled);
        ins_interval i = ins_interval_of_resamples(few_shares, 10, levels[k], resampled, MANY);
        ck_assert_uint_eq(i.n, 10);
        near(i.mean, 0.80927734375, 1e-15);
        near(i.lower, few_bca[2 * k], 1e-14);
        near(i.upper, few_bca[2 * k + 1], 1e-14);
    }
}
END_TEST

/* The standard deviation of an end of 10 000 resamples is about 0.04 of that of the mean: 0.027
 * from the quantile, 0.025 from the bias correction; four times that is allowed. */
static void check_drawn(const double *x, size_t n, const double expected[2])
{
    ins_interval i = ins_interval_of_share(x, n, 0.95);
    double tolerance = 0.16 * gsl_stats_sd(x, 1, n) / sqrt((double)n);
    ck_assert_uint_eq(i.n, n);
    near(i.mean, gsl_stats_mean(x, 1, n), 1e-15);
    near(i.lower, expected[0], tolerance);
    near(i.upper, expected[1], tolerance);
}

START_TEST(drawn_resamples)
{
    check_drawn(few_shares, COUNT(few_shares), distinct_bca);
    check_drawn(skewed_shares, COUNT(skewed_shares), skewed_bca);
    check_drawn(coarse_shares, COUNT(coarse_shares), coarse_bca);
}
END_TEST

/* Without the bias correction and the acceleration the ends would be those of the percentiles,
 * which here lie further off than check_drawn allows. */
START_TEST(skewness_is_seen)
{
    ins_interval i = ins_interval_of_share(skewed_shares, 20, 0.95);
    ck_assert_double_gt(i.mean - i.lower, 2.5 * (i.upper - i.mean));
}
END_TEST

/* Many resamples have the very mean. In sixteenths they are seen to have it; in fifteenths sums
 * differ by their roundings, and the interval must be the same but for the unit. */
START_TEST(ties_in_spite_of_rounding)
{
    static const double rows[] = {5, 6, 6, 7, 7, 7, 8, 8, 8, 9};
    double sixteenths[10], fifteenths[10];
    for (size_t k = 0; k < 10; k++) {
        sixteenths[k] = rows[k] / 16;
        fifteenths[k] = rows[k] / 15;
    }
    for (double level = 0.5; level < 1; level += 0.01) {
        ins_interval a = ins_interval_of_share(sixteenths, 10, level);
        ins_interval b = ins_interval_of_share(fifteenths, 10, level);
        near(b.lower, a.lower * 16 / 15, 1e-12);
        near(b.upper, a.upper * 16 / 15, 1e-12);
    }
}
END_TEST

START_TEST(same_values_same_bits)
{
    double turned[10];
    for (size_t k = 0; k < 10; k++) turned[k] = few_shares[(3 * k + 4) % 10];
    ins_interval a = ins_interval_of_share(few_shares, 10, 0.95);
    ins_interval b = ins_interval_of_share(turned, 10, 0.95);
    ck_assert(a.mean == b.mean && a.lower == b.lower && a.upper == b.upper);
    ck_assert(turned[0] == few_shares[4]); /* what is given stays as it is */
}
END_TEST

/* Of ten runs one fails: a t interval would reach above 1. */
START_TEST(never_outside_what_was_seen)
{
    const double one_failed[] = {1, 1, 1, 1, 1, 0, 1, 1, 1, 1};
    const double levels[] = {0.8, 0.95, 0.999, 1 - 1e-12, 1 - 1e-16};
    ck_assert_double_gt(ins_interval_of_mean(one_failed, 10, 0.95).upper, 1);
    for (size_t k = 0; k < 5; k++) {
        ins_interval i = ins_interval_of_share(one_failed, 10, levels[k]);
        ck_assert(i.lower >= 0 && i.lower <= i.mean && i.mean <= i.upper && i.upper <= 1);
    }
    /* Six times 7/30, over six, is more than 7/30: rounding must not leave the range either. */
    const double right[] = {7 / 30., 7 / 30., 7 / 30., 7 / 30., 7 / 30., 6 / 30.};
    ins_interval i = ins_interval_of_share(right, 6, 1 - 1e-12);
    ck_assert(i.upper == 7 / 30. && i.lower >= 6 / 30.);
}
END_TEST

START_TEST(no_interval)
{
    const double alike[] = {0.3, 0.3, 0.3, 0.3, 0.3, 0.3};
    for (size_t n = 0; n <= 4; n++) {
        ins_interval i = ins_interval_of_share(few_shares, n, 0.95);
        ck_assert(i.n == n && isnan(i.lower) && isnan(i.upper));
        ck_assert(n == 0 ? isnan(i.mean) : i.mean >= few_shares[0]);
    }
    ck_assert(!isnan(ins_interval_of_share(few_shares, 5, 0.95).lower));
    ins_interval i = ins_interval_of_share(alike, 6, 0.95);
    ck_assert(i.n == 6 && i.mean == 0.3 && isnan(i.lower) && isnan(i.upper));
    const double levels[] = {0, 1, -1, 2, NAN};
    for (size_t k = 0; k < 5; k++) {
        i = ins_interval_of_share(few_shares, 10, levels[k]);
        ck_assert(!isnan(i.mean) && isnan(i.lower) && isnan(i.upper));
    }
    double above[] = {0.85, 0.86, 0.87};
    i = ins_interval_of_resamples(few_shares, 10, 0.95, above, 3);
    ck_assert(isnan(i.lower) && isnan(i.upper));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bootstrap");
    TCase *tests = tcase_create("bootstrap");
    tcase_add_test(tests, given_resamples);
    tcase_add_test(tests, drawn_resamples);
    tcase_add_test(tests, skewness_is_seen);
    tcase_add_test(tests, ties_in_spite_of_rounding);
    tcase_add_test(tests, same_values_same_bits);
    tcase_add_test(tests, never_outside_what_was_seen);
    tcase_add_test(tests, no_interval);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
