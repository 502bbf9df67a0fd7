/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The initializers: what is drawn is held to what each row promises, and the promises to the
 * formulas of the papers and of Keras and PyTorch. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "initializer_fixture.h"

static const size_t shapes[][2] = {{64, 64}, {100, 30}, {30, 100}, {5, 200}, {64, 4}};

/* Every row of the table, in five shapes. */
START_TEST(test_promise)
{
    const ins_initializer *row =
        (const ins_initializer *)ins_entry_at(&ins_initializers, (size_t)_i);
    if (strcmp(row->entry.name, "file") == 0 || row->tied) return;
    ins_choice choice = choose(&ins_initializers, row->entry.name);
    if (row->critical) choice.value[INS_CRITICAL_WEIGHT] = 1.7;

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const ins_tensor_place place = place_of(shapes[i][0], shapes[i][1]);
        const double mean = row->mean(choice.value, place);
        const double variance = row->variance(choice.value, place);
        const double kurtosis = row->kurtosis(choice.value, place);
        if (isnan(variance)) {
            ck_assert_ptr_nonnull(row->adapt); /* depends on data */
            continue;
        }
        const drawn d = draw(&choice, place, mean);
        const double error = isnan(kurtosis) ? 1e-6 : variance_error(kurtosis, d.count);
        ck_assert_msg(fabs(d.mean - mean) <= 4.5 * sqrt(variance / d.count) + 1e-7,
                      "%s: mean %g, not %g", row->entry.name, d.mean, mean);
        ck_assert_msg(fabs(d.variance - variance) <= 4.5 * error * variance + 1e-15,
                      "%s: variance %g, not %g", row->entry.name, d.variance, variance);
        ck_assert_double_lt(4.5 * error, 0.1); /* so sharp that a wrong constant is seen */
        if (isnan(kurtosis)) continue;
        ck_assert_msg(fabs(d.kurtosis - kurtosis) <= 4.5 * d.kurtosis_error + 0.01 * kurtosis,
                      "%s: kurtosis %g, not %g", row->entry.name, d.kurtosis, kurtosis);
    }
}
END_TEST

/* For W (64, 32): the variance, and the bound that no element passes but some come near (0: none).
 * Written from the papers, the documentation of Keras 2 and of torch.nn.init. */
static const struct {
    const char *call;
    double variance, bound;
} laws[] = {
    {"random_normal", 0.0025, 0},
    {"random_normal(stddev=2)", 4, 0},
    {"random_uniform", 0.01 / 12, 0.05},
    {"truncated_normal", 0.773741303549923 * 0.0025, 0.1},
    {"variance_scaling", 1.0 / 32, 2 * 0.17677669529663687 / 0.87962566103423978},
    {"variance_scaling(2,fan_out,uniform)", 2.0 / 64, 0.30618621784789724},
    {"variance_scaling(3,fan_avg,untruncated_normal)", 3.0 / 48, 0},
    {"glorot_uniform", 2.0 / 96, 0.25},
    {"glorot_normal", 2.0 / 96, 2 * 0.14433756729740643 / 0.87962566103423978},
    {"he_uniform", 2.0 / 32, 0.4330127018922193},
    {"he_normal", 2.0 / 32, 2 * 0.25 / 0.87962566103423978},
    {"lecun_uniform", 1.0 / 32, 0.30618621784789724},
    {"lecun_normal", 1.0 / 32, 2 * 0.17677669529663687 / 0.87962566103423978},
    {"orthogonal(gain=3)", 9.0 / 64, 0},
    {"sparse(sparsity=0.3)", 0.0001 * (1 - 20.0 / 64), 0},
    {"random_walk", 1.0317434074991028 / 32, 0},          /* exp(1 / 32) */
    {"random_walk(relu)", 2 * 1.084458822095847 / 32, 0}, /* exp(2.4 / 29.6) */
    {"random_walk(tanh)", 1.2769 / 32, 0},                /* 1.13^2 */
    {"sigmoid_glorot", 32.0 / 96, 1},
    {"xavier_uniform", 2.0 / 96, 0.25},
    {"xavier_uniform(gain=2)", 8.0 / 96, 0.5},
    {"xavier_normal(2)", 8.0 / 96, 0},
    {"kaiming_uniform", 2.0 / 32, 0.4330127018922193},
    {"kaiming_uniform(a=2.23606797749979)", 1.0 / 96, 0.17677669529663687},
    {"kaiming_normal(mode=fan_out,nonlinearity=relu)", 2.0 / 64, 0},
    {"kaiming_normal(nonlinearity=linear)", 1.0 / 32, 0},
    {"kaiming_normal(nonlinearity=sigmoid)", 1.0 / 32, 0},
    {"kaiming_normal(nonlinearity=tanh)", 25.0 / 9 / 32, 0},
    {"kaiming_normal(nonlinearity=selu)", 9.0 / 16 / 32, 0},
    {"torch_default", 1.0 / 96, 0.17677669529663687},
    {"caffe_xavier", 1.0 / 32, 0.30618621784789724},
    {"caffe_xavier(average)", 1.0 / 48, 0.25},
    {"caffe_xavier(variance_norm=fan_out)", 1.0 / 64, 0.21650635094610965},
    {"darknet", 2.0 / 96, 0.25},
    {"nguyen_widrow", 0.49 * 1.2968395546510096 / 32, 0}, /* 64^(2 / 32) */
};

START_TEST(test_law)
{
    const ins_choice choice = choose(&ins_initializers, laws[_i].call);
    const ins_initializer *row = (const ins_initializer *)choice.entry;
    const ins_tensor_place place = place_of(64, 32);
    const drawn d = draw(&choice, place, 0);

    ck_assert_double_eq_tol(row->variance(choice.value, place) / laws[_i].variance, 1, 1e-7);
    const double kurtosis = row->kurtosis(choice.value, place);
    const double error = variance_error(isnan(kurtosis) ? 3 : kurtosis, d.count);
    ck_assert_double_lt(4.5 * error, 0.02);
    ck_assert_double_eq_tol(d.variance / laws[_i].variance, 1, 4.5 * error);
    if (laws[_i].bound == 0) return;
    ck_assert_double_le(d.largest, laws[_i].bound * (1 + FLT_EPSILON));
    ck_assert_double_ge(d.largest, laws[_i].bound * 0.999);
}
END_TEST

/* Laws that are not centred at 0, whose promises and draws must agree on where they are. */
static const struct {
    const char *call;
    double mean, variance, reach; /* reach: largest distance from the mean, 0: none */
} centred[] = {{"random_uniform(0.1, 0.3)", 0.2, 0.04 / 12, 0.1},
               {"random_normal(mean=2,stddev=0.5)", 2, 0.25, 0},
               {"truncated_normal(mean=-1,stddev=0.5)", -1, 0.773741303549923 * 0.25, 1}};

START_TEST(test_centre)
{
    const ins_choice choice = choose(&ins_initializers, centred[_i].call);
    const ins_initializer *row = (const ins_initializer *)choice.entry;
    const ins_tensor_place place = place_of(64, 32);
    const double mean = centred[_i].mean, variance = centred[_i].variance;
    const drawn d = draw(&choice, place, mean);

    ck_assert_double_eq_tol(row->mean(choice.value, place), mean, 1e-12);
    ck_assert_double_eq_tol(row->variance(choice.value, place) / variance, 1, 1e-9);
    ck_assert_double_eq_tol(d.mean, mean, 4.5 * sqrt(variance / d.count));
    ck_assert_double_eq_tol(d.variance / variance, 1, 4.5 * variance_error(3, d.count));
    if (centred[_i].reach == 0) return;
    ck_assert_double_le(d.largest, centred[_i].reach + 1e-7);
    ck_assert_double_ge(d.largest, centred[_i].reach * 0.999);
}
END_TEST

/* Sussillo & Abbott's gain for relu at width 64, as TensorFlow's random_walk_initializer had it. */
START_TEST(test_random_walk_gain)
{
    const ins_choice choice = choose(&ins_initializers, "random_walk(relu)");
    const ins_initializer *row = (const ins_initializer *)choice.entry;

    ck_assert_double_eq_tol(sqrt(64 * row->variance(choice.value, place_of(64, 64))), 1.44203,
                            5e-6);
}
END_TEST

START_TEST(test_constants)
{
    real w[12];

    const ins_choice zeros = choose(&ins_initializers, "zeros"),
                     ones = choose(&ins_initializers, "ones");
    const ins_choice constant = choose(&ins_initializers, "constant(-0.3)");
    const ins_choice identity = choose(&ins_initializers, "identity(2)");
    fill(&zeros, place_of(3, 4), 1, w);
    for (size_t i = 0; i < 12; i++) ck_assert(w[i] == 0 && !signbit(w[i]));
    fill(&ones, place_of(3, 4), 1, w);
    for (size_t i = 0; i < 12; i++) ck_assert(w[i] == 1);
    fill(&constant, place_of(3, 4), 1, w);
    for (size_t i = 0; i < 12; i++) ck_assert(w[i] == (real)-0.3);
    fill(&identity, place_of(3, 4), 1, w);
    for (size_t i = 0; i < 12; i++) ck_assert(w[i] == (i % 5 == 0 ? 2 : 0));
    fill(&identity, place_of(4, 3), 1, w);
    for (size_t i = 0; i < 12; i++) ck_assert(w[i] == (i % 4 == 0 && i < 9 ? 2 : 0));
}
END_TEST

/* For one seed, laws of a kind are one stream rescaled. */
START_TEST(test_paired)
{
    static const char *const pairs[][2] = {{"he_uniform", "random_uniform"},
                                           {"he_uniform", "torch_default"},
                                           {"random_normal", "kaiming_normal"},
                                           {"he_normal", "truncated_normal"}};
    real a[600], b[600];

    for (size_t p = 0; p < 4; p++) {
        const ins_choice first = choose(&ins_initializers, pairs[p][0]);
        const ins_choice second = choose(&ins_initializers, pairs[p][1]);
        fill(&first, place_of(20, 30), 9, a);
        fill(&second, place_of(20, 30), 9, b);
        for (size_t i = 1; i < 600; i++)
            ck_assert_double_eq_tol((double)(a[i] / b[i]), (double)(a[0] / b[0]), 1e-5);
        ck_assert(a[0] != b[0]);
    }
}
END_TEST

/* Layers of equal shape share no numbers, but for the chance hits of 4096^2 pairs of 24-bit
 * fractions; nor do the biases repeat the weights, nor the next seed its predecessor's layers. */
START_TEST(test_layers_differ)
{
    recipe r = square_network;
    r.hidden_init = "he_uniform";
    r.bias_init = "he_uniform";
    ins_network *one = recipe_network(&r, NULL, 1), *two = recipe_network(&r, NULL, 2);
    const dense_view tensors[] = {dense_of(one, 2), dense_of(one, 3), dense_of(two, 2),
                                  dense_of(two, 3)};

    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            size_t shared = 0;
            for (size_t k = 0; k < 4096; k++) {
                for (size_t l = 0; l < 4096; l++)
                    shared += tensors[i].weight[k] == tensors[j].weight[l];
            }
            ck_assert_uint_lt(shared, 20);
            for (size_t k = 0; k < 64; k++) ck_assert(tensors[i].bias[k] != tensors[j].bias[k]);
        }
        for (size_t k = 0; k < 64; k++) ck_assert(tensors[i].bias[k] != tensors[i].weight[k]);
    }
    ins_network_free(one);
    ins_network_free(two);
}
END_TEST

/* The edge of chaos: nothing before sigma_w is known; then N(0, sigma_w^2 / fan_in), and the bias
 * N(0, sigma_b^2). */
START_TEST(test_critical)
{
    enum { UNITS = 20000 };
    static real b[UNITS];
    ins_choice choice = choose(&ins_initializers, "critical(sigma_b=0.3)");
    const ins_initializer *row = (const ins_initializer *)choice.entry;
    ins_error error = {0};
    recipe r = square_network, free_of_it = square_network;
    r.hidden_init = "critical";
    free_of_it.hidden_init = "he_normal";
    ins_network *network = recipe_network(&free_of_it, NULL, 1);

    ck_assert(isnan(row->variance(choice.value, place_of(64, 32))));
    ck_assert_int_eq(recipe_initialize(&r, network, NULL, 1, &error), INS_INTERNAL);
    ck_assert_str_eq(error.line[0], "critical: sigma_w has no value");
    ins_network_free(network);

    choice.value[INS_CRITICAL_WEIGHT] = 1.6;
    ck_assert_double_eq_tol(row->variance(choice.value, place_of(64, 32)), 0.05, 1e-15);
    ck_assert_double_eq_tol(row->bias_variance(choice.value, place_of(64, 32)), 0.09, 1e-15);
    ins_random_stream(rng, 1, INS_FOR_BIASES, 1);
    ck_assert_int_eq(row->fill_bias(&choice, place_of(UNITS, 32), rng, b, &error), INS_OK);
    double square = 0;
    for (size_t i = 0; i < UNITS; i++) square += (double)b[i] * (double)b[i] / UNITS;
    ck_assert_double_eq_tol(square, 0.09, 4.5 * 0.09 * variance_error(3, UNITS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("initializer");
    TCase *law = tcase_create("law");

    tcase_add_checked_fixture(law, initializer_setup, initializer_teardown);
    tcase_set_timeout(law, 60);
    tcase_add_loop_test(law, test_promise, 0, (int)ins_initializers.count);
    tcase_add_loop_test(law, test_law, 0, sizeof laws / sizeof laws[0]);
    tcase_add_loop_test(law, test_centre, 0, sizeof centred / sizeof centred[0]);
    tcase_add_test(law, test_random_walk_gain);
    tcase_add_test(law, test_constants);
    tcase_add_test(law, test_critical);
    tcase_add_test(law, test_paired);
    tcase_add_test(law, test_layers_differ);
    suite_add_tcase(suite, law);
    return ins_run_suite(suite);
}
