/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of the host, of any type and layout, as matrices of double. */
#ifndef INITSCOPE_LIB_HOST_ARRAY_H
#define INITSCOPE_LIB_HOST_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope.h"
#include "initscope/error.h"

typedef struct ins_matrix {
    double *x; /* (units, length) by rows, else (length, units); to be freed */
    size_t units, length;
    bool narrow; /* float holds every element */
} ins_matrix;

/* INS_USAGE when the array is none. */
ins_status ins_matrix_of(const initscope_array *array, bool by_rows, ins_matrix *matrix,
                         ins_error *error);

/* Divides by a power of two where fourth powers of the largest element would leave the range of
 * double, and returns its exponent; 0, and nothing changed, elsewhere. */
int ins_matrix_scale(ins_matrix *matrix);

#endif
