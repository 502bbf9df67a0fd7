/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The recorder against GSL: every number of layers.csv and the gradient norm are computed again
 * from the raw tensors with gsl_stats_*, the definitions being those of GSL. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/columns.h"
#include "initscope/memory.h"
#include "initscope/moments.h"
#include "initscope/random.h"
#include "initscope/settings.h"
#include "initscope/spectrum.h"
#include "initscope/symmetry.h"

#include "../../src/experiment/recorder.h"

#include "check_tap.h"
#include "dense_view.h"
#include "perceptron.h"
#include "settings_fixture.h"

enum { ROWS = 50, PROBE = 37, FEATURES = 5, CLASSES = 3, CELLS = 20 };

static ins_grid grid;
static ins_trial trial;
static real inputs[ROWS * FEATURES];
static int32_t labels[ROWS];
static ins_samples train = {
    .rows = ROWS, .features = FEATURES, .outputs = CLASSES, .x = inputs, .label = labels};
static ins_network *network;
static ins_recorder *recorder;
static ins_samples probe;

static void start(void)
{
    ins_error error = {0};
    ins_settings_start(&settings);
    set("init", "he_normal");
    set("bias-init", "random_normal");
    set("activation", "tanh");
    set("hidden", "7,11");
    set("batch", "16");
    set("probe", "37");
    set("learning-rate", "0.05");
    ck_assert_int_eq(ins_grid_new(&settings, &grid, &error), INS_OK);
    trial = ins_grid_trial(&grid, 2);

    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, 1);
    for (size_t i = 0; i < ROWS * FEATURES; i++) inputs[i] = (real)(2 * ins_random_normal(rng));
    for (size_t i = 0; i < ROWS; i++) labels[i] = (int32_t)(i % CLASSES);
    gsl_rng_free(rng);

    ins_design design = ins_trial_design(&trial, &settings, &train);
    ck_assert_uint_eq(design.capacity, PROBE);
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ins_design_free(&design);
    ins_initialization how = {.hidden = trial.init,
                              .output = trial.init,
                              .bias = &settings.bias_init,
                              .seed = trial.seed};
    ck_assert_int_eq(ins_network_initialize(network, &how, &error), INS_OK);
    probe = ins_probe_of(&settings, &train);
    recorder = ins_recorder_new(
        &(ins_recorder_trial){
            .trial = &trial, .network = network, .probe = &probe, .settings = &settings},
        ins_network_design(network));
}

static void finish(void)
{
    ins_recorder_free(recorder);
    ins_network_free(network);
    ins_settings_free(&settings);
}

/* Cuts the next row of text into CELLS cells (none of them is quoted); NULL at the end. */
static char *next_row(char *text, char *cell[CELLS])
{
    if (!*text) return NULL;
    char *end = strchr(text, '\n');
    *end = '\0';
    for (size_t i = 0; i < CELLS; i++) {
        cell[i] = text;
        text += strcspn(text, ",");
        ck_assert_msg((*text == ',') == (i + 1 < CELLS), "row has not %d cells", CELLS);
        if (*text) *text++ = '\0';
    }
    return end + 1;
}

/* To 1e-9 of the size of the value, or of what it was summed from. */
static void close_to(const char *cell, double expected, double size, const char *what)
{
    double value = strtod(cell, NULL);
    if (isnan(expected))
        ck_assert_msg(isnan(value), "%s: %s is not nan", what, cell);
    else
        ck_assert_msg(fabs(value - expected) <= 1e-9 * fmax(fabs(expected), size),
                      "%s: %s, by GSL %.17g", what, cell, expected);
}

/* A tensor with its units as rows of doubles. */
typedef struct raw {
    size_t units, length;
    double *x;
} raw;

static raw raw_rows(const real *x, size_t units, size_t length)
{
    raw r = {units, length, ins_allocate(units * length, sizeof(double), "raw")};
    for (size_t i = 0; i < units * length; i++) r.x[i] = (double)x[i];
    return r;
}

static raw raw_columns(const real *x, size_t rows, size_t units)
{
    raw r = {units, rows, ins_allocate(units * rows, sizeof(double), "raw")};
    for (size_t u = 0; u < units; u++)
        for (size_t i = 0; i < rows; i++) r.x[u * rows + i] = (double)x[i * units + u];
    return r;
}

static double population(const double *x, size_t n)
{
    return gsl_stats_variance_with_fixed_mean(x, 1, n, gsl_stats_mean(x, 1, n));
}

/* Standardised moments with the population variance; GSL's own divide by the sample one. */
static double standardised(const double *x, size_t n, int order)
{
    double mean = gsl_stats_mean(x, 1, n), sd = sqrt(population(x, n)), sum = 0;
    for (size_t i = 0; i < n; i++) sum += pow((x[i] - mean) / sd, order);
    return sum / (double)n;
}

static void check_row(char *cell[CELLS], raw r, bool saturates)
{
    size_t n = r.units * r.length, zeros = 0, saturated = 0;
    double within = 0, *means = ins_allocate(r.units, sizeof *means, "means");
    for (size_t u = 0; u < r.units; u++) {
        means[u] = gsl_stats_mean(r.x + u * r.length, 1, r.length);
        within += population(r.x + u * r.length, r.length) / (double)r.units;
    }
    for (size_t i = 0; i < n; i++) {
        zeros += r.x[i] == 0;
        saturated += fabs(r.x[i]) > 0.97;
    }
    double mean = gsl_stats_mean(r.x, 1, n), variance = population(r.x, n);
    ck_assert_uint_eq(strtoul(cell[6], NULL, 10), r.units);
    ck_assert_uint_eq(strtoul(cell[7], NULL, 10), n);
    close_to(cell[8], mean, sqrt(variance), "mean");
    close_to(cell[9], variance, 0, "variance");
    close_to(cell[10], within, 0, "within");
    close_to(cell[11], population(means, r.units), variance, "between");
    close_to(cell[12], variance + mean * mean, 0, "second moment");
    close_to(cell[13], variance > 0 ? standardised(r.x, n, 3) : NAN, 1, "skewness");
    close_to(cell[14], variance > 0 ? standardised(r.x, n, 4) : NAN, 0, "kurtosis");
    close_to(cell[15], gsl_stats_min(r.x, 1, n), 0, "minimum");
    close_to(cell[16], gsl_stats_max(r.x, 1, n), 0, "maximum");
    close_to(cell[17], (double)zeros / (double)n, 0, "zeros");
    if (saturates)
        close_to(cell[18], (double)saturated / (double)n, 0, "saturated");
    else
        ck_assert_str_eq(cell[18], "");
    ck_assert_str_eq(cell[19], "0");
    free(means);
    free(r.x);
}

/* The tensor that a row is about. previous: the weights of the previous record. */
static raw raw_of(size_t layer, const char *tensor, real *const *previous)
{
    if (layer == 0) return raw_columns(inputs, PROBE, FEATURES);
    dense_view view = dense_of(network, layer);
    size_t count = view.units * view.fan_in;
    if (strcmp(tensor, "weight") == 0) return raw_rows(view.weight, view.units, view.fan_in);
    if (strcmp(tensor, "bias") == 0) return raw_rows(view.bias, view.units, 1);
    if (strcmp(tensor, "preactivation") == 0)
        return raw_columns(view.preactivation, PROBE, view.units);
    if (strcmp(tensor, "activation") == 0) return raw_columns(view.activation, PROBE, view.units);
    if (strcmp(tensor, "delta") == 0) return raw_columns(view.delta, PROBE, view.units);
    if (strcmp(tensor, "gradient") == 0)
        return raw_rows(view.weight_gradient, view.units, view.fan_in);
    ck_assert_str_eq(tensor, "update");
    real *difference = ins_allocate(count, sizeof *difference, "difference");
    for (size_t i = 0; i < count; i++) difference[i] = view.weight[i] - previous[layer][i];
    raw r = raw_rows(difference, view.units, view.fan_in);
    free(difference);
    return r;
}

static size_t check_layers(char *text, size_t epoch, real *const *previous)
{
    char *cell[CELLS];
    size_t rows = 0, last = 0;
    for (; (text = next_row(text, cell)); rows++) {
        size_t layer = strtoul(cell[4], NULL, 10);
        int tensor = 0;
        while (strcmp(ins_tensor_table[tensor].name, cell[5]) != 0) tensor++;
        ck_assert_str_eq(cell[0], "3");
        ck_assert_str_eq(cell[1], "he_normal");
        ck_assert_str_eq(cell[2], "3");
        ck_assert_uint_eq(strtoul(cell[3], NULL, 10), epoch);
        size_t place = layer * INS_TENSORS + (size_t)tensor;
        ck_assert(rows == 0 || place > last);
        last = place;
        bool hidden = layer == 1 || layer == 2;
        check_row(cell, raw_of(layer, cell[5], previous), hidden && tensor == INS_ACTIVATION);
    }
    return rows;
}

static double gradient_norm(void)
{
    double sum = 0;
    for (size_t l = 1; l <= 3; l++) {
        dense_view view = dense_of(network, l);
        for (size_t i = 0; i < view.units * view.fan_in; i++)
            sum += (double)view.weight_gradient[i] * (double)view.weight_gradient[i];
        for (size_t i = 0; i < view.units; i++)
            sum += (double)view.bias_gradient[i] * (double)view.bias_gradient[i];
    }
    return sqrt(sum);
}

static void check_epoch(const char *text, size_t epoch, size_t updates)
{
    char start_of[64];
    int length = snprintf(start_of, sizeof start_of,
                          "3,he_normal,3,%zu,%zu,1.5,0.25,2.5,0.125,0.25,0.125,", epoch, updates);
    ck_assert_int_eq(strncmp(text, start_of, (size_t)length), 0);
    ck_assert_double_gt(gradient_norm(), 0);
    close_to(text + length, gradient_norm(), 0, "gradient norm");
}

static ins_log_rows record(size_t epoch)
{
    ins_log_rows rows = {0};
    ins_recorder_record(
        recorder, &(ins_recorder_epoch){.epoch = epoch, .train = {1.5, 0.25}, .test = {2.5, 0.125}},
        &rows);
    return rows;
}

START_TEST(test_numbers)
{
    ins_trainer *trainer =
        ins_trainer_new(network, &train, ins_trial_batch(&trial, &train), true, trial.seed);
    real *previous[4] = {NULL};
    for (size_t epoch = 0; epoch < 3; epoch++) {
        for (size_t i = 0; epoch > 0 && i < epoch; i++) ins_trainer_epoch(trainer, NULL);
        size_t updates = ins_network_updates(network);
        ins_log_rows rows = record(epoch);
        ck_assert_uint_eq(ins_network_updates(network), updates);
        check_epoch(rows.file[INS_LOG_EPOCHS].data, epoch, updates);
        ck_assert_uint_eq(check_layers(rows.file[INS_LOG_LAYERS].data, epoch, previous),
                          epoch == 0 ? 19 : 22);
        ins_log_rows_free(&rows);
        for (size_t l = 1; l <= 3; l++) {
            dense_view view = dense_of(network, l);
            size_t count = view.units * view.fan_in;
            free(previous[l]);
            previous[l] = ins_allocate(count, sizeof **previous, "weights");
            memcpy(previous[l], view.weight, count * sizeof **previous);
        }
    }
    for (size_t l = 1; l <= 3; l++) free(previous[l]);
    ins_trainer_free(trainer);
}
END_TEST

/* Training goes the same way whether or not it is watched. */
START_TEST(test_watching_changes_nothing)
{
    ins_error error = {0};
    ins_trial dropping = trial;
    dropping.dropout = 0.3;
    ins_design design = ins_trial_design(&dropping, &settings, &train);
    double loss[2];
    for (int watched = 0; watched < 2; watched++) {
        ins_network *other;
        ck_assert_int_eq(ins_network_new(&design, &other, &error), INS_OK);
        ins_initialization how = {.hidden = trial.init,
                                  .output = trial.init,
                                  .bias = &settings.bias_init,
                                  .seed = trial.seed};
        ck_assert_int_eq(ins_network_initialize(other, &how, &error), INS_OK);
        ins_trainer *trainer = ins_trainer_new(other, &train, 16, true, trial.seed);
        ins_recorder *watcher = ins_recorder_new(
            &(ins_recorder_trial){
                .trial = &trial, .network = other, .probe = &probe, .settings = &settings},
            &design);
        for (size_t epoch = 0; epoch < 4; epoch++) {
            ins_log_rows rows = {0};
            if (watched) ins_recorder_record(watcher, &(ins_recorder_epoch){.epoch = epoch}, &rows);
            ins_log_rows_free(&rows);
            ck_assert(ins_trainer_epoch(trainer, NULL));
        }
        loss[watched] = ins_evaluate(other, &train).loss;
        ins_recorder_free(watcher);
        ins_trainer_free(trainer);
        ins_network_free(other);
    }
    ins_design_free(&design);
    ck_assert_double_eq(loss[0], loss[1]);
    ck_assert_double_lt(loss[0], 1.5);
}
END_TEST

/* Overflowing weights: the count says so, the statistics are those of the finite elements. */
START_TEST(test_not_finite)
{
    dense_view view = dense_of(network, 2);
    view.weight[3] = INFINITY;
    view.weight[4] = NAN;
    ins_log_rows rows = record(0);
    char *text = rows.file[INS_LOG_LAYERS].data, *cell[CELLS];
    bool met = false;
    while ((text = next_row(text, cell))) {
        if (strcmp(cell[4], "2") != 0 || strcmp(cell[5], "weight") != 0) continue;
        met = true;
        ck_assert_str_eq(cell[7], "75"); /* 7 x 11 - 2 */
        ck_assert_str_eq(cell[19], "2");
        ck_assert(isfinite(strtod(cell[9], NULL)));
    }
    ck_assert(met);
    ck_assert_ptr_nonnull(strstr(rows.file[INS_LOG_EPOCHS].data, ",nan\n"));
    ins_log_rows_free(&rows);
}
END_TEST

/* A kind that has a matrix and no bias. */
static ins_shape bare_shape(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0] - 2);
}

static size_t bare_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    list[0] =
        (ins_learned){.name = "W", .place = {.units = plan->units, .inputs = plan->inputs[0]}};
    return 1;
}

static void bare_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    for (size_t i = 0; i < rows * layer->plan->units; i++) layer->result[i] = layer->in[0][i];
}

static void bare_backward(ins_layer *layer, size_t rows)
{
    (void)rows;
    layer->tensor[0].gradient[0] = 3;
}

/* What a layer does not have has no rows; the rest has. */
START_TEST(test_no_bias)
{
    static const ins_layer_kind bare = {.entry = {.name = "bare"},
                                        .reads = 1,
                                        .shape = bare_shape,
                                        .tensors = bare_tensors,
                                        .forward = bare_forward,
                                        .backward = bare_backward};
    static const char *const shown[] = {"weight", "preactivation", "activation", "delta",
                                        "gradient"};
    const ins_choice none = {0};
    const size_t input = 0;
    ins_error error = {0};
    ins_design design = ins_trial_design(&trial, &settings, &train);
    design.layers = 1; /* the input alone */
    design.depth = design.layer[input].readers = 0;
    add_layer(&design, &bare, &none, &input);
    ck_assert_uint_eq(ins_design_outputs(&design), CLASSES);
    ins_recorder_free(recorder);
    ins_network_free(network);
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    recorder = ins_recorder_new(
        &(ins_recorder_trial){
            .trial = &trial, .network = network, .probe = &probe, .settings = &settings},
        &design);
    ins_design_free(&design);

    ins_log_rows rows = record(0);
    char *text = next_row(rows.file[INS_LOG_LAYERS].data, (char *[CELLS]){NULL}), *cell[CELLS];
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        text = next_row(text, cell);
        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(cell[4], "1");
        ck_assert_str_eq(cell[5], shown[i]);
    }
    ck_assert_str_eq(text, "");
    ck_assert_uint_gt(rows.file[INS_LOG_SYMMETRY].length, 0); /* by the weights alone */
    ck_assert_ptr_nonnull(strstr(rows.file[INS_LOG_EPOCHS].data, ",3\n")); /* gradient_norm */
    ins_log_rows_free(&rows);
}
END_TEST

/* bytes are those of the pieces, with at most alignment between. */
static void check_size(const ins_design *design, size_t pieces)
{
    ins_error error = {0};
    size_t bytes = 0;
    ck_assert_int_eq(ins_recorder_size(design, &settings, &bytes, &error), INS_OK);
    ck_assert_uint_ge(bytes, pieces);
    ck_assert_uint_le(bytes, pieces + 2000);
}

START_TEST(test_size)
{
    ins_error error = {0};
    ins_design design = ins_trial_design(&trial, &settings, &train);
    /* All weights, the largest layer once more, the moments of 11 units, and what is asked for: the
     * ends and counts of 60 bins, symmetry, singular values with two products (3, 11). */
    size_t weights = 5 * 7 + 7 * 11 + 11 * 3, bytes;
    size_t always = (weights + 77) * sizeof(real) + 11 * sizeof(ins_moments);
    ins_carver symmetry = {0}, spectrum = {0};
    ins_symmetry_lay_out(11, 77, PROBE, &symmetry);
    ins_spectrum_lay_out(77, &spectrum);
    set("histograms", "none");
    set("symmetry", "none");
    set("spectrum", "none");
    check_size(&design, always);
    set("symmetry", "0");
    check_size(&design, always + symmetry.used);
    set("spectrum", "last");
    check_size(&design, always + symmetry.used + spectrum.used + 2 * 3 * 11 * sizeof(double));
    set("symmetry", "none");
    set("bins", "10000");
    check_size(&design, always + spectrum.used + 2 * 3 * 11 * sizeof(double));
    set("histograms", "all");
    set("spectrum", "none");
    check_size(&design, always + 20001 * sizeof(double));
    design.layer[1].shape.channels = design.layer[3].shape.channels = (size_t)1 << 40;
    design.layer[3].reads[0].channels = (size_t)1 << 40;
    ck_assert_int_eq(ins_recorder_size(&design, &settings, &bytes, &error), INS_USAGE);
    ins_design_free(&design);
}
END_TEST

/* Rows are not longer than was said, nor ten times shorter, whatever is asked for. */
START_TEST(test_text_size)
{
    static const char *const epochs[] = {"none", "0", "all"};
    const ins_design *design = ins_network_design(network);
    set("histograms", epochs[_i]);
    set("symmetry", epochs[_i]);
    set("spectrum", epochs[_i]);
    ins_recorder_free(recorder);
    recorder = ins_recorder_new(
        &(ins_recorder_trial){
            .trial = &trial, .network = network, .probe = &probe, .settings = &settings},
        design);
    size_t total = 0, promised = 0;
    for (size_t epoch = 0; epoch < 3; epoch++) {
        ins_log_rows rows = record(epoch);
        for (size_t file = 0; file < INS_LOG_FILES; file++) total += rows.file[file].length;
        ins_log_rows_free(&rows);
    }
    ck_assert(ins_recorder_text_size(design, &settings, 3, &promised));
    ck_assert_uint_le(total, promised);
    ck_assert_uint_ge(total * 10, promised);
    ck_assert(!ins_recorder_text_size(design, &settings, SIZE_MAX / 2, &promised));
}
END_TEST

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("recorder");
    TCase *cases = tcase_create("recorder");
    tcase_add_checked_fixture(cases, start, finish);
    tcase_add_test(cases, test_numbers);
    tcase_add_test(cases, test_watching_changes_nothing);
    tcase_add_test(cases, test_not_finite);
    tcase_add_test(cases, test_no_bias);
    tcase_add_test(cases, test_size);
    tcase_add_loop_test(cases, test_text_size, 0, 3);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
