/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A log to which processes add runs, one after the other and at the same time.
 *
 * The files lie in the directory itself, and so does their journal: a run is in the log when its
 * line is there, as a whole. While it is under way it has a directory of its own below
 * DIR/running, to which each moment is added as a whole; DIR/lock is held for moments only. What
 * processes that died have left there is taken into the log as interrupted runs by whoever opens it
 * next.
 *
 * A log of the policies NEW and REPLACE is made in DIR.partial by one process and appears under its
 * name when it is closed. */
#ifndef INITSCOPE_SHARED_LOG_H
#define INITSCOPE_SHARED_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/log_writer.h"
#include "initscope/run_identity.h"

typedef enum ins_shared_policy {
    INS_SHARED_ADD,    /* make the directory, or add to the log that is there */
    INS_SHARED_NEW,    /* it must not exist or be empty */
    INS_SHARED_REPLACE /* what is there goes when the new log is complete */
} ins_shared_policy;

typedef struct ins_shared_log ins_shared_log;

/* Directories above are made, too. version goes to environment.csv. INS_OUTPUT when the directory
 * cannot be made, holds something else or is written by one that opened it as NEW or REPLACE;
 * INS_DATA when its files are not those of its journal. */
ins_status ins_shared_log_open(const char *directory, ins_shared_policy policy, const char *version,
                               ins_shared_log **log, ins_error *error);

/* A line of experiment.ini (title, note, time, loss, score, classes, question) or, of any other
 * key, of environment.csv, in place of one of that key. INS_USAGE when the file cannot hold it. */
ins_status ins_shared_log_note(ins_shared_log *log, const char *key, const char *value,
                               ins_error *error);

/* Publishes what has a policy for it, and has runs. Frees the log in any case. */
ins_status ins_shared_log_close(ins_shared_log *log, ins_error *error);

/* For a thread that was torn out of one of these functions: others are let in again. */
void ins_shared_log_release(ins_shared_log *log);

/* Frees it and publishes nothing. */
void ins_shared_log_drop(ins_shared_log *log);

/* Runs. A log may be used by several threads, a run by one at a time. */
typedef struct ins_shared_run ins_shared_run;

/* *run is NULL when the log has a finished run of that identity. */
ins_status ins_shared_run_begin(ins_shared_log *log, const ins_run_identity *identity,
                                ins_shared_run **run, ins_error *error);

/* Rows of one moment, 0 for the number of the run; that of runs.csv as if the run ended here. */
ins_status ins_shared_run_add(ins_shared_run *run, const ins_log_rows *rows, ins_error *error);

/* The run is in the log, with this as its state, when it returns INS_OK; the state may be NULL:
 * that of the last rows of runs.csv. Frees the run in any case; a failure leaves what was recorded
 * to whoever opens the log next. */
ins_status ins_shared_run_end(ins_shared_log *log, ins_shared_run *run,
                              const ins_run_identity *identity, const ins_run_figures *state,
                              ins_error *error);

/* Both free the run: leaves no trace; leaves what was recorded to whoever opens the log next. */
void ins_shared_run_discard(ins_shared_run *run);
void ins_shared_run_leave(ins_shared_run *run);

#endif
