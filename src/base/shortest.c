/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Schubfach: of all decimals c 10^k in the interval that rounds to the double, at most one has the
 * largest k, or else one of two neighbours is nearest; one 128-bit power of ten decides. Raffaello
 * Giulietti, "The Schubfach way to render doubles", 2020, whose section numbers are cited. */
#include <config.h>

#include "shortest.h"

#include <stdbool.h>
#include <string.h>

#include "powers_of_ten.h"
#include "wide.h"

enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1075, EXPONENT_MASK = 2047 };

/* floor(log10(2^q)), and of 3/4 2^q for a power of two, whose lower neighbour is nearer. */
static int floor_log10(int q, bool power_of_two)
{
    return (q * 1262611 - (power_of_two ? 524031 : 0)) >> 22;
}

/* g c / 2^128 with the sticky bit of what was cut off: enough to compare (9.6). */
static uint64_t round_to_odd(ins_power g, uint64_t c)
{
    const ins_wide high = ins_wide_product(g.high, c);
    const uint64_t middle = high.low + ins_wide_product(g.low, c).high;
    return (high.high + (middle < high.low)) | (middle > 1);
}

static ins_decimal without_zeros(uint64_t digits, int exponent)
{
    while (digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    return (ins_decimal){digits, exponent};
}

ins_decimal ins_shortest(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    int biased = (int)(bits >> FRACTION_BITS) & EXPONENT_MASK;
    uint64_t c = biased ? fraction | (uint64_t)1 << FRACTION_BITS : fraction;
    int q = (biased ? biased : 1) - EXPONENT_BIAS;

    /* The interval of what rounds to value, in quarters of 2^q; its ends belong to it when c is
     * even. */
    bool power_of_two = fraction == 0 && biased > 1, odd = c & 1;
    int k = floor_log10(q, power_of_two);
    int h = q + ins_floor_log2_of_power(-k) + 1;
    ins_power g = ins_powers_of_ten[-k - INS_POWER_MINIMUM];
    uint64_t lower = round_to_odd(g, (4 * c - 2 + power_of_two) << h) + odd;
    uint64_t exact = round_to_odd(g, (4 * c) << h);
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - odd;

    uint64_t s = exact / 4;
    if (s >= 10) { /* one digit less? */
        uint64_t tens = s / 10;
        bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
        if (below != above) return without_zeros(tens + above, k + 1);
    }
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    if (below != above) return without_zeros(s + above, k);
    uint64_t middle = 4 * s + 2;
    bool up = exact > middle || (exact == middle && (s & 1));
    return without_zeros(s + up, k);
}
