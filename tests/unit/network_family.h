/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks of one design before training, over many seeds, and what is predicted for them. Inputs
 * are standard normal. */
#ifndef NETWORK_FAMILY_H
#define NETWORK_FAMILY_H

#include <math.h>

#include "check_tap.h"
#include "network_fixture.h"

#include "initscope/columns.h"
#include "initscope/gaussian.h"
#include "initscope/prediction.h"

#include "../../src/theory/finite_width.h"

enum { LAYERS = 21, WIDTH = 64 };

/* A mean over seeds is held to its prediction within so many standard errors. */
#define SIGMAS 4.5

static size_t hidden_units[LAYERS - 1];

/* Networks of one design, and their predictions. */
typedef struct family {
    ins_design design;
    ins_choice activation, weight, bias;
    ins_layer_prediction out[LAYERS];
    double cross_entropy;
    ins_network *network;
    ins_samples samples;
} family;

static inline ins_initialization family_start(const family *f, uint32_t seed)
{
    return (ins_initialization){.hidden = &f->weight,
                                .output = &f->weight,
                                .bias = &f->bias,
                                .seed = seed,
                                .probe = &f->samples};
}

static inline void predict(family *f)
{
    const ins_initialization start = family_start(f, 0);
    const ins_inputs inputs = {.square = 1, .apart = 1, .rows = f->samples.rows};
    f->cross_entropy = ins_predict(&f->design, &start, &inputs, f->out);
}

static inline family family_of(const char *activation, const char *weight, size_t inputs,
                               size_t hidden, size_t width, size_t rows)
{
    ins_error error = {0};
    for (size_t l = 0; l < hidden; l++) hidden_units[l] = width;
    family f = {.activation = choose(&ins_activations, activation),
                .weight = choose(&ins_initializers, weight),
                .bias = choose(&ins_initializers, "zeros"),
                .samples = random_samples(rows, inputs, 1)};
    f.design = perceptron_design(&(perceptron){.inputs = inputs,
                                               .outputs = 3,
                                               .loss = ins_loss_for(true),
                                               .hidden_count = hidden,
                                               .hidden = hidden_units,
                                               .activation = &f.activation});
    f.design.optimizer = choose(&ins_optimizers, "sgd");
    f.design.learning_rate = 0.01;
    f.design.capacity = rows;
    ck_assert_int_eq(ins_network_new(&f.design, &f.network, &error), INS_OK);
    return f;
}

static inline void family_free(family *f)
{
    ins_network_free(f->network);
    ins_design_free(&f->design);
    samples_free(&f->samples);
}

/* The network of a seed, forward and backward on inputs and labels of its own. */
static inline void family_run(family *f, uint32_t seed)
{
    ins_error error = {0};
    const ins_initialization start = family_start(f, seed);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, seed);
    for (size_t i = 0; i < f->samples.rows * f->samples.features; i++)
        f->samples.x[i] = (real)ins_random_normal(rng);
    for (size_t i = 0; i < f->samples.rows; i++)
        f->samples.label[i] = (int32_t)ins_random_interval(rng, 2);
    gsl_rng_free(rng);
    ck_assert_int_eq(ins_network_initialize(f->network, &start, &error), INS_OK);
    ins_network_forward(f->network, f->samples.x, f->samples.rows, INS_PASS_PROBE);
    ins_network_backward(f->network, ins_targets_of(&f->samples, 0));
}

static inline double mean_square(const real *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum / (double)count;
}

static inline double moment_of(const family *f, size_t layer, ins_tensor tensor)
{
    dense_view view = dense_of(f->network, layer);
    const real *x = tensor == INS_DELTA        ? view.delta
                    : tensor == INS_ACTIVATION ? view.activation
                                               : view.preactivation;
    return mean_square(x, f->samples.rows * view.units);
}

/* Sums over seeds of a second moment, layer by layer, and of its products with the layer before. */
typedef struct sums {
    double one, square, product;
} sums;

static inline void add(sums *s, double value, double neighbour)
{
    s->one += value;
    s->square += value * value;
    s->product += value * neighbour;
}

#endif
