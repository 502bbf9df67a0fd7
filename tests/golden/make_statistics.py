#!/usr/bin/env python3
"""Writes tests/golden/statistics: a small log, and what SciPy says of it.

    python3 tests/golden/make_statistics.py tests/golden/statistics

epochs.csv and layers.csv are a log as another program might write it: arms that grow and fade, seeds
in another order, a seed that only one arm has, a variance of 0, a run that diverges, runs that never
reach the target. summary.csv and comparisons.csv hold the columns of the report's files of these names
whose values SciPy computes here: t intervals, geometric means, slopes by linregress for each seed,
ttest_rel by common seed. Holm's adjustment is written out, for SciPy has none. Made with NumPy 1.24.2
and SciPy 1.10.1; stats.t.ppf of that version is wrong in the tenth digit, so that t quantiles come
from the inverse of the incomplete beta function.
"""
import csv
import math
import os
import sys

import numpy as np
from scipy import special, stats

EPOCHS = [0, 2, 5, 9]  # recorded
HIDDEN = 5
ARMS = {  # seeds, gain forward and backward, accuracy at the end, loss at the end, speed
    "steady": ([1, 2, 3, 4, 5, 6], 1.02, 0.97, 0.90, 0.21, 0.9),
    "fading": ([6, 1, 3, 2, 5, 4], 0.45, 0.52, 0.81, 0.62, 0.25),
    "growing": ([1, 2, 3, 4, 5, 6], 2.1, 1.9, 0.86, 0.35, 0.6),
    "few": ([1, 3, 4, 9], 0.93, 1.05, 0.88, 0.28, 0.7),
    "lost": ([1, 2, 3, 4, 5, 6], 0.2, 0.15, 0.34, 1.09, 0.1),
}


def make_log(random):
    epochs, layers = [], []
    for name, (seeds, forward, backward, accuracy, loss, speed) in ARMS.items():
        for seed in seeds:
            last = float(f"{accuracy + 0.03 * random.standard_normal():.3g}")
            end = loss * math.exp(0.2 * random.standard_normal())
            for epoch in EPOCHS:
                share = 1 - math.exp(-speed * epoch) if epoch < EPOCHS[-1] else 1
                right = 0.33 + share * (last - 0.33) + (0.01 * random.standard_normal() if 0 < epoch < 9 else 0)
                now = math.exp(math.log(1.1) + share * (math.log(end) - math.log(1.1)))
                if name == "growing" and seed == 4 and epoch == 5:
                    epochs.append([name, seed, epoch, "nan", f"{right:.4g}"])
                    break  # diverged: there are no later rows
                epochs.append([name, seed, epoch, f"{now:.5g}", f"{right:.4g}"])
            for layer in range(1, HIDDEN + 2):
                z = 1.5 * forward ** (layer - 1) * math.exp(0.2 * random.standard_normal())
                delta = 0.02 * backward ** (HIDDEN - layer) * math.exp(0.2 * random.standard_normal())
                if name == "lost" and seed == 2 and layer == 4:
                    z = 0.0
                layers.append([name, seed, 0, layer, "preactivation", f"{z:.6g}"])
                layers.append([name, seed, 0, layer, "delta", f"{delta:.6g}"])
    return epochs, layers


def interval(values):
    """Mean and 95% t interval; no interval of one value."""
    n = len(values)
    if n == 0:
        return [None] * 3
    mean = float(np.mean(values))
    if n == 1:
        return [mean, None, None]
    beta = special.betaincinv((n - 1) / 2, 0.5, 0.05)
    half = math.sqrt((n - 1) * (1 - beta) / beta) * float(stats.sem(values))
    return [mean, mean - half, mean + half]


def geometric(values):
    return [None if x is None else math.exp(x) for x in interval(np.log(values))]


def gain(layers, name, tensor, sign):
    """exp of the slope of ln variance over the hidden layers, for each seed that has all of them; and the
    change over the depth."""
    gains, totals = [], []
    for seed in sorted({row[1] for row in layers if row[0] == name}):
        rows = {r[3]: float(r[5]) for r in layers if r[0] == name and r[1] == seed and r[4] == tensor}
        values = [rows[layer] for layer in range(1, HIDDEN + 1)]
        if min(values) <= 0:
            continue
        gains.append(math.exp(sign * stats.linregress(range(1, HIDDEN + 1), np.log(values)).slope))
        totals.append(sign * math.log(values[-1] / values[0]))
    return geometric(gains) + [math.exp(np.mean(totals))]


def of_run(epochs, name, seed, column):
    """{epoch: value}"""
    return {row[2]: float(row[column]) for row in epochs if row[0] == name and row[1] == seed}


def last(values):
    return values[max(values)]


def holm(p):
    order, adjusted, most = np.argsort(p), [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = most
    return adjusted


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([["" if x is None else repr(x) if isinstance(x, float) else x for x in row] for row in rows])


def main(directory):
    epochs, layers = make_log(np.random.RandomState(5))
    write(os.path.join(directory, "epochs.csv"), "initializer seed epoch train_loss test_accuracy".split(), epochs)
    write(os.path.join(directory, "layers.csv"), "initializer seed epoch layer tensor variance".split(), layers)

    final = {(n, s): last(of_run(epochs, n, s, 4)) for n, a in ARMS.items() for s in a[0]}
    best = max(np.mean([final[n, s] for s in a[0]]) for n, a in ARMS.items())
    target = math.floor(best * 0.95 / 0.05 + 1e-9) / 20
    summary = []
    for name, (seeds, *_) in ARMS.items():
        forward = gain(layers, name, "preactivation", 1)
        backward = gain(layers, name, "delta", -1)
        losses = [last(of_run(epochs, name, s, 3)) for s in seeds]
        finite = [x for x in losses if math.isfinite(x)]
        reached = []
        for seed in seeds:
            times = [e for e, right in of_run(epochs, name, seed, 4).items() if right >= target]
            if times:
                reached.append(float(min(times)))
        summary.append([name, len(seeds), len(losses) - len(finite)]
                       + forward[:3] + backward[:3] + [forward[3], backward[3]]
                       + interval([final[name, s] for s in seeds])
                       + geometric(finite)
                       + [geometric([of_run(epochs, name, s, 3)[0] for s in seeds])[0]]
                       + [target, len(reached)] + interval(reached))
    write(os.path.join(directory, "summary.csv"),
          ("arm runs diverged forward_gain forward_gain_lower forward_gain_upper backward_gain backward_gain_lower "
           "backward_gain_upper forward_total backward_total accuracy accuracy_lower accuracy_upper train_loss "
           "train_loss_lower train_loss_upper initial_loss target reached_target epochs_to_target "
           "epochs_to_target_lower epochs_to_target_upper").split(), summary)

    names, rows = list(ARMS), []
    for a in range(1, len(names)):
        for b in range(a):
            common = sorted(set(ARMS[names[a]][0]) & set(ARMS[names[b]][0]))
            x = [final[names[a], s] for s in common]
            y = [final[names[b], s] for s in common]
            mean, lower, upper = interval(np.subtract(x, y))
            rows.append([names[a], names[b], len(common), mean, lower, upper, float(stats.ttest_rel(x, y).pvalue)])
    for row, adjusted in zip(rows, holm([row[6] for row in rows])):
        row.append(float(adjusted))
    write(os.path.join(directory, "comparisons.csv"), "arm_a arm_b seeds difference lower upper p p_holm".split(), rows)


main(sys.argv[1])
