/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values. Oracle: numpy.linalg.svd of NumPy 1.24 on the same matrices, and exact
 * invariants. */
#include <config.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "initscope/spectrum.h"

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
    gsl_set_error_handler_off();
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
    ins_spectrum_workspace *large = workspace_of(MOST * MOST);
    for (size_t i = 0; i < MOST * MOST; i++) equal[i] = (real)0.3;
    for (size_t n = 2; n <= MOST; n++) {
        const double *value = ins_spectrum_of_weights(large, equal, n, n);
        ck_assert_msg(value != NULL, "no singular values of %zu x %zu equal weights", n, n);
        ck_assert_double_eq_tol(value[0], (double)equal[0] * (double)n, 1e-12 * (double)n);
        for (size_t i = 1; i < n; i++) ck_assert_double_le(value[i], 1e-7 * value[0]);
    }
    free(large);
}
END_TEST

/* A large matrix of known singular values: H D H' with Householder reflections H, in both
 * orientations and with a rank that is not full. */
START_TEST(test_large)
{
    enum { ROWS = 90, COLUMNS = 80 };
    static double x[ROWS * COLUMNS], turned[ROWS * COLUMNS];
    double known[COLUMNS];
    for (size_t j = 0; j < COLUMNS; j++) known[j] = j < 70 ? 5 - 0.07 * (double)j : 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++) {
            double sum = 0;
            for (size_t k = 0; k < COLUMNS; k++)
                sum += ((i == k) - 2.0 / ROWS) * known[k] * ((j == k) - 2.0 / COLUMNS);
            x[i * COLUMNS + j] = turned[j * ROWS + i] = sum;
        }
    ins_spectrum_workspace *large = workspace_of(ROWS * COLUMNS);
    for (size_t turn = 0; turn < 2; turn++) {
        const double *value = turn ? ins_spectrum_of(large, turned, COLUMNS, ROWS)
                                   : ins_spectrum_of(large, x, ROWS, COLUMNS);
        ck_assert_ptr_nonnull(value);
        for (size_t i = 0; i < COLUMNS; i++)
            ck_assert_double_eq_tol(value[i], known[i], i < 70 ? 1e-11 : 1e-6);
    }
    free(large);
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
    ck_assert_uint_ge(small.used, (2 * 25 + 2 * 5) * sizeof(double));
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
    tcase_add_test(cases, test_large);
    tcase_add_test(cases, test_not_finite);
    tcase_add_test(cases, test_size);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
