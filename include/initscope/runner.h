/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs an experiment: every trial of the grid, in parallel, into a run directory. */
#ifndef INITSCOPE_RUNNER_H
#define INITSCOPE_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/dataset.h"
#include "initscope/error.h"
#include "initscope/grid.h"
#include "initscope/log_writer.h"
#include "initscope/settings.h"

typedef enum ins_event_kind {
    INS_EVENT_WARNING, /* text */
    INS_EVENT_START,   /* the first trial is about to begin */
    INS_EVENT_EXPENSE, /* seconds, bytes, workers: what the trials will take */
    INS_EVENT_EPOCH,   /* of one trial */
    INS_EVENT_TRIAL    /* a trial is complete and on disk; in trial order */
} ins_event_kind;

/* What is going on; delivered by one thread at a time. */
typedef struct ins_event {
    ins_event_kind kind;
    const char *text;       /* INS_EVENT_WARNING */
    const ins_trial *trial; /* INS_EVENT_EPOCH, INS_EVENT_TRIAL */
    size_t epoch;           /* the last one of the trial so far */
    size_t epochs;          /* of one trial; not INS_EVENT_EPOCH */
    size_t trials, skipped; /* to be run here; complete before it was resumed */
    size_t all;             /* of the experiment */
    size_t elsewhere;       /* INS_EVENT_TRIAL: done by other processes meanwhile */
    size_t workers;         /* INS_EVENT_EXPENSE: threads of all processes */
    double seconds, bytes;  /* INS_EVENT_EXPENSE, about */
    bool diverged;          /* INS_EVENT_TRIAL */
    double score;           /* of the test rows, INS_EVENT_TRIAL */
    const char *score_name; /* "accuracy", as in experiment.ini */
} ins_event;

typedef void (*ins_event_handler)(void *context, const ins_event *event);

typedef struct ins_request {
    const ins_settings *settings;
    ins_log_policy policy;
    const char *command_line; /* for environment.csv */
    bool (*stop)(void);       /* polled while training; NULL: never */
    ins_event_handler tell;   /* NULL: nobody listens */
    void *context;            /* of tell */
    size_t foresee;           /* so many trials have their expense told; 0: none */
} ins_request;

typedef struct ins_outcome {
    size_t trials, skipped; /* to be run here; skipped: complete before this run resumed */
    size_t done, diverged;  /* of this run */
    double seconds;
} ins_outcome;

/* outcome is written on INS_OK and INS_INTERRUPTED. The calling thread takes denormals as 0 from
 * then on, as all threads that train. */
ins_status ins_run_experiment(const ins_request *request, ins_outcome *outcome, ins_error *error);

/* Reads, splits and scales the data; where splits follow the seeds, that of the first seed, after
 * every other one was found possible, and the rows stay in the dataset for the others.
 * dataset->warnings tells what was odd. */
ins_status ins_data_load(const ins_settings *settings, ins_dataset *dataset, ins_prepared *data,
                         ins_error *error);

/* The compiler and its version; the OpenMP version as its date, "no" without. */
const char *ins_compiler(void);
const char *ins_openmp(void);

#endif
