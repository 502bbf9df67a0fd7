/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The network as its own files see it. */
#ifndef INITSCOPE_NN_NETWORK_INTERNAL_H
#define INITSCOPE_NN_NETWORK_INTERNAL_H

#include <gsl/gsl_rng.h>

#include "initscope/network.h"

/* A numbered matrix: its layer; its tensors, itself first, among those of the layer; the layer
 * whose output is its activation, or its own; and the outermost residual sum whose block ends with
 * it, 0: none. */
typedef struct ins_matrix {
    size_t layer, first, tensors, activation, stream;
} ins_matrix;

struct ins_network {
    ins_design design;
    ins_layer *layer; /* (layers) of the design */
    size_t tensors;
    ins_learned *tensor;           /* (tensors) of all layers */
    ins_matrix *matrix;            /* (depth): number l at l - 1 */
    ins_fit *fit;                  /* (units of the last layer) */
    real *prediction;              /* (capacity, units of the last layer) */
    real *spare[INS_LAYER_INPUTS]; /* (capacity, units): a delta that is added to another */
    size_t parameters;             /* elements from parameter on, padding (always 0) included */
    real *parameter;               /* the values of all tensors, contiguous */
    gsl_rng rng;                   /* scratch of the initialization */
    size_t rows;                   /* of the last forward pass */
    ins_pass pass;
    const real *shown; /* its input, while its results stand for the weights as they are; or NULL */
    bool couples;      /* some layer does */
    size_t updates;
    size_t bytes; /* of the block */
};

/* Forward pass through the first count layers only. */
void ins_network_forward_some(ins_network *network, const real *x, size_t rows, ins_pass pass,
                              size_t count);

/* The state vectors of the network's optimizer, for each parameter. */
static inline size_t ins_network_slots(const ins_design *design)
{
    return ((const ins_optimizer *)design->optimizer.entry)->slots;
}

#endif
