/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How much the signal of the last layer differs from seed to seed, against the sum of 1/width
 * (Hanin 2018). */
#include <config.h>

#include "pages.h"

#include <math.h>

#include "initscope/thresholds.h"
#include "initscope/trend.h"

enum { LEAST_SUMS = 4, LEAST_SEEDS = 5 };

/* Sum over the hidden layers of 1 / units. */
static double sum_of(const ins_tell *tell, size_t arm)
{
    double sum = 0;
    for (size_t l = 1; l <= ins_tell_hidden(tell, arm); l++)
        sum += 1 / ins_units(tell->study, arm, l);
    return sum;
}

/* Variance over seeds of ln of the signal of the last hidden layer. */
static ins_spread spread_of(const ins_tell *tell, size_t arm)
{
    const ins_arm *of = &tell->study->arm[arm];
    double *ln = ins_arena_get(tell->arena, of->runs + 1, sizeof *ln, "seeds");
    size_t n = 0;
    for (size_t s = 0; s < of->runs; s++) {
        double signal = ins_quantity_at(tell->study, INS_QUANTITY_SIGNAL, of->run[s],
                                        tell->study->start, ins_tell_hidden(tell, arm));
        if (signal > 0 && isfinite(signal)) ln[n++] = log(signal);
    }
    return n < LEAST_SEEDS ? (ins_spread){.variance = NAN, .lower = NAN, .upper = NAN}
                           : ins_spread_of(ln, n, ins_threshold_of(INS_THRESHOLD_CONFIDENCE));
}

/* Settings that differ in the depth and the widths alone: those of the first arm's other factors.
 */
static bool is_shown(const ins_tell *tell, size_t arm)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    for (size_t k = 0; k < factors->count; k++)
        if (factors->factor[k].column != INS_RUNS_HIDDEN &&
            factors->factor[k].of[arm] != factors->factor[k].of[0])
            return false;
    return tell->study->arm[arm].chain && ins_tell_hidden(tell, arm) >= 2 &&
           tell->study->arm[arm].runs >= LEAST_SEEDS;
}

/* Seeds share random numbers: arms whose first pass is the same network up to a factor are one
 * observation. */
static bool is_repeated(const double *x, const double *y, size_t count, double sum, double spread)
{
    for (size_t i = 0; i < count; i++)
        if (fabs(x[i] / sum - 1) < 1e-9 && fabs(y[i] / spread - 1) < 1e-4) return true;
    return false;
}

bool ins_spread_applies(const ins_tell *tell)
{
    size_t sums = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        bool seen = !is_shown(tell, a);
        for (size_t b = 0; b < a && !seen; b++)
            seen = is_shown(tell, b) && fabs(sum_of(tell, b) / sum_of(tell, a) - 1) < 1e-9;
        sums += !seen;
    }
    return sums >= LEAST_SUMS && ins_is_recorded(tell->study->start) && !ins_map_applies(tell);
}

void ins_write_spread(ins_tell *tell)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    size_t count = 0, arms = tell->study->arms;
    double *x = ins_arena_get(tell->arena, arms + 1, sizeof *x, "spread"), low, high;
    double *y = ins_arena_get(tell->arena, arms + 1, sizeof *y, "spread");
    ins_chart *chart =
        ins_chart_new(tell->arena, "spread", "Spread over seeds against width", INS_SHAPE_NORMAL);
    ins_panel *panel =
        ins_chart_panel(chart, "Variance over seeds of ln signal, last hidden layer");
    for (size_t i = 0; i < factors->initializers; i++) {
        const ins_mark *mark = ins_mark_at(tell->document, ins_tell_initializer(tell, i));
        ins_series *series = ins_mark_series(chart, panel, INS_SERIES_DOTS, mark->name, mark);
        for (size_t a = 0; a < arms; a++) {
            if (factors->initializer_of[a] != i || !is_shown(tell, a)) continue;
            ins_spread spread = spread_of(tell, a);
            if (!(spread.variance > 0) ||
                is_repeated(x, y, count, sum_of(tell, a), spread.variance))
                continue;
            x[count] = sum_of(tell, a);
            y[count++] = spread.variance;
            ins_series_add(
                chart, series,
                (ins_point){sum_of(tell, a), spread.variance, spread.lower, spread.upper, 0, NULL});
        }
    }
    if (!ins_panel_range(panel, true, true, &low, &high)) return;
    panel->x = ins_axis_log(tell->arena, low, high);
    if (!ins_panel_range(panel, false, true, &low, &high)) return;
    panel->y = ins_axis_log(tell->arena, low, high);
    panel->x_title = "sum over the hidden layers of 1 / units";
    if (ins_chart_prune(chart) == 0) return;
    double correlation = ins_rank_correlation(x, y, count);
    ins_section_begin(
        tell->document, "spread", "Spread over seeds",
        correlation > 0.5
            ? INS_TELL(
                  "Deep and narrow networks differ most from seed to seed (rank correlation %s)",
                  ins_say(tell->arena, correlation))
            : INS_TELL("The spread over seeds does not follow the widths (rank correlation %s)",
                       ins_say(tell->arena, correlation)),
        false);
    ins_add_chart(
        tell->document, chart,
        "One point a network that is not another one up to a factor, coloured by initializer, "
        "with its 95 % interval. Theory of "
        "finite width expects the variance to grow with the sum of 1/units (Hanin 2018).");
}
