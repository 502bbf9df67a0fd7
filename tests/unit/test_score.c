/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which score a study has, by its keys and by what its logs hold, and how it is said. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <string.h>

#include "initscope/score.h"

#include "make_log.h"
#include "scratch.h"

static ins_arena *arena;

static ins_score of(ins_score_kind kind, const char *name, const char *rows)
{
    const ins_score_words *words = &ins_score_words_of[kind];
    return (ins_score){.kind = kind,
                       .words = words,
                       .name = words->name != NULL ? words->name : name,
                       .rows = rows};
}

static ins_score accuracy, r2, other;

static void setup(void)
{
    scratch_setup();
    arena = ins_arena_new();
    accuracy = of(INS_SCORE_ACCURACY, NULL, "test");
    r2 = of(INS_SCORE_R2, NULL, "training");
    other = of(INS_SCORE_OTHER, "auc", "test");
}

static void teardown(void)
{
    ins_arena_free(arena);
    scratch_teardown();
}

/* A study of one run with these columns and cells of epochs.csv, and these lines in
 * experiment.ini. */
static ins_score score_of(const char *columns, const char *cells, const char *lines)
{
    static char names[64];
    char epochs[256];
    ins_study study;
    ins_error error = {0};
    const char *layers = "run,initializer,seed,epoch,layer,tensor,variance\n1,a,1,0,1,weight,1\n";
    snprintf(epochs, sizeof epochs, "run,initializer,seed,epoch,%s\n1,a,1,0,%s\n", columns, cells);
    scratch_file("epochs.csv", epochs, strlen(epochs));
    scratch_file("layers.csv", layers, strlen(layers));
    scratch_file("experiment.ini", lines, strlen(lines));
    ck_assert_msg(ins_study_read(scratch, &study, &error) == INS_OK, "%s", error.line[0]);
    ins_score score = ins_score_of(&study);
    snprintf(names, sizeof names, "%s", score.name); /* it may stand in the study */
    score.name = names;
    ins_study_free(&study);
    return score;
}

START_TEST(kinds_by_key_and_by_column)
{
    static const struct {
        const char *columns, *cells, *lines;
        ins_score_kind kind;
        ins_column_id test;
        const char *name;
    } rows[] = {
        /* Release 1.0, and what others write. */
        {"test_accuracy", "0.5", "", INS_SCORE_ACCURACY, INS_EPOCHS_TEST_ACCURACY, "accuracy"},
        {"train_loss", "0.5", "", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE, "score"},
        {"train_loss", "0.5", "loss = cross_entropy\n", INS_SCORE_ACCURACY,
         INS_EPOCHS_TEST_ACCURACY, "accuracy"},
        {"test_score", "0.5", "score = f1_macro\n", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE,
         "f1 macro"},
        {"test_accuracy,test_score", "0.5,3", "score = mae\n", INS_SCORE_OTHER,
         INS_EPOCHS_TEST_SCORE, "mae"},
        {"test_score", "0.5", "", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE, "score"},
        {"test_score", "0.5", "score = auc\n", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE, "auc"},
        {"test_score", "0.5", "score = f*1 {x}\n", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE, "score"},
        {"test_score", "0.5", "score = accuracy\n", INS_SCORE_ACCURACY, INS_EPOCHS_TEST_SCORE,
         "accuracy"},
        {"test_score", "0.5", "loss = cross_entropy\n", INS_SCORE_ACCURACY, INS_EPOCHS_TEST_SCORE,
         "accuracy"},
        {"test_score", "0.5", "loss = mse\n", INS_SCORE_OTHER, INS_EPOCHS_TEST_SCORE, "score"},
        /* The program's own. */
        {"test_accuracy,test_score", "0.5,0.5", "score = accuracy\nloss = cross_entropy\n",
         INS_SCORE_ACCURACY, INS_EPOCHS_TEST_ACCURACY, "accuracy"},
        {"test_accuracy,test_score", ",-2", "score = r2\nloss = mse\n", INS_SCORE_R2,
         INS_EPOCHS_TEST_SCORE, "R²"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ins_score score = score_of(rows[i].columns, rows[i].cells, rows[i].lines);
        ck_assert_msg(score.kind == rows[i].kind, "row %zu", i);
        ck_assert_msg(score.test == rows[i].test, "row %zu", i);
        ck_assert_str_eq(score.name, rows[i].name);
        ck_assert_str_eq(score.rows, "test");
    }
}
END_TEST

/* Where no other rows were looked at, the training rows are what is told of. */
START_TEST(training_rows_alone)
{
    ins_score score = score_of("train_score", "0.5", "loss = mse\nscore = mae\n");
    ck_assert_int_eq(score.test, INS_EPOCHS_TRAIN_SCORE);
    ck_assert_str_eq(score.rows, "training");
    score = score_of("train_accuracy,test_accuracy", "0.5,", "");
    ck_assert_int_eq(score.test, INS_EPOCHS_TRAIN_ACCURACY);
    ck_assert_str_eq(score.rows, "training");
    score = score_of("train_score,test_score", "0.5,0.25", "score = mae\n");
    ck_assert_int_eq(score.test, INS_EPOCHS_TEST_SCORE);
    ck_assert_str_eq(score.rows, "test");
}
END_TEST

START_TEST(values)
{
    static const struct {
        double value;
        const char *accuracy, *number, *whole, *r2, *shorter;
    } rows[] = {{0.9214, "92.1 %", "92.1", "92", "0.921", "0.92"},
                {1, "100 %", "100", "100", "1.000", "1.00"},
                {0, "0.0 %", "0.0", "0", "0", "0"},
                {-0.0001, "0.0 %", "0.0", "-0", "0.000", "0.00"},
                {-1.5, "−150.0 %", "−150.0", "-150", "−1.500", "−1.50"},
                {-1.2e8, NULL, NULL, NULL, "−1.2·10^{8}", "−1.2·10^{8}"},
                {NAN, "–", "–", NULL, "–", "–"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double x = rows[i].value;
        if (rows[i].accuracy != NULL) {
            ck_assert_str_eq(ins_say_score(arena, &accuracy, x), rows[i].accuracy);
            ck_assert_str_eq(ins_say_score_number(arena, &accuracy, x), rows[i].number);
        }
        if (rows[i].whole != NULL)
            ck_assert_str_eq(ins_say_score_short(arena, &accuracy, x), rows[i].whole);
        ck_assert_str_eq(ins_say_score(arena, &r2, x), rows[i].r2);
        ck_assert_str_eq(ins_say_score_number(arena, &r2, x), rows[i].r2);
        ck_assert_str_eq(ins_say_score_short(arena, &r2, x), rows[i].shorter);
    }
}
END_TEST

START_TEST(sentences)
{
    const ins_interval wide = {20, 0.9214, 0.9, 0.95}, none = {3, 0.9214, NAN, NAN};
    ck_assert_str_eq(ins_say_score_title(arena, &accuracy), "Test accuracy");
    ck_assert_str_eq(ins_say_score_title(arena, &r2), "Training R²");
    ck_assert_str_eq(ins_say_score_interval(arena, &accuracy, wide), "92.1 % [90.0, 95.0]");
    ck_assert_str_eq(ins_say_score_interval(arena, &r2, wide), "0.921 [0.900, 0.950]");
    ck_assert_str_eq(ins_say_score_interval(arena, &r2, none), "0.921");
    ck_assert_str_eq(ins_say_score_difference(arena, &accuracy, wide), "92.1 points [90.0, 95.0]");
    ck_assert_str_eq(ins_say_score_difference(arena, &r2, none), "0.921");
    ck_assert_str_eq(ins_say_score_reached(arena, &accuracy, none),
                     "is right on 92.1 % of the test rows");
    ck_assert_str_eq(ins_say_score_reached(arena, &r2, none), "has R² 0.921 on the training rows");
    ck_assert_str_eq(ins_say_score_reached(arena, &other, none), "has auc 0.921 on the test rows");
    ck_assert_str_eq(ins_say_score_measured(arena, &accuracy), "the share of test rows right");
    ck_assert_str_eq(ins_say_score_measured(arena, &r2), "R² on the training rows");
    ck_assert_str_eq(ins_say_score_brief(arena, &accuracy, 0.9), "90.0 % right");
    ck_assert_str_eq(ins_say_score_brief(arena, &r2, 0.9), "R² 0.900");
    ck_assert_str_eq(ins_say_score_at_most(arena, &accuracy, 0.9),
                     "at most 90.0 % of the test rows are right on average");
    ck_assert_str_eq(ins_say_score_at_most(arena, &r2, -0.5),
                     "on the training rows R² is at most −0.500 on average");
    ck_assert_str_eq(ins_say_score_constant(arena, &accuracy, 0.25), "chance is 25.0 %");
    ck_assert_str_eq(ins_say_score_constant(arena, &r2, 0), "always answering the mean has R² 0");
}
END_TEST

START_TEST(wordings)
{
    const ins_wording same = {"a", NULL}, two = {"a", "b"}, of_numbers = {"", "b"},
                      of_classes = {"a", ""};
    ck_assert_str_eq(ins_say_wording(arena, same, true, true), "a");
    ck_assert_str_eq(ins_say_wording(arena, same, false, true), "a");
    ck_assert_str_eq(ins_say_wording(arena, two, true, false), "a");
    ck_assert_str_eq(ins_say_wording(arena, two, false, true), "b");
    ck_assert_str_eq(ins_say_wording(arena, two, true, true), "of classes: a; of numbers: b");
    ck_assert_str_eq(ins_say_wording(arena, of_numbers, true, true), "b");
    ck_assert_ptr_null(ins_say_wording(arena, of_numbers, true, false));
    ck_assert_str_eq(ins_say_wording(arena, of_classes, true, true), "a");
    ck_assert_ptr_null(ins_say_wording(arena, of_classes, false, true));
}
END_TEST

/* numpy 1.24, default_rng(1): x (20 000, 1000) from N(0, 1), y = 2 x + N(0, 1), R^2 of the answer
 * 2 x to each row of y, by its formula: standard deviation 0.01141, around 0.8. */
START_TEST(other_rows)
{
    ck_assert_double_eq_tol(ins_score_sampling(&accuracy, 0.9, 300), 0.0173205, 1e-6);
    ck_assert_double_eq_tol(ins_score_sampling(&r2, 0.8, 1000), 0.01141, 0.02 * 0.01141);
    ck_assert_str_eq(ins_say_score_sampling(arena, &accuracy, 0.9, 300),
                     "move a share of 90.0 % by 1.7 points");
    ck_assert_str_eq(ins_say_score_sampling(arena, &r2, 0.8, 1000),
                     "move an R² of 0.800 by about 0.011");
    ck_assert_ptr_null(ins_say_score_sampling(arena, &r2, -0.5, 50));
    ck_assert(isnan(ins_score_sampling(&r2, -0.5, 50)));
    ck_assert(isnan(ins_score_sampling(&accuracy, 1, 50)));
    ck_assert(isnan(ins_score_sampling(&r2, 0.5, NAN)));
    ck_assert(isnan(ins_score_sampling(&other, 0.5, 50)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("score");
    TCase *tests = tcase_create("score");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, kinds_by_key_and_by_column);
    tcase_add_test(tests, training_rows_alone);
    tcase_add_test(tests, values);
    tcase_add_test(tests, sentences);
    tcase_add_test(tests, wordings);
    tcase_add_test(tests, other_rows);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
