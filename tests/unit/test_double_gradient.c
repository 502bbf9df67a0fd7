/* Gradients of the network in double precision against central differences, on every parameter, for
 * every activation of the table; and the activations' slopes and limits. */
#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_tap.h"
#include "network_fixture.h"

static double mean_loss(ins_network *net, const ins_samples *samples)
{
    ins_network_forward(net, samples->x, samples->rows, false);
    return ins_network_score(net, samples->y).loss / (double)samples->rows;
}

/* d loss / d w by Richardson's extrapolation of two central differences: error of order h^4. */
static double difference(ins_network *net, const ins_samples *samples, real *w)
{
    const double h = 1e-5, start = *w;
    double slope[2];

    for (int i = 0; i < 2; i++) {
        const double step = h * (i + 1);
        *w = start + step;
        slope[i] = mean_loss(net, samples);
        *w = start - step;
        slope[i] = (slope[i] - mean_loss(net, samples)) / (2 * step);
    }
    *w = start;
    return (4 * slope[0] - slope[1]) / 3;
}

/* Every parameter of a tensor; returns the largest gradient, so that the caller can see that the
 * test was about something. */
static double check_tensor(ins_network *net, const ins_samples *samples, real *w,
                           const real *gradient, size_t n, double scale, const char *what)
{
    double largest = 0;

    for (size_t i = 0; i < n; i++) {
        const double expected = difference(net, samples, w + i);
        ck_assert_msg(fabs(gradient[i] - expected) <= 1e-6 * fmax(fabs(expected), 1e-3 * scale),
                      "%s: parameter %zu: %.12g, by differences %.12g", what, i, gradient[i],
                      expected);
        largest = fmax(largest, fabs(gradient[i]));
    }
    return largest;
}

static void check_network(const recipe *r, const char *what)
{
    ins_samples samples = random_samples(11, r->inputs, 4);
    ins_network *net = recipe_network(r, &samples, 3);

    mean_loss(net, &samples);
    ins_network_backward(net, samples.y);
    for (size_t l = 1; l <= ins_network_depth(net); l++) {
        const ins_layer_view view = ins_network_layer(net, l);
        const size_t n = view.units * view.fan_in;
        real *w = malloc(n * sizeof *w), *b = malloc(view.units * sizeof *b);
        memcpy(w, view.weight_gradient, n * sizeof *w);
        memcpy(b, view.bias_gradient, view.units * sizeof *b);
        double scale = 0;
        for (size_t i = 0; i < n; i++) scale = fmax(scale, fabs(w[i]));
        ck_assert_double_gt(check_tensor(net, &samples, view.weight, w, n, scale, what), 1e-5);
        ck_assert_double_gt(check_tensor(net, &samples, view.bias, b, view.units, scale, what),
                            1e-5);
        free(w);
        free(b);
    }
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

    ins_network_forward(net, samples.x, 11, true);
    ins_network_backward(net, samples.y);
    const ins_layer_view hidden = ins_network_layer(net, 1), output = ins_network_layer(net, 2);
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
    tcase_add_loop_test(gradient, test_gradient_of_symmetric_network, 0, 2);
    tcase_add_test(gradient, test_dropout_backward);
    tcase_add_loop_test(gradient, test_activation, 0, activations);
    tcase_add_loop_test(gradient, test_activation_values, 0, sizeof values / sizeof values[0]);
    tcase_add_test(gradient, test_saturation);
    suite_add_tcase(suite, gradient);
    return ins_run_suite(suite);
}
