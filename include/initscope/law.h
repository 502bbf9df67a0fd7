/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws of independent elements: what they promise, and draws from them. */
#ifndef INITSCOPE_LAW_H
#define INITSCOPE_LAW_H

#include <stddef.h>

#include <gsl/gsl_rng.h>

#include "initscope/real.h"

/* The law of one element. Every element takes one ins_random_uniform in row-major order (a constant
 * takes none), so that for one stream all laws are the same numbers, transformed. */
typedef enum ins_law_kind {
    INS_LAW_CONSTANT,
    INS_LAW_UNIFORM,  /* centre +- spread */
    INS_LAW_NORMAL,   /* spread is the standard deviation */
    INS_LAW_TRUNCATED /* the same, cut off at 2 spread: its standard deviation is smaller */
} ins_law_kind;

typedef struct ins_law {
    ins_law_kind kind;
    double centre, spread;
} ins_law;

/* The standard deviation of a standard normal truncated at 2, which Keras and JAX divide by. */
#define INS_TRUNCATED_DEVIATION 0.87962566103423978

double ins_law_mean(ins_law law);
double ins_law_variance(ins_law law);
double ins_law_kurtosis(ins_law law);
void ins_law_fill(ins_law law, size_t count, gsl_rng *rng, real *w);

#endif
