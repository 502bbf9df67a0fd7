/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Better than chance? One-sided tests of one run, and how many rows such a test needs. */
#ifndef INITSCOPE_CHANCE_H
#define INITSCOPE_CHANCE_H

#include <stddef.h>

/* P(X >= k) of X ~ binomial(n, chance): how likely chance alone has k or more of n rows right.
 * 1 for k = 0, 0 for k > n. n up to 10^6 (GSL's continued fraction ends there: NAN is possible
 * beyond). NAN when chance is not in [0, 1]. */
double ins_binomial_at_least(size_t k, size_t n, double chance);

/* The smallest k with P(X >= k) < alpha. n + 1 when n rows cannot decide: even all of them right
 * would not be enough. alpha in (0, 1); chance as above, n + 1 when it is NAN. */
size_t ins_rows_needed_right(size_t n, double chance, double alpha);

/* The smallest n that can decide: chance^n < alpha. SIZE_MAX when no number can (chance is 1, or
 * not in [0, 1]), and for more than 10^15. */
size_t ins_rows_to_decide(double chance, double alpha);

/* One-sided p value of a Pearson correlation r > 0 over n rows: Student's t with n - 2 degrees of
 * freedom. r at 1 or, by rounding, beyond: 0; at -1: 1. n < 3 or r is NAN: NAN. */
double ins_correlation_p(double r, size_t n);

#endif
