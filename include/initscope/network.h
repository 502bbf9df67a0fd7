/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed-forward network in one allocation: weights, gradients, optimizer state, activations.
 *
 * Its layers are those of its design. For a matrix of number l in a dense layer z_l = W_l x + b_l
 * is the output of the layer, and a_l = phi(z_l) that of the activation which follows; after the
 * last one a is what the loss takes z for: class probabilities, or the numbers themselves.
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
#include "initscope/design.h"
#include "initscope/error.h"
#include "initscope/initializer.h"
#include "initscope/layer.h"
#include "initscope/loss.h"
#include "initscope/optimizer.h"
#include "initscope/real.h"
#include "initscope/samples.h"

typedef struct ins_network ins_network;

/* Bytes of the one allocation; INS_USAGE when a size overflows, a dimension is not in [1, INT_MAX],
 * or a layer is of no use. */
ins_status ins_network_size(const ins_design *design, size_t *bytes, ins_error *error);

/* Weights are zero until ins_network_initialize. design is copied, its layers are too. */
ins_status ins_network_new(const ins_design *design, ins_network **network, ins_error *error);

/* The same in the memory of *network, which is gone then, where that suffices. NULL is fine. */
ins_status ins_network_renew(const ins_design *design, ins_network **network, ins_error *error);
void ins_network_free(ins_network *network); /* NULL is fine */

/* Which initializer goes where, each from its own stream of (seed, purpose, layer). A layer's own
 * is before these. */
typedef struct ins_initialization {
    const ins_choice *hidden;
    const ins_choice *output; /* of W of the output layer */
    const ins_choice *bias;   /* of every b */
    uint32_t seed;
    const ins_samples *probe;    /* what a data-dependent initializer sees; may be NULL otherwise */
    const ins_choice *first;     /* of W of the first layer; NULL: as the hidden ones */
    const ins_choice *recurrent; /* of matrices on a layer's own output one step before; NULL: as
                                    the layer's others */
    const ins_choice *forget;    /* start of the biases of forget gates, a row of ins_forget_biases;
                                    NULL: as the layer's others */
    const ins_choice *embedding; /* of tables; NULL: as the hidden ones */
    const double *prescribed; /* (depth) deviations for rows that take them; NULL: none was found */
} ins_initialization;

/* The initializer of the matrices of a layer of the design. */
const ins_choice *ins_weights_of(const ins_design *design, size_t layer,
                                 const ins_initialization *initialization);

/* The same of those on its own output one step before, and the start of the bias of its forget
 * gate; NULL: that is left to the initializers of biases. The layer's own goes before an
 * initializer that knows recurrent layers, and that before the network's. */
const ins_choice *ins_recurrent_of(const ins_design *design, size_t layer,
                                   const ins_initialization *initialization);
const ins_choice *ins_forget_of(const ins_design *design, size_t layer,
                                const ins_initialization *initialization);

/* Starts anew: weights, biases, optimizer state, number of updates, dropout streams. INS_USAGE or
 * INS_DATA when an initializer cannot fill its layer. */
ins_status ins_network_initialize(ins_network *network, const ins_initialization *initialization,
                                  ins_error *error);

/* Forward pass of rows <= capacity samples x (rows, inputs). x must stay valid until the backward
 * pass, which is that of this pass: of masks that were drawn, of statistics that were taken. */
void ins_network_forward(ins_network *network, const real *x, size_t rows, ins_pass pass);

/* The pass of a probe, unless it was the last pass and no weight has been updated since. Who
 * changes weights or x otherwise must not use it. */
void ins_network_show(ins_network *network, const real *x, size_t rows);

/* Compares the last forward pass with its targets. */
void ins_network_compare(const ins_network *network, ins_targets targets, ins_tally *tally);

/* Nothing compared yet. The fits are the network's: one tally at a time. */
ins_tally ins_network_tally(ins_network *network);

/* What the loss takes the last forward pass for: the last activation. */
void ins_network_predict(ins_network *network);

/* Backward pass of the last forward pass: delta_l of each sample's own loss, and gradients of the
 * mean loss. */
void ins_network_backward(ins_network *network, ins_targets targets);

/* One update of every parameter from the gradients. */
void ins_network_update(ins_network *network);
size_t ins_network_updates(const ins_network *network); /* so far */

/* True when every weight and bias is finite. */
bool ins_network_finite(const ins_network *network);

/* All that it learns, in the order of its layers; valid until it is freed. */
const ins_learned *ins_network_tensors(const ins_network *network, size_t *count);

/* A numbered matrix as the instruments see it: views into the network, valid until it is freed, but
 * what is inside of a layer until the next view or pass; rows is that of the last forward pass. A
 * matrix that is added to the z of another has none of its own: then input, preactivation,
 * activation and delta are NULL. */
typedef struct ins_matrix_view {
    size_t units, inputs;
    ins_shape reads, shape, activated, streamed; /* of a row of input, preactivation, ... */
    size_t tensors;
    const ins_learned *tensor; /* (tensors): the matrix itself, then what belongs to it: its bias */
    size_t steps;              /* of a recurrent layer; 0 elsewhere */
    const real *state; /* (rows, steps, units): what the recurrent layer of this gate, its first,
                          remembers; NULL elsewhere */
    const ins_choice *function; /* the activation; NULL where there is none: then activation is
                                   preactivation, or, after the last layer, the prediction */
    const real *input;          /* (rows, reads): what the matrix saw */
    bool shown;                 /* which is another matrix' activation, or that of the network */
    const real *preactivation;  /* (rows, shape) */
    const real *activation; /* (rows, activated); a prediction is there after the backward pass or
                               ins_network_predict */
    const real *delta;      /* (rows, shape): d loss of a row / d preactivation */
    ins_attention_pass attention; /* of the matrix that reads what is looked at; else no heads */
    const real *stream; /* (rows, streamed): the sum of the residual block that ends with the
                           matrix; NULL: there is none */
} ins_matrix_view;

const ins_design *ins_network_design(const ins_network *network); /* its own copy */
size_t ins_network_depth(const ins_network *network);
size_t ins_network_capacity(const ins_network *network); /* rows of the largest forward pass */
ins_matrix_view ins_network_matrix(const ins_network *network, size_t number); /* 1 .. depth */

/* Of the tensors of a view the first of this role; NULL: there is none. */
const ins_learned *ins_matrix_tensor(const ins_matrix_view *view, ins_role role);

#endif
