/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of a layer's units can be told apart. */
#ifndef INITSCOPE_SYMMETRY_H
#define INITSCOPE_SYMMETRY_H

#include <stddef.h>

#include "initscope/carver.h"
#include "initscope/real.h"

/* By what comes in. */
typedef struct ins_symmetry {
    double distinct_units;  /* classes of units with equal incoming weights and bias; NAN when one
                               of these is NaN, which equals nothing */
    double duplicate_pairs; /* pairs of units within a class; NAN likewise */
    double mean_abs_cosine; /* of the incoming weight vectors over all pairs of units, of more than
                               16384 units over the pairs of so many of them, evenly spread; NAN
                               when no pair has two non-zero finite vectors */
} ins_symmetry;

/* By what comes out. */
typedef struct ins_output_symmetry {
    double effective_rank; /* of the centred outputs: exp of the entropy of the normalised singular
                              values (Roy & Vetterli 2007); 0 when all outputs are constant, NAN
                              when one is not finite */
    double silent_units;   /* units whose output is exactly 0 in every row */
} ins_output_symmetry;

typedef struct ins_symmetry_workspace ins_symmetry_workspace;

/* For layers of at most units units and weights weights, and at most rows rows of outputs. It is
 * the carver's memory; NULL while that counts. */
ins_symmetry_workspace *ins_symmetry_lay_out(size_t units, size_t weights, size_t rows,
                                             ins_carver *carver);

/* No allocation. weight (units, fan_in), bias (units) or NULL: there are none. Equal means equal as
 * numbers: two float32 numbers that agree to 1e-12 relative are the same number, so equality needs
 * no tolerance. */
ins_symmetry ins_symmetry_of_weights(ins_symmetry_workspace *workspace, const real *weight,
                                     const real *bias, size_t units, size_t fan_in);

/* No allocation. output (rows, units), rows >= 1. */
ins_output_symmetry ins_symmetry_of_outputs(ins_symmetry_workspace *workspace, const real *output,
                                            size_t rows, size_t units);

#endif
