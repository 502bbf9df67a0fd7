# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch at one epoch of a recurrent network: the seconds that its minibatches take, the median of
so many, on one thread; Adam, cross-entropy on the last state, as initscope trains it.

    recurrent_peer.py LSTM|GRU|RNN STEPS INPUTS UNITS ROWS BATCH REPEATS
"""
import statistics
import sys
import time

import torch
from torch import nn


def main():
    kind, (steps, inputs, units, rows, batch, repeats) = sys.argv[1], map(int, sys.argv[2:])
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    x, y = torch.rand(rows, steps, inputs) - 0.5, torch.arange(rows) % 10
    layer, output = getattr(nn, kind)(inputs, units, batch_first=True), nn.Linear(units, 10)
    optimizer = torch.optim.Adam([*layer.parameters(), *output.parameters()], lr=0.001)
    seconds = []
    for _ in range(repeats + 1):
        start = time.process_time()
        for first in range(0, rows, batch):
            optimizer.zero_grad()
            z = output(layer(x[first : first + batch])[0][:, -1])
            nn.functional.cross_entropy(z, y[first : first + batch]).backward()
            optimizer.step()
        seconds.append(time.process_time() - start)
    print(statistics.median(seconds[1:]))


main()
