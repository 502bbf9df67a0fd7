/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the mean-field module share: the table over q, and a root in it. */
#ifndef INITSCOPE_THEORY_MEAN_FIELD_INTERNAL_H
#define INITSCOPE_THEORY_MEAN_FIELD_INTERNAL_H

#include <gsl/gsl_math.h>

#include "initscope/gaussian.h"
#include "initscope/mean_field.h"
#include "initscope/outline.h"

enum { INS_GRID_PER_DECADE = 24, INS_GRID_DECADES = 18 };
enum { INS_GRID = INS_GRID_PER_DECADE * INS_GRID_DECADES + 2 };

struct ins_mean_field {
    const ins_choice *activation;
    ins_outline outline;
    double q[INS_GRID]; /* 0, then logarithmic */
    ins_expectation at[INS_GRID];
};

/* The root of a function that changes sign between lower and upper, to rounding. */
double ins_root(gsl_function *function, double lower, double upper);

#endif
