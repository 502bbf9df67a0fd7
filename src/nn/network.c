/* The network: one block of memory, the passes through its layers, the loss. */
#include <config.h>

#include "initscope/network.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>

#include "initscope/memory.h"

#include "network_internal.h"

/* The pieces of the block that run through all layers, in their order in memory. */
enum { PART_VALUES, PART_GRADIENTS, PART_STATE, PART_BUFFERS, PARTS };

static size_t layer_count(const ins_design *design)
{
    return design->hidden_count * (design->dropout > 0 ? 2 : 1) + 1;
}

/* The layer at a position: each hidden layer is dense, then dropout if any; the last is dense. */
static ins_layer plan(const ins_design *design, size_t index)
{
    const size_t stride = design->dropout > 0 ? 2 : 1, hidden = index / stride;
    const bool dropout = index % stride == 1, output = hidden == design->hidden_count;
    ins_layer layer = {.type = dropout ? &ins_dropout : &ins_dense, .number = hidden + 1};
    layer.inputs = hidden == 0 ? design->inputs : design->hidden[hidden - 1];
    if (dropout) layer.inputs = design->hidden[hidden];
    layer.units = output ? design->classes : design->hidden[hidden];
    layer.rate = design->dropout;
    layer.activation = output ? NULL : &design->activation;
    layer.type->shape(&layer);
    return layer;
}

static void carve_part(int part, ins_layer *layer, size_t slots, size_t capacity,
                       ins_carver *carver)
{
    ins_tensor_block *const tensors[] = {&layer->weight, &layer->bias};
    if (part == PART_BUFFERS) {
        layer->type->buffers(layer, capacity, carver);
        return;
    }
    for (size_t t = 0; t < 2; t++) {
        if (part == PART_VALUES)
            tensors[t]->value = ins_carve(carver, tensors[t]->count, sizeof(real));
        if (part == PART_GRADIENTS)
            tensors[t]->gradient = ins_carve(carver, tensors[t]->count, sizeof(real));
        if (part == PART_STATE)
            tensors[t]->state = ins_carve(carver, tensors[t]->count, slots * sizeof(real));
    }
}

/* The layout of the block, both its size (while the carver counts) and its pointers. Returns the
 * network at the start of the block, NULL while counting. */
static ins_network *lay_out(const ins_design *design, ins_carver *carver)
{
    const size_t slots = ((const ins_optimizer *)design->optimizer.entry)->slots;
    const size_t layers = layer_count(design), depth = design->hidden_count + 1;
    ins_network *network = ins_carve(carver, 1, sizeof *network);
    size_t *hidden = ins_carve(carver, design->hidden_count, sizeof *hidden);
    ins_layer *list = ins_carve(carver, layers, sizeof *list);
    size_t *recorded = ins_carve(carver, depth, sizeof *recorded);
    void *state = ins_carve(carver, 1, gsl_rng_mt19937->size);
    if (network != NULL) {
        *network = (ins_network){.design = *design,
                                 .layers = layers,
                                 .depth = depth,
                                 .layer = list,
                                 .recorded = recorded};
        network->rng = (gsl_rng){gsl_rng_mt19937, state};
        for (size_t i = 0; i < design->hidden_count; i++) hidden[i] = design->hidden[i];
        network->design.hidden = hidden;
        for (size_t i = 0; i < layers; i++) list[i] = plan(&network->design, i);
    }
    const size_t start = carver->used;
    size_t end = start;
    for (int part = 0; part < PARTS; part++) {
        if (part == PART_BUFFERS && network != NULL)
            memset(carver->base + start, 0, carver->used - start);
        for (size_t i = 0; i < layers; i++) {
            ins_layer counted = plan(design, i);
            carve_part(part, network != NULL ? &list[i] : &counted, slots, design->capacity,
                       carver);
        }
        if (part == PART_VALUES) end = carver->used;
    }
    if (network == NULL) return NULL;
    network->parameter = (real *)(void *)(carver->base + start);
    network->parameters = (end - start) / sizeof(real);
    for (size_t i = 0; i < layers; i++) {
        if (list[i].type->recorded) recorded[list[i].number - 1] = i;
        if (list[i].delta == NULL) list[i].delta = list[i - 1].delta;
    }
    return network;
}

static ins_status check_dimension(size_t value, const char *what, ins_error *error)
{
    if (value >= 1 && value <= INT_MAX) return INS_OK;
    return ins_error_add(error, INS_USAGE,
                         "network: the number of %s must be in [1, %d] (got \"%zu\")", what,
                         INT_MAX, value);
}

ins_status ins_network_size(const ins_design *design, size_t *bytes, ins_error *error)
{
    ins_status status = check_dimension(design->inputs, "inputs", error);
    if (status == INS_OK) status = check_dimension(design->classes, "classes", error);
    if (status == INS_OK) status = check_dimension(design->capacity, "rows", error);
    if (status == INS_OK) status = check_dimension(design->hidden_count, "hidden layers", error);
    for (size_t i = 0; status == INS_OK && i < design->hidden_count; i++)
        status = check_dimension(design->hidden[i], "units of a layer", error);
    if (status != INS_OK) return status;
    ins_carver carver = {0};
    lay_out(design, &carver);
    if (carver.overflow || carver.used > PTRDIFF_MAX)
        return ins_error_add(error, INS_USAGE,
                             "network: the layers need more memory than can be addressed");
    *bytes = carver.used;
    return INS_OK;
}

ins_status ins_network_new(const ins_design *design, ins_network **network, ins_error *error)
{
    *network = NULL;
    return ins_network_renew(design, network, error);
}

ins_status ins_network_renew(const ins_design *design, ins_network **network, ins_error *error)
{
    size_t bytes = 0, had = *network != NULL ? (*network)->bytes : 0;
    ins_status status = ins_network_size(design, &bytes, error);
    if (status != INS_OK) return status;
    if (had < bytes) {
        free(*network);
        *network = ins_reserve(bytes, 1, "a network");
        had = bytes;
    }
    ins_carver carver = {.base = (char *)*network};
    *network = lay_out(design, &carver);
    (*network)->bytes = had;
    return INS_OK;
}

void ins_network_free(ins_network *network)
{
    free(network); /* the start of its one block */
}

void ins_network_forward_some(ins_network *network, const real *x, size_t rows, bool training,
                              size_t count)
{
    const real *input = x;
    network->rows = rows;
    network->shown = training || count < network->layers ? NULL : x;
    for (size_t i = 0; i < count; i++) {
        ins_layer *layer = &network->layer[i];
        layer->type->forward(layer, input, rows, training);
        input = layer->output;
    }
}

void ins_network_forward(ins_network *network, const real *x, size_t rows, bool training)
{
    ins_network_forward_some(network, x, rows, training, network->layers);
}

void ins_network_show(ins_network *network, const real *x, size_t rows)
{
    if (network->shown == x && network->rows == rows) return;
    ins_network_forward(network, x, rows, false);
}

/* First index of the largest of z (n). */
static size_t largest(const real *z, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (z[i] > z[best]) best = i;
    }
    return best;
}

ins_score ins_network_score(const ins_network *network, const int32_t *y)
{
    const ins_layer *output = ins_network_output(network);
    ins_score score = {0, 0};
    for (size_t r = 0; r < network->rows; r++) {
        const real *z = output->z + r * output->units;
        const size_t best = largest(z, output->units), label = (size_t)y[r];
        const double top = (double)z[best];
        double sum = 0;
        for (size_t k = 0; k < output->units; k++) sum += exp((double)z[k] - top);
        score.loss += log(sum) + (top - (double)z[label]);
        score.correct += best == label;
    }
    return score;
}

void ins_network_probabilities(ins_network *network)
{
    const ins_layer *output = ins_network_output(network);
    for (size_t r = 0; r < network->rows; r++) {
        const real *z = output->z + r * output->units;
        real *p = output->a + r * output->units;
        const real top = z[largest(z, output->units)];
        real sum = 0;
        for (size_t k = 0; k < output->units; k++) {
            p[k] = exp(z[k] - top);
            sum += p[k];
        }
        for (size_t k = 0; k < output->units; k++) p[k] /= sum;
    }
}

void ins_network_backward(ins_network *network, const int32_t *y)
{
    const ins_layer *output = ins_network_output(network);
    const size_t units = output->units;
    ins_network_probabilities(network);
    for (size_t i = 0; i < network->rows * units; i++) output->delta[i] = output->a[i];
    for (size_t r = 0; r < network->rows; r++) output->delta[r * units + (size_t)y[r]] -= 1;
    for (size_t i = network->layers; i-- > 0;) {
        ins_layer *layer = &network->layer[i];
        layer->type->backward(layer, network->rows, i > 0 ? network->layer[i - 1].delta : NULL);
    }
}

void ins_network_update(ins_network *network)
{
    const ins_design *design = &network->design;
    const ins_optimizer *row = (const ins_optimizer *)design->optimizer.entry;
    ins_step step = {.p = design->optimizer.value, .learning_rate = design->learning_rate};
    step.update = ++network->updates;
    network->shown = NULL;
    for (size_t i = 0; i < network->layers; i++) {
        ins_tensor_block *const tensors[] = {&network->layer[i].weight, &network->layer[i].bias};
        for (size_t t = 0; t < 2; t++) {
            step.weight_decay = tensors[t]->decays ? design->weight_decay : 0;
            row->update(&step, tensors[t]->count, tensors[t]->value, tensors[t]->gradient,
                        tensors[t]->state);
        }
    }
}

size_t ins_network_updates(const ins_network *network)
{
    return network->updates;
}

bool ins_network_finite(const ins_network *network)
{
    size_t finite = 0;
    for (size_t i = 0; i < network->parameters; i++) finite += isfinite(network->parameter[i]) != 0;
    return finite == network->parameters;
}

size_t ins_network_depth(const ins_network *network)
{
    return network->depth;
}

size_t ins_network_capacity(const ins_network *network)
{
    return network->design.capacity;
}

ins_layer_view ins_network_layer(const ins_network *network, size_t layer)
{
    const ins_layer *found = &network->layer[network->recorded[layer - 1]];
    return (ins_layer_view){
        .units = found->units,
        .fan_in = found->inputs,
        .weight = found->weight.value,
        .bias = found->bias.value,
        .weight_gradient = found->weight.gradient,
        .bias_gradient = found->bias.gradient,
        .input = found->input,
        .preactivation = found->z,
        .activation = found->a,
        .delta = found->delta,
    };
}
