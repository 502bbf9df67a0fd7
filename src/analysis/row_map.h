/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From a 64-bit key to the number of an entry, exact: how a million rows are found by their place.
 * Open addressing over 4-byte slots, with the keys beside them; where nearly every key that may
 * come does come, the key itself says the slot. */
#ifndef ROW_MAP_H
#define ROW_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_NONE SIZE_MAX

typedef struct ins_row_map {
    bool direct;     /* the slot of a key is its number, and there are no keys */
    size_t slots;    /* unless direct a power of two, more than twice those in use */
    size_t used;     /* slots */
    size_t capacity; /* of key */
    uint32_t *slot;  /* entry + 1, 0 when free */
    uint64_t *key;   /* (capacity) by entry */
    uint64_t seed;   /* of the process: nobody can choose keys that fall together */
} ins_row_map;

/* Entries that a map can number. */
#define ROW_MAP_MOST ((size_t)INT32_MAX)

/* All keys will be below keys; UINT64_MAX: nothing is known of them. entries: about how many
 * entries there will be; the map grows with them, numbered 0 .. ROW_MAP_MOST - 1. */
void ins_row_map_start(ins_row_map *map, size_t entries, uint64_t keys);
void ins_row_map_free(ins_row_map *map);

/* ROW_NONE when there is no such key. */
size_t ins_row_map_find(const ins_row_map *map, uint64_t key);

/* Puts entry under key unless the key has one already; returns the key's entry. */
size_t ins_row_map_put(ins_row_map *map, uint64_t key, size_t entry);

#endif
