/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as HTML: marks as rows, tiles as shares of a tint, grades and strips as small pictures. */
#include <config.h>

#include "screen_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "html.h"

/* What is being written. */
typedef struct writer {
    ins_text *out;
    const ins_document *document;
    const ins_table_block *table;
    bool *used;
} writer;

static const ins_mark *use(const writer *w, int mark)
{
    w->used[mark] = true;
    return ins_mark_at(w->document, mark);
}

/* --- Pictures ------------------------------------------------------------------ */

static void add_grade(ins_text *out, int grade)
{
    enum { STEPS = 5 };
    if (grade == INS_NO_GRADE) return;
    if (grade == INS_GRADE_UNKNOWN) {
        ins_text_add(out, "<span class=\"grade gx\" role=\"img\" aria-label=\"undecided\"></span>");
    } else {
        ins_text_add_format(
            out, "<span class=\"grade g%d\" role=\"img\" aria-label=\"step %d of %d\"></span>",
            grade, grade + 1, STEPS);
    }
}

/* Pixels of a strip: its axis from 0 to 1, and the heights of the mean and of the lowest seeds. */
enum { STRIP_LEFT = 4, STRIP_WIDTH = 142, STRIP_HEIGHT = 22, STRIP_MEAN = 7, STRIP_SEEDS = 18 };

static double strip_x(double share)
{
    return STRIP_LEFT + fmin(fmax(share, 0), 1) * STRIP_WIDTH;
}

/* Dots of the seeds, those at one place on each other, up to six. */
static void add_seeds(ins_text *out, const ins_strip *strip)
{
    const double step = 2;
    enum { MOST = 6 };
    for (size_t s = 0; s < strip->seeds; s++) {
        if (isnan(strip->seed[s])) continue;
        size_t below = 0;
        for (size_t t = 0; t < s; t++)
            below += fabs(strip_x(strip->seed[t]) - strip_x(strip->seed[s])) < step;
        if (below < MOST)
            ins_text_add_format(out, "M%.1f %.1fh0", strip_x(strip->seed[s]),
                                STRIP_SEEDS - step * (double)below);
    }
}

static void add_strip(const writer *w, const ins_cell *cell)
{
    const ins_strip *strip = cell->strip;
    ins_text *out = w->out;
    char paint[16] = "k";
    if (cell->mark != INS_NO_MARK) snprintf(paint, sizeof paint, "c%u", use(w, cell->mark)->hue);
    ins_text_add_format(out,
                        "<svg class=\"strip\" viewBox=\"0 0 150 %d\" role=\"img\" aria-label=\"",
                        STRIP_HEIGHT);
    if (isnan(strip->mean)) {
        ins_text_add(out, "no mean");
    } else {
        ins_text_add_format(out, "mean %.3g", strip->mean);
    }
    if (isfinite(strip->lower))
        ins_text_add_format(out, ", interval from %.3g to %.3g", strip->lower, strip->upper);
    ins_text_add(out, "\">");
    if (isfinite(w->table->reference))
        ins_text_add_format(
            out, "<path class=\"x\" stroke-width=\"1\" stroke-dasharray=\"2 3\" d=\"M%.1f 0v%d\"/>",
            strip_x(w->table->reference), STRIP_HEIGHT);
    ins_text_add_format(out, "<path class=\"%s\" stroke-width=\"3\" opacity=\".5\" d=\"", paint);
    add_seeds(out, strip);
    ins_text_add(out, "\"/>");
    if (isfinite(strip->lower))
        ins_text_add_format(out, "<path class=\"%s\" stroke-width=\"2.4\" d=\"M%.1f %dH%.1f\"/>",
                            paint, strip_x(strip->lower), STRIP_MEAN, strip_x(strip->upper));
    if (!isnan(strip->mean))
        ins_text_add_format(out, "<path class=\"%s\" stroke-width=\"7\" d=\"M%.1f %dh0\"/>", paint,
                            strip_x(strip->mean), STRIP_MEAN);
    ins_text_add(out, "</svg>");
}

/* --- Cells ---------------------------------------------------------------------- */

static void add_markup(const writer *w, const char *markup)
{
    ins_html_markup(w->out, w->document, markup, w->used);
}

static void add_class(ins_text *classes, const char *name)
{
    if (classes->length > 0) ins_text_add(classes, " ");
    ins_text_add(classes, name);
}

static void add_align(ins_text *classes, ins_align align)
{
    if (align != INS_LEFT) add_class(classes, align == INS_RIGHT ? "ae" : "am");
}

static void add_classes(ins_text *out, ins_text *classes)
{
    if (classes->length > 0) ins_text_add_format(out, " class=\"%s\"", classes->data);
    ins_text_free(classes);
}

/* A link alone says where it leads, as the number of a page would: to a section, or to the chapter
 * that it begins. */
static void add_link(const writer *w, const ins_cell *cell)
{
    size_t index = ins_section_of(w->document, cell->link);
    if (index == SIZE_MAX) return;
    const ins_section *section = ins_section_at(w->document, index);
    const ins_chapter *chapter = ins_chapter_at(w->document, section->chapter);
    ins_text_add_format(w->out, "<a href=\"#%s\">", cell->link);
    if (cell->text != NULL) {
        ins_html_plain(w->out, w->document, cell->text);
    } else {
        ins_html_text(w->out, chapter->first == index ? chapter->title : section->kicker);
    }
    ins_text_add(w->out, "</a>");
}

static bool has_grades(const ins_cell *cell)
{
    return cell->grade[0] != INS_NO_GRADE || cell->grade[1] != INS_NO_GRADE;
}

static void add_content(const writer *w, const ins_cell *cell)
{
    ins_text *out = w->out;
    if (cell->strip != NULL) {
        add_strip(w, cell);
        return;
    }
    if (cell->bold) ins_text_add(out, "<b>");
    if (cell->link != NULL) {
        add_link(w, cell);
    } else if (cell->text != NULL) {
        add_markup(w, cell->text);
    }
    if (cell->bold) ins_text_add(out, "</b>");
    if (cell->under == NULL && !has_grades(cell)) return;
    ins_text_add(out, cell->under_bad ? "<small class=\"bad\">" : "<small>");
    add_grade(out, cell->grade[0]);
    add_grade(out, cell->grade[1]);
    if (cell->under != NULL) add_markup(w, cell->under);
    ins_text_add(out, "</small>");
}

/* The share of the tint behind a tile, in steps that a style sheet has. */
static void add_tint(ins_text *classes, const ins_cell *cell)
{
    enum { STEPS = 24 };
    if (isnan(cell->tint) || cell->text == NULL) return;
    ins_text_add_format(classes, "%sh%.0f", classes->length > 0 ? " " : "",
                        fmin(fmax(cell->tint, 0), 1) * STEPS);
}

/* The cells of one mark make their row that mark's; beside others each has its own. */
static void add_cell(const writer *w, size_t r, size_t c, int row_mark)
{
    const ins_cell *cell = ins_table_cell(w->table, r, c);
    const char *tag = c == 0 ? "th" : "td";
    ins_text classes = {0};
    bool own = cell->mark != INS_NO_MARK && cell->mark != row_mark;
    ins_text_add_format(w->out, "<%s%s", tag, c == 0 ? " scope=\"row\"" : "");
    add_align(&classes, w->table->column[c].align);
    if (cell->bad) add_class(&classes, "bad");
    if (w->table->tiles && c > 0) add_tint(&classes, cell);
    if (own) {
        const ins_mark *mark = use(w, cell->mark);
        ins_text_add_format(&classes, "%sc%u", classes.length > 0 ? " " : "", mark->hue);
        ins_text_add_format(w->out, " data-a=\"%d\"", mark->same);
    }
    add_classes(w->out, &classes);
    if (cell->strip != NULL && isfinite(cell->strip->mean))
        ins_text_add_format(w->out, " data-v=\"%.6g\"", cell->strip->mean);
    ins_text_add(w->out, ">");
    if (own && cell->strip == NULL) ins_text_add(w->out, "<span class=\"sw\"></span>");
    add_content(w, cell);
    ins_text_add_format(w->out, "</%s>", tag);
}

static void add_row(const writer *w, size_t r)
{
    int mark = ins_table_cell(w->table, r, 0)->mark;
    ins_text_add(w->out, "<tr");
    if (mark != INS_NO_MARK) {
        const ins_mark *of = use(w, mark);
        ins_text_add_format(w->out, " class=\"c%u\" data-a=\"%d\"", of->hue, of->same);
    }
    ins_text_add(w->out, ">");
    for (size_t c = 0; c < w->table->columns; c++) add_cell(w, r, c, mark);
    ins_text_add(w->out, "</tr>\n");
}

/* --- Tables ---------------------------------------------------------------------- */

static bool has_heads(const ins_table_block *table)
{
    for (size_t c = 0; c < table->columns; c++)
        if (table->column[c].title != NULL) return true;
    return false;
}

static void add_heads(const writer *w)
{
    if (!has_heads(w->table)) return;
    ins_text_add(w->out, "<thead><tr>");
    for (size_t c = 0; c < w->table->columns; c++) {
        const ins_table_column *column = &w->table->column[c];
        ins_text classes = {0};
        ins_text_add(w->out, "<th scope=\"col\"");
        add_align(&classes, column->align);
        add_classes(w->out, &classes);
        ins_text_add(w->out, ">");
        if (column->title != NULL) add_markup(w, column->title);
        if (ins_leads_elsewhere(w->table, c)) ins_text_add(w->out, "section");
        ins_text_add(w->out, "</th>");
    }
    ins_text_add(w->out, "</tr></thead>\n");
}

/* Behind names there is text that goes over several lines. */
static bool is_prose(const ins_table_block *table)
{
    for (size_t c = 1; c < table->columns; c++)
        if (table->column[c].wrap) return true;
    return false;
}

/* What can be sorted is copied as well; prose is read. */
static void begin_table(const writer *w)
{
    const ins_table_block *table = w->table;
    bool sorted = !table->tiles && !is_prose(table) && table->rows > 1 && has_heads(table);
    ins_text classes = {0};
    if (table->tiles) add_class(&classes, "tiles");
    if (sorted) add_class(&classes, "sort");
    if (is_prose(table)) add_class(&classes, "text");
    ins_text_add(w->out, "<table");
    add_classes(w->out, &classes);
    ins_text_add(w->out, ">");
}

void ins_screen_table(ins_text *out, const ins_document *document, const ins_table_block *table,
                      const char *caption, bool *used)
{
    writer w = {out, document, table, used};
    const char *heard = table->caption != NULL ? table->caption : caption;
    ins_text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    ins_html_plain(out, document, heard);
    ins_text_add(out, "\">");
    begin_table(&w);
    ins_text_add(out, table->caption != NULL ? "<caption>" : "<caption class=\"vh\">");
    add_markup(&w, heard);
    ins_text_add(out, "</caption>\n");
    add_heads(&w);
    ins_text_add(out, "<tbody>\n");
    for (size_t r = 0; r < table->rows; r++) add_row(&w, r);
    ins_text_add(out, "</tbody></table></div>\n");
    if (table->note == NULL) return;
    ins_text_add(out, "<p class=\"note\">");
    add_markup(&w, table->note);
    ins_text_add(out, "</p>\n");
}
