/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the analysis: their columns, and what stands in them. The numbers are SciPy's in
 * test_statistics. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

static ins_study study;
static ins_analysis analysis;
static made_arm arms[3];
static made_log made;

static void setup(void)
{
    scratch_setup();
    for (size_t a = 0; a < 3; a++) {
        arms[a] = plain;
        arms[a].rank = 6;
        arms[a].spread = 0.02;
    }
    arms[0].initializer = "alpha";
    arms[1].initializer = "bravo";
    arms[2].initializer = "delta";
    made = made_whole(arms, 3, 3, 200, 3);
}

/* All three tables and the answer of the log, one after the other. */
static void write_tables(ins_text *out)
{
    ins_text_clear(out);
    made_log_write(&made);
    made_read(&study, &analysis);
    ins_analysis_summary(&analysis, out);
    ins_analysis_comparisons(&analysis, out);
    ins_analysis_findings(&analysis, out);
    made_free(&study, &analysis);
}

/* The cell of the arm's row, valid until the next call. */
static const char *cell_of(const ins_text *table, const char *arm, const char *column)
{
    static char cell[256];
    size_t place = 0;
    const char *at = table->data;
    size_t length = strlen(column);
    while (strncmp(at, column, length) != 0 || strchr(",\n", at[length]) == NULL) {
        at += strcspn(at, ",\n");
        ck_assert_msg(*at++ == ',', "there is no column %s", column);
        place++;
    }
    length = strlen(arm);
    at = table->data;
    while (strncmp(at, arm, length) != 0 || at[length] != ',') {
        at = strchr(at, '\n');
        ck_assert_msg(at != NULL, "there is no row %s", arm);
        at++;
    }
    while (place-- > 0) at += strcspn(at, ",") + 1;
    snprintf(cell, sizeof cell, "%.*s", (int)strcspn(at, ",\n"), at);
    return cell;
}

static void cell_is(const ins_text *table, const char *arm, const char *column,
                    const char *expected)
{
    const char *cell = cell_of(table, arm, column);
    ck_assert_msg(strcmp(cell, expected) == 0, "%s of %s is \"%s\", not \"%s\"", column, arm, cell,
                  expected);
}

static void cell_near(const ins_text *table, const char *arm, const char *column, double expected)
{
    ck_assert_double_eq_tol(strtod(cell_of(table, arm, column), NULL), expected,
                            1e-9 * fabs(expected));
}

START_TEST(summary)
{
    arms[1].forward = 0.5;
    arms[1].signal = 0.4;
    arms[1].backward = 1.2;
    arms[1].distinct = 3;
    arms[1].dead_start = 2;
    arms[1].dead_end = 6;
    arms[1].faulty = 2;
    arms[1].spared = 1;
    arms[1].spared_accuracy = 0.5;
    arms[2].accuracy = 0.55;
    arms[2].spread = 0;
    arms[2].diverged = true;
    arms[2].faulty = 1;
    made_log_write(&made);
    made_read(&study, &analysis);
    ins_text out = {0};
    ins_analysis_summary(&analysis, &out);
    ck_assert_ptr_eq(
        strstr(out.data,
               "arm,initializer,runs,diverged,forward_total,forward_total_lower,"
               "forward_total_upper,backward_total,backward_total_lower,backward_total_upper,"
               "size_total,forward_gain,backward_gain,signal_gain,forward_theory,backward_theory,"
               "alikeness,effective_rank,symmetric_layers,dead_share,distinct_units,units,accuracy,"
               "accuracy_lower,accuracy_upper,train_loss,train_loss_lower,train_loss_upper,"
               "initial_loss,runs_learned,runs_barely_learned,runs_undecided,runs_dead,target,"
               "reached_target,epochs_to_target,verdicts,score,score_lower,score_upper\n"),
        out.data);
    cell_is(&out, "alpha", "runs", "5");
    cell_is(&out, "alpha", "forward_total", "1");
    cell_is(&out, "alpha", "forward_theory", "");
    cell_is(&out, "alpha", "runs_learned", "5");
    cell_is(&out, "alpha", "symmetric_layers", "0");
    cell_is(&out, "alpha", "dead_share", "0");
    cell_is(&out, "alpha", "reached_target", "5");
    cell_is(&out, "alpha", "epochs_to_target", "0");
    cell_is(&out, "alpha", "verdicts", "preserving_forward preserving_backward preserving learned");
    cell_near(&out, "bravo", "forward_total", pow(0.4, 9));
    cell_near(&out, "bravo", "size_total", pow(0.5, 9));
    cell_near(&out, "bravo", "backward_total", pow(1.2, 9));
    cell_near(&out, "bravo", "forward_gain", 0.5);
    cell_near(&out, "bravo", "signal_gain", 0.4);
    cell_near(&out, "bravo", "backward_gain", 1.2);
    cell_near(&out, "bravo", "alikeness", 1 - pow(0.8, 9));
    cell_is(&out, "bravo", "effective_rank", "6");
    cell_is(&out, "bravo", "symmetric_layers", "1");
    cell_is(&out, "bravo", "distinct_units", "3");
    cell_is(&out, "bravo", "units", "8");
    cell_is(&out, "bravo", "dead_share", "0.75");
    cell_is(&out, "bravo", "runs_dead", "2");
    cell_is(&out, "bravo", "runs_learned", "4");
    cell_is(&out, "bravo", "runs_barely_learned", "1");
    cell_is(&out, "bravo", "reached_target", "4");
    cell_is(&out, "bravo", "verdicts",
            "symmetric dead vanishing_forward preserving_backward learned");
    cell_is(&out, "delta", "diverged", "1");
    cell_is(&out, "delta", "accuracy", "0.55");
    cell_is(&out, "delta", "accuracy_lower", ""); /* four seeds, and all alike */
    cell_is(&out, "delta", "reached_target", "0");
    cell_is(&out, "delta", "epochs_to_target", "inf");
    cell_is(&out, "delta", "runs_undecided", "0");
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

/* Of numbers the score is no accuracy. */
START_TEST(scores_beside_accuracies)
{
    made.arms = 1;
    arms[0].accuracy = 0.75;
    arms[0].spread = 0;
    for (int numbers = 0; numbers < 2; numbers++) {
        made.targets = numbers;
        made_log_write(&made);
        made_read(&study, &analysis);
        ins_text out = {0};
        ins_analysis_summary(&analysis, &out);
        cell_is(&out, "alpha", "accuracy", numbers ? "" : "0.75");
        cell_is(&out, "alpha", "score", "0.75");
        ins_text_free(&out);
        made_free(&study, &analysis);
    }
}
END_TEST

/* The predicted gain of a layer, over the depth: 8, 4, 2, 1 make a half. */
START_TEST(predicted_gains)
{
    made.arms = 1;
    made.hidden = 4;
    made_log_write(&made);
    FILE *theory = made_file("theory.csv");
    fprintf(theory, "run,layer,tensor,second_moment\n");
    for (int l = 1; l <= 4; l++)
        fprintf(theory, "1,%d,preactivation,%.17g\n1,%d,delta,%.17g\n", l, pow(2, 4 - l), l,
                pow(3, -l));
    fclose(theory);
    made_read(&study, &analysis);
    ins_text out = {0};
    ins_analysis_summary(&analysis, &out);
    cell_near(&out, "alpha", "forward_theory", 0.5);
    cell_near(&out, "alpha", "backward_theory", 3);
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

START_TEST(comparisons)
{
    arms[1].accuracy = 0.7;
    made_log_write(&made);
    made_read(&study, &analysis);
    ins_text out = {0};
    ins_analysis_comparisons(&analysis, &out);
    ck_assert_ptr_eq(strstr(out.data, "family,arm_a,arm_b,seeds,difference,lower,upper,p,p_holm,"
                                      "told_apart\nsetting,bravo,alpha,5,-0."),
                     out.data);
    ck_assert_ptr_nonnull(strstr(out.data, ",yes\nsetting,delta,alpha,5,"));
    ck_assert_ptr_nonnull(strstr(out.data, ",no\nsetting,delta,bravo,5,0."));
    ins_text_free(&out);
    made_free(&study, &analysis);
    made.seeds = 2; /* no test: neither yes nor no */
    made_log_write(&made);
    made_read(&study, &analysis);
    ins_analysis_comparisons(&analysis, &out);
    const char *row = strstr(out.data, "\nsetting,bravo,alpha,2,-0.");
    ck_assert_ptr_nonnull(row);
    ck_assert_ptr_eq(strstr(row, ",,,,,\nsetting,delta,"), strchr(row + 26, ','));
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

START_TEST(findings)
{
    arms[1].forward = 0.5;
    made_log_write(&made);
    made_read(&study, &analysis);
    ins_text out = {0};
    ins_analysis_findings(&analysis, &out);
    ck_assert_ptr_eq(strstr(out.data, "number,rule,claim,evidence\n0,answer,"), out.data);
    ck_assert_ptr_nonnull(
        strstr(out.data, "\n1,vanishing_forward,The signal vanishes with bravo.,"
                         "\"Over 10 hidden layers bravo brings 0.00195 [0.00195, 0.00195] of "));
    ck_assert_ptr_null(strchr(out.data, '\001')); /* marks are written out */
    ck_assert_ptr_null(strchr(out.data, '{'));
    ins_text_free(&out);
    made_free(&study, &analysis);
}
END_TEST

/* Names whose every character means something else in markup or CSV. */
START_TEST(names_mean_themselves)
{
    arms[0].initializer = "*a_{b}^\\c*";
    arms[1].initializer = "=1+1";
    arms[1].forward = arms[0].forward = 0.5;
    ins_text out = {0};
    write_tables(&out);
    ck_assert_ptr_nonnull(strstr(out.data, "\n*a_{b}^\\c*,*a_{b}^\\c*,5,"));
    ck_assert_ptr_nonnull(strstr(out.data, "\n'=1+1,'=1+1,5,"));
    ck_assert_ptr_nonnull(strstr(out.data, "The signal vanishes with *a_{b}^\\c* and =1+1."));
    ins_text_free(&out);
}
END_TEST

/* Writes text with alpha and bravo, which are of one length, exchanged. */
static void exchange_names(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        if (strncmp(c, "alpha", 5) == 0) {
            memcpy(c, "bravo", 5);
        } else if (strncmp(c, "bravo", 5) == 0) {
            memcpy(c, "alpha", 5);
        }
    }
}

/* Who is called what makes no difference: the names swap, and every number stays. */
START_TEST(labels_swapped)
{
    ins_text there = {0}, back = {0};
    arms[0].forward = 0.5;
    arms[0].dead_end = 6;
    arms[1].accuracy = 0.7;
    arms[1].diverged = true;
    arms[1].faulty = 1;
    write_tables(&there);
    ck_assert_ptr_nonnull(strstr(there.data, "The signal vanishes with alpha."));
    ck_assert_ptr_nonnull(strstr(there.data, "bravo diverges."));
    arms[0].initializer = "bravo";
    arms[1].initializer = "alpha";
    made.noise = 3; /* the same runs */
    write_tables(&back);
    ck_assert_str_ne(there.data, back.data);
    exchange_names(back.data);
    ck_assert_str_eq(there.data, back.data);
    ins_text_free(&there);
    ins_text_free(&back);
}
END_TEST

/* Nor does it matter which arm stands first: every arm keeps its own numbers. */
START_TEST(arms_in_another_order)
{
    static const char *const columns[] = {"forward_total", "backward_total", "accuracy",
                                          "runs_learned",  "runs_dead",      "verdicts"};
    ins_text there = {0}, back = {0};
    for (size_t a = 0; a < 3; a++) arms[a].spread = 0;
    arms[0].forward = 0.5;
    arms[0].dead_end = 6;
    arms[1].accuracy = 0.5;
    write_tables(&there);
    made_arm first = arms[0];
    arms[0] = arms[2];
    arms[2] = arms[1];
    arms[1] = first;
    write_tables(&back);
    for (size_t a = 0; a < 3; a++) {
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            char cell[256];
            snprintf(cell, sizeof cell, "%s", cell_of(&there, arms[a].initializer, columns[c]));
            cell_is(&back, arms[a].initializer, columns[c], cell);
        }
    }
    ins_text_free(&there);
    ins_text_free(&back);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("analysis");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, setup, scratch_teardown);
    tcase_add_test(tables, summary);
    tcase_add_test(tables, scores_beside_accuracies);
    tcase_add_test(tables, predicted_gains);
    tcase_add_test(tables, comparisons);
    tcase_add_test(tables, findings);
    tcase_add_test(tables, names_mean_themselves);
    tcase_add_test(tables, labels_swapped);
    tcase_add_test(tables, arms_in_another_order);
    suite_add_tcase(suite, tables);
    return ins_run_suite(suite);
}
