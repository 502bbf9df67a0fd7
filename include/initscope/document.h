/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report says, in its order: chapters of sections of blocks, with no millimetre and no
 * medium in it. A page appends to it; a medium (paper.h) lays it out.
 *
 * Text is the markup of layout.h (*bold*, _{sub}, ^{super}), in which a mark stands for an arm: a
 * medium writes its name, shortened where there is little room, and may show its colour.
 *
 * Everything lives in the document's arena. Strings that are handed in are kept, not copied. */
#ifndef INITSCOPE_DOCUMENT_H
#define INITSCOPE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/chart.h"
#include "initscope/layout.h"
#include "initscope/list.h"
#include "initscope/memory.h"

/* What is compared, as every page shows it. */
typedef struct ins_mark {
    const char *name;  /* whole, plain, safe to draw */
    const char *prose; /* the same in sentences, plain, no longer than a line of paper bears */
    const char *whole; /* prose that was not shortened */
    unsigned colour;   /* 0xRRGGBB of lines and points */
    unsigned ink;      /* its darker variant, for text */
    unsigned hue;      /* the place of both in the palette, 0 .. 7: for a medium with its own */
    int number;        /* set when it is registered */
    int same;          /* so is this: the first mark of the same whole name, which is the same to a
                          reader whatever the experiment */
} ins_mark;

/* A mark in markup: its number in decimal between two control characters, which ins_clean() takes
 * out of every foreign text. */
enum { INS_MARK_BEGINS = 1, INS_MARK_ENDS = 2 };

/* --- Tables ------------------------------------------------------------------ */

/* Values in [0, 1] on one axis: each seed a dot, the mean and its interval above them. */
typedef struct ins_strip {
    size_t seeds;
    const double *seed;        /* (seeds); NAN: none */
    double mean, lower, upper; /* NAN: none */
} ins_strip;

typedef struct ins_cell {
    const char *text;  /* markup; NULL: nothing */
    const char *under; /* a second line in small type; NULL: none */
    const char *link;  /* slug of the section that the cell leads to: a medium with pages writes
                          its number; NULL: none */
    const ins_strip *strip; /* in place of text; NULL: none */
    int mark;               /* swatch of an arm before the text */
    signed char
        grade[2]; /* five steps, 0 .. 4, drawn as the place in a row of five; INS_NO_GRADE */
    double tint;  /* share of the accent colour behind it, 0 .. 1 */
    bool bad, bold, under_bad;
} ins_cell;

enum { INS_NO_GRADE = -1, INS_GRADE_UNKNOWN = -2 /* drawn as a question mark */ };

/* A cell that holds nothing yet. */
ins_cell ins_cell_of(const char *text);

typedef struct ins_table_column {
    const char *title; /* markup; NULL: none */
    ins_align align;
    double least; /* em of its text that it gets at least; 0: what its cells need */
    bool wrap;    /* its text may be broken into lines; it takes what room is left */
} ins_table_column;

typedef struct ins_table_block {
    const char *caption; /* markup, above; NULL: none */
    const char *note;    /* markup, small, below; NULL: none */
    size_t columns, rows;
    const ins_table_column *column; /* (columns) */
    ins_cell *cell;                 /* (rows, columns) */
    double reference;               /* of strips: a dashed line; NAN: none */
    bool tiles;                     /* the cells are tiles, set tight, without rules */
} ins_table_block;

/* --- The document ------------------------------------------------------------- */

typedef enum ins_block_kind {
    INS_BLOCK_HEADING,
    INS_BLOCK_QUESTION, /* muted, under a title */
    INS_BLOCK_LEAD,     /* the answer, large */
    INS_BLOCK_PARAGRAPH,
    INS_BLOCK_NOTE, /* small */
    INS_BLOCK_ITEM, /* of a numbered list */
    INS_BLOCK_FORMULAS,
    INS_BLOCK_TABLE,
    INS_BLOCK_CHART,
    INS_BLOCK_CONTENTS /* of the chapters and sections */
} ins_block_kind;

typedef struct ins_block {
    ins_block_kind kind;
    const char *text;            /* markup; of a chart its caption */
    const char *label;           /* of an item */
    const char *const *formulas; /* (count) markup */
    size_t count;
    const ins_table_block *table;
    ins_chart *chart;
    size_t number;    /* of a chart, from 1 */
    const char *slug; /* of a chart, as that of a section */
} ins_block;

/* A section has a title that says what was found. */
typedef struct ins_section {
    const char *slug;   /* [a-z0-9-], unique in the document: links lead to it */
    const char *kicker; /* what it is about, in plain words: "Signal" */
    const char *title;  /* markup */
    bool fresh;         /* a medium with pages begins a new one */
    size_t chapter;
    ins_list blocks; /* ins_block */
} ins_section;

typedef struct ins_chapter {
    const char *slug;
    const char *title; /* plain, safe to draw */
    size_t first;      /* of its sections */
} ins_chapter;

typedef struct ins_document {
    ins_arena *arena;
    const char *title;            /* plain */
    const char *subtitle;         /* plain; on the band of the first page */
    const char *footer;           /* plain: what made it */
    const ins_coverage *coverage; /* of the fonts that draw, or NULL */
    ins_list chapters, sections, marks;
    ins_list slugs; /* const char *: those that are taken */
    size_t charts;
} ins_document;

/* Texts are kept; coverage must outlive the document. */
ins_document *ins_document_new(const char *title, const char *subtitle, const char *footer,
                               const ins_coverage *coverage);
void ins_document_free(ins_document *document); /* NULL is fine */

/* Registers an arm; its number. */
int ins_document_mark(ins_document *document, const ins_mark *mark);
const ins_mark *ins_mark_at(const ins_document *document, int mark);

/* A series in the colours of a mark. */
ins_series *ins_mark_series(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                            const char *name, const ins_mark *mark);
/* So is the title of a panel. */
void ins_mark_panel(ins_panel *panel, const ins_mark *mark);

/* The mark as markup, for sentences. */
const char *ins_mark_text(ins_document *document, int mark);

/* markup with every mark written as its name, in bold where they are (shorten: the name as prose,
 * which is the same for every medium). */
const char *ins_marks_written(const ins_document *document, ins_arena *arena, const char *markup);

/* Markup in the document's arena. */
const char *ins_document_format(ins_document *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Foreign text, plain and safe to draw, and as markup. */
const char *ins_document_clean(ins_document *document, const char *text);
const char *ins_document_escape(ins_document *document, const char *text);

const ins_chapter *ins_chapter_at(const ins_document *document, size_t chapter);
const ins_section *ins_section_at(const ins_document *document, size_t section);
/* SIZE_MAX: there is none. */
size_t ins_section_of(const ins_document *document, const char *slug);

/* Letters, digits and hyphens of text in lower case, with a number behind them where they are taken
 * already: a slug that no chapter or section has or gets but by its name. */
const char *ins_document_slug(ins_document *document, const char *text);

/* slug is one of ins_document_slug; that of a section is its chapter's, a hyphen and slug. */
void ins_chapter_begin(ins_document *document, const char *slug, const char *title);
void ins_section_begin(ins_document *document, const char *slug, const char *kicker,
                       const char *title, bool fresh);

/* At the end of the last section. */
void ins_add_heading(ins_document *document, const char *text);
void ins_add_question(ins_document *document, const char *text);
void ins_add_lead(ins_document *document, const char *text);
void ins_add_paragraph(ins_document *document, const char *text);
void ins_add_note(ins_document *document, const char *text);
void ins_add_item(ins_document *document, const char *label, const char *text);
void ins_add_formulas(ins_document *document, const char *const *formulas, size_t count);
void ins_add_contents(ins_document *document);

/* A table of so many rows, its cells empty: to be filled in. column is kept. */
ins_table_block *ins_add_table(ins_document *document, const ins_table_column *column,
                               size_t columns, size_t rows);
static inline ins_cell *ins_table_cell(const ins_table_block *table, size_t row, size_t column)
{
    return &table->cell[row * table->columns + column];
}

/* Whether a column of a table has links alone: each medium has a word of its own for where they
 * lead, and the column no title. */
bool ins_leads_elsewhere(const ins_table_block *table, size_t column);

/* A chart with its caption; number in the order of the document. Its slug is that of the chapter,
 * "-fig-" and its name. */
size_t ins_add_chart(ins_document *document, ins_chart *chart, const char *caption);

#endif
