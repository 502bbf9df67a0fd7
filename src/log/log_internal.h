/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the log writer share. */
#ifndef INITSCOPE_LOG_INTERNAL_H
#define INITSCOPE_LOG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/publication.h"
#include "initscope/text.h"

/* INS_OUTPUT when path is something that is no directory, or cannot be looked at. */
ins_status ins_log_check_kind(const char *path, ins_error *error);

/* open, of no link, and truncate that go on after a signal. */
int ins_log_open_file(const char *path, int flags);
int ins_log_cut(int file, size_t length);

/* Writes the files to which rows are appended, with their headers alone. INS_OUTPUT on failure. */
ins_status ins_log_start_files(const char *directory, ins_error *error);

/* Takes staging/lock, writing the process id into it. *lock is a descriptor that holds the lock
 * until it is closed. INS_OUTPUT, naming directory and the holder, when another process has it. */
ins_status ins_log_take_lock(const char *directory, const char *staging, int *lock,
                             ins_error *error);

/* True when nothing was asked for that a file of the directory would hold: it has its header only.
 */
bool ins_log_is_empty(const char *directory, ins_log_file file);

/* Publishes a directory of rows, without what a finished one does not have, which goes after the
 * renaming: one that could not be renamed can be gone on with. INS_OUTPUT, as the exchange. */
ins_status ins_leftovers_publish(const ins_publication *publication, ins_error *error);

/* Removes what a process left that was killed right after the renaming. */
void ins_leftovers_remove_late(const char *directory);

/* Removes the half-written *.tmp files that a killed process has left, at any depth. */
void ins_log_sweep(const char *staging);

/* Trials by their numbers. {0} is empty. */
typedef struct ins_trial_set {
    size_t *trial; /* (count), ascending */
    size_t count, capacity;
} ins_trial_set;
void ins_trial_set_add(ins_trial_set *set, size_t trial);
bool ins_trial_set_has(const ins_trial_set *set, size_t trial);
void ins_trial_set_free(ins_trial_set *set);

/* The journal: a first line, then a line a trial. What the sound lines say. */
typedef struct ins_journal {
    bool replace;                 /* the run was started with --force */
    size_t trials;                /* finished */
    size_t bytes;                 /* length of the journal up to the last sound line */
    unsigned long long chain;     /* hash of everything up to there */
    size_t length[INS_LOG_FILES]; /* of each file that is by_trial */
} ins_journal;

/* The first line of a new journal and its state; the files hold their headers. */
void ins_journal_start(ins_journal *journal, bool replace, ins_text *line);

/* Takes in one more trial of the given rows and makes its line. */
void ins_journal_add(ins_journal *journal, size_t trial, const ins_text rows[INS_LOG_FILES],
                     ins_text *line);

/* Writes the rows of a trial to the files of a directory, which are cut to their lengths first,
 * then the journal's line: all or, INS_OUTPUT, nothing. */
ins_status ins_journal_append(const char *directory, ins_journal *journal, size_t trial,
                              const ins_text rows[INS_LOG_FILES], ins_error *error);

/* Reads staging/journal and holds every line and the bytes it vouches for to their hashes; stops
 * at the first that fails. What journal and finished have been told before is believed, and reading
 * goes on after it: {0} when nothing was. No journal, or none of ours: as they were. The trials of
 * sound lines are added to finished. INS_OUTPUT when it cannot be read, or is another one. */
ins_status ins_journal_recover(const char *staging, ins_journal *journal, ins_trial_set *finished,
                               ins_error *error);

/* The lengths that the last sound line of directory/journal vouches for, and the number of trials,
 * the lines held to their seals alone; false when there is no journal of ours. */
bool ins_journal_lengths(const char *directory, size_t length[INS_LOG_FILES], size_t *trials);

/* INS_USAGE when identity is not that of staging/identity, naming the first line that differs. */
ins_status ins_identity_check(const char *staging, const char *identity, ins_error *error);

/* INS_USAGE when directory/experiment.ini, or environment.csv the version or the data, gives a key
 * of identity another value. */
ins_status ins_identity_check_complete(const char *directory, const char *identity,
                                       ins_error *error);

#endif
