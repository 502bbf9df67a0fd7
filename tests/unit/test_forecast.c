/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions of a grid's networks, initializers at the edge of chaos, the tables of the theory,
 * and the Jacobian in spectrum.csv. Oracles: the theory room called with shapes written out by
 * hand, constants computed by independent programs, and derivatives by the chain rule input by
 * input. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "initscope/forecast.h"
#include "initscope/initializer.h"
#include "initscope/theory_tables.h"
#include "perceptron.h"
#include "settings_fixture.h"

static ins_grid grid;

static void make_grid(void)
{
    ins_error error = {0};
    ck_assert_msg(ins_grid_new(&settings, &grid, &error) == INS_OK, "%s", error.line[0]);
}

static void setup(void)
{
    gsl_set_error_handler_off();
    ins_settings_start(&settings);
}

static void teardown(void)
{
    ins_settings_free(&settings);
}

static int32_t labels[1];
static const ins_samples shape = {.features = 4, .outputs = 3, .label = labels};
static const ins_inputs given = {.square = 1.5, .apart = 0.75, .rows = 20};

/* Every trial has the prediction of its own shape, activation and initializers. */
START_TEST(test_every_trial)
{
    set("hidden", "7 5,6");
    set("optimizer", "sgd adam");
    set("init", "he_normal critical(sigma_b=0.1)");
    set("activation", "tanh selu");
    set("output-init", "lecun_normal");
    set("bias-init", "random_normal(stddev=0.2)");
    set("seeds", "3");
    make_grid();
    ck_assert_uint_eq(grid.trials, 2 * 2 * 2 * 2 * 3);
    ins_forecasts *forecasts = ins_forecasts_new(&grid, &shape, &given, 2, NULL);
    for (size_t i = 0; i < grid.trials; i++) {
        ins_trial trial = ins_grid_trial(&grid, i);
        const ins_forecast *forecast = ins_forecasts_of(forecasts, &trial);
        const ins_elements layers = trial.network->layers; /* dense, act, ... */
        size_t hidden = layers.count / 2, units[2];
        for (size_t l = 0; l < hidden; l++) units[l] = (size_t)layers.item[2 * l]->choice.value[0];
        ins_layer_prediction out[3];
        ins_design design = perceptron_design(&(perceptron){.inputs = 4,
                                                            .outputs = 3,
                                                            .loss = ins_loss_for(true),
                                                            .hidden_count = hidden,
                                                            .hidden = units,
                                                            .activation = trial.activation});
        const ins_initialization start = {
            .hidden = trial.init, .output = &settings.output_init, .bias = trial.bias};
        ins_predict(&design, &start, &given, out);
        ins_design_free(&design);
        ck_assert_uint_eq(forecast->layers, hidden + 1);
        for (size_t l = 0; l <= hidden; l++) {
            ck_assert(isfinite(out[l].delta.variance));
            ck_assert(out[l].delta.variance == forecast->layer[l].delta.variance);
            ck_assert(isfinite(out[l].signal.variance));
            ck_assert(out[l].signal.variance == forecast->layer[l].signal.variance);
            ck_assert(out[l].activation.variance == forecast->layer[l].activation.variance);
        }
        double bias = strcmp(trial.init->entry->name, "critical") == 0 ? 0.01 : 0.04;
        ck_assert_double_eq_tol(forecast->layer[0].bias.variance, bias, 1e-15);
        ck_assert_double_eq_tol(forecast->layer[hidden].bias.variance, 0.04, 1e-15);
        double last = (double)units[hidden - 1];
        ck_assert_double_eq_tol(forecast->layer[hidden].weight.variance, 1 / last, 1e-15);
        ins_trial first = ins_grid_network_trial(&grid, ins_grid_network_of(&grid, &trial));
        ck_assert(first.network == trial.network && first.activation == trial.activation);
        ck_assert(first.init == trial.init && first.seed == settings.seed);
    }
    ins_forecasts_free(forecasts);
}
END_TEST

/* sigma_w^2 of the critical line of tanh (Schoenholz et al. 2017; computed by two independent
 * programs), of ReLU and linear; each activation of the list has its own. */
START_TEST(test_critical)
{
    set("activation", "tanh erf");
    set("init", "critical(sigma_b=0.22360679774997896) critical(sigma_b=0.2) he_normal critical");
    set("output-init", "critical(0.2)");
    set("bias-init", "critical(0.5)");
    set("seeds", "1");
    make_grid();
    static const double weight[] = {1.760955, 1.700796, 0, 1, NAN, 1.328937, 0};
    for (size_t i = 0; i < 7; i++) {
        ins_trial trial = ins_grid_trial(&grid, i);
        double got = trial.init->value[INS_CRITICAL_WEIGHT];
        if (!isnan(weight[i]) && i != 2 && i != 6) ck_assert_double_eq_tol(got, weight[i], 6e-7);
        ck_assert_double_eq_tol(trial.output->value[INS_CRITICAL_WEIGHT],
                                i < 4 ? 1.700796 : 1.328937, 6e-7);
        ins_layer_prediction out[2];
        ins_design design = perceptron_design(&(perceptron){.inputs = 10,
                                                            .outputs = 3,
                                                            .loss = ins_loss_for(true),
                                                            .hidden_count = 1,
                                                            .hidden = (const size_t[]){20},
                                                            .activation = trial.activation});
        const ins_initialization start = {
            .hidden = trial.init, .output = trial.output, .bias = trial.bias};
        ins_predict(&design, &start, &given, out);
        ins_design_free(&design);
        bool plain = i == 2 || i == 6;
        ck_assert_double_eq_tol(out[0].weight.variance, plain ? 0.2 : got / 10, 1e-15);
        double sigma_b = plain ? 0.5 : trial.init->value[INS_CRITICAL_BIAS];
        ck_assert_double_eq_tol(out[0].bias.variance, sigma_b * sigma_b, 1e-15);
    }
    /* The choices of the settings stay as they were given. */
    ck_assert(settings.init.item[0].value[INS_CRITICAL_WEIGHT] == 0);
    set("activation", "relu linear");
    set("init", "critical");
    set("output-init", "same");
    set("bias-init", "zeros");
    make_grid();
    for (size_t i = 0; i < 2; i++)
        ck_assert_double_eq_tol(ins_grid_trial(&grid, i).output->value[INS_CRITICAL_WEIGHT],
                                i == 0 ? 2 : 1, 1e-12);
}
END_TEST

/* ReLU is critical without a bias only; at small sigma_b the critical points of SiLU do not
 * attract. */
START_TEST(test_no_critical_point)
{
    static const struct {
        const char *activation, *call, *problem;
    } rows[] = {{"relu", "critical(0.1)",
                 "test: relu has no critical point with this sigma_b; see `initscope theory "
                 "--critical --activation relu` (got \"critical(sigma_b=0.1)\")"},
                {"silu", "critical(0.2)",
                 "test: silu has no stable critical point with this sigma_b; see `initscope "
                 "theory --critical --activation silu` (got \"critical(sigma_b=0.2)\")"}};
    for (size_t i = 0; i < 2; i++) {
        ins_error error = {0};
        set("activation", rows[i].activation);
        set("init", rows[i].call);
        ck_assert_int_eq(ins_grid_new(&settings, &grid, &error), INS_USAGE);
        ck_assert_uint_eq(error.count, 1);
        ck_assert_str_eq(error.line[0], rows[i].problem);
    }
}
END_TEST

/* Correlation is the mean product over the pairs of two rows, over the second moment. */
START_TEST(test_inputs)
{
    real x[] = {1, 2, -3, 4, 0, 1};
    ins_samples samples = {.rows = 2, .features = 2, .x = x};
    ins_inputs inputs = ins_inputs_of(&samples);
    ck_assert(inputs.square == 7.5);
    ck_assert_double_eq_tol(1 - inputs.apart, (-3 + 8) / 2.0 / 7.5, 1e-15);
    ck_assert_uint_eq(inputs.rows, 2);
    double step = sqrt(2.5) - sqrt(12.5); /* of the rows' root mean squares */
    ck_assert_double_eq_tol(inputs.lengths, step * step / 2 / 7.5, 1e-15);
    samples.rows = 3;
    inputs = ins_inputs_of(&samples);
    ck_assert_double_eq_tol(inputs.square, 31 / 6.0, 1e-15);
    ck_assert_double_eq_tol(1 - inputs.apart, (5 + 2 + 4) / 6.0 / (31 / 6.0), 1e-15);
    samples.rows = 1;
    ck_assert(ins_inputs_of(&samples).apart == 0);
    real constant[] = {0, 0, 0, 0};
    samples = (ins_samples){.rows = 2, .features = 2, .x = constant};
    ck_assert(ins_inputs_of(&samples).apart == 0);
}
END_TEST

/* The rows of theory.csv: signal stands after the tensors of layers.csv, the same number twice. */
START_TEST(test_items)
{
    set("hidden", "5,6");
    set("init", "he_normal");
    set("activation", "relu");
    set("output-init", "same");
    set("bias-init", "zeros");
    make_grid();
    ins_trial trial = ins_grid_trial(&grid, 0);
    ins_forecast forecast = ins_forecast_new(&trial, &shape, &given);
    static const char *const names[] = {"weight",   "preactivation", "activation", "delta",
                                        "gradient", "signal",        "delta_ratio"};
    ck_assert_uint_eq(forecast.items, 3 * 7);
    for (size_t i = 0; i < 21; i++) {
        ins_forecast_item item = forecast.item[i];
        ck_assert_uint_eq(item.layer, i / 7 + 1);
        ck_assert_str_eq(item.tensor, names[i % 7]);
        if (i % 7 == 5) ck_assert(item.promised.variance == item.promised.second_moment);
    }
    /* 2 / fan_in q_0 (1 - c_0), and 1/20 of the pairs are of a row with itself. */
    ck_assert_double_eq_tol(forecast.item[5].promised.variance, 2 * 1.5 * 0.75 * 0.95, 1e-15);
    ins_forecast_free(&forecast);
}
END_TEST

/* Where a network shows what a matrix reads, and the sum that ends with one, so does the theory.
 * How alike the positions of the samples are is measured: a map of equal pixels loses nothing in
 * its mean, one of opposite ones all. */
START_TEST(test_items_of_maps)
{
    static const char *const names[2][10] = {{"weight", "preactivation", "activation", "delta",
                                              "gradient", "stream", "signal", "delta_ratio", NULL},
                                             {"weight", "preactivation", "activation", "delta",
                                              "gradient", "input", "signal", "delta_ratio", NULL}};
    real x[2 * 4] = {1, 1, 1, 1, -2, -2, -2, -2};
    const ins_samples samples = {.rows = 2, .features = 4, .outputs = 3, .label = labels, .x = x};
    const ins_inputs inputs = ins_inputs_of(&samples);
    set("network", "input(2,2,1),res(conv(1,1,bias=no)),gmean");
    set("init", "lecun_normal");
    set("output-init", "same");
    set("bias-init", "zeros");
    make_grid();
    ins_trial trial = ins_grid_trial(&grid, 0);
    ins_forecast forecast = ins_forecast_new(&trial, &samples, &inputs);
    ck_assert_uint_eq(forecast.layers, 2);
    ck_assert_uint_eq(forecast.items, 2 * 8);
    for (size_t i = 0; i < forecast.items; i++) {
        ck_assert_uint_eq(forecast.item[i].layer, i / 8 + 1);
        ck_assert_str_eq(forecast.item[i].tensor, names[i / 8][i % 8]);
        ck_assert(isfinite(forecast.item[i].promised.second_moment));
    }
    ck_assert_double_eq_tol(forecast.item[1].promised.second_moment, 2.5, 1e-6);
    ck_assert_double_eq_tol(forecast.item[5].promised.second_moment, 5, 1e-6);
    ck_assert_double_eq_tol(forecast.item[8 + 5].promised.second_moment, 5, 1e-6);
    ins_forecast_free(&forecast);
    for (size_t i = 0; i < 8; i++) x[i] = i % 2 == 0 ? x[i] : -x[i];
    forecast = ins_forecast_new(&trial, &samples, &inputs);
    ck_assert_double_eq_tol(forecast.item[8 + 5].promised.second_moment, 0, 1e-6);
    ins_forecast_free(&forecast);
}
END_TEST

START_TEST(test_plane)
{
    static const char *const bad[] = {"",
                                      "sigma_w=1:2:3",
                                      "sigma_w=1:2:3,",
                                      "sigma_w=1:2:3,sigma_w=1:2:3",
                                      "sigma_w=1:2:3,sigma_b=1:2",
                                      "sigma_w=1:2:3,sigma_b=2:1:3",
                                      "sigma_w=1:2:3,sigma_b=-1:1:3",
                                      "sigma_w=1:2:0,sigma_b=0:1:3",
                                      "sigma_w=1:2:1001,sigma_b=0:1:3",
                                      "sigma_w=1:nan:3,sigma_b=0:1:3",
                                      "sigma_w=1:2:3,sigma_b=0:1:3,",
                                      "sigma_w=1:2:3 sigma_b=0:1:3",
                                      "sigma=1:2:3,sigma_b=0:1:3"};
    ins_plane plane;
    ins_error error = {0};
    ck_assert_int_eq(ins_plane_parse("sigma_b=0:0.5:3,sigma_w=1:2.5:4", "x", &plane, &error),
                     INS_OK);
    ck_assert(plane.sigma_w.from == 1 && plane.sigma_w.to == 2.5 && plane.sigma_w.count == 4);
    ck_assert(plane.sigma_b.from == 0 && plane.sigma_b.to == 0.5 && plane.sigma_b.count == 3);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ins_error_clear(&error);
        ck_assert_msg(ins_plane_parse(bad[i], "--phase", &plane, &error) == INS_USAGE, "%s",
                      bad[i]);
    }
}
END_TEST

/* tanh at sigma_b^2 = 0.05: depth scales of Schoenholz et al. 2017, fig. 2, in three digits by an
 * independent program. */
START_TEST(test_phase_table)
{
    static const struct {
        double weight, q, c, chi, xi;
    } rows[] = {{1.0, .1936, 1, .7590, 3.63},
                {1.5, .4180, 1, .9386, 15.8},
                {2.0, .7218, .744, 1.048, 25.2},
                {4.0, 2.195, .165, 1.342, 6.98}};
    set("activation", "tanh");
    for (size_t i = 0; i < 4; i++) {
        ins_text out = {0};
        double cell[6];
        char name[16];
        ins_plane plane = {{sqrt(rows[i].weight), 9, 1}, {sqrt(0.05), 9, 1}};
        ins_phase_table(&settings.activation, &plane, &out);
        ck_assert_int_eq(sscanf(out.data,
                                "activation,sigma_w,sigma_b,q_star,c_star,chi_1,xi_c "
                                "%15[a-z],%lf,%lf,%lf,%lf,%lf,%lf",
                                name, cell, cell + 1, cell + 2, cell + 3, cell + 4, cell + 5),
                         7);
        ck_assert_str_eq(name, "tanh");
        ck_assert_double_eq_tol(cell[2], rows[i].q, 6e-4);
        ck_assert_double_eq_tol(cell[3], rows[i].c, 6e-4);
        ck_assert_double_eq_tol(cell[4], rows[i].chi, 6e-4);
        ck_assert_double_eq_tol(cell[5], rows[i].xi, 6e-3 * rows[i].xi);
        ins_text_free(&out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forecast");
    TCase *cases = tcase_create("forecast");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, test_every_trial);
    tcase_add_test(cases, test_critical);
    tcase_add_test(cases, test_no_critical_point);
    tcase_add_test(cases, test_inputs);
    tcase_add_test(cases, test_items);
    tcase_add_test(cases, test_items_of_maps);
    tcase_add_test(cases, test_plane);
    tcase_add_test(cases, test_phase_table);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
