/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot: which one, and what it is told. */
#include <config.h>

#include "initscope/gnuplot.h"

#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "initscope/memory.h"
#include "program.h"

enum { MOST_MESSAGES = 1 << 16, ARGUMENTS = 6 };

char *ins_gnuplot_find(const char *wanted)
{
    if (wanted == NULL || *wanted == '\0') wanted = getenv("GNUPLOT");
    if (wanted == NULL || *wanted == '\0') wanted = "gnuplot";
    return ins_program_find(wanted);
}

/* gnuplot -d [-e command] [script] */
static void fill_arguments(ins_gnuplot_job job, const char *arguments[ARGUMENTS])
{
    size_t count = 0;
    arguments[count++] = "gnuplot";
    arguments[count++] = "-d";
    if (job.command != NULL) {
        arguments[count++] = "-e";
        arguments[count++] = job.command;
    }
    if (job.script != NULL) arguments[count++] = job.script;
    arguments[count] = NULL;
}

ins_status ins_gnuplot_run_all(const char *gnuplot, const char *directory,
                               const ins_gnuplot_job *job, size_t count, unsigned seconds,
                               ins_text *messages, ins_error *error)
{
    ins_program *program = ins_allocate(count, sizeof *program, "processes");
    const char *(*arguments)[ARGUMENTS] = ins_allocate(count, sizeof *arguments, "processes");
    for (size_t i = 0; i < count; i++) {
        fill_arguments(job[i], arguments[i]);
        program[i] = (ins_program){gnuplot, arguments[i], STDERR_FILENO};
    }
    ins_status status =
        ins_programs_run(program, count, directory, seconds, MOST_MESSAGES, messages, error);
    free(arguments);
    free(program);
    return status;
}

ins_status ins_gnuplot_run(const char *gnuplot, const char *directory, const char *command,
                           const char *script, unsigned seconds, ins_text *messages,
                           ins_error *error)
{
    const ins_gnuplot_job job = {command, script};
    return ins_gnuplot_run_all(gnuplot, directory, &job, 1, seconds, messages, error);
}

void ins_gnuplot_version(const char *gnuplot, const char *directory, ins_text *out)
{
    ins_error ignored = {0};
    ins_text said = {0};
    /* print writes to standard error. */
    if (ins_gnuplot_run(gnuplot, directory, "print GPVAL_VERSION,'.',GPVAL_PATCHLEVEL", NULL, 10,
                        &said, &ignored) == INS_OK) {
        for (size_t i = 0; i < said.length && out->length < 20; i++) {
            bool fits = (said.data[i] >= '0' && said.data[i] <= '9') || said.data[i] == '.';
            if (fits) ins_text_add_bytes(out, said.data + i, 1);
        }
    }
    ins_text_free(&said);
}

void ins_gnuplot_string(ins_text *out, const char *text)
{
    bool octal = false; /* gnuplot reads on through digits that follow \ooo */
    ins_text_add(out, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        bool digit = *c >= '0' && *c <= '9';
        if (letter || strchr(" .,_+/:-", *c) != NULL || (digit && !octal)) {
            ins_text_add_bytes(out, c, 1);
            octal = false;
        } else {
            ins_text_add_format(out, "\\%03o", (unsigned)(unsigned char)*c);
            octal = true;
        }
    }
    ins_text_add(out, "\"");
}
