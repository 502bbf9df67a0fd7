/* The life of a run directory: staging directory, trials appended, published whole. */
#include <config.h>

#include "initscope/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/log_reader.h"
#include "initscope/memory.h"

#include "log_internal.h"

struct ins_log {
    char *directory, *staging;
    int lock, journal_file, file[INS_LOG_FILES]; /* descriptors, -1 when not open */
    ins_journal journal;
    bool broken; /* an append failed: the disk cannot be trusted with more */
};

/* directory without trailing slashes. "." and ".." have no name to put ".partial" after, so they
 * are resolved. */
static char *plain_name(const char *directory)
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

static ins_log *log_new(const char *directory)
{
    ins_log *log = ins_allocate(1, sizeof *log, "the log");
    ins_text staging = {0};
    log->directory = plain_name(directory);
    ins_text_add_format(&staging, "%s.partial", log->directory);
    log->staging = staging.data;
    log->lock = log->journal_file = -1;
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
    free(log->directory);
    free(log->staging);
    free(log);
}

/* The directories themselves, before anything is touched. */
static ins_status check_directory(const ins_log *log, ins_log_policy policy, ins_error *error)
{
    if (log->directory[0] == '\0')
        return ins_error_add(error, INS_OUTPUT, "output directory: has no name (got \"\")");
    if (ins_log_check_kind(log->directory, error) != INS_OK ||
        ins_log_check_kind(log->staging, error) != INS_OK)
        return error->status;
    if (policy == INS_LOG_NEW && !ins_directory_is_empty(log->directory, error) &&
        error->status == INS_OK)
        ins_error_add(error, INS_OUTPUT,
                      "%s: exists and is not empty; use --force to replace it or --resume "
                      "to go on",
                      log->directory);
    return error->status;
}

static bool has(const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    bool there = ins_path_exists(path);
    free(path);
    return there;
}

/* To resume a directory that is there already: it must be this very run, complete. */
static ins_status check_complete(const ins_log *log, const char *identity, size_t *finished,
                                 ins_error *error)
{
    if (!has(log->directory, "schema.json") || !has(log->directory, "runs.csv"))
        return ins_error_add(error, INS_OUTPUT, "%s: is not a run directory; nothing to resume",
                             log->directory);
    ins_status status = ins_identity_check_complete(log->directory, identity, error);
    if (status != INS_OK) return status;
    ins_table runs;
    bool present;
    status = ins_table_read(log->directory, INS_LOG_RUNS, &runs, &present, error);
    if (status != INS_OK) return status;
    *finished = runs.rows;
    ins_table_free(&runs);
    ins_leftovers_remove_late(log->directory);
    return INS_OK;
}

/* Makes the staging directory, or takes over one that is ours, and locks it. */
static ins_status enter(ins_log *log, ins_log_policy policy, ins_error *error)
{
    if (policy != INS_LOG_FORCE && !has(log->staging, "lock") &&
        !ins_directory_is_empty(log->staging, error))
        return error->status != INS_OK
                   ? error->status
                   : ins_error_add(
                         error, INS_OUTPUT,
                         "%s: exists and is not an interrupted run; use --force to replace it",
                         log->staging);
    ins_status status = ins_directory_make(log->staging, error);
    if (status != INS_OK) return status;
    return ins_log_take_lock(log->directory, log->staging, &log->lock, error);
}

/* The lock goes last: without it, what is left would not be known for an interrupted run. */
static ins_status remove_staging(const ins_log *log, ins_error *error)
{
    if (ins_directory_clear(log->staging, "lock", error) != INS_OK) return error->status;
    return ins_directory_remove(log->staging, error);
}

/* Opens the files for appending, cut to the lengths of the journal. */
static ins_status open_files(ins_log *log, ins_error *error)
{
    ins_status status = INS_OK;
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        char *path = ins_path_join(log->staging, ins_log_tables[file].file);
        log->file[file] = ins_log_open_file(path, O_WRONLY | O_APPEND);
        if (log->file[file] < 0 || ins_log_cut(log->file[file], log->journal.length[file]) != 0)
            status = ins_file_problem(path, INS_OUTPUT, error);
        free(path);
    }
    if (status != INS_OK) return status;
    char *path = ins_path_join(log->staging, "journal");
    log->journal_file = ins_log_open_file(path, O_WRONLY | O_APPEND);
    if (log->journal_file < 0 || ins_log_cut(log->journal_file, log->journal.bytes) != 0)
        status = ins_file_problem(path, INS_OUTPUT, error);
    free(path);
    return status;
}

typedef ins_status file_writer(const char *path, const char *bytes, size_t length,
                               ins_error *error);

static ins_status write_text(const ins_log *log, const char *name, const ins_text *text,
                             file_writer *write_file, ins_error *error)
{
    char *path = ins_path_join(log->staging, name);
    ins_status status = write_file(path, text->data, text->length, error);
    free(path);
    return status;
}

/* A staging directory with headers and no trial, in place of whatever was there. What a resumption
 * could not do without, and could not check, is on the disk at once. */
static ins_status start(ins_log *log, bool replace, const char *identity, ins_error *error)
{
    ins_status status = ins_directory_clear(log->staging, "lock", error);
    ins_text text = {0};
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_text_clear(&text);
        ins_log_header(file, &text);
        status = write_text(log, ins_log_tables[file].file, &text, ins_file_stage, error);
    }
    if (status == INS_OK) {
        ins_text_clear(&text);
        ins_text_add(&text, identity);
        status = write_text(log, "identity", &text, ins_file_write, error);
    }
    if (status == INS_OK) {
        ins_text_clear(&text);
        ins_journal_start(&log->journal, replace, &text);
        status = write_text(log, "journal", &text, ins_file_write, error);
    }
    ins_text_free(&text);
    if (status == INS_OK) status = open_files(log, error);
    if (status != INS_OK) {
        close_files(log); /* removing needs descriptors, which may be what there is too little of */
        remove_staging(log, &(ins_error){0});
    }
    return status;
}

/* A process that was killed between the two renamings of a publication left the directory that was
 * to be replaced in the staging directory. */
static ins_status put_back(const ins_log *log, ins_error *error)
{
    ins_status status = INS_OK;
    char *replaced = ins_path_join(log->staging, INS_REPLACED);
    if (ins_path_exists(replaced) && !ins_path_exists(log->directory) &&
        rename(replaced, log->directory) != 0)
        status = ins_file_problem(log->directory, INS_OUTPUT, error);
    free(replaced);
    return status;
}

/* The staging directory is ours and locked: goes on with what is in it, or starts. A resumption
 * that finds no trial in it but a directory of the final name leaves *complete true. */
static ins_status go_on_or_start(ins_log *log, ins_log_policy policy, const char *identity,
                                 bool *complete, ins_error *error)
{
    ins_status status = put_back(log, error);
    if (status == INS_OK) status = ins_journal_recover(log->staging, &log->journal, error);
    if (status != INS_OK) return status;
    bool vacant = ins_directory_is_empty(log->directory, error);
    if (error->status != INS_OK) return error->status;
    *complete = policy == INS_LOG_RESUME && log->journal.trials == 0 && !vacant;
    if (*complete) return remove_staging(log, error);
    if (policy == INS_LOG_FORCE || log->journal.trials == 0)
        return start(log, policy == INS_LOG_FORCE, identity, error);
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
    status = ins_identity_check(log->staging, identity, error);
    if (status != INS_OK) return status;
    ins_log_sweep(log->staging);
    return open_files(log, error);
}

ins_status ins_log_open(const char *directory, ins_log_policy policy, const char *identity,
                        ins_log **log, size_t *finished, ins_error *error)
{
    ins_log *new = log_new(directory);
    bool complete = false;
    size_t trials = 0;
    ins_status status = check_directory(new, policy, error);
    if (status == INS_OK) {
        complete = policy == INS_LOG_RESUME && !ins_path_exists(new->staging) &&
                   !ins_directory_is_empty(new->directory, error);
        status = error->status;
        if (!complete && status == INS_OK) status = enter(new, policy, error);
        if (!complete && status == INS_OK)
            status = go_on_or_start(new, policy, identity, &complete, error);
        trials = new->journal.trials;
    }
    if (status == INS_OK && complete) status = check_complete(new, identity, &trials, error);
    if (status == INS_OK) {
        *log = complete ? NULL : new;
        *finished = trials;
    }
    if (status != INS_OK || complete) log_free(new);
    return status;
}

void ins_log_rows_free(ins_log_rows *rows)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) ins_text_free(&rows->file[file]);
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

ins_status ins_log_append(ins_log *log, const ins_log_rows *rows, ins_error *error)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (!ins_log_tables[file].by_trial && rows->file[file].length > 0)
            ins_die("rows of a trial for %s, which is written whole", ins_log_tables[file].file);
    if (log->broken)
        return ins_error_add(error, INS_OUTPUT, "%s: an earlier trial could not be written",
                             log->staging);
    ins_journal next = log->journal;
    ins_text line = {0};
    const char *failed;
    ins_journal_add(&next, rows->file, &line);
    if (append(log, rows, &line, &failed) == 0) {
        log->journal = next;
    } else {
        char *path = ins_path_join(log->staging, failed);
        ins_file_problem(path, INS_OUTPUT, error);
        free(path);
        cut_back(log);
        log->broken = true;
    }
    ins_text_free(&line);
    return log->broken ? error->status : INS_OK;
}

ins_status ins_log_file_write(ins_log *log, const char *name, const ins_text *text,
                              ins_error *error)
{
    return write_text(log, name, text, ins_file_stage, error);
}

const char *ins_log_staging(const ins_log *log)
{
    return log->staging;
}

static ins_status write_schema(const ins_log *log, ins_error *error)
{
    bool present[INS_LOG_FILES];
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        present[file] =
            has(log->staging, ins_log_tables[file].file) && !ins_log_is_empty(log->staging, file);
    ins_text schema = {0};
    ins_log_schema(present, &schema);
    ins_status status = write_text(log, "schema.json", &schema, ins_file_stage, error);
    ins_text_free(&schema);
    return status;
}

/* The bookkeeping goes after the renaming: a run that could not be renamed can be resumed. */
static ins_status publish(const ins_log *log, ins_error *error)
{
    ins_leftovers leftovers;
    if (write_schema(log, error) != INS_OK ||
        ins_leftovers_find(log->staging, &leftovers, error) != INS_OK)
        return error->status;
    ins_directory_publish(log->staging, log->directory, log->journal.replace, error);
    if (ins_path_exists(log->staging))
        ins_leftovers_keep(&leftovers);
    else
        ins_leftovers_remove(&leftovers);
    return error->status;
}

ins_status ins_log_publish(ins_log *log, ins_error *error)
{
    if (log->broken)
        ins_error_add(error, INS_OUTPUT, "%s: a trial could not be written", log->staging);
    else
        publish(log, error);
    log_free(log);
    return error->status;
}

void ins_log_close(ins_log *log)
{
    if (log == NULL) return;
    if (log->journal.trials == 0) remove_staging(log, &(ins_error){0});
    log_free(log);
}
