/* Runs an experiment: every trial of the grid, in parallel, into a run directory. */
#ifndef INITSCOPE_RUNNER_H
#define INITSCOPE_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/dataset.h"
#include "initscope/depth.h"
#include "initscope/error.h"
#include "initscope/forecast.h"
#include "initscope/grid.h"
#include "initscope/log_writer.h"
#include "initscope/settings.h"

typedef enum ins_event_kind {
    INS_EVENT_WARNING, /* text */
    INS_EVENT_START,   /* the first trial is about to begin */
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
    size_t trials, skipped; /* of the experiment; complete before it was resumed */
    bool diverged;          /* INS_EVENT_TRIAL */
    double accuracy;        /* on the test rows, INS_EVENT_TRIAL */
} ins_event;

typedef void (*ins_event_handler)(void *context, const ins_event *event);

typedef struct ins_request {
    const ins_settings *settings;
    ins_log_policy policy;
    const char *command_line; /* for environment.csv */
    bool (*stop)(void);       /* polled while training; NULL: never */
    ins_event_handler tell;   /* NULL: nobody listens */
    void *context;            /* of tell */
} ins_request;

typedef struct ins_outcome {
    size_t trials, skipped; /* skipped: complete before this run resumed */
    size_t done, diverged;  /* of this run */
    double seconds;
} ins_outcome;

/* outcome is written on INS_OK and INS_INTERRUPTED. The calling thread takes denormals as 0 from
 * then on, as all threads that train. */
ins_status ins_run_experiment(const ins_request *request, ins_outcome *outcome, ins_error *error);

/* Reads, splits and scales the data. dataset->warnings tells what was odd. */
ins_status ins_data_load(const ins_settings *settings, ins_dataset *dataset, ins_prepared *data,
                         ins_error *error);

/* One trial, by trial.c. */
typedef struct ins_laboratory {
    const ins_settings *settings;
    const ins_prepared *data;
    ins_samples probe; /* a view of data->train */
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
    double accuracy;
} ins_trial_result;

/* Which initializers a trial uses, its seed, and the rows that initializers may look at. */
ins_initialization ins_trial_initialization(const ins_laboratory *laboratory,
                                            const ins_trial *trial);

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

/* The compiler and its version; the OpenMP version as its date, "no" without. */
const char *ins_compiler(void);
const char *ins_openmp(void);

/* environment.csv and features.csv, with their headers. */
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

#endif
