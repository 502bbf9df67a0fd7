/* What the tests of the initializers share: one row's fill of one matrix. */
#ifndef INITIALIZER_FIXTURE_H
#define INITIALIZER_FIXTURE_H

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

static ins_tensor_place place_of(size_t units, size_t inputs)
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

static const recipe square_network = {
    .activation = "relu", .inputs = 16, .hidden_count = 3, .hidden = {64, 64, 64}, .capacity = 128};

#endif
