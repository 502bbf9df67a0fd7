/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers step by step. */
#include <config.h>

#include "steps.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/memory.h"

static double *numbers(size_t steps)
{
    return ins_allocate(steps, sizeof(double), "steps of the theory");
}

ins_steps *ins_steps_new(size_t steps, size_t gates)
{
    ins_steps *made = ins_allocate(1, sizeof *made, "steps of the theory");
    made->steps = steps;
    made->gates = gates;
    for (size_t k = 0; k < gates; k++) {
        made->gate[k].square = numbers(steps);
        made->gate[k].delta = numbers(steps);
    }
    made->state = numbers(steps);
    made->carried = numbers(steps);
    return made;
}

void ins_steps_free(ins_steps *steps)
{
    if (steps == NULL) return;
    for (size_t k = 0; k < steps->gates; k++) {
        free(steps->gate[k].square);
        free(steps->gate[k].delta);
    }
    free(steps->state);
    free(steps->carried);
    ins_field_free(steps->output);
    free(steps);
}

double ins_arriving_pair(const ins_arriving *arriving, size_t one, size_t other)
{
    const double *at = arriving->at;
    return one == other ? at[one] : arriving->alike * sqrt(at[one]) * sqrt(at[other]);
}

void ins_steps_pass_back(const ins_steps *steps, const double gain[INS_GATES], double *out)
{
    for (size_t t = 0; t < steps->steps; t++) {
        out[t] = 0;
        for (size_t k = 0; k < steps->gates; k++) out[t] += gain[k] * steps->gate[k].delta[t];
    }
}
