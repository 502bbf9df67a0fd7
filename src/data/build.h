/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From a table and the plan for it, or from arrays, to a data set. */
#ifndef INITSCOPE_DATA_BUILD_H
#define INITSCOPE_DATA_BUILD_H

#include "initscope/dataset.h"

#include "plan.h"

/* The plan has no problem. The table's cells become the data set's, and its arena too: nothing is
 * left in it. */
void ins_dataset_build(ins_sheet *table, const ins_plan *plan, ins_dataset *dataset);

/* Fills in its hash. */
void ins_dataset_hash(ins_dataset *dataset);

#endif
