/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Multi-head self-attention over the positions of a sequence. With x (positions, channels) of a row
 * and heads of channels / heads channels each:
 *
 *     q = x Wq^T + bq, k = x Wk^T + bk, v = x Wv^T + bv
 *     l = q k^T / sqrt(channels of a head),  A = softmax of l over the keys,  s = A v   by head
 *     y = s Wo^T + bo
 *
 * and backward, from the delta of y:
 *
 *     ds = delta Wo,  dA = ds v^T,  dl = A (dA - sum over keys of A dA)
 *     dq = dl k / sqrt(..),  dk = dl^T q / sqrt(..),  dv = A^T ds,  dx = dq Wq + dk Wk + dv Wv
 *
 * (Vaswani et al. 2017.) A head of a row is copied to where its numbers stand side by side, so that
 * its products are products of matrices. */
#include <config.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/vector.h"

#include "elementary.h"
#include "layer_rows.h"

#define EXP(x) _Generic((x), float : ins_exp, default : exp)(x)

static size_t heads_of(const ins_layer_plan *plan)
{
    return (size_t)plan->choice.value[INS_ATTENTION_HEADS];
}

static bool has_bias(const ins_layer_plan *plan)
{
    return plan->choice.value[INS_ATTENTION_BIAS] == 0;
}

/* Where a matrix is among the tensors, its bias behind it. */
static size_t index_of(const ins_layer_plan *plan, size_t matrix)
{
    return has_bias(plan) ? 2 * matrix : matrix;
}

ins_shape ins_attention_shape(const ins_layer_plan *plan, ins_text *problem)
{
    const ins_shape reads = plan->reads[0];
    if (reads.axes != 1) {
        ins_text_add(problem, "it must read a sequence, and reads ");
        ins_shape_add(reads, problem);
        return ins_vector(0);
    }
    if (reads.channels % heads_of(plan) == 0) return reads;
    ins_text_add_format(problem, "%zu heads do not divide %zu channels", heads_of(plan),
                        reads.channels);
    return ins_vector(0);
}

static const char *const parts[INS_ATTENTION_MATRICES] = {"q", "k", "v", "o"};

size_t ins_attention_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    const size_t channels = plan->shape.channels;
    for (size_t m = 0; m < INS_ATTENTION_MATRICES; m++) {
        const size_t t = index_of(plan, m);
        list[t] = (ins_learned){.name = "W",
                                .place = {.units = channels,
                                          .inputs = channels,
                                          .fan_in = (double)channels,
                                          .fan_out = (double)channels,
                                          .role = INS_ROLE_WEIGHT}};
        if (has_bias(plan)) list[t + 1] = ins_bias_tensor(channels);
        for (size_t i = t; i <= t + has_bias(plan); i++) {
            list[i].place.part = parts[m];
            list[i].place.inner = m == INS_ATTENTION_O;
            list[i].place.heads = heads_of(plan);
        }
    }
    return index_of(plan, INS_ATTENTION_MATRICES);
}

/* SIZE_MAX where it is more. */
static size_t times(size_t a, size_t b)
{
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static ins_attention_pass shape_of_pass(const ins_layer_plan *plan)
{
    return (ins_attention_pass){.heads = heads_of(plan),
                                .positions = ins_positions(plan->shape),
                                .causal = plan->choice.value[INS_ATTENTION_CAUSAL] != 0};
}

void ins_attention_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const ins_layer_plan *plan = layer->plan;
    const size_t units = plan->units, positions = ins_positions(plan->shape);
    ins_attention own = {.pass = shape_of_pass(plan)};
    const bool countable = times(times(positions, positions + 1), own.pass.heads) < SIZE_MAX;
    const size_t pairs = countable ? own.pass.heads * ins_attention_pairs(&own.pass) : SIZE_MAX;
    for (size_t m = 0; m < INS_ATTENTION_O; m++) {
        own.made[m] = ins_carve_matrix(carver, capacity, units, sizeof(real));
        own.delta[m] = ins_carve_matrix(carver, capacity, units, sizeof(real));
    }
    own.sum = ins_carve_matrix(carver, capacity, units, sizeof(real));
    own.logit = ins_carve_matrix(carver, capacity, pairs, sizeof(real));
    own.share = ins_carve_matrix(carver, capacity, pairs, sizeof(real));
    own.pass.logit = own.logit;
    own.pass.share = own.share;
    if (layer->state != NULL) *(ins_attention *)layer->state = own;
}

/* A head of a row, side by side: (positions, channels of a head) each but for the squares, which
 * are (positions, positions). */
enum { PART_Q, PART_K, PART_V, PART_SUM, PART_RESULT, PARTS };

typedef struct workplace {
    real *part[PARTS];
    real *share, *delta;
    real *rest; /* (capacity, units) */
} workplace;

static workplace lay_out(const ins_layer_plan *plan, size_t capacity, ins_carver *carver)
{
    const size_t positions = ins_positions(plan->shape);
    const size_t channels = plan->shape.channels / heads_of(plan);
    workplace place = {{NULL}, NULL, NULL, NULL};
    for (size_t i = 0; i < PARTS; i++)
        place.part[i] = ins_carve_matrix(carver, positions, channels, sizeof(real));
    place.share = ins_carve_matrix(carver, positions, positions, sizeof(real));
    place.delta = ins_carve_matrix(carver, positions, positions, sizeof(real));
    place.rest = ins_carve_matrix(carver, capacity, plan->units, sizeof(real));
    return place;
}

size_t ins_attention_scratch(const ins_layer_plan *plan, size_t capacity)
{
    ins_carver counted = {0};
    lay_out(plan, capacity, &counted);
    return counted.overflow ? SIZE_MAX : counted.used / sizeof(real) + 1;
}

static workplace workplace_of(const ins_layer *layer, size_t rows)
{
    ins_carver carver = {.base = (char *)layer->scratch};
    return lay_out(layer->plan, rows, &carver);
}

/* Whether its units read and give the same: so does what stands behind them. */
bool ins_attention_symmetric(const ins_layer *layer)
{
    for (size_t m = 0; m < INS_ATTENTION_O; m++) {
        const ins_learned *w = &layer->tensor[index_of(layer->plan, m)];
        if (!ins_units_alike(w, has_bias(layer->plan) ? w + 1 : NULL)) return false;
    }
    return true;
}

ins_matrix_pass ins_attention_matrix(const ins_layer *layer, size_t rows,
                                     const ins_tensor_place *place)
{
    const ins_attention *own = layer->state;
    size_t m = 0;
    (void)rows;
    while (strcmp(parts[m], place->part) != 0) m++;
    return m == INS_ATTENTION_O ? (ins_matrix_pass){.input = own->sum,
                                                    .preactivation = layer->result,
                                                    .delta = layer->delta}
                                : (ins_matrix_pass){.input = layer->in[0],
                                                    .preactivation = own->made[m],
                                                    .delta = own->delta[m]};
}

ins_attention_pass ins_attention_of(const ins_layer *layer)
{
    return ((const ins_attention *)layer->state)->pass;
}

/* What a pass of so many rows goes through, head by head of row by row. */
typedef struct turn {
    const ins_layer *layer;
    const ins_attention *own;
    workplace at;
    size_t positions, channels, width; /* of a row, of a head */
    real scale;
    size_t row, head;
    size_t pair; /* the first one of this head and row */
} turn;

static turn begin(const ins_layer *layer, size_t rows)
{
    const ins_layer_plan *plan = layer->plan;
    const size_t width = plan->shape.channels / heads_of(plan);
    return (turn){.layer = layer,
                  .own = layer->state,
                  .at = workplace_of(layer, rows),
                  .positions = ins_positions(plan->shape),
                  .channels = plan->shape.channels,
                  .width = width,
                  .scale = (real)(1 / sqrt((double)width))};
}

/* Where the head of the row begins in x (rows, positions, channels). */
static size_t place_of(const turn *t)
{
    return t->row * t->positions * t->channels + t->head * t->width;
}

static void gather(const turn *t, const real *x, real *part)
{
    const real *from = x + place_of(t);
    for (size_t p = 0; p < t->positions; p++)
        memcpy(part + p * t->width, from + p * t->channels, t->width * sizeof *part);
}

static void scatter(const turn *t, const real *part, real *x)
{
    real *to = x + place_of(t);
    for (size_t p = 0; p < t->positions; p++)
        memcpy(to + p * t->channels, part + p * t->width, t->width * sizeof *part);
}

static size_t keys_of(const turn *t, size_t query)
{
    return t->own->pass.causal ? query + 1 : t->positions;
}

/* z, then the logits less their mean, and a = softmax z. */
INS_VECTORIZED_PART void take_softmax(size_t keys, const real *restrict z, real *restrict logit,
                                      real *restrict a)
{
    real top = z[0];
    double mean = 0, sum = 0;
    for (size_t j = 0; j < keys; j++) {
        top = z[j] > top ? z[j] : top;
        mean += (double)z[j];
    }
    mean /= (double)keys;
#pragma omp simd
    for (size_t j = 0; j < keys; j++) {
        logit[j] = (real)((double)z[j] - mean);
        a[j] = EXP(z[j] - top);
    }
    for (size_t j = 0; j < keys; j++) sum += (double)a[j];
#pragma omp simd
    for (size_t j = 0; j < keys; j++) a[j] = (real)((double)a[j] / sum);
}

/* Of all queries the shares, in the pass and, with zeros for what is not seen, in the workplace,
 * whose delta has the logits. */
INS_VECTORIZED static void share_out(const turn *t)
{
    const size_t positions = t->positions;
    real *logit = t->own->logit + t->pair, *share = t->own->share + t->pair;
    for (size_t i = 0; i < positions; i++) {
        const size_t keys = keys_of(t, i);
        real *all = t->at.share + i * positions;
        take_softmax(keys, t->at.delta + i * positions, logit, share);
        memcpy(all, share, keys * sizeof *all);
        memset(all + keys, 0, (positions - keys) * sizeof *all);
        logit += keys;
        share += keys;
    }
}

static void look(const turn *t)
{
    const size_t positions = t->positions, width = t->width;
    for (size_t m = 0; m < INS_ATTENTION_O; m++) gather(t, t->own->made[m], t->at.part[m]);
    ins_layer_product(t->layer, false, true, positions, positions, width, t->scale,
                      t->at.part[PART_Q], t->at.part[PART_K], t->at.delta);
    share_out(t);
    ins_layer_product(t->layer, false, false, positions, width, positions, 1, t->at.share,
                      t->at.part[PART_V], t->at.part[PART_SUM]);
    scatter(t, t->at.part[PART_SUM], t->own->sum);
}

/* z = x W^T + b at each of so many places. */
static void apply(const ins_layer *layer, size_t matrix, size_t places, const real *x, real *z)
{
    const size_t channels = layer->plan->shape.channels;
    const ins_learned *w = &layer->tensor[index_of(layer->plan, matrix)];
    ins_layer_product(layer, false, true, places, channels, channels, 1, x, w->value, z);
    if (has_bias(layer->plan)) ins_bias_add_to(w + 1, places, z);
}

static void each_head(turn *t, size_t rows, void (*act)(const turn *t))
{
    const size_t heads = t->own->pass.heads, pairs = ins_attention_pairs(&t->own->pass);
    for (t->row = 0; t->row < rows; t->row++)
        for (t->head = 0; t->head < heads; t->head++) {
            t->pair = (t->head * rows + t->row) * pairs;
            act(t);
        }
}

void ins_attention_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_attention *own = layer->state;
    const size_t places = rows * ins_positions(layer->plan->shape);
    turn t = begin(layer, rows);
    (void)pass;
    for (size_t m = 0; m < INS_ATTENTION_O; m++)
        apply(layer, m, places, layer->in[0], own->made[m]);
    each_head(&t, rows, look);
    apply(layer, INS_ATTENTION_O, places, own->sum, layer->result);
}

/* dA becomes dl; the shares are those of the pass. */
INS_VECTORIZED static void through_softmax(const turn *t)
{
    const size_t positions = t->positions;
    const real *share = t->own->share + t->pair;
    for (size_t i = 0; i < positions; i++) {
        const size_t keys = keys_of(t, i);
        real *restrict delta = t->at.delta + i * positions;
        real *restrict all = t->at.share + i * positions;
        double sum = 0;
        memcpy(all, share, keys * sizeof *all);
        memset(all + keys, 0, (positions - keys) * sizeof *all);
        for (size_t j = 0; j < keys; j++) sum += (double)all[j] * (double)delta[j];
#pragma omp simd
        for (size_t j = 0; j < positions; j++)
            delta[j] = (real)((double)all[j] * ((double)delta[j] - sum));
        share += keys;
    }
}

/* The delta of the sum, which is read from where that of q is written. */
static void look_back(const turn *t)
{
    const ins_layer *layer = t->layer;
    const workplace *at = &t->at;
    const size_t positions = t->positions, width = t->width;
    real *result = at->part[PART_RESULT];
    for (size_t m = 0; m < INS_ATTENTION_O; m++) gather(t, t->own->made[m], at->part[m]);
    gather(t, t->own->delta[INS_ATTENTION_Q], at->part[PART_SUM]);
    ins_layer_product(layer, false, true, positions, positions, width, 1, at->part[PART_SUM],
                      at->part[PART_V], at->delta);
    through_softmax(t);
    ins_layer_product(layer, true, false, positions, width, positions, 1, at->share,
                      at->part[PART_SUM], result);
    scatter(t, result, t->own->delta[INS_ATTENTION_V]);
    ins_layer_product(layer, false, false, positions, width, positions, t->scale, at->delta,
                      at->part[PART_K], result);
    scatter(t, result, t->own->delta[INS_ATTENTION_Q]);
    ins_layer_product(layer, true, false, positions, width, positions, t->scale, at->delta,
                      at->part[PART_Q], result);
    scatter(t, result, t->own->delta[INS_ATTENTION_K]);
}

/* The gradients of a matrix, and of its bias, from what it read and the delta of what it made. */
static void find_gradients(const ins_layer *layer, size_t matrix, size_t rows, const real *x,
                           const real *delta)
{
    const size_t channels = layer->plan->shape.channels;
    const size_t places = rows * ins_positions(layer->plan->shape);
    const ins_learned *w = &layer->tensor[index_of(layer->plan, matrix)];
    ins_layer_product(layer, true, false, channels, channels, places, 1 / (real)rows, delta, x,
                      w->gradient);
    if (has_bias(layer->plan)) ins_bias_gradient(w + 1, places, rows, delta);
}

/* back = delta W, or that is added to it by way of rest. */
static void pass_back(const ins_layer *layer, size_t matrix, size_t places, const real *delta,
                      real *rest, real *back)
{
    const size_t channels = layer->plan->shape.channels;
    const real *w = layer->tensor[index_of(layer->plan, matrix)].value;
    ins_layer_product(layer, false, false, places, channels, channels, 1, delta, w,
                      rest != NULL ? rest : back);
    for (size_t i = 0; rest != NULL && i < places * channels; i++) back[i] += rest[i];
}

void ins_attention_backward(ins_layer *layer, size_t rows)
{
    const ins_attention *own = layer->state;
    const size_t places = rows * ins_positions(layer->plan->shape);
    turn t = begin(layer, rows);
    find_gradients(layer, INS_ATTENTION_O, rows, own->sum, layer->delta);
    pass_back(layer, INS_ATTENTION_O, places, layer->delta, NULL, own->delta[INS_ATTENTION_Q]);
    each_head(&t, rows, look_back);
    for (size_t m = 0; m < INS_ATTENTION_O; m++) {
        find_gradients(layer, m, rows, layer->in[0], own->delta[m]);
        if (layer->in_delta[0] != NULL)
            pass_back(layer, m, places, own->delta[m], m > 0 ? t.at.rest : NULL,
                      layer->in_delta[0]);
    }
}
