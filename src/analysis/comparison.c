/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Families of hypotheses over the arms of a study. */
#include <config.h>

#include "initscope/comparison.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "initscope/contrast.h"
#include "initscope/effect.h"
#include "initscope/list.h"
#include "initscope/text.h"
#include "initscope/thresholds.h"

typedef struct comparer {
    const ins_study *study;
    const ins_study_factors *factors;
    const ins_run_measure *measure;
    const ins_arm_judgement *judgement;
    ins_arena *arena;
    size_t seeds; /* of the study */
    const long long *seed;
    ins_family family;
} comparer;

/* --- Seeds ------------------------------------------------------------------------- */

static void list_seeds(comparer *c)
{
    long long *seed = ins_arena_get(c->arena, c->study->runs + 1, sizeof *seed, "seeds");
    for (size_t r = 0; r < c->study->runs; r++) {
        bool known = false;
        for (size_t s = 0; s < c->seeds && !known; s++) known = seed[s] == c->study->run[r].seed;
        if (!known) seed[c->seeds++] = c->study->run[r].seed;
    }
    c->seed = seed;
}

/* The scores of an arm by seed; diverged runs have none. */
static void fill_row(const comparer *c, size_t arm, double *row)
{
    for (size_t s = 0; s < c->seeds; s++) row[s] = NAN;
    for (size_t i = 0; i < c->study->arm[arm].runs; i++) {
        size_t run = c->study->arm[arm].run[i];
        if (c->measure[run].diverged) continue;
        for (size_t s = 0; s < c->seeds; s++)
            if (c->seed[s] == c->study->run[run].seed) row[s] = c->measure[run].score;
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
    size_t arms = c->study->arms;
    bool *done = ins_arena_get(c->arena, arms + 1, sizeof *done, "settings");
    size_t *setting_of = ins_arena_get(c->arena, arms + 1, sizeof *setting_of, "settings");
    size_t *place = ins_arena_get(c->arena, arms + 1, sizeof *place, "settings");
    out->setting_of = setting_of;
    out->place = place;
    out->setting = ins_arena_get(c->arena, arms + 1, sizeof *out->setting, "settings");
    for (size_t a = 0; a < arms; a++) {
        if (done[a]) continue;
        size_t *members = ins_arena_get(c->arena, arms, sizeof *members, "settings");
        ins_setting *setting = &out->setting[out->settings++];
        *setting = (ins_setting){.label = label_of(c, a), .arm = members, .best = SIZE_MAX};
        for (size_t b = a; b < arms; b++) {
            if (done[b] || (b != a && !ins_factors_agree(c->factors, a, b))) continue;
            done[b] = true;
            setting_of[b] = out->settings - 1;
            place[b] = setting->arms;
            members[setting->arms++] = b;
        }
        setting->in_set = ins_arena_get(c->arena, setting->arms, sizeof(bool), "settings");
    }
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

/* Who is not told apart from the best of those that learned, and all pairs of the setting. */
static void compare_setting(const comparer *c, ins_comparisons *out, size_t index, ins_list *list)
{
    ins_setting *setting = &out->setting[index];
    size_t n = setting->arms;
    double *value = ins_arena_get(c->arena, n * c->seeds + 1, sizeof *value, "comparisons");
    bool *excluded = ins_arena_get(c->arena, n, sizeof *excluded, "comparisons");
    ins_standing *standing = ins_arena_get(c->arena, n, sizeof *standing, "comparisons");
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const ins_arm_judgement *arm = &c->judgement[setting->arm[i]];
        fill_row(c, setting->arm[i], value + i * c->seeds);
        excluded[i] = !learned(arm);
        if (!excluded[i] && arm->with_score < least) least = arm->with_score;
    }
    size_t best = ins_contrast_with_best(value, excluded, n, c->seeds, c->family, standing);
    if (best < n) {
        setting->best = setting->arm[best];
        setting->told = least >= c->family.fewest_seeds;
        for (size_t i = 0; i < n; i++) {
            setting->in_set[i] = standing[i].among_best;
            setting->set += standing[i].among_best;
        }
    }
    size_t pairs = n * (n - 1) / 2;
    setting->first_difference = list->count;
    ins_contrast *contrast = ins_arena_get(c->arena, pairs + 1, sizeof *contrast, "comparisons");
    ins_contrast_pairs(value, n, c->seeds, c->family, contrast);
    for (size_t a = 1; a < n; a++) {
        for (size_t b = 0; b < a; b++) {
            size_t first = setting->arm[a], second = setting->arm[b];
            add(c, list,
                (ins_difference){.family = INS_HYPOTHESIS_SETTING,
                                 .setting = index,
                                 .first = c->study->arm[first].label,
                                 .second = c->study->arm[second].label,
                                 .arm_first = first,
                                 .arm_second = second},
                &contrast[a * (a - 1) / 2 + b]);
        }
    }
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
    size_t levels = c->factors->initializers, pairs = levels * (levels - 1) / 2;
    if (out->settings < 2 || levels < 2) return;
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
    list_seeds(&c);
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
    size_t a = comparisons->place[first], b = comparisons->place[second];
    *out = comparisons->difference[comparisons->setting[setting].first_difference + pair_of(a, b)];
    if (a > b) return true;
    ins_interval of = out->difference;
    const char *label = out->first;
    out->difference = (ins_interval){of.n, -of.mean, -of.upper, -of.lower};
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
