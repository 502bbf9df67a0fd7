/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Correlated Gaussians through an activation. Oracles: closed forms, and the three ways of
 * computing against each other. */
#include <config.h>

#include <gsl/gsl_math.h>

#include "initscope/correlation.h"
#include "initscope/mean_field.h"

#include "theory_check.h"

static const double correlations[] = {-1, -0.8, -0.3, 0, 0.2, 0.6, 0.9, 0.99, 0.999, 1 - 1e-7};
enum { CORRELATIONS = sizeof correlations / sizeof correlations[0] };

static void check_against(const ins_correlator *at, ins_correlation got, ins_correlation expected)
{
    const char *name = at->activation->entry->name;
    ck_assert_msg(fabs(got.product - expected.product) <= 2e-10 * at->at.square,
                  "%s, q %g: product %.14g, expected %.14g", name, at->q, got.product,
                  expected.product);
    ck_assert_msg(fabs(got.slope_product - expected.slope_product) <= 2e-10 * at->at.slope_square,
                  "%s, q %g: slopes %.14g, expected %.14g", name, at->q, got.slope_product,
                  expected.slope_product);
    ck_assert_msg(fabs(got.distance - expected.distance) <= 3e-10 * expected.distance,
                  "%s, q %g: distance %.14g, expected %.14g", name, at->q, got.distance,
                  expected.distance);
}

/* Series or closed form, and quadrature over the plane, share no code but the panels. */
START_TEST(test_series_against_plane)
{
    static const double qs[] = {1e-5, 0.2, 1.5, 30};
    ins_choice phi = activation_at((size_t)_i);
    for (size_t k = 0; k < sizeof qs / sizeof qs[0]; k++) {
        ins_correlator at;
        ins_correlator_start(&at, &phi, qs[k]);
        for (size_t i = 1; i < CORRELATIONS; i++)
            check_against(&at, ins_correlate(&at, correlations[i]),
                          ins_correlate_plane(&at, correlations[i]));
    }
}
END_TEST

/* erf: Williams 1997, and sin: E[cos(u1 -+ u2)]. */
START_TEST(test_closed_forms)
{
    ins_choice bell = activation("erf"), sine = activation("sin");
    for (double q = 0.01; q < 20; q *= 2.3) {
        ins_correlator erf_at, sine_at;
        ins_correlator_start(&erf_at, &bell, q);
        ins_correlator_start(&sine_at, &sine, q);
        for (size_t i = 0; i < CORRELATIONS; i++) {
            double c = correlations[i];
            ins_correlation got = ins_correlate(&erf_at, c);
            ck_close(got.product, 2 / M_PI * asin(2 * q * c / (1 + 2 * q)), 1e-11);
            ck_near(got.slope_product,
                    4 / M_PI / sqrt((1 + 2 * q) * (1 + 2 * q) - 4 * q * q * c * c), 1e-10);
            got = ins_correlate(&sine_at, c);
            ck_close(got.product, exp(-q) * sinh(q * c), 1e-11);
            ck_near(got.slope_product, exp(-q) * cosh(q * c), 1e-10);
            ck_near(got.distance, -expm1(-q * (1 - c)) / 2 * (1 + exp(-q * (1 + c))), 1e-9);
        }
    }
}
END_TEST

START_TEST(test_ends)
{
    ins_choice phi = activation_at((size_t)_i);
    ins_correlator at;
    ins_correlator_start(&at, &phi, 0.7);
    ins_correlation one = ins_correlate(&at, 1), zero = ins_correlate(&at, 0);
    ck_near(one.product, at.at.square, 1e-13);
    ck_near(one.slope_product, at.at.slope_square, 1e-13);
    ck_close(one.distance, 0, 0);
    ck_close(zero.product, at.at.value * at.at.value, 1e-12);
    ck_close(zero.slope_product, at.at.slope * at.at.slope, 1e-12);
    ck_close(zero.distance, at.at.square - at.at.value * at.at.value, 1e-12);
    if (at.at.value == 0 && at.at.square > 0 && at.at.slope_square > 0 &&
        fabs(ins_correlate(&at, -0.5).product + ins_correlate(&at, 0.5).product) < 1e-13)
        ck_near(ins_correlate(&at, -1).product, -at.at.square, 1e-9);
}
END_TEST

/* Price's theorem: the product of slopes is the derivative of the product in c, over q. */
START_TEST(test_slope_is_the_derivative)
{
    ins_choice phi = activation_at((size_t)_i);
    double q = 1.3, h = 1e-4;
    ins_correlator at;
    ins_correlator_start(&at, &phi, q);
    for (double c = -0.7; c < 0.9; c += 0.3) {
        double rise = ins_correlate(&at, c + h).product - ins_correlate(&at, c - h).product;
        ck_near(ins_correlate(&at, c).slope_product, rise / (2 * h * q), 1e-6);
    }
}
END_TEST

/* c' = (sin t + (pi - t) cos t)/pi for ReLU with sigma_w^2 = 2. (1 - c_l) l^2 from c = 0 goes to
 * 9 pi^2/2 = 44.41 (Hayou et al. 2019), slowly. */
START_TEST(test_relu_forgets_like_one_over_depth_squared)
{
    static const struct {
        int depth;
        double expected;
    } table[] = {{10, 12.85}, {20, 20.63}, {50, 30.35}, {100, 35.77}};
    ins_choice phi = activation("relu");
    ins_correlator at;
    ins_correlator_start(&at, &phi, 1);
    double c = 0;
    size_t next = 0;
    for (int l = 1; l <= 3000; l++) {
        double t = acos(c), expected = (sin(t) + (M_PI - t) * c) / M_PI;
        c = ins_next_c(&at, (ins_disorder){2, 0}, c);
        ck_close(c, expected, 1e-12);
        if (next < sizeof table / sizeof table[0] && l == table[next].depth)
            ck_close((1 - c) * l * l, table[next++].expected, 0.006);
    }
    ck_assert_uint_eq(next, sizeof table / sizeof table[0]);
    ck_close((1 - c) * 3000 * 3000, 4.5 * M_PI * M_PI, 0.5);
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("correlation");
    TCase *cases = tcase_create("maps");
    int rows = (int)ins_activations.count;
    tcase_add_loop_test(cases, test_series_against_plane, 0, rows);
    tcase_add_test(cases, test_closed_forms);
    tcase_add_loop_test(cases, test_ends, 0, rows);
    tcase_add_loop_test(cases, test_slope_is_the_derivative, 0, rows);
    tcase_add_test(cases, test_relu_forgets_like_one_over_depth_squared);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
