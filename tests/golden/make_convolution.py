#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/golden_convolution.h: what plain NumPy loops say of some convolutions with "same" padding.

    python3 tests/golden/make_convolution.py | clang-format --assume-filename=a.h >tests/unit/golden_convolution.h

Made with NumPy 1.24.2. The loops were compared with the automatic differentiation of PyTorch 1.13, to 1e-14. x, W and
delta are drawn by the generator of the test, seeds 1, 2 and 4; they are multiples of 2^-15, so that all sums are exact.
"""
import numpy as np


def same(n, k, s):
    """Extent of the output, and zeros before: Keras and TensorFlow put the odd one behind."""
    out = -(-n // s)
    total = max((out - 1) * s + k - n, 0)
    return out, total // 2


def conv(x, W, s, G):
    """x (N, H, W, C), W (O, kh, kw, C/G) -> z (N, oh, ow, O)"""
    N, H, Wd, C = x.shape
    O, kh, kw, cg = W.shape
    oh, pt = same(H, kh, s)
    ow, pl = same(Wd, kw, s)
    z = np.zeros((N, oh, ow, O))
    og = O // G
    for i in range(oh):
        for j in range(ow):
            for u in range(kh):
                for v in range(kw):
                    a, b = i * s + u - pt, j * s + v - pl
                    if 0 <= a < H and 0 <= b < Wd:
                        for g in range(G):
                            q, c = slice(g * og, (g + 1) * og), slice(g * cg, (g + 1) * cg)
                            z[:, i, j, q] += x[:, a, b, c] @ W[q, u, v].T
    return z


def conv_b(x, W, d, s, G):
    """The derivatives of sum(d z) by x and W."""
    N, H, Wd, C = x.shape
    O, kh, kw, cg = W.shape
    oh, pt = same(H, kh, s)
    ow, pl = same(Wd, kw, s)
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    og = O // G
    for i in range(oh):
        for j in range(ow):
            for u in range(kh):
                for v in range(kw):
                    a, b = i * s + u - pt, j * s + v - pl
                    if 0 <= a < H and 0 <= b < Wd:
                        for g in range(G):
                            q, c = slice(g * og, (g + 1) * og), slice(g * cg, (g + 1) * cg)
                            dx[:, a, b, c] += d[:, i, j, q] @ W[q, u, v]
                            dW[q, u, v] += d[:, i, j, q].T @ x[:, a, b, c]
    return dx, dW


def fill(shape, state):
    values = []
    for _ in range(np.prod(shape)):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 16) / 32768 - 1)
    return np.array(values).reshape(shape)


def put(name, values):
    print(f"static const double {name}[] = {{{', '.join(f'{x:.17g}' for x in np.ravel(values))}}};")


# N, H, W, C, O, kh, kw, stride, groups
CASES = (
    (2, 4, 5, 2, 4, 3, 3, 1, 1),
    (2, 5, 4, 2, 4, 3, 3, 2, 1),
    (1, 7, 8, 2, 3, 2, 5, 3, 1),
    (2, 3, 4, 4, 6, 3, 3, 1, 2),
    (2, 4, 3, 3, 6, 3, 3, 1, 3),
    (1, 6, 6, 11, 2, 3, 3, 1, 1),
    (2, 7, 1, 2, 3, 4, 1, 2, 1),
)

print("/* Made by tests/golden/make_convolution.py. */")
print("#ifndef GOLDEN_CONVOLUTION_H\n#define GOLDEN_CONVOLUTION_H\n\n#include <stddef.h>\n")
for number, (N, H, Wd, C, O, kh, kw, s, G) in enumerate(CASES):
    x, W = fill((N, H, Wd, C), 1), fill((O, kh, kw, C // G), 2)
    z = conv(x, W, s, G)
    dx, dW = conv_b(x, W, fill(z.shape, 4), s, G)
    put(f"golden_z_{number}", z)
    put(f"golden_x_delta_{number}", dx)
    put(f"golden_gradient_{number}", dW)
    print()
print("""
/* The gradients are sums, not divided by rows. */
static const struct golden_convolution {
    size_t rows, input[2], channels, units, kernel[2], stride, groups, output[2];
    const double *z, *x_delta, *gradient;
} golden_convolutions[] = {""")
for number, (N, H, Wd, C, O, kh, kw, s, G) in enumerate(CASES):
    print(f"{{{N}, {{{H}, {Wd}}}, {C}, {O}, {{{kh}, {kw}}}, {s}, {G}, {{{same(H, kh, s)[0]}, {same(Wd, kw, s)[0]}}},"
          f" golden_z_{number}, golden_x_delta_{number}, golden_gradient_{number}}},")
print("};\n\n#endif")
