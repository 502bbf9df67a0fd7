/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.csv: singular values of the weights, and of the Jacobians that are shown. What is not
 * finite has no rows. */
#include <config.h>

#include "instrument.h"

#include <stdint.h>

#include "initscope/spectrum.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t rows(const ins_trace_extent *extent)
{
    const ins_trace_plan *plan = extent->plan;
    size_t count = plan->jacobians * smaller(plan->jacobian_rows, plan->jacobian_columns);
    for (size_t l = 0; l < plan->layers; l++)
        count += smaller(plan->layer[l].units, plan->layer[l].fan_in);
    return count;
}

static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    const ins_trace_plan *plan = extent->plan;
    size_t elements;
    if (__builtin_mul_overflow(plan->jacobian_rows, plan->jacobian_columns, &elements))
        elements = SIZE_MAX;
    if (extent->weights > elements) elements = extent->weights;
    return ins_spectrum_lay_out(elements, carver);
}

/* The rows of count singular values, numbered from first + 1 on. */
static void add_values(const ins_trace_moment *moment, size_t layer, size_t first,
                       const double *values, size_t count, ins_text *out)
{
    for (size_t i = 0; values && i < count; i++) {
        ins_row row = ins_row_begin_epoch(out, INS_LOG_SPECTRUM, &moment->run, moment->epoch);
        ins_row_integer(&row, INS_SPECTRUM_LAYER, (long long)layer);
        ins_row_integer(&row, INS_SPECTRUM_INDEX, (long long)(first + i + 1));
        ins_row_number(&row, INS_SPECTRUM_SINGULAR_VALUE, values[i]);
        ins_row_end(&row);
    }
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    const ins_trace_matrices *jacobian = &layer->jacobian;
    size_t rank = smaller(jacobian->rows, jacobian->columns);
    for (size_t i = 0; i < jacobian->count; i++) {
        const double *values = ins_spectrum_of(state, jacobian->make(jacobian->context, i),
                                               jacobian->rows, jacobian->columns);
        add_values(moment, layer->number, i * rank, values, rank, out);
    }
    const ins_trace_tensor *weight = &layer->tensor[INS_WEIGHT];
    if (weight->x == NULL) return;
    const double *values = ins_spectrum_of_weights(state, weight->x, weight->units, weight->length);
    add_values(moment, layer->number, 0, values, smaller(weight->units, weight->length), out);
}

const ins_instrument ins_spectrum_instrument = {
    .file = INS_LOG_SPECTRUM, .row_bytes = 80, .rows = rows, .lay_out = lay_out, .show = show};
