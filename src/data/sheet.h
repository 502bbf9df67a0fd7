/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A CSV file as it is: cells that are numbers, texts or missing, and where its rows were. What they
 * are good for is said elsewhere. */
#ifndef INITSCOPE_DATA_SHEET_H
#define INITSCOPE_DATA_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/reading.h"
#include "initscope/text.h"

#include "labels.h"

/* Lines of a cause: how many, and the first ones. */
enum { INS_LINES_NAMED = 3 };
typedef struct ins_lines {
    size_t count, first[INS_LINES_NAMED];
} ins_lines;

void ins_lines_add(ins_lines *lines, size_t line);

/* "line 3", "lines 3, 7, 9, ..." */
void ins_lines_say(const ins_lines *lines, ins_text *out);

typedef struct ins_sheet_column {
    const char *name;
    bool verbatim;    /* its cells are all kept as texts: it may be a label */
    ins_labels texts; /* the different ones */
} ins_sheet_column;

typedef struct ins_sheet {
    const char *path;
    size_t rows, columns;
    ins_sheet_column *column;         /* (columns) */
    const ins_sheet_column **by_name; /* (columns) sorted by name, then by place */
    double *cell; /* (rows, columns): a finite number, an infinity, or, as a NaN, a text or
                     nothing */
    size_t *line; /* (rows) in the file */
    bool header;  /* the first line named the columns */
    size_t header_line;
    ins_lines uneven; /* lines of another number of fields than the first one, which are left out */
    ins_text warnings; /* what was left out without harm */
    double *memory;    /* of cell */
    size_t *line_memory;
    ins_arena *arena; /* owns the texts */
} ins_sheet;

/* Reads the file. INS_DATA when it cannot be read, has no rows, or its first line may be a header
 * or not. names that are no column's are not looked at here. */
ins_status ins_sheet_read(const ins_reading *reading, ins_sheet *table, ins_error *error);
void ins_sheet_free(ins_sheet *table);

/* What is in a cell that is a NaN: the number of a text, or INS_NO_TEXT. */
#define INS_NO_TEXT UINT32_MAX
uint32_t ins_cell_text(double cell);

/* Whether a text stands for nothing: "", "?", "NA", "N/A", "NaN", "nan", "null", "None", "-", and
 * other writings of these words. */
bool ins_is_missing(const char *text, size_t length);

/* The column of this name, or the N-th one of "xN"; columns: there is none. */
size_t ins_sheet_find(const ins_sheet *table, const char *name);

/* The finite number that a cell of any column is; NAN: it is none. */
double ins_sheet_number(const ins_sheet *table, size_t row, size_t column);

/* The text of a cell: of a number in shortest digits. NULL: it is missing. */
const char *ins_sheet_text(const ins_sheet *table, size_t row, size_t column,
                           char number[INS_NUMBER_SIZE]);

#endif
