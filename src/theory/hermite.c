/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Hermite coefficients by quadrature. */
#include <config.h>

#include "hermite.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "initscope/activation.h"
#include "initscope/correlation.h"
#include "initscope/outline.h"
#include "quadrature.h"

#define FINE_PANEL 1.5 /* in u, in units of the activation's scale */

/* The k-th Hermite polynomial waves with a wave number up to sqrt(k), and times the root of the
 * density it only falls off beyond 2 sqrt(k); the density's other root brings it down by here. */
#define HERMITE_REACH 14.0
#define HERMITE_WIDTH 0.5

/* A wave that is shorter has hardly any part in these polynomials. */
#define FINEST_PANEL 1e-3

typedef struct projection {
    const ins_activation *row;
    const double *values; /* its parameters */
    double spread;
    size_t terms;
    double *coefficient;                                   /* (terms) */
    double up[INS_HERMITE_TERMS], down[INS_HERMITE_TERMS]; /* h_k+1 = up z h_k - down h_k-1 */
} projection;

/* Both signs of z at once: h_k is even or odd as k is. */
static void project(void *context, double z, double weight)
{
    projection *p = context;
    double plus = p->row->value(p->spread * z, p->values);
    double minus = p->row->value(-p->spread * z, p->values);
    double mass = weight * gsl_ran_ugaussian_pdf(z);
    double even = mass * (plus + minus), odd = mass * (plus - minus);
    double before = 0, h = 1;

    for (size_t k = 0; k < p->terms; k++) {
        p->coefficient[k] += h * (k % 2 == 0 ? even : odd);
        double next = p->up[k] * z * h - p->down[k] * before;
        before = h;
        h = next;
    }
}

void ins_hermite(const ins_choice *activation, double q, size_t terms, double *coefficient)
{
    const ins_outline outline = ins_outline_of(activation);
    projection p = {.row = (const ins_activation *)activation->entry,
                    .values = activation->value,
                    .spread = sqrt(q),
                    .terms = terms,
                    .coefficient = coefficient};
    memset(coefficient, 0, terms * sizeof *coefficient);
    if (!(q >= 0 && isfinite(q))) {
        for (size_t k = 0; k < terms; k++) coefficient[k] = NAN;
        return;
    }
    for (size_t k = 0; k < terms; k++) {
        p.up[k] = 1 / sqrt((double)k + 1);
        p.down[k] = sqrt((double)k / ((double)k + 1));
    }
    ins_panels panels = {.upper = HERMITE_REACH, .width = HERMITE_WIDTH, .centres = 1};
    panels.fine = FINE_PANEL * outline.scale / p.spread;
    if (outline.periodic) panels.width = fmin(panels.width, fmax(panels.fine, FINEST_PANEL));
    for (size_t i = 0; i < outline.kinks; i++)
        ins_panels_cut(&panels, fabs(outline.kink[i]) / p.spread);
    ins_integrate(&panels, project, &p);
}
