/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* symmetry.csv: which units of a layer are alike, by their weights and on the probe batch. */
#include <config.h>

#include "instrument.h"

#include <math.h>

#include "initscope/symmetry.h"

static size_t rows(const ins_trace_extent *extent)
{
    return extent->plan->layers - 1;
}

static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    return ins_symmetry_lay_out(extent->units, extent->weights, extent->plan->rows, carver);
}

/* Units of a network that diverged cannot be compared; outputs that nobody saw are not silent. */
static void add_count(ins_row *row, ins_column_id column, double count)
{
    if (isnan(count))
        ins_row_empty(row, (int)column);
    else
        ins_row_integer(row, (int)column, (long long)count);
}

static ins_output_symmetry outputs_of(void *state, const ins_trace_layer *layer)
{
    const ins_trace_tensor *output = &layer->tensor[INS_ACTIVATION];
    if (layer->outputs != NULL) return *layer->outputs;
    return ins_symmetry_of_outputs(state, output->x, output->length, output->units);
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    const ins_trace_tensor *weight = &layer->tensor[INS_WEIGHT];
    if (weight->x == NULL) return;
    if (layer->outputs == NULL && layer->tensor[INS_ACTIVATION].x == NULL) return;
    const ins_symmetry of = ins_symmetry_of_weights(state, weight->x, layer->tensor[INS_BIAS].x,
                                                    weight->units, weight->length);
    const ins_output_symmetry outputs = outputs_of(state, layer);
    ins_row row = ins_row_begin_epoch(out, INS_LOG_SYMMETRY, &moment->run, moment->epoch);
    ins_row_integer(&row, INS_SYMMETRY_LAYER, (long long)layer->number);
    ins_row_integer(&row, INS_SYMMETRY_UNITS, (long long)weight->units);
    add_count(&row, INS_SYMMETRY_DISTINCT_UNITS, of.distinct_units);
    add_count(&row, INS_SYMMETRY_DUPLICATE_PAIRS, of.duplicate_pairs);
    ins_row_number(&row, INS_SYMMETRY_MEAN_ABS_COSINE, of.mean_abs_cosine);
    if (isnan(outputs.silent_units))
        ins_row_empty(&row, INS_SYMMETRY_EFFECTIVE_RANK);
    else
        ins_row_number(&row, INS_SYMMETRY_EFFECTIVE_RANK, outputs.effective_rank);
    add_count(&row, INS_SYMMETRY_DEAD_UNITS, layer->rectifier ? outputs.silent_units : NAN);
    ins_row_end(&row);
}

const ins_instrument ins_symmetry_instrument = {
    .file = INS_LOG_SYMMETRY, .row_bytes = 300, .rows = rows, .lay_out = lay_out, .show = show};
