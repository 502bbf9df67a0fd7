/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A chain of dense layers, forward and back. */
#include <config.h>

#include "initscope/chain.h"

#include <math.h>

#include "initscope/correlation.h"
#include "initscope/gaussian.h"

/* What a layer hands on: E[x^2], and half the mean squared difference of two rows. */
typedef struct handed {
    double square, distance;
} handed;

static handed activate(const ins_chain_layer *layer, handed z, ins_chain_prediction *out)
{
    if (layer->activation == NULL) {
        out->activation = out->activation_variance = z.square;
        return z;
    }
    const ins_expectation phi = ins_expect(layer->activation, z.square);
    out->activation = phi.square;
    out->activation_variance = phi.square - phi.value * phi.value;
    if (!(z.square > 0) || !isfinite(z.square)) return (handed){phi.square, 0};
    ins_correlator correlator;
    ins_correlator_start(&correlator, layer->activation, z.square);
    const double apart = fmin(z.distance / z.square, 2);
    return (handed){phi.square, ins_correlate_apart(&correlator, apart).distance};
}

static double slope_square(const ins_chain_layer *layer, double q)
{
    return layer->activation != NULL ? ins_expect(layer->activation, q).slope_square : 1;
}

void ins_chain_predict(const ins_chain_inputs *inputs, const ins_chain_layer *layer, size_t layers,
                       ins_chain_prediction *out)
{
    handed x = {inputs->square, inputs->distance};
    for (size_t l = 0; l < layers; l++) {
        const double gain = layer[l].fan_in * layer[l].weight;
        const handed z = {gain * x.square + layer[l].bias, gain * x.distance};
        out[l] = (ins_chain_prediction){.preactivation = z.square,
                                        .signal = z.distance * (1 - 1 / inputs->rows)};
        x = activate(&layer[l], z, &out[l]);
    }
    double ratio = 1;
    for (size_t l = layers; l-- > 0;) {
        if (l + 1 < layers)
            ratio *= layer[l + 1].units * layer[l + 1].weight *
                     slope_square(&layer[l], out[l].preactivation);
        out[l].delta_ratio = ratio;
    }
}
