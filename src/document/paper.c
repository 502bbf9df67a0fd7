/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The document on paper: a cursor that goes down A4 pages, and what it leaves on them. */
#include <config.h>

#include "initscope/paper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "house_style.h"
#include "initscope/file.h"
#include "initscope/layout.h"
#include "pdf.h"

/* Where text stands on a page, mm, and how far lines are from each other, in sizes of the type; the
 * lines of titles are closer. */
static const double page_top = 22, page_bottom = 279, line_step = 1.42, title_step = 1.28;
static const double title_size = 12; /* points, from which on type is a title's */

/* A page under this share of its height takes up what would begin a new one. */
static const double least_filled = 1.0 / 3;

static const ins_pen kicker_pen = {INS_BOLD, 8, INS_LEFT, INS_ACCENT};
static const ins_pen title_pen = {INS_BOLD, 15, INS_LEFT, INS_INK};
static const ins_pen heading_pen = {INS_BOLD, 10.5, INS_LEFT, INS_INK};
static const ins_pen body_pen = {INS_REGULAR, 8.8, INS_LEFT, INS_INK};
static const ins_pen note_pen = {INS_REGULAR, 7.6, INS_LEFT, 0x555555};
static const ins_pen label_pen = {INS_BOLD, 9, INS_LEFT, INS_ACCENT};
static const ins_pen formula_pen = {INS_REGULAR, 10.5, INS_CENTRE, INS_INK};
static const ins_pen running_left = {INS_REGULAR, 7.6, INS_LEFT, INS_MUTED};
static const ins_pen running_right = {INS_BOLD, 7.6, INS_RIGHT, INS_MUTED};
static const ins_pen page_number = {INS_REGULAR, 7.6, INS_RIGHT, INS_MUTED};

/* White below a section's kicker and title, and above one that goes on below another. */
static const double below_kicker = 0.8, below_title = 1.8, above_section = 3.4;

typedef struct sheet {
    ins_canvas *canvas;
    const char *chapter, *section; /* running head; NULL: a page without one */
    double end;                    /* of what is on it */
} sheet;

/* A page number that is known once all pages are there. */
typedef struct reference {
    size_t page;
    const char *slug; /* of the section that it names */
    ins_pen pen;
    double x, y;                     /* of the baseline */
    double left, width, top, height; /* where a link lies */
    bool number;                     /* the number is written, beside being linked */
} reference;

/* A chart, or some rows of one that is higher than a page. */
typedef struct figure {
    const char *name; /* of its script: "03-signal", "03-signal-2" */
    const char *data; /* of its CSV: "03-signal" */
    const ins_chart *chart;
    size_t number, first, rows;
    size_t page;
    double y;
} figure;

struct ins_paper {
    const ins_document *document;
    ins_arena *arena;
    ins_list sheets, figures, references;
    size_t *section_page; /* (sections) */
    const char *chapter;  /* that is being laid out, and its section: for running heads */
    const char *section;
    double y; /* next free millimetre */
};

/* --- The cursor --------------------------------------------------------------- */

static sheet *last_sheet(const ins_paper *paper)
{
    return (sheet *)paper->sheets.items + paper->sheets.count - 1;
}

static ins_canvas *canvas_of(const ins_paper *paper)
{
    return last_sheet(paper)->canvas;
}

static void turn(ins_paper *paper)
{
    bool first = paper->sheets.count == 0;
    if (!first) last_sheet(paper)->end = paper->y;
    sheet *added = ins_list_add(paper->arena, &paper->sheets, sizeof *added);
    *added = (sheet){ins_canvas_new(paper->arena, paper->document->coverage),
                     first ? NULL : paper->chapter, first ? NULL : paper->section, page_top};
    paper->y = page_top;
}

static double room(const ins_paper *paper)
{
    return page_bottom - paper->y;
}

/* A new page unless height fits, or nothing stands on this one; true when it turned. */
static bool need(ins_paper *paper, double height)
{
    if (room(paper) >= height || paper->y <= page_top) return false;
    turn(paper);
    return true;
}

static double step_of(ins_pen pen)
{
    return (pen.size > title_size ? title_step : line_step) * pen.size * INS_MM_PER_POINT;
}

/* The baseline of a line whose top is y: capitals stand in its middle. */
static double baseline(ins_pen pen, double y)
{
    const double height = 0.72; /* of capitals, em */
    return y + (step_of(pen) + height * pen.size * INS_MM_PER_POINT) / 2;
}

static size_t lines_of(const ins_paper *paper, ins_pen pen, const char *markup, double width,
                       char ***lines)
{
    const char *written = ins_marks_written(paper->document, paper->arena, markup);
    return ins_wrap(paper->arena, written, pen.face, pen.size, width, lines);
}

/* Of so many lines, those that must stand together where they begin: a paragraph of three or fewer
 * is not torn. */
static double first_lines(ins_pen pen, size_t count)
{
    return (double)(count < 4 ? count : 2) * step_of(pen);
}

/* What text needs where it begins. */
static double least_of(const ins_paper *paper, ins_pen pen, double width, const char *markup)
{
    char **lines;
    return first_lines(pen, lines_of(paper, pen, markup, width, &lines));
}

/* Lines from x to right, the last two together. */
static void run(ins_paper *paper, ins_pen pen, double x, double right, const char *markup)
{
    char **lines;
    size_t count = lines_of(paper, pen, markup, right - x, &lines);
    need(paper, first_lines(pen, count));
    for (size_t i = 0; i < count; i++) {
        bool last_but_one = i + 2 == count && count > 3;
        need(paper, (last_but_one ? 2 : 1) * step_of(pen));
        ins_canvas_markup(canvas_of(paper), pen, x, baseline(pen, paper->y), lines[i]);
        paper->y += step_of(pen);
    }
}

static void refer(ins_paper *paper, const char *slug, ins_pen pen, double x, double y, double left,
                  double width, double top, double height, bool number)
{
    reference *r = ins_list_add(paper->arena, &paper->references, sizeof *r);
    *r = (reference){paper->sheets.count - 1, slug, pen, x, y, left, width, top, height, number};
}

/* --- Tables ------------------------------------------------------------------- */

static const double cell_size = 8, small_size = 6.8, head_size = 7.4; /* points */
static const double cell_step = 3.9, small_step = 3.1, row_padding = 2.4, tile_padding = 1.2;
static const double cell_gap = 2.4, swatch = 3.6, link_width = 6;
static const double strip_least = 24, strip_more = 30; /* a strip's width; what it may grow by */
static const double column_more = 9;                   /* what any other column may grow by */
static const double head_most = 24;                    /* of a head before it is broken */

/* The steps of a grade: each, without the gap behind it, and the room behind all of them. */
enum { GRADE_STEPS = 5 };
static const double grade_step = 1.7, grade_gap = 0.25, grade_height = 1.5, grades_gap = 1.4;

/* What a column is not narrowed below, if its cells need as much: the first, that has names, and
 * the others. A table of more columns than fit is laid in slices. */
static const double first_least = 28, other_least = 15;

static const double caption_gap = 0.6, head_gap = 0.8, table_gap = 3, rule_gap = 1;

typedef struct cell_lines {
    size_t count, under;
    char **line, **small;
} cell_lines;

static bool has_grades(const ins_cell *cell)
{
    return cell->grade[0] != INS_NO_GRADE || cell->grade[1] != INS_NO_GRADE;
}

static double grades_width(const ins_cell *cell)
{
    double each = GRADE_STEPS * grade_step + grades_gap, width = 0;
    for (size_t i = 0; i < 2; i++) width += cell->grade[i] != INS_NO_GRADE ? each : 0;
    return width;
}

static ins_pen cell_pen(const ins_cell *cell, ins_align align)
{
    return (ins_pen){cell->bold || cell->bad ? INS_BOLD : INS_REGULAR, cell_size, align,
                     cell->bad ? INS_RED : INS_INK};
}

static double text_width(const ins_paper *paper, const char *markup, ins_face face, double size)
{
    if (markup == NULL) return 0;
    return ins_markup_width(ins_marks_written(paper->document, paper->arena, markup), face, size);
}

/* What a cell needs, without being broken. */
static double cell_need(const ins_paper *paper, const ins_cell *cell)
{
    ins_pen pen = cell_pen(cell, INS_LEFT);
    double width = text_width(paper, cell->text, pen.face, pen.size);
    if (cell->strip != NULL) width = fmax(width, strip_least);
    if (cell->link != NULL && cell->text == NULL) width = fmax(width, link_width);
    double under = text_width(paper, cell->under, INS_REGULAR, small_size) +
                   (has_grades(cell) ? grades_width(cell) : 0);
    return fmax(width, under) + (cell->mark != INS_NO_MARK ? swatch : 0) + cell_gap;
}

/* Widths of columns, in arrays of them. */
typedef struct widths {
    double *wanted, *least, *given;
} widths;

/* A link is the number of a page here. */
static const char *title_of(const ins_table_block *table, size_t column)
{
    const char *title = table->column[column].title;
    return ins_leads_elsewhere(table, column) ? "page" : title != NULL ? title : "";
}

static double head_width(const ins_paper *paper, const ins_table_block *table, size_t column)
{
    char **lines;
    double width = 0;
    size_t count =
        ins_wrap(paper->arena, title_of(table, column), INS_BOLD, head_size, head_most, &lines);
    for (size_t i = 0; i < count; i++)
        width = fmax(width, ins_markup_width(lines[i], INS_BOLD, head_size));
    return width + cell_gap;
}

static bool has_strips(const ins_table_block *table, size_t column)
{
    return table->rows > 0 && ins_table_cell(table, 0, column)->strip != NULL;
}

static widths measure(const ins_paper *paper, const ins_table_block *table)
{
    widths w = {.wanted = ins_arena_get(paper->arena, table->columns, sizeof(double), "a table"),
                .least = ins_arena_get(paper->arena, table->columns, sizeof(double), "a table"),
                .given = ins_arena_get(paper->arena, table->columns, sizeof(double), "a table")};
    for (size_t c = 0; c < table->columns; c++) {
        const ins_table_column *column = &table->column[c];
        double em = cell_size * INS_MM_PER_POINT, least = c == 0 ? first_least : other_least;
        w.wanted[c] = fmax(head_width(paper, table, c), column->least * em);
        for (size_t r = 0; r < table->rows; r++) {
            const ins_cell *cell = ins_table_cell(table, r, c);
            w.wanted[c] = fmax(w.wanted[c], cell_need(paper, cell));
            /* The word beside a grade is not broken. */
            if (has_grades(cell))
                least = fmax(least, cell->under != NULL ? cell_need(paper, cell)
                                                        : grades_width(cell) + swatch + cell_gap);
        }
        if (has_strips(table, c)) least = fmax(least, strip_least + cell_gap);
        w.least[c] = fmin(w.wanted[c], least);
    }
    return w;
}

static double total(const widths *w, size_t columns)
{
    double sum = 0;
    for (size_t c = 0; c < columns; c++) sum += w->given[c];
    return sum;
}

/* Columns, or those whose text may be broken, that want more than limit get the geometric mean of
 * both: short texts, such as names, stay whole, and long ones take fewer lines than middling ones.
 */
static void limit_widths(const ins_table_block *table, const widths *w, bool all, double limit)
{
    for (size_t c = 0; c < table->columns; c++)
        if (all || table->column[c].wrap)
            w->given[c] = fmax(w->least[c], fmin(w->wanted[c], sqrt(limit * w->wanted[c])));
}

/* Narrows those columns until the table fits or all have their least. */
static void narrow(const ins_table_block *table, const widths *w, bool all)
{
    const double enough = 0.01; /* mm */
    double low = 0, high = INS_TEXT_WIDTH;
    if (total(w, table->columns) <= INS_TEXT_WIDTH) return;
    while (high - low > enough) {
        double middle = (low + high) / 2;
        limit_widths(table, w, all, middle);
        if (total(w, table->columns) > INS_TEXT_WIDTH) {
            high = middle;
        } else {
            low = middle;
        }
    }
    limit_widths(table, w, all, low);
}

/* Room to spare goes to the strips, else to all columns. */
static void spread(const ins_table_block *table, const widths *w, double spare)
{
    size_t strips = 0;
    for (size_t c = 0; c < table->columns; c++) strips += has_strips(table, c);
    for (size_t c = 0; c < table->columns; c++) {
        if (strips > 0 && has_strips(table, c))
            w->given[c] += fmin(spare, strip_more) / (double)strips;
        if (strips == 0) w->given[c] += fmin(spare / (double)table->columns, column_more);
    }
}

/* The widths of the columns: what they want; when there is too little room, those whose text may be
 * broken give first. */
static const double *column_widths(const ins_paper *paper, const ins_table_block *table)
{
    widths w = measure(paper, table);
    memcpy(w.given, w.wanted, table->columns * sizeof *w.given);
    narrow(table, &w, false);
    narrow(table, &w, true);
    if (!table->tiles) spread(table, &w, fmax(INS_TEXT_WIDTH - total(&w, table->columns), 0));
    return w.given;
}

static const unsigned rule_ink = 0x444444;
static const double anchor_left = 0.6, anchor_right = 1; /* of text from the edges of its column */

static double anchor(ins_align align, double left, double width)
{
    if (align == INS_RIGHT) return left + width - anchor_right;
    return align == INS_CENTRE ? left + (width - cell_gap / 2) / 2 : left + anchor_left;
}

/* The heads of a table, broken into lines. */
typedef struct heads {
    size_t most; /* lines */
    size_t *count;
    char ***line;
} heads;

static heads prepare_heads(const ins_paper *paper, const ins_table_block *table,
                           const double *width)
{
    heads h = {.count = ins_arena_get(paper->arena, table->columns, sizeof *h.count, "a table"),
               .line = ins_arena_get(paper->arena, table->columns, sizeof *h.line, "a table")};
    for (size_t c = 0; c < table->columns; c++) {
        const char *title = title_of(table, c);
        if (*title == '\0') continue;
        h.count[c] = ins_wrap(paper->arena, title, INS_BOLD, head_size, width[c] - 1, &h.line[c]);
        if (h.count[c] > h.most) h.most = h.count[c];
    }
    return h;
}

static double heads_height(const heads *h)
{
    double step = head_size * line_step * INS_MM_PER_POINT;
    return h->most > 0 ? step * (double)h->most + head_gap : 0;
}

/* The last lines of all heads stand beside each other. */
static void draw_heads(ins_paper *paper, const ins_table_block *table, const double *width,
                       const heads *h)
{
    const double above_rule = 0.8;
    ins_canvas *canvas = canvas_of(paper);
    double left = INS_LEFT_MARGIN, step = head_size * line_step * INS_MM_PER_POINT;
    if (h->most == 0) return;
    for (size_t c = 0; c < table->columns; c++) {
        ins_pen pen = {INS_BOLD, head_size, table->column[c].align, INS_MUTED};
        for (size_t i = 0; i < h->count[c]; i++)
            ins_canvas_markup(canvas, pen, anchor(pen.align, left, width[c]),
                              paper->y + step * (double)(h->most - h->count[c] + i + 1) -
                                  above_rule,
                              h->line[c][i]);
        left += width[c];
    }
    paper->y += heads_height(h);
    if (!table->tiles)
        ins_canvas_rule(canvas, INS_LEFT_MARGIN, paper->y, left, paper->y, 1, rule_ink);
}

/* Lines that no page has room for end in an ellipsis. */
static size_t at_most(size_t count, char **lines, double step, double height)
{
    size_t most = height > step ? (size_t)(height / step) : 1;
    if (count <= most) return count;
    lines[most - 1] = "…";
    return most;
}

/* The lines of a row's cells, each column so wide, and the height of the row, at most most. */
static double prepare_row(const ins_paper *paper, const ins_table_block *table, size_t r,
                          const double *width, double most, cell_lines *cells)
{
    const ins_pen under_pen = {INS_REGULAR, small_size, INS_LEFT, INS_MUTED};
    double height = 0, padding = table->tiles ? tile_padding : row_padding;
    for (size_t c = 0; c < table->columns; c++) {
        const ins_cell *cell = ins_table_cell(table, r, c);
        ins_pen pen = cell_pen(cell, INS_LEFT);
        double wide = width[c] - cell_gap + anchor_left - (cell->mark != INS_NO_MARK ? swatch : 0);
        cells[c] = (cell_lines){0};
        if (cell->under != NULL)
            cells[c].under =
                lines_of(paper, under_pen, cell->under, wide - grades_width(cell), &cells[c].small);
        cells[c].under = at_most(cells[c].under, cells[c].small, small_step, most / 2);
        if (has_grades(cell) && cells[c].under == 0) cells[c].under = 1;
        double small = (double)cells[c].under * small_step;
        if (cell->text != NULL)
            cells[c].count = lines_of(paper, pen, cell->text, wide, &cells[c].line);
        cells[c].count = at_most(cells[c].count, cells[c].line, cell_step, most - padding - small);
        double own = (double)cells[c].count * cell_step + small;
        if (cell->strip != NULL) own = fmax(own, cell_step + 2 * small_step);
        height = fmax(height, own);
    }
    return height + padding;
}

static unsigned blend(double share)
{
    static const unsigned from[] = {0xFF, 0xFF, 0xFF}, to[] = {0x4B, 0x92, 0xC8};
    unsigned rgb = 0;
    for (size_t i = 0; i < 3; i++) {
        double value = from[i] + share * ((double)to[i] - from[i]);
        rgb = rgb << 8 | (unsigned)lround(value);
    }
    return rgb;
}

/* Five steps in a row, the one that holds filled; green is the middle. */
static double draw_grade(ins_canvas *canvas, int grade, double x, double y)
{
    const ins_pen unknown = {INS_BOLD, 6.2, INS_CENTRE, INS_INK};
    static const unsigned ink[GRADE_STEPS] = {0xA8071A, 0xC98A1B, 0x2B7A4B, 0xC98A1B, 0xA8071A};
    if (grade == INS_NO_GRADE) return 0;
    for (int i = 0; i < GRADE_STEPS; i++) {
        double left = x + grade_step * i;
        ins_canvas_box(canvas, left, y, left + grade_step - grade_gap, y + grade_height,
                       i == grade ? ink[i] : 0xDADDE1);
    }
    if (grade == INS_GRADE_UNKNOWN)
        ins_canvas_text(canvas, unknown, x + GRADE_STEPS * grade_step / 2, y + grade_height + 0.1,
                        "?");
    return GRADE_STEPS * grade_step + grades_gap;
}

/* Dots of the seeds, equal ones on each other, up to six; the mean and its interval above them. */
static void draw_strip(const ins_paper *paper, const ins_table_block *table, const ins_strip *strip,
                       int mark, double left, double width, double top, double height)
{
    ins_canvas *canvas = canvas_of(paper);
    const double radius = 0.5, x0 = left + 1, span = width - cell_gap - 1.5;
    unsigned colour = mark != INS_NO_MARK ? ins_mark_at(paper->document, mark)->colour : INS_INK;
    unsigned pale = 0;
    for (int shift = 16; shift >= 0; shift -= 8)
        pale |= (unsigned)((double)(colour >> shift & 0xFF) * 0.55 + 255 * 0.45) << shift;
    double middle = top + 2.4, floor_y = top + height - 1.2;
    if (isfinite(table->reference)) {
        double x = x0 + table->reference * span;
        for (double y = top; y < top + height; y += 1.6)
            ins_canvas_rule(canvas, x, y, x, fmin(y + 0.9, top + height), 0.7, 0x777777);
    }
    for (size_t s = 0; s < strip->seeds; s++) {
        if (isnan(strip->seed[s])) continue;
        size_t below = 0;
        for (size_t t = 0; t < s; t++)
            below += fabs(strip->seed[t] - strip->seed[s]) * span < radius;
        if (below >= 6) continue;
        ins_canvas_disc(canvas, x0 + strip->seed[s] * span, floor_y - 0.9 * (double)below, radius,
                        pale);
    }
    if (isnan(strip->mean)) return;
    if (isfinite(strip->lower))
        ins_canvas_rule(canvas, x0 + fmax(strip->lower, 0) * span, middle,
                        x0 + fmin(strip->upper, 1) * span, middle, 1.6, colour);
    ins_canvas_disc(canvas, x0 + strip->mean * span, middle, 0.95, colour);
}

static void draw_cell(ins_paper *paper, const ins_table_block *table, const ins_cell *cell,
                      ins_align align, const cell_lines *lines, double left, double width,
                      double top, double height)
{
    ins_canvas *canvas = canvas_of(paper);
    ins_pen pen = cell_pen(cell, align);
    double x = anchor(align, left, width), y = top + (table->tiles ? 0.6 : row_padding / 2);
    if (table->tiles && cell->tint >= 0 && (cell->text != NULL || has_grades(cell)))
        ins_canvas_box(canvas, left, top, left + width - 0.4, top + height - 0.4,
                       blend(fmin(fmax(cell->tint, 0), 1)));
    if (cell->strip != NULL) {
        draw_strip(paper, table, cell->strip, cell->mark, left, width, y, height - row_padding);
        return;
    }
    if (cell->mark != INS_NO_MARK && table->tiles) {
        pen.colour = ins_mark_at(paper->document, cell->mark)->ink;
        pen.face = INS_BOLD;
    } else if (cell->mark != INS_NO_MARK) {
        ins_canvas_box(canvas, left + 0.4, y + 0.7, left + 2.8, y + 3.1,
                       ins_mark_at(paper->document, cell->mark)->colour);
        if (align == INS_LEFT) x += swatch;
    }
    for (size_t i = 0; i < lines->count; i++)
        ins_canvas_markup(canvas, pen, x, y + cell_step * ((double)i + 0.76), lines->line[i]);
    double small = y + cell_step * (double)lines->count;
    if (has_grades(cell)) {
        double at = align == INS_RIGHT ? left + width - 1 - grades_width(cell) : x;
        at += draw_grade(canvas, cell->grade[0], at, small + 0.7);
        at += draw_grade(canvas, cell->grade[1], at, small + 0.7);
        if (align == INS_LEFT) x = at;
    }
    ins_pen under = {cell->under_bad ? INS_BOLD : INS_REGULAR, small_size, align,
                     cell->under_bad ? INS_RED : INS_MUTED};
    for (size_t i = 0; cell->under != NULL && i < lines->under; i++)
        ins_canvas_markup(canvas, under, x, small + small_step * ((double)i + 0.74),
                          lines->small[i]);
    if (cell->link != NULL) {
        ins_pen number = {INS_REGULAR, small_size + 0.4, align, INS_MUTED};
        refer(paper, cell->link, number, x, y + cell_step * 0.76, left, width, top, height,
              cell->text == NULL);
    }
}

static void draw_row(ins_paper *paper, const ins_table_block *table, size_t r, const double *width,
                     const cell_lines *cells, double height)
{
    double left = INS_LEFT_MARGIN, right = left;
    for (size_t c = 0; c < table->columns; c++) right += width[c];
    if (!table->tiles && r % 2 == 0)
        ins_canvas_box(canvas_of(paper), left, paper->y, right, paper->y + height, INS_ZEBRA);
    for (size_t c = 0; c < table->columns; c++) {
        draw_cell(paper, table, ins_table_cell(table, r, c), table->column[c].align, &cells[c],
                  left, width[c], paper->y, height);
        left += width[c];
    }
    paper->y += height;
}

/* The beginning of the note, which the last row takes along. */
static double note_height(const ins_paper *paper, const ins_table_block *table)
{
    if (table->note == NULL) return 0;
    return least_of(paper, note_pen, INS_TEXT_WIDTH, table->note) + rule_gap;
}

/* What the first rows, two of them, need with caption and head. */
static double least_of_table(const ins_paper *paper, const ins_table_block *table)
{
    const double *width = column_widths(paper, table);
    cell_lines *cells = ins_arena_get(paper->arena, table->columns, sizeof *cells, "a table");
    heads h = prepare_heads(paper, table, width);
    double least = heads_height(&h), most = page_bottom - page_top - least;
    if (table->caption != NULL)
        least += least_of(paper, heading_pen, INS_TEXT_WIDTH, table->caption) + caption_gap;
    for (size_t r = 0; r < table->rows && r < 2; r++)
        least += prepare_row(paper, table, r, width, most, cells);
    if (table->rows <= 2) least += note_height(paper, table);
    return fmin(least, page_bottom - page_top);
}

/* The last row takes along the one before it and the beginning of the note. */
static void lay_rows(ins_paper *paper, const ins_table_block *table, const double *width)
{
    cell_lines *cells = ins_arena_get(paper->arena, table->columns, sizeof *cells, "a table");
    heads h = prepare_heads(paper, table, width);
    double most = page_bottom - page_top - heads_height(&h);
    double note = note_height(paper, table);
    draw_heads(paper, table, width, &h);
    for (size_t r = 0; r < table->rows; r++) {
        double along = 0;
        if (r + 2 == table->rows)
            along = prepare_row(paper, table, r + 1, width, most, cells) + note;
        if (r + 1 == table->rows) along = note;
        double height = prepare_row(paper, table, r, width, most, cells);
        double next = height + along <= most ? height + along : height;
        if (need(paper, next)) draw_heads(paper, table, width, &h);
        draw_row(paper, table, r, width, cells, height);
    }
}

static void lay_slice(ins_paper *paper, const ins_table_block *table)
{
    const double *width = column_widths(paper, table);
    double right = INS_LEFT_MARGIN;
    for (size_t c = 0; c < table->columns; c++) right += width[c];
    need(paper, least_of_table(paper, table));
    if (table->caption != NULL) {
        run(paper, heading_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, table->caption);
        paper->y += caption_gap;
    }
    lay_rows(paper, table, width);
    if (!table->tiles)
        ins_canvas_rule(canvas_of(paper), INS_LEFT_MARGIN, paper->y, right, paper->y, 1, rule_ink);
    paper->y += rule_gap;
    if (table->note != NULL) run(paper, note_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, table->note);
    paper->y += table_gap;
}

/* The table with its first column and count columns from first on; the first slice has the caption,
 * the last the note. */
static ins_table_block slice_of(const ins_paper *paper, const ins_table_block *table, size_t first,
                                size_t count)
{
    ins_table_block slice = *table;
    slice.columns = count + 1;
    ins_table_column *column =
        ins_arena_get(paper->arena, slice.columns, sizeof *column, "a table");
    slice.cell =
        ins_arena_get(paper->arena, slice.columns * table->rows + 1, sizeof *slice.cell, "a table");
    for (size_t c = 0; c < slice.columns; c++) {
        size_t from = c == 0 ? 0 : first + c - 1;
        column[c] = table->column[from];
        for (size_t r = 0; r < table->rows; r++)
            *ins_table_cell(&slice, r, c) = *ins_table_cell(table, r, from);
    }
    slice.column = column;
    if (first > 1) slice.caption = NULL;
    if (first + count < table->columns) slice.note = NULL;
    return slice;
}

/* How many of the columns from first on have room beside the first one. */
static size_t fitting(const ins_table_block *table, const double *least, size_t first)
{
    double used = least[0];
    size_t count = 0;
    while (first + count < table->columns && used + least[first + count] <= INS_TEXT_WIDTH)
        used += least[first + count++];
    return count > 0 ? count : 1;
}

static void lay_table(ins_paper *paper, const ins_table_block *table)
{
    const double *least = measure(paper, table).least;
    if (table->columns < 2 || fitting(table, least, 1) == table->columns - 1) {
        lay_slice(paper, table);
        return;
    }
    for (size_t first = 1, count; first < table->columns; first += count) {
        count = fitting(table, least, first);
        ins_table_block slice = slice_of(paper, table, first, count);
        lay_slice(paper, &slice);
    }
}

/* --- The other blocks ---------------------------------------------------------- */

static const double above_caption = 0.8, below_caption = 3.4;

static const char *caption_of(const ins_paper *paper, const ins_block *block, size_t first)
{
    if (first > 0) return ins_arena_format(paper->arena, "*Figure %zu*, continued.", block->number);
    return ins_arena_format(paper->arena, "*Figure %zu.* %s", block->number, block->text);
}

static double caption_height(const ins_paper *paper, const char *caption)
{
    char **lines;
    size_t count = lines_of(paper, note_pen, caption, INS_TEXT_WIDTH, &lines);
    return above_caption + (double)count * step_of(note_pen);
}

/* A chart that takes more of a page than this is drawn in parts where it does not fit. */
static const double whole_most = 0.85;

/* What a chart needs where it begins: all of it, or two rows where it may be torn. */
static double least_of_chart(const ins_paper *paper, const ins_block *block)
{
    size_t rows = ins_chart_rows(block->chart, INS_TEXT_WIDTH);
    double row = ins_chart_row_height(block->chart);
    double caption = caption_height(paper, caption_of(paper, block, 0));
    double whole = row * (double)rows + caption;
    if (whole <= whole_most * (page_bottom - page_top)) return whole;
    return row * (double)(rows < 2 ? rows : 2) + caption;
}

static void add_figure(ins_paper *paper, const ins_block *block, size_t first, size_t rows,
                       size_t part)
{
    const char *data =
        ins_arena_format(paper->arena, "%02zu-%s", block->number, block->chart->name);
    figure *added = ins_list_add(paper->arena, &paper->figures, sizeof *added);
    *added = (figure){
        .name = part > 1 ? ins_arena_format(paper->arena, "%s-%zu", data, part) : data,
        .data = data,
        .chart = block->chart,
        .number = block->number,
        .first = first,
        .rows = rows,
        .page = paper->sheets.count - 1,
        .y = paper->y,
    };
}

static void lay_chart(ins_paper *paper, const ins_block *block)
{
    size_t rows = ins_chart_rows(block->chart, INS_TEXT_WIDTH), drawn;
    double row = ins_chart_row_height(block->chart);
    need(paper, least_of_chart(paper, block));
    for (size_t first = 0, part = 1; first < rows; first += drawn, part++) {
        const char *caption = caption_of(paper, block, first);
        double height = caption_height(paper, caption);
        need(paper, row + height);
        drawn = (size_t)fmax(floor((room(paper) - height) / row), 1);
        if (drawn > rows - first) drawn = rows - first;
        add_figure(paper, block, first, drawn, part);
        paper->y += (double)drawn * row + above_caption;
        run(paper, note_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, caption);
        paper->y += below_caption;
    }
}

static const double formulas_height = 11, below_formulas = 3;

static void lay_formulas(ins_paper *paper, const ins_block *block)
{
    const double bar = 1.2, middle = 1.3; /* the bar at the left; a baseline below the middle */
    need(paper, formulas_height);
    ins_canvas *canvas = canvas_of(paper);
    double top = paper->y, left = INS_LEFT_MARGIN + bar;
    double share = (INS_RIGHT_EDGE - left) / (double)block->count;
    ins_canvas_box(canvas, left, top, INS_RIGHT_EDGE, top + formulas_height, 0xEFF4F8);
    ins_canvas_box(canvas, INS_LEFT_MARGIN, top, left, top + formulas_height, INS_ACCENT);
    for (size_t i = 0; i < block->count; i++)
        ins_canvas_markup(canvas, formula_pen, left + share * ((double)i + 0.5),
                          top + formulas_height / 2 + middle, block->formulas[i]);
    paper->y += formulas_height + below_formulas;
}

static const double contents_step = 4.6;

static void lay_contents(ins_paper *paper)
{
    const ins_document *document = paper->document;
    const double step = contents_step, above_line = 1.3, numbers = 7; /* their room at the right */
    const ins_pen pen = body_pen, number = {pen.face, pen.size, INS_RIGHT, INS_MUTED};
    bool chapters = document->chapters.count > 1;
    size_t count = chapters ? document->chapters.count : document->sections.count;
    for (size_t i = 0; i < count; i++) {
        size_t section = chapters ? ins_chapter_at(document, i)->first : i;
        const ins_section *of = ins_section_at(document, section);
        const char *text = chapters ? ins_chapter_at(document, i)->title : of->kicker;
        need(paper, step);
        char *shown =
            ins_elide(paper->arena, text, INS_REGULAR, pen.size, INS_TEXT_WIDTH - 2 * numbers);
        double y = paper->y + step - above_line;
        double end = INS_LEFT_MARGIN + ins_text_width(shown, INS_REGULAR, pen.size) + 2;
        ins_canvas_text(canvas_of(paper), pen, INS_LEFT_MARGIN, y, shown);
        ins_canvas_rule(canvas_of(paper), end, y, INS_RIGHT_EDGE - numbers, y, 0.6, INS_HAIRLINE);
        refer(paper, of->slug, number, INS_RIGHT_EDGE, y, INS_LEFT_MARGIN, INS_TEXT_WIDTH, paper->y,
              step, true);
        paper->y += step;
    }
    paper->y += 4;
}

/* Blocks of text: their type, the white below them, and whether they belong to what follows. */
static const struct {
    ins_pen pen;
    double below;
    bool leads;
} text_styles[] = {
    [INS_BLOCK_HEADING] = {{INS_BOLD, 10.5, INS_LEFT, INS_INK}, 0.8, true},
    [INS_BLOCK_QUESTION] = {{INS_REGULAR, 9, INS_LEFT, INS_MUTED}, 1.6, true},
    [INS_BLOCK_LEAD] = {{INS_REGULAR, 10.4, INS_LEFT, INS_INK}, 2.6, false},
    [INS_BLOCK_PARAGRAPH] = {{INS_REGULAR, 8.8, INS_LEFT, INS_INK}, 2.2, false},
    [INS_BLOCK_NOTE] = {{INS_REGULAR, 7.6, INS_LEFT, 0x555555}, 2.2, false},
};
static const double item_indent = 6, below_item = 1.4;

/* What the blocks from the first on need where they begin. */
static double least_of_blocks(const ins_paper *paper, const ins_block *block, size_t count)
{
    if (count == 0) return 0;
    switch (block->kind) {
    case INS_BLOCK_ITEM:
        return least_of(paper, body_pen, INS_TEXT_WIDTH - item_indent, block->text);
    case INS_BLOCK_FORMULAS:
        return formulas_height;
    case INS_BLOCK_TABLE:
        return least_of_table(paper, block->table);
    case INS_BLOCK_CHART:
        return least_of_chart(paper, block);
    case INS_BLOCK_CONTENTS:
        return 2 * contents_step;
    default:
        break;
    }
    double least = least_of(paper, text_styles[block->kind].pen, INS_TEXT_WIDTH, block->text);
    if (!text_styles[block->kind].leads) return least;
    return least + text_styles[block->kind].below + least_of_blocks(paper, block + 1, count - 1);
}

static void lay_item(ins_paper *paper, const ins_block *block)
{
    double left = INS_LEFT_MARGIN + item_indent;
    need(paper, least_of(paper, body_pen, INS_RIGHT_EDGE - left, block->text));
    ins_canvas_text(canvas_of(paper), label_pen, INS_LEFT_MARGIN, baseline(body_pen, paper->y),
                    block->label);
    run(paper, body_pen, left, INS_RIGHT_EDGE, block->text);
    paper->y += below_item;
}

/* The first of count blocks. */
static void lay_block(ins_paper *paper, const ins_block *block, size_t count)
{
    switch (block->kind) {
    case INS_BLOCK_ITEM:
        lay_item(paper, block);
        return;
    case INS_BLOCK_FORMULAS:
        lay_formulas(paper, block);
        return;
    case INS_BLOCK_TABLE:
        lay_table(paper, block->table);
        return;
    case INS_BLOCK_CHART:
        lay_chart(paper, block);
        return;
    case INS_BLOCK_CONTENTS:
        lay_contents(paper);
        return;
    default:
        break;
    }
    need(paper, least_of_blocks(paper, block, count));
    run(paper, text_styles[block->kind].pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, block->text);
    paper->y += text_styles[block->kind].below;
}

/* --- Sections ------------------------------------------------------------------ */

static char *capitals(ins_arena *arena, const char *text)
{
    char *out = ins_arena_copy(arena, text, strlen(text));
    for (char *c = out; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    return out;
}

/* The band of the first page: who made it, the title of the first section, what it is about. */
static void lay_band(ins_paper *paper, const ins_section *section)
{
    const ins_document *document = paper->document;
    ins_pen kicker = {INS_BOLD, 8, INS_LEFT, INS_PALE},
            title = {INS_BOLD, 17.5, INS_LEFT, INS_WHITE};
    ins_pen line = {INS_REGULAR, 8.4, INS_LEFT, INS_PALE};
    ins_canvas *canvas = canvas_of(paper);
    char **lines;
    size_t count = lines_of(paper, title, section->title, INS_TEXT_WIDTH, &lines);
    double y = 14;
    ins_canvas_text(canvas, kicker, INS_LEFT_MARGIN, y,
                    capitals(paper->arena,
                             ins_arena_format(paper->arena, "initscope  ·  %s", section->kicker)));
    for (size_t i = 0; i < count; i++)
        ins_canvas_markup(canvas, title, INS_LEFT_MARGIN, y += step_of(title), lines[i]);
    ins_canvas_text(canvas, line, INS_LEFT_MARGIN, y += 6.4,
                    ins_elide(paper->arena, document->subtitle, INS_REGULAR, 8.4, INS_TEXT_WIDTH));
    ins_canvas_band(canvas, y + 5, INS_BAND);
    paper->y = y + 11;
}

/* Whether the section goes on below what stands on the page: where its title has room with what
 * follows, and it does not want a new one, or would leave this one nearly empty. */
static bool stays(const ins_paper *paper, const ins_section *section, double title)
{
    double filled = (paper->y - page_top) / (page_bottom - page_top);
    if (section->fresh && filled >= least_filled) return false;
    double first = least_of_blocks(paper, section->blocks.items, section->blocks.count);
    return room(paper) >= above_section + title + first;
}

static void lay_title(ins_paper *paper, const ins_section *section)
{
    double kicker = step_of(kicker_pen) + below_kicker;
    double title = least_of(paper, title_pen, INS_TEXT_WIDTH, section->title) + below_title;
    if (stays(paper, section, kicker + title)) {
        paper->y += above_section;
    } else {
        turn(paper);
    }
    ins_canvas_text(canvas_of(paper), kicker_pen, INS_LEFT_MARGIN, baseline(kicker_pen, paper->y),
                    capitals(paper->arena, section->kicker));
    paper->y += kicker;
    run(paper, title_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, section->title);
    paper->y += below_title;
}

static void lay_section(ins_paper *paper, size_t index)
{
    const ins_document *document = paper->document;
    const ins_section *section = ins_section_at(document, index);
    const ins_block *blocks = section->blocks.items;
    paper->chapter = ins_chapter_at(document, section->chapter)->title;
    paper->section = section->kicker;
    if (index == 0) {
        turn(paper);
        lay_band(paper, section);
    } else {
        lay_title(paper, section);
    }
    paper->section_page[index] = paper->sheets.count - 1;
    for (size_t i = 0; i < section->blocks.count; i++)
        lay_block(paper, &blocks[i], section->blocks.count - i);
}

static void lay_frame(ins_paper *paper, size_t index)
{
    const sheet *of = (const sheet *)paper->sheets.items + index;
    if (of->chapter != NULL) {
        char *chapter = ins_elide(paper->arena, of->chapter, INS_REGULAR, 7.6, 110);
        char *section = ins_elide(paper->arena, of->section, INS_BOLD, 7.6, 55);
        ins_canvas_text(of->canvas, running_left, INS_LEFT_MARGIN, 14.2, chapter);
        ins_canvas_text(of->canvas, running_right, INS_RIGHT_EDGE, 14.2, section);
        ins_canvas_rule(of->canvas, INS_LEFT_MARGIN, 16.2, INS_RIGHT_EDGE, 16.2, 0.7, INS_HAIRLINE);
    }
    ins_canvas_rule(of->canvas, INS_LEFT_MARGIN, 283.5, INS_RIGHT_EDGE, 283.5, 0.7, INS_HAIRLINE);
    ins_canvas_text(of->canvas, running_left, INS_LEFT_MARGIN, 287.8,
                    ins_elide(paper->arena, paper->document->footer, INS_REGULAR, 7.6, 145));
    ins_canvas_text(of->canvas, page_number, INS_RIGHT_EDGE, 287.8,
                    ins_arena_format(paper->arena, "%zu / %zu", index + 1, paper->sheets.count));
}

static void write_numbers(ins_paper *paper)
{
    const reference *references = paper->references.items;
    for (size_t i = 0; i < paper->references.count; i++) {
        const reference *r = &references[i];
        size_t section = ins_section_of(paper->document, r->slug);
        if (!r->number || section == SIZE_MAX) continue;
        ins_canvas_text(((sheet *)paper->sheets.items)[r->page].canvas, r->pen, r->x, r->y,
                        ins_arena_format(paper->arena, "%zu", paper->section_page[section] + 1));
    }
}

ins_paper *ins_paper_new(const ins_document *document)
{
    ins_paper *paper = ins_allocate(1, sizeof *paper, "a report");
    *paper = (ins_paper){.document = document, .arena = ins_arena_new()};
    paper->section_page = ins_arena_get(paper->arena, document->sections.count + 1,
                                        sizeof *paper->section_page, "a report");
    for (size_t i = 0; i < document->sections.count; i++) lay_section(paper, i);
    if (paper->sheets.count > 0) last_sheet(paper)->end = paper->y;
    write_numbers(paper);
    for (size_t i = 0; i < paper->sheets.count; i++) lay_frame(paper, i);
    return paper;
}

void ins_paper_free(ins_paper *paper)
{
    if (paper == NULL) return;
    ins_arena_free(paper->arena);
    free(paper);
}

size_t ins_paper_pages(const ins_paper *paper)
{
    return paper->sheets.count;
}

size_t ins_paper_page_of(const ins_paper *paper, size_t section)
{
    return paper->section_page[section];
}

double ins_paper_filled(const ins_paper *paper, size_t page)
{
    const sheet *of = (const sheet *)paper->sheets.items + page;
    return (of->end - page_top) / (page_bottom - page_top);
}

size_t ins_paper_figures(const ins_paper *paper)
{
    return paper->figures.count;
}

static const figure *figure_at(const ins_paper *paper, size_t index)
{
    return (const figure *)paper->figures.items + index;
}

const char *ins_paper_figure(const ins_paper *paper, size_t index)
{
    return figure_at(paper, index)->name;
}

/* --- Files --------------------------------------------------------------------- */

static ins_status write_file(const char *directory, const char *name, const ins_text *text,
                             ins_error *error)
{
    char *path = ins_path_join(directory, name);
    ins_status status =
        ins_file_stage(path, text->length > 0 ? text->data : "", text->length, error);
    free(path);
    return status;
}

static void figures_of_page(const ins_paper *paper, size_t page, ins_text *out)
{
    for (size_t i = 0; i < paper->figures.count; i++) {
        const figure *of = figure_at(paper, i);
        if (of->page != page) continue;
        ins_text_add_format(out, "PAGE_X = %.3f; PAGE_Y = %.3f; load DIR.'%s.gp'\n",
                            INS_LEFT_MARGIN, of->y, of->name);
    }
}

/* One page: its data files, and its commands appended to script. */
static ins_status write_page(const ins_paper *paper, size_t page, const char *directory,
                             ins_text *script, ins_error *error)
{
    char name[32], file[64];
    ins_canvas_files files;
    ins_status status = INS_OK;
    snprintf(name, sizeof name, "%02zu", page + 1);
    ins_canvas_write(((const sheet *)paper->sheets.items)[page].canvas, name, &files);
    ins_text_add_format(script, "\n# ---- page %zu\nset multiplot\n", page + 1);
    ins_text_add(script, files.script.data);
    figures_of_page(paper, page, script);
    ins_text_add(script, "unset multiplot\n");
    const struct {
        const char *kind;
        ins_text *text;
    } parts[] = {{"text", &files.text},
                 {"rules", &files.rules},
                 {"boxes", &files.boxes},
                 {"discs", &files.discs}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(file, sizeof file, "pages/%s-%s.csv", name, parts[i].kind);
        if (status == INS_OK && parts[i].text->length > 0)
            status = write_file(directory, file, parts[i].text, error);
        ins_text_free(parts[i].text);
    }
    ins_text_free(&files.script);
    return status;
}

/* What a figure's script begins with: it draws pictures of its own unless it is told to draw on a
 * page. */
static void begin_script(const figure *of, ins_text *out)
{
    ins_text_add_format(out,
                        "# Figure %zu. %s\n"
                        "#\n"
                        "#   gnuplot %s.gp\n"
                        "#\n"
                        "# draws %s.png and .svg from %s.csv; colours, fonts and helpers are in "
                        "style.gp.\n"
                        "# Lengths are millimetres from the top left of the figure.\n%s\n",
                        of->number, of->chart->title, of->name, of->name, of->data,
                        of->chart->thinned ? "# Of curves of more points than it has pixels, those "
                                             "that draw the same picture.\n"
                                           : "");
    ins_text_add_format(out,
                        "FIGURE = '%s'\n"
                        "if (!exists(\"FORMAT\")) {\n"
                        "    do for [FORMAT in \"png svg\"] { load FIGURE.'.gp' }\n"
                        "    exit\n"
                        "}\n"
                        "if (!exists(\"DIR\")) {\n"
                        "    DIR = ''\n"
                        "    load 'style.gp'\n"
                        "}\n"
                        "DATA = DIR.'%s.csv'\n"
                        "WIDTH = %.1f\n"
                        "HEIGHT = %.1f\n",
                        of->name, of->data, INS_TEXT_WIDTH,
                        ins_chart_row_height(of->chart) * (double)of->rows);
}

/* The script of a figure, and with the first part of a chart its data. */
static ins_status write_figure(const figure *of, const char *directory, ins_error *error)
{
    ins_text name = {0}, text = {0};
    ins_status status = INS_OK;
    if (of->first == 0) {
        ins_text_add_format(&name, "figures/%s.csv", of->data);
        ins_chart_data(of->chart, &text);
        status = write_file(directory, name.data, &text, error);
    }
    ins_text_clear(&name);
    ins_text_clear(&text);
    ins_text_add_format(&name, "figures/%s.gp", of->name);
    begin_script(of, &text);
    ins_chart_script(of->chart, INS_TEXT_WIDTH, of->first, of->rows, &text);
    if (status == INS_OK) status = write_file(directory, name.data, &text, error);
    ins_text_free(&name);
    ins_text_free(&text);
    return status;
}

static ins_status write_style(const char *directory, ins_error *error)
{
    ins_text style = {0};
    ins_status status = ins_house_style("style.gp", &style, error);
    if (status == INS_OK) status = write_file(directory, "figures/style.gp", &style, error);
    ins_text_free(&style);
    return status;
}

/* figures.gp: all figures as PNG and SVG in one process. */
static ins_status write_figures_script(const ins_paper *paper, const char *directory,
                                       ins_error *error)
{
    ins_text script = {0};
    ins_text_add(&script, "# initscope report: every figure as PNG and SVG. Run: gnuplot "
                          "figures.gp\n"
                          "DIR = 'figures/'\nload DIR.'style.gp'\n"
                          "if (!exists(\"FORMATS\")) FORMATS = 'png svg'\n"
                          "do for [FORMAT in FORMATS] {\n");
    for (size_t i = 0; i < paper->figures.count; i++)
        ins_text_add_format(&script, "    load DIR.'%s.gp'\n", ins_paper_figure(paper, i));
    ins_text_add(&script, "}\n");
    ins_status status = write_file(directory, "figures.gp", &script, error);
    ins_text_free(&script);
    return status;
}

ins_status ins_paper_write(const ins_paper *paper, const char *directory, ins_error *error)
{
    ins_text script = {0};
    ins_text_add(&script, "# initscope report: the pages of report.pdf. Run: gnuplot report.gp\n"
                          "# Each figure has its own script in figures/; the text of the pages is "
                          "data in pages/.\n"
                          "if (!exists(\"OUT\")) OUT = 'report.pdf'\n"
                          "DIR = 'figures/'\n"
                          "FORMAT = 'page'\n"
                          "load DIR.'style.gp'\n"
                          "eval PDF\n"
                          "set output OUT\n");
    ins_status status = write_style(directory, error);
    for (size_t i = 0; i < paper->figures.count && status == INS_OK; i++)
        status = write_figure(figure_at(paper, i), directory, error);
    for (size_t i = 0; i < paper->sheets.count && status == INS_OK; i++)
        status = write_page(paper, i, directory, &script, error);
    ins_text_add(&script, "\nset output\n");
    if (status == INS_OK) status = write_file(directory, "report.gp", &script, error);
    if (status == INS_OK) status = write_figures_script(paper, directory, error);
    ins_text_free(&script);
    return status;
}

void ins_paper_decorate(const ins_paper *paper, const char *date, ins_text *pdf)
{
    const ins_document *document = paper->document;
    ins_list bookmarks = {0}, links = {0};
    for (size_t i = 0; i < document->sections.count; i++) {
        const ins_section *section = ins_section_at(document, i);
        const ins_chapter *chapter = ins_chapter_at(document, section->chapter);
        if (chapter->first == i) {
            ins_bookmark *mark = ins_list_add(paper->arena, &bookmarks, sizeof *mark);
            *mark = (ins_bookmark){chapter->title, paper->section_page[i], 0};
        }
        ins_bookmark *mark = ins_list_add(paper->arena, &bookmarks, sizeof *mark);
        *mark = (ins_bookmark){section->kicker, paper->section_page[i], 1};
    }
    const reference *references = paper->references.items;
    for (size_t i = 0; i < paper->references.count; i++) {
        const reference *r = &references[i];
        size_t section = ins_section_of(document, r->slug);
        if (section == SIZE_MAX) continue;
        ins_link *link = ins_list_add(paper->arena, &links, sizeof *link);
        *link = (ins_link){r->page, paper->section_page[section], r->left,
                           r->top,  r->left + r->width,           r->top + r->height};
    }
    ins_pdf_decorate(pdf, &(ins_decoration){.title = document->title,
                                            .creator = document->footer,
                                            .date = date,
                                            .bookmark = bookmarks.items,
                                            .bookmarks = bookmarks.count,
                                            .link = links.items,
                                            .links = links.count});
}
