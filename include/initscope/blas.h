/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products: the only door to CBLAS. One thread; parallelism is over trials. */
#ifndef INITSCOPE_BLAS_H
#define INITSCOPE_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/real.h"

/* Pins the library to one thread, and checks one product against a plain triple loop (a broken
 * kernel is INS_INTERNAL, naming the core type and OPENBLAS_CORETYPE). Call once, before threads
 * start. */
ins_status ins_blas_start(ins_error *error);

/* "OpenBLAS 0.3.21 SkylakeX", "GSL CBLAS", or "unknown CBLAS (PATH)": the library that cblas_sgemm
 * really binds to at run time, not the one that was asked for. */
const char *ins_blas_name(void);

/* C (m,n) = alpha op(A) op(B) + beta C; all row-major and dense. op(A) is (m,k), op(B) is (k,n): A
 * is stored (k,m) when transpose_a, B is stored (n,k) when transpose_b. Each of m, n, k at most
 * INT_MAX. beta = 0 ignores C. */
void ins_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, real alpha,
                 const real *a, const real *b, real beta, real *c);

#endif
