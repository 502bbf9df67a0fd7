/* Windows as equally correlated variables. */
#include <config.h>

#include "field_largest.h"

#include <math.h>

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

/* What is asked of one window: own is the part of the square that is not in the transfer. */
static void put(ins_transfer *transfer, size_t p, const view *v, const ins_maximum *m, double *own,
                double *slope_square)
{
    transfer->scale[p] = sqrt(v->square * v->correlation);
    transfer->mean[p] = m->mean;
    transfer->square[p] = m->shared;
    for (size_t k = 0; k < INS_TRANSFER_TERMS; k++)
        transfer->coefficient[k * transfer->positions + p] = m->coefficient[k];
    own[p] = m->square - m->shared;
    slope_square[p] = m->slope_square;
}

ins_field *ins_field_largest(const ins_field *z, const ins_windows *w, const ins_choice *activation,
                             double *slope_square)
{
    ins_field *average = ins_field_average(z, w);
    const size_t positions = average->positions;
    ins_maximum_law *law = ins_maximum_law_new(ins_window_taps(w));
    ins_transfer *transfer = ins_transfer_new(positions);
    double *own = transfer->slope_square; /* which nobody asks of this one */
    ins_maximum m;
    view last = {.square = NAN};
    for (size_t p = 0; p < positions; p++) {
        const view v = view_of(z, average, w, p);
        if (v.square != last.square || v.correlation != last.correlation)
            ins_maximum_expect(law, activation, v.square, v.correlation, &m);
        last = v;
        put(transfer, p, &v, &m, own, slope_square);
    }
    ins_transfer_finish(transfer);
    ins_field *out = ins_transfer_apply(transfer, average);
    for (size_t p = 0; p < positions; p++) {
        out->same[p * (positions + 1)] += own[p];
        out->other[p * (positions + 1)] += own[p] * view_of(z, average, w, p).alike;
    }
    ins_transfer_free(transfer);
    ins_maximum_law_free(law);
    ins_field_free(average);
    return out;
}
