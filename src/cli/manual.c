/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a template to standard output, every @NAME@ in it replaced. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/file.h"
#include "manual.h"

static void add_version(ins_text *out)
{
    ins_text_add(out, PACKAGE_VERSION);
}

static const ins_insertion insertions[] = {{"version", add_version},
                                           {"commands", ins_manual_commands},
                                           {"options", ins_manual_options},
                                           {"exits", ins_manual_exits},
                                           {"files", ins_manual_files},
                                           {"tensors", ins_manual_tensors},
                                           {"audit", ins_manual_audit},
                                           {"completion-commands", ins_completion_commands},
                                           {"completion-options", ins_completion_options},
                                           {"completion-operands", ins_completion_operands},
                                           {"completion-values", ins_completion_values}};

enum { INSERTIONS = sizeof insertions / sizeof insertions[0] };

/* The row whose name, with an "@" behind it, text begins with; NULL when there is none. */
static const ins_insertion *insertion_at(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
    for (size_t i = 0; text[length] == '@' && i < INSERTIONS; i++)
        if (strlen(insertions[i].name) == length && memcmp(insertions[i].name, text, length) == 0)
            return &insertions[i];
    return NULL;
}

static void fill(const char *template, ins_text *out)
{
    while (*template) {
        const ins_insertion *insertion = *template == '@' ? insertion_at(template + 1) : NULL;
        if (insertion) {
            insertion->add(out);
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
    if (argc != 2)
        ins_error_add(&error, INS_USAGE, "usage: manual TEMPLATE");
    else if (ins_file_read(argv[1], &template, INS_USAGE, &error) == INS_OK)
        fill(template.data, &out);
    if (error.status == INS_OK &&
        (fwrite(out.data, 1, out.length, stdout) < out.length || fflush(stdout) != 0))
        ins_error_add(&error, INS_OUTPUT, "write error");
    if (error.status != INS_OK) fprintf(stderr, "manual: %s\n", error.line[0]);
    ins_text_free(&template);
    ins_text_free(&out);
    return (int)error.status;
}
