/* Curves with bands: on one panel with direct labels, or, when there are more of them than hues,
 * one panel each with the others in grey. */
#ifndef INITSCOPE_LINES_H
#define INITSCOPE_LINES_H

#include "initscope/axis.h"
#include "part.h"

typedef struct ins_curve_point {
    double middle, lower, upper; /* NAN: none; on a logarithmic axis > 0 */
} ins_curve_point;

/* points values of x, and for each curve its points and, where seeds > 0, its single seeds. */
typedef struct ins_lines {
    size_t curves, points, seeds;
    const double *x;
    ins_curve_point *point; /* (curves, points) */
    double *seed;           /* (curves, seeds, points), NAN where there is none */
    double *theory;         /* (curves, points), NAN where there is none; NULL: no predictions */
    const char **name;      /* (curves) */
    unsigned *colour, *ink; /* (curves) */
    ins_axis horizontal, vertical;
    const char *x_title, *y_title; /* our own words, enhanced */
    const char *x_name;            /* of the CSV column: "layer" */
    double reference;              /* a dashed line; NAN: none */
} ins_lines;

/* Empty curves for the arms of the flow's part that shown says (NULL: all). */
ins_lines *ins_lines_new(ins_flow *flow, const bool *shown, const double *x, size_t points,
                         size_t seeds);

/* Room for predictions, all NAN. */
void ins_lines_predict(ins_flow *flow, ins_lines *lines);

/* The smallest and largest value of all curves, bands, seeds and predictions; false when there is
 * none. */
bool ins_lines_range(const ins_lines *lines, bool positive, double *minimum, double *maximum);

/* Curves without a single point to draw are taken out; dropped (curves) says which. */
void ins_lines_drop_empty(ins_lines *lines, bool *dropped);

/* Draws the curves as one panel of the given height, or as small multiples when multiples is true
 * (their height follows from the number of curves). */
ins_figure *ins_lines_draw(ins_flow *flow, ins_lines *lines, const char *name, const char *title,
                           double height, bool multiples);

/* The grid of small multiples. */
typedef struct ins_multiples {
    size_t columns, rows;
    double width, height, gap_x, gap_y, left, top; /* of a panel, mm */
} ins_multiples;
/* right: free space beside the last panel of a row, for labels. */
ins_multiples ins_multiples_of(size_t panels, double panel_height, double right);
/* The height of panels that lets figures of so many panels share what is left of the page, reserve
 * millimetres apart. */
double ins_multiples_fit(const ins_flow *flow, size_t panels, size_t figures, double reserve,
                         double least, double most);
double ins_multiples_height(const ins_multiples *grid); /* of the figure */
/* A name that fits over a panel. */
const char *ins_multiples_name(ins_flow *flow, const ins_multiples *grid, size_t panels,
                               const char *name);
void ins_multiples_write(const ins_multiples *grid, ins_figure *figure, size_t panels);

#endif
