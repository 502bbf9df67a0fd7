/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights A of a softmax over T independent logits N(0, v): what attention begins with. */
#ifndef INITSCOPE_SOFTMAX_WEIGHTS_H
#define INITSCOPE_SOFTMAX_WEIGHTS_H

#include <stddef.h>

typedef struct ins_softmax_weights {
    double square;  /* A2 = E[sum_j A_j^2], in [1/T, 1]; exp(v) / T for small v and large T */
    double slope;   /* G = E[sum_j (A_j (t_j - sum_k A_k t_k))^2] of independent t of variance 1 =
                       E[A2 - 2 A3 + A2^2]: what goes back to the logits */
    double entropy; /* E[-sum_j A_j ln A_j] in nats, in [0, ln T] */
} ins_softmax_weights;

/* Of T = first .. last, out (last - first + 1), by quadrature to 1e-9 for every v. All NAN when v
 * is negative or not finite. 1 <= first <= last. */
void ins_softmax_weigh(double variance, size_t first, size_t last, ins_softmax_weights *out);

#endif
