/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields: made, measured, and on average. */
#include <config.h>

#include "initscope/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/memory.h"
#include "initscope/vector.h"

#include "field_numbers.h"

/* Memory from get for each of its parts. */
static ins_field *field_from(void *(*get)(size_t, size_t, const char *), size_t positions)
{
    static const char what[] = "a field";
    ins_field *field = ins_allocate(1, sizeof *field, what);
    const size_t pairs = ins_multiply(positions, positions, what);
    field->positions = positions;
    field->same = get(pairs, sizeof(double), what);
    field->other = get(pairs, sizeof(double), what);
    field->mean = get(positions, sizeof(double), what);
    return field;
}

ins_field *ins_field_new(size_t positions)
{
    return field_from(ins_allocate, positions);
}

ins_field *ins_field_reserve(size_t positions)
{
    return field_from(ins_reserve, positions);
}

ins_field *ins_field_copy(const ins_field *field)
{
    const size_t positions = field->positions;
    ins_field *copy = ins_field_reserve(positions);
    memcpy(copy->same, field->same, positions * positions * sizeof *copy->same);
    memcpy(copy->other, field->other, positions * positions * sizeof *copy->other);
    memcpy(copy->mean, field->mean, positions * sizeof *copy->mean);
    copy->lengths = field->lengths;
    return copy;
}

void ins_field_free(ins_field *field)
{
    if (field == NULL) return;
    free(field->same);
    free(field->other);
    free(field->mean);
    free(field);
}

ins_field *ins_field_white(size_t positions, double square, double apart)
{
    ins_field *field = ins_field_new(positions);
    for (size_t p = 0; p < positions; p++) {
        field->same[p * positions + p] = square;
        field->other[p * positions + p] = square - square * apart;
    }
    return field;
}

/* total += x x^T of one channel (rows, positions), and sum += what its rows sum up to. */
static void add_channel(const real *x, size_t rows, size_t positions, real *product, double *total,
                        double *sum)
{
    ins_product(true, false, positions, positions, rows, 1, x, x, 0, product);
    for (size_t i = 0; i < positions * positions; i++) total[i] += (double)product[i];
    memset(sum, 0, positions * sizeof *sum);
    for (size_t n = 0; n < rows; n++)
        for (size_t p = 0; p < positions; p++) sum[p] += (double)x[n * positions + p];
}

/* The products of all pairs of rows are those of the sums; those of a row with itself are taken
 * out. */
static void finish(ins_field *field, size_t rows, size_t channels)
{
    const size_t pairs = field->positions * field->positions;
    const double n = (double)rows, c = (double)channels;
    for (size_t i = 0; i < pairs; i++) {
        const double own = field->same[i] / (n * c);
        field->other[i] = rows > 1 ? (field->other[i] / (n * c) - own) / (n - 1) : own;
        field->same[i] = own;
    }
}

/* Of the channels of a position: mean and root mean square. */
static void local_moments(const real *x, size_t channels, double *mean, double *length)
{
    double sum = 0, square = 0;
    for (size_t c = 0; c < channels; c++) {
        sum += (double)x[c];
        square += (double)x[c] * (double)x[c];
    }
    *mean = sum / (double)channels;
    *length = sqrt(square / (double)channels);
}

static void measure_rows(const real *x, size_t rows, ins_field *field, size_t channels)
{
    const size_t positions = field->positions;
    const double n = (double)rows;
    double length = 0, length_square = 0;
    for (size_t r = 0; r < rows; r++) {
        double own = 0;
        for (size_t p = 0; p < positions; p++) {
            double mean, local;
            local_moments(x + (r * positions + p) * channels, channels, &mean, &local);
            field->mean[p] += mean * mean / n;
            own += local / (double)positions;
        }
        length += own / n;
        length_square += own * own / n;
    }
    for (size_t p = 0; p < positions; p++) field->mean[p] = sqrt(field->mean[p]);
    if (rows > 1 && length_square > 0)
        field->lengths = fmax(1 - length * length / length_square, 0) * n / (n - 1);
}

ins_field *ins_field_measure(const real *x, size_t rows, size_t positions, size_t channels)
{
    ins_field *field = ins_field_new(positions);
    real *own = ins_allocate(ins_multiply(rows, positions, "a field"), sizeof *own, "a field");
    real *product = ins_allocate(positions * positions, sizeof *product, "a field");
    double *sum = ins_allocate(positions, sizeof *sum, "a field");
    for (size_t c = 0; c < channels; c++) {
        for (size_t i = 0; i < rows * positions; i++) own[i] = x[i * channels + c];
        add_channel(own, rows, positions, product, field->same, sum);
        for (size_t p = 0; p < positions; p++)
            for (size_t other = 0; other < positions; other++)
                field->other[p * positions + other] += sum[p] * sum[other];
    }
    finish(field, rows, channels);
    measure_rows(x, rows, field, channels);
    free(sum);
    free(product);
    free(own);
    return field;
}

INS_VECTORIZED static double sum_of(const double *restrict x, size_t count)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum;
}

static double trace_of(const double *matrix, size_t positions)
{
    double sum = 0;
    for (size_t p = 0; p < positions; p++) sum += matrix[p * positions + p];
    return sum;
}

ins_numbers ins_field_numbers(const ins_field *field)
{
    const size_t positions = field->positions;
    const double p = (double)positions;
    return (ins_numbers){.square = trace_of(field->same, positions) / p,
                         .pairs = sum_of(field->same, positions * positions) / (p * p),
                         .other_square = trace_of(field->other, positions) / p,
                         .other_pairs = sum_of(field->other, positions * positions) / (p * p),
                         .mean = sum_of(field->mean, positions) / p};
}

/* Of what is measured in float. */
#define ALIKE 1e-4

static void multiply(double *x, size_t count, double factor)
{
    for (size_t i = 0; i < count; i++) x[i] *= factor;
}

void ins_field_fit(ins_field *field, double square, double apart)
{
    const ins_numbers n = ins_field_numbers(field);
    const size_t pairs = field->positions * field->positions;
    if (!(n.square > 0)) return;
    const double factor = square / n.square;
    multiply(field->same, pairs, factor);
    multiply(field->other, pairs, factor);
    multiply(field->mean, field->positions, sqrt(factor));
    if (fabs(1 - n.other_square / n.square - apart) <= ALIKE) return;
    memcpy(field->other, field->same, pairs * sizeof *field->other);
    multiply(field->other, pairs, 1 - apart);
    field->lengths = 0;
}
