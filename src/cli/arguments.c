/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking a command line apart. */
#include <config.h>

#include <string.h>

#include "cli.h"

typedef struct parsing {
    const char *command;
    int argc, at;
    char **argv;
    const ins_flag *flags;
    ins_arena *arena;
    ins_arguments found;
    ins_error *error;
} parsing;

static void complain(const parsing *p, const char *what, const char *text, const char *after)
{
    char display[INS_DISPLAY_SIZE];
    ins_error_add(p->error, INS_USAGE, "%s: %s (got \"%s\")%s", p->command, what,
                  ins_display(display, text, strlen(text)), after);
}

static bool is_called(const char *flag, const char *name, size_t length)
{
    return flag && strncmp(flag, name, length) == 0 && flag[length] == '\0';
}

/* By its whole name only: the beginning of one would change its meaning with the next option. */
static const ins_flag *find_long(const ins_flag *flags, const char *name, size_t length)
{
    for (const ins_flag *flag = flags; flag->name; flag++)
        if (is_called(flag->name, name, length) || is_called(flag->alias, name, length))
            return flag;
    return NULL;
}

static void unknown_long(const parsing *p, const char *name, size_t length, const char *word)
{
    size_t count = 0, flags = 0;
    while (p->flags[flags].name) flags++;
    const char **names = ins_arena_get(p->arena, 2 * flags + 1, sizeof *names, "option names");
    for (const ins_flag *flag = p->flags; flag->name; flag++) {
        names[count++] = flag->name;
        if (flag->alias) names[count++] = flag->alias;
    }
    const char *nearest = ins_nearest(ins_arena_copy(p->arena, name, length), names);
    if (nearest)
        complain(p, "unknown option", word,
                 ins_arena_format(p->arena, "; did you mean --%s?", nearest));
    else
        complain(p, "unknown option", word,
                 ins_arena_format(p->arena, "; see `initscope %s --help`", p->command));
}

static void add(parsing *p, const ins_flag *flag, const char *value)
{
    p->found.given[p->found.count++] = (ins_given){flag, value};
}

/* The word after the option, which is its value. */
static const char *next_word(parsing *p, const char *option)
{
    if (p->at + 1 < p->argc) return p->argv[++p->at];
    complain(p, "the value of an option is missing", option, "");
    return NULL;
}

static void take_long(parsing *p, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const ins_flag *flag = find_long(p->flags, name, length);
    if (!flag) {
        unknown_long(p, name, length, word);
    } else if (!flag->argument && equals) {
        complain(p, "this option takes no value", word, "");
    } else if (!flag->argument) {
        add(p, flag, NULL);
    } else {
        const char *value = equals ? equals + 1 : next_word(p, word);
        if (value) add(p, flag, value);
    }
}

/* "-q", "-qv", "-o DIR", "-oDIR" */
static void take_short(parsing *p, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const ins_flag *flag = p->flags;
        while (flag->name && flag->letter != *letter) flag++;
        if (!flag->name) {
            complain(p, "unknown option", word,
                     ins_arena_format(p->arena, "; see `initscope %s --help`", p->command));
            return;
        }
        if (!flag->argument) {
            add(p, flag, NULL);
            continue;
        }
        const char *value = letter[1] ? letter + 1 : next_word(p, word);
        if (value) add(p, flag, value);
        return;
    }
}

const ins_flag *ins_command_flags(const ins_command *command, ins_arena *arena)
{
    return command->rows != NULL ? command->rows : command->flags(arena);
}

ins_status ins_arguments_parse(int argc, char **argv, const ins_flag *flags, ins_arena *arena,
                               ins_arguments *arguments, ins_error *error)
{
    /* A word of clustered letters gives several options. */
    size_t letters = 0;
    for (int i = 0; i < argc; i++) letters += strlen(argv[i]) + 1;
    parsing p = {.command = argv[0],
                 .argc = argc,
                 .argv = argv,
                 .flags = flags,
                 .arena = arena,
                 .error = error};
    p.found.words = argc;
    p.found.word = argv;
    p.found.given = ins_arena_get(arena, letters, sizeof *p.found.given, "options");
    p.found.operand = ins_arena_get(arena, (size_t)argc, sizeof *p.found.operand, "operands");

    bool options = true;
    for (p.at = 1; p.at < argc; p.at++) {
        char *word = argv[p.at];
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && strncmp(word, "--", 2) == 0)
            take_long(&p, word);
        else if (options && word[0] == '-' && word[1])
            take_short(&p, word);
        else
            p.found.operand[p.found.operands++] = word;
    }
    *arguments = p.found;
    return error->status;
}

const char *ins_arguments_value(const ins_arguments *arguments, const char *name)
{
    for (size_t i = arguments->count; i-- > 0;)
        if (strcmp(arguments->given[i].flag->name, name) == 0)
            return arguments->given[i].value ? arguments->given[i].value : "";
    return NULL;
}
