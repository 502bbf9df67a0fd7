/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers by which the judgement decides, and sentences and figures with it: each stands once.
 */
#ifndef INITSCOPE_THRESHOLDS_H
#define INITSCOPE_THRESHOLDS_H

#include "initscope/score.h"

typedef enum ins_threshold {
    INS_THRESHOLD_CONFIDENCE,
    INS_THRESHOLD_VANISHING,
    INS_THRESHOLD_FADING,
    INS_THRESHOLD_GROWING,
    INS_THRESHOLD_EXPLODING,
    INS_THRESHOLD_STRAIGHT,
    INS_THRESHOLD_SIZE_APART,
    INS_THRESHOLD_OWN_RANK,
    INS_THRESHOLD_OWN_RANK_R2,
    INS_THRESHOLD_ALIKE,
    INS_THRESHOLD_INPUTS_ALIKE,
    INS_THRESHOLD_ONE_FUNCTION,
    INS_THRESHOLD_OFF_CENTRE,
    INS_THRESHOLD_STANDARD_ERRORS,
    INS_THRESHOLD_SATURATED,
    INS_THRESHOLD_DEAD,
    INS_THRESHOLD_NOT_MOVING,
    INS_THRESHOLD_LEARNED_P,
    INS_THRESHOLD_BARELY,
    INS_THRESHOLD_BARELY_R2,
    INS_THRESHOLD_TARGET,
    INS_THRESHOLD_SIGNIFICANT,
    INS_THRESHOLD_SEEDS_FOR_INTERVAL,
    INS_THRESHOLD_SEEDS_TO_TELL,
    INS_THRESHOLD_PAIRED,
    INS_THRESHOLD_CONFIDENTLY_WRONG,
    INS_THRESHOLD_START_ABOVE,
    INS_THRESHOLD_CARRIES,
    INS_THRESHOLD_SCALES,
    INS_THRESHOLD_STREAM_GROWTH,
    INS_THRESHOLD_BEYOND_LINEAR,
    INS_THRESHOLD_NORM_FACTOR,
    INS_THRESHOLD_NORM_GROWTH,
    INS_THRESHOLD_BORDER,
    INS_THRESHOLD_BORDER_KEPT,
    INS_THRESHOLD_NORM_EPS,
    INS_THRESHOLD_MOVING_AVERAGE,
    INS_THRESHOLD_NORM_ROWS,
    INS_THRESHOLD_FANS,
    INS_THRESHOLD_POOL,
    INS_THRESHOLD_MEMORY,
    INS_THRESHOLD_STEPS_GROWTH,
    INS_THRESHOLD_STATE_GROWTH,
    INS_THRESHOLD_TOKENS_ALIKE,
    INS_THRESHOLD_TOKEN_SHARE,
    INS_THRESHOLD_PEAKED,
    INS_THRESHOLD_UNIFORM,
    INS_THRESHOLD_WARMUP,
    INS_THRESHOLDS
} ins_threshold;

/* Of which networks a verdict or a threshold speaks: a report on others leaves it out. */
typedef enum ins_subject {
    INS_OF_ALL,
    INS_OF_GRAPHS, /* no chain of dense layers */
    INS_OF_STEPS,  /* recurrent layers, with a log of their time steps */
    INS_OF_TOKENS, /* sequences with a log of their tokens */
    INS_SUBJECTS
} ins_subject;

typedef struct ins_threshold_row {
    const char *name; /* "vanishing" */
    double value;
    ins_wording meaning;
    ins_subject subject;
} ins_threshold_row;

extern const ins_threshold_row ins_threshold_table[INS_THRESHOLDS];

double ins_threshold_of(ins_threshold threshold);

#endif
