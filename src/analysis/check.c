/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts as lines of text: the number that each rests on, of the runs that have it. */
#include <config.h>

#include "initscope/check.h"

#include <math.h>
#include <string.h>

#include "initscope/say.h"
#include "initscope/thresholds.h"

unsigned ins_verdicts_named(const char *name)
{
    const size_t length = strlen(name);
    unsigned found = 0;
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        const char *own = ins_verdict_table[v].name;
        if (strcmp(own, name) == 0) return 1U << v;
        if (length > 0 && strncmp(own, name, length) == 0 && own[length] == '_') found |= 1U << v;
    }
    return found;
}

/* A verdict and what is told of it. */
typedef struct line {
    const ins_analysis *analysis;
    size_t arm;
    ins_verdict verdict;
    ins_text *out;
} line;

/* The measures of the first run of the arm that has the verdict; of one that none has, the first.
 */
static const ins_run_measure *measure_of(const line *l)
{
    const ins_study *study = l->analysis->study;
    const ins_arm *arm = &study->arm[l->arm];
    for (size_t i = 0; i < arm->runs; i++) {
        const ins_run_measure *of = &l->analysis->run[arm->run[i]];
        if (ins_verdicts_of_run(study, arm->run[i], of, &l->analysis->facts) >> l->verdict & 1U)
            return of;
    }
    return &l->analysis->run[arm->run[0]];
}

/* "3", "3 (blocks.0.linear1)": the number finds the rows, the name the place in the network. */
static const char *layer_of(const line *l, size_t layer)
{
    const ins_graph_layer *of = ins_layer_at(&l->analysis->study->arm[l->arm], layer);
    ins_arena *arena = l->analysis->arena;
    return of == NULL || of->name[0] == '\0'
               ? ins_arena_format(arena, "%zu", layer)
               : ins_arena_format(arena, "%zu (%s)", layer, ins_say_literal(arena, of->name));
}

static void tell_total(const line *l, ins_direction direction)
{
    const ins_arm_judgement *of = &l->analysis->arm[l->arm];
    const ins_seeds *total = &of->total[direction];
    const double mean = total->interval.n > 0 ? total->interval.mean
                        : total->infinite > 0 ? INFINITY
                                              : 0;
    ins_text_add_format(l->out, "total %.3g", mean);
    if (of->steepest[direction] > 0)
        ins_text_add_format(l->out, ", the largest step before layer %s",
                            layer_of(l, of->steepest[direction]));
}

static void tell_forward(const line *l)
{
    tell_total(l, INS_FORWARD);
}

static void tell_backward(const line *l)
{
    tell_total(l, INS_BACKWARD);
}

static void tell_symmetric(const line *l)
{
    const ins_run_measure *of = measure_of(l);
    if (of->duplicates == 0 && of->alike_layer > 0)
        ins_text_add_format(l->out,
                            "the units of layer %s compute one function, effective rank %.3g",
                            layer_of(l, of->alike_layer), of->least_rank);
    else if (!isnan(of->distinct))
        ins_text_add_format(l->out, "%.0f of %.0f units of layer %s differ", of->distinct,
                            of->units, layer_of(l, of->least_distinct));
}

static void tell_dead(const line *l)
{
    const ins_run_measure *of = measure_of(l);
    ins_text_add_format(l->out, "%s of the units of layer %s",
                        ins_say_percent(l->analysis->arena, fmax(of->dead_start, of->dead_end)),
                        layer_of(l, of->dead_layer));
}

static void tell_collapsed(const line *l)
{
    const ins_run_measure *of = measure_of(l);
    if (!isnan(of->rank)) ins_text_add_format(l->out, "effective rank %.3g", of->rank);
    if (!isnan(of->alikeness))
        ins_text_add_format(l->out, "%salikeness %.4g", isnan(of->rank) ? "" : ", ", of->alikeness);
}

static void tell_saturated(const line *l)
{
    ins_text_add_format(l->out, "%s of the activations of layer %s",
                        ins_say_percent(l->analysis->arena, measure_of(l)->saturated),
                        layer_of(l, measure_of(l)->saturated_layer));
}

static void tell_pace(const line *l)
{
    ins_text_add_format(l->out, "an update changes weights by %.3g of their size",
                        measure_of(l)->pace);
}

static void tell_stream(const line *l)
{
    const ins_arm_judgement *of = &l->analysis->arm[l->arm];
    ins_text_add_format(l->out, "times %.3g a residual block", of->stream_growth.interval.mean);
}

static void tell_steps(const line *l)
{
    const ins_sequence *of = &measure_of(l)->sequence;
    bool state = l->verdict == INS_VERDICT_EXPLODING_STEPS &&
                 !(of->kept > ins_threshold_of(INS_THRESHOLD_STEPS_GROWTH));
    if (state)
        ins_text_add_format(l->out, "the state times %.3g a step", of->step_growth);
    else
        ins_text_add_format(l->out,
                            "the error at the first of %zu steps is %.3g of that at the last",
                            of->steps, of->kept);
}

static void tell_tokens(const line *l)
{
    const ins_sequence *of = &measure_of(l)->sequence;
    ins_text_add_format(l->out, "tokens correlate by %.3g in the first layer, %.3g in the last",
                        of->first_alike, of->last_alike);
}

static void tell_attention(const line *l)
{
    const ins_sequence *of = &measure_of(l)->sequence;
    ins_text_add_format(l->out, "sum of squares %.4g times that of uniform attention in layer %s",
                        of->peaked, layer_of(l, of->peaked_layer));
}

/* Of the others the count of runs says all. */
static void (*const tells[INS_VERDICTS])(const line *l) = {
    [INS_VERDICT_SYMMETRIC] = tell_symmetric,
    [INS_VERDICT_DEAD] = tell_dead,
    [INS_VERDICT_COLLAPSED] = tell_collapsed,
    [INS_VERDICT_VANISHING_FORWARD] = tell_forward,
    [INS_VERDICT_FADING_FORWARD] = tell_forward,
    [INS_VERDICT_PRESERVING_FORWARD] = tell_forward,
    [INS_VERDICT_GROWING_FORWARD] = tell_forward,
    [INS_VERDICT_EXPLODING_FORWARD] = tell_forward,
    [INS_VERDICT_UNDECIDED_FORWARD] = tell_forward,
    [INS_VERDICT_VANISHING_BACKWARD] = tell_backward,
    [INS_VERDICT_FADING_BACKWARD] = tell_backward,
    [INS_VERDICT_PRESERVING_BACKWARD] = tell_backward,
    [INS_VERDICT_GROWING_BACKWARD] = tell_backward,
    [INS_VERDICT_EXPLODING_BACKWARD] = tell_backward,
    [INS_VERDICT_UNDECIDED_BACKWARD] = tell_backward,
    [INS_VERDICT_SATURATED] = tell_saturated,
    [INS_VERDICT_NOT_MOVING] = tell_pace,
    [INS_VERDICT_EXPLODING_STREAM] = tell_stream,
    [INS_VERDICT_VANISHING_STEPS] = tell_steps,
    [INS_VERDICT_EXPLODING_STEPS] = tell_steps,
    [INS_VERDICT_ALIKE_TOKENS] = tell_tokens,
    [INS_VERDICT_PEAKED_ATTENTION] = tell_attention,
    [INS_VERDICT_UNIFORM_ATTENTION] = tell_attention,
};

void ins_verdict_line(const ins_analysis *analysis, size_t arm, ins_verdict verdict, ins_text *out)
{
    const ins_arm_judgement *of = &analysis->arm[arm];
    ins_text told = {0};
    const line l = {analysis, arm, verdict, &told};
    if (tells[verdict] != NULL) tells[verdict](&l);
    ins_text_add(out, ins_verdict_table[verdict].name);
    if (told.length > 0) ins_text_add_format(out, ": %s", ins_analysis_plain(analysis, told.data));
    ins_text_add_format(out, " (%zu of %zu runs)", of->count[verdict], of->runs);
    ins_text_free(&told);
}
