/* Pieces of sentences that several pages use. All return markup in the flow's arena. */
#ifndef INITSCOPE_PHRASES_H
#define INITSCOPE_PHRASES_H

#include "part.h"

/* At most three significant digits. */
const char *ins_say(ins_flow *flow, double value);
const char *ins_say_percent(ins_flow *flow, double share);
/* "1.02 (95% interval 0.97 to 1.07)"; the value alone when there is no interval. */
const char *ins_say_interval(ins_flow *flow, ins_interval value);

/* "zero", "one", ... "ten", "11". */
const char *ins_say_count(ins_flow *flow, size_t count);
/* "one seed", "20 seeds": digits above ten. */
const char *ins_say_plural(ins_flow *flow, size_t count, const char *noun);
const char *ins_capital(ins_flow *flow, const char *text); /* first letter, unless a name begins */

/* "a, b and c" of the arms that which says; more than most: "a, b and 7 more". */
const char *ins_say_arms(ins_flow *flow, const bool *which, size_t most);
size_t ins_count_arms(const ins_part *part, const bool *which);
bool *ins_no_arms(ins_flow *flow); /* all false */

/* True when all arms have the same number of layers. */
bool ins_same_depth(const ins_study *study);

/* "3"; "out" for the last layer when all arms have the same number. */
const char *ins_layer_name(ins_flow *flow, size_t layer);

/* "20 seeds each", "1 to 5 seeds each" */
const char *ins_say_seeds(ins_flow *flow);

/* "vanishing, did not learn": the verdicts of an arm in words. bad: some of them is. */
const char *ins_say_verdicts(ins_flow *flow, size_t arm, bool *bad);

#endif
