/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest trial of each size, and rehearsals: two short ones of a few minibatches. */
#include <config.h>

#include "pace.h"

#include <stdlib.h>

#include "initscope/clock.h"
#include "initscope/memory.h"
#include "initscope/network.h"
#include "parallel.h"

struct ins_pace {
    const ins_grid *grid;
    double *longest; /* (networks, batches) seconds; 0: none has ended */
};

ins_pace *ins_pace_new(const ins_grid *grid)
{
    ins_pace *pace = ins_allocate(1, sizeof *pace, "the pace of trials");
    const size_t batches = grid->levels[INS_FACTOR_BATCH];
    pace->grid = grid;
    pace->longest =
        ins_allocate(ins_multiply(grid->levels[INS_FACTOR_NETWORK], batches, "the pace of trials"),
                     sizeof *pace->longest, "the pace of trials");
    return pace;
}

void ins_pace_free(ins_pace *pace)
{
    if (pace == NULL) return;
    free(pace->longest);
    free(pace);
}

static double *longest_of(const ins_pace *pace, const ins_trial *trial)
{
    const ins_settings *settings = pace->grid->settings;
    const size_t network = (size_t)(trial->network - settings->network.item);
    size_t batch = 0;
    while (settings->batch.item[batch] != trial->batch) batch++;
    return &pace->longest[network * settings->batch.count + batch];
}

void ins_pace_note(ins_pace *pace, const ins_trial *trial, const ins_trial_result *result)
{
    const double seconds = result->train_seconds + result->record_seconds;
    double *longest = longest_of(pace, trial);
    INS_PARALLEL(omp critical(ins_pace))
    if (seconds > *longest) *longest = seconds;
}

/* --- Rehearsals ------------------------------------------------------------------------------- */

/* What is left of samples: the rows are the first ones. */
static ins_samples first_rows(ins_samples samples, size_t rows)
{
    if (rows < samples.rows) samples.rows = rows;
    return samples;
}

typedef struct rehearsal {
    ins_trial_result result;
    double bytes;      /* of its rows in the logs */
    double parameters; /* bytes */
} rehearsal;

static double parameter_bytes(const ins_network *network)
{
    size_t tensors, bytes = 0;
    const ins_learned *tensor = ins_network_tensors(network, &tensors);
    for (size_t i = 0; i < tensors; i++) bytes += tensor[i].count * sizeof *tensor[i].value;
    return (double)bytes;
}

/* Runs the trial with the first rows of the data for so many epochs, each recorded. False when it
 * fails, of which the trial itself will tell. */
static bool rehearse(const ins_laboratory *laboratory, const ins_trial *trial, size_t rows,
                     size_t epochs, rehearsal *made)
{
    ins_settings settings = *laboratory->settings;
    ins_prepared data = *laboratory->data;
    ins_laboratory few = *laboratory;
    ins_trial copy = *trial;
    ins_network *network = NULL;
    ins_log_rows written = {0};
    settings.epochs = epochs;
    settings.record_every = 1;
    settings.save_weights = INS_WEIGHTS_NONE;
    data.train = first_rows(data.train, rows);
    data.test = first_rows(data.test, rows);
    few.settings = &settings;
    few.data = &data;
    few.tell = NULL;
    copy.seed = (uint32_t)settings.seed; /* the split that there is */
    *made = (rehearsal){0};
    const ins_status status = ins_trial_run(&few, &copy, &network, &written, &made->result, NULL);
    if (status == INS_OK) made->parameters = parameter_bytes(network);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        made->bytes += (double)written.file[file].length;
    ins_log_rows_free(&written);
    ins_network_free(network);
    return status == INS_OK;
}

/* Files of save-weights. */
static double saves(const ins_settings *settings, double records)
{
    return settings->save_weights == INS_WEIGHTS_NONE   ? 0
           : settings->save_weights == INS_WEIGHTS_ENDS ? 2
                                                        : records;
}

/* A difference of two times, which is of the noise between them too, within what one time says of
 * so many parts. */
static double between(double difference, double least, double most, double parts)
{
    if (parts < 1) return 0;
    least /= parts;
    most /= parts;
    return difference < least ? least : difference > most ? most : difference;
}

static ins_expense expense_of(const ins_laboratory *laboratory, const ins_trial *trial)
{
    enum { MINIBATCHES = 4 };
    const ins_settings *settings = laboratory->settings;
    const ins_samples *train = &laboratory->data->train;
    size_t rows = MINIBATCHES * ins_trial_batch(trial, train);
    if (rows < laboratory->probe.rows) rows = laboratory->probe.rows;
    if (rows > train->rows) rows = train->rows;
    /* What an epoch takes is what two of them take more than one: the first record and the last
     * have more to tell than others. */
    const size_t epochs = settings->epochs, every = settings->record_every;
    const size_t few = epochs > 1, more = epochs > 2 ? 2 : epochs;
    const size_t records = epochs / every + 1 + (epochs % every > 0);
    rehearsal less, full;
    if (!rehearse(laboratory, trial, rows, few, &less) ||
        !rehearse(laboratory, trial, rows, more, &full))
        return (ins_expense){0};
    const double share = (double)rows / (double)train->rows;
    const double trained = full.result.train_seconds - full.result.open_seconds;
    const double epoch = between(full.result.train_seconds - less.result.train_seconds, trained / 2,
                                 trained, (double)more);
    const double record =
        between(full.result.record_seconds - less.result.record_seconds,
                full.result.record_seconds / 4, full.result.record_seconds, (double)more + 1);
    const double others = (double)records - (double)few - 1;
    return (ins_expense){.seconds = full.result.open_seconds + epoch * (double)epochs / share +
                                    less.result.record_seconds + record * others,
                         .bytes = less.bytes + (full.bytes - less.bytes) * others +
                                  less.parameters * saves(settings, (double)records)};
}

double ins_pace_of(const ins_pace *pace, const ins_laboratory *laboratory, const ins_trial *trial)
{
    double longest;
    INS_PARALLEL(omp critical(ins_pace))
    longest = *longest_of(pace, trial);
    return longest > 0 ? longest : expense_of(laboratory, trial).seconds;
}

ins_expense ins_pace_foresee(const ins_laboratory *laboratory, const ins_grid *grid)
{
    enum { TRIED = 8 };
    static const double PATIENCE = 0.5; /* seconds */
    const double start = ins_seconds_now();
    const size_t most = grid->trials < TRIED ? grid->trials : TRIED;
    ins_expense sum = {0};
    size_t tried = 0;
    while (tried < most && (tried == 0 || ins_seconds_now() - start < PATIENCE)) {
        /* 5, 1, 7, 3...: wherever patience ends, what was tried is spread over the grid. */
        const size_t part = (5 * tried + most / 2) % most;
        const ins_trial trial = ins_grid_trial(
            grid, (size_t)(((double)part + 0.5) / (double)most * (double)grid->trials));
        const ins_expense expense = expense_of(laboratory, &trial);
        sum.seconds += expense.seconds;
        sum.bytes += expense.bytes;
        tried++;
    }
    const double runs = (double)grid->trials / (double)tried;
    return (ins_expense){.seconds = sum.seconds * runs, .bytes = sum.bytes * runs};
}
