# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and data for the tests: the first rows of data/digits.csv, and small networks of many
kinds, each with its seed."""
import os
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
_source = pathlib.Path(os.environ.get("srcdir", pathlib.Path(__file__).parents[2]))
_table = np.loadtxt(_source / "data/digits.csv", delimiter=",", skiprows=1, max_rows=700)
x = torch.tensor((_table[:, :-1] - 4.88) / 6.0, dtype=torch.float32)
y = torch.tensor(_table[:, -1].astype(int))
images = x.view(-1, 1, 8, 8)
cross_entropy = nn.CrossEntropyLoss()


def mlp(seed=0, activation=nn.ReLU, widths=(64, 32, 32, 10)):
    torch.manual_seed(seed)
    layers = [m for a, b in zip(widths, widths[1:]) for m in (nn.Linear(a, b), activation())]
    return nn.Sequential(*layers[:-1])


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
        z = self.relu(self.bn1(self.conv1(x)))
        z = self.bn2(self.conv2(z))
        z += self.down(x)
        return self.relu(z)


class ResNet(nn.Module):
    """Functional and in-place activations, sums in place, dropout."""

    def __init__(self, seed=0):
        torch.manual_seed(seed)
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(Block(8, 8, 1), Block(8, 8, 1))
        self.layer2 = nn.Sequential(Block(8, 16, 2))
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x)), inplace=True)
        x = self.layer2(self.layer1(x))
        return self.fc(F.dropout(x.mean((2, 3)), 0.1, self.training))


class Transformer(nn.Module):
    """A digit is 8 tokens of 8 pixels."""

    def __init__(self, seed=0, width=16, blocks=2, first=True):
        torch.manual_seed(seed)
        super().__init__()
        self.embed = nn.Linear(8, width)
        self.place = nn.Parameter(torch.randn(8, width) * 0.02)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 4 * width, 0.1, activation="gelu",
                                       batch_first=True, norm_first=first) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        x = self.embed(x.view(-1, 8, 8)) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


class Recurrent(nn.Module):
    def __init__(self, kind=nn.LSTM, seed=0, units=12, **options):
        torch.manual_seed(seed)
        super().__init__()
        self.rnn = kind(8, units, **{"batch_first": True, **options})
        ways = 2 if options.get("bidirectional") else 1
        self.head = nn.Linear((options.get("proj_size") or units) * ways, 10)

    def forward(self, x):
        x = x.view(-1, 8, 8)
        if not self.rnn.batch_first:
            x = x.transpose(0, 1)
        return self.head(self.rnn(x)[0].mean(int(self.rnn.batch_first)))
