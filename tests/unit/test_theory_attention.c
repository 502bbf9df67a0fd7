/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention before training, blocks of it, and what tokens and positions are looked up as.
 * Constants are quadratures of an independent program, and means over 4 to 16 seeds of networks
 * that PyTorch 1.13 evaluated in float64, with their standard error where it says more than the
 * tolerance. */
#include <config.h>

#include <stdlib.h>

#include <gsl/gsl_math.h>

#include "theory_check.h"

#include "../../src/theory/attending.h"
#include "../../src/theory/field_numbers.h"
#include "../../src/theory/field_tokens.h"
#include "../../src/theory/softmax_start.h"
#include "../../src/theory/softmax_weights.h"

#define EXACT 1e-9

/* --- The softmax ------------------------------------------------------------------------------ */

START_TEST(test_sum_of_squares)
{
    static const struct {
        double variance, square;
        size_t count;
    } table[] = {{.0625, .13188, 8},  {.25, .15285, 8},  {1, .23231, 8},  {4, .42965, 8},
                 {.0625, .06623, 16}, {.25, .07820, 16}, {1, .13245, 16}, {4, .31645, 16},
                 {.0625, .01661, 64}, {.25, .01993, 64}, {1, .03880, 64}, {4, .16074, 64},
                 {1, .01033, 256},    {4, .07267, 256},  {1, .63684, 2},  {1, .39197, 4}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        ins_softmax_weights weights;
        ins_softmax_weigh(table[i].variance, table[i].count, table[i].count, &weights);
        ck_close(weights.square, table[i].square, 6e-6);
    }
}
END_TEST

START_TEST(test_slope)
{
    static const double table[][2] = {
        {2, .14811}, {4, .16567}, {8, .13452}, {16, .09351}, {64, .03408}};
    ins_softmax_weights weights[64];
    ins_softmax_weigh(1, 1, 64, weights);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_close(weights[(size_t)table[i][0] - 1].slope, table[i][1], 6e-6);
}
END_TEST

/* Small, large and no variance; one key; and the start of a classifier, which is the same. */
START_TEST(test_limits)
{
    static const double variances[] = {0, 1e-6, .3, 3, 100, 1e4};
    enum { COUNT = 32 };
    double before = 0;
    for (size_t i = 0; i < sizeof variances / sizeof variances[0]; i++) {
        ins_softmax_weights weights[COUNT];
        ins_softmax_weigh(variances[i], 1, COUNT, weights);
        ck_close(weights[0].square, 1, EXACT);
        ck_close(weights[0].slope, 0, EXACT);
        ck_close(weights[0].entropy, 0, EXACT * fmax(variances[i], 1));
        for (size_t n = 1; n < COUNT; n++) {
            const ins_softmax_start start = ins_softmax_expect(variances[i], n + 1);
            ck_close(weights[n].square, start.probability_square, EXACT);
            ck_close(weights[n].entropy,
                     start.cross_entropy - variances[i] * (1 - weights[n].square),
                     1e-8 * fmax(variances[i], 1));
            ck_assert(weights[n].square < weights[n - 1].square);
            ck_assert(weights[n].entropy > weights[n - 1].entropy);
        }
        ck_assert(i == 0 || weights[COUNT - 1].square > before);
        before = weights[COUNT - 1].square;
    }
    ck_assert(before > .95);
    ins_softmax_weights weights;
    ins_softmax_weigh(0, COUNT, COUNT, &weights);
    ck_near(weights.square, 1.0 / COUNT, EXACT);
    ck_near(weights.entropy, log(COUNT), EXACT);
    ck_near(weights.slope, (1 - 1.0 / COUNT) / COUNT, EXACT);
    ins_softmax_weigh(-1, 1, 1, &weights);
    ck_assert(isnan(weights.square) && isnan(weights.slope) && isnan(weights.entropy));
}
END_TEST

/* --- A layer ---------------------------------------------------------------------------------- */

/* Tokens of square 1, or another, any two of which have this product; rows that share nothing. */
static ins_field *tokens_of(size_t tokens, double square, double product)
{
    ins_field *field = ins_field_white(tokens, square, 1);
    for (size_t i = 0; i < tokens * tokens; i++)
        if (i % (tokens + 1) != 0) field->same[i] = product;
    return field;
}

static ins_attending layer_of(double a, size_t channels, bool causal)
{
    return (ins_attending){.query = a,
                           .key = a,
                           .value = 1,
                           .output = 1,
                           .channels = channels,
                           .heads = 4,
                           .causal = causal};
}

/* 256 channels, 4 heads, 64 tokens. */
START_TEST(test_layer)
{
    static const struct {
        double gain, correlation;
        double logit, sum, square, after, own, shared;
        double measured[4]; /* of the last four */
    } table[] = {
        {.5,
         0,
         .246094,
         .0199264,
         .0208877,
         .748047,
         .0305613,
         1.01494,
         {.0207, .7445, .0310, 1.044}},
        {1, 0, .984375, .0388042, .0426495, .366359, .110871, 1.09525, {.0433, .374, .1137, 1.143}},
        {.5, .5, .123047, .0176592, .50907, .99852, .0211409, 1.13452, {.502, .9987, .0219, 1.151}},
        {1,
         .5,
         .492188,
         .0252053,
         .513564,
         .993122,
         .0440742,
         1.62436,
         {.504, .9937, .0447, 1.565}}};
    ins_field *inputs = tokens_of(64, 1, table[_i].correlation);
    const ins_attending layer = layer_of(table[_i].gain, 256, false);
    const ins_attended made = ins_attend(&layer, inputs);
    const ins_numbers n = ins_field_numbers(made.output);
    const double after = (n.pairs * 64 - n.square) / 63 / n.square;
    const double own = ins_attend_back(&layer, &made, (ins_token_deltas){1, 0}).square;
    const double shared = ins_attend_back(&layer, &made, (ins_token_deltas){1, 1}).square;
    ck_near(made.logit, table[_i].logit, 1e-5);
    ck_near(made.sum_square, table[_i].sum, 1e-5);
    ck_near(n.square, table[_i].square, 1e-5);
    ck_near(after, table[_i].after, 1e-5);
    ck_near(own, table[_i].own, 1e-5);
    /* All queries on a key agree in what made them look at it. */
    const double a = table[_i].gain, rest = 1 - table[_i].correlation;
    ck_near(shared, table[_i].shared + a * a * rest * rest * table[_i].logit * 4 / 256, 1e-5);
    ck_near(n.square, table[_i].measured[0], .025);
    ck_near(after, table[_i].measured[1], .025);
    ck_near(own, table[_i].measured[2], .04);
    ck_near(shared, table[_i].measured[3], .04);
    ins_field_free(made.output);
    ins_field_free(inputs);
}
END_TEST

/* 256 channels, 32 tokens that see themselves and those before them. */
START_TEST(test_causal)
{
    static const struct {
        double correlation, square, last, own;
        double measured[3];
    } table[] = {{0, .205638, .0765985, .399387, {.2049, .0755, .3948}},
                 {.5, .583338, .525664, .231954, {.567, .506, .2294}}};
    enum { TOKENS = 32 };
    ins_field *inputs = tokens_of(TOKENS, 1, table[_i].correlation);
    const ins_attending layer = layer_of(1, 256, true);
    const ins_attended made = ins_attend(&layer, inputs);
    const double square = ins_field_numbers(made.output).square;
    const double last = made.output->same[TOKENS * TOKENS - 1];
    const double own = ins_attend_back(&layer, &made, (ins_token_deltas){1, 0}).square;
    ck_near(square, table[_i].square, 1e-5);
    ck_near(last, table[_i].last, 1e-5);
    ck_near(own, table[_i].own, 1e-4);
    ck_near(square, table[_i].measured[0], .03);
    ck_near(last, table[_i].measured[1], .04);
    ck_near(own, table[_i].measured[2], .02);
    ck_near(made.output->same[0], 1, EXACT);
    for (size_t i = 1; i < TOKENS; i++)
        ck_assert(made.output->same[i * (TOKENS + 1)] < made.output->same[(i - 1) * (TOKENS + 1)]);
    ins_field_free(made.output);
    ins_field_free(inputs);
}
END_TEST

/* Logits grow with the square of the tokens' square; q and k of gain 0 attend to all alike, and
 * nothing goes back to them where the other one is 0. */
START_TEST(test_scales)
{
    enum { TOKENS = 16 };
    ins_field *one = tokens_of(TOKENS, 1, .2), *three = tokens_of(TOKENS, 3, .6);
    ins_attending layer = layer_of(.5, 64, false), smaller = layer_of(.5 / 3, 64, false);
    const ins_attended a = ins_attend(&layer, one), b = ins_attend(&smaller, three);
    const ins_attended large = ins_attend(&layer, three);
    ck_near(large.logit, 9 * a.logit, EXACT);
    ck_assert(large.sum_square > a.sum_square && large.entropy < a.entropy);
    ck_near(b.sum_square, a.sum_square, EXACT);
    ck_near(b.entropy, a.entropy, EXACT);
    ck_near(b.output->same[1], 3 * a.output->same[1], EXACT);
    ck_near(ins_attend_back(&smaller, &b, (ins_token_deltas){1, .3}).square,
            ins_attend_back(&layer, &a, (ins_token_deltas){1, .3}).square, EXACT);
    ins_field_free(large.output);
    ins_field_free(a.output);
    ins_field_free(b.output);
    layer.query = 0;
    const ins_attended uniform = ins_attend(&layer, one);
    const ins_attending_paths paths = ins_attend_paths(&uniform, (ins_token_deltas){1, 0});
    ck_near(uniform.sum_square, 1.0 / TOKENS, EXACT);
    ck_near(uniform.entropy, log(TOKENS), EXACT);
    ck_assert(paths.key == 0 && paths.query > 0);
    ins_field_free(uniform.output);
    ins_field_free(three);
    ins_field_free(one);
}
END_TEST

/* What rows have in common is averaged over the keys. */
START_TEST(test_rows)
{
    enum { TOKENS = 8 };
    ins_field *inputs = tokens_of(TOKENS, 1, 0);
    for (size_t p = 0; p < TOKENS; p++) inputs->other[p * (TOKENS + 1)] = .8;
    const ins_attending whole = layer_of(1, 64, false), causal = layer_of(1, 64, true);
    const ins_attended a = ins_attend(&whole, inputs), b = ins_attend(&causal, inputs);
    for (size_t i = 0; i < TOKENS; i++) {
        ck_near(a.output->other[i], .8 / TOKENS, EXACT);
        ck_near(b.output->other[i * (TOKENS + 1)], .8 / (double)(i + 1), EXACT);
    }
    ins_field_free(a.output);
    ins_field_free(b.output);
    ins_field_free(inputs);
}
END_TEST

/* Without skip connections tokens become the same: .404, .9997, 1.0000 after 1, 2 and 3 layers of
 * 32 tokens with 128 channels (Dong et al. 2021). */
START_TEST(test_rank_collapse)
{
    enum { TOKENS = 32 };
    static const double measured[] = {.404, .9997, 1};
    const ins_attending layer = layer_of(1, 128, false);
    ins_field *tokens = tokens_of(TOKENS, 1, 0);
    for (size_t l = 0; l < 3; l++) {
        const ins_attended made = ins_attend(&layer, tokens);
        ins_field_free(tokens);
        tokens = made.output;
        ck_close(tokens->same[1] / tokens->same[0], measured[l], l == 0 ? .06 : .01);
    }
    ins_field_free(tokens);
}
END_TEST

/* --- Blocks ----------------------------------------------------------------------------------- */

/* kappa(c): the arc-cosine kernel (Cho & Saul 2009), and that of slopes. */
static double kernel(double c)
{
    return (sqrt(1 - c * c) + c * (M_PI - acos(c))) / M_PI;
}

static double kernel_of_slopes(double c)
{
    return (M_PI - acos(c)) / M_PI;
}

/* What a sublayer does: the gains of attention, or one of two matrices with a ReLU between them. */
typedef struct sublayer {
    ins_attending attention;
    ins_attended made;
    double wide;         /* gain of the whole feed-forward part; 0: attention */
    double agreement;    /* of the tokens that it reads */
    double divided, sum; /* squares of the norms before it and after the sum */
} sublayer;

typedef struct stream {
    double square, product;
} stream;

static stream forward(sublayer *s, size_t tokens, bool before, stream x)
{
    const stream read = {before ? 1 : x.square, before ? x.product / x.square : x.product};
    stream f = {s->wide, s->wide * kernel(fmin(read.product / read.square, 1))};
    s->agreement = read.product / read.square;
    if (s->wide == 0) {
        ins_field *inputs = tokens_of(tokens, read.square, read.product);
        s->made = ins_attend(&s->attention, inputs);
        f = (stream){s->attention.output * s->made.output->same[0],
                     s->attention.output * s->made.output->same[1]};
        ins_field_free(inputs);
        ins_field_free(s->made.output);
    }
    s->divided = before ? x.square : 1;
    x = (stream){x.square + f.square, x.product + f.product};
    s->sum = before ? 1 : x.square;
    return (stream){x.square / s->sum, x.product / s->sum};
}

static ins_token_deltas backward(const sublayer *s, ins_token_deltas d)
{
    d = (ins_token_deltas){d.square / s->sum, d.product / s->sum};
    ins_token_deltas f = {s->wide * d.square,
                          s->wide * d.product * kernel_of_slopes(fmin(s->agreement, 1))};
    if (s->wide == 0) f = ins_attend_back(&s->attention, &s->made, d);
    return (ins_token_deltas){d.square + f.square / s->divided, d.product + f.product / s->divided};
}

/* 6 blocks of attention and a feed-forward part with ReLU, 16 tokens, 128 channels: norms before
 * them or after the sums, deltas that are independent or the same at all tokens, gains 1 or the
 * defaults of PyTorch's layer. */
static const struct {
    bool before, shared, small;
    double square, correlation, back; /* predicted, and measured */
    double measured[3];
} blocks[] = {
    {true, false, false, 9.44662, .582441, 9.64418, {9.63, .583, 9.48}},
    {true, false, true, 1.47572, .168624, 1.47047, {1.496, .166, 1.474}},
    {true, true, false, 9.44662, .582441, 33.1781, {9.49, .578, 39.0}},
    {true, true, true, 1.47572, .168624, 2.91639, {1.442, .152, 3.28}},
    {false, false, false, 1, .947889, .501714, {1, .935, .495}},
    {false, false, true, 1, .203744, .988287, {1, .188, 1.005}},
    {false, true, false, 1, .947889, 4.80238, {1, .946, 4.47}},
    {false, true, true, 1, .203744, 2.16281, {1, .199, 2.149}},
};

START_TEST(test_blocks)
{
    enum { BLOCKS = 6, TOKENS = 16, CHANNELS = 128 };
    const bool before = blocks[_i].before, small = blocks[_i].small;
    const double a = small ? .5 : 1;
    sublayer list[2 * BLOCKS] = {0};
    stream x = {1, 0};
    for (size_t l = 0; l < 2 * BLOCKS; l++) {
        list[l].attention = layer_of(a, CHANNELS, false);
        list[l].attention.value = a;
        list[l].attention.output = small ? 1. / 3 : 1;
        list[l].wide = l % 2 == 0 ? 0 : small ? 1. / 18 : 1;
        const stream read = x;
        x = forward(&list[l], TOKENS, before, x);
        ck_assert(x.product / x.square > read.product / read.square);
        ck_assert(before ? x.square > read.square : fabs(x.square - 1) < EXACT);
    }
    ins_token_deltas d = {1, blocks[_i].shared ? 1 : 0};
    for (size_t l = 2 * BLOCKS; l-- > 0;) d = backward(&list[l], d);
    ck_near(x.square, blocks[_i].square, 1e-3);
    ck_near(x.product / x.square, blocks[_i].correlation, 1e-3);
    if (!blocks[_i].shared) ck_near(d.square, blocks[_i].back, 1e-2);
    if (blocks[_i].shared) ck_assert(d.square > blocks[_i].back);
    ck_near(x.square, blocks[_i].measured[0], .05);
    ck_close(x.product / x.square, blocks[_i].measured[1], .02);
    ck_near(d.square, blocks[_i].measured[2], blocks[_i].shared ? .15 : .05);
}
END_TEST

/* --- Tokens and positions --------------------------------------------------------------------- */

/* Two rows "a b a" and "b b c": by hand. */
START_TEST(test_tokens)
{
    static const real tokens[] = {7, 2, 7, 2, 2, 5};
    ins_field *field = ins_field_of_tokens(tokens, 2, 3);
    static const double same[] = {1, .5, .5, .5, 1, 0, .5, 0, 1};
    static const double other[] = {0, .5, 0, .5, 1, 0, 0, 0, 0};
    for (size_t i = 0; i < 9; i++) {
        ck_close(field->same[i], same[i], EXACT);
        ck_close(field->other[i], other[i], EXACT);
    }
    ins_field_free(field);
}
END_TEST

/* Sines have the second moment 1/2: of the default of Keras, uniform in +-.05, the tokens are .17 %
 * of the sum (Vaswani et al. 2017 multiply them by the root of the channels). What positions add is
 * the same in all rows. */
START_TEST(test_positions)
{
    enum { POSITIONS = 12, CHANNELS = 64 };
    const double token = .05 * .05 / 3;
    ins_field *field = ins_field_white(POSITIONS, token, 1);
    ins_field_add_sine_positions(field, CHANNELS);
    for (size_t p = 0; p < POSITIONS; p++) {
        ck_near(field->same[p * (POSITIONS + 1)], token + .5, EXACT);
        ck_near(field->other[p * (POSITIONS + 1)], .5, EXACT);
        for (size_t q = 0; q < POSITIONS; q++) {
            double product = 0;
            for (size_t c = 0; c < CHANNELS; c++) {
                const double wave = pow(10000, -(double)(c / 2 * 2) / CHANNELS);
                const double one = (double)p * wave, two = (double)q * wave;
                product += (c % 2 == 0 ? sin(one) * sin(two) : cos(one) * cos(two)) / CHANNELS;
            }
            ck_close(field->other[p * POSITIONS + q], product, EXACT);
        }
    }
    ck_near(token / field->same[0], .0017, .03);
    ck_near(field->mean[0], .5, EXACT);
    ins_field_free(field);
}
END_TEST

START_TEST(test_learned_positions)
{
    ins_field *field = ins_field_white(4, 1, 1);
    ins_field_add_learned_positions(field, .25);
    const ins_numbers n = ins_field_numbers(field);
    ck_near(n.square, 1.25, EXACT);
    ck_near(n.other_square, .25, EXACT);
    ck_near(n.other_pairs, .25 / 4, EXACT);
    ins_field_free(field);
}
END_TEST

int main(void)
{
    Suite *suite = theory_suite("theory of attention");
    TCase *tests = tcase_create("attention");
    tcase_add_test(tests, test_sum_of_squares);
    tcase_add_test(tests, test_slope);
    tcase_add_test(tests, test_limits);
    tcase_add_loop_test(tests, test_layer, 0, 4);
    tcase_add_loop_test(tests, test_causal, 0, 2);
    tcase_add_test(tests, test_scales);
    tcase_add_test(tests, test_rows);
    tcase_add_test(tests, test_rank_collapse);
    tcase_add_loop_test(tests, test_blocks, 0, sizeof blocks / sizeof blocks[0]);
    tcase_add_test(tests, test_tokens);
    tcase_add_test(tests, test_positions);
    tcase_add_test(tests, test_learned_positions);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
