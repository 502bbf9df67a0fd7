/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs are judged by, and how it is said: the share of rows whose class is right, R^2 of
 * numbers, or a score of which the logs tell the name alone. */
#ifndef INITSCOPE_SCORE_H
#define INITSCOPE_SCORE_H

#include <stdbool.h>

#include "initscope/inference.h"
#include "initscope/memory.h"
#include "initscope/study.h"

typedef enum ins_score_kind {
    INS_SCORE_ACCURACY, /* in [0, 1], said in per cent */
    INS_SCORE_R2,       /* at most 1; 0 is the mean of the targets as an answer to all rows */
    INS_SCORE_OTHER     /* more is better; what it is worth to know nothing is not known */
} ins_score_kind;

/* Words of a kind, plain. */
typedef struct ins_score_words {
    const char *name;          /* "R²"; NULL: as the logs say */
    const char *slug;          /* in names of figures: "accuracy", "score" */
    const char *series;        /* in a figure's CSV: "accuracy", "R^2" */
    const char *one;           /* a value in general: "a share", "an R²" */
    const char *unit;          /* of a bare number: "per cent"; NULL: none */
    const char *steps;         /* that of differences: "percent points"; NULL: none */
    const char *perfect;       /* "100 %", "1"; of another score not known, as what follows */
    const char *constant;      /* the best constant answer: "chance" */
    const char *way;           /* from that one to a perfect one: "chance to 100 %" */
    const char *white;         /* where a map has no colour: "at chance" */
    const char *highest;       /* "most is right", "R² is highest" */
    const char *barely;        /* what barely learned is, thresholds by their names in braces */
    const char *constant_loss; /* the answer whose loss is ins_facts.constant_loss */
    const char *worse;         /* what a run is whose loss is above that one's */
    const char *outputs;       /* of the network: "class scores" */
} ins_score_words;

typedef struct ins_score {
    ins_score_kind kind;
    const ins_score_words *words;
    const char *name; /* "accuracy", "R²", or as the logs say; safe in markup and charts */
    const char *rows; /* it is measured on the "test" rows, or on the "training" rows */
    ins_column_id test, train; /* of epochs.csv */
} ins_score;

extern const ins_score_words ins_score_words_of[]; /* by kind */

/* By the keys score and loss of experiment.ini; without them by what epochs.csv has. */
ins_score ins_score_of(const ins_study *study);

/* "Test accuracy", "Training R²" */
const char *ins_say_score_title(ins_arena *arena, const ins_score *score);

/* "92.1 %", "0.921"; the same with its interval: "92.1 % [90.0, 93.9]". */
const char *ins_say_score(ins_arena *arena, const ins_score *score, double value);
const char *ins_say_score_interval(ins_arena *arena, const ins_score *score, ins_interval value);

/* Without a unit, where a title or a note says it: "92.1", "0.921"; and short, in a tile: "92",
 * "0.92". */
const char *ins_say_score_number(ins_arena *arena, const ins_score *score, double value);
const char *ins_say_score_short(ins_arena *arena, const ins_score *score, double value);

/* A difference of two: "17.5 points [13.1, 21.9]", "0.175 [0.131, 0.219]". */
const char *ins_say_score_difference(ins_arena *arena, const ins_score *score, ins_interval value);

/* "the share of test rows right", "R² on the test rows" */
const char *ins_say_score_measured(ins_arena *arena, const ins_score *score);

/* "90.0 % right", "R² 0.900"; "at most 90.0 % of the test rows are right on average". */
const char *ins_say_score_brief(ins_arena *arena, const ins_score *score, double value);
const char *ins_say_score_at_most(ins_arena *arena, const ins_score *score, double value);

/* "is right on", "has R²", before a value; and whole: "is right on 92.1 % [90.0, 93.9] of the test
 * rows", "has R² 0.921 [0.900, 0.939] on the test rows". */
const char *ins_say_score_has(ins_arena *arena, const ins_score *score);
const char *ins_say_score_reached(ins_arena *arena, const ins_score *score, ins_interval value);

/* What the best constant answer reaches: "chance is 33.3 %", "always answering the mean has
 * R² 0". */
const char *ins_say_score_constant(ins_arena *arena, const ins_score *score, double constant);

/* A text of which there may be two, for studies of classes (and of scores that are not known) and
 * for studies of numbers; "": none. */
typedef struct ins_wording {
    const char *classes;
    const char *numbers; /* NULL: the same */
} ins_wording;

/* What a document has to say that is about the one, the other or both; NULL: nothing. */
const char *ins_say_wording(ins_arena *arena, ins_wording wording, bool classes, bool numbers);

/* Standard deviation by which a score would move on as many other rows, and how that is said: "move
 * a share of 90.0 % by 1.7 points"; NULL: it is not known. Of a share it is the binomial one; of
 * R^2 2 R (1 - R^2) / sqrt(rows), of rows of a normal law (Olkin & Finn 1995, "Correlations redux",
 * Psychological Bulletin 118:155, for many rows). NAN: not known, or nothing would move. */
double ins_score_sampling(const ins_score *score, double value, double rows);
const char *ins_say_score_sampling(ins_arena *arena, const ins_score *score, double value,
                                   double rows);

#endif
