/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of sequences: recurrent cells over their time steps (steps.csv), tokens over the
 * layers and attention (tokens.csv). At the start means at epoch 0, on the probe batch. */
#ifndef INITSCOPE_SEQUENCE_H
#define INITSCOPE_SEQUENCE_H

#include <stddef.h>

#include "initscope/memory.h"
#include "initscope/study.h"

/* A recurrent cell: its gates and recurrent kernels, which follow each other in network.csv and
 * have names that are the same up to the last point. Without names every layer that has rows of
 * steps.csv is one. */
typedef struct ins_step_cell {
    size_t first, last; /* its layers */
    size_t steps;       /* the last time step that its rows tell of, at the start */
    size_t gates;       /* layers with rows of z or of the error */
} ins_step_cell;

/* The cells of an arm that have rows of steps.csv at the start, in the order of their layers, into
 * at most most places; returns how many there are. */
size_t ins_step_cells_of(const ins_study *study, size_t arm, ins_step_cell *cell, size_t most);

const char *ins_step_cell_name(ins_arena *arena, const ins_arm *arm,
                               const ins_step_cell *cell); /* "lstm1" */

/* At the start, the mean over those layers of a cell that have a row of the tensor: of its gates,
 * and of its state. Of INS_STEPS_THEORY NAN where it is not known of all of them. */
double ins_step_cell_at(const ins_study *study, size_t run, const ins_step_cell *cell,
                        ins_column_id column, ins_step_tensor tensor, size_t step);

/* Whether it has a forget gate: a part that is called f. */
bool ins_step_cell_forgets(const ins_arm *arm, const ins_step_cell *cell);

/* Layers with a row of tokens.csv at the start, ascending, and those of attention among them: these
 * have a sum of squares. Into at most most places; return how many there are. */
size_t ins_token_layers(const ins_study *study, size_t arm, size_t *layer, size_t most);
size_t ins_attention_layers(const ins_study *study, size_t arm, size_t *layer, size_t most);

/* Tokens of a row: values of a layer of attention over those of the output layer. NAN: not told, or
 * the output has as many. */
double ins_tokens_of(const ins_study *study, size_t run, size_t layer);

/* Sum of squares of a row of attention over that of one that looks at all tokens alike: 1 and more.
 * Under a causal mask at all that came before. NAN: not known. */
double ins_attention_over_uniform(const ins_study *study, size_t run, size_t layer);

typedef struct ins_sequence {
    /* Of the first cell, through which all errors on their way to the inputs pass: its error at the
     * first step over that at the last; and how many steps back from the last it falls to a half,
     * and to a share of INS_THRESHOLD_MEMORY. NAN: not recorded. INFINITY: not within the steps. */
    size_t steps;
    double kept, half, seen;
    /* Growth a step of the second moment of a state over the later half of the steps, the largest
     * over the cells, and what it comes to over all of them. */
    double step_growth, grown;
    double first_alike, last_alike; /* correlation of tokens in the first layer that has it, and in
                                       the last; NAN: there are no two */
    /* Largest and least over the layers of attention of ins_attention_over_uniform, and the layer
     * of the largest. */
    double peaked, least_peaked;
    size_t peaked_layer;
} ins_sequence;

ins_sequence ins_measure_sequence(const ins_study *study, size_t run);

#endif
