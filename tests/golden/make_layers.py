#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/golden_layers.h: forward and backward passes of single layers of pooling, normalization and sums.

    python3 tests/golden/make_layers.py >tests/unit/golden_layers.h

Source: plain NumPy loops, checked against torch autograd. Where PyTorch is there the script checks itself: every
output, everything that goes back and every gradient agrees with autograd to 1e-13, or nothing is written. Without it
the check is left out, and that is said on standard error.

Tensors are (rows, positions.., channels). delta is the derivative of each row's own loss by the output; what goes back
is the same by the input; gradients are means over rows. Inputs are not stored: pattern() makes them here and in the
test, multiples of 1/1024 that single precision holds exactly.

Made with NumPy 1.24.2, checked with PyTorch 1.13.0a0.
"""
import sys
import textwrap

import numpy as np

try:
    import torch
except ImportError:
    torch = None
    print("make_layers.py: not checked: there is no PyTorch", file=sys.stderr)

ROWS = 2
IN, BRANCH, DELTA, GAMMA, BETA, MEAN, VARIANCE = range(1, 8)


def pattern(what, shape):
    """Numbers in [-1, 1), the same as those of the test."""
    state, numbers = what, []
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append((state >> 21) / 1024 - 1)
    return np.array(numbers).reshape(shape)


def around_one(what, shape):
    return 1 + pattern(what, shape) / 2


# --- Pooling ------------------------------------------------------------------


def pool(x, delta_of, size, stride, mean):
    """Over (rows, height, width, channels): the first maximum in row-major order takes the whole delta."""
    rows, height, width, channels = x.shape
    out = [(n - k) // stride[a] + 1 for a, (n, k) in enumerate(zip((height, width), size))]
    y, back = np.zeros((rows, *out, channels)), np.zeros_like(x)
    delta = delta_of(y)
    for n, i, j, c in np.ndindex(*y.shape):
        a, b = i * stride[0], j * stride[1]
        seen = x[n, a : a + size[0], b : b + size[1], c]
        if mean:
            y[n, i, j, c] = seen.sum() / seen.size
            back[n, a : a + size[0], b : b + size[1], c] += delta[n, i, j, c] / seen.size
        else:
            u, v = np.unravel_index(seen.argmax(), seen.shape)
            y[n, i, j, c] = seen[u, v]
            back[n, a + u, b + v, c] += delta[n, i, j, c]
    return y, back


def pool_torch(x, size, stride, mean):
    function = torch.nn.functional.avg_pool2d if mean else torch.nn.functional.max_pool2d
    return function(x.permute(0, 3, 1, 2), tuple(size), tuple(stride)).permute(0, 2, 3, 1)


def pooling(call, reads, size, stride, mean=False):
    """One case. Halves of it are 0, as after relu, so that there are ties."""
    x = np.maximum(pattern(IN, (ROWS, *reads)), 0)
    as_map = (ROWS, reads[0], reads[1] if len(reads) > 2 else 1, reads[-1])
    y, back = pool(x.reshape(as_map), lambda y: pattern(DELTA, y.shape), size, stride, mean)
    if torch:
        leaf = torch.tensor(x.reshape(as_map), requires_grad=True)
        check(call, pool_torch(leaf, size, stride, mean), y, [(leaf, back)])
    put(call, reads, y, back, rectified=True)


# --- Normalization ------------------------------------------------------------


def normalize(x, delta, axes, eps, gamma, centred=True):
    """x hat, what goes back, and delta x hat, of numbers that are normalized over axes."""
    m = x.mean(axes, keepdims=True) if centred else 0.0
    s = np.sqrt(((x - m) ** 2).mean(axes, keepdims=True) + eps)
    hat, h = (x - m) / s, delta * gamma
    mean_h = h.mean(axes, keepdims=True) if centred else 0
    return hat, (h - mean_h - hat * (h * hat).mean(axes, keepdims=True)) / s, delta * hat


def norm_torch(kind, x, gamma, beta, eps, groups):
    functional, axes = torch.nn.functional, list(range(x.dim()))
    first = [0, axes[-1], *axes[1:-1]]
    last = [0, *axes[2:], 1]
    if kind == "bn":
        return functional.batch_norm(x.permute(first), None, None, gamma, beta, True, 0, eps).permute(last)
    if kind == "test":
        mean, variance = (torch.tensor(f(w, x.shape[-1:])) for f, w in ((pattern, MEAN), (around_one, VARIANCE)))
        return functional.batch_norm(x.permute(first), mean, variance, gamma, beta, False, 0, eps).permute(last)
    if kind == "ln":
        return functional.layer_norm(x, x.shape[-1:], gamma, beta, eps)
    if kind == "gn":
        return functional.group_norm(x.permute(first), groups, gamma, beta, eps).permute(last)
    return x * torch.rsqrt((x**2).mean(-1, keepdim=True) + eps) * gamma


def norm(call, kind, reads, eps, groups=1):
    x, delta = pattern(IN, (ROWS, *reads)), pattern(DELTA, (ROWS, *reads))
    channels = reads[-1]
    gamma, beta = around_one(GAMMA, (channels,)), pattern(BETA, (channels,))
    everywhere = tuple(range(x.ndim - 1))
    if kind == "bn":
        hat, back, product = normalize(x, delta, everywhere, eps, gamma)
    elif kind == "test":
        scale = 1 / np.sqrt(around_one(VARIANCE, (channels,)) + eps)
        hat = (x - pattern(MEAN, (channels,))) * scale
        back, product = delta * gamma * scale, delta * hat
    elif kind == "gn":
        split = (ROWS, -1, groups, channels // groups)
        wide = np.broadcast_to(gamma, x.shape)
        hat, back, product = (
            a.reshape(x.shape)
            for a in normalize(x.reshape(split), delta.reshape(split), (1, 3), eps, wide.reshape(split))
        )
    else:
        hat, back, product = normalize(x, delta, (x.ndim - 1,), eps, gamma, kind == "ln")
    y = hat * gamma + (0 if kind == "rms" else beta)
    gradients = [product.sum(everywhere), delta.sum(everywhere)][: 1 if kind == "rms" else 2]
    if torch:
        leaf, g, b = (torch.tensor(a, requires_grad=True) for a in (x, gamma, beta))
        made = norm_torch(kind, leaf, g, b, eps, groups)
        check(call, made, y, [(leaf, back), *zip((g, b), gradients)])
    put(call, reads, y, back, gradients=gradients, test=kind == "test")


# --- Residual sums ------------------------------------------------------------


def residual(call, reads, scale, factors):
    skip, branch, delta = (pattern(w, (ROWS, *reads)) for w in (IN, BRANCH, DELTA))
    s = around_one(GAMMA, (factors,)) if factors else np.ones(1)
    y, product = skip + scale * s * branch, scale * delta * branch
    gradient = product.sum() if factors == 1 else product.sum(tuple(range(product.ndim - 1)))
    if torch:
        leaves = [torch.tensor(a, requires_grad=True) for a in (skip, branch, s)]
        expected = [delta, scale * s * delta, gradient][: 3 if factors else 2]
        check(call, leaves[0] + scale * leaves[2] * leaves[1], y, list(zip(leaves, expected)))
    put(call, reads, y, delta, scale * s * delta, [gradient] if factors else [], factors=factors)


# --- Output -------------------------------------------------------------------


def check(call, made, y, expected):
    """made was computed by torch from leaves; expected has them with what the loops say of their derivatives."""
    (made * torch.tensor(pattern(DELTA, y.shape))).sum().backward()
    pairs = [(made.detach().numpy(), y), *((leaf.grad.numpy(), value) for leaf, value in expected)]
    for ours, theirs in pairs:
        if np.abs(ours - theirs).max() > 1e-13:
            sys.exit(f"make_layers.py: {call} differs from torch autograd by {np.abs(ours - theirs).max()}")


cases = []


def array(role, values):
    name = f"layer_{len(cases)}_{role}"
    numbers = textwrap.fill(", ".join(repr(float(x)) for x in np.ravel(values)), 98)
    print(f"static const double {name}[] = {{\n{textwrap.indent(numbers, '  ')}\n}};")
    return f".{role} = {name}"


def put(call, reads, y, back, branch_back=None, gradients=(), rectified=False, test=False, factors=0):
    extents = [*reads[:-1], 1, 1][:2]
    fields = [
        f'"{call}"',
        f"{{{len(reads) - 1}, {{{extents[0]}, {extents[1]}}}, {reads[-1]}}}",
        f".outputs = {y.size // ROWS}",
        array("output", y),
        array("back", back),
    ]
    if branch_back is not None:
        fields.append(array("branch_back", branch_back))
    for name, gradient in zip(("gradient", "beta_gradient"), gradients):
        fields.append(array(name, gradient))
    fields += [f".{name} = true" for name, on in (("rectified", rectified), ("test", test)) if on]
    if factors:
        fields.append(f".factors = {factors}")
    cases.append(textwrap.fill(f"{{{', '.join(fields)}}}", 94))


print(
    f"""/* Made by tests/golden/make_layers.py: plain NumPy loops, checked against torch autograd. */
#ifndef GOLDEN_LAYERS_H
#define GOLDEN_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/layer.h"

enum {{ GOLDEN_ROWS = {ROWS} }};

/* What the patterns of the test are begun with. */
enum {{
    GOLDEN_IN = {IN},
    GOLDEN_BRANCH,
    GOLDEN_DELTA,
    GOLDEN_GAMMA,
    GOLDEN_BETA,
    GOLDEN_MEAN,
    GOLDEN_VARIANCE
}};

/* One layer: its call, what it reads, and what comes of it. NULL: it has no such thing. */
typedef struct golden_layer {{
    const char *call;
    ins_shape reads;
    size_t outputs;                         /* of a row */
    const double *output;                   /* (rows, outputs) */
    const double *back, *branch_back;       /* (rows, inputs) */
    const double *gradient, *beta_gradient; /* of gamma or the factors, and of beta */
    bool rectified;                         /* what it reads is max(pattern, 0) */
    bool test;                              /* a pass with moving averages */
    size_t factors;                         /* of a residual sum */
}} golden_layer;

/* clang-format off */
"""
)
pooling("maxpool(2)", (4, 6, 3), (2, 2), (2, 2))
pooling("maxpool(3,stride=2)", (6, 5, 2), (3, 3), (2, 2))
pooling("maxpool(2x3,stride=3)", (6, 7, 2), (2, 3), (3, 3))
pooling("maxpool(3,stride=2)", (9, 4), (3, 1), (2, 1))
pooling("gmax", (3, 4, 5), (3, 4), (1, 1))
pooling("meanpool(2)", (5, 4, 3), (2, 2), (2, 2), True)
pooling("meanpool(3x2,stride=2)", (6, 5, 2), (3, 2), (2, 2), True)
pooling("meanpool(3,stride=1)", (6, 3), (3, 1), (1, 1), True)
pooling("gmean", (3, 4, 5), (3, 4), (1, 1), True)
pooling("gmean", (7, 4), (7, 1), (1, 1), True)
norm("bn", "bn", (6,), 1e-3)
norm("bn(eps=0.5)", "bn", (2, 3, 5), 0.5)
norm("bn", "bn", (5, 3), 1e-3)
norm("bn(eps=0.01)", "test", (2, 2, 5), 0.01)
norm("ln", "ln", (37,), 1e-3)
norm("ln(eps=0.25)", "ln", (2, 2, 5), 0.25)
norm("ln", "ln", (3, 16), 1e-3)
norm("gn(3)", "gn", (2, 3, 6), 1e-3, 3)
norm("gn(2,eps=0.1)", "gn", (2, 40), 0.1, 2)
norm("gn(2)", "gn", (8,), 1e-3, 2)
norm("rms", "rms", (21,), 1e-6)
norm("rms(eps=0.125)", "rms", (2, 2, 5), 0.125)
residual("res", (2, 3, 4), 1, 0)
residual("res(scale=-0.5)", (7, 3), -0.5, 1)
residual("res(scale=0.75)", (2, 2, 5), 0.75, 5)
residual("res", (70,), 1, 70)
listed = ",\n".join(cases)
print(f"static const golden_layer golden_layers[] = {{\n{textwrap.indent(listed, '  ')}\n}};")
print("/* clang-format on */\n\n#endif")
