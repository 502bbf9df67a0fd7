/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows over fields. */
#include <config.h>

#include "field_windows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/vector.h"

ins_windows ins_windows_of(const ins_layer_plan *plan)
{
    const size_t *in = plan->reads[0].extent, *out = plan->shape.extent;
    const ins_window itself = {{1, 1}, {1, 1}, {0, 0}};
    return (ins_windows){.input = {in[0], in[1]},
                         .output = {out[0], out[1]},
                         .window = plan->kind->window != NULL ? plan->kind->window(plan) : itself};
}

size_t ins_window_at(const ins_windows *w, size_t position, size_t tap)
{
    const ins_window *of = &w->window;
    const size_t at[2] = {position / w->output[1], position % w->output[1]};
    const size_t in[2] = {tap / of->size[1], tap % of->size[1]};
    size_t found = 0;
    for (size_t axis = 0; axis < 2; axis++) {
        const size_t ahead = at[axis] * of->stride[axis] + in[axis];
        if (ahead < of->before[axis] || ahead - of->before[axis] >= w->input[axis]) return SIZE_MAX;
        found = found * w->input[axis] + ahead - of->before[axis];
    }
    return found;
}

/* The positions of the output along an axis from which a tap at this offset is inside. */
typedef struct range {
    size_t from, to;
} range;

static range inside(const ins_windows *w, size_t axis, size_t offset)
{
    const size_t stride = w->window.stride[axis], before = w->window.before[axis];
    const size_t most = w->input[axis] + before;
    range r = {.to = w->output[axis]};
    if (before > offset) r.from = (before - offset + stride - 1) / stride;
    const size_t ends = most > offset ? (most - offset - 1) / stride + 1 : 0;
    if (ends < r.to) r.to = ends;
    return r;
}

/* out[p'] += energy in[p' + tap], where that is inside; out and in are a position's rows. */
INS_VECTORIZED static void add_tap(const ins_windows *w, size_t tap, double energy,
                                   const double *restrict in, double *restrict out)
{
    const ins_window *of = &w->window;
    const size_t offset[2] = {tap / of->size[1], tap % of->size[1]};
    const range rows = inside(w, 0, offset[0]), columns = inside(w, 1, offset[1]);
    const size_t stride = of->stride[1];
    for (size_t i = rows.from; i < rows.to; i++) {
        const double *restrict from =
            in + (i * of->stride[0] + offset[0] - of->before[0]) * w->input[1] +
            (columns.from * stride + offset[1] - of->before[1]);
        double *restrict to = out + i * w->output[1] + columns.from;
        const size_t count = columns.to > columns.from ? columns.to - columns.from : 0;
        if (stride == 1) {
#pragma omp simd
            for (size_t j = 0; j < count; j++) to[j] += energy * from[j];
        } else {
            for (size_t j = 0; j < count; j++) to[j] += energy * from[j * stride];
        }
    }
}

static void convolve(const double *in, const ins_windows *w, const double *energy, double *out)
{
    const size_t inputs = w->input[0] * w->input[1], outputs = w->output[0] * w->output[1];
    for (size_t p = 0; p < outputs; p++) {
        for (size_t tap = 0; tap < ins_window_taps(w); tap++) {
            const size_t at = ins_window_at(w, p, tap);
            if (at == SIZE_MAX || energy[tap] == 0) continue;
            add_tap(w, tap, energy[tap], in + at * inputs, out + p * outputs);
        }
    }
}

ins_field *ins_field_convolve(const ins_field *in, const ins_windows *w, const double *energy)
{
    ins_field *out = ins_field_new(w->output[0] * w->output[1]);
    convolve(in->same, w, energy, out->same);
    convolve(in->other, w, energy, out->other);
    return out;
}

/* out (outputs) is the mean over the window of in (inputs). */
static void average_row(const double *in, const ins_windows *w, double *out)
{
    const size_t taps = ins_window_taps(w);
    for (size_t tap = 0; tap < taps; tap++) add_tap(w, tap, 1 / (double)taps, in, out);
}

/* Along both of its sides: rows first, into half (outputs, inputs). */
static void average(const double *in, const ins_windows *w, double *half, double *out)
{
    const size_t inputs = w->input[0] * w->input[1], outputs = w->output[0] * w->output[1];
    const size_t taps = ins_window_taps(w);
    memset(half, 0, outputs * inputs * sizeof *half);
    for (size_t p = 0; p < outputs; p++) {
        for (size_t tap = 0; tap < taps; tap++) {
            const double *row = in + ins_window_at(w, p, tap) * inputs;
            for (size_t i = 0; i < inputs; i++) half[p * inputs + i] += row[i] / (double)taps;
        }
        average_row(half + p * inputs, w, out + p * outputs);
    }
}

ins_field *ins_field_average(const ins_field *in, const ins_windows *w)
{
    const size_t outputs = w->output[0] * w->output[1];
    ins_field *out = ins_field_new(outputs);
    double *half = ins_reserve(outputs * in->positions, sizeof *half, "a field");
    average(in->same, w, half, out->same);
    average(in->other, w, half, out->other);
    average_row(in->mean, w, out->mean);
    free(half);
    return out;
}
