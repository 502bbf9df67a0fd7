/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a rendered file is whole: what its first and last bytes say. */
#include <config.h>

#include "initscope/rendered.h"

#include <string.h>

#include "initscope/file.h"

static const char *find(const char *bytes, size_t length, const char *needle)
{
    size_t size = strlen(needle);
    for (size_t i = 0; i + size <= length; i++) {
        const char *hit = memchr(bytes + i, needle[0], length - size + 1 - i);
        if (hit == NULL) return NULL;
        if (memcmp(hit, needle, size) == 0) return hit;
        i = (size_t)(hit - bytes);
    }
    return NULL;
}

static bool begins(const ins_text *file, const char *magic, size_t size)
{
    return file->length > size && memcmp(file->data, magic, size) == 0;
}

/* needle stands within the last 64 bytes. */
static bool ends(const ins_text *file, const char *needle, size_t size)
{
    size_t tail = file->length < 64 ? file->length : 64;
    const char *bytes = file->data + file->length - tail;
    for (size_t i = 0; i + size <= tail; i++) {
        if (memcmp(bytes + i, needle, size) == 0) return true;
    }
    return false;
}

static bool is_whole(const char *path, const char *magic, size_t magic_size, const char *end,
                     size_t end_size, ins_text *file)
{
    ins_error ignored = {0};
    return ins_file_read(path, file, INS_RENDER, &ignored) == INS_OK &&
           begins(file, magic, magic_size) && ends(file, end, end_size);
}

/* Cairo 1.16 writes the page tree in plain text; newer ones may compress it, and then only the
 * beginning and end are known. */
static bool has_pages(const ins_text *file, size_t pages)
{
    size_t count = 0;
    const char *rest = file->data, *end = file->data + file->length;
    while ((rest = find(rest, (size_t)(end - rest), "/Type /Page")) != NULL) {
        rest += strlen("/Type /Page");
        if (rest < end && *rest != 's') count++;
    }
    return count == pages || (count == 0 && find(file->data, file->length, "/ObjStm") != NULL);
}

bool ins_is_pdf(const char *path, size_t pages)
{
    ins_text file = {0};
    bool whole = is_whole(path, "%PDF-", 5, "%%EOF", 5, &file) && has_pages(&file, pages) &&
                 (find(file.data, file.length, "/BaseFont") != NULL ||
                  find(file.data, file.length, "/ObjStm") != NULL);
    ins_text_free(&file);
    return whole;
}

bool ins_is_png(const char *path)
{
    ins_text file = {0};
    bool whole = is_whole(path, "\211PNG\r\n\032\n", 8, "IEND\256B`\202", 8, &file);
    ins_text_free(&file);
    return whole;
}

bool ins_is_svg(const char *path)
{
    ins_text file = {0};
    bool whole = is_whole(path, "<?xml", 5, "</svg>", 6, &file);
    ins_text_free(&file);
    return whole;
}
