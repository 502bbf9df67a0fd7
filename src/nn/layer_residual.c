/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The sum that ends a residual block: y = x + scale s f. x is what the skip gives, f what the
 * branch does, and s is nothing, a number or a number for each channel, as the block starts. */
#include <config.h>

#include <string.h>

#include "initscope/vector.h"

#include "lanes.h"
#include "layer_rows.h"

enum { SKIP, BRANCH };

/* Channels whose sums are kept at a time. */
enum { COLUMNS = 64 };

/* A stride at which a kernel of one position makes extents of from those of to; 0: there is none.
 * It is the least that makes no axis too long: a longer one makes all of them shorter. */
static size_t stride_between(ins_shape from, ins_shape to)
{
    size_t stride = 1;
    for (size_t axis = 0; axis < from.axes; axis++) {
        const size_t least = (from.extent[axis] - 1) / to.extent[axis] + 1;
        if (least > stride) stride = least;
    }
    for (size_t axis = 0; axis < from.axes; axis++)
        if ((from.extent[axis] - 1) / stride + 1 != to.extent[axis]) return 0;
    return stride;
}

/* Layers that make a skip that fits, or what it has to give when one cannot tell. */
static void advise(ins_shape skip, ins_shape branch, ins_text *out)
{
    const size_t stride = skip.axes == branch.axes ? stride_between(skip, branch) : 0;
    if (skip.axes > 0 && branch.axes == 0) {
        ins_text_add(out, "add skip=(gmean");
        if (skip.channels != branch.channels)
            ins_text_add_format(out, ",dense(%zu)", branch.channels);
        ins_text_add(out, ")");
    } else if (stride == 0) {
        ins_text_add(out, "add a skip=(..) that gives ");
        ins_shape_add(branch, out);
    } else if (branch.axes == 0) {
        ins_text_add_format(out, "add skip=(dense(%zu))", branch.channels);
    } else {
        ins_text_add_format(out, "add skip=(conv(%zu,1", branch.channels);
        if (stride > 1) ins_text_add_format(out, ",stride=%zu", stride);
        ins_text_add(out, "))");
    }
}

ins_shape ins_residual_shape(const ins_layer_plan *plan, ins_text *problem)
{
    const ins_shape skip = plan->reads[SKIP], branch = plan->reads[BRANCH];
    if (ins_same_shape(skip, branch)) return skip;
    ins_text_add(problem, "the branch gives ");
    ins_shape_add(branch, problem);
    ins_text_add(problem, " and the skip ");
    ins_shape_add(skip, problem);
    ins_text_add(problem, ": ");
    advise(skip, branch, problem);
    return ins_vector(0);
}

size_t ins_residual_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    if (plan->factors == 0) return 0;
    list[0] = (ins_learned){.name = "scale",
                            .place = {.units = plan->factors, .inputs = 1, .role = INS_ROLE_SCALE},
                            .start = plan->factor};
    return 1;
}

/* One factor for all elements of a row, or the same number of them and of channels. */
static bool is_one_factor(const ins_layer *layer)
{
    return layer->plan->factors <= 1;
}

static real scale_of(const ins_layer *layer)
{
    return (real)layer->plan->choice.value[INS_RES_SCALE];
}

static real one_factor(const ins_layer *layer)
{
    const real scale = scale_of(layer);
    return layer->tensors > 0 ? scale * layer->tensor[0].value[0] : scale;
}

INS_VECTORIZED void ins_residual_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const size_t channels = layer->plan->shape.channels;
    const size_t count = rows * layer->plan->units;
    const real *restrict x = layer->in[SKIP], *restrict f = layer->in[BRANCH];
    real *restrict y = layer->result;
    (void)pass;
    if (is_one_factor(layer)) {
        const real factor = one_factor(layer);
#pragma omp simd
        for (size_t i = 0; i < count; i++) y[i] = x[i] + factor * f[i];
        return;
    }
    const real *restrict factor = layer->tensor[0].value;
    const real scale = scale_of(layer);
    for (size_t i = 0; i < count; i += channels) {
#pragma omp simd
        for (size_t c = 0; c < channels; c++) y[i + c] = x[i + c] + scale * factor[c] * f[i + c];
    }
}

/* What goes back to the branch. */
INS_VECTORIZED static void pass_to_branch(const ins_layer *layer, size_t count)
{
    const size_t channels = layer->plan->shape.channels;
    const real *restrict delta = layer->delta;
    real *restrict back = layer->in_delta[BRANCH];
    if (is_one_factor(layer)) {
        const real factor = one_factor(layer);
#pragma omp simd
        for (size_t i = 0; i < count; i++) back[i] = factor * delta[i];
        return;
    }
    const real *restrict factor = layer->tensor[0].value;
    const real scale = scale_of(layer);
    for (size_t i = 0; i < count; i += channels) {
#pragma omp simd
        for (size_t c = 0; c < channels; c++) back[i + c] = scale * factor[c] * delta[i + c];
    }
}

/* The sum of delta f over all elements. */
INS_VECTORIZED static double product_of_all(const ins_layer *layer, size_t count)
{
    const real *restrict delta = layer->delta, *restrict f = layer->in[BRANCH];
    ins_lanes lanes = {{0}};
    size_t i = 0;
    for (; i + INS_LANES <= count; i += INS_LANES) {
#pragma omp simd
        for (size_t lane = 0; lane < INS_LANES; lane++)
            lanes.sum[lane] += (double)delta[i + lane] * (double)f[i + lane];
    }
    for (size_t lane = 0; i + lane < count; lane++)
        lanes.sum[lane] += (double)delta[i + lane] * (double)f[i + lane];
    return ins_lanes_total(&lanes);
}

/* The same for each of width <= COLUMNS channels from first on. */
INS_VECTORIZED static void products_of_channels(const ins_layer *layer, size_t count, size_t first,
                                                size_t width, double sum[COLUMNS])
{
    const size_t channels = layer->plan->shape.channels;
    memset(sum, 0, width * sizeof *sum);
    for (size_t i = first; i < count; i += channels) {
        const real *restrict delta = layer->delta + i, *restrict f = layer->in[BRANCH] + i;
#pragma omp simd
        for (size_t c = 0; c < width; c++) sum[c] += (double)delta[c] * (double)f[c];
    }
}

static void find_gradient(const ins_layer *layer, size_t rows)
{
    const size_t factors = layer->plan->factors, count = rows * layer->plan->units;
    const double share = layer->plan->choice.value[INS_RES_SCALE] / (double)rows;
    real *gradient = layer->tensor[0].gradient;
    double sum[COLUMNS];
    if (is_one_factor(layer)) {
        gradient[0] = (real)(product_of_all(layer, count) * share);
        return;
    }
    for (size_t first = 0; first < factors; first += COLUMNS) {
        const size_t width = factors - first < COLUMNS ? factors - first : COLUMNS;
        products_of_channels(layer, count, first, width, sum);
        for (size_t c = 0; c < width; c++) gradient[first + c] = (real)(sum[c] * share);
    }
}

void ins_residual_backward(ins_layer *layer, size_t rows)
{
    const size_t count = rows * layer->plan->units;
    if (layer->tensors > 0) find_gradient(layer, rows);
    if (layer->in_delta[SKIP] != NULL)
        memcpy(layer->in_delta[SKIP], layer->delta, count * sizeof(real));
    if (layer->in_delta[BRANCH] != NULL) pass_to_branch(layer, count);
}
