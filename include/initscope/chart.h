/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart: panels with axes, and series in them. It knows neither a medium nor what is drawn: a
 * medium gives it a width, and it becomes a small CSV and a gnuplot script.
 *
 * The CSV has the columns panel, series, x, y, lower, upper; the series of a panel stand one below
 * the other with a blank line between them, and panels with two, so that gnuplot finds each without
 * reading what it does not draw. */
#ifndef INITSCOPE_CHART_H
#define INITSCOPE_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/axis.h"
#include "initscope/list.h"
#include "initscope/memory.h"
#include "initscope/text.h"

enum { INS_CHART_INK = 0x222222 }; /* of titles, unless a panel has its own */

/* Millimetres: of a chart on every medium. */
#define INS_CHART_WIDTH 170.0

enum { INS_NO_MARK = -1 }; /* of what belongs to nothing that is compared (document.h) */

/* The colours of a marked chart: what has mark N is drawn in these plus N, so that the drawing says
 * what belongs to which mark. Marks from INS_MARKED_MOST on keep their colours. */
enum {
    INS_MARKED_MOST = 0x10000,
    INS_MARKED_LINE = 0x010000, /* lines, points and what is filled */
    INS_MARKED_TEXT = 0x020000,
    INS_MARKED_SHADOW = 0x030000 /* a line in the panel of another */
};

typedef enum ins_series_kind {
    INS_SERIES_LINE, /* a curve through points; where lower and upper are given, a band around it */
    INS_SERIES_SIZE, /* the same, thin, with open points */
    INS_SERIES_SEED, /* one run: a hairline */
    INS_SERIES_THEORY, /* dashed: what is predicted */
    INS_SERIES_DOTS,   /* filled points; lower and upper: a bar */
    INS_SERIES_RINGS,  /* open points */
    INS_SERIES_AREA,   /* filled between lower and y: a ridge, white around it */
    INS_SERIES_TILES,  /* from (x, lower) to (y, upper), filled with the colour of each point */
    INS_SERIES_WORDS,  /* text at (x, y) */
    INS_SERIES_KINDS
} ins_series_kind;

typedef struct ins_point {
    double x, y, lower, upper; /* NAN: none */
    unsigned colour;           /* of a tile */
    const char *words;         /* plain, safe to draw; of words */
} ins_point;

typedef struct ins_series {
    ins_series_kind kind;
    const char *name;     /* in the CSV, plain */
    const char *label;    /* plain, beside the open end of the curve or the point; NULL: none */
    unsigned colour, ink; /* 0xRRGGBB: of the drawing, of the label */
    int mark;             /* whose colours these are; INS_NO_MARK */
    ins_list points;      /* ins_point */
} ins_series;

typedef struct ins_panel {
    const char *title;             /* plain, foreign text is fine; NULL: none */
    unsigned ink;                  /* of the title */
    int mark;                      /* whose colour that is; INS_NO_MARK */
    const char *x_title, *y_title; /* our own words, markup; NULL: none */
    ins_axis x, y;
    double horizontal, vertical; /* dashed lines at these y and x; NAN: none */
    bool title_is_arm;           /* the title names the curves: no labels at their ends */
    bool labels_left;            /* the curves part at their left end; the axis stands right */
    bool down;                   /* y grows downward, as a list of layers is read */
    ins_list series;             /* ins_series */
} ins_panel;

/* How high a panel is, in relation to the text. */
typedef enum ins_shape {
    INS_SHAPE_LOW,
    INS_SHAPE_NORMAL,
    INS_SHAPE_HIGH,
    INS_SHAPE_MULTIPLE
} ins_shape;

typedef struct ins_chart {
    ins_arena *arena;
    const char *name;  /* of its files, short and plain: "signal" */
    const char *title; /* one line of our own words, for the script */
    ins_shape shape;
    size_t across;   /* panels beside each other; 0: as many as look well */
    bool shadows;    /* each panel shows the lines of all others in grey */
    bool thinned;    /* of its curves there is what can be seen (thinning.h) */
    bool marked;     /* drawn in the colours above in place of the marks' own */
    ins_list panels; /* ins_panel */
} ins_chart;

ins_chart *ins_chart_new(ins_arena *arena, const char *name, const char *title, ins_shape shape);
ins_panel *ins_chart_panel(ins_chart *chart, const char *title);
/* Earlier series of the panel stay where they are. */
ins_series *ins_panel_series(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                             const char *name, unsigned colour, unsigned ink);
void ins_series_add(ins_chart *chart, ins_series *series, ins_point point);

/* The range of what a panel draws, bands included, of x or of y; false when there is nothing finite
 * (and, where positive, above 0). */
bool ins_panel_range(const ins_panel *panel, bool of_x, bool positive, double *minimum,
                     double *maximum);

/* Series without a point that can be drawn on their panel's axes are taken out, and panels without
 * a series, or whose axes have no range: gnuplot fails on them. Returns how many panels are left.
 */
size_t ins_chart_prune(ins_chart *chart);

/* Points of all series; lines of others in grey count in every panel. */
size_t ins_chart_points(const ins_chart *chart);

/* Whether some panel has a series of the kind. */
bool ins_chart_has(const ins_chart *chart, ins_series_kind kind);

/* A chart that is width millimetres wide stands in rows of panels, each so many millimetres high:
 * where it is higher than a medium it is drawn in parts of some rows each. */
size_t ins_chart_rows(const ins_chart *chart, double width);
double ins_chart_row_height(const ins_chart *chart);

/* Where a panel's axes lie when all rows are drawn, in millimetres from the chart's top left. */
typedef struct ins_panel_place {
    double left, top, right, bottom;
} ins_panel_place;
ins_panel_place ins_chart_place(const ins_chart *chart, double width, size_t panel);

/* The data of a pruned chart, and the commands that draw its rows from first on, width millimetres
 * wide, after the head of figures/NAME.gp. Names that are too long for their place are shortened,
 * and numbered where that makes them equal. */
void ins_chart_data(const ins_chart *chart, ins_text *out);
/* The same for a page that brings its data along: values at digits significant digits, panel and
 * series in the first row of a series alone, and nothing where lower or upper is none. */
void ins_chart_data_short(const ins_chart *chart, int digits, ins_text *out);
void ins_chart_script(const ins_chart *chart, double width, size_t first, size_t rows,
                      ins_text *out);

#endif
