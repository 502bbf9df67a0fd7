/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Equal texts are the same pointer. */
#ifndef INITSCOPE_LOG_INTERN_H
#define INITSCOPE_LOG_INTERN_H

#include <stddef.h>

#include "initscope/memory.h"

/* {.arena = arena} is empty. The texts live in the arena, the slots until ins_interner_free. */
typedef struct ins_interner {
    ins_arena *arena;
    size_t count, capacity; /* capacity is a power of two, or 0 */
    struct ins_interned {
        const char *text;
        size_t length;
        unsigned long long hash;
    } * slot;
} ins_interner;

/* text may hold NUL bytes: what is kept ends with one more. */
const char *ins_intern(ins_interner *interner, const char *text, size_t length);
void ins_interner_free(ins_interner *interner);

#endif
