/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts as lines of text, for whoever asks without a report. */
#ifndef INITSCOPE_CHECK_H
#define INITSCOPE_CHECK_H

#include <stdbool.h>

#include "initscope/analysis.h"
#include "initscope/text.h"

/* Verdicts by their names: each by its own, or all whose names begin with a word and a low line, so
 * that vanishing is vanishing_forward and vanishing_backward. 0: there is none of that name. */
unsigned ins_verdicts_named(const char *name);

/* "dead: 81 % of the units of layer 3 (5 of 5 runs)": of an arm that has the verdict, or does not.
 */
void ins_verdict_line(const ins_analysis *analysis, size_t arm, ins_verdict verdict, ins_text *out);

#endif
