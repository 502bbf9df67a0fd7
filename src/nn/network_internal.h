/* The network as its own files see it. */
#ifndef INITSCOPE_NN_NETWORK_INTERNAL_H
#define INITSCOPE_NN_NETWORK_INTERNAL_H

#include "initscope/network.h"

#include "layer.h"

struct ins_network {
    ins_design design;
    size_t layers, depth; /* all, and the recorded ones */
    ins_layer *layer;     /* (layers) */
    size_t *recorded;     /* (depth) index of recorded layer l at l - 1 */
    size_t parameters;    /* elements from parameter on, padding (always 0) included */
    real *parameter;      /* weights and biases of all layers, contiguous */
    gsl_rng rng;          /* scratch of the initialization */
    size_t rows;          /* of the last forward pass */
    const real *shown; /* its input, while its results stand for the weights as they are; or NULL */
    size_t updates;
    size_t bytes; /* of the block */
};

/* Forward pass through the first count layers only. */
void ins_network_forward_some(ins_network *network, const real *x, size_t rows, bool training,
                              size_t count);

static inline ins_layer *ins_network_output(const ins_network *network)
{
    return &network->layer[network->layers - 1];
}

#endif
