/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a report is written: it appears in the output directory whole, or an earlier one stays. */
#ifndef INS_REPORT_PLACE_H
#define INS_REPORT_PLACE_H

#include <stdbool.h>

#include "initscope/error.h"

/* The output directory may hold anything else, such as the run directories. */
typedef struct ins_place {
    const char *output;
    char *staging; /* output/report.unfinished: everything is written here */
    int directory; /* descriptor of output */
    int lock;      /* descriptor: staging is ours until it is closed */
    bool made;     /* there was no output directory */
    bool earlier;  /* there is a rendered report, which only a rendered one may replace */
} ins_place;

/* Makes output, and an empty staging directory with the folders figures and pages. INS_OUTPUT when
 * that cannot be, another process is there or writes the run directory around it anew, or output
 * is another user's or holds such names that are not ours: then there is nothing to close. */
ins_status ins_place_open(ins_place *place, const char *output, ins_error *error);

/* Where the scripts are to be found in the end when they could not be rendered. */
const char *ins_place_of_scripts(const ins_place *place);

/* Moves what was written to output when error, which is not NULL here, has no problem, or only that
 * it could not be rendered and there is no earlier report to lose; removes it after any other
 * problem. */
ins_status ins_place_close(ins_place *place, ins_error *error);

#endif
