/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts: what is in their CSV and in the commands that draw them, which series are left out, and
 * where panels and names stand. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/chart.h"
#include "initscope/layout.h"

static const double width = 170; /* mm */

static ins_arena *arena;

static void setup(void)
{
    arena = ins_arena_new();
}

static void teardown(void)
{
    ins_arena_free(arena);
}

/* --- Making -------------------------------------------------------------------- */

static ins_chart *chart_of(ins_shape shape)
{
    return ins_chart_new(arena, "test", "A test", shape);
}

static ins_panel *panel_of(ins_chart *chart, const char *title, ins_axis x, ins_axis y)
{
    ins_panel *panel = ins_chart_panel(chart, title);
    panel->x = x;
    panel->y = y;
    return panel;
}

static ins_point at(double x, double y)
{
    return (ins_point){.x = x, .y = y, .lower = NAN, .upper = NAN};
}

/* Points 0, 1, ... with these values. */
static ins_series *series_of(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                             const char *name, const double *y, size_t count)
{
    ins_series *series = ins_panel_series(chart, panel, kind, name, 0x123456, 0x654321);
    for (size_t i = 0; i < count; i++) ins_series_add(chart, series, at((double)i, y[i]));
    return series;
}

static ins_axis linear(double low, double high)
{
    return ins_axis_linear(arena, low, high, 4, false);
}

static const char *data_of(const ins_chart *chart)
{
    ins_text out = {0};
    ins_chart_data(chart, &out);
    const char *text = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return text;
}

static const char *script_of_rows(const ins_chart *chart, size_t first, size_t rows)
{
    ins_text out = {0};
    ins_chart_script(chart, width, first, rows, &out);
    const char *text = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return text;
}

static const char *script_of(const ins_chart *chart)
{
    return script_of_rows(chart, 0, ins_chart_rows(chart, width));
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what)) count++;
    return count;
}

/* --- Data ------------------------------------------------------------------------ */

START_TEST(series_stand_below_each_other_and_panels_apart)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *first = panel_of(chart, "one", linear(0, 1), linear(0, 1));
    series_of(chart, first, INS_SERIES_LINE, "a", (double[]){0.25, 0.5}, 2);
    ins_series *band = ins_panel_series(chart, first, INS_SERIES_LINE, "=b", 0, 0);
    ins_series_add(chart, band, (ins_point){.x = 0, .y = 1, .lower = 0.5, .upper = INFINITY});
    ins_panel *second = panel_of(chart, NULL, linear(0, 1), linear(0, 1));
    series_of(chart, second, INS_SERIES_LINE, "c", (double[]){-1e308, NAN}, 2);
    ck_assert_str_eq(data_of(chart), "panel,series,x,y,lower,upper\n"
                                     "one,a,0,0.25,nan,nan\n"
                                     "one,a,1,0.5,nan,nan\n"
                                     "\n"
                                     "one,'=b,0,1,0.5,nan\n"
                                     "\n\n"
                                     "test,c,0,-1e300,nan,nan\n"
                                     "test,c,1,nan,nan,nan\n");
}
END_TEST

START_TEST(words_and_colours_have_columns_where_there_are_any)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, "p", linear(0, 1), linear(0, 1));
    ins_series *tiles = ins_panel_series(chart, panel, INS_SERIES_TILES, "t", 0, 0);
    ins_series_add(chart, tiles, (ins_point){0, 1, 2, 3, 255, NULL});
    ck_assert_str_eq(data_of(chart), "panel,series,x,y,lower,upper,colour\np,t,0,1,2,3,255\n");
    ins_series *words = ins_panel_series(chart, panel, INS_SERIES_WORDS, "w", 0, 0);
    ins_series_add(chart, words, (ins_point){0.5, 0.5, NAN, NAN, 7, "a\\n\"b\""});
    ck_assert_str_eq(data_of(chart), "panel,series,x,y,lower,upper,colour,words\n"
                                     "p,t,0,1,2,3,255,\n\n"
                                     "p,w,0.5,0.5,nan,nan,7,\"a\\\\n\"\"b\"\"\"\n");
}
END_TEST

START_TEST(the_range_is_of_all_that_is_drawn)
{
    double low, high;
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *panel = ins_chart_panel(chart, NULL);
    ck_assert(!ins_panel_range(panel, false, false, &low, &high));
    series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){NAN, -3, INFINITY}, 3);
    ck_assert(ins_panel_range(panel, false, false, &low, &high));
    ck_assert_double_eq(low, -3);
    ck_assert_double_eq(high, -3);
    ck_assert(!ins_panel_range(panel, false, true, &low, &high)); /* nothing above 0 */
    ins_series *band = ins_panel_series(chart, panel, INS_SERIES_LINE, "b", 0, 0);
    ins_series_add(chart, band, (ins_point){.x = -7, .y = 2, .lower = 0, .upper = 9});
    ck_assert(ins_panel_range(panel, false, true, &low, &high));
    ck_assert_double_eq(low, 2);
    ck_assert_double_eq(high, 9);
    ck_assert(ins_panel_range(panel, true, false, &low, &high));
    ck_assert_double_eq(low, -7);
    ck_assert_double_eq(high, 2);
    /* A tile reaches from (x, lower) to (y, upper). */
    ins_panel *map = ins_chart_panel(chart, NULL);
    ins_series *tiles = ins_panel_series(chart, map, INS_SERIES_TILES, "t", 0, 0);
    ins_series_add(chart, tiles, (ins_point){1, 40, 5, 6, 0, NULL});
    ck_assert(ins_panel_range(map, true, false, &low, &high));
    ck_assert_double_eq(low, 1);
    ck_assert_double_eq(high, 40);
    ck_assert(ins_panel_range(map, false, false, &low, &high));
    ck_assert_double_eq(low, 5);
    ck_assert_double_eq(high, 6);
}
END_TEST

START_TEST(what_cannot_be_drawn_is_taken_out)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *log = panel_of(chart, "log", linear(0, 2), ins_axis_log(arena, 0.1, 10));
    series_of(chart, log, INS_SERIES_LINE, "zeros", (double[]){0, -1, NAN}, 3);
    series_of(chart, log, INS_SERIES_LINE, "kept", (double[]){NAN, NAN, 1}, 3);
    ins_panel *nothing = panel_of(chart, "nothing", linear(0, 2), linear(0, 1));
    series_of(chart, nothing, INS_SERIES_LINE, "nan", (double[]){NAN, INFINITY}, 2);
    ins_panel_series(chart, nothing, INS_SERIES_LINE, "empty", 0, 0);
    ins_panel *rangeless = ins_chart_panel(chart, "rangeless");
    series_of(chart, rangeless, INS_SERIES_LINE, "a", (double[]){1}, 1);
    ins_panel *plain = panel_of(chart, "plain", linear(0, 2), linear(-1, 1));
    series_of(chart, plain, INS_SERIES_LINE, "negative", (double[]){0, -1}, 2);
    ck_assert_uint_eq(ins_chart_prune(chart), 2);
    const char *data = data_of(chart);
    ck_assert_uint_eq(count_of(data, "log,kept,"), 3);
    ck_assert_uint_eq(count_of(data, "plain,negative,"), 2);
    ck_assert_uint_eq(count_of(data, "\n"), 1 + 3 + 2 + 2); /* head, rows, the gap */
}
END_TEST

/* --- Script ------------------------------------------------------------------------- */

START_TEST(each_element_reads_its_own_block)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    for (size_t i = 0; i < 2; i++) {
        ins_panel *panel = panel_of(chart, i == 0 ? "one" : "two", linear(0, 1), linear(0, 1));
        series_of(chart, panel, INS_SERIES_THEORY, "theory", (double[]){0, 1}, 2);
        series_of(chart, panel, INS_SERIES_LINE, "measured", (double[]){0, 1}, 2);
    }
    const char *script = script_of(chart), *second = strstr(strstr(script, "PANEL") + 1, "PANEL");
    /* The theory lies on what was measured, whatever was added first. */
    ck_assert_ptr_nonnull(strstr(second, "plot DATA skip 1 index 1 every :::1::1 using 3:4 with "
                                         "linespoints lc rgb 0x123456 lw 2.2 pt 7 ps 0.36, \\\n"
                                         "     DATA skip 1 index 1 every :::0::0 using 3:4 with "
                                         "lines dt (7,4) lc rgb 0x123456 lw 1.3\n"));
    ck_assert_uint_eq(count_of(script, "index 0 "), 2);
    ck_assert_uint_eq(count_of(script, "index 1 "), 2);
    ck_assert_uint_eq(count_of(script, "filledcurves"), 0);
}
END_TEST

START_TEST(a_point_alone_is_seen)
{
    static const struct {
        double y[4];
        size_t points; /* elements that draw points */
    } cases[] = {{{1, 1, 1, 1}, 0},
                 {{NAN, 1, NAN, NAN}, 1},
                 {{1, NAN, 1, 1}, 1},
                 {{1, 1, NAN, 1}, 1},
                 {{NAN, 1, 1, NAN}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ins_chart *chart = chart_of(INS_SHAPE_LOW);
        ins_panel *panel = panel_of(chart, "p", linear(0, 3), linear(0, 1));
        series_of(chart, panel, INS_SERIES_THEORY, "t", cases[i].y, 4);
        series_of(chart, panel, INS_SERIES_SEED, "s", cases[i].y, 4);
        const char *script = script_of(chart);
        ck_assert_uint_eq(count_of(script, " with lines "), 2);
        ck_assert_uint_eq(count_of(script, " with points "), 2 * cases[i].points);
    }
}
END_TEST

START_TEST(a_band_needs_both_ends_somewhere_and_stays_in_the_panel)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, "p", linear(0, 3), ins_axis_log(arena, 1e-4, 1));
    ins_series *line = ins_panel_series(chart, panel, INS_SERIES_LINE, "a", 1, 1);
    ins_series_add(chart, line, (ins_point){.x = 0, .y = 1, .lower = NAN, .upper = 2});
    ins_series_add(chart, line, (ins_point){.x = 1, .y = 1, .lower = 0, .upper = NAN});
    ck_assert_uint_eq(count_of(script_of(chart), "filledcurves"), 0);
    ins_series_add(chart, line, (ins_point){.x = 2, .y = 1, .lower = 0, .upper = 2});
    ck_assert_uint_eq(count_of(script_of(chart), "filledcurves"), 1);
    ck_assert_uint_eq(count_of(script_of(chart), "INSIDE(y) = y <= 0 ? 0.0001 : y\n"), 1);
    panel->y = linear(-1, 1);
    ck_assert_uint_eq(count_of(script_of(chart), "INSIDE(y) = y\n"), 1);
}
END_TEST

START_TEST(the_others_in_grey_are_lines_not_theory)
{
    ins_chart *chart = chart_of(INS_SHAPE_MULTIPLE);
    chart->shadows = true;
    for (size_t i = 0; i < 5; i++) {
        ins_panel *panel = panel_of(chart, "p", linear(0, 1), linear(0, 1));
        if (i != 2) series_of(chart, panel, INS_SERIES_THEORY, "t", (double[]){0, 1}, 2);
        if (i != 4) series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){0, 1}, 2);
    }
    const char *script = script_of(chart);
    ck_assert_uint_eq(count_of(script, "index 0:1 every :::1::1 using 3:4 with lines lc rgb GREY"),
                      5);
    ck_assert_uint_eq(count_of(script, "index 2:2 every :::0::0 using 3:4 with lines lc rgb GREY"),
                      5);
    ck_assert_uint_eq(count_of(script, "index 3:3 every :::1::1 using 3:4 with lines lc rgb GREY"),
                      5);
    ck_assert_uint_eq(count_of(script, "GREY"), 15);
}
END_TEST

START_TEST(axes_references_and_formats)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, "p", linear(0, 10), ins_axis_linear(arena, 0, 1, 2, true));
    series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){0, 1}, 2);
    panel->horizontal = 0.5;
    const char *script = script_of(chart);
    ck_assert_uint_eq(count_of(script, "set xrange [0:10]\n"), 1);
    ck_assert_uint_eq(count_of(script, "set yrange [0:1]\n"), 1);
    ck_assert_uint_eq(count_of(script, "set logscale"), 0);
    /* "50%" as a format: the sign twice, each as octal digits. */
    ck_assert_uint_eq(count_of(script, "\"50\\045\\045\" 0.5"), 1);
    ck_assert_uint_eq(count_of(script, "from graph 0, first 0.5 to graph 1, first 0.5 "), 1);
    ck_assert_uint_eq(count_of(script, "graph 0 to first"), 0);
    panel->vertical = 4;
    panel->down = true;
    panel->x = ins_axis_log(arena, 1, 1000);
    script = script_of(chart);
    ck_assert_uint_eq(count_of(script, "set yrange [1:0]\n"), 1);
    ck_assert_uint_eq(count_of(script, "set logscale x\n"), 1);
    ck_assert_uint_eq(count_of(script, "from first 4, graph 0 to first 4, graph 1 "), 1);
}
END_TEST

/* Time over many orders: linear up to the first moment, decades from there on. */
START_TEST(bent_axis)
{
    ins_axis axis = ins_axis_bent(arena, 0, 1, 1000);
    ck_assert_uint_eq(axis.tics, 5); /* 0, 1, 10, 100, 1000 */
    ck_assert_str_eq(axis.label[0], "0");
    ck_assert_str_eq(axis.label[4], "1000");
    ck_assert_double_eq(ins_axis_share(&axis, 0), 0);
    ck_assert_double_eq_tol(ins_axis_share(&axis, 0.5), 0.05, 1e-12);
    ck_assert_double_eq_tol(ins_axis_share(&axis, 1), 0.1, 1e-12);
    ck_assert_double_eq_tol(ins_axis_share(&axis, 10), 0.4, 1e-12);
    ck_assert_double_eq_tol(ins_axis_share(&axis, 1000), 1, 1e-12);
    axis = ins_axis_bent(arena, 5, 5, 500); /* no moment before any update */
    ck_assert_uint_eq(axis.tics, 2);        /* 10, 100 */
    ck_assert_double_eq(ins_axis_share(&axis, 5), 0);
    ck_assert_double_eq_tol(ins_axis_share(&axis, 50), 0.5, 1e-12);
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    ins_panel *panel = panel_of(chart, "p", ins_axis_bent(arena, 0, 1, 1000), linear(0, 1));
    series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){0, 1}, 2);
    ck_assert_uint_eq(ins_chart_prune(chart), 1);
    const char *script = script_of(chart);
    ck_assert_uint_eq(count_of(script, "set nonlinear x via (x >= 1 ? log10(x/1) : "), 1);
    ck_assert_uint_eq(count_of(script, "set xrange [0:1000]\n"), 1);
    ck_assert_uint_eq(count_of(script, "set logscale"), 0);
}
END_TEST

/* --- Places ------------------------------------------------------------------------- */

typedef struct label {
    char text[256], align[8];
    double x, y, size, left, right;
} label;

/* The names in a script, with the room that they take by the font's own widths. */
static size_t labels_of(const char *script, label *out, size_t most)
{
    size_t count = 0;
    const char *begin = "set label BOLD(\"";
    for (const char *c = script; (c = strstr(c, begin)) != NULL && count < most;) {
        label *l = &out[count++];
        size_t length = 0;
        for (c += strlen(begin); *c != '"'; c++) {
            char *end = (char *)c;
            if (*c == '\\') {
                char octal[] = {c[1], c[2], c[3], '\0'};
                l->text[length++] = (char)(unsigned char)strtol(octal, &end, 8);
                c += 3;
            } else {
                l->text[length++] = *c;
            }
        }
        l->text[length] = '\0';
        ck_assert_int_eq(sscanf(c, "\") at screen X(%lf), Y(%lf) %7s font ',%lf'", &l->x, &l->y,
                                l->align, &l->size),
                         4);
        double wide = ins_text_width(l->text, INS_BOLD, l->size);
        l->left = strcmp(l->align, "right") == 0 ? l->x - wide : l->x;
        l->right = l->left + wide;
    }
    return count;
}

static void expect_labels_apart(const char *script, size_t expected, double height)
{
    static label labels[128];
    size_t count = labels_of(script, labels, 128);
    ck_assert_uint_eq(count, expected);
    for (size_t i = 0; i < count; i++) {
        ck_assert_double_ge(labels[i].left, -0.01);
        ck_assert_double_le(labels[i].right, width + 0.01);
        ck_assert_double_ge(labels[i].y, 0);
        ck_assert_double_le(labels[i].y, height);
        for (size_t j = 0; j < i; j++) {
            double tall = 0.8 * labels[i].size * INS_MM_PER_POINT;
            bool beside = labels[i].right <= labels[j].left || labels[j].right <= labels[i].left;
            ck_assert_msg(beside || fabs(labels[i].y - labels[j].y) >= tall, "\"%s\" on \"%s\"",
                          labels[i].text, labels[j].text);
        }
    }
}

/* Two panels of curves that end in one point, named left and right. */
START_TEST(names_at_the_ends_of_curves_keep_apart_and_inside)
{
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    const size_t curves = 8;
    for (size_t i = 0; i < 2; i++) {
        ins_panel *panel = panel_of(chart, "title", linear(0, 1), ins_axis_log(arena, 0.1, 1000));
        panel->labels_left = i == 1;
        for (size_t c = 0; c < curves; c++) {
            ins_series *series = series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){1, 1}, 2);
            series->label = ins_arena_format(
                arena, "a name that is much too long for its place, the %zuth of them all", c + 1);
        }
    }
    const char *script = script_of(chart);
    expect_labels_apart(script, 2 * curves + 2, ins_chart_row_height(chart));
    /* Different names are different, and the same in both panels. */
    static label labels[64];
    labels_of(script, labels, 64);
    for (size_t i = 0; i < curves; i++) {
        ck_assert_str_eq(labels[1 + i].text, labels[2 + curves + i].text);
        ck_assert_str_eq(labels[1 + i].align, "left");
        ck_assert_str_eq(labels[2 + curves + i].align, "right");
        for (size_t j = 0; j < i; j++) ck_assert_str_ne(labels[1 + i].text, labels[1 + j].text);
    }
    /* The axis stands across from the names. */
    ck_assert_uint_eq(count_of(script, "set ytics"), 1);
    ck_assert_uint_eq(count_of(script, "set y2tics"), 1);
    ck_assert_uint_eq(count_of(script, "set logscale y2\n"), 1);
}
END_TEST

START_TEST(a_curve_that_has_left_is_named_where_it_left)
{
    static label labels[8];
    ins_chart *chart = chart_of(INS_SHAPE_NORMAL);
    ins_panel *panel = panel_of(chart, NULL, linear(0, 1), linear(0, 1));
    static const double ends[] = {5, -5, 1, 0.5};
    static const char *const shown[] = {"↑ a", "↓ a", "a", "a"};
    for (size_t i = 0; i < 4; i++)
        series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){0.5, ends[i]}, 2)->label = "a";
    const char *script = script_of(chart);
    ck_assert_uint_eq(labels_of(script, labels, 8), 4);
    for (size_t i = 0; i < 4; i++) ck_assert_str_eq(labels[i].text, shown[i]);
    ck_assert_double_lt(labels[0].y, labels[3].y); /* up is small */
    ck_assert_double_gt(labels[1].y, labels[3].y);
    ck_assert_uint_eq(count_of(script, "nohead lc"), 2); /* connectors of those inside */
}
END_TEST

START_TEST(points_are_named_on_the_side_that_has_room)
{
    static label labels[8];
    ins_chart *chart = chart_of(INS_SHAPE_LOW);
    chart->across = 1;
    ins_panel *panel = panel_of(chart, NULL, linear(0, 10), linear(0, 1));
    for (size_t i = 0; i < 2; i++) {
        ins_series *dots = ins_panel_series(chart, panel, INS_SERIES_DOTS, "d", 0, 0);
        dots->label = i == 0 ? "left of all and a rather long name for a mere point" : "right";
        ins_series_add(chart, dots, at(i == 0 ? 1 : 9, 0.5));
    }
    ck_assert_uint_eq(labels_of(script_of(chart), labels, 8), 2);
    ck_assert_str_eq(labels[0].align, "left");
    ck_assert_str_eq(labels[1].align, "right");
    ck_assert_double_le(labels[0].right, width);
    expect_labels_apart(script_of(chart), 2, ins_chart_row_height(chart));
}
END_TEST

/* 64 panels stand in 13 rows of five; what is drawn of them begins at the top each time. */
START_TEST(rows_are_drawn_in_parts)
{
    ins_chart *chart = chart_of(INS_SHAPE_MULTIPLE);
    for (size_t i = 0; i < 64; i++) {
        ins_panel *panel =
            panel_of(chart, ins_arena_format(arena, "panel %zu", i), linear(0, 1), linear(0, 1));
        series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){0, 1}, 2);
    }
    ck_assert_uint_eq(ins_chart_rows(chart, width), 13);
    ck_assert_uint_eq(count_of(script_of(chart), "eval PANEL"), 64);
    size_t drawn = 0;
    for (size_t first = 0; first < 13; first += 6) {
        const char *script = script_of_rows(chart, first, 6);
        size_t panels = first < 12 ? 30 : 4;
        ck_assert_uint_eq(count_of(script, "eval PANEL"), panels);
        for (size_t i = 0; i < panels; i++) {
            const char *block = ins_arena_format(arena, "index %zu ", drawn++);
            ck_assert_uint_eq(count_of(script, block), 1);
        }
        double left, top;
        ck_assert_int_eq(sscanf(strstr(script, "PANEL("), "PANEL(%lf, %lf", &left, &top), 2);
        ck_assert_double_le(top, ins_chart_row_height(chart) - 25);
        expect_labels_apart(script, panels, 6 * ins_chart_row_height(chart));
    }
}
END_TEST

START_TEST(panels_of_one_chart_are_alike_whatever_their_names)
{
    ins_chart *chart = chart_of(INS_SHAPE_NORMAL);
    for (size_t i = 0; i < 3; i++) {
        ins_panel *panel =
            panel_of(chart, "t", linear(0, 1), ins_axis_log(arena, 1e-300, i == 0 ? 1 : 1e300));
        series_of(chart, panel, INS_SERIES_LINE, "a", (double[]){1, 1}, 2)->label =
            i == 0 ? "a" : "a much longer name";
    }
    double left[3], top[3], right[3], bottom[3];
    const char *c = script_of(chart);
    for (size_t i = 0; i < 3; i++, c++) {
        c = strstr(c, "PANEL(");
        ck_assert_int_eq(
            sscanf(c, "PANEL(%lf, %lf, %lf, %lf)", &left[i], &top[i], &right[i], &bottom[i]), 4);
        ck_assert_double_eq_tol(right[i] - left[i], right[0] - left[0], 2e-3);
        ck_assert_double_eq_tol(bottom[i] - top[i], 56, 2e-3);
        ck_assert_double_gt(right[i] - left[i], 15);
    }
    ck_assert_double_gt(left[1], right[0]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chart");
    TCase *tests = tcase_create("chart");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, series_stand_below_each_other_and_panels_apart);
    tcase_add_test(tests, words_and_colours_have_columns_where_there_are_any);
    tcase_add_test(tests, the_range_is_of_all_that_is_drawn);
    tcase_add_test(tests, what_cannot_be_drawn_is_taken_out);
    tcase_add_test(tests, bent_axis);
    tcase_add_test(tests, each_element_reads_its_own_block);
    tcase_add_test(tests, a_point_alone_is_seen);
    tcase_add_test(tests, a_band_needs_both_ends_somewhere_and_stays_in_the_panel);
    tcase_add_test(tests, the_others_in_grey_are_lines_not_theory);
    tcase_add_test(tests, axes_references_and_formats);
    tcase_add_test(tests, names_at_the_ends_of_curves_keep_apart_and_inside);
    tcase_add_test(tests, a_curve_that_has_left_is_named_where_it_left);
    tcase_add_test(tests, points_are_named_on_the_side_that_has_room);
    tcase_add_test(tests, rows_are_drawn_in_parts);
    tcase_add_test(tests, panels_of_one_chart_are_alike_whatever_their_names);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
