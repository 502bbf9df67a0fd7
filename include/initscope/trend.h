/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How one sequence goes with another. */
#ifndef INITSCOPE_TREND_H
#define INITSCOPE_TREND_H

#include <stddef.h>

/* Spearman's rank correlation of n pairs, in [-1, 1]; equal values share their mean rank
 * (gsl_stats_spearman). NAN when n < 3, when x or y is constant, and when one of them holds a NAN,
 * which has no rank. */
double ins_rank_correlation(const double *x, const double *y, size_t n);

/* Whether y is straight in x: the largest |y - line|, in the units of y, with the line of least
 * squares (gsl_fit_linear). NAN when n < 2, when x is constant, and when a value
 * is not finite. */
double ins_departure_from_line(const double *x, const double *y, size_t n);

#endif
