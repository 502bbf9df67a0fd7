/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops over units, which are neighbours in memory: in the frame every channel is repeated for all
 * its units, and W is transposed. */
#include <config.h>

#include "depthwise.h"

#include <stdint.h>
#include <string.h>

#include "initscope/carver.h"
#include "initscope/vector.h"

#include "convolution_frame.h"

/* Units that are summed at a time. Sums are the same however many these are, and the compiler keeps
 * them in registers where the number is a constant. */
enum { UNITS = 32 };

typedef struct task {
    const ins_convolution *of;
    ins_frame frame; /* of as many channels as units */
    size_t units, taps;
    size_t step; /* in the frame, from position to position */
    real *w;     /* (taps, units): W or its gradient, transposed */
} task;

static task plan(const ins_convolution *of, ins_carver *carver)
{
    const size_t taps = of->kernel[0] * of->kernel[1];
    return (task){.of = of,
                  .frame = ins_frame_carve(of, of->units, of->units / of->channels, 0, carver),
                  .units = of->units,
                  .taps = taps,
                  .step = of->stride * of->units,
                  .w = ins_carve_matrix(carver, taps, of->units, sizeof(real))};
}

size_t ins_depthwise_scratch(const ins_convolution *convolution)
{
    ins_carver carver = {0};
    plan(convolution, &carver);
    return carver.overflow ? SIZE_MAX : carver.used / sizeof(real);
}

static task start(const ins_convolution *convolution, void *scratch)
{
    ins_carver carver = {.base = scratch};
    const task t = plan(convolution, &carver);
    ins_frame_clear(&t.frame);
    return t;
}

/* z of some units at the position whose taps begin at x. */
INS_VECTORIZED_PART void sum_taps(const task *t, size_t units, const real *restrict x,
                                  const real *restrict w, const real *restrict b, real *restrict z)
{
    real sum[UNITS] = {0};
    for (size_t o = 0; b != NULL && o < units; o++) sum[o] = b[o];
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame.pitch) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, w += t->units) {
#pragma omp simd
            for (size_t o = 0; o < units; o++) sum[o] += x[v * t->units + o] * w[o];
        }
    }
#pragma omp simd
    for (size_t o = 0; o < units; o++) z[o] = sum[o];
}

INS_VECTORIZED static void line_forward(const task *t, const real *x, const real *b, real *z)
{
    for (size_t j = 0; j < t->of->output[1]; j++, x += t->step, z += t->units) {
        size_t o = 0;
        for (; o + UNITS <= t->units; o += UNITS)
            sum_taps(t, UNITS, x + o, t->w + o, b != NULL ? b + o : NULL, z + o);
        if (o < t->units)
            sum_taps(t, t->units - o, x + o, t->w + o, b != NULL ? b + o : NULL, z + o);
    }
}

/* The sum of delta x over a line, for some units of the tap that begins at x. */
INS_VECTORIZED_PART void sum_line(const task *t, size_t units, const real *restrict x,
                                  const real *restrict delta, real *restrict gradient)
{
    real sum[UNITS] = {0};
    for (size_t j = 0; j < t->of->output[1]; j++, x += t->step, delta += t->units) {
#pragma omp simd
        for (size_t o = 0; o < units; o++) sum[o] += delta[o] * x[o];
    }
#pragma omp simd
    for (size_t o = 0; o < units; o++) gradient[o] += sum[o];
}

INS_VECTORIZED static void line_weights(const task *t, const real *x, const real *delta)
{
    real *gradient = t->w;
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame.pitch) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, gradient += t->units) {
            const real *seen = x + v * t->units;
            size_t o = 0;
            for (; o + UNITS <= t->units; o += UNITS)
                sum_line(t, UNITS, seen + o, delta + o, gradient + o);
            if (o < t->units) sum_line(t, t->units - o, seen + o, delta + o, gradient + o);
        }
    }
}

/* Adds delta w of a line to the frame, for some units of the tap that begins at x. */
INS_VECTORIZED_PART void add_line(const task *t, size_t units, const real *restrict w,
                                  const real *restrict delta, real *restrict x)
{
    for (size_t j = 0; j < t->of->output[1]; j++, x += t->step, delta += t->units) {
#pragma omp simd
        for (size_t o = 0; o < units; o++) x[o] += delta[o] * w[o];
    }
}

INS_VECTORIZED static void line_data(const task *t, const real *delta, real *x)
{
    const real *w = t->w;
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame.pitch) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, w += t->units) {
            real *seen = x + v * t->units;
            size_t o = 0;
            for (; o + UNITS <= t->units; o += UNITS)
                add_line(t, UNITS, w + o, delta + o, seen + o);
            if (o < t->units) add_line(t, t->units - o, w + o, delta + o, seen + o);
        }
    }
}

void ins_depthwise_forward(const ins_convolution *convolution, size_t rows, const real *x,
                           const real *w, const real *b, real *z, real *scratch)
{
    const task t = start(convolution, scratch);
    ins_transpose(t.units, t.taps, w, t.w);
    for (size_t n = 0; n < rows; n++) {
        ins_frame_load(&t.frame, n, 0, x);
        for (size_t i = 0; i < t.of->output[0]; i++, z += t.of->output[1] * t.units)
            line_forward(&t, ins_frame_line(&t.frame, i), b, z);
    }
}

void ins_depthwise_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                    const real *x, const real *delta, real *gradient, real *scratch)
{
    const task t = start(convolution, scratch);
    memset(t.w, 0, t.taps * t.units * sizeof *t.w);
    for (size_t n = 0; n < rows; n++) {
        ins_frame_load(&t.frame, n, 0, x);
        for (size_t i = 0; i < t.of->output[0]; i++, delta += t.of->output[1] * t.units)
            line_weights(&t, ins_frame_line(&t.frame, i), delta);
    }
    ins_transpose(t.taps, t.units, t.w, gradient);
    for (size_t i = 0; i < t.taps * t.units; i++) gradient[i] *= share;
}

void ins_depthwise_backward_data(const ins_convolution *convolution, size_t rows, const real *delta,
                                 const real *w, real *x_delta, real *scratch)
{
    const task t = start(convolution, scratch);
    ins_transpose(t.units, t.taps, w, t.w);
    for (size_t n = 0; n < rows; n++) {
        if (n > 0) ins_frame_clear(&t.frame);
        for (size_t i = 0; i < t.of->output[0]; i++, delta += t.of->output[1] * t.units)
            line_data(&t, delta, ins_frame_line(&t.frame, i));
        ins_frame_store(&t.frame, n, 0, x_delta);
    }
}
