/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of networks of the language in double against central differences: of every kind of
 * layer, and of networks of maps and of sequences that are put together at random. */
#include <config.h>

#include <stdio.h>

#include "gradient_check.h"

enum {
    ROWS = 7,
    FEATURES = 60,
    RANDOM = 60,
    TRANSFORMERS = 24,
    LINE = 2000,
    STEPS = 12,
    TOKENS = 5
};

/* Every kind, and what its parameters change. What is behind a norm that the loss cannot see, as a
 * bias before it, has no gradient: there the networks have none. */
static const char *const networks[] = {
    "20",
    "input(12,5),dense(4),act,flatten",
    "input(6,5,2),conv(3,3),act,gmean",
    "input(6,5,2),conv(4,2x3,stride=2,groups=2),act,flatten",
    "input(6,5,2),conv(4,5,pad=valid,bias=no),act,gmean",
    "input(6,5,2),conv(4,3x1,stride=3),act,conv(2,1),act,gmean",
    "input(12,5),conv(3,4),act,conv(2,3,pad=valid,stride=2),act,flatten",
    "input(6,5,2),depthwise(3,multiplier=2),act,flatten",
    "input(6,5,2),depthwise(2,stride=2,pad=valid,bias=no),act,gmean",
    "input(6,5,2),conv(3,3),act,maxpool(2),gmean",
    "input(6,5,2),conv(3,3),maxpool(3,stride=1),act,flatten",
    "input(12,5),conv(3,3),act,maxpool(4,stride=3),flatten",
    "input(6,5,2),conv(3,3),act,meanpool(2x3,stride=1),flatten",
    "input(12,5),conv(3,3),act,meanpool(3),flatten",
    "input(6,5,2),conv(3,3),act,gmax",
    "8,bn,tanh",
    "dense(8,bias=no),bn,act",
    "input(6,5,2),conv(4,3,bias=no),bn(eps=0.01),act,conv(3,3,bias=no),bn,act,gmean",
    "8,ln,dense(6),ln,act",
    "input(6,5,2),conv(4,3),ln,act,gmean",
    "input(6,5,2),conv(6,3),gn(2),act,gmean",
    "input(6,5,2),conv(4,3,bias=no),gn(4),act,flatten",
    "8,rms,dense(6),rms,act",
    "input(12,5),conv(4,3),rms,act,gmean",
    "8,dropout(0.3),7,alpha_dropout(0.2)",
    "8,res(dense(8),act,dense(8)),act",
    "8,res(act,dense(8),scale=0.5),act,res(8,dense(6),skip=(dense(6)))",
    "input(6,5,2),conv(4,3,bias=no),bn,act,res(conv(4,3,bias=no),bn,act,conv(4,3,bias=no),bn),act,"
    "res(conv(6,3,stride=2,bias=no),bn,act,conv(6,3,bias=no),bn,skip=(conv(6,1,stride=2,bias=no),"
    "bn)),act,gmean",
    "8,res(res(dense(8),act),act,dense(8)),tanh",
    "8,2x(res(8,dense(8))),sigmoid,dense(5),elu",
    "input(12,5),rnn(6)",
    "input(12,5),rnn(6,sequence=yes),flatten",
    "input(12,5),rnn(6,bias=no,activation=relu,sequence=yes),gmean",
    "input(12,5),lstm(4)",
    "input(12,5),lstm(4,sequence=yes),flatten,7",
    "input(6,10),lstm(4,bias=no,sequence=yes),act,gmean",
    "input(12,5),gru(5)",
    "input(12,5),gru(5,sequence=yes),gmean",
    "input(6,10),gru(4,bias=no),act",
    "input(12,5),dense(4),act,res(lstm(4,sequence=yes)),gru(4,sequence=yes),rnn(3)",
    "embed(7,3),act,flatten",
    "embed(5,4),positions(learned),dense(3),act,gmean",
    "input(12,1),embed(5,2),positions(sine),act,gmean",
    "input(12,5),dense(3),positions(learned),act,flatten",
    "input(12,5),dense(4),positions(sine),attention(2),gmean",
    "input(12,5),attention(1),flatten",
    "input(4,15),attention(3,causal=yes),act,attention(5,bias=no),flatten",
    "input(2,30),dense(4),attention(2,bias=no),res(attention(4),skip=(dense(4),act)),gmean",
    "input(12,5),dense(6),positions(learned),res(ln,attention(2)),res(ln,7,dense(6)),ln,gmean",
    "input(12,5),dense(6),res(attention(3,causal=yes)),ln,res(7,dense(6)),ln,gmax",
};

enum { NETWORKS = sizeof networks / sizeof networks[0] };

/* Numbers, or a few tokens where these are embedded. */
static ins_samples samples_for(const char *text)
{
    const bool tokens = strstr(text, "embed") != NULL;
    ins_samples samples = random_samples(ROWS, tokens ? STEPS : FEATURES, 4);

    for (size_t i = 0; tokens && i < ROWS * STEPS; i++)
        samples.x[i] = floor(fabs(samples.x[i]) * TOKENS);
    return samples;
}

static ins_network *network_of(const char *text, const char *residual, const ins_samples *samples)
{
    const ins_choice init = choose(&ins_initializers, "random_normal(stddev=0.5)");
    const ins_initialization start = {.hidden = &init, .output = &init, .bias = &init, .seed = 3};
    ins_design design = text_design(text, samples, "softplus", residual);
    ins_error error = {0};
    ins_network *net;

    ck_assert_msg(ins_network_new(&design, &net, &error) == INS_OK, "%s", error.line[0]);
    ck_assert_int_eq(ins_network_initialize(net, &start, &error), INS_OK);
    ins_design_free(&design);
    return net;
}

static void check_text(const char *text, const char *residual, ins_pass pass)
{
    ins_samples samples = samples_for(text);
    ins_network *net = network_of(text, residual, &samples);

    pass_of_loss = pass;
    check_gradients(net, &samples, text);
    ins_network_free(net);
    samples_free(&samples);
}

START_TEST(test_gradient_of_network)
{
    check_text(networks[_i], "none", INS_PASS_PROBE);
}
END_TEST

/* With moving averages a norm is a plain factor. */
START_TEST(test_gradient_in_test)
{
    check_text("dense(8,bias=no),bn,act", "none", INS_PASS_TEST);
    check_text("input(6,5,2),conv(4,3),bn(eps=0.01),act,gmean", "none", INS_PASS_TEST);
}
END_TEST

/* Factors of a branch, which none of the others learns. */
START_TEST(test_gradient_of_factors)
{
    check_text("8,res(8,dense(8)),act", "layerscale(0.3)", INS_PASS_PROBE);
    check_text("input(6,5,2),conv(4,3),act,res(conv(4,3),act,scale=0.7),gmean", "layerscale(0.5)",
               INS_PASS_PROBE);
    check_text("8,res(8,dense(8)),act,res(8,dense(8),start=layerscale(0.3))", "depth_scaled",
               INS_PASS_PROBE);
}
END_TEST

/* The table has no kind that no network above has. */
START_TEST(test_every_kind)
{
    for (size_t k = 0; k < ins_layer_kinds.count; k++) {
        const ins_entry *kind = ins_entry_at(&ins_layer_kinds, k);
        bool met = false;
        for (size_t i = 0; i < NETWORKS; i++) {
            ins_samples samples = samples_for(networks[i]);
            ins_design design = text_design(networks[i], &samples, "tanh", "none");
            for (size_t l = 0; l < design.layers; l++) met |= &design.layer[l].kind->entry == kind;
            ins_design_free(&design);
            samples_free(&samples);
        }
        ck_assert_msg(met, "%s", kind->name);
    }
}
END_TEST

static size_t below(gsl_rng *rng, size_t count)
{
    return (size_t)ins_random_interval(rng, count - 1);
}

/* A network of maps that become a vector, drawn part by part. Smooth functions alone, because a
 * difference may pass a kink. */
static void draw_network(gsl_rng *rng, char text[LINE])
{
    static const char *const parts[] = {"conv(%zu,3),act",
                                        "conv(%zu,2x3,bias=no),ln,act",
                                        "conv(%zu,3,bias=no),bn,tanh",
                                        "res(conv(4,3),act,conv(4,%zu))",
                                        "res(act,conv(4,3),rms,scale=0.%zu)",
                                        "depthwise(%zu),act",
                                        "conv(4,%zu,groups=2),gn(2),silu",
                                        "res(conv(4,%zu),act,skip=(conv(4,1),tanh))",
                                        "maxpool(2,stride=1),dense(%zu),act",
                                        "meanpool(1x2,stride=1),conv(%zu,1),act"};
    static const char *const ends[] = {"gmean", "flatten", "gmax", "meanpool(2),flatten,9",
                                       "gmean,res(dense(4),act,dense(4))"};
    int length = snprintf(text, LINE, "input(6,5,2),conv(4,3),act");
    const size_t count = 1 + below(rng, 4);

    for (size_t i = 0; i < count; i++) {
        const size_t part = below(rng, sizeof parts / sizeof parts[0]);
        const bool channels = part < 3 || part > 7;
        length += snprintf(text + length, LINE - (size_t)length, ",");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        length += snprintf(text + length, LINE - (size_t)length, parts[part],
                           channels ? (size_t)4 : 1 + below(rng, 3));
#pragma GCC diagnostic pop
    }
    snprintf(text + length, LINE - (size_t)length, ",%s", ends[below(rng, 5)]);
}

/* Sequences: layers that give all states, and one that gives its last. */
static void draw_sequence(gsl_rng *rng, char text[LINE])
{
    static const char *const parts[] = {"rnn(%zu,sequence=yes)",
                                        "lstm(%zu,sequence=yes)",
                                        "gru(%zu,sequence=yes)",
                                        "lstm(%zu,sequence=yes,bias=no),ln",
                                        "gru(4,sequence=yes,bias=no),res(rnn(4,sequence=yes),"
                                        "scale=0.%zu)",
                                        "conv(%zu,3),act",
                                        "dense(4),act,res(lstm(4,sequence=yes),scale=0.%zu)"};
    static const char *const ends[] = {"rnn(4)", "lstm(3)", "gru(3),act", "gmean", "flatten,6"};
    int length = snprintf(text, LINE, "%s", below(rng, 2) == 0 ? "input(6,10)" : "input(12,5)");
    const size_t count = 1 + below(rng, 3);

    for (size_t i = 0; i < count; i++) {
        length += snprintf(text + length, LINE - (size_t)length, ",");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        length +=
            snprintf(text + length, LINE - (size_t)length, parts[below(rng, 7)], 2 + below(rng, 3));
#pragma GCC diagnostic pop
    }
    snprintf(text + length, LINE - (size_t)length, ",%s", ends[below(rng, 5)]);
}

/* The same of sequences: blocks of transformers, and what nobody would write. */
static void draw_transformer(gsl_rng *rng, char text[LINE])
{
    static const char *const begins[] = {"embed(5,4)", "input(12,5),dense(4)",
                                         "input(4,15),dense(4),act", "embed(9,4),positions(sine)",
                                         "input(12,5),dense(4),positions(learned)"};
    static const char *const parts[] = {
        "res(ln,attention(2))",   "res(attention(4,causal=yes)),ln",
        "attention(1,bias=no)",   "res(ln,dense(7),gelu,dense(4))",
        "res(6,dense(4)),ln",     "res(attention(2),scale=0.5),rms",
        "positions(learned),act", "positions(sine)",
        "conv(4,3),act",          "res(rms,attention(2,causal=yes),act,attention(4))"};
    static const char *const ends[] = {"gmean", "ln,gmean", "gmax", "flatten,6"};
    const size_t count = 1 + below(rng, 4);
    int length = snprintf(text, LINE, "%s", begins[below(rng, 5)]);

    for (size_t i = 0; i < count; i++)
        length += snprintf(text + length, LINE - (size_t)length, ",%s", parts[below(rng, 10)]);
    snprintf(text + length, LINE - (size_t)length, ",%s", ends[below(rng, 4)]);
}

START_TEST(test_gradient_of_random_network)
{
    char text[LINE];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    ins_random_seed(rng, (uint32_t)_i);
    if (_i % 3 == 0)
        draw_sequence(rng, text);
    else
        draw_network(rng, text);
    gsl_rng_free(rng);
    check_text(text, _i % 2 == 0 ? "none" : "layerscale(0.5)", INS_PASS_PROBE);
}
END_TEST

START_TEST(test_gradient_of_random_transformer)
{
    char text[LINE];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

    ins_random_seed(rng, (uint32_t)_i);
    draw_transformer(rng, text);
    gsl_rng_free(rng);
    check_text(text, _i % 2 == 0 ? "none" : "layerscale(0.5)", INS_PASS_PROBE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("double_networks");
    TCase *cases = tcase_create("gradient");

    tcase_add_checked_fixture(cases, network_setup, fixture_teardown);
    tcase_add_loop_test(cases, test_gradient_of_network, 0, NETWORKS);
    tcase_add_test(cases, test_gradient_in_test);
    tcase_add_test(cases, test_gradient_of_factors);
    tcase_add_test(cases, test_every_kind);
    tcase_add_loop_test(cases, test_gradient_of_random_network, 0, RANDOM);
    tcase_add_loop_test(cases, test_gradient_of_random_transformer, 0, TRANSFORMERS);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
