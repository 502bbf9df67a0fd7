/* What spectrum.csv says of a matrix: all its singular values, or their extremes. */
#include <config.h>

#include "singular.h"

#include <float.h>
#include <math.h>

enum { MOST_VALUES = 8192 };

/* Of the Jacobian (layer 0) there are as many as the smaller of classes and features, for each of
 * several probe rows. */
static size_t rank_of(const ins_study *study, size_t arm, size_t layer, size_t count)
{
    if (layer > 0) return count;
    double classes = ins_units(study, arm, study->arm[arm].layers);
    double features = ins_fan_in(study, arm, 1), rank = fmin(classes, features);
    bool whole = rank >= 1 && count % (size_t)rank == 0;
    return whole ? (size_t)rank : count;
}

ins_values ins_values_of(ins_flow *flow, size_t run, ins_epoch_index epoch, size_t layer)
{
    const ins_study *study = flow->part->study;
    ins_site site = {.run = run, .epoch = epoch, .layer = layer};
    size_t count = ins_study_spectrum(study, site, NULL, 0);
    ins_values out = {0};
    if (count == 0 || count > MOST_VALUES) return out;
    out.value = ins_arena_get(flow->arena, count, sizeof *out.value, "spectrum");
    out.count = ins_study_spectrum(study, site, out.value, count);
    out.rank = rank_of(study, study->run[run].arm, layer, count);
    return out;
}

/* What is below the rounding of double is 0, and the condition infinite. */
ins_extremes ins_run_extremes(ins_flow *flow, size_t run, ins_epoch_index epoch, size_t layer)
{
    ins_extremes sum = {0, 0};
    ins_values v = ins_values_of(flow, run, epoch, layer);
    size_t n = 0;
    for (size_t i = 0; i < v.count; i += v.rank) {
        double largest = v.value[i], smallest = v.value[i + v.rank - 1];
        if (!(largest > 0)) continue; /* it stretches nothing */
        bool lost = smallest <= largest * (double)v.rank * DBL_EPSILON;
        sum.largest += log(largest);
        sum.condition += lost ? INFINITY : log(largest / smallest);
        n++;
    }
    if (v.count == 0) return (ins_extremes){NAN, NAN};
    if (n == 0) return (ins_extremes){-INFINITY, NAN};
    return (ins_extremes){sum.largest / (double)n, sum.condition / (double)n};
}

ins_extremes ins_extremes_of(ins_flow *flow, size_t arm, ins_epoch_index epoch, size_t layer)
{
    const ins_arm *of = &flow->part->study->arm[arm];
    double largest = 0, condition = 0;
    size_t found = 0, n = 0;
    for (size_t s = 0; s < of->runs; s++) {
        ins_extremes one = ins_run_extremes(flow, of->run[s], epoch, layer);
        found += !isnan(one.largest);
        if (isnan(one.condition)) continue;
        largest += one.largest;
        condition += one.condition;
        n++;
    }
    if (found == 0) return (ins_extremes){NAN, NAN};
    if (n == 0) return (ins_extremes){0, NAN};
    return (ins_extremes){exp(largest / (double)n), exp(condition / (double)n)};
}
