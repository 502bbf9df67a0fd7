/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The network: one block of memory, and the passes through its layers. */
#include <config.h>

#include "initscope/network.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"

#include "network_internal.h"

/* The pieces of the block that run through all layers, in their order in memory. */
enum { PART_VALUES, PART_GRADIENTS, PART_STATE, PART_BUFFERS, PARTS };

/* A layer that changes its delta in place, for what it reads is read by nobody else, needs none. */
static bool borrows_delta(const ins_design *design, const ins_layer_plan *plan)
{
    const ins_layer_plan *read = &design->layer[plan->input[0]];
    return plan->kind->in_place && read->learns && read->readers == 1;
}

static void carve_buffers(const ins_design *design, ins_layer *layer, ins_carver *carver)
{
    const ins_layer_plan *plan = layer->plan;
    if (plan->kind->forward != NULL)
        layer->result = ins_carve_matrix(carver, design->capacity, plan->units, sizeof(real));
    if (plan->learns && !borrows_delta(design, plan))
        layer->delta = ins_carve_matrix(carver, design->capacity, plan->units, sizeof(real));
    if (plan->kind->buffers != NULL) plan->kind->buffers(layer, design->capacity, carver);
}

static void carve_part(int part, const ins_design *design, ins_layer *layer, ins_carver *carver)
{
    const size_t slots = ins_network_slots(design);
    if (part == PART_BUFFERS) carve_buffers(design, layer, carver);
    for (size_t t = 0; t < layer->tensors; t++) {
        ins_learned *tensor = &layer->tensor[t];
        const size_t units = tensor->place.units, inputs = tensor->place.inputs;
        if (part == PART_VALUES)
            tensor->value = ins_carve_matrix(carver, units, inputs, sizeof(real));
        if (part == PART_GRADIENTS)
            tensor->gradient = ins_carve_matrix(carver, units, inputs, sizeof(real));
        if (part == PART_STATE)
            tensor->state = ins_carve_matrix(carver, units, inputs, slots * sizeof(real));
    }
}

/* Elements of the widest layer that several others read. */
static size_t widest_shared(const ins_design *design)
{
    size_t units = 0;
    for (size_t i = 0; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        if (plan->readers > 1 && plan->learns && plan->units > units) units = plan->units;
    }
    return units;
}

static size_t largest_scratch(const ins_design *design)
{
    size_t most = 0;
    for (size_t i = 0; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        const size_t needs =
            plan->kind->scratch != NULL ? plan->kind->scratch(plan, design->capacity) : 0;
        if (needs > most) most = needs;
    }
    return most;
}

static size_t count_tensors(const ins_design *design)
{
    ins_learned list[INS_LAYER_TENSORS];
    size_t count = 0;
    for (size_t i = 0; i < design->layers; i++) count += ins_plan_tensors(&design->layer[i], list);
    return count;
}

/* Where each layer finds the delta that it passes back. Of several readers of a layer the last one,
 * whose turn is first, writes; the others write to the spare, which is added. */
static void connect_deltas(ins_network *network)
{
    const ins_design *design = &network->design;
    for (size_t i = 0; i < design->layers; i++) {
        ins_layer *layer = &network->layer[i];
        if (layer->delta == NULL && layer->plan->learns)
            layer->delta = network->layer[layer->plan->input[0]].delta;
    }
    for (size_t i = design->layers; i-- > 0;) {
        ins_layer *layer = &network->layer[i];
        for (size_t k = layer->plan->kind->reads; k-- > 0;) {
            ins_layer *read = &network->layer[layer->plan->input[k]];
            if (read->delta == NULL) continue;
            layer->in_delta[k] = read->claimed ? network->spare[k] : read->delta;
            read->claimed = true;
        }
    }
}

/* Which matrix is where. */
static void number_matrices(ins_network *network)
{
    for (size_t i = 0; i < network->design.layers; i++) {
        const ins_layer *layer = &network->layer[i];
        ins_matrix *matrix = NULL;
        for (size_t t = 0; t < layer->tensors; t++) {
            const ins_tensor_place *place = &layer->tensor[t].place;
            if (ins_role_is_matrix(place->role)) {
                matrix = &network->matrix[place->layer - 1];
                *matrix = (ins_matrix){.layer = i, .first = t, .activation = i};
            }
            if (matrix != NULL) matrix->tensors++;
        }
        if (layer->plan->kind->reads > 1 && layer->plan->number > 0)
            network->matrix[layer->plan->number - 1].stream = i;
        if (layer->plan->kind->activates && layer->plan->follows > 0) {
            matrix = &network->matrix[layer->plan->follows - 1];
            if (matrix->activation == matrix->layer) matrix->activation = i;
        }
    }
}

static ins_layer layer_of(const ins_layer_plan *plan, ins_learned *tensor)
{
    return (ins_layer){.plan = plan, .tensors = ins_plan_tensors(plan, tensor), .tensor = tensor};
}

/* The network's own copy of a design, and layers without buffers. */
static void begin(ins_network *network, const ins_design *design, ins_layer_plan *plan)
{
    network->design = *design;
    network->design.layer = plan;
    for (size_t i = 0; i < design->layers; i++) {
        plan[i] = design->layer[i];
        network->couples |= plan[i].kind->couples;
        network->layer[i] = layer_of(&plan[i], network->tensor + network->tensors);
        network->tensors += network->layer[i].tensors;
    }
    for (size_t t = 0; t < network->tensors; t++) {
        network->tensor[t].rate = 1;
        network->tensor[t].count = network->tensor[t].place.units * network->tensor[t].place.inputs;
    }
}

/* The layout of the block, both its size (while the carver counts) and its pointers. Returns the
 * network at the start of the block, NULL while counting. */
static ins_network *lay_out(const ins_design *design, ins_carver *carver)
{
    const size_t layers = design->layers;
    ins_network *network = ins_carve(carver, 1, sizeof *network);
    ins_layer_plan *plan = ins_carve(carver, layers, sizeof *plan);
    ins_layer *layer = ins_carve(carver, layers, sizeof *layer);
    ins_learned *tensor = ins_carve(carver, count_tensors(design), sizeof *tensor);
    ins_matrix *matrix = ins_carve(carver, design->depth, sizeof *matrix);
    void *rng = ins_carve(carver, 1, gsl_rng_mt19937->size);
    if (network != NULL) {
        *network = (ins_network){
            .layer = layer, .tensor = tensor, .matrix = matrix, .rng = {gsl_rng_mt19937, rng}};
        begin(network, design, plan);
    }
    for (size_t i = 0; i < layers; i++) {
        const size_t size = design->layer[i].kind->state_size;
        void *state = ins_carve(carver, 1, size);
        if (network != NULL && size > 0) layer[i].state = state;
    }
    const size_t start = carver->used;
    size_t end = start;
    for (int part = 0; part < PARTS; part++) {
        if (part == PART_BUFFERS && network != NULL)
            memset(carver->base + start, 0, carver->used - start);
        for (size_t i = 0; i < layers; i++) {
            ins_learned list[INS_LAYER_TENSORS];
            ins_layer counted = layer_of(&design->layer[i], list);
            carve_part(part, design, network != NULL ? &layer[i] : &counted, carver);
        }
        if (part == PART_VALUES) end = carver->used;
    }
    ins_fit *fit = ins_carve(carver, ins_design_outputs(design), sizeof *fit);
    real *prediction =
        ins_carve_matrix(carver, design->capacity, ins_design_outputs(design), sizeof(real));
    for (size_t k = 0; k < INS_LAYER_INPUTS; k++) {
        real *spare =
            ins_carve_matrix(carver, design->capacity, widest_shared(design), sizeof(real));
        if (network != NULL) network->spare[k] = spare;
    }
    real *scratch = ins_carve(carver, largest_scratch(design), sizeof *scratch);
    if (network == NULL) return NULL;
    for (size_t i = 0; i < layers; i++) {
        layer[i].scratch = scratch;
        layer[i].multiplier = 1;
    }
    network->fit = fit;
    network->prediction = prediction;
    network->parameter = (real *)(void *)(carver->base + start);
    network->parameters = (end - start) / sizeof(real);
    connect_deltas(network);
    number_matrices(network);
    return network;
}

static ins_status check_dimension(size_t value, const char *what, ins_error *error)
{
    if (value >= 1 && value <= INT_MAX) return INS_OK;
    return ins_error_add(error, INS_USAGE,
                         "network: the number of %s must be in [1, %d] (got \"%zu\")", what,
                         INT_MAX, value);
}

/* Every layer has a width, and somebody who reads it; the last one has something to learn. */
static ins_status check_design(const ins_design *design, ins_error *error)
{
    ins_status status = check_dimension(design->capacity, "rows", error);
    for (size_t i = 0; status == INS_OK && i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        const bool last = i + 1 == design->layers;
        status = check_dimension(plan->units, i == 0 ? "inputs" : "units of a layer", error);
        if (status == INS_OK && (last ? !plan->learns : plan->readers == 0))
            status = ins_error_add(error, INS_USAGE, "network: layer %zu, %s, %s", i,
                                   plan->kind->entry.name,
                                   last ? "ends a network without weights" : "is read by no other");
    }
    return status;
}

ins_status ins_network_size(const ins_design *design, size_t *bytes, ins_error *error)
{
    const ins_status status = check_design(design, error);
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

void ins_network_forward_some(ins_network *network, const real *x, size_t rows, ins_pass pass,
                              size_t count)
{
    network->rows = rows;
    network->shown = pass == INS_PASS_TRAIN || count < network->design.layers ? NULL : x;
    network->pass = pass;
    network->layer[0].output = x;
    for (size_t i = 1; i < count; i++) {
        ins_layer *layer = &network->layer[i];
        const ins_layer_plan *plan = layer->plan;
        for (size_t k = 0; k < plan->kind->reads; k++)
            layer->in[k] = network->layer[plan->input[k]].output;
        layer->output = layer->result;
        plan->kind->forward(layer, rows, pass);
    }
}

void ins_network_forward(ins_network *network, const real *x, size_t rows, ins_pass pass)
{
    ins_network_forward_some(network, x, rows, pass, network->design.layers);
}

/* Without layers that couple rows a test pass shows the same. */
void ins_network_show(ins_network *network, const real *x, size_t rows)
{
    const bool alike = network->pass == INS_PASS_PROBE || !network->couples;
    if (network->shown == x && network->rows == rows && alike) return;
    ins_network_forward(network, x, rows, INS_PASS_PROBE);
}

static const ins_layer *last_of(const ins_network *network)
{
    return &network->layer[network->design.layers - 1];
}

ins_tally ins_network_tally(ins_network *network)
{
    memset(network->fit, 0, last_of(network)->plan->units * sizeof *network->fit);
    return (ins_tally){.fit = network->fit};
}

void ins_network_compare(const ins_network *network, ins_targets targets, ins_tally *tally)
{
    const ins_layer *last = last_of(network);
    network->design.loss->add(tally, network->rows, last->plan->units, last->output, targets);
}

void ins_network_predict(ins_network *network)
{
    const ins_layer *last = last_of(network);
    network->design.loss->predict(network->rows, last->plan->units, last->output,
                                  network->prediction);
}

/* What a layer passed back into a spare is added to what its other readers did. */
static void add_spares(ins_network *network, const ins_layer *layer)
{
    for (size_t k = 0; k < layer->plan->kind->reads; k++) {
        const real *spare = layer->in_delta[k];
        real *delta = network->layer[layer->plan->input[k]].delta;
        if (spare == delta) continue;
        for (size_t i = 0; i < network->rows * layer->plan->inputs[k]; i++) delta[i] += spare[i];
    }
}

void ins_network_backward(ins_network *network, ins_targets targets)
{
    const ins_layer *last = last_of(network);
    ins_network_predict(network);
    network->design.loss->delta(network->rows, last->plan->units, network->prediction, targets,
                                last->delta);
    for (size_t i = network->design.layers; i-- > 0;) {
        ins_layer *layer = &network->layer[i];
        if (layer->delta == NULL) continue;
        layer->plan->kind->backward(layer, network->rows);
        add_spares(network, layer);
    }
}

/* Cuts the gradient of all that is learned to the length that it may have. */
static void clip_gradient(const ins_network *network)
{
    double square = 0;
    for (size_t t = 0; t < network->tensors; t++) {
        const ins_learned *tensor = &network->tensor[t];
        for (size_t i = 0; i < tensor->count; i++)
            square += (double)tensor->gradient[i] * (double)tensor->gradient[i];
    }
    if (!(sqrt(square) > network->design.clip)) return;
    const real factor = (real)(network->design.clip / sqrt(square));
    for (size_t t = 0; t < network->tensors; t++) {
        const ins_learned *tensor = &network->tensor[t];
        for (size_t i = 0; i < tensor->count; i++) tensor->gradient[i] *= factor;
    }
}

void ins_network_update(ins_network *network)
{
    const ins_design *design = &network->design;
    const ins_optimizer *row = (const ins_optimizer *)design->optimizer.entry;
    ins_step step = {.p = design->optimizer.value};
    step.update = ++network->updates;
    network->shown = NULL;
    if (design->clip > 0) clip_gradient(network);
    for (size_t t = 0; t < network->tensors; t++) {
        const ins_learned *tensor = &network->tensor[t];
        step.learning_rate = design->learning_rate * tensor->rate;
        step.weight_decay = ins_role_is_matrix(tensor->place.role) ? design->weight_decay : 0;
        row->update(&step, tensor->count, tensor->value, tensor->gradient, tensor->state);
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

const ins_design *ins_network_design(const ins_network *network)
{
    return &network->design;
}

size_t ins_network_depth(const ins_network *network)
{
    return network->design.depth;
}

size_t ins_network_capacity(const ins_network *network)
{
    return network->design.capacity;
}

const ins_learned *ins_network_tensors(const ins_network *network, size_t *count)
{
    *count = network->tensors;
    return network->tensor;
}

ins_matrix_view ins_network_matrix(const ins_network *network, size_t number)
{
    const ins_matrix *matrix = &network->matrix[number - 1];
    const ins_layer *layer = &network->layer[matrix->layer];
    const ins_layer *after = &network->layer[matrix->activation];
    const ins_tensor_place *place = &layer->tensor[matrix->first].place;
    const ins_layer_kind *kind = layer->plan->kind;
    const bool inside = kind->inside != NULL;
    const ins_matrix_pass pass = kind->matrix != NULL
                                     ? kind->matrix(layer, network->rows, place)
                                     : (ins_matrix_pass){.input = layer->in[0],
                                                         .preactivation = layer->result,
                                                         .delta = layer->delta};
    const ins_shape steps = {
        .axes = 1, .extent = {pass.steps > 0 ? pass.steps : 1, 1}, .channels = place->units};
    const real *output = layer == last_of(network) ? network->prediction : after->output;
    return (ins_matrix_view){
        .units = place->units,
        .inputs = place->inputs,
        .reads = layer->plan->reads[0],
        .shape = inside ? steps : layer->plan->shape,
        .activated = inside ? steps : after->plan->shape,
        .tensors = matrix->tensors,
        .tensor = &layer->tensor[matrix->first],
        .steps = pass.steps,
        .state = pass.state,
        .function = inside           ? kind->inside(layer->plan, place)
                    : after != layer ? &after->plan->choice
                                     : NULL,
        .input = pass.input,
        .shown = pass.input == NULL ||
                 (!place->inner && network->layer[layer->plan->input[0]].plan->shown),
        .preactivation = pass.preactivation,
        .activation = inside ? pass.activation : output,
        .delta = pass.delta,
        .attention = kind->attention != NULL && place->inner ? kind->attention(layer)
                                                             : (ins_attention_pass){0},
        .stream = matrix->stream > 0 ? network->layer[matrix->stream].output : NULL,
        .streamed = network->layer[matrix->stream].plan->shape,
    };
}

const ins_learned *ins_matrix_tensor(const ins_matrix_view *view, ins_role role)
{
    for (size_t t = 0; t < view->tensors; t++) {
        if (view->tensor[t].place.role == role) return &view->tensor[t];
    }
    return NULL;
}
