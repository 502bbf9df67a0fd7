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

/* The largest z and the largest activation do not belong together. */
static bool is_changed(const ins_study *study, const ins_arm *arm, const ins_graph_layer *layer)
{
    const double slack = 0.02, least = 1; /* relative; where all of them rise */
    ins_site at = {arm->run[0], study->start, layer->number, INS_PREACTIVATION};
    double z = ins_number(study, INS_LAYERS_MAXIMUM, at);
    at.tensor = INS_ACTIVATION;
    double a = ins_number(study, INS_LAYERS_MAXIMUM, at);
    size_t i = 0;
    while (i < ACTIVATIONS && strcmp(activations[i].name, layer->activation) != 0) i++;
    if (i == ACTIVATIONS || !isfinite(z) || !isfinite(a)) return false;
    double expected = activations[i].of(z);
    bool rises = activations[i].of == same ? z > 0 : z > least;
    return rises && fabs(a / expected - 1) > slack;
}

static bool is_broken(const ins_study *study, const ins_arm *arm)
{
    for (size_t i = 0; i < arm->listed; i++) {
        const ins_graph_layer *layer = &arm->graph[i];
        bool between = layer->number < ins_hidden_layers(arm);
        if (between && layer->activation != NULL && is_changed(study, arm, layer)) return true;
    }
    return false;
}

/* Of networks that are told as a text, the text says where norms stand. */
void ins_study_break_chains(ins_study *study)
{
    ins_arm *arm = ins_arena_get(study->index->arena, study->arms + 1, sizeof *arm, "the arms");
    memcpy(arm, study->arm, study->arms * sizeof *arm);
    for (size_t a = 0; a < study->arms; a++) {
        bool told = arm[a].network != NULL && *arm[a].network != '\0';
        arm[a].unlisted = !told && is_broken(study, &arm[a]);
        if (arm[a].unlisted) arm[a].chain = false;
    }
    study->arm = arm;
}
