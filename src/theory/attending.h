/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Self-attention before training: what softmax(q k^T / sqrt(d_h)) v makes of tokens, and what goes
 * back. In the limit of wide heads the logits of a query are independent Gaussian variables with
 * the variance s = g_q g_k x^2 (x^2 - c) over the keys, x^2 being the second moment of the tokens
 * and c the product of two. Tokens are taken to fill all of their channels: of those that are made
 * from few features, channels stands for too many. Measured within 1 to 4 percent at 64 tokens of
 * 256 channels. */
#ifndef INITSCOPE_ATTENDING_H
#define INITSCOPE_ATTENDING_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/field.h"

typedef struct ins_attending {
    double query, key, value, output; /* gains: channels Var(W) */
    size_t channels, heads;
    bool causal; /* a token sees itself and those before it */
} ins_attending;

/* E[(d loss / d .)^2] of the outputs of three matrices, for E[delta^2] = 1 of what leaves W_o. */
typedef struct ins_attending_paths {
    double query, key, value;
} ins_attending_paths;

/* Means over queries. */
typedef struct ins_attended {
    double logit;               /* variance of a query's logits over its keys */
    double sum_square;          /* A2: sum over keys of A^2, 1 / keys if uniform, 1 if all on one */
    double entropy;             /* -sum A ln A in nats */
    ins_field *output;          /* of what W_o reads: A v of all heads */
    ins_attending_paths own;    /* of deltas that are independent from token to token */
    ins_attending_paths shared; /* of deltas that are the same at all tokens */
    double own_product;    /* product of what goes back to two tokens, from independent deltas of */
    double shared_product; /* square 1, and from shared ones */
} ins_attended;

/* inputs: of the tokens. Released with ins_field_free(output). Of what two rows have in common only
 * what the values have. */
ins_attended ins_attend(const ins_attending *layer, const ins_field *inputs);

/* E[(d loss / d x)^2] and its product between two tokens, where what leaves W_o has these. */
typedef struct ins_token_deltas {
    double square, product;
} ins_token_deltas;
ins_token_deltas ins_attend_back(const ins_attending *layer, const ins_attended *attended,
                                 ins_token_deltas deltas);

/* The paths for deltas of this square and product. */
ins_attending_paths ins_attend_paths(const ins_attended *attended, ins_token_deltas deltas);

#endif
