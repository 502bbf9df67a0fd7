/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From measures to verdicts. */
#include <config.h>

#include "initscope/verdict.h"

#include <math.h>
#include <string.h>

#include "initscope/bootstrap.h"
#include "initscope/say.h"
#include "initscope/thresholds.h"

/* --- Grades ---------------------------------------------------------------------- */

const char *ins_grade_word(ins_grade grade)
{
    static const char *const words[] = {"–",          "none",    "vanishing", "fading",
                                        "preserving", "growing", "exploding", "undecided"};
    return words[grade];
}

/* A total on a boundary is of the grade on the side of 1; NAN is below all. */
static int boundaries_below(double total)
{
    return (total >= ins_threshold_of(INS_THRESHOLD_VANISHING)) +
           (total >= ins_threshold_of(INS_THRESHOLD_FADING)) +
           (total > ins_threshold_of(INS_THRESHOLD_GROWING)) +
           (total > ins_threshold_of(INS_THRESHOLD_EXPLODING));
}

ins_grade ins_grade_of(double total)
{
    if (isnan(total)) return INS_GRADE_NOT_KNOWN;
    if (total == 0) return INS_GRADE_NONE;
    return (ins_grade)(INS_GRADE_VANISHING + (unsigned)boundaries_below(total));
}

/* Runs whose total is 0 or infinite have no logarithm: they agree with the others when these vanish
 * or explode, and decide when they are more than half. */
ins_grade ins_grade_of_seeds(const ins_seeds *total)
{
    ins_interval of = total->interval;
    size_t known = of.n + total->zeros + total->infinite;
    if (known == 0) return INS_GRADE_NOT_KNOWN;
    if (2 * total->zeros > known) return INS_GRADE_NONE;
    if (2 * total->infinite > known) return INS_GRADE_EXPLODING;
    if (boundaries_below(of.upper) - boundaries_below(of.lower) >= 2) return INS_GRADE_UNDECIDED;
    ins_grade grade = ins_grade_of(of.mean);
    size_t agree = of.n + (grade == INS_GRADE_VANISHING ? total->zeros : 0) +
                   (grade == INS_GRADE_EXPLODING ? total->infinite : 0);
    return 2 * agree > known ? grade : INS_GRADE_UNDECIDED;
}

/* --- The table -------------------------------------------------------------------- */

#define TOTALS                                                                                \
    "by the geometric mean over seeds of the total: *vanishing* below {vanishing}, *fading* " \
    "below "                                                                                  \
    "{fading}, *preserving* to {growing}, *growing* to {exploding}, *exploding* above; "      \
    "*undecided* where the "                                                                  \
    "interval reaches over two of these boundaries"

const ins_verdict_row ins_verdict_table[INS_VERDICTS] = {
    [INS_VERDICT_DIVERGED] =
        {"diverged", {"the loss or a weight is not finite any more", NULL}, true, true, INS_OF_ALL},
    [INS_VERDICT_SYMMETRIC] = {"symmetric",
                               {"at the end, units of a hidden layer are equal in bits, or they "
                                "compute one function (effective rank below {one_function})",
                                NULL},
                               true,
                               true,
                               INS_OF_ALL},
    [INS_VERDICT_DEAD] = {"dead",
                          {"more than a share of {dead} of a hidden layer's units are 0 on every "
                           "probe row, at the start or at the end",
                           NULL},
                          true,
                          true,
                          INS_OF_ALL},
    [INS_VERDICT_COLLAPSED] =
        {"collapsed",
         {"the last hidden layer spans fewer directions than the answer needs (effective rank at "
          "the start below classes − 1, and below a share of {own_rank} of the inputs' own; "
          "networks with a hidden layer of no more units excepted), or its rows are alike above "
          "{alike} while the scaled inputs are not (below {inputs_alike})",
          "the last hidden layer spans fewer directions than the answer needs (effective rank at "
          "the start below the number of targets, and below a share of {own_rank_r2} of the "
          "inputs' "
          "own; networks with a hidden layer of no more units excepted: of a bottleneck the width "
          "decides, not the weights), or its rows are alike above {alike} while the scaled inputs "
          "are not (below {inputs_alike})"},
         true,
         false,
         INS_OF_ALL},
    [INS_VERDICT_VANISHING_FORWARD] =
        {"vanishing_forward", {"the signal, " TOTALS, NULL}, true, false, INS_OF_ALL},
    [INS_VERDICT_FADING_FORWARD] = {"fading_forward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_PRESERVING_FORWARD] =
        {"preserving_forward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_GROWING_FORWARD] = {"growing_forward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_EXPLODING_FORWARD] = {"exploding_forward", {NULL, NULL}, true, false, INS_OF_ALL},
    [INS_VERDICT_UNDECIDED_FORWARD] = {"undecided_forward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_VANISHING_BACKWARD] =
        {"vanishing_backward", {"the error, by the same steps", NULL}, true, false, INS_OF_ALL},
    [INS_VERDICT_FADING_BACKWARD] = {"fading_backward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_PRESERVING_BACKWARD] =
        {"preserving_backward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_GROWING_BACKWARD] = {"growing_backward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_EXPLODING_BACKWARD] =
        {"exploding_backward", {NULL, NULL}, true, false, INS_OF_ALL},
    [INS_VERDICT_UNDECIDED_BACKWARD] =
        {"undecided_backward", {NULL, NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_PRESERVING] =
        {"preserving", {"both directions are", NULL}, false, false, INS_OF_ALL},
    [INS_VERDICT_SATURATED] = {"saturated",
                               {"more than a share of {saturated} of a hidden layer's activations "
                                "lie beyond the knee, at the start or at the end",
                                NULL},
                               true,
                               false,
                               INS_OF_ALL},
    [INS_VERDICT_NOT_MOVING] = {"not_moving",
                                {"the weights move by less than {not_moving} of their rms in an "
                                 "update (median over layers and recorded moments)",
                                 NULL},
                                true,
                                false,
                                INS_OF_ALL},
    [INS_VERDICT_LEARNED] =
        {"learned",
         {"a run: right on more test rows and on more training rows than the best constant answer "
          "(one-sided binomial test, p below {learned_p} each), and at least a share of {barely} "
          "of the way from chance to 1; an arm: more than half of its runs",
          "a run: R² above 0 on the test rows and on the training rows, the correlation of "
          "prediction and target told from none (one-sided t test, p below {learned_p} each; for "
          "the correlation stands √R², which it is at least), and R² of {barely_r2} or more on the "
          "test rows; an arm: more than half of its runs"},
         false,
         false,
         INS_OF_ALL},
    [INS_VERDICT_BARELY_LEARNED] = {"barely_learned",
                                    {"the same, less than a share of {barely} of the way",
                                     "the same, with R² below {barely_r2}"},
                                    false,
                                    false,
                                    INS_OF_ALL},
    [INS_VERDICT_RARELY_LEARNED] = {"rarely_learned",
                                    {"some runs learned, but not more than half of them", NULL},
                                    true,
                                    false,
                                    INS_OF_ALL},
    [INS_VERDICT_DID_NOT_LEARN] = {"did_not_learn",
                                   {"no run learned, or barely, and none is undecided", NULL},
                                   true,
                                   false,
                                   INS_OF_ALL},
    [INS_VERDICT_LEARNING_UNDECIDED] =
        {"learning_undecided",
         {"too few test rows: even if all were right, p would not be below {learned_p}",
          "too few rows: R² is {barely_r2} or more, but p is not below {learned_p}"},
         false,
         false,
         INS_OF_ALL},
    [INS_VERDICT_EXPLODING_STREAM] =
        {"exploding_stream",
         {"before training the second moment of the stream grows by more than {stream_growth} a "
          "residual block, over the later half of the blocks, and {beyond_linear} times as much as "
          "when every block adds the same (blocks that read a normalized stream do: 1 + 1/l)",
          NULL},
         true,
         false,
         INS_OF_GRAPHS},
    [INS_VERDICT_IDENTITY_START] =
        {"identity_start",
         {"before training no residual block adds anything: its last weights are 0, or the stream "
          "is the same behind it as before it. That is no symmetry, and nothing vanishes",
          NULL},
         false,
         false,
         INS_OF_GRAPHS},
    [INS_VERDICT_VANISHING_STEPS] =
        {"vanishing_steps",
         {"before training the error of the first recurrent cell is, at the first time step, below "
          "{memory} of that at the last: the network does not see so far back",
          NULL},
         true,
         false,
         INS_OF_STEPS},
    [INS_VERDICT_EXPLODING_STEPS] =
        {"exploding_steps",
         {"before training that ratio is above {steps_growth}, or the second moment of a state "
          "grows by as much, at the pace of the later half of the time steps",
          NULL},
         true,
         false,
         INS_OF_STEPS},
    [INS_VERDICT_ALIKE_TOKENS] =
        {"alike_tokens",
         {"before training the tokens of a row correlate above {tokens_alike} in the last layer of "
          "a sequence, and below {inputs_alike} in the first: rank collapse",
          NULL},
         true,
         false,
         INS_OF_TOKENS},
    [INS_VERDICT_PEAKED_ATTENTION] =
        {"peaked_attention",
         {"before training the sum of squares of a row of attention is, in some layer, above "
          "{peaked} times that of one that looks at all tokens alike",
          NULL},
         false,
         false,
         INS_OF_TOKENS},
    [INS_VERDICT_UNIFORM_ATTENTION] = {"uniform_attention",
                                       {"that ratio is below {uniform} in every layer of "
                                        "attention: what q and k say is not looked at yet",
                                        NULL},
                                       false,
                                       false,
                                       INS_OF_TOKENS},
};

/* --- A run ------------------------------------------------------------------------- */

static bool is_collapsed(const ins_run_measure *m, const ins_facts *facts)
{
    double needed = ins_directions_needed(facts);
    /* Where a layer has no more units, as in a bottleneck, its width decides what is left. */
    bool narrow = m->rank < needed && m->narrowest > needed;
    bool alike = m->alikeness > ins_threshold_of(INS_THRESHOLD_ALIKE) &&
                 m->input_alikeness < ins_threshold_of(INS_THRESHOLD_INPUTS_ALIKE);
    return narrow || alike;
}

static bool is_symmetric(const ins_run_measure *m)
{
    return m->duplicates > 0 ||
           (m->least_rank > 0 && m->least_rank < ins_threshold_of(INS_THRESHOLD_ONE_FUNCTION));
}

static bool stream_explodes(const ins_run_measure *m)
{
    double linear = m->stream_linear * ins_threshold_of(INS_THRESHOLD_BEYOND_LINEAR);
    return m->stream_growth > ins_threshold_of(INS_THRESHOLD_STREAM_GROWTH) &&
           m->stream_growth > linear;
}

static unsigned bit(ins_verdict verdict, bool holds)
{
    return holds && verdict < INS_VERDICTS ? 1U << verdict : 0;
}

static bool steps_explode(const ins_sequence *of)
{
    double most = ins_threshold_of(INS_THRESHOLD_STEPS_GROWTH);
    return of->kept > most || of->grown > most;
}

static bool tokens_collapse(const ins_sequence *of)
{
    return of->last_alike > ins_threshold_of(INS_THRESHOLD_TOKENS_ALIKE) &&
           of->first_alike < ins_threshold_of(INS_THRESHOLD_INPUTS_ALIKE);
}

static unsigned sequence_verdicts(const ins_sequence *of)
{
    return bit(INS_VERDICT_VANISHING_STEPS, of->kept < ins_threshold_of(INS_THRESHOLD_MEMORY)) |
           bit(INS_VERDICT_EXPLODING_STEPS, steps_explode(of)) |
           bit(INS_VERDICT_ALIKE_TOKENS, tokens_collapse(of)) |
           bit(INS_VERDICT_PEAKED_ATTENTION, of->peaked > ins_threshold_of(INS_THRESHOLD_PEAKED)) |
           bit(INS_VERDICT_UNIFORM_ATTENTION, of->peaked < ins_threshold_of(INS_THRESHOLD_UNIFORM));
}

static ins_verdict grade_verdict(ins_grade grade, ins_direction direction)
{
    ins_verdict first =
        direction == INS_FORWARD ? INS_VERDICT_VANISHING_FORWARD : INS_VERDICT_VANISHING_BACKWARD;
    if (grade == INS_GRADE_NOT_KNOWN) return INS_VERDICTS;
    if (grade == INS_GRADE_NONE) return first;
    return (ins_verdict)(first + (grade - INS_GRADE_VANISHING));
}

static ins_verdict learning_verdict(ins_learning learning)
{
    static const ins_verdict verdicts[] = {INS_VERDICTS, INS_VERDICT_LEARNED,
                                           INS_VERDICT_BARELY_LEARNED, INS_VERDICT_DID_NOT_LEARN,
                                           INS_VERDICT_LEARNING_UNDECIDED};
    return verdicts[learning];
}

unsigned ins_verdicts_of_run(const ins_study *study, size_t run, const ins_run_measure *m,
                             const ins_facts *facts)
{
    (void)study;
    (void)run;
    unsigned bits =
        bit(INS_VERDICT_DIVERGED, m->diverged) | bit(INS_VERDICT_SYMMETRIC, is_symmetric(m)) |
        bit(INS_VERDICT_DEAD,
            fmax(m->dead_start, m->dead_end) > ins_threshold_of(INS_THRESHOLD_DEAD)) |
        bit(INS_VERDICT_COLLAPSED, is_collapsed(m, facts)) |
        bit(INS_VERDICT_SATURATED, m->saturated > ins_threshold_of(INS_THRESHOLD_SATURATED)) |
        bit(INS_VERDICT_NOT_MOVING, m->pace < ins_threshold_of(INS_THRESHOLD_NOT_MOVING)) |
        bit(INS_VERDICT_EXPLODING_STREAM, stream_explodes(m)) |
        bit(INS_VERDICT_IDENTITY_START, m->identity) | sequence_verdicts(&m->sequence) |
        bit(learning_verdict(m->learning), true);
    bool preserving = true;
    for (int d = 0; d < INS_DIRECTIONS; d++) {
        ins_grade grade = ins_grade_of(m->total[d]);
        bits |= bit(grade_verdict(grade, (ins_direction)d), true);
        preserving = preserving && grade == INS_GRADE_PRESERVING;
    }
    return bits | bit(INS_VERDICT_PRESERVING, preserving);
}

/* --- An arm ------------------------------------------------------------------------ */

typedef struct judging {
    const ins_run_measure *measure;
    size_t offset; /* of a double in it */
} judging;

static double member(const ins_study *study, size_t run, const void *context)
{
    const judging *of = context;
    (void)study;
    return *(const double *)(const void *)((const char *)&of->measure[run] + of->offset);
}

static ins_seeds seeds_of(const ins_study *study, size_t arm, ins_average average,
                          const ins_run_measure *measure, size_t offset)
{
    return ins_over_seeds(study, arm, average, member, &(judging){measure, offset});
}

/* A total over the steps between its layers, where the way is straight in every run. departure: the
 * offset of a double in the measures. */
static double gain_of(const ins_study *study, const ins_arm *arm, const ins_run_measure *measure,
                      ins_direction direction, size_t departure, const ins_seeds *total)
{
    const ins_run_measure *first = &measure[arm->run[0]];
    if (first->reached[direction] < 3 || total->interval.n == 0) return NAN;
    const judging of = {measure, departure};
    for (size_t s = 0; s < arm->runs; s++) {
        const ins_run_measure *run = &measure[arm->run[s]];
        bool straight = member(study, arm->run[s], &of) < ins_threshold_of(INS_THRESHOLD_STRAIGHT);
        if (!straight || run->steps[direction] != first->steps[direction]) return NAN;
    }
    return exp(log(total->interval.mean) / (double)first->steps[direction]);
}

static size_t most_frequent_step(const ins_arm *arm, const ins_run_measure *measure,
                                 ins_direction direction)
{
    size_t best = 0, most = 0;
    for (size_t s = 0; s < arm->runs; s++) {
        size_t layer = measure[arm->run[s]].steepest[direction], count = 0;
        for (size_t t = 0; t < arm->runs; t++)
            count += measure[arm->run[t]].steepest[direction] == layer;
        if (count > most && layer > 0) most = count, best = layer;
    }
    return best;
}

/* Diverged runs are counted beside, not averaged. */
static void judge_score(const ins_arm *arm, const ins_run_measure *measure, ins_arena *arena,
                        ins_arm_judgement *out)
{
    double *value = ins_arena_get(arena, arm->runs + 1, sizeof *value, "scores");
    size_t n = 0;
    out->alike = true;
    for (size_t s = 0; s < arm->runs; s++) {
        const ins_run_measure *m = &measure[arm->run[s]];
        if (m->diverged || isnan(m->score)) continue;
        value[n++] = m->score;
        out->alike = out->alike && m->score == value[0];
    }
    out->with_score = n;
    out->score = ins_interval_of_share(value, n, ins_threshold_of(INS_THRESHOLD_CONFIDENCE));
}

static ins_verdict learning_of_arm(const ins_arm_judgement *arm)
{
    size_t half = arm->runs / 2;
    if (arm->learned + arm->barely + arm->not_learned + arm->undecided == 0) return INS_VERDICTS;
    if (arm->learned > half) return INS_VERDICT_LEARNED;
    if (arm->learned + arm->barely > half) return INS_VERDICT_BARELY_LEARNED;
    if (arm->undecided > 0 && arm->learned + arm->barely + arm->undecided > half)
        return INS_VERDICT_LEARNING_UNDECIDED;
    if (arm->learned + arm->barely > 0) return INS_VERDICT_RARELY_LEARNED;
    if (arm->undecided > 0) return INS_VERDICT_LEARNING_UNDECIDED;
    return arm->not_learned == arm->runs ? INS_VERDICT_DID_NOT_LEARN : INS_VERDICTS;
}

/* What of the runs' measures is averaged over the seeds of an arm. */
#define AVERAGED(average, to, from)                                               \
    {                                                                             \
        average, offsetof(ins_arm_judgement, to), offsetof(ins_run_measure, from) \
    }
static const struct {
    ins_average average;
    size_t to, from; /* ins_seeds and double, in their structures */
} averaged[] = {AVERAGED(INS_GEOMETRIC, size_total, size_total),
                AVERAGED(INS_MEAN, alikeness, alikeness),
                AVERAGED(INS_GEOMETRIC, stream_growth, stream_growth),
                AVERAGED(INS_GEOMETRIC, kept, sequence.kept),
                AVERAGED(INS_GEOMETRIC, half, sequence.half),
                AVERAGED(INS_GEOMETRIC, seen, sequence.seen),
                AVERAGED(INS_GEOMETRIC, step_growth, sequence.step_growth),
                AVERAGED(INS_MEAN, first_alike, sequence.first_alike),
                AVERAGED(INS_MEAN, last_alike, sequence.last_alike),
                AVERAGED(INS_GEOMETRIC, peaked, sequence.peaked),
                AVERAGED(INS_MEAN, rank, rank),
                AVERAGED(INS_GEOMETRIC, train_loss, train_loss),
                AVERAGED(INS_GEOMETRIC, initial_loss, initial_loss)};
#undef AVERAGED

static void judge(const ins_study *study, size_t a, const ins_facts *facts,
                  const ins_run_measure *measure, ins_arena *arena, ins_arm_judgement *out)
{
    const ins_arm *arm = &study->arm[a];
    const unsigned by_mean = (1U << INS_VERDICT_PRESERVING | 1U << INS_VERDICT_LEARNED |
                              1U << INS_VERDICT_BARELY_LEARNED | 1U << INS_VERDICT_DID_NOT_LEARN |
                              1U << INS_VERDICT_LEARNING_UNDECIDED);
    out->runs = arm->runs;
    for (size_t s = 0; s < arm->runs; s++) {
        const ins_run_measure *m = &measure[arm->run[s]];
        unsigned bits = ins_verdicts_of_run(study, arm->run[s], m, facts);
        for (size_t v = 0; v < INS_VERDICTS; v++) out->count[v] += bits >> v & 1U;
        out->learned += m->learning == INS_LEARNED;
        out->barely += m->learning == INS_BARELY_LEARNED;
        out->not_learned += m->learning == INS_DID_NOT_LEARN;
        out->undecided += m->learning == INS_LEARNING_UNDECIDED;
    }
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        bool graded = v >= INS_VERDICT_VANISHING_FORWARD && v <= INS_VERDICT_UNDECIDED_BACKWARD;
        if (graded || (by_mean >> v & 1U) != 0) continue;
        bool holds = ins_verdict_table[v].any ? out->count[v] > 0 : 2 * out->count[v] > arm->runs;
        out->verdicts |= bit((ins_verdict)v, holds);
    }
    for (int d = 0; d < INS_DIRECTIONS; d++) {
        size_t offset = offsetof(ins_run_measure, total) + (size_t)d * sizeof(double);
        out->total[d] = seeds_of(study, a, INS_GEOMETRIC, measure, offset);
        out->grade[d] = ins_grade_of_seeds(&out->total[d]);
        size_t departure = offsetof(ins_run_measure, departure) + (size_t)d * sizeof(double);
        out->gain[d] = gain_of(study, arm, measure, (ins_direction)d, departure, &out->total[d]);
        out->steepest[d] = most_frequent_step(arm, measure, (ins_direction)d);
        out->verdicts |= bit(grade_verdict(out->grade[d], (ins_direction)d), true);
    }
    bool preserving = out->grade[INS_FORWARD] == INS_GRADE_PRESERVING &&
                      out->grade[INS_BACKWARD] == INS_GRADE_PRESERVING;
    out->verdicts |= bit(INS_VERDICT_PRESERVING, preserving) | bit(learning_of_arm(out), true);
    for (size_t i = 0; i < sizeof averaged / sizeof averaged[0]; i++)
        *(ins_seeds *)((char *)out + averaged[i].to) =
            seeds_of(study, a, averaged[i].average, measure, averaged[i].from);
    out->size_gain = gain_of(study, arm, measure, INS_FORWARD,
                             offsetof(ins_run_measure, size_departure), &out->size_total);
    judge_score(arm, measure, arena, out);
}

const ins_arm_judgement *ins_judge_arms(const ins_study *study, const ins_facts *facts,
                                        const ins_run_measure *measures, ins_arena *arena)
{
    ins_arm_judgement *arms = ins_arena_get(arena, study->arms + 1, sizeof *arms, "verdicts");
    for (size_t a = 0; a < study->arms; a++) judge(study, a, facts, measures, arena, &arms[a]);
    return arms;
}

void ins_verdict_names(unsigned verdicts, ins_text *out)
{
    bool first = true;
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if ((verdicts >> v & 1U) == 0) continue;
        if (!first) ins_text_add(out, " ");
        ins_text_add(out, ins_verdict_table[v].name);
        first = false;
    }
}

const char *ins_rule_text(ins_arena *arena, const char *rule)
{
    ins_text out = {0};
    ins_text_add(&out, "");
    for (const char *c = rule; *c != '\0'; c++) {
        size_t threshold = *c == '{' ? 0 : INS_THRESHOLDS;
        for (; threshold < INS_THRESHOLDS; threshold++) {
            const char *name = ins_threshold_table[threshold].name;
            if (strncmp(c + 1, name, strlen(name)) == 0 && c[1 + strlen(name)] == '}') break;
        }
        if (threshold == INS_THRESHOLDS) {
            ins_text_add_bytes(&out, c, 1);
            continue;
        }
        ins_text_add(&out, ins_say(arena, ins_threshold_table[threshold].value));
        c = strchr(c, '}');
    }
    const char *text = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return text;
}
