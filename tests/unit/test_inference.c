/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals, slopes and paired tests against SciPy 1.10.1 (NumPy 1.24.2); each value stands beside
 * the call that made it. stats.t.ppf of that version is wrong in the tenth digit (12.7062047364 for
 * tan(0.475 pi) = 12.7062047362), so quantiles are taken from the incomplete beta function:
 *
 *     def interval(x, level):
 *         b = special.betaincinv((len(x) - 1) / 2, 0.5, 1 - level)
 *         h = np.sqrt((len(x) - 1) * (1 - b) / b) * stats.sem(x)
 *         return np.mean(x), np.mean(x) - h, np.mean(x) + h
 */
#include <config.h>

#include <math.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "golden_inference.h"
#include "initscope/inference.h"

static const double x[] = {0.93, 0.9, 0.967, 0.9333, 0.8667};
static const double y[] = {0.7, 0.85, 0.9, 0.8, 0.75};
static const double g[] = {1e-12, 3e-8, 2.5e-10, 7e-3, 0.4, 1e5};

/* As the program does: an error of GSL that is not guarded against would end the test. */
static void handler(const char *reason, const char *file, int line, int code)
{
    ck_abort_msg("%s:%d: %s (%d)", file, line, reason, code);
}

static void setup(void)
{
    gsl_set_error_handler(handler);
}

static void near(double value, double expected)
{
    ck_assert_msg(fabs(value - expected) <= 1e-12 * fabs(expected), "%.17g not %.17g", value,
                  expected);
}

static void check_interval(ins_interval i, size_t n, double mean, double lower, double upper)
{
    ck_assert_uint_eq(i.n, n);
    near(i.mean, mean);
    near(i.lower, lower);
    near(i.upper, upper);
}

START_TEST(interval)
{
    /* interval(x, 0.95) */
    check_interval(ins_interval_of_mean(x, 5, 0.95), 5, 0.9194000000000001, 0.8724256174500327,
                   0.9663743825499675);
    /* interval(x, 0.99) */
    check_interval(ins_interval_of_mean(x, 5, 0.99), 5, 0.9194000000000001, 0.8415038033929615,
                   0.9972961966070387);
    /* interval(x[:2], 0.95) */
    check_interval(ins_interval_of_mean(x, 2, 0.95), 2, 0.915, 0.7244069289573795,
                   1.1055930710426205);
}
END_TEST

/* Of n values +-1 in turn the interval is +-t/sqrt(n - 1). The t are mpmath's at 30 digits:
 * findroot(lambda t: betainc(nu/2, 1/2, 0, nu/(nu + t*t), regularized=True) - 0.05, 2), nu = n - 1.
 */
START_TEST(quantiles)
{
    static const struct {
        size_t n;
        double t;
    } cases[] = {{2, 12.70620473617470460},
                 {10, 2.26215716279820554},
                 {30, 2.04522964213270429},
                 {1000, 1.96234146113344997}};
    static double z[1000];
    for (size_t i = 0; i < 1000; i++) z[i] = i % 2 ? 1 : -1;
    for (size_t c = 0; c < 4; c++) {
        ins_interval i = ins_interval_of_mean(z, cases[c].n, 0.95);
        double half = cases[c].t / sqrt((double)cases[c].n - 1);
        ck_assert_double_eq_tol(i.mean, 0, 1e-16);
        ck_assert_double_eq_tol(i.upper, half, 1e-13 * half);
        ck_assert_double_eq_tol(i.lower, -half, 1e-13 * half);
    }
}
END_TEST

START_TEST(few_values)
{
    ins_interval i = ins_interval_of_mean(x, 0, 0.95);
    ck_assert(i.n == 0 && isnan(i.mean) && isnan(i.lower) && isnan(i.upper));
    i = ins_interval_of_mean(x, 1, 0.95);
    ck_assert(i.n == 1 && i.mean == 0.93 && isnan(i.lower) && isnan(i.upper));
    i = ins_interval_of_geometric_mean(g, 0, 0.95);
    ck_assert(i.n == 0 && isnan(i.mean));
    i = ins_interval_of_geometric_mean(g, 1, 0.95);
    ck_assert(i.n == 1 && i.mean == 1e-12 && isnan(i.lower) && isnan(i.upper));
}
END_TEST

/* Without spread the interval is the point, exactly. */
START_TEST(equal_values)
{
    const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    for (size_t n = 2; n <= 7; n++) {
        ins_interval i = ins_interval_of_mean(same, n, 0.95);
        ck_assert(i.mean == 0.1 && i.lower == 0.1 && i.upper == 0.1);
        i = ins_interval_of_geometric_mean(same, n, 0.95);
        ck_assert(i.mean == 0.1 && i.lower == 0.1 && i.upper == 0.1);
    }
}
END_TEST

START_TEST(level_outside_its_domain)
{
    const double levels[] = {0, 1, -1, 2, NAN, INFINITY};
    for (size_t k = 0; k < 6; k++) {
        ins_interval i = ins_interval_of_mean(x, 5, levels[k]);
        near(i.mean, 0.9194000000000001);
        ck_assert(isnan(i.lower) && isnan(i.upper));
    }
}
END_TEST

/* np.exp(interval(np.log(g), 0.95)) */
START_TEST(geometric)
{
    check_interval(ins_interval_of_geometric_mean(g, 6, 0.95), 6, 3.578518080138054e-05,
                   7.092660754304769e-12, 180.54989648423143);
}
END_TEST

/* np.var(ddof=1) and stats.chi2.ppf (tests/golden/make_inference.py). */
START_TEST(spread_of_logarithms)
{
    const double alike[] = {0.1, 0.1, 0.1};
    ins_spread s = ins_spread_of(logarithms, 10, 0.95);
    ck_assert_uint_eq(s.n, 10);
    near(s.variance, spread[0]);
    near(s.lower, spread[1]);
    near(s.upper, spread[2]);
    s = ins_spread_of(logarithms, 2, 0.8);
    near(s.variance, spread[3]);
    near(s.lower, spread[4]);
    near(s.upper, spread[5]);
    s = ins_spread_of(logarithms, 1, 0.95);
    ck_assert(s.n == 1 && isnan(s.variance) && isnan(s.lower) && isnan(s.upper));
    ck_assert(isnan(ins_spread_of(NULL, 0, 0.95).variance));
    s = ins_spread_of(alike, 3, 0.95);
    ck_assert(s.n == 3 && s.variance == 0 && isnan(s.lower) && isnan(s.upper));
    s = ins_spread_of(logarithms, 10, 1);
    ck_assert(s.variance > 0 && isnan(s.lower) && isnan(s.upper));
}
END_TEST

START_TEST(slope)
{
    const double a[] = {1, 2, 3, 4, 5, 6, 7.5}, b[] = {2.1, -0.3, 1.4, 4, 8, -2.5, 0.25};
    const double constant[] = {2, 2, 2};
    near(ins_slope(a, b, 7), -0.13295194508009153); /* stats.linregress(a, b).slope */
    near(ins_slope(a, b, 2), -2.4);                 /* through two points */
    ck_assert(isnan(ins_slope(a, b, 1)) && isnan(ins_slope(a, b, 0)));
    ck_assert(isnan(ins_slope(constant, b, 3)));
    ck_assert(ins_slope(a, constant, 3) == 0);
}
END_TEST

START_TEST(paired)
{
    ins_comparison c = ins_compare_paired(x, y, 5, 0.95);
    /* interval(np.subtract(x, y), 0.95) */
    check_interval(c.difference, 5, 0.11940000000000002, 0.031612116145371044, 0.207187883854629);
    near(c.p, 0.01949912862019206); /* stats.ttest_rel(x, y).pvalue */
    ins_comparison turned = ins_compare_paired(y, x, 5, 0.95);
    ck_assert(turned.p == c.p && turned.difference.mean == -c.difference.mean);
    ck_assert(turned.difference.lower == -c.difference.upper);
    near(ins_compare_paired(x, y, 2, 0.95).p, 0.363724736356751); /* ttest_rel(x[:2], y[:2]) */
    double far[5];
    for (size_t i = 0; i < 5; i++) far[i] = x[i] + 1000;
    double p = ins_compare_paired(far, y, 5, 0.95).p; /* ttest_rel(np.add(x, 1000), y) */
    ck_assert_double_eq_tol(p / 5.9941250311553354e-18, 1, 1e-9);
}
END_TEST

START_TEST(paired_without_spread)
{
    const double a[] = {3, 4, 5}, b[] = {1, 2, 3};
    ins_comparison c = ins_compare_paired(a, b, 3, 0.95);
    ck_assert(c.p == 0 && c.difference.mean == 2);
    ck_assert(c.difference.lower == 2 && c.difference.upper == 2);
    c = ins_compare_paired(a, a, 3, 0.95);
    ck_assert(c.p == 1 && c.difference.lower == 0 && c.difference.upper == 0);
    c = ins_compare_paired(a, b, 1, 0.95);
    ck_assert(isnan(c.p) && c.difference.mean == 2 && isnan(c.difference.lower));
    c = ins_compare_paired(a, b, 0, 0.95);
    ck_assert(isnan(c.p) && isnan(c.difference.mean) && c.difference.n == 0);
    const double missing[] = {3, NAN, 5};
    ck_assert(isnan(ins_compare_paired(missing, b, 3, 0.95).p));
}
END_TEST

/* Holm 1979 by hand: the smallest times n, the next times n - 1, ..., never falling, at most 1. */
START_TEST(holm)
{
    double p[] = {0.01, NAN, 0.04, 0.03, 0.005};
    ins_holm(p, 5);
    ck_assert_double_eq_tol(p[0], 0.03, 1e-16);
    ck_assert(isnan(p[1]));
    ck_assert_double_eq_tol(p[2], 0.06, 1e-16);
    ck_assert_double_eq_tol(p[3], 0.06, 1e-16);
    ck_assert_double_eq_tol(p[4], 0.02, 1e-16);
    double large[] = {0.6, 0.9, 0, 1};
    ins_holm(large, 4);
    ck_assert(large[0] == 1 && large[1] == 1 && large[2] == 0 && large[3] == 1);
    double one[] = {0.04}, none[] = {NAN, NAN};
    ins_holm(one, 1);
    ins_holm(none, 2);
    ins_holm(NULL, 0);
    ck_assert(one[0] == 0.04 && isnan(none[0]) && isnan(none[1]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inference");
    TCase *tests = tcase_create("inference");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, interval);
    tcase_add_test(tests, quantiles);
    tcase_add_test(tests, few_values);
    tcase_add_test(tests, equal_values);
    tcase_add_test(tests, level_outside_its_domain);
    tcase_add_test(tests, geometric);
    tcase_add_test(tests, spread_of_logarithms);
    tcase_add_test(tests, slope);
    tcase_add_test(tests, paired);
    tcase_add_test(tests, paired_without_spread);
    tcase_add_test(tests, holm);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
