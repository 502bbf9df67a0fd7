/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as they come from files of arrays and from generators: no names, no texts, nothing
 * missing. */
#ifndef INITSCOPE_ARRAYS_H
#define INITSCOPE_ARRAYS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ins_arrays {
    size_t rows, features;
    size_t targets;   /* numbers of y of a row, >= 1 */
    size_t test_rows; /* the last ones are a test set of their own; 0: there is none */
    double *x;        /* (rows, features) */
    double *y;        /* (rows, targets) */
    bool classes;     /* y, one number a row, is the number of a class: the source says so */
} ins_arrays;

void ins_arrays_free(ins_arrays *arrays);

#endif
