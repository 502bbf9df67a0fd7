/* The closing chapter of a report on several experiments: questions, answers measured over all of
 * them, and the pages that prove each. */
#ifndef INITSCOPE_CLOSING_H
#define INITSCOPE_CLOSING_H

#include "initscope/factors.h"
#include "initscope/list.h"
#include "part.h"

/* A page that proves something. */
typedef struct ins_proof {
    size_t sheet;
    const char *text; /* plain: "Depth · Forward signal" */
} ins_proof;

typedef struct ins_closing {
    ins_flow *flow;
    const ins_experiment *experiment;
    size_t count;
    const ins_study_factors *factors; /* (count) */
    const ins_part *chapter;          /* the flow's part while text is set */
    bool said;                        /* something, in answer to the present question */
    ins_list proofs;                  /* ins_proof, of the present question */
} ins_closing;

/* Where an arm is. */
typedef struct ins_spot {
    size_t experiment, arm; /* SIZE_MAX: nowhere */
} ins_spot;

extern const ins_spot ins_nowhere;

/* closing_why.c, closing_start.c, closing_choice.c: rows of the table of questions. */
void ins_answer_why(ins_closing *closing);
void ins_answer_faults(ins_closing *closing);
void ins_answer_variance(ins_closing *closing);
void ins_answer_zeros(ins_closing *closing);
void ins_answer_scale(ins_closing *closing);
void ins_answer_glorot(ins_closing *closing);
void ins_answer_he(ins_closing *closing);
void ins_answer_comparison(ins_closing *closing);
void ins_answer_choice(ins_closing *closing);

/* Sets a paragraph, or a table, of the answer. */
void ins_closing_say(ins_closing *closing, const char *markup);
void ins_closing_table(ins_closing *closing, const ins_table_layout *table);

/* Cites the page of that name of an experiment, or, where it has none, its first. */
void ins_closing_cite(ins_closing *closing, size_t experiment, const char *page);

/* Names for sentences: an arm, "he_normal (relu)", and an experiment, “Depth”. */
const char *ins_closing_arm(ins_closing *closing, size_t experiment, size_t arm);
const char *ins_closing_title(ins_closing *closing, size_t experiment);

/* Its analysis; "he_normal in “Depth”"; its mean test accuracy in percent. */
const ins_arm_analysis *ins_closing_at(const ins_closing *closing, ins_spot spot);
const char *ins_closing_spot(ins_closing *closing, ins_spot spot);
const char *ins_closing_accuracy(ins_closing *closing, ins_spot spot);

/* True when two arms differ in nothing but the initializer. */
bool ins_closing_same_setting(const ins_closing *closing, size_t experiment, size_t a, size_t b);

bool ins_closing_has(const ins_closing *closing, size_t experiment, size_t arm,
                     ins_verdict verdict);

/* True when both gains at epoch 0 are known and within the bounds of the thresholds. */
bool ins_closing_keeps(const ins_arm_analysis *arm);

/* closing_chapter.c: the chapter, with its line in the contents. */
void ins_draw_closing(ins_flow *flow, const ins_experiment *experiments, size_t count);

#endif
