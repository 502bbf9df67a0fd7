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
