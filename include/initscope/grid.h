/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The cross product of the factors and the seeds, as numbered trials. */
#ifndef INITSCOPE_GRID_H
#define INITSCOPE_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "initscope/dataset.h"
#include "initscope/entry.h"
#include "initscope/error.h"
#include "initscope/network.h"
#include "initscope/settings.h"

/* The factors from the slowest to the fastest; the seed is faster than all. */
typedef enum ins_factor {
    INS_FACTOR_NETWORK,
    INS_FACTOR_RESIDUAL_INIT,
    INS_FACTOR_RECURRENT_INIT,
    INS_FACTOR_FORGET_BIAS,
    INS_FACTOR_ACTIVATION,
    INS_FACTOR_OPTIMIZER,
    INS_FACTOR_LEARNING_RATE,
    INS_FACTOR_DROPOUT,
    INS_FACTOR_WEIGHT_DECAY,
    INS_FACTOR_BATCH,
    INS_FACTOR_INIT,
    INS_FACTOR_SEED,
    INS_FACTORS
} ins_factor;

/* What one experiment may have: more would not end, or could not be planned. */
enum { INS_GRID_TRIALS = 100000000, INS_GRID_ARMS = 1000000 };

/* The initializers beside that of the hidden layers. */
enum { INS_START_OUTPUT, INS_START_FIRST, INS_START_EMBEDDING, INS_START_BIAS, INS_STARTS };

typedef struct ins_grid {
    const ins_settings *settings;
    size_t levels[INS_FACTORS];
    size_t trials;
    const ins_choice *start; /* (activations, inits + INS_STARTS) with what the activation decides
                                filled in: init, then the others; in settings->arena */
} ins_grid;

/* One network, one seed. */
typedef struct ins_trial {
    size_t run; /* 1 .. trials */
    const ins_blueprint *network;
    const ins_choice *activation, *optimizer;
    const ins_choice *residual;  /* how the branches of its residual blocks start */
    const ins_choice *recurrent; /* of matrices on a recurrent layer's own last output */
    const ins_choice *forget;    /* how the biases of its forget gates start */
    const ins_choice *init, *first, *output; /* of W of the hidden, the first, the output layer */
    const ins_choice *embedding;             /* of tables */
    const ins_choice *bias;                  /* of every b */
    double learning_rate;                    /* the optimizer's own is filled in */
    double dropout, weight_decay;
    size_t batch; /* rows; all training rows when 0 */
    uint32_t seed;
} ins_trial;

/* INS_USAGE when two learning rates are the same one for some optimizer, when an activation has no
 * edge of chaos that an initializer asks for, or when there are more than INS_GRID_TRIALS trials,
 * more than INS_GRID_ARMS but for the seed. settings must outlive the grid. */
ins_status ins_grid_new(const ins_settings *settings, ins_grid *grid, ins_error *error);

ins_trial ins_grid_trial(const ins_grid *grid, size_t index); /* 0 .. trials - 1 */

/* The trials of one network, activation, starts and initializers begin with the same network, but
 * for the seed: such networks are numbered from 0 in the order of the grid. */
size_t ins_grid_networks(const ins_grid *grid); /* their number */
size_t ins_grid_network_of(const ins_grid *grid, const ins_trial *trial);
ins_trial ins_grid_network_trial(const ins_grid *grid, size_t network); /* the first one */

/* Whether every network fits samples of these features, and has tokens where it embeds them.
 * INS_USAGE; only then may a design be asked for. A line is added to warnings for each that has two
 * linear layers in a row. */
ins_status ins_networks_check(const ins_settings *settings, const ins_prepared *data,
                              ins_text *warnings, ins_error *error);

/* The layers of a trial's network for such samples, and the whole design for the training rows. The
 * caller frees them. */
ins_design ins_trial_layers(const ins_trial *trial, const ins_samples *samples);
ins_design ins_trial_design(const ins_trial *trial, const ins_settings *settings,
                            const ins_samples *train);

/* min(batch, training rows) */
size_t ins_trial_batch(const ins_trial *trial, const ins_samples *train);

/* The probe batch: the first training rows, a view of train. */
ins_samples ins_probe_of(const ins_settings *settings, const ins_samples *train);

/* Fills in the gains that are given by an activation's name, with 1 / sqrt(E[phi(z)^2]) of
 * z ~ N(0, 1): weights of variance gain^2 / fan_in keep the second moment of the activations.
 * INS_USAGE when there is no such activation. */
ins_status ins_gains_resolve(ins_choice *choice, const char *where, ins_arena *arena,
                             ins_error *error);

/* Gives an initializer at the edge of chaos its sigma_w^2 for this activation; others are left as
 * they are. INS_USAGE when sigma_b has no stable critical point. */
ins_status ins_critical_resolve(ins_choice *choice, const ins_choice *activation, const char *where,
                                ins_error *error);

#endif
