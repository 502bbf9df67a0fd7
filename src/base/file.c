/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that appear whole or not at all, and reading whole files. */
#include <config.h>

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_internal.h"
#include "initscope/file.h"
#include "initscope/memory.h"

ins_status ins_file_problem(const char *path, ins_status status, ins_error *error)
{
    if (errno == ENOMEM) ins_check_memory(NULL, path);
    return ins_error_add(error, status, "%s: %s", path, strerror(errno));
}

int ins_file_open_at(int directory, const char *path, int flags)
{
    int file;

    do file = openat(directory, path, flags | O_CLOEXEC, 0666);
    while (file < 0 && errno == EINTR);
    return file;
}

int ins_file_open(const char *path, int flags)
{
    return ins_file_open_at(AT_FDCWD, path, flags);
}

ssize_t ins_file_read_some(int file, char *bytes, size_t size)
{
    ssize_t count;

    do count = read(file, bytes, size);
    while (count < 0 && errno == EINTR);
    return count;
}

ins_status ins_file_read_limited(const char *path, ins_text *text, size_t limit, ins_status status,
                                 ins_error *error)
{
    enum { PIECE = 65536 };
    int file = ins_file_open(path, O_RDONLY);

    if (file < 0) return ins_file_problem(path, status, error);

    char *piece = ins_reallocate(NULL, PIECE, 1, "reading a file");
    struct stat about;
    ssize_t count = 0;

    /* What is too large by its size is not read to find that out. */
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && (uintmax_t)about.st_size > limit) {
        free(piece);
        close(file);
        return ins_error_add(error, status, "%s: larger than %zu bytes", path, limit);
    }
    ins_text_clear(text);
    ins_text_add(text, ""); /* data is NUL-terminated even when the file is empty */
    while (text->length <= limit && (count = ins_file_read_some(file, piece, PIECE)) > 0)
        ins_text_add_bytes(text, piece, (size_t)count);

    ins_status result = INS_OK;

    if (count < 0)
        result = ins_file_problem(path, status, error);
    else if (text->length > limit)
        result = ins_error_add(error, status, "%s: larger than %zu bytes", path, limit);
    close(file);
    free(piece);
    return result;
}

ins_status ins_file_read(const char *path, ins_text *text, ins_status status, ins_error *error)
{
    enum { LIMIT = 1 << 28 };

    return ins_file_read_limited(path, text, LIMIT, status, error);
}

bool ins_file_begins_with(const char *path, const char *start)
{
    size_t length = strlen(start), done = 0;
    char piece[64];
    int file = ins_file_open(path, O_RDONLY);

    if (file < 0) return false;
    while (done < length) {
        size_t left = length - done;
        ssize_t count = ins_file_read_some(file, piece, left < sizeof piece ? left : sizeof piece);

        if (count <= 0 || memcmp(piece, start + done, (size_t)count) != 0) break;
        done += (size_t)count;
    }
    close(file);
    return done == length;
}

/* Creates a file of a name that nobody has, beside path. Returns its descriptor, or -1 with errno;
 * *name, in both cases, is to be freed. */
static int create_beside(int directory, const char *path, char **name)
{
    enum { ATTEMPTS = 100 };
    ins_text text = {0};
    int file = -1;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        ins_text_clear(&text);
        ins_text_add_format(&text, "%s.%ld", path, (long)getpid());
        if (attempt > 0) ins_text_add_format(&text, ".%d", attempt);
        ins_text_add(&text, ".tmp");
        file = ins_file_open_at(directory, text.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
        if (file >= 0 || errno != EEXIST) break;
    }
    *name = text.data;
    return file;
}

ptrdiff_t ins_read_all(int file, char *bytes, size_t length, size_t start)
{
    size_t done = 0;
    while (done < length) {
        const ssize_t count = pread(file, bytes + done, length - done, (off_t)(start + done));

        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        done += (size_t)count;
    }
    return (ptrdiff_t)done;
}

int ins_write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(file, bytes, length);

        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

int ins_file_sync(int file)
{
    int result;

    do result = fsync(file);
    while (result != 0 && errno == EINTR);
    /* Some file systems cannot sync this kind of file: that loses nothing that they promised. */
    return result != 0 && errno == EINVAL ? 0 : result;
}

int ins_path_sync(const char *path, int flags)
{
    int file = ins_file_open(path, O_RDONLY | O_NOFOLLOW | flags);

    /* One may write into a directory that one may not read, and then not sync it. */
    if (file < 0) return errno == EACCES ? 0 : -1;

    int result = ins_file_sync(file), reason = errno;

    close(file);
    errno = reason;
    return result;
}

int ins_directory_sync(const char *path)
{
    return ins_path_sync(path, O_DIRECTORY);
}

int ins_parent_sync(const char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/') length--;
    while (length > 0 && path[length - 1] != '/') length--;
    if (length == 0) return ins_directory_sync(".");

    /* No memory is asked for: what has its final name must not fail for want of that. */
    char parent[PATH_MAX];

    if (length >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
    return ins_directory_sync(parent);
}

/* What is to be a file of that name. */
typedef struct content {
    const char *name, *bytes;
    size_t length;
    bool synced;
} content;

/* Everything that must succeed before the new bytes bear their name. Returns 0, or -1 with errno.
 */
static int fill_and_rename(int directory, int file, const char *name, const content *what)
{
    int result = ins_write_all(file, what->bytes, what->length);

    if (result == 0 && what->synced) result = ins_file_sync(file);

    int reason = errno;

    if (close(file) != 0 && result == 0) {
        result = -1;
        reason = errno;
    }
    errno = reason;
    return result == 0 ? renameat(directory, name, directory, what->name) : result;
}

/* Returns 0, or -1 with errno. */
static int make_file(int directory, const content *what)
{
    char *name;
    int file = create_beside(directory, what->name, &name), result = -1, reason = errno;

    if (file >= 0) {
        result = fill_and_rename(directory, file, name, what);
        reason = errno;
        if (result != 0) unlinkat(directory, name, 0);
    }
    free(name);
    errno = reason;
    return result;
}

static ins_status make_path(const content *what, ins_error *error)
{
    int result = make_file(AT_FDCWD, what);

    if (result == 0 && what->synced) result = ins_parent_sync(what->name);
    return result == 0 ? INS_OK : ins_file_problem(what->name, INS_OUTPUT, error);
}

static ins_status make_entry(int directory, const char *folder, const content *what,
                             ins_error *error)
{
    int result = make_file(directory, what);

    if (result == 0 && what->synced) result = ins_file_sync(directory);
    if (result == 0) return INS_OK;

    int reason = errno;
    ins_text path = {0};

    ins_text_add_format(&path, "%s/%s", folder, what->name);
    errno = reason;

    ins_status status = ins_file_problem(path.data, INS_OUTPUT, error);

    ins_text_free(&path);
    return status;
}

ins_status ins_file_write(const char *path, const char *bytes, size_t length, ins_error *error)
{
    return make_path(&(content){path, bytes, length, true}, error);
}

ins_status ins_file_stage(const char *path, const char *bytes, size_t length, ins_error *error)
{
    return make_path(&(content){path, bytes, length, false}, error);
}

ins_status ins_file_write_at(int directory, const char *folder, const char *name, const char *bytes,
                             size_t length, ins_error *error)
{
    return make_entry(directory, folder, &(content){name, bytes, length, true}, error);
}

ins_status ins_file_stage_at(int directory, const char *folder, const char *name, const char *bytes,
                             size_t length, ins_error *error)
{
    return make_entry(directory, folder, &(content){name, bytes, length, false}, error);
}
