/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a log as cells. */
#include <config.h>

#include "sheets.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/columns.h"
#include "initscope/file.h"

/* The bytes of a cell: up to a comma or the end of the line that is not in quotes. */
static size_t cell_length(const char *at)
{
    bool quoted = false;
    size_t length = 0;
    for (; at[length] != '\0'; length++) {
        if (at[length] == '"') quoted = !quoted;
        if (!quoted && (at[length] == ',' || at[length] == '\n')) break;
    }
    return length;
}

static size_t count_columns(const char *text)
{
    size_t columns = 1;
    for (;;) {
        text += cell_length(text);
        if (*text != ',') return columns;
        text++, columns++;
    }
}

static size_t count_rows(const char *text)
{
    size_t rows = 0;
    for (; *text != '\0'; text++) rows += *text == '\n';
    return rows + 1;
}

static void take_cells(sheet *of, const char *text, ins_arena *arena)
{
    const bool lines = strcmp(of->name, "experiment.ini") == 0;
    of->columns = lines ? 1 : count_columns(text);
    of->cell =
        ins_arena_get(arena, count_rows(text) * of->columns, sizeof *of->cell, "cells of a log");
    for (; *text != '\0'; of->rows++)
        for (size_t c = 0; c < of->columns; c++) {
            const size_t length = lines ? strcspn(text, "\n") : cell_length(text);
            *sheet_cell(of, of->rows, c) = ins_arena_copy(arena, text, length);
            text += length + (text[length] != '\0');
        }
}

static void read_sheet(sheets *in, const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    ins_text text = {0};
    if (ins_path_exists(path) && ins_file_read(path, &text, INS_DATA, NULL) == INS_OK) {
        sheet *now = &in->item[in->count++];
        *now =
            (sheet){.name = name, .before = "", .end = "\n", .separator = ',', .bytes = SIZE_MAX};
        take_cells(now, text.data, in->arena);
    }
    ins_text_free(&text);
    free(path);
}

sheets sheets_read(const char *directory, ins_arena *arena)
{
    sheets in = {.arena = arena};
    for (int i = 0; i < INS_LOG_FILES; i++) read_sheet(&in, directory, ins_log_tables[i].file);
    read_sheet(&in, directory, "experiment.ini");
    if (in.count == 0) ins_die("%s: no file of a log", directory);
    return in;
}

sheets sheets_copy(const sheets *from, ins_arena *arena)
{
    sheets copy = *from;
    copy.arena = arena;
    for (size_t s = 0; s < copy.count; s++) {
        sheet *now = &copy.item[s];
        const size_t cells = now->rows * now->columns;
        const char **cell = ins_arena_get(arena, cells + 1, sizeof *cell, "cells of a log");
        if (cells > 0) memcpy(cell, now->cell, cells * sizeof *cell);
        now->cell = cell;
    }
    return copy;
}

static void add_cell(ins_text *out, const sheet *of, const char *cell)
{
    const bool quotes = of->separator != ',' && strchr(cell, of->separator) != NULL && *cell != '"';
    ins_text_add_format(out, quotes ? "\"%s\"" : "%s", cell);
}

static void write_sheet(const sheet *of, const char *directory)
{
    ins_text text = {0};
    ins_text_add(&text, of->before);
    for (size_t r = 0; r < of->rows; r++)
        for (size_t c = 0; c < of->columns; c++) {
            add_cell(&text, of, *sheet_cell(of, r, c));
            if (c + 1 < of->columns)
                ins_text_add_bytes(&text, &of->separator, 1);
            else
                ins_text_add(&text, of->end);
        }
    char *path = ins_path_join(directory, of->name);
    const size_t length = text.length < of->bytes ? text.length : of->bytes;
    if (ins_file_stage(path, text.data, length, NULL) != INS_OK) ins_die("%s: not written", path);
    free(path);
    ins_text_free(&text);
}

void sheets_write(const sheets *from, const char *directory)
{
    for (size_t s = 0; s < from->count; s++)
        if (!from->item[s].missing) write_sheet(&from->item[s], directory);
}

sheet *sheets_named(sheets *in, const char *name)
{
    for (size_t s = 0; s < in->count; s++)
        if (strcmp(in->item[s].name, name) == 0) return in->item[s].missing ? NULL : &in->item[s];
    return NULL;
}

size_t sheet_column(const sheet *of, const char *name)
{
    size_t c = 0;
    while (of->rows > 0 && c < of->columns && strcmp(*sheet_cell(of, 0, c), name) != 0) c++;
    return of->rows > 0 ? c : of->columns;
}

void sheet_select(sheet *of, const size_t *rows, size_t row_count, const size_t *columns,
                  size_t column_count, ins_arena *arena)
{
    const char **cell =
        ins_arena_get(arena, row_count * column_count + 1, sizeof *cell, "cells of a log");
    for (size_t r = 0; r < row_count; r++)
        for (size_t c = 0; c < column_count; c++)
            cell[r * column_count + c] = *sheet_cell(of, rows[r], columns[c]);
    of->cell = cell;
    of->rows = row_count;
    of->columns = column_count;
}
