/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The web's own scripts of charts, and what gnuplot drew with them. */
#include <config.h>

#include "initscope/web_figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "initscope/file.h"
#include "svg.h"

/* Millimetres: of a chart, as wide as on paper, so that text has one relation to what is drawn; and
 * around it. */
static const double chart_width = INS_CHART_WIDTH, padding = 0.6;

/* gnuplot lays a white disc under each point that has a bar, which parts what has one colour. */
#define WITHOUT_DISCS "; set pointintervalbox 1e-9"

/* What replaces reports/style.gp's SVG: no background, and numbers that WIDTH and HEIGHT fill in.
 */
static const char terminal[] = "set terminal svg size %d,%d font 'Arial,9.5' fontscale 1.3333 "
                               "linewidth 0.667 rounded enhanced";

static ins_status write_file(const char *directory, const char *name, const ins_text *text,
                             ins_error *error)
{
    char *path = ins_path_join(directory, name);
    ins_status status = ins_file_stage(path, text->data, text->length, error);
    free(path);
    return status;
}

/* One chart: its data, and the commands that draw all of its rows. */
static ins_status write_chart(const ins_block *block, const char *directory, ins_text *script,
                              ins_error *error)
{
    ins_chart marked = *block->chart;
    marked.marked = true;
    size_t rows = ins_chart_rows(&marked, chart_width);
    ins_text_add_format(script,
                        "\nFIGURE = '%zu'\nDATA = DIR.FIGURE.'.csv'\nWIDTH = %.1f\nHEIGHT = %.1f\n",
                        block->number, chart_width, ins_chart_row_height(&marked) * (double)rows);
    ins_chart_script(&marked, chart_width, 0, rows, script);
    ins_text name = {0}, data = {0};
    ins_text_add_format(&name, INS_WEB_FOLDER "/%zu.csv", block->number);
    ins_chart_data(&marked, &data);
    ins_status status = write_file(directory, name.data, &data, error);
    ins_text_free(&name);
    ins_text_free(&data);
    return status;
}

ins_status ins_web_figures_write(const ins_document *document, const char *directory,
                                 ins_error *error)
{
    char *folder = ins_path_join(directory, INS_WEB_FOLDER);
    ins_status status = ins_directory_make(folder, error);
    ins_text script = {0};
    ins_text_add_format(&script,
                        "load 'figures/style.gp'\nPAD = %.1f\nSVG = \"%s\"\nFORMAT = 'svg'\n"
                        "CLEAR = CLEAR . '" WITHOUT_DISCS "'\n"
                        "DIR = '" INS_WEB_FOLDER "/'\n",
                        padding, terminal);
    for (size_t s = 0; s < document->sections.count; s++) {
        const ins_section *section = ins_section_at(document, s);
        const ins_block *blocks = section->blocks.items;
        for (size_t b = 0; b < section->blocks.count && status == INS_OK; b++)
            if (blocks[b].kind == INS_BLOCK_CHART)
                status = write_chart(&blocks[b], directory, &script, error);
    }
    if (status == INS_OK) status = write_file(directory, INS_WEB_SCRIPT, &script, error);
    ins_text_free(&script);
    free(folder);
    return status;
}

/* --- What was drawn ------------------------------------------------------------ */

static bool can_be_read(const ins_series *series)
{
    static const bool has_values[INS_SERIES_KINDS] = {
        [INS_SERIES_LINE] = true,   [INS_SERIES_SIZE] = true, [INS_SERIES_SEED] = true,
        [INS_SERIES_THEORY] = true, [INS_SERIES_DOTS] = true, [INS_SERIES_RINGS] = true};
    return series->mark != INS_NO_MARK && has_values[series->kind];
}

static bool has_interval(const ins_series *series)
{
    const ins_point *points = series->points.items;
    for (size_t i = 0; i < series->points.count; i++)
        if (isfinite(points[i].lower) && isfinite(points[i].upper)) return true;
    return false;
}

/* "low,high,log" of an axis; downward: high first. */
static void add_axis(ins_text *out, const ins_axis *axis, bool downward)
{
    ins_text_add_format(out, "%.6g,%.6g,%.6g", downward ? axis->high : axis->low,
                        downward ? axis->low : axis->high,
                        axis->bend > 0 ? -axis->bend
                        : axis->log    ? 1.0
                                       : 0.0);
}

/* The series of a panel; row is its first in the data, and becomes that of the next panel. */
static void add_series(ins_text *out, const ins_document *document, const ins_panel *panel,
                       size_t *row)
{
    enum { X = 2, Y, LOWER, UPPER }; /* columns of ins_chart_data() */
    const ins_series *const *series = panel->series.items;
    const char *comma = "";
    for (size_t s = 0; s < panel->series.count; s++) {
        size_t rows = series[s]->points.count;
        if (can_be_read(series[s])) {
            bool interval = has_interval(series[s]);
            ins_text_add_format(out, "%s[%d,%d,%d,%d,%d,%zu,%zu]", comma,
                                ins_mark_at(document, series[s]->mark)->same, X, Y,
                                interval ? LOWER : 0, interval ? UPPER : 0, *row, rows);
            comma = ",";
        }
        *row += rows;
    }
}

/* What the x axis measures, as JSON in an attribute. */
static void add_title(ins_text *out, const ins_document *document, const char *markup)
{
    static const char quote[] = "&quot;";
    ins_text plain = {0};
    if (markup != NULL) ins_html_plain(&plain, document, markup);
    ins_text_add(out, quote);
    for (const char *c = plain.length > 0 ? plain.data : ""; *c != '\0'; c++) {
        if (*c == '\\' || strncmp(c, quote, sizeof quote - 1) == 0) ins_text_add(out, "\\");
        ins_text_add_bytes(out, *c == '\n' ? " " : c, 1);
    }
    ins_text_add(out, quote);
    ins_text_free(&plain);
}

/* JSON for data-panels (web_figure.h); empty when no value can be read. */
static void add_panels(ins_text *out, const ins_document *document, const ins_chart *chart,
                       const ins_svg *svg)
{
    const ins_panel *const *panels = chart->panels.items;
    double height = ins_chart_row_height(chart) * (double)ins_chart_rows(chart, chart_width);
    double across = svg->width / (chart_width + 2 * padding);
    double down = svg->height / (height + 2 * padding);
    size_t row = 0;
    const char *comma = "";
    for (size_t i = 0; i < chart->panels.count; i++) {
        ins_text series = {0};
        add_series(&series, document, panels[i], &row);
        if (series.length > 0) {
            ins_panel_place at = ins_chart_place(chart, chart_width, i);
            ins_text_add_format(out, "%s[%.1f,%.1f,%.1f,%.1f,", comma, (padding + at.left) * across,
                                (padding + at.top) * down, (padding + at.right) * across,
                                (padding + at.bottom) * down);
            add_axis(out, &panels[i]->x, false);
            ins_text_add(out, ",");
            add_axis(out, &panels[i]->y, panels[i]->down);
            ins_text_add_format(out, ",[%s],", series.data);
            add_title(out, document, panels[i]->x_title);
            ins_text_add(out, "]");
            comma = ",";
        }
        ins_text_free(&series);
    }
}

static void add_figure(ins_text *out, const ins_document *document, const ins_chart *chart,
                       const ins_svg *svg)
{
    ins_text panels = {0};
    add_panels(&panels, document, chart, svg);
    ins_text_add_format(out, "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"", svg->width,
                        svg->height);
    ins_html_text(out, chart->title);
    ins_text_add(out, "\"");
    if (panels.length > 0)
        ins_text_add_format(out, " tabindex=\"0\" data-panels=\"[%s]\"", panels.data);
    ins_text_add(out, ">");
    if (svg->content.length > 0) ins_text_add(out, svg->content.data);
    ins_text_add(out, "</svg>");
    ins_text_free(&panels);
}

ins_status ins_web_figure(const ins_document *document, const ins_block *block,
                          const char *directory, ins_text *out, ins_error *error)
{
    ins_text name = {0}, drawn = {0};
    ins_svg svg;
    ins_text_add_format(&name, INS_WEB_FOLDER "/%zu.svg", block->number);
    char *path = ins_path_join(directory, name.data);
    ins_text_clear(&name);
    ins_text_add_format(&name, "figures/%02zu-%s.gp", block->number, block->chart->name);
    ins_status status = ins_file_read(path, &drawn, INS_RENDER, error);
    if (status == INS_OK) status = ins_svg_rewrite(document, name.data, drawn.data, &svg, error);
    if (status == INS_OK) {
        add_figure(out, document, block->chart, &svg);
        ins_text_free(&svg.content);
    }
    free(path);
    ins_text_free(&name);
    ins_text_free(&drawn);
    return status;
}

ins_status ins_web_figures_remove(const char *directory, ins_error *error)
{
    char *folder = ins_path_join(directory, INS_WEB_FOLDER);
    ins_status status = ins_directory_remove(folder, error);
    free(folder);
    return status;
}
