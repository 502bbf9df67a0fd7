# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two layers of LSTM over the rows of a digit."""
import torch
from torch import nn

import initscope
from digits import options, results, tensors, train


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 32, 2, batch_first=True)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.lstm(x.view(-1, 8, 8))[0][:, -1])


given = options(__doc__, epochs=4)
data = tensors()
loss = nn.CrossEntropyLoss()
initializers = {"torch_default": None, "normal(0.02)": lambda w: nn.init.normal_(w, std=0.02),
                "orthogonal": nn.init.orthogonal_}

for name, initialize in initializers.items():
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        model = Network()
        for parameter in model.parameters():
            if initialize and parameter.dim() == 2:
                initialize(parameter)
        with initscope.watch(model, given.directory, (data[0][:256], data[1][:256]), loss,
                             initializer=name, seed=seed, optimizer="adam", learning_rate=1e-2,
                             batch=64, score="accuracy") as watch:
            if watch.done:
                continue
            optimizer, updates = torch.optim.Adam(model.parameters(), 1e-2), 0
            for epoch in range(1, given.epochs + 1):
                updates += train(model, optimizer, *data[:2], loss, seed, epoch)
                watch.record(epoch, updates, **results(model, data, loss),
                             last=epoch == given.epochs)
