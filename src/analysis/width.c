/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes against the width, seed by seed. */
#include <config.h>

#include "initscope/width.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "network_text.h"

#include "initscope/inference.h"
#include "initscope/thresholds.h"

enum { LEAST_WIDTHS = 3 };

typedef struct widener {
    const ins_study *study;
    const ins_study_factors *factors;
    const ins_run_measure *measure;
    const ins_arm_judgement *judgement;
    ins_arena *arena;
    ins_family family; /* of scores; of slopes the same without a resolution */
} widener;

/* --- Networks that differ in width alone -------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Layers that do the same in the same place. */
static bool same_layer(const ins_graph_layer *a, const ins_graph_layer *b)
{
    if (a == NULL || b == NULL) return a == b;
    bool product = a->kind == INS_KIND_DENSE || a->kind == INS_KIND_CONV;
    return product && a->kind == b->kind && same_text(a->block, b->block) &&
           same_text(a->activation, b->activation) && a->inputs == b->inputs &&
           memcmp(a->input, b->input, a->inputs * sizeof *a->input) == 0;
}

static bool same_ratio(double a, double b)
{
    return fabs(a / b - 1) < 1e-9;
}

/* The hidden units differ by one factor, and so do the inputs of what reads them: kernels are of
 * one extent. */
static bool differ_in_width(const ins_study *study, size_t a, size_t b)
{
    const ins_arm *first = &study->arm[a], *second = &study->arm[b];
    size_t hidden = ins_hidden_layers(first);
    if (first->layers != second->layers || first->listed != second->listed || hidden == 0)
        return false;
    if (first->network != NULL && second->network != NULL &&
        !(first->chain && second->chain && first->listed == 0) &&
        !ins_network_texts_alike(first->network, second->network))
        return false;
    double times = ins_units(study, a, 1) / ins_units(study, b, 1);
    for (size_t l = 1; l <= first->layers; l++) {
        const ins_graph_layer *here = ins_layer_at(first, l), *there = ins_layer_at(second, l);
        bool output = l == first->layers;
        if (!same_layer(here, there)) return false;
        if (!same_ratio(ins_units(study, a, l) / ins_units(study, b, l), output ? 1 : times))
            return false;
        if (here == NULL || l == 1 || ins_only_input(first, l) == 0) continue;
        bool told = here->fan_in > 0 && there->fan_in > 0;
        double fans = here->fan_in / there->fan_in;
        if (told && !same_ratio(fans, times) && !same_ratio(fans, 1)) return false;
    }
    return true;
}

/* The factor of the networks; SIZE_MAX: there is none. */
static size_t network_factor(const ins_study_factors *factors)
{
    size_t found = SIZE_MAX;
    for (size_t k = 0; k < factors->count; k++) {
        ins_column_id column = factors->factor[k].column;
        if (column != INS_RUNS_HIDDEN && column != INS_RUNS_NETWORK) continue;
        if (found != SIZE_MAX) return SIZE_MAX;
        found = k;
    }
    return found;
}

/* Levels of the factor, by width; false: they differ in more, or two in nothing. */
static bool list_widths(const widener *w, size_t factor, ins_widths *out, size_t *order)
{
    const ins_study_factor *of = &w->factors->factor[factor];
    double *width = ins_arena_get(w->arena, of->levels, sizeof *width, "widths");
    for (size_t a = 0; a < w->study->arms; a++)
        if (!differ_in_width(w->study, a, 0)) return false;
    for (size_t l = 0; l < of->levels; l++) {
        size_t a = 0, at = l;
        while (a < w->study->arms && of->of[a] != l) a++;
        if (a == w->study->arms) return false;
        double units = ins_units(w->study, a, 1);
        for (; at > 0 && width[at - 1] > units; at--) {
            width[at] = width[at - 1];
            order[at] = order[at - 1];
        }
        width[at] = units;
        order[at] = l;
    }
    for (size_t l = 1; l < of->levels; l++)
        if (!(width[l] > width[l - 1])) return false;
    out->width = width;
    return of->levels >= LEAST_WIDTHS;
}

/* --- Slopes -------------------------------------------------------------------------- */

double ins_width_size(const ins_study *study, size_t run, ins_width_layer layer,
                      ins_width_moment moment)
{
    const ins_run *of = &study->run[run];
    size_t output = study->arm[of->arm].layers,
           at = layer == INS_WIDTH_OUTPUT ? output : output - 1;
    ins_epoch_index epoch = moment == INS_WIDTH_START ? study->start : of->last_layers;
    bool later = ins_is_recorded(epoch) && !ins_same_epoch(epoch, study->start) && !of->diverged;
    if (moment != INS_WIDTH_START && !later) return NAN;
    double size = ins_quantity_at(study, INS_QUANTITY_SIZE, run, epoch, at);
    return moment == INS_WIDTH_CHANGE ? size / ins_width_size(study, run, layer, INS_WIDTH_START)
                                      : size;
}

static size_t run_of_seed(const ins_study *study, size_t arm, long long seed)
{
    for (size_t s = 0; s < study->arm[arm].runs; s++)
        if (study->run[study->arm[arm].run[s]].seed == seed) return study->arm[arm].run[s];
    return SIZE_MAX;
}

/* Of one seed; NAN where a width has no value. */
static double slope_of(const widener *w, const ins_widths *widths, const size_t *arm,
                       long long seed, ins_width_layer layer, ins_width_moment moment)
{
    double *x = ins_arena_get(w->arena, 2 * widths->widths, sizeof *x, "widths");
    double *y = x + widths->widths;
    for (size_t i = 0; i < widths->widths; i++) {
        size_t run = run_of_seed(w->study, arm[i], seed);
        if (run == SIZE_MAX) return NAN;
        x[i] = log(widths->width[i]);
        y[i] = log(ins_width_size(w->study, run, layer, moment));
        if (!isfinite(y[i])) return NAN;
    }
    return ins_slope(x, y, widths->widths);
}

/* (runs of the curve's first arm) */
static double *slopes_of(const widener *w, const ins_widths *widths, const ins_width_curve *curve,
                         ins_width_layer layer, ins_width_moment moment)
{
    const ins_arm *first = &w->study->arm[curve->arm[0]];
    double *slope = ins_arena_get(w->arena, first->runs + 1, sizeof *slope, "widths");
    for (size_t s = 0; s < first->runs; s++)
        slope[s] =
            slope_of(w, widths, curve->arm, w->study->run[first->run[s]].seed, layer, moment);
    return slope;
}

static ins_width_slope test(const widener *w, const double *slope, size_t seeds)
{
    double *zero = ins_arena_get(w->arena, seeds + 1, sizeof *zero, "widths");
    ins_family family = w->family;
    family.resolution = 0;
    ins_width_slope out = ins_contrast_of(slope, zero, seeds, family);
    if (out.difference.n < (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_FOR_INTERVAL))
        out.difference.lower = out.difference.upper = NAN;
    return out;
}

static bool same_slope(const ins_width_slope *a, const ins_width_slope *b)
{
    return a->p == b->p && a->difference.mean == b->difference.mean;
}

/* Networks that start alike are one observation: a slope that is another's counts once. */
static void correct(const widener *w, ins_width_slope *const *slope, size_t count)
{
    double *p = ins_arena_get(w->arena, count + 1, sizeof *p, "widths");
    size_t *twin = ins_arena_get(w->arena, count + 1, sizeof *twin, "widths");
    for (size_t i = 0; i < count; i++) {
        twin[i] = 0;
        while (twin[i] < i && !same_slope(slope[i], slope[twin[i]])) twin[i]++;
        p[i] = twin[i] < i ? (double)NAN : slope[i]->p;
    }
    ins_holm(p, count);
    for (size_t i = 0; i < count; i++) {
        slope[i]->p_holm = p[twin[i]];
        slope[i]->told_apart = slope[i]->p_holm < w->family.alpha;
    }
}

/* The arms of the same initializer and other factors as this one, by width; false: one is missing,
 * or the curve begins elsewhere. */
static bool fill_curve(const widener *w, const ins_widths *widths, const size_t *order, size_t from,
                       size_t *arm)
{
    const ins_study_factors *factors = w->factors;
    for (size_t i = 0; i < widths->widths; i++) {
        arm[i] = SIZE_MAX;
        for (size_t a = 0; a < w->study->arms; a++) {
            bool same = factors->initializer_of[a] == factors->initializer_of[from] &&
                        factors->factor[widths->factor].of[a] == order[i];
            for (size_t k = 0; k < factors->count && same; k++)
                same =
                    k == widths->factor || factors->factor[k].of[a] == factors->factor[k].of[from];
            if (same) arm[i] = a;
        }
        if (arm[i] == SIZE_MAX) return false;
    }
    return arm[0] == from;
}

static void add_curves(const widener *w, const size_t *order, ins_widths *out)
{
    size_t arms = w->study->arms, slopes = 0;
    const size_t each = (size_t)INS_WIDTH_LAYERS * INS_WIDTH_MOMENTS;
    ins_width_curve *curve = ins_arena_get(w->arena, arms + 1, sizeof *curve, "widths");
    ins_width_slope **all =
        ins_arena_get(w->arena, (arms + 1) * each, sizeof(ins_width_slope *), "widths");
    for (size_t i = 0; i < w->factors->initializers; i++) {
        for (size_t a = 0; a < arms; a++) {
            size_t *arm = ins_arena_get(w->arena, out->widths, sizeof *arm, "widths");
            if (w->factors->initializer_of[a] != i || !fill_curve(w, out, order, a, arm)) continue;
            ins_width_curve *of = &curve[out->curves++];
            *of = (ins_width_curve){.initializer = i, .arm = arm};
            for (size_t k = 0; k < each; k++) {
                ins_width_layer layer = (ins_width_layer)(k / INS_WIDTH_MOMENTS);
                ins_width_moment moment = (ins_width_moment)(k % INS_WIDTH_MOMENTS);
                of->slope[layer][moment] =
                    test(w, slopes_of(w, out, of, layer, moment), w->study->arm[arm[0]].runs);
                all[slopes++] = &of->slope[layer][moment];
            }
        }
    }
    correct(w, all, slopes);
    out->curve = curve;
}

static void average_curves(const widener *w, ins_widths *out)
{
    size_t initializers = w->factors->initializers;
    ins_width_slope *average = ins_arena_get(w->arena, initializers + 1, sizeof *average, "widths");
    ins_width_slope **all =
        ins_arena_get(w->arena, initializers + 1, sizeof(ins_width_slope *), "widths");
    for (size_t i = 0; i < initializers; i++) {
        double *sum = NULL;
        size_t count = 0, seeds = 0;
        for (size_t c = 0; c < out->curves; c++) {
            const ins_width_curve *of = &out->curve[c];
            size_t runs = w->study->arm[of->arm[0]].runs;
            if (of->initializer != i) continue;
            const double *slope = slopes_of(w, out, of, INS_WIDTH_OUTPUT, INS_WIDTH_END);
            if (sum == NULL) {
                seeds = runs;
                sum = ins_arena_get(w->arena, seeds + 1, sizeof *sum, "widths");
            }
            for (size_t s = 0; s < seeds; s++) sum[s] += s < runs ? slope[s] : (double)NAN;
            count++;
        }
        for (size_t s = 0; s < seeds; s++) sum[s] /= (double)count;
        average[i] = test(w, sum, seeds);
        all[i] = &average[i];
    }
    correct(w, all, initializers);
    out->average = average;
}

/* --- Learning rates -------------------------------------------------------------------- */

/* The factor beside the width, where it is the learning rate; SIZE_MAX: it is another one. */
static size_t rate_factor(const ins_study_factors *factors, size_t width)
{
    if (factors->count != 2) return SIZE_MAX;
    return factors->factor[1 - width].column == INS_RUNS_LEARNING_RATE ? 1 - width : SIZE_MAX;
}

/* Of one initializer at one width: the rates that are not told apart from the best. */
static bool find_best(const widener *w, const size_t *arm, size_t rates, bool *best)
{
    size_t seeds = w->study->arm[arm[0]].runs, least = SIZE_MAX;
    double *value = ins_arena_get(w->arena, rates * seeds + 1, sizeof *value, "widths");
    bool *excluded = ins_arena_get(w->arena, rates + 1, sizeof *excluded, "widths");
    ins_standing *standing = ins_arena_get(w->arena, rates + 1, sizeof *standing, "widths");
    for (size_t r = 0; r < rates; r++) {
        const ins_arm_judgement *of = &w->judgement[arm[r]];
        excluded[r] = !ins_has_verdict(of, INS_VERDICT_LEARNED) &&
                      !ins_has_verdict(of, INS_VERDICT_BARELY_LEARNED);
        if (!excluded[r] && of->with_score < least) least = of->with_score;
        for (size_t s = 0; s < seeds; s++) {
            long long seed = w->study->run[w->study->arm[arm[0]].run[s]].seed;
            size_t run = run_of_seed(w->study, arm[r], seed);
            bool ended = run != SIZE_MAX && !w->measure[run].diverged;
            value[r * seeds + s] = ended ? w->measure[run].score : (double)NAN;
        }
    }
    size_t first = ins_contrast_with_best(value, excluded, rates, seeds, w->family, standing);
    for (size_t r = 0; r < rates; r++) best[r] = first < rates && standing[r].among_best;
    return least >= w->family.fewest_seeds; /* also where none learned */
}

static void compare_rates(const widener *w, ins_widths *out)
{
    size_t rates = w->factors->factor[out->rate_factor].levels;
    size_t *arm = ins_arena_get(w->arena, rates, sizeof *arm, "widths");
    bool *best = ins_arena_get(w->arena, w->factors->initializers * out->widths * rates + 1,
                               sizeof *best, "widths");
    out->told = true;
    for (size_t i = 0; i < w->factors->initializers; i++) {
        for (size_t l = 0; l < out->widths; l++) {
            size_t found = 0;
            for (size_t c = 0; c < out->curves; c++) {
                const ins_width_curve *of = &out->curve[c];
                if (of->initializer != i) continue;
                arm[w->factors->factor[out->rate_factor].of[of->arm[l]]] = of->arm[l];
                found++;
            }
            if (found != rates) return;
            out->told = find_best(w, arm, rates, best + (i * out->widths + l) * rates) && out->told;
        }
    }
    out->rates = rates;
    out->best = best;
}

ins_widths ins_widths_of(const ins_study *study, const ins_study_factors *factors,
                         const ins_facts *facts, const ins_run_measure *measure,
                         const ins_arm_judgement *judgement, ins_arena *arena)
{
    bool share = facts->score.kind == INS_SCORE_ACCURACY;
    const widener w = {
        .study = study,
        .factors = factors,
        .measure = measure,
        .judgement = judgement,
        .arena = arena,
        .family = {.alpha = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT),
                   .fewest_seeds = (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_TELL),
                   .resolution = share && facts->test_rows > 0 ? 0.5 / facts->test_rows : 0}};
    ins_widths out = {.factor = network_factor(factors)};
    if (out.factor == SIZE_MAX || !ins_is_recorded(study->start)) return out;
    size_t levels = factors->factor[out.factor].levels;
    size_t *order = ins_arena_get(arena, levels, sizeof *order, "widths");
    if (!list_widths(&w, out.factor, &out, order)) return out;
    out.widths = levels;
    add_curves(&w, order, &out);
    average_curves(&w, &out);
    out.rate_factor = rate_factor(factors, out.factor);
    if (out.rate_factor != SIZE_MAX) compare_rates(&w, &out);
    return out;
}
