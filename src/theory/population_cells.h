/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells that a population of units can be: one row each, with one step forward and one back of
 * all units. */
#ifndef INITSCOPE_POPULATION_CELLS_H
#define INITSCOPE_POPULATION_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"

#include "steps.h"

/* What a step reads and writes, an array (units) each. c is h itself where a cell has no state. */
typedef struct ins_cell_step {
    size_t units;
    const ins_choice *activation;    /* of the simple cell */
    const double *z[INS_GATES];      /* of the gates, or what they are made of */
    const double *before, *before_c; /* h and c of the step before */
    double *h, *c;                   /* forward: what becomes of them */
    double *candidate;               /* forward: z of the gate that the cell makes, if it does */
    double *a[INS_GATES];            /* forward: activations of the gates, the made one included */
    const double *arriving;          /* backward: d loss / d h but by way of c of this unit */
    double *carried;                 /* backward: d loss / d c of the unit itself, replaced by that
                                        of the step before */
    double *whole;                   /* backward: d loss / d c with what arrives */
    double *sees[INS_GATES];         /* backward: what U and W of a process see */
} ins_cell_step;

/* Of gates z_k: the cell makes h of the last step and of these. */
typedef struct ins_cell_kind {
    const char *name;
    size_t gates;
    size_t made; /* the gate whose z is made by the forward step, the candidate; INS_GATES: none */
    bool split;  /* it is made of two processes: r (W h + b') and then U x + b */
    size_t keeps, takes; /* the gates that chrono starts: what keeps c gets log U, what takes the
                            new minus that; INS_GATES: there is none */
    const ins_choice *activation[INS_GATES]; /* of the gates; NULL: the layer's own */
    void (*forward)(const ins_cell_step *s);
    void (*backward)(const ins_cell_step *s);
} ins_cell_kind;

/* rnn, with one gate, lstm, with i, f, g, o, gru, with r, z, n; NULL: there is none of this name.
 */
const ins_cell_kind *ins_cell_kind_of(const char *name);

#endif
