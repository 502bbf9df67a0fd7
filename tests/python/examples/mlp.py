# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A multilayer perceptron with in-place ReLU, three initializers, Adam."""
import torch
from torch import nn

import initscope
from digits import options, results, tensors, train

given = options(__doc__, epochs=5)
data = tensors()
loss = nn.CrossEntropyLoss()
initializers = {"torch_default": None,
                "he_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
                "normal(0.01)": lambda w: nn.init.normal_(w, std=0.01)}

for name, initialize in initializers.items():
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        hidden = [layer for _ in range(6) for layer in (nn.Linear(64, 64), nn.ReLU(inplace=True))]
        model = nn.Sequential(*hidden, nn.Linear(64, 10))
        for layer in model[::2]:
            if initialize:
                initialize(layer.weight)
                nn.init.zeros_(layer.bias)
        with initscope.watch(model, given.directory, (data[0][:512], data[1][:512]), loss,
                             initializer=name, seed=seed, activation="relu", optimizer="adam",
                             learning_rate=1e-3, batch=64, score="accuracy") as watch:
            if watch.done:
                continue
            optimizer, updates = torch.optim.Adam(model.parameters(), 1e-3), 0
            for epoch in range(1, given.epochs + 1):
                updates += train(model, optimizer, *data[:2], loss, seed, epoch)
                watch.record(epoch, updates, **results(model, data, loss),
                             last=epoch == given.epochs)
