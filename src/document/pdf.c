/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* An incremental update (PDF 1.5, 7.5.6): new objects, a cross-reference section for them, and a
 * trailer that points at the old one. */
#include <config.h>

#include "pdf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "initscope/layout.h"

enum { MOST_PAGES = 4096 };

typedef struct update {
    ins_text *pdf;
    const ins_decoration *decoration;
    unsigned size, root, pages, previous; /* of the old file: objects, catalog, page tree, xref */
    unsigned page[MOST_PAGES];            /* their objects */
    size_t page_count;
    unsigned *number; /* of the new objects, and where they begin */
    size_t *offset, objects;
} update;

static const char *last_of(const ins_text *text, const char *needle)
{
    const char *found = NULL, *rest = text->data;
    size_t size = strlen(needle);
    for (;;) {
        const char *next = memchr(rest, needle[0], text->length - (size_t)(rest - text->data));
        if (next == NULL || next + size > text->data + text->length) return found;
        if (memcmp(next, needle, size) == 0) found = next;
        rest = next + 1;
    }
}

/* The number after a key of the trailer. */
static bool number_after(const char *from, const char *key, unsigned *value)
{
    const char *at = strstr(from, key);
    return at != NULL && sscanf(at + strlen(key), "%u", value) == 1;
}

/* The beginning of object n. */
static const char *object(const update *u, unsigned n)
{
    char head[32];
    snprintf(head, sizeof head, "\n%u 0 obj", n);
    const char *at = last_of(u->pdf, head);
    return at == NULL ? NULL : at + strlen(head);
}

static bool read_pages(update *u)
{
    const char *tree = object(u, u->pages), *kids = tree == NULL ? NULL : strstr(tree, "/Kids [");
    if (kids == NULL) return false;
    kids += strlen("/Kids [");
    for (;;) {
        char *rest;
        unsigned long n = strtoul(kids, &rest, 10);
        if (rest == kids) return u->page_count > 0;
        if (u->page_count == MOST_PAGES || strncmp(rest, " 0 R", 4) != 0) return false;
        u->page[u->page_count++] = (unsigned)n;
        kids = rest + 4;
    }
}

/* Where things are; false when the file is of another form. */
static bool read_structure(update *u)
{
    const char *start = last_of(u->pdf, "startxref"), *trailer = last_of(u->pdf, "trailer");
    if (start == NULL || trailer == NULL || trailer > start) return false;
    if (!number_after(start, "startxref", &u->previous) || u->previous + 4 > u->pdf->length ||
        memcmp(u->pdf->data + u->previous, "xref", 4) != 0) {
        return false;
    }
    if (!number_after(trailer, "/Size", &u->size) || !number_after(trailer, "/Root", &u->root)) {
        return false;
    }
    const char *catalog = object(u, u->root);
    return catalog != NULL && number_after(catalog, "/Pages", &u->pages) && read_pages(u);
}

static void begin(update *u, unsigned number)
{
    u->number[u->objects] = number;
    u->offset[u->objects++] = u->pdf->length;
    ins_text_add_format(u->pdf, "%u 0 obj\n", number);
}

static void end(update *u)
{
    ins_text_add(u->pdf, "\nendobj\n");
}

/* A text string in UTF-16BE, as hexadecimal digits: nothing in it can end it. */
static void add_string(ins_text *out, const char *text)
{
    ins_text_add(out, "<FEFF");
    while (*text != '\0') {
        uint32_t code;
        text += ins_utf8_decode(text, &code);
        if (code >= 0x10000) {
            code -= 0x10000;
            ins_text_add_format(out, "%04X", (unsigned)(0xD800 + (code >> 10)));
            code = 0xDC00 + (code & 0x3FF);
        }
        ins_text_add_format(out, "%04X", (unsigned)code);
    }
    ins_text_add(out, ">");
}

static void add_info(update *u, unsigned number)
{
    begin(u, number);
    ins_text_add(u->pdf, "<< /Title ");
    add_string(u->pdf, u->decoration->title);
    ins_text_add(u->pdf, " /Creator ");
    add_string(u->pdf, u->decoration->creator);
    if (u->decoration->date != NULL) {
        ins_text_add_format(u->pdf, " /CreationDate (D:%sZ)", u->decoration->date);
    }
    ins_text_add(u->pdf, " >>");
    end(u);
}

static void add_catalog(update *u, unsigned outlines)
{
    begin(u, u->root);
    ins_text_add_format(u->pdf,
                        "<< /Type /Catalog /Pages %u 0 R /Outlines %u 0 R /PageMode /UseOutlines "
                        "/Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>",
                        u->pages, outlines);
    end(u);
}

/* The next or previous bookmark of the same level under the same parent; count: none. */
static size_t sibling(const ins_decoration *d, size_t i, bool next)
{
    for (size_t j = i;;) {
        if (next ? j + 1 == d->bookmarks : j == 0) return d->bookmarks;
        j = next ? j + 1 : j - 1;
        if (d->bookmark[j].level == d->bookmark[i].level) return j;
        if (d->bookmark[j].level < d->bookmark[i].level) return d->bookmarks;
    }
}

static size_t children(const ins_decoration *d, size_t i)
{
    size_t count = 0;
    while (i + 1 + count < d->bookmarks &&
           d->bookmark[i + 1 + count].level > d->bookmark[i].level) {
        count++;
    }
    return count;
}

static size_t parent(const ins_decoration *d, size_t i)
{
    while (i > 0 && d->bookmark[i].level > 0) i--;
    return i;
}

static void add_bookmark(update *u, unsigned outlines, size_t i)
{
    const ins_decoration *d = u->decoration;
    const ins_bookmark *bookmark = &d->bookmark[i];
    unsigned first = outlines + 1;
    size_t next = sibling(d, i, true), previous = sibling(d, i, false), below = children(d, i);
    begin(u, first + (unsigned)i);
    ins_text_add(u->pdf, "<< /Title ");
    add_string(u->pdf, bookmark->text);
    ins_text_add_format(u->pdf, " /Parent %u 0 R /Dest [ %u 0 R /Fit ]",
                        bookmark->level == 0 ? outlines : first + (unsigned)parent(d, i),
                        u->page[bookmark->page]);
    if (next < d->bookmarks) ins_text_add_format(u->pdf, " /Next %u 0 R", first + (unsigned)next);
    if (previous < d->bookmarks) {
        ins_text_add_format(u->pdf, " /Prev %u 0 R", first + (unsigned)previous);
    }
    if (below > 0) {
        ins_text_add_format(u->pdf, " /First %u 0 R /Last %u 0 R /Count -%zu",
                            first + (unsigned)i + 1, first + (unsigned)(i + below), below);
    }
    ins_text_add(u->pdf, " >>");
    end(u);
}

static void add_outlines(update *u, unsigned outlines)
{
    const ins_decoration *d = u->decoration;
    size_t top = 0, last = 0;
    for (size_t i = 0; i < d->bookmarks; i++) {
        if (d->bookmark[i].level > 0) continue;
        last = i;
        top++;
    }
    begin(u, outlines);
    ins_text_add_format(u->pdf, "<< /Type /Outlines /First %u 0 R /Last %u 0 R /Count %zu >>",
                        outlines + 1, outlines + 1 + (unsigned)last, top);
    end(u);
    for (size_t i = 0; i < d->bookmarks; i++) add_bookmark(u, outlines, i);
}

/* The page object again, with its links. */
static void add_linked_page(update *u, size_t page)
{
    const char *from = object(u, u->page[page]),
               *dictionary = from == NULL ? NULL : strstr(from, "<<");
    const char *stop = dictionary == NULL ? NULL : strstr(dictionary, "endobj");
    if (stop == NULL) return;
    ins_text copy = {0}; /* the PDF moves as it grows */
    ins_text_add_bytes(&copy, dictionary + 2, (size_t)(stop - dictionary - 2));
    begin(u, u->page[page]);
    ins_text_add(u->pdf, "<< /Annots [");
    for (size_t i = 0; i < u->decoration->links; i++) {
        const ins_link *link = &u->decoration->link[i];
        const double point = 1 / INS_MM_PER_POINT, height = 841;
        if (link->page != page) continue;
        ins_text_add_format(u->pdf,
                            " << /Type /Annot /Subtype /Link /Border [ 0 0 0 ] /Rect [ %.2f %.2f "
                            "%.2f %.2f ] /Dest [ %u 0 R /Fit ] >>",
                            link->x1 * point, height - link->y2 * point, link->x2 * point,
                            height - link->y1 * point, u->page[link->target]);
    }
    ins_text_add(u->pdf, " ]");
    ins_text_add_bytes(u->pdf, copy.data, copy.length);
    ins_text_add(u->pdf, "endobj\n");
    ins_text_free(&copy);
}

static void add_links(update *u)
{
    const ins_decoration *d = u->decoration;
    for (size_t page = 0; page < u->page_count; page++) {
        for (size_t i = 0; i < d->links; i++) {
            if (d->link[i].page != page) continue;
            add_linked_page(u, page);
            break;
        }
    }
}

static void add_trailer(update *u, unsigned info, unsigned size)
{
    size_t start = u->pdf->length;
    ins_text_add(u->pdf, "xref\n");
    for (size_t i = 0; i < u->objects; i++) {
        ins_text_add_format(u->pdf, "%u 1\n%010zu 00000 n \n", u->number[i], u->offset[i]);
    }
    ins_text_add_format(u->pdf,
                        "trailer\n<< /Size %u /Root %u 0 R /Info %u 0 R /Prev %u >>\nstartxref\n%zu"
                        "\n%%%%EOF\n",
                        size, u->root, info, u->previous, start);
}

/* The date that cairo wrote, "(D:20261123175040Z)", with the one that is wanted. */
static void fix_date(update *u)
{
    const char *date = u->decoration->date, *at = last_of(u->pdf, "/CreationDate (D:");
    if (date == NULL || at == NULL || strlen(date) != 14) return;
    size_t place = (size_t)(at - u->pdf->data) + strlen("/CreationDate (D:");
    if (place + 15 > u->pdf->length || u->pdf->data[place + 14] != 'Z') return;
    memcpy(u->pdf->data + place, date, 14);
}

static bool in_range(const update *u)
{
    const ins_decoration *d = u->decoration;
    for (size_t i = 0; i < d->bookmarks; i++) {
        if (d->bookmark[i].page >= u->page_count) return false;
    }
    for (size_t i = 0; i < d->links; i++) {
        if (d->link[i].page >= u->page_count || d->link[i].target >= u->page_count) return false;
    }
    return d->bookmarks > 0 && d->bookmark[0].level == 0;
}

bool ins_pdf_decorate(ins_text *pdf, const ins_decoration *decoration)
{
    update *u = ins_allocate(1, sizeof *u, "PDF");
    u->pdf = pdf;
    u->decoration = decoration;
    bool known = read_structure(u) && in_range(u);
    if (known) {
        size_t most = u->page_count + decoration->bookmarks + 4;
        unsigned info = u->size, outlines = u->size + 1;
        u->number = ins_allocate(most, sizeof *u->number, "PDF");
        u->offset = ins_allocate(most, sizeof *u->offset, "PDF");
        fix_date(u);
        add_info(u, info);
        add_catalog(u, outlines);
        add_outlines(u, outlines);
        add_links(u);
        add_trailer(u, info, outlines + 1 + (unsigned)decoration->bookmarks);
        free(u->number);
        free(u->offset);
    }
    free(u);
    return known;
}
