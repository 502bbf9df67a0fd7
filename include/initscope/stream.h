/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes from somewhere, in order: a file, unpacked where it is a gzip file, or a member of an
 * archive. What reads arrays takes an ins_byte_source and does not care which. */
#ifndef INITSCOPE_STREAM_H
#define INITSCOPE_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/types.h>

#include "initscope/error.h"

typedef struct ins_byte_source {
    const char *name; /* for messages */
    void *context;
    /* Up to size bytes; 0 at the end; -1 when it cannot go on, with one INS_DATA problem. */
    ssize_t (*read)(void *context, char *bytes, size_t size, ins_error *error);
    long long size; /* bytes that it has in all; -1: not known */
} ins_byte_source;

/* Exactly size bytes. *count, which may be less, is what there was; INS_DATA only where the source
 * fails. */
ins_status ins_bytes_read(const ins_byte_source *source, char *bytes, size_t size, size_t *count,
                          ins_error *error);

typedef struct ins_stream ins_stream;

/* Opens path. What begins as a gzip file is unpacked as gzip does it: members follow each other,
 * zeros may follow the last, check sums must be right; memory is bounded. NULL and an INS_DATA
 * problem when it cannot be opened or read. path must live as long as the stream. */
ins_stream *ins_stream_open(const char *path, ins_error *error);
void ins_stream_close(ins_stream *stream); /* NULL is fine */

/* As ins_byte_source.read. A gzip file that is cut short or damaged says so. */
ssize_t ins_stream_read(ins_stream *stream, char *bytes, size_t size, ins_error *error);

/* The stream as a source; valid while the stream is. Its size is known for regular files that are
 * not packed. Nothing must have been read. */
ins_byte_source ins_stream_source(ins_stream *stream);

/* "1.2.13": of the library that unpacks. */
const char *ins_zlib_version(void);

/* The open file, for fstat(). */
int ins_stream_file(const ins_stream *stream);

#endif
