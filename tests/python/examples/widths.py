# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""40 layers of tanh in two widths, a factor of its own, recorded at steps 1, 3, 10, 30, 100, ..."""
import torch
from torch import nn

import initscope
from digits import options, tensors

given = options(__doc__, epochs=13)
x, y, _, _ = tensors()
loss = nn.CrossEntropyLoss()

for width in (32, 64):
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        sizes = [64] + 40 * [width]
        model = nn.Sequential(*(layer for a, b in zip(sizes, sizes[1:])
                                for layer in (nn.Linear(a, b), nn.Tanh())), nn.Linear(width, 10))
        for layer in model[::2]:
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        with initscope.watch(model, given.directory, (x[:256], y[:256]), loss, time="step",
                             initializer="glorot_normal", seed=seed, activation="tanh",
                             width=width) as watch:
            if watch.done:
                continue
            optimizer = torch.optim.SGD(model.parameters(), 0.01)
            last = 23 * given.epochs
            times = {n for power in (1, 10, 100, 1000) for n in (power, 3 * power)} | {last}
            for step in range(1, last + 1):
                rows = torch.randint(len(x), (64,))
                optimizer.zero_grad()
                loss(model(x[rows]), y[rows]).backward()
                optimizer.step()
                if step in times and step <= last:
                    watch.record(step, step, last=step == last)
