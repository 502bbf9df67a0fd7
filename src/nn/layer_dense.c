/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers, and what all layers with a matrix share: products, its bias, and whether its units
 * are alike. */
#include <config.h>

#include <string.h>

#include "initscope/blas.h"
#include "initscope/vector.h"

#include "layer_rows.h"
#include "uniform_product.h"

void ins_layer_product(const ins_layer *layer, bool transpose_a, bool transpose_b, size_t m,
                       size_t n, size_t k, real alpha, const real *a, const real *b, real *c)
{
    if (layer->uniform) {
        ins_uniform_product(transpose_a, transpose_b, m, n, k, alpha, a, b, c);
    } else {
        ins_product(transpose_a, transpose_b, m, n, k, alpha, a, b, 0, c);
    }
}

/* Dense: z = x W^T + b. W is (units, inputs), b (units). */
enum { DENSE_UNITS, DENSE_BIAS };

ins_shape ins_dense_shape(const ins_layer_plan *plan, ins_text *problem)
{
    ins_shape shape = plan->reads[0];
    (void)problem;
    shape.channels = (size_t)plan->choice.value[DENSE_UNITS];
    return shape;
}

ins_learned ins_bias_tensor(size_t units)
{
    return (ins_learned){.name = "b",
                         .place = {.units = units,
                                   .inputs = 1,
                                   .fan_in = (double)units,
                                   .fan_out = (double)units,
                                   .role = INS_ROLE_BIAS}};
}

size_t ins_dense_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    const size_t units = plan->shape.channels, inputs = plan->reads[0].channels;
    list[INS_MATRIX_W] = (ins_learned){.name = "W",
                                       .place = {.units = units,
                                                 .inputs = inputs,
                                                 .fan_in = (double)inputs,
                                                 .fan_out = (double)units,
                                                 .role = INS_ROLE_WEIGHT}};
    list[INS_MATRIX_B] = ins_bias_tensor(units);
    return plan->choice.value[DENSE_BIAS] == 0 ? 2 : 1;
}

bool ins_units_alike(const ins_learned *matrix, const ins_learned *bias)
{
    const ins_tensor_place *place = &matrix->place;
    const real *w = matrix->value, *b = bias != NULL ? bias->value : NULL;
    const size_t row = place->inputs * sizeof *w;
    size_t unit = 1;
    while (unit < place->units && (b == NULL || b[unit] == b[0]) &&
           memcmp(w + unit * place->inputs, w, row) == 0)
        unit++;
    return place->units > 1 && unit == place->units;
}

bool ins_matrix_symmetric(const ins_layer *layer)
{
    return ins_units_alike(&layer->tensor[INS_MATRIX_W],
                           layer->tensors > INS_MATRIX_B ? &layer->tensor[INS_MATRIX_B] : NULL);
}

INS_VECTORIZED void ins_bias_add_to(const ins_learned *bias, size_t places, real *result)
{
    const size_t units = bias->count;
    const real *restrict b = bias->value;
    for (size_t r = 0; r < places; r++) {
        real *restrict z = result + r * units;
#pragma omp simd
        for (size_t u = 0; u < units; u++) z[u] += b[u];
    }
}

INS_VECTORIZED void ins_bias_gradient(const ins_learned *bias, size_t places, size_t rows,
                                      const real *deltas)
{
    const size_t units = bias->count;
    const real share = (real)1 / (real)rows;
    real *restrict gradient = bias->gradient;
    memset(gradient, 0, units * sizeof *gradient);
    for (size_t r = 0; r < places; r++) {
        const real *restrict delta = deltas + r * units;
#pragma omp simd
        for (size_t u = 0; u < units; u++) gradient[u] += delta[u];
    }
#pragma omp simd
    for (size_t u = 0; u < units; u++) gradient[u] *= share;
}

void ins_bias_add(const ins_layer *layer, size_t rows)
{
    if (layer->tensors > INS_MATRIX_B)
        ins_bias_add_to(&layer->tensor[INS_MATRIX_B], rows * ins_positions(layer->plan->shape),
                        layer->result);
}

void ins_bias_backward(const ins_layer *layer, size_t rows)
{
    if (layer->tensors > INS_MATRIX_B)
        ins_bias_gradient(&layer->tensor[INS_MATRIX_B], rows * ins_positions(layer->plan->shape),
                          rows, layer->delta);
}

void ins_dense_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_layer_plan *plan = layer->plan;
    (void)pass;
    ins_layer_product(layer, false, true, rows * ins_positions(plan->shape), plan->shape.channels,
                      plan->reads[0].channels, (real)layer->multiplier, layer->in[0],
                      layer->tensor[INS_MATRIX_W].value, layer->result);
    ins_bias_add(layer, rows);
}

void ins_dense_backward(ins_layer *layer, size_t rows)
{
    const ins_layer_plan *plan = layer->plan;
    const size_t units = plan->shape.channels, inputs = plan->reads[0].channels;
    const size_t places = rows * ins_positions(plan->shape);
    const ins_learned *w = &layer->tensor[INS_MATRIX_W];
    ins_layer_product(layer, true, false, units, inputs, places,
                      (real)layer->multiplier / (real)rows, layer->delta, layer->in[0],
                      w->gradient);
    ins_bias_backward(layer, rows);
    if (layer->in_delta[0] != NULL)
        ins_layer_product(layer, false, false, places, inputs, units, (real)layer->multiplier,
                          layer->delta, w->value, layer->in_delta[0]);
}
