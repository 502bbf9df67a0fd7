/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* steps.csv: what the gates of recurrent layers have at each step of the sequence. */
#include <config.h>

#include "instrument.h"

#include <math.h>
#include <string.h>

#include "initscope/moments.h"

static const ins_tensor recorded[] = {INS_PREACTIVATION, INS_DELTA, INS_STATE};

enum { RECORDED = sizeof recorded / sizeof recorded[0] };

static size_t steps_of(const ins_trace_plan *plan)
{
    size_t steps = 0;
    for (size_t l = 0; l < plan->layers; l++) steps += plan->layer[l].steps;
    return steps;
}

static size_t rows(const ins_trace_extent *extent)
{
    return steps_of(extent->plan) * RECORDED;
}

/* What one step needs. */
typedef struct step_buffers {
    real *slice;          /* (rows of the probe batch, units) */
    ins_moments *moments; /* (units) */
} step_buffers;

static size_t most_units(const ins_trace_plan *plan)
{
    size_t most = 0;
    for (size_t l = 0; l < plan->layers; l++)
        if (plan->layer[l].steps > 0 && plan->layer[l].units > most) most = plan->layer[l].units;
    return most;
}

static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    const size_t units = most_units(extent->plan);
    step_buffers *buffers = ins_carve(carver, 1, sizeof *buffers), layout;
    layout.slice = ins_carve_matrix(carver, extent->plan->rows, units, sizeof *layout.slice);
    layout.moments = ins_carve(carver, units, sizeof *layout.moments);
    if (buffers != NULL) *buffers = layout;
    return buffers;
}

static const double *expected_of(const ins_trace_layer *layer, ins_tensor kind)
{
    if (kind == INS_STATE) return layer->expected_state;
    return kind == INS_DELTA ? layer->expected_delta : layer->expected_z;
}

static void add_row(const ins_trace_moment *moment, const ins_trace_layer *layer, ins_tensor kind,
                    size_t step, const ins_layer_statistics *of, ins_text *out)
{
    const double *expected = expected_of(layer, kind);
    ins_row row = ins_row_begin(out, INS_LOG_STEPS);
    ins_row_integer(&row, INS_STEPS_RUN, (long long)moment->run.run);
    ins_row_integer(&row, INS_STEPS_EPOCH, (long long)moment->epoch);
    ins_row_integer(&row, INS_STEPS_LAYER, (long long)layer->number);
    ins_row_text(&row, INS_STEPS_TENSOR, ins_tensor_table[kind].name);
    ins_row_integer(&row, INS_STEPS_STEP, (long long)step);
    ins_row_number(&row, INS_STEPS_SECOND_MOMENT, of->second_moment);
    ins_row_number(&row, INS_STEPS_VARIANCE, of->within_unit_variance);
    if (expected != NULL)
        ins_row_number(&row, INS_STEPS_THEORY, expected[step - 1]);
    else
        ins_row_empty(&row, INS_STEPS_THEORY);
    ins_row_end(&row);
}

/* x is (rows, steps, units). */
static void show_tensor(const step_buffers *buffers, const ins_trace_moment *moment,
                        const ins_trace_layer *layer, ins_tensor kind, ins_text *out)
{
    static const ins_bounds unbounded = {-INFINITY, INFINITY};
    const ins_trace_tensor *tensor = kind == INS_STATE ? &layer->state : &layer->tensor[kind];
    if (tensor->x == NULL) return;
    const size_t units = tensor->units, samples = tensor->length / layer->steps;
    for (size_t step = 0; step < layer->steps; step++) {
        for (size_t r = 0; r < samples; r++)
            memcpy(buffers->slice + r * units, tensor->x + (r * layer->steps + step) * units,
                   units * sizeof *buffers->slice);
        ins_moments_of_columns(buffers->slice, samples, units, unbounded, buffers->moments);
        const ins_layer_statistics of = ins_layer_statistics_of(buffers->moments, units);
        add_row(moment, layer, kind, step + 1, &of, out);
    }
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    for (size_t i = 0; layer->steps > 0 && i < RECORDED; i++)
        show_tensor(state, moment, layer, recorded[i], out);
}

const ins_instrument ins_steps_instrument = {
    .file = INS_LOG_STEPS, .row_bytes = 80, .rows = rows, .lay_out = lay_out, .show = show};
