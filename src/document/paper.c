/* The document on paper: a cursor that goes down A4 pages, and what it leaves on them. */
#include <config.h>

#include "initscope/paper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/canvas.h"
#include "initscope/figure.h"
#include "initscope/file.h"
#include "initscope/layout.h"
#include "initscope/pdf.h"

static const double page_top = 22, page_bottom = 279, line_step = 1.42; /* mm; of the font size */

static const ins_pen kicker_pen = {INS_BOLD, 8, INS_LEFT, INS_ACCENT};
static const ins_pen title_pen = {INS_BOLD, 15, INS_LEFT, INS_INK};
static const ins_pen question_pen = {INS_REGULAR, 9, INS_LEFT, INS_MUTED};
static const ins_pen lead_pen = {INS_REGULAR, 10.4, INS_LEFT, INS_INK};
static const ins_pen heading_pen = {INS_BOLD, 10.5, INS_LEFT, INS_INK};
static const ins_pen body_pen = {INS_REGULAR, 8.8, INS_LEFT, INS_INK};
static const ins_pen note_pen = {INS_REGULAR, 7.6, INS_LEFT, 0x555555};
static const ins_pen label_pen = {INS_BOLD, 9, INS_LEFT, INS_ACCENT};
static const ins_pen formula_pen = {INS_REGULAR, 10.5, INS_CENTRE, INS_INK};
static const ins_pen running_left = {INS_REGULAR, 7.6, INS_LEFT, INS_MUTED};
static const ins_pen running_right = {INS_BOLD, 7.6, INS_RIGHT, INS_MUTED};
static const ins_pen page_number = {INS_REGULAR, 7.6, INS_RIGHT, INS_MUTED};

typedef struct sheet {
    ins_canvas *canvas;
    const char *chapter; /* running head; NULL: a page without one */
    const char *section;
    double end; /* of what is on it */
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

struct ins_paper {
    const ins_document *document;
    ins_arena *arena;
    ins_list sheets, figures, references; /* figures: ins_figure * */
    size_t *section_page;                 /* (sections) */
    double y;                             /* next free millimetre */
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

static void turn(ins_paper *paper, const char *chapter, const char *section)
{
    if (paper->sheets.count > 0) last_sheet(paper)->end = paper->y;
    sheet *added = ins_list_add(paper->arena, &paper->sheets, sizeof *added);
    *added = (sheet){ins_canvas_new(paper->arena, paper->document->coverage), chapter, section,
                     page_top};
    paper->y = page_top;
}

/* A new page, of the same section, unless height fits; true when it turned. */
static bool need(ins_paper *paper, double height)
{
    if (page_bottom - paper->y >= height) return false;
    turn(paper, last_sheet(paper)->chapter, last_sheet(paper)->section);
    return true;
}

static double step_of(ins_pen pen)
{
    return (pen.size > 12 ? 1.28 : line_step) * pen.size * INS_MM_PER_POINT;
}

/* The baseline of a line whose top is y. */
static double baseline(ins_pen pen, double y)
{
    return y + (step_of(pen) + 0.72 * pen.size * INS_MM_PER_POINT) / 2;
}

static size_t lines_of(const ins_paper *paper, ins_pen pen, const char *markup, double width,
                       char ***lines)
{
    const char *written = ins_marks_written(paper->document, paper->arena, markup);
    return ins_wrap(paper->arena, written, pen.face, pen.size, width, lines);
}

/* Lines from x to right; a paragraph of three lines or fewer is not torn. */
static void run(ins_paper *paper, ins_pen pen, double x, double right, const char *markup)
{
    char **lines;
    size_t count = lines_of(paper, pen, markup, right - x, &lines);
    need(paper, (count < 4 ? (double)count : 2) * step_of(pen));
    for (size_t i = 0; i < count; i++) {
        if (i + 2 == count && count > 3) need(paper, 2 * step_of(pen)); /* no single last line */
        need(paper, step_of(pen));
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
static const double cell_step = 3.9, small_step = 3.1, row_padding = 2.4, cell_gap = 2.4;
static const double swatch = 3.6, grade_step = 1.7, strip_least = 34;

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
    double each = 5 * grade_step + 1.4, width = 0;
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
    if (cell->link != NULL && cell->text == NULL) width = fmax(width, 6);
    double under = text_width(paper, cell->under, INS_REGULAR, small_size) +
                   (has_grades(cell) ? grades_width(cell) : 0);
    return fmax(width, under) + (cell->mark != INS_NO_MARK ? swatch : 0) + cell_gap;
}

/* room for the columns that wrap: those that need less than their share, by their least widths, get
 * what they need; the others share the rest. */
static void share_room(const ins_table_block *table, double room, double *width)
{
    bool *settled = ins_allocate(table->columns, sizeof *settled, "a table");
    for (bool again = true; again;) {
        double weights = 0;
        again = false;
        for (size_t c = 0; c < table->columns; c++)
            if (table->column[c].wrap && !settled[c]) weights += table->column[c].least + 1;
        for (size_t c = 0; c < table->columns && !again; c++) {
            if (!table->column[c].wrap || settled[c]) continue;
            double share = room * (table->column[c].least + 1) / weights;
            if (width[c] > share) continue;
            settled[c] = again = true;
            room -= width[c];
        }
        for (size_t c = 0; c < table->columns && !again; c++)
            if (table->column[c].wrap && !settled[c])
                width[c] = room * (table->column[c].least + 1) / weights;
    }
    free(settled);
}

/* The widths of the columns: what they need; the ones that wrap share what is left. When there is
 * too little room those that need most give. */
static double *column_widths(const ins_paper *paper, const ins_table_block *table)
{
    double *width = ins_arena_get(paper->arena, table->columns, sizeof *width, "a table");
    double total = 0, wrapped = 0;
    for (size_t c = 0; c < table->columns; c++) {
        const ins_table_column *column = &table->column[c];
        char **lines;
        double em = cell_size * INS_MM_PER_POINT, head = 0;
        size_t count = ins_wrap(paper->arena, column->title != NULL ? column->title : "", INS_BOLD,
                                head_size, 24, &lines);
        for (size_t i = 0; i < count; i++)
            head = fmax(head, ins_markup_width(lines[i], INS_BOLD, head_size));
        width[c] = fmax(head + cell_gap, column->least * em);
        for (size_t r = 0; r < table->rows; r++)
            width[c] = fmax(width[c], cell_need(paper, ins_table_cell(table, r, c)));
        total += width[c];
        if (column->wrap) wrapped += width[c];
    }
    double over = total - INS_TEXT_WIDTH;
    if (over > 0 && wrapped > 0) {
        share_room(table, INS_TEXT_WIDTH - (total - wrapped), width);
        over = 0;
    }
    for (double limit = INS_TEXT_WIDTH; over > 1e-6 && limit > 4; limit *= 0.97) {
        over = -INS_TEXT_WIDTH;
        for (size_t c = 0; c < table->columns; c++) over += width[c] = fmin(width[c], limit);
    }
    if (over < 0 && !table->tiles) { /* room to spare goes to strips, else to the gaps */
        size_t takers = 0;
        for (size_t c = 0; c < table->columns; c++)
            takers += table->rows > 0 && ins_table_cell(table, 0, c)->strip != NULL;
        for (size_t c = 0; c < table->columns; c++) {
            bool strip = table->rows > 0 && ins_table_cell(table, 0, c)->strip != NULL;
            if (takers > 0 && strip) width[c] += fmin(-over, 30) / (double)takers;
            if (takers == 0) width[c] += fmin(-over / (double)table->columns, 9);
        }
    }
    return width;
}

static double anchor(ins_align align, double left, double width)
{
    if (align == INS_RIGHT) return left + width - 1;
    return align == INS_CENTRE ? left + (width - cell_gap / 2) / 2 : left + 0.6;
}

static void draw_head(ins_paper *paper, const ins_table_block *table, const double *width)
{
    ins_canvas *canvas = canvas_of(paper);
    size_t most = 0;
    double left = INS_LEFT_MARGIN;
    char ***lines = ins_arena_get(paper->arena, table->columns, sizeof *lines, "a table");
    size_t *count = ins_arena_get(paper->arena, table->columns, sizeof *count, "a table");
    for (size_t c = 0; c < table->columns; c++) {
        const char *title = table->column[c].title;
        if (title == NULL || *title == '\0') continue;
        count[c] = ins_wrap(paper->arena, title, INS_BOLD, head_size, width[c] - 1, &lines[c]);
        if (count[c] > most) most = count[c];
    }
    if (most == 0) return;
    double step = head_size * line_step * INS_MM_PER_POINT;
    for (size_t c = 0; c < table->columns; c++) {
        ins_pen pen = {INS_BOLD, head_size, table->column[c].align, INS_MUTED};
        for (size_t i = 0; i < count[c]; i++)
            ins_canvas_markup(canvas, pen, anchor(pen.align, left, width[c]),
                              paper->y + step * (double)(most - count[c] + i + 1) - 0.8,
                              lines[c][i]);
        left += width[c];
    }
    paper->y += step * (double)most + 0.8;
    if (!table->tiles)
        ins_canvas_rule(canvas, INS_LEFT_MARGIN, paper->y, left, paper->y, 1, 0x444444);
}

static double prepare_row(const ins_paper *paper, const ins_table_block *table, size_t r,
                          const double *width, cell_lines *cells)
{
    double height = 0;
    for (size_t c = 0; c < table->columns; c++) {
        const ins_cell *cell = ins_table_cell(table, r, c);
        ins_pen pen = cell_pen(cell, INS_LEFT);
        double room = width[c] - cell_gap + 0.6 - (cell->mark != INS_NO_MARK ? swatch : 0);
        cells[c] = (cell_lines){0};
        if (cell->text != NULL)
            cells[c].count = lines_of(paper, pen, cell->text, room, &cells[c].line);
        if (cell->under != NULL)
            cells[c].under =
                lines_of(paper, (ins_pen){INS_REGULAR, small_size, INS_LEFT, INS_MUTED},
                         cell->under, room - grades_width(cell), &cells[c].small);
        if (has_grades(cell) && cells[c].under == 0) cells[c].under = 1;
        double own = (double)cells[c].count * cell_step + (double)cells[c].under * small_step;
        if (cell->strip != NULL) own = fmax(own, cell_step + 2 * small_step);
        height = fmax(height, own);
    }
    return height + (table->tiles ? 1.2 : row_padding);
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
    static const unsigned ink[] = {0xA8071A, 0xC98A1B, 0x2B7A4B, 0xC98A1B, 0xA8071A};
    if (grade == INS_NO_GRADE) return 0;
    for (int i = 0; i < 5; i++) {
        double left = x + grade_step * i;
        ins_canvas_box(canvas, left, y, left + grade_step - 0.25, y + 1.5,
                       i == grade ? ink[i] : 0xDADDE1);
    }
    if (grade == INS_GRADE_UNKNOWN)
        ins_canvas_text(canvas, (ins_pen){INS_BOLD, 6.2, INS_CENTRE, INS_INK}, x + 2.5 * grade_step,
                        y + 1.6, "?");
    return 5 * grade_step + 1.4;
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

static void lay_table(ins_paper *paper, const ins_table_block *table)
{
    cell_lines *cells = ins_arena_get(paper->arena, table->columns, sizeof *cells, "a table");
    double *width = column_widths(paper, table), right = INS_LEFT_MARGIN, least = 12;
    for (size_t c = 0; c < table->columns; c++) right += width[c];
    for (size_t r = 0; r < table->rows && r < 2; r++)
        least += prepare_row(paper, table, r, width, cells);
    need(paper, least + (table->caption != NULL ? 7 : 0));
    if (table->caption != NULL) {
        run(paper, heading_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, table->caption);
        paper->y += 0.6;
    }
    draw_head(paper, table, width);
    for (size_t r = 0; r < table->rows; r++) {
        double height = prepare_row(paper, table, r, width, cells);
        /* The last row but one takes the last along. */
        double both = r + 2 == table->rows ? height * 2 : height;
        if (need(paper, both)) draw_head(paper, table, width);
        draw_row(paper, table, r, width, cells, height);
    }
    if (!table->tiles)
        ins_canvas_rule(canvas_of(paper), INS_LEFT_MARGIN, paper->y, right, paper->y, 1, 0x444444);
    paper->y += 1;
    if (table->note != NULL) run(paper, note_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, table->note);
    paper->y += 3;
}

/* --- The other blocks ---------------------------------------------------------- */

static void lay_chart(ins_paper *paper, const ins_block *block)
{
    const ins_chart *chart = block->chart;
    char **lines;
    double height = ins_chart_height(chart, INS_TEXT_WIDTH);
    size_t caption = lines_of(paper, note_pen, block->text, INS_TEXT_WIDTH, &lines) + 1;
    need(paper, fmin(height + (double)caption * step_of(note_pen), page_bottom - page_top));
    ins_figure *figure = ins_arena_get(paper->arena, 1, sizeof *figure, "a figure");
    ins_figure **slot = ins_list_add(paper->arena, &paper->figures, sizeof *slot);
    *figure = (ins_figure){
        .name = ins_arena_format(paper->arena, "%02zu-%s", block->number, chart->name),
        .number = block->number,
        .width = INS_TEXT_WIDTH,
        .height = height,
        .page = paper->sheets.count - 1,
        .x = INS_LEFT_MARGIN,
        .y = paper->y,
    };
    *slot = figure;
    ins_figure_begin(figure, chart->title);
    ins_chart_data(chart, &figure->data);
    ins_chart_script(chart, figure->width, figure->height, &figure->parameters);
    paper->y += height + 0.8;
    run(paper, note_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE,
        ins_arena_format(paper->arena, "*Figure %zu.* %s", block->number, block->text));
    paper->y += 3.4;
}

static void lay_formulas(ins_paper *paper, const ins_block *block)
{
    const double height = 11;
    need(paper, height + 3);
    ins_canvas *canvas = canvas_of(paper);
    double top = paper->y, left = INS_LEFT_MARGIN;
    double share = (INS_TEXT_WIDTH - 2) / (double)block->count;
    ins_canvas_box(canvas, left, top, INS_RIGHT_EDGE, top + height, 0xEFF4F8);
    ins_canvas_box(canvas, left, top, left + 1.2, top + height, INS_ACCENT);
    for (size_t i = 0; i < block->count; i++)
        ins_canvas_markup(canvas, formula_pen, left + 2 + share * ((double)i + 0.5),
                          top + height / 2 + 1.3, block->formulas[i]);
    paper->y += height + 3;
}

static void lay_contents(ins_paper *paper)
{
    const ins_document *document = paper->document;
    const double step = 4.6;
    ins_pen pen = {INS_REGULAR, 8.8, INS_LEFT, INS_INK};
    ins_pen number = {INS_REGULAR, 8.8, INS_RIGHT, INS_MUTED};
    bool chapters = document->chapters.count > 1;
    size_t count = chapters ? document->chapters.count : document->sections.count;
    for (size_t i = 0; i < count; i++) {
        size_t section = chapters ? ins_chapter_at(document, i)->first : i;
        const ins_section *of = ins_section_at(document, section);
        const char *text = chapters ? ins_chapter_at(document, i)->title : of->kicker;
        need(paper, step);
        char *shown = ins_elide(paper->arena, text, INS_REGULAR, pen.size, INS_TEXT_WIDTH - 14);
        double y = paper->y + step - 1.3;
        double end = INS_LEFT_MARGIN + ins_text_width(shown, INS_REGULAR, pen.size) + 2;
        ins_canvas_text(canvas_of(paper), pen, INS_LEFT_MARGIN, y, shown);
        ins_canvas_rule(canvas_of(paper), end, y, INS_RIGHT_EDGE - 7, y, 0.6, INS_HAIRLINE);
        refer(paper, of->slug, number, INS_RIGHT_EDGE, y, INS_LEFT_MARGIN, INS_TEXT_WIDTH, paper->y,
              step, true);
        paper->y += step;
    }
    paper->y += 4;
}

static void lay_block(ins_paper *paper, const ins_block *block)
{
    const double left = INS_LEFT_MARGIN, right = INS_RIGHT_EDGE;
    switch (block->kind) {
    case INS_BLOCK_HEADING:
        need(paper, 22);
        run(paper, heading_pen, left, right, block->text);
        paper->y += 0.8;
        break;
    case INS_BLOCK_QUESTION:
        run(paper, question_pen, left, right, block->text);
        paper->y += 1.6;
        break;
    case INS_BLOCK_LEAD:
        run(paper, lead_pen, left, right, block->text);
        paper->y += 2.6;
        break;
    case INS_BLOCK_PARAGRAPH:
        run(paper, body_pen, left, right, block->text);
        paper->y += 2.2;
        break;
    case INS_BLOCK_NOTE:
        run(paper, note_pen, left, right, block->text);
        paper->y += 2.2;
        break;
    case INS_BLOCK_ITEM:
        need(paper, 2 * step_of(body_pen));
        ins_canvas_text(canvas_of(paper), label_pen, left, baseline(body_pen, paper->y),
                        block->label);
        run(paper, body_pen, left + 6, right, block->text);
        paper->y += 1.4;
        break;
    case INS_BLOCK_FORMULAS:
        lay_formulas(paper, block);
        break;
    case INS_BLOCK_TABLE:
        lay_table(paper, block->table);
        break;
    case INS_BLOCK_CHART:
        lay_chart(paper, block);
        break;
    case INS_BLOCK_CONTENTS:
        lay_contents(paper);
        break;
    }
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

static void lay_section(ins_paper *paper, size_t index)
{
    const ins_document *document = paper->document;
    const ins_section *section = ins_section_at(document, index);
    const char *chapter = ins_chapter_at(document, section->chapter)->title;
    const ins_block *blocks = section->blocks.items;
    if (index == 0) {
        turn(paper, NULL, NULL);
        lay_band(paper, section);
        last_sheet(paper)->section = section->kicker;
    } else {
        /* A section that may go on below the last one wants room for its title and some lines. */
        bool stays = !section->fresh && page_bottom - paper->y > 62;
        if (!stays) turn(paper, chapter, section->kicker);
        if (stays) paper->y += 3.4;
        ins_canvas_text(canvas_of(paper), kicker_pen, INS_LEFT_MARGIN,
                        baseline(kicker_pen, paper->y), capitals(paper->arena, section->kicker));
        paper->section_page[index] = paper->sheets.count - 1;
        paper->y += step_of(kicker_pen) + 0.8;
        run(paper, title_pen, INS_LEFT_MARGIN, INS_RIGHT_EDGE, section->title);
        paper->y += 1.8;
    }
    for (size_t i = 0; i < section->blocks.count; i++) lay_block(paper, &blocks[i]);
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
    for (size_t i = 0; i < paper->figures.count; i++)
        ins_figure_free(((ins_figure **)paper->figures.items)[i]);
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

const char *ins_paper_figure(const ins_paper *paper, size_t number)
{
    return ((ins_figure *const *)paper->figures.items)[number - 1]->name;
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
    ins_figure *const *figures = paper->figures.items;
    for (size_t i = 0; i < paper->figures.count; i++) {
        if (figures[i]->page != page) continue;
        ins_text_add_format(out, "PAGE_X = %.3f; PAGE_Y = %.3f; load DIR.'%s.gp'\n", figures[i]->x,
                            figures[i]->y, figures[i]->name);
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

static ins_status write_figure(const ins_figure *figure, const char *directory, ins_error *error)
{
    ins_text name = {0};
    ins_text_add_format(&name, "figures/%s.csv", figure->name);
    ins_status status = write_file(directory, name.data, &figure->data, error);
    ins_text_clear(&name);
    ins_text_add_format(&name, "figures/%s.gp", figure->name);
    if (status == INS_OK) status = write_file(directory, name.data, &figure->parameters, error);
    ins_text_free(&name);
    return status;
}

static ins_status write_style(const char *directory, ins_error *error)
{
    char *path = ins_bundled("reports/style.gp");
    ins_text style = {0};
    ins_status status;
    if (path == NULL) {
        status = ins_error_add(error, INS_OUTPUT,
                               "reports/style.gp: not found; set INITSCOPE_DATA_DIR to the "
                               "directory that has it");
    } else {
        status = ins_file_read(path, &style, INS_OUTPUT, error);
        if (status == INS_OK) status = write_file(directory, "figures/style.gp", &style, error);
    }
    free(path);
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
        ins_text_add_format(&script, "    load DIR.'%s.gp'\n", ins_paper_figure(paper, i + 1));
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
        status = write_figure(((ins_figure *const *)paper->figures.items)[i], directory, error);
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
