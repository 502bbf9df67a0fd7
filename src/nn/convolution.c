/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions as matrix products of patches, in blocks that fit a cache. */
#include <config.h>

#include "convolution.h"

#include <stdint.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/carver.h"
#include "initscope/vector.h"

#include "convolution_frame.h"
#include "depthwise.h"
#include "uniform_product.h"

/* OpenBLAS multiplies without packing where m n k is at most this, and there a product is best; the
 * patches of a larger one are to fit the second cache of a core, and strips with their z nearly the
 * first. */
enum { SMALL_PRODUCT = 1000000, PATCH_BYTES = 1024 * 1024, STRIP_BYTES = 64 * 1024 };

/* Strips this long, in samples of this many positions, make products that are worth a call. */
enum { LONG_STRIP = 32, LARGE_SAMPLE = 32 };

/* Patches are copied in whole chunks: what is too much, the next run overwrites. */
enum { CHUNK = 16 };

/* A convolution as it is computed, group by group, in blocks of lines: rows of output positions.
 *
 * z is one product of the patches of a block and W; or one for every row of taps, added up, of the
 * strips that it sees: what a row of taps sees of one line of the frame is a strip, and products
 * of neighbouring lines share it. */
typedef struct task {
    const ins_convolution *of;
    bool direct;            /* x is its own patches */
    size_t channels, units; /* of a group */
    size_t patch;           /* elements of W of a unit */
    size_t products;        /* of a block: 1, or kernel[0] of strips */
    size_t row;             /* elements of a patch, or a strip, at a position */
    size_t runs, run;       /* the pieces of it that stand together in the frame */
    size_t lines, block;    /* in all samples, and at a time; of one sample, if of strips */
    size_t apart;           /* strips of every stride-th line stand together, at most so many */
    ins_frame frame;        /* for the channels of a group */
    real *patches;          /* (block, output[1], row); strips (stride, apart, output[1], row) */
    real *turned;           /* (patch, units): W or its gradient, transposed */
    real *sum;              /* the same: what is added to it, if uniform */
    real *part;             /* (block, output[1], units): z or delta of a group; NULL: it is all */
} task;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t ins_convolution_extent(bool same, size_t input, size_t kernel, size_t stride, size_t *before)
{
    *before = 0;
    if (!same) return kernel > input ? 0 : (input - kernel) / stride + 1;
    const size_t output = (input - 1) / stride + 1, needed = (output - 1) * stride + kernel;
    if (needed > input) *before = (needed - input) / 2;
    return output;
}

static bool is_depthwise(const ins_convolution *convolution)
{
    return convolution->groups > 1 && convolution->groups == convolution->channels;
}

/* --- The plan ------------------------------------------------------------------ */

static size_t ratio_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* The most lines whose product is small, with so many elements at a position. */
static size_t small_block(const task *t, size_t row)
{
    return SMALL_PRODUCT / t->units / row / t->of->output[1];
}

static void choose_products(task *t, bool strips)
{
    const ins_convolution *of = t->of;
    const size_t strip = of->kernel[1] * t->channels;
    strips = strips && !of->uniform && strip >= LONG_STRIP && small_block(t, strip) > 0 &&
             of->output[0] * of->output[1] >= LARGE_SAMPLE;
    t->products = strips ? of->kernel[0] : 1;
    t->row = strips ? strip : t->patch;
    t->runs = strips || t->frame.pitch == strip ? 1 : of->kernel[0];
    t->run = t->row / t->runs;
}

static size_t lines_within(const task *t, size_t bytes)
{
    return bytes / sizeof(real) / (t->row + t->units) / t->of->output[1];
}

/* Of strips, a sample is divided evenly; else fewer rows never need larger blocks. */
static void choose_block(task *t)
{
    const size_t height = t->of->output[0];
    size_t block = small_block(t, t->row);
    if (t->products > 1) {
        block = most(least(block, lines_within(t, STRIP_BYTES)), 1);
        t->block = ratio_up(height, ratio_up(height, block));
    } else {
        if (block == 0) block = most(lines_within(t, PATCH_BYTES), 1);
        t->block = least(block, t->lines);
    }
    t->apart = t->block + (t->of->kernel[0] - 1) / t->of->stride;
}

static void carve(task *t, ins_carver *carver)
{
    const size_t width = t->of->output[1];
    const size_t lines = t->products > 1 ? t->of->stride * t->apart : t->block;
    t->turned = ins_carve_matrix(carver, t->patch, t->units, sizeof(real));
    if (t->of->uniform) t->sum = ins_carve_matrix(carver, t->patch, t->units, sizeof(real));
    if (t->of->groups > 1)
        t->part = ins_carve_matrix(carver, t->block * width, t->units, sizeof(real));
    if (t->direct) return;
    t->patches = ins_carve_matrix(carver, lines * width, t->row, sizeof(real));
    ins_carve(carver, CHUNK, sizeof(real));
}

static task plan(const ins_convolution *of, size_t rows, bool strips, ins_carver *carver)
{
    task t = {.of = of,
              .channels = of->channels / of->groups,
              .units = of->units / of->groups,
              .lines = rows * of->output[0]};
    t.patch = of->kernel[0] * of->kernel[1] * t.channels;
    t.direct = t.patch == t.channels && of->stride == 1 && of->groups == 1;
    if (!t.direct) t.frame = ins_frame_carve(of, t.channels, 1, CHUNK, carver);
    choose_products(&t, strips);
    choose_block(&t);
    carve(&t, carver);
    return t;
}

/* The derivative of x comes from whole patches: strips would have to be added up in memory. */
static task start(const ins_convolution *convolution, size_t rows, bool strips, void *scratch)
{
    ins_carver carver = {.base = scratch};
    const task t = plan(convolution, rows, strips, &carver);
    if (!t.direct) ins_frame_clear(&t.frame);
    return t;
}

/* A network learns only after its memory is laid out whether its products have to be uniform. */
size_t ins_convolution_scratch(const ins_convolution *convolution, size_t rows)
{
    ins_convolution fast = *convolution, uniform = *convolution;
    ins_carver strips = {0}, patches = {0};
    if (is_depthwise(convolution)) return ins_depthwise_scratch(convolution);
    fast.uniform = false;
    uniform.uniform = true;
    plan(&fast, rows, true, &strips);
    plan(&uniform, rows, false, &patches);
    if (strips.overflow || patches.overflow) return SIZE_MAX;
    return most(strips.used, patches.used) / sizeof(real);
}

/* The lines of the block that begins at a line. */
static size_t block_at(const task *t, size_t line)
{
    const size_t height = t->of->output[0];
    return least(t->block, t->products > 1 ? height - line % height : t->lines - line);
}

/* --- Patches ------------------------------------------------------------------- */

/* The patches of a line, or strips, (output[1], row), from where they begin in the frame. */
INS_VECTORIZED static void gather_line(const task *t, const real *from, real *to)
{
    const size_t step = t->of->stride * t->channels, pitch = t->frame.pitch;
    for (size_t j = 0; j < t->of->output[1]; j++, from += step) {
        for (size_t u = 0; u < t->runs; u++, to += t->run) {
            for (size_t k = 0; k < t->run; k += CHUNK)
                memcpy(to + k, from + u * pitch + k, CHUNK * sizeof *to);
        }
    }
}

/* Adds the patches of a line to the frame. */
INS_VECTORIZED static void scatter_line(const task *t, const real *restrict from, real *restrict to)
{
    const size_t step = t->of->stride * t->channels, pitch = t->frame.pitch;
    for (size_t j = 0; j < t->of->output[1]; j++, to += step) {
        for (size_t u = 0; u < t->runs; u++, from += t->run) {
            real *restrict sum = to + u * pitch;
#pragma omp simd
            for (size_t k = 0; k < t->run; k++) sum[k] += from[k];
        }
    }
}

/* Where the patches of a line of the block begin, or the strips of a line of its frame: those that
 * a row of taps sees, a stride apart in the frame, are neighbours. */
static size_t patches_of(const task *t, size_t line)
{
    const size_t stride = t->of->stride;
    if (t->products > 1) line = line % stride * t->apart + line / stride;
    return line * t->of->output[1] * t->row;
}

/* The strips of all lines of the frame that a block sees, in the order that they stand in. */
static void gather_strips(const task *t, const real *frame, size_t lines)
{
    const size_t stride = t->of->stride, seen = (lines - 1) * stride + t->of->kernel[0];
    for (size_t first = 0; first < stride; first++)
        for (size_t line = first; line < seen; line += stride)
            gather_line(t, frame + line * t->frame.pitch, t->patches + patches_of(t, line));
}

/* The patches of a block; the frame holds the sample of the line before. */
static const real *gather(const task *t, size_t group, size_t first, size_t lines, const real *x)
{
    const size_t height = t->of->output[0];
    if (t->direct) return x + patches_of(t, first);
    for (size_t l = 0; l < lines; l++) {
        const size_t n = (first + l) / height, i = (first + l) % height;
        if (i == 0) ins_frame_load(&t->frame, n, group * t->channels, x);
        if (t->products == 1)
            gather_line(t, ins_frame_line(&t->frame, i), t->patches + patches_of(t, l));
    }
    if (t->products > 1) gather_strips(t, ins_frame_line(&t->frame, first % height), lines);
    return t->patches;
}

/* The sums of the patches of a block, of a sample once they are complete. */
static void scatter(const task *t, size_t group, size_t first, size_t lines, real *x)
{
    const size_t height = t->of->output[0];
    for (size_t l = 0; l < lines; l++) {
        const size_t n = (first + l) / height, i = (first + l) % height;
        if (i == 0) ins_frame_clear(&t->frame);
        scatter_line(t, t->patches + patches_of(t, l), ins_frame_line(&t->frame, i));
        if (i == height - 1) ins_frame_store(&t->frame, n, group * t->channels, x);
    }
}

/* --- Products ------------------------------------------------------------------ */

/* C (m, n) = alpha op(A) B, or added to it; by the BLAS, or so that equal units stay equal. */
static void product(const task *t, bool transpose_a, size_t m, size_t n, size_t k, real alpha,
                    const real *a, const real *b, bool add, real *c)
{
    if (!t->of->uniform) {
        ins_product(transpose_a, false, m, n, k, alpha, a, b, add ? 1 : 0, c);
        return;
    }
    ins_uniform_product(transpose_a, false, m, n, k, alpha, a, b, add ? t->sum : c);
    for (size_t i = 0; add && i < m * n; i++) c[i] += t->sum[i];
}

INS_VECTORIZED static void add_to_rows(size_t rows, size_t columns, const real *restrict b,
                                       real *restrict z)
{
    for (size_t r = 0; r < rows; r++, z += columns) {
#pragma omp simd
        for (size_t o = 0; o < columns; o++) z[o] += b[o];
    }
}

/* delta (lines, output[1], units) of a group. */
static const real *delta_of(const task *t, size_t group, size_t first, size_t lines,
                            const real *delta)
{
    const size_t width = t->of->output[1], units = t->of->units;
    delta += first * width * units + group * t->units;
    if (t->part == NULL) return delta;
    ins_copy_columns(lines * width, t->units, delta, units, t->part, t->units);
    return t->part;
}

/* w, b and gradient, here and below, are those of the group. */
static void group_forward(const task *t, size_t group, const real *x, const real *w, const real *b,
                          real *z)
{
    const size_t width = t->of->output[1], units = t->of->units;
    ins_transpose(t->units, t->patch, w, t->turned);
    z += group * t->units;
    for (size_t l = 0, lines; l < t->lines; l += lines, z += lines * width * units) {
        lines = block_at(t, l);
        const real *patches = gather(t, group, l, lines, x);
        real *own = t->part != NULL ? t->part : z;
        for (size_t u = 0; u < t->products; u++)
            product(t, false, lines * width, t->units, t->row, 1, patches + patches_of(t, u),
                    t->turned + u * t->row * t->units, u > 0, own);
        if (b != NULL) add_to_rows(lines * width, t->units, b, own);
        if (own != z) ins_copy_columns(lines * width, t->units, own, t->units, z, units);
    }
}

static void group_backward_weights(const task *t, size_t group, real share, const real *x,
                                   const real *delta, real *gradient)
{
    for (size_t l = 0, lines; l < t->lines; l += lines) {
        lines = block_at(t, l);
        const real *patches = gather(t, group, l, lines, x);
        const real *own = delta_of(t, group, l, lines, delta);
        for (size_t u = 0; u < t->products; u++)
            product(t, true, t->row, t->units, lines * t->of->output[1], share,
                    patches + patches_of(t, u), own, l > 0, t->turned + u * t->row * t->units);
    }
    ins_transpose(t->patch, t->units, t->turned, gradient);
}

static void group_backward_data(const task *t, size_t group, const real *delta, const real *w,
                                real *x_delta)
{
    for (size_t l = 0, lines; l < t->lines; l += lines) {
        lines = block_at(t, l);
        product(t, false, lines * t->of->output[1], t->patch, t->units, 1,
                delta_of(t, group, l, lines, delta), w, false,
                t->direct ? x_delta + patches_of(t, l) : t->patches);
        if (!t->direct) scatter(t, group, l, lines, x_delta);
    }
}

void ins_convolution_forward(const ins_convolution *convolution, size_t rows, const real *x,
                             const real *w, const real *b, real *z, real *scratch)
{
    if (is_depthwise(convolution)) {
        ins_depthwise_forward(convolution, rows, x, w, b, z, scratch);
        return;
    }
    const task t = start(convolution, rows, true, scratch);
    for (size_t g = 0; g < convolution->groups; g++)
        group_forward(&t, g, x, w + g * t.units * t.patch, b != NULL ? b + g * t.units : NULL, z);
}

void ins_convolution_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                      const real *x, const real *delta, real *gradient,
                                      real *scratch)
{
    if (is_depthwise(convolution)) {
        ins_depthwise_backward_weights(convolution, rows, share, x, delta, gradient, scratch);
        return;
    }
    const task t = start(convolution, rows, true, scratch);
    for (size_t g = 0; g < convolution->groups; g++)
        group_backward_weights(&t, g, share, x, delta, gradient + g * t.units * t.patch);
}

void ins_convolution_backward_data(const ins_convolution *convolution, size_t rows,
                                   const real *delta, const real *w, real *x_delta, real *scratch)
{
    if (is_depthwise(convolution)) {
        ins_depthwise_backward_data(convolution, rows, delta, w, x_delta, scratch);
        return;
    }
    const task t = start(convolution, rows, false, scratch);
    for (size_t g = 0; g < convolution->groups; g++)
        group_backward_data(&t, g, delta, w + g * t.units * t.patch, x_delta);
}
