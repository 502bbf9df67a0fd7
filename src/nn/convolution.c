/* Convolutions as products of patches, in blocks that fit a cache; depthwise ones, whose products
 * would have a single column, as loops over channels. Either way a sample is copied into a frame of
 * zeros first, so that nothing else has to know of borders. */
#include <config.h>

#include "convolution.h"

#include <stdint.h>
#include <string.h>

#include "initscope/blas.h"
#include "initscope/carver.h"
#include "initscope/vector.h"

#include "uniform_product.h"

/* OpenBLAS multiplies without packing where m n k is at most this; the patches of larger products
 * should not fill the second cache of a core. */
enum { SMALL_PRODUCT = 1000000, PATCH_BYTES = 512 * 1024 };

/* Patches are copied in whole chunks: what is too much, the next run overwrites. Channels of
 * depthwise convolutions are summed by two. */
enum { CHUNK = 16, CHANNELS = 2 * CHUNK };

/* A convolution as it is computed, group by group. A line is a row of output positions, (n, i). */
typedef struct task {
    const ins_convolution *of;
    bool depthwise, direct; /* direct: x is its own patches */
    size_t channels, units; /* of a group */
    size_t frame[2];        /* extent of a padded sample */
    size_t runs, run;       /* a patch is so many rows of taps that stand together in the frame */
    size_t patch;           /* elements */
    size_t lines, block;    /* in all rows, and at a time */
    real *padded;           /* (frame[0], frame[1], channels) */
    real *patches;          /* (block * output[1], patch) */
    real *turned;           /* (patch, units): W transposed; or a part of its gradient */
    real *part;             /* (block * output[1], units): z or delta of one of several groups */
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

/* --- The plan ---------------------------------------------------------------- */

static size_t lines_of_block(const task *t)
{
    const size_t positions = t->of->output[1];
    size_t lines = SMALL_PRODUCT / t->patch / t->units / positions;
    if (lines == 0) lines = PATCH_BYTES / sizeof(real) / t->patch / positions;
    return least(most(lines, 1), t->lines);
}

static void carve(task *t, ins_carver *carver)
{
    const size_t positions = t->block * t->of->output[1];
    if (!t->direct) {
        t->padded = ins_carve_matrix(carver, t->frame[0] * t->frame[1], t->channels, sizeof(real));
        ins_carve(carver, CHUNK, sizeof(real)); /* is read by the last run */
    }
    t->turned = ins_carve_matrix(carver, t->patch, t->units, sizeof(real));
    if (t->depthwise) return;
    if (t->of->groups > 1) t->part = ins_carve_matrix(carver, positions, t->units, sizeof(real));
    if (!t->direct) {
        t->patches = ins_carve_matrix(carver, positions, t->patch, sizeof(real));
        ins_carve(carver, CHUNK, sizeof(real)); /* is written by the last run */
    }
}

/* Depthwise, each channel is repeated for all its units, and all groups are one. */
static task plan(const ins_convolution *c, size_t rows, ins_carver *carver)
{
    task t = {.of = c, .depthwise = c->groups > 1 && c->groups == c->channels};
    const size_t taps = c->kernel[0] * c->kernel[1];
    t.units = t.depthwise ? c->units : c->units / c->groups;
    t.channels = t.depthwise ? c->units : c->channels / c->groups;
    t.direct =
        taps == 1 && c->groups == 1 && c->input[0] == c->output[0] && c->input[1] == c->output[1];
    for (int axis = 0; axis < 2; axis++)
        t.frame[axis] = most(c->before[axis] + c->input[axis],
                             (c->output[axis] - 1) * c->stride + c->kernel[axis]);
    t.runs = t.frame[1] == c->kernel[1] ? 1 : c->kernel[0];
    t.patch = t.depthwise ? taps : taps * t.channels;
    t.run = t.patch / t.runs;
    t.lines = rows * c->output[0];
    t.block = lines_of_block(&t);
    carve(&t, carver);
    return t;
}

size_t ins_convolution_scratch(const ins_convolution *convolution, size_t rows)
{
    ins_carver carver = {0};
    plan(convolution, rows, &carver);
    return carver.overflow ? SIZE_MAX : carver.used / sizeof(real);
}

static task start(const ins_convolution *convolution, size_t rows, real *scratch)
{
    ins_carver carver = {.base = (char *)scratch};
    return plan(convolution, rows, &carver);
}

/* --- Samples and frames ------------------------------------------------------- */

/* A matrix of columns that are a part of those of from and to, which have so many. */
static void copy_columns(size_t rows, size_t columns, const real *from, size_t from_columns,
                         real *to, size_t to_columns)
{
    if (columns == from_columns && columns == to_columns) {
        memcpy(to, from, rows * columns * sizeof *to);
        return;
    }
    for (size_t r = 0; r < rows; r++)
        memcpy(to + r * to_columns, from + r * from_columns, columns * sizeof *to);
}

static void clear(const task *t)
{
    memset(t->padded, 0, t->frame[0] * t->frame[1] * t->channels * sizeof(real));
}

/* Where line a of a sample stands in the frame. */
static real *framed(const task *t, size_t a)
{
    return t->padded + ((a + t->of->before[0]) * t->frame[1] + t->of->before[1]) * t->channels;
}

/* The channels of a group, of a sample into the frame, and from there back. */
static void pad(const task *t, size_t group, const real *x)
{
    const size_t width = t->of->input[1], channels = t->of->channels;
    x += group * t->channels;
    for (size_t a = 0; a < t->of->input[0]; a++)
        copy_columns(width, t->channels, x + a * width * channels, channels, framed(t, a),
                     t->channels);
}

static void unpad(const task *t, size_t group, real *x)
{
    const size_t width = t->of->input[1], channels = t->of->channels;
    x += group * t->channels;
    for (size_t a = 0; a < t->of->input[0]; a++)
        copy_columns(width, t->channels, framed(t, a), t->channels, x + a * width * channels,
                     channels);
}

/* --- Patches ------------------------------------------------------------------ */

/* The patches of a line, (output[1], patch), from where it begins in the frame. */
INS_VECTORIZED static void gather_line(const task *t, const real *from, real *to)
{
    const size_t step = t->of->stride * t->channels, pitch = t->frame[1] * t->channels;
    for (size_t j = 0; j < t->of->output[1]; j++, from += step) {
        for (size_t u = 0; u < t->runs; u++, to += t->run) {
            for (size_t k = 0; k < t->run; k += CHUNK)
                memcpy(to + k, from + u * pitch + k, CHUNK * sizeof *to);
        }
    }
}

/* The sum of patches back. */
INS_VECTORIZED static void scatter_line(const task *t, const real *restrict from, real *restrict to)
{
    const size_t step = t->of->stride * t->channels, pitch = t->frame[1] * t->channels;
    for (size_t j = 0; j < t->of->output[1]; j++, to += step) {
        for (size_t u = 0; u < t->runs; u++, from += t->run) {
            real *restrict sum = to + u * pitch;
#pragma omp simd
            for (size_t k = 0; k < t->run; k++) sum[k] += from[k];
        }
    }
}

static real *line_in_frame(const task *t, size_t i)
{
    return t->padded + i * t->of->stride * t->frame[1] * t->channels;
}

/* The patches of a block of lines; the frame holds the sample of the line before. */
static const real *gather(const task *t, size_t group, size_t first, size_t lines, const real *x)
{
    const size_t sample = t->of->input[0] * t->of->input[1] * t->of->channels;
    const size_t height = t->of->output[0], size = t->of->output[1] * t->patch;
    if (t->direct) return x + first * size;
    for (size_t l = first; l < first + lines; l++) {
        if (l % height == 0) pad(t, group, x + l / height * sample);
        gather_line(t, line_in_frame(t, l % height), t->patches + (l - first) * size);
    }
    return t->patches;
}

static void scatter(const task *t, size_t group, size_t first, size_t lines, real *x)
{
    const size_t sample = t->of->input[0] * t->of->input[1] * t->of->channels;
    const size_t height = t->of->output[0], size = t->of->output[1] * t->patch;
    for (size_t l = first; l < first + lines; l++) {
        if (l % height == 0) clear(t);
        scatter_line(t, t->patches + (l - first) * size, line_in_frame(t, l % height));
        if (l % height == height - 1) unpad(t, group, x + l / height * sample);
    }
}

/* --- Products ----------------------------------------------------------------- */

/* to (columns, rows) */
static void turn(size_t rows, size_t columns, const real *from, real *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < columns; k++) to[k * rows + r] = from[r * columns + k];
}

/* C = A B by the BLAS, or so that equal units stay equal. */
static void product(const task *t, size_t m, size_t n, size_t k, const real *a, const real *b,
                    real *c)
{
    if (t->of->uniform)
        ins_uniform_product(false, false, m, n, k, 1, a, b, c);
    else
        ins_product(false, false, m, n, k, 1, a, b, 0, c);
}

/* C (m, n) = alpha A' B, added to what is there unless it is the first. */
static void add_product(const task *t, size_t m, size_t n, size_t k, real alpha, const real *a,
                        const real *b, bool first, real *c)
{
    if (!t->of->uniform) {
        ins_product(true, false, m, n, k, alpha, a, b, first ? 0 : 1, c);
        return;
    }
    ins_uniform_product(true, false, m, n, k, alpha, a, b, first ? c : t->turned);
    for (size_t i = 0; !first && i < m * n; i++) c[i] += t->turned[i];
}

INS_VECTORIZED static void add_to_rows(size_t rows, size_t columns, const real *restrict b,
                                       real *restrict z)
{
    for (size_t r = 0; r < rows; r++, z += columns) {
#pragma omp simd
        for (size_t o = 0; o < columns; o++) z[o] += b[o];
    }
}

/* delta (lines * output[1], units) of a group. */
static const real *delta_of(const task *t, size_t group, size_t first, size_t lines,
                            const real *delta)
{
    const size_t width = t->of->output[1], units = t->of->units;
    delta += first * width * units + group * t->units;
    if (t->of->groups == 1) return delta;
    copy_columns(lines * width, t->units, delta, units, t->part, t->units);
    return t->part;
}

static void group_forward(const task *t, size_t group, const real *x, const real *w, const real *b,
                          real *z)
{
    const size_t width = t->of->output[1], units = t->of->units, several = t->of->groups > 1;
    turn(t->units, t->patch, w + group * t->units * t->patch, t->turned);
    z += group * t->units;
    for (size_t l = 0, lines; l < t->lines; l += lines, z += lines * width * units) {
        lines = least(t->block, t->lines - l);
        real *own = several ? t->part : z;
        product(t, lines * width, t->units, t->patch, gather(t, group, l, lines, x), t->turned,
                own);
        if (b != NULL) add_to_rows(lines * width, t->units, b + group * t->units, own);
        if (several) copy_columns(lines * width, t->units, own, t->units, z, units);
    }
}

static void group_backward_weights(const task *t, size_t group, real share, const real *x,
                                   const real *delta, real *gradient)
{
    gradient += group * t->units * t->patch;
    for (size_t l = 0, lines; l < t->lines; l += lines) {
        lines = least(t->block, t->lines - l);
        add_product(t, t->units, t->patch, lines * t->of->output[1], share,
                    delta_of(t, group, l, lines, delta), gather(t, group, l, lines, x), l == 0,
                    gradient);
    }
}

static void group_backward_data(const task *t, size_t group, const real *delta, const real *w,
                                real *x_delta)
{
    const size_t width = t->of->output[1];
    w += group * t->units * t->patch;
    for (size_t l = 0, lines; l < t->lines; l += lines) {
        lines = least(t->block, t->lines - l);
        product(t, lines * width, t->patch, t->units, delta_of(t, group, l, lines, delta), w,
                t->direct ? x_delta + l * width * t->patch : t->patches);
        if (!t->direct) scatter(t, group, l, lines, x_delta);
    }
}

/* --- Depthwise ---------------------------------------------------------------- */

/* A sample into the frame, each channel as often as it has units; and the sums of these back. */
INS_VECTORIZED static void pad_repeated(const task *t, const real *x)
{
    const size_t width = t->of->input[1], channels = t->of->channels, each = t->units / channels;
    for (size_t a = 0; a < t->of->input[0]; a++) {
        const real *from = x + a * width * channels;
        real *to = framed(t, a);
        for (size_t i = 0; i < width * channels; i++)
            for (size_t k = 0; k < each; k++) to[i * each + k] = from[i];
    }
}

INS_VECTORIZED static void unpad_repeated(const task *t, real *x)
{
    const size_t width = t->of->input[1], channels = t->of->channels, each = t->units / channels;
    for (size_t a = 0; a < t->of->input[0]; a++) {
        const real *from = framed(t, a);
        real *to = x + a * width * channels;
        for (size_t i = 0; i < width * channels; i++) {
            to[i] = from[i * each];
            for (size_t k = 1; k < each; k++) to[i] += from[i * each + k];
        }
    }
}

/* z (units) at one position for up to CHANNELS units; x is where its patch begins in the frame. */
INS_VECTORIZED_PART void sum_taps(const task *t, size_t units, const real *restrict x,
                                  const real *restrict w, const real *restrict b, real *restrict z)
{
    real sum[CHANNELS] = {0};
    for (size_t k = 0; b != NULL && k < units; k++) sum[k] = b[k];
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame[1] * t->units) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, w += t->units) {
#pragma omp simd
            for (size_t k = 0; k < units; k++) sum[k] += x[v * t->units + k] * w[k];
        }
    }
#pragma omp simd
    for (size_t k = 0; k < units; k++) z[k] = sum[k];
}

INS_VECTORIZED static void depthwise_line(const task *t, const real *x, const real *b, real *z)
{
    for (size_t j = 0; j < t->of->output[1]; j++, x += t->of->stride * t->units, z += t->units) {
        size_t o = 0;
        for (; o + CHANNELS <= t->units; o += CHANNELS)
            sum_taps(t, CHANNELS, x + o, t->turned + o, b ? b + o : NULL, z + o);
        if (o < t->units) sum_taps(t, t->units - o, x + o, t->turned + o, b ? b + o : NULL, z + o);
    }
}

/* The sum over a line of delta x for one tap and up to CHANNELS units; x is where the tap first
 * falls on the frame. */
INS_VECTORIZED_PART void sum_line(const task *t, size_t units, const real *restrict x,
                                  const real *restrict delta, real *restrict gradient)
{
    real sum[CHANNELS] = {0};
    for (size_t j = 0; j < t->of->output[1]; j++) {
#pragma omp simd
        for (size_t k = 0; k < units; k++) sum[k] += delta[k] * x[k];
        delta += t->units;
        x += t->of->stride * t->units;
    }
#pragma omp simd
    for (size_t k = 0; k < units; k++) gradient[k] += sum[k];
}

INS_VECTORIZED static void depthwise_line_weights(const task *t, const real *x, const real *delta)
{
    real *gradient = t->turned;
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame[1] * t->units) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, gradient += t->units) {
            size_t o = 0;
            for (; o + CHANNELS <= t->units; o += CHANNELS)
                sum_line(t, CHANNELS, x + v * t->units + o, delta + o, gradient + o);
            if (o < t->units)
                sum_line(t, t->units - o, x + v * t->units + o, delta + o, gradient + o);
        }
    }
}

INS_VECTORIZED static void depthwise_line_data(const task *t, const real *restrict delta, real *x)
{
    const real *restrict w = t->turned;
    for (size_t u = 0; u < t->of->kernel[0]; u++, x += t->frame[1] * t->units) {
        for (size_t v = 0; v < t->of->kernel[1]; v++, w += t->units) {
            for (size_t j = 0; j < t->of->output[1]; j++) {
                real *restrict sum = x + (j * t->of->stride + v) * t->units;
#pragma omp simd
                for (size_t k = 0; k < t->units; k++) sum[k] += delta[j * t->units + k] * w[k];
            }
        }
    }
}

static void depthwise_forward(const task *t, const real *x, const real *w, const real *b, real *z)
{
    const size_t sample = t->of->input[0] * t->of->input[1] * t->of->channels;
    const size_t height = t->of->output[0];
    turn(t->units, t->patch, w, t->turned);
    for (size_t l = 0; l < t->lines; l++, z += t->of->output[1] * t->units) {
        if (l % height == 0) pad_repeated(t, x + l / height * sample);
        depthwise_line(t, line_in_frame(t, l % height), b, z);
    }
}

static void depthwise_backward_weights(const task *t, real share, const real *x, const real *delta,
                                       real *gradient)
{
    const size_t sample = t->of->input[0] * t->of->input[1] * t->of->channels;
    const size_t height = t->of->output[0], count = t->units * t->patch;
    memset(t->turned, 0, count * sizeof(real));
    for (size_t l = 0; l < t->lines; l++, delta += t->of->output[1] * t->units) {
        if (l % height == 0) pad_repeated(t, x + l / height * sample);
        depthwise_line_weights(t, line_in_frame(t, l % height), delta);
    }
    turn(t->patch, t->units, t->turned, gradient);
    for (size_t i = 0; i < count; i++) gradient[i] *= share;
}

static void depthwise_backward_data(const task *t, const real *delta, const real *w, real *x_delta)
{
    const size_t sample = t->of->input[0] * t->of->input[1] * t->of->channels;
    const size_t height = t->of->output[0];
    turn(t->units, t->patch, w, t->turned);
    for (size_t l = 0; l < t->lines; l++, delta += t->of->output[1] * t->units) {
        if (l % height == 0) clear(t);
        depthwise_line_data(t, delta, line_in_frame(t, l % height));
        if (l % height == height - 1) unpad_repeated(t, x_delta + l / height * sample);
    }
}

/* ------------------------------------------------------------------------------ */

void ins_convolution_forward(const ins_convolution *convolution, size_t rows, const real *x,
                             const real *w, const real *b, real *z, real *scratch)
{
    const task t = start(convolution, rows, scratch);
    if (!t.direct) clear(&t);
    if (t.depthwise)
        depthwise_forward(&t, x, w, b, z);
    else
        for (size_t g = 0; g < convolution->groups; g++) group_forward(&t, g, x, w, b, z);
}

void ins_convolution_backward_weights(const ins_convolution *convolution, size_t rows, real share,
                                      const real *x, const real *delta, real *gradient,
                                      real *scratch)
{
    const task t = start(convolution, rows, scratch);
    if (!t.direct) clear(&t);
    if (t.depthwise)
        depthwise_backward_weights(&t, share, x, delta, gradient);
    else
        for (size_t g = 0; g < convolution->groups; g++)
            group_backward_weights(&t, g, share, x, delta, gradient);
}

void ins_convolution_backward_data(const ins_convolution *convolution, size_t rows,
                                   const real *delta, const real *w, real *x_delta, real *scratch)
{
    const task t = start(convolution, rows, scratch);
    if (t.depthwise)
        depthwise_backward_data(&t, delta, w, x_delta);
    else
        for (size_t g = 0; g < convolution->groups; g++)
            group_backward_data(&t, g, delta, w, x_delta);
}
