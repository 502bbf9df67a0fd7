/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be seen of a matrix before any law: units that are equal or zero, elements that are not
 * finite, and matrices that were made rather than drawn element by element. */
#ifndef INITSCOPE_AUDIT_STRUCTURE_H
#define INITSCOPE_AUDIT_STRUCTURE_H

#include "kernel.h"

typedef struct ins_units_seen {
    bool *live; /* (units) not all 0; release with free() */
    size_t alive, zeros;
    double nonfinite, zero_elements, square, largest; /* square: mean of all; largest: of |x| */
    double duplicate_pairs;
} ins_units_seen;

/* One pass, and the units by their hash. */
ins_units_seen ins_see_units(const ins_view *view);

typedef struct ins_structure {
    ins_family family; /* INS_FAMILY_NONE: nothing of the kind */
    const char *name;  /* "orthogonal"; NULL: of no rule */
    double scale, sparsity, trained;
} ins_structure;

/* Of a finite matrix. centre is that of its window of so many taps. */
ins_structure ins_structure_of(const ins_view *view, const ins_view *centre, size_t taps,
                               const ins_units_seen *seen);

#endif
