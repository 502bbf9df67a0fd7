/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files as they are or unpacked: the only door to zlib. */
#include <config.h>

#include "initscope/stream.h"

#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "file_internal.h"
#include "initscope/file.h"
#include "initscope/memory.h"

enum { PIECE = 1 << 16, MAGIC = 2, ANY_WINDOW = 15, GZIP_ONLY = 16 };

struct ins_stream {
    const char *path;
    int file;
    bool packed;
    bool file_ended, between, failed; /* between: members, or behind the last one */
    z_stream inflater;
    unsigned char piece[PIECE]; /* packed bytes; of other files the first ones */
    const char *damage; /* of the packed bytes, to be told behind those that were sound; or NULL */
};

void ins_stream_close(ins_stream *stream)
{
    if (!stream) return;
    if (stream->packed) inflateEnd(&stream->inflater);
    close(stream->file);
    free(stream);
}

int ins_stream_file(const ins_stream *stream)
{
    return stream->file;
}

static ssize_t problem(ins_stream *stream, const char *what, ins_error *error)
{
    stream->failed = true;
    ins_error_add(error, INS_DATA, "%s: %s", stream->path, what);
    return -1;
}

static ssize_t read_problem(ins_stream *stream, ins_error *error)
{
    stream->failed = true;
    ins_file_problem(stream->path, INS_DATA, error);
    return -1;
}

/* Reads on until there are wanted bytes in the piece, or the file ends. Returns -1 at a problem. */
static int fill(ins_stream *stream, size_t wanted, ins_error *error)
{
    z_stream *in = &stream->inflater;

    if (in->avail_in >= wanted) return 0;
    if (in->avail_in > 0) memmove(stream->piece, in->next_in, in->avail_in);
    in->next_in = stream->piece;
    while (in->avail_in < wanted && !stream->file_ended) {
        ssize_t count = ins_file_read_some(stream->file, (char *)stream->piece + in->avail_in,
                                           PIECE - in->avail_in);

        if (count < 0) return (int)read_problem(stream, error);
        stream->file_ended = count == 0;
        in->avail_in += (unsigned)count;
    }
    return 0;
}

static bool member_begins(const ins_stream *stream)
{
    const z_stream *in = &stream->inflater;

    return in->avail_in >= MAGIC && in->next_in[0] == 0x1f && in->next_in[1] == 0x8b;
}

/* The first bytes tell whether the file is packed. */
static bool look(ins_stream *stream, ins_error *error)
{
    if (fill(stream, MAGIC, error) != 0) return false;
    if (!member_begins(stream)) return true;
    if (inflateInit2(&stream->inflater, ANY_WINDOW + GZIP_ONLY) != Z_OK)
        ins_die("out of memory (need some for unpacking %s)", stream->path);
    stream->packed = true;
    return true;
}

ins_stream *ins_stream_open(const char *path, ins_error *error)
{
    int file = ins_file_open(path, O_RDONLY);

    if (file < 0) {
        ins_file_problem(path, INS_DATA, error);
        return NULL;
    }

    ins_stream *stream = ins_allocate(1, sizeof *stream, "reading a file");

    stream->path = path;
    stream->file = file;
    if (look(stream, error)) return stream;
    ins_stream_close(stream);
    return NULL;
}

/* The first bytes, which were looked at, and then the file. */
static ssize_t read_plain(ins_stream *stream, char *bytes, size_t size, ins_error *error)
{
    z_stream *in = &stream->inflater;
    size_t count = in->avail_in < size ? in->avail_in : size;

    if (count > 0) {
        memcpy(bytes, in->next_in, count);
        in->next_in += count;
        in->avail_in -= (unsigned)count;
        return (ssize_t)count;
    }
    if (stream->file_ended) return 0;

    ssize_t got = ins_file_read_some(stream->file, bytes, size);

    return got < 0 ? read_problem(stream, error) : got;
}

/* Behind a member: 1 when another one follows, 0 at the end, zeros passed over. */
static int next_member(ins_stream *stream, ins_error *error)
{
    z_stream *in = &stream->inflater;

    for (;;) {
        if (fill(stream, MAGIC, error) != 0) return -1;
        if (in->avail_in == 0) return 0;
        if (member_begins(stream)) break;
        if (*in->next_in != 0)
            return (int)problem(stream, "bytes that are no gzip follow the gzip file", error);
        in->next_in++;
        in->avail_in--;
    }
    inflateReset(in);
    stream->between = false;
    return 1;
}

static ssize_t read_packed(ins_stream *stream, char *bytes, size_t size, ins_error *error)
{
    z_stream *in = &stream->inflater;
    unsigned room = size < PIECE ? (unsigned)size : PIECE;

    if (stream->damage != NULL) return problem(stream, stream->damage, error);
    in->next_out = (unsigned char *)bytes;
    in->avail_out = room;
    while (in->avail_out == room) {
        if (stream->between) {
            int more = next_member(stream, error);

            if (more <= 0) return more;
        }
        if (fill(stream, 1, error) != 0) return -1;

        int state = inflate(in, Z_NO_FLUSH);

        if (state == Z_MEM_ERROR)
            ins_die("out of memory (need some for unpacking %s)", stream->path);
        stream->between = state == Z_STREAM_END;
        if (state == Z_BUF_ERROR && stream->file_ended)
            stream->damage = "the gzip file is cut short; get it again";
        else if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            stream->damage = "the gzip file is damaged; get it again";
        if (stream->damage == NULL) continue;
        /* What was unpacked before comes first, whatever the size of the pieces. */
        if (in->avail_out < room) break;
        return problem(stream, stream->damage, error);
    }
    return (ssize_t)(room - in->avail_out);
}

ssize_t ins_stream_read(ins_stream *stream, char *bytes, size_t size, ins_error *error)
{
    if (stream->failed) return -1;
    return stream->packed ? read_packed(stream, bytes, size, error)
                          : read_plain(stream, bytes, size, error);
}

const char *ins_zlib_version(void)
{
    return zlibVersion();
}

static ssize_t read_source(void *stream, char *bytes, size_t size, ins_error *error)
{
    return ins_stream_read(stream, bytes, size, error);
}

ins_byte_source ins_stream_source(ins_stream *stream)
{
    ins_byte_source source = {stream->path, stream, read_source, -1};
    struct stat status;

    if (!stream->packed && fstat(stream->file, &status) == 0 && S_ISREG(status.st_mode))
        source.size = status.st_size;
    return source;
}

ins_status ins_bytes_read(const ins_byte_source *source, char *bytes, size_t size, size_t *count,
                          ins_error *error)
{
    ssize_t got = 1;

    for (*count = 0; *count < size && got > 0; *count += got > 0 ? (size_t)got : 0)
        got = source->read(source->context, bytes + *count, size - *count, error);
    return got < 0 ? INS_DATA : INS_OK;
}
