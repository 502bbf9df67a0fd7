/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing lists. */
#include <config.h>

#include "initscope/list.h"

#include <string.h>

void *ins_list_add(ins_arena *arena, ins_list *list, size_t size)
{
    if (list->count == list->capacity) {
        size_t larger = list->capacity * 2 + 16;
        char *grown = ins_arena_get(arena, larger, size, "report");
        if (list->count > 0) memcpy(grown, list->items, list->count * size);
        list->items = grown;
        list->capacity = larger;
    }
    return (char *)list->items + list->count++ * size;
}
