/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* An experiment from its data to its run directory: trials in parallel, rows in trial order. */
#include <config.h>

#include "initscope/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/clock.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/rank_logs.h"
#include "initscope/team.h"
#include "initscope/trainer.h"
#include "laboratory.h"
#include "pace.h"
#include "parallel.h"
#include "resources.h"

typedef struct running {
    const ins_request *request;
    ins_laboratory laboratory;
    ins_dataset dataset;
    ins_prepared data;
    ins_grid grid;
    size_t trials; /* to be done here, of the grid's */
    size_t threads;
    bool flush_to_zero;
    ins_text experiment; /* experiment.ini */
    ins_log *log;
    bool together; /* the log is one of several, which are to be merged */
    bool *has;     /* (grid.trials) those in all of the logs; NULL when together is false */
    int lock;      /* of the logs; -1: not held */
    char *weights; /* laboratory.weights */
    ins_forecasts *forecasts;
    ins_depths *depths;
    ins_outcome outcome;
    size_t room;               /* trials under way at a time */
    ins_trial_result *results; /* (room) theirs, at the places of their entries */
    double deadline;           /* no trial is to end after it */
    ins_pace *pace;
    size_t failed;      /* the first trial that could not be run or written; 0: none */
    ins_status failure; /* what error says of it */
    ins_error *error;
} running;

static void tell(const running *r, ins_event event)
{
    event.trials = r->trials;
    event.all = r->grid.trials;
    event.skipped = r->outcome.skipped;
    event.epochs = r->request->settings->epochs;
    ins_tell(&r->laboratory, &event);
}

static void tell_warnings(const running *r, const ins_text *warnings)
{
    const char *line = warnings->data;
    while (line && *line) {
        size_t length = strcspn(line, "\n");
        ins_text one = {0};
        ins_text_add_bytes(&one, line, length);
        tell(r, (ins_event){.kind = INS_EVENT_WARNING, .text = one.data});
        ins_text_free(&one);
        line += length + (line[length] == '\n');
    }
}

static ins_status load_data(running *r)
{
    ins_status status = ins_data_load(r->request->settings, &r->dataset, &r->data, r->error);
    tell_warnings(r, &r->dataset.warnings);
    return status;
}

static ins_status check_networks(running *r)
{
    ins_text warnings = {0};
    ins_status status = ins_networks_check(r->request->settings, &r->data, &warnings, r->error);
    if (status == INS_OK) tell_warnings(r, &warnings);
    ins_text_free(&warnings);
    return status;
}

/* How many trials the shard has. */
static ins_status count_trials(running *r)
{
    const ins_shard *shard = &r->request->settings->shard;
    r->trials = (r->grid.trials + shard->of - shard->index) / shard->of;
    if (r->trials > 0) return INS_OK;
    return ins_error_add(r->error, INS_USAGE, "%s: there are %zu trials in all (got \"%zu/%zu\")",
                         ins_settings_where(r->request->settings, INS_OPTION_SHARD), r->grid.trials,
                         shard->index, shard->of);
}

/* Everything that can be refused is refused here, before anything is written. */
static ins_status plan(running *r)
{
    const ins_request *request = r->request;
    r->laboratory = (ins_laboratory){.settings = request->settings,
                                     .dataset = &r->dataset,
                                     .data = &r->data,
                                     .stop = request->stop,
                                     .tell = request->tell,
                                     .context = request->context};
    ins_status status = ins_output_check(request->settings, request->policy, r->error);
    if (status == INS_OK) status = ins_grid_new(request->settings, &r->grid, r->error);
    if (status == INS_OK) status = count_trials(r);
    if (status == INS_OK) status = load_data(r);
    if (status != INS_OK) return status;
    r->laboratory.probe = ins_probe_of(request->settings, &r->data.train);
    status = check_networks(r);
    if (status == INS_OK) status = ins_batches_check(&r->laboratory, r->error);
    if (status == INS_OK)
        status = ins_threads_choose(&r->laboratory, &r->grid, &r->threads, r->error);
    if (status != INS_OK) return status;
    r->room = r->threads > 1 ? r->threads * INS_PLACES : 1;
    return ins_rehearse(&r->laboratory, &r->grid, r->error);
}

/* Whether all ranks go on: *status is that of one that does not. What rank 0 has to say of it the
 * others do not say again. */
static bool agree(running *r, ins_status *status)
{
    const ins_status worst = (ins_status)ins_team_largest((int)*status);
    ins_status first = *status;
    ins_team_share(&first, sizeof first);
    if (first != INS_OK && ins_team_rank() > 0 && r->error) ins_error_clear(r->error);
    *status = worst;
    return worst == INS_OK;
}

static ins_status write_files(running *r)
{
    ins_surroundings surroundings = {.settings = r->request->settings,
                                     .dataset = &r->dataset,
                                     .data = &r->data,
                                     .command_line = r->request->command_line,
                                     .threads = r->threads,
                                     .flush_to_zero = r->flush_to_zero};
    ins_text environment = {0}, features = {0}, outputs = {0};
    ins_environment_write(&surroundings, &environment);
    ins_features_write(&r->dataset, &r->data, &features);
    ins_outputs_write(&r->dataset, &outputs);
    ins_status status = ins_log_file_write(r->log, "experiment.ini", &r->experiment, r->error);
    if (status == INS_OK)
        status = ins_log_file_write(r->log, "environment.csv", &environment, r->error);
    if (status == INS_OK) status = ins_log_file_write(r->log, "features.csv", &features, r->error);
    if (status == INS_OK) status = ins_log_file_write(r->log, "outputs.csv", &outputs, r->error);
    ins_text_free(&environment);
    ins_text_free(&features);
    ins_text_free(&outputs);
    return status;
}

/* What is left to be done, before it is. */
static void tell_expense(const running *r)
{
    const size_t left = r->trials - r->outcome.skipped;
    const size_t workers = r->threads * ins_team_ranks();
    if (r->request->foresee == 0 || left < r->request->foresee) return;
    const ins_expense all = ins_pace_foresee(&r->laboratory, &r->grid);
    const double share = (double)left / (double)r->grid.trials;
    tell(r, (ins_event){.kind = INS_EVENT_EXPENSE,
                        .seconds = all.seconds * share / (double)(workers < left ? workers : left),
                        .bytes = all.bytes * share,
                        .workers = workers});
}

/* A trial is on disk. */
static void on_written(void *context, const ins_log_entry *entry)
{
    running *r = context;
    const ins_trial_result *result = &r->results[entry->place];
    ins_trial trial = ins_grid_trial(&r->grid, entry->trial - 1);
    r->outcome.done++;
    r->outcome.diverged += result->diverged;
    ins_team_done();
    tell(r, (ins_event){.kind = INS_EVENT_TRIAL,
                        .trial = &trial,
                        .elsewhere = ins_team_all_done() - r->outcome.done,
                        .epoch = result->epoch,
                        .diverged = result->diverged,
                        .score = result->score,
                        .score_name = ins_loss_for(r->data.train.label != NULL)->score});
}

/* What has to agree when the run is gone on with. */
static void add_identity(running *r, ins_text *identity)
{
    ins_settings resolved = *r->request->settings;
    const ins_loss *loss = ins_loss_for(r->data.train.label != NULL);
    resolved.loss = (ins_choice){.entry = &loss->entry, .label = loss->entry.name};
    ins_settings_write(&resolved, &r->experiment);
    ins_facts_write(&r->data.train, &r->experiment);
    ins_text_add(identity, r->experiment.data);
    ins_text_add_format(identity, "version = %s\ndata_hash = %016llx\n", PACKAGE_VERSION,
                        r->dataset.hash);
}

static ins_log_terms terms_of(running *r, const ins_text *identity)
{
    return (ins_log_terms){.directory = r->request->settings->output,
                           .policy = r->request->policy,
                           .identity = identity->data,
                           .shard = r->request->settings->shard,
                           .trials = r->grid.trials,
                           .room = r->room,
                           .written = on_written,
                           .context = r};
}

/* The log of one process. */
static ins_status open_alone(running *r, const ins_text *identity)
{
    const ins_log_terms terms = terms_of(r, identity);
    ins_status status = INS_OK;
    if (!ins_team_is_job()) status = ins_rank_logs_clear(terms.directory, terms.policy, r->error);
    return status == INS_OK ? ins_log_open(&terms, &r->log, &r->outcome.skipped, r->error) : status;
}

/* Logs that are nobody's now are cut back to what is sound, as the own one is when it is opened. */
static ins_status mend_others(running *r, const ins_log_terms *own)
{
    ins_rank_logs logs;
    ins_status status = ins_rank_logs_list(r->request->settings->output, &logs, r->error);
    const size_t ranks = ins_team_ranks();
    for (size_t i = 0; status == INS_OK && i < logs.count; i++) {
        const size_t number = logs.number[i];
        if (number <= ranks || (number - 1) % ranks != ins_team_rank()) continue;
        ins_log_terms terms = *own;
        ins_log *log;
        size_t finished;
        terms.directory = logs.directory[i];
        terms.shard.index = number;
        status = ins_log_open(&terms, &log, &finished, r->error);
        if (status == INS_OK) ins_log_close(log);
    }
    ins_rank_logs_free(&logs);
    return status;
}

/* One log for each rank, and what all of them have. */
static ins_status open_together(running *r, const ins_text *identity)
{
    const ins_request *request = r->request;
    const char *output = request->settings->output;
    ins_status status = INS_OK;
    if (ins_team_rank() == 0)
        status = ins_rank_logs_enter(output, request->policy, &r->lock, r->error);
    if (agree(r, &status)) {
        char *own = ins_rank_log_path(output, ins_team_rank() + 1);
        ins_log_terms terms = terms_of(r, identity);
        size_t finished;
        terms.directory = own;
        terms.policy = INS_LOG_RESUME;
        terms.shard = (ins_shard){ins_team_rank() + 1, 0};
        status = ins_log_open(&terms, &r->log, &finished, r->error);
        if (status == INS_OK) status = mend_others(r, &terms);
        free(own);
    }
    if (!agree(r, &status)) return status;
    r->has = ins_allocate(r->grid.trials, sizeof *r->has, "the trials");
    if (ins_team_rank() == 0)
        status = ins_rank_logs_survey(output, r->grid.trials, r->has, r->error);
    if (!agree(r, &status)) return status;
    ins_team_share(r->has, r->grid.trials * sizeof *r->has);
    for (size_t i = 0; i < r->grid.trials; i++) r->outcome.skipped += r->has[i];
    return status;
}

/* A job does, unless there is nothing left to be done; one process does what is left of a job. */
static bool is_together(const running *r)
{
    const ins_request *request = r->request;
    const char *output = request->settings->output;
    bool complete = false, left = false;
    if (ins_team_rank() == 0) {
        ins_rank_logs logs;
        bool vacant = true;
        left = ins_rank_logs_list(output, &logs, NULL) == INS_OK && logs.count > 0;
        ins_rank_logs_free(&logs);
        complete = !left && ins_directory_is_empty(output, &vacant, NULL) == INS_OK && !vacant;
    }
    ins_team_share(&complete, sizeof complete);
    ins_team_share(&left, sizeof left);
    if (request->policy == INS_LOG_RESUME && (complete || left)) return left;
    return ins_team_is_job();
}

/* Ranks take whatever trial is the next. */
static ins_status check_undivided(const running *r)
{
    const ins_shard *shard = &r->request->settings->shard;
    if (shard->of == 1) return INS_OK;
    return ins_error_add(
        r->error, INS_USAGE, "%s: an MPI job divides the runs itself (got \"%zu/%zu\")",
        ins_settings_where(r->request->settings, INS_OPTION_SHARD), shard->index, shard->of);
}

static ins_status open_log(running *r)
{
    ins_text identity = {0};
    r->together = is_together(r);
    ins_status status = r->together ? check_undivided(r) : INS_OK;
    if (status != INS_OK) return status;
    add_identity(r, &identity);
    status = r->together ? open_together(r, &identity) : open_alone(r, &identity);
    ins_text_free(&identity);
    if (status != INS_OK || !r->log) return status;
    r->weights = ins_path_join(ins_log_staging(r->log), "weights");
    r->laboratory.weights = r->weights;
    return write_files(r);
}

static ins_status interrupted(running *r)
{
    if (ins_team_rank() > 0) return INS_INTERRUPTED;
    return ins_error_add(r->error, INS_INTERRUPTED,
                         "interrupted after %zu of %zu runs; go on with --resume",
                         r->outcome.skipped + r->outcome.done, r->trials);
}

/* The directory is a run of this experiment that is not to be gone on with. */
static ins_status check_complete(const running *r)
{
    if (r->outcome.skipped == r->trials) return INS_OK;
    return ins_error_add(r->error, INS_OUTPUT, "%s: is a finished run with %zu of %zu runs",
                         r->request->settings->output, r->outcome.skipped, r->trials);
}

/* What the theory says, once for all seeds. */
static ins_status forecast(running *r)
{
    const ins_samples *probe = &r->laboratory.probe;
    const ins_inputs inputs = ins_inputs_of(probe);
    r->forecasts = ins_forecasts_new(&r->grid, probe, &inputs, r->threads, r->request->stop);
    r->laboratory.forecasts = r->forecasts;
    if (r->request->stop != NULL && r->request->stop()) return interrupted(r);
    r->depths = ins_depths_new(&r->grid, r->forecasts);
    r->laboratory.depths = r->depths;
    ins_text plane = {0};
    ins_depths_plane(r->depths, &plane);
    ins_status status = ins_log_file_write(r->log, "phase.csv", &plane, r->error);
    ins_text_free(&plane);
    return status;
}

/* Whether the trial would end in time. */
static bool has_time(const running *r, size_t number)
{
    if (r->deadline == INFINITY) return true;
    const double left = r->deadline - ins_seconds_now();
    const ins_trial trial = ins_grid_trial(&r->grid, number - 1);
    return left > 0 && ins_pace_of(r->pace, &r->laboratory, &trial) <= left;
}

static bool is_wanted(const running *r, size_t number)
{
    return ins_log_wants(r->log, number) && !(r->has != NULL && r->has[number - 1]);
}

/* The entry of the next trial; NULL when none is to begin. */
static ins_log_entry *begin_trial(running *r)
{
    ins_log_entry *entry = NULL;
    INS_PARALLEL(omp critical(ins_begin))
    if (!r->request->stop || !r->request->stop()) {
        size_t number = ins_team_next() + 1;
        while (number <= r->grid.trials && !is_wanted(r, number)) number = ins_team_next() + 1;
        if (number <= r->grid.trials && has_time(r, number)) entry = ins_log_begin(r->log, number);
    }
    return entry;
}

/* Of several failures the earliest trial's is told, whichever came first. */
static void note_failure(running *r, size_t trial, ins_status status, const ins_error *error)
{
    INS_PARALLEL(omp critical(ins_failure))
    if (r->failed == 0 || trial < r->failed) {
        r->failed = trial;
        r->failure = status;
        if (r->error) *r->error = *error;
    }
}

static void run_trial(running *r, ins_log_entry *entry, ins_network **network)
{
    size_t number = entry->trial;
    ins_trial trial = ins_grid_trial(&r->grid, number - 1);
    ins_trial_result *result = &r->results[entry->place];
    ins_error error = {0};
    ins_status status =
        ins_trial_run(&r->laboratory, &trial, network, &entry->rows, result, &error);
    if (status == INS_OK && !result->stopped) ins_pace_note(r->pace, &trial, result);
    if (status == INS_OK && !result->stopped)
        status = ins_log_append(r->log, entry, &error);
    else
        ins_log_give_up(r->log, entry);
    if (status != INS_OK) note_failure(r, number, status, &error);
}

static void run_trials(running *r)
{
    r->pace = ins_pace_new(&r->grid);
    r->results = ins_allocate(r->room, sizeof *r->results, "trials");
    INS_PARALLEL(omp parallel num_threads((int)r->threads))
    {
        ins_network *network = NULL; /* memory for the next trial's */
        ins_flush_denormals();
        for (ins_log_entry *entry; (entry = begin_trial(r));) run_trial(r, entry, &network);
        ins_network_free(network);
    }
    free(r->results);
    ins_pace_free(r->pace);
}

/* What all ranks have done. */
static void add_up(running *r)
{
    r->outcome.done = ins_team_sum(r->outcome.done);
    r->outcome.diverged = ins_team_sum(r->outcome.diverged);
}

/* All trials are there: rank 0 makes one directory of all logs. */
static ins_status join_logs(running *r)
{
    ins_status status = INS_OK;
    if (ins_team_rank() == 0) status = ins_rank_logs_merge(r->request->settings->output, r->error);
    agree(r, &status);
    return status;
}

static ins_status finish(running *r)
{
    ins_log *log = r->log;
    r->log = NULL;
    if (!r->together) return ins_log_publish(log, r->error);
    ins_log_close(log);
    ins_status status = INS_OK;
    /* All are closed. */
    return agree(r, &status) ? join_logs(r) : status;
}

static ins_status execute(running *r)
{
    ins_status status = plan(r);
    if (agree(r, &status)) status = open_log(r);
    r->outcome.trials = r->trials;
    if (!agree(r, &status)) return status;
    if (!r->log) return check_complete(r);

    tell(r, (ins_event){.kind = INS_EVENT_START});
    status = forecast(r);
    if (!agree(r, &status)) return status;
    tell_expense(r);
    run_trials(r);
    add_up(r);
    status = r->failure == INS_OUTPUT ? INS_OK : r->failure;
    if (!agree(r, &status)) return status;
    /* A disk that is full can be cleared as well. */
    if (r->outcome.skipped + r->outcome.done < r->trials) return interrupted(r);
    return finish(r);
}

ins_status ins_run_experiment(const ins_request *request, ins_outcome *outcome, ins_error *error)
{
    double start = ins_seconds_now();
    const double limit = request->settings->time_limit;
    running r = {.request = request,
                 .error = error,
                 .lock = -1,
                 .flush_to_zero = ins_flush_denormals(),
                 .deadline = limit > 0 ? start + limit : INFINITY};
    ins_team_begin();
    ins_status status = execute(&r);
    ins_log_close(r.log);
    ins_team_largest(0); /* all have closed theirs */
    if (r.lock >= 0) ins_rank_logs_leave(request->settings->output, r.lock);
    r.outcome.seconds = ins_seconds_now() - start;
    if (status == INS_OK || status == INS_INTERRUPTED) *outcome = r.outcome;
    ins_text_free(&r.experiment);
    free(r.weights);
    free(r.has);
    ins_depths_free(r.depths);
    ins_forecasts_free(r.forecasts);
    ins_prepared_free(&r.data);
    ins_dataset_free(&r.dataset);
    return status;
}
