# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signal q (1 - c) of dense layers in the limit of infinite width, in plain Python: the constants of
test_signal_of_20_layers in tests/unit/test_theory_prediction.c. Run by hand, some seconds.

    q' = w E[phi(u)^2] + b,    (q c)' = w E[phi(u) phi(v)] + b,    u, v ~ N(0, q) of correlation c

from q_0 = 1 and c_0 = 0 at the inputs, w = fan_in Var(W), b = Var(bias). ReLU has closed forms (Cho & Saul
2009); tanh is summed over a grid in u and in the part of v that is independent of it: the trapezoidal rule
of an analytic function and the normal density converges faster than any power of the step.
"""
from math import acos, exp, pi, sqrt, tanh

STEP = 0.08
GRID = [STEP * i for i in range(-110, 111)]
MASS = [STEP * exp(-x * x / 2) / sqrt(2 * pi) for x in GRID]


def of_relu(q, c):
    return q / 2, q / 2 * (sqrt(1 - c * c) + c * (pi - acos(c))) / pi


def of_tanh(q, c):
    s, t = sqrt(q), sqrt(q * (1 - c * c))
    square = product = 0
    for x, m in zip(GRID, MASS):
        phi = tanh(s * x)
        square += m * phi * phi
        if m > 1e-17:
            product += m * phi * sum(n * tanh(c * s * x + t * y) for y, n in zip(GRID, MASS))
    return square, product


def signal(phi, w, b, layers=20):
    q, p = w + b, b  # z of the first layer: the inputs are not activated
    out = [q - p]
    for _ in range(layers - 1):
        square, product = phi(q, p / q)
        q, p = w * square + b, w * product + b
        out.append(q - p)
    return out


for name, phi, w, b in (("relu", of_relu, 2, 0), ("relu", of_relu, 1.5, 0.05),
                        ("tanh", of_tanh, 1, 0), ("tanh", of_tanh, 1.76, 0.05)):
    s = signal(phi, w, b)
    print(name, w, b, *("%d: %.10g" % (l, s[l - 1]) for l in (1, 2, 5, 10, 20)))
