/* The sheets, figures and contents of one report, and its files. */
#ifndef INITSCOPE_BOOK_H
#define INITSCOPE_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/canvas.h"
#include "initscope/figure.h"
#include "initscope/list.h"
#include "initscope/pdf.h"

/* One page and what its header says. */
typedef struct ins_sheet {
    ins_canvas *canvas;
    const char *title;   /* left; NULL: a page without header */
    const char *section; /* right */
} ins_sheet;

/* A line of the contents. */
typedef struct ins_contents_line {
    const char *text;
    size_t sheet;
} ins_contents_line;

/* Where lines of a list are written once the page numbers are known. */
typedef struct ins_contents_place {
    const ins_list *list;
    size_t sheet;
    double top;
    size_t first, count; /* lines */
    size_t columns;
} ins_contents_place;

typedef struct ins_book {
    ins_arena *arena;
    ins_list sheets, figures, places;
    ins_list parts, contents; /* lines: experiments; pages of all of them */
    ins_list links;           /* ins_link, from the contents */
    const char *footer;
    const ins_coverage
        *coverage; /* of the fonts that draw it; the caller's, or NULL (coverage.h) */
} ins_book;

ins_sheet *ins_book_sheet(ins_book *book, size_t index);

/* Headers, footers with page numbers, and contents: once all pages are there. */
void ins_book_finish(ins_book *book);

/* pages/, figures/ and the scripts report.gp and figures.gp below directory. */
ins_status ins_book_write(const ins_book *book, const char *directory, ins_error *error);

/* The bookmarks: the pages of the only experiment, or those of each below its title. */
ins_bookmark *ins_book_bookmarks(ins_book *book, size_t *count);

void ins_book_free(ins_book *book);

#endif
