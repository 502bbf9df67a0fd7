/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The optimizers, one row each: formulas of one parameter vector, fused with L2 weight decay. */
#include <config.h>

#include "initscope/optimizer.h"

#include <math.h>
#include <stdbool.h>
#include <tgmath.h>

#include "initscope/vector.h"

/* v = mu v + g; w -= lr v. Without momentum there is no state to touch. */
INS_VECTORIZED static void update_momentum(const ins_step *step, size_t n, real *restrict w,
                                           const real *restrict g, real *restrict v)
{
    const real rate = (real)step->learning_rate, decay = (real)step->weight_decay;
    const real mu = (real)step->p[0];
    if (mu == 0) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) w[i] -= rate * (g[i] + decay * w[i]);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        v[i] = mu * v[i] + (g[i] + decay * w[i]);
        w[i] -= rate * v[i];
    }
}

/* v = mu v + g; w -= lr (g + mu v) */
INS_VECTORIZED static void update_nesterov(const ins_step *step, size_t n, real *restrict w,
                                           const real *restrict g, real *restrict v)
{
    const real rate = (real)step->learning_rate, decay = (real)step->weight_decay;
    const real mu = (real)step->p[0];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const real gradient = g[i] + decay * w[i];
        v[i] = mu * v[i] + gradient;
        w[i] -= rate * (gradient + mu * v[i]);
    }
}

/* v = rho v + (1 - rho) g^2; w -= lr g / (sqrt v + epsilon) */
INS_VECTORIZED static void update_rmsprop(const ins_step *step, size_t n, real *restrict w,
                                          const real *restrict g, real *restrict v)
{
    const real rate = (real)step->learning_rate, decay = (real)step->weight_decay;
    const real rho = (real)step->p[0], rest = (real)(1 - step->p[0]), epsilon = (real)step->p[1];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const real gradient = g[i] + decay * w[i];
        v[i] = rho * v[i] + rest * gradient * gradient;
        w[i] -= rate * gradient / (sqrt(v[i]) + epsilon);
    }
}

/* v = v + g^2; w -= lr g / (sqrt(initial + v) + epsilon) */
INS_VECTORIZED static void update_adagrad(const ins_step *step, size_t n, real *restrict w,
                                          const real *restrict g, real *restrict v)
{
    const real rate = (real)step->learning_rate, decay = (real)step->weight_decay;
    const real initial = (real)step->p[0], epsilon = (real)step->p[1];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const real gradient = g[i] + decay * w[i];
        v[i] += gradient * gradient;
        w[i] -= rate * gradient / (sqrt(initial + v[i]) + epsilon);
    }
}

/* m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * w -= lr mhat / (sqrt vhat + epsilon), mhat = m / (1 - beta1^t), vhat = v / (1 - beta2^t).
 * The decay is added to g (adam), or taken from w itself (adamw). state is m, then v. */
INS_VECTORIZED static void adam(const ins_step *step, bool decoupled, size_t n, real *restrict w,
                                const real *restrict g, real *restrict m, real *restrict v)
{
    const double *p = step->p, t = (double)step->update;
    const real beta1 = (real)p[0], rest1 = (real)(1 - p[0]);
    const real beta2 = (real)p[1], rest2 = (real)(1 - p[1]), epsilon = (real)p[2];
    const real rate = (real)(step->learning_rate / (1 - pow(p[0], t)));
    const real root = (real)(1 / sqrt(1 - pow(p[1], t)));
    const real decay = (real)(decoupled ? 0 : step->weight_decay);
    const real shrink = (real)(decoupled ? step->learning_rate * step->weight_decay : 0);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const real gradient = g[i] + decay * w[i];
        m[i] = beta1 * m[i] + rest1 * gradient;
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        w[i] -= shrink * w[i] + rate * m[i] / (sqrt(v[i]) * root + epsilon);
    }
}

static void update_adam(const ins_step *step, size_t n, real *w, const real *g, real *state)
{
    adam(step, false, n, w, g, state, state + n);
}

static void update_adamw(const ins_step *step, size_t n, real *w, const real *g, real *state)
{
    adam(step, true, n, w, g, state, state + n);
}

/* Rates that average: [0, 1); 1 - 2^-53 is the double below 1. */
#define SHARE(word, fallback_value, text)                                               \
    {                                                                                   \
        .name = word, .fallback = fallback_value, .minimum = 0, .maximum = 1 - 0x1p-53, \
        .meaning = text                                                                 \
    }
#define EPSILON(fallback_value)                                                        \
    {                                                                                  \
        .name = "epsilon", .fallback = fallback_value, .minimum = 1e-30, .maximum = 1, \
        .meaning = "added to the root in the denominator"                              \
    }
#define MOMENTUM(fallback_value) SHARE("momentum", fallback_value, "share of the velocity kept")
#define BETA1 SHARE("beta1", 0.9, "share of the mean gradient kept")
#define BETA2 SHARE("beta2", 0.999, "share of the mean squared gradient kept")

static const ins_optimizer rows[] = {
    {{"sgd",
      "w -= lr g; with a momentum as the row momentum",
      "Robbins & Monro 1951",
      {MOMENTUM(0)},
      NULL,
      NULL},
     .learning_rate = 0.01,
     .slots = 1,
     .update = update_momentum},
    {{"momentum", "v = momentum v + g; w -= lr v", "Polyak 1964", {MOMENTUM(0.9)}, NULL, NULL},
     .learning_rate = 0.01,
     .slots = 1,
     .update = update_momentum},
    {{"nesterov",
      "v = momentum v + g; w -= lr (g + momentum v)",
      "Nesterov 1983; Sutskever et al. 2013",
      {MOMENTUM(0.9)},
      NULL,
      "nag"},
     .learning_rate = 0.01,
     .slots = 1,
     .update = update_nesterov},
    {{"rmsprop",
      "v = rho v + (1 - rho) g^2; w -= lr g / (sqrt(v) + epsilon)",
      "Tieleman & Hinton 2012",
      {SHARE("rho", 0.9, "share of the mean squared gradient kept"), EPSILON(1e-7)},
      NULL,
      NULL},
     .learning_rate = 0.001,
     .slots = 1,
     .adaptive = true,
     .update = update_rmsprop},
    {{"adagrad",
      "v = v + g^2, at first initial_accumulator; w -= lr g / (sqrt(v) + epsilon), as PyTorch",
      "Duchi et al. 2011",
      {{.name = "initial_accumulator",
        .minimum = 0,
        .maximum = 1e30,
        .meaning = "v before the first update"},
       EPSILON(1e-7)},
      NULL,
      NULL},
     .learning_rate = 0.01,
     .slots = 1,
     .adaptive = true,
     .update = update_adagrad},
    {{"adam",
      "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; "
      "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)",
      "Kingma & Ba 2015",
      {BETA1, BETA2, EPSILON(1e-7)},
      NULL,
      NULL},
     .learning_rate = 0.001,
     .slots = 2,
     .adaptive = true,
     .update = update_adam},
    {{"adamw",
      "as adam, but weight decay is no part of g: w -= lr weight-decay w",
      "Loshchilov & Hutter 2019",
      {BETA1, BETA2, EPSILON(1e-7)},
      NULL,
      NULL},
     .learning_rate = 0.001,
     .slots = 2,
     .adaptive = true,
     .update = update_adamw},
};

const ins_entries ins_optimizers = {
    .kind = "optimizer",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};
