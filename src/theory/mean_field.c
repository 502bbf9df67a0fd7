/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of q, its fixed points, and one cell of the phase plane. */
#include <config.h>

#include "initscope/mean_field.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>

#include "initscope/activation.h"
#include "initscope/correlation.h"
#include "initscope/error.h"
#include "initscope/memory.h"

#include "mean_field_internal.h"

#define GRID_START 1e-9

/* Slopes this near to 1 are 1: sigma_w^2 = sqrt(2)^2 is meant to be 2. */
#define CRITICAL 1e-10

/* An excess F(q) - q below this part of q is 0: where that holds for a stretch of q, every one of
 * them stays, and the first speaks for all. */
#define ROUNDING 1e-12

const char *const ins_fate_names[INS_FATES] = {
    [INS_FATE_CONVERGES] = "converges", [INS_FATE_MARGINAL] = "marginal",
    [INS_FATE_CONSTANT] = "constant",   [INS_FATE_VANISHES] = "vanishes",
    [INS_FATE_DECAYS] = "decays",       [INS_FATE_GROWS] = "grows",
    [INS_FATE_DIVERGES] = "diverges",
};

ins_mean_field *ins_mean_field_new(const ins_choice *activation)
{
    ins_mean_field *field = ins_allocate(1, sizeof *field, "a mean-field table");
    field->activation = activation;
    field->outline = ins_outline_of(activation);
    for (size_t i = 0; i < INS_GRID; i++) {
        double decades = ((double)i - 1) / INS_GRID_PER_DECADE;
        field->q[i] = i == 0 ? 0 : GRID_START * pow(10, decades);
        field->at[i] = ins_expect(activation, field->q[i]);
    }
    return field;
}

void ins_mean_field_free(ins_mean_field *field)
{
    free(field);
}

double ins_root(gsl_function *function, double lower, double upper)
{
    enum { STEPS = 200 };
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    ins_check_memory(solver, "a root solver");
    int status = gsl_root_fsolver_set(solver, function, lower, upper);
    for (int step = 0; status == GSL_SUCCESS && step < STEPS; step++) {
        status = gsl_root_fsolver_iterate(solver);
        double low = gsl_root_fsolver_x_lower(solver), high = gsl_root_fsolver_x_upper(solver);
        if (gsl_root_test_interval(low, high, 0, 1e-14) == GSL_SUCCESS) break;
    }
    double root = gsl_root_fsolver_root(solver);
    gsl_root_fsolver_free(solver);
    return status == GSL_SUCCESS ? root : NAN;
}

double ins_next_q(const ins_mean_field *field, ins_disorder disorder, double q)
{
    return disorder.bias + disorder.weight * ins_expect(field->activation, q).square;
}

double ins_next_c(const ins_correlator *correlator, ins_disorder disorder, double c)
{
    double next = disorder.bias + disorder.weight * correlator->at.square;
    return 1 - disorder.weight * ins_correlate(correlator, c).distance / next;
}

typedef struct q_map {
    const ins_mean_field *field;
    ins_disorder disorder;
} q_map;

static double excess(double q, void *context)
{
    const q_map *map = context;
    return ins_next_q(map->field, map->disorder, q) - q;
}

static double excess_slope(double q, void *context)
{
    const q_map *map = context;
    return map->disorder.weight * ins_expect(map->field->activation, q).square_growth - 1;
}

static void keep(q_map *map, double q, ins_fixed_point *point, size_t *count)
{
    if (*count < INS_FIXED_POINTS) point[*count] = (ins_fixed_point){q, 1 + excess_slope(q, map)};
    *count += 1;
}

/* Between two points of the grid where the excess has the same sign it may still touch 0, or cross
 * it twice, around its extremum. */
static void find_pair(q_map *map, double lower, double upper, double sign, ins_fixed_point *point,
                      size_t *count)
{
    gsl_function of = {excess, map}, slope = {excess_slope, map};
    double middle = ins_root(&slope, lower, upper), top = excess(middle, map);

    if (fabs(top) <= CRITICAL * middle) {
        keep(map, middle, point, count);
    } else if (top * sign < 0) {
        keep(map, ins_root(&of, lower, middle), point, count);
        keep(map, ins_root(&of, middle, upper), point, count);
    }
}

/* Beyond the grid the map is taken for nearly straight: a slope below 1 still meets q. */
static void find_beyond(q_map *map, double last, double above, double slope, ins_fixed_point *point,
                        size_t *count)
{
    if (!(above > 0 && slope < -CRITICAL)) return;
    gsl_function function = {excess, map};
    double upper = 10 * (last - above / slope);
    if (excess(upper, map) < 0) keep(map, ins_root(&function, last, upper), point, count);
}

size_t ins_fixed_points(const ins_mean_field *field, ins_disorder disorder,
                        ins_fixed_point point[INS_FIXED_POINTS])
{
    q_map map = {field, disorder};
    gsl_function function = {excess, &map};
    size_t count = 0;
    double before = NAN, slope_before = NAN;

    for (size_t i = 0; i < INS_GRID; i++) {
        double q = field->q[i];
        double here = disorder.bias + disorder.weight * field->at[i].square - q;
        double slope = disorder.weight * field->at[i].square_growth - 1;
        if (fabs(here) <= ROUNDING * q) {
            if (before != 0) keep(&map, q, point, &count);
            here = 0;
        } else if (before * here < 0) {
            keep(&map, ins_root(&function, field->q[i - 1], q), point, &count);
        } else if (before * here > 0 && slope_before * slope < 0) {
            find_pair(&map, field->q[i - 1], q, here, point, &count);
        }
        before = here;
        slope_before = slope;
    }
    find_beyond(&map, field->q[INS_GRID - 1], before, slope_before, point, &count);
    return count;
}

static double depth_scale(double slope)
{
    double rate = -log(fabs(slope));
    return fabs(rate) <= CRITICAL ? INFINITY : 1 / rate;
}

/* The slope of phi far out, or near 0, on either side: E[phi^2]/q and E[phi'^2] there are the mean
 * of their squares. */
typedef struct rays {
    double left, right;
} rays;

static rays rays_at(const ins_mean_field *field, double distance)
{
    const ins_activation *row = (const ins_activation *)field->activation->entry;
    const double *values = field->activation->value;
    return (rays){row->slope(-distance, values), row->slope(distance, values)};
}

/* q goes to 0 or to infinity, or stays anywhere, where phi is linear on either side of 0. */
static void complete_limit(const ins_mean_field *field, ins_disorder disorder, ins_phase *phase)
{
    rays ray = rays_at(field, phase->q == 0 ? 1e-12 : 1e12);
    double mean_square = (ray.left * ray.left + ray.right * ray.right) / 2;
    bool bends = fabs(ray.left - ray.right) > 1e-9;

    phase->chi_1 = disorder.weight * mean_square;
    phase->chi_par = phase->chi_1;
    phase->chi_c = phase->chi_1 > 0 ? 1 : NAN;
    phase->c = bends ? 1 : NAN;
}

typedef struct c_map {
    const ins_correlator *correlator;
    ins_disorder disorder;
    double q;
} c_map;

static double next_c(const c_map *map, double c, double *slope)
{
    ins_correlation at = ins_correlate(map->correlator, c);
    *slope = map->disorder.weight * at.slope_product;
    return (map->disorder.bias + map->disorder.weight * at.product) / map->q;
}

/* From the left of the smaller fixed point of a convex map Newton's steps rise to it and never
 * overshoot, up to rounding. */
static void complete_chaos(const ins_mean_field *field, ins_disorder disorder, ins_phase *phase)
{
    enum { STEPS = 100 };
    ins_correlator correlator;
    ins_correlator_start(&correlator, field->activation, phase->q);
    c_map map = {&correlator, disorder, phase->q};
    double c = 0, slope;

    for (int step = 0; step < STEPS; step++) {
        double rise = next_c(&map, c, &slope) - c;
        if (!(rise > 1e-15) || slope >= 1) break;
        c = fmin(c + rise / (1 - slope), 1);
    }
    phase->c = c;
    phase->chi_c = slope;
}

static void complete(const ins_mean_field *field, ins_disorder disorder, ins_phase *phase)
{
    if (phase->q > 0 && isfinite(phase->q) && phase->fate != INS_FATE_CONSTANT) {
        phase->chi_1 = disorder.weight * ins_expect(field->activation, phase->q).slope_square;
        phase->c = 1;
        phase->chi_c = phase->chi_1;
        if (phase->chi_1 > 1 + CRITICAL) complete_chaos(field, disorder, phase);
    } else {
        complete_limit(field, disorder, phase);
    }
    phase->xi_q = depth_scale(phase->chi_par);
    phase->xi_c = depth_scale(phase->chi_c);
    phase->xi_gradient = depth_scale(phase->chi_1);
}

/* The map of q is q' = sigma_b^2 + growth q. */
static ins_phase homogeneous_phase(const ins_mean_field *field, ins_disorder disorder, double start)
{
    double growth = disorder.weight * field->at[0].square_growth;
    ins_phase phase = {.chi_par = growth};

    if (growth > 1 + CRITICAL) {
        phase.fate = INS_FATE_DIVERGES;
        phase.q = INFINITY;
    } else if (growth >= 1 - CRITICAL) {
        phase.fate = disorder.bias > 0 ? INS_FATE_GROWS : INS_FATE_CONSTANT;
        phase.q = disorder.bias > 0 ? INFINITY : start;
    } else {
        phase.fate = disorder.bias > 0 ? INS_FATE_CONVERGES : INS_FATE_VANISHES;
        phase.q = disorder.bias / (1 - growth);
    }
    return phase;
}

/* A map that rises leads from start to the next fixed point in the direction of the first step. A
 * start that is one, but for rounding, stays. NULL: there is none. */
static const ins_fixed_point *goal_of(const ins_fixed_point *point, size_t count, double start,
                                      bool rises)
{
    const ins_fixed_point *goal = NULL;
    for (size_t i = 0; i < count; i++) {
        if (fabs(point[i].q - start) <= 1e-9 * start) return &point[i];
        if (rises && point[i].q >= start && goal == NULL) goal = &point[i];
        if (!rises && point[i].q <= start) goal = &point[i];
    }
    return goal;
}

static ins_phase smooth_phase(const ins_mean_field *field, ins_disorder disorder, double start)
{
    ins_fixed_point point[INS_FIXED_POINTS];
    size_t count = ins_fixed_points(field, disorder, point);
    if (count > INS_FIXED_POINTS) count = INS_FIXED_POINTS;
    bool rises = ins_next_q(field, disorder, start) >= start;
    const ins_fixed_point *goal = goal_of(point, count, start, rises);
    ins_phase phase = {.q = INFINITY};
    if (goal == NULL) {
        double growth = disorder.weight * field->at[INS_GRID - 1].square_growth;
        phase.fate = growth > 1 + CRITICAL ? INS_FATE_DIVERGES : INS_FATE_GROWS;
        return phase;
    }
    bool marginal = fabs(goal->chi_par - 1) <= 1e-6 * (goal->q > 0 ? 1 : 1e-4);
    phase.q = goal->q;
    phase.chi_par = goal->chi_par;
    if (goal->q > 0)
        phase.fate = marginal ? INS_FATE_MARGINAL : INS_FATE_CONVERGES;
    else
        phase.fate = marginal ? INS_FATE_DECAYS : INS_FATE_VANISHES;
    return phase;
}

ins_phase ins_phase_of(const ins_mean_field *field, ins_disorder disorder, double start)
{
    ins_phase phase = field->outline.homogeneous ? homogeneous_phase(field, disorder, start)
                                                 : smooth_phase(field, disorder, start);
    complete(field, disorder, &phase);
    return phase;
}
