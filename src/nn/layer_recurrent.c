/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers: rnn, lstm and gru. Of a sequence x(1) .. x(T), from h(0) = 0 and c(0) = 0:
 *
 *   rnn    h(t) = phi(z),  z = W x(t) + b + U h(t-1)
 *   lstm   z of the gates i, f, g, o as that of rnn, each with its own W, b and U;
 *          c(t) = s(z_f) c(t-1) + s(z_i) tanh(z_g),  h(t) = s(z_o) tanh(c(t))
 *   gru    a = W x(t) + b and v = U h(t-1) + d of the gates r, z, n;  z_r = a_r + v_r,
 *          z_z = a_z + v_z,  z_n = a_n + s(z_r) v_n,
 *          h(t) = (1 - s(z_z)) tanh(z_n) + s(z_z) h(t-1)
 *
 * with s the logistic function (Hochreiter & Schmidhuber 1997; Gers et al. 2000; Cho et al. 2014,
 * the reset gate behind the product, as in cuDNN, PyTorch and Keras). Backward is the chain rule
 * through all steps.
 *
 * Inside, steps come first: (steps, rows, ..), so that what a step needs is contiguous, and the
 * gates of a row stand side by side: W x of all steps and gates is one product, U h of all gates of
 * a step another. The matrices, which the network has gate by gate, are copied together for it. */
#include <config.h>

#include <math.h>
#include <string.h>
#include <tgmath.h>

#include "initscope/activation.h"
#include "initscope/blas.h"
#include "initscope/vector.h"

#include "elementary.h"
#include "layer_rows.h"
#include "uniform_product.h"

#define TANH(x) _Generic((x), float : ins_tanh, default : tanh)(x)
#define EXP(x) _Generic((x), float : ins_exp, default : exp)(x)
#define LOGISTIC(x) (1 / (1 + EXP(-(x))))

/* What the kinds differ in. */
enum { RNN_GATES = 1, GRU_GATES = 3, LSTM_GATES = 4, MOST_GATES = LSTM_GATES };
enum { RNN_UNITS, RNN_SEQUENCE, RNN_BIAS, RNN_ACTIVATION };

typedef struct cell {
    size_t gates;
    const char *input[MOST_GATES], *recurrent[MOST_GATES]; /* names of their matrices */
    bool biases;    /* the recurrent matrices have biases of their own */
    bool remembers; /* there is a c beside h */
} cell;

static const cell rnn = {RNN_GATES, {"i"}, {"r"}, false, false};
static const cell lstm = {LSTM_GATES, {"i", "f", "g", "o"}, {"ri", "rf", "rg", "ro"}, false, true};
static const cell gru = {GRU_GATES, {"r", "z", "n"}, {"rr", "rz", "rn"}, true, false};

static const cell *cell_of(const ins_layer_plan *plan)
{
    if (plan->kind->forward == ins_lstm_forward) return &lstm;
    return plan->kind->forward == ins_gru_forward ? &gru : &rnn;
}

static bool has_bias(const ins_layer_plan *plan)
{
    return plan->choice.value[RNN_BIAS] == 0;
}

static bool gives_sequence(const ins_layer_plan *plan)
{
    return plan->choice.value[RNN_SEQUENCE] != 0;
}

/* --- Shape and tensors ------------------------------------------------------------------------ */

ins_shape ins_recurrent_shape(const ins_layer_plan *plan, ins_text *problem)
{
    ins_shape shape = ins_vector((size_t)plan->choice.value[RNN_UNITS]);
    if (plan->reads[0].axes != 1) {
        ins_text_add(problem, "needs a sequence, as input(steps,features) is, and reads ");
        ins_shape_add(plan->reads[0], problem);
        return ins_vector(0);
    }
    if (!gives_sequence(plan)) return shape;
    shape.axes = 1;
    shape.extent[0] = plan->reads[0].extent[0];
    return shape;
}

/* A matrix of a gate, and its bias. Returns how many tensors there are then. */
static size_t add_gate(ins_learned *list, size_t count, ins_tensor_place place, bool bias)
{
    list[count] = (ins_learned){.name = "W", .place = place};
    if (!bias) return count + 1;
    list[count + 1] = ins_bias_tensor(place.units);
    list[count + 1].place.part = place.part;
    list[count + 1].place.gate = place.gate;
    list[count + 1].place.gates = place.gates;
    return count + 2;
}

size_t ins_recurrent_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    const cell *of = cell_of(plan);
    const size_t inputs = plan->reads[0].channels, units = plan->shape.channels;
    size_t count = 0;
    for (size_t i = 0; i < 2 * of->gates; i++) {
        const bool recurrent = i >= of->gates;
        const size_t gate = i % of->gates, reads = recurrent ? units : inputs;
        const ins_tensor_place place = {.units = units,
                                        .inputs = reads,
                                        .fan_in = (double)reads,
                                        .fan_out = (double)units,
                                        .role = recurrent ? INS_ROLE_RECURRENT : INS_ROLE_WEIGHT,
                                        .part = recurrent ? of->recurrent[gate] : of->input[gate],
                                        .gate = gate,
                                        .gates = of->gates};
        count = add_gate(list, count, place, has_bias(plan) && (!recurrent || of->biases));
    }
    return count;
}

const ins_choice *ins_rnn_inside(const ins_layer_plan *plan, const ins_tensor_place *place)
{
    if (place->role == INS_ROLE_RECURRENT) return NULL;
    return plan->choice.value[RNN_ACTIVATION] == 0 ? &ins_inner_tanh : &ins_inner_relu;
}

const ins_choice *ins_lstm_inside(const ins_layer_plan *plan, const ins_tensor_place *place)
{
    (void)plan;
    if (place->role == INS_ROLE_RECURRENT) return NULL;
    return place->part[0] == 'g' ? &ins_inner_tanh : &ins_inner_sigmoid;
}

const ins_choice *ins_gru_inside(const ins_layer_plan *plan, const ins_tensor_place *place)
{
    (void)plan;
    if (place->role == INS_ROLE_RECURRENT) return NULL;
    return place->part[0] == 'n' ? &ins_inner_tanh : &ins_inner_sigmoid;
}

/* All elements of each recurrent matrix are the same, and all units of each of the others. */
bool ins_recurrent_symmetric(const ins_layer *layer)
{
    for (size_t t = 0; t < layer->tensors; t++) {
        const ins_tensor_place *place = &layer->tensor[t].place;
        const size_t row = place->role == INS_ROLE_WEIGHT ? place->inputs : 1;
        const real *w = layer->tensor[t].value;
        for (size_t i = row; i < layer->tensor[t].count; i += row)
            if (memcmp(w + i, w, row * sizeof *w) != 0) return false;
    }
    return layer->plan->shape.channels > 1;
}

/* --- Memory ----------------------------------------------------------------------------------- */

/* Lengths of a pass. wide: all gates of a row. */
typedef struct extent {
    size_t steps, rows, inputs, units, wide;
} extent;

static extent extent_of(const ins_layer_plan *plan, size_t rows)
{
    const size_t units = plan->shape.channels;
    return (extent){.steps = plan->reads[0].extent[0],
                    .rows = rows,
                    .inputs = plan->reads[0].channels,
                    .units = units,
                    .wide = cell_of(plan)->gates * units};
}

void ins_recurrent_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    const cell *of = cell_of(layer->plan);
    const extent e = extent_of(layer->plan, capacity);
    ins_carver counted = {0}; /* of the rows of all steps, and the state before the first */
    ins_carve_matrix(&counted, e.steps + 1, e.rows, 1);
    const size_t places = counted.overflow ? SIZE_MAX : (e.steps + 1) * e.rows;
    ins_recurrent own = {0};
    own.w = ins_carve_matrix(carver, e.wide, e.inputs, sizeof(real));
    own.u = ins_carve_matrix(carver, e.wide, e.units, sizeof(real));
    own.w_gradient = ins_carve_matrix(carver, e.wide, e.inputs, sizeof(real));
    own.u_gradient = ins_carve_matrix(carver, e.wide, e.units, sizeof(real));
    own.b = ins_carve(carver, 2 * e.wide, sizeof(real));
    own.z = ins_carve_matrix(carver, places, e.wide, sizeof(real));
    own.dz = ins_carve_matrix(carver, places, e.wide, sizeof(real));
    own.h = ins_carve_matrix(carver, places, e.units, sizeof(real));
    own.dh = ins_carve_matrix(carver, e.rows, e.units, sizeof(real));
    if (of->gates > RNN_GATES) {
        own.a = ins_carve_matrix(carver, places, e.wide, sizeof(real));
        own.inner = ins_carve_matrix(carver, places, e.units, sizeof(real));
    }
    if (of->remembers) {
        own.c = ins_carve_matrix(carver, places, e.units, sizeof(real));
        own.dc = ins_carve_matrix(carver, e.rows, e.units, sizeof(real));
    }
    if (layer->state != NULL) *(ins_recurrent *)layer->state = own;
}

/* The pieces of scratch. */
typedef struct scratch {
    real *x;    /* (steps, rows, inputs): what is read, or what goes back, steps first */
    real *step; /* (rows, wide) */
    real *dv;   /* (steps, rows, wide) of gru: d loss / d v */
} scratch;

static scratch scratch_of(const ins_layer *layer, const extent *e)
{
    real *x = layer->scratch, *step = x + e->steps * e->rows * e->inputs;
    return (scratch){x, step, step + e->rows * e->wide};
}

/* Of a pass, or of the four sequences that one gate shows. */
size_t ins_recurrent_scratch(const ins_layer_plan *plan, size_t capacity)
{
    const extent e = extent_of(plan, capacity);
    const size_t at_each_step = e.inputs + (cell_of(plan)->biases ? e.wide : 0);
    size_t places, pass, step_alone, shown;
    if (__builtin_mul_overflow(e.steps, e.rows, &places) ||
        __builtin_mul_overflow(places, at_each_step, &pass) ||
        __builtin_mul_overflow(e.rows, e.wide, &step_alone) ||
        __builtin_add_overflow(pass, step_alone, &pass) ||
        __builtin_mul_overflow(places, 4 * e.units, &shown))
        return SIZE_MAX;
    return pass > shown ? pass : shown;
}

/* --- Copies ----------------------------------------------------------------------------------- */

/* x (first, second, width) as (second, first, width). */
static void swap_axes(const real *x, size_t first, size_t second, size_t width, real *out)
{
    for (size_t i = 0; i < first; i++)
        for (size_t j = 0; j < second; j++)
            memcpy(out + (j * first + i) * width, x + (i * second + j) * width,
                   width * sizeof *out);
}

/* Where a tensor stands among those of all gates: of values, or of gradients. */
static real *packed(const ins_layer *layer, const ins_tensor_place *place, size_t wide,
                    bool gradient)
{
    const ins_recurrent *own = layer->state;
    const bool recurrent = strcmp(place->part, cell_of(layer->plan)->recurrent[place->gate]) == 0;
    real *start = recurrent ? own->u : own->w;
    if (gradient) start = recurrent ? own->u_gradient : own->w_gradient;
    if (place->role == INS_ROLE_BIAS) start = own->b + (recurrent ? wide : 0);
    return start + place->gate * place->units * place->inputs;
}

/* The gates' matrices and biases side by side. */
static void pack(const ins_layer *layer, size_t wide)
{
    ins_recurrent *own = layer->state;
    memset(own->b, 0, 2 * wide * sizeof *own->b);
    for (size_t t = 0; t < layer->tensors; t++) {
        const ins_learned *tensor = &layer->tensor[t];
        memcpy(packed(layer, &tensor->place, wide, false), tensor->value,
               tensor->count * sizeof(real));
    }
}

/* Their gradients, each to its own; those of biases were put where the biases are. */
static void unpack_gradients(const ins_layer *layer, size_t wide)
{
    for (size_t t = 0; t < layer->tensors; t++) {
        const ins_learned *tensor = &layer->tensor[t];
        memcpy(tensor->gradient, packed(layer, &tensor->place, wide, true),
               tensor->count * sizeof(real));
    }
}

/* --- Products --------------------------------------------------------------------------------- */

static void product(const ins_layer *layer, bool transpose_a, bool transpose_b, size_t m, size_t n,
                    size_t k, real alpha, const real *a, const real *b, real *c)
{
    if (layer->uniform)
        ins_uniform_product(transpose_a, transpose_b, m, n, k, alpha, a, b, c);
    else
        ins_product(transpose_a, transpose_b, m, n, k, alpha, a, b, 0, c);
}

/* C (m, n) += A op(B); step has room for C. */
static void accumulate(const ins_layer *layer, bool transpose_b, size_t m, size_t n, size_t k,
                       const real *a, const real *b, real *c, real *step)
{
    if (!layer->uniform) {
        ins_product(false, transpose_b, m, n, k, 1, a, b, 1, c);
        return;
    }
    ins_uniform_product(false, transpose_b, m, n, k, 1, a, b, step);
    for (size_t i = 0; i < m * n; i++) c[i] += step[i];
}

INS_VECTORIZED static void add_to_rows(size_t rows, size_t width, const real *restrict b,
                                       real *restrict z)
{
    for (size_t r = 0; r < rows; r++) {
#pragma omp simd
        for (size_t j = 0; j < width; j++) z[r * width + j] += b[j];
    }
}

INS_VECTORIZED static void mean_of_rows(size_t rows, size_t width, real share,
                                        const real *restrict x, real *restrict sum)
{
    memset(sum, 0, width * sizeof *sum);
    for (size_t r = 0; r < rows; r++) {
#pragma omp simd
        for (size_t j = 0; j < width; j++) sum[j] += x[r * width + j];
    }
#pragma omp simd
    for (size_t j = 0; j < width; j++) sum[j] *= share;
}

/* --- Cells ------------------------------------------------------------------------------------ */

/* One step of a pass: of z, a, h, c and inner that which belongs to it; before: one step earlier.
 */
typedef struct step {
    size_t rows, units;
    real *z, *a, *dz; /* (rows, wide); a may be z, whose place it takes then */
    const real *h_before, *c_before;
    real *h, *c, *inner; /* (rows, units); inner: tanh(c) of lstm, v_n of gru */
    real *v, *dv;        /* (rows, wide) of gru */
    real *dh, *dc;       /* (rows, units): d loss / d h(t), d c(t); then what of d h(t-1) does not
                            come from the gates, d c(t-1) */
} step;

INS_VECTORIZED static void lstm_step(const step *s)
{
    const size_t units = s->units;
    for (size_t r = 0; r < s->rows; r++) {
        const real *z = s->z + r * 4 * units, *before = s->c_before + r * units;
        real *a = s->a + r * 4 * units, *c = s->c + r * units, *h = s->h + r * units;
        real *inner = s->inner + r * units;
#pragma omp simd
        for (size_t j = 0; j < units; j++) {
            const real i = LOGISTIC(z[j]), f = LOGISTIC(z[units + j]);
            const real g = TANH(z[2 * units + j]), o = LOGISTIC(z[3 * units + j]);
            const real kept = f * before[j] + i * g, seen = TANH(kept);
            a[j] = i;
            a[units + j] = f;
            a[2 * units + j] = g;
            a[3 * units + j] = o;
            c[j] = kept;
            inner[j] = seen;
            h[j] = o * seen;
        }
    }
}

INS_VECTORIZED static void lstm_step_back(const step *s)
{
    const size_t units = s->units;
    for (size_t r = 0; r < s->rows; r++) {
        const real *a = s->a + r * 4 * units, *before = s->c_before + r * units;
        const real *inner = s->inner + r * units;
        real *dz = s->dz + r * 4 * units, *dh = s->dh + r * units, *dc = s->dc + r * units;
#pragma omp simd
        for (size_t j = 0; j < units; j++) {
            const real i = a[j], f = a[units + j], g = a[2 * units + j], o = a[3 * units + j];
            const real seen = inner[j], d = dc[j] + dh[j] * o * (1 - seen * seen);
            dz[j] = d * g * i * (1 - i);
            dz[units + j] = d * before[j] * f * (1 - f);
            dz[2 * units + j] = d * i * (1 - g * g);
            dz[3 * units + j] = dh[j] * seen * o * (1 - o);
            dc[j] = d * f;
            dh[j] = 0;
        }
    }
}

INS_VECTORIZED static void gru_step(const step *s)
{
    const size_t units = s->units;
    for (size_t r = 0; r < s->rows; r++) {
        const real *v = s->v + r * 3 * units, *before = s->h_before + r * units;
        real *z = s->z + r * 3 * units, *a = s->a + r * 3 * units, *h = s->h + r * units;
        real *inner = s->inner + r * units;
#pragma omp simd
        for (size_t j = 0; j < units; j++) {
            const real zr = z[j] + v[j], zz = z[units + j] + v[units + j];
            const real reset = LOGISTIC(zr), keep = LOGISTIC(zz);
            const real zn = z[2 * units + j] + reset * v[2 * units + j], n = TANH(zn);
            z[j] = zr;
            z[units + j] = zz;
            z[2 * units + j] = zn;
            a[j] = reset;
            a[units + j] = keep;
            a[2 * units + j] = n;
            inner[j] = v[2 * units + j];
            h[j] = (1 - keep) * n + keep * before[j];
        }
    }
}

INS_VECTORIZED static void gru_step_back(const step *s)
{
    const size_t units = s->units;
    for (size_t r = 0; r < s->rows; r++) {
        const real *a = s->a + r * 3 * units, *before = s->h_before + r * units;
        const real *inner = s->inner + r * units;
        real *dz = s->dz + r * 3 * units, *dv = s->dv + r * 3 * units, *dh = s->dh + r * units;
#pragma omp simd
        for (size_t j = 0; j < units; j++) {
            const real reset = a[j], keep = a[units + j], n = a[2 * units + j];
            const real dn = dh[j] * (1 - keep) * (1 - n * n);
            const real dr = dn * inner[j] * reset * (1 - reset);
            const real dk = dh[j] * (before[j] - n) * keep * (1 - keep);
            dz[j] = dv[j] = dr;
            dz[units + j] = dv[units + j] = dk;
            dz[2 * units + j] = dn;
            dv[2 * units + j] = dn * reset;
            dh[j] *= keep;
        }
    }
}

static const ins_activation *rnn_activation(const ins_layer_plan *plan)
{
    const bool is_tanh = plan->choice.value[RNN_ACTIVATION] == 0;
    return (const ins_activation *)(is_tanh ? ins_inner_tanh : ins_inner_relu).entry;
}

static void rnn_step_back(const step *s, const ins_activation *phi)
{
    const size_t count = s->rows * s->units;
    memcpy(s->dz, s->dh, count * sizeof *s->dz);
    phi->backward(count, s->z, s->h, s->dz, NULL);
    memset(s->dh, 0, count * sizeof *s->dh);
}

/* --- Passes ----------------------------------------------------------------------------------- */

static step step_at(const ins_layer *layer, const extent *e, size_t t)
{
    const ins_recurrent *own = layer->state;
    const scratch at = scratch_of(layer, e);
    const size_t narrow = e->rows * e->units, wide = e->rows * e->wide;
    step s = {.rows = e->rows,
              .units = e->units,
              .z = own->z + t * wide,
              .dz = own->dz + t * wide,
              .h_before = own->h + t * narrow,
              .h = own->h + (t + 1) * narrow,
              .v = at.step,
              .dh = own->dh};
    if (own->a != NULL) {
        s.a = (own->in_place ? own->z : own->a) + t * wide;
        s.inner = own->inner + t * narrow;
        s.dv = at.dv + t * wide;
    }
    if (own->c != NULL) {
        s.c_before = own->c + t * narrow;
        s.c = own->c + (t + 1) * narrow;
        s.dc = own->dc;
    }
    return s;
}

/* W x + b of all steps, from the state 0. Activations of a training take the place of z, which
 * nobody looks at. */
static extent begin_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    ins_recurrent *own = layer->state;
    const extent e = extent_of(layer->plan, rows);
    const scratch at = scratch_of(layer, &e);
    own->in_place = pass == INS_PASS_TRAIN;
    pack(layer, e.wide);
    swap_axes(layer->in[0], rows, e.steps, e.inputs, at.x);
    product(layer, false, true, e.steps * rows, e.wide, e.inputs, 1, at.x, own->w, own->z);
    add_to_rows(e.steps * rows, e.wide, own->b, own->z);
    memset(own->h, 0, rows * e.units * sizeof *own->h);
    if (own->c != NULL) memset(own->c, 0, rows * e.units * sizeof *own->c);
    return e;
}

/* z += U h(t-1) */
static void add_state(const ins_layer *layer, const extent *e, const step *s)
{
    const ins_recurrent *own = layer->state;
    accumulate(layer, true, e->rows, e->wide, e->units, s->h_before, own->u, s->z,
               scratch_of(layer, e).step);
}

static void end_forward(ins_layer *layer, const extent *e)
{
    const ins_recurrent *own = layer->state;
    const size_t narrow = e->rows * e->units;
    if (gives_sequence(layer->plan))
        swap_axes(own->h + narrow, e->steps, e->rows, e->units, layer->result);
    else
        memcpy(layer->result, own->h + e->steps * narrow, narrow * sizeof(real));
}

void ins_rnn_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const extent e = begin_forward(layer, rows, pass);
    for (size_t t = 0; t < e.steps; t++) {
        const step s = step_at(layer, &e, t);
        add_state(layer, &e, &s);
        rnn_activation(layer->plan)->forward(rows * e.units, s.z, s.h, NULL);
    }
    end_forward(layer, &e);
}

void ins_lstm_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const extent e = begin_forward(layer, rows, pass);
    for (size_t t = 0; t < e.steps; t++) {
        const step s = step_at(layer, &e, t);
        add_state(layer, &e, &s);
        lstm_step(&s);
    }
    end_forward(layer, &e);
}

void ins_gru_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    const ins_recurrent *own = layer->state;
    const extent e = begin_forward(layer, rows, pass);
    for (size_t t = 0; t < e.steps; t++) {
        const step s = step_at(layer, &e, t);
        product(layer, false, true, rows, e.wide, e.units, 1, s.h_before, own->u, s.v);
        add_to_rows(rows, e.wide, own->b + e.wide, s.v);
        gru_step(&s);
    }
    end_forward(layer, &e);
}

/* What comes from behind the layer at the last step, or, of a sequence, at each. */
static void begin_backward(ins_layer *layer, const extent *e)
{
    ins_recurrent *own = layer->state;
    const size_t size = e->rows * e->units * sizeof *own->dh;
    if (gives_sequence(layer->plan))
        memset(own->dh, 0, size);
    else
        memcpy(own->dh, layer->delta, size);
    if (own->dc != NULL) memset(own->dc, 0, size);
}

INS_VECTORIZED static void add_delta(const ins_layer *layer, const extent *e, size_t t)
{
    const ins_recurrent *own = layer->state;
    if (!gives_sequence(layer->plan)) return;
    for (size_t r = 0; r < e->rows; r++) {
        const real *restrict delta = layer->delta + (r * e->steps + t) * e->units;
        real *restrict dh = own->dh + r * e->units;
#pragma omp simd
        for (size_t j = 0; j < e->units; j++) dh[j] += delta[j];
    }
}

/* d h(t-1) += d v U, v being z or its part of the state. */
static void pass_to_state(const ins_layer *layer, const extent *e, const real *dv)
{
    const ins_recurrent *own = layer->state;
    accumulate(layer, false, e->rows, e->units, e->wide, dv, own->u, own->dh,
               scratch_of(layer, e).step);
}

/* The gradients, of dz and dv (steps, rows, wide), and what goes back. */
static void end_backward(ins_layer *layer, const extent *e, const real *dv)
{
    const ins_recurrent *own = layer->state;
    const scratch at = scratch_of(layer, e);
    const size_t places = e->steps * e->rows;
    const real share = (real)1 / (real)e->rows;
    swap_axes(layer->in[0], e->rows, e->steps, e->inputs, at.x);
    product(layer, true, false, e->wide, e->inputs, places, share, own->dz, at.x, own->w_gradient);
    product(layer, true, false, e->wide, e->units, places, share, dv, own->h, own->u_gradient);
    mean_of_rows(places, e->wide, share, own->dz, own->b);
    if (cell_of(layer->plan)->biases) mean_of_rows(places, e->wide, share, dv, own->b + e->wide);
    unpack_gradients(layer, e->wide);
    if (layer->in_delta[0] == NULL) return;
    product(layer, false, false, places, e->inputs, e->wide, 1, own->dz, own->w, at.x);
    swap_axes(at.x, e->steps, e->rows, e->inputs, layer->in_delta[0]);
}

void ins_rnn_backward(ins_layer *layer, size_t rows)
{
    const ins_recurrent *own = layer->state;
    const extent e = extent_of(layer->plan, rows);
    begin_backward(layer, &e);
    for (size_t t = e.steps; t-- > 0;) {
        const step s = step_at(layer, &e, t);
        add_delta(layer, &e, t);
        rnn_step_back(&s, rnn_activation(layer->plan));
        pass_to_state(layer, &e, s.dz);
    }
    end_backward(layer, &e, own->dz);
}

void ins_lstm_backward(ins_layer *layer, size_t rows)
{
    const ins_recurrent *own = layer->state;
    const extent e = extent_of(layer->plan, rows);
    begin_backward(layer, &e);
    for (size_t t = e.steps; t-- > 0;) {
        const step s = step_at(layer, &e, t);
        add_delta(layer, &e, t);
        lstm_step_back(&s);
        pass_to_state(layer, &e, s.dz);
    }
    end_backward(layer, &e, own->dz);
}

void ins_gru_backward(ins_layer *layer, size_t rows)
{
    const extent e = extent_of(layer->plan, rows);
    begin_backward(layer, &e);
    for (size_t t = e.steps; t-- > 0;) {
        const step s = step_at(layer, &e, t);
        add_delta(layer, &e, t);
        gru_step_back(&s);
        pass_to_state(layer, &e, s.dv);
    }
    end_backward(layer, &e, scratch_of(layer, &e).dv);
}

/* --- What is shown ---------------------------------------------------------------------------- */

/* A gate of x (steps, rows, wide) as (rows, steps, units). */
static const real *gate_of(const real *x, const extent *e, size_t wide, size_t gate, real *out)
{
    for (size_t t = 0; t < e->steps; t++)
        for (size_t r = 0; r < e->rows; r++)
            memcpy(out + (r * e->steps + t) * e->units,
                   x + (t * e->rows + r) * wide + gate * e->units, e->units * sizeof *out);
    return out;
}

ins_matrix_pass ins_recurrent_matrix(const ins_layer *layer, size_t rows,
                                     const ins_tensor_place *place)
{
    const ins_recurrent *own = layer->state;
    const extent e = extent_of(layer->plan, rows);
    const size_t all = e.steps * rows * e.units, gate = place->gate;
    const real *h = own->h + rows * e.units, *c = own->c + rows * e.units;
    if (place->role == INS_ROLE_RECURRENT) return (ins_matrix_pass){.steps = 0};
    ins_matrix_pass shown = {.input = layer->in[0], .steps = e.steps};
    shown.preactivation = gate_of(own->z, &e, e.wide, gate, layer->scratch);
    shown.delta = gate_of(own->dz, &e, e.wide, gate, layer->scratch + all);
    shown.activation = own->a != NULL ? gate_of(own->a, &e, e.wide, gate, layer->scratch + 2 * all)
                                      : gate_of(h, &e, e.units, 0, layer->scratch + 2 * all);
    if (gate == 0)
        shown.state = gate_of(own->c != NULL ? c : h, &e, e.units, 0, layer->scratch + 3 * all);
    return shown;
}
