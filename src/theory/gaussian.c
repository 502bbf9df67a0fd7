/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Expectations by quadrature over z > 0, both signs of z at each node: odd parts cancel exactly. */
#include <config.h>

#include "initscope/gaussian.h"

#include <math.h>

#include <gsl/gsl_randist.h>

#include "initscope/activation.h"
#include "initscope/outline.h"
#include "quadrature.h"

/* Below these standard deviations of u the slopes are at their limit to about the same relative
 * accuracy. Where phi(0) is not 0 its square hides the growth of E[phi^2] sooner. */
#define SMALLEST_SPREAD 1e-12
#define SMALLEST_SPREAD_OFFSET 1e-5

/* A periodic function of a Gaussian this wide, in units of its scale, has reached its mean: the
 * first harmonic is down by exp(-12^2/2). */
#define PERIODIC_SPREAD 12.0

/* Panels in u near 0 and for periodic functions everywhere, in units of the scale. */
#define FINE_PANEL 1.5

typedef struct sums {
    const ins_activation *row;
    const double *p;
    double spread; /* sqrt(q) */
    double value, square, slope, slope_square, radial, turned_square;
} sums;

static void add(void *context, double z, double weight)
{
    sums *s = context;
    double mass = weight * gsl_ran_ugaussian_pdf(z), u = s->spread * z;
    double up = s->row->value(u, s->p), down = s->row->value(-u, s->p);
    double up_slope = s->row->slope(u, s->p), down_slope = s->row->slope(-u, s->p);

    s->value += mass * (up + down);
    s->square += mass * (up * up + down * down);
    s->slope += mass * (up_slope + down_slope);
    s->slope_square += mass * (up_slope * up_slope + down_slope * down_slope);
    s->turned_square +=
        mass * (up * up * up_slope * up_slope + down * down * down_slope * down_slope);
    s->radial += mass * z * (up * up_slope - down * down_slope);
}

static sums sums_at(const ins_choice *activation, const ins_outline *outline, double spread)
{
    sums s = {.row = (const ins_activation *)activation->entry, .p = activation->value};
    double unit = FINE_PANEL * outline->scale;
    s.spread = outline->periodic ? fmin(spread, PERIODIC_SPREAD * outline->scale) : spread;

    ins_panels panels = {.upper = INS_NORMAL_REACH, .width = INS_NORMAL_WIDTH, .centres = 1};
    panels.fine = unit / s.spread;
    if (outline->periodic) panels.width = fmin(panels.width, panels.fine);
    for (size_t i = 0; i < outline->kinks; i++)
        ins_panels_cut(&panels, fabs(outline->kink[i]) / s.spread);
    ins_integrate(&panels, add, &s);
    return s;
}

ins_expectation ins_expect(const ins_choice *activation, double q)
{
    if (!(q >= 0 && isfinite(q))) return (ins_expectation){NAN, NAN, NAN, NAN, NAN, NAN, NAN};

    const ins_activation *row = (const ins_activation *)activation->entry;
    ins_outline outline = ins_outline_of(activation);
    double origin = row->value(0, activation->value);
    double spread = fmax(sqrt(q), SMALLEST_SPREAD);

    sums s = sums_at(activation, &outline, spread);
    ins_expectation e = {.value = s.value,
                         .square = s.square,
                         .slope = s.slope,
                         .slope_square = s.slope_square,
                         .square_growth = s.radial / s.spread,
                         .turned_square = s.turned_square};
    if (fabs(origin) > 0 && spread < SMALLEST_SPREAD_OFFSET) {
        s = sums_at(activation, &outline, SMALLEST_SPREAD_OFFSET);
        e.square_growth = s.radial / s.spread;
    }
    if (sqrt(q) < SMALLEST_SPREAD) {
        e.value = origin + (e.value - origin) * sqrt(q) / SMALLEST_SPREAD;
        e.square = origin * origin + q * e.square_growth;
        e.turned_square = e.square * e.slope_square;
    }
    e.curvature = e.square_growth - e.slope_square;
    return e;
}

ins_gains ins_gains_of(const ins_choice *activation)
{
    ins_expectation e = ins_expect(activation, 1);
    return (ins_gains){.second_moment = 1 / sqrt(e.square),
                       .variance = 1 / sqrt(e.square - e.value * e.value),
                       .gradient = 1 / sqrt(e.slope_square)};
}
