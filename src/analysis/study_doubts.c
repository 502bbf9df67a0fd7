/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs.csv says of a run and the rows of epochs.csv and layers.csv do not. */
#include <config.h>

#include "study_internal.h"

#include <math.h>
#include <string.h>

#include "initscope/say.h"

/* Final figures that differ by no more than this share, or this much, may have been rounded. */
static const double rounded_share = 0.01, rounded = 0.005;

static double of_runs(const ins_study *study, const found_run *run, ins_column_id column)
{
    const double *numbers = ins_table_numbers(&study->runs_table, column);
    return numbers != NULL && run->runs_row != ROW_NONE ? numbers[run->runs_row] : (double)NAN;
}

/* Whether the rows end before the run did. NAN: runs.csv does not tell when that was. */
static bool is_cut(const ins_study *study, const ins_run *run, double stopped)
{
    return ins_is_recorded(run->last) && stopped > (double)ins_epoch_number(study, run->last);
}

static bool is_another(double told, double recorded)
{
    double apart = fabs(told - recorded);
    if (isnan(told) || isnan(recorded) || told == recorded) return false;
    return !(apart <= rounded_share * fmax(fabs(told), fabs(recorded))) && !(apart <= rounded);
}

/* Of two files that do not end together nothing is compared. */
static bool ends_otherwise(const ins_study *study, size_t run, const found_run *found)
{
    static const ins_column_id pairs[][2] = {{INS_RUNS_TRAIN_LOSS, INS_EPOCHS_TRAIN_LOSS},
                                             {INS_RUNS_TRAIN_ACCURACY, INS_EPOCHS_TRAIN_ACCURACY},
                                             {INS_RUNS_TEST_LOSS, INS_EPOCHS_TEST_LOSS},
                                             {INS_RUNS_TEST_ACCURACY, INS_EPOCHS_TEST_ACCURACY},
                                             {INS_RUNS_TRAIN_SCORE, INS_EPOCHS_TRAIN_SCORE},
                                             {INS_RUNS_TEST_SCORE, INS_EPOCHS_TEST_SCORE}};
    const ins_site end = {.run = run, .epoch = study->run[run].last};
    const double stopped = of_runs(study, found, INS_RUNS_STOPPED_EPOCH);
    bool another = false;
    if (!ins_is_recorded(end.epoch) || stopped != (double)ins_epoch_number(study, end.epoch))
        return false;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        another = another || is_another(of_runs(study, found, pairs[i][0]),
                                        ins_number(study, pairs[i][1], end));
    return another;
}

/* Whether all is known to be finite at the end: losses and every element of every tensor. */
static bool is_finite_to_the_end(const ins_study *study, size_t run)
{
    static const ins_column_id losses[] = {INS_EPOCHS_TRAIN_LOSS, INS_EPOCHS_TEST_LOSS,
                                           INS_EPOCHS_GRADIENT_NORM};
    const ins_run *of = &study->run[run];
    const ins_site end = {.run = run, .epoch = of->last};
    size_t tensors = 0;
    if (!ins_same_epoch(of->last, of->last_layers) ||
        !isfinite(ins_number(study, INS_EPOCHS_TRAIN_LOSS, end)))
        return false;
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++)
        if (isinf(ins_number(study, losses[i], end))) return false;
    for (size_t l = 0; l <= study->arm[of->arm].layers; l++)
        for (ins_tensor tensor = 0; tensor < INS_RECORDED_TENSORS; tensor++) {
            const ins_site at = {run, end.epoch, l, tensor};
            const double bad = ins_number(study, INS_LAYERS_NONFINITE, at);
            if (bad > 0 || (isnan(bad) && !isnan(ins_number(study, INS_LAYERS_VARIANCE, at))))
                return false;
            tensors += bad == 0;
        }
    return tensors > 0;
}

static bool holds(const ins_study *study, size_t run, const found_run *found, ins_doubt doubt)
{
    const ins_run *of = &study->run[run];
    const double stopped = of_runs(study, found, INS_RUNS_STOPPED_EPOCH);
    switch (doubt) {
    case INS_DOUBT_NO_EPOCHS:
        return !ins_is_recorded(of->last);
    case INS_DOUBT_NO_LAYERS:
        return !ins_is_recorded(of->last_layers);
    case INS_DOUBT_CUT:
        return is_cut(study, of, stopped);
    case INS_DOUBT_FIGURES:
        return ends_otherwise(study, run, found);
    case INS_DOUBT_FINITE:
        return of->diverged && !is_cut(study, of, stopped) && is_finite_to_the_end(study, run);
    case INS_DOUBTS:
        break;
    }
    return false;
}

void ins_study_find_doubts(ins_study *study, ins_run *run, const found_rows *found)
{
    ins_doubtful *doubts = ins_arena_get(study->index->arena, INS_DOUBTS, sizeof *doubts, "doubts");
    for (ins_doubt doubt = 0; doubt < INS_DOUBTS; doubt++) {
        size_t *list = ins_arena_get(study->index->arena, found->runs + 1, sizeof *list, "doubts");
        size_t count = 0;
        for (size_t r = 0; r < found->runs; r++)
            if (holds(study, r, &found->run[r], doubt)) list[count++] = r;
        doubts[doubt] = (ins_doubtful){count, list};
    }
    for (size_t i = 0; i < doubts[INS_DOUBT_FINITE].count; i++)
        run[doubts[INS_DOUBT_FINITE].run[i]].diverged = false;
    study->doubt = doubts;
}

const char *ins_doubt_text(const ins_study *study, ins_doubt doubt, ins_arena *arena)
{
    static const char *const words[INS_DOUBTS] = {
        [INS_DOUBT_NO_EPOCHS] = "Without a row in epochs.csv: %s.",
        [INS_DOUBT_NO_LAYERS] = "Without a row in layers.csv: %s.",
        [INS_DOUBT_CUT] = "Stopped, by runs.csv, after the last row in epochs.csv: %s.",
        [INS_DOUBT_FIGURES] = "With other final figures in runs.csv than in the last row of "
                              "epochs.csv, which is what counts: %s.",
        [INS_DOUBT_FINITE] = "Diverged, by runs.csv, but finite to the end in epochs.csv and "
                             "layers.csv, and not taken for diverged: %s."};
    enum { NAMED = 12 };
    const ins_doubtful *of = &study->doubt[doubt];
    const char **item = ins_arena_get(arena, of->count + 1, sizeof *item, "doubts");
    if (of->count == 0) return NULL;
    for (size_t i = 0; i < of->count; i++)
        item[i] = ins_arena_format(arena, "%lld", study->run[of->run[i]].number);
    const char *runs = ins_arena_format(arena, "run%s %s", of->count == 1 ? "" : "s",
                                        ins_say_list(arena, item, of->count, NAMED));
    return ins_factor_text(arena, words[doubt], runs);
}
