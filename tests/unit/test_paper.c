/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A document on pages: nothing leaves the margins or lies on something else, what belongs together
 * stands together, page numbers and links lead where they say, and gnuplot draws what charts hold
 * at their extremes.
 *
 * What the pages hold is read from the files that gnuplot draws: of each line of text its place,
 * and the rectangle that it takes by the font's own widths. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/document/canvas.h"
#include "initscope/gnuplot.h"
#include "initscope/paper.h"
#include "initscope/rendered.h"

#include "drawn_pages.h"
#include "scratch.h"

static ins_document *document;
static ins_arena *arena; /* the document's */

static void setup(void)
{
    scratch_setup();
    document = ins_document_new("A title", "about it", "made here", NULL);
    arena = document->arena;
    ins_chapter_begin(document, "c", "The chapter");
}

static void teardown(void)
{
    ins_document_free(document);
    scratch_teardown();
}

/* --- What is on the pages ---------------------------------------------------------- */

/* Writes the document; pages must be freed. */
static pages pages_of(void)
{
    ins_error error = {0};
    ck_assert_int_eq(ins_directory_make(at("pages"), &error), INS_OK);
    ck_assert_int_eq(ins_directory_make(at("figures"), &error), INS_OK);
    ins_paper *paper = ins_paper_new(document);
    ck_assert_int_eq(ins_paper_write(paper, scratch, &error), INS_OK);
    size_t made = ins_paper_pages(paper);
    for (size_t i = 0; i < made; i++) {
        ck_assert_double_ge(ins_paper_filled(paper, i), 0);
        ck_assert_double_le(ins_paper_filled(paper, i), 1.03); /* white below the last line */
    }
    ins_paper_free(paper);
    pages p = drawn_pages("pages");
    ck_assert_uint_eq(p.count, made);
    return p;
}

/* A figure's rectangle on its page is as a line without text. */
static size_t figures_of(line *out, size_t most)
{
    ins_text script = drawn_file("report.gp");
    size_t n = 0, page = 0;
    for (const char *c = script.data; c != NULL && *c != '\0';) {
        char name[64], path[96];
        double x, y, height;
        sscanf(c, "# ---- page %zu", &page);
        if (sscanf(c, "PAGE_X = %lf; PAGE_Y = %lf; load DIR.'%63[^.].gp'", &x, &y, name) == 3) {
            ck_assert_uint_lt(n, most);
            snprintf(path, sizeof path, "figures/%s.gp", name);
            ins_text figure = drawn_file(path);
            const char *at_height = strstr(figure.data, "HEIGHT = ");
            ck_assert_int_eq(sscanf(at_height, "HEIGHT = %lf", &height), 1);
            out[n] = (line){page, 0, x, x + 170, y, y + height, ""};
            snprintf(out[n++].text, sizeof out->text, "figure %s", name);
            ins_text_free(&figure);
        }
        c = strchr(c, '\n');
        if (c != NULL) c++;
    }
    ins_text_free(&script);
    return n;
}

static void expect_apart(const line *a, const line *b)
{
    double x = fmin(a->right, b->right) - fmax(a->left, b->left);
    double y = fmin(a->bottom, b->bottom) - fmax(a->top, b->top);
    ck_assert_msg(a->page != b->page || x <= 0.2 || y <= 0.8, "page %zu: \"%s\" on \"%s\"", a->page,
                  a->text, b->text);
}

/* Nothing leaves the margins, and nothing lies on something else. */
static void expect_sound(const pages *p)
{
    static line figures[64];
    size_t n = figures_of(figures, 64);
    for (size_t i = 0; i < p->lines; i++) {
        const line *l = &p->line[i];
        ck_assert_msg(l->left >= 19.9 && l->right <= 190.2 && l->top >= 8 && l->bottom <= 290,
                      "page %zu: \"%s\" is outside", l->page, l->text);
        for (size_t j = 0; j < i; j++) expect_apart(l, &p->line[j]);
        for (size_t j = 0; j < n; j++) expect_apart(l, &figures[j]);
    }
    for (size_t i = 0; i < n; i++) {
        ck_assert_double_ge(figures[i].top, 20);
        ck_assert_double_le(figures[i].bottom, 279.1);
    }
}

static void release(pages *p)
{
    drawn_free(p);
    ins_error error = {0};
    ck_assert_int_eq(ins_directory_remove(at("pages"), &error), INS_OK);
    ck_assert_int_eq(ins_directory_remove(at("figures"), &error), INS_OK);
}

/* --- Making -------------------------------------------------------------------------- */

static void section(const char *slug, const char *title, bool fresh)
{
    ins_section_begin(document, slug, ins_arena_format(arena, "About %s", slug), title, fresh);
}

/* Short paragraphs, one line each. */
static void fill(size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        ins_add_paragraph(document, ins_arena_format(arena, "filling %zu.", i));
}

static const char *words_of(size_t n)
{
    ins_text out = {0};
    ins_text_add(&out, "");
    for (size_t i = 0; i < n; i++) ins_text_add_format(&out, "%sword%zu", i > 0 ? " " : "", i);
    const char *text = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return text;
}

static ins_table_block *table_of(size_t columns, size_t rows)
{
    ins_table_column *column = ins_arena_get(arena, columns, sizeof *column, "a table");
    for (size_t c = 0; c < columns; c++)
        column[c] = (ins_table_column){ins_arena_format(arena, "head %zu", c), INS_LEFT, 0, false};
    ins_table_block *table = ins_add_table(document, column, columns, rows);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            ins_table_cell(table, r, c)->text = ins_arena_format(arena, "cell %zu.%zu", r, c);
    return table;
}

static ins_chart *chart_of(size_t panels, ins_shape shape)
{
    ins_chart *chart = ins_chart_new(arena, "test", "A test", shape);
    for (size_t i = 0; i < panels; i++) {
        ins_panel *panel = ins_chart_panel(chart, ins_arena_format(arena, "panel %zu", i));
        ins_series *series = ins_panel_series(chart, panel, INS_SERIES_LINE, "a", 0, 0);
        panel->x = ins_axis_whole(arena, 0, 1, 2);
        panel->y = ins_axis_linear(arena, 0, 1, 2, false);
        for (size_t k = 0; k < 2; k++)
            ins_series_add(chart, series, (ins_point){(double)k, 0.5, NAN, NAN, 0, NULL});
    }
    return chart;
}

/* --- What stands together -------------------------------------------------------------- */

/* Whatever room is left on the first page: a heading has what it announces below it, and so has a
 * section's title. */
START_TEST(nothing_that_leads_stands_alone_at_the_bottom)
{
    section("first", "First", true);
    fill((size_t)_i);
    switch (_i % 6) {
    case 0:
        ins_add_heading(document, "the heading");
        ins_add_paragraph(document, "what follows: one line");
        break;
    case 1:
        ins_add_heading(document, "the heading");
        table_of(3, 9)->caption = "what follows";
        break;
    case 2:
        section("second", "the heading", false);
        ins_add_question(document, "a question");
        ins_add_heading(document, "another heading");
        ins_add_chart(document, chart_of(2, INS_SHAPE_HIGH), "what follows");
        break;
    case 3:
        section("second", "the heading", false);
        ins_add_item(document, "1", ins_arena_format(arena, "what follows %s", words_of(40)));
        break;
    case 4:
        section("second", "the heading", false);
        ins_add_chart(document, chart_of(30, INS_SHAPE_MULTIPLE), "of 30 panels");
        break;
    default:
        ins_add_heading(document, "the heading");
        ins_add_item(document, "1", ins_arena_format(arena, "what follows %s", words_of(70)));
        break;
    }
    pages p = pages_of();
    expect_sound(&p);
    size_t page = drawn_find(&p, "the heading")->page;
    if (_i % 6 == 4) {
        line figures[4];
        ck_assert_uint_ge(figures_of(figures, 4), 1);
        ck_assert_uint_eq(figures[0].page, page);
    } else {
        ck_assert_uint_eq(drawn_find(&p, "what follows")->page, page);
    }
    if (_i % 6 == 3) ck_assert_uint_eq(drawn_find(&p, "word39")->page, page);
    release(&p);
}
END_TEST

/* A number stands beside the first line of its item. */
START_TEST(an_item_keeps_its_number)
{
    section("first", "First", true);
    fill((size_t)_i);
    ins_add_item(document, "77", ins_arena_format(arena, "its text %s", words_of(30)));
    pages p = pages_of();
    const line *number = drawn_find(&p, "77"), *text = drawn_find(&p, "its text");
    ck_assert_uint_eq(number->page, text->page);
    ck_assert_double_eq_tol(number->bottom, text->bottom, 0.1);
    release(&p);
}
END_TEST

/* Rows of four lines: all lines of a row are on one page, the head is on each, and no page has a
 * single row. */
START_TEST(rows_are_not_torn)
{
    enum { ROWS = 40 };
    section("first", "First", true);
    fill((size_t)_i);
    ins_table_block *table = table_of(3, ROWS);
    table->note = "the note of the table";
    ins_table_column *wrapped = (ins_table_column *)table->column;
    wrapped[1].wrap = true;
    for (size_t r = 0; r < ROWS; r++)
        ins_table_cell(table, r, 1)->text =
            ins_arena_format(arena, "begin%zu, %s, end%zu.", r, words_of(30), r);
    pages p = pages_of();
    expect_sound(&p);
    size_t rows[64] = {0}, heads = 0;
    for (size_t r = 0; r < ROWS; r++) {
        size_t page = drawn_find(&p, ins_arena_format(arena, "begin%zu,", r))->page;
        ck_assert_uint_eq(page, drawn_find(&p, ins_arena_format(arena, "end%zu.", r))->page);
        rows[page]++;
    }
    for (size_t page = 1; page <= p.count; page++) {
        ck_assert_uint_ne(rows[page], 1);
        heads += rows[page] > 0;
    }
    ck_assert_uint_ge(heads, 2);
    ck_assert_uint_eq(drawn_count(&p, "head 2"), heads);
    ck_assert_uint_eq(drawn_find(&p, "the note of the table")->page,
                      drawn_find(&p, ins_arena_format(arena, "end%d.", ROWS - 1))->page);
    release(&p);
}
END_TEST

START_TEST(paragraphs_leave_no_single_line)
{
    section("first", "First", true);
    fill((size_t)_i);
    ins_add_paragraph(document, words_of(90));
    pages p = pages_of();
    size_t lines[8] = {0};
    for (size_t i = 0; i < p.lines; i++)
        if (strncmp(p.line[i].text, "word", 4) == 0) lines[p.line[i].page]++;
    for (size_t page = 1; page <= p.count; page++) ck_assert_uint_ne(lines[page], 1);
    release(&p);
}
END_TEST

/* --- Tables ----------------------------------------------------------------------------- */

START_TEST(a_table_of_many_columns_is_laid_in_slices)
{
    enum { COLUMNS = 60 };
    section("first", "First", true);
    ins_table_block *table = table_of(COLUMNS, 4);
    table->caption = "the caption";
    table->note = "the note";
    table->tiles = _i == 1;
    for (size_t r = 0; r < 4; r++)
        ins_table_cell(table, r, 0)->text = ins_arena_format(arena, "row %zu", r);
    pages p = pages_of();
    expect_sound(&p);
    size_t slices = drawn_count(&p, "row 2");
    ck_assert_uint_ge(slices, 3);
    ck_assert_uint_eq(drawn_count(&p, "head 0"), slices);
    for (size_t c = 1; c < COLUMNS; c++) {
        ck_assert_uint_eq(drawn_count(&p, ins_arena_format(arena, "head %zu", c)), 1);
        ck_assert_uint_eq(drawn_count(&p, ins_arena_format(arena, "cell 3.%zu", c)), 1);
    }
    ck_assert_uint_eq(drawn_count(&p, "the caption"), 1);
    ck_assert_uint_eq(drawn_count(&p, "the note"), 1);
    release(&p);
}
END_TEST

/* Columns that would be too wide together give where they have most; grades, swatches and links
 * keep their room. */
START_TEST(wide_columns_give_and_nothing_is_lost)
{
    section("first", "First", true);
    ins_mark mark = {.name = "an initializer with a long name, and more of it",
                     .prose = "a name",
                     .whole = "an initializer",
                     .colour = 1,
                     .ink = 2};
    int number = ins_document_mark(document, &mark);
    ins_table_block *table = table_of(7, 3);
    for (size_t r = 0; r < 3; r++) {
        ins_table_cell(table, r, 0)->text = ins_mark_text(document, number);
        ins_table_cell(table, r, 0)->mark = number;
        ins_table_cell(table, r, 1)->text = words_of(12);
        ins_table_cell(table, r, 2)->under = words_of(9);
        ins_table_cell(table, r, 2)->grade[0] = (signed char)r;
        ins_table_cell(table, r, 3)->link = "c-first";
        ins_table_cell(table, r, 4)->grade[0] = INS_GRADE_UNKNOWN;
        ins_table_cell(table, r, 4)->text = NULL;
        ins_table_cell(table, r, 5)->text = "7.25·10^{−23} [6.8·10^{−25}, 9.1·10^{−21}]";
    }
    pages p = pages_of();
    expect_sound(&p);
    ck_assert_uint_eq(drawn_count(&p, "?"), 3);
    drawn_find(&p, "word11");
    drawn_find(&p, "word8");
    drawn_find(&p, "9.1·10^{−21}]");
    release(&p);
}
END_TEST

START_TEST(a_cell_that_no_page_has_room_for_is_cut)
{
    section("first", "First", true);
    ins_table_block *table = table_of(2, 3);
    ins_table_column *wrapped = (ins_table_column *)table->column;
    wrapped[1].wrap = true;
    ins_table_cell(table, 1, 1)->text = words_of(3000);
    ins_table_cell(table, 1, 1)->under = words_of(2000);
    table->note = "the note";
    pages p = pages_of();
    expect_sound(&p);
    ck_assert_uint_ge(drawn_count(&p, "…"), 2);
    drawn_find(&p, "cell 2.1");
    ck_assert_uint_le(p.count, 4);
    release(&p);
}
END_TEST

START_TEST(strips_and_discs_stay_in_their_column)
{
    section("first", "First", true);
    ins_table_block *table = table_of(2, 2);
    static const double seeds[] = {0, 0.5, 0.5, 0.5, NAN, 1};
    ins_strip strip = {6, seeds, 0.5, -0.5, 1.5}, none = {6, seeds, NAN, NAN, NAN};
    table->reference = 0.25;
    ins_table_cell(table, 0, 1)->strip = &strip;
    ins_table_cell(table, 1, 1)->strip = &none;
    pages p = pages_of();
    expect_sound(&p);
    ins_text discs = drawn_file("pages/01-discs.csv");
    size_t n = 0;
    double x, y, radius;
    for (const char *c = strchr(discs.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1, n++) {
        ck_assert_int_eq(sscanf(c, "%lf,%lf,%lf", &x, &y, &radius), 3);
        ck_assert_double_ge(x - radius, 20);
        ck_assert_double_le(x + radius, 190);
    }
    ck_assert_uint_eq(n, 2 * 5 + 1); /* the mean of the first alone */
    ins_text_free(&discs);
    release(&p);
}
END_TEST

START_TEST(what_is_bad_is_red)
{
    section("first", "First", true);
    ins_table_block *table = table_of(2, 2);
    ins_table_cell(table, 0, 1)->bad = true;
    pages p = pages_of();
    ins_text text = drawn_file("pages/01-text.csv");
    size_t cells = 0;
    for (const char *c = strchr(text.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1) {
        size_t row, column;
        unsigned colour;
        if (sscanf(c, "%*u,%*f,%*f,%u,%*f,%*f,%*f,%*f,\"cell %zu.%zu\"", &colour, &row, &column) !=
            3)
            continue;
        ck_assert_uint_eq(colour, row == 0 && column == 1 ? INS_RED : INS_INK);
        cells++;
    }
    ck_assert_uint_eq(cells, 4);
    ins_text_free(&text);
    release(&p);
}
END_TEST

/* Seeds, interval and reference have one scale: that of the seeds at 0 and 1, at which the interval
 * ends. */
START_TEST(a_strip_has_one_scale)
{
    section("first", "First", true);
    ins_table_block *table = table_of(2, 1);
    static const double seeds[] = {0, 1};
    ins_strip strip = {2, seeds, 0.75, -0.5, 1.5};
    table->reference = 0.25;
    ins_table_cell(table, 0, 1)->strip = &strip;
    pages p = pages_of();
    ins_text discs = drawn_file("pages/01-discs.csv"), rules = drawn_file("pages/01-rules.csv");
    double x[3], left, right, down;
    size_t n = 0, bars = 0, dashes = 0;
    for (const char *c = strchr(discs.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1, n++) {
        ck_assert_uint_lt(n, 3);
        ck_assert_int_eq(sscanf(c, "%lf", &x[n]), 1);
    }
    ck_assert_uint_eq(n, 3);
    double span = x[1] - x[0];
    ck_assert_double_eq_tol(x[2], x[0] + 0.75 * span, 2e-3);
    for (const char *c = strchr(rules.data, '\n') + 1; *c != '\0'; c = strchr(c, '\n') + 1) {
        ck_assert_int_eq(sscanf(c, "%*u,%lf,%*f,%lf,%lf", &left, &right, &down), 3);
        bars += fabs(left - x[0]) < 2e-3 && fabs(right - span) < 2e-3;
        if (down == 0) continue;
        ck_assert_double_eq_tol(left, x[0] + 0.25 * span, 2e-3);
        dashes++;
    }
    ck_assert_uint_eq(bars, 1);
    ck_assert_uint_ge(dashes, 2);
    ins_text_free(&discs);
    ins_text_free(&rules);
    release(&p);
}
END_TEST

/* --- Sections --------------------------------------------------------------------------- */

/* A section goes on below the last one, one that is fresh begins a page unless that would leave
 * this one nearly empty; running heads tell the section that a page goes on with. */
START_TEST(sections_begin_where_there_is_room)
{
    section("first", "First", true);
    fill(20);
    section("second", "Second stays", false);
    fill(5);
    section("third", "Third is fresh", true);
    fill(4);
    ins_chapter_begin(document, "d", "Another chapter");
    section("fourth", "Fourth goes on", true);
    fill(60);
    pages p = pages_of();
    expect_sound(&p);
    ck_assert_uint_eq(drawn_find(&p, "Second stays")->page, 1);
    ck_assert_uint_eq(drawn_find(&p, "Third is fresh")->page, 2);
    ck_assert_uint_eq(drawn_find(&p, "Fourth goes on")->page, 2);
    ck_assert_uint_eq(p.count, 3);
    /* The running head: chapter and section with which the page begins. */
    size_t heads = 0;
    for (size_t i = 0; i < p.lines; i++) {
        if (p.line[i].bottom > 16) continue;
        const char *expected[2][2] = {{"The chapter", "About third"},
                                      {"Another chapter", "About fourth"}};
        if (p.line[i].page == 1) continue;
        const char **head = expected[p.line[i].page - 2];
        ck_assert(strcmp(p.line[i].text, head[0]) == 0 || strcmp(p.line[i].text, head[1]) == 0);
        heads++;
    }
    ck_assert_uint_eq(heads, 4);
    release(&p);
}
END_TEST

/* The page after the first of a report has a running head as well. */
START_TEST(the_second_page_of_the_first_section_has_a_running_head)
{
    section("first", "First", true);
    fill(70);
    pages p = pages_of();
    ck_assert_uint_eq(p.count, 2);
    ck_assert_uint_eq(drawn_find(&p, "The chapter")->page, 2);
    ck_assert_uint_eq(drawn_find(&p, "About first")->page, 2);
    drawn_find(&p, "1 / 2");
    drawn_find(&p, "2 / 2");
    release(&p);
}
END_TEST

/* --- Charts ------------------------------------------------------------------------------- */

START_TEST(a_chart_higher_than_a_page_is_drawn_in_parts)
{
    section("first", "First", true);
    fill(10);
    ins_add_chart(document, chart_of(64, INS_SHAPE_MULTIPLE), "the caption of it");
    ins_add_paragraph(document, "after the chart");
    pages p = pages_of();
    expect_sound(&p);
    drawn_find(&p, "{/:Bold Figure 1.} the caption of it");
    ck_assert_uint_eq(drawn_count(&p, "{/:Bold Figure 1}, continued."), 2);
    ck_assert_uint_eq(p.count, 3);
    ck_assert_uint_eq(drawn_find(&p, "after the chart")->page, 3);
    static const char *const names[] = {"figures/01-test.gp", "figures/01-test-2.gp",
                                        "figures/01-test-3.gp"};
    size_t panels = 0;
    for (size_t i = 0; i < 3; i++) {
        ins_text script = drawn_file(names[i]);
        ck_assert_ptr_nonnull(strstr(script.data, "DATA = DIR.'01-test.csv'"));
        for (const char *c = script.data; (c = strstr(c, "eval PANEL")) != NULL; c++) panels++;
        ins_text_free(&script);
    }
    ck_assert_uint_eq(panels, 64);
    ck_assert_uint_eq(entries(at("figures")), 3 + 2); /* the data and the style */
    release(&p);
}
END_TEST

START_TEST(a_chart_that_a_page_has_room_for_is_not_torn)
{
    section("first", "First", true);
    fill((size_t)_i * 3);
    ins_add_chart(document, chart_of(20, INS_SHAPE_MULTIPLE), "the caption of it");
    pages p = pages_of();
    expect_sound(&p);
    ck_assert_uint_eq(entries(at("figures")), 3);
    release(&p);
}
END_TEST

/* --- Page numbers and links ---------------------------------------------------------------- */

/* Chapters of one to five pages: what the contents and the cells say is the page that holds the
 * title, whatever stands before it. */
START_TEST(page_numbers_are_those_of_the_pages)
{
    enum { CHAPTERS = 12 };
    section("contents", "The contents", true);
    ins_add_contents(document);
    ins_table_block *table = table_of(2, CHAPTERS);
    for (size_t i = 0; i < CHAPTERS; i++) {
        ins_chapter_begin(document, ins_arena_format(arena, "n%zu", i),
                          ins_arena_format(arena, "Chapter number %zu.", i));
        ins_table_cell(table, i, 1)->text = NULL;
        ins_table_cell(table, i, 1)->link = ins_arena_format(arena, "n%zu-last", i);
        section("begin", ins_arena_format(arena, "Beginning of %zu.", i), true);
        fill(i * 17 % 90);
        section("last", ins_arena_format(arena, "The last of %zu.", i), i % 2 == 0);
        fill(i * 29 % 70);
    }
    pages p = pages_of();
    expect_sound(&p);
    for (size_t i = 0; i < CHAPTERS; i++) {
        const char *titles[] = {ins_arena_format(arena, "Chapter number %zu.", i),
                                ins_arena_format(arena, "cell %zu.0", i)};
        const char *sections[] = {ins_arena_format(arena, "Beginning of %zu.", i),
                                  ins_arena_format(arena, "The last of %zu.", i)};
        for (size_t k = 0; k < 2; k++) {
            const line *title = drawn_find(&p, titles[k]);
            const char *page = ins_arena_format(arena, "%zu", drawn_find(&p, sections[k])->page);
            size_t numbers = 0;
            for (size_t l = 0; l < p.lines; l++) {
                const line *number = &p.line[l];
                bool beside = number->page == title->page && number->left > title->right &&
                              fabs(number->bottom - title->bottom) < 0.6;
                if (!beside) continue;
                ck_assert_str_eq(number->text, page);
                numbers++;
            }
            ck_assert_uint_eq(numbers, 1);
        }
    }
    ck_assert_uint_gt(p.count, 10);
    release(&p);
}
END_TEST

/* A PDF of the form that cairo writes, without content: page n is object 10 + n. */
static ins_text pdf_of(size_t count)
{
    ins_text pdf = {0};
    ins_text_add(&pdf, "%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< "
                       "/Type /Pages /Kids [ ");
    for (size_t i = 0; i < count; i++) ins_text_add_format(&pdf, "%zu 0 R ", 10 + i);
    ins_text_add_format(&pdf, "] /Count %zu >>\nendobj\n", count);
    for (size_t i = 0; i < count; i++)
        ins_text_add_format(&pdf, "%zu 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n", 10 + i);
    size_t start = pdf.length;
    ins_text_add_format(&pdf,
                        "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %zu /Root 1 0 R "
                        ">>\nstartxref\n%zu\n%%%%EOF\n",
                        10 + count, start);
    return pdf;
}

/* The objects of pages after "/Dest [ ", in the order of the file. */
static size_t destinations_of(const char *text, size_t *out, size_t most)
{
    size_t n = 0;
    for (const char *c = text; (c = strstr(c, "/Dest [ ")) != NULL && n < most; c++)
        ck_assert_int_eq(sscanf(c, "/Dest [ %zu 0 R", &out[n++]), 1);
    return n;
}

START_TEST(bookmarks_and_links_lead_to_the_pages_of_the_sections)
{
    section("first", "First", true);
    ins_add_contents(document);
    ins_table_block *table = table_of(1, 2);
    ins_table_cell(table, 0, 0)->link = "d-second";
    ins_table_cell(table, 1, 0)->link = "nowhere";
    fill(80);
    ins_chapter_begin(document, "d", "Another chapter");
    section("second", "Second", true);
    fill(50);
    document->title = "A 😀"; /* U+1F600 is D83D DE00 */
    ins_paper *paper = ins_paper_new(document);
    size_t count = ins_paper_pages(paper), second = ins_paper_page_of(paper, 1), found[16];
    ck_assert_uint_ge(second, 1);
    ins_text pdf = pdf_of(count);
    ins_paper_decorate(paper, "20261123174020", &pdf);
    ck_assert_ptr_nonnull(strstr(pdf.data, "/Title <FEFF00410020D83DDE00>"));
    const char *outlines = strstr(pdf.data, "/Type /Outlines");
    ck_assert_ptr_nonnull(outlines);
    /* chapter and section each: two on page 1, two on the page of the second */
    const char *annotated = strstr(outlines, "/Annots");
    ck_assert_ptr_nonnull(annotated);
    ck_assert_uint_eq(destinations_of(outlines, found, 16), 4 + 3);
    const size_t expected[] = {10, 10, 10 + second, 10 + second, 10, 10 + second, 10 + second};
    /* bookmarks, then the links in the order of the page: contents, and the one cell that leads
     * somewhere */
    for (size_t i = 0; i < 7; i++) ck_assert_uint_eq(found[i], expected[i]);
    ins_text_free(&pdf);
    ins_paper_free(paper);
}
END_TEST

/* --- gnuplot ------------------------------------------------------------------------------- */

/* What a report may hold, at its extremes; the panels are drawn by gnuplot without a word. */
static ins_chart *extreme_chart(void)
{
    static const double values[][4] = {{1e-300, 1e300, 1, NAN}, {0, -1, 1e-5, 1e5},
                                       {NAN, NAN, 1, NAN},      {1, 1, 1, 1},
                                       {-1e300, 1e300, 0, 1},   {1e-320, 1e308, 1, 2}};
    static const char *const names[] = {"`touch PWNED`",
                                        "$(touch PWNED) \\\\ \\n \\101",
                                        "'; system('touch PWNED'); '",
                                        "\"; system(\"touch PWNED\") #",
                                        "{/=999 x}_{y}^z @MACRO &~%s%%",
                                        "line\nbreak\r\ttab"};
    ins_chart *chart = ins_chart_new(arena, "extreme", "Extremes", INS_SHAPE_MULTIPLE);
    chart->shadows = true;
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 8; k++) {
            const char *name = ins_document_clean(document, names[(i + k) % 6]);
            ins_panel *panel = ins_chart_panel(chart, name);
            ins_series *series = ins_panel_series(
                chart, panel, k < 7 ? (ins_series_kind)k : INS_SERIES_LINE, name, 0, 0);
            double low, high;
            bool log = (i + k) % 2 == 0;
            series->label = name;
            for (size_t v = 0; v < 4; v++)
                ins_series_add(chart, series,
                               (ins_point){.x = (double)v + 1,
                                           .y = values[i][v],
                                           .lower = v % 2 == 0 ? values[i][v] / 2 : (double)NAN,
                                           .upper = k < 6 ? values[i][v] * 2 : (double)NAN,
                                           .colour = 0xFF0000});
            panel->horizontal = 1;
            panel->labels_left = k % 2 == 1;
            panel->x = ins_axis_whole(arena, 0, 1000, 5);
            if (!ins_panel_range(panel, false, log, &low, &high)) low = high = 1;
            panel->y =
                log ? ins_axis_log(arena, low, high) : ins_axis_linear(arena, low, high, 4, false);
        }
    }
    return chart;
}

START_TEST(gnuplot_draws_every_extreme)
{
    char *gnuplot = ins_gnuplot_find(NULL);
    if (gnuplot == NULL) return; /* tests/prerequisites.sh tells */
    section("first", "First", true);
    ins_chart *chart = extreme_chart();
    ck_assert_uint_gt(ins_chart_prune(chart), 40);
    ins_add_chart(document, chart, "extremes");
    ins_chart *map = ins_chart_new(arena, "map", "Tiles and words", INS_SHAPE_HIGH);
    ins_panel *panel = ins_chart_panel(map, "map");
    panel->x = ins_axis_linear(arena, 0, 10, 4, false);
    panel->y = ins_axis_linear(arena, 0, 10, 4, true);
    ins_series *tiles = ins_panel_series(map, panel, INS_SERIES_TILES, "t", 0, 0);
    ins_series_add(map, tiles, (ins_point){0, 5, 0, 5, 0xFF, NULL});
    ins_series *words = ins_panel_series(map, panel, INS_SERIES_WORDS, "w", 0, 0);
    ins_series_add(map, words, (ins_point){2, 2, NAN, NAN, 0, "`touch PWNED` \\n 7\""});
    ck_assert_uint_eq(ins_chart_prune(map), 1);
    ins_add_chart(document, map, "a map");
    pages p = pages_of();
    expect_sound(&p);
    ins_text messages = {0};
    ins_error error = {0};
    const ins_gnuplot_job jobs[] = {{NULL, "report.gp"}, {"FORMATS='svg'", "figures.gp"}};
    ins_status status = ins_gnuplot_run_all(gnuplot, scratch, jobs, 2, 120, &messages, &error);
    ck_assert_msg(status == INS_OK, "%s", error.count > 0 ? error.line[0] : "");
    ck_assert_msg(messages.length == 0, "%.400s", messages.data);
    ck_assert(ins_is_pdf(at("report.pdf"), p.count));
    ck_assert(ins_is_svg(at("figures/01-extreme.svg")));
    ck_assert(ins_is_svg(at("figures/02-map.svg")));
    ck_assert(!ins_path_exists(at("PWNED")));
    ck_assert(!ins_path_exists(at("figures/PWNED")));
    ins_text_free(&messages);
    free(gnuplot);
    release(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("paper");
    TCase *tests = tcase_create("paper");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, nothing_that_leads_stands_alone_at_the_bottom, 0, 72);
    tcase_add_loop_test(tests, an_item_keeps_its_number, 25, 45);
    tcase_add_loop_test(tests, rows_are_not_torn, 0, 30);
    tcase_add_loop_test(tests, paragraphs_leave_no_single_line, 25, 45);
    tcase_add_loop_test(tests, a_table_of_many_columns_is_laid_in_slices, 0, 2);
    tcase_add_test(tests, wide_columns_give_and_nothing_is_lost);
    tcase_add_test(tests, a_cell_that_no_page_has_room_for_is_cut);
    tcase_add_test(tests, strips_and_discs_stay_in_their_column);
    tcase_add_test(tests, what_is_bad_is_red);
    tcase_add_test(tests, a_strip_has_one_scale);
    tcase_add_test(tests, sections_begin_where_there_is_room);
    tcase_add_test(tests, the_second_page_of_the_first_section_has_a_running_head);
    tcase_add_test(tests, a_chart_higher_than_a_page_is_drawn_in_parts);
    tcase_add_loop_test(tests, a_chart_that_a_page_has_room_for_is_not_torn, 0, 12);
    tcase_add_test(tests, page_numbers_are_those_of_the_pages);
    tcase_add_test(tests, bookmarks_and_links_lead_to_the_pages_of_the_sections);
    tcase_add_test(tests, gnuplot_draws_every_extreme);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
