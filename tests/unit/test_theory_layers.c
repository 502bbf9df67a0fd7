/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory of all layer kinds: its numbers against closed forms, tables of exact recursions and
 * independent quadratures, and its predictions against real networks.
 *
 * Constants come from the papers named beside them and from programs of their own, which agreed
 * with networks of width 64 .. 512 made by an independent framework. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "closeness.h"
#include "measured.h"
#include "network_fixture.h"

#include "initscope/columns.h"
#include "initscope/prediction.h"

#include "../../src/theory/maximum.h"
#include "../../src/theory/norm_sets.h"

enum { MOST = 64, OUTPUTS = 10, MANY_ROWS = 1000000000 };

/* As good as exact, and the digits of a constant. */
#define EXACT 1e-9
#define DIGITS 1e-6

/* A million units are not quite infinitely many. */
#define LIMIT 4e-6

/* A network in words, what it starts from, and what is predicted for it. */
typedef struct forecast {
    ins_design design;
    double loss;
    ins_layer_prediction layer[MOST];
} forecast;

typedef struct start {
    const char *activation, *weights, *residual;
    size_t features, rows;
    const ins_field *field;
    bool numbers; /* are predicted */
} start;

static forecast predict(const char *text, const start *from)
{
    int32_t label = 0;
    const ins_samples samples = {.features = from->features,
                                 .outputs = OUTPUTS,
                                 .label = from->numbers ? NULL : &label,
                                 .rows = 1};
    const ins_choice weights = choose(&ins_initializers, from->weights);
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    const ins_initialization initialization = {
        .hidden = &weights, .output = &weights, .bias = &zeros};
    const ins_inputs inputs = {
        .square = 1, .apart = 1, .rows = from->rows, .target_square = 1, .field = from->field};
    forecast made = {.design = text_design(text, &samples, from->activation,
                                           from->residual != NULL ? from->residual : "none")};
    ck_assert_uint_le(made.design.depth, MOST);
    made.loss = ins_predict(&made.design, &initialization, &inputs, made.layer);
    return made;
}

/* The prediction alone. */
static const ins_layer_prediction *layers_of(const char *text, const start *from)
{
    static forecast made;
    made = predict(text, from);
    ins_design_free(&made.design);
    return made.layer;
}

static double delta(const ins_layer_prediction *layer, size_t number)
{
    return layer[number - 1].delta.second_moment;
}

static double square(const ins_layer_prediction *layer, size_t number)
{
    return layer[number - 1].preactivation.second_moment;
}

static double within(const ins_layer_prediction *layer, size_t number)
{
    return layer[number - 1].signal.variance;
}

static double input(const ins_layer_prediction *layer, size_t number)
{
    return layer[number - 1].input.second_moment;
}

static double stream(const ins_layer_prediction *layer, size_t number)
{
    return layer[number - 1].stream.second_moment;
}

/* kappa(c): the arc-cosine kernel (Cho & Saul 2009). */
static double kernel(double c)
{
    return (sqrt(1 - c * c) + c * (M_PI - acos(c))) / M_PI;
}

/* --- Convolution ------------------------------------------------------------------------------ */

/* He weights, ReLU, 3x3 with zero padding: mean second moment after l layers over that of a map
 * without border, by the recursion along one axis, squared (Xiao et al. 2018). What goes back is
 * the same, read from the top. */
static const size_t depths[] = {1, 2, 5, 10, 20, 50};
enum { DEPTHS = sizeof depths / sizeof depths[0] };
static const struct {
    size_t side;
    double left[DEPTHS];
} borders[] = {{8, {.840278, .741512, .545653, .353025, .154638, .013182}},
               {14, {.907029, .847569, .723650, .589912, .420898, .171397}},
               {28, {.952948, .922210, .856250, .781506, .679605, .496492}},
               {32, {.958767, .931761, .873609, .807347, .716281, .549887}}};

START_TEST(test_borders)
{
    const size_t side = borders[_i].side;
    const start from = {"relu", "he_normal", .features = side * side, .rows = 10};
    char text[200];
    snprintf(text, sizeof text,
             "input(%zu,%zu,1),conv(4,3,init=lecun_normal),act,49x(conv(4,3),act),gmean", side,
             side);
    const ins_layer_prediction *layer = layers_of(text, &from);
    for (size_t i = 0; i < DEPTHS; i++) {
        ck_close(square(layer, depths[i]), borders[_i].left[i], DIGITS);
        if (depths[i] == 50) continue;
        ck_close(delta(layer, 50 - depths[i]) / delta(layer, 50), borders[_i].left[i], DIGITS);
    }
}
END_TEST

/* Along a sequence there is one axis. */
START_TEST(test_sequence_borders)
{
    const start from = {"relu", "he_normal", .features = 8, .rows = 10};
    const ins_layer_prediction *layer =
        layers_of("input(8,1),conv(4,3,init=lecun_normal),act,9x(conv(4,3),act),gmean", &from);
    for (size_t i = 0; i < 4; i++)
        ck_close(square(layer, depths[i]), sqrt(borders[0].left[i]), DIGITS);
}
END_TEST

/* From layer to layer both ways: the taps inside of the map, by hand. */
START_TEST(test_strides)
{
    const start from = {"linear", "lecun_normal", .features = 64 * 96, .rows = 10};
    const ins_layer_prediction *layer =
        layers_of("input(8,8,96),conv(96,1),conv(192,3,stride=2),gmean", &from);
    ck_close(square(layer, 1), 1, EXACT);
    ck_close(square(layer, 2), pow((3 + 3 + 3 + 2) / 12.0, 2), EXACT);              /* .840278 */
    ck_close(delta(layer, 1) / delta(layer, 2), 2.0 / 9 * pow(11 / 8.0, 2), EXACT); /* .420139 */
    /* Without padding no output lacks anything: inputs at the border are seen by fewer. */
    layer = layers_of("input(8,8,96),conv(96,1),conv(96,3,pad=valid),gmean", &from);
    ck_close(square(layer, 2), 1, EXACT);
    ck_close(delta(layer, 1) / delta(layer, 2), pow((2 * 1 + 2 * 2 + 4 * 3) / 24.0, 2), EXACT);
}
END_TEST

/* tanh, five layers, gain 1: iid weights feel the border, those at the centre alone do not. */
START_TEST(test_tap_energies)
{
    start from = {"tanh", "lecun_normal", .features = 64 * 96, .rows = 10};
    const char *text = "input(8,8,96),5x(conv(96,3),act),gmean";
    ck_close(square(layers_of(text, &from), 5), .0833979, 1e-7);
    from.weights = "delta_orthogonal";
    const ins_layer_prediction *layer = layers_of(text, &from);
    ck_close(square(layer, 1), 1, EXACT);
    ck_close(square(layer, 5), .127905, DIGITS);
    ck_close(delta(layer, 4) / delta(layer, 5), layer[3].slope_square, EXACT);
    /* Orthogonal as a matrix of all taps: 27 inputs cannot fill 64 outputs. */
    from = (start){"linear", "orthogonal", .features = 108, .rows = 10};
    layer = layers_of("input(6,6,3),conv(64,3,pad=valid),gmean", &from);
    ck_close(square(layer, 1), 27.0 / 64, EXACT);
}
END_TEST

/* True fans: a group sees its own channels alone. */
START_TEST(test_groups)
{
    static const struct {
        const char *text;
        double square, fan_in;
    } rows[] = {{"input(8,8,96),conv(96,3,pad=valid),gmean", 1, 864},
                {"input(8,8,96),conv(96,3,pad=valid,groups=4),gmean", 1 / 4.0, 216},
                {"input(8,8,96),depthwise(3,pad=valid),gmean", 1 / 96.0, 9}};
    const start from = {"linear", "random_normal(stddev=0.034020690871988585)", .features = 64 * 96,
                        .rows = 10};
    for (size_t i = 0; i < 3; i++) {
        const ins_layer_prediction *layer = layers_of(rows[i].text, &from);
        ck_close(square(layer, 1), rows[i].square, EXACT);
        ck_close(layer[0].fan_in, rows[i].fan_in, 0);
    }
}
END_TEST

/* A dense layer on a map is a kernel of one position. */
START_TEST(test_dense_on_maps)
{
    const start from = {"gelu", "he_normal", .features = 5 * 6 * 3, .rows = 7};
    static forecast dense;
    dense = predict("input(5,6,3),dense(8),act,conv(7,3),act,dense(9),act,flatten", &from);
    const ins_layer_prediction *layer =
        layers_of("input(5,6,3),conv(8,1),act,conv(7,3),act,conv(9,1),act,flatten", &from);
    for (size_t i = 0; i < dense.design.depth; i++) {
        ck_close(square(layer, i + 1), square(dense.layer, i + 1), EXACT);
        ck_close(delta(layer, i + 1), delta(dense.layer, i + 1), EXACT);
        ck_assert(isfinite(layer[i].gradient.second_moment));
        ck_near(layer[i].gradient.second_moment, dense.layer[i].gradient.second_moment, EXACT);
    }
    ins_design_free(&dense.design);
}
END_TEST

/* Positions that are all alike and rows as a vector has them: the numbers of the vector. */
START_TEST(test_map_of_one_position)
{
    static const char *const activations[] = {"relu", "tanh", "hard_tanh", "gelu", "elu"};
    for (size_t i = 0; i < 5; i++) {
        const start from = {activations[i], "he_normal", .features = 16, .rows = 7};
        static forecast vector;
        vector = predict("8x(dense(16),act)", &from);
        const ins_layer_prediction *map =
            layers_of("input(1,1,16),8x(conv(16,1),act),gmean", &from);
        for (size_t l = 1; l <= 9; l++) {
            ck_near(square(map, l), square(vector.layer, l), 1e-7);
            ck_near(within(map, l), within(vector.layer, l), 1e-4);
            ck_near(delta(map, l), delta(vector.layer, l), 1e-7);
            ck_near(map[l - 1].gradient.second_moment, vector.layer[l - 1].gradient.second_moment,
                    1e-7);
        }
        ins_design_free(&vector.design);
    }
}
END_TEST

/* A 1-D convolution with zero padding, n = 12, white inputs: covariances of all pairs. */
START_TEST(test_covariances)
{
    const start from = {"relu", "he_normal", .features = 12, .rows = 10};
    const char *rest = "conv(4,1),gmean";
    static const struct {
        const char *pool;
        double square, tolerance;
    } rows[] = {{"meanpool(2)", .352725, DIGITS}, {"maxpool(2)", .665967, .005}};
    char text[200];
    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "input(12,1),conv(4,3,init=lecun_normal),act,3x(conv(4,3),act),%s,%s",
                 rows[i].pool, rest);
        const ins_layer_prediction *layer = layers_of(text, &from);
        ck_close(square(layer, 4), .849794, DIGITS);
        ck_close(input(layer, 5), rows[i].square, rows[i].tolerance);
    }
    const ins_layer_prediction *layer =
        layers_of("input(12,1),conv(4,3,init=lecun_normal),act,3x(conv(4,3),act),gmean", &from);
    ck_close(input(layer, 5), .283481, DIGITS);
}
END_TEST

/* --- Pools ------------------------------------------------------------------------------------ */

/* The largest of independent normal variables: E M, E M^2, E max(M, 0), E max(M, 0)^2. */
START_TEST(test_largest_of_independent)
{
    static const struct {
        size_t count;
        double mean, square, positive, positive_square;
    } rows[] = {{2, .564190, 1, .681037, .909155},
                {4, 1.029375, 1.551329, 1.045756, 1.543785},
                {9, 1.485013, 2.562617, 1.485261, 2.562559}};
    const ins_choice relu = choose(&ins_activations, "relu");
    for (size_t i = 0; i < 3; i++) {
        ins_maximum_law *law = ins_maximum_law_new(rows[i].count);
        ins_maximum m;
        ins_maximum_expect(law, NULL, 1, 0, &m);
        ck_close(m.mean, rows[i].mean, DIGITS);
        ck_close(m.square, rows[i].square, DIGITS);
        ins_maximum_expect(law, &relu, 1, 0, &m);
        ck_close(m.mean, rows[i].positive, DIGITS);
        ck_close(m.square, rows[i].positive_square, DIGITS);
        ck_close(m.slope_square, 1 - pow(2, -(double)rows[i].count), 1e-4);
        ins_maximum_law_free(law);
    }
}
END_TEST

/* Of four with the correlation rho, by an independent quadrature, which is a few parts in ten
 * thousand high in the second number; at 1/2 that is 1/4 - 1/20 (Gupta 1963: all are negative once
 * in five), at 0 and 1 (1 - 2^-4)/4 and 1/8. */
START_TEST(test_largest_of_correlated)
{
    static const struct {
        double correlation, square, passed, tolerance;
    } rows[] = {{0, 1.543785, .234375, EXACT}, {.25, 1.383625, .21836, 4e-5},
                {.5, 1.200010, .2, EXACT},     {.75, .973068, .17716, 5e-4},
                {.9, .785654, .15795, 5e-4},   {.99, .584837, .13538, 5e-4},
                {1, .5, .125, EXACT}};
    const ins_choice relu = choose(&ins_activations, "relu");
    ins_maximum_law *law = ins_maximum_law_new(4);
    for (size_t i = 0; i < 7; i++) {
        ins_maximum m;
        ins_maximum_expect(law, &relu, 1, rows[i].correlation, &m);
        ck_close(m.square, rows[i].square, 2e-6);
        ck_close(m.slope_square / 4, rows[i].passed, rows[i].tolerance);
        ins_maximum_expect(law, &relu, 9, rows[i].correlation, &m);
        ck_close(m.square, 9 * rows[i].square, 2e-5);
    }
    ins_maximum_law_free(law);
}
END_TEST

/* After one convolution of white noise positions are independent, after the next their correlation
 * is 1/pi. Each matrix behind the pool passes on what it gets. */
static const struct {
    const char *text;
    double square, tolerance, passed;
} pools[] = {
    {"input(14,14,64),conv(64,3,pad=valid,init=lecun_normal),act,maxpool(2),conv(64,1),gmean",
     1.543785, 1e-5, .234375},
    {"input(14,14,64),conv(64,3,pad=valid,init=lecun_normal),maxpool(2),act,conv(64,1),gmean",
     1.543785, 1e-5, .234375},
    {"input(14,14,64),conv(64,3,pad=valid,init=lecun_normal),act,meanpool(2),conv(64,1),gmean",
     .244366, 1e-6, .5 / 16},
    {"input(14,14,64),conv(64,3,pad=valid,init=lecun_normal),act,dropout(0.3),maxpool(2),conv(64,1)"
     ",gmean",
     1.543785, 1e-5, .234375},
    {"input(18,18,64),conv(64,7,pad=valid,init=lecun_normal),act,conv(64,7,pad=valid),act,"
     "maxpool(2),conv(64,1),gmean",
     1.336283, 2e-5, .213625},
};
enum { POOLS = sizeof pools / sizeof pools[0] };

/* Far from each other positions have no tap in common. */
START_TEST(test_pools)
{
    const size_t features = _i + 1 < POOLS ? 14 * 14 * 64 : 18 * 18 * 64;
    const start from = {"relu", "he_normal", .features = features, .rows = 10};
    const ins_layer_prediction *layer = layers_of(pools[_i].text, &from);
    const size_t last = _i + 1 < POOLS ? 2 : 3;
    if (_i == 1)
        ck_close(layer[0].activation.second_moment, pools[_i].square, pools[_i].tolerance);
    else
        ck_close(input(layer, last), pools[_i].square, pools[_i].tolerance);
    ck_close(delta(layer, last - 1) / (2 * delta(layer, last)), pools[_i].passed, 3e-5);
}
END_TEST

/* The mean of all positions, of which pairs have 1/pi in common. */
START_TEST(test_global_mean)
{
    const start from = {"relu", "he_normal", .features = 256 * 8, .rows = 10};
    const ins_layer_prediction *layer = layers_of(
        "input(16,16,8),conv(8,3,pad=valid,init=lecun_normal),act,conv(8,3,pad=valid),act,gmean",
        &from);
    const double pairs = kernel(1 / M_PI) / 2;
    ck_close(input(layer, 3), (.5 + 143 * pairs) / 144, EXACT);
    ck_close(input(layer, 3), .2486, 5e-5);
    /* Two rows have only their means in common there: E[a]^2 is 1/(2 pi) of each. */
    ck_close(delta(layer, 2) / (2.0 * 10 / 8 * delta(layer, 3)), .5 / (144 * 144), EXACT);
}
END_TEST

/* The largest of all positions. */
START_TEST(test_global_maximum)
{
    const start from = {"relu", "lecun_normal", .features = 4, .rows = 10};
    const ins_layer_prediction *layer = layers_of("input(2,2,1),conv(8,1),act,gmax", &from);
    ck_close(input(layer, 2), 1.543785, 1e-5);
    ck_close(delta(layer, 1) / (10 / 8.0 * delta(layer, 2)), .234375, 2e-5);
    layer = layers_of("input(2,2,1),conv(8,1),gmax,act", &from);
    ck_close(layer[0].activation.second_moment, 1.543785, 1e-5);
    ck_close(delta(layer, 1) / (10 / 8.0 * delta(layer, 2)), .234375, 2e-5);
}
END_TEST

/* --- Norms ------------------------------------------------------------------------------------ */

/* Plain deep networks: the factor of delta^2 from layer to layer (Yang et al. 2019), in the limit
 * of wide layers and many rows. */
static const struct {
    const char *activation, *order;
    double factor, tolerance;
} norms[] = {
    {"relu", "bn(eps=0),act", 1.466942, LIMIT},  {"relu", "act,bn(eps=0)", 1.466942, LIMIT},
    {"tanh", "bn(eps=0),act", 1.177809, 3e-6},   {"linear", "bn(eps=0),act", 1, LIMIT},
    {"silu", "bn(eps=0),act", 1.212081, 2e-6},   {"gelu", "bn(eps=0),act", 1.31885, 1e-5},
    {"elu", "bn(eps=0),act", 1.0790, 5e-5},      {"selu", "bn(eps=0),act", 1.0716, 5e-5},
    {"sigmoid", "bn(eps=0),act", 1.0336, 5e-5},  {"relu", "ln(eps=0),act", 1, LIMIT},
    {"tanh", "ln(eps=0),act", 1.177809, 3e-6},   {"linear", "ln(eps=0),act", 1, LIMIT},
    {"relu", "act,ln(eps=0)", 1.466942, LIMIT},  {"linear", "act,ln(eps=0)", 1, LIMIT},
    {"relu", "rms(eps=0),act", 1, LIMIT},        {"relu", "act,rms(eps=0)", 1, LIMIT},
    {"tanh", "rms(eps=0),act", 1.177809, 3e-6},  {"relu", "gn(2,eps=0),act", 1, LIMIT},
    {"relu", "act,gn(2,eps=0)", 1.466942, LIMIT}};
enum { NORMS = sizeof norms / sizeof norms[0] };

/* The scale of W cancels. */
START_TEST(test_norms)
{
    static const char *const weights[] = {"he_normal", "random_normal(stddev=0.003)"};
    char text[200];
    snprintf(text, sizeof text, "6x(dense(1000000,bias=no),%s)", norms[_i].order);
    for (size_t i = 0; i < 2; i++) {
        const start from = {norms[_i].activation, weights[i], .features = 10, .rows = MANY_ROWS};
        const ins_layer_prediction *layer = layers_of(text, &from);
        for (size_t l = 2; l < 6; l++)
            ck_close(delta(layer, l) / delta(layer, l + 1), norms[_i].factor, norms[_i].tolerance);
    }
}
END_TEST

/* On a map the sets have the positions as well: of many of them the same limits. */
START_TEST(test_norms_on_maps)
{
    static const char *const orders[] = {"bn(eps=0),act", "act,bn(eps=0)",  "ln(eps=0),act",
                                         "act,ln(eps=0)", "rms(eps=0),act", "gn(2,eps=0),act"};
    static const double factors[] = {1.466942, 1.466942, 1, 1.466942, 1, 1};
    for (size_t i = 0; i < 6; i++) {
        char text[200];
        snprintf(text, sizeof text, "input(4,5,10),6x(conv(1000000,1,bias=no),%s),gmean",
                 orders[i]);
        const start from = {"relu", "he_normal", .features = 200, .rows = MANY_ROWS};
        const ins_layer_prediction *layer = layers_of(text, &from);
        for (size_t l = 2; l < 6; l++)
            ck_close(delta(layer, l) / delta(layer, l + 1), factors[i], LIMIT);
    }
}
END_TEST

/* Of a set of numbers, Gaussian x and white dy. */
START_TEST(test_norms_of_few)
{
    ck_close(ins_norm_back(true, 8, 1, 0), 6.0 / 5, EXACT);
    ck_close(ins_norm_back(true, 16, 4, 0), 14.0 / 13 / 4, EXACT);
    ck_close(ins_norm_back(true, 64, 1, 0), 62.0 / 61, EXACT);
    ck_close(ins_norm_back(true, 4, 1, 0), 2, EXACT);
    ck_assert(isinf(ins_norm_back(true, 3, 1, 0)));
    ck_close(ins_norm_back(false, 8, 1, 0), 7.0 / 6, EXACT);
    ck_assert(isinf(ins_norm_back(false, 2, 1, 0)));
    ck_assert(ins_norm_back(true, 1, 1, 1e-3) == 0);
    /* By quadrature, which a small eps does not change, but for the sets without a mean. */
    ck_close(ins_norm_back(true, 8, 1, 1e-9), 6.0 / 5, 1e-6);
    ck_close(ins_norm_back(false, 16, 2, 1e-9), 15.0 / 14 / 2, 1e-6);
    ck_assert(isfinite(ins_norm_back(true, 3, 1, 1e-3)));
    ck_assert_double_gt(ins_norm_back(true, 3, 1, 1e-3), 3);
    /* A large one leaves nothing to normalize, but for the mean. */
    ck_close(ins_norm_back(true, 8, 1, 1e6) * 1e6, 7.0 / 8, 1e-4);
    ck_close(ins_norm_back(false, 8, 1, 1e6) * 1e6, 1, 1e-4);
    /* Where the quadrature ends. */
    for (size_t i = 0; i < 2; i++)
        ck_near(ins_norm_back(i == 0, 64, 1, 0.5), ins_norm_back(i == 0, 65, 1, 0.5), 1e-3);

    const start from = {"linear", "lecun_normal", .features = 10, .rows = 10};
    const ins_layer_prediction *layer =
        layers_of("dense(16),gn(2,eps=0),dense(16),ln(eps=0)", &from);
    ck_near(delta(layer, 1) / delta(layer, 2), 6.0 / 5, 1e-6);
}
END_TEST

/* N(0, 0.01^2), 64 inputs that are max(N(0, 1), 0): v is .002 181, and eps is felt. */
START_TEST(test_norm_eps)
{
    start from = {"relu", "random_normal(stddev=0.01)", .features = 64, .rows = MANY_ROWS};
    const double v = 64e-4 * (.5 - 1 / (2 * M_PI));
    const ins_layer_prediction *layer = layers_of("act,dense(64),bn(eps=1e-3)", &from);
    ck_close(input(layer, 2), .685674, DIGITS);
    ck_close(input(layer, 2), v / (v + 1e-3), EXACT);
    layer = layers_of("act,dense(64),bn(eps=1e-5)", &from);
    ck_close(input(layer, 2), .995437, DIGITS);
    /* What varies with the row is all that batch norm sees; rms norm sees the mean as well. */
    layer = layers_of("act,dense(64),rms(eps=1e-3)", &from);
    ck_close(input(layer, 2), 32e-4 / (32e-4 + 1e-3), EXACT);
}
END_TEST

/* Second moment and variance within units part when batch norm and ReLU meet: 1 - 1/pi. A network
 * of all that, by three numbers of a tensor on average. */
START_TEST(test_closure)
{
    const start from = {"relu", "he_normal", .features = 256 * 96, .rows = 16};
    const ins_layer_prediction *layer =
        layers_of("input(16,16,96),conv(96,3,pad=valid,bias=no,init=lecun_normal),bn(eps=0),act,"
                  "conv(96,3,pad=valid,bias=no),bn(eps=0),act,meanpool(2),"
                  "conv(96,3,pad=valid,bias=no),act,gmean",
                  &from);
    ck_close(square(layer, 1), 1, EXACT);
    ck_close(square(layer, 2), 1, EXACT);
    ck_close(within(layer, 2), .681554, 2e-6);
    ck_close(square(layer, 3), .48857, 1e-5);
    ck_close(within(layer, 3), .169811, 2e-5);
    ck_close(input(layer, 4), .178802, 2e-5);
    ck_close(delta(layer, 3) / delta(layer, 4), 2 * 2.03451e-4, 2e-9);
    ck_close(delta(layer, 2) / delta(layer, 4), 2 * 8.29194e-6, 2e-10);
    ck_close(delta(layer, 1) / delta(layer, 4), 2 * 6.09398e-6, 2e-10);
}
END_TEST

/* --- Residual blocks -------------------------------------------------------------------------- */

/* Ten blocks: what the stream grows by, forward and back. */
static const struct {
    const char *block, *weights;
    double forward, backward;
} blocks[] = {
    {"res(act,dense(64,bias=no))", "he_normal", 1024, 1024},
    {"res(dense(64,bias=no),act,dense(64,bias=no))", "he_normal", 59049, 59049},
    {"res(dense(64,bias=no,init=lecun_normal),act,dense(64,bias=no))", "he_normal", 1024, 1024},
    {"res(act,dense(64,bias=no),scale=0.31622776601683794)", "he_normal", 2.5937424601, 2.59374},
    {"res(bn(eps=0),act,dense(64,bias=no))", "he_normal", 11, 17.3420},
    {"res(act,dense(64,bias=no),bn(eps=0))", "he_normal", 11, 26.7389},
    {"res(bn(eps=0),act,dense(64,bias=no),bn(eps=0),act,dense(64,bias=no))", "he_normal", 11,
     49.2485},
    {"res(dense(64,bias=no),res(dense(64,bias=no),dense(64,bias=no)))", "lecun_normal", 59049,
     59049},
};
enum { BLOCKS = sizeof blocks / sizeof blocks[0] };

START_TEST(test_blocks)
{
    const start from = {"relu", blocks[_i].weights, .features = 64, .rows = MANY_ROWS};
    char text[300];
    snprintf(text, sizeof text, "dense(64,bias=no,init=lecun_normal),10x%s,dense(64,bias=no)",
             blocks[_i].block);
    static forecast made;
    made = predict(text, &from);
    const size_t last = made.design.depth - 1;
    const double gain = strcmp(blocks[_i].weights, "he_normal") == 0 ? 2 : 1;
    ck_near(square(made.layer, last), gain * blocks[_i].forward, 1e-6);
    ck_near(stream(made.layer, last - 1), blocks[_i].forward, 1e-6);
    ck_near(delta(made.layer, 1) / (gain * delta(made.layer, last)), blocks[_i].backward, 1e-5);
    ins_design_free(&made.design);
}
END_TEST

/* Behind batch norm only 1 - 1/pi of what a block adds varies with the row; the same on maps. */
START_TEST(test_streams)
{
    static const char *const texts[] = {
        "10xres(bn(eps=0),act,dense(64,bias=no))",
        "input(4,4,4),10xres(bn(eps=0),act,conv(4,1,bias=no)),gmean"};
    for (size_t i = 0; i < 2; i++) {
        const start from = {"relu", "he_normal", .features = 64, .rows = MANY_ROWS};
        const ins_layer_prediction *layer = layers_of(texts[i], &from);
        for (size_t l = 1; l <= 10; l++) {
            ck_close(stream(layer, l), 1 + (double)l, DIGITS);
            ck_close(layer[l - 1].stream.variance, 1 + (1 - 1 / M_PI) * (double)l, 2e-6);
        }
        ck_assert(isnan(stream(layer, 11)));
    }
}
END_TEST

/* The reflected random walk (Spitzer 1956): E x_T^2 = T/2 + the sum over j, k >= 1 with j + k <= T
 * of 1 / (2 pi sqrt(j k)). */
static double spitzer(size_t steps)
{
    double sum = 0;
    for (size_t j = 1; j < steps; j++)
        for (size_t k = 1; j + k <= steps; k++) sum += 1 / sqrt((double)(j * k));
    return (double)steps / 2 + sum / (2 * M_PI);
}

/* A ReLU after the sum: the second moment of the stream after it is the next block's input. */
START_TEST(test_reflected_walk)
{
    static const char *const texts[] = {
        "act,20x(res(dense(64,bias=no),act,dense(64,bias=no),bn(eps=0)),act)",
        "input(4,4,4),act,20x(res(conv(4,1,bias=no),act,conv(4,1,bias=no),bn(eps=0)),act),gmean"};
    ck_close(spitzer(2), 1.159155, DIGITS);
    ck_close(spitzer(11), 8.455997, DIGITS);
    ck_close(spitzer(20), 16.394598, DIGITS);
    for (size_t i = 0; i < 2; i++) {
        const start from = {"relu", "lecun_normal", .features = 64, .rows = MANY_ROWS};
        const ins_layer_prediction *layer = layers_of(texts[i], &from);
        for (size_t block = 1; block < 20; block++)
            ck_near(square(layer, 2 * block + 1), spitzer(block + 1), 3e-3);
    }
}
END_TEST

/* Without batch norm the stream tends to one shape and grows by one factor, what goes back by
 * another: 34.3 from x_10 to x_1. */
START_TEST(test_walk_without_norm)
{
    static const struct {
        const char *weights;
        double growth;
    } rows[] = {{"random_normal(stddev=0.125)", 1.74414},
                {"random_normal(stddev=0.08838834764831845)", 1.39475},
                {"random_normal(stddev=0.17677669529663687)", 2.39889}};
    const start from = {"relu", "lecun_normal", .features = 64, .rows = MANY_ROWS};
    for (size_t i = 0; i < 3; i++) {
        char text[200];
        snprintf(text, sizeof text, "act,20x(res(dense(64,bias=no,init=%s)),act)", rows[i].weights);
        const ins_layer_prediction *layer = layers_of(text, &from);
        ck_near(pow(square(layer, 20) / square(layer, 10), 0.1), rows[i].growth, 3e-3);
    }
    const ins_layer_prediction *layer =
        layers_of("act,10x(res(dense(64,bias=no,init=lecun_normal)),act)", &from);
    ck_near(2 * delta(layer, 2) / (10 / 64.0 * delta(layer, 11)), 34.3, 0.01);
}
END_TEST

/* Starts of two residual blocks: what the first one makes of 1, and the second's deltas over that
 * of its sum. Branches that add nothing have none, but for the tensor that is 0 itself. */
static const struct {
    const char *start, *end;
    double stream, first, last;
} starts[] = {{"none", "", 2, 1, 1},
              {"zero_last", "", 1, 0, 1},
              {"skipinit", "", 1, 0, 0},
              {"rezero", "", 1, 0, 0},
              {"layerscale(0.1)", "", 1.01, .01, .01},
              {"depth_scaled", "", 1.5, .5, 1},
              {"fixup", "", 1, NAN, NAN},
              {"zero_gamma", ",bn", 1, 0, 0},
              {"zero_gamma", ",ln", 1, 0, 0},
              {"none", ",bn(eps=0)", 2, 0.5, 0.5}};
enum { STARTS = sizeof starts / sizeof starts[0] };

START_TEST(test_starts)
{
    const start from = {"relu", "he_normal", starts[_i].start, .features = 64, .rows = MANY_ROWS};
    char text[200];
    snprintf(text, sizeof text,
             "2xres(dense(64,bias=no,init=lecun_normal),act,dense(64,bias=no)%s)", starts[_i].end);
    const ins_layer_prediction *layer = layers_of(text, &from);
    const double sum = 10 * 2 / 64.0 * delta(layer, 5);
    ck_close(stream(layer, 2), starts[_i].stream, EXACT);
    ck_assert(isfinite(stream(layer, 4)));
    if (starts[_i].stream == 1) ck_close(stream(layer, 4), 1, 0);
    if (isnan(starts[_i].last)) { /* the output starts at 0 too */
        ck_assert(delta(layer, 4) == 0 && layer[4].weight.variance == 0);
        ck_assert(layer[4].gradient.second_moment > 0);
        return;
    }
    if (strchr(starts[_i].end, '=') != NULL) return;
    ck_assert_double_gt(sum, 0);
    ck_near(delta(layer, 4), starts[_i].last * sum, EXACT);
    ck_near(delta(layer, 3), starts[_i].first * sum, EXACT);
    ck_assert((layer[3].gradient.second_moment > 0) == (starts[_i].last > 0));
}
END_TEST

/* --- Gradients of kernels --------------------------------------------------------------------- */

/* White x and delta: a tap's gradient is over as many positions as it is inside of. A readout of
 * the mean, and inputs that are not negative: they add up. */
START_TEST(test_kernel_gradients)
{
    const start from = {"relu", "lecun_normal", .features = 100 * 64, .rows = 10};
    const ins_layer_prediction *layer =
        layers_of("input(10,10,64),conv(64,3,bias=no),flatten", &from);
    ck_near(layer[0].gradient.second_moment, (100 + 4 * 90 + 4 * 81) / 9.0 * delta(layer, 1),
            EXACT);
    layer = layers_of("input(10,10,64),act,conv(64,1,bias=no),gmean", &from);
    ck_near(layer[0].gradient.second_moment, 8 * .0203204 * 1e4 * delta(layer, 1), 1e-5);
}
END_TEST

/* --- Inputs ----------------------------------------------------------------------------------- */

enum { DIGIT_ROWS = 512, PIXELS = 64 };

/* The first digits, standardised. */
static void read_digits(real *x)
{
    char path[1000], line[2000];
    const char *source = getenv("srcdir");
    snprintf(path, sizeof path, "%s/data/digits.csv", source != NULL ? source : ".");
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    for (size_t n = 0; n < DIGIT_ROWS; n++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
        char *at = line;
        for (size_t p = 0; p < PIXELS; p++, at++) x[n * PIXELS + p] = (real)strtod(at, &at);
    }
    fclose(file);
    for (size_t p = 0; p < PIXELS; p++) {
        double mean = 0, variance = 0;
        for (size_t n = 0; n < DIGIT_ROWS; n++) mean += (double)x[n * PIXELS + p] / DIGIT_ROWS;
        for (size_t n = 0; n < DIGIT_ROWS; n++)
            variance += pow((double)x[n * PIXELS + p] - mean, 2) / DIGIT_ROWS;
        for (size_t n = 0; n < DIGIT_ROWS; n++)
            x[n * PIXELS + p] =
                (real)(((double)x[n * PIXELS + p] - mean) / (variance > 0 ? sqrt(variance) : 1));
    }
}

/* The covariances of the pixels are measured, what the layers make of them is exact; the gain of
 * the pool is from a sample of the Gaussian field. White noise would have 3.0876. */
START_TEST(test_digits)
{
    static real x[DIGIT_ROWS * PIXELS];
    static const double squares[] = {.781250, .693287, .623242, .564722};
    read_digits(x);
    ins_field *field = ins_field_measure(x, DIGIT_ROWS, PIXELS, 1);
    const start from = {"relu", "he_normal", .features = PIXELS, .rows = DIGIT_ROWS,
                        .field = field};
    const ins_layer_prediction *layer =
        layers_of("input(8,8,1),conv(96,3,init=lecun_normal),act,3x(conv(96,3),act),gmean", &from);
    for (size_t l = 1; l <= 4; l++) ck_close(square(layer, l), squares[l - 1], 2e-6);
    ck_close(input(layer, 5), .163393, 2e-6);
    layer = layers_of("input(8,8,1),conv(96,3,init=lecun_normal),act,3x(conv(96,3),act),maxpool(2)"
                      ",conv(96,1),gmean",
                      &from);
    ck_near(input(layer, 5) / layer[3].activation.second_moment, 2.22888, 0.015);
    ins_field_free(field);
}
END_TEST

/* Products by hand, of two rows of two positions and two channels. */
START_TEST(test_fields)
{
    static const real x[] = {1, 2, 3, 0, -1, 1, 2, 2};
    ins_field *field = ins_field_measure(x, 2, 2, 2);
    ck_close(field->same[0], (1 + 4 + 1 + 1) / 4.0, DIGITS);
    ck_close(field->same[1], (3 + 0 - 2 + 2) / 4.0, DIGITS);
    ck_close(field->same[2], field->same[1], 0);
    ck_close(field->other[0], (-1 + 2) / 2.0, DIGITS);
    ck_close(field->other[1], (2 + 4 + (-3) + 0) / 4.0, DIGITS);
    ck_close(field->other[3], (6 + 0) / 2.0, DIGITS);
    ck_close(field->mean[0], sqrt((1.5 * 1.5 + 0) / 2), DIGITS);
    ins_field_fit(field, 2, 0.25);
    ck_close((field->same[0] + field->same[3]) / 2, 2, DIGITS);
    ck_close(field->other[1], 0.75 * field->same[1], DIGITS);
    ins_field_free(field);
    field = ins_field_measure(x, 1, 2, 2);
    ck_close(field->other[1], field->same[1], 0);
    ck_assert(field->lengths == 0);
    ins_field_free(field);
}
END_TEST

/* --- What is not predicted -------------------------------------------------------------------- */

START_TEST(test_unknown)
{
    static const struct {
        const char *text, *activation, *weights;
    } rows[] = {{"input(8,8,1),conv(4,3),act,maxpool(2),gmean", "sin", "he_normal"},
                {"input(8,8,1),conv(4,3),act,2x(conv(4,3),act),gmean", "relu", "dirac"},
                {"64,res(act),8", "relu", "he_normal"},
                {"input(8,8,1),conv(4,3),res(act),gmean", "relu", "he_normal"},
                {"64,res(dense(64),act),8", "relu", "he_normal"},
                {"64,res(dense(64),act),8,ln,dense(4),rms,dense(4),bn", "relu", "he_normal"},
                {"input(8,8,1),conv(4,3),act,res(conv(4,3)),act,gmax,8,ln", "relu", "he_normal"}};
    for (size_t i = 0; i < 7; i++) {
        const start from = {rows[i].activation, rows[i].weights, .features = 64, .rows = 10};
        static forecast made;
        made = predict(rows[i].text, &from);
        ck_assert_msg(isnan(made.loss), "%s", rows[i].text);
        ck_assert(isnan(delta(made.layer, 1)));
        ins_design_free(&made.design);
    }
    /* Of too many positions nothing is said, and at once. */
    const start large = {"relu", "he_normal", .features = 33 * 32, .rows = 10};
    const ins_layer_prediction *layer = layers_of("input(33,32,1),2x(conv(4,3),act),gmean", &large);
    ck_assert(isnan(square(layer, 1)) && isnan(delta(layer, 1)));
    ck_assert(layer[0].weight.variance > 0);
    ck_assert(layer[0].fan_in == 9);
    /* A branch that adds nothing needs not be new. */
    const start from = {"relu", "he_normal", "skipinit", .features = 64, .rows = 10};
    layer = layers_of("64,res(act),8", &from);
    ck_assert(isfinite(delta(layer, 1)));
}
END_TEST

/* A sum may have its new weights on the way of x. */
START_TEST(test_new_skips)
{
    const start from = {"relu", "lecun_normal", .features = 64, .rows = 10};
    const ins_layer_prediction *layer =
        layers_of("act,res(dense(64,bias=no),act,skip=(dense(64,bias=no))),dense(64)", &from);
    ck_near(stream(layer, 2), .5 + .25, EXACT);
}
END_TEST

/* --- Networks --------------------------------------------------------------------------------- */

/* Means over seeds of networks on white noise. */
typedef struct measured {
    double square, within, delta, activation, stream;
} measured;

static double mean_square_of(const real *x, ins_shape shape, size_t rows)
{
    return mean_square(x, rows * ins_positions(shape) * shape.channels);
}

static double variance_of(const real *x, ins_shape shape, size_t rows)
{
    return variance_within(x, rows * ins_positions(shape), shape.channels);
}

static void add(measured *sum, const ins_network *network, size_t number, size_t rows, double share)
{
    const ins_matrix_view view = ins_network_matrix(network, number);
    sum->square += share * mean_square_of(view.preactivation, view.shape, rows);
    sum->within += share * variance_of(view.preactivation, view.shape, rows);
    sum->delta += share * mean_square_of(view.delta, view.shape, rows);
    sum->activation += share * mean_square_of(view.activation, view.activated, rows);
    if (view.stream != NULL)
        sum->stream += share * mean_square_of(view.stream, view.streamed, rows);
}

static void draw(ins_samples *samples, uint32_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, seed);
    for (size_t i = 0; i < samples->rows * samples->features; i++)
        samples->x[i] = (real)ins_random_normal(rng);
    for (size_t i = 0; samples->number != NULL && i < samples->rows * samples->outputs; i++)
        samples->number[i] = (real)ins_random_normal(rng);
    gsl_rng_free(rng);
}

/* For classes or numbers. */
static ins_samples samples_for(size_t rows, size_t features, bool numbers)
{
    ins_samples samples = random_samples(rows, features, 1);
    samples.outputs = OUTPUTS;
    if (numbers) expect_numbers(&samples, false);
    return samples;
}

static const struct {
    const char *text, *activation;
    size_t features, rows;
    uint32_t seeds;
    double forward, backward; /* relative tolerances: finite widths, and few seeds */
    bool numbers;             /* to be predicted */
} networks[] = {
    {"input(8,8,8),3x(conv(48,3),act),meanpool(2),conv(48,3),act,gmean", "tanh", 512, 16, 16, .03,
     .08, false},
    {"input(8,8,8),conv(64,3),act,maxpool(2),conv(64,3,stride=2),act,flatten", "relu", 512, 16, 24,
     .05, .1, false},
    {"input(10,8),conv(64,3,bias=no),bn,act,conv(64,3,bias=no),bn,act,maxpool(2),gmean", "relu", 80,
     64, 12, .03, .1, false},
    {"input(8,8,8),conv(32,3,bias=no),bn,act,2x(res(conv(32,3,bias=no),bn,act,conv(32,3,bias=no),"
     "bn),act),gmean",
     "relu", 512, 32, 16, .04, .15, false},
    {"input(6,6,8),conv(64,3),ln,act,conv(64,3),gn(4),act,conv(64,3),rms,act,flatten", "gelu", 288,
     16, 16, .04, .1, false},
    {"128,3x(res(act,dense(128),scale=0.5)),ln,act", "silu", 64, 32, 24, .04, .15, false},
    /* What answers to its own output: a third to two thirds of delta. */
    {"2xres(128,dense(64)),ln", "relu", 64, 32, 40, .04, .1, true},
    {"2xres(128,dense(64)),128", "relu", 64, 32, 40, .04, .1, true},
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static void measure(const forecast *made, const start *from, ins_samples *samples, uint32_t seeds,
                    measured *found)
{
    const ins_choice weights = choose(&ins_initializers, from->weights);
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    ins_initialization initialization = {.hidden = &weights, .output = &weights, .bias = &zeros};
    ins_error error = {0};
    ins_network *network;
    ck_assert_int_eq(ins_network_new(&made->design, &network, &error), INS_OK);
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        initialization.seed = seed;
        draw(samples, seed);
        ck_assert_int_eq(ins_network_initialize(network, &initialization, &error), INS_OK);
        ins_network_forward(network, samples->x, samples->rows, INS_PASS_PROBE);
        ins_network_backward(network, targets_of(samples));
        for (size_t l = 0; l < made->design.depth; l++)
            add(&found[l], network, l + 1, samples->rows, 1 / (double)seeds);
    }
    ins_network_free(network);
}

/* Variances within units are the tighter: what all rows have in common is that of few units. Of
 * delta the ratio to that of the last hidden layer: an output layer of ten units is one of few. */
START_TEST(test_networks)
{
    ins_samples samples =
        samples_for(networks[_i].rows, networks[_i].features, networks[_i].numbers);
    const start from = {networks[_i].activation, "he_normal", .features = networks[_i].features,
                        .rows = networks[_i].rows, .numbers = networks[_i].numbers};
    measured found[MOST] = {{0}};
    static forecast made;
    made = predict(networks[_i].text, &from);
    made.design.capacity = samples.rows;
    measure(&made, &from, &samples, networks[_i].seeds, found);
    const size_t last = made.design.depth - 1;
    for (size_t l = 0; l < last; l++) {
        const ins_layer_prediction *of = &made.layer[l];
        ck_assert_double_gt(found[l].delta, 0);
        ck_near(found[l].within, of->signal.variance, networks[_i].forward);
        ck_near(found[l].activation, of->activation.second_moment, 3 * networks[_i].forward);
        ck_near(found[l].square, of->preactivation.second_moment, 3 * networks[_i].forward);
        ck_near(found[l].delta / found[last - 1].delta,
                of->delta.second_moment / made.layer[last - 1].delta.second_moment,
                networks[_i].backward);
        ck_assert(isnan(of->stream.second_moment) == (found[l].stream == 0));
        if (found[l].stream > 0)
            ck_near(found[l].stream, of->stream.second_moment, networks[_i].forward);
    }
    samples_free(&samples);
    ins_design_free(&made.design);
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *test, int count)
{
    TCase *cases = tcase_create(name);
    tcase_add_checked_fixture(cases, network_setup, fixture_teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, test, 0, count);
    suite_add_tcase(suite, cases);
}

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("theory of layers");
    add_case(suite, "borders", test_borders, 4);
    add_case(suite, "sequences", test_sequence_borders, 1);
    add_case(suite, "strides", test_strides, 1);
    add_case(suite, "taps", test_tap_energies, 1);
    add_case(suite, "groups", test_groups, 1);
    add_case(suite, "dense on maps", test_dense_on_maps, 1);
    add_case(suite, "one position", test_map_of_one_position, 1);
    add_case(suite, "covariances", test_covariances, 1);
    add_case(suite, "independent", test_largest_of_independent, 1);
    add_case(suite, "correlated", test_largest_of_correlated, 1);
    add_case(suite, "pools", test_pools, POOLS);
    add_case(suite, "global mean", test_global_mean, 1);
    add_case(suite, "global maximum", test_global_maximum, 1);
    add_case(suite, "norms", test_norms, NORMS);
    add_case(suite, "norms on maps", test_norms_on_maps, 1);
    add_case(suite, "norms of few", test_norms_of_few, 1);
    add_case(suite, "eps", test_norm_eps, 1);
    add_case(suite, "closure", test_closure, 1);
    add_case(suite, "blocks", test_blocks, BLOCKS);
    add_case(suite, "streams", test_streams, 1);
    add_case(suite, "reflected walk", test_reflected_walk, 1);
    add_case(suite, "walk", test_walk_without_norm, 1);
    add_case(suite, "starts", test_starts, STARTS);
    add_case(suite, "gradients", test_kernel_gradients, 1);
    add_case(suite, "digits", test_digits, 1);
    add_case(suite, "fields", test_fields, 1);
    add_case(suite, "unknown", test_unknown, 1);
    add_case(suite, "new skips", test_new_skips, 1);
    add_case(suite, "networks", test_networks, NETWORKS);
    return ins_run_suite(suite);
}
