/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions of three rows of taps, with stride 1 and one group, two lines at a time by four
 * products instead of six: Winograd's minimal filtering F(2, 3) along the height (Lavin & Gray
 * 2016, section 4.1). Rounding is that of sums of two lines. The functions are those of
 * convolution.h. */
#ifndef INITSCOPE_NN_WINOGRAD_H
#define INITSCOPE_NN_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/real.h"

#include "convolution_shape.h"

/* Whether it applies, and pays: products of few elements cost less than the sums of lines. */
bool ins_winograd_pays(const ins_convolution *convolution);

size_t ins_winograd_scratch(const ins_convolution *convolution);

void ins_winograd_forward(const ins_convolution *convolution, size_t rows, const real *x,
                          const real *w, const real *b, real *z, real *scratch);
void ins_winograd_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                   const real *x, const real *delta, real *gradient, real *scratch);
void ins_winograd_backward_data(const ins_convolution *convolution, size_t rows, const real *delta,
                                const real *w, real *x_delta, real *scratch);

#endif
