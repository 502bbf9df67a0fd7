/* The data dictionary: every column of every CSV file, from the table that writes them. */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <string.h>

static const ins_pen file_pen = {INS_BOLD, 8.2, INS_LEFT, INS_INK};
static const ins_pen name_pen = {INS_BOLD, 7, INS_LEFT, INS_INK};
static const ins_pen text_pen = {INS_REGULAR, 7, INS_LEFT, INS_INK};
static const ins_pen muted_pen = {INS_REGULAR, 7, INS_LEFT, INS_MUTED};

static const double line = 3.5, unit_at = 36, text_at = 60;

static bool same_column(const ins_column *a, const ins_column *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->description, b->description) == 0;
}

/* True when an earlier file has this column: it is explained there. */
static bool explained(size_t file, const ins_column *column)
{
    for (size_t f = 0; f < file; f++) {
        for (const ins_column *c = ins_log_tables[f].columns; c->name != NULL; c++) {
            if (same_column(c, column)) return true;
        }
    }
    return false;
}

static const char *type_of(ins_flow *flow, const ins_column *column)
{
    static const char *const type[] = {[INS_COLUMN_INTEGER] = "integer",
                                       [INS_COLUMN_NUMBER] = "number",
                                       [INS_COLUMN_TEXT] = "text"};
    bool plain = *column->unit == '\0' || strcmp(column->unit, "1") == 0;
    return plain ? type[column->type]
                 : ins_flow_format(flow, "%s, %s", type[column->type], column->unit);
}

static void draw_column(ins_flow *flow, const ins_column *column)
{
    const char *text = ins_flow_escape(flow, column->description);
    double left = INS_LEFT_MARGIN, width = INS_TEXT_WIDTH - text_at;
    char **lines;
    size_t count = ins_wrap(flow->arena, text, text_pen.face, text_pen.size, width, &lines);
    ins_flow_room(flow, line * (double)count);
    double y = flow->y;
    ins_flow_block(flow, name_pen, left, y, unit_at, ins_flow_escape(flow, column->name));
    ins_flow_block(flow, muted_pen, left + unit_at, y, text_at - unit_at,
                   ins_flow_escape(flow, type_of(flow, column)));
    flow->y += fmax(line, ins_flow_block(flow, text_pen, left + text_at, y, width, text));
}

/* Columns that an earlier file explains, in one line. */
static const char *repeated(ins_flow *flow, size_t file)
{
    const char *text = "";
    for (const ins_column *c = ins_log_tables[file].columns; c->name != NULL; c++) {
        if (!explained(file, c)) continue;
        text = ins_flow_format(flow, "%s%s%s", text, *text != '\0' ? ", " : "", c->name);
    }
    return text;
}

static void draw_file(ins_flow *flow, size_t file)
{
    const ins_log_table *table = &ins_log_tables[file];
    const double head = 5.4, step = 4.4;
    ins_flow_room(flow, head + 3 * line);
    flow->y += 2;
    double name = ins_text_width(table->file, file_pen.face, file_pen.size) + 3;
    ins_canvas_text(flow->canvas, file_pen, INS_LEFT_MARGIN, flow->y + 3, table->file);
    ins_canvas_markup(flow->canvas, muted_pen, INS_LEFT_MARGIN + name, flow->y + 3,
                      ins_flow_escape(flow, table->description));
    flow->y += step;
    ins_canvas_rule(flow->canvas, INS_LEFT_MARGIN, flow->y, INS_RIGHT_EDGE, flow->y, 0.6,
                    INS_HAIRLINE);
    flow->y += 0.6;
    const char *before = repeated(flow, file);
    if (*before != '\0') {
        const char *text = ins_flow_format(flow, "and, as above: %s", before);
        flow->y += ins_flow_block(flow, muted_pen, INS_LEFT_MARGIN, flow->y, INS_TEXT_WIDTH,
                                  ins_flow_escape(flow, text));
    }
    for (const ins_column *c = table->columns; c->name != NULL; c++) {
        if (!explained(file, c)) draw_column(flow, c);
    }
}

void ins_page_dictionary(ins_flow *flow, const ins_page *page)
{
    ins_flow_title(flow, page->kicker, "What every column of the log means");
    ins_flow_paragraph(flow, "A run directory is a set of CSV files, one observation a row. The "
                             "same table writes their headers and schema.json, which pandas and "
                             "other readers of Frictionless schemas understand. An empty cell is "
                             "not applicable; nan, inf and −inf are numbers that are not finite.");
    for (size_t file = 0; file < INS_LOG_FILES; file++) draw_file(flow, file);
}
