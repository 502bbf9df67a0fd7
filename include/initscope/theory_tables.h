/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory as CSV, header and rows: what `initscope theory` prints. */
#ifndef INITSCOPE_THEORY_TABLES_H
#define INITSCOPE_THEORY_TABLES_H

#include <stddef.h>

#include "initscope/error.h"
#include "initscope/grid.h"
#include "initscope/prediction.h"
#include "initscope/settings.h"
#include "initscope/text.h"

/* initializer,activation,layer,tensor,second_moment,variance for every activation and initializer
 * of the grid, which has one network shape. */
void ins_layers_table(const ins_grid *grid, const ins_samples *samples, const ins_inputs *inputs,
                      ins_text *out);

/* activation,sigma_b,sigma_b_square,sigma_w_square,sigma_w,q_star,chi_parallel,xi_q,xi_c,stable:
 * the critical line at a sweep of sigma_b from 0 to 1, one row a point; an activation may have none
 * or several for one sigma_b. Depth scales are in layers; xi_c is infinite there. */
void ins_critical_table(const ins_choices *activations, ins_text *out);

typedef struct ins_range {
    double from, to;
    size_t count; /* >= 1; 1: from alone */
} ins_range;

typedef struct ins_plane {
    ins_range sigma_w, sigma_b;
} ins_plane;

/* "sigma_w=FROM:TO:COUNT,sigma_b=FROM:TO:COUNT", in any order. INS_USAGE when it is not that. */
extern const char ins_plane_range[]; /* completes "must be ..." */
ins_status ins_plane_parse(const char *text, const char *where, ins_plane *plane, ins_error *error);

/* The columns of phase.csv: where a signal of variance 1 goes in a deep
 * network, sigma_b fastest. */
void ins_phase_table(const ins_choices *activations, const ins_plane *plane, ins_text *out);

#endif
