/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One epoch of minibatch training, and evaluation of a whole set. No allocation. */
#ifndef INITSCOPE_TRAINER_H
#define INITSCOPE_TRAINER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/network.h"

/* Owns the order of the minibatches and their buffers. */
typedef struct ins_trainer ins_trainer;

/* batch rows a minibatch (the last one may be smaller); seed keys the order and, when shuffle is
 * false, is not used for it. network and train must outlive the trainer. batch <= the network's
 * capacity. */
ins_trainer *ins_trainer_new(ins_network *network, const ins_samples *train, size_t batch,
                             bool shuffle, uint32_t seed);
void ins_trainer_free(ins_trainer *trainer); /* NULL is fine */

/* Every training row once. stop, polled before each minibatch, may be NULL; when it says true the
 * epoch is left and false is returned. */
bool ins_trainer_epoch(ins_trainer *trainer, bool (*stop)(void));

/* Mean loss, and the score that the loss has, over all rows of samples, dropout off. */
typedef struct ins_evaluation {
    double loss, score;
} ins_evaluation;
ins_evaluation ins_evaluate(ins_network *network, const ins_samples *samples);

/* The score where it is the share of rows whose class is right; NAN: the loss knows no classes. */
double ins_accuracy_of(const ins_network *network, const ins_evaluation *evaluation);

/* Makes the calling thread take denormal operands and results as 0 (x86 SSE, AArch64; elsewhere
 * nothing happens). Returns whether it now does. A vanishing network computes mostly denormals,
 * which are many times slower; call it in every thread that trains. */
bool ins_flush_denormals(void);

#endif
