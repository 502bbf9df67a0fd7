/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual pages and the completion: templates, in which @NAME@ stands for what the program's
 * tables say. Only the build runs this. */
#ifndef INITSCOPE_MANUAL_H
#define INITSCOPE_MANUAL_H

#include "cli.h"
#include "initscope/text.h"

/* Adds what replaces @NAME@: by the first function on every page, by the second on the page of a
 * command; one of them is NULL. */
typedef struct ins_insertion {
    const char *name; /* small letters and "-" */
    void (*add)(ins_text *out);
    void (*add_of)(const ins_command *command, ins_text *out);
} ins_insertion;

/* Of the manual pages, in the language of roff. */
void ins_manual_commands(ins_text *out);
void ins_manual_options(ins_text *out); /* of the program and of each command, under headings */
void ins_manual_exits(ins_text *out);
void ins_manual_files(ins_text *out); /* the CSV files and their columns, under headings */
void ins_manual_tensors(ins_text *out);
void ins_manual_audit(ins_text *out); /* the columns of what it writes */

/* Of the page of a command. */
void ins_manual_name(const ins_command *command, ins_text *out);
void ins_manual_title(const ins_command *command, ins_text *out); /* the name in capitals */
void ins_manual_usage(const ins_command *command, ins_text *out);
void ins_manual_summary(const ins_command *command, ins_text *out);
void ins_manual_about(const ins_command *command, ins_text *out);
void ins_manual_flags(const ins_command *command, ins_text *out);

/* Of the completion, in the language of bash: words, and branches of a case. */
void ins_completion_commands(ins_text *out);
void ins_completion_options(ins_text *out);  /* command) its options, those with a value and "=" */
void ins_completion_operands(ins_text *out); /* command) kinds and words of its operands */
void ins_completion_values(ins_text *out);   /* --option) kinds and words of its value */

#endif
