/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of a page: what becomes of the SVG that gnuplot has drawn, what of it is refused, and
 * where values are read. */
#include <config.h>

#include "check_tap.h"
#include "scratch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../src/document/svg.h"
#include "initscope/web_figure.h"

static ins_document *document;
static ins_error error;

/* Marks 0 and 2 are one to a reader. */
static void setup(void)
{
    static const char *const names[] = {"a", "b", "a"};
    scratch_setup();
    ins_error_clear(&error);
    document = ins_document_new("Title", "Subtitle", "Footer", NULL);
    ins_chapter_begin(document, "c", "Chapter");
    ins_section_begin(document, "s", "Kicker", "Section", true);
    for (unsigned i = 0; i < 3; i++) {
        ins_mark mark = {
            .name = names[i], .prose = names[i], .whole = names[i], .colour = i, .hue = 5 + i};
        ins_document_mark(document, &mark);
    }
}

static void teardown(void)
{
    ins_document_free(document);
    scratch_teardown();
}

/* --- Rewriting ------------------------------------------------------------------ */

/* What stands around all that gnuplot draws, as 5.4 writes it. */
static const char *whole(const char *drawn)
{
    return ins_arena_format(document->arena,
                            "<?xml version=\"1.0\" encoding=\"utf-8\"  standalone=\"no\"?>\n"
                            "<svg \n width=\"64\" height=\"48\"\n viewBox=\"0 0 64 48\"\n"
                            " xmlns=\"http://www.w3.org/2000/svg\"\n"
                            " xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n>\n"
                            "<title>Gnuplot</title>\n"
                            "<g id=\"gnuplot_canvas\">\n"
                            "<rect x=\"0\" y=\"0\" width=\"64\" height=\"48\" fill=\"none\"/>\n"
                            "<defs>\n\t<circle id='gpDot' r='0.5' stroke='currentColor'/>\n</defs>"
                            "<g fill=\"none\" color=\"black\" stroke=\"currentColor\" "
                            "stroke-width=\"0.53\" stroke-linecap=\"round\">\n"
                            "%s</g>\n</g>\n</svg>\n",
                            drawn);
}

static ins_status rewrite(const char *drawn, ins_svg *out)
{
    const char *svg = whole(drawn);
    return ins_svg_rewrite(document, "figures/01-test.gp", svg, out, &error);
}

static void expect(const char *drawn, const char *rewritten)
{
    ins_svg svg;
    ck_assert_int_eq(rewrite(drawn, &svg), INS_OK);
    ck_assert_str_eq(svg.content.data != NULL ? svg.content.data : "", rewritten);
    ck_assert_uint_eq(svg.width, 64);
    ck_assert_uint_eq(svg.height, 48);
    ins_text_free(&svg.content);
}

static void expect_refused(const char *drawn, const char *problem)
{
    ins_svg svg;
    ins_error_clear(&error);
    ck_assert_int_eq(rewrite(drawn, &svg), INS_RENDER);
    ck_assert_ptr_null(svg.content.data);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_str_eq(error.line[0], problem);
}

START_TEST(colours_become_classes_and_marks)
{
    static const struct {
        const char *colour, *classes;
    } cases[] = {{"rgb(  1,   0,   0)", "class=\"c5\" data-a=\"0\""},
                 {"rgb(  1,   0,   1)", "class=\"c6\" data-a=\"1\""},
                 {"rgb(  1,   0,   2)", "class=\"c7\" data-a=\"0\""}, /* the same to a reader */
                 {"rgb(  2,   0,   1)", "class=\"t6\" data-a=\"1\""},
                 {"rgb(  3,   0,   1)", "class=\"s6\" data-a=\"1\""},
                 {"rgb(  1,   0,   3)", "class=\"L\" color=\"#010003\""}, /* no such mark */
                 {"rgb( 34,  34,  34)", "class=\"k\""},
                 {"black", "class=\"k\""},
                 {"rgb(102, 102, 102)", "class=\"m\""},
                 {"rgb(136, 136, 136)", "class=\"x\""},
                 {"rgb(230, 230, 230)", "class=\"g\""},
                 {"rgb(200, 200, 200)", "class=\"y\""},
                 {"white", "class=\"w\""},
                 {"rgb( 18,  52,  86)", "class=\"L\" color=\"#123456\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(ins_arena_format(document->arena, "<path stroke='%s' d='M1,2 L3,2 '/>",
                                cases[i].colour),
               ins_arena_format(document->arena, "<path %s d=\"M1 2h2\"/>", cases[i].classes));
}
END_TEST

START_TEST(paths_are_relative_and_straight)
{
    static const struct {
        const char *path, *rewritten;
    } cases[] = {
        {"M0.04,0.06 L0.96,0.06 L0.96,-2.54 L4.00,5.00 L3.00,4.00 ", "M0 .1h1v-2.6l3 7.5-1-1"},
        {"M1,1 L2,2.2 L3,3 L4,4 \n\t\tL5,5 ", "M1 1l4 4"}, /* 0.2 px are not seen */
        {"M1,1 L2,2.6 L3,3", "M1 1l1 1.6 1 .4"},
        {"M1,1 L2,1 M5,5 M6,6 L7,6 ", "M1 1h1M6 6h1"}, /* a move that leads nowhere */
        {"M1,1 L1.01,1.01 ", "M1 1h0"},                /* its caps are seen */
        {"M1,1 L3,1 L3,3 Z ", "M1 1h2v2z"},
        {"M1,1 L1.24,9 L1,1.04", "M1 1l.2 8-.2-8"}}; /* no drift: back at 1 */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(
            ins_arena_format(document->arena, "<path d='%s'/>", cases[i].path),
            ins_arena_format(document->arena, "<path class=\"k\" d=\"%s\"/>", cases[i].rewritten));
    expect("<path d='M1,1 '/><g></g>", "");
    expect("<path stroke-width='1.47' stroke-dasharray='3.0,1.7' opacity='0.50' d='M1,1 L2,1'/>",
           "<path class=\"k\" stroke-width=\"1.5\" stroke-dasharray=\"3.0,1.7\" opacity=\".50\" "
           "d=\"M1 1h1\"/>");
}
END_TEST

START_TEST(areas_and_their_edges)
{
    expect("<g stroke='none' shape-rendering='crispEdges'>\n"
           "<polygon fill = 'rgb(  1,   0,   1)' fill-opacity = '0.160000' points = "
           "'1,1 9,1 9,5 1,5 1,1 '/></g>",
           "<path class=\"c6 f\" data-a=\"1\" opacity=\".16\" d=\"M1 1h8v4h-8z\"/>");
    /* A ridge: its edge belongs to it, and the next one lies on both. */
    expect("<polygon fill='rgb(1,0,1)' points='1,1 9,1 9,5 '/>"
           "<path stroke='rgb(255, 255, 255)' d='M1,1 L9,1 L9,5 L1,1 '/>"
           "<polygon fill='rgb(1,0,1)' points='1,2 9,2 9,6 '/>"
           "<path stroke='rgb(255, 255, 255)' d='M1,2 L9,2 L9,6 L1,2 '/>",
           "<path class=\"c6 f e\" data-a=\"1\" d=\"M1 1h8v4z\"/>"
           "<path class=\"c6 f e\" data-a=\"1\" d=\"M1 2h8v4z\"/>");
    /* Tiles of one colour are one path; what is a mark's, or shade, may lie on something. */
    expect("<polygon fill='rgb(1,2,3)' points='0,0 1,0 1,1 0,1 0,0 '/>"
           "<polygon fill='rgb(3,2,1)' points='2,0 3,0 3,1 2,1 2,0 '/>"
           "<polygon fill='rgb(1,2,3)' points='1,0 2,0 2,1 1,1 1,0 '/>",
           "<path class=\"L f\" color=\"#010203\" d=\"M0 0h1v1h-1zM1 0h1v1h-1z\"/>"
           "<path class=\"L f\" color=\"#030201\" d=\"M2 0h1v1h-1z\"/>");
    expect(
        "<polygon fill='rgb(240,243,246)' points='0,0 1,0 1,1 '/>"
        "<polygon fill='rgb(1,0,1)' points='0,0 1,0 1,1 '/>"
        "<polygon fill='rgb(240,243,246)' points='0,0 1,0 1,1 '/>",
        "<path class=\"z f\" d=\"M0 0h1v1z\"/><path class=\"c6 f\" data-a=\"1\" d=\"M0 0h1v1z\"/>"
        "<path class=\"z f\" d=\"M0 0h1v1z\"/>");
}
END_TEST

START_TEST(symbols_become_paths)
{
    expect("<use xlink:href='#gpPt6' transform='translate(10.04,20.00) scale(1.28)' "
           "color='rgb(  1,   0,   1)'/>"
           "<use xlink:href='#gpPt6' transform='translate(12,20) scale(1.28)' "
           "color='rgb(  1,   0,   1)'/>"
           "<use xlink:href='#gpPt6' transform='translate(12,20) scale(0.00)' color='white'/>"
           "<use xlink:href='#gpPt5' transform='translate(5,5) scale(2)' color='black'/>"
           "<use xlink:href='#gpPt1' transform='translate(5,5) scale(1.78)' color='black'/>",
           "<path class=\"c6 p\" data-a=\"1\" stroke-width=\"2.6\" d=\"M10 20h0M12 20h0\"/>"
           "<path class=\"k\" stroke-width=\".6\" d=\"M3 5a2 2 0 1 1 4 0a2 2 0 1 1-4 0\"/>"
           "<path class=\"k\" d=\"M3.2 3.2l3.6 3.6M3.2 6.8l3.6-3.6\"/>");
}
END_TEST

/* A group around a text, as gnuplot writes one. */
static const char *text_at(double x, const char *look, const char *text)
{
    return ins_arena_format(document->arena,
                            "\t<g transform=\"translate(%.2f,7.00)\" stroke=\"none\" %s "
                            "font-family=\"Arial\" font-size=\"10.13\"  text-anchor=\"end\">\n"
                            "\t\t<text>%s</text>\n\t</g>\n",
                            x, look, text);
}

START_TEST(texts_keep_scripts_and_bold)
{
    const char *ink = "fill=\"rgb(68,68,68)\"";
    expect(text_at(3, ink,
                   "<tspan font-family=\"Arial\" >10</tspan><tspan font-family=\"Arial\"  "
                   "font-size=\"8.1\" dy=\"-3.80px\">−5</tspan><tspan font-size=\"10.1\" "
                   "dy=\"3.80\"></tspan>"),
           "<text class=\"x ae\" x=\"3\" y=\"7\">10<tspan dy=\"-3.8\" font-size=\"8.1\">−5</tspan>"
           "</text>");
    expect(text_at(3, ink,
                   "<tspan dy=\"1.50px\" font-size=\"8.1\">a</tspan><tspan dy=\"-1.50px\" "
                   "font-size=\"10.1\">b</tspan>"),
           "<text class=\"x ae\" x=\"3\" y=\"7\"><tspan dy=\"1.5\" font-size=\"8.1\">a</tspan>"
           "<tspan dy=\"-1.5\">b</tspan></text>");
    expect(text_at(3, "fill=\"rgb(2,0,1)\"", "<tspan font-weight=\"bold\" >he</tspan>"),
           "<text class=\"t6 b ae\" data-a=\"1\" x=\"3\" y=\"7\">he</text>");
    expect(text_at(3, ink, "a <tspan font-weight=\"bold\" >he</tspan>"),
           "<text class=\"x ae\" x=\"3\" y=\"7\">a <tspan font-weight=\"700\">he</tspan></text>");
    /* On a tile, whose colour stays in the dark. */
    expect(text_at(3, "fill=\"white\"", "7"),
           "<text class=\"L f ae\" color=\"#ffffff\" x=\"3\" y=\"7\">7</text>");
    expect(text_at(3, ink, ""), "");
}
END_TEST

START_TEST(texts_of_others_stay_texts)
{
    const char *ink = "fill=\"rgb(2,0,1)\"";
    static const struct {
        const char *text, *rewritten;
    } cases[] = {
        {"&lt;img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"},
        {"&lt;/script>&lt;script>alert(2)&lt;/script>",
         "&lt;/script&gt;&lt;script&gt;alert(2)&lt;/script&gt;"},
        {"\">&lt;svg/onload='alert(3)'>", "&quot;&gt;&lt;svg/onload=&#39;alert(3)&#39;&gt;"},
        {"&amp;lt;b&amp;gt; &#x3c;i>", "&amp;lt;b&amp;gt; &lt;i&gt;"},
        {"a ]]> ]]]]> b]]", "a ]]&gt; ]]]]&gt; b]]"},
        {"{/:Bold x} Ω", "{/:Bold x} Ω"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(
            text_at(3, ink, ins_arena_format(document->arena, "<tspan >%s</tspan>", cases[i].text)),
            ins_arena_format(document->arena,
                             "<text class=\"t6 ae\" data-a=\"1\" x=\"3\" y=\"7\">%s</text>",
                             cases[i].rewritten));
}
END_TEST

/* Axes and words are gathered; nothing changes places with what it may lie on. */
START_TEST(what_looks_alike_is_one_element)
{
    const char *axis = "<path stroke='rgb(136, 136, 136)' d='M1,1 L2,1 '/>";
    const char *grid = "<path stroke='rgb(230, 230, 230)' d='M1,2 L2,2 '/>";
    const char *curve = "<path stroke='rgb(1,0,1)' d='M1,3 L2,3 '/>";
    const char *word = text_at(1, "fill=\"black\"", "a");
    expect(ins_arena_format(document->arena, "%s%s%s%s%s%s", axis, word, grid, axis, word, curve),
           "<path class=\"x\" d=\"M1 1h1M1 1h1\"/>"
           "<g class=\"k ae\"><text x=\"1\" y=\"7\">a</text><text x=\"1\" y=\"7\">a</text></g>"
           "<path class=\"g\" d=\"M1 2h1\"/>"
           "<path class=\"c6\" data-a=\"1\" d=\"M1 3h1\"/>");
    expect(ins_arena_format(document->arena, "%s%s%s", axis, curve, axis),
           "<path class=\"x\" d=\"M1 1h1\"/>"
           "<path class=\"c6\" data-a=\"1\" d=\"M1 3h1\"/>"
           "<path class=\"x\" d=\"M1 1h1\"/>");
    expect(ins_arena_format(document->arena, "%s%s%s", curve,
                            "<path stroke='rgb(1,0,0)' d='M1,3 L2,3 '/>", curve),
           "<path class=\"c6\" data-a=\"1\" d=\"M1 3h1\"/>"
           "<path class=\"c5\" data-a=\"0\" d=\"M1 3h1\"/>"
           "<path class=\"c6\" data-a=\"1\" d=\"M1 3h1\"/>");
}
END_TEST

START_TEST(what_is_not_known_is_refused)
{
    static const struct {
        const char *drawn, *problem;
    } cases[] = {
        {"<image href='a.png'/>", "unknown element in gnuplot's SVG (got \"image\")"},
        {"<script>alert(1)</script>", "unknown element in gnuplot's SVG (got \"script\")"},
        {"<rect fill='white'/>", "a filled rectangle in gnuplot's SVG (got \"rect\")"},
        {"<use xlink:href='#gpPt3' transform='translate(1,1) scale(1)'/>",
         "unknown symbol in gnuplot's SVG (got \"#gpPt3\")"},
        {"<use xlink:href='#gpPt6' x='1' y='1'/>",
         "unknown place of a symbol in gnuplot's SVG (got \"\")"},
        {"<path stroke='red' d='M1,1 L2,2'/>", "unknown colour in gnuplot's SVG (got \"red\")"},
        {"<path stroke='rgb(300,0,0)' d='M1,1 L2,2'/>",
         "unknown colour in gnuplot's SVG (got \"rgb(300,0,0)\")"},
        {"<path stroke='none' d='M1,1 L2,2'/>",
         "a drawing without a colour in gnuplot's SVG (got \"none\")"},
        {"<path d='M1,1 C2,2 3,3 4,4'/>",
         "unknown form of a path in gnuplot's SVG (got \"C2,2 3,3 4,4\")"},
        {"<path d='M1,1 Lnan,2'/>", "no number in gnuplot's SVG (got \"nan,2\")"},
        {"<path stroke-dasharray='url(#a)' d='M1,1 L2,2'/>",
         "unknown dashes in gnuplot's SVG (got \"url(#a)\")"},
        {"<polygon fill='url(#gpPat1)' points='1,1 2,2'/>",
         "unknown colour in gnuplot's SVG (got \"url(#gpPat1)\")"},
        {"<g transform=\"translate(1,2) rotate(-90)\"></g>",
         "unknown place of a group in gnuplot's SVG (got \"translate(1,2) rotate(-90)\")"},
        {"<g fill='black'><text><tspan dx='-1em'>a</tspan></text></g>",
         "unknown form of text in gnuplot's SVG (got \"dx\")"},
        {"<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>",
         "elements too deep in each other in gnuplot's SVG (got \"g\")"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refused(cases[i].drawn, ins_arena_format(document->arena, "figures/01-test.gp: %s",
                                                        cases[i].problem));
    expect_refused("<g>", "figures/01-test.gp: mismatched tag in gnuplot's SVG");
}
END_TEST

/* --- Values ----------------------------------------------------------------------- */

static ins_panel *panel_of(ins_chart *chart, ins_axis x, ins_axis y)
{
    ins_panel *panel = ins_chart_panel(chart, NULL);
    panel->x = x;
    panel->y = y;
    return panel;
}

static void add_points(ins_chart *chart, ins_series *series, size_t count, double half)
{
    for (size_t i = 0; i < count; i++) {
        double y = 1 + (double)i;
        ins_series_add(chart, series,
                       (ins_point){.x = (double)i, .y = y, .lower = y - half, .upper = y + half});
    }
}

/* The figure of a chart, of which gnuplot has drawn an empty picture of 340 by 100 pixels. */
static const char *figure_of(ins_chart *chart)
{
    static const char svg[] = "<svg viewBox=\"0 0 340 100\"></svg>";
    size_t number = ins_add_chart(document, chart, "Caption.");
    const ins_block *block = ins_section_at(document, 0)->blocks.items;
    ins_text out = {0};
    ck_assert_int_eq(ins_web_figures_write(document, scratch, &error), INS_OK);
    scratch_file(ins_arena_format(document->arena, INS_WEB_FOLDER "/%zu.svg", number), svg,
                 strlen(svg));
    ck_assert_int_eq(ins_web_figure(document, block, scratch, &out, &error), INS_OK);
    const char *figure = ins_arena_copy(document->arena, out.data, out.length);
    ins_text_free(&out);
    return figure;
}

START_TEST(panels_say_where_values_are)
{
    ins_chart *chart = ins_chart_new(document->arena, "test", "A < B", INS_SHAPE_LOW);
    ins_arena *arena = document->arena;
    chart->across = 2;
    ins_panel *first =
        panel_of(chart, ins_axis_linear(arena, 0, 4, 4, false), ins_axis_log(arena, 0.01, 1000));
    /* Nothing to read: no mark, or no value. */
    add_points(chart, ins_panel_series(chart, first, INS_SERIES_LINE, "n", 0, 0), 2, NAN);
    add_points(chart,
               ins_mark_series(chart, first, INS_SERIES_TILES, "t", ins_mark_at(document, 1)), 3,
               0.5);
    add_points(chart, ins_mark_series(chart, first, INS_SERIES_LINE, "b", ins_mark_at(document, 1)),
               4, 0.5);
    add_points(chart,
               ins_mark_series(chart, first, INS_SERIES_THEORY, "c", ins_mark_at(document, 2)), 5,
               NAN);
    ins_panel *second =
        panel_of(chart, ins_axis_bent(arena, 0, 2, 200), ins_axis_linear(arena, 0, 4, 4, false));
    first->x_title = "a \"b\" & c_{1}";
    second->down = true;
    add_points(chart,
               ins_mark_series(chart, second, INS_SERIES_DOTS, "a", ins_mark_at(document, 0)), 2,
               NAN);
    const char *figure = figure_of(chart);
    /* The second panel's data begin behind 2 + 3 + 4 + 5 rows; mark 2 is 0 to a reader. */
    const char *expected_head =
        "<svg viewBox=\"0 0 340 100\" role=\"img\" aria-label=\"A &lt; B\" tabindex=\"0\" "
        "data-panels=\"[[";
    ck_assert_int_eq(strncmp(figure, expected_head, strlen(expected_head)), 0);
    double left[2], top[2], right[2], bottom[2];
    const char *rest = figure + strlen(expected_head);
    ck_assert_int_eq(sscanf(rest, "%lf,%lf,%lf,%lf", &left[0], &top[0], &right[0], &bottom[0]), 4);
    ck_assert_ptr_nonnull(strstr(rest, ",0,4,0,0.01,1000,1,[[1,2,3,4,5,5,4],[0,2,3,0,0,9,5]],"
                                       "&quot;a \\&quot;b\\&quot; &amp; c1&quot;],["));
    rest = strstr(rest, "c1&quot;],[") + strlen("c1&quot;],[");
    ck_assert_int_eq(sscanf(rest, "%lf,%lf,%lf,%lf", &left[1], &top[1], &right[1], &bottom[1]), 4);
    ck_assert_ptr_nonnull(
        strstr(rest, ",0,200,-2,4,0,0,[[0,2,3,0,0,14,2]],&quot;&quot;]]\"></svg>"));
    /* 171.2 mm are 340 px, and what is as high as a row and the white around it 100 px. */
    double across = 340 / 171.2, down = 100 / (ins_chart_row_height(chart) + 1.2);
    for (size_t i = 0; i < 2; i++) {
        ins_panel_place at = ins_chart_place(chart, 170, i);
        ck_assert_double_eq_tol(left[i], (at.left + 0.6) * across, 0.051);
        ck_assert_double_eq_tol(right[i], (at.right + 0.6) * across, 0.051);
        ck_assert_double_eq_tol(top[i], (at.top + 0.6) * down, 0.051);
        ck_assert_double_eq_tol(bottom[i], (at.bottom + 0.6) * down, 0.051);
    }
}
END_TEST

START_TEST(a_figure_without_values_is_no_stop_of_the_keyboard)
{
    ins_chart *chart = ins_chart_new(document->arena, "test", "Tiles", INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, ins_axis_linear(document->arena, 0, 4, 4, false),
                                ins_axis_linear(document->arena, 0, 4, 4, false));
    add_points(chart, ins_panel_series(chart, panel, INS_SERIES_TILES, "t", 0, 0), 2, 0.5);
    ck_assert_str_eq(figure_of(chart),
                     "<svg viewBox=\"0 0 340 100\" role=\"img\" aria-label=\"Tiles\"></svg>");
}
END_TEST

/* --- Files --------------------------------------------------------------------------- */

START_TEST(the_folder_comes_and_goes)
{
    ins_chart *chart = ins_chart_new(document->arena, "test", "Chart", INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, ins_axis_linear(document->arena, 0, 4, 4, false),
                                ins_axis_linear(document->arena, 0, 4, 4, false));
    ins_series *series =
        ins_mark_series(chart, panel, INS_SERIES_LINE, "a", ins_mark_at(document, 1));
    add_points(chart, series, 3, NAN);
    series->label = "a";
    figure_of(chart);
    ins_text script = {0};
    char *path = ins_path_join(scratch, INS_WEB_SCRIPT);
    ck_assert_int_eq(ins_file_read(path, &script, INS_DATA, &error), INS_OK);
    ck_assert_ptr_nonnull(strstr(script.data, "lc rgb 0x010001 "));
    ck_assert_ptr_nonnull(strstr(script.data, "tc rgb 0x020001\n"));
    ck_assert(!chart->marked); /* of all others */
    ck_assert(ins_path_holds(scratch, INS_WEB_FOLDER "/1.csv"));
    ck_assert_int_eq(ins_web_figures_remove(scratch, &error), INS_OK);
    ck_assert(!ins_path_holds(scratch, INS_WEB_FOLDER));
    ck_assert_int_eq(ins_web_figures_remove(scratch, &error), INS_OK);
    free(path);
    ins_text_free(&script);
}
END_TEST

START_TEST(a_figure_that_was_not_drawn_is_a_problem)
{
    ins_chart *chart = ins_chart_new(document->arena, "test", "Chart", INS_SHAPE_LOW);
    ins_text out = {0};
    ins_add_chart(document, chart, "Caption.");
    ck_assert_int_eq(
        ins_web_figure(document, ins_section_at(document, 0)->blocks.items, scratch, &out, &error),
        INS_RENDER);
    ck_assert_uint_eq(out.length, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("web_figure");
    TCase *tests = tcase_create("web_figure");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, colours_become_classes_and_marks);
    tcase_add_test(tests, paths_are_relative_and_straight);
    tcase_add_test(tests, areas_and_their_edges);
    tcase_add_test(tests, symbols_become_paths);
    tcase_add_test(tests, texts_keep_scripts_and_bold);
    tcase_add_test(tests, texts_of_others_stay_texts);
    tcase_add_test(tests, what_looks_alike_is_one_element);
    tcase_add_test(tests, what_is_not_known_is_refused);
    tcase_add_test(tests, panels_say_where_values_are);
    tcase_add_test(tests, a_figure_without_values_is_no_stop_of_the_keyboard);
    tcase_add_test(tests, the_folder_comes_and_goes);
    tcase_add_test(tests, a_figure_that_was_not_drawn_is_a_problem);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
