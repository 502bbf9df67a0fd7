/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What an experiment will need, found out before anything is trained or written. */
#ifndef INITSCOPE_RESOURCES_H
#define INITSCOPE_RESOURCES_H

#include "laboratory.h"

/* How many trials run at a time: as asked for, as many as the memory holds, at least one. INS_USAGE
 * when even one trial needs more memory than there is. */
ins_status ins_threads_choose(const ins_laboratory *laboratory, const ins_grid *grid,
                              size_t *threads, ins_error *error);

/* Initializes a network of each shape with each initializer once, so that an initializer that
 * cannot do a shape, or weights that cannot be read, are known before the first training. */
ins_status ins_rehearse(const ins_laboratory *laboratory, const ins_grid *grid, ins_error *error);

/* INS_USAGE when "full" and another batch are the same number of rows: two runs of one name. */
ins_status ins_batches_check(const ins_laboratory *laboratory, ins_error *error);

/* INS_OUTPUT when writing the run directory would remove the data file or weights that are read. */
ins_status ins_output_check(const ins_settings *settings, ins_log_policy policy, ins_error *error);

#endif
