/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 one character at a time, and the columns of a terminal that characters take. */
#include <config.h>

#include "initscope/utf8.h"

enum { REPLACEMENT = 0xFFFD, LEFT_TO_RIGHT = 0x200E };

/* Bytes of the sequence that a first byte announces, 0 when it cannot be a first byte. */
static size_t announced(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return 2;
    if (first >= 0xE0 && first < 0xF0) return 3;
    if (first >= 0xF0 && first < 0xF5) return 4;
    return 0;
}

size_t ins_utf8_decode(const char *text, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = announced(bytes[0]);
    *code = REPLACEMENT;
    if (length == 0) return 1;
    uint32_t value = length == 1 ? bytes[0] : bytes[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0U) != 0x80U) return 1;
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    bool surrogate = value >= 0xD800 && value < 0xE000;
    if (value < least[length] || surrogate || value > 0x10FFFF) return 1;
    *code = value;
    return length;
}

void ins_utf8_add(ins_text *out, uint32_t code)
{
    char bytes[4] = {(char)code};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (length > 1) {
        for (size_t i = length; i-- > 1; code >>= 6) bytes[i] = (char)(0x80U | (code & 0x3FU));
        bytes[0] = (char)((0xF00U >> length) | code);
    }
    ins_text_add_bytes(out, bytes, length);
}

bool ins_is_mark(uint32_t code)
{
    return (code >= 0x300 && code < 0x370) || code == LEFT_TO_RIGHT;
}

/* Chinese, Japanese, Korean and pictures. */
bool ins_is_wide(uint32_t code)
{
    return (code >= 0x1100 && code < 0x1160) || (code >= 0x2E80 && code < 0xA4D0) ||
           (code >= 0xAC00 && code < 0xD7A4) || (code >= 0xF900 && code < 0xFB00) ||
           (code >= 0xFF00 && code < 0xFF61) || code >= 0x1F000;
}

static size_t columns_of(uint32_t code)
{
    return ins_is_mark(code) ? 0 : ins_is_wide(code) ? 2 : 1;
}

size_t ins_text_columns(const char *plain)
{
    size_t columns = 0;
    while (*plain != '\0') {
        uint32_t code;
        plain += ins_utf8_decode(plain, &code);
        columns += columns_of(code);
    }
    return columns;
}

/* Bytes of the longest beginning of plain that takes no more than columns, the accents of its last
 * letter included. */
static size_t bytes_in_columns(const char *plain, size_t columns)
{
    size_t bytes = 0;
    for (size_t used = 0; plain[bytes] != '\0';) {
        uint32_t code;
        size_t length = ins_utf8_decode(plain + bytes, &code);
        used += columns_of(code);
        if (used > columns) break;
        bytes += length;
    }
    return bytes;
}

void ins_text_shorten(ins_text *out, const char *plain, size_t columns)
{
    size_t all = ins_text_columns(plain), half = columns / 2;
    if (all <= columns) {
        ins_text_add(out, plain);
        return;
    }
    const char *tail = plain + bytes_in_columns(plain, all - (columns - half - 1));
    while (ins_text_columns(tail) + half + 1 > columns) { /* half of a wide letter is none */
        uint32_t code;
        tail += ins_utf8_decode(tail, &code);
    }
    ins_text_add_bytes(out, plain, bytes_in_columns(plain, half));
    ins_text_add(out, "…");
    ins_text_add(out, tail);
}
