/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One page of text, rules and boxes, in millimetres from the top left of an A4 sheet. What is put
 * on it becomes data files that one full-page plot draws: no text stands in a script. */
#ifndef INITSCOPE_CANVAS_H
#define INITSCOPE_CANVAS_H

#include <stddef.h>

#include "initscope/chart.h"
#include "initscope/layout.h"
#include "initscope/memory.h"
#include "initscope/text.h"

#define INS_PAGE_WIDTH 210.0
#define INS_PAGE_HEIGHT 297.0
#define INS_LEFT_MARGIN 20.0
#define INS_TEXT_WIDTH INS_CHART_WIDTH
#define INS_RIGHT_EDGE 190.0

/* Colours of the report, 0xRRGGBB. Red is for failing cells only, and never without a word. */
enum {
    INS_INK = 0x222222,
    INS_MUTED = 0x666666,
    INS_ACCENT = 0x0072B2,
    INS_RED = 0xA8071A,
    INS_ZEBRA = 0xF3F5F7,
    INS_HAIRLINE = 0xC9CDD2,
    INS_BAND = 0x0B2A3C,
    INS_WHITE = 0xFFFFFF,
    INS_PALE = 0x9CCBE8 /* small print on the band */
};

typedef struct ins_pen {
    ins_face face;
    double size; /* points */
    ins_align align;
    unsigned colour;
} ins_pen;

typedef struct ins_canvas ins_canvas;

/* Both live in arena, or as long; coverage is that of the fonts that draw, or NULL (coverage.h). */
ins_canvas *ins_canvas_new(ins_arena *arena, const ins_coverage *coverage);

/* y is the baseline. Plain text is drawn as it is; markup is that of layout.h. */
void ins_canvas_text(ins_canvas *canvas, ins_pen pen, double x, double y, const char *plain);
void ins_canvas_markup(ins_canvas *canvas, ins_pen pen, double x, double y, const char *markup);
void ins_canvas_rule(ins_canvas *canvas, double x1, double y1, double x2, double y2, double points,
                     unsigned colour);
void ins_canvas_box(ins_canvas *canvas, double x1, double y1, double x2, double y2,
                    unsigned colour);

void ins_canvas_disc(ins_canvas *canvas, double x, double y, double radius, unsigned colour);

/* A band over the whole width from the top edge down to y. */
void ins_canvas_band(ins_canvas *canvas, double y, unsigned colour);

/* The files of the page, empty when there is nothing of the kind, and the commands that draw them;
 * name is that of the page in file names, "03". */
typedef struct ins_canvas_files {
    ins_text text, rules, boxes, discs, script;
} ins_canvas_files;
void ins_canvas_write(const ins_canvas *canvas, const char *name, ins_canvas_files *files);

#endif
