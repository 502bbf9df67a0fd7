/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The shortest decimal digits that read back as the same double. */
#ifndef INITSCOPE_SHORTEST_H
#define INITSCOPE_SHORTEST_H

#include <stdint.h>

typedef struct ins_decimal {
    uint64_t digits; /* without trailing zeros, below 10^17 */
    int exponent;    /* the value is digits * 10^exponent */
} ins_decimal;

/* value is finite and above 0. Of the shortest decimals that read back as value, the nearest. */
ins_decimal ins_shortest(double value);

#endif
