/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The recorder of a trial: makes the passes over the fixed probe batch, and shows the instrument
 * (trace.h) what the network has then in every layer.
 *
 * Recording draws no random number and changes no weight, so a run's numbers do not depend on how
 * often it is recorded. A recorder is one allocation; later only the text of the rows grows. */
#ifndef INITSCOPE_RECORDER_H
#define INITSCOPE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/forecast.h"
#include "initscope/grid.h"
#include "initscope/log_writer.h"
#include "initscope/network.h"
#include "initscope/settings.h"
#include "initscope/trainer.h"

typedef struct ins_recorder ins_recorder;

/* Who is recorded, on what. */
typedef struct ins_recorder_trial {
    const ins_trial *trial;
    ins_network *network;
    const ins_samples *probe;     /* rows <= the network's capacity */
    const ins_settings *settings; /* which epochs get what */
    const ins_forecast *forecast; /* for epoch 0; NULL: there is none */
} ins_recorder_trial;

/* Bytes of a recorder of this network. INS_USAGE when they cannot be counted. */
ins_status ins_recorder_size(const ins_design *design, const ins_settings *settings, size_t *bytes,
                             ins_error *error);

/* About the bytes of the rows of so many recorded epochs; false when they cannot be counted. */
bool ins_recorder_text_size(const ins_design *design, const ins_settings *settings, size_t records,
                            size_t *bytes);

/* design is the network's. Everything in subject must outlive the recorder. */
ins_recorder *ins_recorder_new(const ins_recorder_trial *subject, const ins_design *design);
void ins_recorder_free(ins_recorder *recorder); /* NULL is fine */

/* What the trial measured itself at the end of an epoch. */
typedef struct ins_recorder_epoch {
    size_t epoch;
    bool last;
    ins_evaluation train, test;
} ins_recorder_epoch;

/* Forward and backward on the probe batch, dropout off; one row of epochs.csv, the rows of
 * layers.csv (in the order of layer and tensor) and, at their epochs, those of symmetry.csv,
 * histograms.csv and spectrum.csv are appended to rows. */
void ins_recorder_record(ins_recorder *recorder, const ins_recorder_epoch *epoch,
                         ins_log_rows *rows);

/* Writes directory/RUN/epochNNNN.layerNN.W.npy and .b.npy of every layer, replacing what is there;
 * RUN has at least 6 digits. The directory, not its parent, is made. INS_OUTPUT on failure. */
ins_status ins_weights_save(const ins_network *network, const char *directory, size_t run,
                            size_t epoch, ins_error *error);

#endif
