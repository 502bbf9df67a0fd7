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

    if (mkdir(path, 0777) == 0) return INS_OK;
    if (errno == EEXIST && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode)) return INS_OK;
        errno = ENOTDIR;
    }
    return ins_file_problem(path, INS_OUTPUT, error);
}

static int remove_below(int parent, const char *name);

/* Removes what the open directory holds, and closes it. Returns 0, or -1 with errno. */
static int empty_directory(int file)
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
    int file = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (file < 0) {
        /* Not a directory: the reason is why it could not be unlinked. */
        if (errno == ENOTDIR || errno == ELOOP) errno = reason;
        return -1;
    }
    if (empty_directory(file) != 0) return -1;
    return unlinkat(parent, name, AT_REMOVEDIR);
}

ins_status ins_directory_remove(const char *path, ins_error *error)
{
    if (remove_below(AT_FDCWD, path) == 0) return INS_OK;
    return ins_file_problem(path, INS_OUTPUT, error);
}

/* Moves what bears the name final out of the way; *aside is its new name, to be freed, and NULL
 * when there was nothing. Returns 0, or -1 with errno. */
static int move_aside(const char *final, char **aside)
{
    ins_text name = {0};
    int result;

    ins_text_add(&name, final);
    while (name.length > 1 && name.data[name.length - 1] == '/') name.data[--name.length] = '\0';
    ins_text_add_format(&name, ".%ld.old", (long)getpid());
    *aside = name.data;
    result = rename(final, name.data);
    if (result != 0) {
        int reason = errno;

        ins_text_free(&name);
        *aside = NULL;
        errno = reason;
        if (errno == ENOENT) result = 0;
    }
    return result;
}

/* A link to an empty directory, or to nothing, gives way to the directory itself. */
static void drop_link(const char *final)
{
    struct stat status;

    if (lstat(final, &status) != 0 || !S_ISLNK(status.st_mode)) return;
    if (!ins_path_exists(final) || ins_directory_is_empty(final)) unlink(final);
}

/* The directory whose place is taken may be a private one. */
static void keep_mode(const char *staging, const char *final)
{
    struct stat status;

    if (stat(final, &status) == 0 && S_ISDIR(status.st_mode))
        chmod(staging, (status.st_mode & 07777) | S_IRWXU);
}

ins_status ins_directory_publish(const char *staging, const char *final, bool replace,
                                 ins_error *error)
{
    char *aside = NULL;

    if (ins_directory_sync(staging) != 0) return ins_file_problem(staging, INS_OUTPUT, error);
    keep_mode(staging, final);
    if (!replace)
        drop_link(final);
    else if (move_aside(final, &aside) != 0)
        return ins_file_problem(final, INS_OUTPUT, error);

    if (rename(staging, final) != 0) {
        ins_file_problem(final, INS_OUTPUT, error);
        /* The old results are better than none. */
        if (aside) rename(aside, final);
        free(aside);
        return error->status;
    }
    if (ins_parent_sync(final) != 0) ins_file_problem(final, INS_OUTPUT, error);
    if (aside) ins_directory_remove(aside, error);
    free(aside);
    return error->status;
}
