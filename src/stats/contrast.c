/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons paired by seed. The seeds are few and the arms some hundred at most, so that the
 * plain loops are quick enough. */
#include <config.h>

#include "initscope/contrast.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "initscope/memory.h"

/* Of a value: nearer ones are the same but for the digits they were written with. */
static const double rounding = 1e-9;

static const ins_contrast nothing = {.difference = {0, NAN, NAN, NAN}, .p = NAN, .p_holm = NAN};

/* The finite differences, and the largest of the values that they come from. */
static size_t subtract(const double *a, const double *b, size_t seeds, double *difference,
                       double *largest)
{
    size_t n = 0;
    *largest = 0;
    for (size_t s = 0; s < seeds; s++) {
        if (!isfinite(a[s]) || !isfinite(b[s])) continue;
        difference[n++] = a[s] - b[s];
        *largest = fmax(*largest, fmax(fabs(a[s]), fabs(b[s])));
    }
    return n;
}

/* Two-sided sign test of n differences of one sign, none of them 0. */
static double p_of_one_sign(size_t n)
{
    return pow(0.5, (double)(n - 1));
}

/* Without the correction for a family. difference is scratch (seeds). */
static ins_contrast subtract_and_test(const double *a, const double *b, size_t seeds,
                                      ins_family family, double *difference)
{
    ins_contrast contrast = nothing;
    double largest, low, high;
    size_t n = subtract(a, b, seeds, difference, &largest);
    if (n == 0) return contrast;
    contrast.difference = ins_interval_of_mean(difference, n, 1 - family.alpha);
    if (n == 1) return contrast;

    double mean = contrast.difference.mean;
    double resolution = fmax(family.resolution, rounding * largest);
    gsl_stats_minmax(&low, &high, difference, 1, n);
    contrast.alike = high - low <= resolution;
    if (contrast.alike) contrast.difference.lower = contrast.difference.upper = NAN;
    if (n < family.fewest_seeds) return contrast;
    if (!contrast.alike) {
        double error = gsl_stats_sd_m(difference, 1, n, mean) / sqrt((double)n);
        contrast.p = 2 * gsl_cdf_tdist_Q(fabs(mean) / error, (double)(n - 1));
    } else if (fabs(mean) > resolution) {
        contrast.p = p_of_one_sign(n);
    }
    return contrast;
}

/* Differences that are all 0 have no p, but they were looked at: their hypothesis counts in the
 * family as one that cannot be rejected. */
static double p_in_family(const ins_contrast *contrast, ins_family family)
{
    bool tested = contrast->difference.n > 1 && contrast->difference.n >= family.fewest_seeds;
    return tested && isnan(contrast->p) ? 1 : contrast->p;
}

static void correct(ins_contrast *const *contrast, size_t count, ins_family family)
{
    double *p = ins_allocate(count, sizeof *p, "p values of a family");
    for (size_t i = 0; i < count; i++) p[i] = p_in_family(contrast[i], family);
    ins_holm(p, count);
    for (size_t i = 0; i < count; i++) {
        if (isnan(contrast[i]->p)) continue;
        contrast[i]->p_holm = p[i];
        contrast[i]->told_apart = p[i] < family.alpha;
    }
    free(p);
}

void ins_contrasts_correct(ins_contrast *contrast, size_t count, ins_family family)
{
    ins_contrast **all = ins_allocate(count + 1, sizeof *all, "a family");
    for (size_t i = 0; i < count; i++) all[i] = &contrast[i];
    correct(all, count, family);
    free(all);
}

ins_contrast ins_contrast_of(const double *a, const double *b, size_t seeds, ins_family family)
{
    double *difference = ins_allocate(seeds, sizeof *difference, "differences of arms");
    ins_contrast contrast = subtract_and_test(a, b, seeds, family, difference);
    free(difference);
    correct((ins_contrast *[]){&contrast}, 1, family);
    return contrast;
}

void ins_contrast_pairs(const double *value, size_t arms, size_t seeds, ins_family family,
                        ins_contrast *contrast)
{
    size_t pairs = arms > 1 ? ins_multiply(arms, arms - 1, "pairs of arms") / 2 : 0, at = 0;
    double *difference = ins_allocate(seeds, sizeof *difference, "differences of arms");
    ins_contrast **all = ins_allocate(pairs, sizeof *all, "pairs of arms");
    for (size_t a = 1; a < arms; a++) {
        for (size_t b = 0; b < a; b++, at++) {
            contrast[at] =
                subtract_and_test(value + a * seeds, value + b * seeds, seeds, family, difference);
            all[at] = &contrast[at];
        }
    }
    correct(all, pairs, family);
    free(difference);
    free(all);
}

/* NAN when there is no value. */
static double mean_of_finite(const double *x, size_t n)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        sum += x[i];
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

size_t ins_contrast_with_best(const double *value, const bool *excluded, size_t arms, size_t seeds,
                              ins_family family, ins_standing *standing)
{
    size_t best = arms, others = 0;
    double highest = -INFINITY;
    for (size_t a = 0; a < arms; a++) {
        double mean = mean_of_finite(value + a * seeds, seeds);
        standing[a].among_best = !isnan(mean) && !(excluded && excluded[a]);
        standing[a].below = nothing;
        if (!standing[a].among_best || !(mean > highest)) continue;
        highest = mean;
        best = a;
    }
    if (best == arms) return best;

    double *difference = ins_allocate(seeds, sizeof *difference, "differences of arms");
    ins_contrast **against = ins_allocate(arms, sizeof *against, "comparisons with the best");
    for (size_t a = 0; a < arms; a++) {
        if (a == best || !standing[a].among_best) continue;
        standing[a].below =
            subtract_and_test(value + best * seeds, value + a * seeds, seeds, family, difference);
        against[others++] = &standing[a].below;
    }
    correct(against, others, family);
    for (size_t a = 0; a < arms; a++) {
        if (standing[a].below.told_apart) standing[a].among_best = false;
    }
    free(difference);
    free(against);
    return best;
}
