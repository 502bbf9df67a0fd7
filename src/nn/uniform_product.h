/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Products that keep equal units equal. */
#ifndef INITSCOPE_NN_UNIFORM_PRODUCT_H
#define INITSCOPE_NN_UNIFORM_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/real.h"

/* ins_product for beta = 0, and not both transposed, with the same rounding for every element of C
 * (m, n): equal rows of A, or equal columns of B, give bitwise equal results. Slower. */
void ins_uniform_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                         real alpha, const real *a, const real *b, real *c);

#endif
