/* The measures of one arm: gains per layer, how far the weights move, and how training went, over
 * its seeds. */
#include <config.h>

#include "analysis_internal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

/* An arm under measurement, with room for its values. */
typedef struct bench {
    const ins_study *study;
    const ins_arm *arm;
    size_t hidden;
    size_t start;  /* index of epoch 0; SIZE_MAX: not recorded */
    double *value; /* (runs) */
    double *step;  /* (steps) sizes of updates, grown as needed */
    size_t steps;
    double level;
} bench;

static double at(const bench *b, size_t run, size_t epoch, size_t layer, ins_tensor tensor,
                 const char *column)
{
    return ins_study_layer(b->study, run, epoch, layer, tensor, column);
}

/* The change over the depth, geometric mean over the seeds whose gain is known. */
static double total(const bench *b, ins_tensor tensor, ins_toward toward)
{
    double depth = 0;
    size_t n = 0;
    for (size_t i = 0; i < b->arm->runs; i++) {
        size_t run = b->arm->run[i];
        if (isnan(ins_run_gain(b->study, run, tensor, toward))) continue;
        double first = at(b, run, b->start, 1, tensor, "variance");
        double last = at(b, run, b->start, b->hidden, tensor, "variance");
        depth += toward == INS_TOWARD_OUTPUT ? log(last / first) : log(first / last);
        n++;
    }
    return n > 0 ? exp(depth / (double)n) : NAN;
}

/* True when the variance of the tensor is exactly 0 at epoch 0 in every seed. */
static bool silent(const bench *b, size_t layer, ins_tensor tensor)
{
    for (size_t i = 0; i < b->arm->runs; i++) {
        if (at(b, b->arm->run[i], b->start, layer, tensor, "variance") != 0) return false;
    }
    return b->arm->runs > 0;
}

static void measure_signals(const bench *b, ins_arm_analysis *out)
{
    size_t arm = (size_t)(b->arm - b->study->arm);
    out->forward_gain = ins_gain(b->study, arm, INS_PREACTIVATION, INS_TOWARD_OUTPUT);
    out->backward_gain = ins_gain(b->study, arm, INS_DELTA, INS_TOWARD_INPUT);
    out->forward_total = total(b, INS_PREACTIVATION, INS_TOWARD_OUTPUT);
    out->backward_total = total(b, INS_DELTA, INS_TOWARD_INPUT);
    out->forward_theory = ins_theory_gain(b->study, arm, INS_PREACTIVATION, INS_TOWARD_OUTPUT);
    out->backward_theory = ins_theory_gain(b->study, arm, INS_DELTA, INS_TOWARD_INPUT);
    if (b->hidden == 0) return;
    bool activations = ins_study_has(b->study, arm, INS_ACTIVATION);
    out->no_forward_signal = silent(b, b->hidden, activations ? INS_ACTIVATION : INS_PREACTIVATION);
    out->no_backward_signal = silent(b, 1, INS_DELTA);
    for (size_t l = b->hidden; l > 0; l--) {
        if (silent(b, l, INS_PREACTIVATION)) out->forward_stops = l;
        if (out->backward_stops == 0 && silent(b, l, INS_DELTA)) out->backward_stops = l;
    }
    for (size_t i = 0; i < b->arm->runs; i++) {
        bool finite = true;
        for (size_t l = 1; l <= b->hidden && finite; l++) {
            size_t run = b->arm->run[i];
            finite = !(at(b, run, b->start, l, INS_PREACTIVATION, "nonfinite") > 0) &&
                     !isinf(at(b, run, b->start, l, INS_PREACTIVATION, "variance"));
        }
        out->overflowed += !finite;
    }
}

static void add_step(bench *b, size_t at, double step)
{
    if (at == b->steps) {
        b->steps = 2 * b->steps + 64;
        b->step = ins_reallocate(b->step, b->steps, sizeof *b->step, "sizes of updates");
    }
    b->step[at] = step;
}

/* The sizes of the updates of one run: the median of log10(rms update / rms weight before), and the
 * most that a layer can have moved, by the triangle inequality, in units of its first rms. */
static double update_size(bench *b, size_t run, double *change)
{
    size_t n = 0;
    *change = NAN;
    for (size_t l = 1; l <= b->arm->layers; l++) {
        double before = NAN, first = NAN, moved = 0;
        for (size_t e = 0; e < b->study->epochs; e++) {
            double weight = ins_layer_rms(b->study, run, e, l, INS_WEIGHT);
            double update = ins_layer_rms(b->study, run, e, l, INS_UPDATE);
            if (before > 0 && !isnan(update)) add_step(b, n++, log10(update / before));
            if (!isnan(update)) moved += update;
            if (isnan(first)) first = weight;
            if (!isnan(weight)) before = weight;
        }
        if (first > 0 && moved > 0) *change = fmax(*change, moved / first);
    }
    if (n == 0) return NAN;
    gsl_sort(b->step, 1, n);
    return gsl_stats_median_from_sorted_data(b->step, 1, n);
}

static void measure_updates(bench *b, ins_arm_analysis *out)
{
    double steps = 0, changes = 0;
    size_t stepped = 0, changed = 0;
    out->updates = NAN;
    for (size_t i = 0; i < b->arm->runs; i++) {
        double change, step = update_size(b, b->arm->run[i], &change);
        if (!isnan(step)) steps += step, stepped++;
        if (!isnan(change)) changes += change, changed++;
        out->updates = fmax(out->updates, ins_final(b->study, b->arm->run[i], "updates"));
    }
    out->update_log10 = stepped > 0 ? steps / (double)stepped : NAN;
    out->relative_change = changed > 0 ? changes / (double)changed : NAN;
}

static void measure_outcome(const bench *b, ins_arm_analysis *out)
{
    size_t n = 0;
    for (size_t i = 0; i < b->arm->runs; i++) {
        double accuracy = ins_final(b->study, b->arm->run[i], "test_accuracy");
        if (isfinite(accuracy)) b->value[n++] = accuracy;
        out->diverged += b->study->run[b->arm->run[i]].diverged;
        out->trained = out->trained || b->study->run[b->arm->run[i]].last_epoch > 0;
    }
    out->accuracy = ins_interval_of_mean(b->value, n, b->level);
    n = 0;
    for (size_t i = 0; i < b->arm->runs; i++) {
        double loss = ins_final(b->study, b->arm->run[i], "train_loss");
        if (loss > 0 && isfinite(loss)) b->value[n++] = loss;
    }
    out->train_loss = ins_interval_of_geometric_mean(b->value, n, b->level);
    n = 0;
    for (size_t i = 0; i < b->arm->runs; i++) {
        double loss = ins_study_epoch(b->study, b->arm->run[i], b->start, "train_loss");
        if (loss > 0 && isfinite(loss)) b->value[n++] = loss;
    }
    out->initial_loss = ins_interval_of_geometric_mean(b->value, n, b->level);
}

double ins_layer_rms(const ins_study *study, size_t run, size_t epoch, size_t layer,
                     ins_tensor tensor)
{
    double second = ins_study_layer(study, run, epoch, layer, tensor, "second_moment");
    if (!isnan(second)) return sqrt(second);
    double mean = ins_study_layer(study, run, epoch, layer, tensor, "mean");
    if (isnan(mean)) mean = 0;
    return sqrt(ins_study_layer(study, run, epoch, layer, tensor, "variance") + mean * mean);
}

double ins_final(const ins_study *study, size_t run, const char *column)
{
    return ins_study_epoch(study, run, study->run[run].last_index, column);
}

void ins_measure_arm(const ins_study *study, size_t arm, ins_arm_analysis *out)
{
    bench b = {.study = study, .arm = &study->arm[arm]};
    b.hidden = ins_hidden_layers(b.arm);
    b.start = ins_study_epoch_index(study, 0);
    b.level = ins_threshold_of("confidence");
    b.value = ins_allocate(b.arm->runs + 1, sizeof *b.value, "values of an arm");
    measure_signals(&b, out);
    ins_measure_units(study, arm, out);
    measure_updates(&b, out);
    measure_outcome(&b, out);
    free(b.value);
    free(b.step);
}

double ins_epoch_of_target(const ins_study *study, size_t run, double target)
{
    for (size_t e = 0; e < study->epochs; e++) {
        if (ins_study_epoch(study, run, e, "test_accuracy") >= target) {
            return (double)study->epoch[e];
        }
    }
    return NAN;
}

void ins_measure_speed(const ins_study *study, size_t arm, double target, ins_arm_analysis *out)
{
    const ins_arm *of = &study->arm[arm];
    double *epoch = ins_allocate(of->runs + 1, sizeof *epoch, "epochs to the target");
    size_t n = 0;
    for (size_t i = 0; i < of->runs; i++) {
        double first = ins_epoch_of_target(study, of->run[i], target);
        if (!isnan(first)) epoch[n++] = first;
    }
    out->reached_target = n;
    out->epochs_to_target = ins_interval_of_mean(epoch, n, ins_threshold_of("confidence"));
    free(epoch);
}
