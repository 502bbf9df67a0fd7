/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Problems and warnings on standard error. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cli.h"

void ins_problems_print(const ins_error *error)
{
    const size_t kept = error->count < INS_ERROR_LINES ? error->count : INS_ERROR_LINES;
    for (size_t i = 0; i < kept; i++) fprintf(stderr, "initscope: %s\n", error->line[i]);
    if (error->count > kept) fprintf(stderr, "initscope: ... and %zu more\n", error->count - kept);
}

void ins_warnings_print(const ins_text *warnings)
{
    for (const char *line = warnings->data; line != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        fprintf(stderr, "initscope: warning: %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}
