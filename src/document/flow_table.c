/* Tables: zebra rows, numbers to the right, the header again on each page. */
#include <config.h>

#include "initscope/flow.h"

#include <math.h>
#include <stdlib.h>

static const double header_height = 6, row_padding = 2.2, cell_step = 4.2, swatch_width = 5.4;
static const double size = 9, header_size = 8, least_names = 30;

/* Where a cell's text is anchored, given the left edge of its column. */
static double anchor(const ins_table_column *column, double left)
{
    if (column->align == INS_RIGHT) return left + column->width - 0.8;
    return column->align == INS_CENTRE ? left + column->width / 2 : left + 0.6;
}

static double total_width(const ins_table_layout *table)
{
    double width = 0;
    for (size_t c = 0; c < table->columns; c++) width += table->column[c].width;
    return width;
}

static void header(ins_flow *flow, const ins_table_layout *table)
{
    double left = INS_LEFT_MARGIN;
    for (size_t c = 0; c < table->columns; c++) {
        const ins_table_column *column = &table->column[c];
        if (column->width == 0) continue;
        ins_pen pen = {INS_BOLD, header_size, column->align, INS_MUTED};
        ins_canvas_markup(flow->canvas, pen, anchor(column, left), flow->y + 4, column->title);
        left += column->width;
    }
    flow->y += header_height;
    ins_canvas_rule(flow->canvas, INS_LEFT_MARGIN, flow->y, left, flow->y, 1.2, 0x444444);
}

typedef struct cell_lines {
    size_t count;
    char **line;
} cell_lines;

/* Each cell of row r broken or elided to its column; returns the height of the row. */
static double prepare(ins_flow *flow, const ins_table_layout *table, size_t r, cell_lines *cells)
{
    size_t most = 1;
    for (size_t c = 0; c < table->columns; c++) {
        const ins_cell *cell = &table->cell[r * table->columns + c];
        ins_face face = cell->bold || cell->bad ? INS_BOLD : INS_REGULAR;
        const char *text = cell->text != NULL ? cell->text : "";
        double width = table->column[c].width - 2;
        if (c == 0 && table->swatch != NULL) width -= swatch_width;
        if (!table->wrap && ins_is_plain(text)) {
            char *plain = ins_plain(flow->arena, text);
            text = ins_flow_escape(flow, ins_elide(flow->arena, plain, face, size, width));
        }
        double limit = table->wrap ? width : INS_TEXT_WIDTH;
        cells[c].count = ins_wrap(flow->arena, text, face, size, limit, &cells[c].line);
        if (cells[c].count > most) most = cells[c].count;
    }
    return (double)most * cell_step + row_padding;
}

static void draw(ins_flow *flow, const ins_table_layout *table, size_t r, const cell_lines *cells,
                 double height)
{
    double left = INS_LEFT_MARGIN, right = left + total_width(table), top = flow->y;
    double first = top + row_padding / 2 + cell_step * 0.74;
    if (r % 2 == 1) ins_canvas_box(flow->canvas, left, top, right, top + height, INS_ZEBRA);
    if (table->swatch != NULL) {
        ins_canvas_box(flow->canvas, left + 0.5, first - 2.5, left + 3.2, first + 0.2,
                       table->swatch[r]);
    }
    for (size_t c = 0; c < table->columns; c++) {
        const ins_cell *cell = &table->cell[r * table->columns + c];
        const ins_table_column *column = &table->column[c];
        if (column->width == 0) continue;
        double x = anchor(column, left);
        if (c == 0 && table->swatch != NULL) x += swatch_width - 0.6;
        ins_pen pen = {cell->bold || cell->bad ? INS_BOLD : INS_REGULAR, size, column->align,
                       cell->bad ? INS_RED : INS_INK};
        for (size_t i = 0; i < cells[c].count; i++) {
            ins_canvas_markup(flow->canvas, pen, x, first + cell_step * (double)i,
                              cells[c].line[i]);
        }
        left += column->width;
    }
}

/* The width that column c needs: its title and, where they are not broken, its cells. Names in the
 * first column may be elided. */
static double need(const ins_table_layout *table, size_t c)
{
    if (table->column[c].width == 0) return 0;
    double width = ins_markup_width(table->column[c].title, INS_BOLD, header_size) + 1.6;
    for (size_t r = 0; r < table->rows && !table->wrap && c > 0; r++) {
        const ins_cell *cell = &table->cell[r * table->columns + c];
        ins_face face = cell->bold || cell->bad ? INS_BOLD : INS_REGULAR;
        if (cell->text == NULL) continue;
        width = fmax(width, ins_markup_width(cell->text, face, size) + 2);
    }
    return c == 0 ? fmin(fmax(width, least_names), table->column[0].width) : width;
}

/* The columns, where one is too narrow widened at the expense of those that have room to spare; the
 * first gives last. */
static const ins_table_column *fitted(ins_flow *flow, const ins_table_layout *table)
{
    ins_table_column *column =
        ins_arena_get(flow->arena, table->columns, sizeof *column, "columns of a table");
    double over = 0, spare = 0;
    for (size_t c = 0; c < table->columns; c++) {
        column[c] = table->column[c];
        double room = column[c].width - need(table, c);
        if (c > 0) spare += fmax(room, 0);
        over += fmax(-room, 0);
    }
    double names = fmin(fmax(over - spare, 0), column[0].width - need(table, 0));
    double taken = fmin(over, spare + names), share = spare > 0 ? fmin(taken / spare, 1) : 0;
    for (size_t c = 0; c < table->columns && over > 0; c++) {
        double room = column[c].width - need(table, c);
        if (c == 0) column[c].width -= names;
        if (room < 0) column[c].width -= room * taken / over;
        if (room > 0 && c > 0) column[c].width -= room * share;
    }
    return column;
}

void ins_flow_table(ins_flow *flow, const ins_table_layout *given)
{
    ins_table_layout adapted = *given;
    adapted.column = fitted(flow, given);
    const ins_table_layout *table = &adapted;
    double right = INS_LEFT_MARGIN + total_width(table);
    cell_lines *cells = ins_allocate(table->columns, sizeof *cells, "table");
    ins_flow_room(flow, header_height + 3 * (cell_step + row_padding));
    header(flow, table);
    for (size_t r = 0; r < table->rows; r++) {
        double height = prepare(flow, table, r, cells);
        if (ins_flow_room(flow, height)) header(flow, table);
        draw(flow, table, r, cells, height);
        flow->y += height;
    }
    ins_canvas_rule(flow->canvas, INS_LEFT_MARGIN, flow->y, right, flow->y, 1.2, 0x444444);
    flow->y += 4;
    free(cells);
}
