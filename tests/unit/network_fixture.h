/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the nn room share: calls parsed from text, and small networks on random data.
 */
#ifndef NETWORK_FIXTURE_H
#define NETWORK_FIXTURE_H

#include <stdint.h>
#include <stdlib.h>

#include <check.h>

#include "initscope/blas.h"
#include "initscope/design.h"
#include "initscope/memory.h"
#include "initscope/network.h"
#include "initscope/random.h"
#include "initscope/residual.h"
#include "initscope/trainer.h"

#include "dense_view.h"
#include "perceptron.h"

static ins_arena *fixture_arena;

static inline void fixture_setup(void)
{
    fixture_arena = ins_arena_new();
}

static inline void fixture_teardown(void)
{
    ins_arena_free(fixture_arena);
}

static inline ins_choice choose(const ins_entries *table, const char *text)
{
    ins_error error = {0};
    ins_choice choice = {0};

    ck_assert_msg(ins_choice_parse(table, text, "test", fixture_arena, &choice, &error) == INS_OK,
                  "%s", error.line[0]);
    return choice;
}

static inline const ins_layer_kind *kind_of(const char *name)
{
    const ins_layer_kind *kind = (const ins_layer_kind *)ins_entry_find(&ins_layer_kinds, name);

    ck_assert_ptr_nonnull(kind);
    return kind;
}

/* rows of features uniform in (-1, 1), labels 0, 1, 2, 0, ... */
static inline ins_samples random_samples(size_t rows, size_t features, uint32_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_samples samples = {.rows = rows,
                           .features = features,
                           .outputs = 3,
                           .x = calloc(rows * features, sizeof(real)),
                           .label = calloc(rows, sizeof(int32_t))};

    ins_random_seed(rng, seed);
    for (size_t i = 0; i < rows * features; i++)
        samples.x[i] = (real)(2 * ins_random_uniform(rng) - 1);
    for (size_t i = 0; i < rows; i++) samples.label[i] = (int32_t)(i % 3);
    gsl_rng_free(rng);
    return samples;
}

static inline ins_targets targets_of(const ins_samples *samples)
{
    return ins_targets_of(samples, 0);
}

/* The last forward pass alone, held against its targets. */
static inline ins_tally compared(ins_network *net, ins_targets targets)
{
    ins_tally tally = ins_network_tally(net);

    ins_network_compare(net, targets, &tally);
    return tally;
}

static inline void samples_free(ins_samples *samples)
{
    if (samples->number != samples->x) free(samples->number);
    free(samples->x);
    free(samples->label);
}

/* Numbers to be predicted in the place of the labels: others, or the features themselves. */
static inline void expect_numbers(ins_samples *samples, bool own)
{
    free(samples->label);
    samples->label = NULL;
    if (own) {
        samples->number = samples->x;
        samples->outputs = samples->features;
        return;
    }
    samples->number = calloc(samples->rows * samples->outputs, sizeof(real));
    for (size_t i = 0; i < samples->rows * samples->outputs; i++)
        samples->number[i] = (real)sin(1 + 3 * (double)i);
}

/* A network for 3 classes, or for numbers, its weights and biases from these initializers. */
typedef struct recipe {
    const char *activation, *optimizer, *hidden_init, *output_init, *bias_init;
    double learning_rate, dropout, weight_decay;
    size_t inputs, hidden_count, hidden[8], capacity;
    size_t numbers; /* to be predicted, in the place of 3 classes */
} recipe;

static inline ins_status recipe_initialize(const recipe *r, ins_network *network,
                                           const ins_samples *probe, uint32_t seed,
                                           ins_error *error)
{
    const ins_choice hidden = choose(&ins_initializers, r->hidden_init);
    const ins_choice output =
        choose(&ins_initializers, r->output_init ? r->output_init : r->hidden_init);
    const ins_choice bias = choose(&ins_initializers, r->bias_init ? r->bias_init : "zeros");
    const ins_initialization initialization = {
        .hidden = &hidden, .output = &output, .bias = &bias, .seed = seed, .probe = probe};

    return ins_network_initialize(network, &initialization, error);
}

static inline ins_design recipe_design(const recipe *r)
{
    const ins_choice activation = choose(&ins_activations, r->activation);
    ins_design design = perceptron_design(&(perceptron){.inputs = r->inputs,
                                                        .outputs = r->numbers > 0 ? r->numbers : 3,
                                                        .loss = ins_loss_for(r->numbers == 0),
                                                        .hidden_count = r->hidden_count,
                                                        .hidden = r->hidden,
                                                        .activation = &activation,
                                                        .dropout = r->dropout});
    design.optimizer = choose(&ins_optimizers, r->optimizer ? r->optimizer : "sgd");
    design.learning_rate = r->learning_rate;
    design.weight_decay = r->weight_decay;
    design.capacity = r->capacity;
    return design;
}

static inline ins_network *recipe_network(const recipe *r, const ins_samples *probe, uint32_t seed)
{
    ins_error error = {0};
    ins_network *network;
    ins_design design = recipe_design(r);

    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ins_design_free(&design);
    ck_assert_msg(recipe_initialize(r, network, probe, seed, &error) == INS_OK, "%s",
                  error.line[0]);
    return network;
}

/* The design of a network of the language. */
static inline ins_design text_design(const char *text, const ins_samples *samples,
                                     const char *activation, const char *residual)
{
    static ins_choice phi, start; /* the design points to them */
    const ins_blueprint *list;
    ins_design design = {0};
    ins_error error = {0};
    size_t count;

    phi = choose(&ins_activations, activation);
    start = choose(&ins_residual_starts, residual);
    ck_assert_msg(ins_blueprints_parse(text, "test", fixture_arena, &count, &list, &error) ==
                      INS_OK,
                  "%s", error.line[0]);
    ck_assert_uint_eq(count, 1);
    const ins_details details = {.inputs = samples->features,
                                 .outputs = samples->outputs,
                                 .loss = ins_loss_for(samples->label != NULL),
                                 .activation = &phi,
                                 .residual = &start};
    ck_assert_msg(ins_design_make(list, &details, "test", &design, &error) == INS_OK, "%s",
                  error.line[0]);
    design.optimizer = choose(&ins_optimizers, "sgd");
    design.learning_rate = 0.1;
    design.capacity = samples->rows;
    return design;
}

/* For tests that compute: the matrix product needs its start. */
static inline void network_setup(void)
{
    ins_error error = {0};

    fixture_setup();
    ck_assert_int_eq(ins_blas_start(&error), INS_OK);
}

static inline void train(ins_network *network, const ins_samples *samples, size_t batch,
                         size_t epochs)
{
    ins_trainer *trainer = ins_trainer_new(network, samples, batch, true, 1);

    for (size_t e = 0; e < epochs; e++) ck_assert(ins_trainer_epoch(trainer, NULL));
    ins_trainer_free(trainer);
}

#endif
