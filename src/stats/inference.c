/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Inference over seeds: few values, so nothing here is hurried. GSL's quantile functions are asked
 * only for arguments inside their domain. */
#include <config.h>

#include "initscope/inference.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/memory.h"

static bool all_same(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0]) return false;
    return true;
}

static double standard_error(const double *x, size_t n, double mean)
{
    return gsl_stats_sd_m(x, 1, n, mean) / sqrt((double)n);
}

ins_interval ins_interval_of_mean(const double *x, size_t n, double level)
{
    ins_interval interval = {n, NAN, NAN, NAN};
    if (n == 0) return interval;
    interval.mean = gsl_stats_mean(x, 1, n);
    if (n == 1 || !(level > 0 && level < 1)) return interval;
    double t = gsl_cdf_tdist_Pinv(0.5 + level / 2, (double)(n - 1));
    double half = t * standard_error(x, n, interval.mean);
    interval.lower = interval.mean - half;
    interval.upper = interval.mean + half;
    return interval;
}

ins_interval ins_interval_of_geometric_mean(const double *x, size_t n, double level)
{
    /* Equal values come back as they are, not through exp(log(x)). */
    if (n == 0 || all_same(x, n)) return ins_interval_of_mean(x, n, level);
    double *logarithm = ins_allocate(n, sizeof *logarithm, "logarithms of an interval");
    for (size_t i = 0; i < n; i++) logarithm[i] = log(x[i]);
    ins_interval interval = ins_interval_of_mean(logarithm, n, level);
    free(logarithm);
    interval.mean = exp(interval.mean);
    interval.lower = exp(interval.lower);
    interval.upper = exp(interval.upper);
    return interval;
}

ins_spread ins_spread_of(const double *x, size_t n, double level)
{
    ins_spread spread = {n, NAN, NAN, NAN};
    if (n < 2) return spread;
    spread.variance = gsl_stats_variance(x, 1, n);
    if (!(spread.variance > 0) || !(level > 0 && level < 1)) return spread;
    double freedom = (double)(n - 1), tail = (1 - level) / 2;
    spread.lower = freedom * spread.variance / gsl_cdf_chisq_Qinv(tail, freedom);
    spread.upper = freedom * spread.variance / gsl_cdf_chisq_Pinv(tail, freedom);
    return spread;
}

double ins_slope(const double *x, const double *y, size_t n)
{
    if (n < 2 || all_same(x, n)) return NAN;
    double c0, c1, cov00, cov01, cov11, sumsq;
    int status = gsl_fit_linear(x, 1, y, 1, n, &c0, &c1, &cov00, &cov01, &cov11, &sumsq);
    return status == GSL_SUCCESS ? c1 : NAN;
}

ins_comparison ins_compare_paired(const double *a, const double *b, size_t n, double level)
{
    ins_comparison comparison = {{n, NAN, NAN, NAN}, NAN};
    if (n == 0) return comparison;
    double *difference = ins_allocate(n, sizeof *difference, "paired differences");
    for (size_t i = 0; i < n; i++) difference[i] = a[i] - b[i];
    comparison.difference = ins_interval_of_mean(difference, n, level);
    double mean = comparison.difference.mean;
    double error = n > 1 ? standard_error(difference, n, mean) : NAN;
    free(difference);
    if (error > 0)
        comparison.p = 2 * gsl_cdf_tdist_Q(fabs(mean) / error, (double)(n - 1));
    else if (error == 0)
        comparison.p = mean == 0 ? 1 : 0;
    return comparison;
}

void ins_holm(double *p, size_t n)
{
    size_t *order = ins_allocate(n, sizeof *order, "order of p values");
    double *known = ins_allocate(n, sizeof *known, "p values");
    size_t *place = ins_allocate(n, sizeof *place, "places of p values");
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) continue; /* would leave the sort without order */
        known[count] = p[i];
        place[count++] = i;
    }
    gsl_sort_index(order, known, 1, count);
    double adjusted = 0;
    for (size_t rank = 0; rank < count; rank++) {
        double scaled = (double)(count - rank) * known[order[rank]];
        adjusted = fmin(1, fmax(adjusted, scaled));
        p[place[order[rank]]] = adjusted;
    }
    free(order);
    free(known);
    free(place);
}
