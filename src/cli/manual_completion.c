/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the program as branches of bash's case, for the completion.
 *
 * What is completed is told by words: "@files" and "@directories" stand for those, "@experiments"
 * for files named *.ini, "@list" says that commas separate several words; others are meant. */
#include <config.h>

#include <string.h>

#include "manual.h"

void ins_completion_commands(ins_text *out)
{
    for (size_t i = 0; ins_commands[i]; i++)
        ins_text_add_format(out, "%s%s", i > 0 ? " " : "", ins_commands[i]->name);
}

static void add_flags(ins_text *out, const ins_flag *flags)
{
    for (; flags->name; flags++)
        ins_text_add_format(out, " --%s%s", flags->name, flags->argument ? "=" : "");
}

void ins_completion_options(ins_text *out)
{
    ins_arena *arena = ins_arena_new();
    for (size_t i = 0; ins_commands[i]; i++) {
        ins_text_add_format(out, "    %s) echo", ins_commands[i]->name);
        add_flags(out, ins_command_flags(ins_commands[i], arena));
        ins_text_add(out, " ;;\n");
    }
    ins_text_add(out, "    '') echo");
    add_flags(out, ins_program_flags);
    ins_text_add(out, " ;;\n");
    ins_arena_free(arena);
}

static void add_operands(ins_text *out, ins_operand operand)
{
    switch (operand) {
    case INS_OPERAND_EXPERIMENT:
        ins_text_add(out, " @experiments");
        break;
    case INS_OPERAND_RUNS:
        ins_text_add(out, " @directories");
        break;
    case INS_OPERAND_WEIGHTS:
        ins_text_add(out, " @files @directories");
        break;
    case INS_OPERAND_DATA:
        ins_text_add(out, " @files");
        ins_option_words(&ins_options[INS_OPTION_DATA], out);
        break;
    case INS_OPERAND_SUBJECTS:
        for (size_t i = 0; ins_list_subject(i); i++)
            ins_text_add_format(out, " %s", ins_list_subject(i));
        break;
    }
}

void ins_completion_operands(ins_text *out)
{
    for (size_t i = 0; ins_commands[i]; i++) {
        ins_text_add_format(out, "    %s) echo", ins_commands[i]->name);
        add_operands(out, ins_commands[i]->operand);
        ins_text_add(out, " ;;\n");
    }
}

static void add_values(ins_text *out, const ins_flag *flag)
{
    const ins_option *option = ins_option_find(flag->name);
    bool list = strstr(flag->argument, "...") != NULL;
    ins_text_add_format(out, "    --%s) echo%s", flag->name, list ? " @list" : "");
    if (strcmp(flag->argument, "DIR") == 0) ins_text_add(out, " @directories");
    if (strcmp(flag->argument, "FILE") == 0 || strcmp(flag->argument, "PATH") == 0)
        ins_text_add(out, " @files");
    if (option) ins_option_words(option, out);
    ins_text_add(out, " ;;\n");
}

/* Whether a command before this one has an option of the same name: it takes the same values. */
static bool is_known(const char *name, size_t commands, ins_arena *arena)
{
    for (size_t i = 0; i < commands; i++)
        for (const ins_flag *flag = ins_command_flags(ins_commands[i], arena); flag->name; flag++)
            if (strcmp(flag->name, name) == 0) return true;
    return false;
}

void ins_completion_values(ins_text *out)
{
    ins_arena *arena = ins_arena_new();
    for (size_t i = 0; ins_commands[i]; i++)
        for (const ins_flag *flag = ins_command_flags(ins_commands[i], arena); flag->name; flag++)
            if (flag->argument && !is_known(flag->name, i, arena)) add_values(out, flag);
    ins_arena_free(arena);
}
