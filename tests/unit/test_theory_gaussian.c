/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Gaussian expectations and gains. Oracles: adaptive quadrature (gsl_integration_qag),
 * Gauss-Hermite (gsl_integration_fixed), closed forms, and six digits computed by independent
 * programs. */
#include <config.h>

#include <float.h>
#include <string.h>

#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "initscope/gaussian.h"
#include "initscope/outline.h"

#include "theory_check.h"

/* z ~ N(0, 1). The digits are those of an independent program; pytorch issue 24991 drew samples for
 * 1/sd: tanh 1.5976, relu 1.7068, leaky .2 1.5421, selu 1.0003, elu 1.2695, sigmoid 4.809. */
static const struct {
    const char *name;
    double parameter, value, variance, square, slope, slope_square, gains[3];
} table[] = {
    {"relu", NAN, .398942, .340845, .5, .5, .5, {1.414214, 1.712859, 1.414214}},
    {"leaky_relu", .01, .394953, .344062, .500050, .505, .500050, {1.414143, 1.704832, 1.414143}},
    {"leaky_relu", .2, .319154, .418141, .52, .6, .52, {1.386750, 1.546460, 1.386750}},
    {"tanh", NAN, 0, .394294, .394294, .605706, .464403, {1.592537, 1.592537, 1.467414}},
    {"lecun_tanh", NAN, 0, .750430, .750430, .852374, .803989, {1.154369, 1.154369, 1.115257}},
    {"sigmoid", NAN, .5, .043379, .293379, .206621, .044836, {1.846229, 4.801313, 4.722646}},
    {"softsign", NAN, 0, .183014, .183014, .412755, .227671, {2.337533, 2.337533, 2.095781}},
    {"elu", NAN, .160521, .619179, .644945, .761578, .668102, {1.245198, 1.270843, 1.223429}},
    {"selu", NAN, 0, 1, 1, .985231, 1.071575, {1, 1, .966026}},
    {"silu", NAN, .206621, .313083, .355776, .5, .379482, {1.676532, 1.787187, 1.623320}},
    {"gelu", NAN, .282095, .345644, .425221, .5, .455851, {1.533530, 1.700926, 1.481114}},
    {"mish", NAN, .240404, .394548, .452342, .563748, .479084, {1.486848, 1.592025, 1.444755}},
    {"softplus", NAN, .806059, .271515, .921246, .5, .293379, {1.041867, 1.919126, 1.846229}},
    {"erf", NAN, 0, .464559, .464559, .651470, .569410, {1.467167, 1.467167, 1.325218}},
    {"atan", NAN, 0, .449701, .449701, .655680, .5, {1.491208, 1.491208, 1.414214}},
    {"sin", NAN, 0, .432332, .432332, .606531, .567668, {1.520867, 1.520867, 1.327251}},
    /* The slopes are P(|z| < 1) = erf(1/sqrt(2)) = .682689. */
    {"hard_tanh", NAN, 0, .516059, .516059, .682689, .682689, {1.392036, 1.392036, 1.210287}},
};

START_TEST(test_table_of_gains)
{
    const double digits = 0.6e-6;
    ins_choice phi = choose_with(&ins_activations, table[_i].name, table[_i].parameter);
    ins_expectation e = ins_expect(&phi, 1);
    ck_close(e.value, table[_i].value, digits);
    ck_close(e.square - e.value * e.value, table[_i].variance, digits);
    ck_close(e.square, table[_i].square, digits);
    ck_close(e.slope, table[_i].slope, digits);
    ck_close(e.slope_square, table[_i].slope_square, digits);
    ins_gains gains = ins_gains_of(&phi);
    ck_close(gains.second_moment, table[_i].gains[0], digits);
    ck_close(gains.variance, table[_i].gains[1], digits);
    ck_close(gains.gradient, table[_i].gains[2], digits);
}
END_TEST

/* The five integrands, for an adaptive rule that is told of no kink. */
typedef struct integrand {
    const ins_choice *phi;
    double spread;
    int which;
} integrand;

static double integrate_me(double z, void *context)
{
    const integrand *f = context;
    const ins_activation *row = (const ins_activation *)f->phi->entry;
    double u = f->spread * z, value = row->value(u, f->phi->value);
    double slope = row->slope(u, f->phi->value);
    double terms[] = {value, value * value, slope, slope * slope, z * value * slope / f->spread};
    return terms[f->which] * gsl_ran_ugaussian_pdf(z);
}

/* A panel of its own next to 0, where everything happens when q is large. */
static double adaptive(const ins_choice *phi, double q, int which, double *error)
{
    enum { LIMIT = 4000 };
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(LIMIT);
    integrand f = {phi, sqrt(q), which};
    gsl_function function = {integrate_me, &f};
    double near = fmin(1, 20 / sqrt(q)), sum = 0;
    double cuts[] = {-11, -near, 0, near, 11};
    *error = 0;
    for (int i = 0; i < 4; i++) {
        double part, lack;
        gsl_integration_qag(&function, cuts[i], cuts[i + 1], 1e-13, 1e-12, LIMIT, GSL_INTEG_GAUSS61,
                            workspace, &part, &lack);
        sum += part;
        *error += lack;
    }
    gsl_integration_workspace_free(workspace);
    return sum;
}

/* Every row of the table: a new one whose kinks or scale are not in the outline fails here. */
START_TEST(test_every_row_against_adaptive_quadrature)
{
    static const double qs[] = {1e-4, 0.05, 1, 3.7, 80, 2500};
    ins_choice phi = activation_at((size_t)_i);
    for (size_t k = 0; k < sizeof qs / sizeof qs[0]; k++) {
        ins_expectation e = ins_expect(&phi, qs[k]);
        double got[] = {e.value, e.square, e.slope, e.slope_square, e.square_growth};
        for (int which = 0; which < 5; which++) {
            double error, expected = adaptive(&phi, qs[k], which, &error);
            double scale = fmax(fabs(expected), which == 4 ? e.slope_square : 1e-3);
            ck_assert_msg(error <= 1e-10 * fmax(scale, 1), "the oracle failed: %g", error);
            ck_assert_msg(fabs(got[which] - expected) <= 1e-10 * scale + 4 * error,
                          "%s, q %g, integral %d: %.15g, expected %.15g", phi.entry->name, qs[k],
                          which, got[which], expected);
        }
        ck_close(e.curvature, e.square_growth - e.slope_square, 1e-15);
    }
}
END_TEST

/* Parameters that move the scale or the kinks' strength. */
START_TEST(test_parameters_against_adaptive_quadrature)
{
    static const struct {
        const char *name;
        double parameter;
    } rows[] = {{"leaky_relu", -1}, {"elu", 0.1}, {"celu", 0.05}, {"celu", 5}, {"leaky_relu", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ins_choice phi = choose_with(&ins_activations, rows[i].name, rows[i].parameter);
        for (double q = 0.01; q < 1000; q *= 10) {
            ins_expectation e = ins_expect(&phi, q);
            double got[] = {e.value, e.square, e.slope, e.slope_square, e.square_growth};
            for (int which = 0; which < 5; which++) {
                double error, expected = adaptive(&phi, q, which, &error);
                ck_close(got[which], expected, 1e-10 * fmax(fabs(expected), 1e-3) + 4 * error);
            }
        }
    }
}
END_TEST

/* erf: Williams 1997. gelu: Stein's lemma on u Phi(u). sin: harmonics. relu: half of the line. */
START_TEST(test_closed_forms)
{
    ins_choice relu = activation("relu"), erf_row = activation("erf"), sine = activation("sin");
    ins_choice gelu = activation("gelu"), hard = activation("hard_tanh");
    for (double q = 1e-6; q < 1e7; q *= 3.1) {
        ins_expectation e = ins_expect(&relu, q);
        ck_near(e.value, sqrt(q / (2 * M_PI)), 1e-12);
        ck_near(e.square, q / 2, 1e-12);
        ck_near(e.slope_square, 0.5, 1e-12);
        ck_near(e.square_growth, 0.5, 1e-12);
        ck_close(e.curvature, 0, 1e-12);

        e = ins_expect(&erf_row, q);
        ck_near(e.square, 2 / M_PI * asin(2 * q / (1 + 2 * q)), 1e-11);
        ck_near(e.slope_square, 4 / M_PI / sqrt(1 + 4 * q), 1e-11);
        ck_near(e.square_growth, 4 / M_PI / ((1 + 2 * q) * sqrt(1 + 4 * q)), 1e-9);
        ck_close(e.value, 0, 0);

        e = ins_expect(&sine, q);
        ck_near(e.square, -expm1(-2 * q) / 2, 1e-11);
        ck_near(e.slope_square, (1 + exp(-2 * q)) / 2, 1e-11);
        ck_close(e.square_growth, exp(-2 * q), 1e-11);

        e = ins_expect(&gelu, q);
        ck_near(e.value, q / sqrt(2 * M_PI * (1 + q)), 1e-11);
        ck_near(e.slope, 0.5, 1e-11);

        double cut = 1 / sqrt(q), inside = erf(cut * M_SQRT1_2);
        e = ins_expect(&hard, q);
        ck_near(e.slope_square, inside, 1e-11);
        ck_near(e.square,
                q * (inside - 2 * cut * gsl_ran_ugaussian_pdf(cut)) + erfc(cut * M_SQRT1_2), 1e-9);
    }
}
END_TEST

/* 15 digits of gsl_integration_qagi; and the Gauss-Hermite rule of even order, so that no node
 * falls on the kink of relu'. */
START_TEST(test_smooth_against_gauss_hermite)
{
    ins_choice phi = activation("tanh");
    ins_expectation e = ins_expect(&phi, 1);
    ck_near(e.square, 0.394294490397841, 1e-13);
    ck_near(e.slope_square, 0.464402902448268, 1e-13);

    enum { ORDER = 200 };
    gsl_integration_fixed_workspace *rule =
        gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, ORDER, 0, 0.5, 0, 0);
    ck_assert_ptr_nonnull(rule);
    const double *z = gsl_integration_fixed_nodes(rule), *w = gsl_integration_fixed_weights(rule);
    double sum = 0;
    for (size_t i = 0; i < ORDER; i++)
        sum += w[i] * z[i] * tanh(z[i]) * (1 - tanh(z[i]) * tanh(z[i]));
    ck_near(e.square_growth, sum / sqrt(2 * M_PI), 1e-11);
    gsl_integration_fixed_free(rule);
}
END_TEST

/* The growth of E[phi^2] is its derivative. */
START_TEST(test_growth_is_the_derivative)
{
    ins_choice phi = activation_at((size_t)_i);
    for (double q = 0.1; q < 60; q *= 6) {
        double h = 1e-4 * q;
        double expected =
            (ins_expect(&phi, q + h).square - ins_expect(&phi, q - h).square) / (2 * h);
        ck_close(ins_expect(&phi, q).square_growth, expected, 1e-6 * fabs(expected) + 1e-8 / q);
    }
}
END_TEST

START_TEST(test_limits)
{
    static const struct {
        const char *name;
        double origin, slope_square, growth;
    } limits[] = {{"relu", 0, 0.5, 0.5},
                  {"tanh", 0, 1, 1},
                  {"sigmoid", 0.5, 0.0625, 0.0625},
                  {"softplus", M_LN2, 0.25, 0.25 + M_LN2 / 4},
                  {"selu", 0,
                   1.0507009873554805 * 1.0507009873554805 *
                       (1 + 1.6732632423543772 * 1.6732632423543772) / 2,
                   NAN},
                  {"hard_sigmoid", 0.5, 1.0 / 36, 1.0 / 36}};
    static const double small[] = {0, DBL_TRUE_MIN, 1e-300, 1e-30, 1e-22};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        ins_choice phi = activation(limits[i].name);
        double growth = isnan(limits[i].growth) ? limits[i].slope_square : limits[i].growth;
        for (size_t k = 0; k < sizeof small / sizeof small[0]; k++) {
            ins_expectation e = ins_expect(&phi, small[k]);
            ck_close(e.value, limits[i].origin, 2e-11);
            ck_near(e.slope_square, limits[i].slope_square, 1e-10);
            ck_near(e.square_growth, growth, 1e-9);
            ck_near(e.square, limits[i].origin * limits[i].origin + small[k] * growth, 1e-9);
        }
    }
    ins_choice phi = activation("tanh");
    ins_expectation e = ins_expect(&phi, 1e300);
    ck_near(e.square, 1, 1e-12);
    ck_close(e.slope_square, 0, 1e-100);
    ck_assert(isnan(ins_expect(&phi, -1).square));
    ck_assert(isnan(ins_expect(&phi, INFINITY).square));
    ck_assert(isnan(ins_expect(&phi, NAN).slope_square));
}
END_TEST

/* The mean-field room takes it for granted. */
START_TEST(test_second_moment_grows)
{
    ins_choice phi = activation_at((size_t)_i);
    for (double q = 1e-9; q < 1e9; q *= 2) {
        ins_expectation e = ins_expect(&phi, q);
        ck_assert_msg(e.square_growth > -1e-12, "%s at q %g: %g", phi.entry->name, q,
                      e.square_growth);
        ck_assert(e.square >= e.value * e.value * (1 - 1e-14));
    }
}
END_TEST

/* Rows said to be linear on either side of 0 are, and the others are not. */
START_TEST(test_homogeneous_rows)
{
    ins_choice phi = activation_at((size_t)_i);
    const ins_activation *row = (const ins_activation *)phi.entry;
    bool linear = true;
    for (double u = -9; u < 10; u += 1.5)
        linear =
            linear && fabs(row->value(2 * u, phi.value) - 2 * row->value(u, phi.value)) < 1e-12;
    ck_assert_int_eq(ins_outline_of(&phi).homogeneous, linear);
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("gaussian");
    TCase *cases = tcase_create("expectations");
    int rows = (int)ins_activations.count;
    tcase_add_loop_test(cases, test_table_of_gains, 0, (int)(sizeof table / sizeof table[0]));
    tcase_add_loop_test(cases, test_every_row_against_adaptive_quadrature, 0, rows);
    tcase_add_test(cases, test_parameters_against_adaptive_quadrature);
    tcase_add_test(cases, test_closed_forms);
    tcase_add_test(cases, test_smooth_against_gauss_hermite);
    tcase_add_loop_test(cases, test_growth_is_the_derivative, 0, rows);
    tcase_add_test(cases, test_limits);
    tcase_add_loop_test(cases, test_second_moment_grows, 0, rows);
    tcase_add_loop_test(cases, test_homogeneous_rows, 0, rows);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
