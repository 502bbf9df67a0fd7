/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the manifest from the files themselves, and holds them against it. */
#include <config.h>

#include "initscope/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/log_reader.h"
#include "initscope/log_row.h"
#include "initscope/memory.h"
#include "initscope/sha256.h"

#include "log_internal.h"

static const char *manifest_name(void)
{
    return ins_log_tables[INS_LOG_MANIFEST].file;
}

/* --- A file ----------------------------------------------------------------------------------- */

typedef struct print {
    long long bytes;
    char sha256[INS_SHA256_HEX];
} print;

/* A regular file that is no link. -1 with errno. */
static int open_regular(int directory, const char *name, struct stat *about)
{
    const int file = ins_file_open_at(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0 || (fstat(file, about) == 0 && S_ISREG(about->st_mode))) return file;
    close(file);
    errno = EINVAL;
    return -1;
}

/* Up to the length that the file has; 0, or -1 with errno. */
static int hash_file(int file, long long bytes, char sha256[INS_SHA256_HEX])
{
    char piece[16384];
    unsigned char digest[INS_SHA256_DIGEST];
    ins_sha256 sha;
    long long done = 0;
    ins_sha256_begin(&sha);
    while (done < bytes) {
        const size_t wanted =
            bytes - done < (long long)sizeof piece ? (size_t)(bytes - done) : sizeof piece;
        const ssize_t count = read(file, piece, wanted);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        ins_sha256_add(&sha, piece, (size_t)count);
        done += count;
    }
    ins_sha256_end(&sha, digest);
    ins_sha256_hex(sha256, digest);
    return 0;
}

/* --- Writing ---------------------------------------------------------------------------------- */

typedef struct listing {
    char **name; /* (count) relative to the directory */
    size_t count, capacity;
} listing;

static void listing_free(listing *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->name[i]);
    free(list->name);
    *list = (listing){0};
}

static void add_name(listing *list, char *name)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? ins_multiply(list->capacity, 2, "files") : 64;
        list->name = ins_reallocate(list->name, list->capacity, sizeof *list->name, "files");
    }
    list->name[list->count++] = name;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* Adds what lies in the folder, "" for the directory itself. Closes it. 0, or -1 with errno. */
static int list_folder(int folder, const char *prefix, listing *list)
{
    DIR *directory = fdopendir(folder);
    if (directory == NULL) {
        close(folder);
        return -1;
    }
    int result = 0;
    for (const struct dirent *entry; result == 0 && (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        struct stat about;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        if (prefix[0] == '\0' && strcmp(name, INS_REPLACED) == 0) continue;
        result = fstatat(dirfd(directory), name, &about, AT_SYMLINK_NOFOLLOW);
        if (result != 0) break;
        char *path = prefix[0] != '\0' ? ins_path_join(prefix, name) : ins_duplicate(name);
        if (S_ISREG(about.st_mode)) {
            add_name(list, path);
            continue;
        }
        if (S_ISDIR(about.st_mode)) {
            const int below =
                ins_file_open_at(dirfd(directory), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            result = below >= 0 ? list_folder(below, path, list) : -1;
        }
        free(path);
    }
    const int reason = errno;
    closedir(directory);
    errno = reason;
    return result;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int add_row(int directory, const char *name, ins_text *out)
{
    struct stat about;
    print of;
    const int file = open_regular(directory, name, &about);
    if (file < 0) return -1;
    of.bytes = (long long)about.st_size;
    const int result = hash_file(file, of.bytes, of.sha256), reason = errno;
    close(file);
    errno = reason;
    if (result != 0) return result;
    ins_row row = ins_row_begin(out, INS_LOG_MANIFEST);
    ins_row_name(&row, INS_MANIFEST_FILE, name);
    ins_row_integer(&row, INS_MANIFEST_BYTES, of.bytes);
    ins_row_text(&row, INS_MANIFEST_SHA256, of.sha256);
    ins_row_end(&row);
    return 0;
}

ins_status ins_manifest_write(int directory, const char *path, const char *const *without,
                              size_t count, ins_error *error)
{
    ins_text text = {0};
    listing list = {0};
    const int folder = ins_file_open_at(directory, ".", O_RDONLY | O_DIRECTORY);
    ins_status status = INS_OK;
    if (folder < 0 || list_folder(folder, "", &list) != 0)
        status = ins_file_problem(path, INS_OUTPUT, error);
    if (list.count > 0) qsort(list.name, list.count, sizeof *list.name, by_name);
    ins_log_header(INS_LOG_MANIFEST, &text);
    for (size_t i = 0; status == INS_OK && i < list.count; i++) {
        const char *name = list.name[i];
        if (is_among(name, without, count) || strcmp(name, manifest_name()) == 0) continue;
        if (add_row(directory, name, &text) != 0) {
            char *file = ins_path_join(path, name);
            status = ins_file_problem(file, INS_OUTPUT, error);
            free(file);
        }
    }
    if (status == INS_OK) {
        char *file = ins_path_join(path, manifest_name());
        status = ins_file_stage(file, text.data, text.length, error);
        free(file);
    }
    listing_free(&list);
    ins_text_free(&text);
    return status;
}

/* --- Comparing -------------------------------------------------------------------------------- */

/* A log's table; INS_LOG_FILES: none. */
static ins_log_file table_named(const char *name)
{
    ins_log_file file = 0;
    while (file < INS_LOG_FILES && strcmp(name, ins_log_tables[file].file) != 0) file++;
    return file;
}

static bool is_asked(ins_manifest_scope scope, const char *name)
{
    const ins_log_file file = table_named(name);
    switch (scope) {
    case INS_MANIFEST_LOGS:
        return strchr(name, '/') == NULL;
    case INS_MANIFEST_OTHER:
        return file == INS_LOG_FILES || !ins_log_tables[file].by_trial;
    case INS_MANIFEST_ALL:
        break;
    }
    return true;
}

/* Whether it is the name of something in the directory, and not above or beside it. */
static bool is_inside(const char *name)
{
    if (name[0] == '\0' || name[0] == '/') return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return false;
    }
    return true;
}

static void tell(ins_text *changes, const char *name, const char *what)
{
    char shown[INS_DISPLAY_SIZE];
    ins_text_add_line(changes, "%s: %s since the run was finished",
                      ins_display(shown, name, strlen(name)), what);
}

static void compare_file(int directory, const char *name, double bytes, const char *sha256,
                         ins_text *changes)
{
    struct stat about;
    char now[INS_SHA256_HEX];
    const int file = open_regular(directory, name, &about);
    if (file < 0 && errno == ENOENT) {
        tell(changes, name, "was removed");
        return;
    }
    /* Of another size it is not read to find that out. */
    if (file < 0 || (double)about.st_size != bytes ||
        hash_file(file, (long long)about.st_size, now) != 0 || strcmp(now, sha256) != 0)
        tell(changes, name, "was changed");
    if (file >= 0) close(file);
}

/* Files that reports read and that are not listed; of rows there must be some. */
static void compare_added(const char *directory, const char *const *listed, size_t rows,
                          ins_text *changes)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        const char *name = ins_log_tables[file].file;
        if (file == INS_LOG_MANIFEST || is_among(name, listed, rows)) continue;
        if (ins_path_holds(directory, name) && !ins_log_is_empty(directory, file))
            tell(changes, name, "was added");
    }
    if (ins_path_holds(directory, "experiment.ini") && !is_among("experiment.ini", listed, rows))
        tell(changes, "experiment.ini", "was added");
}

static ins_status compare(const char *path, int directory, const ins_table *table,
                          ins_manifest_scope scope, ins_text *changes, ins_error *error)
{
    const char *const *name = ins_table_texts(table, INS_MANIFEST_FILE);
    const double *bytes = ins_table_numbers(table, INS_MANIFEST_BYTES);
    const char *const *sha256 = ins_table_texts(table, INS_MANIFEST_SHA256);
    if (name == NULL || bytes == NULL || sha256 == NULL)
        return ins_error_add(error, INS_DATA, "%s/%s: is not as it was written", path,
                             manifest_name());
    for (size_t r = 0; r < table->rows; r++) {
        if (!is_inside(name[r]))
            tell(changes, manifest_name(), "was changed");
        else if (is_asked(scope, name[r]))
            compare_file(directory, name[r], bytes[r], sha256[r], changes);
    }
    compare_added(path, name, table->rows, changes);
    return INS_OK;
}

ins_status ins_manifest_compare(const char *directory, ins_manifest_scope scope, ins_text *changes,
                                ins_error *error)
{
    ins_table table;
    bool present;
    ins_status status = ins_table_read(directory, INS_LOG_MANIFEST, false, &table, &present, error);
    if (status != INS_OK || !present) return status;
    const int open = ins_file_open(directory, O_RDONLY | O_DIRECTORY);
    if (open >= 0)
        status = compare(directory, open, &table, scope, changes, error);
    else
        status = ins_file_problem(directory, INS_DATA, error);
    if (open >= 0) close(open);
    ins_table_free(&table);
    return status;
}

ins_status ins_manifest_refuse(const char *directory, const ins_text *changes, ins_error *error)
{
    ins_text before = {0};
    ins_text_add_format(&before, "%s/", directory);
    const ins_status status = ins_error_add_lines(error, INS_DATA, before.data, changes->data);
    ins_text_free(&before);
    return status;
}
