/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The staging directory's first files, and file operations that survive signals. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/lock.h"
#include "initscope/log_writer.h"

#include "log_internal.h"

ins_status ins_log_check_kind(const char *path, ins_error *error)
{
    struct stat status;
    errno = 0;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) errno = ENOTDIR;
    return errno == 0 || errno == ENOENT ? INS_OK : ins_file_problem(path, INS_OUTPUT, error);
}

int ins_log_open_file(const char *path, int flags)
{
    return ins_file_open(path, flags | O_NOFOLLOW);
}

int ins_log_cut(int file, size_t length)
{
    int result;
    do result = ftruncate(file, (off_t)length);
    while (result != 0 && errno == EINTR);
    return result;
}

ins_status ins_log_enter(const char *directory, const char *staging, int *place, int *lock,
                         ins_error *error)
{
    int entered = -1;
    *lock = -1;
    ins_status status = ins_directory_enter(staging, false, &entered, error);
    if (status == INS_OK) status = ins_lock_take(entered, staging, directory, lock, error);
    if (status == INS_OK && *lock < 0)
        status = ins_error_add(error, INS_OUTPUT, "%s: was finished by another process just now",
                               directory);
    if (place != NULL)
        *place = entered;
    else if (entered >= 0)
        close(entered);
    return status;
}

ins_status ins_log_check_reports(const char *directory, ins_error *error)
{
    char *report = ins_path_join(directory, INS_REPORT_FOLDER);
    char *staging = ins_path_join(report, INS_REPORT_STAGING);
    const ins_status status = ins_lock_check(staging, report, error);
    free(staging);
    free(report);
    return status;
}

static bool is_temporary(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".tmp") == 0;
}

/* Below the directory name of parent. A link is not followed. Best effort: what cannot be removed
 * is a file too many, not a wrong one. */
static void sweep(int parent, const char *name)
{
    int file = ins_file_open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *directory = file >= 0 ? fdopendir(file) : NULL;
    if (directory == NULL) {
        if (file >= 0) close(file);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (is_temporary(entry->d_name))
            unlinkat(dirfd(directory), entry->d_name, 0);
        else
            sweep(dirfd(directory), entry->d_name);
    }
    closedir(directory);
}

void ins_log_sweep(const char *staging)
{
    sweep(AT_FDCWD, staging);
}

ins_status ins_log_start_files(int place, const char *directory, ins_error *error)
{
    ins_text header = {0};
    ins_status status = INS_OK;
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_text_clear(&header);
        ins_log_header(file, &header);
        status = ins_file_stage_at(place, directory, ins_log_tables[file].file, header.data,
                                   header.length, error);
    }
    ins_text_free(&header);
    return status;
}

bool ins_log_is_empty(const char *directory, ins_log_file file)
{
    if (!ins_log_tables[file].by_trial) return false;
    struct stat status;
    ins_text header = {0};
    ins_log_header(file, &header);
    char *path = ins_path_join(directory, ins_log_tables[file].file);
    bool empty = stat(path, &status) == 0 && (size_t)status.st_size == header.length;
    free(path);
    ins_text_free(&header);
    return empty;
}
