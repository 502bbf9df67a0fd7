/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: numpy's numbers, and laws that take one uniform each. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/random.h"

#include "check_tap.h"

static gsl_rng *rng;

static void setup(void)
{
    rng = gsl_rng_alloc(gsl_rng_mt19937);
}

static void teardown(void)
{
    gsl_rng_free(rng);
}

/* numpy 1.24: RandomState(seed).randint(0, 2**32, 3, dtype=uint32) and .permutation(150)[:4]. */
static const struct {
    uint32_t seed, draws[3];
    size_t order[4];
} numpy[] = {
    {0, {2357136044, 2546248239, 3071714933}, {114, 62, 33, 107}},
    {1, {1791095845, 4282876139, 3093770124}, {14, 98, 75, 16}},
    {42, {1608637542, 3421126067, 4083286876}, {73, 18, 118, 78}},
    {4357, {4293858116, 699692587, 1213834231}, {12, 13, 148, 87}},
    {4294967295, {419326371, 479346978, 3918654476}, {140, 124, 28, 30}},
};

START_TEST(test_numpy)
{
    size_t order[150];

    ins_random_seed(rng, numpy[_i].seed);
    for (size_t i = 0; i < 3; i++) ck_assert_uint_eq(gsl_rng_get(rng), numpy[_i].draws[i]);
    ins_random_seed(rng, numpy[_i].seed);
    for (size_t i = 0; i < 150; i++) order[i] = i;
    ins_random_shuffle(rng, order, 150);
    for (size_t i = 0; i < 4; i++) ck_assert_uint_eq(order[i], numpy[_i].order[i]);
}
END_TEST

/* numpy 1.24: RandomState(7).randint(0, 2**40 + 12345, 6) takes two draws a number. */
START_TEST(test_wide_interval)
{
    static const uint64_t expected[] = {752595690692, 108744157686, 291964244179,
                                        309610205529, 936371205000, 719526270950};

    ins_random_seed(rng, 7);
    for (size_t i = 0; i < 6; i++)
        ck_assert_uint_eq(ins_random_interval(rng, (1ULL << 40) + 12344), expected[i]);
    ck_assert_uint_eq(ins_random_interval(rng, 0), 0);
}
END_TEST

static int by_value(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uint64_t));
}

/* Two draws tell a state from another: over 5 purposes, 300 layers and 5 seeds none comes twice. */
START_TEST(test_streams_differ)
{
    static const uint32_t seeds[] = {0, 1, 2, 42, 4294967295};
    static uint64_t seen[5 * 6 * 300];
    size_t count = 0;

    for (size_t s = 0; s < 5; s++) {
        for (int purpose = 0; purpose <= INS_FOR_DATA; purpose++) {
            for (size_t layer = 0; layer < 300; layer++) {
                ins_random_stream(rng, seeds[s], (ins_purpose)purpose, layer);
                const uint64_t high = gsl_rng_get(rng);
                seen[count++] = high << 32 | gsl_rng_get(rng);
            }
        }
    }
    qsort(seen, count, sizeof *seen, by_value);
    for (size_t i = 1; i < count; i++) ck_assert_uint_ne(seen[i], seen[i - 1]);
    /* And a stream comes again. */
    ins_random_stream(rng, 42, INS_FOR_WEIGHTS, 3);
    const unsigned long first = gsl_rng_get(rng);
    ins_random_stream(rng, 42, INS_FOR_WEIGHTS, 3);
    ck_assert_uint_eq(gsl_rng_get(rng), first);
}
END_TEST

/* Every law takes one uniform, and is increasing in it: streams are paired. */
START_TEST(test_paired)
{
    double uniform[200], normal[200], truncated[200];

    for (int law = 0; law < 3; law++) {
        ins_random_seed(rng, 5);
        for (size_t i = 0; i < 200; i++) {
            if (law == 0) uniform[i] = ins_random_uniform(rng);
            if (law == 1) normal[i] = ins_random_normal(rng);
            if (law == 2) truncated[i] = ins_random_truncated_normal(rng);
        }
    }
    for (size_t i = 0; i < 200; i++) {
        /* Phi(z) by the C library, the inverse of what GSL computed. */
        ck_assert_double_eq_tol(erfc(-normal[i] / sqrt(2)) / 2, uniform[i], 1e-9);
        const double cut = erfc(-truncated[i] / sqrt(2)) / 2;
        ck_assert_double_eq_tol((cut - 0.022750131948179207) / 0.9544997361036416, uniform[i],
                                1e-9);
    }
}
END_TEST

/* A generator whose every draw is the same extreme. */
static unsigned long extreme;

static void set_nothing(void *state, unsigned long seed)
{
    (void)state, (void)seed;
}

static unsigned long get_extreme(void *state)
{
    (void)state;
    return extreme;
}

START_TEST(test_extremes)
{
    const gsl_rng_type type = {"extreme", 0xffffffffUL, 0, 0, set_nothing, get_extreme, NULL};
    gsl_rng fixed = {&type, NULL};

    extreme = 0;
    ck_assert_double_gt(ins_random_uniform(&fixed), 0);
    ck_assert(isfinite(ins_random_normal(&fixed)));
    ck_assert_double_ge(ins_random_truncated_normal(&fixed), -2);
    extreme = 0xffffffffUL;
    ck_assert_double_lt(ins_random_uniform(&fixed), 1);
    ck_assert(isfinite(ins_random_normal(&fixed)));
    ck_assert_double_le(ins_random_truncated_normal(&fixed), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *random = tcase_create("random");

    tcase_add_checked_fixture(random, setup, teardown);
    tcase_add_loop_test(random, test_numpy, 0, sizeof numpy / sizeof numpy[0]);
    tcase_add_test(random, test_wide_interval);
    tcase_add_test(random, test_streams_differ);
    tcase_add_test(random, test_paired);
    tcase_add_test(random, test_extremes);
    suite_add_tcase(suite, random);
    return ins_run_suite(suite);
}
