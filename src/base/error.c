/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Problems: the first one's status, the first INS_ERROR_LINES sentences, and a count of all. */
#include <config.h>

#include "initscope/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

static _Thread_local ins_rescue *rescue;

/* A message may quote any file name or cell: it is made one harmless line here, once for all. */
__attribute__((format(printf, 2, 0))) static void write_line(char line[INS_ERROR_WIDTH],
                                                             const char *format, va_list arguments)
{
    /* Safe text is never shorter than raw text, so what does not fit in raw would be cut anyway. */
    char raw[INS_ERROR_WIDTH + 1];
    int length = vsnprintf(raw, sizeof raw, format, arguments);

    if (length < 0) length = 0;
    if ((size_t)length >= sizeof raw) length = (int)sizeof raw - 1;
    ins_make_safe(line, INS_ERROR_WIDTH, raw, (size_t)length);
}

void ins_error_clear(ins_error *error)
{
    error->status = INS_OK;
    error->count = 0;
}

ins_status ins_status_first(ins_status earlier, ins_status later)
{
    return earlier != INS_OK ? earlier : later;
}

ins_status ins_error_add(ins_error *error, ins_status status, const char *format, ...)
{
    if (!error) return status;
    if (error->count < INS_ERROR_LINES) {
        va_list arguments;

        va_start(arguments, format);
        write_line(error->line[error->count], format, arguments);
        va_end(arguments);
    }
    error->count++;
    if (error->status == INS_OK) error->status = status;
    return status;
}

ins_status ins_error_add_lines(ins_error *error, ins_status status, const char *before,
                               const char *lines)
{
    ins_status added = INS_OK;
    for (const char *line = lines; line != NULL && *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        added = ins_error_add(error, status, "%s%.*s", before, (int)length, line);
        line += length + (line[length] == '\n');
    }
    return added;
}

ins_status ins_error_begin(ins_error *error)
{
    ins_status earlier = error->status;

    error->status = INS_OK;
    return earlier;
}

ins_status ins_error_end(ins_error *error, ins_status earlier)
{
    ins_status since = error->status;

    error->status = ins_status_first(earlier, since);
    return since;
}

void ins_die(const char *format, ...)
{
    char line[INS_ERROR_WIDTH];
    va_list arguments;

    va_start(arguments, format);
    write_line(line, format, arguments);
    va_end(arguments);
    if (rescue != NULL) {
        rescue(line);
        abort(); /* it came back, and there is nothing to come back to */
    }
    fprintf(stderr, "initscope: %s\n", line);
    exit(INS_INTERNAL);
}

void ins_set_rescue(ins_rescue *instead)
{
    rescue = instead;
}
