/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How evenly the whole network stretches its inputs: singular values of the Jacobian of the outputs
 * before training (Saxe et al. 2013; Pennington et al. 2017). */
#include <config.h>

#include "pages.h"

#include <math.h>

enum { MOST_VALUES = 4096, LEAST_LAYERS = 4 };

/* Singular values of a run, from the largest on, geometric means over probe rows; returns how many.
 * The rows' values follow each other in the log. */
static size_t values_of(const ins_tell *tell, size_t run, double mean[MOST_VALUES])
{
    double value[MOST_VALUES];
    ins_site at = {.run = run, .epoch = tell->study->start, .layer = 0};
    size_t count = ins_study_spectrum(tell->study, at, value, MOST_VALUES), rank = 1, rows = 0;
    if (count == 0 || count > MOST_VALUES) return 0;
    while (rank < count && value[rank] <= value[rank - 1]) rank++;
    for (size_t i = 0; i < rank; i++) mean[i] = 0;
    for (size_t r = 0; (r + 1) * rank <= count; r++, rows++)
        for (size_t i = 0; i < rank; i++) mean[i] += log(value[r * rank + i]);
    for (size_t i = 0; i < rank; i++) mean[i] = exp(mean[i] / (double)rows);
    return rank;
}

/* Geometric means over the runs of an arm as well. */
static size_t values_of_arm(const ins_tell *tell, size_t arm, double mean[MOST_VALUES])
{
    const ins_arm *of = &tell->study->arm[arm];
    size_t rank = 0, runs = 0;
    for (size_t s = 0; s < of->runs; s++) {
        double value[MOST_VALUES];
        size_t count = values_of(tell, of->run[s], value);
        if (count == 0 || (rank > 0 && count != rank)) continue;
        rank = count;
        for (size_t i = 0; i < rank; i++) mean[i] = (runs > 0 ? mean[i] : 0) + log(value[i]);
        runs++;
    }
    for (size_t i = 0; i < rank; i++) mean[i] = exp(mean[i] / (double)runs);
    return rank;
}

/* Largest over smallest; NAN: not recorded, or a value is 0. */
static double condition_of(const ins_tell *tell, size_t arm)
{
    double value[MOST_VALUES];
    size_t rank = values_of_arm(tell, arm, value);
    double condition = rank > 1 ? value[0] / value[rank - 1] : (double)NAN;
    return isfinite(condition) ? condition : (double)NAN;
}

/* Whether every run of one arm has a smaller condition than every run of the other: less may be
 * chance. */
static bool is_more_even(const ins_tell *tell, size_t even, size_t uneven)
{
    const ins_arm *arms[] = {&tell->study->arm[even], &tell->study->arm[uneven]};
    double most = 0, least = INFINITY;
    for (size_t i = 0; i < 2; i++)
        for (size_t s = 0; s < arms[i]->runs; s++) {
            double value[MOST_VALUES];
            size_t rank = values_of(tell, arms[i]->run[s], value);
            if (rank < 2) continue;
            double condition = value[0] / value[rank - 1];
            if (i == 0) most = fmax(most, condition);
            if (i == 1) least = fmin(least, condition);
        }
    return even != uneven && most < least;
}

bool ins_isometry_applies(const ins_tell *tell)
{
    double least = INFINITY, most = 0;
    const double apart = 2; /* of conditions: less is one panel that says nothing */
    if (tell->sweep || tell->colours == 0 || tell->study->arms > tell->colours ||
        tell->study->layers <= LEAST_LAYERS || !ins_is_recorded(tell->study->start))
        return false;
    for (size_t a = 0; a < tell->study->arms; a++) {
        double condition = condition_of(tell, a);
        least = fmin(least, condition);
        most = fmax(most, condition);
    }
    return most / least > apart;
}

void ins_write_isometry(ins_tell *tell)
{
    size_t even = SIZE_MAX, uneven = SIZE_MAX;
    double low, high;
    ins_chart *chart =
        ins_chart_new(tell->arena, "isometry", "Singular values of the Jacobian", INS_SHAPE_NORMAL);
    ins_panel *panel =
        ins_chart_panel(chart, "Singular values of the Jacobian, from the largest on");
    size_t most = 1;
    for (size_t a = 0; a < tell->study->arms; a++) {
        double value[MOST_VALUES], condition = condition_of(tell, a);
        size_t rank = values_of_arm(tell, a, value);
        const ins_mark *mark = ins_tell_mark(tell, a);
        ins_series *series = ins_mark_series(chart, panel, INS_SERIES_LINE, mark->name, mark);
        series->label = mark->name;
        for (size_t i = 0; i < rank; i++)
            ins_series_add(
                chart, series,
                (ins_point){.x = (double)(i + 1), .y = value[i], .lower = NAN, .upper = NAN});
        if (rank > most) most = rank;
        if (isnan(condition)) continue;
        if (even == SIZE_MAX || condition < condition_of(tell, even)) even = a;
        if (uneven == SIZE_MAX || condition > condition_of(tell, uneven)) uneven = a;
    }
    panel->x = ins_axis_whole(tell->arena, 1, (long long)most, 10);
    panel->x_title = "rank of the singular value";
    if (!ins_panel_range(panel, false, true, &low, &high)) low = high = 1;
    panel->y = ins_axis_log(tell->arena, low, high);
    if (ins_chart_prune(chart) == 0) return;
    const char *title = "How evenly the networks stretch their inputs";
    if (is_more_even(tell, even, uneven))
        title = INS_TELL("%s stretches the inputs most evenly, by %s to 1; %s by %s to 1",
                         ins_mark_text(tell->document, ins_tell_arm(tell, even)),
                         ins_say(tell->arena, condition_of(tell, even)),
                         ins_mark_text(tell->document, ins_tell_arm(tell, uneven)),
                         ins_say(tell->arena, condition_of(tell, uneven)));
    ins_section_begin(tell->document, "isometry", "Isometry", title, false);
    ins_add_chart(tell->document, chart,
                  INS_TELL("Derivatives of the %s by the inputs at the first probe rows, before "
                           "training; geometric means over seeds and rows. A level line is an "
                           "isometry: all directions of the input count alike.",
                           ins_tell_score(tell)->words->outputs));
}
