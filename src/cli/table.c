/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of texts in aligned columns. On a terminal cells are wrapped to its width; elsewhere a
 * row is one line, for grep and awk. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"
#include "initscope/text.h"

enum { GAP = 2, NARROWEST = 80, WORD_COLUMN = 14 };

/* Characters, not bytes. */
static size_t width_of(const char *text, size_t length)
{
    size_t width = 0;
    for (size_t i = 0; i < length; i++) width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

size_t ins_terminal_columns(int fd)
{
    struct winsize size;
    if (!isatty(fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return NARROWEST;
}

static size_t longest_word(const char *text)
{
    size_t longest = 0;
    while (*(text += strspn(text, " "))) {
        size_t length = strcspn(text, " "), width = width_of(text, length);
        if (width > longest) longest = width;
        text += length;
    }
    return longest;
}

static size_t total_of(const size_t *widths, size_t columns)
{
    size_t total = 0;
    for (size_t c = 0; c < columns; c++) total += widths[c] + (c > 0 ? GAP : 0);
    return total;
}

/* The widest column that is wider than its floor; 0, the names, stays whole: there is none. */
static size_t widest_of(const size_t *widths, const size_t *floors, size_t columns)
{
    size_t widest = 0;
    for (size_t c = 1; c < columns; c++)
        if (widths[c] > floors[c] && (widest == 0 || widths[c] > widths[widest])) widest = c;
    return widest;
}

static void choose_widths(const ins_listing *listing, size_t *widths)
{
    size_t columns = listing->columns, words[INS_LISTING_COLUMNS] = {0};
    for (size_t c = 0; c < columns; c++) widths[c] = 0;
    for (size_t i = 0; i < listing->rows * columns; i++) {
        const char *cell = listing->cell[i];
        size_t width = width_of(cell, strlen(cell)), word = longest_word(cell), c = i % columns;
        if (width > widths[c]) widths[c] = width;
        if (word > words[c]) words[c] = word;
    }
    size_t room = ins_terminal_columns(STDOUT_FILENO);
    if (room == 0) return;
    if (room < NARROWEST) room = NARROWEST;
    /* The widest column gives way first, and words are cut last. */
    while (total_of(widths, columns) > room) {
        size_t widest = widest_of(widths, words, columns);
        if (widest == 0) {
            for (size_t c = 0; c < columns; c++)
                words[c] = words[c] < WORD_COLUMN ? words[c] : WORD_COLUMN;
            widest = widest_of(widths, words, columns);
        }
        if (widest == 0) return;
        widths[widest]--;
    }
}

/* Bytes of text that stand on one line of this width; a word that is too long is cut. */
static size_t line_length(const char *text, size_t width)
{
    size_t length = 0, good = 0, used = 0;
    for (; text[length]; length++) {
        if (text[length] == ' ') good = length;
        used += ((unsigned char)text[length] & 0xC0) != 0x80;
        if (used > width) return good > 0 ? good : length;
    }
    return length;
}

static void print_row(const char **cell, size_t columns, const size_t *widths)
{
    const char *rest[INS_LISTING_COLUMNS];
    bool more = true;
    for (size_t c = 0; c < columns; c++) rest[c] = cell[c];
    while (more) {
        size_t blanks = 0; /* not printed before the next text: no line ends with them */
        more = false;
        for (size_t c = 0; c < columns; c++) {
            size_t length = line_length(rest[c], widths[c]);
            if (length > 0) {
                printf("%*s%.*s", (int)blanks, "", (int)length, rest[c]);
                blanks = 0;
            }
            blanks += widths[c] - width_of(rest[c], length) + GAP;
            rest[c] += length;
            rest[c] += strspn(rest[c], " ");
            more = more || *rest[c];
        }
        putchar('\n');
    }
}

void ins_listing_add(ins_listing *listing, ins_arena *arena, const char *const *cells)
{
    if (listing->rows == listing->capacity) {
        size_t capacity = listing->capacity ? 2 * listing->capacity : 64;
        const char **grown = ins_arena_get(
            arena, ins_multiply(capacity, listing->columns, "a list"), sizeof *grown, "a list");
        if (listing->rows > 0)
            memcpy(grown, listing->cell, listing->rows * listing->columns * sizeof *grown);
        listing->cell = grown;
        listing->capacity = capacity;
    }
    for (size_t c = 0; c < listing->columns; c++)
        listing->cell[listing->rows * listing->columns + c] = cells[c] ? cells[c] : "";
    listing->rows++;
}

void ins_listing_print(const ins_listing *listing)
{
    size_t widths[INS_LISTING_COLUMNS];
    choose_widths(listing, widths);
    for (size_t i = 0; i < listing->rows; i++)
        print_row(listing->cell + i * listing->columns, listing->columns, widths);
}
