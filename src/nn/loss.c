/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses, one row each. */
#include <config.h>

#include "initscope/loss.h"

#include <math.h>
#include <string.h>
#include <tgmath.h>

/* First index of the largest of z (n). */
static size_t largest(const real *z, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (z[i] > z[best]) best = i;
    }
    return best;
}

/* -ln p_label of p = softmax(z). A row is right when the largest score, the first one on ties, is
 * the label's. */
static void cross_entropy_add(ins_tally *tally, size_t rows, size_t units, const real *z,
                              ins_targets targets)
{
    for (size_t r = 0; r < rows; r++, z += units) {
        const size_t best = largest(z, units), label = (size_t)targets.label[r];
        const double top = (double)z[best];
        double sum = 0;
        for (size_t k = 0; k < units; k++) sum += exp((double)z[k] - top);
        tally->loss += log(sum) + (top - (double)z[label]);
        tally->correct += best == label;
    }
    tally->rows += rows;
}

static double accuracy_of(const ins_tally *tally, size_t units)
{
    (void)units;
    return (double)tally->correct / (double)tally->rows;
}

static void cross_entropy_predict(size_t rows, size_t units, const real *z, real *a)
{
    for (size_t r = 0; r < rows; r++, z += units, a += units) {
        const real top = z[largest(z, units)];
        real sum = 0;
        for (size_t k = 0; k < units; k++) {
            a[k] = exp(z[k] - top);
            sum += a[k];
        }
        for (size_t k = 0; k < units; k++) a[k] /= sum;
    }
}

static void cross_entropy_delta(size_t rows, size_t units, const real *a, ins_targets targets,
                                real *delta)
{
    for (size_t i = 0; i < rows * units; i++) delta[i] = a[i];
    for (size_t r = 0; r < rows; r++) delta[r * units + (size_t)targets.label[r]] -= 1;
}

/* The mean over the outputs of (z - t)^2, without a factor 1/2, as in Keras and PyTorch. */
static void mse_add(ins_tally *tally, size_t rows, size_t units, const real *z, ins_targets targets)
{
    const real *t = targets.number;
    for (size_t r = 0; r < rows; r++, z += units, t += units) {
        double sum = 0;
        for (size_t k = 0; k < units; k++) {
            ins_fit *fit = &tally->fit[k];
            if (tally->rows == 0 && r == 0) fit->origin = (double)t[k];
            const double error = (double)z[k] - (double)t[k], from = (double)t[k] - fit->origin;
            sum += error * error;
            fit->residual += error * error;
            fit->sum += from;
            fit->square += from * from;
        }
        tally->loss += sum / (double)units;
    }
    tally->rows += rows;
}

/* The mean over the outputs of R^2 = 1 - residual / spread about the mean of these rows. Where the
 * targets are all equal it is 1 for no error at all, else 0: r2_score of scikit-learn 1.2. */
static double r2_of(const ins_tally *tally, size_t units)
{
    double sum = 0;
    for (size_t k = 0; k < units; k++) {
        const ins_fit *fit = &tally->fit[k];
        const double spread = fit->square - fit->sum * fit->sum / (double)tally->rows;
        if (spread > 0) {
            sum += 1 - fit->residual / spread;
        } else {
            sum += fit->residual > 0 ? 0 : 1;
        }
    }
    return sum / (double)units;
}

static void mse_predict(size_t rows, size_t units, const real *z, real *a)
{
    memcpy(a, z, rows * units * sizeof *a);
}

static void mse_delta(size_t rows, size_t units, const real *a, ins_targets targets, real *delta)
{
    const real factor = (real)2 / (real)units;
    for (size_t i = 0; i < rows * units; i++) delta[i] = factor * (a[i] - targets.number[i]);
}

static const ins_loss rows[] = {
    {.entry = {.name = "cross_entropy",
               .formula = "-ln p of the label, p = exp(z) / sum of exp(z)",
               .source = "Bridle 1990"},
     .classes = true,
     .score = "accuracy",
     .add = cross_entropy_add,
     .score_of = accuracy_of,
     .predict = cross_entropy_predict,
     .delta = cross_entropy_delta},
    {.entry = {.name = "mse",
               .formula = "mean over the outputs of (z - t)^2",
               .source = "Legendre 1805; without 1/2, as Keras and PyTorch"},
     .score = "r2",
     .add = mse_add,
     .score_of = r2_of,
     .predict = mse_predict,
     .delta = mse_delta},
};

const ins_entries ins_losses = {
    .kind = "loss",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};

const ins_loss *ins_loss_for(bool classes)
{
    for (size_t i = 0; i < ins_losses.count; i++)
        if (rows[i].classes == classes) return &rows[i];
    return NULL;
}
