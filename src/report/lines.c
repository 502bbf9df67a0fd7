/* Curves with bands. */
#include <config.h>

#include "lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"

static const double left_edge = 12, connector = 4.5, panel_top = 6, below_panel = 11, label_gap = 4,
                    label_size = 8.4;

ins_lines *ins_lines_new(ins_flow *flow, const bool *shown, const double *x, size_t points,
                         size_t seeds)
{
    const ins_part *part = flow->part;
    size_t arms = part->study->arms;
    ins_lines *lines = ins_arena_get(flow->arena, 1, sizeof *lines, "figure");
    lines->points = points;
    lines->seeds = seeds;
    lines->x = x;
    lines->point = ins_arena_get(flow->arena, ins_multiply(arms, points, "figure"),
                                 sizeof *lines->point, "figure");
    lines->seed = ins_arena_get(flow->arena, ins_multiply(arms, points * seeds, "figure"),
                                sizeof *lines->seed, "figure");
    lines->name = ins_arena_get(flow->arena, arms, sizeof *lines->name, "figure");
    lines->colour = ins_arena_get(flow->arena, arms, sizeof *lines->colour, "figure");
    lines->ink = ins_arena_get(flow->arena, arms, sizeof *lines->ink, "figure");
    lines->reference = NAN;
    for (size_t a = 0; a < arms; a++) {
        if (shown != NULL && !shown[a]) continue;
        size_t c = lines->curves++;
        lines->name[c] = part->name[a];
        lines->colour[c] = part->colour[a];
        lines->ink[c] = part->ink[a];
    }
    return lines;
}

void ins_lines_predict(ins_flow *flow, ins_lines *lines)
{
    size_t count = ins_multiply(lines->curves, lines->points, "figure");
    lines->theory = ins_arena_get(flow->arena, count, sizeof *lines->theory, "figure");
    for (size_t i = 0; i < count; i++) lines->theory[i] = NAN;
}

bool ins_lines_range(const ins_lines *lines, bool positive, double *minimum, double *maximum)
{
    *minimum = *maximum = NAN;
    for (size_t i = 0; i < lines->curves * lines->points; i++) {
        ins_axis_widen(lines->point[i].middle, positive, minimum, maximum);
        ins_axis_widen(lines->point[i].lower, positive, minimum, maximum);
        ins_axis_widen(lines->point[i].upper, positive, minimum, maximum);
    }
    for (size_t i = 0; i < lines->curves * lines->seeds * lines->points; i++) {
        ins_axis_widen(lines->seed[i], positive, minimum, maximum);
    }
    for (size_t i = 0; lines->theory != NULL && i < lines->curves * lines->points; i++) {
        ins_axis_widen(lines->theory[i], positive, minimum, maximum);
    }
    return !isnan(*minimum);
}

static bool is_empty(const ins_lines *lines, size_t c)
{
    for (size_t i = 0; i < lines->points; i++) {
        if (isfinite(lines->point[c * lines->points + i].middle)) return false;
    }
    return true;
}

void ins_lines_drop_empty(ins_lines *lines, bool *dropped)
{
    size_t kept = 0, points = lines->points, seeds = lines->seeds * points;
    for (size_t c = 0; c < lines->curves; c++) {
        dropped[c] = is_empty(lines, c);
        if (dropped[c]) continue;
        memmove(lines->point + kept * points, lines->point + c * points,
                points * sizeof *lines->point);
        memmove(lines->seed + kept * seeds, lines->seed + c * seeds, seeds * sizeof *lines->seed);
        if (lines->theory != NULL) {
            memmove(lines->theory + kept * points, lines->theory + c * points,
                    points * sizeof *lines->theory);
        }
        lines->name[kept] = lines->name[c];
        lines->colour[kept] = lines->colour[c];
        lines->ink[kept] = lines->ink[c];
        kept++;
    }
    lines->curves = kept;
}

static void write_header(ins_figure *figure, const ins_lines *lines)
{
    static const char *const parts[] = {"", " lower", " upper"};
    ins_text cell = {0};
    ins_csv_text(&figure->data, lines->x_name);
    for (size_t c = 0; c < lines->curves; c++) {
        for (size_t i = 0; i < 3 + lines->seeds; i++) {
            ins_text_clear(&cell);
            ins_text_add(&cell, lines->name[c]);
            if (i < 3) {
                ins_text_add(&cell, parts[i]);
            } else {
                ins_text_add_format(&cell, " run %zu", i - 2);
            }
            ins_csv_name(&figure->data, cell.data);
        }
    }
    for (size_t c = 0; lines->theory != NULL && c < lines->curves; c++) {
        ins_text_clear(&cell);
        ins_text_add_format(&cell, "%s theory", lines->name[c]);
        ins_csv_name(&figure->data, cell.data);
    }
    ins_csv_end_row(&figure->data);
    ins_text_free(&cell);
}

static void write_data(ins_figure *figure, const ins_lines *lines)
{
    write_header(figure, lines);
    for (size_t i = 0; i < lines->points; i++) {
        ins_figure_value(figure, lines->x[i]);
        for (size_t c = 0; c < lines->curves; c++) {
            ins_curve_point point = lines->point[c * lines->points + i];
            ins_figure_value(figure, point.middle);
            ins_figure_value(figure, point.lower);
            ins_figure_value(figure, point.upper);
            for (size_t s = 0; s < lines->seeds; s++) {
                ins_figure_value(figure, lines->seed[(c * lines->seeds + s) * lines->points + i]);
            }
        }
        for (size_t c = 0; lines->theory != NULL && c < lines->curves; c++) {
            ins_figure_value(figure, lines->theory[c * lines->points + i]);
        }
        ins_csv_end_row(&figure->data);
    }
}

/* Where the panel ends, so that the longest name fits beside it, up to a third of the figure. */
static double panel_right(const ins_lines *lines)
{
    double widest = 22;
    for (size_t c = 0; c < lines->curves; c++) {
        widest = fmax(widest, ins_text_width(lines->name[c], INS_BOLD, label_size) + 3.4);
    }
    return INS_TEXT_WIDTH - fmin(widest, 56) - connector;
}

/* The last point of a curve that can be drawn at all. */
static size_t last_point(const ins_lines *lines, size_t c)
{
    size_t last = 0;
    for (size_t i = 0; i < lines->points; i++) {
        if (isfinite(lines->point[c * lines->points + i].middle)) last = i;
    }
    return last;
}

/* Where the curves end, in millimetres, and where their labels stand. A curve that has left the
 * panel is labelled at the edge it left by, with an arrow in place of the connector. */
static void write_labels(ins_flow *flow, ins_figure *figure, const ins_lines *lines)
{
    size_t n = lines->curves;
    double bottom = figure->height - below_panel, right = panel_right(lines);
    double *end_x = ins_arena_get(flow->arena, n, sizeof *end_x, "figure");
    double *end_y = ins_arena_get(flow->arena, n, sizeof *end_y, "figure");
    double *label_y = ins_arena_get(flow->arena, n, sizeof *label_y, "figure");
    const char **names = ins_arena_get(flow->arena, n, sizeof *names, "figure");
    for (size_t c = 0; c < n; c++) {
        size_t last = last_point(lines, c);
        double x = ins_axis_share(&lines->horizontal, lines->x[last]);
        double y = ins_axis_share(&lines->vertical, lines->point[c * lines->points + last].middle);
        const char *arrow = y > 1.001 ? "↑ " : y < -0.001 ? "↓ " : "";
        end_x[c] = *arrow != '\0' ? (double)NAN : left_edge + x * (right - left_edge) + 1.2;
        end_y[c] = label_y[c] = bottom - fmin(fmax(y, 0), 1) * (bottom - panel_top);
        names[c] = ins_flow_format(flow, "%s%s", arrow,
                                   ins_elide(flow->arena, lines->name[c], INS_BOLD, label_size,
                                             INS_TEXT_WIDTH - right - connector - 3));
    }
    ins_dodge(label_y, n, label_gap, panel_top, bottom);
    ins_figure_names(figure, "NAME", names, n);
    ins_figure_colours(figure, "COLOR", lines->colour, n);
    ins_figure_colours(figure, "TEXT", lines->ink, n);
    ins_figure_numbers(figure, "END_X", end_x, n);
    ins_figure_numbers(figure, "END_Y", end_y, n);
    ins_figure_numbers(figure, "LABEL_Y", label_y, n);
}

static void write_axes(ins_figure *figure, const ins_lines *lines)
{
    ins_figure_count(figure, "CURVES", lines->curves);
    ins_axis_write(&lines->horizontal, figure, "X");
    ins_axis_write(&lines->vertical, figure, "Y");
    ins_figure_count(figure, "Y_LOG", lines->vertical.log);
    ins_figure_count(figure, "THEORY", lines->theory != NULL);
    ins_figure_words(figure, "X_TITLE", lines->x_title);
    ins_figure_words(figure, "Y_TITLE", lines->y_title);
    ins_figure_number(figure, "REFERENCE", lines->reference);
}

static ins_figure *draw_together(ins_flow *flow, const ins_lines *lines, const char *name,
                                 const char *title, double height)
{
    ins_figure *figure = ins_flow_figure(flow, "lines", name, title, height);
    ins_figure_number(figure, "LEFT", left_edge);
    ins_figure_number(figure, "RIGHT", panel_right(lines));
    ins_figure_number(figure, "TOP", panel_top);
    ins_figure_number(figure, "BOTTOM", height - below_panel);
    ins_figure_number(figure, "LABEL_X", panel_right(lines) + connector);
    write_axes(figure, lines);
    write_labels(flow, figure, lines);
    write_data(figure, lines);
    return figure;
}

ins_multiples ins_multiples_of(size_t panels, double panel_height, double right)
{
    ins_multiples grid = {.height = panel_height, .gap_x = 6, .gap_y = 9.5, .left = 10, .top = 10};
    grid.columns = panels <= 4 ? panels : panels <= 6 ? 3 : panels <= 20 ? 4 : 5;
    if (grid.columns == 0) grid.columns = 1;
    grid.rows = (panels + grid.columns - 1) / grid.columns;
    double columns = (double)grid.columns;
    grid.width = (INS_TEXT_WIDTH - right - grid.left - grid.gap_x * (columns - 1)) / columns;
    return grid;
}

double ins_multiples_height(const ins_multiples *grid)
{
    double rows = (double)grid->rows;
    return grid->top + rows * grid->height + (rows - 1) * grid->gap_y + 8.5;
}

double ins_multiples_fit(const ins_flow *flow, size_t panels, size_t figures, double reserve,
                         double least, double most)
{
    const double caption = 15;
    ins_multiples grid = ins_multiples_of(panels, 0, 3.2);
    double share = (ins_flow_left(flow) - reserve) / (double)figures - caption;
    double height = (share - ins_multiples_height(&grid)) / (double)grid.rows;
    return fmin(fmax(height, least), most);
}

void ins_multiples_write(const ins_multiples *grid, ins_figure *figure, size_t panels)
{
    ins_figure_count(figure, "PANELS", panels);
    ins_figure_count(figure, "COLUMNS", grid->columns);
    ins_figure_number(figure, "PANEL_WIDTH", grid->width);
    ins_figure_number(figure, "PANEL_HEIGHT", grid->height);
    ins_figure_number(figure, "GAP_X", grid->gap_x);
    ins_figure_number(figure, "GAP_Y", grid->gap_y);
    ins_figure_number(figure, "LEFT", grid->left);
    ins_figure_number(figure, "TOP", grid->top);
    ins_figure_words(figure, "NAME_FONT", panels > 16 ? ",7.2" : ",8.4");
}

const char *ins_multiples_name(ins_flow *flow, const ins_multiples *grid, size_t panels,
                               const char *name)
{
    return ins_elide(flow->arena, name, INS_BOLD, panels > 16 ? 7.2 : label_size,
                     grid->width + 0.8);
}

static ins_figure *draw_multiples(ins_flow *flow, const ins_lines *lines, const char *name,
                                  const char *title, double height)
{
    ins_multiples grid = ins_multiples_of(lines->curves, height, 3.2);
    ins_figure *figure =
        ins_flow_figure(flow, "multiples", name, title, ins_multiples_height(&grid));
    const char **names = ins_arena_get(flow->arena, lines->curves, sizeof *names, "figure");
    double *alone = ins_arena_get(flow->arena, lines->curves, sizeof *alone, "figure");
    for (size_t c = 0; c < lines->curves; c++) {
        names[c] = ins_multiples_name(flow, &grid, lines->curves, lines->name[c]);
    }
    ins_multiples_write(&grid, figure, lines->curves);
    write_axes(figure, lines);
    for (size_t c = 0; c < lines->curves; c++) {
        alone[c] = ins_figure_alone(&lines->point[c * lines->points].middle, lines->points,
                                    sizeof *lines->point / sizeof(double));
    }
    ins_figure_count(figure, "SEEDS", lines->seeds);
    ins_figure_numbers(figure, "ALONE", alone, lines->curves);
    ins_figure_names(figure, "NAME", names, lines->curves);
    ins_figure_colours(figure, "COLOR", lines->colour, lines->curves);
    ins_figure_colours(figure, "TEXT", lines->ink, lines->curves);
    write_data(figure, lines);
    return figure;
}

ins_figure *ins_lines_draw(ins_flow *flow, ins_lines *lines, const char *name, const char *title,
                           double height, bool multiples)
{
    if (multiples) ins_axis_thin(&lines->vertical, height < 26 ? 4 : 6);
    return multiples ? draw_multiples(flow, lines, name, title, height)
                     : draw_together(flow, lines, name, title, height);
}
