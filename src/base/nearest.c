/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A decimal times a power of ten known to 128 bits lies in an interval so narrow that it nearly
 * always rounds to one double: Daniel Lemire, "Number parsing at a gigabyte per second", Software:
 * Practice and Experience 51, 2021, section 5. Here the powers are rounded up, so the product is an
 * upper bound. */
#include <config.h>

#include "nearest.h"

#include <string.h>

#include "powers_of_ten.h"

enum { FRACTION_BITS = 52, BIAS = 1023, EXPONENT_MOST = 2046 };

__extension__ typedef unsigned __int128 wide;

/* The highest bit is set. */
static uint64_t normalized(uint64_t digits, int *shift)
{
    *shift = 0;
    for (int step = 32; step > 0; step /= 2) {
        if (digits >> (64 - step) != 0) continue;
        digits <<= step;
        *shift += step;
    }
    return digits;
}

bool ins_nearest_double(uint64_t digits, int exponent, double *value)
{
    if (digits == 0) {
        *value = 0;
        return true;
    }
    if (exponent < INS_POWER_MINIMUM || exponent > INS_POWER_MAXIMUM) return false;

    /* The product is above high - 1 and below high + 1, and twice as far where that is doubled. */
    int shift;
    uint64_t w = normalized(digits, &shift);
    ins_power g = ins_powers_of_ten[exponent - INS_POWER_MINIMUM];
    wide high = (wide)g.high * w + (uint64_t)(((wide)g.low * w) >> 64);
    int binary = ins_floor_log2_of_power(exponent) + 63 - shift; /* of the product, when below 2 */
    if (high >> 127)
        binary++;
    else
        high <<= 1;

    /* One bit more than a double has decides, unless the rest of them is all ones or zeros. */
    enum { REST = 128 - FRACTION_BITS - 2, DOUBT = 4 };
    const wide half = (wide)1 << REST, rest = high & (2 * half - 1);
    if (rest + DOUBT > half && rest < half + DOUBT) return false;
    if (rest < DOUBT || rest + DOUBT > 2 * half) return false;
    uint64_t fraction = (uint64_t)(high >> (REST + 1)) + (rest > half);
    if (fraction >> (FRACTION_BITS + 1)) {
        fraction >>= 1;
        binary++;
    }
    if (binary + BIAS < 1 || binary + BIAS > EXPONENT_MOST) return false;
    uint64_t bits = (uint64_t)(binary + BIAS) << FRACTION_BITS |
                    (fraction & (((uint64_t)1 << FRACTION_BITS) - 1));
    memcpy(value, &bits, sizeof *value);
    return true;
}
