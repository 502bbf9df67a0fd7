/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A sample among zeros. */
#include <config.h>

#include "convolution_frame.h"

#include <string.h>

#include "initscope/vector.h"

static size_t extent(const ins_convolution *of, int axis)
{
    const size_t touched = (of->output[axis] - 1) * of->stride + of->kernel[axis];
    const size_t input = of->before[axis] + of->input[axis];
    return touched > input ? touched : input;
}

ins_frame ins_frame_carve(const ins_convolution *of, size_t channels, size_t repeat, size_t slack,
                          ins_carver *carver)
{
    const size_t lines = extent(of, 0), pitch = extent(of, 1) * channels;
    real *x = ins_carve_matrix(carver, lines, pitch, sizeof *x);
    ins_carve(carver, slack, sizeof *x);
    return (ins_frame){.of = of,
                       .channels = channels,
                       .repeat = repeat,
                       .pitch = pitch,
                       .count = lines * pitch,
                       .x = x};
}

void ins_frame_clear(const ins_frame *frame)
{
    memset(frame->x, 0, frame->count * sizeof *frame->x);
}

void ins_copy_columns(size_t rows, size_t columns, const real *from, size_t from_columns, real *to,
                      size_t to_columns)
{
    if (columns == from_columns && columns == to_columns) {
        memcpy(to, from, rows * columns * sizeof *to);
        return;
    }
    for (size_t r = 0; r < rows; r++)
        memcpy(to + r * to_columns, from + r * from_columns, columns * sizeof *to);
}

void ins_transpose(size_t rows, size_t columns, const real *from, real *to)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c];
}

INS_VECTORIZED static void repeat(size_t count, size_t times, const real *restrict from,
                                  real *restrict to)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < times; k++) to[i * times + k] = from[i];
}

INS_VECTORIZED static void add_repeated(size_t count, size_t times, const real *restrict from,
                                        real *restrict to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = from[i * times];
        for (size_t k = 1; k < times; k++) to[i] += from[i * times + k];
    }
}

/* Where a line of a sample stands. */
static real *place(const ins_frame *frame, size_t line)
{
    return frame->x + (frame->of->before[0] + line) * frame->pitch +
           frame->of->before[1] * frame->channels;
}

void ins_frame_load(const ins_frame *frame, size_t n, size_t first, const real *x)
{
    const size_t height = frame->of->input[0], width = frame->of->input[1];
    const size_t channels = frame->of->channels;
    x += n * height * width * channels + first;
    for (size_t line = 0; line < height; line++, x += width * channels) {
        if (frame->repeat > 1)
            repeat(width * channels, frame->repeat, x, place(frame, line));
        else
            ins_copy_columns(width, frame->channels, x, channels, place(frame, line),
                             frame->channels);
    }
}

void ins_frame_store(const ins_frame *frame, size_t n, size_t first, real *x)
{
    const size_t height = frame->of->input[0], width = frame->of->input[1];
    const size_t channels = frame->of->channels;
    x += n * height * width * channels + first;
    for (size_t line = 0; line < height; line++, x += width * channels) {
        if (frame->repeat > 1)
            add_repeated(width * channels, frame->repeat, place(frame, line), x);
        else
            ins_copy_columns(width, frame->channels, place(frame, line), frame->channels, x,
                             channels);
    }
}
