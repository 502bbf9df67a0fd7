/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Pooling: the maximum or the mean of a window, for each channel by itself. The global kinds are
 * the same with the whole map as their only window, and give a vector. Windows stand inside of
 * what is read; those that overlap add what they pass back. */
#include <config.h>

#include <string.h>

#include "initscope/vector.h"

#include "layer_rows.h"

/* Of the row's parameters; 1 beyond the axes of what is read. */
static ins_window window_given(const ins_layer_plan *plan)
{
    const double *value = plan->choice.value;
    ins_window w = {{1, 1}, {1, 1}, {0, 0}};
    for (size_t axis = 0; axis < plan->reads[0].axes; axis++) {
        w.size[axis] = ins_extent(value[INS_POOL_SIZE], axis);
        w.stride[axis] = value[INS_POOL_STRIDE] > 0 ? (size_t)value[INS_POOL_STRIDE] : w.size[axis];
    }
    return w;
}

/* A layer whose output has no positions has seen all of them. */
ins_window ins_pool_window(const ins_layer_plan *plan)
{
    const size_t *extent = plan->reads[0].extent;
    if (plan->shape.axes > 0) return window_given(plan);
    return (ins_window){{extent[0], extent[1]}, {1, 1}, {0, 0}};
}

ins_shape ins_pool_shape(const ins_layer_plan *plan, ins_text *problem)
{
    ins_shape shape = plan->reads[0];
    if (!ins_window_fits(plan, plan->choice.value[INS_POOL_SIZE], true, problem))
        return ins_vector(0);
    const ins_window w = window_given(plan);
    for (size_t axis = 0; axis < shape.axes; axis++)
        shape.extent[axis] = (shape.extent[axis] - w.size[axis]) / w.stride[axis] + 1;
    return shape;
}

ins_shape ins_global_shape(const ins_layer_plan *plan, ins_text *problem)
{
    return ins_vector(ins_window_fits(plan, 0, false, problem) ? plan->reads[0].channels : 0);
}

/* The element of a row at the first channel of a position that is read: of the output's position,
 * counted through, and a tap of its window. */
static size_t element(const ins_layer_plan *plan, const ins_window *w, size_t position, size_t tap)
{
    const size_t width = plan->shape.extent[1];
    const size_t i = position / width * w->stride[0] + tap / w->size[1];
    const size_t j = position % width * w->stride[1] + tap % w->size[1];
    return (i * plan->reads[0].extent[1] + j) * plan->reads[0].channels;
}

void ins_maxpool_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    uint32_t *from = ins_carve_matrix(carver, capacity, layer->plan->units, sizeof *from);
    if (layer->state != NULL) *(ins_maxpool *)layer->state = (ins_maxpool){.from = from};
}

/* The maximum so far and where it was, channel by channel, against what is at element first and
 * after it. Of equal ones the first stays; so does the first NaN, which is above all numbers. */
INS_VECTORIZED_PART void take_larger(real *restrict y, uint32_t *restrict from,
                                     const real *restrict x, size_t first, size_t channels)
{
    const uint32_t start = (uint32_t)first;
#pragma omp simd
    for (size_t c = 0; c < channels; c++) {
        const bool larger = (!(x[first + c] <= y[c])) & (y[c] == y[c]);
        y[c] = larger ? x[first + c] : y[c];
        from[c] = larger ? start + (uint32_t)c : from[c];
    }
}

INS_VECTORIZED void ins_maxpool_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_layer_plan *plan = layer->plan;
    const ins_maxpool *own = layer->state;
    const ins_window w = ins_pool_window(plan);
    const size_t channels = plan->shape.channels, positions = ins_positions(plan->shape);
    (void)pass;
    for (size_t r = 0; r < rows; r++) {
        const real *x = layer->in[0] + r * plan->inputs[0];
        for (size_t p = 0; p < positions; p++) {
            real *y = layer->result + r * plan->units + p * channels;
            uint32_t *from = own->from + r * plan->units + p * channels;
            const size_t first = element(plan, &w, p, 0);
            for (size_t c = 0; c < channels; c++) from[c] = (uint32_t)(first + c);
            memcpy(y, x + first, channels * sizeof *y);
            for (size_t tap = 1; tap < w.size[0] * w.size[1]; tap++)
                take_larger(y, from, x, element(plan, &w, p, tap), channels);
        }
    }
}

void ins_maxpool_backward(ins_layer *layer, size_t rows)
{
    const ins_layer_plan *plan = layer->plan;
    const ins_maxpool *own = layer->state;
    if (layer->in_delta[0] == NULL) return;
    memset(layer->in_delta[0], 0, rows * plan->inputs[0] * sizeof(real));
    for (size_t r = 0; r < rows; r++) {
        const real *delta = layer->delta + r * plan->units;
        const uint32_t *from = own->from + r * plan->units;
        real *back = layer->in_delta[0] + r * plan->inputs[0];
        for (size_t u = 0; u < plan->units; u++) back[from[u]] += delta[u];
    }
}

INS_VECTORIZED void ins_meanpool_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_layer_plan *plan = layer->plan;
    const ins_window w = ins_pool_window(plan);
    const size_t channels = plan->shape.channels, positions = ins_positions(plan->shape);
    const size_t taps = w.size[0] * w.size[1];
    (void)pass;
    for (size_t r = 0; r < rows; r++) {
        for (size_t p = 0; p < positions; p++) {
            real *restrict y = layer->result + r * plan->units + p * channels;
            memset(y, 0, channels * sizeof *y);
            for (size_t tap = 0; tap < taps; tap++) {
                const real *restrict x =
                    layer->in[0] + r * plan->inputs[0] + element(plan, &w, p, tap);
#pragma omp simd
                for (size_t c = 0; c < channels; c++) y[c] += x[c];
            }
#pragma omp simd
            for (size_t c = 0; c < channels; c++) y[c] /= (real)taps;
        }
    }
}

INS_VECTORIZED void ins_meanpool_backward(ins_layer *layer, size_t rows)
{
    const ins_layer_plan *plan = layer->plan;
    const ins_window w = ins_pool_window(plan);
    const size_t channels = plan->shape.channels, positions = ins_positions(plan->shape);
    const size_t taps = w.size[0] * w.size[1];
    if (layer->in_delta[0] == NULL) return;
    memset(layer->in_delta[0], 0, rows * plan->inputs[0] * sizeof(real));
    for (size_t r = 0; r < rows; r++) {
        for (size_t p = 0; p < positions; p++) {
            const real *restrict delta = layer->delta + r * plan->units + p * channels;
            for (size_t tap = 0; tap < taps; tap++) {
                real *restrict back =
                    layer->in_delta[0] + r * plan->inputs[0] + element(plan, &w, p, tap);
#pragma omp simd
                for (size_t c = 0; c < channels; c++) back[c] += delta[c] / (real)taps;
            }
        }
    }
}
