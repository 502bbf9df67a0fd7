/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One function an answer: it looks at what varies, and answers or leaves it to the next. */
#include <config.h>

#include "answer_networks.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "finding_sequences.h"
#include "finding_width.h"
#include "network_text.h"

#include "initscope/contrast.h"
#include "initscope/thresholds.h"

enum { MOST_ITEMS = 8 };

static const ins_score *score_of(const ins_finder *f)
{
    return &f->of->facts.score;
}

static bool is_network(const ins_study_factor *factor)
{
    return factor->column == INS_RUNS_NETWORK || factor->column == INS_RUNS_HIDDEN;
}

static bool networks_vary(const ins_finder *f)
{
    for (size_t k = 0; k < f->of->factors.count; k++)
        if (is_network(&f->of->factors.factor[k])) return true;
    return false;
}

static bool has_graphs(const ins_finder *f)
{
    for (size_t a = 0; a < f->study->arms; a++)
        if (!f->study->arm[a].chain) return true;
    return false;
}

static double moment(const ins_study *study, size_t run, ins_tensor tensor, size_t layer)
{
    ins_site at = {.run = run, .epoch = study->start, .layer = layer, .tensor = tensor};
    return ins_number(study, INS_LAYERS_SECOND_MOMENT, at);
}

/* --- Norms ------------------------------------------------------------------------ */

/* From the second hidden layer on: the first reads inputs, which are not what a layer puts out. */
enum { FIRST = 2, LEAST_HIDDEN = 4 };

/* What a layer multiplies the error by on its way back, as measured. */
static double back_of(const ins_study *study, size_t run, const void *context)
{
    size_t hidden = ins_hidden_layers(&study->arm[study->run[run].arm]);
    (void)context;
    if (hidden < LEAST_HIDDEN) return NAN;
    return pow(moment(study, run, INS_DELTA, FIRST) / moment(study, run, INS_DELTA, hidden),
               1 / (double)(hidden - FIRST));
}

/* The same of theory.csv. */
static double back_in_theory(const ins_study *study, size_t arm)
{
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    ins_site first = {.run = study->arm[arm].run[0], .layer = FIRST, .tensor = INS_DELTA};
    ins_site last = first;
    last.layer = hidden;
    return pow(ins_number(study, INS_THEORY_SECOND_MOMENT, first) /
                   ins_number(study, INS_THEORY_SECOND_MOMENT, last),
               1 / (double)(hidden - FIRST));
}

/* Arms whose networks have one kind of norm. */
typedef struct norm_group {
    const char *words;      /* "with batch norm" */
    size_t least, most;     /* arms: of the smallest and the largest factor */
    double low, high;       /* these */
    double in_low, in_high; /* in theory; NAN: not known */
    size_t furthest;        /* arm whose error changes most from end to end */
    double total;
} norm_group;

static const char *norm_words(const ins_network_facts *facts)
{
    if (!facts->normalized) return "without a norm";
    if (facts->norm == NULL) return NULL;
    if (strcmp(facts->norm, "bn") == 0) return "with batch norm";
    if (strcmp(facts->norm, "rms") == 0) return "with RMS norm";
    if (strcmp(facts->norm, "gn") == 0) return "with group norm";
    return facts->late_norms > 0 ? "with layer norm behind the activation" : "with layer norm";
}

/* false: what the arm's error does is not known, or passes by branches. */
static bool add_to_norms(const ins_finder *f, size_t a, norm_group *group, size_t *groups)
{
    ins_network_facts facts = ins_network_facts_of(f->study->arm[a].network);
    const char *words = facts.known && !facts.blocks ? norm_words(&facts) : NULL;
    double factor = ins_over_seeds(f->study, a, INS_GEOMETRIC, back_of, NULL).interval.mean;
    double theory = back_in_theory(f->study, a);
    double steps = (double)(ins_hidden_layers(&f->study->arm[a]) - FIRST);
    size_t g = 0;
    if (words == NULL || !(factor > 0)) return false;
    while (g < *groups && strcmp(group[g].words, words) != 0) g++;
    if (g == *groups) {
        if (g == MOST_ITEMS) return false;
        group[(*groups)++] = (norm_group){.words = words,
                                          .low = INFINITY,
                                          .total = 1,
                                          .in_low = NAN,
                                          .in_high = NAN,
                                          .furthest = a};
    }
    norm_group *of = &group[g];
    if (factor < of->low) of->low = factor, of->least = a;
    if (factor > of->high) of->high = factor, of->most = a;
    of->in_low = fmin(of->in_low, theory);
    of->in_high = fmax(of->in_high, theory);
    double total = pow(factor, steps);
    if (fabs(log(total)) > fabs(log(of->total))) of->total = total, of->furthest = a;
    return true;
}

/* Two numbers that are one to a reader. */
static bool is_near(double a, double b)
{
    return fabs(log(a / b)) < 0.15;
}

static const char *range_text(ins_finder *f, double low, double high)
{
    return is_near(low, high) ? ins_say(f->arena, sqrt(low * high))
                              : SAY("%s to %s", ins_say(f->arena, low), ins_say(f->arena, high));
}

static bool answer_norms(ins_finder *f, ins_finding *out)
{
    norm_group group[MOST_ITEMS];
    size_t groups = 0, normed = 0;
    const char *claim[MOST_ITEMS], *total[MOST_ITEMS], *theory[MOST_ITEMS];
    bool predicted = true;
    for (size_t a = 0; a < f->study->arms; a++)
        if (!add_to_norms(f, a, group, &groups)) return false;
    for (size_t g = 0; g < groups; g++) {
        const norm_group *of = &group[g];
        normed += strcmp(of->words, "without a norm") != 0;
        claim[g] = SAY("%s %s", range_text(f, of->low, of->high), of->words);
        theory[g] = range_text(f, of->in_low, of->in_high);
        total[g] =
            SAY("%s with %s", ins_say(f->arena, of->total), ins_say_arm(f->arena, of->furthest));
        predicted = predicted && isfinite(of->in_low) && isfinite(of->in_high);
    }
    if (groups < 2 || normed == 0) return false;
    const char *before = out->claim;
    out->claim = SAY("A layer multiplies the error by %s on its way back.",
                     ins_say_list(f->arena, claim, groups, MOST_ITEMS));
    out->evidence = SAY(
        "%sFrom the last hidden layer back to the second the error is multiplied, at the extreme, "
        "by %s. %s",
        predicted ? SAY("In theory by %s. ", ins_say_list(f->arena, theory, groups, MOST_ITEMS))
                  : "",
        ins_say_list(f->arena, total, groups, MOST_ITEMS), before);
    return true;
}

/* --- Borders ------------------------------------------------------------------------- */

/* What zero padding leaves of the second moment, as measured: E z^2 of every convolution over what
 * its weights make of E x^2 where all of their taps are within bounds. */
static double kept_of(const ins_study *study, size_t run, const void *context)
{
    const ins_arm *arm = &study->arm[study->run[run].arm];
    double kept = 1;
    (void)context;
    for (size_t l = 1; l <= arm->layers; l++) {
        const ins_graph_layer *of = ins_layer_at(arm, l);
        if (of == NULL || of->kind != INS_KIND_CONV) continue;
        kept *= ins_own_gain(study, run, l) / (of->fan_in * moment(study, run, INS_WEIGHT, l));
    }
    return kept;
}

/* Over the arms of an initializer. */
static double kept_with(const ins_finder *f, size_t initializer)
{
    double sum = 0;
    size_t count = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (f->of->factors.initializer_of[a] != initializer) continue;
        sum += log(ins_over_seeds(f->study, a, INS_GEOMETRIC, kept_of, NULL).interval.mean);
        count++;
    }
    return exp(sum / (double)count);
}

static bool answer_borders(ins_finder *f, ins_finding *out)
{
    ins_network_facts facts = ins_network_facts_of(f->study->arm[0].network);
    size_t n = f->of->factors.initializers, losers = 0, keepers = 0;
    double least = 1;
    if (networks_vary(f) || !(facts.border < ins_threshold_of(INS_THRESHOLD_BORDER)) ||
        facts.normalized || facts.blocks)
        return false;
    const char **lose = ins_arena_get(f->arena, n + 1, sizeof *lose, "names");
    const char **keep = ins_arena_get(f->arena, n + 1, sizeof *keep, "names");
    for (size_t i = 0; i < n; i++) {
        double kept = kept_with(f, i);
        const char *name = ins_say_initializer(f->arena, i);
        if (!isfinite(kept)) return false;
        if (kept >= ins_threshold_of(INS_THRESHOLD_BORDER_KEPT)) {
            keep[keepers++] = name;
        } else {
            lose[losers++] = SAY("%s with %s", ins_say_percent(f->arena, 1 - kept), name);
        }
        least = fmin(least, kept);
    }
    if (losers == 0 || keepers == 0 || !(least < ins_threshold_of(INS_THRESHOLD_BORDER)))
        return false;
    const char *before = out->claim;
    out->claim = SAY("Zero padding takes %s; %s %s nothing.",
                     ins_say_list(f->arena, lose, losers, INS_FINDER_NAMED),
                     ins_say_list(f->arena, keep, keepers, INS_FINDER_NAMED),
                     keepers == 1 ? "loses" : "lose");
    out->evidence = SAY("Of the second moment over %s, before training, geometric means over seeds "
                        "and settings; in theory kernels with even taps lose %s in wide layers. %s",
                        ins_say_count(f->arena, facts.convolutions, "convolution"),
                        ins_say_percent(f->arena, 1 - facts.border), before);
    return true;
}

/* --- Depths -------------------------------------------------------------------------- */

/* Networks that differ in how often their layers are repeated. */
typedef struct family {
    const char *name;
    size_t first; /* an arm of it */
    size_t depths;
    size_t depth[MOST_ITEMS]; /* hidden layers, ascending */
} family;

/* The name before the network, without the digits at its end: "plain" of "plain16=16x48". */
static const char *family_name(ins_finder *f, const char *network)
{
    size_t length = strcspn(network, "=(,");
    if (network[length] != '=') return NULL;
    while (length > 0 && network[length - 1] >= '0' && network[length - 1] <= '9') length--;
    return length == 0 ? NULL
                       : ins_say_literal(f->arena, ins_arena_copy(f->arena, network, length));
}

/* What is repeated is written as often as it stands there, or once with its number: so names that
 * differ in their digits alone are one family. */
static bool add_to_families(ins_finder *f, size_t a, family *of, size_t *families)
{
    const ins_arm *arm = &f->study->arm[a];
    const char *name = arm->network != NULL ? family_name(f, arm->network) : NULL;
    size_t i = 0, depth = ins_hidden_layers(arm), at = 0;
    if (name == NULL) return false;
    while (i < *families && strcmp(of[i].name, name) != 0) i++;
    if (i == *families) {
        if (i == MOST_ITEMS) return false;
        of[(*families)++] = (family){.name = name, .first = a};
    }
    while (at < of[i].depths && of[i].depth[at] < depth) at++;
    if (at < of[i].depths && of[i].depth[at] == depth) return true;
    if (of[i].depths == MOST_ITEMS) return false;
    memmove(&of[i].depth[at + 1], &of[i].depth[at], (of[i].depths - at) * sizeof of[i].depth[0]);
    of[i].depth[at] = depth;
    of[i].depths++;
    return true;
}

/* Best and worst mean score at a depth, and whether some arm learned. */
static bool reached(ins_finder *f, const family *of, size_t depth, double *best, double *worst)
{
    bool learned = false;
    *best = *worst = NAN;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *arm = &f->study->arm[a];
        if (ins_hidden_layers(arm) != depth || strcmp(family_name(f, arm->network), of->name) != 0)
            continue;
        learned = learned || ins_has_verdict(&f->of->arm[a], INS_VERDICT_LEARNED);
        *best = fmax(*best, f->of->arm[a].score.mean);
        *worst = fmin(*worst, f->of->arm[a].score.mean);
    }
    return learned;
}

/* "plain learns with 16 hidden layers, not with 48" */
static const char *limit_text(ins_finder *f, const family *of, bool first, size_t *deepest)
{
    double best, worst;
    size_t learned = SIZE_MAX, failed = SIZE_MAX;
    for (size_t d = 0; d < of->depths; d++) {
        bool learns = reached(f, of, of->depth[d], &best, &worst);
        if (learns) learned = d;
        if (!learns && failed == SIZE_MAX) failed = d;
    }
    *deepest = learned == SIZE_MAX ? SIZE_MAX : of->depth[learned];
    const char *name = first ? SAY("Networks named %s learn", of->name) : of->name;
    const char *layers = first ? " hidden layers" : "";
    if (failed == SIZE_MAX)
        return SAY("%s at every depth, up to %zu%s", name, of->depth[of->depths - 1], layers);
    if (learned == SIZE_MAX)
        return SAY("%s at no depth, from %zu%s on", name, of->depth[0], layers);
    return SAY("%s with %zu%s, not with %zu", name, of->depth[learned], layers, of->depth[failed]);
}

static bool answer_depths(ins_finder *f, ins_finding *out)
{
    family families[MOST_ITEMS];
    size_t count = 0;
    if (!networks_vary(f) || f->of->factors.count != 1 || !has_graphs(f)) return false;
    for (size_t a = 0; a < f->study->arms; a++)
        if (!add_to_families(f, a, families, &count)) return false;
    const char *limit = "", *apart[MOST_ITEMS], *ends[MOST_ITEMS];
    size_t aparts = 0;
    for (size_t i = 0; i < count; i++) {
        double best, worst;
        size_t deepest;
        if (families[i].depths < 2) return false;
        limit =
            SAY("%s%s%s", limit, i == 0 ? "" : "; ", limit_text(f, &families[i], i == 0, &deepest));
        reached(f, &families[i], families[i].depth[families[i].depths - 1], &best, &worst);
        ends[i] = SAY("%s with %s", ins_say_score(f->arena, score_of(f), best), families[i].name);
        if (deepest == SIZE_MAX) continue;
        reached(f, &families[i], deepest, &best, &worst);
        apart[aparts++] = SAY("%s with %s (%zu)",
                              ins_say_score_difference(f->arena, score_of(f),
                                                       (ins_interval){1, best - worst, NAN, NAN}),
                              families[i].name, deepest);
    }
    if (count < 2) return false;
    out->claim = SAY("%s.", limit);
    out->evidence =
        SAY("At its greatest depth each reaches, with its best initializer, %s.%s",
            ins_say_list(f->arena, ends, count, MOST_ITEMS),
            aparts > 0 && f->of->factors.initializers > 1
                ? SAY(" Between the best and the worst initializer lie, at the greatest "
                      "depth that learns, %s.",
                      ins_say_list(f->arena, apart, aparts, MOST_ITEMS))
                : "");
    return true;
}

/* --- Levels of one factor ----------------------------------------------------------------- */

/* The scores of the arms by seed of the first one; diverged runs have none. (arms, seeds) */
static double *scores_by_seed(const ins_finder *f, size_t seeds)
{
    const ins_study *study = f->study;
    double *value = ins_arena_get(f->arena, study->arms * seeds + 1, sizeof *value, "answer");
    for (size_t i = 0; i < study->arms * seeds; i++) value[i] = NAN;
    for (size_t a = 0; a < study->arms; a++)
        for (size_t i = 0; i < study->arm[a].runs; i++) {
            size_t run = study->arm[a].run[i];
            for (size_t s = 0; s < seeds; s++)
                if (study->run[study->arm[0].run[s]].seed == study->run[run].seed &&
                    !f->of->run[run].diverged)
                    value[a * seeds + s] = f->of->run[run].score;
        }
    return value;
}

/* Marks the arms that are not told apart from the best of those that learned; their number, 0:
 * there are none, or too few seeds to tell. */
static size_t mark_best(ins_finder *f, size_t *best)
{
    size_t arms = f->study->arms, seeds = f->study->arm[0].runs, count = 0;
    bool *excluded = ins_arena_get(f->arena, arms + 1, sizeof *excluded, "answer");
    ins_standing *standing = ins_arena_get(f->arena, arms + 1, sizeof *standing, "answer");
    bool share = score_of(f)->kind == INS_SCORE_ACCURACY;
    double rows = f->of->facts.test_rows;
    ins_family judged = {.alpha = ins_threshold_of(INS_THRESHOLD_SIGNIFICANT),
                         .fewest_seeds = (size_t)ins_threshold_of(INS_THRESHOLD_SEEDS_TO_TELL),
                         .resolution = share && rows > 0 ? 0.5 / rows : 0};
    for (size_t a = 0; a < arms; a++) {
        excluded[a] = !ins_has_learned(&f->of->arm[a]);
        if (!excluded[a] && f->of->arm[a].with_score < judged.fewest_seeds) return 0;
    }
    *best =
        ins_contrast_with_best(scores_by_seed(f, seeds), excluded, arms, seeds, judged, standing);
    for (size_t a = 0; a < arms; a++) {
        f->which[a] = *best < arms && standing[a].among_best;
        count += f->which[a];
    }
    return count;
}

static const char *level_of(ins_finder *f, size_t arm)
{
    const ins_study_factor *factor = &f->of->factors.factor[0];
    return ins_say_literal(f->arena, factor->level[factor->of[arm]]);
}

/* Levels of the marked arms, or of those with a verdict. */
static const char *levels_of(ins_finder *f, ins_verdict verdict, size_t *count)
{
    const char **item = ins_arena_get(f->arena, f->study->arms + 1, sizeof *item, "names");
    *count = 0;
    for (size_t a = 0; a < f->study->arms; a++)
        if (verdict == INS_VERDICTS ? f->which[a] : ins_has_verdict(&f->of->arm[a], verdict))
            item[(*count)++] = level_of(f, a);
    return ins_say_list(f->arena, item, *count, MOST_ITEMS);
}

static bool answer_levels(ins_finder *f, ins_finding *out)
{
    const ins_study_factors *factors = &f->of->factors;
    size_t arms = f->study->arms, best, among, identities, both = 0;
    if (factors->initializers != 1 || factors->count != 1 || !has_graphs(f) ||
        is_network(&factors->factor[0]) || arms > MOST_ITEMS)
        return false;
    among = mark_best(f, &best);
    if (among == 0) return false;
    const char *leaders = levels_of(f, INS_VERDICTS, &among);
    const char *identity = levels_of(f, INS_VERDICT_IDENTITY_START, &identities);
    const char **item = ins_arena_get(f->arena, arms, sizeof *item, "answer");
    for (size_t a = 0; a < arms; a++) {
        both += f->which[a] && ins_has_verdict(&f->of->arm[a], INS_VERDICT_IDENTITY_START);
        item[a] = SAY("%s %s", level_of(f, a),
                      ins_say_score(f->arena, score_of(f), f->of->arm[a].score.mean));
    }
    const char *start = both == 0 || both != among ? ""
                        : among == 1               ? ", and it starts as the identity"
                                                   : ", and they start as the identity";
    out->claim = among == arms
                     ? SAY("The %s does not matter: %s are not told apart.",
                           factors->factor[0].name, leaders)
                     : SAY("Of the %zu levels of %s %s %s best%s.", arms, factors->factor[0].name,
                           leaders, among == 1 ? "learns" : "learn", start);
    out->evidence =
        SAY("%s on the %s rows: %s.%s", ins_say_capital(f->arena, score_of(f)->name),
            score_of(f)->rows, ins_say_list(f->arena, item, arms, MOST_ITEMS),
            identities == 0 ? ""
                            : SAY(" As the identity %s %s: before training no block adds anything.",
                                  identities == 1 ? "starts" : "start", identity));
    return true;
}

void ins_answer_networks(ins_finder *f, ins_finding *answer)
{
    static bool (*const of_training[])(ins_finder * f, ins_finding * out) = {
        ins_answer_rates, answer_depths, answer_levels};
    bool trained = f->of->trained && !isnan(f->of->facts.chance);
    ins_finder_begin(f);
    if (!ins_is_recorded(f->study->start) || f->study->arms < 2) return;
    if (ins_answer_memory(f, answer) || ins_answer_placement(f, answer)) return;
    if (answer_norms(f, answer) || answer_borders(f, answer)) return;
    for (size_t i = 0; trained && i < sizeof of_training / sizeof of_training[0]; i++) {
        ins_finder_begin(f);
        if (of_training[i](f, answer)) return;
    }
}
