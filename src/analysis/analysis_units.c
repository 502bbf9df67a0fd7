/* What becomes of the units of an arm: which are identical, beyond the knee, or shut for good.
 * Exact counts from symmetry.csv where they were recorded, signs in layers.csv otherwise. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdint.h>

/* A hidden layer of a run at epoch 0 or at the end. */
typedef struct site {
    const ins_study *study;
    size_t run, layer;
    bool at_end;
} site;

static double at(const site *s, ins_tensor tensor, const char *column)
{
    size_t epoch =
        s->at_end ? s->study->run[s->run].last_layer_index : ins_study_epoch_index(s->study, 0);
    return ins_study_layer(s->study, s->run, epoch, s->layer, tensor, column);
}

/* The last count of a run that diverged may be older than its last row elsewhere. */
static double counted(const site *s, const char *column)
{
    size_t epoch =
        s->at_end ? s->study->run[s->run].last_layer_index : ins_study_epoch_index(s->study, 0);
    double value = ins_study_symmetry(s->study, s->run, epoch, s->layer, column);
    while (s->at_end && isnan(value) && epoch != SIZE_MAX && epoch-- > 0) {
        value = ins_study_symmetry(s->study, s->run, epoch, s->layer, column);
    }
    return value;
}

/* Duplicate units; where they were not counted, units with bitwise the same mean weight and mean
 * response. */
static bool has_duplicates(const site *s)
{
    double units = counted(s, "units"), distinct = counted(s, "distinct_units");
    if (!isnan(units) && !isnan(distinct)) return distinct < units;
    return at(s, INS_WEIGHT, "units") != 1 && at(s, INS_WEIGHT, "between_unit_variance") == 0 &&
           at(s, INS_PREACTIVATION, "between_unit_variance") == 0;
}

static bool symmetric(const ins_study *study, const ins_arm *arm, size_t layer, bool at_end)
{
    for (size_t i = 0; i < arm->runs; i++) {
        site s = {study, arm->run[i], layer, at_end};
        if (!has_duplicates(&s)) return false;
    }
    return arm->runs > 0;
}

static void take_distinct(const site *s, ins_arm_analysis *out)
{
    double units = counted(s, "units"), distinct = counted(s, "distinct_units");
    if (isnan(units) || isnan(distinct)) return;
    if (out->counted && distinct / units >= out->distinct_units / out->units) return;
    out->counted = true;
    out->distinct_units = distinct;
    out->units = units;
}

/* The share of units that are shut; NAN where nothing was counted, and where z itself is 0. */
static double dead_units(const site *s)
{
    if (at(s, INS_PREACTIVATION, "zero_fraction") == 1) return NAN;
    return counted(s, "dead_units") / counted(s, "units");
}

static double saturated_units(const site *s)
{
    return at(s, INS_ACTIVATION, "saturated_fraction");
}

/* Over the seeds for which there is a value; NAN: for none. */
static double mean_of(const ins_study *study, const ins_arm *arm, size_t layer, bool at_end,
                      double (*value_of)(const site *))
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < arm->runs; i++) {
        site s = {study, arm->run[i], layer, at_end};
        double value = value_of(&s);
        if (isnan(value)) continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (double)n : NAN;
}

/* A layer whose activation is 0 everywhere though its z is not: its rectifiers are shut. */
static bool shut(const site *s)
{
    return at(s, INS_ACTIVATION, "zero_fraction") == 1 &&
           at(s, INS_PREACTIVATION, "zero_fraction") < 1;
}

static bool has_shut_layer(const ins_study *study, const ins_arm *arm, size_t run)
{
    for (size_t l = 1; l <= ins_hidden_layers(arm); l++) {
        site start = {study, run, l, false}, end = {study, run, l, true};
        if (shut(&start) || shut(&end)) return true;
    }
    return false;
}

void ins_measure_units(const ins_study *study, size_t arm, ins_arm_analysis *out)
{
    const ins_arm *of = &study->arm[arm];
    out->saturated_share = out->dead_share = NAN;
    out->distinct_units = out->units = NAN;
    for (size_t l = 1; l <= ins_hidden_layers(of); l++) {
        out->symmetric_layers_start += symmetric(study, of, l, false);
        out->symmetric_layers_end += symmetric(study, of, l, true);
        for (int end = 0; end < 2; end++) {
            double saturated = mean_of(study, of, l, end, saturated_units);
            double dead = mean_of(study, of, l, end, dead_units);
            out->saturated_share = fmax(out->saturated_share, saturated);
            out->dead_share = fmax(out->dead_share, dead);
        }
        for (size_t i = 0; i < of->runs; i++) {
            site end = {study, of->run[i], l, true};
            take_distinct(&end, out);
            if (!isnan(at(&end, INS_WEIGHT, "between_unit_variance"))) out->symmetry_known = true;
        }
    }
    out->symmetry_known = out->symmetry_known || out->counted;
    for (size_t i = 0; i < of->runs; i++) out->dead += has_shut_layer(study, of, of->run[i]);
}
