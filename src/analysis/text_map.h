/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Different texts by number, in the order in which they first came. */
#ifndef TEXT_MAP_H
#define TEXT_MAP_H

#include <stddef.h>

#include "row_map.h"

typedef struct ins_text_map {
    size_t count, capacity;
    const char **text; /* (count); they belong to whoever put them in */
    ins_row_map hashes;
} ins_text_map;

void ins_text_map_start(ins_text_map *map);
void ins_text_map_free(ins_text_map *map);

/* The number of the text, which may be new. NULL is a text of its own. */
size_t ins_text_map_put(ins_text_map *map, const char *text);

#endif
