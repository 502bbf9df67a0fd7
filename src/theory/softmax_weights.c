/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* With s = sum exp(l_j), 1/s^p = integral of u^(p-1) exp(-u s) du / Gamma(p), so that with
 * u = exp(y), w = exp(l + y), B_k(y) = E[w^k exp(-w)] and L = B_0
 *
 *   E[sum A^k] = T integral of B_k L^(T-1) dy / (k - 1)!
 *   E[(sum A^2)^2] = E[sum A^4] + T (T - 1) integral of B_2^2 L^(T-2) dy / 3!
 *   E ln s = integral of (1 - L^T - a step that is symmetric about 0) dy - Euler's constant
 *   E[sum A ln A] = v (1 - A2) - E ln s, by parts: E[l_j A_j] = v E[A_j - A_j^2]
 *
 * The integrands are analytic in the strip |Im y| < pi/2: the trapezoidal rule converges like
 * exp(-pi^2 / STEP) (Trefethen & Weideman 2014). */
#include <config.h>

#include "softmax_weights.h"

#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "quadrature.h"

#define STEP 0.24
#define NORMAL_STEP 0.5 /* with the normal density in the integrand, in standard deviations */
#define LOWER -38.0     /* where 1 - exp(-exp(y)) is 0 to rounding */
#define UPPER 9.0       /* where exp(-exp(y)) is */

enum { POWERS = 5 };

/* At one y. */
typedef struct moments {
    double b[POWERS];   /* B_k */
    double log_reached; /* ln L */
} moments;

static moments moments_at(double y, double spread)
{
    moments m = {.b = {0}};
    const double width = spread > 0 ? fmin(NORMAL_STEP, STEP / spread) : NORMAL_STEP;
    const double nodes = ceil(INS_NORMAL_REACH / width);
    double fallen = 0;
    for (double i = -nodes; i <= nodes; i++) {
        const double z = i * width, w = exp(spread * z + y);
        const double mass = width * gsl_ran_ugaussian_pdf(z), less = -expm1(-w);
        double term = mass * exp(-w);
        fallen += mass * less;
        for (size_t k = 1; k < POWERS && term > 0; k++) {
            term *= w;
            m.b[k] += term;
        }
    }
    m.log_reached = log1p(-fmin(fallen, 1));
    return m;
}

/* Adds the node y to the integrals of all counts: square, slope, and E ln s in entropy. */
static void add_node(const moments *m, double step, size_t first, size_t last,
                     ins_softmax_weights *out)
{
    const double cubes = m->b[3] / 2, fourths = m->b[4] / 6, pairs = m->b[2] * m->b[2] / 6;
    for (size_t count = first; count <= last; count++) {
        const double n = (double)count;
        ins_softmax_weights *own = &out[count - first];
        const double others = n > 1 ? exp((n - 1) * m->log_reached) : 1;
        const double less = n > 2 ? exp((n - 2) * m->log_reached) : 1;
        own->square += n * m->b[2] * others;
        own->slope += n * (m->b[2] - 2 * cubes + fourths) * others + n * (n - 1) * pairs * less;
        own->entropy += -expm1(n * m->log_reached) - step;
    }
}

void ins_softmax_weigh(double variance, size_t first, size_t last, ins_softmax_weights *out)
{
    const bool known = variance >= 0 && isfinite(variance);
    const double spread = known ? sqrt(variance) : 0, wide = fmax(1, spread);
    const double lower = LOWER - log((double)last) - INS_NORMAL_REACH * wide;
    const double upper = UPPER + INS_NORMAL_REACH * wide;
    for (size_t i = 0; i <= last - first; i++)
        out[i] = known ? (ins_softmax_weights){0} : (ins_softmax_weights){NAN, NAN, NAN};
    if (!known) return;
    for (double i = 0; lower + i * STEP <= upper; i++) {
        const double y = lower + i * STEP;
        const moments m = moments_at(y, spread);
        add_node(&m, gsl_cdf_ugaussian_P(y / wide), first, last, out);
    }
    for (size_t count = first; count <= last; count++) {
        ins_softmax_weights *own = &out[count - first];
        own->square = fmin(fmax(STEP * own->square, 1 / (double)count), 1);
        own->slope = fmax(STEP * own->slope, 0);
        own->entropy = fmax(STEP * own->entropy - M_EULER - variance * (1 - own->square), 0);
    }
}
