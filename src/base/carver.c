/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of one block. */
#include <config.h>

#include "initscope/carver.h"

#include <stdint.h>

#include "initscope/memory.h"

void *ins_carve(ins_carver *carver, size_t count, size_t size)
{
    const size_t alignment = 64, start = carver->used;
    size_t bytes = 0;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);
    overflow |= __builtin_add_overflow(bytes, alignment - 1, &bytes);
    overflow |= __builtin_add_overflow(carver->used, bytes & ~(alignment - 1), &carver->used);
    carver->overflow |= overflow;
    return carver->base != NULL ? carver->base + start : NULL;
}

void *ins_carve_matrix(ins_carver *carver, size_t rows, size_t columns, size_t size)
{
    size_t count = 0;
    carver->overflow |= __builtin_mul_overflow(rows, columns, &count);
    return ins_carve(carver, count, size);
}

void ins_carver_allocate(ins_carver *carver, const char *what)
{
    size_t bytes = carver->overflow ? SIZE_MAX : carver->used;
    *carver = (ins_carver){.base = ins_allocate(bytes, 1, what)};
}
