/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Depthwise convolutions, as many groups as channels: products would have a single column. The
 * functions are those of convolution.h, and equal units stay equal whether uniform or not. */
#ifndef INITSCOPE_NN_DEPTHWISE_H
#define INITSCOPE_NN_DEPTHWISE_H

#include <stddef.h>

#include "initscope/real.h"

#include "convolution_shape.h"

size_t ins_depthwise_scratch(const ins_convolution *convolution);

void ins_depthwise_forward(const ins_convolution *convolution, size_t rows, const real *x,
                           const real *w, const real *b, real *z, real *scratch);
void ins_depthwise_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                    const real *x, const real *delta, real *gradient,
                                    real *scratch);
void ins_depthwise_backward_data(const ins_convolution *convolution, size_t rows, const real *delta,
                                 const real *w, real *x_delta, real *scratch);

#endif
