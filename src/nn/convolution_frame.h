/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the ways to compute a convolution share: a frame of zeros for one sample, so that nothing
 * else has to know of borders. */
#ifndef INITSCOPE_NN_CONVOLUTION_FRAME_H
#define INITSCOPE_NN_CONVOLUTION_FRAME_H

#include <stddef.h>

#include "initscope/carver.h"
#include "initscope/real.h"

#include "convolution_shape.h"

/* Holds all that a kernel touches, and all of the input. */
typedef struct ins_frame {
    const ins_convolution *of;
    size_t channels; /* in the frame */
    size_t repeat;   /* of each channel of x in the frame, side by side */
    size_t pitch;    /* from line to line: its width times channels */
    size_t count;    /* of its elements */
    real *x;         /* (count) */
} ins_frame;

/* A frame for so many channels of x, or for all of them repeated. What is read up to slack elements
 * behind its end is somebody's memory. */
ins_frame ins_frame_carve(const ins_convolution *of, size_t channels, size_t repeat, size_t slack,
                          ins_carver *carver);

void ins_frame_clear(const ins_frame *frame);

/* Sample n of x (rows, input[0], input[1], of->channels), its channels from the first on, into the
 * frame; and from the frame, where the repetitions of a channel are added up. */
void ins_frame_load(const ins_frame *frame, size_t n, size_t first, const real *x);
void ins_frame_store(const ins_frame *frame, size_t n, size_t first, real *x);

/* Where the taps of output (i, 0) begin. */
static inline real *ins_frame_line(const ins_frame *frame, size_t i)
{
    return frame->x + i * frame->of->stride * frame->pitch;
}

/* to (rows, to_columns) = from (rows, from_columns), of both the first columns. */
void ins_copy_columns(size_t rows, size_t columns, const real *from, size_t from_columns, real *to,
                      size_t to_columns);

/* to (columns, rows) = from (rows, columns) transposed. */
void ins_transpose(size_t rows, size_t columns, const real *from, real *to);

#endif
