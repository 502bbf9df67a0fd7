/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A Gaussian process of many units, drawn one time after the other. */
#ifndef INITSCOPE_PROCESS_H
#define INITSCOPE_PROCESS_H

#include <stddef.h>

#include "draws.h"

typedef struct ins_process {
    size_t units, most, times; /* times: so far */
    double *factor;            /* (most, most) of Cholesky, lower */
    double *share;  /* (most) of each earlier time in the last one, then of what is new */
    double *common; /* (most) what the last draw had in common with each */
    double *x;      /* (most, units) */
} ins_process;

ins_process *ins_process_new(size_t units, size_t most);
void ins_process_free(ins_process *process); /* NULL is fine */

/* The next time, x + times * units: covariance (times + 1) with all times and itself. Where its
 * variance is that of what the times before say of it, nothing new is drawn. Of units that are four
 * times as many as times, the mean products are the covariances to rounding. */
const double *ins_process_draw(ins_process *process, const double *covariance, ins_draws *draws);

/* The same where the covariances are those of another process, which has just been drawn. */
const double *ins_process_draw_like(ins_process *process, const ins_process *other,
                                    ins_draws *draws);

/* The mean of a b over units. */
double ins_mean_product(const double *a, const double *b, size_t units);

#endif
