/* Cells with numbers. */
#include <config.h>

#include "cells.h"

#include <math.h>

#include "initscope/csv.h"

static const double left_edge = 42, gap = 2.4, header = 5, below = 10, padding = 0.7;
static const double largest_text = 7.6, smallest_text = 5.6;

ins_cells ins_cells_new(ins_flow *flow, size_t blocks, size_t columns)
{
    ins_cells cells = {.blocks = blocks, .rows = flow->part->study->arms, .columns = columns};
    size_t count = ins_multiply(ins_multiply(blocks, columns, "figure"), cells.rows, "figure");
    cells.block = ins_arena_get(flow->arena, blocks, sizeof *cells.block, "figure");
    cells.column = ins_arena_get(flow->arena, columns, sizeof *cells.column, "figure");
    cells.text = ins_arena_get(flow->arena, count, sizeof *cells.text, "figure");
    cells.rgb = ins_arena_get(flow->arena, count, sizeof *cells.rgb, "figure");
    cells.ink = ins_arena_get(flow->arena, count, sizeof *cells.ink, "figure");
    return cells;
}

static double row_height(const ins_cells *cells)
{
    return cells->rows <= 6 ? 6.2 : cells->rows <= 8 ? 5.4 : cells->rows <= 16 ? 4.8 : 4;
}

static double block_width(size_t blocks)
{
    return (INS_TEXT_WIDTH - left_edge - gap * (double)(blocks - 1)) / (double)blocks;
}

size_t ins_cells_most(size_t blocks, size_t characters)
{
    double digit = ins_text_width("0", INS_REGULAR, smallest_text);
    return (size_t)(block_width(blocks) / (digit * (double)characters + padding));
}

double ins_cells_height(const ins_cells *cells)
{
    return header + row_height(cells) * (double)cells->rows + below;
}

/* The size at which the longest text fits its cell. */
static double text_size(const ins_cells *cells)
{
    double widest = 0, width = block_width(cells->blocks) / (double)cells->columns - padding;
    for (size_t i = 0; i < cells->blocks * cells->rows * cells->columns; i++) {
        if (cells->text[i] == NULL) continue;
        widest = fmax(widest, ins_text_width(cells->text[i], INS_REGULAR, 1));
    }
    return widest > 0 ? fmin(largest_text, width / widest) : largest_text;
}

static double cell_left(const ins_cells *cells, size_t block, size_t column)
{
    double width = block_width(cells->blocks);
    return left_edge + (width + gap) * (double)block +
           width * (double)column / (double)cells->columns;
}

static void write_data(ins_flow *flow, ins_figure *figure, const ins_cells *cells)
{
    static const char *const names[] = {"name",  "block",  "column", "x_low", "x_high",
                                        "y_low", "y_high", "rgb",    "ink",   "text"};
    const double seam = 0.15, height = row_height(cells);
    double width = block_width(cells->blocks) / (double)cells->columns;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ins_csv_text(&figure->data, names[i]);
    }
    ins_csv_end_row(&figure->data);
    for (size_t i = 0; i < cells->blocks * cells->rows * cells->columns; i++) {
        size_t column = i % cells->columns, row = i / cells->columns % cells->rows;
        size_t block = i / cells->columns / cells->rows;
        if (cells->text[i] == NULL) continue;
        double left = cell_left(cells, block, column), top = header + height * (double)row;
        ins_csv_name(&figure->data, flow->part->name[row]);
        ins_csv_name(&figure->data, cells->block[block]);
        ins_csv_name(&figure->data, cells->column[column]);
        ins_figure_value(figure, left);
        ins_figure_value(figure, left + width - seam);
        ins_figure_value(figure, top);
        ins_figure_value(figure, top + height - seam);
        ins_csv_integer(&figure->data, cells->rgb[i]);
        ins_csv_integer(&figure->data, cells->ink[i]);
        ins_csv_text(&figure->data, cells->text[i]);
        ins_csv_end_row(&figure->data);
    }
}

static void write_titles(ins_flow *flow, ins_figure *figure, const ins_cells *cells)
{
    size_t heads = cells->blocks, feet = cells->blocks * cells->columns;
    double *head = ins_arena_get(flow->arena, heads, sizeof *head, "figure");
    double *foot = ins_arena_get(flow->arena, feet, sizeof *foot, "figure");
    const char **labels = ins_arena_get(flow->arena, feet, sizeof *labels, "figure");
    double width = block_width(cells->blocks);
    for (size_t b = 0; b < heads; b++) {
        head[b] = cell_left(cells, b, 0) + width / 2;
        for (size_t c = 0; c < cells->columns; c++) {
            size_t at = b * cells->columns + c;
            foot[at] = cell_left(cells, b, c) + width / (double)cells->columns / 2;
            labels[at] = cells->column[c];
        }
    }
    ins_figure_count(figure, "BLOCKS", heads);
    ins_figure_names(figure, "BLOCK", cells->block, heads);
    ins_figure_numbers(figure, "BLOCK_X", head, heads);
    ins_figure_count(figure, "FEET", feet);
    ins_figure_names(figure, "FOOT", labels, feet);
    ins_figure_numbers(figure, "FOOT_X", foot, feet);
}

ins_figure *ins_cells_draw(ins_flow *flow, const ins_cells *cells, const char *name,
                           const char *title)
{
    ins_figure *figure = ins_flow_figure(flow, "cells", name, title, ins_cells_height(cells));
    const char **names = ins_arena_get(flow->arena, cells->rows, sizeof *names, "figure");
    for (size_t r = 0; r < cells->rows; r++) {
        names[r] = ins_elide(flow->arena, flow->part->name[r], INS_BOLD, largest_text + 0.4,
                             left_edge - 2.4);
    }
    ins_figure_number(figure, "LEFT", left_edge);
    ins_figure_number(figure, "TOP", header);
    ins_figure_number(figure, "ROW", row_height(cells));
    ins_figure_count(figure, "ROWS", cells->rows);
    ins_figure_number(figure, "SIZE", text_size(cells));
    ins_figure_words(figure, "X_TITLE", cells->x_title);
    ins_figure_names(figure, "NAME", names, cells->rows);
    ins_figure_colours(figure, "TEXT", flow->part->ink, cells->rows);
    write_titles(flow, figure, cells);
    write_data(flow, figure, cells);
    return figure;
}
