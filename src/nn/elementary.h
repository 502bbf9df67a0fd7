/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Elementary functions in float that a compiler can vectorise: arithmetic alone, no branch, no
 * table, the same bits on every machine. NaN goes through. tests/unit/test_elementary.c holds them
 * to their accuracy. */
#ifndef INITSCOPE_NN_ELEMENTARY_H
#define INITSCOPE_NN_ELEMENTARY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/vector.h"

/* 2^n and *rest = r of x = n ln 2 + r, |r| <= ln(2) / 2, for x in [-87.33, 88.37]. Adding 1.5 *
 * 2^23 rounds to a whole number, which then stands in the low bits; its lowest nine are the sign
 * and the exponent of 2^n. */
INS_VECTORIZED_PART float ins_power_of_2(float x, float *rest)
{
    const float round = 0x1.8p23F, log2_e = 1.44269504F;
    const float ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
    const float shifted = x * log2_e + round, n = shifted - round;
    uint32_t bits;
    float power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    *rest = (x - n * ln2_high) - n * ln2_low;
    return power;
}

/* 2^n (1 + p) - 1 with p = expm1(r), whose Taylor series ends at r^7: the rest is below 2e-8 of it.
 * Within 2 units in the last place for x <= 88; above, it must not be relied on. */
INS_VECTORIZED_PART float ins_expm1(float x)
{
    float r;
    const float power = ins_power_of_2(x < -18 ? -18 : x, &r); /* where it is -1 in float */
    const float series =
        1 / 2.0F +
        r * (1 / 6.0F + r * (1 / 24.0F + r * (1 / 120.0F + r * (1 / 720.0F + r * (1 / 5040.0F)))));
    const float p = r + r * r * series;
    return power * p + (power - 1);
}

/* t / (t + 2) with t = expm1(2 |x|), and the sign of x. Within 3 units in the last place. */
INS_VECTORIZED_PART float ins_tanh(float x)
{
    const float size = fabsf(x);
    const float t = ins_expm1(2 * (size > 10 ? 10 : size)); /* from there on it is 1 in float */
    return copysignf(t / (t + 2), x);
}

/* 2^n (1 + p), the series of p ending at r^6. Within 3 units in the last place; 0 where that is
 * below the normal numbers, and infinite above 88.37, a third below the largest number. */
INS_VECTORIZED_PART float ins_exp(float x)
{
    const float least = -87.33F, most = 88.37F;
    float r;
    const float power = ins_power_of_2(x < least ? least : x > most ? most : x, &r);
    const float series =
        1 / 2.0F + r * (1 / 6.0F + r * (1 / 24.0F + r * (1 / 120.0F + r * (1 / 720.0F))));
    const float within = power * (r + r * r * series) + power;
    return x < least ? 0 : x > most ? INFINITY : within;
}

/* ln(1 + x) for x in [0, 1]: 2 artanh(s), s = x / (2 + x) <= 1/3, whose series ends at s^15. Within
 * 3 units in the last place. */
INS_VECTORIZED_PART float ins_log1p_of_share(float x)
{
    const float s = x / (2 + x), q = s * s;
    const float series =
        1 / 3.0F +
        q * (1 / 5.0F +
             q * (1 / 7.0F + q * (1 / 9.0F + q * (1 / 11.0F + q * (1 / 13.0F + q / 15.0F)))));
    return 2 * (s + s * q * series);
}

/* The rational Chebyshev fit of Press et al., Numerical Recipes, section 6.2 (erfcc): relative
 * error below 1.2e-7 everywhere, and what rounding of the exponent adds: 160 units in the last
 * place where the result is 1e-30. */
INS_VECTORIZED_PART float ins_erfc(float x)
{
    const float size = fabsf(x), t = 1 / (1 + size / 2);
    const float fit =
        t *
        (1.00002368F +
         t * (0.37409196F +
              t * (0.09678418F +
                   t * (-0.18628806F +
                        t * (0.27886807F +
                             t * (-1.13520398F +
                                  t * (1.48851587F + t * (-0.82215223F + t * 0.17087277F))))))));
    const float tail = t * ins_exp((-size * size - 1.26551223F) + fit);
    return x < 0 ? 2 - tail : tail;
}

/* Below 1 the Taylor series to x^17, from there on by the complement. Within 6 units in the last
 * place. */
INS_VECTORIZED_PART float ins_erf(float x)
{
    const float size = fabsf(x), q = x * x;
    const float series =
        1.12837917F +
        q * (-0.376126389F +
             q * (0.112837917F + q * (-0.0268661706F +
                                      q * (0.00522397762F +
                                           q * (-8.5483270e-4F +
                                                q * (1.2055333e-4F +
                                                     q * (-1.4925650e-5F + q * 1.6462114e-6F)))))));
    return size < 1 ? x * series : copysignf(1 - ins_erfc(size), x);
}

/* Reduced to [-tan(pi/8), tan(pi/8)] and the minimax polynomial there of Moshier, Cephes (atanf).
 * Within 3 units in the last place. */
INS_VECTORIZED_PART float ins_atan(float x)
{
    const float size = fabsf(x);
    const int far = size > 2.41421356F, middle = size > 0.414213562F;
    const float above = far      ? -1
                        : middle ? size - 1
                                 : size,
                below = far      ? size
                        : middle ? size + 1
                                 : 1;
    const float start = far ? 1.57079633F : middle ? 0.785398163F : 0;
    const float r = above / below, q = r * r;
    const float series =
        -0.333329491539F + q * (0.199777106478F + q * (-0.138776856032F + q * 0.0805374449538F));
    return copysignf(start + (r + r * q * series), x);
}

/* x less a multiple n of pi/2, in double, and n in the low bits of *quadrant. What lies beyond 1e9,
 * where neighbours in float are many turns apart, is taken at some angle. */
INS_VECTORIZED_PART float ins_reduced(float x, uint64_t *quadrant)
{
    const double round = 0x1.8p52, half_pi_high = 1.5707963267341256,
                 half_pi_low = 6.0771005065061922e-11;
    const double bounded = fabsf(x) > 1e9F ? 0 * (double)x : (double)x;
    const double shifted = bounded * 0.63661977236758134 + round, n = shifted - round;
    memcpy(quadrant, &shifted, sizeof *quadrant);
    return (float)((bounded - n * half_pi_high) - n * half_pi_low);
}

/* The polynomials of Moshier, Cephes (sinf). Within 2 units in the last place of 1. */
INS_VECTORIZED_PART float ins_sine_of(float r, uint64_t quadrant)
{
    const float q = r * r;
    const float sine =
        r + r * q * (-0.16666654611F + q * (8.3321608736e-3F + q * -1.9515295891e-4F));
    const float cosine =
        1 - q / 2 +
        q * q * (4.166664568298827e-2F + q * (-1.388731625493765e-3F + q * 2.443315711809948e-5F));
    const float value = quadrant & 1 ? cosine : sine;
    return quadrant & 2 ? -value : value;
}

INS_VECTORIZED_PART float ins_sin(float x)
{
    uint64_t quadrant;
    const float r = ins_reduced(x, &quadrant);
    return ins_sine_of(r, quadrant);
}

INS_VECTORIZED_PART float ins_cos(float x)
{
    uint64_t quadrant;
    const float r = ins_reduced(x, &quadrant);
    return ins_sine_of(r, quadrant + 1);
}

#endif
