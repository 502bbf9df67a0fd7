/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, strict parsing of numbers, nearest names, safe display of foreign bytes. */
#ifndef INITSCOPE_TEXT_H
#define INITSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is an empty text. data is NUL-terminated once anything was added. */
typedef struct ins_text {
    char *data;
    size_t length;
    size_t capacity;
} ins_text;

void ins_text_add(ins_text *text, const char *piece);
void ins_text_add_bytes(ins_text *text, const char *bytes, size_t length);
void ins_text_add_format(ins_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One line, and the newline after it; foreign bytes in it are made safe as by ins_make_safe. */
void ins_text_add_line(ins_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A word of a command line as a shell takes it: in apostrophes where needed. */
void ins_text_add_word(ins_text *text, const char *word);
void ins_text_clear(ins_text *text); /* length 0, memory kept */
void ins_text_free(ins_text *text);

/* Shortest decimal digits that read back as the same double, the nearest of them: "0.1", "1e-30",
 * "nan", "inf", "-inf", "-0" for negative zero; the same in every locale. Returns the length. */
enum { INS_NUMBER_SIZE = 32 };
size_t ins_format_number(char out[INS_NUMBER_SIZE], double value);
size_t ins_format_integer(char out[INS_NUMBER_SIZE], long long value);

/* Whole text is one decimal integer in [minimum, maximum]: no blanks, no sign but a
 * leading '-', no hexadecimal. False, and *value untouched, otherwise. */
bool ins_parse_integer(const char *text, size_t length, long long minimum, long long maximum,
                       long long *value);

typedef enum ins_number_kind {
    INS_NUMBER_FINITE,
    INS_NUMBER_NOT_FINITE, /* nan, inf, overflow such as 1e999 */
    INS_NUMBER_INVALID     /* not a decimal number: empty, hexadecimal, "1,5", trailing text */
} ins_number_kind;

/* Whole text is one decimal floating-point number; independent of the locale. *value is
 * written when the kind is INS_NUMBER_FINITE; underflow is a finite result. */
ins_number_kind ins_parse_number(const char *text, size_t length, double *value);

/* Whether word is one of words, which are separated by blanks; words may be NULL. */
bool ins_is_word_of(const char *word, const char *words);

/* The shortest of the names that text, of 3 letters or more, begins; else the one nearest by edit
 * distance, neighbours that change places counted as one edit; or NULL when none is near (distance
 * above a third of the longer length, at least 2). names ends with NULL. */
const char *ins_nearest(const char *text, const char *const *names);

/* Foreign bytes made safe for a message: control bytes, and bytes that are not UTF-8, as \xHH; cut
 * after about 60 characters with "...". Returns out. */
enum { INS_DISPLAY_SIZE = 256 };
const char *ins_display(char out[INS_DISPLAY_SIZE], const char *bytes, size_t length);

/* The same without the cut at 60 characters: as much as fits in size (at least 4) bytes of out. */
void ins_make_safe(char *out, size_t size, const char *bytes, size_t length);

/* Length of the valid UTF-8 character that bytes begin with; 0 when there is none. */
size_t ins_utf8_length(const char *bytes, size_t length);

/* 64-bit FNV-1a hash, continued from hash (start with INS_HASH_START). */
#define INS_HASH_START 0xcbf29ce484222325ULL
unsigned long long ins_hash(unsigned long long hash, const void *bytes, size_t length);

/* Another one for many bytes, some ten times as fast: of blocks, in words. Pieces one after the
 * other give the hash of the whole where all but the last are whole blocks. */
enum { INS_HASH_BLOCK = 4096 };
unsigned long long ins_hash_blocks(unsigned long long hash, const void *bytes, size_t length);

#endif
