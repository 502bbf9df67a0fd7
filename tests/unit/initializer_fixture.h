/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the initializers share: one row's fill of one matrix. */
#ifndef INITIALIZER_FIXTURE_H
#define INITIALIZER_FIXTURE_H

#include <math.h>

#include "network_fixture.h"

static gsl_rng *rng;

static void initializer_setup(void)
{
    fixture_setup();
    rng = gsl_rng_alloc(gsl_rng_mt19937);
}

static void initializer_teardown(void)
{
    gsl_rng_free(rng);
    fixture_teardown();
}

static inline ins_tensor_place place_of(size_t units, size_t inputs)
{
    return (ins_tensor_place){.units = units,
                              .inputs = inputs,
                              .fan_in = (double)inputs,
                              .fan_out = (double)units,
                              .layer = 1,
                              .prescribed = 0.3};
}

static void fill(const ins_choice *choice, ins_tensor_place place, uint32_t seed, real *w)
{
    ins_error error = {0};

    ins_random_stream(rng, seed, INS_FOR_WEIGHTS, 1);
    ck_assert_int_eq(((const ins_initializer *)choice->entry)->fill(choice, place, rng, w, &error),
                     INS_OK);
}

/* Moments about the promised mean of many fills together; of the kurtosis also the standard error.
 */
typedef struct drawn {
    double count, mean, variance, kurtosis, kurtosis_error, largest;
} drawn;

static inline drawn draw(const ins_choice *choice, ins_tensor_place place, double centre)
{
    enum { FILLS = 200 };
    const size_t m = place.units * place.inputs;
    real *w = calloc(m, sizeof *w);
    double sum = 0, second = 0, fourth[FILLS] = {0}, square = 0;
    drawn d = {.count = (double)(FILLS * m)};

    for (uint32_t seed = 0; seed < FILLS; seed++) {
        fill(choice, place, seed, w);
        for (size_t i = 0; i < m; i++) {
            const double x = (double)w[i] - centre;
            sum += x;
            second += x * x;
            fourth[seed] += x * x * x * x / (double)m;
            d.largest = fmax(d.largest, fabs(x));
        }
    }
    d.mean = centre + sum / d.count;
    d.variance = second / d.count;
    for (size_t f = 0; f < FILLS; f++) {
        const double k = fourth[f] / (d.variance * d.variance);
        d.kurtosis += k / FILLS;
        square += k * k / FILLS;
    }
    d.kurtosis_error = sqrt(fmax(0, square - d.kurtosis * d.kurtosis) / (FILLS - 1));
    free(w);
    return d;
}

/* Standard error of a mean square over sigma^2, any law of this kurtosis, m elements. Also an
 * upper bound where the elements are less free than independent ones (orthogonal, sparse). */
static inline double variance_error(double kurtosis, double m)
{
    return sqrt((kurtosis - 1) / m);
}

static const recipe square_network = {
    .activation = "relu", .inputs = 16, .hidden_count = 3, .hidden = {64, 64, 64}, .capacity = 128};

#endif
