/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells' formulas: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; Cho
 * et al. 2014 with the reset gate after W h, as frameworks have it. */
#include <config.h>

#include "population_cells.h"

#include <math.h>
#include <string.h>

#include "initscope/activation.h"

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

/* --- Simple: h = phi(z) ----------------------------------------------------------------------- */

static void simple_forward(const ins_cell_step *s)
{
    const ins_activation *row = (const ins_activation *)s->activation->entry;
    for (size_t i = 0; i < s->units; i++)
        s->a[0][i] = s->h[i] = s->c[i] = row->value(s->z[0][i], s->activation->value);
}

static void simple_backward(const ins_cell_step *s)
{
    const ins_activation *row = (const ins_activation *)s->activation->entry;
    for (size_t i = 0; i < s->units; i++) {
        s->whole[i] = s->arriving[i];
        s->sees[0][i] = s->whole[i] * row->slope(s->z[0][i], s->activation->value);
    }
}

/* --- LSTM: c' = f c + i g, h = o tanh(c'); gates i, f, g, o ----------------------------------- */

enum { IN, FORGET, NEW, OUT };

static void lstm_forward(const ins_cell_step *s)
{
    for (size_t u = 0; u < s->units; u++) {
        const double i = s->a[IN][u] = sigmoid(s->z[IN][u]);
        const double f = s->a[FORGET][u] = sigmoid(s->z[FORGET][u]);
        const double g = s->a[NEW][u] = tanh(s->z[NEW][u]);
        const double o = s->a[OUT][u] = sigmoid(s->z[OUT][u]);
        s->c[u] = f * s->before_c[u] + i * g;
        s->h[u] = o * tanh(s->c[u]);
    }
}

static void lstm_backward(const ins_cell_step *s)
{
    for (size_t u = 0; u < s->units; u++) {
        const double i = sigmoid(s->z[IN][u]), f = sigmoid(s->z[FORGET][u]);
        const double g = tanh(s->z[NEW][u]), o = sigmoid(s->z[OUT][u]);
        const double shown = tanh(s->c[u]), d = s->arriving[u] * o * (1 - shown * shown);
        const double whole = d + s->carried[u];
        s->whole[u] = whole;
        s->sees[IN][u] = whole * g * i * (1 - i);
        s->sees[FORGET][u] = whole * s->before_c[u] * f * (1 - f);
        s->sees[NEW][u] = whole * i * (1 - g * g);
        s->sees[OUT][u] = s->arriving[u] * shown * o * (1 - o);
        s->carried[u] = whole * f;
    }
}

/* --- GRU: h' = k h + (1 - k) n, n = tanh(U x + r W h); gates k (often called z), r, n ----------
 */

enum { RESET, KEEP, OF_STATE, OF_INPUT };

static void gru_forward(const ins_cell_step *s)
{
    for (size_t u = 0; u < s->units; u++) {
        const double reset = s->a[RESET][u] = sigmoid(s->z[RESET][u]);
        const double keep = s->a[KEEP][u] = sigmoid(s->z[KEEP][u]);
        s->candidate[u] = reset * s->z[OF_STATE][u] + s->z[OF_INPUT][u];
        const double n = s->a[OF_STATE][u] = tanh(s->candidate[u]);
        s->h[u] = s->c[u] = keep * s->before[u] + (1 - keep) * n;
    }
}

static void gru_backward(const ins_cell_step *s)
{
    for (size_t u = 0; u < s->units; u++) {
        const double keep = sigmoid(s->z[KEEP][u]), reset = sigmoid(s->z[RESET][u]);
        const double n = tanh(reset * s->z[OF_STATE][u] + s->z[OF_INPUT][u]);
        const double whole = s->arriving[u] + s->carried[u];
        const double d = whole * (1 - keep) * (1 - n * n);
        s->whole[u] = whole;
        s->sees[KEEP][u] = whole * (s->before[u] - n) * keep * (1 - keep);
        s->sees[RESET][u] = d * s->z[OF_STATE][u] * reset * (1 - reset);
        s->sees[OF_STATE][u] = d * reset;
        s->sees[OF_INPUT][u] = d;
        s->carried[u] = whole * keep;
    }
}

#define LOGISTIC &ins_inner_sigmoid
#define TANH &ins_inner_tanh

static const ins_cell_kind cells[] = {
    {"rnn", 1, INS_GATES, false, INS_GATES, INS_GATES, {NULL}, simple_forward, simple_backward},
    {"lstm",
     4,
     INS_GATES,
     false,
     FORGET,
     IN,
     {LOGISTIC, LOGISTIC, TANH, LOGISTIC},
     lstm_forward,
     lstm_backward},
    {"gru",
     3,
     OF_STATE,
     true,
     KEEP,
     INS_GATES,
     {LOGISTIC, LOGISTIC, TANH},
     gru_forward,
     gru_backward},
};

const ins_cell_kind *ins_cell_kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        if (strcmp(cells[i].name, name) == 0) return &cells[i];
    return NULL;
}
