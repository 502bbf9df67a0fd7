/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Generated rows against closed forms: logic, sums, radius and angle. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/generator.h"

#include "check_tap.h"
#include "network_fixture.h"

static ins_arrays make(const char *call)
{
    const ins_choice choice = choose(&ins_generators, call);
    ins_arrays arrays = {0};
    ins_generate(&choice, &arrays);
    return arrays;
}

START_TEST(test_xor)
{
    static const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    ins_arrays once = make("xor"), more = make("xor(rows=9)");
    ck_assert_uint_eq(once.rows, 4);
    ck_assert(once.classes);
    ck_assert_mem_eq(once.x, x, sizeof x);
    ck_assert_mem_eq(once.y, y, sizeof y);
    ck_assert_uint_eq(more.rows, 9);
    for (size_t r = 0; r < 9; r++) {
        ck_assert_mem_eq(more.x + 2 * r, x + 2 * (r % 4), 2 * sizeof *x);
        ck_assert(more.y[r] == y[r % 4]);
    }
    ins_arrays_free(&once);
    ins_arrays_free(&more);
}
END_TEST

/* All rows up to 10 bits, the number of the row in binary; random ones above. */
START_TEST(test_parity)
{
    ins_arrays whole = make("parity(bits=10,rows=7)"), some = make("parity(bits=11,rows=300)");
    ck_assert_uint_eq(whole.rows, 1024);
    ck_assert_uint_eq(some.rows, 300);
    double ones = 0;
    for (size_t r = 0; r < whole.rows; r++) {
        size_t number = 0;
        for (size_t b = 0; b < 10; b++) number = 2 * number + (size_t)whole.x[10 * r + b];
        ck_assert_uint_eq(number, r);
        ck_assert(whole.y[r] == __builtin_parityll(r));
    }
    for (size_t r = 0; r < some.rows; r++) {
        double sum = 0;
        for (size_t b = 0; b < 11; b++) sum += some.x[11 * r + b];
        ck_assert(some.y[r] == fmod(sum, 2));
        ones += sum;
    }
    /* 3300 fair bits: 1650, standard deviation 28.7. */
    ck_assert_double_eq_tol(ones, 1650, 5 * 28.7);
    ins_arrays_free(&whole);
    ins_arrays_free(&some);
}
END_TEST

/* Lang & Witbrock: point i of 97 at the angle i pi / 16 and the radius 6.5 (104 - i) / 104. */
START_TEST(test_spirals)
{
    ins_arrays a = make("spirals");
    ck_assert_uint_eq(a.rows, 194);
    for (size_t i = 0; i < 97; i++) {
        const double angle = (double)i * acos(-1) / 16, radius = 6.5 * (104 - (double)i) / 104;
        for (size_t side = 0; side < 2; side++) {
            const size_t r = 2 * i + side;
            ck_assert_double_eq_tol(a.x[2 * r], (side ? -1 : 1) * radius * sin(angle), 1e-13);
            ck_assert_double_eq_tol(a.x[2 * r + 1], (side ? -1 : 1) * radius * cos(angle), 1e-13);
            ck_assert(a.y[r] == (double)side);
        }
    }
    ins_arrays_free(&a);
}
END_TEST

START_TEST(test_adding)
{
    ins_arrays a = make("adding(length=7,rows=500)");
    ck_assert_uint_eq(a.features, 14);
    ck_assert_uint_eq(a.targets, 1);
    ck_assert(!a.classes);
    double mean = 0;
    for (size_t r = 0; r < a.rows; r++) {
        double sum = 0, marks[2] = {0, 0};
        for (size_t t = 0; t < 7; t++) {
            const double *step = a.x + 14 * r + 2 * t;
            ck_assert(step[0] > 0 && step[0] < 1 && (step[1] == 0 || step[1] == 1));
            sum += step[0] * step[1];
            marks[t >= 3] += step[1];
        }
        ck_assert(marks[0] == 1 && marks[1] == 1);
        ck_assert_double_eq_tol(a.y[r], sum, 1e-15);
        mean += sum / 500;
    }
    /* Two uniform numbers: mean 1, standard deviation sqrt(1/6) = 0.408. */
    ck_assert_double_eq_tol(mean, 1, 5 * 0.408 / sqrt(500));
    ins_arrays_free(&a);
}
END_TEST

START_TEST(test_copy)
{
    ins_arrays a = make("copy(length=5,delay=3,rows=400)");
    ck_assert_uint_eq(a.features, 8);
    ck_assert_uint_eq(a.targets, 5);
    double sum = 0;
    for (size_t r = 0; r < a.rows; r++) {
        ck_assert_mem_eq(a.x + 8 * r, a.y + 5 * r, 5 * sizeof *a.y);
        for (size_t t = 0; t < 8; t++) ck_assert(fabs(a.x[8 * r + t]) == (t < 5 ? 1 : 0));
        for (size_t t = 0; t < 5; t++) sum += a.y[5 * r + t];
    }
    ck_assert_double_eq_tol(sum, 0, 5 * sqrt(2000));
    ins_arrays_free(&a);
}
END_TEST

/* The same call gives the same rows, another seed others. */
START_TEST(test_seed)
{
    static const char *const calls[][3] = {
        {"adding", "adding(seed=1)", "adding(seed=2)"},
        {"copy", "copy(seed=1)", "copy(seed=2)"},
        {"parity(bits=20)", "parity(bits=20,seed=1)", "parity(bits=20,seed=2)"},
        {"spirals(noise=0.1)", "spirals(noise=0.1,seed=1)", "spirals(noise=0.1,seed=2)"}};
    ins_arrays a = make(calls[_i][0]), b = make(calls[_i][1]), c = make(calls[_i][2]);
    const size_t bytes = a.rows * a.features * sizeof *a.x;
    ck_assert_mem_eq(a.x, b.x, bytes);
    ck_assert_mem_ne(a.x, c.x, bytes);
    ins_arrays_free(&a);
    ins_arrays_free(&b);
    ins_arrays_free(&c);
}
END_TEST

START_TEST(test_limits)
{
    ins_arena *arena = ins_arena_new();
    ins_choice choice;
    ins_error error = {0};
    ck_assert_int_eq(ins_choice_parse(&ins_generators, "adding(length=10000,rows=1000000)",
                                      "--data", arena, &choice, &error),
                     INS_USAGE);
    ck_assert_ptr_nonnull(strstr(error.line[0], "more than 5e7 numbers"));
    ins_arena_free(arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generator");
    TCase *cases = tcase_create("generator");

    tcase_add_checked_fixture(cases, fixture_setup, fixture_teardown);
    tcase_add_test(cases, test_xor);
    tcase_add_test(cases, test_parity);
    tcase_add_test(cases, test_spirals);
    tcase_add_test(cases, test_adding);
    tcase_add_test(cases, test_copy);
    tcase_add_loop_test(cases, test_seed, 0, 4);
    tcase_add_test(cases, test_limits);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
