/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Directories: making, removing, and bringing them to the disk. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_internal.h"
#include "initscope/file.h"

ins_status ins_directory_make(const char *path, ins_error *error)
{
    struct stat status;

    if (mkdir(path, 0777) == 0) {
        if (ins_parent_sync(path) == 0) return INS_OK;
        return ins_file_problem(path, INS_OUTPUT, error);
    }
    if (errno == EEXIST && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode)) return INS_OK;
        errno = ENOTDIR;
    }
    return ins_file_problem(path, INS_OUTPUT, error);
}

static ins_status foreign(const char *path, ins_error *error)
{
    return ins_error_add(error, INS_OUTPUT, "%s: belongs to another user", path);
}

ins_status ins_path_check_owner(const char *path, ins_error *error)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_uid != geteuid() ? foreign(path, error) : INS_OK;
}

bool ins_directory_is_at(int directory, const char *path)
{
    struct stat mine, theirs;

    return fstat(directory, &mine) == 0 && lstat(path, &theirs) == 0 &&
           mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev;
}

/* Opens the directory path. Of one that was made just now the owner is not asked: there are file
 * systems that give everything to one user. */
static ins_status open_own(const char *path, bool made, int *directory, ins_error *error)
{
    struct stat status;
    int file = ins_file_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    ins_status result = INS_OK;

    if (file < 0 && (errno == ELOOP || errno == ENOTDIR) && lstat(path, &status) == 0 &&
        S_ISLNK(status.st_mode))
        return ins_error_add(error, INS_OUTPUT, "%s: is a link", path);
    if (file < 0 || fstat(file, &status) != 0)
        result = ins_file_problem(path, INS_OUTPUT, error);
    else if (!made && status.st_uid != geteuid())
        result = foreign(path, error);
    if (result == INS_OK)
        *directory = file;
    else if (file >= 0)
        close(file);
    return result;
}

ins_status ins_directory_enter(const char *path, bool links, int *directory, ins_error *error)
{
    struct stat status;
    bool made = mkdir(path, 0777) == 0;

    if (made && ins_parent_sync(path) != 0) return ins_file_problem(path, INS_OUTPUT, error);
    if (!made && errno != EEXIST) return ins_file_problem(path, INS_OUTPUT, error);
    if (!made && links && lstat(path, &status) == 0 && S_ISLNK(status.st_mode)) {
        char *target = NULL;
        ins_status result = ins_path_check_owner(path, error);

        if (result == INS_OK) target = ins_path_resolve(path);
        if (target) result = open_own(target, false, directory, error);
        if (result == INS_OK && !target) result = ins_file_problem(path, INS_OUTPUT, error);
        free(target);
        return result;
    }
    return open_own(path, made, directory, error);
}

static int remove_below(int parent, const char *name);

/* Removes what the open directory holds, but for the entry kept (NULL: none), and closes it.
 * Returns 0, or -1 with errno. */
static int empty_directory(int file, const char *kept)
{
    DIR *directory = fdopendir(file);
    int result = 0, reason = 0;

    if (!directory) {
        reason = errno;
        close(file);
        errno = reason;
        return -1;
    }
    for (struct dirent *entry; result == 0 && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (kept && strcmp(entry->d_name, kept) == 0) continue;
        result = remove_below(dirfd(directory), entry->d_name);
        reason = errno;
    }
    closedir(directory);
    errno = reason;
    return result;
}

/* Removes name in the directory parent, with all below it. A link is not a directory here. Returns
 * 0, also when there is no such name, or -1 with errno. */
static int remove_below(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;

    int reason = errno;
    int file = ins_file_open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

    if (file < 0) {
        /* Not a directory: the reason is why it could not be unlinked. */
        if (errno == ENOTDIR || errno == ELOOP) errno = reason;
        return -1;
    }
    if (empty_directory(file, NULL) != 0) return -1;
    return unlinkat(parent, name, AT_REMOVEDIR);
}

ins_status ins_directory_remove(const char *path, ins_error *error)
{
    if (remove_below(AT_FDCWD, path) == 0) return INS_OK;
    return ins_file_problem(path, INS_OUTPUT, error);
}

ins_status ins_directory_clear(const char *path, const char *kept, ins_error *error)
{
    int file = ins_file_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

    if (file < 0 && errno == ENOENT) return INS_OK;
    if (file >= 0 && empty_directory(file, kept) == 0) return INS_OK;
    return ins_file_problem(path, INS_OUTPUT, error);
}

ins_status ins_directory_sync_all(const char *path, ins_error *error)
{
    struct stat status;

    if (lstat(path, &status) != 0) return ins_file_problem(path, INS_OUTPUT, error);
    if (S_ISREG(status.st_mode) && ins_path_sync(path, 0) != 0)
        return ins_file_problem(path, INS_OUTPUT, error);
    if (!S_ISDIR(status.st_mode)) return INS_OK;

    DIR *directory = opendir(path);

    if (!directory) return ins_file_problem(path, INS_OUTPUT, error);

    ins_status result = INS_OK;

    for (struct dirent *entry; result == INS_OK && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;

        char *name = ins_path_join(path, entry->d_name);

        result = ins_directory_sync_all(name, error);
        free(name);
    }
    closedir(directory);
    if (result == INS_OK && ins_directory_sync(path) != 0)
        result = ins_file_problem(path, INS_OUTPUT, error);
    return result;
}

/* Returns 0, or -1 with errno. */
static int copy_bytes(int from, int to)
{
    char piece[65536];
    ssize_t count;

    while ((count = ins_file_read_some(from, piece, sizeof piece)) > 0)
        if (ins_write_all(to, piece, (size_t)count) != 0) return -1;
    return count == 0 ? 0 : -1;
}

static ins_status copy_file(const char *from, const char *to, ins_error *error)
{
    ins_status status = INS_OK;
    int in = ins_file_open(from, O_RDONLY);

    if (in < 0) return ins_file_problem(from, INS_OUTPUT, error);

    int out = ins_file_open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);

    if (out < 0 || copy_bytes(in, out) != 0) status = ins_file_problem(to, INS_OUTPUT, error);
    if (out >= 0) close(out);
    close(in);
    return status;
}

ins_status ins_directory_copy(const char *from, const char *to, ins_error *error)
{
    DIR *directory = opendir(from);

    if (!directory) return ins_file_problem(from, INS_OUTPUT, error);

    ins_status status = ins_directory_make(to, error);

    for (const struct dirent *entry; status == INS_OK && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;

        char *source = ins_path_join(from, entry->d_name);
        char *target = ins_path_join(to, entry->d_name);

        status = copy_file(source, target, error);
        free(source);
        free(target);
    }
    closedir(directory);
    return status;
}
