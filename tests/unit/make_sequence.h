/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Run directories of recurrent networks and of transformers, all numbers from one struct. */
#ifndef MAKE_SEQUENCE_H
#define MAKE_SEQUENCE_H

#include "make_log.h"

typedef struct made_sequence {
    const char *initializer, *network;
    const char *cell; /* "lstm": gates i, f, g and o; "rnn": i alone. NULL: none, but attention */
    size_t cells;     /* one behind the other; 0: 1 */
    size_t steps;     /* time steps */
    double back;      /* the error's second moment times this a step back from 1 at the last */
    double forward;   /* the state's second moment times this a step, from 1 at the first */
    double within;    /* share of it and of z that differs between rows */
    double theory;    /* the error's factor in theory; 0: there is none */
    double input;     /* the state at the first step is so much of that; 0: all */
    double
        kernel_zeros;   /* weights of recurrent kernels, of 32 units, have the mean and the variance
                           of the identity, and so many of them are 0; 0: they are as others */
    size_t blocks;      /* of attention and a dense layer each, behind a dense one */
    size_t tokens;      /* of a row */
    double first, last; /* correlation of tokens behind the first layer and behind the last */
    double peaked;   /* sum of squares over that of uniform attention in the last block, 1 before */
    bool masked;     /* uniform: under a causal mask */
    double embedded; /* second moment of all tensors of the first layer; 0: 0.25 */
    double gradient; /* second moment of the gradients in the blocks; 0: 0.25 */
    double accuracy; /* at the end, of 3 classes; 0: nothing was trained */
} made_sequence;

static const made_sequence plain_cell = {
    .initializer = "a", .cell = "lstm", .steps = 20, .back = 0.5, .forward = 1, .within = 0.4};
static const made_sequence plain_tokens = {
    .initializer = "a", .blocks = 3, .tokens = 16, .first = 0.1, .last = 0.4, .peaked = 1.5};

typedef struct sequence_files {
    FILE *runs, *epochs, *layers, *network, *steps, *tokens;
} sequence_files;

enum { SEQUENCE_ROWS = 10, SEQUENCE_UNITS = 8 };

/* A layer of network.csv and its rows of layers.csv; places: positions of a row. */
static inline void made_sequence_layer(const made_sequence *of, const sequence_files *to,
                                       size_t run, size_t seed, size_t epochs, size_t layer,
                                       const char *name, const char *kind, size_t block,
                                       size_t places, bool kernel)
{
    char in[32] = "";
    if (block > 0) snprintf(in, sizeof in, "res%zu", block);
    fprintf(to->network, "%zu,%zu,%s,%s,%s,,%zu,8,8,8,64,1\n", run, layer, name, kind, in,
            layer - 1);
    double moment = layer == 1 && of->embedded > 0 ? of->embedded : 0.25;
    for (size_t e = 0; e <= epochs; e++) {
        static const char *const tensors[] = {"weight", "gradient", "update", "preactivation",
                                              "delta"};
        for (size_t t = 0; t < 5; t++) {
            bool of_rows = t > 2, identity = kernel && t == 0 && of->kernel_zeros > 0;
            if ((of_rows && kernel) || (t == 2 && e == 0)) continue;
            if (identity) {
                fprintf(to->layers,
                        "%zu,%zu,%zu,%zu,weight,32,1024,%.17g,%.17g,0,0,%.17g,%.17g,,0\n", run,
                        seed, e, layer, 1.0 / 32, 31.0 / 1024, 1.0 / 32, of->kernel_zeros);
                continue;
            }
            double own = t == 1 && block > 0 && of->gradient > 0 ? of->gradient : moment;
            fprintf(to->layers, "%zu,%zu,%zu,%zu,%s,%d,%zu,0,%.17g,%.17g,0.01,%.17g,0,,0\n", run,
                    seed, e, layer, tensors[t], SEQUENCE_UNITS,
                    of_rows ? places * SEQUENCE_ROWS * SEQUENCE_UNITS : 64, own, own, own);
        }
    }
}

/* The gates of one cell, whose rows of steps.csv are alike, and its state, on its last gate. */
static inline size_t made_sequence_cell(const made_sequence *of, const sequence_files *to,
                                        size_t run, size_t seed, size_t layer, size_t number)
{
    const char *gates = strcmp(of->cell, "lstm") == 0 ? "ifgo" : "i";
    size_t count = strlen(gates), epochs = of->accuracy > 0;
    char name[32];
    for (size_t g = 0; g < 2 * count; g++) {
        snprintf(name, sizeof name, "%s%zu.%s%c", of->cell, number, g < count ? "" : "r",
                 gates[g % count]);
        made_sequence_layer(of, to, run, seed, epochs, layer + g, name, "recurrent", 0, of->steps,
                            g >= count);
        for (size_t t = 1; t <= of->steps && g < count; t++) {
            double back = (double)(of->steps - t);
            fprintf(to->steps, "%zu,0,%zu,delta,%zu,%.17g,%.17g,", run, layer + g, t,
                    pow(of->back, back), pow(of->back, back));
            if (of->theory > 0) fprintf(to->steps, "%.17g", pow(of->theory, back));
            fprintf(to->steps, "\n%zu,0,%zu,preactivation,%zu,%zu,%.17g,\n", run, layer + g, t,
                    g + 1, of->within * (double)(g + 1));
            if (g + 1 < count) continue;
            double state = pow(of->forward, (double)t - 1);
            if (t == 1 && of->input > 0) state *= of->input;
            fprintf(to->steps, "%zu,0,%zu,state,%zu,%.17g,%.17g,\n", run, layer + g, t, state,
                    of->within * state);
        }
    }
    return 2 * count;
}

static inline double made_uniform(const made_sequence *of)
{
    double sum = 0, tokens = (double)of->tokens;
    for (double seen = 1; seen <= tokens; seen++) sum += 1 / seen;
    return of->masked ? sum / tokens : 1 / tokens;
}

static inline size_t made_sequence_block(const made_sequence *of, const sequence_files *to,
                                         size_t run, size_t seed, size_t layer, size_t block)
{
    static const char *const parts[] = {"q", "k", "v", "o"};
    size_t epochs = of->accuracy > 0;
    char name[32];
    double alike = of->first + (of->last - of->first) * (double)(block - 1) / (double)of->blocks;
    double sum = made_uniform(of) * (block == of->blocks ? of->peaked : 1);
    for (size_t p = 0; p < 4; p++) {
        snprintf(name, sizeof name, "attention%zu.%s", block, parts[p]);
        made_sequence_layer(of, to, run, seed, epochs, layer + p, name, "attention", block,
                            of->tokens, false);
    }
    snprintf(name, sizeof name, "dense%zu", block + 1);
    made_sequence_layer(of, to, run, seed, epochs, layer + 4, name, "dense", block, of->tokens,
                        false);
    fprintf(to->tokens, "%zu,0,%zu,%.17g,%.17g,%.17g\n", run, layer, alike, -log(sum), sum);
    alike = of->first + (of->last - of->first) * (double)block / (double)of->blocks;
    fprintf(to->tokens, "%zu,0,%zu,%.17g,,\n", run, layer + 4, alike);
    return 5;
}

static inline void made_sequence_run(const made_sequence *of, const sequence_files *to, size_t run,
                                     size_t seed)
{
    size_t layer = 1, epochs = of->accuracy > 0;
    fprintf(to->runs, "%zu,%s,tanh,\"%s\",sgd,%zu,completed\n", run, of->initializer,
            of->network != NULL ? of->network : "", seed);
    for (size_t e = 0; e <= epochs; e++) {
        double score = e == 0 ? 0.33 : of->accuracy + 0.002 * (double)seed;
        fprintf(to->epochs, "%zu,%zu,%zu,%zu,1,%.17g,%.17g\n", run, seed, e, 5 * e, score, score);
    }
    for (size_t c = 0; of->cell != NULL && c < (of->cells > 0 ? of->cells : 1); c++)
        layer += made_sequence_cell(of, to, run, seed, layer, c + 1);
    if (of->blocks > 0) {
        fprintf(to->tokens, "%zu,0,1,%.17g,,\n", run, of->first);
        made_sequence_layer(of, to, run, seed, epochs, layer++, "dense1", "dense", 0, of->tokens,
                            false);
    }
    for (size_t b = 1; b <= of->blocks; b++)
        layer += made_sequence_block(of, to, run, seed, layer, b);
    made_sequence_layer(of, to, run, seed, epochs, layer, "output", "dense", 0, 1, false);
}

/* Writes the directory scratch: so many arms of so many seeds each. */
static inline void made_sequence_write(const made_sequence *arm, size_t arms, size_t seeds)
{
    sequence_files to = {made_file("runs.csv"),   made_file("epochs.csv"),
                         made_file("layers.csv"), made_file("network.csv"),
                         made_file("steps.csv"),  made_file("tokens.csv")};
    fprintf(to.runs, "run,initializer,activation,network,optimizer,seed,status\n");
    fprintf(to.epochs, "run,seed,epoch,updates,train_loss,train_accuracy,test_accuracy\n");
    fprintf(to.layers, "run,seed,epoch,layer,tensor,units,count,mean,variance,within_unit_variance,"
                       "between_unit_variance,second_moment,zero_fraction,saturated_fraction,"
                       "nonfinite\n");
    fprintf(to.network, "run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,"
                        "parameters,trainable\n");
    fprintf(to.steps, "run,epoch,layer,tensor,step,second_moment,variance,theory\n");
    fprintf(to.tokens, "run,epoch,layer,correlation,entropy,sum_of_squares\n");
    if (arm[0].accuracy > 0) {
        FILE *environment = made_file("environment.csv");
        fprintf(environment, "key,value\nclasses,3\nmajority_share,0.33\ntest_rows,500\n"
                             "train_rows,500\nfeatures,4\n");
        fclose(environment);
    }
    for (size_t a = 0; a < arms; a++)
        for (size_t seed = 1; seed <= seeds; seed++)
            made_sequence_run(&arm[a], &to, a * seeds + seed, seed);
    FILE *files[] = {to.runs, to.epochs, to.layers, to.network, to.steps, to.tokens};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) fclose(files[i]);
}

#endif
