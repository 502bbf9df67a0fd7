/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values and eigenvalues: by LAPACK, and where it is not there by GSL. Matrices are
 * row-major and dense, their elements finite. No allocation. */
#ifndef INITSCOPE_STATS_DECOMPOSITION_H
#define INITSCOPE_STATS_DECOMPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/* Doubles of work: for the singular values of any matrix of so many elements, or instead for the
 * product of its rows with one another and its eigenvalues; for the eigenvalues of a matrix of so
 * many rows. */
size_t ins_singular_work(size_t elements);
size_t ins_eigen_work(size_t side);

/* The singular values of x (rows, columns), rows <= columns, which is overwritten, from the largest
 * on. integers has eight elements for each. False when the algorithm does not converge, as that of
 * Golub and Reinsch where many of them are 0. */
bool ins_singular_values(double *x, size_t rows, size_t columns, double *values, double *work,
                         int *integers);

/* The eigenvalues of the symmetric x (side, side), whose lower triangle is read and which is
 * overwritten, in any order. False when the algorithm does not converge. */
bool ins_eigenvalues(double *x, size_t side, double *values, double *work);

#endif
