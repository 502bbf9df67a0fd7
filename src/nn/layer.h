/* A layer of the network, and the table of layer types. A new kind of layer is one row: the
 * network, the trainer and the recorder know layers only through it.
 *
 * rows is that of the current forward pass, at most capacity. */
#ifndef INITSCOPE_NN_LAYER_H
#define INITSCOPE_NN_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/carver.h"
#include "initscope/initializer.h"
#include "initscope/network.h"
#include "initscope/real.h"

/* A parameter tensor and what belongs to it; count is 0 when the layer has none. */
typedef struct ins_tensor_block {
    ins_shape shape;
    size_t count;
    real *value, *gradient; /* (count) */
    real *state;            /* (slots, count) of the optimizer */
    bool decays;            /* weight decay applies */
} ins_tensor_block;

typedef struct ins_layer_type ins_layer_type;

typedef struct ins_layer {
    const ins_layer_type *type;
    size_t number; /* of the recorded layer that it is, or follows */
    size_t inputs, units;
    ins_tensor_block weight, bias;
    const ins_choice *activation; /* NULL: the output layer */
    double rate;                  /* of dropout */
    gsl_rng rng;
    real *z, *a;        /* (capacity, units) */
    real *delta;        /* (capacity, units): d loss_i / d output, after the backward pass / d z */
    real *mask;         /* (capacity, units) of dropout */
    bool uniform;       /* products must round all units alike */
    bool masked;        /* the last forward pass drew a mask */
    const real *input;  /* (rows, inputs) of the last forward pass */
    const real *output; /* (rows, units) of the last forward pass */
} ins_layer;

struct ins_layer_type {
    const char *name;
    bool recorded; /* has a number of its own */
    /* From inputs, units and number: the shapes of the parameters. */
    void (*shape)(ins_layer *layer);
    /* The layer's own buffers. A layer without a delta uses its predecessor's. */
    void (*buffers)(ins_layer *layer, size_t capacity, ins_carver *carver);
    void (*forward)(ins_layer *layer, const real *input, size_t rows, bool training);
    /* From delta: the gradients, averaged over rows, and, unless it is NULL, input_delta (rows,
     * inputs), which may be delta itself where inputs equals units. */
    void (*backward)(ins_layer *layer, size_t rows, real *input_delta);
};

extern const ins_layer_type ins_dense, ins_dropout;

/* ins_product for beta = 0, and not both transposed, with the same rounding for every element of C
 * (m, n): equal rows of A, or equal columns of B, give bitwise equal results. Slower. */
void ins_uniform_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                         real alpha, const real *a, const real *b, real *c);

#endif
