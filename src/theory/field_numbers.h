/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a field is on average. */
#ifndef INITSCOPE_FIELD_NUMBERS_H
#define INITSCOPE_FIELD_NUMBERS_H

#include "initscope/field.h"

/* Means over positions, and over pairs of positions, those of one with itself included. */
typedef struct ins_numbers {
    double square;       /* E[x[n,p]^2] */
    double pairs;        /* E[x[n,p] x[n,p']] */
    double other_square; /* E[x[n,p] x[m,p]] */
    double other_pairs;  /* E[x[n,p] x[m,p']] */
    double mean;
} ins_numbers;

ins_numbers ins_field_numbers(const ins_field *field);

#endif
