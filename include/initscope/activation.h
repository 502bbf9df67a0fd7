/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of activation functions: phi and phi' in one row. */
#ifndef INITSCOPE_ACTIVATION_H
#define INITSCOPE_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/real.h"

typedef struct ins_activation {
    ins_entry entry;
    double (*value)(double z,
                    const double *p); /* for the theory; the same formula as forward and backward */
    double (*slope)(double z, const double *p);
    /* a[i] = phi(z[i]); delta[i] *= phi'(z[i]), where a = phi(z). No aliasing. */
    void (*forward)(size_t n, const real *z, real *a, const double *p);
    void (*backward)(size_t n, const real *z, const real *a, real *delta, const double *p);
    /* An output a is saturated when a < saturated_below or a > saturated_above. {-INFINITY,
     * INFINITY}: the rule does not apply, and saturated_fraction is empty. */
    double saturated_below, saturated_above;
    bool rectifier; /* its zeros are dead or inactive units */
} ins_activation;

extern const ins_entries ins_activations; /* rows are ins_activation */

/* The rows relu, tanh and sigmoid, which layers have inside of them. */
extern const ins_choice ins_inner_relu, ins_inner_tanh, ins_inner_sigmoid;

#endif
