/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Gaussian expectations of an activation phi at u = sqrt(q) z, z ~ N(0, 1), and its gains. */
#ifndef INITSCOPE_GAUSSIAN_H
#define INITSCOPE_GAUSSIAN_H

#include "initscope/entry.h"

/* phi'' is never evaluated: by Stein's lemma d E[phi^2]/dq = E[z phi(u) phi'(u)] / sqrt(q), which
 * is also E[phi'^2] + E[phi phi''] with the jumps of phi' counted as they must be. */
typedef struct ins_expectation {
    double value;         /* E[phi] */
    double square;        /* E[phi^2] */
    double slope;         /* E[phi'] */
    double slope_square;  /* E[phi'^2]: chi_1 / sigma_w^2 */
    double square_growth; /* d E[phi^2] / dq: chi_par / sigma_w^2 */
    double turned_square; /* E[phi'^2 phi^2]: of what goes back along phi itself */
    double curvature;     /* E[phi phi''] = square_growth - slope_square */
} ins_expectation;

/* Relative accuracy 1e-10 or better. At q = 0 the slopes are the limit from above, so a kink at 0
 * counts with half of each side. All NAN when q is negative or not finite. activation is a choice
 * from ins_activations. */
ins_expectation ins_expect(const ins_choice *activation, double q);

/* The three "gains" in circulation, at q = 1. INFINITY where there is nothing to rescale. */
typedef struct ins_gains {
    double second_moment; /* 1 / sqrt(E[phi^2]): keeps the second moment; sqrt(2) for ReLU (He) */
    double variance;      /* 1 / sd(phi): keeps the variance */
    double gradient;      /* 1 / sqrt(E[phi'^2]): keeps the gradient */
} ins_gains;

ins_gains ins_gains_of(const ins_choice *activation);

#endif
