/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that bring positions together: means, the largest, and all of them as one vector. */
#include <config.h>

#include <math.h>
#include <stdint.h>

#include "field_windows.h"
#include "prediction_rows.h"

/* What is left of a field when its positions are gone. */
static void settle_vector(const ins_stage *s, double square, double other, double mean)
{
    s->at->square = square;
    s->at->distance = square - other;
    s->at->mean = mean;
    s->at->lengths = square * (1 - ins_signal_shorter(s->in[0]));
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
}

/* What goes back to the positions of what is read, or the same without positions. */
static double back_at(const ins_stage *s, size_t position)
{
    const ins_back *back = &s->at->back;
    return ins_has_positions(s->plan) ? back->at[position] : ins_back_whole(back, s->at->square);
}

static bool is_known(const ins_stage *s)
{
    return !ins_has_positions(s->plan) || s->at->back.at != NULL;
}

/* --- Means ------------------------------------------------------------------------------------ */

void ins_average_forward(const ins_stage *s)
{
    s->at->gaussian = s->in[0]->gaussian;
    s->at->fresh = s->in[0]->fresh;
    if (s->in[0]->field == NULL) {
        ins_forget_forward(s);
    } else if (ins_has_positions(s->plan)) {
        const ins_windows w = ins_windows_of(s->plan);
        ins_signal_settle(s, ins_field_average(s->in[0]->field, &w));
        s->at->lengths = s->at->square * (1 - ins_signal_shorter(s->in[0]));
    } else {
        const ins_numbers *n = &s->in[0]->numbers;
        settle_vector(s, n->pairs, n->other_pairs, n->mean);
    }
}

/* Positions of one window have the same, which is all of what is alike when nothing was. */
static double alike_in_windows(const ins_stage *s, size_t taps, size_t positions)
{
    if (!ins_has_positions(s->plan)) return 1;
    if (positions < 2) return 0;
    const double share = ((double)taps - 1) / ((double)positions - 1);
    return share + (1 - share) * s->at->back.alike;
}

void ins_average_backward(const ins_stage *s)
{
    ins_forget_backward(s);
    if (!is_known(s)) return;
    const ins_windows w = ins_windows_of(s->plan);
    const size_t taps = ins_window_taps(&w), inputs = ins_positions(s->plan->reads[0]);
    double *to = ins_stage_numbers(s, inputs);
    for (size_t p = 0; p < ins_positions(s->plan->shape); p++)
        for (size_t u = 0; u < taps; u++)
            to[ins_window_at(&w, p, u)] += back_at(s, p) / ((double)taps * (double)taps);
    *s->back = (ins_back){.at = to, .alike = alike_in_windows(s, taps, inputs)};
}

/* --- All of them as one vector ---------------------------------------------------------------- */

void ins_flatten_forward(const ins_stage *s)
{
    s->at->gaussian = s->in[0]->gaussian;
    s->at->fresh = s->in[0]->fresh;
    if (!ins_has_positions(&s->design->layer[s->plan->input[0]])) {
        s->at->square = s->in[0]->square;
        s->at->distance = s->in[0]->distance;
        s->at->lengths = s->in[0]->lengths;
        s->at->mean = s->in[0]->mean;
        s->at->within = s->in[0]->within;
    } else if (s->in[0]->field == NULL) {
        ins_forget_forward(s);
    } else {
        const ins_numbers *n = &s->in[0]->numbers;
        settle_vector(s, n->square, n->other_square, n->mean);
        if (s->plan->input[0] == 0) s->at->lengths = s->inputs->square * s->inputs->lengths;
    }
}

/* Each position has weights of its own. */
void ins_flatten_backward(const ins_stage *s)
{
    if (!ins_has_positions(&s->design->layer[s->plan->input[0]])) {
        *s->back = s->at->back;
        return;
    }
    const size_t inputs = ins_positions(s->plan->reads[0]);
    double *to = ins_stage_numbers(s, inputs);
    for (size_t p = 0; p < inputs; p++) to[p] = ins_back_whole(&s->at->back, s->at->square);
    *s->back = (ins_back){.at = to};
}
