/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a log. A mutation is drawn from a random stream alone, so that its number is all
 * that is needed to have it again. */
#ifndef MUTATION_MUTATIONS_H
#define MUTATION_MUTATIONS_H

#include <gsl/gsl_rng.h>

#include "initscope/text.h"

#include "sheets.h"

/* One to three changes; said tells of them in one line. */
void mutate(sheets *log, gsl_rng *rng, ins_text *said);

/* Two logs that say the same, so that their reports must be the same: left and right begin as
 * copies of one log. False: there are none here. *may_differ: one of them may be refused, which is
 * another form of saying nothing. */
bool make_twins(sheets *left, sheets *right, gsl_rng *rng, bool *may_differ, ins_text *said);

/* What may not be in a report on a log that lacks its evidence. */
typedef struct evidence {
    const char *file;
    const char *tensor; /* whose rows; NULL: all of the file's */
    const char *figure; /* that is not drawn: "rank"; NULL: any may be */
    const char *words;  /* that are not said; NULL: any may be */
} evidence;

/* Takes evidence out of a log: its file, its rows, or all that was measured in them. */
const evidence *take_evidence(sheets *log, gsl_rng *rng, ins_text *said);

#endif
