/* An experiment from its data to its run directory: trials in parallel, rows in trial order. */
#include <config.h>

#include "initscope/runner.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "initscope/depth.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/trainer.h"
#include "parallel.h"
#include "resources.h"

/* A trial, from its beginning until its rows are appended. */
typedef struct attempt {
    ins_trial trial;
    ins_log_rows rows;
    ins_trial_result result;
    ins_error error;
    bool complete; /* it was not stopped before the end */
    bool ended;    /* it waits to be appended */
} attempt;

typedef struct running {
    const ins_request *request;
    ins_laboratory laboratory;
    ins_dataset dataset;
    ins_prepared data;
    ins_grid grid;
    size_t threads;
    bool flush_to_zero;
    ins_text experiment; /* experiment.ini */
    ins_log *log;
    char *weights; /* laboratory.weights */
    ins_forecasts *forecasts;
    ins_depths *depths;
    ins_outcome outcome;
    attempt *attempts; /* (places): trial i is at i % places */
    size_t places;
    size_t begun, appended; /* the next trials to be */
    atomic_bool halt;       /* no further trial is begun */
    bool broken;            /* a trial is missing: no later one may be appended */
    ins_error *error;
} running;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void tell(const running *r, ins_event event)
{
    event.trials = r->grid.trials;
    event.skipped = r->outcome.skipped;
    event.epochs = r->request->settings->epochs;
    ins_tell(&r->laboratory, &event);
}

static void tell_warnings(const running *r)
{
    const char *line = r->dataset.warnings.data;
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
    tell_warnings(r);
    return status;
}

/* Everything that can be refused is refused here, before anything is written. */
static ins_status plan(running *r)
{
    const ins_request *request = r->request;
    r->laboratory = (ins_laboratory){.settings = request->settings,
                                     .data = &r->data,
                                     .stop = request->stop,
                                     .tell = request->tell,
                                     .context = request->context};
    if (ins_output_check(request->settings, request->policy, r->error) != INS_OK ||
        ins_grid_new(request->settings, &r->grid, r->error) != INS_OK || load_data(r) != INS_OK)
        return r->error->status;
    r->laboratory.probe = ins_probe_of(request->settings, &r->data.train);
    if (ins_batches_check(&r->laboratory, r->error) != INS_OK ||
        ins_threads_choose(&r->laboratory, &r->grid, &r->threads, r->error) != INS_OK)
        return r->error->status;
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
    ins_text environment = {0}, features = {0};
    ins_environment_write(&surroundings, &environment);
    ins_features_write(&r->dataset, &r->data, &features);
    ins_status status = ins_log_file_write(r->log, "experiment.ini", &r->experiment, r->error);
    if (status == INS_OK)
        status = ins_log_file_write(r->log, "environment.csv", &environment, r->error);
    if (status == INS_OK) status = ins_log_file_write(r->log, "features.csv", &features, r->error);
    ins_text_free(&environment);
    ins_text_free(&features);
    return status;
}

static ins_status open_log(running *r)
{
    const ins_request *request = r->request;
    ins_settings_write(request->settings, &r->experiment);
    ins_text identity = {0};
    ins_text_add(&identity, r->experiment.data);
    ins_text_add_format(&identity, "version = %s\ndata_hash = %016llx\n", PACKAGE_VERSION,
                        r->dataset.hash);
    ins_status status = ins_log_open(request->settings->output, request->policy, identity.data,
                                     &r->log, &r->outcome.skipped, r->error);
    ins_text_free(&identity);
    if (status != INS_OK || !r->log) return status;
    r->weights = ins_path_join(ins_log_staging(r->log), "weights");
    r->laboratory.weights = r->weights;
    return write_files(r);
}

/* What the theory says, once for all seeds. */
static ins_status forecast(running *r)
{
    const ins_samples *probe = &r->laboratory.probe;
    r->forecasts =
        ins_forecasts_new(&r->grid, probe->features, probe->classes, ins_input_moment(probe));
    r->laboratory.forecasts = r->forecasts;
    r->depths = ins_depths_new(&r->grid, probe->features, r->forecasts);
    r->laboratory.depths = r->depths;
    ins_text plane = {0};
    ins_depths_plane(r->depths, &plane);
    ins_status status = ins_log_file_write(r->log, "phase.csv", &plane, r->error);
    ins_text_free(&plane);
    return status;
}

static void try_trial(running *r, attempt *a, ins_network **network)
{
    for (size_t i = 0; i < INS_LOG_FILES; i++) ins_text_clear(&a->rows.file[i]);
    ins_error_clear(&a->error);
    a->complete = false;
    if (r->halt || (r->request->stop && r->request->stop())) return;
    ins_status status =
        ins_trial_run(&r->laboratory, &a->trial, network, &a->rows, &a->result, &a->error);
    a->complete = status == INS_OK && !a->result.stopped;
}

/* In trial order, one thread at a time. */
static void append_trial(running *r, const attempt *a)
{
    if (!a->complete || r->broken) {
        if (a->error.count > 0 && r->error->count == 0) *r->error = a->error;
    } else if (ins_log_append(r->log, &a->rows, r->error) == INS_OK) {
        r->outcome.done++;
        r->outcome.diverged += a->result.diverged;
        tell(r, (ins_event){.kind = INS_EVENT_TRIAL,
                            .trial = &a->trial,
                            .epoch = a->result.epoch,
                            .diverged = a->result.diverged,
                            .accuracy = a->result.accuracy});
        return;
    }
    r->broken = true;
    r->halt = true;
}

/* The next trial, in a place of its own; NULL when all have begun. Nobody runs further ahead of the
 * trial that is to be appended next than there are places. */
static attempt *begin_trial(running *r)
{
    const struct timespec nap = {.tv_nsec = 1000000};
    for (;;) {
        attempt *a = NULL;
        bool all = false;
        INS_PARALLEL(omp critical(ins_order))
        {
            all = r->begun == r->grid.trials;
            if (!all && r->begun - r->appended < r->places) {
                a = &r->attempts[r->begun % r->places];
                a->trial = ins_grid_trial(&r->grid, r->begun++);
            }
        }
        if (all || a) return a;
        nanosleep(&nap, NULL);
    }
}

/* Appends it and those after it that have been waiting for it, unless it must wait itself. */
static void end_trial(running *r, attempt *ended)
{
    INS_PARALLEL(omp critical(ins_order))
    {
        ended->ended = true;
        for (attempt *a; (a = &r->attempts[r->appended % r->places])->ended; r->appended++) {
            append_trial(r, a);
            a->ended = false;
        }
    }
}

static void run_trials(running *r)
{
    r->places = r->threads > 1 ? r->threads * INS_PLACES : 1;
    r->attempts = ins_allocate(r->places, sizeof *r->attempts, "trials");
    r->begun = r->appended = r->outcome.skipped;
    INS_PARALLEL(omp parallel num_threads((int)r->threads))
    {
        ins_network *network = NULL; /* memory for the next trial's */
        ins_flush_denormals();
        for (attempt *a; (a = begin_trial(r)); end_trial(r, a)) try_trial(r, a, &network);
        ins_network_free(network);
    }
    for (size_t i = 0; i < r->places; i++) ins_log_rows_free(&r->attempts[i].rows);
    free(r->attempts);
}

static ins_status execute(running *r)
{
    ins_status status = plan(r);
    if (status == INS_OK) status = open_log(r);
    r->outcome.trials = r->grid.trials;
    if (status != INS_OK || !r->log) return status;

    tell(r, (ins_event){.kind = INS_EVENT_START});
    if (forecast(r) != INS_OK) return r->error->status;
    run_trials(r);
    status = r->error->status;
    if (status != INS_OK && status != INS_OUTPUT) return status;
    /* A disk that is full can be cleared as well. */
    if (r->broken)
        return ins_error_add(r->error, INS_INTERRUPTED,
                             "interrupted after %zu of %zu runs; go on with --resume",
                             r->outcome.skipped + r->outcome.done, r->grid.trials);
    ins_log *log = r->log;
    r->log = NULL;
    return ins_log_publish(log, r->error);
}

ins_status ins_run_experiment(const ins_request *request, ins_outcome *outcome, ins_error *error)
{
    double start = seconds_now();
    running r = {.request = request, .error = error, .flush_to_zero = ins_flush_denormals()};
    ins_status status = execute(&r);
    ins_log_close(r.log);
    r.outcome.seconds = seconds_now() - start;
    if (status == INS_OK || status == INS_INTERRUPTED) *outcome = r.outcome;
    ins_text_free(&r.experiment);
    free(r.weights);
    ins_depths_free(r.depths);
    ins_forecasts_free(r.forecasts);
    ins_prepared_free(&r.data);
    ins_dataset_free(&r.dataset);
    return status;
}
