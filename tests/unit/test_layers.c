/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Single layers of pooling, normalization and residual sums: against golden values, and what holds
 * of them exactly. Built for both precisions. */
#include <config.h>

#include <math.h>

#include "check_tap.h"
#include "golden_layers.h"
#include "layer_fixture.h"

#include "../../src/nn/layer_rows.h"

/* Rounding, of numbers near 1. */
static const double tolerance = sizeof(real) == sizeof(double) ? 1e-12 : 2e-6;

static void check_near(const real *got, const double *expected, size_t count, const char *what)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(fabs((double)got[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])),
                      "%s: element %zu: %.17g, not %.17g", what, i, (double)got[i], expected[i]);
        largest = fmax(largest, fabs(expected[i]));
    }
    ck_assert_double_gt(largest, 0.01);
}

static ins_norm *norm_of(single *s)
{
    return s->layer.state;
}

/* --- Golden values: the source says what they are ----------------------------------------------
 */

static void fill_golden(single *s, const golden_layer *golden)
{
    const uint32_t pattern[INS_LAYER_INPUTS] = {GOLDEN_IN, GOLDEN_BRANCH};

    for (size_t k = 0; k < s->plan.kind->reads; k++)
        fill_pattern(s->in[k], s->rows * s->plan.inputs[k], pattern[k]);
    for (size_t i = 0; golden->rectified && i < s->rows * s->plan.inputs[0]; i++)
        if (s->in[0][i] < 0) s->in[0][i] = 0;
    fill_pattern(s->layer.delta, s->rows * s->plan.units, GOLDEN_DELTA);
    if (s->layer.tensors > 0) fill_around_one(s->tensor[0].value, s->tensor[0].count, GOLDEN_GAMMA);
    if (s->layer.tensors > 1) fill_pattern(s->tensor[1].value, s->tensor[1].count, GOLDEN_BETA);
    if (!golden->test) return;
    const size_t channels = s->plan.shape.channels;
    real *number = calloc(channels, sizeof *number);
    fill_pattern(number, channels, GOLDEN_MEAN);
    for (size_t c = 0; c < channels; c++) norm_of(s)->moving_mean[c] = (double)number[c];
    fill_around_one(number, channels, GOLDEN_VARIANCE);
    for (size_t c = 0; c < channels; c++) norm_of(s)->moving_variance[c] = (double)number[c];
    free(number);
}

/* Gradients are means over rows. */
static void check_gradient(const single *s, size_t tensor, const double *sums, const char *what)
{
    double expected[128];
    const size_t count = s->tensor[tensor].count;

    ck_assert_ptr_nonnull(sums);
    ck_assert_uint_le(count, 128);
    for (size_t i = 0; i < count; i++) expected[i] = sums[i] / (double)s->rows;
    check_near(s->tensor[tensor].gradient, expected, count, what);
}

static void check_golden(single *s, const golden_layer *golden)
{
    const size_t inputs = s->rows * s->plan.inputs[0];

    ck_assert_uint_eq(s->plan.units, golden->outputs);
    check_near(s->layer.output, golden->output, s->rows * golden->outputs, golden->call);
    check_near(s->back[0], golden->back, inputs, golden->call);
    if (s->plan.kind->reads > 1) check_near(s->back[1], golden->branch_back, inputs, golden->call);
    ck_assert_uint_eq(s->layer.tensors,
                      (size_t)(golden->gradient != NULL) + (golden->beta_gradient != NULL));
    if (s->layer.tensors > 0) check_gradient(s, 0, golden->gradient, golden->call);
    if (s->layer.tensors > 1) check_gradient(s, 1, golden->beta_gradient, golden->call);
}

static single *golden_single(const golden_layer *golden)
{
    ins_layer_plan plan = plan_of(golden->call, golden->reads);
    plan.factors = golden->factors;
    single *s = single_new(plan, GOLDEN_ROWS);
    fill_golden(s, golden);
    return s;
}

START_TEST(test_golden)
{
    const golden_layer *golden = &golden_layers[_i];
    single *s = golden_single(golden);

    forward(s, golden->test ? INS_PASS_TEST : INS_PASS_TRAIN);
    backward(s);
    check_golden(s, golden);
    /* A second backward pass overwrites. */
    backward(s);
    check_golden(s, golden);
    /* The probe, where nothing else is tested, is the pass of a training. */
    if (!golden->test) {
        forward(s, INS_PASS_PROBE);
        backward(s);
        check_golden(s, golden);
    }
    single_free(s);
}
END_TEST

/* Nobody asks for what goes back: the gradients are the same. */
START_TEST(test_golden_without_input)
{
    const golden_layer *golden = &golden_layers[_i];
    single *s = golden_single(golden);

    for (size_t k = 0; k < INS_LAYER_INPUTS; k++) s->layer.in_delta[k] = NULL;
    forward(s, golden->test ? INS_PASS_TEST : INS_PASS_TRAIN);
    backward(s);
    if (s->layer.tensors > 0) check_gradient(s, 0, golden->gradient, golden->call);
    if (s->layer.tensors > 1) check_gradient(s, 1, golden->beta_gradient, golden->call);
    for (size_t k = 0; k < s->plan.kind->reads; k++) ck_assert(s->back[k][0] == 77);
    single_free(s);
}
END_TEST

/* A layer that may work in place gives the same there. */
START_TEST(test_golden_in_place)
{
    const golden_layer *golden = &golden_layers[_i];
    single *s = golden_single(golden);

    if (s->plan.kind->in_place) {
        s->layer.in_delta[0] = s->layer.delta;
        forward(s, golden->test ? INS_PASS_TEST : INS_PASS_TRAIN);
        backward(s);
        s->back[0] = s->layer.delta;
        check_golden(s, golden);
    }
    single_free(s);
}
END_TEST

/* --- Pooling -----------------------------------------------------------------------------------
 */

static void check_shape(const char *call, ins_shape reads, const char *expected)
{
    const ins_layer_plan plan = plan_of(call, reads);
    ins_text text = {0};

    ins_shape_add(shape_of(&plan, NULL), &text);
    ck_assert_msg(strcmp(text.data, expected) == 0, "%s: %s, not %s", call, text.data, expected);
    ins_text_free(&text);
}

static void check_no_shape(const char *call, ins_shape reads, const char *problem)
{
    const ins_layer_plan plan = plan_of(call, reads);

    shape_of(&plan, problem);
}

START_TEST(test_pool_shape)
{
    check_shape("maxpool(2)", map_of(28, 28, 16), "14x14x16");
    check_shape("maxpool(2)", map_of(7, 6, 3), "3x3x3");
    check_shape("maxpool(3,stride=2)", map_of(8, 7, 3), "3x3x3");
    check_shape("meanpool(2x3)", map_of(8, 7, 3), "4x2x3");
    check_shape("meanpool(2x3,stride=1)", map_of(8, 7, 3), "7x5x3");
    check_shape("meanpool(8x7)", map_of(8, 7, 3), "1x1x3");
    check_shape("maxpool(4)", sequence_of(28, 28), "7x28");
    check_shape("maxpool(1,stride=3)", sequence_of(28, 28), "10x28");
    check_shape("gmean", map_of(7, 7, 64), "64");
    check_shape("gmax", sequence_of(9, 5), "5");
    check_no_shape("maxpool(9)", map_of(9, 8, 3),
                   "its window is larger than the 9x8x3 that it reads");
    check_no_shape("meanpool(29)", sequence_of(28, 28),
                   "its window is larger than the 28x28 that it reads");
}
END_TEST

/* The rest of the sentence is that of every layer with a window. */
START_TEST(test_pool_without_positions)
{
    const char *const calls[] = {"maxpool(2)", "meanpool(1)", "gmean", "gmax"};
    ins_layer_plan plan = plan_of(calls[_i], vector_of(64));
    ins_text why = {0};

    ck_assert_uint_eq(plan.kind->shape(&plan, &why).channels, 0);
    ck_assert_ptr_nonnull(strstr(why.data, "vector"));
    ins_text_clear(&why);
    plan = plan_of("maxpool(2x3)", sequence_of(9, 5));
    ck_assert_uint_eq(plan.kind->shape(&plan, &why).channels, 0);
    ck_assert_ptr_nonnull(strstr(why.data, "sequence"));
    ins_text_free(&why);
}
END_TEST

/* The only window of a layer that reads 2x2x1. */
static single *window(const char *call, real a, real b, real c, real d)
{
    single *s = single_of(call, map_of(2, 2, 1), 1);
    const real x[] = {a, b, c, d};

    memcpy(s->in[0], x, sizeof x);
    s->layer.delta[0] = 5;
    forward(s, INS_PASS_TRAIN);
    backward(s);
    return s;
}

/* The element of the window that the delta of its output went to; the others have nothing. */
static size_t receiver(const single *s)
{
    size_t found = 4;

    for (size_t i = 0; i < 4; i++) {
        if (s->back[0][i] == 0) continue;
        ck_assert(s->back[0][i] == 5);
        ck_assert_uint_eq(found, 4);
        found = i;
    }
    ck_assert_uint_lt(found, 4);
    return found;
}

static const char *const maximum[] = {"maxpool(2)", "gmax"};

START_TEST(test_maximum_of_equal)
{
    const struct {
        real x[4], y;
        size_t from;
    } cases[] = {
        {{1, 1, 1, 1}, 1, 0},
        {{0, 2, 2, 2}, 2, 1},
        {{-1, -1, 3, 3}, 3, 2},
        {{-4, -4, -4, -3}, -3, 3},
        {{-0.0, 0.0, -1, 0.0}, 0, 0},
        {{-INFINITY, -INFINITY, -INFINITY, -INFINITY}, -INFINITY, 0},
        {{1, INFINITY, 2, INFINITY}, INFINITY, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const real *x = cases[i].x;
        single *s = window(maximum[_i], x[0], x[1], x[2], x[3]);
        ck_assert(s->layer.output[0] == cases[i].y);
        ck_assert_uint_eq(receiver(s), cases[i].from);
        single_free(s);
    }
}
END_TEST

/* A NaN goes through wherever it stands, and is not lost behind a larger number. */
START_TEST(test_maximum_of_nan)
{
    for (size_t at = 0; at < 4; at++) {
        real x[] = {INFINITY, 1, 2, INFINITY};
        x[at] = (real)NAN;
        single *s = window(maximum[_i], x[0], x[1], x[2], x[3]);
        ck_assert(isnan(s->layer.output[0]));
        ck_assert_uint_eq(receiver(s), at);
        single_free(s);
    }
    single *s = window(maximum[_i], 3, (real)NAN, 2, (real)NAN);
    ck_assert_uint_eq(receiver(s), 1);
    single_free(s);
    s = window(_i == 0 ? "meanpool(2)" : "gmean", 3, (real)NAN, 2, 1);
    ck_assert(isnan(s->layer.output[0]));
    single_free(s);
}
END_TEST

static double sum_of(const real *x, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) sum += (double)x[i];
    return sum;
}

/* What goes back has the sum of what came. Deltas are multiples of 1/1024 and means are of powers
 * of two: exactly. */
START_TEST(test_pool_conserves_delta)
{
    const char *const calls[] = {
        "maxpool(2)", "meanpool(2)",         "meanpool(4x2)",       "gmean",
        "gmax",       "maxpool(3,stride=1)", "meanpool(2,stride=1)"};
    single *s = single_of(calls[_i], map_of(8, 4, 5), 3);
    const size_t units = s->rows * s->plan.units, inputs = s->rows * s->plan.inputs[0];

    fill_pattern(s->in[0], inputs, 1);
    fill_pattern(s->layer.delta, units, 2);
    forward(s, INS_PASS_TRAIN);
    backward(s);
    ck_assert_double_gt(fabs(sum_of(s->layer.delta, units)), 0.1);
    ck_assert(sum_of(s->back[0], inputs) == sum_of(s->layer.delta, units));
    single_free(s);
}
END_TEST

/* What no window sees has no part in the loss. */
START_TEST(test_pool_leaves_gaps)
{
    single *s =
        single_of(_i == 0 ? "maxpool(1,stride=3)" : "meanpool(1,stride=3)", sequence_of(8, 2), 1);

    fill_pattern(s->in[0], 16, 1);
    fill_pattern(s->layer.delta, 6, 2);
    forward(s, INS_PASS_TRAIN);
    backward(s);
    for (size_t i = 0; i < 16; i++) {
        const size_t step = i / 2, channel = i % 2;
        if (step % 3 == 0) {
            ck_assert(s->layer.output[step / 3 * 2 + channel] == s->in[0][i]);
            ck_assert(s->back[0][i] == s->layer.delta[step / 3 * 2 + channel]);
        } else {
            ck_assert(s->back[0][i] == 0);
        }
    }
    single_free(s);
}
END_TEST

/* --- Normalization -----------------------------------------------------------------------------
 */

START_TEST(test_norm_tensors)
{
    const char *const calls[] = {"bn", "ln", "gn(2)", "rms"};
    single *s = single_of(calls[_i], map_of(3, 2, 8), 4);

    ck_assert_uint_eq(s->layer.tensors, _i < 3 ? 2 : 1);
    ck_assert_str_eq(s->tensor[INS_NORM_GAMMA].name, "gamma");
    if (_i < 3) ck_assert_str_eq(s->tensor[INS_NORM_BETA].name, "beta");
    for (size_t t = 0; t < s->layer.tensors; t++) {
        ck_assert_uint_eq(s->tensor[t].place.units, 8);
        ck_assert_uint_eq(s->tensor[t].place.inputs, 1);
        ck_assert_int_eq(s->tensor[t].place.role, INS_ROLE_SCALE);
        ck_assert(s->tensor[t].start == (t == INS_NORM_GAMMA));
    }
    ck_assert(ins_same_shape(s->plan.shape, s->plan.reads[0]));
    single_free(s);
    check_no_shape("gn(5)", map_of(3, 2, 8), "5 groups do not divide 8 channels");
    check_no_shape("gn(16)", vector_of(8), "16 groups do not divide 8 channels");
}
END_TEST

/* A layer on patterns, after a forward and a backward pass. */
static single *passed(const char *call, ins_shape reads, size_t rows, ins_pass pass)
{
    single *s = single_of(call, reads, rows);

    fill_pattern(s->in[0], rows * s->plan.inputs[0], GOLDEN_IN);
    fill_pattern(s->layer.delta, rows * s->plan.units, GOLDEN_DELTA);
    for (size_t t = 0; t < s->layer.tensors; t++)
        fill_around_one(s->tensor[t].value, s->tensor[t].count, GOLDEN_GAMMA + (uint32_t)t);
    forward(s, pass);
    backward(s);
    return s;
}

/* Sums over rows and positions of a channel, one element of each by one of other, or alone. */
static double channel_sum(const single *s, size_t channel, const real *x, const real *other)
{
    const size_t channels = s->plan.shape.channels;
    double sum = 0;

    for (size_t i = channel; i < s->rows * s->plan.units; i += channels)
        sum += (double)x[i] * (other != NULL ? (double)other[i] : 1);
    return sum;
}

/* Exact sums of numbers near 1 come out of so many roundings. */
static double rounding(size_t count)
{
    return (double)count * tolerance;
}

/* For what feeds batch norm the sum of delta over rows and positions is 0 at any eps; so is that of
 * delta x only where eps is 0. */
START_TEST(test_batch_norm_deltas_cancel)
{
    single *s = passed(_i == 0 ? "bn(eps=0)" : "bn", map_of(4, 3, 5), 6, INS_PASS_TRAIN);
    const size_t count = s->rows * ins_positions(s->plan.shape);

    for (size_t c = 0; c < 5; c++) {
        double size = 0;
        for (size_t i = c; i < s->rows * s->plan.units; i += 5) size += fabs((double)s->back[0][i]);
        ck_assert_double_gt(size, 1);
        ck_assert_double_le(fabs(channel_sum(s, c, s->back[0], NULL)), rounding(count));
        const double with_x = fabs(channel_sum(s, c, s->back[0], s->in[0]));
        if (_i == 0)
            ck_assert_double_le(with_x, rounding(count));
        else
            ck_assert_double_gt(with_x, 1e-5);
    }
    single_free(s);
}
END_TEST

/* With eps 0 a channel times a power of two gives the same bits, and 1/c of what goes back. */
START_TEST(test_batch_norm_scale)
{
    const size_t rows = 5;
    single *s = passed("bn(eps=0)", map_of(2, 3, 4), rows, INS_PASS_TRAIN);
    single *other = passed("bn(eps=0)", map_of(2, 3, 4), rows, INS_PASS_TRAIN);
    const size_t count = rows * s->plan.units;

    for (size_t i = 2; i < count; i += 4) other->in[0][i] *= 16;
    forward(other, INS_PASS_TRAIN);
    backward(other);
    ck_assert(memcmp(s->layer.output, other->layer.output, count * sizeof(real)) == 0);
    for (size_t i = 0; i < count; i++)
        ck_assert(other->back[0][i] * (i % 4 == 2 ? 16 : 1) == s->back[0][i]);
    for (size_t t = 0; t < 2; t++)
        ck_assert(memcmp(s->tensor[t].gradient, other->tensor[t].gradient, 4 * sizeof(real)) == 0);
    single_free(s);
    single_free(other);
}
END_TEST

/* Two channels that are equal stay so to the last bit, wherever they stand. */
START_TEST(test_norm_twins)
{
    const char *const calls[] = {"bn", "ln", "gn(3)", "rms"};
    const size_t channels = 39, first = 1, second = _i == 2 ? 12 : 37;
    single *s = single_of(calls[_i], map_of(3, 1, channels), 7);
    const size_t count = s->rows * s->plan.units;

    fill_pattern(s->in[0], count, GOLDEN_IN);
    fill_pattern(s->layer.delta, count, GOLDEN_DELTA);
    for (size_t i = 0; i < count; i += channels) {
        s->in[0][i + second] = s->in[0][i + first];
        s->layer.delta[i + second] = s->layer.delta[i + first];
    }
    forward(s, INS_PASS_TRAIN);
    backward(s);
    for (size_t i = 0; i < count; i += channels) {
        ck_assert(s->layer.output[i + first] == s->layer.output[i + second]);
        ck_assert(s->back[0][i + first] == s->back[0][i + second]);
        ck_assert(s->layer.output[i + first] != s->layer.output[i]);
    }
    for (size_t t = 0; t < s->layer.tensors; t++)
        ck_assert(s->tensor[t].gradient[first] == s->tensor[t].gradient[second]);
    single_free(s);
}
END_TEST

/* gamma 1 and beta 0: the output of a set has mean 0 and second moment v/(v + eps). */
START_TEST(test_layer_norm_moments)
{
    const size_t channels = 50;
    const double eps = 0.25;
    single *s = single_of("ln(eps=0.25)", sequence_of(3, channels), 4);

    fill_pattern(s->in[0], s->rows * s->plan.units, GOLDEN_IN);
    forward(s, INS_PASS_TRAIN);
    for (size_t set = 0; set < 12; set++) {
        const real *x = s->in[0] + set * channels, *y = s->layer.output + set * channels;
        double mean = sum_of(x, channels) / (double)channels, variance = 0, square = 0;
        for (size_t c = 0; c < channels; c++) {
            variance += pow((double)x[c] - mean, 2) / (double)channels;
            square += pow((double)y[c], 2) / (double)channels;
        }
        ck_assert_double_le(fabs(sum_of(y, channels)), rounding(channels));
        ck_assert_double_le(fabs(square - variance / (variance + eps)), rounding(10));
        ck_assert_double_gt(variance, 0.1);
    }
    single_free(s);
}
END_TEST

/* Layer norm: what goes back sums to 0 over channels, and a constant added to them does nothing.
 * RMS norm, eps 0: what goes back is orthogonal to what came. */
START_TEST(test_norms_of_positions_cancel)
{
    const size_t channels = 40, rows = 3;
    single *ln = passed("ln", map_of(2, 2, channels), rows, INS_PASS_TRAIN);
    single *rms = passed("rms(eps=0)", map_of(2, 2, channels), rows, INS_PASS_TRAIN);
    single *moved = passed("ln", map_of(2, 2, channels), rows, INS_PASS_TRAIN);
    const size_t count = rows * ln->plan.units;

    for (size_t set = 0; set < count; set += channels) {
        double product = 0, size = 0;
        for (size_t c = 0; c < channels; c++) {
            product += (double)rms->back[0][set + c] * (double)rms->in[0][set + c];
            size += fabs((double)rms->back[0][set + c] * (double)rms->in[0][set + c]);
        }
        ck_assert_double_gt(size, 1);
        ck_assert_double_le(fabs(product), rounding(channels));
        ck_assert_double_le(fabs(sum_of(ln->back[0] + set, channels)), rounding(channels));
    }
    for (size_t i = 0; i < count; i++) moved->in[0][i] += (real)(1 + i / channels);
    forward(moved, INS_PASS_TRAIN);
    for (size_t i = 0; i < count; i++)
        ck_assert_double_le(fabs((double)moved->layer.output[i] - (double)ln->layer.output[i]),
                            rounding(1));
    single_free(ln);
    single_free(rms);
    single_free(moved);
}
END_TEST

/* A group of the norm is a norm of its own. */
START_TEST(test_group_norm_of_one_group)
{
    single *ln = passed("ln", vector_of(21), 3, INS_PASS_TRAIN);
    single *gn = passed("gn(1)", vector_of(21), 3, INS_PASS_TRAIN);

    ck_assert(memcmp(ln->layer.output, gn->layer.output, 63 * sizeof(real)) == 0);
    ck_assert(memcmp(ln->back[0], gn->back[0], 63 * sizeof(real)) == 0);
    single_free(ln);
    single_free(gn);
    /* A number by itself is its own mean. */
    gn = passed("gn(21)", vector_of(21), 3, INS_PASS_TRAIN);
    for (size_t i = 0; i < 63; i++) {
        ck_assert(gn->layer.output[i] == gn->tensor[INS_NORM_BETA].value[i % 21]);
        ck_assert(gn->back[0][i] == 0);
    }
    single_free(gn);
}
END_TEST

/* Mean and population variance of a channel. */
static void moments_of(const single *s, size_t channel, double *mean, double *variance)
{
    const double count = (double)(s->rows * ins_positions(s->plan.shape));

    *mean = channel_sum(s, channel, s->in[0], NULL) / count;
    *variance = channel_sum(s, channel, s->in[0], s->in[0]) / count - *mean * *mean;
}

/* After k updates with the same rows the moving mean is (1 - momentum^k) m, and the moving variance
 * v + (1 - v) momentum^k: they begin at 0 and 1. */
START_TEST(test_moving_averages)
{
    const double momenta[] = {0.9, 0.99, 0, 1};
    const char *const calls[] = {"bn(momentum=0.9)", "bn", "bn(momentum=0)", "bn(momentum=1)"};
    single *s = single_of(calls[_i], map_of(2, 2, 3), 8);
    const ins_norm *norm = norm_of(s);

    fill_pattern(s->in[0], s->rows * s->plan.units, GOLDEN_IN);
    for (int k = 0; k < 12; k++) {
        const double left = pow(momenta[_i], k);
        for (size_t c = 0; c < 3; c++) {
            double mean, variance;
            moments_of(s, c, &mean, &variance);
            ck_assert_double_gt(fabs(mean), 1e-3);
            ck_assert_double_lt(variance, 0.9);
            ck_assert_double_le(fabs(norm->moving_mean[c] - (1 - left) * mean), 1e-14);
            ck_assert_double_le(fabs(norm->moving_variance[c] - variance - (1 - variance) * left),
                                1e-14);
        }
        forward(s, INS_PASS_TRAIN);
    }
    s->plan.kind->reset(&s->layer, 7);
    for (size_t c = 0; c < 3; c++) {
        ck_assert(norm->moving_mean[c] == 0);
        ck_assert(norm->moving_variance[c] == 1);
    }
    single_free(s);
}
END_TEST

/* A test uses the moving averages, whatever its rows, one of them included; at the start it does
 * next to nothing. A probe uses those of its rows, as a training does, and leaves the averages. */
START_TEST(test_passes_of_batch_norm)
{
    const size_t channels = 3, rows = 8;
    single *s = single_of("bn(eps=0,momentum=0.75)", map_of(2, 2, channels), rows);
    const size_t count = rows * s->plan.units;
    real *trained = calloc(count, sizeof *trained);
    double mean[3], variance[3];

    fill_pattern(s->in[0], count, GOLDEN_IN);
    forward(s, INS_PASS_TEST);
    ck_assert(memcmp(s->layer.output, s->in[0], count * sizeof(real)) == 0);
    forward(s, INS_PASS_PROBE);
    ck_assert(memcmp(s->layer.output, s->in[0], count * sizeof(real)) != 0);
    for (size_t c = 0; c < channels; c++) {
        ck_assert(norm_of(s)->moving_mean[c] == 0);
        ck_assert(norm_of(s)->moving_variance[c] == 1);
        ck_assert_double_le(fabs(channel_sum(s, c, s->layer.output, NULL)), rounding(count));
    }
    memcpy(trained, s->layer.output, count * sizeof(real));
    forward(s, INS_PASS_TRAIN);
    ck_assert(memcmp(s->layer.output, trained, count * sizeof(real)) == 0);
    memcpy(mean, norm_of(s)->moving_mean, sizeof mean);
    memcpy(variance, norm_of(s)->moving_variance, sizeof variance);
    forward(s, INS_PASS_PROBE);
    ck_assert(memcmp(s->layer.output, trained, count * sizeof(real)) == 0);
    s->rows = 1;
    forward(s, INS_PASS_TEST);
    for (size_t i = 0; i < s->plan.units; i++) {
        const size_t c = i % channels;
        const double expected = ((double)s->in[0][i] - mean[c]) / sqrt(variance[c]);
        ck_assert_double_le(fabs((double)s->layer.output[i] - expected), tolerance);
    }
    ck_assert(memcmp(mean, norm_of(s)->moving_mean, sizeof mean) == 0);
    ck_assert(memcmp(variance, norm_of(s)->moving_variance, sizeof variance) == 0);
    free(trained);
    single_free(s);
}
END_TEST

/* gamma 0: the output is beta, and nothing but gamma and beta learn. */
START_TEST(test_norm_of_zero_gamma)
{
    const char *const calls[] = {"bn", "ln", "gn(2)", "rms"};
    single *s = single_of(calls[_i], map_of(2, 2, 6), 4);
    const size_t count = s->rows * s->plan.units;

    fill_pattern(s->in[0], count, GOLDEN_IN);
    fill_pattern(s->layer.delta, count, GOLDEN_DELTA);
    memset(s->tensor[INS_NORM_GAMMA].value, 0, 6 * sizeof(real));
    forward(s, INS_PASS_TRAIN);
    backward(s);
    for (size_t i = 0; i < count; i++) {
        ck_assert(s->layer.output[i] == 0);
        ck_assert(s->back[0][i] == 0);
    }
    for (size_t c = 0; c < 6; c++) ck_assert(s->tensor[INS_NORM_GAMMA].gradient[c] != 0);
    single_free(s);
}
END_TEST

/* Numbers far from 0 keep their digits: distances from the mean are taken, not differences of large
 * squares. A channel of one value is its own mean. A NaN stays in its set. */
START_TEST(test_norm_of_hard_numbers)
{
    single *s = single_of("bn", vector_of(3), 4);
    const real x[] = {4096, 3, 1, 4097, 3, 1, 4098, 3, (real)NAN, 4099, 3, 1};
    const double deviation = sqrt(1.25 + 1e-3);

    memcpy(s->in[0], x, sizeof x);
    forward(s, INS_PASS_TRAIN);
    for (size_t r = 0; r < 4; r++) {
        ck_assert_double_le(fabs((double)s->layer.output[3 * r] - ((double)r - 1.5) / deviation),
                            tolerance);
        ck_assert(s->layer.output[3 * r + 1] == 0);
        ck_assert(isnan(s->layer.output[3 * r + 2]));
    }
    single_free(s);
}
END_TEST

/* --- Residual sums -----------------------------------------------------------------------------
 */

static ins_layer_plan residual_plan(const char *call, ins_shape shape, size_t factors,
                                    double factor)
{
    ins_layer_plan plan = plan_of(call, shape);

    plan.factors = factors;
    plan.factor = factor;
    return plan;
}

START_TEST(test_residual_shape)
{
    const struct {
        ins_shape skip, branch;
        const char *problem;
    } cases[] = {
        {map_of(16, 16, 16), map_of(8, 8, 32),
         "the branch gives 8x8x32 and the skip 16x16x16: add skip=(conv(32,1,stride=2))"},
        {map_of(7, 10, 16), map_of(3, 4, 16),
         "the branch gives 3x4x16 and the skip 7x10x16: add skip=(conv(16,1,stride=3))"},
        {map_of(28, 28, 1), map_of(28, 28, 16),
         "the branch gives 28x28x16 and the skip 28x28x1: add skip=(conv(16,1))"},
        {sequence_of(28, 28), sequence_of(14, 64),
         "the branch gives 14x64 and the skip 28x28: add skip=(conv(64,1,stride=2))"},
        {vector_of(64), vector_of(32), "the branch gives 32 and the skip 64: add skip=(dense(32))"},
        {map_of(8, 8, 16), vector_of(16),
         "the branch gives 16 and the skip 8x8x16: add skip=(gmean)"},
        {sequence_of(8, 16), vector_of(10),
         "the branch gives 10 and the skip 8x16: add skip=(gmean,dense(10))"},
        {map_of(16, 16, 8), map_of(14, 14, 8),
         "the branch gives 14x14x8 and the skip 16x16x8: add a skip=(..) that gives 14x14x8"},
        {map_of(8, 8, 8), map_of(16, 16, 8),
         "the branch gives 16x16x8 and the skip 8x8x8: add a skip=(..) that gives 16x16x8"},
        {map_of(8, 8, 8), map_of(8, 4, 8),
         "the branch gives 8x4x8 and the skip 8x8x8: add a skip=(..) that gives 8x4x8"},
        {vector_of(64), map_of(8, 8, 1),
         "the branch gives 8x8x1 and the skip 64: add a skip=(..) that gives 8x8x1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ins_layer_plan plan = plan_of("res", cases[i].skip);
        plan.reads[1] = cases[i].branch;
        shape_of(&plan, cases[i].problem);
    }
    check_shape("res", map_of(8, 8, 32), "8x8x32");
    check_shape("res", vector_of(32), "32");
}
END_TEST

START_TEST(test_residual_tensors)
{
    const size_t factors = (size_t[]){0, 1, 5}[_i];
    single *s = single_new(residual_plan("res", map_of(2, 2, 5), factors, 0.25), 2);

    ck_assert_uint_eq(s->layer.tensors, factors > 0);
    if (factors > 0) {
        ck_assert_str_eq(s->tensor[0].name, "scale");
        ck_assert_int_eq(s->tensor[0].place.role, INS_ROLE_SCALE);
        ck_assert_uint_eq(s->tensor[0].count, factors);
        ck_assert(s->tensor[0].start == 0.25);
    }
    single_free(s);
}
END_TEST

/* A factor that starts at 0: the output is what the skip gives, delta goes through to it unchanged,
 * nothing reaches the branch, and the factor learns. The same without a factor where f is 0. */
START_TEST(test_residual_of_zero_start)
{
    const size_t factors = (size_t[]){1, 5, 0}[_i];
    single *s = single_new(residual_plan("res", map_of(2, 3, 5), factors, 0), 4);
    const size_t count = s->rows * s->plan.units;

    fill_pattern(s->in[0], count, GOLDEN_IN);
    if (factors > 0) fill_pattern(s->in[1], count, GOLDEN_BRANCH);
    fill_pattern(s->layer.delta, count, GOLDEN_DELTA);
    forward(s, INS_PASS_TRAIN);
    backward(s);
    ck_assert(memcmp(s->layer.output, s->in[0], count * sizeof(real)) == 0);
    ck_assert(memcmp(s->back[0], s->layer.delta, count * sizeof(real)) == 0);
    for (size_t i = 0; i < count; i++)
        ck_assert(s->back[1][i] == (factors > 0 ? 0 : s->layer.delta[i]));
    for (size_t i = 0; i < factors; i++) ck_assert(s->tensor[0].gradient[i] != 0);
    single_free(s);
}
END_TEST

/* Equal channels have equal factors, to the last bit, wherever they stand. */
START_TEST(test_residual_twins)
{
    const size_t channels = 131;
    single *s =
        single_new(residual_plan("res(scale=0.3)", sequence_of(3, channels), channels, 0.7), 5);
    const size_t count = s->rows * s->plan.units;

    fill_pattern(s->in[1], count, GOLDEN_BRANCH);
    fill_pattern(s->layer.delta, count, GOLDEN_DELTA);
    for (size_t i = 0; i < count; i += channels) {
        s->in[1][i + 130] = s->in[1][i + 3];
        s->layer.delta[i + 130] = s->layer.delta[i + 3];
    }
    forward(s, INS_PASS_TRAIN);
    backward(s);
    ck_assert(s->tensor[0].gradient[130] == s->tensor[0].gradient[3]);
    ck_assert(s->tensor[0].gradient[130] != s->tensor[0].gradient[4]);
    for (size_t i = 0; i < count; i += channels) {
        ck_assert(s->layer.output[i + 130] == s->layer.output[i + 3]);
        ck_assert(s->back[1][i + 130] == s->back[1][i + 3]);
    }
    single_free(s);
}
END_TEST

int main(void)
{
    const int golden = sizeof golden_layers / sizeof golden_layers[0];
    Suite *suite = suite_create("layers");
    TCase *values = tcase_create("golden"), *pools = tcase_create("pools");
    TCase *norms = tcase_create("norms"), *sums = tcase_create("residual");

    tcase_add_checked_fixture(values, layer_setup, layer_teardown);
    tcase_add_loop_test(values, test_golden, 0, golden);
    tcase_add_loop_test(values, test_golden_without_input, 0, golden);
    tcase_add_loop_test(values, test_golden_in_place, 0, golden);
    suite_add_tcase(suite, values);
    tcase_add_checked_fixture(pools, layer_setup, layer_teardown);
    tcase_add_test(pools, test_pool_shape);
    tcase_add_loop_test(pools, test_pool_without_positions, 0, 4);
    tcase_add_loop_test(pools, test_maximum_of_equal, 0, 2);
    tcase_add_loop_test(pools, test_maximum_of_nan, 0, 2);
    tcase_add_loop_test(pools, test_pool_conserves_delta, 0, 7);
    tcase_add_loop_test(pools, test_pool_leaves_gaps, 0, 2);
    suite_add_tcase(suite, pools);
    tcase_add_checked_fixture(norms, layer_setup, layer_teardown);
    tcase_add_loop_test(norms, test_norm_tensors, 0, 4);
    tcase_add_loop_test(norms, test_batch_norm_deltas_cancel, 0, 2);
    tcase_add_test(norms, test_batch_norm_scale);
    tcase_add_loop_test(norms, test_norm_twins, 0, 4);
    tcase_add_test(norms, test_layer_norm_moments);
    tcase_add_test(norms, test_norms_of_positions_cancel);
    tcase_add_test(norms, test_group_norm_of_one_group);
    tcase_add_loop_test(norms, test_moving_averages, 0, 4);
    tcase_add_test(norms, test_passes_of_batch_norm);
    tcase_add_loop_test(norms, test_norm_of_zero_gamma, 0, 4);
    tcase_add_test(norms, test_norm_of_hard_numbers);
    suite_add_tcase(suite, norms);
    tcase_add_checked_fixture(sums, layer_setup, layer_teardown);
    tcase_add_test(sums, test_residual_shape);
    tcase_add_loop_test(sums, test_residual_tensors, 0, 3);
    tcase_add_loop_test(sums, test_residual_of_zero_start, 0, 3);
    tcase_add_test(sums, test_residual_twins);
    suite_add_tcase(suite, sums);
    return ins_run_suite(suite);
}
