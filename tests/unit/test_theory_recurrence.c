/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Simple recurrent layers. Constants are closed forms of the papers named, exact recursions by an
 * independent program with its own quadrature, and means over seeds of networks that PyTorch 1.13
 * trained in float64, with their standard error. */
#include <config.h>

#include <stdlib.h>

#include <gsl/gsl_math.h>

#include "initscope/correlation.h"

#include "identity_walk.h"
#include "theory_check.h"

#include "../../src/theory/recurrence.h"

/* As good as exact, and the digits of a constant. */
#define EXACT 1e-9
#define DIGITS 1e-6

/* A layer and a way back from its last step, whatever the inputs are. */
static ins_recurrence layer_of(const ins_choice *phi, ins_gate gate, ins_field *inputs,
                               double alike)
{
    const size_t steps = inputs->positions;
    double *at = calloc(steps, sizeof *at);
    ck_assert_ptr_nonnull(at);
    for (size_t t = 0; t < steps; t++) at[t] = alike != 0 || t + 1 == steps ? 1 : 0;
    ins_recurrence layer = ins_recurrence_forward(phi, &gate, inputs);
    ins_recurrence_backward(&layer, inputs, &(ins_arriving){at, alike});
    free(at);
    return layer;
}

/* Every two inputs of a row have this product. */
static ins_field *inputs_of(size_t steps, double product)
{
    ins_field *inputs = ins_field_white(steps, 1, 1);
    for (size_t i = 0; i < steps * steps; i++)
        if (inputs->same[i] == 0) inputs->same[i] = product;
    return inputs;
}

/* q*, E[h^2] and chi of tanh, by another quadrature. */
START_TEST(test_fixed_points)
{
    static const struct {
        double recurrent, input, q, square, chi;
    } table[] = {{1, 1, 1.463851, .463851, .398879},
                 {1, .5, .868869, .368869, .489732},
                 {1.0 / 3, 1, 1.139361, .418083, .147134},
                 {1, 2, 2.563070, .563070, .313413},
                 {2, 1, 2.048401, .524200, .691808}};
    enum { STEPS = 120 };
    const ins_choice phi = activation("tanh");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_field *inputs = inputs_of(STEPS, 0);
        ins_recurrence layer =
            layer_of(&phi, (ins_gate){table[i].input, table[i].recurrent, 0, 0, 0}, inputs, 0);
        const double *delta = layer.steps->gate[0].delta;
        ck_close(layer.steps->gate[0].square[STEPS - 1], table[i].q, DIGITS);
        ck_close(layer.steps->state[STEPS - 1], table[i].square, DIGITS);
        ck_close(delta[STEPS - 2] / delta[STEPS - 1], table[i].chi, DIGITS);
        ins_recurrence_free(&layer);
        ins_field_free(inputs);
    }
}
END_TEST

/* tanh, 256 units, 20 steps, gains 1: delta of the first step and the fall per step; .4027 +- .0017
 * with Gaussian weights, .3996 +- .0013 with orthogonal ones. */
START_TEST(test_what_goes_back)
{
    enum { STEPS = 20 };
    const ins_choice phi = activation("tanh");
    ins_field *inputs = inputs_of(STEPS, 0);
    ins_recurrence layer = layer_of(&phi, (ins_gate){1, 1, 0, 0, 0}, inputs, 0);
    const double *delta = layer.steps->gate[0].delta;
    ck_near(delta[0], 1.2383e-8, 1e-4);
    ck_near(pow(delta[4] / delta[14], .1), .4012, .01);
    ins_recurrence_free(&layer);
    ins_field_free(inputs);
}
END_TEST

/* The same with 6 steps and 16 rows: .01913 +- .0003, in theory .01899. */
START_TEST(test_gradient)
{
    enum { STEPS = 6, ROWS = 16 };
    const ins_choice phi = activation("tanh");
    ins_field *inputs = inputs_of(STEPS, 0);
    ins_recurrence layer = layer_of(&phi, (ins_gate){1, 1, 0, 0, 0}, inputs, 0);
    const ins_gate_steps *gate = &layer.steps->gate[0];
    double deltas = 0;
    for (size_t t = 0; t < STEPS; t++) deltas += gate->delta[t];
    ck_near(gate->recurrent_gradient / ROWS, .0189874, 1e-5);
    ck_near(gate->recurrent_gradient / ROWS, .01913, .02);
    ck_near(gate->input_gradient, deltas, EXACT);
    ins_recurrence_free(&layer);
    ins_field_free(inputs);
}
END_TEST

/* ReLU with recurrent gain 2: E[z_t^2] = t, and half of the gradient's square arrives anywhere;
 * 10.7 +- .7 and .54 +- .03 of 256 units. */
START_TEST(test_relu_adds_up)
{
    enum { STEPS = 10 };
    const ins_choice phi = activation("relu");
    for (int constant = 0; constant < 2; constant++) {
        ins_field *inputs = inputs_of(STEPS, constant);
        ins_recurrence layer = layer_of(&phi, (ins_gate){1, 2, 0, 0, 0}, inputs, 0);
        for (size_t t = 0; t < STEPS; t++) {
            ck_near(layer.steps->gate[0].square[t], (double)t + 1, EXACT);
            ck_near(layer.steps->gate[0].delta[t], .5, EXACT);
        }
        ins_recurrence_free(&layer);
        ins_field_free(inputs);
    }
}
END_TEST

/* A linear layer is the sum of W^k U x_{t-k}: all of its covariances in closed form. */
START_TEST(test_linear_layer)
{
    enum { STEPS = 7 };
    const double input = .7, recurrent = .6, bias = .2, product = .3;
    const ins_choice phi = activation("linear");
    ins_field *inputs = inputs_of(STEPS, product);
    ins_recurrence layer = layer_of(&phi, (ins_gate){input, recurrent, 0, 0, bias}, inputs, 1);
    for (size_t t = 0; t < STEPS; t++) {
        for (size_t s = t; s < STEPS; s++) {
            const double one = input * (t == s ? 1 : product) + bias;
            const double terms = (1 - pow(recurrent, (double)t + 1)) / (1 - recurrent);
            ck_near(layer.z->same[t * STEPS + s], one * terms, EXACT);
            ck_near(layer.steps->output->same[s * STEPS + t], one * terms, EXACT);
            ck_close(layer.z->other[t * STEPS + s], bias * terms, EXACT);
        }
        const double left = (double)(STEPS - t);
        ck_near(layer.steps->gate[0].delta[t], (1 - pow(recurrent, left)) / (1 - recurrent), EXACT);
    }
    ins_recurrence_free(&layer);
    ins_field_free(inputs);
}
END_TEST

/* Two rows whose inputs have nothing in common: the biases are, and the map of the correlation
 * makes of it what the second step has. */
START_TEST(test_two_rows)
{
    enum { STEPS = 3 };
    static const char *const names[] = {"tanh", "relu", "sigmoid", "elu"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ins_choice phi = activation(names[i]);
        ins_field *inputs = inputs_of(STEPS, .5);
        ins_recurrence layer = layer_of(&phi, (ins_gate){1.5, .9, 0, 0, .1}, inputs, 1);
        ins_correlator first;
        ins_correlator_start(&first, &phi, 1.6);
        ck_near(layer.z->same[1], .85, EXACT);
        ck_near(layer.z->other[1], .1, EXACT);
        ck_near(layer.z->other[STEPS + 1], .9 * ins_correlate(&first, .1 / 1.6).product + .1, 1e-8);
        ck_near(layer.z->same[STEPS + 1], .9 * ins_expect(&phi, 1.6).square + 1.6, EXACT);
        ins_recurrence_free(&layer);
        ins_field_free(inputs);
    }
}
END_TEST

/* The slopes at two steps of the same variance. */
START_TEST(test_slopes_of_pairs)
{
    static const char *const names[] = {"tanh", "relu", "leaky_relu", "sigmoid", "softplus"};
    const double c = .4, q = 1.3;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ins_choice phi = activation(names[i]);
        ins_field *field = ins_field_white(2, q, 1);
        field->same[1] = field->same[2] = c * q;
        ins_transfer *values = ins_transfer_of(&phi, field, 1);
        ins_transfer *slopes = ins_transfer_of_slopes(values);
        double row[2];
        ins_correlator correlator;
        ins_correlator_start(&correlator, &phi, q);
        ins_transfer_row(slopes, 0, field->same, row);
        ck_near(row[1], ins_correlate(&correlator, c).slope_product, 1e-7);
        ins_transfer_row(values, 0, field->same, row);
        ck_near(row[1], ins_correlate(&correlator, c).product, 1e-7);
        ins_transfer_free(slopes);
        ins_transfer_free(values);
        ins_field_free(field);
    }
}
END_TEST

/* What arrives at every step adds up: of equal errors at all steps more than of independent ones.
 */
START_TEST(test_errors_at_all_steps)
{
    enum { STEPS = 12 };
    const ins_choice phi = activation("tanh");
    ins_field *inputs = inputs_of(STEPS, .5);
    double gradient[2];
    for (int equal = 0; equal < 2; equal++) {
        ins_recurrence layer = layer_of(&phi, (ins_gate){1, 1, 0, 0, 0}, inputs, equal ? 1 : 1e-12);
        const ins_gate_steps *gate = &layer.steps->gate[0];
        double mean = 0;
        for (size_t t = 0; t < STEPS; t++) mean += gate->delta[t] / STEPS;
        if (equal)
            ck_assert(gate->delta_pairs > mean / 2);
        else
            ck_near(gate->delta_pairs, mean / STEPS, 1e-9);
        for (size_t t = 1; t + 1 < STEPS; t++) ck_assert(gate->delta[t] < gate->delta[t - 1]);
        gradient[equal] = gate->recurrent_gradient;
        ins_recurrence_free(&layer);
    }
    ck_assert(gradient[1] > 2 * gradient[0]);
    ins_field_free(inputs);
}
END_TEST

/* S(T) by Spitzer's identity, and binomial(2T, T) / 4^T. 256 units: S 7.554 +- .058 (10 steps) and
 * 16.32 +- .13 (20); first delta .1704 +- .0057 and .1271 +- .0029. */
START_TEST(test_identity)
{
    static const double square[][2] = {{1, .5},       {2, 1.159155},  {3, 1.884234},
                                       {5, 3.436692}, {10, 7.597067}, {20, 16.394598}};
    static const double first[][2] = {{1, .5},       {2, .375},       {10, .176197},
                                      {20, .125371}, {100, .0563485}, {784, .0201462}};
    for (size_t i = 0; i < sizeof square / sizeof square[0]; i++)
        ck_close(identity_square((size_t)square[i][0]), square[i][1], DIGITS);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        ck_close(identity_delta(1, (size_t)first[i][0]), first[i][1], DIGITS);
    ck_near(identity_square(10), 7.554, .02);
    ck_near(identity_square(20), 16.32, .02);
    ck_near(identity_delta(1, 10), .1704, .08);
    ck_near(identity_delta(1, 20), .1271, .08);
    ck_near(identity_delta(1, 784), 1 / sqrt(M_PI * 784), 1e-3);
}
END_TEST

/* By hand: the last of two steps is above 0 with probability 5/8, for it is not at 0 exactly if it
 * has not come to its minimum. At the last of T the probability is 1 - u_T. */
START_TEST(test_identity_by_step)
{
    ck_near(identity_delta(2, 2), 5.0 / 8, EXACT);
    for (size_t steps = 1; steps < 40; steps++) {
        ck_near(identity_delta(steps, steps), 1 - identity_delta(1, steps), EXACT);
        for (size_t t = 1; t < steps; t++) {
            ck_assert(identity_delta(t, steps) < identity_delta(t + 1, steps));
            ck_assert(identity_square(t) < identity_square(t + 1));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("theory of recurrent layers");
    TCase *tests = tcase_create("recurrence");
    tcase_add_test(tests, test_fixed_points);
    tcase_add_test(tests, test_what_goes_back);
    tcase_add_test(tests, test_gradient);
    tcase_add_test(tests, test_relu_adds_up);
    tcase_add_test(tests, test_linear_layer);
    tcase_add_test(tests, test_two_rows);
    tcase_add_test(tests, test_slopes_of_pairs);
    tcase_add_test(tests, test_errors_at_all_steps);
    tcase_add_test(tests, test_identity);
    tcase_add_test(tests, test_identity_by_step);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
