/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The line chi_1 = 1 in the plane of sigma_w and sigma_b, and where it is half-stable. */
#include <config.h>

#include <math.h>

#include "initscope/mean_field.h"

#include "mean_field_internal.h"

/* Differences below this part of what they are taken from are rounding, and have no sign. */
#define ROUNDING 1e-12

static double sign(double difference, double of)
{
    if (fabs(difference) <= ROUNDING * of) return 0;
    return difference > 0 ? 1 : -1;
}

static ins_critical_point point_of(double q, const ins_expectation *at)
{
    double weight = 1 / at->slope_square, chi_par = weight * at->square_growth;
    return (ins_critical_point){.q = q,
                                .disorder = {weight, q - weight * at->square},
                                .chi_par = chi_par,
                                .stable = chi_par < 1};
}

ins_critical_point ins_critical_at(const ins_mean_field *field, double q)
{
    ins_expectation at = ins_expect(field->activation, q);
    return point_of(q, &at);
}

typedef struct sweep {
    const ins_mean_field *field;
    double bias;
} sweep;

static double bias_excess(double q, void *context)
{
    const sweep *s = context;
    return ins_critical_at(s->field, q).disorder.bias - s->bias;
}

static void keep(ins_critical_point found, ins_critical_point *point, size_t *count)
{
    if (*count < INS_CRITICAL_POINTS) point[*count] = found;
    *count += 1;
}

/* At q = 0 chi_par is 1 as well, and the next order decides whether a small q shrinks. */
static ins_critical_point point_at_zero(const ins_mean_field *field)
{
    ins_critical_point zero = point_of(0, &field->at[0]);
    double grows = 0;
    for (size_t i = 1; i < INS_GRID && grows == 0; i++)
        grows = sign(zero.disorder.weight * field->at[i].square - field->q[i], field->q[i]);
    zero.stable = grows <= 0;
    return zero;
}

static double bias_sign(const ins_mean_field *field, size_t i, double bias)
{
    return sign(point_of(field->q[i], &field->at[i]).disorder.bias - bias, field->q[i] + bias);
}

size_t ins_critical_points(const ins_mean_field *field, double bias,
                           ins_critical_point point[INS_CRITICAL_POINTS])
{
    size_t count = 0;
    if (bias == 0 && field->at[0].square == 0) keep(point_at_zero(field), point, &count);
    if (field->outline.homogeneous) return count;

    sweep s = {field, bias};
    gsl_function function = {bias_excess, &s};
    for (size_t i = 2; i < INS_GRID; i++) {
        if (bias_sign(field, i - 1, bias) * bias_sign(field, i, bias) >= 0) continue;
        ins_critical_point found =
            ins_critical_at(field, ins_root(&function, field->q[i - 1], field->q[i]));
        found.disorder.bias = bias;
        keep(found, point, &count);
    }
    return count;
}
