/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* spectrum.csv of a small network: the singular values of its layers, and of the Jacobian of the
 * class scores at the first four probe rows. Oracle: derivatives by the chain rule input by input,
 * from the first layer on, while the program multiplies from the last. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "dense_view.h"
#include "initscope/activation.h"
#include "initscope/blas.h"
#include "initscope/random.h"
#include "initscope/spectrum.h"
#include "settings_fixture.h"

#include "../../src/experiment/recorder.h"

enum { INPUTS = 5, CLASSES = 3, ROWS = 6, DEPTH = 3, WIDEST = 7 };

static real x[ROWS * INPUTS];
static int32_t y[ROWS] = {0, 1, 2, 0, 1, 2};
static const ins_samples samples = {
    .rows = ROWS, .features = INPUTS, .outputs = CLASSES, .x = x, .label = y};

static ins_grid grid;
static ins_trial trial;
static ins_network *network;
static ins_recorder *recorder;
static ins_spectrum_workspace *workspace;
static ins_log_rows rows;

static void make_inputs(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < ROWS * INPUTS; i++) x[i] = (real)ins_random_normal(rng);
    gsl_rng_free(rng);
}

static void make_network(void)
{
    ins_error error = {0};
    ins_design design = ins_trial_design(&trial, &settings, &samples);
    ins_initialization start = {
        .hidden = trial.init, .output = trial.output, .bias = trial.bias, .seed = 1};
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ins_design_free(&design);
    ck_assert_int_eq(ins_network_initialize(network, &start, &error), INS_OK);
}

static void setup(void)
{
    ins_error error = {0};
    gsl_set_error_handler_off();
    ck_assert_int_eq(ins_blas_start(&error), INS_OK);
    ins_settings_start(&settings);
    set("hidden", "7,6");
    set("activation", "tanh");
    set("init", "xavier_normal(gain=1.5)");
    set("bias-init", "random_normal(stddev=0.5)");
    set("spectrum", "0,last");
    ck_assert_int_eq(ins_grid_new(&settings, &grid, &error), INS_OK);
    trial = ins_grid_trial(&grid, 0);
    make_inputs();
    make_network();
    recorder = ins_recorder_new(&(ins_recorder_trial){&trial, network, &samples, &settings, NULL},
                                ins_network_design(network));
    ins_carver carver = {0};
    ins_spectrum_lay_out(WIDEST * WIDEST, &carver);
    ins_carver_allocate(&carver, "singular values");
    workspace = ins_spectrum_lay_out(WIDEST * WIDEST, &carver);
}

static void teardown(void)
{
    free(workspace);
    ins_recorder_free(recorder);
    ins_network_free(network);
    ins_settings_free(&settings);
    ins_log_rows_free(&rows);
}

/* a and its derivative da through one layer. */
static void step(const dense_view *view, bool last, double a[WIDEST], double da[WIDEST])
{
    const ins_activation *row = (const ins_activation *)trial.activation->entry;
    double z[WIDEST], dz[WIDEST] = {0};
    for (size_t u = 0; u < view->units; u++) {
        z[u] = (double)view->bias[u];
        for (size_t k = 0; k < view->fan_in; k++) {
            z[u] += (double)view->weight[u * view->fan_in + k] * a[k];
            dz[u] += (double)view->weight[u * view->fan_in + k] * da[k];
        }
    }
    for (size_t u = 0; u < view->units; u++) {
        a[u] = row->value(z[u], NULL);
        da[u] = last ? dz[u] : dz[u] * row->slope(z[u], NULL);
    }
}

static void derive(size_t row, double jacobian[CLASSES * INPUTS])
{
    for (size_t input = 0; input < INPUTS; input++) {
        double a[WIDEST], da[WIDEST] = {0};
        for (size_t i = 0; i < INPUTS; i++) a[i] = (double)x[row * INPUTS + i];
        da[input] = 1;
        for (size_t l = 1; l <= DEPTH; l++) {
            dense_view view = dense_of(network, l);
            step(&view, l == DEPTH, a, da);
        }
        for (size_t c = 0; c < CLASSES; c++) jacobian[c * INPUTS + input] = da[c];
    }
}

static double cell_of(const char *line, size_t column)
{
    for (; column > 0; column--) line = strchr(line, ',') + 1;
    return strtod(line, NULL);
}

/* One row, and what follows it. */
static const char *check_row(const char *line, size_t layer, size_t index, double value,
                             double tolerance)
{
    ck_assert(cell_of(line, 4) == (double)layer);
    ck_assert(cell_of(line, 5) == (double)index);
    ck_assert_double_eq_tol(cell_of(line, 6), value, tolerance);
    ck_assert_double_ge(value, 1e-3);
    return strchr(line, '\n') + 1;
}

START_TEST(test_rows)
{
    static const size_t rank[] = {5, 6, 3};
    ins_recorder_record(recorder, &(ins_recorder_epoch){0}, &rows);
    const char *line = rows.file[INS_LOG_SPECTRUM].data;
    for (size_t r = 0; r < 4; r++) {
        double jacobian[CLASSES * INPUTS];
        derive(r, jacobian);
        const double *value = ins_spectrum_of(workspace, jacobian, CLASSES, INPUTS);
        for (size_t i = 0; i < CLASSES; i++)
            line = check_row(line, 0, r * CLASSES + i + 1, value[i], 2e-6 * value[0]);
    }
    for (size_t l = 1; l <= DEPTH; l++) {
        dense_view view = dense_of(network, l);
        const double *value =
            ins_spectrum_of_weights(workspace, view.weight, view.units, view.fan_in);
        for (size_t i = 0; i < rank[l - 1]; i++) line = check_row(line, l, i + 1, value[i], 1e-15);
    }
    ck_assert_str_eq(line, "");
}
END_TEST

/* Only the epochs that were asked for; of a diverged network only the sound layers. */
START_TEST(test_when)
{
    ins_text *out = &rows.file[INS_LOG_SPECTRUM];
    ins_recorder_record(recorder, &(ins_recorder_epoch){.epoch = 3}, &rows);
    ck_assert_uint_eq(out->length, 0);
    dense_of(network, 2).weight[0] = (real)NAN;
    ins_recorder_record(recorder, &(ins_recorder_epoch){.epoch = 4, .last = true}, &rows);
    size_t lines[DEPTH + 1] = {0};
    for (const char *line = out->data; *line; line = strchr(line, '\n') + 1) {
        ck_assert(cell_of(line, 3) == 4);
        lines[(size_t)cell_of(line, 4)]++;
    }
    ck_assert(lines[0] == 0 && lines[1] == 5 && lines[2] == 0 && lines[3] == 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record spectrum");
    TCase *cases = tcase_create("spectrum");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, test_rows);
    tcase_add_test(cases, test_when);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
