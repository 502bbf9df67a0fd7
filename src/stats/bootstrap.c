/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The bias-corrected accelerated bootstrap of a mean; equations are those of Efron & Tibshirani
 * 1993, "An Introduction to the Bootstrap", chapter 14. Quantiles are GSL's: of the normal law, and
 * of the resamples by selection, for sorting them would take longer than drawing them. */
#include <config.h>

#include "initscope/bootstrap.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/memory.h"
#include "initscope/random.h"

enum { RESAMPLES = 10000, FEWEST_VALUES = 5 };

/* z0, eq. 14.14: how many normal standard deviations the median of the resamples lies below the
 * mean. With few rows, shares are coarse and many resamples have just this mean: half of them count
 * as below. They are found in spite of the rounding of sums in another order. */
static double bias_correction(const double *x, size_t n, double mean, const double *resampled,
                              size_t resamples)
{
    const double rounding = (double)n * DBL_EPSILON * fmax(fabs(x[0]), fabs(x[n - 1]));
    double below = 0;
    for (size_t i = 0; i < resamples; i++) {
        double distance = resampled[i] - mean;
        if (fabs(distance) <= rounding)
            below += 0.5;
        else if (distance < 0)
            below += 1;
    }
    return gsl_cdf_ugaussian_Pinv(below / (double)resamples);
}

/* Eq. 14.15, by the jackknife: the mean without x_i lies (x_i - mean)/(n - 1) below the mean. */
static double acceleration(const double *x, size_t n, double mean)
{
    double squares = 0, cubes = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        squares += d * d;
        cubes += d * d * d;
    }
    return cubes / (6 * pow(squares, 1.5));
}

/* Eq. 14.10: the share of resamples below the end that would lie z standard deviations
 * from the middle without bias and skewness. Where the transformation turns over, the end is the
 * outermost resample. */
static double share_below(double z, double bias, double acceleration)
{
    double moved = bias + z, slope = 1 - acceleration * moved;
    if (!(slope > 0)) return moved > 0 ? 1 : 0;
    return gsl_cdf_ugaussian_P(bias + moved / slope);
}

/* gsl_stats_quantile_from_sorted_data of values that are not sorted: linear between the two order
 * statistics around (count - 1) * share. Reorders them. */
static double quantile(double *values, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t index = (size_t)place;
    double at = gsl_stats_select(values, 1, count, index);
    if (index + 1 == count) return at;
    double next = gsl_stats_select(values, 1, count, index + 1);
    return at + (place - (double)index) * (next - at);
}

ins_interval ins_interval_of_resamples(const double *x, size_t n, double level, double *resampled,
                                       size_t resamples)
{
    ins_interval interval = {n, NAN, NAN, NAN};
    if (n == 0) return interval;
    interval.mean = gsl_stats_mean(x, 1, n);
    if (n < FEWEST_VALUES || x[0] == x[n - 1] || !(level > 0 && level < 1)) return interval;
    double bias = bias_correction(x, n, interval.mean, resampled, resamples);
    if (!isfinite(bias)) return interval;
    double a = acceleration(x, n, interval.mean), z = gsl_cdf_ugaussian_Qinv((1 - level) / 2);
    interval.lower = quantile(resampled, resamples, share_below(-z, bias, a));
    interval.upper = quantile(resampled, resamples, share_below(z, bias, a));
    return interval;
}

/* The high half of draw * n is an index: some are likelier than others by n/2^32, which 10 000
 * resamples cannot show, and no draw is thrown away. */
static void resample(const double *x, size_t n, double *resampled, size_t resamples)
{
    gsl_rng rng = {gsl_rng_mt19937, ins_allocate(1, gsl_rng_mt19937->size, "a random stream")};
    ins_random_stream(&rng, 0, INS_FOR_RESAMPLES, 0);
    for (size_t i = 0; i < resamples; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) sum += x[(uint64_t)gsl_rng_get(&rng) * n >> 32];
        /* n times the largest value, divided by n, may round to more than it. */
        resampled[i] = fmin(x[n - 1], fmax(x[0], sum / (double)n));
    }
    free(rng.state);
}

ins_interval ins_interval_of_share(const double *x, size_t n, double level)
{
    double *sorted = ins_reserve(n, sizeof *sorted, "values of a bootstrap");
    double *resampled = ins_reserve(RESAMPLES, sizeof *resampled, "resamples of a bootstrap");
    if (n > 0) memcpy(sorted, x, n * sizeof *sorted);
    gsl_sort(sorted, 1, n);
    if (n >= FEWEST_VALUES) resample(sorted, n, resampled, RESAMPLES);
    ins_interval interval = ins_interval_of_resamples(sorted, n, level, resampled, RESAMPLES);
    free(sorted);
    free(resampled);
    return interval;
}
