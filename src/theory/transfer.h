/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a function of each position does to a field of Gaussian variables. */
#ifndef INITSCOPE_TRANSFER_H
#define INITSCOPE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/entry.h"
#include "initscope/field.h"

enum { INS_TRANSFER_TERMS = 64 };

/* A function f_p of a standard normal variable at each position p. Of two with the correlation c,
 * E[f_p f_p'] = the sum over k of coefficient[k,p] coefficient[k,p'] c^k (Mehler), and what the
 * terms lack is taken for one more power. */
typedef struct ins_transfer {
    size_t positions, terms;
    double *scale;        /* (positions) by which a covariance is divided to become c */
    double *mean;         /* (positions) E f */
    double *square;       /* (positions) E f^2 */
    double *slope_square; /* (positions) of the activation */
    double *coefficient;  /* (INS_TRANSFER_TERMS, positions) */
    double *rest;         /* (positions) root of what the squares of the terms lack of E f^2 */
    bool bent;            /* instead: f(u) = left u + bend max(u, 0), in closed form */
    double left, bend;
    bool stepped; /* instead: the slope of that, left + bend [u > 0] */
} ins_transfer;

/* All zeros but for the memory. */
ins_transfer *ins_transfer_new(size_t positions);
void ins_transfer_free(ins_transfer *transfer);

/* The terms from coefficient and square. */
void ins_transfer_finish(ins_transfer *transfer);

/* An activation at factor times the variances of a field. */
ins_transfer *ins_transfer_of(const ins_choice *activation, const ins_field *field, double factor);

/* Of variables with this field, whose means play no part; between the positions of one row, and of
 * two rows. */
ins_field *ins_transfer_apply(const ins_transfer *same, const ins_transfer *other,
                              const ins_field *field);

/* One row of the same, for what makes its covariances as it goes: row (positions), of which those
 * from p on are read, and the products with them, out. */
void ins_transfer_row(const ins_transfer *transfer, size_t p, const double *row, double *out);

/* The slopes phi' of an activation instead of its values. */
ins_transfer *ins_transfer_of_slopes(const ins_transfer *values);

#endif
