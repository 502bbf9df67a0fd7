/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot: which one it is, and what it is told. */
#ifndef INITSCOPE_GNUPLOT_H
#define INITSCOPE_GNUPLOT_H

#include <stddef.h>

#include "initscope/error.h"
#include "initscope/text.h"

/* The path of gnuplot: wanted when it is not NULL or empty, else $GNUPLOT, else "gnuplot"; a name
 * without a slash is looked for in the absolute directories of PATH. Release with free(); NULL when
 * there is none. */
char *ins_gnuplot_find(const char *wanted);

/* Runs gnuplot -d [-e command] [script] in directory: no shell, no user files, an environment of
 * four variables, no input, and a time limit of seconds after which the process group is killed.
 * What it says on standard error is put into messages. INS_RENDER when it cannot be started, fails
 * or takes too long. command is ours, or NULL; script may be NULL when there is a command. */
ins_status ins_gnuplot_run(const char *gnuplot, const char *directory, const char *command,
                           const char *script, unsigned seconds, ins_text *messages,
                           ins_error *error);

/* The same for several at once, side by side. */
typedef struct ins_gnuplot_job {
    const char *command, *script;
} ins_gnuplot_job;

ins_status ins_gnuplot_run_all(const char *gnuplot, const char *directory,
                               const ins_gnuplot_job *job, size_t count, unsigned seconds,
                               ins_text *messages, ins_error *error);

/* What gnuplot -d says its version is, "5.4.4", into out; empty when it does not say. */
void ins_gnuplot_version(const char *gnuplot, const char *directory, ins_text *out);

/* text in double quotes with every byte that gnuplot might read as more than a letter as \ooo. */
void ins_gnuplot_string(ins_text *out, const char *text);

#endif
