/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes files that are no CSV, and the separator of those that are. */
#include <config.h>

#include "csv_sniff.h"
#include "initscope/csv.h"

#include <ctype.h>
#include <string.h>

typedef struct magic {
    size_t at, length; /* where it stands in the file */
    const char *bytes, *what;
} magic;

#define CONVERT(name, from) ":1: " name " text; convert with iconv -f " from " -t UTF-8"
#define UNPACK(name, program) ": looks like " name " file; unpack it with " program
#define EXPORT(name) ": looks like " name "; save it as CSV"
#define FROM_PANDAS(name, reader) \
    ": looks like " name "; with pandas: " reader "(FILE).to_csv('data.csv', index=False)"
#define ARRAYS(name) ": looks like " name ", which is read as data only, and not from a pipe"

/* UTF-32LE before UTF-16LE, whose mark it begins with. Letters alone may begin a column's name. */
static const magic magics[] = {
    {0, 4, "\xFF\xFE\0\0", CONVERT("UTF-32LE", "UTF-32")},
    {0, 4, "\0\0\xFE\xFF", CONVERT("UTF-32BE", "UTF-32")},
    {0, 2, "\xFF\xFE", CONVERT("UTF-16LE", "UTF-16")},
    {0, 2, "\xFE\xFF", CONVERT("UTF-16BE", "UTF-16")},
    {0, 5, "+/v8-", CONVERT("UTF-7", "UTF-7")},
    {0, 4, "PK\3\4", ": looks like a zip file or a spreadsheet; unpack it or save it as CSV first"},
    {0, 4, "PK\5\6", ": looks like an empty zip file"},
    {4, 6, "1AY&SY", UNPACK("a bzip2", "bunzip2")},
    {0, 6,
     "\xFD"
     "7zXZ\0",
     UNPACK("an xz", "unxz")},
    {0, 4, "\x28\xB5\x2F\xFD", UNPACK("a Zstandard", "unzstd")},
    {0, 4, "\x04\x22\x4D\x18", UNPACK("an LZ4", "unlz4")},
    {0, 6, "7z\xBC\xAF\x27\x1C", UNPACK("a 7-Zip", "7z x")},
    {257, 5, "ustar", UNPACK("a tar", "tar xf")},
    {0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", EXPORT("an Excel workbook (.xls)")},
    {0, 5, "%PDF-", EXPORT("a PDF document, in which there is no table")},
    {0, 5, "PAR1\x15", FROM_PANDAS("a Parquet file", "read_parquet")},
    {0, 8, "ARROW1\0\0", FROM_PANDAS("a Feather or Arrow file", "read_feather")},
    {0, 8, "FEA1\0\0\0\0", FROM_PANDAS("a Feather file", "read_feather")},
    {0, 8, "\x89HDF\r\n\x1A\n", FROM_PANDAS("an HDF5 file", "read_hdf")},
    {0, 16, "SQLite format 3", ": looks like an SQLite database; export with sqlite3 -csv -header"},
    {0, 6, "\x93NUMPY", ARRAYS("a NumPy .npy array")},
    {0, 3, "\0\0\x08", ARRAYS("an IDX file")},
    {0, 3, "\0\0\x09", ARRAYS("an IDX file")},
    {0, 3, "\0\0\x0B", ARRAYS("an IDX file")},
    {0, 3, "\0\0\x0C", ARRAYS("an IDX file")},
    {0, 3, "\0\0\x0D", ARRAYS("an IDX file")},
    {0, 3, "\0\0\x0E", ARRAYS("an IDX file")},
    {0, 2, "\x80\2", FROM_PANDAS("a Python pickle, which is a program", "read_pickle")},
    {0, 2, "\x80\3", FROM_PANDAS("a Python pickle, which is a program", "read_pickle")},
    {0, 2, "\x80\4", FROM_PANDAS("a Python pickle, which is a program", "read_pickle")},
    {0, 2, "\x80\5", FROM_PANDAS("a Python pickle, which is a program", "read_pickle")},
};

/* Formats of text, which blanks and a mark may precede; letters in any case. */
static const struct {
    const char *start, *what;
} texts[] = {
    {"<!doctype html", ": looks like a web page; the download brought a page instead of the file"},
    {"<html", ": looks like a web page; the download brought a page instead of the file"},
    {"<?xml", EXPORT("an XML document")},
    {"{\"", FROM_PANDAS("JSON", "read_json")},
    {"[{", FROM_PANDAS("JSON", "read_json")},
    {"[[", FROM_PANDAS("JSON", "read_json")},
};

static bool begins_with(const char *bytes, size_t length, const char *start, size_t start_length)
{
    return length >= start_length && memcmp(bytes, start, start_length) == 0;
}

/* Text of 16-bit characters without a mark: every other byte of Latin letters is 0. */
static const char *wide_text(const char *bytes, size_t length)
{
    enum { MOST = 64, LEAST = 4 };
    size_t zeros[2] = {0, 0}, looked = (length < MOST ? length : MOST) & ~(size_t)1;

    for (size_t i = 0; i < looked; i++) zeros[i % 2] += bytes[i] == '\0';
    if (looked < LEAST) return NULL;
    if (zeros[0] == 0 && zeros[1] == looked / 2) return CONVERT("UTF-16LE", "UTF-16LE");
    if (zeros[1] == 0 && zeros[0] == looked / 2) return CONVERT("UTF-16BE", "UTF-16BE");
    return NULL;
}

/* A text, blanks between its characters or not, begins with start. */
static bool text_begins(const char *bytes, size_t length, const char *start)
{
    size_t i = ins_csv_mark(bytes, length);

    for (; *start; start++, i++) {
        bool apart = start[0] == '{' || start[0] == '[' || start[0] == '<' || start[0] == '"';

        while (apart && i < length && strchr(" \t\r\n", bytes[i]) && bytes[i] != '\0') i++;
        if (i == length || tolower((unsigned char)bytes[i]) != *start) return false;
    }
    return true;
}

const char *ins_csv_foreign(const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        const magic *row = &magics[i];

        if (length > row->at &&
            begins_with(bytes + row->at, length - row->at, row->bytes, row->length))
            return row->what;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (text_begins(bytes, length, texts[i].start)) return texts[i].what;
    return wide_text(bytes, length);
}

size_t ins_csv_mark(const char *bytes, size_t length)
{
    size_t mark = 0;

    while (begins_with(bytes + mark, length - mark, "\xEF\xBB\xBF", 3)) mark += 3;
    return mark;
}

const ins_csv_separator ins_csv_separators[INS_CSV_SEPARATORS] = {
    {',', "','", "comma"},
    {';', "';'", "semicolon"},
    {'\t', "'\\t'", "tab"},
};

ins_csv_declaration ins_csv_declared(const char *bytes, size_t length)
{
    enum { NAME = 4 };
    ins_csv_declaration none = {0};

    if (length < NAME + 2 || !begins_with(bytes, length, "sep=", NAME)) return none;

    char separator = bytes[NAME];
    const char *end = bytes + NAME + 1;

    if (!memchr(",;|\t: ", separator, 6) || (*end != '\n' && *end != '\r')) return none;

    bool both = length > NAME + 2 && end[0] == '\r' && end[1] == '\n';

    return (ins_csv_declaration){.separator = separator, .length = NAME + 2 + both};
}

char ins_csv_separator_named(const char *name)
{
    for (size_t i = 0; i < INS_CSV_SEPARATORS; i++)
        if (strcmp(ins_csv_separators[i].name, name) == 0) return ins_csv_separators[i].character;
    return '\0';
}

/* True when c is a separator, which is counted. */
static bool count_separator(ins_csv_header_scan *scan, char c)
{
    for (size_t i = 0; i < INS_CSV_SEPARATORS; i++)
        if (c == ins_csv_separators[i].character) {
            scan->count[i]++;
            return true;
        }
    return false;
}

static bool has_separator(const ins_csv_header_scan *scan)
{
    return scan->count[ins_csv_most_frequent(scan)] > 0;
}

static void next_line(ins_csv_header_scan *scan)
{
    *scan = (ins_csv_header_scan){
        .any_line = scan->any_line, .at = scan->at, .lines = scan->lines + scan->begun};
}

void ins_csv_scan_header(ins_csv_header_scan *scan, const char *bytes, size_t length)
{
    for (; scan->at < length && !scan->complete; scan->at++) {
        char c = bytes[scan->at];

        if (scan->quoted) {
            scan->quoted = c != '"';
        } else if (c == '\n' || c == '\r') {
            scan->complete = scan->begun && (!scan->any_line || has_separator(scan));
            if (!scan->complete) next_line(scan);
        } else if (c == '"' && !scan->inside) {
            /* Also the second half of a doubled quote, just after the first half closed. */
            scan->begun = scan->quoted = true;
        } else if (count_separator(scan, c)) {
            scan->inside = false;
            scan->begun |= c != '\t';
        } else if (c != ' ') {
            scan->begun = scan->inside = true;
        }
    }
}

size_t ins_csv_most_frequent(const ins_csv_header_scan *scan)
{
    size_t most = 0;

    for (size_t i = 1; i < INS_CSV_SEPARATORS; i++)
        if (scan->count[i] > scan->count[most]) most = i;
    return most;
}
