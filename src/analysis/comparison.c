/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Families of hypotheses over the arms of a study. */
#include <config.h>

#include "initscope/comparison.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/contrast.h"
#include "initscope/effect.h"
#include "initscope/list.h"
#include "initscope/text.h"
#include "initscope/thresholds.h"

#include "row_map.h"

typedef struct comparer {
    const ins_study *study;
    const ins_study_factors *factors;
    const ins_run_measure *measure;
    const ins_arm_judgement *judgement;
    ins_arena *arena;
    size_t seeds;          /* of the study */
    const size_t *seed_of; /* (runs) the seed's number */
    ins_family family;
} comparer;

/* --- Seeds ------------------------------------------------------------------------- */

static void number_seeds(comparer *c)
{
    ins_row_map known;
    size_t *seed_of = ins_arena_get(c->arena, c->study->runs + 1, sizeof *seed_of, "seeds");
    ins_row_map_start(&known, 0, UINT64_MAX);
    for (size_t r = 0; r < c->study->runs; r++) {
        seed_of[r] = ins_row_map_put(&known, (uint64_t)c->study->run[r].seed, c->seeds);
        c->seeds += seed_of[r] == c->seeds;
    }
    ins_row_map_free(&known);
    c->seed_of = seed_of;
}

/* The scores of an arm by seed; diverged runs have none. */
static void fill_row(const comparer *c, size_t arm, double *row)
{
    for (size_t s = 0; s < c->seeds; s++) row[s] = NAN;
    for (size_t i = 0; i < c->study->arm[arm].runs; i++) {
        size_t run = c->study->arm[arm].run[i];
        if (!c->measure[run].diverged) row[c->seed_of[run]] = c->measure[run].score;
    }
}

/* --- Settings ------------------------------------------------------------------------ */

static const char *label_of(const comparer *c, size_t arm)
{
    ins_text label = {0};
    ins_text_add(&label, "");
    for (size_t k = 0; k < c->factors->count; k++) {
        const ins_study_factor *factor = &c->factors->factor[k];
        ins_text_add_format(&label, "%s%s", k > 0 ? ", " : "",
                            ins_factor_phrase(c->arena, factor, factor->of[arm]));
    }
    const char *kept = ins_arena_copy(c->arena, label.data, label.length);
    ins_text_free(&label);
    return kept;
}

/* Arms that agree in all factors, in the order of the study. */
static void make_settings(const comparer *c, ins_comparisons *out)
{
    const size_t arms = c->study->arms, *setting_of = c->factors->setting_of;
    size_t *place = ins_arena_get(c->arena, arms + 1, sizeof *place, "settings");
    size_t *member = ins_arena_get(c->arena, arms + 1, sizeof *member, "settings");
    bool *in_set = ins_arena_get(c->arena, arms + 1, sizeof *in_set, "settings");
    out->setting_of = setting_of;
    out->place = place;
    out->setting = ins_arena_get(c->arena, arms + 1, sizeof *out->setting, "settings");
    for (size_t a = 0; a < arms; a++) {
        ins_setting *setting = &out->setting[setting_of[a]];
        if (setting->arms == 0) setting->label = label_of(c, a);
        if (setting_of[a] >= out->settings) out->settings = setting_of[a] + 1;
        place[a] = setting->arms++;
    }
    size_t first = 0;
    for (size_t s = 0; s < out->settings; s++) {
        out->setting[s].arm = member + first;
        out->setting[s].in_set = in_set + first;
        out->setting[s].best = SIZE_MAX;
        first += out->setting[s].arms;
    }
    for (size_t a = 0; a < arms; a++)
        member[(size_t)(out->setting[setting_of[a]].arm - member) + place[a]] = a;
}

static bool learned(const ins_arm_judgement *arm)
{
    return ins_has_verdict(arm, INS_VERDICT_LEARNED) ||
           ins_has_verdict(arm, INS_VERDICT_BARELY_LEARNED);
}

static void add(const comparer *c, ins_list *list, ins_difference difference,
                const ins_contrast *contrast)
{
    difference.difference = contrast->difference;
    if (contrast->difference.n < (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_FOR_INTERVAL))
        difference.difference.lower = difference.difference.upper = NAN;
    difference.p = contrast->p;
    difference.adjusted_p = contrast->p_holm;
    difference.told = contrast->told_apart;
    ins_difference *added = ins_list_add(c->arena, list, sizeof *added);
    *added = difference;
}

static ins_difference of_pair(const comparer *c, size_t setting, size_t first, size_t second)
{
    return (ins_difference){.family = INS_HYPOTHESIS_SETTING,
                            .setting = setting,
                            .first = c->study->arm[first].label,
                            .second = c->study->arm[second].label,
                            .arm_first = first,
                            .arm_second = second};
}

/* Who is not told apart from the best of those that learned, and all pairs of the setting. */
static void compare_pairs(const comparer *c, ins_setting *setting, size_t index, ins_list *list)
{
    size_t n = setting->arms;
    double *value = ins_arena_get(c->arena, n * c->seeds + 1, sizeof *value, "comparisons");
    bool *excluded = ins_arena_get(c->arena, n, sizeof *excluded, "comparisons");
    ins_standing *standing = ins_arena_get(c->arena, n, sizeof *standing, "comparisons");
    for (size_t i = 0; i < n; i++) {
        fill_row(c, setting->arm[i], value + i * c->seeds);
        excluded[i] = !learned(&c->judgement[setting->arm[i]]);
    }
    size_t best = ins_contrast_with_best(value, excluded, n, c->seeds, c->family, standing);
    if (best < n) setting->best = setting->arm[best];
    for (size_t i = 0; best < n && i < n; i++) setting->in_set[i] = standing[i].among_best;
    size_t pairs = n * (n - 1) / 2;
    ins_contrast *contrast = ins_arena_get(c->arena, pairs + 1, sizeof *contrast, "comparisons");
    ins_contrast_pairs(value, n, c->seeds, c->family, contrast);
    for (size_t a = 1; a < n; a++)
        for (size_t b = 0; b < a; b++)
            add(c, list, of_pair(c, index, setting->arm[a], setting->arm[b]),
                &contrast[a * (a - 1) / 2 + b]);
}

/* The mean score of the runs of an arm that did not diverge. */
static double mean_score(const comparer *c, size_t arm)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->study->arm[arm].runs; i++) {
        const ins_run_measure *of = &c->measure[c->study->arm[arm].run[i]];
        if (of->diverged || !isfinite(of->score)) continue;
        sum += of->score;
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

/* best, by seed, less an arm, over the arm's own runs. */
static ins_contrast below_best(const comparer *c, const double *best, size_t arm)
{
    size_t runs = c->study->arm[arm].runs;
    double *pair = ins_allocate(2 * runs + 1, sizeof *pair, "comparisons");
    for (size_t i = 0; i < runs; i++) {
        size_t run = c->study->arm[arm].run[i];
        pair[i] = best[c->seed_of[run]];
        pair[runs + i] = c->measure[run].diverged ? (double)NAN : c->measure[run].score;
    }
    ins_contrast contrast = ins_contrast_of(pair, pair + runs, runs, c->family);
    free(pair);
    return contrast;
}

/* The same of a setting of so many arms that they are compared with the best one alone: time and
 * memory go with their number. */
static void compare_with_best(const comparer *c, ins_setting *setting, size_t index, ins_list *list)
{
    double highest = -INFINITY;
    for (size_t i = 0; i < setting->arms; i++) {
        double mean = mean_score(c, setting->arm[i]);
        if (!(mean > highest) || !learned(&c->judgement[setting->arm[i]])) continue;
        highest = mean;
        setting->best = setting->arm[i];
    }
    if (setting->best == SIZE_MAX) return;
    double *best = ins_allocate(c->seeds + 1, sizeof *best, "comparisons");
    ins_contrast *below = ins_allocate(setting->arms, sizeof *below, "comparisons");
    ins_contrast *taking = ins_allocate(setting->arms, sizeof *taking, "comparisons");
    size_t others = 0, count = 0;
    fill_row(c, setting->best, best);
    for (size_t i = 0; i < setting->arms; i++) {
        size_t arm = setting->arm[i];
        if (arm == setting->best) continue;
        below[others] = below_best(c, best, arm);
        if (learned(&c->judgement[arm])) taking[count++] = below[others];
        others++;
    }
    ins_contrasts_correct(below, others, c->family);
    ins_contrasts_correct(taking, count, c->family);
    count = others = 0;
    for (size_t i = 0; i < setting->arms; i++) {
        size_t arm = setting->arm[i];
        setting->in_set[i] = arm == setting->best;
        if (arm == setting->best) continue;
        if (learned(&c->judgement[arm]))
            setting->in_set[i] = isfinite(mean_score(c, arm)) && !taking[count++].told_apart;
        add(c, list, of_pair(c, index, setting->best, arm), &below[others++]);
    }
    free(best);
    free(below);
    free(taking);
}

static void compare_setting(const comparer *c, ins_comparisons *out, size_t index, ins_list *list)
{
    ins_setting *setting = &out->setting[index];
    size_t least = SIZE_MAX;
    setting->first_difference = list->count;
    setting->by_best = (double)setting->arms > ins_threshold_of(INS_THRESHOLD_PAIRED);
    if (setting->by_best)
        compare_with_best(c, setting, index, list);
    else
        compare_pairs(c, setting, index, list);
    for (size_t i = 0; i < setting->arms; i++) {
        const ins_arm_judgement *arm = &c->judgement[setting->arm[i]];
        setting->set += setting->in_set[i];
        if (learned(arm) && arm->with_score < least) least = arm->with_score;
    }
    setting->told = setting->best != SIZE_MAX && least >= c->family.fewest_seeds;
}

/* --- Over settings --------------------------------------------------------------------- */

/* (settings, initializers, seeds) */
static double *values_by_initializer(const comparer *c, const ins_comparisons *out)
{
    size_t levels = c->factors->initializers;
    double *value = ins_arena_get(c->arena, out->settings * levels * c->seeds + 1, sizeof *value,
                                  "comparisons");
    for (size_t i = 0; i < out->settings * levels * c->seeds; i++) value[i] = NAN;
    for (size_t s = 0; s < out->settings; s++) {
        for (size_t i = 0; i < out->setting[s].arms; i++) {
            size_t arm = out->setting[s].arm[i], level = c->factors->initializer_of[arm];
            fill_row(c, arm, value + (s * levels + level) * c->seeds);
        }
    }
    return value;
}

static void compare_over_settings(const comparer *c, ins_comparisons *out, ins_list *list)
{
    enum { HOLES = 16 }; /* cells an arm beyond which initializers hardly share settings */
    size_t levels = c->factors->initializers, pairs = levels * (levels - 1) / 2;
    if (out->settings < 2 || levels < 2) return;
    if ((double)levels > ins_threshold_of(INS_THRESHOLD_PAIRED) ||
        out->settings * levels > HOLES * c->study->arms)
        return;
    const double *value = values_by_initializer(c, out);
    double *average = ins_arena_get(c->arena, levels * c->seeds + 1, sizeof *average, "effects");
    ins_contrast *contrast = ins_arena_get(c->arena, pairs + 1, sizeof *contrast, "effects");
    ins_family family = c->family;
    family.fewest_seeds = (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_FOR_INTERVAL);
    ins_average_over_settings(value, out->settings, levels, c->seeds, average);
    ins_contrast_pairs(average, levels, c->seeds, family, contrast);
    out->main_effects = pairs;
    out->first_main_effect = list->count;
    for (size_t a = 1; a < levels; a++)
        for (size_t b = 0; b < a; b++)
            add(c, list,
                (ins_difference){.family = INS_HYPOTHESIS_MAIN,
                                 .first = c->factors->initializer[a],
                                 .second = c->factors->initializer[b],
                                 .arm_first = SIZE_MAX,
                                 .arm_second = SIZE_MAX},
                &contrast[a * (a - 1) / 2 + b]);
    ins_interaction whole = ins_interaction_of(value, out->settings, levels, c->seeds);
    ins_interval none = {.n = whole.seeds, .mean = NAN, .lower = NAN, .upper = NAN};
    double alpha = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT);
    if (whole.seeds >= 2)
        add(c, list,
            (ins_difference){.family = INS_HYPOTHESIS_INTERACTION,
                             .first = "initializer",
                             .second = "setting",
                             .arm_first = SIZE_MAX,
                             .arm_second = SIZE_MAX},
            &(ins_contrast){.difference = none,
                            .p = whole.p,
                            .p_holm = whole.p,
                            .told_apart = whole.p < alpha});
}

static void name_arms(const comparer *c, ins_comparisons *out)
{
    size_t arms = c->study->arms;
    const char **name = ins_arena_get(c->arena, arms + 1, sizeof *name, "names");
    out->by_setting = c->factors->initializers == 1 && out->settings > 1 && arms == out->settings;
    for (size_t a = 0; a < arms; a++)
        name[a] = out->by_setting ? out->setting[out->setting_of[a]].label : c->study->arm[a].label;
    out->name = name;
}

ins_comparisons ins_compare(const ins_study *study, const ins_study_factors *factors,
                            const ins_facts *facts, const ins_run_measure *measure,
                            const ins_arm_judgement *judgement, ins_arena *arena)
{
    comparer c = {.study = study,
                  .factors = factors,
                  .measure = measure,
                  .judgement = judgement,
                  .arena = arena};
    bool share = facts->score.kind == INS_SCORE_ACCURACY;
    c.family =
        (ins_family){.alpha = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT),
                     .fewest_seeds = (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_TELL),
                     .resolution = share && facts->test_rows > 0 ? 0.5 / facts->test_rows : 0};
    ins_comparisons out = {0};
    ins_list list = {0};
    number_seeds(&c);
    make_settings(&c, &out);
    name_arms(&c, &out);
    for (size_t s = 0; s < out.settings; s++) compare_setting(&c, &out, s, &list);
    compare_over_settings(&c, &out, &list);
    out.differences = list.count;
    out.difference = list.items;
    return out;
}

/* The place of the pair of a and b, which differ, in the rows of a triangle. */
static size_t pair_of(size_t a, size_t b)
{
    size_t high = a > b ? a : b, low = a > b ? b : a;
    return high * (high - 1) / 2 + low;
}

bool ins_difference_of(const ins_comparisons *comparisons, size_t first, size_t second,
                       ins_difference *out)
{
    size_t setting = comparisons->setting_of[first];
    if (first == second || setting != comparisons->setting_of[second]) return false;
    const ins_setting *of = &comparisons->setting[setting];
    size_t a = comparisons->place[first], b = comparisons->place[second], place;
    if (!of->by_best) {
        place = pair_of(a, b);
    } else if (of->best == first || of->best == second) {
        size_t best = of->best == first ? a : b, other = of->best == first ? b : a;
        place = other - (other > best);
    } else {
        return false;
    }
    *out = comparisons->difference[of->first_difference + place];
    if (out->arm_first == first) return true;
    ins_interval turned = out->difference;
    const char *label = out->first;
    out->difference = (ins_interval){turned.n, -turned.mean, -turned.upper, -turned.lower};
    out->first = out->second;
    out->second = label;
    out->arm_first = first;
    out->arm_second = second;
    return true;
}

const ins_difference *ins_main_effect_of(const ins_comparisons *comparisons, size_t a, size_t b)
{
    if (a == b || comparisons->main_effects == 0) return NULL;
    return &comparisons->difference[comparisons->first_main_effect + pair_of(a, b)];
}
