/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers of a study say: measures, verdicts, comparisons, an answer and findings. */
#ifndef INITSCOPE_ANALYSIS_H
#define INITSCOPE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/comparison.h"
#include "initscope/factors.h"
#include "initscope/measure.h"
#include "initscope/memory.h"
#include "initscope/study.h"
#include "initscope/text.h"
#include "initscope/verdict.h"
#include "initscope/width.h"

/* A claim with its evidence: markup, arms as marks (say.h). */
typedef struct ins_finding {
    const char *rule;     /* name of the rule that fired */
    const char *claim;    /* "zeros stay symmetric." */
    const char *evidence; /* one or two measured sentences */
} ins_finding;

typedef struct ins_analysis {
    const ins_study *study;
    ins_facts facts;
    const ins_run_measure *run;   /* (study->runs) */
    const ins_arm_judgement *arm; /* (study->arms) */
    ins_study_factors factors;
    ins_comparisons comparisons;
    ins_widths widths;
    bool trained;       /* some run has an epoch after 0 */
    ins_finding answer; /* to the experiment's question */
    size_t findings;
    const ins_finding *finding; /* in the order of the table of rules */
    ins_arena *arena;
} ins_analysis;

void ins_analyse(const ins_study *study, ins_analysis *analysis);
void ins_analysis_free(ins_analysis *analysis);

/* Markup with every mark written as the arm's name, without bold and scripts: for CSV. */
const char *ins_analysis_plain(const ins_analysis *analysis, const char *markup);

/* summary.csv, comparisons.csv, findings.csv */
void ins_analysis_summary(const ins_analysis *analysis, ins_text *out);
void ins_analysis_comparisons(const ins_analysis *analysis, ins_text *out);
void ins_analysis_findings(const ins_analysis *analysis, ins_text *out);

#endif
