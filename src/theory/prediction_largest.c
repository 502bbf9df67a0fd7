/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest of a window, of Gaussian variables or of a rising function of them. */
#include <config.h>

#include <math.h>

#include "field_largest.h"
#include "maximum.h"
#include "prediction_rows.h"

/* The Gaussian field that the layer reads, itself or through an activation; NULL: there is none. */
static const ins_signal *source_of(const ins_stage *s)
{
    const ins_signal *in = s->in[0];
    if (in->field == NULL) return NULL;
    if (in->gaussian) return in;
    if (in->source == NULL || in->largest != NULL || !ins_is_rising(in->function)) return NULL;
    return in->source;
}

static void settle(const ins_stage *s, ins_field *field)
{
    const double lengths = 1 - ins_signal_shorter(s->at->source);
    if (ins_has_positions(s->plan)) {
        ins_signal_settle(s, field);
        s->at->lengths = lengths * s->at->square;
        return;
    }
    s->at->square = field->same[0];
    s->at->lengths = lengths * s->at->square;
    s->at->distance = field->same[0] - field->other[0];
    s->at->mean = field->mean[0];
    s->at->within = ins_over_rows(s->inputs, s->at->distance);
    ins_field_free(field);
}

void ins_largest_forward(const ins_stage *s)
{
    const ins_signal *source = source_of(s);
    ins_forget_forward(s);
    if (source == NULL) return;
    const ins_windows w = ins_windows_of(s->plan);
    s->at->source = source;
    s->at->largest = s->plan;
    s->at->function = s->in[0]->gaussian ? NULL : s->in[0]->function;
    s->at->way = ins_stage_numbers(s, ins_positions(s->plan->shape));
    settle(s, ins_field_largest(source->field, &w, s->at->function, ins_signal_shorter(source),
                                s->at->way));
}

/* One position of a window has what goes back. That it is the largest and what the slope is there
 * are one event: where the activation comes before, its own mean slope is to be undone. */
static double share_of(const ins_stage *s, size_t window, size_t position)
{
    if (s->at->function == NULL) return 1;
    const double slope = s->in[0]->way[position];
    return slope > 0 ? s->at->way[window] / slope : 0;
}

void ins_largest_backward(const ins_stage *s)
{
    const ins_back *at = &s->at->back;
    const bool map = ins_has_positions(s->plan);
    ins_forget_backward(s);
    if (s->at->way == NULL || (map && at->at == NULL)) return;
    const ins_windows w = ins_windows_of(s->plan);
    const size_t taps = ins_window_taps(&w);
    double *to = ins_stage_numbers(s, ins_positions(s->plan->reads[0]));
    for (size_t p = 0; p < ins_positions(s->plan->shape); p++) {
        const double own = map ? at->at[p] : ins_back_whole(at, s->at->square);
        for (size_t u = 0; u < taps; u++) {
            const size_t position = ins_window_at(&w, p, u);
            to[position] += own / (double)taps * share_of(s, p, position);
        }
    }
    *s->back = (ins_back){.at = to, .alike = map ? at->alike / (double)taps : 0};
}

/* An activation of the largest. */
void ins_largest_activation_forward(const ins_stage *s)
{
    const ins_signal *in = s->in[0];
    const ins_windows w = ins_windows_of(in->largest);
    const size_t positions = ins_positions(s->plan->shape);
    double slope = 0;
    s->at->way = ins_stage_numbers(s, positions);
    s->at->source = in->source;
    s->at->largest = in->largest;
    s->at->function = &s->plan->choice;
    settle(s, ins_field_largest(in->source->field, &w, s->at->function,
                                ins_signal_shorter(in->source), s->at->way));
    for (size_t p = 0; p < positions; p++) slope += s->at->way[p] / (double)positions;
    s->at->phi =
        (ins_expectation){.value = s->at->mean, .square = s->at->square, .slope_square = slope};
}
