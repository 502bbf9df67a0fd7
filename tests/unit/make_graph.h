/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Run directories of networks that are no chains: a plain network of convolutions, and a residual
 * one, all numbers from one struct. */
#ifndef MAKE_GRAPH_H
#define MAKE_GRAPH_H

#include "make_log.h"

typedef struct made_graph {
    const char *initializer, *network;
    size_t blocks; /* of two convolutions each, after a first one; 0: the convolutions follow each
                      other */
    size_t layers; /* convolutions where there are no blocks */
    double gain;   /* own, of every layer but the first, whose is 1; ReLU halves what it is given */
    double grows, adds; /* the stream: 1 before the first block, times this a block, or more by this
                           a block; grows 0: adds */
    bool zero_last;     /* the last weights of every block are 0 */
    bool zero_first;    /* the first ones are */
    const char *start;  /* factor residual_init; NULL: there is no factors.csv */
    const char *kind, *activation; /* of the convolutions; NULL: conv, relu */
    bool frozen, alike;            /* not trained; units of the second layer equal in bits */
    bool untrained;                /* recorded before any update alone */
    double theory;                 /* own gain in theory.csv, and what a block adds; 0: no theory */
    double spread;                 /* within-unit variance of z is so much of it; 0: all */
    double raises;  /* of the layer pooled what it reads, over the activation before */
    size_t pooled;  /* 0: none */
    double batch;   /* rows, in runs.csv; 0: there is no such column */
    double updates; /* at the end; 0: 5 */
    size_t special; /* this layer has other fans than 8 and 8: */
    double fan_in, fan_out;
    double back;     /* the error grows by so much a layer on its way back; 0: 2 */
    double accuracy; /* at the end, of 3 classes of which none outweighs; 0: 0.5, and
                        there is no environment.csv */
} made_graph;

static const made_graph plain_graph = {.initializer = "a", .layers = 6, .gain = 2};

typedef struct graph_files {
    FILE *runs, *epochs, *layers, *network, *factors, *theory, *symmetry;
} graph_files;

static inline double made_stream(const made_graph *graph, size_t block)
{
    if (graph->zero_last) return 1;
    return graph->grows > 0 ? pow(graph->grows, (double)block) : 1 + graph->adds * (double)block;
}

/* Layers but the output. */
static inline size_t made_hidden(const made_graph *graph)
{
    return graph->blocks > 0 ? 1 + 2 * graph->blocks : graph->layers;
}

/* Another noise for each initializer and start, of which there are several a seed. */
static inline double made_accuracy(const made_graph *graph, size_t seed, size_t epoch)
{
    if (graph->accuracy == 0) return 0.5;
    size_t other =
        (size_t)graph->initializer[0] + strlen(graph->start != NULL ? graph->start : "") / 4;
    return epoch == 0 ? 0.33 : graph->accuracy + 0.002 * (double)((seed * (other % 4 + 1)) % 5);
}

static inline void made_graph_run(const made_graph *graph, size_t run, size_t seed,
                                  const graph_files *to)
{
    size_t hidden = made_hidden(graph), blocks = graph->blocks;
    const char *activation = graph->activation != NULL ? graph->activation : "relu";
    double read = 1; /* second moment of what the next layer reads */
    fprintf(to->runs, "%zu,%s,relu,\"%s\",sgd,%zu,completed,%.17g\n", run, graph->initializer,
            graph->network != NULL ? graph->network : "", seed, graph->batch);
    if (graph->start != NULL && to->factors != NULL)
        fprintf(to->factors, "%zu,residual_init,%s\n", run, graph->start);
    for (size_t l = 1; l <= hidden + 1; l++) {
        bool output = l > hidden, inside = blocks > 0 && l > 1 && !output;
        size_t block = inside ? l / 2 : 0;
        char inputs[64] = "0", name[32], in_block[32] = "";
        if (l > 1) snprintf(inputs, sizeof inputs, "%zu", l - 1);
        if (blocks > 0 && l > 2 && l % 2 == 0)
            snprintf(inputs, sizeof inputs, "%zu %zu", l - 1, l - 3);
        if (inside) snprintf(in_block, sizeof in_block, "block%zu", block);
        snprintf(name, sizeof name, output ? "output" : "conv%zu", l);
        bool special = l == graph->special;
        fprintf(to->network, "%zu,%zu,%s,%s,%s,%s,%s,8,%g,%g,64,%d\n", run, l, name,
                output                ? "dense"
                : graph->kind != NULL ? graph->kind
                                      : "conv",
                in_block, output ? "" : activation, inputs, special ? graph->fan_in : 8,
                special ? graph->fan_out : 8, !graph->frozen);
    }
    for (size_t e = 0; e < (graph->untrained ? 1 : 2); e++) {
        char place[64];
        fprintf(to->epochs, "%zu,%zu,%zu,%g,2,%.17g,%.17g\n", run, seed, e,
                (graph->updates > 0 ? graph->updates : 5) * (double)e,
                made_accuracy(graph, seed, e), made_accuracy(graph, seed, e));
        snprintf(place, sizeof place, "%zu,%zu,%zu", run, seed, e);
        made_layer_row(to->layers, place, (made_row){0, "activation", 1, 1, 0.01, 0, -1, 0});
        read = 1;
        for (size_t l = 1; l <= hidden + 1; l++) {
            bool output = l > hidden, ends = blocks > 0 && l > 1 && l % 2 == 1;
            bool zero = graph->zero_last && ends && !output,
                 before = graph->zero_last && blocks > 0 && l > 1 && l % 2 == 0 && !output;
            bool first = graph->zero_first && blocks > 0 && l > 1 && l % 2 == 0 && !output;
            double weight = zero || first ? 0 : 0.25, between = graph->alike && l == 2 ? 0 : 0.01;
            if (l == graph->pooled) {
                read *= graph->raises;
                made_layer_row(to->layers, place,
                               (made_row){l, "input", read, read, 0.01, 0, -1, 0});
            }
            double z = zero ? 0 : (l == 1 ? 1 : graph->gain) * read;
            double within = graph->spread > 0 ? graph->spread * z : z;
            made_layer_row(to->layers, place,
                           (made_row){l, "weight", weight, weight, between, 0, -1, 0});
            made_layer_row(to->layers, place,
                           (made_row){l, "preactivation", z, within, between, 0, -1, 0});
            if (!output)
                made_layer_row(to->layers, place,
                               (made_row){l, "activation", z / 2, z / 2, 0.01, 1, 0.9, 0});
            double delta = before ? 0 : pow(graph->back > 0 ? 1 / graph->back : 0.5, (double)l);
            made_layer_row(to->layers, place, (made_row){l, "delta", delta, delta, 0.01, 0, -1, 0});
            made_layer_row(to->layers, place,
                           (made_row){l, "gradient", delta, delta, 0.01, 0, -1, 0});
            if (e > 0)
                made_layer_row(to->layers, place,
                               (made_row){l, "update", 1e-4, 1e-4, 0.01, 0, -1, 0});
            if (ends && !output) {
                double stream = made_stream(graph, (l - 1) / 2);
                made_layer_row(to->layers, place,
                               (made_row){l, "stream", stream, 0.4 * stream, 0.01, 0, -1, 0});
            }
            read = z / 2;
            /* A norm stands before every block. */
            if (blocks > 0 && l % 2 == 1) {
                read = 1;
                made_layer_row(to->layers, place, (made_row){l + 1, "input", 1, 1, 0.01, 0, -1, 0});
            }
            if (to->symmetry != NULL && !output)
                fprintf(to->symmetry, "%s,%zu,8,%d,4,%d\n", place, l, zero || first ? 1 : 8, 0);
        }
    }
    for (size_t l = 1; l <= hidden && to->theory != NULL && graph->theory > 0; l++) {
        fprintf(to->theory, "%zu,%zu,input,1\n%zu,%zu,preactivation,%.17g\n%zu,%zu,delta,1\n", run,
                l, run, l, graph->theory, run, l);
        if (blocks > 0 && l > 1 && l % 2 == 1)
            fprintf(to->theory, "%zu,%zu,stream,%.17g\n", run, l,
                    1 + graph->theory * (double)((l - 1) / 2));
    }
}

/* Writes the directory scratch: so many arms of so many seeds each. */
static inline void made_graph_write(const made_graph *graph, size_t arms, size_t seeds)
{
    graph_files to = {made_file("runs.csv"),
                      made_file("epochs.csv"),
                      made_file("layers.csv"),
                      made_file("network.csv"),
                      NULL,
                      NULL,
                      made_file("symmetry.csv")};
    for (size_t a = 0; a < arms; a++) {
        if (graph[a].start != NULL && to.factors == NULL) to.factors = made_file("factors.csv");
        if (graph[a].theory > 0 && to.theory == NULL) to.theory = made_file("theory.csv");
    }
    fprintf(to.runs, "run,initializer,activation,network,optimizer,seed,status,batch\n");
    fprintf(to.epochs, "run,seed,epoch,updates,train_loss,train_accuracy,test_accuracy\n");
    fprintf(to.layers, "run,seed,epoch,layer,tensor,units,count,mean,variance,within_unit_variance,"
                       "between_unit_variance,second_moment,zero_fraction,saturated_fraction,"
                       "nonfinite\n");
    fprintf(to.network, "run,layer,name,kind,block,activation,inputs,units,fan_in,fan_out,"
                        "parameters,trainable\n");
    fprintf(to.symmetry, "run,seed,epoch,layer,units,distinct_units,effective_rank,dead_units\n");
    bool scored = false;
    for (size_t a = 0; a < arms; a++) scored = scored || graph[a].accuracy > 0;
    if (scored) {
        FILE *environment = made_file("environment.csv");
        fprintf(environment, "key,value\nclasses,3\nmajority_share,0.33\ntest_rows,500\n"
                             "train_rows,500\nfeatures,4\n");
        fclose(environment);
    }
    if (to.factors != NULL) fprintf(to.factors, "run,factor,value\n");
    if (to.theory != NULL) fprintf(to.theory, "run,layer,tensor,second_moment\n");
    for (size_t a = 0; a < arms; a++)
        for (size_t seed = 1; seed <= seeds; seed++)
            made_graph_run(&graph[a], a * seeds + seed, seed, &to);
    FILE *files[] = {to.runs, to.epochs, to.layers, to.network, to.factors, to.theory, to.symmetry};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] != NULL) fclose(files[i]);
}

#endif
