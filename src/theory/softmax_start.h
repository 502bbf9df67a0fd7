/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Softmax and cross-entropy at initialization: what to expect of C logits that are independent
 * N(0, v) and do not know the label. */
#ifndef INITSCOPE_SOFTMAX_START_H
#define INITSCOPE_SOFTMAX_START_H

#include <stddef.h>

/* With y = one-hot label, every class as likely: E|p - y|^2 = 1 - 2/C + E[sum p^2]. The quadrature
 * is exact for every v and C; for small v cross_entropy = ln C + (v/2)(1 - 1/C) + O(v^2) and
 * probability_square = 1/C + (v/C)(1 - 1/C) + O(v^2). */
typedef struct ins_softmax_start {
    double cross_entropy;      /* E[-ln p_y], in nats */
    double probability_square; /* E[sum over classes of p^2] */
    double delta_square;       /* E[(p - y)^2], mean over the classes */
} ins_softmax_start;

/* classes >= 1. All NAN when v is negative or not finite. */
ins_softmax_start ins_softmax_expect(double variance, size_t classes);

#endif
