/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a template to standard output, every @NAME@ in it replaced; those of a command by what is
 * said of the one named behind the template. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "initscope/file.h"
#include "manual.h"

static void add_version(ins_text *out)
{
    ins_text_add(out, PACKAGE_VERSION);
}

static const ins_insertion insertions[] = {{"version", .add = add_version},
                                           {"commands", .add = ins_manual_commands},
                                           {"options", .add = ins_manual_options},
                                           {"exits", .add = ins_manual_exits},
                                           {"files", .add = ins_manual_files},
                                           {"tensors", .add = ins_manual_tensors},
                                           {"audit", .add = ins_manual_audit},
                                           {"command", .add_of = ins_manual_name},
                                           {"title", .add_of = ins_manual_title},
                                           {"usage", .add_of = ins_manual_usage},
                                           {"summary", .add_of = ins_manual_summary},
                                           {"about", .add_of = ins_manual_about},
                                           {"flags", .add_of = ins_manual_flags},
                                           {"completion-commands", .add = ins_completion_commands},
                                           {"completion-options", .add = ins_completion_options},
                                           {"completion-operands", .add = ins_completion_operands},
                                           {"completion-values", .add = ins_completion_values}};

enum { INSERTIONS = sizeof insertions / sizeof insertions[0] };

/* The row whose name, with an "@" behind it, text begins with; NULL when there is none. Without a
 * command those of one are none. */
static const ins_insertion *insertion_at(const char *text, const ins_command *command)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    for (size_t i = 0; text[length] == '@' && i < INSERTIONS; i++)
        if (strlen(insertions[i].name) == length && memcmp(insertions[i].name, text, length) == 0 &&
            (insertions[i].add || command))
            return &insertions[i];
    return NULL;
}

static void fill(const char *template, const ins_command *command, ins_text *out)
{
    while (*template) {
        const ins_insertion *insertion =
            *template == '@' ? insertion_at(template + 1, command) : NULL;
        if (insertion) {
            if (insertion->add)
                insertion->add(out);
            else
                insertion->add_of(command, out);
            template += strlen(insertion->name) + 2;
            /* Insertions of lines end their last line themselves. */
            if (*template == '\n' && out->length > 0 && out->data[out->length - 1] == '\n')
                template ++;
        } else {
            ins_text_add_bytes(out, template ++, 1);
        }
    }
}

int main(int argc, char **argv)
{
    ins_error error = {0};
    ins_text template = {0}, out = {0};
    const ins_command *command = argc == 3 ? ins_command_find(argv[2]) : NULL;
    if (argc < 2 || argc > 3)
        ins_error_add(&error, INS_USAGE, "usage: manual TEMPLATE [COMMAND]");
    else if (argc == 3 && !command)
        ins_error_add(&error, INS_USAGE, "no such command (got \"%s\")", argv[2]);
    else if (ins_file_read(argv[1], &template, INS_USAGE, &error) == INS_OK)
        fill(template.data, command, &out);
    if (error.status == INS_OK &&
        (fwrite(out.data, 1, out.length, stdout) < out.length || fflush(stdout) != 0))
        ins_error_add(&error, INS_OUTPUT, "write error");
    if (error.status != INS_OK) fprintf(stderr, "manual: %s\n", error.line[0]);
    ins_text_free(&template);
    ins_text_free(&out);
    return (int)error.status;
}
