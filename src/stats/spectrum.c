/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix that is wide is decomposed transposed: GSL wants at least as many rows as columns. It is
 * divided by its largest element first, so that squares neither overflow nor vanish.
 *
 * Golub-Reinsch costs 1 ms at 64 columns and 134 ms at 256, where the eigenvalues of X'X cost 7 ms.
 * They square the condition: a singular value is then exact to about 1e-15 of the square of the
 * largest over itself, far below the rounding of float32 weights unless it is tiny. So wide layers
 * take them. */
#include <config.h>

#include "initscope/spectrum.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sort_vector.h>

/* Most columns that are decomposed by Golub and Reinsch. */
enum { EXACT = 64 };

/* A matrix of m elements has at most sqrt(m) singular values, so m also holds their right vectors,
 * or X'X.
 */
struct ins_spectrum_workspace {
    double *matrix;                 /* (elements), tall */
    double *right;                  /* (elements) */
    double *values, *spare;         /* (rank) */
    gsl_eigen_symm_workspace eigen; /* its vectors have rank elements */
};

ins_spectrum_workspace *ins_spectrum_lay_out(size_t elements, ins_carver *c)
{
    size_t rank = (size_t)sqrt((double)elements) + 1;
    ins_spectrum_workspace *w = ins_carve(c, 1, sizeof *w), layout;
    layout.matrix = ins_carve(c, elements, sizeof(double));
    layout.right = ins_carve(c, elements, sizeof(double));
    layout.values = ins_carve(c, rank, sizeof(double));
    layout.spare = ins_carve(c, rank, sizeof(double));
    layout.eigen = (gsl_eigen_symm_workspace){.d = ins_carve(c, rank, sizeof(double)),
                                              .sd = ins_carve(c, rank, sizeof(double))};
    if (w != NULL) *w = layout;
    return w;
}

static bool golub_reinsch(ins_spectrum_workspace *w, gsl_matrix *matrix, gsl_vector *values)
{
    gsl_matrix_view right = gsl_matrix_view_array(w->right, matrix->size2, matrix->size2);
    gsl_vector_view spare = gsl_vector_view_array(w->spare, matrix->size2);
    return gsl_linalg_SV_decomp(matrix, &right.matrix, values, &spare.vector) == GSL_SUCCESS;
}

/* Eigenvalues below the precision of the largest are rounding: 0. */
static bool from_eigenvalues(ins_spectrum_workspace *w, gsl_matrix *matrix, gsl_vector *values)
{
    size_t columns = matrix->size2;
    gsl_matrix_view square = gsl_matrix_view_array(w->right, columns, columns);
    w->eigen.size = columns;
    if (gsl_blas_dsyrk(CblasLower, CblasTrans, 1, matrix, 0, &square.matrix) != GSL_SUCCESS ||
        gsl_eigen_symm(&square.matrix, values, &w->eigen) != GSL_SUCCESS)
        return false;
    gsl_sort_vector(values);
    gsl_vector_reverse(values);
    double floor = gsl_vector_get(values, 0) * (double)columns * DBL_EPSILON;
    for (size_t i = 0; i < columns; i++) {
        double square_of = gsl_vector_get(values, i);
        gsl_vector_set(values, i, square_of > floor ? sqrt(square_of) : 0);
    }
    return true;
}

/* Of the matrix in the workspace, which is tall and overwritten. */
static const double *decompose(ins_spectrum_workspace *w, size_t rows, size_t columns, bool exact)
{
    double largest = 0;
    for (size_t i = 0; i < rows * columns; i++) {
        if (!isfinite(w->matrix[i])) return NULL;
        largest = fmax(largest, fabs(w->matrix[i]));
    }
    for (size_t i = 0; largest > 0 && i < rows * columns; i++) w->matrix[i] /= largest;
    gsl_matrix_view matrix = gsl_matrix_view_array(w->matrix, rows, columns);
    gsl_vector_view values = gsl_vector_view_array(w->values, columns);
    bool done = exact && columns <= EXACT ? golub_reinsch(w, &matrix.matrix, &values.vector)
                                          : from_eigenvalues(w, &matrix.matrix, &values.vector);
    if (!done) return NULL;
    for (size_t i = 0; i < columns; i++) w->values[i] *= largest;
    return w->values;
}

/* Golub and Reinsch's iteration does not always end where many singular values are 0, as with equal
 * weights: then the eigenvalues are asked. */
const double *ins_spectrum_of(ins_spectrum_workspace *workspace, const double *x, size_t rows,
                              size_t columns)
{
    bool tall = rows >= columns;
    const double *values = NULL;
    for (int exact = 1; exact >= 0 && values == NULL; exact--) {
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                workspace->matrix[tall ? i * columns + j : j * rows + i] = x[i * columns + j];
        values = decompose(workspace, tall ? rows : columns, tall ? columns : rows, exact);
    }
    return values;
}

const double *ins_spectrum_of_weights(ins_spectrum_workspace *workspace, const real *x, size_t rows,
                                      size_t columns)
{
    bool tall = rows >= columns;
    const double *values = NULL;
    for (int exact = 1; exact >= 0 && values == NULL; exact--) {
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                workspace->matrix[tall ? i * columns + j : j * rows + i] =
                    (double)x[i * columns + j];
        values = decompose(workspace, tall ? rows : columns, tall ? columns : rows, exact);
    }
    return values;
}
