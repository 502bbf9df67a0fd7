/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop over the instruments. */
#include <config.h>

#include "initscope/trace.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "instrument.h"

#define ROW(name) &ins_##name##_instrument,
static const ins_instrument *const instruments[] = {INS_INSTRUMENT_LIST(ROW)};
#undef ROW

enum { INSTRUMENTS = sizeof instruments / sizeof instruments[0] };

_Static_assert(INS_LOG_FILES <= 32, "as many logs as a set has room for");

/* The weight of a layer at the moment before. */
typedef struct kept_weight {
    real *x; /* NULL: no updates are taken */
    size_t count;
    bool seen; /* there was such a moment */
} kept_weight;

struct ins_trace {
    size_t layers;
    kept_weight *kept;                      /* (layers) */
    real *update;                           /* (most weights of a layer) */
    size_t units, features, rows, jacobian; /* most units of a layer, features that one reads, rows,
                                               elements of a Jacobian */
    bool tokens;                            /* may be shown */
    void *state[INSTRUMENTS];
    ins_log_set planned;
    ins_trace_moment moment;
    ins_log_rows *out;
};

static bool has(ins_log_set logs, ins_log_file file)
{
    return logs >> file & 1;
}

static ins_trace_extent extent_of(const ins_trace_plan *plan)
{
    ins_trace_extent extent = {.plan = plan};
    for (size_t l = 0; l < plan->layers; l++) {
        const ins_trace_shape *shape = &plan->layer[l];
        size_t weights;
        if (__builtin_mul_overflow(shape->units, shape->fan_in, &weights)) weights = SIZE_MAX;
        if (shape->units > extent.units) extent.units = shape->units;
        if (shape->features > extent.features) extent.features = shape->features;
        extent.with_features += shape->features > 0;
        if (weights > extent.weights) extent.weights = weights;
    }
    return extent;
}

ins_trace *ins_trace_lay_out(const ins_trace_plan *plan, ins_carver *carver)
{
    ins_trace_extent extent = extent_of(plan);
    ins_trace *trace = ins_carve(carver, 1, sizeof *trace);
    ins_trace layout = {.layers = plan->layers,
                        .units = extent.units,
                        .features = extent.features,
                        .rows = plan->rows,
                        .jacobian = plan->jacobian_rows * plan->jacobian_columns,
                        .tokens = plan->tokens > 0,
                        .planned = plan->logs};
    layout.kept = ins_carve(carver, plan->layers, sizeof *layout.kept);
    for (size_t l = 0; l < plan->layers; l++) {
        const ins_trace_shape *shape = &plan->layer[l];
        real *x = NULL;
        if (plan->updates) x = ins_carve_matrix(carver, shape->units, shape->fan_in, sizeof *x);
        if (layout.kept != NULL)
            layout.kept[l] = (kept_weight){x, shape->units * shape->fan_in, false};
    }
    if (plan->updates) layout.update = ins_carve(carver, extent.weights, sizeof *layout.update);
    for (size_t i = 0; i < INSTRUMENTS; i++)
        if (instruments[i]->lay_out != NULL && has(plan->logs, instruments[i]->file))
            layout.state[i] = instruments[i]->lay_out(&extent, carver);
    if (trace != NULL) *trace = layout;
    return trace;
}

bool ins_trace_text_size(const ins_trace_plan *plan, const size_t *moments, size_t *bytes)
{
    ins_trace_extent extent = extent_of(plan);
    size_t total = 0;
    for (size_t i = 0; i < INSTRUMENTS; i++) {
        size_t rows, text;
        if (__builtin_mul_overflow(instruments[i]->rows(&extent), moments[instruments[i]->file],
                                   &rows) ||
            __builtin_mul_overflow(rows, instruments[i]->row_bytes, &text) ||
            __builtin_add_overflow(total, text, &total))
            return false;
    }
    *bytes = total;
    return true;
}

void ins_trace_begin(ins_trace *trace, const ins_trace_moment *moment, ins_log_rows *rows)
{
    trace->moment = *moment;
    trace->out = rows;
    for (size_t i = 0; i < INSTRUMENTS; i++)
        if (has(moment->logs, instruments[i]->file) && !has(trace->planned, instruments[i]->file))
            ins_die("internal error: %s was not planned",
                    ins_log_tables[instruments[i]->file].file);
}

static bool fits(const ins_trace *trace, const ins_trace_layer *layer)
{
    const ins_trace_matrices *jacobian = &layer->jacobian;
    if (layer->number >= trace->layers) return false;
    if (layer->state.x != NULL &&
        (layer->state.units > trace->units || layer->state.length > trace->rows))
        return false;
    const size_t widest = trace->units > trace->features ? trace->units : trace->features;
    if (layer->tokens.x != NULL && (!trace->tokens || layer->tokens.units > widest)) return false;
    if (jacobian->count > 0 && jacobian->rows * jacobian->columns > trace->jacobian) return false;
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++) {
        const ins_trace_tensor *tensor = &layer->tensor[kind];
        if (tensor->x == NULL) continue;
        if (tensor->units > (ins_tensor_table[kind].own_units ? trace->features : trace->units))
            return false;
        if (ins_tensor_table[kind].by_sample
                ? tensor->length > trace->rows
                : kind != INS_BIAS && !ins_tensor_table[kind].own_units &&
                      tensor->units * tensor->length != trace->kept[layer->number].count)
            return false;
    }
    return true;
}

/* The update is shown to the instruments as any other tensor. */
static void add_update(ins_trace *trace, const kept_weight *kept, ins_trace_layer *layer)
{
    const ins_trace_tensor *weight = &layer->tensor[INS_WEIGHT];
    for (size_t i = 0; i < kept->count; i++) trace->update[i] = weight->x[i] - kept->x[i];
    layer->tensor[INS_UPDATE] =
        (ins_trace_tensor){.x = trace->update, .units = weight->units, .length = weight->length};
}

void ins_trace_show(ins_trace *trace, const ins_trace_layer *layer)
{
    if (!fits(trace, layer))
        ins_die("internal error: layer %zu is larger than was planned", layer->number);
    kept_weight *kept = &trace->kept[layer->number];
    ins_trace_layer shown = *layer;
    const real *weight = shown.tensor[INS_WEIGHT].x;
    if (weight != NULL && shown.tensor[INS_UPDATE].x == NULL && kept->seen)
        add_update(trace, kept, &shown);
    for (size_t i = 0; i < INSTRUMENTS; i++)
        if (has(trace->moment.logs, instruments[i]->file))
            instruments[i]->show(trace->state[i], &trace->moment, &shown,
                                 &trace->out->file[instruments[i]->file]);
    if (weight == NULL || kept->x == NULL) return;
    memcpy(kept->x, weight, kept->count * sizeof *weight);
    kept->seen = true;
}

void ins_trace_end(ins_trace *trace)
{
    for (size_t i = 0; i < INSTRUMENTS; i++)
        if (instruments[i]->end != NULL && has(trace->moment.logs, instruments[i]->file))
            instruments[i]->end(trace->state[i], &trace->moment,
                                &trace->out->file[instruments[i]->file]);
}

static void take_extent(const ins_trace_layer *layer, ins_trace_shape *shape, size_t *rows)
{
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++) {
        const ins_trace_tensor *tensor = &layer->tensor[kind];
        const ins_tensor_row *row = &ins_tensor_table[kind];
        if (tensor->x == NULL) continue;
        size_t *units = row->own_units ? &shape->features : &shape->units;
        if (tensor->units > *units) *units = tensor->units;
        if (row->by_sample) {
            if (tensor->length > *rows) *rows = tensor->length;
        } else if (kind != INS_BIAS && !row->own_units) {
            shape->fan_in = tensor->length;
        }
    }
}

void ins_trace_show_once(const ins_trace_moment *moment, const ins_trace_layer *layer, size_t bins,
                         ins_log_rows *rows)
{
    const size_t layers = layer != NULL ? layer->number + 1 : 1;
    ins_trace_shape *shapes = ins_allocate(layers, sizeof *shapes, "shapes of layers");
    ins_trace_plan plan = {.layer = shapes, .layers = layers, .bins = bins, .logs = moment->logs};
    if (layer != NULL) {
        take_extent(layer, &shapes[layer->number], &plan.rows);
        plan.tokens = layer->tokens.x != NULL;
    }
    ins_carver carver = {0};
    ins_trace_lay_out(&plan, &carver);
    ins_carver_allocate(&carver, "statistics");
    ins_trace *trace = ins_trace_lay_out(&plan, &carver);
    ins_trace_begin(trace, moment, rows);
    if (layer != NULL) ins_trace_show(trace, layer);
    ins_trace_end(trace);
    free(trace); /* the start of its one block */
    free(shapes);
}
