/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an activation bends: what a quadrature must know of a row of the activation table. */
#ifndef INITSCOPE_OUTLINE_H
#define INITSCOPE_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"

enum { INS_KINKS = 2 };

typedef struct ins_outline {
    size_t kinks;
    double kink[INS_KINKS]; /* where phi or one of its derivatives jumps */
    double scale;     /* phi is analytic within this distance of the pieces between the kinks */
    bool homogeneous; /* phi(k u) = k phi(u) for k > 0: linear on either side of 0 */
    bool periodic;    /* varies at its scale everywhere, not only near 0 */
} ins_outline;

/* Of a choice from ins_activations. A row that is not listed is taken for analytic at scale 1. */
ins_outline ins_outline_of(const ins_choice *activation);

#endif
