/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is compared with what: sets of the best within a setting, main effects over settings, and
 * what cannot be told. The numbers of the tests are SciPy's in test_statistics. */
#include <config.h>

#include "check_tap.h"

#include <stdint.h>
#include <string.h>

#include "make_log.h"

enum { MOST_SEEDS = 8, DIVERGES = -1, ABSENT = -2 };

/* The accuracies of an arm by seed, from seed 1 on. */
typedef struct row {
    const char *initializer, *activation;
    double accuracy[MOST_SEEDS];
} row;

static ins_study study;
static ins_analysis analysis;
static const ins_comparisons *of;

/* Of 200 test rows, ten classes. */
static void compare(const row *rows, size_t count, size_t seeds)
{
    FILE *runs = made_file("runs.csv"), *epochs = made_file("epochs.csv");
    fprintf(runs, "run,initializer,activation,seed,status\n");
    fprintf(epochs, "run,seed,epoch,train_loss,test_accuracy\n");
    size_t run = 0;
    for (size_t a = 0; a < count; a++) {
        for (size_t s = 0; s < seeds; s++) {
            double accuracy = rows[a].accuracy[s];
            if (accuracy == ABSENT) continue;
            bool diverges = accuracy == DIVERGES;
            fprintf(runs, "%zu,%s,%s,%zu,%s\n", ++run, rows[a].initializer, rows[a].activation,
                    s + 1, diverges ? "diverged" : "completed");
            fprintf(epochs, "%zu,%zu,1,%s,%.17g\n", run, s + 1, diverges ? "nan" : "0.5",
                    diverges ? 0.1 : accuracy);
        }
    }
    fclose(runs);
    fclose(epochs);
    const char *layers = "run,seed,epoch,layer,tensor,variance\n1,1,1,1,weight,1\n";
    scratch_file("layers.csv", layers, strlen(layers));
    const char *facts = "key,value\nclasses,10\nlargest_test_share,0.1\ntest_rows,200\n";
    scratch_file("environment.csv", facts, strlen(facts));
    made_read(&study, &analysis);
    of = &analysis.comparisons;
}

static void done(void)
{
    made_free(&study, &analysis);
}

static const ins_difference *difference_of(ins_hypothesis family, size_t which)
{
    for (size_t i = 0; i < of->differences; i++)
        if (of->difference[i].family == family && which-- == 0) return &of->difference[i];
    return NULL;
}

#define GOOD                               \
    {                                      \
        0.90, 0.92, 0.91, 0.93, 0.90, 0.92 \
    }
#define EQUAL                              \
    {                                      \
        0.91, 0.91, 0.92, 0.92, 0.91, 0.91 \
    }
#define WORSE                              \
    {                                      \
        0.60, 0.64, 0.61, 0.63, 0.60, 0.65 \
    }
#define CHANCE                             \
    {                                      \
        0.10, 0.09, 0.11, 0.10, 0.10, 0.09 \
    }

START_TEST(the_best_are_a_set)
{
    const row rows[] = {{"a", "relu", EQUAL}, {"b", "relu", WORSE}, {"c", "relu", GOOD}};
    compare(rows, 3, 6);
    ck_assert_uint_eq(of->settings, 1);
    const ins_setting *setting = &of->setting[0];
    ck_assert_str_eq(setting->label, "");
    ck_assert(setting->told);
    ck_assert_uint_eq(setting->set, 2);
    ck_assert(setting->in_set[0] && !setting->in_set[1] && setting->in_set[2]);
    ck_assert_uint_eq(of->differences, 3); /* no main effect of a single setting */
    ck_assert_ptr_null(ins_main_effect_of(of, 0, 1));
    done();
    compare(rows + 1, 2, 6); /* without its equal, c is alone */
    ck_assert_uint_eq(of->setting[0].set, 1);
    ck_assert_uint_eq(of->setting[0].best, 1);
    done();
}
END_TEST

/* Of more than 200 each with the best alone, with the same numbers as the pair has among few. */
START_TEST(many_are_compared_with_the_best)
{
    enum { MANY = 201, BEST = 77, WORST = 150 };
    static row rows[MANY];
    static char name[MANY][8];
    for (size_t a = 0; a < MANY; a++) {
        snprintf(name[a], sizeof name[a], "i%zu", a);
        rows[a] = a == BEST    ? (row){name[a], "relu", GOOD}
                  : a == WORST ? (row){name[a], "relu", CHANCE}
                               : (row){name[a], "relu", WORSE};
    }
    ins_difference worse, turned, none;
    compare(rows, MANY, 6);
    ck_assert(of->setting[0].by_best);
    ck_assert_uint_eq(of->setting[0].best, BEST);
    ck_assert_uint_eq(of->setting[0].set, 1);
    ck_assert_uint_eq(of->differences, MANY - 1);
    ck_assert(ins_difference_of(of, BEST, MANY - 1, &worse) && worse.told);
    ck_assert(ins_difference_of(of, MANY - 1, BEST, &turned));
    ck_assert(turned.difference.mean == -worse.difference.mean);
    ck_assert_str_eq(turned.first, "i200");
    ck_assert(ins_difference_of(of, 0, BEST, &turned));
    ck_assert_str_eq(turned.second, "i77");
    ck_assert(!ins_difference_of(of, 0, 1, &none));
    done();
    const row two[] = {rows[BEST], rows[0]};
    compare(two, 2, 6);
    ck_assert(!of->setting[0].by_best);
    ck_assert(ins_difference_of(of, 0, 1, &turned));
    ck_assert(turned.difference.mean == worse.difference.mean && turned.p == worse.p);
    ck_assert(turned.adjusted_p <= worse.adjusted_p);
    done();
}
END_TEST

/* Not even when they are not told apart from the best by the spread of it. */
START_TEST(who_did_not_learn_is_never_in_the_set)
{
    const row lucky = {"a", "relu", {0.95, 0.1, 0.95, 0.12, 0.9, 0.95}};
    const row spread = {"b", "relu", {0.1, 0.1, 0.09, 0.11, 0.1, 0.94}};
    const row rows[] = {lucky, spread, {"c", "relu", CHANCE}};
    compare(rows, 3, 6);
    ck_assert(ins_has_verdict(&analysis.arm[0], INS_VERDICT_LEARNED));
    ck_assert(ins_has_verdict(&analysis.arm[1], INS_VERDICT_RARELY_LEARNED));
    ck_assert(ins_has_verdict(&analysis.arm[2], INS_VERDICT_DID_NOT_LEARN));
    ck_assert_uint_eq(of->setting[0].set, 1);
    ck_assert(of->setting[0].in_set[0]);
    done();
    compare(rows + 1, 2, 6);
    ck_assert_uint_eq(of->setting[0].best, SIZE_MAX);
    ck_assert_uint_eq(of->setting[0].set, 0);
    ck_assert(!of->setting[0].in_set[0] && !of->setting[0].in_set[1]);
    done();
}
END_TEST

/* Within a setting nothing is told apart by four seeds; over settings, three are enough. */
START_TEST(few_seeds)
{
    const row rows[] = {{"a", "relu", GOOD},
                        {"b", "relu", WORSE},
                        {"a", "tanh", GOOD},
                        {"b", "tanh", {0.70, 0.72, 0.74, 0.71, 0.7, 0.73}}};
    static const struct {
        size_t seeds;
        bool setting, main, interval;
    } cases[] = {{1, false, false, false}, {2, false, false, false}, {3, false, true, true},
                 {4, false, true, true},   {5, true, true, true},    {6, true, true, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        compare(rows, 4, cases[i].seeds);
        const ins_difference *setting = difference_of(INS_HYPOTHESIS_SETTING, 0);
        const ins_difference *effect = difference_of(INS_HYPOTHESIS_MAIN, 0);
        ck_assert_int_eq(of->setting[0].told, cases[i].setting);
        ck_assert_int_eq(of->setting[0].set, cases[i].setting ? 1 : 2);
        ck_assert_int_eq(setting->told, cases[i].setting);
        ck_assert_int_eq(!isnan(setting->p), cases[i].setting);
        ck_assert_int_eq(effect->told, cases[i].main);
        ck_assert_int_eq(!isnan(effect->p), cases[i].main);
        ck_assert_int_eq(!isnan(setting->difference.lower), cases[i].interval);
        ck_assert_int_eq(!isnan(effect->difference.lower), cases[i].interval);
        ck_assert(setting->difference.n == cases[i].seeds && setting->difference.mean < -0.25);
        done();
    }
}
END_TEST

/* Holm in a setting knows nothing of other settings: p is multiplied by its own number of pairs. */
START_TEST(families_are_settings)
{
    const row slightly = {"b", "relu", {0.89, 0.9, 0.91, 0.915, 0.89, 0.9}};
    row rows[6] = {{"a", "relu", GOOD}, slightly};
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) rows[2 + i] = (row){names[i], "tanh", EQUAL};
    compare(rows, 6, 6);
    ck_assert_uint_eq(of->settings, 2);
    ck_assert_str_eq(of->setting[0].label, "relu");
    ck_assert_str_eq(of->setting[1].label, "tanh");
    const ins_difference *pair = difference_of(INS_HYPOTHESIS_SETTING, 0);
    ck_assert_double_lt(pair->p, 0.05);
    ck_assert(pair->adjusted_p == pair->p); /* one pair in this setting, six in the other */
    ck_assert(pair->told);
    ck_assert_ptr_nonnull(difference_of(INS_HYPOTHESIS_SETTING, 6));
    ck_assert_ptr_null(difference_of(INS_HYPOTHESIS_SETTING, 7)); /* never across settings */
    for (size_t i = 1; i < 7; i++) {
        pair = difference_of(INS_HYPOTHESIS_SETTING, i);
        ck_assert_uint_eq(pair->setting, 1);
        ck_assert(isnan(pair->p) && !pair->told); /* all runs alike: nothing to test against */
    }
    done();
    rows[5].activation = "relu"; /* three arms, three pairs */
    compare((const row[]){rows[0], rows[1], rows[5]}, 3, 6);
    pair = difference_of(INS_HYPOTHESIS_SETTING, 0);
    ck_assert_double_gt(pair->adjusted_p, pair->p);
    done();
}
END_TEST

START_TEST(main_effects_have_one_value_a_seed)
{
    /* a is ahead by 0.1 with relu and behind by 0.02 with tanh, give or take: 0.04 on average. */
    const row rows[] = {{"a", "relu", {0.80, 0.82, 0.81, 0.80, 0.83}},
                        {"b", "relu", {0.70, 0.71, 0.71, 0.71, 0.72}},
                        {"a", "tanh", {0.80, 0.80, 0.80, 0.80, 0.80}},
                        {"b", "tanh", {0.82, 0.82, 0.81, 0.82, 0.83}}};
    compare(rows, 4, 5);
    const ins_difference *effect = difference_of(INS_HYPOTHESIS_MAIN, 0);
    ck_assert_str_eq(effect->first, "b");
    ck_assert_str_eq(effect->second, "a");
    ck_assert_uint_eq(effect->difference.n, 5); /* not 10 */
    ck_assert_double_eq_tol(effect->difference.mean, (-0.102 + 0.02) / 2, 1e-12);
    ck_assert(effect->told);
    ck_assert_ptr_null(difference_of(INS_HYPOTHESIS_MAIN, 1));
    ck_assert_ptr_eq(ins_main_effect_of(of, 0, 1), effect);
    ck_assert_ptr_eq(ins_main_effect_of(of, 1, 0), effect);
    ck_assert_ptr_null(ins_main_effect_of(of, 0, 0));
    const ins_difference *whole = difference_of(INS_HYPOTHESIS_INTERACTION, 0);
    ck_assert_uint_eq(whole->difference.n, 5);
    ck_assert_double_lt(whole->p, 0.001);
    ck_assert(whole->told);
    done();
    /* The same difference in both settings: no interaction. */
    const row same[] = {{"a", "relu", {0.80, 0.82, 0.81, 0.80, 0.83}},
                        {"b", "relu", {0.70, 0.71, 0.71, 0.71, 0.72}},
                        {"a", "tanh", {0.82, 0.80, 0.81, 0.83, 0.80}},
                        {"b", "tanh", {0.71, 0.72, 0.70, 0.71, 0.71}}};
    compare(same, 4, 5);
    ck_assert(!difference_of(INS_HYPOTHESIS_INTERACTION, 0)->told);
    done();
}
END_TEST

START_TEST(no_p_without_spread)
{
    const row rows[] = {{"a", "relu", {0.5, 0.5, 0.5, 0.5, 0.5}},
                        {"b", "relu", {0.5, 0.5, 0.5, 0.5, 0.5}},
                        {"c", "relu", {0.7, 0.7, 0.7, 0.7, 0.7}}};
    compare(rows, 3, 5);
    ins_difference d;
    ck_assert(ins_difference_of(of, 0, 1, &d));
    ck_assert(d.difference.mean == 0 && isnan(d.difference.lower) && isnan(d.p) && !d.told);
    /* One sign in five seeds: 2^-4, of three hypotheses. */
    ck_assert(ins_difference_of(of, 2, 0, &d));
    ck_assert(isnan(d.difference.lower) && d.p == 0.0625 && !d.told);
    ck_assert(isnan(analysis.arm[0].score.lower) && analysis.arm[0].alike);
    done();
}
END_TEST

/* A setting has as many seeds as the arm with the fewest, wherever that stands. */
START_TEST(the_arm_with_the_fewest_seeds_counts)
{
    for (size_t few = 0; few < 2; few++) {
        row rows[] = {{"a", "relu", GOOD}, {"b", "relu", WORSE}};
        rows[few].accuracy[4] = rows[few].accuracy[5] = ABSENT;
        compare(rows, 2, 6);
        ck_assert_uint_eq(of->setting[0].best, 0);
        ck_assert(!of->setting[0].told);
        done();
    }
}
END_TEST

START_TEST(diverged_runs_take_no_part)
{
    const row rows[] = {{"a", "relu", {0.90, 0.92, DIVERGES, 0.93, 0.90, 0.92}},
                        {"b", "relu", WORSE},
                        {"c", "relu", {DIVERGES, 0.91, 0.92, 0.90, 0.91, 0.93}}};
    compare(rows, 3, 6);
    ins_difference d;
    ck_assert(ins_difference_of(of, 0, 1, &d));
    ck_assert_uint_eq(d.difference.n, 5);
    ck_assert_double_eq_tol(d.difference.mean, (0.3 + 0.28 + 0.3 + 0.3 + 0.27) / 5, 1e-12);
    ck_assert(d.told);
    ck_assert(ins_difference_of(of, 0, 2, &d)); /* four seeds are left to both */
    ck_assert_uint_eq(d.difference.n, 4);
    ck_assert(isnan(d.p));
    done();
}
END_TEST

START_TEST(seeds_are_paired_by_their_number)
{
    const row rows[] = {{"a", "relu", {0.9, ABSENT, 0.8, 0.7, 0.6, 0.85, 0.75, 0.65}},
                        {"b", "relu", {0.89, 0.5, 0.79, 0.69, 0.58, 0.84, 0.74, 0.64}}};
    compare(rows, 2, 8);
    ins_difference d;
    ck_assert(ins_difference_of(of, 0, 1, &d));
    ck_assert_uint_eq(d.difference.n, 7);
    ck_assert_double_eq_tol(d.difference.mean, 0.08 / 7, 1e-12);
    ck_assert(d.told); /* the spread of the seeds is that of both */
    done();
}
END_TEST

START_TEST(differences_are_found_either_way)
{
    const row rows[] = {{"a", "relu", GOOD},  {"a", "tanh", GOOD},  {"b", "relu", WORSE},
                        {"b", "tanh", EQUAL}, {"c", "relu", EQUAL}, {"c", "tanh", WORSE}};
    compare(rows, 6, 6);
    ck_assert_uint_eq(of->settings, 2);
    for (size_t a = 0; a < 6; a++) ck_assert_uint_eq(of->setting_of[a], a % 2);
    ins_difference there, back;
    for (size_t a = 0; a < 6; a++) {
        for (size_t b = 0; b < 6; b++) {
            bool one = a != b && a % 2 == b % 2;
            ck_assert_int_eq(ins_difference_of(of, a, b, &there), one);
            if (!one) continue;
            ck_assert_uint_eq(there.arm_first, a);
            ck_assert_uint_eq(there.arm_second, b);
            ck_assert_str_eq(there.first, study.arm[a].label);
            ck_assert_str_eq(there.second, study.arm[b].label);
            double mean = analysis.arm[a].score.mean - analysis.arm[b].score.mean;
            ck_assert_double_eq_tol(there.difference.mean, mean, 1e-12);
            ck_assert(ins_difference_of(of, b, a, &back));
            ck_assert(back.difference.lower == -there.difference.upper);
            ck_assert(back.adjusted_p == there.adjusted_p && back.told == there.told);
        }
    }
    done();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("comparison");
    TCase *logs = tcase_create("logs");
    tcase_add_checked_fixture(logs, scratch_setup, scratch_teardown);
    tcase_add_test(logs, the_best_are_a_set);
    tcase_add_test(logs, many_are_compared_with_the_best);
    tcase_add_test(logs, who_did_not_learn_is_never_in_the_set);
    tcase_add_test(logs, few_seeds);
    tcase_add_test(logs, families_are_settings);
    tcase_add_test(logs, main_effects_have_one_value_a_seed);
    tcase_add_test(logs, no_p_without_spread);
    tcase_add_test(logs, the_arm_with_the_fewest_seeds_counts);
    tcase_add_test(logs, diverged_runs_take_no_part);
    tcase_add_test(logs, seeds_are_paired_by_their_number);
    tcase_add_test(logs, differences_are_found_either_way);
    suite_add_tcase(suite, logs);
    return ins_run_suite(suite);
}
