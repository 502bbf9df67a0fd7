/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A simple recurrent layer before training, z_t = U x_t + W h_{t-1} + b, h_t = phi(z_t), in closed
 * form. Of independent W with mean 0, Gaussian or orthogonal, z is a Gaussian process over the
 * steps although every step has the same W (Chen, Pennington & Schoenholz 2018):
 *
 *   E[z_t z_s] = recurrent E[phi(z_{t-1}) phi(z_{s-1})] + input E[x_t x_s] + bias_variance
 *   D_t = arriving_t + recurrent E[phi'(z_{t+1})^2] D_{t+1},  E[delta_t^2] = E[phi'(z_t)^2] D_t
 *
 * W = I is none of these: see population.h.
 *
 * Where the inputs are the same at all steps, so are the slopes, and W multiplies itself: of units
 * of a finite number the gradient's square is larger than predicted, after T steps of tanh by about
 * exp(0.7 T^2 / units); measured 1.3 (1024 units, 20 steps) to 260 (64, 20). Of inputs that are
 * independent from step to step it is 1 within 5 percent. */
#ifndef INITSCOPE_RECURRENCE_H
#define INITSCOPE_RECURRENCE_H

#include "initscope/entry.h"

#include "steps.h"
#include "transfer.h"

typedef struct ins_recurrence {
    const ins_choice *activation;
    ins_gate gate; /* its bias has the mean 0 */
    ins_field *z;
    ins_transfer *slopes;
    ins_steps *steps; /* one gate */
} ins_recurrence;

/* inputs: of x, whose positions are the steps; at least one. activation must outlive it. Released
 * with ins_recurrence_free. */
ins_recurrence ins_recurrence_forward(const ins_choice *activation, const ins_gate *gate,
                                      const ins_field *inputs);
void ins_recurrence_free(ins_recurrence *layer);

/* Fills in what goes back. */
void ins_recurrence_backward(ins_recurrence *layer, const ins_field *inputs,
                             const ins_arriving *arriving);

#endif
