/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The weight initializers, one row each. A row whose elements are independent is a law, and what it
 * promises (mean, variance, kurtosis) and draws all come from that law. */
#include <config.h>

#include "initscope/initializer.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "initscope/forget.h"
#include "initscope/layer.h"

#include "initializer_rows.h"

/* The laws of the rows, from parameters p and place s. */
#define LAW(name, kind, centre, spread)                            \
    static ins_law name##_law(const double *p, ins_tensor_place s) \
    {                                                              \
        (void)p, (void)s;                                          \
        return (ins_law){kind, centre, spread};                    \
    }                                                              \
    PROMISES(name)

#define PROMISES(name)                                                                        \
    static double name##_mean(const double *p, ins_tensor_place s)                            \
    {                                                                                         \
        return ins_law_mean(name##_law(p, s));                                                \
    }                                                                                         \
    static double name##_variance(const double *p, ins_tensor_place s)                        \
    {                                                                                         \
        return ins_law_variance(name##_law(p, s));                                            \
    }                                                                                         \
    static double name##_kurtosis(const double *p, ins_tensor_place s)                        \
    {                                                                                         \
        return ins_law_kurtosis(name##_law(p, s));                                            \
    }                                                                                         \
    static ins_status name##_fill(const ins_choice *choice, ins_tensor_place s, gsl_rng *rng, \
                                  real *w, ins_error *error)                                  \
    {                                                                                         \
        (void)error;                                                                          \
        ins_law_fill(name##_law(choice->value, s), s.units *s.inputs, rng, w);                \
        return INS_OK;                                                                        \
    }

/* Uniform, truncated and plain normal laws of a given variance. */
#define UNIFORM(name, variance) LAW(name, INS_LAW_UNIFORM, 0, sqrt(3 * (variance)))
#define TRUNCATED(name, variance) \
    LAW(name, INS_LAW_TRUNCATED, 0, sqrt(variance) / INS_TRUNCATED_DEVIATION)
#define NORMAL(name, variance) LAW(name, INS_LAW_NORMAL, 0, sqrt(variance))

static const char *const modes[] = {"fan_in", "fan_out", "fan_avg", NULL};
static const char *const caffe_modes[] = {"fan_in", "fan_out", "average", NULL};
static const char *const torch_modes[] = {"fan_in", "fan_out", NULL};
static const char *const distributions[] = {"truncated_normal", "untruncated_normal", "uniform",
                                            NULL};
static const char *const keeps[] = {"size", "signal", NULL};
static const char *const walks[] = {"linear", "relu", "tanh", NULL};
static const char *const nonlinearities[] = {"leaky_relu", "relu", "linear", "sigmoid",
                                             "tanh",       "selu", NULL};

/* The fan that a mode, the index of its word, counts. */
static double fan(double mode, ins_tensor_place s)
{
    if (mode == 0) return s.fan_in;
    return mode == 1 ? s.fan_out : (s.fan_in + s.fan_out) / 2;
}

static ins_law variance_scaling_law(const double *p, ins_tensor_place s)
{
    const double variance = p[0] / fan(p[1], s);
    if (p[2] == 0) return (ins_law){INS_LAW_TRUNCATED, 0, sqrt(variance) / INS_TRUNCATED_DEVIATION};
    if (p[2] == 1) return (ins_law){INS_LAW_NORMAL, 0, sqrt(variance)};
    return (ins_law){INS_LAW_UNIFORM, 0, sqrt(3 * variance)};
}
PROMISES(variance_scaling)

/* The variance that torch.nn.init.kaiming_*_(a, mode, nonlinearity) asks for; its gains are those
 * of torch.nn.init.calculate_gain. */
static double kaiming(const double *p, ins_tensor_place s)
{
    const double squares[] = {2 / (1 + p[0] * p[0]), 2, 1, 1, 25.0 / 9, 9.0 / 16};
    return squares[(size_t)p[2]] / fan(p[1], s);
}

/* Sussillo & Abbott's gain for a net whose layers are fan_in wide. */
static double walk(const double *p, ins_tensor_place s)
{
    if (p[0] == 0) return exp(1 / (2 * s.fan_in));
    return p[0] == 1 ? sqrt(2) * exp(1.2 / (fmax(s.fan_in, 6) - 2.4)) : 1.13;
}

LAW(zeros, INS_LAW_CONSTANT, 0, 0)
LAW(ones, INS_LAW_CONSTANT, 1, 0)
LAW(constant, INS_LAW_CONSTANT, p[0], 0)
LAW(random_normal, INS_LAW_NORMAL, p[0], p[1])
LAW(random_uniform, INS_LAW_UNIFORM, (p[0] + p[1]) / 2, (p[1] - p[0]) / 2)
LAW(truncated_normal, INS_LAW_TRUNCATED, p[0], p[1])
UNIFORM(glorot_uniform, 2 / (s.fan_in + s.fan_out))
TRUNCATED(glorot_normal, 2 / (s.fan_in + s.fan_out))
UNIFORM(he_uniform, 2 / s.fan_in)
TRUNCATED(he_normal, 2 / s.fan_in)
UNIFORM(lecun_uniform, 1 / s.fan_in)
TRUNCATED(lecun_normal, 1 / s.fan_in)
NORMAL(random_walk, walk(p, s) * walk(p, s) / s.fan_in)
UNIFORM(sigmoid_glorot, 32 / (s.fan_in + s.fan_out))
UNIFORM(xavier_uniform, p[0] * p[0] * 2 / (s.fan_in + s.fan_out))
NORMAL(xavier_normal, p[0] * p[0] * 2 / (s.fan_in + s.fan_out))
UNIFORM(kaiming_uniform, kaiming(p, s))
NORMAL(kaiming_normal, kaiming(p, s))
UNIFORM(caffe_xavier, 1 / fan(p[0], s))
UNIFORM(darknet, 2 / (3 * s.fan_in))
NORMAL(dcgan, 0.02 * 0.02)
NORMAL(preserving, s.prescribed > 0 ? s.prescribed * s.prescribed : NAN)

/* The fans that Keras counts: of a depthwise kernel (window, channels, multiplier) all channels as
 * inputs, of a kernel in groups all units as outputs, and so of the gates of a recurrent layer. */
static ins_tensor_place as_keras(ins_tensor_place s)
{
    const bool depthwise = s.kind != NULL && strcmp(s.kind->entry.name, "depthwise") == 0;
    if (s.gates > 0) s.fan_out *= (double)s.gates;
    if (s.taps == 0) return s;
    s.fan_out = (double)(s.taps * (depthwise ? s.units / s.groups : s.units));
    if (depthwise) s.fan_in = (double)(s.taps * s.groups);
    return s;
}

static bool is_table(ins_tensor_place s)
{
    return s.role == INS_ROLE_TABLE;
}

/* The matrix that attention ends with: those before it have other rules in some frameworks. */
static bool is_projection(ins_tensor_place s)
{
    return s.heads > 0 && s.inner;
}

static ins_law uniform_of(double variance)
{
    return (ins_law){INS_LAW_UNIFORM, 0, sqrt(3 * variance)};
}

/* An embedding is U(-0.05, 0.05). */
static ins_law keras_2026_input_law(const double *p, ins_tensor_place s)
{
    const ins_tensor_place k = as_keras(s);
    (void)p;
    if (is_table(s)) return (ins_law){INS_LAW_UNIFORM, 0, 0.05};
    return uniform_of(2 / (k.fan_in + k.fan_out));
}
PROMISES(keras_2026_input)

/* The kernels of attention, (inputs, heads, channels of a head) of q, k and v and (heads, channels
 * of a head, units), were taken for those of convolutions: the first axis is the window. */
static ins_law keras_input_law(const double *p, ins_tensor_place s)
{
    const double heads = (double)s.heads, width = (double)s.units / heads;
    if (s.heads == 0) return keras_2026_input_law(p, s);
    if (is_projection(s)) return uniform_of(2 / (heads * (width + (double)s.units)));
    return uniform_of(2 / ((double)s.inputs * (heads + width)));
}
PROMISES(keras_input)

/* nn.MultiheadAttention draws q, k and v as one matrix of three times the units, by
 * xavier_uniform. */
static ins_law torch_default_law(const double *p, ins_tensor_place s)
{
    (void)p;
    if (is_table(s)) return (ins_law){INS_LAW_NORMAL, 0, 1};
    if (s.heads > 0 && !is_projection(s)) return uniform_of(2 / (s.fan_in + 3 * s.fan_out));
    /* All of a recurrent layer by the width of its state. */
    return uniform_of(1 / (3 * (s.gates > 0 ? (double)s.units : s.fan_in)));
}
PROMISES(torch_default)

/* An embedding is not truncated. */
static ins_law flax_input_law(const double *p, ins_tensor_place s)
{
    (void)p;
    if (is_table(s)) return (ins_law){INS_LAW_NORMAL, 0, sqrt(1 / (double)s.units)};
    return (ins_law){INS_LAW_TRUNCATED, 0, sqrt(1 / s.fan_in) / INS_TRUNCATED_DEVIATION};
}
PROMISES(flax_input)

/* Whether a residual branch ends with the matrix. */
static bool ends_branch(ins_tensor_place s)
{
    return s.position > 0 && s.position == s.matrices;
}

/* Each block of a transformer adds twice to the stream: these sums are the residual blocks. */
NORMAL(gpt2, 0.02 * 0.02 / (ends_branch(s) ? (double)s.blocks : 1))

/* Values, projections and feed-forward layers of N encoder layers times 0.67 N^(-1/4), embeddings
 * times (9 N)^(-1/4). */
static ins_law t_fixup_law(const double *p, ins_tensor_place s)
{
    const double layers = fmax((double)s.blocks / 2, 1);
    const bool looks = s.heads > 0 && !is_projection(s) && strcmp(s.part, "v") != 0;
    const double factor = s.position == 0 || looks ? 1 : 0.67 * pow(layers, -0.25);
    (void)p;
    if (is_table(s))
        return (ins_law){INS_LAW_NORMAL, 0, pow(9 * layers, -0.25) / sqrt((double)s.units)};
    return uniform_of(factor * factor * 2 / (s.fan_in + s.fan_out));
}
PROMISES(t_fixup)

/* Frameworks whose recurrent kernels are orthogonal: Keras' of all gates together, Flax' of each.
 */
#define RECURRENT_PROMISES(rule, input, orthogonal)                                           \
    static ins_law rule##_law(const double *p, ins_tensor_place s)                            \
    {                                                                                         \
        return input##_law(p, s);                                                             \
    }                                                                                         \
    static double rule##_mean(const double *p, ins_tensor_place s)                            \
    {                                                                                         \
        return s.role == INS_ROLE_RECURRENT ? 0 : input##_mean(p, s);                         \
    }                                                                                         \
    static double rule##_variance(const double *p, ins_tensor_place s)                        \
    {                                                                                         \
        static const double gain = 1;                                                         \
        if (s.role == INS_ROLE_RECURRENT) return orthogonal##_variance(&gain, s);             \
        return input##_variance(p, s);                                                        \
    }                                                                                         \
    static double rule##_kurtosis(const double *p, ins_tensor_place s)                        \
    {                                                                                         \
        if (s.role == INS_ROLE_RECURRENT) return orthogonal##_kurtosis(p, s);                 \
        return input##_kurtosis(p, s);                                                        \
    }                                                                                         \
    static ins_status rule##_fill(const ins_choice *choice, ins_tensor_place s, gsl_rng *rng, \
                                  real *w, ins_error *error)                                  \
    {                                                                                         \
        static const ins_choice plain = {.value = {1}};                                       \
        if (s.role == INS_ROLE_RECURRENT) return orthogonal##_fill(&plain, s, rng, w, error); \
        return input##_fill(choice, s, rng, w, error);                                        \
    }
RECURRENT_PROMISES(keras_default, keras_input, ins_packed_orthogonal)
RECURRENT_PROMISES(keras_default_2026, keras_2026_input, ins_packed_orthogonal)
RECURRENT_PROMISES(flax_default, flax_input, ins_orthogonal)

/* Whether a matrix reads the network's input. */
static bool is_first(ins_tensor_place s)
{
    return s.role != INS_ROLE_RECURRENT && s.layer == s.gate + 1;
}

/* The last layer is as the others. */
UNIFORM(siren, is_first(s) ? 1 / (3 * s.fan_in * s.fan_in) : 2 / (s.fan_in * p[0] * p[0]))

/* muP: how many times the width of the base the width of what is read, or of what is made, is. The
 * network's input has no width, nor has its output. */
static double wider(const double *p, double channels)
{
    return channels / p[0];
}

/* Of all groups of a kernel, since the base has as many. */
static double channels_read(ins_tensor_place s)
{
    return s.taps > 0 ? s.fan_in / (double)s.taps * (double)s.groups : s.fan_in;
}

/* Whether a matrix reads something that has a width. A kernel on each channel by itself reads one
 * channel, however many there are. */
static bool reads_width(ins_tensor_place s)
{
    return !is_first(s) && !(s.groups > 1 && s.inputs == s.taps);
}

/* As He et al. for hidden layers; the output's weights stay those of the base. */
static double variance_by_width(const double *p, ins_tensor_place s)
{
    return s.output && reads_width(s) ? 1 / p[0] : 2 / s.fan_in;
}
NORMAL(mup, variance_by_width(p, s))

static double mup_multiplier(const double *p, ins_tensor_place s)
{
    return reads_width(s) ? 1 / wider(p, channels_read(s)) : 1;
}

/* Table 8 of the paper, with the output multiplied. What there is one of has no width: the factor
 * of a residual block. */
static double mup_rate(const double *p, ins_tensor_place s, bool adaptive)
{
    const bool matrix = ins_role_is_matrix(s.role);
    if (matrix && reads_width(s)) {
        const double read = wider(p, channels_read(s));
        if (s.output) return adaptive ? 1 : read;
        return adaptive ? 1 / read : 1;
    }
    const bool one = s.role == INS_ROLE_SCALE && s.units == 1;
    return adaptive || s.output || one ? 1 : wider(p, (double)s.units);
}

/* The experiment room knows sigma_w^2 of the run's activation. */
static ins_law critical_law(const double *p, ins_tensor_place s)
{
    if (!(p[INS_CRITICAL_WEIGHT] > 0)) return (ins_law){INS_LAW_NORMAL, 0, NAN};
    return (ins_law){INS_LAW_NORMAL, 0, sqrt(p[INS_CRITICAL_WEIGHT] / s.fan_in)};
}
PROMISES(critical)

static double critical_bias_variance(const double *p, ins_tensor_place place)
{
    (void)place;
    return p[INS_CRITICAL_BIAS] * p[INS_CRITICAL_BIAS];
}

static ins_status critical_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                     real *b, ins_error *error)
{
    (void)error;
    ins_law_fill((ins_law){INS_LAW_NORMAL, 0, choice->value[INS_CRITICAL_BIAS]}, place.units, rng,
                 b);
    return INS_OK;
}

/* PyTorch draws the bias of a linear layer as its weights; those of attention are 0. */
static ins_law torch_bias_law(ins_tensor_place s)
{
    return s.heads > 0 ? (ins_law){INS_LAW_CONSTANT, 0, 0}
                       : uniform_of(1 / (3 * (s.gates > 0 ? (double)s.units : s.fan_in)));
}

/* The recurrent layers of PyTorch have a second bias; where that of the program is one number, it
 * is the sum of both. */
static bool stands_for_two(ins_tensor_place place)
{
    return place.role == INS_ROLE_WEIGHT && place.gates > 0 && place.kind != NULL &&
           strcmp(place.kind->entry.name, "gru") != 0;
}

static double torch_bias_variance(const double *p, ins_tensor_place place)
{
    (void)p;
    return ins_law_variance(torch_bias_law(place)) * (stands_for_two(place) ? 2 : 1);
}

/* The authors' code of siren leaves the bias to PyTorch, too. */
static ins_status torch_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                  real *b, ins_error *error)
{
    const ins_law law = torch_bias_law(place);
    (void)choice, (void)error;
    ins_law_fill(law, place.units, rng, b);
    for (size_t i = 0; stands_for_two(place) && i < place.units; i++) {
        real second;
        ins_law_fill(law, 1, rng, &second);
        b[i] += second;
    }
    return INS_OK;
}

/* A framework's biases are 0 whatever the factor says. */
static double zero_bias_variance(const double *p, ins_tensor_place place)
{
    (void)p, (void)place;
    return 0;
}

static ins_status zero_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                                 real *b, ins_error *error)
{
    (void)choice, (void)rng, (void)error;
    memset(b, 0, place.units * sizeof *b);
    return INS_OK;
}

static const char *check_uniform(const double *p)
{
    return p[0] < p[1] ? NULL : "minval must be below maxval";
}

#define NUMBER(word, fallback_value, least, most, text)                                           \
    {                                                                                             \
        .name = word, .kind = INS_PARAMETER_NUMBER, .fallback = fallback_value, .minimum = least, \
        .maximum = most, .meaning = text                                                          \
    }
#define ANY(word, fallback_value, text) NUMBER(word, fallback_value, -DBL_MAX, DBL_MAX, text)
#define POSITIVE(word, fallback_value, text) \
    NUMBER(word, fallback_value, DBL_TRUE_MIN, DBL_MAX, text)
#define WORD(word, list, text)                                                   \
    {                                                                            \
        .name = word, .kind = INS_PARAMETER_WORD, .words = list, .meaning = text \
    }
#define GAIN                                                                                \
    {                                                                                       \
        .name = "gain", .kind = INS_PARAMETER_GAIN, .fallback = 1, .minimum = DBL_TRUE_MIN, \
        .maximum = DBL_MAX, .meaning = "factor of the standard deviation, or an activation" \
    }
#define KAIMING                                                  \
    .entry.parameters = {ANY("a", 0, "slope of the leaky_relu"), \
                         WORD("mode", torch_modes, "which fan"), \
                         WORD("nonlinearity", nonlinearities, "whose gain")}

#define ENTRY(word, text, paper) .entry.name = #word, .entry.formula = text, .entry.source = paper
/* A row whose elements are independent. */
#define ROW(word, text, paper)                                                  \
    ENTRY(word, text, paper), .mean = word##_mean, .variance = word##_variance, \
                              .kurtosis = word##_kurtosis, .fill = word##_fill, .law = word##_law

/* A name without its law, "xavier" or "he", is the law of the paper: Glorot & Bengio's is uniform,
 * He et al.'s normal; "lecun" is that of selu and the default of Flax. */
static const ins_initializer rows[] = {
    {ROW(zeros, "0: every unit of a layer alike", "Keras, PyTorch")},
    {ROW(ones, "1: every unit of a layer alike", "Keras, PyTorch")},
    {ROW(constant, "value: every unit of a layer alike", "Keras, PyTorch"),
     .entry.parameters = {ANY("value", 0.05, "every element")}},
    {ROW(random_normal, "N(mean, stddev^2)", "Keras"),
     .entry.parameters = {ANY("mean", 0, "centre"),
                          POSITIVE("stddev", 0.05, "standard deviation")}},
    {ROW(random_uniform, "U(minval, maxval)", "Keras"),
     .entry.parameters = {ANY("minval", -0.05, "lower end"), ANY("maxval", 0.05, "upper end")},
     .entry.check = check_uniform},
    {ROW(truncated_normal, "N(mean, stddev^2) truncated at 2 stddev: Var = 0.774 stddev^2",
         "Keras"),
     .entry.parameters = {ANY("mean", 0, "centre"),
                          POSITIVE("stddev", 0.05, "standard deviation before truncation")}},
    {ROW(variance_scaling, "Var = scale / fan; the truncated normal is corrected", "Keras"),
     .entry.parameters = {POSITIVE("scale", 1, "variance times fan"),
                          WORD("mode", modes, "which fan"),
                          WORD("distribution", distributions, "law of the elements")}},
    {ROW(glorot_uniform, "U(-a, a), a = sqrt(6 / (fan_in + fan_out))",
         "Glorot & Bengio 2010; Keras"),
     .entry.aliases = "xavier glorot"},
    {ROW(glorot_normal, "N(0, 2 / (fan_in + fan_out)) truncated at 2 sd, corrected",
         "Glorot & Bengio 2010; Keras")},
    {ROW(he_uniform, "U(-a, a), a = sqrt(6 / fan_in)", "He et al. 2015; Keras")},
    {ROW(he_normal, "N(0, 2 / fan_in) truncated at 2 sd, corrected", "He et al. 2015; Keras"),
     .entry.aliases = "he"},
    {ROW(lecun_uniform, "U(-a, a), a = sqrt(3 / fan_in)", "LeCun et al. 1998; Keras")},
    {ROW(lecun_normal, "N(0, 1 / fan_in) truncated at 2 sd, corrected", "LeCun et al. 1998; Keras"),
     .entry.aliases = "lecun"},
    {ENTRY(identity, "gain on the diagonal, 0 elsewhere", "Le et al. 2015; Keras"),
     .entry.parameters = {GAIN}, .mean = ins_identity_mean, .variance = ins_identity_variance,
     .kurtosis = ins_promise_nothing, .fill = ins_identity_fill},
    {ENTRY(orthogonal, "gain Q, Q of a Gaussian matrix: Var = gain^2 / max(units, inputs)",
           "Saxe et al. 2014; Keras, PyTorch"),
     .entry.parameters = {GAIN}, .mean = ins_promise_zero, .variance = ins_orthogonal_variance,
     .kurtosis = ins_orthogonal_kurtosis, .fill = ins_orthogonal_fill},
    {ENTRY(delta_orthogonal,
           "of a kernel gain Q at the centre and 0 elsewhere, Q as orthogonal; a matrix as "
           "orthogonal",
           "Xiao et al. 2018; JAX"),
     .entry.parameters = {GAIN}, .mean = ins_promise_zero,
     .variance = ins_delta_orthogonal_variance, .kurtosis = ins_delta_orthogonal_kurtosis,
     .fill = ins_delta_orthogonal_fill, .centred = true},
    {ENTRY(dirac, "of a kernel the identity at the centre and 0 elsewhere; a matrix as identity",
           "Zagoruyko & Komodakis 2017; PyTorch"),
     .mean = ins_dirac_mean, .variance = ins_dirac_variance, .kurtosis = ins_promise_nothing,
     .fill = ins_dirac_fill, .centred = true},
    {ENTRY(sparse, "N(0, stddev^2), a share of each input's weights set to 0",
           "Martens 2010; PyTorch"),
     .entry.parameters = {NUMBER("sparsity", 0.1, 0, 1, "share of zeros, rounded up"),
                          POSITIVE("stddev", 0.01, "standard deviation of the others")},
     .mean = ins_promise_zero, .variance = ins_sparse_variance, .kurtosis = ins_sparse_kurtosis,
     .fill = ins_sparse_fill},
    {ROW(random_walk, "N(0, g^2 / fan_in), g so that a deep net keeps the length of the gradient",
         "Sussillo & Abbott 2014"),
     .entry.parameters = {WORD("for", walks, "activation whose g is taken")}},
    {ROW(sigmoid_glorot, "U(-a, a), a = 4 sqrt(6 / (fan_in + fan_out))", "DL4J")},
    {ROW(xavier_uniform, "U(-a, a), a = gain sqrt(6 / (fan_in + fan_out))",
         "Glorot & Bengio 2010; PyTorch"),
     .entry.parameters = {GAIN}},
    {ROW(xavier_normal, "N(0, gain^2 2 / (fan_in + fan_out)), not truncated",
         "Glorot & Bengio 2010; PyTorch"),
     .entry.parameters = {GAIN}},
    {ROW(kaiming_uniform, "U(-b, b), b = g sqrt(3 / fan), g as PyTorch's calculate_gain",
         "He et al. 2015; PyTorch"),
     KAIMING},
    {ROW(kaiming_normal, "N(0, g^2 / fan), not truncated, g as PyTorch's calculate_gain",
         "He et al. 2015; PyTorch"),
     .entry.aliases = "kaiming", KAIMING},
    {ROW(torch_default,
         "U(-1/sqrt(fan_in), 1/sqrt(fan_in)), the bias the same; of recurrent layers all with "
         "units for fan_in, a bias twice where PyTorch has two; q, k, v of attention one "
         "xavier_uniform, bias 0; embeddings N(0, 1)",
         "PyTorch 1.0 to 2.9: linear, convolution, recurrent, attention, embedding"),
     .fill_bias = torch_fill_bias, .bias_variance = torch_bias_variance, .recurrent = true},
    {ROW(keras_default,
         "glorot_uniform with Keras' fans: of groups and gates all outputs, of depthwise all "
         "inputs, of attention a kernel's; recurrent kernels orthogonal, all gates of a layer "
         "together; embeddings U(-0.05, 0.05); bias 0, of forget gates 1",
         "Keras 2.0 to 3.12"),
     .fill_bias = zero_fill_bias, .bias_variance = zero_bias_variance, .recurrent = true,
     .packed = true, .forget = &ins_forget_one},
    {ROW(keras_default_2026, "as keras_default, with the true fans of attention",
         "Keras since April 2026 (PR 22789)"),
     .fill_bias = zero_fill_bias, .bias_variance = zero_bias_variance, .recurrent = true,
     .packed = true, .forget = &ins_forget_one},
    {ROW(flax_default,
         "lecun_normal of dense layers, convolutions and attention; recurrent kernels orthogonal, "
         "each gate by itself; embeddings N(0, 1/units); bias 0",
         "Flax 0.1 to 0.12"),
     .fill_bias = zero_fill_bias, .bias_variance = zero_bias_variance, .recurrent = true},
    {ROW(gpt2, "N(0, 0.02^2), at the end of each of L residual branches N(0, 0.02^2 / L); bias 0",
         "Radford et al. 2019; nanoGPT"),
     .fill_bias = zero_fill_bias, .bias_variance = zero_bias_variance},
    {ROW(t_fixup,
         "glorot_uniform, of N = L / 2 encoder layers all but q and k times 0.67 N^(-1/4); "
         "embeddings N(0, 1/units) times (9N)^(-1/4); bias 0",
         "Huang et al. 2020"),
     .fill_bias = zero_fill_bias, .bias_variance = zero_bias_variance},
    {ROW(dcgan, "N(0, 0.02^2), gamma of norms N(1, 0.02^2)",
         "Radford et al. 2016; PyTorch examples"),
     .gamma_deviation = 0.02},
    {ROW(siren,
         "first layer U(-1/fan_in, 1/fan_in), others U(-a, a), a = sqrt(6 / fan_in) / w0; bias as "
         "torch_default; for sin(w0)",
         "Sitzmann et al. 2020"),
     .entry.parameters = {{.name = "w0",
                           .fallback = 30,
                           .minimum = DBL_TRUE_MIN,
                           .maximum = 1e6,
                           .nameless = true,
                           .meaning = "frequency of the activation"}},
     .fill_bias = torch_fill_bias, .bias_variance = torch_bias_variance},
    {ROW(mup,
         "N(0, 2 / fan_in), the output N(0, 1/base) and divided by m = fan_in / base; rates of "
         "adaptive optimizers / m in hidden layers, of others m times in the rest",
         "Yang et al. 2022"),
     .entry.parameters = {{.name = "base",
                           .kind = INS_PARAMETER_INTEGER,
                           .fallback = 64,
                           .minimum = 1,
                           .maximum = 1e6,
                           .nameless = true,
                           .meaning = "width at which nothing differs from plain training"}},
     .multiplier = mup_multiplier, .rate = mup_rate},
    {ROW(caffe_xavier, "U(-a, a), a = sqrt(3 / n), n by default fan_in", "Caffe: Jia et al. 2014"),
     .entry.parameters = {WORD("variance_norm", caffe_modes, "what n is")}},
    {ROW(darknet, "sqrt(2 / fan_in) U(-1, 1)", "Darknet")},
    {ROW(critical,
         "N(0, sigma_w^2 / fan_in), bias N(0, sigma_b^2), where the activation has "
         "sigma_w^2 E[phi'^2] = 1",
         "Poole et al. 2016, Schoenholz et al. 2017"),
     .entry.parameters = {NUMBER("sigma_b", 0, 0, 1e6, "standard deviation of the bias")},
     .fill_bias = critical_fill_bias, .bias_variance = critical_bias_variance, .critical = true},
    {ROW(preserving,
         "N(0, s^2), s of each layer such that theory sees E[a^2] = 1, or E[z^2] = 1 where phi is "
         "bounded, in this very network; see theory --solve",
         "Mishkin & Matas 2016, without data"),
     .entry.parameters = {WORD("keep", keeps,
                               "what is kept: E[a^2], or the variance within units")},
     .prescribed = true},
    {ENTRY(nguyen_widrow, "rows of norm beta = 0.7 units^(1/inputs), bias U(-beta, beta)",
           "Nguyen & Widrow 1990"),
     .mean = ins_promise_zero, .variance = ins_nguyen_widrow_variance,
     .kurtosis = ins_promise_nothing, .fill = ins_nguyen_widrow_fill,
     .fill_bias = ins_nguyen_widrow_fill_bias},
    {ENTRY(
         lsuv,
         "orthonormal, then each layer but recurrent ones scaled until its output has sd 1 on the "
         "probe batch",
         "Mishkin & Matas 2016"),
     .entry.parameters = {NUMBER("tolerance", 0.1, 1e-6, 1, "allowed distance of the sd from 1"),
                          {.name = "max_iterations",
                           .kind = INS_PARAMETER_INTEGER,
                           .fallback = 10,
                           .minimum = 0,
                           .maximum = 1000,
                           .meaning = "most scalings of a layer"}},
     .mean = ins_promise_nothing, .variance = ins_promise_nothing, .kurtosis = ins_promise_nothing,
     .fill = ins_lsuv_fill, .adapt = ins_lsuv_adapt},
    {ENTRY(file, "read from PATH/layerNN.W.npy and .b.npy, or PATH.layerNN.W.npy and .b.npy",
           "NumPy .npy"),
     .entry.parameters = {{.name = "path", .kind = INS_PARAMETER_PATH, .meaning = "directory"}},
     .mean = ins_promise_nothing, .variance = ins_promise_nothing, .kurtosis = ins_promise_nothing,
     .fill = ins_file_fill, .fill_bias = ins_file_fill_bias, .as_saved = true, .recurrent = true},
    {ENTRY(tied, "transpose of the W as far from the input: a decoder begins as its encoder",
           "Vincent et al. 2010"),
     .mean = ins_promise_nothing, .variance = ins_promise_nothing, .kurtosis = ins_promise_nothing,
     .fill = ins_tied_fill, .tied = true},
};

const ins_entries ins_initializers = {
    .kind = "initializer",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};
