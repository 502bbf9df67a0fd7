/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of arrays as data: NumPy's .npz and .npy, and IDX, of which MNIST is made. */
#ifndef INITSCOPE_DATA_ARRAY_FILES_H
#define INITSCOPE_DATA_ARRAY_FILES_H

#include <stdbool.h>

#include "initscope/error.h"

#include "initscope/arrays.h"
#include "initscope/reading.h"

/* Whether the regular file path holds arrays, by its content (unpacked, if it is a gzip file). What
 * is no regular file, or cannot be read, is none: nothing is taken from a pipe. */
bool ins_is_array_file(const char *path);

/* Reads
 * - an .npz file with x_train and y_train, and perhaps x_test and y_test; or x and y, in capitals
 *   or not; label_path is then NULL;
 * - or an .npy or IDX file, packed by gzip or not, of inputs, and another one, label_path, of
 * labels. The first dimension are rows; what is left of the others are features, or numbers of y. y
 * of integers or truth values, one a row, are classes. INS_DATA: a file or member that is missing
 * or is no such array, rows that do not agree, elements that are not finite. The caller releases
 * *arrays with ins_arrays_free. */
ins_status ins_array_files_read(const char *path, const char *label_path, ins_arrays *arrays,
                                ins_error *error);

/* The same of a reading, whose label is the file of the labels, none, or the inputs themselves:
 * then the labels of an .npz file are read too. *without is the reading without that file. */
ins_status ins_array_files_take(const ins_reading *reading, ins_arrays *arrays,
                                ins_reading *without, ins_error *error);

#endif
