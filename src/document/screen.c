/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The document as one HTML file: the frame of the page, and its chapters in their order. */
#include <config.h>

#include "initscope/screen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "house_style.h"
#include "html.h"
#include "initscope/file.h"
#include "initscope/sha256.h"
#include "screen_figure.h"
#include "screen_table.h"

static const ins_block *block_at(const ins_section *section, size_t block)
{
    return (const ins_block *)section->blocks.items + block;
}

/* --- Blocks ----------------------------------------------------------------------- */

/* The page while it is written: the marks that occur in the article, those in its charts, and what
 * names a table that has no caption. */
typedef struct page {
    ins_text *out;
    const ins_document *document;
    const char *directory;
    bool *used, *drawn; /* (marks) */
    const char *heading;
    ins_error *error;
} page;

/* Blocks of text, as elements. */
static const struct {
    const char *begin, *end;
} text_blocks[] = {
    [INS_BLOCK_HEADING] = {"<h4>", "</h4>\n"},
    [INS_BLOCK_QUESTION] = {"<p class=\"question\">", "</p>\n"},
    [INS_BLOCK_LEAD] = {"<p class=\"lead\">", "</p>\n"},
    [INS_BLOCK_PARAGRAPH] = {"<p>", "</p>\n"},
    [INS_BLOCK_NOTE] = {"<p class=\"note\">", "</p>\n"},
};

static void add_markup(const page *p, const char *markup)
{
    ins_html_markup(p->out, p->document, markup, p->used);
}

static void add_item(const page *p, const ins_block *block, bool first, bool last)
{
    if (first) ins_text_add(p->out, "<ol class=\"items\">\n");
    ins_text_add(p->out, "<li><b class=\"label\">");
    add_markup(p, block->label);
    ins_text_add(p->out, "</b> ");
    add_markup(p, block->text);
    ins_text_add(p->out, last ? "</li>\n</ol>\n" : "</li>\n");
}

static void add_formulas(const page *p, const ins_block *block)
{
    ins_text_add(p->out, "<div class=\"formulas\">");
    for (size_t i = 0; i < block->count; i++) {
        ins_text_add(p->out, "<p>");
        add_markup(p, block->formulas[i]);
        ins_text_add(p->out, "</p>");
    }
    ins_text_add(p->out, "</div>\n");
}

static void add_link(ins_text *out, const char *slug, const char *text)
{
    ins_text_add_format(out, "<a href=\"#%s\">", slug);
    ins_html_text(out, text);
    ins_text_add(out, "</a>");
}

/* Of the chapters, or of the sections where there is one. */
static void add_contents(const page *p)
{
    const ins_document *document = p->document;
    bool chapters = document->chapters.count > 1;
    size_t count = chapters ? document->chapters.count : document->sections.count;
    ins_text_add(p->out, "<ul class=\"contents\">\n");
    for (size_t i = 0; i < count; i++) {
        ins_text_add(p->out, "<li>");
        if (chapters) {
            const ins_chapter *chapter = ins_chapter_at(document, i);
            add_link(p->out, chapter->slug, chapter->title);
        } else {
            const ins_section *section = ins_section_at(document, i);
            add_link(p->out, section->slug, section->kicker);
        }
        ins_text_add(p->out, "</li>\n");
    }
    ins_text_add(p->out, "</ul>\n");
}

/* Charts have the same arms in panel after panel. */
static void note_drawn(const page *p, const ins_chart *chart)
{
    for (size_t i = 0; i < chart->panels.count; i++) {
        const ins_panel *panel = ((ins_panel *const *)chart->panels.items)[i];
        for (size_t s = 0; s < panel->series.count; s++) {
            int mark = ((ins_series *const *)panel->series.items)[s]->mark;
            if (mark != INS_NO_MARK) p->used[mark] = p->drawn[mark] = true;
        }
    }
}

static bool is_item(const ins_section *section, size_t block)
{
    return block < section->blocks.count && block_at(section, block)->kind == INS_BLOCK_ITEM;
}

static void add_block(page *p, const ins_section *section, size_t index)
{
    const ins_block *block = block_at(section, index);
    switch (block->kind) {
    case INS_BLOCK_ITEM:
        add_item(p, block, index == 0 || !is_item(section, index - 1),
                 !is_item(section, index + 1));
        return;
    case INS_BLOCK_FORMULAS:
        add_formulas(p, block);
        return;
    case INS_BLOCK_TABLE:
        ins_screen_table(p->out, p->document, block->table, p->heading, p->used);
        return;
    case INS_BLOCK_CHART:
        note_drawn(p, block->chart);
        ins_screen_figure(p->out, p->document, block, p->directory, p->used, p->error);
        return;
    case INS_BLOCK_CONTENTS:
        add_contents(p);
        return;
    default:
        break;
    }
    if (block->kind == INS_BLOCK_HEADING) p->heading = block->text;
    ins_text_add(p->out, text_blocks[block->kind].begin);
    add_markup(p, block->text);
    ins_text_add(p->out, text_blocks[block->kind].end);
}

/* --- Articles --------------------------------------------------------------------- */

/* A link of a heading to itself. */
static void add_anchor(ins_text *out, const char *slug, const char *what)
{
    ins_text_add_format(out, "<a class=\"a\" href=\"#%s\" aria-label=\"link to this %s\">#</a>",
                        slug, what);
}

static void add_section(page *p, const ins_section *section)
{
    p->heading = section->title;
    ins_text_add_format(p->out, "<section id=\"%s\"><p class=\"kicker\">", section->slug);
    ins_html_text(p->out, section->kicker);
    ins_text_add(p->out, "</p><h3>");
    add_markup(p, section->title);
    add_anchor(p->out, section->slug, "section");
    ins_text_add(p->out, "</h3>\n");
    for (size_t i = 0; i < section->blocks.count; i++) add_block(p, section, i);
    ins_text_add(p->out, "</section>\n");
}

/* Whether of these marks it is the first of its name. */
static bool is_first(const page *p, const bool *marks, size_t mark)
{
    int same = ins_mark_at(p->document, (int)mark)->same;
    if (!marks[mark]) return false;
    for (size_t i = 0; i < mark; i++)
        if (marks[i] && ins_mark_at(p->document, (int)i)->same == same) return false;
    return true;
}

static void add_numbers(const page *p)
{
    bool first = true;
    for (size_t i = 0; i < p->document->marks.count; i++) {
        if (!is_first(p, p->used, i)) continue;
        ins_text_add_format(p->out, first ? "%d" : " %d", ins_mark_at(p->document, (int)i)->same);
        first = false;
    }
}

static void add_button(ins_text *out, const ins_mark *mark)
{
    ins_text_add_format(out,
                        "<button type=\"button\" class=\"c%u\" data-a=\"%d\" "
                        "aria-pressed=\"true\"><span class=\"sw\"></span>",
                        mark->hue, mark->same);
    ins_html_text(out, mark->whole);
    ins_text_add(out, "</button>");
}

/* What the charts of the article show; without charts there is none. */
static void add_legend(const page *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->document->marks.count; i++) {
        if (!is_first(p, p->drawn, i)) continue;
        if (count++ == 0)
            ins_text_add(p->out, "<div class=\"legend\" role=\"group\" aria-label=\"Initializers: "
                                 "point to light up, press to switch off\">");
        add_button(p->out, ins_mark_at(p->document, (int)i));
    }
    if (count > 0) ins_text_add(p->out, "</div>\n");
}

static size_t end_of_chapter(const ins_document *document, size_t chapter)
{
    return chapter + 1 < document->chapters.count ? ins_chapter_at(document, chapter + 1)->first
                                                  : document->sections.count;
}

/* Of a document of one chapter the band has the title already. The legend stands above what is
 * written before it. */
static void add_article(page *p, size_t index)
{
    const ins_document *document = p->document;
    const ins_chapter *chapter = ins_chapter_at(document, index);
    ins_text body = {0}, *out = p->out;
    bool alone = document->chapters.count == 1;
    memset(p->used, 0, document->marks.count * sizeof *p->used);
    memset(p->drawn, 0, document->marks.count * sizeof *p->drawn);
    p->out = &body;
    for (size_t s = chapter->first; s < end_of_chapter(document, index); s++)
        add_section(p, ins_section_at(document, s));
    p->out = out;
    ins_text_add_format(out, "<article id=\"%s\" data-arms=\"", chapter->slug);
    add_numbers(p);
    ins_text_add(out, alone ? "\"><h2 class=\"vh\">" : "\"><h2>");
    ins_html_text(out, chapter->title);
    if (!alone) add_anchor(out, chapter->slug, "chapter");
    ins_text_add(out, "</h2>\n");
    add_legend(p);
    ins_text_add_bytes(out, body.data, body.length);
    ins_text_add(out, "</article>\n");
    ins_text_free(&body);
}

/* --- The page --------------------------------------------------------------------- */

static void add_navigation(ins_text *out, const ins_document *document)
{
    ins_text_add(out, "<nav class=\"toc\" aria-label=\"Contents\">\n");
    for (size_t c = 0; c < document->chapters.count; c++) {
        const ins_chapter *chapter = ins_chapter_at(document, c);
        ins_text_add(out, c == 0 ? "<details open><summary>" : "<details><summary>");
        add_link(out, chapter->slug, chapter->title);
        ins_text_add(out, "</summary><ul>\n");
        for (size_t s = chapter->first; s < end_of_chapter(document, c); s++) {
            ins_text_add(out, "<li>");
            add_link(out, ins_section_at(document, s)->slug, ins_section_at(document, s)->kicker);
            ins_text_add(out, "</li>\n");
        }
        ins_text_add(out, "</ul></details>\n");
    }
    ins_text_add(out, "</nav>\n");
}

/* What a house style may replace, and the end of the element that it stands in as it is; NULL: it
 * is escaped. */
typedef struct inlay {
    const char *name, *end;
    ins_text text;
} inlay;
enum { LIGHT, DARK, SCRIPT, STYLE, INLAYS };

static bool holds(const ins_text *text, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= text->length; i++)
        if (strncasecmp(text->data + i, word, length) == 0) return true;
    return false;
}

/* A browser hashes lines as they end in a page, and reads no further than the end of an element; a
 * comment of the page would change where a script ends. */
static ins_status read_inlay(inlay *of, ins_error *error)
{
    ins_text *text = &of->text;
    size_t length = 0;
    if (ins_house_style(of->name, text, error) != INS_OK) return error->status;
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] != '\r') text->data[length++] = text->data[i];
    text->length = length;
    if (of->end == NULL) return INS_OK;
    const char *wrong = holds(text, of->end) ? of->end : holds(text, "<!--") ? "<!--" : NULL;
    if (wrong == NULL) return INS_OK;
    return ins_error_add(error, INS_OUTPUT, "reports/%s: cannot be part of a page (it has \"%s\")",
                         of->name, wrong);
}

static ins_status read_inlays(inlay inlays[INLAYS], ins_error *error)
{
    for (size_t i = 0; i < INLAYS; i++)
        if (read_inlay(&inlays[i], error) != INS_OK) break;
    return error->status;
}

static void add_policy(ins_text *out, const inlay inlays[INLAYS])
{
    char script[INS_SHA256_BASE64], light[INS_SHA256_BASE64], dark[INS_SHA256_BASE64];
    ins_text_add_format(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
        "'sha256-%s'; style-src 'sha256-%s' 'sha256-%s'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'\">\n",
        ins_sha256_base64(script, inlays[SCRIPT].text.data, inlays[SCRIPT].text.length),
        ins_sha256_base64(light, inlays[LIGHT].text.data, inlays[LIGHT].text.length),
        ins_sha256_base64(dark, inlays[DARK].text.data, inlays[DARK].text.length));
}

static void add_inlay(ins_text *out, const char *begin, const inlay *of)
{
    ins_text_add(out, begin);
    ins_text_add_bytes(out, of->text.data, of->text.length);
    ins_text_add_format(out, "%s>\n", of->end);
}

static void add_head(ins_text *out, const ins_document *document, const inlay inlays[INLAYS])
{
    ins_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    add_policy(out, inlays);
    ins_text_add(out, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    ins_html_text(out, document->title);
    ins_text_add(out, "</title>\n");
    add_inlay(out, "<style>", &inlays[LIGHT]);
    add_inlay(out, "<style id=\"dark\" media=\"screen and (prefers-color-scheme:dark)\">",
              &inlays[DARK]);
    ins_text_add(out, "</head>\n");
}

static void add_band(ins_text *out, const ins_document *document)
{
    ins_text_add_format(out,
                        "<a class=\"skip\" href=\"#%s\">Skip to the text</a>\n"
                        "<header class=\"band\"><div><p class=\"kicker\">initscope</p><h1>",
                        ins_chapter_at(document, 0)->slug);
    ins_html_text(out, document->title);
    ins_text_add(out, "</h1><p>");
    ins_html_text(out, document->subtitle);
    ins_text_add(out, "</p></div></header>\n");
}

static void add_page(page *p, const inlay inlays[INLAYS])
{
    ins_text *out = p->out;
    add_head(out, p->document, inlays);
    ins_text_add(out, "<body>\n");
    add_band(out, p->document);
    ins_text_add(out, "<div class=\"frame\">\n");
    add_navigation(out, p->document);
    ins_text_add(out, "<main>\n");
    for (size_t c = 0; c < p->document->chapters.count; c++) add_article(p, c);
    ins_text_add(out, "<p class=\"foot\">");
    ins_html_text(out, p->document->footer);
    ins_text_add(out, "</p>\n</main>\n</div>\n<pre id=\"style-gp\" hidden>\n");
    ins_html_text(out, inlays[STYLE].text.data);
    ins_text_add(out, "</pre>\n");
    add_inlay(out, "<script>", &inlays[SCRIPT]);
    ins_text_add(out, "</body>\n</html>\n");
}

ins_status ins_screen_write(const ins_document *document, const char *directory, ins_error *error)
{
    inlay inlays[INLAYS] = {[LIGHT] = {"web/report.css", "</style", {0}},
                            [DARK] = {"web/dark.css", "</style", {0}},
                            [SCRIPT] = {"web/report.js", "</script", {0}},
                            [STYLE] = {"style.gp", NULL, {0}}};
    ins_text out = {0};
    page p = {.out = &out,
              .document = document,
              .directory = directory,
              .used = ins_allocate(document->marks.count + 1, sizeof *p.used, "a page"),
              .drawn = ins_allocate(document->marks.count + 1, sizeof *p.drawn, "a page"),
              .error = error};
    if (read_inlays(inlays, error) == INS_OK) add_page(&p, inlays);
    if (error->status == INS_OK) {
        char *path = ins_path_join(directory, "report.html");
        ins_file_stage(path, out.data, out.length, error);
        free(path);
    }
    for (size_t i = 0; i < INLAYS; i++) ins_text_free(&inlays[i].text);
    ins_text_free(&out);
    free(p.used);
    free(p.drawn);
    return error->status;
}
