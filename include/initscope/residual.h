/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of ways in which residual branches start: one row each. What a branch adds is
 * x + scale s f(x): s is learned, where a row has it. */
#ifndef INITSCOPE_RESIDUAL_H
#define INITSCOPE_RESIDUAL_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/initializer.h"

/* How many factors s of a branch are learned. */
typedef enum ins_factors { INS_FACTORS_NONE, INS_FACTORS_ONE, INS_FACTORS_CHANNELS } ins_factors;

typedef struct ins_residual_start {
    ins_entry entry;
    ins_factors factors;
    double (*factor)(const double *p); /* s at the start; NULL: there is none */
    /* What the weights of a matrix in a branch are multiplied by, place saying which one of how
     * many in how many blocks; NULL: 1. */
    double (*weight)(ins_tensor_place place);
    bool zero_norm;   /* gamma of the last norm of a branch starts at 0 */
    bool zero_output; /* weights of the output layer start at 0 */
} ins_residual_start;

extern const ins_entries ins_residual_starts; /* rows are ins_residual_start */

/* What the initializer's weights are multiplied by at this place; 1 outside of branches. start may
 * be NULL. */
double ins_residual_weight(const ins_choice *start, ins_tensor_place place);

#endif
