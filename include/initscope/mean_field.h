/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean-field theory of deep square networks (Poole et al. 2016, Schoenholz et al. 2017), in the
 * limit of infinite width: preactivations of variance q and correlation c go to
 *
 *   q' = sigma_b^2 + sigma_w^2 E[phi(sqrt(q) z)^2]
 *   c' = (sigma_b^2 + sigma_w^2 E[phi(u1) phi(u2)]) / q'
 *
 * with sigma_w^2 = fan_in Var(W) and sigma_b^2 = Var(b). */
#ifndef INITSCOPE_MEAN_FIELD_H
#define INITSCOPE_MEAN_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/correlation.h"
#include "initscope/entry.h"

/* An activation with a table of its expectations over q in [1e-9, 1e9], 24 values a decade: some
 * milliseconds to make, then read only, so threads may share it. activation must outlive it. */
typedef struct ins_mean_field ins_mean_field;
ins_mean_field *ins_mean_field_new(const ins_choice *activation);
void ins_mean_field_free(ins_mean_field *field); /* NULL is fine */

typedef struct ins_disorder {
    double weight; /* sigma_w^2 >= 0 */
    double bias;   /* sigma_b^2 >= 0 */
} ins_disorder;

/* sigma_b^2 + sigma_w^2 E[phi^2]: one step. */
double ins_next_q(const ins_mean_field *field, ins_disorder disorder, double q);

/* One step of the correlation of two inputs, both of variance correlator->q before it; 1 stays 1
 * exactly. For a network at its fixed point start the correlator at q*. */
double ins_next_c(const ins_correlator *correlator, ins_disorder disorder, double c);

/* q* = F(q*). Stable when chi_par < 1; half-stable, reached from one side only, when it is 1. */
typedef struct ins_fixed_point {
    double q;
    double chi_par; /* F'(q*): factor per layer of a small departure */
} ins_fixed_point;

/* In increasing order; returns their number, of which at most INS_FIXED_POINTS are written. Of a
 * stretch of fixed points, as of ReLU with sigma_w^2 = 2, only the first; three within a tenth of
 * each other may be taken for one. */
enum { INS_FIXED_POINTS = 8 };
size_t ins_fixed_points(const ins_mean_field *field, ins_disorder disorder,
                        ins_fixed_point point[INS_FIXED_POINTS]);

/* Where q goes with depth. */
typedef enum ins_fate {
    INS_FATE_CONVERGES, /* to a fixed point q > 0, geometrically */
    INS_FATE_MARGINAL,  /* to a half-stable fixed point q > 0, like 1/l */
    INS_FATE_CONSTANT,  /* it stays: every q is a fixed point */
    INS_FATE_VANISHES,  /* to 0, geometrically */
    INS_FATE_DECAYS,    /* to 0, like 1/l */
    INS_FATE_GROWS,     /* without bound, slower than geometrically */
    INS_FATE_DIVERGES,  /* geometrically */
    INS_FATES
} ins_fate;

extern const char *const ins_fate_names[INS_FATES];

/* One cell of the phase plane. Depth scales are in layers; INFINITY is critical. */
typedef struct ins_phase {
    ins_fate fate;
    double q;           /* where it goes: q*, 0 or INFINITY; the start itself when CONSTANT */
    double chi_par;     /* there: slope of the map of q */
    double chi_1;       /* there: sigma_w^2 E[phi'^2], factor per layer of the gradient's square */
    double c;           /* where the correlation of two inputs goes; NAN when it just stays */
    double chi_c;       /* slope of the map of c there */
    double xi_q;        /* -1 / ln |chi_par| */
    double xi_c;        /* -1 / ln chi_c */
    double xi_gradient; /* -1 / ln chi_1; negative: gradients explode */
} ins_phase;

/* From q = start > 0. For a finite q > 0 the correlation goes to c = 1 when chi_1 <= 1 (order),
 * else to the one c < 1 (chaos): the map of c is convex. Where q vanishes or diverges the map of c
 * is its limit, with slope chi_1 / chi_par at c = 1. Takes for granted that E[phi^2] grows with q,
 * as it does for every row of the table. */
ins_phase ins_phase_of(const ins_mean_field *field, ins_disorder disorder, double start);

/* A point of the critical line chi_1 = 1. */
typedef struct ins_critical_point {
    double q;
    ins_disorder disorder;
    double chi_par;
    bool stable; /* the fixed point attracts and the edge of chaos is real: chi_par < 1; at q = 0,
                    where chi_par is 1, a small q does not grow */
} ins_critical_point;

/* The point whose fixed point is q > 0: sweep q to draw the line. disorder.bias may come out
 * negative: then there is none. */
ins_critical_point ins_critical_at(const ins_mean_field *field, double q);

/* The points at a given sigma_b^2, in increasing q; returns their number, of which at most
 * INS_CRITICAL_POINTS are written. */
enum { INS_CRITICAL_POINTS = 8 };
size_t ins_critical_points(const ins_mean_field *field, double bias,
                           ins_critical_point point[INS_CRITICAL_POINTS]);

#endif
