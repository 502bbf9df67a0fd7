/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Integrals over an interval cut into panels, each by GSL's 16-point Gauss-Legendre rule. The
 * panels are narrow where the integrand bends and end where it or a derivative jumps, so that the
 * rule is exact to rounding on each of them. */
#ifndef INITSCOPE_QUADRATURE_H
#define INITSCOPE_QUADRATURE_H

#include <stddef.h>

/* Beyond this many standard deviations the normal density is below 1e-22 and is left out. */
#define INS_NORMAL_REACH 10.0

/* On this width the normal density, times a polynomial, is exact to rounding. */
#define INS_NORMAL_WIDTH 1.25

enum { INS_PANEL_CENTRES = 2, INS_PANEL_EDGES = 16 };

typedef struct ins_panels {
    double lower, upper;
    double width; /* no panel is wider */
    double fine;  /* near a centre a panel is at most this wide, at distance d at most about d */
    size_t centres, edges;
    double centre[INS_PANEL_CENTRES]; /* where the integrand varies fastest */
    double edge[INS_PANEL_EDGES];     /* where it or a derivative jumps; any order, any range */
} ins_panels;

/* Adds edge when it is finite and lies between lower and upper. */
void ins_panels_cut(ins_panels *panels, double edge);

/* Called at each node x; the integral of f is the sum of weight * f(x). */
typedef void (*ins_integrand)(void *context, double x, double weight);

void ins_integrate(const ins_panels *panels, ins_integrand integrand, void *context);

#endif
