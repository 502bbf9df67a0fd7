/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows as equally correlated variables. */
#include <config.h>

#include "field_largest.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"

#include "maximum.h"
#include "transfer.h"

/* A window of a field. */
typedef struct view {
    double square;      /* the mean of its variances */
    double correlation; /* of its pairs, not below 0 */
    double alike; /* of what its positions do not share, the part that two rows have in common */
} view;

static double mean_diagonal(const double *matrix, size_t positions, const ins_windows *w, size_t p)
{
    const size_t taps = ins_window_taps(w);
    double sum = 0;
    for (size_t u = 0; u < taps; u++) sum += matrix[ins_window_at(w, p, u) * (positions + 1)];
    return sum / (double)taps;
}

static view view_of(const ins_field *z, const ins_field *average, const ins_windows *w, size_t p)
{
    const double taps = (double)ins_window_taps(w);
    const double shared = average->same[p * (average->positions + 1)];
    view v = {.square = mean_diagonal(z->same, z->positions, w, p), .correlation = 1, .alike = 1};
    if (taps > 1 && v.square > 0)
        v.correlation = fmin(fmax((taps * shared / v.square - 1) / (taps - 1), 0), 1);
    if (v.square > shared) {
        const double other = mean_diagonal(z->other, z->positions, w, p);
        const double other_shared = average->other[p * (average->positions + 1)];
        v.alike = fmin(fmax((other - other_shared) / (v.square - shared), 0), 1);
    }
    return v;
}

/* What is asked of all windows. */
typedef struct largest {
    ins_transfer *transfer;
    double *own; /* (positions) the part of the square that is not in the transfer */
} largest;

static void put(const largest *of, size_t p, const view *v, double shorter, const ins_maximum *m)
{
    ins_transfer *transfer = of->transfer;
    transfer->scale[p] = sqrt(shorter * v->square * v->correlation);
    transfer->mean[p] = m->mean;
    transfer->square[p] = m->shared;
    transfer->slope_square[p] = m->slope_square;
    for (size_t k = 0; k < INS_TRANSFER_TERMS; k++)
        transfer->coefficient[k * transfer->positions + p] = m->coefficient[k];
    of->own[p] = m->square - m->shared;
}

static largest largest_of(const view *views, size_t positions, const ins_maximum_law *law,
                          const ins_choice *activation, double shorter)
{
    const largest made = {ins_transfer_new(positions),
                          ins_allocate(positions, sizeof *made.own, "windows of a field")};
    ins_maximum m;
    for (size_t p = 0; p < positions; p++) {
        const view *v = &views[p];
        if (p == 0 || v->square != v[-1].square || v->correlation != v[-1].correlation)
            ins_maximum_expect(law, activation, shorter * v->square, v->correlation, &m);
        put(&made, p, v, shorter, &m);
    }
    ins_transfer_finish(made.transfer);
    return made;
}

static void largest_free(largest *of)
{
    ins_transfer_free(of->transfer);
    free(of->own);
}

ins_field *ins_field_largest(const ins_field *z, const ins_windows *w, const ins_choice *activation,
                             double shorter, double *slope_square)
{
    ins_field *average = ins_field_average(z, w);
    const size_t positions = average->positions;
    ins_maximum_law *law = ins_maximum_law_new(ins_window_taps(w));
    view *views = ins_allocate(positions, sizeof *views, "windows of a field");
    for (size_t p = 0; p < positions; p++) views[p] = view_of(z, average, w, p);
    largest same = largest_of(views, positions, law, activation, 1);
    largest other = largest_of(views, positions, law, activation, shorter);
    ins_field *out = ins_transfer_apply(same.transfer, other.transfer, average);
    for (size_t p = 0; p < positions; p++) {
        out->same[p * (positions + 1)] += same.own[p];
        out->other[p * (positions + 1)] += other.own[p] * views[p].alike;
        slope_square[p] = same.transfer->slope_square[p];
    }
    largest_free(&same);
    largest_free(&other);
    free(views);
    ins_maximum_law_free(law);
    ins_field_free(average);
    return out;
}
