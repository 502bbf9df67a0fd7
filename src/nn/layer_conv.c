/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution: z[i,j,o] = b_o + the sum over a window of x[i s + u - p, j s + v - p, c] W[o,u,v,c],
 * x being 0 outside of its map. Each channel by itself is a convolution of as many groups. */
#include <config.h>

#include "convolution.h"
#include "layer_rows.h"

const char *const ins_paddings[] = {"same", "valid", NULL};

/* The parameters of both kinds, as those of a convolution. */
typedef struct window {
    double kernel;
    size_t stride, groups, channels;
    bool same, bias;
} window;

static window window_of(const ins_layer_plan *plan)
{
    const double *value = plan->choice.value;
    if (plan->kind->shape == ins_conv_shape)
        return (window){.kernel = value[INS_CONV_KERNEL],
                        .stride = (size_t)value[INS_CONV_STRIDE],
                        .groups = (size_t)value[INS_CONV_GROUPS],
                        .channels = (size_t)value[INS_CONV_CHANNELS],
                        .same = value[INS_CONV_PAD] == 0,
                        .bias = value[INS_CONV_BIAS] == 0};
    const size_t channels = plan->reads[0].channels;
    return (window){.kernel = value[INS_DEPTHWISE_KERNEL],
                    .stride = (size_t)value[INS_DEPTHWISE_STRIDE],
                    .groups = channels,
                    .channels = channels * (size_t)value[INS_DEPTHWISE_MULTIPLIER],
                    .same = value[INS_DEPTHWISE_PAD] == 0,
                    .bias = value[INS_DEPTHWISE_BIAS] == 0};
}

/* On a map the window has both extents, on a sequence the first. */
static ins_convolution convolution_of(const ins_layer_plan *plan)
{
    const window w = window_of(plan);
    const ins_shape x = plan->reads[0];
    ins_convolution made = {
        .channels = x.channels, .units = w.channels, .stride = w.stride, .groups = w.groups};
    for (size_t axis = 0; axis < 2; axis++) {
        made.input[axis] = x.extent[axis];
        made.kernel[axis] = axis < x.axes ? ins_extent(w.kernel, axis) : 1;
        made.output[axis] = ins_convolution_extent(w.same, x.extent[axis], made.kernel[axis],
                                                   w.stride, &made.before[axis]);
    }
    return made;
}

ins_window ins_conv_window(const ins_layer_plan *plan)
{
    const ins_convolution made = convolution_of(plan);
    return (ins_window){{made.kernel[0], made.kernel[1]},
                        {made.stride, made.stride},
                        {made.before[0], made.before[1]}};
}

bool ins_window_fits(const ins_layer_plan *plan, double extent, bool inside, ins_text *problem)
{
    const ins_shape x = plan->reads[0];
    if (x.axes == 0) {
        ins_text_add(problem, "reads a vector, which has no positions: begin the network with "
                              "input(height,width,channels)");
        return false;
    }
    if (x.axes == 1 && ins_extent_is_pair(extent)) {
        ins_text_add(problem, "reads a sequence, on which a window has one extent");
        return false;
    }
    for (size_t axis = 0; inside && axis < x.axes; axis++) {
        if (ins_extent(extent, axis) <= x.extent[axis]) continue;
        ins_text_add(problem, "its window is larger than the ");
        ins_shape_add(x, problem);
        ins_text_add(problem, " that it reads");
        return false;
    }
    return true;
}

static ins_shape shape_of(const ins_layer_plan *plan, ins_text *problem)
{
    const window w = window_of(plan);
    const ins_shape x = plan->reads[0];
    if (!ins_window_fits(plan, w.kernel, !w.same, problem)) return ins_vector(0);
    if (x.channels % w.groups != 0 || w.channels % w.groups != 0) {
        ins_text_add_format(problem, "%zu groups do not divide %zu channels into %zu", w.groups,
                            x.channels, w.channels);
        return ins_vector(0);
    }
    const ins_convolution made = convolution_of(plan);
    return (ins_shape){
        .axes = x.axes, .extent = {made.output[0], made.output[1]}, .channels = w.channels};
}

ins_shape ins_conv_shape(const ins_layer_plan *plan, ins_text *problem)
{
    return shape_of(plan, problem);
}

ins_shape ins_depthwise_shape(const ins_layer_plan *plan, ins_text *problem)
{
    return shape_of(plan, problem);
}

size_t ins_conv_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    const ins_convolution made = convolution_of(plan);
    const size_t taps = made.kernel[0] * made.kernel[1];
    const size_t inputs = taps * (made.channels / made.groups);
    list[INS_MATRIX_W] = (ins_learned){
        .name = "W",
        .place = {.units = made.units,
                  .inputs = inputs,
                  .fan_in = (double)inputs,
                  .fan_out = (double)taps * (double)(made.units / made.groups),
                  .taps = taps,
                  .axes = plan->reads[0].axes,
                  .kernel = {made.kernel[0], made.kernel[1]},
                  .groups = made.groups,
                  .centre = (made.kernel[0] - 1) / 2 * made.kernel[1] + (made.kernel[1] - 1) / 2,
                  .role = INS_ROLE_WEIGHT}};
    list[INS_MATRIX_B] = ins_bias_tensor(made.units);
    return window_of(plan).bias ? 2 : 1;
}

size_t ins_conv_scratch(const ins_layer_plan *plan, size_t capacity)
{
    const ins_convolution made = convolution_of(plan);
    return ins_convolution_scratch(&made, capacity);
}

void ins_conv_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    ins_convolution made = convolution_of(layer->plan);
    const real *b = layer->tensors > INS_MATRIX_B ? layer->tensor[INS_MATRIX_B].value : NULL;
    (void)pass;
    made.uniform = layer->uniform;
    ins_convolution_forward(&made, rows, layer->in[0], layer->tensor[INS_MATRIX_W].value, b,
                            layer->result, layer->scratch);
}

void ins_conv_backward(ins_layer *layer, size_t rows)
{
    ins_convolution made = convolution_of(layer->plan);
    const ins_learned *w = &layer->tensor[INS_MATRIX_W];
    made.uniform = layer->uniform;
    ins_convolution_backward_weights(&made, rows, (real)1 / (real)rows, layer->in[0], layer->delta,
                                     w->gradient, layer->scratch);
    ins_bias_backward(layer, rows);
    if (layer->in_delta[0] != NULL)
        ins_convolution_backward_data(&made, rows, layer->delta, w->value, layer->in_delta[0],
                                      layer->scratch);
}
