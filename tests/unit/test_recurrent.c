/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers: against golden values, what their gates show, and how they start. */
#include <config.h>

#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/forget.h"

#include "check_tap.h"
#include "golden_recurrent.h"
#include "layer_fixture.h"
#include "network_fixture.h"

enum { GOLDEN = sizeof golden_recurrent_layers / sizeof golden_recurrent_layers[0] };

static void setup(void)
{
    layer_setup();
    network_setup();
}

static void teardown(void)
{
    fixture_teardown();
    layer_teardown();
}

/* --- Golden values: the source says what they are ----------------------------------------------
 */

/* Numbers are of size 1, after some steps. */
static void check_near(const real *got, const double *expected, size_t count, const char *what)
{
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-14 : 2e-6;
    double largest = 0;

    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(fabs((double)got[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])),
                      "%s: element %zu: %.17g, not %.17g", what, i, (double)got[i], expected[i]);
        largest = fmax(largest, fabs(expected[i]));
    }
    ck_assert_double_gt(largest, 1e-4);
}

static single *golden_single(const golden_recurrent *golden)
{
    single *s = single_of(golden->call, golden->reads, GOLDEN_ROWS);
    const size_t scratch = s->plan.kind->scratch(&s->plan, GOLDEN_ROWS);

    s->layer.scratch = calloc(scratch, sizeof *s->layer.scratch);
    fill_pattern(s->in[0], s->rows * s->plan.inputs[0], GOLDEN_IN);
    fill_pattern(s->layer.delta, s->rows * s->plan.units, GOLDEN_DELTA);
    for (size_t t = 0; t < s->layer.tensors; t++) {
        fill_pattern(s->tensor[t].value, s->tensor[t].count, GOLDEN_TENSOR + (uint32_t)t);
        for (size_t i = 0; i < s->tensor[t].count; i++) s->tensor[t].value[i] /= 2;
    }
    return s;
}

static void golden_free(single *s)
{
    free(s->layer.scratch);
    single_free(s);
}

static void check_golden(single *s, const golden_recurrent *golden)
{
    const double *gradient = golden->gradient;

    ck_assert_uint_eq(s->plan.units, golden->outputs);
    check_near(s->layer.output, golden->output, s->rows * golden->outputs, golden->call);
    if (s->layer.in_delta[0] != NULL)
        check_near(s->back[0], golden->back, s->rows * s->plan.inputs[0], golden->call);
    for (size_t t = 0; t < s->layer.tensors; t++) {
        const bool dead = golden->reads.extent[0] == 1 && s->tensor[t].place.part[0] == 'r';
        if (!dead) /* there is no step before the first */
            check_near(s->tensor[t].gradient, gradient, s->tensor[t].count, golden->call);
        gradient += s->tensor[t].count;
    }
}

/* What every gate shows, and that matrices on the state show nothing. */
static void check_shown(const single *s, const golden_recurrent *golden)
{
    const size_t all = s->rows * golden->reads.extent[0] * s->plan.shape.channels;

    for (size_t t = 0; t < s->layer.tensors; t++) {
        const ins_tensor_place *place = &s->tensor[t].place;
        if (!ins_role_is_matrix(place->role)) continue;
        const ins_matrix_pass inner = s->plan.kind->matrix(&s->layer, s->rows, place);
        ck_assert((inner.preactivation == NULL) == (place->role == INS_ROLE_RECURRENT));
        ck_assert((inner.state != NULL) == (place->role == INS_ROLE_WEIGHT && place->gate == 0));
        if (inner.preactivation == NULL) continue;
        ck_assert_uint_eq(inner.steps, golden->reads.extent[0]);
        check_near(inner.preactivation, golden->preactivation + place->gate * all, all,
                   place->part);
        check_near(inner.activation, golden->activation + place->gate * all, all, place->part);
        check_near(inner.delta, golden->delta + place->gate * all, all, place->part);
        if (inner.state != NULL) check_near(inner.state, golden->state, all, "state");
    }
}

START_TEST(test_golden)
{
    const golden_recurrent *golden = &golden_recurrent_layers[_i];
    single *s = golden_single(golden);

    forward(s, INS_PASS_TRAIN);
    backward(s);
    check_golden(s, golden);
    backward(s); /* overwrites */
    check_golden(s, golden);
    for (size_t i = 0; i < s->rows * s->plan.units; i++) s->layer.result[i] = 55;
    forward(s, INS_PASS_PROBE);
    backward(s);
    check_golden(s, golden);
    check_shown(s, golden);
    s->layer.uniform = true; /* by other products */
    forward(s, INS_PASS_TEST);
    backward(s);
    check_golden(s, golden);
    check_shown(s, golden);
    golden_free(s);
}
END_TEST

START_TEST(test_golden_without_input)
{
    const golden_recurrent *golden = &golden_recurrent_layers[_i];
    single *s = golden_single(golden);

    s->layer.in_delta[0] = NULL;
    forward(s, INS_PASS_TRAIN);
    backward(s);
    check_golden(s, golden);
    for (size_t i = 0; i < s->rows * s->plan.inputs[0]; i++) ck_assert(s->back[0][i] == 77);
    golden_free(s);
}
END_TEST

/* --- Shapes and places ------------------------------------------------------------------------ */

START_TEST(test_shape)
{
    const ins_layer_plan last = plan_of("lstm(7)", sequence_of(5, 3));
    const ins_layer_plan all = plan_of("gru(7,sequence=yes)", sequence_of(5, 3));
    const ins_layer_plan vector = plan_of("rnn(7)", vector_of(12));
    const ins_layer_plan map = plan_of("rnn(7)", map_of(4, 5, 2));

    ck_assert(ins_same_shape(shape_of(&last, NULL), vector_of(7)));
    ck_assert(ins_same_shape(shape_of(&all, NULL), sequence_of(5, 7)));
    shape_of(&vector, "needs a sequence, as input(steps,features) is, and reads 12");
    shape_of(&map, "needs a sequence, as input(steps,features) is, and reads 4x5x2");
}
END_TEST

static ins_network *network_of(const char *text, const ins_samples *samples)
{
    ins_design design = text_design(text, samples, "relu", "none");
    ins_error error = {0};
    ins_network *network;

    ck_assert_msg(ins_network_new(&design, &network, &error) == INS_OK, "%s", error.line[0]);
    ins_design_free(&design);
    return network;
}

/* Matrices are numbered gate by gate, those on the input first; what follows a recurrent layer is
 * nobody's activation. */
START_TEST(test_places)
{
    static const struct {
        const char *part, *activation;
        size_t inputs, tensors;
    } rows[] = {{"r", "sigmoid", 4, 2}, {"z", "sigmoid", 4, 2}, {"n", "tanh", 4, 2},
                {"rr", NULL, 6, 2},     {"rz", NULL, 6, 2},     {"rn", NULL, 6, 2},
                {"i", "sigmoid", 6, 2}, {"f", "sigmoid", 6, 2}, {"g", "tanh", 6, 2},
                {"o", "sigmoid", 6, 2}, {"ri", NULL, 3, 1},     {"rf", NULL, 3, 1},
                {"rg", NULL, 3, 1},     {"ro", NULL, 3, 1},     {"i", "relu", 3, 2},
                {"r", NULL, 5, 1}};
    ins_samples samples = random_samples(9, 20, 1);
    ins_network *network = network_of("input(5,4),gru(6,sequence=yes),tanh,lstm(3,sequence=yes),"
                                      "rnn(5,activation=relu),act",
                                      &samples);
    const ins_design *design = ins_network_design(network);

    ck_assert_uint_eq(design->depth, 17);
    ck_assert(!ins_design_is_chain(design));
    ins_network_forward(network, samples.x, 9, INS_PASS_PROBE);
    ins_network_backward(network, targets_of(&samples));
    for (size_t l = 1; l <= 16; l++) {
        const ins_tensor_place place = ins_design_place(design, l);
        const ins_matrix_view view = ins_network_matrix(network, l);
        const ins_choice *phi = ins_design_activation(design, l);
        const bool recurrent = rows[l - 1].activation == NULL;
        ck_assert_str_eq(place.part, rows[l - 1].part);
        ck_assert_uint_eq(place.inputs, rows[l - 1].inputs);
        ck_assert(place.fan_in == (double)place.inputs && place.fan_out == (double)place.units);
        ck_assert_int_eq(place.role, recurrent ? INS_ROLE_RECURRENT : INS_ROLE_WEIGHT);
        ck_assert_uint_eq(view.tensors, rows[l - 1].tensors);
        ck_assert_uint_eq(view.steps, recurrent ? 0 : 5);
        ck_assert((phi == NULL) == recurrent);
        ck_assert_ptr_eq(view.function, phi);
        if (phi != NULL) ck_assert_str_eq(phi->label, rows[l - 1].activation);
        if (phi != NULL) ck_assert_str_eq(phi->entry->name, rows[l - 1].activation);
        ck_assert((view.preactivation == NULL) == recurrent);
        ck_assert((view.input == NULL) == recurrent);
        ck_assert(view.shown == (recurrent || l <= 3)); /* the network's input alone is elsewhere */
    }
    const ins_matrix_view output = ins_network_matrix(network, 17);
    ck_assert(!output.shown); /* what act makes of a state is no z's activation */
    ck_assert_ptr_null(ins_matrix_tensor(&output, INS_ROLE_RECURRENT));
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* --- Symmetry --------------------------------------------------------------------------------- */

static void start_network(ins_network *network, const char *init, const char *recurrent,
                          const char *forget, uint32_t seed)
{
    const ins_choice hidden = choose(&ins_initializers, init);
    const ins_choice zeros = choose(&ins_initializers, "zeros");
    ins_choice own = {0}, start = {0};
    if (recurrent != NULL) own = choose(&ins_initializers, recurrent);
    if (forget != NULL) start = choose(&ins_forget_biases, forget);
    const ins_initialization initialization = {.hidden = &hidden,
                                               .output = &hidden,
                                               .bias = &zeros,
                                               .recurrent = recurrent != NULL ? &own : NULL,
                                               .forget = forget != NULL ? &start : NULL,
                                               .seed = seed};
    ins_error error = {0};
    ck_assert_msg(ins_network_initialize(network, &initialization, &error) == INS_OK, "%s",
                  error.line[0]);
}

static const ins_learned *tensor_of(const ins_network *network, size_t number, ins_role role)
{
    const ins_matrix_view view = ins_network_matrix(network, number);
    return ins_matrix_tensor(&view, role);
}

/* Units that are equal stay equal, to the last bit, where the mathematics says so. */
START_TEST(test_symmetry)
{
    static const char *const kinds[] = {"rnn(18)", "lstm(18)", "gru(18)"};
    char text[40];
    ins_samples samples = random_samples(50, 20, 3);
    snprintf(text, sizeof text, "input(5,4),%s", kinds[_i]);
    ins_network *network = network_of(text, &samples);
    const size_t last = ins_network_depth(network);

    start_network(network, "constant(0.3)", "constant(-0.05)", "1", 5);
    train(network, &samples, 16, 3);
    for (size_t l = 1; l < last; l++) {
        const ins_learned *w = ins_network_matrix(network, l).tensor;
        const size_t row = w->place.role == INS_ROLE_WEIGHT ? w->place.inputs : 1;
        ck_assert(w->value[0] != (real)0.3 && w->value[0] != (real)-0.05);
        for (size_t i = row; i < w->count; i += row)
            ck_assert(memcmp(w->value + i, w->value, row * sizeof *w->value) == 0);
    }
    start_network(network, "constant(0.3)", "orthogonal", "1", 5); /* which tells them apart */
    train(network, &samples, 16, 1);
    const ins_learned *w = ins_network_matrix(network, 1).tensor;
    ck_assert(memcmp(w->value, w->value + w->place.inputs, w->place.inputs * sizeof(real)) != 0);
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* --- Starts ----------------------------------------------------------------------------------- */

/* The mean product of columns i and j, of the matrices first, first + 1, .. below one another. */
static double column_product(const ins_network *network, size_t first, size_t count, size_t i,
                             size_t j)
{
    double sum = 0;
    for (size_t l = first; l < first + count; l++) {
        const ins_learned *w = ins_network_matrix(network, l).tensor;
        for (size_t u = 0; u < w->place.units; u++)
            sum += (double)w->value[u * w->place.inputs + i] *
                   (double)w->value[u * w->place.inputs + j];
    }
    return sum;
}

static void check_orthonormal(const ins_network *network, size_t first, size_t count)
{
    const size_t width = ins_network_matrix(network, first).inputs;
    for (size_t i = 0; i < width; i++)
        for (size_t j = 0; j < width; j++)
            ck_assert_double_eq_tol(column_product(network, first, count, i, j), i == j, 1e-5);
}

static double variance_of(const ins_learned *tensor)
{
    double sum = 0;
    for (size_t i = 0; i < tensor->count; i++)
        sum += (double)tensor->value[i] * (double)tensor->value[i];
    return sum / (double)tensor->count;
}

/* A wide lstm of 100 inputs: (1 .. 4) and (5 .. 8). */
static ins_network *wide_network(const char *kind, ins_samples *samples)
{
    char text[100];
    *samples = random_samples(3, 200, 1);
    snprintf(text, sizeof text, "input(2,100),%s", kind);
    return network_of(text, samples);
}

/* Each gate by itself, from the factor; the forget gate from its own. */
START_TEST(test_factors)
{
    ins_samples samples;
    ins_network *network = wide_network("lstm(60)", &samples);

    start_network(network, "glorot_uniform", "orthogonal", "1", 1);
    for (size_t l = 5; l <= 8; l++) check_orthonormal(network, l, 1);
    ck_assert(memcmp(ins_network_matrix(network, 5).tensor->value,
                     ins_network_matrix(network, 6).tensor->value, 100) != 0);
    for (size_t l = 1; l <= 4; l++) {
        const ins_learned *b = tensor_of(network, l, INS_ROLE_BIAS);
        ck_assert_double_eq_tol(variance_of(ins_network_matrix(network, l).tensor), 2 / 160.0,
                                6e-4);
        for (size_t i = 0; i < 60; i++) ck_assert(b->value[i] == (l == 2));
    }
    start_network(network, "glorot_uniform", "identity(gain=0.5)", "0", 1);
    for (size_t l = 5; l <= 8; l++) {
        const ins_learned *u = ins_network_matrix(network, l).tensor;
        for (size_t i = 0; i < u->count; i++)
            ck_assert(u->value[i] == (i % 61 == 0 ? (real)0.5 : 0));
    }
    ck_assert(variance_of(tensor_of(network, 2, INS_ROLE_BIAS)) == 0);
    /* Without factors as everything else. */
    start_network(network, "ones", NULL, NULL, 1);
    ck_assert(variance_of(ins_network_matrix(network, 8).tensor) == 1);
    ck_assert(variance_of(tensor_of(network, 2, INS_ROLE_BIAS)) == 0);
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* Tallec & Ollivier 2018: b_f = ln U(1, T - 1), b_i = -b_f. exp(b_f) has mean T / 2 and variance
 * (T - 2)^2 / 12. */
START_TEST(test_chrono)
{
    ins_samples samples;
    ins_network *network = wide_network("lstm(4000)", &samples);
    double sum = 0, squares = 0;

    start_network(network, "zeros", "zeros", "chrono(50)", 1);
    const ins_learned *forget = tensor_of(network, 2, INS_ROLE_BIAS);
    const ins_learned *input = tensor_of(network, 1, INS_ROLE_BIAS);
    for (size_t i = 0; i < 4000; i++) {
        const double steps = exp((double)forget->value[i]);
        ck_assert(input->value[i] == -forget->value[i]);
        ck_assert(steps > 1 - 1e-5 && steps < 49 + 1e-5);
        sum += steps;
        squares += (steps - 25) * (steps - 25);
    }
    ck_assert_double_eq_tol(sum / 4000, 25, 4 * 48 / sqrt(12.0 * 4000));
    ck_assert_double_eq_tol(squares / 4000, 192, 12);
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* keras.layers.LSTM of 3.12: kernel glorot_uniform of (inputs, 4 units), recurrent kernel
 * orthogonal (units, 4 units), bias 0 and of the forget gate 1. */
START_TEST(test_keras)
{
    ins_samples samples;
    ins_network *network = wide_network("lstm(60)", &samples);

    start_network(network, "keras_default", "identity", "chrono(9)", 1);
    check_orthonormal(network, 5, 4);
    for (size_t l = 1; l <= 4; l++) {
        const ins_learned *u = ins_network_matrix(network, l + 4).tensor;
        const ins_initializer *row =
            (const ins_initializer *)choose(&ins_initializers, "keras_default").entry;
        ck_assert_double_eq_tol(variance_of(ins_network_matrix(network, l).tensor), 2 / 340.0,
                                3e-4);
        ck_assert_double_eq_tol(row->variance(NULL, u->place), 1 / 240.0, 1e-15);
        ck_assert_double_eq_tol(row->kurtosis(NULL, u->place), 3 * 240 / 242.0, 1e-13);
        ck_assert_double_eq_tol(variance_of(u), 1 / 240.0, 3e-4);
        ck_assert(variance_of(tensor_of(network, l, INS_ROLE_BIAS)) == (l == 2));
    }
    ins_network_free(network);
    samples_free(&samples);
    network = wide_network("gru(60)", &samples);
    start_network(network, "keras_default", NULL, NULL, 1);
    check_orthonormal(network, 4, 3);
    ck_assert(variance_of(tensor_of(network, 4, INS_ROLE_BIAS)) == 0);
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* torch.nn.LSTM of 1.13: all U(-1/sqrt(units), 1/sqrt(units)), and two biases, whose sum is b; the
 * biases of torch.nn.GRU are two here as well. */
START_TEST(test_torch)
{
    const char *const kinds[] = {"lstm(300)", "gru(300)", "rnn(300)"};
    const double gates = (double[]){4, 3, 1}[_i], biases = (double[]){2, 1, 2}[_i];
    ins_samples samples;
    ins_network *network = wide_network(kinds[_i], &samples);
    const ins_initializer *row =
        (const ins_initializer *)choose(&ins_initializers, "torch_default").entry;

    start_network(network, "torch_default", "identity", "1", 1);
    for (size_t l = 1; l <= (size_t)gates; l++) {
        for (size_t k = 0; k < 2; k++) {
            const ins_learned *w = ins_network_matrix(network, l + k * (size_t)gates).tensor;
            ck_assert_double_eq_tol(variance_of(w), 1 / 900.0, 3e-5);
            ck_assert_double_eq_tol(row->variance(NULL, w->place), 1 / 900.0, 1e-15);
            const ins_learned *b = tensor_of(network, l + k * (size_t)gates, INS_ROLE_BIAS);
            if (b == NULL) continue;
            const double expected = (k == 0 ? biases : 1) / 900;
            ck_assert_double_eq_tol(row->bias_variance(NULL, w->place), expected, 1e-15);
            ck_assert_double_eq_tol(variance_of(b), expected, 0.25 * expected);
        }
    }
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* flax.linen.LSTMCell of 0.12: each gate lecun_normal and orthogonal, all biases 0. */
START_TEST(test_flax)
{
    ins_samples samples;
    ins_network *network = wide_network("lstm(60)", &samples);

    start_network(network, "flax_default", "zeros", "1", 1);
    for (size_t l = 1; l <= 4; l++) {
        check_orthonormal(network, l + 4, 1);
        ck_assert_double_eq_tol(variance_of(ins_network_matrix(network, l).tensor), 0.01, 6e-4);
        ck_assert(variance_of(tensor_of(network, l, INS_ROLE_BIAS)) == 0);
    }
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* A layer's own goes before the framework's, and that before the factors. */
START_TEST(test_own)
{
    ins_samples samples;
    ins_network *network =
        wide_network("lstm(20,forget=0,recurrent=ones,init=keras_default)", &samples);

    start_network(network, "torch_default", "identity", "1", 1);
    ck_assert(variance_of(ins_network_matrix(network, 8).tensor) == 1);
    ck_assert(variance_of(tensor_of(network, 2, INS_ROLE_BIAS)) == 0);
    ck_assert_double_eq_tol(variance_of(ins_network_matrix(network, 1).tensor), 2 / 180.0, 1e-3);
    ins_network_free(network);
    samples_free(&samples);
}
END_TEST

/* One stream a matrix: neither width nor other matrices change what a gate draws. */
START_TEST(test_streams)
{
    ins_samples samples, same;
    ins_network *one = wide_network("lstm(6)", &samples), *other = wide_network("lstm(6)", &same);

    start_network(one, "he_normal", "orthogonal", "chrono(9)", 4);
    start_network(other, "glorot_uniform", "orthogonal", "0", 4);
    ck_assert(memcmp(ins_network_matrix(one, 7).tensor->value,
                     ins_network_matrix(other, 7).tensor->value, 36 * sizeof(real)) == 0);
    start_network(other, "he_normal", "zeros", "1", 4);
    ck_assert(memcmp(ins_network_matrix(one, 3).tensor->value,
                     ins_network_matrix(other, 3).tensor->value, 600 * sizeof(real)) == 0);
    ins_network_free(one);
    ins_network_free(other);
    samples_free(&samples);
    samples_free(&same);
}
END_TEST

/* --- Clipping --------------------------------------------------------------------------------- */

static double norm_of_gradient(const ins_network *network)
{
    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(network, &tensors);
    double sum = 0;
    for (size_t t = 0; t < tensors; t++)
        for (size_t i = 0; i < tensor[t].count; i++)
            sum += (double)tensor[t].gradient[i] * (double)tensor[t].gradient[i];
    return sqrt(sum);
}

/* The gradient of everything together is cut to the length, its direction kept; a shorter one is
 * left alone. */
START_TEST(test_clip)
{
    ins_samples samples = random_samples(12, 20, 1);
    ins_design design = text_design("input(5,4),lstm(8)", &samples, "relu", "none");
    ins_error error = {0};
    ins_network *network;

    design.clip = _i == 0 ? 0.01 : 100;
    ck_assert_int_eq(ins_network_new(&design, &network, &error), INS_OK);
    start_network(network, "glorot_uniform", "orthogonal", "1", 1);
    ins_network_forward(network, samples.x, 12, INS_PASS_TRAIN);
    ins_network_backward(network, targets_of(&samples));
    const double before = norm_of_gradient(network);
    const ins_learned *w = ins_network_matrix(network, 3).tensor;
    const double weight = (double)w->value[5], slope = (double)w->gradient[5];
    ck_assert(before > 0.02 && before < 100 && fabs(slope) > 1e-6);
    ins_network_update(network);
    const double factor = _i == 0 ? 0.01 / before : 1;
    ck_assert_double_eq_tol(norm_of_gradient(network), factor * before, 1e-6);
    ck_assert_double_eq_tol((double)w->value[5], weight - 0.1 * factor * slope, 1e-7);
    ins_network_free(network);
    ins_design_free(&design);
    samples_free(&samples);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recurrent");
    TCase *cases = tcase_create("recurrent");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, test_golden, 0, GOLDEN);
    tcase_add_loop_test(cases, test_golden_without_input, 0, GOLDEN);
    tcase_add_test(cases, test_shape);
    tcase_add_test(cases, test_places);
    tcase_add_loop_test(cases, test_symmetry, 0, 3);
    tcase_add_test(cases, test_factors);
    tcase_add_test(cases, test_chrono);
    tcase_add_test(cases, test_keras);
    tcase_add_loop_test(cases, test_torch, 0, 3);
    tcase_add_test(cases, test_flax);
    tcase_add_test(cases, test_own);
    tcase_add_test(cases, test_streams);
    tcase_add_loop_test(cases, test_clip, 0, 2);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
