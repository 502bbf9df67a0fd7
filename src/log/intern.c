/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table of texts, open addressing, at most half full. */
#include <config.h>

#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/keyed_hash.h"
#include "initscope/text.h"

typedef struct ins_interned interned;

/* The slot of a text: its own, or the free one where it belongs. */
static interned *find(const ins_interner *interner, const char *text, size_t length,
                      unsigned long long hash)
{
    size_t mask = interner->capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        interned *slot = &interner->slot[i];
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): not the slots that grow() has freed */
        if (slot->text == NULL) return slot;
        if (slot->hash == hash && slot->length == length && memcmp(slot->text, text, length) == 0)
            return slot;
    }
}

static void grow(ins_interner *interner)
{
    ins_interner larger = *interner;
    larger.capacity = interner->capacity > 0 ? ins_multiply(interner->capacity, 2, "texts") : 64;
    larger.slot = ins_allocate(larger.capacity, sizeof *larger.slot, "texts");
    for (size_t i = 0; i < interner->capacity; i++) {
        const interned *old = &interner->slot[i];
        if (old->text != NULL) *find(&larger, old->text, old->length, old->hash) = *old;
    }
    free(interner->slot);
    *interner = larger;
}

const char *ins_intern(ins_interner *interner, const char *text, size_t length)
{
    if (interner->count >= interner->capacity / 2) grow(interner);
    unsigned long long hash = ins_keyed_hash(text, length);
    interned *slot = find(interner, text, length, hash);
    if (slot->text == NULL) {
        *slot = (interned){ins_arena_copy(interner->arena, text, length), length, hash};
        interner->count++;
    }
    return slot->text;
}

void ins_interner_free(ins_interner *interner)
{
    free(interner->slot);
    *interner = (ins_interner){0};
}
