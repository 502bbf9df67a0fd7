/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cells of a table's columns are, whatever they are used for. */
#ifndef INITSCOPE_DATA_KINDS_H
#define INITSCOPE_DATA_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "sheet.h"

typedef enum ins_column_kind {
    INS_KIND_EMPTY,
    INS_KIND_NUMBERS,
    INS_KIND_BOOLEANS, /* two texts that mean no and yes */
    INS_KIND_CATEGORY, /* INS_CATEGORY_LIMIT different texts at most */
    INS_KIND_TEXTS,    /* more */
    INS_KIND_DATES,
    INS_KIND_MIXED, /* numbers, and fewer texts among them */
    INS_COLUMN_KINDS
} ins_column_kind;

extern const char *const ins_column_kind_names[INS_COLUMN_KINDS];

typedef struct ins_surveyed {
    ins_column_kind kind;
    size_t numbers;                           /* finite ones */
    ins_lines missing, texts;                 /* cells; texts: neither a number nor missing */
    ins_lines infinite, wide;                 /* not finite; finite, but not in float32 */
    const char *odd;                          /* the first text, or infinity */
    double mean, deviation, minimum, maximum; /* of the finite numbers; NAN: there are none */
    bool fractions;                           /* some number is not whole */
    bool counts;             /* from row to row they grow by one, none is missing */
    bool inexact;            /* whole numbers above 2^53 */
    unsigned long long hash; /* of all cells: equal columns have equal ones */
} ins_surveyed;

/* column (columns of the table). skip (rows): those that do not count; NULL: all do. */
void ins_survey_columns(const ins_sheet *table, const bool *skip, ins_surveyed *column);

/* Different values of a column, missing ones apart. */
size_t ins_count_different(const ins_sheet *table, size_t column);

/* Of booleans: 0 or 1. */
double ins_boolean_value(const char *text);

#endif
