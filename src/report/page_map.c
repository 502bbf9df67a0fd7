/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measured score over the scale of the weights and the depth, with the depth that theory gives a
 * signal drawn in (Schoenholz et al. 2017). */
#include <config.h>

#include "pages.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/thresholds.h"

enum { LEAST = 3, MOST = 64 };

typedef struct axis_values {
    size_t count;
    double value[MOST];
} axis_values;

static void add_value(axis_values *values, double value)
{
    for (size_t i = 0; i < values->count; i++)
        if (fabs(values->value[i] - value) < 1e-9 * fabs(value)) return;
    if (values->count < MOST && isfinite(value)) values->value[values->count++] = value;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sigma_of(const ins_tell *tell, size_t arm)
{
    return ins_number(tell->study, INS_DEPTH_SIGMA_W,
                      (ins_site){.run = tell->study->arm[arm].run[0]});
}

static void values_of(const ins_tell *tell, axis_values *sigma, axis_values *depth)
{
    *sigma = *depth = (axis_values){0};
    for (size_t a = 0; a < tell->study->arms; a++) {
        add_value(sigma, sigma_of(tell, a));
        add_value(depth, (double)ins_tell_hidden(tell, a));
    }
    qsort(sigma->value, sigma->count, sizeof(double), ascending);
    qsort(depth->value, depth->count, sizeof(double), ascending);
}

bool ins_map_applies(const ins_tell *tell)
{
    axis_values sigma, depth;
    if (!tell->sweep || !tell->analysis->trained) return false;
    values_of(tell, &sigma, &depth);
    return sigma.count >= 2 * LEAST && depth.count >= LEAST &&
           sigma.count == tell->analysis->factors.initializers;
}

/* The ends of a tile around the i-th value: halfway to its neighbours. */
static void ends(const axis_values *values, size_t i, double *low, double *high)
{
    const double *v = values->value;
    double before = i > 0 ? v[i] - v[i - 1] : v[1] - v[0];
    double after = i + 1 < values->count ? v[i + 1] - v[i] : before;
    *low = v[i] - before / 2;
    *high = v[i] + after / 2;
}

static size_t place_in(const axis_values *values, double value)
{
    size_t i = 0;
    while (i + 1 < values->count && values->value[i] < value - 1e-9 * fabs(value)) i++;
    return i;
}

static unsigned shade(double share)
{
    static const unsigned from[] = {0xFF, 0xFF, 0xFF}, to[] = {0x2B, 0x7B, 0xB0};
    unsigned rgb = 0;
    share = fmin(fmax(share, 0), 1);
    for (size_t i = 0; i < 3; i++)
        rgb = rgb << 8 | (unsigned)lround(from[i] + share * ((double)to[i] - from[i]));
    return rgb;
}

/* All factors but the depth. */
static bool same_panel(const ins_study_factors *factors, size_t a, size_t b)
{
    for (size_t k = 0; k < factors->count; k++)
        if (factors->factor[k].column != INS_RUNS_HIDDEN &&
            factors->factor[k].of[a] != factors->factor[k].of[b])
            return false;
    return true;
}

static const char *panel_title(const ins_tell *tell, size_t arm)
{
    const ins_study_factors *factors = &tell->analysis->factors;
    const char *title = "";
    for (size_t k = 0; k < factors->count; k++) {
        if (factors->factor[k].column == INS_RUNS_HIDDEN) continue;
        title = INS_TELL(
            "%s%s%s", title, *title != '\0' ? ", " : "",
            ins_factor_phrase(tell->arena, &factors->factor[k], factors->factor[k].of[arm]));
    }
    return *title != '\0' ? ins_document_clean(tell->document, title)
                          : ins_say_score_title(tell->arena, ins_tell_score(tell));
}

static void add_tiles(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t first,
                      const axis_values *sigma, const axis_values *depth)
{
    const ins_score *score = ins_tell_score(tell);
    ins_series *tiles =
        ins_panel_series(chart, panel, INS_SERIES_TILES, score->words->series, 0, 0);
    ins_series *words =
        ins_panel_series(chart, panel, INS_SERIES_WORDS,
                         score->words->unit != NULL ? score->words->unit : "words", 0, 0);
    for (size_t a = 0; a < tell->study->arms; a++) {
        const ins_arm_judgement *of = &tell->analysis->arm[a];
        if (!same_panel(&tell->analysis->factors, first, a) || of->with_score == 0) continue;
        double left, right, bottom, top, x = sigma_of(tell, a),
                                         y = (double)ins_tell_hidden(tell, a);
        ends(sigma, place_in(sigma, x), &left, &right);
        ends(depth, place_in(depth, y), &bottom, &top);
        double share = ins_tell_way(tell, of->score.mean);
        ins_series_add(
            chart, tiles,
            (ins_point){
                .x = left, .y = right, .lower = bottom, .upper = top, .colour = shade(share)});
        ins_series_add(
            chart, words,
            (ins_point){.x = x,
                        .y = y,
                        .lower = NAN,
                        .upper = NAN,
                        .colour = share > 0.6 ? 0xFFFFFF : 0x333333,
                        .words = ins_say_score_short(tell->arena, score, of->score.mean)});
    }
}

/* The depth that is six depth scales, by sigma_w: of the correlation of two rows, and of the
 * gradient. */
static void add_reach(ins_tell *tell, ins_chart *chart, ins_panel *panel, size_t first,
                      const axis_values *sigma, bool gradient, double most)
{
    ins_series *line = ins_panel_series(
        chart, panel, INS_SERIES_THEORY, gradient ? "6 xi of the error" : "6 xi of the correlation",
        gradient ? 0x000000 : 0x9A4B00, gradient ? 0x000000 : 0x9A4B00);
    for (size_t i = 0; i < sigma->count; i++) {
        for (size_t a = 0; a < tell->study->arms; a++) {
            if (!same_panel(&tell->analysis->factors, first, a) ||
                place_in(sigma, sigma_of(tell, a)) != i)
                continue;
            ins_site at = {.run = tell->study->arm[a].run[0]};
            double scale = gradient ? fabs(ins_number(tell->study, INS_DEPTH_XI_GRADIENT, at))
                                    : ins_number(tell->study, INS_DEPTH_XI_C, at);
            double reach = ins_threshold_of(INS_THRESHOLD_SCALES) * scale;
            if (isnan(reach)) break;
            ins_series_add(
                chart, line,
                (ins_point){
                    .x = sigma->value[i], .y = fmin(reach, most), .lower = NAN, .upper = NAN});
            break;
        }
    }
}

void ins_write_map(ins_tell *tell)
{
    axis_values sigma, depth;
    const ins_score *score = ins_tell_score(tell);
    values_of(tell, &sigma, &depth);
    ins_chart *chart = ins_chart_new(
        tell->arena, "map",
        INS_TELL("%s over sigma_w and depth", ins_say_capital(tell->arena, score->name)),
        INS_SHAPE_HIGH);
    double left, right, bottom, top, unused;
    ends(&sigma, 0, &left, &unused);
    ends(&sigma, sigma.count - 1, &unused, &right);
    ends(&depth, 0, &bottom, &unused);
    ends(&depth, depth.count - 1, &unused, &top);
    for (size_t a = 0; a < tell->study->arms; a++) {
        bool seen = false;
        for (size_t b = 0; b < a && !seen; b++) seen = same_panel(&tell->analysis->factors, a, b);
        if (seen) continue;
        ins_panel *panel = ins_chart_panel(chart, panel_title(tell, a));
        add_tiles(tell, chart, panel, a, &sigma, &depth);
        add_reach(tell, chart, panel, a, &sigma, true, top);
        add_reach(tell, chart, panel, a, &sigma, false, top);
        panel->x = ins_axis_linear(tell->arena, left, right, 6, false);
        panel->x.low = left;
        panel->x.high = right;
        panel->y = ins_axis_linear(tell->arena, bottom, top, 6, false);
        panel->y.low = bottom;
        panel->y.high = top;
        panel->x_title = "σ_{w} = √(fan_{in} Var W)";
        panel->y_title = "hidden layers";
    }
    if (ins_chart_prune(chart) == 0) return;
    size_t best = 0;
    for (size_t a = 0; a < tell->study->arms; a++) {
        bool deepest = ins_tell_hidden(tell, a) == (size_t)depth.value[depth.count - 1];
        const ins_arm_judgement *of = &tell->analysis->arm[a], *had = &tell->analysis->arm[best];
        bool had_deepest = ins_tell_hidden(tell, best) == (size_t)depth.value[depth.count - 1];
        if (deepest && (!had_deepest || of->score.mean > had->score.mean)) best = a;
    }
    const ins_arm_judgement *of = &tell->analysis->arm[best];
    ins_section_begin(tell->document, "map", "Map",
                      INS_TELL("%zu hidden layers: %s at σ_{w} = %s, %s",
                               ins_tell_hidden(tell, best), score->words->highest,
                               ins_say(tell->arena, sigma_of(tell, best)),
                               ins_say_score(tell->arena, score, of->score.mean)),
                      false);
    ins_add_chart(
        tell->document, chart,
        INS_TELL("%s%s, mean over seeds%s. Dashed: the "
                 "depth of %.0f depth scales, of the error (black) and of the correlation of "
                 "two rows (brown), as mean-field theory computes them from activation, "
                 "weights and biases; below both lines a signal should get through.",
                 ins_say_score_title(tell->arena, score),
                 score->words->unit != NULL ? INS_TELL(" in %s", score->words->unit) : "",
                 isfinite(tell->analysis->facts.chance)
                     ? INS_TELL(", white %s", score->words->white)
                     : "",
                 ins_threshold_of(INS_THRESHOLD_SCALES)));
}
