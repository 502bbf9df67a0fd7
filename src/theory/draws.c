/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Strata of the normal law. */
#include <config.h>

#include "draws.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "initscope/memory.h"

static const char what[] = "draws of the theory";

ins_draws *ins_draws_new(size_t count, uint32_t seed)
{
    ins_draws *draws = ins_allocate(1, sizeof *draws, what);
    draws->count = count;
    draws->normal = ins_reserve(count, sizeof *draws->normal, what);
    draws->order = ins_reserve(count, sizeof *draws->order, what);
    draws->rng = ins_check_memory(gsl_rng_alloc(gsl_rng_mt19937), "random numbers");
    gsl_rng_set(draws->rng, seed);
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        const double z = gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / (double)count);
        draws->normal[i] = z;
        draws->order[i] = i;
        square += z * z;
    }
    const double scale = 1 / sqrt(square / (double)count);
    for (size_t i = 0; i < count; i++) draws->normal[i] *= scale;
    return draws;
}

void ins_draws_free(ins_draws *draws)
{
    if (draws == NULL) return;
    gsl_rng_free(draws->rng);
    free(draws->order);
    free(draws->normal);
    free(draws);
}

void ins_draws_take(ins_draws *draws, double *z)
{
    gsl_ran_shuffle(draws->rng, draws->order, draws->count, sizeof *draws->order);
    for (size_t i = 0; i < draws->count; i++) z[i] = draws->normal[draws->order[i]];
}
