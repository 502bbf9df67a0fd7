/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a run directory that appears whole or not at all, and can be resumed.
 *
 * Rows are appended to the CSV files of the staging directory DIR.partial, one trial after the
 * other in the order in which the trials begin, whichever ends first; after each trial a journal
 * line records its number and the length of every file, with a checksum. An interrupted run leaves
 * DIR.partial; --resume cuts the files back to the last sound journal line and goes on. When
 * complete, the directory is renamed to DIR. DIR.partial/lock is held by flock(2) while a process
 * writes. */
#ifndef INITSCOPE_LOG_WRITER_H
#define INITSCOPE_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/columns.h"
#include "initscope/error.h"
#include "initscope/text.h"

typedef enum ins_log_policy {
    INS_LOG_NEW,   /* refuse a non-empty directory, and an interrupted run beside it */
    INS_LOG_FORCE, /* replace */
    INS_LOG_RESUME /* go on with an interrupted run; a new one when there is none; nothing to do
                      when complete */
} ins_log_policy;

enum { INS_SHARDS = 1000000 }; /* at most */

/* A part of an experiment: the trials whose number is index modulo of. {1, 1} is all of them; with
 * of 0, a part by that number of whatever trials begin in it. */
typedef struct ins_shard {
    size_t index, of; /* index from 1 to of */
} ins_shard;

/* The rows of one trial: whole CSV rows (ins_csv_* cells) per file. */
typedef struct ins_log_rows {
    ins_text file[INS_LOG_FILES];
} ins_log_rows;
void ins_log_rows_free(ins_log_rows *rows);

/* A trial that is under way, from its beginning until it is on disk. */
typedef struct ins_log_entry {
    size_t trial; /* its number, from 1 */
    size_t place; /* below the log's room; no two entries share one at a time */
    ins_log_rows rows;
} ins_log_entry;

/* How a log is opened. */
typedef struct ins_log_terms {
    const char *directory;
    ins_log_policy policy;
    /* The text of experiment.ini plus whatever else must agree between a run and its resumption
     * (program version, data hash), one "key = value" a line. */
    const char *identity;
    ins_shard shard;
    size_t trials; /* of the whole experiment */
    /* Trials under way at a time, from 1: nobody runs further ahead of the next to be written. */
    size_t room;
    /* A trial is on disk; told in order, by one thread at a time. NULL: nobody listens. */
    void (*written)(void *context, const ins_log_entry *entry);
    void *context; /* of written */
} ins_log_terms;

typedef struct ins_log ins_log;

/* Opens the staging directory of the directory, locks it, writes the headers. A resumed run whose
 * identity, or shard, differs is INS_USAGE, naming the first differing line. *finished is the
 * number of trials that are already complete. *log is NULL when the directory is a complete run and
 * the policy is to resume: nothing is left to do, and *finished is the number of its runs; a key of
 * its experiment.ini that identity has with another value is INS_USAGE. INS_OUTPUT when the
 * directory cannot be made or is in use, before any training. */
ins_status ins_log_open(const ins_log_terms *terms, ins_log **log, size_t *finished,
                        ins_error *error);

/* True for a trial of the shard that is neither complete nor begun. By one thread at a time, as
 * ins_log_begin. */
bool ins_log_wants(const ins_log *log, size_t trial);

/* Begins a trial that is wanted: its rows, empty now, are to be added to the entry. Trials are
 * written in the order in which they begin. Waits while there is no room. NULL when no further
 * trial can be written. */
ins_log_entry *ins_log_begin(ins_log *log, size_t trial);

/* The rows of the trial are complete (the files that are by_trial; INS_INTERNAL when there are rows
 * for another); from any thread, in any order. They are written when all that began before are; the
 * thread whose rows were waited for writes those of the others, too. INS_OUTPUT on failure, for
 * which no further trial can be written; whole trials only stay in the files. */
ins_status ins_log_append(ins_log *log, ins_log_entry *entry, ins_error *error);

/* The trial will not be complete: neither it nor any that began after it is written. */
void ins_log_give_up(ins_log *log, ins_log_entry *entry);

/* Writes a further file (experiment.ini, environment.csv, features.csv: whole contents) into the
 * staging directory. */
ins_status ins_log_file_write(ins_log *log, const char *name, const ins_text *text,
                              ins_error *error);

/* The staging directory, for files that others write into it (weights). */
const char *ins_log_staging(const ins_log *log);

/* schema.json, then publishes the directory under its final name, without the files that no trial
 * has rows for; the directory of a part knows that it is one. The log is freed in any case; a
 * failure leaves the run resumable. */
ins_status ins_log_publish(ins_log *log, ins_error *error);

/* Leaves the run resumable (finished trials kept; a staging directory with none is removed) and
 * frees the log. NULL is fine. */
void ins_log_close(ins_log *log);

/* The header row of a file, with its newline. */
void ins_log_header(ins_log_file file, ins_text *out);

/* schema.json: a Frictionless data package with a Table Schema of each file for which present is
 * true; of every file when present is NULL. */
void ins_log_schema(const bool *present, ins_text *out);

#endif
