/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Powers of ten to 128 bits, for the shortest decimal digits of a double and for reading them. */
#ifndef INITSCOPE_POWERS_OF_TEN_H
#define INITSCOPE_POWERS_OF_TEN_H

#include <stdint.h>

typedef struct ins_power {
    uint64_t high, low;
} ins_power;

enum { INS_POWER_MINIMUM = -292, INS_POWER_MAXIMUM = 324 };

/* ins_powers_of_ten[k - INS_POWER_MINIMUM] = ceil(10^k 2^(127 - floor(log2 10^k))) */
extern const ins_power ins_powers_of_ten[INS_POWER_MAXIMUM - INS_POWER_MINIMUM + 1];

/* floor(log2 10^k) for k from -330 to 330. */
static inline int ins_floor_log2_of_power(int k)
{
    return (k * 1741647) >> 19;
}

#endif
