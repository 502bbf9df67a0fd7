/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals over seeds, slopes, paired comparisons: GSL's distributions, never our own. */
#ifndef INITSCOPE_INFERENCE_H
#define INITSCOPE_INFERENCE_H

#include <stddef.h>

/* A mean with its two-sided t interval. n = 0: all NAN; n = 1: lower and upper are NAN (no
 * interval). */
typedef struct ins_interval {
    size_t n;
    double mean, lower, upper;
} ins_interval;

/* level in (0, 1), usually 0.95. Values that are not finite must be left out by the caller. */
ins_interval ins_interval_of_mean(const double *x, size_t n, double level);

/* The same on the logarithm, transformed back: geometric mean and its interval. x > 0. */
ins_interval ins_interval_of_geometric_mean(const double *x, size_t n, double level);

/* A sample variance with its two-sided chi-square interval, as of ln signal over seeds, which width
 * and depth predict (sum over layers of 1/n; Hanin 2018). n < 2: all NAN. No spread: 0 and no
 * interval, for nothing was drawn. */
typedef struct ins_spread {
    size_t n;
    double variance, lower, upper;
} ins_spread;

/* The interval holds for values of a normal law. level and values as above. */
ins_spread ins_spread_of(const double *x, size_t n, double level);

/* Least-squares slope of y on x (gsl_fit_linear). NAN when n < 2 or x is constant. */
double ins_slope(const double *x, const double *y, size_t n);

/* Paired difference a - b: mean, interval, and the two-sided p value of the paired t test.
 * Differences that are all the same have no spread: the interval is the point, p is 0, or 1 when
 * the difference is 0. n < 2: NAN. */
typedef struct ins_comparison {
    ins_interval difference;
    double p;
} ins_comparison;

ins_comparison ins_compare_paired(const double *a, const double *b, size_t n, double level);

/* Holm's step-down adjustment of n p values in place (NAN entries are left out of the count and
 * stay NAN). */
void ins_holm(double *p, size_t n);

#endif
