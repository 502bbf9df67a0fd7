/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Normal variables without their noise: the strata of the normal law, once each, in another order
 * each time. Their mean is 0 and their variance 1 exactly, and they are always the same for a
 * seed. */
#ifndef INITSCOPE_DRAWS_H
#define INITSCOPE_DRAWS_H

#include <stddef.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

typedef struct ins_draws {
    size_t count;
    double *normal; /* (count) one of each stratum, in increasing order */
    size_t *order;  /* (count) of the last draw */
    gsl_rng *rng;
} ins_draws;

ins_draws *ins_draws_new(size_t count, uint32_t seed);
void ins_draws_free(ins_draws *draws); /* NULL is fine */

/* The next ones, z (count). */
void ins_draws_take(ins_draws *draws, double *z);

#endif
