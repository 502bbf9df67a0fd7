/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured of a run, from logs whose numbers are known. */
#include <config.h>

#include "check_tap.h"

#include <float.h>
#include <string.h>

#include "make_graph.h"
#include "make_log.h"

static ins_study study;
static ins_analysis analysis;

static void close_to(double value, double expected)
{
    ck_assert_msg(fabs(value - expected) <= 1e-9 * fabs(expected), "%.17g is not %.17g", value,
                  expected);
}

/* One run of the arm, over hidden layers, is measured. */
static const ins_run_measure *measure_with(made_arm arm, made_log log)
{
    static ins_run_measure kept;
    log.arm = &arm;
    log.arms = 1;
    if (log.seeds == 0) log.seeds = 1;
    if (log.input == 0) log.input = 1;
    if (log.chance == 0) log.chance = 0.4;
    made_log_write(&log);
    made_read(&study, &analysis);
    kept = analysis.run[0];
    made_free(&study, &analysis);
    return &kept;
}

static const ins_run_measure *measure(made_arm arm, size_t hidden)
{
    return measure_with(arm, (made_log){.hidden = hidden, .epochs = 1});
}

START_TEST(totals_are_last_over_first)
{
    made_arm arm = plain;
    arm.forward = 0.5;
    arm.backward = 2;
    const ins_run_measure *of = measure(arm, 5);
    close_to(of->total[INS_FORWARD], 1.0 / 16);
    close_to(of->total[INS_BACKWARD], 16); /* the output layer's error is not in it */
    close_to(of->size_total, 1.0 / 16);
    arm.forward = arm.backward = -1;
    of = measure(arm, 5);
    ck_assert(of->total[INS_FORWARD] == 0 && of->total[INS_BACKWARD] == 0 && of->size_total == 0);
    of = measure(arm, 1); /* one layer has no total, even of nothing */
    ck_assert(isnan(of->total[INS_FORWARD]) && isnan(of->total[INS_BACKWARD]));
    ck_assert(isnan(of->size_total));
}
END_TEST

/* The size stays and the signal halves: the total is of the signal. */
START_TEST(signal_is_not_size)
{
    made_arm arm = plain;
    arm.signal = 0.5;
    const ins_run_measure *of = measure(arm, 5);
    close_to(of->size_total, 1);
    close_to(of->total[INS_FORWARD], 1.0 / 16);
    close_to(of->alikeness, 15.0 / 16);
    arm.signal = 1;
    of = measure(arm, 5);
    close_to(of->total[INS_FORWARD], 1);
    ck_assert(of->alikeness == 0);
    of = measure_with(arm, (made_log){.hidden = 5, .input = 4, .input_signal = 0.25});
    close_to(of->input_alikeness, 0.75);
}
END_TEST

/* (2^-23 rms)^2 at the output layer: an error above it is measured, one below is rounding. */
START_TEST(errors_have_a_resolution)
{
    made_arm arm = plain;
    /* The output's is backward^-1, the first layer's backward^1. */
    arm.backward = 1.01 * (double)FLT_EPSILON;
    const ins_run_measure *of = measure(arm, 2);
    close_to(of->total[INS_BACKWARD], arm.backward);
    arm.backward = 0.99 * (double)FLT_EPSILON;
    of = measure(arm, 2);
    ck_assert(of->total[INS_BACKWARD] == 0);
}
END_TEST

START_TEST(overflow_has_no_bound)
{
    made_arm arm = plain;
    arm.forward = INFINITY;
    const ins_run_measure *of = measure(arm, 3);
    ck_assert(isinf(of->total[INS_FORWARD]) && isinf(of->size_total));
    close_to(of->total[INS_BACKWARD], 1);
    arm = plain;
    arm.backward = 1e200; /* beyond double at the third step */
    of = measure(arm, 3);
    ck_assert(isinf(of->total[INS_BACKWARD]));
}
END_TEST

/* Where no element is finite there is no moment either, but it is known how many are not. */
START_TEST(overflow_without_moments)
{
    FILE *layers = made_file("layers.csv");
    fprintf(layers, "initializer,seed,epoch,layer,tensor,units,variance,nonfinite\n");
    for (int l = 1; l <= 4; l++) {
        fprintf(layers, "a,1,0,%d,preactivation,8,%s,%d\n", l, l < 3 ? "1" : "nan", l < 3 ? 0 : 8);
        fprintf(layers, "a,1,0,%d,delta,8,nan,8\n",
                l); /* from the output on: of no layer's making */
        fprintf(layers, "b,1,0,%d,preactivation,8,1,0\n", l);
        fprintf(layers, "b,1,0,%d,delta,8,%s,%d\n", l, l > 1 ? "1" : "nan", l > 1 ? 0 : 8);
    }
    fclose(layers);
    const char *epochs = "initializer,seed,epoch\na,1,0\nb,1,0\n";
    scratch_file("epochs.csv", epochs, strlen(epochs));
    made_read(&study, &analysis);
    ck_assert(isinf(analysis.run[0].total[INS_FORWARD]));
    ck_assert(isinf(analysis.run[0].size_total));
    ck_assert(isnan(analysis.run[0].total[INS_BACKWARD]));
    ck_assert(analysis.run[1].total[INS_FORWARD] == 1);
    ck_assert(isinf(analysis.run[1].total[INS_BACKWARD]));
    ck_assert_int_eq(analysis.arm[0].grade[INS_FORWARD], INS_GRADE_EXPLODING);
    ck_assert_int_eq(analysis.arm[0].grade[INS_BACKWARD], INS_GRADE_NOT_KNOWN);
    const ins_finding *found = made_finding(&analysis, "exploding_forward");
    ck_assert_ptr_nonnull(found);
    ck_assert_ptr_nonnull(
        strstr(found->evidence, "brings more than numbers can hold of the first"));
    made_free(&study, &analysis);
}
END_TEST

static ins_learning learning_with(double test, double train, double rows, double chance)
{
    made_arm arm = plain;
    arm.accuracy = test;
    arm.train_accuracy = train;
    return measure_with(arm, (made_log){.hidden = 2,
                                        .epochs = 1,
                                        .chance = chance,
                                        .classes = 10,
                                        .train_rows = 1000,
                                        .test_rows = rows})
        ->learning;
}

/* scipy.stats.binom.sf(k - 1, n, .1) is 0.0113 for 50 of 360 rows, 0.0074 for 51; 0.0104 for 123 of
 * 1000, 0.0079 for 124. A quarter of the way from 0.1 to 1 is 0.325. */
START_TEST(learned_by_the_binomial_test)
{
    ck_assert_int_eq(learning_with(50.0 / 360, 0.9, 360, 0.1), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_with(51.0 / 360, 0.9, 360, 0.1), INS_BARELY_LEARNED);
    ck_assert_int_eq(learning_with(0.9, 0.123, 360, 0.1), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_with(0.9, 0.124, 360, 0.1), INS_LEARNED);
    ck_assert_int_eq(learning_with(116.0 / 360, 0.9, 360, 0.1), INS_BARELY_LEARNED); /* 0.322 */
    ck_assert_int_eq(learning_with(117.0 / 360, 0.9, 360, 0.1), INS_LEARNED);        /* 0.325 */
    /* Chance is the largest share of the test rows where that is more than one in classes. */
    ck_assert_int_eq(learning_with(0.5, 0.9, 360, 0.05), INS_LEARNED);
    ck_assert_int_eq(learning_with(0.5, 0.9, 360, 0.3), INS_LEARNED);
    ck_assert_int_eq(learning_with(0.5, 0.9, 360, 0.4), INS_BARELY_LEARNED);
    ck_assert_int_eq(learning_with(0.5, 0.9, 360, 0.5), INS_DID_NOT_LEARN);
}
END_TEST

/* 0.1^2 is not below 0.01, 0.1^3 is. */
START_TEST(too_few_rows_leave_it_undecided)
{
    ck_assert_int_eq(learning_with(1, 1, 2, 0.1), INS_LEARNING_UNDECIDED);
    ck_assert_int_eq(learning_with(0, 0.1, 2, 0.1), INS_LEARNING_UNDECIDED);
    ck_assert_int_eq(learning_with(1, 1, 3, 0.1), INS_LEARNED);
    ck_assert_int_eq(learning_with(0, 1, 3, 0.1), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_with(1, 1, 6, 0.5), INS_LEARNING_UNDECIDED); /* 1/64 */
    ck_assert_int_eq(learning_with(1, 1, 7, 0.5), INS_LEARNED);            /* 1/128 */
}
END_TEST

static ins_learning learning_of_numbers(double test, double train, double rows)
{
    made_arm arm = plain;
    arm.accuracy = test;
    arm.train_accuracy = train;
    made_log log = {.hidden = 2, .epochs = 1, .targets = 2, .train_rows = 1000, .test_rows = rows};
    return measure_with(arm, log)->learning;
}

/* scipy.stats.t.sf(r sqrt((n - 2) / (1 - r^2)), n - 2), r^2 = R^2: of 30 rows 0.0118 for 0.17 and
 * 0.0097 for 0.18; of 1000 0.0101 for 0.0054 and 0.0095 for 0.0055; of 100 0.0106 for 0.053 and
 * 0.0094 for 0.055. */
START_TEST(numbers_learned_by_the_correlation)
{
    ck_assert_int_eq(learning_of_numbers(0.18, 0.9, 30), INS_LEARNED);
    ck_assert_int_eq(learning_of_numbers(0.17, 0.9, 30), INS_LEARNING_UNDECIDED);
    ck_assert_int_eq(learning_of_numbers(0.17, 0.05, 30), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(0.09, 0.9, 30), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(0.055, 0.9, 100), INS_BARELY_LEARNED);
    ck_assert_int_eq(learning_of_numbers(0.053, 0.9, 100), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(0.099, 0.9, 100), INS_BARELY_LEARNED);
    ck_assert_int_eq(learning_of_numbers(0.101, 0.9, 100), INS_LEARNED);
    ck_assert_int_eq(learning_of_numbers(0.9, 0.0054, 100), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(0.9, 0.0055, 100), INS_LEARNED);
    /* Worse than the mean, by how much does not matter. */
    ck_assert_int_eq(learning_of_numbers(-0.5, 0.9, 1e6), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(-1e8, 0.9, 100), INS_DID_NOT_LEARN);
    ck_assert_int_eq(learning_of_numbers(1, 1, 2), INS_LEARNING_UNDECIDED); /* any two rows */
    ck_assert_int_eq(learning_of_numbers(1, 1, 3), INS_LEARNED);
}
END_TEST

START_TEST(learning_that_nobody_knows)
{
    made_arm arm = plain;
    made_log log = {.hidden = 2, .epochs = 1, .chance = 0.4, .test_rows = 100};
    ck_assert_int_eq(measure_with(arm, log)->learning, INS_LEARNED);
    arm.diverged = true; /* it may have been right before */
    ck_assert_int_eq(measure_with(arm, log)->learning, INS_DID_NOT_LEARN);
    arm.diverged = false;
    log.epochs = 0;
    ck_assert_int_eq(measure_with(arm, log)->learning, INS_LEARNING_UNKNOWN);
    log.epochs = 1;
    log.test_rows = 0;
    ck_assert_int_eq(measure_with(arm, log)->learning, INS_LEARNING_UNKNOWN);
    log.test_rows = 100;
    log.chance = NAN;
    const char *shares = "key,value\nclasses,3\ntest_rows,100\n"; /* how many are of a class? */
    scratch_file("environment.csv", shares, strlen(shares));
    ck_assert_int_eq(measure_with(arm, log)->learning, INS_LEARNING_UNKNOWN);
}
END_TEST

/* What E z^2 is of weights that are independent: 8 inputs of weights of variance 1/4, and of x 1.
 */
START_TEST(expected_gain_of_a_layer)
{
    made_graph_write(&plain_graph, 1, 1);
    made_read(&study, &analysis);
    close_to(ins_expected_gain(&study, 0, 1), 2);
    close_to(ins_expected_gain_over_seeds(&study, 0, 2).interval.mean, 2);
    made_free(&study, &analysis);
    made_graph graph = plain_graph;
    graph.kind = "recurrent";
    made_graph_write(&graph, 1, 1);
    made_read(&study, &analysis);
    ck_assert(isnan(ins_expected_gain(&study, 0, 1))); /* it reads its state as well */
    made_free(&study, &analysis);
}
END_TEST

/* z of layer 3 and delta of layer 1 are not there: the way leads from the first to the last that
 * are, over as many steps. */
START_TEST(missing_rows_end_no_way)
{
    FILE *layers = made_file("layers.csv");
    fprintf(layers, "run,epoch,layer,tensor,units,variance,second_moment\n");
    for (int l = 1; l <= 6; l++) {
        if (l != 3) fprintf(layers, "1,0,%d,preactivation,8,%.17g,1\n", l, pow(0.5, l));
        if (l != 1) fprintf(layers, "1,0,%d,delta,8,1,%.17g\n", l, pow(4, -l));
    }
    fclose(layers);
    FILE *epochs = made_file("epochs.csv");
    fprintf(epochs, "run,epoch\n1,0\n");
    fclose(epochs);
    made_read(&study, &analysis);
    const ins_arm_judgement *arm = &analysis.arm[0];
    close_to(arm->total[INS_FORWARD].interval.mean, pow(0.5, 4));
    close_to(arm->gain[INS_FORWARD], 0.5);
    close_to(arm->total[INS_BACKWARD].interval.mean, pow(4, 3));
    close_to(arm->gain[INS_BACKWARD], 4);
    ck_assert_uint_eq(analysis.run[0].reached[INS_FORWARD], 4);
    ck_assert_uint_eq(analysis.run[0].steps[INS_BACKWARD], 3);
    made_free(&study, &analysis);
}
END_TEST

/* Where a norm without a number lies between z and what is read of it, dense layers are no chain:
 * the largest activation is not that of the largest z. */
START_TEST(hidden_norms_break_chains)
{
    static const struct {
        const char *activation;
        double activated;
        bool chain;
    } rows[] = {{"relu", 3, true},       {"relu", 1.5, false},  {"tanh", 0.99505, true},
                {"tanh", 0.5, false},    {"gelu", 2.996, true}, {"mystery", 0.5, true},
                {"sigmoid", 0.95, true}, {"", 0.5, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        FILE *layers = made_file("layers.csv"), *network = made_file("network.csv"),
             *epochs = made_file("epochs.csv");
        fprintf(layers, "run,epoch,layer,tensor,variance,maximum\n");
        fprintf(network, "run,layer,name,kind,block,activation,inputs\n");
        fprintf(epochs, "run,epoch\n1,0\n");
        for (int l = 1; l <= 4; l++) {
            fprintf(layers, "1,0,%d,preactivation,1,3\n1,0,%d,activation,1,%.17g\n", l, l,
                    rows[i].activated);
            fprintf(network, "1,%d,fc%d,dense,,%s,%d\n", l, l, rows[i].activation, l - 1);
        }
        fclose(layers);
        fclose(network);
        fclose(epochs);
        made_read(&study, &analysis);
        ck_assert_msg(study.arm[0].chain == rows[i].chain, "row %zu", i);
        ck_assert_msg(study.arm[0].unlisted == !rows[i].chain, "row %zu", i);
        bool told =
            rows[i].chain && rows[i].activation[0] != '\0' && i != 5; /* of 5 nobody knows */
        ck_assert_msg(study.arm[0].direct == told, "row %zu", i);
        ck_assert_msg(isnan(analysis.run[0].total[INS_FORWARD]) == !rows[i].chain, "row %zu", i);
        made_free(&study, &analysis);
    }
}
END_TEST

START_TEST(facts_of_the_data)
{
    made_arm arm = plain;
    made_log log = {.arm = &arm, .arms = 1, .hidden = 2, .seeds = 1, .input = 1};
    log.chance = 0.1;
    log.classes = 4;
    log.features = 7;
    log.train_rows = 80;
    log.test_rows = 20;
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert(analysis.facts.chance == 0.25 && analysis.facts.train_chance == 0.25);
    ck_assert(analysis.facts.features == 7 && analysis.facts.train_rows == 80);
    ck_assert(analysis.facts.few_rows == 4); /* 0.25^4 = 0.0039, 0.25^3 = 0.0156 */
    ck_assert(ins_target_of(&analysis.facts) == 0.625);
    made_free(&study, &analysis);
    const char *shares = "key,value\nclasses,4\nlargest_test_share,0.3\n"
                         "largest_train_share,0.6\ntest_rows,2\n";
    scratch_file("environment.csv", shares, strlen(shares));
    made_read(&study, &analysis);
    ck_assert(analysis.facts.chance == 0.3 && analysis.facts.train_chance == 0.6);
    ck_assert(analysis.facts.few_rows == 4);
    made_free(&study, &analysis);
    shares = "key,value\nclasses,4\nmajority_share,0.35\n"; /* as version 1.0 wrote */
    scratch_file("environment.csv", shares, strlen(shares));
    made_read(&study, &analysis);
    ck_assert(analysis.facts.chance == 0.35 && analysis.facts.train_chance == 0.35);
    close_to(exp(analysis.facts.constant_loss), 4);
    made_free(&study, &analysis);
    /* What experiment.ini says, where nothing else does and the loss is that of classes. */
    const char *ini = "classes = 5\nloss = cross_entropy\n";
    scratch_file("experiment.ini", ini, strlen(ini));
    made_read(&study, &analysis);
    ck_assert(analysis.facts.classes == 4);
    made_free(&study, &analysis);
    shares = "key,value\nlargest_test_share,0.1\n";
    scratch_file("environment.csv", shares, strlen(shares));
    made_read(&study, &analysis);
    ck_assert(analysis.facts.classes == 5 && analysis.facts.chance == 0.2);
    close_to(exp(analysis.facts.constant_loss), 5);
    made_free(&study, &analysis);
    for (size_t i = 0; i < 2; i++) { /* of another loss, and of none, they say nothing */
        ini = i == 0 ? "classes = 5\nloss = hinge\n" : "classes = 5\n";
        scratch_file("experiment.ini", ini, strlen(ini));
        made_read(&study, &analysis);
        ck_assert(isnan(analysis.facts.classes) && isnan(analysis.facts.constant_loss));
        ck_assert(isnan(analysis.facts.chance));
        made_free(&study, &analysis);
    }
    ini = "classes = 5\nloss = cross_entropy\n";
    scratch_file("experiment.ini", ini, strlen(ini));
    made_read(&study, &analysis);
    ck_assert(!analysis.facts.autoencoder && !analysis.facts.test_is_train);
    made_free(&study, &analysis);
}
END_TEST

/* scipy.stats.t as above: an R^2 of 0.1 has p 0.0105 with 53 rows, 0.0099 with 54. */
START_TEST(facts_of_numbers)
{
    made_arm arm = plain;
    made_log log = {.arm = &arm, .arms = 1, .hidden = 2, .seeds = 1, .input = 1, .targets = 5};
    log.features = 4;
    log.constant_loss = 0.8;
    log.test_rows = 20;
    log.environment = "autoencoder,yes\ntest_is_train,yes\ngiven_test_set,no\n";
    made_log_write(&log);
    made_read(&study, &analysis);
    const ins_facts *facts = &analysis.facts;
    ck_assert(facts->score.kind == INS_SCORE_R2 && facts->score.train == INS_EPOCHS_TRAIN_SCORE);
    ck_assert_str_eq(facts->score.rows, "training");
    ck_assert(facts->chance == 0 && facts->train_chance == 0 && isnan(facts->classes));
    ck_assert(facts->targets == 5 && facts->constant_loss == 0.8 && facts->few_rows == 54);
    ck_assert(facts->autoencoder && facts->test_is_train && !facts->given_test_set);
    ck_assert(ins_target_of(facts) == 0.5);
    ck_assert(ins_directions_needed(facts) == 2);
    made_free(&study, &analysis);
    log.features = 11;
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert(ins_directions_needed(&analysis.facts) == 5);
    made_free(&study, &analysis);
    /* Targets that are constant: the mean of the others is what is left to learn. */
    log.environment = "train_constant_score,0.25\ntest_constant_score,0.2\n";
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert(analysis.facts.chance == 0.2 && analysis.facts.train_chance == 0.25);
    ck_assert_double_eq_tol(ins_target_of(&analysis.facts), 0.6, 1e-15);
    made_free(&study, &analysis);
    log.environment = "given_test_set,yes\n";
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert(analysis.facts.given_test_set && !analysis.facts.autoencoder);
    made_free(&study, &analysis);
}
END_TEST

/* rms update 1e-3 of the weights' in the 5 updates of an epoch; recorded at every epoch or at every
 * other one, where the updates are twice as many and the way is twice as long. */
START_TEST(pace_is_a_single_updates)
{
    made_arm arm = plain;
    close_to(measure(arm, 3)->pace, 2e-4);
    made_log_write(&(made_log){
        .arm = &arm, .arms = 1, .seeds = 1, .hidden = 3, .epochs = 1, .chance = NAN, .input = 1});
    const char *epochs = "run,seed,epoch,updates,test_accuracy\n1,1,0,0,0\n1,1,1,10,0\n";
    scratch_file("epochs.csv", epochs, strlen(epochs));
    made_read(&study, &analysis);
    close_to(analysis.run[0].pace, 1e-4);
    ck_assert(analysis.run[0].updates == 10);
    made_free(&study, &analysis);
    arm.change = 0;
    ck_assert(measure(arm, 3)->pace == 0);
    ck_assert(isnan(measure_with(arm, (made_log){.hidden = 3})->pace)); /* nothing was trained */
}
END_TEST

START_TEST(counted_units)
{
    made_arm arm = plain;
    arm.rank = 5;
    arm.rank_end = 4;
    arm.dead_start = 2;
    arm.dead_end = 6;
    arm.distinct = 7;
    const ins_run_measure *of = measure(arm, 3);
    ck_assert(of->counted && of->rank == 5 && of->least_rank == 4);
    ck_assert(of->dead_start == 0.25 && of->dead_end == 0.75);
    ck_assert_uint_eq(of->dead_layer, 3);
    ck_assert(of->distinct == 7 && of->units == 8);
    ck_assert_uint_eq(of->duplicates, 1);
    arm.distinct = 8;
    ck_assert_uint_eq(measure(arm, 3)->duplicates, 0);
    /* One living unit has rank 1 by itself. */
    arm.rank_end = 1;
    ck_assert(measure(arm, 3)->least_rank == 1);
    arm.dead_end = 7;
    ck_assert(isnan(measure(arm, 3)->least_rank));
    /* Without symmetry.csv units are equal where neither weights nor responses differ. */
    arm = plain;
    ck_assert_int_eq(remove(at("symmetry.csv")), 0);
    of = measure(arm, 3);
    ck_assert(!of->counted && isnan(of->rank) && isnan(of->dead_end) && isnan(of->distinct));
    ck_assert_uint_eq(of->duplicates, 0);
    arm.symmetric = true;
    ck_assert_uint_eq(measure(arm, 3)->duplicates, 3);
}
END_TEST

/* A mean five standard errors from 0, and as large as the deviation over the root of fan_in. */
START_TEST(weights_around_zero)
{
    const struct {
        double units, mean;
        bool told;
    } rows[] = {{8, 0.62, false}, {8, 0.63, true}, {100, 0.177, true}, {100, 0.176, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        FILE *layers = made_file("layers.csv"); /* of 8 inputs and standard deviation 1 */
        fprintf(layers, "initializer,seed,epoch,layer,tensor,units,count,mean,variance\n"
                        "a,1,0,1,weight,8,64,0,1\n");
        fprintf(layers, "a,1,0,2,weight,%g,%g,%g,1\n", rows[i].units, 8 * rows[i].units,
                -rows[i].mean);
        fprintf(layers, "a,1,0,3,weight,8,64,9,1\n"); /* the output layer's is not looked at */
        fclose(layers);
        scratch_file("epochs.csv", "initializer,seed,epoch\na,1,0\n", 29);
        made_read(&study, &analysis);
        double expected = rows[i].told ? rows[i].mean * sqrt(8) : 0;
        ck_assert_double_eq_tol(analysis.run[0].off_centre, expected, 1e-12);
        ck_assert_uint_eq(analysis.run[0].centre_layer, rows[i].told ? 2 : 0);
        made_free(&study, &analysis);
    }
}
END_TEST

static void write_signals(const double *signal, size_t hidden)
{
    FILE *layers = made_file("layers.csv");
    fprintf(layers, "initializer,seed,epoch,layer,tensor,units,variance\n");
    for (size_t l = 1; l <= hidden; l++)
        fprintf(layers, "a,1,0,%zu,preactivation,8,%.17g\n", l, signal[l - 1]);
    fprintf(layers, "a,1,0,%zu,preactivation,3,100\n", hidden + 1);
    fclose(layers);
    scratch_file("epochs.csv", "initializer,seed,epoch\na,1,0\n", 29);
    made_read(&study, &analysis);
}

/* A gain a layer is quoted of a straight way alone, else the steepest step is known. */
START_TEST(straightness)
{
    write_signals((const double[]){1, 0.5, 0.25, 0.125}, 4);
    ck_assert_double_le(analysis.run[0].departure[INS_FORWARD], 1e-12);
    close_to(analysis.arm[0].gain[INS_FORWARD], 0.5);
    made_free(&study, &analysis);
    write_signals((const double[]){1, 1, 1e-3, 1e-3}, 4);
    ck_assert_double_gt(analysis.run[0].departure[INS_FORWARD], log(2));
    ck_assert(isnan(analysis.arm[0].gain[INS_FORWARD]));
    ck_assert_uint_eq(analysis.arm[0].steepest[INS_FORWARD], 3);
    made_free(&study, &analysis);
    write_signals((const double[]){1, 0, 0, 0}, 4); /* no logarithm, no line */
    ck_assert(isnan(analysis.run[0].departure[INS_FORWARD]));
    ck_assert(isnan(analysis.arm[0].gain[INS_FORWARD]));
    ck_assert_uint_eq(analysis.arm[0].steepest[INS_FORWARD], 0);
    made_free(&study, &analysis);
}
END_TEST

START_TEST(own_gain_of_a_layer)
{
    made_arm arm = plain;
    arm.forward = 3;
    made_log log = {.arm = &arm, .arms = 1, .seeds = 1, .hidden = 2, .chance = NAN, .input = 4};
    made_log_write(&log);
    made_read(&study, &analysis);
    close_to(ins_own_gain(&study, 0, 1), 0.25);
    close_to(ins_own_gain(&study, 0, 2), 3);
    made_free(&study, &analysis);
}
END_TEST

/* Diverged runs never arrive; the median is over all runs. */
START_TEST(passage_counts_who_never_arrives)
{
    made_arm arm = plain;
    arm.reached = 2;
    arm.spared = 1;
    arm.spared_accuracy = 0.5;
    made_log log = {
        .arm = &arm, .arms = 1, .hidden = 2, .seeds = 3, .epochs = 4, .chance = 0.4, .input = 1};
    made_log_write(&log);
    made_read(&study, &analysis);
    ck_assert(ins_target_of(&analysis.facts) == 0.7);
    ins_passage passage = ins_passage_of_arm(&study, &analysis.facts, 0);
    ck_assert_uint_eq(passage.arrived, 2);
    ck_assert_uint_eq(passage.runs, 3);
    ck_assert(passage.median == 2);
    made_free(&study, &analysis);
    arm.diverged = true;
    arm.faulty = 2; /* one of them never arrived anyway */
    made_log_write(&log);
    made_read(&study, &analysis);
    passage = ins_passage_of_arm(&study, &analysis.facts, 0);
    ck_assert_uint_eq(passage.arrived, 1);
    ck_assert(isinf(passage.median));
    made_free(&study, &analysis);
}
END_TEST

static double shifted_seed(const ins_study *of, size_t run, const void *shift)
{
    return (double)of->run[run].seed + *(const double *)shift;
}

static double inverse_of_shifted(const ins_study *of, size_t run, const void *shift)
{
    return 1 / shifted_seed(of, run, shift);
}

START_TEST(reductions_over_seeds)
{
    made_arm arm = plain;
    made_log made = {.arm = &arm, .arms = 1, .hidden = 1, .seeds = 4, .chance = NAN, .input = 1};
    made_log_write(&made);
    made_read(&study, &analysis);
    double shift = -2; /* -1, 0, 1, 2 */
    ins_seeds got = ins_over_seeds(&study, 0, INS_GEOMETRIC, shifted_seed, &shift);
    ck_assert_uint_eq(got.interval.n, 2);
    close_to(got.interval.mean, sqrt(2));
    close_to(got.sum, log(2));
    ck_assert(got.minimum == 1 && got.maximum == 2);
    ck_assert(isnan(got.interval.lower)); /* two are points */
    ck_assert_uint_eq(got.zeros, 1);
    ck_assert_uint_eq(got.missing, 1);
    ck_assert_uint_eq(got.infinite, 0);
    got = ins_over_seeds(&study, 0, INS_MEAN, shifted_seed, &shift);
    ck_assert_uint_eq(got.interval.n, 4);
    ck_assert(got.interval.mean == 0.5 && got.interval.lower < 0.5 && got.sum == 2);
    got = ins_over_seeds(&study, 0, INS_GEOMETRIC, inverse_of_shifted, &shift);
    ck_assert_uint_eq(got.interval.n, 2);
    ck_assert_uint_eq(got.missing, 2);
    ck_assert_uint_eq(got.infinite, 1);
    shift = -1; /* 0, 1, 2, 3: three have an interval */
    got = ins_over_seeds(&study, 0, INS_GEOMETRIC, shifted_seed, &shift);
    close_to(got.interval.mean, cbrt(6));
    ck_assert(got.interval.lower < cbrt(6) && got.interval.upper > cbrt(6));
    ins_site site = {.epoch = study.start, .layer = 1, .tensor = INS_UPDATE};
    got = ins_seeds_at(&study, 0, INS_MEAN, INS_LAYERS_VARIANCE, site);
    ck_assert_uint_eq(got.missing, 4);
    ck_assert(isnan(got.interval.mean) && isnan(got.minimum));
    site.tensor = INS_WEIGHT;
    got = ins_seeds_at(&study, 0, INS_MEAN, INS_LAYERS_VARIANCE, site);
    ck_assert(got.interval.n == 4 && got.interval.mean == 0.25);
    made_free(&study, &analysis);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("measure");
    TCase *runs = tcase_create("runs");
    tcase_add_checked_fixture(runs, scratch_setup, scratch_teardown);
    tcase_add_test(runs, totals_are_last_over_first);
    tcase_add_test(runs, signal_is_not_size);
    tcase_add_test(runs, errors_have_a_resolution);
    tcase_add_test(runs, overflow_has_no_bound);
    tcase_add_test(runs, overflow_without_moments);
    tcase_add_test(runs, learned_by_the_binomial_test);
    tcase_add_test(runs, too_few_rows_leave_it_undecided);
    tcase_add_test(runs, numbers_learned_by_the_correlation);
    tcase_add_test(runs, learning_that_nobody_knows);
    tcase_add_test(runs, expected_gain_of_a_layer);
    tcase_add_test(runs, missing_rows_end_no_way);
    tcase_add_test(runs, hidden_norms_break_chains);
    tcase_add_test(runs, facts_of_the_data);
    tcase_add_test(runs, facts_of_numbers);
    tcase_add_test(runs, pace_is_a_single_updates);
    tcase_add_test(runs, counted_units);
    tcase_add_test(runs, weights_around_zero);
    tcase_add_test(runs, straightness);
    tcase_add_test(runs, own_gain_of_a_layer);
    suite_add_tcase(suite, runs);
    TCase *arms = tcase_create("arms");
    tcase_add_checked_fixture(arms, scratch_setup, scratch_teardown);
    tcase_add_test(arms, passage_counts_who_never_arrives);
    tcase_add_test(arms, reductions_over_seeds);
    suite_add_tcase(suite, arms);
    return ins_run_suite(suite);
}
