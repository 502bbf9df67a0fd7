/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks by flock(2): they go with the process, however it ends. */
#include <config.h>

#include "initscope/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/text.h"

enum { TRIES = 10, PAUSE = 10000000 /* ns */ };

/* As far as the holder has written it; 0: not yet. */
static long long process_of(int lock)
{
    char digits[32];
    long long number;
    ssize_t length = pread(lock, digits, sizeof digits, 0);
    while (length > 0 && (digits[length - 1] < '0' || digits[length - 1] > '9')) length--;
    return length > 0 && ins_parse_integer(digits, (size_t)length, 1, LLONG_MAX, &number) ? number
                                                                                          : 0;
}

/* 0, or -1 with errno; EWOULDBLOCK: another process holds it. Who only looks holds it for a moment,
 * and who has just taken it has not written its number yet. */
static int hold(int lock)
{
    const struct timespec pause = {.tv_nsec = PAUSE};
    int result = -1;
    for (int i = 0; i < TRIES; i++) {
        do result = flock(lock, LOCK_EX | LOCK_NB);
        while (result != 0 && errno == EINTR);
        if (result == 0 || errno != EWOULDBLOCK) return result;
        if (i >= TRIES / 2 && process_of(lock) > 0) break;
        nanosleep(&pause, NULL);
    }
    errno = EWOULDBLOCK;
    return -1;
}

static ins_status locked(const char *guarded, long long process, ins_error *error)
{
    if (process > 0)
        return ins_error_add(error, INS_OUTPUT, "%s: locked by process %lld", guarded, process);
    return ins_error_add(error, INS_OUTPUT, "%s: locked by another process", guarded);
}

/* Whether the names still are those of what was opened. */
static bool is_still_there(int directory, const char *path, int lock)
{
    struct stat mine, theirs;
    return fstat(directory, &mine) == 0 && lstat(path, &theirs) == 0 &&
           mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev &&
           fstat(lock, &mine) == 0 &&
           fstatat(directory, INS_LOCK, &theirs, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_ino == theirs.st_ino && mine.st_dev == theirs.st_dev;
}

/* A file of one name: through another one, it might be anything. */
static bool is_plain(int lock)
{
    struct stat status;
    return fstat(lock, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink <= 1;
}

/* 0, or -1 with errno. */
static int sign(int lock)
{
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%ld\n", (long)getpid());
    int result;
    do result = ftruncate(lock, 0);
    while (result != 0 && errno == EINTR);
    return result == 0 ? ins_write_all(lock, digits, (size_t)length) : result;
}

static ins_status problem(const char *path, ins_error *error)
{
    const int reason = errno;
    char *name = ins_path_join(path, INS_LOCK);
    errno = reason;
    const ins_status status = ins_file_problem(name, INS_OUTPUT, error);
    free(name);
    return status;
}

ins_status ins_lock_take(int directory, const char *path, const char *guarded, int *lock,
                         ins_error *error)
{
    ins_status status = INS_OK;
    const int file = ins_file_open_at(directory, INS_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW);
    *lock = -1;
    /* A directory that was removed takes no file. */
    if (file < 0) return errno == ENOENT ? INS_OK : problem(path, error);
    if (!is_plain(file)) {
        errno = EINVAL;
        status = problem(path, error);
    } else if (hold(file) != 0) {
        status =
            errno == EWOULDBLOCK ? locked(guarded, process_of(file), error) : problem(path, error);
    } else if (is_still_there(directory, path, file)) {
        if (sign(file) != 0)
            status = problem(path, error);
        else
            *lock = file;
    }
    if (*lock < 0) close(file);
    return status;
}

bool ins_lock_is_held(const char *path, long long *process)
{
    char *name = ins_path_join(path, INS_LOCK);
    const int file = ins_file_open(name, O_RDWR | O_NOFOLLOW);
    free(name);
    const bool held = file >= 0 && hold(file) != 0 && errno == EWOULDBLOCK;
    *process = held ? process_of(file) : 0;
    if (file >= 0) close(file);
    return held;
}

ins_status ins_lock_check(const char *path, const char *guarded, ins_error *error)
{
    long long process;
    return ins_lock_is_held(path, &process) ? locked(guarded, process, error) : INS_OK;
}
