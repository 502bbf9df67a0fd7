/* Rows of cells, one row an arm, with a number in each: colour only supports it. */
#ifndef INITSCOPE_CELLS_H
#define INITSCOPE_CELLS_H

#include "part.h"

typedef struct ins_cells {
    size_t blocks, rows, columns; /* blocks stand side by side; rows are the arms */
    const char **block;           /* (blocks) what stands over a block; "" for nothing */
    const char **column;          /* (columns) what stands below a column of each block */
    const char **text;            /* (blocks, rows, columns) our own words; NULL: no cell */
    unsigned *rgb, *ink;          /* (blocks, rows, columns) of the cell and of its text */
    const char *x_title;          /* our own words */
} ins_cells;

/* Room for all arms; no cell is there yet. */
ins_cells ins_cells_new(ins_flow *flow, size_t blocks, size_t columns);

double ins_cells_height(const ins_cells *cells); /* of the figure */
ins_figure *ins_cells_draw(ins_flow *flow, const ins_cells *cells, const char *name,
                           const char *title);

/* Columns for which numbers of so many characters can be read, side by side in all blocks. */
size_t ins_cells_most(size_t blocks, size_t characters);

#endif
