/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values, by LAPACK and compiled once more by GSL. Oracle: numpy.linalg.svd of NumPy 1.24
 * on the same matrices, and exact invariants. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "initscope/blas.h"
#include "initscope/lapack.h"
#include "initscope/spectrum.h"

#include "jacobi.h"

static const struct {
    size_t rows, columns;
    double x[25], value[5];
} oracle[] = {
    {3,
     4,
     {2, -1, 0.5, 3, 0, 4, 1, -2, 1.5, 0.25, -3, 1},
     {5.441026316916987, 3.2857031424234986, 2.6761703007254765}},
    {6,
     3,
     {-5, -2, 1, 2, 5, -3, -2, 1, 4, 5, -3, 0, 1, 4, -4, -3, 0, 3},
     {10.22618166709545, 7.3379918599789224, 3.9470348331936393}},
    /* The Hilbert matrix, of condition 477000. */
    {5,
     5,
     {1,      1. / 2, 1. / 3, 1. / 4, 1. / 5, 1. / 2, 1. / 3, 1. / 4, 1. / 5,
      1. / 6, 1. / 3, 1. / 4, 1. / 5, 1. / 6, 1. / 7, 1. / 4, 1. / 5, 1. / 6,
      1. / 7, 1. / 8, 1. / 5, 1. / 6, 1. / 7, 1. / 8, 1. / 9},
     {1.5670506910982309, 0.20853421861101334, 0.011407491623419790, 3.0589804015118167e-04,
      3.2879287721761889e-06}},
};

enum { ORACLES = sizeof oracle / sizeof oracle[0] };

static ins_spectrum_workspace *workspace;

static ins_spectrum_workspace *workspace_of(size_t elements)
{
    ins_carver carver = {0};
    ins_spectrum_lay_out(elements, &carver);
    ins_carver_allocate(&carver, "singular values");
    return ins_spectrum_lay_out(elements, &carver);
}

static void setup(void)
{
    ins_error error = {0};
    gsl_set_error_handler_off();
    ck_assert_int_eq(ins_blas_start(&error), INS_OK);
    workspace = workspace_of(25);
}

static void teardown(void)
{
    free(workspace);
}

static size_t rank_of(int i)
{
    return oracle[i].rows < oracle[i].columns ? oracle[i].rows : oracle[i].columns;
}

/* Also of the matrix transposed, and many orders of magnitude smaller and larger. */
START_TEST(test_oracle)
{
    static const double scales[] = {1, 1e-250, 1e250};
    size_t rows = oracle[_i].rows, columns = oracle[_i].columns;
    double x[25], transposed[25];
    for (size_t s = 0; s < 3; s++) {
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++) {
                x[i * columns + j] = scales[s] * oracle[_i].x[i * columns + j];
                transposed[j * rows + i] = x[i * columns + j];
            }
        for (size_t turn = 0; turn < 2; turn++) {
            const double *value = turn ? ins_spectrum_of(workspace, transposed, columns, rows)
                                       : ins_spectrum_of(workspace, x, rows, columns);
            ck_assert_ptr_nonnull(value);
            for (size_t i = 0; i < rank_of(_i); i++)
                ck_assert_double_eq_tol(value[i] / scales[s], oracle[_i].value[i],
                                        1e-14 * oracle[_i].value[0]);
        }
    }
}
END_TEST

START_TEST(test_weights)
{
    real w[25];
    for (size_t i = 0; i < 18; i++) w[i] = (real)oracle[1].x[i]; /* small integers: exact */
    const double *value = ins_spectrum_of_weights(workspace, w, 6, 3);
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < 3; i++) ck_assert_double_eq_tol(value[i], oracle[1].value[i], 1e-13);
}
END_TEST

/* All zero; one row, whose length is the only value; rank 1. */
START_TEST(test_degenerate)
{
    double zero[6] = {0}, row[2] = {3, 4}, same[9];
    const double *value = ins_spectrum_of(workspace, zero, 2, 3);
    ck_assert_ptr_nonnull(value);
    ck_assert(value[0] == 0 && value[1] == 0);
    value = ins_spectrum_of(workspace, row, 1, 2);
    ck_assert_double_eq_tol(value[0], 5, 1e-14);
    for (size_t i = 0; i < 9; i++) same[i] = 2;
    value = ins_spectrum_of(workspace, same, 3, 3);
    ck_assert_double_eq_tol(value[0], 6, 1e-14);
    ck_assert_double_le(value[1], 1e-14);
    ck_assert_double_le(value[2], 1e-14);
}
END_TEST

/* Equal weights, as constant initialization makes them: rank 1 at every size, also where the
 * iteration of Golub and Reinsch does not end. */
START_TEST(test_equal_weights)
{
    enum { MOST = 40 };
    static real equal[MOST * MOST];
    ins_spectrum_workspace *most = workspace_of(MOST * MOST);
    for (size_t i = 0; i < MOST * MOST; i++) equal[i] = (real)0.3;
    for (size_t n = 2; n <= MOST; n++) {
        const double *value = ins_spectrum_of_weights(most, equal, n, n);
        ck_assert_msg(value != NULL, "no singular values of %zu x %zu equal weights", n, n);
        ck_assert_double_eq_tol(value[0], (double)equal[0] * (double)n, 1e-12 * (double)n);
        for (size_t i = 1; i < n; i++) ck_assert_double_le(value[i], 1e-7 * value[0]);
    }
    free(most);
}
END_TEST

/* What weights may be: the element at (i, j) of a matrix of so many columns. */
static double drawn(size_t i, size_t j, size_t columns)
{
    const uint64_t mixed = (i * columns + j + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (double)((mixed ^ mixed >> 31) * UINT64_C(0xbf58476d1ce4e5b9) >> 11) / 0x1p53 - 0.5;
}

static double all_equal(size_t i, size_t j, size_t columns)
{
    (void)i, (void)j, (void)columns;
    return 0.3;
}

static double all_zero(size_t i, size_t j, size_t columns)
{
    (void)i, (void)j, (void)columns;
    return 0;
}

static double copies_of_two(size_t i, size_t j, size_t columns)
{
    return drawn(i % 2, j, columns);
}

static double one_element(size_t i, size_t j, size_t columns)
{
    return i == 0 && j == columns - 1 ? -7 : 0;
}

static double graded(size_t i, size_t j, size_t columns)
{
    return drawn(i, j, columns) * pow(10, -12 * (double)j / (double)columns);
}

static double almost_too_large(size_t i, size_t j, size_t columns)
{
    return drawn(i, j, columns) * 6e38;
}

static double almost_nothing(size_t i, size_t j, size_t columns)
{
    return drawn(i, j, columns) * 1e-44;
}

static double (*const kinds[])(size_t i, size_t j, size_t columns) = {
    drawn,       all_equal, all_zero,         copies_of_two,
    one_element, graded,    almost_too_large, almost_nothing};

static const size_t shapes[][2] = {{1, 1},   {1, 9},   {9, 1},   {2, 2},    {3, 40},  {40, 3},
                                   {33, 33}, {64, 64}, {20, 97}, {100, 30}, {66, 90}, {70, 65}};

/* Singular values are right to the rounding of the largest; where they come from the eigenvalues of
 * the square, as those of matrices that GSL cannot decompose do, their squares are. */
static void check_like_jacobi(const real *w, size_t rows, size_t columns)
{
    enum { MOST = 66 * 90 };
    static long double x[MOST];
    const bool wide = rows < columns;
    const size_t rank = wide ? rows : columns, many = wide ? columns : rows;
    const bool exact = rank <= 64 && ins_lapack_is_here();
    double expected[MOST] = {0};
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            x[wide ? j * rows + i : i * columns + j] = (long double)w[i * columns + j];
    ck_assert(ins_jacobi(x, many, rank, expected));
    const double *value = ins_spectrum_of_weights(workspace, w, rows, columns);
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < rank; i++) {
        const double shares[] = {value[i] / (expected[0] + DBL_MIN),
                                 expected[i] / (expected[0] + DBL_MIN)};
        const double apart =
            exact ? shares[0] - shares[1] : shares[0] * shares[0] - shares[1] * shares[1];
        ck_assert_msg(fabs(apart) <= (ins_lapack_is_here() ? 2e-14 : 1e-12),
                      "%zu x %zu: value %zu is %.17g, not %.17g", rows, columns, i, value[i],
                      expected[i]);
    }
}

START_TEST(test_jacobi)
{
    static real w[66 * 90];
    free(workspace);
    workspace = workspace_of(66 * 90);
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        const size_t rows = shapes[s][0], columns = shapes[s][1];
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                w[i * columns + j] = (real)kinds[_i](i, j, columns);
        check_like_jacobi(w, rows, columns);
    }
}
END_TEST

/* H D H' with Householder reflections H: x (rows, columns) has the singular values of D. */
static void reflect(const double *values, size_t rows, size_t columns, double *x)
{
    const size_t rank = rows < columns ? rows : columns;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double sum = 0;
            for (size_t k = 0; k < rank; k++)
                sum += ((i == k) - 2.0 / (double)rows) * values[k] *
                       ((j == k) - 2.0 / (double)columns);
            x[i * columns + j] = sum;
        }
}

/* Matrices of known singular values, in both orientations and with a rank that is not full: as long
 * as LAPACK's blocks, twice as wide as high, and so wide that eigenvalues are taken. Their squares
 * hide what is a 1e-8th of the largest. */
static const struct {
    size_t rows, columns, rank;
    double rest;
} large[] = {{64, 64, 60, 1e-13},
             {130, 50, 50, 0},
             {300, 3, 2, 1e-13},
             {90, 80, 70, 1e-6},
             {200, 65, 65, 0}};

START_TEST(test_large)
{
    enum { ELEMENTS = 13000, RANK = 80 };
    static double x[ELEMENTS];
    const size_t rows = large[_i].rows, columns = large[_i].columns;
    double known[RANK] = {0};
    for (size_t j = 0; j < large[_i].rank; j++) known[j] = 5 - 0.05 * (double)j;
    ins_spectrum_workspace *own = workspace_of(rows * columns);
    for (size_t turn = 0; turn < 2; turn++) {
        const size_t high = turn ? columns : rows, wide = turn ? rows : columns;
        reflect(known, high, wide, x);
        const double *value = ins_spectrum_of(own, x, high, wide);
        ck_assert_ptr_nonnull(value);
        for (size_t i = 0; i < columns; i++)
            ck_assert_double_eq_tol(value[i], known[i],
                                    i < large[_i].rank ? 1e-13 * known[0] : large[_i].rest);
    }
    free(own);
}
END_TEST

/* What one thread finds, many find at the same time, bit for bit. */
enum { THREADS = 4, TURNS = 40, SIDE = 64, FOUND = 2 * SIDE };

typedef struct worker {
    ins_spectrum_workspace *workspace;
    double found[FOUND];
    bool same;
} worker;

static void find_both(worker *w)
{
    static const size_t sides[] = {SIDE, SIDE + 1};
    double x[(SIDE + 1) * (SIDE + 1)];
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s] * sides[s]; i++) x[i] = (double)(i * i % 1009) / 1009 - 0.5;
        const double *value = ins_spectrum_of(w->workspace, x, sides[s], sides[s]);
        ck_assert_ptr_nonnull(value);
        memcpy(w->found + s * SIDE, value, SIDE * sizeof *value);
    }
}

static void *work(void *argument)
{
    worker *w = argument;
    double first[FOUND];
    find_both(w);
    memcpy(first, w->found, sizeof first);
    w->same = true;
    for (size_t i = 0; i < TURNS; i++) {
        find_both(w);
        w->same = w->same && memcmp(first, w->found, sizeof first) == 0;
    }
    return NULL;
}

START_TEST(test_threads)
{
    worker alone = {.workspace = workspace_of((SIDE + 1) * (SIDE + 1))}, beside[THREADS];
    pthread_t thread[THREADS];
    find_both(&alone);
    for (size_t i = 0; i < THREADS; i++) {
        beside[i].workspace = workspace_of((SIDE + 1) * (SIDE + 1));
        ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &beside[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        ck_assert(beside[i].same);
        ck_assert_mem_eq(beside[i].found, alone.found, sizeof alone.found);
        free(beside[i].workspace);
    }
    free(alone.workspace);
}
END_TEST

/* GSL itself returns success and a finite value for a matrix with a NaN. */
START_TEST(test_not_finite)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        double x[6] = {1, 2, 3, 4, 5, 6};
        x[2 * i] = bad[i];
        ck_assert_ptr_null(ins_spectrum_of(workspace, x, 2, 3));
        ck_assert_ptr_null(ins_spectrum_of(workspace, x, 3, 2));
    }
}
END_TEST

START_TEST(test_size)
{
    ins_carver small = {0}, huge = {0};
    ck_assert_ptr_null(ins_spectrum_lay_out(25, &small));
    ck_assert(!small.overflow);
    ck_assert_uint_ge(small.used, (2 * 25 + 5) * sizeof(double));
    ins_spectrum_lay_out(SIZE_MAX / 2, &huge);
    ck_assert(huge.overflow);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spectrum");
    TCase *cases = tcase_create("singular values");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, test_oracle, 0, ORACLES);
    tcase_add_test(cases, test_weights);
    tcase_add_test(cases, test_degenerate);
    tcase_add_test(cases, test_equal_weights);
    tcase_add_loop_test(cases, test_jacobi, 0, sizeof kinds / sizeof kinds[0]);
    tcase_add_loop_test(cases, test_large, 0, sizeof large / sizeof large[0]);
    tcase_add_test(cases, test_threads);
    tcase_add_test(cases, test_not_finite);
    tcase_add_test(cases, test_size);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
