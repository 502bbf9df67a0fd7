/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a table's columns as a reading asks for it: features, what is to be predicted,
 * nothing; what is in the way, and the options that help. */
#ifndef INITSCOPE_DATA_PLAN_H
#define INITSCOPE_DATA_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"

#include "kinds.h"

typedef enum ins_column_use {
    INS_USE_NOTHING,
    INS_USE_FEATURE, /* a number, or a boolean as 0 and 1 */
    INS_USE_ONEHOT,
    INS_USE_TARGET,
    INS_USE_REFUSED
} ins_column_use;

typedef struct ins_plan {
    ins_surveyed *column; /* (columns) */
    ins_column_use *use;  /* (columns) */
    const char **
        *categories;         /* (columns) of those that are ONEHOT: their different texts, sorted */
    size_t *category_count;  /* (columns) */
    size_t targets, *target; /* (targets) the columns to be predicted; none of the inputs */
    ins_task task;           /* AUTO: it could not be told */
    bool *left_out;          /* (rows) for something that is missing in them */
    size_t rows;             /* the others */
    ins_reading remedied;    /* the reading with the options that help; in the table's arena */
    ins_text warnings;
} ins_plan;

/* Every problem is added to error, one line a column and cause: INS_DATA, or INS_USAGE where a name
 * is no column's. The plan is to be freed in any case. Its categories are in the table's arena. */
ins_status ins_plan_make(const ins_sheet *table, const ins_reading *reading, ins_plan *plan,
                         ins_error *error);
void ins_plan_free(ins_plan *plan);

#endif
