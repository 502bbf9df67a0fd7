/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory of layers of sequences against real networks on white noise, matrix by matrix. */
#include <config.h>

#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "closeness.h"
#include "measured.h"
#include "network_fixture.h"

#include "initscope/forget.h"
#include "initscope/prediction.h"

enum { MOST = 64, OUTPUTS = 10 };

/* As good as exact. */
#define EXACT 1e-9

/* A network in words, what it starts from, and what is predicted for it. */
typedef struct forecast {
    ins_design design;
    ins_choice weights, recurrent, bias;
    ins_layer_prediction layer[MOST];
} forecast;

static ins_initialization start_of(const forecast *f)
{
    return (ins_initialization){.hidden = &f->weights,
                                .output = &f->weights,
                                .bias = &f->bias,
                                .recurrent = &f->recurrent,
                                .forget = &ins_forget_one};
}

static void predict(forecast *f, const char *text, const char *weights, const char *recurrent,
                    const ins_samples *samples)
{
    const ins_inputs inputs = {.square = 1, .apart = 1, .rows = samples->rows, .target_square = 1};
    *f = (forecast){.design = text_design(text, samples, "relu", "none"),
                    .weights = choose(&ins_initializers, weights),
                    .recurrent = choose(&ins_initializers, recurrent),
                    .bias = choose(&ins_initializers, "zeros")};
    ck_assert_uint_le(f->design.depth, MOST);
    const ins_initialization start = start_of(f);
    ins_predict(&f->design, &start, &inputs, f->layer);
}

/* --- Measured --------------------------------------------------------------------------------- */

/* Means over seeds. */
typedef struct measured {
    double square, within, activation, delta;
} measured;

static void add(measured *sum, const ins_network *network, size_t number, size_t rows, double share)
{
    const ins_matrix_view view = ins_network_matrix(network, number);
    if (view.preactivation == NULL) return;
    const size_t places = rows * ins_positions(view.shape), count = places * view.units;
    sum->square += share * mean_square(view.preactivation, count);
    sum->within += share * variance_within(view.preactivation, places, view.units);
    sum->activation += share * mean_square(view.activation, count);
    sum->delta += share * mean_square(view.delta, count);
}

static void draw(ins_samples *samples, uint32_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, seed);
    for (size_t i = 0; i < samples->rows * samples->features; i++)
        samples->x[i] = (real)ins_random_normal(rng);
    gsl_rng_free(rng);
}

static void measure(const forecast *f, ins_samples *samples, uint32_t seeds, measured *found)
{
    ins_initialization start = start_of(f);
    ins_error error = {0};
    ins_network *network;
    ck_assert_int_eq(ins_network_new(&f->design, &network, &error), INS_OK);
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        start.seed = seed;
        draw(samples, seed);
        ck_assert_int_eq(ins_network_initialize(network, &start, &error), INS_OK);
        ins_network_forward(network, samples->x, samples->rows, INS_PASS_PROBE);
        ins_network_backward(network, targets_of(samples));
        for (size_t l = 0; l < f->design.depth; l++)
            add(&found[l], network, l + 1, samples->rows, 1 / (double)seeds);
    }
    ins_network_free(network);
}

/* --- Networks --------------------------------------------------------------------------------- */

/* Sequences of ten steps of 16 channels. Tolerances are relative: what 128 units do besides the
 * limit, and few seeds. */
static const struct {
    const char *text, *weights, *recurrent;
    double forward, backward;
} networks[] = {
    {"input(10,16),rnn(128)", "lecun_normal", "orthogonal", .03, .08},
    {"input(10,16),rnn(128,activation=relu)", "lecun_normal", "he_normal", .08, .25},
    {"input(10,16),rnn(128,activation=relu)", "lecun_normal", "identity", .04, .08},
    {"input(10,16),lstm(128)", "keras_default", "zeros", .04, .12},
    {"input(10,16),lstm(128,forget=chrono(10))", "lecun_normal", "orthogonal", .04, .12},
    {"input(10,16),lstm(128)", "torch_default", "zeros", .04, .12},
    {"input(10,16),gru(128)", "keras_default", "zeros", .04, .12},
    {"input(10,16),gru(128)", "torch_default", "zeros", .04, .15},
    {"input(10,16),lstm(128,sequence=yes),gru(96)", "keras_default", "zeros", .06, .2},
    {"input(10,16),lstm(128,sequence=yes),gmean", "keras_default", "zeros", .04, .12},
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

/* Of delta the ratio to that of the last hidden layer's: an output layer of ten units is one of
 * few. Recurrent matrices have no z of their own. */
START_TEST(test_networks)
{
    enum { ROWS = 24, SEEDS = 16 };
    ins_samples samples = random_samples(ROWS, 160, 1);
    samples.outputs = OUTPUTS;
    measured found[MOST] = {{0}};
    static forecast f;
    predict(&f, networks[_i].text, networks[_i].weights, networks[_i].recurrent, &samples);
    measure(&f, &samples, SEEDS, found);
    const size_t last = f.design.depth - 1;
    for (size_t l = 0; l < last; l++) {
        const ins_layer_prediction *of = &f.layer[l];
        const double forward = networks[_i].forward;
        ck_assert_double_gt(of->gradient.second_moment, 0);
        ck_assert(isnan(of->preactivation.second_moment) == (found[l].square == 0));
        if (found[l].square == 0) continue;
        ck_near(found[l].within, of->signal.variance, forward);
        ck_near(found[l].square, of->preactivation.second_moment, 2 * forward);
        ck_near(found[l].activation, of->activation.second_moment, 2 * forward);
        ck_near(found[l].delta / found[last].delta,
                of->delta.second_moment / f.layer[last].delta.second_moment, networks[_i].backward);
    }
    ck_near(found[last].within, f.layer[last].signal.variance, .2);
    samples_free(&samples);
    ins_design_free(&f.design);
}
END_TEST

/* Weights that are the same for all units, and what comes behind, are not predicted; what is
 * promised of the weights themselves is. */
START_TEST(test_unknown)
{
    static const char *const rows[][2] = {{"input(10,16),lstm(8),8", "constant(0.1)"},
                                          {"input(10,16),rnn(8),8", "constant(0.1)"}};
    ins_samples samples = random_samples(4, 160, 1);
    for (size_t i = 0; i < 2; i++) {
        static forecast f;
        predict(&f, rows[i][0], "lecun_normal", rows[i][1], &samples);
        ck_assert(isnan(f.layer[0].preactivation.second_moment));
        ck_assert(isnan(f.layer[0].gradient.second_moment));
        ck_near(f.layer[0].weight.variance, 1. / 16, EXACT);
        ins_design_free(&f.design);
    }
    samples_free(&samples);
}
END_TEST

/* What a listener has heard: tensors of matrices, and whether their means are those of the layer.
 */
typedef struct heard {
    const ins_layer_prediction *layer;
    size_t gates, deltas, states;
} heard;

static void hear(void *context, size_t number, const char *tensor, const double *square,
                 size_t steps)
{
    heard *h = context;
    double mean = 0;
    ck_assert_uint_eq(steps, 10);
    for (size_t t = 0; t < steps; t++) mean += square[t] / (double)steps;
    if (strcmp(tensor, "preactivation") == 0) {
        ck_near(mean, h->layer[number - 1].preactivation.second_moment, EXACT);
        h->gates++;
    } else if (strcmp(tensor, "delta") == 0) {
        ck_near(mean, h->layer[number - 1].delta.second_moment, EXACT);
        for (size_t t = 1; t < steps; t++) ck_assert(square[t] > square[t - 1]);
        h->deltas++;
    } else {
        ck_assert_str_eq(tensor, "state");
        ck_assert_uint_eq(number, 1);
        ck_assert(square[0] < square[steps - 1]);
        h->states++;
    }
}

START_TEST(test_steps)
{
    ins_samples samples = random_samples(24, 160, 1);
    static forecast f;
    predict(&f, "input(10,16),lstm(8)", "lecun_normal", "orthogonal", &samples);
    const ins_initialization start = start_of(&f);
    const ins_inputs inputs = {.square = 1, .apart = 1, .rows = samples.rows};
    heard h = {.layer = f.layer};
    ins_predict_steps(&f.design, &start, &inputs, f.layer, hear, &h);
    ck_assert_uint_eq(h.gates, 4);
    ck_assert_uint_eq(h.deltas, 4);
    ck_assert_uint_eq(h.states, 1);
    samples_free(&samples);
    ins_design_free(&f.design);
}
END_TEST

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("theory of sequences");
    TCase *tests = tcase_create("sequences");
    tcase_add_checked_fixture(tests, network_setup, fixture_teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_networks, 0, NETWORKS);
    tcase_add_test(tests, test_unknown);
    tcase_add_test(tests, test_steps);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
