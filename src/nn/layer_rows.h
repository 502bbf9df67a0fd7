/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows of the table of layer kinds point to, a file for each family. The declarations
 * follow ins_layer_kind. */
#ifndef INITSCOPE_NN_LAYER_ROWS_H
#define INITSCOPE_NN_LAYER_ROWS_H

#include "initscope/layer.h"

/* --- layer_dense.c --------------------------------------------------------------------------- */

enum { INS_MATRIX_W, INS_MATRIX_B }; /* tensors; a bias may be missing */
ins_learned ins_bias_tensor(size_t units);
bool ins_matrix_symmetric(const ins_layer *layer);

/* Whether all units have the same row of the matrix and, unless that is NULL, the same bias. */
bool ins_units_alike(const ins_learned *matrix, const ins_learned *bias);

/* C = alpha op(A) op(B) by the BLAS, or so that equal units stay equal; see ins_product. */
void ins_layer_product(const ins_layer *layer, bool transpose_a, bool transpose_b, size_t m,
                       size_t n, size_t k, real alpha, const real *a, const real *b, real *c);

/* Adds a bias to each of so many places of result (places, units); its gradient from deltas of the
 * same shape, which are those of so many rows. */
void ins_bias_add_to(const ins_learned *bias, size_t places, real *result);
void ins_bias_gradient(const ins_learned *bias, size_t places, size_t rows, const real *deltas);

/* The same of the layer's own bias, result and delta, if it has one. */
void ins_bias_add(const ins_layer *layer, size_t rows);
void ins_bias_backward(const ins_layer *layer, size_t rows);

ins_shape ins_dense_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_dense_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_dense_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_dense_backward(ins_layer *layer, size_t rows);

/* --- layer_conv.c ---------------------------------------------------------------------------- */

/* Parameters of conv and depthwise, by their places. */
enum {
    INS_CONV_CHANNELS,
    INS_CONV_KERNEL,
    INS_CONV_STRIDE,
    INS_CONV_PAD,
    INS_CONV_GROUPS,
    INS_CONV_BIAS
};
enum {
    INS_DEPTHWISE_KERNEL,
    INS_DEPTHWISE_STRIDE,
    INS_DEPTHWISE_PAD,
    INS_DEPTHWISE_MULTIPLIER,
    INS_DEPTHWISE_BIAS
};
extern const char *const ins_paddings[]; /* "same", "valid" */

/* Whether a window of this extent fits what is read, whole where it has to be inside; else why not.
 */
bool ins_window_fits(const ins_layer_plan *plan, double extent, bool inside, ins_text *problem);
ins_shape ins_conv_shape(const ins_layer_plan *plan, ins_text *problem);
ins_shape ins_depthwise_shape(const ins_layer_plan *plan, ins_text *problem);
ins_window ins_conv_window(const ins_layer_plan *plan);
size_t ins_conv_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
size_t ins_conv_scratch(const ins_layer_plan *plan, size_t capacity);
void ins_conv_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_conv_backward(ins_layer *layer, size_t rows);

/* --- layer_pool.c ---------------------------------------------------------------------------- */

enum { INS_POOL_SIZE, INS_POOL_STRIDE }; /* stride 0: the size */
ins_shape ins_pool_shape(const ins_layer_plan *plan, ins_text *problem);
ins_shape ins_global_shape(const ins_layer_plan *plan, ins_text *problem);
ins_window ins_pool_window(const ins_layer_plan *plan);
void ins_maxpool_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
void ins_maxpool_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_maxpool_backward(ins_layer *layer, size_t rows);
void ins_meanpool_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_meanpool_backward(ins_layer *layer, size_t rows);

/* The state of maxpool and gmax: which element of a row each output is. */
typedef struct ins_maxpool {
    uint32_t *from; /* (capacity, units) */
} ins_maxpool;

/* --- layer_norm.c ---------------------------------------------------------------------------- */

enum { INS_BN_EPS, INS_BN_MOMENTUM };
enum { INS_LN_EPS };
enum { INS_GN_GROUPS, INS_GN_EPS };
enum { INS_NORM_GAMMA, INS_NORM_BETA }; /* tensors */

/* Numbers for each channel: the mean and the scale of its set; sums of delta and delta x over a
 * block, then means over a set; the same over everything, which beta and gamma learn from. */
enum {
    INS_NORM_MEAN,
    INS_NORM_SCALE,
    INS_NORM_SUM,
    INS_NORM_PRODUCT,
    INS_NORM_OF_BETA,
    INS_NORM_OF_GAMMA,
    INS_NORM_CHANNELS
};

/* The state of all norms. x = (in - mean) scale is what gamma multiplies. */
typedef struct ins_norm {
    double *mean, *scale;                  /* (sets): of the last forward pass */
    double *channel[INS_NORM_CHANNELS];    /* (channels) each: scratch */
    double *moving_mean, *moving_variance; /* (channels) of bn; else NULL */
    bool constant; /* mean and scale are not of the rows, but moving averages */
} ins_norm;
ins_shape ins_group_norm_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_norm_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
size_t ins_rms_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_batch_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
void ins_batch_norm_reset(ins_layer *layer, uint32_t seed);
void ins_batch_norm_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_batch_norm_backward(ins_layer *layer, size_t rows);
void ins_group_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
void ins_group_norm_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_group_norm_backward(ins_layer *layer, size_t rows);
/* Of ln and, without beta, of rms. */
void ins_norm_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
void ins_norm_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_norm_backward(ins_layer *layer, size_t rows);

/* --- layer_recurrent.c ----------------------------------------------------------------------- */

/* The state of rnn, lstm and gru. wide: all gates of a row. */
typedef struct ins_recurrent {
    real *w, *u, *b;               /* (wide, inputs), (wide, units), (2, wide): of W x, of U h */
    real *w_gradient, *u_gradient; /* the same */
    real *z, *dz, *a;              /* (steps, rows, wide); a NULL: it is h */
    real *h, *c;                   /* (steps + 1, rows, units), from 0 on; c NULL: there is none */
    real *inner;                   /* (steps, rows, units): tanh(c) of lstm, v_n of gru */
    real *dh, *dc;                 /* (rows, units) */
    bool in_place;                 /* the last forward pass wrote a over z */
} ins_recurrent;
ins_shape ins_recurrent_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_recurrent_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
bool ins_recurrent_symmetric(const ins_layer *layer);
void ins_recurrent_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
size_t ins_recurrent_scratch(const ins_layer_plan *plan, size_t capacity);
ins_matrix_pass ins_recurrent_matrix(const ins_layer *layer, size_t rows,
                                     const ins_tensor_place *place);
const ins_choice *ins_rnn_inside(const ins_layer_plan *plan, const ins_tensor_place *place);
const ins_choice *ins_lstm_inside(const ins_layer_plan *plan, const ins_tensor_place *place);
const ins_choice *ins_gru_inside(const ins_layer_plan *plan, const ins_tensor_place *place);
void ins_rnn_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_rnn_backward(ins_layer *layer, size_t rows);
void ins_lstm_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_lstm_backward(ins_layer *layer, size_t rows);
void ins_gru_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_gru_backward(ins_layer *layer, size_t rows);
/* --- layer_table.c --------------------------------------------------------------------------- */

enum { INS_EMBED_VOCABULARY, INS_EMBED_UNITS };
enum { INS_POSITIONS_KIND };                   /* an index of: */
extern const char *const ins_position_kinds[]; /* "sine", "learned" */

ins_shape ins_embed_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_embed_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_embed_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_embed_backward(ins_layer *layer, size_t rows);

/* The state of positions: (positions, channels) what sine adds; NULL of learned ones. */
typedef struct ins_positions_state {
    real *added;
} ins_positions_state;
ins_shape ins_positions_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_positions_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_positions_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
void ins_positions_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_positions_backward(ins_layer *layer, size_t rows);

/* --- layer_attention.c ----------------------------------------------------------------------- */

enum { INS_ATTENTION_HEADS, INS_ATTENTION_CAUSAL, INS_ATTENTION_BIAS };

/* Its matrices in their order. */
enum { INS_ATTENTION_Q, INS_ATTENTION_K, INS_ATTENTION_V, INS_ATTENTION_O, INS_ATTENTION_MATRICES };

/* The state of attention, in rows of the layer's shape: what the first three matrices make and its
 * deltas, what the last one reads; ins_attention_pass has the rest. */
typedef struct ins_attention {
    real *made[INS_ATTENTION_O], *delta[INS_ATTENTION_O]; /* (capacity, units) each */
    real *sum;                                            /* (capacity, units) */
    ins_attention_pass pass;
    real *logit, *share; /* those of the pass */
} ins_attention;
ins_shape ins_attention_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_attention_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_attention_buffers(ins_layer *layer, size_t capacity, ins_carver *carver);
size_t ins_attention_scratch(const ins_layer_plan *plan, size_t capacity);
bool ins_attention_symmetric(const ins_layer *layer);
ins_matrix_pass ins_attention_matrix(const ins_layer *layer, size_t rows,
                                     const ins_tensor_place *place);
ins_attention_pass ins_attention_of(const ins_layer *layer);
void ins_attention_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_attention_backward(ins_layer *layer, size_t rows);

/* --- layer_residual.c ------------------------------------------------------------------------ */

enum { INS_RES_SCALE, INS_RES_START };
ins_shape ins_residual_shape(const ins_layer_plan *plan, ins_text *problem);
size_t ins_residual_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS]);
void ins_residual_forward(ins_layer *layer, size_t rows, ins_pass pass);
void ins_residual_backward(ins_layer *layer, size_t rows);

#endif
