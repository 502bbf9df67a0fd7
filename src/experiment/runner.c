/* An experiment from its data to its run directory: trials in parallel, rows in trial order. */
#include <config.h>

#include "initscope/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/clock.h"
#include "initscope/file.h"
#include "initscope/memory.h"
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
    char *weights; /* laboratory.weights */
    ins_forecasts *forecasts;
    ins_depths *depths;
    ins_outcome outcome;
    size_t room;               /* trials under way at a time */
    ins_trial_result *results; /* (room) theirs, at the places of their entries */
    size_t next;               /* no trial before it is still to begin */
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

/* A trial is on disk. */
static void on_written(void *context, const ins_log_entry *entry)
{
    running *r = context;
    const ins_trial_result *result = &r->results[entry->place];
    ins_trial trial = ins_grid_trial(&r->grid, entry->trial - 1);
    r->outcome.done++;
    r->outcome.diverged += result->diverged;
    tell(r, (ins_event){.kind = INS_EVENT_TRIAL,
                        .trial = &trial,
                        .epoch = result->epoch,
                        .diverged = result->diverged,
                        .score = result->score,
                        .score_name = ins_loss_for(r->data.train.label != NULL)->score});
}

static ins_status open_log(running *r)
{
    const ins_request *request = r->request;
    ins_settings resolved = *request->settings;
    const ins_loss *loss = ins_loss_for(r->data.train.label != NULL);
    resolved.loss = (ins_choice){.entry = &loss->entry, .label = loss->entry.name};
    ins_settings_write(&resolved, &r->experiment);
    ins_facts_write(&r->data.train, &r->experiment);
    ins_text identity = {0};
    ins_text_add(&identity, r->experiment.data);
    ins_text_add_format(&identity, "version = %s\ndata_hash = %016llx\n", PACKAGE_VERSION,
                        r->dataset.hash);
    ins_log_terms terms = {.directory = request->settings->output,
                           .policy = request->policy,
                           .identity = identity.data,
                           .shard = request->settings->shard,
                           .trials = r->grid.trials,
                           .room = r->room,
                           .written = on_written,
                           .context = r};
    ins_status status = ins_log_open(&terms, &r->log, &r->outcome.skipped, r->error);
    ins_text_free(&identity);
    if (status != INS_OK || !r->log) return status;
    r->weights = ins_path_join(ins_log_staging(r->log), "weights");
    r->laboratory.weights = r->weights;
    return write_files(r);
}

static ins_status interrupted(running *r)
{
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

/* The entry of the next trial; NULL when none is to begin. */
static ins_log_entry *begin_trial(running *r)
{
    ins_log_entry *entry = NULL;
    INS_PARALLEL(omp critical(ins_begin))
    if (!r->request->stop || !r->request->stop()) {
        while (r->next <= r->grid.trials && !ins_log_wants(r->log, r->next)) r->next++;
        if (r->next <= r->grid.trials && has_time(r, r->next))
            entry = ins_log_begin(r->log, r->next);
    }
    return entry;
}

static void note_pace(const running *r, const ins_trial *trial, const ins_trial_result *result)
{
    INS_PARALLEL(omp critical(ins_begin))
    ins_pace_note(r->pace, trial, result);
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
    if (status == INS_OK && !result->stopped) note_pace(r, &trial, result);
    if (status == INS_OK && !result->stopped)
        status = ins_log_append(r->log, entry, &error);
    else
        ins_log_give_up(r->log, entry);
    if (status != INS_OK) note_failure(r, number, status, &error);
}

static void run_trials(running *r)
{
    r->next = 1;
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

static ins_status execute(running *r)
{
    ins_status status = plan(r);
    if (status == INS_OK) status = open_log(r);
    r->outcome.trials = r->trials;
    if (status != INS_OK) return status;
    if (!r->log) return check_complete(r);

    tell(r, (ins_event){.kind = INS_EVENT_START});
    status = forecast(r);
    if (status != INS_OK) return status;
    run_trials(r);
    if (r->failure != INS_OK && r->failure != INS_OUTPUT) return r->failure;
    /* A disk that is full can be cleared as well. */
    if (r->outcome.skipped + r->outcome.done < r->trials) return interrupted(r);
    ins_log *log = r->log;
    r->log = NULL;
    return ins_log_publish(log, r->error);
}

ins_status ins_run_experiment(const ins_request *request, ins_outcome *outcome, ins_error *error)
{
    double start = ins_seconds_now();
    const double limit = request->settings->time_limit;
    running r = {.request = request,
                 .error = error,
                 .flush_to_zero = ins_flush_denormals(),
                 .deadline = limit > 0 ? start + limit : INFINITY};
    ins_status status = execute(&r);
    ins_log_close(r.log);
    r.outcome.seconds = ins_seconds_now() - start;
    if (status == INS_OK || status == INS_INTERRUPTED) *outcome = r.outcome;
    ins_text_free(&r.experiment);
    free(r.weights);
    ins_depths_free(r.depths);
    ins_forecasts_free(r.forecasts);
    ins_prepared_free(&r.data);
    ins_dataset_free(&r.dataset);
    return status;
}
