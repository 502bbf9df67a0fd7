/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes that run one experiment together: the ranks of an MPI job, or this one alone.
 *
 * A number is handed out to one of them at a time, so that nobody waits for the slowest; there is
 * nothing else that they need of each other while they work. Rank 0 holds the numbers; where the
 * network cannot reach into its memory it has to look up from its work, by ins_team_poll. */
#ifndef INITSCOPE_TEAM_H
#define INITSCOPE_TEAM_H

#include <stdbool.h>
#include <stddef.h>

/* The version of the MPI standard, "3.1"; "no" when built without. */
const char *ins_team_mpi(void);

/* Joins the MPI job that has started this process, if one has; ends the process when that is not
 * possible. Only between joining and leaving there are others. */
void ins_team_join(void);
void ins_team_leave(void);

bool ins_team_is_job(void);       /* an MPI job, of one rank or of more */
size_t ins_team_rank(void);       /* from 0 */
size_t ins_team_ranks(void);      /* from 1 */
size_t ins_team_neighbours(void); /* ranks of this machine, from 1 */

/* An experiment begins, with the number 0; a job has one. */
void ins_team_begin(void);

/* The next number, 0, 1, 2, ... of the whole team. From any thread. */
size_t ins_team_next(void);

/* Tells that a trial is done, and how many are: of the whole team. From any thread. */
void ins_team_done(void);
size_t ins_team_all_done(void);

/* Lets others at the numbers; of no effect but for rank 0. From any thread, at any time. */
void ins_team_poll(void);

/* These wait for all ranks, asleep. The sum and the largest of what each has, and what rank 0 has.
 */
size_t ins_team_sum(size_t number);
int ins_team_largest(int number);
void ins_team_share(void *bytes, size_t size);

#endif
