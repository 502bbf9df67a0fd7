/* A row an arm: a dot for the mean, a bar for its interval, a cross a run. */
#ifndef INITSCOPE_DOTS_H
#define INITSCOPE_DOTS_H

#include "initscope/axis.h"
#include "part.h"

typedef struct ins_dots {
    size_t first, rows; /* arms first .. first + rows - 1 */
    size_t seeds;
    ins_interval *mean; /* (rows) */
    double *seed;       /* (rows, seeds), NAN: none */
    double left, right; /* of the panel in the figure, mm */
    double row;         /* height of a row, mm */
    ins_axis axis;
    double reference; /* a dashed line; NAN: none */
    const char *reference_label;
    const char *x_title; /* enhanced; "" for none */
    bool names;          /* draw the names on the page, too */
} ins_dots;

/* Space for rows x seeds values, all NAN. */
ins_dots ins_dots_new(ins_flow *flow, size_t first, size_t rows);
/* Smallest and largest of what is to be shown. */
bool ins_dots_range(const ins_dots *dots, double *minimum, double *maximum);
double ins_dots_height(const ins_dots *dots); /* of the figure */
ins_figure *ins_dots_draw(ins_flow *flow, const ins_dots *dots, const char *name,
                          const char *title);

#endif
