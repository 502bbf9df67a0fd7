/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Other programs: the only place where one is started. */
#ifndef INITSCOPE_PROGRAM_H
#define INITSCOPE_PROGRAM_H

#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

/* A name without a slash is looked for in the absolute directories of PATH; anything else is a path
 * relative to where the user is now. Release with free(); NULL when there is no such program. */
char *ins_program_find(const char *name);

typedef struct ins_program {
    const char *path;
    const char *const *arguments; /* its name, what it is given, NULL */
    int heard;                    /* STDOUT_FILENO or STDERR_FILENO; the other goes nowhere */
} ins_program;

/* Runs count programs side by side in directory: no shell, an environment of four variables, no
 * input, and a time limit of seconds after which the process group of each is killed. The first
 * most bytes that each says are added to said, one program after the other. INS_RENDER, and a
 * message that begins with the name, when one cannot be started, fails or takes too long. */
ins_status ins_programs_run(const ins_program *program, size_t count, const char *directory,
                            unsigned seconds, size_t most, ins_text *said, ins_error *error);

#endif
