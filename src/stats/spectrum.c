/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix is divided by its largest element first, so that squares neither overflow nor vanish.
 *
 * At 256 columns the eigenvalues of X'X cost half of what singular values cost LAPACK, and a
 * twentieth of what they cost GSL. They square the condition: a singular value is then exact to
 * about 1e-15 of the square of the largest over itself, far below the rounding of float32 weights
 * unless it is tiny. So wide layers take them. */
#include <config.h>

#include "initscope/spectrum.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sort_double.h>

#include "initscope/vector.h"

#include "decomposition.h"

/* Most rows of what is not decomposed by its eigenvalues; lanes of a maximum. */
enum { EXACT = 64, LANES = 8 };

/* A matrix of m elements has at most sqrt(m) singular values. */
struct ins_spectrum_workspace {
    double *matrix; /* (elements), as many columns as rows at least */
    double *values; /* (rank) */
    double *work;   /* ins_singular_work(elements) */
    int *integers;  /* (rank, 8) */
};

ins_spectrum_workspace *ins_spectrum_lay_out(size_t elements, ins_carver *c)
{
    size_t rank = (size_t)sqrt((double)elements) + 1;
    ins_spectrum_workspace *w = ins_carve(c, 1, sizeof *w), layout;
    layout.matrix = ins_carve(c, elements, sizeof(double));
    layout.values = ins_carve(c, rank, sizeof(double));
    layout.work = ins_carve(c, ins_singular_work(elements), sizeof(double));
    layout.integers = ins_carve(c, 8 * rank, sizeof(int));
    if (w != NULL) *w = layout;
    return w;
}

/* The eigenvalues of XX'. Those below the precision of the largest are rounding: 0. */
static bool from_eigenvalues(ins_spectrum_workspace *w, size_t rows, size_t columns)
{
    double *const square = w->work, *const rest = w->work + rows * rows;
    gsl_matrix_view matrix = gsl_matrix_view_array(w->matrix, rows, columns);
    gsl_matrix_view product = gsl_matrix_view_array(square, rows, rows);
    if (gsl_blas_dsyrk(CblasLower, CblasNoTrans, 1, &matrix.matrix, 0, &product.matrix) !=
            GSL_SUCCESS ||
        !ins_eigenvalues(square, rows, w->values, rest))
        return false;
    gsl_sort(w->values, 1, rows);
    for (size_t i = 0, j = rows - 1; i < j; i++, j--) {
        const double smaller = w->values[i];
        w->values[i] = w->values[j];
        w->values[j] = smaller;
    }
    double floor = w->values[0] * (double)rows * DBL_EPSILON;
    for (size_t i = 0; i < rows; i++) w->values[i] = w->values[i] > floor ? sqrt(w->values[i]) : 0;
    return true;
}

/* NAN when an element is not finite. */
INS_VECTORIZED static double largest_of(const double *x, size_t count)
{
    double largest[LANES] = {0}, nothing[LANES] = {0}, found = 0, sum = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
#pragma omp simd
        for (size_t lane = 0; lane < LANES; lane++) {
            const double a = fabs(x[i + lane]);
            largest[lane] = a > largest[lane] ? a : largest[lane];
            nothing[lane] += a * 0;
        }
    }
    for (; i < count; i++) {
        found = fmax(found, fabs(x[i]));
        nothing[0] += x[i] * 0;
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        found = fmax(found, largest[lane]);
        sum += nothing[lane];
    }
    return found + sum;
}

/* Of the matrix in the workspace, which is overwritten. Weights that are all 0 are no rare case. */
static const double *decompose(ins_spectrum_workspace *w, size_t rows, size_t columns, bool exact)
{
    const double largest = largest_of(w->matrix, rows * columns);
    if (isnan(largest)) return NULL;
    if (!(largest > 0)) return memset(w->values, 0, rows * sizeof *w->values);
    for (size_t i = 0; i < rows * columns; i++) w->matrix[i] /= largest;
    bool done = exact && rows <= EXACT
                    ? ins_singular_values(w->matrix, rows, columns, w->values, w->work, w->integers)
                    : from_eigenvalues(w, rows, columns);
    if (!done) return NULL;
    for (size_t i = 0; i < rows; i++) w->values[i] *= largest;
    return w->values;
}

/* Where singular values are not found, the eigenvalues are asked. */
const double *ins_spectrum_of(ins_spectrum_workspace *workspace, const double *x, size_t rows,
                              size_t columns)
{
    bool wide = rows <= columns;
    const double *values = NULL;
    for (int exact = 1; exact >= 0 && values == NULL; exact--) {
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                workspace->matrix[wide ? i * columns + j : j * rows + i] = x[i * columns + j];
        values = decompose(workspace, wide ? rows : columns, wide ? columns : rows, exact);
    }
    return values;
}

const double *ins_spectrum_of_weights(ins_spectrum_workspace *workspace, const real *x, size_t rows,
                                      size_t columns)
{
    bool wide = rows <= columns;
    const double *values = NULL;
    for (int exact = 1; exact >= 0 && values == NULL; exact--) {
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                workspace->matrix[wide ? i * columns + j : j * rows + i] =
                    (double)x[i * columns + j];
        values = decompose(workspace, wide ? rows : columns, wide ? columns : rows, exact);
    }
    return values;
}
