/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Class names in a hash table with open addressing: reading a column costs the same whether it has
 * two classes or a million. */
#include <config.h>

#include "labels.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/keyed_hash.h"

/* The place of a label in the table: its own, or the empty one where it belongs. */
static size_t place(const ins_labels *labels, unsigned long long hash, const char *text,
                    size_t length)
{
    size_t at = (size_t)hash & (labels->slots - 1);
    for (; labels->slot[at] != 0; at = (at + 1) & (labels->slots - 1)) {
        const size_t number = labels->slot[at] - 1;
        if (labels->hash[number] == hash && strncmp(labels->name[number], text, length) == 0 &&
            labels->name[number][length] == '\0')
            break;
    }
    return at;
}

/* Room for one more label, the table at most half full. */
static void grow(ins_labels *labels)
{
    const char *what = "class names";
    if (labels->count < labels->capacity) return;
    labels->capacity = labels->capacity == 0 ? 64 : ins_multiply(labels->capacity, 2, what);
    labels->name = ins_reallocate(labels->name, labels->capacity, sizeof *labels->name, what);
    labels->hash = ins_reallocate(labels->hash, labels->capacity, sizeof *labels->hash, what);
    free(labels->slot);
    labels->slots = ins_multiply(labels->capacity, 2, what);
    labels->slot = ins_allocate(labels->slots, sizeof *labels->slot, what);
    for (size_t i = 0; i < labels->count; i++) {
        const size_t at = place(labels, labels->hash[i], labels->name[i], strlen(labels->name[i]));
        labels->slot[at] = i + 1;
    }
}

size_t ins_labels_find(ins_labels *labels, const char *text, size_t length, ins_arena *arena)
{
    const unsigned long long hash = ins_keyed_hash(text, length);
    grow(labels);
    const size_t at = place(labels, hash, text, length);
    if (labels->slot[at] == 0) {
        labels->name[labels->count] = ins_arena_copy(arena, text, length);
        labels->hash[labels->count] = hash;
        labels->slot[at] = ++labels->count;
    }
    return labels->slot[at] - 1;
}

typedef struct ranked {
    const char *name;
    double value;
    size_t number;
} ranked;

static int by_bytes(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->name, ((const ranked *)b)->name);
}

static int by_value(const void *a, const void *b)
{
    const double x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
    if (x != y) return x < y ? -1 : 1;
    return by_bytes(a, b);
}

void ins_labels_sort(ins_labels *labels, int32_t *rank, const char *path, ins_text *warnings)
{
    const size_t count = labels->count;
    ranked *list = ins_allocate(count, sizeof *list, "class names");
    bool numeric = true;
    for (size_t i = 0; i < count; i++) {
        list[i] = (ranked){labels->name[i], 0, i};
        numeric = numeric && ins_parse_number(list[i].name, strlen(list[i].name), &list[i].value) ==
                                 INS_NUMBER_FINITE;
    }
    qsort(list, count, sizeof *list, numeric ? by_value : by_bytes);
    for (size_t i = 0; i < count; i++) {
        rank[list[i].number] = (int32_t)i;
        labels->name[i] = list[i].name;
        if (numeric && i > 0 && list[i].value == list[i - 1].value)
            ins_text_add_line(warnings, "%s: labels %s and %s are the same number but two classes",
                              path, list[i - 1].name, list[i].name);
    }
    free(list);
}

void ins_labels_free(ins_labels *labels)
{
    free(labels->name);
    free(labels->hash);
    free(labels->slot);
    *labels = (ins_labels){0};
}
