/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Effects of a factor over settings: one setting is one combination of all other factors. Arrays
 * are (settings, levels, seeds) of values; one that is not finite is no value. */
#ifndef INITSCOPE_EFFECT_H
#define INITSCOPE_EFFECT_H

#include <stddef.h>

/* The main effect: one value a level and seed, averaged over settings. ins_contrast_pairs and
 * ins_contrast_with_best compare the levels then. So that averages are over the same settings, a
 * setting counts for a seed only where every level has a value; levels without any value stand
 * aside. average (levels, seeds), NAN where no setting counts. Returns how many (setting, seed)
 * count, of settings * seeds. */
size_t ins_average_over_settings(const double *value, size_t settings, size_t levels, size_t seeds,
                                 double *average);

/* Whether the effect of the levels differs between settings. */
typedef struct ins_interaction {
    size_t seeds;        /* those that have all values */
    double F;            /* interaction over its spread between seeds */
    double above, below; /* degrees of freedom, corrected */
    double p;
} ins_interaction;

/* Analysis of variance with repeated measures: every seed has all settings and levels. Settings
 * spread unequally (a deep network more than a shallow one), so the degrees of freedom are
 * corrected by Box's epsilon (Greenhouse & Geisser 1959). Seeds that lack a value are left out. F,
 * p and the degrees are NAN for fewer than two settings, levels or seeds, and when the interaction
 * has no spread between seeds. */
ins_interaction ins_interaction_of(const double *value, size_t settings, size_t levels,
                                   size_t seeds);

#endif
