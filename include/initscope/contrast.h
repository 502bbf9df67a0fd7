/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of arms over the seeds that they share: pairs, and the set of the best. No p value is
 * invented where there is no spread to test against. */
#ifndef INITSCOPE_CONTRAST_H
#define INITSCOPE_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/inference.h"

/* How a family of comparisons is judged. */
typedef struct ins_family {
    double alpha;        /* of the whole family, in (0, 1), usually 0.05; intervals are 1 - alpha */
    size_t fewest_seeds; /* below, there is a mean and an interval but no p; 2 at least is asked */
    double resolution;   /* differences that lie no further apart are the same: half a test row for
                            shares that may have been written with few digits; 0: as near as
                            rounding to nine digits */
} ins_family;

/* The difference of two arms, first - second, over the n seeds where both have a value.
 *
 * p is the two-sided one of the paired t test. Differences that are all the same have no spread to
 * test against: there is no interval (NAN), and p is that of the exact sign test, 2^(1 - n); when
 * they are all 0, p is NAN. p is NAN also below fewest_seeds, and p_holm where p is. */
typedef struct ins_contrast {
    ins_interval difference;
    bool alike;      /* the differences have no spread */
    double p;        /* by itself */
    double p_holm;   /* corrected for its family by ins_holm */
    bool told_apart; /* p_holm < alpha */
} ins_contrast;

/* One contrast, a family of its own. a, b (seeds); not finite: no value. */
ins_contrast ins_contrast_of(const double *a, const double *b, size_t seeds, ins_family family);

/* Contrasts that were each a family of their own become one of count. */
void ins_contrasts_correct(ins_contrast *contrast, size_t count, ins_family family);

/* All pairs of arms as one family: contrast[a * (a - 1) / 2 + b] is a - b, for b < a. value (arms,
 * seeds), not finite: no value; contrast (arms * (arms - 1) / 2). An arm compared with its equal
 * counts in the family; one that has too few seeds does not. */
void ins_contrast_pairs(const double *value, size_t arms, size_t seeds, ins_family family,
                        ins_contrast *contrast);

/* How an arm stands to the best. */
typedef struct ins_standing {
    bool among_best;    /* it is the best, or takes part and is not told apart from it */
    ins_contrast below; /* best - arm; difference.n = 0 and the rest NAN for the best itself and for
                           an arm that takes no part */
} ins_standing;

/* The best arm, which has the highest mean of its values (the first of equals), and who is not told
 * apart from it: a family of the comparisons with the best. value (arms, seeds), not finite: no
 * value; excluded (arms), or NULL: none is; standing (arms). An arm that is excluded or has no
 * value takes no part. Returns arms when none takes part. */
size_t ins_contrast_with_best(const double *value, const bool *excluded, size_t arms, size_t seeds,
                              ins_family family, ins_standing *standing);

#endif
