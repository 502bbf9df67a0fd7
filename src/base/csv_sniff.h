/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be told of a CSV file from its first bytes: what it is, and what separates its fields.
 */
#ifndef INITSCOPE_BASE_CSV_SNIFF_H
#define INITSCOPE_BASE_CSV_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes that ins_csv_foreign wants to see, if there are as many. */
enum { INS_CSV_MAGIC = 512 };

/* NULL for text. Otherwise what the file is, starting with the colon that follows its path. */
const char *ins_csv_foreign(const char *bytes, size_t length);

/* Length of the UTF-8 byte order marks at the start: programs that append files leave several. */
size_t ins_csv_mark(const char *bytes, size_t length);

enum { INS_CSV_SEPARATORS = 3 };

typedef struct ins_csv_separator {
    char character;
    const char *shown, *name; /* "';'"; see ins_csv_separator_named */
} ins_csv_separator;

extern const ins_csv_separator ins_csv_separators[INS_CSV_SEPARATORS];

/* The first line of what a spreadsheet wrote may name the separator of the others: "sep=;". */
typedef struct ins_csv_declaration {
    char separator; /* '\0': there is none */
    size_t length;  /* of the line and its end */
} ins_csv_declaration;

ins_csv_declaration ins_csv_declared(const char *bytes, size_t length);

/* A walk along the header line. {0} at the start, but for what the caller asks. */
typedef struct ins_csv_header_scan {
    bool any_line;                    /* asked: goes on to the first line that has a separator */
    size_t at;                        /* bytes seen */
    size_t lines;                     /* passed over, blank ones apart */
    size_t count[INS_CSV_SEPARATORS]; /* outside quotes */
    bool begun, quoted, inside;       /* inside: of a field, where a quote does not open */
    bool complete;                    /* the end of the line was seen */
} ins_csv_header_scan;

/* Goes on to the end of bytes or of the header line, the first line that is not blank. */
void ins_csv_scan_header(ins_csv_header_scan *scan, const char *bytes, size_t length);

/* Index of the most frequent separator, the first one on ties. */
size_t ins_csv_most_frequent(const ins_csv_header_scan *scan);

#endif
