/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Likelihoods of laws around 0, and the test of Kolmogorov and Smirnov. */
#include <config.h>

#include "likelihood.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "initscope/memory.h"
#include "initscope/random.h"

enum { MOST_COMPARED = 20000, MOST_THINNED = 2000, MOST_TESTED = 100000, MOST_DIGITS = 53 };

/* The sample is the same whenever the tensor is. */
enum { SEED = 1 };

static double inner(void)
{
    return erf(sqrt(2)); /* P(|z| < 2): what a truncated normal has inside */
}

/* --- The sample ------------------------------------------------------------------------------- */

/* Rounding of the elements is below it: that of float32 arithmetic in the framework that drew. */
static const double arithmetic = 1e-6;

double ins_round_digits(double x, int digits)
{
    int exponent;
    const double part = frexp(x, &exponent);
    return ldexp(rint(ldexp(part, digits)), exponent - digits);
}

/* The fewest of the digits of a format that all elements have. */
static int digits_of(const double *x, size_t count)
{
    static const int formats[] = {8, 11, 24};
    size_t format = 0;
    for (size_t i = 0; i < count && format < 3; i++)
        while (format < 3 && ins_round_digits(x[i], formats[format]) != x[i]) format++;
    return format < 3 ? formats[format] : MOST_DIGITS;
}

static int increasing(const void *a, const void *b)
{
    const double *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

/* Of so many elements one out of each of count equal parts; all of them where there are no more. */
static size_t pick(gsl_rng *rng, size_t elements, size_t count, size_t index)
{
    if (elements == count) return index;
    const double part = (double)elements / (double)count;
    const double at = ((double)index + ins_random_uniform(rng)) * part;
    return at < (double)elements ? (size_t)at : elements - 1;
}

static void fill(ins_sample *sample, const ins_view *view, const size_t *units, gsl_rng *rng)
{
    const size_t total = (size_t)sample->total;
    for (size_t i = 0; i < sample->tested; i++) {
        const size_t element = pick(rng, total, sample->tested, i);
        sample->value[i] = ins_view_at(view, units[element / view->inputs], element % view->inputs);
    }
    for (size_t i = 0; i < sample->count; i++) {
        const double x = sample->value[pick(rng, sample->tested, sample->count, i)];
        sample->size[i] = fabs(x);
        sample->square_sum += x * x;
    }
    sample->digits = digits_of(sample->value, sample->tested);
    qsort(sample->value, sample->tested, sizeof(double), increasing);
    qsort(sample->size, sample->count, sizeof(double), increasing);
}

static size_t at_most(size_t count, size_t most)
{
    return count < most ? count : most;
}

ins_sample ins_sample_of(const ins_view *view, const bool *taken, size_t count, double largest)
{
    const size_t total = count * view->inputs;
    ins_sample sample = {.count = at_most(total, MOST_COMPARED),
                         .tested = at_most(total, MOST_TESTED),
                         .largest = largest,
                         .total = (double)total};
    gsl_rng *rng = ins_check_memory(gsl_rng_alloc(gsl_rng_mt19937), "a sample");
    size_t *units = ins_reserve(count, sizeof *units, "units"), kept = 0;
    for (size_t u = 0; u < view->units; u++)
        if (taken[u]) units[kept++] = u;
    sample.size = ins_reserve(sample.count, sizeof *sample.size, "a sample");
    sample.value = ins_reserve(sample.tested, sizeof *sample.value, "a sample");
    sample.thinned = sample.count / MOST_THINNED + 1;
    ins_random_seed(rng, SEED);
    fill(&sample, view, units, rng);
    free(units);
    gsl_rng_free(rng);
    return sample;
}

void ins_sample_free(ins_sample *sample)
{
    free(sample->size);
    free(sample->value);
    *sample = (ins_sample){0};
}

/* --- Likelihood ------------------------------------------------------------------------------- */

/* ln of the density of a normal at its centre. */
static double log_peak(double deviation)
{
    return -log(deviation) - log(2 * M_PI) / 2;
}

/* The number of sizes up to this one: those before it are further inside of a law. */
static size_t count_below(const ins_sample *sample, double size)
{
    size_t low = 0, high = sample->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sample->size[middle] <= size)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ln of how much of a normal around centre lies within +-edge. */
static double log_window(double centre, double edge, double deviation)
{
    const double unit = deviation * sqrt(2);
    const double inside = (erfc((centre - edge) / unit) - erfc((centre + edge) / unit)) / 2;
    return log(fmax(inside, 1e-300));
}

/* Sum of log_window over the sample at scale times its sizes; far inside it is 0. */
static double sum_windows(const ins_sample *sample, size_t step, double scale, double edge,
                          double deviation)
{
    enum { FAR = 8 }; /* standard deviations */
    const size_t inside = count_below(sample, (edge - FAR * deviation) / scale);
    double sum = 0;
    for (size_t i = (inside + step - 1) / step * step; i < sample->count; i += step)
        sum += log_window(sample->size[i] * scale, edge, deviation);
    return sum * (double)step;
}

static bool is_inside(const ins_sample *sample, double edge)
{
    const double reach = edge * (1 + arithmetic);
    return sample->largest <= fmax(reach, ins_round_digits(reach, sample->digits));
}

static double as_drawn(ins_law law, const ins_sample *sample)
{
    const double n = (double)sample->count, s = law.spread;
    if (law.kind == INS_LAW_NORMAL) return n * log_peak(s) - sample->square_sum / (2 * s * s);
    if (!is_inside(sample, law.kind == INS_LAW_UNIFORM ? s : 2 * s)) return -INFINITY;
    if (law.kind == INS_LAW_UNIFORM) return -n * log(2 * s);
    return n * (log_peak(s) - log(inner())) - sample->square_sum / (2 * s * s);
}

/* A uniform law becomes a window with soft edges; the product of a normal and such a window is what
 * becomes of a truncated normal. */
double ins_log_likelihood(ins_law law, double noise, const ins_sample *sample, size_t step)
{
    if (noise == 0) return as_drawn(law, sample);
    const double n = (double)sample->count, s = law.spread;
    const double added = noise * sqrt(ins_law_variance(law));
    const double whole = sqrt(s * s + added * added);
    const double normal = n * log_peak(whole) - sample->square_sum / (2 * whole * whole);
    if (law.kind == INS_LAW_NORMAL) return normal;
    if (law.kind == INS_LAW_UNIFORM) return sum_windows(sample, step, 1, s, added) - n * log(2 * s);
    return normal - n * log(inner()) +
           sum_windows(sample, step, s * s / (whole * whole), 2 * s, s * added / whole);
}

/* --- Distance --------------------------------------------------------------------------------- */

/* A law as so many equally likely numbers. */
enum { NODES = 64, PLACES = 200 };

static void find_nodes(ins_law law, double node[NODES])
{
    for (size_t i = 0; i < NODES; i++) {
        const double share = ((double)i + 0.5) / NODES;
        if (law.kind == INS_LAW_UNIFORM)
            node[i] = law.spread * (2 * share - 1);
        else if (law.kind == INS_LAW_NORMAL)
            node[i] = law.spread * gsl_cdf_ugaussian_Pinv(share);
        else
            node[i] = law.spread * gsl_cdf_ugaussian_Pinv((1 - inner()) / 2 + inner() * share);
    }
}

double ins_moved_distance(ins_law law, double noise, const ins_sample *sample)
{
    const double added = fmax(noise * sqrt(ins_law_variance(law)), law.spread / NODES);
    double node[NODES], distance = 0;
    find_nodes(law, node);
    for (size_t k = 0; k < PLACES; k++) {
        const double share = ((double)k + 0.5) / PLACES;
        const double x = sample->value[(size_t)(share * (double)sample->tested)];
        double below = 0;
        for (size_t i = 0; i < NODES; i++)
            below += erfc((node[i] - x) / (added * sqrt(2))) / (2 * NODES);
        distance = fmax(distance, fabs(below - share));
    }
    return distance;
}

/* --- Test ------------------------------------------------------------------------------------- */

static double cumulative(ins_law law, double x)
{
    const double z = x / law.spread;
    if (law.kind == INS_LAW_UNIFORM) return fmin(fmax((1 + z) / 2, 0), 1);
    const double below = erfc(-z / sqrt(2)) / 2;
    if (law.kind == INS_LAW_NORMAL) return below;
    return fmin(fmax((below - (1 - inner()) / 2) / inner(), 0), 1);
}

/* P(sup |Brownian bridge| > x); the sum alternates, and converges at once unless x is small. */
static double kolmogorov(double x)
{
    enum { TERMS = 100 };
    double sum = 0;
    if (x < 0.2) return 1;
    for (int k = 1; k <= TERMS; k++) sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(sum, 0), 1);
}

/* Half of the distance to the next number of so many digits. */
static double half_step(double x, int digits)
{
    int exponent;
    if (x == 0) return 0;
    frexp(x, &exponent);
    return ldexp(1, exponent - digits - 1);
}

/* An element stands for all numbers that are rounded to it. With the correction of M. A. Stephens
 * (Journal of the Royal Statistical Society B 32, 1970) for small samples. */
double ins_fit_p(ins_law law, const ins_sample *sample)
{
    const double *x = sample->value, n = (double)sample->tested;
    double distance = 0;
    for (size_t i = 0, end; i < sample->tested; i = end) {
        for (end = i + 1; end < sample->tested && x[end] == x[i];) end++;
        const double half = half_step(x[i], sample->digits);
        distance = fmax(distance, (double)end / n - cumulative(law, x[i] + half));
        distance = fmax(distance, cumulative(law, x[i] - half) - (double)i / n);
    }
    return kolmogorov((sqrt(n) + 0.12 + 0.11 / sqrt(n)) * distance);
}
