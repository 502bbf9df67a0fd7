/* Populations of units. */
#include <config.h>

#include "units.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "initscope/activation.h"
#include "initscope/memory.h"
#include "initscope/random.h"

struct ins_draws {
    gsl_rng *rng;
    double normal[INS_UNITS]; /* one of each stratum, with the variance 1 */
    size_t order[INS_UNITS];
};

static double mean_product(const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < INS_UNITS; i++) sum += a[i] * b[i];
    return sum / INS_UNITS;
}

ins_draws *ins_draws_new(void)
{
    ins_draws *draws = ins_allocate(1, sizeof *draws, "a population of units");
    draws->rng = ins_check_memory(gsl_rng_alloc(gsl_rng_mt19937), "random numbers");
    ins_random_seed(draws->rng, 1);
    for (size_t i = 0; i < INS_UNITS; i++) {
        draws->normal[i] = gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / INS_UNITS);
        draws->order[i] = i;
    }
    const double scale = 1 / sqrt(mean_product(draws->normal, draws->normal));
    for (size_t i = 0; i < INS_UNITS; i++) draws->normal[i] *= scale;
    return draws;
}

void ins_draws_free(ins_draws *draws)
{
    if (draws == NULL) return;
    gsl_rng_free(draws->rng);
    free(draws);
}

static double *numbers(void)
{
    return ins_reserve(INS_UNITS, sizeof(double), "a population of units");
}

void ins_units_free(ins_units *units)
{
    if (units == NULL) return;
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) free(units->x[v]);
    free(units);
}

/* Each stratum once, in another order each time. */
static double *draw(ins_draws *draws)
{
    double *z = numbers();
    ins_random_shuffle(draws->rng, draws->order, INS_UNITS);
    for (size_t i = 0; i < INS_UNITS; i++) z[i] = draws->normal[draws->order[i]];
    return z;
}

/* Of a variable with the correlation 1 - apart with z: (1 - apart) z + the rest of it fresh. */
static double *draw_apart(ins_draws *draws, const double *z, double apart)
{
    const double share = 1 - apart, rest = sqrt(fmax(apart * (2 - apart), 0));
    double *x = draw(draws);
    for (size_t i = 0; i < INS_UNITS; i++) x[i] = share * z[i] + rest * x[i];
    return x;
}

static double within_two(double apart)
{
    return fmin(fmax(apart, 0), 2);
}

ins_units *ins_units_draw(ins_draws *draws, const ins_views *views)
{
    const double variance = fmax(views->square - views->mean * views->mean, 0);
    const double inverse = variance > 0 ? 1 / variance : 0;
    ins_units *units = ins_allocate(1, sizeof *units, "a population of units");
    double **x = units->x;
    x[INS_UNIT_OWN] = draw(draws);
    x[INS_UNIT_FAR] = draw_apart(draws, x[INS_UNIT_OWN], within_two(views->apart * inverse));
    if (!isnan(views->near)) {
        const double apart = (views->square - views->near) * inverse;
        x[INS_UNIT_NEAR] = draw_apart(draws, x[INS_UNIT_OWN], within_two(apart));
    }
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++)
        for (size_t i = 0; x[v] != NULL && i < INS_UNITS; i++)
            x[v][i] = views->mean + sqrt(variance) * x[v][i];
    return units;
}

ins_units *ins_units_add(const ins_units *x, double factor, const ins_units *f, double square)
{
    ins_units *sum = ins_allocate(1, sizeof *sum, "a population of units");
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) {
        if (x->x[v] == NULL || f->x[v] == NULL) continue;
        double *y = sum->x[v] = numbers();
        for (size_t i = 0; i < INS_UNITS; i++) y[i] = x->x[v][i] + factor * f->x[v][i];
        const double now = mean_product(y, y);
        for (size_t i = 0; i < INS_UNITS && now > 0; i++) y[i] *= sqrt(square / now);
    }
    return sum;
}

/* The mean over the views. */
static void find_views(const ins_units *units, ins_views *views)
{
    const double *own = units->x[INS_UNIT_OWN], *far = units->x[INS_UNIT_FAR];
    const double *near = units->x[INS_UNIT_NEAR];
    double count = 0, sum = 0;
    *views = (ins_views){.near = near != NULL ? mean_product(own, near) : NAN};
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) {
        const double *x = units->x[v];
        if (x == NULL) continue;
        count++;
        views->square += mean_product(x, x);
        for (size_t i = 0; i < INS_UNITS; i++) sum += x[i];
    }
    views->square /= count;
    views->mean = sum / (INS_UNITS * count);
    for (size_t i = 0; i < INS_UNITS; i++)
        views->apart += (own[i] - far[i]) * (own[i] - far[i]) / (2 * INS_UNITS);
}

ins_units_activated ins_units_activate(const ins_units *units, const ins_choice *activation,
                                       double *slope_square)
{
    const ins_activation *row = (const ins_activation *)activation->entry;
    const double *own = units->x[INS_UNIT_OWN], *near = units->x[INS_UNIT_NEAR];
    ins_units_activated made = {.alike = 1};
    double product = 0, square = 0;
    made.units = ins_allocate(1, sizeof *made.units, "a population of units");
    for (size_t v = 0; v < INS_UNIT_VIEWS; v++) {
        if (units->x[v] == NULL) continue;
        double *x = made.units->x[v] = numbers();
        for (size_t i = 0; i < INS_UNITS; i++) x[i] = row->value(units->x[v][i], activation->value);
    }
    for (size_t i = 0; i < INS_UNITS; i++) {
        const double slope = row->slope(own[i], activation->value);
        slope_square[i] = slope * slope;
        square += slope * slope;
        if (near != NULL) product += slope * row->slope(near[i], activation->value);
    }
    if (near != NULL && square > 0) made.alike = product / square;
    find_views(made.units, &made.views);
    return made;
}
