/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The simple recurrent layer, row by row of its covariances, and the random walk. */
#include <config.h>

#include "recurrence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_math.h>

#include "initscope/gaussian.h"
#include "initscope/memory.h"

/* --- Forward ---------------------------------------------------------------------------------- */

static void find_squares(ins_recurrence *layer, const ins_field *inputs)
{
    const size_t steps = inputs->positions;
    double after = 0;
    for (size_t t = 0; t < steps; t++) {
        const double q = layer->gate.recurrent * after +
                         layer->gate.input * inputs->same[t * (steps + 1)] +
                         layer->gate.bias_variance;
        layer->z->same[t * (steps + 1)] = q;
        layer->steps->gate[0].square[t] = q;
        if (t + 1 < steps) after = ins_expect(layer->activation, q).square;
    }
}

/* One row of the covariances of z from the row before of those of h; before NULL: h_0 = 0. */
static void find_row(const ins_gate *gate, size_t steps, size_t t, const double *inputs,
                     const double *before, double *z)
{
    for (size_t s = t; s < steps; s++) {
        z[t * steps + s] = gate->input * inputs[t * steps + s] + gate->bias_variance;
        if (before != NULL) z[t * steps + s] += gate->recurrent * before[s - 1];
        z[s * steps + t] = z[t * steps + s];
    }
}

static void find_pairs(ins_recurrence *layer, const ins_transfer *values, const double *inputs,
                       double *z, double *h)
{
    const size_t steps = values->positions;
    for (size_t t = 0; t < steps; t++) {
        const double *before = t > 0 ? h + (t - 1) * steps : NULL;
        find_row(&layer->gate, steps, t, inputs, before, z);
        ins_transfer_row(values, t, z + t * steps, h + t * steps);
    }
    for (size_t t = 0; t < steps; t++)
        for (size_t s = t + 1; s < steps; s++) h[s * steps + t] = h[t * steps + s];
}

ins_recurrence ins_recurrence_forward(const ins_choice *activation, const ins_gate *gate,
                                      const ins_field *inputs)
{
    const size_t steps = inputs->positions;
    ins_recurrence layer = {.activation = activation,
                            .gate = *gate,
                            .z = ins_field_new(steps),
                            .steps = ins_steps_new(steps, 1)};
    ins_field *h = layer.steps->output = ins_field_new(steps);
    find_squares(&layer, inputs);
    ins_transfer *values = ins_transfer_of(activation, layer.z, 1);
    find_pairs(&layer, values, inputs->same, layer.z->same, h->same);
    find_pairs(&layer, values, inputs->other, layer.z->other, h->other);
    for (size_t t = 0; t < steps; t++)
        layer.steps->state[t] = h->same[t * (steps + 1)] = values->square[t];
    memcpy(h->mean, values->mean, steps * sizeof *h->mean);
    layer.steps->gate[0].z = ins_field_numbers(layer.z);
    for (size_t t = 0; t < steps; t++) {
        layer.steps->gate[0].mean += values->mean[t] / (double)steps;
        layer.steps->gate[0].mean_square += values->square[t] / (double)steps;
        layer.steps->gate[0].slope_square += values->slope_square[t] / (double)steps;
    }
    layer.slopes = ins_transfer_of_slopes(values);
    ins_transfer_free(values);
    return layer;
}

void ins_recurrence_free(ins_recurrence *layer)
{
    ins_field_free(layer->z);
    if (layer->slopes != NULL) ins_transfer_free(layer->slopes);
    ins_steps_free(layer->steps);
    *layer = (ins_recurrence){0};
}

/* --- Backward --------------------------------------------------------------------------------- */

/* What is passed to h at a step and at those from it on: to, from what was found for the next step.
 * slope, passed: the products of slopes and what was passed there; NULL: it is the last. */
static void pass_row(const ins_recurrence *layer, const ins_arriving *arriving, size_t t,
                     const double *slope, const double *passed, double *to)
{
    const size_t steps = layer->steps->steps;
    for (size_t s = t; s < steps; s++) {
        to[s] = ins_arriving_pair(arriving, t, s);
        if (s + 1 < steps) to[s] += layer->gate.recurrent * slope[s + 1] * passed[s + 1];
    }
}

/* The pairs of delta at this step with those from it on, into the sums over all pairs. */
static void add_gradient(ins_steps *steps, size_t t, const double *delta, const ins_field *inputs)
{
    ins_gate_steps *gate = &steps->gate[0];
    const size_t count = steps->steps;
    for (size_t s = t; s < count; s++) {
        const double both = s > t ? 2 * delta[s] : delta[s];
        gate->delta_pairs += both / ((double)count * (double)count);
        gate->input_gradient += both * inputs->same[t * count + s];
        if (t > 0) gate->recurrent_gradient += both * steps->output->same[(t - 1) * count + s - 1];
    }
}

void ins_recurrence_backward(ins_recurrence *layer, const ins_field *inputs,
                             const ins_arriving *arriving)
{
    ins_steps *steps = layer->steps;
    const size_t count = steps->steps;
    double *memory = ins_allocate(5 * count, sizeof *memory, "steps of the theory");
    double *slope = memory, *to = memory + 2 * count, *delta = memory + 4 * count;
    for (size_t t = count; t-- > 0;) {
        const size_t now = t % 2 * count, next = count - now;
        pass_row(layer, arriving, t, slope + next, to + next, to + now);
        ins_transfer_row(layer->slopes, t, layer->z->same + t * count, slope + now);
        slope[now + t] = layer->slopes->square[t];
        for (size_t s = t; s < count; s++) delta[s] = slope[now + s] * to[now + s];
        steps->carried[t] = to[now + t];
        steps->gate[0].delta[t] = delta[t];
        add_gradient(steps, t, delta, inputs);
    }
    free(memory);
}
