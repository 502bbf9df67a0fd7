/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The study judged: measures, verdicts, comparisons, findings, in this order. */
#include <config.h>

#include "initscope/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "initscope/say.h"

void ins_analyse(const ins_study *study, ins_analysis *analysis)
{
    ins_arena *arena = ins_arena_new();
    ins_analysis out = {.study = study, .arena = arena, .facts = ins_facts_of(study)};
    out.run = ins_measure_runs(study, &out.facts, arena);
    out.arm = ins_judge_arms(study, &out.facts, out.run, arena);
    out.factors = ins_factors_of(study, arena);
    out.comparisons = ins_compare(study, &out.factors, &out.facts, out.run, out.arm, arena);
    out.widths = ins_widths_of(study, &out.factors, &out.facts, out.run, out.arm, arena);
    for (size_t r = 0; r < study->runs; r++) out.trained = out.trained || out.run[r].trained;
    out.answer = ins_answer_of(&out);
    out.finding = ins_findings_of(&out, &out.findings);
    *analysis = out;
}

void ins_analysis_free(ins_analysis *analysis)
{
    ins_arena_free(analysis->arena);
    *analysis = (ins_analysis){0};
}

static const char *name_of(const void *context, bool initializer, size_t number)
{
    const ins_analysis *analysis = context;
    return initializer ? analysis->factors.initializer[number] : analysis->comparisons.name[number];
}

const char *ins_analysis_plain(const ins_analysis *analysis, const char *markup)
{
    return ins_say_plain(analysis->arena, markup, name_of, analysis);
}
