/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory of attention and of tables against real networks, matrix by matrix. */
#include <config.h>

#include <string.h>

#include <gsl/gsl_errno.h>

#include "check_tap.h"
#include "closeness.h"
#include "measured.h"
#include "network_fixture.h"

#include "initscope/prediction.h"

enum { MOST = 64, OUTPUTS = 10 };

/* As good as exact. */
#define EXACT 1e-9

/* A network in words, what it starts from, and what is predicted for it. */
typedef struct forecast {
    ins_design design;
    ins_choice weights, bias;
    ins_layer_prediction layer[MOST];
} forecast;

static ins_initialization start_of(const forecast *f)
{
    return (ins_initialization){.hidden = &f->weights, .output = &f->weights, .bias = &f->bias};
}

static void predict(forecast *f, const char *text, const char *weights, const ins_samples *samples)
{
    const ins_inputs inputs = {.square = 1, .apart = 1, .rows = samples->rows, .target_square = 1};
    *f = (forecast){.design = text_design(text, samples, "relu", "none"),
                    .weights = choose(&ins_initializers, weights),
                    .bias = choose(&ins_initializers, "zeros")};
    ck_assert_uint_le(f->design.depth, MOST);
    const ins_initialization start = start_of(f);
    ins_predict(&f->design, &start, &inputs, f->layer);
}

/* --- Measured --------------------------------------------------------------------------------- */

/* Means over seeds. */
typedef struct measured {
    double square, within, activation, delta;
    double logit, attention, tokens, apart; /* where attention ends; apart: between two tokens */
} measured;

/* Half the squared distance of two different positions of a row. */
static double distance_of(const real *x, size_t rows, size_t positions, size_t units)
{
    double sum = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t p = 0; p < positions; p++)
            for (size_t q = 0; q < p; q++)
                for (size_t u = 0; u < units; u++)
                    sum += pow((double)x[(r * positions + p) * units + u] -
                                   (double)x[(r * positions + q) * units + u],
                               2);
    return sum / (double)(rows * positions * (positions - 1) * units);
}

static void add_attention(measured *sum, const ins_matrix_view *view, size_t rows, double share)
{
    const ins_attention_pass *pass = &view->attention;
    const size_t pairs = pass->heads * rows * ins_attention_pairs(pass);
    const real *x = view->stream != NULL ? view->stream : view->preactivation;
    const size_t positions = pass->positions, units = view->units;
    if (pass->heads == 0) return;
    sum->logit += share * mean_square(pass->logit, pairs);
    sum->attention += share * mean_square(pass->share, pairs);
    sum->tokens += share * mean_square(x, rows * positions * units);
    sum->apart += share * distance_of(x, rows, positions, units);
}

static void add(measured *sum, const ins_network *network, size_t number, size_t rows, double share)
{
    const ins_matrix_view view = ins_network_matrix(network, number);
    if (view.preactivation == NULL) return;
    const size_t places = rows * ins_positions(view.shape), count = places * view.units;
    sum->square += share * mean_square(view.preactivation, count);
    sum->within += share * variance_within(view.preactivation, places, view.units);
    sum->activation += share * mean_square(view.activation, count);
    sum->delta += share * mean_square(view.delta, count);
    add_attention(sum, &view, rows, share);
}

/* Standard normal, or as many tokens as there are, all as likely. */
static void draw(ins_samples *samples, size_t vocabulary, uint32_t seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ins_random_seed(rng, seed);
    for (size_t i = 0; i < samples->rows * samples->features; i++)
        samples->x[i] = vocabulary > 0 ? (real)floor(ins_random_uniform(rng) * (double)vocabulary)
                                       : (real)ins_random_normal(rng);
    gsl_rng_free(rng);
}

static void measure(const forecast *f, ins_samples *samples, size_t vocabulary, uint32_t seeds,
                    measured *found)
{
    ins_initialization start = start_of(f);
    ins_error error = {0};
    ins_network *network;
    ck_assert_int_eq(ins_network_new(&f->design, &network, &error), INS_OK);
    for (uint32_t seed = 1; seed <= seeds; seed++) {
        start.seed = seed;
        draw(samples, vocabulary, seed);
        ck_assert_int_eq(ins_network_initialize(network, &start, &error), INS_OK);
        ins_network_forward(network, samples->x, samples->rows, INS_PASS_PROBE);
        ins_network_backward(network, targets_of(samples));
        for (size_t l = 0; l < f->design.depth; l++)
            add(&found[l], network, l + 1, samples->rows, 1 / (double)seeds);
    }
    ins_network_free(network);
}

/* --- Networks --------------------------------------------------------------------------------- */

/* Sequences of 16 steps of 64 channels, or of tokens. Tolerances are relative: what 64 channels do
 * besides the limit, and few seeds. */
static const struct {
    const char *text, *weights;
    size_t features, vocabulary;
    double forward, backward;
} networks[] = {
    {"input(16,64),dense(64),ln,attention(4),gmean", "lecun_normal", 1024, 0, .06, .3},
    {"input(16,64),dense(64),attention(4,causal=yes),flatten", "lecun_normal", 1024, 0, .05, .1},
    {"input(16,64),dense(64),2x(res(ln,attention(4)),res(ln,dense(128),act,dense(64))),ln,flatten",
     "lecun_normal", 1024, 0, .04, .1},
    {"input(16,64),dense(64),2x(res(attention(4)),ln,res(dense(128),act,dense(64)),ln),gmean",
     "torch_default", 1024, 0, .05, .3},
    {"embed(50,64),positions(learned),ln,attention(4),flatten", "random_normal", 16, 50, .06, .15},
    {"embed(50,64),positions(sine),dense(64),act,flatten", "lecun_normal", 16, 50, .06, .1},
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

/* Of delta the ratio to that of the outputs. */
START_TEST(test_networks)
{
    enum { ROWS = 24, SEEDS = 24 };
    ins_samples samples = random_samples(ROWS, networks[_i].features, 1);
    samples.outputs = OUTPUTS;
    measured found[MOST] = {{0}};
    static forecast f;
    predict(&f, networks[_i].text, networks[_i].weights, &samples);
    measure(&f, &samples, networks[_i].vocabulary, SEEDS, found);
    const size_t last = f.design.depth - 1;
    for (size_t l = 0; l < last; l++) {
        const ins_layer_prediction *of = &f.layer[l];
        ck_assert_double_gt(found[l].delta, 0);
        ck_near(found[l].within, of->signal.variance, networks[_i].forward);
        ck_near(found[l].square, of->preactivation.second_moment, 2 * networks[_i].forward);
        ck_near(found[l].delta / found[last].delta,
                of->delta.second_moment / f.layer[last].delta.second_moment, networks[_i].backward);
        ck_assert(isnan(of->logit.second_moment) == (found[l].attention == 0));
        if (found[l].attention == 0) continue;
        ck_near(found[l].logit, of->logit.second_moment, 2 * networks[_i].forward);
        ck_near(found[l].attention, of->attention.second_moment, networks[_i].forward);
        ck_near(found[l].tokens, of->tokens.second_moment, 2 * networks[_i].forward);
        ck_near(found[l].apart, of->tokens.variance, 2 * networks[_i].forward);
    }
    samples_free(&samples);
    ins_design_free(&f.design);
}
END_TEST

/* The gradient of a column is the sum of the deltas of its token's positions: of 16 independent
 * ones, over 50 columns. That of a learned position is its delta. */
START_TEST(test_tables)
{
    ins_samples samples = random_samples(8, 16, 1);
    static forecast f;
    predict(&f, "embed(50,64),positions(learned),attention(4),flatten", "random_normal", &samples);
    const ins_layer_prediction *embed = &f.layer[0], *positions = &f.layer[1];
    ck_near(embed->preactivation.second_moment, embed->weight.variance, EXACT);
    ck_near(positions->preactivation.second_moment,
            embed->weight.variance + positions->weight.variance, EXACT);
    ck_near(positions->gradient.second_moment, positions->delta.second_moment, EXACT);
    ck_assert(embed->gradient.second_moment > 16. / 50 * embed->delta.second_moment);
    ck_near(embed->delta.second_moment, positions->delta.second_moment, EXACT);
    ck_assert(isnan(f.layer[2].gradient.second_moment)); /* of q */
    ck_assert(f.layer[5].gradient.second_moment > 0);    /* of o */
    samples_free(&samples);
    ins_design_free(&f.design);
}
END_TEST

/* Sums of squares of a row of 64 keys, and correlations behind it, as a program of its own has them
 * by quadrature: .0388 and .366 with a gain of 1, .02089 and .748 with a half. */
START_TEST(test_constants)
{
    static const double square[] = {.0388, .02089}, alike[] = {.366, .748};
    static const char *const weights[] = {"variance_scaling(scale=1)", "torch_default"};
    ins_samples samples = random_samples(8, 64 * 256, 1);
    static forecast f;
    predict(&f, "input(64,256),attention(4),flatten", weights[_i], &samples);
    const ins_layer_prediction *of = &f.layer[3];
    ck_near(64 * of->attention.second_moment, square[_i], .002 + .05 * _i);
    ck_near(of->attention.second_moment - of->attention.variance, 1. / (64 * 64), EXACT);
    ck_near(1 - of->tokens.variance / of->tokens.second_moment, alike[_i], .01);
    samples_free(&samples);
    ins_design_free(&f.design);
}
END_TEST

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("theory of tokens");
    TCase *tests = tcase_create("tokens");
    tcase_add_checked_fixture(tests, network_setup, fixture_teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_networks, 0, NETWORKS);
    tcase_add_test(tests, test_tables);
    tcase_add_loop_test(tests, test_constants, 0, 2);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
