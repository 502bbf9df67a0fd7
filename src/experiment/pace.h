/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How long trials take and how much they write: as those did that have ended; before any has, as a
 * few of their minibatches do. */
#ifndef INITSCOPE_PACE_H
#define INITSCOPE_PACE_H

#include "laboratory.h"

/* Networks and batch sizes decide what a trial takes. Every thread may tell and ask. */
typedef struct ins_pace ins_pace;
ins_pace *ins_pace_new(const ins_grid *grid);
void ins_pace_free(ins_pace *pace); /* NULL is fine */

/* A trial has ended. */
void ins_pace_note(ins_pace *pace, const ins_trial *trial, const ins_trial_result *result);

/* Seconds from the beginning of a trial to its end: the longest of those that have ended with its
 * network and batch; where there is none, some of its minibatches are run. */
double ins_pace_of(const ins_pace *pace, const ins_laboratory *laboratory, const ins_trial *trial);

/* What a number of runs will take. */
typedef struct ins_expense {
    double seconds; /* of one thread */
    double bytes;   /* on the disk */
} ins_expense;

/* Of all trials of a grid: some minibatches of a few that are spread over it are run, for not much
 * longer than half a second. */
ins_expense ins_pace_foresee(const ins_laboratory *laboratory, const ins_grid *grid);

#endif
