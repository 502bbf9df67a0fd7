/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The initializers that look at a whole matrix, a bias, data or files. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/npy.h"

#include "check_tap.h"
#include "initializer_fixture.h"
#include "scratch.h"

/* The shorter side's vectors are orthonormal times the gain. */
START_TEST(test_orthogonal)
{
    static const size_t sizes[][2] = {{1, 1}, {1, 5}, {5, 1}, {64, 64}, {128, 32}, {32, 128}};
    const size_t units = sizes[_i][0], inputs = sizes[_i][1];
    const ins_choice choice = choose(&ins_initializers, "orthogonal(1.5)");
    real *w = calloc(units * inputs, sizeof *w);
    const bool rows = units <= inputs;
    const size_t vectors = rows ? units : inputs, length = rows ? inputs : units;

    fill(&choice, place_of(units, inputs), 3, w);
    for (size_t i = 0; i < vectors; i++) {
        for (size_t j = 0; j <= i; j++) {
            double product = 0;
            for (size_t k = 0; k < length; k++)
                product += rows ? (double)w[i * inputs + k] * (double)w[j * inputs + k]
                                : (double)w[k * inputs + i] * (double)w[k * inputs + j];
            ck_assert_double_eq_tol(product, i == j ? 2.25 : 0, 1e-5);
        }
    }
    free(w);
}
END_TEST

/* The definition: Q of A = Q R with a positive diagonal of R, A Gaussian, transposed where W is
 * wide. So with the normal numbers of the same stream, W'A (or W A') is upper triangular. */
START_TEST(test_orthogonal_factor)
{
    static const size_t sizes[][2] = {{9, 9}, {20, 6}, {6, 20}};
    const size_t units = sizes[_i][0], inputs = sizes[_i][1];
    const bool wide = units < inputs;
    const size_t side = wide ? units : inputs, length = wide ? inputs : units;
    const ins_choice choice = choose(&ins_initializers, "orthogonal");
    double a[120];
    real w[120];

    fill(&choice, place_of(units, inputs), 3, w);
    ins_random_stream(rng, 3, INS_FOR_WEIGHTS, 1);
    for (size_t i = 0; i < units * inputs; i++) a[i] = ins_random_normal(rng);
    for (size_t i = 0; i < side; i++) {
        for (size_t j = 0; j <= i; j++) {
            double r = 0;
            for (size_t k = 0; k < length; k++)
                r += wide ? (double)w[i * inputs + k] * a[j * inputs + k]
                          : (double)w[k * inputs + i] * a[k * inputs + j];
            if (i == j)
                ck_assert_double_gt(r, 0.01);
            else
                ck_assert_double_eq_tol(r, 0, 1e-5);
        }
    }
}
END_TEST

/* The trace of a Haar-distributed orthogonal matrix has mean 0 and variance 1; without the signs
 * of diag R its mean at n = 8 is -1.588. */
START_TEST(test_haar)
{
    const ins_choice choice = choose(&ins_initializers, "orthogonal");
    double trace = 0;
    real w[64];

    for (uint32_t seed = 0; seed < 900; seed++) {
        fill(&choice, place_of(8, 8), seed, w);
        for (size_t i = 0; i < 8; i++) trace += (double)w[9 * i];
    }
    ck_assert_double_lt(fabs(trace / 900), 4.5 / 30);
}
END_TEST

/* torch.nn.init.sparse_: in each input's column ceil(sparsity * units) zeros, not always the same.
 */
START_TEST(test_sparse)
{
    const ins_choice choice = choose(&ins_initializers, "sparse(0.11)");
    real w[64 * 50];
    size_t first[64] = {0};

    fill(&choice, place_of(64, 50), 1, w);
    for (size_t j = 0; j < 50; j++) {
        size_t zeros = 0;
        for (size_t i = 0; i < 64; i++) {
            zeros += w[i * 50 + j] == 0;
            first[i] += w[i * 50 + j] == 0;
        }
        ck_assert_uint_eq(zeros, 8);
    }
    for (size_t i = 0; i < 64; i++) ck_assert_uint_lt(first[i], 25);
}
END_TEST

/* Nothing is cut from a share of 0, and everything from a share of 1. */
START_TEST(test_sparse_ends)
{
    const ins_choice none = choose(&ins_initializers, "sparse(sparsity=0)");
    const ins_choice all = choose(&ins_initializers, "sparse(sparsity=1)");
    real w[20 * 30];

    fill(&none, place_of(20, 30), 1, w);
    for (size_t i = 0; i < 600; i++) ck_assert(w[i] != 0);
    fill(&all, place_of(20, 30), 1, w);
    for (size_t i = 0; i < 600; i++) ck_assert(w[i] == 0);
}
END_TEST

/* The biases of torch.nn.Linear, and rows and biases of Nguyen & Widrow. */
START_TEST(test_own_bias)
{
    recipe r = square_network;
    r.hidden_init = "torch_default";
    ins_network *torch = recipe_network(&r, NULL, 1);
    r.hidden_init = "nguyen_widrow";
    ins_network *widrow = recipe_network(&r, NULL, 1);

    for (size_t l = 1; l <= 4; l++) {
        const dense_view t = dense_of(torch, l), w = dense_of(widrow, l);
        const double bound = 1 / sqrt((double)t.fan_in);
        const double beta = 0.7 * pow((double)w.units, 1 / (double)w.fan_in);
        for (size_t u = 0; u < t.units; u++) {
            double square = 0;
            ck_assert(t.bias[u] != 0 && fabs((double)t.bias[u]) <= bound);
            ck_assert(w.bias[u] != 0 && fabs((double)w.bias[u]) <= beta);
            for (size_t i = 0; i < w.fan_in; i++)
                square += pow((double)w.weight[u * w.fan_in + i], 2);
            ck_assert_double_eq_tol(sqrt(square) / beta, 1, 1e-6);
        }
    }
    ins_network_free(torch);
    ins_network_free(widrow);
}
END_TEST

/* Over 200 seeds: torch.nn.Linear draws its bias from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), Nguyen &
 * Widrow from U(-beta, beta). A uniform's mean square has the standard error sqrt(0.8 / m). */
START_TEST(test_bias_law)
{
    enum { SEEDS = 200, UNITS = 50, INPUTS = 12, M = SEEDS * UNITS };
    static const char *const names[] = {"torch_default", "nguyen_widrow"};
    const double bounds[] = {1 / sqrt(INPUTS), 0.7 * pow(UNITS, 1.0 / INPUTS)};
    const ins_choice choice = choose(&ins_initializers, names[_i]);
    const ins_initializer *row = (const ins_initializer *)choice.entry;
    double sum = 0, square = 0, largest = 0;
    ins_error error = {0};
    real b[UNITS];

    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        ins_random_stream(rng, seed, INS_FOR_BIASES, 1);
        ck_assert_int_eq(row->fill_bias(&choice, place_of(UNITS, INPUTS), rng, b, &error), INS_OK);
        for (size_t u = 0; u < UNITS; u++) {
            const double x = (double)b[u] / bounds[_i];
            sum += x / M;
            square += x * x / M;
            largest = fmax(largest, fabs(x));
        }
    }
    ck_assert_double_eq_tol(sum, 0, 4.5 * sqrt(1.0 / 3 / M));
    ck_assert_double_eq_tol(3 * square, 1, 4.5 * sqrt(0.8 / M));
    ck_assert(largest <= 1 + 1e-7 && largest > 0.999);
}
END_TEST

/* Mishkin & Matas: on the probe batch every layer's output has standard deviation 1 +- tolerance.
 */
START_TEST(test_lsuv)
{
    static const struct {
        const char *call;
        double tolerance;
    } cases[] = {{"lsuv", 0.1}, {"lsuv(tolerance=1e-4)", 1e-4}};
    ins_samples probe = random_samples(128, 16, 5);
    recipe r = square_network;
    r.hidden_init = cases[_i].call;
    ins_network *net = recipe_network(&r, &probe, 1);

    ins_network_forward(net, probe.x, probe.rows, INS_PASS_PROBE);
    for (size_t l = 1; l <= 4; l++) {
        const dense_view view = dense_of(net, l);
        const double n = (double)(probe.rows * view.units);
        double sum = 0, square = 0;
        for (size_t i = 0; i < probe.rows * view.units; i++) {
            sum += (double)view.preactivation[i] / n;
            square += (double)view.preactivation[i] * (double)view.preactivation[i] / n;
        }
        ck_assert_double_eq_tol(sqrt(square - sum * sum), 1, cases[_i].tolerance * 1.01);
    }
    ins_network_free(net);
    samples_free(&probe);
}
END_TEST

START_TEST(test_refused)
{
    ins_error error = {0};
    recipe r = square_network;
    r.hidden_init = "zeros";
    ins_network *net = recipe_network(&r, NULL, 1);

    r.hidden_init = "lsuv";
    ck_assert_int_eq(recipe_initialize(&r, net, NULL, 1, &error), INS_INTERNAL);
    ck_assert_str_eq(error.line[0], "lsuv: there is no probe batch");
    ins_error_clear(&error);
    r.hidden_init = "xavier_normal(gain=relu)";
    ck_assert_int_eq(recipe_initialize(&r, net, NULL, 1, &error), INS_INTERNAL);
    ck_assert_str_eq(error.line[0], "xavier_normal: gain has no value (got \"relu\")");
    ins_network_free(net);
}
END_TEST

START_TEST(test_file)
{
    ins_error error = {0};
    recipe r = square_network;
    char name[32], call[600], message[1200];
    r.hidden_init = "torch_default";
    ins_network *from = recipe_network(&r, NULL, 1);

    for (size_t l = 1; l <= 4; l++) {
        const dense_view view = dense_of(from, l);
        snprintf(name, sizeof name, "layer%02zu.W.npy", l);
        ck_assert_int_eq(ins_npy_write(at(name), view.weight,
                                       (const size_t[]){view.units, view.fan_in}, 2, &error),
                         INS_OK);
        snprintf(name, sizeof name, "layer%02zu.b.npy", l);
        ck_assert_int_eq(
            ins_npy_write(at(name), view.bias, (const size_t[]){view.units}, 1, &error), INS_OK);
    }
    snprintf(call, sizeof call, "file(%s)", scratch);
    r.hidden_init = call;
    ins_network *to = recipe_network(&r, NULL, 77);
    for (size_t l = 1; l <= 4; l++) {
        const dense_view a = dense_of(from, l), b = dense_of(to, l);
        ck_assert_int_eq(memcmp(a.weight, b.weight, a.units * a.fan_in * sizeof(real)), 0);
        ck_assert_int_eq(memcmp(a.bias, b.bias, a.units * sizeof(real)), 0);
    }
    ck_assert_int_eq(remove(at("layer03.W.npy")), 0);
    ck_assert_int_eq(recipe_initialize(&r, to, NULL, 1, &error), INS_DATA);
    snprintf(message, sizeof message, "%s: No such file or directory", at("layer03.W.npy"));
    ck_assert_str_eq(error.line[0], message);
    ins_network_free(from);
    ins_network_free(to);
}
END_TEST

/* What the initializers say of the recipe's network. */
static ins_status refused(const recipe *r, ins_error *error)
{
    ins_error none = {0};
    ins_network *net;
    ins_design design = recipe_design(r);

    ck_assert_int_eq(ins_network_new(&design, &net, &none), INS_OK);
    ins_design_free(&design);
    const ins_status status = recipe_initialize(r, net, NULL, 1, error);
    ins_network_free(net);
    return status;
}

/* The decoder is the transpose of the encoder; a matrix without one of its shape opposite is
 * refused, and so is the encoder itself. */
START_TEST(test_tied)
{
    recipe r = {.activation = "relu",
                .hidden_init = "he_normal",
                .output_init = "tied",
                .inputs = 5,
                .hidden_count = 3,
                .hidden = {7, 2, 7},
                .capacity = 1,
                .numbers = 5};
    ins_error error = {0};
    ins_network *net = recipe_network(&r, NULL, 3);
    const dense_view encoder = dense_of(net, 1), decoder = dense_of(net, 4);

    ck_assert_uint_eq(decoder.units, 5);
    for (size_t u = 0; u < 5; u++)
        for (size_t i = 0; i < 7; i++)
            ck_assert(decoder.weight[u * 7 + i] == encoder.weight[i * 5 + u]);
    ck_assert(decoder.weight[0] != decoder.weight[1]);
    ins_network_free(net);

    r.numbers = 4;
    r.hidden[2] = 6;
    ck_assert_int_eq(refused(&r, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0],
                     "tied: layer 4, W (4, 6), is the transpose of no earlier one: a decoder has "
                     "the widths of its encoder (got \"tied\")");
    r.hidden_init = "tied";
    error = (ins_error){0};
    ck_assert_int_eq(refused(&r, &error), INS_USAGE);
    ck_assert_ptr_nonnull(strstr(error.line[0], "layer 1, W (7, 5)"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("initializer_matrix");
    TCase *matrix = tcase_create("matrix"), *file = tcase_create("file");

    tcase_add_checked_fixture(matrix, initializer_setup, initializer_teardown);
    tcase_add_loop_test(matrix, test_orthogonal, 0, 6);
    tcase_add_test(matrix, test_tied);
    tcase_add_loop_test(matrix, test_orthogonal_factor, 0, 3);
    tcase_add_test(matrix, test_haar);
    tcase_add_test(matrix, test_sparse);
    tcase_add_test(matrix, test_sparse_ends);
    tcase_add_test(matrix, test_own_bias);
    tcase_add_loop_test(matrix, test_bias_law, 0, 2);
    tcase_add_loop_test(matrix, test_lsuv, 0, 2);
    tcase_add_test(matrix, test_refused);
    suite_add_tcase(suite, matrix);
    tcase_add_checked_fixture(file, initializer_setup, initializer_teardown);
    tcase_add_checked_fixture(file, scratch_setup, scratch_teardown);
    tcase_add_test(file, test_file);
    suite_add_tcase(suite, file);
    return ins_run_suite(suite);
}
