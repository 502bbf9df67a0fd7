/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of units against GSL's statistics in long double on the raw elements, and what must hold
 * exactly: constant slices, identical units, counts. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_long_double.h>

#include "check_tap.h"
#include "initscope/moments.h"

static const ins_bounds none = {-INFINITY, INFINITY};
enum { MOST = 1 << 16, MOST_UNITS = 600 };

static real x[MOST], turned[MOST];
static long double wide[MOST];
static ins_moments m[MOST_UNITS];
static gsl_rng *rng;

static void setup(void)
{
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
}

static void teardown(void)
{
    gsl_rng_free(rng);
}

/* What the tensors of a network look like, and worse. */
static double draw(size_t kind, size_t i)
{
    double z = gsl_ran_gaussian(rng, 1);
    switch (kind) {
    case 0:
        return z;
    case 1:
        return z > 0 ? z : 0; /* relu */
    case 2:
        return tanh(3 * z); /* saturated */
    case 3:
        return 1e4 + 1e-2 * z; /* nearly constant */
    case 4:
        return exp(5 * z) * (z > 0 ? 1 : -1); /* heavy tails */
    case 5:
        return 1e-30 * z;
    case 6:
        return 1e37 * z;
    case 7:
        return i == 0 ? 1e6 : z; /* the first element, which is the shift, lies far off */
    case 8:
        return gsl_rng_uniform(rng) < 0.01 ? z : 0;
    default:
        return gsl_rng_uniform_int(rng, 2) ? 1 : -1;
    }
}
enum { KINDS = 10 };

/* 1e-9 relative, or nothing beside the scale on which the figure is a difference. */
static bool agrees(double value, double expected, double scale)
{
    return fabs(value - expected) <= 1e-9 * fabs(expected) + 1e-13 * scale;
}

/* The finite elements x[0], x[stride], ... as long double; how many there are. */
static size_t widen(const real *from, size_t n, size_t stride)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(from[i * stride])) wide[count++] = from[i * stride];
    return count;
}

typedef struct figures {
    double mean, variance, skewness, kurtosis, minimum, maximum, zeros;
} figures;

/* GSL's kurtosis is the excess over the normal's 3. */
static figures by_gsl(size_t n)
{
    figures f = {.mean = gsl_stats_long_double_mean(wide, 1, n)};
    f.variance = gsl_stats_long_double_variance_with_fixed_mean(wide, 1, n, f.mean);
    double sd = sqrt(f.variance);
    f.skewness = gsl_stats_long_double_skew_m_sd(wide, 1, n, f.mean, sd);
    f.kurtosis = gsl_stats_long_double_kurtosis_m_sd(wide, 1, n, f.mean, sd) + 3;
    f.minimum = (double)gsl_stats_long_double_min(wide, 1, n);
    f.maximum = (double)gsl_stats_long_double_max(wide, 1, n);
    for (size_t i = 0; i < n; i++) f.zeros += wide[i] == 0;
    return f;
}

/* GSL is given its mean in double: the share of the deviation that its last bit is, is what the
 * third moment feels. */
static double condition(const figures *f)
{
    return 1 + fabs(f->mean) / sqrt(f->variance);
}

static void check_unit(const ins_moments *unit, const real *slice, size_t n, size_t stride)
{
    size_t count = widen(slice, n, stride);
    ck_assert(unit->count == (double)count && unit->nonfinite == (double)(n - count));
    if (count == 0) {
        ck_assert(isnan(unit->mean) && isnan(unit->second) && isnan(unit->third));
        ck_assert(isnan(unit->fourth) && isnan(unit->minimum) && isnan(unit->maximum));
        ck_assert(unit->zeros == 0 && unit->saturated == 0);
        return;
    }
    figures f = by_gsl(count);
    double sd = sqrt(f.variance);
    ck_assert_msg(agrees(unit->mean, f.mean, sd), "mean %.17g not %.17g", unit->mean, f.mean);
    ck_assert_msg(agrees(unit->second, f.variance, 0), "variance %.17g not %.17g", unit->second,
                  f.variance);
    ck_assert(unit->minimum == f.minimum && unit->maximum == f.maximum);
    ck_assert(unit->zeros == f.zeros);
    if (f.variance == 0) return;
    double skewness = unit->third / (f.variance * sd);
    double kurtosis = unit->fourth / (f.variance * f.variance);
    ck_assert_msg(agrees(skewness, f.skewness, condition(&f)), "skewness %.17g not %.17g", skewness,
                  f.skewness);
    ck_assert_msg(agrees(kurtosis, f.kurtosis, 0), "kurtosis %.17g not %.17g", kurtosis,
                  f.kurtosis);
}

/* The layer's statistics against those of all its elements, and of its units' figures. */
static void check_layer(size_t units, const real *tensor, size_t n)
{
    ins_layer_statistics s = ins_layer_statistics_of(m, units);
    size_t count = widen(tensor, n, 1);
    figures f = by_gsl(count);
    ck_assert(s.units == (double)units && s.count == (double)count);
    ck_assert(s.nonfinite == (double)(n - count));
    ck_assert_msg(agrees(s.mean, f.mean, sqrt(f.variance)), "%.17g %.17g", s.mean, f.mean);
    ck_assert_msg(agrees(s.variance, f.variance, 0), "%.17g %.17g", s.variance, f.variance);
    ck_assert(s.variance == s.within_unit_variance + s.between_unit_variance);
    ck_assert(agrees(s.second_moment, f.variance + f.mean * f.mean, 0));
    ck_assert(s.minimum == f.minimum && s.maximum == f.maximum);
    ck_assert(agrees(s.zero_fraction, f.zeros / (double)count, 0));
    if (f.variance == 0) {
        ck_assert(isnan(s.skewness) && isnan(s.kurtosis));
        return;
    }
    ck_assert_msg(agrees(s.skewness, f.skewness, condition(&f)), "%.17g %.17g", s.skewness,
                  f.skewness);
    ck_assert_msg(agrees(s.kurtosis, f.kurtosis, 0), "%.17g %.17g", s.kurtosis, f.kurtosis);
}

static void check_both(size_t rows, size_t columns)
{
    ins_moments_of_rows(x, rows, columns, none, m);
    for (size_t u = 0; u < rows; u++) check_unit(&m[u], x + u * columns, columns, 1);
    check_layer(rows, x, rows * columns);
    ins_moments_of_columns(x, rows, columns, none, m);
    for (size_t u = 0; u < columns; u++) check_unit(&m[u], x + u, rows, columns);
    check_layer(columns, x, rows * columns);
}

static const size_t shapes[][2] = {{1, 1},    {1, 7},    {3, 5},     {17, 33}, {64, 64}, {5, 129},
                                   {130, 16}, {512, 37}, {100, 512}, {65, 15}, {2, 2}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

START_TEST(agreement_with_gsl)
{
    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t rows = shapes[shape][0], columns = shapes[shape][1];
        for (size_t i = 0; i < rows * columns; i++) x[i] = (real)draw((size_t)_i, i);
        if (_i == 7) /* the first of every row and column */
            for (size_t i = 0; i < rows * columns; i++)
                if (i < columns || i % columns == 0) x[i] = (real)1e6;
        check_both(rows, columns);
    }
}
END_TEST

/* The weighted pooling, where units have different counts. */
START_TEST(nonfinite_elements)
{
    static const real bad[] = {(real)NAN, (real)INFINITY, (real)-INFINITY};
    for (size_t shape = 0; shape < SHAPES; shape++) {
        size_t rows = shapes[shape][0], columns = shapes[shape][1], n = rows * columns;
        for (size_t i = 0; i < n; i++) x[i] = (real)draw(0, i);
        for (size_t k = 0; k < 1 + n / 10; k++)
            x[gsl_rng_uniform_int(rng, n)] = bad[gsl_rng_uniform_int(rng, 3)];
        if (n > 20) {
            x[0] = bad[0];
            x[n - 1] = bad[1];
            for (size_t k = 0; k < columns; k++) x[columns + k] = bad[k % 3];  /* a whole row */
            for (size_t k = 0; k < rows; k++) x[k * columns + 1] = bad[k % 3]; /* and column */
        }
        if (widen(x, n, 1) > 0) check_both(rows, columns);
    }
}
END_TEST

START_TEST(nothing_finite)
{
    for (size_t i = 0; i < 100; i++) x[i] = i % 2 ? (real)NAN : (real)INFINITY;
    ins_moments_of_columns(x, 10, 10, none, m);
    ins_layer_statistics s = ins_layer_statistics_of(m, 10);
    ck_assert(s.units == 10 && s.count == 0 && s.nonfinite == 100);
    ck_assert(isnan(s.mean) && isnan(s.variance) && isnan(s.within_unit_variance));
    ck_assert(isnan(s.between_unit_variance) && isnan(s.second_moment) && isnan(s.skewness));
    ck_assert(isnan(s.kurtosis) && isnan(s.minimum) && isnan(s.maximum));
    ck_assert(isnan(s.zero_fraction) && isnan(s.saturated_fraction));
}
END_TEST

START_TEST(no_elements)
{
    ins_moments_of_rows(NULL, 3, 0, none, m);
    ins_moments_of_columns(NULL, 0, 20, none, m + 3);
    for (size_t u = 0; u < 23; u++) ck_assert(m[u].count == 0 && isnan(m[u].mean));
    ck_assert(ins_layer_statistics_of(m, 23).count == 0);
    ck_assert(ins_layer_statistics_of(NULL, 0).units == 0);
}
END_TEST

static void check_constant(const ins_moments *unit, real value)
{
    ck_assert(unit->mean == (double)value && unit->minimum == (double)value);
    ck_assert(unit->maximum == (double)value);
    ck_assert(unit->second == 0 && unit->third == 0 && unit->fourth == 0);
}

/* Constant slices have no spread at all, of whatever length and value. */
START_TEST(constant_slices)
{
    static const real values[] = {(real)0.1, -3, (real)1e30, FLT_TRUE_MIN, 0, (real)-FLT_MAX};
    for (size_t v = 0; v < 6; v++)
        for (size_t length = 1; length <= 70; length++) {
            for (size_t i = 0; i < 3 * length; i++) x[i] = values[v];
            ins_moments_of_rows(x, 3, length, none, m);
            for (size_t u = 0; u < 3; u++) check_constant(&m[u], values[v]);
            ins_moments_of_columns(x, 3, length, none, m);
            for (size_t u = 0; u < length; u++) check_constant(&m[u], values[v]);
            ins_layer_statistics s = ins_layer_statistics_of(m, length);
            ck_assert(s.variance == 0 && s.within_unit_variance == 0);
            ck_assert(s.between_unit_variance == 0 && s.mean == (double)values[v]);
            ck_assert(isnan(s.skewness) && isnan(s.kurtosis));
        }
}
END_TEST

static void check_identical(size_t units)
{
    for (size_t u = 1; u < units; u++) ck_assert_int_eq(memcmp(&m[u], &m[0], sizeof m[0]), 0);
    ins_layer_statistics s = ins_layer_statistics_of(m, units);
    ck_assert(s.between_unit_variance == 0);
    ck_assert(s.mean == m[0].mean);
}

/* The signature of unbroken symmetry: units that are the same have bitwise the same moments,
 * wherever they stand in memory and whatever rest the vector width leaves. */
START_TEST(identical_units)
{
    bool spread = false;
    for (size_t units = 1; units <= 67; units += 1 + units / 20)
        for (size_t length = 1; length <= 67; length += 1 + length / 20) {
            real *rows = x + units % 5; /* any alignment of a real */
            for (size_t i = 0; i < length; i++) {
                real value = (real)draw(_i == 0 ? 0 : 7, i);
                for (size_t u = 0; u < units; u++)
                    rows[u * length + i] = turned[i * units + u] = value;
            }
            if (_i == 2) /* through the careful pass */
                for (size_t u = 0; u < units; u++)
                    rows[u * length + length / 2] = turned[length / 2 * units + u] = (real)NAN;
            ins_moments_of_rows(rows, units, length, none, m);
            if (m[0].count == 0) continue;
            spread |= m[0].second > 0;
            check_identical(units);
            ins_moments_of_columns(turned, length, units, none, m);
            check_identical(units);
        }
    ck_assert(spread);
}
END_TEST

/* One unit that differs in the last bit breaks the exact zero: it is not zero by rounding. */
START_TEST(almost_identical_units)
{
    for (size_t i = 0; i < 20 * 64; i++) x[i] = 1;
    x[5 * 64 + 9] = nextafterf(1, 2);
    ins_moments_of_rows(x, 20, 64, none, m);
    ins_layer_statistics s = ins_layer_statistics_of(m, 20);
    ck_assert(s.between_unit_variance > 0 && s.within_unit_variance > 0);
}
END_TEST

/* Elements at and beside the bounds, compared in double as the bounds are given. */
START_TEST(saturation)
{
    static const ins_bounds bounds[] = {{-0.97, 0.97}, {0.03, 0.97}, {-0.5, 0.5}, {-1, INFINITY}};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        double expected = 0;
        for (size_t i = 0; i < 333; i++) {
            float near = (float)(i % 2 ? bounds[b].lower : bounds[b].upper);
            x[i] = i % 3 == 0 ? near : i % 3 == 1 ? nextafterf(near, -9) : nextafterf(near, 9);
            if (isinf(x[i])) x[i] = 7;
            expected += (double)x[i] < bounds[b].lower || (double)x[i] > bounds[b].upper;
        }
        ck_assert(expected > 0 && expected < 333);
        ins_moments_of_rows(x, 1, 333, bounds[b], m);
        ck_assert(m[0].saturated == expected);
        ins_moments_of_columns(x, 333, 1, bounds[b], m);
        ck_assert(m[0].saturated == expected);
        ins_layer_statistics s = ins_layer_statistics_of(m, 1);
        ck_assert(s.saturated_fraction == expected / 333);
        x[17] = (real)NAN; /* the careful pass counts alike, and NAN is not saturated */
        ins_moments_of_rows(x, 1, 17, bounds[b], m);
        double first = m[0].saturated;
        ins_moments_of_rows(x, 1, 18, bounds[b], m);
        ck_assert(m[0].saturated == first && m[0].count == 17);
    }
}
END_TEST

START_TEST(negative_zero)
{
    /* the first is the one that stays where all are equal */
    for (size_t first = 0; first < 2; first++) {
        for (size_t i = 0; i < 40; i++) x[i] = i % 2 == first ? (real)-0.0 : 0;
        ins_moments_of_rows(x, 1, 40, none, m);
        ck_assert(m[0].zeros == 40 && !signbit(m[0].minimum) && !signbit(m[0].maximum));
    }
}
END_TEST

/* Deviations -2, -2, 1, 3 of the first unit; the second is constant. */
START_TEST(by_hand)
{
    static const real rows[] = {0, 0, 3, 5, 2, 2, (real)NAN, 2};
    ins_moments_of_rows(rows, 2, 4, (ins_bounds){-1, 4}, m);
    ck_assert(m[0].mean == 2 && m[0].second == 4.5 && m[0].third == 3 && m[0].fourth == 28.5);
    ck_assert(m[0].zeros == 2 && m[0].saturated == 1 && m[1].nonfinite == 1);
    ins_layer_statistics s = ins_layer_statistics_of(m, 2);
    ck_assert(s.count == 7 && s.mean == 2 && s.between_unit_variance == 0);
    ck_assert_double_eq_tol(s.variance, 18.0 / 7, 1e-15);
    ck_assert_double_eq_tol(s.second_moment, 46.0 / 7, 1e-15);
    ck_assert_double_eq_tol(s.kurtosis, 114.0 / 7 / (18.0 / 7) / (18.0 / 7), 1e-14);
    ck_assert(s.zero_fraction == 2.0 / 7 && s.saturated_fraction == 1.0 / 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("moments");
    TCase *tests = tcase_create("moments");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, agreement_with_gsl, 0, KINDS);
    tcase_add_test(tests, nonfinite_elements);
    tcase_add_test(tests, nothing_finite);
    tcase_add_test(tests, no_elements);
    tcase_add_test(tests, constant_slices);
    tcase_add_loop_test(tests, identical_units, 0, 3);
    tcase_add_test(tests, almost_identical_units);
    tcase_add_test(tests, saturation);
    tcase_add_test(tests, negative_zero);
    tcase_add_test(tests, by_hand);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
