/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The initializers on kernels, tables and attention: with the true fans of windows and groups, with
 * those that Keras, PyTorch and Flax count, and what whole networks make of them. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "initializer_fixture.h"

/* On a map of 9 x 7: windows that are no squares, groups, each channel by itself, a matrix at each
 * position. */
static const char map_network[] =
    "input(9,7,6),conv(12,3x2),conv(24,3,groups=3),depthwise(3,multiplier=2),conv(30,1),"
    "depthwise(2x3),dense(20),gmean,dense(16)";
static const char sequence_network[] = "input(63,6),conv(12,4),conv(15,5,groups=3),depthwise(3),"
                                       "gmean,dense(10)";
/* Two layers of an encoder: four residual sums. */
static const char transformer[] =
    "embed(50,16),positions(learned),2x(res(ln,attention(2)),res(ln,24,dense(16))),gmean";
enum { FEATURES = 9 * 7 * 6 };

static ins_samples samples;

static void kernel_setup(void)
{
    initializer_setup();
    network_setup();
    samples = random_samples(20, FEATURES, 3);
}

static void kernel_teardown(void)
{
    samples_free(&samples);
    initializer_teardown();
}

static const ins_initializer *row_of(const ins_choice *choice)
{
    return (const ins_initializer *)choice->entry;
}

/* --- What each row promises ------------------------------------------------------------------ */

/* The identity is none of a kernel. */
static void check_refused(const ins_choice *choice, ins_tensor_place place)
{
    ins_error error = {0};
    real w = 0;

    ck_assert_int_eq(row_of(choice)->fill(choice, place, rng, &w, &error), INS_USAGE);
    ck_assert_ptr_nonnull(strstr(error.line[0], "taps, of which dirac makes the identity"));
}

static void check_promise(const ins_choice *choice, ins_tensor_place place)
{
    const ins_initializer *row = row_of(choice);
    const char *name = row->entry.name;
    const double mean = row->mean(choice->value, place);
    const double variance = row->variance(choice->value, place);
    const double kurtosis = row->kurtosis(choice->value, place);

    if (isnan(variance)) {
        ck_assert_ptr_nonnull(row->adapt); /* depends on data */
        return;
    }
    const drawn d = draw(choice, place, mean);
    const double error = isnan(kurtosis) ? 1e-6 : variance_error(kurtosis, d.count);
    ck_assert_msg(fabs(d.mean - mean) <= 4.5 * sqrt(variance / d.count) + 1e-7,
                  "%s: layer %zu: mean %g, not %g", name, place.layer, d.mean, mean);
    ck_assert_msg(fabs(d.variance - variance) <= 4.5 * error * variance + 1e-15,
                  "%s: layer %zu: variance %g, not %g", name, place.layer, d.variance, variance);
    ck_assert_double_lt(4.5 * error, 0.15); /* so sharp that a wrong fan is seen */
    if (isnan(kurtosis)) return;
    ck_assert_msg(fabs(d.kurtosis - kurtosis) <= 4.5 * d.kurtosis_error + 0.01 * kurtosis,
                  "%s: layer %zu: kurtosis %g, not %g", name, place.layer, d.kurtosis, kurtosis);
}

static void check_places(const char *text, const ins_choice *choice, size_t matrices,
                         size_t kernels_in_it)
{
    ins_design design = text_design(text, &samples, "relu", "none");
    size_t kernels = 0;

    ck_assert_uint_eq(design.depth, matrices);
    for (size_t l = 1; l <= design.depth; l++) {
        ins_tensor_place place = ins_design_place(&design, l);
        place.prescribed = 0.3;
        ck_assert_uint_eq(place.layer, l);
        ck_assert_ptr_nonnull(place.kind);
        kernels += place.taps > 1;
        if (place.taps > 1 && strcmp(choice->entry->name, "identity") == 0)
            check_refused(choice, place);
        else
            check_promise(choice, place);
    }
    ck_assert_uint_eq(kernels, kernels_in_it);
    ins_design_free(&design);
}

START_TEST(test_promise)
{
    const ins_initializer *row =
        (const ins_initializer *)ins_entry_at(&ins_initializers, (size_t)_i);
    if (strcmp(row->entry.name, "file") == 0 || row->tied) return;
    ins_choice choice = choose(&ins_initializers, row->entry.name);
    if (row->critical) choice.value[INS_CRITICAL_WEIGHT] = 1.7;

    check_places(map_network, &choice, 8, 4);
    check_places(sequence_network, &choice, 5, 3);
    check_places(transformer, &choice, 15, 0);
}
END_TEST

/* --- Fans ------------------------------------------------------------------------------------ */

/* Matrices of map_network, and what is true of them. */
enum { CONV = 1, GROUPED, DEPTHWISE, POINTWISE, DEPTHWISE_2X3, DENSE_ON_MAP, DENSE, OUTPUT };

static const struct {
    double fan_in, fan_out;
} fans[] = {[CONV] = {6 * 6, 6 * 12}, [GROUPED] = {9 * 4, 9 * 8}, [DEPTHWISE] = {9, 9 * 2},
            [POINTWISE] = {48, 30},   [DEPTHWISE_2X3] = {6, 6},   [DENSE_ON_MAP] = {30, 20},
            [DENSE] = {20, 16},       [OUTPUT] = {16, 3}};

START_TEST(test_true_fans)
{
    ins_design design = text_design(map_network, &samples, "relu", "none");

    for (size_t l = CONV; l <= OUTPUT; l++) {
        const ins_tensor_place place = ins_design_place(&design, l);
        ck_assert_double_eq(place.fan_in, fans[l].fan_in);
        ck_assert_double_eq(place.fan_out, fans[l].fan_out);
    }
    ins_design_free(&design);
}
END_TEST

/* Matrices of transformer; those of the second layer follow. */
enum { EMBED = 1, PLACES, Q, K, V, O, WIDE, NARROW, LAST = 15 };

/* Uniform laws end at sqrt(3 Var), normal ones that are truncated at 2 sd of the normal. */
enum { NO_END, UNIFORM, TRUNCATED };

/* Variances about the mean, written from
 * - keras/src/initializers/random_initializers.py, compute_fans: of a kernel (window, channels of a
 *   group, units) these are window * channels and window * units, all groups together; of a
 *   depthwise kernel (window, channels, multiplier) window * channels and window * multiplier;
 * - torch/nn/modules/conv.py and linear.py: kaiming_uniform_(a = sqrt(5)), fan_in of the group;
 * - flax/linen/linear.py: lecun_normal of (window, channels of a group, units);
 * - keras/src/layers/core/einsum_dense.py before PR 22789: of kernels (16, 2, 8) and (2, 8, 16) the
 *   first axis is a window; torch/nn/modules/activation.py: xavier_uniform_ of in_proj (48, 16);
 * - and the papers. */
typedef struct law_row {
    const char *call;
    size_t layer;
    double variance;
    int end;
} law_row;

/* 0.67 N^(-1/4) for N = 2. */
#define T_FIXUP (0.67 * 0.67 / M_SQRT2)

static const law_row laws_of_transformer[] = {
    {"keras_default", EMBED, 0.05 * 0.05 / 3, UNIFORM},
    {"keras_default", PLACES, 0.05 * 0.05 / 3, UNIFORM},
    {"keras_default", Q, 2.0 / (2 * 16 + 8 * 16), UNIFORM},
    {"keras_default", V, 2.0 / (2 * 16 + 8 * 16), UNIFORM},
    {"keras_default", O, 2.0 / (8 * 2 + 16 * 2), UNIFORM},
    {"keras_default", WIDE, 2.0 / (16 + 24), UNIFORM},
    {"keras_default_2026", EMBED, 0.05 * 0.05 / 3, UNIFORM},
    {"keras_default_2026", K, 2.0 / (16 + 16), UNIFORM},
    {"keras_default_2026", O, 2.0 / (16 + 16), UNIFORM},
    {"torch_default", EMBED, 1, NO_END},
    {"torch_default", Q, 2.0 / (16 + 48), UNIFORM},
    {"torch_default", V, 2.0 / (16 + 48), UNIFORM},
    {"torch_default", O, 1.0 / (3 * 16), UNIFORM},
    {"torch_default", NARROW, 1.0 / (3 * 24), UNIFORM},
    {"flax_default", EMBED, 1.0 / 16, NO_END},
    {"flax_default", K, 1.0 / 16, TRUNCATED},
    {"flax_default", O, 1.0 / 16, TRUNCATED},
    {"gpt2", EMBED, 0.0004, NO_END},
    {"gpt2", PLACES, 0.0004, NO_END},
    {"gpt2", V, 0.0004, NO_END},
    {"gpt2", O, 0.0004 / 4, NO_END},
    {"gpt2", WIDE, 0.0004, NO_END},
    {"gpt2", NARROW, 0.0004 / 4, NO_END},
    {"gpt2", LAST, 0.0004, NO_END},
    {"t_fixup", EMBED, 1.0 / 16 / sqrt(18), NO_END},
    {"t_fixup", Q, 2.0 / 32, UNIFORM},
    {"t_fixup", K, 2.0 / 32, UNIFORM},
    {"t_fixup", V, T_FIXUP * 2.0 / 32, UNIFORM},
    {"t_fixup", O, T_FIXUP * 2.0 / 32, UNIFORM},
    {"t_fixup", WIDE, T_FIXUP * 2.0 / 40, UNIFORM},
    {"t_fixup", NARROW, T_FIXUP * 2.0 / 40, UNIFORM},
    {"t_fixup", LAST, 2.0 / (16 + 3), UNIFORM},
    {"he_normal", EMBED, 2.0 / 50, TRUNCATED},
    {"glorot_uniform", PLACES, 2.0 / (378 + 16), UNIFORM},
};

static const law_row laws[] = {
    {"keras_default", CONV, 2.0 / (36 + 72), UNIFORM},
    {"keras_default", GROUPED, 2.0 / (9 * 4 + 9 * 24), UNIFORM},
    {"keras_default", DEPTHWISE, 2.0 / (9 * 24 + 9 * 2), UNIFORM},
    {"keras_default", POINTWISE, 2.0 / (48 + 30), UNIFORM},
    {"keras_default", DEPTHWISE_2X3, 2.0 / (6 * 30 + 6), UNIFORM},
    {"keras_default", DENSE_ON_MAP, 2.0 / (30 + 20), UNIFORM},
    {"keras_default", OUTPUT, 2.0 / (16 + 3), UNIFORM},
    {"torch_default", CONV, 1.0 / (3 * 36), UNIFORM},
    {"torch_default", GROUPED, 1.0 / (3 * 36), UNIFORM},
    {"torch_default", DEPTHWISE, 1.0 / (3 * 9), UNIFORM},
    {"torch_default", DEPTHWISE_2X3, 1.0 / (3 * 6), UNIFORM},
    {"torch_default", DENSE, 1.0 / (3 * 20), UNIFORM},
    {"flax_default", CONV, 1.0 / 36, TRUNCATED},
    {"flax_default", GROUPED, 1.0 / 36, TRUNCATED},
    {"flax_default", DEPTHWISE, 1.0 / 9, TRUNCATED},
    {"flax_default", DENSE, 1.0 / 20, TRUNCATED},
    {"glorot_uniform", GROUPED, 2.0 / (36 + 72), UNIFORM},
    {"glorot_uniform", DEPTHWISE, 2.0 / (9 + 18), UNIFORM},
    {"he_normal", CONV, 2.0 / 36, TRUNCATED},
    {"he_uniform", DEPTHWISE, 2.0 / 9, UNIFORM},
    {"kaiming_normal(mode=fan_out)", GROUPED, 2.0 / 72, NO_END},
    {"kaiming_normal(mode=fan_out)", DEPTHWISE, 2.0 / 18, NO_END},
    {"variance_scaling(2,fan_avg,uniform)", CONV, 2.0 / 54, UNIFORM},
    {"orthogonal", CONV, 1.0 / 36, NO_END}, /* (12, 36) in one piece */
    {"orthogonal(2)", DEPTHWISE, 4.0 / 48, NO_END},
    {"delta_orthogonal", CONV, 1.0 / 12 / 6, NO_END}, /* (12, 6) at one of 6 taps */
    {"delta_orthogonal", GROUPED, 1.0 / 8 / 9, NO_END},
    {"delta_orthogonal(3)", DEPTHWISE, 9.0 / 2 / 9, NO_END},
    {"delta_orthogonal", POINTWISE, 1.0 / 48, NO_END},
    {"delta_orthogonal", DENSE, 1.0 / 20, NO_END},
    {"dirac", CONV, 1.0 / 72 * (71.0 / 72), NO_END}, /* 6 ones of 12 * 36 */
    {"dirac", GROUPED, 1.0 / 72 * (71.0 / 72), NO_END},
    {"siren", CONV, 1.0 / (3 * 36 * 36), UNIFORM},
    {"siren", GROUPED, 2.0 / 36 / 900, UNIFORM},
    {"siren(10)", OUTPUT, 2.0 / 16 / 100, UNIFORM},
    {"dcgan", GROUPED, 0.0004, NO_END},
    {"mup(4)", CONV, 2.0 / 36, NO_END},
    {"mup(4)", DEPTHWISE, 2.0 / 9, NO_END},
    {"mup(4)", OUTPUT, 1.0 / 4, NO_END},
};

static void check_law(const char *text, const law_row *law)
{
    const ins_choice choice = choose(&ins_initializers, law->call);
    ins_design design = text_design(text, &samples, "relu", "none");
    const ins_tensor_place place = ins_design_place(&design, law->layer);
    const double mean = row_of(&choice)->mean(choice.value, place), variance = law->variance;
    const double kurtosis = row_of(&choice)->kurtosis(choice.value, place);
    const drawn d = draw(&choice, place, mean);
    const double error = isnan(kurtosis) ? 1e-6 : variance_error(kurtosis, d.count);
    const double ends[] = {
        [UNIFORM] = sqrt(3 * variance), [TRUNCATED] = 2 * sqrt(variance) / 0.87962566103423978};

    ck_assert_double_eq_tol(row_of(&choice)->variance(choice.value, place) / variance, 1, 1e-7);
    ck_assert_double_lt(4.5 * error, 0.07);
    ck_assert_double_eq_tol(d.variance / variance, 1, 4.5 * error + 1e-6);
    ins_design_free(&design);
    if (law->end == NO_END) return;
    ck_assert_double_le(d.largest, ends[law->end] * (1 + FLT_EPSILON));
    ck_assert_double_ge(d.largest, ends[law->end] * 0.995);
}

START_TEST(test_law)
{
    check_law(map_network, &laws[_i]);
}
END_TEST

START_TEST(test_law_of_transformer)
{
    check_law(transformer, &laws_of_transformer[_i]);
}
END_TEST

/* --- Whole networks -------------------------------------------------------------------------- */

/* Weights from init, biases from the numbers 1 where nothing else has a say. */
static ins_network *starting_network(const char *text, const char *init, const char *optimizer,
                                     const char *residual, uint32_t seed)
{
    const ins_choice weights = choose(&ins_initializers, init);
    const ins_choice bias = choose(&ins_initializers, "ones");
    const ins_initialization start = {
        .hidden = &weights, .output = &weights, .bias = &bias, .seed = seed};
    ins_design design = text_design(text, &samples, "linear", residual);
    ins_network *network;
    ins_error error = {0};

    design.optimizer = choose(&ins_optimizers, optimizer);
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ins_design_free(&design);
    ck_assert_msg(ins_network_initialize(network, &start, &error) == INS_OK, "%s", error.line[0]);
    return network;
}

static ins_network *network_of(const char *text, const char *init, const char *optimizer,
                               uint32_t seed)
{
    return starting_network(text, init, optimizer, "none", seed);
}

/* PyTorch's biases are U(-1/sqrt(fan_in), 1/sqrt(fan_in)), those of Keras and Flax 0, whatever the
 * factor says; the others are left to it. */
START_TEST(test_biases)
{
    static const char *const inits[] = {"torch_default", "siren", "keras_default", "flax_default",
                                        "he_normal"};
    enum { SEEDS = 100 };
    const bool drawn_ones = _i < 2;

    for (size_t l = CONV; l <= OUTPUT; l++) {
        double square = 0, largest = 0, count = 0;
        for (uint32_t seed = 0; seed < SEEDS; seed++) {
            ins_network *network = network_of(map_network, inits[_i], "sgd", seed);
            const ins_matrix_view view = ins_network_matrix(network, l);
            const ins_learned *bias = ins_matrix_tensor(&view, INS_ROLE_BIAS);
            for (size_t u = 0; u < view.units; u++) {
                const double b = (double)bias->value[u] * sqrt(drawn_ones ? fans[l].fan_in : 1);
                square += b * b;
                largest = fmax(largest, fabs(b));
                count += 1;
            }
            ins_network_free(network);
        }
        if (drawn_ones) {
            ck_assert_double_eq_tol(3 * square / count, 1, 4.5 * sqrt(0.8 / count));
            ck_assert(largest <= 1 + 1e-6 && largest > 0.97);
        } else {
            ck_assert_double_eq(square / count, strcmp(inits[_i], "he_normal") == 0 ? 1 : 0);
        }
    }
}
END_TEST

/* Biases of attention are 0 where the rule is a framework's or a paper's. */
START_TEST(test_biases_of_attention)
{
    static const char *const inits[] = {"torch_default", "keras_default", "keras_default_2026",
                                        "flax_default",  "gpt2",          "t_fixup",
                                        "he_normal"};
    ins_network *network =
        network_of("input(9,42),dense(16),attention(2),gmean", inits[_i], "sgd", 1);
    const real expected = strcmp(inits[_i], "he_normal") == 0;

    for (size_t l = 2; l <= 5; l++) {
        const ins_matrix_view view = ins_network_matrix(network, l);
        const ins_learned *bias = ins_matrix_tensor(&view, INS_ROLE_BIAS);
        for (size_t u = 0; u < view.units; u++) ck_assert(bias->value[u] == expected);
    }
    ins_network_free(network);
}
END_TEST

/* Tables begin as embedding-init says, unless they say so themselves. */
START_TEST(test_embeddings)
{
    const ins_choice weights = choose(&ins_initializers, "ones");
    const ins_choice tables = choose(&ins_initializers, "constant(2)");
    const ins_choice bias = choose(&ins_initializers, "zeros");
    const ins_initialization start = {
        .hidden = &weights, .output = &weights, .bias = &bias, .embedding = &tables};
    ins_design design =
        text_design("embed(50,4),positions(learned),positions(learned,init=constant(3)),gmean",
                    &samples, "linear", "none");
    const real expected[] = {2, 2, 3, 1};
    ins_network *network;
    ins_error error = {0};

    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ck_assert_int_eq(ins_network_initialize(network, &start, &error), INS_OK);
    for (size_t l = 1; l <= 4; l++)
        ck_assert(ins_network_matrix(network, l).tensor[0].value[0] == expected[l - 1]);
    ins_network_free(network);
    ins_design_free(&design);
}
END_TEST

/* The size of what attention gives is that of its last matrix: that one alone is scaled. */
START_TEST(test_lsuv_of_attention)
{
    const ins_choice lsuv = choose(&ins_initializers, "lsuv(tolerance=1e-3)");
    const ins_choice bias = choose(&ins_initializers, "zeros");
    const ins_initialization start = {
        .hidden = &lsuv, .output = &lsuv, .bias = &bias, .seed = 1, .probe = &samples};
    ins_design design =
        text_design("input(9,42),dense(16),attention(2),gmean", &samples, "linear", "none");
    ins_network *network;
    ins_error error = {0};
    double square = 0, mean = 0;

    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    ck_assert_int_eq(ins_network_initialize(network, &start, &error), INS_OK);
    ins_network_forward(network, samples.x, samples.rows, INS_PASS_PROBE);
    const ins_matrix_view view = ins_network_matrix(network, 5);
    const size_t count = samples.rows * 9 * 16;
    for (size_t i = 0; i < count; i++) {
        mean += (double)view.preactivation[i] / (double)count;
        square += pow((double)view.preactivation[i], 2) / (double)count;
    }
    ck_assert_double_eq_tol(sqrt(square - mean * mean), 1, 1.1e-3);
    const real *q = ins_network_matrix(network, 2).tensor[0].value;
    double length = 0;
    for (size_t i = 0; i < 16; i++) length += (double)q[i] * (double)q[i];
    ck_assert_double_eq_tol(length, 1, 1e-5);
    ins_network_free(network);
    ins_design_free(&design);
}
END_TEST

/* Gamma of norms is N(1, 0.02^2) and beta 0, of any kind of norm; without dcgan gamma is 1. */
START_TEST(test_gamma_of_dcgan)
{
    static const char text[] = "input(9,7,6),conv(64,1),bn,conv(64,1),rms,gmean,dense(64),ln";
    const bool dcgan = _i == 0;
    double sum = 0, square = 0, count = 0, betas = 0;

    for (uint32_t seed = 0; seed < 100; seed++) {
        ins_network *network = network_of(text, dcgan ? "dcgan" : "he_normal", "sgd", seed);
        size_t tensors;
        const ins_learned *tensor = ins_network_tensors(network, &tensors);
        for (size_t t = 0; t < tensors; t++) {
            for (size_t i = 0; i < tensor[t].count && strcmp(tensor[t].name, "gamma") == 0; i++) {
                sum += (double)tensor[t].value[i] - 1;
                square += pow((double)tensor[t].value[i] - 1, 2);
                count += 1;
            }
            for (size_t i = 0; i < tensor[t].count && strcmp(tensor[t].name, "beta") == 0; i++) {
                ck_assert(tensor[t].value[i] == 0);
                betas += 1;
            }
        }
        ins_network_free(network);
    }
    ck_assert(count == 3 * 6400 && betas == 2 * 6400);
    if (dcgan) {
        ck_assert_double_eq_tol(sum / count, 0, 4.5 * 0.02 / sqrt(count));
        ck_assert_double_eq_tol(sqrt(square / count) / 0.02, 1, 4.5 / sqrt(2 * count));
    } else {
        ck_assert_double_eq(square, 0);
    }
}
END_TEST

/* Table 8 of Yang et al. 2022, at base 16: rates of SGD and of Adam. */
START_TEST(test_maximal_update)
{
    static const char text[] =
        "input(9,7,6),conv(32,3),bn,act,conv(48,3,groups=4),act,depthwise(3,multiplier=2),act,"
        "res(conv(96,3),act,conv(96,1),start=skipinit),res(act,start=layerscale),gmean,dense(40)";
    static const struct {
        const char *name;
        double sgd, adam;
    } rates[] = {
        {"W", 2, 1},       {"b", 2, 1},    /* 6 -> 32: input weights */
        {"gamma", 2, 1},   {"beta", 2, 1}, /* 32 */
        {"W", 1, 0.5},     {"b", 3, 1},    /* 32 -> 48: hidden weights, in whatever groups */
        {"W", 6, 1},       {"b", 6, 1},    /* 96 kernels that read one channel each */
        {"W", 1, 1 / 6.0}, {"b", 6, 1},    /* 96 -> 96 */
        {"W", 1, 1 / 6.0}, {"b", 6, 1},    /* 96 -> 96 */
        {"scale", 1, 1},                   /* one number */
        {"scale", 6, 1},                   /* 96 */
        {"W", 1, 1 / 6.0}, {"b", 2.5, 1},  /* 96 -> 40 */
        {"W", 2.5, 1},     {"b", 1, 1},    /* 40 -> 3: output weights */
    };
    enum { RATES = sizeof rates / sizeof rates[0] };
    const bool adam = _i == 1;
    ins_network *network = network_of(text, "mup(16)", adam ? "adam" : "momentum", 1);
    const ins_choice choice = choose(&ins_initializers, "mup(16)");
    const ins_design *design = ins_network_design(network);
    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(network, &tensors);

    ck_assert_uint_eq(tensors, RATES);
    for (size_t t = 0; t < tensors; t++) {
        ck_assert_str_eq(tensor[t].name, rates[t].name);
        ck_assert_double_eq_tol(tensor[t].rate, adam ? rates[t].adam : rates[t].sgd, 1e-12);
    }
    ck_assert_double_eq_tol(
        row_of(&choice)->multiplier(choice.value, ins_design_place(design, design->depth)), 0.4,
        1e-12);
    ins_network_free(network);
}
END_TEST

/* At the width of the base nothing differs from plain training. */
START_TEST(test_maximal_update_of_base)
{
    static const char text[] =
        "input(9,7,6),conv(16,3),bn,act,conv(16,3,groups=4),act,depthwise(3),"
        "act,res(conv(16,3),start=rezero),gmean,dense(16)";
    const ins_choice choice = choose(&ins_initializers, "mup(16)");
    ins_network *network = network_of(text, "mup(16)", _i == 1 ? "adam" : "sgd", 1);
    const ins_design *design = ins_network_design(network);
    const ins_tensor_place last = ins_design_place(design, design->depth);
    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(network, &tensors);

    ck_assert_uint_eq(tensors, 15);
    for (size_t t = 0; t < tensors; t++) ck_assert_double_eq(tensor[t].rate, 1);
    ck_assert_double_eq(row_of(&choice)->multiplier(choice.value, last), 1);
    ck_assert_double_eq_tol(row_of(&choice)->variance(choice.value, last), 1 / last.fan_in, 1e-12);
    ins_network_free(network);
}
END_TEST

/* What the start of residual blocks makes of the weights that the same seed draws without one: of
 * three blocks with three matrices, the last of which has one in its skip too, and of the output.
 * Fixup: 3^(-1/4); 1/sqrt(3) in GPT-2. */
START_TEST(test_residual_starts)
{
    static const char text[] =
        "input(9,7,6),conv(8,3),2xres(conv(8,3),bn,act,conv(8,3),bn,act,conv(8,3),bn),"
        "res(conv(8,3),bn,act,conv(8,3),bn,act,conv(8,3),bn,skip=(conv(8,1),bn)),gmean";
    static const struct {
        const char *start;
        double first, last, output, gamma; /* factors; of the last gamma of a branch */
    } cases[] = {{"none", 1, 1, 1, 1},
                 {"zero_last", 1, 0, 1, 1},
                 {"zero_gamma", 1, 1, 1, 0},
                 {"skipinit", 1, 1, 1, 1},
                 {"layerscale(0.1)", 1, 1, 1, 1},
                 {"fixup", 0.75983568565159254, 0, 0, 1},
                 {"depth_scaled", 1, 0.57735026918962576, 1, 1}};
    ins_network *plain = network_of(text, "he_normal", "sgd", 4);
    ins_network *network = starting_network(text, "he_normal", "sgd", cases[_i].start, 4);
    size_t norms = 0, tensors;

    ck_assert_uint_eq(ins_network_depth(network), 12);
    for (size_t l = 1; l <= 12; l++) {
        const bool branch = l > 1 && l < 12 && l != 8;
        const size_t position = l < 8 ? (l - 2) % 3 : (l - 9) % 3;
        const double inside = position == 2 ? cases[_i].last : cases[_i].first;
        const double factor = l == 12 ? cases[_i].output : branch ? inside : 1;
        const ins_learned *w = ins_network_matrix(network, l).tensor;
        const ins_learned *was = ins_network_matrix(plain, l).tensor;
        ck_assert_uint_eq(w->count, was->count);
        for (size_t i = 0; i < w->count; i++)
            ck_assert_double_eq_tol((double)w->value[i], factor * (double)was->value[i], 1e-7);
    }
    const ins_learned *tensor = ins_network_tensors(network, &tensors);
    for (size_t t = 0; t < tensors; t++) {
        if (strcmp(tensor[t].name, "gamma") != 0) continue;
        const bool last = norms == 2 || norms == 5 || norms == 9; /* 6 is in the skip */
        ck_assert(tensor[t].value[7] == (real)(last ? cases[_i].gamma : 1));
        norms++;
    }
    ck_assert_uint_eq(norms, 10);
    ins_network_free(network);
    ins_network_free(plain);
}
END_TEST

/* --- What goes through a convolution --------------------------------------------------------- */

/* The first matrix of a network after a pass with the rows of the samples, its bias being 0. */
static ins_matrix_view pass_through(ins_network *network)
{
    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(network, &tensors);

    ck_assert_str_eq(tensor[1].name, "b");
    memset(tensor[1].value, 0, tensor[1].count * sizeof(real));
    ins_network_forward(network, samples.x, samples.rows, INS_PASS_PROBE);
    return ins_network_matrix(network, 1);
}

static double length_at(const real *x, size_t place, size_t channels)
{
    double square = 0;

    for (size_t c = 0; c < channels; c++)
        square += (double)x[place * channels + c] * (double)x[place * channels + c];
    return sqrt(square);
}

/* |z_p| = gain |a_p| at every position, for windows of odd and even sides, and groups. */
START_TEST(test_delta_orthogonal)
{
    static const char *const texts[] = {"input(9,7,6),conv(6,3),gmean",
                                        "input(9,7,6),conv(20,3x5),gmean",
                                        "input(9,7,6),conv(6,2x4),gmean",
                                        "input(9,7,6),conv(12,3,groups=2),gmean",
                                        "input(9,7,6),depthwise(3,multiplier=3),gmean",
                                        "input(63,6),conv(6,3),gmean",
                                        "input(63,6),conv(11,4),gmean",
                                        "input(63,6),dense(6),gmean"};
    ins_network *network = network_of(texts[_i], "delta_orthogonal(1.5)", "sgd", 5);
    const ins_matrix_view view = pass_through(network);

    for (size_t p = 0; p < samples.rows * 63; p++) {
        const double a = length_at(view.input, p, 6),
                     z = length_at(view.preactivation, p, view.units);
        ck_assert_double_gt(a, 0.1);
        ck_assert_double_eq_tol(z / a, 1.5, 2e-6);
    }
    ins_network_free(network);
}
END_TEST

/* Fewer units than channels keep a part of the length. */
START_TEST(test_delta_orthogonal_of_fewer)
{
    ins_network *network = network_of("input(9,7,6),conv(3,3),gmean", "delta_orthogonal", "sgd", 5);
    const ins_matrix_view view = pass_through(network);
    double a = 0, z = 0;

    for (size_t p = 0; p < samples.rows * 63; p++) {
        ck_assert_double_le(length_at(view.preactivation, p, 3),
                            length_at(view.input, p, 6) * (1 + 1e-6));
        a += pow(length_at(view.input, p, 6), 2);
        z += pow(length_at(view.preactivation, p, 3), 2);
    }
    ck_assert_double_eq_tol(z / a, 0.5, 0.1);
    ins_network_free(network);
}
END_TEST

/* z = a, exactly: channel by channel of each group, the units beyond them 0. */
START_TEST(test_dirac)
{
    static const struct {
        const char *text;
        size_t groups;
    } cases[] = {{"input(9,7,6),conv(6,3),gmean", 1},
                 {"input(9,7,6),conv(6,2x3),gmean", 1},
                 {"input(9,7,6),conv(9,3),gmean", 1},
                 {"input(9,7,6),conv(4,5),gmean", 1},
                 {"input(9,7,6),conv(12,3,groups=3),gmean", 3},
                 {"input(9,7,6),depthwise(3),gmean", 6},
                 {"input(9,7,6),depthwise(4,multiplier=2),gmean", 6},
                 {"input(63,6),conv(6,4),gmean", 1},
                 {"input(63,6),dense(8),gmean", 1}};
    ins_network *network = network_of(cases[_i].text, "dirac", "sgd", 5);
    const ins_matrix_view view = pass_through(network);
    const size_t units = view.units / cases[_i].groups, channels = 6 / cases[_i].groups;

    for (size_t p = 0; p < samples.rows * 63; p++) {
        for (size_t u = 0; u < view.units; u++) {
            const size_t channel = u % units;
            const real a = view.input[p * 6 + u / units * channels + channel % channels];
            ck_assert(view.preactivation[p * view.units + u] == (channel < channels ? a : 0));
            ck_assert(a != 0);
        }
    }
    ins_network_free(network);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("initializer_kernel");
    TCase *kernel = tcase_create("kernel");

    tcase_add_checked_fixture(kernel, kernel_setup, kernel_teardown);
    tcase_set_timeout(kernel, 60);
    tcase_add_loop_test(kernel, test_promise, 0, (int)ins_initializers.count);
    tcase_add_test(kernel, test_true_fans);
    tcase_add_loop_test(kernel, test_law, 0, sizeof laws / sizeof laws[0]);
    tcase_add_loop_test(kernel, test_law_of_transformer, 0,
                        sizeof laws_of_transformer / sizeof laws_of_transformer[0]);
    tcase_add_loop_test(kernel, test_biases, 0, 5);
    tcase_add_loop_test(kernel, test_biases_of_attention, 0, 7);
    tcase_add_test(kernel, test_embeddings);
    tcase_add_test(kernel, test_lsuv_of_attention);
    tcase_add_loop_test(kernel, test_gamma_of_dcgan, 0, 2);
    tcase_add_loop_test(kernel, test_maximal_update, 0, 2);
    tcase_add_loop_test(kernel, test_maximal_update_of_base, 0, 2);
    tcase_add_loop_test(kernel, test_residual_starts, 0, 7);
    tcase_add_loop_test(kernel, test_delta_orthogonal, 0, 8);
    tcase_add_test(kernel, test_delta_orthogonal_of_fewer);
    tcase_add_loop_test(kernel, test_dirac, 0, 9);
    suite_add_tcase(suite, kernel);
    return ins_run_suite(suite);
}
