/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and texts out of a log on a page for a screen: whatever they are, the page has the elements
 * that it has with "x" in their place, and no control character. Of what gnuplot is given, only
 * letters that mean nothing to it are left as they are.
 *
 * The lines of an input are a title, a paragraph and a cell, and the name of an arm. */
#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "initscope/document.h"
#include "initscope/file.h"
#include "initscope/gnuplot.h"
#include "initscope/memory.h"
#include "initscope/screen.h"

enum { LINES = 3 };

static void add_table(ins_document *document, const char *text, int mark)
{
    static const ins_table_column columns[] = {{.title = "A"}, {.title = "B", .wrap = true}};
    ins_table_block *table = ins_add_table(document, columns, 2, 1);
    *ins_table_cell(table, 0, 0) = ins_cell_of(text);
    *ins_table_cell(table, 0, 1) = ins_cell_of(ins_mark_text(document, mark));
    ins_table_cell(table, 0, 0)->mark = mark;
}

/* The page, with its texts as a report has them. */
static ins_text make_page(const char *const line[LINES])
{
    ins_arena *arena = ins_arena_new();
    ins_error error = {0};
    ins_text page = {0};
    ins_document *document =
        ins_document_new(ins_clean(arena, NULL, line[0]), "Subtitle", "Footer", NULL);
    const char *name = ins_clean(arena, NULL, line[2]);
    const char *text = ins_document_escape(document, line[1]);
    const ins_mark mark = {.name = name, .prose = name, .whole = name, .hue = 3};
    const int number = ins_document_mark(document, &mark);
    ins_chapter_begin(document, ins_document_slug(document, line[0]),
                      ins_document_clean(document, line[0]));
    ins_section_begin(document, ins_document_slug(document, "section"), "Kicker", text, true);
    ins_add_paragraph(document, text);
    ins_add_item(document, "1", ins_mark_text(document, number));
    add_table(document, text, number);
    ins_directory_make(fuzz_path("page"), &error);
    ins_screen_write(document, fuzz_path("page"), &error);
    fuzz_expect(error.status == INS_OK && ins_file_read(fuzz_path("page/report.html"), &page,
                                                        INS_OUTPUT, &error) == INS_OK,
                "the page is written");
    ins_document_free(document);
    ins_arena_free(arena);
    return page;
}

/* The page without what stands between elements and in quotes. */
static ins_text skeleton_of(const ins_text *page)
{
    ins_text out = {0};
    bool inside = false, quoted = false;
    for (size_t i = 0; i < page->length; i++) {
        const char c = page->data[i];
        fuzz_expect((unsigned char)c >= ' ' || c == '\n', "there is no control character");
        if (!inside && c == '<') inside = true;
        if (inside && !quoted) ins_text_add_bytes(&out, &c, 1);
        if (inside && c == '"') quoted = !quoted;
        if (inside && !quoted && c == '>') inside = false;
    }
    return out;
}

static void check_gnuplot(const char *text)
{
    ins_text out = {0};
    ins_gnuplot_string(&out, text);
    fuzz_expect(out.length >= 2 && out.data[0] == '"' && out.data[out.length - 1] == '"',
                "it is in quotes");
    for (size_t i = 1; i + 1 < out.length; i++)
        fuzz_expect(strchr("\"`$@{}'\n%^_~&", out.data[i]) == NULL || out.data[i] == '_',
                    "what means something to gnuplot is a number");
    ins_text_free(&out);
}

/* Of the page with "x" for every text; made once. */
static const char *plain_skeleton(void)
{
    static const char *const plain[LINES] = {"x", "x", "x"};
    static char *kept;
    if (kept == NULL) {
        ins_text page = make_page(plain), skeleton = skeleton_of(&page);
        kept = ins_duplicate(skeleton.data);
        ins_text_free(&page);
        ins_text_free(&skeleton);
    }
    return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size);
    const char *line[LINES] = {"", "", ""};
    char *at = bytes.data;
    for (size_t i = 0; i < LINES && at != NULL; i++) {
        line[i] = at;
        at = i + 1 < LINES ? strchr(at, '\n') : NULL;
        if (at != NULL) *at++ = '\0';
    }
    ins_text page = make_page(line), skeleton = skeleton_of(&page);
    fuzz_expect(strcmp(skeleton.data, plain_skeleton()) == 0, "names are no markup");
    for (size_t i = 0; i < LINES; i++) check_gnuplot(line[i]);
    ins_text_free(&page);
    ins_text_free(&skeleton);
    ins_text_free(&bytes);
    return 0;
}
