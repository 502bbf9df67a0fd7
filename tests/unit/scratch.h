/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of its own for a test's files: made by scratch_setup, removed by scratch_teardown. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <check.h>

#include "initscope/file.h"

static char scratch[512];

static void scratch_setup(void)
{
    const char *place = getenv("TMPDIR");

    snprintf(scratch, sizeof scratch, "%s/initscope-XXXXXX", place && *place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(scratch));
}

static void scratch_teardown(void)
{
    ins_error error = {0};

    ck_assert_int_eq(ins_directory_remove(scratch, &error), INS_OK);
}

/* Writes bytes to a file of the directory; the path is valid until the next call. */
static inline const char *scratch_file(const char *name, const char *bytes, size_t length)
{
    static char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", scratch, name);
    file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

/* "SCRATCH/name"; a few of them are valid at a time. */
static inline const char *at(const char *name)
{
    static char paths[4][1024];
    static size_t next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline void expect_content(const char *path, const char *expected)
{
    ins_text text = {0};
    ins_error error = {0};

    ck_assert_int_eq(ins_file_read(path, &text, INS_DATA, &error), INS_OK);
    ck_assert_str_eq(text.data, expected);
    ins_text_free(&text);
}

static inline size_t entries(const char *path)
{
    DIR *directory = opendir(path);
    size_t count = 0;

    ck_assert_ptr_nonnull(directory);
    while (readdir(directory)) count++;
    closedir(directory);
    return count - 2; /* . and .. */
}

/* The last line of error is "SCRATCH/name: what". */
static inline void expect_problem(ins_error *error, ins_status status, const char *name,
                                  const char *what)
{
    char line[1600];

    snprintf(line, sizeof line, "%s: %s", at(name), what);
    ck_assert_uint_eq(error->count, 1);
    ck_assert_str_eq(error->line[0], line);
    ck_assert_int_eq(error->status, status);
    ins_error_clear(error);
}

#endif
