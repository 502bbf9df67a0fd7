/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers with a matrix: dense on vectors, and on maps as kernels of one position; convolutions. */
#include <config.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "initscope/memory.h"

#include "field_numbers.h"
#include "field_windows.h"
#include "prediction_rows.h"
#include "promises.h"

/* The variance to which the initializer rescales any large one by its first adaptation. */
static double adapted_variance(const ins_choice *choice)
{
    const ins_initializer *row = ins_initializer_of(choice);
    if (row->adapt == NULL) return NAN;
    double large = 1e6, factor = row->adapt(choice->value, large, 0);
    return factor == 1 ? NAN : large * factor * large * factor;
}

static double bias_variance(const ins_stage *s, ins_tensor_place w, ins_tensor_place b)
{
    const ins_promise promised = ins_promised_bias(s->weight, w, s->bias, b);
    return promised.mean == 0 ? promised.variance : NAN;
}

/* The square of what the output W x of the last layer is multiplied by. */
static double square_of_multiplier(const ins_stage *s, ins_tensor_place place)
{
    const ins_initializer *row = ins_initializer_of(s->weight);
    if (row->multiplier == NULL || !place.output) return 1;
    const double multiplier = row->multiplier(s->weight->value, place);
    return multiplier * multiplier;
}

/* A matrix and what it makes of inputs of this second moment. */
typedef struct matrix {
    ins_tensor_place place;
    double weight, bias; /* variances */
    double multiplier;   /* the square of what W x is multiplied by */
    double square;       /* E[z^2] */
} matrix;

/* An initializer that rescales W to the data promises the variance of the preactivation instead of
 * that of W. */
static matrix matrix_of(const ins_stage *s, double input)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(s->plan, list);
    ins_tensor_place w = list[0].place;
    const ins_tensor_place b = list[1].place;
    w.prescribed = s->prescribed;
    const double factor = ins_promised_factor(s, s->weight, w);
    double weight =
        s->mirror != NULL ? s->mirror->weight.variance : ins_promised_variance(s->weight, w);
    if (factor != 1) weight = factor == 0 ? 0 : weight * factor * factor;
    const double bias = tensors > 1 ? bias_variance(s, w, b) : 0;
    const double adapted = factor == 0 ? NAN : adapted_variance(s->weight);
    const double multiplier = square_of_multiplier(s, w);
    double q = multiplier * w.fan_in * weight * input + bias;
    if (!isnan(adapted)) {
        q = adapted;
        weight = bias <= q ? (q - bias) / (w.fan_in * input) : NAN;
    }
    return (matrix){w, weight, bias, multiplier, q};
}

static ins_layer_prediction prediction_of(const matrix *m, double square, double within)
{
    return (ins_layer_prediction){.fan_in = m->place.fan_in,
                                  .weight = ins_centred(m->weight),
                                  .multiplier = m->multiplier,
                                  .bias = ins_centred(m->bias),
                                  .preactivation = ins_centred(square),
                                  .activation = ins_centred(square),
                                  .signal = ins_centred(within),
                                  .slope_square = 1,
                                  .input = {NAN, NAN},
                                  .stream = {NAN, NAN},
                                  .logit = {NAN, NAN},
                                  .attention = {NAN, NAN},
                                  .tokens = {NAN, NAN}};
}

/* --- Vectors ---------------------------------------------------------------------------------- */

/* The biases are the same for all rows: they add to the square and not to the distance. */
static void vector_forward(const ins_stage *s)
{
    const matrix m = matrix_of(s, s->in[0]->square);
    const double growth = m.place.fan_in * m.weight * m.multiplier;
    double q = m.square;
    /* y = W^T phi(W x) has the part fan_in Var(W) E[phi'] x of x itself, beside that of independent
     * weights. */
    double own = s->mirror != NULL && s->facing ? growth * s->in[0]->phi.slope : 0;
    s->at->inward = own * s->inputs->square;
    q += own * s->at->inward;
    double distance =
        growth * s->in[0]->distance + own * own * s->inputs->square * s->inputs->apart;
    s->at->square = q;
    s->at->distance = distance;
    s->at->lengths = ins_length_part(s->in[0]->lengths, s->in[0]->square, q, growth);
    s->at->within = ins_over_rows(s->inputs, distance);
    *s->out = prediction_of(&m, q, s->at->within);
}

/* Only the part W a of z passes anything on. Of weights that were used before, in the other
 * direction, no more can be said of what they pass back. */
static void vector_backward(const ins_stage *s)
{
    const ins_back *at = &s->at->back;
    const double z = s->out->preactivation.second_moment;
    const double own = z > 0 ? 1 - s->out->bias.second_moment / z : 0;
    s->out->delta = ins_centred(at->gain * at->delta);
    s->out->gradient = ins_centred(s->out->multiplier * s->out->delta.second_moment *
                                   (at->balanced ? s->in[0]->within : s->in[0]->square));
    *s->back =
        (ins_back){.gain = s->mirror != NULL ? NAN
                                             : (double)s->plan->units * s->out->weight.variance *
                                                   s->out->multiplier,
                   .delta = s->out->delta.second_moment,
                   .along = (double)s->plan->units / (double)s->plan->inputs[0] * at->along * own};
}

/* --- Maps and sequences ----------------------------------------------------------------------- */

/* Shares of the taps in what W does: of most initializers all the same, of some the centre's alone
 * (Xiao et al. 2018); SIZE_MAX: there is no such tap. */
static double *tap_energies(const ins_stage *s, size_t taps, size_t centre)
{
    double *energy = ins_stage_numbers(s, taps);
    for (size_t u = 0; u < taps; u++)
        energy[u] = centre != SIZE_MAX ? u == centre : 1 / (double)taps;
    return energy;
}

static size_t centre_of(const ins_stage *s, const ins_tensor_place *place)
{
    return place->taps > 1 && ins_initializer_of(s->weight)->centred ? place->centre : SIZE_MAX;
}

/* What the gradient needs of the inputs, as means over taps u: way, the square of x(p + u), and
 * reach, the product of x(p + u) and x(p' + u) summed over pairs: of the convolution with equal
 * energies. */
static void remember_inputs(const ins_stage *s, const ins_field *equal)
{
    const size_t positions = equal->positions;
    s->at->way = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) s->at->way[p] = equal->same[p * (positions + 1)];
    s->at->reach = ins_field_numbers(equal).pairs * (double)positions * (double)positions;
}

static void remember_centred(const ins_stage *s, const ins_windows *w, size_t taps)
{
    ins_field *equal = ins_field_convolve(s->in[0]->field, w, tap_energies(s, taps, SIZE_MAX));
    remember_inputs(s, equal);
    ins_field_free(equal);
}

/* z = W x + b, from what the taps see of x. */
static void scale(ins_field *field, double growth, double bias)
{
    const size_t pairs = field->positions * field->positions;
    for (size_t i = 0; i < pairs; i++) {
        field->same[i] = growth * field->same[i] + bias;
        field->other[i] = growth * field->other[i] + bias;
    }
}

static double mean_square(const ins_field *field)
{
    double sum = 0;
    for (size_t p = 0; p < field->positions; p++) sum += field->same[p * (field->positions + 1)];
    return sum / (double)field->positions;
}

static void map_forward(const ins_stage *s)
{
    const ins_windows w = ins_windows_of(s->plan);
    const size_t taps = ins_window_taps(&w);
    ins_learned list[INS_LAYER_TENSORS];
    ins_plan_tensors(s->plan, list);
    const size_t centre = centre_of(s, &list[0].place);
    ins_field *field = ins_field_convolve(s->in[0]->field, &w, tap_energies(s, taps, centre));
    if (centre == SIZE_MAX)
        remember_inputs(s, field);
    else
        remember_centred(s, &w, taps);
    const double input = mean_square(field);
    const matrix m = matrix_of(s, input);
    const double growth = m.place.fan_in * m.weight;
    *s->out = prediction_of(&m, NAN, NAN);
    if (!isfinite(growth + m.bias)) {
        ins_field_free(field);
        ins_forget_forward(s);
        return;
    }
    scale(field, growth, m.bias);
    ins_signal_settle(s, field);
    const double lengths = input * (1 - ins_signal_shorter(s->in[0]));
    s->at->lengths = ins_length_part(lengths, input, s->at->square, growth);
    *s->out = prediction_of(&m, s->at->square, s->at->within);
}

/* The gradient of a tap is the sum over positions of delta(p) x(p + u). What the rows and positions
 * of x have in common meets only the sum of all deltas. */
static double map_gradient(const ins_stage *s, const ins_windows *w)
{
    const ins_back *at = &s->at->back;
    const size_t taps = ins_window_taps(w), positions = ins_positions(s->plan->shape);
    const double common = at->balanced ? s->in[0]->square - s->in[0]->within : 0;
    double own = 0, self = 0, pairs = s->at->reach;
    for (size_t u = 0; u < taps; u++) {
        double inside = 0;
        for (size_t p = 0; p < positions; p++) {
            if (ins_window_at(w, p, u) == SIZE_MAX) continue;
            inside++;
            own -= at->at[p] * common / (double)taps;
            self -= common / (double)taps;
        }
        pairs -= inside * inside * common / (double)taps;
    }
    for (size_t p = 0; p < positions; p++) {
        own += at->at[p] * s->at->way[p];
        self += s->at->way[p];
    }
    return ins_not_below_zero(own + at->alike * ins_back_square(s) * (pairs - self));
}

static void map_backward(const ins_stage *s)
{
    const ins_windows w = ins_windows_of(s->plan);
    const size_t taps = ins_window_taps(&w), positions = ins_positions(s->plan->shape);
    ins_learned list[INS_LAYER_TENSORS];
    ins_plan_tensors(s->plan, list);
    const ins_tensor_place *place = &list[0].place;
    const double *energy = tap_energies(s, taps, centre_of(s, place));
    const double growth = place->fan_out * s->out->weight.variance;
    double *to = ins_stage_numbers(s, ins_positions(s->plan->reads[0]));
    s->out->delta = ins_centred(ins_back_square(s));
    s->out->gradient = ins_centred(map_gradient(s, &w));
    for (size_t p = 0; p < positions; p++) {
        for (size_t u = 0; u < taps; u++) {
            const size_t at = ins_window_at(&w, p, u);
            if (at != SIZE_MAX) to[at] += growth * energy[u] * s->at->back.at[p];
        }
    }
    *s->back = (ins_back){.at = to, .alike = s->at->back.alike};
}

void ins_matrix_forward(const ins_stage *s)
{
    s->at->gaussian = true;
    s->at->fresh = s->mirror == NULL ? s->index : 0;
    if (!ins_has_positions(s->plan)) {
        vector_forward(s);
        return;
    }
    if (s->in[0]->field != NULL) {
        map_forward(s);
        return;
    }
    ins_forget_forward(s);
    const matrix m = matrix_of(s, NAN);
    *s->out = prediction_of(&m, NAN, NAN);
}

void ins_matrix_backward(const ins_stage *s)
{
    if (!ins_has_positions(s->plan)) {
        vector_backward(s);
        return;
    }
    s->out->delta = s->out->gradient = ins_centred(NAN);
    ins_forget_backward(s);
    if (s->at->back.at != NULL && s->at->way != NULL) map_backward(s);
}
