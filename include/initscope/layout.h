/* Measuring and breaking text in the report's font, and making foreign text safe to draw.
 *
 * Running text is written in a small markup: *bold*, x_{sub}, x^{super}, and a backslash before a
 * character that is meant literally. Everything else stands for itself, "he_uniform" included.
 * Lengths are millimetres, font sizes points. */
#ifndef INITSCOPE_LAYOUT_H
#define INITSCOPE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/memory.h"
#include "initscope/text.h"

typedef enum ins_face { INS_REGULAR, INS_BOLD, INS_ITALIC } ins_face;

#define INS_MM_PER_POINT 0.352778 /* 25.4 / 72 */

/* One character at the start of text: its code point and the bytes it takes. Bytes that are not
 * UTF-8 count as U+FFFD, one at a time. */
size_t ins_utf8_decode(const char *text, uint32_t *code);
size_t ins_utf8_encode(char out[4], uint32_t code);

/* What takes no room: combining marks, and the mark that ins_clean() sets around names that run
 * leftward. */
bool ins_is_mark(uint32_t code);

/* Valid UTF-8 that is safe to draw: control characters become spaces; what is no character,
 * reorders or hides text becomes U+FFFD; of a pile of combining marks the first 8 are kept. Text
 * that runs leftward is enclosed in marks (U+200E) so that it does not turn the numbers beside it.
 * A character that no font here can draw is written as \u0915 (see coverage.h). */
char *ins_clean(ins_arena *arena, const char *text);

/* Plain text as markup that draws it unchanged; superscript digits become ^{...}, because few fonts
 * have them. */
char *ins_escape(ins_arena *arena, const char *plain);

double ins_text_width(const char *plain, ins_face face, double size);

/* Columns of a terminal; and plain, or its beginning and end around an ellipsis, in at most so many
 * of them (at least 3) at the end of out. */
size_t ins_text_columns(const char *plain);
void ins_text_shorten(ins_text *out, const char *plain, size_t columns);

double ins_markup_width(const char *markup, ins_face face, double size);

/* plain, or its beginning and end around an ellipsis, no wider than width. */
char *ins_elide(ins_arena *arena, const char *plain, ins_face face, double size, double width);

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
