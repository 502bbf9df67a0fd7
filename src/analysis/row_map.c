/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From a 64-bit key to the number of an entry. */
#include <config.h>

#include "row_map.h"

#include <stdlib.h>

#include "initscope/keyed_hash.h"
#include "initscope/memory.h"

enum { LEAST = 16 }; /* slots */

/* The finalizer of splitmix64: neighbouring keys, which is what ours are, land far apart. */
static size_t scatter(uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9U;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebU;
    return (size_t)(key ^ (key >> 31));
}

/* The slot that holds key, or the free one where it belongs. */
static size_t slot_of(const ins_row_map *map, uint64_t key)
{
    if (map->direct) return (size_t)key;
    size_t at = scatter(key ^ map->seed) & (map->slots - 1);
    while (map->slot[at] != 0 && map->key[map->slot[at] - 1] != key)
        at = (at + 1) & (map->slots - 1);
    return at;
}

void ins_row_map_start(ins_row_map *map, size_t entries, uint64_t keys)
{
    /* A slot and a key take 12 bytes an entry, and the slots are half empty at least. */
    enum { WORTH = 4 };
    *map = (ins_row_map){.slots = LEAST, .seed = ins_keyed_hash("rows", 4)};
    map->direct = keys / WORTH <= entries;
    if (map->direct) {
        map->slots = (size_t)keys;
    } else {
        while (map->slots <= 2 * entries) map->slots *= 2;
        map->capacity = entries + 1;
        map->key = ins_allocate(map->capacity, sizeof *map->key, "the keys of rows");
    }
    map->slot = ins_allocate(map->slots, sizeof *map->slot, "the index of rows");
}

void ins_row_map_free(ins_row_map *map)
{
    free(map->slot);
    free(map->key);
    *map = (ins_row_map){0};
}

size_t ins_row_map_find(const ins_row_map *map, uint64_t key)
{
    if (map->slots == 0 || (map->direct && key >= map->slots)) return ROW_NONE;
    size_t at = slot_of(map, key);
    return map->slot[at] == 0 ? ROW_NONE : map->slot[at] - 1;
}

/* Twice as many slots, and a place for the key of the entry. */
static void grow(ins_row_map *map, size_t entry)
{
    if (entry >= map->capacity) {
        while (entry >= map->capacity) map->capacity = ins_multiply(map->capacity, 2, "keys");
        map->key = ins_reallocate(map->key, map->capacity, sizeof *map->key, "the keys of rows");
    }
    if (2 * (map->used + 1) < map->slots) return;
    uint32_t *old = map->slot;
    size_t count = map->slots;
    map->slots = ins_multiply(count, 2, "the index of rows");
    map->slot = ins_allocate(map->slots, sizeof *map->slot, "the index of rows");
    for (size_t i = 0; i < count; i++)
        if (old[i] != 0) map->slot[slot_of(map, map->key[old[i] - 1])] = old[i];
    free(old);
}

size_t ins_row_map_put(ins_row_map *map, uint64_t key, size_t entry)
{
    size_t at = slot_of(map, key);
    if (map->slot[at] != 0) return map->slot[at] - 1;
    if (!map->direct) {
        grow(map, entry);
        map->key[entry] = key;
        at = slot_of(map, key);
    }
    map->slot[at] = (uint32_t)(entry + 1);
    map->used++;
    return entry;
}
