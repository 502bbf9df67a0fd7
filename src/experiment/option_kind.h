/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kinds of options share. */
#ifndef INITSCOPE_OPTION_KIND_H
#define INITSCOPE_OPTION_KIND_H

#include <stdbool.h>

#include "initscope/settings.h"

/* "WHERE: must be RANGE (got "TEXT")" */
ins_status ins_option_refuse(const ins_option *option, const char *text, const ins_source *source,
                             ins_error *error);

/* True for the option's word beside its numbers. */
bool ins_option_is_special(const ins_option *option, const char *text);

/* Ranges of one number, or of each in a list. */
void ins_option_integers(const ins_option *option, ins_text *out);
void ins_option_numbers(const ins_option *option, ins_text *out);

/* The names of the option's table of rows, each after a blank. */
void ins_option_entries(const ins_option *option, ins_text *out);

/* A copy without blanks at its ends: an experiment file cannot hold them. */
const char *ins_option_trim(const char *text, ins_arena *arena);

/* A row of the option's table, with a label that an experiment file can hold. */
ins_status ins_option_choice(const ins_option *option, const char *text, const ins_source *source,
                             ins_arena *arena, ins_choice *choice, ins_error *error);

#endif
