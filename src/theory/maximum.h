/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest of some Gaussian variables, and an activation of it. */
#ifndef INITSCOPE_MAXIMUM_H
#define INITSCOPE_MAXIMUM_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"

#include "transfer.h"

/* Of u = sqrt(q) (sqrt(c) t + sqrt(1 - c) M), t standard normal and M the largest of count
 * independent ones: the largest of count variables with variance q and correlations c. What two
 * windows share is in t: coefficient is that of E[phi(u) given t] in Hermite polynomials. */
typedef struct ins_maximum {
    double mean, square, slope_square; /* E[phi], E[phi^2], E[phi'^2] of the largest */
    double shared;                     /* E[E[phi given t]^2] */
    double coefficient[INS_TRANSFER_TERMS];
} ins_maximum;

/* The law of M, made once for a count. */
typedef struct ins_maximum_law ins_maximum_law;
ins_maximum_law *ins_maximum_law_new(size_t count);
void ins_maximum_law_free(ins_maximum_law *law);

/* q >= 0; correlation in [0, 1]. activation NULL: the largest itself. */
void ins_maximum_expect(const ins_maximum_law *law, const ins_choice *activation, double q,
                        double correlation, ins_maximum *out);

/* Whether the largest of phi(u) is phi of the largest u, or nearly so: phi falls, if at all, by
 * little of what it rises. */
bool ins_is_rising(const ins_choice *activation);

#endif
