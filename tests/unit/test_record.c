/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Histograms, symmetry and saved weights: counted again here, by the definitions of the columns. */
#include <config.h>

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "initscope/npy.h"

#include "../../src/experiment/recorder.h"

#include "check_tap.h"
#include "network_fixture.h"
#include "scratch.h"
#include "settings_fixture.h"

enum { PROBE = 37, FEATURES = 5, BINS = 12, CELLS = 11, LAYERS = 3 };

static ins_grid grid;
static ins_trial trial;
static ins_samples probe;
static ins_network *network;
static ins_recorder *recorder;

static void start(void)
{
    network_setup();
    scratch_setup();
    ins_settings_start(&settings);
    set("init", "he_normal");
    set("bias-init", "random_normal");
    set("hidden", "7,11");
    set("bins", "12");
    probe = random_samples(PROBE, FEATURES, 1);
}

static void begin(void)
{
    ins_error error = {0};
    ck_assert_int_eq(ins_grid_new(&settings, &grid, &error), INS_OK);
    trial = ins_grid_trial(&grid, 2);
    ins_design design = ins_trial_design(&trial, &settings, &probe);
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ins_design_free(&design);
    ins_initialization how = {.hidden = trial.init,
                              .output = trial.init,
                              .bias = &settings.bias_init,
                              .seed = trial.seed};
    ck_assert_int_eq(ins_network_initialize(network, &how, &error), INS_OK);
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
    samples_free(&probe);
    scratch_teardown();
    fixture_teardown();
}

static ins_log_rows record(size_t epoch, bool last)
{
    ins_log_rows rows = {0};
    ins_recorder_record(recorder, &(ins_recorder_epoch){.epoch = epoch, .last = last}, &rows);
    return rows;
}

/* Cuts the next row into its cells; NULL at the end. */
static char *next_row(char *text, size_t cells, char *cell[CELLS])
{
    if (!text || !*text) return NULL;
    char *end = strchr(text, '\n');
    *end = '\0';
    for (size_t i = 0; i < cells; i++) {
        cell[i] = text;
        text += strcspn(text, ",");
        ck_assert((*text == ',') == (i + 1 < cells));
        if (*text) *text++ = '\0';
    }
    return end + 1;
}

/* The elements that a histogram is about. */
static const real *elements_of(size_t layer, const char *tensor, size_t *count)
{
    if (layer == 0) {
        ck_assert_str_eq(tensor, "activation");
        *count = PROBE * FEATURES;
        return probe.x;
    }
    dense_view view = dense_of(network, layer);
    *count = view.units * view.fan_in;
    if (strcmp(tensor, "weight") == 0) return view.weight;
    if (strcmp(tensor, "gradient") == 0) return view.weight_gradient;
    *count = PROBE * view.units;
    if (strcmp(tensor, "preactivation") == 0) return view.preactivation;
    if (strcmp(tensor, "activation") == 0) return view.activation;
    ck_assert_str_eq(tensor, "delta");
    return view.delta;
}

/* One bin: the finite elements from lower up to, not including, upper, and at the ends those
 * beyond. */
static void check_bin(size_t layer, const char *tensor, size_t bin, const char *const *bounds)
{
    size_t count, inside = 0;
    const real *x = elements_of(layer, tensor, &count);
    double lower = strtod(bounds[0], NULL), upper = strtod(bounds[1], NULL), largest = 0;
    for (size_t i = 0; i < count; i++) {
        double value = (double)x[i];
        if (!isfinite(value)) continue;
        largest = fmax(largest, fabs(value));
        inside += (value >= lower || bin == 1) && (value < upper || bin == BINS);
    }
    ck_assert_msg(inside == strtoul(bounds[2], NULL, 10), "layer %zu %s bin %zu: %s, counted %zu",
                  layer, tensor, bin, bounds[2], inside);
    bool fixed = strcmp(tensor, "preactivation") == 0 || strcmp(tensor, "activation") == 0;
    double reach = fixed ? 4 : largest > 0 ? largest : 1;
    ck_assert_double_eq_tol(lower, reach * (2 * (double)(bin - 1) / BINS - 1), 1e-12 * reach);
    ck_assert_double_eq_tol(upper, reach * (2 * (double)bin / BINS - 1), 1e-12 * reach);
    if (bin == 1) ck_assert_double_eq(lower, -reach);
    if (bin == BINS) ck_assert_double_eq(upper, reach);
}

/* Every row, against the tensors of now; the histograms are those of all layers and tensors. */
static void check_histograms(char *text, const char *epoch)
{
    char *cell[CELLS];
    size_t rows = 0;
    for (; (text = next_row(text, 10, cell)); rows++) {
        const char *const bounds[] = {cell[7], cell[8], cell[9]};
        ck_assert_str_eq(cell[0], "3");
        ck_assert_str_eq(cell[1], "he_normal");
        ck_assert_str_eq(cell[3], epoch);
        size_t bin = strtoul(cell[6], NULL, 10);
        ck_assert_uint_eq(bin, rows % BINS + 1);
        check_bin(strtoul(cell[4], NULL, 10), cell[5], bin, bounds);
    }
    ck_assert_uint_eq(rows, BINS * (1 + 5 * LAYERS));
}

START_TEST(test_histograms)
{
    begin();
    ins_log_rows rows = record(0, false);
    check_histograms(rows.file[INS_LOG_HISTOGRAMS].data, "0");
    ins_log_rows_free(&rows);
}
END_TEST

/* Elements on the ends and beyond them are in the last and first bin; what is not finite is in
 * none; a tensor of zeros has the axis -1 to 1. */
START_TEST(test_ends)
{
    begin();
    dense_view second = dense_of(network, 2), third = dense_of(network, 3);
    memset(third.weight, 0, third.units * third.fan_in * sizeof *third.weight);
    second.weight[0] = 3;
    second.weight[1] = -3;
    second.weight[2] = NAN;
    second.weight[3] = INFINITY;
    second.weight[4] = -INFINITY;
    probe.x[0] = 4;
    probe.x[1] = -4;
    probe.x[2] = (real)3e38;
    probe.x[3] = (real)-3e38;
    ins_log_rows rows = record(0, false);
    check_histograms(rows.file[INS_LOG_HISTOGRAMS].data, "0");
    ins_log_rows_free(&rows);
}
END_TEST

/* Which of the epochs 0 to 3, the last, have rows. */
START_TEST(test_epochs)
{
    static const struct {
        const char *epochs;
        bool has[4];
    } cases[] = {{"none", {false, false, false, false}}, {"all", {true, true, true, true}},
                 {"0,last", {true, false, false, true}}, {"1 3", {false, true, false, true}},
                 {"last", {false, false, false, true}},  {"2", {false, false, true, false}}};
    set("histograms", cases[_i].epochs);
    set("symmetry", cases[_i].epochs);
    begin();
    for (size_t epoch = 0; epoch < 4; epoch++) {
        ins_log_rows rows = record(epoch, epoch == 3);
        ck_assert(rows.file[INS_LOG_EPOCHS].length > 0);
        ck_assert((rows.file[INS_LOG_HISTOGRAMS].length > 0) == cases[_i].has[epoch]);
        ck_assert((rows.file[INS_LOG_SYMMETRY].length > 0) == cases[_i].has[epoch]);
        ins_log_rows_free(&rows);
    }
}
END_TEST

/* What symmetry.csv says of layers 1 to 3, from units on; a row of 11 cells. */
static void check_symmetry(const char *expected)
{
    ins_log_rows rows = record(0, false);
    ck_assert_str_eq(rows.file[INS_LOG_SYMMETRY].data, expected);
    ins_log_rows_free(&rows);
}

/* Exact: with W and b zero every unit is every other, nothing comes out, and no
 * direction exists; the output layer has probabilities, and no dead units. */
START_TEST(test_all_units_equal)
{
    set("init", "zeros");
    set("bias-init", "zeros");
    begin();
    check_symmetry("3,zeros,3,0,1,7,1,21,nan,0,7\n3,zeros,3,0,2,11,1,55,nan,0,11\n"
                   "3,zeros,3,0,3,3,1,3,nan,0,\n");
}
END_TEST

/* Two copies of a unit, one dead unit, and an activation that has no dead ones. */
START_TEST(test_some_units_equal)
{
    set("activation", _i == 0 ? "relu" : "tanh");
    begin();
    dense_view view = dense_of(network, 2);
    memcpy(view.weight + 3 * 7, view.weight, 7 * sizeof *view.weight);
    memcpy(view.weight + 5 * 7, view.weight, 7 * sizeof *view.weight);
    view.bias[3] = view.bias[5] = view.bias[0];
    view.bias[8] = -1000;
    ins_log_rows rows = record(0, false);
    char *text = rows.file[INS_LOG_SYMMETRY].data, *cell[CELLS];
    text = next_row(text, 11, cell);
    ck_assert_str_eq(cell[6], "7");
    text = next_row(text, 11, cell);
    ck_assert_str_eq(cell[4], "2");
    ck_assert_str_eq(cell[6], "9");
    ck_assert_str_eq(cell[7], "3");
    double cosine = strtod(cell[8], NULL), rank = strtod(cell[9], NULL);
    ck_assert(cosine > 0 && cosine < 1 && rank > 1 && rank < 9);
    if (_i == 0)
        ck_assert_uint_ge(strtoul(cell[10], NULL, 10), 1);
    else
        ck_assert_str_eq(cell[10], "");
    ins_log_rows_free(&rows);
}
END_TEST

/* What is saved is what is there, twice over the same names, and file(...) reads it. */
START_TEST(test_weights)
{
    ins_error error = {0};
    begin();
    for (int again = 0; again < 2; again++) {
        dense_of(network, 1).weight[0] += 1;
        ck_assert_int_eq(ins_weights_save(network, at("weights"), 3, 12, &error), INS_OK);
    }
    char call[700];
    snprintf(call, sizeof call, "file(%s)", at("weights/000003/epoch0012"));
    ins_choice file = choose(&ins_initializers, call);
    ins_network *copy;
    ins_design design = ins_trial_design(&trial, &settings, &probe);
    ck_assert_int_eq(ins_network_new(&design, &copy, &error), INS_OK);
    ins_design_free(&design);
    ins_initialization how = {.hidden = &file, .output = &file, .bias = &settings.bias_init};
    ck_assert_msg(ins_network_initialize(copy, &how, &error) == INS_OK, "%s", error.line[0]);
    for (size_t l = 1; l <= LAYERS; l++) {
        dense_view a = dense_of(network, l), b = dense_of(copy, l);
        ck_assert_mem_eq(a.weight, b.weight, a.units * a.fan_in * sizeof *a.weight);
        ck_assert_mem_eq(a.bias, b.bias, a.units * sizeof *a.bias);
        ck_assert(b.bias[0] != 0);
    }
    ins_network_free(copy);
    ck_assert_int_eq(ins_weights_save(network, at("no/weights"), 3, 12, &error), INS_OUTPUT);
}
END_TEST

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("record");
    TCase *cases = tcase_create("record");
    tcase_add_checked_fixture(cases, start, finish);
    tcase_add_test(cases, test_histograms);
    tcase_add_test(cases, test_ends);
    tcase_add_loop_test(cases, test_epochs, 0, 6);
    tcase_add_test(cases, test_all_units_equal);
    tcase_add_loop_test(cases, test_some_units_equal, 0, 2);
    tcase_add_test(cases, test_weights);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
