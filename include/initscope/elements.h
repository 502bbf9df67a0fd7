/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of numbers with a shape, as NumPy's .npy files and IDX files hold them. */
#ifndef INITSCOPE_ELEMENTS_H
#define INITSCOPE_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/error.h"
#include "initscope/stream.h"

enum { INS_ARRAY_DIMENSIONS = 8, INS_ARRAY_MAGIC = 8 };

/* {0} is no array. */
typedef struct ins_array {
    size_t dimensions; /* 0: a single number */
    size_t shape[INS_ARRAY_DIMENSIONS];
    size_t count; /* product of the shape */
    bool whole;   /* integers or truth values, as the file says */
    double *x;    /* (count) in C order; integers beyond 2^53 are rounded */
} ins_array;

void ins_array_free(ins_array *array);

/* Whether a file that begins with these bytes, INS_ARRAY_MAGIC if there are as many, is one. */
bool ins_is_npy(const char *bytes, size_t length);
bool ins_is_idx(const char *bytes, size_t length);

/* Reads an array of integers, truth values or floating-point numbers of 16 to 64 bits in either
 * byte order; .npy in C or Fortran order. INS_DATA, and the array as it was: another file, elements
 * that are no numbers, fewer or more elements than the header promises, more than memory holds.
 * What is read is bounded by the header's promise, which is compared with the size of the source,
 * where that is known, before memory is taken; else memory grows with what there is. */
ins_status ins_npy_read_array(const ins_byte_source *source, ins_array *array, ins_error *error);

/* IDX is 0 0 TYPE DIMENSIONS, the sizes in 4 bytes each, and the elements in C order, all of it
 * big-endian: yann.lecun.com/exdb/mnist. */
ins_status ins_idx_read_array(const ins_byte_source *source, ins_array *array, ins_error *error);

#endif
