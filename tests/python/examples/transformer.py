# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transformer with normalisation before each branch: a digit is 8 tokens of 8 pixels."""
import torch
from torch import nn

import initscope
from digits import options, results, tensors, train


class Transformer(nn.Module):
    def __init__(self, width=32, heads=4, blocks=3):
        super().__init__()
        self.embed = nn.Linear(8, width)
        self.place = nn.Parameter(torch.randn(8, width) * 0.02)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, 4 * width, 0.1, activation="gelu",
                                       batch_first=True, norm_first=True) for _ in range(blocks))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.embed(x.view(-1, 8, 8)) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


given = options(__doc__, epochs=4)
data = tensors()
loss = nn.CrossEntropyLoss()
initializers = {"torch_default": None, "normal(0.02)": lambda w: nn.init.normal_(w, std=0.02),
                "orthogonal": nn.init.orthogonal_}

for name, initialize in initializers.items():
    for seed in range(1, given.seeds + 1):
        torch.manual_seed(seed)
        model = Transformer()
        for parameter in model.parameters():
            if initialize and parameter.dim() == 2 and parameter is not model.place:
                initialize(parameter)
        with initscope.watch(model, given.directory, (data[0][:256], data[1][:256]), loss,
                             initializer=name, seed=seed, optimizer="adamw", learning_rate=1e-3,
                             batch=64, score="accuracy") as watch:
            if watch.done:
                continue
            optimizer, updates = torch.optim.AdamW(model.parameters(), 1e-3), 0
            for epoch in range(1, given.epochs + 1):
                updates += train(model, optimizer, *data[:2], loss, seed, epoch, clip=1.0)
                watch.record(epoch, updates, **results(model, data, loss),
                             last=epoch == given.epochs)
