/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of one block of memory. A layout is a function that carves: called with a carver without a
 * base it only counts, so that size and pointers come from the same lines. */
#ifndef INITSCOPE_CARVER_H
#define INITSCOPE_CARVER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ins_carver {
    char *base;    /* of the block; NULL: nothing is handed out */
    size_t used;   /* bytes so far */
    bool overflow; /* they cannot be counted */
} ins_carver;

/* count * size bytes, aligned to 64 where base is; NULL while counting. */
void *ins_carve(ins_carver *carver, size_t count, size_t size);

/* The same for a matrix: rows * columns * size bytes. */
void *ins_carve_matrix(ins_carver *carver, size_t rows, size_t columns, size_t size);

/* After counting: zeroed memory for what was counted, to be handed out by the same calls again;
 * base is released by free(). The program ends when there is no such memory, or it could not be
 * counted. */
void ins_carver_allocate(ins_carver *carver, const char *what);

#endif
