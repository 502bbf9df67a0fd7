/* A feed-forward classifier in one allocation: weights, gradients, optimizer state, activations.
 *
 * Recorded layers are numbered 1 .. depth; the last one is the output layer (softmax,
 * cross-entropy). z_l = W_l a_{l-1} + b_l and a_l = phi(z_l), a_0 = the inputs. Dropout layers sit
 * between them and have no number.
 *
 * A network that starts with a hidden layer of equal units computes with products that round all
 * units alike (and are two to four times slower than the BLAS's), so that only the mathematics can
 * break the symmetry. */
#ifndef INITSCOPE_NETWORK_H
#define INITSCOPE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/activation.h"
#include "initscope/error.h"
#include "initscope/initializer.h"
#include "initscope/optimizer.h"
#include "initscope/real.h"
#include "initscope/samples.h"

typedef struct ins_design {
    size_t inputs, classes;
    size_t hidden_count;  /* >= 1 */
    const size_t *hidden; /* (hidden_count) units of each hidden layer */
    ins_choice activation;
    double dropout; /* rate after each hidden activation, in training only */
    ins_choice optimizer;
    double learning_rate, weight_decay;
    size_t capacity; /* most rows of one forward pass: max(batch, probe) */
} ins_design;

typedef struct ins_network ins_network;

/* Bytes of the one allocation; INS_USAGE when a size overflows or a dimension exceeds INT_MAX. */
ins_status ins_network_size(const ins_design *design, size_t *bytes, ins_error *error);

/* Weights are zero until ins_network_initialize. design is copied; hidden is too. */
ins_status ins_network_new(const ins_design *design, ins_network **network, ins_error *error);

/* The same in the memory of *network, which is gone then, where that suffices. NULL is fine. */
ins_status ins_network_renew(const ins_design *design, ins_network **network, ins_error *error);
void ins_network_free(ins_network *network); /* NULL is fine */

/* Which initializer goes where, each from its own stream of (seed, purpose, layer). */
typedef struct ins_initialization {
    const ins_choice *hidden;
    const ins_choice *output; /* of W of the output layer */
    const ins_choice *bias;   /* of every b */
    uint32_t seed;
    const ins_samples *probe; /* what a data-dependent initializer sees; may be NULL otherwise */
} ins_initialization;

/* Starts anew: weights, biases, optimizer state, number of updates, dropout streams. INS_USAGE or
 * INS_DATA when an initializer cannot fill its layer. */
ins_status ins_network_initialize(ins_network *network, const ins_initialization *initialization,
                                  ins_error *error);

/* Forward pass of rows <= capacity samples x (rows, inputs). With training true dropout masks are
 * drawn. x must stay valid until the backward pass. */
void ins_network_forward(ins_network *network, const real *x, size_t rows, bool training);

/* The same without training, unless it was the last pass and no weight has been updated since. Who
 * changes weights or x otherwise must not use it. */
void ins_network_show(ins_network *network, const real *x, size_t rows);

/* Of the last forward pass: sum over rows of the cross-entropy in double, and the number of rows
 * whose largest class score, the first one on ties, is the label's. */
typedef struct ins_score {
    double loss;
    size_t correct;
} ins_score;
ins_score ins_network_score(const ins_network *network, const int32_t *y);

/* Class probabilities of the last forward pass, into the output layer's activation. */
void ins_network_probabilities(ins_network *network);

/* Backward pass of the last forward pass: delta_l of each sample's own loss, and gradients of the
 * mean loss. */
void ins_network_backward(ins_network *network, const int32_t *y);

/* One update of every parameter from the gradients. */
void ins_network_update(ins_network *network);
size_t ins_network_updates(const ins_network *network); /* so far */

/* True when every weight and bias is finite. */
bool ins_network_finite(const ins_network *network);

/* Views into the network; valid until it is freed. rows is that of the last forward pass. */
typedef struct ins_layer_view {
    size_t units, fan_in;
    real *weight, *bias;                   /* (units, fan_in), (units) */
    real *weight_gradient, *bias_gradient; /* the same */
    const real *input;                     /* (rows, fan_in): a_{l-1} as this layer saw it */
    const real *preactivation,
        *activation;   /* (rows, units); activation of the output layer: class probabilities, after
                          the backward pass or ins_network_probabilities */
    const real *delta; /* (rows, units) */
} ins_layer_view;

size_t ins_network_depth(const ins_network *network);
size_t ins_network_capacity(const ins_network *network); /* rows of the largest forward pass */
ins_layer_view ins_network_layer(const ins_network *network, size_t layer); /* 1 .. depth */

#endif
