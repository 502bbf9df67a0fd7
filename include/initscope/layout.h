/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measuring and breaking text in the report's font, and making foreign text safe to draw.
 *
 * Running text is written in a small markup: *bold*, x_{sub}, x^{super}, and a backslash before a
 * character that is meant literally. Everything else stands for itself, "he_uniform" included.
 * Lengths are millimetres, font sizes points. */
#ifndef INITSCOPE_LAYOUT_H
#define INITSCOPE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/coverage.h"
#include "initscope/memory.h"
#include "initscope/text.h"
#include "initscope/utf8.h"

typedef enum ins_face { INS_REGULAR, INS_BOLD, INS_ITALIC } ins_face;
typedef enum ins_align { INS_LEFT, INS_CENTRE, INS_RIGHT } ins_align;

#define INS_MM_PER_POINT 0.352778 /* 25.4 / 72 */

/* Valid UTF-8 that is safe to draw: control characters become spaces; what is no character,
 * reorders or hides text becomes U+FFFD; of a pile of combining marks the first 8 are kept. Text
 * that runs leftward is enclosed in marks (U+200E) so that it does not turn the numbers beside it.
 * A character that coverage has not is written as \u0915; coverage may be NULL (coverage.h). */
char *ins_clean(ins_arena *arena, const ins_coverage *coverage, const char *text);

/* Cleaned plain text as markup that draws it unchanged; superscript digits become ^{...}, because
 * few fonts have them. */
char *ins_escape(ins_arena *arena, const ins_coverage *coverage, const char *plain);

double ins_text_width(const char *plain, ins_face face, double size);

double ins_markup_width(const char *markup, ins_face face, double size);

/* plain, or its beginning and end around an ellipsis, no wider than width. */
char *ins_elide(ins_arena *arena, const char *plain, ins_face face, double size, double width);

/* Each of count texts as ins_elide makes it, but different texts stay different: those that have
 * come out alike are cut around what tells them apart, "random_no…stddev=0.1…", and where even that
 * has no room they are numbered, "random_no… (2)", in their order. */
const char *const *ins_elide_apart(ins_arena *arena, const char *const *plain, size_t count,
                                   ins_face face, double size, double width);

/* The same for those who know no size of type: the width in ems. */
const char *const *ins_shorten(ins_arena *arena, const char *const *plain, size_t count,
                               ins_face face, double ems);

/* Breaks markup into lines no wider than width; a word that is wider by itself is broken inside.
 * Bold that spans a break is closed and opened again. Returns the number of lines, at least 1. */
size_t ins_wrap(ins_arena *arena, const char *markup, ins_face face, double size, double width,
                char ***lines);

/* True when markup has neither bold nor scripts: ins_plain is then all there is to it. */
bool ins_is_plain(const char *markup);
char *ins_plain(ins_arena *arena, const char *markup);

/* markup in the enhanced-text language of gnuplot. */
void ins_enhanced(ins_text *out, const char *markup);

#endif
