/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Two correlated Gaussians through an activation: u1 and u2 have variance q and correlation c. */
#ifndef INITSCOPE_CORRELATION_H
#define INITSCOPE_CORRELATION_H

#include "initscope/entry.h"
#include "initscope/gaussian.h"
#include "initscope/outline.h"

enum { INS_HERMITE_TERMS = 256 };

typedef struct ins_correlation {
    double product;       /* E[phi(u1) phi(u2)] */
    double slope_product; /* E[phi'(u1) phi'(u2)] = d product / d c / q (Price's theorem) */
    double distance;      /* E[(phi(u1) - phi(u2))^2] / 2 = E[phi^2] - product, without its
                             cancellation for c -> 1 */
} ins_correlation;

/* An activation at one q, made once for many values of c. mass[k] is the square of the k-th
 * coefficient of phi(sqrt(q) z) in orthonormal Hermite polynomials, product = sum mass[k] c^k
 * (Mehler); so the product is a power series in c without negative coefficients. */
typedef struct ins_correlator {
    const ins_choice *activation;
    double q;
    ins_expectation at;
    ins_outline outline;
    double mass[INS_HERMITE_TERMS];
    double mass_left, slope_left; /* what the sums over k of mass and of k mass still lack */
} ins_correlator;

/* q > 0 and finite. activation must outlive the correlator. */
void ins_correlator_start(ins_correlator *correlator, const ins_choice *activation, double q);

/* c in [-1, 1]. Closed form where phi is linear on either side of 0; the series where what it lacks
 * is below 1e-10 of the results; else quadrature over the plane. */
ins_correlation ins_correlate(const ins_correlator *correlator, double c);

/* The same of c = 1 - apart, for inputs that are so alike that 1 - c would be lost: distance keeps
 * its digits however small apart in [0, 2] is. */
ins_correlation ins_correlate_apart(const ins_correlator *correlator, double apart);

/* The last way by itself: slower (milliseconds), and an independent check of the others. */
ins_correlation ins_correlate_plane(const ins_correlator *correlator, double c);

#endif
