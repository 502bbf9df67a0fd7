/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of arms by SciPy (tests/golden/make_inference.py); what has no spread, by hand. */
#include <config.h>

#include "initscope/contrast.h"

#include <math.h>

#include "check_tap.h"
#include "golden_inference.h"

enum { ARMS = 4, SEEDS = 8 };

static const ins_family family = {.alpha = 0.05, .fewest_seeds = 2};

static void near(double value, double expected)
{
    ck_assert_msg(fabs(value - expected) <= 1e-9 * fabs(expected), "%.17g not %.17g", value,
                  expected);
}

/* expected: n, mean, lower, upper, p, Holm's p. */
static void check_contrast(ins_contrast c, const double expected[6])
{
    ck_assert_uint_eq(c.difference.n, (size_t)expected[0]);
    near(c.difference.mean, expected[1]);
    near(c.difference.lower, expected[2]);
    near(c.difference.upper, expected[3]);
    near(c.p, expected[4]);
    near(c.p_holm, expected[5]);
    ck_assert(c.told_apart == (expected[5] < 0.05) && !c.alike);
}

static bool is_nothing(ins_contrast c)
{
    return c.difference.n == 0 && isnan(c.difference.mean) && isnan(c.p) && isnan(c.p_holm) &&
           !c.told_apart;
}

START_TEST(all_pairs)
{
    ins_contrast contrast[6];
    ins_contrast_pairs(arm_values[0], ARMS, SEEDS, family, contrast);
    for (size_t i = 0; i < 6; i++) check_contrast(contrast[i], arm_pairs[i]);
    ck_assert(!contrast[2].told_apart); /* in a family of six */
    ins_contrast alone = ins_contrast_of(arm_values[2], arm_values[1], SEEDS, family);
    ck_assert(alone.told_apart && alone.p_holm == alone.p && alone.p == contrast[2].p);
    ins_contrast_pairs(arm_values[0], 1, SEEDS, family, contrast);
    ins_contrast_pairs(arm_values[0], 0, SEEDS, family, contrast);
    check_contrast(contrast[0], arm_pairs[0]); /* neither has a pair to write */
}
END_TEST

START_TEST(with_best)
{
    ins_standing standing[ARMS];
    ck_assert_uint_eq(ins_contrast_with_best(arm_values[0], NULL, ARMS, SEEDS, family, standing),
                      1);
    check_contrast(standing[0].below, arm_below_best[0]);
    check_contrast(standing[2].below, arm_below_best[1]);
    check_contrast(standing[3].below, arm_below_best[2]);
    ck_assert(is_nothing(standing[1].below));
    ck_assert(standing[1].among_best);
    ck_assert(!standing[0].among_best && !standing[2].among_best && !standing[3].among_best);
}
END_TEST

/* Without arm 1 the best is arm 2, which arm 3 is not told apart from; arm 0 is. */
START_TEST(excluded_arms)
{
    const bool excluded[ARMS] = {false, true, false, false};
    const bool all[ARMS] = {true, true, true, true};
    ins_standing standing[ARMS];
    ck_assert_uint_eq(
        ins_contrast_with_best(arm_values[0], excluded, ARMS, SEEDS, family, standing), 2);
    ck_assert(standing[2].among_best && standing[3].among_best);
    ck_assert(!standing[0].among_best && !standing[1].among_best);
    ck_assert(is_nothing(standing[1].below));
    near(standing[0].below.p, arm_pairs[1][4]);
    near(standing[0].below.p_holm, 2 * arm_pairs[1][4]); /* a family of two */
    near(standing[3].below.p_holm, arm_pairs[5][4]);
    ck_assert_uint_eq(ins_contrast_with_best(arm_values[0], all, ARMS, SEEDS, family, standing),
                      ARMS);
    for (size_t a = 0; a < ARMS; a++)
        ck_assert(!standing[a].among_best && is_nothing(standing[a].below));
}
END_TEST

/* Labels swap, and everything swaps with them. */
START_TEST(swapped_arms)
{
    double swapped[ARMS][SEEDS];
    ins_standing standing[ARMS], other[ARMS];
    for (size_t a = 0; a < ARMS; a++)
        for (size_t s = 0; s < SEEDS; s++) swapped[ARMS - 1 - a][s] = arm_values[a][s];
    ins_contrast_with_best(arm_values[0], NULL, ARMS, SEEDS, family, standing);
    ck_assert_uint_eq(ins_contrast_with_best(swapped[0], NULL, ARMS, SEEDS, family, other), 2);
    for (size_t a = 0; a < ARMS; a++) {
        ck_assert(standing[a].among_best == other[ARMS - 1 - a].among_best);
        if (a != 1) ck_assert(standing[a].below.p_holm == other[ARMS - 1 - a].below.p_holm);
    }
}
END_TEST

/* The shares are those of 30 rows; 0.9 - 0.8 and 0.8 - 0.7 differ in the last bits. */
START_TEST(without_spread)
{
    const double high[] = {0.9, 0.8, 0.7, 0.6, 0.5}, low[] = {0.8, 0.7, 0.6, 0.5, 0.4};
    ck_assert(high[0] - low[0] != high[1] - low[1]);
    ins_contrast c = ins_contrast_of(high, low, 5, family);
    ck_assert(c.alike && !c.told_apart && c.difference.n == 5);
    ck_assert(isnan(c.difference.lower) && isnan(c.difference.upper));
    near(c.difference.mean, 0.1);
    near(c.p, 0.0625);
    near(ins_contrast_of(low, high, 5, family).p, 0.0625);
    near(ins_contrast_of(high, low, 2, family).p, 0.5);

    c = ins_contrast_of(high, high, 5, family);
    ck_assert(c.alike && !c.told_apart && c.difference.mean == 0 && isnan(c.p) && isnan(c.p_holm));
    c = ins_contrast_of(high, low, 1, family);
    ck_assert(!c.alike && isnan(c.p) && c.difference.n == 1 && isnan(c.difference.lower));
    ck_assert(is_nothing(ins_contrast_of(high, low, 0, family)));

    /* Enough seeds are told apart by the signs alone: 2^-9 of ten. */
    double ones[10], zeros[10] = {0};
    for (size_t i = 0; i < 10; i++) ones[i] = 1;
    c = ins_contrast_of(ones, zeros, 10, family);
    ck_assert(c.alike && c.told_apart);
    near(c.p, 1.0 / 512);
}
END_TEST

/* 28, 27, 29, 30 and 29 of 30, written with four digits, less one row. */
START_TEST(few_digits)
{
    const double high[] = {0.9333, 0.9, 0.9667, 1, 0.9667};
    const double low[] = {0.9, 0.8667, 0.9333, 0.9667, 0.9333};
    ins_family rows = family;
    ck_assert(!ins_contrast_of(high, low, 5, rows).alike);
    rows.resolution = 0.5 / 30;
    ins_contrast c = ins_contrast_of(high, low, 5, rows);
    ck_assert(c.alike);
    near(c.p, 0.0625);
    /* Two rows apart in one seed is a spread. */
    const double other[] = {0.9, 0.8667, 0.9333, 0.9667, 0.9};
    ck_assert(!ins_contrast_of(high, other, 5, rows).alike);
}
END_TEST

/* An arm equal to the best has no p but counts: p of the third is doubled. */
START_TEST(equals_count_in_the_family)
{
    double value[3][5] = {
        {0.9, 0.91, 0.89, 0.92, 0.9}, {0.9, 0.91, 0.89, 0.92, 0.9}, {0.8, 0.83, 0.8, 0.81, 0.82}};
    ins_standing standing[3];
    ck_assert_uint_eq(ins_contrast_with_best(value[0], NULL, 3, 5, family, standing), 0);
    ck_assert(standing[0].among_best && standing[1].among_best && !standing[2].among_best);
    ck_assert(isnan(standing[1].below.p) && isnan(standing[1].below.p_holm));
    near(standing[2].below.p_holm, 2 * standing[2].below.p);
    /* One that cannot be tested does not. */
    for (size_t s = 1; s < 5; s++) value[1][s] = INFINITY;
    value[1][0] = 0.85;
    ck_assert_uint_eq(ins_contrast_with_best(value[0], NULL, 3, 5, family, standing), 0);
    ck_assert(standing[1].among_best && standing[1].below.difference.n == 1);
    near(standing[2].below.p_holm, standing[2].below.p);
    /* And one without a value takes no part. */
    value[1][0] = NAN;
    ck_assert_uint_eq(ins_contrast_with_best(value[0], NULL, 3, 5, family, standing), 0);
    ck_assert(!standing[1].among_best && is_nothing(standing[1].below));
}
END_TEST

START_TEST(too_few_seeds)
{
    ins_family five = family;
    five.fewest_seeds = 5;
    ins_contrast c = ins_contrast_of(arm_values[1], arm_values[0], 4, five); /* one is missing */
    ck_assert(c.difference.n == 3 && isnan(c.p) && isnan(c.p_holm) && !c.told_apart);
    ck_assert(c.difference.lower > 0 && c.difference.upper > c.difference.lower);
    ck_assert(ins_contrast_of(arm_values[1], arm_values[0], 6, five).told_apart);
    ck_assert(ins_contrast_of(arm_values[1], arm_values[0], 4, family).p > 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contrast");
    TCase *tests = tcase_create("contrast");
    tcase_add_test(tests, all_pairs);
    tcase_add_test(tests, with_best);
    tcase_add_test(tests, excluded_arms);
    tcase_add_test(tests, swapped_arms);
    tcase_add_test(tests, without_spread);
    tcase_add_test(tests, few_digits);
    tcase_add_test(tests, equals_count_in_the_family);
    tcase_add_test(tests, too_few_seeds);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
