/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory as cells, to be changed and written again. Cells are the bytes of the file,
 * quotes and all, so that what is not changed is written as it was. */
#ifndef MUTATION_SHEETS_H
#define MUTATION_SHEETS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/memory.h"

/* One file. experiment.ini, which has no cells, is one column of its lines. */
typedef struct sheet {
    const char *name; /* "layers.csv" */
    bool missing;
    size_t rows, columns; /* row 0 is the header */
    const char **cell;    /* (rows x columns) */
    const char *before;   /* the first row */
    const char *end;      /* of each row */
    char separator;
    size_t bytes; /* the first so many are written; SIZE_MAX: all */
} sheet;

enum { MOST_SHEETS = 24 };

typedef struct sheets {
    ins_arena *arena; /* of all cells */
    size_t count;
    sheet item[MOST_SHEETS];
} sheets;

/* The files of a log that the directory has. Ends the program when there is none. */
sheets sheets_read(const char *directory, ins_arena *arena);

/* A copy whose cells may be exchanged; further cells come from arena. */
sheets sheets_copy(const sheets *from, ins_arena *arena);

/* Into the directory, which has been empty. */
void sheets_write(const sheets *from, const char *directory);

/* NULL: there is none of that name, or it is missing. */
sheet *sheets_named(sheets *in, const char *name);

/* The column of that name; of->columns: there is none. */
size_t sheet_column(const sheet *of, const char *name);

static inline const char **sheet_cell(const sheet *of, size_t row, size_t column)
{
    return &of->cell[row * of->columns + column];
}

/* The rows and columns that the lists name, in their order; an index may come twice. */
void sheet_select(sheet *of, const size_t *rows, size_t row_count, const size_t *columns,
                  size_t column_count, ins_arena *arena);

#endif
