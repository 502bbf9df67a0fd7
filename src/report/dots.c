/* Rows of dots. */
#include <config.h>

#include "dots.h"

#include <math.h>

#include "initscope/csv.h"

static const double below = 10;

ins_dots ins_dots_new(ins_flow *flow, size_t first, size_t rows)
{
    const ins_study *study = flow->part->study;
    ins_dots dots = {.first = first, .rows = rows, .reference = NAN, .x_title = ""};
    for (size_t a = first; a < first + rows; a++) {
        if (study->arm[a].runs > dots.seeds) dots.seeds = study->arm[a].runs;
    }
    dots.mean = ins_arena_get(flow->arena, rows, sizeof *dots.mean, "figure");
    dots.seed = ins_arena_get(flow->arena, ins_multiply(rows, dots.seeds, "figure"),
                              sizeof *dots.seed, "figure");
    for (size_t i = 0; i < rows * dots.seeds; i++) dots.seed[i] = NAN;
    return dots;
}

bool ins_dots_range(const ins_dots *dots, double *minimum, double *maximum)
{
    *minimum = *maximum = NAN;
    for (size_t r = 0; r < dots->rows; r++) {
        ins_axis_widen(dots->mean[r].mean, false, minimum, maximum);
        ins_axis_widen(dots->mean[r].lower, false, minimum, maximum);
        ins_axis_widen(dots->mean[r].upper, false, minimum, maximum);
    }
    for (size_t i = 0; i < dots->rows * dots->seeds; i++) {
        ins_axis_widen(dots->seed[i], false, minimum, maximum);
    }
    ins_axis_widen(dots->reference, false, minimum, maximum);
    return !isnan(*minimum);
}

double ins_dots_height(const ins_dots *dots)
{
    return dots->row * (double)dots->rows + below;
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_dots *dots)
{
    static const char *const columns[] = {"name", "row", "mean", "lower", "upper", "rgb"};
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        ins_csv_text(&figure->data, columns[c]);
    }
    for (size_t s = 0; s < dots->seeds; s++) {
        ins_csv_text(&figure->data, ins_flow_format(flow, "run %zu", s + 1));
    }
    ins_csv_end_row(&figure->data);
    for (size_t r = 0; r < dots->rows; r++) {
        ins_interval mean = dots->mean[r];
        ins_csv_name(&figure->data, flow->part->name[dots->first + r]);
        ins_csv_integer(&figure->data, (long long)r + 1);
        ins_figure_value(figure, mean.mean);
        /* No interval: a bar of no length. */
        ins_figure_value(figure, isfinite(mean.lower) ? mean.lower : mean.mean);
        ins_figure_value(figure, isfinite(mean.upper) ? mean.upper : mean.mean);
        ins_csv_integer(&figure->data, flow->part->colour[dots->first + r]);
        for (size_t s = 0; s < dots->seeds; s++) {
            ins_figure_value(figure, dots->seed[r * dots->seeds + s]);
        }
        ins_csv_end_row(&figure->data);
    }
}

ins_figure *ins_dots_draw(ins_flow *flow, const ins_dots *dots, const char *name, const char *title)
{
    ins_figure *figure = ins_flow_figure(flow, "dots", name, title, ins_dots_height(dots));
    const char **names = ins_arena_get(flow->arena, dots->rows, sizeof *names, "figure");
    for (size_t r = 0; r < dots->rows; r++) {
        names[r] = ins_elide(flow->arena, flow->part->name[dots->first + r], INS_BOLD, 8.4,
                             (dots->names ? dots->left : 52) - 3);
    }
    ins_figure_count(figure, "ROWS", dots->rows);
    ins_figure_count(figure, "SEEDS", dots->seeds);
    ins_figure_number(figure, "LEFT", dots->left);
    ins_figure_number(figure, "RIGHT", dots->right);
    ins_figure_number(figure, "TOP", 0);
    ins_figure_number(figure, "BOTTOM", dots->row * (double)dots->rows);
    ins_axis_write(&dots->axis, figure, "X");
    ins_figure_count(figure, "X_LOG", dots->axis.log);
    ins_figure_words(figure, "X_TITLE", dots->x_title);
    ins_figure_number(figure, "REFERENCE", dots->reference);
    ins_figure_words(figure, "REFERENCE_LABEL",
                     dots->reference_label != NULL ? dots->reference_label : "");
    ins_figure_count(figure, "NAMES", dots->names);
    ins_figure_names(figure, "NAME", names, dots->rows);
    ins_figure_colours(figure, "TEXT", flow->part->ink + dots->first, dots->rows);
    write_data(flow, figure, dots);
    return figure;
}
