# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch at the work of `initscope run`: trains a network from several initializers and seeds, and
records on the probe batch, at epoch 0 and after every epoch, all columns of layers.csv and epochs.csv.

Prints the CPU and wall-clock seconds of the work, the import excluded, and the rows recorded.
"""
import argparse
import csv
import sys
import time

import torch
from torch import nn

INITIALIZERS = {
    "zeros": nn.init.zeros_,
    "random_uniform": lambda w: nn.init.uniform_(w, -0.05, 0.05),
    "glorot_uniform": nn.init.xavier_uniform_,
    "he_uniform": nn.init.kaiming_uniform_,
    "he_normal": nn.init.kaiming_normal_,
}


def read_data(path):
    """Standardised features and class numbers of the training (80 %) and the test rows."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    classes = sorted({row[-1] for row in rows})
    x = torch.tensor([[float(cell) for cell in row[:-1]] for row in rows], dtype=torch.float64)
    y = torch.tensor([classes.index(row[-1]) for row in rows])
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(42))
    tests = -(-len(rows) // 5)
    test, train = order[:tests], order[tests:]
    scale = x[train].std(0, unbiased=False)
    scale[scale == 0] = float("inf")
    x = ((x - x[train].mean(0)) / scale).float()
    return (x[train], y[train]), (x[test], y[test]), len(classes)


class Network(nn.Module):
    def __init__(self, widths, initializer):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            INITIALIZERS[initializer](layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)

    def trace(self, x):
        """The preactivations and the activations of every layer, with their gradients kept."""
        z, a = [], [x]
        for layer in self.layers:
            z.append(layer(a[-1]))
            z[-1].retain_grad()
            a.append(torch.relu(z[-1]))
        a[-1] = torch.softmax(z[-1], 1)
        return z, a


def statistics(x, dim):
    """The columns of layers.csv from count on, over the finite elements and in double as there; a
    unit's elements lie along dim. relu saturates nowhere, so that column stays empty."""
    x = x.double()
    count, mean = int(torch.isfinite(x).sum()), torch.mean
    extremes = x.min(), x.max()
    if count < x.numel():
        x = torch.where(torch.isfinite(x), x, torch.full_like(x, float("nan")))
        mean = torch.nanmean
        kept = x[torch.isfinite(x)]
        extremes = (kept.min(), kept.max()) if count else (mean(x), mean(x))
    unit_mean, whole = mean(x, dim, keepdim=True), mean(x)
    within, between = mean((x - unit_mean) ** 2), mean((unit_mean - whole) ** 2)
    d = x - whole
    square = d * d
    variance = within + between
    numbers = [whole, variance, within, between, variance + whole * whole,
               mean(square * d) / variance ** 1.5, mean(square * square) / variance ** 2,
               *extremes, (x == 0).double().mean()]
    return [count, *torch.stack(numbers).tolist(), x.numel() - count]


def evaluate(model, samples):
    with torch.no_grad():
        z = model(samples[0])
        return (nn.functional.cross_entropy(z, samples[1]).item(),
                (z.argmax(1) == samples[1]).double().mean().item())


def record(model, probe, previous, place, out):
    """One epoch's rows; returns the weights for the next update."""
    model.zero_grad()
    z, a = model.trace(probe[0])
    nn.functional.cross_entropy(z[-1], probe[1]).backward()
    with torch.no_grad():
        out.writerow([*place, 0, "activation", a[0].shape[1], *statistics(a[0], 0)])
        for l, layer in enumerate(model.layers):
            tensors = {"weight": (layer.weight, 1), "bias": (layer.bias[:, None], 1),
                       "preactivation": (z[l], 0), "activation": (a[l + 1], 0),
                       "delta": (z[l].grad * len(probe[0]), 0),
                       "gradient": (layer.weight.grad, 1)}
            if previous is not None:
                tensors["update"] = (layer.weight - previous[l], 1)
            for name, (x, dim) in tensors.items():
                out.writerow([*place, l + 1, name, x.shape[1 - dim], *statistics(x, dim)])
        norm = sum((p.grad ** 2).sum() for p in model.parameters()).sqrt().item()
        return norm, [layer.weight.clone() for layer in model.layers]


def run(number, initializer, seed, data, options, layers, epochs):
    train, test, classes = data
    torch.manual_seed(seed)
    widths = [train[0].shape[1], *options.hidden, classes]
    model = Network(widths, initializer)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
    probe = train[0][: options.probe], train[1][: options.probe]
    previous = None
    for epoch in range(options.epochs + 1):
        if epoch > 0:
            order = torch.randperm(len(train[0]))
            for first in range(0, len(order), options.batch):
                rows = order[first : first + options.batch]
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(train[0][rows]), train[1][rows]).backward()
                optimizer.step()
        place = [number, initializer, seed, epoch]
        norm, previous = record(model, probe, previous, place, layers)
        epochs.writerow([*place, *evaluate(model, train), *evaluate(model, test), norm])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--hidden", required=True, type=lambda s: [int(w) for w in s.split(",")])
    parser.add_argument("--init", required=True, type=lambda s: s.split(","))
    for name in "epochs", "batch", "seeds", "probe":
        parser.add_argument("--" + name, required=True, type=int)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cpu, wall = time.process_time(), time.perf_counter()
    data = read_data(options.data)
    with open(options.output + ".layers.csv", "w", newline="") as one, \
            open(options.output + ".epochs.csv", "w", newline="") as two:
        number = 0
        for initializer in options.init:
            for seed in range(1, options.seeds + 1):
                number += 1
                run(number, initializer, seed, data, options, csv.writer(one), csv.writer(two))
    print(time.process_time() - cpu, time.perf_counter() - wall)


sys.exit(main())
