/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a signal reaches: the networks of a grid as if they went on for ever like their last
 * hidden layer. The rows of depth.csv, and the plane of phase.csv that they lie on. */
#ifndef INITSCOPE_DEPTH_H
#define INITSCOPE_DEPTH_H

#include "initscope/forecast.h"
#include "initscope/grid.h"
#include "initscope/text.h"

/* One point for each network of a grid, some milliseconds each. grid must outlive them. */
typedef struct ins_depths ins_depths;
ins_depths *ins_depths_new(const ins_grid *grid, const ins_forecasts *forecasts);
void ins_depths_free(ins_depths *depths); /* NULL is fine */

/* The row of depth.csv of a trial of the grid; all numbers are nan where the theory promises no
 * variance of the weights. own: the forecast of a trial whose inputs are others than those of the
 * grid's forecasts; NULL: they are the same. */
void ins_depths_write(const ins_depths *depths, const ins_trial *trial, const ins_forecast *own,
                      ins_text *out);

/* phase.csv, with its header: the plane of every activation of the grid. */
void ins_depths_plane(const ins_depths *depths, ins_text *out);

#endif
