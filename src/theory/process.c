/* The Cholesky factor grows by a row with each time. */
#include <config.h>

#include "process.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"
#include "initscope/vector.h"

/* Of the variance: what is left of it when it is known but for rounding. */
#define KNOWN 1e-10

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
    process->share = ins_allocate(most, sizeof(double), what);
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

/* Of x = sum of share_j x_j + share_t z: from the factor's row l = share L. */
static void find_shares(ins_process *process)
{
    const size_t most = process->most, t = process->times;
    double *share = process->share;
    for (size_t j = 0; j <= t; j++) share[j] = process->factor[t * most + j];
    for (size_t j = t; j-- > 0;) {
        const double *row = process->factor + j * most;
        share[j] = row[j] > 0 ? share[j] / row[j] : 0;
        add(j, -share[j], row, share);
    }
}

static const double *draw(ins_process *process, const double *share, ins_draws *draws)
{
    const size_t units = process->units, t = process->times++;
    double *x = process->x + t * units;
    ins_draws_take(draws, x);
    for (size_t i = 0; i < units; i++) x[i] *= share[t];
    for (size_t j = 0; j < t; j++)
        if (share[j] != 0) add(units, share[j], process->x + j * units, x);
    return x;
}

const double *ins_process_draw(ins_process *process, const double *covariance, ins_draws *draws)
{
    grow_factor(process, covariance);
    find_shares(process);
    return draw(process, process->share, draws);
}

const double *ins_process_draw_like(ins_process *process, const ins_process *other,
                                    ins_draws *draws)
{
    return draw(process, other->share, draws);
}
