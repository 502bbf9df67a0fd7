/* What the rules of the findings share. A rule looks at the analysis and, when it applies, writes
 * its claim and its evidence and returns true. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "analysis_internal.h"

typedef struct ins_finder {
    const ins_analysis *analysis;
    const ins_study *study;
    ins_arena *arena;
    ins_text claim, evidence;
    bool *which;           /* (arms) scratch: the arms a rule speaks of; all false at its start */
    const ins_pair *loss;  /* pairs in the logarithm of the final training loss */
    const ins_pair *speed; /* pairs in epochs to the target, of runs that reached it */
} ins_finder;

typedef bool (*ins_finding_rule)(ins_finder *finder);

/* finder.c: marks the arms with a verdict in which; returns their number. */
size_t ins_mark_verdict(ins_finder *f, ins_verdict verdict);

/* The names of the marked arms, or of one, at the end of text. */
void ins_add_arms(ins_finder *f, ins_text *text);
void ins_add_arm(ins_finder *f, ins_text *text, size_t arm);

/* The trained arm with the highest mean test accuracy; SIZE_MAX: there is none. */
size_t ins_best_arm(const ins_finder *f);

/* findings_signal.c */
bool ins_find_symmetric(ins_finder *f);
bool ins_find_vanishing(ins_finder *f);
bool ins_find_exploding(ins_finder *f);
bool ins_find_preserving(ins_finder *f);
bool ins_find_shallow(ins_finder *f);
bool ins_find_activation(ins_finder *f);

/* findings_fault.c */
bool ins_find_diverged(ins_finder *f);
bool ins_find_saturated(ins_finder *f);
bool ins_find_dead(ins_finder *f);
bool ins_find_not_moving(ins_finder *f);
bool ins_find_seeds(ins_finder *f);
bool ins_find_few_updates(ins_finder *f);
bool ins_find_adaptive(ins_finder *f);
bool ins_find_initial_loss(ins_finder *f);
bool ins_find_input_scale(ins_finder *f);

/* findings_outcome.c */
bool ins_find_best(ins_finder *f);
bool ins_find_tie(ins_finder *f);
bool ins_find_loss(ins_finder *f);
bool ins_find_outcome(ins_finder *f);
bool ins_find_speed(ins_finder *f);
bool ins_find_factor(ins_finder *f);

#endif
