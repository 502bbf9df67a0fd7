#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/golden/statistics: a small log, and what SciPy says of it.

    python3 tests/golden/make_statistics.py tests/golden/statistics

runs.csv, epochs.csv, layers.csv and environment.csv are a log as another program might write it: three
initializers with each of three activations, networks that grow and fade, inputs that become alike, a signal of 0,
errors below what single precision resolves, a run that diverges, runs that never reach the target, a setting with
too few seeds to tell anything apart. summary.csv and comparisons.csv hold the columns of the report's files of
these names whose values SciPy computes here: totals as geometric means with t intervals, the binomial tests of what
a run learned, ttest_rel by common seed within a setting, main effects of one value a seed, the interaction by
Box's epsilon. Holm's adjustment is written out, for SciPy has none. Made with NumPy 1.24.2 and SciPy 1.10.1;
stats.t.ppf of that version is wrong in the tenth digit, so that t quantiles come from the inverse of the incomplete
beta function.
"""
import csv
import math
import os
import sys

import numpy as np
from scipy import special, stats

EPOCHS = [0, 2, 5, 9]  # recorded
HIDDEN = 5
TEST_ROWS, TRAIN_ROWS, CLASSES = 150, 600, 4
TEST_SHARE, TRAIN_SHARE = 0.3, 0.28  # of the largest class
CHANCE, TRAIN_CHANCE = max(1 / CLASSES, TEST_SHARE), max(1 / CLASSES, TRAIN_SHARE)
TARGET = CHANCE + 0.5 * (1 - CHANCE)
SETTINGS = {"relu": 6, "tanh": 6, "sigmoid": 4}  # seeds
ARMS = {  # gains a layer of the signal, the size and the error, accuracy and loss at the end, speed
    ("steady", "relu"): (1.02, 1.03, 0.97, 0.90, 0.21, 0.9),
    ("fading", "relu"): (0.45, 0.7, 0.52, 0.81, 0.62, 0.25),
    ("lost", "relu"): (0.2, 0.9, 1e-5, 0.31, 1.39, 0.1),
    ("steady", "tanh"): (0.93, 0.95, 1.05, 0.88, 0.28, 0.7),
    ("fading", "tanh"): (2.1, 2.1, 1.9, 0.86, 0.35, 0.6),
    ("lost", "tanh"): (0.7, 0.8, 0.75, 0.45, 1.2, 0.3),
    ("steady", "sigmoid"): (0.5, 0.99, 0.4, 0.62, 0.9, 0.2),
    ("fading", "sigmoid"): (0.3, 0.99, 0.2, 0.5, 1.1, 0.2),
    ("lost", "sigmoid"): (0.2, 0.99, 0.1, 0.3, 1.39, 0.1),
}
NAMES = list(dict.fromkeys(name for name, _ in ARMS))


def seeds_of(arm):
    seeds = list(range(1, SETTINGS[arm[1]] + 1))
    return seeds[::-1] if arm == ("fading", "relu") else seeds


def make_log(random):
    """Rows of the files, and by arm and seed: whether it diverged, curves, and moments by layer."""
    runs, epochs, layers, made = [], [], [], {}
    for arm, (signal, size, error, accuracy, loss, speed) in ARMS.items():
        for seed in seeds_of(arm):
            run = len(runs) + 1
            diverged = arm == ("fading", "tanh") and seed == 2
            right = min(TEST_ROWS, round(TEST_ROWS * (accuracy + 0.03 * random.standard_normal())))
            end = loss * math.exp(0.2 * random.standard_normal())
            curve = {}
            for epoch in EPOCHS:
                share = 1 - math.exp(-speed * epoch) if epoch < EPOCHS[-1] else 1
                test = round(right * share + TEST_ROWS * CHANCE * (1 - share)) / TEST_ROWS
                train = round(TRAIN_ROWS * min(1, test + 0.01)) / TRAIN_ROWS
                now = float(f"{math.exp(math.log(1.5) + share * (math.log(end) - math.log(1.5))):.5g}")
                stops = diverged and epoch == 5
                curve[epoch] = (math.nan if stops else now, train, test)
                epochs.append([run, seed, epoch, "nan" if stops else now, train, test])
                if stops:
                    break  # there are no later rows
            runs.append([run, arm[0], arm[1], seed, "diverged" if diverged else "completed"])
            moments = {}
            for layer in range(1, HIDDEN + 2):
                z = 1.5 * size ** (layer - 1) * math.exp(0.2 * random.standard_normal())
                within = min(1, 0.9 * (signal / size) ** (layer - 1)) * z
                delta = 0.02 * error ** (HIDDEN - layer) * math.exp(0.2 * random.standard_normal())
                if arm == ("lost", "tanh") and seed == 2 and layer == HIDDEN:
                    within = 0.0
                moments[layer] = tuple(float(f"{x:.6g}") for x in (z, within, delta))
                layers.append([run, seed, 0, layer, "preactivation", moments[layer][0], moments[layer][1]])
                layers.append([run, seed, 0, layer, "delta", moments[layer][2], moments[layer][2]])
            made[arm, seed] = (diverged, curve, moments)
    return runs, epochs, layers, made


def interval(values):
    """Mean and 95% t interval; none of fewer than three values."""
    n = len(values)
    if n == 0:
        return [None] * 3
    mean = float(np.mean(values))
    if n < 3:
        return [mean, None, None]
    beta = special.betaincinv((n - 1) / 2, 0.5, 0.05)
    half = math.sqrt((n - 1) * (1 - beta) / beta) * float(stats.sem(values))
    return [mean, mean - half, mean + half]


def geometric(values):
    return [None if x is None else math.exp(x) for x in interval(np.log([x for x in values if x > 0]))]


def resolved(error, output):
    return error if error >= 2.0**-46 * output else 0.0


def learned(diverged, train, test):
    """2: learned, 1: barely, 0: not."""
    k, m = round(test * TEST_ROWS), round(train * TRAIN_ROWS)
    beyond = stats.binom.sf(k - 1, TEST_ROWS, CHANCE) < 0.01 and stats.binom.sf(m - 1, TRAIN_ROWS, TRAIN_CHANCE) < 0.01
    if diverged or not beyond:
        return 0
    return 2 if (test - CHANCE) / (1 - CHANCE) >= 0.25 else 1


def holm(p):
    order, adjusted, most = np.argsort(p), [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted


def pairs(family, names, value, fewest):
    """value: {name: {seed: accuracy}}. All pairs, corrected within the family."""
    rows = []
    for a in range(1, len(names)):
        for b in range(a):
            common = sorted(set(value[names[a]]) & set(value[names[b]]))
            x, y = ([value[names[i]][s] for s in common] for i in (a, b))
            p = float(stats.ttest_rel(x, y).pvalue) if len(common) >= fewest else None
            rows.append([family, names[a], names[b], len(common)] + interval(np.subtract(x, y)) + [p])
    tested = [row for row in rows if row[-1] is not None]
    adjusted = holm([row[-1] for row in tested])
    for row, p in zip(tested, adjusted):
        row += [float(p), "yes" if p < 0.05 else "no"]
    return [row + [None, ""] if row[-1] is None else row for row in rows]


def interaction(final):
    """Hotelling's place taken by an F whose degrees are Box's: what is left of a seed's table of settings and
    initializers when the means of its rows and columns are taken away."""
    seeds = [s for s in range(1, 7) if all(s in final[arm] for arm in ARMS)]
    rows = []
    for s in seeds:
        table = np.array([[final[n, a][s] for n in NAMES] for a in SETTINGS])
        rows.append((table - table.mean(0) - table.mean(1, keepdims=True) + table.mean()).ravel())
    rows, n = np.array(rows), len(seeds)
    covariance = np.cov(rows.T)
    above = np.trace(covariance) ** 2 / np.trace(covariance @ covariance)
    f = n * float(rows.mean(0) @ rows.mean(0)) / np.trace(covariance)
    p = float(stats.f.sf(f, above, above * (n - 1)))
    return ["interaction", "initializer", "setting", n, None, None, None, p, p, "yes" if p < 0.05 else "no"]


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split())
        out.writerows([["" if x is None else repr(x) if isinstance(x, float) else x for x in row] for row in rows])


def main(directory):
    runs, epochs, layers, made = make_log(np.random.RandomState(5))
    for name, header, rows in (
        ("runs", "run initializer activation seed status", runs),
        ("epochs", "run seed epoch train_loss train_accuracy test_accuracy", epochs),
        ("layers", "run seed epoch layer tensor variance within_unit_variance", layers),
        ("environment", "key value", [["classes", CLASSES], ["features", 8], ["train_rows", TRAIN_ROWS],
                                      ["test_rows", TEST_ROWS], ["largest_test_share", TEST_SHARE],
                                      ["largest_train_share", TRAIN_SHARE]])):
        write(os.path.join(directory, name + ".csv"), header, rows)

    summary, final = [], {}
    for arm in ARMS:
        of = [made[arm, s] for s in sorted(seeds_of(arm))]
        end = [curve[max(curve)] for _, curve, _ in of]
        final[arm] = {s: curve[max(curve)][2] for s in seeds_of(arm)
                      for diverged, curve, _ in [made[arm, s]] if not diverged}
        became = [learned(run[0], last[1], last[2]) for run, last in zip(of, end)]
        arrival = [math.inf if run[0] else min([e for e in run[1] if run[1][e][2] >= TARGET], default=math.inf)
                   for run in of]
        summary.append(
            [", ".join(arm), len(of), sum(run[0] for run in of)]
            + geometric([m[HIDDEN][1] / m[1][1] for _, _, m in of])
            + geometric([resolved(m[1][2], m[6][2]) / m[HIDDEN][2] for _, _, m in of])
            + [geometric([m[HIDDEN][0] / m[1][0] for _, _, m in of])[0]]
            + [float(np.mean([1 - m[HIDDEN][1] / m[HIDDEN][0] for _, _, m in of]))]
            + [float(np.mean(list(final[arm].values())))]
            + geometric([last[0] for last in end if math.isfinite(last[0])])
            + [geometric([curve[0][0] for _, curve, _ in of])[0]]
            + [became.count(2), became.count(1), 0]
            + [TARGET, sum(map(math.isfinite, arrival)), float(np.median(arrival))])
    write(os.path.join(directory, "summary.csv"),
          "arm runs diverged forward_total forward_total_lower forward_total_upper backward_total backward_total_lower "
          "backward_total_upper size_total alikeness accuracy train_loss train_loss_lower train_loss_upper "
          "initial_loss runs_learned runs_barely_learned runs_undecided target reached_target epochs_to_target", summary)

    rows = []
    for setting in SETTINGS:
        names = [", ".join((n, setting)) for n in NAMES]
        rows += pairs("setting: " + setting, names, {", ".join(a): final[a] for a in ARMS if a[1] == setting}, 5)
    effect = {n: {} for n in NAMES}
    for seed in range(1, 7):
        complete = [a for a in SETTINGS if all(seed in final[n, a] for n in NAMES)]
        for n in NAMES:
            effect[n][seed] = float(np.mean([final[n, a][seed] for a in complete]))
    rows += pairs("main effect", NAMES, effect, 3)
    rows.append(interaction(final))
    write(os.path.join(directory, "comparisons.csv"),
          "family arm_a arm_b seeds difference lower upper p p_holm told_apart", rows)


main(sys.argv[1])
