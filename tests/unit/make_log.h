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
    double forward, backward; /* variance gains a layer, at epoch 0; < 0: the variance is 0 */
    double initial_loss, loss, accuracy; /* the latter two at the end */
    double spread;                       /* half-width of the noise of accuracy between seeds */
    double change;                       /* rms update / rms weight, each epoch */
    double saturated;                    /* share of every hidden layer */
    int reached;                         /* epoch from which the accuracy is that of the end */
    bool symmetric, dead, diverged;
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
    double input;   /* second moment of the inputs */
    uint32_t noise; /* state of the noise */
} made_log;

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
    double variance, between, zeros, saturated;
} made_row;

static void made_layer_row(FILE *file, const char *place, made_row row)
{
    fprintf(file, "%s,%zu,%s,8,0,%.17g,%.17g,%.17g,%.17g,", place, row.layer, row.tensor,
            row.variance, row.between, row.variance, row.zeros);
    if (row.saturated >= 0) fprintf(file, "%.17g", row.saturated);
    fprintf(file, ",0\n");
}

static void made_layers(FILE *file, const made_log *log, const made_arm *arm, const char *place,
                        size_t epoch)
{
    double zeros = arm->dead ? 1 : 0, between = arm->symmetric ? 0 : 0.01;
    for (size_t l = 1; l <= log->hidden + 1; l++) {
        double forward = arm->forward < 0 ? 0 : pow(arm->forward, (double)l - 1);
        double backward = arm->backward < 0 ? 0 : pow(arm->backward, (double)(log->hidden - l));
        double saturated = l <= log->hidden ? arm->saturated : -1;
        made_layer_row(file, place, (made_row){l, "weight", 0.25, between, 0, -1});
        made_layer_row(file, place,
                       (made_row){l, "preactivation", forward, between, forward > 0 ? 0.1 : 1, -1});
        made_layer_row(file, place,
                       (made_row){l, "activation", forward, between, zeros, saturated});
        made_layer_row(file, place, (made_row){l, "delta", backward, between, 0, -1});
        made_layer_row(file, place, (made_row){l, "gradient", backward, between, 0, -1});
        if (epoch == 0) continue;
        made_row update = {l, "update", 0.25 * arm->change * arm->change, between, 0, -1};
        made_layer_row(file, place, update);
    }
}

static FILE *made_file(const char *name)
{
    FILE *file = fopen(scratch_file(name, "", 0), "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

static void made_run(made_log *log, const made_arm *arm, size_t run, size_t seed, FILE *runs,
                     FILE *epochs, FILE *layers)
{
    char place[128];
    double right = arm->accuracy + arm->spread * made_noise(log);
    fprintf(runs, "%zu,%s,%s,\"%s\",%s,%zu,%s\n", run, arm->initializer, arm->activation,
            arm->hidden, arm->optimizer, seed, arm->diverged ? "diverged" : "completed");
    for (size_t e = 0; e <= log->epochs; e++) {
        bool end = e == log->epochs;
        double loss = e == 0 ? arm->initial_loss : arm->loss * (1 + arm->spread * made_noise(log));
        fprintf(epochs, "%zu,%zu,%zu,%zu,", run, seed, e, 5 * e);
        if (end && arm->diverged) {
            fprintf(epochs, "nan,");
        } else {
            fprintf(epochs, "%.17g,", loss);
        }
        fprintf(epochs, "%.17g\n", (int)e >= arm->reached ? right : 0.0);
        snprintf(place, sizeof place, "%zu,%zu,%zu", run, seed, e);
        made_layer_row(layers, place, (made_row){0, "activation", log->input, 0.01, 0, -1});
        made_layers(layers, log, arm, place, e);
    }
}

/* Writes the directory scratch. */
static void made_log_write(made_log *log)
{
    FILE *runs = made_file("runs.csv"), *epochs = made_file("epochs.csv");
    FILE *layers = made_file("layers.csv");
    fprintf(runs, "run,initializer,activation,hidden,optimizer,seed,status\n");
    fprintf(epochs, "run,seed,epoch,updates,train_loss,test_accuracy\n");
    fprintf(layers, "run,seed,epoch,layer,tensor,units,mean,variance,between_unit_variance,"
                    "second_moment,zero_fraction,saturated_fraction,nonfinite\n");
    size_t run = 0;
    for (size_t a = 0; a < log->arms; a++) {
        for (size_t seed = 1; seed <= log->seeds; seed++) {
            made_run(log, &log->arm[a], ++run, seed, runs, epochs, layers);
        }
    }
    fclose(runs);
    fclose(epochs);
    fclose(layers);
    if (isnan(log->chance)) return;
    FILE *environment = made_file("environment.csv");
    fprintf(environment, "key,value\nmajority_share,%.17g\nclasses,3\n", log->chance);
    fclose(environment);
}

/* Reads and analyses the directory scratch; the test fails when it cannot be read. */
static void made_read(ins_study *study, ins_analysis *analysis)
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

static void made_free(ins_study *study, ins_analysis *analysis)
{
    ins_analysis_free(analysis);
    ins_study_free(study);
}

#endif
