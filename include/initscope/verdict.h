/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts: of a run by one rule each, of an arm by how many of its runs have it. One definition,
 * used by sentences, figures, summary.csv and whoever asks without drawing. */
#ifndef INITSCOPE_VERDICT_H
#define INITSCOPE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/measure.h"
#include "initscope/text.h"
#include "initscope/thresholds.h"

/* What a total amounts to. */
typedef enum ins_grade {
    INS_GRADE_NOT_KNOWN, /* not recorded, or fewer than two hidden layers */
    INS_GRADE_NONE,      /* exactly 0, or rounding: nothing arrives */
    INS_GRADE_VANISHING,
    INS_GRADE_FADING,
    INS_GRADE_PRESERVING,
    INS_GRADE_GROWING,
    INS_GRADE_EXPLODING,
    INS_GRADE_UNDECIDED /* the interval reaches over two boundaries, or no grade has more than half
                           of the runs: some bring nothing, some all of it */
} ins_grade;

const char *ins_grade_word(ins_grade grade); /* "preserving"; "none"; "undecided"; "–" */

/* Of one total, and of the geometric mean over seeds with its interval. */
ins_grade ins_grade_of(double total);
ins_grade ins_grade_of_seeds(const ins_seeds *total);

/* One bit each. The first hold for an arm as soon as one run has them, the others when more than
 * half of its runs have; grades of an arm are by the mean of the total. */
typedef enum ins_verdict {
    INS_VERDICT_DIVERGED,
    INS_VERDICT_SYMMETRIC,
    INS_VERDICT_DEAD,
    INS_VERDICT_COLLAPSED,
    INS_VERDICT_VANISHING_FORWARD,
    INS_VERDICT_FADING_FORWARD,
    INS_VERDICT_PRESERVING_FORWARD,
    INS_VERDICT_GROWING_FORWARD,
    INS_VERDICT_EXPLODING_FORWARD,
    INS_VERDICT_UNDECIDED_FORWARD,
    INS_VERDICT_VANISHING_BACKWARD,
    INS_VERDICT_FADING_BACKWARD,
    INS_VERDICT_PRESERVING_BACKWARD,
    INS_VERDICT_GROWING_BACKWARD,
    INS_VERDICT_EXPLODING_BACKWARD,
    INS_VERDICT_UNDECIDED_BACKWARD,
    INS_VERDICT_PRESERVING,
    INS_VERDICT_SATURATED,
    INS_VERDICT_NOT_MOVING,
    INS_VERDICT_LEARNED,
    INS_VERDICT_BARELY_LEARNED,
    INS_VERDICT_RARELY_LEARNED,
    INS_VERDICT_DID_NOT_LEARN,
    INS_VERDICT_LEARNING_UNDECIDED,
    INS_VERDICT_EXPLODING_STREAM,
    INS_VERDICT_IDENTITY_START,
    INS_VERDICT_VANISHING_STEPS,
    INS_VERDICT_EXPLODING_STEPS,
    INS_VERDICT_ALIKE_TOKENS,
    INS_VERDICT_PEAKED_ATTENTION,
    INS_VERDICT_UNIFORM_ATTENTION,
    INS_VERDICTS
} ins_verdict;

typedef struct ins_verdict_row {
    const char *name; /* "vanishing_forward" */
    ins_wording rule; /* markup, for the method page; NULL: another row's rule says it */
    bool bad;         /* shown in red */
    bool any;         /* holds for an arm as soon as one run has it */
    ins_subject subject;
} ins_verdict_row;

extern const ins_verdict_row ins_verdict_table[INS_VERDICTS];

typedef struct ins_arm_judgement {
    ins_seeds total[INS_DIRECTIONS]; /* geometric; 0 and rounding are its zeros */
    ins_seeds size_total;
    ins_grade grade[INS_DIRECTIONS];
    double gain[INS_DIRECTIONS], size_gain; /* a layer; NAN: ln is not straight */
    size_t steepest[INS_DIRECTIONS]; /* layer before which most is lost or won, of most runs */
    ins_seeds alikeness, rank;       /* means over seeds */
    ins_seeds stream_growth;         /* a block; geometric */
    /* Of ins_sequence: geometric, the correlations means. */
    ins_seeds kept, half, seen, step_growth, first_alike, last_alike, peaked;
    ins_interval score; /* of the last epoch; no interval: fewer than 5, or all alike */
    bool alike;         /* all runs have the same score */
    size_t with_score;  /* runs that have one and did not diverge */
    ins_seeds train_loss, initial_loss;                   /* geometric */
    size_t runs, learned, barely, not_learned, undecided; /* runs by what became of them */
    size_t count[INS_VERDICTS];                           /* runs that have the verdict */
    unsigned verdicts;                                    /* bits of the arm */
} ins_arm_judgement;

/* Bits of one run. */
unsigned ins_verdicts_of_run(const ins_study *study, size_t run, const ins_run_measure *measure,
                             const ins_facts *facts);

/* (study->arms) in arena. */
const ins_arm_judgement *ins_judge_arms(const ins_study *study, const ins_facts *facts,
                                        const ins_run_measure *measures, ins_arena *arena);

static inline bool ins_has_verdict(const ins_arm_judgement *arm, ins_verdict verdict)
{
    return (arm->verdicts >> verdict & 1U) != 0;
}

/* A rule with its thresholds filled in for their names in braces: "below {vanishing}". Markup. */
const char *ins_rule_text(ins_arena *arena, const char *rule);

/* "vanishing_forward collapsed" for tables. */
void ins_verdict_names(unsigned verdicts, ins_text *out);

#endif
