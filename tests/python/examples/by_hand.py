# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network in NumPy alone, whose tensors are handed over one by one."""
import numpy as np

import initscope
from digits import load, options

given = options(__doc__, epochs=4)
x, y, _, _ = load()
x, target = x[:512], np.eye(10, dtype=np.float32)[y[:512]]
sizes = (64, 32, 32, 10)


def passes(weights):
    """Activations, preactivations, and delta of each sample's own cross-entropy."""
    a, z = [x], []
    for w in weights:
        z.append(a[-1] @ w.T)
        a.append(np.maximum(z[-1], 0))
    p = np.exp(z[-1] - z[-1].max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    delta = [p - target]
    for w, below in zip(weights[:0:-1], z[-2::-1]):
        delta.insert(0, (delta[0] @ w) * (below > 0))
    return a, z, p, delta


with initscope.open(given.directory) as log:
    for key, value in (("loss", "cross_entropy"), ("score", "accuracy"), ("time", "epoch"),
                       ("classes", 10), ("framework", "NumPy " + np.__version__)):
        log.note(key, value)
    for seed in range(1, given.seeds + 1):
        random = np.random.default_rng(seed)
        weights = [random.normal(0, (2 / a) ** 0.5, (b, a)).astype(np.float32)
                   for a, b in zip(sizes, sizes[1:])]
        with log.run("he_normal", seed, activation="relu") as run:
            if run.done:
                continue
            for number, w in enumerate(weights):
                run.layer(f"dense{number}", units=w.shape[0], fan_in=w.shape[1],
                          fan_out=w.shape[0], parameters=w.size,
                          activation="relu" if number < 2 else None)
            for epoch in range(given.epochs + 1):
                a, z, p, delta = passes(weights)
                run.at(epoch, updates=50 * epoch,
                       train_loss=-np.log((p * target).sum(1) + 1e-30).mean(),
                       train_score=(p.argmax(1) == y[:512]).mean())
                run.tensor("input", "input", x)
                for number, w in enumerate(weights):
                    name = f"dense{number}"
                    run.tensor(name, "weight", w, unit_axis=0)
                    run.tensor(name, "preactivation", z[number])
                    if number < 2:
                        run.tensor(name, "activation", a[number + 1])
                    run.tensor(name, "delta", delta[number])
                    run.tensor(name, "gradient", delta[number].T @ a[number] / len(x), unit_axis=0)
                for _ in range(50):
                    a, _, _, delta = passes(weights)
                    for number, w in enumerate(weights):
                        w -= 0.5 * delta[number].T @ a[number] / len(x)
