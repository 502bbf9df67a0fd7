/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign text made safe to draw. */
#include <config.h>

#include "initscope/layout.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD, LEFT_TO_RIGHT = 0x200E, MOST_MARKS = 8 };

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

/* What changes the direction of, or hides, the text around it. */
static bool is_deceptive(uint32_t code)
{
    return (code >= 0x200B && code <= 0x200F && code != LEFT_TO_RIGHT) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0x061C || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
           code >= 0xE0000;
}

/* Code points that are no characters: cairo takes them for invalid UTF-8. */
static bool is_no_character(uint32_t code)
{
    return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

/* Hebrew, Arabic and their neighbours. */
static bool runs_leftward(uint32_t code)
{
    return (code >= 0x590 && code < 0x900) || (code >= 0xFB1D && code < 0xFE00) ||
           (code >= 0xFE70 && code < 0xFEFD) || (code >= 0x10800 && code < 0x11000) ||
           (code >= 0x1E800 && code < 0x1F000);
}

/* What takes the direction of its neighbours, or a mark on one of them. */
static bool is_neutral(uint32_t code)
{
    bool letter = (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
                  (code >= 'a' && code <= 'z');
    return code < 0x80 ? !letter : ins_is_mark(code);
}

char *ins_clean(ins_arena *arena, const ins_coverage *coverage, const char *text)
{
    ins_text out = {0};
    bool leftward = false;
    size_t marks = 0; /* in a row */
    ins_text_add(&out, "");
    while (*text != '\0') {
        uint32_t code;
        text += ins_utf8_decode(text, &code);
        if (code == LEFT_TO_RIGHT) continue; /* set anew below */
        marks = ins_is_mark(code) ? marks + 1 : 0;
        if (marks > MOST_MARKS) continue;
        if (is_control(code)) code = ' ';
        if (is_deceptive(code) || is_no_character(code)) code = REPLACEMENT;
        bool turns = leftward ? !runs_leftward(code) && !is_neutral(code) : runs_leftward(code);
        if (turns) {
            ins_utf8_add(&out, LEFT_TO_RIGHT);
            leftward = !leftward;
        }
        if (ins_coverage_has(coverage, code)) {
            ins_utf8_add(&out, code);
        } else {
            ins_text_add_format(&out, "\\u%04x", (unsigned)code);
        }
    }
    if (leftward) ins_utf8_add(&out, LEFT_TO_RIGHT);
    char *clean = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return clean;
}
