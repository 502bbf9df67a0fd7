/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The charts of a document on a screen: gnuplot draws each once more, as SVG in the colours of a
 * marked chart (chart.h), and what it drew becomes an <svg> without colours, ids, handlers or style
 * attributes, which a style sheet paints.
 *
 *   class      cK, tK, sK: of a mark with hue K (document.h): what is drawn; its name; its line in
 *              the panel of another. k ink, m muted, x axis, g grid, y grey, w paper, z shade;
 *              L: the colour in the attribute color, inverted in the dark unless it is f.
 *              f: filled, or a word on what is; p: points (lines without length, with round caps);
 *              e: an edge in the colour of the paper; b: bold; am, ae: anchored in the middle, at
 *              the end. Lines are .5 wide, and text is of size 10.1, unless they say otherwise
 *   data-a     that mark's ins_mark.same
 *   data-panels  JSON, an array of panels
 *              [left, top, right, bottom, x0, x1, xlog, y0, y1, ylog, [series, ...],
 *              title of the x axis, which panels beside each other may leave to one of them]
 *              with edges in units of the viewBox; x0 and y0 are the values at the left and the
 *              bottom edge, and log is 0, 1, or -B for an axis that is logarithmic from B on, with
 *              what lies below B in a tenth of it (axis.h). A series, of those with a mark and a
 *              value to read, is
 *              [data-a, xcolumn, ycolumn, lowercolumn, uppercolumn, firstrow, rows]
 *              columns from 0 (lower 0: there is no interval), rows of ins_chart_data() from 0
 *              without its head and without blank lines */
#ifndef INITSCOPE_WEB_FIGURE_H
#define INITSCOPE_WEB_FIGURE_H

#include "initscope/document.h"
#include "initscope/error.h"
#include "initscope/text.h"

/* Below the directory of a report, for as long as it is made. The script, which gnuplot runs in
 * that directory, needs its figures/style.gp. */
#define INS_WEB_FOLDER ".web"
#define INS_WEB_SCRIPT INS_WEB_FOLDER "/figures.gp"

/* The folder with the script and the data of all charts. */
ins_status ins_web_figures_write(const ins_document *document, const char *directory,
                                 ins_error *error);

/* Appends the <svg> of a chart that the script has drawn. INS_RENDER, with the name of the figure,
 * when it was not drawn, or holds what this program does not know. */
ins_status ins_web_figure(const ins_document *document, const ins_block *block,
                          const char *directory, ins_text *out, ins_error *error);

/* Removes the folder. */
ins_status ins_web_figures_remove(const char *directory, ins_error *error);

#endif
