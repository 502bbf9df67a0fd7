# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PyTorch at one 3x3 convolution, "same", of a minibatch: the CPU seconds of its forward and
backward passes on one thread, the median of so many, in the layout of the two that is faster.

    convolution_peer.py EXTENT CHANNELS UNITS ROWS REPEATS
"""
import statistics
import sys
import time

import torch


def median_of_passes(layout, extent, channels, units, rows, repeats):
    x = torch.rand(rows, channels, extent, extent) - 0.5
    delta = torch.rand(rows, units, extent, extent) - 0.5
    layer = torch.nn.Conv2d(channels, units, 3, padding=1, bias=False).to(memory_format=layout)
    x, delta = (t.to(memory_format=layout) for t in (x, delta))
    x.requires_grad_(True)
    seconds = []
    for _ in range(repeats + 1):
        x.grad = layer.weight.grad = None
        start = time.process_time()
        layer(x).backward(delta)
        seconds.append(time.process_time() - start)
    return statistics.median(seconds[1:])


torch.set_num_threads(1)
torch.set_flush_denormal(True)
print(min(median_of_passes(layout, *map(int, sys.argv[1:]))
          for layout in (torch.contiguous_format, torch.channels_last)))
