/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A pair of lines of z sees four lines d of the frame and three rows g of taps:
 *
 *     z0 = m0 + m1 + m2,  z1 = m1 - m2 - m3,  with the products of strips
 *     m0 = (d0 - d2) g0,                m1 = (d1 + d2) (g0 + g1 + g2) / 2,
 *     m2 = (d2 - d1) (g0 - g1 + g2) / 2,  m3 = (d1 - d3) g2.
 *
 * The derivatives are these linear maps transposed, in the reverse order. What a row of taps sees
 * of a line at a position is a strip; those of a block of pairs stand together for each product. */
#include <config.h>

#include "winograd.h"

#include <stdint.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/carver.h"
#include "initscope/vector.h"

#include "convolution_frame.h"

/* OpenBLAS multiplies without packing where m n k is at most this, and there a product is best; its
 * strips and results are nearly to fit the first cache of a core. */
enum { SMALL_PRODUCT = 1000000, BLOCK_BYTES = 64 * 1024 };

/* Below these, sums of lines cost more than they save; taps are those of a product. */
enum { LEAST_STRIP = 32, LEAST_UNITS = 16, LEAST_TAPS = 48 * 16, LEAST_POSITIONS = 32 };

/* Strips are copied in whole chunks: what is too much, the next one overwrites. */
enum { CHUNK = 16 };

enum { TAP_ROWS = 3, PRODUCTS = 4 };

typedef struct task {
    ins_convolution of;  /* of an even number of lines: the last one may be nobody's */
    size_t lines, width; /* of z */
    size_t strip;        /* elements at a position */
    size_t pairs, block; /* of lines in a sample, and at a time */
    ins_frame frame;
    real *line;           /* (frame.pitch): a sum of two lines of the frame */
    real *strips;         /* (block, width, strip) */
    real *part[PRODUCTS]; /* (block, width, units): of z, or of delta */
    real *taps[PRODUCTS]; /* (strip, units), or transposed; W or its gradient */
} task;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t ratio_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

bool ins_winograd_pays(const ins_convolution *of)
{
    const size_t strip = of->kernel[1] * of->channels;
    return of->kernel[0] == TAP_ROWS && of->stride == 1 && of->groups == 1 && !of->uniform &&
           of->output[0] > 1 && of->output[0] * of->output[1] >= LEAST_POSITIONS &&
           strip >= LEAST_STRIP && of->units >= LEAST_UNITS && strip * of->units >= LEAST_TAPS;
}

/* Pairs of a block: a sample is divided evenly. */
static size_t block_of(const task *t)
{
    const size_t small = SMALL_PRODUCT / t->of.units / t->strip / t->width;
    const size_t near = BLOCK_BYTES / sizeof(real) / (t->strip + t->of.units) / t->width;
    const size_t most = least(small, near);
    return ratio_up(t->pairs, ratio_up(t->pairs, most > 0 ? most : 1));
}

static void plan(const ins_convolution *of, ins_carver *carver, task *t)
{
    const size_t units = of->units;
    *t = (task){.of = *of,
                .lines = of->output[0],
                .width = of->output[1],
                .strip = of->kernel[1] * of->channels,
                .pairs = ratio_up(of->output[0], 2)};
    t->of.output[0] = 2 * t->pairs;
    t->block = block_of(t);
    t->frame = ins_frame_carve(&t->of, of->channels, 1, 0, carver);
    t->line = ins_carve(carver, t->frame.pitch, sizeof(real));
    ins_carve(carver, CHUNK, sizeof(real));
    t->strips = ins_carve_matrix(carver, t->block * t->width, t->strip, sizeof(real));
    ins_carve(carver, CHUNK, sizeof(real));
    for (size_t p = 0; p < PRODUCTS; p++) {
        t->part[p] = ins_carve_matrix(carver, t->block * t->width, units, sizeof(real));
        t->taps[p] = ins_carve_matrix(carver, t->strip, units, sizeof(real));
    }
}

size_t ins_winograd_scratch(const ins_convolution *convolution)
{
    ins_carver carver = {0};
    task t;
    plan(convolution, &carver, &t);
    return carver.overflow ? SIZE_MAX : carver.used / sizeof(real);
}

static void start(const ins_convolution *convolution, real *scratch, task *t)
{
    ins_carver carver = {.base = (char *)scratch};
    plan(convolution, &carver, t);
    ins_frame_clear(&t->frame);
}

static size_t block_at(const task *t, size_t pair)
{
    return least(t->block, t->pairs - pair);
}

/* --- Lines --------------------------------------------------------------------- */

/* Of a product: two of the four lines, and the sign of the second. */
static const struct sum {
    size_t first, second;
    real sign;
} sums[PRODUCTS] = {{0, 2, -1}, {1, 2, 1}, {2, 1, -1}, {1, 3, -1}};

/* The strips of the sum of two lines. */
INS_VECTORIZED static void gather_line(const task *t, const real *restrict first,
                                       const real *restrict second, real sign, real *restrict to)
{
    real *restrict line = t->line;
#pragma omp simd
    for (size_t i = 0; i < t->frame.pitch; i++) line[i] = first[i] + sign * second[i];
    for (size_t j = 0; j < t->width; j++, line += t->of.channels, to += t->strip)
        for (size_t k = 0; k < t->strip; k += CHUNK) memcpy(to + k, line + k, CHUNK * sizeof *to);
}

/* Adds strips to a sum of two lines, and so to both. */
INS_VECTORIZED static void scatter_line(const task *t, const real *restrict from, real sign,
                                        real *restrict first, real *restrict second)
{
    real *restrict line = t->line;
    memset(line, 0, t->frame.pitch * sizeof *line);
    for (size_t j = 0; j < t->width; j++, from += t->strip) {
        real *restrict sum = line + j * t->of.channels;
#pragma omp simd
        for (size_t k = 0; k < t->strip; k++) sum[k] += from[k];
    }
#pragma omp simd
    for (size_t i = 0; i < t->frame.pitch; i++) {
        first[i] += line[i];
        second[i] += sign * line[i];
    }
}

static real *frame_line(const task *t, size_t pair, size_t line)
{
    return ins_frame_line(&t->frame, 2 * pair) + line * t->frame.pitch;
}

static void gather(const task *t, size_t product, size_t pair, size_t pairs)
{
    const struct sum s = sums[product];
    for (size_t q = 0; q < pairs; q++)
        gather_line(t, frame_line(t, pair + q, s.first), frame_line(t, pair + q, s.second), s.sign,
                    t->strips + q * t->width * t->strip);
}

static void scatter(const task *t, size_t product, size_t pair, size_t pairs)
{
    const struct sum s = sums[product];
    for (size_t q = 0; q < pairs; q++)
        scatter_line(t, t->strips + q * t->width * t->strip, s.sign,
                     frame_line(t, pair + q, s.first), frame_line(t, pair + q, s.second));
}

/* A pair of lines of z from its products; z1 is NULL where it is nobody's, b where there is none.
 */
INS_VECTORIZED static void join_pair(const task *t, size_t from, const real *b, real *restrict z0,
                                     real *restrict z1)
{
    const size_t units = t->of.units;
    for (size_t j = 0; j < t->width; j++, from += units) {
        const real *restrict m0 = t->part[0] + from, *restrict m1 = t->part[1] + from;
        const real *restrict m2 = t->part[2] + from, *restrict m3 = t->part[3] + from;
#pragma omp simd
        for (size_t o = 0; o < units; o++) z0[j * units + o] = m0[o] + m1[o] + m2[o];
        for (size_t o = 0; b != NULL && o < units; o++) z0[j * units + o] += b[o];
        if (z1 == NULL) continue;
#pragma omp simd
        for (size_t o = 0; o < units; o++) z1[j * units + o] = m1[o] - m2[o] - m3[o];
        for (size_t o = 0; b != NULL && o < units; o++) z1[j * units + o] += b[o];
    }
}

/* The reverse: a pair of lines of delta into what each product has of them. */
INS_VECTORIZED static void part_pair(const task *t, size_t to, const real *restrict d0,
                                     const real *restrict d1)
{
    const size_t count = t->width * t->of.units;
    real *restrict m0 = t->part[0] + to, *restrict m1 = t->part[1] + to;
    real *restrict m2 = t->part[2] + to, *restrict m3 = t->part[3] + to;
    if (d1 == NULL) {
        memcpy(m0, d0, count * sizeof *m0);
        memcpy(m1, d0, count * sizeof *m1);
        memcpy(m2, d0, count * sizeof *m2);
        memset(m3, 0, count * sizeof *m3);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        m0[i] = d0[i];
        m1[i] = d0[i] + d1[i];
        m2[i] = d0[i] - d1[i];
        m3[i] = -d1[i];
    }
}

/* Where a pair of lines begins in z, or delta, of sample n. */
static size_t place(const task *t, size_t n, size_t pair)
{
    return (n * t->lines + 2 * pair) * t->width * t->of.units;
}

static bool has_second(const task *t, size_t pair)
{
    return 2 * pair + 1 < t->lines;
}

static void join(const task *t, size_t n, size_t pair, size_t pairs, const real *b, real *z)
{
    const size_t line = t->width * t->of.units;
    for (size_t q = 0; q < pairs; q++) {
        real *own = z + place(t, n, pair + q);
        join_pair(t, q * line, b, own, has_second(t, pair + q) ? own + line : NULL);
    }
}

static void part(const task *t, size_t n, size_t pair, size_t pairs, const real *delta)
{
    const size_t line = t->width * t->of.units;
    for (size_t q = 0; q < pairs; q++) {
        const real *own = delta + place(t, n, pair + q);
        part_pair(t, q * line, own, has_second(t, pair + q) ? own + line : NULL);
    }
}

/* --- Taps ---------------------------------------------------------------------- */

/* W (units, 3, strip) as the products take it, (units, strip), or (strip, units) if turned. */
static void load_taps(const task *t, const real *w, bool turned)
{
    const size_t units = t->of.units, strip = t->strip;
    for (size_t o = 0; o < units; o++, w += TAP_ROWS * strip)
        for (size_t k = 0; k < strip; k++) {
            const real g0 = w[k], g1 = w[strip + k], g2 = w[2 * strip + k];
            const size_t to = turned ? k * units + o : o * strip + k;
            t->taps[0][to] = g0;
            t->taps[1][to] = (g0 + g2 + g1) / 2;
            t->taps[2][to] = (g0 + g2 - g1) / 2;
            t->taps[3][to] = g2;
        }
}

/* The gradient of W (units, 3, strip) from those of the products (strip, units). */
static void store_gradient(const task *t, real *gradient)
{
    const size_t units = t->of.units, strip = t->strip;
    for (size_t o = 0; o < units; o++, gradient += TAP_ROWS * strip)
        for (size_t k = 0; k < strip; k++) {
            const size_t from = k * units + o;
            const real m1 = t->taps[1][from], m2 = t->taps[2][from];
            gradient[k] = t->taps[0][from] + (m1 + m2) / 2;
            gradient[strip + k] = (m1 - m2) / 2;
            gradient[2 * strip + k] = (m1 + m2) / 2 + t->taps[3][from];
        }
}

/* --- Passes -------------------------------------------------------------------- */

void ins_winograd_forward(const ins_convolution *convolution, size_t rows, const real *x,
                          const real *w, const real *b, real *z, real *scratch)
{
    task t;
    start(convolution, scratch, &t);
    load_taps(&t, w, true);
    for (size_t n = 0; n < rows; n++) {
        ins_frame_load(&t.frame, n, 0, x);
        for (size_t q = 0, pairs; q < t.pairs; q += pairs) {
            pairs = block_at(&t, q);
            for (size_t p = 0; p < PRODUCTS; p++) {
                gather(&t, p, q, pairs);
                ins_product(false, false, pairs * t.width, t.of.units, t.strip, 1, t.strips,
                            t.taps[p], 0, t.part[p]);
            }
            join(&t, n, q, pairs, b, z);
        }
    }
}

void ins_winograd_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                   const real *x, const real *delta, real *gradient, real *scratch)
{
    task t;
    start(convolution, scratch, &t);
    for (size_t n = 0; n < rows; n++) {
        ins_frame_load(&t.frame, n, 0, x);
        for (size_t q = 0, pairs; q < t.pairs; q += pairs) {
            pairs = block_at(&t, q);
            part(&t, n, q, pairs, delta);
            for (size_t p = 0; p < PRODUCTS; p++) {
                gather(&t, p, q, pairs);
                ins_product(true, false, t.strip, t.of.units, pairs * t.width, share, t.strips,
                            t.part[p], n + q > 0, t.taps[p]);
            }
        }
    }
    store_gradient(&t, gradient);
}

void ins_winograd_backward_data(const ins_convolution *convolution, size_t rows, const real *delta,
                                const real *w, real *x_delta, real *scratch)
{
    task t;
    start(convolution, scratch, &t);
    load_taps(&t, w, false);
    for (size_t n = 0; n < rows; n++) {
        ins_frame_clear(&t.frame);
        for (size_t q = 0, pairs; q < t.pairs; q += pairs) {
            pairs = block_at(&t, q);
            part(&t, n, q, pairs, delta);
            for (size_t p = 0; p < PRODUCTS; p++) {
                ins_product(false, false, pairs * t.width, t.strip, t.of.units, 1, t.part[p],
                            t.taps[p], 0, t.strips);
                scatter(&t, p, q, pairs);
            }
        }
        ins_frame_store(&t.frame, n, 0, x_delta);
    }
}
