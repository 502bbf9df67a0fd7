#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes networks.csv and trajectories.csv: training trajectories computed by PyTorch.

The data are split and scaled by scikit-learn; initial weights and biases are uniform
draws of numpy's RandomState(seed), layer by layer (W row by row, then b), which GSL's
mt19937 reproduces bit for bit; minibatches are taken in the training order of the split;
training is float32, statistics are float64. Run from anywhere:

    python3 tests/golden/make_golden.py

Made with PyTorch 1.13.0a0, scikit-learn 1.2.1, numpy 1.24.2.
"""
import csv
import math
import pathlib

import numpy
import pandas
import torch
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data"
functional = torch.nn.functional

ACTIVATIONS = {
    "linear": lambda z: z * 1.0,
    "relu": torch.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
    "elu": functional.elu,
    "selu": functional.selu,
    "celu": lambda z: functional.celu(z, 0.5),
    "gelu": functional.gelu,
    "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
    "silu": functional.silu,
    "mish": functional.mish,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "tanh": torch.tanh,
    "lecun_tanh": lambda z: 1.7159 * torch.tanh(z * (2.0 / 3.0)),
    "sigmoid": torch.sigmoid,
    "hard_tanh": functional.hardtanh,
    "hard_sigmoid": functional.hardsigmoid,
    "erf": torch.erf,
    "atan": torch.atan,
    "sin": torch.sin,
    "relu6": functional.relu6,
}
CALLS = {"celu": "celu(alpha=0.5)"}

OPTIMIZERS = {
    "sgd": lambda g, lr: torch.optim.SGD(g, lr=lr),
    "momentum": lambda g, lr: torch.optim.SGD(g, lr=lr, momentum=0.9),
    "nesterov": lambda g, lr: torch.optim.SGD(g, lr=lr, momentum=0.9, nesterov=True),
    "rmsprop": lambda g, lr: torch.optim.RMSprop(g, lr=lr, alpha=0.9, eps=1e-7),
    "adagrad": lambda g, lr: torch.optim.Adagrad(g, lr=lr, eps=1e-7),
    "adam": lambda g, lr: torch.optim.Adam(g, lr=lr, eps=1e-7),
    "adamw": lambda g, lr: torch.optim.AdamW(g, lr=lr, eps=1e-7),
}

# data, task, scale, hidden, activation, optimizer, learning rate, weight decay, batch, epochs.
# What is to be predicted: "classes"; "numbers N", the last N features in the place of the
# classes, standardised, from the others; or "inputs", the scaled features themselves.
NETWORKS = [
    ("iris", "classes", "none", [64, 64], "relu", "adam", 0.001, 0.0, 32, 5),
    ("wine", "classes", "standard", [32], "leaky_relu", "sgd", 0.05, 0.0, 16, 4),
    ("wine", "classes", "standard", [16, 16], "tanh", "momentum", 0.01, 0.0, 32, 4),
    ("iris", "classes", "standard", [12] * 3, "softsign", "nesterov", 0.02, 0.0, 16, 4),
    ("wine", "classes", "standard", [16] * 10, "selu", "rmsprop", 0.0005, 0.0, 32, 3),
    ("wine", "classes", "standard", [24, 8], "elu", "adagrad", 0.02, 0.0, 32, 4),
    ("iris", "classes", "standard", [24, 12], "gelu", "adamw", 0.002, 0.05, 16, 4),
    ("wine", "classes", "standard", [20] * 4, "gelu_tanh", "adam", 0.001, 0.0, 32, 4),
    ("iris", "classes", "standard", [16] * 2, "silu", "nesterov", 0.02, 0.001, 32, 4),
    ("wine", "classes", "standard", [16] * 3, "mish", "momentum", 0.01, 0.01, 32, 4),
    ("iris", "classes", "standard", [10], "softplus", "sgd", 0.05, 0.0, 8, 4),
    ("wine", "classes", "standard", [16] * 5, "lecun_tanh", "sgd", 0.02, 0.0, 32, 4),
    ("iris", "classes", "minmax", [16, 16], "sigmoid", "adam", 0.01, 0.0, 32, 4),
    ("wine", "classes", "minmax", [16, 16], "hard_tanh", "rmsprop", 0.001, 0.0, 32, 4),
    ("iris", "classes", "standard", [12, 12], "hard_sigmoid", "adam", 0.005, 0.0, 32, 4),
    ("wine", "classes", "standard", [16] * 3, "erf", "momentum", 0.02, 0.0, 0, 6),
    ("iris", "classes", "standard", [16], "atan", "sgd", 0.05, 0.01, 16, 4),
    ("wine", "classes", "standard", [12, 12], "sin", "adamw", 0.002, 0.01, 32, 4),
    ("iris", "classes", "none", [16, 8], "relu6", "adagrad", 0.01, 0.0, 32, 4),
    ("wine", "classes", "standard", [16] * 6, "celu", "nesterov", 0.005, 0.0, 32, 4),
    ("wine", "classes", "standard", [12] * 8, "linear", "momentum", 0.002, 0.0, 32, 4),
    ("wine", "classes", "standard", [24] * 10, "relu", "adam", 0.001, 0.0, 32, 3),
    ("iris", "numbers 1", "standard", [16, 16], "tanh", "sgd", 0.05, 0.0, 16, 4),
    ("wine", "numbers 3", "minmax", [24, 12], "relu", "adam", 0.002, 0.0, 32, 4),
    ("breast_cancer", "numbers 1", "none", [16], "sigmoid", "rmsprop", 0.001, 0.01, 64, 3),
    ("wine", "inputs", "standard", [6], "relu", "momentum", 0.02, 0.0, 32, 4),
    ("iris", "inputs", "standard", [8, 2, 8], "tanh", "adam", 0.01, 0.0, 16, 4),
    ("wine", "inputs", "minmax", [8, 4, 8], "selu", "adamw", 0.005, 0.01, 0, 6),
]


def samples(name, task, scale):
    frame = pandas.read_csv(DATA / f"{name}.csv")
    x = frame.iloc[:, :-1].to_numpy(float)
    y = numpy.unique(frame.iloc[:, -1], return_inverse=True)[1]
    if task.startswith("numbers"):
        count = int(task.split()[1])
        x, y = x[:, :-count], x[:, -count:]
    a, b, p, q = train_test_split(x, y, test_size=0.2, random_state=42)
    if scale != "none":
        scaler = {"standard": StandardScaler, "minmax": MinMaxScaler}[scale]().fit(a)
        a, b = scaler.transform(a), scaler.transform(b)
    as_real = lambda v: torch.tensor(v, dtype=torch.float32)
    a, b = as_real(a), as_real(b)
    if task == "inputs":
        return a, b, a, b
    if task.startswith("numbers"):
        scaler = StandardScaler().fit(p)
        return a, b, as_real(scaler.transform(p)), as_real(scaler.transform(q))
    return a, b, torch.tensor(p), torch.tensor(q)


def loss_of_rows(z, y):
    """The loss of each row."""
    if y.dtype.is_floating_point:
        return ((z - y.to(z.dtype)) ** 2).mean(1)
    return functional.cross_entropy(z, y, reduction="none")


def score(z, y):
    """What initscope calls the score: R^2 of numbers, the share of right classes."""
    if y.dtype.is_floating_point:
        return r2_score(y.double(), z)
    return (z.argmax(1) == y).double().mean().item()


def parameters(widths, seed):
    draw = numpy.random.RandomState(seed)
    layers = []
    for fan_in, units in zip(widths[:-1], widths[1:]):
        bound = math.sqrt(4.0 / fan_in)
        weight = (2.0 * draw.random_sample((units, fan_in)) - 1.0) * bound
        bias = (2.0 * draw.random_sample(units) - 1.0) * 0.1
        layers.append([torch.tensor(v.astype(numpy.float32), requires_grad=True)
                       for v in (weight, bias)])
    return layers


def forward(layers, activation, x):
    inputs, outputs, a = [], [], x
    for index, (weight, bias) in enumerate(layers):
        inputs.append(a)
        z = functional.linear(a, weight, bias)
        outputs.append(z)
        a = activation(z) if index + 1 < len(layers) else z
    return inputs, outputs


def variance(tensor):
    return tensor.detach().double().var(unbiased=False).item()


def record(write, epoch, layers, activation, train, test, before):
    (x, y), (test_x, test_y) = train, test
    with torch.no_grad():
        for name, (u, v) in (("train", train), ("test", test)):
            z = forward(layers, activation, u)[1][-1].double()
            write(epoch, 0, name + "_loss", loss_of_rows(z, v).mean().item())
            write(epoch, 0, name + "_score", score(z, v))
    inputs, outputs = forward(layers, activation, x)
    for z in outputs: z.retain_grad()
    for pair in layers:
        for p in pair: p.grad = None
    loss_of_rows(outputs[-1], y).sum().backward()
    for index, ((weight, bias), z) in enumerate(zip(layers, outputs)):
        layer = index + 1
        last = layer == len(layers)
        said = z if y.dtype.is_floating_point else torch.softmax(z, 1)
        a = said if last else inputs[index + 1]
        for name, tensor in (("weight", weight), ("bias", bias), ("preactivation", z),
                             ("activation", a), ("delta", z.grad),
                             ("gradient", weight.grad / len(x))):
            write(epoch, layer, name, variance(tensor))
        if before is not None:
            write(epoch, layer, "update", variance(weight.detach().double() - before[index].double()))
    for pair in layers:
        for p in pair: p.grad = None


def train_network(number, network, rows):
    data, task, scale, hidden, activation, optimizer, rate, decay, batch, epochs = network
    x, test_x, y, test_y = samples(data, task, scale)
    outputs = y.shape[1] if y.dtype.is_floating_point else int(y.max()) + 1
    widths = [x.shape[1], *hidden, outputs]
    layers = parameters(widths, number)
    phi = ACTIVATIONS[activation]
    groups = [{"params": [w for w, _ in layers], "weight_decay": decay},
              {"params": [b for _, b in layers], "weight_decay": 0.0}]
    step = OPTIMIZERS[optimizer](groups, rate)
    write = lambda *row: rows.append([number, *row[:-1], f"{row[-1]:.9g}"])
    before = None
    for epoch in range(epochs + 1):
        if epoch:
            size = batch or len(x)
            for start in range(0, len(x), size):
                step.zero_grad()
                logits = forward(layers, phi, x[start:start + size])[1][-1]
                loss_of_rows(logits, y[start:start + size]).mean().backward()
                step.step()
        record(write, epoch, layers, phi, (x, y), (test_x, test_y), before)
        before = [w.detach().clone() for w, _ in layers]


def main():
    torch.set_num_threads(1)
    rows = []
    with open(HERE / "networks.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("network data task scale hidden activation optimizer learning_rate weight_decay "
                     "batch epochs".split())
        for number, network in enumerate(NETWORKS, 1):
            data, task, scale, hidden, activation, *rest = network
            out.writerow([number, data, task, scale, ",".join(map(str, hidden)),
                          CALLS.get(activation, activation), *rest])
            train_network(number, network, rows)
    with open(HERE / "trajectories.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["network", "epoch", "layer", "tensor", "value"])
        out.writerows(rows)


if __name__ == "__main__":
    main()
