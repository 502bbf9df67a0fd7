/* Convolutions: z = x * W + b and its derivatives, apart from any network.
 *
 * A sample of x is (input[0], input[1], channels), one of z is (output[0], output[1], units):
 * height, width, channel, so that a sequence has width 1. W is (units, kernel[0], kernel[1],
 * channels / groups). With taps (u, v), and x = 0 outside of its bounds,
 *
 *     z[n, i, j, o] = b[o] + sum over u, v, c of W[o, u, v, c]
 *                            x[n, i * stride + u - before[0], j * stride + v - before[1], c]
 *
 * where c runs over the channels of the group of unit o: units and channels are divided among the
 * groups in order. All arrays are row-major and belong to the caller. */
#ifndef INITSCOPE_NN_CONVOLUTION_H
#define INITSCOPE_NN_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/real.h"

/* All sizes are at least 1; before may be 0. */
typedef struct ins_convolution {
    size_t input[2];
    size_t channels;
    size_t output[2];
    size_t units;
    size_t kernel[2];
    size_t stride;
    size_t before[2]; /* zeros above, and on the left */
    size_t groups;    /* divides channels and units; as many as channels: depthwise */
    bool uniform;     /* units, or channels, with equal weights stay equal, bit for bit; slower */
} ins_convolution;

/* The extent of the output along an axis of the input, and in *before the zeros that precede it.
 * same: ceil(input / stride), the zeros divided as Keras and TensorFlow do, the odd one behind.
 * Else
 * ("valid") there are none, and the extent is 0 where the kernel is longer than the input. */
size_t ins_convolution_extent(bool same, size_t input, size_t kernel, size_t stride,
                              size_t *before);

/* How many elements of scratch the functions below need for up to so many rows: one padded sample,
 * and patches that fit a cache. SIZE_MAX: they cannot be counted. */
size_t ins_convolution_scratch(const ins_convolution *convolution, size_t rows);

/* For all of them: rows is at least 1; scratch is aligned to 64 bytes, and nothing is left in it
 * for another call. Padding is multiplied as other zeros are: where a weight or delta is infinite,
 * NaN comes of it. */

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
