#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/unit/golden_attention.h: forward and backward passes of attention, embeddings and positions.

    python3 tests/golden/make_attention.py >tests/unit/golden_attention.h

Source: NumPy, written from the formulas of Vaswani et al. 2017 and their derivatives, checked against PyTorch. Where
PyTorch is there the script checks itself: outputs agree with nn.MultiheadAttention and nn.Embedding, all derivatives
with autograd, to 1e-12, or nothing is written. Without it the check is left out, and that is said on standard error.

Tensors are (rows, positions, channels). delta is the derivative of each row's own loss by the output; what goes back is
the same by the input; gradients are means over rows. Inputs are not stored: pattern() makes them here and in the test,
multiples of 1/1024 that single precision holds exactly.

Made with NumPy 1.24.2, checked with PyTorch 1.13.0a0.
"""
import sys
import textwrap

import numpy as np

try:
    import torch
except ImportError:
    torch = None
    print("make_attention.py: not checked: there is no PyTorch", file=sys.stderr)

ROWS = 2
IN, DELTA, WEIGHTS = 1, 2, 3  # a tensor's own number is added to the last


def pattern(what, shape):
    """Numbers in [-1, 1), the same as those of the test."""
    state, numbers = what, []
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append((state >> 21) / 1024 - 1)
    return np.array(numbers).reshape(shape)


# --- Attention ------------------------------------------------------------------------------------


def split(x, heads):
    """(rows, positions, channels) as (rows, heads, positions, channels of a head)."""
    rows, positions, channels = x.shape
    return x.reshape(rows, positions, heads, channels // heads).transpose(0, 2, 1, 3)


def join(x):
    rows, heads, positions, width = x.shape
    return x.transpose(0, 2, 1, 3).reshape(rows, positions, heads * width)


def attend(x, delta, weights, biases, heads, causal):
    """The output, what goes back, the gradients by matrix, logits less their means, shares, and what else is shown."""
    scale = 1 / np.sqrt(x.shape[-1] / heads)
    made = [x @ w.T + b for w, b in zip(weights[:3], biases)]
    q, k, v = (split(m, heads) for m in made)
    logits = q @ k.transpose(0, 1, 3, 2) * scale
    seen = np.tril(np.ones(logits.shape[-2:])) if causal else np.ones(logits.shape[-2:])
    powers = np.exp(logits - np.where(seen, logits, -np.inf).max(-1, keepdims=True)) * seen
    shares = powers / powers.sum(-1, keepdims=True)
    total = join(shares @ v)
    y = total @ weights[3].T + biases[3]
    of_total = split(delta @ weights[3], heads)
    of_shares = of_total @ v.transpose(0, 1, 3, 2)
    of_logits = shares * (of_shares - (shares * of_shares).sum(-1, keepdims=True)) * scale
    deltas = [join(d) for d in (of_logits @ k, of_logits.transpose(0, 1, 3, 2) @ q, shares.transpose(0, 1, 3, 2) @ of_total)]
    back = sum(d @ w for d, w in zip(deltas, weights))
    read, given = [x, x, x, total], deltas + [delta]
    gradients = [np.einsum("nti,ntj->ij", d, a) / ROWS for d, a in zip(given, read)]
    bias_gradients = [d.sum((0, 1)) / ROWS for d in given]
    means = (logits * seen).sum(-1, keepdims=True) / seen.sum(-1, keepdims=True)
    pairs = seen.astype(bool)
    return {
        "output": y,
        "back": back,
        "gradient": np.stack(gradients),
        "bias_gradient": np.stack(bias_gradients),
        "made": np.stack(made + [total]),
        "delta": np.stack(deltas),
        "logit": (logits - means).transpose(1, 0, 2, 3)[:, :, pairs],
        "share": shares.transpose(1, 0, 2, 3)[:, :, pairs],
    }


def check_attention(call, x, delta, weights, biases, heads, causal, found):
    """The same by nn.MultiheadAttention."""
    layer = torch.nn.MultiheadAttention(x.shape[-1], heads, batch_first=True, dtype=torch.float64)
    layer.in_proj_weight = torch.nn.Parameter(torch.tensor(np.concatenate(weights[:3])))
    layer.in_proj_bias = torch.nn.Parameter(torch.tensor(np.concatenate(biases[:3])))
    layer.out_proj.weight = torch.nn.Parameter(torch.tensor(weights[3]))
    layer.out_proj.bias = torch.nn.Parameter(torch.tensor(biases[3]))
    leaf = torch.tensor(x, requires_grad=True)
    mask = torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool), 1) if causal else None
    y, shares = layer(leaf, leaf, leaf, attn_mask=mask, average_attn_weights=False)
    (y * torch.tensor(delta)).sum().backward()
    pairs = np.tril(np.ones(shares.shape[-2:], bool)) if causal else np.ones(shares.shape[-2:], bool)
    compare(call, [
        (y, found["output"]),
        (shares.transpose(0, 1)[:, :, pairs], found["share"]),
        (leaf.grad, found["back"]),
        (layer.in_proj_weight.grad / ROWS, np.concatenate(found["gradient"][:3])),
        (layer.in_proj_bias.grad / ROWS, np.concatenate(found["bias_gradient"][:3])),
        (layer.out_proj.weight.grad / ROWS, found["gradient"][3]),
        (layer.out_proj.bias.grad / ROWS, found["bias_gradient"][3]),
    ])


def attention(call, positions, channels, heads, causal=False, bias=True):
    x, delta = pattern(IN, (ROWS, positions, channels)), pattern(DELTA, (ROWS, positions, channels))
    tensors = 2 if bias else 1
    weights = [pattern(WEIGHTS + tensors * m, (channels, channels)) for m in range(4)]
    biases = [pattern(WEIGHTS + tensors * m + 1, (channels,)) if bias else np.zeros(channels) for m in range(4)]
    found = attend(x, delta, weights, biases, heads, causal)
    if torch:
        check_attention(call, x, delta, weights, biases, heads, causal, found)
    if not bias:
        del found["bias_gradient"]
    put(call, positions, channels, found)


# --- Tables ---------------------------------------------------------------------------------------


def embed(call, positions, vocabulary, units):
    """Tokens are the pattern between 0 and 1 times the vocabulary, cut; the table is (units, vocabulary)."""
    tokens = np.floor(np.abs(pattern(IN, (ROWS, positions))) * vocabulary).astype(int)
    table, delta = pattern(WEIGHTS, (units, vocabulary)), pattern(DELTA, (ROWS, positions, units))
    gradient = np.zeros_like(table)
    for n, t in np.ndindex(ROWS, positions):
        gradient[:, tokens[n, t]] += delta[n, t] / ROWS
    y = table.T[tokens]
    if torch:
        leaf = torch.tensor(table.T.copy(), requires_grad=True)
        made = torch.nn.functional.embedding(torch.tensor(tokens), leaf)
        (made * torch.tensor(delta)).sum().backward()
        compare(call, [(made, y), (leaf.grad.T / ROWS, gradient)])
    put(call, positions, 1, {"output": y, "gradient": gradient})


def sine(call, positions, channels):
    """Section 3.5 of the paper, pair of channels by pair."""
    x, delta = pattern(IN, (ROWS, positions, channels)), pattern(DELTA, (ROWS, positions, channels))
    added = np.zeros((positions, channels))
    for t in range(positions):
        for i in range((channels + 1) // 2):
            angle = t / 10000 ** (2 * i / channels)
            added[t, 2 * i : 2 * i + 2] = [np.sin(angle), np.cos(angle)][: channels - 2 * i]
    put(call, positions, channels, {"output": x + added, "back": delta})


def learned(call, positions, channels):
    x, delta = pattern(IN, (ROWS, positions, channels)), pattern(DELTA, (ROWS, positions, channels))
    table = pattern(WEIGHTS, (channels, positions))
    put(call, positions, channels, {"output": x + table.T, "back": delta, "gradient": delta.mean(0).T})


# --- Output ---------------------------------------------------------------------------------------


def compare(call, pairs):
    for theirs, ours in pairs:
        difference = np.abs(theirs.detach().numpy() - ours).max()
        if difference > 1e-12:
            sys.exit(f"make_attention.py: {call} differs from PyTorch by {difference}")


cases = []


def array(role, values):
    name = f"case_{len(cases)}_{role}"
    numbers = textwrap.fill(", ".join(repr(float(x)) for x in np.ravel(values)), 98)
    print(f"static const double {name}[] = {{\n{textwrap.indent(numbers, '  ')}\n}};")
    return f".{role} = {name}"


def put(call, positions, channels, found):
    fields = [f'"{call}"', str(positions), str(channels), f"{np.size(found['output']) // ROWS}"]
    fields += [array(role, values) for role, values in found.items()]
    cases.append(textwrap.fill(f"{{{', '.join(fields)}}}", 94))


print(
    f"""/* Made by tests/golden/make_attention.py: NumPy, checked against PyTorch. */
#ifndef GOLDEN_ATTENTION_H
#define GOLDEN_ATTENTION_H

#include <stddef.h>

/* What the patterns of the test are begun with; tensor t with GOLDEN_WEIGHTS + t. */
enum {{ GOLDEN_ROWS = {ROWS}, GOLDEN_IN = {IN}, GOLDEN_DELTA, GOLDEN_WEIGHTS }};

/* One layer: its call, the sequence that it reads, and what comes of it. NULL: it has no such
 * thing. */
typedef struct golden_attention {{
    const char *call;
    size_t positions, channels, outputs; /* outputs of a row */
    const double *output, *back;         /* (rows, outputs), (rows, inputs) */
    const double *gradient;              /* of all matrices, one behind the other */
    const double *bias_gradient;         /* the same */
    const double *made;                  /* (4, rows, inputs): q, k, v and what o reads */
    const double *delta;                 /* (3, rows, inputs): by q, k and v */
    const double *logit, *share;         /* (heads, rows, pairs) */
}} golden_attention;

/* clang-format off */
"""
)
attention("attention(1)", 3, 2, 1)
attention("attention(2)", 4, 6, 2)
attention("attention(4,causal=yes)", 5, 8, 4, causal=True)
attention("attention(3,bias=no)", 4, 6, 3, bias=False)
attention("attention(2,causal=yes,bias=no)", 3, 4, 2, causal=True, bias=False)
embed("embed(7,3)", 5, 7, 3)
embed("embed(4,2)", 6, 4, 2)
sine("positions(sine)", 5, 6)
sine("positions(sine)", 4, 3)
learned("positions(learned)", 4, 3)
listed = ",\n".join(cases)
print(f"static const golden_attention golden[] = {{\n{textwrap.indent(listed, '  ')}\n}};")
print("/* clang-format on */\n\n#endif")
