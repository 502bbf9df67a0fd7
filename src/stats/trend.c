/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks and lines by GSL, asked only for what they can answer. */
#include <config.h>

#include "initscope/trend.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/memory.h"

static bool has_nan(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i])) return true;
    return false;
}

static bool is_constant(const double *x, size_t n)
{
    double low, high;
    gsl_stats_minmax(&low, &high, x, 1, n);
    return low == high;
}

double ins_rank_correlation(const double *x, const double *y, size_t n)
{
    if (n < 3 || has_nan(x, n) || has_nan(y, n)) return NAN;
    if (is_constant(x, n) || is_constant(y, n)) return NAN;
    double *work = ins_allocate(n, 2 * sizeof *work, "ranks");
    double correlation = gsl_stats_spearman(x, 1, y, 1, n, work);
    free(work);
    return fmin(1, fmax(-1, correlation)); /* it may miss the end by a rounding */
}

double ins_departure_from_line(const double *x, const double *y, size_t n)
{
    if (n < 2) return NAN;
    double c0, c1, cov00, cov01, cov11, sumsq, largest = 0;
    int status = gsl_fit_linear(x, 1, y, 1, n, &c0, &c1, &cov00, &cov01, &cov11, &sumsq);
    if (status != GSL_SUCCESS || !isfinite(c0) || !isfinite(c1))
        return NAN; /* x is constant, too */
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(y[i] - (c0 + c1 * x[i])));
    return largest;
}
