/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs as bytes, files and log directories. */
#include <config.h>

#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initscope/columns.h"
#include "initscope/file.h"

enum { PATH_SIZE = 1024 };

static char scratch[PATH_SIZE / 2];

/* The program's files are synchronised with the disk; nothing of these is to be kept. */
int fsync(int file)
{
    (void)file;
    return 0;
}

void fuzz_expect(int holds, const char *promise)
{
    if (holds) return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

ins_text fuzz_bytes(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    ins_text bytes = {0};
    ins_text_add(&bytes, "");
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        bool escape = size - i >= 4 && byte == '\\' && text[i + 1] == 'x' &&
                      digit(text[i + 2]) >= 0 && digit(text[i + 3]) >= 0;
        if (escape) {
            byte = (char)(digit(text[i + 2]) * 16 + digit(text[i + 3]));
            i += 3;
        }
        ins_text_add_bytes(&bytes, &byte, 1);
    }
    return bytes;
}

static void remove_scratch(void)
{
    ins_error ignored = {0};
    ins_directory_remove(scratch, &ignored);
}

const char *fuzz_path(const char *name)
{
    static char path[PATH_SIZE];
    if (scratch[0] == '\0') {
        const char *place = getenv("TMPDIR");
        snprintf(scratch, sizeof scratch, "%s/initscope-fuzz-XXXXXX",
                 place != NULL ? place : "/tmp");
        fuzz_expect(mkdtemp(scratch) != NULL, "there is room for temporary files");
        atexit(remove_scratch);
    }
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    return path;
}

const char *fuzz_file(const char *name, const char *bytes, size_t length)
{
    const char *path = fuzz_path(name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    fuzz_expect(file >= 0 && ins_write_all(file, bytes, length) == 0 && close(file) == 0,
                "temporary files can be written");
    return path;
}

/* The name in dir/ of the log file that a line names, or NULL. */
static const char *log_name(const char *line, size_t length)
{
    static char name[64];
    const char *file = NULL;
    for (int i = 0; i < INS_LOG_FILES; i++) {
        const char *known = ins_log_tables[i].file;
        if (strlen(known) == length && memcmp(known, line, length) == 0) file = known;
    }
    if (length == strlen("experiment.ini") && memcmp("experiment.ini", line, length) == 0) {
        file = "experiment.ini";
    }
    if (file == NULL) return NULL;
    snprintf(name, sizeof name, "logs/%s", file);
    return name;
}

const char *fuzz_logs(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size);
    ins_error error = {0};
    ins_directory_remove(fuzz_path("logs"), &error);
    ins_directory_make(fuzz_path("logs"), &error);
    fuzz_expect(error.status == INS_OK, "temporary directories can be made");
    const char *at = bytes.data, *end = bytes.data + bytes.length, *name = NULL, *from = at;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;
        if (stop - at > 3 && memcmp(at, "== ", 3) == 0) {
            if (name != NULL) fuzz_file(name, from, (size_t)(at - from));
            name = log_name(at + 3, (size_t)(stop - at - 3));
            from = newline != NULL ? newline + 1 : end;
        }
        at = newline != NULL ? newline + 1 : end;
    }
    if (name != NULL) fuzz_file(name, from, (size_t)(end - from));
    ins_text_free(&bytes);
    return fuzz_path("logs");
}
