/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes made safe for a terminal and a one-line message. */
#include <config.h>

#include <string.h>

#include "initscope/text.h"

/* The longest that one character becomes: three bytes as \xHH. */
enum { LONGEST = 12, SHOWN = 60 };

static bool continues(const char *bytes, size_t i)
{
    return ((unsigned char)bytes[i] & 0xC0) == 0x80;
}

size_t ins_utf8_length(const char *bytes, size_t length)
{
    if (length == 0) return 0;

    unsigned char a = (unsigned char)bytes[0];

    if (a < 0x80) return 1;
    if (length < 2 || !continues(bytes, 1)) return 0;

    unsigned char b = (unsigned char)bytes[1];

    if (a >= 0xC2 && a <= 0xDF) return 2;
    if (length < 3 || !continues(bytes, 2)) return 0;
    /* Not the overlong forms, nor the surrogates. */
    if (a == 0xE0) return b >= 0xA0 ? 3 : 0;
    if (a == 0xED) return b <= 0x9F ? 3 : 0;
    if (a > 0xE0 && a <= 0xEF) return 3;
    if (length < 4 || !continues(bytes, 3)) return 0;
    /* Not the overlong forms, nor above U+10FFFF. */
    if (a == 0xF0) return b >= 0x90 ? 4 : 0;
    if (a == 0xF4) return b <= 0x8F ? 4 : 0;
    return a > 0xF0 && a < 0xF4 ? 4 : 0;
}

/* Control characters, and those that reorder or break the line: U+0000..001F, U+007F..009F,
 * U+061C, U+200E..200F, U+2028..202E, U+2066..2069. */
static bool is_control(const char *bytes, size_t length)
{
    unsigned char a = (unsigned char)bytes[0];

    if (length == 1) return a < 0x20 || a == 0x7F;

    unsigned char b = (unsigned char)bytes[1];

    if (length == 2) return (a == 0xC2 && b < 0xA0) || (a == 0xD8 && b == 0x9C);
    if (length != 3 || a != 0xE2) return false;

    unsigned char c = (unsigned char)bytes[2];

    if (b == 0x80) return (c >= 0x8E && c <= 0x8F) || (c >= 0xA8 && c <= 0xAE);
    return b == 0x81 && c >= 0xA6 && c <= 0xA9;
}

/* The first character of bytes, safe, into out; *used is its length in bytes. Returns the length
 * written. */
static size_t put_safe(char out[LONGEST], const char *bytes, size_t length, size_t *used)
{
    static const char hexadecimal[] = "0123456789abcdef";
    size_t character = ins_utf8_length(bytes, length);

    *used = character ? character : 1;
    if (character && !is_control(bytes, character)) {
        memcpy(out, bytes, character);
        return character;
    }
    for (size_t i = 0; i < *used; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        memcpy(out + 4 * i, (char[4]){'\\', 'x', hexadecimal[byte >> 4], hexadecimal[byte & 15]},
               4);
    }
    return 4 * *used;
}

/* limit: bytes of out, or characters when that is less. The dots take the place of what would not
 * leave room for them. */
static void copy_safe(char *out, size_t size, size_t shown, const char *bytes, size_t length)
{
    static const char dots[] = "...";
    size_t at = 0, columns = 0;
    size_t cut = 0; /* where the dots can still be put */

    for (size_t i = 0, used; i < length; i += used) {
        char piece[LONGEST];
        size_t written = put_safe(piece, bytes + i, length - i, &used);

        columns += written > used ? written : 1;
        if (at + sizeof dots <= size && columns <= shown) cut = at;
        if (at + written >= size || columns > shown) {
            memcpy(out + cut, dots, sizeof dots);
            return;
        }
        memcpy(out + at, piece, written);
        at += written;
    }
    out[at] = '\0';
}

void ins_make_safe(char *out, size_t size, const char *bytes, size_t length)
{
    copy_safe(out, size, (size_t)-1, bytes, length);
}

const char *ins_display(char out[INS_DISPLAY_SIZE], const char *bytes, size_t length)
{
    copy_safe(out, INS_DISPLAY_SIZE, SHOWN, bytes, length);
    return out;
}
