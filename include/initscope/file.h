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

/* True when path is a directory with no entry, or does not exist. */
bool ins_directory_is_empty(const char *path);

/* The whole file into text (replacing it). status is that of a failure (INS_DATA, INS_USAGE). */
ins_status ins_file_read(const char *path, ins_text *text, ins_status status, ins_error *error);

/* Writes bytes to a new file beside path, fsyncs and renames it to path. INS_OUTPUT on failure, and
 * path is as it was (or, when only syncing its directory failed, as it should be). */
ins_status ins_file_write(const char *path, const char *bytes, size_t length, ins_error *error);

/* Writes all bytes to an open file, through interrupts and short writes. 0, or -1 with errno. */
int ins_write_all(int file, const char *bytes, size_t length);

/* Makes one directory; an existing directory is fine. */
ins_status ins_directory_make(const char *path, ins_error *error);

/* Removes path with all below it; symbolic links are removed, not followed. Missing is fine. */
ins_status ins_directory_remove(const char *path, ins_error *error);

/* Renames the finished directory staging to final (fsyncing both). When replace is true an existing
 * final is moved aside first and removed after; otherwise only an empty directory is replaced. */
ins_status ins_directory_publish(const char *staging, const char *final, bool replace,
                                 ins_error *error);

/* The first existing of the candidate paths of a bundled file: "$INITSCOPE_DATA_DIR/relative", the
 * source tree's (only when the program runs from its build tree), the installed data directory.
 * relative is for instance "data/iris.csv" or "reports/style.gp". Release with free(); NULL when
 * none exists. */
char *ins_bundled(const char *relative);

#endif
