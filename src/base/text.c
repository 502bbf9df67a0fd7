/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, its hash, and the name nearest to a mistyped one. */
#include <config.h>

#include "initscope/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/error.h"
#include "initscope/memory.h"

/* Room for length more bytes and the NUL. */
static void reserve(ins_text *text, size_t length)
{
    size_t need = ins_sum(ins_sum(text->length, length, "a text"), 1, "a text");

    if (need <= text->capacity) return;

    size_t capacity = text->capacity ? text->capacity : 64;

    while (capacity < need) capacity = ins_multiply(capacity, 2, "a text");
    text->data = ins_reallocate(text->data, capacity, 1, "a text");
    text->capacity = capacity;
}

void ins_text_add(ins_text *text, const char *piece)
{
    ins_text_add_bytes(text, piece, strlen(piece));
}

void ins_text_add_bytes(ins_text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    if (length > 0) memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

__attribute__((format(printf, 2, 0))) static void add_formatted(ins_text *text, const char *format,
                                                                va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) ins_die("a text could not be formatted");

    reserve(text, (size_t)length);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void ins_text_add_format(ins_text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_formatted(text, format, arguments);
    va_end(arguments);
}

void ins_text_add_line(ins_text *text, const char *format, ...)
{
    ins_text raw = {0};
    va_list arguments;

    va_start(arguments, format);
    add_formatted(&raw, format, arguments);
    va_end(arguments);

    /* A byte becomes four at most. */
    size_t room = ins_multiply(raw.length + 1, 4, "a line");

    reserve(text, room);
    ins_make_safe(text->data + text->length, room, raw.data, raw.length);
    text->length += strlen(text->data + text->length);
    ins_text_add(text, "\n");
    ins_text_free(&raw);
}

void ins_text_add_word(ins_text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=./:,@%";

    if (word[0] && word[strspn(word, plain)] == '\0') {
        ins_text_add(text, word);
        return;
    }
    ins_text_add(text, "'");
    for (const char *byte = word; *byte; byte++)
        if (*byte == '\'')
            ins_text_add(text, "'\\''");
        else
            ins_text_add_bytes(text, byte, 1);
    ins_text_add(text, "'");
}

void ins_text_clear(ins_text *text)
{
    text->length = 0;
    if (text->data) text->data[0] = '\0';
}

void ins_text_free(ins_text *text)
{
    free(text->data);
    *text = (ins_text){0};
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Longer names than this are never mistyped ones of ours. */
enum { LONGEST_NAME = 64 };

/* Edit distance (insertions, deletions, substitutions, neighbours exchanged), letter case ignored.
 */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST_NAME + 1], *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++) row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *free_row = before;

        before = last;
        last = row;
        row = free_row;
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t best = last[j - 1] + (x != y);

            if (last[j] + 1 < best) best = last[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return row[b_length];
}

/* Fewer letters begin too many names. */
enum { SHORTEST_BEGINNING = 3 };

/* The shortest of the names that begin with text, or NULL. */
static const char *begun_by(const char *text, size_t length, const char *const *names)
{
    const char *shortest = NULL;

    for (; length >= SHORTEST_BEGINNING && *names; names++) {
        size_t same = 0;

        while (same < length && lower((*names)[same]) == lower(text[same])) same++;
        if (same == length && (!shortest || strlen(*names) < strlen(shortest))) shortest = *names;
    }
    return shortest;
}

const char *ins_nearest(const char *text, const char *const *names)
{
    size_t least = LONGEST_NAME + 1, length = strlen(text);

    if (length > LONGEST_NAME) return NULL;

    const char *begun = begun_by(text, length, names), *nearest = NULL;

    if (begun) return begun;
    for (; *names; names++) {
        size_t name_length = strlen(*names);

        if (name_length > LONGEST_NAME) continue;

        size_t longer = length > name_length ? length : name_length;
        size_t limit = longer / 3 > 2 ? longer / 3 : 2;
        size_t distance = edit_distance(text, length, *names, name_length);

        /* A distance of the whole length has no letter in common. */
        if (distance > limit || distance >= longer || distance >= least) continue;
        least = distance;
        nearest = *names;
    }
    return nearest;
}

bool ins_is_word_of(const char *word, const char *words)
{
    const size_t length = strlen(word);
    static const char blank[] = " ";

    if (words == NULL) return false;
    for (words += strspn(words, blank); *words; words += strspn(words, blank)) {
        const size_t one = strcspn(words, blank);

        if (one == length && memcmp(words, word, length) == 0) return true;
        words += one;
    }
    return false;
}

unsigned long long ins_hash(unsigned long long hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < length; i++) hash = (hash ^ byte[i]) * 0x100000001b3ULL;
    return hash;
}

/* Eight bytes, the same number on every machine. */
static uint64_t word_at(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* Takes in a word; no two words, and no two hashes, give the same. */
static uint64_t stir(uint64_t hash, uint64_t word)
{
    hash ^= word;
    return (hash << 31 | hash >> 33) * 0x9e3779b185ebca87ULL;
}

/* Multiplications wait for each other within a lane only. */
static uint64_t hash_block(uint64_t hash, const unsigned char *byte, size_t length)
{
    enum { LANES = 4, STEP = 8 * LANES };
    uint64_t lane[LANES];
    for (uint64_t i = 0; i < LANES; i++) lane[i] = stir(hash, i);
    for (; length >= STEP; byte += STEP, length -= STEP)
        for (size_t i = 0; i < LANES; i++) lane[i] = stir(lane[i], word_at(byte + 8 * i));
    for (size_t i = 0; i < LANES; i++) hash = stir(hash, lane[i]);
    return ins_hash(hash, byte, length);
}

unsigned long long ins_hash_blocks(unsigned long long hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t done = 0, piece; done < length; done += piece) {
        piece = length - done < INS_HASH_BLOCK ? length - done : INS_HASH_BLOCK;
        hash = hash_block(hash, byte + done, piece);
    }
    return hash;
}
