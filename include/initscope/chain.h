/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean-field theory of a chain of dense layers whose weights were measured, not promised: of a
 * network that somebody else drew. Infinite width, weights independent of what they meet (Poole et
 * al. 2016; Schoenholz et al. 2017); E[delta^2] goes back from that of the outputs. */
#ifndef INITSCOPE_CHAIN_H
#define INITSCOPE_CHAIN_H

#include <stddef.h>

#include "initscope/entry.h"

/* The rows that the network reads. */
typedef struct ins_chain_inputs {
    double rows;
    double square;   /* E[x^2] over rows and features */
    double distance; /* E[(x - x')^2] / 2 of two rows: square less their mean product */
} ins_chain_inputs;

typedef struct ins_chain_layer {
    double units, fan_in;
    double weight, bias;          /* E[w^2], E[b^2] */
    const ins_choice *activation; /* NULL: none */
} ins_chain_layer;

typedef struct ins_chain_prediction {
    double preactivation;                   /* E[z^2] */
    double signal;                          /* variance between the rows, of a unit */
    double activation, activation_variance; /* E[a^2]; of z, where there is no activation */
    double delta_ratio;                     /* E[delta^2] over that of the outputs */
} ins_chain_prediction;

/* out (layers). */
void ins_chain_predict(const ins_chain_inputs *inputs, const ins_chain_layer *layer, size_t layers,
                       ins_chain_prediction *out);

#endif
