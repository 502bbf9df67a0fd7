/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Initial weights: which row fills which tensor from which stream, and the rows that then adapt the
 * layers to data. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/forget.h"
#include "initscope/network.h"
#include "initscope/random.h"
#include "initscope/residual.h"

#include "network_internal.h"

static const ins_initializer *row_of(const ins_choice *choice)
{
    return (const ins_initializer *)choice->entry;
}

/* A gain that names an activation, and what an activation decides, must have their numbers by now.
 */
static ins_status check_gains(const ins_choice *choice, ins_error *error)
{
    for (size_t i = 0; i < INS_PARAMETERS && choice->entry->parameters[i].name != NULL; i++) {
        if (isnan(choice->value[i]))
            return ins_error_add(error, INS_INTERNAL, "%s: %s has no value (got \"%s\")",
                                 choice->entry->name, choice->entry->parameters[i].name,
                                 choice->word[i] != NULL ? choice->word[i] : "");
    }
    if (row_of(choice)->critical && !(choice->value[INS_CRITICAL_WEIGHT] > 0))
        return ins_error_add(error, INS_INTERNAL, "%s: sigma_w has no value", choice->entry->name);
    return INS_OK;
}

static bool is_table(const ins_layer_plan *plan)
{
    ins_learned list[INS_LAYER_TENSORS];
    return ins_plan_tensors(plan, list) > 0 && list[0].place.role == INS_ROLE_TABLE;
}

const ins_choice *ins_weights_of(const ins_design *design, size_t layer,
                                 const ins_initialization *initialization)
{
    const ins_layer_plan *plan = &design->layer[layer];
    if (plan->weights != NULL) return plan->weights;
    if (initialization->embedding != NULL && is_table(plan)) return initialization->embedding;
    if (layer + 1 == design->layers) return initialization->output;
    return plan->number == 1 && initialization->first != NULL ? initialization->first
                                                              : initialization->hidden;
}

const ins_choice *ins_recurrent_of(const ins_design *design, size_t layer,
                                   const ins_initialization *initialization)
{
    const ins_choice *own = design->layer[layer].recurrent;
    const ins_choice *weights = ins_weights_of(design, layer, initialization);
    if (own != NULL) return own;
    return row_of(weights)->recurrent || initialization->recurrent == NULL
               ? weights
               : initialization->recurrent;
}

const ins_choice *ins_forget_of(const ins_design *design, size_t layer,
                                const ins_initialization *initialization)
{
    const ins_choice *own = design->layer[layer].forget;
    if (own != NULL) return own;
    const ins_initializer *row = row_of(ins_weights_of(design, layer, initialization));
    return row->recurrent ? row->forget : initialization->forget;
}

/* A bias comes from its matrix' own row where that has a say, else, as one without a matrix (NULL),
 * from the bias initializer. */
static ins_status fill_bias(const ins_learned *bias, const ins_learned *matrix,
                            const ins_choice *weights, const ins_choice *biases, gsl_rng *rng,
                            ins_error *error)
{
    const bool own = matrix != NULL && row_of(weights)->fill_bias != NULL;
    const ins_choice *choice = own ? weights : biases;
    const ins_initializer *row = row_of(choice);
    if (matrix != NULL && row->fill_bias != NULL)
        return row->fill_bias(choice, matrix->place, rng, bias->value, error);
    return row->fill(choice, bias->place, rng, bias->value, error);
}

/* The place of a matrix with its mirror: an autoencoder's decoder lies opposite its encoder. */
static ins_tensor_place with_mirror(const ins_network *network, ins_tensor_place place)
{
    const size_t opposite = network->design.depth + 1 - place.layer;
    if (opposite >= place.layer) return place;
    const ins_learned *other = ins_network_matrix(network, opposite).tensor;
    if (other->place.units == place.inputs && other->place.inputs == place.units)
        place.mirror = other->value;
    return place;
}

/* What the start of a residual network makes of weights that are drawn. */
static double start_of_weights(const ins_network *network, const ins_layer *layer,
                               ins_tensor_place place)
{
    const ins_choice *start = layer->plan->start;
    if (place.layer < network->design.depth) return ins_residual_weight(start, place);
    return network->design.zero_output ? 0 : 1;
}

static void multiply(const ins_learned *tensor, double factor)
{
    if (factor == 1) return;
    for (size_t i = 0; i < tensor->count; i++)
        tensor->value[i] = (real)((double)tensor->value[i] * factor);
}

static ins_status fill_matrix(ins_network *network, const ins_layer *layer,
                              const ins_learned *tensor, const ins_choice *weights,
                              const ins_initialization *initialization, ins_error *error)
{
    ins_tensor_place place = with_mirror(network, tensor->place);
    const uint32_t seed = initialization->seed;
    if (initialization->prescribed != NULL)
        place.prescribed = initialization->prescribed[place.layer - 1];
    if (row_of(weights)->prescribed && !(place.prescribed > 0))
        return ins_error_add(error, INS_INTERNAL, "%s: layer %zu has no deviation",
                             weights->entry->name, place.layer);
    const size_t part =
        row_of(weights)->packed && place.role == INS_ROLE_RECURRENT ? place.gate : 0;
    ins_random_stream(&network->rng, seed, INS_FOR_WEIGHTS, place.layer - part);
    const ins_status status =
        row_of(weights)->fill(weights, place, &network->rng, tensor->value, error);
    if (status == INS_OK && !row_of(weights)->as_saved)
        multiply(tensor, start_of_weights(network, layer, place));
    return status;
}

/* Factors and offsets start where their layer says, unless the initializer, of the gamma of a norm,
 * or the residual block has a say. */
static void fill_scale(const ins_layer *layer, const ins_learned *tensor, const ins_choice *weights,
                       gsl_rng *rng)
{
    const ins_choice *start = layer->plan->start;
    const bool gamma = layer->plan->kind->norm && tensor->start == 1;
    const double deviation = gamma ? row_of(weights)->gamma_deviation : 0;
    const bool zero = start != NULL && ((const ins_residual_start *)start->entry)->zero_norm &&
                      tensor->place.last_norm;
    for (size_t i = 0; i < tensor->count; i++) {
        tensor->value[i] = zero ? 0 : (real)tensor->start;
        if (deviation > 0 && !zero) tensor->value[i] += (real)(deviation * ins_random_normal(rng));
    }
}

/* What an initializer changes of the training. */
static void set_rates(ins_network *network, ins_layer *layer, const ins_choice *weights)
{
    const ins_initializer *row = row_of(weights);
    const bool adaptive = ((const ins_optimizer *)network->design.optimizer.entry)->adaptive;
    layer->multiplier = 1;
    for (size_t t = 0; t < layer->tensors; t++) {
        ins_learned *tensor = &layer->tensor[t];
        tensor->rate = row->rate != NULL ? row->rate(weights->value, tensor->place, adaptive) : 1;
        if (row->multiplier != NULL && tensor->place.output &&
            ins_role_is_matrix(tensor->place.role))
            layer->multiplier = row->multiplier(weights->value, tensor->place);
    }
}

/* One tensor of a layer; matrix is the one before it, or itself; NULL: there is none. */
static ins_status fill_tensor(ins_network *network, const ins_layer *layer,
                              const ins_learned *tensor, const ins_learned *matrix,
                              const ins_choice *weights, const ins_initialization *initialization,
                              ins_error *error)
{
    const uint32_t seed = initialization->seed;
    switch (tensor->place.role) {
    case INS_ROLE_WEIGHT:
    case INS_ROLE_RECURRENT:
    case INS_ROLE_TABLE:
        return fill_matrix(network, layer, tensor, weights, initialization, error);
    case INS_ROLE_BIAS:
        ins_random_stream(&network->rng, seed, INS_FOR_BIASES, tensor->place.layer);
        return fill_bias(tensor, matrix, weights, initialization->bias, &network->rng, error);
    case INS_ROLE_SCALE:
        ins_random_stream(&network->rng, seed, INS_FOR_SCALES, layer - network->layer);
        fill_scale(layer, tensor, weights, &network->rng);
    }
    return INS_OK;
}

/* The first bias of this gate of a layer; NULL: there is none. */
static const ins_learned *bias_of_gate(const ins_layer *layer, const char *part)
{
    for (size_t t = 0; t < layer->tensors; t++) {
        const ins_tensor_place *place = &layer->tensor[t].place;
        if (place->role == INS_ROLE_BIAS && place->part != NULL && strcmp(place->part, part) == 0)
            return &layer->tensor[t];
    }
    return NULL;
}

/* The bias of the forget gate, and of the input gate where that is its mirror. */
static void start_forgetting(ins_network *network, const ins_layer *layer, const ins_choice *start,
                             uint32_t seed)
{
    const ins_learned *forget = bias_of_gate(layer, "f"), *input = bias_of_gate(layer, "i");
    if (start == NULL || forget == NULL) return;
    const ins_forget_bias *row = (const ins_forget_bias *)start->entry;
    ins_random_stream(&network->rng, seed, INS_FOR_BIASES, forget->place.layer);
    row->fill(start->value, forget->count, &network->rng, forget->value);
    for (size_t i = 0; row->mirrored && i < input->count; i++) input->value[i] = -forget->value[i];
}

static ins_status fill_layer(ins_network *network, const ins_layer *layer,
                             const ins_choice *weights, const ins_initialization *initialization,
                             ins_error *error)
{
    const size_t index = (size_t)(layer - network->layer);
    const ins_choice *recurrent = ins_recurrent_of(&network->design, index, initialization);
    const ins_learned *matrix = NULL;
    ins_status status = check_gains(weights, error);
    if (status == INS_OK) status = check_gains(recurrent, error);
    for (size_t t = 0; status == INS_OK && t < layer->tensors; t++) {
        const ins_learned *tensor = &layer->tensor[t];
        if (ins_role_is_matrix(tensor->place.role)) matrix = tensor;
        const bool own = matrix != NULL && matrix->place.role == INS_ROLE_RECURRENT;
        status = fill_tensor(network, layer, tensor, matrix, own ? recurrent : weights,
                             initialization, error);
    }
    if (status == INS_OK)
        start_forgetting(network, layer, ins_forget_of(&network->design, index, initialization),
                         initialization->seed);
    return status;
}

static double deviation(const real *z, size_t n)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += (double)z[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) square += ((double)z[i] - mean) * ((double)z[i] - mean);
    return sqrt(square / (double)n);
}

/* What the output is proportional to: of several matrices the one that reads what the others made.
 */
static void scale_matrices(const ins_layer *layer, double factor)
{
    bool inner = false;
    for (size_t t = 0; t < layer->tensors; t++) inner |= layer->tensor[t].place.inner;
    for (size_t t = 0; t < layer->tensors; t++) {
        const ins_tensor_place *place = &layer->tensor[t].place;
        if (ins_role_is_matrix(place->role) && place->inner == inner)
            multiply(&layer->tensor[t], factor);
    }
}

/* Lets a row that looks at data scale the layer at index, the layers before it being final. */
static ins_status adapt_layer(ins_network *network, size_t index, const ins_choice *weights,
                              const ins_samples *probe, ins_error *error)
{
    const ins_layer *layer = &network->layer[index];
    const size_t capacity = network->design.capacity;
    if (probe == NULL)
        return ins_error_add(error, INS_INTERNAL, "%s: there is no probe batch",
                             weights->entry->name);
    const size_t rows = probe->rows < capacity ? probe->rows : capacity;
    for (size_t tries = 0;; tries++) {
        ins_network_forward_some(network, probe->x, rows, INS_PASS_PROBE, index + 1);
        const double factor = row_of(weights)->adapt(
            weights->value, deviation(layer->output, rows * layer->plan->units), tries);
        if (factor == 1) return INS_OK;
        scale_matrices(layer, factor);
    }
}

/* A branch that starts with zeros adds nothing to a stream whose channels differ. */
static bool starts_at_zero(const ins_layer *layer)
{
    return layer->tensors > 0 &&
           ins_residual_weight(layer->plan->start, layer->tensor[0].place) == 0;
}

/* Whether some hidden layer's units are all the same. Such a network stays symmetric for ever, if
 * only the products do not round its units differently. */
static bool is_symmetric(const ins_network *network)
{
    for (size_t i = 0; i + 1 < network->design.layers; i++) {
        const ins_layer *layer = &network->layer[i];
        if (layer->plan->kind->symmetric != NULL && layer->plan->kind->symmetric(layer) &&
            !starts_at_zero(layer))
            return true;
    }
    return false;
}

/* Nothing of an earlier training remains. */
static void forget(ins_network *network, uint32_t seed)
{
    const size_t slots = ins_network_slots(&network->design);
    network->updates = 0;
    for (size_t t = 0; t < network->tensors; t++) {
        const ins_learned *tensor = &network->tensor[t];
        memset(tensor->state, 0, tensor->count * slots * sizeof(real));
        memset(tensor->gradient, 0, tensor->count * sizeof(real));
    }
    for (size_t i = 0; i < network->design.layers; i++) {
        ins_layer *layer = &network->layer[i];
        if (layer->plan->kind->reset != NULL) layer->plan->kind->reset(layer, seed);
    }
}

ins_status ins_network_initialize(ins_network *network, const ins_initialization *initialization,
                                  ins_error *error)
{
    const size_t layers = network->design.layers;
    ins_status status = check_gains(initialization->bias, error);
    for (size_t i = 0; i < layers; i++) network->layer[i].uniform = false;
    for (size_t i = 0; status == INS_OK && i < layers; i++) {
        ins_layer *layer = &network->layer[i];
        const ins_choice *weights = ins_weights_of(&network->design, i, initialization);
        if (layer->tensors == 0) continue;
        set_rates(network, layer, weights);
        status = fill_layer(network, layer, weights, initialization, error);
        /* What has its matrices inside has no z whose size follows theirs. */
        if (status == INS_OK && row_of(weights)->adapt != NULL && layer->plan->kind->inside == NULL)
            status = adapt_layer(network, i, weights, initialization->probe, error);
    }
    forget(network, initialization->seed);
    const bool uniform = is_symmetric(network);
    network->shown = NULL;
    for (size_t i = 0; i < layers; i++) network->layer[i].uniform = uniform;
    return status;
}
