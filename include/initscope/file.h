/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and directories that appear whole or not at all. */
#ifndef INITSCOPE_FILE_H
#define INITSCOPE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

/* "directory/name"; release with free(). */
char *ins_path_join(const char *directory, const char *name);

bool ins_path_exists(const char *path);

/* Whether directory/name exists. */
bool ins_path_holds(const char *directory, const char *name);

/* The path with links, "." and ".." resolved; release with free(). NULL when it does not exist. */
char *ins_path_resolve(const char *path);

/* *empty is true when path is a directory with no entry, or does not exist. INS_OUTPUT when it
 * cannot be read. */
ins_status ins_directory_is_empty(const char *path, bool *empty, ins_error *error);

/* "PATH: REASON", the reason being errno's. Dies for want of memory. */
ins_status ins_file_problem(const char *path, ins_status status, ins_error *error);

/* open(), taken up again after a signal, of a file that children do not inherit; a new one gets the
 * permissions that the user's mask leaves. */
int ins_file_open(const char *path, int flags);
int ins_file_open_at(int directory, const char *path, int flags); /* as openat() */

/* The whole file into text (replacing it). status is that of a failure (INS_DATA, INS_USAGE), of
 * which being larger than 256 MiB is one. */
ins_status ins_file_read(const char *path, ins_text *text, ins_status status, ins_error *error);

/* The same of a file that has no business being larger than limit bytes. */
ins_status ins_file_read_limited(const char *path, ins_text *text, size_t limit, ins_status status,
                                 ins_error *error);

/* Whether the file can be read and begins with the text start; no more of it is read. */
bool ins_file_begins_with(const char *path, const char *start);

/* Writes bytes to a new file beside path, fsyncs and renames it to path. INS_OUTPUT on failure, and
 * path is as it was (or, when only syncing its directory failed, as it should be). */
ins_status ins_file_write(const char *path, const char *bytes, size_t length, ins_error *error);

/* The same without fsync, for a file of a directory that is synced before it gets its name, and
 * that is made anew if the power fails before. */
ins_status ins_file_stage(const char *path, const char *bytes, size_t length, ins_error *error);

/* Both in an open directory, of which folder is the name. */
ins_status ins_file_write_at(int directory, const char *folder, const char *name, const char *bytes,
                             size_t length, ins_error *error);
ins_status ins_file_stage_at(int directory, const char *folder, const char *name, const char *bytes,
                             size_t length, ins_error *error);

/* Reads the bytes from start on, through interrupts and short reads, until so many are read or the
 * file ends: how many they are, or -1 with errno. */
ptrdiff_t ins_read_all(int file, char *bytes, size_t length, size_t start);

/* Writes all bytes to an open file, through interrupts and short writes. 0, or -1 with errno. */
int ins_write_all(int file, const char *bytes, size_t length);

/* Makes one directory, and its name reaches the disk; an existing directory is fine. */
ins_status ins_directory_make(const char *path, ins_error *error);

/* Makes the directory, unless it is there, and opens it: what is there must be a directory of this
 * user's, and no link, or, with links, no link of somebody else's. *directory is a descriptor.
 * INS_OUTPUT on failure. */
ins_status ins_directory_enter(const char *path, bool links, int *directory, ins_error *error);

/* INS_OUTPUT when path is there and is somebody else's, whatever it is. */
ins_status ins_path_check_owner(const char *path, ins_error *error);

/* Whether path, no link followed, is still the name of the open directory. */
bool ins_directory_is_at(int directory, const char *path);

/* Removes path with all below it; symbolic links are removed, not followed. Missing is fine. */
ins_status ins_directory_remove(const char *path, ins_error *error);

/* Removes all in the directory path but the entry named kept. A missing directory is fine. */
ins_status ins_directory_clear(const char *path, const char *kept, ins_error *error);

/* Copies the files of a directory, which has nothing else, into another, which is made; not yet
 * brought to the disk. INS_OUTPUT on failure. */
ins_status ins_directory_copy(const char *from, const char *to, ins_error *error);

/* Brings the names in a directory to the disk. 0, or -1 with errno. */
int ins_directory_sync(const char *path);

/* Brings path and all below it to the disk. */
ins_status ins_directory_sync_all(const char *path, ins_error *error);

/* The first existing of the candidate paths of a bundled file: "$INITSCOPE_DATA_DIR/relative", in
 * the source tree (only for a program beside a file source-tree that names it, which a build has),
 * in the installed data directory.
 * relative is for instance "data/iris.csv" or "reports/style.gp". Release with free(); NULL when
 * none exists. */
char *ins_bundled(const char *relative);

#endif
