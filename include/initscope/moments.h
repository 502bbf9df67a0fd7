/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments of every unit of a tensor in one vectorised pass, and the layer's statistics from them.
 *
 * All figures are over the finite elements and population ones (divisor n). kurtosis is the fourth
 * standardised moment, 3 for a normal. */
#ifndef INITSCOPE_MOMENTS_H
#define INITSCOPE_MOMENTS_H

#include <stddef.h>

#include "initscope/real.h"

/* One unit's slice. Counts are exact up to 2^53. */
typedef struct ins_moments {
    double count; /* finite elements */
    double mean;
    double second; /* central moments: mean of (x - mean)^2, ^3, ^4 */
    double third;
    double fourth;
    double minimum; /* NAN when count is 0, as mean and the central moments */
    double maximum;
    double zeros;     /* elements equal to 0 */
    double saturated; /* elements below lower or above upper */
    double nonfinite;
} ins_moments;

/* An element is saturated when it is < lower or > upper; {-INFINITY, INFINITY}: none is. */
typedef struct ins_bounds {
    double lower, upper;
} ins_bounds;

/* Unit u is column u of x (rows, units). */
void ins_moments_of_columns(const real *x, size_t rows, size_t units, ins_bounds bounds,
                            ins_moments *out);

/* Unit u is row u of x (units, length). */
void ins_moments_of_rows(const real *x, size_t units, size_t length, ins_bounds bounds,
                         ins_moments *out);

/* The statistics of one tensor of one layer: the columns of layers.csv. variance = within + between
 * (law of total variance, units weighted by their counts); between is exactly 0 when all units have
 * bitwise the same mean. */
typedef struct ins_layer_statistics {
    double units, count, mean, variance, within_unit_variance, between_unit_variance, second_moment;
    double skewness, kurtosis; /* NAN when variance is 0 */
    double minimum, maximum, zero_fraction, saturated_fraction, nonfinite;
} ins_layer_statistics;

ins_layer_statistics ins_layer_statistics_of(const ins_moments *units, size_t count);

/* Of elements that were divided by 2^exponent, their fourth powers being beyond double, those of
 * the elements themselves; infinite where these are beyond double, too. */
void ins_layer_statistics_scale(ins_layer_statistics *statistics, int exponent);

#endif
