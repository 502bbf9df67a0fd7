/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a run and of an arm, before a word is said of it. At the start means at
 * epoch 0, on the probe batch. The quantities and their names are those of the method page. */
#ifndef INITSCOPE_MEASURE_H
#define INITSCOPE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/memory.h"
#include "initscope/passage.h"
#include "initscope/score.h"
#include "initscope/seeds.h"
#include "initscope/sequence.h"
#include "initscope/study.h"

typedef enum ins_direction { INS_FORWARD, INS_BACKWARD, INS_DIRECTIONS } ins_direction;

/* Size: second moment of z. Signal: its within-unit variance, how much a unit's z differs between
 * probe rows. Error: second moment of delta. They may be taken at any recorded epoch; NAN when they
 * were not recorded. Logs without a within-unit variance have the variance for their signal. */
typedef enum ins_quantity {
    INS_QUANTITY_SIZE,
    INS_QUANTITY_SIGNAL,
    INS_QUANTITY_ERROR,
    INS_QUANTITIES
} ins_quantity;

double ins_quantity_at(const ins_study *study, ins_quantity quantity, size_t run,
                       ins_epoch_index epoch, size_t layer);

/* Its geometric mean over the seeds of an arm. */
ins_seeds ins_quantity_over_seeds(const ins_study *study, size_t arm, ins_quantity quantity,
                                  ins_epoch_index epoch, size_t layer);

/* Below it an error is rounding: (2^-23 times the rms of delta at the output layer)^2. NAN when
 * that is not known. */
double ins_resolution(const ins_study *study, size_t run, ins_epoch_index epoch);

/* 1 - signal / size: the mean correlation of two probe rows' z. Of layer 0: of the scaled inputs.
 */
double ins_alikeness(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer);

/* E z^2 / E x^2 of a layer at the start, x being what it is given: defined for a single layer. NAN:
 * x was not recorded. */
double ins_own_gain(const ins_study *study, size_t run, size_t layer);

/* The way back through a layer: E delta^2 of the layer that it reads over its own. NAN: not
 * recorded, or that one is read by others as well, or it reads several. */
double ins_own_error_gain(const ins_study *study, size_t run, size_t layer);

/* What E z^2 / E x^2 is on the mean of weights and biases that are independent, around 0 and as
 * large as those recorded: fan_in Var W + E b^2 / E x^2. NAN: they were not, or it has a state to
 * read beside x. */
double ins_expected_gain(const ins_study *study, size_t run, size_t layer);
ins_seeds ins_expected_gain_over_seeds(const ins_study *study, size_t arm, size_t layer);

/* The same over the layers of an arm, each a geometric mean over its seeds. */
typedef struct ins_gains {
    size_t layers; /* that have one */
    size_t none;   /* of which it is 0, in every run that tells */
    double mean, least,
        most; /* geometric mean over the layers, and the ends; NAN: there are none */
} ins_gains;
ins_gains ins_gains_of_arm(const ins_study *study, size_t arm, ins_direction direction);
ins_seeds ins_own_gain_over_seeds(const ins_study *study, size_t arm, ins_direction direction,
                                  size_t layer);

/* Second moment of the stream behind a layer that ends a residual block. */
double ins_stream_at(const ins_study *study, size_t run, ins_epoch_index epoch, size_t layer);

/* The data, as the logs tell of it; NAN: they do not. */
typedef struct ins_facts {
    ins_score score;
    bool cross_entropy;      /* that of classes is the loss */
    double classes, targets; /* what is predicted: one of so many classes, or so many numbers */
    double features, train_rows, test_rows;
    double input_rank; /* effective rank of the scaled inputs on the probe batch */
    /* Score of the best constant answer on the test and on the training rows: of classes
     * max(1 / classes, largest share of a class), of R^2 0. */
    double chance, train_chance;
    double constant_loss; /* of the training rows: ln classes, the loss of giving all classes the
                             same probability, or the mean square of the targets about their mean */
    double few_rows;      /* so many test rows decide whether a run learned: of numbers, of one that
                             barely did */
    bool autoencoder;     /* the targets are the inputs */
    bool test_is_train, given_test_set; /* the test rows are the training rows; a file of their own
                                         */
} ins_facts;

ins_facts ins_facts_of(const ins_study *study);

/* Directions that a layer has to span: as many as the answer needs, classes - 1 or the number of
 * targets, or a share of those that the inputs have themselves, whichever are fewer; NAN: the logs
 * do not tell. */
double ins_directions_needed(const ins_facts *facts);

/* What became of a run. */
typedef enum ins_learning {
    INS_LEARNING_UNKNOWN, /* the logs do not tell, or nothing was trained */
    INS_LEARNED,
    INS_BARELY_LEARNED,
    INS_DID_NOT_LEARN,
    INS_LEARNING_UNDECIDED /* too few test rows: of classes, even if all were right; of numbers, R^2
                              is that of a run that learned, and not told from none */
} ins_learning;

typedef struct ins_run_measure {
    /* Signal of the last hidden layer over that of the first; error of the first over that of the
     * last. 0: none, or rounding. INFINITY: beyond the range of numbers. NAN: not recorded, or
     * fewer than two hidden layers, or no chain of dense layers; but forward, of layers that follow
     * each other without a norm, the product of own gains and of what activations pass on. */
    double total[INS_DIRECTIONS];
    double size_total;              /* of the size, forward */
    size_t reached[INS_DIRECTIONS]; /* hidden layers that have rows of what a total is of */
    size_t steps[INS_DIRECTIONS];   /* from the first of them to the last */
    /* Of a residual network: growth of the stream a block, over the later half of the blocks, and
     * what it is when every block adds the same; NAN: no two blocks were recorded. */
    double stream_growth, stream_linear;
    bool identity; /* no block adds anything at the start */
    /* Largest, of ln from its line over the layers that have rows; NAN likewise. */
    double departure[INS_DIRECTIONS], size_departure;
    size_t steepest[INS_DIRECTIONS]; /* layer before which the largest step in ln lies, 0: none */
    double alikeness, input_alikeness;
    double narrowest;       /* units of the narrowest hidden layer */
    double rank;            /* effective rank of the last hidden layer's activations */
    double least_rank;      /* smallest at the end over hidden layers of several living units; NAN:
                               no layer has them */
    double distinct, units; /* at the end, of the hidden layer with the smallest share of
                               distinct units; NAN: not counted */
    size_t least_distinct;  /* that layer */
    size_t duplicates;      /* hidden layers with units that are equal in bits at the end */
    bool counted;           /* symmetry.csv tells */
    double dead_start,
        dead_end;       /* largest share of a hidden layer's units that are 0 on every row */
    size_t dead_layer;  /* of the larger of the two */
    size_t alike_layer; /* of the smallest rank */
    double saturated;   /* largest share of a hidden layer beyond the knee, start or end */
    size_t saturated_layer;
    /* Largest over the hidden layers, before training: the weights' mean over their standard
     * deviation, times the root of fan_in; 0: no mean is told from 0. */
    double off_centre;
    size_t centre_layer;   /* where that is */
    double pace;           /* median over layers and epochs of rms update / rms weight, an update */
    ins_sequence sequence; /* of recurrent layers and of attention */
    bool diverged;
    bool trained; /* it has an epoch after 0 */
    double score, train_score, train_loss, initial_loss;
    double updates;
    ins_learning learning;
} ins_run_measure;

/* (study->runs) in arena. */
const ins_run_measure *ins_measure_runs(const ins_study *study, const ins_facts *facts,
                                        ins_arena *arena);

/* The score that counts as arrived: a share of the way from chance to 1; NAN: unknown. */
double ins_target_of(const ins_facts *facts);

/* When the runs of an arm first arrive there. Diverged runs never do. */
ins_passage ins_passage_of_arm(const ins_study *study, const ins_facts *facts, size_t arm);

/* A number of runs.csv, such as INS_RUNS_LEARNING_RATE; NAN: it does not tell. */
double ins_factor_number(const ins_study *study, size_t run, ins_column_id column);

/* Units of a layer; NAN when they were not recorded. */
double ins_units(const ins_study *study, size_t arm, size_t layer);

#endif
