/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network was measured to have, for the theory to be held against. */
#ifndef MEASURED_H
#define MEASURED_H

#include <math.h>
#include <stddef.h>

#include "initscope/real.h"

static inline double mean_square(const real *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum / (double)count;
}

/* Of x (count, units): the variance of a unit over the places, the mean over units. */
static inline double variance_within(const real *x, size_t count, size_t units)
{
    double sum = 0;
    for (size_t u = 0; u < units; u++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < count; i++) mean += (double)x[i * units + u] / (double)count;
        for (size_t i = 0; i < count; i++)
            square += pow((double)x[i * units + u] - mean, 2) / (double)count;
        sum += square / (double)units;
    }
    return sum;
}

#endif
