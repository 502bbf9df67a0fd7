/* Grids of numbers. */
#include <config.h>

#include "sweep_figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "colour.h"
#include "initscope/csv.h"
#include "phrases.h"

static const double left_edge = 44, gap = 3, heading = 5, block_heading = 4.6, below = 9,
                    padding = 0.8, seam = 0.2;
static const double largest_text = 8.2, foot_size = 7.4;

typedef struct cell_face {
    const char *text;  /* NULL: no cell */
    const char *below; /* a second line, "" for none */
    unsigned rgb, ink;
} cell_face;

/* Blue and orange on both sides of 1; a gain of 10 or 1/10 has the full colour. */
static unsigned gain_colour(double gain)
{
    double away = fmin(fabs(log10(gain)), 1);
    return ins_mix(INS_WHITE, gain < 1 ? 0x2171B5 : 0xD94801, sqrt(away) * 0.8);
}

static unsigned ink_on(unsigned rgb)
{
    double light = 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 0xFF) + 0.114 * (rgb & 0xFF);
    return light < 140 ? INS_WHITE : INS_INK;
}

static cell_face accuracy_face(ins_flow *flow, const ins_sweep_cell *cell)
{
    double chance = flow->part->analysis->chance, floor = isnan(chance) ? 0 : chance;
    bool known = !isnan(chance) && cell->runs > 0;
    double share = fmin(fmax((cell->accuracy.mean - floor) / (1 - floor), 0), 1);
    if (cell->accuracy.n == 0) return (cell_face){0};
    return (cell_face){
        .text = ins_say_percent(flow, cell->accuracy.mean),
        .below = known ? ins_flow_format(flow, "%zu of %zu", cell->learned, cell->runs) : "",
        .rgb = ins_mix(0xF3F5F7, INS_ACCENT, share * share * 0.85)};
}

static cell_face gain_face(ins_flow *flow, const ins_sweep_cell *cell)
{
    char number[INS_PROSE_SIZE];
    if (isnan(cell->gain)) return (cell_face){0};
    if (cell->gain == 0) return (cell_face){.text = "no signal", .below = "", .rgb = 0xD8D8D8};
    return (cell_face){.text = ins_flow_format(flow, "%s", ins_prose(number, cell->gain, false)),
                       .below = "",
                       .rgb = gain_colour(cell->gain)};
}

static cell_face face_of(ins_flow *flow, const ins_sweep_cell *cell, ins_sweep_measure measure)
{
    cell_face out = {0};
    if (cell->arms == 0) return out;
    if (measure == INS_SWEEP_ACCURACY) out = accuracy_face(flow, cell);
    if (measure == INS_SWEEP_GAIN) out = gain_face(flow, cell);
    out.ink = ink_on(out.rgb);
    return out;
}

bool ins_sweep_has_reach(const ins_sweep *sweep)
{
    bool known = false;
    for (size_t i = 0; i < sweep->blocks * sweep->rows; i++)
        known = known || !isnan(sweep->cell[i * sweep->columns].reach);
    return known && !sweep->averaged && strcmp(sweep->factor->name, "depth") == 0;
}

bool ins_sweep_has(ins_flow *flow, const ins_sweep *sweep, ins_sweep_measure measure)
{
    for (size_t i = 0; i < sweep->blocks * sweep->rows * sweep->columns; i++) {
        if (face_of(flow, &sweep->cell[i], measure).text != NULL) return true;
    }
    return false;
}

/* Two lines need more height than one. */
static double row_height(const ins_sweep *sweep, ins_sweep_measure measure)
{
    double height = sweep->rows <= 8 ? 5.4 : sweep->rows <= 16 ? 4.6 : 3.8;
    return measure == INS_SWEEP_ACCURACY ? 1.45 * height : height;
}

static double top_of(const ins_sweep *sweep)
{
    return heading + (sweep->blocks > 1 ? block_heading : 0);
}

static double height_of(const ins_sweep *sweep, ins_sweep_measure measure)
{
    return top_of(sweep) + row_height(sweep, measure) * (double)sweep->rows + below;
}

static double block_width(const ins_sweep *sweep)
{
    double blocks = (double)sweep->blocks;
    return (INS_TEXT_WIDTH - left_edge - gap * (blocks - 1)) / blocks;
}

static double cell_left(const ins_sweep *sweep, size_t block, size_t column)
{
    return left_edge + (block_width(sweep) + gap) * (double)block +
           block_width(sweep) * (double)column / (double)sweep->columns;
}

/* Where a depth stands among the columns of a row, on a logarithmic scale between their middles;
 * NAN: beyond the last one. */
static double place_of(const ins_sweep *sweep, size_t block, double depth)
{
    double before = NAN, last = NAN;
    for (size_t c = 0; c < sweep->columns; c++) {
        double here = strtod(sweep->factor->level[c], NULL);
        double middle = (cell_left(sweep, block, c) + cell_left(sweep, block, c + 1)) / 2;
        if (depth <= here && c == 0) return cell_left(sweep, block, 0);
        if (depth <= here) return last + (middle - last) * log(depth / before) / log(here / before);
        before = here;
        last = middle;
    }
    return NAN;
}

/* A bar in each row at the depth that theory lets its signal reach. */
static void write_reach(ins_flow *flow, ins_figure *figure, const ins_sweep *sweep,
                        ins_sweep_measure measure)
{
    size_t rows = ins_sweep_has_reach(sweep) ? sweep->blocks * sweep->rows : 0, marks = 0;
    double *x = ins_arena_get(flow->arena, rows, sizeof *x, "figure");
    double *y = ins_arena_get(flow->arena, rows, sizeof *y, "figure");
    for (size_t i = 0; i < rows && measure == INS_SWEEP_ACCURACY; i++) {
        size_t block = i / sweep->rows, row = i % sweep->rows;
        double reach = sweep->cell[ins_sweep_at(sweep, block, row, 0)].reach;
        x[marks] = isnan(reach) ? reach : place_of(sweep, block, reach);
        y[marks] = top_of(sweep) + row_height(sweep, measure) * (double)row;
        marks += !isnan(x[marks]);
    }
    ins_figure_count(figure, "MARKS", marks);
    ins_figure_numbers(figure, "MARK_X", x, marks);
    ins_figure_numbers(figure, "MARK_Y", y, marks);
}

/* Writes the cells; returns the size at which the longest text fits. */
static double write_data(ins_flow *flow, ins_figure *figure, const ins_sweep *sweep,
                         ins_sweep_measure measure)
{
    static const char *const names[] = {"initializer", "block", "level", "x_low", "x_high", "y_low",
                                        "y_high",      "rgb",   "ink",   "text",  "below"};
    double width = block_width(sweep) / (double)sweep->columns, widest = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ins_csv_text(&figure->data, names[i]);
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < sweep->blocks * sweep->rows * sweep->columns; i++) {
        size_t column = i % sweep->columns, row = i / sweep->columns % sweep->rows;
        size_t block = i / sweep->columns / sweep->rows;
        cell_face shown = face_of(flow, &sweep->cell[i], measure);
        if (shown.text == NULL) continue;
        double left = cell_left(sweep, block, column);
        double top = top_of(sweep) + row_height(sweep, measure) * (double)row;
        widest = fmax(widest, ins_text_width(shown.text, INS_REGULAR, 1));
        ins_csv_name(&figure->data, ins_flow_clean(flow, sweep->factors->initializer[row]));
        ins_csv_name(&figure->data, ins_flow_clean(flow, sweep->block[block]));
        ins_csv_name(&figure->data, ins_flow_clean(flow, sweep->factor->level[column]));
        ins_figure_value(figure, left);
        ins_figure_value(figure, left + width - seam);
        ins_figure_value(figure, top);
        ins_figure_value(figure, top + row_height(sweep, measure) - seam);
        ins_csv_integer(&figure->data, shown.rgb);
        ins_csv_integer(&figure->data, shown.ink);
        ins_csv_text(&figure->data, shown.text);
        ins_csv_text(&figure->data, shown.below);
        ins_csv_end_row(&figure->data);
    }
    return widest > 0 ? fmin(largest_text, (width - padding) / widest) : largest_text;
}

static const char *fit(ins_flow *flow, const char *name, ins_face face, double size, double width)
{
    return ins_elide(flow->arena, ins_flow_clean(flow, name), face, size, width);
}

static void write_names(ins_flow *flow, ins_figure *figure, const ins_sweep *sweep)
{
    size_t feet = sweep->blocks * sweep->columns;
    double *block_x = ins_arena_get(flow->arena, sweep->blocks, sizeof *block_x, "figure");
    double *foot_x = ins_arena_get(flow->arena, feet, sizeof *foot_x, "figure");
    const char **block = ins_arena_get(flow->arena, sweep->blocks, sizeof *block, "figure");
    const char **foot = ins_arena_get(flow->arena, feet, sizeof *foot, "figure");
    const char **name = ins_arena_get(flow->arena, sweep->rows, sizeof *name, "figure");
    double width = block_width(sweep), step = width / (double)sweep->columns;
    for (size_t r = 0; r < sweep->rows; r++) {
        name[r] = fit(flow, sweep->factors->initializer[r], INS_BOLD, 8, left_edge - 2.4);
    }
    for (size_t b = 0; b < sweep->blocks; b++) {
        block_x[b] = cell_left(sweep, b, 0) + width / 2;
        block[b] = fit(flow, sweep->block[b], INS_BOLD, 8, width);
        for (size_t c = 0; c < sweep->columns; c++) {
            size_t at = b * sweep->columns + c;
            foot_x[at] = cell_left(sweep, b, c) + step / 2;
            foot[at] =
                fit(flow, sweep->factor->level[c], INS_REGULAR, foot_size, step - padding / 2);
        }
    }
    const char *title = sweep->factor->title;
    ins_figure_names(figure, "NAME", name, sweep->rows);
    ins_figure_count(figure, "BLOCKS", sweep->blocks);
    ins_figure_names(figure, "BLOCK", block, sweep->blocks);
    ins_figure_numbers(figure, "BLOCK_X", block_x, sweep->blocks);
    ins_figure_count(figure, "FEET", feet);
    ins_figure_names(figure, "FOOT", foot, feet);
    ins_figure_numbers(figure, "FOOT_X", foot_x, feet);
    ins_figure_names(figure, "X_TITLE", &title, 1);
}

ins_figure *ins_sweep_draw(ins_flow *flow, const ins_sweep *sweep, ins_sweep_measure measure)
{
    static const char *const name[INS_SWEEP_MEASURES] = {"accuracy", "gain"};
    static const char *const title[INS_SWEEP_MEASURES] = {
        "Test accuracy, and runs that learned", "Forward gain per hidden layer at epoch 0"};
    const char *file = ins_flow_format(
        flow, "grid-%s-%s",
        ins_log_tables[INS_LOG_RUNS].columns[ins_column_place(sweep->factor->column)].name,
        name[measure]);
    ins_figure *figure = ins_flow_figure(
        flow, "grid", file, ins_flow_format(flow, "%s: initializer and factor.", title[measure]),
        height_of(sweep, measure));
    ins_figure_words(figure, "HEADING", title[measure]);
    ins_figure_number(figure, "LEFT", left_edge);
    ins_figure_number(figure, "TOP", top_of(sweep));
    ins_figure_number(figure, "ROW", row_height(sweep, measure));
    ins_figure_count(figure, "ROWS", sweep->rows);
    ins_figure_count(figure, "SECOND",
                     measure == INS_SWEEP_ACCURACY && !isnan(flow->part->analysis->chance));
    write_names(flow, figure, sweep);
    write_reach(flow, figure, sweep, measure);
    ins_figure_number(figure, "SIZE", write_data(flow, figure, sweep, measure));
    return figure;
}
