/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot's SVG rewritten: the only door to expat.
 *
 * gnuplot draws with groups that set a paint, in them paths, polygons, symbols and texts. Each
 * becomes a drawing with a look, and drawings of one look become one element where that does not
 * change what lies on what. Coordinates are relative and in tenths of a pixel, and points that
 * nobody can see are left out: values are read from the data, not from a path. */
#include <config.h>

#include "svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "html.h"
#include "initscope/list.h"
#include "initscope/memory.h"

/* What a style sheet has set already, in tenths: of lines, and the size of text. */
enum { USUAL_WIDTH = 5, USUAL_SIZE = 101 };

/* A point nearer than this to the line through its neighbours is left out, px. */
static const double unseen = 0.25;

/* --- Looks -------------------------------------------------------------------- */

enum { NO_COLOUR = 0x1000000, CURRENT_COLOUR };

static const struct {
    unsigned colour;
    char name;
} neutral[] = {{0x222222, 'k'}, {0x000000, 'k'}, {0x666666, 'm'}, {0x444444, 'x'}, {0x888888, 'x'},
               {0xE6E6E6, 'g'}, {0xC8C8C8, 'y'}, {0xFFFFFF, 'w'}, {0xF0F3F6, 'z'}};

typedef struct paint {
    char name; /* of its class; 'L': none has this colour */
    int mark;
    unsigned colour;
} paint;

typedef enum drawing { LINE, AREA, DOTS, WORDS } drawing;

/* What drawings that are one element have in common. Lengths are tenths of a pixel. */
typedef struct look {
    drawing kind;
    paint paint;
    long width;       /* of lines and dots */
    const char *dash; /* NULL: none */
    long opacity;     /* hundredths */
    bool edge;        /* of an area, in the colour of the paper */
    long size;        /* of words */
    char anchor;      /* s, m or e: start, middle, end */
    bool bold;
} look;

static bool is_same(const look *a, const look *b)
{
    bool dash =
        a->dash == b->dash || (a->dash != NULL && b->dash != NULL && strcmp(a->dash, b->dash) == 0);
    return dash && a->kind == b->kind && a->paint.name == b->paint.name &&
           a->paint.mark == b->paint.mark && a->paint.colour == b->paint.colour &&
           a->width == b->width && a->opacity == b->opacity && a->edge == b->edge &&
           a->size == b->size && a->anchor == b->anchor && a->bold == b->bold;
}

/* A part of the axes: these do not lie on each other. */
static bool is_frame(const look *of)
{
    return of->kind == WORDS ||
           (of->kind == LINE && (of->paint.name == 'g' || of->paint.name == 'x'));
}

/* Nor do tiles, which alone have colours of their own. */
static bool is_tile(const look *of)
{
    return of->kind == AREA && of->paint.name == 'L';
}

static bool may_change_places(const look *a, const look *b)
{
    return (is_frame(a) && is_frame(b)) || (is_tile(a) && is_tile(b));
}

/* --- The state ---------------------------------------------------------------- */

typedef struct element {
    look look;
    size_t count;  /* of words */
    ins_text body; /* the path, or elements <text> */
} element;

/* What groups hand down. */
typedef struct state {
    unsigned stroke, fill, colour;
    double width, size;
    double x, y;
    char anchor;
} state;

typedef struct point {
    double x, y;
} point;

/* A piece of a text in one font; its letters are a part of all. */
typedef struct run {
    size_t first;
    double shift, size; /* of the baseline, downward; 0: as the text */
    bool bold;
} run;

enum { DEEPEST = 16 };

typedef struct rewriter {
    XML_Parser parser;
    const ins_document *document;
    const char *figure;
    ins_error *error;
    ins_status status;
    ins_arena *arena;
    state state[DEEPEST];
    size_t depth, skipped; /* elements that are open; of these, those in one that is left out */
    ins_list elements, points, runs;
    ins_text letters;
    bool in_text;
    unsigned width, height;
} rewriter;

static state *current(rewriter *r)
{
    return &r->state[r->depth];
}

static void refuse(rewriter *r, const char *what, const char *got)
{
    char shown[INS_DISPLAY_SIZE];
    if (r->status != INS_OK) return;
    r->status = ins_error_add(r->error, INS_RENDER, "%s: %s in gnuplot's SVG (got \"%s\")",
                              r->figure, what, ins_display(shown, got, strlen(got)));
    XML_StopParser(r->parser, XML_FALSE);
}

static const char *attribute(const char *const *attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0) return attributes[1];
    return NULL;
}

/* A number in front of text, which moves behind it; a problem when there is none. */
static double number(rewriter *r, const char **text)
{
    char *end;
    const char *start = *text;
    double value = strtod(start, &end);
    *text = end;
    if (end == start || !(fabs(value) < 1e6)) {
        refuse(r, "no number", start);
        return 0;
    }
    return value;
}

static double number_or(rewriter *r, const char *text, double otherwise)
{
    return text != NULL ? number(r, &text) : otherwise;
}

static long tenths(double value)
{
    return lround(value * 10);
}

/* --- Paint -------------------------------------------------------------------- */

static unsigned colour_of(rewriter *r, const char *text)
{
    static const struct {
        const char *name;
        unsigned colour;
    } named[] = {{"none", NO_COLOUR},
                 {"currentColor", CURRENT_COLOUR},
                 {"black", 0x000000},
                 {"white", 0xFFFFFF}};
    unsigned red, green, blue;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (strcmp(text, named[i].name) == 0) return named[i].colour;
    if (sscanf(text, "rgb(%3u,%3u,%3u)", &red, &green, &blue) == 3 && red < 256 && green < 256 &&
        blue < 256)
        return red << 16 | green << 8 | blue;
    refuse(r, "unknown colour", text);
    return NO_COLOUR;
}

static paint paint_of(rewriter *r, unsigned colour)
{
    static const struct {
        unsigned from;
        char name;
    } marked[] = {{INS_MARKED_LINE, 'c'}, {INS_MARKED_TEXT, 't'}, {INS_MARKED_SHADOW, 's'}};
    for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++) {
        unsigned mark = colour - marked[i].from;
        if (colour >= marked[i].from && mark < r->document->marks.count && mark < INS_MARKED_MOST)
            return (paint){marked[i].name, (int)mark, 0};
    }
    for (size_t i = 0; i < sizeof neutral / sizeof neutral[0]; i++)
        if (colour == neutral[i].colour) return (paint){neutral[i].name, INS_NO_MARK, 0};
    return (paint){'L', INS_NO_MARK, colour};
}

/* --- Elements ----------------------------------------------------------------- */

static element *last_element(const rewriter *r)
{
    return (element *)r->elements.items + r->elements.count - 1;
}

/* The element that takes a drawing of this look. */
static ins_text *body_for(rewriter *r, const look *of)
{
    element *elements = r->elements.items;
    for (size_t i = r->elements.count; i-- > 0;) {
        if (is_same(&elements[i].look, of)) {
            elements[i].count++;
            return &elements[i].body;
        }
        if (!may_change_places(of, &elements[i].look)) break;
    }
    element *added = ins_list_add(r->arena, &r->elements, sizeof *added);
    *added = (element){.look = *of, .count = 1};
    return &added->body;
}

static void add_tenths(ins_text *out, long value)
{
    if (value < 0) ins_text_add(out, "-");
    value = labs(value);
    if (value >= 10 || value == 0) ins_text_add_format(out, "%ld", value / 10);
    if (value % 10 != 0) ins_text_add_format(out, ".%ld", value % 10);
}

/* Two numbers in a path: a sign separates them as well as a blank. */
static void add_pair(ins_text *out, long x, long y)
{
    add_tenths(out, x);
    if (y >= 0) ins_text_add(out, " ");
    add_tenths(out, y);
}

/* --- Paths -------------------------------------------------------------------- */

static void add_point(rewriter *r, double x, double y)
{
    point *added = ins_list_add(r->arena, &r->points, sizeof *added);
    *added = (point){x, y};
}

/* How far p is from the line that ends at a and b. */
static double distance(point p, point a, point b)
{
    double x = b.x - a.x, y = b.y - a.y, length = x * x + y * y;
    double along = length > 0 ? ((p.x - a.x) * x + (p.y - a.y) * y) / length : 0;
    along = fmin(fmax(along, 0), 1);
    return hypot(p.x - a.x - along * x, p.y - a.y - along * y);
}

/* Marks the points to keep, by Douglas and Peucker (1973): of a stretch the one that is farthest
 * from the line between its ends, when that is seen, and then those of both halves. */
static void straighten(const point *at, size_t count, bool *kept)
{
    size_t *open = ins_allocate(2 * count + 2, sizeof *open, "stretches of a curve");
    size_t waiting = 0;
    kept[0] = kept[count - 1] = true;
    open[waiting++] = 0;
    open[waiting++] = count - 1;
    while (waiting > 0) {
        size_t last = open[--waiting], first = open[--waiting], farthest = first;
        double most = unseen;
        for (size_t i = first + 1; i < last; i++) {
            double far = distance(at[i], at[first], at[last]);
            if (far <= most) continue;
            most = far;
            farthest = i;
        }
        if (farthest == first) continue;
        kept[farthest] = true;
        open[waiting++] = first;
        open[waiting++] = farthest;
        open[waiting++] = farthest;
        open[waiting++] = last;
    }
    free(open);
}

/* One way of a path. What has no length is seen by its caps. */
static void add_way(ins_text *out, const point *at, size_t count)
{
    bool *kept = ins_allocate(count, sizeof *kept, "points of a curve");
    straighten(at, count, kept);
    long x = tenths(at[0].x), y = tenths(at[0].y);
    char command = 'M';
    ins_text_add(out, "M");
    add_pair(out, x, y);
    for (size_t i = 1; i < count; i++) {
        long right = tenths(at[i].x) - x, down = tenths(at[i].y) - y;
        if (!kept[i] || (right == 0 && down == 0)) continue;
        char next = down == 0 ? 'h' : right == 0 ? 'v' : 'l';
        if (next != command || next != 'l')
            ins_text_add_bytes(out, &next, 1);
        else if (right >= 0)
            ins_text_add(out, " ");
        if (next == 'l')
            add_pair(out, right, down);
        else
            add_tenths(out, next == 'h' ? right : down);
        command = next;
        x += right;
        y += down;
    }
    if (command == 'M') ins_text_add(out, "h0");
    free(kept);
}

/* The points so far as a way of a line; one of them alone is a move that led nowhere. */
static void end_way(rewriter *r, const look *of, bool closed)
{
    if (r->points.count > 1) {
        ins_text *body = body_for(r, of);
        add_way(body, r->points.items, r->points.count);
        if (closed) ins_text_add(body, "z");
    }
    r->points.count = 0;
}

static double opacity_of(rewriter *r, const char *const *attributes)
{
    static const char *const names[] = {"opacity", "stroke-opacity", "fill-opacity"};
    double opacity = 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        opacity *= number_or(r, attribute(attributes, names[i]), 1);
    return opacity;
}

static look look_of(rewriter *r, drawing kind, unsigned colour, const char *const *attributes)
{
    if (colour == CURRENT_COLOUR) colour = current(r)->colour;
    if (colour == NO_COLOUR) refuse(r, "a drawing without a colour", "none");
    return (look){.kind = kind,
                  .paint = paint_of(r, colour),
                  .opacity = lround(opacity_of(r, attributes) * 100)};
}

static void draw_path(rewriter *r, const char *const *attributes)
{
    const char *d = attribute(attributes, "d"), *dash = attribute(attributes, "stroke-dasharray");
    look of = look_of(r, LINE, current(r)->stroke, attributes);
    of.width = tenths(current(r)->width);
    if (dash != NULL && strspn(dash, "0123456789., ") != strlen(dash))
        refuse(r, "unknown dashes", dash);
    if (dash != NULL) of.dash = ins_arena_copy(r->arena, dash, strlen(dash));
    /* gnuplot draws an area and then its edge. */
    if (of.paint.name == 'w' && r->elements.count > 0 && last_element(r)->look.kind == AREA) {
        last_element(r)->look.edge = true;
        return;
    }
    r->points.count = 0;
    for (const char *c = d != NULL ? d : ""; *c != '\0' && r->status == INS_OK;) {
        if (strchr(" \t\r\n", *c) != NULL) {
            c++;
        } else if (*c == 'Z') {
            end_way(r, &of, true);
            c++;
        } else if (*c == 'M' || *c == 'L') {
            if (*c++ == 'M') end_way(r, &of, false);
            double x = number(r, &c);
            if (*c == ',') c++;
            double y = number(r, &c);
            add_point(r, x, y);
        } else {
            refuse(r, "unknown form of a path", c);
        }
    }
    end_way(r, &of, false);
}

static void draw_polygon(rewriter *r, const char *const *attributes)
{
    const char *fill = attribute(attributes, "fill"), *c = attribute(attributes, "points");
    look of = look_of(r, AREA, fill != NULL ? colour_of(r, fill) : current(r)->fill, attributes);
    r->points.count = 0;
    while (c != NULL && r->status == INS_OK) {
        c += strspn(c, " \t\r\n");
        if (*c == '\0') break;
        double x = number(r, &c);
        if (*c == ',') c++;
        double y = number(r, &c);
        add_point(r, x, y);
    }
    const point *at = r->points.items;
    size_t *count = &r->points.count;
    if (*count > 1 && at[0].x == at[*count - 1].x && at[0].y == at[*count - 1].y) --*count;
    end_way(r, &of, true);
}

/* --- Symbols ------------------------------------------------------------------ */

static void draw_disc(rewriter *r, look of, double x, double y, double radius)
{
    of.kind = DOTS;
    of.width = tenths(2 * radius);
    ins_text *body = body_for(r, &of);
    ins_text_add(body, "M");
    add_pair(body, tenths(x), tenths(y));
    ins_text_add(body, "h0");
}

/* gnuplot draws the lines of a symbol this wide, for a radius of 1. */
static const double symbol_line = 0.281;

static void draw_circle(rewriter *r, look of, double x, double y, double radius)
{
    long across = tenths(2 * radius), half = across / 2;
    of.width = tenths(symbol_line * radius);
    ins_text *body = body_for(r, &of);
    ins_text_add(body, "M");
    add_pair(body, tenths(x) - half, tenths(y));
    for (int side = 1; side >= -1; side -= 2) {
        ins_text_add(body, "a");
        add_pair(body, half, half);
        ins_text_add(body, " 0 1 1");
        if (side > 0) ins_text_add(body, " ");
        add_pair(body, side * 2 * half, 0);
    }
}

static void draw_cross(rewriter *r, look of, double x, double y, double radius)
{
    long half = tenths(radius);
    of.width = tenths(symbol_line * radius);
    ins_text *body = body_for(r, &of);
    for (int side = 1; side >= -1; side -= 2) {
        ins_text_add(body, "M");
        add_pair(body, tenths(x) - half, tenths(y) - side * half);
        ins_text_add(body, "l");
        add_pair(body, 2 * half, side * 2 * half);
    }
}

static void draw_symbol(rewriter *r, const char *const *attributes)
{
    static const struct {
        const char *name;
        void (*draw)(rewriter *r, look of, double x, double y, double radius);
    } symbols[] = {{"#gpPt1", draw_cross}, {"#gpPt5", draw_circle}, {"#gpPt6", draw_disc}};
    const char *name = attribute(attributes, "xlink:href");
    const char *colour = attribute(attributes, "color");
    const char *transform = attribute(attributes, "transform");
    double x, y, radius;
    if (transform == NULL ||
        sscanf(transform, "translate(%lf,%lf) scale(%lf)", &x, &y, &radius) != 3) {
        refuse(r, "unknown place of a symbol", transform != NULL ? transform : "");
        return;
    }
    if (tenths(2 * radius) <= 0) return;
    look of = look_of(r, LINE, colour != NULL ? colour_of(r, colour) : CURRENT_COLOUR, attributes);
    for (size_t i = 0; name != NULL && i < sizeof symbols / sizeof symbols[0]; i++) {
        if (strcmp(name, symbols[i].name) != 0) continue;
        symbols[i].draw(r, of, x, y, radius);
        return;
    }
    refuse(r, "unknown symbol", name != NULL ? name : "");
}

/* --- Texts -------------------------------------------------------------------- */

static void begin_run(rewriter *r, double shift, double size, bool bold)
{
    run *added = ins_list_add(r->arena, &r->runs, sizeof *added);
    *added = (run){r->letters.length, shift, size, bold};
}

static void begin_text(rewriter *r, const char *const *attributes)
{
    (void)attributes;
    r->in_text = true;
    r->runs.count = 0;
    ins_text_clear(&r->letters);
    begin_run(r, 0, 0, false);
}

static void begin_span(rewriter *r, const char *const *attributes)
{
    static const char *const known[] = {"font-family", "font-size", "font-weight",
                                        "dy",          "xml:space", NULL};
    for (const char *const *a = attributes; *a != NULL; a += 2) {
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], *a) != 0) k++;
        if (known[k] == NULL) refuse(r, "unknown form of text", *a);
    }
    const char *weight = attribute(attributes, "font-weight");
    begin_run(r, number_or(r, attribute(attributes, "dy"), 0),
              number_or(r, attribute(attributes, "font-size"), 0),
              weight != NULL && strcmp(weight, "bold") == 0);
}

/* Where the letters of a run end. */
static size_t end_of_run(const rewriter *r, size_t i)
{
    const run *runs = r->runs.items;
    return i + 1 < r->runs.count ? runs[i + 1].first : r->letters.length;
}

static bool is_bold(const rewriter *r)
{
    const run *runs = r->runs.items;
    for (size_t i = 0; i < r->runs.count; i++)
        if (end_of_run(r, i) > runs[i].first && !runs[i].bold) return false;
    return true;
}

/* The letters, with a <tspan> around what differs from the text. */
static void add_runs(rewriter *r, bool bold, ins_text *out)
{
    const run *runs = r->runs.items;
    const long visible = 3; /* tenths by which sizes differ */
    double shift = 0;
    for (size_t i = 0; i < r->runs.count; i++) {
        size_t length = end_of_run(r, i) - runs[i].first;
        shift += runs[i].shift;
        if (length == 0) continue;
        ins_text attributes = {0};
        ins_text_add(&attributes, "");
        if (tenths(shift) != 0) {
            ins_text_add(&attributes, " dy=\"");
            add_tenths(&attributes, tenths(shift));
            ins_text_add(&attributes, "\"");
        }
        if (runs[i].size > 0 && labs(tenths(runs[i].size - current(r)->size)) > visible) {
            ins_text_add(&attributes, " font-size=\"");
            add_tenths(&attributes, tenths(runs[i].size));
            ins_text_add(&attributes, "\"");
        }
        if (runs[i].bold && !bold) ins_text_add(&attributes, " font-weight=\"700\"");
        bool span = attributes.length > 0;
        if (span) ins_text_add_format(out, "<tspan%s>", attributes.data);
        ins_html_text(out, ins_arena_copy(r->arena, r->letters.data + runs[i].first, length));
        if (span) ins_text_add(out, "</tspan>");
        ins_text_free(&attributes);
        shift = 0;
    }
}

static void end_text(rewriter *r)
{
    r->in_text = false;
    if (r->letters.length == 0 || r->status != INS_OK) return;
    static const char *const none[] = {NULL};
    look of = look_of(r, WORDS, current(r)->fill, none);
    of.size = tenths(current(r)->size);
    of.anchor = current(r)->anchor;
    of.bold = is_bold(r);
    /* Only on a tile is text white, and tiles keep their colours. */
    if (of.paint.name == 'w') of.paint = (paint){'L', INS_NO_MARK, current(r)->fill};
    ins_text *body = body_for(r, &of);
    ins_text_add(body, "<text x=\"");
    add_tenths(body, tenths(current(r)->x));
    ins_text_add(body, "\" y=\"");
    add_tenths(body, tenths(current(r)->y));
    ins_text_add(body, "\">");
    add_runs(r, of.bold, body);
    ins_text_add(body, "</text>");
}

/* --- Reading ------------------------------------------------------------------ */

/* Takes from any element what it hands down. */
static void inherit(rewriter *r, const char *const *attributes)
{
    state *s = current(r);
    const char *stroke = attribute(attributes, "stroke"), *fill = attribute(attributes, "fill");
    const char *colour = attribute(attributes, "color");
    const char *anchor = attribute(attributes, "text-anchor");
    if (colour != NULL) s->colour = colour_of(r, colour);
    if (stroke != NULL) s->stroke = colour_of(r, stroke);
    if (fill != NULL) s->fill = colour_of(r, fill);
    if (anchor != NULL) s->anchor = *anchor;
    s->width = number_or(r, attribute(attributes, "stroke-width"), s->width);
}

static void begin_group(rewriter *r, const char *const *attributes)
{
    state *s = current(r);
    const char *transform = attribute(attributes, "transform");
    int length = 0;
    s->size = number_or(r, attribute(attributes, "font-size"), s->size);
    if (transform == NULL) return;
    if (sscanf(transform, "translate(%lf,%lf)%n", &s->x, &s->y, &length) != 2 ||
        transform[length] != '\0')
        refuse(r, "unknown place of a group", transform);
}

static void begin_svg(rewriter *r, const char *const *attributes)
{
    const char *box = attribute(attributes, "viewBox");
    if (box == NULL || sscanf(box, "0 0 %5u %5u", &r->width, &r->height) != 2)
        refuse(r, "unknown size", box != NULL ? box : "");
}

/* What would be a background. */
static void begin_rectangle(rewriter *r, const char *const *attributes)
{
    (void)attributes;
    if (current(r)->fill != NO_COLOUR) refuse(r, "a filled rectangle", "rect");
}

/* One element each; NULL: it is left out with all in it. */
static const struct {
    const char *name;
    void (*begin)(rewriter *r, const char *const *attributes);
} known[] = {{"svg", begin_svg},
             {"g", begin_group},
             {"rect", begin_rectangle},
             {"path", draw_path},
             {"polygon", draw_polygon},
             {"use", draw_symbol},
             {"text", begin_text},
             {"tspan", begin_span},
             {"title", NULL},
             {"desc", NULL},
             {"defs", NULL}};

static void XMLCALL begin(void *data, const char *name, const char **read)
{
    rewriter *r = data;
    const char *const *attributes = (const char *const *)read;
    size_t k = 0, elements = sizeof known / sizeof known[0];
    if (r->skipped > 0) {
        r->skipped++;
        return;
    }
    while (k < elements && strcmp(known[k].name, name) != 0) k++;
    if (k == elements || r->depth + 1 == DEEPEST) {
        refuse(r, k == elements ? "unknown element" : "elements too deep in each other", name);
    } else if (known[k].begin == NULL) {
        r->skipped = 1;
    } else {
        r->state[r->depth + 1] = *current(r);
        r->depth++;
        inherit(r, attributes);
        known[k].begin(r, attributes);
    }
}

static void XMLCALL end(void *data, const char *name)
{
    rewriter *r = data;
    if (r->skipped > 0) {
        r->skipped--;
        return;
    }
    if (strcmp(name, "text") == 0) end_text(r);
    if (strcmp(name, "tspan") == 0) begin_run(r, 0, 0, false);
    r->depth--;
}

static void XMLCALL letters(void *data, const char *text, int length)
{
    rewriter *r = data;
    if (r->in_text && r->skipped == 0) ins_text_add_bytes(&r->letters, text, (size_t)length);
}

/* --- Writing ------------------------------------------------------------------ */

static void add_length(ins_text *out, const char *name, long value, long usual)
{
    if (value == usual) return;
    ins_text_add_format(out, " %s=\"", name);
    add_tenths(out, value);
    ins_text_add(out, "\"");
}

/* The attributes that say a look. */
static void add_look(const rewriter *r, const look *of, ins_text *out)
{
    const paint *p = &of->paint;
    const ins_mark *mark = p->mark != INS_NO_MARK ? ins_mark_at(r->document, p->mark) : NULL;
    bool filled = of->kind == AREA || (of->kind == WORDS && p->name == 'L');
    ins_text_add_format(out, " class=\"%c", p->name);
    if (mark != NULL) ins_text_add_format(out, "%u", mark->hue);
    if (filled) ins_text_add(out, " f");
    if (of->edge) ins_text_add(out, " e");
    if (of->kind == DOTS) ins_text_add(out, " p");
    if (of->bold) ins_text_add(out, " b");
    if (of->anchor == 'm' || of->anchor == 'e') ins_text_add_format(out, " a%c", of->anchor);
    ins_text_add(out, "\"");
    if (mark != NULL) ins_text_add_format(out, " data-a=\"%d\"", mark->same);
    if (p->name == 'L') ins_text_add_format(out, " color=\"#%06x\"", p->colour);
    if (of->kind == WORDS) add_length(out, "font-size", of->size, USUAL_SIZE);
    if (of->kind == LINE || of->kind == DOTS)
        add_length(out, "stroke-width", of->width, USUAL_WIDTH);
    if (of->dash != NULL) ins_text_add_format(out, " stroke-dasharray=\"%s\"", of->dash);
    if (of->opacity < 100) ins_text_add_format(out, " opacity=\".%02ld\"", of->opacity);
}

static void write_element(const rewriter *r, const element *of, ins_text *out)
{
    const char *body = of->body.data;
    if (of->look.kind != WORDS) {
        ins_text_add(out, "<path");
        add_look(r, &of->look, out);
        ins_text_add(out, " d=\"");
        ins_text_add(out, body);
        ins_text_add(out, "\"/>");
        return;
    }
    const char *group = of->count > 1 ? "<g" : "<text";
    ins_text_add(out, group);
    add_look(r, &of->look, out);
    ins_text_add(out, of->count > 1 ? ">" : "");
    ins_text_add(out, of->count > 1 ? body : body + strlen("<text"));
    ins_text_add(out, of->count > 1 ? "</g>" : "");
}

/* gnuplot writes a name's "]]>" as it is, which XML allows in no text. */
static bool parse(XML_Parser parser, const char *svg)
{
    static const char reference[] = "&gt;";
    for (const char *end; (end = strstr(svg, "]]>")) != NULL; svg = end + strlen("]]>")) {
        if (XML_Parse(parser, svg, (int)(end + strlen("]]") - svg), XML_FALSE) != XML_STATUS_OK ||
            XML_Parse(parser, reference, (int)strlen(reference), XML_FALSE) != XML_STATUS_OK)
            return false;
    }
    return XML_Parse(parser, svg, (int)strlen(svg), XML_TRUE) == XML_STATUS_OK;
}

ins_status ins_svg_rewrite(const ins_document *document, const char *figure, const char *svg,
                           ins_svg *out, ins_error *error)
{
    rewriter r = {.parser = ins_check_memory(XML_ParserCreate(NULL), "a drawing"),
                  .document = document,
                  .figure = figure,
                  .error = error,
                  .arena = ins_arena_new(),
                  .state = {{NO_COLOUR, NO_COLOUR, 0, 1, 10, 0, 0, 's'}}};
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, begin, end);
    XML_SetCharacterDataHandler(r.parser, letters);
    if (!parse(r.parser, svg) && r.status == INS_OK)
        r.status = ins_error_add(error, INS_RENDER, "%s: %s in gnuplot's SVG", figure,
                                 XML_ErrorString(XML_GetErrorCode(r.parser)));
    *out = (ins_svg){.width = r.width, .height = r.height};
    element *elements = r.elements.items;
    for (size_t i = 0; i < r.elements.count; i++) {
        if (r.status == INS_OK) write_element(&r, &elements[i], &out->content);
        ins_text_free(&elements[i].body);
    }
    XML_ParserFree(r.parser);
    ins_text_free(&r.letters);
    ins_arena_free(r.arena);
    return r.status;
}
