/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals of shares by resampling: they never leave what was seen, where a t interval leaves
 * [0, 1]. */
#ifndef INITSCOPE_BOOTSTRAP_H
#define INITSCOPE_BOOTSTRAP_H

#include <stddef.h>

#include "initscope/inference.h"

/* The mean of n values, such as the share of right rows of n seeds, with its bias-corrected
 * accelerated bootstrap interval (BCa; Efron 1987, "Better bootstrap confidence intervals", JASA
 * 82:171) of 10 000 resamples from a random stream of its own. The same values give the same bits,
 * in whatever order they come. lower and upper lie within [min x, max x]; they are NAN, there is no
 * interval, when n < 5, when the values have no spread (then all n are alike, which is a sentence
 * of its own), and when level is not in (0, 1). n = 0: the mean is NAN as well. Values that are not
 * finite must be left out by the caller. Few values show little of their tails: of shares from a
 * beta law an interval of 95 % covered the true mean in 84 % of the trials with 5 values, 91 % with
 * 10, 93 % with 20. */
ins_interval ins_interval_of_share(const double *x, size_t n, double level);

/* The same of given means of resamples, which are reordered. x (n), ascending; resampled
 * (resamples). No interval also when all of them lie on one side of the mean. */
ins_interval ins_interval_of_resamples(const double *x, size_t n, double level, double *resampled,
                                       size_t resamples);

#endif
