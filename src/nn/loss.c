/* The losses, one row each. */
#include <config.h>

#include "initscope/loss.h"

#include <math.h>
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
static ins_score cross_entropy_score(size_t rows, size_t units, const real *z, const int32_t *y)
{
    ins_score score = {0, 0};
    for (size_t r = 0; r < rows; r++, z += units) {
        const size_t best = largest(z, units), label = (size_t)y[r];
        const double top = (double)z[best];
        double sum = 0;
        for (size_t k = 0; k < units; k++) sum += exp((double)z[k] - top);
        score.loss += log(sum) + (top - (double)z[label]);
        score.correct += best == label;
    }
    return score;
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

static void cross_entropy_delta(size_t rows, size_t units, const real *a, const int32_t *y,
                                real *delta)
{
    for (size_t i = 0; i < rows * units; i++) delta[i] = a[i];
    for (size_t r = 0; r < rows; r++) delta[r * units + (size_t)y[r]] -= 1;
}

static const ins_loss rows[] = {
    {.entry = {.name = "cross_entropy",
               .formula = "-ln p of the label, p = exp(z) / sum of exp(z)",
               .source = "Bridle 1990"},
     .score = cross_entropy_score,
     .predict = cross_entropy_predict,
     .delta = cross_entropy_delta},
};

const ins_entries ins_losses = {
    .kind = "loss",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};
