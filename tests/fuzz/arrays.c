/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives and pairs of files of arrays. Unlike in npz, check sums of members are right whatever is
 * in them, so that what is invented reaches the reader of their arrays.
 *
 * Bytes after a line "== NAME", less the newline at their end, are the member NAME of an archive;
 * after "== data" and "== label" they are two files. An input without such lines is a file that is
 * its own labels. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <zip.h>

#include "../../src/data/array_files.h"
#include "fuzz.h"
#include "fuzz_arrays.h"

typedef struct section {
    char name[64];
    const char *bytes;
    size_t length;
} section;

enum { MOST_SECTIONS = 8 };

static size_t newline_at(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return (size_t)((newline != NULL ? newline : end) - at);
}

static bool is_title(const char *at, const char *end)
{
    return end - at > 3 && memcmp(at, "== ", 3) == 0 && newline_at(at, end) - 3 < 64;
}

static size_t find_sections(const char *at, const char *end, section found[MOST_SECTIONS])
{
    size_t count = 0;
    while (at < end && is_title(at, end) && count < MOST_SECTIONS) {
        section *now = &found[count++];
        size_t line = newline_at(at, end);
        memset(now->name, 0, sizeof now->name);
        memcpy(now->name, at + 3, line - 3);
        at += line + (at + line < end);
        now->bytes = at;
        while (at < end && !is_title(at, end)) {
            line = newline_at(at, end);
            at += line + (at + line < end);
        }
        now->length = (size_t)(at - now->bytes);
        if (now->length > 0 && at[-1] == '\n') now->length--;
    }
    return count;
}

/* One member is stored, the next packed. */
static void write_archive(const char *path, const section *members, size_t count)
{
    zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    fuzz_expect(archive != NULL, "temporary archives can be written");
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(archive, members[i].bytes, members[i].length, 0);
        zip_int64_t at = zip_file_add(archive, members[i].name, source, ZIP_FL_OVERWRITE);
        if (at < 0)
            zip_source_free(source);
        else
            zip_set_file_compression(archive, (zip_uint64_t)at,
                                     i % 2 ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 1);
    }
    if (zip_close(archive) != 0) zip_discard(archive);
}

static void check(const char *path, const char *label_path)
{
    ins_arrays arrays = {.rows = FUZZ_UNTOUCHED};
    ins_error error = {0};
    ins_status status = ins_array_files_read(path, label_path, &arrays, &error);

    fuzz_expect(status != INS_OK || ins_is_array_file(path), "what is read is known for arrays");
    fuzz_check_arrays(status, &arrays, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    section sections[MOST_SECTIONS];
    char path[1024];
    ins_text bytes = fuzz_bytes(data, size);
    size_t count = find_sections(bytes.data, bytes.data + bytes.length, sections);
    bool pair = count == 2 && strcmp(sections[0].name, "data") == 0;
    snprintf(path, sizeof path, "%s", fuzz_path("data.bin"));
    if (pair) {
        fuzz_file("data.bin", sections[0].bytes, sections[0].length);
        check(path, fuzz_file("label.bin", sections[1].bytes, sections[1].length));
    } else if (count > 0) {
        write_archive(path, sections, count);
        check(path, NULL);
    } else {
        fuzz_file("data.bin", bytes.data, bytes.length);
        check(path, path);
        check(path, NULL);
    }
    ins_text_free(&bytes);
    return 0;
}
