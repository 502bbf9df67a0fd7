/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* layers.csv: the statistics of every tensor that is shown. */
#include <config.h>

#include "instrument.h"

#include <math.h>

#include "initscope/moments.h"

/* Tensors with units of their own, which not every layer has: of what layers read and of streams,
 * or (not by sample) of attention. */
static size_t own_units(bool by_sample)
{
    size_t count = 0;
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++)
        count += ins_tensor_table[kind].own_units && ins_tensor_table[kind].by_sample == by_sample;
    return count;
}

static size_t rows(const ins_trace_extent *extent)
{
    const size_t features = own_units(true), attention = own_units(false);
    return (extent->plan->layers - 1) * (INS_RECORDED_TENSORS - features - attention) + 1 +
           extent->with_features * features + extent->plan->tokens * attention;
}

/* (most units of a tensor) */
static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    size_t most = extent->units > extent->features ? extent->units : extent->features;
    return ins_carve(carver, most, sizeof(ins_moments));
}

static void add_row(const ins_trace_moment *moment, size_t layer, ins_tensor kind,
                    const ins_layer_statistics *of, bool saturates, ins_text *out)
{
    ins_row row = ins_row_begin_epoch(out, INS_LOG_LAYERS, &moment->run, moment->epoch);
    ins_row_integer(&row, INS_LAYERS_LAYER, (long long)layer);
    ins_row_text(&row, INS_LAYERS_TENSOR, ins_tensor_table[kind].name);
    ins_row_integer(&row, INS_LAYERS_UNITS, (long long)of->units);
    ins_row_integer(&row, INS_LAYERS_COUNT, (long long)of->count);
    ins_row_number(&row, INS_LAYERS_MEAN, of->mean);
    ins_row_number(&row, INS_LAYERS_VARIANCE, of->variance);
    ins_row_number(&row, INS_LAYERS_WITHIN_UNIT_VARIANCE, of->within_unit_variance);
    ins_row_number(&row, INS_LAYERS_BETWEEN_UNIT_VARIANCE, of->between_unit_variance);
    ins_row_number(&row, INS_LAYERS_SECOND_MOMENT, of->second_moment);
    ins_row_number(&row, INS_LAYERS_SKEWNESS, of->skewness);
    ins_row_number(&row, INS_LAYERS_KURTOSIS, of->kurtosis);
    ins_row_number(&row, INS_LAYERS_MINIMUM, of->minimum);
    ins_row_number(&row, INS_LAYERS_MAXIMUM, of->maximum);
    ins_row_number(&row, INS_LAYERS_ZERO_FRACTION, of->zero_fraction);
    if (saturates)
        ins_row_number(&row, INS_LAYERS_SATURATED_FRACTION, of->saturated_fraction);
    else
        ins_row_empty(&row, INS_LAYERS_SATURATED_FRACTION);
    ins_row_integer(&row, INS_LAYERS_NONFINITE, (long long)of->nonfinite);
    ins_row_end(&row);
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    static const ins_bounds unbounded = {-INFINITY, INFINITY};
    ins_moments *moments = state;
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++) {
        const ins_trace_tensor *tensor = &layer->tensor[kind];
        if (tensor->x == NULL) continue;
        bool saturates = tensor->saturation != NULL;
        ins_bounds bounds = saturates ? *tensor->saturation : unbounded;
        if (ins_tensor_table[kind].by_sample)
            ins_moments_of_columns(tensor->x, tensor->length, tensor->units, bounds, moments);
        else
            ins_moments_of_rows(tensor->x, tensor->units, tensor->length, bounds, moments);
        ins_layer_statistics of = ins_layer_statistics_of(moments, tensor->units);
        ins_layer_statistics_scale(&of, tensor->exponent);
        add_row(moment, layer->number, kind, &of, saturates, out);
    }
}

const ins_instrument ins_layers_instrument = {
    .file = INS_LOG_LAYERS, .row_bytes = 300, .rows = rows, .lay_out = lay_out, .show = show};
