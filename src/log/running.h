/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A run under way: a directory of its own, whose files are those of a log, its journal line by line
 * what a moment has added. What a killed process leaves is sound up to the last line. Its rows have
 * 0 for the number of the run, which is not known before the end.
 *
 * A lock is held while the process lives: whoever can take it may take over the run. */
#ifndef INITSCOPE_LOG_RUNNING_H
#define INITSCOPE_LOG_RUNNING_H

#include "initscope/error.h"
#include "initscope/log_writer.h"

#include "log_internal.h"

typedef struct ins_running {
    char *directory;
    int lock; /* descriptor */
    ins_journal journal;
} ins_running;

/* Makes parent, if it must, and below it a directory that nobody has. INS_OUTPUT, and nothing to
 * free, on failure. Others must be kept out meanwhile. */
ins_status ins_running_make(const char *parent, ins_running *running, ins_error *error);

/* Adds rows that belong together: all of them or, INS_OUTPUT, none. */
ins_status ins_running_add(ins_running *running, const ins_log_rows *rows, ins_error *error);

/* Writes down the line of a journal by which the run will be in a log, before that has it; and
 * whether the journal in log has it: then its process died when all was done but the removing. */
ins_status ins_running_announce(ins_running *running, const ins_text *line, ins_error *error);
bool ins_running_is_in(const ins_running *running, const char *log);

/* Takes over what a dead process has left in directory. False: its process lives. */
bool ins_running_take(const char *directory, ins_running *running);

/* The sound rows, without headers, as rows of the run of that number; those of runs.csv, of which
 * each took the place of the one before, are the last alone. */
ins_status ins_running_rows(const ins_running *running, size_t number, ins_log_rows *rows,
                            ins_error *error);

/* Removes the directory, or leaves it to whoever takes it over; both free. */
void ins_running_remove(ins_running *running);
void ins_running_leave(ins_running *running);

#endif
