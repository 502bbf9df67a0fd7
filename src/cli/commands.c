/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the command line: commands, what stands in place of one, exit statuses. */
#include <config.h>

#include <string.h>

#include "cli.h"

const ins_command *const ins_commands[] = {
    &ins_command_run,   &ins_command_merge,  &ins_command_report,
    &ins_command_check, &ins_command_theory, &ins_command_data,
    &ins_command_audit, &ins_command_list,   NULL};

enum { COMMANDS = sizeof ins_commands / sizeof ins_commands[0] - 1 };

const ins_flag ins_program_flags[] = {
    {.name = "help",
     .letter = 'h',
     .help = "this text; `initscope COMMAND --help` tells of a command",
     .title = "Options"},
    {.name = "version", .help = "version of the program and of its libraries"},
    {0}};

const ins_exit ins_exits[] = {
    {"0", "done; a run that diverged is a result, not a failure"},
    {"1", "internal: out of memory, or a self-check failed"},
    {"2", "the command line or the experiment file is wrong"},
    {"3", "the input data are wrong"},
    {"4", "output was not written"},
    {"5", "the logs are complete, but the report was not rendered"},
    {"6", "check found a verdict that it was to fail on, or missed one that it required; audit "
          "found what "
          "it was to fail on"},
    {"signal",
     "a run that SIGINT, SIGTERM or SIGHUP stopped dies by that signal, one that --time-limit "
     "stopped by SIGTERM; --resume goes on"},
    {0}};

const ins_command *ins_command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(ins_commands[i]->name, name) == 0) return ins_commands[i];
    return NULL;
}

const char *ins_command_nearest(const char *name)
{
    enum { FLAGS = sizeof ins_program_flags / sizeof ins_program_flags[0] - 1 };
    const char *names[COMMANDS + 1] = {NULL}, *flags[FLAGS + 1] = {NULL};
    for (size_t i = 0; i < COMMANDS; i++) names[i] = ins_commands[i]->name;
    for (size_t i = 0; i < FLAGS; i++) flags[i] = ins_program_flags[i].name;
    return strncmp(name, "--", 2) == 0 ? ins_nearest(name + 2, flags) : ins_nearest(name, names);
}
