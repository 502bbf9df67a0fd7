/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The recurrence h_t = max(0, h_{t-1} + v_t), with v independent from step to step: W = I and ReLU
 * (Le, Jaitly & Hinton 2015). h is a random walk reflected at 0. */
#ifndef IDENTITY_WALK_H
#define IDENTITY_WALK_H

#include <math.h>

#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>

/* E[h_t^2] / E[v^2] = t/2 + (1/2 pi) sum over j, k >= 1, j + k <= t of (j k)^-1/2 (Spitzer 1956).
 */
static inline double identity_square(size_t step)
{
    double sum = 0, inner = 0; /* inner: of 1/sqrt(k), k <= step - j, from the largest j on */
    for (size_t j = step; j-- > 1;) {
        inner += 1 / sqrt((double)(step - j));
        sum += inner / sqrt((double)j);
    }
    return (double)step / 2 + sum / (2 * M_PI);
}

/* binomial(2m, m) / 4^m: that a walk of symmetric steps stays above its start for m of them. */
static inline double identity_stays(size_t m)
{
    const double n = (double)m;
    return exp(gsl_sf_lngamma(n + 0.5) - gsl_sf_lngamma(n + 1)) / sqrt(M_PI);
}

/* E[delta_t^2] / E[e^2] of what arrives at the last of steps, t = 1 .. steps: that the walk is not
 * at 0 from t on, sum over m < t of u_m u_{steps - m}; u_steps of the first (Sparre Andersen 1954).
 */
static inline double identity_delta(size_t step, size_t steps)
{
    double sum = 0;
    for (size_t m = 0; m < step; m++) sum += identity_stays(m) * identity_stays(steps - m);
    return sum;
}

#endif
