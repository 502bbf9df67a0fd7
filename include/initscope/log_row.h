/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of CSV, cell by cell, each by the identifier of its column: a cell out of order, one missing
 * or too many, or one of another type than its column ends the program, for then the row would say
 * something else than its header.
 *
 *     ins_row row = ins_row_begin(out, INS_LOG_TIMING);
 *     ins_row_integer(&row, INS_TIMING_RUN, 3);
 *     ins_row_number(&row, INS_TIMING_TRAIN_SECONDS, 0.5);
 *     ins_row_number(&row, INS_TIMING_RECORD_SECONDS, 0.1);
 *     ins_row_end(&row); */
#ifndef INITSCOPE_LOG_ROW_H
#define INITSCOPE_LOG_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/columns.h"
#include "initscope/text.h"

typedef struct ins_row {
    ins_text *out;
    const ins_column *next; /* the column whose cell is due */
    int due;                /* its identifier */
} ins_row;

/* Of a log; the identifiers are an ins_column_id. Rows are appended to out. */
ins_row ins_row_begin(ins_text *out, ins_log_file file);

/* Of a table that is no log; the identifiers are the places in columns, from 0. */
ins_row ins_row_begin_table(ins_text *out, const ins_column *columns);

void ins_row_integer(ins_row *row, int column, long long value);
void ins_row_number(ins_row *row, int column, double value);
void ins_row_text(ins_row *row, int column, const char *value);
void ins_row_name(ins_row *row, int column, const char *value); /* of foreign origin */
void ins_row_empty(ins_row *row, int column);                   /* does not apply; of any type */
void ins_row_optional(ins_row *row, int column, double value);  /* NAN: does not apply */
void ins_row_end(ins_row *row);

/* What the rows of a run begin with. */
typedef struct ins_run_labels {
    size_t run; /* 1, 2, ... */
    const char *initializer;
    uint32_t seed;
} ins_run_labels;

/* A row that begins with run, initializer, seed and epoch: these cells are written. */
ins_row ins_row_begin_epoch(ins_text *out, ins_log_file file, const ins_run_labels *labels,
                            size_t epoch);

/* The header row. */
void ins_row_header(const ins_column *columns, ins_text *out);

#endif
