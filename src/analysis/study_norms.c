/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms that have no row: between z and what the next layer is given they stand without a number.
 *
 * An activation function that rises where z is largest takes the largest z to the largest
 * activation. Where that does not hold, something else stands between them. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <string.h>

static double same(double z)
{
    return z;
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static double swish(double z)
{
    return z * sigmoid(z);
}

static double gelu(double z)
{
    return z * erfc(-z / sqrt(2)) / 2;
}

/* As they are for large z. */
static const struct {
    const char *name;
    double (*of)(double z);
} activations[] = {{"relu", same},       {"leaky_relu", same}, {"elu", same},   {"tanh", tanh},
                   {"sigmoid", sigmoid}, {"swish", swish},     {"silu", swish}, {"gelu", gelu}};

enum { ACTIVATIONS = sizeof activations / sizeof activations[0] };

typedef enum between {
    BETWEEN_UNKNOWN,
    BETWEEN_ACTIVATION, /* and nothing else */
    BETWEEN_MORE
} between;

/* What stands between z of a layer and what is read of it: whether the largest of the one belongs
 * to the largest of the other. */
static between behind(const ins_study *study, const ins_arm *arm, const ins_graph_layer *layer)
{
    const double slack = 0.02, least = 1; /* relative; where all of them rise */
    ins_site at = {arm->run[0], study->start, layer->number, INS_PREACTIVATION};
    double z = ins_number(study, INS_LAYERS_MAXIMUM, at);
    at.tensor = INS_ACTIVATION;
    double a = ins_number(study, INS_LAYERS_MAXIMUM, at);
    size_t i = 0;
    while (i < ACTIVATIONS && strcmp(activations[i].name, layer->activation) != 0) i++;
    if (i == ACTIVATIONS || !isfinite(z) || !isfinite(a)) return BETWEEN_UNKNOWN;
    if (!(activations[i].of == same ? z > 0 : z > least)) return BETWEEN_UNKNOWN;
    return fabs(a / activations[i].of(z) - 1) > slack ? BETWEEN_MORE : BETWEEN_ACTIVATION;
}

/* The same of all hidden layers that are read by another one. */
static between of_network(const ins_study *study, const ins_arm *arm)
{
    bool known = arm->listed > 0;
    for (size_t i = 0; i < arm->listed; i++) {
        const ins_graph_layer *layer = &arm->graph[i];
        if (layer->number >= ins_hidden_layers(arm)) continue;
        between of = layer->activation != NULL ? behind(study, arm, layer) : BETWEEN_UNKNOWN;
        if (of == BETWEEN_MORE) return BETWEEN_MORE;
        known = known && of == BETWEEN_ACTIVATION;
    }
    return known ? BETWEEN_ACTIVATION : BETWEEN_UNKNOWN;
}

/* Of networks that are told as a text, the text says where norms stand. */
void ins_study_break_chains(ins_study *study)
{
    ins_arm *arm = ins_arena_get(study->index->arena, study->arms + 1, sizeof *arm, "the arms");
    memcpy(arm, study->arm, study->arms * sizeof *arm);
    for (size_t a = 0; a < study->arms; a++) {
        bool told = arm[a].network != NULL && *arm[a].network != '\0';
        between of = told ? BETWEEN_UNKNOWN : of_network(study, &arm[a]);
        arm[a].unlisted = of == BETWEEN_MORE;
        arm[a].direct = of == BETWEEN_ACTIVATION;
        if (arm[a].unlisted) arm[a].chain = false;
    }
    study->arm = arm;
}
