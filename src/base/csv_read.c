/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV in: libcsv takes the bytes apart; this file collects rows, counts lines, and says what is
 * wrong where. */
#include <config.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <csv.h>

#include "csv_sniff.h"
#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/stream.h"

/* A quote that is never closed would swallow the rest of the file, and a line that never ends all
 * memory: these bounds stop them. */
enum {
    FIELD_LIMIT = 1 << 20,  /* bytes */
    ROW_LIMIT = 1 << 28,    /* bytes */
    COLUMN_LIMIT = 1 << 22, /* fields of the header */
    HEADER_LIMIT = 1 << 20, /* bytes looked at to find the separator */
    CHUNK = 1 << 16         /* bytes */
};

/* Rows that are left out for one reason are one problem, however many they are. */
enum { PLACES = 3, WIDTHS = 8 };

typedef struct cause {
    size_t rows;
    size_t fields; /* of each of them; 0: several numbers */
    size_t column; /* in the first of them */
    size_t line[PLACES];
} cause;

typedef struct reader {
    const char *path;
    ins_stream *stream;
    size_t left; /* bytes that are to be read yet; SIZE_MAX: to the end of the file */
    ins_csv_handler handler;
    void *context;
    ins_error *error;
    struct csv_parser parser;
    ins_csv_header_scan scan;
    char declared;  /* separator, by the first line; '\0': none */
    size_t skipped; /* bytes before the first row */
    bool stopped;   /* by a problem that leaves no way to go on */

    size_t line;       /* on which the field that is being read begins */
    char previous;     /* the last byte given to the parser */
    bool after_return; /* the next LF belongs to the CR before it */
    bool ended;        /* the last byte given to the parser ended a line */
    bool whole[256];   /* bytes that libcsv takes as they are, or trims */

    bool any_width;  /* rows need not be as wide as the first one */
    size_t index;    /* of the row; 0 is the header */
    size_t columns;  /* of the header */
    size_t row_line; /* on which the row begins */
    bool sound;      /* no problem in this row so far */
    size_t count;    /* fields of this row so far */
    size_t fields_capacity;
    ins_csv_field *fields; /* their lengths; the texts are set when the row is complete */
    size_t used, capacity;
    char *bytes; /* of the fields, one after the other */

    cause nul;            /* rows with NUL bytes */
    size_t widths;        /* in use of ragged */
    cause ragged[WIDTHS]; /* rows wider or narrower than the header; the last one of all others */
} reader;

static void start_row(reader *in)
{
    in->count = in->used = 0;
    in->sound = true;
}

static void field_problem(reader *in, size_t line, size_t column, const char *what)
{
    ins_error_add(in->error, INS_DATA, "%s:%zu:%zu: %s", in->path, line, column, what);
}

static void stop(reader *in, const char *what)
{
    ins_error_add(in->error, INS_DATA, "%s:%zu: %s", in->path, in->row_line, what);
    in->stopped = true;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void note(cause *of, size_t line)
{
    if (of->rows < PLACES) of->line[of->rows] = line;
    of->rows++;
}

/* ": lines 3, 4, 7, ..." */
static void add_places(ins_text *out, const cause *of)
{
    size_t shown = of->rows < PLACES ? of->rows : PLACES;

    for (size_t i = 0; i < shown; i++)
        ins_text_add_format(out, i == 0 ? ": lines %zu" : ", %zu", of->line[i]);
    if (shown < of->rows) ins_text_add(out, ", ...");
}

static void tell_nul(reader *in)
{
    const cause *of = &in->nul;
    ins_text what = {0};

    if (of->rows == 0) return;
    if (of->rows == 1) {
        ins_text_add(&what, "NUL byte in field (not a text file?)");
    } else {
        ins_text_add_format(&what, "NUL bytes in %zu rows (not a text file?)", of->rows);
        add_places(&what, of);
    }
    field_problem(in, of->line[0], of->column, what.data);
    ins_text_free(&what);
}

static void tell_ragged(reader *in, const cause *of)
{
    ins_text what = {0};

    if (of->rows > 1) ins_text_add_format(&what, "%zu rows have ", of->rows);
    if (of->fields == 0)
        ins_text_add(&what, "other numbers of fields");
    else
        ins_text_add_format(&what, "%zu field%s", of->fields, plural(of->fields));
    ins_text_add_format(&what, ", header has %zu", in->columns);
    if (of->rows > 1) add_places(&what, of);
    ins_error_add(in->error, INS_DATA, "%s:%zu: %s", in->path, of->line[0], what.data);
    ins_text_free(&what);
}

/* The row is not as wide as the header. */
static void note_ragged(reader *in)
{
    size_t i = 0;

    while (i < in->widths && in->ragged[i].fields != in->count) i++;
    if (i == WIDTHS) {
        i--;
        in->ragged[i].fields = 0;
    } else if (i == in->widths) {
        in->ragged[in->widths++].fields = in->count;
    }
    note(&in->ragged[i], in->row_line);
}

/* Lines that end within bytes. */
static size_t line_ends(const char *bytes, size_t length)
{
    size_t ends = 0;

    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\r' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))) ends++;
    return ends;
}

/* A field has bytes that are rare in fields: line ends, or NUL, which no text has. */
static void inspect(reader *in, const char *bytes, size_t length)
{
    if (memchr(bytes, '\0', length)) {
        if (in->nul.rows == 0) in->nul.column = in->count;
        if (in->sound) note(&in->nul, in->line);
        in->sound = false;
    }
    in->line += line_ends(bytes, length);
}

/* Room for as many fields as are counted. */
static void make_room(reader *in)
{
    if (in->count <= in->fields_capacity) return;
    in->fields_capacity = in->fields_capacity ? 2 * in->fields_capacity : 64;
    in->fields =
        ins_reallocate(in->fields, in->fields_capacity, sizeof *in->fields, "the fields of a row");
}

static void store(reader *in, const char *bytes, size_t length)
{
    make_room(in);
    while (length > in->capacity - in->used) {
        if (in->capacity >= ROW_LIMIT) {
            stop(in, "row longer than 268435456 bytes");
            return;
        }
        in->capacity *= 2;
        in->bytes = ins_reallocate(in->bytes, in->capacity, 1, "a row of CSV");
    }
    in->fields[in->count - 1].length = length;
    memcpy(in->bytes + in->used, bytes, length);
    in->used += length;
}

/* A field that is more than the header has is only counted. */
static bool is_kept(const reader *in, size_t field)
{
    return in->index == 0 || in->any_width || field < in->columns;
}

static const char too_long[] = "field longer than 1048576 bytes";

/* libcsv has read a field. */
static void take_field(void *text, size_t length, void *context)
{
    reader *in = context;
    const char *bytes = text ? text : "";
    bool rare = false;

    if (in->stopped) return;
    in->after_return = false; /* the LF was in the field */
    if (in->count++ == 0) in->row_line = in->line;
    for (size_t i = 0; i < length; i++) rare |= (unsigned char)bytes[i] <= '\r';
    if (length > FIELD_LIMIT) {
        field_problem(in, in->line, in->count, too_long);
        in->stopped = true;
        return;
    }
    if (rare) inspect(in, bytes, length);

    bool kept = is_kept(in, in->count - 1);

    if (kept && in->count > COLUMN_LIMIT)
        stop(in, "more than 4194304 columns");
    else if (kept)
        store(in, bytes, length);
}

/* One column that has other separators in it is a file read with the wrong one. */
static void check_separator(reader *in)
{
    size_t most = ins_csv_most_frequent(&in->scan);
    const ins_csv_separator *other = &ins_csv_separators[most];

    if (in->columns > 1 || in->scan.count[most] == 0 || in->scan.lines > 0) return;
    ins_error_add(in->error, INS_DATA,
                  "%s:%zu: only 1 column; the line has %zu %s: try --delimiter %s", in->path,
                  in->row_line, in->scan.count[most], other->shown, other->name);
    in->stopped = true;
}

static void pass_row(reader *in)
{
    ins_csv_row row = {
        .line = in->row_line, .count = in->count, .fields = in->fields, .stop = &in->stopped};

    in->handler(in->context, in->index, &row, in->error);
    in->index++;
}

/* The fields of the row have their texts. */
static void finish_row(reader *in)
{
    if (in->index == 0) {
        in->columns = in->count;
        check_separator(in);
        if (!in->sound) in->stopped = true; /* nothing to hold the rows to */
    } else if (in->count != in->columns && in->sound && !in->any_width) {
        note_ragged(in);
        in->sound = false;
    }
    if (in->sound && !in->stopped) pass_row(in);
    start_row(in);
}

/* What was stored of the row, one field after the other, is all there. */
static void set_texts(reader *in)
{
    const char *text = in->bytes;

    for (size_t i = 0; i < in->count && is_kept(in, i); i++) {
        in->fields[i].text = text;
        text += in->fields[i].length;
    }
}

/* libcsv has met a line end outside quotes, or, with -1, the end of the file. */
static void take_line_end(int byte, void *context)
{
    reader *in = context;

    in->ended = true;
    if (in->stopped) return;
    if (in->count > 0) {
        set_texts(in);
        finish_row(in);
    }
    if (byte == '\r' || (byte == '\n' && !in->after_return)) in->line++;
    in->after_return = false;
}

/* Blocks of the field that is being read; NULL is how libcsv learns that it is too long. The margin
 * is for a closing quote, and blanks around it. */
static void *grow_field(void *block, size_t size)
{
    enum { MARGIN = 64 };

    return size > FIELD_LIMIT + MARGIN ? NULL : ins_reallocate(block, size, 1, "a field of CSV");
}

/* Says why the parser stopped. The field that is being read is in its buffer. */
static void explain(reader *in)
{
    const struct csv_parser *parser = &in->parser;
    size_t column = in->count + 1;

    in->stopped = true;
    if (parser->status == CSV_EPARSE) {
        size_t ends = line_ends((const char *)parser->entry_buf, parser->entry_pos);

        field_problem(in, in->line + ends, column, "text after the closing quote");
    } else if (parser->quoted) {
        field_problem(in, in->line, column,
                      "quote opened here is never closed, or field longer than 1048576 bytes");
    } else {
        field_problem(in, in->line, column, too_long);
    }
}

/* Gives bytes to the parser. */
static void parse(reader *in, const char *bytes, size_t length)
{
    size_t done = 0;

    while (!in->stopped) {
        done += csv_parse(&in->parser, bytes + done, length - done, take_field, take_line_end, in);
        if (done == length || in->stopped) return;
        if (in->parser.status != CSV_EPARSE || in->parser.quoted) {
            explain(in);
            return;
        }
        /* A quote inside an unquoted field (37"N) opens nothing: it is a byte like any other, which
         * libcsv takes only when it is not strict. */
        csv_set_opts(&in->parser, (unsigned char)(in->parser.options & ~CSV_STRICT));
        done += csv_parse(&in->parser, bytes + done, 1, take_field, take_line_end, in);
        csv_set_opts(&in->parser, (unsigned char)(in->parser.options | CSV_STRICT));
    }
}

/* --- Plain lines ------------------------------------------------------------------
 *
 * Most lines have neither quotes nor CR nor NUL: the bytes between separators are the fields, and
 * libcsv, which looks at each byte by itself, has nothing to add. */

static void set_whole(reader *in, char delimiter)
{
    memset(in->whole, true, sizeof in->whole);
    in->whole['\0'] = in->whole['\r'] = in->whole['\n'] = in->whole['"'] = false;
    in->whole[(unsigned char)delimiter] = false;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* As libcsv, without the blanks at its ends. */
static void add_plain_field(reader *in, const char *begin, const char *end)
{
    while (begin < end && is_blank(*begin)) begin++;
    while (begin < end && is_blank(end[-1])) end--;
    in->count++;
    make_room(in);
    in->fields[in->count - 1] = (ins_csv_field){begin, (size_t)(end - begin)};
}

/* Takes the line that begins at bytes as a row; returns its length, or 0 where it is not plain, not
 * all there, blank, or so long that a field of it may be too long. */
static size_t take_plain_line(reader *in, const char *bytes, size_t length, char delimiter)
{
    const char *begin = bytes, *at = bytes,
               *end = bytes + (length < FIELD_LIMIT ? length : FIELD_LIMIT);

    for (;; at++) {
        while (at < end && in->whole[(unsigned char)*at]) at++;
        if (at == end || (*at != delimiter && *at != '\n')) break;
        add_plain_field(in, begin, at);
        if (*at == '\n') break;
        begin = at + 1;
    }
    if (at == end || *at != '\n' || (in->count == 1 && in->fields[0].length == 0)) {
        start_row(in);
        return 0;
    }
    in->row_line = in->line;
    finish_row(in);
    in->line++;
    return (size_t)(at - bytes) + 1;
}

/* The rows at the beginning of bytes that are plain lines; returns their length. The header, which
 * may be of any length, is none of them. */
static size_t take_plain(reader *in, const char *bytes, size_t length)
{
    char delimiter = (char)csv_get_delim(&in->parser);
    size_t done = 0, line = 1;

    if (!in->ended || in->index == 0) return 0;
    while (done < length && line > 0 && !in->stopped) {
        line = take_plain_line(in, bytes + done, length - done, delimiter);
        done += line;
    }
    if (done > 0) in->previous = '\n';
    return done;
}

/* To the end of the line, or all that is there. A CR ends a piece, so that its LF is known by the
 * position: libcsv does not tell "CR LF" from "CR blanks LF", which are one line end and two. */
static size_t piece_of(const char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length && bytes[at] != '\r' && bytes[at] != '\n') at++;
    return at < length ? at + 1 : length;
}

/* Rows that are plain lines are taken as they are; all else is the parser's, line by line. */
static void feed(reader *in, const char *bytes, size_t length)
{
    while (length > 0 && !in->stopped) {
        size_t piece = take_plain(in, bytes, length);

        if (piece == 0) {
            piece = piece_of(bytes, length);
            in->after_return = in->previous == '\r' && bytes[0] == '\n';
            in->ended = false;
            parse(in, bytes, piece);
            in->previous = bytes[piece - 1];
        }
        bytes += piece;
        length -= piece;
    }
}

/* The rows that are complete only because the file ends. After a problem libcsv would call half a
 * row complete. */
static void finish(reader *in)
{
    if (in->stopped) return;
    if (csv_fini(&in->parser, take_field, take_line_end, in) != 0)
        field_problem(in, in->line, in->count + 1, "quote opened here is never closed");
    else if (in->index == 0)
        ins_error_add(in->error, INS_DATA, "%s:1: no %s", in->path,
                      in->any_width ? "rows" : "header");
}

/* However much of the file has been read, the same bytes tell what it is. */
static size_t sniffed(const ins_text *head)
{
    return head->length < INS_CSV_MAGIC ? head->length : INS_CSV_MAGIC;
}

/* Length of what stands before the first row: a mark, and a line that names the separator. */
static size_t skip_start(reader *in, const ins_text *head)
{
    size_t length = sniffed(head), mark = ins_csv_mark(head->data, length);
    ins_csv_declaration declared = ins_csv_declared(head->data + mark, length - mark);

    in->declared = declared.separator;
    in->skipped = mark + declared.length;
    if (declared.length > 0) in->line++;
    return in->skipped;
}

/* As ins_stream_read, up to the last byte that is to be read. */
static ssize_t read_piece(reader *in, char *piece, size_t size)
{
    if (in->left == SIZE_MAX) return ins_stream_read(in->stream, piece, size, in->error);
    ssize_t count =
        ins_stream_read(in->stream, piece, size < in->left ? size : in->left, in->error);
    if (count > 0) in->left -= (size_t)count;
    return count;
}

/* Reads on until the header line is complete, or as much of it as is looked at. Returns false at a
 * read error. */
static bool read_head(reader *in, char *piece, size_t chunk, ins_text *head)
{
    bool begun = false;
    ssize_t count;

    do {
        count = read_piece(in, piece, chunk);
        if (count < 0) return false;
        ins_text_add_bytes(head, piece, (size_t)count);
        if (count > 0 && head->length < INS_CSV_MAGIC) continue;
        if (!begun) in->scan.at = skip_start(in, head);
        begun = true;
        ins_csv_scan_header(&in->scan, head->data,
                            head->length < HEADER_LIMIT ? head->length : HEADER_LIMIT);
    } while (count > 0 && !in->scan.complete && head->length < HEADER_LIMIT);
    return true;
}

/* The head of the file tells what it is and how to read it. */
static void start(reader *in, const ins_text *head, char delimiter)
{
    const char *foreign = ins_csv_foreign(head->data, sniffed(head));

    if (foreign) {
        ins_error_add(in->error, INS_DATA, "%s%s", in->path, foreign);
        in->stopped = true;
        return;
    }
    if (!delimiter) delimiter = in->declared;
    if (!delimiter) delimiter = ins_csv_separators[ins_csv_most_frequent(&in->scan)].character;
    csv_set_delim(&in->parser, (unsigned char)delimiter);
    set_whole(in, delimiter);
    feed(in, head->data + in->skipped, head->length - in->skipped);
}

/* False when the file cannot be read, of which the stream tells. */
static bool read_rows(reader *in, char delimiter, size_t chunk)
{
    char *piece = ins_reallocate(NULL, chunk, 1, "reading CSV");
    ins_text head = {0};
    ssize_t count = -1;

    if (read_head(in, piece, chunk, &head)) {
        start(in, &head, delimiter);
        do {
            count = in->stopped ? 0 : read_piece(in, piece, chunk);
            if (count > 0) feed(in, piece, (size_t)count);
        } while (count > 0);
        if (count == 0) finish(in);
        tell_nul(in);
        for (size_t i = 0; i < in->widths; i++) tell_ragged(in, &in->ragged[i]);
    }
    ins_text_free(&head);
    free(piece);
    return count >= 0;
}

#ifdef HAVE_STRUCT_STAT_ST_MTIMESPEC
#define st_mtim st_mtimespec /* macOS */
#endif

/* True when the file was written to between before and after. */
static bool changed(const struct stat *before, const struct stat *after)
{
    return S_ISREG(before->st_mode) &&
           (before->st_size != after->st_size || before->st_mtim.tv_sec != after->st_mtim.tv_sec ||
            before->st_mtim.tv_nsec != after->st_mtim.tv_nsec);
}

static void read_file(reader *in, char delimiter, size_t chunk)
{
    int file = ins_stream_file(in->stream);
    struct stat before, after;
    bool known = fstat(file, &before) == 0, whole = in->left == SIZE_MAX;

    if (!read_rows(in, delimiter, chunk) || !whole) return;
    if (!known || fstat(file, &after) != 0)
        ins_file_problem(in->path, INS_DATA, in->error);
    else if (changed(&before, &after))
        ins_error_add(in->error, INS_DATA, "%s: the file changed while it was read", in->path);
}

/* How a file is read. */
typedef struct manner {
    char delimiter;
    bool any_width;
    size_t chunk, bytes;
} manner;

static ins_status read_csv(const char *path, manner how, ins_csv_handler handler, void *context,
                           ins_error *error)
{
    ins_error unheard = {0}; /* by it the status of what the handler did is known */
    reader in = {.path = path,
                 .handler = handler,
                 .context = context,
                 .error = error ? error : &unheard,
                 .line = 1,
                 .left = how.bytes,
                 .any_width = how.any_width,
                 .scan = {.any_line = how.any_width},
                 .capacity = 4096};

    in.stream = ins_stream_open(path, error);
    if (!in.stream) return INS_DATA;
    if (csv_init(&in.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_EMPTY_IS_NULL) != 0)
        ins_die("libcsv could not be started");
    in.bytes = ins_reallocate(NULL, in.capacity, 1, "a row of CSV");
    csv_set_realloc_func(&in.parser, grow_field);
    csv_set_blk_size(&in.parser, CHUNK);
    start_row(&in);

    ins_status earlier = ins_error_begin(in.error);

    read_file(&in, how.delimiter, how.chunk);
    csv_free(&in.parser);
    ins_stream_close(in.stream);
    free(in.fields);
    free(in.bytes);
    return ins_error_end(in.error, earlier);
}

ins_status ins_csv_read_in_chunks(const char *path, char delimiter, bool any_width, size_t chunk,
                                  ins_csv_handler handler, void *context, ins_error *error)
{
    return read_csv(path, (manner){delimiter, any_width, chunk, SIZE_MAX}, handler, context, error);
}

ins_status ins_csv_read(const char *path, char delimiter, ins_csv_handler handler, void *context,
                        ins_error *error)
{
    return read_csv(path, (manner){delimiter, false, CHUNK, SIZE_MAX}, handler, context, error);
}

ins_status ins_csv_read_part(const char *path, size_t bytes, ins_csv_handler handler, void *context,
                             ins_error *error)
{
    return read_csv(path, (manner){',', false, CHUNK, bytes}, handler, context, error);
}

ins_status ins_csv_read_any_width(const char *path, char delimiter, ins_csv_handler handler,
                                  void *context, ins_error *error)
{
    return read_csv(path, (manner){delimiter, true, CHUNK, SIZE_MAX}, handler, context, error);
}
