/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The second moments of a map or a sequence: what the positions of one row, and of two different
 * rows, have to do with each other. Means over channels and over initializations. */
#ifndef INITSCOPE_FIELD_H
#define INITSCOPE_FIELD_H

#include <stddef.h>

#include "initscope/real.h"

typedef struct ins_field {
    size_t positions;
    double *same;   /* (positions, positions) E[x[n,p] x[n,p']], symmetric */
    double *other;  /* (positions, positions) E[x[n,p] x[m,p']] of rows n and m, symmetric */
    double *mean;   /* (positions) E[x[n,p]] */
    double lengths; /* of what is measured: the part of E[x^2] that is left of the difference of two
                       rows when they point the same way at all positions */
} ins_field;

/* More positions are not predicted: their pairs would take too long. */
enum { INS_FIELD_POSITIONS = 1024 };

/* All zeros. */
ins_field *ins_field_new(size_t positions);
ins_field *ins_field_reserve(size_t positions); /* the same, with whatever is in the memory */
ins_field *ins_field_copy(const ins_field *field);
void ins_field_free(ins_field *field); /* NULL is fine */

/* Of positions that have nothing to do with each other. Two rows have the correlation 1 - apart at
 * the same position. */
ins_field *ins_field_white(size_t positions, double square, double apart);

/* Of x (rows, positions, channels). A single row is no two. mean is the root mean square of what
 * the channels of a position have for their mean; the length of a row the mean over positions of
 * root mean squares, of which single large numbers are not much. */
ins_field *ins_field_measure(const real *x, size_t rows, size_t positions, size_t channels);

/* How often two positions have the same token, in one row and in two: tokens (rows, positions) are
 * numbers. With vectors of independent elements this, times their variance, is the field of what is
 * looked up. A single row is no two. */
ins_field *ins_field_of_tokens(const real *tokens, size_t rows, size_t positions);

/* Made to have this second moment. Where apart is not that of its rows, what two of them have in
 * common becomes 1 - apart of what one has with itself. */
void ins_field_fit(ins_field *field, double square, double apart);

#endif
