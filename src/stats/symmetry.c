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
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include "initscope/blas.h"

/* Units whose cosines, and rows or units whose centred outputs, are made at a time; units whose
 * pairs are all looked at, for their number is a square. */
enum { BLOCK = 64, MOST_PAIRED = 16384 };

/* [W, b] of one unit; its length travels with it because qsort passes nothing else. */
typedef struct incoming {
    const real *values;
    size_t length;
} incoming;

struct ins_symmetry_workspace {
    incoming *unit;                 /* (units), to be sorted */
    real *joined;                   /* (units, fan_in + 1) */
    real *direction;                /* (units, fan_in) normalised weight vectors */
    real *product;                  /* (BLOCK, units) */
    double *mean, *peak;            /* (units) */
    double *block;                  /* (BLOCK, units) or (rows, BLOCK) centred outputs */
    double *scatter;                /* (side, side), side = min(units, rows) */
    double *eigenvalue;             /* (side) */
    gsl_eigen_symm_workspace eigen; /* size is that of the matrix at hand */
};

ins_symmetry_workspace *ins_symmetry_lay_out(size_t units, size_t weights, size_t rows,
                                             ins_carver *c)
{
    size_t side = units < rows ? units : rows, longer = units < rows ? rows : units;
    ins_symmetry_workspace *workspace = ins_carve(c, 1, sizeof *workspace), w;
    w.unit = ins_carve(c, units, sizeof *w.unit);
    w.joined = ins_carve(c, units, sizeof *w.joined);
    ins_carve(c, weights, sizeof *w.joined); /* adjoins it */
    w.direction = ins_carve(c, weights, sizeof *w.direction);
    w.product = ins_carve_matrix(c, units, BLOCK, sizeof *w.product);
    w.mean = ins_carve(c, units, sizeof *w.mean);
    w.peak = ins_carve(c, units, sizeof *w.peak);
    w.block = ins_carve_matrix(c, longer, BLOCK, sizeof *w.block);
    w.scatter = ins_carve_matrix(c, side, side, sizeof *w.scatter);
    w.eigenvalue = ins_carve(c, side, sizeof *w.eigenvalue);
    w.eigen = (gsl_eigen_symm_workspace){.d = ins_carve(c, side, sizeof(double)),
                                         .sd = ins_carve(c, side, sizeof(double))};
    if (workspace != NULL) *workspace = w;
    return workspace;
}

static int compare_units(const void *first, const void *second)
{
    const incoming *p = first, *q = second;
    for (size_t i = 0; i < p->length; i++) {
        real a = p->values[i], b = q->values[i];
        if (a < b) return -1;
        if (a > b) return 1;
    }
    return 0;
}

static bool has_nan(const real *x, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += isnan(x[i]) != 0;
    return found > 0;
}

static void count_duplicates(ins_symmetry_workspace *w, const real *weight, const real *bias,
                             size_t units, size_t fan_in, ins_symmetry *out)
{
    size_t length = fan_in + 1;
    if (has_nan(weight, units * fan_in) || (bias != NULL && has_nan(bias, units))) {
        out->distinct_units = out->duplicate_pairs = NAN;
        return;
    }
    for (size_t u = 0; u < units; u++) {
        memcpy(w->joined + u * length, weight + u * fan_in, fan_in * sizeof *weight);
        w->joined[u * length + fan_in] = bias != NULL ? bias[u] : 0;
        w->unit[u] = (incoming){w->joined + u * length, length};
    }
    qsort(w->unit, units, sizeof *w->unit, compare_units);
    for (size_t first = 0, next; first < units; first = next) {
        next = first + 1;
        while (next < units && compare_units(&w->unit[first], &w->unit[next]) == 0) next++;
        double members = (double)(next - first);
        out->distinct_units += 1;
        out->duplicate_pairs += members * (members - 1) / 2;
    }
}

static double mean_abs_cosine(ins_symmetry_workspace *w, const real *weight, size_t units,
                              size_t fan_in)
{
    size_t usable = 0, step = (units + MOST_PAIRED - 1) / MOST_PAIRED;
    for (size_t u = 0; u < units; u += step) {
        double squares = 0;
        for (size_t i = 0; i < fan_in; i++) {
            double x = (double)weight[u * fan_in + i];
            squares += x * x;
        }
        if (!(squares > 0) || !isfinite(squares)) continue;
        double scale = 1 / sqrt(squares);
        for (size_t i = 0; i < fan_in; i++)
            w->direction[usable * fan_in + i] = (real)((double)weight[u * fan_in + i] * scale);
        usable++;
    }
    if (usable < 2) return NAN;
    double sum = 0;
    for (size_t start = 0; start < usable; start += BLOCK) {
        size_t count = usable - start < BLOCK ? usable - start : BLOCK, before = start + count;
        ins_product(false, true, count, before, fan_in, 1, w->direction + start * fan_in,
                    w->direction, 0, w->product);
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < start + i; j++) sum += fabs((double)w->product[i * before + j]);
    }
    return fmin(1, sum / ((double)usable * (double)(usable - 1) / 2));
}

/* Means and largest magnitudes of the outputs; false when one is not finite. */
static bool survey(ins_symmetry_workspace *w, const real *output, size_t rows, size_t units,
                   ins_output_symmetry *out)
{
    bool finite = true;
    memset(w->mean, 0, units * sizeof *w->mean);
    memset(w->peak, 0, units * sizeof *w->peak);
    for (size_t r = 0; r < rows; r++)
        for (size_t u = 0; u < units; u++) {
            double a = (double)output[r * units + u];
            w->mean[u] += a;
            w->peak[u] = isnan(a) ? INFINITY : fmax(w->peak[u], fabs(a));
            finite = finite && isfinite(a);
        }
    for (size_t u = 0; u < units; u++) {
        w->mean[u] /= (double)rows;
        out->silent_units += w->peak[u] == 0;
    }
    return finite;
}

/* X'X, or XX' when there are fewer rows than units, X being the centred outputs divided by scale;
 * its lower triangle. */
static bool scatter(ins_symmetry_workspace *w, const real *output, size_t rows, size_t units,
                    double scale)
{
    bool tall = rows >= units;
    size_t side = tall ? units : rows, other = tall ? rows : units;
    gsl_matrix_view sum = gsl_matrix_view_array(w->scatter, side, side);
    gsl_matrix_set_zero(&sum.matrix);
    for (size_t start = 0; start < other; start += BLOCK) {
        size_t count = other - start < BLOCK ? other - start : BLOCK;
        size_t first_row = tall ? start : 0, first_unit = tall ? 0 : start;
        size_t height = tall ? count : rows, width = tall ? units : count;
        for (size_t r = 0; r < height; r++)
            for (size_t c = 0; c < width; c++) {
                size_t unit = first_unit + c;
                double a = (double)output[(first_row + r) * units + unit];
                w->block[r * width + c] = (a - w->mean[unit]) / scale;
            }
        gsl_matrix_view block = gsl_matrix_view_array(w->block, height, width);
        CBLAS_TRANSPOSE_t transpose = tall ? CblasTrans : CblasNoTrans;
        if (gsl_blas_dsyrk(CblasLower, transpose, 1, &block.matrix, 1, &sum.matrix)) return false;
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

static double effective_rank(ins_symmetry_workspace *w, const real *output, size_t rows,
                             size_t units)
{
    double scale = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t u = 0; u < units; u++)
            scale = fmax(scale, fabs((double)output[r * units + u] - w->mean[u]));
    if (!(scale > 0)) return 0;
    if (!scatter(w, output, rows, units, scale)) return NAN;
    size_t side = rows < units ? rows : units;
    gsl_matrix_view matrix = gsl_matrix_view_array(w->scatter, side, side);
    gsl_vector_view values = gsl_vector_view_array(w->eigenvalue, side);
    w->eigen.size = side;
    if (gsl_eigen_symm(&matrix.matrix, &values.vector, &w->eigen) != GSL_SUCCESS) return NAN;
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
    ins_output_symmetry out = {0};
    bool finite = survey(workspace, output, rows, units, &out);
    out.effective_rank = finite ? effective_rank(workspace, output, rows, units) : NAN;
    return out;
}
