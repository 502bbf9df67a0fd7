/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of starts of a forget gate's bias: one row each. */
#ifndef INITSCOPE_FORGET_H
#define INITSCOPE_FORGET_H

#include <stdbool.h>
#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/entry.h"
#include "initscope/real.h"

typedef struct ins_forget_bias {
    ins_entry entry;
    /* Fills the bias b (units) of the forget gate. */
    void (*fill)(const double *p, size_t units, gsl_rng *rng, real *b);
    bool mirrored; /* the bias of the input gate is minus that: it lets in what is forgotten */
} ins_forget_bias;

extern const ins_entries ins_forget_biases; /* rows are ins_forget_bias */

extern const ins_choice ins_forget_one; /* the row 1 */

#endif
