/* Elementary functions in float that a compiler can vectorise: arithmetic alone, no branch, no
 * table, the same bits on every machine. NaN goes through. tests/unit/test_elementary.c holds them
 * to their accuracy. */
#ifndef INITSCOPE_NN_ELEMENTARY_H
#define INITSCOPE_NN_ELEMENTARY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/vector.h"

/* 2^n (1 + p) - 1 with x = n ln 2 + r and p = expm1(r), |r| <= ln(2) / 2, whose Taylor series ends
 * at r^7: the rest is below 2e-8 of it. Adding 1.5 * 2^23 rounds to a whole number, which then
 * stands in the low bits; its lowest nine are the sign and the exponent of 2^n. Within 2 units in
 * the last place for x <= 88; above, it must not be relied on. */
INS_VECTORIZED_PART float ins_expm1(float x)
{
    const float round = 0x1.8p23F, log2_e = 1.44269504F;
    const float ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
    const float bounded = x < -18 ? -18 : x; /* where it is -1 in float */
    const float shifted = bounded * log2_e + round, n = shifted - round;
    const float r = (bounded - n * ln2_high) - n * ln2_low;
    const float series =
        1 / 2.0F +
        r * (1 / 6.0F + r * (1 / 24.0F + r * (1 / 120.0F + r * (1 / 720.0F + r * (1 / 5040.0F)))));
    const float p = r + r * r * series;
    uint32_t bits;
    float power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return power * p + (power - 1);
}

/* t / (t + 2) with t = expm1(2 |x|), and the sign of x. Within 3 units in the last place. */
INS_VECTORIZED_PART float ins_tanh(float x)
{
    const float size = fabsf(x);
    const float t = ins_expm1(2 * (size > 10 ? 10 : size)); /* from there on it is 1 in float */
    return copysignf(t / (t + 2), x);
}

#endif
