/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Markup taken apart: one atom a character, with its look. */
#ifndef INITSCOPE_MARKUP_H
#define INITSCOPE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/layout.h"

typedef struct ins_atom {
    uint32_t code;
    signed char script; /* -1 sub, 1 super */
    bool bold;
    double width; /* mm; 0 until it is measured */
} ins_atom;

typedef struct ins_atoms {
    size_t count;
    ins_atom *atom;
} ins_atoms;

ins_atoms ins_atoms_of(const char *markup); /* release with free(atoms.atom) */
void ins_atoms_write(ins_text *out, const ins_atom *atom, size_t count); /* as markup again */

#endif
