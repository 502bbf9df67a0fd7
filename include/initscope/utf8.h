/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 one character at a time, and the columns of a terminal that characters take. */
#ifndef INITSCOPE_UTF8_H
#define INITSCOPE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/text.h"

/* One character at the start of text: its code point and the bytes it takes. Bytes that are not
 * UTF-8 count as U+FFFD, one at a time. */
size_t ins_utf8_decode(const char *text, uint32_t *code);
void ins_utf8_add(ins_text *out, uint32_t code); /* at most U+10FFFF */

/* What takes no room: combining marks, and the mark that ins_clean() sets around names that run
 * leftward. */
bool ins_is_mark(uint32_t code);

/* Chinese, Japanese, Korean and pictures, which take two columns. */
bool ins_is_wide(uint32_t code);

/* Columns of a terminal; and plain, or its beginning and end around an ellipsis, in at most so many
 * of them (at least 3) at the end of out. */
size_t ins_text_columns(const char *plain);
void ins_text_shorten(ins_text *out, const char *plain, size_t columns);

#endif
