/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One scale for each layer of a network that keeps size or signal: what `initscope theory --solve`
 * prints, and the initializer preserving draws from. */
#ifndef INITSCOPE_SOLUTION_H
#define INITSCOPE_SOLUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/grid.h"
#include "initscope/layer.h"
#include "initscope/prediction.h"

/* A numbered matrix. */
typedef struct ins_solved_layer {
    char name[2 * INS_LAYER_NAME]; /* "conv3", "attention2.q" */
    ins_tensor_place place;
    bool solved;      /* for; one of several matrices of a layer has a gain of 1 */
    double deviation; /* of the elements of W: N(0, deviation^2) */
    double kept;      /* E[a^2], of a layer without activation E[z^2]; or the signal */
    double reachable; /* the most that E[a^2] comes near to at any scale; INFINITY: there is no end,
                         or nothing that bounds it */
    double slope;     /* chi = d ln E[phi^2] / d ln q there: what a relative error of q becomes; 1
                         without an activation, NAN where it is not solved for */
    double tenfold;   /* layers like it in which an error grows tenfold; INFINITY: it does not */
} ins_solved_layer;

typedef struct ins_solution {
    size_t layers;
    ins_solved_layer *layer; /* (layers) */
} ins_solution;

/* Of the trial's network, biases and layers with an initializer of their own included. NAN stands
 * where nothing is known. */
ins_solution ins_solution_new(const ins_trial *trial, const ins_samples *samples,
                              const ins_inputs *inputs, ins_keep keep);
void ins_solution_free(ins_solution *solution);

#endif
