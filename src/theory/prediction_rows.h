/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows of the theory's table of layer kinds point to: forward, from what is read to at,
 * and backward, from at->back to back. Both fill in out. A file for each family. */
#ifndef INITSCOPE_PREDICTION_ROWS_H
#define INITSCOPE_PREDICTION_ROWS_H

#include "signal.h"

/* dense, conv, depthwise */
void ins_matrix_forward(const ins_stage *s);
void ins_matrix_backward(const ins_stage *s);

/* act */
void ins_activation_predict_forward(const ins_stage *s);
void ins_activation_predict_backward(const ins_stage *s);

/* rnn, lstm, gru */
void ins_recurrent_predict_forward(const ins_stage *s);
void ins_recurrent_predict_backward(const ins_stage *s);

/* embed, positions, attention */
void ins_embed_predict_forward(const ins_stage *s);
void ins_embed_predict_backward(const ins_stage *s);
void ins_positions_predict_forward(const ins_stage *s);
void ins_positions_predict_backward(const ins_stage *s);
void ins_attention_predict_forward(const ins_stage *s);
void ins_attention_predict_backward(const ins_stage *s);

/* maxpool, gmax; meanpool, gmean; flatten */
void ins_largest_forward(const ins_stage *s);
void ins_largest_backward(const ins_stage *s);
void ins_largest_activation_forward(const ins_stage *s); /* an activation right behind it */
void ins_average_forward(const ins_stage *s);
void ins_average_backward(const ins_stage *s);
void ins_flatten_forward(const ins_stage *s);
void ins_flatten_backward(const ins_stage *s);

/* bn, ln, gn, rms */
void ins_batch_norm_predict_forward(const ins_stage *s);
void ins_layer_norm_predict_forward(const ins_stage *s);
void ins_group_norm_predict_forward(const ins_stage *s);
void ins_rms_norm_predict_forward(const ins_stage *s);
void ins_norm_predict_backward(const ins_stage *s);

/* res */
void ins_sum_forward(const ins_stage *s);
void ins_sum_backward(const ins_stage *s);

#endif
