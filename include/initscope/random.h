/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams on GSL's mt19937, and numpy's legacy algorithms on it. */
#ifndef INITSCOPE_RANDOM_H
#define INITSCOPE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <gsl/gsl_rng.h>

typedef enum ins_purpose {
    INS_FOR_WEIGHTS,
    INS_FOR_BIASES,
    INS_FOR_ORDER, /* of the minibatches; layer 0 */
    INS_FOR_DROPOUT,
    INS_FOR_RESAMPLES, /* of a bootstrap; layer 0 */
    INS_FOR_DATA,      /* of generated rows; layer 0 */
    INS_FOR_SCALES     /* of norms, by their index among all layers */
} ins_purpose;

/* Seeds rng as numpy's RandomState(seed) does (GSL alone turns seed 0 into 4357). */
void ins_random_seed(gsl_rng *rng, uint32_t seed);

/* Starts the stream of (seed, purpose, layer). For one seed all streams differ: the key is a
 * bijection of (purpose, layer) into 32 bits. purpose < 16, layer < 2^28. */
void ins_random_stream(gsl_rng *rng, uint32_t seed, ins_purpose purpose, size_t layer);

/* Uniform in the open interval (0, 1), 53 bits, two draws: no libm, hence the same on every
 * machine. */
double ins_random_uniform(gsl_rng *rng);

/* Standard normal by inversion, and the same truncated at 2 standard deviations (not rescaled):
 * each takes exactly one ins_random_uniform, so that distributions of one stream are paired element
 * by element. */
double ins_random_normal(gsl_rng *rng);
double ins_random_truncated_normal(gsl_rng *rng);

/* Uniform in [0, maximum] and Fisher-Yates, as numpy's RandomState.permutation. */
uint64_t ins_random_interval(gsl_rng *rng, uint64_t maximum);
void ins_random_shuffle(gsl_rng *rng, size_t *items, size_t count);

#endif
