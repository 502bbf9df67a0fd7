/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures within one process what cannot be told apart from outside: the training loop beside its
 * matrix products alone, and the statistics beside the passes that they look at.
 *
 *     bench WHAT REPEATS KEY=VALUE...
 *
 * WHAT is loop, statistics or training; the keys are those of an experiment file. Prints NAME,VALUE
 * lines; seconds are CPU time of the one thread, medians over the repeats. What is compared is
 * measured in turn, so that a machine that changes its speed changes both. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "initscope/blas.h"
#include "initscope/trainer.h"

#include "../../src/experiment/laboratory.h"
#include "../../src/experiment/recorder.h"

enum { REPEATS = 1000 };

typedef struct subject {
    ins_settings settings;
    ins_dataset dataset;
    ins_prepared data;
    ins_grid grid;
    ins_laboratory laboratory;
    ins_trial trial;
    ins_design design;
    ins_error error;
} subject;

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void give_up(const ins_error *error)
{
    fprintf(stderr, "bench: %s\n", error->count > 0 ? error->line[0] : "wrong arguments");
    exit(2);
}

static void check(ins_status status, const ins_error *error)
{
    if (status != INS_OK) give_up(error);
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void print(const char *name, double value)
{
    printf("%s,%.9g\n", name, value);
}

static void set(subject *s, char *argument)
{
    char *equal = strchr(argument, '=');
    ins_source source = {.where = argument};
    if (equal == NULL) give_up(&s->error);
    *equal = '\0';
    const ins_option *option = ins_option_find(argument);
    if (option == NULL) give_up(&s->error);
    check(ins_settings_set(&s->settings, option, equal + 1, &source, &s->error), &s->error);
}

static void open_subject(subject *s, int count, char **arguments)
{
    ins_settings_start(&s->settings);
    for (int i = 0; i < count; i++) set(s, arguments[i]);
    check(ins_settings_check(&s->settings, &s->error), &s->error);
    check(ins_data_load(&s->settings, &s->dataset, &s->data, &s->error), &s->error);
    check(ins_grid_new(&s->settings, &s->grid, &s->error), &s->error);
    s->laboratory = (ins_laboratory){.settings = &s->settings,
                                     .data = &s->data,
                                     .probe = ins_probe_of(&s->settings, &s->data.train)};
    s->trial = ins_grid_trial(&s->grid, 0);
    s->design = ins_trial_design(&s->trial, &s->settings, &s->data.train);
}

static void close_subject(subject *s)
{
    ins_design_free(&s->design);
    ins_prepared_free(&s->data);
    ins_dataset_free(&s->dataset);
    ins_settings_free(&s->settings);
}

static ins_network *make_network(subject *s)
{
    ins_network *network;
    ins_initialization start = ins_trial_initialization(&s->trial, &s->laboratory.probe);
    check(ins_network_new(&s->design, &network, &s->error), &s->error);
    check(ins_network_initialize(network, &start, &s->error), &s->error);
    return network;
}

static ins_trainer *make_trainer(subject *s, ins_network *network)
{
    return ins_trainer_new(network, &s->data.train, ins_trial_batch(&s->trial, &s->data.train),
                           s->settings.shuffle == 1, s->trial.seed);
}

/* The operands of one layer's products, in memory of their own. */
typedef struct operands {
    size_t units, fan_in;
    real *weight, *gradient;         /* (units, fan_in) */
    real *input, *z, *delta, *below; /* (batch, fan_in or units) */
} operands;

/* Ordinary numbers: neither 0 nor denormal, and small enough that nothing overflows. */
static real *filled(size_t count)
{
    real *x = aligned_alloc(64, (count * sizeof *x + 63) / 64 * 64);
    if (x == NULL) abort();
    for (size_t i = 0; i < count; i++) x[i] = (real)((double)(i * 7 % 13) / 100 - 0.06);
    return x;
}

static operands *make_operands(const ins_network *network, size_t batch)
{
    size_t depth = ins_network_depth(network);
    operands *layers = calloc(depth, sizeof *layers);
    if (layers == NULL) abort();
    for (size_t l = 0; l < depth; l++) {
        ins_matrix_view view = ins_network_matrix(network, l + 1);
        layers[l] = (operands){.units = view.units,
                               .fan_in = view.inputs,
                               .weight = filled(view.units * view.inputs),
                               .gradient = filled(view.units * view.inputs),
                               .input = filled(batch * view.inputs),
                               .z = filled(batch * view.units),
                               .delta = filled(batch * view.units),
                               .below = filled(batch * view.inputs)};
    }
    return layers;
}

static void free_operands(operands *layers, size_t depth)
{
    for (size_t l = 0; l < depth; l++) {
        real *const parts[] = {layers[l].weight, layers[l].gradient, layers[l].input,
                               layers[l].z,      layers[l].delta,    layers[l].below};
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) free(parts[i]);
    }
    free(layers);
}

/* The products of one minibatch: forward, gradients, and deltas of all layers but the first. */
static void multiply(const operands *layers, size_t depth, size_t rows)
{
    for (size_t l = 0; l < depth; l++)
        ins_product(false, true, rows, layers[l].units, layers[l].fan_in, 1, layers[l].input,
                    layers[l].weight, 0, layers[l].z);
    for (size_t l = depth; l-- > 0;) {
        const operands *o = &layers[l];
        ins_product(true, false, o->units, o->fan_in, rows, (real)0.01, o->delta, o->input, 0,
                    o->gradient);
        if (l > 0)
            ins_product(false, false, rows, o->fan_in, o->units, 1, o->delta, o->weight, 0,
                        o->below);
    }
}

static void multiply_epoch(const operands *layers, size_t depth, size_t batch, size_t all)
{
    for (size_t first = 0; first < all; first += batch)
        multiply(layers, depth, all - first < batch ? all - first : batch);
}

static double flops(const operands *layers, size_t depth, size_t rows)
{
    double total = 0;
    for (size_t l = 0; l < depth; l++)
        total += (l > 0 ? 6.0 : 4.0) * (double)(layers[l].units * layers[l].fan_in * rows);
    return total;
}

/* One epoch of training, and its products. */
static void measure_loop(subject *s, size_t repeats)
{
    double loop[REPEATS], products[REPEATS], ratio[REPEATS];
    size_t batch = ins_trial_batch(&s->trial, &s->data.train), all = s->data.train.rows;
    ins_network *network = make_network(s);
    ins_trainer *trainer = make_trainer(s, network);
    size_t depth = ins_network_depth(network);
    operands *layers = make_operands(network, batch);
    multiply_epoch(layers, depth, batch, all);
    ins_trainer_epoch(trainer, NULL);
    for (size_t i = 0; i < repeats; i++) {
        double start = seconds_now();
        multiply_epoch(layers, depth, batch, all);
        double middle = seconds_now();
        ins_trainer_epoch(trainer, NULL);
        double end = seconds_now();
        products[i] = middle - start;
        loop[i] = end - middle;
        ratio[i] = loop[i] / products[i];
    }
    print("epoch_seconds", median(loop, repeats));
    print("products_seconds", median(products, repeats));
    print("epoch_to_products", median(ratio, repeats));
    print("products_gflops", flops(layers, depth, all) / median(products, repeats) * 1e-9);
    free_operands(layers, depth);
    ins_trainer_free(trainer);
    ins_network_free(network);
}

/* Elements of the tensors that layers.csv tells of after epoch 0. */
static double elements(const subject *s, const ins_network *network)
{
    size_t rows = s->laboratory.probe.rows, total = rows * s->laboratory.probe.features;
    for (size_t l = 1; l <= ins_network_depth(network); l++) {
        ins_matrix_view view = ins_network_matrix(network, l);
        total += 3 * rows * view.units + 3 * view.units * view.inputs + view.units;
    }
    return (double)total;
}

/* Recording one epoch into layers.csv and epochs.csv, without the passes over the probe batch. */
static void measure_statistics(subject *s, size_t repeats)
{
    double statistics[REPEATS], share[REPEATS], epoch[REPEATS];
    const ins_samples *probe = &s->laboratory.probe;
    ins_network *network = make_network(s);
    ins_trainer *trainer = make_trainer(s, network);
    ins_recorder_trial trial = {&s->trial, network, probe, &s->settings};
    ins_recorder *recorder = ins_recorder_new(&trial, &s->design);
    ins_log_rows rows = {0};
    for (size_t i = 0; i <= repeats; i++) {
        for (size_t file = 0; file < INS_LOG_FILES; file++) ins_text_clear(&rows.file[file]);
        double start = seconds_now();
        ins_trainer_epoch(trainer, NULL);
        double trained = seconds_now();
        /* The recorder finds the forward pass made, and makes the backward pass once more. */
        ins_network_forward(network, probe->x, probe->rows, INS_PASS_PROBE);
        double forward = seconds_now();
        ins_network_backward(network, ins_targets_of(probe, 0));
        double passed = seconds_now();
        ins_recorder_record(recorder, &(ins_recorder_epoch){.epoch = i}, &rows);
        double recorded = seconds_now();
        if (i == 0) continue; /* caches are cold, and epoch 0 has no update */
        statistics[i - 1] = (recorded - passed) - (passed - forward);
        epoch[i - 1] = trained - start;
        share[i - 1] = statistics[i - 1] / epoch[i - 1];
    }
    print("statistics_seconds", median(statistics, repeats));
    print("statistics_ns", 1e9 * median(statistics, repeats) / elements(s, network));
    print("statistics_share", median(share, repeats));
    print("epoch_seconds", median(epoch, repeats));
    ins_log_rows_free(&rows);
    ins_recorder_free(recorder);
    ins_trainer_free(trainer);
    ins_network_free(network);
}

/* One network from nothing to its last epoch, nothing recorded. */
static void measure_training(subject *s, size_t repeats)
{
    double training[REPEATS];
    for (size_t i = 0; i < repeats; i++) {
        double start = seconds_now();
        ins_network *network = make_network(s);
        ins_trainer *trainer = make_trainer(s, network);
        for (size_t e = 0; e < s->settings.epochs; e++) ins_trainer_epoch(trainer, NULL);
        ins_trainer_free(trainer);
        ins_network_free(network);
        training[i] = seconds_now() - start;
    }
    print("training_seconds", median(training, repeats));
}

/* One epoch of training, nothing recorded. */
static void measure_epoch(subject *s, size_t repeats)
{
    double epoch[REPEATS];
    ins_network *network = make_network(s);
    ins_trainer *trainer = make_trainer(s, network);
    ins_trainer_epoch(trainer, NULL);
    for (size_t i = 0; i < repeats; i++) {
        double start = seconds_now();
        ins_trainer_epoch(trainer, NULL);
        epoch[i] = seconds_now() - start;
    }
    print("epoch_seconds", median(epoch, repeats));
    ins_trainer_free(trainer);
    ins_network_free(network);
}

typedef struct measurement {
    const char *name;
    void (*measure)(subject *s, size_t repeats);
} measurement;

static const measurement measurements[] = {{"loop", measure_loop},
                                           {"epoch", measure_epoch},
                                           {"statistics", measure_statistics},
                                           {"training", measure_training}};

static const measurement *find(const char *name)
{
    for (size_t i = 0; i < sizeof measurements / sizeof measurements[0]; i++)
        if (strcmp(measurements[i].name, name) == 0) return &measurements[i];
    return NULL;
}

int main(int count, char **arguments)
{
    static subject s;
    const measurement *what = count > 2 ? find(arguments[1]) : NULL;
    long repeats = count > 2 ? strtol(arguments[2], NULL, 10) : 0;
    if (what == NULL || repeats < 1 || repeats > REPEATS) give_up(&s.error);
    check(ins_blas_start(&s.error), &s.error);
    ins_flush_denormals();
    open_subject(&s, count - 3, arguments + 3);
    what->measure(&s, (size_t)repeats);
    close_subject(&s);
    return 0;
}
