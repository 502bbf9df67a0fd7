/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of random numbers on GSL's mt19937, and numpy's legacy algorithms on top of it. */
#include <config.h>

#include "initscope/random.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* Phi(-2): the mass that truncation at two standard deviations cuts off on each side. */
static const double lower_mass = 0.022750131948179207;

/* One draw per statement: the order of evaluation of two calls in one expression is free. */
static uint32_t draw(gsl_rng *rng)
{
    return (uint32_t)gsl_rng_get(rng);
}

/* The finalizer of MurmurHash3 (Appleby): a bijection of the 32-bit integers. */
static uint32_t mix(uint32_t key)
{
    key ^= key >> 16;
    key *= 0x85ebca6bU;
    key ^= key >> 13;
    key *= 0xc2b2ae35U;
    key ^= key >> 16;
    return key;
}

void ins_random_seed(gsl_rng *rng, uint32_t seed)
{
    gsl_rng_set(rng, seed);
    if (seed != 0) return;
    /* GSL replaces seed 0 by 4357: the words that mt19937's state begins with are made again as by
     * gsl_rng_set, of seed 0. */
    enum { WORDS = 624 };
    unsigned long *word = gsl_rng_state(rng);
    word[0] = 0;
    for (unsigned long i = 1; i < WORDS; i++)
        word[i] = (1812433253UL * (word[i - 1] ^ word[i - 1] >> 30) + i) & 0xffffffffUL;
}

void ins_random_stream(gsl_rng *rng, uint32_t seed, ins_purpose purpose, size_t layer)
{
    const uint32_t key = ((uint32_t)purpose << 28) | (uint32_t)layer;
    /* The constant keeps seed 0 from being the fixed point 0 of mix. */
    ins_random_seed(rng, mix(mix(key) ^ mix(seed + 0x9e3779b9U)));
}

double ins_random_uniform(gsl_rng *rng)
{
    const uint32_t high = draw(rng) >> 5;
    const uint32_t low = draw(rng) >> 6;
    const double bits = high * 67108864.0 + low;
    return (bits > 0 ? bits : 0.5) / 9007199254740992.0;
}

double ins_random_normal(gsl_rng *rng)
{
    return gsl_cdf_ugaussian_Pinv(ins_random_uniform(rng));
}

double ins_random_truncated_normal(gsl_rng *rng)
{
    const double u = ins_random_uniform(rng);
    const double x = gsl_cdf_ugaussian_Pinv(lower_mass + (1 - 2 * lower_mass) * u);
    return fmin(2, fmax(-2, x)); /* the inversion may miss the bound by a rounding */
}

uint64_t ins_random_interval(gsl_rng *rng, uint64_t maximum)
{
    uint64_t mask = maximum, value;
    if (maximum == 0) return 0;
    for (unsigned shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    do {
        value = draw(rng);
        if (maximum > UINT32_MAX) value = value << 32 | draw(rng);
        value &= mask;
    } while (value > maximum);
    return value;
}

void ins_random_shuffle(gsl_rng *rng, size_t *items, size_t count)
{
    for (size_t i = count; i-- > 1;) {
        const size_t j = (size_t)ins_random_interval(rng, i);
        const size_t item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}
