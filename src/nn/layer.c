/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The layer kinds, one row each; the families of convolution, pooling, normalization, recurrent
 * layers and residual sums have files of their own. */
#include <config.h>

#include "initscope/layer.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/blueprint.h"
#include "initscope/forget.h"
#include "initscope/random.h"
#include "initscope/residual.h"

#include "layer_rows.h"

/* Most channels and sides of an input. */
enum { MOST = 100000000 };

static const char *const switches[] = {"yes", "no", NULL};
static const char *const off_switches[] = {"no", "yes", NULL};
static const char *const rnn_activations[] = {"tanh", "relu", NULL};

static const char *input_problem(const double *side)
{
    const bool given = side[0] > 0 && (side[1] > 0 || side[2] == 0);
    return given ? NULL : "sides must be given from the first on, as in input(8,8,1)";
}

/* The sides that were given, the last of which are the channels. */
static ins_shape input_shape(const ins_layer_plan *plan, ins_text *problem)
{
    const double *side = plan->choice.value;
    ins_shape shape = ins_vector(0);
    (void)problem;
    while (shape.axes < 2 && side[shape.axes + 1] > 0) {
        shape.extent[shape.axes] = (size_t)side[shape.axes];
        shape.axes++;
    }
    shape.channels = (size_t)side[shape.axes];
    return shape;
}

static ins_shape shape_kept(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return plan->reads[0];
}

/* Of a layer that changes delta element by element: a copy of it, (rows, units), to be changed in
 * the place of what it passes back. */
static real *passed_back(ins_layer *layer, size_t rows)
{
    if (layer->in_delta[0] != layer->delta)
        memcpy(layer->in_delta[0], layer->delta, rows * layer->plan->units * sizeof(real));
    return layer->in_delta[0];
}

/* Activation: a = phi(z). */
static const ins_activation *activation_of(const ins_layer *layer)
{
    return (const ins_activation *)layer->plan->choice.entry;
}

static void activation_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    activation_of(layer)->forward(rows * layer->plan->units, layer->in[0], layer->result,
                                  layer->plan->choice.value);
}

static void activation_backward(ins_layer *layer, size_t rows)
{
    activation_of(layer)->backward(rows * layer->plan->units, layer->in[0], layer->result,
                                   passed_back(layer, rows), layer->plan->choice.value);
}

/* Positions and channels as one vector: nothing is computed. */
static ins_shape flatten_shape(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0]);
}

static void flatten_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)rows, (void)pass;
    layer->output = layer->in[0];
}

static void flatten_backward(ins_layer *layer, size_t rows)
{
    passed_back(layer, rows);
}

/* Dropout in training: an element is left out, y = left scale + offset, or kept, y = x scale +
 * offset. */
typedef struct dropout {
    gsl_rng rng;
    real *mask;  /* (capacity, units): d y / d x */
    bool masked; /* the last forward pass drew a mask */
} dropout;

typedef struct dropout_law {
    double rate;
    real scale, offset, left;
} dropout_law;

static dropout_law dropout_plain(double rate)
{
    return (dropout_law){.rate = rate, .scale = (real)(1 / (1 - rate))};
}

/* To selu's limit for z -> -inf, -1.0507 * 1.6733; scale and offset keep mean 0 and variance 1. */
static dropout_law dropout_alpha(double rate)
{
    const double limit = -1.7580993408473766, kept = 1 - rate;
    const double scale = 1 / sqrt(kept * (1 + rate * limit * limit));
    return (dropout_law){rate, (real)scale, (real)(-scale * limit * rate), (real)limit};
}

static void dropout_buffers(ins_layer *layer, size_t capacity, ins_carver *carver)
{
    void *rng = ins_carve(carver, 1, gsl_rng_mt19937->size);
    real *mask = ins_carve_matrix(carver, capacity, layer->plan->units, sizeof *mask);
    if (layer->state != NULL)
        *(dropout *)layer->state = (dropout){.rng = {gsl_rng_mt19937, rng}, .mask = mask};
}

static void dropout_reset(ins_layer *layer, uint32_t seed)
{
    dropout *own = layer->state;
    ins_random_stream(&own->rng, seed, INS_FOR_DROPOUT, layer->plan->number);
}

static void drop(ins_layer *layer, size_t rows, ins_pass pass, dropout_law law)
{
    dropout *own = layer->state;
    own->masked = pass == INS_PASS_TRAIN;
    if (!own->masked) {
        layer->output = layer->in[0];
        return;
    }
    for (size_t i = 0; i < rows * layer->plan->units; i++) {
        const bool left_out = ins_random_uniform(&own->rng) < law.rate;
        own->mask[i] = left_out ? 0 : law.scale;
        layer->result[i] =
            layer->in[0][i] * own->mask[i] + (left_out ? law.left * law.scale : 0) + law.offset;
    }
}

static void dropout_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    drop(layer, rows, pass, dropout_plain(layer->plan->choice.value[0]));
}

static void alpha_dropout_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    drop(layer, rows, pass, dropout_alpha(layer->plan->choice.value[0]));
}

static void dropout_backward(ins_layer *layer, size_t rows)
{
    const dropout *own = layer->state;
    real *delta = passed_back(layer, rows);
    if (!own->masked) return;
    for (size_t i = 0; i < rows * layer->plan->units; i++) delta[i] *= own->mask[i];
}

#define INTEGER(word, most, text)                                                     \
    {                                                                                 \
        .name = word, .kind = INS_PARAMETER_INTEGER, .minimum = 1, .maximum = (most), \
        .required = true, .nameless = true, .meaning = text                           \
    }
/* The sides of an input: those that are not given are 0, and the last one given is its channels. */
#define SIDE(word, text)                                                            \
    {                                                                               \
        .name = word, .kind = INS_PARAMETER_INTEGER, .minimum = 1, .maximum = MOST, \
        .nameless = true, .meaning = text                                           \
    }
#define EXTENT(word, text)                                                                     \
    {                                                                                          \
        .name = word, .kind = INS_PARAMETER_EXTENT, .minimum = 1, .maximum = INS_EXTENT_LIMIT, \
        .required = true, .nameless = true, .meaning = text                                    \
    }
#define STEP(word, fallback_value, text)                                                       \
    {                                                                                          \
        .name = word, .kind = INS_PARAMETER_INTEGER, .fallback = fallback_value, .minimum = 1, \
        .maximum = INS_EXTENT_LIMIT, .meaning = text                                           \
    }
/* 0: the window's own extent. */
#define STRIDE_OF_POOL                                                 \
    {                                                                  \
        .name = "stride", .kind = INS_PARAMETER_INTEGER, .minimum = 1, \
        .maximum = INS_EXTENT_LIMIT,                                   \
        .meaning = "positions from window to window; without it "      \
                   "windows do not overlap"                            \
    }
#define WORD(word, list, text)                                                   \
    {                                                                            \
        .name = word, .kind = INS_PARAMETER_WORD, .words = list, .meaning = text \
    }
#define BIAS WORD("bias", switches, "whether a bias is added")
#define INIT                                                                    \
    {                                                                           \
        .name = "init", .kind = INS_PARAMETER_CALL, .table = &ins_initializers, \
        .meaning = "initializer of this layer alone; without it the factor's"   \
    }
#define SEQUENCE WORD("sequence", off_switches, "whether all states are given, not only the last")
#define RECURRENT                                                                    \
    {                                                                                \
        .name = "recurrent", .kind = INS_PARAMETER_CALL, .table = &ins_initializers, \
        .meaning = "initializer of U; without it the factor recurrent-init"          \
    }
/* What the kinds of recurrent layers have in common. */
#define RECURRENT_ROW                                                      \
    .reads = 1, .family = "recurrent", .shape = ins_recurrent_shape,       \
    .tensors = ins_recurrent_tensors, .state_size = sizeof(ins_recurrent), \
    .buffers = ins_recurrent_buffers, .scratch = ins_recurrent_scratch,    \
    .symmetric = ins_recurrent_symmetric, .matrix = ins_recurrent_matrix
#define EPSILON(number)                                                \
    {                                                                  \
        .name = "eps", .fallback = number, .minimum = 0, .maximum = 1, \
        .meaning = "added to the variance"                             \
    }
#define RATE                                                                                     \
    {                                                                                            \
        .name = "rate", .fallback = 0.5, .minimum = 0, .maximum = 1 - 0x1p-53, .nameless = true, \
        .meaning = "share of the elements left out"                                              \
    }

static const ins_layer_kind rows[] = {
    {.entry = {.name = "input",
               .formula = "x: the features of a sample, as a map, a sequence or a vector",
               .parameters = {SIDE("height", "height of a map, steps of a sequence, or features"),
                              SIDE("width", "width of a map, or features of a step"),
                              SIDE("channels", "channels of a map")},
               .check = input_problem},
     .shape = input_shape},
    {.entry = {.name = "dense",
               .formula = "W x + b, at each position",
               .source = "Rosenblatt 1958",
               .parameters = {INTEGER("units", INS_BLUEPRINT_UNITS, "rows of W"), BIAS, INIT}},
     .reads = 1,
     .family = "dense",
     .linear = true,
     .shape = ins_dense_shape,
     .tensors = ins_dense_tensors,
     .symmetric = ins_matrix_symmetric,
     .forward = ins_dense_forward,
     .backward = ins_dense_backward},
    {.entry = {.name = "conv",
               .formula = "the sum over a window of W x, + b; a group of outputs sees its group of "
                          "inputs",
               .source = "LeCun et al. 1989",
               .parameters = {INTEGER("channels", INS_BLUEPRINT_UNITS, "channels of the output"),
                              EXTENT("kernel", "extent of the window, 3 or 3x5"),
                              STEP("stride", 1, "positions from window to window"),
                              WORD("pad", ins_paddings, "zeros around the map, or none"),
                              STEP("groups", 1, "groups of channels"), BIAS, INIT}},
     .reads = 1,
     .family = "conv",
     .linear = true,
     .shape = ins_conv_shape,
     .window = ins_conv_window,
     .tensors = ins_conv_tensors,
     .scratch = ins_conv_scratch,
     .symmetric = ins_matrix_symmetric,
     .forward = ins_conv_forward,
     .backward = ins_conv_backward},
    {.entry = {.name = "depthwise",
               .formula = "a convolution of each channel by itself",
               .source = "Sifre & Mallat 2014; Howard et al. 2017",
               .parameters = {EXTENT("kernel", "extent of the window, 3 or 3x5"),
                              STEP("stride", 1, "positions from window to window"),
                              WORD("pad", ins_paddings, "zeros around the map, or none"),
                              STEP("multiplier", 1, "outputs of a channel"), BIAS, INIT}},
     .reads = 1,
     .family = "conv",
     .linear = true,
     .shape = ins_depthwise_shape,
     .window = ins_conv_window,
     .tensors = ins_conv_tensors,
     .scratch = ins_conv_scratch,
     .symmetric = ins_matrix_symmetric,
     .forward = ins_conv_forward,
     .backward = ins_conv_backward},
    {.entry = {.name = "act",
               .formula = "phi(x), element by element: the factor activation; a name as relu or "
                          "tanh fixes it"},
     .choices = &ins_activations,
     .reads = 1,
     .in_place = true,
     .activates = true,
     .shape = shape_kept,
     .forward = activation_forward,
     .backward = activation_backward},
    {.entry = {.name = "maxpool",
               .formula = "the largest x of a window; the first of equal ones has the gradient",
               .source = "Ranzato et al. 2007",
               .parameters = {EXTENT("size", "extent of the window, 2 or 2x3"), STRIDE_OF_POOL}},
     .reads = 1,
     .shape = ins_pool_shape,
     .window = ins_pool_window,
     .buffers = ins_maxpool_buffers,
     .state_size = sizeof(ins_maxpool),
     .forward = ins_maxpool_forward,
     .backward = ins_maxpool_backward},
    {.entry = {.name = "meanpool",
               .formula = "the mean of x over a window",
               .source = "LeCun et al. 1989",
               .parameters = {EXTENT("size", "extent of the window, 2 or 2x3"), STRIDE_OF_POOL}},
     .reads = 1,
     .linear = true,
     .shape = ins_pool_shape,
     .window = ins_pool_window,
     .forward = ins_meanpool_forward,
     .backward = ins_meanpool_backward},
    {.entry = {.name = "gmean",
               .formula = "the mean of x over all positions",
               .source = "Lin et al. 2014"},
     .reads = 1,
     .linear = true,
     .shape = ins_global_shape,
     .window = ins_pool_window,
     .forward = ins_meanpool_forward,
     .backward = ins_meanpool_backward},
    {.entry = {.name = "gmax", .formula = "the largest x of all positions"},
     .reads = 1,
     .shape = ins_global_shape,
     .window = ins_pool_window,
     .buffers = ins_maxpool_buffers,
     .state_size = sizeof(ins_maxpool),
     .forward = ins_maxpool_forward,
     .backward = ins_maxpool_backward},
    {.entry = {.name = "flatten", .formula = "positions and channels as one vector"},
     .reads = 1,
     .linear = true,
     .in_place = true,
     .shape = flatten_shape,
     .forward = flatten_forward,
     .backward = flatten_backward},
    {.entry = {.name = "bn",
               .formula =
                   "gamma (x - m) / sqrt(v + eps) + beta, m and v over rows and positions of "
                   "a channel; in tests their moving averages",
               .source = "Ioffe & Szegedy 2015; defaults of Keras",
               .parameters = {EPSILON(1e-3),
                              {.name = "momentum",
                               .fallback = 0.99,
                               .minimum = 0,
                               .maximum = 1,
                               .meaning = "share that a moving average keeps"}}},
     .reads = 1,
     .in_place = true,
     .couples = true,
     .norm = true,
     .shape = shape_kept,
     .tensors = ins_norm_tensors,
     .state_size = sizeof(ins_norm),
     .buffers = ins_batch_norm_buffers,
     .reset = ins_batch_norm_reset,
     .forward = ins_batch_norm_forward,
     .backward = ins_batch_norm_backward},
    {.entry = {.name = "ln",
               .formula = "as bn, m and v over the channels of a position",
               .source = "Ba et al. 2016; defaults of Keras",
               .parameters = {EPSILON(1e-3)}},
     .reads = 1,
     .in_place = true,
     .norm = true,
     .shape = shape_kept,
     .tensors = ins_norm_tensors,
     .state_size = sizeof(ins_norm),
     .buffers = ins_norm_buffers,
     .forward = ins_norm_forward,
     .backward = ins_norm_backward},
    {.entry = {.name = "gn",
               .formula = "as bn, m and v over the positions and a group of channels of a row",
               .source = "Wu & He 2018; defaults of Keras",
               .parameters = {INTEGER("groups", MOST, "groups of channels"), EPSILON(1e-3)}},
     .reads = 1,
     .in_place = true,
     .norm = true,
     .shape = ins_group_norm_shape,
     .tensors = ins_norm_tensors,
     .state_size = sizeof(ins_norm),
     .buffers = ins_group_norm_buffers,
     .forward = ins_group_norm_forward,
     .backward = ins_group_norm_backward},
    {.entry = {.name = "rms",
               .formula = "gamma x / sqrt(mean x^2 + eps) over the channels of a position",
               .source = "Zhang & Sennrich 2019; defaults of Keras",
               .parameters = {EPSILON(1e-6)}},
     .reads = 1,
     .in_place = true,
     .norm = true,
     .shape = shape_kept,
     .tensors = ins_rms_tensors,
     .state_size = sizeof(ins_norm),
     .buffers = ins_norm_buffers,
     .forward = ins_norm_forward,
     .backward = ins_norm_backward},
    {.entry = {.name = "rnn",
               .formula =
                   "h = phi(W x + b + U h), from step to step of a sequence, h from 0; gives "
                   "the last h",
               .source = "Elman 1990",
               .parameters = {INTEGER("units", INS_BLUEPRINT_UNITS, "of h"), SEQUENCE, BIAS,
                              WORD("activation", rnn_activations, "phi"), INIT, RECURRENT}},
     RECURRENT_ROW,
     .forward = ins_rnn_forward,
     .backward = ins_rnn_backward,
     .inside = ins_rnn_inside},
    {.entry = {.name = "lstm",
               .formula = "as rnn, with c = s(f) c + s(i) tanh(g), h = s(o) tanh(c); each of i, f, "
                          "g, o is W x + b + U h, s the logistic function",
               .source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000",
               .parameters = {INTEGER("units", INS_BLUEPRINT_UNITS, "of h"),
                              SEQUENCE,
                              BIAS,
                              {.name = "forget",
                               .kind = INS_PARAMETER_CALL,
                               .table = &ins_forget_biases,
                               .meaning = "bias of the forget gate f; without it the factor "
                                          "forget-bias"},
                              INIT,
                              RECURRENT}},
     RECURRENT_ROW,
     .forward = ins_lstm_forward,
     .backward = ins_lstm_backward,
     .inside = ins_lstm_inside},
    {.entry = {.name = "gru",
               .formula =
                   "as rnn, with h = (1 - s(z)) tanh(n) + s(z) h; r and z are W x + b + U h + "
                   "d, n = W x + b + s(r) (U h + d)",
               .source = "Cho et al. 2014; the reset gate behind the product, as in cuDNN",
               .parameters = {INTEGER("units", INS_BLUEPRINT_UNITS, "of h"), SEQUENCE, BIAS, INIT,
                              RECURRENT}},
     RECURRENT_ROW,
     .forward = ins_gru_forward,
     .backward = ins_gru_backward,
     .inside = ins_gru_inside},
    {.entry = {.name = "dropout",
               .formula = "x / (1 - rate), or 0 in a share rate of the elements; in training only",
               .source = "Srivastava et al. 2014",
               .parameters = {RATE}},
     .reads = 1,
     .in_place = true,
     .passes = true,
     .shape = shape_kept,
     .state_size = sizeof(dropout),
     .buffers = dropout_buffers,
     .reset = dropout_reset,
     .forward = dropout_forward,
     .backward = dropout_backward},
    {.entry = {.name = "alpha_dropout",
               .formula =
                   "as dropout, to selu's limit in the place of 0, then a x + b so that mean "
                   "0 and variance 1 stay",
               .source = "Klambauer et al. 2017",
               .parameters = {RATE}},
     .reads = 1,
     .in_place = true,
     .passes = true,
     .shape = shape_kept,
     .state_size = sizeof(dropout),
     .buffers = dropout_buffers,
     .reset = dropout_reset,
     .forward = alpha_dropout_forward,
     .backward = dropout_backward},
    {.entry = {.name = "embed",
               .formula = "W[., x]: a vector for each token x of the input, 0 .. vocabulary - 1",
               .source = "Bengio et al. 2003",
               .parameters = {INTEGER("vocabulary", INS_BLUEPRINT_UNITS, "different tokens"),
                              INTEGER("units", INS_BLUEPRINT_UNITS, "channels of a token"), INIT}},
     .reads = 1,
     .tokens = true,
     .family = "embedding",
     .shape = ins_embed_shape,
     .tensors = ins_embed_tensors,
     .symmetric = ins_matrix_symmetric,
     .forward = ins_embed_forward,
     .backward = ins_embed_backward},
    {.entry = {.name = "positions",
               .formula = "x_t + p_t: of sine sin and cos of t / 10000^(c / channels) in turn, c "
                          "the even channel; of learned a vector for each position",
               .source = "Vaswani et al. 2017; Gehring et al. 2017",
               .parameters = {{.name = "kind",
                               .kind = INS_PARAMETER_WORD,
                               .words = ins_position_kinds,
                               .required = true,
                               .nameless = true,
                               .meaning = "what is added"},
                              INIT}},
     .reads = 1,
     .family = "embedding",
     .shape = ins_positions_shape,
     .tensors = ins_positions_tensors,
     .state_size = sizeof(ins_positions_state),
     .buffers = ins_positions_buffers,
     .forward = ins_positions_forward,
     .backward = ins_positions_backward},
    {.entry = {.name = "attention",
               .formula = "Wo concat of softmax(q k' / sqrt(d)) v by head of d channels, q = Wq x, "
                          "k = Wk x, v = Wv x over all positions",
               .source = "Vaswani et al. 2017",
               .parameters = {INTEGER("heads", INS_BLUEPRINT_UNITS,
                                      "heads, which share the "
                                      "channels"),
                              WORD("causal", off_switches,
                                   "whether a position sees none behind itself"),
                              BIAS, INIT}},
     .reads = 1,
     .family = "attention",
     .shape = ins_attention_shape,
     .tensors = ins_attention_tensors,
     .state_size = sizeof(ins_attention),
     .buffers = ins_attention_buffers,
     .scratch = ins_attention_scratch,
     .symmetric = ins_attention_symmetric,
     .matrix = ins_attention_matrix,
     .attention = ins_attention_of,
     .forward = ins_attention_forward,
     .backward = ins_attention_backward},
    {.entry = {.name = "res",
               .formula =
                   "x + scale f(x), f the layers in it; skip=(..) are layers on the way of x",
               .source = "He et al. 2016",
               .parameters = {{.name = "scale",
                               .fallback = 1,
                               .minimum = -1e6,
                               .maximum = 1e6,
                               .meaning = "factor of the branch"},
                              {.name = "start",
                               .kind = INS_PARAMETER_CALL,
                               .table = &ins_residual_starts,
                               .meaning = "how this branch starts; without it the factor "
                                          "residual-init"}}},
     .reads = 2,
     .shape = ins_residual_shape,
     .tensors = ins_residual_tensors,
     .forward = ins_residual_forward,
     .backward = ins_residual_backward},
};

void ins_matrix_name(const ins_layer_plan *plan, const ins_tensor_place *place, ins_text *out)
{
    ins_text_add(out, plan->name);
    if (place->part != NULL) ins_text_add_format(out, ".%s", place->part);
}

const ins_entries ins_layer_kinds = {
    .kind = "layer",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};
