/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a log that several processes add to. */
#include <config.h>

#include "initscope/shared_log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/log_reader.h"
#include "initscope/memory.h"
#include "initscope/publication.h"

#include "log_internal.h"
#include "running.h"

struct ins_shared_log {
    ins_shared_policy policy;
    char *directory;       /* its final name */
    char *place;           /* where it is written: directory, or directory.partial */
    pthread_mutex_t mutex; /* of all below */
    bool held;             /* the mutex is, by holder */
    pthread_t holder;
    int lock;            /* descriptor: held all the time when place is another, else by turns */
    ins_journal journal; /* as far as it is known */
    ins_trial_set runs;
};

struct ins_shared_run {
    ins_running running;
};

/* The keys of experiment.ini. */
static const char *const experiment_keys[] = {"title", "note",    "time",    "loss",
                                              "score", "classes", "question"};

static char *running_of(const ins_shared_log *log)
{
    return ins_path_join(log->place, "running");
}

/* --- The lock ---------------------------------------------------------------- */

/* Waits for it, or, not patient, fails with EWOULDBLOCK. */
static int take_lock(const char *place, bool patient)
{
    char *path = ins_path_join(place, "lock");
    int file = ins_log_open_file(path, O_RDWR | O_CREAT), result = -1;
    free(path);
    if (file < 0) return -1;
    do result = flock(file, LOCK_EX | (patient ? 0 : LOCK_NB));
    while (result != 0 && errno == EINTR);
    if (result == 0) return file;
    const int reason = errno;
    close(file);
    errno = reason;
    return -1;
}

/* No other thread and no other process is in the log until leave. */
static ins_status enter(ins_shared_log *log, ins_error *error)
{
    pthread_mutex_lock(&log->mutex);
    if (log->lock < 0) log->lock = take_lock(log->place, true);
    if (log->lock < 0) {
        pthread_mutex_unlock(&log->mutex);
        return ins_file_problem(log->place, INS_OUTPUT, error);
    }
    log->holder = pthread_self();
    log->held = true;
    return INS_OK;
}

static void leave(ins_shared_log *log)
{
    log->held = false;
    if (log->policy == INS_SHARED_ADD) {
        close(log->lock);
        log->lock = -1;
    }
    pthread_mutex_unlock(&log->mutex);
}

/* --- Making and opening ------------------------------------------------------ */

/* The directory with those above it; it may be a link of the user's own. */
static ins_status make_directories(const char *path, bool links, ins_error *error)
{
    char *part = ins_duplicate(path);
    ins_status status = INS_OK;
    for (char *p = part + 1; status == INS_OK && *p != '\0'; p++) {
        if (*p != '/') continue;
        *p = '\0';
        if (!ins_path_exists(part)) status = ins_directory_make(part, error);
        *p = '/';
    }
    free(part);
    int directory;
    if (status == INS_OK) status = ins_directory_enter(path, links, &directory, error);
    if (status == INS_OK) close(directory);
    return status;
}

static ins_status write_file(const ins_shared_log *log, const char *name, const ins_text *text,
                             ins_error *error)
{
    char *path = ins_path_join(log->place, name);
    const ins_status status = ins_file_stage(path, text->data, text->length, error);
    free(path);
    return status;
}

/* The files that have rows of the journal's runs, or will have when the log is published. */
static void list_present(const ins_shared_log *log, bool present[INS_LOG_FILES])
{
    const ins_journal *journal = &log->journal;
    ins_text header = {0};
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        ins_text_clear(&header);
        ins_log_header(file, &header);
        present[file] = file == INS_LOG_ENVIRONMENT ||
                        (file == INS_LOG_MANIFEST && log->policy != INS_SHARED_ADD) ||
                        (ins_log_tables[file].by_trial && journal->length[file] > header.length);
    }
    ins_text_free(&header);
}

static ins_status write_schema(const ins_shared_log *log, ins_error *error)
{
    bool present[INS_LOG_FILES];
    ins_text schema = {0};
    list_present(log, present);
    ins_log_schema(present, &schema);
    const ins_status status = write_file(log, "schema.json", &schema, error);
    ins_text_free(&schema);
    return status;
}

static ins_status write_environment(const ins_shared_log *log, const char *version,
                                    ins_error *error)
{
    ins_text text = {0};
    ins_log_header(INS_LOG_ENVIRONMENT, &text);
    ins_csv_text(&text, "version");
    ins_csv_text(&text, version);
    ins_csv_end_row(&text);
    const ins_status status =
        write_file(log, ins_log_tables[INS_LOG_ENVIRONMENT].file, &text, error);
    ins_text_free(&text);
    return status;
}

/* A log without runs; the journal, without which it is none, comes last. */
static ins_status start(ins_shared_log *log, const char *version, ins_error *error)
{
    ins_text text = {0};
    int place;
    ins_status status = ins_directory_enter(log->place, true, &place, error);
    if (status != INS_OK) return status;
    status = ins_log_start_files(place, log->place, error);
    close(place);
    ins_journal_start(&log->journal, log->policy == INS_SHARED_REPLACE, &text);
    if (status == INS_OK) status = write_environment(log, version, error);
    if (status == INS_OK) status = write_schema(log, error);
    if (status == INS_OK) status = write_file(log, "journal", &text, error);
    ins_text_free(&text);
    return status;
}

/* What a start that was cut short may have left; anything else is not ours. */
static bool is_of_a_start(const char *name)
{
    static const char *const others[] = {".", "..", "lock", "schema.json"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i]) == 0) return true;
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        const size_t length = strlen(ins_log_tables[file].file);
        if (strncmp(name, ins_log_tables[file].file, length) != 0) continue;
        if (name[length] == '\0' || name[length] == '.') return true;
    }
    return strncmp(name, "schema.json.", 12) == 0 || strncmp(name, "journal.", 8) == 0;
}

static ins_status check_vacant(const ins_shared_log *log, ins_error *error)
{
    DIR *directory = opendir(log->place);
    if (directory == NULL) return ins_file_problem(log->place, INS_OUTPUT, error);
    ins_status status = INS_OK;
    for (const struct dirent *entry; status == INS_OK && (entry = readdir(directory)) != NULL;)
        if (!is_of_a_start(entry->d_name))
            status =
                ins_error_add(error, INS_OUTPUT, "%s: holds something else than a log", log->place);
    closedir(directory);
    return status;
}

/* Reads on in the journal. What others have written must be what they said they would. */
static ins_status follow(ins_shared_log *log, ins_error *error)
{
    size_t length[INS_LOG_FILES], sealed = 0;
    const ins_status status = ins_journal_recover(log->place, &log->journal, &log->runs, error);
    if (status != INS_OK) return status;
    if (!ins_journal_lengths(log->place, length, &sealed) || sealed != log->journal.trials)
        return ins_error_add(error, INS_DATA,
                             "%s: run %zu is not as it was written: a file was changed, or is of "
                             "another version; runs cannot be added here",
                             log->place, log->journal.trials + 1);
    return INS_OK;
}

/* Adds the rows of a run. */
static ins_status append(ins_shared_log *log, ins_running *running, const ins_log_rows *rows,
                         ins_error *error)
{
    bool before[INS_LOG_FILES], after[INS_LOG_FILES];
    const size_t number = log->journal.trials + 1;
    ins_journal next = log->journal;
    ins_text line = {0};
    list_present(log, before);
    ins_journal_add(&next, number, rows->file, &line);
    ins_status status = ins_running_announce(running, &line, error);
    if (status == INS_OK)
        status = ins_journal_append(log->place, &log->journal, number, rows->file, error);
    ins_text_free(&line);
    if (status != INS_OK) return status;
    ins_trial_set_add(&log->runs, number);
    list_present(log, after);
    return memcmp(before, after, sizeof before) != 0 ? write_schema(log, error) : status;
}

/* Takes a run that has rows into the log, its state replaced where one is given. */
static ins_status take_in(ins_shared_log *log, ins_running *running,
                          const ins_run_identity *identity, const ins_run_figures *state,
                          ins_error *error)
{
    const size_t number = log->journal.trials + 1;
    ins_log_rows rows = {0};
    ins_status status = ins_running_rows(running, number, &rows, error);
    if (status == INS_OK && state != NULL) {
        ins_text_clear(&rows.file[INS_LOG_RUNS]);
        ins_run_identity_row(identity, number, state, &rows.file[INS_LOG_RUNS]);
    }
    if (status == INS_OK && rows.file[INS_LOG_RUNS].length > 0)
        status = append(log, running, &rows, error);
    ins_log_rows_free(&rows);
    return status;
}

/* Runs whose processes are gone become interrupted runs. */
static ins_status adopt(ins_shared_log *log, ins_error *error)
{
    char *parent = running_of(log);
    DIR *directory = opendir(parent);
    ins_status status = INS_OK;
    for (const struct dirent *entry;
         status == INS_OK && directory != NULL && (entry = readdir(directory)) != NULL;) {
        ins_running running;
        if (entry->d_name[0] == '.') continue;
        char *path = ins_path_join(parent, entry->d_name);
        if (ins_running_take(path, &running)) {
            if (!ins_running_is_in(&running, log->place))
                status = take_in(log, &running, NULL, NULL, error);
            if (status == INS_OK)
                ins_running_remove(&running);
            else
                ins_running_leave(&running);
        }
        free(path);
    }
    if (directory != NULL) closedir(directory);
    free(parent);
    return status;
}

static ins_status open_added(ins_shared_log *log, const char *version, ins_error *error)
{
    ins_text partial = {0};
    ins_text_add_format(&partial, "%s.partial", log->directory);
    if (ins_path_holds(partial.data, "lock")) {
        const int held = take_lock(partial.data, false);
        if (held < 0) ins_error_add(error, INS_OUTPUT, "%s: is being written anew", log->directory);
        if (held >= 0) close(held);
    }
    ins_text_free(&partial);
    if (error->status != INS_OK) return error->status;
    ins_status status = make_directories(log->directory, true, error);
    const bool ours = ins_path_holds(log->place, "lock");
    if (status == INS_OK && !ours && ins_path_holds(log->place, "runs.csv"))
        return ins_error_add(error, INS_OUTPUT, "%s: is a finished log; nothing is added to it",
                             log->directory);
    if (status == INS_OK && !ours) status = check_vacant(log, error);
    if (status == INS_OK) status = enter(log, error);
    if (status != INS_OK) return status;
    if (!ins_path_holds(log->place, "journal")) {
        status = check_vacant(log, error);
        if (status == INS_OK) status = start(log, version, error);
    } else {
        status = follow(log, error);
    }
    if (status == INS_OK) status = adopt(log, error);
    leave(log);
    return status;
}

static ins_status open_new(ins_shared_log *log, const char *version, ins_error *error)
{
    bool vacant = true, unused = true;
    ins_status status = INS_OK;
    if (log->policy == INS_SHARED_NEW) {
        status = ins_directory_is_empty(log->directory, &vacant, error);
        if (status == INS_OK && !vacant)
            status =
                ins_error_add(error, INS_OUTPUT, "%s: exists and is not empty", log->directory);
    }
    if (status == INS_OK) status = make_directories(log->place, false, error);
    if (status != INS_OK) return status;
    log->lock = take_lock(log->place, false);
    if (log->lock < 0)
        return errno == EWOULDBLOCK
                   ? ins_error_add(error, INS_OUTPUT, "%s: is being written by another process",
                                   log->directory)
                   : ins_file_problem(log->place, INS_OUTPUT, error);
    unused = !ins_path_holds(log->place, "journal");
    if (!unused && log->policy == INS_SHARED_NEW)
        return ins_error_add(error, INS_OUTPUT,
                             "%s: a log that was broken off is here; remove it, or open it to "
                             "replace it",
                             log->place);
    status = unused ? check_vacant(log, error) : ins_directory_clear(log->place, "lock", error);
    return status == INS_OK ? start(log, version, error) : status;
}

ins_status ins_shared_log_open(const char *directory, ins_shared_policy policy, const char *version,
                               ins_shared_log **log, ins_error *error)
{
    ins_error own = {0};
    if (error == NULL) error = &own;
    ins_shared_log *new = ins_allocate(1, sizeof *new, "a log");
    ins_text place = {0};
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/') length--;
    ins_text_add_bytes(&place, directory, length);
    new->directory = ins_duplicate(place.length > 0 ? place.data : "");
    if (policy != INS_SHARED_ADD) ins_text_add(&place, ".partial");
    new->place = place.data;
    new->policy = policy;
    new->lock = -1;
    pthread_mutex_init(&new->mutex, NULL);
    ins_status status = INS_OK;
    if (length == 0)
        status = ins_error_add(error, INS_OUTPUT, "a log's directory has no name (got \"\")");
    if (status == INS_OK) status = ins_log_check_kind(new->directory, error);
    if (status == INS_OK)
        status = policy == INS_SHARED_ADD ? open_added(new, version, error)
                                          : open_new(new, version, error);
    if (status == INS_OK)
        *log = new;
    else
        ins_shared_log_drop(new);
    return status;
}

void ins_shared_log_release(ins_shared_log *log)
{
    if (log->held && pthread_equal(log->holder, pthread_self())) leave(log);
}

void ins_shared_log_drop(ins_shared_log *log)
{
    if (log->lock >= 0) close(log->lock);
    ins_trial_set_free(&log->runs);
    pthread_mutex_destroy(&log->mutex);
    free(log->directory);
    free(log->place);
    free(log);
}

static ins_status publish(ins_shared_log *log, ins_error *error)
{
    const ins_publication publication = {log->place, log->directory,
                                         log->policy == INS_SHARED_REPLACE ? INS_PUBLISH_REPLACE
                                                                           : INS_PUBLISH_NEW};
    char *running = running_of(log);
    ins_directory_remove(running, NULL);
    free(running);
    return ins_leftovers_publish(&publication, false, error);
}

ins_status ins_shared_log_close(ins_shared_log *log, ins_error *error)
{
    ins_status status = INS_OK;
    if (log->policy != INS_SHARED_ADD) {
        if (log->journal.trials > 0)
            status = publish(log, error);
        else
            status = ins_directory_remove(log->place, error);
    }
    ins_shared_log_drop(log);
    return status;
}

/* --- Notes ------------------------------------------------------------------- */

static bool is_experiment_key(const char *key)
{
    for (size_t i = 0; i < sizeof experiment_keys / sizeof experiment_keys[0]; i++)
        if (strcmp(experiment_keys[i], key) == 0) return true;
    return false;
}

/* What an INI file would not give back. */
static ins_status check_note(const char *key, const char *value, bool ini, ins_error *error)
{
    char shown[INS_DISPLAY_SIZE];
    const char *what = NULL;
    if (key[0] == '\0') return ins_error_add(error, INS_USAGE, "a note has no key");
    for (const char *p = value; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) what = "has a control character";
    if (ini && what == NULL && (value[0] == ';' || value[0] == '#' || strstr(value, " ;") != NULL))
        what = "would begin a comment in experiment.ini";
    if (what == NULL && ini && (value[0] == ' ' || (value[0] && value[strlen(value) - 1] == ' ')))
        what = "begins or ends with a blank";
    if (what == NULL) return INS_OK;
    return ins_error_add(error, INS_USAGE, "note \"%s\": %s (got \"%s\")", key, what,
                         ins_display(shown, value, strlen(value)));
}

static void add_note(const char *key, const char *value, bool ini, ins_text *out)
{
    if (ini) {
        ins_text_add_format(out, "%s = %s\n", key, value);
        return;
    }
    ins_csv_name(out, key);
    ins_csv_name(out, value);
    ins_csv_end_row(out);
}

/* All notes of the file with this one among them, in the place of one of its key. */
static void join_notes(const ins_pairs *pairs, const char *key, const char *value, bool ini,
                       ins_text *out)
{
    bool placed = false;
    for (size_t i = 0; i < pairs->count; i++) {
        const bool same = strcmp(pairs->key[i], key) == 0;
        placed |= same;
        add_note(pairs->key[i], same ? value : pairs->value[i], ini, out);
    }
    if (!placed) add_note(key, value, ini, out);
}

static ins_status write_note(ins_shared_log *log, const char *key, const char *value,
                             ins_error *error)
{
    const bool ini = is_experiment_key(key);
    const char *name = ini ? "experiment.ini" : ins_log_tables[INS_LOG_ENVIRONMENT].file;
    char *path = ins_path_join(log->place, name);
    ins_pairs pairs;
    bool present;
    ins_status status = ini ? ins_pairs_read_ini(path, &pairs, &present, error)
                            : ins_pairs_read_csv(path, &pairs, &present, error);
    free(path);
    if (status != INS_OK) return status;
    const char *before = ins_pairs_get(&pairs, key);
    ins_text text = {0};
    if (!ini) ins_log_header(INS_LOG_ENVIRONMENT, &text);
    join_notes(&pairs, key, value, ini, &text);
    if (before == NULL || strcmp(before, value) != 0) status = write_file(log, name, &text, error);
    ins_text_free(&text);
    ins_pairs_free(&pairs);
    return status;
}

ins_status ins_shared_log_note(ins_shared_log *log, const char *key, const char *value,
                               ins_error *error)
{
    ins_status status = check_note(key, value, is_experiment_key(key), error);
    if (status == INS_OK) status = enter(log, error);
    if (status != INS_OK) return status;
    status = write_note(log, key, value, error);
    leave(log);
    return status;
}

/* --- Runs -------------------------------------------------------------------- */

ins_status ins_shared_run_begin(ins_shared_log *log, const ins_run_identity *identity,
                                ins_shared_run **run, ins_error *error)
{
    bool found = false;
    ins_shared_run *new = NULL;
    ins_status status = ins_run_identity_check(identity, error);
    if (status == INS_OK) status = enter(log, error);
    if (status != INS_OK) return status;
    status = ins_run_identity_find(identity, log->place, &found, error);
    if (status == INS_OK && !found) {
        char *parent = running_of(log);
        new = ins_allocate(1, sizeof *new, "a run");
        status = ins_running_make(parent, &new->running, error);
        free(parent);
    }
    leave(log);
    if (status == INS_OK)
        *run = new;
    else
        free(new);
    return status;
}

ins_status ins_shared_run_add(ins_shared_run *run, const ins_log_rows *rows, ins_error *error)
{
    return ins_running_add(&run->running, rows, error);
}

ins_status ins_shared_run_end(ins_shared_log *log, ins_shared_run *run,
                              const ins_run_identity *identity, const ins_run_figures *state,
                              ins_error *error)
{
    ins_status status = enter(log, error);
    if (status == INS_OK) {
        status = follow(log, error);
        if (status == INS_OK) status = take_in(log, &run->running, identity, state, error);
        leave(log);
    }
    if (status == INS_OK)
        ins_running_remove(&run->running);
    else
        ins_running_leave(&run->running);
    free(run);
    return status;
}

void ins_shared_run_discard(ins_shared_run *run)
{
    ins_running_remove(&run->running);
    free(run);
}

void ins_shared_run_leave(ins_shared_run *run)
{
    ins_running_leave(&run->running);
    free(run);
}
