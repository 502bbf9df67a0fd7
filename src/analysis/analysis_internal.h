/* What the files of the analysis share. */
#ifndef ANALYSIS_INTERNAL_H
#define ANALYSIS_INTERNAL_H

#include "initscope/analysis.h"

/* A column of epochs.csv at the last epoch of a run; NAN: none. */
double ins_final(const ins_study *study, size_t run, ins_column_id column);

/* measures.c: everything of an arm that needs no other arm: all but the target, the verdicts
 * and the sentence. */
void ins_measure_arm(const ins_study *study, size_t arm, ins_arm_analysis *out);

/* Test accuracy at the first recorded epoch that reaches target: epochs_to_target and
 * reached_target. */
void ins_measure_speed(const ins_study *study, size_t arm, double target, ins_outcome *out);

/* verdicts.c: bits 1u << ins_verdict from the measures of an arm of so many runs. */
unsigned ins_verdicts_of(const ins_arm_analysis *arm, size_t runs, double chance, double classes);

/* sentences.c: the verdict of an arm in words. */
const char *ins_arm_sentence(const ins_analysis *analysis, size_t arm, ins_arena *arena);

/* findings.c: all findings, strongest first. */
const ins_finding *ins_find(const ins_analysis *analysis, ins_arena *arena, size_t *count);

#endif
