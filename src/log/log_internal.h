/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the log writer share. */
#ifndef INITSCOPE_LOG_INTERNAL_H
#define INITSCOPE_LOG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/log_writer.h"
#include "initscope/publication.h"
#include "initscope/text.h"

/* INS_OUTPUT when path is something that is no directory, or cannot be looked at. */
ins_status ins_log_check_kind(const char *path, ins_error *error);

/* directory without trailing slashes. "." and ".." have no name to put ".partial" after, so they
 * are resolved. Release with free(). */
char *ins_log_plain_name(const char *directory);

/* open, of no link, and truncate that go on after a signal. */
int ins_log_open_file(const char *path, int flags);
int ins_log_cut(int file, size_t length);

/* Writes the files to which rows are appended, with their headers alone, into the open directory
 * place, which directory names. INS_OUTPUT on failure. */
ins_status ins_log_start_files(int place, const char *directory, ins_error *error);

/* Makes the staging directory of the directory, unless it is there, opens it and takes its lock:
 * descriptors, *place may not be wanted. INS_OUTPUT, and *lock is -1, when it is a link or another
 * user's, or another process holds it. */
ins_status ins_log_enter(const char *directory, const char *staging, int *place, int *lock,
                         ins_error *error);

/* INS_OUTPUT, naming the process, when one writes a report into the directory, which is to be
 * replaced. */
ins_status ins_log_check_reports(const char *directory, ins_error *error);

/* True when nothing was asked for that a file of the directory would hold: it has its header only.
 */
bool ins_log_is_empty(const char *directory, ins_log_file file);

/* Writes manifest.csv of the open directory, which path names, without the files of these names.
 * INS_OUTPUT on failure. */
ins_status ins_manifest_write(int directory, const char *path, const char *const *without,
                              size_t count, ins_error *error);

/* Publishes a directory of rows, with a manifest and without what a finished one does not have,
 * which goes after the renaming: one that could not be renamed can be gone on with. A part of an
 * experiment keeps its journal and its identity. INS_OUTPUT, as the exchange. */
ins_status ins_leftovers_publish(const ins_publication *publication, bool part, ins_error *error);

/* Removes what a process left that was killed right after the renaming. */
void ins_leftovers_remove_late(const char *directory, bool part);

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

/* A line as it stands: the lengths of the files after a trial, and the hashes of what it added. */
typedef struct ins_journal_line {
    size_t trial; /* 0: the first line, of files that hold their headers */
    size_t length[INS_LOG_FILES];
    unsigned long long hash[INS_LOG_FILES];
} ins_journal_line;
typedef void ins_journal_listener(void *context, const ins_journal_line *line);

/* Takes in a trial whose rows have these lengths and hashes, and makes its line. */
void ins_journal_take(ins_journal *journal, const ins_journal_line *added, ins_text *line);

/* Rows of a trial that another log has: bytes of its files. */
typedef struct ins_log_source {
    int file[INS_LOG_FILES];     /* descriptors; not used where there are no bytes */
    size_t start[INS_LOG_FILES]; /* where they begin */
    ins_journal_line line;       /* the trial, how many bytes there are, their hashes */
    char *piece;                 /* (INS_LOG_PIECE) */
} ins_log_source;
enum { INS_LOG_PIECE = 1 << 17 };

/* Appends the rows of a trial that is wanted, as ins_log_begin and ins_log_append do, without
 * holding them in memory. INS_DATA, without a message, when a file has other bytes: *damaged, which
 * is INS_LOG_FILES otherwise. INS_OUTPUT when they cannot be written. */
ins_status ins_log_copy(ins_log *log, const ins_log_source *source, ins_log_file *damaged,
                        ins_error *error);

/* Delivers the lines of directory/journal, held to their seals alone, up to the first that is not
 * sound; false when there is no journal of ours. */
bool ins_journal_walk(const char *directory, ins_journal_listener *take, void *context);

/* The lengths that the last sound line of directory/journal vouches for, and the number of trials,
 * the lines held to their seals alone; false when there is no journal of ours. */
bool ins_journal_lengths(const char *directory, size_t length[INS_LOG_FILES], size_t *trials);

/* An identity that was read. */
typedef struct ins_identity {
    ins_text text;
    size_t common;     /* bytes before what is of the part alone */
    const char *shard; /* in text, its line behind the key; NULL: it is of a whole experiment */
    size_t index, of;  /* as in ins_shard */
    size_t trials;     /* of the whole experiment */
} ins_identity;

/* Reads directory/identity; one that is not there is that of a whole experiment without a text.
 * INS_DATA when it cannot be read, or is not as it was written. The caller frees the text. */
ins_status ins_identity_read(const char *directory, ins_identity *identity, ins_error *error);

/* The last lines of the identity of a part: which one, and of how many trials in all. */
void ins_identity_add_shard(const ins_shard *shard, size_t trials, ins_text *identity);

/* INS_USAGE when identity is not that of directory/identity, naming the first line that differs in
 * the run, which what tells of: "interrupted". */
ins_status ins_identity_check(const char *directory, const char *what, const char *identity,
                              ins_error *error);

/* INS_USAGE when a finished run is of another identity: where it has none, when experiment.ini, or
 * environment.csv the version or the data, gives a key of it another value, or when it is to be a
 * part and is none. */
ins_status ins_identity_check_complete(const char *directory, const char *identity, bool part,
                                       ins_error *error);

#endif
