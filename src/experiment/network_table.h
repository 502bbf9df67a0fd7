/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the logs tell of a trial's network, beside its numbers. */
#ifndef INITSCOPE_NETWORK_TABLE_H
#define INITSCOPE_NETWORK_TABLE_H

#include "initscope/grid.h"
#include "initscope/text.h"

/* network.csv: one row a matrix of the design. */
void ins_network_rows(const ins_design *design, const ins_trial *trial, ins_text *out);

/* factors.csv: the factors that runs.csv has no column for, and that have several levels. */
void ins_factor_rows_of(const ins_trial *trial, const ins_settings *settings, ins_text *out);

#endif
