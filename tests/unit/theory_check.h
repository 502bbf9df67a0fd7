/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the theory share: picking rows, and closeness to a printed constant. */
#ifndef THEORY_CHECK_H
#define THEORY_CHECK_H

#include <math.h>

#include <gsl/gsl_errno.h>

#include "initscope/activation.h"
#include "initscope/entry.h"
#include "initscope/initializer.h"

#include "check_tap.h"
#include "closeness.h"

/* A row with its default parameters, but the first is value where value is not NAN. */
static inline ins_choice choose_with(const ins_entries *table, const char *name, double value)
{
    const ins_entry *entry = ins_entry_find(table, name);
    ck_assert_msg(entry != NULL, "there is no %s \"%s\"", table->kind, name);
    ins_choice choice = {.entry = entry, .label = entry->name};
    for (size_t i = 0; i < INS_PARAMETERS && entry->parameters[i].name != NULL; i++)
        choice.value[i] = entry->parameters[i].fallback;
    if (!isnan(value)) choice.value[0] = value;
    return choice;
}

static inline ins_choice choose(const ins_entries *table, const char *name)
{
    return choose_with(table, name, NAN);
}

static inline ins_choice activation(const char *name)
{
    return choose(&ins_activations, name);
}

/* The row at index. */
static inline ins_choice activation_at(size_t index)
{
    return activation(ins_entry_at(&ins_activations, index)->name);
}

static inline Suite *theory_suite(const char *name)
{
    gsl_set_error_handler_off();
    return suite_create(name);
}

#endif
