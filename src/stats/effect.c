/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Main effects by averages, interactions by what is left when the averages are taken away. */
#include <config.h>

#include "initscope/effect.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "initscope/memory.h"

/* Which levels have a value in any setting and seed. */
static void find_levels(const double *value, size_t settings, size_t levels, size_t seeds,
                        bool *present)
{
    for (size_t i = 0; i < settings; i++)
        for (size_t l = 0; l < levels; l++)
            for (size_t s = 0; s < seeds; s++)
                present[l] |= isfinite(value[(i * levels + l) * seeds + s]);
}

/* Whether all present levels have a value in this setting and seed, and there are such levels.
 * value is that of the first level. */
static bool is_complete(const double *value, size_t levels, size_t seeds, const bool *present)
{
    bool any = false;
    for (size_t l = 0; l < levels; l++) {
        if (!present[l]) continue;
        if (!isfinite(value[l * seeds])) return false;
        any = true;
    }
    return any;
}

size_t ins_average_over_settings(const double *value, size_t settings, size_t levels, size_t seeds,
                                 double *average)
{
    bool *present = ins_allocate(levels, sizeof *present, "levels of a factor");
    size_t complete = 0;
    find_levels(value, settings, levels, seeds, present);
    for (size_t s = 0; s < seeds; s++) {
        size_t count = 0;
        for (size_t l = 0; l < levels; l++) average[l * seeds + s] = 0;
        for (size_t i = 0; i < settings; i++) {
            const double *first = value + i * levels * seeds + s;
            if (!is_complete(first, levels, seeds, present)) continue;
            count++;
            for (size_t l = 0; l < levels; l++) average[l * seeds + s] += first[l * seeds];
        }
        for (size_t l = 0; l < levels; l++) {
            double *at = &average[l * seeds + s];
            *at = count > 0 && present[l] ? *at / (double)count : NAN;
        }
        complete += count;
    }
    free(present);
    return complete;
}

/* The interaction within one seed: value less the means of its setting and of its level, plus the
 * mean of all. value (settings, levels) with stride; into (settings, levels). */
static void centre_twice(const double *value, size_t settings, size_t levels, size_t stride,
                         double *into)
{
    for (size_t k = 0; k < settings * levels; k++) into[k] = value[k * stride];
    for (size_t i = 0; i < settings; i++) {
        double mean = 0;
        for (size_t l = 0; l < levels; l++) mean += into[i * levels + l] / (double)levels;
        for (size_t l = 0; l < levels; l++) into[i * levels + l] -= mean;
    }
    for (size_t l = 0; l < levels; l++) {
        double mean = 0;
        for (size_t i = 0; i < settings; i++) mean += into[i * levels + l] / (double)settings;
        for (size_t i = 0; i < settings; i++) into[i * levels + l] -= mean;
    }
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* The rows become their deviations from their mean; returns its sum of squares. row (n, cells). */
static double centre_rows(double *row, size_t n, size_t cells)
{
    double squares = 0;
    for (size_t c = 0; c < cells; c++) {
        double mean = 0;
        for (size_t s = 0; s < n; s++) mean += row[s * cells + c] / (double)n;
        for (size_t s = 0; s < n; s++) row[s * cells + c] -= mean;
        squares += mean * mean;
    }
    return squares;
}

/* row (n, cells): the interaction of each seed. With Box's epsilon, the degrees of freedom are
 * (trace C)^2 / trace C^2 of their covariance C over seeds, and n - 1 times that; the traces are
 * those of the products between seeds. In F the uncorrected degrees cancel. */
static void test_interaction(ins_interaction *result, double *row, size_t cells)
{
    size_t n = result->seeds;
    double size = 0, between, within = 0, square = 0;
    for (size_t i = 0; i < n * cells; i++) size = fmax(size, fabs(row[i]));
    between = (double)n * centre_rows(row, n, cells);
    for (size_t s = 0; s < n; s++) {
        for (size_t t = 0; t < n; t++) {
            double product = dot(row + s * cells, row + t * cells, cells);
            if (s == t) within += product;
            square += product * product;
        }
    }
    double spread = sqrt(within / (double)(n * cells));
    if (!(spread > 1e-9 * size)) return; /* also of one setting, level or seed, or none */
    result->above = within * within / square;
    result->below = result->above * (double)(n - 1);
    result->F = between * (double)(n - 1) / within;
    result->p = gsl_cdf_fdist_Q(result->F, result->above, result->below);
}

ins_interaction ins_interaction_of(const double *value, size_t settings, size_t levels,
                                   size_t seeds)
{
    ins_interaction result = {0, NAN, NAN, NAN, NAN};
    size_t cells = ins_multiply(settings, levels, "cells of an interaction");
    double *row =
        ins_allocate(ins_multiply(cells, seeds, "an interaction"), sizeof *row, "an interaction");
    for (size_t s = 0; s < seeds; s++) {
        bool complete = true;
        for (size_t k = 0; k < cells; k++) complete &= isfinite(value[k * seeds + s]) != 0;
        if (!complete) continue;
        centre_twice(value + s, settings, levels, seeds, row + result.seeds++ * cells);
    }
    test_interaction(&result, row, cells);
    free(row);
    return result;
}
