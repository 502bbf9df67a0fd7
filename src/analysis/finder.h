/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules of findings share: the analysis that they look at, and the arms that one marks. */
#ifndef FINDER_H
#define FINDER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/analysis.h"
#include "initscope/say.h"

enum { INS_FINDER_NAMED = 4 }; /* arms in one sentence */

typedef struct ins_finder {
    const ins_analysis *of;
    const ins_study *study;
    ins_arena *arena;
    bool *which; /* (arms) scratch, all false at the start of a rule */
} ins_finder;

#define SAY(...) ins_arena_format(f->arena, __VA_ARGS__)

ins_finder ins_finder_of(const ins_analysis *analysis);

/* Takes all marks away. */
void ins_finder_begin(ins_finder *f);

/* Marks the arms with a verdict; returns their number. */
size_t ins_finder_mark(ins_finder *f, ins_verdict verdict);

/* The first marked arm; SIZE_MAX: none is. */
size_t ins_finder_first(const ins_finder *f);

/* The marked arms: by name, and over several settings by initializer, with the settings; and
 * whether these are several names. */
const char *ins_finder_arms(ins_finder *f);
bool ins_finder_several(const ins_finder *f);

/* " with a and b"; "": all arms are marked. */
const char *ins_finder_with(ins_finder *f);

/* "layer 3", "conv3" */
const char *ins_finder_layer(ins_finder *f, size_t arm, size_t layer);

/* At least barely. */
bool ins_has_learned(const ins_arm_judgement *arm);

#endif
