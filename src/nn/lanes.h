/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of many numbers in lanes, which are added up at the end: an order that no vector width
 * changes. Parts of INS_VECTORIZED functions. */
#ifndef INITSCOPE_NN_LANES_H
#define INITSCOPE_NN_LANES_H

#include <stddef.h>

#include "initscope/vector.h"

enum { INS_LANES = 16 };

/* {0} is a sum of nothing. */
typedef struct ins_lanes {
    _Alignas(64) double sum[INS_LANES];
} ins_lanes;

INS_VECTORIZED_PART double ins_lanes_total(const ins_lanes *lanes)
{
    ins_lanes folded = *lanes;
    for (size_t half = INS_LANES / 2; half > 0; half /= 2)
        for (size_t lane = 0; lane < half; lane++) folded.sum[lane] += folded.sum[lane + half];
    return folded.sum[0];
}

#endif
