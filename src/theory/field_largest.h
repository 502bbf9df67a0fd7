/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest of each window of a Gaussian field. */
#ifndef INITSCOPE_FIELD_LARGEST_H
#define INITSCOPE_FIELD_LARGEST_H

#include "field_windows.h"

/* Two rows of different lengths have less in common than their directions: of all variances the
 * part shorter is that of rows of the mean length. Of an activation of the largest; NULL: itself.
 * slope_square (outputs): E[phi'^2] there. The variables of a window are taken for equally
 * correlated, by the mean correlation of its pairs; so are those of two windows, and what the first
 * have in common the second share, or less. */
ins_field *ins_field_largest(const ins_field *z, const ins_windows *w, const ins_choice *activation,
                             double shorter, double *slope_square);

#endif
