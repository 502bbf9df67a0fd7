/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The width table of the report's font. */
#ifndef INITSCOPE_FONT_WIDTHS_H
#define INITSCOPE_FONT_WIDTHS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ins_glyph {
    uint32_t code;
    uint16_t width[3]; /* regular, bold, italic; 2048 to the em */
} ins_glyph;

/* NULL when the table does not know it. */
const ins_glyph *ins_glyph_of(uint32_t code);

#endif
