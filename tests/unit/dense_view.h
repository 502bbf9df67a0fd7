/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A dense layer of a network by the names of its parts. */
#ifndef DENSE_VIEW_H
#define DENSE_VIEW_H

#include "initscope/network.h"

typedef struct dense_view {
    size_t units, fan_in;
    real *weight, *bias;                            /* (units, fan_in), (units) */
    real *weight_gradient, *bias_gradient;          /* the same */
    const real *input;                              /* (rows, fan_in) */
    const real *preactivation, *activation, *delta; /* (rows, units) */
} dense_view;

static inline dense_view dense_of(const ins_network *network, size_t number)
{
    const ins_matrix_view view = ins_network_matrix(network, number);
    const ins_learned *weight = ins_matrix_tensor(&view, INS_ROLE_WEIGHT);
    const ins_learned *bias = ins_matrix_tensor(&view, INS_ROLE_BIAS);
    return (dense_view){.units = view.units,
                        .fan_in = view.inputs,
                        .weight = weight->value,
                        .bias = bias->value,
                        .weight_gradient = weight->gradient,
                        .bias_gradient = bias->gradient,
                        .input = view.input,
                        .preactivation = view.preactivation,
                        .activation = view.activation,
                        .delta = view.delta};
}

#endif
