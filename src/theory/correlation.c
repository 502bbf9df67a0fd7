/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The product of an activation at two correlated Gaussians, by three ways. */
#include <config.h>

#include "initscope/correlation.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "hermite.h"
#include "initscope/activation.h"
#include "quadrature.h"

#define TOLERANCE 1e-10
#define ROUNDING 1e-15
#define SMALLEST_APART 1e-16 /* below, the first order in it is exact to 1e-8, at kinks too */
#define SMALL_ANGLE 1e-3
#define FINE_PANEL 1.5 /* in u, in units of the activation's scale */

static const ins_activation *row_of(const ins_correlator *correlator)
{
    return (const ins_activation *)correlator->activation->entry;
}

void ins_correlator_start(ins_correlator *correlator, const ins_choice *activation, double q)
{
    *correlator = (ins_correlator){.activation = activation,
                                   .q = q,
                                   .at = ins_expect(activation, q),
                                   .outline = ins_outline_of(activation)};
    if (correlator->outline.homogeneous) return;

    double coefficient[INS_HERMITE_TERMS];
    ins_hermite(activation, q, INS_HERMITE_TERMS, coefficient);
    correlator->mass_left = correlator->at.square;
    correlator->slope_left = correlator->at.slope_square * q;
    for (size_t k = 0; k < INS_HERMITE_TERMS; k++) {
        double mass = coefficient[k] * coefficient[k];
        correlator->mass[k] = mass;
        correlator->mass_left -= mass;
        correlator->slope_left -= (double)k * mass;
    }
}

/* phi(u) = left u + (right - left) max(u, 0), with the arc-cosine kernel of max(u, 0) (Cho & Saul
 * 2009): E[max(u1, 0) max(u2, 0)] = q (sin t + (pi - t) cos t) / (2 pi), t = arccos c. */
static ins_correlation homogeneous(const ins_correlator *correlator, double c, double apart)
{
    const double *values = correlator->activation->value;
    double q = correlator->q, left = -row_of(correlator)->value(-1, values);
    double bend = row_of(correlator)->value(1, values) - left;
    double angle = 2 * asin(sqrt(apart / 2));
    /* sin(angle) - angle cos(angle); its first terms where the difference would lose digits. */
    double bow = angle > SMALL_ANGLE ? sin(angle) - angle * c
                                     : angle * angle * angle * (1.0 / 3 - angle * angle / 30);
    double fall = apart - bow / M_PI; /* of the kernel, from 1 at c = 1 */
    double linear = left * left + left * bend;

    ins_correlation result;
    result.distance = q * (linear * apart + bend * bend * fall / 2);
    result.product = q * (linear * c + bend * bend * (1 - fall) / 2);
    result.slope_product = linear + bend * bend * (1 - angle / M_PI) / 2;
    return result;
}

/* False when the series lacks too much. Its rest is bounded because no term is negative: of the
 * distance it is mass_left, less at most mass_left c^k. */
static bool series(const ins_correlator *correlator, double c, double apart,
                   ins_correlation *result)
{
    double product = 0, slope = 0, distance = 0, power = 1, slope_power = 1;
    double log_size = apart < 0.5 ? log1p(-apart) : log(fabs(c));

    for (size_t k = 0; k < INS_HERMITE_TERMS; k++) {
        double mass = correlator->mass[k];
        product += mass * power;
        if (k > 0) {
            slope += (double)k * mass * slope_power;
            slope_power *= c;
            distance += mass * (power > 0 ? -expm1((double)k * log_size) : 1 - power);
        }
        power *= c;
    }
    result->product = product;
    result->slope_product = slope / correlator->q;
    result->distance = distance + fmax(correlator->mass_left, 0);
    double lack = fmax(fabs(correlator->mass_left * power), ROUNDING * correlator->at.square);
    return lack <= TOLERANCE * result->distance &&
           fabs(correlator->slope_left * slope_power) <=
               TOLERANCE * correlator->at.slope_square * correlator->q;
}

/* u1 = along x + across y, u2 = along x - across y with independent x and y: kinks are straight
 * lines, and nothing narrows for c -> 1. */
typedef struct plane {
    const ins_correlator *correlator;
    double along, across; /* times sqrt(q) */
    double y, mass;       /* of the line being integrated */
    double product, slope_product, distance;
} plane;

static void add_point(void *context, double x, double weight)
{
    plane *p = context;
    const ins_activation *row = row_of(p->correlator);
    const double *values = p->correlator->activation->value;
    double u1 = p->along * x + p->across * p->y, u2 = p->along * x - p->across * p->y;
    double a1 = row->value(u1, values), a2 = row->value(u2, values);
    double mass = p->mass * weight * gsl_ran_ugaussian_pdf(x);

    p->product += mass * a1 * a2;
    p->slope_product += mass * row->slope(u1, values) * row->slope(u2, values);
    p->distance += mass * (a1 - a2) * (a1 - a2) / 2;
}

/* The density and the integrand are even in y. */
static void add_line(void *context, double y, double weight)
{
    plane *p = context;
    const ins_outline *outline = &p->correlator->outline;
    double shift = p->across * y / p->along;
    ins_panels panels = {.lower = -INS_NORMAL_REACH,
                         .upper = INS_NORMAL_REACH,
                         .width = INS_NORMAL_WIDTH,
                         .fine = FINE_PANEL * outline->scale / p->along,
                         .centres = 2,
                         .centre = {-shift, shift}};

    if (outline->periodic) panels.width = fmin(panels.width, panels.fine);
    for (size_t i = 0; i < outline->kinks; i++) {
        ins_panels_cut(&panels, outline->kink[i] / p->along - shift);
        ins_panels_cut(&panels, outline->kink[i] / p->along + shift);
    }
    p->y = y;
    p->mass = 2 * weight * gsl_ran_ugaussian_pdf(y);
    ins_integrate(&panels, add_point, p);
}

static ins_correlation over_plane(const ins_correlator *correlator, double apart)
{
    const ins_outline *outline = &correlator->outline;
    double spread = sqrt(correlator->q);
    plane p = {.correlator = correlator,
               .along = spread * sqrt((2 - apart) / 2),
               .across = spread * sqrt(apart / 2)};
    ins_panels panels = {.upper = INS_NORMAL_REACH, .width = INS_NORMAL_WIDTH, .centres = 1};

    panels.fine = FINE_PANEL * outline->scale / p.across;
    if (outline->periodic) panels.width = fmin(panels.width, panels.fine);
    /* Where kink i of u1 crosses kink j of u2, the integral over x bends. */
    for (size_t i = 0; i < outline->kinks; i++)
        for (size_t j = 0; j < i; j++)
            ins_panels_cut(&panels, fabs(outline->kink[i] - outline->kink[j]) / (2 * p.across));
    ins_integrate(&panels, add_line, &p);
    return (ins_correlation){p.product, p.slope_product, p.distance};
}

ins_correlation ins_correlate_plane(const ins_correlator *correlator, double c)
{
    return over_plane(correlator, 1 - c);
}

ins_correlation ins_correlate_apart(const ins_correlator *correlator, double apart)
{
    const ins_expectation *at = &correlator->at;
    double c = 1 - apart;
    if (correlator->outline.homogeneous) return homogeneous(correlator, c, apart);
    if (apart < SMALLEST_APART) {
        double distance = correlator->q * at->slope_square * apart;
        return (ins_correlation){at->square - distance, at->slope_square, distance};
    }
    ins_correlation result;
    if (series(correlator, c, apart, &result)) return result;
    return over_plane(correlator, apart);
}

ins_correlation ins_correlate(const ins_correlator *correlator, double c)
{
    return ins_correlate_apart(correlator, 1 - c);
}
