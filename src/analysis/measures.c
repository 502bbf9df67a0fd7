/* The measures of one arm over its seeds: what was drawn for its weights, gains a layer, which of
 * its units are alike or shut, how far its weights move, how its training went. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

/* --- What was drawn ------------------------------------------------------------ */

size_t ins_typical_layer(const ins_arm *arm)
{
    return arm->layers > 2 ? 2 : 1;
}

/* Shapes do not change: whichever epoch was recorded first tells them. */
static double shape(const ins_study *study, size_t arm, size_t layer, ins_column_id column)
{
    ins_site first = {study->arm[arm].run[0], ins_epoch_at(0), layer, INS_WEIGHT};
    return ins_number(study, column, first);
}

double ins_fan_in(const ins_study *study, size_t arm, size_t layer)
{
    return shape(study, arm, layer, INS_LAYERS_COUNT) / shape(study, arm, layer, INS_LAYERS_UNITS);
}

double ins_units(const ins_study *study, size_t arm, size_t layer)
{
    return shape(study, arm, layer, INS_LAYERS_UNITS);
}

double ins_drawn_variance(const ins_study *study, size_t arm, size_t layer)
{
    ins_site start = {.epoch = study->start, .layer = layer, .tensor = INS_WEIGHT};
    ins_seeds w = ins_seeds_at(study, arm, INS_GEOMETRIC, INS_LAYERS_VARIANCE, start);
    if (w.interval.n > 0) return w.interval.mean;
    return w.zeros > 0 ? 0 : (double)NAN;
}

double ins_reach(const ins_study *study, size_t arm)
{
    const double scales = 6;
    ins_site site = {.run = study->arm[arm].run[0]};
    double gradient = fabs(ins_number(study, INS_DEPTH_XI_GRADIENT, site));
    double correlation = ins_number(study, INS_DEPTH_XI_C, site);
    return isnan(gradient) ? gradient : scales * fmin(gradient, correlation);
}

/* --- Signals ------------------------------------------------------------------- */

/* A signal: the variance of a tensor at epoch 0, as measured or as predicted, counted one way. */
typedef struct signal_of {
    ins_column_id column; /* of layers.csv or of theory.csv */
    ins_tensor tensor;
    ins_direction direction;
} signal_of;

static double variance_of(const ins_study *study, size_t run, const signal_of *s, size_t layer)
{
    return ins_number(study, s->column, (ins_site){run, study->start, layer, s->tensor});
}

static size_t hidden_of(const ins_study *study, size_t run)
{
    return ins_hidden_layers(&study->arm[study->run[run].arm]);
}

/* exp of the least-squares slope of ln Var over the hidden layers. NAN unless there are two and
 * every one has a finite variance above 0. */
static double gain_of(const ins_study *study, size_t run, const void *context)
{
    const signal_of *s = context;
    size_t hidden = hidden_of(study, run), n = 0;
    double *x = ins_allocate(2 * hidden + 1, sizeof *x, "layers of a gain"), *y = x + hidden;
    for (size_t l = 1; l <= hidden; l++) {
        double variance = variance_of(study, run, s, l);
        if (!(variance > 0 && isfinite(variance))) break;
        x[n] = (double)l;
        y[n++] = log(variance);
    }
    double slope = n == hidden && n > 1 ? ins_slope(x, y, n) : (double)NAN;
    free(x);
    return exp(s->direction == INS_FORWARD ? slope : -slope);
}

double ins_run_gain(const ins_study *study, size_t run, ins_tensor tensor, ins_direction direction)
{
    return gain_of(study, run, &(signal_of){INS_LAYERS_VARIANCE, tensor, direction});
}

ins_interval ins_gain(const ins_study *study, size_t arm, ins_tensor tensor,
                      ins_direction direction)
{
    signal_of measured = {INS_LAYERS_VARIANCE, tensor, direction};
    return ins_over_seeds(study, arm, INS_GEOMETRIC, gain_of, &measured).interval;
}

double ins_theory_gain(const ins_study *study, size_t arm, ins_tensor tensor,
                       ins_direction direction)
{
    signal_of predicted = {INS_THEORY_VARIANCE, tensor, direction};
    return ins_over_seeds(study, arm, INS_GEOMETRIC, gain_of, &predicted).interval.mean;
}

/* The change over the depth of a run whose gain is known. */
static double change_of(const ins_study *study, size_t run, const void *context)
{
    const signal_of *s = context;
    if (isnan(gain_of(study, run, s))) return NAN;
    double first = variance_of(study, run, s, 1);
    double last = variance_of(study, run, s, hidden_of(study, run));
    return s->direction == INS_FORWARD ? last / first : first / last;
}

static double total(const ins_study *study, size_t arm, ins_tensor tensor, ins_direction direction)
{
    signal_of measured = {INS_LAYERS_VARIANCE, tensor, direction};
    ins_seeds change = ins_over_seeds(study, arm, INS_GEOMETRIC, change_of, &measured);
    return exp(change.sum / (double)change.interval.n);
}

/* True when the variance of the tensor is exactly 0 at epoch 0 in every seed. */
static bool silent(const ins_study *study, size_t arm, size_t layer, ins_tensor tensor)
{
    ins_site start = {.epoch = study->start, .layer = layer, .tensor = tensor};
    size_t runs = study->arm[arm].runs;
    return runs > 0 && ins_seeds_at(study, arm, INS_MEAN, INS_LAYERS_VARIANCE, start).zeros == runs;
}

/* True when a hidden layer has numbers that are not finite at epoch 0. */
static bool overflows(const ins_study *study, size_t run)
{
    for (size_t l = 1; l <= hidden_of(study, run); l++) {
        ins_site z = {run, study->start, l, INS_PREACTIVATION};
        if (ins_number(study, INS_LAYERS_NONFINITE, z) > 0 ||
            isinf(ins_number(study, INS_LAYERS_VARIANCE, z)))
            return true;
    }
    return false;
}

/* The first hidden layer on the way that is silent; 0: none. */
static size_t stop_of(const ins_study *study, size_t arm, ins_tensor tensor,
                      ins_direction direction)
{
    size_t hidden = ins_hidden_layers(&study->arm[arm]);
    for (size_t i = 1; i <= hidden; i++) {
        size_t layer = direction == INS_FORWARD ? i : hidden + 1 - i;
        if (silent(study, arm, layer, tensor)) return layer;
    }
    return 0;
}

static void measure_signals(const ins_study *study, size_t arm, ins_arm_analysis *out)
{
    static const ins_tensor tensors[INS_DIRECTIONS] = {INS_PREACTIVATION, INS_DELTA};
    const ins_arm *of = &study->arm[arm];
    size_t hidden = ins_hidden_layers(of);
    for (ins_direction d = 0; d < INS_DIRECTIONS; d++) {
        out->signal[d] = (ins_signal){.gain = ins_gain(study, arm, tensors[d], d),
                                      .theory = ins_theory_gain(study, arm, tensors[d], d),
                                      .total = total(study, arm, tensors[d], d),
                                      .stops = stop_of(study, arm, tensors[d], d)};
    }
    if (hidden == 0) return;
    bool activations = ins_study_has(study, arm, INS_ACTIVATION);
    out->signal[INS_FORWARD].silent =
        silent(study, arm, hidden, activations ? INS_ACTIVATION : INS_PREACTIVATION);
    out->signal[INS_BACKWARD].silent = silent(study, arm, 1, INS_DELTA);
    for (size_t i = 0; i < of->runs; i++) out->overflowed += overflows(study, of->run[i]);
}

/* --- Units: exact counts from symmetry.csv where they were recorded, signs in layers.csv otherwise
 */

/* A hidden layer at epoch 0 or at the end of a run. */
typedef struct moment {
    size_t layer;
    bool at_end;
} moment;

static ins_epoch_index epoch_of(const ins_study *study, size_t run, const moment *at)
{
    return at->at_end ? study->run[run].last_layers : study->start;
}

static double recorded(const ins_study *study, size_t run, const moment *at, ins_tensor tensor,
                       ins_column_id column)
{
    return ins_number(study, column, (ins_site){run, epoch_of(study, run, at), at->layer, tensor});
}

/* The last count of a run that diverged may be older than its last row elsewhere. */
static double counted(const ins_study *study, size_t run, const moment *at, ins_column_id column)
{
    ins_site site = {.run = run, .epoch = epoch_of(study, run, at), .layer = at->layer};
    double value = ins_number(study, column, site);
    while (at->at_end && isnan(value) && ins_is_recorded(site.epoch)) {
        site.epoch = ins_epoch_before(site.epoch);
        value = ins_number(study, column, site);
    }
    return value;
}

/* Duplicate units; where they were not counted, units with bitwise the same mean weight and mean
 * response. */
static bool has_duplicates(const ins_study *study, size_t run, const moment *at)
{
    double units = counted(study, run, at, INS_SYMMETRY_UNITS);
    double distinct = counted(study, run, at, INS_SYMMETRY_DISTINCT_UNITS);
    if (!isnan(units) && !isnan(distinct)) return distinct < units;
    return recorded(study, run, at, INS_WEIGHT, INS_LAYERS_UNITS) != 1 &&
           recorded(study, run, at, INS_WEIGHT, INS_LAYERS_BETWEEN_UNIT_VARIANCE) == 0 &&
           recorded(study, run, at, INS_PREACTIVATION, INS_LAYERS_BETWEEN_UNIT_VARIANCE) == 0;
}

static bool symmetric(const ins_study *study, const ins_arm *arm, const moment *at)
{
    for (size_t i = 0; i < arm->runs; i++) {
        if (!has_duplicates(study, arm->run[i], at)) return false;
    }
    return arm->runs > 0;
}

static void take_distinct(const ins_study *study, size_t run, const moment *at,
                          ins_unit_counts *out)
{
    double units = counted(study, run, at, INS_SYMMETRY_UNITS);
    double distinct = counted(study, run, at, INS_SYMMETRY_DISTINCT_UNITS);
    if (isnan(units) || isnan(distinct)) return;
    if (out->counted && distinct / units >= out->distinct / out->all) return;
    out->counted = true;
    out->distinct = distinct;
    out->all = units;
}

/* The share of units that are shut; NAN where nothing was counted, and where z itself is 0. */
static double dead_units(const ins_study *study, size_t run, const void *context)
{
    const moment *at = context;
    if (recorded(study, run, at, INS_PREACTIVATION, INS_LAYERS_ZERO_FRACTION) == 1) return NAN;
    return counted(study, run, at, INS_SYMMETRY_DEAD_UNITS) /
           counted(study, run, at, INS_SYMMETRY_UNITS);
}

static double saturated_units(const ins_study *study, size_t run, const void *context)
{
    return recorded(study, run, context, INS_ACTIVATION, INS_LAYERS_SATURATED_FRACTION);
}

/* A layer whose activation is 0 everywhere though its z is not: its rectifiers are shut. */
static bool shut(const ins_study *study, size_t run, const moment *at)
{
    return recorded(study, run, at, INS_ACTIVATION, INS_LAYERS_ZERO_FRACTION) == 1 &&
           recorded(study, run, at, INS_PREACTIVATION, INS_LAYERS_ZERO_FRACTION) < 1;
}

static bool has_shut_layer(const ins_study *study, size_t run)
{
    for (size_t l = 1; l <= hidden_of(study, run); l++) {
        if (shut(study, run, &(moment){l, false}) || shut(study, run, &(moment){l, true}))
            return true;
    }
    return false;
}

static void measure_units(const ins_study *study, size_t arm, ins_unit_counts *out)
{
    const ins_arm *of = &study->arm[arm];
    out->saturated_share = out->dead_share = NAN;
    out->distinct = out->all = NAN;
    for (size_t l = 1; l <= ins_hidden_layers(of); l++) {
        moment start = {l, false}, end = {l, true};
        out->symmetric_layers_start += symmetric(study, of, &start);
        out->symmetric_layers_end += symmetric(study, of, &end);
        for (int i = 0; i < 2; i++) {
            const moment *at = i == 0 ? &start : &end;
            ins_seeds saturated = ins_over_seeds(study, arm, INS_MEAN, saturated_units, at);
            ins_seeds dead = ins_over_seeds(study, arm, INS_MEAN, dead_units, at);
            out->saturated_share = fmax(out->saturated_share, saturated.interval.mean);
            out->dead_share = fmax(out->dead_share, dead.interval.mean);
        }
        for (size_t i = 0; i < of->runs; i++) {
            take_distinct(study, of->run[i], &end, out);
            if (!isnan(recorded(study, of->run[i], &end, INS_WEIGHT,
                                INS_LAYERS_BETWEEN_UNIT_VARIANCE)))
                out->symmetry_known = true;
        }
    }
    out->symmetry_known = out->symmetry_known || out->counted;
    for (size_t i = 0; i < of->runs; i++) out->dead_runs += has_shut_layer(study, of->run[i]);
}

/* --- Training ------------------------------------------------------------------ */

double ins_layer_rms(const ins_study *study, ins_site site)
{
    double second = ins_number(study, INS_LAYERS_SECOND_MOMENT, site);
    if (!isnan(second)) return sqrt(second);
    double mean = ins_number(study, INS_LAYERS_MEAN, site);
    if (isnan(mean)) mean = 0;
    return sqrt(ins_number(study, INS_LAYERS_VARIANCE, site) + mean * mean);
}

double ins_final(const ins_study *study, size_t run, ins_column_id column)
{
    return ins_number(study, column, (ins_site){.run = run, .epoch = study->run[run].last});
}

/* Sizes of updates, grown as needed. */
typedef struct steps {
    double *size;
    size_t count, room;
} steps;

static void add_step(steps *of, double size)
{
    if (of->count == of->room) {
        of->room = 2 * of->room + 64;
        of->size = ins_reallocate(of->size, of->room, sizeof *of->size, "sizes of updates");
    }
    of->size[of->count++] = size;
}

/* The median over recorded epochs and layers of rms update / rms weight before, on a logarithmic
 * scale. */
static double median_step(const ins_study *study, size_t run, const void *context)
{
    steps found = {0};
    (void)context;
    for (size_t l = 1; l <= study->arm[study->run[run].arm].layers; l++) {
        double before = NAN;
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site site = {run, ins_epoch_at(e), l, INS_WEIGHT};
            double weight = ins_layer_rms(study, site);
            site.tensor = INS_UPDATE;
            double update = ins_layer_rms(study, site);
            if (before > 0 && !isnan(update)) add_step(&found, log10(update / before));
            if (!isnan(weight)) before = weight;
        }
    }
    if (found.count == 0) return NAN;
    gsl_sort(found.size, 1, found.count);
    double median = gsl_stats_median_from_sorted_data(found.size, 1, found.count);
    free(found.size);
    return pow(10, median);
}

/* The most that a layer can have moved, by the triangle inequality, in units of its first rms. */
static double most_change(const ins_study *study, size_t run, const void *context)
{
    double change = NAN;
    (void)context;
    if (!ins_is_recorded(study->start)) return NAN;
    for (size_t l = 1; l <= study->arm[study->run[run].arm].layers; l++) {
        double first = NAN, moved = 0;
        for (size_t e = 0; e < study->epochs; e++) {
            ins_site site = {run, ins_epoch_at(e), l, INS_UPDATE};
            double update = ins_layer_rms(study, site);
            if (!isnan(update)) moved += update;
            site.tensor = INS_WEIGHT;
            if (isnan(first)) first = ins_layer_rms(study, site);
        }
        if (first > 0 && moved > 0) change = fmax(change, moved / first);
    }
    return change;
}

static double final_updates(const ins_study *study, size_t run, const void *context)
{
    (void)context;
    return ins_final(study, run, INS_EPOCHS_UPDATES);
}

static double final_accuracy(const ins_study *study, size_t run, const void *context)
{
    (void)context;
    return ins_final(study, run, INS_EPOCHS_TEST_ACCURACY);
}

static double final_loss(const ins_study *study, size_t run, const void *context)
{
    (void)context;
    return ins_final(study, run, INS_EPOCHS_TRAIN_LOSS);
}

static void measure_training(const ins_study *study, size_t arm, ins_outcome *out)
{
    const ins_arm *of = &study->arm[arm];
    ins_site start = {.epoch = study->start};
    for (size_t i = 0; i < of->runs; i++) {
        out->diverged += study->run[of->run[i]].diverged;
        out->trained = out->trained || ins_epoch_number(study, study->run[of->run[i]].last) > 0;
    }
    ins_seeds step = ins_over_seeds(study, arm, INS_GEOMETRIC, median_step, NULL);
    out->update_log10 = step.zeros > 0 ? -INFINITY : log10(step.interval.mean);
    out->relative_change = ins_over_seeds(study, arm, INS_MEAN, most_change, NULL).interval.mean;
    out->updates = ins_over_seeds(study, arm, INS_MEAN, final_updates, NULL).maximum;
    out->accuracy = ins_over_seeds(study, arm, INS_MEAN, final_accuracy, NULL).interval;
    out->train_loss = ins_over_seeds(study, arm, INS_GEOMETRIC, final_loss, NULL).interval;
    out->initial_loss =
        ins_seeds_at(study, arm, INS_GEOMETRIC, INS_EPOCHS_TRAIN_LOSS, start).interval;
}

void ins_measure_arm(const ins_study *study, size_t arm, ins_arm_analysis *out)
{
    measure_signals(study, arm, out);
    measure_units(study, arm, &out->units);
    measure_training(study, arm, &out->outcome);
}

double ins_epoch_of_target(const ins_study *study, size_t run, double target)
{
    for (size_t e = 0; e < study->epochs; e++) {
        ins_site site = {.run = run, .epoch = ins_epoch_at(e)};
        if (ins_number(study, INS_EPOCHS_TEST_ACCURACY, site) >= target) {
            return (double)study->epoch[e];
        }
    }
    return NAN;
}

static double epoch_of_target(const ins_study *study, size_t run, const void *target)
{
    return ins_epoch_of_target(study, run, *(const double *)target);
}

void ins_measure_speed(const ins_study *study, size_t arm, double target, ins_outcome *out)
{
    out->epochs_to_target = ins_over_seeds(study, arm, INS_MEAN, epoch_of_target, &target).interval;
    out->reached_target = out->epochs_to_target.n;
}
