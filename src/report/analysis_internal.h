/* What the files of the analysis share. */
#ifndef ANALYSIS_INTERNAL_H
#define ANALYSIS_INTERNAL_H

#include "initscope/analysis.h"

#include "verdicts.h"

/* Hidden layers of an arm: all recorded ones but the last. */
static inline size_t ins_hidden_layers(const ins_arm *arm)
{
    return arm->layers > 0 ? arm->layers - 1 : 0;
}

/* A column of epochs.csv at the last epoch of a run; NAN: none. */
double ins_final(const ins_study *study, size_t run, const char *column);

/* The root of the second moment of a tensor, which foreign logs may leave out: then from variance
 * and mean, and from the variance alone where there is no mean. */
double ins_layer_rms(const ins_study *study, size_t run, size_t epoch, size_t layer,
                     ins_tensor tensor);

/* analysis_arm.c: everything of an arm that needs no other arm: all but the target, the verdicts
 * and the sentence. */
void ins_measure_arm(const ins_study *study, size_t arm, ins_arm_analysis *out);

/* analysis_units.c: which units are identical, saturated or dead. */
void ins_measure_units(const ins_study *study, size_t arm, ins_arm_analysis *out);

/* Test accuracy at the first recorded epoch that reaches target: epochs_to_target and
 * reached_target. */
void ins_measure_speed(const ins_study *study, size_t arm, double target, ins_arm_analysis *out);

/* The first recorded epoch of a run with test accuracy >= target; NAN: never. */
double ins_epoch_of_target(const ins_study *study, size_t run, double target);

/* analysis_pairs.c: all pairs of arms a > b, paired by seed, of one value a run (NAN: left out),
 * Holm-adjusted. resolution is the smallest difference that values can have; 0: they are
 * continuous. *count = arms * (arms - 1) / 2. */
ins_pair *ins_compare_arms(const ins_study *study, const double *value, double resolution,
                           ins_arena *arena, size_t *count);

/* The pair of two arms with its sign turned so that the difference is first minus second. */
ins_pair ins_pair_of(const ins_pair *pairs, size_t first, size_t second);

/* sentences.c: the verdict of an arm in words. */
const char *ins_arm_sentence(const ins_analysis *analysis, size_t arm, ins_arena *arena);

/* findings.c: all findings, strongest first. */
const ins_finding *ins_find(const ins_analysis *analysis, ins_arena *arena, size_t *count);

#endif
