/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The 128 bits of a product of 64, also where the compiler has no such type. */
#ifndef INITSCOPE_WIDE_H
#define INITSCOPE_WIDE_H

#include <stdint.h>

typedef struct ins_wide {
    uint64_t high, low;
} ins_wide;

static inline ins_wide ins_wide_product(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    return (ins_wide){(uint64_t)(product >> 64), (uint64_t)product};
#else
    const uint64_t half = UINT32_MAX, low = (a & half) * (b & half);
    const uint64_t left = (a >> 32) * (b & half), right = (a & half) * (b >> 32);
    /* At most three times 2^32: there is room. */
    const uint64_t middle = (low >> 32) + (left & half) + (right & half);
    return (ins_wide){(a >> 32) * (b >> 32) + (left >> 32) + (right >> 32) + (middle >> 32),
                      middle << 32 | (low & half)};
#endif
}

#endif
