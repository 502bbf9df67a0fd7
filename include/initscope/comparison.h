/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be compared with what: initializers within a setting, the initializer's main effect over
 * settings, whether it differs between settings. Never all pairs of all arms. */
#ifndef INITSCOPE_COMPARISON_H
#define INITSCOPE_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/factors.h"
#include "initscope/inference.h"
#include "initscope/verdict.h"

/* One combination of the factors beside the initializer. */
typedef struct ins_setting {
    const char *label; /* "relu, 20x64"; "" when nothing but the initializer varies */
    size_t arms;
    const size_t *arm; /* (arms) of the study */
    size_t best;       /* arm of the highest mean score among those that learned at least barely;
                          SIZE_MAX: none did */
    bool *in_set;      /* (arms) not told apart from it, itself included */
    size_t set;        /* how many they are; 0 when none learned */
    bool told;         /* there were seeds enough to tell them apart at all */
    bool by_best;      /* it has so many arms that they are compared with the best one alone */
    size_t first_difference; /* of its pairs among the differences, row by row of a triangle; by
                                best those of the best with each other arm, in their order */
} ins_setting;

typedef enum ins_hypothesis {
    INS_HYPOTHESIS_SETTING,    /* two initializers within a setting */
    INS_HYPOTHESIS_MAIN,       /* two initializers, averaged over settings */
    INS_HYPOTHESIS_INTERACTION /* whether the initializers' differences depend on the setting */
} ins_hypothesis;

/* A hypothesis: the first has a higher score on the test rows than the second. */
typedef struct ins_difference {
    ins_hypothesis family;
    size_t setting;               /* of INS_HYPOTHESIS_SETTING */
    const char *first, *second;   /* arms' labels, or initializers */
    size_t arm_first, arm_second; /* of INS_HYPOTHESIS_SETTING, else SIZE_MAX */
    ins_interval difference;      /* paired by seed */
    double p, adjusted_p;         /* Holm within the setting, or within the family; NAN: no test */
    bool told;
} ins_difference;

typedef struct ins_comparisons {
    size_t settings;
    ins_setting *setting;
    const size_t *setting_of, *place; /* (arms) the setting of an arm, and its place in there */
    bool by_setting;                  /* one initializer in several: they say which arm is meant */
    const char *const
        *name; /* (arms) plain, as in sentences: by setting its label, else the arm's */
    size_t differences;
    ins_difference *difference;
    size_t main_effects,
        first_main_effect; /* how many there are, and where they begin; none where
                              the initializers are too many, or share no settings */
} ins_comparisons;

ins_comparisons ins_compare(const ins_study *study, const ins_study_factors *factors,
                            const ins_facts *facts, const ins_run_measure *measure,
                            const ins_arm_judgement *judgement, ins_arena *arena);

/* The difference of two arms of one setting, as first minus second; false: they are of two, or were
 * not compared. */
bool ins_difference_of(const ins_comparisons *comparisons, size_t first, size_t second,
                       ins_difference *difference);

/* The main effect of two initializers by their numbers in ins_study_factors, as its first minus its
 * second; NULL: there is none, of an initializer and itself or within a single setting. */
const ins_difference *ins_main_effect_of(const ins_comparisons *comparisons, size_t a, size_t b);

#endif
