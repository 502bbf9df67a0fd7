/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The elementary functions of src/nn/elementary.h against the C library's in double, over the whole
 * range of float. */
#include <config.h>

#include <float.h>
#include <math.h>

#include "check_tap.h"

#include "../../src/nn/elementary.h"

typedef struct function {
    const char *name;
    float (*fast)(float x);
    double (*exact)(double x);
    float lowest, highest;
    double units; /* in the last place */
} function;

/* A function that has an address. */
#define FAST(name)                    \
    static float fast_##name(float x) \
    {                                 \
        return ins_##name(x);         \
    }
FAST(expm1)
FAST(tanh)
FAST(exp)
FAST(log1p_of_share)
FAST(erfc)
FAST(erf)
FAST(atan)

static const function functions[] = {
    {"expm1", fast_expm1, expm1, -FLT_MAX, 88, 2}, {"tanh", fast_tanh, tanh, -FLT_MAX, FLT_MAX, 3},
    {"exp", fast_exp, exp, -87.33F, 88.37F, 3},    {"log1p", fast_log1p_of_share, log1p, 0, 1, 3},
    {"erfc", fast_erfc, erfc, -FLT_MAX, 2, 12},    {"erfc, far", fast_erfc, erfc, -FLT_MAX, 9, 160},
    {"erf", fast_erf, erf, -FLT_MAX, FLT_MAX, 6},  {"atan", fast_atan, atan, -FLT_MAX, FLT_MAX, 3}};

static double error_in_units(float got, double exact)
{
    float size = fmaxf(fabsf((float)exact), FLT_MIN);
    double unit = (double)nextafterf(size, INFINITY) - (double)size;
    return fabs((double)got - exact) / unit;
}

/* From +-FLT_MIN to the ends of the range, every power of 2 in 4,000 steps. */
START_TEST(accurate)
{
    const function *f = &functions[_i];
    size_t seen = 0;
    double worst = 0;
    for (double size = FLT_MIN; size < (double)FLT_MAX; size *= 1 + 1 / 4000.0) {
        for (int sign = -1; sign <= 1; sign += 2) {
            float x = (float)(sign * size);
            if (x < f->lowest || x > f->highest) continue;
            double error = error_in_units(f->fast(x), f->exact((double)x));
            ck_assert_msg(error <= f->units, "%s(%.9g) is %.2f units off", f->name, (double)x,
                          error);
            worst = fmax(worst, error);
            seen++;
        }
    }
    ck_assert_uint_ge(seen, 300000);
    ck_assert_double_gt(worst, 0.5); /* it was computed in float */
}
END_TEST

/* Sine and cosine are held to units of 1: where they cross 0, what is left of pi decides. */
START_TEST(periodic)
{
    double worst = 0;
    for (double size = 1e-4; size < 1e6; size *= 1 + 1 / 20000.0) {
        for (int sign = -1; sign <= 1; sign += 2) {
            const float x = (float)(sign * size);
            worst = fmax(worst, fabs((double)ins_sin(x) - sin((double)x)));
            worst = fmax(worst, fabs((double)ins_cos(x) - cos((double)x)));
        }
    }
    ck_assert_double_lt(worst, 2 * 0x1p-24);
    ck_assert_double_gt(worst, 0x1p-26);
    for (float x = 1; x < FLT_MAX / 3; x *= 3) {
        ck_assert_float_le(fabsf(ins_sin(x)), 1.0000001F);
        ck_assert_float_eq(ins_sin(-x), -ins_sin(x));
        ck_assert_float_eq(ins_cos(-x), ins_cos(x));
    }
    ck_assert(isnan(ins_sin(NAN)) && isnan(ins_cos(INFINITY)) && isnan(ins_sin(-INFINITY)));
}
END_TEST

START_TEST(special)
{
    ck_assert(isnan(ins_exp(NAN)) && isnan(ins_erf(NAN)) && isnan(ins_erfc(NAN)));
    ck_assert(isnan(ins_atan(NAN)) && isnan(ins_log1p_of_share(NAN)));
    ck_assert_float_eq(ins_exp(INFINITY), INFINITY);
    ck_assert_float_eq(ins_exp(-INFINITY), 0);
    ck_assert_float_eq(ins_exp(0), 1);
    ck_assert_float_eq(ins_erf(INFINITY), 1);
    ck_assert_float_eq(ins_erf(-INFINITY), -1);
    ck_assert_float_eq(ins_erfc(INFINITY), 0);
    ck_assert_float_eq(ins_erfc(-INFINITY), 2);
    ck_assert_float_eq(ins_atan(INFINITY), 1.57079633F);
    ck_assert_float_eq(ins_log1p_of_share(0), 0);
    ck_assert(isnan(ins_expm1(NAN)) && isnan(ins_tanh(NAN)));
    ck_assert_float_eq(ins_expm1(-INFINITY), -1);
    ck_assert_float_eq(ins_tanh(INFINITY), 1);
    ck_assert_float_eq(ins_tanh(-INFINITY), -1);
    ck_assert_float_eq(ins_expm1(0), 0);
    ck_assert(!signbit(ins_tanh(0.0F)) && signbit(ins_tanh(-0.0F)));
}
END_TEST

/* Equal on both sides, as networks with odd activations expect. */
START_TEST(odd)
{
    for (float x = 0; x < 12; x += 0.001F) {
        ck_assert_float_eq(ins_tanh(-x), -ins_tanh(x));
        ck_assert_float_eq(ins_erf(-x), -ins_erf(x));
        ck_assert_float_eq(ins_atan(-x), -ins_atan(x));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("elementary");
    TCase *elementary = tcase_create("elementary");
    tcase_add_loop_test(elementary, accurate, 0, sizeof functions / sizeof functions[0]);
    tcase_add_test(elementary, periodic);
    tcase_add_test(elementary, special);
    tcase_add_test(elementary, odd);
    suite_add_tcase(suite, elementary);
    return ins_run_suite(suite);
}
