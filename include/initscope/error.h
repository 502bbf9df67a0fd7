/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors that the world or the user causes: a status and finished sentences.
 *
 * A function that can fail returns the status of this call, its first failure's,
 * and takes an ins_error as its last parameter, in which the problems of all
 * calls gather: the first one decides its status, the first INS_ERROR_LINES are
 * kept and the rest are counted. It may be NULL: the caller wants the status
 * only. Only cli/ prints. */
#ifndef INITSCOPE_ERROR_H
#define INITSCOPE_ERROR_H

#include <stddef.h>

/* The values are the exit statuses of the program. */
typedef enum ins_status {
    INS_OK = 0,
    INS_INTERNAL = 1,   /* memory, self-check, broken invariant */
    INS_USAGE = 2,      /* command line or experiment file */
    INS_DATA = 3,       /* input data */
    INS_OUTPUT = 4,     /* output not written */
    INS_RENDER = 5,     /* logs complete, report not rendered */
    INS_FOUND = 6,      /* a verdict that was asked for */
    INS_INTERRUPTED = 7 /* stopped by a signal; cli dies by that signal */
} ins_status;

enum { INS_ERROR_LINES = 20, INS_ERROR_WIDTH = 1024 };

typedef struct ins_error {
    ins_status status;                           /* of the first problem; INS_OK if none */
    size_t count;                                /* problems met, may exceed INS_ERROR_LINES */
    char line[INS_ERROR_LINES][INS_ERROR_WIDTH]; /* "WHERE: WHAT (got \"VALUE\")", no newline */
} ins_error;

/* Makes error empty. Every ins_error starts with it (or with = {0}). */
void ins_error_clear(ins_error *error);

/* The first of two statuses, the earlier call's first, that is a problem; INS_OK if none is. */
ins_status ins_status_first(ins_status earlier, ins_status later);

/* Adds one problem and returns status. */
ins_status ins_error_add(ins_error *error, ins_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds each line of lines (NULL: none) as a problem, before it the same words ("" for none); INS_OK
 * when there is no line. */
ins_status ins_error_add_lines(ins_error *error, ins_status status, const char *before,
                               const char *lines);

/* For a function whose callbacks add problems, of which error->status is to tell meanwhile: begin
 * sets the earlier status aside, end gives it back and returns the status of what came since. */
ins_status ins_error_begin(ins_error *error);
ins_status ins_error_end(ins_error *error, ins_status earlier);

/* "a program bug or memory exhausted": writes "initscope: MESSAGE" to standard
 * error and leaves with status 1. atexit handlers run. */
_Noreturn void ins_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* In a library, whose host is to go on, ins_die calls this instead, in the thread that has set it;
 * it gets the message and does not return. NULL, as at first: the program ends. */
typedef void ins_rescue(const char *line);
void ins_set_rescue(ins_rescue *rescue);

#endif
