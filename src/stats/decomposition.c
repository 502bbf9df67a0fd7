/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* GSL's singular values are those of Golub and Reinsch, of as many rows as columns at least. */
#include <config.h>

#include "decomposition.h"

#include <math.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "initscope/lapack.h"

size_t ins_singular_work(size_t elements)
{
    size_t rank = (size_t)sqrt((double)elements) + 1;
    return ins_lapack_is_here() ? ins_lapack_singular_work(elements) : 2 * (elements + rank);
}

size_t ins_eigen_work(size_t side)
{
    return ins_lapack_is_here() ? ins_lapack_eigen_work(side) : 2 * side;
}

/* Of x transposed; its right vectors and what GSL works with stand behind it. */
static bool golub_reinsch(const double *x, size_t rows, size_t columns, double *values,
                          double *work)
{
    double *right = work + rows * columns;
    gsl_matrix_const_view given = gsl_matrix_const_view_array(x, rows, columns);
    gsl_matrix_view turned = gsl_matrix_view_array(work, columns, rows);
    gsl_matrix_view vectors = gsl_matrix_view_array(right, rows, rows);
    gsl_vector_view spare = gsl_vector_view_array(right + rows * rows, rows);
    gsl_vector_view found = gsl_vector_view_array(values, rows);
    gsl_matrix_transpose_memcpy(&turned.matrix, &given.matrix);
    return gsl_linalg_SV_decomp(&turned.matrix, &vectors.matrix, &found.vector, &spare.vector) ==
           GSL_SUCCESS;
}

static bool symmetric_qr(double *x, size_t side, double *values, double *work)
{
    gsl_matrix_view matrix = gsl_matrix_view_array(x, side, side);
    gsl_vector_view found = gsl_vector_view_array(values, side);
    gsl_eigen_symm_workspace workspace = {.size = side, .d = work, .sd = work + side};
    return gsl_eigen_symm(&matrix.matrix, &found.vector, &workspace) == GSL_SUCCESS;
}

bool ins_singular_values(double *x, size_t rows, size_t columns, double *values, double *work,
                         int *integers)
{
    return ins_lapack_is_here()
               ? ins_lapack_singular_values(x, rows, columns, values, work, integers)
               : golub_reinsch(x, rows, columns, values, work);
}

bool ins_eigenvalues(double *x, size_t side, double *values, double *work)
{
    return ins_lapack_is_here() ? ins_lapack_eigenvalues(x, side, values, work)
                                : symmetric_qr(x, side, values, work);
}
