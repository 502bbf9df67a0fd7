/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The initializers that look at a whole matrix: identity, orthogonal, sparse, Nguyen-Widrow, LSUV.
 * Random elements are drawn as the other rows draw them, one uniform each in row-major order. */
#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "initscope/memory.h"
#include "initscope/random.h"

#include "initializer_rows.h"

static double larger(ins_tensor_place place)
{
    return (double)(place.units > place.inputs ? place.units : place.inputs);
}

/* The part of a matrix that the first group of units has at one tap. */
static ins_tensor_place tap_of(ins_tensor_place place)
{
    const size_t taps = place.taps > 0 ? place.taps : 1;
    const size_t groups = place.groups > 0 ? place.groups : 1;
    return (ins_tensor_place){.units = place.units / groups, .inputs = place.inputs / taps};
}

static double taps_of(ins_tensor_place place)
{
    return place.taps > 0 ? (double)place.taps : 1;
}

/* min(units, inputs) elements are gain, the others 0. */
double ins_identity_mean(const double *p, ins_tensor_place place)
{
    return p[0] / larger(place);
}

double ins_identity_variance(const double *p, ins_tensor_place place)
{
    return p[0] * p[0] / larger(place) * (1 - 1 / larger(place));
}

ins_status ins_identity_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                             real *w, ins_error *error)
{
    (void)rng;
    if (place.taps > 1)
        return ins_error_add(error, INS_USAGE,
                             "%s: layer %zu has a kernel of %zu taps, of which dirac makes the "
                             "identity (got \"%s\")",
                             choice->entry->name, place.layer, place.taps,
                             choice->label != NULL ? choice->label : choice->entry->name);
    for (size_t i = 0; i < place.units; i++) {
        for (size_t j = 0; j < place.inputs; j++)
            w[i * place.inputs + j] = i == j ? (real)choice->value[0] : 0;
    }
    return INS_OK;
}

double ins_orthogonal_variance(const double *p, ins_tensor_place place)
{
    return p[0] * p[0] / larger(place);
}

/* An element of a random orthogonal n x n matrix is a coordinate of a uniform point of the unit
 * sphere: E q^4 = 3 / (n (n + 2)). */
double ins_orthogonal_kurtosis(const double *p, ins_tensor_place place)
{
    (void)p;
    return 3 * larger(place) / (larger(place) + 2);
}

/* q (rows, rows): the orthogonal factor of a Gaussian (rows, columns), rows >= columns, whose
 * element (i, j) is drawn at place (i, j), or (j, i) when transposed. work holds rows * columns +
 * 2 * columns * columns. */
static int factor(size_t rows, size_t columns, bool transposed, gsl_rng *rng, double *q,
                  double *work)
{
    gsl_matrix_view a = gsl_matrix_view_array(work, rows, columns);
    gsl_matrix_view t = gsl_matrix_view_array(work + rows * columns, columns, columns);
    gsl_matrix_view r =
        gsl_matrix_view_array(work + rows * columns + columns * columns, columns, columns);
    gsl_matrix_view orthogonal = gsl_matrix_view_array(q, rows, rows);
    const size_t outer = transposed ? columns : rows, inner = transposed ? rows : columns;
    for (size_t i = 0; i < outer; i++) {
        for (size_t j = 0; j < inner; j++)
            work[transposed ? j * columns + i : i * columns + j] = ins_random_normal(rng);
    }
    int code = gsl_linalg_QR_decomp_r(&a.matrix, &t.matrix);
    if (code == GSL_SUCCESS)
        code = gsl_linalg_QR_unpack_r(&a.matrix, &t.matrix, &orthogonal.matrix, &r.matrix);
    if (code != GSL_SUCCESS) return code;
    /* QR is unique, and Q of Haar measure, only with a positive diagonal of R. */
    for (size_t j = 0; j < columns; j++) {
        if (gsl_matrix_get(&r.matrix, j, j) >= 0) continue;
        for (size_t i = 0; i < rows; i++) q[i * rows + j] = -q[i * rows + j];
    }
    return GSL_SUCCESS;
}

static ins_status fill_orthogonal(double gain, ins_tensor_place place, gsl_rng *rng, real *w,
                                  ins_error *error)
{
    const bool wide = place.units < place.inputs;
    const size_t rows = wide ? place.inputs : place.units;
    const size_t columns = wide ? place.units : place.inputs;
    const char *what = "an orthogonal matrix";
    const size_t size =
        ins_sum(ins_multiply(rows, columns, what), ins_multiply(2 * columns, columns, what), what);
    double *q = ins_allocate(ins_multiply(rows, rows, what), sizeof *q, what);
    double *work = ins_allocate(size, sizeof *work, what);
    const int code = factor(rows, columns, wide, rng, q, work);
    for (size_t i = 0; code == GSL_SUCCESS && i < place.units; i++) {
        for (size_t j = 0; j < place.inputs; j++)
            w[i * place.inputs + j] = (real)(gain * q[wide ? j * rows + i : i * rows + j]);
    }
    free(work);
    free(q);
    if (code == GSL_SUCCESS) return INS_OK;
    return ins_error_add(error, INS_INTERNAL, "orthogonal: the QR factorization failed: %s",
                         gsl_strerror(code));
}

ins_status ins_orthogonal_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                               real *w, ins_error *error)
{
    return fill_orthogonal(choice->value[0], place, rng, w, error);
}

static ins_tensor_place all_gates(ins_tensor_place place)
{
    place.units *= place.gates;
    return place;
}

double ins_packed_orthogonal_variance(const double *p, ins_tensor_place place)
{
    return ins_orthogonal_variance(p, all_gates(place));
}

double ins_packed_orthogonal_kurtosis(const double *p, ins_tensor_place place)
{
    return ins_orthogonal_kurtosis(p, all_gates(place));
}

ins_status ins_packed_orthogonal_fill(const ins_choice *choice, ins_tensor_place place,
                                      gsl_rng *rng, real *w, ins_error *error)
{
    const size_t part = place.units * place.inputs;
    real *all = ins_allocate(ins_multiply(place.gates, part, "gates"), sizeof *all, "gates");
    const ins_status status = fill_orthogonal(choice->value[0], all_gates(place), rng, all, error);
    memcpy(w, all + place.gate * part, part * sizeof *w);
    free(all);
    return status;
}

/* Zeros in each input's column. */
static size_t sparse_zeros(const double *p, ins_tensor_place place)
{
    return (size_t)ceil(p[0] * (double)place.units);
}

double ins_sparse_variance(const double *p, ins_tensor_place place)
{
    return p[1] * p[1] * (1 - (double)sparse_zeros(p, place) / (double)place.units);
}

double ins_sparse_kurtosis(const double *p, ins_tensor_place place)
{
    const double kept = 1 - (double)sparse_zeros(p, place) / (double)place.units;
    return 3 / kept; /* infinite when nothing is kept */
}

/* The rest is 0, so that over all taps the moments are those of one divided by their number. */
double ins_delta_orthogonal_variance(const double *p, ins_tensor_place place)
{
    return ins_orthogonal_variance(p, tap_of(place)) / taps_of(place);
}

double ins_delta_orthogonal_kurtosis(const double *p, ins_tensor_place place)
{
    return ins_orthogonal_kurtosis(p, tap_of(place)) * taps_of(place);
}

/* Each group of units gets x (units, channels) of one tap at the centre. */
static void put_at_centre(ins_tensor_place place, size_t group, const real *x, real *w)
{
    const ins_tensor_place tap = tap_of(place);
    for (size_t u = 0; u < tap.units; u++) {
        real *row = w + (group * tap.units + u) * place.inputs;
        memset(row, 0, place.inputs * sizeof *row);
        memcpy(row + place.centre * tap.inputs, x + u * tap.inputs, tap.inputs * sizeof *row);
    }
}

ins_status ins_delta_orthogonal_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                     real *w, ins_error *error)
{
    const ins_tensor_place tap = tap_of(place);
    real *x = ins_allocate(ins_multiply(tap.units, tap.inputs, "a kernel"), sizeof *x, "a kernel");
    ins_status status = INS_OK;
    for (size_t g = 0; status == INS_OK && g < place.units / tap.units; g++) {
        status = fill_orthogonal(choice->value[0], tap, rng, x, error);
        if (status == INS_OK) put_at_centre(place, g, x, w);
    }
    free(x);
    return status;
}

double ins_dirac_mean(const double *p, ins_tensor_place place)
{
    (void)p;
    return 1 / (larger(tap_of(place)) * taps_of(place));
}

double ins_dirac_variance(const double *p, ins_tensor_place place)
{
    const double share = ins_dirac_mean(p, place);
    return share * (1 - share);
}

ins_status ins_dirac_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                          ins_error *error)
{
    const ins_tensor_place tap = tap_of(place);
    (void)choice, (void)rng, (void)error;
    memset(w, 0, place.units * place.inputs * sizeof *w);
    for (size_t u = 0; u < place.units; u++) {
        const size_t channel = u % tap.units;
        if (channel < tap.inputs) w[u * place.inputs + place.centre * tap.inputs + channel] = 1;
    }
    return INS_OK;
}

ins_status ins_sparse_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                           ins_error *error)
{
    const size_t zeros = sparse_zeros(choice->value, place);
    size_t *order = ins_allocate(place.units, sizeof *order, "an order of units");
    (void)error;
    ins_law_fill((ins_law){INS_LAW_NORMAL, 0, choice->value[1]}, place.units * place.inputs, rng,
                 w);
    for (size_t i = 0; i < place.units; i++) order[i] = i;
    for (size_t j = 0; j < place.inputs; j++) {
        ins_random_shuffle(rng, order, place.units);
        for (size_t k = 0; k < zeros; k++) w[order[k] * place.inputs + j] = 0;
    }
    free(order);
    return INS_OK;
}

static double nguyen_widrow_norm(ins_tensor_place place)
{
    return 0.7 * pow((double)place.units, 1 / (double)place.inputs);
}

double ins_nguyen_widrow_variance(const double *p, ins_tensor_place place)
{
    (void)p;
    const double norm = nguyen_widrow_norm(place);
    return norm * norm / (double)place.inputs;
}

ins_status ins_nguyen_widrow_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                  real *w, ins_error *error)
{
    (void)choice, (void)error;
    ins_law_fill((ins_law){INS_LAW_UNIFORM, 0, 0.5}, place.units * place.inputs, rng, w);
    for (size_t i = 0; i < place.units; i++) {
        real *row = w + i * place.inputs;
        double square = 0;
        for (size_t j = 0; j < place.inputs; j++) square += (double)row[j] * (double)row[j];
        const double factor_of_row = square > 0 ? nguyen_widrow_norm(place) / sqrt(square) : 0;
        for (size_t j = 0; j < place.inputs; j++) row[j] = (real)(factor_of_row * (double)row[j]);
    }
    return INS_OK;
}

ins_status ins_nguyen_widrow_fill_bias(const ins_choice *choice, ins_tensor_place place,
                                       gsl_rng *rng, real *b, ins_error *error)
{
    (void)choice, (void)error;
    ins_law_fill((ins_law){INS_LAW_UNIFORM, 0, nguyen_widrow_norm(place)}, place.units, rng, b);
    return INS_OK;
}

ins_status ins_lsuv_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error)
{
    (void)choice;
    return fill_orthogonal(1, place, rng, w, error);
}

double ins_lsuv_adapt(const double *p, double deviation, size_t tries)
{
    const bool done = fabs(deviation - 1) <= p[0] || (double)tries >= p[1];
    return done || !(deviation > 0) || !isfinite(deviation) ? 1 : 1 / deviation;
}

ins_status ins_tied_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error)
{
    (void)rng;
    if (place.mirror == NULL)
        return ins_error_add(error, INS_USAGE,
                             "%s: layer %zu, W (%zu, %zu), is the transpose of no earlier one: a "
                             "decoder has the widths of its encoder (got \"%s\")",
                             choice->entry->name, place.layer, place.units, place.inputs,
                             choice->label != NULL ? choice->label : choice->entry->name);
    for (size_t u = 0; u < place.units; u++)
        for (size_t i = 0; i < place.inputs; i++)
            w[u * place.inputs + i] = place.mirror[i * place.units + u];
    return INS_OK;
}
