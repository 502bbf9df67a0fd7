/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The generators, one row each. Random ones draw from a stream of their own seed, none of which is
 * a stream of a trial. */
#include <config.h>

#include "initscope/generator.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "initscope/memory.h"
#include "initscope/random.h"

/* Up to so many bits, parity has all its rows. */
enum { WHOLE_BITS = 10 };

/* A data set of more numbers than this is nobody's intention: 400 MB. */
#define MOST_NUMBERS 5e7

/* Room for the rows, all 0. */
static void shape(ins_arrays *arrays, size_t rows, size_t features, size_t targets, bool classes)
{
    static const char what[] = "generated rows";
    *arrays =
        (ins_arrays){.rows = rows,
                     .features = features,
                     .targets = targets,
                     .classes = classes,
                     .x = ins_allocate(ins_multiply(rows, features, what), sizeof *arrays->x, what),
                     .y = ins_allocate(ins_multiply(rows, targets, what), sizeof *arrays->y, what)};
}

/* To be released with free(.state). */
static gsl_rng stream(double seed)
{
    gsl_rng rng = {gsl_rng_mt19937, ins_allocate(1, gsl_rng_mt19937->size, "a random stream")};
    ins_random_stream(&rng, (uint32_t)seed, INS_FOR_DATA, 0);
    return rng;
}

static void fill_xor(const double *value, ins_arrays *arrays)
{
    shape(arrays, (size_t)value[0], 2, 1, true);
    for (size_t r = 0; r < arrays->rows; r++) {
        const size_t a = r / 2 % 2, b = r % 2;
        arrays->x[2 * r] = (double)a;
        arrays->x[2 * r + 1] = (double)b;
        arrays->y[r] = (double)(a ^ b);
    }
}

static void fill_parity(const double *value, ins_arrays *arrays)
{
    const size_t bits = (size_t)value[0];
    const bool whole = bits <= WHOLE_BITS;
    shape(arrays, whole ? (size_t)1 << bits : (size_t)value[1], bits, 1, true);
    gsl_rng rng = stream(value[2]);
    for (size_t r = 0; r < arrays->rows; r++) {
        size_t ones = 0;
        for (size_t b = 0; b < bits; b++) {
            const size_t bit =
                whole ? r >> (bits - 1 - b) & 1 : (size_t)ins_random_interval(&rng, 1);
            arrays->x[r * bits + b] = (double)bit;
            ones += bit;
        }
        arrays->y[r] = (double)(ones % 2);
    }
    free(rng.state);
}

static void fill_spirals(const double *value, ins_arrays *arrays)
{
    const size_t points = (size_t)value[1];
    shape(arrays, 2 * points, 2, 1, true);
    gsl_rng rng = stream(value[3]);
    for (size_t r = 0; r < arrays->rows; r++) {
        const double along = (double)(r / 2) / (double)(points - 1), side = r % 2 == 0 ? 1 : -1;
        const double angle = 2 * acos(-1) * value[0] * along;
        const double radius = side * 6.5 * (104 - 96 * along) / 104;
        arrays->x[2 * r] = radius * sin(angle) + value[2] * ins_random_normal(&rng);
        arrays->x[2 * r + 1] = radius * cos(angle) + value[2] * ins_random_normal(&rng);
        arrays->y[r] = (double)(r % 2);
    }
    free(rng.state);
}

static void fill_adding(const double *value, ins_arrays *arrays)
{
    const size_t length = (size_t)value[0], half = length / 2;
    shape(arrays, (size_t)value[1], 2 * length, 1, false);
    gsl_rng rng = stream(value[2]);
    for (size_t r = 0; r < arrays->rows; r++) {
        double *step = arrays->x + r * 2 * length;
        for (size_t t = 0; t < length; t++) step[2 * t] = ins_random_uniform(&rng);
        const size_t first = (size_t)ins_random_interval(&rng, half - 1);
        const size_t second = half + (size_t)ins_random_interval(&rng, length - half - 1);
        step[2 * first + 1] = step[2 * second + 1] = 1;
        arrays->y[r] = step[2 * first] + step[2 * second];
    }
    free(rng.state);
}

static void fill_copy(const double *value, ins_arrays *arrays)
{
    const size_t length = (size_t)value[0], features = length + (size_t)value[1];
    shape(arrays, (size_t)value[2], features, length, false);
    gsl_rng rng = stream(value[3]);
    for (size_t r = 0; r < arrays->rows; r++)
        for (size_t t = 0; t < length; t++)
            arrays->x[r * features + t] = arrays->y[r * length + t] =
                ins_random_interval(&rng, 1) == 0 ? -1 : 1;
    free(rng.state);
}

static const char too_large[] = "more than 5e7 numbers; ask for fewer rows";

static const char *check_parity(const double *value)
{
    return value[0] > WHOLE_BITS && value[0] * value[1] > MOST_NUMBERS ? too_large : NULL;
}

static const char *check_adding(const double *value)
{
    return 2 * value[0] * value[1] > MOST_NUMBERS ? too_large : NULL;
}

static const char *check_copy(const double *value)
{
    return (2 * value[0] + value[1]) * value[2] > MOST_NUMBERS ? too_large : NULL;
}

#define COUNT(word, usual, least, most, text)                                             \
    {                                                                                     \
        .name = word, .kind = INS_PARAMETER_INTEGER, .fallback = usual, .minimum = least, \
        .maximum = most, .meaning = text                                                  \
    }
#define NUMBER(word, usual, least, most, text)                                           \
    {                                                                                    \
        .name = word, .kind = INS_PARAMETER_NUMBER, .fallback = usual, .minimum = least, \
        .maximum = most, .meaning = text                                                 \
    }
#define ROWS(usual) COUNT("rows", usual, 2, 1e6, "rows")
#define SEED COUNT("seed", 1, 0, 4294967295.0, "seed of the random rows")

static const ins_generator rows[] = {
    {.entry = {.name = "xor",
               .formula = "a xor b: the rows 00, 01, 10, 11, again from the first on",
               .source = "Minsky & Papert 1969; Rumelhart et al. 1986",
               .parameters = {COUNT("rows", 4, 4, 1e6, "rows")}},
     .loss = "cross_entropy",
     .fill = fill_xor},
    {.entry = {.name = "parity",
               .formula = "number of ones mod 2: all 2^bits rows up to 10 bits, else random ones",
               .source = "Minsky & Papert 1969; Rumelhart et al. 1986",
               .parameters = {COUNT("bits", 8, 2, 1000, "inputs"), ROWS(1000), SEED},
               .check = check_parity},
     .loss = "cross_entropy",
     .fill = fill_parity},
    {.entry = {.name = "spirals",
               .formula = "r (sin p, cos p) and its opposite, p = 2 pi turns t, "
                          "r = 6.5 (104 - 96 t) / 104, t from 0 to 1",
               .source = "Lang & Witbrock 1988",
               .parameters = {NUMBER("turns", 3, 0, 1000, "of each spiral"),
                              COUNT("points", 97, 2, 500000, "of each spiral"),
                              NUMBER("noise", 0, 0, 1e6, "standard deviation added"), SEED}},
     .loss = "cross_entropy",
     .fill = fill_spirals},
    {.entry = {.name = "adding",
               .formula =
                   "steps of a value in (0, 1) and a mark; the sum of the two marked values, "
                   "one in each half",
               .source = "Hochreiter & Schmidhuber 1997; Le et al. 2015",
               .parameters = {COUNT("length", 20, 2, 10000, "steps"), ROWS(1000), SEED},
               .check = check_adding},
     .loss = "mse",
     .fill = fill_adding},
    {.entry = {.name = "copy",
               .formula = "symbols -1 or 1, then zeros; the symbols",
               .source = "Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016",
               .parameters = {COUNT("length", 10, 1, 1000, "symbols"),
                              COUNT("delay", 10, 0, 10000, "zeros"), ROWS(1000), SEED},
               .check = check_copy},
     .loss = "mse",
     .fill = fill_copy},
};

const ins_entries ins_generators = {
    .kind = "generator",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};

void ins_generate(const ins_choice *choice, ins_arrays *arrays)
{
    ((const ins_generator *)choice->entry)->fill(choice->value, arrays);
}
