/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixed points, phases, depth scales and the critical line. The constants were computed twice by
 * independent programs; they are held to the digits given. */
#include <config.h>

#include <gsl/gsl_math.h>

#include "initscope/gaussian.h"
#include "initscope/mean_field.h"

#include "theory_check.h"

/* tanh on the edge of chaos. Schoenholz et al. 2017 use sigma_b^2 = .05, sigma_w^2 = 1.76. */
START_TEST(test_edge_of_chaos_of_tanh)
{
    static const struct {
        double bias, q, q_digit, weight, sigma_w, chi_par;
    } table[] = {
        {.01, .045709, 1e-6, 1.086026, 1.042126, .919},
        {.05, .15369, 1e-5, 1.260094, 1.122539, .782},
        {.1, .27330, 1e-5, 1.424205, 1.193401, .678},
        {.2, .51208, 1e-5, 1.700796, 1.304146, .543},
        {.2236067977499790, .57005, 1e-5, 1.760955, 1.327010, .518},
        {.3, .76347, 1e-5, 1.947655, 1.395584, .452},
        {.5, 1.3179, 1e-4, 2.401489, 1.549674, .333},
        {1, 3.0364, 1e-4, 3.443211, 1.855589, .186},
    };
    ins_choice phi = activation("tanh");
    ins_mean_field *field = ins_mean_field_new(&phi);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_critical_point point[INS_CRITICAL_POINTS];
        double bias = table[i].bias * table[i].bias;
        ck_assert_uint_eq(ins_critical_points(field, bias, point), 1);
        ck_close(point[0].q, table[i].q, 0.6 * table[i].q_digit);
        ck_close(point[0].disorder.weight, table[i].weight, 0.6e-6);
        ck_close(sqrt(point[0].disorder.weight), table[i].sigma_w, 0.6e-6);
        ck_close(point[0].disorder.bias, bias, 0);
        ck_close(point[0].chi_par, table[i].chi_par, 0.6e-3);
        ck_assert(point[0].stable);
        ins_phase phase = ins_phase_of(field, point[0].disorder, 1);
        ck_near(phase.q, point[0].q, 1e-9);
        ck_close(phase.chi_1, 1, 1e-9);
        ck_close(phase.c, 1, 1e-5);
    }
    ins_mean_field_free(field);
}
END_TEST

START_TEST(test_edge_of_chaos_by_q)
{
    static const double table[][3] = {{1.0 / 64, 1.030558, .0021567},
                                      {.1, 1.177569, .0288493},
                                      {.5, 1.687975, .195042},
                                      {1, 2.153303, .388542}};
    ins_choice phi = activation("tanh");
    ins_mean_field *field = ins_mean_field_new(&phi);
    for (size_t i = 0; i < 4; i++) {
        ins_critical_point point = ins_critical_at(field, table[i][0]);
        ck_close(point.disorder.weight, table[i][1], 0.6e-6);
        ck_close(sqrt(point.disorder.bias), table[i][2], i < 2 ? 0.6e-7 : 0.6e-6);
    }
    ins_mean_field_free(field);
}
END_TEST

/* hard_tanh: from erf and the density by bisection, 1.1419249 at q = .4232866. */
START_TEST(test_edge_of_chaos_of_others)
{
    static const struct {
        const char *name;
        double bias, weight;
    } table[] = {{"softsign", .2, 2.991615},
                 {"elu", .2, 1.511058},
                 {"selu", .2, .878860},
                 {"erf", .2, 1.328937},
                 {"atan", .2, 1.711641},
                 {"hard_tanh", .2, 1.141925},
                 {"linear", 0, 1},
                 {"relu", 0, 2},
                 {"leaky_relu", 0, 1.9998000200},
                 {"tanh", 0, 1},
                 {"erf", 0, M_PI / 4},
                 {"hard_tanh", 0, 1}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_choice phi = activation(table[i].name);
        ins_mean_field *field = ins_mean_field_new(&phi);
        ins_critical_point point[INS_CRITICAL_POINTS];
        size_t count = ins_critical_points(field, table[i].bias * table[i].bias, point);
        ck_assert_msg(count == 1, "%s: %zu points", table[i].name, count);
        ck_close(point[0].disorder.weight, table[i].weight, 0.6e-6);
        ck_assert(point[0].stable);
        ck_assert(table[i].bias == 0 || point[0].chi_par < 1);
        ins_mean_field_free(field);
    }
}
END_TEST

/* A ReLU with biases has no edge: chi_1 = 1 makes q grow for ever. */
START_TEST(test_no_edge)
{
    static const char *const names[] = {"relu", "linear", "leaky_relu"};
    for (size_t i = 0; i < 3; i++) {
        ins_choice phi = activation(names[i]);
        ins_mean_field *field = ins_mean_field_new(&phi);
        ins_critical_point point[INS_CRITICAL_POINTS];
        ck_assert_uint_eq(ins_critical_points(field, 0.04, point), 0);
        ins_mean_field_free(field);
    }
    ins_choice phi = activation("softplus");
    ins_mean_field *field = ins_mean_field_new(&phi);
    ins_critical_point point[INS_CRITICAL_POINTS];
    for (double bias = 0; bias <= 1; bias += 0.05)
        ck_assert_uint_eq(ins_critical_points(field, bias * bias, point), 0);
    ins_mean_field_free(field);
}
END_TEST

/* tanh with sigma_b^2 = .05: sigma_w^2, q*, c*, chi_1, xi_q, xi_c and the last digit of each. The
 * row of 1.8 by Gauss-Hermite of order 200 in the plane and bisection: c* .9504105, xi_c 125.784.
 */
START_TEST(test_depth_scales)
{
    static const struct {
        double weight, q, q_digit, c, c_digit, chi, chi_digit, xi_q, xi_c, xi_digit;
    } table[] = {{1.0, .1936, 1e-4, 1, 1e-3, .7590, 1e-4, 1.75, 3.63, 1e-2},
                 {1.3, .3153, 1e-4, 1, 1e-3, .8802, 1e-4, 1.79, 7.83, 1e-2},
                 {1.5, .4180, 1e-4, 1, 1e-3, .9386, 1e-4, 1.68, 15.8, 1e-1},
                 {1.7, .5331, 1e-4, 1, 1e-3, .9867, 1e-4, 1.56, 74.9, 1e-1},
                 {1.8, .5941, 1e-4, .950411, 1e-6, 1.008, 1e-3, 1.50, 125.784, 1e-3},
                 {2.0, .7218, 1e-4, .744, 1e-3, 1.048, 1e-3, 1.39, 25.2, 1e-1},
                 {2.5, 1.064, 1e-3, .447, 1e-3, 1.134, 1e-3, 1.18, 11.8, 1e-1},
                 {3, 1.428, 1e-3, .299, 1e-3, 1.209, 1e-3, 1.04, 9.05, 1e-2},
                 {4, 2.195, 1e-3, .165, 1e-3, 1.342, 1e-3, .87, 6.98, 1e-2}};
    ins_choice phi = activation("tanh");
    ins_mean_field *field = ins_mean_field_new(&phi);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_phase phase = ins_phase_of(field, (ins_disorder){table[i].weight, .05}, 1);
        ck_assert_int_eq(phase.fate, INS_FATE_CONVERGES);
        ck_close(phase.q, table[i].q, 0.6 * table[i].q_digit);
        ck_close(phase.c, table[i].c, 0.6 * table[i].c_digit);
        ck_close(phase.chi_1, table[i].chi, 0.6 * table[i].chi_digit);
        ck_close(phase.xi_q, table[i].xi_q, 0.6e-2);
        ck_close(phase.xi_c, table[i].xi_c, 0.6 * table[i].xi_digit);
        ck_near(phase.xi_gradient, -1 / log(phase.chi_1), 1e-9);
        if (phase.chi_1 < 1) ck_near(phase.xi_gradient, phase.xi_c, 1e-12);
    }
    ck_assert(fabs(ins_phase_of(field, (ins_disorder){1.760955, .05}, 1).xi_c) > 1e5);
    ins_mean_field_free(field);
}
END_TEST

/* chi_1 = chi_par = 1. Public code has the swish constant C_b = 0.055514317, a tenth of the one
 * that satisfies the definition. */
START_TEST(test_half_stable_points)
{
    static const struct {
        const char *name;
        double weight, bias, q;
    } table[] = {{"silu", 1.98800468, .55514317, 14.320174},
                 {"gelu", 1.98305826, .17292239, 3.561553},
                 {"mish", 2.01352407, .09452179, 1.670169}};
    for (size_t i = 0; i < 3; i++) {
        ins_choice phi = activation(table[i].name);
        ins_mean_field *field = ins_mean_field_new(&phi);
        ins_critical_point point = ins_critical_at(field, table[i].q);
        ck_close(point.disorder.weight, table[i].weight, 0.6e-7);
        ck_close(point.disorder.bias, table[i].bias, 0.6e-7);
        ck_close(point.chi_par, 1, 1e-6);
        ck_near(ins_next_q(field, point.disorder, point.q), point.q, 1e-12);
        ins_mean_field_free(field);
    }
}
END_TEST

/* A published "edge of chaos" of swish, sigma_w^2 = 2.952 and sigma_b^2 = .04, has no fixed point.
 */
START_TEST(test_swish_without_fixed_point)
{
    ins_choice phi = activation("silu");
    ins_mean_field *field = ins_mean_field_new(&phi);
    ins_fixed_point fixed[INS_FIXED_POINTS];
    ck_assert_uint_eq(ins_fixed_points(field, (ins_disorder){2.952, .04}, fixed), 0);
    ck_assert_int_eq(ins_phase_of(field, (ins_disorder){2.952, .04}, .01).fate, INS_FATE_DIVERGES);
    double q = 1;
    for (int l = 0; l < 1000; l++) q = ins_next_q(field, (ins_disorder){2.952, .04}, q);
    ck_assert(q > 1e100);

    ins_critical_point point[INS_CRITICAL_POINTS];
    ck_assert_uint_eq(ins_critical_points(field, .04, point), 1);
    ck_close(point[0].disorder.weight, 2.8208, 0.6e-4);
    ck_close(point[0].q, .689, 0.6e-3);
    ck_close(point[0].chi_par, 1.099, 0.6e-3);
    ck_assert(!point[0].stable);

    ck_assert_uint_eq(ins_fixed_points(field, point[0].disorder, fixed), 2);
    ck_assert(fixed[0].chi_par < 1 && fixed[1].chi_par > 1);
    ck_near(fixed[1].q, point[0].q, 1e-9);
    ins_phase phase = ins_phase_of(field, point[0].disorder, .5);
    ck_close(phase.q, .194, 0.6e-3);
    ck_close(phase.chi_1, .82, 0.6e-2);
    ins_mean_field_free(field);
}
END_TEST

/* Where common recipes end up in a deep square network; sd is that of the activations. NAN: not
 * told, or not finite. */
START_TEST(test_recipes)
{
    static const struct {
        const char *name;
        double weight, bias;
        ins_fate fate;
        double q, q_digit, sd, sd_digit, chi, chi_digit;
    } table[] = {
        {"relu", 2, 0, INS_FATE_CONSTANT, 1, 0, .584, 1e-3, 1, 1e-9},
        {"relu", 1, 0, INS_FATE_VANISHES, 0, 0, NAN, 0, .5, 1e-9},
        {"relu", 1.0 / 3, 1.0 / 192, INS_FATE_CONVERGES, .00625, 1e-9, .0462, 1e-4, 1.0 / 6, 1e-9},
        {"relu", 2.0 / 3, 0, INS_FATE_VANISHES, 0, 0, NAN, 0, 1.0 / 3, 1e-9},
        {"tanh", 1, 0, INS_FATE_DECAYS, 0, 0, NAN, 0, 1, 1e-9},
        {"tanh", 25.0 / 9, 0, INS_FATE_CONVERGES, 1.17848, 1e-5, .65135, 1e-5, 1.2098, 1e-4},
        {"tanh", 2, 0, INS_FATE_CONVERGES, .617965, 1e-6, .55586, 1e-5, 1.1055, 1e-4},
        {"tanh", 1.2769, 0, INS_FATE_CONVERGES, .151334, 1e-6, .34426, 1e-5, 1.01615, 1e-5},
        {"tanh", 1.0 / 3, 1.0 / 192, INS_FATE_CONVERGES, .00775, 1e-5, .0874, 1e-4, .328, 1e-3},
        {"selu", 1, 0, INS_FATE_CONVERGES, 1, 1e-9, 1, 1e-9, 1.071575, 1e-6},
        {"selu", .5625, 0, INS_FATE_CONVERGES, .02303, 1e-5, .19957, 1e-5, 1.0037, 1e-4},
        {"selu", 2, 0, INS_FATE_DIVERGES, INFINITY, 0, NAN, 0, 1.103973, 1e-6},
        {"sigmoid", 1, 0, INS_FATE_CONVERGES, .264687, 1e-6, .12119, 1e-5, .05572, 1e-5},
        {"sigmoid", 16, 0, INS_FATE_CONVERGES, 5.8554, 1e-4, .34053, 1e-5, .39888, 1e-5},
        {"gelu", 2, 0, INS_FATE_VANISHES, 0, 0, NAN, 0, .5, 1e-9},
        {"silu", 2, 0, INS_FATE_VANISHES, 0, 0, NAN, 0, .5, 1e-9},
        {"elu", 1, 0, INS_FATE_DECAYS, 0, 0, NAN, 0, 1, 1e-9},
        {"elu", 2, 0, INS_FATE_GROWS, INFINITY, 0, NAN, 0, 1, 1e-9},
        {"relu", 2, .1, INS_FATE_GROWS, INFINITY, 0, NAN, 0, 1, 1e-9},
        {"relu", 3, 0, INS_FATE_DIVERGES, INFINITY, 0, NAN, 0, 1.5, 1e-9},
        {"tanh", 0, 0, INS_FATE_VANISHES, 0, 0, NAN, 0, 0, 0},
        {"sigmoid", 0, .25, INS_FATE_CONVERGES, .25, 1e-12, NAN, 0, 0, 0},
    };
    ins_choice phi = activation(table[_i].name);
    ins_mean_field *field = ins_mean_field_new(&phi);
    ins_phase phase = ins_phase_of(field, (ins_disorder){table[_i].weight, table[_i].bias}, 1);
    ck_assert_str_eq(ins_fate_names[phase.fate], ins_fate_names[table[_i].fate]);
    if (isinf(table[_i].q))
        ck_assert(isinf(phase.q));
    else
        ck_close(phase.q, table[_i].q, 0.6 * table[_i].q_digit);
    ck_close(phase.chi_1, table[_i].chi, 0.6 * table[_i].chi_digit);
    if (!isnan(table[_i].sd)) {
        ins_expectation e = ins_expect(&phi, phase.q);
        ck_close(sqrt(e.square - e.value * e.value), table[_i].sd, 0.6 * table[_i].sd_digit);
    }
    ins_mean_field_free(field);
}
END_TEST

/* tanh + LeCun decays like q ~ 1/(2l); torch's tanh gain 5/3 multiplies the gradient by 1.2098 a
 * layer, 1.4e4 over 50. elu + He reaches q = 34 after 50 layers. He vanishes for gelu and swish. */
START_TEST(test_trajectories)
{
    static const struct {
        const char *name;
        double weight;
        int depth;
        double q, digit;
    } table[] = {{"elu", 2, 50, 34, 1}, {"gelu", 2, 10, .029, 1e-3}, {"silu", 2, 10, .0036, 1e-4}};
    for (size_t i = 0; i < 3; i++) {
        ins_choice phi = activation(table[i].name);
        double q = 1;
        for (int l = 0; l < table[i].depth; l++) q = table[i].weight * ins_expect(&phi, q).square;
        ck_close(q, table[i].q, 0.6 * table[i].digit);
    }
    ck_close(pow(1.20983, 50), 1.4e4, 0.06e4);

    ins_choice phi = activation("tanh");
    double q = 1; /* of layer l */
    for (int l = 1; l <= 400; l++) {
        if (l == 10) ck_close(2 * l * q, 1.16, 0.6e-2);
        if (l == 100) ck_close(2 * l * q, 1.024, 0.6e-3);
        if (l == 400) ck_close(2 * l * q, 1.007, 0.6e-3);
        q = ins_expect(&phi, q).square;
    }
}
END_TEST

/* A start on a fixed point, but for rounding, does not fall to the next one; and q* may lie beyond
 * the table. */
START_TEST(test_starts)
{
    ins_choice phi = activation("selu");
    ins_mean_field *field = ins_mean_field_new(&phi);
    for (int step = -8; step <= 8; step++)
        ck_near(ins_phase_of(field, (ins_disorder){1, 0}, 1 + step * 1e-15).q, 1, 1e-12);
    ck_near(ins_phase_of(field, (ins_disorder){1, 0}, 1e-8).q, 1, 1e-12);
    ck_near(ins_phase_of(field, (ins_disorder){1, 0}, 1e8).q, 1, 1e-12);
    ins_mean_field_free(field);

    phi = activation("tanh");
    field = ins_mean_field_new(&phi);
    ins_phase phase = ins_phase_of(field, (ins_disorder){4, 1e12}, 1);
    ck_assert_int_eq(phase.fate, INS_FATE_CONVERGES);
    ck_near(phase.q, 1e12 + 4, 1e-9);
    ins_mean_field_free(field);

    phi = activation("elu");
    field = ins_mean_field_new(&phi);
    phase = ins_phase_of(field, (ins_disorder){1.9, 1e10}, 1);
    ck_assert_int_eq(phase.fate, INS_FATE_CONVERGES);
    ck_near(phase.q, 2e11, 1e-5);
    ins_mean_field_free(field);

    /* The map of relu is straight: its fixed point is where the tangent leads, on either side of it
     * by rounding. */
    phi = activation("relu");
    field = ins_mean_field_new(&phi);
    for (double weight = 0.2; weight < 2; weight += 0.3)
        for (double bias = 1e9; bias < 1e12; bias *= 7.3) {
            ins_fixed_point fixed[INS_FIXED_POINTS];
            ck_assert_uint_eq(ins_fixed_points(field, (ins_disorder){weight, bias}, fixed), 1);
            ck_near(fixed[0].q, bias / (1 - weight / 2), 1e-9);
        }
    ins_mean_field_free(field);
}
END_TEST

/* c* of chaos is where iterating leads, and q* is a fixed point, over a coarse phase plane. */
START_TEST(test_phase_plane)
{
    ins_choice phi = activation_at((size_t)_i);
    ins_mean_field *field = ins_mean_field_new(&phi);
    size_t finite = 0;
    for (double w = 0.25; w < 5; w += 0.65) {
        for (double b = 0; b < 2; b += 0.4) {
            ins_disorder disorder = {w * w, b * b};
            ins_phase phase = ins_phase_of(field, disorder, 1);
            ck_assert(phase.q >= 0 && phase.chi_1 >= 0);
            if (phase.fate != INS_FATE_CONVERGES) continue;
            finite++;
            ck_near(ins_next_q(field, disorder, phase.q), phase.q, 1e-10);
            double q = 1, before = 0;
            for (int l = 0; l < 3000 && fabs(q - before) > 1e-9 * q; l++) {
                before = q;
                q = ins_next_q(field, disorder, q);
            }
            ck_near(q, phase.q, 1e-6);
            ck_assert_int_eq(phase.chi_1 > 1 + 1e-9, phase.c < 1);
            ck_assert(phase.c >= 0 && phase.c <= 1 && phase.chi_c <= 1);
        }
    }
    ck_assert(finite > 3);
    ins_mean_field_free(field);
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("mean field");
    TCase *cases = tcase_create("phases");
    tcase_add_test(cases, test_edge_of_chaos_of_tanh);
    tcase_add_test(cases, test_edge_of_chaos_by_q);
    tcase_add_test(cases, test_edge_of_chaos_of_others);
    tcase_add_test(cases, test_no_edge);
    tcase_add_test(cases, test_depth_scales);
    tcase_add_test(cases, test_half_stable_points);
    tcase_add_test(cases, test_swish_without_fixed_point);
    tcase_add_loop_test(cases, test_recipes, 0, 22);
    tcase_add_test(cases, test_trajectories);
    tcase_add_test(cases, test_starts);
    tcase_add_loop_test(cases, test_phase_plane, 0, (int)ins_activations.count);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
