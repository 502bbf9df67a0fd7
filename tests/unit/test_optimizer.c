/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimizers: three updates of scalars against formulas written out, and what holds for every
 * row of the table. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/optimizer.h"

#include "check_tap.h"
#include "network_fixture.h"

enum { COUNT = 37 }; /* whole vectors and a ragged end */

static const double rate = 0.01, gradients[3] = {0.5, -0.25, 2};

/* Applies three updates to COUNT equal parameters of value start. */
static void run(const ins_choice *choice, double start, double decay, real *w)
{
    const ins_optimizer *row = (const ins_optimizer *)choice->entry;
    real g[COUNT], state[2 * COUNT] = {0};

    for (size_t i = 0; i < COUNT; i++) w[i] = (real)start;
    for (size_t t = 1; t <= 3; t++) {
        const ins_step step = {choice->value, rate, decay, t};
        for (size_t i = 0; i < COUNT; i++) g[i] = (real)gradients[t - 1];
        row->update(&step, COUNT, w, g, row->slots > 0 ? state : NULL);
    }
}

static void expect(const char *call, double decay, double expected)
{
    const ins_choice choice = choose(&ins_optimizers, call);
    real w[COUNT];

    run(&choice, 1, decay, w);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_msg(fabs((double)w[i] - expected) <= 4e-7, "%s: %.9f, not %.9f", call,
                      (double)w[i], expected);
        ck_assert(w[i] == w[0]);
    }
}

/* The gradients that the formulas see, g1 .. g3, when each depends on w through the decay. */
START_TEST(test_sgd)
{
    const double g1 = 0.5, g2 = -0.25, g3 = 2, l = 0.1;

    expect("sgd", 0, 1 - rate * (g1 + g2 + g3));
    /* v1 = g1, v2 = m g1 + g2, v3 = m^2 g1 + m g2 + g3 */
    expect("momentum(0.5)", 0, 1 - rate * (g1 * 1.75 + g2 * 1.5 + g3));
    expect("sgd(momentum=0.5)", 0, 1 - rate * (g1 * 1.75 + g2 * 1.5 + g3));
    /* the step is g + m v: g1 (1 + m), m^2 g1 + (1 + m) g2, m^3 g1 + m^2 g2 + (1 + m) g3 */
    expect("nesterov(0.5)", 0, 1 - rate * (g1 * 1.875 + g2 * 1.75 + g3 * 1.5));
    const double w1 = 1 - rate * (g1 + l), w2 = w1 - rate * (g2 + l * w1);
    expect("sgd", l, w2 - rate * (g3 + l * w2));
}
END_TEST

START_TEST(test_adaptive)
{
    const double g1 = 0.5, g2 = -0.25, g3 = 2, e = 0.001;
    const double v1 = 0.2 * g1 * g1, v2 = 0.8 * v1 + 0.2 * g2 * g2, v3 = 0.8 * v2 + 0.2 * g3 * g3;

    expect("rmsprop(rho=0.8,epsilon=0.001)", 0,
           1 - rate * (g1 / (sqrt(v1) + e) + g2 / (sqrt(v2) + e) + g3 / (sqrt(v3) + e)));
    expect("adagrad(initial_accumulator=0.1,epsilon=0.001)", 0,
           1 - rate * (g1 / (sqrt(0.1 + g1 * g1) + e) + g2 / (sqrt(0.1 + g1 * g1 + g2 * g2) + e) +
                       g3 / (sqrt(0.1 + g1 * g1 + g2 * g2 + g3 * g3) + e)));
}
END_TEST

/* Means weighted 1, a, a^2, ... are what the bias correction makes of m and v. */
static double weighted(double a, const double *x, size_t t)
{
    double sum = 0, weights = 0;

    for (size_t i = 0; i < t; i++) {
        sum += pow(a, (double)(t - 1 - i)) * x[i];
        weights += pow(a, (double)(t - 1 - i));
    }
    return sum / weights;
}

START_TEST(test_adam)
{
    const double squares[3] = {0.25, 0.0625, 4}, e = 0.001, l = 0.1;
    double w = 1, decoupled = 1;

    for (size_t t = 1; t <= 3; t++) {
        const double step =
            rate * weighted(0.9, gradients, t) / (sqrt(weighted(0.99, squares, t)) + e);
        w -= step;
        decoupled = decoupled * (1 - rate * l) - step;
    }
    expect("adam(0.9,0.99,0.001)", 0, w);
    expect("adamw(0.9,0.99,0.001)", 0, w);
    expect("adamw(0.9,0.99,0.001)", l, decoupled);
    /* L2 in adam is part of the gradient: with one update only the sign of it survives. */
    expect("adam(0.9,0.99,1e-7)", 0,
           1 - rate * (1 + weighted(0.9, gradients, 2) / sqrt(weighted(0.99, squares, 2)) +
                       weighted(0.9, gradients, 3) / sqrt(weighted(0.99, squares, 3))));
}
END_TEST

/* Adam's decay goes through the moments: compared with adam on the gradients g + l w. */
START_TEST(test_adam_l2)
{
    const ins_choice choice = choose(&ins_optimizers, "adam");
    const ins_optimizer *row = (const ins_optimizer *)choice.entry;
    real a = 1, b = 1, state_a[2] = {0}, state_b[2] = {0};

    for (size_t t = 1; t <= 3; t++) {
        const ins_step with = {choice.value, rate, 0.5, t}, without = {choice.value, rate, 0, t};
        const real g = (real)gradients[t - 1], sum = g + (real)0.5 * b;
        row->update(&with, 1, &a, &g, state_a);
        row->update(&without, 1, &b, &sum, state_b);
    }
    ck_assert(a == b);
    ck_assert(a < 1);
}
END_TEST

/* A gradient of 0 moves nothing, for ever; a positive gradient moves down; g is not written (it is
 * const), and every element is updated alike wherever it stands. */
START_TEST(test_every_row)
{
    const ins_choice choice =
        choose(&ins_optimizers, ins_entry_at(&ins_optimizers, (size_t)_i)->name);
    const ins_optimizer *row = (const ins_optimizer *)choice.entry;
    real w[COUNT], g[COUNT] = {0}, state[2 * COUNT] = {0};

    ck_assert_uint_le(row->slots, 2);
    ck_assert(row->learning_rate == 0.01 || row->learning_rate == 0.001);
    for (size_t i = 0; i < COUNT; i++) w[i] = (real)0.75;
    for (size_t t = 1; t <= 5; t++) {
        const ins_step step = {choice.value, row->learning_rate, 0, t};
        row->update(&step, COUNT, w, g, state);
    }
    for (size_t i = 0; i < COUNT; i++) ck_assert(w[i] == (real)0.75);
    for (size_t i = 0; i < COUNT; i++) g[i] = (real)0.125;
    const ins_step step = {choice.value, row->learning_rate, 0, 6};
    row->update(&step, COUNT, w, g, state);
    for (size_t i = 0; i < COUNT; i++) ck_assert(w[i] < (real)0.75 && w[i] == w[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optimizer");
    TCase *optimizer = tcase_create("optimizer");

    tcase_add_checked_fixture(optimizer, fixture_setup, fixture_teardown);
    tcase_add_test(optimizer, test_sgd);
    tcase_add_test(optimizer, test_adaptive);
    tcase_add_test(optimizer, test_adam);
    tcase_add_test(optimizer, test_adam_l2);
    tcase_add_loop_test(optimizer, test_every_row, 0, (int)ins_optimizers.count);
    suite_add_tcase(suite, optimizer);
    return ins_run_suite(suite);
}
