/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The double nearest to a decimal. */
#ifndef INITSCOPE_NEAREST_H
#define INITSCOPE_NEAREST_H

#include <stdbool.h>
#include <stdint.h>

/* The double nearest to digits * 10^exponent, ties to even. False: 128 bits of the power do not
 * tell which one that is, or it is not a normal number. */
bool ins_nearest_double(uint64_t digits, int exponent, double *value);

#endif
