/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of initscope.h: each goes through the door, in which nothing ends the host. */
#include <config.h>

#include "initscope.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "door.h"
#include "host_array.h"
#include "initscope/memory.h"
#include "initscope/moments.h"
#include "initscope/shared_log.h"
#include "initscope/text.h"
#include "recording.h"

struct initscope_log {
    ins_shared_log *shared;
    long process;
    bool broken;           /* by a fault: it takes no more */
    bool scored;           /* scores are accuracies */
    pthread_mutex_t mutex; /* of the list */
    initscope_run *first;  /* runs that have not ended */
};

struct initscope_run {
    initscope_log *log;
    ins_shared_run *shared;
    ins_recording *recording;
    bool broken;
    initscope_run *next;
};

/* What a public function was given. */
typedef struct call {
    initscope_log *log; /* NULL: the function has none, or makes one */
    initscope_run *run;
    const void *a, *b, *c;
    void *out;
    int number, other;
    double fan_in, fan_out;
} call;

static void break_handles(void *arguments)
{
    const call *of = arguments;
    if (of->log != NULL) {
        of->log->broken = true;
        ins_shared_log_release(of->log->shared);
    }
    if (of->run != NULL) of->run->broken = true;
}

/* A handle of this process that works; where it does not, a status other than INS_OK. */
static ins_status check_handles(const call *of, ins_error *error)
{
    if (of->log == NULL) return ins_error_add(error, INS_USAGE, "the handle is NULL");
    if (of->log->process != (long)getpid())
        return ins_error_add(error, INS_USAGE,
                             "a child process cannot use the handles of its parent");
    if (of->log->broken || (of->run != NULL && of->run->broken))
        return ins_error_add(error, INS_INTERNAL, "the handle failed before and takes no more");
    return INS_OK;
}

static call of_run(initscope_run *run)
{
    return (call){.log = run != NULL ? run->log : NULL, .run = run};
}

/* --- The library ---------------------------------------------------------------- */

int initscope_version(void)
{
    return INITSCOPE_VERSION;
}

const char *initscope_error(void)
{
    return ins_door_error();
}

/* --- A log ------------------------------------------------------------------------ */

static initscope_status open_log(void *arguments, ins_error *error)
{
    const call *of = arguments;
    initscope_log **out = of->out;
    if (out == NULL || of->a == NULL || of->number < INITSCOPE_ADD ||
        of->number > INITSCOPE_REPLACE)
        return (initscope_status)ins_error_add(error, INS_USAGE,
                                               "open: no directory, no such mode, or nowhere to "
                                               "put the log");
    *out = NULL;
    ins_shared_log *shared;
    const ins_status status =
        ins_shared_log_open(of->a, (ins_shared_policy)of->number, PACKAGE_VERSION, &shared, error);
    if (status != INS_OK) return (initscope_status)status;
    initscope_log *log = ins_allocate(1, sizeof *log, "a log");
    log->shared = shared;
    log->process = (long)getpid();
    pthread_mutex_init(&log->mutex, NULL);
    *out = log;
    return INITSCOPE_OK;
}

initscope_status initscope_open(const char *directory, initscope_mode mode, initscope_log **log)
{
    return ins_door(open_log, NULL, &(call){.a = directory, .number = (int)mode, .out = log});
}

static initscope_status add_note(void *arguments, ins_error *error)
{
    const call *of = arguments;
    ins_status status = check_handles(of, error);
    if (status == INS_OK && (of->a == NULL || of->b == NULL))
        status = ins_error_add(error, INS_USAGE, "note: a key and a value are needed");
    if (status == INS_OK) status = ins_shared_log_note(of->log->shared, of->a, of->b, error);
    if (status == INS_OK && strcmp(of->a, "score") == 0)
        of->log->scored = strcmp(of->b, "accuracy") == 0;
    return (initscope_status)status;
}

initscope_status initscope_note(initscope_log *log, const char *key, const char *value)
{
    return ins_door(add_note, break_handles, &(call){.log = log, .a = key, .b = value});
}

/* --- Runs -------------------------------------------------------------------------- */

static void join(initscope_run *run)
{
    initscope_log *log = run->log;
    pthread_mutex_lock(&log->mutex);
    run->next = log->first;
    log->first = run;
    pthread_mutex_unlock(&log->mutex);
}

static void part(initscope_run *run)
{
    initscope_log *log = run->log;
    pthread_mutex_lock(&log->mutex);
    for (initscope_run **at = &log->first; *at != NULL; at = &(*at)->next)
        if (*at == run) {
            *at = run->next;
            break;
        }
    pthread_mutex_unlock(&log->mutex);
}

/* The keys and values, initializer and seed taken out of them; factor is to be freed. */
static ins_status read_identity(const char *const *keys, const char *const *values,
                                ins_run_identity *identity, ins_run_factor **factor,
                                ins_error *error)
{
    size_t count = 0;
    *identity = (ins_run_identity){.initializer = "default"};
    while (keys != NULL && keys[count] != NULL) count++;
    *factor = ins_allocate(count + 1, sizeof **factor, "factors");
    identity->factor = *factor;
    for (size_t i = 0; i < count; i++) {
        char shown[INS_DISPLAY_SIZE];
        long long seed;
        if (values == NULL || values[i] == NULL)
            return ins_error_add(error, INS_USAGE, "run: \"%s\" has no value",
                                 ins_display(shown, keys[i], strlen(keys[i])));
        if (strcmp(keys[i], "initializer") == 0) {
            identity->initializer = values[i];
        } else if (strcmp(keys[i], "seed") == 0) {
            if (!ins_parse_integer(values[i], strlen(values[i]), 0, UINT32_MAX, &seed))
                return ins_error_add(
                    error, INS_USAGE, "run: seed is a whole number from 0 to %lu (got \"%s\")",
                    (unsigned long)UINT32_MAX, ins_display(shown, values[i], strlen(values[i])));
            identity->seed = (uint32_t)seed;
        } else {
            (*factor)[identity->factors++] = (ins_run_factor){keys[i], values[i]};
        }
    }
    return INS_OK;
}

static initscope_status begin_run(void *arguments, ins_error *error)
{
    const call *of = arguments;
    initscope_run **out = of->out;
    ins_run_identity identity;
    ins_run_factor *factor = NULL;
    ins_shared_run *shared = NULL;
    ins_status status = check_handles(of, error);
    if (status == INS_OK && out == NULL)
        status = ins_error_add(error, INS_USAGE, "begin: nowhere to put the run");
    if (status != INS_OK) return (initscope_status)status;
    *out = NULL;
    status = read_identity(of->a, of->b, &identity, &factor, error);
    if (status == INS_OK) status = ins_shared_run_begin(of->log->shared, &identity, &shared, error);
    if (status == INS_OK && shared != NULL) {
        initscope_run *run = ins_allocate(1, sizeof *run, "a run");
        run->log = of->log;
        run->shared = shared;
        run->recording = ins_recording_new(&identity);
        join(run);
        *out = run;
    }
    free(factor);
    if (status == INS_OK && shared == NULL) return INITSCOPE_DONE;
    return (initscope_status)status;
}

initscope_status initscope_begin(initscope_log *log, const char *const *keys,
                                 const char *const *values, initscope_run **run)
{
    return ins_door(begin_run, break_handles,
                    &(call){.log = log, .a = keys, .b = values, .out = run});
}

static initscope_status add_layer(void *arguments, ins_error *error)
{
    const call *of = arguments;
    int number = 0;
    ins_status status = check_handles(of, error);
    if (status == INS_OK)
        status = ins_recording_add_layer(of->run->recording, of->a, &number, error);
    if (status == INS_OK && of->out != NULL) *(int *)of->out = number;
    return (initscope_status)status;
}

initscope_status initscope_layer_add(initscope_run *run, const initscope_layer *layer, int *number)
{
    call of = of_run(run);
    of.a = layer;
    of.out = number;
    return ins_door(add_layer, break_handles, &of);
}

/* What was shown since the moment began goes to the disk. */
static ins_status flush(const initscope_run *run, ins_error *error)
{
    ins_log_rows rows = {0};
    ins_recording_finish(run->recording, run->log->scored, &rows);
    ins_status status = INS_OK;
    if (rows.file[INS_LOG_RUNS].length > 0) status = ins_shared_run_add(run->shared, &rows, error);
    ins_log_rows_free(&rows);
    return status;
}

static initscope_status begin_moment(void *arguments, ins_error *error)
{
    const call *of = arguments;
    ins_status status = check_handles(of, error);
    if (status == INS_OK) status = flush(of->run, error);
    if (status == INS_OK) status = ins_recording_begin(of->run->recording, of->a, error);
    return (initscope_status)status;
}

initscope_status initscope_at(initscope_run *run, const initscope_moment *moment)
{
    call of = of_run(run);
    of.a = moment;
    return ins_door(begin_moment, break_handles, &of);
}

static initscope_status show_tensor(void *arguments, ins_error *error)
{
    const call *of = arguments;
    ins_status status = check_handles(of, error);
    if (status == INS_OK)
        status = ins_recording_show(of->run->recording, of->number, (initscope_role)of->other,
                                    of->a, error);
    return (initscope_status)status;
}

initscope_status initscope_tensor(initscope_run *run, int layer, initscope_role role,
                                  const initscope_array *array)
{
    call of = of_run(run);
    of.number = layer;
    of.other = (int)role;
    of.a = array;
    return ins_door(show_tensor, break_handles, &of);
}

/* --- The end ------------------------------------------------------------------------- */

static void free_run(initscope_run *run)
{
    ins_recording_free(run->recording);
    free(run);
}

static ins_status finish_run(initscope_run *run, initscope_outcome outcome, ins_error *error)
{
    static const char *const words[] = {[INITSCOPE_COMPLETED] = "completed",
                                        [INITSCOPE_DIVERGED] = "diverged",
                                        [INITSCOPE_INTERRUPTED] = "interrupted"};
    if (outcome == INITSCOPE_DISCARD) {
        ins_shared_run_discard(run->shared);
        return INS_OK;
    }
    ins_status status = flush(run, error);
    const ins_run_figures state =
        ins_recording_state(run->recording, words[outcome], run->log->scored);
    return ins_status_first(status, ins_shared_run_end(run->log->shared, run->shared,
                                                       ins_recording_identity(run->recording),
                                                       &state, error));
}

static initscope_status end_run(void *arguments, ins_error *error)
{
    const call *of = arguments;
    if (of->run == NULL) return INITSCOPE_OK;
    if ((int)of->number < INITSCOPE_COMPLETED || of->number > INITSCOPE_DISCARD)
        return (initscope_status)ins_error_add(
            error, INS_USAGE, "end: no outcome of that number (got \"%d\")", of->number);
    ins_status status = check_handles(of, error);
    if (status == INS_USAGE) return (initscope_status)status; /* the parent's, who still needs it */
    part(of->run);
    if (status == INS_OK)
        status = finish_run(of->run, (initscope_outcome)of->number, error);
    else
        ins_shared_run_leave(of->run->shared);
    free_run(of->run);
    return (initscope_status)status;
}

initscope_status initscope_end(initscope_run *run, initscope_outcome outcome)
{
    call of = of_run(run);
    of.number = (int)outcome;
    return ins_door(end_run, break_handles, &of);
}

static initscope_status close_log(void *arguments, ins_error *error)
{
    const call *of = arguments;
    initscope_log *log = of->log;
    if (log == NULL) return INITSCOPE_OK;
    ins_status status = check_handles(of, error);
    if (status == INS_USAGE) return (initscope_status)status;
    while (log->first != NULL) {
        initscope_run *run = log->first;
        log->first = run->next;
        if (log->broken || run->broken)
            ins_shared_run_leave(run->shared);
        else
            status = ins_status_first(status, finish_run(run, INITSCOPE_INTERRUPTED, error));
        free_run(run);
    }
    if (status == INS_OK)
        status = ins_shared_log_close(log->shared, error);
    else
        ins_shared_log_drop(log->shared);
    pthread_mutex_destroy(&log->mutex);
    free(log);
    return (initscope_status)status;
}

initscope_status initscope_close(initscope_log *log)
{
    return ins_door(close_log, break_handles, &(call){.log = log});
}

/* --- Without a log ---------------------------------------------------------------------- */

static initscope_status measure(void *arguments, ins_error *error)
{
    const call *of = arguments;
    ins_matrix matrix;
    ins_status status = ins_matrix_of(of->a, true, &matrix, error);
    if (status != INS_OK) return (initscope_status)status;
    const int exponent = ins_matrix_scale(&matrix);
    ins_moments *moments = ins_allocate(matrix.units, sizeof *moments, "statistics");
    ins_moments_of_rows(matrix.x, matrix.units, matrix.length, (ins_bounds){-INFINITY, INFINITY},
                        moments);
    ins_layer_statistics s = ins_layer_statistics_of(moments, matrix.units);
    ins_layer_statistics_scale(&s, exponent);
    free(moments);
    free(matrix.x);
    const initscope_statistics all = {.units = s.units,
                                      .count = s.count,
                                      .mean = s.mean,
                                      .variance = s.variance,
                                      .within_unit_variance = s.within_unit_variance,
                                      .between_unit_variance = s.between_unit_variance,
                                      .second_moment = s.second_moment,
                                      .skewness = s.skewness,
                                      .kurtosis = s.kurtosis,
                                      .minimum = s.minimum,
                                      .maximum = s.maximum,
                                      .zero_fraction = s.zero_fraction,
                                      .nonfinite = s.nonfinite};
    return (initscope_status)ins_door_give(of->out, sizeof all, &all, "statistics", error);
}

initscope_status initscope_measure(const initscope_array *array, initscope_statistics *statistics)
{
    return ins_door(measure, NULL, &(call){.a = array, .out = statistics});
}
