#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/golden_inference.h: values to infer from, and what SciPy or a formula written out says.

    python3 tests/golden/make_inference.py | clang-format --assume-filename=a.h >tests/unit/golden_inference.h

Made with NumPy 1.24.2 and SciPy 1.10.1. scipy.stats.bootstrap of that version counts no ties, so it is the
oracle where there are none; elsewhere the interval is Efron's formula on a million resamples. Shares are
multiples of 1/1024 or 1/32, whose sums are exact in any order. t quantiles come from the inverse of the
incomplete beta function, as in make_statistics.py.
"""
import itertools

import numpy as np
from scipy import special, stats

random = np.random.RandomState(11)


def row(values):
    return "{" + ", ".join("NAN" if np.isnan(x) else f"{x:.17g}" for x in values) + "}"


def put(name, values, comment=None):
    """An array, or a matrix of one row a case."""
    if comment:
        print(f"/* {comment} */")
    if np.ndim(values) == 2:
        print(f"static const double {name}[][{len(values[0])}] = {{{', '.join(row(x) for x in values)}}};")
    else:
        print(f"static const double {name}[] = {row(np.ravel(values))};")


# --- The bootstrap ------------------------------------------------------------


def bca(x, resampled, level):
    """Efron 1987 with the jackknife of the mean taken literally; ties count half."""
    x, n = np.asarray(x), len(x)
    mean = np.mean(x)
    share = (np.sum(resampled < mean) + np.sum(resampled <= mean)) / 2 / len(resampled)
    left_out = np.array([np.mean(np.delete(x, i)) for i in range(n)])
    u = (n - 1) * (np.mean(left_out) - left_out)
    a = np.sum(u**3) / np.sum(u**2) ** 1.5 / 6
    z0, z = stats.norm.ppf(share), stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    return np.percentile(resampled, 100 * stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))


def resample(x, count):
    return np.mean(np.asarray(x)[random.randint(0, len(x), (count, len(x)))], axis=1)


print("/* Made by tests/golden/make_inference.py. */")
print("#ifndef GOLDEN_INFERENCE_H\n#define GOLDEN_INFERENCE_H\n\n#include <math.h>\n")

few = np.sort(np.round(1024 * random.beta(6, 2, 10))) / 1024
means = resample(few, 150)
means[:3] = np.mean(few)  # ties
put("few_shares", few, "Ten shares, 150 given means of resamples (three of them ties), and BCa at 0.95 and 0.8.")
put("few_resampled", means)
put("few_bca", [*bca(few, means, 0.95), *bca(few, means, 0.8)])

put("distinct_bca", stats.bootstrap((few,), np.mean, n_resamples=1000000, method="BCa", random_state=3)
    .confidence_interval, "stats.bootstrap((few_shares,), np.mean, n_resamples=1000000, method='BCa').")

skewed = np.sort(np.append(np.round(1024 * random.uniform(0.9, 1, 19)), 100)) / 1024
put("skewed_shares", skewed, "Twenty shares, one far below the others; stats.bootstrap as above.")
put("skewed_bca", stats.bootstrap((skewed,), np.mean, n_resamples=300000, method="BCa", random_state=4)
    .confidence_interval)

coarse = np.array([28, 30, 30, 30, 31]) / 32
every = np.array([np.mean(c) for c in itertools.product(coarse, repeat=5)])
put("coarse_shares", coarse, "Five shares of 32 rows; BCa of all 5^5 resamples.")
put("coarse_bca", bca(coarse, every, 0.95))

# --- Chance -------------------------------------------------------------------

cases = [(3, 30, 1 / 3), (17, 30, 1 / 3), (30, 30, 1 / 3), (60, 360, 0.131), (1, 5, 0.1), (31000, 60000, 0.5)]
put("binomial_cases", [[k, n, p, stats.binom.sf(k - 1, n, p)] for k, n, p in cases],
    "k, n, chance, stats.binom.sf(k - 1, n, chance).")


def least(n, p, alpha):
    return min(k for k in range(n + 2) if stats.binom.sf(k - 1, n, p) < alpha)


cases = [(30, 1 / 3, 0.01), (360, 0.131, 0.01), (4, 1 / 3, 0.01), (5, 1 / 3, 0.01), (36, 0.5, 0.05), (10, 0.0, 0.01)]
put("least_cases", [[n, p, a, least(n, p, a)] for n, p, a in cases],
    "n, chance, alpha, the smallest k with stats.binom.sf(k - 1, n, chance) < alpha.")
cases = [(0.5, 0.01), (1 / 3, 0.01), (0.1, 0.01), (0.9, 0.05), (0.999, 0.01), (0.25, 0.0625)]
put("decide_cases", [[p, a, next(n for n in range(1, 10000) if p**n < a)] for p, a in cases],
    "chance, alpha, the smallest n with chance^n < alpha.")


def correlation_p(r, n):
    return stats.t.sf(r * np.sqrt((n - 2) / (1 - r * r)), n - 2)


cases = [(0.5, 10), (-0.2, 30), (0.05, 1000), (0.99, 3), (0.9999, 60), (0.0, 8)]
put("correlation_cases", [[r, n, correlation_p(r, n)] for r, n in cases],
    "r, n, stats.t.sf(r sqrt((n - 2)/(1 - r^2)), n - 2).")

# --- Contrasts ----------------------------------------------------------------


def interval(values, level):
    n = len(values)
    beta = special.betaincinv((n - 1) / 2, 0.5, 1 - level)
    half = np.sqrt((n - 1) * (1 - beta) / beta) * stats.sem(values)
    return [np.mean(values), np.mean(values) - half, np.mean(values) + half]


def holm(p):
    order, adjusted, most = np.argsort(p), [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted


def contrasts(table, pairs):
    rows = []
    for a, b in pairs:
        both = ~np.isnan(table[a] + table[b])
        d = table[a][both] - table[b][both]
        rows.append([len(d), *interval(d, 0.95), stats.ttest_rel(table[a][both], table[b][both]).pvalue])
    return [row + [p] for row, p in zip(rows, holm([row[4] for row in rows]))]


seed_effect = 0.03 * random.standard_normal(8)
arms = np.round(np.array([[0.80], [0.91], [0.905], [0.86]]) + seed_effect + 0.02 * random.standard_normal((4, 8)), 4)
arms[0, 2] = arms[2, 2] = arms[3, 7] = np.nan
put("arm_values", arms,
    "Four arms of eight seeds. For each pair (1,0) (2,0) (2,1) (3,0) (3,1) (3,2): n, mean, 95 % interval,\n"
    "   stats.ttest_rel, Holm over the six; then those of arm 1, the best, less 0, 2, 3 with Holm over three.")
put("arm_pairs", contrasts(arms, [(a, b) for a in range(4) for b in range(a)]))
put("arm_below_best", contrasts(arms, [(1, 0), (1, 2), (1, 3)]))

# --- Effects ------------------------------------------------------------------


def interaction(y):
    """F, corrected degrees of freedom and p by orthonormal contrasts of complete seeds."""
    settings, levels, seeds = y.shape
    helmert = [np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, 1:]]))[0][:, 1:] for k in (settings, levels)]
    z = (np.kron(*helmert).T @ y.reshape(settings * levels, seeds)).T
    c = np.atleast_2d(np.cov(z.T))
    freedom = z.shape[1]
    f = seeds * np.sum(np.mean(z, axis=0) ** 2) / np.trace(c)
    epsilon = np.trace(c) ** 2 / freedom / np.trace(c @ c)
    return [f, epsilon * freedom, epsilon * freedom * (seeds - 1),
            stats.f.sf(f, epsilon * freedom, epsilon * freedom * (seeds - 1))]


crossed = 0.8 + 0.05 * random.standard_normal((3, 1, 6)) + np.array([0, 0.06, 0.09])[None, :, None] * np.array(
    [1, 0.5, -0.3])[:, None, None] + np.array([0.01, 0.02, 0.05])[:, None, None] * random.standard_normal((3, 3, 6))
crossed = np.round(crossed, 4)
put("crossed_values", crossed,
    "3 settings, 3 levels, 6 seeds; F of the interaction, degrees of freedom with Box's epsilon, p;\n"
    "   the same of the first two settings; of the first two settings and levels, where epsilon is 1 and p that of a t test.")
put("crossed_interaction", interaction(crossed))
put("crossed_two_by_three", interaction(crossed[:2]))
put("crossed_two_by_two", [*interaction(crossed[:2, :2]),
    stats.ttest_1samp(crossed[0, 0] - crossed[0, 1] - crossed[1, 0] + crossed[1, 1], 0).pvalue])
put("crossed_averages", np.mean(crossed, axis=0), "Averages of the levels over the settings, by seed.")

# --- Trends and spread ----------------------------------------------------------

x = [1, 2, 3, 4, 5, 6, 7, 8, 9]
y = [0.3, 0.3, -1.2, 2.5, 2.5, 2.5, 8.1, 1e6, -3]
put("trend_x", x, "stats.spearmanr with ties; largest departure of the first seven from np.polyfit.")
put("trend_y", y)
line = np.polyfit(x[:7], y[:7], 1)
put("trend", [stats.spearmanr(x, y).correlation, np.max(np.abs(np.polyval(line, x[:7]) - y[:7]))])

logarithms = np.round(random.standard_normal(10), 3)
variance = np.var(logarithms, ddof=1)
put("logarithms", logarithms,
    "np.var(ddof=1), 9 variance/stats.chi2.ppf([0.975, 0.025], 9), and at level 0.8 of the first two.")
two = np.var(logarithms[:2], ddof=1)
put("spread", [variance, *(9 * variance / stats.chi2.ppf([0.975, 0.025], 9)), two,
               *(two / stats.chi2.ppf([0.9, 0.1], 1))])

print("\n#endif")
