/* A figure: a small wide CSV, and a short gnuplot file that draws it by itself and on its page.
 *
 * NAME.gp is a header of parameters, written by the functions below, and the body
 * reports/figures/KIND.gp as it is. Lengths inside a figure are millimetres from its own top left.
 */
#ifndef INITSCOPE_FIGURE_H
#define INITSCOPE_FIGURE_H

#include <stddef.h>

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/text.h"

typedef struct ins_figure {
    const char *name; /* "03-forward" */
    const char *kind; /* its body: "lines" is reports/figures/lines.gp */
    size_t number;
    double width, height; /* mm */
    size_t page;          /* from 0 */
    double x, y;          /* on the page */
    ins_text parameters;  /* gnuplot assignments */
    ins_text data;        /* CSV; write it with ins_csv_* */
} ins_figure;

/* title is one line of our own words. Names of parameters are ours; numbers may be NAN or infinite.
 */
void ins_figure_begin(ins_figure *figure, const char *title);
void ins_figure_number(ins_figure *figure, const char *name, double value);
void ins_figure_count(ins_figure *figure, const char *name, size_t count); /* or 0, 1 for a flag */
void ins_figure_numbers(ins_figure *figure, const char *name, const double *values, size_t count);
void ins_figure_colours(ins_figure *figure, const char *name, const unsigned *rgb, size_t count);

/* 1 when exactly one of count values, stride apart, is finite, else 0: a line has two points, and a
 * curve of one would not be seen unless a dot is drawn. */
double ins_figure_alone(const double *values, size_t count, size_t stride);

/* Our own words, in gnuplot's enhanced text. Must not hold a quote, a backslash or a control
 * character. */
void ins_figure_words(ins_figure *figure, const char *name, const char *words);

/* Foreign text: nothing in it is executed. The bodies draw it with BOLD() or PLAIN() of style.gp.
 */
void ins_figure_names(ins_figure *figure, const char *name, const char *const *names, size_t count);

/* Tics as "'label' position, ..." in a parameter that the body evals. Labels are our own words. */
void ins_figure_tics(ins_figure *figure, const char *name, const char *const *labels,
                     const double *positions, size_t count);

/* One cell: nan when it is not finite, and no larger than gnuplot can calculate with. */
void ins_figure_value(ins_figure *figure, double value);

/* text in double quotes with every byte that gnuplot might read as more than a letter as \ooo. */
void ins_script_string(ins_text *out, const char *text);

/* The whole NAME.gp. INS_OUTPUT when the body is not found. */
ins_status ins_figure_script(const ins_figure *figure, ins_text *out, ins_error *error);

void ins_figure_free(ins_figure *figure);

#endif
