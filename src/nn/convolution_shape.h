/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The sizes of one convolution, as convolution.h defines it: what all ways to compute it go by. */
#ifndef INITSCOPE_NN_CONVOLUTION_SHAPE_H
#define INITSCOPE_NN_CONVOLUTION_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* All sizes are at least 1; output and before are what ins_convolution_extent says. */
typedef struct ins_convolution {
    size_t input[2];
    size_t channels;
    size_t output[2];
    size_t units;
    size_t kernel[2];
    size_t stride;
    size_t before[2]; /* zeros above, and on the left */
    size_t groups;    /* divides channels and units; as many as channels: depthwise */
    bool uniform;     /* units, or channels, with equal weights stay equal, bit for bit; slower */
} ins_convolution;

#endif
