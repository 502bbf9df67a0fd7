/* The table of weight initializers: one row each. */
#ifndef INITSCOPE_INITIALIZER_H
#define INITSCOPE_INITIALIZER_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/entry.h"
#include "initscope/real.h"

/* A parameter tensor: W is (units, inputs); a bias is (units, 1) with fan_in = fan_out = units, as
 * in Keras. */
typedef struct ins_shape {
    size_t units, inputs;
    double fan_in, fan_out;
    size_t layer; /* its number, from 1; 0 where there is none. Only a row that reads files asks. */
} ins_shape;

typedef struct ins_initializer {
    ins_entry entry;
    /* What the row promises of an element, p being the parameters: its own oracle. variance NAN:
     * depends on data. */
    double (*mean)(const double *p, ins_shape shape);
    double (*variance)(const double *p, ins_shape shape);
    double (*kurtosis)(
        const double *p,
        ins_shape shape); /* fourth standardised moment; NAN: constant or not promised */
    /* Fills w (units, inputs) from rng. INS_USAGE when the shape is impossible for this row. */
    ins_status (*fill)(const ins_choice *choice, ins_shape shape, gsl_rng *rng, real *w,
                       ins_error *error);
    /* The rest is NULL for most rows. Fills the bias b (units) of a layer whose W has this shape,
     * in place of the bias initializer. */
    ins_status (*fill_bias)(const ins_choice *choice, ins_shape shape, gsl_rng *rng, real *b,
                            ins_error *error);
    /* What fill_bias promises of an element, its mean being 0. NULL: nothing. */
    double (*bias_variance)(const double *p, ins_shape shape);
    /* After the fill, layer by layer from the input: given the standard deviation of the layer's
     * preactivation on the probe batch and the number of adaptations so far, the factor to multiply
     * W by; 1 ends the layer. */
    double (*adapt)(const double *p, double deviation, size_t tries);
    /* The row is for the edge of chaos: its only parameter is sigma_b, and sigma_w^2 = fan_in
     * Var(W), which depends on the run's activation, is filled in behind it, at
     * value[INS_CRITICAL_WEIGHT], by the experiment room. Until then it is 0, and the row promises
     * nothing. */
    bool critical;
} ins_initializer;

enum { INS_CRITICAL_BIAS, INS_CRITICAL_WEIGHT };

extern const ins_entries ins_initializers; /* rows are ins_initializer */

#endif
