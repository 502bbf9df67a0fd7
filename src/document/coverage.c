/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The characters of all fonts, as ranges that fontconfig's fc-list tells. */
#include <config.h>

#include "initscope/coverage.h"

#include <stdlib.h>

#include <unistd.h>

#include "font_widths.h"
#include "initscope/memory.h"
#include "program.h"

/* Thousands of fonts say tens of kilobytes each. */
enum { MOST_BYTES = 1 << 26, SECONDS = 20 };

typedef struct range {
    uint32_t first, last;
} range;

struct ins_coverage {
    size_t count;
    range *range; /* (count) sorted by first; none touches another */
};

/* "20-7e a0 131 ...": a line of ranges a font, most of which other fonts have as well. */
static void take_ranges(const char *text, ins_coverage *coverage)
{
    size_t capacity = 0;
    while (*text != '\0') {
        char *end;
        unsigned long first = strtoul(text, &end, 16), last = first;
        if (end == text) {
            text++;
            continue;
        }
        if (*end == '-') last = strtoul(end + 1, &end, 16);
        if (coverage->count == capacity) {
            capacity = 2 * capacity + 256;
            coverage->range =
                ins_reallocate(coverage->range, capacity, sizeof *coverage->range, "fonts");
        }
        coverage->range[coverage->count++] = (range){(uint32_t)first, (uint32_t)last};
        text = end;
    }
}

static int by_first(const void *a, const void *b)
{
    const range *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static void unite(ins_coverage *coverage)
{
    size_t kept = 0;
    if (coverage->count == 0) return;
    qsort(coverage->range, coverage->count, sizeof *coverage->range, by_first);
    for (size_t i = 1; i < coverage->count; i++) {
        range *before = &coverage->range[kept], next = coverage->range[i];
        if (next.first > before->last) {
            coverage->range[++kept] = next;
        } else if (next.last > before->last) {
            before->last = next.last;
        }
    }
    coverage->count = kept + 1;
}

ins_coverage *ins_coverage_ask(void)
{
    static const char *const arguments[] = {"fc-list", "--format", "%{charset}\n", NULL};
    ins_coverage *coverage = ins_allocate(1, sizeof *coverage, "fonts");
    ins_error ignored = {0};
    ins_text said = {0};
    char *path = ins_program_find("fc-list");
    const ins_program program = {path, arguments, STDOUT_FILENO};
    if (path != NULL &&
        ins_programs_run(&program, 1, "/", SECONDS, MOST_BYTES, &said, &ignored) == INS_OK) {
        take_ranges(said.data, coverage);
        unite(coverage);
    }
    ins_text_free(&said);
    free(path);
    return coverage;
}

void ins_coverage_free(ins_coverage *coverage)
{
    if (coverage == NULL) return;
    free(coverage->range);
    free(coverage);
}

/* The marks that choose between two shapes of the character before them are never drawn. */
static bool is_selector(uint32_t code)
{
    return code >= 0xFE00 && code < 0xFE10;
}

bool ins_coverage_has(const ins_coverage *coverage, uint32_t code)
{
    if (coverage == NULL || is_selector(code) || ins_glyph_of(code) != NULL) return true;
    for (size_t i = 0; i < coverage->count && coverage->range[i].first <= code; i++) {
        if (code <= coverage->range[i].last) return true;
    }
    return false;
}
