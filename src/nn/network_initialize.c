/* Initial weights: which row fills which tensor from which stream, and the rows that then adapt the
 * layers to data. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/network.h"
#include "initscope/random.h"

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

/* The bias comes from the weights' own row where that has a say, else from the bias initializer. */
static ins_status fill_bias(ins_layer *layer, const ins_choice *weights, const ins_choice *bias,
                            gsl_rng *rng, ins_error *error)
{
    const ins_choice *choice = row_of(weights)->fill_bias != NULL ? weights : bias;
    const ins_initializer *row = row_of(choice);
    if (row->fill_bias != NULL)
        return row->fill_bias(choice, layer->weight.shape, rng, layer->bias.value, error);
    return row->fill(choice, layer->bias.shape, rng, layer->bias.value, error);
}

static ins_status fill_layer(ins_network *network, ins_layer *layer, const ins_choice *weights,
                             const ins_initialization *initialization, ins_error *error)
{
    const uint32_t seed = initialization->seed;
    ins_status status = check_gains(weights, error);
    if (status != INS_OK) return status;
    ins_random_stream(&network->rng, seed, INS_FOR_WEIGHTS, layer->number);
    status = row_of(weights)->fill(weights, layer->weight.shape, &network->rng, layer->weight.value,
                                   error);
    if (status != INS_OK) return status;
    ins_random_stream(&network->rng, seed, INS_FOR_BIASES, layer->number);
    return fill_bias(layer, weights, initialization->bias, &network->rng, error);
}

static double deviation(const real *z, size_t n)
{
    double mean = 0, square = 0;
    for (size_t i = 0; i < n; i++) mean += (double)z[i];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) square += ((double)z[i] - mean) * ((double)z[i] - mean);
    return sqrt(square / (double)n);
}

/* Lets a row that looks at data scale the layer at index, the layers before it being final. */
static ins_status adapt_layer(ins_network *network, size_t index, const ins_choice *weights,
                              const ins_samples *probe, ins_error *error)
{
    ins_layer *layer = &network->layer[index];
    const size_t capacity = network->design.capacity;
    if (probe == NULL)
        return ins_error_add(error, INS_INTERNAL, "%s: there is no probe batch",
                             weights->entry->name);
    const size_t rows = probe->rows < capacity ? probe->rows : capacity;
    for (size_t tries = 0;; tries++) {
        ins_network_forward_some(network, probe->x, rows, false, index + 1);
        const double factor =
            row_of(weights)->adapt(weights->value, deviation(layer->z, rows * layer->units), tries);
        if (factor == 1) return INS_OK;
        for (size_t i = 0; i < layer->weight.count; i++)
            layer->weight.value[i] = (real)((double)layer->weight.value[i] * factor);
    }
}

/* Whether some hidden layer's units are all the same. Such a network stays symmetric for ever, if
 * only the products do not round its units differently. */
static bool is_symmetric(const ins_network *network)
{
    for (size_t i = 0; i + 1 < network->layers; i++) {
        const ins_layer *layer = &network->layer[i];
        const real *w = layer->weight.value, *b = layer->bias.value;
        size_t unit = 1;
        if (layer->weight.count == 0 || layer->units < 2) continue;
        while (unit < layer->units && b[unit] == b[0] &&
               memcmp(w + unit * layer->inputs, w, layer->inputs * sizeof *w) == 0)
            unit++;
        if (unit == layer->units) return true;
    }
    return false;
}

/* Nothing of an earlier training remains. */
static void forget(ins_network *network, uint32_t seed)
{
    const size_t slots = ((const ins_optimizer *)network->design.optimizer.entry)->slots;
    network->updates = 0;
    for (size_t i = 0; i < network->layers; i++) {
        ins_layer *layer = &network->layer[i];
        ins_tensor_block *const tensors[] = {&layer->weight, &layer->bias};
        for (size_t t = 0; t < 2; t++) {
            memset(tensors[t]->state, 0, tensors[t]->count * slots * sizeof(real));
            memset(tensors[t]->gradient, 0, tensors[t]->count * sizeof(real));
        }
        if (layer->type == &ins_dropout)
            ins_random_stream(&layer->rng, seed, INS_FOR_DROPOUT, layer->number);
    }
}

ins_status ins_network_initialize(ins_network *network, const ins_initialization *initialization,
                                  ins_error *error)
{
    const ins_layer *output = ins_network_output(network);
    ins_status status = check_gains(initialization->bias, error);
    for (size_t i = 0; i < network->layers; i++) network->layer[i].uniform = false;
    for (size_t i = 0; status == INS_OK && i < network->layers; i++) {
        ins_layer *layer = &network->layer[i];
        const ins_choice *weights =
            layer == output ? initialization->output : initialization->hidden;
        if (layer->weight.count == 0) continue;
        status = fill_layer(network, layer, weights, initialization, error);
        if (status == INS_OK && row_of(weights)->adapt != NULL)
            status = adapt_layer(network, i, weights, initialization->probe, error);
    }
    forget(network, initialization->seed);
    const bool uniform = is_symmetric(network);
    network->shown = NULL;
    for (size_t i = 0; i < network->layers; i++) network->layer[i].uniform = uniform;
    return status;
}
