/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations: of what is Gaussian, or is taken for it. */
#include <config.h>

#include <math.h>

#include "initscope/correlation.h"

#include "prediction_rows.h"
#include "transfer.h"

/* A matrix has the first activation behind it; one right behind another is a part of it. */
static bool is_shown(const ins_stage *s)
{
    const ins_layer_plan *read = &s->design->layer[s->plan->input[0]];
    return !read->activated || (read->kind->activates && read->readers == 1);
}

static void show(const ins_stage *s, double slope_square)
{
    if (!is_shown(s)) return;
    s->out->activation = ins_around(s->at->mean, s->at->square);
    s->out->slope_square = slope_square;
}

/* --- Units one by one ------------------------------------------------------------------------- */

/* Whether what is read is followed unit by unit: it is a residual sum of that kind, an activation
 * that others read as well, or has a mean that a pool or the like has left it. An activation right
 * behind another, and read by nobody else, is taken for one of a Gaussian. */
static bool has_units(const ins_stage *s)
{
    const ins_layer_plan *read = &s->design->layer[s->plan->input[0]];
    const ins_signal *in = ins_signal_itself(s->in[0]);
    if (in->units != NULL) return true;
    if (!(in->square > 0) || in->largest != NULL) return false;
    if (in->function != NULL) return read->kind->activates && read->readers > 1;
    return !in->gaussian && in->mean != 0;
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum / (double)count;
}

/* The output's units; slopes stay. */
static ins_units_activated activate_units(const ins_stage *s)
{
    s->at->slopes = ins_stage_numbers(s, INS_UNITS);
    const ins_units_activated made =
        ins_units_activate(ins_stage_units(s, 0), &s->plan->choice, s->at->slopes);
    s->at->units = made.units;
    s->at->alike = made.alike;
    return made;
}

/* Units that pass much on are the same on the way forward and back. Returns E[phi'^2] of them, by
 * what goes back weighed, and in *to what goes on. */
static double pass_units(const ins_stage *s, const double **to)
{
    const double *units = s->at->back.units;
    double *passed = ins_stage_numbers(s, INS_UNITS);
    for (size_t i = 0; i < INS_UNITS; i++)
        passed[i] = s->at->slopes[i] * (units != NULL ? units[i] : 1);
    const double mean = mean_of(passed, INS_UNITS);
    for (size_t i = 0; i < INS_UNITS && mean > 0; i++) passed[i] /= mean;
    *to = s->in[0]->gaussian ? NULL : passed;
    return mean;
}

/* --- Vectors ---------------------------------------------------------------------------------- */

/* Of an activation at two rows of one length, as far as they differ in direction; 0 where all of z
 * is 0. */
static double turned_distance(const ins_choice *activation, const ins_signal *z)
{
    const double square = z->square - z->lengths, distance = z->distance - z->lengths;
    if (square == 0) return 0;
    if (!(square > 0) || !isfinite(square) || isnan(distance)) return NAN;
    ins_correlator correlator;
    ins_correlator_start(&correlator, activation, square);
    return ins_correlate_apart(&correlator, fmin(fmax(distance / square, 0), 2)).distance;
}

static void vector_units_forward(const ins_stage *s)
{
    const ins_signal *z = s->in[0];
    const ins_units_activated made = activate_units(s);
    const ins_views *views = &made.views;
    s->at->phi = (ins_expectation){.value = views->mean,
                                   .square = views->square,
                                   .slope_square = mean_of(s->at->slopes, INS_UNITS),
                                   .square_growth = z->square > 0 ? made.along / z->square : 0,
                                   .turned_square = made.turned_square};
    s->at->square = views->square;
    s->at->mean = views->mean;
    s->at->distance = views->apart;
    s->at->lengths = z->square > 0 ? z->lengths / z->square * views->square : 0;
    s->at->within = ins_over_rows(s->inputs, views->apart);
}

static void vector_forward(const ins_stage *s)
{
    const ins_expectation at = ins_expect(&s->plan->choice, s->in[0]->square);
    s->at->lengths =
        ins_length_part(s->in[0]->lengths, s->in[0]->square, at.square, at.square_growth);
    s->at->distance = s->at->lengths + turned_distance(&s->plan->choice, s->in[0]);
    s->at->square = at.square;
    s->at->mean = at.value;
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
    s->at->phi = at;
}

/* Given z, W^T delta is share a + noise, the noise independent of z:
 *
 *   E delta'^2 = share^2 E[phi'^2 phi^2] + E[phi'^2] E noise^2,   E[z delta'] = share E[z phi' phi]
 *
 * of which classes, at their start, have the second term alone. */
static void vector_backward(const ins_stage *s)
{
    const ins_expectation *phi = &s->at->phi;
    const ins_back *at = &s->at->back;
    const double share = at->along != 0 ? at->along / s->at->square : 0;
    const double gain =
        at->whole && share != 0 ? ins_back_rest(at, s->at->square) / at->delta : at->gain;
    const double *units = NULL;
    const double slope = s->at->slopes != NULL ? pass_units(s, &units) : phi->slope_square;
    *s->back = (ins_back){.gain = gain * slope,
                          .delta = at->delta,
                          .along = share * s->in[0]->square * phi->square_growth,
                          .whole = true,
                          .units = units};
    if (share != 0) s->back->gain += share * share * phi->turned_square / at->delta;
}

/* --- Maps and sequences ----------------------------------------------------------------------- */

/* What slopes at two positions have in common, of pairs that are all as alike as they are on
 * average. */
static double alike_slopes(const ins_stage *s)
{
    const ins_views z = ins_signal_views(s->plan, s->in[0]);
    if (isnan(z.near) || !(z.square > 0)) return 1;
    ins_correlator correlator;
    ins_correlator_start(&correlator, &s->plan->choice, z.square);
    const double c = fmin(fmax(z.near / z.square, -1), 1);
    const double common = ins_correlate(&correlator, c).slope_product;
    return correlator.at.slope_square > 0 ? common / correlator.at.slope_square : 0;
}

/* The field of Gaussian variables, put right by what units show on average. */
static void correct(const ins_stage *s, const ins_views *views, double slope)
{
    ins_field *field = s->at->field;
    const size_t positions = field->positions;
    const ins_views had = ins_signal_views(s->plan, s->at);
    const double near = isnan(had.near) ? 0 : (views->near - had.near) / had.square;
    const double far = ((views->square - views->apart) - (had.square - had.apart)) / had.square;
    double *root = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) root[p] = sqrt(field->same[p * (positions + 1)]);
    for (size_t p = 0; p < positions; p++) {
        for (size_t i = 0; i < positions; i++) {
            const double scale = root[p] * root[i];
            field->same[p * positions + i] += near * scale;
            field->other[p * positions + i] += far * scale;
        }
        field->same[p * (positions + 1)] = root[p] * root[p] * views->square / had.square;
        field->mean[p] = views->mean * root[p] / sqrt(had.square);
        s->at->way[p] = slope;
    }
    const double lengths = 1 - ins_signal_shorter(s->at);
    ins_signal_settle(s, field);
    s->at->lengths = lengths * s->at->square;
}

/* Those of the mean position. */
static void find_lengths(const ins_stage *s)
{
    const ins_signal *z = s->in[0];
    s->at->lengths = 0;
    if (z->lengths == 0) return;
    const double growth = ins_expect(&s->plan->choice, z->square).square_growth;
    s->at->lengths = ins_length_part(z->lengths, z->square, s->at->square, growth);
}

static void map_forward(const ins_stage *s)
{
    const ins_field *z = s->in[0]->field;
    const size_t positions = z->positions;
    const double shorter = ins_signal_shorter(s->in[0]);
    ins_transfer *same = ins_transfer_of(&s->plan->choice, z, 1);
    ins_transfer *other = shorter < 1 ? ins_transfer_of(&s->plan->choice, z, shorter) : same;
    s->at->way = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) s->at->way[p] = same->slope_square[p];
    s->at->alike = alike_slopes(s);
    ins_signal_settle(s, ins_transfer_apply(same, other, z));
    if (other != same) ins_transfer_free(other);
    ins_transfer_free(same);
    find_lengths(s);
    if (s->in[0]->gaussian) {
        s->at->source = s->in[0];
    }
    s->at->function = &s->plan->choice;
    s->at->before = ins_signal_views(s->plan, s->in[0]);
    if (has_units(s)) {
        const ins_units_activated made = activate_units(s);
        correct(s, &made.views, mean_of(s->at->slopes, INS_UNITS));
    }
    show(s, mean_of(s->at->way, positions));
}

static void map_backward(const ins_stage *s)
{
    const ins_back *at = &s->at->back;
    const size_t positions = ins_positions(s->plan->shape);
    double *to = ins_stage_numbers(s, positions);
    const double *units = NULL;
    const double slope = s->at->slopes != NULL ? pass_units(s, &units) : NAN;
    for (size_t p = 0; p < positions; p++)
        to[p] = at->at[p] * (isnan(slope) ? s->at->way[p] : slope);
    *s->back = (ins_back){.at = to, .alike = at->alike * s->at->alike, .units = units};
}

void ins_activation_predict_forward(const ins_stage *s)
{
    if (s->in[0]->largest != NULL && s->in[0]->function == NULL) {
        ins_largest_activation_forward(s);
        show(s, s->at->phi.slope_square);
    } else if (!ins_has_positions(s->plan)) {
        if (has_units(s))
            vector_units_forward(s);
        else
            vector_forward(s);
        s->at->function = &s->plan->choice;
        s->at->before = ins_signal_views(s->plan, s->in[0]);
        show(s, s->at->phi.slope_square);
    } else if (s->in[0]->field != NULL) {
        map_forward(s);
    } else {
        ins_forget_forward(s);
        show(s, NAN);
    }
}

void ins_activation_predict_backward(const ins_stage *s)
{
    if (!ins_has_positions(s->plan)) {
        vector_backward(s);
        return;
    }
    ins_forget_backward(s);
    if (s->at->back.at != NULL && s->at->way != NULL) map_backward(s);
}
