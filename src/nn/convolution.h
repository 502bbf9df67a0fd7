/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions, z = W * x + b, and their derivatives, apart from any network.
 *
 * Arrays are row-major: x is (rows, input[0], input[1], channels), z is (rows, output[0],
 * output[1], units), W is (units, kernel[0], kernel[1], channels / groups). The axes are height and
 * width; a sequence is as high as it has steps, of width 1. Outside of its bounds x is 0:
 *
 *     z[n, i, j, o] = b[o] + sum over u, v, c of W[o, u, v, c]
 *                            x[n, i stride + u - before[0], j stride + v - before[1], c]
 *
 * where c runs over the channels of the group that unit o is in: channels and units are divided
 * among the groups in order. Nothing is allocated. */
#ifndef INITSCOPE_NN_CONVOLUTION_H
#define INITSCOPE_NN_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/real.h"

#include "convolution_shape.h"

/* The extent of the output along an axis of the input, and in *before the zeros in front of it.
 * same: ceil(input / stride); if the zeros are odd in number, one more stands behind, as in Keras.
 * Otherwise ("valid") there are none, and the extent is 0 where the kernel exceeds the input. */
size_t ins_convolution_extent(bool same, size_t input, size_t kernel, size_t stride,
                              size_t *before);

/* The elements of scratch that the functions below need for up to so many rows, uniform or not: a
 * padded sample, W, and patches that fit a cache. SIZE_MAX if they cannot be counted. */
size_t ins_convolution_scratch(const ins_convolution *convolution, size_t rows);

/* Of all of them: rows is at least 1, scratch is aligned to 64 bytes and keeps nothing from call to
 * call. The zeros around x are multiplied as well: where W or delta is infinite, so that z, or the
 * gradient, is NaN beside a border. */

/* z from x, W and b (units), which may be NULL. */
void ins_convolution_forward(const ins_convolution *convolution, size_t rows, const real *x,
                             const real *w, const real *b, real *z, real *scratch);

/* The gradient of W from x and delta = d loss / d z, summed over rows and positions, times share;
 * what was there is overwritten. */
void ins_convolution_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                      const real *x, const real *delta, real *gradient,
                                      real *scratch);

/* d loss / d x from delta and W; what was there is overwritten. */
void ins_convolution_backward_data(const ins_convolution *convolution, size_t rows,
                                   const real *delta, const real *w, real *x_delta, real *scratch);

#endif
