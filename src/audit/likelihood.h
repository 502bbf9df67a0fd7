/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How likely a law made a sample, as it is drawn or after training has moved it. */
#ifndef INITSCOPE_AUDIT_LIKELIHOOD_H
#define INITSCOPE_AUDIT_LIKELIHOOD_H

#include "initscope/law.h"

#include "kernel.h"

/* Elements of a tensor that stand for all. */
typedef struct ins_sample {
    size_t count;      /* of sizes */
    double *size;      /* |x|, in increasing order: what laws around 0 are compared on */
    double square_sum; /* of them */
    size_t thinned;    /* every so many of them make a rougher sample */
    size_t tested;     /* of value */
    double *value;     /* x, in increasing order: what a law is tested on */
    double largest;    /* |x| of all elements of the tensor */
    double total;      /* how many they are */
    int digits;        /* binary digits that elements have: 8 of bfloat16, 11 of float16, ... */
} ins_sample;

/* Of the units that are marked, count of them. Release with ins_sample_free(). */
ins_sample ins_sample_of(const ins_view *view, const bool *taken, size_t count, double largest);
void ins_sample_free(ins_sample *sample);

/* x rounded to so many binary digits. */
double ins_round_digits(double x, int digits);

/* Natural log-likelihood of the sample by a law around 0 after noise of so many of its standard
 * deviations was added; -INFINITY where it cannot be. step > 1: by every step-th element, scaled
 * up.
 */
double ins_log_likelihood(ins_law law, double noise, const ins_sample *sample, size_t step);

/* Distance of Kolmogorov and Smirnov, to about 0.01, between the sample and the law after noise. */
double ins_moved_distance(ins_law law, double noise, const ins_sample *sample);

/* p of Kolmogorov and Smirnov that the law, rounded as the elements are, made the sample. */
double ins_fit_p(ins_law law, const ins_sample *sample);

#endif
