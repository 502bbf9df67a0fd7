/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths: joining, looking, and finding the files that come with the program. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/* The directory of the running program, behind links; NULL when the system does not tell. */
static char *program_directory(void)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    while (length > 0 && program[length - 1] != '/') length--;
    if (length <= 0) return NULL;
    program[length] = '\0';
    return ins_check_memory(strdup(program), "the directory of the program");
}

/* The first line of a file of the user or of the one who owns the program; NULL for any other. */
static char *trusted_line(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat program, status;
    char line[PATH_MAX];
    ssize_t length = -1;

    if (file < 0) return NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_uid == geteuid() ||
         (stat("/proc/self/exe", &program) == 0 && status.st_uid == program.st_uid)))
        length = read(file, line, sizeof line - 1);
    close(file);
    if (length <= 0) return NULL;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return ins_check_memory(strdup(line), path);
}

/* The source tree that configure has named beside the program; NULL for an installed one. */
static char *source_tree(void)
{
    char *directory = program_directory(), *tree = NULL;

    if (directory) {
        char *path = ins_path_join(directory, "source-tree");

        tree = trusted_line(path);
        free(path);
        free(directory);
    }
    return tree;
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
    char *path = chosen && *chosen ? existing(chosen, relative) : NULL;

    /* A program not yet installed must not pick up the files of an older installed one. */
    if (!path) {
        char *tree = source_tree();

        if (tree) path = existing(tree, relative);
        free(tree);
    }
    if (!path) path = existing(INS_PKGDATADIR, relative);
    return path;
}
