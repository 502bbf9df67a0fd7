/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The float network: its design, exact invariants of symmetric starts, the loss, sizes. */
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

    for (size_t i = 0; i < 120; i++) samples.label[i] = i < 20 ? 0 : i < 60 ? 1 : 2;
    for (size_t k = 0; k < 3; k++) entropy -= shares[k] * log(shares[k]);
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).loss, log(3), 1e-13);
    for (size_t e = 0; e < 60; e++) {
        train(net, &samples, 32, 1);
        for (size_t l = 1; l <= 3; l++) {
            const dense_view view = dense_of(net, l);
            ck_assert(all_zero(view.weight, view.units * view.fan_in));
            ck_assert(all_zero(view.weight_gradient, view.units * view.fan_in));
            if (l < 3) ck_assert(all_zero(view.bias, view.units));
            if (l < 3) ck_assert(all_zero(view.bias_gradient, view.units));
        }
    }
    ck_assert(!all_zero(dense_of(net, 3).bias, 3));
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).loss, entropy, 0.01);
    ck_assert_double_eq_tol(ins_evaluate(net, &samples).score, 0.5, 1e-12);
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

    ins_network_forward(net, samples.x, 1, INS_PASS_PROBE);
    const ins_tally score = compared(net, targets_of(&samples));
    ck_assert(score.loss == log(3));
    ck_assert_uint_eq(score.correct, 1); /* the first class wins a tie, and is the label */
    samples.label[0] = 1;
    ck_assert_uint_eq(compared(net, targets_of(&samples)).correct, 0);
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
    const dense_view view = dense_of(net, layer);

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
            const real before = dense_of(net, 4).weight[0];
            train(net, &samples, batches[b], 3);
            ck_assert_uint_eq(ins_network_updates(net), 3 * ((39 + batches[b] - 1) / batches[b]));
            ck_assert(dense_of(net, 4).weight[0] != before);
            ins_network_forward(net, samples.x, 39, INS_PASS_PROBE);
            ins_network_backward(net, targets_of(&samples));
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
        const dense_view a = dense_of(own, l), b = dense_of(blas, l);
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
    const dense_view view = dense_of(net, 1);
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
    const ins_targets targets = {.label = y};

    memcpy(dense_of(net, 2).bias, biases, sizeof biases);
    ins_network_forward(net, x, 1, INS_PASS_PROBE);
    ck_assert(compared(net, targets).loss == 4500);
    ins_network_backward(net, targets);
    const dense_view view = dense_of(net, 2);
    ck_assert(view.activation[0] == 0 && view.activation[1] == 1 && view.activation[2] == 0);
    ck_assert(view.delta[0] == -1 && view.delta[1] == 1 && view.delta[2] == 0);
    ins_network_free(net);
}
END_TEST

/* What cannot be is said, not tried. */
static void expect_refused(const recipe *r, const char *problem)
{
    ins_error error = {0};
    size_t bytes = 0;
    ins_design design = recipe_design(r);

    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], problem);
    ck_assert_uint_eq(bytes, 0);
    ins_design_free(&design);
}

START_TEST(test_sizes)
{
    recipe r = {.activation = "relu",
                .optimizer = "adam",
                .inputs = 4,
                .hidden_count = 1,
                .hidden = {8},
                .capacity = 32};
    ins_error error = {0};
    size_t bytes = 0;
    ins_design design = recipe_design(&r);

    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_OK);
    /* W, b, their gradients and two moments; z, a, delta. */
    ck_assert_uint_ge(bytes, sizeof(real) * (4 * (8 * 4 + 8 + 3 * 8 + 3) + 3 * 32 * (8 + 3)));
    ck_assert_uint_lt(bytes, 20000);
    ins_design_free(&design);
    r.hidden[0] = 4294967296;
    expect_refused(
        &r,
        "network: the number of units of a layer must be in [1, 2147483647] (got \"4294967296\")");
    r.hidden[0] = r.hidden[1] = INT_MAX;
    r.hidden_count = 2;
    r.capacity = INT_MAX;
    expect_refused(&r, "network: the layers need more memory than can be addressed");
    r.inputs = 0;
    expect_refused(&r, "network: the number of inputs must be in [1, 2147483647] (got \"0\")");
    r.capacity = 0;
    expect_refused(&r, "network: the number of rows must be in [1, 2147483647] (got \"0\")");
}
END_TEST

/* A layer that nobody reads, and a network that learns nothing. */
START_TEST(test_useless_layers)
{
    const recipe r = {
        .activation = "relu", .inputs = 4, .hidden_count = 1, .hidden = {8}, .capacity = 32};
    const ins_layer_kind *dropout = kind_of("dropout");
    const ins_choice half = choose(&ins_layer_kinds, "dropout");
    ins_error error = {0};
    size_t bytes = 0, hidden = 1, end;
    ins_design design = recipe_design(&r);

    end = add_layer(&design, dropout, &half, &hidden);
    ck_assert_uint_eq(end, 4);
    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], "network: layer 3, dense, is read by no other");
    ins_design_free(&design);

    ins_error_clear(&error);
    const ins_choice four = choose(&ins_layer_kinds, "input(4)");
    hidden = add_layer(&design, kind_of("input"), &four, NULL);
    add_layer(&design, dropout, &half, &hidden);
    ck_assert_int_eq(ins_network_size(&design, &bytes, &error), INS_USAGE);
    ck_assert_str_eq(error.line[0], "network: layer 1, dropout, ends a network without weights");
    ins_design_free(&design);
}
END_TEST

/* The list of a perceptron, and the places of its tensors. */
START_TEST(test_design)
{
    static const char *const kinds[] = {"input", "dense", "act",     "dropout",
                                        "dense", "act",   "dropout", "dense"};
    static const size_t units[] = {4, 8, 8, 8, 5, 5, 5, 3}, numbers[] = {0, 1, 1, 1, 2, 2, 2, 3};
    static const size_t shapes[][2] = {{8, 4}, {5, 8}, {3, 5}};
    const recipe r = {.activation = "leaky_relu(0.3)",
                      .dropout = 0.25,
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {8, 5},
                      .capacity = 1};
    ins_design design = recipe_design(&r);

    ck_assert_uint_eq(design.layers, sizeof kinds / sizeof kinds[0]);
    ck_assert_uint_eq(design.depth, 3);
    ck_assert_uint_eq(ins_design_inputs(&design), 4);
    ck_assert_uint_eq(ins_design_outputs(&design), 3);
    for (size_t i = 0; i < design.layers; i++) {
        const ins_layer_plan *plan = &design.layer[i];
        ins_learned list[INS_LAYER_TENSORS];
        ck_assert_str_eq(plan->kind->entry.name, kinds[i]);
        ck_assert_uint_eq(plan->units, units[i]);
        ck_assert_uint_eq(plan->number, numbers[i]);
        ck_assert_uint_eq(plan->follows, numbers[i]);
        ck_assert_uint_eq(plan->readers, i + 1 < design.layers ? 1 : 0);
        ck_assert(plan->learns == (i > 0));
        ck_assert_uint_eq(ins_plan_tensors(plan, list), strcmp(kinds[i], "dense") == 0 ? 2 : 0);
        if (i > 0) ck_assert_uint_eq(plan->input[0], i - 1);
    }
    ck_assert(design.layer[2].choice.value[0] == 0.3 && design.layer[3].choice.value[0] == 0.25);
    for (size_t l = 1; l <= 3; l++) {
        const ins_tensor_place place = ins_design_place(&design, l);
        ck_assert_uint_eq(place.units, shapes[l - 1][0]);
        ck_assert_uint_eq(place.inputs, shapes[l - 1][1]);
        ck_assert(place.fan_in == (double)place.inputs && place.fan_out == (double)place.units);
        ck_assert_uint_eq(place.layer, l);
        ck_assert_int_eq(place.role, INS_ROLE_WEIGHT);
        ck_assert_ptr_eq(place.kind, kind_of("dense"));
        ck_assert_uint_eq(place.block + place.blocks + place.position, 0);
    }
    ck_assert_uint_eq(ins_design_place(&design, 0).units, 0);
    ck_assert_uint_eq(ins_design_place(&design, 4).units, 0);
    ins_design_free(&design);
}
END_TEST

/* A kind of two matrices: each has a number of its own. */
static ins_shape pair_shape(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0] + 1);
}

static size_t pair_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[0] =
        (ins_learned){.name = "W", .place = {.units = plan->units, .inputs = plan->inputs[0]}};
    list[1] = (ins_learned){
        .name = "R",
        .place = {.units = plan->units, .inputs = plan->units, .role = INS_ROLE_RECURRENT}};
    return 2;
}

START_TEST(test_numbers)
{
    static const ins_layer_kind pair = {
        .entry = {.name = "pair"}, .reads = 1, .shape = pair_shape, .tensors = pair_tensors};
    static const size_t numbers[] = {0, 1, 1, 2, 4, 6};
    static const size_t inputs[] = {4, 8, 9, 9, 10, 10};
    const recipe r = {
        .activation = "relu", .inputs = 4, .hidden_count = 1, .hidden = {8}, .capacity = 1};
    const ins_choice none = {0};
    ins_design design = recipe_design(&r);

    design.layers = 3; /* without the output layer */
    design.depth = 1;
    for (size_t i = 2; i < 4; i++) add_layer(&design, &pair, &none, &i);
    const size_t last = 4;
    const ins_choice dense = choose(&ins_layer_kinds, "dense(3)");
    add_layer(&design, kind_of("dense"), &dense, &last);
    ck_assert_uint_eq(design.depth, 6);
    for (size_t i = 0; i < design.layers; i++)
        ck_assert_uint_eq(design.layer[i].number, numbers[i]);
    for (size_t l = 1; l <= 6; l++) {
        const ins_tensor_place place = ins_design_place(&design, l);
        ck_assert_uint_eq(place.layer, l);
        ck_assert_uint_eq(place.inputs, inputs[l - 1]);
        ck_assert_int_eq(place.role, l == 3 || l == 5 ? INS_ROLE_RECURRENT : INS_ROLE_WEIGHT);
    }
    ins_design_free(&design);
}
END_TEST

/* A kind that has a bias and no matrix. */
static ins_shape shift_shape(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0]);
}

static size_t shift_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[0] = (ins_learned){.name = "b",
                            .place = {.units = plan->units, .inputs = 1, .role = INS_ROLE_BIAS}};
    return 1;
}

static void shift_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)rows;
    (void)pass;
    layer->output = layer->in[0];
}

/* No matrix' law has a say in a bias of its own. */
START_TEST(test_lone_bias)
{
    static const ins_layer_kind shift = {.entry = {.name = "shift"},
                                         .reads = 1,
                                         .shape = shift_shape,
                                         .tensors = shift_tensors,
                                         .forward = shift_forward};
    const recipe r = {.activation = "relu", .inputs = 4, .capacity = 1};
    const ins_choice none = {0}, law = choose(&ins_initializers, "torch_default"),
                     half = choose(&ins_initializers, "constant(0.5)"),
                     dense = choose(&ins_layer_kinds, "dense(3)");
    const ins_initialization how = {.hidden = &law, .output = &law, .bias = &half, .seed = 1};
    const size_t input = 0, shifted = 1;
    ins_design design = recipe_design(&r);
    ins_network *net;
    ins_error error = {0};
    size_t count;

    design.layers = 1; /* the input alone */
    design.depth = design.layer[input].readers = 0;
    add_layer(&design, &shift, &none, &input);
    add_layer(&design, kind_of("dense"), &dense, &shifted);
    ck_assert_int_eq(ins_network_new(&design, &net, &error), INS_OK);
    ins_design_free(&design);
    ck_assert_int_eq(ins_network_initialize(net, &how, &error), INS_OK);
    const ins_learned *tensor = ins_network_tensors(net, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(tensor[0].count, 4);
    for (size_t i = 0; i < 4; i++) ck_assert(tensor[0].value[i] == (real)0.5);
    for (size_t i = 0; i < 3; i++)
        ck_assert(fabs((double)tensor[2].value[i]) <= 0.5); /* 1/sqrt 4 */
    ck_assert(tensor[2].value[0] != tensor[2].value[1]);
    ins_network_free(net);
}
END_TEST

/* What a matrix shows: itself and its bias, where they are, and which function follows. */
START_TEST(test_matrices)
{
    const recipe r = {.activation = "leaky_relu(0.3)",
                      .hidden_init = "he_normal",
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {8, 5},
                      .capacity = 10};
    ins_samples samples = random_samples(10, 4, 2);
    ins_network *net = recipe_network(&r, NULL, 1);

    ins_network_forward(net, samples.x, 10, INS_PASS_PROBE);
    ins_network_backward(net, targets_of(&samples));
    for (size_t l = 1; l <= 3; l++) {
        const ins_matrix_view view = ins_network_matrix(net, l);
        ck_assert_uint_eq(view.tensors, 2);
        ck_assert_ptr_eq(ins_matrix_tensor(&view, INS_ROLE_WEIGHT), &view.tensor[0]);
        ck_assert_ptr_eq(ins_matrix_tensor(&view, INS_ROLE_BIAS), &view.tensor[1]);
        ck_assert_ptr_null(ins_matrix_tensor(&view, INS_ROLE_SCALE));
        ck_assert_str_eq(view.tensor[0].name, "W");
        ck_assert_str_eq(view.tensor[1].name, "b");
        ck_assert_uint_eq(view.tensor[0].count, view.units * view.inputs);
        ck_assert_uint_eq(view.tensor[1].count, view.units);
        ck_assert_uint_eq(view.tensor[1].place.layer, l);
        ck_assert_int_eq(view.tensor[1].place.role, INS_ROLE_BIAS);
        ck_assert_uint_eq(view.tensor[1].place.units, view.units);
        ck_assert(view.tensor[1].place.fan_in == (double)view.units);
        for (size_t i = 0; l < 3 && i < 10 * view.units; i++) {
            const real z = view.preactivation[i];
            ck_assert(view.activation[i] == (z < 0 ? (real)0.3 * z : z));
        }
        if (l < 3) {
            ck_assert_str_eq(view.function->label, "leaky_relu(slope=0.3)");
            ck_assert_ptr_eq(view.activation, ins_network_matrix(net, l + 1).input);
        }
    }
    const ins_matrix_view last = ins_network_matrix(net, 3);
    ck_assert_ptr_null(last.function);
    for (size_t row = 0; row < 10; row++) {
        const real *p = last.activation + 3 * row;
        ck_assert_double_eq_tol((double)(p[0] + p[1] + p[2]), 1, 1e-6);
        ck_assert(last.delta[3 * row + (size_t)samples.label[row]] == p[samples.label[row]] - 1);
    }
    ck_assert_ptr_eq(ins_network_matrix(net, 1).input, samples.x);
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* One unit is not a layer of equal units: such a network goes through the BLAS, whose products
 * differ in the last bits from those of symmetric networks. */
START_TEST(test_one_unit_is_not_symmetric)
{
    enum { ROWS = 10, INPUTS = 33, UNITS = 40 };
    recipe r = {.activation = "tanh",
                .hidden_init = "he_normal",
                .inputs = INPUTS,
                .hidden_count = 2,
                .hidden = {UNITS, 1},
                .capacity = ROWS};
    ins_samples samples = random_samples(ROWS, INPUTS, 2);
    real z[ROWS * UNITS];

    for (int alike = 0; alike <= 1; alike++) {
        if (alike) r.hidden_init = "constant(0.1)";
        ins_network *net = recipe_network(&r, NULL, 1);
        const dense_view first = dense_of(net, 1);
        if (alike) /* the products stay as they were chosen at the start */
            for (size_t i = 0; i < UNITS * INPUTS; i++) first.weight[i] = (real)sin((double)i);
        ins_network_forward(net, samples.x, ROWS, INS_PASS_PROBE);
        ins_product(false, true, ROWS, UNITS, INPUTS, 1, samples.x, first.weight, 0, z);
        ck_assert((memcmp(z, first.preactivation, sizeof z) == 0) == !alike);
        ins_network_free(net);
    }
    samples_free(&samples);
}
END_TEST

/* A pass is made again unless it was the same rows of the same input, without training, and the
 * weights are what they were. A pass that is not made leaves what was written over its results. */
static bool is_made(ins_network *net, const real *x, size_t rows)
{
    real *z = (real *)dense_of(net, 1).preactivation;

    z[0] = 1234;
    ins_network_show(net, x, rows);
    return z[0] != 1234;
}

START_TEST(test_show)
{
    const recipe r = {.activation = "tanh",
                      .hidden_init = "he_normal",
                      .learning_rate = 0.1,
                      .inputs = 4,
                      .hidden_count = 1,
                      .hidden = {8},
                      .capacity = 20};
    ins_samples samples = random_samples(20, 4, 2), other = random_samples(20, 4, 3);
    ins_network *net = recipe_network(&r, NULL, 1);

    ck_assert(is_made(net, samples.x, 10));
    ck_assert(!is_made(net, samples.x, 10));
    ck_assert(is_made(net, samples.x, 20)); /* more rows */
    ck_assert(is_made(net, other.x, 20));
    ck_assert(!is_made(net, other.x, 20));
    ins_network_backward(net, targets_of(&other));
    ck_assert(!is_made(net, other.x, 20));
    ins_network_update(net);
    ck_assert(is_made(net, other.x, 20));
    ins_network_forward(net, other.x, 20, INS_PASS_TRAIN);
    ck_assert(is_made(net, other.x, 20));
    ins_network_free(net);
    samples_free(&samples);
    samples_free(&other);
}
END_TEST

/* The rows of the loss by themselves: softmax of ln 1, ln 2, ln 5 is 1/8, 2/8, 5/8. */
START_TEST(test_loss)
{
    const ins_loss *row = (const ins_loss *)ins_entry_find(&ins_losses, "cross_entropy");
    const real z[6] = {0, (real)log(2), (real)log(5), 7, 7, 7};
    const int32_t y[2] = {1, 0};
    const ins_targets targets = {.label = y};
    real a[6], delta[6];
    ins_tally tally = {.rows = 0};

    ck_assert_ptr_eq(ins_loss_for(true), row);
    row->add(&tally, 2, 3, z, targets);
    ck_assert_double_eq_tol(tally.loss, log(4) + log(3), 1e-6);
    ck_assert_uint_eq(tally.correct, 1); /* the first of equal ones wins */
    ck_assert(row->score_of(&tally, 3) == 0.5);
    row->predict(2, 3, z, a);
    row->delta(2, 3, a, targets, delta);
    for (size_t k = 0; k < 3; k++) {
        static const double p[] = {0.125, 0.25, 0.625};
        ck_assert_double_eq_tol((double)a[k], p[k], 1e-6);
        ck_assert_double_eq_tol((double)delta[k], p[k] - (k == 1), 1e-6);
        ck_assert_double_eq_tol((double)a[3 + k], 1.0 / 3, 1e-6);
        ck_assert_double_eq_tol((double)delta[3 + k], 1.0 / 3 - (k == 0), 1e-6);
    }
}
END_TEST

/* r2_score and the mean square error of scikit-learn 1.2.1 and numpy on the same numbers, the last
 * column of targets being constant: met exactly, and then missed in one row. Rows in two parts. */
START_TEST(test_loss_of_numbers)
{
    const ins_loss *row = ins_loss_for(false);
    const real t[12] = {1, 2, 5, 3, -1, 5, -2, (real)0.5, 5, 0, 4, 5};
    real z[12] = {(real)0.5, (real)2.5, 5, 2, 0, 5, (real)-1.5, 1, 5, 1, 3, 5}, a[12], delta[12];
    static const double r2[] = {0.875014635288608, 0.5416813019552745}, loss[] = {5.0 / 3, 2};

    ck_assert_str_eq(row->entry.name, "mse");
    for (int i = 0; i < 2; i++) {
        ins_fit fit[3] = {{0}};
        ins_tally tally = {.fit = fit};
        z[8] = i == 0 ? 5 : 4;
        row->add(&tally, 1, 3, z, (ins_targets){.number = t});
        row->add(&tally, 3, 3, z + 3, (ins_targets){.number = t + 3});
        ck_assert_double_eq_tol(tally.loss, loss[i], 1e-14);
        ck_assert_double_eq_tol(row->score_of(&tally, 3), r2[i], 1e-14);
        ck_assert_uint_eq(tally.rows, 4);
    }
    row->predict(4, 3, z, a);
    row->delta(4, 3, a, (ins_targets){.number = t}, delta);
    for (int i = 0; i < 12; i++) {
        ck_assert(a[i] == z[i]);
        ck_assert_double_eq_tol((double)delta[i], 2.0 / 3 * (double)(z[i] - t[i]), 1e-6);
    }
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
    tcase_add_test(network, test_useless_layers);
    tcase_add_test(network, test_design);
    tcase_add_test(network, test_numbers);
    tcase_add_test(network, test_lone_bias);
    tcase_add_test(network, test_matrices);
    tcase_add_test(network, test_one_unit_is_not_symmetric);
    tcase_add_test(network, test_show);
    tcase_add_test(network, test_loss);
    tcase_add_test(network, test_loss_of_numbers);
    suite_add_tcase(suite, network);
    return ins_run_suite(suite);
}
