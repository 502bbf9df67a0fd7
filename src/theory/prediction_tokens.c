/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers of tokens: tables of them, positions, attention. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"

#include "attending.h"
#include "field_tokens.h"
#include "prediction_rows.h"
#include "promises.h"

static ins_layer_prediction known(ins_tensor_place place, double weight, double bias)
{
    ins_layer_prediction out = ins_nothing_predicted();
    out.fan_in = place.fan_in;
    out.weight = ins_centred(weight);
    out.bias = ins_centred(bias);
    out.slope_square = 1;
    return out;
}

static double variance_of(const ins_stage *s, ins_tensor_place place)
{
    const double factor = ins_promised_factor(s, s->weight, place);
    if (factor == 0) return 0;
    if (s->prescribed > 0) place.prescribed = 1 / sqrt(place.fan_in);
    return factor * factor * ins_promised_variance(s->weight, place);
}

static void multiply(double *x, size_t count, double factor)
{
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

static void add_to_all(ins_field *field, double product)
{
    const size_t pairs = field->positions * field->positions;
    for (size_t i = 0; i < pairs; i++) {
        field->same[i] += product;
        field->other[i] += product;
    }
}

static void show_output(const ins_stage *s, ins_layer_prediction *out)
{
    out->preactivation = out->activation = ins_centred(s->at->square);
    out->signal = ins_centred(s->at->within);
}

/* The sum over positions of what two of them give to one element: the products of deltas times
 * those of a field, whose mean product of two positions is pairs / count^2. */
static double summed(const ins_stage *s, const double *same, size_t count)
{
    const double square = ins_back_square(s), alike = s->at->back.alike;
    double own = 0, pairs = 0;
    for (size_t p = 0; p < count; p++) {
        own += s->at->back.at[p] * same[p * (count + 1)];
        for (size_t q = 0; q < p; q++) pairs += 2 * same[p * count + q];
    }
    return own + alike * square * pairs;
}

/* --- embed, positions ------------------------------------------------------------------------- */

/* Tokens that nobody has looked at are all as likely. */
static ins_field *tokens_of(const ins_stage *s, size_t positions, double vocabulary)
{
    const ins_field *measured = s->inputs->tokens;
    if (measured != NULL && measured->positions == positions) return ins_field_copy(measured);
    ins_field *field = ins_field_new(positions);
    add_to_all(field, 1 / vocabulary);
    for (size_t p = 0; p < positions; p++) field->same[p * (positions + 1)] = 1;
    return field;
}

void ins_embed_predict_forward(const ins_stage *s)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t positions = ins_positions(s->plan->shape);
    ins_plan_tensors(s->plan, list);
    const double weight = variance_of(s, list[0].place);
    *s->out = known(list[0].place, weight, 0);
    s->at->gaussian = true;
    s->at->fresh = s->index;
    ins_forget_forward(s);
    if (!isfinite(weight) || positions > INS_FIELD_POSITIONS) return;
    ins_field *field = tokens_of(s, positions, list[0].place.fan_in);
    multiply(field->same, positions * positions, weight);
    multiply(field->other, positions * positions, weight);
    s->at->lengths = 0;
    ins_signal_settle(s, field);
    show_output(s, s->out);
}

/* A column sums up the deltas of all positions that have its token. */
void ins_embed_predict_backward(const ins_stage *s)
{
    const size_t positions = ins_positions(s->plan->shape);
    ins_learned list[INS_LAYER_TENSORS];
    ins_plan_tensors(s->plan, list);
    ins_forget_backward(s);
    s->out->delta = s->out->gradient = ins_centred(NAN);
    if (s->at->back.at == NULL || positions > INS_FIELD_POSITIONS) return;
    const double columns = list[0].place.fan_in;
    ins_field *tokens = tokens_of(s, positions, columns);
    s->out->delta = ins_centred(ins_back_square(s));
    s->out->gradient = ins_centred(summed(s, tokens->same, positions) / columns);
    ins_field_free(tokens);
}

void ins_positions_predict_forward(const ins_stage *s)
{
    ins_learned list[INS_LAYER_TENSORS];
    const bool learned = ins_plan_tensors(s->plan, list) > 0;
    const double weight = learned ? variance_of(s, list[0].place) : 0;
    if (learned) *s->numbered = known(list[0].place, weight, 0);
    ins_forget_forward(s);
    if (s->in[0]->field == NULL || !isfinite(weight)) return;
    ins_field *field = ins_field_copy(s->in[0]->field);
    if (learned)
        ins_field_add_learned_positions(field, weight);
    else
        ins_field_add_sine_positions(field, s->plan->shape.channels);
    s->at->gaussian = s->in[0]->gaussian;
    s->at->lengths = 0;
    ins_signal_settle(s, field);
    if (learned) show_output(s, s->numbered);
}

void ins_positions_predict_backward(const ins_stage *s)
{
    *s->back = s->at->back;
    if (s->plan->kind->tensors == NULL || s->plan->number == 0 ||
        s->plan->number != s->plan->follows)
        return;
    ins_learned list[INS_LAYER_TENSORS];
    if (ins_plan_tensors(s->plan, list) == 0) return;
    s->numbered->delta = ins_centred(ins_back_square(s));
    s->numbered->gradient = ins_centred(s->numbered->delta.second_moment);
}

/* --- attention -------------------------------------------------------------------------------- */

enum { QUERY, KEY, VALUE, OUTPUT, MATRICES };

struct ins_attention_theory {
    ins_attending layer;
    ins_attended attended; /* without its field */
    double square, pairs;  /* of what W_o reads: the mean square, and of two different positions */
};

/* Variances of the matrices, and of their biases, into what is predicted of them. */
static void find_matrices(const ins_stage *s, double bias[MATRICES])
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(s->plan, list);
    size_t matrix = 0, found = 0;
    for (size_t t = 0; t < tensors; t++) {
        if (ins_role_is_matrix(list[t].place.role)) {
            matrix = t;
            s->numbered[found] = known(list[t].place, variance_of(s, list[t].place), 0);
            bias[found++] = 0;
            continue;
        }
        const ins_promise promised =
            ins_promised_bias(s->weight, list[matrix].place, s->bias, list[t].place);
        bias[found - 1] = promised.mean == 0 ? promised.variance : NAN;
        s->numbered[found - 1].bias = ins_centred(bias[found - 1]);
    }
}

static double gain_of(const ins_stage *s, size_t matrix)
{
    return s->numbered[matrix].fan_in * s->numbered[matrix].weight.variance;
}

/* A bias of q makes queries larger; one of k is the same for all keys, which changes nothing. */
static ins_attending attending_of(const ins_stage *s, const double bias[MATRICES])
{
    const double square = s->in[0]->square;
    return (ins_attending){.query = gain_of(s, QUERY) + (square > 0 ? bias[QUERY] / square : 0),
                           .key = gain_of(s, KEY),
                           .value = gain_of(s, VALUE),
                           .output = gain_of(s, OUTPUT),
                           .channels = s->plan->shape.channels,
                           .heads = (size_t)ins_parameter_of(&s->plan->choice, "heads"),
                           .causal = ins_parameter_of(&s->plan->choice, "causal") != 0};
}

/* Of logits, less their mean over the K keys of a query: what a pair has of the variance that the
 * queries have in the mean, (K - 1) / K of it each. */
static double pairs_over_queries(size_t positions)
{
    double pairs = 0, queries = 0, all = 0;
    for (size_t keys = 1; keys <= positions; keys++) {
        pairs += (double)keys - 1;
        queries += 1 - 1 / (double)keys;
        all += (double)keys;
    }
    return positions > 1 ? pairs / all / (queries / (double)positions) : 1;
}

/* Over the pairs of a query and a key that it sees. */
static void show_attention(const ins_stage *s, const struct ins_attention_theory *own)
{
    const double positions = (double)ins_positions(s->plan->shape);
    const double keys =
        own->layer.causal ? (positions + 1) / 2 : positions; /* of a query, the mean */
    const double square = own->attended.sum_square / keys, mean = 1 / keys;
    const double share = own->layer.causal ? pairs_over_queries(ins_positions(s->plan->shape)) : 1;
    s->numbered[OUTPUT].logit = ins_centred(own->attended.logit * share);
    s->numbered[OUTPUT].attention = (ins_moment_pair){square, square - mean * mean};
    s->numbered[OUTPUT].tokens = ins_signal_tokens(s->at);
}

/* q, k and v, position by position, and what W_o reads. */
static void show_matrices(const ins_stage *s, const double bias[MATRICES], double read)
{
    const bool shown = s->design->layer[s->plan->input[0]].shown;
    for (size_t m = QUERY; m < OUTPUT; m++) {
        ins_layer_prediction *out = &s->numbered[m];
        const double gain = gain_of(s, m);
        out->preactivation = ins_centred(gain * s->in[0]->square + bias[m]);
        out->activation = out->preactivation;
        out->signal = ins_centred(gain * s->in[0]->within);
        if (!shown) out->input = ins_around(s->in[0]->mean, s->in[0]->square);
    }
    s->numbered[OUTPUT].input = ins_centred(read);
}

void ins_attention_predict_forward(const ins_stage *s)
{
    double bias[MATRICES];
    find_matrices(s, bias);
    const ins_attending layer = attending_of(s, bias);
    s->at->gaussian = true;
    s->at->fresh = s->index;
    ins_forget_forward(s);
    if (s->in[0]->field == NULL || !isfinite(layer.query + layer.key + layer.value + layer.output +
                                             bias[QUERY] + bias[VALUE] + bias[OUTPUT]))
        return;
    struct ins_attention_theory *own =
        ins_arena_get(s->arena, 1, sizeof *own, "attention of the theory");
    own->layer = layer;
    own->attended = ins_attend(&layer, s->in[0]->field);
    ins_field *field = own->attended.output;
    const double count = (double)field->positions;
    own->attended.output = NULL;
    add_to_all(field, bias[VALUE]);
    const ins_numbers n = ins_field_numbers(field);
    own->square = n.square;
    own->pairs = count > 1 ? (n.pairs * count - n.square) / (count - 1) : n.square;
    show_matrices(s, bias, n.square);
    multiply(field->same, field->positions * field->positions, layer.output);
    multiply(field->other, field->positions * field->positions, layer.output);
    add_to_all(field, bias[OUTPUT]);
    s->at->attention = own;
    s->at->lengths = 0;
    ins_signal_settle(s, field);
    show_output(s, &s->numbered[OUTPUT]);
    show_attention(s, own);
}

/* Gradients of W_v and W_o; those of W_q and W_k depend on what deltas of two queries have in
 * common, of which nothing is known. */
static void show_deltas(const ins_stage *s, const struct ins_attention_theory *own,
                        ins_token_deltas deltas, const ins_attending_paths *to)
{
    const ins_numbers *n = &s->in[0]->numbers;
    const double count = (double)ins_positions(s->plan->shape);
    const double apart = count > 1 ? (n->pairs * count - n->square) / (count - 1) : 0;
    const double pairs = count * (count - 1);
    s->numbered[QUERY].delta = ins_centred(to->query);
    s->numbered[KEY].delta = ins_centred(to->key);
    s->numbered[VALUE].delta = ins_centred(to->value);
    s->numbered[OUTPUT].delta = ins_centred(deltas.square);
    s->numbered[VALUE].gradient = ins_centred(count * to->value * n->square +
                                              pairs * own->layer.output * deltas.product * apart);
    s->numbered[OUTPUT].gradient =
        ins_centred(count * deltas.square * own->square + pairs * deltas.product * own->pairs);
}

void ins_attention_predict_backward(const ins_stage *s)
{
    const struct ins_attention_theory *own = s->at->attention;
    const size_t positions = ins_positions(s->plan->shape);
    const double square = ins_back_square(s);
    ins_forget_backward(s);
    if (own == NULL || !isfinite(square)) return;
    const ins_token_deltas deltas = {square, square * s->at->back.alike};
    const ins_attending_paths to = ins_attend_paths(&own->attended, deltas);
    const ins_token_deltas passed = ins_attend_back(&own->layer, &own->attended, deltas);
    const double back =
        gain_of(s, QUERY) * to.query + gain_of(s, KEY) * to.key + gain_of(s, VALUE) * to.value;
    double *at = ins_stage_numbers(s, positions);
    for (size_t p = 0; p < positions; p++) at[p] = back;
    show_deltas(s, own, deltas, &to);
    *s->back = (ins_back){.at = at, .alike = back > 0 ? passed.product / back : 0};
}
