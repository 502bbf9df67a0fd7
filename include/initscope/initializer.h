/* The table of weight initializers: one row each. */
#ifndef INITSCOPE_INITIALIZER_H
#define INITSCOPE_INITIALIZER_H

#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/entry.h"
#include "initscope/real.h"

/* A parameter tensor: W is (units, inputs); a bias is (units, 1) with fan_in = fan_out = units, as
 * in Keras. */
typedef struct ins_shape {
    size_t units, inputs;
    double fan_in, fan_out;
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
} ins_initializer;

extern const ins_entries ins_initializers; /* rows are ins_initializer */

#endif
