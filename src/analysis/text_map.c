/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts by their hashes; where two have the same, the second takes the next one that is free. */
#include <config.h>

#include "text_map.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/text.h"

void ins_text_map_start(ins_text_map *map)
{
    *map = (ins_text_map){0};
    ins_row_map_start(&map->hashes, 0, UINT64_MAX);
}

void ins_text_map_free(ins_text_map *map)
{
    ins_row_map_free(&map->hashes);
    free(map->text);
    *map = (ins_text_map){0};
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void add(ins_text_map *map, const char *text)
{
    if (map->count == map->capacity) {
        map->capacity = map->capacity > 0 ? ins_multiply(map->capacity, 2, "texts") : 64;
        map->text = ins_reallocate(map->text, map->capacity, sizeof *map->text, "texts");
    }
    map->text[map->count++] = text;
}

size_t ins_text_map_put(ins_text_map *map, const char *text)
{
    uint64_t hash = INS_HASH_START;
    if (text != NULL) hash = ins_hash(hash, text, strlen(text) + 1);
    for (;; hash++) {
        size_t number = ins_row_map_put(&map->hashes, hash, map->count);
        if (number == map->count) add(map, text);
        if (same_text(map->text[number], text)) return number;
    }
}
