/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Populations of units. */
#include <config.h>

#include "units.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>

#include "initscope/activation.h"
#include "initscope/memory.h"

static double mean_product(const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < INS_UNITS; i++) sum += a[i] * b[i];
    return sum / INS_UNITS;
}

static double *numbers(void)
{
    return ins_reserve(INS_UNITS, sizeof(double), "a population of units");
}

void ins_units_free(ins_units *units)
{
    if (units == NULL) return;
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) free(units->x[v]);
    free(units);
}

/* Each stratum once, in another order each time. */
static double *draw(ins_draws *draws)
{
    double *z = numbers();
    ins_draws_take(draws, z);
    return z;
}

/* Of a variable with the correlation 1 - apart with z: (1 - apart) z + the rest of it fresh. */
static double *draw_apart(ins_draws *draws, const double *z, double apart)
{
    const double share = 1 - apart, rest = sqrt(fmax(apart * (2 - apart), 0));
    double *x = draw(draws);
    for (size_t i = 0; i < INS_UNITS; i++) x[i] = share * z[i] + rest * x[i];
    return x;
}

static double within_two(double apart)
{
    return fmin(fmax(apart, 0), 2);
}

/* The other views of units whose first one is standard normal; then all get their mean and
 * variance. */
static void draw_others(ins_draws *draws, const ins_views *views, ins_units *units)
{
    const double variance = fmax(views->square - views->mean * views->mean, 0);
    const double inverse = variance > 0 ? 1 / variance : 0, spread = sqrt(variance);
    double **x = units->x;
    x[INS_UNIT_FAR] = draw_apart(draws, x[INS_UNIT_OWN], within_two(views->apart * inverse));
    if (!isnan(views->near)) {
        const double apart = (views->square - views->near) * inverse;
        x[INS_UNIT_NEAR] = draw_apart(draws, x[INS_UNIT_OWN], within_two(apart));
    }
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++)
        for (size_t i = 0; x[v] != NULL && i < INS_UNITS; i++)
            x[v][i] = views->mean + spread * x[v][i];
}

ins_units *ins_units_draw(ins_draws *draws, const ins_views *views)
{
    ins_units *units = ins_allocate(1, sizeof *units, "a population of units");
    units->x[INS_UNIT_OWN] = draw(draws);
    draw_others(draws, views, units);
    return units;
}

/* A unit and what it is. */
typedef struct ranked {
    double x;
    size_t unit;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *one = a, *other = b;
    if (one->x != other->x) return one->x < other->x ? -1 : 1;
    return one->unit < other->unit ? -1 : one->unit > other->unit;
}

/* The bits of a number in the other order: of consecutive numbers evenly spread ones. */
static size_t reversed(size_t number)
{
    size_t result = 0;
    for (size_t bit = 0; bit < INS_UNITS_BITS; bit++)
        result |= (number >> bit & 1) << (INS_UNITS_BITS - 1 - bit);
    return result;
}

/* Units that are nearly the same have strata that are far from each other. */
static double *draw_spread(ins_draws *draws, const double *x)
{
    double *z = numbers();
    ranked *order = ins_allocate(INS_UNITS, sizeof *order, "a population of units");
    const size_t shift = gsl_rng_uniform_int(draws->rng, INS_UNITS);
    for (size_t i = 0; i < INS_UNITS; i++) order[i] = (ranked){x[i], i};
    qsort(order, INS_UNITS, sizeof *order, by_rank);
    for (size_t i = 0; i < INS_UNITS; i++) z[order[i].unit] = draws->normal[reversed(i) ^ shift];
    free(order);
    return z;
}

/* Made to have this mean square. */
static void fit(double *x, double square)
{
    const double now = mean_product(x, x);
    for (size_t i = 0; i < INS_UNITS && now > 0; i++) x[i] *= sqrt(square / now);
}

ins_units *ins_units_add(ins_draws *draws, const ins_units *x, double factor, const ins_views *f,
                         double square)
{
    ins_units *sum = ins_allocate(1, sizeof *sum, "a population of units");
    sum->x[INS_UNIT_OWN] = draw_spread(draws, x->x[INS_UNIT_OWN]);
    draw_others(draws, f, sum);
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) {
        double *y = sum->x[v];
        if (y == NULL) continue;
        for (size_t i = 0; i < INS_UNITS; i++) y[i] = x->x[v][i] + factor * y[i];
        fit(y, square);
    }
    return sum;
}

ins_units *ins_units_normalize(const ins_units *x, double less, double square)
{
    ins_units *made = ins_allocate(1, sizeof *made, "a population of units");
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) {
        if (x->x[v] == NULL) continue;
        made->x[v] = numbers();
        for (size_t i = 0; i < INS_UNITS; i++) made->x[v][i] = x->x[v][i] - less;
        fit(made->x[v], square);
    }
    return made;
}

/* The first view is the one whose draws are spread: square and mean are its own. */
static void find_views(const ins_units *units, ins_views *views)
{
    const double *own = units->x[INS_UNIT_OWN], *far = units->x[INS_UNIT_FAR];
    const double *near = units->x[INS_UNIT_NEAR];
    *views = (ins_views){.square = mean_product(own, own),
                         .near = near != NULL ? mean_product(own, near) : NAN};
    double distance = 0;
    for (size_t i = 0; i < INS_UNITS; i++) {
        views->mean += own[i] / INS_UNITS;
        distance += (own[i] - far[i]) * (own[i] - far[i]) / (2 * INS_UNITS);
    }
    views->apart = distance + (views->square - mean_product(far, far)) / 2;
}

static double *activated(const ins_choice *activation, const double *x)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    double *a = numbers();
    for (size_t i = 0; i < INS_UNITS; i++) a[i] = row->value(x[i], activation->value);
    return a;
}

ins_units_activated ins_units_activate(const ins_units *units, const ins_choice *activation,
                                       double *slope_square)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    const double *own = units->x[INS_UNIT_OWN], *near = units->x[INS_UNIT_NEAR];
    ins_units_activated made = {.alike = 1};
    double product = 0, square = 0;
    made.units = ins_allocate(1, sizeof *made.units, "a population of units");
    made.units->x[INS_UNIT_OWN] = activated(activation, own);
    made.units->x[INS_UNIT_FAR] = activated(activation, units->x[INS_UNIT_FAR]);
    if (near != NULL) made.units->x[INS_UNIT_NEAR] = activated(activation, near);
    for (size_t i = 0; i < INS_UNITS; i++) {
        const double slope = row->slope(own[i], activation->value);
        slope_square[i] = slope * slope;
        square += slope * slope;
        const double value = made.units->x[INS_UNIT_OWN][i];
        made.turned_square += slope * slope * value * value / INS_UNITS;
        made.along += slope * value * own[i] / INS_UNITS;
        if (near != NULL) product += slope * row->slope(near[i], activation->value);
    }
    if (near != NULL && square > 0) made.alike = product / square;
    find_views(made.units, &made.views);
    return made;
}
