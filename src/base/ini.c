/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* INI in, on inih. inih holds lines of about 200 bytes, forgets line numbers and hands out
 * continued values piece by piece: this file gives it lines that fit, and puts the pieces together
 * again. */
#include <config.h>

#include "initscope/ini.h"

#include <stdbool.h>
#include <string.h>

#include <ini.h>

#include "file_internal.h"
#include "initscope/file.h"
#include "initscope/text.h"

enum { FILE_LIMIT = 1 << 20, LINE_LIMIT = 1 << 16 }; /* bytes */

/* How the next piece of a value follows what is there. */
typedef enum join { JOIN_NEW, JOIN_BLANK, JOIN_GAP } join;

typedef struct source {
    const char *path;
    ins_ini_handler handler;
    void *context;
    ins_status status;
    ins_error *error;

    const char *next, *end; /* of the file's bytes */
    size_t number;          /* of the physical line that is being read */
    const char *line;       /* its bytes, without comment */
    size_t length, given;   /* given: what inih has got of it */
    join join;
    const char *gap; /* blanks between the parts of a line */
    size_t gap_length;
    bool expecting; /* inih has got a line and not called back */

    ins_text key, value; /* the pair so far; key is empty when there is none */
    size_t key_line;
} source;

static void problem(source *in, const char *what)
{
    ins_error_add(in->error, in->status, "%s:%zu: %s", in->path, in->number, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Cuts blanks, and a comment after a blank, off the end of a line, as inih would. */
static size_t trimmed(const char *line, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (line[i] == ';' && is_blank(line[i - 1])) length = i;
    while (length > 0 && is_blank(line[length - 1])) length--;
    return length;
}

static void problem_with(source *in, const char *what, const char *bytes, size_t length)
{
    char shown[INS_DISPLAY_SIZE];

    ins_error_add(in->error, in->status, "%s:%zu: %s (got \"%s\")", in->path, in->number, what,
                  ins_display(shown, bytes, length));
}

/* True when inih can read the line, whose first byte that is not blank is at start; says what is
 * wrong with it otherwise. */
static bool is_readable(source *in, const char *line, size_t length, size_t start)
{
    if (memchr(line, '\0', length))
        problem(in, "NUL byte (not a text file?)");
    else if (length > LINE_LIMIT)
        problem(in, "line longer than 65536 bytes");
    else if (line[start] == '[' && (start == 0 || in->key.length == 0))
        problem_with(in, "there are no sections here", line, length);
    else
        return true;
    return false;
}

/* The next line that is neither blank nor a comment. */
static bool next_line(source *in)
{
    while (in->next < in->end) {
        const char *line = in->next;
        const char *newline = memchr(line, '\n', (size_t)(in->end - line));
        size_t length = (size_t)((newline ? newline : in->end) - line), start = 0;

        in->next = newline ? newline + 1 : in->end;
        in->number++;
        while (start < length && is_blank(line[start])) start++;
        if (start == length || line[start] == '#' || line[start] == ';') continue;
        if (!is_readable(in, line, length, start)) continue;
        in->join = start > 0 && in->key.length > 0 ? JOIN_BLANK : JOIN_NEW;
        if (start > 0) start--; /* one blank is enough of an indentation */
        in->line = line + start;
        in->length = trimmed(in->line, length - start);
        in->given = 0;
        return true;
    }
    return false;
}

/* How much of the line inih can take now, when that is at most room: up to a byte that is not
 * blank, because it trims blanks, and not such that the next piece is a comment to it. 0: no such
 * place. */
static size_t piece_length(const source *in, size_t room)
{
    const char *rest = in->line + in->given;
    char next = '#'; /* the first byte after the piece that is not blank */

    if (in->length - in->given <= room) return in->length - in->given;
    for (size_t i = in->length - in->given; i > 0; i--) {
        if (i <= room && !is_blank(rest[i - 1]) && next != '#' && next != ';') return i;
        if (!is_blank(rest[i - 1])) next = rest[i - 1];
    }
    return 0;
}

/* inih has got a line, or the start of one, and found no pair in it. */
static void check_answer(source *in)
{
    if (!in->expecting) return;
    problem_with(in, "no '=' in this line", in->line, in->length);
    in->expecting = false;
    in->given = in->length;
}

/* Goes on with the line: inih would trim the blanks in between. */
static void next_part(source *in)
{
    in->join = JOIN_GAP;
    in->gap = in->line + in->given;
    while (is_blank(in->line[in->given])) in->given++;
    in->gap_length = (size_t)(in->line + in->given - in->gap);
}

/* inih's fgets. */
static char *next_piece(char *out, int size, void *context)
{
    source *in = context;
    size_t room = (size_t)size - 3; /* without a blank before, the newline and the NUL after */
    size_t length = 0, at = 0;

    check_answer(in);
    while (length == 0) {
        if (in->given < in->length)
            next_part(in);
        else if (!next_line(in))
            return NULL;
        length = piece_length(in, room);
        if (length > 0) break;
        problem(in, "line too long, with no place to take it apart");
        in->given = in->length;
    }
    if (in->join == JOIN_GAP) out[at++] = ' '; /* for inih a continuation */
    memcpy(out + at, in->line + in->given, length);
    memcpy(out + at + length, "\n", 2);
    in->given += length;
    in->expecting = true;
    return out;
}

/* The pair is complete. */
static void pass_pair(source *in)
{
    if (in->key.length > 0)
        in->handler(in->context, in->key.data, in->value.data, in->key_line, in->error);
    ins_text_clear(&in->key);
}

/* inih's handler. */
static int take_piece(void *context, const char *section, const char *key, const char *value)
{
    source *in = context;

    (void)section;
    in->expecting = false;
    if (in->join == JOIN_NEW) {
        pass_pair(in);
        if (!*key) problem(in, "no key before '='");
        ins_text_add(&in->key, key);
        ins_text_clear(&in->value);
        in->key_line = in->number;
    } else if (in->value.length > 0) {
        if (in->join == JOIN_BLANK)
            ins_text_add(&in->value, " ");
        else
            ins_text_add_bytes(&in->value, in->gap, in->gap_length);
    }
    ins_text_add(&in->value, value);
    return 1;
}

ins_status ins_ini_read(const char *path, ins_ini_handler handler, void *context, ins_status status,
                        ins_error *error)
{
    ins_error unheard = {0}; /* by it the status of what the handler did is known */
    source in = {.path = path,
                 .handler = handler,
                 .context = context,
                 .status = status,
                 .error = error ? error : &unheard};
    ins_status earlier = ins_error_begin(in.error);
    ins_text text = {0};

    if (ins_file_read_limited(path, &text, FILE_LIMIT, status, in.error) == INS_OK) {
        bool marked = text.length >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0;

        in.next = text.data + (marked ? 3 : 0);
        in.end = text.data + text.length;
        if (ini_parse_stream(next_piece, &in, take_piece, &in) != 0 && in.error->status == INS_OK)
            ins_die("%s: inih and its reader disagree", path);
        pass_pair(&in);
    }
    ins_text_free(&text);
    ins_text_free(&in.key);
    ins_text_free(&in.value);
    return ins_error_end(in.error, earlier);
}
