/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a run directory: staging directory, trials appended, published whole. */
#include <config.h>

#include "initscope/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/lock.h"
#include "initscope/log_reader.h"
#include "initscope/manifest.h"
#include "initscope/memory.h"
#include "initscope/publication.h"

#include "log_internal.h"
#include "log_queue.h"

struct ins_log {
    ins_log_terms terms; /* directory and identity are those below */
    char *directory, *staging;
    ins_text identity;                           /* with the shard */
    bool part;                                   /* of an experiment: not all of its trials */
    int place;                                   /* the open staging directory */
    int lock, journal_file, file[INS_LOG_FILES]; /* descriptors, -1 when not open */
    ins_journal journal;
    ins_trial_set taken; /* trials that are complete or begun */
    ins_log_queue *queue;
    atomic_bool broken; /* a trial could not be written: the disk cannot be trusted with more */
};

char *ins_log_plain_name(const char *directory)
{
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/') length--;
    char *name = ins_duplicate(directory);
    name[length] = '\0';
    const char *slash = strrchr(name, '/');
    const char *last = slash != NULL ? slash + 1 : name;
    if (strcmp(last, ".") != 0 && strcmp(last, "..") != 0) return name;
    char *resolved = ins_path_resolve(name);
    if (resolved == NULL) return name;
    free(name);
    return resolved;
}

static ins_log *log_new(const ins_log_terms *terms)
{
    ins_log *log = ins_allocate(1, sizeof *log, "the log");
    ins_text staging = {0};
    log->directory = ins_log_plain_name(terms->directory);
    ins_text_add(&log->identity, terms->identity);
    log->part = terms->shard.of != 1;
    if (log->part) ins_identity_add_shard(&terms->shard, terms->trials, &log->identity);
    log->terms = *terms;
    log->terms.directory = log->directory;
    log->terms.identity = log->identity.data;
    log->queue = ins_log_queue_new(terms->room);
    ins_text_add_format(&staging, "%s.partial", log->directory);
    log->staging = staging.data;
    log->place = log->lock = log->journal_file = -1;
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) log->file[file] = -1;
    return log;
}

static void close_descriptor(int *descriptor)
{
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

static void close_files(ins_log *log)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) close_descriptor(&log->file[file]);
    close_descriptor(&log->journal_file);
}

/* The lock goes last: nobody else may begin before the rest is closed. */
static void log_free(ins_log *log)
{
    close_files(log);
    close_descriptor(&log->lock);
    close_descriptor(&log->place);
    ins_log_queue_free(log->queue);
    ins_trial_set_free(&log->taken);
    ins_text_free(&log->identity);
    free(log->directory);
    free(log->staging);
    free(log);
}

/* The directories themselves, before anything is touched. */
static ins_status check_directory(const ins_log *log, ins_error *error)
{
    if (log->directory[0] == '\0')
        return ins_error_add(error, INS_OUTPUT, "output directory: has no name (got \"\")");
    ins_status status = ins_log_check_kind(log->directory, error);
    if (status == INS_OK) status = ins_path_check_owner(log->directory, error);
    if (status == INS_OK) status = ins_log_check_kind(log->staging, error);
    if (status != INS_OK || log->terms.policy != INS_LOG_NEW) return status;
    bool vacant;
    status = ins_directory_is_empty(log->directory, &vacant, error);
    if (status == INS_OK && !vacant)
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: exists and is not empty; use --force to replace it or "
                               "--resume to go on",
                               log->directory);
    return status;
}

/* To resume a directory that is there already: it must be this very run, complete. */
static ins_status check_complete(const ins_log *log, size_t *finished, ins_error *error)
{
    if (!ins_path_holds(log->directory, "schema.json") ||
        !ins_path_holds(log->directory, "runs.csv"))
        return ins_error_add(error, INS_OUTPUT, "%s: is not a run directory; nothing to resume",
                             log->directory);
    ins_status status =
        ins_identity_check_complete(log->directory, log->identity.data, log->part, error);
    if (status != INS_OK) return status;
    ins_table runs;
    bool present;
    status = ins_table_read(log->directory, INS_LOG_RUNS, false, &runs, &present, error);
    if (status != INS_OK) return status;
    *finished = runs.rows;
    ins_table_free(&runs);
    ins_leftovers_remove_late(log->directory, log->part);
    ins_text changes = {0};
    status = ins_manifest_compare(log->directory, INS_MANIFEST_ALL, &changes, error);
    if (status == INS_OK) status = ins_manifest_refuse(log->directory, &changes, error);
    ins_text_free(&changes);
    return status;
}

/* Makes the staging directory, or takes over one that is ours, and locks it. */
static ins_status enter(ins_log *log, ins_error *error)
{
    ins_status status = INS_OK;
    bool ours = true;
    if (log->terms.policy != INS_LOG_FORCE && !ins_path_holds(log->staging, INS_LOCK))
        status = ins_directory_is_empty(log->staging, &ours, error);
    if (status == INS_OK && !ours)
        status = ins_error_add(
            error, INS_OUTPUT,
            "%s: exists and is not an interrupted run; use --force to replace it", log->staging);
    if (status != INS_OK) return status;
    return ins_log_enter(log->directory, log->staging, &log->place, &log->lock, error);
}

/* The lock goes last: without it, what is left would not be known for an interrupted run. */
static ins_status remove_staging(const ins_log *log, ins_error *error)
{
    ins_status status = ins_directory_clear(log->staging, "lock", error);
    return status == INS_OK ? ins_directory_remove(log->staging, error) : status;
}

/* For appending, cut to its length. */
static ins_status open_file(const ins_log *log, const char *name, size_t length, int *file,
                            ins_error *error)
{
    *file = ins_file_open_at(log->place, name, O_WRONLY | O_APPEND | O_NOFOLLOW);
    if (*file >= 0 && ins_log_cut(*file, length) == 0) return INS_OK;
    const int reason = errno;
    char *path = ins_path_join(log->staging, name);
    errno = reason;
    const ins_status status = ins_file_problem(path, INS_OUTPUT, error);
    free(path);
    return status;
}

/* Opens the files for appending, cut to the lengths of the journal. */
static ins_status open_files(ins_log *log, ins_error *error)
{
    ins_status status = INS_OK;
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        status = open_file(log, ins_log_tables[file].file, log->journal.length[file],
                           &log->file[file], error);
    }
    if (status != INS_OK) return status;
    return open_file(log, "journal", log->journal.bytes, &log->journal_file, error);
}

/* Brought to the disk at once. */
static ins_status keep_text(const ins_log *log, const char *name, const ins_text *text,
                            ins_error *error)
{
    return ins_file_write_at(log->place, log->staging, name, text->data, text->length, error);
}

ins_status ins_log_file_write(ins_log *log, const char *name, const ins_text *text,
                              ins_error *error)
{
    return ins_file_stage_at(log->place, log->staging, name, text->data, text->length, error);
}

/* A staging directory with headers and no trial, in place of whatever was there. What a resumption
 * could not do without, and could not check, is on the disk at once. */
static ins_status start(ins_log *log, ins_error *error)
{
    ins_status status = ins_directory_clear(log->staging, "lock", error);
    ins_text text = {0};
    if (status == INS_OK) status = ins_log_start_files(log->place, log->staging, error);
    if (status == INS_OK) status = keep_text(log, "identity", &log->identity, error);
    if (status == INS_OK) {
        ins_text_clear(&text);
        ins_journal_start(&log->journal, log->terms.policy == INS_LOG_FORCE, &text);
        status = keep_text(log, "journal", &text, error);
    }
    ins_text_free(&text);
    if (status == INS_OK) status = open_files(log, error);
    if (status != INS_OK) {
        close_files(log); /* removing needs descriptors, which may be what there is too little of */
        remove_staging(log, NULL);
    }
    return status;
}

static ins_publication publication_of(const ins_log *log)
{
    return (ins_publication){log->staging, log->directory,
                             log->journal.replace ? INS_PUBLISH_REPLACE : INS_PUBLISH_NEW};
}

/* A staging directory that was made for this run goes again. */
static ins_status check_reports(const ins_log *log, ins_error *error)
{
    const ins_status status = ins_log_check_reports(log->directory, error);
    if (status != INS_OK && !ins_path_holds(log->staging, "journal")) remove_staging(log, NULL);
    return status;
}

/* The staging directory is ours and locked: goes on with what is in it, or starts. A resumption
 * that finds no trial in it but a directory of the final name leaves *complete true. */
static ins_status go_on_or_start(ins_log *log, bool *complete, ins_error *error)
{
    ins_log_policy policy = log->terms.policy;
    ins_publication publication = publication_of(log);
    bool vacant;
    ins_status status = policy == INS_LOG_FORCE ? check_reports(log, error) : INS_OK;
    if (status == INS_OK) status = ins_publication_recover(&publication, error);
    if (status == INS_OK)
        status = ins_journal_recover(log->staging, &log->journal, &log->taken, error);
    if (status == INS_OK) status = ins_directory_is_empty(log->directory, &vacant, error);
    if (status != INS_OK) return status;
    *complete = policy == INS_LOG_RESUME && log->journal.trials == 0 && !vacant;
    if (*complete) return remove_staging(log, error);
    if (policy == INS_LOG_FORCE || log->journal.trials == 0) {
        ins_trial_set_free(&log->taken);
        return start(log, error);
    }
    if (policy == INS_LOG_NEW)
        return ins_error_add(error, INS_OUTPUT,
                             "%s: an interrupted run with %zu finished trial%s is here; use "
                             "--resume or --force",
                             log->staging, log->journal.trials,
                             log->journal.trials == 1 ? "" : "s");
    if (!log->journal.replace && !vacant)
        return ins_error_add(error, INS_OUTPUT,
                             "%s: exists and is not empty, and so does an interrupted run in %s; "
                             "move one of them away",
                             log->directory, log->staging);
    status = ins_identity_check(log->staging, "interrupted", log->identity.data, error);
    if (status != INS_OK) return status;
    ins_log_sweep(log->staging);
    return open_files(log, error);
}

/* *complete: the directory is a complete run, which is to be resumed. */
static ins_status open_log(ins_log *log, bool *complete, size_t *finished, ins_error *error)
{
    ins_status status = check_directory(log, error);
    bool vacant = true;
    if (status == INS_OK && log->terms.policy == INS_LOG_RESUME && !ins_path_exists(log->staging))
        status = ins_directory_is_empty(log->directory, &vacant, error);
    *complete = !vacant;
    if (status == INS_OK && vacant) status = enter(log, error);
    if (status == INS_OK && vacant) status = go_on_or_start(log, complete, error);
    *finished = log->journal.trials;
    return status == INS_OK && *complete ? check_complete(log, finished, error) : status;
}

ins_status ins_log_open(const ins_log_terms *terms, ins_log **log, size_t *finished,
                        ins_error *error)
{
    ins_log *new = log_new(terms);
    bool complete;
    size_t trials;
    ins_status status = open_log(new, &complete, &trials, error);
    if (status == INS_OK) {
        *log = complete ? NULL : new;
        *finished = trials;
    }
    if (status != INS_OK || complete) log_free(new);
    return status;
}

/* One write a file, then the journal line that makes them count. *failed is the name of the file
 * that could not be written. Returns 0, or -1 with errno. */
static int append(ins_log *log, const ins_log_rows *rows, const ins_text *line, const char **failed)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        *failed = ins_log_tables[file].file;
        const ins_text *text = &rows->file[file];
        if (ins_write_all(log->file[file], text->data, text->length) != 0) return -1;
    }
    *failed = "journal";
    return ins_write_all(log->journal_file, line->data, line->length);
}

/* Takes back what a failed append has written of its trial. */
static void cut_back(const ins_log *log)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (log->file[file] >= 0) ins_log_cut(log->file[file], log->journal.length[file]);
    ins_log_cut(log->journal_file, log->journal.bytes);
}

bool ins_log_wants(const ins_log *log, size_t trial)
{
    size_t of = log->terms.shard.of;
    bool ours = of < 2 || trial % of == log->terms.shard.index % of;
    return ours && !ins_trial_set_has(&log->taken, trial);
}

ins_log_entry *ins_log_begin(ins_log *log, size_t trial)
{
    ins_trial_set_add(&log->taken, trial);
    return ins_log_queue_enter(log->queue, trial);
}

/* INS_OUTPUT, and the files as they were, when the trial cannot be written. */
static ins_status write_trial(ins_log *log, const ins_log_entry *entry, ins_error *error)
{
    ins_journal next = log->journal;
    ins_text line = {0};
    const char *failed;
    ins_status status = INS_OK;
    ins_journal_add(&next, entry->trial, entry->rows.file, &line);
    if (append(log, &entry->rows, &line, &failed) == 0) {
        log->journal = next;
    } else {
        char *path = ins_path_join(log->staging, failed);
        status = ins_file_problem(path, INS_OUTPUT, error);
        free(path);
        cut_back(log);
        log->broken = true;
    }
    ins_text_free(&line);
    return status;
}

/* Copies the rows of one file. Returns 0, -1 with errno, or 1 when they are others. */
static int copy_rows(const ins_log *log, const ins_log_source *source, ins_log_file file)
{
    unsigned long long hash = INS_HASH_START;
    size_t start = source->start[file], left = source->line.length[file];
    while (left > 0) {
        const size_t wanted = left < INS_LOG_PIECE ? left : INS_LOG_PIECE;
        if (ins_read_all(source->file[file], source->piece, wanted, start) != (ptrdiff_t)wanted)
            return 1;
        hash = ins_hash_blocks(hash, source->piece, wanted);
        if (ins_write_all(log->file[file], source->piece, wanted) != 0) return -1;
        start += wanted;
        left -= wanted;
    }
    return source->line.length[file] == 0 || hash == source->line.hash[file] ? 0 : 1;
}

ins_status ins_log_copy(ins_log *log, const ins_log_source *source, ins_log_file *damaged,
                        ins_error *error)
{
    ins_journal next = log->journal;
    ins_text line = {0};
    const char *failed = NULL;
    *damaged = INS_LOG_FILES;
    ins_trial_set_add(&log->taken, source->line.trial);
    for (ins_log_file file = 0; failed == NULL && file < INS_LOG_FILES; file++) {
        const int result = copy_rows(log, source, file);
        if (result > 0) *damaged = file;
        if (result != 0) failed = ins_log_tables[file].file;
    }
    ins_journal_take(&next, &source->line, &line);
    if (failed == NULL && ins_write_all(log->journal_file, line.data, line.length) != 0)
        failed = "journal";
    ins_text_free(&line);
    if (failed == NULL) {
        log->journal = next;
        return INS_OK;
    }
    ins_status status = INS_DATA;
    if (*damaged == INS_LOG_FILES) {
        char *path = ins_path_join(log->staging, failed);
        status = ins_file_problem(path, INS_OUTPUT, error);
        free(path);
    }
    cut_back(log);
    log->broken = true;
    return status;
}

void ins_log_give_up(ins_log *log, ins_log_entry *entry)
{
    ins_log_queue_end(log->queue, entry);
}

ins_status ins_log_append(ins_log *log, ins_log_entry *entry, ins_error *error)
{
    const char *misplaced = NULL;
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (!ins_log_tables[file].by_trial && entry->rows.file[file].length > 0)
            misplaced = ins_log_tables[file].file;
    if (misplaced != NULL) {
        ins_log_give_up(log, entry);
        return ins_error_add(error, INS_INTERNAL, "rows of a trial for %s, which is written whole",
                             misplaced);
    }
    if (log->broken)
        return ins_error_add(error, INS_OUTPUT, "%s: an earlier trial could not be written",
                             log->staging);
    ins_status status = INS_OK;
    if (!ins_log_queue_complete(log->queue, entry)) return status;
    for (ins_log_entry *first; (first = ins_log_queue_first(log->queue)) != NULL;) {
        status = write_trial(log, first, error);
        if (status == INS_OK && log->terms.written != NULL)
            log->terms.written(log->terms.context, first);
        if (status == INS_OK)
            ins_log_queue_leave(log->queue);
        else
            ins_log_queue_end(log->queue, first);
    }
    return status;
}

const char *ins_log_staging(const ins_log *log)
{
    return log->staging;
}

static ins_status write_schema(ins_log *log, ins_error *error)
{
    bool present[INS_LOG_FILES];
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        present[file] =
            file == INS_LOG_MANIFEST || (ins_path_holds(log->staging, ins_log_tables[file].file) &&
                                         !ins_log_is_empty(log->staging, file));
    ins_text schema = {0};
    ins_log_schema(present, &schema);
    ins_status status = ins_log_file_write(log, "schema.json", &schema, error);
    ins_text_free(&schema);
    return status;
}

static ins_status publish(ins_log *log, ins_error *error)
{
    const ins_publication publication = publication_of(log);
    if (!ins_directory_is_at(log->place, log->staging))
        return ins_error_add(error, INS_OUTPUT, "%s: was moved or removed meanwhile", log->staging);
    const ins_status status = write_schema(log, error);
    return status == INS_OK ? ins_leftovers_publish(&publication, log->part, error) : status;
}

ins_status ins_log_publish(ins_log *log, ins_error *error)
{
    ins_status status =
        log->broken
            ? ins_error_add(error, INS_OUTPUT, "%s: a trial could not be written", log->staging)
            : publish(log, error);
    log_free(log);
    return status;
}

void ins_log_close(ins_log *log)
{
    if (log == NULL) return;
    if (log->journal.trials == 0) remove_staging(log, NULL);
    log_free(log);
}
