/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention, embeddings and positions: single layers against golden values, and what holds of them
 * exactly. Built for both precisions. */
#include <config.h>

#include <math.h>

#include "check_tap.h"
#include "golden_attention.h"
#include "layer_fixture.h"
#include "network_fixture.h"

#include "../../src/nn/layer_rows.h"

/* Rounding, of sums of a few products of numbers below 1. */
static const double tolerance = sizeof(real) == sizeof(double) ? 1e-12 : 1e-5;

static void setup(void)
{
    layer_setup();
    network_setup();
}

static void teardown(void)
{
    layer_teardown();
    fixture_teardown();
}

static void check_near(const real *got, const double *expected, size_t count, const char *what)
{
    double largest = 0;

    ck_assert_ptr_nonnull(got);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(fabs((double)got[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])),
                      "%s: element %zu: %.17g, not %.17g", what, i, (double)got[i], expected[i]);
        largest = fmax(largest, fabs(expected[i]));
    }
    ck_assert_double_gt(largest, 0.01);
}

/* --- Golden values: the source says what they are --------------------------------------------- */

static bool reads_tokens(const single *s)
{
    return s->plan.kind->tokens;
}

static single *golden_single(const golden_attention *of)
{
    single *s = single_of(of->call, sequence_of(of->positions, of->channels), GOLDEN_ROWS);
    const size_t inputs = s->rows * s->plan.inputs[0];

    fill_pattern(s->in[0], inputs, GOLDEN_IN);
    for (size_t i = 0; reads_tokens(s) && i < inputs; i++)
        s->in[0][i] = (real)floor(fabs((double)s->in[0][i]) * (double)s->tensor[0].place.inputs);
    fill_pattern(s->layer.delta, s->rows * s->plan.units, GOLDEN_DELTA);
    for (size_t t = 0; t < s->layer.tensors; t++)
        fill_pattern(s->tensor[t].value, s->tensor[t].count, GOLDEN_WEIGHTS + (uint32_t)t);
    if (reads_tokens(s)) s->layer.in_delta[0] = NULL;
    return s;
}

static void check_gradients(const single *s, const golden_attention *of)
{
    const double *gradient = of->gradient, *bias_gradient = of->bias_gradient;

    for (size_t t = 0; t < s->layer.tensors; t++) {
        const ins_learned *tensor = &s->tensor[t];
        const bool bias = tensor->place.role == INS_ROLE_BIAS;
        const bool keys = tensor->place.part != NULL && strcmp(tensor->place.part, "k") == 0;
        const double **next = bias ? &bias_gradient : &gradient;
        ck_assert_ptr_nonnull(*next);
        if (!(bias && keys)) check_near(tensor->gradient, *next, tensor->count, of->call);
        for (size_t i = 0; bias && keys && i < tensor->count; i++) /* see below */
            ck_assert_double_lt(fabs((double)tensor->gradient[i]), tolerance);
        *next += tensor->count;
    }
}

/* What the logs see of the matrices, q, k and v being the first ones. */
static void check_parts(const single *s, const golden_attention *of)
{
    const size_t elements = s->rows * s->plan.units, step = s->layer.tensors / 4;
    const ins_attention_pass pass = s->plan.kind->attention(&s->layer);
    const size_t pairs = pass.heads * s->rows * ins_attention_pairs(&pass);

    for (size_t m = 0; m < 3; m++) {
        const ins_matrix_pass part =
            s->plan.kind->matrix(&s->layer, s->rows, &s->tensor[m * step].place);
        ck_assert_ptr_eq(part.input, s->in[0]);
        check_near(part.preactivation, of->made + m * elements, elements, of->call);
        check_near(part.delta, of->delta + m * elements, elements, of->call);
    }
    const ins_matrix_pass last =
        s->plan.kind->matrix(&s->layer, s->rows, &s->tensor[3 * step].place);
    check_near(last.input, of->made + 3 * elements, elements, of->call);
    ck_assert_ptr_eq(last.preactivation, s->layer.result);
    ck_assert_ptr_eq(last.delta, s->layer.delta);
    check_near(pass.logit, of->logit, pairs, of->call);
    check_near(pass.share, of->share, pairs, of->call);
}

static void check_golden(single *s, const golden_attention *of)
{
    ck_assert_uint_eq(s->plan.units, of->outputs);
    check_near(s->layer.output, of->output, s->rows * of->outputs, of->call);
    if (of->back != NULL) check_near(s->back[0], of->back, s->rows * s->plan.inputs[0], of->call);
    check_gradients(s, of);
    if (of->share != NULL) check_parts(s, of);
}

START_TEST(test_golden)
{
    const golden_attention *of = &golden[_i];
    single *s = golden_single(of);

    forward(s, INS_PASS_TRAIN);
    backward(s);
    check_golden(s, of);
    backward(s); /* overwrites */
    check_golden(s, of);
    s->layer.uniform = true; /* other products of the same matrices */
    forward(s, INS_PASS_TEST);
    backward(s);
    check_golden(s, of);
    single_free(s);
}
END_TEST

/* Nobody asks for what goes back: the gradients are the same. */
START_TEST(test_golden_without_input)
{
    const golden_attention *of = &golden[_i];
    single *s = golden_single(of);

    s->layer.in_delta[0] = NULL;
    forward(s, INS_PASS_TRAIN);
    backward(s);
    check_gradients(s, of);
    single_free(s);
}
END_TEST

/* --- What holds exactly ----------------------------------------------------------------------- */

static single *drawn(const char *call, size_t positions, size_t channels)
{
    single *s = single_of(call, sequence_of(positions, channels), 3);

    fill_pattern(s->in[0], s->rows * s->plan.inputs[0], 11);
    fill_pattern(s->layer.delta, s->rows * s->plan.units, 12);
    for (size_t t = 0; t < s->layer.tensors; t++)
        fill_pattern(s->tensor[t].value, s->tensor[t].count, 13 + (uint32_t)t);
    return s;
}

/* Tensors of attention with biases. */
enum { WQ, BQ, WK, BK, WV, BV, WO, BO };

static double largest_gradient(const single *s, size_t tensor)
{
    double largest = 0;

    for (size_t i = 0; i < s->tensor[tensor].count; i++)
        largest = fmax(largest, fabs((double)s->tensor[tensor].gradient[i]));
    return largest;
}

static void clear(single *s, size_t tensor)
{
    memset(s->tensor[tensor].value, 0, s->tensor[tensor].count * sizeof(real));
}

static void run(single *s)
{
    forward(s, INS_PASS_TRAIN);
    backward(s);
}

/* Softmax does not see what all keys have in common. */
START_TEST(test_key_bias_is_unseen)
{
    single *s = drawn("attention(2,causal=yes)", 5, 6);

    run(s);
    ck_assert_double_lt(largest_gradient(s, BK), tolerance);
    ck_assert_double_gt(largest_gradient(s, BQ), 1e-3);
    single_free(s);
}
END_TEST

/* Queries and keys at 0: neither learns. One of them at 0: that one does. */
START_TEST(test_zero_queries_and_keys)
{
    single *s = drawn("attention(2)", 5, 6);

    clear(s, BQ);
    clear(s, BK);
    clear(s, WQ);
    run(s);
    ck_assert_double_gt(largest_gradient(s, WQ), 1e-3);
    ck_assert_double_eq(largest_gradient(s, WK), 0);
    clear(s, WK);
    run(s);
    ck_assert_double_eq(largest_gradient(s, WQ), 0);
    ck_assert_double_eq(largest_gradient(s, WK), 0);
    ck_assert_double_gt(largest_gradient(s, WV), 1e-3);
    single_free(s);
}
END_TEST

/* The last matrix at 0: it alone learns. Values at 0 as well: nothing does but the last bias. */
START_TEST(test_zero_projection)
{
    single *s = drawn("attention(2)", 5, 6);

    clear(s, WO);
    run(s);
    ck_assert_double_gt(largest_gradient(s, WO), 1e-3);
    for (size_t t = 0; t < WO; t++) ck_assert_double_eq(largest_gradient(s, t), 0);
    clear(s, WV);
    clear(s, BV);
    run(s);
    for (size_t t = 0; t < BO; t++) ck_assert_double_eq(largest_gradient(s, t), 0);
    ck_assert_double_gt(largest_gradient(s, BO), 1e-3);
    single_free(s);
}
END_TEST

/* Of one key there is nothing to choose. */
START_TEST(test_one_position)
{
    single *s = drawn("attention(2)", 1, 6);

    run(s);
    for (size_t t = 0; t <= BK; t++) ck_assert_double_eq(largest_gradient(s, t), 0);
    ck_assert_double_gt(largest_gradient(s, WV), 1e-3);
    const ins_attention_pass pass = s->plan.kind->attention(&s->layer);
    for (size_t i = 0; i < pass.heads * s->rows; i++) {
        ck_assert_double_eq((double)pass.share[i], 1);
        ck_assert_double_eq((double)pass.logit[i], 0);
    }
    single_free(s);
}
END_TEST

static void swap_positions(real *x, size_t rows, size_t positions, size_t channels, size_t a,
                           size_t b)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < channels; c++) {
            real *row = x + r * positions * channels + c, kept = row[a * channels];
            row[a * channels] = row[b * channels];
            row[b * channels] = kept;
        }
}

/* Positions that change places do so in the output. */
START_TEST(test_order_is_kept)
{
    single *s = drawn("attention(3)", 5, 6);
    const size_t elements = s->rows * s->plan.units;
    real *before = ins_allocate(elements, sizeof *before, "outputs");

    run(s);
    memcpy(before, s->layer.result, elements * sizeof *before);
    swap_positions(s->in[0], s->rows, 5, 6, 1, 4);
    run(s);
    swap_positions(s->layer.result, s->rows, 5, 6, 1, 4);
    for (size_t i = 0; i < elements; i++)
        ck_assert_double_eq_tol((double)s->layer.result[i], (double)before[i], tolerance);
    free(before);
    single_free(s);
}
END_TEST

/* What a causal position gives does not depend on what comes behind it, bit for bit. */
START_TEST(test_causal_sees_nothing_behind)
{
    enum { POSITIONS = 5, CHANNELS = 6, CHANGED = 3 };
    single *s = drawn("attention(2,causal=yes)", POSITIONS, CHANNELS);
    real before[POSITIONS * CHANNELS];

    run(s);
    memcpy(before, s->layer.result, sizeof before);
    s->in[0][CHANGED * CHANNELS] += 1;
    run(s);
    ck_assert_mem_eq(s->layer.result, before, CHANGED * CHANNELS * sizeof(real));
    ck_assert_mem_ne(s->layer.result + CHANGED * CHANNELS, before + CHANGED * CHANNELS,
                     CHANNELS * sizeof(real));
    single_free(s);
}
END_TEST

/* Rotates the units of the first head of two channels. */
static void rotate(ins_learned *tensor)
{
    const double c = 0.8, s = 0.6;
    const size_t inputs = tensor->place.inputs;

    for (size_t i = 0; i < inputs; i++) {
        const double a = (double)tensor->value[i], b = (double)tensor->value[inputs + i];
        tensor->value[i] = (real)(c * a - s * b);
        tensor->value[inputs + i] = (real)(s * a + c * b);
    }
}

/* Queries and keys that are turned together look at the same. */
START_TEST(test_rotation_is_unseen)
{
    single *s = drawn("attention(3)", 5, 6);
    const size_t elements = s->rows * s->plan.units;
    real *before = ins_allocate(elements, sizeof *before, "outputs");
    double changed = 0;

    run(s);
    memcpy(before, s->layer.result, elements * sizeof *before);
    for (size_t t = WQ; t <= BK; t++) rotate(&s->tensor[t]);
    run(s);
    for (size_t i = 0; i < elements; i++)
        ck_assert_double_eq_tol((double)s->layer.result[i], (double)before[i], tolerance);
    rotate(&s->tensor[WQ]); /* alone it is seen */
    run(s);
    for (size_t i = 0; i < elements; i++)
        changed = fmax(changed, fabs((double)s->layer.result[i] - (double)before[i]));
    ck_assert_double_gt(changed, 1e-3);
    free(before);
    single_free(s);
}
END_TEST

/* Heads of the same weights do and learn the same. */
START_TEST(test_equal_heads_stay_equal)
{
    enum { CHANNELS = 6, WIDTH = 3 };
    single *s = drawn("attention(2)", 5, CHANNELS);
    const size_t half = WIDTH * CHANNELS;

    for (size_t t = WQ; t < WO; t++) {
        real *value = s->tensor[t].value;
        memcpy(value + s->tensor[t].count / 2, value, s->tensor[t].count / 2 * sizeof *value);
    }
    for (size_t u = 0; u < CHANNELS; u++)
        memcpy(s->tensor[WO].value + u * CHANNELS + WIDTH, s->tensor[WO].value + u * CHANNELS,
               WIDTH * sizeof(real));
    s->layer.uniform = true;
    run(s);
    for (size_t t = WQ; t < WO; t += 2) {
        const real *gradient = s->tensor[t].gradient;
        ck_assert_mem_eq(gradient, gradient + half, half * sizeof *gradient);
        ck_assert_double_gt(largest_gradient(s, t), 1e-3);
    }
    for (size_t u = 0; u < CHANNELS; u++) {
        const real *gradient = s->tensor[WO].gradient + u * CHANNELS;
        ck_assert_mem_eq(gradient, gradient + WIDTH, WIDTH * sizeof *gradient);
    }
    single_free(s);
}
END_TEST

/* Shares are positive and sum to 1, logits to 0; numbers that no exponential holds are no harm. */
START_TEST(test_shares_sum_to_one)
{
    single *s = drawn("attention(2,causal=yes)", 4, 4);

    for (int round = 0; round < 2; round++) {
        run(s);
        const ins_attention_pass pass = s->plan.kind->attention(&s->layer);
        const real *share = pass.share, *logit = pass.logit;
        for (size_t i = 0; i < pass.heads * s->rows; i++)
            for (size_t keys = 1; keys <= pass.positions; keys++) {
                double sum = 0, of_logits = 0, size = 1;
                for (size_t j = 0; j < keys; j++) {
                    ck_assert_double_ge((double)share[j], 0);
                    sum += (double)share[j];
                    of_logits += (double)logit[j];
                    size += fabs((double)logit[j]);
                }
                ck_assert_double_eq_tol(sum, 1, tolerance);
                ck_assert_double_lt(fabs(of_logits), tolerance * size);
                share += keys;
                logit += keys;
            }
        for (size_t i = 0; i < s->tensor[WQ].count; i++) s->tensor[WQ].value[i] *= 10000;
    }
    single_free(s);
}
END_TEST

/* What was not seen has no gradient. */
START_TEST(test_unseen_token)
{
    single *s = single_of("embed(5,2)", sequence_of(2, 1), 3);

    for (size_t i = 0; i < 6; i++) s->in[0][i] = (real)(i % 2 == 0 ? 0 : 3);
    fill_pattern(s->layer.delta, s->rows * s->plan.units, 12);
    run(s);
    for (size_t u = 0; u < 2; u++)
        for (size_t token = 0; token < 5; token++)
            ck_assert_msg((s->tensor[0].gradient[u * 5 + token] != 0) == (token % 3 == 0),
                          "token %zu", token);
    single_free(s);
}
END_TEST

/* --- Shapes ----------------------------------------------------------------------------------- */

static void check_shape(const char *call, ins_shape reads, const char *problem)
{
    const ins_layer_plan plan = plan_of(call, reads);
    shape_of(&plan, problem);
}

START_TEST(test_shapes)
{
    check_shape("attention(4)", sequence_of(5, 8), NULL);
    check_shape("attention(3)", sequence_of(5, 8), "3 heads do not divide 8 channels");
    check_shape("attention(1)", vector_of(8), "it must read a sequence, and reads 8");
    check_shape("attention(1)", map_of(2, 3, 4), "it must read a sequence, and reads 2x3x4");
    check_shape("positions(sine)", sequence_of(5, 8), NULL);
    check_shape("positions(learned)", vector_of(8), "it must read a sequence, and reads 8");
    check_shape("embed(9,4)", vector_of(8), NULL);
    check_shape("embed(9,4)", sequence_of(5, 1), NULL);
    check_shape("embed(9,4)", sequence_of(5, 8), "it reads one token a step, and the input is 5x8");
}
END_TEST

/* A table in a file is as PyTorch's nn.Embedding has it: (rows, units). */
START_TEST(test_table_in_files)
{
    single *s = single_of("embed(3,2)", vector_of(4), 1);
    const ins_tensor_place *place = &s->tensor[0].place;
    const real here[] = {1, 2, 3, 4, 5, 6}, there[] = {1, 4, 2, 5, 3, 6};
    size_t shape[INS_MATRIX_DIMENSIONS];
    real moved[6], back[6];

    ck_assert_uint_eq(ins_matrix_shape(place, shape), 2);
    ck_assert_uint_eq(shape[0], 3);
    ck_assert_uint_eq(shape[1], 2);
    ck_assert(ins_matrix_is_permuted(place));
    ins_matrix_permute(place, here, moved, false);
    ck_assert_mem_eq(moved, there, sizeof there);
    ins_matrix_permute(place, there, back, true);
    ck_assert_mem_eq(back, here, sizeof here);
    single_free(s);
}
END_TEST

/* --- Networks --------------------------------------------------------------------------------- */

/* Queries and keys that begin at 0 stay there, whatever the optimizer; all else is learned. */
START_TEST(test_zero_queries_and_keys_stay)
{
    ins_samples samples = random_samples(9, 20, 4);
    ins_design design =
        text_design("input(4,5),dense(6),attention(2),flatten", &samples, "tanh", "none");
    const ins_choice init = choose(&ins_initializers, "glorot_uniform");
    const ins_choice bias = choose(&ins_initializers, "zeros");
    const ins_initialization start = {.hidden = &init, .output = &init, .bias = &bias, .seed = 3};
    ins_error error = {0};
    ins_network *net;
    size_t tensors;

    design.optimizer = choose(&ins_optimizers, "adam");
    ck_assert_int_eq(ins_network_new(&design, &net, &error), INS_OK);
    ck_assert_int_eq(ins_network_initialize(net, &start, &error), INS_OK);
    const ins_learned *tensor = ins_network_tensors(net, &tensors);
    for (size_t t = 0; t < tensors; t++)
        if (tensor[t].place.heads > 0 && strchr("qk", tensor[t].place.part[0]))
            memset(tensor[t].value, 0, tensor[t].count * sizeof *tensor[t].value);
    train(net, &samples, 4, 10);
    for (size_t t = 0; t < tensors; t++) {
        const bool stuck = tensor[t].place.heads > 0 && strchr("qk", tensor[t].place.part[0]);
        double largest = 0, state = 0;
        for (size_t i = 0; i < tensor[t].count; i++) {
            largest = fmax(largest, fabs((double)tensor[t].value[i]));
            state = fmax(state, fabs((double)tensor[t].state[i]));
        }
        ck_assert((largest == 0) == stuck && (state == 0) == stuck);
    }
    ins_network_free(net);
    ins_design_free(&design);
    samples_free(&samples);
}
END_TEST

/* Constant weights: the units of every layer stay alike, whatever is learned. */
START_TEST(test_constant_start_stays_symmetric)
{
    ins_samples samples = random_samples(9, 20, 4);
    ins_design design =
        text_design("input(4,5),dense(6),attention(2),flatten", &samples, "tanh", "none");
    const ins_choice init = choose(&ins_initializers, "constant(0.1)");
    const ins_choice bias = choose(&ins_initializers, "zeros");
    const ins_initialization start = {.hidden = &init, .output = &init, .bias = &bias, .seed = 3};
    ins_error error = {0};
    ins_network *net;

    ck_assert_int_eq(ins_network_new(&design, &net, &error), INS_OK);
    ck_assert_int_eq(ins_network_initialize(net, &start, &error), INS_OK);
    train(net, &samples, 4, 5);
    for (size_t l = 1; l <= 5; l++) {
        const ins_matrix_view view = ins_network_matrix(net, l);
        const real *w = view.tensor[0].value;
        for (size_t u = 1; u < view.units; u++)
            ck_assert_mem_eq(w + u * view.inputs, w, view.inputs * sizeof *w);
        ck_assert_double_ne((double)w[0], (double)(real)0.1);
    }
    ins_network_free(net);
    ins_design_free(&design);
    samples_free(&samples);
}
END_TEST

int main(void)
{
    const int cases = (int)(sizeof golden / sizeof golden[0]);
    Suite *suite = suite_create("attention");
    TCase *layers = tcase_create("layers");

    tcase_add_checked_fixture(layers, setup, teardown);
    tcase_add_loop_test(layers, test_golden, 0, cases);
    tcase_add_loop_test(layers, test_golden_without_input, 0, cases);
    tcase_add_test(layers, test_key_bias_is_unseen);
    tcase_add_test(layers, test_zero_queries_and_keys);
    tcase_add_test(layers, test_zero_projection);
    tcase_add_test(layers, test_one_position);
    tcase_add_test(layers, test_order_is_kept);
    tcase_add_test(layers, test_causal_sees_nothing_behind);
    tcase_add_test(layers, test_rotation_is_unseen);
    tcase_add_test(layers, test_equal_heads_stay_equal);
    tcase_add_test(layers, test_shares_sum_to_one);
    tcase_add_test(layers, test_unseen_token);
    tcase_add_test(layers, test_shapes);
    tcase_add_test(layers, test_table_in_files);
    tcase_add_test(layers, test_zero_queries_and_keys_stay);
    tcase_add_test(layers, test_constant_start_stays_symmetric);
    suite_add_tcase(suite, layers);
    return ins_run_suite(suite);
}
