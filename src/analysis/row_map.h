/* From a 64-bit key to the number of an entry, exact: how a million rows are found by their place.
 * Open addressing over 4-byte slots, with the keys beside them. */
#ifndef ROW_MAP_H
#define ROW_MAP_H

#include <stddef.h>
#include <stdint.h>

#define ROW_NONE SIZE_MAX

typedef struct ins_row_map {
    size_t slots;   /* a power of two, at least twice the entries */
    uint32_t *slot; /* entry + 1, 0 when free */
    uint64_t *key;  /* (entries) */
    uint64_t seed;  /* of the process: nobody can choose keys that fall together */
} ins_row_map;

/* Entries that a map can number. */
#define ROW_MAP_MOST ((size_t)INT32_MAX)

/* Room for entries numbered 0 .. entries - 1, ROW_MAP_MOST of them at most. */
void ins_row_map_start(ins_row_map *map, size_t entries);
void ins_row_map_free(ins_row_map *map);

/* ROW_NONE when there is no such key. */
size_t ins_row_map_find(const ins_row_map *map, uint64_t key);

/* Puts entry under key unless the key has one already; returns the key's entry. */
size_t ins_row_map_put(ins_row_map *map, uint64_t key, size_t entry);

#endif
