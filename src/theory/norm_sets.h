/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Norms of finite sets of numbers. */
#ifndef INITSCOPE_NORM_SETS_H
#define INITSCOPE_NORM_SETS_H

#include <stdbool.h>

/* E[dx^2] / E[dy^2] of y = (x - m) / sqrt(v + eps), m and v the mean and variance of a set of count
 * independent Gaussian numbers x of this variance, dy independent of them; not centred: m = 0, and
 * v the mean square. Without eps (count - 2) / (count - 3) / variance, and (count - 1) / (count -
 * 2) / variance: sets of 3, and of 2, have no such mean. */
double ins_norm_back(bool centred, double count, double variance, double eps);

#endif
