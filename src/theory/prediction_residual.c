/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Residual sums x + s f: what the skip gives and the branch does are independent where one of them
 * ends in weights that the other has not seen; their products then have the mean 0. */
#include <config.h>

#include <math.h>

#include "prediction_rows.h"

enum { SKIP, BRANCH };

/* s, what is learned of it included. */
static double factor_of(const ins_layer_plan *plan)
{
    const double scale = ins_parameter_of(&plan->choice, "scale");
    return plan->factors > 0 ? scale * plan->factor : scale;
}

/* Whether the layer sees another one's output, directly or not, or is it. */
static bool sees(const ins_stage *s, size_t layer, size_t other)
{
    if (layer < other) return false;
    bool *seen = ins_arena_get(s->arena, layer + 1, sizeof *seen, "layers of the theory");
    seen[layer] = true;
    for (size_t i = layer; i > other; i--) {
        const ins_layer_plan *plan = &s->design->layer[i];
        for (size_t k = 0; seen[i] && k < plan->kind->reads; k++) seen[plan->input[k]] = true;
    }
    return seen[other];
}

/* Whether what this side ends in is new to the other. */
static bool is_fresh(const ins_stage *s, size_t side, size_t other)
{
    const size_t weights = s->in[side]->fresh;
    return weights > 0 && !sees(s, s->plan->input[other], weights);
}

static double root_part(const ins_signal *part, double factor)
{
    return part->lengths > 0 ? factor * sqrt(part->square * part->lengths) : 0;
}

/* Root mean squares r of rows with r^2 = r1^2 + r2^2: d r = (r1 d r1 + r2 d r2) / r. */
static double lengths_of(const ins_signal *x, const ins_signal *f, double factor, double square)
{
    const double sum = root_part(x, 1) + root_part(f, factor * factor);
    return square > 0 ? sum * sum / square : 0;
}

static void add_fields(const ins_stage *s, double factor)
{
    const ins_field *x = s->in[SKIP]->field, *f = s->in[BRANCH]->field;
    const double square = factor * factor;
    ins_field *sum = ins_field_reserve(x->positions);
    for (size_t i = 0; i < x->positions * x->positions; i++) {
        sum->same[i] = x->same[i] + square * f->same[i];
        sum->other[i] = x->other[i] + square * f->other[i];
    }
    for (size_t p = 0; p < x->positions; p++) sum->mean[p] = x->mean[p] + factor * f->mean[p];
    ins_signal_settle(s, sum);
    s->at->lengths = lengths_of(s->in[SKIP], s->in[BRANCH], factor, s->at->square);
}

static void add(const ins_stage *s, double factor)
{
    const ins_signal *x = s->in[SKIP], *f = s->in[BRANCH];
    s->at->gaussian = x->gaussian && f->gaussian;
    if (x->fresh > 0 && f->fresh > 0) s->at->fresh = x->fresh < f->fresh ? x->fresh : f->fresh;
    if (ins_has_positions(s->plan)) {
        if (x->field != NULL && f->field != NULL) add_fields(s, factor);
        return;
    }
    s->at->square = x->square + factor * factor * f->square;
    s->at->distance = x->distance + factor * factor * f->distance;
    s->at->lengths = lengths_of(x, f, factor, s->at->square);
    s->at->mean = x->mean + factor * f->mean;
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
}

/* What is Gaussian stays it. */
static void add_units(const ins_stage *s, double factor)
{
    const ins_layer_plan *branch = &s->design->layer[s->plan->input[BRANCH]];
    if (!s->at->asked || s->at->gaussian || !s->in[BRANCH]->gaussian || !(s->at->square > 0))
        return;
    const ins_views views = ins_signal_views(branch, s->in[BRANCH]);
    s->at->units =
        ins_units_add(ins_stage_draws(s), ins_stage_units(s, SKIP), factor, &views, s->at->square);
}

void ins_sum_forward(const ins_stage *s)
{
    const double factor = factor_of(s->plan);
    const bool nothing = factor == 0 || s->in[BRANCH]->square == 0;
    ins_forget_forward(s);
    if (nothing || is_fresh(s, BRANCH, SKIP) || is_fresh(s, SKIP, BRANCH)) add(s, factor);
    add_units(s, factor);
    s->numbered->stream = (ins_moment_pair){s->at->square, s->at->within};
    s->numbered->tokens = ins_signal_tokens(s->at);
}

/* What the branch adds to a unit is new to it, so that it has the mean of what goes back. What is
 * along the sum is along either part as far as the sum is that part. */
static void vector_backward(const ins_stage *s, double square)
{
    const ins_back *at = &s->at->back;
    const double share = at->along != 0 ? at->along / s->at->square : 0;
    const double whole = ins_back_whole(at, s->at->square);
    s->back[SKIP] = (ins_back){.gain = whole,
                               .delta = 1,
                               .along = share * s->in[SKIP]->square,
                               .whole = true,
                               .units = at->units};
    s->back[BRANCH] = (ins_back){.gain = whole * square,
                                 .delta = 1,
                                 .along = share * square * s->in[BRANCH]->square,
                                 .whole = true};
}

void ins_sum_backward(const ins_stage *s)
{
    const double square = factor_of(s->plan) * factor_of(s->plan);
    const ins_back *at = &s->at->back;
    ins_forget_backward(s);
    if (isnan(s->at->square)) return;
    if (!ins_has_positions(s->plan)) {
        vector_backward(s, square);
    } else if (at->at != NULL) {
        const size_t positions = ins_positions(s->plan->shape);
        double *skip = ins_stage_numbers(s, positions), *branch = ins_stage_numbers(s, positions);
        for (size_t p = 0; p < positions; p++) {
            skip[p] = at->at[p];
            branch[p] = square * at->at[p];
        }
        s->back[SKIP] = (ins_back){.at = skip, .alike = at->alike, .units = at->units};
        s->back[BRANCH] = (ins_back){.at = branch, .alike = at->alike};
    }
}
