/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Units that can be told apart, against counts by hand, numpy's singular values and those of Jacobi
 * rotations. By LAPACK, and compiled once more by GSL. */
#include <config.h>

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>

#include "initscope/random.h"
#include "initscope/symmetry.h"

#include "check_tap.h"
#include "jacobi.h"

static gsl_rng *rng;

static void setup(void)
{
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, 7);
}

static void teardown(void)
{
    gsl_rng_free(rng);
}

/* numpy's random_sample, scaled to (-1, 1) after rounding to float32. */
static real draw(void)
{
    unsigned long high = gsl_rng_get(rng) >> 5, low = gsl_rng_get(rng) >> 6;
    return (real)(((double)high * 67108864.0 + (double)low) / 9007199254740992.0) * 2 - 1;
}

/* Both sides of a layer. */
typedef struct both_sides {
    double distinct_units, duplicate_pairs, mean_abs_cosine, effective_rank, silent_units;
} both_sides;

static both_sides symmetry_of(const real *w, const real *b, const real *a, size_t rows,
                              size_t units, size_t fan_in)
{
    ins_carver carver = {0};
    ins_symmetry_lay_out(units + 3, (units + 3) * (fan_in + 2), rows + 1, &carver);
    ins_carver_allocate(&carver, "symmetry");
    ins_symmetry_workspace *workspace =
        ins_symmetry_lay_out(units + 3, (units + 3) * (fan_in + 2), rows + 1, &carver);
    const ins_symmetry in = ins_symmetry_of_weights(workspace, w, b, units, fan_in);
    const ins_output_symmetry out = ins_symmetry_of_outputs(workspace, a, rows, units);
    free(workspace);
    return (both_sides){in.distinct_units, in.duplicate_pairs, in.mean_abs_cosine,
                        out.effective_rank, out.silent_units};
}

/* r = numpy.random.RandomState(7); W = r.random_sample((8, 3)).astype("f4") * 2 - 1
 * A = numpy.maximum(r.random_sample((40, 8)).astype("f4") * 2 - 1, 0); A[:, 3] = 0
 * s = numpy.linalg.svd(A - A.mean(0), compute_uv=False); p = s / s.sum() without zeros
 * exp(-(p * log(p)).sum()) = 6.80234442956788; mean |cosine| of rows of W = 0.5577881815535133 */
START_TEST(agrees_with_numpy)
{
    real w[24], b[8] = {0}, a[320];
    for (size_t i = 0; i < 24; i++) w[i] = draw();
    for (size_t i = 0; i < 320; i++) a[i] = draw();
    for (size_t i = 0; i < 320; i++) a[i] = i % 8 == 3 || a[i] < 0 ? 0 : a[i];
    both_sides s = symmetry_of(w, b, a, 40, 8, 3);
    ck_assert_double_eq_tol(s.effective_rank, 6.80234442956788, 1e-9);
    ck_assert_double_eq_tol(s.mean_abs_cosine, 0.5577881815535133, 1e-6);
    ck_assert(s.distinct_units == 8 && s.duplicate_pairs == 0 && s.silent_units == 1);
}
END_TEST

/* More units than rows, and than are looked at together: the same in numpy with W (100, 3), A (9,
 * 100) = numpy.maximum(.., 0) and the eight singular values of A - A.mean(0) that are not rounding.
 */
START_TEST(more_units_than_rows)
{
    real w[300], b[100] = {0}, a[900];
    for (size_t i = 0; i < 300; i++) w[i] = draw();
    for (size_t i = 0; i < 900; i++) a[i] = draw();
    for (size_t i = 0; i < 900; i++) a[i] = a[i] < 0 ? 0 : a[i];
    both_sides s = symmetry_of(w, b, a, 9, 100, 3);
    ck_assert_double_eq_tol(s.effective_rank, 7.9157679049198775, 1e-9);
    ck_assert_double_eq_tol(s.mean_abs_cosine, 0.49449842015679046, 1e-6);
    ck_assert(s.distinct_units == 100);
}
END_TEST

START_TEST(counts_classes_of_equal_units)
{
    /* 5 units: {0, 2, 4} equal (-0 is 0), {1} and {3} differ in the bias only */
    const real w[] = {1, 0, 2, 2, 1, (real)-0.0, 2, 2, 1, 0};
    const real b[] = {0, 1, 0, 2, 0};
    const real a[] = {1, 2, 1, 3, 1, 4, 5, 4, 6, 4};
    both_sides s = symmetry_of(w, b, a, 2, 5, 2);
    ck_assert(s.distinct_units == 3 && s.duplicate_pairs == 3 && s.silent_units == 0);
    /* outputs of two rows, centred, are one direction */
    ck_assert_double_eq_tol(s.effective_rank, 1, 1e-12);
}
END_TEST

START_TEST(all_zero_layer)
{
    const real w[6] = {0}, b[3] = {0}, a[12] = {0};
    both_sides s = symmetry_of(w, b, a, 4, 3, 2);
    ck_assert(s.distinct_units == 1 && s.duplicate_pairs == 3 && s.silent_units == 3);
    ck_assert(s.effective_rank == 0 && isnan(s.mean_abs_cosine));
}
END_TEST

/* Units that are copies of two: X'X has two eigenvalues, and its others are rounding, which is no
 * rank. Of the two the ratio is that of the 2 x 2 matrix of the two, by the quadratic formula. */
START_TEST(copies_add_no_rank)
{
    enum { ROWS = 70, UNITS = 60 };
    real w[UNITS * 2], b[UNITS] = {0}, a[ROWS * UNITS];
    double one[ROWS], two[ROWS], mean[2] = {0}, aa = 0, ab = 0, bb = 0;
    for (size_t i = 0; i < UNITS * 2; i++) w[i] = draw();
    for (size_t r = 0; r < ROWS; r++) {
        const real x = draw(), y = draw();
        one[r] = (double)x, two[r] = (double)y;
        mean[0] += one[r] / ROWS, mean[1] += two[r] / ROWS;
        for (size_t u = 0; u < UNITS; u++) a[r * UNITS + u] = u % 2 ? x : y;
    }
    for (size_t r = 0; r < ROWS; r++) {
        aa += (one[r] - mean[0]) * (one[r] - mean[0]);
        ab += (one[r] - mean[0]) * (two[r] - mean[1]);
        bb += (two[r] - mean[1]) * (two[r] - mean[1]);
    }
    double half = (aa + bb) / 2, root = sqrt((aa - bb) * (aa - bb) / 4 + ab * ab);
    double large = sqrt(half + root), small = sqrt(half - root), p = large / (large + small);
    both_sides s = symmetry_of(w, b, a, ROWS, UNITS, 2);
    ck_assert_double_eq_tol(s.effective_rank, exp(-p * log(p) - (1 - p) * log(1 - p)), 1e-9);
}
END_TEST

/* The effective rank of outputs (rows, units) from the definition. */
static double rank_by_jacobi(const real *a, size_t rows, size_t units)
{
    enum { MOST = 70 * 66 };
    static long double x[MOST];
    double value[MOST] = {0}, sum = 0, entropy = 0;
    const bool wide = rows < units;
    const size_t count = wide ? rows : units;
    for (size_t u = 0; u < units; u++) {
        long double mean = 0;
        for (size_t r = 0; r < rows; r++) mean += (long double)a[r * units + u];
        mean /= (long double)rows;
        for (size_t r = 0; r < rows; r++)
            x[wide ? u * rows + r : r * units + u] = (long double)a[r * units + u] - mean;
    }
    ck_assert(ins_jacobi(x, wide ? units : rows, count, value));
    /* below is rounding to a program that squares */
    const double least = value[0] * sqrt((double)count * DBL_EPSILON);
    for (size_t i = 0; i < count && value[i] > least; i++) sum += value[i];
    for (size_t i = 0; i < count && value[i] > least; i++)
        entropy -= value[i] / sum * log(value[i] / sum);
    return sum > 0 ? exp(entropy) : 0;
}

static const size_t shapes[][2] = {{1, 1},   {1, 6},   {6, 1},   {2, 3},    {40, 8},
                                   {30, 30}, {66, 70}, {70, 66}, {140, 20}, {20, 140}};

/* Outputs of all kinds and shapes: drawn, rectified with a far mean, silent here and there,
 * constant, all alike, very large, very small. */
START_TEST(effective_ranks)
{
    enum { MOST = 70 * 66 };
    static real a[MOST], w[MOST], b[MOST];
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        const size_t rows = shapes[s][0], units = shapes[s][1];
        double silent = 0, most = 0;
        for (size_t r = 0; r < rows; r++) {
            const real shared = draw();
            for (size_t u = 0; u < units; u++) {
                const real own = draw();
                const real outputs[] = {own,
                                        1000 + (own > 0 ? own : 0),
                                        u % 3 == 1 || own < 0 ? 0 : own,
                                        (real)u,
                                        shared,
                                        own * (real)3e38,
                                        own * (real)1e-37};
                a[r * units + u] = outputs[_i];
                most = fmax(most, fabs((double)outputs[_i]));
            }
        }
        for (size_t u = 0; u < units; u++) {
            bool any = false;
            for (size_t r = 0; r < rows; r++) any = any || a[r * units + u] != 0;
            silent += !any;
        }
        const both_sides found = symmetry_of(w, b, a, rows, units, 1);
        const double expected = rank_by_jacobi(a, rows, units);
        ck_assert_msg(fabs(found.effective_rank - expected) <= 1e-7 * (1 + expected),
                      "%zu x %zu: %.17g, not %.17g", rows, units, found.effective_rank, expected);
        ck_assert(found.silent_units == silent);
        ck_assert(found.distinct_units == 1);
        a[rows * units / 2] = _i % 2 ? (real)NAN : (real)-INFINITY;
        ck_assert(isnan(symmetry_of(w, b, a, rows, units, 1).effective_rank));
    }
}
END_TEST

/* Classes of units beside those that a plain comparison of all pairs finds: small whole numbers, in
 * which 0 has either sign, and biases that tell copies apart. */
START_TEST(classes_by_all_pairs)
{
    enum { UNITS = 90, INPUTS = 3 };
    real w[UNITS * INPUTS], b[UNITS], a[UNITS] = {0};
    for (size_t i = 0; i < UNITS * INPUTS; i++)
        w[i] = (real)floor((double)draw() * 2) * (i % 5 ? 1 : -1);
    for (size_t u = 0; u < UNITS; u++) b[u] = (real)floor((double)draw() * 2);
    double pairs = 0, classes = 0;
    for (size_t u = 0; u < UNITS; u++) {
        bool first = true;
        for (size_t v = 0; v < u; v++) {
            bool same = b[u] == b[v];
            for (size_t i = 0; i < INPUTS; i++)
                same = same && w[u * INPUTS + i] == w[v * INPUTS + i];
            pairs += same;
            first = first && !same;
        }
        classes += first;
    }
    ck_assert(pairs > 0 && classes > 2 && classes < UNITS);
    const both_sides found = symmetry_of(w, b, a, 1, UNITS, INPUTS);
    ck_assert(found.distinct_units == classes && found.duplicate_pairs == pairs);
}
END_TEST

/* The cosine is that of the pairs that have one: (1, 0) and (3, 4), not those with the other two.
 */
START_TEST(units_without_a_direction)
{
    const real w[] = {1, 0, INFINITY, 1, 0, 0, 3, 4}, b[4] = {0}, a[] = {1, 2, 3, 4, 4, 3, 2, 1};
    both_sides s = symmetry_of(w, b, a, 2, 4, 2);
    ck_assert_double_eq_tol(s.mean_abs_cosine, 0.6, 1e-6);
    ck_assert(s.distinct_units == 4);
}
END_TEST

START_TEST(not_finite_is_said)
{
    const real w[] = {NAN, 1, NAN, 1}, b[2] = {0}, a[] = {INFINITY, 1, 2, 3};
    both_sides s = symmetry_of(w, b, a, 2, 2, 2);
    ck_assert(isnan(s.effective_rank) && isnan(s.mean_abs_cosine));
    /* NaN equals nothing: units that diverged are neither alike nor dead */
    const real shut[] = {NAN, 0, NAN, 0};
    s = symmetry_of(w, b, shut, 2, 2, 2);
    ck_assert(isnan(s.distinct_units) && isnan(s.duplicate_pairs));
    ck_assert(s.silent_units == 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("symmetry");
    TCase *cases = tcase_create("layers");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, agrees_with_numpy);
    tcase_add_test(cases, more_units_than_rows);
    tcase_add_test(cases, counts_classes_of_equal_units);
    tcase_add_test(cases, all_zero_layer);
    tcase_add_test(cases, copies_add_no_rank);
    tcase_add_loop_test(cases, effective_ranks, 0, 7);
    tcase_add_test(cases, classes_by_all_pairs);
    tcase_add_test(cases, units_without_a_direction);
    tcase_add_test(cases, not_finite_is_said);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
