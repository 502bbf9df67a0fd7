/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A recurrent layer of any cell before training, by a population of units.
 *
 * Every step has the same weights. What a gate forgets again and again along a path comes from the
 * same W each time, so the paths add up in phase: moments that are carried from step to step as if
 * each had its own weights are wrong by a factor of 20 to 230 in the gradient's square after 20
 * steps of an LSTM or a GRU. Exact at infinite width is what is done here. Given all of a
 * population's h up to now, W h is a Gaussian process over the steps with the covariance
 * recurrent E[h_{t-1} h_{s-1}], whose mean the population itself is; its next value is drawn for
 * each unit, and then the cell's own formulas make the next h. Backward the same with W^T delta
 * (Chen, Pennington & Schoenholz 2018 for the idea of such layers; the equations are those of
 * dynamical mean-field theory, Sompolinsky, Crisanti & Sommers 1988).
 *
 * Two rows are drawn together, of which the second says what rows have in common. */
#ifndef INITSCOPE_POPULATION_H
#define INITSCOPE_POPULATION_H

#include <stdint.h>

#include "initscope/entry.h"

#include "population_cells.h"
#include "steps.h"

typedef struct ins_cell_start {
    const ins_cell_kind *cell;
    const ins_choice *activation; /* of a simple cell; else NULL */
    ins_gate gate[INS_GATES];     /* in the order of the cell. Of a GRU the one behind the last has
                                     the bias of W h, within r */
    double horizon; /* T > 2: the gate that keeps gets log U(1, T - 1) besides, the one that takes
                       the new minus that (chrono, Tallec & Ollivier 2018); 0: neither does */
} ins_cell_start;

typedef struct ins_population ins_population;

/* Forward. inputs: of x, whose positions are the steps, 1 to INS_FIELD_POSITIONS; what it points to
 * must outlive the population. Always the same for a seed. Means are right to 1 or 2 percent of 32
 * steps, to 5 of a thousand: units are as many as 16384, or 2^19 numbers over the steps, and at
 * least 512, so that neither 50 MB nor more than some seconds are needed. */
ins_population *ins_population_new(const ins_cell_start *start, const ins_field *inputs,
                                   uint32_t seed);
void ins_population_free(ins_population *population); /* NULL is fine */

/* Belongs to the population. */
ins_steps *ins_population_steps(ins_population *population);

/* Fills in what goes back. Once. */
void ins_population_backward(ins_population *population, const ins_arriving *arriving);

#endif
