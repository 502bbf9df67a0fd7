/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the limit of infinite width hides: spread between seeds. */
#ifndef INITSCOPE_FINITE_WIDTH_H
#define INITSCOPE_FINITE_WIDTH_H

#include <stddef.h>

#include "initscope/entry.h"

/* M = mean over the last layer's units of a^2, for one input and Gaussian weights, b = 0:
 * E[M^2] / E[M]^2 = product over layers of (1 + k/n), k = E[phi^4]/E[phi^2]^2 - 1; 5 for ReLU, 2
 * for linear (Hanin & Rolnick 2018). Exact for an activation that is linear on either side of 0;
 * NAN for any other. units (count). */
double ins_width_spread(const ins_choice *activation, const size_t *units, size_t count);

#endif
