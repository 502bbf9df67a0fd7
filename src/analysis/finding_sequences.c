/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* How far back errors reach, and what becomes of tokens. */
#include <config.h>

#include "finding_sequences.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "network_text.h"

#include "initscope/sequence.h"
#include "initscope/thresholds.h"

enum { MOST_ITEMS = 8 };

/* --- Time steps ----------------------------------------------------------------------- */

static const ins_sequence *first_run(const ins_finder *f, size_t a)
{
    return &f->of->run[f->study->arm[a].run[0]].sequence;
}

/* "1.6 steps"; "more than 19 steps", where no run comes so far. */
static const char *steps_text(ins_finder *f, size_t a, const ins_seeds *steps)
{
    if (steps->interval.n == 0) return SAY("more than %zu steps", first_run(f, a)->steps - 1);
    double mean = steps->interval.mean;
    return SAY("%s step%s", ins_say(f->arena, mean), mean == 1 ? "" : "s");
}

/* The mean of what is left at the first step; of runs that bring nothing 0. */
static double kept_of(const ins_finder *f, size_t a)
{
    const ins_seeds *kept = &f->of->arm[a].kept;
    return kept->interval.n > 0 ? kept->interval.mean : 0;
}

/* The forget bias whose gate alone would hold half of an error over so many steps: sigmoid(b)
 * squared to the power of T is a half at b = ln(2 T / ln 2). */
static const char *forget_text(ins_finder *f, size_t a)
{
    ins_step_cell cell;
    const double ln2 = 0.6931471805599453;
    if (ins_step_cells_of(f->study, a, &cell, 1) == 0 ||
        !ins_step_cell_forgets(&f->study->arm[a], &cell))
        return "";
    return SAY(" A forget gate with a bias of %s would let half of it pass through %zu steps.",
               ins_say(f->arena, log(2 * (double)cell.steps / ln2)), cell.steps);
}

bool ins_find_vanishing_steps(ins_finder *f, ins_finding *out)
{
    size_t worst = SIZE_MAX;
    if (ins_finder_mark(f, INS_VERDICT_VANISHING_STEPS) == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++)
        if (f->which[a] && (worst == SIZE_MAX || kept_of(f, a) < kept_of(f, worst))) worst = a;
    const ins_arm_judgement *of = &f->of->arm[worst];
    size_t steps = first_run(f, worst)->steps;
    out->claim = SAY("%s cannot see %zu steps back.", ins_finder_arms(f), steps);
    out->evidence = SAY(
        "Before training %s of the error at the last step is left at the first with %s: it halves "
        "in %s, and %s steps back a share of %s is left.%s",
        kept_of(f, worst) > 0 ? ins_say(f->arena, kept_of(f, worst)) : "nothing",
        ins_say_arm(f->arena, worst), steps_text(f, worst, &of->half),
        ins_say(f->arena, of->seen.interval.mean),
        ins_say(f->arena, ins_threshold_of(INS_THRESHOLD_MEMORY)), forget_text(f, worst));
    return true;
}

bool ins_find_exploding_steps(ins_finder *f, ins_finding *out)
{
    size_t worst = SIZE_MAX;
    double most = 0;
    if (ins_finder_mark(f, INS_VERDICT_EXPLODING_STEPS) == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        double growth = fmax(kept_of(f, a), first_run(f, a)->grown);
        if (!f->which[a] || growth <= most) continue;
        most = growth;
        worst = a;
    }
    bool error = kept_of(f, worst) >= most;
    out->claim = SAY("%s with %s over the time steps.",
                     error ? "The error explodes" : "The state explodes", ins_finder_arms(f));
    out->evidence =
        error
            ? SAY("Before training that of %s is, at the first of %zu steps, %s times what it is "
                  "at the last.",
                  ins_say_arm(f->arena, worst), first_run(f, worst)->steps, ins_say(f->arena, most))
            : SAY("Before training the second moment of the state of %s grows by a factor of %s "
                  "a step: over %zu steps that is %s.",
                  ins_say_arm(f->arena, worst),
                  ins_say(f->arena, f->of->arm[worst].step_growth.interval.mean),
                  first_run(f, worst)->steps, ins_say(f->arena, most));
    return true;
}

/* Over the later half of the steps. */
static double state_growth(const ins_finder *f, size_t a)
{
    size_t steps = first_run(f, a)->steps;
    return pow(f->of->arm[a].step_growth.interval.mean, (double)(steps - steps / 2));
}

bool ins_find_growing_state(ins_finder *f, ins_finding *out)
{
    double most = ins_threshold_of(INS_THRESHOLD_STATE_GROWTH);
    size_t at = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_judgement *of = &f->of->arm[a];
        f->which[a] = of->step_growth.interval.n > 0 &&
                      !ins_has_verdict(of, INS_VERDICT_EXPLODING_STEPS) &&
                      state_growth(f, a) >= ins_threshold_of(INS_THRESHOLD_STATE_GROWTH);
        if (!f->which[a] || state_growth(f, a) < most) continue;
        most = state_growth(f, a);
        at = a;
    }
    if (at == SIZE_MAX) return false;
    size_t steps = first_run(f, at)->steps;
    out->claim = SAY("The state grows with time with %s.", ins_finder_arms(f));
    out->evidence = SAY(
        "Before training its second moment grows %s times over the later half of %zu steps with "
        "%s, and would go on. Where it is a sum of inputs, these divided by √%zu keep it at the "
        "size of one of them.",
        ins_say(f->arena, most), steps, ins_say_arm(f->arena, at), steps);
    return true;
}

/* --- Tokens ---------------------------------------------------------------------------- */

/* Of what the first layer of weights puts out, before positions are added. */
static double token_moment(const ins_finder *f, size_t a)
{
    static const ins_tensor tensors[] = {INS_ACTIVATION, INS_PREACTIVATION, INS_WEIGHT};
    double moment = NAN;
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0] && isnan(moment); i++) {
        ins_site at = {.epoch = f->study->start, .layer = 1, .tensor = tensors[i]};
        moment =
            ins_seeds_at(f->study, a, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, at).interval.mean;
    }
    return moment;
}

/* Sines and cosines have 1/2. */
static double position_moment(const ins_finder *f, size_t a)
{
    const char *kind = ins_network_facts_of(f->study->arm[a].network).positions;
    const ins_graph_layer *of = ins_layer_at(&f->study->arm[a], 2);
    ins_site at = {.epoch = f->study->start, .layer = 2, .tensor = INS_WEIGHT};
    if (kind == NULL) return NAN;
    if (strcmp(kind, "sine") == 0) return 0.5;
    if (of == NULL || of->kind != INS_KIND_EMBEDDING) return NAN;
    return ins_seeds_at(f->study, a, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, at).interval.mean;
}

bool ins_find_drowned_tokens(ins_finder *f, ins_finding *out)
{
    double least = ins_threshold_of(INS_THRESHOLD_TOKEN_SHARE), limit = least;
    size_t at = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        double token = token_moment(f, a), share = token / (token + position_moment(f, a));
        f->which[a] = share < limit;
        if (!(share < least)) continue;
        least = share;
        at = a;
    }
    if (at == SIZE_MAX) return false;
    out->claim = SAY("Positions drown the tokens%s.", ins_finder_with(f));
    out->evidence =
        SAY("Before training %s of %s gives a token a second moment of %s, and its position adds "
            "%s: of the sum the token is %s.",
            ins_finder_layer(f, at, 1), ins_say_arm(f->arena, at),
            ins_say(f->arena, token_moment(f, at)), ins_say(f->arena, position_moment(f, at)),
            ins_say_percent(f->arena, least));
    return true;
}

bool ins_find_alike_tokens(ins_finder *f, ins_finding *out)
{
    size_t worst = SIZE_MAX;
    if (ins_finder_mark(f, INS_VERDICT_ALIKE_TOKENS) == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++)
        if (f->which[a] && (worst == SIZE_MAX || f->of->arm[a].last_alike.interval.mean >
                                                     f->of->arm[worst].last_alike.interval.mean))
            worst = a;
    const ins_arm_judgement *of = &f->of->arm[worst];
    out->claim = SAY("The tokens become alike with %s.", ins_finder_arms(f));
    out->evidence =
        SAY("Before training those of a row correlate by %s in the first layer of %s, and by %s in "
            "the last: what tells them apart is lost on the way (rank collapse).",
            ins_say(f->arena, of->first_alike.interval.mean), ins_say_arm(f->arena, worst),
            ins_say(f->arena, of->last_alike.interval.mean));
    return true;
}

/* How many tokens a row of attention looks at as good as alone. */
static const char *looked_at(ins_finder *f, size_t a)
{
    size_t run = f->study->arm[a].run[0], layer = f->of->run[run].sequence.peaked_layer;
    ins_site at = {.epoch = f->study->start, .layer = layer};
    ins_seeds sum = ins_seeds_at(f->study, a, INS_GEOMETRIC, INS_TOKENS_SUM_OF_SQUARES, at);
    return SAY(
        "In %s of %s the sum of squares of a row of attention is %s, as of one that looks at "
        "%s of %s tokens alike",
        ins_finder_layer(f, a, layer), ins_say_arm(f->arena, a),
        ins_say(f->arena, sum.interval.mean), ins_say(f->arena, 1 / sum.interval.mean),
        ins_say(f->arena, ins_tokens_of(f->study, run, layer)));
}

/* Of the marked arms the one whose attention is most peaked. */
static size_t most_peaked(const ins_finder *f)
{
    size_t most = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++)
        if (f->which[a] && (most == SIZE_MAX || f->of->arm[a].peaked.interval.mean >
                                                    f->of->arm[most].peaked.interval.mean))
            most = a;
    return most;
}

bool ins_find_peaked_attention(ins_finder *f, ins_finding *out)
{
    if (ins_finder_mark(f, INS_VERDICT_PEAKED_ATTENTION) == 0) return false;
    out->claim = SAY("Attention starts peaked with %s.", ins_finder_arms(f));
    out->evidence = SAY("%s, before it has learned at which.", looked_at(f, most_peaked(f)));
    return true;
}

bool ins_find_uniform_attention(ins_finder *f, ins_finding *out)
{
    if (ins_finder_mark(f, INS_VERDICT_UNIFORM_ATTENTION) == 0) return false;
    out->claim = SAY("Attention starts as a mean over all tokens with %s.", ins_finder_arms(f));
    out->evidence = SAY("%s: no layer is further from uniform. Queries and keys learn slowly from "
                        "there.",
                        looked_at(f, most_peaked(f)));
    return true;
}

/* --- Answers ---------------------------------------------------------------------------- */

/* A factor that training alone knows: what is asked is not how a network starts. */
static bool asks_of_training(const ins_finder *f)
{
    static const ins_column_id columns[] = {INS_RUNS_OPTIMIZER, INS_RUNS_LEARNING_RATE,
                                            INS_RUNS_DROPOUT, INS_RUNS_WEIGHT_DECAY,
                                            INS_RUNS_BATCH};
    for (size_t k = 0; k < f->of->factors.count; k++)
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
            if (f->of->factors.factor[k].column == columns[i]) return true;
    return false;
}

/* ln of the factor a step: of sequences of several lengths as well. */
static double rate_of(const ins_finder *f, size_t a)
{
    return log(kept_of(f, a)) / ((double)first_run(f, a)->steps - 1);
}

/* "1.6 steps with he": the arms with the longest and the shortest memory. */
bool ins_answer_memory(ins_finder *f, ins_finding *answer)
{
    const double alike = 0.02; /* of ln a step */
    size_t longest = 0, shortest = 0;
    if (asks_of_training(f)) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (isnan(first_run(f, a)->kept)) return false;
        if (rate_of(f, a) > rate_of(f, longest)) longest = a;
        if (rate_of(f, a) < rate_of(f, shortest)) shortest = a;
    }
    if (f->study->arms < 2 || isnan(rate_of(f, longest))) return false;
    const ins_arm_judgement *far = &f->of->arm[longest], *near = &f->of->arm[shortest];
    const char *before = answer->claim, *steps = steps_text(f, longest, &far->half);
    if (rate_of(f, shortest) >= rate_of(f, longest) - alike) {
        answer->claim = SAY("Going back in time the error halves in %s with all of them.", steps);
        answer->evidence = SAY(
            "Before training %s of the error at the last of %zu steps is left at the first with "
            "%s, and as much a step with the others. %s %s",
            ins_say(f->arena, kept_of(f, longest)), first_run(f, longest)->steps,
            ins_say_arm(f->arena, longest), before, answer->evidence);
        return true;
    }
    answer->claim = SAY("Going back in time the error halves in %s with %s, and in %s with %s.",
                        steps, ins_say_arm(f->arena, longest), steps_text(f, shortest, &near->half),
                        ins_say_arm(f->arena, shortest));
    answer->evidence = SAY("Before training %s of the error at the last of %zu steps is left at "
                           "the first with the one, %s of %zu with the other. %s %s",
                           ins_say(f->arena, kept_of(f, longest)), first_run(f, longest)->steps,
                           ins_say(f->arena, kept_of(f, shortest)), first_run(f, shortest)->steps,
                           before, answer->evidence);
    return true;
}

typedef enum placement { BEFORE_BLOCKS, BEHIND_BLOCKS, NOWHERE, PLACEMENTS } placement;

static placement placement_of(const ins_arm *arm)
{
    ins_network_facts facts = ins_network_facts_of(arm->network);
    if (!facts.attention || !facts.blocks) return PLACEMENTS;
    return facts.norms_first ? BEFORE_BLOCKS : facts.norms_last ? BEHIND_BLOCKS : NOWHERE;
}

/* The matrices in residual blocks, and the last of them; 0: there is none. */
static size_t in_blocks(const ins_arm *arm, size_t *last)
{
    size_t count = 0;
    *last = 0;
    for (size_t l = 1; l <= arm->layers; l++) {
        const ins_graph_layer *of = ins_layer_at(arm, l);
        if (of == NULL || of->block[0] == '\0') continue;
        *last = l;
        count++;
    }
    return count;
}

/* Root mean square of the gradient there, before training. */
static double last_gradient(const ins_finder *f, size_t a)
{
    ins_site at = {.epoch = f->study->start, .tensor = INS_GRADIENT};
    in_blocks(&f->study->arm[a], &at.layer);
    return at.layer == 0
               ? (double)NAN
               : sqrt(ins_seeds_at(f->study, a, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, at)
                          .interval.mean);
}

/* Of two arms that differ in depth, by half of the deeper one's at least, what the deeper one's
 * gradient is of the other's; NAN: they differ in more, or in less. */
static double kept_with_depth(const ins_finder *f, size_t shallow, size_t deep)
{
    const size_t *initializer = f->of->factors.initializer_of;
    const ins_arm *first = &f->study->arm[shallow], *second = &f->study->arm[deep];
    size_t last;
    if (initializer[shallow] != initializer[deep] || placement_of(first) != placement_of(second) ||
        2 * in_blocks(first, &last) > in_blocks(second, &last))
        return NAN;
    return last_gradient(f, deep) / last_gradient(f, shallow);
}

/* The largest such ratio of the arms with norms in that place, of this initializer or, SIZE_MAX, of
 * any, and whose it is; -1: there is none. */
static double most_kept(const ins_finder *f, placement which, size_t initializer, size_t *shallow,
                        size_t *deep)
{
    const size_t *of = f->of->factors.initializer_of;
    double most = -1;
    for (size_t one = 0; one < f->study->arms; one++) {
        if (placement_of(&f->study->arm[one]) != which) continue;
        if (initializer != SIZE_MAX && of[one] != initializer) continue;
        for (size_t other = 0; other < f->study->arms; other++) {
            double kept = kept_with_depth(f, one, other);
            if (!(kept > most)) continue;
            most = kept;
            *shallow = one;
            *deep = other;
        }
    }
    return most;
}

bool ins_find_warmup(ins_finder *f, ins_finding *out)
{
    size_t shallow, deep, pre, post;
    double kept = most_kept(f, BEHIND_BLOCKS, SIZE_MAX, &shallow, &deep);
    if (kept < ins_threshold_of(INS_THRESHOLD_WARMUP)) return false;
    double before = most_kept(f, BEFORE_BLOCKS, f->of->factors.initializer_of[deep], &pre, &post);
    out->claim = "With norms behind the blocks the gradient of the last block does not fall with "
                 "depth.";
    out->evidence = SAY(
        "Before training that of %s is %s times that of %s%s: such networks want a learning rate "
        "that warms up (Xiong et al. 2020).",
        ins_say_arm(f->arena, deep), ins_say(f->arena, kept), ins_say_arm(f->arena, shallow),
        before < 0 ? ""
                   : SAY("; with norms before the blocks %s has %s times that of %s",
                         ins_say_arm(f->arena, post), ins_say(f->arena, before),
                         ins_say_arm(f->arena, pre)));
    return true;
}

/* "5 of 6 before": of the arms of one placement, how many learned; NULL: there is none. */
static const char *learned_text(ins_finder *f, placement which)
{
    static const char *const words[] = {"before", "behind", "without"};
    size_t arms = 0, learned = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (placement_of(&f->study->arm[a]) != which) continue;
        learned += ins_has_learned(&f->of->arm[a]);
        arms++;
    }
    return arms == 0 ? NULL : SAY("%zu of %zu %s", learned, arms, words[which]);
}

static double alikeness(const ins_finder *f, size_t a)
{
    return f->of->arm[a].last_alike.interval.mean;
}

/* Two networks of an initializer and a number of layers, one with norms before the blocks and one
 * with norms behind them. */
static bool is_pair(const ins_finder *f, size_t before, size_t behind)
{
    const ins_arm *first = &f->study->arm[before], *second = &f->study->arm[behind];
    const size_t *initializer = f->of->factors.initializer_of;
    return placement_of(first) == BEFORE_BLOCKS && placement_of(second) == BEHIND_BLOCKS &&
           initializer[before] == initializer[behind] && first->layers == second->layers;
}

bool ins_answer_placement(ins_finder *f, ins_finding *answer)
{
    size_t pairs = 0, more = 0, before = 0, behind = 0, arms = f->study->arms, count = 0;
    const double near = 0.05;
    double most = -1;
    if (asks_of_training(f)) return false;
    for (size_t a = 0; a < arms; a++)
        if (placement_of(&f->study->arm[a]) == PLACEMENTS ||
            f->of->arm[a].last_alike.interval.n == 0)
            return false;
    for (size_t i = 0; i < arms * arms; i++) {
        if (!is_pair(f, i / arms, i % arms)) continue;
        double apart = alikeness(f, i % arms) - alikeness(f, i / arms);
        pairs++;
        more += apart > 0;
        if (fabs(apart) <= most) continue;
        most = fabs(apart);
        before = i / arms;
        behind = i % arms;
    }
    if (pairs == 0) return false;
    const char *item[PLACEMENTS], *claim = answer->claim;
    for (unsigned p = 0; p < PLACEMENTS; p++)
        if ((item[count] = learned_text(f, (placement)p)) != NULL) count++;
    const char *first = ins_say(f->arena, alikeness(f, before));
    const char *second = ins_say(f->arena, alikeness(f, behind));
    const char *pair =
        pairs == 1 ? ""
                   : SAY("These are %s and %s, of %zu pairs of an initializer and a number "
                         "of layers the furthest apart; tokens are more alike with norms "
                         "behind the blocks in %zu. ",
                         ins_say_arm(f->arena, before), ins_say_arm(f->arena, behind), pairs, more);
    answer->claim =
        most < near
            ? SAY("Before training tokens correlate alike, by %s with norms before the blocks and "
                  "by %s with norms behind them.",
                  first, second)
            : SAY("Before training tokens correlate by %s with norms before the blocks and by %s "
                  "with norms behind them.",
                  first, second);
    answer->evidence = SAY(
        "%s%s%s %s", pair,
        f->of->trained && !isnan(f->of->facts.chance)
            ? SAY("Of the settings learned %s. ", ins_say_list(f->arena, item, count, MOST_ITEMS))
            : "",
        claim, answer->evidence);
    return true;
}
