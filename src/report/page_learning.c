/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Every run of every arm: score and loss by epoch, one panel an arm. */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "curves.h"

enum { MOST_ARMS = 20, LEAST_ARMS = 2 };

bool ins_learning_applies(const ins_tell *tell)
{
    size_t seeds = 0;
    for (size_t a = 0; a < tell->study->arms; a++)
        if (tell->study->arm[a].runs > seeds) seeds = tell->study->arm[a].runs;
    return tell->analysis->trained && tell->study->epochs > 2 && seeds > 2 && !tell->sweep &&
           tell->study->arms >= LEAST_ARMS && tell->study->arms <= MOST_ARMS;
}

static void draw(ins_tell *tell, bool loss)
{
    const ins_study *study = tell->study;
    const ins_score *score = ins_tell_score(tell);
    const char *what = loss ? "Training loss" : ins_say_score_title(tell->arena, score);
    const char *name = INS_TELL("%s-runs", loss ? "loss" : score->words->slug);
    ins_column_id column = loss ? INS_EPOCHS_TRAIN_LOSS : score->test;
    ins_chart *chart =
        ins_chart_new(tell->arena, name, INS_TELL("%s of every run", what), INS_SHAPE_MULTIPLE);
    for (size_t a = 0; a < study->arms; a++) {
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_panel *panel = ins_chart_panel(chart, mark->name);
        ins_mark_panel(panel, mark);
        ins_series *mean = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site at = {.epoch = ins_epoch_at(e)};
            ins_interval value =
                ins_seeds_at(study, a, loss ? INS_GEOMETRIC : INS_MEAN, column, at).interval;
            ins_series_add(chart, mean,
                           (ins_point){.x = (double)study->epoch[e],
                                       .y = value.n > 0 ? value.mean : (double)NAN,
                                       .lower = NAN,
                                       .upper = NAN});
        }
        for (size_t s = 0; s < study->arm[a].runs; s++) {
            size_t run = study->arm[a].run[s];
            ins_series *seed =
                ins_mark_series(chart, panel, INS_SERIES_SEED,
                                INS_TELL("%s seed %lld", mark->name, study->run[run].seed), mark);
            for (size_t e = 0; e < study->epochs; e++) {
                double y =
                    ins_number(study, column, (ins_site){.run = run, .epoch = ins_epoch_at(e)});
                ins_series_add(
                    chart, seed,
                    (ins_point){.x = (double)study->epoch[e], .y = y, .lower = NAN, .upper = NAN});
            }
        }
        panel->x = ins_epochs_axis(tell);
        panel->x_title = study->time;
        panel->horizontal =
            loss ? tell->analysis->facts.constant_loss : tell->analysis->facts.chance;
    }
    const char *cut = loss ? "" : ins_score_cut(tell, chart);
    if (loss) ins_share_axis(chart, true);
    for (size_t i = 0; i < chart->panels.count; i++) {
        ins_panel *panel = ((ins_panel *const *)chart->panels.items)[i];
        if (!loss) panel->y = ins_score_axis(tell, chart, 2);
        ins_axis_thin(&panel->y, 4);
        if (panel->horizontal < panel->y.low || panel->horizontal > panel->y.high)
            panel->horizontal = NAN;
    }
    if (ins_chart_prune(chart) == 0) return;
    ins_add_chart(tell->document, chart,
                  loss ? "Training loss of every run, and the geometric mean (thick)."
                       : INS_TELL("%s of every run, and the mean (thick).%s%s", what,
                                  ins_tell_dashed(tell), cut));
}

void ins_write_learning(ins_tell *tell)
{
    size_t learned = 0, runs = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        learned += tell->analysis->arm[a].learned;
        runs += tell->study->arm[a].runs;
    }
    const char *title =
        isfinite(tell->analysis->facts.chance)
            ? INS_TELL("%s learned",
                       ins_say_capital(tell->arena, ins_say_of(tell->arena, learned, runs, "run")))
            : "Every run";
    ins_section_begin(tell->document, "learning", "Learning", title, false);
    draw(tell, false);
    draw(tell, true);
}
