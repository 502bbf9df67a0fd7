/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products against plain sums in double; the library that is bound; one thread. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/blas.h"

#include "check_tap.h"

static void fill(real *x, size_t count, unsigned state)
{
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (real)(state >> 16) / (real)32768 - (real)1;
    }
}

/* C = alpha op(A) op(B) + beta C for every transposition, within the error bound of a sum of k
 * products (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). */
static void check_shape(size_t m, size_t n, size_t k, real alpha, real beta)
{
    real *a = calloc(m * k + 1, sizeof *a), *b = calloc(k * n + 1, sizeof *b);
    real *c = calloc(m * n + 1, sizeof *c), *before = calloc(m * n + 1, sizeof *before);

    fill(a, m * k, 1);
    fill(b, k * n, 2);
    fill(before, m * n, 3);
    for (int form = 0; form < 4; form++) {
        bool ta = form & 1, tb = form & 2;
        size_t nonzero = 0;

        memcpy(c, before, m * n * sizeof *c);
        c[m * n] = (real)77;
        ins_product(ta, tb, m, n, k, alpha, a, b, beta, c);
        ck_assert(c[m * n] == (real)77); /* nothing is written behind C */
        for (size_t i = 0; i < m * n; i++) {
            size_t row = i / n, column = i % n;
            double sum = 0, size = 0;

            for (size_t j = 0; j < k; j++) {
                double term = (double)a[ta ? j * m + row : row * k + j] *
                              (double)b[tb ? column * k + j : j * n + column];

                sum += term;
                size += fabs(term);
            }
            sum = (double)alpha * sum + (double)beta * (double)before[i];
            size = fabs((double)alpha) * size + fabs((double)beta * (double)before[i]);
            ck_assert_double_le(fabs((double)c[i] - sum), 6e-8 * (double)(k + 3) * size);
            nonzero += c[i] != 0;
        }
        ck_assert_uint_gt(nonzero, m * n / 2);
    }
    free(a);
    free(b);
    free(c);
    free(before);
}

START_TEST(test_products)
{
    static const size_t shapes[][3] = {{1, 1, 1},     {1, 7, 3},     {5, 1, 9},     {2, 3, 1},
                                       {8, 8, 8},     {33, 77, 129}, {150, 10, 64}, {16, 64, 128},
                                       {120, 64, 64}, {31, 17, 63}};

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        check_shape(shapes[i][0], shapes[i][1], shapes[i][2], 1, 0);
        check_shape(shapes[i][0], shapes[i][1], shapes[i][2], (real)-0.5, 1);
        check_shape(shapes[i][0], shapes[i][1], shapes[i][2], 2, (real)0.25);
    }
}
END_TEST

/* By hand: (1 2 3; 4 5 6) times (1 0; 0 1; 1 1). */
START_TEST(test_by_hand)
{
    real a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1};
    real expected[] = {4, 5, 10, 11}, c[] = {(real)NAN, (real)NAN, (real)NAN, (real)NAN};

    ins_product(false, false, 2, 2, 3, 1, a, b, 0, c);
    ck_assert_mem_eq(c, expected, sizeof c);
}
END_TEST

START_TEST(test_not_finite_values_spread)
{
    real a[] = {1, (real)INFINITY, (real)NAN, 1}, b[] = {0, 1, 0, 1}, c[4];

    ins_product(false, false, 2, 2, 2, 1, a, b, 0, c);
    ck_assert(isnan(c[0])); /* inf * 0 */
    ck_assert(isinf(c[1]));
    ck_assert(isnan(c[2]));
    ck_assert(isnan(c[3]));
}
END_TEST

START_TEST(test_start)
{
    ins_error error = {0};

    ck_assert_int_eq(ins_blas_start(&error), INS_OK);
    ck_assert_uint_eq(error.count, 0);
}
END_TEST

/* With OpenBLAS wanted, the reference of GSL must not have been bound in its place. */
START_TEST(test_name)
{
    const char *name = ins_blas_name();

    printf("# %s\n", name);
    ck_assert_ptr_nonnull(strstr(name, "BLAS"));
#ifdef HAVE_OPENBLAS
    ck_assert_int_eq(strncmp(name, "OpenBLAS ", 9), 0);
    ck_assert(name[9] >= '0' && name[9] <= '9');
    ck_assert_ptr_nonnull(strchr(name + 9, ' '));
#endif
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blas");
    TCase *blas = tcase_create("blas");

    tcase_add_test(blas, test_products);
    tcase_add_test(blas, test_by_hand);
    tcase_add_test(blas, test_not_finite_values_spread);
    tcase_add_test(blas, test_start);
    tcase_add_test(blas, test_name);
    suite_add_tcase(suite, blas);
    return ins_run_suite(suite);
}
