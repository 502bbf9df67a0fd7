/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Training: dropout, repeatability, the order of the rows, weight decay, divergence. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "network_fixture.h"

/* Inverted dropout: the next layer sees each activation times 0 or 1 / (1 - rate), the share of
 * zeros is the rate, and without training it sees the activation itself. */
START_TEST(test_dropout)
{
    ins_samples samples = random_samples(200, 4, 2);
    const recipe r = {.activation = "sigmoid",
                      .hidden_init = "he_normal",
                      .dropout = 0.25,
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {50, 40},
                      .capacity = 200};
    ins_network *net = recipe_network(&r, NULL, 1);

    ins_network_forward(net, samples.x, 200, INS_PASS_PROBE);
    for (size_t l = 1; l <= 2; l++)
        ck_assert_ptr_eq(dense_of(net, l + 1).input, dense_of(net, l).activation);
    ins_network_forward(net, samples.x, 200, INS_PASS_TRAIN);
    for (size_t l = 1; l <= 2; l++) {
        const dense_view view = dense_of(net, l);
        const real *next = dense_of(net, l + 1).input;
        const size_t n = 200 * view.units;
        size_t zeros = 0;
        for (size_t i = 0; i < n; i++) {
            ck_assert(next[i] == 0 || next[i] == view.activation[i] * (real)(1 / 0.75));
            zeros += next[i] == 0;
        }
        ck_assert_double_eq_tol((double)zeros / (double)n, 0.25,
                                4.5 * sqrt(0.25 * 0.75 / (double)n));
    }
    /* The masks of the layers, and of two passes, differ. */
    const real *second = dense_of(net, 2).input, *third = dense_of(net, 3).input;
    real first[200 * 50];
    size_t same = 0, across = 0;
    memcpy(first, second, sizeof first);
    for (size_t i = 0; i < 8000; i++) across += (first[i] == 0) == (third[i] == 0);
    ins_network_forward(net, samples.x, 200, INS_PASS_TRAIN);
    for (size_t i = 0; i < 10000; i++) same += (first[i] == 0) == (second[i] == 0);
    ck_assert_double_eq_tol((double)same / 10000, 0.625, 0.025);
    ck_assert_double_eq_tol((double)across / 8000, 0.625, 0.025);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

static double weight_of(const ins_network *net)
{
    return (double)dense_of(net, 2).weight[7];
}

/* Training is repeatable, a network that was trained before starts anew, and the number of rows
 * that fit changes nothing. */
START_TEST(test_repeatable)
{
    ins_samples samples = random_samples(70, 4, 2);
    recipe r = {.activation = "relu",
                .optimizer = "adam",
                .hidden_init = "he_normal",
                .learning_rate = 0.01,
                .dropout = 0.2,
                .inputs = 4,
                .hidden_count = 2,
                .hidden = {20, 10},
                .capacity = 70};
    ins_error error = {0};
    ins_network *net = recipe_network(&r, NULL, 1);

    const double start = weight_of(net);
    train(net, &samples, 16, 3);
    const double end = weight_of(net);
    const ins_evaluation evaluation = ins_evaluate(net, &samples);
    ck_assert(end != start);
    ck_assert_int_eq(recipe_initialize(&r, net, NULL, 1, &error), INS_OK);
    ck_assert(weight_of(net) == start);
    ck_assert_uint_eq(ins_network_updates(net), 0);
    train(net, &samples, 16, 3);
    ck_assert(weight_of(net) == end);
    ins_network_free(net);
    r.capacity = 16;
    net = recipe_network(&r, NULL, 1);
    train(net, &samples, 16, 3);
    ck_assert(weight_of(net) == end);
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).loss, evaluation.loss, 1e-6);
    ck_assert_double_eq(ins_evaluate(net, &samples).score, evaluation.score);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

static size_t polls;

static bool stop_at_third(void)
{
    return ++polls == 3;
}

START_TEST(test_stop)
{
    ins_samples samples = random_samples(70, 4, 2);
    const recipe r = {.activation = "relu",
                      .hidden_init = "he_normal",
                      .inputs = 4,
                      .hidden_count = 1,
                      .hidden = {8},
                      .capacity = 70};
    ins_network *net = recipe_network(&r, NULL, 1);
    ins_trainer *trainer = ins_trainer_new(net, &samples, 16, true, 1);

    ck_assert(!ins_trainer_epoch(trainer, stop_at_third));
    ck_assert_uint_eq(ins_network_updates(net), 2);
    ck_assert(ins_trainer_epoch(trainer, NULL));
    ck_assert_uint_eq(ins_network_updates(net), 2 + 5);
    ins_trainer_free(trainer);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* Without shuffling, an epoch of full batches is gradient descent on the whole set: the order of
 * the rows does not matter, and the batch size is cut to the set. */
START_TEST(test_full_batch)
{
    ins_samples samples = random_samples(30, 4, 2);
    recipe r = {.activation = "tanh",
                .optimizer = "sgd",
                .hidden_init = "lecun_normal",
                .learning_rate = 0.1,
                .inputs = 4,
                .hidden_count = 1,
                .hidden = {8},
                .capacity = 30};
    ins_network *net = recipe_network(&r, NULL, 1);
    const dense_view view = dense_of(net, 2);
    real before[24];

    memcpy(before, view.weight, sizeof before);
    ins_network_forward(net, samples.x, 30, INS_PASS_PROBE);
    ins_network_backward(net, targets_of(&samples));
    for (size_t i = 0; i < 24; i++) before[i] -= (real)0.1 * view.weight_gradient[i];
    ins_trainer *trainer = ins_trainer_new(net, &samples, 30, false, 1);
    ck_assert(ins_trainer_epoch(trainer, NULL));
    ck_assert_uint_eq(ins_network_updates(net), 1);
    for (size_t i = 0; i < 24; i++)
        ck_assert_double_eq_tol((double)view.weight[i], (double)before[i], 1e-7);
    ins_trainer_free(trainer);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* The order of the rows: of the split without shuffling; with it, numpy's shuffle of the order
 * before, on the stream of (seed, order, 0), anew in each epoch. */
START_TEST(test_order)
{
    ins_samples samples = random_samples(50, 2, 2);
    const recipe r = {.activation = "tanh",
                      .hidden_init = "lecun_normal",
                      .inputs = 2,
                      .hidden_count = 1,
                      .hidden = {3},
                      .capacity = 50};
    ins_network *net = recipe_network(&r, NULL, 1);
    ins_trainer *trainer = ins_trainer_new(net, &samples, 16, _i == 1, 7);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t order[50];

    for (size_t i = 0; i < 50; i++) order[i] = i;
    ins_random_stream(rng, 7, INS_FOR_ORDER, 0);
    for (size_t epoch = 0; epoch < 3; epoch++) {
        ck_assert(ins_trainer_epoch(trainer, NULL));
        if (_i == 1) ins_random_shuffle(rng, order, 50);
        /* The last minibatch, of two rows, is still there. */
        const real *input = dense_of(net, 1).input;
        for (size_t row = 0; row < 2; row++)
            ck_assert_int_eq(
                memcmp(input + 2 * row, samples.x + 2 * order[48 + row], 2 * sizeof(real)), 0);
    }
    ck_assert(_i == 0 || order[48] != 48 || order[49] != 49);
    gsl_rng_free(rng);
    ins_trainer_free(trainer);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* Weight decay pulls weights, never biases. */
START_TEST(test_weight_decay)
{
    ins_samples samples = random_samples(20, 4, 2);
    recipe r = {.activation = "tanh",
                .optimizer = "sgd",
                .hidden_init = "lecun_normal",
                .bias_init = "constant(1)",
                .learning_rate = 0.5,
                .inputs = 4,
                .hidden_count = 1,
                .hidden = {6},
                .capacity = 20};
    ins_network *plain = recipe_network(&r, NULL, 1);
    r.weight_decay = 0.1;
    ins_network *decayed = recipe_network(&r, NULL, 1), *start = recipe_network(&r, NULL, 1);

    train(plain, &samples, 20, 1);
    train(decayed, &samples, 20, 1);
    for (size_t l = 1; l <= 2; l++) {
        const dense_view a = dense_of(plain, l), b = dense_of(decayed, l);
        const real *w = dense_of(start, l).weight;
        for (size_t i = 0; i < a.units * a.fan_in; i++)
            ck_assert_double_eq_tol((double)(a.weight[i] - b.weight[i]), 0.05 * (double)w[i], 1e-6);
        ck_assert_int_eq(memcmp(a.bias, b.bias, a.units * sizeof(real)), 0);
    }
    ins_network_free(plain);
    ins_network_free(decayed);
    ins_network_free(start);
    samples_free(&samples);
}
END_TEST

/* N(0, 1) weights in 60 layers of relu overflow float: the loss and then the weights are not
 * finite, and that is seen. */
START_TEST(test_divergence)
{
    ins_samples samples = random_samples(30, 4, 2);
    recipe r = {.activation = "relu",
                .optimizer = "sgd",
                .hidden_init = "random_normal(stddev=1e6)",
                .learning_rate = 0.1,
                .inputs = 4,
                .hidden_count = 8,
                .hidden = {64, 64, 64, 64, 64, 64, 64, 64},
                .capacity = 30};
    ins_network *net = recipe_network(&r, NULL, 1);

    ck_assert(ins_network_finite(net));
    ck_assert(!isfinite(ins_evaluate(net, &samples).loss));
    train(net, &samples, 30, 1);
    ck_assert(!ins_network_finite(net));
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* After flushing, 1e-39 is 0; it must not be before. Last, for the mode stays. */
START_TEST(test_flush)
{
    volatile float denormal = 1e-39F, one = 1;

    ck_assert(denormal * one != 0);
    if (ins_flush_denormals()) ck_assert(denormal * one == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trainer");
    TCase *trainer = tcase_create("trainer");

    tcase_add_checked_fixture(trainer, network_setup, fixture_teardown);
    tcase_add_test(trainer, test_dropout);
    tcase_add_test(trainer, test_repeatable);
    tcase_add_test(trainer, test_stop);
    tcase_add_test(trainer, test_full_batch);
    tcase_add_loop_test(trainer, test_order, 0, 2);
    tcase_add_test(trainer, test_weight_decay);
    tcase_add_test(trainer, test_divergence);
    tcase_add_test(trainer, test_flush);
    suite_add_tcase(suite, trainer);
    return ins_run_suite(suite);
}
