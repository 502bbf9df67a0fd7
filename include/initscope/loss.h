/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of losses: what the output of a network's last layer is compared with, and how. */
#ifndef INITSCOPE_LOSS_H
#define INITSCOPE_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/entry.h"
#include "initscope/real.h"
#include "initscope/samples.h"

/* One output over the rows so far. */
typedef struct ins_fit {
    double residual;    /* sum of squared errors */
    double origin;      /* the first target; the rest is of the differences from it, so that equal
                           targets leave exactly 0: */
    double sum, square; /* their sum, and that of their squares */
} ins_fit;

/* What passes over rows add up to. {.fit = zeros} at the start. */
typedef struct ins_tally {
    size_t rows;
    double loss;    /* summed over the rows */
    size_t correct; /* rows whose class is right */
    ins_fit *fit;   /* (units), of numbers */
} ins_tally;

/* z (rows, units) is the output of the last layer. */
typedef struct ins_loss {
    ins_entry entry;
    bool classes;      /* the targets are labels, otherwise numbers */
    const char *score; /* what the score is called in logs; 1 is perfect */
    void (*add)(ins_tally *tally, size_t rows, size_t units, const real *z, ins_targets targets);
    double (*score_of)(const ins_tally *tally, size_t units);
    /* What the network says, a (rows, units): class probabilities, or the numbers themselves. */
    void (*predict)(size_t rows, size_t units, const real *z, real *a);
    /* delta (rows, units): d loss of each row / d z, from a. */
    void (*delta)(size_t rows, size_t units, const real *a, ins_targets targets, real *delta);
} ins_loss;

extern const ins_entries ins_losses; /* rows are ins_loss */

/* The first row for labels, or for numbers. */
const ins_loss *ins_loss_for(bool classes);

#endif
