/* Singular values of the weights of a layer (layer > 0) and of the whole network's Jacobian (0). */
#ifndef SINGULAR_H
#define SINGULAR_H

#include "part.h"

/* The singular values of one matrix, or of several of the same rank one after the other. */
typedef struct ins_values {
    size_t count, rank;
    double *value;
} ins_values;

/* count = 0: not recorded. */
ins_values ins_values_of(ins_flow *flow, size_t run, ins_epoch_index epoch, size_t layer);

/* The largest singular value, and its ratio to the smallest: geometric means over seeds and, for
 * the Jacobian, probe rows. */
typedef struct ins_extremes {
    double largest, condition;
} ins_extremes;

/* The logarithms of one run's, -inf for a largest of 0; NAN: not recorded. */
ins_extremes ins_run_extremes(ins_flow *flow, size_t run, ins_epoch_index epoch, size_t layer);
ins_extremes ins_extremes_of(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer);

#endif
