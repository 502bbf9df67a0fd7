/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the command line and the settings table. */
#include <config.h>

#include <string.h>

#include "cli.h"

ins_flag ins_flag_of(const ins_option *option, ins_arena *arena)
{
    ins_text range = {0};
    ins_option_range(option, &range);
    const char *kept = ins_arena_copy(arena, range.data, range.length);
    ins_text_free(&range);
    return (ins_flag){.name = option->key,
                      .alias = option->alias,
                      .letter = option->letter,
                      .argument = option->argument,
                      .help = option->help,
                      .fallback = option->shown ? option->shown : option->fallback,
                      .unit = option->unit,
                      .range = kept};
}

ins_status ins_arguments_set_options(const ins_arguments *arguments, ins_settings *settings,
                                     ins_error *error)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const ins_given *given = &arguments->given[i];
        const ins_option *option = ins_option_find(given->flag->name);
        if (!option) continue;
        ins_source source = {.where = ins_arena_format(settings->arena, "--%s", option->key)};
        ins_settings_set(settings, option, given->value, &source, error);
    }
    return error->status;
}

ins_status ins_arguments_set(const ins_arguments *arguments, const char *command,
                             ins_settings *settings, ins_error *error)
{
    if (arguments->operands > 1) {
        char display[INS_DISPLAY_SIZE];
        const char *extra = arguments->operand[1];
        return ins_error_add(error, INS_USAGE, "%s: takes one experiment file (got \"%s\")",
                             command, ins_display(display, extra, strlen(extra)));
    }
    if (arguments->operands == 1) ins_settings_read(settings, arguments->operand[0], error);
    return ins_arguments_set_options(arguments, settings, error);
}
