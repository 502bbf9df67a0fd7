/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention over fields of tokens. */
#include <config.h>

#include "attending.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"

#include "field_numbers.h"
#include "softmax_weights.h"

/* What the logits and weights of all queries are made from. */
typedef struct weights {
    size_t tokens;
    bool causal;
    double square, product; /* of the tokens: E[x^2], and of two */
    double variance, tilt;  /* s, and exp(s r): two queries that agree look at the same keys */
    double channels;
    ins_softmax_weights *of; /* (tokens) by the number of keys - 1 */
} weights;

static double keys_of(const weights *w, size_t query)
{
    return (double)(w->causal ? query + 1 : w->tokens);
}

static const ins_softmax_weights *weights_of(const weights *w, size_t query)
{
    return &w->of[w->causal ? query : w->tokens - 1];
}

static double correlation_of(const weights *w)
{
    return w->square > 0 ? w->product / w->square : 0;
}

static weights weights_from(const ins_attending *layer, const ins_field *inputs)
{
    const ins_numbers n = ins_field_numbers(inputs);
    const double tokens = (double)inputs->positions;
    weights w = {.tokens = inputs->positions,
                 .causal = layer->causal,
                 .square = n.square,
                 .product = tokens > 1 ? (n.pairs * tokens - n.square) / (tokens - 1) : n.square,
                 .channels = (double)layer->channels};
    w.variance = layer->query * layer->key * w.square * fmax(w.square - w.product, 0);
    w.tilt = exp(w.variance * correlation_of(&w));
    w.of = ins_allocate(w.tokens, sizeof *w.of, "weights of attention");
    const size_t first = w.causal ? 1 : w.tokens;
    ins_softmax_weigh(w.variance, first, w.tokens, w.of + first - 1);
    return w;
}

/* sum over keys of A_ij A_i'j; of one query with itself besides what its keys tilt along it. */
static double agreement(const weights *w, size_t one, size_t other)
{
    const double a = weights_of(w, one)->square, b = weights_of(w, other)->square;
    if (one == other) {
        const double keys = keys_of(w, one);
        return a + (1 - 1 / keys) * w->variance / w->channels;
    }
    return fmin(w->tilt / fmax(keys_of(w, one), keys_of(w, other)), sqrt(a * b));
}

/* --- Forward ---------------------------------------------------------------------------------- */

/* sums[i,i']: of x over the pairs of the first i + 1 and the first i' + 1 tokens. */
static double *sums_of(const double *x, size_t tokens)
{
    double *sums = ins_reserve(ins_multiply(tokens, tokens, "tokens"), sizeof *sums, "tokens");
    for (size_t i = 0; i < tokens; i++) {
        double row = 0;
        for (size_t j = 0; j < tokens; j++) {
            row += x[i * tokens + j];
            sums[i * tokens + j] = row + (i > 0 ? sums[(i - 1) * tokens + j] : 0);
        }
    }
    return sums;
}

static size_t last_key(const weights *w, size_t query)
{
    return w->causal ? query : w->tokens - 1;
}

/* Different keys give what tokens have in common, equal ones a share of their square. */
static double attended_pair(const weights *w, const double *sums, const double *squares, size_t i,
                            size_t j)
{
    const double one = keys_of(w, i), other = keys_of(w, j), fewer = fmin(one, other);
    const double both = squares[(size_t)fewer - 1], pairs = one * other - fewer;
    const double all = sums[last_key(w, i) * w->tokens + last_key(w, j)];
    const double apart = pairs > 0 ? (all - both) / pairs : 0;
    const double share = agreement(w, i, j);
    return (1 - share) * apart + share * both / fewer;
}

static ins_field *output_of(const ins_attending *layer, const weights *w, const ins_field *inputs)
{
    const size_t tokens = w->tokens;
    ins_field *out = ins_field_new(tokens);
    double *same = sums_of(inputs->same, tokens), *other = sums_of(inputs->other, tokens);
    double *squares = ins_allocate(tokens, sizeof *squares, "tokens"), sum = 0;
    for (size_t i = 0; i < tokens; i++) squares[i] = sum += inputs->same[i * (tokens + 1)];
    for (size_t i = 0; i < tokens; i++) {
        for (size_t j = 0; j < tokens; j++) {
            const double pairs = keys_of(w, i) * keys_of(w, j);
            const double all = other[last_key(w, i) * tokens + last_key(w, j)];
            out->same[i * tokens + j] = layer->value * attended_pair(w, same, squares, i, j);
            out->other[i * tokens + j] = layer->value * all / pairs;
        }
    }
    free(squares);
    free(other);
    free(same);
    return out;
}

/* --- Backward --------------------------------------------------------------------------------- */

/* The weights of all queries on one key, squared, where they add up. */
static double gathered(const weights *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->tokens; i++) {
        sum += weights_of(w, i)->square;
        for (size_t j = 0; j < i; j++) sum += 2 * agreement(w, i, j);
    }
    return sum / (double)w->tokens;
}

static double mean_agreement(const weights *w)
{
    const double tokens = (double)w->tokens;
    double sum = 0;
    for (size_t i = 0; i < w->tokens; i++)
        for (size_t j = 0; j < i; j++) sum += 2 * agreement(w, i, j);
    return tokens > 1 ? sum / (tokens * (tokens - 1)) : 0;
}

static void find_paths(const ins_attending *layer, const weights *w, ins_attended *out)
{
    const double tokens = (double)w->tokens, r = correlation_of(w), rest = 1 - r;
    const double s = gathered(w), square = w->square * w->square;
    double slope = 0, tilted = 0;
    for (size_t i = 0; i < w->tokens; i++) {
        slope += weights_of(w, i)->slope / tokens;
        tilted += (keys_of(w, i) > 1 ? 1 : 0) / (w->channels * tokens);
    }
    /* All queries that look at a key agree in what made them look: sum over i of A_ij q_i has the
     * part g_q x^2 k_j / sqrt(d_h), by parts, and equal deltas let it add up. */
    const double pulled = out->logit * (double)layer->heads / w->channels;
    const double query = layer->output * layer->value * layer->key * square * rest;
    const double key = layer->output * layer->value * layer->query * square * rest;
    out->own = (ins_attending_paths){.query = query * rest * (slope + tilted),
                                     .key = key * slope,
                                     .value = layer->output * out->sum_square};
    out->shared = (ins_attending_paths){.query = out->own.query,
                                        .key = key * (r * s + rest * (slope + pulled)),
                                        .value = layer->output * s};
    out->own_product = layer->output * layer->value * mean_agreement(w);
    out->shared_product = layer->output * layer->value;
}

ins_attended ins_attend(const ins_attending *layer, const ins_field *inputs)
{
    weights w = weights_from(layer, inputs);
    const double tokens = (double)w.tokens;
    ins_attended out = {.output = output_of(layer, &w, inputs)};
    for (size_t i = 0; i < w.tokens; i++) {
        out.logit += w.variance * (1 - 1 / keys_of(&w, i)) / tokens;
        out.sum_square += weights_of(&w, i)->square / tokens;
        out.entropy += weights_of(&w, i)->entropy / tokens;
    }
    find_paths(layer, &w, &out);
    free(w.of);
    return out;
}

ins_attending_paths ins_attend_paths(const ins_attended *attended, ins_token_deltas deltas)
{
    const ins_attending_paths *own = &attended->own, *shared = &attended->shared;
    const double apart = deltas.square - deltas.product, alike = deltas.product;
    return (ins_attending_paths){.query = apart * own->query + alike * shared->query,
                                 .key = apart * own->key + alike * shared->key,
                                 .value = apart * own->value + alike * shared->value};
}

ins_token_deltas ins_attend_back(const ins_attending *layer, const ins_attended *attended,
                                 ins_token_deltas deltas)
{
    const ins_attending_paths to = ins_attend_paths(attended, deltas);
    const double apart = deltas.square - deltas.product;
    return (ins_token_deltas){
        .square = layer->query * to.query + layer->key * to.key + layer->value * to.value,
        .product = apart * attended->own_product + deltas.product * attended->shared_product};
}
