/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of the network in double precision against central differences, on every parameter, for
 * every activation of the table; and the activations' slopes and limits. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradient_check.h"

static void check_network(const recipe *r, const char *what)
{
    ins_samples samples = random_samples(11, r->inputs, 4);
    ins_network *net = recipe_network(r, &samples, 3);

    check_gradients(net, &samples, what);
    ins_network_free(net);
    samples_free(&samples);
}

START_TEST(test_gradient)
{
    const char *name = ins_entry_at(&ins_activations, (size_t)_i)->name;
    const recipe r = {.activation = name,
                      .hidden_init = "random_normal(stddev=0.7)",
                      .bias_init = "random_normal(stddev=0.5)",
                      .inputs = 4,
                      .hidden_count = 3,
                      .hidden = {6, 5, 7},
                      .capacity = 11};

    check_network(&r, name);
}
END_TEST

/* The loss of numbers: of one, of several, and of the inputs themselves. */
START_TEST(test_gradient_of_numbers)
{
    ins_samples samples = random_samples(11, 4, 4);
    const recipe r = {.activation = "tanh",
                      .hidden_init = "random_normal(stddev=0.7)",
                      .bias_init = "random_normal(stddev=0.5)",
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {6, 5},
                      .capacity = 11,
                      .numbers = _i == 0   ? 1
                                 : _i == 1 ? 3
                                           : 4};

    samples.outputs = r.numbers;
    expect_numbers(&samples, _i == 2);
    ins_network *net = recipe_network(&r, &samples, 3);
    check_gradients(net, &samples, "numbers");
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* A symmetric network has products of its own. */
START_TEST(test_gradient_of_symmetric_network)
{
    const recipe r = {.activation = _i == 0 ? "tanh" : "softplus",
                      .hidden_init = "constant(0.3)",
                      .output_init = "random_normal(stddev=1)",
                      .bias_init = "constant(0.2)",
                      .inputs = 4,
                      .hidden_count = 2,
                      .hidden = {21, 18},
                      .capacity = 11};

    check_network(&r, "symmetric");
}
END_TEST

/* A network of any layers, its weights drawn. */
static ins_network *designed_network(ins_design *design)
{
    const ins_choice init = choose(&ins_initializers, "random_normal(stddev=0.4)");
    const ins_initialization start = {.hidden = &init, .output = &init, .bias = &init, .seed = 3};
    ins_error error = {0};
    ins_network *net;

    design->optimizer = choose(&ins_optimizers, "sgd");
    design->learning_rate = 0.1;
    design->capacity = 11;
    ck_assert_msg(ins_network_new(design, &net, &error) == INS_OK, "%s", error.line[0]);
    ck_assert_int_eq(ins_network_initialize(net, &start, &error), INS_OK);
    return net;
}

static size_t append(ins_design *design, const ins_layer_kind *kind, const char *call, size_t first,
                     size_t second)
{
    const size_t input[INS_LAYER_INPUTS] = {first, second};
    const ins_choice choice =
        choose(kind->choices != NULL ? kind->choices : &ins_layer_kinds, call);

    return ins_design_add(design, kind, &choice, input, NULL);
}

static ins_design empty_design(void)
{
    return (ins_design){.loss = (const ins_loss *)ins_entry_at(&ins_losses, 0)};
}

/* A kind that the program does not have: s (x + y), with a learned factor s that starts at 0.5. */
static ins_shape blend_shape(const ins_layer_plan *plan, ins_text *problem)
{
    (void)problem;
    return ins_vector(plan->inputs[0] == plan->inputs[1] ? plan->inputs[0] : 0);
}

static size_t blend_tensors(const ins_layer_plan *plan, ins_learned list[INS_LAYER_TENSORS])
{
    (void)plan;
    list[0] = (ins_learned){
        .name = "scale", .place = {.units = 1, .inputs = 1, .role = INS_ROLE_SCALE}, .start = 0.5};
    return 1;
}

static void blend_forward(ins_layer *layer, size_t rows, ins_pass pass)
{
    (void)pass;
    for (size_t i = 0; i < rows * layer->plan->units; i++)
        layer->result[i] = layer->tensor[0].value[0] * (layer->in[0][i] + layer->in[1][i]);
}

static void blend_backward(ins_layer *layer, size_t rows)
{
    double sum = 0;

    for (size_t i = 0; i < rows * layer->plan->units; i++) {
        sum += layer->delta[i] * (layer->in[0][i] + layer->in[1][i]);
        for (size_t k = 0; k < 2; k++)
            if (layer->in_delta[k] != NULL)
                layer->in_delta[k][i] = layer->tensor[0].value[0] * layer->delta[i];
    }
    layer->tensor[0].gradient[0] = sum / (double)rows;
}

static const ins_layer_kind blend = {.entry = {.name = "blend"},
                                     .choices = &ins_layer_kinds, /* whatever: it has no choice */
                                     .reads = 2,
                                     .shape = blend_shape,
                                     .tensors = blend_tensors,
                                     .forward = blend_forward,
                                     .backward = blend_backward};

/* What several layers read gets the sum of their deltas: a dense layer, an activation that works in
 * place elsewhere, and a layer that reads it twice. */
START_TEST(test_gradient_of_shared_layers)
{
    ins_samples samples = random_samples(11, 4, 4);
    ins_design design = empty_design();
    const size_t in = append(&design, kind_of("input"), "input(4)", 0, 0);
    const size_t stem = append(&design, kind_of("dense"), "dense(6)", in, 0);
    const size_t phi = append(&design, kind_of("act"), "tanh", stem, 0);
    const size_t branch = append(&design, kind_of("dense"), "dense(6)", phi, 0);
    const size_t sum = append(&design, &blend, "flatten", phi, branch);
    const size_t other = append(&design, kind_of("act"), "softplus", stem, 0);
    const size_t join = append(&design, &blend, "flatten", other, sum);
    const size_t twice = append(&design, &blend, "flatten", join, join);
    const size_t drop = append(&design, kind_of("dropout"), "dropout", twice, 0);
    append(&design, kind_of("dense"), "dense(3)", drop, 0);
    ins_network *net = designed_network(&design);

    size_t tensors;
    const ins_learned *tensor = ins_network_tensors(net, &tensors);
    ck_assert_uint_eq(design.depth, 3);
    ck_assert_uint_eq(tensors, 3 * 2 + 3);
    ck_assert_str_eq(tensor[4].name, "scale");
    ck_assert_uint_eq(tensor[4].place.layer, 2);
    ck_assert(tensor[4].value[0] == 0.5);
    check_gradients(net, &samples, "shared");
    /* The factors follow a matrix, but are not its own. */
    ck_assert_uint_eq(ins_network_matrix(net, 2).tensors, 2);
    /* Nor is an activation that only stands behind it. */
    ck_assert_ptr_null(ins_network_matrix(net, 2).function);
    ck_assert_str_eq(ins_network_matrix(net, 1).function->entry->name, "tanh"); /* the first */
    mean_loss(net, &samples);
    ins_network_backward(net, targets_of(&samples));
    ins_network_update(net);
    ck_assert(tensor[4].value[0] == 0.5 - 0.1 * tensor[4].gradient[0]);
    ins_network_free(net);
    ins_design_free(&design);

    design = empty_design();
    append(&design, kind_of("input"), "input(4)", 0, 0);
    append(&design, kind_of("dense"), "dense(6)", 0, 0);
    append(&design, &blend, "flatten", 0, 1);
    ck_assert_uint_eq(design.layer[2].units, 0);
    ins_design_free(&design);
    samples_free(&samples);
}
END_TEST

/* With the masks held fixed dropout is a linear layer: the gradient with respect to W of the output
 * is delta^T times what the layer saw, and what flows back is multiplied by the mask. */
START_TEST(test_dropout_backward)
{
    ins_samples samples = random_samples(11, 4, 4);
    const recipe r = {.activation = "tanh",
                      .hidden_init = "random_normal(stddev=0.7)",
                      .dropout = 0.4,
                      .inputs = 4,
                      .hidden_count = 1,
                      .hidden = {9},
                      .capacity = 11};
    ins_network *net = recipe_network(&r, NULL, 3);
    size_t zeros = 0;

    ins_network_forward(net, samples.x, 11, INS_PASS_TRAIN);
    ins_network_backward(net, targets_of(&samples));
    const dense_view hidden = dense_of(net, 1), output = dense_of(net, 2);
    for (size_t i = 0; i < 11; i++) {
        for (size_t u = 0; u < 9; u++) {
            const double a = hidden.activation[i * 9 + u], seen = output.input[i * 9 + u];
            double back = 0;
            for (size_t k = 0; k < 3; k++)
                back += output.delta[i * 3 + k] * output.weight[k * 9 + u];
            ck_assert_double_eq_tol(hidden.delta[i * 9 + u], back * (seen / a) * (1 - a * a),
                                    1e-14);
            zeros += hidden.delta[i * 9 + u] == 0;
        }
    }
    ck_assert_uint_gt(zeros, 10);
    ck_assert_uint_lt(zeros, 89);
    for (size_t k = 0; k < 27; k++) {
        double sum = 0;
        for (size_t i = 0; i < 11; i++)
            sum += output.delta[i * 3 + k / 9] * output.input[i * 9 + k % 9];
        ck_assert_double_eq_tol(output.weight_gradient[k], sum / 11, 1e-14);
    }
    ins_network_free(net);
    samples_free(&samples);
}
END_TEST

/* The slope is the derivative of the value, forward and backward say the same as value and slope,
 * and nothing becomes a NaN for large arguments, nor is a NaN hidden. */
START_TEST(test_activation)
{
    const ins_activation *row = (const ins_activation *)ins_entry_at(&ins_activations, (size_t)_i);
    const ins_choice choice = choose(&ins_activations, row->entry.name);
    const double *p = choice.value;
    real z[81], a[81], delta[81];

    for (size_t i = 0; i < 81; i++) {
        z[i] = ((double)i - 40) / 5 + 0.013;
        delta[i] = 2;
    }
    row->forward(81, z, a, p);
    row->backward(81, z, a, delta, p);
    for (size_t i = 0; i < 81; i++) {
        const double h = 1e-5, rise = row->value(z[i] + h, p) - row->value(z[i] - h, p);
        ck_assert_double_eq_tol(row->slope(z[i], p), rise / (2 * h), 1e-9);
        ck_assert(a[i] == row->value(z[i], p));
        ck_assert_double_eq_tol(delta[i], 2 * row->slope(z[i], p), 1e-15);
    }
    for (int sign = -1; sign <= 1; sign += 2) {
        for (double size = 1; size < 1e300; size *= 10) {
            ck_assert(isfinite(row->value(sign * size, p)));
            ck_assert(isfinite(row->slope(sign * size, p)));
        }
    }
    ck_assert(isnan(row->value(NAN, p)));
    ck_assert(isfinite(row->slope(0, p)));
}
END_TEST

/* phi(0), phi'(0) and phi(-1), phi(1): closed forms; torch.nn.functional for the last digits. */
static const struct {
    const char *call;
    double at_zero, slope_at_zero, at_minus_one, at_one;
} values[] = {
    {"linear", 0, 1, -1, 1},
    {"relu", 0, 0, 0, 1},
    {"leaky_relu", 0, 0.01, -0.01, 1},
    {"leaky_relu(0.2)", 0, 0.2, -0.2, 1},
    {"tanh", 0, 1, -0.7615941559557649, 0.7615941559557649},
    {"sigmoid", 0.5, 0.25, 0.2689414213699951, 0.7310585786300049},
    {"elu", 0, 1, -0.6321205588285577, 1},
    {"elu(alpha=2)", 0, 2, -1.2642411176571153, 1},
    {"selu", 0, 1.7580993408473766, -1.1113307378125625, 1.0507009873554805},
    {"celu(alpha=2)", 0, 1, -0.7869386805747332, 1},
    {"gelu", 0, 0.5, -0.15865525393145707, 0.8413447460685429},
    {"gelu_tanh", 0, 0.5, -0.15880800939172324, 0.8411919906082768},
    {"silu", 0, 0.5, -0.2689414213699951, 0.7310585786300049},
    {"mish", 0, 0.6, -0.30340146137410895, 0.8650983882673103},
    {"softplus", 0.6931471805599453, 0.5, 0.31326168751822286, 1.3132616875182228},
    {"softsign", 0, 1, -0.5, 0.5},
    {"lecun_tanh", 0, 1.1439333333333333, -1.0000015, 1.0000015},
    {"hard_tanh", 0, 1, -1, 1},
    {"hard_sigmoid", 0.5, 1.0 / 6, 1.0 / 3, 2.0 / 3},
    {"erf", 0, 1.1283791670955126, -0.8427007929497149, 0.8427007929497149},
    {"atan", 0, 1, -0.7853981633974483, 0.7853981633974483},
    {"sin", 0, 1, -0.8414709848078965, 0.8414709848078965},
    {"relu6", 0, 0, 0, 1},
};

START_TEST(test_activation_values)
{
    const ins_choice choice = choose(&ins_activations, values[_i].call);
    const ins_activation *row = (const ins_activation *)choice.entry;
    /* 1.7159 and 2/3 were chosen so that the value at 1 is 1, nearly. */
    const double tolerance = strcmp(values[_i].call, "lecun_tanh") == 0 ? 1e-5 : 1e-14;

    ck_assert_double_eq_tol(row->value(0, choice.value), values[_i].at_zero, 1e-15);
    ck_assert_double_eq_tol(row->slope(0, choice.value), values[_i].slope_at_zero, 1e-14);
    ck_assert_double_eq_tol(row->value(-1, choice.value), values[_i].at_minus_one, tolerance);
    ck_assert_double_eq_tol(row->value(1, choice.value), values[_i].at_one, tolerance);
}
END_TEST

/* Bounds of saturation are reached from inside, by 3 % of the bound (0.03 of [0, 1]). */
START_TEST(test_saturation)
{
    static const struct {
        const char *name;
        double below, above;
    } rules[] = {{"tanh", -0.97, 0.97},
                 {"sigmoid", 0.03, 0.97},
                 {"lecun_tanh", -1.664423, 1.664423},
                 {"atan", -1.5236724369910499, 1.5236724369910499},
                 {"relu6", -INFINITY, 5.82},
                 {"relu", -INFINITY, INFINITY},
                 {"sin", -INFINITY, INFINITY}};

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const ins_activation *row =
            (const ins_activation *)ins_entry_find(&ins_activations, rules[i].name);
        ck_assert(row->saturated_below == rules[i].below ||
                  fabs(row->saturated_below - rules[i].below) < 1e-12);
        ck_assert(row->saturated_above == rules[i].above ||
                  fabs(row->saturated_above - rules[i].above) < 1e-12);
        ck_assert(row->rectifier == (strncmp(rules[i].name, "relu", 4) == 0));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("double_gradient");
    TCase *gradient = tcase_create("gradient");
    const int activations = (int)ins_activations.count;

    tcase_add_checked_fixture(gradient, network_setup, fixture_teardown);
    tcase_add_loop_test(gradient, test_gradient, 0, activations);
    tcase_add_loop_test(gradient, test_gradient_of_numbers, 0, 3);
    tcase_add_loop_test(gradient, test_gradient_of_symmetric_network, 0, 2);
    tcase_add_test(gradient, test_gradient_of_shared_layers);
    tcase_add_test(gradient, test_dropout_backward);
    tcase_add_loop_test(gradient, test_activation, 0, activations);
    tcase_add_loop_test(gradient, test_activation_values, 0, sizeof values / sizeof values[0]);
    tcase_add_test(gradient, test_saturation);
    suite_add_tcase(suite, gradient);
    return ins_run_suite(suite);
}
