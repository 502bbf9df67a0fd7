/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules that weights are compared with: initializers of this program, all parameters given. */
#ifndef INITSCOPE_AUDIT_RULES_H
#define INITSCOPE_AUDIT_RULES_H

#include "initscope/initializer.h"

#include "kernel.h"

enum { INS_RULES = 19 };

/* One rule, parsed. */
typedef struct ins_rule {
    const char *call;   /* canonical, as --init takes it */
    const char *source; /* who draws so */
    ins_choice choice;
    ins_choice attention, embedding; /* what a framework's default is there; no entry: the same */
    bool by_state;                   /* of recurrent layers it counts the units */
} ins_rule;

/* All rules, in arena: INS_RULES of them, those that equal another in a square matrix behind the
 * better known one. */
const ins_rule *ins_rules_new(ins_arena *arena);

/* The law of elements whose fans are counted so. */
ins_law ins_rule_law(const ins_rule *rule, const ins_kernel *kernel, const ins_fans *fans);

#endif
