/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls on files and children: each asks the plan of fault.c whether it is to fail. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"

static int opened(int file, int directory, const char *path, int flags)
{
    if (file >= 0 && (flags & O_CREAT)) fault_trace_parent(directory, path);
    if (file >= 0 && (flags & O_TRUNC)) fault_trace("change", file, NULL, NULL);
    return file;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    if (fault_due(OPEN, "open", path, -1)) return -1;
    return opened(REAL(open)(path, flags, mode), AT_FDCWD, path, flags);
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_of(flags, arguments);
    va_end(arguments);
    char place[4097] = "", full[8200];
    if (directory != AT_FDCWD && path[0] != '/')
        snprintf(full, sizeof full, "%s/%s", fault_path(directory, place), path);
    else
        snprintf(full, sizeof full, "%s", path);
    if (fault_due(OPEN, "openat", full, -1)) return -1;
    return opened(REAL(openat)(directory, path, flags, mode), directory, path, flags);
}

FILE *fopen(const char *path, const char *mode)
{
    return fault_due(OPEN, "fopen", path, -1) ? NULL : REAL(fopen)(path, mode);
}

DIR *opendir(const char *path)
{
    return fault_due(LIST, "opendir", path, -1) ? NULL : REAL(opendir)(path);
}

DIR *fdopendir(int file)
{
    return fault_due(LIST, "fdopendir", NULL, file) ? NULL : REAL(fdopendir)(file);
}

ssize_t read(int file, void *bytes, size_t size)
{
    if (fault_due(READ, "read", NULL, file)) return -1;
    return REAL(read)(file, bytes, fault_part(size));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    if (fault_due(READ, "pread", NULL, file)) return -1;
    return REAL(pread)(file, bytes, fault_part(size), offset);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    if (fault_due(WRITE, "write", NULL, file)) return -1;
    ssize_t count = REAL(write)(file, bytes, fault_part(size));
    if (count > 0) fault_trace("change", file, NULL, NULL);
    return count;
}

int fsync(int file)
{
    if (fault_due(SYNC, "fsync", NULL, file)) return -1;
    int result = REAL(fsync)(file);
    if (result == 0) fault_trace("sync", file, NULL, NULL);
    return result;
}

int ftruncate(int file, off_t length)
{
    /* LLVM's OpenMP runtime shares memory with itself. */
    char path[4097];
    if (strncmp(fault_path(file, path), "/dev/shm/", 9) == 0) return REAL(ftruncate)(file, length);
    if (fault_due(CUT, "ftruncate", NULL, file)) return -1;
    fault_trace("change", file, NULL, NULL);
    return REAL(ftruncate)(file, length);
}

int close(int file)
{
    bool failed = fault_due(CLOSE, "close", NULL, file);
    int result = REAL(close)(file); /* as on Linux, where the descriptor is gone in any case */
    return failed ? -1 : result;
}

int mkdir(const char *path, mode_t mode)
{
    if (fault_due(MAKE, "mkdir", path, -1)) return -1;
    int result = REAL(mkdir)(path, mode);
    if (result == 0) fault_trace_parent(AT_FDCWD, path);
    return result;
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    char buffer[4097];
    const char *where = to_directory == AT_FDCWD ? to : fault_path(to_directory, buffer);
    if (fault_due(RENAME, "rename", where, -1)) return -1;
    int result = REAL(renameat)(from_directory, from, to_directory, to);
    if (result != 0) return result;
    fault_trace_parent(from_directory, from);
    fault_trace_parent(to_directory, to);
    fault_trace("rename", to_directory, to, to);
    return result;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* Children. */

int pipe(int ends[2])
{
    return fault_due(START, "pipe", "", -1) ? -1 : REAL(pipe)(ends);
}

pid_t fork(void)
{
    return fault_due(START, "fork", "", -1) ? -1 : REAL(fork)();
}
