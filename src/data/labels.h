/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Class names, numbered in the order of their first appearance, then sorted. */
#ifndef INITSCOPE_NN_LABELS_H
#define INITSCOPE_NN_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "initscope/memory.h"
#include "initscope/text.h"

/* {0} is empty. */
typedef struct ins_labels {
    size_t count, capacity;
    const char **name;        /* (count) in an arena of the caller's */
    unsigned long long *hash; /* (count) */
    size_t slots;             /* of the hash table, a power of two */
    size_t *slot;             /* (slots) number + 1, 0 for empty */
} ins_labels;

/* The number of a label; a new one is copied into arena. text has no NUL. */
size_t ins_labels_find(ins_labels *labels, const char *text, size_t length, ins_arena *arena);

/* Sorts the names: numerically if every one is a number, else bytewise. rank (count): the new
 * number of each old one. Labels that differ in writing only ("1", "1.0") stay different, with a
 * warning. */
void ins_labels_sort(ins_labels *labels, int32_t *rank, const char *path, ins_text *warnings);

void ins_labels_free(ins_labels *labels);

#endif
