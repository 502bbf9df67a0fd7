/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Theory of chains whose variances were measured. ReLU by the arc-cosine kernel (Cho & Saul 2009,
 * eq. 4): of two Gaussians of variance q and correlation c, E[phi phi'] = q k(c) / 2 with
 * k(c) = (sqrt(1 - c^2) + (pi - arccos c) c) / pi. Without activation everything is a product. */
#include <config.h>

#include <math.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "initscope/activation.h"
#include "initscope/chain.h"
#include "initscope/memory.h"

enum { LAYERS = 6 };

static ins_arena *arena;
static ins_chain_layer chain[LAYERS];
static ins_chain_prediction of[LAYERS];
static const ins_chain_inputs inputs = {.rows = 101, .square = 1.5, .distance = 1.2};

static void start(void)
{
    gsl_set_error_handler_off();
    arena = ins_arena_new();
}

static void finish(void)
{
    ins_arena_free(arena);
}

static void make_chain(const char *activation, double gain, double bias)
{
    static ins_choice choice;
    if (activation != NULL)
        ck_assert_int_eq(ins_choice_parse(&ins_activations, activation, "", arena, &choice, NULL),
                         INS_OK);
    for (int l = 0; l < LAYERS; l++)
        chain[l] = (ins_chain_layer){10 * (l + 1), 10 * l + 20, gain / (10 * l + 20), bias,
                                     activation != NULL && l + 1 < LAYERS ? &choice : NULL};
    ins_chain_predict(&inputs, chain, LAYERS, of);
}

START_TEST(without_activation_everything_is_a_product)
{
    make_chain(NULL, 0.5, 0);
    double back = 1;
    for (int l = LAYERS - 1; l >= 0; l--) {
        ck_assert_double_eq_tol(of[l].preactivation, 1.5 * pow(0.5, l + 1), 1e-14);
        ck_assert_double_eq_tol(of[l].signal, 1.2 * pow(0.5, l + 1) * 100 / 101, 1e-14);
        ck_assert(of[l].activation == of[l].preactivation);
        ck_assert_double_eq_tol(of[l].delta_ratio, back, 1e-14);
        back *= chain[l].units * chain[l].weight;
    }
}
END_TEST

START_TEST(relu_is_the_arc_cosine_kernel)
{
    make_chain("relu", 2, 0.25);
    double q = 2 * 1.5 + 0.25, distance = 2 * 1.2;
    for (int l = 0; l < LAYERS; l++) {
        ck_assert_double_eq_tol(of[l].preactivation, q, 1e-9 * q);
        ck_assert_double_eq_tol(of[l].signal, distance * 100 / 101, 1e-9 * q);
        const double c = 1 - distance / q;
        const double kernel = (sqrt(1 - c * c) + (M_PI - acos(c)) * c) / M_PI;
        if (l + 1 < LAYERS) {
            ck_assert_double_eq_tol(of[l].activation, q / 2, 1e-9 * q);
            ck_assert_double_eq_tol(of[l].activation_variance, q / 2 - q / (2 * M_PI), 1e-9 * q);
            ck_assert_double_eq_tol(of[l].delta_ratio / of[l + 1].delta_ratio,
                                    chain[l + 1].units * chain[l + 1].weight / 2, 1e-9);
        }
        distance = 2 * (q / 2) * (1 - kernel);
        q = 2 * (q / 2) + 0.25;
    }
    ck_assert(of[LAYERS - 1].delta_ratio == 1);
}
END_TEST

/* Weights of 0 leave the biases; a signal of which nothing is left stays 0. */
START_TEST(zeros_are_no_trouble)
{
    make_chain("tanh", 0, 0);
    for (int l = 0; l < LAYERS; l++)
        ck_assert(of[l].preactivation == 0 && of[l].signal == 0 && of[l].activation == 0);
    make_chain("tanh", 0, 0.5);
    for (int l = 0; l < LAYERS; l++) ck_assert(of[l].preactivation == 0.5 && of[l].signal == 0);
    ck_assert(of[0].delta_ratio == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chain");
    TCase *cases = tcase_create("chain");
    tcase_add_checked_fixture(cases, start, finish);
    tcase_add_test(cases, without_activation_everything_is_a_product);
    tcase_add_test(cases, relu_is_the_arc_cosine_kernel);
    tcase_add_test(cases, zeros_are_no_trouble);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
