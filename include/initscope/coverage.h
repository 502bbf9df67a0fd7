/* Which characters the fonts of this machine can draw. One that none of them has would be drawn as
 * a box larger than the page. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

/* The fonts are asked for, once and when needed, by this gnuplot, which is to draw with them; it
 * must outlive its use. NULL, as at the start: every character counts as drawable. */
void ins_coverage_ask(const char *gnuplot);

bool ins_coverage_has(uint32_t code);

#endif
