/* The layer types: dense and dropout. */
#include <config.h>

#include "layer.h"

#include <string.h>

#include "initscope/blas.h"
#include "initscope/random.h"
#include "initscope/vector.h"

/* C = alpha op(A) op(B) by the BLAS, or so that equal units stay equal. */
static void product(const ins_layer *layer, bool transpose_a, bool transpose_b, size_t m, size_t n,
                    size_t k, real alpha, const real *a, const real *b, real *c)
{
    if (layer->uniform) {
        ins_uniform_product(transpose_a, transpose_b, m, n, k, alpha, a, b, c);
    } else {
        ins_product(transpose_a, transpose_b, m, n, k, alpha, a, b, 0, c);
    }
}

/* z = input W^T + b; a = phi(z). W is (units, inputs). */
static void dense_shape(ins_layer *layer)
{
    layer->weight.shape = (ins_shape){.units = layer->units,
                                      .inputs = layer->inputs,
                                      .fan_in = (double)layer->inputs,
                                      .fan_out = (double)layer->units,
                                      .layer = layer->number};
    layer->weight.count = layer->units * layer->inputs;
    layer->weight.decays = true;
    layer->bias.shape = (ins_shape){.units = layer->units,
                                    .inputs = 1,
                                    .fan_in = (double)layer->units,
                                    .fan_out = (double)layer->units,
                                    .layer = layer->number};
    layer->bias.count = layer->units;
}

static void dense_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const size_t row = layer->units * sizeof(real);
    layer->z = ins_carve(carver, capacity, row);
    layer->a = ins_carve(carver, capacity, row);
    layer->delta = ins_carve(carver, capacity, row);
}

INS_VECTORIZED static void dense_forward(ins_layer *layer, const real *input, size_t rows,
                                         bool training)
{
    const size_t units = layer->units;
    const real *restrict b = layer->bias.value;
    (void)training;
    layer->input = input;
    layer->output = layer->a;
    product(layer, false, true, rows, units, layer->inputs, 1, input, layer->weight.value,
            layer->z);
    for (size_t r = 0; r < rows; r++) {
        real *restrict z = layer->z + r * units;
#pragma omp simd
        for (size_t u = 0; u < units; u++) z[u] += b[u];
    }
    if (layer->activation == NULL) return;
    const ins_activation *row = (const ins_activation *)layer->activation->entry;
    row->forward(rows * units, layer->z, layer->a, layer->activation->value);
}

INS_VECTORIZED static void dense_backward(ins_layer *layer, size_t rows, real *input_delta)
{
    const size_t units = layer->units, inputs = layer->inputs;
    const real share = (real)1 / (real)rows;
    real *restrict gradient = layer->bias.gradient;
    if (layer->activation != NULL) {
        const ins_activation *row = (const ins_activation *)layer->activation->entry;
        row->backward(rows * units, layer->z, layer->a, layer->delta, layer->activation->value);
    }
    product(layer, true, false, units, inputs, rows, share, layer->delta, layer->input,
            layer->weight.gradient);
    memset(gradient, 0, units * sizeof *gradient);
    for (size_t r = 0; r < rows; r++) {
        const real *restrict delta = layer->delta + r * units;
#pragma omp simd
        for (size_t u = 0; u < units; u++) gradient[u] += delta[u];
    }
#pragma omp simd
    for (size_t u = 0; u < units; u++) gradient[u] *= share;
    if (input_delta != NULL)
        product(layer, false, false, rows, inputs, units, 1, layer->delta, layer->weight.value,
                input_delta);
}

/* Inverted dropout: what is kept is divided by the share kept, so that nothing changes without
 * training. */
static void dropout_shape(ins_layer *layer)
{
    layer->units = layer->inputs;
}

static void dropout_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const size_t row = layer->units * sizeof(real);
    layer->a = ins_carve(carver, capacity, row);
    layer->mask = ins_carve(carver, capacity, row);
    layer->rng = (gsl_rng){gsl_rng_mt19937, ins_carve(carver, 1, gsl_rng_mt19937->size)};
}

static void dropout_forward(ins_layer *layer, const real *input, size_t rows, bool training)
{
    const real kept = (real)(1 / (1 - layer->rate));
    layer->input = input;
    layer->masked = training;
    layer->output = training ? layer->a : input;
    if (!training) return;
    for (size_t i = 0; i < rows * layer->units; i++) {
        layer->mask[i] = ins_random_uniform(&layer->rng) < layer->rate ? 0 : kept;
        layer->a[i] = input[i] * layer->mask[i];
    }
}

static void dropout_backward(ins_layer *layer, size_t rows, real *input_delta)
{
    if (!layer->masked || input_delta == NULL) return;
    for (size_t i = 0; i < rows * layer->units; i++)
        input_delta[i] = layer->delta[i] * layer->mask[i];
}

const ins_layer_type ins_dense = {
    .name = "dense",
    .recorded = true,
    .shape = dense_shape,
    .buffers = dense_buffers,
    .forward = dense_forward,
    .backward = dense_backward,
};

const ins_layer_type ins_dropout = {
    .name = "dropout",
    .recorded = false,
    .shape = dropout_shape,
    .buffers = dropout_buffers,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
