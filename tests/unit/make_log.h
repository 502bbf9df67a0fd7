/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Small run directories for the tests of the report: what every arm does is said in one struct, and
 * all numbers in the files follow from it. */
#ifndef MAKE_LOG_H
#define MAKE_LOG_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "scratch.h"

#include "initscope/analysis.h"

typedef struct made_arm {
    const char *initializer, *activation, *hidden, *optimizer;
    double forward, backward; /* second moments' gains a layer, at epoch 0; < 0: they are 0 */
    double gradient; /* of the weight gradient's second moment, to the input; 0: of the error's */
    double error;    /* second moment of the last hidden layer's; 0: 1 */
    double signal;   /* of the within-unit variance; 0: it is the second moment */
    double jitter;   /* half-width of the noise of ln of the gains between seeds */
    double initial_loss, loss, accuracy; /* the latter two at the end */
    double train_accuracy;               /* at the end; 0: that of the test rows */
    double spread;                       /* half-width of the noise of accuracy between seeds */
    double change;                       /* rms update / rms weight, each epoch of 5 updates */
    double mean;                         /* of the weights, whose standard deviation is 0.5 */
    double saturated;                    /* share of every hidden layer */
    double learning_rate;
    int reached; /* epoch from which the accuracy is that of the end */
    bool symmetric, dead, diverged;
    size_t faulty; /* so many seeds, from the first, diverge, saturate or have dead units; 0: all */
    size_t spared; /* so many seeds, from the first, do not have accuracy but: */
    double spared_accuracy;
    /* symmetry.csv, of the last hidden layer; rank 0: the arm has no rows there. Of 8 units. */
    double rank, rank_end, distinct, dead_start, dead_end;
} made_arm;

/* An arm with nothing wrong. */
static const made_arm plain = {.initializer = "a",
                               .activation = "relu",
                               .hidden = "10x8",
                               .optimizer = "sgd",
                               .forward = 1,
                               .backward = 1,
                               .initial_loss = 1.1,
                               .loss = 0.2,
                               .accuracy = 0.9,
                               .change = 1e-3};

typedef struct made_log {
    const made_arm *arm;
    size_t arms, hidden, seeds, epochs;
    double chance;  /* NAN: environment.csv is left out */
    double classes; /* 0: 3 */
    double targets; /* so many numbers are predicted, and the accuracies are R^2; 0: classes */
    double constant_loss; /* of the mean of numbers, on the training rows; 0: 1 */
    double bottleneck; /* units of the layer before the last hidden one; 0: they are not counted */
    const char *environment;                            /* further rows; NULL: none */
    double features, input_rank, train_rows, test_rows; /* 0: not told */
    double input_signal; /* share of the inputs' second moment that differs between rows; 0: all */
    double input;        /* second moment of the inputs */
    uint32_t noise;      /* state of the noise */
} made_log;

/* Of 10 hidden layers, that lacks nothing. */
static inline made_log made_whole(const made_arm *arm, size_t arms, size_t epochs, double test_rows,
                                  uint32_t noise)
{
    return (made_log){.arm = arm,
                      .arms = arms,
                      .hidden = 10,
                      .seeds = 5,
                      .epochs = epochs,
                      .chance = 0.4,
                      .features = 4,
                      .train_rows = 400,
                      .test_rows = test_rows,
                      .input = 1,
                      .noise = noise};
}

/* Uniform in (-1, 1), the same everywhere. */
static double made_noise(made_log *log)
{
    log->noise = log->noise * 1664525U + 1013904223U;
    return (log->noise >> 8) / 8388608.0 - 1;
}

/* One row of layers.csv. */
typedef struct made_row {
    size_t layer;
    const char *tensor;
    double variance, within, between, zeros, saturated, mean;
} made_row;

/* 8 units of 8 inputs. */
static void made_layer_row(FILE *file, const char *place, made_row row)
{
    fprintf(file, "%s,%zu,%s,8,64,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,", place, row.layer,
            row.tensor, row.mean, row.variance, row.within, row.between,
            row.variance + row.mean * row.mean, row.zeros);
    if (row.saturated >= 0) fprintf(file, "%.17g", row.saturated);
    fprintf(file, ",%d\n", isinf(row.variance) ? 8 : 0);
}

/* gain to the power of steps, 0 for a gain below 0. */
static double made_power(double gain, double steps)
{
    return gain < 0 ? 0 : pow(gain, steps);
}

static void made_layers(FILE *file, const made_log *log, const made_arm *arm, const char *place,
                        size_t epoch, double noise, bool faulty)
{
    double zeros = arm->dead ? 1 : 0, between = arm->symmetric ? 0 : 0.01;
    double factor = exp(arm->jitter * noise);
    for (size_t l = 1; l <= log->hidden + 1; l++) {
        double steps = (double)l - 1, back = (double)log->hidden - (double)l;
        double forward = made_power(arm->forward * factor, steps);
        double signal = arm->signal == 0 ? forward : made_power(arm->signal * factor, steps);
        double error = arm->error == 0 ? 1 : arm->error;
        double backward = error * made_power(arm->backward * factor, back);
        double saturated = l > log->hidden ? -1 : faulty ? arm->saturated : 0;
        made_layer_row(file, place, (made_row){l, "weight", 0.25, 0.25, between, 0, -1, arm->mean});
        made_layer_row(
            file, place,
            (made_row){l, "preactivation", forward, signal, between, forward > 0 ? 0.1 : 1, -1, 0});
        made_layer_row(file, place,
                       (made_row){l, "activation", forward, signal, between, zeros, saturated, 0});
        made_layer_row(file, place, (made_row){l, "delta", backward, backward, between, 0, -1, 0});
        double gradient = arm->gradient == 0 ? backward : made_power(arm->gradient, back);
        made_layer_row(file, place,
                       (made_row){l, "gradient", gradient, gradient, between, 0, -1, 0});
        if (epoch == 0) continue;
        double update = 0.25 * arm->change * arm->change;
        made_layer_row(file, place, (made_row){l, "update", update, update, between, 0, -1, 0});
    }
}

static FILE *made_file(const char *name)
{
    FILE *file = fopen(scratch_file(name, "", 0), "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

typedef struct made_files {
    FILE *runs, *epochs, *layers, *symmetry; /* the last may be NULL */
} made_files;

static void made_run(made_log *log, const made_arm *arm, size_t run, size_t seed,
                     const made_files *to)
{
    char place[128];
    bool faulty = arm->faulty == 0 || seed <= arm->faulty, diverges = arm->diverged && faulty;
    double right = (seed <= arm->spared ? arm->spared_accuracy : arm->accuracy) +
                   arm->spread * made_noise(log);
    double train = arm->train_accuracy > 0 ? arm->train_accuracy : right;
    double noise = arm->jitter > 0 ? made_noise(log) : 0;
    fprintf(to->runs, "%zu,%s,%s,\"%s\",%s,%.17g,%zu,%s\n", run, arm->initializer, arm->activation,
            arm->hidden, arm->optimizer, arm->learning_rate, seed,
            diverges ? "diverged" : "completed");
    for (size_t e = 0; e <= log->epochs; e++) {
        bool end = e == log->epochs, there = (int)e >= arm->reached;
        double loss = e == 0 ? arm->initial_loss : arm->loss * (1 + arm->spread * made_noise(log));
        fprintf(to->epochs, "%zu,%zu,%zu,%zu,", run, seed, e, 5 * e);
        if (end && diverges) {
            fprintf(to->epochs, "nan,");
        } else {
            fprintf(to->epochs, "%.17g,", loss);
        }
        if (log->targets > 0) fprintf(to->epochs, ",,");
        fprintf(to->epochs, "%.17g,%.17g\n", there ? train : 0, there ? right : 0);
        snprintf(place, sizeof place, "%zu,%zu,%zu", run, seed, e);
        double input = log->input * (log->input_signal > 0 ? log->input_signal : 1);
        made_layer_row(to->layers, place,
                       (made_row){0, "activation", log->input, input, 0.01, 0, -1, 0});
        made_layers(to->layers, log, arm, place, e, noise, faulty);
        if (to->symmetry == NULL || arm->rank <= 0) continue;
        if (log->bottleneck > 0)
            fprintf(to->symmetry, "%s,%zu,%g,%g,%g,0\n", place, log->hidden - 1, log->bottleneck,
                    log->bottleneck, log->bottleneck);
        double dead = e == 0 ? arm->dead_start : arm->dead_end;
        fprintf(to->symmetry, "%s,%zu,8,%g,%.17g,%g\n", place, log->hidden,
                arm->distinct > 0 && e > 0 ? arm->distinct : 8,
                e > 0 && arm->rank_end > 0 ? arm->rank_end : arm->rank, faulty ? dead : 0);
    }
}

static void made_environment(const made_log *log)
{
    FILE *file = made_file("environment.csv");
    if (log->targets > 0)
        fprintf(file, "key,value\ntargets,%g\ntrain_constant_loss,%.17g\n", log->targets,
                log->constant_loss > 0 ? log->constant_loss : 1);
    else
        fprintf(file, "key,value\nlargest_test_share,%.17g\nclasses,%g\n", log->chance,
                log->classes > 0 ? log->classes : 3);
    if (log->environment != NULL) fputs(log->environment, file);
    if (log->features > 0) fprintf(file, "features,%g\n", log->features);
    if (log->input_rank > 0) fprintf(file, "input_rank,%g\n", log->input_rank);
    if (log->train_rows > 0) fprintf(file, "train_rows,%g\n", log->train_rows);
    if (log->test_rows > 0) fprintf(file, "test_rows,%g\n", log->test_rows);
    fclose(file);
}

/* Writes the directory scratch. */
static inline void made_log_write(made_log *log)
{
    made_files to = {made_file("runs.csv"), made_file("epochs.csv"), made_file("layers.csv"), NULL};
    for (size_t a = 0; a < log->arms && to.symmetry == NULL; a++)
        if (log->arm[a].rank > 0) to.symmetry = made_file("symmetry.csv");
    fprintf(to.runs, "run,initializer,activation,hidden,optimizer,learning_rate,seed,status\n");
    fprintf(to.epochs, "run,seed,epoch,updates,train_loss,train_accuracy,test_accuracy%s\n",
            log->targets > 0 ? ",train_score,test_score" : "");
    fprintf(to.layers, "run,seed,epoch,layer,tensor,units,count,mean,variance,within_unit_variance,"
                       "between_unit_variance,second_moment,zero_fraction,saturated_fraction,"
                       "nonfinite\n");
    if (to.symmetry != NULL)
        fprintf(to.symmetry,
                "run,seed,epoch,layer,units,distinct_units,effective_rank,dead_units\n");
    size_t run = 0;
    for (size_t a = 0; a < log->arms; a++) {
        for (size_t seed = 1; seed <= log->seeds; seed++)
            made_run(log, &log->arm[a], ++run, seed, &to);
    }
    fclose(to.runs);
    fclose(to.epochs);
    fclose(to.layers);
    if (to.symmetry != NULL) fclose(to.symmetry);
    if (!isnan(log->chance)) made_environment(log);
    if (log->targets > 0) {
        FILE *experiment = made_file("experiment.ini");
        fprintf(experiment, "loss = mse\nscore = r2\n");
        fclose(experiment);
    }
}

/* Reads and analyses the directory scratch; the test fails when it cannot be read. */
static inline void made_read(ins_study *study, ins_analysis *analysis)
{
    static ins_error error;
    ins_error_clear(&error);
    ins_status status = ins_study_read(scratch, study, &error);
    ck_assert_msg(status == INS_OK, "%s", error.line[0]);
    ins_analyse(study, analysis);
}

/* The finding of a rule; NULL when it did not fire. */
static inline const ins_finding *made_finding(const ins_analysis *analysis, const char *rule)
{
    for (size_t i = 0; i < analysis->findings; i++) {
        if (strcmp(analysis->finding[i].rule, rule) == 0) return &analysis->finding[i];
    }
    return NULL;
}

static inline void made_free(ins_study *study, ins_analysis *analysis)
{
    ins_analysis_free(analysis);
    ins_study_free(study);
}

#endif
