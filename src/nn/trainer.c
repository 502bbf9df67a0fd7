/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Minibatch training and evaluation. */
#include <config.h>

#include "initscope/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/random.h"

struct ins_trainer {
    ins_network *network;
    const ins_samples *train;
    size_t batch;
    bool shuffle;
    gsl_rng rng;    /* of the order */
    size_t *order;  /* (train rows) */
    real *x;        /* (batch, features): the rows of the minibatch */
    int32_t *label; /* (batch) */
    real *number;   /* (batch, outputs); NULL where x itself is to be predicted */
};

ins_trainer *ins_trainer_new(ins_network *network, const ins_samples *train, size_t batch,
                             bool shuffle, uint32_t seed)
{
    const char *what = "minibatches";
    ins_trainer *trainer = ins_allocate(1, sizeof *trainer, what);
    if (batch > train->rows) batch = train->rows;
    *trainer =
        (ins_trainer){.network = network, .train = train, .batch = batch, .shuffle = shuffle};
    trainer->rng = (gsl_rng){gsl_rng_mt19937, ins_allocate(1, gsl_rng_mt19937->size, what)};
    trainer->order = ins_allocate(train->rows, sizeof *trainer->order, what);
    trainer->x = ins_allocate(ins_multiply(batch, train->features, what), sizeof *trainer->x, what);
    if (train->label != NULL) trainer->label = ins_allocate(batch, sizeof *trainer->label, what);
    if (train->number != NULL && train->number != train->x)
        trainer->number =
            ins_allocate(ins_multiply(batch, train->outputs, what), sizeof *trainer->number, what);
    for (size_t i = 0; i < train->rows; i++) trainer->order[i] = i;
    ins_random_stream(&trainer->rng, seed, INS_FOR_ORDER, 0);
    return trainer;
}

void ins_trainer_free(ins_trainer *trainer)
{
    if (trainer == NULL) return;
    free(trainer->rng.state);
    free(trainer->order);
    free(trainer->x);
    free(trainer->label);
    free(trainer->number);
    free(trainer);
}

static void copy_row(real *to, size_t i, const real *from, size_t row, size_t length)
{
    memcpy(to + i * length, from + row * length, length * sizeof *to);
}

/* Rows order[first], order[first + 1], ... side by side. */
static ins_targets gather(ins_trainer *trainer, size_t first, size_t rows)
{
    const ins_samples *train = trainer->train;
    for (size_t i = 0; i < rows; i++) {
        const size_t row = trainer->order[first + i];
        copy_row(trainer->x, i, train->x, row, train->features);
        if (trainer->label != NULL) trainer->label[i] = train->label[row];
        if (trainer->number != NULL)
            copy_row(trainer->number, i, train->number, row, train->outputs);
    }
    return (ins_targets){.label = trainer->label,
                         .number = train->number == train->x ? trainer->x : trainer->number};
}

bool ins_trainer_epoch(ins_trainer *trainer, bool (*stop)(void))
{
    const size_t all = trainer->train->rows;
    if (trainer->shuffle) ins_random_shuffle(&trainer->rng, trainer->order, all);
    for (size_t first = 0; first < all; first += trainer->batch) {
        const size_t rows = all - first < trainer->batch ? all - first : trainer->batch;
        if (stop != NULL && stop()) return false;
        const ins_targets targets = gather(trainer, first, rows);
        ins_network_forward(trainer->network, trainer->x, rows, INS_PASS_TRAIN);
        ins_network_backward(trainer->network, targets);
        ins_network_update(trainer->network);
    }
    return true;
}

ins_evaluation ins_evaluate(ins_network *network, const ins_samples *samples)
{
    const size_t capacity = ins_network_capacity(network);
    ins_tally tally = ins_network_tally(network);
    for (size_t end = samples->rows, first; end > 0; end = first) {
        first = (end - 1) / capacity * capacity;
        ins_network_forward(network, samples->x + first * samples->features, end - first,
                            INS_PASS_TEST);
        ins_network_compare(network, ins_targets_of(samples, first), &tally);
    }
    const ins_loss *loss = ins_network_design(network)->loss;
    return (ins_evaluation){.loss = tally.loss / (double)tally.rows,
                            .score = loss->score_of(&tally, samples->outputs)};
}

double ins_accuracy_of(const ins_network *network, const ins_evaluation *evaluation)
{
    return ins_network_design(network)->loss->classes ? evaluation->score : (double)NAN;
}
