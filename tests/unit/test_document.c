/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report says: chapters, sections and blocks in their order, slugs, and arms as marks. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "initscope/document.h"

static ins_document *document;

static void setup(void)
{
    document = ins_document_new("A title", "about it", "made here", NULL);
}

static void teardown(void)
{
    ins_document_free(document);
}

START_TEST(sections_belong_to_the_chapter_that_was_begun_last)
{
    ins_chapter_begin(document, "one", "First");
    ins_section_begin(document, "glance", "At a glance", "a finding", true);
    ins_section_begin(document, "signal", "Signal", "another", false);
    ins_chapter_begin(document, "two", "Second");
    ins_section_begin(document, "glance", "At a glance", "a third", true);
    ck_assert_uint_eq(document->chapters.count, 2);
    ck_assert_uint_eq(document->sections.count, 3);
    ck_assert_str_eq(ins_section_at(document, 1)->slug, "one-signal");
    ck_assert_uint_eq(ins_section_at(document, 1)->chapter, 0);
    ck_assert_str_eq(ins_section_at(document, 2)->slug, "two-glance");
    ck_assert_uint_eq(ins_section_at(document, 2)->chapter, 1);
    ck_assert_uint_eq(ins_chapter_at(document, 0)->first, 0);
    ck_assert_uint_eq(ins_chapter_at(document, 1)->first, 2);
    ck_assert(ins_section_at(document, 0)->fresh);
    ck_assert(!ins_section_at(document, 1)->fresh);
    ck_assert_uint_eq(ins_section_of(document, "two-glance"), 2);
    ck_assert_uint_eq(ins_section_of(document, "two"), SIZE_MAX);
}
END_TEST

/* Two directories of one name, names without a letter that a link may hold, and a section whose
 * slug would be that of another chapter. */
START_TEST(slugs_are_safe_and_unique)
{
    static const char *const names[] = {"Depth 1/2", "depth-1_2", "名前", "../../x", "--", "名"};
    static const char *const slugs[] = {"depth-1-2", "depth-1-2-2", "part",
                                        "x",         "part-2",      "part-3"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *slug = ins_document_slug(document, names[i]);
        ck_assert_str_eq(slug, slugs[i]);
        ins_chapter_begin(document, slug, "title");
        ck_assert_str_eq(ins_chapter_at(document, i)->slug, slugs[i]);
    }
    ins_section_begin(document, "a", "", "", false);
    ins_section_begin(document, "a", "", "", false);
    ck_assert_str_eq(ins_section_at(document, 0)->slug, "part-3-a");
    ck_assert_str_eq(ins_section_at(document, 1)->slug, "part-3-a-2");
}
END_TEST

START_TEST(blocks_stand_in_the_order_in_which_they_were_added)
{
    static const char *const formulas[] = {"a", "b"};
    ins_chapter_begin(document, "c", "C");
    ins_section_begin(document, "s", "S", "title", false);
    ins_add_heading(document, "heading");
    ins_add_question(document, "question");
    ins_add_lead(document, "lead");
    ins_add_paragraph(document, "paragraph");
    ins_add_note(document, "note");
    ins_add_item(document, "1", "item");
    ins_add_formulas(document, formulas, 2);
    ins_add_contents(document);
    const ins_list *blocks = &ins_section_at(document, 0)->blocks;
    const ins_block *block = blocks->items;
    static const struct {
        ins_block_kind kind;
        const char *text;
    } expected[] = {{INS_BLOCK_HEADING, "heading"}, {INS_BLOCK_QUESTION, "question"},
                    {INS_BLOCK_LEAD, "lead"},       {INS_BLOCK_PARAGRAPH, "paragraph"},
                    {INS_BLOCK_NOTE, "note"},       {INS_BLOCK_ITEM, "item"},
                    {INS_BLOCK_FORMULAS, ""},       {INS_BLOCK_CONTENTS, ""}};
    ck_assert_uint_eq(blocks->count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < blocks->count; i++) {
        ck_assert_int_eq(block[i].kind, expected[i].kind);
        ck_assert_str_eq(block[i].text, expected[i].text);
    }
    ck_assert_str_eq(block[5].label, "1");
    ck_assert_uint_eq(block[6].count, 2);
    ck_assert_str_eq(block[6].formulas[1], "b");
}
END_TEST

START_TEST(charts_are_numbered_through_all_sections)
{
    ins_chapter_begin(document, "c", "C");
    for (size_t i = 1; i <= 3; i++) {
        ins_section_begin(document, "s", "S", "title", false);
        ins_chart *chart = ins_chart_new(document->arena, "x", "X", INS_SHAPE_LOW);
        ck_assert_uint_eq(ins_add_chart(document, chart, "caption"), i);
        const ins_block *block = ins_section_at(document, i - 1)->blocks.items;
        ck_assert_uint_eq(block->number, i);
        ck_assert_ptr_eq(block->chart, chart);
    }
}
END_TEST

START_TEST(a_table_begins_empty_and_keeps_its_columns)
{
    ins_chapter_begin(document, "c", "C");
    ins_section_begin(document, "s", "S", "title", false);
    ins_table_column column[] = {{"A", INS_LEFT, 0, false}, {"B", INS_RIGHT, 3, true}};
    ins_table_block *table = ins_add_table(document, column, 2, 3);
    column[1].title = "changed";
    ck_assert_str_eq(table->column[1].title, "B");
    ck_assert(table->column[1].wrap);
    ck_assert(isnan(table->reference));
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 2; c++) {
            const ins_cell *cell = ins_table_cell(table, r, c);
            ck_assert_ptr_null(cell->text);
            ck_assert_int_eq(cell->mark, INS_NO_MARK);
            ck_assert_int_eq(cell->grade[0], INS_NO_GRADE);
            ck_assert_int_eq(cell->grade[1], INS_NO_GRADE);
        }
    ins_table_cell(table, 2, 1)->text = "last";
    ck_assert_ptr_null(ins_table_cell(table, 1, 1)->text);
    ck_assert_str_eq(table->cell[5].text, "last");
}
END_TEST

/* A name with markup is drawn as it is, and a mark cannot be forged by a name. */
START_TEST(marks_become_names)
{
    ins_mark first = {"he_*normal*", "he_*normal*", "he_*normal*", 1, 2, 0, 0, 0},
             second = {"zeros", "zeros", "zeros", 3, 4, 1, 0, 0};
    int a = ins_document_mark(document, &first), b = ins_document_mark(document, &second);
    const char *sentence = ins_document_format(
        document, "%s beats %s by 2", ins_mark_text(document, b), ins_mark_text(document, a));
    ck_assert_str_eq(ins_marks_written(document, document->arena, sentence),
                     "zeros beats he\\_\\*normal\\* by 2");
    ck_assert_str_eq(ins_marks_written(document, document->arena, "none"), "none");
    ck_assert_uint_eq(ins_mark_at(document, b)->colour, 3);
    ck_assert_str_eq(ins_document_clean(document, ins_mark_text(document, a)), " 0 ");
    ck_assert_str_eq(ins_document_escape(document, "a_{b}\n"), "a\\_{b\\} ");
}
END_TEST

/* Those of another experiment, in another colour and on another axis. */
START_TEST(marks_of_one_whole_name_are_the_same_to_a_reader)
{
    static const char *const whole[] = {"zeros", "he_normal", "zeros", "he_normal (16)", "zeros"};
    static const int same[] = {0, 1, 0, 3, 0};
    for (int i = 0; i < 5; i++) {
        ins_mark mark = {.name = "a", .prose = "b", .whole = whole[i], .same = 7};
        ck_assert_int_eq(ins_document_mark(document, &mark), i);
        ck_assert_int_eq(ins_mark_at(document, i)->number, i);
        ck_assert_int_eq(ins_mark_at(document, i)->same, same[i]);
    }
}
END_TEST

/* In a curve of more points than pixels the first and the last, peaks and gaps stay. */
START_TEST(long_curves_are_thinned)
{
    enum { POINTS = 100000, PEAK = 54321, PIT = 70000, GAP = 30000 };
    ins_chapter_begin(document, "c", "C");
    ins_section_begin(document, "s", "S", "title", false);
    ins_chart *chart = ins_chart_new(document->arena, "x", "X", INS_SHAPE_LOW);
    ins_panel *panel = ins_chart_panel(chart, NULL);
    panel->x = ins_axis_linear(document->arena, 0, POINTS, 4, false);
    panel->y = ins_axis_linear(document->arena, -1, 1, 4, false);
    ins_series *line = ins_panel_series(chart, panel, INS_SERIES_LINE, "line", 0, 0);
    ins_series *dots = ins_panel_series(chart, panel, INS_SERIES_DOTS, "dots", 0, 0);
    for (size_t i = 0; i < POINTS; i++) {
        double y = i == PEAK ? 1 : i == PIT ? -1 : i == GAP ? (double)NAN : 0.1 * (double)(i % 2);
        ins_point point = {.x = (double)i, .y = y, .lower = NAN, .upper = i == PEAK + 1 ? 2 : NAN};
        ins_series_add(chart, line, point);
        ins_series_add(chart, dots, point);
    }
    ins_add_chart(document, chart, "caption");
    ck_assert(chart->thinned);
    ck_assert_uint_eq(dots->points.count, POINTS);
    ck_assert_uint_gt(line->points.count, 1000);
    ck_assert_uint_lt(line->points.count, 9000);
    static const size_t kept[] = {0, GAP - 1, GAP, GAP + 1, PEAK, PEAK + 1, PIT, POINTS - 1};
    const ins_point *points = line->points.items;
    for (size_t k = 0, i = 0; k < sizeof kept / sizeof kept[0]; k++) {
        while (i < line->points.count && points[i].x < (double)kept[k]) i++;
        ck_assert_uint_lt(i, line->points.count);
        ck_assert(points[i].x == (double)kept[k]);
    }
    ins_chart *short_one = ins_chart_new(document->arena, "y", "Y", INS_SHAPE_LOW);
    panel = ins_chart_panel(short_one, NULL);
    panel->x = ins_axis_linear(document->arena, 0, POINTS, 4, false);
    line = ins_panel_series(short_one, panel, INS_SERIES_LINE, "line", 0, 0);
    for (size_t i = 0; i < 1000; i++)
        ins_series_add(short_one, line, (ins_point){.x = (double)i, .y = 0});
    ins_add_chart(document, short_one, "caption");
    ck_assert(!short_one->thinned);
    ck_assert_uint_eq(line->points.count, 1000);
}
END_TEST

/* Charts of one name in a chapter, and a directory whose name is that of a chart. */
START_TEST(charts_have_slugs_of_their_own)
{
    ins_chapter_begin(document, ins_document_slug(document, "iris"), "Iris");
    ins_section_begin(document, "a", "", "", false);
    ins_chart *chart = ins_chart_new(document->arena, "signal", "Signal", INS_SHAPE_LOW);
    for (size_t i = 0; i < 2; i++) ins_add_chart(document, chart, "caption");
    const ins_block *block = ins_section_at(document, 0)->blocks.items;
    ck_assert_str_eq(block[0].slug, "iris-fig-signal");
    ck_assert_str_eq(block[1].slug, "iris-fig-signal-2");
    ck_assert_str_eq(ins_document_slug(document, "iris-fig-signal"), "iris-fig-signal-3");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("document");
    TCase *tests = tcase_create("document");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, sections_belong_to_the_chapter_that_was_begun_last);
    tcase_add_test(tests, slugs_are_safe_and_unique);
    tcase_add_test(tests, blocks_stand_in_the_order_in_which_they_were_added);
    tcase_add_test(tests, charts_are_numbered_through_all_sections);
    tcase_add_test(tests, a_table_begins_empty_and_keeps_its_columns);
    tcase_add_test(tests, long_curves_are_thinned);
    tcase_add_test(tests, charts_have_slugs_of_their_own);
    tcase_add_test(tests, marks_become_names);
    tcase_add_test(tests, marks_of_one_whole_name_are_the_same_to_a_reader);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
