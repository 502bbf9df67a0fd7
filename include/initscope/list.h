/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A list that grows in an arena. */
#ifndef INITSCOPE_LIST_H
#define INITSCOPE_LIST_H

#include <stddef.h>

#include "initscope/memory.h"

typedef struct ins_list {
    size_t count, capacity;
    void *items;
} ins_list;

/* A new last item of size zeroed bytes, always the same size for one list. Earlier items may move.
 */
void *ins_list_add(ins_arena *arena, ins_list *list, size_t size);

#endif
