/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells the positions of a sequence apart. */
#ifndef INITSCOPE_FIELD_TOKENS_H
#define INITSCOPE_FIELD_TOKENS_H

#include <stddef.h>

#include "initscope/field.h"

/* A vector of independent elements of this variance at each position, the same in all rows. */
void ins_field_add_learned_positions(ins_field *field, double variance);

/* sin and cos of p / 10000^(2 i / channels) in turn (Vaswani et al. 2017): second moment 1/2. */
void ins_field_add_sine_positions(ins_field *field, size_t channels);

#endif
