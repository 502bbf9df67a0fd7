/* A matrix that is wide is decomposed transposed: GSL wants at least as many rows as columns. It is
 * divided by its largest element first, so that squares neither overflow nor vanish. */
#include <config.h>

#include "initscope/spectrum.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "initscope/memory.h"

/* A matrix of m elements has at most sqrt(m) singular values, so m also holds their right vectors.
 */
struct ins_spectrum_workspace {
    double *matrix;         /* (elements), tall */
    double *right;          /* (elements) */
    double *values, *spare; /* (rank) */
};

/* What a workspace holds, in doubles: two matrices and two lists of singular values, of which there
 * are fewer than this. */
static bool doubles_of(size_t elements, size_t *rank, size_t *total)
{
    *rank = (size_t)sqrt((double)elements) + 1;
    return !__builtin_mul_overflow(elements, (size_t)2, total) &&
           !__builtin_add_overflow(*total, 2 * *rank, total);
}

bool ins_spectrum_size(size_t elements, size_t *bytes)
{
    size_t rank, total;
    return doubles_of(elements, &rank, &total) &&
           !__builtin_mul_overflow(total, sizeof(double), bytes);
}

ins_spectrum_workspace *ins_spectrum_workspace_new(size_t elements)
{
    static const char what[] = "singular values";
    size_t rank, total;
    if (!doubles_of(elements, &rank, &total)) total = SIZE_MAX;
    ins_spectrum_workspace *workspace = ins_allocate(1, sizeof *workspace, what);
    workspace->matrix = ins_allocate(total, sizeof(double), what);
    workspace->right = workspace->matrix + elements;
    workspace->values = workspace->right + elements;
    workspace->spare = workspace->values + rank;
    return workspace;
}

void ins_spectrum_workspace_free(ins_spectrum_workspace *workspace)
{
    if (!workspace) return;
    free(workspace->matrix);
    free(workspace);
}

/* Of the matrix in the workspace, which is tall. */
static const double *decompose(ins_spectrum_workspace *w, size_t rows, size_t columns)
{
    double largest = 0;
    for (size_t i = 0; i < rows * columns; i++) {
        if (!isfinite(w->matrix[i])) return NULL;
        largest = fmax(largest, fabs(w->matrix[i]));
    }
    for (size_t i = 0; largest > 0 && i < rows * columns; i++) w->matrix[i] /= largest;
    gsl_matrix_view matrix = gsl_matrix_view_array(w->matrix, rows, columns);
    gsl_matrix_view right = gsl_matrix_view_array(w->right, columns, columns);
    gsl_vector_view values = gsl_vector_view_array(w->values, columns);
    gsl_vector_view spare = gsl_vector_view_array(w->spare, columns);
    if (gsl_linalg_SV_decomp(&matrix.matrix, &right.matrix, &values.vector, &spare.vector) !=
        GSL_SUCCESS)
        return NULL;
    for (size_t i = 0; i < columns; i++) w->values[i] *= largest;
    return w->values;
}

const double *ins_spectrum_of(ins_spectrum_workspace *workspace, const double *x, size_t rows,
                              size_t columns)
{
    bool tall = rows >= columns;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            workspace->matrix[tall ? i * columns + j : j * rows + i] = x[i * columns + j];
    return decompose(workspace, tall ? rows : columns, tall ? columns : rows);
}

const double *ins_spectrum_of_weights(ins_spectrum_workspace *workspace, const real *x, size_t rows,
                                      size_t columns)
{
    bool tall = rows >= columns;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            workspace->matrix[tall ? i * columns + j : j * rows + i] = (double)x[i * columns + j];
    return decompose(workspace, tall ? rows : columns, tall ? columns : rows);
}
