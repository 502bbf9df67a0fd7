/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of trial numbers: sorted, for they nearly come in order. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"

#include "log_internal.h"

/* How many numbers are below trial. */
static size_t rank_of(const ins_trial_set *set, size_t trial)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->trial[middle] < trial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool ins_trial_set_has(const ins_trial_set *set, size_t trial)
{
    size_t rank = rank_of(set, trial);
    return rank < set->count && set->trial[rank] == trial;
}

void ins_trial_set_add(ins_trial_set *set, size_t trial)
{
    if (ins_trial_set_has(set, trial)) return;
    if (set->count == set->capacity) {
        set->capacity = set->capacity > 0 ? 2 * set->capacity : 64;
        set->trial =
            ins_reallocate(set->trial, set->capacity, sizeof *set->trial, "a set of trials");
    }
    size_t rank = rank_of(set, trial);
    memmove(set->trial + rank + 1, set->trial + rank, (set->count - rank) * sizeof *set->trial);
    set->trial[rank] = trial;
    set->count++;
}

void ins_trial_set_free(ins_trial_set *set)
{
    free(set->trial);
    *set = (ins_trial_set){0};
}
