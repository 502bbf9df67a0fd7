/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights at the edge of chaos: the network room takes a variance, the theory room knows it. */
#include <config.h>

#include <math.h>

#include "initscope/grid.h"
#include "initscope/mean_field.h"

/* sigma_w^2 of the first critical point that attracts; NAN when there is none. */
static double critical_weight(const ins_choice *activation, double sigma_b, size_t *points)
{
    ins_critical_point point[INS_CRITICAL_POINTS];
    ins_mean_field *field = ins_mean_field_new(activation);
    double weight = NAN;
    *points = ins_critical_points(field, sigma_b * sigma_b, point);
    for (size_t i = *points < INS_CRITICAL_POINTS ? *points : INS_CRITICAL_POINTS; i-- > 0;)
        if (point[i].stable) weight = point[i].disorder.weight;
    ins_mean_field_free(field);
    return weight;
}

ins_status ins_critical_resolve(ins_choice *choice, const ins_choice *activation, const char *where,
                                ins_error *error)
{
    if (!choice->entry || !((const ins_initializer *)choice->entry)->critical) return INS_OK;
    double sigma_b = choice->value[INS_CRITICAL_BIAS];
    size_t points;
    double weight = critical_weight(activation, sigma_b, &points);
    if (isnan(weight))
        return ins_error_add(error, INS_USAGE,
                             "%s: %s has no %scritical point with this sigma_b; see `initscope "
                             "theory --critical --activation %s` (got \"%s\")",
                             where, activation->label, points > 0 ? "stable " : "",
                             activation->label, choice->label);
    choice->value[INS_CRITICAL_WEIGHT] = weight;
    return INS_OK;
}
