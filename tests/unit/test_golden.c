/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains the networks of tests/golden/networks.csv from the weights that numpy drew for PyTorch
 * and compares losses and variances of every tensor with PyTorch's. */
#include <config.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "initscope/csv.h"
#include "initscope/dataset.h"
#include "initscope/memory.h"
#include "initscope/moments.h"
#include "initscope/network.h"
#include "initscope/random.h"
#include "initscope/trainer.h"

#include "check_tap.h"
#include "dense_view.h"
#include "perceptron.h"

enum { MOST_NETWORKS = 64, MOST_FIELD = 64, MOST_LAYERS = 16 };

enum { DATA = 1, TASK, SCALE, HIDDEN, ACTIVATION, OPTIMIZER, RATE, DECAY, BATCH, EPOCHS, FIELDS };

typedef struct golden_network {
    char field[FIELDS][MOST_FIELD];
} golden_network;

typedef struct golden_value {
    int network, epoch, layer;
    char tensor[16];
    double value;
} golden_value;

static struct {
    golden_network network[MOST_NETWORKS];
    size_t networks;
    golden_value *value;
    size_t values, capacity;
} golden;

/* Relative agreement; float rounding of either side is 6e-8 an operation. */
static const double TOLERANCE = 1e-4;

static void copy_field(char *out, size_t size, const ins_csv_field *field)
{
    if (field->length >= size) ins_die("golden: a field is too long");
    memcpy(out, field->text, field->length);
    out[field->length] = '\0';
}

static void read_network(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    (void)context;
    (void)error;
    if (index == 0) return;
    if (row->count != FIELDS || golden.networks == MOST_NETWORKS)
        ins_die("golden: networks.csv does not fit");
    for (size_t i = 0; i < FIELDS; i++)
        copy_field(golden.network[golden.networks].field[i], MOST_FIELD, &row->fields[i]);
    golden.networks++;
}

static void read_value(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    char cell[MOST_FIELD];
    (void)context;
    (void)error;
    if (index == 0) return;
    if (golden.values == golden.capacity) {
        golden.capacity = golden.capacity ? 2 * golden.capacity : 1024;
        golden.value =
            ins_reallocate(golden.value, golden.capacity, sizeof *golden.value, "golden values");
    }
    golden_value *value = &golden.value[golden.values++];
    int *whole[] = {&value->network, &value->epoch, &value->layer};
    for (size_t i = 0; i < 3; i++) {
        copy_field(cell, sizeof cell, &row->fields[i]);
        *whole[i] = atoi(cell);
    }
    copy_field(value->tensor, sizeof value->tensor, &row->fields[3]);
    copy_field(cell, sizeof cell, &row->fields[4]);
    value->value = strtod(cell, NULL);
}

/* Before the suite runs, where Check's assertions cannot be used. */
static void read_golden(void)
{
    const char *source = getenv("srcdir") ? getenv("srcdir") : ".";
    char path[4096];
    ins_error error = {0};
    snprintf(path, sizeof path, "%s/tests/golden/networks.csv", source);
    ins_csv_read(path, ',', read_network, NULL, &error);
    snprintf(path, sizeof path, "%s/tests/golden/trajectories.csv", source);
    ins_csv_read(path, ',', read_value, NULL, &error);
    if (error.count) ins_die("%s", error.line[0]);
}

/* numpy's random_sample. */
static double numpy_double(gsl_rng *rng)
{
    unsigned long high = gsl_rng_get(rng) >> 5;
    unsigned long low = gsl_rng_get(rng) >> 6;
    return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}

static void set_weights(ins_network *network, uint32_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, seed);
    for (size_t layer = 1; layer <= ins_network_depth(network); layer++) {
        dense_view view = dense_of(network, layer);
        double bound = sqrt(4.0 / (double)view.fan_in);
        for (size_t i = 0; i < view.units * view.fan_in; i++)
            view.weight[i] = (real)((2.0 * numpy_double(rng) - 1.0) * bound);
        for (size_t i = 0; i < view.units; i++)
            view.bias[i] = (real)((2.0 * numpy_double(rng) - 1.0) * 0.1);
    }
    gsl_rng_free(rng);
}

static double variance_of(const real *x, size_t rows, size_t columns)
{
    ins_moments *units = ins_allocate(rows, sizeof *units, "test moments");
    ins_moments_of_rows(x, rows, columns, (ins_bounds){-INFINITY, INFINITY}, units);
    double variance = ins_layer_statistics_of(units, rows).variance;
    free(units);
    return variance;
}

typedef struct tracked {
    ins_network *network;
    const ins_prepared *data;
    real *before[MOST_LAYERS];
} tracked;

static double measured(const tracked *t, const golden_value *value)
{
    if (strcmp(value->tensor, "train_loss") == 0)
        return ins_evaluate(t->network, &t->data->train).loss;
    if (strcmp(value->tensor, "test_loss") == 0)
        return ins_evaluate(t->network, &t->data->test).loss;
    if (strcmp(value->tensor, "train_score") == 0)
        return ins_evaluate(t->network, &t->data->train).score;
    if (strcmp(value->tensor, "test_score") == 0)
        return ins_evaluate(t->network, &t->data->test).score;
    dense_view view = dense_of(t->network, (size_t)value->layer);
    size_t rows = t->data->train.rows, weights = view.units * view.fan_in;
    if (strcmp(value->tensor, "weight") == 0) return variance_of(view.weight, 1, weights);
    if (strcmp(value->tensor, "bias") == 0) return variance_of(view.bias, 1, view.units);
    if (strcmp(value->tensor, "preactivation") == 0)
        return variance_of(view.preactivation, rows, view.units);
    if (strcmp(value->tensor, "activation") == 0)
        return variance_of(view.activation, rows, view.units);
    if (strcmp(value->tensor, "delta") == 0) return variance_of(view.delta, rows, view.units);
    if (strcmp(value->tensor, "gradient") == 0)
        return variance_of(view.weight_gradient, 1, weights);
    ck_assert_str_eq(value->tensor, "update");
    real *update = ins_allocate(weights, sizeof *update, "test update");
    for (size_t i = 0; i < weights; i++)
        update[i] = view.weight[i] - t->before[value->layer - 1][i];
    double variance = variance_of(update, 1, weights);
    free(update);
    return variance;
}

static void keep_weights(tracked *t)
{
    for (size_t layer = 1; layer <= ins_network_depth(t->network); layer++) {
        dense_view view = dense_of(t->network, layer);
        size_t bytes = view.units * view.fan_in * sizeof(real);
        if (!t->before[layer - 1]) t->before[layer - 1] = ins_allocate(1, bytes, "test weights");
        memcpy(t->before[layer - 1], view.weight, bytes);
    }
}

static void pass_over_probe(tracked *t)
{
    ins_network_forward(t->network, t->data->train.x, t->data->train.rows, INS_PASS_PROBE);
    ins_network_backward(t->network, ins_targets_of(&t->data->train, 0));
}

/* Compares one epoch; returns how many values were compared. */
static size_t compare_epoch(tracked *t, int number, int epoch, double *worst)
{
    size_t compared = 0;
    for (int losses = 1; losses >= 0; losses--) { /* evaluation reuses the buffers: losses first */
        if (!losses) pass_over_probe(t);
        for (size_t i = 0; i < golden.values; i++) {
            const golden_value *value = &golden.value[i];
            if (value->network != number || value->epoch != epoch || (value->layer == 0) != losses)
                continue;
            double ours = measured(t, value);
            double difference =
                ours == value->value ? 0 : fabs(ours - value->value) / fabs(value->value);
            if (difference > *worst) *worst = difference;
            ck_assert_msg(difference <= TOLERANCE,
                          "network %d epoch %d layer %d %s: %.9g, PyTorch %.9g", number, epoch,
                          value->layer, value->tensor, ours, value->value);
            compared++;
        }
    }
    return compared;
}

static ins_choice choice(const ins_entries *table, const char *text, ins_arena *arena)
{
    ins_choice out;
    ins_error error = {0};
    ck_assert_msg(ins_choice_parse(table, text, "golden", arena, &out, &error) == INS_OK, "%s",
                  error.line[0]);
    return out;
}

/* "classes"; "numbers N", the last N features in the place of the classes; or "inputs". */
static void read_task(const char *path, const char *task, ins_dataset *dataset)
{
    static const char *const inputs = INS_LABEL_INPUTS;
    ins_error error = {0};
    ins_dataset whole;
    ins_reading reading = {.path = path};
    ck_assert_int_eq(ins_dataset_read(&reading, &whole, &error), INS_OK);
    if (strcmp(task, "classes") != 0) reading.drop = (ins_names){1, &whole.label_name};
    if (strcmp(task, "inputs") == 0) reading.label = (ins_names){1, &inputs};
    size_t numbers = 0;
    if (sscanf(task, "numbers %zu", &numbers) == 1)
        reading.label = (ins_names){numbers, whole.feature_names + whole.features - numbers};
    ck_assert_int_eq(ins_dataset_read(&reading, dataset, &error), INS_OK);
    ins_dataset_free(&whole);
}

static void prepare(const golden_network *network, ins_prepared *data)
{
    const char *source = getenv("srcdir") ? getenv("srcdir") : ".";
    char path[4096];
    ins_error error = {0};
    ins_dataset dataset;
    snprintf(path, sizeof path, "%s/data/%s.csv", source, network->field[DATA]);
    read_task(path, network->field[TASK], &dataset);
    ins_scaling scaling = INS_SCALE_NONE;
    while (strcmp(ins_scaling_names[scaling], network->field[SCALE]) != 0) scaling++;
    const ins_preparation how = {.test_fraction = 0.2, .split_seed = 42, .scaling = scaling};
    ck_assert_int_eq(ins_prepare(&dataset, &how, data, &error), INS_OK);
    ins_dataset_free(&dataset);
}

static ins_network *build(const golden_network *network, const ins_prepared *data, ins_arena *arena)
{
    size_t hidden[MOST_LAYERS], count = 0;
    for (const char *p = network->field[HIDDEN]; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        hidden[count++] = (size_t)atoi(p);
    const ins_choice activation = choice(&ins_activations, network->field[ACTIVATION], arena);
    ins_design design =
        perceptron_design(&(perceptron){.inputs = data->train.features,
                                        .outputs = data->train.outputs,
                                        .loss = ins_loss_for(data->train.label != NULL),
                                        .hidden_count = count,
                                        .hidden = hidden,
                                        .activation = &activation});
    design.optimizer = choice(&ins_optimizers, network->field[OPTIMIZER], arena);
    design.learning_rate = strtod(network->field[RATE], NULL);
    design.weight_decay = strtod(network->field[DECAY], NULL);
    design.capacity = data->train.rows;
    ins_network *out;
    ins_error error = {0};
    ck_assert_int_eq(ins_network_new(&design, &out, &error), INS_OK);
    ins_design_free(&design);
    return out;
}

START_TEST(trajectory_equals_pytorch)
{
    int number = _i + 1;
    const golden_network *row = &golden.network[_i];
    ins_arena *arena = ins_arena_new();
    ins_prepared data;
    prepare(row, &data);
    tracked t = {.network = build(row, &data, arena), .data = &data};
    set_weights(t.network, (uint32_t)number);
    size_t batch = (size_t)atoi(row->field[BATCH]);
    ins_trainer *trainer =
        ins_trainer_new(t.network, &data.train, batch ? batch : data.train.rows, false, 1);
    size_t compared = 0;
    double worst = 0;
    for (int epoch = 0; epoch <= atoi(row->field[EPOCHS]); epoch++) {
        if (epoch) ck_assert(ins_trainer_epoch(trainer, NULL));
        compared += compare_epoch(&t, number, epoch, &worst);
        keep_weights(&t);
    }
    ck_assert_uint_ge(compared, 30);
    if (getenv("INITSCOPE_TEST_VERBOSE"))
        fprintf(stderr, "network %2d %-16s %-8s worst relative difference %.1e\n", number,
                row->field[ACTIVATION], row->field[OPTIMIZER], worst);
    for (size_t i = 0; i < MOST_LAYERS; i++) free(t.before[i]);
    ins_trainer_free(trainer);
    ins_network_free(t.network);
    ins_prepared_free(&data);
    ins_arena_free(arena);
}
END_TEST

START_TEST(covers_every_row)
{
    ck_assert_uint_ge(golden.networks, 12);
    const struct {
        const ins_entries *table;
        int field;
    } tables[] = {{&ins_activations, ACTIVATION}, {&ins_optimizers, OPTIMIZER}};
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < tables[t].table->count; i++) {
            const char *name = ins_entry_at(tables[t].table, i)->name;
            bool found = false;
            for (size_t n = 0; n < golden.networks; n++) {
                const char *field = golden.network[n].field[tables[t].field];
                if (strlen(name) == strcspn(field, "(") && strncmp(field, name, strlen(name)) == 0)
                    found = true;
            }
            ck_assert_msg(found, "no golden trajectory uses %s", name);
        }
    }
}
END_TEST

int main(void)
{
    read_golden();
    Suite *suite = suite_create("golden");
    TCase *cases = tcase_create("trajectories");
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, covers_every_row);
    tcase_add_loop_test(cases, trajectory_equals_pytorch, 0, (int)golden.networks);
    suite_add_tcase(suite, cases);
    int status = ins_run_suite(suite);
    free(golden.value);
    return status;
}
