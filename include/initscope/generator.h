/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Data sets that are made, not read: tasks whose answer is known exactly. "adding(length=20)". */
#ifndef INITSCOPE_GENERATOR_H
#define INITSCOPE_GENERATOR_H

#include "initscope/arrays.h"
#include "initscope/entry.h"

typedef struct ins_generator {
    ins_entry entry;
    const char *loss; /* name of the loss that its targets are for */
    /* Sets the shape and fills the arrays with the values of the parameters. */
    void (*fill)(const double *value, ins_arrays *arrays);
} ins_generator;

extern const ins_entries ins_generators; /* rows are ins_generator */

/* The rows that a choice of ins_generators stands for: the same for the same call, on every
 * machine up to the last digit of sin and cos. The caller frees x and y. */
void ins_generate(const ins_choice *choice, ins_arrays *arrays);

#endif
