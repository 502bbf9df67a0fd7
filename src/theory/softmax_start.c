/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* With s = sum exp(x_j) over independent x_j ~ N(0, v), and L(t) = E[exp(-t exp(x))]:
 *
 *   1/s^2 = integral of t exp(-ts) dt      E[sum p^2] = C integral of t L''(t) L(t)^(C-1) dt
 *   ln s = integral of (exp(-t) - exp(-ts)) dt/t
 *
 * so that C-dimensional means become two nested integrals. With t = exp(y), L is the Gaussian mean
 * of exp(-exp(x + y)), a smooth step that is 1 far to the left and 0 far to the right. exp(-t) goes
 * down in the same way, but may be replaced by any step down that is symmetric about y = 0, which
 * adds Euler's constant.
 *
 * The integrands are analytic in the strip |Im y| < pi/2 and die out on both sides: the trapezoidal
 * rule converges like exp(-pi^2 / STEP) (Trefethen & Weideman 2014). */
#include <config.h>

#include "softmax_start.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "quadrature.h"

#define STEP 0.24         /* exp(-pi^2 / STEP) is 1e-18 */
#define NORMAL_STEP 0.5   /* with the normal density in the integrand, in standard deviations */
#define LARGEST_STEP 0.3  /* with that of the largest of C, in spread / sqrt(2 ln C) */
#define STEP_LOWER -38.0  /* exp(-exp(w)) is 1 or 0 to double precision outside of these */
#define STEP_UPPER 9.0    /* and so is the normal distribution function ... */
#define NORMAL_LOWER -9.0 /* ... here */

typedef struct step {
    double spread; /* sqrt(v) */
    double width;  /* of the trapezoids in z = x / spread; w = x + y */
    double fall;   /* 1 - L */
    double bend;   /* t^2 L'' */
} step;

/* fall and bend at ln t = y. The step is compared with that of the normal distribution, whose mean
 * is known: what is left of it ends on the right, too. */
static void evaluate(step *s, double y)
{
    double reach = INS_NORMAL_REACH * s->spread, first_w = y - reach, first_z = -INS_NORMAL_REACH;
    if (first_w < STEP_LOWER) {
        first_w = STEP_LOWER;
        first_z = (STEP_LOWER - y) / s->spread;
    }
    double width = s->width * s->spread;
    double last = fmin((STEP_UPPER - first_w) / width, (INS_NORMAL_REACH - first_z) / s->width);
    s->fall = gsl_cdf_ugaussian_P(y / hypot(1, s->spread));
    s->bend = 0;
    for (double i = 0; i <= last; i++) {
        double z = first_z + i * s->width, w = first_w + i * width, t = exp(w);
        double mass = s->width * gsl_ran_ugaussian_pdf(z), less = expm1(-t);
        double compared = w > NORMAL_LOWER ? gsl_cdf_ugaussian_P(w) : 0;
        s->fall -= mass * (less + compared);
        s->bend += mass * t * t * (t < 1 ? 1 + less : exp(-t));
    }
}

/* Of logits far apart, L is as smooth as a normal distribution, and its power as that of the
 * largest of C of them. */
static void integrate(step *s, double count, ins_softmax_start *result)
{
    double width = fmax(STEP, LARGEST_STEP * s->spread / sqrt(2 * log(count))),
           wide = fmax(1, s->spread);
    double lower = STEP_LOWER - log(count) - INS_NORMAL_REACH * wide;
    double upper = STEP_UPPER + INS_NORMAL_REACH * wide, log_sum = 0, square = 0;
    for (double i = 0; lower + i * width <= upper; i++) {
        double y = lower + i * width;
        evaluate(s, y);
        double log_step = log1p(-fmin(s->fall, 1));
        if (y < 0)
            log_sum -= expm1(count * log_step) + gsl_cdf_ugaussian_P(y / wide);
        else
            log_sum += gsl_cdf_ugaussian_Q(y / wide) - exp(count * log_step);
        square += s->bend * exp((count - 1) * log_step);
    }
    result->cross_entropy = width * log_sum - M_EULER;
    result->probability_square = count * width * square;
}

ins_softmax_start ins_softmax_expect(double variance, size_t classes)
{
    if (!(variance >= 0 && isfinite(variance))) return (ins_softmax_start){NAN, NAN, NAN};

    double count = (double)classes;
    ins_softmax_start result = {.cross_entropy = log(count), .probability_square = 1 / count};
    if (variance > 0 && classes > 1) {
        step s = {.spread = sqrt(variance)};
        s.width = fmin(NORMAL_STEP, STEP / s.spread);
        integrate(&s, count, &result);
    }
    result.delta_square = (1 - 2 / count + result.probability_square) / count;
    return result;
}
