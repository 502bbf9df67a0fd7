# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the examples share: 1797 digits of 8 x 8 pixels, in PyTorch, and the words of their command
lines."""
import argparse
import pathlib

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[3] / "data" / "digits.csv"
TRAIN = 1437


def load():
    """Training and test rows, standardised as a whole, and their labels, as NumPy arrays."""
    table = np.loadtxt(SOURCE, delimiter=",", skiprows=1)
    table = table[np.random.default_rng(42).permutation(len(table))]
    x, y = table[:, :-1].astype(np.float32), table[:, -1].astype(np.int64)
    x = (x - x[:TRAIN].mean()) / x[:TRAIN].std()
    return x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:]


def tensors():
    import torch
    torch.set_num_threads(1)
    return [torch.tensor(array) for array in load()]


def options(text, epochs):
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("directory", help="the log, to which runs are added")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=epochs)
    return parser.parse_args()


def train(model, optimizer, x, y, loss, seed, epoch, rows=64, clip=None):
    """An epoch; returns the number of updates."""
    import torch
    model.train()
    batches = torch.randperm(len(x), generator=torch.Generator().manual_seed(
        1000 * seed + epoch)).split(rows)
    for batch in batches:
        optimizer.zero_grad()
        loss(model(x[batch]), y[batch]).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
    return len(batches)


def results(model, data, loss):
    """Loss and accuracy of training and test rows, as Watch.record takes them."""
    import torch
    model.eval()
    found = {}
    with torch.no_grad():
        for name, x, y in (("train", *data[:2]), ("test", *data[2:])):
            out = model(x)
            found[name + "_loss"] = float(loss(out, y))
            found[name + "_score"] = float((out.argmax(1) == y).float().mean())
    return found
