/* With s = sum exp(x_j) over independent x_j ~ N(0, v), and L(t) = E[exp(-t exp(x))]:
 *
 *   1/s^2 = integral of t exp(-ts) dt      E[sum p^2] = C integral of t L''(t) L(t)^(C-1) dt
 *   ln s = integral of (exp(-t) - exp(-ts)) dt/t
 *
 * so that C-dimensional means become two nested integrals. With t = exp(y), L is the Gaussian mean
 * of exp(-exp(x + y)), a smooth step that is 1 far to the left and 0 far to the right. */
#include <config.h>

#include "initscope/softmax_start.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>

#include "initscope/quadrature.h"

/* exp(-exp(w)) is 1 or 0 to double precision outside of these. */
#define STEP_LOWER -38.0
#define STEP_UPPER 4.0

typedef struct step {
    double spread;   /* sqrt(v) */
    double classes;  /* C */
    double y;        /* ln t */
    double fall;     /* 1 - L */
    double bend;     /* t^2 L'' */
    double log_mean; /* E[ln s] less Euler's constant's part */
    double square;   /* E[sum p^2] / C */
} step;

static void add_inner(void *context, double z, double weight)
{
    step *s = context;
    double exponential = exp(s->y + s->spread * z);
    double mass = weight * gsl_ran_ugaussian_pdf(z);
    s->fall -= mass * expm1(-exponential);
    s->bend += mass * exponential * exponential * exp(-exponential);
}

/* L and t^2 L'' at ln t = y. Right of the step, exp(-exp(w)) = 0. */
static void evaluate(step *s, double y)
{
    double end = (STEP_UPPER - y) / s->spread;
    ins_panels panels = {.lower = fmax((STEP_LOWER - y) / s->spread, -INS_NORMAL_REACH),
                         .upper = fmin(end, INS_NORMAL_REACH),
                         .width = INS_NORMAL_WIDTH / fmax(1, s->spread)};
    s->y = y;
    s->fall = gsl_cdf_ugaussian_Q(end);
    s->bend = 0;
    ins_integrate(&panels, add_inner, s);
}

static void add_outer(void *context, double y, double weight)
{
    step *s = context;
    evaluate(s, y);
    double log_step = log1p(-fmin(s->fall, 1));
    if (y < 0)
        s->log_mean -= weight * expm1(s->classes * log_step);
    else
        s->log_mean -= weight * exp(s->classes * log_step);
    s->square += weight * s->bend * exp((s->classes - 1) * log_step);
}

ins_softmax_start ins_softmax_expect(double variance, size_t classes)
{
    if (!(variance >= 0 && isfinite(variance))) return (ins_softmax_start){NAN, NAN, NAN};

    double count = (double)classes;
    ins_softmax_start result = {.cross_entropy = log(count), .probability_square = 1 / count};
    if (variance > 0 && classes > 1) {
        step s = {.spread = sqrt(variance), .classes = count};
        ins_panels panels = {.lower = STEP_LOWER - log(count) - INS_NORMAL_REACH * s.spread,
                             .upper = STEP_UPPER + INS_NORMAL_REACH * s.spread,
                             .width = fmax(INS_NORMAL_WIDTH, 0.4 * s.spread)};
        ins_panels_cut(&panels, 0);
        ins_integrate(&panels, add_outer, &s);
        result.cross_entropy = s.log_mean - M_EULER;
        result.probability_square = count * s.square;
    }
    result.delta_square = (1 - 2 / count + result.probability_square) / count;
    return result;
}
