/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The CPU seconds of one 3x3 convolution, "same", of a minibatch: forward, and the gradients of W
 * and of x; the median of so many.
 *
 *     convolution EXTENT CHANNELS UNITS ROWS REPEATS */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "initscope/blas.h"

#include "../../src/nn/convolution.h"

enum { REPEATS = 1000, ALIGNMENT = 64 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Ordinary numbers in [-0.5, 0.5]. */
static real *filled(size_t count)
{
    real *x = aligned_alloc(ALIGNMENT, (count * sizeof *x / ALIGNMENT + 1) * ALIGNMENT);
    if (x == NULL) abort();
    for (size_t i = 0; i < count; i++) x[i] = (real)(i * 7919 % 1009) / 1008 - (real)0.5;
    return x;
}

static double median_of_passes(const ins_convolution *c, size_t rows, size_t repeats)
{
    static double seconds[REPEATS];
    const size_t x_count = rows * c->input[0] * c->input[1] * c->channels;
    const size_t z_count = rows * c->output[0] * c->output[1] * c->units;
    const size_t w_count = c->units * c->kernel[0] * c->kernel[1] * c->channels;
    real *x = filled(x_count), *x_delta = filled(x_count), *z = filled(z_count);
    real *delta = filled(z_count), *w = filled(w_count), *gradient = filled(w_count);
    real *scratch = filled(ins_convolution_scratch(c, rows));
    for (size_t i = 0; i <= repeats; i++) {
        const double start = seconds_now();
        ins_convolution_forward(c, rows, x, w, NULL, z, scratch);
        ins_convolution_backward_weights(c, rows, 1 / (real)rows, x, delta, gradient, scratch);
        ins_convolution_backward_data(c, rows, delta, w, x_delta, scratch);
        if (i > 0) seconds[i - 1] = seconds_now() - start; /* at first, caches are cold */
    }
    real *const all[] = {x, x_delta, z, delta, w, gradient, scratch};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]);
    qsort(seconds, repeats, sizeof *seconds, ascending);
    return (seconds[(repeats - 1) / 2] + seconds[repeats / 2]) / 2;
}

int main(int count, char **arguments)
{
    ins_error error = {0};
    long value[5] = {0};
    for (int i = 0; i < 5 && i + 1 < count; i++) value[i] = strtol(arguments[i + 1], NULL, 10);
    for (int i = 0; i < 5; i++) {
        if (value[i] > 0 && value[4] <= REPEATS) continue;
        fprintf(stderr, "convolution: wrong arguments\n");
        return 2;
    }
    if (ins_blas_start(&error) != INS_OK) {
        fprintf(stderr, "convolution: %s\n", error.line[0]);
        return 2;
    }
    ins_convolution c = {.channels = (size_t)value[1],
                         .units = (size_t)value[2],
                         .kernel = {3, 3},
                         .stride = 1,
                         .groups = 1};
    for (int axis = 0; axis < 2; axis++) {
        c.input[axis] = (size_t)value[0];
        c.output[axis] = ins_convolution_extent(true, c.input[axis], 3, 1, &c.before[axis]);
    }
    printf("%.9g\n", median_of_passes(&c, (size_t)value[3], (size_t)value[4]));
    return 0;
}
