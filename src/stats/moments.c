/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of units. One kernel serves rows and columns: it walks a matrix some columns wide, and
 * every lane adds up its own column, so a lane's figures depend on nothing but its own elements in
 * their order, whatever the alignment and the vector width. Columns of a tensor are lanes as they
 * are; a row is folded into LANES columns, which are added up at the end.
 *
 * Powers are taken of the distance to a shift, the first element of the slice. With float elements
 * no sum of powers can overflow or underflow in double; an element that is not finite shows in the
 * first sum. Such a slice, and one whose first element is far from its mean, is done again by a
 * careful scalar pass. */
#include <config.h>

#include "initscope/moments.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_statistics_double.h>

#include "initscope/vector.h"

/* Lanes of one row, and columns that are walked together: whole lines of the cache, and pages, are
 * read from end to end, and the sums stay in the fastest cache. */
enum { LANES = 16, COLUMNS = 128 };

/* The shift serves when (mean - shift)^2 is at most so many variances: the fourth moment then
 * loses fewer than four of its sixteen digits. */
static const double far_shift = 16;

/* The bounds in the element type, such that comparing elements with them gives what comparing in
 * double would. */
typedef struct limits {
    real lower, upper;
} limits;

/* Sums of powers of x - shift and the rest, a lane each. Counts fit: a tensor's dimensions are at
 * most INT_MAX. */
typedef struct block {
    _Alignas(64) double shift[COLUMNS];
    double s1[COLUMNS], s2[COLUMNS], s3[COLUMNS], s4[COLUMNS];
    real minimum[COLUMNS], maximum[COLUMNS];
    uint32_t zeros[COLUMNS], saturated[COLUMNS];
} block;

/* The element type is double or float by real.h; the same source must do for both. */
static real toward(real from, real to)
{
    return sizeof(real) < sizeof(double) ? (real)nextafterf((float)from, (float)to)
                                         : (real)nextafter((double)from, (double)to);
}

static limits limits_of(ins_bounds bounds)
{
    limits l = {(real)bounds.lower, (real)bounds.upper};
    if ((double)l.lower < bounds.lower) l.lower = toward(l.lower, (real)INFINITY);
    if ((double)l.upper > bounds.upper) l.upper = toward(l.upper, (real)-INFINITY);
    return l;
}

/* Lane k starts from x[k * step]: step 1 for columns, 0 for the lanes of one row. */
INS_VECTORIZED_PART void block_start(block *b, const real *x, size_t width, size_t step)
{
    for (size_t k = 0; k < width; k++) {
        b->shift[k] = (double)x[k * step];
        b->s1[k] = b->s2[k] = b->s3[k] = b->s4[k] = 0;
        b->minimum[k] = b->maximum[k] = x[k * step];
        b->zeros[k] = b->saturated[k] = 0;
    }
}

INS_VECTORIZED_PART real smaller(real a, real b)
{
    return a < b ? a : b;
}

INS_VECTORIZED_PART real larger(real a, real b)
{
    return a > b ? a : b;
}

/* Sums of powers over four elements. */
typedef struct powers {
    double p1, p2, p3, p4;
} powers;

INS_VECTORIZED_PART powers powers_of(const real *restrict x, size_t stride, double shift)
{
    double d0 = (double)x[0] - shift, d1 = (double)x[stride] - shift;
    double d2 = (double)x[2 * stride] - shift, d3 = (double)x[3 * stride] - shift;
    double q0 = d0 * d0, q1 = d1 * d1, q2 = d2 * d2, q3 = d3 * d3;
    return (powers){(d0 + d1) + (d2 + d3), (q0 + q1) + (q2 + q3),
                    (q0 * d0 + q1 * d1) + (q2 * d2 + q3 * d3),
                    (q0 * q0 + q1 * q1) + (q2 * q2 + q3 * q3)};
}

/* Groups of four rows, a constant number of them: the sums are loaded and stored once for all. */
INS_VECTORIZED_PART void add_powers(block *restrict b, const real *restrict x, size_t stride,
                                    size_t width, size_t groups)
{
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        powers sum = {b->s1[k], b->s2[k], b->s3[k], b->s4[k]};
        for (size_t g = 0; g < groups; g++) {
            powers p = powers_of(x + k + 4 * g * stride, stride, b->shift[k]);
            sum = (powers){sum.p1 + p.p1, sum.p2 + p.p2, sum.p3 + p.p3, sum.p4 + p.p4};
        }
        b->s1[k] = sum.p1;
        b->s2[k] = sum.p2;
        b->s3[k] = sum.p3;
        b->s4[k] = sum.p4;
    }
}

INS_VECTORIZED_PART void add_counts(block *restrict b, const real *restrict x, size_t stride,
                                    size_t width, limits l)
{
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        real x0 = x[k], x1 = x[k + stride], x2 = x[k + 2 * stride], x3 = x[k + 3 * stride];
        b->minimum[k] = smaller(smaller(smaller(x0, x1), smaller(x2, x3)), b->minimum[k]);
        b->maximum[k] = larger(larger(larger(x0, x1), larger(x2, x3)), b->maximum[k]);
        b->zeros[k] +=
            (uint32_t)(x0 == 0) + (uint32_t)(x1 == 0) + (uint32_t)(x2 == 0) + (uint32_t)(x3 == 0);
        b->saturated[k] += ((uint32_t)(x0 < l.lower) + (uint32_t)(x1 < l.lower) +
                            (uint32_t)(x2 < l.lower) + (uint32_t)(x3 < l.lower)) +
                           ((uint32_t)(x0 > l.upper) + (uint32_t)(x1 > l.upper) +
                            (uint32_t)(x2 > l.upper) + (uint32_t)(x3 > l.upper));
    }
}

INS_VECTORIZED_PART void add_row(block *restrict b, const real *restrict x, size_t width, limits l)
{
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        double d = (double)x[k] - b->shift[k], q = d * d;
        b->s1[k] += d;
        b->s2[k] += q;
        b->s3[k] += q * d;
        b->s4[k] += q * q;
        b->minimum[k] = smaller(x[k], b->minimum[k]);
        b->maximum[k] = larger(x[k], b->maximum[k]);
        b->zeros[k] += (uint32_t)(x[k] == 0);
        b->saturated[k] += (uint32_t)(x[k] < l.lower) + (uint32_t)(x[k] > l.upper);
    }
}

INS_VECTORIZED_PART void add_matrix(block *restrict b, const real *restrict x, size_t rows,
                                    size_t stride, size_t width, limits l)
{
    size_t r = 0;
    for (; r + 8 <= rows; r += 8) {
        add_powers(b, x + r * stride, stride, width, 2);
        add_counts(b, x + r * stride, stride, width, l);
        add_counts(b, x + (r + 4) * stride, stride, width, l);
    }
    for (; r + 4 <= rows; r += 4) {
        add_powers(b, x + r * stride, stride, width, 1);
        add_counts(b, x + r * stride, stride, width, l);
    }
    for (; r < rows; r++) add_row(b, x + r * stride, width, l);
}

/* One slice's sums over n finite elements, and what follows from them. */
typedef struct sums {
    double n, shift, s1, s2, s3, s4;
    double minimum, maximum, zeros, saturated;
} sums;

static ins_moments moments_from(const sums *s)
{
    double d = s->s1 / s->n, d2 = d * d;
    double m2 = s->s2 / s->n, m3 = s->s3 / s->n, m4 = s->s4 / s->n;
    double second = m2 - d2;
    return (ins_moments){
        .count = s->n,
        .mean = s->shift + d,
        .second = second > 0 ? second : 0,
        .third = m3 - 3 * d * m2 + 2 * d2 * d,
        .fourth = m4 - 4 * d * m3 + 6 * d2 * m2 - 3 * d2 * d2,
        .minimum = s->minimum + 0.0, /* -0 + 0 is 0 */
        .maximum = s->maximum + 0.0,
        .zeros = s->zeros,
        .saturated = s->saturated,
    };
}

/* Two passes over the finite elements of a slice: the mean, then powers of the distance to it. */
static ins_moments careful_moments(const real *x, size_t length, size_t stride, limits l)
{
    sums s = {.minimum = INFINITY, .maximum = -INFINITY};
    double first = 0, total = 0;
    for (size_t i = 0; i < length; i++) {
        real v = x[i * stride];
        if (!isfinite(v)) continue;
        if (s.n == 0) first = (double)v;
        s.n++;
        total += (double)v - first;
        s.minimum = fmin(s.minimum, (double)v);
        s.maximum = fmax(s.maximum, (double)v);
        s.zeros += v == 0;
        s.saturated += v < l.lower || v > l.upper;
    }
    double nonfinite = (double)length - s.n;
    if (s.n == 0)
        return (ins_moments){
            0, NAN, NAN, NAN, NAN, NAN, NAN, .zeros = 0, .saturated = 0, .nonfinite = nonfinite};
    s.shift = first + total / s.n;
    for (size_t i = 0; i < length; i++) {
        if (!isfinite(x[i * stride])) continue;
        double d = (double)x[i * stride] - s.shift, q = d * d;
        s.s1 += d;
        s.s2 += q;
        s.s3 += q * d;
        s.s4 += q * q;
    }
    ins_moments m = moments_from(&s);
    m.nonfinite = nonfinite;
    return m;
}

static ins_moments finish(const sums *s, const real *x, size_t stride, limits l)
{
    ins_moments m = moments_from(s);
    double distance = m.mean - s->shift;
    if (isfinite(s->s1) && distance * distance <= far_shift * m.second) return m;
    return careful_moments(x, (size_t)s->n, stride, l);
}

INS_VECTORIZED_PART sums lane(const block *b, size_t k, size_t rows)
{
    return (sums){(double)rows,
                  b->shift[k],
                  b->s1[k],
                  b->s2[k],
                  b->s3[k],
                  b->s4[k],
                  (double)b->minimum[k],
                  (double)b->maximum[k],
                  (double)b->zeros[k],
                  (double)b->saturated[k]};
}

/* Adds the upper half of the lanes to the lower half until one is left. */
INS_VECTORIZED_PART void fold(block *b)
{
    for (size_t half = LANES / 2; half > 0; half /= 2)
#pragma omp simd
        for (size_t k = 0; k < half; k++) {
            b->s1[k] += b->s1[k + half];
            b->s2[k] += b->s2[k + half];
            b->s3[k] += b->s3[k + half];
            b->s4[k] += b->s4[k + half];
            b->minimum[k] = smaller(b->minimum[k + half], b->minimum[k]);
            b->maximum[k] = larger(b->maximum[k + half], b->maximum[k]);
            b->zeros[k] += b->zeros[k + half];
            b->saturated[k] += b->saturated[k + half];
        }
}

INS_VECTORIZED_PART ins_moments moments_of_row(const real *row, size_t length, limits l)
{
    block b;
    block_start(&b, row, LANES, 0);
    add_matrix(&b, row, length / LANES, LANES, LANES, l);
    add_row(&b, row + length / LANES * LANES, length % LANES, l);
    fold(&b);
    sums s = lane(&b, 0, length);
    return finish(&s, row, 1, l);
}

INS_VECTORIZED void ins_moments_of_columns(const real *x, size_t rows, size_t units,
                                           ins_bounds bounds, ins_moments *out)
{
    limits l = limits_of(bounds);
    if (rows == 0) {
        for (size_t u = 0; u < units; u++) out[u] = careful_moments(NULL, 0, 1, l);
        return;
    }
    for (size_t u = 0, width; u < units; u += width) {
        width = units - u < COLUMNS ? units - u : COLUMNS;
        block b;
        block_start(&b, x + u, width, 1);
        if (width == COLUMNS) /* a constant width is a loop without remainder */
            add_matrix(&b, x + u, rows, units, COLUMNS, l);
        else
            add_matrix(&b, x + u, rows, units, width, l);
        for (size_t k = 0; k < width; k++) {
            sums s = lane(&b, k, rows);
            out[u + k] = finish(&s, x + u + k, units, l);
        }
    }
}

INS_VECTORIZED void ins_moments_of_rows(const real *x, size_t units, size_t length,
                                        ins_bounds bounds, ins_moments *out)
{
    limits l = limits_of(bounds);
    if (length == 1) { /* lanes for all units instead of for each */
        ins_moments_of_columns(x, 1, units, bounds, out);
        return;
    }
    for (size_t u = 0; u < units; u++)
        out[u] =
            length > 0 ? moments_of_row(x + u * length, length, l) : careful_moments(NULL, 0, 1, l);
}

/* Adds what is not a mean of units: ranges and counts. */
static void add_ranges(ins_layer_statistics *t, const ins_moments *units, size_t count)
{
    t->minimum = t->maximum = NAN;
    double zeros = 0, saturated = 0;
    for (size_t u = 0; u < count; u++) {
        t->count += units[u].count;
        t->nonfinite += units[u].nonfinite;
        zeros += units[u].zeros;
        saturated += units[u].saturated;
        t->minimum = fmin(t->minimum, units[u].minimum); /* fmin passes over NAN */
        t->maximum = fmax(t->maximum, units[u].maximum);
    }
    t->zero_fraction = zeros / t->count;
    t->saturated_fraction = saturated / t->count;
}

/* The third and fourth central moments of all elements together, from the units' own and the
 * distances d of their means to the layer's: E(y + d)^3 and E(y + d)^4 with E y = 0. */
static void add_shape(ins_layer_statistics *t, const ins_moments *units, size_t count)
{
    long double third = 0, fourth = 0;
    for (size_t u = 0; u < count; u++) {
        const ins_moments *m = &units[u];
        if (!(m->count > 0)) continue;
        double d = m->mean - t->mean, d2 = d * d;
        third += m->count * (m->third + 3 * d * m->second + d2 * d);
        fourth += m->count * (m->fourth + 4 * d * m->third + 6 * d2 * m->second + d2 * d2);
    }
    double sd = sqrt(t->variance);
    bool spread = t->variance > 0;
    t->skewness = spread ? (double)(third / t->count) / (t->variance * sd) : NAN;
    t->kurtosis = spread ? (double)(fourth / t->count) / (t->variance * t->variance) : NAN;
}

ins_layer_statistics ins_layer_statistics_of(const ins_moments *units, size_t count)
{
    ins_layer_statistics t = {.units = (double)count};
    add_ranges(&t, units, count);
    if (!(t.count > 0)) {
        t.mean = t.variance = t.within_unit_variance = t.between_unit_variance = NAN;
        t.second_moment = t.skewness = t.kurtosis = t.zero_fraction = t.saturated_fraction = NAN;
        return t;
    }
    /* Units without a finite element have weight 0, which GSL leaves out. When all means are the
     * same its recurrence adds zeros to the first, hence the exact 0 between them. */
    const size_t stride = sizeof *units / sizeof(double);
    const double *weight = &units->count;
    t.mean = gsl_stats_wmean(weight, stride, &units->mean, stride, count);
    t.within_unit_variance = gsl_stats_wmean(weight, stride, &units->second, stride, count);
    t.between_unit_variance =
        gsl_stats_wvariance_with_fixed_mean(weight, stride, &units->mean, stride, count, t.mean);
    t.variance = t.within_unit_variance + t.between_unit_variance;
    t.second_moment = t.variance + t.mean * t.mean;
    add_shape(&t, units, count);
    return t;
}

void ins_layer_statistics_scale(ins_layer_statistics *statistics, int exponent)
{
    double *const linear[] = {&statistics->mean, &statistics->minimum, &statistics->maximum};
    double *const square[] = {&statistics->variance, &statistics->within_unit_variance,
                              &statistics->between_unit_variance, &statistics->second_moment};
    if (exponent == 0) return;
    for (size_t i = 0; i < sizeof linear / sizeof linear[0]; i++)
        *linear[i] = ldexp(*linear[i], exponent);
    for (size_t i = 0; i < sizeof square / sizeof square[0]; i++)
        *square[i] = ldexp(*square[i], 2 * exponent);
}
