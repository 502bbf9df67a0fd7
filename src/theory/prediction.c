/* Forward and backward recursions over real layers. */
#include <config.h>

#include "initscope/prediction.h"

#include <math.h>

#include "initscope/gaussian.h"
#include "initscope/initializer.h"
#include "initscope/softmax_start.h"

static double centred_variance(const ins_choice *choice, ins_shape shape)
{
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->mean(choice->value, shape) == 0) return row->variance(choice->value, shape);
    return NAN;
}

/* The variance to which the initializer rescales any large one by its first adaptation. */
static double adapted_variance(const ins_choice *choice)
{
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->adapt == NULL) return NAN;
    double large = 1e6, factor = row->adapt(choice->value, large, 0);
    return factor == 1 ? NAN : large * factor * large * factor;
}

/* The bias comes from the weights' own row where that has a say, else from the bias initializer. */
static double bias_variance(const ins_choice *weight, ins_shape w, const ins_choice *bias,
                            ins_shape b)
{
    const ins_choice *choice =
        ((const ins_initializer *)weight->entry)->fill_bias != NULL ? weight : bias;
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row->fill_bias == NULL) return centred_variance(choice, b);
    return row->bias_variance != NULL ? row->bias_variance(choice->value, w) : NAN;
}

ins_theory_layer ins_theory_layer_of(const ins_choice *weight, const ins_choice *bias,
                                     size_t inputs, size_t units)
{
    double fan_in = (double)inputs, count = (double)units;
    ins_shape w = {.units = units, .inputs = inputs, .fan_in = fan_in, .fan_out = count};
    ins_shape b = {.units = units, .inputs = 1, .fan_in = count, .fan_out = count};
    return (ins_theory_layer){.fan_in = fan_in,
                              .units = count,
                              .weight_variance = centred_variance(weight, w),
                              .bias_variance = bias_variance(weight, w, bias, b),
                              .preactivation_variance = adapted_variance(weight)};
}

static ins_moment_pair centred(double second_moment)
{
    return (ins_moment_pair){second_moment, second_moment};
}

static ins_moment_pair around(double mean, double second_moment)
{
    return (ins_moment_pair){second_moment, second_moment - mean * mean};
}

/* Fills all but what goes backward. */
static void forward(const ins_choice *activation, double input, const ins_theory_layer *layer,
                    size_t count, ins_layer_prediction *out)
{
    for (size_t l = 0; l < count; l++) {
        double weight = layer[l].weight_variance, bias = layer[l].bias_variance;
        double q = layer[l].fan_in * weight * input + bias;
        if (!isnan(layer[l].preactivation_variance)) {
            q = layer[l].preactivation_variance;
            weight = (q - bias) / (layer[l].fan_in * input);
        }
        out[l] = (ins_layer_prediction){
            .weight = centred(weight), .bias = centred(bias), .preactivation = centred(q)};
        if (l + 1 == count) break;
        ins_expectation at = ins_expect(activation, q);
        out[l].activation = around(at.value, at.square);
        out[l].slope_square = at.slope_square;
        input = at.square;
    }
}

double ins_predict(const ins_choice *activation, double input, const ins_theory_layer *layer,
                   size_t count, ins_layer_prediction *out)
{
    forward(activation, input, layer, count, out);

    ins_layer_prediction *last = &out[count - 1];
    double classes = layer[count - 1].units;
    ins_softmax_start start =
        ins_softmax_expect(last->preactivation.second_moment, (size_t)classes);
    last->activation = around(1 / classes, start.probability_square / classes);
    last->slope_square = 1;
    last->delta = centred(start.delta_square);
    for (size_t l = count - 1; l > 0; l--)
        out[l - 1].delta = centred(layer[l].units * out[l].weight.variance *
                                   out[l - 1].slope_square * out[l].delta.second_moment);
    for (size_t l = 0; l < count; l++)
        out[l].gradient = centred(out[l].delta.second_moment *
                                  (l > 0 ? out[l - 1].activation.second_moment : input));
    return start.cross_entropy;
}
