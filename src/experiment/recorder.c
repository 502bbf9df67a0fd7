/* One pass per tensor and layer on the probe batch, and the rows that say what was seen. */
#include <config.h>

#include "initscope/recorder.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/memory.h"
#include "initscope/moments.h"
#include "record.h"

static const ins_bounds unbounded = {-INFINITY, INFINITY};

struct ins_recorder {
    ins_recorder_trial subject;
    ins_bounds hidden_bounds; /* saturation of hidden activations */
    size_t depth;
    ins_moments *moments; /* (most units of a layer) */
    real *previous;       /* all W at the previous recorded epoch, layer after layer */
    real *difference;     /* (most weights of a layer) */
    ins_symmetry_workspace *symmetry;
    gsl_histogram *histogram;
    ins_spectra *spectra;
};

/* The buffers' lengths. */
typedef struct extent {
    size_t units;   /* of the widest layer, the inputs included */
    size_t weights; /* of all layers */
    size_t largest; /* weights of one layer */
} extent;

static bool extent_add(extent *e, size_t units, size_t fan_in)
{
    size_t weights;
    if (__builtin_mul_overflow(units, fan_in, &weights) ||
        __builtin_add_overflow(e->weights, weights, &e->weights))
        return false;
    if (units > e->units) e->units = units;
    if (weights > e->largest) e->largest = weights;
    return true;
}

static bool wants_symmetry(const ins_settings *settings)
{
    return ins_epochs_most(&settings->symmetry, SIZE_MAX) > 0;
}

static bool add_symmetry(const extent *e, size_t rows, size_t *total)
{
    size_t bytes;
    return ins_symmetry_size(e->units, e->largest, rows, &bytes) &&
           !__builtin_add_overflow(*total, bytes, total);
}

static bool wants_spectrum(const ins_settings *settings)
{
    return ins_epochs_most(&settings->spectrum, SIZE_MAX) > 0;
}

static bool add_spectrum(const extent *e, size_t classes, size_t *total)
{
    size_t bytes;
    return ins_spectra_size(&(ins_spectra_extent){e->units, e->largest, classes}, &bytes) &&
           !__builtin_add_overflow(*total, bytes, total);
}

ins_status ins_recorder_size(const ins_design *design, const ins_settings *settings, size_t *bytes,
                             ins_error *error)
{
    extent e = {.units = design->inputs};
    size_t fan_in = design->inputs, reals, moments, total;
    bool fits = true;
    for (size_t i = 0; i < design->hidden_count; i++) {
        fits = fits && extent_add(&e, design->hidden[i], fan_in);
        fan_in = design->hidden[i];
    }
    fits = fits && extent_add(&e, design->classes, fan_in) &&
           !__builtin_add_overflow(e.weights, e.largest, &reals) &&
           !__builtin_mul_overflow(reals, sizeof(real), &reals) &&
           !__builtin_mul_overflow(e.units, sizeof(ins_moments), &moments) &&
           !__builtin_add_overflow(reals, moments, &total) &&
           (!wants_symmetry(settings) || add_symmetry(&e, design->capacity, &total)) &&
           (!wants_spectrum(settings) || add_spectrum(&e, design->classes, &total)) &&
           !__builtin_add_overflow(total, (2 * settings->bins + 1) * sizeof(double), &total);
    if (!fits) return ins_error_add(error, INS_USAGE, "the network is too large to be recorded");
    *bytes = total;
    return INS_OK;
}

static void remember_weights(ins_recorder *recorder)
{
    real *copy = recorder->previous;
    for (size_t l = 1; l <= recorder->depth; l++) {
        ins_layer_view view = ins_network_layer(recorder->subject.network, l);
        memcpy(copy, view.weight, view.units * view.fan_in * sizeof *copy);
        copy += view.units * view.fan_in;
    }
}

ins_recorder *ins_recorder_new(const ins_recorder_trial *subject)
{
    ins_recorder *recorder = ins_allocate(1, sizeof *recorder, "a recorder");
    recorder->subject = *subject;
    recorder->depth = ins_network_depth(subject->network);

    const ins_activation *activation = (const ins_activation *)subject->trial->activation->entry;
    recorder->hidden_bounds =
        (ins_bounds){activation->saturated_below, activation->saturated_above};

    extent e = {.units = subject->probe->features};
    for (size_t l = 1; l <= recorder->depth; l++) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        if (!extent_add(&e, view.units, view.fan_in)) ins_die("a network larger than its memory");
    }
    recorder->moments = ins_allocate(e.units, sizeof *recorder->moments, "moments of units");
    recorder->previous = ins_allocate(e.weights, sizeof *recorder->previous, "previous weights");
    recorder->difference = ins_allocate(e.largest, sizeof *recorder->difference, "an update");
    if (wants_symmetry(subject->settings))
        recorder->symmetry = ins_symmetry_workspace_new(e.units, e.largest, subject->probe->rows);
    if (wants_spectrum(subject->settings))
        recorder->spectra =
            ins_spectra_new(&(ins_spectra_extent){e.units, e.largest, subject->probe->classes});
    recorder->histogram = gsl_histogram_alloc(subject->settings->bins);
    if (!recorder->histogram)
        ins_die("out of memory (need %zu histogram bins)", subject->settings->bins);
    return recorder;
}

void ins_recorder_free(ins_recorder *recorder)
{
    if (!recorder) return;
    free(recorder->moments);
    free(recorder->previous);
    free(recorder->difference);
    ins_symmetry_workspace_free(recorder->symmetry);
    gsl_histogram_free(recorder->histogram);
    ins_spectra_free(recorder->spectra);
    free(recorder);
}

void ins_record_begin_row(const ins_trial *trial, size_t epoch, ins_text *out)
{
    ins_csv_integer(out, (long long)trial->run);
    ins_csv_text(out, trial->init->label);
    ins_csv_integer(out, trial->seed);
    ins_csv_integer(out, (long long)epoch);
}

/* One row of layers.csv. saturates: the saturation rule applies to this tensor. */
typedef struct sample {
    size_t epoch, layer, units;
    ins_tensor tensor;
    bool saturates;
} sample;

static void add_row(const ins_recorder *recorder, const sample *s, ins_text *out)
{
    ins_layer_statistics of = ins_layer_statistics_of(recorder->moments, s->units);
    const double first[] = {of.mean,
                            of.variance,
                            of.within_unit_variance,
                            of.between_unit_variance,
                            of.second_moment,
                            of.skewness,
                            of.kurtosis,
                            of.minimum,
                            of.maximum,
                            of.zero_fraction};

    ins_record_begin_row(recorder->subject.trial, s->epoch, out);
    ins_csv_integer(out, (long long)s->layer);
    ins_csv_text(out, ins_tensor_table[s->tensor].name);
    ins_csv_integer(out, (long long)s->units);
    ins_csv_integer(out, (long long)of.count);
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) ins_csv_number(out, first[i]);
    if (s->saturates)
        ins_csv_number(out, of.saturated_fraction);
    else
        ins_csv_empty(out);
    ins_csv_integer(out, (long long)of.nonfinite);
    ins_csv_end_row(out);
}

/* A tensor whose units are its rows: a weight, a bias, a gradient, an update. */
static void record_rows(ins_recorder *recorder, sample s, const real *x, size_t length,
                        ins_text *out)
{
    ins_moments_of_rows(x, s.units, length, unbounded, recorder->moments);
    add_row(recorder, &s, out);
}

/* A tensor of the probe batch, whose units are its columns. */
static void record_columns(ins_recorder *recorder, sample s, const real *x, ins_text *out)
{
    ins_bounds bounds = s.saturates ? recorder->hidden_bounds : unbounded;
    ins_moments_of_columns(x, recorder->subject.probe->rows, s.units, bounds, recorder->moments);
    add_row(recorder, &s, out);
}

static void record_layer(ins_recorder *recorder, size_t epoch, size_t layer, const real *previous,
                         ins_text *out)
{
    ins_layer_view view = ins_network_layer(recorder->subject.network, layer);
    bool hidden = layer < recorder->depth;
    bool rule = !isinf(recorder->hidden_bounds.lower) || !isinf(recorder->hidden_bounds.upper);
    sample s = {.epoch = epoch, .layer = layer, .units = view.units};

    s.tensor = INS_WEIGHT;
    record_rows(recorder, s, view.weight, view.fan_in, out);
    s.tensor = INS_BIAS;
    record_rows(recorder, s, view.bias, 1, out);
    s.tensor = INS_PREACTIVATION;
    record_columns(recorder, s, view.preactivation, out);
    s.tensor = INS_ACTIVATION;
    s.saturates = hidden && rule;
    record_columns(recorder, s, view.activation, out);
    s.tensor = INS_DELTA;
    s.saturates = false;
    record_columns(recorder, s, view.delta, out);
    s.tensor = INS_GRADIENT;
    record_rows(recorder, s, view.weight_gradient, view.fan_in, out);
    if (epoch == 0) return;

    size_t count = view.units * view.fan_in;
    for (size_t i = 0; i < count; i++) recorder->difference[i] = view.weight[i] - previous[i];
    s.tensor = INS_UPDATE;
    record_rows(recorder, s, recorder->difference, view.fan_in, out);
}

static double sum_of_squares(const real *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

static double gradient_norm(const ins_recorder *recorder)
{
    double sum = 0;
    for (size_t l = 1; l <= recorder->depth; l++) {
        ins_layer_view view = ins_network_layer(recorder->subject.network, l);
        sum += sum_of_squares(view.weight_gradient, view.units * view.fan_in);
        sum += sum_of_squares(view.bias_gradient, view.units);
    }
    return sqrt(sum);
}

static void record_epoch(const ins_recorder *recorder, const ins_recorder_epoch *epoch,
                         ins_text *out)
{
    ins_record_begin_row(recorder->subject.trial, epoch->epoch, out);
    ins_csv_integer(out, (long long)ins_network_updates(recorder->subject.network));
    ins_csv_number(out, epoch->train.loss);
    ins_csv_number(out, epoch->train.accuracy);
    ins_csv_number(out, epoch->test.loss);
    ins_csv_number(out, epoch->test.accuracy);
    ins_csv_number(out, gradient_norm(recorder));
    ins_csv_end_row(out);
}

static void record_layers(ins_recorder *recorder, size_t epoch, ins_text *out)
{
    const ins_recorder_trial *subject = &recorder->subject;
    sample inputs = {.epoch = epoch, .units = subject->probe->features, .tensor = INS_ACTIVATION};
    record_columns(recorder, inputs, subject->probe->x, out);
    const real *previous = recorder->previous;
    for (size_t l = 1; l <= recorder->depth; l++) {
        ins_layer_view view = ins_network_layer(subject->network, l);
        record_layer(recorder, epoch, l, previous, out);
        previous += view.units * view.fan_in;
    }
    remember_weights(recorder);
}

void ins_recorder_record(ins_recorder *recorder, const ins_recorder_epoch *epoch,
                         ins_log_rows *rows)
{
    const ins_recorder_trial *subject = &recorder->subject;
    const ins_settings *settings = subject->settings;
    ins_network_show(subject->network, subject->probe->x, subject->probe->rows);
    ins_network_backward(subject->network, subject->probe->y);
    record_epoch(recorder, epoch, &rows->file[INS_LOG_EPOCHS]);
    record_layers(recorder, epoch->epoch, &rows->file[INS_LOG_LAYERS]);
    if (ins_epochs_have(&settings->symmetry, epoch->epoch, epoch->last))
        ins_record_symmetry(subject, epoch->epoch, recorder->symmetry,
                            &rows->file[INS_LOG_SYMMETRY]);
    if (ins_epochs_have(&settings->histograms, epoch->epoch, epoch->last))
        ins_record_histograms(subject, epoch->epoch, recorder->histogram,
                              &rows->file[INS_LOG_HISTOGRAMS]);
    if (ins_epochs_have(&settings->spectrum, epoch->epoch, epoch->last))
        ins_record_spectrum(subject, epoch->epoch, recorder->spectra,
                            &rows->file[INS_LOG_SPECTRUM]);
}
