/* From a 64-bit key to the number of an entry. */
#include <config.h>

#include "row_map.h"

#include <stdlib.h>

#include "initscope/keyed_hash.h"
#include "initscope/memory.h"

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
    size_t at = scatter(key ^ map->seed) & (map->slots - 1);
    while (map->slot[at] != 0 && map->key[map->slot[at] - 1] != key)
        at = (at + 1) & (map->slots - 1);
    return at;
}

void ins_row_map_start(ins_row_map *map, size_t entries)
{
    map->slots = 16;
    map->seed = ins_keyed_hash(&map->slots, sizeof map->slots);
    while (map->slots < 2 * entries) map->slots *= 2;
    map->slot = ins_allocate(map->slots, sizeof *map->slot, "the index of rows");
    map->key = ins_allocate(entries + 1, sizeof *map->key, "the keys of rows");
}

void ins_row_map_free(ins_row_map *map)
{
    free(map->slot);
    free(map->key);
    *map = (ins_row_map){0};
}

size_t ins_row_map_find(const ins_row_map *map, uint64_t key)
{
    size_t at = slot_of(map, key);
    return map->slot[at] == 0 ? ROW_NONE : map->slot[at] - 1;
}

size_t ins_row_map_put(ins_row_map *map, uint64_t key, size_t entry)
{
    size_t at = slot_of(map, key);
    if (map->slot[at] == 0) {
        map->slot[at] = (uint32_t)(entry + 1);
        map->key[entry] = key;
    }
    return map->slot[at] - 1;
}
