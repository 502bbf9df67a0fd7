/* The derived numbers as CSV: summary.csv, comparisons.csv, findings.csv. Empty cells are numbers
 * that do not exist. */
#include <config.h>

#include "initscope/analysis.h"

#include <math.h>

#include "initscope/csv.h"

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

static void header(ins_text *out, const char *const *names)
{
    for (; *names != NULL; names++) ins_csv_text(out, *names);
    ins_csv_end_row(out);
}

/* "no_signal vanishing": blanks inside a name become underscores. */
static void verdicts(ins_text *out, unsigned bits)
{
    ins_text names = {0};
    ins_text_add(&names, "");
    for (unsigned v = 0; v < INS_VERDICTS; v++) {
        if ((bits >> v & 1U) == 0) continue;
        if (names.length > 0) ins_text_add(&names, " ");
        for (const char *c = ins_verdict_table[v].name; *c != '\0'; c++) {
            ins_text_add_bytes(&names, *c == ' ' ? "_" : c, 1);
        }
    }
    ins_csv_text(out, names.data);
    ins_text_free(&names);
}

static const char *const summary_columns[] = {"arm",
                                              "initializer",
                                              "runs",
                                              "diverged",
                                              "forward_gain",
                                              "forward_gain_lower",
                                              "forward_gain_upper",
                                              "backward_gain",
                                              "backward_gain_lower",
                                              "backward_gain_upper",
                                              "forward_total",
                                              "backward_total",
                                              "accuracy",
                                              "accuracy_lower",
                                              "accuracy_upper",
                                              "train_loss",
                                              "train_loss_lower",
                                              "train_loss_upper",
                                              "initial_loss",
                                              "symmetric_layers",
                                              "distinct_units",
                                              "units",
                                              "dead_share",
                                              "forward_theory",
                                              "backward_theory",
                                              "target",
                                              "reached_target",
                                              "epochs_to_target",
                                              "epochs_to_target_lower",
                                              "epochs_to_target_upper",
                                              "verdicts",
                                              "sentence",
                                              NULL};

void ins_analysis_summary(const ins_analysis *analysis, ins_text *out)
{
    header(out, summary_columns);
    for (size_t a = 0; a < analysis->study->arms; a++) {
        const ins_arm *arm = &analysis->study->arm[a];
        const ins_arm_analysis *of = &analysis->arm[a];
        ins_csv_name(out, arm->label);
        ins_csv_name(out, arm->initializer);
        ins_csv_integer(out, (long long)arm->runs);
        ins_csv_integer(out, (long long)of->outcome.diverged);
        interval(out, of->signal[INS_FORWARD].gain);
        interval(out, of->signal[INS_BACKWARD].gain);
        number(out, of->signal[INS_FORWARD].total);
        number(out, of->signal[INS_BACKWARD].total);
        interval(out, of->outcome.accuracy);
        interval(out, of->outcome.train_loss);
        number(out, of->outcome.initial_loss.mean);
        number(out, of->units.symmetry_known ? (double)of->units.symmetric_layers_end : NAN);
        number(out, of->units.distinct);
        number(out, of->units.all);
        number(out, of->units.dead_share);
        number(out, of->signal[INS_FORWARD].theory);
        number(out, of->signal[INS_BACKWARD].theory);
        number(out, analysis->target);
        ins_csv_integer(out, (long long)of->outcome.reached_target);
        interval(out, of->outcome.epochs_to_target);
        verdicts(out, of->verdicts);
        ins_csv_name(out, of->sentence);
        ins_csv_end_row(out);
    }
}

void ins_analysis_comparisons(const ins_analysis *analysis, ins_text *out)
{
    static const char *const names[] = {"arm_a", "arm_b", "seeds",  "difference", "lower",
                                        "upper", "p",     "p_holm", NULL};
    header(out, names);
    for (size_t i = 0; i < analysis->pairs; i++) {
        const ins_pair *pair = &analysis->pair[i];
        ins_csv_name(out, analysis->study->arm[pair->a].label);
        ins_csv_name(out, analysis->study->arm[pair->b].label);
        ins_csv_integer(out, (long long)pair->accuracy.difference.n);
        interval(out, pair->accuracy.difference);
        number(out, pair->accuracy.p);
        number(out, pair->adjusted_p);
        ins_csv_end_row(out);
    }
}

void ins_analysis_findings(const ins_analysis *analysis, ins_text *out)
{
    static const char *const names[] = {"priority", "rule", "claim", "evidence", NULL};
    header(out, names);
    for (size_t i = 0; i < analysis->findings; i++) {
        const ins_finding *finding = &analysis->finding[i];
        ins_csv_number(out, finding->priority);
        ins_csv_text(out, finding->rule);
        ins_csv_name(out, finding->claim);
        ins_csv_name(out, finding->evidence);
        ins_csv_end_row(out);
    }
}
