/* Directories: making, removing, and publishing a finished one under its final name. */
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

/* A link to an empty directory, or to nothing, gives way to the directory itself. */
static void drop_link(const char *final)
{
    struct stat status;

    if (lstat(final, &status) != 0 || !S_ISLNK(status.st_mode)) return;
    if (!ins_path_exists(final) || ins_directory_is_empty(final, &(ins_error){0})) unlink(final);
}

/* The directory whose place is taken may be a private one. */
static void keep_mode(const char *staging, const char *final)
{
    struct stat status;

    if (stat(final, &status) == 0 && S_ISDIR(status.st_mode))
        chmod(staging, (status.st_mode & 07777) | S_IRWXU);
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
    for (struct dirent *entry; error->status == INS_OK && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;

        char *name = ins_path_join(path, entry->d_name);

        ins_directory_sync_all(name, error);
        free(name);
    }
    closedir(directory);
    if (error->status == INS_OK && ins_directory_sync(path) != 0)
        ins_file_problem(path, INS_OUTPUT, error);
    return error->status;
}

/* final and staging take their new names; *replaced tells whether there was a final. Returns 0, or
 * -1 with errno and everything as it was. */
static int change_names(const char *staging, const char *final, const char *aside, bool *replaced)
{
    *replaced = aside && rename(final, aside) == 0;
    if (aside && !*replaced && errno != ENOENT) return -1;
    if (rename(staging, final) == 0) return 0;

    int reason = errno;

    if (*replaced) rename(aside, final);
    errno = reason;
    return -1;
}

ins_status ins_directory_publish(const char *staging, const char *final, bool replace,
                                 ins_error *error)
{
    if (ins_directory_sync_all(staging, error) != INS_OK) return error->status;
    keep_mode(staging, final);
    if (!replace) drop_link(final);

    /* No memory is asked for once the names change. */
    ins_text plain = {0};
    ins_text_add(&plain, final);
    while (plain.length > 1 && plain.data[plain.length - 1] == '/')
        plain.data[--plain.length] = '\0';
    char *aside = replace ? ins_path_join(staging, INS_REPLACED) : NULL;
    char *rest = ins_path_join(final, INS_REPLACED);
    bool replaced;

    if (change_names(staging, plain.data, aside, &replaced) != 0 ||
        ins_parent_sync(plain.data) != 0)
        ins_file_problem(final, INS_OUTPUT, error);
    else if (replaced)
        ins_directory_remove(rest, error);
    free(aside);
    free(rest);
    ins_text_free(&plain);
    return error->status;
}
