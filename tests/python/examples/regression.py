# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A regression with one output, and with --outputs 3 one with three."""
import sys

import torch
from torch import nn

import initscope
from digits import options, tensors, train

outputs = int(sys.argv.pop(sys.argv.index("--outputs") + 1)) if "--outputs" in sys.argv else 1
sys.argv = [word for word in sys.argv if word != "--outputs"]
given = options(__doc__, epochs=4)
x, _, x_test, _ = tensors()
loss = nn.MSELoss()


def target(x):
    """How alike neighbouring pixels are, along rows, columns and both; about 0 and 1."""
    pixels = x.view(-1, 8, 8)
    alike = [pixels[:, :, 1:] * pixels[:, :, :-1], pixels[:, 1:] * pixels[:, :-1],
             pixels[:, 1:, 1:] * pixels[:, :-1, :-1]]
    return torch.stack([(part.mean((1, 2)) - 0.3) / 0.15 for part in alike], 1)[:, :outputs]


y, y_test = target(x), target(x_test)
for name, initialize in (("he_normal", nn.init.kaiming_normal_),
                         ("normal(0.01)", lambda w: nn.init.normal_(w, std=0.01))):
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),
                              nn.Linear(64, outputs))
        for layer in model[::2]:
            initialize(layer.weight)
            nn.init.zeros_(layer.bias)
        with initscope.watch(model, given.directory, (x[:256], y[:256]), loss, initializer=name,
                             seed=seed, activation="relu") as watch:
            if watch.done:
                continue
            optimizer, updates = torch.optim.Adam(model.parameters(), 1e-3), 0
            for epoch in range(1, given.epochs + 1):
                updates += train(model, optimizer, x, y, loss, seed, epoch)
                with torch.no_grad():
                    watch.record(epoch, updates, train_loss=loss(model(x), y),
                                 test_loss=loss(model(x_test), y_test),
                                 last=epoch == given.epochs)
