/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths: joining, looking, and finding the files that come with the program. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/memory.h"

char *ins_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    const char *slash = length == 0 || directory[length - 1] == '/' ? "" : "/";
    ins_text path = {0};

    ins_text_add(&path, directory);
    ins_text_add(&path, slash);
    ins_text_add(&path, name);
    return path.data;
}

bool ins_path_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

bool ins_path_holds(const char *directory, const char *name)
{
    char *path = ins_path_join(directory, name);
    bool found = ins_path_exists(path);
    free(path);
    return found;
}

char *ins_path_resolve(const char *path)
{
    char *resolved = realpath(path, NULL);

    return !resolved && errno == ENOMEM ? ins_check_memory(NULL, path) : resolved;
}

ins_status ins_directory_is_empty(const char *path, bool *empty, ins_error *error)
{
    DIR *directory = opendir(path);
    bool bare = true;

    if (directory) {
        for (struct dirent *entry; bare && (entry = readdir(directory));)
            bare = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        closedir(directory);
    } else if (errno == ENOENT) {
        struct stat status;

        bare = lstat(path, &status) != 0; /* a dangling link is something, too */
    } else if (errno == ENOTDIR) {
        bare = false;
    } else {
        return ins_file_problem(path, INS_OUTPUT, error);
    }
    *empty = bare;
    return INS_OK;
}

/* True when the running program lies below directory. */
static bool runs_below(const char *directory)
{
    char program[PATH_MAX], *root = ins_path_resolve(directory);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    bool below = false;

    if (root && length > 0) {
        size_t root_length = strlen(root);

        program[length] = '\0';
        below = strncmp(program, root, root_length) == 0 && program[root_length] == '/';
    }
    free(root);
    return below;
}

/* directory/relative when it exists, else NULL. */
static char *existing(const char *directory, const char *relative)
{
    char *path = ins_path_join(directory, relative);

    if (ins_path_exists(path)) return path;
    free(path);
    return NULL;
}

char *ins_bundled(const char *relative)
{
    const char *chosen = getenv("INITSCOPE_DATA_DIR");
    char *path = NULL;

    if (chosen && *chosen) path = existing(chosen, relative);
    /* A program not yet installed must not pick up the files of an older installed one; an
     * installed one must not trust a directory that once was a build tree. */
    if (!path && runs_below(INS_BUILD_DIR)) path = existing(INS_SOURCE_DIR, relative);
    if (!path) path = existing(INS_PKGDATADIR, relative);
    return path;
}
