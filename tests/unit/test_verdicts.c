/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts: each rule on either side of its threshold, of a run and of k of n runs, and the
 * thresholds in the printed rules. */
#include <config.h>

#include "check_tap.h"

#include <string.h>

#include "make_log.h"

#include "initscope/thresholds.h"

static ins_study study;
static ins_analysis analysis;
static made_arm arm;
static made_log made;

/* An arm with nothing wrong, of ten hidden layers, five seeds and 100 test rows. */
static void setup(void)
{
    scratch_setup();
    arm = plain;
    made = made_whole(&arm, 1, 2, 100, 7);
}

/* The judgement of the arm, until the next call. */
static const ins_arm_judgement *judge(void)
{
    static ins_arm_judgement kept;
    made_log_write(&made);
    made_read(&study, &analysis);
    kept = analysis.arm[0];
    made_free(&study, &analysis);
    return &kept;
}

#define BIT(verdict) (1U << INS_VERDICT_##verdict)
#define SOUND (BIT(PRESERVING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(PRESERVING))
#define FINE (SOUND | BIT(LEARNED))

static void verdicts_are(unsigned expected)
{
    ins_text is = {0}, want = {0};
    ins_text_add(&is, "");
    ins_text_add(&want, "");
    ins_verdict_names(judge()->verdicts, &is);
    ins_verdict_names(expected, &want);
    ck_assert_str_eq(is.data, want.data);
    ins_text_free(&is);
    ins_text_free(&want);
}

/* --- Grades ---------------------------------------------------------------------- */

START_TEST(grades_of_a_total)
{
    const struct {
        double total;
        ins_grade grade;
        const char *word;
    } rows[] = {{NAN, INS_GRADE_NOT_KNOWN, "–"},
                {0, INS_GRADE_NONE, "none"},
                {5e-324, INS_GRADE_VANISHING, "vanishing"},
                {0.0099, INS_GRADE_VANISHING, "vanishing"},
                {0.01, INS_GRADE_FADING, "fading"},
                {0.099, INS_GRADE_FADING, "fading"},
                {0.1, INS_GRADE_PRESERVING, "preserving"},
                {1, INS_GRADE_PRESERVING, "preserving"},
                {10, INS_GRADE_PRESERVING, "preserving"},
                {10.1, INS_GRADE_GROWING, "growing"},
                {100, INS_GRADE_GROWING, "growing"},
                {101, INS_GRADE_EXPLODING, "exploding"},
                {INFINITY, INS_GRADE_EXPLODING, "exploding"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_int_eq(ins_grade_of(rows[i].total), rows[i].grade);
        ck_assert_str_eq(ins_grade_word(rows[i].grade), rows[i].word);
    }
    ck_assert_str_eq(ins_grade_word(INS_GRADE_UNDECIDED), "undecided");
}
END_TEST

START_TEST(grades_of_seeds)
{
    const struct {
        ins_seeds total;
        ins_grade grade;
    } rows[] = {
        {{.interval = {0, NAN, NAN, NAN}, .missing = 5}, INS_GRADE_NOT_KNOWN},
        {{.interval = {1, 0.05, NAN, NAN}}, INS_GRADE_FADING},
        {{.interval = {5, 0.05, 0.02, 0.09}}, INS_GRADE_FADING},
        {{.interval = {5, 0.05, 0.02, 0.3}}, INS_GRADE_FADING},     /* over one */
        {{.interval = {5, 0.05, 0.009, 0.09}}, INS_GRADE_FADING},   /* over one */
        {{.interval = {5, 0.05, 0.009, 0.3}}, INS_GRADE_UNDECIDED}, /* over two */
        {{.interval = {5, 1, 0.09, 11}}, INS_GRADE_UNDECIDED},
        {{.interval = {5, 1, 0.1, 10}}, INS_GRADE_PRESERVING},
        /* Nothing arrives in more than half, in half, in fewer of the runs. */
        {{.interval = {0, NAN, NAN, NAN}, .zeros = 1}, INS_GRADE_NONE},
        {{.interval = {2, 1, NAN, NAN}, .zeros = 3}, INS_GRADE_NONE},
        {{.interval = {2, 1, NAN, NAN}, .zeros = 2}, INS_GRADE_UNDECIDED},
        {{.interval = {3, 1, 0.9, 1.1}, .zeros = 2}, INS_GRADE_PRESERVING},
        {{.interval = {2, 0.02, NAN, NAN}, .zeros = 2}, INS_GRADE_UNDECIDED},
        {{.interval = {2, 0.002, NAN, NAN}, .zeros = 2}, INS_GRADE_VANISHING},
        {{.interval = {2, 200, NAN, NAN}, .missing = 2, .infinite = 2}, INS_GRADE_EXPLODING},
        {{.interval = {0, NAN, NAN, NAN}, .missing = 3, .infinite = 3}, INS_GRADE_EXPLODING},
        {{.interval = {2, 1, NAN, NAN}, .missing = 2, .infinite = 2}, INS_GRADE_UNDECIDED},
        {{.interval = {1, 1, NAN, NAN}, .zeros = 1, .infinite = 1}, INS_GRADE_UNDECIDED}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_msg(ins_grade_of_seeds(&rows[i].total) == rows[i].grade, "row %zu", i);
}
END_TEST

START_TEST(directions_are_graded_by_themselves)
{
    verdicts_are(FINE);
    arm.forward = 0.5; /* 0.5^9 = 0.00195 */
    verdicts_are(BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    ck_assert_uint_eq(judge()->count[INS_VERDICT_VANISHING_FORWARD], 5);
    ck_assert_uint_eq(judge()->count[INS_VERDICT_PRESERVING_BACKWARD], 5);
    ck_assert_uint_eq(judge()->count[INS_VERDICT_PRESERVING], 0);
    arm.forward = 0.7; /* 0.04 */
    verdicts_are(BIT(FADING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    arm.forward = 1.5; /* 38 */
    verdicts_are(BIT(GROWING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    arm.forward = 2; /* 512 */
    verdicts_are(BIT(EXPLODING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    arm.forward = 1;
    arm.backward = 0.5;
    verdicts_are(BIT(PRESERVING_FORWARD) | BIT(VANISHING_BACKWARD) | BIT(LEARNED));
    arm.backward = 0.7;
    verdicts_are(BIT(PRESERVING_FORWARD) | BIT(FADING_BACKWARD) | BIT(LEARNED));
    arm.backward = 1.5;
    verdicts_are(BIT(PRESERVING_FORWARD) | BIT(GROWING_BACKWARD) | BIT(LEARNED));
    arm.backward = 2;
    verdicts_are(BIT(PRESERVING_FORWARD) | BIT(EXPLODING_BACKWARD) | BIT(LEARNED));
    arm.forward = arm.backward = -1;
    verdicts_are(BIT(VANISHING_FORWARD) | BIT(VANISHING_BACKWARD) | BIT(LEARNED));
}
END_TEST

/* The same gain a layer, deeper: never a better grade. */
START_TEST(depth_does_not_make_a_loss_better)
{
    arm.forward = arm.backward = 0.75;
    made.hidden = 8; /* 0.75^7 = 0.13 */
    verdicts_are(FINE);
    made.hidden = 12; /* 0.042 */
    verdicts_are(BIT(FADING_FORWARD) | BIT(FADING_BACKWARD) | BIT(LEARNED));
    made.hidden = 20; /* 0.0042 */
    verdicts_are(BIT(VANISHING_FORWARD) | BIT(VANISHING_BACKWARD) | BIT(LEARNED));
    made.hidden = 1; /* no total */
    verdicts_are(BIT(LEARNED));
}
END_TEST

START_TEST(size_does_not_hold_up_the_signal)
{
    arm.signal = 0.5; /* the rows become alike */
    verdicts_are(BIT(COLLAPSED) | BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    ck_assert_double_eq_tol(judge()->size_total.interval.mean, 1, 1e-9);
}
END_TEST

/* ln of the total is spread by 9 times the jitter. */
START_TEST(wide_intervals_are_undecided)
{
    arm.jitter = 0.05;
    verdicts_are(FINE);
    arm.jitter = 1;
    const ins_arm_judgement *of = judge();
    ck_assert_double_lt(of->total[INS_FORWARD].interval.lower, 0.1);
    ck_assert_double_gt(of->total[INS_FORWARD].interval.upper, 10);
    ck_assert_int_eq(of->grade[INS_FORWARD], INS_GRADE_UNDECIDED);
    verdicts_are(BIT(UNDECIDED_FORWARD) | BIT(UNDECIDED_BACKWARD) | BIT(LEARNED));
    made.seeds = 2; /* points have no interval */
    ck_assert_int_ne(judge()->grade[INS_FORWARD], INS_GRADE_UNDECIDED);
}
END_TEST

START_TEST(gains_a_layer)
{
    arm.forward = 0.9;
    arm.backward = 1.1;
    const ins_arm_judgement *of = judge();
    ck_assert_double_eq_tol(of->gain[INS_FORWARD], 0.9, 1e-9);
    ck_assert_double_eq_tol(of->gain[INS_BACKWARD], 1.1, 1e-9);
    ck_assert_double_eq_tol(of->size_gain, 0.9, 1e-9);
    arm.signal = 0.8;
    of = judge();
    ck_assert_double_eq_tol(of->gain[INS_FORWARD], 0.8, 1e-9);
    ck_assert_double_eq_tol(of->size_gain, 0.9, 1e-9);
    arm.forward = arm.signal = -1;
    of = judge();
    ck_assert(isnan(of->gain[INS_FORWARD]) && isnan(of->size_gain));
}
END_TEST

/* --- Rank and alikeness ------------------------------------------------------------- */

/* Three classes need two directions; so do more when there are two features. */
START_TEST(collapsed_by_rank)
{
    arm.rank = 1.9;
    verdicts_are(FINE | BIT(COLLAPSED));
    arm.rank = 2;
    verdicts_are(FINE);
    made.classes = 10;
    verdicts_are(FINE | BIT(COLLAPSED));
    made.features = 2;
    verdicts_are(FINE);
    arm.rank = 1.7; /* nine tenths of 2 are 1.8 */
    verdicts_are(FINE | BIT(COLLAPSED));
    made.input_rank = 1.5;
    verdicts_are(FINE);
    arm.rank = 1.3; /* of 1.5, 1.35 */
    verdicts_are(FINE | BIT(COLLAPSED));
    made.input_rank = made.features = 0; /* how many would do is not known */
    verdicts_are(FINE);
    arm.rank = 1.9;
    arm.rank_end = 5;
    made.features = 4; /* at the start */
    verdicts_are(FINE | BIT(COLLAPSED));
    arm.rank = 9;
    arm.rank_end = 1.9;
    verdicts_are(FINE);
    arm.rank = arm.rank_end = 7.5; /* of 8 units, where 8 or 7 are needed */
    made.features = 20;
    made.classes = 9;
    verdicts_are(FINE);
    made.classes = 8;
    verdicts_are(FINE);
    arm.rank = 6.9;
    verdicts_are(FINE | BIT(COLLAPSED));
}
END_TEST

/* Three targets need three directions, many as many as half of what the inputs have; where a layer
 * has no more units, its width decides. */
START_TEST(collapsed_numbers_and_bottlenecks)
{
    made.targets = 3;
    made.features = 6;
    arm.rank = 2.9;
    verdicts_are(FINE | BIT(COLLAPSED));
    arm.rank = 3;
    verdicts_are(FINE);
    made.targets = 64; /* half of 6 */
    verdicts_are(FINE);
    arm.rank = 2.9;
    verdicts_are(FINE | BIT(COLLAPSED));
    made.targets = 6;
    made.features = 20;
    arm.rank = 4.5;
    verdicts_are(FINE | BIT(COLLAPSED));
    made.bottleneck = 7;
    verdicts_are(FINE | BIT(COLLAPSED));
    made.bottleneck = 6;
    verdicts_are(FINE);
    made.bottleneck = 2; /* its rows are alike or not as before */
    verdicts_are(FINE);
    made.hidden = 2;
    arm.signal = 0.0099;
    verdicts_are(BIT(COLLAPSED) | BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
}
END_TEST

START_TEST(collapsed_by_alikeness)
{
    made.hidden = 2;
    arm.signal = 0.0099; /* alike to 0.9901 in the second layer */
    verdicts_are(BIT(COLLAPSED) | BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    arm.signal = 0.0101;
    verdicts_are(BIT(FADING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    arm.signal = 0.0099;
    made.input_signal = 0.11; /* the inputs are alike to 0.89 */
    verdicts_are(BIT(COLLAPSED) | BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
    made.input_signal = 0.09; /* to 0.91: they came like this */
    verdicts_are(BIT(VANISHING_FORWARD) | BIT(PRESERVING_BACKWARD) | BIT(LEARNED));
}
END_TEST

/* --- Units -------------------------------------------------------------------------- */

START_TEST(symmetric_in_bits_or_in_function)
{
    arm.rank = 5;
    verdicts_are(FINE);
    arm.distinct = 7;
    verdicts_are(FINE | BIT(SYMMETRIC));
    arm.distinct = 8;
    arm.rank_end = 1.04;
    verdicts_are(FINE | BIT(SYMMETRIC));
    arm.rank_end = 1.06;
    verdicts_are(FINE);
    arm = plain; /* nothing counted: the same mean weight and response of every unit */
    ck_assert_int_eq(remove(at("symmetry.csv")), 0);
    verdicts_are(FINE);
    arm.symmetric = true;
    verdicts_are(FINE | BIT(SYMMETRIC));
}
END_TEST

START_TEST(dead_in_k_of_n_runs)
{
    arm.rank = 5;
    arm.dead_end = 4; /* half of the 8 units */
    verdicts_are(FINE);
    arm.dead_end = 5;
    verdicts_are(FINE | BIT(DEAD));
    ck_assert_uint_eq(judge()->count[INS_VERDICT_DEAD], 5);
    arm.faulty = 1; /* one of five is enough, and is counted */
    verdicts_are(FINE | BIT(DEAD));
    ck_assert_uint_eq(judge()->count[INS_VERDICT_DEAD], 1);
    arm.dead_start = 8;
    arm.dead_end = 0;
    verdicts_are(FINE | BIT(DEAD));
    arm.dead_start = 0;
    verdicts_are(FINE);
}
END_TEST

START_TEST(diverged_in_k_of_n_runs)
{
    arm.diverged = true;
    verdicts_are(SOUND | BIT(DIVERGED) | BIT(DID_NOT_LEARN));
    arm.faulty = 1;
    verdicts_are(FINE | BIT(DIVERGED));
    const ins_arm_judgement *of = judge();
    ck_assert_uint_eq(of->count[INS_VERDICT_DIVERGED], 1);
    ck_assert_uint_eq(of->with_score, 4); /* it takes no part in the mean */
    arm.spared = 1;
    arm.spared_accuracy = 0.1;
    ck_assert_double_eq_tol(judge()->score.mean, 0.9, 1e-9);
}
END_TEST

START_TEST(saturated_and_not_moving)
{
    arm.saturated = 0.51;
    verdicts_are(FINE | BIT(SATURATED));
    arm.faulty = 3; /* more than half of the runs */
    verdicts_are(FINE | BIT(SATURATED));
    arm.faulty = 2;
    verdicts_are(FINE);
    ck_assert_uint_eq(judge()->count[INS_VERDICT_SATURATED], 2);
    made.seeds = 4; /* half of them */
    verdicts_are(FINE);
    made.seeds = 5;
    arm.faulty = 0;
    arm.saturated = 0.5;
    verdicts_are(FINE);
    arm.saturated = -1; /* empty cells: the activation has no knee */
    verdicts_are(FINE);
    arm.change = 5.1e-6; /* in five updates */
    verdicts_are(FINE);
    arm.change = 4.9e-6;
    verdicts_are(FINE | BIT(NOT_MOVING));
    arm.change = 0;
    verdicts_are(FINE | BIT(NOT_MOVING));
}
END_TEST

/* --- Learning ------------------------------------------------------------------------ */

/* The first spared of five seeds have spared_accuracy, the others accuracy. Of 100 rows 53 are more
 * than 0.4 explains, 52 are not; a quarter of the way is 0.55. */
static const ins_arm_judgement *learning(double accuracy, size_t spared, double spared_accuracy)
{
    arm.accuracy = accuracy;
    arm.train_accuracy = 0.9;
    arm.spared = spared;
    arm.spared_accuracy = spared_accuracy;
    return judge();
}

static ins_verdict learning_verdict(const ins_arm_judgement *of)
{
    ins_verdict verdict = INS_VERDICTS;
    for (unsigned v = INS_VERDICT_LEARNED; v <= INS_VERDICT_LEARNING_UNDECIDED; v++) {
        if (!ins_has_verdict(of, (ins_verdict)v)) continue;
        ck_assert_int_eq(verdict, INS_VERDICTS); /* one word for one arm */
        verdict = (ins_verdict)v;
    }
    return verdict;
}

START_TEST(learned_in_k_of_n_runs)
{
    const struct {
        double accuracy;
        size_t spared;
        double spared_accuracy;
        ins_verdict verdict;
        size_t learned, barely, not_learned;
    } rows[] = {{0.9, 0, 0, INS_VERDICT_LEARNED, 5, 0, 0},
                {0.9, 2, 0.4, INS_VERDICT_LEARNED, 3, 0, 2},
                {0.9, 3, 0.4, INS_VERDICT_RARELY_LEARNED, 2, 0, 3},
                {0.9, 4, 0.4, INS_VERDICT_RARELY_LEARNED, 1, 0, 4},
                {0.9, 5, 0.4, INS_VERDICT_DID_NOT_LEARN, 0, 0, 5},
                {0.9, 3, 0.54, INS_VERDICT_BARELY_LEARNED, 2, 3, 0},
                {0.54, 0, 0, INS_VERDICT_BARELY_LEARNED, 0, 5, 0},
                {0.54, 2, 0.4, INS_VERDICT_BARELY_LEARNED, 0, 3, 2},
                {0.54, 3, 0.4, INS_VERDICT_RARELY_LEARNED, 0, 2, 3},
                {0.52, 0, 0, INS_VERDICT_DID_NOT_LEARN, 0, 0, 5},
                {0.53, 0, 0, INS_VERDICT_BARELY_LEARNED, 0, 5, 0},
                {0.55, 0, 0, INS_VERDICT_LEARNED, 5, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const ins_arm_judgement *of =
            learning(rows[i].accuracy, rows[i].spared, rows[i].spared_accuracy);
        ck_assert_msg(learning_verdict(of) == rows[i].verdict, "row %zu", i);
        ck_assert_uint_eq(of->learned, rows[i].learned);
        ck_assert_uint_eq(of->barely, rows[i].barely);
        ck_assert_uint_eq(of->not_learned, rows[i].not_learned);
        ck_assert_uint_eq(of->undecided, 0);
    }
}
END_TEST

/* Half of an even number is not more than half. */
START_TEST(half_of_the_runs)
{
    made.seeds = 4;
    ck_assert_int_eq(learning_verdict(learning(0.9, 2, 0.4)), INS_VERDICT_RARELY_LEARNED);
    ck_assert_int_eq(learning_verdict(learning(0.9, 1, 0.4)), INS_VERDICT_LEARNED);
    ck_assert_int_eq(learning_verdict(learning(0.9, 2, 0.54)), INS_VERDICT_BARELY_LEARNED);
}
END_TEST

START_TEST(learning_is_not_decided_by_few_rows)
{
    made.test_rows = 5; /* 0.4^5 = 0.0102 */
    const ins_arm_judgement *of = learning(1, 0, 0);
    ck_assert_int_eq(learning_verdict(of), INS_VERDICT_LEARNING_UNDECIDED);
    ck_assert_uint_eq(of->undecided, 5);
    arm.diverged = true; /* one run did not learn, of the others nobody knows */
    arm.faulty = 1;
    of = learning(1, 0, 0);
    ck_assert_int_eq(learning_verdict(of), INS_VERDICT_LEARNING_UNDECIDED);
    ck_assert_uint_eq(of->undecided, 4);
    arm.diverged = false;
    made.test_rows = 6;
    ck_assert_int_eq(learning_verdict(learning(1, 0, 0)), INS_VERDICT_LEARNED);
}
END_TEST

START_TEST(nothing_is_said_of_learning_without_training)
{
    made.epochs = 0;
    verdicts_are(SOUND);
    made.epochs = 2;
    made.chance = NAN; /* nor without knowing what chance is */
    ck_assert_int_eq(remove(at("environment.csv")), 0);
    verdicts_are(SOUND);
}
END_TEST

typedef struct piece {
    ins_verdict verdict;
    const char *words;
} piece;

static void rule_says(ins_arena *arena, const char *rule, const char *words)
{
    const char *text = ins_rule_text(arena, rule);
    ck_assert_msg(strstr(text, words) != NULL, "\"%s\" is not in \"%s\"", words, text);
}

/* --- The table ----------------------------------------------------------------------- */

/* Every threshold is named by its rules in braces, and no brace is left. */
START_TEST(rules_print_the_thresholds)
{
    static const piece of_classes[] = {
        {INS_VERDICT_VANISHING_FORWARD, "*vanishing* below 0.01, *fading* below 0.1"},
        {INS_VERDICT_VANISHING_FORWARD, "*preserving* to 10, *growing* to 100"},
        {INS_VERDICT_SYMMETRIC, "effective rank below 1.05"},
        {INS_VERDICT_DEAD, "more than a share of 0.5"},
        {INS_VERDICT_COLLAPSED, "a share of 0.9 of the inputs' own"},
        {INS_VERDICT_COLLAPSED, "alike above 0.99"},
        {INS_VERDICT_COLLAPSED, "below 0.9)"},
        {INS_VERDICT_SATURATED, "share of 0.5"},
        {INS_VERDICT_NOT_MOVING, "less than 10^{−6} of"},
        {INS_VERDICT_LEARNED, "p below 0.01 each"},
        {INS_VERDICT_LEARNED, "share of 0.25 of the way"},
        {INS_VERDICT_BARELY_LEARNED, "less than a share of 0.25"},
        {INS_VERDICT_LEARNING_UNDECIDED, "below 0.01"}};
    static const piece of_numbers[] = {
        {INS_VERDICT_COLLAPSED, "the number of targets, and below a share of 0.5"},
        {INS_VERDICT_LEARNED, "R² of 0.1 or more"},
        {INS_VERDICT_BARELY_LEARNED, "R² below 0.1"},
        {INS_VERDICT_LEARNING_UNDECIDED, "R² is 0.1 or more"}};
    ins_arena *arena = ins_arena_new();
    for (size_t i = 0; i < sizeof of_classes / sizeof of_classes[0]; i++)
        rule_says(arena, ins_verdict_table[of_classes[i].verdict].rule.classes,
                  of_classes[i].words);
    for (size_t i = 0; i < sizeof of_numbers / sizeof of_numbers[0]; i++)
        rule_says(arena, ins_verdict_table[of_numbers[i].verdict].rule.numbers,
                  of_numbers[i].words);
    for (size_t v = 0; v < INS_VERDICTS; v++) {
        ck_assert_ptr_nonnull(ins_verdict_table[v].name);
        ins_wording rule = ins_verdict_table[v].rule;
        if (rule.classes == NULL) continue;
        ck_assert_ptr_null(strstr(ins_rule_text(arena, rule.classes), "{v"));
        if (rule.numbers != NULL)
            ck_assert_ptr_null(strchr(ins_rule_text(arena, rule.numbers), '{'));
    }
    ck_assert_str_eq(ins_rule_text(arena, "x_{1} {dead} {unknown}"), "x_{1} 0.5 {unknown}");
    for (size_t i = 0; i < INS_THRESHOLDS; i++) { /* every identifier has its row */
        ck_assert_ptr_nonnull(ins_threshold_table[i].name);
        ck_assert_ptr_nonnull(ins_threshold_table[i].meaning.classes);
    }
    ins_arena_free(arena);
}
END_TEST

START_TEST(names)
{
    ins_text out = {0};
    ins_verdict_names(0xffffffff, &out);
    ck_assert_str_eq(out.data,
                     "diverged symmetric dead collapsed vanishing_forward fading_forward "
                     "preserving_forward growing_forward exploding_forward undecided_forward "
                     "vanishing_backward fading_backward preserving_backward growing_backward "
                     "exploding_backward undecided_backward preserving saturated not_moving "
                     "learned barely_learned rarely_learned did_not_learn learning_undecided "
                     "exploding_stream identity_start vanishing_steps exploding_steps alike_tokens "
                     "peaked_attention uniform_attention");
    ins_text_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verdicts");
    TCase *grades = tcase_create("grades"), *units = tcase_create("units"),
          *learned = tcase_create("learning"), *table = tcase_create("table");
    tcase_add_checked_fixture(grades, setup, scratch_teardown);
    tcase_add_checked_fixture(units, setup, scratch_teardown);
    tcase_add_checked_fixture(learned, setup, scratch_teardown);
    tcase_add_test(grades, grades_of_a_total);
    tcase_add_test(grades, grades_of_seeds);
    tcase_add_test(grades, directions_are_graded_by_themselves);
    tcase_add_test(grades, depth_does_not_make_a_loss_better);
    tcase_add_test(grades, size_does_not_hold_up_the_signal);
    tcase_add_test(grades, wide_intervals_are_undecided);
    tcase_add_test(grades, gains_a_layer);
    tcase_add_test(units, collapsed_by_rank);
    tcase_add_test(units, collapsed_numbers_and_bottlenecks);
    tcase_add_test(units, collapsed_by_alikeness);
    tcase_add_test(units, symmetric_in_bits_or_in_function);
    tcase_add_test(units, dead_in_k_of_n_runs);
    tcase_add_test(units, diverged_in_k_of_n_runs);
    tcase_add_test(units, saturated_and_not_moving);
    tcase_add_test(learned, learned_in_k_of_n_runs);
    tcase_add_test(learned, half_of_the_runs);
    tcase_add_test(learned, learning_is_not_decided_by_few_rows);
    tcase_add_test(learned, nothing_is_said_of_learning_without_training);
    tcase_add_test(table, rules_print_the_thresholds);
    tcase_add_test(table, names);
    suite_add_tcase(suite, grades);
    suite_add_tcase(suite, units);
    suite_add_tcase(suite, learned);
    suite_add_tcase(suite, table);
    return ins_run_suite(suite);
}
