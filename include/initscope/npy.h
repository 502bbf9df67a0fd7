/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* NumPy's .npy files of one array: written as float32 in C order, read from float32 or float64
 * in either order. Format: numpy.lib.format, versions 1.0 to 3.0. */
#ifndef INITSCOPE_NPY_H
#define INITSCOPE_NPY_H

#include <stddef.h>

#include "initscope/error.h"
#include "initscope/real.h"

/* Writes x, of this shape (dimensions), to path. Whole or not at all. INS_OUTPUT on failure. */
ins_status ins_npy_write(const char *path, const real *x, const size_t *shape, size_t dimensions,
                         ins_error *error);

/* Reads an array of exactly that shape into x. INS_DATA when the file cannot be read, is cut short
 * or longer than its shape, or has another shape or element type; the message names the file, what
 * was expected and what was found. Values that overflow float32 become infinite. */
ins_status ins_npy_read(const char *path, const size_t *shape, size_t dimensions, real *x,
                        ins_error *error);

#endif
