/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of optimizers: one fused update each. */
#ifndef INITSCOPE_OPTIMIZER_H
#define INITSCOPE_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/real.h"

typedef struct ins_step {
    const double *p; /* the optimizer's parameters */
    double learning_rate;
    double weight_decay; /* 0 for biases */
    size_t update;       /* 1 for the first */
} ins_step;

typedef struct ins_optimizer {
    ins_entry entry;
    double learning_rate; /* default */
    bool adaptive;        /* its steps do not grow with the gradient */
    size_t slots;         /* state vectors per parameter, zero at the start: 0, 1 or 2 */
    /* w (n) from its gradient g (n); state is (slots, n). */
    void (*update)(const ins_step *step, size_t n, real *w, const real *g, real *state);
} ins_optimizer;

extern const ins_entries ins_optimizers; /* rows are ins_optimizer */

#endif
