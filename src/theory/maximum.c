/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a plane of t and M. */
#include <config.h>

#include "maximum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "initscope/activation.h"
#include "initscope/memory.h"
#include "initscope/outline.h"

#include "quadrature.h"

/* Midpoints: no node lies on a kink at 0, and the two steps have no multiple in common, so that
 * what a kink does to one line of the plane is undone by the others. */
#define REACH 9.0
#define STEP_T 0.1
#define STEP_M 0.0873
#define LEAST_MASS 1e-17

/* A bend that is narrower than this is a corner, at which the panels end anyway. */
#define LEAST_BEND 1e-8
enum { NODES_T = 180, NODES_M = 208 };

struct ins_maximum_law {
    double count;
    size_t nodes;
    double m[NODES_M], mass[NODES_M];
};

ins_maximum_law *ins_maximum_law_new(size_t count)
{
    ins_maximum_law *law = ins_allocate(1, sizeof *law, "the law of a maximum");
    const double n = law->count = (double)count;
    double total = 0;
    for (size_t i = 0; i < NODES_M; i++) {
        const double m = STEP_M * ((double)i + 0.5) - REACH;
        const double below = gsl_cdf_ugaussian_P(m);
        const double mass = STEP_M * n * gsl_ran_ugaussian_pdf(m) * pow(below, n - 1);
        if (!(mass > LEAST_MASS)) continue;
        law->m[law->nodes] = m;
        law->mass[law->nodes++] = mass;
        total += mass;
    }
    for (size_t i = 0; i < law->nodes; i++) law->mass[i] /= total;
    return law;
}

void ins_maximum_law_free(ins_maximum_law *law)
{
    free(law);
}

static void add_line(const ins_maximum_law *law, const ins_choice *activation, double q, double c,
                     double t, double mass, ins_maximum *out)
{
    const ins_activation *row =
        activation != NULL ? (const ins_activation *)activation->entry : NULL;
    const double along = sqrt(q * c) * t, across = sqrt(q * (1 - c));
    double given = 0;
    for (size_t i = 0; i < law->nodes; i++) {
        const double u = along + across * law->m[i];
        const double value = row != NULL ? row->value(u, activation->value) : u;
        const double slope = row != NULL ? row->slope(u, activation->value) : 1;
        given += law->mass[i] * value;
        out->square += mass * law->mass[i] * value * value;
        out->slope_square += mass * law->mass[i] * slope * slope;
    }
    out->mean += mass * given;
    out->shared += mass * given * given;
    double before = 0, h = 1; /* h_k+1 = (t h_k - sqrt(k) h_k-1) / sqrt(k + 1) */
    for (size_t k = 0; k < INS_TRANSFER_TERMS; k++) {
        out->coefficient[k] += mass * given * h;
        const double next = (t * h - sqrt((double)k) * before) / sqrt((double)k + 1);
        before = h;
        h = next;
    }
}

/* Of phi(u) = left u + bend max(u, 0), given M: u is Gaussian with the mean sqrt(1 - c) M and the
 * variance c. */
typedef struct bent {
    double count, spread, across, left, bend;
    double total;
    ins_maximum *out;
} bent;

static void add_bent(void *context, double m, double weight)
{
    bent *b = context;
    const double mass =
        weight * b->count * gsl_ran_ugaussian_pdf(m) * pow(gsl_cdf_ugaussian_P(m), b->count - 1);
    const double mean = b->across * m;
    const double at = b->spread > 0 ? mean / b->spread : mean > 0 ? INFINITY : -INFINITY;
    const double above = gsl_cdf_ugaussian_P(at);
    const double density = isinf(at) ? 0 : b->spread * gsl_ran_ugaussian_pdf(at);
    const double square = mean * mean + b->spread * b->spread;
    const double positive = mean * above + density;
    const double positive_square = square * above + mean * density;
    const double right = b->left + b->bend;
    b->total += mass;
    b->out->mean += mass * (b->left * mean + b->bend * positive);
    b->out->square +=
        mass * (b->left * b->left * (square - positive_square) + right * right * positive_square);
    b->out->slope_square += mass * (b->left * b->left * (1 - above) + right * right * above);
}

/* The moments that a kink at 0 would spoil. */
static void expect_bent(const ins_maximum_law *law, const ins_choice *activation, double q,
                        double c, ins_maximum *out)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    bent b = {.count = law->count,
              .spread = sqrt(c),
              .across = sqrt(1 - c),
              .left = -row->value(-1, activation->value),
              .out = out};
    b.bend = row->value(1, activation->value) - b.left;
    ins_panels panels = {.lower = -REACH,
                         .upper = REACH,
                         .width = INS_NORMAL_WIDTH / 2,
                         .fine = c < 1 ? fmax(b.spread / b.across, LEAST_BEND) : REACH,
                         .centres = 1};
    ins_panels_cut(&panels, 0);
    out->mean = out->square = out->slope_square = 0;
    ins_integrate(&panels, add_bent, &b);
    out->mean *= sqrt(q) / b.total;
    out->square *= q / b.total;
    out->slope_square /= b.total;
}

void ins_maximum_expect(const ins_maximum_law *law, const ins_choice *activation, double q,
                        double correlation, ins_maximum *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < NODES_T; i++) {
        const double t = STEP_T * ((double)i + 0.5) - REACH;
        add_line(law, activation, q, correlation, t, STEP_T * gsl_ran_ugaussian_pdf(t), out);
    }
    if (activation != NULL && ins_outline_of(activation).homogeneous)
        expect_bent(law, activation, q, correlation, out);
}

bool ins_is_rising(const ins_choice *activation)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    const double reach = 6, step = 0.01, little = 0.1;
    double up = 0, down = 0, before = row->value(-reach, activation->value);
    for (double u = step - reach; u < reach; u += step) {
        const double value = row->value(u, activation->value);
        if (value > before)
            up += value - before;
        else
            down += before - value;
        before = value;
    }
    return down <= little * up;
}
