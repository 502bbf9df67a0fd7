/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The study: which runs and arms a directory holds, and every number by its place. The expected
 * values are those written into the files of each test. */
#include <config.h>

#include "check_tap.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "scratch.h"

#include "initscope/factors.h"
#include "initscope/study.h"

static ins_error error;

static void put(const char *name, const char *text)
{
    scratch_file(name, text, strlen(text));
}

static ins_study read_study(void)
{
    ins_study study;
    ins_error_clear(&error);
    ck_assert_msg(ins_study_read(scratch, &study, &error) == INS_OK, "%s", error.line[0]);
    return study;
}

/* What is needed and nothing else, columns in another order, one that nobody knows. */
static const char *const foreign_epochs = "epoch,seed,mood,initializer,test_accuracy\n"
                                          "0,7,x,kaiming,0.25\n2,7,x,kaiming,0.75\n"
                                          "0,3,x,kaiming,0.5\n0,3,x,tiny,0.125\n";
static const char *const foreign_layers = "tensor,layer,variance,epoch,seed,initializer\n"
                                          "preactivation,1,2.5,0,7,kaiming\n"
                                          "preactivation,2,,0,7,kaiming\n"
                                          "attention,1,9,0,7,kaiming\n"
                                          "weight,3,0.5,2,7,kaiming\n"
                                          "weight,2,1e-300,0,3,tiny\n";

START_TEST(foreign_log_without_runs)
{
    put("epochs.csv", foreign_epochs);
    put("layers.csv", foreign_layers);
    ins_study study = read_study();
    ck_assert_uint_eq(study.arms, 2);
    ck_assert_uint_eq(study.runs, 3);
    ck_assert_uint_eq(study.epochs, 2);
    ck_assert_int_eq(study.epoch[0], 0);
    ck_assert_int_eq(study.epoch[1], 2);
    ck_assert_uint_eq(study.layers, 3);
    ck_assert_str_eq(study.arm[0].label, "kaiming");
    ck_assert_str_eq(study.arm[1].label, "tiny");
    ck_assert_ptr_null(study.arm[0].activation);
    ck_assert_uint_eq(study.arm[0].layers, 3);
    ck_assert_uint_eq(study.arm[1].layers, 2);
    /* Seeds 7 and 3 are listed as 3, 7. */
    ck_assert_uint_eq(study.arm[0].runs, 2);
    ck_assert_int_eq(study.run[study.arm[0].run[0]].seed, 3);
    ck_assert_int_eq(study.run[study.arm[0].run[1]].seed, 7);
    size_t seven = study.arm[0].run[1];
    ck_assert_int_eq(ins_epoch_number(&study, study.run[seven].last), 2);
    ck_assert_uint_eq(ins_epoch_place(study.run[seven].last), 1);
    ck_assert_uint_eq(ins_epoch_place(study.run[study.arm[1].run[0]].last_layers), 0);
    ck_assert(!ins_is_recorded(study.run[study.arm[0].run[0]].last_layers));
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE,
                         (ins_site){seven, ins_epoch_at(0), 1, INS_PREACTIVATION}) == 2.5);
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE,
                         (ins_site){seven, ins_epoch_at(1), 3, INS_WEIGHT}) == 0.5);
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){seven, ins_epoch_at(0), 2, INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){seven, ins_epoch_at(0), 1, INS_WEIGHT})));
    ck_assert(isnan(ins_number(&study, INS_LAYERS_KURTOSIS,
                               (ins_site){seven, ins_epoch_at(0), 1, INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){seven, ins_epoch_at(9), 1, INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){99, ins_epoch_at(0), 1, INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){seven, ins_epoch_at(0), 99, INS_PREACTIVATION})));
    ck_assert(ins_number(&study, INS_EPOCHS_TEST_ACCURACY,
                         (ins_site){.run = seven, .epoch = ins_epoch_at(1)}) == 0.75);
    ck_assert(isnan(ins_number(&study, INS_EPOCHS_TRAIN_LOSS,
                               (ins_site){.run = seven, .epoch = ins_epoch_at(1)})));
    ck_assert(isnan(ins_number(&study, INS_EPOCHS_TEST_ACCURACY,
                               (ins_site){.run = study.arm[1].run[0], .epoch = ins_epoch_at(1)})));
    ck_assert(ins_study_has(&study, 0, INS_PREACTIVATION));
    ck_assert(!ins_study_has(&study, 1, INS_PREACTIVATION));
    ck_assert(!ins_study_has(&study, 0, INS_DELTA));
    ck_assert_uint_eq(ins_epoch_place(ins_epoch_of(&study, 2)), 1);
    ck_assert(!ins_is_recorded(ins_epoch_of(&study, 1)));
    ck_assert_int_eq(ins_epoch_number(&study, INS_NOT_RECORDED), -1);
    ck_assert(ins_same_epoch(study.start, ins_epoch_at(0)));
    ck_assert(ins_same_epoch(ins_last_epoch(&study), ins_epoch_at(1)));
    ck_assert(ins_same_epoch(ins_epoch_before(ins_epoch_at(1)), ins_epoch_at(0)));
    ck_assert(!ins_is_recorded(ins_epoch_before(ins_epoch_at(0))));
    ck_assert(!ins_is_recorded(ins_epoch_before(INS_NOT_RECORDED)));
    /* A site whose epoch was never set is no epoch, not the first one. */
    ck_assert(isnan(ins_number(&study, INS_LAYERS_VARIANCE,
                               (ins_site){.run = seven, .layer = 1, .tensor = INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_EPOCHS_TEST_ACCURACY, (ins_site){.run = seven})));
    /* Neither a text nor a number without a place is one. */
    ck_assert(isnan(ins_number(&study, INS_LAYERS_TENSOR,
                               (ins_site){seven, study.start, 1, INS_PREACTIVATION})));
    ck_assert(isnan(ins_number(&study, INS_RUNS_SEED, (ins_site){.run = seven})));
    ck_assert(!study.run[seven].diverged); /* there is no train_loss to tell by */
    ins_study_free(&study);
}
END_TEST

/* The label of every arm that runs.csv makes, one a line. */
static void check_labels(const char *rows, const char *expected)
{
    char text[2048], runs[4096], joined[1024] = "";
    snprintf(runs, sizeof runs,
             "run,initializer,activation,hidden,optimizer,learning_rate,seed\n%s", rows);
    put("runs.csv", runs);
    size_t lines = 0;
    for (const char *c = rows; *c != '\0'; c++) lines += *c == '\n';
    snprintf(text, sizeof text, "run,epoch\n");
    for (size_t i = 1; i <= lines; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%zu,0\n", i);
    }
    put("epochs.csv", text);
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    ins_study study = read_study();
    for (size_t a = 0; a < study.arms; a++) {
        size_t length = strlen(joined);
        snprintf(joined + length, sizeof joined - length, "%s\n", study.arm[a].label);
    }
    ck_assert_str_eq(joined, expected);
    ins_study_free(&study);
}

START_TEST(labels_say_what_varies)
{
    check_labels("1,he,relu,2x64,adam,0.001,1\n2,he,relu,2x64,adam,0.001,2\n"
                 "3,zeros,relu,2x64,adam,0.001,1\n",
                 "he\nzeros\n");
    check_labels("1,he,tanh,20x32,adam,0.001,1\n2,he,relu,20x32,adam,0.001,1\n"
                 "3,he,tanh,4x32,adam,0.001,1\n",
                 "he, tanh, 20x32\nhe, relu, 20x32\nhe, tanh, 4x32\n");
    /* The learning rate goes with the optimizer: it tells nothing more. */
    check_labels("1,he,relu,2x64,adam,0.001,1\n2,he,relu,2x64,sgd,0.01,1\n", "he, adam\nhe, sgd\n");
    check_labels("1,he,relu,2x64,sgd,0.1,1\n2,he,relu,2x64,sgd,0.01,1\n",
                 "he, learning rate 0.1\nhe, learning rate 0.01\n");
    /* Widths with commas; 64,64 and 2x64 are the same network. */
    check_labels("1,he,relu,\"64,64\",sgd,0.1,1\n2,he,relu,2x64,sgd,0.1,2\n"
                 "3,he,relu,\"128,64,64\",sgd,0.1,1\n4,he,relu,\"64,640\",sgd,0.1,1\n",
                 "he, 2x64\nhe, 128-2x64\nhe, 64-640\n");
}
END_TEST

START_TEST(diverged_as_runs_say)
{
    put("runs.csv", "run,initializer,seed,status\n2,a,5,diverged\n1,a,4,completed\n");
    put("epochs.csv", "run,epoch,train_loss\n1,0,nan\n2,0,1\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.runs, 2);
    ck_assert_int_eq(study.run[0].number, 2);
    ck_assert(study.run[0].diverged);
    ck_assert(!study.run[1].diverged);
    ck_assert_uint_eq(study.arm[0].run[0], 1); /* seed 4 */
    ins_study_free(&study);
}
END_TEST

START_TEST(diverged_by_the_last_loss)
{
    put("epochs.csv", "run,epoch,train_loss\n1,0,1\n1,1,inf\n2,1,0.5\n2,0,nan\n3,0,\n4,0,2\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.runs, 4);
    ck_assert(study.run[0].diverged);
    ck_assert(!study.run[1].diverged);
    ck_assert(study.run[2].diverged);
    ck_assert(!study.run[3].diverged);
    /* No initializer, no seed: each run is an arm. */
    ck_assert_uint_eq(study.arms, 4);
    ck_assert_str_eq(study.arm[1].label, "run 2");
    ck_assert_int_eq(study.run[1].seed, 1);
    ins_study_free(&study);
}
END_TEST

START_TEST(optional_files_by_run_number)
{
    put("epochs.csv", "run,epoch\n5,0\n5,3\n9,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n5,0,1,weight,1\n9,0,2,weight,1\n");
    put("symmetry.csv", "run,epoch,layer,units,distinct_units\n5,3,1,8,3\n5,0,1,8,1\n"
                        "6,0,1,8,4\n5,2,1,8,4\n5,0,7,8,4\n5,-1,1,8,4\n,0,1,8,4\n");
    put("theory.csv", "run,layer,tensor,variance\n9,2,delta,0.25\n9,2,mood,3\n9,1,delta,nan\n");
    put("histograms.csv", "run,epoch,layer,tensor,bin,lower,upper,count\n"
                          "5,0,1,delta,1,-1,0,4\n9,0,1,delta,1,-1,0,7\n5,0,1,delta,2,0,1,5\n");
    put("spectrum.csv", "run,epoch,layer,index,singular_value\n5,0,0,1,3\n5,0,0,2,1.5\n");
    put("depth.csv", "run,chi_1,xi_gradient\n9,1.5,-2.5\n7,3,3\n5,1,inf\n");
    put("phase.csv", "activation,sigma_w,sigma_b,chi_1\nrelu,1,0,0.5\n");
    ins_study study = read_study();
    size_t five = 0, nine = 1;
    ck_assert_int_eq(study.run[nine].number, 9);
    ck_assert(ins_number(&study, INS_SYMMETRY_DISTINCT_UNITS,
                         (ins_site){.run = five, .epoch = ins_epoch_at(0), .layer = 1}) == 1);
    ck_assert(ins_number(&study, INS_SYMMETRY_DISTINCT_UNITS,
                         (ins_site){.run = five, .epoch = ins_epoch_at(1), .layer = 1}) == 3);
    ck_assert(isnan(ins_number(&study, INS_SYMMETRY_DISTINCT_UNITS,
                               (ins_site){.run = five, .epoch = ins_epoch_at(0), .layer = 2})));
    ck_assert(isnan(ins_number(&study, INS_SYMMETRY_DISTINCT_UNITS,
                               (ins_site){.run = nine, .epoch = ins_epoch_at(0), .layer = 1})));
    ck_assert(isnan(ins_number(
        &study, INS_SYMMETRY_EFFECTIVE_RANK,
        (ins_site){.run = five, .epoch = ins_epoch_at(0), .layer = 1}))); /* no such column */
    ck_assert(isnan(ins_number(&study, INS_SYMMETRY_UNITS,
                               (ins_site){.run = 77, .epoch = ins_epoch_at(0), .layer = 1})));
    ck_assert(ins_number(&study, INS_THEORY_VARIANCE,
                         (ins_site){.run = nine, .layer = 2, .tensor = INS_DELTA}) == 0.25);
    ck_assert(isnan(ins_number(&study, INS_THEORY_VARIANCE,
                               (ins_site){.run = nine, .layer = 1, .tensor = INS_DELTA})));
    ck_assert(isnan(ins_number(&study, INS_THEORY_VARIANCE,
                               (ins_site){.run = five, .layer = 2, .tensor = INS_DELTA})));
    ck_assert(ins_number(&study, INS_DEPTH_XI_GRADIENT, (ins_site){.run = nine}) == -2.5);
    ck_assert(isinf(ins_number(&study, INS_DEPTH_XI_GRADIENT, (ins_site){.run = five})));
    ck_assert(
        isnan(ins_number(&study, INS_DEPTH_XI_C, (ins_site){.run = five}))); /* no such column */
    ck_assert(isnan(ins_number(&study, INS_DEPTH_CHI_1, (ins_site){.run = 77})));
    ck_assert_uint_eq(study.phase.rows, 1);
    ins_bin bin[2];
    ck_assert_uint_eq(
        ins_study_histogram(&study, (ins_site){five, ins_epoch_at(0), 1, INS_DELTA}, bin, 2), 2);
    ck_assert(bin[0].count == 4 && bin[1].count == 5 && bin[1].lower == 0 && bin[1].upper == 1);
    ck_assert_uint_eq(
        ins_study_histogram(&study, (ins_site){nine, ins_epoch_at(0), 1, INS_DELTA}, bin, 0), 1);
    ck_assert_uint_eq(
        ins_study_histogram(&study, (ins_site){five, ins_epoch_at(0), 1, INS_WEIGHT}, bin, 2), 0);
    double value[1];
    ck_assert_uint_eq(
        ins_study_spectrum(&study, (ins_site){.run = five, .epoch = ins_epoch_at(0), .layer = 0},
                           value, 1),
        2);
    ck_assert(value[0] == 3);
    ck_assert_uint_eq(
        ins_study_spectrum(&study, (ins_site){.run = five, .epoch = ins_epoch_at(1), .layer = 0},
                           value, 1),
        0);
    ck_assert(ins_study_has_file(&study, INS_LOG_SPECTRUM));
    ins_study_free(&study);
}
END_TEST

START_TEST(optional_files_by_name)
{
    put("epochs.csv", foreign_epochs);
    put("layers.csv", foreign_layers);
    put("symmetry.csv", "initializer,seed,epoch,layer,units\ntiny,3,0,2,6\nkaiming,7,2,3,4\n"
                        "kaiming,8,0,1,9\nhuge,7,0,1,9\n");
    put("theory.csv", "run,layer,tensor,variance\n1,1,delta,0.25\n"); /* whose run is that? */
    ins_study study = read_study();
    ck_assert(
        ins_number(&study, INS_SYMMETRY_UNITS,
                   (ins_site){.run = study.arm[1].run[0], .epoch = ins_epoch_at(0), .layer = 2}) ==
        6);
    ck_assert(
        ins_number(&study, INS_SYMMETRY_UNITS,
                   (ins_site){.run = study.arm[0].run[1], .epoch = ins_epoch_at(1), .layer = 3}) ==
        4);
    ck_assert(ins_study_has_file(&study, INS_LOG_SYMMETRY));
    ck_assert(!ins_study_has_file(&study, INS_LOG_THEORY));
    ck_assert(!ins_study_has_file(&study, INS_LOG_HISTOGRAMS)); /* there is no such file */
    ins_study_free(&study);
}
END_TEST

/* --- Graphs -------------------------------------------------------------------------- */

/* So many runs, each with rows of the layers 0 to 3. */
static void put_runs(size_t runs)
{
    char epochs[1024] = "run,epoch\n", layers[4096] = "run,epoch,layer,tensor,variance\n";
    for (size_t r = 1; r <= runs; r++) {
        snprintf(epochs + strlen(epochs), sizeof epochs - strlen(epochs), "%zu,0\n", r);
        for (size_t l = 0; l <= 3; l++)
            snprintf(layers + strlen(layers), sizeof layers - strlen(layers),
                     "%zu,0,%zu,activation,1\n", r, l);
    }
    put("epochs.csv", epochs);
    put("layers.csv", layers);
}

/* The network names itself, or is cut short; two that look alike are numbered; the depth is no
 * factor of networks that are no chains. */
START_TEST(networks_are_labels)
{
    put_runs(6);
    put("runs.csv",
        "run,initializer,hidden,network,seed\n"
        "1,he,,\"cnn=input(8,8,1),conv(16,3),act,gmean\",1\n"
        "2,he,\"64,64\",\"64,64\",1\n"
        "3,he,,\"input(8,8,1),conv(16,3),bn,act,maxpool(2),conv(32,3),act,gmean\",1\n"
        "4,he,,\"input(8,8,1),conv(16,3),bn,act,maxpool(2),conv(32,3),bn,act,gmean\",1\n"
        "5,he,,\"input(8,8,1),conv(16,3),bn,act,maxpool(2),conv(32,3),act,gmean\",2\n"
        "6,he,,\"100x(conv(123,3),bn,act,maxpool(2)),gmean\",1\n");
    ins_study study = read_study();
    static const char *const labels[] = {
        "he, cnn", "he, 2x64", "he, conv(16,3)-bn-act-maxpool(2)-…",
        "he, conv(16,3)-bn-act-maxpool(2)-… (2)", "he, 100x(conv(123,3),bn,act,maxpoo…"};
    ck_assert_uint_eq(study.arms, 5);
    for (size_t a = 0; a < study.arms; a++) ck_assert_str_eq(study.arm[a].label, labels[a]);
    ck_assert_uint_eq(study.arm[2].runs, 2);
    ck_assert_ptr_null(study.arm[1].hidden);
    ck_assert_str_eq(study.arm[0].network, "cnn=input(8,8,1),conv(16,3),act,gmean");
    ins_arena *arena = ins_arena_new();
    ins_study_factors factors = ins_factors_of(&study, arena);
    ck_assert_uint_eq(factors.count, 1);
    ck_assert(factors.factor[0].column == INS_RUNS_NETWORK);
    ck_assert_str_eq(factors.factor[0].name, "network");
    ck_assert_str_eq(ins_factor_phrase(arena, &factors.factor[0], 0), "cnn");
    ins_arena_free(arena);
    ins_study_free(&study);
}
END_TEST

/* Of dense chains the network is the hidden layers, and the depth the factor. */
START_TEST(dense_networks_are_shapes)
{
    put_runs(2);
    put("runs.csv", "run,initializer,hidden,network,seed\n1,he,10x8,10x8,1\n2,he,2x8,2x8,1\n");
    ins_study study = read_study();
    ck_assert_str_eq(study.arm[0].label, "he, 10x8");
    ck_assert_str_eq(study.arm[0].hidden, "10x8");
    ins_arena *arena = ins_arena_new();
    ins_study_factors factors = ins_factors_of(&study, arena);
    ck_assert_uint_eq(factors.count, 1);
    ck_assert(factors.factor[0].column == INS_RUNS_HIDDEN);
    ck_assert_str_eq(ins_factor_phrase(arena, &factors.factor[0], 1), "10 hidden layers");
    ck_assert(study.arm[0].chain && study.arm[1].chain);
    ins_arena_free(arena);
    ins_study_free(&study);
}
END_TEST

/* What differs in factors.csv alone makes arms; a column of runs.csv may be repeated there. */
START_TEST(named_factors_make_arms)
{
    put_runs(4);
    put("runs.csv", "run,initializer,learning_rate,seed\n1,he,0.1,1\n2,he,0.1,1\n3,he,0.1,2\n"
                    "4,he,0.1,1\n");
    put("factors.csv", "run,factor,value\n1,residual_init,none\n2,residual_init,zero_last\n"
                       "3,residual_init,none\n1,forget-bias,1\n9,residual_init,fixup\n"
                       "2,forget_bias,1\n3,forget_bias,1\n1,learning-rate,0.10\n"
                       "3,residual_init,none\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.arms, 3);
    ck_assert_str_eq(study.arm[0].label, "he, residual init none");
    ck_assert_str_eq(study.arm[1].label, "he, residual init zero_last");
    ck_assert_str_eq(study.arm[2].label, "he");
    ck_assert_uint_eq(study.arm[0].runs, 2);
    ins_arena *arena = ins_arena_new();
    ins_study_factors factors = ins_factors_of(&study, arena);
    ck_assert_uint_eq(factors.count, 1);
    ck_assert(factors.factor[0].column == INS_NO_COLUMN);
    ck_assert_str_eq(factors.factor[0].name, "residual init");
    ck_assert_uint_eq(factors.factor[0].levels, 3);
    ins_arena_free(arena);
    ins_study_free(&study);
}
END_TEST

/* A branch around layers 1 and 2, told by one of two runs; of layer 9 there are no rows. */
START_TEST(graph_of_an_arm)
{
    put_runs(2);
    put("runs.csv", "run,initializer,seed\n1,he,1\n2,he,2\n");
    put("network.csv",
        "run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,parameters,trainable\n"
        "1,3,head,dense,,,0 2,4,5,6,24,1\n1,1,conv1,conv,block1,relu,0,8,9,72,80,1\n"
        "1,2,norm1,norm,block1,,1,8,1,1,16,0\n2,2,norm1,norm,block1,,1,8,1,1,16,0\n"
        "1,9,far,dense,,,3,4,5,6,24,1\n7,1,x,y,z,,0,1,1,1,1,1\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.arms, 1);
    const ins_arm *arm = &study.arm[0];
    ins_arena *arena = ins_arena_new();
    ck_assert(!arm->chain);
    ck_assert_uint_eq(arm->listed, 3);
    const ins_graph_layer *conv = ins_layer_at(arm, 1), *norm = ins_layer_at(arm, 2);
    ck_assert(conv->kind == INS_KIND_CONV && norm->kind == INS_KIND_NORM);
    ck_assert_str_eq(conv->block, "block1");
    ck_assert_str_eq(conv->activation, "relu");
    ck_assert_str_eq(ins_layer_at(arm, 3)->activation, "");
    ck_assert(conv->units == 8 && conv->fan_in == 9 && conv->fan_out == 72);
    ck_assert(!conv->frozen && norm->frozen);
    ck_assert(ins_has_product(arm, 1) && !ins_has_product(arm, 2));
    ck_assert_ptr_null(ins_layer_at(arm, 9));
    ck_assert_uint_eq(ins_layer_inputs(arm, 3), 2);
    ck_assert_uint_eq(ins_layer_input(arm, 3, 1), 2);
    ck_assert_uint_eq(ins_only_input(arm, 3), SIZE_MAX);
    ck_assert_uint_eq(ins_only_input(arm, 2), 1);
    ck_assert(ins_is_only_reader(arm, 2, 1));
    ck_assert(!ins_is_only_reader(arm, 1, 0));
    ck_assert_str_eq(ins_layer_name(arena, arm, 1), "conv1");
    ins_arena_free(arena);
    ins_study_free(&study);
}
END_TEST

/* Without network.csv, and with one that lists what would be taken for granted. */
START_TEST(chains)
{
    put_runs(1);
    ins_study study = read_study();
    ins_arena *arena = ins_arena_new();
    const ins_arm *arm = &study.arm[0];
    ck_assert(arm->chain);
    ck_assert_ptr_null(ins_layer_at(arm, 1));
    ck_assert_uint_eq(ins_only_input(arm, 3), 2);
    ck_assert_uint_eq(ins_layer_inputs(arm, 0), 0);
    ck_assert(ins_has_product(arm, 3));
    ck_assert_str_eq(ins_layer_name(arena, arm, 3), "3");
    ins_arena_free(arena);
    ins_study_free(&study);
    static const struct {
        const char *rows;
        bool chain;
    } networks[] = {{"1,1,dense,,0\n1,2,dense,,1\n1,3,dense,,2\n", true},
                    {"1,1,dense,,0\n1,2,conv,,1\n1,3,dense,,2\n", false},
                    {"1,1,dense,,0\n1,2,dense,b,1\n1,3,dense,,2\n", false},
                    {"1,1,dense,,0\n1,2,dense,,1\n1,3,dense,,1\n", false},
                    {"1,1,dense,,0\n1,2,dense,,1\n1,3,dense,,1 2\n", false},
                    {"1,1,dense,,0\n1,2,dense,,1\n", false}};
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "run,layer,kind,block,inputs\n%s", networks[i].rows);
        put("network.csv", text);
        study = read_study();
        ck_assert_msg(study.arm[0].chain == networks[i].chain, "%s", networks[i].rows);
        ins_study_free(&study);
    }
}
END_TEST

/* Words that are not known are products of weights, where they have weights for it. */
START_TEST(kinds_of_others)
{
    put("epochs.csv", "run,epoch\n1,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,7,weight,1\n");
    put("network.csv", "run,layer,kind,units,fan_in,parameters\n1,1,conv_transpose,8,72,584\n"
                       "1,2,rmsnorm,8,1,8\n1,3,batch_norm,8,,16\n1,4,moe,8,,640\n"
                       "1,5,other,8,1,8\n1,6,embedding,8,1,80\n1,7,linear,8,1,16\n");
    static const bool product[] = {true, false, false, true, true, false, true};
    ins_study study = read_study();
    for (size_t l = 1; l <= 7; l++)
        ck_assert_msg(ins_has_product(&study.arm[0], l) == product[l - 1], "layer %zu", l);
    ck_assert_uint_eq(ins_hidden_products(&study.arm[0]), 3);
    ins_study_free(&study);
    /* Names alone: a chain, as without the file; but an input that is told is one that others lack.
     */
    for (int told = 0; told < 2; told++) {
        put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,2,weight,1\n");
        put("network.csv", told ? "run,layer,name,kind,inputs\n1,1,a,,0\n1,2,b,,\n"
                                : "run,layer,name,kind,inputs\n1,1,a,,\n1,2,b,,\n");
        study = read_study();
        ck_assert(study.arm[0].chain == !told);
        ck_assert_uint_eq(ins_layer_inputs(&study.arm[0], 2), told ? 0 : 1);
        ins_study_free(&study);
    }
}
END_TEST

START_TEST(streams_are_listed)
{
    put("epochs.csv", "run,epoch\n1,0\n2,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,6,stream,1\n1,0,4,stream,1\n"
                      "2,0,1,weight,1\n1,1,4,stream,1\n1,0,5,input,1\n");
    ins_study study = read_study();
    const size_t *layer;
    ck_assert_uint_eq(ins_streams(&study, 0, &layer), 2);
    ck_assert(layer[0] == 4 && layer[1] == 6);
    ck_assert_uint_eq(ins_streams(&study, 1, &layer), 0);
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE, (ins_site){0, study.start, 5, INS_INPUT}) ==
              1);
    ins_study_free(&study);
}
END_TEST

static const struct {
    const char *name, *text, *message;
} contradictions[] = {
    {"factors.csv", "run,factor,value\n1,a,x\n1,a,y\n",
     "/factors.csv: data row 2 gives a factor of a run another value than a row before it"},
    {"factors.csv", "run,factor,value\n1,a,x\n2,seed,7\n",
     "/factors.csv: data row 2 has another value than the run's own column of runs.csv"},
    {"factors.csv", "run,factor,value\n1,initializer,she\n",
     "/factors.csv: data row 1 has another value than the run's own column of runs.csv"},
    {"factors.csv", "run,factor\n1,a\n", "/factors.csv:1: there is no column \"value\""},
    {"network.csv", "run,name\n1,a\n", "/network.csv:1: there is no column \"layer\""},
    {"network.csv", "run,layer\n1,0.0\n",
     "/network.csv: layer is not a whole number from 1 to 100000 in data row 1 (got \"0\")"},
    {"network.csv", "run,layer,inputs\n1,1,0\n1,2,\"1,0\"\n",
     "/network.csv: data row 2: inputs are not numbers of layers separated by blanks"},
    {"network.csv", "run,layer,units\n1,1,4\n1,2,4\n2,1,4\n2,2,5\n",
     "/network.csv: data row 4 is another layer than data row 2, of the same number and the same "
     "factors; what differs between runs belongs in factors.csv"},
};

START_TEST(contradictions_are_refused)
{
    put_runs(2);
    put("runs.csv", "run,initializer,seed\n1,he,1\n2,he,2\n");
    put(contradictions[_i].name, contradictions[_i].text);
    ins_study study;
    ins_error_clear(&error);
    ck_assert_int_eq(ins_study_read(scratch, &study, &error), INS_DATA);
    ck_assert_str_eq(error.line[0] + strlen(scratch), contradictions[_i].message);
}
END_TEST

typedef struct refused {
    const char *epochs, *layers, *message;
} refused;

static const refused refusals[] = {
    {NULL, "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv: there is no such file"},
    {"run,epoch\n1,0\n", NULL, "/layers.csv: there is no such file"},
    {"run,epoch\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv: there are no rows"},
    {"run,epoch\n1,0\n", "run,epoch,layer,tensor\n1,0,1,weight\n",
     "/layers.csv:1: there is no column \"variance\""},
    {"run\n1\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv:1: there is no column \"epoch\""},
    {"epoch,seed\n0,1\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv:1: there is neither a column \"run\" nor \"initializer\" and \"seed\""},
    {"run,epoch\n1,0\n", "initializer,seed,epoch,layer,tensor,variance\na,1,0,1,weight,1\n",
     ": epochs.csv and layers.csv do not name their runs by the same columns"},
    {"run,epoch\n1,0\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n1,0,-1,weight,1\n",
     "/layers.csv: layer is not a whole number from 0 to 100000 in data row 2 (got \"-1\")"},
    {"run,epoch\n1,0\n", "run,epoch,layer,tensor,variance\n1,0,100001,weight,1\n",
     "/layers.csv: layer is not a whole number from 0 to 100000 in data row 1 (got \"100001\")"},
    {"run,epoch\n1,0\n1,-3\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv: epoch is not a whole number from 0 to 1000000000 in data row 2 (got \"-3\")"},
    {"run,epoch\n1,\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv: epoch is not a whole number from 0 to 1000000000 in data row 1 (got \"\")"},
    {"initializer,seed,epoch\na,,0\n",
     "initializer,seed,epoch,layer,tensor,variance\na,1,0,1,weight,1\n",
     "/epochs.csv: seed is not a whole number in data row 1 (got \"\")"},
    {"run,epoch\n1,0\n1,0\n", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n",
     "/epochs.csv: data row 2 is for the same place as data row 1"},
    {"run,epoch\n1,0\n",
     "run,epoch,layer,tensor,variance\n1,0,1,bias,1\n1,0,1,weight,1\n1,0,1,bias,2\n",
     "/layers.csv: data row 3 is for the same place as data row 1"},
};

START_TEST(bad_references_are_refused)
{
    const refused *row = &refusals[_i];
    if (row->epochs != NULL) put("epochs.csv", row->epochs);
    if (row->layers != NULL) put("layers.csv", row->layers);
    ins_study study, before;
    memset(&study, 0x5a, sizeof study);
    before = study;
    ins_error_clear(&error);
    ck_assert_int_eq(ins_study_read(scratch, &study, &error), INS_DATA);
    ck_assert_msg(strncmp(error.line[0], scratch, strlen(scratch)) == 0, "%s", error.line[0]);
    ck_assert_str_eq(error.line[0] + strlen(scratch), row->message);
    ck_assert_mem_eq(&study, &before, sizeof study);
}
END_TEST

START_TEST(fractional_epoch_is_refused)
{
    put("epochs.csv", "run,epoch\n1,0.5\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    ins_study study;
    ins_error_clear(&error);
    ck_assert_int_eq(ins_study_read(scratch, &study, &error), INS_DATA);
    ck_assert_ptr_nonnull(strstr(error.line[0], "epochs.csv"));
    ck_assert_ptr_nonnull(strstr(error.line[0], "0.5"));
}
END_TEST

/* Whoever has no epochs counts steps; where both are there, the epoch is meant. */
START_TEST(steps_stand_for_epochs)
{
    put("epochs.csv", "run,step,test_accuracy\n1,0,0.5\n1,300,0.75\n");
    put("layers.csv", "run,step,layer,tensor,variance\n1,0,1,weight,4\n1,300,1,weight,9\n");
    put("symmetry.csv", "run,step,layer,distinct_units\n1,300,1,7\n");
    put("histograms.csv", "run,step,layer,tensor,lower,upper,count\n1,0,1,weight,0,1,5\n");
    put("spectrum.csv", "run,step,layer,index,singular_value\n1,0,1,1,2.5\n");
    ins_study study = read_study();
    ck_assert_str_eq(study.time, "step");
    ck_assert_int_eq(study.epoch[1], 300);
    ck_assert(ins_is_recorded(study.start));
    ins_site end = {0, ins_epoch_of(&study, 300), 1, INS_WEIGHT};
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE, end) == 9);
    ck_assert(ins_number(&study, INS_SYMMETRY_DISTINCT_UNITS, end) == 7);
    ins_bin bin;
    double value;
    ins_site start = {0, study.start, 1, INS_WEIGHT};
    ck_assert_uint_eq(ins_study_histogram(&study, start, &bin, 1), 1);
    ck_assert_uint_eq(ins_study_spectrum(&study, start, &value, 1), 1);
    ck_assert(bin.count == 5 && value == 2.5);
    ins_study_free(&study);
    put("epochs.csv", "step,run,epoch\n100,1,0\n200,1,1\n");
    put("layers.csv", "run,epoch,step,layer,tensor,variance\n1,0,0,1,weight,4\n");
    study = read_study();
    ck_assert_str_eq(study.time, "epoch");
    ck_assert_uint_eq(study.epochs, 2);
    ck_assert_int_eq(study.epoch[1], 1);
    ins_study_free(&study);
    put("experiment.ini", "time = step\n"); /* what the column counts */
    study = read_study();
    ck_assert_str_eq(study.time, "step");
    ins_study_free(&study);
    put("epochs.csv", "run,step\n1,0.5\n");
    ins_error_clear(&error);
    ck_assert_int_eq(ins_study_read(scratch, &study, &error), INS_DATA);
    ck_assert_ptr_nonnull(strstr(error.line[0], "column \"step\": not a whole number"));
}
END_TEST

/* Run 2 was interrupted and is run 4; run 3 differs from it in a factor, run 5 goes on. */
static const char *const unfinished_runs =
    "run,initializer,optimizer,seed,status\n1,he,sgd,1,completed\n2,he,sgd,2,interrupted\n"
    "3,he,sgd,2,interrupted\n4,he,sgd,2,completed\n5,he,sgd,3,running\n6,he,sgd,3,diverged\n";

START_TEST(runs_that_have_not_ended)
{
    put("runs.csv", unfinished_runs);
    put("factors.csv", "run,factor,value\n1,width,8\n2,width,8\n3,width,9\n4,width,8\n5,width,8\n"
                       "6,width,8\n");
    put("epochs.csv", "run,epoch\n1,0\n2,0\n4,0\n5,0\n5,7\n6,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n2,0,1,weight,2\n"
                      "4,0,1,weight,4\n5,7,3,weight,5\n6,0,1,weight,6\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.runs, 3);
    ck_assert_uint_eq(study.arms, 1);
    ck_assert_uint_eq(study.epochs, 1); /* what run 5 recorded is left out */
    ck_assert_uint_eq(study.layers, 1);
    ck_assert_int_eq(study.run[1].number, 4);
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE, (ins_site){1, study.start, 1, INS_WEIGHT}) ==
              4);
    ck_assert_uint_eq(study.unfinished_runs, 2);
    ck_assert_int_eq(study.unfinished[0].number, 3);
    ck_assert_int_eq(study.unfinished[0].state, INS_RUN_INTERRUPTED);
    ck_assert_int_eq(study.unfinished[1].number, 5);
    ck_assert_str_eq(ins_run_state_word(study.unfinished[1].state), "running");
    ins_study_free(&study);
    put("runs.csv", "run,initializer,seed,status\n1,he,1,running\n2,he,2,interrupted\n");
    put("epochs.csv", "run,epoch\n1,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,1,weight,1\n");
    put("factors.csv", "run,factor,value\n");
    ins_error_clear(&error);
    ck_assert_int_eq(ins_study_read(scratch, &study, &error), INS_DATA);
    ck_assert_ptr_nonnull(strstr(error.line[0], "no run has ended yet (1 running, 1 interrupted)"));
}
END_TEST

/* A header alone is as no file. */
START_TEST(headers_alone)
{
    put("epochs.csv", foreign_epochs);
    put("layers.csv", foreign_layers);
    for (size_t file = 0; file < INS_LOG_FILES; file++) {
        char header[1024] = "";
        const ins_log_table *table = &ins_log_tables[file];
        if (file == INS_LOG_EPOCHS || file == INS_LOG_LAYERS) continue;
        for (size_t c = 0; table->columns[c].name != NULL; c++) {
            strcat(header, c > 0 ? "," : "");
            strcat(header, table->columns[c].name);
        }
        strcat(header, "\n");
        put(table->file, header);
    }
    ins_study study = read_study();
    ck_assert_uint_eq(study.runs, 3);
    ck_assert(study.arm[0].chain && study.arm[0].listed == 0);
    ck_assert(!ins_study_has_file(&study, INS_LOG_THEORY));
    ck_assert(!ins_study_has_file(&study, INS_LOG_SYMMETRY));
    ck_assert_ptr_null(ins_pairs_get(&study.environment, "classes"));
    ins_study_free(&study);
}
END_TEST

/* Recording may begin late: the first recorded epoch is not the start then. */
START_TEST(start_is_epoch_0)
{
    put("epochs.csv", "run,epoch\n1,3\n1,5\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,3,1,weight,4\n1,5,1,weight,9\n");
    ins_study study = read_study();
    ck_assert(!ins_is_recorded(study.start));
    ck_assert(
        isnan(ins_number(&study, INS_LAYERS_VARIANCE, (ins_site){0, study.start, 1, INS_WEIGHT})));
    ck_assert(ins_number(&study, INS_LAYERS_VARIANCE,
                         (ins_site){0, ins_epoch_at(0), 1, INS_WEIGHT}) == 4);
    ck_assert_int_eq(ins_epoch_number(&study, ins_epoch_at(0)), 3);
    ck_assert_int_eq(ins_epoch_number(&study, ins_last_epoch(&study)), 5);
    ins_study_free(&study);
}
END_TEST

/* Rows in a scattered order are all found again: the value tells its place. */
START_TEST(every_number_by_its_place)
{
    enum { RUNS = 7, EPOCHS = 11, LAYERS = 13, ROWS = RUNS * EPOCHS * (LAYERS + 1) * INS_TENSORS };
    FILE *file = fopen(scratch_file("layers.csv", "", 0), "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "run,epoch,layer,tensor,variance\n");
    for (size_t i = 0; i < ROWS; i++) {
        size_t place = i * 4999 % ROWS; /* 4999 is prime and does not divide ROWS */
        size_t run = place % RUNS, epoch = place / RUNS % EPOCHS;
        size_t layer = place / RUNS / EPOCHS % (LAYERS + 1);
        size_t tensor = place / RUNS / EPOCHS / (LAYERS + 1);
        fprintf(file, "%zu,%zu,%zu,%s,%zu\n", 10 * (run + 1), 3 * epoch, layer,
                ins_tensor_table[tensor].name, place);
    }
    fclose(file);
    put("epochs.csv", "run,epoch\n10,0\n20,0\n30,0\n40,0\n50,0\n60,0\n70,0\n");
    ins_study study = read_study();
    ck_assert_uint_eq(study.runs, RUNS);
    ck_assert_uint_eq(study.epochs, EPOCHS);
    ck_assert_uint_eq(study.layers, LAYERS);
    for (size_t run = 0; run < RUNS; run++) {
        ck_assert_uint_eq(ins_epoch_place(study.run[run].last_layers), EPOCHS - 1);
        ck_assert_uint_eq(ins_epoch_place(study.run[run].last), 0);
    }
    for (size_t place = 0; place < ROWS; place++) {
        size_t run = place % RUNS, epoch = place / RUNS % EPOCHS;
        size_t layer = place / RUNS / EPOCHS % (LAYERS + 1);
        ins_tensor tensor = (ins_tensor)(place / RUNS / EPOCHS / (LAYERS + 1));
        ck_assert(ins_number(&study, INS_LAYERS_VARIANCE,
                             (ins_site){run, ins_epoch_at(epoch), layer, tensor}) == (double)place);
    }
    ins_study_free(&study);
}
END_TEST

START_TEST(optional_files_are_read)
{
    put("epochs.csv", foreign_epochs);
    put("layers.csv", foreign_layers);
    put("environment.csv", "key,value\nmajority_share,0.4\n");
    put("experiment.ini", "title = A title\n");
    put("features.csv", "feature,scaled_mean,scaled_variance\nx,0,1\ny,0.5,2\n");
    ins_study study = read_study();
    ck_assert_str_eq(ins_pairs_get(&study.environment, "majority_share"), "0.4");
    ck_assert_str_eq(ins_pairs_get(&study.experiment, "title"), "A title");
    ck_assert_uint_eq(study.features.rows, 2);
    ck_assert_uint_eq(study.runs_table.rows, 0);
    ins_study_free(&study);
}
END_TEST

/* Time steps in a scattered order are all found again, each tensor by itself; what has no step, or
 * one that is none, is left out. */
START_TEST(time_steps_by_their_number)
{
    enum { STEPS = 97, LAYERS = 2 };
    static const char *const names[INS_STEP_TENSORS] = {"preactivation", "state", "delta"};
    put("epochs.csv", "run,epoch\n1,0\n");
    put("layers.csv", "run,epoch,layer,tensor,variance\n1,0,2,weight,4\n");
    FILE *file = fopen(scratch_file("steps.csv", "", 0), "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "run,epoch,layer,tensor,step,second_moment,variance,theory\n");
    fprintf(file, "1,0,1,delta,,7,7,7\n1,0,1,weight,1,7,7,7\n1,4,1,delta,1,7,7,7\n");
    fprintf(file, "1,0,1,delta,1e9,7,7,7\n");
    for (size_t i = 0; i < STEPS * LAYERS * INS_STEP_TENSORS; i++) {
        size_t place = i * 101 % (STEPS * LAYERS * INS_STEP_TENSORS);
        fprintf(file, "1,0,%zu,%s,%zu,%zu,%zu,\n", place / STEPS % LAYERS + 1,
                names[place / STEPS / LAYERS], 2 * (place % STEPS) + 1, place, 2 * place);
    }
    fclose(file);
    ins_study study = read_study();
    ck_assert(ins_study_has_file(&study, INS_LOG_STEPS));
    for (size_t place = 0; place < STEPS * LAYERS * INS_STEP_TENSORS; place++) {
        ins_site at = {.epoch = study.start, .layer = place / STEPS % LAYERS + 1};
        ins_step_tensor tensor = (ins_step_tensor)(place / STEPS / LAYERS);
        size_t step = 2 * (place % STEPS) + 1;
        ck_assert_uint_eq(ins_study_steps(&study, at, tensor), 2 * STEPS - 1);
        ck_assert(ins_step_number(&study, INS_STEPS_SECOND_MOMENT, at, tensor, step) ==
                  (double)place);
        ck_assert(ins_step_number(&study, INS_STEPS_VARIANCE, at, tensor, step) ==
                  2 * (double)place);
        ck_assert(isnan(ins_step_number(&study, INS_STEPS_THEORY, at, tensor, step)));
        ck_assert(isnan(ins_step_number(&study, INS_STEPS_VARIANCE, at, tensor, step + 1)));
    }
    ck_assert_uint_eq(ins_study_steps(&study, (ins_site){.layer = 1}, INS_STEP_STATE), 0);
    ins_study_free(&study);
    put("steps.csv", "run,epoch,layer,tensor,second_moment\n1,0,1,delta,1\n");
    put("tokens.csv",
        "run,epoch,layer,correlation,entropy,sum_of_squares\n1,0,1,0.5,1,0.3\n1,0,2,0.75,,\n");
    study = read_study();
    ck_assert(!ins_study_has_file(&study, INS_LOG_STEPS));
    ins_site token = {.epoch = study.start, .layer = 1};
    ck_assert(ins_number(&study, INS_TOKENS_CORRELATION, token) == 0.5);
    ck_assert(ins_number(&study, INS_TOKENS_SUM_OF_SQUARES, token) == 0.3);
    token.layer = 2;
    ck_assert(ins_number(&study, INS_TOKENS_CORRELATION, token) == 0.75);
    ck_assert(isnan(ins_number(&study, INS_TOKENS_ENTROPY, token)));
    ins_study_free(&study);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("study");
    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, scratch_setup, scratch_teardown);
    tcase_add_test(reading, foreign_log_without_runs);
    tcase_add_test(reading, labels_say_what_varies);
    tcase_add_test(reading, networks_are_labels);
    tcase_add_test(reading, dense_networks_are_shapes);
    tcase_add_test(reading, named_factors_make_arms);
    tcase_add_test(reading, graph_of_an_arm);
    tcase_add_test(reading, chains);
    tcase_add_test(reading, kinds_of_others);
    tcase_add_test(reading, streams_are_listed);
    tcase_add_test(reading, diverged_as_runs_say);
    tcase_add_test(reading, diverged_by_the_last_loss);
    tcase_add_test(reading, every_number_by_its_place);
    tcase_add_test(reading, steps_stand_for_epochs);
    tcase_add_test(reading, runs_that_have_not_ended);
    tcase_add_test(reading, headers_alone);
    tcase_add_test(reading, start_is_epoch_0);
    tcase_add_test(reading, optional_files_are_read);
    tcase_add_test(reading, time_steps_by_their_number);
    tcase_add_test(reading, optional_files_by_run_number);
    tcase_add_test(reading, optional_files_by_name);
    suite_add_tcase(suite, reading);
    TCase *refusing = tcase_create("refusing");
    tcase_add_checked_fixture(refusing, scratch_setup, scratch_teardown);
    tcase_add_loop_test(refusing, bad_references_are_refused, 0,
                        (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_loop_test(refusing, contradictions_are_refused, 0,
                        (int)(sizeof contradictions / sizeof contradictions[0]));
    tcase_add_test(refusing, fractional_epoch_is_refused);
    suite_add_tcase(suite, refusing);
    return ins_run_suite(suite);
}
