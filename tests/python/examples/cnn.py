# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A residual network with batch normalisation, functional ReLU, sums in place and dropout."""
import torch
from torch import nn
from torch.nn import functional as F

import initscope
from digits import options, results, tensors, train


class Block(nn.Module):
    def __init__(self, inward, outward, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inward, outward, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outward)
        self.conv2 = nn.Conv2d(outward, outward, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outward)
        self.relu = nn.ReLU(inplace=True)
        self.down = nn.Sequential(nn.Conv2d(inward, outward, 1, stride, bias=False),
                                  nn.BatchNorm2d(outward)) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += self.down(x)
        return self.relu(y)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x.view(-1, 1, 8, 8))), inplace=True)
        x = self.layer2(self.layer1(x))
        return self.fc(F.dropout(x.mean((2, 3)), 0.1, self.training))


given = options(__doc__, epochs=3)
data = tensors()
loss = nn.CrossEntropyLoss()
initializers = {"torch_default": None,
                "kaiming_fan_out": lambda w: nn.init.kaiming_normal_(w, mode="fan_out"),
                "normal(0.5)": lambda w: nn.init.normal_(w, std=0.5)}

for name, initialize in initializers.items():
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        model = Network()
        for layer in model.modules():
            if initialize and isinstance(layer, (nn.Conv2d, nn.Linear)):
                initialize(layer.weight)
        with initscope.watch(model, given.directory, (data[0][:256], data[1][:256]), loss,
                             initializer=name, seed=seed, optimizer="sgd", learning_rate=0.05,
                             batch=64, score="accuracy") as watch:
            if watch.done:
                continue
            optimizer, updates = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9), 0
            for epoch in range(1, given.epochs + 1):
                updates += train(model, optimizer, *data[:2], loss, seed, epoch)
                watch.record(epoch, updates, **results(model, data, loss),
                             last=epoch == given.epochs)
