/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Over the law of v: count v / variance is chi squared. */
#include <config.h>

#include "norm_sets.h"

#include <math.h>

#include <gsl/gsl_sf_gamma.h>

#include "quadrature.h"

/* Sets of more numbers have the first order of what follows in 1/count. */
#define MANY 64.0

typedef struct sum {
    double freedom, count, variance, eps;
    double removed; /* of the count directions of dy: the mean */
    double log_norm, total;
} sum;

/* With x^2 = count v / variance, of dy the part along x is left as far as eps is felt. */
static void add(void *context, double x, double weight)
{
    sum *s = context;
    const double v = s->variance * x * x / s->count;
    const double t = v / (v + s->eps);
    const double density = exp((s->freedom - 1) * log(x) - x * x / 2 - s->log_norm);
    s->total += weight * density * (1 - (s->removed + 2 * t - t * t) / s->count) / (v + s->eps);
}

static double expect(bool centred, double count, double variance, double eps)
{
    sum s = {.freedom = count - centred,
             .count = count,
             .variance = variance,
             .eps = eps,
             .removed = centred};
    s.log_norm = (s.freedom / 2 - 1) * M_LN2 + gsl_sf_lngamma(s.freedom / 2);
    const double middle = sqrt(s.freedom);
    const ins_panels panels = {.lower = fmax(middle - INS_NORMAL_REACH, 0),
                               .upper = middle + INS_NORMAL_REACH,
                               .width = INS_NORMAL_WIDTH / 2,
                               .fine = sqrt(eps * count / variance),
                               .centres = 1};
    ins_integrate(&panels, add, &s);
    return s.total;
}

double ins_norm_back(bool centred, double count, double variance, double eps)
{
    const double freedom = count - centred;
    const double share = variance / (variance + eps);
    if (isnan(variance)) return NAN;
    if (freedom < 1) return 0;
    if (variance == 0) return (1 - centred / count) / eps;
    if (count <= MANY && eps > 0) return expect(centred, count, variance, eps);
    if (freedom == 1) return 0; /* the signs of the numbers */
    if (freedom == 2) return INFINITY;
    const double first = 3 * share * share - (centred ? share + 1 : 2 * share);
    return (1 + first / (freedom - 2)) / (variance + eps);
}
