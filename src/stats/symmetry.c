/* Units are compared by sorting them; cosines come from one matrix product of normalised weight
 * vectors; the singular values of the centred outputs are square roots of the eigenvalues of their
 * units x units scatter matrix, which is small however many rows there are. */
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
#include "initscope/memory.h"

/* Rows of outputs that are centred at a time. */
enum { BLOCK = 64 };

/* [W, b] of one unit; its length travels with it because qsort passes nothing else. */
typedef struct incoming {
    const real *values;
    size_t length;
} incoming;

struct ins_symmetry_workspace {
    incoming *unit;      /* (units), to be sorted */
    real *joined;        /* (units, fan_in + 1) */
    real *direction;     /* (units, fan_in) normalised weight vectors */
    real *product;       /* (units, units) */
    double *mean, *peak; /* (units) */
    double *block;       /* (BLOCK, units) centred outputs */
    double *eigenvalue;  /* (units) */
    double *scatter;     /* (units, units) */
    gsl_eigen_symm_workspace *eigen;
    size_t units;
};

static int compare_units(const void *first, const void *second)
{
    const incoming *p = first, *q = second;
    for (size_t i = 0; i < p->length; i++) {
        real a = p->values[i], b = q->values[i];
        if (a < b) return -1;
        if (a > b) return 1;
        if (!(a == b)) { /* NaN: ordered by its bytes, so that the sort is consistent */
            int order = memcmp(&a, &b, sizeof a);
            if (order) return order;
        }
    }
    return 0;
}

static void count_duplicates(ins_symmetry_workspace *w, const real *weight, const real *bias,
                             size_t units, size_t fan_in, ins_symmetry *out)
{
    size_t length = fan_in + 1;
    for (size_t u = 0; u < units; u++) {
        memcpy(w->joined + u * length, weight + u * fan_in, fan_in * sizeof *weight);
        w->joined[u * length + fan_in] = bias[u];
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
    size_t usable = 0;
    for (size_t u = 0; u < units; u++) {
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
    ins_product(false, true, usable, usable, fan_in, 1, w->direction, w->direction, 0, w->product);
    double sum = 0;
    for (size_t i = 0; i < usable; i++)
        for (size_t j = 0; j < i; j++) sum += fabs((double)w->product[i * usable + j]);
    return fmin(1, sum / ((double)usable * (double)(usable - 1) / 2));
}

/* Means and largest magnitudes of the outputs; false when one is not finite. */
static bool survey(ins_symmetry_workspace *w, const real *output, size_t rows, size_t units,
                   ins_symmetry *out)
{
    bool finite = true;
    memset(w->mean, 0, units * sizeof *w->mean);
    memset(w->peak, 0, units * sizeof *w->peak);
    for (size_t r = 0; r < rows; r++)
        for (size_t u = 0; u < units; u++) {
            double a = (double)output[r * units + u];
            w->mean[u] += a;
            w->peak[u] = fmax(w->peak[u], fabs(a));
            finite = finite && isfinite(a);
        }
    for (size_t u = 0; u < units; u++) {
        w->mean[u] /= (double)rows;
        out->silent_units += w->peak[u] == 0;
    }
    return finite;
}

/* The scatter matrix of the centred outputs divided by scale; its lower triangle. */
static bool scatter(ins_symmetry_workspace *w, const real *output, size_t rows, size_t units,
                    double scale)
{
    gsl_matrix_view sum = gsl_matrix_view_array(w->scatter, units, units);
    gsl_matrix_set_zero(&sum.matrix);
    for (size_t start = 0; start < rows; start += BLOCK) {
        size_t count = rows - start < BLOCK ? rows - start : BLOCK;
        for (size_t r = 0; r < count; r++)
            for (size_t u = 0; u < units; u++)
                w->block[r * units + u] =
                    ((double)output[(start + r) * units + u] - w->mean[u]) / scale;
        gsl_matrix_view block = gsl_matrix_view_array(w->block, count, units);
        if (gsl_blas_dsyrk(CblasLower, CblasTrans, 1, &block.matrix, 1, &sum.matrix)) return false;
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
    if (w->eigen->size != units) {
        gsl_eigen_symm_free(w->eigen);
        w->eigen = gsl_eigen_symm_alloc(units);
        if (!w->eigen) ins_die("out of memory (eigenvalues of %zu units)", units);
    }
    gsl_matrix_view matrix = gsl_matrix_view_array(w->scatter, units, units);
    gsl_vector_view values = gsl_vector_view_array(w->eigenvalue, units);
    if (gsl_eigen_symm(&matrix.matrix, &values.vector, w->eigen) != GSL_SUCCESS) return NAN;
    return entropy_rank(w->eigenvalue, units);
}

ins_symmetry_workspace *ins_symmetry_workspace_new(size_t units, size_t fan_in)
{
    const char *what = "symmetry of a layer";
    ins_symmetry_workspace *w = ins_allocate(1, sizeof *w, what);
    size_t square = ins_multiply(units, units, what);
    w->units = units;
    w->unit = ins_allocate(units, sizeof *w->unit, what);
    w->joined = ins_allocate(ins_multiply(units, fan_in + 1, what), sizeof *w->joined, what);
    w->direction = ins_allocate(ins_multiply(units, fan_in, what), sizeof *w->direction, what);
    w->product = ins_allocate(square, sizeof *w->product, what);
    w->block = ins_allocate(ins_multiply(BLOCK, units, what), sizeof *w->block, what);
    w->mean = ins_allocate(units, sizeof *w->mean, what);
    w->peak = ins_allocate(units, sizeof *w->peak, what);
    w->eigenvalue = ins_allocate(units, sizeof *w->eigenvalue, what);
    w->scatter = ins_allocate(square, sizeof *w->scatter, what);
    w->eigen = gsl_eigen_symm_alloc(units);
    if (!w->eigen) ins_die("out of memory (eigenvalues of %zu units)", units);
    return w;
}

void ins_symmetry_workspace_free(ins_symmetry_workspace *w)
{
    if (!w) return;
    void *const blocks[] = {w->unit, w->joined, w->direction,  w->product, w->block,
                            w->mean, w->peak,   w->eigenvalue, w->scatter};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) free(blocks[i]);
    gsl_eigen_symm_free(w->eigen);
    free(w);
}

ins_symmetry ins_symmetry_of(ins_symmetry_workspace *workspace, const real *weight,
                             const real *bias, const real *output, size_t rows, size_t units,
                             size_t fan_in)
{
    ins_symmetry out = {0};
    count_duplicates(workspace, weight, bias, units, fan_in, &out);
    out.mean_abs_cosine = mean_abs_cosine(workspace, weight, units, fan_in);
    bool finite = survey(workspace, output, rows, units, &out);
    out.effective_rank = finite ? effective_rank(workspace, output, rows, units) : NAN;
    return out;
}
