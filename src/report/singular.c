/* What spectrum.csv says of a matrix: all its singular values, or their extremes. */
#include <config.h>

#include "singular.h"

#include <float.h>
#include <math.h>

enum { MOST_VALUES = 8192 };

ins_weight_shape ins_weight_shape_of(const ins_study *study, size_t arm, size_t layer)
{
    size_t run = study->arm[arm].run[0], start = ins_study_epoch_index(study, 0);
    double units = ins_study_layer(study, run, start, layer, INS_WEIGHT, "units");
    double count = ins_study_layer(study, run, start, layer, INS_WEIGHT, "count");
    return (ins_weight_shape){units, count / units};
}

/* Of the Jacobian (layer 0) there are as many as the smaller of classes and features, for each of
 * several probe rows. */
static size_t rank_of(const ins_study *study, size_t arm, size_t layer, size_t count)
{
    if (layer > 0) return count;
    double classes = ins_weight_shape_of(study, arm, study->arm[arm].layers).units;
    double features = ins_weight_shape_of(study, arm, 1).fan_in, rank = fmin(classes, features);
    bool whole = rank >= 1 && count % (size_t)rank == 0;
    return whole ? (size_t)rank : count;
}

ins_values ins_values_of(ins_flow *flow, size_t run, size_t epoch, size_t layer)
{
    const ins_study *study = flow->part->study;
    size_t count = ins_study_spectrum(study, run, epoch, layer, NULL, 0);
    ins_values out = {0};
    if (count == 0 || count > MOST_VALUES) return out;
    out.value = ins_arena_get(flow->arena, count, sizeof *out.value, "spectrum");
    out.count = ins_study_spectrum(study, run, epoch, layer, out.value, count);
    out.rank = rank_of(study, study->run[run].arm, layer, count);
    return out;
}

/* What is below the rounding of double is 0, and the condition infinite. */
ins_extremes ins_run_extremes(ins_flow *flow, size_t run, size_t epoch, size_t layer)
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

ins_extremes ins_extremes_of(ins_flow *flow, size_t arm, size_t epoch, size_t layer)
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
