/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* An activation in Hermite polynomials. */
#ifndef INITSCOPE_HERMITE_H
#define INITSCOPE_HERMITE_H

#include <stddef.h>

#include "initscope/entry.h"

/* coefficient (terms): E[phi(sqrt(q) z) h_k(z)], h_k orthonormal for z ~ N(0, 1). Their squares sum
 * up to E[phi^2], and E[phi(u1) phi(u2)] of two variances q1, q2 at correlation c is the sum of
 * coefficient1[k] coefficient2[k] c^k (Mehler). At most INS_HERMITE_TERMS. */
void ins_hermite(const ins_choice *activation, double q, size_t terms, double *coefficient);

#endif
