/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The report: from run directories to CSV, scripts, figures, one PDF and one HTML file. */
#ifndef INITSCOPE_REPORT_H
#define INITSCOPE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

/* What is drawn; the CSV files and the scripts are written in any case. */
enum {
    INS_FORMAT_PDF = 1,  /* report.pdf */
    INS_FORMAT_HTML = 2, /* report.html */
    INS_FORMAT_PNG = 4,  /* figures/NAME.png */
    INS_FORMAT_SVG = 8,  /* figures/NAME.svg */
    INS_FORMATS = 15     /* all of them */
};

/* The format of that name: pdf, html, png, svg. 0: there is none. */
unsigned ins_format_named(const char *name);

typedef struct ins_report_options {
    const char *const *directories; /* run directories */
    size_t count;
    bool running;        /* runs under way are taken as far as they have come */
    unsigned formats;    /* some of INS_FORMATS; 0: all */
    const char *output;  /* NULL: DIR/report of the only DIR */
    const char *gnuplot; /* NULL: $GNUPLOT, else "gnuplot" from PATH */
    ins_text *warnings;  /* gets a line for each file changed since its run was finished; or NULL */
} ins_report_options;

/* Writes the report. INS_DATA: logs that cannot be read; INS_USAGE: an output directory that holds
 * something else; INS_OUTPUT: not written; INS_RENDER: all is written but gnuplot is missing or
 * failed, and the message says how to render. An earlier report in the same place is replaced, with
 * what it had in other formats. error is not NULL. */
ins_status ins_report_write(const ins_report_options *options, ins_error *error);

/* The table at a glance and the findings of each directory as plain text; nothing is written.
 * colour: with the terminal's bold and red. INS_DATA: logs that cannot be read. */
ins_status ins_report_summary(const ins_report_options *options, bool colour, ins_text *out,
                              ins_error *error);

#endif
