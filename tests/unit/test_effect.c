/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Main effects and interactions by NumPy and SciPy (tests/golden/make_inference.py). */
#include <config.h>

#include "initscope/effect.h"

#include <math.h>
#include <string.h>

#include "check_tap.h"
#include "golden_inference.h"
#include "initscope/contrast.h"

enum { SETTINGS = 3, LEVELS = 3, SEEDS = 6, VALUES = SETTINGS * LEVELS * SEEDS };

static double value[VALUES], average[LEVELS * SEEDS];

static double *at(size_t setting, size_t level, size_t seed)
{
    return &value[(setting * LEVELS + level) * SEEDS + seed];
}

static void setup(void)
{
    memcpy(value, crossed_values, sizeof value);
}

static void near(double x, double expected, double tolerance)
{
    ck_assert_msg(fabs(x - expected) <= tolerance * fabs(expected), "%.17g not %.17g", x, expected);
}

START_TEST(averages)
{
    ck_assert_uint_eq(ins_average_over_settings(value, SETTINGS, LEVELS, SEEDS, average), 18);
    for (size_t i = 0; i < LEVELS * SEEDS; i++)
        near(average[i], crossed_averages[i / SEEDS][i % SEEDS], 1e-14);
}
END_TEST

/* A seed that lacks one level in a setting is averaged over the other settings, for all levels. */
START_TEST(averages_over_the_same_settings)
{
    *at(1, 2, 4) = NAN;
    for (size_t i = 0; i < SETTINGS; i++) *at(i, 0, 5) = INFINITY;
    ck_assert_uint_eq(ins_average_over_settings(value, SETTINGS, LEVELS, SEEDS, average), 14);
    for (size_t l = 0; l < LEVELS; l++) {
        near(average[l * SEEDS + 4], (*at(0, l, 4) + *at(2, l, 4)) / 2, 1e-14);
        near(average[l * SEEDS + 3], crossed_averages[l][3], 1e-14);
        ck_assert(isnan(average[l * SEEDS + 5]));
    }
}
END_TEST

START_TEST(levels_without_values_stand_aside)
{
    for (size_t i = 0; i < SETTINGS; i++)
        for (size_t s = 0; s < SEEDS; s++) *at(i, 1, s) = s % 2 ? (double)INFINITY : (double)NAN;
    ck_assert_uint_eq(ins_average_over_settings(value, SETTINGS, LEVELS, SEEDS, average), 18);
    for (size_t s = 0; s < SEEDS; s++) {
        near(average[s], crossed_averages[0][s], 1e-14);
        ck_assert(isnan(average[SEEDS + s]));
    }
    for (size_t i = 0; i < VALUES; i++) value[i] = NAN;
    ck_assert_uint_eq(ins_average_over_settings(value, SETTINGS, LEVELS, SEEDS, average), 0);
    for (size_t i = 0; i < LEVELS * SEEDS; i++) ck_assert(isnan(average[i]));
}
END_TEST

/* What settings hide from all pairs, averages over them show: one level is better by about 0.05 in
 * every setting and seed, while the settings lie far apart. */
START_TEST(main_effect)
{
    static const double setting[] = {0.3, 0.5, 0.9}, noise[] = {0.004, -0.002, 0.003, -0.005};
    double made[3 * 2 * 4], mean[2 * 4];
    ins_contrast contrast;
    for (size_t i = 0; i < 3; i++)
        for (size_t l = 0; l < 2; l++)
            for (size_t s = 0; s < 4; s++)
                made[(i * 2 + l) * 4 + s] = setting[i] + (l ? 0.05 + noise[s] : 0);
    ck_assert_uint_eq(ins_average_over_settings(made, 3, 2, 4, mean), 12);
    ins_contrast_pairs(mean, 2, 4, (ins_family){.alpha = 0.05}, &contrast);
    ck_assert(contrast.told_apart && contrast.difference.n == 4);
    near(contrast.difference.mean, 0.05, 1e-12);
}
END_TEST

static void check_interaction(ins_interaction is, const double *expected)
{
    ck_assert_uint_eq(is.seeds, SEEDS);
    near(is.F, expected[0], 1e-11);
    near(is.above, expected[1], 1e-11);
    near(is.below, expected[2], 1e-11);
    near(is.p, expected[3], 1e-10);
}

START_TEST(interaction)
{
    check_interaction(ins_interaction_of(value, SETTINGS, LEVELS, SEEDS), crossed_interaction);
    check_interaction(ins_interaction_of(value, 2, LEVELS, SEEDS), crossed_two_by_three);
}
END_TEST

/* Of two settings and two levels it is the paired t test of the difference of differences. */
START_TEST(two_by_two)
{
    double four[2 * 2 * SEEDS];
    for (size_t i = 0; i < 2; i++)
        for (size_t l = 0; l < 2; l++)
            memcpy(&four[(i * 2 + l) * SEEDS], at(i, l, 0), SEEDS * sizeof *four);
    ins_interaction is = ins_interaction_of(four, 2, 2, SEEDS);
    check_interaction(is, crossed_two_by_two);
    near(is.p, crossed_two_by_two[4], 1e-10);
}
END_TEST

/* Seeds that lack a value are left out: five here, and the same as if the sixth were not there. */
START_TEST(incomplete_seeds)
{
    double five[SETTINGS * LEVELS * 5];
    for (size_t k = 0; k < SETTINGS * LEVELS; k++)
        memcpy(&five[k * 5], &value[k * SEEDS], 5 * sizeof *five);
    *at(1, 1, 5) = NAN;
    ins_interaction all = ins_interaction_of(value, SETTINGS, LEVELS, SEEDS);
    ins_interaction these = ins_interaction_of(five, SETTINGS, LEVELS, 5);
    ck_assert(all.seeds == 5 && these.seeds == 5 && all.p == these.p && all.p > 0);
}
END_TEST

START_TEST(no_interaction_to_test)
{
    ck_assert(isnan(ins_interaction_of(value, 1, LEVELS, SEEDS).p));
    ck_assert(isnan(ins_interaction_of(value, SETTINGS, 1, SEEDS).p));
    ck_assert(isnan(ins_interaction_of(value, SETTINGS, LEVELS, 1).p));
    ins_interaction none = ins_interaction_of(value, SETTINGS, LEVELS, 0);
    ck_assert(none.seeds == 0 && isnan(none.p) && isnan(none.F));
    ck_assert(isnan(ins_interaction_of(value, 0, LEVELS, SEEDS).p));
    /* The same interaction in every seed has no spread to be tested against. */
    for (size_t i = 0; i < SETTINGS; i++)
        for (size_t l = 0; l < LEVELS; l++)
            for (size_t s = 0; s < SEEDS; s++)
                *at(i, l, s) = 0.1 * (double)(i * l) + 0.037 * (double)s;
    ins_interaction is = ins_interaction_of(value, SETTINGS, LEVELS, SEEDS);
    ck_assert(is.seeds == SEEDS && isnan(is.p) && isnan(is.F) && isnan(is.above));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effect");
    TCase *tests = tcase_create("effect");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, averages);
    tcase_add_test(tests, averages_over_the_same_settings);
    tcase_add_test(tests, levels_without_values_stand_aside);
    tcase_add_test(tests, main_effect);
    tcase_add_test(tests, interaction);
    tcase_add_test(tests, two_by_two);
    tcase_add_test(tests, incomplete_seeds);
    tcase_add_test(tests, no_interaction_to_test);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
