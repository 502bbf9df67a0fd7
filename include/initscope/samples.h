/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a data set as a network sees them, and what its outputs are compared with. */
#ifndef INITSCOPE_SAMPLES_H
#define INITSCOPE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/real.h"

/* Of some rows: the one or the other. */
typedef struct ins_targets {
    const int32_t *label; /* (rows) the class, 0 .. outputs - 1; NULL: numbers are predicted */
    const real *number;   /* (rows, outputs); NULL: classes are */
} ins_targets;

/* Training or test rows. */
typedef struct ins_samples {
    size_t rows, features;
    size_t outputs; /* that the network needs: classes, or numbers of a row to be predicted */
    real *x;        /* (rows, features) scaled */
    int32_t *label; /* (rows), as in ins_targets */
    real *number; /* (rows, outputs) standardised; x itself where the inputs are to be predicted */
} ins_samples;

/* Those of the rows from first on. */
static inline ins_targets ins_targets_of(const ins_samples *samples, size_t first)
{
    return (ins_targets){
        .label = samples->label != NULL ? samples->label + first : NULL,
        .number = samples->number != NULL ? samples->number + first * samples->outputs : NULL};
}

#endif
