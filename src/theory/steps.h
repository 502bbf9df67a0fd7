/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a recurrent layer is expected to show before training, step by step, whatever its cell:
 * z_t = U x_t + W h_{t-1} + b of each gate, h_0 = 0. Means over units, rows and initializations, at
 * infinite width. */
#ifndef INITSCOPE_STEPS_H
#define INITSCOPE_STEPS_H

#include <stddef.h>

#include "initscope/field.h"

#include "field_numbers.h"

enum { INS_GATES = 4 };

/* Of a gate: the gains of its two matrices, and its bias. */
typedef struct ins_gate {
    double input;         /* inputs Var(U) */
    double recurrent;     /* units Var(W) */
    double own;           /* W is own I besides */
    double bias;          /* its mean */
    double bias_variance; /* of independent normal numbers */
} ins_gate;

typedef struct ins_gate_steps {
    ins_numbers z;            /* over the steps */
    double *square;           /* (steps) E[z_t^2] */
    double mean, mean_square; /* E[a], E[a^2] of its activation, over the steps */
    double slope_square;      /* E[a'^2] */
    double *delta;            /* (steps) E[(d loss / d z_t)^2] */
    double delta_pairs;       /* E[delta_t delta_s] over pairs of steps, those of one with itself
                                 included */
    double input_gradient, recurrent_gradient; /* E[(d loss / d U)^2] and W's, of one row */
} ins_gate_steps;

typedef struct ins_steps {
    size_t steps, gates;
    ins_gate_steps gate[INS_GATES];
    double *state;     /* (steps) E[c_t^2] of a cell that has one; else of h_t */
    double *carried;   /* (steps) E[(d loss / d c_t)^2], all later steps included; else of h_t */
    ins_field *output; /* of h */
} ins_steps;

/* What the layers behind pass to h: at (steps) E[(d loss / d h_t)^2] by way of them alone, alike
 * the mean product of two steps' over the root of their squares. Only the last step is read: at is
 * 0 but there. */
typedef struct ins_arriving {
    const double *at;
    double alike;
} ins_arriving;

/* All zeros but for output, which is NULL. */
ins_steps *ins_steps_new(size_t steps, size_t gates);
void ins_steps_free(ins_steps *steps); /* NULL is fine */

/* The mean product of what arrives at two steps. */
double ins_arriving_pair(const ins_arriving *arriving, size_t one, size_t other);

/* E[(d loss / d x_t)^2] of an input x_t, out (steps): gain[k] is units Var(U) of a gate. */
void ins_steps_pass_back(const ins_steps *steps, const double gain[INS_GATES], double *out);

#endif
