/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What varies in a run directory besides the initializer and the seed. */
#ifndef INITSCOPE_FACTORS_H
#define INITSCOPE_FACTORS_H

#include "initscope/study.h"

typedef struct ins_study_factor {
    ins_column_id column; /* of runs.csv: INS_RUNS_LEARNING_RATE; shapes of chains of dense layers
                             have INS_RUNS_HIDDEN, other networks INS_RUNS_NETWORK; INS_NO_COLUMN
                             for those of factors.csv */
    const char *name;     /* "learning rate" */
    const char *title;    /* under the columns of a grid: "hidden layers of 64 units" */
    const char *phrase;   /* printf format of a level beside others: "dropout %s" */
    const char *phrase_of_one; /* of the level "1"; NULL: the same */
    size_t levels;
    const char **level; /* (levels) numbers ascending, shapes by depth, the rest as they came */
    size_t *of;         /* (arms) the arm's level */
} ins_study_factor;

typedef struct ins_study_factors {
    size_t count;             /* of the factors that vary */
    ins_study_factor *factor; /* (count) */
    size_t initializers;
    const char **initializer; /* (initializers) in the order of the runs */
    size_t *initializer_of;   /* (arms) */
    size_t *setting_of;       /* (arms) alike for arms that have the same level of every factor, so
                                 that only the initializer may differ; from 0 in their order */
} ins_study_factors;

/* A factor varies when arms differ in it that agree in the factors before it: a learning rate that
 * goes with its optimizer does not. None is known without runs.csv. */
ins_study_factors ins_factors_of(const ins_study *study, ins_arena *arena);

/* A level beside others: "dropout 0.2", "tanh". */
const char *ins_factor_phrase(ins_arena *arena, const ins_study_factor *factor, size_t level);

#endif
