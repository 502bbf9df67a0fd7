/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which characters the fonts of this machine can draw. One that none of them has would be drawn as
 * a box larger than the page. */
#ifndef INITSCOPE_COVERAGE_H
#define INITSCOPE_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ins_coverage ins_coverage;

/* Asks fontconfig, with which gnuplot draws: starts fc-list of PATH, in the surroundings of gnuplot
 * (gnuplot.h). Where it is missing or fails, only the characters of the report's own font count.
 * Release with ins_coverage_free, which takes NULL. */
ins_coverage *ins_coverage_ask(void);
void ins_coverage_free(ins_coverage *coverage);

/* coverage may be NULL: every character counts as drawable. */
bool ins_coverage_has(const ins_coverage *coverage, uint32_t code);

#endif
