/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* histograms.csv: how the elements of a tensor are distributed.
 *
 * Preactivations and activations are counted on one fixed axis, so that layers and runs can be laid
 * over each other; weights, deltas and gradients, whose sizes differ by orders of magnitude, on an
 * axis that reaches from minus to plus their largest one. */
#include <config.h>

#include "instrument.h"

#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_histogram.h>

static const double fixed_reach = 4;

static const ins_tensor counted[] = {INS_WEIGHT, INS_PREACTIVATION, INS_ACTIVATION, INS_DELTA,
                                     INS_GRADIENT};

enum { COUNTED = sizeof counted / sizeof counted[0] };

static size_t rows(const ins_trace_extent *extent)
{
    return ((extent->plan->layers - 1) * COUNTED + 1) * extent->plan->bins;
}

static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    size_t bins = extent->plan->bins;
    gsl_histogram *histogram = ins_carve(carver, 1, sizeof *histogram), layout = {.n = bins};
    layout.range = ins_carve(carver, bins + 1, sizeof *layout.range);
    layout.bin = ins_carve(carver, bins, sizeof *layout.bin);
    if (histogram != NULL) *histogram = layout;
    return histogram;
}

static double largest_of(const ins_trace_tensor *tensor)
{
    size_t count = tensor->units * tensor->length;
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        double size = fabs((double)tensor->x[i]);
        if (size > largest && isfinite(size)) largest = size;
    }
    return largest;
}

/* Half the length of the axis, never 0. */
static double reach_of(ins_tensor kind, const ins_trace_tensor *tensor)
{
    if (kind == INS_PREACTIVATION || kind == INS_ACTIVATION) return fixed_reach;
    double largest = largest_of(tensor);
    return largest > 0 ? largest : 1;
}

/* What lies beyond an end is counted in the bin of that end: gsl_histogram_increment would leave
 * it, and an element equal to the upper end, out, and take a NaN for the lowest. */
static void count_elements(const ins_trace_tensor *tensor, gsl_histogram *histogram)
{
    size_t count = tensor->units * tensor->length;
    double lowest = histogram->range[0];
    double highest = nextafter(histogram->range[histogram->n], lowest);
    for (size_t i = 0; i < count; i++) {
        double x = (double)tensor->x[i];
        if (isfinite(x)) gsl_histogram_increment(histogram, fmin(fmax(x, lowest), highest));
    }
}

static void add_rows(const ins_trace_moment *moment, size_t layer, ins_tensor kind,
                     const gsl_histogram *histogram, ins_text *out)
{
    for (size_t i = 0; i < histogram->n; i++) {
        ins_row row = ins_row_begin_epoch(out, INS_LOG_HISTOGRAMS, &moment->run, moment->epoch);
        ins_row_integer(&row, INS_HISTOGRAMS_LAYER, (long long)layer);
        ins_row_text(&row, INS_HISTOGRAMS_TENSOR, ins_tensor_table[kind].name);
        ins_row_integer(&row, INS_HISTOGRAMS_BIN, (long long)i + 1);
        ins_row_number(&row, INS_HISTOGRAMS_LOWER, histogram->range[i]);
        ins_row_number(&row, INS_HISTOGRAMS_UPPER, histogram->range[i + 1]);
        ins_row_integer(&row, INS_HISTOGRAMS_COUNT, (long long)histogram->bin[i]);
        ins_row_end(&row);
    }
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    gsl_histogram *histogram = state;
    for (size_t i = 0; i < COUNTED; i++) {
        ins_tensor kind = counted[i];
        const ins_trace_tensor *tensor = &layer->tensor[kind];
        if (tensor->x == NULL) continue;
        double reach = reach_of(kind, tensor);
        if (gsl_histogram_set_ranges_uniform(histogram, -reach, reach) != GSL_SUCCESS) continue;
        count_elements(tensor, histogram);
        add_rows(moment, layer->number, kind, histogram, out);
    }
}

const ins_instrument ins_histograms_instrument = {
    .file = INS_LOG_HISTOGRAMS, .row_bytes = 120, .rows = rows, .lay_out = lay_out, .show = show};
