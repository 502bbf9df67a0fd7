/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Promises, as the rows of initializers make them. */
#include <config.h>

#include "promises.h"

#include <math.h>

#include "initscope/residual.h"

double ins_promised_variance(const ins_choice *choice, ins_tensor_place place)
{
    const ins_initializer *row = ins_initializer_of(choice);
    if (row->mean(choice->value, place) == 0) return row->variance(choice->value, place);
    return NAN;
}

ins_promise ins_promised_bias(const ins_choice *weight, ins_tensor_place w, const ins_choice *bias,
                              ins_tensor_place b)
{
    const ins_choice *choice = ins_initializer_of(weight)->fill_bias != NULL ? weight : bias;
    const ins_initializer *row = ins_initializer_of(choice);
    if (row->fill_bias == NULL)
        return (ins_promise){row->mean(choice->value, b), row->variance(choice->value, b)};
    return (ins_promise){0,
                         row->bias_variance != NULL ? row->bias_variance(choice->value, w) : NAN};
}

double ins_promised_factor(const ins_stage *s, const ins_choice *choice, ins_tensor_place place)
{
    if (ins_initializer_of(choice)->as_saved) return 1;
    if (place.layer < s->design->depth) return ins_residual_weight(s->plan->start, place);
    return s->design->zero_output ? 0 : 1;
}
