/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report says: lists of chapters, sections and blocks. */
#include <config.h>

#include "initscope/document.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/layout.h"
#include "initscope/text.h"
#include "thinning.h"

ins_document *ins_document_new(const char *title, const char *subtitle, const char *footer,
                               const ins_coverage *coverage)
{
    ins_arena *arena = ins_arena_new();
    ins_document *document = ins_arena_get(arena, 1, sizeof *document, "a document");
    *document = (ins_document){.arena = arena,
                               .title = title,
                               .subtitle = subtitle,
                               .footer = footer,
                               .coverage = coverage};
    return document;
}

void ins_document_free(ins_document *document)
{
    if (document != NULL) ins_arena_free(document->arena); /* which it lives in itself */
}

int ins_document_mark(ins_document *document, const ins_mark *mark)
{
    ins_mark *added = ins_list_add(document->arena, &document->marks, sizeof *added);
    *added = *mark;
    added->same = 0;
    added->number = (int)document->marks.count - 1;
    while (strcmp(ins_mark_at(document, added->same)->whole, added->whole) != 0) added->same++;
    return added->number;
}

const ins_mark *ins_mark_at(const ins_document *document, int mark)
{
    return (const ins_mark *)document->marks.items + mark;
}

ins_series *ins_mark_series(ins_chart *chart, ins_panel *panel, ins_series_kind kind,
                            const char *name, const ins_mark *mark)
{
    ins_series *series = ins_panel_series(chart, panel, kind, name, mark->colour, mark->ink);
    series->mark = mark->number;
    return series;
}

void ins_mark_panel(ins_panel *panel, const ins_mark *mark)
{
    panel->ink = mark->ink;
    panel->mark = mark->number;
}

const char *ins_mark_text(ins_document *document, int mark)
{
    return ins_arena_format(document->arena, "%c%d%c", INS_MARK_BEGINS, mark, INS_MARK_ENDS);
}

const char *ins_marks_written(const ins_document *document, ins_arena *arena, const char *markup)
{
    if (strchr(markup, INS_MARK_BEGINS) == NULL) return markup;
    ins_text out = {0};
    for (const char *c = markup; *c != '\0'; c++) {
        if (*c != INS_MARK_BEGINS) {
            ins_text_add_bytes(&out, c, 1);
            continue;
        }
        char *end;
        long mark = strtol(c + 1, &end, 10);
        ins_text_add(
            &out, ins_escape(arena, document->coverage, ins_mark_at(document, (int)mark)->prose));
        c = end;
    }
    char *written = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return written;
}

const char *ins_document_format(ins_document *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *out = ins_arena_format_list(document->arena, format, arguments);
    va_end(arguments);
    return out;
}

const char *ins_document_clean(ins_document *document, const char *text)
{
    return ins_clean(document->arena, document->coverage, text);
}

const char *ins_document_escape(ins_document *document, const char *text)
{
    return ins_escape(document->arena, document->coverage, text);
}

const ins_chapter *ins_chapter_at(const ins_document *document, size_t chapter)
{
    return (const ins_chapter *)document->chapters.items + chapter;
}

const ins_section *ins_section_at(const ins_document *document, size_t section)
{
    return (const ins_section *)document->sections.items + section;
}

size_t ins_section_of(const ins_document *document, const char *slug)
{
    for (size_t i = 0; i < document->sections.count; i++)
        if (strcmp(ins_section_at(document, i)->slug, slug) == 0) return i;
    return SIZE_MAX;
}

static bool is_taken(const ins_document *document, const char *slug)
{
    const char *const *taken = document->slugs.items;
    for (size_t i = 0; i < document->slugs.count; i++)
        if (strcmp(taken[i], slug) == 0) return true;
    return false;
}

const char *ins_document_slug(ins_document *document, const char *text)
{
    char *slug = ins_arena_copy(document->arena, text, strlen(text));
    size_t length = 0;
    for (const char *c = text; *c != '\0'; c++) {
        char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        bool kept = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        if (kept) {
            slug[length++] = lower;
        } else if (length > 0 && slug[length - 1] != '-') {
            slug[length++] = '-';
        }
    }
    while (length > 0 && slug[length - 1] == '-') length--;
    slug[length] = '\0';
    const char *tried = length > 0 ? slug : "part";
    for (size_t n = 2; is_taken(document, tried); n++)
        tried = ins_arena_format(document->arena, "%s-%zu", length > 0 ? slug : "part", n);
    const char **taken = ins_list_add(document->arena, &document->slugs, sizeof *taken);
    return *taken = tried;
}

void ins_chapter_begin(ins_document *document, const char *slug, const char *title)
{
    ins_chapter *chapter = ins_list_add(document->arena, &document->chapters, sizeof *chapter);
    *chapter = (ins_chapter){slug, title, document->sections.count};
}

void ins_section_begin(ins_document *document, const char *slug, const char *kicker,
                       const char *title, bool fresh)
{
    const ins_chapter *chapter = ins_chapter_at(document, document->chapters.count - 1);
    const char *unique = ins_document_slug(
        document, ins_arena_format(document->arena, "%s-%s", chapter->slug, slug));
    ins_section *section = ins_list_add(document->arena, &document->sections, sizeof *section);
    *section = (ins_section){.slug = unique,
                             .kicker = kicker,
                             .title = title,
                             .fresh = fresh,
                             .chapter = document->chapters.count - 1};
}

static ins_block *add(ins_document *document, ins_block_kind kind, const char *text)
{
    ins_section *section = (ins_section *)document->sections.items + document->sections.count - 1;
    ins_block *block = ins_list_add(document->arena, &section->blocks, sizeof *block);
    *block = (ins_block){.kind = kind, .text = text};
    return block;
}

void ins_add_heading(ins_document *document, const char *text)
{
    add(document, INS_BLOCK_HEADING, text);
}

void ins_add_question(ins_document *document, const char *text)
{
    add(document, INS_BLOCK_QUESTION, text);
}

void ins_add_lead(ins_document *document, const char *text)
{
    add(document, INS_BLOCK_LEAD, text);
}

void ins_add_paragraph(ins_document *document, const char *text)
{
    add(document, INS_BLOCK_PARAGRAPH, text);
}

void ins_add_note(ins_document *document, const char *text)
{
    add(document, INS_BLOCK_NOTE, text);
}

void ins_add_item(ins_document *document, const char *label, const char *text)
{
    add(document, INS_BLOCK_ITEM, text)->label = label;
}

void ins_add_formulas(ins_document *document, const char *const *formulas, size_t count)
{
    ins_block *block = add(document, INS_BLOCK_FORMULAS, "");
    block->formulas = formulas;
    block->count = count;
}

void ins_add_contents(ins_document *document)
{
    add(document, INS_BLOCK_CONTENTS, "");
}

ins_cell ins_cell_of(const char *text)
{
    return (ins_cell){.text = text, .mark = INS_NO_MARK, .grade = {INS_NO_GRADE, INS_NO_GRADE}};
}

ins_table_block *ins_add_table(ins_document *document, const ins_table_column *column,
                               size_t columns, size_t rows)
{
    ins_arena *arena = document->arena;
    ins_table_block *table = ins_arena_get(arena, 1, sizeof *table, "a table");
    ins_table_column *kept = ins_arena_get(arena, columns, sizeof *kept, "a table");
    memcpy(kept, column, columns * sizeof *kept);
    *table = (ins_table_block){.columns = columns, .rows = rows, .column = kept, .reference = NAN};
    table->cell = ins_arena_get(arena, ins_multiply(columns, rows, "a table") + 1,
                                sizeof *table->cell, "a table");
    for (size_t i = 0; i < columns * rows; i++) table->cell[i] = ins_cell_of(NULL);
    add(document, INS_BLOCK_TABLE, "")->table = table;
    return table;
}

bool ins_leads_elsewhere(const ins_table_block *table, size_t column)
{
    size_t links = 0;
    for (size_t r = 0; r < table->rows; r++) {
        const ins_cell *cell = ins_table_cell(table, r, column);
        if (cell->text != NULL) return false;
        links += cell->link != NULL;
    }
    return links > 0 && table->column[column].title == NULL;
}

size_t ins_add_chart(ins_document *document, ins_chart *chart, const char *caption)
{
    ins_block *block = add(document, INS_BLOCK_CHART, caption);
    const ins_chapter *chapter = ins_chapter_at(document, document->chapters.count - 1);
    block->chart = chart;
    chart->thinned = ins_thin_chart(chart, INS_CHART_WIDTH) > 0;
    block->slug = ins_document_slug(
        document, ins_arena_format(document->arena, "%s-fig-%s", chapter->slug, chart->name));
    return block->number = ++document->charts;
}
