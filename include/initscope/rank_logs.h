/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The logs of processes that run one experiment together: OUTPUT.ranks/1, OUTPUT.ranks/2, ...
 *
 * Each is a shard of its own, of whatever trials begin in it, and stays an interrupted one until
 * all are merged; then OUTPUT.ranks goes. As many processes as like may go on with it. */
#ifndef INITSCOPE_RANK_LOGS_H
#define INITSCOPE_RANK_LOGS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/log_writer.h"

/* Those that are there. */
typedef struct ins_rank_logs {
    size_t count;
    char **directory; /* (count) "OUTPUT.ranks/3", as ins_log_open takes it */
    size_t *number;   /* (count) 3 */
} ins_rank_logs;

/* None where OUTPUT.ranks does not exist; INS_OUTPUT when it cannot be read. The caller frees. */
ins_status ins_rank_logs_list(const char *output, ins_rank_logs *logs, ins_error *error);
void ins_rank_logs_free(ins_rank_logs *logs);

/* "OUTPUT.ranks/NUMBER"; release with free(). */
char *ins_rank_log_path(const char *output, size_t number);

/* Makes OUTPUT.ranks and locks it: *lock is a descriptor that holds the lock until it is closed.
 * INS_OUTPUT when the policy does not allow for what is there, or another process has it. */
ins_status ins_rank_logs_enter(const char *output, ins_log_policy policy, int *lock,
                               ins_error *error);

/* Removes OUTPUT.ranks where it holds no log, and closes the lock. */
void ins_rank_logs_leave(const char *output, int lock);

/* Removes OUTPUT.ranks, if it is there: with all policies but the new one, which refuses logs;
 * INS_OUTPUT also when another process has it. */
ins_status ins_rank_logs_clear(const char *output, ins_log_policy policy, ins_error *error);

/* Marks the trials that are in the logs, has[trial - 1]. INS_DATA as ins_merge. */
ins_status ins_rank_logs_survey(const char *output, size_t trials, bool *has, ins_error *error);

/* Merges all logs, which have all trials, to OUTPUT, and removes them. */
ins_status ins_rank_logs_merge(const char *output, ins_error *error);

#endif
