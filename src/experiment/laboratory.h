/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the trials of one run share, and what the files of the runner need of each other. */
#ifndef INITSCOPE_LABORATORY_H
#define INITSCOPE_LABORATORY_H

#include <stdbool.h>
#include <stddef.h>

#include "depth.h"
#include "initscope/forecast.h"
#include "initscope/runner.h"

/* A trial's rows are at most this many times in memory for each thread: those of the trial under
 * way, and of trials that wait for an earlier one before they are written. */
enum { INS_PLACES = 2 };

typedef struct ins_laboratory {
    const ins_settings *settings;
    const ins_dataset *dataset;
    const ins_prepared *data; /* of the first seed; of all seeds when the split is fixed */
    ins_samples probe;        /* a view of data->train */
    const ins_forecasts *forecasts;
    const ins_depths *depths;
    const char *weights; /* directory of save-weights */
    bool (*stop)(void);
    ins_event_handler tell;
    void *context;
} ins_laboratory;

typedef struct ins_trial_result {
    bool stopped, diverged;
    size_t epoch; /* the last one */
    double score; /* of the test rows */
    double train_seconds, record_seconds;
    double open_seconds; /* of train_seconds, before the first epoch */
} ins_trial_result;

/* Which initializers a trial uses, its seed, and the rows that initializers may look at. */
ins_initialization ins_trial_initialization(const ins_trial *trial, const ins_samples *probe);

/* Delivers an event, if anybody listens, from any thread. */
void ins_tell(const ins_laboratory *laboratory, const ins_event *event);

/* Trains the trial's network, made in the memory of an earlier one as by ins_network_renew, and
 * appends its rows. result->stopped: the rows are incomplete. */
ins_status ins_trial_run(const ins_laboratory *laboratory, const ins_trial *trial,
                         ins_network **network, ins_log_rows *rows, ins_trial_result *result,
                         ins_error *error);

/* Bytes that one trial needs at a time. */
ins_status ins_trial_size(const ins_laboratory *laboratory, const ins_trial *trial, size_t *bytes,
                          ins_error *error);

/* environment.csv, features.csv and outputs.csv, with their headers. */
typedef struct ins_surroundings {
    const ins_settings *settings;
    const ins_dataset *dataset;
    const ins_prepared *data;
    const char *command_line;
    size_t threads;
    bool flush_to_zero;
} ins_surroundings;
void ins_environment_write(const ins_surroundings *surroundings, ins_text *out);
void ins_features_write(const ins_dataset *dataset, const ins_prepared *data, ins_text *out);
void ins_outputs_write(const ins_dataset *dataset, ins_text *out);

#endif
