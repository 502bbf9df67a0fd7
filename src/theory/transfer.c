/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations of fields: at most positions by interpolation in the variance. */
#include <config.h>

#include "transfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/gaussian.h"
#include "initscope/memory.h"
#include "initscope/outline.h"
#include "initscope/vector.h"

#include "hermite.h"

/* Variances that differ by less are one. */
#define ALIKE 1e-12

/* Below this part of the largest variance interpolation would see little of it. */
#define SMALL 1e-6

/* Nodes of the interpolation in the logarithm of the variance: expectations are analytic in it,
 * with their nearest singularities about pi/2 from the real line. */
#define FIRST_NODES 16
#define NODES_PER_UNIT 12

/* A series ends where what it lacks is this part of the square. */
#define NEGLIGIBLE 1e-12

enum { BLOCK = 16, TILE = 32 };

ins_transfer *ins_transfer_new(size_t positions)
{
    ins_transfer *made = ins_allocate(1, sizeof *made, "an activation of a field");
    const size_t numbers = positions * (INS_TRANSFER_TERMS + 5);
    made->positions = positions;
    made->scale = ins_allocate(numbers, sizeof(double), "an activation of a field");
    made->mean = made->scale + positions;
    made->square = made->mean + positions;
    made->slope_square = made->square + positions;
    made->rest = made->slope_square + positions;
    made->coefficient = made->rest + positions;
    return made;
}

void ins_transfer_free(ins_transfer *transfer)
{
    free(transfer->scale);
    free(transfer);
}

void ins_transfer_finish(ins_transfer *transfer)
{
    const size_t positions = transfer->positions;
    transfer->terms = 0;
    for (size_t p = 0; p < positions; p++) {
        double left = transfer->square[p];
        size_t k = 0;
        while (k < INS_TRANSFER_TERMS && left > NEGLIGIBLE * transfer->square[p]) {
            const double a = transfer->coefficient[k++ * positions + p];
            left -= a * a;
        }
        if (k > transfer->terms) transfer->terms = k;
    }
    for (size_t p = 0; p < positions; p++) {
        double left = transfer->square[p];
        for (size_t k = 0; k < transfer->terms; k++) {
            const double a = transfer->coefficient[k * positions + p];
            left -= a * a;
        }
        transfer->rest[p] = sqrt(fmax(left, 0));
    }
}

/* --- Expectations at the variances of the positions ------------------------------------------ */

/* All that is asked of one variance, in the order of the arrays of a transfer. */
enum { MEAN, SQUARE, SLOPE_SQUARE, COEFFICIENT, ASKED = COEFFICIENT + INS_TRANSFER_TERMS };

static void ask(const ins_choice *activation, double q, double answer[ASKED])
{
    const ins_expectation at = ins_expect(activation, q);
    answer[MEAN] = at.value;
    answer[SQUARE] = at.square;
    answer[SLOPE_SQUARE] = at.slope_square;
    ins_hermite(activation, q, INS_TRANSFER_TERMS, &answer[COEFFICIENT]);
}

static void put(ins_transfer *transfer, size_t p, const double answer[ASKED])
{
    transfer->mean[p] = answer[MEAN];
    transfer->square[p] = answer[SQUARE];
    transfer->slope_square[p] = answer[SLOPE_SQUARE];
    for (size_t k = 0; k < INS_TRANSFER_TERMS; k++)
        transfer->coefficient[k * transfer->positions + p] = answer[COEFFICIENT + k];
}

/* Chebyshev points of the second kind in log q, from lowest to highest. */
typedef struct nodes {
    size_t count;
    double lowest, highest;
    double *answer; /* (count, ASKED) */
} nodes;

static double node_at(const nodes *n, size_t i)
{
    const double x = n->count > 1 ? cos(M_PI * (double)i / (double)(n->count - 1)) : 0;
    return (n->lowest + n->highest) / 2 - (n->highest - n->lowest) / 2 * x;
}

/* Barycentric interpolation (Berrut & Trefethen 2004). */
static void interpolate(const nodes *n, double q, double answer[ASKED])
{
    const double at = log(q);
    double total = 0;
    memset(answer, 0, ASKED * sizeof *answer);
    for (size_t i = 0; i < n->count; i++) {
        const double distance = at - node_at(n, i);
        const double *own = n->answer + i * ASKED;
        if (distance == 0) {
            memcpy(answer, own, ASKED * sizeof *answer);
            return;
        }
        const double half = i == 0 || i + 1 == n->count ? 0.5 : 1;
        const double weight = (i % 2 == 0 ? half : -half) / distance;
        total += weight;
        for (size_t k = 0; k < ASKED; k++) answer[k] += weight * own[k];
    }
    for (size_t k = 0; k < ASKED; k++) answer[k] /= total;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The variances in order, each once. Returns how many there are. */
static size_t sort(const double *q, size_t positions, double *sorted)
{
    size_t count = 0;
    memcpy(sorted, q, positions * sizeof *sorted);
    qsort(sorted, positions, sizeof *sorted, by_size);
    for (size_t p = 0; p < positions; p++)
        if (count == 0 || sorted[p] > sorted[count - 1] * (1 + ALIKE)) sorted[count++] = sorted[p];
    return count;
}

/* The nodes: the variances themselves, or fewer. */
static nodes nodes_of(const ins_choice *activation, const double *sorted, size_t count,
                      bool *interpolated)
{
    const double highest = sorted[count - 1];
    size_t first = 0;
    while (sorted[first] < SMALL * highest) first++;
    const double span = highest > 0 ? log(highest / sorted[first]) : 0;
    const double enough = FIRST_NODES + ceil(NODES_PER_UNIT * span);
    *interpolated = (double)(count - first) > enough;
    nodes n = {.count = *interpolated ? (size_t)enough : count,
               .lowest = *interpolated ? log(sorted[first]) : 0,
               .highest = *interpolated ? log(highest) : 0};
    n.answer = ins_allocate(n.count * ASKED, sizeof *n.answer, "expectations");
    for (size_t i = 0; i < n.count; i++)
        ask(activation, *interpolated ? exp(node_at(&n, i)) : sorted[i], n.answer + i * ASKED);
    return n;
}

/* The last of the sorted numbers that is not above q but for rounding. */
static size_t place_of(double q, const double *sorted, size_t count)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= q)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void expect(ins_transfer *made, const ins_choice *activation, const double *q)
{
    const size_t positions = made->positions;
    double *sorted = ins_allocate(positions, sizeof *sorted, "variances"), answer[ASKED];
    const size_t count = sort(q, positions, sorted);
    bool interpolated;
    nodes n = nodes_of(activation, sorted, count, &interpolated);
    for (size_t p = 0; p < positions; p++) {
        const double own = q[p];
        if (!interpolated) {
            put(made, p, n.answer + place_of(own, sorted, count) * ASKED);
            continue;
        }
        if (own < SMALL * sorted[count - 1])
            ask(activation, own, answer);
        else
            interpolate(&n, own, answer);
        put(made, p, answer);
    }
    free(n.answer);
    free(sorted);
    ins_transfer_finish(made);
}

/* Linear on either side of 0: all variances are as one. */
static void bend(ins_transfer *made, const ins_choice *activation, const double *q)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    const ins_expectation at = ins_expect(activation, 1);
    made->bent = true;
    made->left = -row->value(-1, activation->value);
    made->bend = row->value(1, activation->value) - made->left;
    for (size_t p = 0; p < made->positions; p++) {
        made->mean[p] = at.value * sqrt(q[p]);
        made->square[p] = at.square * q[p];
        made->slope_square[p] = at.slope_square;
    }
}

ins_transfer *ins_transfer_of(const ins_choice *activation, const ins_field *field, double factor)
{
    const size_t positions = field->positions;
    ins_transfer *made = ins_transfer_new(positions);
    double *q = ins_allocate(positions, sizeof *q, "variances");
    for (size_t p = 0; p < positions; p++) {
        q[p] = factor * field->same[p * (positions + 1)];
        made->scale[p] = sqrt(q[p]);
    }
    if (ins_outline_of(activation).homogeneous)
        bend(made, activation, q);
    else
        expect(made, activation, q);
    free(q);
    return made;
}

/* E[f' h_k] = sqrt(k + 1) E[f h_k+1] / scale, by parts. */
ins_transfer *ins_transfer_of_slopes(const ins_transfer *values)
{
    const size_t positions = values->positions;
    ins_transfer *made = ins_transfer_new(positions);
    made->bent = values->bent;
    made->stepped = values->bent;
    made->left = values->left;
    made->bend = values->bend;
    memcpy(made->scale, values->scale, positions * sizeof *made->scale);
    memcpy(made->square, values->slope_square, positions * sizeof *made->square);
    if (values->bent) return made;
    for (size_t p = 0; p < positions; p++) {
        double *own = made->coefficient + p;
        const double scale = values->scale[p];
        if (!(scale > 0)) own[0] = sqrt(values->slope_square[p]);
        for (size_t k = 0; scale > 0 && k + 1 < INS_TRANSFER_TERMS; k++)
            own[k * positions] =
                sqrt((double)k + 1) * values->coefficient[(k + 1) * positions + p] / scale;
        made->mean[p] = own[0];
    }
    ins_transfer_finish(made);
    return made;
}

/* --- Pairs ------------------------------------------------------------------------------------ */

/* Correlations of a position with those from it on; inverse (positions) is 1 / scale, or 0. */
INS_VECTORIZED static void correlate(const double *restrict row, const double *restrict inverse,
                                     size_t p, size_t count, double *restrict c)
{
    const double own = inverse[p];
#pragma omp simd
    for (size_t i = p; i < count; i++) {
        const double at = row[i] * (own * inverse[i]);
        const double most = at > 1 ? 1 : at;
        c[i] = most < -1 ? -1 : most;
    }
}

/* The arc-cosine kernel (Cho & Saul 2009). */
static void bent_row(const ins_transfer *transfer, size_t p, const double *c, double *out)
{
    const double own = transfer->scale[p], left = transfer->left, bent = transfer->bend;
    const double linear = left * left + left * bent, half = bent * bent / (2 * M_PI);
    for (size_t i = p; i < transfer->positions; i++) {
        const double kernel = sqrt(1 - c[i] * c[i]) + c[i] * (M_PI - acos(c[i]));
        out[i] = own * transfer->scale[i] * (linear * c[i] + half * kernel);
    }
}

/* One block of a row by Horner's rule. The arrays begin at its first position. */
INS_VECTORIZED_PART void series_block(const double *restrict coefficient, size_t positions,
                                      size_t terms, const double *restrict own,
                                      const double *restrict rest, const double *restrict c,
                                      size_t width, double *restrict out)
{
    double sum[BLOCK];
#pragma omp simd
    for (size_t i = 0; i < width; i++) sum[i] = own[terms] * rest[i];
    for (size_t k = terms; k-- > 0;) {
        const double *restrict other = coefficient + k * positions;
#pragma omp simd
        for (size_t i = 0; i < width; i++) sum[i] = sum[i] * c[i] + own[k] * other[i];
    }
#pragma omp simd
    for (size_t i = 0; i < width; i++) out[i] = sum[i];
}

INS_VECTORIZED static void series_row(const ins_transfer *transfer, size_t p, const double *c,
                                      double *out)
{
    const size_t positions = transfer->positions, terms = transfer->terms;
    double own[INS_TRANSFER_TERMS + 1];
    for (size_t k = 0; k < terms; k++) own[k] = transfer->coefficient[k * positions + p];
    own[terms] = transfer->rest[p];
    size_t i = p;
    for (; i + BLOCK <= positions; i += BLOCK)
        series_block(transfer->coefficient + i, positions, terms, own, transfer->rest + i, c + i,
                     BLOCK, out + i);
    series_block(transfer->coefficient + i, positions, terms, own, transfer->rest + i, c + i,
                 positions - i, out + i);
}

/* What is above the diagonal, below it: tile by tile, for the columns are far apart in memory. */
static void mirror(double *matrix, size_t positions)
{
    for (size_t row = 0; row < positions; row += TILE) {
        for (size_t column = row; column < positions; column += TILE) {
            const size_t last = row + TILE < positions ? row + TILE : positions;
            const size_t end = column + TILE < positions ? column + TILE : positions;
            for (size_t p = row; p < last; p++)
                for (size_t i = column > p ? column : p + 1; i < end; i++)
                    matrix[i * positions + p] = matrix[p * positions + i];
        }
    }
}

/* P[both are positive] beside it (Cho & Saul 2009). */
static void stepped_row(const ins_transfer *transfer, size_t p, const double *c, double *out)
{
    const double left = transfer->left, bent = transfer->bend;
    const double linear = left * left + left * bent, half = bent * bent / (2 * M_PI);
    for (size_t i = p; i < transfer->positions; i++) out[i] = linear + half * (M_PI - acos(c[i]));
}

/* c and inverse (positions): where correlations go, and 1 / scale, or 0. */
static void pass_row(const ins_transfer *transfer, size_t p, const double *inverse,
                     const double *row, double *c, double *out)
{
    correlate(row, inverse, p, transfer->positions, c);
    if (transfer->stepped)
        stepped_row(transfer, p, c, out);
    else if (transfer->bent)
        bent_row(transfer, p, c, out);
    else
        series_row(transfer, p, c, out);
}

static double *inverse_scales(const ins_transfer *transfer)
{
    double *inverse = ins_allocate(transfer->positions, sizeof *inverse, "correlations");
    for (size_t p = 0; p < transfer->positions; p++)
        inverse[p] = transfer->scale[p] > 0 ? 1 / transfer->scale[p] : 0;
    return inverse;
}

void ins_transfer_row(const ins_transfer *transfer, size_t p, const double *row, double *out)
{
    double *c = ins_allocate(transfer->positions, sizeof *c, "correlations");
    double *inverse = inverse_scales(transfer);
    pass_row(transfer, p, inverse, row, c, out);
    free(inverse);
    free(c);
}

static void pass(const ins_transfer *transfer, const double *in, double *out)
{
    const size_t positions = transfer->positions;
    double *c = ins_allocate(positions, sizeof *c, "correlations");
    double *inverse = inverse_scales(transfer);
    for (size_t p = 0; p < positions; p++)
        pass_row(transfer, p, inverse, in + p * positions, c, out + p * positions);
    mirror(out, positions);
    free(inverse);
    free(c);
}

ins_field *ins_transfer_apply(const ins_transfer *same, const ins_transfer *other,
                              const ins_field *field)
{
    const size_t positions = field->positions;
    ins_field *out = ins_field_reserve(positions);
    pass(same, field->same, out->same);
    pass(other, field->other, out->other);
    for (size_t p = 0; p < positions; p++) out->same[p * (positions + 1)] = same->square[p];
    memcpy(out->mean, same->mean, positions * sizeof *out->mean);
    return out;
}
