/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* LAPACK by its Fortran names, which every OpenBLAS has, while Debian's is without LAPACKE. The
 * lengths of the strings follow all other arguments.
 *
 * Matrices are reduced in blocks as wide as the work allows. It is told from the shape alone, so
 * that the same matrix has the same last digits whatever memory is at hand. */
#include <config.h>

#include "initscope/lapack.h"

#include <limits.h>
#include <math.h>

#include "initscope/error.h"

/* Columns of a block, what ILAENV of LAPACK says of these reductions; less is allowed. */
enum { BLOCK = 32 };

size_t ins_lapack_singular_work(size_t elements)
{
    size_t rank = (size_t)sqrt((double)elements) + 1;
    return elements + (10 + 3 * BLOCK) * rank;
}

size_t ins_lapack_eigen_work(size_t side)
{
    return 1 + (2 + BLOCK) * side;
}

#if defined HAVE_LAPACK && !defined INS_WITHOUT_LAPACK

void dgesdd_(const char *job, const int *rows, const int *columns, double *x, const int *x_step,
             double *values, double *left, const int *left_step, double *right,
             const int *right_step, double *work, const int *work_size, int *integers, int *status,
             size_t job_length);
void dsyevd_(const char *job, const char *triangle, const int *side, double *x, const int *x_step,
             double *values, double *work, const int *work_size, int *integers,
             const int *integers_size, int *status, size_t job_length, size_t triangle_length);

static int dimension(size_t value)
{
    if (value > INT_MAX) ins_die("a matrix of dimension %zu is beyond LAPACK", value);
    return (int)value;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool ins_lapack_is_here(void)
{
    return true;
}

/* What is a row here is a column there. Matrices of twice as many columns as rows become triangles
 * first, whose reduction needs the work of a square. */
bool ins_lapack_singular_values(double *x, size_t rows, size_t columns, double *values,
                                double *work, int *integers)
{
    const size_t few = least(rows, columns), many = most(rows, columns);
    const size_t needed = 3 * few + most(many, 7 * few),
                 blocks = BLOCK * (few + least(many, 2 * few));
    const int m = dimension(columns), n = dimension(rows), size = dimension(needed + blocks);
    const int one = 1;
    int status;
    dgesdd_("N", &m, &n, x, &m, values, NULL, &one, NULL, &one, work, &size, integers, &status, 1);
    return status == 0;
}

/* The lower triangle of rows is the upper one of columns. */
bool ins_lapack_eigenvalues(double *x, size_t side, double *values, double *work)
{
    const int n = dimension(side), size = dimension(ins_lapack_eigen_work(side)), one = 1;
    int status, integer;
    dsyevd_("N", "U", &n, x, &n, values, work, &size, &integer, &one, &status, 1, 1);
    return status == 0;
}

#else

bool ins_lapack_is_here(void)
{
    return false;
}

bool ins_lapack_singular_values(double *x, size_t rows, size_t columns, double *values,
                                double *work, int *integers)
{
    (void)x, (void)rows, (void)columns, (void)values, (void)work, (void)integers;
    return false;
}

bool ins_lapack_eigenvalues(double *x, size_t side, double *values, double *work)
{
    (void)x, (void)side, (void)values, (void)work;
    return false;
}

#endif
