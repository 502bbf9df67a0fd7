/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests against chance by GSL's distributions. Shares are counted in rows, so that the ends are
 * exact. */
#include <config.h>

#include "initscope/chance.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <gsl/gsl_cdf.h>

/* gsl_cdf_binomial_Q asks the same function, but counts in unsigned int. All right is a power, the
 * same in every function here, so that they agree on how many rows can decide. */
double ins_binomial_at_least(size_t k, size_t n, double chance)
{
    if (!(chance >= 0 && chance <= 1)) return NAN;
    if (k == 0) return 1;
    if (k > n) return 0;
    if (k == n) return pow(chance, (double)n);
    return gsl_cdf_beta_P(chance, (double)k, (double)(n - k) + 1);
}

size_t ins_rows_needed_right(size_t n, double chance, double alpha)
{
    size_t low = 0, high = n + 1; /* the probability falls from 1 at low to 0 at high */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (ins_binomial_at_least(middle, n, chance) < alpha)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static bool can_decide(double rows, double chance, double alpha)
{
    return pow(chance, rows) < alpha;
}

size_t ins_rows_to_decide(double chance, double alpha)
{
    const double most = 1e15; /* numbers up to here are known to the last row */
    if (!(chance >= 0 && chance < 1 && alpha > 0)) return SIZE_MAX;
    if (can_decide(1, chance, alpha)) return 1;
    /* The first lies right above log(alpha)/log(chance), which is rounded. */
    double rows = floor(log(alpha) / log(chance));
    if (rows > most) return SIZE_MAX;
    while (!can_decide(rows, chance, alpha)) rows += 1;
    return (size_t)rows;
}

double ins_correlation_p(double r, size_t n)
{
    if (n < 3 || isnan(r)) return NAN;
    if (fabs(r) >= 1) return r > 0 ? 0 : 1;
    double freedom = (double)(n - 2);
    return gsl_cdf_tdist_Q(r * sqrt(freedom / ((1 - r) * (1 + r))), freedom);
}
