#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/golden_recurrent.h: forward and backward passes of rnn, lstm and gru.

    python3 tests/golden/make_recurrent.py >tests/unit/golden_recurrent.h

Source: plain NumPy, step by step, checked against torch autograd. Where PyTorch is there the script checks itself: every
output, everything that goes back, the derivative by the z of every gate at every step and every gradient agrees with
autograd to 1e-13, or nothing is written. Without it the check is left out, and that is said on standard error.

A sequence is (rows, steps, channels). delta is the derivative of each row's own loss by the output; gradients are means
over rows. Inputs are not stored: pattern() makes them here and in the test, multiples of 1/1024 that single precision
holds exactly.

Made with NumPy 1.24.2, checked with PyTorch 1.13.0a0.
"""
import sys
import textwrap

import numpy as np

try:
    import torch
except ImportError:
    torch = None
    print("make_recurrent.py: not checked: there is no PyTorch", file=sys.stderr)

ROWS, IN, DELTA, TENSOR = 3, 1, 3, 16
GATES = {"rnn": ("i",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}


def pattern(what, shape):
    """Numbers in [-1, 1), the same as those of the test."""
    state, numbers = what, []
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append((state >> 21) / 1024 - 1)
    return np.array(numbers).reshape(shape)


def logistic(x):
    return 1 / (1 + np.exp(-x))


# --- One step -----------------------------------------------------------------


def step(kind, relu, a, v, h, c):
    """z and outputs of the gates, and the next h and c, from a = W x + b and v = U h (+ d), (gates, rows, units)."""
    if kind == "rnn":
        z = a + v
        out = np.maximum(z, 0) if relu else np.tanh(z)
        return z, out, out[0], c
    if kind == "lstm":
        z = a + v
        out = logistic(z)
        out[2] = np.tanh(z[2])
        c = out[1] * c + out[0] * out[2]
        return z, out, out[3] * np.tanh(c), c
    z = a + v
    r, keep = logistic(z[0]), logistic(z[1])
    z[2] = a[2] + r * v[2]
    n = np.tanh(z[2])
    return z, np.stack([r, keep, n]), (1 - keep) * n + keep * h, c


def step_back(kind, relu, out, v, h, c, c_next, dh, dc):
    """d / d z, d / d v, what of d / d h(t-1) does not come from the gates, and d / d c(t-1)."""
    if kind == "rnn":
        dz = dh * (out > 0) if relu else dh * (1 - out * out)
        return dz, dz, 0 * dh, dc
    if kind == "lstm":
        i, f, g, o = out
        seen = np.tanh(c_next)
        dc = dc + dh * o * (1 - seen * seen)
        dz = np.stack([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * seen * o * (1 - o)])
        return dz, dz, 0 * dh, dc * f
    r, keep, n = out
    dn = dh * (1 - keep) * (1 - n * n)
    dz = np.stack([dn * v[2] * r * (1 - r), dh * (h - n) * keep * (1 - keep), dn])
    return dz, np.stack([dz[0], dz[1], dn * r]), dh * keep, dc


# --- One layer ----------------------------------------------------------------


def layer(call, kind, reads, units, sequence=False, bias=True, relu=False):
    gates, (steps, inputs) = len(GATES[kind]), reads
    shapes = []
    for recurrent in (False, True):
        for _ in range(gates):
            shapes.append((units, units if recurrent else inputs))
            if bias and (not recurrent or kind == "gru"):
                shapes.append((units,))
    tensors = [pattern(TENSOR + t, shape) / 2 for t, shape in enumerate(shapes)]
    W, U, b, d = parts(tensors, gates, units)
    x = pattern(IN, (ROWS, steps, inputs))
    h, c = [np.zeros((ROWS, units))], [np.zeros((ROWS, units))]
    z, out, v = [], [], []
    for t in range(steps):
        a = np.einsum("ni,gui->gnu", x[:, t], W) + b[:, None]
        v.append(np.einsum("nj,guj->gnu", h[t], U) + d[:, None])
        made = step(kind, relu, a, v[t], h[t], c[t])
        for all_of, one in zip((z, out, h, c), made):
            all_of.append(one)
    y = np.stack(h[1:], 1) if sequence else h[-1]
    delta = pattern(DELTA, y.shape)
    dz, dv, dx = [None] * steps, [None] * steps, np.zeros_like(x)
    dh, dc = np.zeros((ROWS, units)), np.zeros((ROWS, units))
    for t in reversed(range(steps)):
        dh = dh + (delta[:, t] if sequence else delta * (t == steps - 1))
        dz[t], dv[t], dh, dc = step_back(kind, relu, out[t], v[t], h[t], c[t], c[t + 1], dh, dc)
        dh = dh + np.einsum("gnu,guj->nj", dv[t], U)
        dx[:, t] = np.einsum("gnu,gui->ni", dz[t], W)
    dz, dv = np.stack(dz), np.stack(dv)
    dW = np.einsum("tgnu,nti->gui", dz, x)
    dU = np.einsum("tgnu,tnj->guj", dv, np.stack(h[:-1]))
    gradients = []
    for matrix, of in ((dW, dz), (dU, dv)):
        for gate in range(gates):
            gradients.append(matrix[gate])
            if len(gradients) < len(tensors) and tensors[len(gradients)].ndim == 1:
                gradients.append(of[:, gate].sum((0, 1)))
    if torch:
        check(call, kind, relu, sequence, x, tensors, delta, (y, dz, dx, gradients))
    state = np.stack((c if kind == "lstm" else h)[1:], 1)
    by_gate = (np.stack(of).transpose(1, 2, 0, 3) for of in (z, out, dz))
    put(call, reads, y, dx, gradients, [*by_gate, state])


def parts(tensors, gates, units):
    """W, U, b and d of all gates from the list; what is not there is 0."""
    matrices, biases = [], []
    for tensor in tensors:
        if tensor.ndim == 2:
            matrices.append(tensor)
            biases.append(np.zeros(units))
        else:
            biases[-1] = tensor
    return (np.stack(of) for of in (matrices[:gates], matrices[gates:], biases[:gates], biases[gates:]))


def check(call, kind, relu, sequence, x, tensors, delta, ours):
    """The same by PyTorch, in the words of its manual."""
    leaves = [torch.tensor(tensor, requires_grad=True) for tensor in tensors]
    leaf = torch.tensor(x, requires_grad=True)
    names, at = {}, -1
    for tensor in leaves:
        at += tensor.dim() == 2
        names[at, "W" if tensor.dim() == 2 else "b"] = tensor
    gates, units = len(GATES[kind]), tensors[0].shape[0]

    def on(gate, value):
        made = value @ names[gate, "W"].T
        return made + names[gate, "b"] if (gate, "b") in names else made

    h = c = torch.zeros(ROWS, units).double()
    states, seen = [], []
    for t in range(x.shape[1]):
        a, v = ([on(gate + first, value) for gate in range(gates)] for first, value in ((0, leaf[:, t]), (gates, h)))
        if kind == "gru":
            z = [a[0] + v[0], a[1] + v[1]]
            z.append(a[2] + torch.sigmoid(z[0]) * v[2])
        else:
            z = [one + other for one, other in zip(a, v)]
        for one in z:
            one.retain_grad()
        seen.append(z)
        if kind == "rnn":
            h = torch.relu(z[0]) if relu else torch.tanh(z[0])
        elif kind == "lstm":
            c = torch.sigmoid(z[1]) * c + torch.sigmoid(z[0]) * torch.tanh(z[2])
            h = torch.sigmoid(z[3]) * torch.tanh(c)
        else:
            h = (1 - torch.sigmoid(z[1])) * torch.tanh(z[2]) + torch.sigmoid(z[1]) * h
        states.append(h)
    made = torch.stack(states, 1) if sequence else h
    (made * torch.tensor(delta)).sum().backward()
    y, dz, dx, gradients = ours
    pairs = [(made.detach(), y), (leaf.grad, dx), *zip((tensor.grad for tensor in leaves), gradients)]
    pairs += [(one.grad, dz[t, g]) for t, z in enumerate(seen) for g, one in enumerate(z)]
    for theirs, mine in pairs:
        if np.abs(theirs.numpy() - mine).max() > 1e-13:
            sys.exit(f"make_recurrent.py: {call} differs from torch autograd by {np.abs(theirs.numpy() - mine).max()}")


# --- Output -------------------------------------------------------------------

cases = []


def array(role, values):
    name = f"recurrent_{len(cases)}_{role}"
    flat = np.concatenate([np.ravel(value) for value in values])
    numbers = textwrap.fill(", ".join(repr(float(x)) for x in flat), 98)
    print(f"static const double {name}[] = {{\n{textwrap.indent(numbers, '  ')}\n}};")
    return f".{role} = {name}"


def put(call, reads, y, back, gradients, shown):
    fields = [
        f'"{call}"',
        f"{{1, {{{reads[0]}, 1}}, {reads[1]}}}",
        f".outputs = {y.size // ROWS}",
        array("output", [y]),
        array("back", [back]),
        array("gradient", [gradient / ROWS for gradient in gradients]),
        *(array(role, [x]) for role, x in zip(("preactivation", "activation", "delta", "state"), shown)),
    ]
    cases.append(textwrap.fill(f"{{{', '.join(fields)}}}", 94))


print(
    f"""/* Made by tests/golden/make_recurrent.py: plain NumPy, checked against torch autograd. */
#ifndef GOLDEN_RECURRENT_H
#define GOLDEN_RECURRENT_H

#include <stddef.h>

#include "initscope/layer.h"

/* Rows, and what the patterns of the test are begun with; those of the tensors, from the first on,
 * are halved. */
enum {{ GOLDEN_ROWS = {ROWS}, GOLDEN_IN = {IN}, GOLDEN_DELTA = {DELTA}, GOLDEN_TENSOR = {TENSOR} }};

/* One layer: its call, what it reads, and what comes of it. */
typedef struct golden_recurrent {{
    const char *call;
    ins_shape reads;
    size_t outputs;                                   /* of a row */
    const double *output;                             /* (rows, outputs) */
    const double *back;                               /* (rows, steps, channels) */
    const double *gradient;                           /* of all tensors, one behind the other */
    const double *preactivation, *activation, *delta; /* (gates, rows, steps, units) */
    const double *state;                              /* (rows, steps, units) */
}} golden_recurrent;

/* clang-format off */
"""
)
layer("rnn(4)", "rnn", (5, 3), 4)
layer("rnn(3,sequence=yes,activation=relu)", "rnn", (4, 2), 3, sequence=True, relu=True)
layer("rnn(5,bias=no)", "rnn", (1, 4), 5, bias=False)
layer("lstm(4)", "lstm", (5, 3), 4)
layer("lstm(3,sequence=yes)", "lstm", (4, 2), 3, sequence=True)
layer("lstm(9,bias=no)", "lstm", (2, 1), 9, bias=False)
layer("gru(4)", "gru", (5, 3), 4)
layer("gru(3,sequence=yes)", "gru", (4, 2), 3, sequence=True)
layer("gru(2,sequence=yes,bias=no)", "gru", (3, 5), 2, sequence=True, bias=False)
listed = ",\n".join(cases)
print(f"static const golden_recurrent golden_recurrent_layers[] = {{\n{textwrap.indent(listed, '  ')}\n}};")
print("/* clang-format on */\n\n#endif")
