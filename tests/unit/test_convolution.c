/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions against loops over their definition, in double, and against golden values of others'
 * loops; equal units; the identity that a linear map and its transpose fulfil. Built in double as
 * well. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "golden_convolution.h"

#include "../../src/nn/convolution.h"

#ifdef INS_REAL_DOUBLE
#define REAL_EPSILON DBL_EPSILON
#else
#define REAL_EPSILON FLT_EPSILON
#endif

/* What is written after the end of an array would change this. */
enum { GUARD = 64 };
static const real guard = (real)77;

typedef struct shape {
    const char *name;
    size_t rows, input[2], channels, units, kernel[2], stride, groups;
    bool same;
} shape;

static const shape shapes[] = {
    {"one number", 1, {1, 1}, 1, 1, {1, 1}, 1, 1, true},
    {"3x3", 3, {6, 5}, 2, 4, {3, 3}, 1, 1, true},
    {"3x3 valid", 3, {6, 5}, 2, 4, {3, 3}, 1, 1, false},
    {"3x3, stride 2, even", 2, {6, 8}, 3, 5, {3, 3}, 2, 1, true},
    {"3x3, stride 2, odd", 2, {7, 5}, 3, 5, {3, 3}, 2, 1, true},
    {"3x3 valid, stride 2, a line is left", 2, {6, 8}, 3, 5, {3, 3}, 2, 1, false},
    {"3x3, stride 3", 2, {7, 9}, 3, 5, {3, 3}, 3, 1, true},
    {"2x2", 2, {5, 4}, 3, 2, {2, 2}, 1, 1, true},
    {"2x2, stride 3: lines that no tap sees", 2, {8, 7}, 3, 2, {2, 2}, 3, 1, false},
    {"5x5", 2, {9, 8}, 2, 3, {5, 5}, 1, 1, true},
    {"5x5 on 2x3", 2, {2, 3}, 2, 3, {5, 5}, 1, 1, true},
    {"5x5 on 2x3, stride 2", 2, {2, 3}, 2, 3, {5, 5}, 2, 1, true},
    {"3x5", 2, {7, 8}, 3, 4, {3, 5}, 1, 1, true},
    {"3x5, stride 2", 2, {7, 8}, 3, 4, {3, 5}, 2, 1, true},
    {"the whole sample", 5, {4, 3}, 3, 7, {4, 3}, 1, 1, false},
    {"1x1", 3, {5, 4}, 6, 7, {1, 1}, 1, 1, true},
    {"1x1, one row, one unit", 1, {5, 4}, 6, 1, {1, 1}, 1, 1, true},
    {"1x1, stride 2", 3, {5, 4}, 6, 7, {1, 1}, 2, 1, true},
    {"1x1 valid, stride 3", 3, {5, 4}, 6, 7, {1, 1}, 3, 1, false},
    {"sequence", 3, {17, 1}, 4, 6, {3, 1}, 1, 1, true},
    {"sequence, stride 2", 3, {17, 1}, 4, 6, {5, 1}, 2, 1, true},
    {"sequence of many channels", 2, {70, 1}, 40, 6, {3, 1}, 1, 1, true},
    {"sequence of many channels, stride 3", 2, {140, 1}, 40, 6, {5, 1}, 3, 1, false},
    {"lying sequence", 3, {1, 17}, 4, 6, {1, 3}, 1, 1, true},
    {"2 groups", 3, {6, 5}, 4, 6, {3, 3}, 1, 2, true},
    {"2 groups, 1x1", 3, {6, 5}, 4, 6, {1, 1}, 1, 2, true},
    {"2 groups of many channels, stride 2", 2, {13, 12}, 44, 6, {3, 3}, 2, 2, true},
    {"9 groups of a channel, 9 taps", 2, {6, 5}, 9, 9, {3, 3}, 1, 9, true},
    {"3 groups, 9 taps", 2, {6, 5}, 9, 6, {3, 3}, 1, 3, true},
    {"depthwise", 3, {6, 5}, 5, 5, {3, 3}, 1, 5, true},
    {"depthwise, twice the units", 3, {6, 5}, 5, 10, {3, 3}, 1, 5, true},
    {"depthwise of 35 channels, stride 2", 2, {7, 6}, 35, 35, {3, 3}, 2, 35, true},
    {"depthwise of 32 channels, 96 units, valid", 2, {7, 6}, 32, 96, {2, 3}, 1, 32, false},
    {"depthwise, 5x5 on 2x3, stride 3", 2, {2, 3}, 4, 8, {5, 5}, 3, 4, true},
    {"depthwise sequence", 2, {9, 1}, 6, 12, {4, 1}, 1, 6, true},
    {"strips", 2, {8, 8}, 16, 32, {3, 3}, 1, 1, true},
    {"strips, a row at a time", 1, {6, 7}, 11, 3, {3, 3}, 1, 1, true},
    {"strips, stride 2", 2, {13, 12}, 16, 5, {3, 3}, 2, 1, true},
    {"strips, stride 3 of 2x4 taps", 2, {20, 19}, 9, 5, {2, 4}, 3, 1, true},
    {"blocks of strips", 2, {30, 30}, 32, 32, {3, 3}, 1, 1, true},
    {"blocks of strips, stride 2", 2, {60, 30}, 48, 64, {5, 3}, 2, 1, true},
    {"blocks of patches across rows", 40, {3, 3}, 16, 32, {5, 5}, 1, 1, true},
    {"many blocks of patches", 60, {12, 11}, 3, 40, {3, 3}, 1, 1, true},
    {"blocks of 1x1", 9, {16, 16}, 16, 32, {1, 1}, 1, 1, true},
    {"blocks of 2 groups", 6, {16, 16}, 16, 64, {3, 3}, 1, 2, true},
    {"large products", 2, {7, 40}, 32, 300, {3, 3}, 1, 1, true},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* A convolution and everything of it. */
typedef struct fixture {
    ins_convolution convolution;
    size_t rows, x_count, z_count, w_count, scratch_count;
    real *x, *w, *b, *delta;                /* given */
    real *z, *gradient, *x_delta, *scratch; /* computed, GUARD elements longer */
} fixture;

static real *array(size_t count)
{
    real *a = aligned_alloc(64, ((count + GUARD) * sizeof *a + 63) / 64 * 64);
    ck_assert_ptr_nonnull(a);
    return a;
}

/* (count) of numbers that must not be read, and the guard. */
static real *unset(size_t count)
{
    real *a = array(count);
    for (size_t i = 0; i < count; i++) a[i] = (real)NAN;
    for (size_t i = 0; i < GUARD; i++) a[count + i] = guard;
    return a;
}

/* Multiples of 2^-15 in [-1, 1), as the golden values' maker draws them. */
static void fill(real *a, size_t count, uint32_t state)
{
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        a[i] = (real)(state >> 16) / (real)32768 - (real)1;
    }
}

static real *filled(size_t count, uint32_t state)
{
    real *a = array(count);
    fill(a, count, state);
    return a;
}

static ins_convolution convolution_of(const shape *s, bool uniform)
{
    ins_convolution c = {.input = {s->input[0], s->input[1]},
                         .channels = s->channels,
                         .units = s->units,
                         .kernel = {s->kernel[0], s->kernel[1]},
                         .stride = s->stride,
                         .groups = s->groups,
                         .uniform = uniform};
    for (int axis = 0; axis < 2; axis++)
        c.output[axis] = ins_convolution_extent(s->same, c.input[axis], c.kernel[axis], c.stride,
                                                &c.before[axis]);
    return c;
}

/* capacity: the rows that scratch is for. */
static fixture make(const shape *s, bool uniform, size_t capacity)
{
    fixture f = {.convolution = convolution_of(s, uniform), .rows = s->rows};
    const ins_convolution *c = &f.convolution;
    f.x_count = s->rows * c->input[0] * c->input[1] * c->channels;
    f.z_count = s->rows * c->output[0] * c->output[1] * c->units;
    f.w_count = c->units * c->kernel[0] * c->kernel[1] * (c->channels / c->groups);
    f.scratch_count = ins_convolution_scratch(c, capacity);
    ck_assert_uint_gt(f.z_count, 0);
    f.x = filled(f.x_count, 1);
    f.w = filled(f.w_count, 2);
    f.b = filled(c->units, 3);
    f.delta = filled(f.z_count, 4);
    f.z = unset(f.z_count);
    f.gradient = unset(f.w_count);
    f.x_delta = unset(f.x_count);
    f.scratch = unset(f.scratch_count);
    return f;
}

static void run(fixture *f, bool bias, real share)
{
    ins_convolution_forward(&f->convolution, f->rows, f->x, f->w, bias ? f->b : NULL, f->z,
                            f->scratch);
    ins_convolution_backward_weights(&f->convolution, f->rows, share, f->x, f->delta, f->gradient,
                                     f->scratch);
    ins_convolution_backward_data(&f->convolution, f->rows, f->delta, f->w, f->x_delta, f->scratch);
}

static void check_guard(const real *a, size_t count, const char *what)
{
    for (size_t i = 0; i < GUARD; i++)
        ck_assert_msg(a[count + i] == guard, "%s: something is written after an array", what);
}

static void check_guards(const fixture *f, const char *what)
{
    check_guard(f->z, f->z_count, what);
    check_guard(f->gradient, f->w_count, what);
    check_guard(f->x_delta, f->x_count, what);
    check_guard(f->scratch, f->scratch_count, what);
}

static void release(fixture *f)
{
    real *all[] = {f->x, f->w, f->b, f->delta, f->z, f->gradient, f->x_delta, f->scratch};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]);
}

/* A sum, the sum of the sizes of its terms, and how many these are. */
typedef struct reference {
    double sum, size, terms;
} reference;

static void add(reference *r, double term)
{
    r->sum += term;
    r->size += fabs(term);
    r->terms++;
}

/* What the definition says of z, the gradient of W and that of x. */
static void define(const fixture *f, bool bias, reference *z, reference *gradient,
                   reference *x_delta)
{
    const ins_convolution *c = &f->convolution;
    const size_t own = c->channels / c->groups, each = c->units / c->groups;
    size_t p = 0;
    for (size_t n = 0; n < f->rows; n++)
        for (size_t i = 0; i < c->output[0]; i++)
            for (size_t j = 0; j < c->output[1]; j++)
                for (size_t o = 0; o < c->units; o++, p++) {
                    size_t weight = o * c->kernel[0] * c->kernel[1] * own;
                    if (bias) add(&z[p], (double)f->b[o]);
                    for (size_t u = 0; u < c->kernel[0]; u++)
                        for (size_t v = 0; v < c->kernel[1]; v++, weight += own) {
                            const long a = (long)(i * c->stride + u) - (long)c->before[0];
                            const long b = (long)(j * c->stride + v) - (long)c->before[1];
                            if (a < 0 || b < 0 || a >= (long)c->input[0] || b >= (long)c->input[1])
                                continue;
                            const size_t first =
                                ((n * c->input[0] + (size_t)a) * c->input[1] + (size_t)b) *
                                    c->channels +
                                o / each * own;
                            for (size_t k = 0; k < own; k++) {
                                const double x = (double)f->x[first + k];
                                const double w = (double)f->w[weight + k];
                                add(&z[p], x * w);
                                add(&gradient[weight + k], (double)f->delta[p] * x);
                                add(&x_delta[first + k], (double)f->delta[p] * w);
                            }
                        }
                }
}

/* Within the bound of any order of summation (Higham, Accuracy and Stability of Numerical
 * Algorithms, 3.1), here and in the reference. */
static void compare(const real *got, const reference *expected, size_t count, double factor,
                    const char *what, const char *array)
{
    size_t nonzero = 0, touched = 0;
    for (size_t i = 0; i < count; i++) {
        const reference *r = &expected[i];
        const double bound = 2 * (r->terms + 2) * (double)REAL_EPSILON * r->size * factor;
        ck_assert_msg(fabs((double)got[i] - factor * r->sum) <= bound,
                      "%s: %s[%zu] is %.17g and not %.17g", what, array, i, (double)got[i],
                      factor * r->sum);
        nonzero += got[i] != 0;
        touched += r->terms > 0;
    }
    ck_assert_msg(2 * nonzero > touched && touched > 0, "%s: %s is mostly 0", what, array);
}

static void check_shape(const shape *s, bool uniform, bool bias)
{
    const double share = 0.375;
    fixture f = make(s, uniform, s->rows);
    reference *z = calloc(f.z_count, sizeof *z), *gradient = calloc(f.w_count, sizeof *gradient);
    reference *x_delta = calloc(f.x_count, sizeof *x_delta);

    run(&f, bias, (real)share);
    define(&f, bias, z, gradient, x_delta);
    compare(f.z, z, f.z_count, 1, s->name, "z");
    compare(f.gradient, gradient, f.w_count, share, s->name, "gradient");
    compare(f.x_delta, x_delta, f.x_count, 1, s->name, "x_delta");
    check_guards(&f, s->name);
    free(z);
    free(gradient);
    free(x_delta);
    release(&f);
}

START_TEST(test_definition)
{
    check_shape(&shapes[_i], false, _i % 2 == 0);
}
END_TEST

START_TEST(test_definition_uniform)
{
    check_shape(&shapes[_i], true, _i % 2 == 1);
}
END_TEST

/* input, kernel, stride: what tf.nn's "SAME" and "VALID" give. */
START_TEST(test_extent)
{
    static const struct {
        bool same;
        size_t input, kernel, stride, output, before;
    } rows[] = {{true, 28, 3, 1, 28, 1}, {true, 28, 3, 2, 14, 0},    {true, 27, 3, 2, 14, 1},
                {true, 5, 2, 1, 5, 0},   {true, 7, 3, 3, 3, 1},      {true, 2, 5, 1, 2, 2},
                {true, 3, 7, 2, 2, 3},   {true, 4, 1, 3, 2, 0},      {true, 1, 4, 1, 1, 1},
                {false, 7, 3, 2, 3, 0},  {false, 8, 3, 2, 3, 0},     {false, 3, 3, 1, 1, 0},
                {false, 2, 3, 1, 0, 0},  {false, 224, 7, 2, 109, 0}, {true, 224, 7, 2, 112, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t before = 99;
        ck_assert_uint_eq(ins_convolution_extent(rows[i].same, rows[i].input, rows[i].kernel,
                                                 rows[i].stride, &before),
                          rows[i].output);
        ck_assert_uint_eq(before, rows[i].before);
    }
}
END_TEST

/* Exact in double, whatever the order; within a few roundings in float. */
START_TEST(test_golden)
{
    const struct golden_convolution *g = &golden_convolutions[_i];
    const shape s = {"golden",    g->rows,   {g->input[0], g->input[1]},
                     g->channels, g->units,  {g->kernel[0], g->kernel[1]},
                     g->stride,   g->groups, true};
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-12 : 2e-5;
    fixture f = make(&s, false, s.rows);
    const struct {
        const real *got;
        const double *expected;
        size_t count;
    } arrays[] = {{f.z, g->z, f.z_count},
                  {f.x_delta, g->x_delta, f.x_count},
                  {f.gradient, g->gradient, f.w_count}};

    ck_assert_mem_eq(f.convolution.output, g->output, sizeof g->output);
    run(&f, false, 1);
    for (size_t a = 0; a < 3; a++) {
        double largest = 0;
        for (size_t i = 0; i < arrays[a].count; i++) {
            ck_assert_double_eq_tol((double)arrays[a].got[i], arrays[a].expected[i], tolerance);
            largest = fmax(largest, fabs(arrays[a].expected[i]));
        }
        ck_assert_double_gt(largest, 0.5);
    }
    release(&f);
}
END_TEST

/* Scratch for more rows serves fewer, and uniform products; nothing that was left in it makes a
 * difference. */
START_TEST(test_scratch)
{
    const shape *s = &shapes[_i];
    const ins_convolution c = convolution_of(s, false);
    const ins_convolution uniform = convolution_of(s, true);
    size_t before = 1;

    for (size_t rows = 1; rows < 200; rows++) {
        const size_t now = ins_convolution_scratch(&c, rows);
        ck_assert_uint_ge(now, before);
        ck_assert_uint_eq(ins_convolution_scratch(&uniform, rows), now);
        before = now;
    }

    fixture once = make(s, false, s->rows), again = make(s, false, 2 * s->rows);
    run(&once, true, 1);
    fill(again.scratch, again.scratch_count, 5);
    for (int repetition = 0; repetition < 2; repetition++) {
        run(&again, true, 1);
        ck_assert_mem_eq(once.z, again.z, once.z_count * sizeof *once.z);
        ck_assert_mem_eq(once.gradient, again.gradient, once.w_count * sizeof *once.gradient);
        ck_assert_mem_eq(once.x_delta, again.x_delta, once.x_count * sizeof *once.x_delta);
    }
    release(&once);
    release(&again);
}
END_TEST

START_TEST(test_scratch_beyond_memory)
{
    const shape s = {"", 1, {3, 3}, 1, 1, {3, 3}, 1, 1, true};
    ins_convolution c = convolution_of(&s, false);
    c.input[0] = c.output[0] = SIZE_MAX / 4;
    ck_assert_uint_eq(ins_convolution_scratch(&c, 1), SIZE_MAX);
}
END_TEST

/* Makes columns [to, to + count) of a (rows, columns) those from on. */
static void copy(real *a, size_t rows, size_t columns, size_t from, size_t to, size_t count)
{
    for (size_t r = 0; r < rows; r++)
        memmove(a + r * columns + to, a + r * columns + from, count * sizeof *a);
}

static bool same(const real *a, size_t rows, size_t columns, size_t one, size_t other, size_t count)
{
    for (size_t r = 0; r < rows; r++)
        if (memcmp(a + r * columns + one, a + r * columns + other, count * sizeof *a) != 0)
            return false;
    return true;
}

/* The second unit, or the second channel with its units, is made the same as the last of the first
 * group, or of all: of a depthwise convolution groups are what may be equal. */
static size_t check_twins(const shape *s, bool uniform)
{
    fixture f = make(s, uniform, s->rows);
    const ins_convolution *c = &f.convolution;
    const bool depthwise = c->groups == c->channels && c->groups > 1;
    const size_t each = c->units / c->groups, own = c->channels / c->groups;
    const size_t taps = c->kernel[0] * c->kernel[1];
    const size_t x_rows = f.x_count / c->channels, z_rows = f.z_count / c->units;
    const size_t units = depthwise ? c->channels : each, width = depthwise ? each : 1;
    const size_t channels = depthwise ? c->channels : own;
    size_t found = 0;

    if (channels > 2) copy(f.x, x_rows, c->channels, 1, channels - 1, 1);
    if (own > 2) copy(f.w, c->units * taps, own, 1, own - 1, 1);
    if (units > 2) {
        copy(f.delta, z_rows, c->units, width, (units - 1) * width, width);
        copy(f.w, 1, f.w_count, width * taps * own, (units - 1) * width * taps * own,
             width * taps * own);
        copy(f.b, 1, c->units, width, (units - 1) * width, width);
    }
    run(&f, true, (real)0.1);
    if (units > 2) {
        const size_t last = (units - 1) * width, row = taps * own;
        ck_assert_msg(same(f.z, z_rows, c->units, width, last, width), "%s: z", s->name);
        ck_assert_msg(same(f.gradient, 1, f.w_count, width * row, last * row, width * row),
                      "%s: gradient of units", s->name);
        ck_assert(!same(f.z, z_rows, c->units, 0, last, 1));
        ck_assert(!same(f.gradient, 1, f.w_count, 0, last * row, row));
        found++;
    }
    if (own > 2) {
        ck_assert_msg(same(f.gradient, each * taps, own, 1, own - 1, 1), "%s: gradient of channels",
                      s->name);
        ck_assert(!same(f.gradient, each * taps, own, 0, own - 1, 1));
    }
    if (channels > 2) {
        ck_assert_msg(same(f.x_delta, x_rows, c->channels, 1, channels - 1, 1), "%s: x_delta",
                      s->name);
        ck_assert(!same(f.x_delta, x_rows, c->channels, 0, channels - 1, 1));
        found++;
    }
    release(&f);
    return found;
}

START_TEST(test_twins_stay_equal)
{
    size_t found = 0;
    for (size_t i = 0; i < SHAPES; i++) found += check_twins(&shapes[i], true);
    ck_assert_uint_gt(found, SHAPES);
}
END_TEST

/* Whether uniform or not. */
START_TEST(test_depthwise_twins_stay_equal)
{
    size_t found = 0;
    for (size_t i = 0; i < SHAPES; i++)
        if (shapes[i].groups == shapes[i].channels && shapes[i].groups > 1)
            found += check_twins(&shapes[i], false);
    ck_assert_uint_gt(found, 10);
}
END_TEST

/* As after a constant initialization. */
START_TEST(test_equal_units_stay_equal)
{
    const shape *s = &shapes[_i];
    fixture f = make(s, true, s->rows);
    const ins_convolution *c = &f.convolution;
    const size_t row = f.w_count / c->units, z_rows = f.z_count / c->units;
    const size_t each = c->units / c->groups;

    for (size_t o = 1; o < c->units; o++) {
        copy(f.w, 1, f.w_count, 0, o * row, row);
        copy(f.b, 1, c->units, 0, o, 1);
        copy(f.delta, z_rows, c->units, 0, o, 1);
    }
    run(&f, true, (real)0.1);
    for (size_t o = 0; o < c->units; o++) {
        ck_assert(same(f.z, z_rows, c->units, o / each * each, o, 1));
        ck_assert(same(f.gradient, 1, f.w_count, o / each * each * row, o * row, row));
    }
    ck_assert(f.z[0] != 0);
    release(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("convolution");
    TCase *definition = tcase_create("definition"), *scratch = tcase_create("scratch");
    TCase *equality = tcase_create("equality");
    const int cases = (int)(sizeof golden_convolutions / sizeof golden_convolutions[0]);

    tcase_add_test(definition, test_extent);
    tcase_add_loop_test(definition, test_definition, 0, SHAPES);
    tcase_add_loop_test(definition, test_definition_uniform, 0, SHAPES);
    tcase_add_loop_test(definition, test_golden, 0, cases);
    tcase_add_loop_test(scratch, test_scratch, 0, SHAPES);
    tcase_add_test(scratch, test_scratch_beyond_memory);
    tcase_add_test(equality, test_twins_stay_equal);
    tcase_add_test(equality, test_depthwise_twins_stay_equal);
    tcase_add_loop_test(equality, test_equal_units_stay_equal, 0, SHAPES);
    suite_add_tcase(suite, definition);
    suite_add_tcase(suite, scratch);
    suite_add_tcase(suite, equality);
    return ins_run_suite(suite);
}
