/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix product in which every element of C goes through the same sequence of roundings.
 *
 * The optimised kernels of a BLAS compute the columns at the edges of their tiles in another order
 * of summation, so that units with equal weights get outputs that differ in the last bit; training
 * then breaks a symmetry that the mathematics keeps for ever. Here the order of summation of an
 * element is written down and depends on k alone, and C does not let a compiler change it. */
#include <config.h>

#include "uniform_product.h"

#include <string.h>

#include "initscope/vector.h"

/* Partial sums of a dot product, and dot products that are folded together. */
enum { LANES = 16, DOTS = 16 };

INS_VECTORIZED_PART void add_products(size_t n, const real *restrict a, const real *restrict b,
                                      real *restrict out)
{
    real sum[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
#pragma omp simd
        for (size_t lane = 0; lane < LANES; lane++) sum[lane] += a[i + lane] * b[i + lane];
    }
#pragma omp simd
    for (size_t lane = 0; lane < LANES; lane++) out[lane] = sum[lane];
    /* Not in sum, which would be written by element and then read as a whole at once. */
    for (size_t lane = 0; i < n; i++, lane++) out[lane] += a[i] * b[i];
}

/* Adds the upper half of the lanes of each dot product to the lower half. */
INS_VECTORIZED_PART void fold(size_t half, const real *restrict lanes, real *restrict out)
{
    for (size_t d = 0; d < DOTS; d++) {
        for (size_t lane = 0; lane < half; lane++)
            out[d * half + lane] = lanes[2 * d * half + lane] + lanes[(2 * d + 1) * half + lane];
    }
}

/* c (n) = alpha * sum over i of a[i] b[., i] (n, k): LANES partial sums, folded in halves. */
INS_VECTORIZED_PART void dots(size_t n, size_t k, real alpha, const real *a, const real *b, real *c)
{
    real even[DOTS * LANES], odd[DOTS * LANES / 2];
    for (size_t first = 0; first < n; first += DOTS) {
        const size_t count = n - first < DOTS ? n - first : DOTS;
        for (size_t d = 0; d < count; d++)
            add_products(k, a, b + (first + d) * k, even + d * LANES);
        for (size_t i = count * LANES; i < DOTS * LANES; i++) even[i] = 0;
        fold(8, even, odd);
        fold(4, odd, even);
        fold(2, even, odd);
        fold(1, odd, even);
        for (size_t d = 0; d < count; d++) c[first + d] = alpha * even[d];
    }
}

/* c (n) = alpha * sum over i of a[i * stride] b[i] (k, n of width), in the order of i; four rows of
 * b at a time spare three passes over c. */
INS_VECTORIZED_PART void combine(size_t n, size_t k, real alpha, const real *a, size_t stride,
                                 const real *restrict b, size_t width, real *restrict c)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++) c[j] = 0;
    size_t i = 0;
    for (; i + 4 <= k; i += 4) {
        const real a0 = a[i * stride], a1 = a[(i + 1) * stride];
        const real a2 = a[(i + 2) * stride], a3 = a[(i + 3) * stride];
        const real *restrict b0 = b + i * width, *restrict b1 = b0 + width;
        const real *restrict b2 = b1 + width, *restrict b3 = b2 + width;
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            c[j] = (((c[j] + a0 * b0[j]) + a1 * b1[j]) + a2 * b2[j]) + a3 * b3[j];
    }
    for (; i < k; i++) {
        const real factor = a[i * stride];
#pragma omp simd
        for (size_t j = 0; j < n; j++) c[j] += factor * b[i * width + j];
    }
#pragma omp simd
    for (size_t j = 0; j < n; j++) c[j] *= alpha;
}

/* Whether all rows, or columns, of x (rows, columns) are the same, bit for bit: each row, or
 * element of a row, is compared with the next. */
static bool rows_agree(const real *x, size_t rows, size_t columns)
{
    return memcmp(x, x + columns, (rows - 1) * columns * sizeof *x) == 0;
}

static bool columns_agree(const real *x, size_t rows, size_t columns)
{
    for (size_t r = 0; r < rows; r++, x += columns) {
        if (memcmp(x, x + 1, (columns - 1) * sizeof *x) != 0) return false;
    }
    return true;
}

/* Equal units are what these products are for: what they make equal is computed once. */
INS_VECTORIZED void ins_uniform_product(bool transpose_a, bool transpose_b, size_t m, size_t n,
                                        size_t k, real alpha, const real *a, const real *b, real *c)
{
    const bool one_row = transpose_a ? columns_agree(a, k, m) : rows_agree(a, m, k);
    const bool one_column = transpose_b ? rows_agree(b, n, k) : columns_agree(b, k, n);
    const size_t rows = one_row ? 1 : m, columns = one_column ? 1 : n;
    for (size_t i = 0; i < rows; i++) {
        const real *row = transpose_a ? a + i : a + i * k;
        if (transpose_b)
            dots(columns, k, alpha, row, b, c + i * n);
        else
            combine(columns, k, alpha, row, transpose_a ? m : 1, b, n, c + i * n);
        for (size_t j = columns; j < n; j++) c[i * n + j] = c[i * n];
    }
    for (size_t i = rows; i < m; i++) memcpy(c + i * n, c, n * sizeof *c);
}
