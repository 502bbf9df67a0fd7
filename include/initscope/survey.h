/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A table column by column, as `initscope data` shows it: what is there, what becomes of it, and
 * how the table would have to be read. */
#ifndef INITSCOPE_SURVEY_H
#define INITSCOPE_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/arrays.h"
#include "initscope/dataset.h"

typedef struct ins_survey_column {
    const char *name, *type;
    size_t missing, different;                /* cells; values, SIZE_MAX: not counted */
    double mean, deviation, minimum, maximum; /* of numbers; NAN: there are none */
    const char *becomes;                      /* "feature", "3 columns", "label", ... */
} ins_survey_column;

typedef struct ins_survey {
    size_t rows, columns; /* columns 0: the file could not be read at all */
    ins_survey_column *column;
    ins_reading remedied; /* the reading, and the options that help */
    bool readable;        /* with them */
    ins_dataset dataset;  /* so read, if readable */
    ins_arena *arena;
} ins_survey;

/* The problems of reading the table as asked are added to error; INS_OK: there are none. The survey
 * is to be freed in any case. */
ins_status ins_survey_make(const ins_reading *reading, ins_survey *survey, ins_error *error);

/* The same of arrays, whose numbers go to the survey's data set. */
ins_status ins_survey_of_arrays(ins_arrays *arrays, const ins_reading *reading, ins_survey *survey,
                                ins_error *error);
void ins_survey_free(ins_survey *survey);

#endif
