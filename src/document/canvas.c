/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A page becomes three small CSV files and one plot command. */
#include <config.h>

#include "canvas.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/list.h"

/* gnuplot puts a label's vertical centre on its point; the baseline of the font lies this far below
 * it, in em. */
static const double centre_above_baseline = 0.3465;

/* Above and below the baseline, in em: capitals, and the tails of letters. */
static const double ascent = 0.72, descent = 0.21;

typedef struct text_item {
    ins_pen pen;
    double x, y;
    const char *text; /* plain, or markup */
    bool markup;
} text_item;

typedef struct shape {
    double x1, y1, x2, y2, points;
    unsigned colour;
} shape;

struct ins_canvas {
    ins_arena *arena;
    const ins_coverage *coverage;
    ins_list text, rules, boxes, discs;
    double band;
    unsigned band_colour;
};

ins_canvas *ins_canvas_new(ins_arena *arena, const ins_coverage *coverage)
{
    ins_canvas *canvas = ins_arena_get(arena, 1, sizeof *canvas, "page");
    canvas->arena = arena;
    canvas->coverage = coverage;
    return canvas;
}

void ins_canvas_text(ins_canvas *canvas, ins_pen pen, double x, double y, const char *plain)
{
    if (*plain == '\0') return;
    text_item *item = ins_list_add(canvas->arena, &canvas->text, sizeof *item);
    *item = (text_item){pen, x, y, ins_clean(canvas->arena, canvas->coverage, plain), false};
}

void ins_canvas_markup(ins_canvas *canvas, ins_pen pen, double x, double y, const char *markup)
{
    if (ins_is_plain(markup)) {
        ins_canvas_text(canvas, pen, x, y, ins_plain(canvas->arena, markup));
        return;
    }
    text_item *item = ins_list_add(canvas->arena, &canvas->text, sizeof *item);
    *item = (text_item){pen, x, y, ins_arena_copy(canvas->arena, markup, strlen(markup)), true};
}

void ins_canvas_rule(ins_canvas *canvas, double x1, double y1, double x2, double y2, double points,
                     unsigned colour)
{
    shape *rule = ins_list_add(canvas->arena, &canvas->rules, sizeof *rule);
    *rule = (shape){x1, y1, x2, y2, points, colour};
}

void ins_canvas_box(ins_canvas *canvas, double x1, double y1, double x2, double y2, unsigned colour)
{
    shape *box = ins_list_add(canvas->arena, &canvas->boxes, sizeof *box);
    *box = (shape){x1, y1, x2, y2, 0, colour};
}

void ins_canvas_disc(ins_canvas *canvas, double x, double y, double radius, unsigned colour)
{
    shape *disc = ins_list_add(canvas->arena, &canvas->discs, sizeof *disc);
    *disc = (shape){x, y, 0, 0, radius, colour};
}

void ins_canvas_band(ins_canvas *canvas, double y, unsigned colour)
{
    canvas->band = y;
    canvas->band_colour = colour;
}

static bool same_group(const text_item *a, const text_item *b)
{
    return a->pen.face == b->pen.face && a->pen.size == b->pen.size &&
           a->pen.align == b->pen.align && a->markup == b->markup;
}

/* A cell drawn "with labels" goes through one round of C escapes: every backslash is doubled. The
 * field is always quoted: a text such as "1.00" stays a text. */
static void add_label(ins_text *out, const text_item *item)
{
    ins_text enhanced = {0};
    if (item->markup) {
        ins_enhanced(&enhanced, item->text);
    } else {
        ins_text_add(&enhanced, item->text);
    }
    ins_text_add(out, "\"");
    for (const char *c = enhanced.data; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') ins_text_add_bytes(out, c, 1);
        ins_text_add_bytes(out, c, 1);
    }
    ins_text_add(out, "\"\n");
    ins_text_free(&enhanced);
}

/* The rectangle that a line takes by the font's own widths: what drew it may check it. */
static void add_rectangle(ins_text *out, const text_item *item)
{
    const ins_pen *pen = &item->pen;
    double em = pen->size * INS_MM_PER_POINT;
    double width = item->markup ? ins_markup_width(item->text, pen->face, pen->size)
                                : ins_text_width(item->text, pen->face, pen->size);
    double before = pen->align == INS_RIGHT ? width : pen->align == INS_CENTRE ? width / 2 : 0;
    double left = item->x - before;
    ins_text_add_format(out, "%.2f,%.2f,%.2f,%.2f,", left, left + width, item->y - ascent * em,
                        item->y + descent * em);
}

static void begin_element(ins_text *script)
{
    ins_text_add(script, script->length == 0 ? "plot " : ", \\\n  ");
}

static void write_text(const ins_canvas *canvas, const char *name, ins_canvas_files *files)
{
    static const char *const faces[] = {"", ":Bold", ":Italic"};
    static const char *const aligns[] = {"left", "center", "right"};
    const text_item *items = canvas->text.items;
    size_t groups = 0, count = canvas->text.count;
    bool *done = ins_allocate(count + 1, sizeof *done, "page items");
    ins_text_add(&files->text, "group,x_mm,y_mm,rgb,left_mm,right_mm,top_mm,bottom_mm,text\n");
    for (size_t first = 0; first < count; first++) {
        if (done[first]) continue;
        ins_pen pen = items[first].pen;
        for (size_t i = first; i < count; i++) {
            if (done[i] || !same_group(&items[first], &items[i])) continue;
            double y = items[i].y - centre_above_baseline * pen.size * INS_MM_PER_POINT;
            ins_text_add_format(&files->text, "%zu,%.3f,%.3f,%u,", groups, items[i].x, y,
                                items[i].pen.colour);
            add_rectangle(&files->text, &items[i]);
            add_label(&files->text, &items[i]);
            done[i] = true;
        }
        begin_element(&files->script);
        ins_text_add_format(&files->script,
                            "'pages/%s-text.csv' skip 1 using ($1==%zu?$2:NaN):3:9:4 with labels "
                            "%s %s font 'Arial%s,%.3g' tc rgb variable",
                            name, groups++, aligns[pen.align],
                            items[first].markup ? "enhanced" : "noenhanced", faces[pen.face],
                            pen.size);
    }
    free(done);
}

static void write_rules(const ins_canvas *canvas, const char *name, ins_canvas_files *files)
{
    const shape *rules = canvas->rules.items;
    size_t count = canvas->rules.count, groups = 0;
    bool *done = ins_allocate(count + 1, sizeof *done, "page items");
    ins_text_add(&files->rules, "group,x_mm,y_mm,dx_mm,dy_mm,rgb\n");
    for (size_t first = 0; first < count; first++) {
        if (done[first]) continue;
        for (size_t i = first; i < count; i++) {
            if (done[i] || rules[i].points != rules[first].points) continue;
            ins_text_add_format(&files->rules, "%zu,%.3f,%.3f,%.3f,%.3f,%u\n", groups, rules[i].x1,
                                rules[i].y1, rules[i].x2 - rules[i].x1, rules[i].y2 - rules[i].y1,
                                rules[i].colour);
            done[i] = true;
        }
        begin_element(&files->script);
        ins_text_add_format(&files->script,
                            "'pages/%s-rules.csv' skip 1 using ($1==%zu?$2:NaN):3:4:5:6 with "
                            "vectors nohead lw %.3g lc rgb variable",
                            name, groups++, rules[first].points);
    }
    free(done);
}

static void write_boxes(const ins_canvas *canvas, const char *name, ins_canvas_files *files)
{
    const shape *boxes = canvas->boxes.items;
    if (canvas->boxes.count == 0) return;
    ins_text_add(&files->boxes, "x_mm,y_mm,x_low,x_high,y_low,y_high,rgb\n");
    for (size_t i = 0; i < canvas->boxes.count; i++) {
        shape box = boxes[i];
        ins_text_add_format(&files->boxes, "%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%u\n",
                            (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.x1, box.x2, box.y1,
                            box.y2, box.colour);
    }
    begin_element(&files->script);
    ins_text_add_format(&files->script,
                        "'pages/%s-boxes.csv' skip 1 using 1:2:3:4:5:6:7 with boxxyerror fs solid "
                        "1 noborder lc rgb variable",
                        name);
}

/* A radius is in units of the horizontal axis: millimetres. */
static void write_discs(const ins_canvas *canvas, const char *name, ins_canvas_files *files)
{
    const shape *discs = canvas->discs.items;
    ins_text_add(&files->discs, "x_mm,y_mm,radius_mm,rgb\n");
    for (size_t i = 0; i < canvas->discs.count; i++)
        ins_text_add_format(&files->discs, "%.3f,%.3f,%.3f,%u\n", discs[i].x1, discs[i].y1,
                            discs[i].points, discs[i].colour);
    begin_element(&files->script);
    ins_text_add_format(
        &files->script,
        "'pages/%s-discs.csv' skip 1 using 1:2:3:4 with circles fs solid 1 noborder "
        "lc rgb variable",
        name);
}

void ins_canvas_write(const ins_canvas *canvas, const char *name, ins_canvas_files *files)
{
    *files = (ins_canvas_files){0};
    write_boxes(canvas, name, files);
    if (canvas->rules.count > 0) write_rules(canvas, name, files);
    if (canvas->discs.count > 0) write_discs(canvas, name, files);
    if (canvas->text.count > 0) write_text(canvas, name, files);
    if (files->script.length > 0) ins_text_add(&files->script, "\n");
    ins_text plot = files->script;
    files->script = (ins_text){0};
    ins_text_add(&files->script, "eval CANVAS\n");
    if (canvas->band > 0) {
        ins_text_add_format(&files->script,
                            "set object 1 rect from -3,-3 to 213,%.3f fc rgb '#%06X' fs solid "
                            "noborder behind noclip\n",
                            canvas->band, canvas->band_colour);
    }
    if (plot.length > 0) ins_text_add(&files->script, plot.data);
    ins_text_free(&plot);
}
