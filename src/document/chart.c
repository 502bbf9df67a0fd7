/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts: where panels and labels stand, the data of the series, and the commands that draw them.
 *
 * Lengths are millimetres from the chart's top left. No text of the data stands in the commands but
 * through ins_gnuplot_string. */
#include <config.h>

#include "initscope/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/gnuplot.h"
#include "initscope/layout.h"

/* Sizes of type, points: names of curves (at least, when they stand close), titles, tics. */
static const double label_size = 7.6, least_label = 5, title_size = 8.6, axis_size = 7.6;

/* A panel, by shape, and what stands above and below it. */
static const double panel_height[] = {[INS_SHAPE_LOW] = 34,
                                      [INS_SHAPE_NORMAL] = 56,
                                      [INS_SHAPE_HIGH] = 88,
                                      [INS_SHAPE_MULTIPLE] = 25};
static const double above_titled = 7.5, above_bare = 2, below_panel = 8.6;
static const double title_above = 5.2, y_title_above = 3.4,
                    y_title_below_title = 1.9; /* baselines */
static const double x_title_below = 6.2;
static const double least_panel = 14;              /* wide */
static const double panel_gap = 4, right_edge = 2; /* between cells; a cell's last tic label */

/* Tic labels left of a panel get what the widest takes, within these. */
static const double tics_least = 5, tics_most = 24.5, tics_padding = 2.4;

/* Names at the ends of curves: from each other, and from the panel. */
static const double label_gap = 3.5, connector = 3, connector_end = 0.9, connector_start = 0.6;
static const double label_share = 1.0 / 3; /* of a cell, at most */

/* Names beside points stand on the side that has more room. */
static const double point_distance = 1.6, turns_left = 0.6; /* mm; share of the panel's width */

/* --- Making ------------------------------------------------------------------- */

ins_chart *ins_chart_new(ins_arena *arena, const char *name, const char *title, ins_shape shape)
{
    ins_chart *chart = ins_arena_get(arena, 1, sizeof *chart, "a chart");
    *chart = (ins_chart){.arena = arena, .name = name, .title = title, .shape = shape};
    return chart;
}

ins_panel *ins_chart_panel(ins_chart *chart, const char *title)
{
    ins_panel **slot = ins_list_add(chart->arena, &chart->panels, sizeof *slot);
    ins_panel *panel = ins_arena_get(chart->arena, 1, sizeof *panel, "a panel");
    *panel = (ins_panel){.title = title,
                         .ink = INS_CHART_INK,
                         .mark = INS_NO_MARK,
                         .horizontal = NAN,
                         .vertical = NAN};
    return *slot = panel;
}

ins_series *ins_panel_series(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                             const char *name, unsigned colour, unsigned ink)
{
    ins_series **slot = ins_list_add(chart->arena, &panel->series, sizeof *slot);
    ins_series *series = ins_arena_get(chart->arena, 1, sizeof *series, "a series");
    *series =
        (ins_series){.kind = kind, .name = name, .colour = colour, .ink = ink, .mark = INS_NO_MARK};
    return *slot = series;
}

void ins_series_add(ins_chart *chart, ins_series *series, ins_point point)
{
    ins_point *added = ins_list_add(chart->arena, &series->points, sizeof *added);
    *added = point;
}

static ins_panel *panel_at(const ins_chart *chart, size_t panel)
{
    return ((ins_panel *const *)chart->panels.items)[panel];
}

static ins_series *series_at(const ins_panel *panel, size_t series)
{
    return ((ins_series *const *)panel->series.items)[series];
}

static const ins_point *point_at(const ins_series *series, size_t point)
{
    return (const ins_point *)series->points.items + point;
}

bool ins_panel_range(const ins_panel *panel, bool of_x, bool positive, double *minimum,
                     double *maximum)
{
    *minimum = *maximum = NAN;
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        bool tiles = series->kind == INS_SERIES_TILES;
        for (size_t i = 0; i < series->points.count; i++) {
            const ins_point *p = point_at(series, i);
            if (of_x) ins_axis_widen(p->x, positive, minimum, maximum);
            if (of_x == tiles) ins_axis_widen(p->y, positive, minimum, maximum); /* of a tile: x */
            if (of_x) continue;
            ins_axis_widen(p->lower, positive, minimum, maximum);
            ins_axis_widen(p->upper, positive, minimum, maximum);
        }
    }
    return !isnan(*minimum);
}

static bool can_be_drawn(const ins_panel *panel, const ins_point *p)
{
    bool x = isfinite(p->x) && (!panel->x.log || p->x > 0);
    return x && isfinite(p->y) && (!panel->y.log || p->y > 0);
}

static bool is_drawn(const ins_panel *panel, const ins_series *series)
{
    for (size_t i = 0; i < series->points.count; i++)
        if (can_be_drawn(panel, point_at(series, i))) return true;
    return false;
}

static bool has_range(const ins_axis *axis)
{
    return isfinite(axis->low) && isfinite(axis->high) && axis->low < axis->high &&
           (!axis->log || axis->low > 0);
}

size_t ins_chart_prune(ins_chart *chart)
{
    size_t panels = 0;
    for (size_t i = 0; i < chart->panels.count; i++) {
        ins_panel *panel = panel_at(chart, i);
        size_t kept = 0;
        for (size_t s = 0; s < panel->series.count; s++) {
            ins_series *series = series_at(panel, s);
            if (is_drawn(panel, series)) ((ins_series **)panel->series.items)[kept++] = series;
        }
        panel->series.count = kept;
        if (kept > 0 && has_range(&panel->x) && has_range(&panel->y))
            ((ins_panel **)chart->panels.items)[panels++] = panel;
    }
    return chart->panels.count = panels;
}

size_t ins_chart_points(const ins_chart *chart)
{
    size_t points = 0, lines = 0;
    for (size_t i = 0; i < chart->panels.count; i++)
        for (size_t s = 0; s < panel_at(chart, i)->series.count; s++) {
            const ins_series *series = series_at(panel_at(chart, i), s);
            points += series->points.count;
            if (series->kind == INS_SERIES_LINE) lines += series->points.count;
        }
    return points + (chart->shadows ? lines * chart->panels.count : 0);
}

bool ins_chart_has(const ins_chart *chart, ins_series_kind kind)
{
    for (size_t i = 0; i < chart->panels.count; i++)
        for (size_t s = 0; s < panel_at(chart, i)->series.count; s++)
            if (series_at(panel_at(chart, i), s)->kind == kind) return true;
    return false;
}

/* --- Places ------------------------------------------------------------------- */

/* Cells in rows; in each a panel, with tic labels to its left and names to one side. */
typedef struct grid {
    size_t across;
    double cell, height; /* of one cell */
    double tics, names;  /* mm beside a panel; of names 0: there are none */
} grid;

/* What is named at the end of its curve, and what beside a point. */
static bool is_curve(const ins_series *series)
{
    return series->kind < INS_SERIES_DOTS;
}

static size_t across_of(const ins_chart *chart)
{
    enum {
        THREE = 6,
        FOUR = 20
    }; /* so many panels stand in rows of three, of four, else of five */
    size_t panels = chart->panels.count > 0 ? chart->panels.count : 1;
    if (chart->across > 0) return chart->across < panels ? chart->across : panels;
    if (panels <= 4) return panels;
    return panels <= THREE ? 3 : panels <= FOUR ? 4 : 5;
}

static bool is_titled(const ins_chart *chart)
{
    for (size_t i = 0; i < chart->panels.count; i++)
        if (panel_at(chart, i)->title != NULL || panel_at(chart, i)->y_title != NULL) return true;
    return false;
}

/* The room for tics and names is that of the widest in the chart, so that panels are alike. Fewer
 * panels stand beside each other where these would leave too little of them. */
static grid grid_of(const ins_chart *chart, double width)
{
    grid g = {.height = ins_chart_row_height(chart), .tics = tics_least};
    double widest = 0;
    for (size_t i = 0; i < chart->panels.count; i++) {
        const ins_panel *panel = panel_at(chart, i);
        for (size_t t = 0; t < panel->y.tics; t++)
            g.tics = fmax(g.tics, tics_padding +
                                      ins_markup_width(panel->y.label[t], INS_REGULAR, axis_size));
        for (size_t s = 0; s < panel->series.count; s++) {
            const ins_series *series = series_at(panel, s);
            if (series->label == NULL || !is_curve(series)) continue;
            widest = fmax(widest, ins_text_width(series->label, INS_BOLD, label_size));
        }
    }
    g.tics = fmin(g.tics, tics_most);
    for (g.across = across_of(chart);; g.across--) {
        g.cell = (width - panel_gap * (double)(g.across - 1)) / (double)g.across;
        g.names = widest > 0 ? fmin(widest, g.cell * label_share) + connector + 1 : 0;
        if (g.across == 1 || g.cell - g.tics - g.names - right_edge >= least_panel) return g;
    }
}

static double left_of(const grid *g, size_t index)
{
    return (g->cell + panel_gap) * (double)(index % g->across);
}

/* Panel index when the rows from first on are drawn. */
static ins_panel_place place_of(const ins_chart *chart, const grid *g, size_t index, size_t first)
{
    double left = left_of(g, index), top = g->height * (double)(index / g->across - first);
    bool names_left = panel_at(chart, index)->labels_left;
    ins_panel_place p = {.left = left + (names_left ? g->names : g->tics),
                         .right = left + g->cell - right_edge - (names_left ? g->tics : g->names),
                         .bottom = top + g->height - below_panel};
    p.top = p.bottom - panel_height[chart->shape];
    return p;
}

size_t ins_chart_rows(const ins_chart *chart, double width)
{
    size_t across = grid_of(chart, width).across;
    return (chart->panels.count + across - 1) / across;
}

ins_panel_place ins_chart_place(const ins_chart *chart, double width, size_t panel)
{
    grid g = grid_of(chart, width);
    return place_of(chart, &g, panel, 0);
}

double ins_chart_row_height(const ins_chart *chart)
{
    return panel_height[chart->shape] + below_panel +
           (is_titled(chart) ? above_titled : above_bare);
}

/* --- Names ---------------------------------------------------------------------- */

/* Names as they are shown, by what they stand for: alike ones in all panels, different ones for
 * different series. */
typedef struct names {
    size_t count;
    const char **whole;
    const char *const *shown;
} names;

static void add_name(names *of, const char *name)
{
    for (size_t i = 0; name != NULL && i < of->count; i++)
        if (strcmp(of->whole[i], name) == 0) return;
    if (name != NULL) of->whole[of->count++] = name;
}

static names shorten(const ins_chart *chart, names of, double size, double room)
{
    of.shown = ins_elide_apart(chart->arena, of.whole, of.count, INS_BOLD, size, room);
    return of;
}

static names labels_of(const ins_chart *chart, bool curves, double room)
{
    size_t most = 0;
    for (size_t i = 0; i < chart->panels.count; i++) most += panel_at(chart, i)->series.count;
    names of = {.whole = ins_arena_get(chart->arena, most + 1, sizeof *of.whole, "labels")};
    for (size_t i = 0; i < chart->panels.count; i++)
        for (size_t s = 0; s < panel_at(chart, i)->series.count; s++)
            if (is_curve(series_at(panel_at(chart, i), s)) == curves)
                add_name(&of, series_at(panel_at(chart, i), s)->label);
    return shorten(chart, of, label_size, room);
}

static names titles_of(const ins_chart *chart, double room)
{
    size_t count = chart->panels.count;
    names of = {.whole = ins_arena_get(chart->arena, count + 1, sizeof *of.whole, "labels")};
    for (size_t i = 0; i < count; i++) add_name(&of, panel_at(chart, i)->title);
    return shorten(chart, of, title_size, room);
}

static const char *shown(const names *of, const char *name)
{
    for (size_t i = 0; i < of->count; i++)
        if (strcmp(of->whole[i], name) == 0) return of->shown[i];
    return name;
}

/* --- Colours ------------------------------------------------------------------ */

static bool is_marked(const ins_chart *chart, int mark)
{
    return chart->marked && mark != INS_NO_MARK && mark < INS_MARKED_MOST;
}

/* What has this colour because of a mark. */
static unsigned colour_in(const ins_chart *chart, unsigned colour, int mark, unsigned marked)
{
    return is_marked(chart, mark) ? marked + (unsigned)mark : colour;
}

static unsigned colour_of(const ins_chart *chart, const ins_series *series)
{
    return colour_in(chart, series->colour, series->mark, INS_MARKED_LINE);
}

static unsigned ink_of(const ins_chart *chart, const ins_series *series)
{
    return colour_in(chart, series->ink, series->mark, INS_MARKED_TEXT);
}

/* Tiles and words may have colours of their own. */
static unsigned colour_of_point(const ins_chart *chart, const ins_series *series,
                                const ins_point *point)
{
    return point->colour == series->colour ? colour_of(chart, series) : point->colour;
}

/* --- Data --------------------------------------------------------------------- */

/* Beyond it gnuplot's own arithmetic overflows. */
static const double largest = 1e300;

static void add_value(ins_text *out, double value)
{
    if (isfinite(value)) value = fmin(fmax(value, -largest), largest);
    ins_csv_number(out, isfinite(value) ? value : (double)NAN);
}

/* The double that reads as value at so many digits. */
static double rounded(double value, int digits)
{
    char text[INS_NUMBER_SIZE + 8];
    if (!isfinite(value)) return value;
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    return strtod(text, NULL);
}

static bool has_kind(const ins_chart *chart, ins_series_kind kind)
{
    for (size_t i = 0; i < chart->panels.count; i++)
        for (size_t s = 0; s < panel_at(chart, i)->series.count; s++)
            if (series_at(panel_at(chart, i), s)->kind == kind) return true;
    return false;
}

/* A cell drawn "with labels" goes through a round of C escapes: backslashes are doubled. */
static void add_words(ins_text *out, const char *words)
{
    ins_text doubled = {0};
    ins_text_add(&doubled, "");
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '\\') ins_text_add(&doubled, "\\");
        ins_text_add_bytes(&doubled, c, 1);
    }
    ins_csv_name(out, doubled.data);
    ins_text_free(&doubled);
}

static void add_bound(ins_text *out, double value, int digits)
{
    if (digits == 0) {
        add_value(out, value);
    } else if (isfinite(value)) {
        add_value(out, rounded(value, digits));
    } else {
        ins_csv_text(out, "");
    }
}

/* digits 0: all of them. */
static void add_data(const ins_chart *chart, int digits, ins_text *out)
{
    static const char *const columns[] = {"panel", "series", "x", "y", "lower", "upper"};
    bool tiles = has_kind(chart, INS_SERIES_TILES), words = has_kind(chart, INS_SERIES_WORDS);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) ins_csv_text(out, columns[i]);
    if (tiles || words) ins_csv_text(out, "colour");
    if (words) ins_csv_text(out, "words");
    ins_csv_end_row(out);
    for (size_t i = 0; i < chart->panels.count; i++) {
        const ins_panel *panel = panel_at(chart, i);
        if (i > 0) ins_text_add(out, "\n\n");
        for (size_t s = 0; s < panel->series.count; s++) {
            const ins_series *series = series_at(panel, s);
            if (s > 0) ins_text_add(out, "\n");
            for (size_t k = 0; k < series->points.count; k++) {
                const ins_point *p = point_at(series, k);
                bool named = k == 0 || digits == 0;
                ins_csv_name(out, !named ? "" : panel->title != NULL ? panel->title : chart->name);
                ins_csv_name(out, named ? series->name : "");
                add_value(out, digits > 0 ? rounded(p->x, digits) : p->x);
                add_value(out, digits > 0 ? rounded(p->y, digits) : p->y);
                add_bound(out, p->lower, digits);
                add_bound(out, p->upper, digits);
                if (tiles || words) ins_csv_integer(out, colour_of_point(chart, series, p));
                if (words) add_words(out, p->words != NULL ? p->words : "");
                ins_csv_end_row(out);
            }
        }
    }
}

void ins_chart_data(const ins_chart *chart, ins_text *out)
{
    add_data(chart, 0, out);
}

void ins_chart_data_short(const ins_chart *chart, int digits, ins_text *out)
{
    add_data(chart, digits, out);
}

/* --- Script ------------------------------------------------------------------- */

static void add_range(ins_text *out, const char *letter, const ins_axis *axis, bool down)
{
    if (axis->bend > 0) {
        ins_arena *arena = ins_arena_new();
        ins_text_add_format(out, "set nonlinear %s %s\n", letter,
                            ins_axis_nonlinear(arena, axis, letter[0]));
        ins_arena_free(arena);
    }
    ins_text_add_format(out, "set %srange [%.9g:%.9g]\n", letter, down ? axis->high : axis->low,
                        down ? axis->low : axis->high);
    if (axis->log) ins_text_add_format(out, "set logscale %s\n", letter);
}

static void add_tics(ins_text *out, const char *letter, const char *look, const ins_axis *axis)
{
    ins_text_add_format(out, "set %stics nomirror out scale %s (", letter, look);
    for (size_t t = 0; t < axis->tics; t++) {
        ins_text label = {0}, drawn = {0};
        ins_text_add(&label, "");
        ins_text_add(&drawn, "");
        if (axis->names)
            ins_enhanced(&drawn, axis->label[t]);
        else
            ins_text_add(&drawn, axis->label[t]);
        for (const char *c = drawn.data; *c != '\0'; c++) {
            if (*c == '%') ins_text_add(&label, "%"); /* a tic label is a format */
            ins_text_add_bytes(&label, c, 1);
        }
        ins_text_add(out, t > 0 ? ", " : "");
        ins_gnuplot_string(out, label.data);
        ins_text_add_format(out, " %.9g", axis->position[t]);
        ins_text_free(&label);
        ins_text_free(&drawn);
    }
    ins_text_add_format(out, ") font ',%.3g' textcolor rgb AXIS\n", axis_size);
}

/* The tics of y stand across from the names of the curves. */
static void add_axes(ins_text *out, const ins_panel *panel)
{
    add_range(out, "x", &panel->x, false);
    add_range(out, "y", &panel->y, panel->down);
    add_tics(out, "x", "0 offset 0,0.3", &panel->x);
    if (panel->labels_left) {
        add_range(out, "y2", &panel->y, panel->down);
        add_tics(out, "y2", "0.4 offset -0.4,0", &panel->y);
    } else {
        add_tics(out, "y", "0.4 offset 0.4,0", &panel->y);
    }
    ins_text_add_format(out,
                        "set border %d lc rgb 0x888888 lw 0.8\n"
                        "set grid %stics back lt 1 lc rgb GRID lw 0.8\n",
                        panel->labels_left ? 9 : 3, panel->labels_left ? "y2" : "y");
    if (panel->y.log) {
        ins_text_add_format(out, "INSIDE(y) = y <= 0 ? %.9g : y\n", panel->y.low);
    } else {
        ins_text_add(out, "INSIDE(y) = y\n");
    }
}

/* Foreign text as a label; bold. */
static void add_label(ins_text *out, const char *text, double x, double y, const char *align,
                      double size, unsigned ink)
{
    ins_text_add(out, "set label BOLD(");
    ins_gnuplot_string(out, text);
    ins_text_add_format(out, ") at screen X(%.3f), Y(%.3f) %s font ',%.3g' tc rgb 0x%06X\n", x, y,
                        align, size, ink);
}

/* Our own words with scripts. */
static void add_title(ins_text *out, const char *markup, double x, double y, const char *align)
{
    ins_text enhanced = {0};
    ins_enhanced(&enhanced, markup);
    ins_text_add(out, "set label ");
    ins_gnuplot_string(out, enhanced.data);
    ins_text_add_format(out, " at screen X(%.3f), Y(%.3f) %s font ',%.3g' tc rgb MUTED\n", x, y,
                        align, axis_size);
    ins_text_free(&enhanced);
}

/* The open end of a curve; NULL: nothing of it is drawn. */
static const ins_point *end_of(const ins_panel *panel, const ins_series *series)
{
    const ins_point *end = NULL;
    for (size_t i = 0; i < series->points.count; i++) {
        const ins_point *p = point_at(series, i);
        if (!can_be_drawn(panel, p)) continue;
        if (end == NULL || (panel->labels_left ? p->x < end->x : p->x >= end->x)) end = p;
    }
    return end;
}

/* Where y lies in the panel, held inside it. */
static double height_of(const ins_panel *panel, const ins_panel_place *p, double y)
{
    double share = fmin(fmax(ins_axis_share(&panel->y, y), 0), 1);
    return p->bottom - (panel->down ? 1 - share : share) * (p->bottom - p->top);
}

/* A curve that has left the panel is named with the arrow of the edge it left by. */
static const char *arrow_of(const ins_panel *panel, const ins_point *end)
{
    const double little = 1e-3; /* a curve on the edge is inside */
    double share = ins_axis_share(&panel->y, end->y);
    if (share > 1 + little) return panel->down ? "↓ " : "↑ ";
    if (share < -little) return panel->down ? "↑ " : "↓ ";
    return "";
}

/* Names at the open ends of curves, moved apart, with a connector from the end to the name. Where
 * many stand close their type is smaller. */
static void add_end_labels(const ins_chart *chart, const ins_panel *panel,
                           const ins_panel_place *at, const names *labels, ins_text *out)
{
    size_t count = 0;
    double *y = ins_arena_get(chart->arena, panel->series.count, sizeof *y, "labels");
    double *from = ins_arena_get(chart->arena, panel->series.count, sizeof *from, "labels");
    const ins_series **of = ins_arena_get(chart->arena, panel->series.count, sizeof *of, "labels");
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        const ins_point *end = end_of(panel, series);
        if (series->label == NULL || !is_curve(series) || end == NULL) continue;
        from[count] = y[count] = height_of(panel, at, end->y);
        of[count++] = series;
    }
    ins_dodge(y, count, label_gap, at->top, at->bottom);
    double gap = count > 1 ? (at->bottom - at->top) / (double)(count - 1) : label_gap;
    double size = fmax(label_size * fmin(gap / label_gap, 1), least_label);
    double outward = panel->labels_left ? -1 : 1;
    double side = (panel->labels_left ? at->left : at->right) + outward * connector;
    for (size_t i = 0; i < count; i++) {
        const ins_point *end = end_of(panel, of[i]);
        const char *arrow = arrow_of(panel, end);
        double x = at->left + ins_axis_share(&panel->x, end->x) * (at->right - at->left);
        if (*arrow == '\0')
            ins_text_add_format(out,
                                "set arrow from screen X(%.3f), Y(%.3f) to screen X(%.3f), Y(%.3f) "
                                "nohead lc rgb 0x%06X lw 0.6\n",
                                x + outward * connector_end, from[i],
                                side - outward * connector_start, y[i], colour_of(chart, of[i]));
        add_label(out, ins_arena_format(chart->arena, "%s%s", arrow, shown(labels, of[i]->label)),
                  side, y[i], panel->labels_left ? "right" : "left", size, ink_of(chart, of[i]));
    }
}

/* Names beside points, on the side that has more room. */
static void add_point_labels(const ins_chart *chart, const ins_panel *panel,
                             const ins_panel_place *at, const names *labels, ins_text *out)
{
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        const ins_point *p = end_of(panel, series);
        if (series->label == NULL || is_curve(series) || p == NULL) continue;
        double share = ins_axis_share(&panel->x, p->x);
        bool left = share > turns_left;
        double x = at->left + share * (at->right - at->left);
        add_label(out, shown(labels, series->label), x + (left ? -point_distance : point_distance),
                  height_of(panel, at, p->y), left ? "right" : "left", label_size,
                  ink_of(chart, series));
    }
}

/* How one kind is drawn: the columns of the data and the look, in the order in which they are put
 * on each other. %06X is the colour. INSIDE() ends a band that reaches to 0 or below, where a
 * logarithmic axis has no place, at the panel's edge. */
typedef enum share { /* which series of the kind */
                     ALL,
                     WITH_BAND,
                     WITH_LONE_POINTS,
                     WITH_FEW_POINTS,
                     WITH_MANY_POINTS,
                     WITH_LONE_POINTS_OF_MANY
} share;

static const struct {
    ins_series_kind kind;
    share share;
    const char *look;
} looks[] = {
    {INS_SERIES_TILES, ALL,
     "using (($3+$4)/2):(($5+$6)/2):3:4:5:6:7 with boxxyerror fs solid 1 noborder lc rgb variable"},
    {INS_SERIES_AREA, ALL,
     "using 3:5:4 with filledcurves lc rgb 0x%06X fs solid 1 border lc rgb 0xFFFFFF"},
    {INS_SERIES_LINE, WITH_BAND,
     "using 3:(INSIDE($5)):(INSIDE($6)) with filledcurves lc rgb 0x%06X fs transparent solid 0.16 "
     "noborder"},
    {INS_SERIES_SEED, ALL, "using 3:4 with lines lc rgb 0x%06X lw 0.5"},
    {INS_SERIES_SEED, WITH_LONE_POINTS, "using 3:4 with points lc rgb 0x%06X pt 7 ps 0.2"},
    {INS_SERIES_SIZE, ALL, "using 3:4 with linespoints lc rgb 0x%06X lw 0.9 pt 6 ps 0.4"},
    {INS_SERIES_LINE, WITH_FEW_POINTS,
     "using 3:4 with linespoints lc rgb 0x%06X lw 2.2 pt 7 ps 0.36"},
    {INS_SERIES_LINE, WITH_MANY_POINTS, "using 3:4 with lines lc rgb 0x%06X lw 2.2"},
    {INS_SERIES_LINE, WITH_LONE_POINTS_OF_MANY, "using 3:4 with points lc rgb 0x%06X pt 7 ps 0.36"},
    {INS_SERIES_THEORY, ALL, "using 3:4 with lines dt (7,4) lc rgb 0x%06X lw 1.3"},
    {INS_SERIES_THEORY, WITH_LONE_POINTS, "using 3:4 with points lc rgb 0x%06X pt 2 ps 0.5"},
    {INS_SERIES_DOTS, WITH_BAND,
     "using 3:4:(INSIDE($5)):(INSIDE($6)) with yerrorbars lc rgb 0x%06X lw 1.4 pt 7 ps 0.1"},
    {INS_SERIES_DOTS, ALL, "using 3:4 with points lc rgb 0x%06X pt 7 ps 0.7"},
    {INS_SERIES_RINGS, ALL, "using 3:4 with points lc rgb 0x%06X pt 6 ps 0.7 lw 1.2"},
    {INS_SERIES_WORDS, ALL, "using 3:4:8:7 with labels noenhanced font ',6.8' tc rgb variable"},
};

static bool has_band(const ins_series *series)
{
    for (size_t i = 0; i < series->points.count; i++)
        if (isfinite(point_at(series, i)->lower) && isfinite(point_at(series, i)->upper))
            return true;
    return false;
}

/* A point without a neighbour: a line through it is not seen. */
static bool has_lone_points(const ins_panel *panel, const ins_series *series)
{
    size_t count = series->points.count;
    for (size_t i = 0; i < count; i++) {
        bool before = i > 0 && can_be_drawn(panel, point_at(series, i - 1));
        bool after = i + 1 < count && can_be_drawn(panel, point_at(series, i + 1));
        if (!before && !after && can_be_drawn(panel, point_at(series, i))) return true;
    }
    return false;
}

static bool belongs(const ins_panel *panel, const ins_series *series, share which)
{
    enum { FEW = 24 };
    const bool few = series->points.count <= FEW;
    switch (which) {
    case WITH_BAND:
        return has_band(series);
    case WITH_FEW_POINTS:
        return few;
    case WITH_MANY_POINTS:
        return !few;
    case WITH_LONE_POINTS:
        return has_lone_points(panel, series);
    case WITH_LONE_POINTS_OF_MANY:
        return !few && has_lone_points(panel, series);
    default:
        return true;
    }
}

static void begin_element(ins_text *out, bool *first)
{
    ins_text_add(out, *first ? "plot " : ", \\\n     ");
    *first = false;
}

/* The place of the panel's line among its series; SIZE_MAX: it has none. */
static size_t line_of(const ins_panel *panel)
{
    for (size_t s = 0; s < panel->series.count; s++)
        if (series_at(panel, s)->kind == INS_SERIES_LINE) return s;
    return SIZE_MAX;
}

static const char shadow_look[] =
    "DATA skip 1 index %zu:%zu every :::%zu::%zu using 3:4 with lines lc rgb %s lw 0.7";

/* The lines of all other panels, each in its colour. */
static void add_marked_shadows(const ins_chart *chart, size_t index, bool *first, ins_text *out)
{
    for (size_t i = 0; i < chart->panels.count; i++) {
        const ins_panel *panel = panel_at(chart, i);
        size_t line = line_of(panel);
        if (line == SIZE_MAX || i == index) continue;
        int mark = series_at(panel, line)->mark;
        const char *colour =
            is_marked(chart, mark)
                ? ins_arena_format(chart->arena, "0x%06X", INS_MARKED_SHADOW + (unsigned)mark)
                : "GREY";
        begin_element(out, first);
        ins_text_add_format(out, shadow_look, i, i, line, line, colour);
    }
}

/* The lines of all panels in grey: the panel's own is drawn over. Neighbours whose line has the
 * same place are one element, for gnuplot reads the data once for each. */
static void add_shadows(const ins_chart *chart, bool *first, ins_text *out)
{
    for (size_t i = 0, last; i < chart->panels.count; i = last + 1) {
        size_t line = line_of(panel_at(chart, i));
        for (last = i; last + 1 < chart->panels.count; last++)
            if (line_of(panel_at(chart, last + 1)) != line) break;
        if (line == SIZE_MAX) continue;
        begin_element(out, first);
        ins_text_add_format(out, shadow_look, i, last, line, line, "GREY");
    }
}

static void add_elements(const ins_chart *chart, size_t index, ins_text *out)
{
    const ins_panel *panel = panel_at(chart, index);
    bool first = true;
    if (chart->shadows && chart->marked) add_marked_shadows(chart, index, &first, out);
    if (chart->shadows && !chart->marked) add_shadows(chart, &first, out);
    for (size_t l = 0; l < sizeof looks / sizeof looks[0]; l++) {
        for (size_t s = 0; s < panel->series.count; s++) {
            const ins_series *series = series_at(panel, s);
            if (series->kind != looks[l].kind || !belongs(panel, series, looks[l].share)) continue;
            begin_element(out, &first);
            ins_text_add_format(out, "DATA skip 1 index %zu every :::%zu::%zu ", index, s, s);
            ins_text_add_format(out, looks[l].look, colour_of(chart, series));
        }
    }
    ins_text_add(out, "\n");
}

/* A dashed line across the panel at value of x or y. */
static void add_reference(ins_text *out, double value, bool of_x)
{
    if (!isfinite(value)) return;
    ins_text_add_format(out,
                        of_x ? "set arrow from first %.9g, graph 0 to first %.9g, graph 1"
                             : "set arrow from graph 0, first %.9g to graph 1, first %.9g",
                        value, value);
    ins_text_add(out, " nohead front dt (7,5) lc rgb AXIS lw 0.9\n");
}

/* What all panels of a chart share. */
typedef struct shared {
    grid grid;
    size_t first; /* row */
    names curves, points, titles;
} shared;

static void add_panel(const ins_chart *chart, const shared *of, size_t index, ins_text *out)
{
    const ins_panel *panel = panel_at(chart, index);
    ins_panel_place at = place_of(chart, &of->grid, index, of->first);
    double cell = left_of(&of->grid, index);
    ins_text_add_format(out, "\neval PANEL(%.3f, %.3f, %.3f, %.3f)\n", at.left, at.top, at.right,
                        at.bottom);
    add_axes(out, panel);
    if (panel->title != NULL)
        add_label(out, shown(&of->titles, panel->title), cell, at.top - title_above, "left",
                  title_size, colour_in(chart, panel->ink, panel->mark, INS_MARKED_TEXT));
    if (panel->y_title != NULL)
        add_title(out, panel->y_title, cell,
                  at.top - (panel->title != NULL ? y_title_below_title : y_title_above), "left");
    if (panel->x_title != NULL)
        add_title(out, panel->x_title, (at.left + at.right) / 2, at.bottom + x_title_below,
                  "center");
    add_reference(out, panel->horizontal, false);
    add_reference(out, panel->vertical, true);
    add_end_labels(chart, panel, &at, &of->curves, out);
    add_point_labels(chart, panel, &at, &of->points, out);
    add_elements(chart, index, out);
}

void ins_chart_script(const ins_chart *chart, double width, size_t first, size_t rows,
                      ins_text *out)
{
    grid g = grid_of(chart, width);
    double narrowest = (g.cell - g.tics - g.names - right_edge) * (1 - turns_left);
    shared of = {.grid = g,
                 .first = first,
                 .curves = labels_of(chart, true, g.names - connector),
                 .points = labels_of(chart, false, narrowest - point_distance),
                 .titles = titles_of(chart, g.cell - 1)};
    ins_text_add(out, "eval BEGIN\n");
    for (size_t i = first * g.across; i < (first + rows) * g.across && i < chart->panels.count; i++)
        add_panel(chart, &of, i, out);
    ins_text_add(out, "eval END\n");
}
