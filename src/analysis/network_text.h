/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the text of a network tells of it, where layers.csv and network.csv tell nothing: its norms,
 * and what its borders take. */
#ifndef NETWORK_TEXT_H
#define NETWORK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ins_network_facts {
    bool known;             /* there is a text that could be read */
    bool blocks;            /* it has residual blocks */
    bool normalized;        /* it has a norm somewhere */
    const char *norm;       /* the one kind of norm that it has: "bn"; NULL: none, or several */
    bool batch_norm;        /* it has batch norm somewhere */
    double momentum;        /* largest share that a moving average of its batch norms keeps */
    size_t batch_norms;     /* outside of residual blocks */
    size_t late_norms;      /* layer norms behind an activation, likewise */
    bool attention, causal; /* it has attention, and some of it with a causal mask */
    const char *positions;  /* "sine", "learned": what is added to what the first layer of weights
                               puts out; NULL: nothing, or behind other layers */
    bool norms_first, norms_last; /* residual blocks begin with a norm; a norm follows one */
    size_t convolutions;          /* with zero padding, outside of residual blocks */
    size_t rows, columns; /* of the map that the last of these reads; columns 1: a sequence */
    double border; /* share of the second moment that zero padding leaves behind the last of them,
                      of kernels whose taps are alike: the mean of t over each axis, where t is 1
                      before the first and then what the kernel's taps within bounds see. NAN: there
                      are none, or not all is known */
} ins_network_facts;

/* network: "input(8,8,1),conv(16,3),act,gmean"; NULL and shapes of dense layers are known as well.
 */
ins_network_facts ins_network_facts_of(const char *network);

/* A layer of weights, as the text has it, and what stands around it. */
typedef struct ins_text_layer {
    double groups; /* of a convolution; 1 of dense layers, 0 of a depthwise one: as many as there
                      are channels */
    double multiplier; /* of a depthwise one: outputs of a channel; else 1 */
    bool pooled;       /* between the last layer of weights and this one nothing but activations and
                          max pooling changes values */
    double eps;        /* of the batch norm that reads it; NAN: none does, or not it alone */
    bool eps_of_activation; /* what that norm reads is its activation, not z */
} ins_text_layer;

/* The layers of weights but the output, in the order of the logs, into at most so many places; 0:
 * there are more, or not all kinds are known to number one each. */
size_t ins_network_layers_of(const char *network, ins_text_layer *out, size_t most);

/* Two texts are one but for numbers and the name before them: networks that differ in sizes. */
bool ins_network_texts_alike(const char *a, const char *b);

#endif
