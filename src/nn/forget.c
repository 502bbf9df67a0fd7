/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How the bias of a forget gate starts, one row each. */
#include <config.h>

#include "initscope/forget.h"

#include <math.h>

#include "initscope/random.h"

static void fill_all(double value, size_t units, real *b)
{
    for (size_t i = 0; i < units; i++) b[i] = (real)value;
}

static void zero(const double *p, size_t units, gsl_rng *rng, real *b)
{
    (void)p, (void)rng;
    fill_all(0, units, b);
}

static void one(const double *p, size_t units, gsl_rng *rng, real *b)
{
    (void)p, (void)rng;
    fill_all(1, units, b);
}

/* A unit whose forget gate is s(ln t) = t / (t + 1) remembers for about t steps. */
static void chrono(const double *p, size_t units, gsl_rng *rng, real *b)
{
    for (size_t i = 0; i < units; i++) b[i] = (real)log(1 + (p[0] - 2) * ins_random_uniform(rng));
}

/* Places of rows that are known by name. */
enum { ROW_ONE = 1 };

static const ins_forget_bias rows[] = {
    {.entry = {.name = "0", .formula = "0: half is forgotten at each step", .source = "Flax"},
     .fill = zero},
    {.entry = {.name = "1",
               .formula = "1: a quarter is forgotten at each step",
               .source = "Jozefowicz et al. 2015; Keras"},
     .fill = one},
    {.entry = {.name = "chrono",
               .formula =
                   "ln U(1, steps - 1), the bias of the input gate minus that: units remember "
                   "for 1 to steps - 1 steps",
               .source = "Tallec & Ollivier 2018",
               .parameters = {{.name = "steps",
                               .kind = INS_PARAMETER_INTEGER,
                               .minimum = 2,
                               .maximum = 1e6,
                               .required = true,
                               .nameless = true,
                               .meaning = "longest time that is to be remembered"}}},
     .fill = chrono,
     .mirrored = true},
};

const ins_entries ins_forget_biases = {
    .kind = "forget-start",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};

const ins_choice ins_forget_one = {.entry = &rows[ROW_ONE].entry, .label = "1"};
