/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Closed forms at finite width. */
#include <config.h>

#include "finite_width.h"

#include <math.h>

#include "initscope/activation.h"
#include "initscope/outline.h"

double ins_width_spread(const ins_choice *activation, const size_t *units, size_t count)
{
    if (!ins_outline_of(activation).homogeneous) return NAN;

    /* E[phi^2] = (l^2 + r^2)/2 and E[phi^4] = 3 (l^4 + r^4)/2 with the slopes l and r. */
    const ins_activation *row = (const ins_activation *)activation->entry;
    double left = pow(row->value(-1, activation->value), 2);
    double right = pow(row->value(1, activation->value), 2);
    double excess = 6 * (left * left + right * right) / pow(left + right, 2) - 1;
    double spread = 1;
    for (size_t l = 0; l < count; l++) spread *= 1 + excess / (double)units[l];
    return spread;
}
