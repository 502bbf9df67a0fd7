/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values of a matrix: by LAPACK, or by GSL where it is not there; from 65 on by
 * eigenvalues of the smaller product of the matrix with itself. */
#ifndef INITSCOPE_SPECTRUM_H
#define INITSCOPE_SPECTRUM_H

#include <stddef.h>

#include "initscope/carver.h"
#include "initscope/real.h"

typedef struct ins_spectrum_workspace ins_spectrum_workspace;

/* For matrices of at most elements elements. It is the carver's memory; NULL while that counts. */
ins_spectrum_workspace *ins_spectrum_lay_out(size_t elements, ins_carver *carver);

/* No allocation. The min(rows, columns) singular values of x (rows, columns), from the largest on;
 * they live in the workspace until the next call. NULL when an element is not finite or the
 * algorithm does not converge. rows, columns >= 1. */
const double *ins_spectrum_of(ins_spectrum_workspace *workspace, const double *x, size_t rows,
                              size_t columns);
const double *ins_spectrum_of_weights(ins_spectrum_workspace *workspace, const real *x, size_t rows,
                                      size_t columns);

#endif
