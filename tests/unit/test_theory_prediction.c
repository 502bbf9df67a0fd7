/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer predictions, the softmax at initialization, and what finite width adds. Oracles: closed
 * forms, and constants computed by independent programs, held to the digits given. */
#include <config.h>

#include <string.h>

#include <gsl/gsl_math.h>

#include "initscope/gaussian.h"
#include "initscope/prediction.h"

#include "../../src/theory/finite_width.h"
#include "../../src/theory/softmax_start.h"

#include "perceptron.h"
#include "theory_check.h"

/* 4-64-64-3 on standardised inputs, ReLU, no bias. A digit is one unit of the last place given. The
 * row of variance 1: a 4001^2-point rule in the plane of logit differences gives cross-entropy
 * 54.17310 and E[sum p^2] = .9867795 at v = 4096; E[max] alone is 64 * 3/(2 sqrt(pi)) = 54.162. */
static const struct {
    const char *initializer;
    double parameter;
    double weight[3], z1, a1, z2, a2, v, loss, delta2, delta1;
    double digit_v, digit_loss, digit_delta2, digit_delta1;
} iris[] = {
    {"zeros", NAN, {0, 0, 0}, 0, 0, 0, 0, 0, 1.0986, 0, 0, 0, 1e-4, 0, 0},
    {"random_normal",
     .01,
     {1e-4, 1e-4, 1e-4},
     4e-4,
     2e-4,
     1.28e-6,
     6.4e-7,
     4.1e-9,
     1.0986,
     3.3e-5,
     1.1e-7,
     1e-10,
     1e-4,
     1e-6,
     1e-8},
    {"random_normal",
     .05,
     {.0025, .0025, .0025},
     .01,
     .005,
     8e-4,
     4e-4,
     6.4e-5,
     1.0986,
     8.3e-4,
     6.7e-5,
     1e-9,
     1e-4,
     1e-5,
     1e-6},
    {"random_normal",
     1,
     {1, 1, 1},
     4,
     2,
     128,
     64,
     4096,
     54.1731,
     .660056,
     21.1218,
     1e-6,
     1e-4,
     1e-6,
     1e-4},
    {"glorot_uniform",
     NAN,
     {.029412, .015625, .029851},
     .117647,
     .058824,
     .058824,
     .029412,
     .056190,
     1.1172,
     .010131,
     .005066,
     1e-6,
     1e-4,
     1e-6,
     1e-6},
    {"he_normal",
     NAN,
     {.5, .03125, .03125},
     2,
     1,
     2,
     1,
     2,
     1.628,
     .013949,
     .013949,
     1e-9,
     1e-3,
     1e-6,
     1e-6},
    {"lecun_normal",
     NAN,
     {.25, .015625, .015625},
     1,
     .5,
     .5,
     .25,
     .25,
     1.179,
     .005593,
     .002797,
     1e-9,
     1e-3,
     1e-6,
     1e-6},
};

enum { IRIS = sizeof iris / sizeof iris[0], DEPTH = 3 };

static ins_choice iris_initializer(int i)
{
    ins_choice choice = choose(&ins_initializers, iris[i].initializer);
    for (size_t k = 0; !isnan(iris[i].parameter) && k < INS_PARAMETERS; k++)
        if (choice.entry->parameters[k].name != NULL &&
            strcmp(choice.entry->parameters[k].name, "stddev") == 0)
            choice.value[k] = iris[i].parameter;
    return choice;
}

static const ins_inputs orthogonal = {.square = 1, .apart = 1, .rows = 100};

/* Perceptrons of equal hidden layers. */
typedef struct shape {
    size_t inputs, width, hidden, classes;
} shape;

enum { MOST_HIDDEN = 32 };

static double predict(shape of, const ins_choice *phi, const ins_choice *weight,
                      const ins_choice *bias, ins_layer_prediction *out)
{
    size_t hidden[MOST_HIDDEN];
    const ins_initialization start = {.hidden = weight, .output = weight, .bias = bias};
    for (size_t l = 0; l < of.hidden; l++) hidden[l] = of.width;
    ins_design design = perceptron_design(&(perceptron){.inputs = of.inputs,
                                                        .outputs = of.classes,
                                                        .loss = ins_loss_for(true),
                                                        .hidden_count = of.hidden,
                                                        .hidden = hidden,
                                                        .activation = phi});
    double loss = ins_predict(&design, &start, &orthogonal, out);
    ins_design_free(&design);
    return loss;
}

static double predict_iris(const ins_choice *weight, ins_layer_prediction out[DEPTH])
{
    ins_choice relu = activation("relu"), zeros = choose(&ins_initializers, "zeros");
    return predict((shape){4, 64, 2, 3}, &relu, weight, &zeros, out);
}

/* Six decimals, of which a small number must have at least two digits right. */
static double digits(double expected)
{
    return fmin(0.6e-6, 0.006 * expected);
}

START_TEST(test_the_iris_network)
{
    ins_choice choice = iris_initializer(_i);
    ins_layer_prediction out[DEPTH];
    double loss = predict_iris(&choice, out);
    for (size_t l = 0; l < DEPTH; l++)
        ck_close(out[l].weight.variance, iris[_i].weight[l], digits(iris[_i].weight[l]));
    ck_close(out[0].preactivation.second_moment, iris[_i].z1, digits(iris[_i].z1));
    ck_close(out[0].activation.second_moment, iris[_i].a1, digits(iris[_i].a1));
    ck_close(out[1].preactivation.second_moment, iris[_i].z2, digits(iris[_i].z2));
    ck_close(out[1].activation.second_moment, iris[_i].a2, digits(iris[_i].a2));
    ck_close(out[2].preactivation.second_moment, iris[_i].v, 0.6 * iris[_i].digit_v);
    ck_close(loss, iris[_i].loss, 0.6 * iris[_i].digit_loss);
    ck_close(out[1].delta.second_moment, iris[_i].delta2, 0.6 * iris[_i].digit_delta2);
    ck_close(out[0].delta.second_moment, iris[_i].delta1, 0.6 * iris[_i].digit_delta1);

    /* ReLU: the mean of a is sqrt(q/(2 pi)), and the gradient is delta times input. */
    ck_close(out[0].activation.variance, iris[_i].a1 - iris[_i].z1 / (2 * M_PI), 1e-6);
    ck_near(out[1].gradient.second_moment,
            out[1].delta.second_moment * out[0].activation.second_moment, 1e-12);
    ck_near(out[0].gradient.second_moment, out[0].delta.second_moment, 1e-12);
    ck_close(out[2].activation.second_moment - out[2].activation.variance, 1.0 / 9, 1e-12);
}
END_TEST

/* Weights with a mean, rows that fill the bias too, and what is loaded from files: nothing can be
 * said. */
START_TEST(test_not_applicable)
{
    static const char *const names[] = {"ones", "identity", "file", "nguyen_widrow"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ins_choice choice = choose(&ins_initializers, names[i]);
        ins_layer_prediction out[DEPTH];
        double loss = predict_iris(&choice, out);
        ck_assert(isnan(loss));
        for (size_t l = 0; l < DEPTH; l++) {
            ck_assert(isnan(out[l].preactivation.second_moment));
            ck_assert(isnan(out[l].activation.variance));
            ck_assert(isnan(out[l].delta.second_moment));
            ck_assert(isnan(out[l].gradient.second_moment));
        }
    }
}
END_TEST

/* LSUV promises unit preactivations, whatever the activation does. */
START_TEST(test_adapted_layers)
{
    ins_choice choice = choose(&ins_initializers, "lsuv");
    ins_layer_prediction out[DEPTH];
    ck_close(predict_iris(&choice, out), 1.39000, 0.6e-5);
    for (size_t l = 0; l < DEPTH; l++) ck_close(out[l].preactivation.second_moment, 1, 1e-12);
    ck_near(out[0].weight.variance, 1.0 / 4, 1e-12);
    ck_near(out[1].weight.variance, 2.0 / 64, 1e-12);
    ck_near(out[1].delta.second_moment, 3.0 * 2 / 64 / 2 * out[2].delta.second_moment, 1e-12);

    /* What a bias adds is not the weights' to add. */
    ins_choice relu = activation("relu");
    ins_choice bias = choose_with(&ins_initializers, "random_uniform", -0.9);
    bias.value[1] = 0.9;
    predict((shape){4, 64, 2, 3}, &relu, &choice, &bias, out);
    for (size_t l = 0; l < DEPTH; l++) {
        ck_near(out[l].bias.variance, 0.27, 1e-12);
        ck_close(out[l].preactivation.second_moment, 1, 1e-12);
    }
    ck_near(out[0].weight.variance, 0.73 / 4, 1e-12);
    ck_near(out[1].weight.variance, 0.73 * 2 / 64, 1e-12);
}
END_TEST

/* Exact: all-zero weights let nothing through to the hidden layers (tanh), or only to the output
 * layer's weights (sigmoid). */
START_TEST(test_zero_weights)
{
    static const shape small = {4, 8, 1, 3};
    ins_choice zeros = choose(&ins_initializers, "zeros");
    ins_layer_prediction out[2];
    ins_choice phi = activation("tanh");
    ck_near(predict(small, &phi, &zeros, &zeros, out), log(3), 1e-15);
    ck_close(out[0].delta.second_moment, 0, 0);
    ck_close(out[1].gradient.second_moment, 0, 0);
    ck_near(out[1].delta.second_moment, 2.0 / 9, 1e-15);
    phi = activation("sigmoid");
    predict(small, &phi, &zeros, &zeros, out);
    ck_close(out[0].delta.second_moment, 0, 0);
    ck_near(out[0].activation.second_moment, 0.25, 1e-12);
    ck_close(out[0].activation.variance, 0, 1e-12);
    ck_near(out[1].gradient.second_moment, 0.25 * 2 / 9, 1e-12);
}
END_TEST

/* Ten square layers of tanh with LeCun weights on N(0, 1): standard deviations of the activations,
 * and the product of E[phi'^2] (the CS231n demonstration, n = 500). */
START_TEST(test_tanh_shrinks_like_a_power)
{
    static const double deviation[] = {.627929, .486262, .408236, .357638, .321622,
                                       .294390, .272911, .255430, .240856, .228473};
    static const double factor[] = {.464, .296, .215, .168, .138, .116, .101, .0885, .0791, .0714};
    enum { LAYERS = 11 };
    ins_choice phi = activation("tanh"), zeros = choose(&ins_initializers, "zeros");
    ins_choice weight = choose(&ins_initializers, "lecun_normal");
    ins_layer_prediction out[LAYERS];
    predict((shape){500, 500, LAYERS - 1, 500}, &phi, &weight, &zeros, out);
    double product = 1;
    for (size_t l = 0; l + 1 < LAYERS; l++) {
        ck_close(sqrt(out[l].activation.variance), deviation[l], 0.6e-6);
        product *= out[l].slope_square;
        ck_close(product, factor[l], l < 7 ? 0.6e-3 : 0.6e-4);
    }
    ck_near(out[0].delta.second_moment, product * out[10].delta.second_moment, 1e-12);
}
END_TEST

/* ReLU with Glorot weights halves both signals in every layer; with He weights neither changes. */
START_TEST(test_relu_halves)
{
    enum { LAYERS = 31, WIDTH = 32 };
    static const struct {
        const char *name;
        double factor;
    } rows[] = {{"glorot_normal", 0.5}, {"he_normal", 1}, {"lecun_uniform", 0.5}};
    for (size_t i = 0; i < 3; i++) {
        ins_choice phi = activation("relu"), zeros = choose(&ins_initializers, "zeros");
        ins_choice weight = choose(&ins_initializers, rows[i].name);
        ins_layer_prediction out[LAYERS];
        predict((shape){WIDTH, WIDTH, LAYERS - 1, WIDTH}, &phi, &weight, &zeros, out);
        double steps = LAYERS - 2;
        ck_near(out[LAYERS - 2].preactivation.variance,
                out[0].preactivation.variance * pow(rows[i].factor, steps), 1e-10);
        ck_near(out[0].delta.variance, out[LAYERS - 2].delta.variance * pow(rows[i].factor, steps),
                1e-10);
        /* The two shrinkages cancel in the weights' gradients (Glorot & Bengio 2010). */
        ck_near(out[1].gradient.variance, out[LAYERS - 2].gradient.variance, 1e-10);
    }
}
END_TEST

static size_t append(ins_design *design, const ins_layer_kind *kind, ins_choice choice)
{
    const size_t last = design->layers - 1;
    return add_layer(design, kind, &choice, &last);
}

static const ins_layer_kind *kind_of(const char *name)
{
    return (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);
}

/* The theory has a row for every layer kind and every loss, and knows when it has none. */
static ins_shape shape_kept(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0]);
}

START_TEST(test_rows)
{
    static const ins_layer_kind stranger = {
        .entry = {.name = "stranger"}, .reads = 1, .shape = shape_kept};
    static const ins_loss other = {.entry = {.name = "other"}};
    const ins_choice he = choose(&ins_initializers, "he_normal");
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_initialization start = {.hidden = &he, .output = &he, .bias = &zeros};
    ins_layer_prediction out[2];

    for (size_t i = 0; i < ins_layer_kinds.count; i++) {
        const ins_layer_kind *kind = (const ins_layer_kind *)ins_entry_at(&ins_layer_kinds, i);
        ck_assert(ins_is_predicted(kind));
    }
    ck_assert(!ins_is_predicted(&stranger));
    for (size_t i = 0; i <= ins_losses.count; i++) {
        const bool known = i < ins_losses.count;
        ins_design design = {.loss =
                                 known ? (const ins_loss *)ins_entry_at(&ins_losses, i) : &other};
        append(&design, kind_of("input"), choose_with(&ins_layer_kinds, "input", 4));
        append(&design, kind_of("dense"), choose_with(&ins_layer_kinds, "dense", 8));
        if (known) {
            append(&design, &stranger, zeros);
        } else {
            append(&design, kind_of("act"), activation("relu"));
        }
        append(&design, kind_of("dense"), choose_with(&ins_layer_kinds, "dense", 3));
        const double loss = ins_predict(&design, &start, &orthogonal, out);
        ck_near(out[0].preactivation.second_moment, 2, 1e-12);
        ck_assert(isnan(loss));
        ck_assert(isnan(out[1].preactivation.second_moment) == known);
        ck_assert(isnan(out[0].delta.second_moment));
        ck_assert(isnan(out[1].delta.second_moment));
        ins_design_free(&design);
    }
}
END_TEST

/* Dropout is off where the theory looks; an activation without a matrix before it, or after
 * another, has its own slope. */
START_TEST(test_layers_between)
{
    const ins_choice he = choose(&ins_initializers, "he_normal");
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_choice relu = activation("relu"),
                     leak = choose_with(&ins_activations, "leaky_relu", -1);
    const ins_initialization start = {.hidden = &he, .output = &he, .bias = &zeros};
    ins_layer_prediction plain[2], out[2];
    ins_design design = {.loss = (const ins_loss *)ins_entry_at(&ins_losses, 0)};

    const double loss = predict((shape){4, 8, 1, 3}, &relu, &he, &zeros, plain);
    append(&design, kind_of("input"), choose_with(&ins_layer_kinds, "input", 4));
    append(&design, kind_of("act"), leak); /* |x|: no moment changes, slopes are +-1 */
    append(&design, kind_of("dense"), choose_with(&ins_layer_kinds, "dense", 8));
    append(&design, kind_of("dropout"), choose(&ins_layer_kinds, "dropout"));
    append(&design, kind_of("act"), leak);
    append(&design, kind_of("act"), relu); /* of a Gaussian, as the theory takes it */
    append(&design, kind_of("dense"), choose_with(&ins_layer_kinds, "dense", 3));
    ck_near(ins_predict(&design, &start, &orthogonal, out), loss, 1e-12);
    for (size_t l = 0; l < 2; l++) {
        ck_near(out[l].fan_in, l == 0 ? 4 : 8, 0);
        ck_near(out[l].delta.second_moment, plain[l].delta.second_moment, 1e-12);
        ck_near(out[l].gradient.second_moment, plain[l].gradient.second_moment, 1e-12);
        ck_near(out[l].activation.variance, plain[l].activation.variance, 1e-12);
    }
    /* A leak of -1 takes the signs away, and with them part of what tells two rows apart. */
    ck_assert(out[0].signal.variance < 0.9 * plain[0].signal.variance);
    ins_design_free(&design);
}
END_TEST

/* Biases of that variance. */
static ins_choice normal(double variance)
{
    ins_choice choice = choose(&ins_initializers, "random_normal");
    for (size_t k = 0; choice.entry->parameters[k].name != NULL; k++)
        if (strcmp(choice.entry->parameters[k].name, "stddev") == 0)
            choice.value[k] = sqrt(variance);
    return choice;
}

/* tests/golden/make_signal.py: weights of variance weight / fan_in, biases of variance bias. */
static const struct {
    const char *activation;
    double weight, bias;
    double signal[5]; /* of layers 1, 2, 5, 10 and 20 */
} signals[] = {
    {"relu", 2, 0, {2, 1.363380228, 0.6380929333, 0.2903815249, 0.1110142514}},
    {"relu", 1.5, 0.05, {1.5, 0.7735222145, 0.1599773045, 0.02008808208, 0.0007198738863}},
    {"tanh", 1, 0, {1, 0.3942944904, 0.1279047353, 0.05801184784, 0.02728615954}},
    {"tanh", 1.76, 0.05, {1.76, 0.8620727348, 0.4505723488, 0.2992163974, 0.1775535354}},
};

START_TEST(test_signal_of_20_layers)
{
    static const size_t layers[] = {1, 2, 5, 10, 20};
    ins_choice weight = choose(&ins_initializers, "variance_scaling");
    weight.value[0] = signals[_i].weight;
    const ins_choice bias = normal(signals[_i].bias);
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_choice phi = activation(signals[_i].activation);
    ins_layer_prediction out[MOST_HIDDEN + 1];
    predict((shape){10, 64, 20, 3}, &phi, &weight, signals[_i].bias > 0 ? &bias : &zeros, out);
    for (size_t i = 0; i < 5; i++) {
        const ins_moment_pair signal = out[layers[i] - 1].signal;
        ck_near(signal.variance, 0.99 * signals[_i].signal[i], 1e-6);
        ck_assert(signal.second_moment == signal.variance);
    }
}
END_TEST

/* ReLU keeps the ratio of two lengths: of rows that point the same way, one twice as long, half the
 * squared distance stays 1/5 of the second moment at any depth; tanh draws the lengths together. */
START_TEST(test_signal_of_unequal_lengths)
{
    const ins_choice he = choose(&ins_initializers, "he_normal");
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_initialization start = {.hidden = &he, .output = &he, .bias = &zeros};
    const ins_inputs inputs = {.square = 2.5, .apart = 0.2, .lengths = 0.2, .rows = 2};
    static const size_t hidden[10] = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8};
    for (size_t i = 0; i < 2; i++) {
        const ins_choice phi = activation(i == 0 ? "relu" : "tanh");
        ins_layer_prediction out[11];
        ins_design design = perceptron_design(&(perceptron){.inputs = 4,
                                                            .outputs = 3,
                                                            .loss = ins_loss_for(true),
                                                            .hidden_count = 10,
                                                            .hidden = hidden,
                                                            .activation = &phi});
        ins_predict(&design, &start, &inputs, out);
        ins_design_free(&design);
        ck_near(out[0].signal.variance, 0.2 * 5 / 2, 1e-12);
        for (size_t l = 1; l < 11 && i == 0; l++)
            ck_near(out[l].signal.variance, 0.1 * out[l].preactivation.second_moment, 1e-9);
        if (i == 1) ck_assert(out[10].signal.variance < 1e-3 * out[10].preactivation.second_moment);
    }
}
END_TEST

/* Far in the ordered phase a layer multiplies the signal by sigma_w^2 E[phi'^2] at q*, also where
 * 1 - c is far below what a double near 1 resolves. */
START_TEST(test_signal_far_below_the_size)
{
    static const char *const names[] = {"relu", "tanh", "relu6", "selu"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ins_choice weight = choose(&ins_initializers, "variance_scaling");
        weight.value[0] = 0.1;
        const ins_choice bias = normal(0.25);
        const ins_choice phi = activation(names[i]);
        ins_layer_prediction out[MOST_HIDDEN + 1];
        predict((shape){10, 64, 24, 3}, &phi, &weight, &bias, out);
        for (size_t l = 20; l < 24; l++) {
            ck_assert(out[l].signal.variance < 1e-18);
            ck_near(out[l].signal.variance,
                    0.1 * out[l - 1].slope_square * out[l - 1].signal.variance, 1e-6);
        }
    }
}
END_TEST

/* No signal of equal rows, none of a single one, none known without a variance of the weights; a
 * network of zeros has none whatever it is given. */
START_TEST(test_signal_not_applicable)
{
    static const struct {
        const char *weight;
        ins_inputs inputs;
        double expected;
    } rows[] = {{"he_normal", {.square = 1, .apart = 0, .rows = 50}, 0},
                {"he_normal", {.square = 2, .apart = 0.5, .rows = 1}, 0},
                {"he_normal", {.square = 0, .apart = 1, .rows = 50}, 0},
                {"he_normal", {.square = 1, .apart = 2, .rows = 50}, NAN},
                {"ones", {.square = 1, .apart = 1, .rows = 50}, NAN},
                {"zeros", {.square = 1, .apart = 1, .rows = 50}, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const ins_choice weight = choose(&ins_initializers, rows[i].weight);
        const ins_choice zeros = choose(&ins_initializers, "zeros"), phi = activation("relu");
        const ins_initialization start = {.hidden = &weight, .output = &weight, .bias = &zeros};
        const size_t hidden[] = {8, 8};
        ins_layer_prediction out[3];
        ins_design design = perceptron_design(&(perceptron){.inputs = 4,
                                                            .outputs = 3,
                                                            .loss = ins_loss_for(true),
                                                            .hidden_count = 2,
                                                            .hidden = hidden,
                                                            .activation = &phi});
        ins_predict(&design, &start, &rows[i].inputs, out);
        ins_design_free(&design);
        if (i == 3) /* opposite rows: the first layer keeps them opposite */
            ck_near(out[0].signal.variance, 2 * 2 * 0.98, 1e-12);
        else if (isnan(rows[i].expected))
            ck_assert(isnan(out[2].signal.variance));
        else
            ck_assert(out[2].signal.variance == rows[i].expected);
    }
}
END_TEST

START_TEST(test_softmax_of_three)
{
    static const double table[][3] = {{0, 1.0986123, 1e-7}, {.0562, 1.11717, 1e-5},
                                      {.25, 1.17874, 1e-5}, {1, 1.39000, 1e-5},
                                      {2, 1.62813, 1e-5},   {4096, 54.1731, 1e-4}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_close(ins_softmax_expect(table[i][0], 3).cross_entropy, table[i][1], 0.6 * table[i][2]);

    static const double delta[][3] = {{0, .222222, 1e-6},
                                      {.05619, .22627, 1e-5},
                                      {.25, .23865, 1e-5},
                                      {2, .29757, 1e-5},
                                      {4096, .440038, 1e-6}};
    for (size_t i = 0; i < sizeof delta / sizeof delta[0]; i++)
        ck_close(ins_softmax_expect(delta[i][0], 3).delta_square, delta[i][1], 0.6 * delta[i][2]);
}
END_TEST

/* Two classes: p = sigmoid(d), d ~ N(0, 2v), one-dimensional means of the softplus and sigmoid
 * rows.
 */
START_TEST(test_softmax_of_two)
{
    ins_choice softplus = activation("softplus"), sigmoid = activation("sigmoid");
    for (double v = 1e-6; v < 1e6; v *= 4.7) {
        ins_softmax_start start = ins_softmax_expect(v, 2);
        ck_near(start.cross_entropy, ins_expect(&softplus, 2 * v).value, 1e-11);
        ck_near(start.probability_square, 2 * ins_expect(&sigmoid, 2 * v).square, 1e-11);
    }
}
END_TEST

/* Small variance to first order; many classes, where the sum concentrates: E[ln s] = ln C + v/2 -
 * (e^v - 1)/(2C) and E[sum p^2] = e^v/C to first order in 1/C; huge variance, where the largest
 * wins: E[max of 3] = 3 sd/(2 sqrt(pi)). */
START_TEST(test_softmax_limits)
{
    for (size_t classes = 2; classes <= 1000; classes = classes * 3 - 1) {
        double count = (double)classes, v = 1e-5;
        ins_softmax_start start = ins_softmax_expect(v, classes);
        ck_close(start.cross_entropy, log(count) + v / 2 * (1 - 1 / count), v * v);
        ck_close(start.probability_square, 1 / count + v / count * (1 - 1 / count), 2 * v * v);
        start = ins_softmax_expect(0, classes);
        ck_near(start.cross_entropy, log(count), 1e-15);
        ck_near(start.delta_square, (1 - 1 / count) / count, 1e-14);
    }
    ins_softmax_start many = ins_softmax_expect(1, 100000);
    ck_close(many.cross_entropy, log(1e5) + 0.5 - (M_E - 1) / 2e5, 1e-8);
    ck_near(many.probability_square, M_E / 1e5, 1e-3);
    ins_softmax_start huge = ins_softmax_expect(1e12, 3);
    ck_near(huge.cross_entropy, 1e6 * 3 / (2 * sqrt(M_PI)), 1e-6);
    ck_near(huge.probability_square, 1, 1e-5);
    for (double spread = 1e20; spread < 1e150; spread *= 1e40) {
        huge = ins_softmax_expect(spread * spread, 3);
        ck_near(huge.cross_entropy, spread * 3 / (2 * sqrt(M_PI)), 1e-13);
        ck_near(huge.probability_square, 1, 1e-9);
    }
    ck_near(ins_softmax_expect(1e-300, 3).cross_entropy, log(3), 1e-14);
    ck_close(ins_softmax_expect(7, 1).cross_entropy, 0, 0);
    ck_assert(isnan(ins_softmax_expect(-1, 3).cross_entropy));
    ck_assert(isnan(ins_softmax_expect(INFINITY, 3).delta_square));
}
END_TEST

/* prod(1 + 5/n) and prod(1 + 2/n); n = 64 with two layers is a coefficient of variation of 40%. */
START_TEST(test_width_spread)
{
    static const size_t units[] = {64, 64, 64};
    static const double spread[] = {1.0781, 1.1624, 1.2532};
    ins_choice relu = activation("relu"), linear = activation("linear");
    ins_choice flat = choose_with(&ins_activations, "leaky_relu", 1);
    for (size_t count = 1; count <= 3; count++) {
        ck_close(ins_width_spread(&relu, units, count), spread[count - 1], 0.6e-4);
        double expected = pow(1 + 2.0 / 64, (double)count);
        ck_near(ins_width_spread(&linear, units, count), expected, 1e-14);
        ck_near(ins_width_spread(&flat, units, count), expected, 1e-14);
    }
    ck_close(sqrt(ins_width_spread(&relu, units, 2) - 1), 0.40, 0.006);
    ins_choice tanh_row = activation("tanh");
    ck_assert(isnan(ins_width_spread(&tanh_row, units, 2)));
}
END_TEST

/* Predicts numbers: each matrix with a gain fan_in Var(W) of its own, but for the initializers of
 * the table, which have it by the shape. */
static double predict_numbers(const size_t *widths, size_t layers, const char *phi,
                              const char *weight, const char *output, ins_layer_prediction *out)
{
    const bool tied = strcmp(output, "tied") == 0;
    const ins_choice hidden = choose(&ins_initializers, weight);
    const ins_choice last = choose(&ins_initializers, output);
    const ins_choice zeros = choose(&ins_initializers, "zeros"), function = activation(phi);
    const ins_initialization start = {.hidden = &hidden, .output = &last, .bias = &zeros};
    const ins_inputs inputs = {
        .square = 1, .apart = 1, .rows = 16, .target_square = 1, .own_targets = tied};
    ins_design design = perceptron_design(&(perceptron){.inputs = widths[0],
                                                        .outputs = widths[layers],
                                                        .loss = ins_loss_for(false),
                                                        .hidden_count = layers - 1,
                                                        .hidden = widths + 1,
                                                        .activation = &function});
    double loss = ins_predict(&design, &start, &inputs, out);
    ins_design_free(&design);
    return loss;
}

/* An untied autoencoder, inputs and targets of unit variance: E loss = q + 1 = (D^2/4) E delta^2,
 * and the layer before it in closed form, with c = D Var(V), h hidden units:
 *
 *   (D^2/4) E delta_h^2 = c^2 (E[(phi' a)^2] + (h/D) E[phi'^2] E[a^2]) + c E[phi'^2]
 *
 * which is 22 for ReLU with He's gain and 52 for linear with the same; simulated in float64 by
 * PyTorch 1.13, 40 seeds: 21.90 +- 0.31 and 52.5 +- 0.6. Were delta independent of V, 6 and 20. */
START_TEST(test_numbers_at_the_start)
{
    static const size_t widths[] = {256, 128, 256};
    static const struct {
        const char *phi;
        double q, hidden;
    } rows[] = {{"relu", 2, 22}, {"linear", 4, 52}};
    for (size_t i = 0; i < 2; i++) {
        ins_layer_prediction out[2];
        double loss = predict_numbers(widths, 2, rows[i].phi, "he_normal", "he_normal", out);
        ck_near(out[1].preactivation.second_moment, rows[i].q, 1e-9);
        ck_near(out[1].activation.second_moment, rows[i].q, 1e-9);
        ck_near(loss, rows[i].q + 1, 1e-9);
        ck_near(out[1].delta.second_moment * 256 * 256 / 4, rows[i].q + 1, 1e-9);
        ck_near(out[0].delta.second_moment * 256 * 256 / 4, rows[i].hidden, 1e-9);
    }
}
END_TEST

/* Deep ones. The second moments of delta were predicted by a second program, and measured in
 * float64 by PyTorch 1.13 over 40 seeds: 3.66e-4, 1.744e-3 +- 0.084e-3, 1.147e-3 +- 0.062e-3. */
START_TEST(test_numbers_in_depth)
{
    static const size_t widths[] = {256, 128, 64, 128, 256};
    static const size_t narrow[] = {64, 32, 16, 8, 16, 32, 64};
    static const double delta[] = {1.098e-3, 1.709e-3, 3.66e-4};
    ins_layer_prediction out[6];
    predict_numbers(widths, 4, "relu", "he_normal", "lecun_normal", out);
    for (size_t l = 0; l < 3; l++)
        ck_assert_double_eq_tol(out[l].delta.second_moment / delta[l], 1, 1e-3);

    /* Bottlenecks: the product of the gains. Measured over 200 seeds: 2.03 +- 0.13, 0.0219. */
    predict_numbers(narrow, 6, "relu", "he_normal", "he_normal", out);
    ck_near(out[5].preactivation.second_moment, 2, 1e-9);
    predict_numbers(narrow, 6, "relu", "glorot_normal", "glorot_normal", out);
    ck_assert_double_eq_tol(out[5].preactivation.second_moment, 0.0219, 0.00006);
}
END_TEST

/* A decoder that begins as the transpose of its encoder, rho = h/D = 1/2, s = D Var(W), k = E phi',
 * k2 = E phi^2 / q: E y^2 = s^2 (rho^2 k^2 + rho k2), E loss = (1 - s rho k)^2 + s^2 rho k2.
 * Simulated in float64 by PyTorch 1.13, 40 seeds: loss 0.752 +- 0.004 for linear, s = 1, and 1.256
 * +- 0.012 for ReLU, s = 2. Below the output nothing is said. */
START_TEST(test_numbers_of_tied_weights)
{
    static const size_t widths[] = {256, 128, 256}, deep[] = {64, 32, 16, 32, 64};
    static const struct {
        const char *phi, *weight;
        double square, loss;
    } rows[] = {{"linear", "lecun_normal", 0.75, 0.75}, {"relu", "he_normal", 1.25, 1.25}};
    ins_layer_prediction out[4];
    for (size_t i = 0; i < 2; i++) {
        double loss = predict_numbers(widths, 2, rows[i].phi, rows[i].weight, "tied", out);
        ck_near(out[1].weight.variance, out[0].weight.variance, 1e-12);
        ck_near(out[1].preactivation.second_moment, rows[i].square, 1e-9);
        ck_near(loss, rows[i].loss, 1e-9);
        ck_near(out[1].delta.second_moment * 256 * 256 / 4, loss, 1e-9);
        ck_assert(isnan(out[0].delta.second_moment) && isnan(out[0].gradient.second_moment));
    }
    /* Layers of other weights between: what comes back of the inputs is lost in them. */
    double loss = predict_numbers(deep, 4, "relu", "he_normal", "tied", out);
    ck_near(out[3].weight.variance, 2.0 / 64, 1e-12);
    ck_near(out[3].preactivation.second_moment, 32 * 2.0 / 64, 1e-9);
    ck_near(loss, 2, 1e-9);
    ck_assert(isnan(out[2].delta.second_moment));
}
END_TEST

/* Targets are all that is left of the loss of a network that says 0. */
START_TEST(test_numbers_from_zeros)
{
    static const size_t widths[] = {4, 8, 2};
    ins_layer_prediction out[2];
    double loss = predict_numbers(widths, 2, "tanh", "he_normal", "zeros", out);
    ck_assert(loss == 1 && out[1].delta.second_moment == 1);
    ck_assert(out[0].delta.second_moment == 0 && out[1].gradient.second_moment > 0);
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("prediction");
    TCase *cases = tcase_create("layers");
    tcase_add_loop_test(cases, test_the_iris_network, 0, IRIS);
    tcase_add_test(cases, test_not_applicable);
    tcase_add_test(cases, test_adapted_layers);
    tcase_add_test(cases, test_zero_weights);
    tcase_add_test(cases, test_tanh_shrinks_like_a_power);
    tcase_add_test(cases, test_relu_halves);
    tcase_add_test(cases, test_rows);
    tcase_add_test(cases, test_layers_between);
    tcase_add_loop_test(cases, test_signal_of_20_layers, 0, sizeof signals / sizeof signals[0]);
    tcase_add_test(cases, test_signal_of_unequal_lengths);
    tcase_add_test(cases, test_signal_far_below_the_size);
    tcase_add_test(cases, test_signal_not_applicable);
    tcase_add_test(cases, test_softmax_of_three);
    tcase_add_test(cases, test_softmax_of_two);
    tcase_add_test(cases, test_softmax_limits);
    tcase_add_test(cases, test_width_spread);
    tcase_add_test(cases, test_numbers_at_the_start);
    tcase_add_test(cases, test_numbers_in_depth);
    tcase_add_test(cases, test_numbers_of_tied_weights);
    tcase_add_test(cases, test_numbers_from_zeros);
    tcase_set_timeout(cases, 60);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
