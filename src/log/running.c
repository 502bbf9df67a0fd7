/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs under way, each in a directory of its own. */
#include <config.h>

#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/memory.h"

static void forget(ins_running *running)
{
    if (running->lock >= 0) close(running->lock);
    free(running->directory);
    *running = (ins_running){.lock = -1};
}

/* A name that no other process has: those of one machine differ by the process. */
static char *make_own(const char *parent)
{
    enum { ATTEMPTS = 10000 };
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        char name[64];
        snprintf(name, sizeof name, "%ld.%d", (long)getpid(), attempt);
        char *path = ins_path_join(parent, name);
        if (mkdir(path, 0777) == 0) return path;
        const int reason = errno;
        free(path);
        errno = reason;
        if (reason != EEXIST) return NULL;
    }
    return NULL;
}

static int open_lock(const char *directory)
{
    char *path = ins_path_join(directory, "lock");
    int file = ins_log_open_file(path, O_RDWR | O_CREAT);
    free(path);
    if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0) {
        close(file);
        file = -1;
    }
    return file;
}

static ins_status write_new(const char *directory, const char *name, const ins_text *text,
                            ins_error *error)
{
    char *path = ins_path_join(directory, name);
    const ins_status status = ins_file_stage(path, text->data, text->length, error);
    free(path);
    return status;
}

/* The headers, then the journal that vouches for them. */
static ins_status write_start(ins_running *running, ins_error *error)
{
    ins_text text = {0};
    int place;
    ins_status status = ins_directory_enter(running->directory, false, &place, error);
    if (status != INS_OK) return status;
    status = ins_log_start_files(place, running->directory, error);
    close(place);
    ins_journal_start(&running->journal, false, &text);
    if (status == INS_OK) status = write_new(running->directory, "journal", &text, error);
    ins_text_free(&text);
    return status;
}

ins_status ins_running_make(const char *parent, ins_running *running, ins_error *error)
{
    ins_running new = {.lock = -1};
    ins_status status = ins_directory_make(parent, error);
    if (status != INS_OK) return status;
    new.directory = make_own(parent);
    if (new.directory == NULL) return ins_file_problem(parent, INS_OUTPUT, error);
    new.lock = open_lock(new.directory);
    if (new.lock < 0) status = ins_file_problem(new.directory, INS_OUTPUT, error);
    if (status == INS_OK) status = write_start(&new, error);
    if (status == INS_OK)
        *running = new;
    else
        ins_running_remove(&new);
    return status;
}

ins_status ins_running_add(ins_running *running, const ins_log_rows *rows, ins_error *error)
{
    return ins_journal_append(running->directory, &running->journal, running->journal.trials + 1,
                              rows->file, error);
}

ins_status ins_running_announce(ins_running *running, const ins_text *line, ins_error *error)
{
    return write_new(running->directory, "ending", line, error);
}

bool ins_running_is_in(const ins_running *running, const char *log)
{
    char *ending = ins_path_join(running->directory, "ending");
    char *journal = ins_path_join(log, "journal");
    ins_text line = {0}, lines = {0};
    const bool found = ins_path_exists(ending) &&
                       ins_file_read(ending, &line, INS_OUTPUT, NULL) == INS_OK &&
                       ins_file_read(journal, &lines, INS_OUTPUT, NULL) == INS_OK &&
                       line.length > 0 && strstr(lines.data, line.data) != NULL;
    ins_text_free(&line);
    ins_text_free(&lines);
    free(ending);
    free(journal);
    return found;
}

bool ins_running_take(const char *directory, ins_running *running)
{
    ins_trial_set moments = {0};
    ins_running taken = {.lock = open_lock(directory)};
    if (taken.lock < 0) return false;
    taken.directory = ins_duplicate(directory);
    ins_journal_recover(directory, &taken.journal, &moments, NULL);
    ins_trial_set_free(&moments);
    *running = taken;
    return true;
}

/* Every row begins with the number of the run, and no cell of such a log has a newline. */
static void number_rows(const char *row, const char *end, size_t number, ins_text *out)
{
    while (row < end) {
        const char *next = memchr(row, '\n', (size_t)(end - row));
        const char *rest = next != NULL ? memchr(row, ',', (size_t)(next - row)) : NULL;
        if (rest == NULL) return;
        ins_csv_integer(out, (long long)number);
        ins_text_add_bytes(out, rest + 1, (size_t)(next - rest));
        row = next + 1;
    }
}

/* The first length bytes of a file, of which there must be so many. */
static ins_status read_start(const char *path, size_t length, ins_text *text, ins_error *error)
{
    char piece[16384];
    int file = ins_log_open_file(path, O_RDONLY);
    ssize_t count = file < 0 ? -1 : 1;
    while (count > 0 && text->length < length) {
        const size_t left = length - text->length;
        count = read(file, piece, left < sizeof piece ? left : sizeof piece);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            ins_text_add_bytes(text, piece, (size_t)count);
    }
    ins_status status = INS_OK;
    if (count < 0)
        status = ins_file_problem(path, INS_OUTPUT, error);
    else if (text->length < length)
        status = ins_error_add(error, INS_OUTPUT, "%s: is cut short", path);
    if (file >= 0) close(file);
    return status;
}

static ins_status read_rows(const ins_running *running, ins_log_file file, size_t number,
                            ins_text *out, ins_error *error)
{
    const size_t length = running->journal.length[file];
    ins_text text = {0}, header = {0};
    ins_log_header(file, &header);
    char *path = ins_path_join(running->directory, ins_log_tables[file].file);
    ins_status status = INS_OK;
    if (length > header.length) status = read_start(path, length, &text, error);
    if (status == INS_OK && length > header.length) {
        const char *row = text.data + header.length, *end = text.data + length;
        if (file == INS_LOG_RUNS)
            for (const char *p = row; p < end - 1; p++)
                if (*p == '\n') row = p + 1;
        number_rows(row, end, number, out);
    }
    free(path);
    ins_text_free(&text);
    ins_text_free(&header);
    return status;
}

ins_status ins_running_rows(const ins_running *running, size_t number, ins_log_rows *rows,
                            ins_error *error)
{
    ins_status status = INS_OK;
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++)
        if (ins_log_tables[file].by_trial && running->journal.trials > 0)
            status = read_rows(running, file, number, &rows->file[file], error);
    return status;
}

void ins_running_remove(ins_running *running)
{
    ins_directory_remove(running->directory, NULL);
    forget(running);
}

void ins_running_leave(ins_running *running)
{
    forget(running);
}
