/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, names and counts as running text, in markup, in an arena. */
#ifndef INITSCOPE_SAY_H
#define INITSCOPE_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/inference.h"
#include "initscope/memory.h"
#include "initscope/seeds.h"

/* At most three significant digits: "0.499", "2.6·10^{−24}"; U+2212 for minus; "–" for NAN. */
const char *ins_say(ins_arena *arena, double value);
const char *ins_say_percent(ins_arena *arena, double share); /* "92.1 %" */
const char *ins_say_points(ins_arena *arena, double share);  /* "17.5", in percent points */

/* "1.02 [0.970, 1.07]", without the bracket when there is no interval; the same in percent. */
const char *ins_say_interval(ins_arena *arena, ins_interval value);
const char *ins_say_percent_interval(ins_arena *arena, ins_interval share);

/* The grammar of numbers: "no runs", "1 run", "2 runs". The noun is in the singular; its plural
 * takes an s. */
const char *ins_say_count(ins_arena *arena, size_t count, const char *noun);

/* "all 20 runs", "3 of 20 runs", "none of 20 runs"; of two: "both runs", "1 of 2 runs",
 * "neither run"; of one: "the only run", "not the only run". */
const char *ins_say_of(ins_arena *arena, size_t count, size_t all, const char *noun);

/* "a", "a and b", "a, b and c"; with more than most: "a, b and 7 more". */
const char *ins_say_list(ins_arena *arena, const char *const *item, size_t count, size_t most);

/* An arm of a study as a mark in markup, for those who write it out: its number between the control
 * characters 1 and 2. */
const char *ins_say_arm(ins_arena *arena, size_t arm);
/* The arms that which (arms) says. */
const char *ins_say_arms(ins_arena *arena, const bool *which, size_t arms, size_t most);

/* An initializer by its number in ins_study_factors, likewise: "i" stands before the number. */
const char *ins_say_initializer(ins_arena *arena, size_t initializer);

/* Foreign text as markup that means nothing but itself; control characters become blanks. */
const char *ins_say_literal(ins_arena *arena, const char *text);

/* Markup with its marks written by name, without bold and scripts. name is asked for the name of a
 * mark, initializer: by initializer. */
const char *ins_say_plain(ins_arena *arena, const char *markup,
                          const char *(*name)(const void *context, bool initializer, size_t number),
                          const void *context);

/* The first letter as a capital, unless the text begins with a mark. */
const char *ins_say_capital(ins_arena *arena, const char *text);

#endif
