/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is on the pages of a report, read from the files that gnuplot draws: of each line of text
 * its place, and the rectangle that it takes by the font's own widths. */
#ifndef DRAWN_PAGES_H
#define DRAWN_PAGES_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "scratch.h"

#include "initscope/memory.h"
#include "initscope/text.h"

typedef struct line {
    size_t page;     /* from 1 */
    unsigned colour; /* 0xRRGGBB */
    double left, right, top, bottom;
    char text[512];
} line;

typedef struct pages {
    size_t count, lines;
    line *line; /* from top to bottom, page by page */
} pages;

/* A file of the scratch directory. */
static inline ins_text drawn_file(const char *name)
{
    ins_text text = {0};
    ins_error error = {0};
    ck_assert_msg(ins_file_read(at(name), &text, INS_OUTPUT, &error) == INS_OK, "%s", name);
    return text;
}

/* The cell in quotes, one level of backslashes and doubled quotes taken away. */
static inline const char *drawn_cell(const char *c, char *out, size_t size)
{
    size_t length = 0;
    ck_assert_int_eq(*c, '"');
    for (c++; *c != '"' || c[1] == '"'; c++) {
        if ((*c == '"' && c[1] == '"') || (*c == '\\' && c[1] == '\\')) c++;
        if (length + 1 < size) out[length++] = *c;
    }
    out[length] = '\0';
    return c + 1;
}

static inline int drawn_order(const void *a, const void *b)
{
    const line *x = a, *y = b;
    const double same = 0.3; /* mm: sizes of type beside each other have one baseline */
    if (x->page != y->page) return x->page < y->page ? -1 : 1;
    if (fabs(x->bottom - y->bottom) > same) return x->bottom < y->bottom ? -1 : 1;
    return (x->left > y->left) - (x->left < y->left);
}

/* The pages in a folder of the scratch directory. */
static inline pages drawn_pages(const char *folder)
{
    enum { MOST = 20000 };
    pages p = {.line = ins_allocate(MOST, sizeof *p.line, "lines")};
    char name[128];
    for (;; p.count++) {
        snprintf(name, sizeof name, "%s/%02zu-text.csv", folder, p.count + 1);
        if (!ins_path_exists(at(name))) break;
        ins_text text = drawn_file(name);
        for (const char *c = strchr(text.data, '\n') + 1; *c != '\0'; c++) {
            line *l = &p.line[p.lines++];
            int read = 0;
            ck_assert_uint_lt(p.lines, MOST);
            l->page = p.count + 1;
            ck_assert_int_eq(sscanf(c, "%*[^,],%*[^,],%*[^,],%u,%lf,%lf,%lf,%lf,%n", &l->colour,
                                    &l->left, &l->right, &l->top, &l->bottom, &read),
                             5);
            c = drawn_cell(c + read, l->text, sizeof l->text);
            ck_assert_int_eq(*c, '\n');
        }
        ins_text_free(&text);
    }
    ck_assert_uint_gt(p.count, 0);
    qsort(p.line, p.lines, sizeof *p.line, drawn_order);
    return p;
}

static inline void drawn_free(pages *p)
{
    free(p->line);
}

/* The first line that holds text; the test fails when there is none. */
static inline const line *drawn_find(const pages *p, const char *text)
{
    for (size_t i = 0; i < p->lines; i++)
        if (strstr(p->line[i].text, text) != NULL) return &p->line[i];
    ck_abort_msg("\"%s\" is on no page", text);
    return NULL;
}

/* How many lines are text. */
static inline size_t drawn_count(const pages *p, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < p->lines; i++) n += strcmp(p->line[i].text, text) == 0;
    return n;
}

/* All that the pages say, from top to bottom, with a blank between lines and between the cells of a
 * row, and without gnuplot's markup: bold and scripts. Release with ins_text_free(). */
static inline ins_text drawn_said(const pages *p)
{
    static const char bold[] = "{/:Bold ";
    ins_text out = {0};
    ins_text_add(&out, "");
    for (size_t i = 0; i < p->lines; i++) {
        for (const char *c = p->line[i].text; *c != '\0'; c++) {
            if (strncmp(c, bold, strlen(bold)) == 0) {
                c += strlen(bold) - 1;
            } else if (strchr("\\{}", *c) == NULL && !((*c == '_' || *c == '^') && c[1] == '{')) {
                ins_text_add_bytes(&out, c, 1);
            }
        }
        ins_text_add(&out, " ");
    }
    return out;
}

#endif
