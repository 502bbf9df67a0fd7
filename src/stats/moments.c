/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of units. One kernel serves rows and columns: it walks a matrix some columns wide, and
 * every lane adds up its own column, so a lane's figures depend on nothing but its own elements in
 * their order, whatever the alignment and the vector width. Columns of a tensor are lanes as they
 * are; many short rows are turned, LANES of them at a time; another is folded into LANES columns,
 * which are added up at the end.
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

#include "initscope/vector.h"

/* Lanes of one row, and columns that are walked together: whole lines of the cache, and pages, are
 * read from end to end, and the sums stay in the fastest cache. Elements of a row that is turned;
 * lanes of a sum over units. */
enum { LANES = 16, COLUMNS = 128, SHORT = 64, POOL = 8 };

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

/* From sums of powers of x - shift over n elements: its mean, and the central moments. */
INS_VECTORIZED_PART powers central_moments(powers sum, double n)
{
    double d = sum.p1 / n, d2 = d * d;
    double m2 = sum.p2 / n, m3 = sum.p3 / n, m4 = sum.p4 / n;
    double second = m2 - d2;
    return (powers){d, second > 0 ? second : 0, m3 - 3 * d * m2 + 2 * d2 * d,
                    m4 - 4 * d * m3 + 6 * d2 * m2 - 3 * d2 * d2};
}

/* Two passes over the finite elements of a slice: the mean, then powers of the distance to it. */
static ins_moments careful_moments(const real *x, size_t length, size_t stride, limits l)
{
    ins_moments m = {.minimum = INFINITY, .maximum = -INFINITY};
    double first = 0, total = 0;
    for (size_t i = 0; i < length; i++) {
        real v = x[i * stride];
        if (!isfinite(v)) continue;
        if (m.count == 0) first = (double)v;
        m.count++;
        total += (double)v - first;
        m.minimum = fmin(m.minimum, (double)v);
        m.maximum = fmax(m.maximum, (double)v);
        m.zeros += v == 0;
        m.saturated += v < l.lower || v > l.upper;
    }
    m.nonfinite = (double)length - m.count;
    if (m.count == 0) {
        m.mean = m.second = m.third = m.fourth = m.minimum = m.maximum = NAN;
        return m;
    }
    const double shift = first + total / m.count;
    powers sum = {0};
    for (size_t i = 0; i < length; i++) {
        if (!isfinite(x[i * stride])) continue;
        double d = (double)x[i * stride] - shift, q = d * d;
        sum = (powers){sum.p1 + d, sum.p2 + q, sum.p3 + q * d, sum.p4 + q * q};
    }
    const powers of = central_moments(sum, m.count);
    m.mean = shift + of.p1;
    m.second = of.p2;
    m.third = of.p3;
    m.fourth = of.p4;
    m.minimum += 0.0; /* -0 + 0 is 0 */
    m.maximum += 0.0;
    return m;
}

/* The moments of the first width lanes, of rows elements each. Lane k is the slice from x[k * step]
 * on, whose elements are stride apart; it is done again when its sums are not finite, or the shift
 * is far off. */
INS_VECTORIZED_PART void finish(block *b, size_t width, size_t rows, const real *x, size_t step,
                                size_t stride, limits l, ins_moments *out)
{
    const double n = (double)rows;
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        powers of = central_moments((powers){b->s1[k], b->s2[k], b->s3[k], b->s4[k]}, n);
        b->s1[k] = of.p1;
        b->s2[k] = of.p2;
        b->s3[k] = of.p3;
        b->s4[k] = of.p4;
    }
    for (size_t k = 0; k < width; k++) {
        if (b->s1[k] * b->s1[k] <= far_shift * b->s2[k])
            out[k] = (ins_moments){
                .count = n,
                .mean = b->shift[k] + b->s1[k],
                .second = b->s2[k],
                .third = b->s3[k],
                .fourth = b->s4[k],
                .minimum = (double)b->minimum[k] + 0.0, /* -0 + 0 is 0 */
                .maximum = (double)b->maximum[k] + 0.0,
                .zeros = (double)b->zeros[k],
                .saturated = (double)b->saturated[k],
            };
        else
            out[k] = careful_moments(x + k * step, rows, stride, l);
    }
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

INS_VECTORIZED_PART void moments_of_row(const real *row, size_t length, limits l, ins_moments *out)
{
    block b;
    block_start(&b, row, LANES, 0);
    add_matrix(&b, row, length / LANES, LANES, LANES, l);
    add_row(&b, row + length / LANES * LANES, length % LANES, l);
    fold(&b);
    finish(&b, 1, length, row, length, 1, l, out);
}

/* Of units rows, at most LANES; lanes without a row of their own have the first. */
INS_VECTORIZED_PART void moments_of_short_rows(const real *x, size_t units, size_t length, limits l,
                                               ins_moments *out)
{
    _Alignas(64) real turned[SHORT * LANES];
    block b;
    for (size_t k = 0; k < LANES; k++) {
        const real *row = x + (k < units ? k : 0) * length;
        for (size_t i = 0; i < length; i++) turned[i * LANES + k] = row[i];
    }
    block_start(&b, turned, LANES, 1);
    add_matrix(&b, turned, length, LANES, LANES, l);
    finish(&b, units, length, x, length, 1, l, out);
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
        finish(&b, width, rows, x + u, 1, units, l, out + u);
    }
}

INS_VECTORIZED void ins_moments_of_rows(const real *x, size_t units, size_t length,
                                        ins_bounds bounds, ins_moments *out)
{
    limits l = limits_of(bounds);
    if (length <= 1) { /* lanes for all units instead of for each */
        ins_moments_of_columns(x, length, units, bounds, out);
    } else if (length <= SHORT && units >= LANES / 2) {
        for (size_t u = 0; u < units; u += LANES)
            moments_of_short_rows(x + u * length, units - u < LANES ? units - u : LANES, length, l,
                                  out + u);
    } else {
        for (size_t u = 0; u < units; u++) moments_of_row(x + u * length, length, l, &out[u]);
    }
}

/* Sums over units, of which each lane adds up every POOL-th. A unit without a finite element has
 * weight 0 and no mean. */
typedef struct pool {
    double count[POOL], nonfinite[POOL], zeros[POOL], saturated[POOL];
    double minimum[POOL], maximum[POOL];
    double mean[POOL], within[POOL];                 /* of mean - shift, and of second */
    double between[POOL], third[POOL], fourth[POOL]; /* of powers of the distance to the mean */
} pool;

static double total(const double lane[POOL])
{
    double sum = 0;
    for (size_t k = 0; k < POOL; k++) sum += lane[k];
    return sum;
}

INS_VECTORIZED_PART void add_units(pool *restrict p, const ins_moments *restrict units,
                                   size_t width, double shift)
{
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        const ins_moments *m = &units[k];
        const double mean = m->count > 0 ? m->mean : shift;
        const double second = m->count > 0 ? m->second : 0;
        p->count[k] += m->count;
        p->nonfinite[k] += m->nonfinite;
        p->zeros[k] += m->zeros;
        p->saturated[k] += m->saturated;
        p->minimum[k] = m->minimum < p->minimum[k] ? m->minimum : p->minimum[k];
        p->maximum[k] = m->maximum > p->maximum[k] ? m->maximum : p->maximum[k];
        p->mean[k] += m->count * (mean - shift);
        p->within[k] += m->count * second;
    }
}

/* The second, third and fourth central moments of all elements together, from the units' own and
 * the distances d of their means to the layer's: E(y + d)^3 and E(y + d)^4 with E y = 0. */
INS_VECTORIZED_PART void add_distances(pool *restrict p, const ins_moments *restrict units,
                                       size_t width, double layer_mean)
{
#pragma omp simd
    for (size_t k = 0; k < width; k++) {
        const ins_moments *m = &units[k];
        const bool any = m->count > 0;
        const double second = any ? m->second : 0, third = any ? m->third : 0;
        const double fourth = any ? m->fourth : 0;
        const double d = any ? m->mean - layer_mean : 0, d2 = d * d;
        p->between[k] += m->count * d2;
        p->third[k] += m->count * (third + 3 * d * second + d2 * d);
        p->fourth[k] += m->count * (fourth + 4 * d * third + 6 * d2 * second + d2 * d2);
    }
}

/* The mean of the first unit that has one is the shift: when all means are the same, their
 * distances to it and to the layer's mean are exactly 0. */
INS_VECTORIZED ins_layer_statistics ins_layer_statistics_of(const ins_moments *units, size_t count)
{
    pool p = {0};
    size_t first = 0, u = 0;
    for (size_t k = 0; k < POOL; k++) p.minimum[k] = INFINITY, p.maximum[k] = -INFINITY;
    while (first < count && !(units[first].count > 0)) first++;
    const double shift = first < count ? units[first].mean : 0;
    for (; u + POOL <= count; u += POOL) add_units(&p, units + u, POOL, shift);
    add_units(&p, units + u, count - u, shift);
    ins_layer_statistics t = {
        .units = (double)count, .count = total(p.count), .nonfinite = total(p.nonfinite)};
    if (!(t.count > 0)) {
        t.mean = t.variance = t.within_unit_variance = t.between_unit_variance = NAN;
        t.second_moment = t.skewness = t.kurtosis = t.zero_fraction = t.saturated_fraction = NAN;
        t.minimum = t.maximum = NAN;
        return t;
    }
    t.mean = shift + total(p.mean) / t.count;
    for (u = 0; u + POOL <= count; u += POOL) add_distances(&p, units + u, POOL, t.mean);
    add_distances(&p, units + u, count - u, t.mean);
    t.minimum = INFINITY;
    t.maximum = -INFINITY;
    for (size_t k = 0; k < POOL; k++) {
        t.minimum = p.minimum[k] < t.minimum ? p.minimum[k] : t.minimum;
        t.maximum = p.maximum[k] > t.maximum ? p.maximum[k] : t.maximum;
    }
    t.zero_fraction = total(p.zeros) / t.count;
    t.saturated_fraction = total(p.saturated) / t.count;
    t.within_unit_variance = total(p.within) / t.count;
    t.between_unit_variance = total(p.between) / t.count;
    t.variance = t.within_unit_variance + t.between_unit_variance;
    t.second_moment = t.variance + t.mean * t.mean;
    const bool spread = t.variance > 0;
    const double sd = sqrt(t.variance);
    t.skewness = spread ? total(p.third) / t.count / (t.variance * sd) : NAN;
    t.kurtosis = spread ? total(p.fourth) / t.count / (t.variance * t.variance) : NAN;
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
