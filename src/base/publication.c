/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange of staged names for final ones, of a whole directory or of each entry of one. */
#include <config.h>

#include "initscope/publication.h"

#include <stdbool.h>
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
#include "initscope/lock.h"

/* A name in an open directory. */
typedef struct spot {
    int directory;
    const char *name;
} spot;

/* What is staged becomes final, what was final goes aside; no name aside: it must not be there. */
typedef struct exchange {
    spot staged, final, aside;
} exchange;

static int rename_spot(const spot *from, const spot *to)
{
    return renameat(from->directory, from->name, to->directory, to->name);
}

/* 0 also when there is nothing of that name. */
static int move(const spot *from, const spot *to)
{
    return rename_spot(from, to) == 0 || errno == ENOENT ? 0 : -1;
}

/* Returns 0, or -1 with errno and both names as they were. */
static int make_exchange(const exchange *names)
{
    if (names->aside.name && move(&names->final, &names->aside) != 0) return -1;
    if (rename_spot(&names->staged, &names->final) == 0) return 0;

    int reason = errno;

    if (names->aside.name) move(&names->aside, &names->final);
    errno = reason;
    return -1;
}

/* Returns 0, or -1 with errno. The old one goes back even where the new one cannot. */
static int put_back(const exchange *names)
{
    int result = move(&names->final, &names->staged), reason = errno;

    if (move(&names->aside, &names->final) == 0) {
        errno = reason;
        return result;
    }
    return -1;
}

/* A whole directory. */

/* A link to an empty directory, or to nothing, gives way to the directory itself. */
static void drop_link(const char *final)
{
    struct stat status;
    bool empty = true;

    if (lstat(final, &status) != 0 || !S_ISLNK(status.st_mode)) return;
    if (ins_path_exists(final) && ins_directory_is_empty(final, &empty, NULL) != INS_OK) return;
    if (empty) unlink(final);
}

/* The directory whose place is taken may be a private one. */
static void keep_mode(const char *staging, const char *final)
{
    struct stat status;

    if (stat(final, &status) == 0 && S_ISDIR(status.st_mode))
        chmod(staging, (status.st_mode & 07777) | S_IRWXU);
}

static ins_status exchange_directory(const ins_publication *p, ins_error *error)
{
    bool replace = p->kind == INS_PUBLISH_REPLACE;

    keep_mode(p->staging, p->final);
    if (!replace) drop_link(p->final);

    /* No memory is asked for once the names change. */
    ins_text plain = {0};
    ins_text_add(&plain, p->final);
    while (plain.length > 1 && plain.data[plain.length - 1] == '/')
        plain.data[--plain.length] = '\0';
    char *aside = replace ? ins_path_join(p->staging, INS_REPLACED) : NULL;
    char *rest = ins_path_join(p->final, INS_REPLACED);
    exchange names = {{AT_FDCWD, p->staging}, {AT_FDCWD, plain.data}, {AT_FDCWD, aside}};
    ins_status status = INS_OK;

    if (make_exchange(&names) != 0 || ins_parent_sync(plain.data) != 0)
        status = ins_file_problem(p->final, INS_OUTPUT, error);
    else if (replace)
        status = ins_directory_remove(rest, error);
    free(aside);
    free(rest);
    ins_text_free(&plain);
    return status;
}

/* Killed between the two renamings, a process left no directory of the final name. */
static ins_status recover_directory(const ins_publication *p, const char *aside, ins_error *error)
{
    exchange names = {{AT_FDCWD, p->staging}, {AT_FDCWD, p->final}, {AT_FDCWD, aside}};

    if (ins_path_exists(p->final) || put_back(&names) == 0) return INS_OK;
    return ins_file_problem(p->final, INS_OUTPUT, error);
}

/* The entries of a directory. */

/* The directories between which they move; -1 when not open. */
typedef struct ways {
    int staging, final, aside;
} ways;

static void ways_close(const ways *between)
{
    if (between->staging >= 0) close(between->staging);
    if (between->final >= 0) close(between->final);
    if (between->aside >= 0) close(between->aside);
}

static ins_status open_way(const char *path, int *file, ins_error *error)
{
    *file = ins_file_open(path, O_RDONLY | O_DIRECTORY);
    return *file >= 0 ? INS_OK : ins_file_problem(path, INS_OUTPUT, error);
}

/* To be closed in any case. */
static ins_status ways_open(const ins_publication *p, const char *aside, ways *between,
                            ins_error *error)
{
    ins_status status = open_way(p->staging, &between->staging, error);

    if (status == INS_OK) status = open_way(aside, &between->aside, error);
    if (status == INS_OK) status = open_way(p->final, &between->final, error);
    return status;
}

/* The names are lines: no memory is asked for while entries move. */
static ins_status names_in(const char *path, ins_text *names, ins_error *error)
{
    DIR *directory = opendir(path);

    if (!directory) return ins_file_problem(path, INS_OUTPUT, error);
    for (const struct dirent *entry; (entry = readdir(directory));) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, INS_LOCK) == 0 ||
            strcmp(name, INS_REPLACED) == 0)
            continue;
        ins_text_add_format(names, "%s\n", name);
    }
    closedir(directory);
    return INS_OK;
}

/* Cuts the first name off and returns it; NULL at the end. */
static const char *next_name(char **rest)
{
    char *name = *rest;

    if (!name || *name == '\0') return NULL;
    name[strcspn(name, "\n")] = '\0';
    *rest = name + strlen(name) + 1;
    return name;
}

static exchange entry_of(const ways *between, const char *name)
{
    return (exchange){{between->staging, name}, {between->final, name}, {between->aside, name}};
}

/* Exchanges all or, with errno, none. Returns the name that did not move, NULL when all have. */
static const char *exchange_names(const ways *between, const ins_text *names)
{
    char *rest = names->data;
    const char *name;

    while ((name = next_name(&rest))) {
        exchange entry = entry_of(between, name);

        if (make_exchange(&entry) != 0) break;
    }

    int reason = errno;

    for (const char *moved = names->data; name && moved < name; moved += strlen(moved) + 1) {
        exchange entry = entry_of(between, moved);

        put_back(&entry);
    }
    errno = reason;
    return name;
}

/* "FINAL/NAME: REASON" */
static ins_status entry_problem(const ins_publication *p, const char *name, ins_error *error)
{
    int reason = errno;
    char *path = ins_path_join(p->final, name);

    errno = reason;

    ins_status status = ins_file_problem(path, INS_OUTPUT, error);

    free(path);
    return status;
}

static ins_status exchange_entries(const ins_publication *p, ins_error *error)
{
    char *aside = ins_path_join(p->staging, INS_REPLACED);
    ins_text names = {0};
    ways between = {-1, -1, -1};
    ins_status status = names_in(p->staging, &names, error);

    if (status == INS_OK) status = ins_directory_make(aside, error);
    if (status == INS_OK) status = ways_open(p, aside, &between, error);
    if (status == INS_OK) {
        const char *stuck = exchange_names(&between, &names);

        if (stuck) {
            status = entry_problem(p, stuck, error);
        } else {
            /* From here on nobody puts the old ones back. */
            renameat(between.staging, INS_REPLACED, between.staging, "done");
            if (ins_file_sync(between.final) != 0)
                status = ins_file_problem(p->final, INS_OUTPUT, error);
        }
    }
    ways_close(&between);
    ins_text_free(&names);
    free(aside);
    return status;
}

static ins_status recover_entries(const ins_publication *p, const char *aside, ins_error *error)
{
    ins_text names = {0};
    ways between = {-1, -1, -1};
    ins_status status = names_in(aside, &names, error);

    if (status == INS_OK) status = ways_open(p, aside, &between, error);
    if (status == INS_OK) {
        char *rest = names.data;

        for (const char *name; (name = next_name(&rest));) {
            exchange entry = entry_of(&between, name);

            if (put_back(&entry) != 0)
                status = ins_status_first(status, entry_problem(p, name, error));
        }
    }
    ways_close(&between);
    ins_text_free(&names);
    return status;
}

ins_status ins_publication_exchange(const ins_publication *publication, ins_error *error)
{
    ins_status status = ins_directory_sync_all(publication->staging, error);

    if (status != INS_OK) return status;
    return publication->kind == INS_PUBLISH_ENTRIES ? exchange_entries(publication, error)
                                                    : exchange_directory(publication, error);
}

ins_status ins_publication_recover(const ins_publication *publication, ins_error *error)
{
    char *aside = ins_path_join(publication->staging, INS_REPLACED);
    ins_status status = INS_OK;

    if (ins_path_exists(aside))
        status = publication->kind == INS_PUBLISH_ENTRIES
                     ? recover_entries(publication, aside, error)
                     : recover_directory(publication, aside, error);
    free(aside);
    return status;
}
