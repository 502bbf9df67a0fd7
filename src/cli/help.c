/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* --help, from the same rows that parse the options. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/text.h"

enum { WIDTH = 79, INDENT = 26 };

/* Prints text from column first on, wrapped before column 80; lines after the first are indented.
 */
static void print_wrapped(const char *text, size_t first, size_t indent)
{
    size_t column = first;
    bool fresh = true; /* nothing stands on this line yet */
    for (const char *word = text + strspn(text, " "); *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        if (!fresh && column + 1 + length > WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
            fresh = true;
        }
        column += (size_t)printf("%s%.*s", fresh ? "" : " ", (int)length, word);
        fresh = false;
        word += length;
    }
    putchar('\n');
}

void ins_flag_describe(const ins_flag *flag, ins_text *text)
{
    const struct {
        const char *label, *value;
    } facts[] = {{"default: ", flag->fallback},
                 {"", flag->range},
                 {"unit: ", flag->unit},
                 {"also --", flag->alias}};
    ins_text_add(text, flag->help);
    const char *separator = " [";
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (!facts[i].value) continue;
        ins_text_add_format(text, "%s%s%s", separator, facts[i].label, facts[i].value);
        separator = "; ";
    }
    if (separator[0] == ';') ins_text_add(text, "]");
}

static void print_flag(const ins_flag *flag)
{
    if (flag->title) printf("\n%s:\n", flag->title);
    int column = flag->letter ? printf("  -%c, --%s", flag->letter, flag->name)
                              : printf("      --%s", flag->name);
    if (flag->argument) column += printf("=%s", flag->argument);
    if (column + 2 > INDENT)
        printf("\n%*s", INDENT, "");
    else
        printf("%*s", INDENT - column, "");
    ins_text description = {0};
    ins_flag_describe(flag, &description);
    print_wrapped(description.data, INDENT, INDENT);
    ins_text_free(&description);
}

void ins_help_print(const ins_command *command, ins_arena *arena)
{
    printf("Usage: initscope %s ", command->name);
    print_wrapped(command->usage, strlen(command->name) + 17, 17);
    for (const char *line = command->about; *line;) {
        size_t length = strcspn(line, "\n");
        ins_text paragraph = {0};
        ins_text_add_bytes(&paragraph, line, length);
        print_wrapped(paragraph.data, 0, 0);
        ins_text_free(&paragraph);
        line += length + (line[length] == '\n');
    }
    for (const ins_flag *flag = ins_command_flags(command, arena); flag->name; flag++)
        print_flag(flag);
}

void ins_help_print_program(const ins_command *const *commands, const ins_flag *flags,
                            const ins_exit *exits)
{
    puts("Usage: initscope COMMAND [OPTION]...\n"
         "Shows what initializers do to the variance of weights, signals and gradients.\n");
    puts("Commands:");
    for (size_t i = 0; commands[i]; i++) {
        printf("  %-8s", commands[i]->name);
        print_wrapped(commands[i]->help, 10, 10);
    }
    for (const ins_flag *flag = flags; flag->name; flag++) print_flag(flag);
    puts("\nExit status:");
    for (const ins_exit *exit = exits; exit->status; exit++) {
        printf("  %-8s", exit->status);
        print_wrapped(exit->meaning, 10, 10);
    }
    puts("\nExample: initscope run --data=iris --init=zeros,he_normal -o iris-run");
}
