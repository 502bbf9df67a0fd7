/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The activation functions, one row each.
 *
 * A row's mathematics is written once, as an expression of z (and p, its parameter; and for the
 * slope also a = phi(z)), and compiled twice: in double for the theory, in real for the network's
 * loops. Comparisons are arranged so that a NaN goes through: a diverged network must not look
 * healthy behind a clamp. Slopes at a kink are those of the frameworks: relu has phi'(0) = 0. */
#include <config.h>

#include "initscope/activation.h"

#include <float.h>
#include <math.h>
#include <tgmath.h>

#include "initscope/vector.h"

#include "elementary.h"

/* A constant in the type that is being compiled. */
#define C(constant) ((scalar)(constant))

#define FORMULA(type, name, phi, slope)                                  \
    INS_VECTORIZED_PART type name##_phi_##type(type z, type p)           \
    {                                                                    \
        typedef type scalar;                                             \
        (void)p, (void)sizeof(scalar);                                   \
        return (phi);                                                    \
    }                                                                    \
    INS_VECTORIZED_PART type name##_slope_##type(type z, type a, type p) \
    {                                                                    \
        typedef type scalar;                                             \
        (void)z, (void)a, (void)p, (void)sizeof(scalar);                 \
        return (slope);                                                  \
    }

#define FUNCTIONS(name)                                                                           \
    static double name##_value(double z, const double *p)                                         \
    {                                                                                             \
        return name##_phi_double(z, p != NULL ? p[0] : 0);                                        \
    }                                                                                             \
    static double name##_slope(double z, const double *p)                                         \
    {                                                                                             \
        return name##_slope_double(z, name##_value(z, p), p != NULL ? p[0] : 0);                  \
    }                                                                                             \
    INS_VECTORIZED static void name##_forward(size_t n, const real *restrict z, real *restrict a, \
                                              const double *p)                                    \
    {                                                                                             \
        const real parameter = p != NULL ? (real)p[0] : 0;                                        \
        for (size_t i = 0; i < n; i++) a[i] = name##_phi_real(z[i], parameter);                   \
    }                                                                                             \
    INS_VECTORIZED static void name##_backward(size_t n, const real *restrict z,                  \
                                               const real *restrict a, real *restrict delta,      \
                                               const double *p)                                   \
    {                                                                                             \
        const real parameter = p != NULL ? (real)p[0] : 0;                                        \
        for (size_t i = 0; i < n; i++) delta[i] *= name##_slope_real(z[i], a[i], parameter);      \
    }

#define ACTIVATION(name, phi, slope) \
    FORMULA(double, name, phi, slope) FORMULA(real, name, phi, slope) FUNCTIONS(name)

#define PI 3.14159265358979324
#define SELU_SCALE 1.0507009873554805
#define SELU_ALPHA 1.6732632423543772
#define LECUN_SCALE 1.7159

/* Where the compiler finds no vectorised function of the C library. */
#define EXPM1(x) _Generic((x), float : ins_expm1, default : expm1)(x)
#define TANH(x) _Generic((x), float : ins_tanh, default : tanh)(x)
#define EXP(x) _Generic((x), float : ins_exp, default : exp)(x)
#define LOG1P_OF_SHARE(x) _Generic((x), float : ins_log1p_of_share, default : log1p)(x)
#define ERF(x) _Generic((x), float : ins_erf, default : erf)(x)
#define ERFC(x) _Generic((x), float : ins_erfc, default : erfc)(x)
#define ATAN(x) _Generic((x), float : ins_atan, default : atan)(x)
#define SIN(x) _Generic((x), float : ins_sin, default : sin)(x)
#define COS(x) _Generic((x), float : ins_cos, default : cos)(x)

/* Pieces that several rows share. None overflows into a NaN for finite z. */
#define LOGISTIC (1 / (1 + EXP(-z)))
#define POSITIVE (z < 0 ? 0 : z)
#define DECAY (EXP(-fabs(z)))
#define SOFTPLUS (POSITIVE + LOG1P_OF_SHARE(DECAY))
/* tanh of softplus is rational in exp(-|z|), and so is the logistic function. */
#define MISH_TOP (z < 0 ? DECAY * (DECAY + 2) : 1 + 2 * DECAY)
#define MISH_GATE (MISH_TOP / (MISH_TOP + (z < 0 ? 2 : 2 * DECAY * DECAY)))
#define MISH_LOGISTIC ((z < 0 ? DECAY : 1) / (1 + DECAY))
#define MISH (z * MISH_GATE)
#define NORMAL_MASS (ERFC(z * C(-0.707106781186547524)) / 2)
#define GELU (z * NORMAL_MASS)
#define NORMAL_DENSITY (EXP(z * z / -2) * C(0.398942280401432678))
#define GELU_GATE (TANH(C(0.797884560802865356) * (z + C(0.044715) * z * z * z)))
/* The slope of the gate, which has vanished long before z * z overflows. */
#define GELU_GATE_SLOPE \
    (fabs(z) > 16       \
         ? 0            \
         : (1 - GELU_GATE * GELU_GATE) * C(0.797884560802865356) * (1 + C(0.134145) * z * z))

ACTIVATION(linear, z, 1)
ACTIVATION(relu, POSITIVE, (z > 0 ? 1 : 0))
ACTIVATION(leaky_relu, (z < 0 ? p * z : z), (z > 0 ? 1 : p))
ACTIVATION(tanh, TANH(z), 1 - a * a)
ACTIVATION(sigmoid, LOGISTIC, (1 - a) * a)
ACTIVATION(elu, (z > 0 ? z : p * EXPM1(z)), (z > 0 ? 1 : a + p))
ACTIVATION(selu, (z > 0 ? C(SELU_SCALE) * z : C(SELU_SCALE * SELU_ALPHA) * EXPM1(z)),
           (z > 0 ? C(SELU_SCALE) : a + C(SELU_SCALE * SELU_ALPHA)))
ACTIVATION(celu, (z > 0 ? z : p * EXPM1(z / p)), (z > 0 ? 1 : a / p + 1))
ACTIVATION(gelu, GELU, NORMAL_MASS + z * NORMAL_DENSITY)
ACTIVATION(gelu_tanh, (1 + GELU_GATE) * z / 2, (1 + GELU_GATE) / 2 + z * GELU_GATE_SLOPE / 2)
ACTIVATION(silu, z / (1 + EXP(-z)), (1 + z * (1 - LOGISTIC)) * LOGISTIC)
ACTIVATION(mish, MISH, MISH_GATE + z * MISH_LOGISTIC * (1 - MISH_GATE * MISH_GATE))
ACTIVATION(softplus, SOFTPLUS, LOGISTIC)
ACTIVATION(softsign, z / (1 + fabs(z)), 1 / ((1 + fabs(z)) * (1 + fabs(z))))
ACTIVATION(lecun_tanh, C(LECUN_SCALE) * TANH(z * C(2.0 / 3)),
           C(2.0 / 3) * (C(LECUN_SCALE) - a * a / C(LECUN_SCALE)))
ACTIVATION(hard_tanh, (z < -1 ? -1 : z > 1 ? 1 : z), (z > -1 && z < 1 ? 1 : 0))
ACTIVATION(hard_sigmoid, (z < -3 ? 0 : z > 3 ? 1 : (z + 3) / 6), (z > -3 && z < 3 ? C(1.0 / 6) : 0))
ACTIVATION(erf, ERF(z), C(1.12837916709551257) * EXP(-z * z))
ACTIVATION(atan, ATAN(z), 1 / (1 + z * z))
ACTIVATION(sin, SIN(p *z), p *COS(p *z))
ACTIVATION(relu6, (z < 0 ? 0 : z > 6 ? 6 : z), (z > 0 && z < 6 ? 1 : 0))

#define FUNCTIONS_OF(name)                                                   \
    .value = name##_value, .slope = name##_slope, .forward = name##_forward, \
    .backward = name##_backward
#define NEVER_SATURATED .saturated_below = -INFINITY, .saturated_above = INFINITY
#define SATURATED(below, above) .saturated_below = (below), .saturated_above = (above)
#define PARAMETER(word, fallback_value, least, text)                                        \
    {                                                                                       \
        {                                                                                   \
            .name = word, .fallback = fallback_value, .minimum = least, .maximum = DBL_MAX, \
            .meaning = text                                                                 \
        }                                                                                   \
    }

/* Places of rows that are known by name. */
enum { ROW_RELU = 1, ROW_TANH = 3, ROW_SIGMOID = 4 };

static const ins_activation rows[] = {
    {{"linear", "z", "Keras, PyTorch", {{0}}, NULL, "identity"},
     FUNCTIONS_OF(linear),
     NEVER_SATURATED,
     false},
    {{"relu", "max(z, 0); slope 0 at 0", "Nair & Hinton 2010", {{0}}, NULL, NULL},
     FUNCTIONS_OF(relu),
     NEVER_SATURATED,
     true},
    {{"leaky_relu", "z if z > 0, else slope z", "Maas et al. 2013",
      PARAMETER("slope", 0.01, -DBL_MAX, "slope for z <= 0"), NULL, NULL},
     FUNCTIONS_OF(leaky_relu),
     NEVER_SATURATED,
     false},
    {{"tanh", "tanh z", "LeCun et al. 1998", {{0}}, NULL, NULL},
     FUNCTIONS_OF(tanh),
     SATURATED(-0.97, 0.97),
     false},
    {{"sigmoid", "1 / (1 + exp(-z))", "Rumelhart et al. 1986", {{0}}, NULL, "logistic"},
     FUNCTIONS_OF(sigmoid),
     SATURATED(0.03, 0.97),
     false},
    {{"elu", "z if z > 0, else alpha (exp(z) - 1)", "Clevert et al. 2016",
      PARAMETER("alpha", 1, 1e-30, "minus the limit for z -> -inf"), NULL, NULL},
     FUNCTIONS_OF(elu),
     NEVER_SATURATED,
     false},
    {{"selu",
      "1.0507 z if z > 0, else 1.0507 * 1.6733 (exp(z) - 1)",
      "Klambauer et al. 2017",
      {{0}},
      NULL,
      NULL},
     FUNCTIONS_OF(selu),
     NEVER_SATURATED,
     false},
    {{"celu", "z if z > 0, else alpha (exp(z / alpha) - 1)", "Barron 2017",
      PARAMETER("alpha", 1, 1e-30, "minus the limit for z -> -inf"), NULL, NULL},
     FUNCTIONS_OF(celu),
     NEVER_SATURATED,
     false},
    {{"gelu",
      "z Phi(z), Phi the normal distribution function",
      "Hendrycks & Gimpel 2016",
      {{0}},
      NULL,
      NULL},
     FUNCTIONS_OF(gelu),
     NEVER_SATURATED,
     false},
    {{"gelu_tanh",
      "z (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))) / 2",
      "Hendrycks & Gimpel 2016",
      {{0}},
      NULL,
      NULL},
     FUNCTIONS_OF(gelu_tanh),
     NEVER_SATURATED,
     false},
    {{"silu",
      "z / (1 + exp(-z))",
      "Elfwing et al. 2018; Ramachandran et al. 2017",
      {{0}},
      NULL,
      "swish"},
     FUNCTIONS_OF(silu),
     NEVER_SATURATED,
     false},
    {{"mish", "z tanh(ln(1 + exp z))", "Misra 2019", {{0}}, NULL, NULL},
     FUNCTIONS_OF(mish),
     NEVER_SATURATED,
     false},
    {{"softplus", "ln(1 + exp z)", "Dugas et al. 2001", {{0}}, NULL, NULL},
     FUNCTIONS_OF(softplus),
     NEVER_SATURATED,
     false},
    {{"softsign", "z / (1 + |z|)", "Glorot & Bengio 2010", {{0}}, NULL, NULL},
     FUNCTIONS_OF(softsign),
     SATURATED(-0.97, 0.97),
     false},
    {{"lecun_tanh", "1.7159 tanh(2z/3)", "LeCun et al. 1998", {{0}}, NULL, NULL},
     FUNCTIONS_OF(lecun_tanh),
     SATURATED(-0.97 * LECUN_SCALE, 0.97 * LECUN_SCALE),
     false},
    {{"hard_tanh", "z cut to [-1, 1]", "Collobert 2004", {{0}}, NULL, NULL},
     FUNCTIONS_OF(hard_tanh),
     SATURATED(-0.97, 0.97),
     false},
    {{"hard_sigmoid",
      "(z + 3) / 6 cut to [0, 1], as PyTorch",
      "Courbariaux et al. 2015",
      {{0}},
      NULL,
      NULL},
     FUNCTIONS_OF(hard_sigmoid),
     SATURATED(0.03, 0.97),
     false},
    {{"erf", "erf z", "Saad & Solla 1995", {{0}}, NULL, NULL},
     FUNCTIONS_OF(erf),
     SATURATED(-0.97, 0.97),
     false},
    {{"atan", "arctan z", "PyTorch atan", {{0}}, NULL, "arctan"},
     FUNCTIONS_OF(atan),
     SATURATED(-0.97 * PI / 2, 0.97 * PI / 2),
     false},
    {{"sin", "sin(w0 z)", "Sitzmann et al. 2020", PARAMETER("w0", 1, 1e-30, "frequency"), NULL,
      NULL},
     FUNCTIONS_OF(sin),
     NEVER_SATURATED,
     false},
    {{"relu6", "min(max(z, 0), 6)", "Krizhevsky 2010; Howard et al. 2017", {{0}}, NULL, NULL},
     FUNCTIONS_OF(relu6),
     SATURATED(-INFINITY, 0.97 * 6),
     true},
};

const ins_entries ins_activations = {
    .kind = "activation",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .size = sizeof rows[0],
};

const ins_choice ins_inner_relu = {.entry = &rows[ROW_RELU].entry, .label = "relu"};
const ins_choice ins_inner_tanh = {.entry = &rows[ROW_TANH].entry, .label = "tanh"};
const ins_choice ins_inner_sigmoid = {.entry = &rows[ROW_SIGMOID].entry, .label = "sigmoid"};
