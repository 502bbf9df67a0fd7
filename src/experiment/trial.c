/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One trial: a network from its initializer to its last epoch, and the rows about it. */
#include <config.h>

#include <math.h>

#include "initscope/clock.h"
#include "initscope/log_row.h"
#include "initscope/trainer.h"
#include "laboratory.h"
#include "network_table.h"
#include "parallel.h"
#include "recorder.h"

typedef struct session {
    const ins_laboratory *laboratory;
    const ins_trial *trial;
    ins_prepared own;         /* where the split is another than the laboratory's */
    const ins_prepared *data; /* own, or the laboratory's */
    ins_samples probe;        /* a view of data->train */
    ins_network *network;
    ins_trainer *trainer;
    ins_recorder *recorder;
    ins_forecast own_forecast;
    const ins_forecast *forecast; /* own, or the laboratory's, as data */
    ins_recorder_epoch now;
    bool diverged;
    double start, open_seconds, record_seconds;
} session;

ins_initialization ins_trial_initialization(const ins_trial *trial, const ins_samples *probe)
{
    return (ins_initialization){.hidden = trial->init,
                                .first = trial->first,
                                .embedding = trial->embedding,
                                .output = trial->output,
                                .bias = trial->bias,
                                .recurrent = trial->recurrent,
                                .forget = trial->forget,
                                .seed = trial->seed,
                                .probe = probe};
}

static bool has_own_split(const session *s)
{
    return s->data == &s->own;
}

static ins_status session_split(session *s, ins_error *error)
{
    const ins_settings *settings = s->laboratory->settings;
    const ins_preparation how = ins_preparation_of(settings, s->trial->seed);
    s->data = s->laboratory->data;
    s->probe = s->laboratory->probe;
    if (how.split_seed == ins_split_seed_of(settings, settings->seed)) return INS_OK;
    ins_status status = ins_prepare_copy(s->laboratory->dataset, &how, &s->own, NULL, error);
    if (status != INS_OK) return status;
    s->data = &s->own;
    s->probe = ins_probe_of(settings, &s->own.train);
    return INS_OK;
}

static void session_forecast(session *s)
{
    s->forecast = &s->own_forecast;
    if (has_own_split(s)) {
        const ins_inputs inputs = ins_inputs_of(&s->probe);
        s->own_forecast = ins_forecast_new(s->trial, &s->probe, &inputs);
    } else {
        s->forecast = ins_forecasts_of(s->laboratory->forecasts, s->trial);
    }
}

static ins_status session_open(session *s, ins_network **network, ins_error *error)
{
    const ins_settings *settings = s->laboratory->settings;
    ins_status status = session_split(s, error);
    if (status != INS_OK) return status;
    const ins_samples *train = &s->data->train;
    ins_design design = ins_trial_design(s->trial, settings, train);
    status = ins_network_renew(&design, network, error);
    ins_design_free(&design);
    if (status != INS_OK) return status;
    s->network = *network;

    session_forecast(s);
    ins_initialization start = ins_trial_initialization(s->trial, &s->probe);
    start.prescribed = s->forecast->prescribed;
    status = ins_network_initialize(s->network, &start, error);
    if (status != INS_OK) return status;

    s->trainer = ins_trainer_new(s->network, train, ins_trial_batch(s->trial, train),
                                 settings->shuffle == 1, s->trial->seed);
    ins_recorder_trial subject = {.trial = s->trial,
                                  .network = s->network,
                                  .probe = &s->probe,
                                  .settings = settings,
                                  .forecast = s->forecast};
    s->recorder = ins_recorder_new(&subject, ins_network_design(s->network));
    return INS_OK;
}

static void session_close(session *s)
{
    ins_recorder_free(s->recorder);
    ins_trainer_free(s->trainer);
    ins_prepared_free(&s->own);
    ins_forecast_free(&s->own_forecast);
}

static bool saves_weights(const session *s)
{
    size_t when = s->laboratory->settings->save_weights;
    return when == INS_WEIGHTS_ALL ||
           (when == INS_WEIGHTS_ENDS && (s->now.epoch == 0 || s->now.last));
}

static ins_status session_record(session *s, ins_log_rows *rows, ins_error *error)
{
    ins_status status = INS_OK;
    double before = ins_seconds_now();
    ins_recorder_record(s->recorder, &s->now, rows);
    if (saves_weights(s))
        status = ins_weights_save(s->network, s->laboratory->weights, s->trial->run, s->now.epoch,
                                  error);
    s->record_seconds += ins_seconds_now() - before;
    return status;
}

/* Looks at the network after an epoch. The training rows come last: their evaluation ends with the
 * probe batch, unless a minibatch is larger, and the recorder finds its pass made. */
static ins_status session_measure(session *s, ins_log_rows *rows, ins_error *error)
{
    const ins_settings *settings = s->laboratory->settings;
    const ins_prepared *data = s->data;
    bool due = s->now.epoch == settings->epochs || s->now.epoch % settings->record_every == 0;
    const bool held_out = data->test.x != data->train.x;
    if (due && held_out) s->now.test = ins_evaluate(s->network, &data->test);
    s->now.train = ins_evaluate(s->network, &data->train);
    if (!held_out) s->now.test = s->now.train;
    s->diverged = !isfinite(s->now.train.loss) || !ins_network_finite(s->network);
    s->now.last = s->diverged || s->now.epoch == settings->epochs;
    if (s->diverged && !due && held_out) s->now.test = ins_evaluate(s->network, &data->test);
    return due || s->diverged ? session_record(s, rows, error) : INS_OK;
}

void ins_tell(const ins_laboratory *laboratory, const ins_event *event)
{
    if (!laboratory->tell) return;
    INS_PARALLEL(omp critical(ins_tell))
    laboratory->tell(laboratory->context, event);
}

/* *complete: it was not stopped before the end. */
static ins_status session_train(session *s, ins_log_rows *rows, bool *complete, ins_error *error)
{
    for (;;) {
        ins_status status = session_measure(s, rows, error);
        if (status != INS_OK) return status;
        ins_tell(s->laboratory,
                 &(ins_event){.kind = INS_EVENT_EPOCH, .trial = s->trial, .epoch = s->now.epoch});
        *complete = s->now.last;
        if (s->now.last || !ins_trainer_epoch(s->trainer, s->laboratory->stop)) return INS_OK;
        s->now.epoch++;
    }
}

static void add_run(const session *s, ins_text *out)
{
    const ins_trial *trial = s->trial;
    size_t batch = trial->batch ? trial->batch : s->data->train.rows;
    ins_row row = ins_row_begin(out, INS_LOG_RUNS);
    ins_row_integer(&row, INS_RUNS_RUN, (long long)trial->run);
    ins_row_text(&row, INS_RUNS_INITIALIZER, trial->init->label);
    ins_row_text(&row, INS_RUNS_ACTIVATION, trial->activation->label);
    ins_row_text(&row, INS_RUNS_HIDDEN,
                 ins_blueprint_is_dense(trial->network) ? trial->network->text : "");
    ins_row_text(&row, INS_RUNS_NETWORK, trial->network->label);
    ins_row_text(&row, INS_RUNS_OPTIMIZER, trial->optimizer->label);
    ins_row_number(&row, INS_RUNS_LEARNING_RATE, trial->learning_rate);
    ins_row_number(&row, INS_RUNS_DROPOUT, trial->dropout);
    ins_row_number(&row, INS_RUNS_WEIGHT_DECAY, trial->weight_decay);
    ins_row_integer(&row, INS_RUNS_BATCH, (long long)batch);
    ins_row_integer(&row, INS_RUNS_SEED, trial->seed);
    ins_row_text(&row, INS_RUNS_STATUS, s->diverged ? "diverged" : "completed");
    ins_row_integer(&row, INS_RUNS_STOPPED_EPOCH, (long long)s->now.epoch);
    ins_row_integer(&row, INS_RUNS_UPDATES, (long long)ins_network_updates(s->network));
    ins_row_number(&row, INS_RUNS_TRAIN_LOSS, s->now.train.loss);
    ins_row_optional(&row, INS_RUNS_TRAIN_ACCURACY, ins_accuracy_of(s->network, &s->now.train));
    ins_row_number(&row, INS_RUNS_TEST_LOSS, s->now.test.loss);
    ins_row_optional(&row, INS_RUNS_TEST_ACCURACY, ins_accuracy_of(s->network, &s->now.test));
    ins_row_number(&row, INS_RUNS_TRAIN_SCORE, s->now.train.score);
    ins_row_number(&row, INS_RUNS_TEST_SCORE, s->now.test.score);
    ins_row_end(&row);
}

/* A perceptron is known by its widths. */
static void add_network(const session *s, ins_log_rows *rows)
{
    const ins_design *design = ins_network_design(s->network);
    if (!ins_blueprint_is_dense(s->trial->network))
        ins_network_rows(design, s->trial, &rows->file[INS_LOG_NETWORK]);
    ins_factor_rows_of(s->trial, s->laboratory->settings, &rows->file[INS_LOG_FACTORS]);
}

static void add_theory(const session *s, const ins_forecast *forecast, ins_text *out)
{
    for (size_t i = 0; i < forecast->items; i++) {
        const ins_forecast_item of = forecast->item[i];
        ins_row row = ins_row_begin(out, INS_LOG_THEORY);
        ins_row_integer(&row, INS_THEORY_RUN, (long long)s->trial->run);
        ins_row_text(&row, INS_THEORY_INITIALIZER, s->trial->init->label);
        ins_row_integer(&row, INS_THEORY_LAYER, (long long)of.layer);
        ins_row_text(&row, INS_THEORY_TENSOR, of.tensor);
        ins_row_number(&row, INS_THEORY_SECOND_MOMENT, of.promised.second_moment);
        ins_row_number(&row, INS_THEORY_VARIANCE, of.promised.variance);
        ins_row_end(&row);
    }
}

/* theory.csv and depth.csv: for the inputs that the trial has itself. */
static void add_predictions(const session *s, ins_log_rows *rows)
{
    add_theory(s, s->forecast, &rows->file[INS_LOG_THEORY]);
    ins_depths_write(s->laboratory->depths, s->trial, has_own_split(s) ? s->forecast : NULL,
                     &rows->file[INS_LOG_DEPTH]);
}

static void add_timing(const session *s, double train_seconds, ins_text *out)
{
    ins_row row = ins_row_begin(out, INS_LOG_TIMING);
    ins_row_integer(&row, INS_TIMING_RUN, (long long)s->trial->run);
    ins_row_number(&row, INS_TIMING_TRAIN_SECONDS, train_seconds);
    ins_row_number(&row, INS_TIMING_RECORD_SECONDS, s->record_seconds);
    ins_row_end(&row);
}

ins_status ins_trial_run(const ins_laboratory *laboratory, const ins_trial *trial,
                         ins_network **network, ins_log_rows *rows, ins_trial_result *result,
                         ins_error *error)
{
    session s = {.laboratory = laboratory, .trial = trial, .start = ins_seconds_now()};
    bool complete = false;
    ins_status status = session_open(&s, network, error);
    s.open_seconds = ins_seconds_now() - s.start;
    if (status == INS_OK) status = session_train(&s, rows, &complete, error);
    if (status == INS_OK) {
        const double train_seconds = ins_seconds_now() - s.start - s.record_seconds;
        if (complete) {
            add_run(&s, &rows->file[INS_LOG_RUNS]);
            add_network(&s, rows);
            add_predictions(&s, rows);
            add_timing(&s, train_seconds, &rows->file[INS_LOG_TIMING]);
        }
        *result = (ins_trial_result){.stopped = !complete,
                                     .diverged = s.diverged,
                                     .epoch = s.now.epoch,
                                     .score = s.now.test.score,
                                     .train_seconds = train_seconds,
                                     .record_seconds = s.record_seconds,
                                     .open_seconds = s.open_seconds};
    }
    session_close(&s);
    return status;
}

static ins_status design_size(const ins_laboratory *laboratory, const ins_trial *trial,
                              const ins_design *design, size_t *bytes, ins_error *error)
{
    const ins_settings *settings = laboratory->settings;
    size_t network = 0, recorder = 0;
    ins_status status = ins_network_size(design, &network, error);
    if (status == INS_OK) status = ins_recorder_size(design, settings, &recorder, error);
    if (status != INS_OK) return status;

    const ins_dataset *data = laboratory->dataset;
    size_t split = settings->split == INS_SPLIT_FIXED
                       ? 0
                       : data->rows * (data->features * sizeof *data->x + sizeof *data->y +
                                       data->targets * sizeof *data->target);
    size_t records = settings->epochs / settings->record_every + 2, text, total;
    if (!ins_recorder_text_size(design, settings, records, &text) ||
        __builtin_mul_overflow(text, INS_PLACES, &text) ||
        __builtin_add_overflow(network, recorder, &total) ||
        __builtin_add_overflow(total, text, &total) || __builtin_add_overflow(total, split, &total))
        return ins_error_add(error, INS_USAGE, "%s: one run does not fit in memory (got \"%s\")",
                             ins_settings_where(settings, INS_OPTION_NETWORK),
                             trial->network->label);
    *bytes = total;
    return INS_OK;
}

ins_status ins_trial_size(const ins_laboratory *laboratory, const ins_trial *trial, size_t *bytes,
                          ins_error *error)
{
    ins_design design = ins_trial_design(trial, laboratory->settings, &laboratory->data->train);
    ins_status status = design_size(laboratory, trial, &design, bytes, error);
    ins_design_free(&design);
    return status;
}
