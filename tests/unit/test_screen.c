/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A document as a page: what becomes of each block, that no text of it is more than text, and that
 * its policy names the style and the script that are in it and no other. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/gnuplot.h"
#include "initscope/screen.h"
#include "initscope/sha256.h"
#include "initscope/web_figure.h"

#include "scratch.h"

static ins_document *document;
static ins_text page;

static void setup(void)
{
    scratch_setup();
    document = ins_document_new("A <title>", "about \"it\"", "made & here", NULL);
    ins_chapter_begin(document, ins_document_slug(document, "one"), "First <b>");
    page = (ins_text){0};
}

static void teardown(void)
{
    ins_text_free(&page);
    ins_document_free(document);
    scratch_teardown();
}

static void section(const char *slug)
{
    ins_section_begin(document, slug, "Kicker", "A *title*", false);
}

static int mark(const char *name, unsigned hue)
{
    return ins_document_mark(document,
                             &(ins_mark){.name = name, .prose = name, .whole = name, .hue = hue});
}

static void write_page(void)
{
    ins_error error = {0};
    ins_status status = ins_screen_write(document, scratch, &error);
    ck_assert_msg(status == INS_OK, "%s", error.count > 0 ? error.line[0] : "");
    ck_assert_int_eq(ins_file_read(at("report.html"), &page, INS_DATA, &error), INS_OK);
}

static void expect(const char *part)
{
    ck_assert_msg(strstr(page.data, part) != NULL, "not in the page: %s", part);
}

static void refute(const char *part)
{
    ck_assert_msg(strstr(page.data, part) == NULL, "in the page: %s", part);
}

/* Each behind the one before. */
static void expect_in_order(const char *const *parts, size_t count)
{
    const char *rest = page.data;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(rest, parts[i]);
        ck_assert_msg(found != NULL, "not there, or not behind the part before: %s", parts[i]);
        rest = found + strlen(parts[i]);
    }
}

START_TEST(blocks_stand_in_their_order)
{
    static const char *const formulas[] = {"a_{1}", "b<c"};
    static const char *const parts[] = {
        "<title>A &lt;title&gt;</title>",
        "<a class=\"skip\" href=\"#one\">",
        "<h1>A &lt;title&gt;</h1><p>about &quot;it&quot;</p>",
        "<nav class=\"toc\" aria-label=\"Contents\">",
        "<a href=\"#one\">First &lt;b&gt;</a></summary>",
        "<a href=\"#one-a\">Kicker</a>",
        "<a href=\"#two-a\">Kicker</a>",
        "<article id=\"one\" data-arms=\"\"><h2>First &lt;b&gt;<a ",
        "<section id=\"one-a\"><p class=\"kicker\">Kicker</p><h3>A <b>title</b><a ",
        "<h4>heading</h4>",
        "<p class=\"question\">question</p>",
        "<p class=\"lead\">lead</p>",
        "<p>paragraph</p>",
        "<p class=\"note\">note</p>",
        "<ol class=\"items\">\n<li><b class=\"label\">1</b> first</li>\n<li><b "
        "class=\"label\">2</b> second</li>\n</ol>",
        "<div class=\"formulas\"><p>a<sub>1</sub></p><p>b&lt;c</p></div>",
        "<ol class=\"items\">\n<li><b class=\"label\">3</b> third</li>\n</ol>",
        "<ul class=\"contents\">\n<li><a href=\"#one\">First &lt;b&gt;</a></li>\n<li><a "
        "href=\"#two\">Second</a></li>\n</ul>",
        "<section id=\"two-a\">",
        "<p class=\"foot\">made &amp; here</p>",
        "</body>\n</html>\n"};
    section("a");
    ins_add_heading(document, "heading");
    ins_add_question(document, "question");
    ins_add_lead(document, "lead");
    ins_add_paragraph(document, "paragraph");
    ins_add_note(document, "note");
    ins_add_item(document, "1", "first");
    ins_add_item(document, "2", "second");
    ins_add_formulas(document, formulas, 2);
    ins_add_item(document, "3", "third");
    ins_add_contents(document);
    ins_chapter_begin(document, ins_document_slug(document, "two"), "Second");
    section("a");
    write_page();
    expect_in_order(parts, sizeof parts / sizeof parts[0]);
}
END_TEST

/* The title is in the band already, and its contents are the sections. */
START_TEST(a_chapter_that_is_alone_repeats_no_title)
{
    section("a");
    ins_add_contents(document);
    write_page();
    expect("<h2 class=\"vh\">First &lt;b&gt;</h2>");
    expect("<ul class=\"contents\">\n<li><a href=\"#one-a\">Kicker</a></li>\n</ul>");
}
END_TEST

/* --- Tables ------------------------------------------------------------------------ */

START_TEST(a_row_belongs_to_the_mark_of_its_name)
{
    static const ins_table_column column[] = {{"Name", INS_LEFT, 0, true},
                                              {"Value", INS_RIGHT, 0, false},
                                              {"Other", INS_CENTRE, 0, false}};
    section("a");
    ins_add_heading(document, "The *heading*");
    ins_table_block *table = ins_add_table(document, column, 3, 2);
    int zeros = mark("zeros", 3), ones = mark("<ones>", 5);
    table->note = "a note";
    *ins_table_cell(table, 0, 0) = ins_cell_of(ins_mark_text(document, zeros));
    ins_table_cell(table, 0, 0)->mark = zeros;
    *ins_table_cell(table, 0, 1) = ins_cell_of("1 < 2");
    ins_table_cell(table, 0, 1)->bad = true;
    ins_table_cell(table, 0, 1)->under = "x^{2}";
    ins_table_cell(table, 0, 1)->under_bad = true;
    ins_table_cell(table, 0, 1)->grade[0] = 4;
    ins_table_cell(table, 0, 1)->grade[1] = INS_GRADE_UNKNOWN;
    *ins_table_cell(table, 0, 2) = ins_cell_of("other");
    ins_table_cell(table, 0, 2)->mark = ones;
    ins_table_cell(table, 0, 2)->bold = true;
    write_page();
    static const char *const parts[] = {
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The heading\">"
        "<table class=\"sort\"><caption class=\"vh\">The <b>heading</b></caption>",
        "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\" class=\"ae\">Value</th><th "
        "scope=\"col\" class=\"am\">Other</th></tr></thead>",
        "<tr class=\"c3\" data-a=\"0\"><th scope=\"row\"><span class=\"n c3\" data-a=\"0\">zeros"
        "</span></th><td class=\"ae bad\">1 &lt; 2<small class=\"bad\"><span class=\"grade g4\" "
        "role=\"img\" aria-label=\"step 5 of 5\"></span><span class=\"grade gx\" role=\"img\" "
        "aria-label=\"undecided\"></span>x<sup>2</sup></small></td><td data-a=\"1\" class=\"am "
        "c5\"><span class=\"sw\"></span><b>other</b></td></tr>",
        "<tr><th scope=\"row\"></th><td class=\"ae\"></td><td class=\"am\"></td></tr>",
        "</tbody></table></div>",
        "<p class=\"note\">a note</p>"};
    expect_in_order(parts, sizeof parts / sizeof parts[0]);
    expect("<article id=\"one\" data-arms=\"0 1\">");
    refute("class=\"legend\"");
}
END_TEST

START_TEST(tiles_have_steps_of_a_tint)
{
    static const ins_table_column column[] = {{NULL, INS_RIGHT, 0, false},
                                              {NULL, INS_LEFT, 0, false}};
    static const double tint[] = {0, 0.5, 1, 7, -1, NAN};
    static const char *const classes[] = {" class=\"h0\"",  " class=\"h12\"", " class=\"h24\"",
                                          " class=\"h24\"", " class=\"h0\"",  ""};
    section("a");
    ins_table_block *table = ins_add_table(document, column, 2, 6);
    table->tiles = true;
    table->caption = "tiles";
    for (size_t r = 0; r < 6; r++) {
        *ins_table_cell(table, r, 1) = ins_cell_of("t");
        ins_table_cell(table, r, 1)->tint = tint[r];
    }
    write_page();
    expect("<table class=\"tiles\"><caption>tiles</caption>\n<tbody>");
    refute("<thead>");
    const char *rest = page.data;
    for (size_t r = 0; r < 6; r++) {
        char row[128];
        snprintf(row, sizeof row, "<tr><th scope=\"row\" class=\"ae\"></th><td%s>t</td></tr>",
                 classes[r]);
        rest = strstr(rest, row);
        ck_assert_msg(rest != NULL, "row %zu is not %s", r, row);
        rest += strlen(row);
    }
}
END_TEST

/* A link says the section that it leads to, or the chapter that it begins; one that leads nowhere
 * is none. */
START_TEST(links_say_where_they_lead)
{
    static const ins_table_column column[] = {{"Text", INS_LEFT, 0, false},
                                              {NULL, INS_RIGHT, 0, false}};
    section("a");
    ins_table_block *table = ins_add_table(document, column, 2, 3);
    static const char *const links[] = {"two-a", "two-b", "two-c"};
    for (size_t r = 0; r < 3; r++) ins_table_cell(table, r, 1)->link = links[r];
    *ins_table_cell(table, 0, 0) = ins_cell_of("*words*");
    ins_table_cell(table, 0, 0)->link = "two-b";
    ins_chapter_begin(document, ins_document_slug(document, "two"), "Second <i>");
    section("a");
    section("b");
    write_page();
    static const char *const parts[] = {
        "<th scope=\"col\" class=\"ae\">section</th>",
        "<th scope=\"row\"><a href=\"#two-b\">words</a></th><td class=\"ae\"><a "
        "href=\"#two-a\">Second &lt;i&gt;</a></td>",
        "<td class=\"ae\"><a href=\"#two-b\">Kicker</a></td>", "<td class=\"ae\"></td>"};
    expect_in_order(parts, sizeof parts / sizeof parts[0]);
    refute("two-c");
}
END_TEST

/* Seeds lie on an axis of 142 pixels from 4 on, equal ones on each other; outside of it is its end.
 */
START_TEST(a_strip_is_a_picture_with_words)
{
    static const ins_table_column column[] = {{"Name", INS_LEFT, 0, false},
                                              {"Seeds", INS_LEFT, 0, false}};
    static const double seed[] = {0.5, 0.5, NAN, 1};
    static const ins_strip strip = {4, seed, 0.5, -0.2, 0.75}, none = {1, seed + 2, NAN, NAN, NAN};
    section("a");
    ins_table_block *table = ins_add_table(document, column, 2, 2);
    int zeros = mark("zeros", 3);
    table->reference = 0.25;
    *ins_table_cell(table, 0, 1) = ins_cell_of(NULL);
    ins_table_cell(table, 0, 1)->strip = &strip;
    ins_table_cell(table, 0, 1)->mark = ins_table_cell(table, 0, 0)->mark = zeros;
    ins_table_cell(table, 1, 1)->strip = &none;
    write_page();
    static const char *const parts[] = {
        "<td data-v=\"0.5\"><svg class=\"strip\" viewBox=\"0 0 150 22\" role=\"img\" "
        "aria-label=\"mean 0.5, interval from -0.2 to 0.75\">",
        "stroke-dasharray=\"2 3\" d=\"M39.5 0v22\"/>",
        "<path class=\"c3\" stroke-width=\"3\" opacity=\".5\" d=\"M75.0 18.0h0M75.0 16.0h0M146.0 "
        "18.0h0\"/>",
        "d=\"M4.0 7H110.5\"/>",
        "d=\"M75.0 7h0\"/></svg></td></tr>",
        "<td><svg class=\"strip\" viewBox=\"0 0 150 22\" role=\"img\" aria-label=\"no mean\">",
        "<path class=\"k\" stroke-width=\"3\" opacity=\".5\" d=\"\"/></svg></td></tr>"};
    expect_in_order(parts, sizeof parts / sizeof parts[0]);
}
END_TEST

/* --- Figures ------------------------------------------------------------------------ */

static void add_chart(const char *name, int of, size_t points)
{
    ins_chart *chart = ins_chart_new(document->arena, name, "A chart", INS_SHAPE_LOW);
    ins_panel *panel = ins_chart_panel(chart, "<panel>");
    ins_series *series =
        ins_mark_series(chart, panel, INS_SERIES_LINE, "a,<b>", ins_mark_at(document, of));
    for (size_t i = 0; i < points; i++)
        ins_series_add(chart, series,
                       (ins_point){.x = (double)i, .y = 1 / 3.0, .lower = NAN, .upper = NAN});
    panel->x = ins_axis_linear(document->arena, 0, (double)points, 4, false);
    panel->y = ins_axis_linear(document->arena, 0, 1, 4, false);
    ck_assert_uint_eq(ins_chart_prune(chart), 1);
    ins_add_chart(document, chart, "what <it> shows");
}

static void draw(void)
{
    ins_error error = {0};
    ins_text messages = {0}, style = {0};
    char *gnuplot = ins_gnuplot_find(NULL), *path = ins_bundled("reports/style.gp");
    ck_assert_int_eq(ins_file_read(path, &style, INS_DATA, &error), INS_OK);
    ck_assert_int_eq(ins_directory_make(at("figures"), &error), INS_OK);
    scratch_file("figures/style.gp", style.data, style.length);
    ck_assert_int_eq(ins_web_figures_write(document, scratch, &error), INS_OK);
    ck_assert_int_eq(ins_gnuplot_run(gnuplot, scratch, NULL, INS_WEB_SCRIPT, 60, &messages, &error),
                     INS_OK);
    ck_assert_msg(messages.length == 0, "%.400s", messages.data);
    ins_text_free(&messages);
    ins_text_free(&style);
    free(path);
    free(gnuplot);
}

/* Their data at four digits, and a script; of many data the name of their file. The legend has each
 * name once, whatever chapter it was seen in before. */
START_TEST(figures_bring_along_what_they_were_drawn_from)
{
    char *gnuplot = ins_gnuplot_find(NULL);
    if (gnuplot == NULL) return; /* tests/prerequisites.sh tells */
    free(gnuplot);
    int zeros = mark("zeros", 3), again = mark("zeros", 3), ones = mark("ones", 5);
    section("a");
    add_chart("small", zeros, 2);
    add_chart("large", again, 4000);
    ins_add_paragraph(document, ins_mark_text(document, ones));
    draw();
    write_page();
    static const char *const parts[] = {
        "<article id=\"one\" data-arms=\"0 2\">",
        "<div class=\"legend\" role=\"group\"",
        "><button type=\"button\" class=\"c3\" data-a=\"0\" aria-pressed=\"true\"><span "
        "class=\"sw\"></span>zeros</button></div>",
        "<figure id=\"one-fig-small\" data-name=\"01-small\"><div class=\"plot\"><svg",
        "</svg></div><figcaption><b>Figure 1.</b> what &lt;it&gt; shows</figcaption>",
        "<div class=\"tools\"><details><summary>data</summary><pre class=\"csv\" "
        "tabindex=\"0\">\npanel,series,x,y,lower,upper\n&lt;panel&gt;,&quot;a,&lt;b&gt;&quot;,0,"
        "0.3333,,\n,,1,0.3333,,\n</pre></details>",
        "<pre class=\"gp\" tabindex=\"0\">\n# Figure 1. A chart\nFIGURE = "
        "&#39;01-small&#39;\nWIDTH",
        "<a href=\"#one-fig-small\">",
        "<figure id=\"one-fig-large\" data-name=\"02-large\">",
        "<div class=\"tools\"><span>data: figures/02-large.csv</span><details><summary>script"};
    expect_in_order(parts, sizeof parts / sizeof parts[0]);
}
END_TEST

START_TEST(a_figure_that_was_not_drawn_is_told)
{
    ins_error error = {0};
    int zeros = mark("zeros", 3);
    section("a");
    add_chart("small", zeros, 2);
    ck_assert_int_eq(ins_screen_write(document, scratch, &error), INS_RENDER);
    ck_assert(!ins_path_exists(at("report.html")));
    ins_error_clear(&error);
}
END_TEST

/* --- Policy ------------------------------------------------------------------------- */

/* The text between begin, as often as it was met before, and end. */
static void expect_hash(const char *policy, const char *begin, size_t before, const char *end)
{
    const char *from = page.data;
    char hash[INS_SHA256_BASE64], source[64];
    for (size_t i = 0; i <= before; i++) {
        from = strstr(from, begin);
        ck_assert_ptr_nonnull(from);
        from = strchr(from, '>') + 1;
    }
    const char *to = strstr(from, end);
    ck_assert_ptr_nonnull(to);
    ck_assert_uint_gt((size_t)(to - from), 3);
    snprintf(source, sizeof source, "%s 'sha256-%s'", policy,
             ins_sha256_base64(hash, from, (size_t)(to - from)));
    expect(source);
}

START_TEST(the_policy_names_what_is_in_the_page)
{
    section("a");
    write_page();
    expect_hash("script-src", "<script>", 0, "</script>");
    expect_hash("style-src", "<style>", 0, "</style>");
    expect_hash("", "<style id=\"dark\"", 0, "</style>");
    expect("content=\"default-src 'none'; script-src");
    expect(
        "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types "
        "'none'\">");
}
END_TEST

/* A house style in a directory of its own. */
static void house_style(const char *css, const char *script)
{
    ins_error error = {0};
    ck_assert_int_eq(ins_directory_make(at("reports"), &error), INS_OK);
    ck_assert_int_eq(ins_directory_make(at("reports/web"), &error), INS_OK);
    scratch_file("reports/style.gp", "# <here>\n", 9);
    scratch_file("reports/web/report.css", css, strlen(css));
    scratch_file("reports/web/dark.css", "d{}\n", 4);
    scratch_file("reports/web/report.js", script, strlen(script));
    setenv("INITSCOPE_DATA_DIR", scratch, 1);
}

/* Lines end as a browser reads them, so that the hash is that of what it reads. */
START_TEST(a_house_style_is_taken)
{
    house_style("a{}\r\nb{}\r\n", "let a = '<b>'\r\n");
    section("a");
    write_page();
    expect("<style>a{}\nb{}\n</style>\n<style id=\"dark\"");
    expect(
        "<pre id=\"style-gp\" hidden>\n# &lt;here&gt;\n</pre>\n<script>let a = '<b>'\n</script>");
    expect_hash("script-src", "<script>", 0, "</script>");
    expect_hash("style-src", "<style>", 0, "</style>");
}
END_TEST

/* What would end the element that it stands in is refused, and no page is written. */
START_TEST(a_house_style_cannot_leave_its_element)
{
    static const struct {
        const char *css, *script, *line;
    } cases[] = {{"a{}</STYLE><p>", "a",
                  "reports/web/report.css: cannot be part of a page (it has \"</style\")"},
                 {"a{}", "a('</Script>')",
                  "reports/web/report.js: cannot be part of a page (it has \"</script\")"},
                 {"a{}", "<!-- <script>",
                  "reports/web/report.js: cannot be part of a page (it has \"<!--\")"}};
    ins_error error = {0};
    section("a");
    house_style(cases[_i].css, cases[_i].script);
    ck_assert_int_eq(ins_screen_write(document, scratch, &error), INS_OUTPUT);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_str_eq(error.line[0], cases[_i].line);
    ck_assert(!ins_path_exists(at("report.html")));
    ins_error_clear(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("screen");
    TCase *tests = tcase_create("screen");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, blocks_stand_in_their_order);
    tcase_add_test(tests, a_chapter_that_is_alone_repeats_no_title);
    tcase_add_test(tests, a_row_belongs_to_the_mark_of_its_name);
    tcase_add_test(tests, tiles_have_steps_of_a_tint);
    tcase_add_test(tests, links_say_where_they_lead);
    tcase_add_test(tests, a_strip_is_a_picture_with_words);
    tcase_add_test(tests, figures_bring_along_what_they_were_drawn_from);
    tcase_add_test(tests, a_figure_that_was_not_drawn_is_told);
    tcase_add_test(tests, the_policy_names_what_is_in_the_page);
    tcase_add_test(tests, a_house_style_is_taken);
    tcase_add_loop_test(tests, a_house_style_cannot_leave_its_element, 0, 3);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
