/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV in, on libcsv (strict), and the cells of CSV out.
 *
 * In: RFC 4180 and what people really have: BOM, LF, CRLF or CR, blank lines, quoted fields. LINE
 * in messages counts physical lines as an editor does, COLUMN counts fields, both from 1. */
#ifndef INITSCOPE_CSV_H
#define INITSCOPE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

typedef struct ins_csv_field {
    const char *text; /* not NUL-terminated, valid during the callback only */
    size_t length;
} ins_csv_field;

typedef struct ins_csv_row {
    size_t line;  /* physical line on which the row starts */
    size_t count; /* fields; the header's count in every data row, unless any width was asked for */
    const ins_csv_field *fields;
    bool *stop; /* set by the handler to end the reading here */
} ins_csv_row;

/* The separator "comma", "semicolon" or "tab"; '\0' for any other name. */
char ins_csv_separator_named(const char *name);

/* Called for the header row (index 0) and each data row (index 1, 2, ...). Problems are added to
 * error with ins_error_add; reading goes on after them so that all problems of the file are found.
 */
typedef void (*ins_csv_handler)(void *context, size_t index, const ins_csv_row *row,
                                ins_error *error);

/* Reads path in one pass with bounded memory. delimiter is a character or '\0' to detect comma,
 * semicolon or tab from the header line. Ragged rows, unterminated quotes, text after a closing
 * quote, NUL bytes, UTF-16, a field above 1 MiB, a missing header are INS_DATA problems (rows with
 * one of them are not passed to the handler and not counted in index). Ragged rows, and rows with
 * NUL bytes, are told when the file has been read: one line for each width, with their number and
 * the first lines. A quote inside an unquoted
 * field is kept as it is. A header alone is fine here. The status may be of a problem
 * that the handler added. */
ins_status ins_csv_read(const char *path, char delimiter, ins_csv_handler handler, void *context,
                        ins_error *error);

/* The same of the first bytes of a file that is separated by commas and may grow meanwhile. */
ins_status ins_csv_read_part(const char *path, size_t bytes, ins_csv_handler handler, void *context,
                             ins_error *error);

/* The same for a caller that judges for itself what the first rows are and how wide a row may be:
 * no row is ragged, each is passed with the fields that it has, an empty last one included. The
 * separator is detected from the first line that has one, so that lines above the header, as a
 * title, do not decide it. */
ins_status ins_csv_read_any_width(const char *path, char delimiter, ins_csv_handler handler,
                                  void *context, ins_error *error);

/* For tests: both, reading chunk bytes at a time, which must make no difference. */
ins_status ins_csv_read_in_chunks(const char *path, char delimiter, bool any_width, size_t chunk,
                                  ins_csv_handler handler, void *context, ins_error *error);

/* One cell each, with the comma after it; ins_csv_end_row turns the last comma into the newline. */
void ins_csv_integer(ins_text *out, long long value);
void ins_csv_number(ins_text *out, double value);    /* shortest round-trip digits */
void ins_csv_text(ins_text *out, const char *value); /* quoted when needed */

/* A text of foreign origin. What begins with = + - @ TAB or CR, which a spreadsheet would run as a
 * formula, gets an apostrophe before it, and so does what looks as if it had got one. */
void ins_csv_name(ins_text *out, const char *value);

/* Bytes of a cell before its text: 1 for the apostrophe of ins_csv_name, else 0. */
size_t ins_csv_guard(const char *cell, size_t length);

void ins_csv_empty(ins_text *out);
void ins_csv_end_row(ins_text *out);

#endif
