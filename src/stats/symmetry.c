/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Units are compared by sorting them; cosines come from products of normalised weight vectors; the
 * singular values of the centred outputs X are square roots of the eigenvalues of X'X or XX',
 * whichever is smaller. */
#include <config.h>

#include "initscope/symmetry.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>

#include "initscope/blas.h"
#include "initscope/vector.h"

#include "decomposition.h"

/* Units whose cosines, and rows or units whose centred outputs, are made at a time; units whose
 * pairs are all looked at, for their number is a square; lanes of a sum along a row. */
enum { BLOCK = 64, MOST_PAIRED = 16384, LANES = 16 };

/* What comes into one unit; its length travels with it because qsort passes nothing else. */
typedef struct incoming {
    const real *weight;
    size_t length;
    real bias;
} incoming;

struct ins_symmetry_workspace {
    incoming *unit;     /* (units), to be sorted */
    real *direction;    /* (units, fan_in) normalised weight vectors */
    real *product;      /* (BLOCK, units) */
    double *mean;       /* (units) */
    real *least, *most; /* (units) */
    double *block;      /* (BLOCK, units) or (rows, BLOCK) centred outputs */
    double *scatter;    /* (side, side), side = min(units, rows) */
    double *eigenvalue; /* (side) */
    double *work;       /* ins_eigen_work(side) */
};

ins_symmetry_workspace *ins_symmetry_lay_out(size_t units, size_t weights, size_t rows,
                                             ins_carver *c)
{
    size_t side = units < rows ? units : rows, longer = units < rows ? rows : units;
    ins_symmetry_workspace *workspace = ins_carve(c, 1, sizeof *workspace), w;
    w.unit = ins_carve(c, units, sizeof *w.unit);
    w.direction = ins_carve(c, weights, sizeof *w.direction);
    w.product = ins_carve_matrix(c, units, BLOCK, sizeof *w.product);
    w.mean = ins_carve(c, units, sizeof *w.mean);
    w.least = ins_carve(c, units, sizeof *w.least);
    w.most = ins_carve(c, units, sizeof *w.most);
    w.block = ins_carve_matrix(c, longer, BLOCK, sizeof *w.block);
    w.scatter = ins_carve_matrix(c, side, side, sizeof *w.scatter);
    w.eigenvalue = ins_carve(c, side, sizeof *w.eigenvalue);
    w.work = ins_carve(c, ins_eigen_work(side), sizeof *w.work);
    if (workspace != NULL) *workspace = w;
    return workspace;
}

/* Copies agree in their bytes, which is seen sooner than that no number differs. */
static int compare_units(const void *first, const void *second)
{
    const incoming *p = first, *q = second;
    const bool copies = memcmp(p->weight, q->weight, p->length * sizeof *p->weight) == 0;
    for (size_t i = 0; !copies && i < p->length; i++) {
        const real a = p->weight[i], b = q->weight[i];
        if (a < b) return -1;
        if (a > b) return 1;
    }
    return p->bias < q->bias ? -1 : p->bias > q->bias;
}

INS_VECTORIZED static bool has_nan(const real *x, size_t count)
{
    size_t found = 0;
#pragma omp simd reduction(+ : found)
    for (size_t i = 0; i < count; i++) found += isnan(x[i]) != 0;
    return found > 0;
}

static void count_duplicates(ins_symmetry_workspace *w, const real *weight, const real *bias,
                             size_t units, size_t fan_in, ins_symmetry *out)
{
    if (has_nan(weight, units * fan_in) || (bias != NULL && has_nan(bias, units))) {
        out->distinct_units = out->duplicate_pairs = NAN;
        return;
    }
    for (size_t u = 0; u < units; u++)
        w->unit[u] = (incoming){weight + u * fan_in, fan_in, bias != NULL ? bias[u] : 0};
    qsort(w->unit, units, sizeof *w->unit, compare_units);
    for (size_t first = 0, next; first < units; first = next) {
        next = first + 1;
        while (next < units && compare_units(&w->unit[first], &w->unit[next]) == 0) next++;
        double members = (double)(next - first);
        out->distinct_units += 1;
        out->duplicate_pairs += members * (members - 1) / 2;
    }
}

/* The sum of x^power, power being 2, or of |x| for any other. */
INS_VECTORIZED_PART double sum_of(const real *x, size_t count, int power)
{
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
#pragma omp simd
        for (size_t k = 0; k < LANES; k++) {
            const double a = (double)x[i + k];
            lane[k] += power == 2 ? a * a : fabs(a);
        }
    }
    for (; i < count; i++) {
        const double a = (double)x[i];
        sum += power == 2 ? a * a : fabs(a);
    }
    for (size_t k = 0; k < LANES; k++) sum += lane[k];
    return sum;
}

/* Writes the normalised vectors of every step-th unit that has one; how many. */
INS_VECTORIZED static size_t directions(const real *weight, size_t units, size_t fan_in,
                                        size_t step, real *direction)
{
    size_t usable = 0;
    for (size_t u = 0; u < units; u += step) {
        const real *restrict from = weight + u * fan_in;
        real *restrict to = direction + usable * fan_in;
        const double squares = sum_of(from, fan_in, 2);
        if (!(squares > 0) || !isfinite(squares)) continue;
        const double scale = 1 / sqrt(squares);
#pragma omp simd
        for (size_t i = 0; i < fan_in; i++) to[i] = (real)((double)from[i] * scale);
        usable++;
    }
    return usable;
}

/* Of the first element of the first row, the first two of the second and so on, the rows being
 * those of a product (rows, first + rows) of units from first on with all units before them. */
INS_VECTORIZED static double magnitude_below_diagonal(const real *product, size_t rows,
                                                      size_t first)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++) sum += sum_of(product + i * (first + rows), first + i, 1);
    return sum;
}

static double mean_abs_cosine(ins_symmetry_workspace *w, const real *weight, size_t units,
                              size_t fan_in)
{
    const size_t step = (units + MOST_PAIRED - 1) / MOST_PAIRED;
    const size_t usable = directions(weight, units, fan_in, step, w->direction);
    if (usable < 2) return NAN;
    double sum = 0;
    for (size_t start = 0; start < usable; start += BLOCK) {
        size_t count = usable - start < BLOCK ? usable - start : BLOCK, before = start + count;
        ins_product(false, true, count, before, fan_in, 1, w->direction + start * fan_in,
                    w->direction, 0, w->product);
        sum += magnitude_below_diagonal(w->product, count, start);
    }
    return fmin(1, sum / ((double)usable * (double)(usable - 1) / 2));
}

/* Means and ranges of the outputs, rows >= 1. The mean is not finite where an output is not. */
INS_VECTORIZED static void survey(const real *output, size_t rows, size_t units,
                                  double *restrict mean, real *restrict least, real *restrict most)
{
    for (size_t u = 0; u < units; u++) {
        mean[u] = 0;
        least[u] = most[u] = output[u];
    }
    for (size_t r = 0; r < rows; r++) {
        const real *restrict a = output + r * units;
#pragma omp simd
        for (size_t u = 0; u < units; u++) {
            mean[u] += (double)a[u];
            least[u] = a[u] < least[u] ? a[u] : least[u];
            most[u] = a[u] > most[u] ? a[u] : most[u];
        }
    }
    for (size_t u = 0; u < units; u++) mean[u] /= (double)rows;
}

/* X (rows, units) from outputs whose rows are stride apart. */
INS_VECTORIZED static void centre(const real *restrict output, size_t stride, size_t rows,
                                  size_t units, const double *restrict mean, double factor,
                                  double *restrict x)
{
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t u = 0; u < units; u++)
            x[r * units + u] = ((double)output[r * stride + u] - mean[u]) * factor;
}

/* X'X, or XX' when there are fewer rows than units, X being the centred outputs times factor; its
 * lower triangle. */
static bool scatter(ins_symmetry_workspace *w, const real *output, size_t rows, size_t units,
                    double factor)
{
    bool tall = rows >= units;
    size_t side = tall ? units : rows, other = tall ? rows : units;
    gsl_matrix_view sum = gsl_matrix_view_array(w->scatter, side, side);
    for (size_t start = 0; start < other; start += BLOCK) {
        size_t count = other - start < BLOCK ? other - start : BLOCK;
        size_t first_row = tall ? start : 0, first_unit = tall ? 0 : start;
        size_t height = tall ? count : rows, width = tall ? units : count;
        centre(output + first_row * units + first_unit, units, height, width, w->mean + first_unit,
               factor, w->block);
        gsl_matrix_view block = gsl_matrix_view_array(w->block, height, width);
        CBLAS_TRANSPOSE_t transpose = tall ? CblasTrans : CblasNoTrans;
        if (gsl_blas_dsyrk(CblasLower, transpose, 1, &block.matrix, start > 0, &sum.matrix))
            return false;
    }
    return true;
}

static double entropy_rank(const double *eigenvalue, size_t count)
{
    double largest = 0, sum = 0, entropy = 0;
    for (size_t i = 0; i < count; i++) largest = fmax(largest, eigenvalue[i]);
    /* Eigenvalues below the precision of the largest are rounding, not rank. */
    double floor = largest * (double)count * DBL_EPSILON;
    for (size_t i = 0; i < count; i++)
        if (eigenvalue[i] > floor) sum += sqrt(eigenvalue[i]);
    if (!(sum > 0)) return 0;
    for (size_t i = 0; i < count; i++) {
        if (!(eigenvalue[i] > floor)) continue;
        double p = sqrt(eigenvalue[i]) / sum;
        entropy -= p * log(p);
    }
    return exp(entropy);
}

/* Of the outputs that were surveyed. They are divided by a power of two that is about the largest
 * of X, so that squares neither overflow nor vanish. */
static double effective_rank(ins_symmetry_workspace *w, const real *output, size_t rows,
                             size_t units)
{
    double scale = 0;
    for (size_t u = 0; u < units; u++) {
        if (!isfinite(w->mean[u])) return NAN;
        scale =
            fmax(scale, fmax((double)w->most[u] - w->mean[u], w->mean[u] - (double)w->least[u]));
    }
    if (!(scale > 0)) return 0;
    if (!scatter(w, output, rows, units, ldexp(1, -ilogb(scale)))) return NAN;
    size_t side = rows < units ? rows : units;
    if (!ins_eigenvalues(w->scatter, side, w->eigenvalue, w->work)) return NAN;
    return entropy_rank(w->eigenvalue, side);
}

ins_symmetry ins_symmetry_of_weights(ins_symmetry_workspace *workspace, const real *weight,
                                     const real *bias, size_t units, size_t fan_in)
{
    ins_symmetry out = {0};
    count_duplicates(workspace, weight, bias, units, fan_in, &out);
    out.mean_abs_cosine = mean_abs_cosine(workspace, weight, units, fan_in);
    return out;
}

ins_output_symmetry ins_symmetry_of_outputs(ins_symmetry_workspace *workspace, const real *output,
                                            size_t rows, size_t units)
{
    ins_symmetry_workspace *w = workspace;
    ins_output_symmetry out = {0};
    survey(output, rows, units, w->mean, w->least, w->most);
    for (size_t u = 0; u < units; u++)
        out.silent_units += w->mean[u] == 0 && w->least[u] == 0 && w->most[u] == 0;
    out.effective_rank = effective_rank(w, output, rows, units);
    return out;
}
