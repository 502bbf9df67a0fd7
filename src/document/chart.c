/* Charts: where panels and labels stand, the data of the series, and the commands that draw them.
 *
 * Lengths are millimetres from the chart's top left. No text of the data stands in the commands but
 * through ins_script_string. */
#include <config.h>

#include "initscope/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/figure.h"
#include "initscope/layout.h"

static const double label_size = 7.6, title_size = 8.6, axis_size = 7.6; /* points */
static const double label_gap = 3.5, connector = 3.0;
static const double above_panel = 7.5, below_panel = 8.6, axis_title = 3.6, tics_left = 10.5;

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
    *panel = (ins_panel){.title = title, .ink = 0x222222, .horizontal = NAN, .vertical = NAN};
    return *slot = panel;
}

ins_series *ins_panel_series(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                             const char *name, unsigned colour, unsigned ink)
{
    ins_series **slot = ins_list_add(chart->arena, &panel->series, sizeof *slot);
    ins_series *series = ins_arena_get(chart->arena, 1, sizeof *series, "a series");
    *series = (ins_series){.kind = kind, .name = name, .colour = colour, .ink = ink};
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

/* A tile's y is its far corner's x. */
static void widen(double value, bool positive, double *minimum, double *maximum)
{
    if (!isfinite(value) || (positive && value <= 0)) return;
    *minimum = fmin(*minimum, value);
    *maximum = fmax(*maximum, value);
}

bool ins_panel_range(const ins_panel *panel, bool of_x, bool positive, double *minimum,
                     double *maximum)
{
    *minimum = INFINITY;
    *maximum = -INFINITY;
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        bool tiles = series->kind == INS_SERIES_TILES;
        for (size_t i = 0; i < series->points.count; i++) {
            const ins_point *p = point_at(series, i);
            if (of_x || !tiles) widen(of_x ? p->x : p->y, positive, minimum, maximum);
            if (of_x && tiles) widen(p->y, positive, minimum, maximum);
            if (!of_x) widen(p->lower, positive, minimum, maximum);
            if (!of_x) widen(p->upper, positive, minimum, maximum);
        }
    }
    return *minimum <= *maximum;
}

static bool can_be_drawn(const ins_panel *panel, const ins_point *p)
{
    bool x = isfinite(p->x) && (!panel->x.log || p->x > 0);
    return x && isfinite(p->y) && (!panel->y.log || p->y > 0);
}

size_t ins_chart_prune(ins_chart *chart)
{
    size_t panels = 0;
    for (size_t i = 0; i < chart->panels.count; i++) {
        ins_panel *panel = panel_at(chart, i);
        size_t kept = 0;
        for (size_t s = 0; s < panel->series.count; s++) {
            ins_series *series = series_at(panel, s);
            bool drawn = false;
            for (size_t k = 0; k < series->points.count; k++)
                drawn |= can_be_drawn(panel, point_at(series, k));
            if (drawn) ((ins_series **)panel->series.items)[kept++] = series;
        }
        panel->series.count = kept;
        if (kept > 0) ((ins_panel **)chart->panels.items)[panels++] = panel;
    }
    return chart->panels.count = panels;
}

/* --- Places ------------------------------------------------------------------- */

typedef struct place {
    double left, top, right, bottom;
} place;

typedef struct grid {
    size_t across, rows;
    double cell, height; /* mm of one panel with all that belongs to it */
    double gap;
} grid;

static size_t across_of(const ins_chart *chart)
{
    size_t panels = chart->panels.count;
    if (chart->across > 0) return chart->across < panels ? chart->across : panels > 0 ? panels : 1;
    if (panels <= 3) return panels > 0 ? panels : 1;
    return panels == 4 ? 4 : panels <= 6 ? 3 : panels <= 20 ? 4 : 5;
}

static grid grid_of(const ins_chart *chart, double width)
{
    static const double heights[] = {34, 56, 88, 25};
    bool titles = false;
    grid g = {.across = across_of(chart), .gap = 4};
    g.rows = (chart->panels.count + g.across - 1) / g.across;
    g.cell = (width - g.gap * (double)(g.across - 1)) / (double)g.across;
    for (size_t i = 0; i < chart->panels.count; i++) titles |= panel_at(chart, i)->title != NULL;
    for (size_t i = 0; i < chart->panels.count; i++) titles |= panel_at(chart, i)->y_title != NULL;
    g.height = heights[chart->shape] + (titles ? above_panel : 2) + below_panel;
    return g;
}

double ins_chart_height(const ins_chart *chart, double width)
{
    grid g = grid_of(chart, width);
    return g.height * (double)g.rows;
}

static double widest_label(const ins_panel *panel)
{
    double widest = 0;
    for (size_t s = 0; s < panel->series.count; s++) {
        const char *label = series_at(panel, s)->label;
        if (label == NULL || series_at(panel, s)->kind >= INS_SERIES_DOTS) continue;
        widest = fmax(widest, ins_text_width(label, INS_BOLD, label_size));
    }
    return widest;
}

/* The room for labels is that of the widest in the chart, so that panels are alike. */
static place place_of(const ins_chart *chart, size_t index, double width)
{
    grid g = grid_of(chart, width);
    const ins_panel *panel = panel_at(chart, index);
    double labels = 0, tics = 0;
    for (size_t i = 0; i < chart->panels.count; i++) {
        labels = fmax(labels, widest_label(panel_at(chart, i)));
        const ins_axis *y = &panel_at(chart, i)->y;
        for (size_t t = 0; t < y->tics; t++)
            tics = fmax(tics, ins_markup_width(y->label[t], INS_REGULAR, axis_size));
    }
    tics = fmin(fmax(tics + 2.4, 5), tics_left + 14);
    if (labels > 0) labels = fmin(labels, g.cell / 3) + connector + 1;
    place p = {.left = (g.cell + g.gap) * (double)(index % g.across),
               .top = g.height * (double)(index / g.across)};
    p.right = p.left + g.cell - 2;
    p.bottom = p.top + g.height - below_panel;
    p.left += tics;
    if (panel->labels_left) {
        p.left += labels;
    } else {
        p.right -= labels;
    }
    p.top += g.height - below_panel -
             (chart->shape == INS_SHAPE_LOW      ? 34
              : chart->shape == INS_SHAPE_NORMAL ? 56
              : chart->shape == INS_SHAPE_HIGH   ? 88
                                                 : 25);
    return p;
}

/* --- Data --------------------------------------------------------------------- */

static void add_value(ins_text *out, double value)
{
    const double limit = 1e300; /* beyond it gnuplot's own arithmetic overflows */
    if (isfinite(value)) value = fmin(fmax(value, -limit), limit);
    ins_csv_number(out, isfinite(value) ? value : (double)NAN);
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

void ins_chart_data(const ins_chart *chart, ins_text *out)
{
    static const char *const names[] = {"panel", "series", "x", "y", "lower", "upper"};
    bool tiles = has_kind(chart, INS_SERIES_TILES), words = has_kind(chart, INS_SERIES_WORDS);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) ins_csv_text(out, names[i]);
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
                ins_csv_name(out, panel->title != NULL ? panel->title : chart->name);
                ins_csv_name(out, series->name);
                add_value(out, p->x);
                add_value(out, p->y);
                add_value(out, p->lower);
                add_value(out, p->upper);
                if (tiles || words) ins_csv_integer(out, p->colour);
                if (words) add_words(out, p->words != NULL ? p->words : "");
                ins_csv_end_row(out);
            }
        }
    }
}

/* --- Script ------------------------------------------------------------------- */

static void add_axis(ins_text *out, const char *letter, const ins_axis *axis, bool down)
{
    ins_text_add_format(out, "set %srange [%.9g:%.9g]\n", letter, down ? axis->high : axis->low,
                        down ? axis->low : axis->high);
    if (axis->log) ins_text_add_format(out, "set logscale %s\n", letter);
    ins_text tics = {0};
    ins_text_add(&tics, "");
    for (size_t t = 0; t < axis->tics; t++) {
        ins_text label = {0};
        ins_text_add(&label, "");
        for (const char *c = axis->label[t]; *c != '\0'; c++) {
            if (*c == '%') ins_text_add(&label, "%"); /* a tic label is a format */
            ins_text_add_bytes(&label, c, 1);
        }
        ins_text_add(&tics, t > 0 ? ", " : "");
        ins_script_string(&tics, label.data);
        ins_text_add_format(&tics, " %.9g", axis->position[t]);
        ins_text_free(&label);
    }
    ins_text_add_format(
        out, "set %stics nomirror out scale %s (%s) font ',%.3g' textcolor rgb AXIS\n", letter,
        letter[0] == 'x' ? "0 offset 0,0.3" : "0.4 offset 0.4,0", tics.data, axis_size);
    ins_text_free(&tics);
}

/* Foreign text as a label; bold. */
static void add_label(ins_text *out, const char *text, double x, double y, const char *align,
                      double size, unsigned ink)
{
    ins_text_add(out, "set label BOLD(");
    ins_script_string(out, text);
    ins_text_add_format(out, ") at screen X(%.3f), Y(%.3f) %s font ',%.3g' tc rgb 0x%06X\n", x, y,
                        align, size, ink);
}

/* Our own words with scripts. */
static void add_title(ins_text *out, const char *markup, double x, double y, const char *align,
                      double size)
{
    ins_text enhanced = {0};
    ins_enhanced(&enhanced, markup);
    ins_text_add(out, "set label ");
    ins_script_string(out, enhanced.data);
    ins_text_add_format(out, " at screen X(%.3f), Y(%.3f) %s font ',%.3g' tc rgb MUTED\n", x, y,
                        align, size);
    ins_text_free(&enhanced);
}

/* The open end of a curve. */
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

static double height_of(const ins_panel *panel, const place *p, double y)
{
    double share = ins_axis_share(&panel->y, y);
    if (panel->down) share = 1 - share;
    return p->bottom - fmin(fmax(share, 0), 1) * (p->bottom - p->top);
}

/* Names at the open ends of curves, moved apart, with a connector from the end to the name. A curve
 * that has left the panel is named at the edge it left by, with an arrow. */
static void add_end_labels(const ins_chart *chart, const ins_panel *panel, const place *at,
                           double room, ins_text *out)
{
    size_t count = 0;
    double *y = ins_arena_get(chart->arena, panel->series.count, sizeof *y, "labels");
    double *from = ins_arena_get(chart->arena, panel->series.count, sizeof *from, "labels");
    const ins_series **of = ins_arena_get(chart->arena, panel->series.count, sizeof *of, "labels");
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        const ins_point *end = end_of(panel, series);
        if (series->label == NULL || series->kind >= INS_SERIES_DOTS || end == NULL) continue;
        from[count] = y[count] = height_of(panel, at, end->y);
        of[count++] = series;
    }
    ins_dodge(y, count, label_gap, at->top, at->bottom);
    for (size_t i = 0; i < count; i++) {
        const ins_point *end = end_of(panel, of[i]);
        double share = ins_axis_share(&panel->y, end->y);
        const char *arrow = share > 1.001 ? "↑ " : share < -0.001 ? "↓ " : "";
        double x = at->left + ins_axis_share(&panel->x, end->x) * (at->right - at->left);
        double side = panel->labels_left ? at->left - connector : at->right + connector;
        char *text =
            ins_arena_format(chart->arena, "%s%s", arrow,
                             ins_elide(chart->arena, of[i]->label, INS_BOLD, label_size, room));
        if (*arrow == '\0')
            ins_text_add_format(out,
                                "set arrow from screen X(%.3f), Y(%.3f) to screen X(%.3f), Y(%.3f) "
                                "nohead lc rgb 0x%06X lw 0.6\n",
                                x + (panel->labels_left ? -0.9 : 0.9), from[i],
                                side + (panel->labels_left ? 0.6 : -0.6), y[i], of[i]->colour);
        add_label(out, text, side, y[i], panel->labels_left ? "right" : "left", label_size,
                  of[i]->ink);
    }
}

/* Names beside points, on the side that has more room. */
static void add_point_labels(const ins_chart *chart, const ins_panel *panel, const place *at,
                             ins_text *out)
{
    for (size_t s = 0; s < panel->series.count; s++) {
        const ins_series *series = series_at(panel, s);
        const ins_point *p = end_of(panel, series);
        if (series->label == NULL || series->kind < INS_SERIES_DOTS || p == NULL) continue;
        double share = ins_axis_share(&panel->x, p->x), width = at->right - at->left;
        bool left = share > 0.6;
        double x = at->left + share * width + (left ? -1.6 : 1.6);
        double room = left ? share * width - 2 : (1 - share) * width - 2;
        add_label(out, ins_elide(chart->arena, series->label, INS_BOLD, label_size, room), x,
                  height_of(panel, at, p->y), left ? "right" : "left", label_size, series->ink);
    }
}

static void begin_element(ins_text *out, bool *first)
{
    ins_text_add(out, *first ? "plot " : ", \\\n     ");
    *first = false;
}

/* How one kind is drawn: the columns of the data and the look, in the order in which they are put
 * on each other. %06X is the colour. */
static const struct {
    ins_series_kind kind;
    bool banded; /* only where a point has lower and upper */
    const char *look;
} looks[] = {
    {INS_SERIES_TILES, false,
     "using (($3+$4)/2):(($5+$6)/2):3:4:5:6:7 with boxxyerror fs solid 1 noborder lc rgb variable"},
    {INS_SERIES_AREA, false,
     "using 3:5:4 with filledcurves lc rgb 0x%06X fs solid 1 border lc rgb 0xFFFFFF"},
    {INS_SERIES_LINE, true,
     "using 3:5:6 with filledcurves lc rgb 0x%06X fs transparent solid 0.16 noborder"},
    {INS_SERIES_SEED, false, "using 3:4 with lines lc rgb 0x%06X lw 0.5"},
    {INS_SERIES_SIZE, false, "using 3:4 with linespoints lc rgb 0x%06X lw 0.9 pt 6 ps 0.4"},
    {INS_SERIES_LINE, false, "using 3:4 with linespoints lc rgb 0x%06X lw 2.2 pt 7 ps 0.36"},
    {INS_SERIES_THEORY, false, "using 3:4 with lines dt (7,4) lc rgb 0x%06X lw 1.3"},
    {INS_SERIES_DOTS, true, "using 3:4:5:6 with yerrorbars lc rgb 0x%06X lw 1.4 pt 7 ps 0.1"},
    {INS_SERIES_DOTS, false, "using 3:4 with points lc rgb 0x%06X pt 7 ps 0.7"},
    {INS_SERIES_RINGS, false, "using 3:4 with points lc rgb 0x%06X pt 6 ps 0.7 lw 1.2"},
    {INS_SERIES_WORDS, false, "using 3:4:8:7 with labels noenhanced font ',6.8' tc rgb variable"},
};

static bool has_band(const ins_series *series)
{
    for (size_t i = 0; i < series->points.count; i++)
        if (isfinite(point_at(series, i)->lower) && isfinite(point_at(series, i)->upper))
            return true;
    return false;
}

static void add_elements(const ins_chart *chart, size_t index, ins_text *out)
{
    const ins_panel *panel = panel_at(chart, index);
    bool first = true;
    for (size_t i = 0; chart->shadows && i < chart->panels.count; i++) {
        if (i == index) continue;
        begin_element(out, &first);
        ins_text_add_format(
            out, "DATA skip 1 index %zu every :::0::0 using 3:4 with lines lc rgb GREY lw 0.7", i);
    }
    for (size_t l = 0; l < sizeof looks / sizeof looks[0]; l++) {
        for (size_t s = 0; s < panel->series.count; s++) {
            const ins_series *series = series_at(panel, s);
            if (series->kind != looks[l].kind || (looks[l].banded && !has_band(series))) continue;
            begin_element(out, &first);
            ins_text_add_format(out, "DATA skip 1 index %zu every :::%zu::%zu ", index, s, s);
            ins_text_add_format(out, looks[l].look, series->colour);
        }
    }
    ins_text_add(out, "\n");
}

static void add_panel(const ins_chart *chart, size_t index, double width, ins_text *out)
{
    const ins_panel *panel = panel_at(chart, index);
    place at = place_of(chart, index, width);
    grid g = grid_of(chart, width);
    double cell_left = (g.cell + g.gap) * (double)(index % g.across);
    ins_text_add_format(out, "\neval PANEL(%.3f, %.3f, %.3f, %.3f)\n", at.left, at.top, at.right,
                        at.bottom);
    add_axis(out, "x", &panel->x, false);
    add_axis(out, "y", &panel->y, panel->down);
    ins_text_add(out, "set border 3 lc rgb 0x888888 lw 0.8\n"
                      "set grid ytics back lt 1 lc rgb GRID lw 0.8\n");
    if (panel->title != NULL)
        add_label(out, ins_elide(chart->arena, panel->title, INS_BOLD, title_size, g.cell - 1),
                  cell_left, at.top - 5.2, "left", title_size, panel->ink);
    if (panel->y_title != NULL)
        add_title(out, panel->y_title, cell_left, at.top - (panel->title != NULL ? 1.9 : 3.4),
                  "left", axis_size);
    if (panel->x_title != NULL)
        add_title(out, panel->x_title, (at.left + at.right) / 2, at.bottom + axis_title + 2.6,
                  "center", axis_size);
    if (isfinite(panel->horizontal))
        ins_text_add_format(
            out,
            "set arrow from graph 0, first %.9g to graph 1, first %.9g nohead front "
            "dt (7,5) lc rgb AXIS lw 0.9\n",
            panel->horizontal, panel->horizontal);
    if (isfinite(panel->vertical))
        ins_text_add_format(
            out,
            "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead front "
            "dt (7,5) lc rgb AXIS lw 0.9\n",
            panel->vertical, panel->vertical);
    add_end_labels(chart, panel, &at,
                   panel->labels_left ? at.left - cell_left - tics_left
                                      : cell_left + g.cell - at.right - connector,
                   out);
    add_point_labels(chart, panel, &at, out);
    add_elements(chart, index, out);
}

void ins_chart_script(const ins_chart *chart, double width, double height, ins_text *out)
{
    (void)height;
    ins_text_add(out, "eval BEGIN\n");
    for (size_t i = 0; i < chart->panels.count; i++) add_panel(chart, i, width, out);
    ins_text_add(out, "eval END\n");
}
