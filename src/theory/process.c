/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The Cholesky factor grows by a row with each time. */
#include <config.h>

#include "process.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/vector.h"

/* Of the variance: what is left of it when it is known but for rounding. */
#define KNOWN 1e-10

/* Units for each time, so that what they have in common by chance can be taken out. */
#define ENOUGH 4

static const char what[] = "a process of the theory";

INS_VECTORIZED double ins_mean_product(const double *restrict a, const double *restrict b,
                                       size_t units)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < units; i++) sum += a[i] * b[i];
    return sum / (double)units;
}

INS_VECTORIZED static double product(const double *restrict a, const double *restrict b,
                                     size_t count)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

INS_VECTORIZED static void add(size_t count, double factor, const double *restrict x,
                               double *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

ins_process *ins_process_new(size_t units, size_t most)
{
    ins_process *process = ins_allocate(1, sizeof *process, what);
    process->units = units;
    process->most = most;
    process->factor = ins_allocate(ins_multiply(most, most, what), sizeof(double), what);
    process->share = ins_allocate(2 * most, sizeof(double), what);
    process->common = process->share + most;
    process->x = ins_reserve(ins_multiply(most, units, what), sizeof(double), what);
    return process;
}

void ins_process_free(ins_process *process)
{
    if (process == NULL) return;
    free(process->factor);
    free(process->share);
    free(process->x);
    free(process);
}

static void grow_factor(ins_process *process, const double *covariance)
{
    const size_t most = process->most, t = process->times;
    double *own = process->factor + t * most;
    for (size_t j = 0; j < t; j++) {
        const double *row = process->factor + j * most;
        own[j] = row[j] > 0 ? (covariance[j] - product(row, own, j)) / row[j] : 0;
    }
    const double left = covariance[t] - product(own, own, t);
    own[t] = left > KNOWN * covariance[t] ? sqrt(left) : 0;
}

/* x of x L = l in place, L being the factor's first rows: the last number first. */
static void solve_transposed(const ins_process *process, size_t rows, double *x)
{
    for (size_t j = rows; j-- > 0;) {
        const double *row = process->factor + j * process->most;
        x[j] = row[j] > 0 ? x[j] / row[j] : 0;
        add(j, -x[j], row, x);
    }
}

/* Of x = sum of share_j x_j + share_t z: from the factor's row l = share L. */
static void find_shares(ins_process *process)
{
    const size_t t = process->times;
    memcpy(process->share, process->factor + t * process->most, (t + 1) * sizeof(double));
    solve_transposed(process, t, process->share);
}

/* What the fresh numbers happen to have in common with the times before is taken out of them:
 * beside shares of these, with the factor of others that has just grown. Returns by what the rest
 * is multiplied. */
static double correct(const ins_process *process, const ins_process *grown, const double *fresh,
                      double *common)
{
    const size_t t = process->times, units = process->units;
    double left = 1;
    for (size_t j = 0; j < t; j++) {
        const double *row = grown->factor + j * grown->most;
        const double own = ins_mean_product(fresh, process->x + j * units, units);
        common[j] = row[j] > 0 ? (own - product(row, common, j)) / row[j] : 0;
        left -= common[j] * common[j];
    }
    solve_transposed(grown, t, common);
    return 1 / sqrt(left);
}

static const double *draw(ins_process *process, const ins_process *grown, ins_draws *draws)
{
    const size_t units = process->units, t = process->times;
    double *x = process->x + t * units, rest = grown->share[t];
    const double *share = grown->share;
    memset(process->common, 0, t * sizeof(double));
    ins_draws_take(draws, x);
    if (rest > 0 && units >= ENOUGH * process->most)
        rest *= correct(process, grown, x, process->common);
    for (size_t i = 0; i < units; i++) x[i] *= rest;
    for (size_t j = 0; j < t; j++) {
        const double part = share[j] - rest * process->common[j];
        if (part != 0) add(units, part, process->x + j * units, x);
    }
    process->times++;
    return x;
}

const double *ins_process_draw(ins_process *process, const double *covariance, ins_draws *draws)
{
    grow_factor(process, covariance);
    find_shares(process);
    return draw(process, process, draws);
}

const double *ins_process_draw_like(ins_process *process, const ins_process *other,
                                    ins_draws *draws)
{
    return draw(process, other, draws);
}
