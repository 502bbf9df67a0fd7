/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the initializers of a layer promise of its tensors. */
#ifndef INITSCOPE_PROMISES_H
#define INITSCOPE_PROMISES_H

#include "initscope/entry.h"
#include "initscope/initializer.h"

#include "signal.h"

static inline const ins_initializer *ins_initializer_of(const ins_choice *choice)
{
    return (const ins_initializer *)choice->entry;
}

/* Of elements whose mean is 0; NAN: it is not, or nothing is promised. */
double ins_promised_variance(const ins_choice *choice, ins_tensor_place place);

typedef struct ins_promise {
    double mean, variance;
} ins_promise;

/* The bias b of a matrix w comes from the weights' own row where that has a say, else from the bias
 * initializer. */
ins_promise ins_promised_bias(const ins_choice *weight, ins_tensor_place w, const ins_choice *bias,
                              ins_tensor_place b);

/* What the start of a residual network makes of weights that this initializer draws. */
double ins_promised_factor(const ins_stage *s, const ins_choice *choice, ins_tensor_place place);

#endif
