/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: hypotheses of every tensor, and the vote of all. */
#include <config.h>

#include "initscope/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/gaussian.h"
#include "initscope/list.h"
#include "initscope/memory.h"

#include "likelihood.h"
#include "rules.h"
#include "structure.h"

/* Fewest elements that tell anything. */
enum { FEWEST = 16 };

/* Nats: rules this near are named together; a network's rule is believed beyond certain; a tensor
 * that disagrees with all others is outvoted after most; relative movement of 1 costs price. */
static const double near = 3, certain = 20, most = 1000, price = 60;

/* Of p: a rule fits from level on, and where it fits clearly, on elements enough to tell laws from
 * each other, what training would have made of others is not computed. */
static const double level = 0.01, clear = 0.05;
enum { ENOUGH = 4096 };

/* Training is no plain noise: distribution functions may be so far apart, and by what chance does
 * in a sample. Of small networks of digits trained by Adam, AdamW and SGD (PyTorch 1.13) 93 % of
 * the true beginnings that the vote names are nearer, 80 % of the false ones are not. */
static const double apart = 0.05;

/* How far an element may have moved, in standard deviations of what it began as. */
static const double noises[] = {0, .003, .01, .03, .06, .1, .15, .2, .3, .45, .65, 1};
enum { NOISES = sizeof noises / sizeof noises[0] };

/* One hypothesis. */
typedef struct fit {
    double log_posterior, noise;
    ins_law law;
    size_t fans;
    bool fits; /* what is said to have moved looks like the law and that noise */
} fit;

typedef struct entry {
    ins_origin origin;
    bool votes;
    bool few;   /* elements */
    int digits; /* of its elements */
    fit fit[INS_RULES];
    double p[INS_RULES]; /* of rules that are near, as they draw; NAN: not tested */
    size_t best;         /* rule */
    fit own;             /* the best law with a scale of its own */
    bool by_rule;        /* the best rule is likelier than laws with a scale of their own */
} entry;

struct ins_audit {
    ins_arena *arena;
    ins_layout layout;
    const ins_choice *activation;
    ins_expectation phi; /* at 1 */
    const ins_rule *rules;
    ins_list entries; /* of entry * */
    size_t biases, norms;
};

/* --- One tensor: hypotheses ------------------------------------------------------------------- */

/* What each free parameter costs. */
static double parameter_price(const ins_sample *sample)
{
    return log((double)sample->count) / 2 + 6;
}

static ins_law law_of(ins_law_kind kind, double deviation)
{
    const ins_law unit = {kind, 0, 1};
    return (ins_law){kind, 0, deviation / sqrt(ins_law_variance(unit))};
}

/* Of a normal law, which stays one, what its deviation has grown by. */
static double find_normal_noise(ins_law law, const ins_sample *sample, double *log_posterior)
{
    const double ratio = sample->square_sum / (double)sample->count / ins_law_variance(law);
    const double noise = fmin(fmax(sqrt(fmax(ratio - 1, 0)), noises[1]), noises[NOISES - 1]);
    *log_posterior = ins_log_likelihood(law, noise, sample, 1) - price * noise;
    return noise;
}

/* The noise at which the law is likeliest: sought on the rougher sample, settled on the whole. */
static double find_noise(ins_law law, const ins_sample *sample, double *log_posterior)
{
    if (law.kind == INS_LAW_NORMAL) return find_normal_noise(law, sample, log_posterior);
    size_t best = 1;
    double highest = -INFINITY;
    for (size_t r = 1; r < NOISES; r++) {
        const double rough =
            ins_log_likelihood(law, noises[r], sample, sample->thinned) - price * noises[r];
        if (rough > highest) {
            highest = rough;
            best = r;
        }
    }
    *log_posterior = -INFINITY;
    double found = noises[best];
    for (size_t r = best > 1 ? best - 1 : 1; r <= best + 1 && r < NOISES; r++) {
        const double fine = ins_log_likelihood(law, noises[r], sample, 1) - price * noises[r];
        if (fine <= *log_posterior) continue;
        *log_posterior = fine;
        found = noises[r];
    }
    return found;
}

/* The better of a rule's fans: as drawn, or moved. */
static fit fit_rule(const ins_rule *rule, const ins_kernel *kernel, const ins_sample *sample,
                    bool moved)
{
    fit best = {.log_posterior = -INFINITY};
    for (size_t f = 0; f < kernel->count; f++) {
        const ins_law law = ins_rule_law(rule, kernel, &kernel->fans[f]);
        double log_posterior, noise = 0;
        if (moved)
            noise = find_noise(law, sample, &log_posterior);
        else
            log_posterior = ins_log_likelihood(law, 0, sample, 1);
        if (f == 0 || log_posterior > best.log_posterior)
            best = (fit){.log_posterior = log_posterior, .noise = noise, .law = law, .fans = f};
    }
    return best;
}

static void fit_rules(entry *of, const ins_rule *rules, const ins_kernel *kernel,
                      const ins_sample *sample, bool moved)
{
    for (size_t i = 0; i < INS_RULES; i++) {
        const fit found = fit_rule(&rules[i], kernel, sample, moved);
        if (!moved || found.log_posterior > of->fit[i].log_posterior) of->fit[i] = found;
        if (of->fit[i].log_posterior > of->fit[of->best].log_posterior) of->best = i;
    }
}

static fit better(fit a, fit b)
{
    return b.log_posterior > a.log_posterior ? b : a;
}

/* A law whose scale is that of the sample. */
static fit fit_scale(const ins_sample *sample)
{
    const double deviation = sqrt(sample->square_sum / (double)sample->count);
    const double edge = sample->largest * (sample->total + 1) / sample->total;
    const ins_law laws[] = {{INS_LAW_NORMAL, 0, deviation},
                            {INS_LAW_UNIFORM, 0, edge},
                            {INS_LAW_TRUNCATED, 0, edge / 2}};
    fit best = {.log_posterior = -INFINITY};
    for (size_t i = 0; i < sizeof laws / sizeof laws[0]; i++)
        best = better(best, (fit){.log_posterior = ins_log_likelihood(laws[i], 0, sample, 1) -
                                                   parameter_price(sample),
                                  .law = laws[i]});
    return best;
}

/* Of a scale of its own, and moved: sought on the roughest sample. */
static fit fit_moved_law(ins_law_kind kind, const ins_sample *sample)
{
    enum { SCALES = 25 };
    const double deviation = sqrt(sample->square_sum / (double)sample->count);
    fit best = {.log_posterior = -INFINITY};
    for (size_t i = 0; i < SCALES; i++) {
        const ins_law law = law_of(kind, deviation * (.5 + .6 * (double)i / (SCALES - 1)));
        for (size_t r = 1; r < NOISES; r++) {
            const double rough = ins_log_likelihood(law, noises[r], sample, 4 * sample->thinned);
            best = better(best, (fit){.log_posterior = rough, .noise = noises[r], .law = law});
        }
    }
    best.log_posterior = ins_log_likelihood(best.law, best.noise, sample, 1) -
                         2 * parameter_price(sample) - price * best.noise;
    return best;
}

/* A normal law stays one. */
static fit fit_moved_scale(const ins_sample *sample)
{
    return better(fit_moved_law(INS_LAW_UNIFORM, sample), fit_moved_law(INS_LAW_TRUNCATED, sample));
}

/* --- One tensor: what is said ----------------------------------------------------------------- */

static ins_family family_of(ins_law_kind kind)
{
    if (kind == INS_LAW_UNIFORM) return INS_FAMILY_UNIFORM;
    return kind == INS_LAW_NORMAL ? INS_FAMILY_NORMAL : INS_FAMILY_TRUNCATED;
}

static bool is_near(const entry *of, size_t rule)
{
    return of->fit[of->best].log_posterior - of->fit[rule].log_posterior < near;
}

/* Rule first, then those that are near, from the likeliest on. */
static void name_rules(entry *of, const ins_rule *rules, size_t first)
{
    size_t count = 0;
    bool named[INS_RULES] = {false};
    of->origin.rule = rules[first].call;
    named[first] = true;
    while (count + 1 < INS_ALSO) {
        size_t next = INS_RULES;
        for (size_t i = 0; i < INS_RULES; i++)
            if (!named[i] && is_near(of, i) &&
                (next == INS_RULES || of->fit[i].log_posterior > of->fit[next].log_posterior))
                next = i;
        if (next == INS_RULES) break;
        named[next] = true;
        of->origin.also[count++] = rules[next].call;
    }
    of->origin.also[count] = NULL;
}

/* What origin says when the tensor is of this hypothesis. */
static void say_fit(entry *of, const fit *found)
{
    of->origin.family = family_of(found->law.kind);
    of->origin.scale = sqrt(ins_law_variance(found->law));
    of->origin.trained = found->noise;
}

/* One of so many tests, of which none should fail by chance. */
static bool passes(const entry *of, size_t rule, size_t tests)
{
    return of->p[rule] >= level / (double)tests;
}

/* Of the rules that are near, one that fits: the likeliest. */
static size_t passing_rule(const entry *of)
{
    size_t found = INS_RULES;
    for (size_t i = 0; i < INS_RULES; i++)
        if (is_near(of, i) && passes(of, i, 1) &&
            (found == INS_RULES || of->fit[i].log_posterior > of->fit[found].log_posterior))
            found = i;
    return found;
}

static void test_near_rules(entry *of, const ins_sample *sample)
{
    for (size_t i = 0; i < INS_RULES; i++) {
        of->p[i] = NAN;
        if (is_near(of, i)) of->p[i] = ins_fit_p(of->fit[i].law, sample);
    }
}

static void find_law(entry *of, const ins_rule *rules, const ins_kernel *kernel,
                     const ins_sample *sample)
{
    fit_rules(of, rules, kernel, sample, false);
    of->own = fit_scale(sample);
    test_near_rules(of, sample);
    const bool settled = of->own.log_posterior < of->fit[of->best].log_posterior &&
                         of->p[of->best] >= clear && sample->count >= ENOUGH;
    if (!settled) {
        fit_rules(of, rules, kernel, sample, true);
        of->own = better(of->own, fit_moved_scale(sample));
        for (size_t i = 0; i < INS_RULES; i++)
            of->fit[i].fits = ins_moved_distance(of->fit[i].law, of->fit[i].noise, sample) <
                              apart + 1 / sqrt((double)sample->count);
        test_near_rules(of, sample);
    }
    of->by_rule = of->fit[of->best].log_posterior >= of->own.log_posterior;
    const fit *found = of->by_rule ? &of->fit[of->best] : &of->own;
    say_fit(of, found);
    of->origin.standing = INS_STANDING_TRAINED;
    if (of->by_rule) {
        name_rules(of, rules, of->best);
        of->origin.p = of->p[of->best];
        if (passing_rule(of) < INS_RULES) of->origin.standing = INS_STANDING_DRAWN;
    } else if (of->own.noise == 0 && ins_fit_p(of->own.law, sample) >= level) {
        of->origin.standing = INS_STANDING_FITTED;
    }
    of->votes = true;
}

/* --- One tensor ------------------------------------------------------------------------------- */

static void count_fans(ins_audit *audit, entry *of, const ins_fans *fans)
{
    ins_origin *origin = &of->origin;
    if (origin->kind == INS_KERNEL_EMBEDDING) return;
    origin->fan_in = fans->fan_in;
    origin->fan_out = fans->fan_out;
    if (origin->kind != INS_KERNEL_DENSE && origin->kind != INS_KERNEL_CONV) return;
    origin->forward_gain = fans->fan_in * origin->square * audit->phi.square;
    origin->backward_gain = fans->fan_out * origin->square * audit->phi.slope_square;
}

/* As --init takes it. */
static const char *structure_text(const ins_structure *structure, ins_arena *arena)
{
    const double scale = structure->scale;
    if (structure->name == NULL) return NULL;
    if (structure->family == INS_FAMILY_CONSTANT && scale == 0) return "zeros";
    if (structure->family == INS_FAMILY_CONSTANT && scale == 1) return "ones";
    if (structure->family == INS_FAMILY_CONSTANT)
        return ins_arena_format(arena, "constant(value=%.4g)", scale);
    if (structure->family == INS_FAMILY_SPARSE)
        return ins_arena_format(arena, "sparse(sparsity=%.3g, stddev=%.3g)", structure->sparsity,
                                scale);
    if (fabs(scale - 1) < (structure->trained > 0 ? 0.02 : 1e-3)) return structure->name;
    return ins_arena_format(arena, "%s(gain=%.4g)", structure->name, scale);
}

static void say_structure(entry *of, const ins_structure *structure, ins_arena *arena)
{
    of->origin.family = structure->family;
    of->origin.standing = INS_STANDING_MADE;
    of->origin.rule = structure_text(structure, arena);
    of->origin.scale = structure->scale;
    of->origin.trained = structure->trained;
}

/* Units of few inputs and few digits may agree by chance. */
static bool may_be_chance(const ins_view *view, int digits)
{
    const double units = (double)view->units;
    return units * units / 2 * pow(2, -(double)digits * (double)view->inputs) > 0.01;
}

/* Structure, and else the law. Returns which of the kernel's fans it is drawn by. */
static size_t find_origin(ins_audit *audit, entry *of, const ins_kernel *kernel,
                          const ins_weights *weights, const ins_view *view,
                          const ins_units_seen *seen)
{
    const bool inputs_first = kernel->fans[0].inputs_first;
    const ins_view centre = ins_kernel_centre(kernel, weights, inputs_first);
    const size_t taps = ins_kernel_taps(kernel, weights, inputs_first);
    const ins_structure structure = ins_structure_of(view, &centre, taps, seen);
    if (structure.family != INS_FAMILY_NONE) {
        say_structure(of, &structure, audit->arena);
        return 0;
    }
    if (seen->alive * view->inputs < FEWEST) return 0;
    ins_sample sample = ins_sample_of(view, seen->live, seen->alive, seen->largest);
    of->few = sample.count < ENOUGH;
    of->digits = sample.digits;
    find_law(of, audit->rules, kernel, &sample);
    ins_sample_free(&sample);
    return of->by_rule ? of->fit[of->best].fans : 0;
}

static void say_units(entry *of, const ins_view *view, const ins_units_seen *seen)
{
    const bool chance = of->votes && may_be_chance(view, of->digits);
    of->origin.units = view->units;
    of->origin.square = seen->square;
    of->origin.duplicate_pairs = chance ? 0 : seen->duplicate_pairs;
    of->origin.zero_units = (double)seen->zeros;
    of->origin.nonfinite = seen->nonfinite;
}

/* The units are those of the first fans, unless the law turns out to be of others. */
static void look_at(ins_audit *audit, entry *of, const ins_kernel *kernel,
                    const ins_weights *weights)
{
    const bool inputs_first = kernel->fans[0].inputs_first;
    ins_view view = ins_kernel_view(kernel, weights, inputs_first);
    ins_units_seen seen = ins_see_units(&view);
    size_t fans = 0;
    if (seen.nonfinite > 0)
        of->origin.family = INS_FAMILY_NONFINITE;
    else if (view.units * view.inputs > 1)
        fans = find_origin(audit, of, kernel, weights, &view, &seen);
    if (kernel->fans[fans].inputs_first != inputs_first) {
        free(seen.live);
        view = ins_kernel_view(kernel, weights, !inputs_first);
        seen = ins_see_units(&view);
    }
    say_units(of, &view, &seen);
    free(seen.live);
    count_fans(audit, of, &kernel->fans[fans]);
}

/* --- The network ------------------------------------------------------------------------------ */

static entry *entry_at(const ins_audit *audit, size_t index)
{
    return ((entry **)audit->entries.items)[index];
}

/* Sum over tensors of the log posterior of each rule, by the best of each tensor. */
static size_t sum_votes(const ins_audit *audit, double sum[INS_RULES], size_t *voters)
{
    size_t best = 0;
    *voters = 0;
    for (size_t i = 0; i < INS_RULES; i++) sum[i] = 0;
    for (size_t e = 0; e < audit->entries.count; e++) {
        const entry *of = entry_at(audit, e);
        if (!of->votes) continue;
        ++*voters;
        for (size_t i = 0; i < INS_RULES; i++)
            sum[i] += fmax(of->fit[i].log_posterior - of->fit[of->best].log_posterior, -most);
    }
    for (size_t i = 1; i < INS_RULES; i++)
        if (sum[i] > sum[best]) best = i;
    return *voters > 0 ? best : INS_RULES;
}

/* Whether what a rule may have become is as likely as a law with a scale of its own, movement being
 * free: a normal law that has moved is a wider one. */
static bool explains(const entry *of, size_t rule)
{
    const fit *found = &of->fit[rule];
    return found->noise > 0 &&
           found->log_posterior + price * found->noise + near > of->own.log_posterior;
}

static void say_drawn(const ins_audit *audit, entry *of, size_t rule)
{
    of->origin.standing = INS_STANDING_DRAWN;
    name_rules(of, audit->rules, rule);
    say_fit(of, &of->fit[rule]);
    of->origin.p = of->p[rule];
}

static void say_began(const ins_audit *audit, entry *of, size_t rule)
{
    of->origin.standing = INS_STANDING_BEGAN;
    name_rules(of, audit->rules, rule);
    of->origin.also[0] = NULL;
    say_fit(of, &of->fit[rule]);
    of->origin.p = NAN;
}

/* How far at most it may have moved: noise makes any wider normal law of a normal one. */
static double farthest(const fit *found)
{
    return found->law.kind == INS_LAW_NORMAL ? 0.35 : noises[NOISES - 1];
}

static bool may_have_begun(const entry *of, size_t rule)
{
    const ins_standing standing = of->origin.standing;
    const bool open = of->by_rule && is_near(of, rule);
    return of->fit[rule].fits && of->fit[rule].noise < farthest(&of->fit[rule]) &&
           isfinite(of->fit[rule].log_posterior) &&
           (standing == INS_STANDING_TRAINED || open ||
            (standing == INS_STANDING_FITTED && explains(of, rule)));
}

/* Whether a rule explains more than half of the tensors: the likeliest of many that are wrong does
 * not. */
static bool has_majority(const ins_audit *audit, size_t rule, size_t tensors)
{
    size_t count = 0;
    for (size_t e = 0; e < audit->entries.count; e++) {
        const entry *of = entry_at(audit, e);
        count += of->votes && (passes(of, rule, tensors) || may_have_begun(of, rule));
    }
    return 2 * count > tensors;
}

static void name_vote(const ins_audit *audit, const double sum[INS_RULES], size_t best,
                      ins_vote *vote)
{
    size_t ties = 0, next = INS_RULES;
    vote->rule = audit->rules[best].call;
    vote->source = audit->rules[best].source;
    for (size_t i = 0; i < INS_RULES; i++) {
        if (i == best) continue;
        if (sum[best] - sum[i] < near) {
            if (ties + 1 < INS_ALSO) vote->also[ties++] = audit->rules[i].call;
        } else if (next == INS_RULES || sum[i] > sum[next]) {
            next = i;
        }
    }
    if (next == INS_RULES) return;
    vote->next = audit->rules[next].call;
    vote->log_odds = sum[best] - sum[next];
    vote->certain = vote->log_odds > certain && has_majority(audit, best, vote->tensors);
}

/* The network's rule where the tensor leaves it open, be it that it has moved; and where the tensor
 * has no law, what it began as. */
static void settle(const ins_audit *audit, entry *of, const ins_vote *vote, size_t rule)
{
    const bool drawn = of->by_rule && is_near(of, rule) && passes(of, rule, vote->tensors);
    if (drawn && (vote->certain || passes(of, rule, 1)))
        say_drawn(audit, of, rule);
    else if (vote->certain && may_have_begun(of, rule))
        say_began(audit, of, rule);
    else if (of->origin.standing == INS_STANDING_DRAWN)
        say_drawn(audit, of, passing_rule(of));
    else
        of->origin.p = NAN;
}

static bool has_moved(const ins_origin *origin)
{
    return origin->standing == INS_STANDING_TRAINED || origin->standing == INS_STANDING_BEGAN ||
           (origin->standing == INS_STANDING_DRAWN && origin->trained > 0);
}

/* Where a network has moved, few elements may look like a rule by which the others were not drawn.
 */
static void doubt(const ins_audit *audit, const ins_vote *vote)
{
    bool moved = false;
    for (size_t e = 0; e < audit->entries.count; e++)
        moved |= entry_at(audit, e)->votes && has_moved(ins_audit_at(audit, e));
    for (size_t e = 0; moved && e < audit->entries.count; e++) {
        entry *of = entry_at(audit, e);
        if (of->votes && of->few && of->origin.standing == INS_STANDING_DRAWN &&
            of->origin.rule != vote->rule) {
            of->origin.standing = INS_STANDING_TRAINED;
            of->origin.p = NAN;
        }
    }
}

static int increasing(const void *a, const void *b)
{
    const double *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

static void count_standings(const ins_audit *audit, ins_vote *vote)
{
    double *moved = ins_reserve(audit->entries.count + 1, sizeof *moved, "movements");
    for (size_t e = 0; e < audit->entries.count; e++) {
        const entry *of = entry_at(audit, e);
        const ins_origin *origin = &of->origin;
        const bool drawn = origin->standing == INS_STANDING_DRAWN && origin->rule == vote->rule;
        const bool began = origin->standing == INS_STANDING_BEGAN;
        if (!of->votes) continue;
        if (drawn || began) moved[vote->drawn + vote->began] = origin->trained;
        vote->drawn += drawn;
        vote->began += began;
        vote->other += !drawn && !began && origin->standing != INS_STANDING_TRAINED;
    }
    const size_t count = vote->drawn + vote->began;
    qsort(moved, count, sizeof *moved, increasing);
    if (count > 0) vote->moved = moved[count / 2];
    free(moved);
}

/* Sizes go from layer to layer; where they leave all numbers the products are what they were. */
static void follow_depth(const ins_audit *audit, ins_vote *vote)
{
    double square = 1;
    vote->backward = 1;
    for (size_t e = 0; e < audit->entries.count; e++) {
        const ins_origin *origin = ins_audit_at(audit, e);
        if (isnan(origin->forward_gain)) continue;
        const ins_expectation phi = ins_expect(audit->activation, square);
        vote->layers++;
        square = origin->fan_in * origin->square * phi.square;
        vote->backward *= origin->fan_out * origin->square * phi.slope_square;
    }
    vote->forward = square;
}

ins_vote ins_audit_end(ins_audit *audit)
{
    ins_vote vote = {.biases = audit->biases, .norms = audit->norms, .moved = NAN};
    double sum[INS_RULES];
    const size_t best = sum_votes(audit, sum, &vote.tensors);
    if (best < INS_RULES) name_vote(audit, sum, best, &vote);
    for (size_t e = 0; e < audit->entries.count; e++) {
        entry *of = entry_at(audit, e);
        const ins_origin *origin = &of->origin;
        if (of->votes) settle(audit, of, &vote, best);
        vote.made += origin->standing == INS_STANDING_MADE;
        vote.nonfinite |= origin->nonfinite > 0;
        vote.symmetric |= origin->kind != INS_KERNEL_EMBEDDING && origin->duplicate_pairs > 0;
    }
    doubt(audit, &vote);
    count_standings(audit, &vote);
    follow_depth(audit, &vote);
    return vote;
}

/* --- The door --------------------------------------------------------------------------------- */

ins_audit *ins_audit_new(ins_layout layout, const ins_choice *activation)
{
    ins_audit *audit = ins_allocate(1, sizeof *audit, "an audit");
    ins_arena *arena = ins_arena_new();
    *audit = (ins_audit){.arena = arena,
                         .layout = layout,
                         .activation = activation,
                         .phi = ins_expect(activation, 1),
                         .rules = ins_rules_new(arena)};
    return audit;
}

void ins_audit_free(ins_audit *audit)
{
    if (audit == NULL) return;
    ins_arena_free(audit->arena);
    free(audit);
}

static bool is_empty(const ins_weights *weights)
{
    for (size_t i = 0; i < weights->dimensions; i++)
        if (weights->shape[i] == 0) return true;
    return false;
}

void ins_audit_add(ins_audit *audit, const ins_weights *weights)
{
    const ins_kernel kernel = ins_kernel_of(weights, audit->layout);
    audit->biases += kernel.use == INS_USE_BIAS;
    audit->norms += kernel.use == INS_USE_NORM;
    if (kernel.use != INS_USE_WEIGHTS || is_empty(weights)) return;
    entry *made = ins_arena_get(audit->arena, 1, sizeof *made, "a tensor");
    *(entry **)ins_list_add(audit->arena, &audit->entries, sizeof made) = made;
    made->origin =
        (ins_origin){.name = ins_arena_copy(audit->arena, weights->name, strlen(weights->name)),
                     .kind = kernel.kind,
                     .dimensions = weights->dimensions,
                     .fan_in = NAN,
                     .fan_out = NAN,
                     .scale = NAN,
                     .p = NAN,
                     .forward_gain = NAN,
                     .backward_gain = NAN};
    memcpy(made->origin.shape, weights->shape, sizeof weights->shape);
    look_at(audit, made, &kernel, weights);
}

size_t ins_audit_count(const ins_audit *audit)
{
    return audit->entries.count;
}

const ins_origin *ins_audit_at(const ins_audit *audit, size_t index)
{
    return &entry_at(audit, index)->origin;
}
