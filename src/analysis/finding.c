/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One function a rule: it looks at the analysis and, when what it claims holds, writes the claim
 * and the measured evidence. What the logs do not tell is not said. */
#include <config.h>

#include "finding.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "answer_networks.h"
#include "finder.h"
#include "finding_layers.h"
#include "finding_sequences.h"
#include "finding_width.h"

#include "initscope/csv.h"
#include "initscope/say.h"
#include "initscope/thresholds.h"
#include "initscope/trend.h"

static const char *arm(ins_finder *f, size_t a)
{
    return ins_say_arm(f->arena, a);
}

/* More than half of the arm's runs have the verdict. */
static bool mostly(const ins_arm_judgement *arm, ins_verdict verdict)
{
    return 2 * arm->count[verdict] > arm->runs;
}

/* Runs of the marked arms that have the verdict, and all of their runs. */
static void count_runs(const ins_finder *f, ins_verdict verdict, size_t *with, size_t *all)
{
    *with = *all = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!f->which[a]) continue;
        *with += f->of->arm[a].count[verdict];
        *all += f->of->arm[a].runs;
    }
}

static const char *of_runs(ins_finder *f, ins_verdict verdict)
{
    size_t with, all;
    count_runs(f, verdict, &with, &all);
    return ins_say_of(f->arena, with, all, "run");
}

static const ins_score *score_of(const ins_finder *f)
{
    return &f->of->facts.score;
}

static const char *said(ins_finder *f, double score)
{
    return ins_say_score(f->arena, score_of(f), score);
}

/* "chance is 33.3 %" */
static const char *constant(ins_finder *f)
{
    return ins_say_score_constant(f->arena, score_of(f), f->of->facts.chance);
}

/* --- Symmetry --------------------------------------------------------------------- */

static bool symmetric(ins_finder *f, ins_finding *out)
{
    size_t count = 0, layers = 0, all = 0;
    bool counted = true;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *of = &f->study->arm[a];
        size_t duplicates = 0;
        for (size_t s = 0; s < of->runs; s++) duplicates += f->of->run[of->run[s]].duplicates > 0;
        f->which[a] = duplicates == of->runs && of->runs > 0;
        if (!f->which[a]) continue;
        for (size_t s = 0; s < of->runs; s++) counted = counted && f->of->run[of->run[s]].counted;
        count++;
        layers = f->of->run[of->run[0]].duplicates;
        all = ins_hidden_products(of);
    }
    if (count == 0) return false;
    size_t a = ins_finder_first(f);
    const ins_arm_judgement *of = &f->of->arm[a];
    out->claim =
        SAY("%s %s symmetric.", ins_finder_arms(f), ins_finder_several(f) ? "stay" : "stays");
    const char *end = f->of->trained ? "after training" : "at the start";
    const char *whose = count > 1 ? SAY(" of %s", arm(f, a)) : "";
    out->evidence =
        counted ? SAY("In %s units are equal in bits %s, in %zu of %zu hidden layers%s: they "
                      "receive equal gradients, and gradient descent cannot tell them apart.",
                      of_runs(f, INS_VERDICT_SYMMETRIC), end, layers, all, whose)
                : SAY("In %s all units have one mean weight and one mean response in bits %s, in "
                      "%zu of %zu hidden layers%s, as equal units have; they were not compared one "
                      "by one.",
                      of_runs(f, INS_VERDICT_SYMMETRIC), end, layers, all, whose);
    if (of->grade[INS_BACKWARD] == INS_GRADE_NONE)
        out->evidence = SAY("%s No error reaches the first hidden layer of %s.", out->evidence,
                            count > 1 ? arm(f, a) : "it");
    return true;
}

/* Distinct in bits, one in function. */
static bool one_function(ins_finder *f, ins_finding *out)
{
    size_t count = 0;
    double rank = INFINITY;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *of = &f->study->arm[a];
        size_t one = 0;
        double least = INFINITY;
        for (size_t s = 0; s < of->runs; s++) {
            const ins_run_measure *m = &f->of->run[of->run[s]];
            bool is = m->counted && m->duplicates == 0 && m->least_rank > 0 &&
                      m->least_rank < ins_threshold_of(INS_THRESHOLD_ONE_FUNCTION);
            one += is;
            if (is) least = fmin(least, m->least_rank);
        }
        f->which[a] = 2 * one > of->runs;
        count += f->which[a];
        if (f->which[a]) rank = fmin(rank, least);
    }
    if (count == 0) return false;
    out->claim = SAY("%s: units distinct in bits, one in function.", ins_finder_arms(f));
    out->evidence =
        SAY("No two units of a hidden layer have equal weights at the end, yet a layer's "
            "outputs span %s directions: the difference is too small to be used.",
            ins_say(f->arena, rank));
    return true;
}

/* --- Signal ----------------------------------------------------------------------- */

static const char *total_text(ins_finder *f, size_t a, ins_direction direction)
{
    const ins_arm_judgement *of = &f->of->arm[a];
    if (of->grade[direction] == INS_GRADE_NONE) return "nothing";
    if (of->total[direction].interval.n == 0) return "more than numbers can hold";
    return ins_say_interval(f->arena, of->total[direction].interval);
}

/* Of the marked arms the one whose total is furthest from 1; of none and of no bound there is no
 * mean. */
static size_t furthest(const ins_finder *f, ins_direction direction)
{
    size_t best = SIZE_MAX;
    double most = -1;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_seeds *total = &f->of->arm[a].total[direction];
        bool beyond = total->interval.n == 0 && total->zeros + total->infinite > 0;
        double away = beyond ? INFINITY : fabs(log(total->interval.mean));
        if (!f->which[a] || !(away > most)) continue;
        most = away;
        best = a;
    }
    return best;
}

/* The layer before the steepest step: of those that have rows. */
static size_t before(const ins_finder *f, size_t a, ins_direction direction)
{
    size_t layer = f->of->arm[a].steepest[direction] - 1;
    ins_tensor tensor = direction == INS_FORWARD ? INS_PREACTIVATION : INS_DELTA;
    ins_site at = {f->study->arm[a].run[0], f->study->start, layer, tensor};
    while (at.layer > 1 && isnan(ins_number(f->study, INS_LAYERS_VARIANCE, at))) at.layer--;
    return at.layer;
}

static const char *layer_text(ins_finder *f, size_t a, ins_direction direction)
{
    const ins_arm_judgement *of = &f->of->arm[a];
    if (isfinite(of->gain[direction]))
        return SAY(" (%s a layer)", ins_say(f->arena, of->gain[direction]));
    if (of->steepest[direction] > 1)
        return SAY(" (the largest step lies between layers %zu and %zu)", before(f, a, direction),
                   of->steepest[direction]);
    return "";
}

/* What one direction of one arm comes to, as a piece of a sentence. */
static const char *brought(ins_finder *f, size_t a, ins_direction direction)
{
    bool forward = direction == INS_FORWARD;
    return SAY("%s of the %s hidden layer's %s to the %s one%s", total_text(f, a, direction),
               forward ? "first" : "last", forward ? "signal" : "error", forward ? "last" : "first",
               layer_text(f, a, direction));
}

/* Marks the arms that have the grade in these directions and in no other. */
static size_t mark_grade(ins_finder *f, ins_verdict forward, ins_verdict backward, bool in_forward,
                         bool in_backward)
{
    size_t count = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_judgement *of = &f->of->arm[a];
        f->which[a] = !mostly(of, INS_VERDICT_SYMMETRIC) &&
                      ins_has_verdict(of, forward) == in_forward &&
                      ins_has_verdict(of, backward) == in_backward;
        count += f->which[a];
    }
    return count;
}

static bool lost(ins_finder *f, bool forward, bool backward, bool vanishing, ins_finding *out)
{
    ins_verdict ahead = vanishing ? INS_VERDICT_VANISHING_FORWARD : INS_VERDICT_EXPLODING_FORWARD;
    ins_verdict back = vanishing ? INS_VERDICT_VANISHING_BACKWARD : INS_VERDICT_EXPLODING_BACKWARD;
    size_t count = mark_grade(f, ahead, back, forward, backward);
    size_t a = count > 0 ? furthest(f, forward ? INS_FORWARD : INS_BACKWARD) : SIZE_MAX;
    if (a == SIZE_MAX) return false;
    const char *what = forward && backward ? "Signal and error"
                       : forward           ? "The signal"
                                           : "The error";
    out->claim = SAY("%s %s with %s.", what,
                     forward && backward ? (vanishing ? "vanish" : "explode")
                                         : (vanishing ? "vanishes" : "explodes"),
                     ins_finder_arms(f));
    const char *layers =
        ins_say_count(f->arena, ins_hidden_products(&f->study->arm[a]), "hidden layer");
    if (!f->study->arm[a].chain) {
        out->evidence = SAY("Over %s the own gains of %s multiply to %s, with what the activations "
                            "between them pass on.",
                            layers, arm(f, a), total_text(f, a, INS_FORWARD));
        return true;
    }
    out->evidence = SAY("Over %s %s brings %s%s%s.", layers, arm(f, a),
                        brought(f, a, forward ? INS_FORWARD : INS_BACKWARD),
                        forward && backward ? ", and " : "",
                        forward && backward ? brought(f, a, INS_BACKWARD) : "");
    return true;
}

static bool vanishing(ins_finder *f, ins_finding *out)
{
    return lost(f, true, true, true, out);
}

static bool vanishing_forward(ins_finder *f, ins_finding *out)
{
    return lost(f, true, false, true, out);
}

static bool vanishing_backward(ins_finder *f, ins_finding *out)
{
    return lost(f, false, true, true, out);
}

static bool exploding(ins_finder *f, ins_finding *out)
{
    return lost(f, true, true, false, out);
}

static bool exploding_forward(ins_finder *f, ins_finding *out)
{
    return lost(f, true, false, false, out);
}

/* Not where the norms explain all of it, which is a finding of its own. */
static bool exploding_backward(ins_finder *f, ins_finding *out)
{
    ins_finding norms;
    bool *these = ins_arena_get(f->arena, f->study->arms + 1, sizeof *these, "findings");
    if (!lost(f, false, true, false, out)) return false;
    memcpy(these, f->which, f->study->arms * sizeof *these);
    ins_finder_begin(f);
    bool explained = ins_find_exploding_norm(f, &norms);
    for (size_t a = 0; a < f->study->arms; a++) explained = explained && f->which[a] >= these[a];
    return !explained;
}

/* The size is held up while the rows become alike. */
static bool held_up(ins_finder *f, ins_finding *out)
{
    size_t best = SIZE_MAX, count = 0;
    double most = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_judgement *of = &f->of->arm[a];
        double size = of->size_total.interval.mean, signal = of->total[INS_FORWARD].interval.mean;
        f->which[a] = size >= ins_threshold_of(INS_THRESHOLD_VANISHING) &&
                      signal < ins_threshold_of(INS_THRESHOLD_VANISHING);
        count += f->which[a];
        if (!f->which[a] || size / signal <= most) continue;
        most = size / signal;
        best = a;
    }
    if (count == 0) return false;
    const ins_arm_judgement *of = &f->of->arm[best];
    out->claim = SAY("The size lasts, the signal does not, with %s.", ins_finder_arms(f));
    out->evidence =
        SAY("In the last hidden layer of %s the second moment of z is %s of the first layer's, but "
            "what differs between rows only %s: the rows have become alike (correlation %s).",
            arm(f, best), ins_say(f->arena, of->size_total.interval.mean),
            ins_say(f->arena, of->total[INS_FORWARD].interval.mean),
            ins_say(f->arena, of->alikeness.interval.mean));
    return true;
}

static bool collapsed(ins_finder *f, ins_finding *out)
{
    size_t count = 0, best = SIZE_MAX;
    double least = INFINITY;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm_judgement *of = &f->of->arm[a];
        f->which[a] = ins_has_verdict(of, INS_VERDICT_COLLAPSED) &&
                      !mostly(of, INS_VERDICT_SYMMETRIC) &&
                      of->grade[INS_FORWARD] == INS_GRADE_PRESERVING;
        count += f->which[a];
        if (!f->which[a] || !(of->rank.interval.mean < least)) continue;
        least = of->rank.interval.mean;
        best = a;
    }
    double needed = ins_directions_needed(&f->of->facts);
    if (count == 0 || !(least < needed)) return false;
    out->claim = SAY("The signal lasts and the rank collapses with %s.", ins_finder_arms(f));
    out->evidence =
        SAY("The last hidden layer of %s keeps %s of the signal but spans %s directions "
            "at the start, where %s are needed.",
            arm(f, best), total_text(f, best, INS_FORWARD), ins_say(f->arena, least),
            ins_say(f->arena, needed));
    return true;
}

/* Weights that share a part: what makes units and rows alike. */
static bool off_centre(ins_finder *f, ins_finding *out)
{
    size_t count = 0, run = SIZE_MAX;
    double most = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *of = &f->study->arm[a];
        size_t off = 0;
        for (size_t s = 0; s < of->runs; s++)
            off += f->of->run[of->run[s]].off_centre > ins_threshold_of(INS_THRESHOLD_OFF_CENTRE);
        f->which[a] = 2 * off > of->runs;
        count += f->which[a];
        for (size_t s = 0; s < of->runs && f->which[a]; s++) {
            if (!(f->of->run[of->run[s]].off_centre > most)) continue;
            most = f->of->run[of->run[s]].off_centre;
            run = of->run[s];
        }
    }
    if (count == 0) return false;
    size_t layer = f->of->run[run].centre_layer, a = f->study->run[run].arm;
    ins_site weight = {run, f->study->start, layer, INS_WEIGHT};
    double inputs = ins_number(f->study, INS_LAYERS_COUNT, weight) /
                    ins_number(f->study, INS_LAYERS_UNITS, weight);
    out->claim = SAY("The weights of %s do not lie around 0.", ins_finder_arms(f));
    out->evidence =
        SAY("Before training those of %s of %s have mean %s and standard deviation %s: over "
            "%s what they share outweighs what they differ by.",
            ins_finder_layer(f, a, layer), arm(f, a),
            ins_say(f->arena, ins_number(f->study, INS_LAYERS_MEAN, weight)),
            ins_say(f->arena, sqrt(ins_number(f->study, INS_LAYERS_VARIANCE, weight))),
            ins_say_count(f->arena, (size_t)inputs, "input"));
    return true;
}

/* --- Networks that are no chains ---------------------------------------------------- */

/* Of its first run: the stream behind the first block and behind the last. */
static double stream_of(const ins_finder *f, size_t a, bool last)
{
    const size_t *layer;
    size_t blocks = ins_streams(f->study, a, &layer);
    ins_site at = {
        .epoch = f->study->start, .layer = layer[last ? blocks - 1 : 0], .tensor = INS_STREAM};
    return ins_seeds_at(f->study, a, INS_GEOMETRIC, INS_LAYERS_SECOND_MOMENT, at).interval.mean;
}

static bool exploding_stream(ins_finder *f, ins_finding *out)
{
    size_t count = ins_finder_mark(f, INS_VERDICT_EXPLODING_STREAM), worst = SIZE_MAX;
    const size_t *layer;
    if (count == 0) return false;
    for (size_t a = 0; a < f->study->arms; a++)
        if (f->which[a] && (worst == SIZE_MAX || f->of->arm[a].stream_growth.interval.mean >
                                                     f->of->arm[worst].stream_growth.interval.mean))
            worst = a;
    size_t blocks = ins_streams(f->study, worst, &layer);
    out->claim = SAY("The stream explodes with %s.", ins_finder_arms(f));
    out->evidence = SAY(
        "Over %s its second moment goes from %s to %s with %s, in the later half by a factor "
        "of %s a block. Branches that begin with a norm, end in zeros or are scaled down "
        "would keep it.",
        ins_say_count(f->arena, blocks, "residual block"),
        ins_say(f->arena, stream_of(f, worst, false)), ins_say(f->arena, stream_of(f, worst, true)),
        arm(f, worst), ins_say(f->arena, f->of->arm[worst].stream_growth.interval.mean));
    return true;
}

static bool identity_start(ins_finder *f, ins_finding *out)
{
    size_t count = ins_finder_mark(f, INS_VERDICT_IDENTITY_START);
    const size_t *layer;
    if (count == 0) return false;
    size_t blocks = ins_streams(f->study, ins_finder_first(f), &layer);
    out->claim = SAY("%s %s as the identity.", ins_finder_arms(f),
                     ins_finder_several(f) ? "start" : "starts");
    out->evidence =
        SAY("Before training %s what %s: signal and error pass by the branches, which come in as "
            "they learn.",
            blocks == 1 ? "its residual block adds nothing to"
                        : SAY("none of the %zu residual blocks adds anything to", blocks),
            blocks == 1 ? "it reads" : "they read");
    return true;
}

/* Marks the arms of which no way from the first layer to the last is known, whose layers change
 * what they read by a factor beyond a grade, on the mean; the one of the farthest is *at. */
static size_t mark_far_gains(ins_finder *f, size_t *at)
{
    size_t count = 0;
    double furthest = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        double mean = ins_gains_of_arm(f->study, a, INS_FORWARD).mean;
        bool known = f->of->arm[a].grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN;
        f->which[a] = !known && (mean < ins_threshold_of(INS_THRESHOLD_FADING) ||
                                 mean > ins_threshold_of(INS_THRESHOLD_GROWING));
        count += f->which[a];
        if (!f->which[a] || fabs(log(mean)) <= furthest) continue;
        furthest = fabs(log(mean));
        *at = a;
    }
    return count;
}

static bool own_gain(ins_finder *f, ins_finding *out)
{
    size_t at = SIZE_MAX, count = mark_far_gains(f, &at);
    if (count == 0) return false;
    ins_own_gains gains = ins_gains_of_arm(f->study, at, INS_FORWARD);
    out->claim =
        SAY("The layers of %s change the size of what they read by more than a factor of %s.",
            ins_finder_arms(f), ins_say(f->arena, ins_threshold_of(INS_THRESHOLD_GROWING)));
    out->evidence = SAY(
        "Before training the second moment of z of a layer of %s is %s times that of what it "
        "reads, on the mean over %s, and from %s to %s in the single ones.",
        arm(f, at), ins_say(f->arena, gains.mean), ins_say_count(f->arena, gains.layers, "layer"),
        ins_say(f->arena, gains.least), ins_say(f->arena, gains.most));
    return true;
}

/* --- Units ------------------------------------------------------------------------ */

static bool dead(ins_finder *f, ins_finding *out)
{
    size_t count = 0, start = 0, end = 0, all = 0, either = 0, learned = 0, unsure = 0;
    double most = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_arm *of = &f->study->arm[a];
        f->which[a] = ins_has_verdict(&f->of->arm[a], INS_VERDICT_DEAD) &&
                      !mostly(&f->of->arm[a], INS_VERDICT_SYMMETRIC);
        for (size_t s = 0; s < of->runs && f->which[a]; s++) {
            const ins_run_measure *m = &f->of->run[of->run[s]];
            start += m->dead_start > ins_threshold_of(INS_THRESHOLD_DEAD);
            end += m->dead_end > ins_threshold_of(INS_THRESHOLD_DEAD);
            most = fmax(most, fmax(m->dead_start, m->dead_end));
            if (fmax(m->dead_start, m->dead_end) <= ins_threshold_of(INS_THRESHOLD_DEAD)) continue;
            either++;
            learned += m->learning == INS_LEARNED || m->learning == INS_BARELY_LEARNED;
            unsure += m->learning == INS_LEARNING_UNDECIDED || m->learning == INS_LEARNING_UNKNOWN;
        }
        all += f->which[a] ? of->runs : 0;
        count += f->which[a];
    }
    if (count == 0) return false;
    bool dying = end > start;
    out->claim = dying ? SAY("Units die in training with %s.", ins_finder_arms(f))
                       : SAY("Units are dead from the start with %s.", ins_finder_arms(f));
    out->evidence = SAY(
        "More than half of a hidden layer is 0 for every row in %s%s; up to %s of a "
        "layer.",
        dying ? ins_say_of(f->arena, end, all, "run") : ins_say_of(f->arena, start, all, "run"),
        dying ? SAY(" at the end, in %s before training", start > 0 ? SAY("%zu", start) : "none")
              : "",
        ins_say_percent(f->arena, most));
    if (unsure == 0)
        out->evidence = SAY(
            "%s %s.", out->evidence,
            either == 1 ? (learned == 1 ? "That run learned" : "That run did not learn")
                        : SAY("%s of these learned", learned == 0 ? "None" : SAY("%zu", learned)));
    return true;
}

static bool saturated(ins_finder *f, ins_finding *out)
{
    size_t count = ins_finder_mark(f, INS_VERDICT_SATURATED);
    if (count == 0) return false;
    out->claim = SAY("The activations of %s are saturated.", ins_finder_arms(f));
    out->evidence =
        SAY("In %s more than half of a hidden layer's outputs lie beyond the knee of the "
            "activation function, where its slope is small.",
            of_runs(f, INS_VERDICT_SATURATED));
    return true;
}

static bool not_moving(ins_finder *f, ins_finding *out)
{
    size_t count = ins_finder_mark(f, INS_VERDICT_NOT_MOVING);
    if (count == 0) return false;
    out->claim = SAY("The weights of %s do not move.", ins_finder_arms(f));
    out->evidence = SAY("In %s the median update is less than a millionth of the weights.",
                        of_runs(f, INS_VERDICT_NOT_MOVING));
    return true;
}

/* --- Training ---------------------------------------------------------------------- */

static double number_of_arm(const ins_finder *f, size_t a, ins_column_id column)
{
    return ins_factor_number(f->study, f->study->arm[a].run[0], column);
}

/* Of the arm's optimizer, as environment.csv tells: "sgd 0.01, adam 0.001"; NAN: it does not. */
static double default_rate(const ins_finder *f, size_t a)
{
    const char *rates = ins_pairs_get(&f->study->environment, "default_learning_rates");
    const char *optimizer = a == SIZE_MAX ? NULL : f->study->arm[a].optimizer;
    if (rates == NULL || optimizer == NULL) return NAN;
    size_t length = strlen(optimizer);
    for (const char *at = rates; (at = strstr(at, optimizer)) != NULL; at++) {
        bool begins = at == rates || at[-1] == ' ';
        double value;
        if (begins && at[length] == ' ' &&
            ins_parse_number(at + length + 1, strcspn(at + length + 1, ","), &value) ==
                INS_NUMBER_FINITE)
            return value;
    }
    return NAN;
}

static bool diverged(ins_finder *f, ins_finding *out)
{
    size_t count = ins_finder_mark(f, INS_VERDICT_DIVERGED), keeps = SIZE_MAX;
    if (count == 0) return false;
    long long first = -1, last = -1;
    for (size_t a = 0; a < f->study->arms; a++) {
        if (!f->which[a]) continue;
        if (ins_has_verdict(&f->of->arm[a], INS_VERDICT_PRESERVING)) keeps = a;
        for (size_t s = 0; s < f->study->arm[a].runs; s++) {
            const ins_run *run = &f->study->run[f->study->arm[a].run[s]];
            long long epoch = ins_epoch_number(f->study, run->last);
            if (!run->diverged) continue;
            if (first < 0 || epoch < first) first = epoch;
            if (epoch > last) last = epoch;
        }
    }
    out->claim = SAY("%s %s.", ins_finder_arms(f), ins_finder_several(f) ? "diverge" : "diverges");
    out->evidence =
        SAY("In %s the numbers are not finite any more, %s.", of_runs(f, INS_VERDICT_DIVERGED),
            first == last ? SAY("from %s %lld on", f->study->time, first)
                          : SAY("from %ss %lld to %lld on", f->study->time, first, last));
    double rate = keeps != SIZE_MAX ? number_of_arm(f, keeps, INS_RUNS_LEARNING_RATE) : (double)NAN;
    double times = rate / default_rate(f, keeps);
    if (isfinite(rate))
        out->evidence =
            SAY("%s %s keeps its signals at the start, so it is the step that is too large: the "
                "learning rate is %s%s.",
                out->evidence, arm(f, keeps), ins_say(f->arena, rate),
                isfinite(times) && times != 1
                    ? SAY(", %s times the optimizer's default", ins_say(f->arena, times))
                    : "");
    return true;
}

static bool confidently_wrong(ins_finder *f, ins_finding *out)
{
    double guess = f->of->facts.constant_loss, worst = 0;
    size_t count = 0, at = SIZE_MAX;
    if (isnan(guess) || !f->of->trained) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        double loss = f->of->arm[a].train_loss.interval.mean;
        f->which[a] = loss > guess * ins_threshold_of(INS_THRESHOLD_CONFIDENTLY_WRONG);
        count += f->which[a];
        if (!f->which[a] || loss <= worst) continue;
        worst = loss;
        at = a;
    }
    if (count == 0) return false;
    const ins_score_words *words = score_of(f)->words;
    out->claim =
        SAY("%s %s %s.", ins_finder_arms(f), ins_finder_several(f) ? "end" : "ends", words->worse);
    out->evidence = SAY("The training loss of %s ends at %s, above the %s of %s.", arm(f, at),
                        ins_say(f->arena, worst), ins_say(f->arena, guess), words->constant_loss);
    return true;
}

/* Outputs of numbers that are large at the start have to be unlearned first: their second moment is
 * what the loss has above that of the mean. */
static bool starts_above(ins_finder *f, ins_finding *out)
{
    double mean = f->of->facts.constant_loss, worst = 0;
    size_t count = 0, at = SIZE_MAX;
    if (score_of(f)->kind != INS_SCORE_R2) return false;
    for (size_t a = 0; a < f->study->arms; a++) {
        double loss = f->of->arm[a].initial_loss.interval.mean;
        f->which[a] = loss > mean * ins_threshold_of(INS_THRESHOLD_START_ABOVE);
        count += f->which[a];
        if (!f->which[a] || loss <= worst) continue;
        worst = loss;
        at = a;
    }
    if (count == 0) return false;
    out->claim = SAY("%s %s %s.", ins_finder_arms(f), ins_finder_several(f) ? "start" : "starts",
                     score_of(f)->words->worse);
    out->evidence = SAY("Before training the loss of %s is %s, that of always answering the mean "
                        "%s: smaller weights of the output layer would start near it.",
                        arm(f, at), ins_say(f->arena, worst), ins_say(f->arena, mean));
    return true;
}

/* The same initializer in settings that differ in one factor alone: learns in one, not in the
 * other. */
static bool contrast(ins_finder *f, ins_finding *out)
{
    const ins_study_factors *factors = &f->of->factors;
    for (size_t k = 0; k < factors->count; k++) {
        const ins_study_factor *factor = &factors->factor[k];
        for (size_t a = 0; a < f->study->arms; a++) {
            if (!ins_has_verdict(&f->of->arm[a], INS_VERDICT_DID_NOT_LEARN)) continue;
            for (size_t b = 0; b < f->study->arms; b++) {
                bool same = factors->initializer_of[a] == factors->initializer_of[b];
                for (size_t other = 0; other < factors->count; other++)
                    same = same && (other == k) != (factors->factor[other].of[a] ==
                                                    factors->factor[other].of[b]);
                if (!same || !ins_has_verdict(&f->of->arm[b], INS_VERDICT_LEARNED)) continue;
                out->claim = SAY("The %s decides for %s.", factor->name,
                                 ins_say_initializer(f->arena, factors->initializer_of[a]));
                out->evidence = SAY(
                    "With %s it learned in %s (%s), with %s in %s, everything else being equal.",
                    ins_say_literal(f->arena, ins_factor_phrase(f->arena, factor, factor->of[b])),
                    ins_say_of(f->arena, f->of->arm[b].learned, f->of->arm[b].runs, "run"),
                    ins_say_score_brief(f->arena, score_of(f), f->of->arm[b].score.mean),
                    ins_say_literal(f->arena, ins_factor_phrase(f->arena, factor, factor->of[a])),
                    ins_say_of(f->arena, f->of->arm[a].learned + f->of->arm[a].barely,
                               f->of->arm[a].runs, "run"));
                return true;
            }
        }
    }
    return false;
}

/* What carries the score over the settings: the rank or the totals. */
static bool carries(ins_finder *f, ins_finding *out)
{
    size_t n = 0, arms_all = f->study->arms;
    double *score = ins_arena_get(f->arena, arms_all + 1, sizeof *score, "finding");
    double *rank = ins_arena_get(f->arena, arms_all + 1, sizeof *rank, "finding");
    double *forward = ins_arena_get(f->arena, arms_all + 1, sizeof *forward, "finding");
    for (size_t a = 0; a < arms_all; a++) {
        const ins_arm_judgement *of = &f->of->arm[a];
        double loss = fabs(log(of->total[INS_FORWARD].interval.mean));
        if (!isfinite(loss) || isnan(of->rank.interval.mean) || isnan(of->score.mean)) continue;
        score[n] = of->score.mean;
        rank[n] = of->rank.interval.mean;
        forward[n++] = loss;
    }
    if (n < 8 || f->of->comparisons.settings < 3) return false;
    double by_rank = ins_rank_correlation(rank, score, n);
    double by_total = ins_rank_correlation(forward, score, n);
    double least = ins_threshold_of(INS_THRESHOLD_CARRIES);
    if (!(by_rank >= least || -by_total >= least)) return false;
    bool ranks = by_rank > -by_total;
    out->claim =
        SAY("%s goes with %s.", ins_say_capital(f->arena, score_of(f)->name),
            ranks ? "the rank, not with the variance alone" : "how much of the signal is lost");
    out->evidence = SAY("Over %zu pairs of initializer and setting its rank correlation with the "
                        "effective rank of the last "
                        "hidden layer at the start is %s, with |ln total| of the signal %s.",
                        n, ins_say(f->arena, by_rank), ins_say(f->arena, by_total));
    return true;
}

/* The initializers over all settings: who is told to be behind which leader. */
typedef struct leader {
    size_t initializer;   /* SIZE_MAX: there is none */
    bool *behind, *level; /* (initializers) told to be behind it; not told apart from it */
    size_t behinds, levels;
    const ins_difference *closest; /* of those behind it */
} leader;

/* The difference of two initializers over all settings; NULL: it was not tested. */
static const ins_difference *main_difference(const ins_finder *f, size_t a, size_t b)
{
    const ins_difference *d = ins_main_effect_of(&f->of->comparisons, a, b);
    return d != NULL && isfinite(d->p) ? d : NULL;
}

/* a over b. */
static double lead(const ins_finder *f, const ins_difference *d, size_t a)
{
    return d->first == f->of->factors.initializer[a] ? d->difference.mean : -d->difference.mean;
}

static leader leader_of(const ins_finder *f)
{
    size_t n = f->of->factors.initializers;
    leader out = {.initializer = SIZE_MAX,
                  .behind = ins_arena_get(f->arena, n + 1, sizeof(bool), "findings"),
                  .level = ins_arena_get(f->arena, n + 1, sizeof(bool), "findings")};
    for (size_t a = 0; a < n && out.initializer == SIZE_MAX; a++) {
        bool first = n > 1;
        for (size_t b = 0; b < n && first; b++) {
            const ins_difference *d = a == b ? NULL : main_difference(f, a, b);
            first = a == b || (d != NULL && lead(f, d, a) >= 0);
        }
        if (first) out.initializer = a;
    }
    double least = INFINITY;
    for (size_t b = 0; out.initializer != SIZE_MAX && b < n; b++) {
        const ins_difference *d =
            b == out.initializer ? NULL : main_difference(f, out.initializer, b);
        if (d == NULL) continue;
        out.behinds += out.behind[b] = d->told;
        out.levels += out.level[b] = !d->told;
        if (!d->told || lead(f, d, out.initializer) >= least) continue;
        least = lead(f, d, out.initializer);
        out.closest = d;
    }
    return out;
}

static const char *initializers(ins_finder *f, const bool *which)
{
    size_t n = f->of->factors.initializers, count = 0;
    const char **item = ins_arena_get(f->arena, n + 1, sizeof *item, "names");
    for (size_t i = 0; i < n; i++)
        if (which[i]) item[count++] = ins_say_initializer(f->arena, i);
    return ins_say_list(f->arena, item, count, INS_FINDER_NAMED);
}

static bool main_effect(ins_finder *f, ins_finding *out)
{
    leader first = leader_of(f);
    if (first.initializer == SIZE_MAX || first.behinds == 0) return false;
    const ins_difference *d = first.closest;
    ins_interval by = d->difference;
    if (by.mean < 0) by = (ins_interval){by.n, -by.mean, -by.upper, -by.lower};
    bool is_first = d->first == f->of->factors.initializer[first.initializer];
    size_t other = 0;
    while (f->of->factors.initializer[other] != (is_first ? d->second : d->first)) other++;
    out->claim =
        SAY("Over all settings, %s is ahead of %s.",
            ins_say_initializer(f->arena, first.initializer), initializers(f, first.behind));
    out->evidence =
        SAY("By %s of %s over %s, averaged over %s, one value a seed "
            "(Holm-corrected p = %s)%s.",
            ins_say_score_difference(f->arena, score_of(f), by), score_of(f)->name,
            ins_say_initializer(f->arena, other),
            ins_say_count(f->arena, f->of->comparisons.settings, "setting"),
            ins_say(f->arena, d->adjusted_p),
            first.levels > 0 ? SAY("; not told apart from %s", initializers(f, first.level)) : "");
    return true;
}

static bool few_rows(ins_finder *f, ins_finding *out)
{
    const ins_facts *facts = &f->of->facts;
    size_t undecided = 0;
    for (size_t a = 0; a < f->study->arms; a++) undecided += f->of->arm[a].undecided;
    if (undecided == 0 || !(facts->test_rows < facts->few_rows)) return false;
    out->claim = SAY("Too few %s rows to say whether a run learned.", score_of(f)->rows);
    out->evidence =
        SAY("%s; %s would do.",
            ins_say_count(f->arena, (size_t)facts->test_rows, SAY("%s row", score_of(f)->rows)),
            ins_say(f->arena, facts->few_rows));
    return true;
}

static const struct {
    const char *name;
    bool (*find)(ins_finder *f, ins_finding *out);
} rules[] = {
    {"few_rows", few_rows},
    {"symmetric", symmetric},
    {"one_function", one_function},
    {"diverged", diverged},
    {"held_up", held_up},
    {"vanishing", vanishing},
    {"vanishing_forward", vanishing_forward},
    {"vanishing_backward", vanishing_backward},
    {"exploding", exploding},
    {"exploding_forward", exploding_forward},
    {"exploding_backward", exploding_backward},
    {"exploding_stream", exploding_stream},
    {"vanishing_steps", ins_find_vanishing_steps},
    {"exploding_steps", ins_find_exploding_steps},
    {"growing_state", ins_find_growing_state},
    {"drowned_tokens", ins_find_drowned_tokens},
    {"alike_tokens", ins_find_alike_tokens},
    {"own_gain", own_gain},
    {"exploding_norm", ins_find_exploding_norm},
    {"norm_eps", ins_find_norm_eps},
    {"norm_rows", ins_find_norm_rows},
    {"moving_average", ins_find_moving_average},
    {"border", ins_find_border},
    {"fans", ins_find_fans},
    {"pool", ins_find_pool},
    {"width", ins_find_width},
    {"collapsed", collapsed},
    {"off_centre", off_centre},
    {"contrast", contrast},
    {"main_effect", main_effect},
    {"carries", carries},
    {"dead", dead},
    {"saturated", saturated},
    {"confidently_wrong", confidently_wrong},
    {"starts_above", starts_above},
    {"peaked_attention", ins_find_peaked_attention},
    {"uniform_attention", ins_find_uniform_attention},
    {"warmup", ins_find_warmup},
    {"not_moving", not_moving},
    {"identity_start", identity_start},
};

const ins_finding *ins_findings_of(const ins_analysis *analysis, size_t *count)
{
    ins_finder f = ins_finder_of(analysis);
    const size_t most = sizeof rules / sizeof rules[0];
    ins_finding *found = ins_arena_get(analysis->arena, most, sizeof *found, "findings");
    *count = 0;
    for (size_t i = 0; i < most; i++) {
        ins_finder_begin(&f);
        found[*count] = (ins_finding){.rule = rules[i].name};
        *count += rules[i].find(&f, &found[*count]);
    }
    return found;
}

/* --- The answer --------------------------------------------------------------------- */

/* Arms of which both totals were measured. */
static size_t with_totals(const ins_finder *f)
{
    size_t count = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        const ins_grade *grade = f->of->arm[a].grade;
        count +=
            grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN && grade[INS_BACKWARD] != INS_GRADE_NOT_KNOWN;
    }
    return count;
}

/* What a layer of the arms that are no chains makes of what it reads, on the mean; "": not known.
 */
static const char *gains_text(ins_finder *f)
{
    enum { LEAST = 3 }; /* layers, for a mean over them */
    size_t least = SIZE_MAX, most = SIZE_MAX;
    double low = INFINITY, high = 0;
    for (size_t a = 0; a < f->study->arms; a++) {
        ins_own_gains gains = ins_gains_of_arm(f->study, a, INS_FORWARD);
        double mean = gains.mean;
        if (f->of->arm[a].grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN || gains.layers < LEAST)
            continue;
        if (mean < low) low = mean, least = a;
        if (mean > high) high = mean, most = a;
    }
    if (least == SIZE_MAX) return "";
    if (least == most) return SAY(" A layer's own gain is %s on the mean.", ins_say(f->arena, low));
    return SAY(" A layer's own gain is on the mean %s with %s and %s with %s.",
               ins_say(f->arena, low), arm(f, least), ins_say(f->arena, high), arm(f, most));
}

/* The same of networks of which no total is known in both directions: their streams, the gains of
 * their layers, else the signal. NULL: none is known. */
static const char *untrained_graphs(ins_finder *f)
{
    size_t streams = 0, forward = 0, chains = 0, at = SIZE_MAX;
    for (size_t a = 0; a < f->study->arms; a++) {
        chains += f->study->arm[a].chain;
        streams += f->of->arm[a].stream_growth.interval.n > 0;
        forward += f->of->arm[a].grade[INS_FORWARD] != INS_GRADE_NOT_KNOWN;
    }
    if (streams > 0 && ins_finder_mark(f, INS_VERDICT_EXPLODING_STREAM) > 0)
        return SAY("The stream explodes with %s.", ins_finder_arms(f));
    if (mark_far_gains(f, &at) > 0)
        return SAY("With %s layers change the size of what they read by more than a factor of %s.",
                   ins_finder_arms(f), ins_say(f->arena, ins_threshold_of(INS_THRESHOLD_GROWING)));
    if (streams > 0) return "No stream explodes.";
    if (forward == 0 && *gains_text(f) != '\0')
        return SAY(
            "On the mean no layer changes the size of what it reads by more than a factor of %s.",
            ins_say(f->arena, ins_threshold_of(INS_THRESHOLD_GROWING)));
    if (forward == 0 || chains > 0) return NULL;
    if (ins_finder_mark(f, INS_VERDICT_PRESERVING_FORWARD) > 0)
        return SAY("%s %s the signal.", ins_finder_arms(f),
                   ins_finder_several(f) ? "keep" : "keeps");
    return f->study->arms == 1 ? "It does not keep the signal." : "None keeps the signal.";
}

/* Before training: which keep the signal in both directions. */
static void answer_untrained(ins_finder *f, ins_finding *out)
{
    size_t known = with_totals(f);
    const char *graphs = known == 0 ? untrained_graphs(f) : NULL;
    size_t count = ins_finder_mark(f, INS_VERDICT_PRESERVING);
    if (graphs != NULL) {
        out->claim = graphs;
    } else if (known == 0) {
        out->claim = "How signal and error change over the depth is not known.";
    } else if (count == 0 && known < f->study->arms) {
        out->claim = SAY("None of the %zu that are known keeps both signal and error.", known);
    } else if (count == 0) {
        out->claim = f->study->arms == 1 ? "It does not keep both signal and error over the depth."
                                         : "None keeps both signal and error over the depth.";
    } else {
        out->claim = SAY("%s %s signal and error.", ins_finder_arms(f),
                         ins_finder_several(f) ? "keep" : "keeps");
    }
    out->evidence = f->of->trained ? "The logs do not tell what a run would reach without learning."
                                   : "Nothing was trained.";
    if (f->of->trained && known < f->study->arms)
        out->evidence = SAY("%s%s", out->evidence, gains_text(f));
    if (f->study->arms > 1 && known > 0)
        out->evidence = SAY("%s %zu of %zu preserve both.", out->evidence, count, known);
}

/* At most two names: in a title. */
static const char *short_arms(ins_finder *f)
{
    size_t count = 0;
    for (size_t a = 0; a < f->study->arms; a++) count += f->which[a];
    return count > 3 ? SAY("%zu of %zu initializers", count, f->study->arms)
                     : ins_say_arms(f->arena, f->which, f->study->arms, 3);
}

/* "17.5 points [13.1, 21.9] more" */
static const char *points_more(ins_finder *f, ins_interval d)
{
    bool more = d.mean >= 0;
    ins_interval size = more ? d : (ins_interval){d.n, -d.mean, -d.upper, -d.lower};
    return SAY("%s %s", ins_say_score_difference(f->arena, score_of(f), size),
               more ? "more" : "less");
}

static const char *runs_of(ins_finder *f, const ins_arm_judgement *of)
{
    return of->alike && of->runs > 1 ? SAY(", all %zu runs alike", of->runs) : "";
}

/* "learned in 4 of 5 runs, barely in 1" */
static const char *runs_learned(ins_finder *f, const ins_arm_judgement *of)
{
    if (of->learned == 0)
        return SAY("barely learned, in %s", ins_say_of(f->arena, of->barely, of->runs, "run"));
    return SAY("learned in %s%s", ins_say_of(f->arena, of->learned, of->runs, "run"),
               of->barely > 0 ? SAY(", barely in %zu", of->barely) : "");
}

/* No initializer learned in more than half of its runs. */
static void answer_unlearned(ins_finder *f, const ins_setting *setting, ins_finding *out)
{
    double most = NAN;
    size_t some = 0, runs = 0, all = 0, undecided = 0;
    ins_finder_begin(f);
    for (size_t i = 0; i < setting->arms; i++) {
        const ins_arm_judgement *of = &f->of->arm[setting->arm[i]];
        size_t learned_runs = of->learned + of->barely;
        most = fmax(most, of->score.mean);
        some += f->which[setting->arm[i]] = learned_runs > 0;
        runs += learned_runs;
        all += learned_runs > 0 ? of->runs : 0;
        undecided += of->undecided;
    }
    if (undecided > 0) {
        out->claim = SAY("The %s rows are too few to say which learned.", score_of(f)->rows);
    } else if (some > 0) {
        out->claim = SAY("Only %s learned, in %s.", ins_finder_arms(f),
                         ins_say_of(f->arena, runs, all, "run"));
    } else {
        out->claim = setting->arms == 1 ? "It did not learn." : "None of them learned.";
    }
    const char *reached = isnan(most) ? "no run ended with finite numbers"
                                      : ins_say_score_at_most(f->arena, score_of(f), most);
    out->evidence = SAY("%s; %s.", ins_say_capital(f->arena, reached), constant(f));
}

/* One setting: who learns, who is in the set of the best, by how much the rest is behind. */
static void answer_setting(ins_finder *f, const ins_setting *setting, ins_finding *out)
{
    size_t failing = 0, never = 0, unsure = 0;
    bool *open = ins_arena_get(f->arena, f->study->arms + 1, sizeof *open, "names");
    for (size_t i = 0; i < setting->arms; i++) {
        size_t a = setting->arm[i];
        open[a] = ins_has_verdict(&f->of->arm[a], INS_VERDICT_LEARNING_UNDECIDED);
        unsure += open[a];
        f->which[a] = !open[a] && !ins_has_learned(&f->of->arm[a]);
        failing += f->which[a];
        never += f->which[a] && f->of->arm[a].learned + f->of->arm[a].barely == 0;
    }
    if (setting->best == SIZE_MAX) {
        answer_unlearned(f, setting, out);
        return;
    }
    const char *failed = failing > 0 ? short_arms(f) : NULL;
    size_t rest = setting->arms - failing - unsure;
    ins_finder_begin(f);
    for (size_t i = 0; i < setting->arms; i++) f->which[setting->arm[i]] = setting->in_set[i];
    const ins_arm_judgement *best = &f->of->arm[setting->best];
    const char *ahead;
    if (setting->arms == 1 || (rest == 1 && unsure > 0)) {
        ahead = SAY("%s %s", arm(f, setting->best), runs_learned(f, best));
    } else if (rest == 1) {
        ahead = SAY("%s alone %s", arm(f, setting->best),
                    never != failing ? "learned in most of its runs"
                    : failed != NULL ? "does"
                                     : "learned");
    } else if (!setting->told) {
        ahead = SAY("%s has the highest mean, from too few seeds to tell", arm(f, setting->best));
    } else if (setting->set == 1) {
        ahead = SAY("%s is ahead of the others", arm(f, setting->best));
    } else if (setting->set == rest) {
        ahead = SAY("%s are not told apart", short_arms(f));
    } else {
        ahead = SAY("%s are ahead, and not told apart", short_arms(f));
    }
    const char *fail = never == failing ? (failing == 1 ? "does not learn" : "do not learn")
                       : failing == 1   ? "rarely learns"
                                        : "rarely or never learn";
    if (unsure > 0)
        ahead = SAY("%s; of %s the rows are too few to tell", ahead,
                    ins_say_arms(f->arena, open, f->study->arms, INS_FINDER_NAMED));
    out->claim = failed == NULL ? SAY("%s.", ahead) : SAY("%s %s; %s.", failed, fail, ahead);
    const char *others = "";
    for (size_t i = 0, listed = 0; i < setting->arms && listed < 3; i++) {
        size_t a = setting->arm[i];
        ins_difference d;
        if (a == setting->best || !ins_has_learned(&f->of->arm[a]) ||
            !ins_difference_of(&f->of->comparisons, setting->best, a, &d) || d.difference.n == 0)
            continue;
        others = SAY("%s%s %s than %s%s", others, listed == 0 ? "; that is" : ",",
                     points_more(f, d.difference), arm(f, a),
                     setting->told && setting->in_set[i] ? " (not told apart)" : "");
        listed++;
    }
    out->evidence = SAY("%s %s%s%s%s. %s.", arm(f, setting->best),
                        ins_say_score_reached(f->arena, score_of(f), best->score), runs_of(f, best),
                        setting->arms > 1 ? SAY(", chosen among %zu", setting->arms) : "", others,
                        ins_say_capital(f->arena, constant(f)));
}

/* Whose levels a reader asks for first: the depth, else the factor of most levels. */
static const ins_study_factor *asked(const ins_study_factors *factors)
{
    const ins_study_factor *best = &factors->factor[0];
    for (size_t k = 0; k < factors->count; k++) {
        if (factors->factor[k].column == INS_RUNS_HIDDEN) return &factors->factor[k];
        if (factors->factor[k].levels > best->levels) best = &factors->factor[k];
    }
    return best;
}

/* "The best is right on 90.3 % with relu and 92.9 % with tanh.": the best arm of each level; of
 * many levels the first, the one with most, and the last. */
static const char *by_level(ins_finder *f)
{
    enum { MOST_LEVELS = 7 };
    const ins_study_factor *factor = asked(&f->of->factors);
    const char **item = ins_arena_get(f->arena, factor->levels, sizeof *item, "answer");
    double *most = ins_arena_get(f->arena, factor->levels, sizeof *most, "answer");
    size_t top = 0, items = 0;
    for (size_t l = 0; l < factor->levels; l++) most[l] = NAN;
    for (size_t a = 0; a < f->study->arms; a++) {
        const size_t l = factor->of[a];
        most[l] = fmax(most[l], f->of->arm[a].score.mean);
    }
    for (size_t l = 1; l < factor->levels; l++)
        if (isnan(most[top]) || most[l] > most[top]) top = l;
    for (size_t l = 0; l < factor->levels; l++) {
        if (factor->levels > MOST_LEVELS && l > 0 && l != top && l + 1 < factor->levels) continue;
        const char *phrase = ins_say_literal(f->arena, ins_factor_phrase(f->arena, factor, l));
        item[items++] = SAY("%s with %s", said(f, most[l]), phrase);
    }
    return SAY("%s %s %s.", f->of->factors.initializers > 1 ? "The best" : "It",
               ins_say_score_has(f->arena, score_of(f)),
               ins_say_list(f->arena, item, items, MOST_LEVELS));
}

/* Several settings: in how many of them each initializer is in the set of the best. */
static void answer_sweep(ins_finder *f, ins_finding *out)
{
    const ins_comparisons *all = &f->of->comparisons;
    const ins_study_factors *factors = &f->of->factors;
    size_t decided = 0, none = 0, most = 0;
    bool told = true;
    size_t *in = ins_arena_get(f->arena, factors->initializers + 1, sizeof *in, "answer");
    bool *best = ins_arena_get(f->arena, factors->initializers + 1, sizeof *best, "answer");
    for (size_t s = 0; s < all->settings; s++) {
        const ins_setting *setting = &all->setting[s];
        none += setting->best == SIZE_MAX;
        if (setting->best == SIZE_MAX) continue;
        decided++;
        told = told && setting->told;
        for (size_t i = 0; i < setting->arms; i++)
            in[factors->initializer_of[setting->arm[i]]] += setting->in_set[i];
    }
    const char *settings = ins_say_count(f->arena, all->settings, "setting");
    if (decided == 0) {
        out->claim = "No setting has an initializer that learned.";
        out->evidence = SAY("%s, %s.", settings, ins_say_count(f->arena, f->study->runs, "run"));
        return;
    }
    for (size_t i = 0; i < factors->initializers; i++) most = in[i] > most ? in[i] : most;
    size_t count = 0;
    for (size_t i = 0; i < factors->initializers; i++) count += best[i] = in[i] == most;
    leader first = leader_of(f);
    const char *list = initializers(f, best), *without = "";
    if (none > 0)
        without = SAY(" In %s no initializer learned.",
                      ins_say_of(f->arena, none, all->settings, "setting"));
    if (factors->initializers == 1) {
        out->claim =
            SAY("%s learned in %s.", list, ins_say_of(f->arena, decided, all->settings, "setting"));
        out->evidence = SAY("%s%s", by_level(f), without);
        return;
    }
    if (!told && first.initializer != SIZE_MAX && first.behinds > 0) {
        out->claim =
            SAY("Over all settings, %s is ahead of %s.",
                ins_say_initializer(f->arena, first.initializer), initializers(f, first.behind));
    } else if (!told) {
        out->claim = "Too few seeds to tell the initializers apart.";
    } else if (most == decided) {
        out->claim =
            SAY("%s %s among the best in %s.", list, count == 1 ? "is" : "are",
                decided == all->settings ? ins_say_of(f->arena, decided, decided, "setting")
                                         : SAY("all %zu settings that learn", decided));
    } else {
        const char *factor = factors->count == 1 ? factors->factor[0].name : "setting";
        out->claim =
            SAY("It depends on the %s: %s %s among the best in %s.", factor, list,
                count == 1 ? "is" : "are each", ins_say_of(f->arena, most, decided, "setting"));
    }
    out->evidence = SAY("%s%s", by_level(f), without);
}

ins_finding ins_answer_of(const ins_analysis *analysis)
{
    ins_finder f = ins_finder_of(analysis);
    ins_finding answer = {.rule = "answer"};
    if (!analysis->trained || isnan(analysis->facts.chance)) {
        answer_untrained(&f, &answer);
    } else if (analysis->comparisons.settings == 1) {
        answer_setting(&f, &analysis->comparisons.setting[0], &answer);
    } else {
        answer_sweep(&f, &answer);
    }
    ins_answer_networks(&f, &answer);
    return answer;
}
