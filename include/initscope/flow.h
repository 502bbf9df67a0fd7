/* Writing pages: a cursor that flows down an A4 page and starts a new one when needed. */
#ifndef INITSCOPE_FLOW_H
#define INITSCOPE_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/canvas.h"
#include "initscope/figure.h"
#include "initscope/layout.h"

typedef struct ins_flow {
    struct ins_book *book;
    const struct ins_part *part; /* what is told of: the report's, not looked into here */
    const char *title;           /* of it, for the header of pages; NULL: they have none */
    ins_arena *arena;
    ins_canvas *canvas;  /* the current page */
    size_t title_sheet;  /* on which the page that is being drawn has its title */
    const char *section; /* for the header of further pages */
    size_t told;         /* findings that the first page of the experiment has */
    double y;            /* next free millimetre */
} ins_flow;

#define INS_PAGE_BOTTOM 279.0

/* Formats in the flow's arena. */
const char *ins_flow_format(ins_flow *flow, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Foreign text made safe to draw with the book's fonts, as it is and as markup (layout.h), in the
 * flow's arena. */
const char *ins_flow_clean(ins_flow *flow, const char *text);
const char *ins_flow_escape(ins_flow *flow, const char *plain);

/* A new page with a running header. */
void ins_flow_page(ins_flow *flow);
/* A new page unless height still fits on this one; true when it turned the page. */
bool ins_flow_room(ins_flow *flow, double height);
double ins_flow_left(const ins_flow *flow); /* millimetres left */

/* A new page that begins with a kicker and an assertive title; kicker in plain words. */
void ins_flow_title(ins_flow *flow, const char *kicker, const char *title);
void ins_flow_title_here(ins_flow *flow, const char *kicker, const char *title); /* on this page */
void ins_flow_heading(ins_flow *flow, const char *text);
void ins_flow_paragraph(ins_flow *flow, const char *markup);              /* 9.5 pt */
void ins_flow_note(ins_flow *flow, const char *markup);                   /* 8.2 pt, muted */
void ins_flow_item(ins_flow *flow, const char *mark, const char *markup); /* hanging indent */
void ins_flow_formula(ins_flow *flow, const char *const *formulas, size_t count);

/* Lines of markup at x, y (top of the first line); returns the height used. */
double ins_flow_block(ins_flow *flow, ins_pen pen, double x, double y, double width,
                      const char *markup);

/* A table. A cell is markup; in red and bold when bad; the first column may have a swatch. */
typedef struct ins_cell {
    const char *text; /* NULL: empty */
    bool bad, bold;
} ins_cell;

typedef struct ins_table_column {
    const char *title;
    double width; /* mm; all columns together at most INS_TEXT_WIDTH; given to a column that needs
                     it when there is room to spare; 0: the column is left out */
    ins_align align;
} ins_table_column;

typedef struct ins_table_layout {
    const ins_table_column *column;
    size_t columns, rows;
    const ins_cell *cell;   /* (rows, columns) */
    const unsigned *swatch; /* (rows) or NULL */
    bool wrap;              /* long cells take several lines; otherwise they are elided */
} ins_table_layout;

void ins_flow_table(ins_flow *flow, const ins_table_layout *given);

/* A figure of the given kind at the cursor, over the text width; turns the page when height and a
 * caption of two lines do not fit. name is short and plain ("forward"). Fill its data, then call
 * ins_flow_caption. */
ins_figure *ins_flow_figure(ins_flow *flow, const char *kind, const char *name, const char *title,
                            double height);
void ins_flow_caption(ins_flow *flow, const ins_figure *figure, const char *markup);

#endif
