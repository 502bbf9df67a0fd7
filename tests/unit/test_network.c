/* The float network: exact invariants of symmetric starts, the loss, sizes. */
#include <config.h>

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "network_fixture.h"

static bool all_zero(const real *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (x[i] != 0) return false;
    }
    return true;
}

/* Zero weights, phi(0) = 0: only the bias of the output ever learns; the loss goes from ln C to the
 * entropy of the classes. With 20, 40 and 60 rows that is 1.0114. */
static const char *const odd[] = {"relu", "tanh", "softsign", "gelu"};

START_TEST(test_zeros)
{
    ins_samples samples = random_samples(120, 4, 3);
    const recipe r = {.activation = odd[_i % 4],
                      .optimizer = _i < 4 ? "adam" : "momentum",
                      .hidden_init = "zeros",
                      .learning_rate = 0.05,
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {64, 33},
                      .capacity = 120};
    ins_network *net = recipe_network(&r, NULL, 1);
    const double shares[] = {1.0 / 6, 1.0 / 3, 0.5};
    double entropy = 0;

    for (size_t i = 0; i < 120; i++) samples.y[i] = i < 20 ? 0 : i < 60 ? 1 : 2;
    for (size_t k = 0; k < 3; k++) entropy -= shares[k] * log(shares[k]);
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).loss, log(3), 1e-13);
    for (size_t e = 0; e < 60; e++) {
        train(net, &samples, 32, 1);
        for (size_t l = 1; l <= 3; l++) {
            const ins_layer_view view = ins_network_layer(net, l);
            ck_assert(all_zero(view.weight, view.units * view.fan_in));
            ck_assert(all_zero(view.weight_gradient, view.units * view.fan_in));
            if (l < 3) ck_assert(all_zero(view.bias, view.units));
            if (l < 3) ck_assert(all_zero(view.bias_gradient, view.units));
        }
    }
    ck_assert(!all_zero(ins_network_layer(net, 3).bias, 3));
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).loss, entropy, 0.01);
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).accuracy, 0.5, 1e-12);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* One row alone: the loss of zero logits is ln 3 to the last bit. */
START_TEST(test_loss_of_zeros)
{
    ins_samples samples = random_samples(1, 4, 3);
    const recipe r = {.activation = "relu",
                      .hidden_init = "zeros",
                      .inputs = 4,
                      .hidden_count = 1,
                      .hidden = {5},
                      .capacity = 1};
    ins_network *net = recipe_network(&r, NULL, 1);

    ins_network_forward(net, samples.x, 1, false);
    const ins_score score = ins_network_score(net, samples.y);
    ck_assert(score.loss == log(3));
    ck_assert_uint_eq(score.correct, 1); /* the first class wins a tie, and is the label */
    samples.y[0] = 1;
    ck_assert_uint_eq(ins_network_score(net, samples.y).correct, 0);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* Equal units stay equal to the last bit, whatever the widths and batches, although the output
 * layer learns: the effective width of the network is 1. */
static const struct {
    const char *init, *activation;
} symmetric[] = {{"constant(0.1)", "relu"}, {"constant(0.1)", "tanh"}, {"zeros", "sigmoid"}};

static void expect_equal_units(const ins_network *net, size_t layer, size_t rows)
{
    const ins_layer_view view = ins_network_layer(net, layer);

    for (size_t u = 1; u < view.units; u++) {
        ck_assert_msg(
            memcmp(view.weight, view.weight + u * view.fan_in, view.fan_in * sizeof(real)) == 0,
            "layer %zu of %zu x %zu: weights of unit %zu", layer, view.units, view.fan_in, u);
        ck_assert(view.bias[u] == view.bias[0]);
        for (size_t r = 0; r < rows; r++) {
            ck_assert(view.preactivation[r * view.units + u] == view.preactivation[r * view.units]);
            ck_assert(view.delta[r * view.units + u] == view.delta[r * view.units]);
        }
    }
}

START_TEST(test_equal_units_stay_equal)
{
    static const size_t batches[] = {32, 7, 1};
    ins_samples samples = random_samples(39, 5, 11);

    for (size_t width = 1; width <= 70; width++) {
        for (size_t b = 0; b < 3; b++) {
            const recipe r = {.activation = symmetric[_i].activation,
                              .optimizer = "adam",
                              .hidden_init = symmetric[_i].init,
                              .learning_rate = 0.01,
                              .inputs = 5,
                              .hidden_count = 3,
                              .hidden = {width, width, 71 - width},
                              .capacity = 39};
            ins_network *net = recipe_network(&r, NULL, 1);
            const real before = ins_network_layer(net, 4).weight[0];
            train(net, &samples, batches[b], 3);
            ck_assert_uint_eq(ins_network_updates(net), 3 * ((39 + batches[b] - 1) / batches[b]));
            ck_assert(ins_network_layer(net, 4).weight[0] != before);
            ins_network_forward(net, samples.x, 39, false);
            ins_network_backward(net, samples.y);
            for (size_t l = 1; l <= 3; l++) expect_equal_units(net, l, 39);
            ins_network_free(net);
        }
    }
    samples_free(&samples);
}
END_TEST

/* A symmetric network goes through products of its own: they must be the same mathematics as the
 * BLAS's. The same start, once with a bias that differs in one unit by a rounding. */
START_TEST(test_products_agree)
{
    ins_samples samples = random_samples(50, 6, 2);
    const recipe r = {.activation = "tanh",
                      .optimizer = "sgd",
                      .hidden_init = "constant(0.1)",
                      .learning_rate = 0.1,
                      .inputs = 6,
                      .hidden_count = 2,
                      .hidden = {37, 21},
                      .capacity = 50};
    recipe uneven = r;
    uneven.bias_init = "random_normal(stddev=1e-9)";
    ins_network *own = recipe_network(&r, NULL, 1), *blas = recipe_network(&uneven, NULL, 1);

    train(own, &samples, 13, 4);
    train(blas, &samples, 13, 4);
    for (size_t l = 1; l <= 3; l++) {
        const ins_layer_view a = ins_network_layer(own, l), b = ins_network_layer(blas, l);
        for (size_t i = 0; i < a.units * a.fan_in; i++) {
            ck_assert_double_eq_tol((double)a.weight[i], (double)b.weight[i], 2e-6);
            ck_assert_double_eq_tol((double)a.weight_gradient[i], (double)b.weight_gradient[i],
                                    2e-6);
        }
    }
    ck_assert_double_eq_tol(ins_evaluate(own, &samples).loss, ins_evaluate(blas, &samples).loss,
                            1e-6);
    ins_network_free(own);
    ins_network_free(blas);
    samples_free(&samples);
}
END_TEST

/* Constant weights with random biases are no longer symmetric, and dropout breaks symmetry. */
START_TEST(test_symmetry_broken)
{
    ins_samples samples = random_samples(60, 4, 2);
    recipe r = {.activation = "tanh",
                .optimizer = "sgd",
                .hidden_init = "constant(0.1)",
                .learning_rate = 0.1,
                .inputs = 4,
                .hidden_count = 1,
                .hidden = {16},
                .capacity = 60};

    if (_i == 0) r.bias_init = "random_normal";
    if (_i == 1) r.dropout = 0.5;
    ins_network *net = recipe_network(&r, NULL, 1);
    train(net, &samples, 20, 2);
    const ins_layer_view view = ins_network_layer(net, 1);
    for (size_t u = 1; u < 16; u++)
        ck_assert_int_ne(memcmp(view.weight, view.weight + u * 4, 4 * sizeof(real)), 0);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* Large logits lose nothing: the loss of a sure and wrong answer is the difference of the logits.
 */
START_TEST(test_large_logits)
{
    const recipe r = {.activation = "linear",
                      .hidden_init = "zeros",
                      .inputs = 1,
                      .hidden_count = 1,
                      .hidden = {1},
                      .capacity = 1};
    ins_network *net = recipe_network(&r, NULL, 1);
    const real x[1] = {0}, biases[3] = {-500, 4000, 0};
    const int32_t y[1] = {0};

    memcpy(ins_network_layer(net, 2).bias, biases, sizeof biases);
    ins_network_forward(net, x, 1, false);
    ck_assert(ins_network_score(net, y).loss == 4500);
    ins_network_backward(net, y);
    const ins_layer_view view = ins_network_layer(net, 2);
    ck_assert(view.activation[0] == 0 && view.activation[1] == 1 && view.activation[2] == 0);
    ck_assert(view.delta[0] == -1 && view.delta[1] == 1 && view.delta[2] == 0);
    ins_network_free(net);
}
END_TEST

/* What cannot be is said, not tried. */
START_TEST(test_sizes)
{
    const size_t small[1] = {8}, huge[2] = {INT_MAX, INT_MAX}, beyond[1] = {4294967296};
    ins_error error = {0};
    size_t bytes = 0;
    ins_design design = {.inputs = 4,
                         .classes = 3,
                         .hidden_count = 1,
                         .hidden = small,
                         .activation = choose(&ins_activations, "relu"),
                         .optimizer = choose(&ins_optimizers, "adam"),
                         .capacity = 32};

    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_OK);
    /* W, b, their gradients and two moments; z, a, delta. */
    ck_assert_uint_ge(bytes, sizeof(real) * (4 * (8 * 4 + 8 + 3 * 8 + 3) + 3 * 32 * (8 + 3)));
    ck_assert_uint_lt(bytes, 20000);
    design.hidden = beyond;
    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_USAGE);
    ck_assert_str_eq(
        error.line[0],
        "network: the number of units of a layer must be in [1, 2147483647] (got \"4294967296\")");
    ins_error_clear(&error);
    design.hidden = huge;
    design.hidden_count = 2;
    design.capacity = INT_MAX;
    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], "network: the layers need more memory than can be addressed");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network");
    TCase *network = tcase_create("network");

    tcase_add_checked_fixture(network, network_setup, fixture_teardown);
    tcase_set_timeout(network, 120);
    tcase_add_loop_test(network, test_zeros, 0, 8);
    tcase_add_test(network, test_loss_of_zeros);
    tcase_add_loop_test(network, test_equal_units_stay_equal, 0,
                        sizeof symmetric / sizeof symmetric[0]);
    tcase_add_test(network, test_products_agree);
    tcase_add_loop_test(network, test_symmetry_broken, 0, 2);
    tcase_add_test(network, test_large_logits);
    tcase_add_test(network, test_sizes);
    suite_add_tcase(suite, network);
    return ins_run_suite(suite);
}
