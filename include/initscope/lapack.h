/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values and eigenvalues by LAPACK, which OpenBLAS brings along: the only door to it.
 * Matrices are row-major and dense, dimensions at least 1 and at most INT_MAX, elements finite. No
 * allocation. */
#ifndef INITSCOPE_LAPACK_H
#define INITSCOPE_LAPACK_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is there; where it is not, the decompositions fail. */
bool ins_lapack_is_here(void);

/* Doubles of work: for the singular values of any matrix of so many elements, and for the
 * eigenvalues of one of so many rows. */
size_t ins_lapack_singular_work(size_t elements);
size_t ins_lapack_eigen_work(size_t side);

/* The min(rows, columns) singular values of x, which is overwritten, from the largest on; integers
 * has eight elements for each. Fastest where rows <= columns. False when it does not converge. */
bool ins_lapack_singular_values(double *x, size_t rows, size_t columns, double *values,
                                double *work, int *integers);

/* The eigenvalues of the symmetric x (side, side), whose lower triangle is read and which is
 * overwritten, from the smallest on. False when it does not converge. */
bool ins_lapack_eigenvalues(double *x, size_t side, double *values, double *work);

#endif
