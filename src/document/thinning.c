/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of more points than can be seen. */
#include <config.h>

#include "thinning.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"

enum { COLUMNS_A_MILLIMETRE = 8, KEPT = 6 /* of a column, at most, but for breaks */ };

static bool is_curve(const ins_series *series)
{
    return series->kind == INS_SERIES_LINE || series->kind == INS_SERIES_SIZE ||
           series->kind == INS_SERIES_SEED || series->kind == INS_SERIES_THEORY;
}

static bool is_drawn(const ins_panel *panel, const ins_point *p)
{
    return isfinite(p->y) && (!panel->y.log || p->y > 0);
}

/* The column of each point; false: they do not ascend. */
static bool find_columns(const ins_panel *panel, const ins_series *series, size_t columns,
                         size_t *column)
{
    const ins_point *points = series->points.items;
    for (size_t i = 0; i < series->points.count; i++) {
        double share = ins_axis_share(&panel->x, points[i].x);
        if (isnan(share) || (i > 0 && points[i].x < points[i - 1].x)) return false;
        column[i] = (size_t)(fmin(fmax(share, 0), 1) * (double)columns);
    }
    return true;
}

/* Point i becomes the best when its value is above that of the best so far. */
static void choose(size_t i, double value, double than, size_t *best)
{
    if (!isnan(value) && (isnan(than) || value > than)) *best = i;
}

/* Marks what is kept of the column of points from first to last. */
static void mark_column(const ins_panel *panel, const ins_point *points, size_t first, size_t last,
                        bool *kept)
{
    size_t low = first, high = first, bottom = first, top = first;
    for (size_t i = first; i <= last; i++) {
        const ins_point *p = &points[i];
        if (i > 0 && is_drawn(panel, p) != is_drawn(panel, p - 1)) kept[i] = kept[i - 1] = true;
        choose(i, -p->y, -points[low].y, &low);
        choose(i, p->y, points[high].y, &high);
        choose(i, -p->lower, -points[bottom].lower, &bottom);
        choose(i, p->upper, points[top].upper, &top);
    }
    kept[first] = kept[last] = kept[low] = kept[high] = kept[bottom] = kept[top] = true;
}

static size_t thin(const ins_panel *panel, ins_series *series, size_t columns)
{
    size_t count = series->points.count, left = 0;
    ins_point *points = series->points.items;
    if (!is_curve(series) || count <= KEPT * columns) return 0;
    size_t *column = ins_allocate(count, sizeof *column, "a curve");
    bool *kept = ins_allocate(count, sizeof *kept, "a curve");
    bool ascending = find_columns(panel, series, columns, column);
    for (size_t first = 0, last; ascending && first < count; first = last + 1) {
        for (last = first; last + 1 < count && column[last + 1] == column[first];) last++;
        mark_column(panel, points, first, last, kept);
    }
    for (size_t i = 0; ascending && i < count; i++)
        if (kept[i]) points[left++] = points[i];
    if (ascending) series->points.count = left;
    free(column);
    free(kept);
    return count - series->points.count;
}

size_t ins_thin_chart(ins_chart *chart, double width)
{
    size_t out = 0;
    for (size_t i = 0; i < chart->panels.count; i++) {
        ins_panel *panel = ((ins_panel *const *)chart->panels.items)[i];
        ins_panel_place at = ins_chart_place(chart, width, i);
        size_t columns = (size_t)ceil((at.right - at.left) * COLUMNS_A_MILLIMETRE);
        for (size_t s = 0; s < panel->series.count; s++)
            out += thin(panel, ((ins_series *const *)panel->series.items)[s], columns);
    }
    return out;
}
