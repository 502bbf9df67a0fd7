/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The derived numbers as CSV: summary.csv, comparisons.csv, findings.csv. Empty cells are numbers
 * that do not exist. */
#include <config.h>

#include "initscope/analysis.h"

#include <math.h>

#include "initscope/csv.h"
#include "initscope/passage.h"
#include "initscope/say.h"
#include "initscope/thresholds.h"

static void number(ins_text *out, double value)
{
    if (isnan(value)) {
        ins_csv_empty(out);
    } else {
        ins_csv_number(out, value);
    }
}

static void interval(ins_text *out, ins_interval value)
{
    number(out, value.mean);
    number(out, value.lower);
    number(out, value.upper);
}

static void count(ins_text *out, size_t value)
{
    ins_csv_integer(out, (long long)value);
}

static void verdicts(ins_text *out, unsigned bits)
{
    ins_text names = {0};
    ins_text_add(&names, "");
    ins_verdict_names(bits, &names);
    ins_csv_text(out, names.data);
    ins_text_free(&names);
}

/* An arm as the columns see it. */
typedef struct row {
    const ins_analysis *analysis;
    size_t arm;
    const ins_arm *of;
    const ins_arm_judgement *judged;
} row;

/* The predicted gain a layer, over the depth. */
static double theory_gain(const row *r, ins_tensor tensor, ins_direction direction)
{
    size_t hidden = ins_hidden_layers(r->of);
    ins_site first = {.run = r->of->run[0], .layer = 1, .tensor = tensor};
    ins_site last = {.run = r->of->run[0], .layer = hidden, .tensor = tensor};
    double a = ins_number(r->analysis->study, INS_THEORY_SECOND_MOMENT, first);
    double b = ins_number(r->analysis->study, INS_THEORY_SECOND_MOMENT, last);
    if (hidden < 2) return NAN;
    return pow(direction == INS_FORWARD ? b / a : a / b, 1 / (double)(hidden - 1));
}

/* Of the run that has most of it; NAN: nothing was counted. */
static void add_units(ins_text *out, const row *r)
{
    double symmetric = NAN, dead = NAN;
    for (size_t s = 0; s < r->of->runs; s++) {
        const ins_run_measure *m = &r->analysis->run[r->of->run[s]];
        if (m->counted) symmetric = fmax(symmetric, (double)m->duplicates);
        dead = fmax(dead, fmax(m->dead_start, m->dead_end));
    }
    number(out, symmetric);
    number(out, dead);
}

static void add_distinct(ins_text *out, const row *r)
{
    double least = NAN, units = NAN;
    for (size_t s = 0; s < r->of->runs; s++) {
        const ins_run_measure *m = &r->analysis->run[r->of->run[s]];
        if (isnan(least) || m->distinct / m->units < least / units) {
            least = m->distinct;
            units = m->units;
        }
    }
    number(out, least);
    number(out, units);
}

static void add_passage(ins_text *out, const row *r)
{
    const ins_facts *facts = &r->analysis->facts;
    double target = ins_target_of(facts);
    ins_passage passage = ins_passage_of_arm(r->analysis->study, facts, r->arm);
    number(out, target);
    count(out, passage.arrived);
    number(out, r->analysis->trained && !isnan(target) ? passage.median : (double)NAN);
}

void ins_analysis_summary(const ins_analysis *analysis, ins_text *out)
{
    static const char *const names[] = {"arm",
                                        "initializer",
                                        "runs",
                                        "diverged",
                                        "forward_total",
                                        "forward_total_lower",
                                        "forward_total_upper",
                                        "backward_total",
                                        "backward_total_lower",
                                        "backward_total_upper",
                                        "size_total",
                                        "forward_gain",
                                        "backward_gain",
                                        "signal_gain",
                                        "forward_theory",
                                        "backward_theory",
                                        "alikeness",
                                        "effective_rank",
                                        "symmetric_layers",
                                        "dead_share",
                                        "distinct_units",
                                        "units",
                                        "accuracy",
                                        "accuracy_lower",
                                        "accuracy_upper",
                                        "train_loss",
                                        "train_loss_lower",
                                        "train_loss_upper",
                                        "initial_loss",
                                        "runs_learned",
                                        "runs_barely_learned",
                                        "runs_undecided",
                                        "runs_dead",
                                        "target",
                                        "reached_target",
                                        "epochs_to_target",
                                        "verdicts",
                                        "score",
                                        "score_lower",
                                        "score_upper"};
    const ins_interval none = {0, NAN, NAN, NAN};
    bool accuracy = analysis->facts.score.kind == INS_SCORE_ACCURACY;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) ins_csv_text(out, names[i]);
    ins_csv_end_row(out);
    for (size_t a = 0; a < analysis->study->arms; a++) {
        row r = {analysis, a, &analysis->study->arm[a], &analysis->arm[a]};
        const ins_arm_judgement *judged = r.judged;
        ins_csv_name(out, r.of->label);
        ins_csv_name(out, r.of->initializer);
        count(out, r.of->runs);
        count(out, judged->count[INS_VERDICT_DIVERGED]);
        for (int d = 0; d < INS_DIRECTIONS; d++) interval(out, judged->total[d].interval);
        number(out, judged->size_total.interval.mean);
        number(out, judged->size_gain);
        number(out, judged->gain[INS_BACKWARD]);
        number(out, judged->gain[INS_FORWARD]);
        number(out, theory_gain(&r, INS_PREACTIVATION, INS_FORWARD));
        number(out, theory_gain(&r, INS_DELTA, INS_BACKWARD));
        number(out, judged->alikeness.interval.mean);
        number(out, judged->rank.interval.mean);
        add_units(out, &r);
        add_distinct(out, &r);
        interval(out, accuracy ? judged->score : none);
        interval(out, judged->train_loss.interval);
        number(out, judged->initial_loss.interval.mean);
        count(out, judged->learned);
        count(out, judged->barely);
        count(out, judged->undecided);
        count(out, judged->count[INS_VERDICT_DEAD]);
        add_passage(out, &r);
        verdicts(out, judged->verdicts);
        interval(out, judged->score);
        ins_csv_end_row(out);
    }
}

void ins_analysis_comparisons(const ins_analysis *analysis, ins_text *out)
{
    static const char *const names[] = {"family", "arm_a", "arm_b", "seeds",  "difference",
                                        "lower",  "upper", "p",     "p_holm", "told_apart"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) ins_csv_text(out, names[i]);
    ins_csv_end_row(out);
    for (size_t i = 0; i < analysis->comparisons.differences; i++) {
        const ins_difference *d = &analysis->comparisons.difference[i];
        static const char *const families[] = {"setting", "main effect", "interaction"};
        const char *setting = d->family == INS_HYPOTHESIS_SETTING
                                  ? analysis->comparisons.setting[d->setting].label
                                  : "";
        ins_text family = {0};
        ins_text_add_format(&family, "%s%s%s", families[d->family], *setting != '\0' ? ": " : "",
                            setting);
        ins_csv_name(out, family.data);
        ins_text_free(&family);
        ins_csv_name(out, d->first);
        ins_csv_name(out, d->second);
        count(out, d->difference.n);
        interval(out, d->difference);
        number(out, d->p);
        number(out, d->adjusted_p);
        ins_csv_text(out, isnan(d->adjusted_p) ? "" : d->told ? "yes" : "no");
        ins_csv_end_row(out);
    }
}

void ins_analysis_findings(const ins_analysis *analysis, ins_text *out)
{
    static const char *const names[] = {"number", "rule", "claim", "evidence"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) ins_csv_text(out, names[i]);
    ins_csv_end_row(out);
    for (size_t i = 0; i <= analysis->findings; i++) {
        const ins_finding *finding = i == 0 ? &analysis->answer : &analysis->finding[i - 1];
        count(out, i);
        ins_csv_text(out, finding->rule);
        ins_csv_name(out, ins_analysis_plain(analysis, finding->claim));
        ins_csv_name(out, ins_analysis_plain(analysis, finding->evidence));
        ins_csv_end_row(out);
    }
}
