/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring and breaking text with the font's own widths. */
#include <config.h>

#include "initscope/layout.h"

#include <stdlib.h>
#include <string.h>

#include "font_widths.h"
#include "initscope/list.h"
#include "markup.h"

/* Scripts are drawn at this share of the size; a glyph that the table does not know is taken to be
 * this wide, in em. */
static const double script_scale = 0.8, unknown_width = 0.62, wide_width = 1.0;

static double em_of(uint32_t code, ins_face face)
{
    const ins_glyph *glyph = ins_glyph_of(code);
    if (glyph != NULL) return glyph->width[face] / 2048.0;
    return ins_is_wide(code) ? wide_width : unknown_width;
}

double ins_text_width(const char *plain, ins_face face, double size)
{
    double em = 0;
    while (*plain != '\0') {
        uint32_t code;
        plain += ins_utf8_decode(plain, &code);
        if (!ins_is_mark(code)) em += em_of(code, face);
    }
    return em * size * INS_MM_PER_POINT;
}

static void measure(ins_atoms atoms, ins_face face, double size)
{
    for (size_t i = 0; i < atoms.count; i++) {
        ins_atom *atom = &atoms.atom[i];
        double em = ins_is_mark(atom->code) ? 0 : em_of(atom->code, atom->bold ? INS_BOLD : face);
        atom->width = em * size * INS_MM_PER_POINT * (atom->script != 0 ? script_scale : 1);
    }
}

double ins_markup_width(const char *markup, ins_face face, double size)
{
    ins_atoms atoms = ins_atoms_of(markup);
    measure(atoms, face, size);
    double width = 0;
    for (size_t i = 0; i < atoms.count; i++) width += atoms.atom[i].width;
    free(atoms.atom);
    return width;
}

/* Bytes of the first n characters of text. */
static size_t bytes_of(const char *text, size_t n)
{
    const char *rest = text;
    uint32_t code;
    for (; n > 0 && *rest != '\0'; n--) rest += ins_utf8_decode(rest, &code);
    return (size_t)(rest - text);
}

static size_t characters(const char *text)
{
    size_t n = 0;
    uint32_t code;
    for (; *text != '\0'; n++) text += ins_utf8_decode(text, &code);
    return n;
}

char *ins_elide(ins_arena *arena, const char *plain, ins_face face, double size, double width)
{
    if (ins_text_width(plain, face, size) <= width) {
        return ins_arena_copy(arena, plain, strlen(plain));
    }
    size_t all = characters(plain);
    for (size_t kept = all; kept-- > 1;) {
        size_t head = bytes_of(plain, (kept + 1) / 2), tail = bytes_of(plain, all - kept / 2);
        char *short_form = ins_arena_format(arena, "%.*s…%s", (int)head, plain, plain + tail);
        if (ins_text_width(short_form, face, size) <= width) return short_form;
        /* Far too long: the next try keeps about what fits, not one character less. */
        double ratio = width / ins_text_width(short_form, face, size);
        size_t estimate = (size_t)((double)kept * ratio) + 4;
        if (estimate < kept) kept = estimate;
    }
    return ins_arena_format(arena, "…");
}

/* Where text i stands first. */
static size_t first_of(const char *const *plain, size_t i)
{
    size_t first = 0;
    while (strcmp(plain[first], plain[i]) != 0) first++;
    return first;
}

/* How many different texts before the first of text i have come out as it has. */
static size_t alike_before(const char *const *plain, const char *const *shown, size_t i)
{
    size_t alike = 0, first = first_of(plain, i);
    for (size_t j = 0; j < first; j++)
        alike += strcmp(shown[i], shown[j]) == 0 && first_of(plain, j) == j;
    return alike;
}

/* Bytes with which both begin, or end. */
static size_t common(const char *a, const char *b, bool at_end)
{
    size_t n = strlen(a), m = strlen(b), count = 0;
    while (count < n && count < m &&
           (at_end ? a[n - 1 - count] == b[m - 1 - count] : a[count] == b[count]))
        count++;
    return count;
}

static bool is_boundary(char c)
{
    return c == '(' || c == ')' || c == ',' || c == ' ';
}

/* What tells a text from others: bytes begin to end, in whole words. */
typedef struct difference {
    size_t begin, end;
} difference;

/* From all texts that have come out as text i has. */
static difference difference_of(const char *const *plain, const char *const *shown, size_t count,
                                size_t i)
{
    size_t length = strlen(plain[i]);
    difference d = {length, 0};
    for (size_t j = 0; j < count; j++) {
        if (strcmp(shown[i], shown[j]) != 0 || strcmp(plain[i], plain[j]) == 0) continue;
        size_t begin = common(plain[i], plain[j], false), end = common(plain[i], plain[j], true);
        if (begin < d.begin) d.begin = begin;
        if (length - end > d.end) d.end = length - end;
    }
    if (d.end < d.begin) d.end = d.begin;
    while (d.begin > 0 && !is_boundary(plain[i][d.begin - 1])) d.begin--;
    while (d.end < length && !is_boundary(plain[i][d.end])) d.end++;
    return d;
}

/* The text around what tells it from others: "random…stddev=0.01…10x64"; NULL: even that has no
 * room. Two thirds of what else is kept stand before it. */
static const char *elide_around(ins_arena *arena, const char *text, difference d, ins_face face,
                                double size, double width)
{
    const char *last = text + d.end;
    size_t before = characters(text) - characters(text + d.begin), after = characters(last);
    for (size_t kept = before + after + 1; kept-- > 0;) {
        size_t head = (2 * kept + 2) / 3 < before ? (2 * kept + 2) / 3 : before;
        size_t tail = kept - head < after ? kept - head : after;
        const char *form =
            ins_arena_format(arena, "%.*s%s%.*s%s%s", (int)bytes_of(text, head), text,
                             head < before ? "…" : "", (int)(d.end - d.begin), text + d.begin,
                             tail < after ? "…" : "", last + bytes_of(last, after - tail));
        if (ins_text_width(form, face, size) <= width) return form;
    }
    return NULL;
}

/* Whether another text has come out as text i has. */
static bool is_alike(const char *const *plain, const char *const *shown, size_t count, size_t i)
{
    for (size_t j = 0; j < count; j++)
        if (strcmp(shown[i], shown[j]) == 0 && strcmp(plain[i], plain[j]) != 0) return true;
    return false;
}

static const char *numbered(ins_arena *arena, const char *text, size_t number, ins_face face,
                            double size, double width)
{
    const char *behind = ins_arena_format(arena, " (%zu)", number);
    double room = width - ins_text_width(behind, face, size);
    return ins_arena_format(arena, "%s%s", ins_elide(arena, text, face, size, room), behind);
}

const char *const *ins_elide_apart(ins_arena *arena, const char *const *plain, size_t count,
                                   ins_face face, double size, double width)
{
    const char **shown = ins_arena_get(arena, count + 1, sizeof *shown, "labels");
    const char **around = ins_arena_get(arena, count + 1, sizeof *around, "labels");
    const char **apart = ins_arena_get(arena, count + 1, sizeof *apart, "labels");
    for (size_t i = 0; i < count; i++) shown[i] = ins_elide(arena, plain[i], face, size, width);
    for (size_t i = 0; i < count; i++) {
        around[i] = shown[i];
        if (!is_alike(plain, shown, count, i)) continue;
        difference d = difference_of(plain, shown, count, i);
        const char *form = elide_around(arena, plain[i], d, face, size, width);
        if (form != NULL) around[i] = form;
    }
    for (size_t i = 0; i < count; i++) {
        size_t alike = alike_before(plain, around, i);
        apart[i] = alike == 0 ? around[i] : numbered(arena, plain[i], alike + 1, face, size, width);
    }
    return apart;
}

const char *const *ins_shorten(ins_arena *arena, const char *const *plain, size_t count,
                               ins_face face, double ems)
{
    return ins_elide_apart(arena, plain, count, face, 1, ems * INS_MM_PER_POINT);
}

static void add_line(ins_arena *arena, ins_list *lines, const ins_atom *atom, size_t count)
{
    while (count > 0 && atom[count - 1].code == ' ') count--;
    ins_text out = {0};
    ins_atoms_write(&out, atom, count);
    char **line = ins_list_add(arena, lines, sizeof *line);
    *line = ins_arena_copy(arena, out.length > 0 ? out.data : "", out.length);
    ins_text_free(&out);
}

size_t ins_wrap(ins_arena *arena, const char *markup, ins_face face, double size, double width,
                char ***lines)
{
    ins_atoms atoms = ins_atoms_of(markup);
    measure(atoms, face, size);
    ins_list list = {0};
    size_t start = 0, blank = SIZE_MAX; /* of the line; its last blank */
    size_t seam = SIZE_MAX; /* behind the last '(' or ',' of a word too long for a line */
    double used = 0;
    for (size_t i = 0; i < atoms.count; i++) {
        if (atoms.atom[i].code == ' ' && i > start) blank = i;
        if (i > start && (atoms.atom[i - 1].code == '(' || atoms.atom[i - 1].code == ',')) seam = i;
        used += atoms.atom[i].width;
        if (used <= width || atoms.atom[i].code == ' ' || i == start) continue;
        size_t end = blank != SIZE_MAX ? blank : seam != SIZE_MAX ? seam : i;
        add_line(arena, &list, atoms.atom + start, end - start);
        start = end;
        while (start < atoms.count && atoms.atom[start].code == ' ') start++;
        used = 0;
        blank = seam = SIZE_MAX;
        i = start - 1; /* measured again from the new start */
    }
    if (start < atoms.count || list.count == 0) {
        add_line(arena, &list, atoms.atom + start, atoms.count - start);
    }
    free(atoms.atom);
    *lines = list.items;
    return list.count;
}
