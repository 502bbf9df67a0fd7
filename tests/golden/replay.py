#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays runs of initscope in PyTorch, and compares everything that both can know.

    python3 tests/golden/replay.py [--double] [--tolerance T] [--verbose] DIR...

DIR is a run directory that was made with --save-weights all (or ends), without dropout, from a CSV
file of numbers. Of each run the network's text is parsed, the network is built from functions of
PyTorch with the weights of epoch 0, and it is trained with the same minibatches in the same order.
At every recorded epoch losses, scores and the gradient's norm are held against epochs.csv, second
moments and variances of all tensors against layers.csv, those of the gates of recurrent layers at
each step against steps.csv, and saved weights against the weights.
Which rows layers.csv has is compared as well.

Prints one line a run: the largest relative difference, and where. Exit status 1 when one is above
the tolerance (default 1e-4), 2 when a run cannot be replayed or has other rows or files than it
should. README.md says what a difference is relative to, and which numbers are rounding noise.

Made with PyTorch 1.13.0a0, numpy 1.24.2.
"""
import argparse
import collections
import csv
import functools
import math
import pathlib
import re
import sys

import numpy
import torch

functional = torch.nn.functional


class Refused(Exception):
    """A run that cannot be replayed, and why."""


# --- The language of networks -------------------------------------------------------------------

# The parameters of each kind, in their order, with their defaults.
KINDS = {
    "input": {"height": 0, "width": 0, "channels": 0},
    "dense": {"units": None, "bias": "yes", "init": ""},
    "conv": {"channels": None, "kernel": None, "stride": 1, "pad": "same", "groups": 1,
             "bias": "yes", "init": ""},
    "depthwise": {"kernel": None, "stride": 1, "pad": "same", "multiplier": 1, "bias": "yes",
                  "init": ""},
    "maxpool": {"size": None, "stride": 0},
    "meanpool": {"size": None, "stride": 0},
    "gmean": {}, "gmax": {}, "flatten": {}, "act": {},
    "bn": {"eps": 1e-3, "momentum": 0.99},
    "ln": {"eps": 1e-3},
    "gn": {"groups": None, "eps": 1e-3},
    "rms": {"eps": 1e-6},
    "dropout": {"rate": 0.5}, "alpha_dropout": {"rate": 0.5},
    "res": {"scale": 1, "start": ""},
    "rnn": {"units": None, "sequence": "no", "bias": "yes", "activation": "tanh", "init": "",
            "recurrent": ""},
    "lstm": {"units": None, "sequence": "no", "bias": "yes", "forget": "", "init": "",
             "recurrent": ""},
    "gru": {"units": None, "sequence": "no", "bias": "yes", "init": "", "recurrent": ""},
    "embed": {"vocabulary": None, "units": None, "init": ""},
    "positions": {"kind": None, "init": ""},
    "attention": {"heads": None, "causal": "no", "bias": "yes", "init": ""},
}
MATRICES = ("dense", "conv", "depthwise")
# Layers whose matrix has a row for each token, or each position.
TABLES = ("embed", "positions")
RECURRENT = ("rnn", "lstm", "gru")
# Of layers with several matrices the names of those on the input, and of those on what the layer
# itself made: its state, or what its heads give. In the order of their numbers.
PARTS = {"rnn": (("i",), ("r",)), "lstm": (("i", "f", "g", "o"), ("ri", "rf", "rg", "ro")),
         "gru": (("r", "z", "n"), ("rr", "rz", "rn")), "attention": (("q", "k", "v"), ("o",))}
NORMS = ("bn", "ln", "gn", "rms")
# What gives a constant for each channel where it reads one.
CONSTANT = ("maxpool", "meanpool", "gmean", "gmax", "flatten", "dropout", "alpha_dropout", "res",
            "dense")

ACTIVATIONS = {
    "linear": lambda z: z * 1.0,
    "relu": torch.relu,
    "leaky_relu": lambda z, slope=0.01: functional.leaky_relu(z, slope),
    "elu": lambda z, alpha=1.0: functional.elu(z, alpha),
    "selu": functional.selu,
    "celu": lambda z, alpha=1.0: functional.celu(z, alpha),
    "gelu": functional.gelu,
    "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
    "silu": functional.silu,
    "mish": functional.mish,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "tanh": torch.tanh,
    "lecun_tanh": lambda z: 1.7159 * torch.tanh(z * (2.0 / 3.0)),
    "sigmoid": torch.sigmoid,
    "hard_tanh": functional.hardtanh,
    "hard_sigmoid": functional.hardsigmoid,
    "erf": torch.erf,
    "atan": torch.atan,
    "sin": lambda z, w0=1.0: torch.sin(w0 * z),
    "relu6": functional.relu6,
}

Element = collections.namedtuple("Element", "kind values body skip label")


def split(text):
    """The parts of a text between commas that are in no parentheses."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def call(text):
    """NAME(ARGUMENT,...) as the name, its positional and its named arguments."""
    match = re.fullmatch(r"(\w+)\s*(?:\((.*)\))?", text, re.DOTALL)
    if not match:
        raise Refused(f"cannot read {text!r}")
    plain, named = [], {}
    for part in split(match[2] or ""):
        found = re.fullmatch(r"(\w+)\s*=\s*(.*)", part, re.DOTALL)
        if found:
            named[found[1]] = found[2]
        else:
            plain.append(part)
    return match[1], plain, named


def numbers(text, **defaults):
    """The parameters of a call as numbers: NAME, {parameter: value}."""
    name, plain, named = call(text)
    values = dict(defaults)
    values.update(zip(defaults, map(float, plain)))
    values.update({key: float(value) for key, value in named.items()})
    return name, values


def is_group(text):
    """Whether one pair of parentheses is around all of a text."""
    inside = text[1:-1]
    depth = [inside[:i].count("(") - inside[:i].count(")") for i in range(len(inside))]
    return text.startswith("(") and text.endswith(")") and min(depth, default=0) >= 0


def layers_of(text, act):
    """The layers of a list, repeats and groups written out; act is what `act` stands for."""
    return [layer for item in split(text) for layer in layers_of_item(item, act)]


def layers_of_item(text, act):
    """COUNTx(LIST), COUNTxLAYER, (LIST), WIDTH or LAYER@LABEL."""
    counted = re.match(r"(\d+)x", text)
    if counted:
        return layers_of_item(text[counted.end():].strip(), act) * int(counted[1])
    if is_group(text):
        return layers_of(text[1:-1], act)
    if text.isdigit():
        return [Element("dense", {**KINDS["dense"], "units": text}, (), (), None),
                Element("act", {"call": act}, (), (), None)]
    named_layer = re.fullmatch(r"(.*)@([\w.-]+)", text, re.DOTALL)
    text, label = named_layer.groups() if named_layer else (text, None)
    kind, plain, named = call(text)
    if kind == "act":
        return [Element("act", {"call": act}, (), (), label)]
    if kind in ACTIVATIONS:
        return [Element("act", {"call": text}, (), (), label)]
    if kind not in KINDS:
        raise Refused(f"layers of kind {kind} are not replayed")
    body, skip = (), ()
    if kind == "res":
        body = tuple(layer for item in plain for layer in layers_of_item(item, act))
        skip = tuple(layers_of_item(named.pop("skip"), act)) if "skip" in named else ()
        plain = []
    values = dict(KINDS[kind])
    unknown = set(named) - set(values)
    if unknown or len(plain) > len(values):
        raise Refused(f"{text}: an unknown parameter")
    values.update(zip(values, plain))
    values.update(named)
    return [Element(kind, values, body, skip, label)]


# --- Networks -----------------------------------------------------------------------------------

class Node:
    """A layer in its network: what it reads, its number and name, its tensors."""

    def __init__(self, kind, values, reads, name):
        self.kind, self.values, self.reads, self.name = kind, values, reads, name
        self.number = 0      # of its first matrix; without one, of the last before it
        self.first = False   # no matrix but the first stands before it
        self.output = False
        self.start = ""      # of the residual block that it is in or ends
        self.tensors = {}
        self.multiplier, self.average = 1.0, None
        self.made = {}       # of its parts in the last pass; see recur() and attend()
        self.kept = []       # what a recurrent layer remembers after each step

    def number_of(self, key):
        """A parameter as a number."""
        return float(self.values[key])

    def count_of(self, key):
        """A parameter as an integer."""
        return int(self.values[key])

    def parts(self):
        """The names of its matrices; "" of one that is the layer itself."""
        if self.kind in PARTS:
            return PARTS[self.kind][0] + PARTS[self.kind][1]
        table = self.kind in TABLES and self.values.get("kind") != "sine"
        return ("",) if self.kind in MATRICES or table else ()

    def numbers_on_input(self):
        """Of several matrices the numbers of those that read what the layer does."""
        return set(range(self.number, self.number + len(PARTS[self.kind][0])))


class Matrix:
    """A numbered matrix: its layer, and which one of those of the layer it is."""

    def __init__(self, index, node, place):
        self.index, self.node, self.part = index, node, node.parts()[place]
        self.number = node.number + place
        # Whether it reads what its layer made.
        self.inner = node.kind in PARTS and self.part in PARTS[node.kind][1]
        prefix = self.part + "." if self.part else ""
        self.weight, self.bias = prefix + "W", prefix + "b"
        self.name = node.name + ("." + self.part if self.part else "")

    def values(self):
        """The matrix with a row for each unit."""
        weight = self.node.tensors[self.weight]
        return weight.t() if self.node.kind in TABLES else weight

    def gradient(self):
        """The same of its gradient."""
        gradient = self.node.tensors[self.weight].grad
        return gradient.t() if self.node.kind in TABLES else gradient

    def passed(self, outputs):
        """z, its gradient, what the matrix reads and what a gate gives in the last probe, (rows,
        positions, units); of a matrix on the state those of the gate that it is added to."""
        node, read = self.node, outputs[self.node.reads[0]]
        if node.kind in RECURRENT:
            gates = PARTS[node.kind][0]
            steps = node.made[gates[node.parts().index(self.part) % len(gates)]]
            return (torch.stack([z.detach() for z, _ in steps], 1),
                    torch.stack([z.grad for z, _ in steps], 1),
                    torch.stack(node.made["state"], 1) if self.inner else read,
                    torch.stack([out.detach() for _, out in steps], 1))
        z = node.made[self.part] if self.part and not self.inner else outputs[self.index]
        return z, z.grad, node.made["o"] if self.inner else read, None


class Design:
    """The layers of a network as a list, each of which reads earlier ones."""

    def __init__(self, text, act, start, outputs):
        label = re.match(r"[\w.+-]+=", text)
        elements = layers_of(text[label.end():] if label else text, act)
        self.nodes, self.named, self.depth, self.start = [], collections.Counter(), 0, start
        self.branches = []  # of each residual block, from the inside out: its nodes
        if not elements or elements[0].kind != "input":
            elements.insert(0, Element("input", dict(KINDS["input"]), (), (), None))
        last = self.add_list(elements, None)
        last = self.add("dense", {**KINDS["dense"], "units": outputs}, [last], "output")
        self.nodes[last].output = True
        self.readers = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for read in node.reads:
                self.readers[read].append(index)
        self.find_activations()

    def add(self, kind, values, reads, label):
        """Appends a layer and returns its index."""
        if label is None:
            self.named[kind] += 1
            label = f"{kind}{self.named[kind]}"
        node = Node(kind, values, reads, label)
        node.number = self.depth + bool(node.parts())
        node.first = node.number == 1
        self.depth += len(node.parts())
        self.nodes.append(node)
        return len(self.nodes) - 1

    def add_list(self, elements, last):
        """Appends layers one behind the other, and returns the index of the last."""
        for element in elements:
            if element.kind == "res":
                last = self.add_block(element, last)
            else:
                reads = [] if element.kind == "input" else [last]
                last = self.add(element.kind, element.values, reads, element.label)
        return last

    def add_block(self, element, last):
        """Appends the skip, the branch and the sum of a residual block."""
        start = element.values["start"] or self.start
        begin = len(self.nodes)
        skip = self.add_list(element.skip, last)
        middle = len(self.nodes)
        branch = self.add_list(element.body, last)
        here = [node for node in self.nodes[begin:] if not node.start]
        inside = [node for node in self.nodes[middle:] if not node.start]
        index = self.add("res", element.values, [skip, branch], element.label)
        for node in here + [self.nodes[index]]:
            node.start = start
        self.branches.append((start, inside))
        return index

    def find_activations(self):
        """Of each matrix the activation that is recorded: the first one behind it."""
        self.activation = {}
        follows, activated = [], []
        for index, node in enumerate(self.nodes):
            read = node.reads[0] if len(node.reads) == 1 else None
            own = len(node.parts())
            last = node.number + own - 1
            inside = node.kind in RECURRENT or read is None
            follows.append(0 if inside else last if own else follows[read])
            activated.append(not own and read is not None and
                             (node.kind == "act" or activated[read]))
            if node.kind == "act" and follows[index] > 0 and not activated[read]:
                self.activation.setdefault(follows[index], index)

    def is_recorded(self, index):
        """Whether what a layer gives is an activation that is recorded."""
        node = self.nodes[index]
        if node.kind in ("dropout", "alpha_dropout"):
            return self.is_recorded(node.reads[0])
        return node.kind == "input" or index in self.activation.values()

    def matrices(self):
        """The matrices in the order of their numbers."""
        return [Matrix(i, node, place) for i, node in enumerate(self.nodes)
                for place in range(len(node.parts()))]

    def streams(self):
        """{number: index} of the sums that are recorded: the last behind each matrix."""
        return {node.number: i for i, node in enumerate(self.nodes)
                if node.kind == "res" and node.number > 0}

    def moved_by(self, index, shapes):
        """The layers whose output a constant that is added to each channel of what the layer at
        index gives moves, when norms subtract it before anything else can see it; else None."""
        moved = {index}
        for reader in self.readers[index]:
            node, shape = self.nodes[reader], shapes[index]
            if node.kind == "bn" or node.kind == "gn" and node.count_of("groups") == shape[-1]:
                continue
            still = node.kind in CONSTANT and not node.output or \
                node.kind in ("conv", "depthwise") and keeps_constants(node, shape, shapes[reader])
            behind = self.moved_by(reader, shapes) if still else None
            if behind is None:
                return None
            moved |= behind
        return moved if self.readers[index] else None

    def sources(self, index):
        """The numbers of the matrices, 0 for the input, that reach what a layer gives with no other
        between."""
        node = self.nodes[index]
        if node.kind in RECURRENT:
            return node.numbers_on_input()
        if node.parts() or node.kind == "input":
            return {node.number + len(node.parts()) - 1 if node.parts() else 0}
        return set().union(*(self.sources(read) for read in node.reads))


def channels_first(x):
    """(rows, positions, channels) as (rows, channels, positions)."""
    return x.movedim(-1, 1)


def channels_last(x):
    """(rows, channels, positions) as (rows, positions, channels)."""
    return x.movedim(1, -1)


def extents(text, axes):
    """3 or 3x5 as the extents of a window."""
    sides = [int(side) for side in str(text).split("x")]
    return sides * axes if len(sides) == 1 else sides


def padding(positions, kernel, stride):
    """What F.pad is to add before and behind each axis, so that there are ceil(n / stride)
    positions: the odd one behind. The last axis comes first."""
    out = []
    for extent, size in zip(positions, kernel):
        total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
        out = [total // 2, total - total // 2] + out
    return out


def keeps_constants(node, shape, gives):
    """Whether a convolution of a shape (positions, channels) makes the same of a constant at all
    positions: it pads nothing, or gives only one."""
    kernel = extents(node.values["kernel"], len(shape) - 1)
    padded = node.values["pad"] == "same" and \
        any(padding(shape[:-1], kernel, node.count_of("stride")))
    return not padded or math.prod(gives[:-1]) == 1


def convolve(node, x):
    """A convolution of (rows, positions, channels)."""
    weight, axes = node.tensors["W"], x.dim() - 2
    kernel, stride = extents(node.values["kernel"], axes), node.count_of("stride")
    groups = x.shape[-1] if node.kind == "depthwise" else node.count_of("groups")
    x = channels_first(x)
    if list(weight.shape[2:]) != kernel:
        raise Refused(f"{node.name}: the file has a kernel of {tuple(weight.shape)}")
    if node.values["pad"] == "same":
        x = functional.pad(x, padding(x.shape[2:], kernel, stride))
    along = functional.conv1d if axes == 1 else functional.conv2d
    return channels_last(along(x, weight, node.tensors.get("b"), stride=stride, groups=groups))


def pool(node, x):
    """A maximum or a mean of windows of (rows, positions, channels)."""
    axes = x.dim() - 2
    everything = node.kind in ("gmean", "gmax")
    size = list(x.shape[1:-1]) if everything else extents(node.values["size"], axes)
    stride = size if everything or not node.count_of("stride") else node.count_of("stride")
    largest = node.kind in ("maxpool", "gmax")
    functions = (functional.max_pool1d, functional.max_pool2d) if largest else \
        (functional.avg_pool1d, functional.avg_pool2d)
    y = channels_last(functions[axes - 1](channels_first(x), size, stride))
    return y.reshape(len(x), -1) if everything else y


def normalize(node, x, mode):
    """Batch, layer, group or RMS norm of (rows, positions, channels). Always in double: PyTorch's
    own sums of float32 are off by 1e-5."""
    gamma, beta = (node.tensors[name].double() if name in node.tensors else None
                   for name in ("gamma", "beta"))
    kind, x, eps = x.dtype, x.double(), node.number_of("eps")
    if node.kind == "ln":
        y = functional.layer_norm(x, x.shape[-1:], gamma, beta, eps)
    elif node.kind == "rms":
        y = gamma * x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps)
    elif node.kind == "gn":
        groups = node.count_of("groups")
        y = channels_last(functional.group_norm(channels_first(x), groups, gamma, beta, eps))
    else:
        y = batch_normalize(node, x.reshape(-1, x.shape[-1]), gamma, beta, mode).view_as(x)
    return y.to(kind)


def batch_normalize(node, x, gamma, beta, mode):
    """Batch norm of (slices, channels); the moving averages are those of population moments."""
    mean = variance = None
    if mode == "train":
        kept, now = node.number_of("momentum"), x.detach()
        node.average = [kept * old + (1 - kept) * new for old, new in
                        zip(node.average, (now.mean(0), now.var(0, unbiased=False)))]
    if mode == "test":
        mean, variance = node.average
    elif len(x) == 1:
        return beta + 0 * gamma * x  # which PyTorch refuses
    return functional.batch_norm(x, mean, variance, gamma, beta, mode != "test", 0,
                                 node.number_of("eps"))


def gates_at(node, x, before):
    """{gate: (z, output)} of a step, and the new state and memory."""
    state, memory = before

    def on(gate, value):
        z = functional.linear(value, node.tensors[gate + ".W"])
        return z + node.tensors[gate + ".b"] if gate + ".b" in node.tensors else z

    inputs, recurrent = PARTS[node.kind]
    a, v = [on(gate, x) for gate in inputs], [on(gate, state) for gate in recurrent]
    if node.kind == "rnn":
        z = [a[0] + v[0]]
        out = [ACTIVATIONS[node.values["activation"]](z[0])]
        state = out[0]
    elif node.kind == "lstm":
        z = [one + other for one, other in zip(a, v)]
        out = [torch.tanh(value) if gate == "g" else torch.sigmoid(value)
               for gate, value in zip(inputs, z)]
        memory = out[1] * memory + out[0] * out[2]
        state = out[3] * torch.tanh(memory)
    else:
        z = [a[0] + v[0], a[1] + v[1]]
        out = [torch.sigmoid(value) for value in z]
        z.append(a[2] + out[0] * v[2])
        out.append(torch.tanh(z[2]))
        state = (1 - out[1]) * out[2] + out[1] * state
    return dict(zip(inputs, zip(z, out))), (state, memory)


def recur(node, x, mode):
    """A recurrent layer of (rows, steps, channels). A probe leaves z and output of each gate at
    each step, and the state before it."""
    zero = x.new_zeros(len(x), node.count_of("units"))
    before, states, steps, kept = (zero, zero), [], [], []
    for t in range(x.shape[1]):
        states.append(before[0])
        step, before = gates_at(node, x[:, t], before)
        steps.append(step)
        kept.append(before[node.kind == "lstm"])
    if mode == "probe":
        node.kept = kept
        node.made = {gate: [step[gate] for step in steps] for gate in PARTS[node.kind][0]}
        for z in (step[gate][0] for step in steps for gate in step):
            if z.requires_grad:
                z.retain_grad()
        node.made["state"] = states
    if node.values["sequence"] == "no":
        return before[0]
    return torch.stack(states[1:] + [before[0]], 1)


def check_recurrent_module(node, x, y):
    """That PyTorch's own recurrent layer, its gates in the same order, makes the same of the
    weights."""
    gates, units = PARTS[node.kind][0], node.count_of("units")
    more = {"nonlinearity": node.values["activation"]} if node.kind == "rnn" else {}
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[node.kind]
    module = kind(x.shape[-1], units, batch_first=True, **more).to(x.dtype)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            recurrent = int("_hh_" in name)
            parts = [part + (".W" if "weight" in name else ".b")
                     for part in PARTS[node.kind][recurrent]]
            parameter.zero_()
            if parts[0] in node.tensors:
                parameter += torch.cat([node.tensors[part] for part in parts])
        own = module(x)[0]
        difference = (own if node.values["sequence"] == "yes" else own[:, -1]) - y
    if len(gates) * units != len(module.weight_ih_l0) or difference.abs().max() > 1e-4:
        raise Refused(f"{node.name} is not what PyTorch's {kind.__name__} makes of the weights")


def attend(node, x, mode):
    """Attention of (rows, positions, channels) over the positions. It leaves q, k and v, what o
    reads, and by head the logits and what softmax makes of them."""
    heads, length = node.count_of("heads"), x.shape[1]

    def linear(part, value):
        return functional.linear(value, node.tensors[part + ".W"], node.tensors.get(part + ".b"))

    def by_head(value):
        return value.reshape(len(x), length, heads, -1).transpose(1, 2)

    made = {part: linear(part, x) for part in "qkv"}
    if mode == "probe":
        for value in (value for value in made.values() if value.requires_grad):
            value.retain_grad()
    q, k, v = (by_head(made[part]) for part in "qkv")
    logits = q @ k.transpose(2, 3) / math.sqrt(x.shape[-1] // heads)
    seen = torch.ones(length, length, dtype=torch.bool)
    seen = seen.tril() if node.values["causal"] == "yes" else seen
    shares = logits.masked_fill(~seen, -math.inf).softmax(-1)
    made["o"] = (shares @ v).transpose(1, 2).reshape(x.shape)
    means = (logits * seen).sum(-1, keepdim=True) / seen.sum(-1, keepdim=True)
    made["logit"], made["attention"] = (value.transpose(0, 1)[:, :, seen].reshape(heads, -1)
                                        for value in (logits - means, shares))
    node.made = made
    return linear("o", made["o"])


def check_attention_module(node, x, y):
    """That nn.MultiheadAttention makes the same of the weights."""
    module = torch.nn.MultiheadAttention(x.shape[-1], node.count_of("heads"), batch_first=True)
    module = module.to(x.dtype)
    mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    with torch.no_grad():
        for name, parts in (("in_proj_", "qkv"), ("out_proj.", "o")):
            for end, key in (("weight", "W"), ("bias", "b")):
                own = [node.tensors[f"{part}.{key}"] for part in parts
                       if f"{part}.{key}" in node.tensors]
                parameter = dict(module.named_parameters())[name + end]
                parameter.zero_()
                if own:
                    parameter += torch.cat(own)
        own = module(x, x, x, attn_mask=mask if node.values["causal"] == "yes" else None)[0]
    if (own - y).abs().max() > 1e-4 * max(1, y.abs().max()):
        raise Refused(f"{node.name} is not what PyTorch's MultiheadAttention makes of the weights")


def sines(length, channels):
    """Section 3.5 of Vaswani et al. 2017: sin and cos in turn."""
    place, channel = torch.arange(length).double()[:, None], torch.arange(channels)[None, :]
    angle = place / 10000.0 ** ((channel - channel % 2).double() / channels)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos())


def apply(node, read, mode):
    """What a layer gives."""
    x, kind = read[0], node.kind
    if kind == "act":
        name, plain, named = call(node.values["call"])
        return ACTIVATIONS[name](x, *map(float, plain), **{k: float(v) for k, v in named.items()})
    if kind == "dense":
        z = functional.linear(x, node.tensors["W"]) * node.multiplier
        return z + node.tensors["b"] if "b" in node.tensors else z
    if kind in ("conv", "depthwise"):
        return convolve(node, x)
    if kind in ("maxpool", "meanpool", "gmean", "gmax"):
        return pool(node, x)
    if kind in NORMS:
        return normalize(node, x, mode)
    if kind in RECURRENT:
        return recur(node, x, mode)
    if kind == "attention":
        return attend(node, x, mode)
    if kind == "embed":
        return functional.embedding(x.reshape(len(x), -1).long(), node.tensors["W"])
    if kind == "positions":
        return x + node.tensors.get("W", sines(*x.shape[1:]).to(x))
    if kind == "flatten":
        return x.reshape(len(x), -1)
    if kind == "res":
        factor = node.tensors["scale"] if "scale" in node.tensors else 1.0
        return x + node.number_of("scale") * factor * read[1]
    return x * 1.0  # dropout of rate 0


def forward(design, x, mode):
    """The outputs of all layers. mode: "train" moves the moving averages, "test" uses them, "probe"
    does neither."""
    outputs = []
    for node in design.nodes:
        if node.kind == "input":
            sides = [int(side) for side in node.values.values() if int(side)]
            outputs.append(x.reshape(-1, *sides) if sides else x)
        else:
            outputs.append(apply(node, [outputs[i] for i in node.reads], mode))
    return outputs


# --- Weights ------------------------------------------------------------------------------------

def files_of(node):
    """The names of the tensors of a layer, and of their files."""
    if node.kind in PARTS:
        bias = node.values["bias"] == "yes"
        biased = PARTS[node.kind][0] if node.kind in ("rnn", "lstm") else node.parts()
        return {f"{part}.{name}": f"layer{node.number + place:02}.{name}"
                for place, part in enumerate(node.parts()) for name in ("W", "b")
                if name == "W" or bias and part in biased}
    if node.parts():
        names = ["W"] + (["b"] if node.values.get("bias") == "yes" else [])
        return {name: f"layer{node.number:02}.{name}" for name in names}
    names = {"bn": ["gamma", "beta"], "ln": ["gamma", "beta"], "gn": ["gamma", "beta"],
             "rms": ["gamma"], "res": ["scale"] if learns_factor(node) else []}.get(node.kind, [])
    return {name: f"{node.name}.{name}" for name in names}


def learns_factor(node):
    """Whether the sum of a block has factors to learn."""
    return call(node.start or "none")[0] in ("skipinit", "rezero", "layerscale")


def load(design, directory, epoch, kind):
    """The tensors of all layers from the files of an epoch; no file may be left."""
    stem = f"epoch{epoch:04}."
    files = {path.name[len(stem):-len(".npy")]: path for path in directory.glob(stem + "*.npy")}
    found = []
    for node in design.nodes:
        tensors = {}
        for name, file in files_of(node).items():
            if file not in files:
                raise Refused(f"{directory}: no {stem}{file}.npy")
            values = numpy.load(files.pop(file))
            tensors[name] = torch.tensor(values).to(kind)
        found.append(tensors)
    if files:
        raise Refused(f"{directory}: {sorted(files)} belong to no layer")
    return found


def check_zero(node, tensor, start):
    """A tensor starts at 0, as a residual start says."""
    if node.tensors[tensor].any():
        raise Refused(f"{node.name}.{tensor} does not start at 0, as {start} says")


def check_starts(design):
    """How residual blocks start, as far as the weights alone show it."""
    for start, nodes in design.branches:
        name = call(start)[0]
        matrices = [(node, part + ".W" if part else "W") for node in nodes for part in node.parts()]
        norms = [node for node in nodes if node.kind in NORMS]
        if name in ("zero_last", "fixup") and matrices:
            check_zero(*matrices[-1], start)
        if name == "zero_gamma" and norms:
            check_zero(norms[-1], "gamma", start)
        if name == "fixup":
            check_zero(design.nodes[-1], "W", start)
    for node in design.nodes:
        if "scale" not in node.tensors:
            continue
        name, values = numbers(node.start, e=1e-4)
        begin, scale = values["e"] if name == "layerscale" else 0.0, node.tensors["scale"]
        if not torch.allclose(scale, torch.full_like(scale, begin), rtol=1e-6, atol=0):
            raise Refused(f"{node.name}.scale does not start at {begin}")


def is_orthogonal(matrix):
    """Whether the columns are orthonormal."""
    product = matrix.double().t() @ matrix.double()
    return torch.allclose(product, torch.eye(len(product)).double(), atol=1e-5)


def check_recurrent(node, init, start, settings):
    """How a recurrent layer starts: its matrices on the state, and the bias of the forget gate."""
    if node.values["init"]:
        init = node.values["init"]
    own, units = node.values["recurrent"] or start["recurrent_init"], node.count_of("units")
    matrices = [node.tensors[part + ".W"] for part in PARTS[node.kind][1]]
    rule = init if init.endswith("_default") and not node.values["recurrent"] else own
    bound = 1 / math.sqrt(units)
    good = {"orthogonal": lambda: all(map(is_orthogonal, matrices)),
            "flax_default": lambda: all(map(is_orthogonal, matrices)),
            "keras_default": lambda: is_orthogonal(torch.cat(matrices)),
            "identity": lambda: all(torch.equal(w, torch.eye(units).to(w)) for w in matrices),
            "torch_default": lambda: all(0.9 * bound < w.abs().max() <= bound for w in matrices),
            }.get(rule, lambda: True)
    if not good():
        raise Refused(f"{node.name} is not recurrent as {rule} says")
    if "f.b" not in node.tensors or init == "torch_default" or init.startswith("file"):
        return
    forget, given = node.tensors["f.b"], node.tensors["i.b"]
    name = {"keras_default": "1", "flax_default": "0"}.get(init, start["forget_bias"])
    name, plain, _ = call(node.values["forget"] or name)
    if name == "chrono":
        most = math.log(int(plain[0]) - 1)
        right = torch.equal(given, -forget) and 0 <= forget.min() and forget.max() <= most
        right = right and forget.max() > most / 2 and forget.std() > 0
    else:
        right = bool((forget == int(name)).all())
        right = right and (settings["bias-init"] != "zeros" or not given.any())
    if not right:
        raise Refused(f"{node.name} does not begin to forget as {name} says")


# --- Maximal update -----------------------------------------------------------------------------

ADAPTIVE = ("rmsprop", "adagrad", "adam", "adamw")


def initializer_of(node, run, settings):
    """The initializer that a layer goes by."""
    if node.values.get("init"):
        return node.values["init"]
    if node.output and settings["output-init"] != "same":
        return settings["output-init"]
    if node.first and not node.output and settings["first-init"] != "same":
        return settings["first-init"]
    return run["initializer"]


def maximal_update(design, run, settings):
    """Table 8 of Yang et al. 2022 where the initializer is mup(base), in terms of how many times as
    wide as the base a layer is: {(layer, tensor): rate}, and the multiplier of the output.

    A matrix of two widths is hidden. Input weights have only the width of what they give, as
    biases, norms and depthwise kernels do. Output weights have only that of what they read. A
    number that there is one of has none. A gate reads what its layer does, or its state."""
    adaptive = call(run["optimizer"])[0] in ADAPTIVE
    rates = {}
    for index, node in enumerate(design.nodes):
        name, values = numbers_if_any(initializer_of(node, run, settings), base=64)
        inputs = PARTS[node.kind][0] if node.kind in PARTS else ("",)
        for key, value in node.tensors.items():
            rates[index, key] = 1.0
            part, _, tensor = key.rpartition(".")
            hidden = not node.first or part not in inputs
            if name != "mup":
                continue
            width = value.shape[0] / values["base"]
            groups = int(node.values.get("groups", 1)) if node.kind == "conv" else 1
            read = value.shape[1] * groups / values["base"] if tensor == "W" else None
            if tensor == "W" and node.output and hidden:
                node.multiplier = 1 / read
                rates[index, key] = 1.0 if adaptive else read
            elif tensor == "W" and hidden and node.kind != "depthwise":
                rates[index, key] = 1 / read if adaptive else 1.0
            elif not adaptive and not node.output and value.numel() > 1:
                rates[index, key] = width
    return rates


def numbers_if_any(text, **defaults):
    """As numbers(), of a call whose parameters may be something else."""
    try:
        return numbers(text, **defaults)
    except ValueError:
        return call(text)[0], {}


def optimizer_of(design, run, rates):
    """The optimizer of a run; weight decay is for matrices."""
    name = call(run["optimizer"])[0]
    rate, decay = float(run["learning_rate"]), float(run["weight_decay"])
    groups = [{"params": [value], "lr": rate * rates[index, tensor],
               "weight_decay": decay if tensor.endswith("W") else 0.0}
              for index, node in enumerate(design.nodes) for tensor, value in node.tensors.items()]
    if name in ("sgd", "momentum", "nesterov"):
        values = numbers(run["optimizer"], momentum=0.0 if name == "sgd" else 0.9)[1]
        return torch.optim.SGD(groups, lr=rate, momentum=values["momentum"],
                               nesterov=name == "nesterov" and values["momentum"] > 0)
    if name == "rmsprop":
        values = numbers(run["optimizer"], rho=0.9, epsilon=1e-7)[1]
        return torch.optim.RMSprop(groups, lr=rate, alpha=values["rho"], eps=values["epsilon"])
    if name == "adagrad":
        values = numbers(run["optimizer"], initial_accumulator=0.0, epsilon=1e-7)[1]
        return torch.optim.Adagrad(groups, lr=rate, eps=values["epsilon"],
                                   initial_accumulator_value=values["initial_accumulator"])
    if name in ("adam", "adamw"):
        values = numbers(run["optimizer"], beta1=0.9, beta2=0.999, epsilon=1e-7)[1]
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        return kind(groups, lr=rate, betas=(values["beta1"], values["beta2"]),
                    eps=values["epsilon"])
    raise Refused(f"optimizer {name} is not replayed")


# --- Data ---------------------------------------------------------------------------------------

def table(path):
    """The rows of a CSV file as dictionaries."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@functools.lru_cache(maxsize=1)
def rows_of(path):
    """The rows of the data, read once."""
    return table(path)


def pairs(path):
    """The lines KEY = VALUE of an experiment file."""
    lines = (line.partition(" =") for line in path.read_text(encoding="utf-8").splitlines())
    return {key: value.strip() for key, _, value in lines}


def words(text):
    """The items of a list: commas or blanks stand between them."""
    return re.split(r"[,\s]+", text.strip()) if text.strip() else []


def scaled(x, train, how):
    """Each column scaled by what its training rows are; float32, as in training."""
    if how == "standard":
        centre, divisor = x[train].mean(0), x[train].std(0)
    elif how == "minmax":
        centre, divisor = x[train].min(0), x[train].max(0) - x[train].min(0)
    else:
        return x.astype(numpy.float32)
    constant = x[train].max(0) == x[train].min(0)
    divisor = numpy.where(constant, numpy.inf, divisor)
    return ((x - centre) / divisor).astype(numpy.float32)


class Data:
    """Training and test rows: features x, labels or numbers y."""

    def __init__(self, settings, environment, seed, kind):
        path = environment["data_path"]
        if not path.endswith(".csv") or not pathlib.Path(path).is_file():
            raise Refused(f"the data are no CSV file (got {path})")
        rows = rows_of(path)
        if len(rows) != int(environment["data_rows"]):
            raise Refused("rows of the data were left out")
        columns = list(rows[0])
        targets = words(settings["label"]) or columns[-1:]
        own = targets == ["features"]
        used = words(settings["features"]) or [c for c in columns if own or c not in targets]
        self.used = [c for c in columns if c in used and c not in words(settings["drop"])]
        self.raw = self.column_of(rows, self.used)
        train, test = self.sides(len(rows), settings, seed)
        self.training = train
        inputs = scaled(self.raw, train, settings["scale"])
        if settings["loss"] == "cross_entropy":
            names = self.classes([row[targets[0]] for row in rows])
            y = torch.tensor([names.index(row[targets[0]]) for row in rows])
            self.outputs = len(names)
        else:
            y = inputs if own else scaled(self.column_of(rows, targets), train, "standard")
            y = torch.tensor(y).to(kind)
            self.outputs = y.shape[1]
        inputs = torch.tensor(inputs).to(kind)
        self.train, self.test = (inputs[train], y[train]), (inputs[test], y[test])

    @staticmethod
    def column_of(rows, columns):
        """Columns of numbers."""
        try:
            return numpy.array([[float(row[column]) for column in columns] for row in rows])
        except ValueError as why:
            raise Refused(f"the data are not all numbers: {why}") from why

    @staticmethod
    def classes(labels):
        """The different labels in their order: as numbers where they are."""
        names = sorted(set(labels))
        try:
            return sorted(names, key=float)
        except ValueError:
            return names

    @staticmethod
    def sides(count, settings, seed):
        """The rows of both sides, as scikit-learn's train_test_split has them."""
        split_seed = int(settings["split-seed"])
        if settings["split"] == "by-seed":
            split_seed = (split_seed + seed - 1) % 2**32
        order = numpy.random.RandomState(split_seed).permutation(count)
        tests = math.ceil(float(settings["test-fraction"]) * count)
        return order[tests:], order[:tests] if tests else order


def stream(seed, purpose):
    """The random stream of a seed for a purpose, as numpy's RandomState."""
    def mix(key):
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            key ^= key >> shift
            key = key * factor % 2**32
        return key ^ key >> 16
    return numpy.random.RandomState(mix(mix(purpose << 28) ^ mix((seed + 0x9E3779B9) % 2**32)))


ORDER = 2  # the purpose of the order of minibatches


def losses(z, y):
    """The loss of each row."""
    if y.is_floating_point():
        return ((z - y) ** 2).mean(1)
    return functional.cross_entropy(z, y, reduction="none")


# --- Comparison ---------------------------------------------------------------------------------

class Comparison:
    """The largest relative difference so far, and where it was."""

    def __init__(self, verbose):
        self.worst, self.where, self.count, self.verbose = 0.0, "nothing", 0, verbose

    def see(self, difference, where):
        """A relative difference."""
        self.count += 1
        difference = math.inf if math.isnan(difference) else difference
        if difference > self.worst:
            self.worst, self.where = difference, where
            if self.verbose:
                print(f"    {difference:.2e} {where}")

    def add(self, where, here, there, size):
        """Two numbers; size is the least that their difference is relative to."""
        same = here == there or math.isnan(here) and math.isnan(there)
        size = max(abs(here), abs(there), size, sys.float_info.min)
        self.see(0.0 if same else abs(here - there) / size,
                 f"{where} ({here:.9g}, logged {there:.9g})")


# What squares are relative to at least; see README.md.
FLOOR = 1e-6      # of a tensor's second moment
CANCELLED = 0.1   # of that of a gradient whose terms had random signs
OFFSET = 1e-4     # of that of what a saved offset is added to
NOTHING = 1e-24   # of the largest one of tensors of a kind


# Tensors that are as large as others of their kind; what is not named is what layers give.
KIND = {tensor: tensor for tensor in ("weight", "bias", "update", "delta", "gradient")}


def square(x):
    """The second moment of a tensor."""
    return x.detach().double().square().mean().item()


def statistics(x):
    """The three numbers of (slices of units, units)."""
    x = x.detach().double()
    return {"second_moment": (x * x).mean().item(), "variance": x.var(unbiased=False).item(),
            "within_unit_variance": x.var(0, unbiased=False).mean().item()}


def by_channel(x):
    """A tensor by sample, (rows, positions, channels), as (slices, units)."""
    return x.reshape(-1, x.shape[-1])


def by_row(w):
    """A matrix, (units, inputs...), as (slices, units)."""
    return w.reshape(len(w), -1).t()


class Replay:
    """One run, trained again."""

    def __init__(self, log, run, arguments):
        self.log, self.run, self.arguments = log, run, arguments
        self.kind = torch.float64 if arguments.double else torch.float32
        self.number, self.last = int(run["run"]), int(run["stopped_epoch"])
        self.adaptive = call(run["optimizer"])[0] in ADAPTIVE
        self.weights = log.directory / "weights" / f"{self.number:06}"
        self.compared = Comparison(arguments.verbose)
        self.before, self.first_loss = None, {}
        if float(run["dropout"]) != 0:
            raise Refused("dropout is not replayed")
        torch.set_flush_denormal(log.environment["flush_to_zero"] == "yes" and not arguments.double)
        self.data = Data(log.settings, log.environment, int(run["seed"]), self.kind)
        self.build()

    def build(self):
        """The network with the weights of epoch 0, and its optimizer."""
        start = {name: self.log.factors[self.number].get(
            name, self.log.settings[name.replace("_", "-")])
            for name in ("residual_init", "recurrent_init", "forget_bias")}
        self.design = Design(self.run["network"] or self.run["hidden"], self.run["activation"],
                             start["residual_init"], self.data.outputs)
        for node, tensors in zip(self.design.nodes, load(self.design, self.weights, 0, self.kind)):
            if "dropout" in node.kind and node.number_of("rate") != 0:
                raise Refused("dropout is not replayed")
            node.tensors = {name: tensor.requires_grad_() for name, tensor in tensors.items()}
            if node.kind == "bn":
                shape = node.tensors["gamma"].shape
                node.average = [torch.zeros(shape).double(), torch.ones(shape).double()]
        check_starts(self.design)
        self.check_modules(start)
        if self.arguments.shake:
            self.shake()
        rates = maximal_update(self.design, self.run, self.log.settings)
        self.optimizer = optimizer_of(self.design, self.run, rates)
        self.find_noise()

    def check_modules(self, start):
        """How recurrent layers start, and that PyTorch has the same ones, and attention."""
        with torch.no_grad():
            outputs = forward(self.design, self.data.train[0][:5], "test")
        for index, node in enumerate(self.design.nodes):
            if node.kind in RECURRENT:
                init = initializer_of(node, self.run, self.log.settings)
                check_recurrent(node, init, start, self.log.settings)
                check_recurrent_module(node, outputs[node.reads[0]], outputs[index])
            if node.kind == "attention":
                check_attention_module(node, outputs[node.reads[0]], outputs[index])

    def shake(self):
        """Multiplies each weight of epoch 0 by 1 + U(-shake, shake)."""
        generator = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for node in self.design.nodes:
                for tensor in node.tensors.values():
                    draw = 2 * torch.rand(tensor.shape, generator=generator) - 1
                    tensor *= 1 + self.arguments.shake * draw

    def find_noise(self):
        """The offsets that norms subtract, or softmax does, where the optimizer turns the rounding
        noise that is their gradient into steps, and what they move: layers, or the keys of one."""
        self.walking, self.moved = set(), set()
        if not self.adaptive:
            return
        with torch.no_grad():
            outputs = forward(self.design, self.data.train[0][:2], "probe")
        shapes = [tuple(x.shape[1:]) for x in outputs]
        for index, node in enumerate(self.design.nodes):
            moved = self.design.moved_by(index, shapes)
            offsets = {"b", "beta"} & set(node.tensors)
            if "k.b" in node.tensors:
                self.walking.add((index, "k.b"))
                self.moved.add((index, "k"))
            if offsets and moved is not None:
                self.walking |= {(index, name) for name in offsets}
                self.moved |= moved

    def evaluate(self, side):
        """The mean loss and the score of all rows of a side, and how unsure the score is."""
        x, y = side
        with torch.no_grad():
            z = forward(self.design, x, "test")[-1].double()
        if not y.is_floating_point():
            top = z.topk(2, 1).values
            near = top[:, 0] - top[:, 1] <= self.arguments.tolerance * z.abs().amax(1)
            right = (z.argmax(1) == y).double().mean().item()
            return losses(z, y).mean().item(), right, near.double().mean().item()
        y = y.double()
        spread, residual = ((y - y.mean(0)) ** 2).sum(0), ((z - y) ** 2).sum(0)
        parts = torch.where(spread > 0, 1 - residual / spread, (residual == 0).double())
        return losses(z, y).mean().item(), parts.mean().item(), 0.0

    def compare_losses(self, epoch, row):
        """Losses and scores of a row of epochs.csv. Moving averages lag behind what walks."""
        if epoch > 0 and self.walking and any(node.kind == "bn" for node in self.design.nodes):
            return
        for name, side in (("train", self.data.train), ("test", self.data.test)):
            loss, score, unsure = self.evaluate(side)
            first, there = self.first_loss.setdefault(name, loss), float(row[name + "_score"])
            self.compared.add(f"epoch {epoch}, {name}_loss", loss, float(row[name + "_loss"]),
                              FLOOR * first)
            if abs(score - there) > unsure:
                self.compared.add(f"epoch {epoch}, {name}_score", score, there, 1.0)

    def probe(self):
        """All outputs on the probe batch with their gradients: of the sum of the rows' losses."""
        x, y = (part[:int(self.log.settings["probe"])] for part in self.data.train)
        self.optimizer.zero_grad()
        outputs = forward(self.design, x, "probe")
        for matrix in self.design.matrices():
            outputs[matrix.index].retain_grad()
        losses(outputs[-1], y).sum().backward()
        return outputs, len(x)

    def tensors_of(self, matrix, outputs, rows):
        """{name: (slices of a tensor by unit, what its squares are relative to beside FLOOR of
        them, where its noise comes from)} of what layers.csv has of a matrix."""
        design, node, index, number = self.design, matrix.node, matrix.index, matrix.number
        weight, read = matrix.values(), node.reads[0]
        z, delta, seen, said = matrix.passed(outputs)
        source = (index, matrix.part) if matrix.part and not matrix.inner else index

        def output(i):
            return by_channel(outputs[i]), 0, i

        positions = math.prod(z.shape[1:-1])
        known = 1 / weight.shape[1] if node.kind in TABLES else square(seen)
        alone = square(delta) * known * positions / rows
        parts = {"weight": (by_row(weight), 0, None),
                 "gradient": (by_row(matrix.gradient()) / rows, CANCELLED * alone, None)}
        if matrix.bias in node.tensors:
            parts["bias"] = (node.tensors[matrix.bias].reshape(1, -1), FLOOR * square(z),
                             (index, matrix.bias))
        if self.before is not None:
            change = weight.detach().double() - self.before[number].double()
            parts["update"] = (by_row(change), FLOOR * square(weight), None)
        if number in design.streams():
            parts["stream"] = output(design.streams()[number])
        if matrix.inner and node.kind in RECURRENT:
            return parts
        parts["preactivation"] = (by_channel(z), 0, source)
        parts["delta"] = (by_channel(delta), 0, None)
        if said is not None:
            parts["activation"] = (by_channel(said), 0, None)
        elif node.output:
            said = z if self.log.settings["loss"] == "mse" else torch.softmax(z, 1)
            parts["activation"] = (by_channel(said), 0, None)
        elif number in design.activation:
            parts["activation"] = output(design.activation[number])
        if matrix.inner:
            parts["input"] = (by_channel(seen), 0, None)
            parts["logit"] = (node.made["logit"].t(), 0, None)
            parts["attention"] = (node.made["attention"].t(), 0, None)
        elif not design.is_recorded(read):
            parts["input"] = output(read)
        return parts

    def is_noise(self, tensor, source, statistic):
        """Whether an offset that walks on rounding noise decides a number of layers.csv."""
        if tensor == "bias":
            return source in self.walking
        return source in self.moved and statistic != "within_unit_variance"

    def compare_layers(self, epoch, rows, row):
        """The rows of layers.csv of an epoch, and the gradient's norm."""
        outputs, count = self.probe()
        parts = {(0, "activation"): (by_channel(outputs[0]), 0, None)}
        for matrix in self.design.matrices():
            for tensor, part in self.tensors_of(matrix, outputs, count).items():
                parts[matrix.number, tensor] = part
        if set(parts) != set(rows):
            odd = sorted(set(parts) ^ set(rows))
            raise Refused(f"epoch {epoch}: layers.csv lacks, or has too much, {odd}")
        counted = {key: statistics(part[0]) for key, part in parts.items()}
        largest = collections.defaultdict(float)
        for (_, tensor), here in counted.items():
            kind = KIND.get(tensor, "output")
            largest[kind] = max(largest[kind], here["second_moment"])
        for (number, tensor), (_, size, source) in parts.items():
            here, there = counted[number, tensor], rows[number, tensor]
            size = max(FLOOR * here["second_moment"], size,
                       NOTHING * largest[KIND.get(tensor, "output")])
            for statistic, value in here.items():
                if epoch == 0 or not self.is_noise(tensor, source, statistic):
                    self.compared.add(f"epoch {epoch}, layer {number} {tensor} {statistic}", value,
                                      float(there[statistic]), size)
        squares = sum((tensor.grad.double() ** 2).sum().item() for node in self.design.nodes
                      if node.parts() for tensor in node.tensors.values())
        self.compared.add(f"epoch {epoch}, gradient_norm", math.sqrt(squares) / count,
                          float(row["gradient_norm"]), 0)
        self.compare_tokens(epoch, outputs)
        self.before = {matrix.number: matrix.values().detach().clone()
                       for matrix in self.design.matrices()}
        self.compare_steps(epoch, self.log.steps[self.number].get(epoch, {}))
        return [square(x) for x in outputs]

    def compare_steps(self, epoch, rows):
        """The rows of steps.csv of an epoch."""
        parts = {}
        for matrix in self.design.matrices():
            if matrix.node.kind not in RECURRENT or matrix.inner:
                continue
            z = torch.stack([z for z, _ in matrix.node.made[matrix.part]], 1)
            delta = torch.stack([z.grad for z, _ in matrix.node.made[matrix.part]], 1)
            tensors = {"preactivation": z, "delta": delta}
            if matrix.number == matrix.node.number:
                tensors["state"] = torch.stack(matrix.node.kept, 1)
            for tensor, x in tensors.items():
                for t in range(x.shape[1]):
                    parts[matrix.number, tensor, t + 1] = (x[:, t], FLOOR * square(x))
        if set(parts) != set(rows):
            raise Refused(f"epoch {epoch}: steps.csv lacks, or has too much, "
                          f"{sorted(set(parts) ^ set(rows))}")
        for key, (x, size) in parts.items():
            x = x.detach().double()
            here = {"second_moment": square(x), "variance": x.var(0, unbiased=False).mean().item()}
            for statistic, value in here.items():
                self.compared.add(f"epoch {epoch}, layer {key[0]} {key[1]} step {key[2]} "
                                  f"{statistic}", value, float(rows[key][statistic]), size)

    def compare_tokens(self, epoch, outputs):
        """The rows of tokens.csv of an epoch: of networks with attention what it gives, or the
        stream that ends there."""
        streams, expected = self.design.streams(), {}
        for matrix in self.design.matrices():
            x = outputs[streams.get(matrix.number, matrix.index)].detach().double()
            attends = matrix.inner and matrix.node.kind == "attention"
            if not (attends or matrix.number in streams and x.dim() == 3):
                continue
            length = x.shape[1]
            products = x @ x.transpose(1, 2)
            alone = products.diagonal(dim1=1, dim2=2).sum().item()
            expected[matrix.number] = {"correlation": (products.sum().item() - alone) /
                                       ((length - 1) * alone)}
            if attends:
                a = matrix.node.made["attention"].detach().double()
                queries = len(x) * length * len(a)
                surprise = -torch.special.xlogy(a, a).sum().item()
                expected[matrix.number]["entropy"] = surprise / queries
                expected[matrix.number]["sum_of_squares"] = (a * a).sum().item() / queries
        if not any(node.kind == "attention" for node in self.design.nodes):
            expected = {}
        rows = self.log.tokens[self.number].get(epoch, {})
        if set(rows) != set(expected):
            raise Refused(f"epoch {epoch}: tokens.csv has the layers {sorted(rows)}")
        for number, values in expected.items():
            for column in ("correlation", "entropy", "sum_of_squares"):
                if (rows[number][column] == "") != (column not in values):
                    raise Refused(f"epoch {epoch}: tokens.csv has no {column} of {number}, or one")
            for column, value in values.items():
                self.compared.add(f"epoch {epoch}, layer {number} tokens {column}", value,
                                  float(rows[number][column]), FLOOR)

    def compare_weights(self, epoch, sizes):
        """All tensors against their files: the length of the difference against theirs."""
        saved = load(self.design, self.weights, epoch, torch.float64)
        for index, node in enumerate(self.design.nodes):
            for name, there in saved[index].items():
                if epoch > 0 and (index, name) in self.walking:
                    continue
                here = node.tensors[name].detach().double()
                size = {"W": 0, "b": OFFSET * sizes[index],
                        "beta": OFFSET * sizes[index]}.get(name.rpartition(".")[2], FLOOR)
                least = math.sqrt(size * here.numel())
                length = max(here.norm().item(), there.norm().item(), least, sys.float_info.min)
                self.compared.see((here - there).norm().item() / length,
                                  f"epoch {epoch}, {files_of(node)[name]}.npy")

    def compare_features(self, rows):
        """The rows of features.csv."""
        if [row["feature"] for row in rows] != self.data.used:
            raise Refused("features.csv has other features")
        x = self.data.raw[self.data.training]
        for row, mean, variance in zip(rows, x.mean(0), x.var(0)):
            size = mean * mean + variance
            self.compared.add(f"{row['feature']} mean", mean, float(row["mean"]), math.sqrt(size))
            self.compared.add(f"{row['feature']} variance", variance, float(row["variance"]),
                              FLOOR * size)

    def compare_network(self, rows):
        """The rows of network.csv: exact. A chain of dense layers may have none."""
        matrices = self.design.matrices()
        chain = all(node.kind in ("input", "dense", "act") for node in self.design.nodes)
        if len(rows) != len(matrices) and not (chain and not rows):
            raise Refused("network.csv has other layers")
        for row, matrix in zip(rows, matrices):
            node, weight = matrix.node, matrix.values()
            biases = node.tensors[matrix.bias].numel() if matrix.bias in node.tensors else 0
            taps = weight[0, 0].numel()
            of_group = node.count_of("multiplier") if node.kind == "depthwise" else \
                len(weight) // int(node.values.get("groups", 1))
            sources = node.numbers_on_input() if matrix.inner else \
                set().union(*(self.design.sources(read) for read in node.reads))
            family = {"depthwise": "conv", **dict.fromkeys(RECURRENT, "recurrent"),
                      **dict.fromkeys(TABLES, "embedding")}
            expected = {"layer": matrix.number, "name": matrix.name, "units": len(weight),
                        "kind": family.get(node.kind, node.kind),
                        "fan_in": weight[0].numel(), "fan_out": taps * of_group,
                        "parameters": weight.numel() + biases,
                        "inputs": " ".join(map(str, sorted(sources)))}
            for key, value in expected.items():
                self.compared.see(0.0, "")
                if row[key] != str(value):
                    raise Refused(
                        f"network.csv says {key} {row[key]} of {matrix.name}, not {value}")

    def train_epoch(self):
        """One pass over the training rows."""
        x, y = self.data.train
        if self.log.settings["shuffle"] == "yes":
            self.generator.shuffle(self.order)
        size = int(self.run["batch"])
        for begin in range(0, len(x), size):
            some = torch.from_numpy(self.order[begin:begin + size])
            self.optimizer.zero_grad()
            z = forward(self.design, x[some], "train")[-1]
            losses(z, y[some]).mean().backward()
            self.clip(float(self.log.settings["clip"]))
            self.optimizer.step()

    def clip(self, most):
        """Cuts the gradient to a length; 0: to none."""
        gradients = [tensor.grad for node in self.design.nodes for tensor in node.tensors.values()]
        norm = math.sqrt(sum(gradient.double().square().sum().item() for gradient in gradients))
        for gradient in gradients if 0 < most < norm else ():
            gradient *= most / norm

    def compare(self):
        """Trains, and compares at each recorded epoch but the one at which the run diverged."""
        epochs, layers = self.log.epochs[self.number], self.log.layers[self.number]
        self.generator = stream(int(self.run["seed"]), ORDER)
        self.order = numpy.arange(len(self.data.train[0]))
        if self.log.settings["split"] == "fixed":
            self.compare_features(self.log.features)
        self.compare_network(self.log.network[self.number])
        every = int(self.log.settings["record-every"])
        recorded = {*range(0, self.last + 1, every), self.last}
        if set(epochs) != recorded or set(layers) != recorded:
            raise Refused(f"the recorded epochs are not {sorted(recorded)}")
        for epoch in range(self.last + 1):
            if epoch > 0:
                self.train_epoch()
            if epoch not in recorded or epoch == self.last and self.run["status"] == "diverged":
                continue
            self.compare_losses(epoch, epochs[epoch])
            sizes = self.compare_layers(epoch, layers[epoch], epochs[epoch])
            if epoch in (0, self.last) or self.log.settings["save-weights"] == "all":
                self.compare_weights(epoch, sizes)
        return self.compared


# --- Directories --------------------------------------------------------------------------------

class Log:
    """What stands in a run directory."""

    def __init__(self, directory):
        self.directory = directory
        self.settings = pairs(directory / "experiment.ini")
        self.environment = {row["key"]: row["value"] for row in self.rows("environment.csv")}
        self.runs, self.features = self.rows("runs.csv"), self.rows("features.csv")
        self.epochs, self.layers, self.steps, self.tokens, self.factors = \
            (collections.defaultdict(dict) for _ in range(5))
        self.network = collections.defaultdict(list)
        for row in self.rows("epochs.csv"):
            self.epochs[int(row["run"])][int(row["epoch"])] = row
        for row in self.rows("layers.csv"):
            here = self.layers[int(row["run"])].setdefault(int(row["epoch"]), {})
            here[int(row["layer"]), row["tensor"]] = row
        for row in self.rows("steps.csv"):
            here = self.steps[int(row["run"])].setdefault(int(row["epoch"]), {})
            here[int(row["layer"]), row["tensor"], int(row["step"])] = row
        for row in self.rows("tokens.csv"):
            here = self.tokens[int(row["run"])].setdefault(int(row["epoch"]), {})
            here[int(row["layer"])] = row
        for row in self.rows("factors.csv"):
            self.factors[int(row["run"])][row["factor"]] = row["value"]
        for row in self.rows("network.csv"):
            self.network[int(row["run"])].append(row)

    def rows(self, name):
        """The rows of a file, none of one that is not there."""
        path = self.directory / name
        return table(path) if path.exists() else []


def replay(directory, arguments):
    """Prints a line for each run of a directory; returns the worst exit status."""
    if not (directory / "runs.csv").exists():
        print(f"{directory}: no run directory")
        return 2
    log, status = Log(directory), 0
    for run in log.runs:
        number = int(run["run"])
        factors = [run["initializer"], run["activation"], run["optimizer"],
                   *log.factors[number].values(), run["network"] or run["hidden"]]
        try:
            compared = Replay(log, run, arguments).compare()
        except Refused as why:
            print(f"{directory} {number}: cannot be replayed: {why}; {' '.join(factors)}")
            status = 2
            continue
        good = compared.worst <= arguments.tolerance and compared.count > 0
        print(f"{directory} {number}: {'same' if good else 'DIFFERS'}, {compared.worst:.1e} of "
              f"{compared.count} at {compared.where}; {' '.join(factors)}", flush=True)
        status = max(status, 0 if good else 1)
    return status


def main():
    """Replays the directories of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--double", action="store_true", help="PyTorch computes in float64")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest relative difference")
    parser.add_argument("--shake", type=float, default=0.0,
                        help="multiply the weights of epoch 0 by 1 + U(-SHAKE, SHAKE)")
    parser.add_argument("--verbose", action="store_true", help="each difference larger than before")
    parser.add_argument("directory", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    return max([replay(directory, arguments) for directory in arguments.directory])


if __name__ == "__main__":
    sys.exit(main())
