/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables, of which a column is taken for each token, or each position. A table is (units, columns),
 * so that a unit's weights stand side by side as those of any other matrix do.
 *
 * embed reads the network's input, whose numbers are tokens 0 .. vocabulary - 1: y_t = W[., x_t].
 * positions adds a constant or a learned vector to each position: y_t = x_t + P[., t]. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/error.h"
#include "initscope/vector.h"

#include "layer_rows.h"

const char *const ins_position_kinds[] = {"sine", "learned", NULL};

static ins_learned table_of(size_t units, size_t columns)
{
    return (ins_learned){.name = "W",
                         .place = {.units = units,
                                   .inputs = columns,
                                   .fan_in = (double)columns,
                                   .fan_out = (double)units,
                                   .role = INS_ROLE_TABLE}};
}

/* --- embed ------------------------------------------------------------------------------------ */

ins_shape ins_embed_shape(const ins_layer_plan *plan, ins_text *problem)
{
    const ins_shape reads = plan->reads[0];
    ins_shape shape = {.axes = 1, .extent = {reads.channels, 1}};
    shape.channels = (size_t)plan->choice.value[INS_EMBED_UNITS];
    if (reads.axes == 1) shape.extent[0] = reads.extent[0];
    if (plan->input[0] == 0 && (reads.axes == 0 || (reads.axes == 1 && reads.channels == 1)))
        return shape;
    if (plan->input[0] > 0) {
        ins_text_add(problem, "it reads the tokens of the input: it must be the first layer");
    } else {
        ins_text_add(problem, "it reads one token a step, and the input is ");
        ins_shape_add(reads, problem);
    }
    return ins_vector(0);
}

size_t ins_embed_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[0] = table_of(plan->shape.channels, (size_t)plan->choice.value[INS_EMBED_VOCABULARY]);
    return 1;
}

/* Data are asked for their tokens before there is a network. */
static size_t token_of(const ins_layer *layer, size_t place)
{
    const double vocabulary = layer->plan->choice.value[INS_EMBED_VOCABULARY];
    const double token = (double)layer->in[0][place];
    if (!(token >= 0 && token < vocabulary))
        ins_die("internal error: %s reads the token %g", layer->plan->name, token);
    return (size_t)token;
}

void ins_embed_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_learned *table = &layer->tensor[0];
    const size_t units = table->place.units, columns = table->place.inputs;
    (void)pass;
    for (size_t r = 0; r < rows * ins_positions(layer->plan->shape); r++) {
        const real *column = table->value + token_of(layer, r);
        for (size_t u = 0; u < units; u++) layer->result[r * units + u] = column[u * columns];
    }
}

void ins_embed_backward(ins_layer *layer, size_t rows)
{
    const ins_learned *table = &layer->tensor[0];
    const size_t units = table->place.units, columns = table->place.inputs;
    const real share = (real)1 / (real)rows;
    memset(table->gradient, 0, table->count * sizeof *table->gradient);
    for (size_t r = 0; r < rows * ins_positions(layer->plan->shape); r++) {
        real *column = table->gradient + token_of(layer, r);
        for (size_t u = 0; u < units; u++)
            column[u * columns] += share * layer->delta[r * units + u];
    }
}

/* --- positions -------------------------------------------------------------------------------- */

static bool is_learned(const ins_layer_plan *plan)
{
    return strcmp(ins_position_kinds[(size_t)plan->choice.value[INS_POSITIONS_KIND]], "learned") ==
           0;
}

ins_shape ins_positions_shape(const ins_layer_plan *plan, ins_text *problem)
{
    if (plan->reads[0].axes == 1) return plan->reads[0];
    ins_text_add(problem, "it must read a sequence, and reads ");
    ins_shape_add(plan->reads[0], problem);
    return ins_vector(0);
}

size_t ins_positions_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    if (!is_learned(plan)) return 0;
    list[0] = table_of(plan->shape.channels, ins_positions(plan->shape));
    return 1;
}

/* Vaswani et al.: sin and cos in turn over the channels, wave lengths from 2 pi to 10000 times
 * that. */
static double sine_at(size_t position, size_t channel, size_t channels)
{
    const double pair = (double)(channel - channel % 2);
    const double angle = (double)position / pow(10000, pair / (double)channels);
    return channel % 2 == 0 ? sin(angle) : cos(angle);
}

void ins_positions_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const size_t positions = ins_positions(layer->plan->shape);
    const size_t channels = layer->plan->shape.channels;
    (void)capacity;
    if (is_learned(layer->plan)) return;
    real *added = ins_carve_matrix(carver, positions, channels, sizeof *added);
    if (layer->state == NULL) return;
    *(ins_positions_state *)layer->state = (ins_positions_state){added};
    for (size_t t = 0; t < positions; t++)
        for (size_t c = 0; c < channels; c++)
            added[t * channels + c] = (real)sine_at(t, c, channels);
}

/* The table is (channels, positions). */
static void add_learned(const ins_layer *layer, size_t rows)
{
    const ins_shape shape = layer->plan->shape;
    const size_t positions = ins_positions(shape), channels = shape.channels;
    const real *table = layer->tensor[0].value;
    for (size_t r = 0; r < rows * positions; r++)
        for (size_t c = 0; c < channels; c++)
            layer->result[r * channels + c] =
                layer->in[0][r * channels + c] + table[c * positions + r % positions];
}

INS_VECTORIZED static void add_constants(const ins_layer *layer, size_t rows)
{
    const size_t units = layer->plan->units;
    const real *restrict added = ((const ins_positions_state *)layer->state)->added;
    for (size_t r = 0; r < rows; r++) {
        const real *restrict x = layer->in[0] + r * units;
        real *restrict y = layer->result + r * units;
#pragma omp simd
        for (size_t i = 0; i < units; i++) y[i] = x[i] + added[i];
    }
}

void ins_positions_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    if (is_learned(layer->plan))
        add_learned(layer, rows);
    else
        add_constants(layer, rows);
}

static void find_gradient(const ins_layer *layer, size_t rows)
{
    const ins_learned *table = &layer->tensor[0];
    const size_t positions = table->place.inputs, channels = table->place.units;
    for (size_t c = 0; c < channels; c++)
        for (size_t t = 0; t < positions; t++) {
            double sum = 0;
            for (size_t r = 0; r < rows; r++)
                sum += (double)layer->delta[(r * positions + t) * channels + c];
            table->gradient[c * positions + t] = (real)(sum / (double)rows);
        }
}

void ins_positions_backward(ins_layer *layer, size_t rows)
{
    if (is_learned(layer->plan)) find_gradient(layer, rows);
    if (layer->in_delta[0] != NULL)
        memcpy(layer->in_delta[0], layer->delta, rows * layer->plan->units * sizeof(real));
}
