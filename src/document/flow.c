/* Headings, text and figures, one below the other. */
#include <config.h>

#include "initscope/flow.h"

#include <stdarg.h>
#include <string.h>

#include "initscope/book.h"

static const double page_top = 22, line_step = 1.42; /* of the font size */

static const ins_pen kicker_pen = {INS_BOLD, 8, INS_LEFT, INS_ACCENT};
static const ins_pen title_pen = {INS_BOLD, 15.5, INS_LEFT, INS_INK};
static const ins_pen heading_pen = {INS_BOLD, 11.5, INS_LEFT, INS_INK};
static const ins_pen body_pen = {INS_REGULAR, 9.5, INS_LEFT, INS_INK};
static const ins_pen note_pen = {INS_REGULAR, 8.2, INS_LEFT, 0x444444};
static const ins_pen mark_pen = {INS_BOLD, 10.5, INS_LEFT, INS_ACCENT};
static const ins_pen formula_pen = {INS_REGULAR, 11.5, INS_CENTRE, INS_INK};

const char *ins_flow_format(ins_flow *flow, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *out = ins_arena_format_list(flow->arena, format, arguments);
    va_end(arguments);
    return out;
}

const char *ins_flow_clean(ins_flow *flow, const char *text)
{
    return ins_clean(flow->arena, flow->book->coverage, text);
}

const char *ins_flow_escape(ins_flow *flow, const char *plain)
{
    return ins_escape(flow->arena, flow->book->coverage, plain);
}

void ins_flow_page(ins_flow *flow)
{
    ins_sheet *sheet = ins_list_add(flow->arena, &flow->book->sheets, sizeof *sheet);
    *sheet =
        (ins_sheet){ins_canvas_new(flow->arena, flow->book->coverage), flow->title, flow->section};
    flow->canvas = sheet->canvas;
    flow->y = page_top;
}

double ins_flow_left(const ins_flow *flow)
{
    return INS_PAGE_BOTTOM - flow->y;
}

bool ins_flow_room(ins_flow *flow, double height)
{
    if (ins_flow_left(flow) >= height) return false;
    ins_flow_page(flow);
    return true;
}

static double step_of(ins_pen pen)
{
    double step = pen.size > 12 ? 1.28 : line_step;
    return step * pen.size * INS_MM_PER_POINT;
}

/* The baseline of a line whose top is y. */
static double baseline(ins_pen pen, double y)
{
    return y + (step_of(pen) + 0.72 * pen.size * INS_MM_PER_POINT) / 2;
}

double ins_flow_block(ins_flow *flow, ins_pen pen, double x, double y, double width,
                      const char *markup)
{
    char **lines;
    size_t count = ins_wrap(flow->arena, markup, pen.face, pen.size, width, &lines);
    for (size_t i = 0; i < count; i++) {
        double top = y + (double)i * step_of(pen);
        ins_canvas_markup(flow->canvas, pen, x, baseline(pen, top), lines[i]);
    }
    return (double)count * step_of(pen);
}

/* Text over the width from x on, line by line over page ends. */
static void run(ins_flow *flow, ins_pen pen, double x, const char *markup)
{
    char **lines;
    double width = INS_RIGHT_EDGE - x;
    size_t count = ins_wrap(flow->arena, markup, pen.face, pen.size, width, &lines);
    ins_flow_room(flow, (count < 3 ? (double)count : 3) * step_of(pen));
    for (size_t i = 0; i < count; i++) {
        ins_flow_room(flow, step_of(pen));
        ins_canvas_markup(flow->canvas, pen, x, baseline(pen, flow->y), lines[i]);
        flow->y += step_of(pen);
    }
}

static char *capitals(ins_arena *arena, const char *text)
{
    char *out = ins_arena_copy(arena, text, strlen(text));
    for (char *c = out; *c != '\0'; c++) {
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    }
    return out;
}

void ins_flow_title(ins_flow *flow, const char *kicker, const char *title)
{
    ins_flow_page(flow);
    ins_flow_title_here(flow, kicker, title);
}

void ins_flow_title_here(ins_flow *flow, const char *kicker, const char *title)
{
    size_t sheet = flow->book->sheets.count - 1;
    if (sheet < flow->title_sheet) flow->title_sheet = sheet;
    ins_canvas_text(flow->canvas, kicker_pen, INS_LEFT_MARGIN, baseline(kicker_pen, flow->y),
                    capitals(flow->arena, kicker));
    flow->y += step_of(kicker_pen) + 1.2;
    run(flow, title_pen, INS_LEFT_MARGIN, title);
    flow->y += 2.4;
}

void ins_flow_heading(ins_flow *flow, const char *text)
{
    ins_flow_room(flow, 24);
    run(flow, heading_pen, INS_LEFT_MARGIN, text);
    flow->y += 0.8;
}

void ins_flow_paragraph(ins_flow *flow, const char *markup)
{
    run(flow, body_pen, INS_LEFT_MARGIN, markup);
    flow->y += 2.6;
}

void ins_flow_note(ins_flow *flow, const char *markup)
{
    run(flow, note_pen, INS_LEFT_MARGIN, markup);
    flow->y += 2.2;
}

void ins_flow_item(ins_flow *flow, const char *mark, const char *markup)
{
    ins_flow_room(flow, 3 * step_of(body_pen));
    ins_canvas_text(flow->canvas, mark_pen, INS_LEFT_MARGIN, baseline(body_pen, flow->y), mark);
    run(flow, body_pen, INS_LEFT_MARGIN + 6, markup);
    flow->y += 1.8;
}

void ins_flow_formula(ins_flow *flow, const char *const *formulas, size_t count)
{
    const double height = 13;
    ins_flow_room(flow, height + 3);
    double top = flow->y, left = INS_LEFT_MARGIN, share = (INS_TEXT_WIDTH - 2) / (double)count;
    ins_canvas_box(flow->canvas, left, top, INS_RIGHT_EDGE, top + height, 0xEFF4F8);
    ins_canvas_box(flow->canvas, left, top, left + 1.2, top + height, INS_ACCENT);
    for (size_t i = 0; i < count; i++) {
        ins_canvas_markup(flow->canvas, formula_pen, left + 2 + share * ((double)i + 0.5),
                          top + height / 2 + 1.4, formulas[i]);
    }
    flow->y += height + 3;
}

ins_figure *ins_flow_figure(ins_flow *flow, const char *kind, const char *name, const char *title,
                            double height)
{
    ins_flow_room(flow, height + 12);
    ins_book *book = flow->book;
    ins_figure **slot = ins_list_add(flow->arena, &book->figures, sizeof *slot);
    ins_figure *figure = ins_arena_get(flow->arena, 1, sizeof *figure, "figure");
    *figure = (ins_figure){
        .name = ins_arena_format(flow->arena, "%02zu-%s", book->figures.count, name),
        .kind = kind,
        .number = book->figures.count,
        .width = INS_TEXT_WIDTH,
        .height = height,
        .page = book->sheets.count - 1,
        .x = INS_LEFT_MARGIN,
        .y = flow->y,
    };
    *slot = figure;
    ins_figure_begin(figure, title);
    flow->y += height;
    return figure;
}

void ins_flow_caption(ins_flow *flow, const ins_figure *figure, const char *markup)
{
    flow->y += 1.2;
    ins_flow_note(flow, ins_flow_format(flow, "*Figure %zu.* %s", figure->number, markup));
    flow->y += 2.2;
}
