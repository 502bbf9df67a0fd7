/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network is to be, before it has any memory: its layers, how they are trained. */
#ifndef INITSCOPE_DESIGN_H
#define INITSCOPE_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/blueprint.h"
#include "initscope/entry.h"
#include "initscope/layer.h"
#include "initscope/loss.h"

/* Matrices (tensors of weights, not biases) are numbered 1 .. depth in the order of the layers:
 * these are the layers of the logs. */
typedef struct ins_design {
    size_t layers, depth;
    ins_layer_plan
        *layer; /* (layers): owned; 0 is the input, the last one's output meets the loss */
    const ins_loss *loss;
    ins_choice optimizer;
    double learning_rate, weight_decay;
    double clip; /* most Euclidean norm of the gradient of an update: a longer one is cut to it; 0:
                    there is none */
    size_t capacity;  /* most rows of one forward pass: max(batch, probe) */
    bool zero_output; /* residual blocks start so that the output's weights do at 0 */
} ins_design;

void ins_design_free(ins_design *design);

/* Appends a layer of this kind that reads the layers of these indices, as many as its kind reads.
 * Returns its index; units is 0, and the reason is in problem, when they do not fit together.
 * choice is copied, its strings are not. */
size_t ins_design_add(ins_design *design, const ins_layer_kind *kind, const ins_choice *choice,
                      const size_t *input, ins_text *problem);

/* What becomes of a blueprint depends on. */
typedef struct ins_details {
    size_t inputs, outputs;
    const ins_loss *loss;
    const ins_choice *activation; /* of "act" */
    double dropout;               /* rate of a dropout behind each "act"; 0: none */
    const ins_choice *residual;   /* of ins_residual_starts; NULL: none */
} ins_details;

/* Its layers and, last, a dense layer for the loss; but for the members that follow loss. The
 * caller frees it. INS_USAGE when shapes do not fit: "WHERE: conv3: ... (got "TEXT")". The design
 * points into blueprint and details->activation. */
ins_status ins_design_make(const ins_blueprint *blueprint, const ins_details *details,
                           const char *where, ins_design *design, ins_error *error);

/* The tensors of a layer with their places, its kind's and its number's included. Returns how many
 * there are. */
size_t ins_plan_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);

/* Of matrix number 1 .. depth; nothing but zeros for another. */
ins_tensor_place ins_design_place(const ins_design *design, size_t number);

/* The function whose output is recorded as the activation of matrix number 1 .. depth, which may be
 * inside of a layer; NULL: there is none. */
const ins_choice *ins_design_activation(const ins_design *design, size_t number);

/* Whether it is dense layers, activations and dropout one after the other. */
bool ins_design_is_chain(const ins_design *design);

static inline size_t ins_design_inputs(const ins_design *design)
{
    return design->layer[0].units;
}

static inline size_t ins_design_outputs(const ins_design *design)
{
    return design->layer[design->layers - 1].units;
}

#endif
