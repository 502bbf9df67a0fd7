/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products on CBLAS. */
#include <config.h>

#include "initscope/blas.h"

#include <limits.h>

#include <cblas.h>

#ifdef INS_REAL_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

/* Every dimension is a C int in CBLAS. */
static int dimension(size_t value)
{
    if (value > INT_MAX) ins_die("a matrix of dimension %zu is beyond BLAS", value);
    return (int)value;
}

void ins_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
                 const real *a, const real *b, real beta, real *c)
{
    int rows = dimension(m), columns = dimension(n), inner = dimension(k);

    GEMM(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
         transpose_b ? CblasTrans : CblasNoTrans, rows, columns, inner, alpha, a,
         transpose_a ? rows : inner, b, transpose_b ? inner : columns, beta, c, columns);
}
