/* Split and scaling: from a data set to what the network sees. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/dataset.h"
#include "initscope/random.h"

/* Constant columns that are warned of one by one. */
enum { NAMED = 20 };

const char *const ins_scaling_names[] = {"none", "standard", "minmax", NULL};

size_t ins_split(size_t rows, double fraction, uint32_t seed, size_t *order)
{
    gsl_rng rng = {gsl_rng_mt19937, ins_allocate(1, gsl_rng_mt19937->size, "a random stream")};
    for (size_t i = 0; i < rows; i++) order[i] = i;
    ins_random_seed(&rng, seed);
    ins_random_shuffle(&rng, order, rows);
    free(rng.state);
    return (size_t)ceil((double)rows * fraction);
}

/* Both sides need rows, and the training side two classes. */
static ins_status check_split(const ins_dataset *d, const size_t *order, size_t tests,
                              double fraction, ins_error *error)
{
    if (tests == 0 || tests >= d->rows)
        return ins_error_add(error, INS_DATA,
                             "%s: no %s rows of %zu are left, test fraction (got \"%g\")", d->path,
                             tests == 0 ? "test" : "training", d->rows, fraction);
    for (size_t i = tests + 1; i < d->rows; i++) {
        if (d->y[order[i]] != d->y[order[tests]]) return INS_OK;
    }
    const char *name = d->class_names[d->y[order[tests]]];
    char shown[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_DATA, "%s: all %zu training rows have one label (got \"%s\")",
                         d->path, d->rows - tests, ins_display(shown, name, strlen(name)));
}

/* Row i becomes what row order[i] was, cycle by cycle; order becomes 0, 1, 2, ... spare holds one
 * row. */
static void permute(double *x, int32_t *y, size_t rows, size_t features, size_t *order,
                    double *spare)
{
    const size_t bytes = features * sizeof *x;
    for (size_t start = 0; start < rows; start++) {
        if (order[start] == start) continue;
        const int32_t label = y[start];
        size_t i = start;
        memcpy(spare, x + start * features, bytes);
        while (order[i] != start) {
            const size_t from = order[i];
            memcpy(x + i * features, x + from * features, bytes);
            y[i] = y[from];
            order[i] = i;
            i = from;
        }
        memcpy(x + i * features, spare, bytes);
        y[i] = label;
        order[i] = i;
    }
}

/* Two passes, the second one corrected for the rounding of the mean (Chan, Golub & LeVeque 1983),
 * as scikit-learn does. spare (features). */
static void measure(const double *x, size_t rows, size_t features, ins_feature *out, double *spare)
{
    for (size_t j = 0; j < features; j++)
        out[j] = (ins_feature){.minimum = DBL_MAX, .maximum = -DBL_MAX};
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < features; j++) {
            const double value = x[i * features + j];
            out[j].mean += value;
            if (value < out[j].minimum) out[j].minimum = value;
            if (value > out[j].maximum) out[j].maximum = value;
        }
    }
    for (size_t j = 0; j < features; j++) {
        out[j].mean /= (double)rows;
        spare[j] = 0;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < features; j++) {
            const double distance = x[i * features + j] - out[j].mean;
            out[j].variance += distance * distance;
            spare[j] += distance;
        }
    }
    for (size_t j = 0; j < features; j++) {
        const double n = (double)rows;
        out[j].variance = fmax(0, (out[j].variance - spare[j] * spare[j] / n) / n);
    }
}

/* What is subtracted from a feature, and what it is then divided by: infinity for a constant.
 * False for a constant. */
static bool choose_scale(const ins_feature *f, ins_scaling scaling, double *centre, double *divisor)
{
    *centre = 0;
    *divisor = 1;
    if (scaling == INS_SCALE_NONE) return true;
    *centre = scaling == INS_SCALE_STANDARD ? f->mean : f->minimum;
    *divisor = scaling == INS_SCALE_STANDARD ? sqrt(f->variance) : f->maximum - f->minimum;
    const bool varies = f->maximum > f->minimum;
    if (varies && *divisor > 0) return true;
    *divisor = INFINITY;
    return false;
}

/* centre and divisor (features). The first constants are named, the others counted. */
static void choose_scales(ins_dataset *d, const ins_feature *features, ins_scaling scaling,
                          double *centre, double *divisor)
{
    size_t constants = 0;
    for (size_t j = 0; j < d->features; j++) {
        char shown[INS_DISPLAY_SIZE];
        const char *name = d->feature_names[j];
        if (choose_scale(&features[j], scaling, &centre[j], &divisor[j])) continue;
        if (++constants > NAMED) continue;
        ins_text_add_line(&d->warnings,
                          "%s: column \"%s\" is constant in the training rows: scaled to 0",
                          d->path, ins_display(shown, name, strlen(name)));
    }
    if (constants > NAMED)
        ins_text_add_line(&d->warnings, "%s: more columns that are constant: %zu", d->path,
                          constants - NAMED);
}

/* The scaled rows take the place of the doubles, which are at least as wide. The bytes are copied,
 * so that no object is read as another type. */
static void scale_in_place(double *x, size_t rows, size_t features, const double *centre,
                           const double *divisor, real *spare)
{
    char *out = (char *)x;
    const size_t bytes = features * sizeof *spare;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < features; j++)
            spare[j] = (real)((x[i * features + j] - centre[j]) / divisor[j]);
        memcpy(out + i * bytes, spare, bytes);
    }
}

static void measure_scaled(const ins_samples *train, ins_feature *out)
{
    for (size_t j = 0; j < train->features; j++) {
        const double n = (double)train->rows;
        double mean = 0, square = 0;
        for (size_t i = 0; i < train->rows; i++) mean += (double)train->x[i * train->features + j];
        mean /= n;
        for (size_t i = 0; i < train->rows; i++) {
            const double distance = (double)train->x[i * train->features + j] - mean;
            square += distance * distance;
        }
        out[j].scaled_mean = mean;
        out[j].scaled_variance = square / n;
    }
}

/* A class that the network never sees can only be counted as wrong: the reader should know. */
static void warn_of_unseen_classes(const ins_samples *train, ins_dataset *d)
{
    size_t *rows = ins_allocate(train->outputs, sizeof *rows, "class sizes"), unseen = 0;
    for (size_t i = 0; i < train->rows; i++) rows[train->label[i]]++;
    for (size_t k = 0; k < train->outputs; k++) unseen += rows[k] == 0;
    if (unseen > 0)
        ins_text_add_line(&d->warnings, "%s: classes without a training row: %zu of %zu", d->path,
                          unseen, train->outputs);
    free(rows);
}

/* order: of the split, its first tests rows for testing. */
static void make_samples(ins_dataset *d, size_t *order, size_t tests, ins_scaling scaling,
                         ins_prepared *prepared)
{
    const size_t n = d->features, trains = d->rows - tests;
    const char *what = "the scaling";
    double *spare = ins_allocate(n, sizeof *spare, what);
    double *centre = ins_allocate(n, sizeof *centre, what);
    double *divisor = ins_allocate(n, sizeof *divisor, what);
    real *row = ins_allocate(n, sizeof *row, what);
    ins_feature *features = ins_allocate(n, sizeof *features, what);
    permute(d->x, d->y, d->rows, n, order, spare);
    measure(d->x + tests * n, trains, n, features, spare);
    choose_scales(d, features, scaling, centre, divisor);
    scale_in_place(d->x, d->rows, n, centre, divisor, row);
    real *x = ins_reallocate(d->x, d->rows * n, sizeof *x, "the samples");
    prepared->test =
        (ins_samples){.rows = tests, .features = n, .outputs = d->classes, .x = x, .label = d->y};
    prepared->train = (ins_samples){.rows = trains,
                                    .features = n,
                                    .outputs = d->classes,
                                    .x = x + tests * n,
                                    .label = d->y + tests};
    prepared->features = features;
    measure_scaled(&prepared->train, features);
    warn_of_unseen_classes(&prepared->train, d);
    d->x = NULL;
    d->y = NULL;
    free(spare);
    free(centre);
    free(divisor);
    free(row);
}

ins_status ins_prepare(ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                       ins_scaling scaling, ins_prepared *prepared, ins_error *error)
{
    size_t *order = ins_allocate(dataset->rows, sizeof *order, "the split");
    const size_t tests = ins_split(dataset->rows, test_fraction, split_seed, order);
    ins_status status = check_split(dataset, order, tests, test_fraction, error);
    if (status == INS_OK) make_samples(dataset, order, tests, scaling, prepared);
    free(order);
    return status;
}

ins_status ins_prepare_copy(const ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                            ins_scaling scaling, ins_prepared *prepared, ins_text *warnings,
                            ins_error *error)
{
    const size_t elements = dataset->rows * dataset->features;
    ins_dataset copy = *dataset;
    copy.warnings = (ins_text){0};
    copy.x = ins_allocate(elements, sizeof *copy.x, "the data");
    copy.y = ins_allocate(dataset->rows, sizeof *copy.y, "the labels");
    memcpy(copy.x, dataset->x, elements * sizeof *copy.x);
    memcpy(copy.y, dataset->y, dataset->rows * sizeof *copy.y);
    ins_status status = ins_prepare(&copy, test_fraction, split_seed, scaling, prepared, error);
    if (warnings != NULL && copy.warnings.data != NULL) ins_text_add(warnings, copy.warnings.data);
    ins_text_free(&copy.warnings);
    free(copy.x);
    free(copy.y);
    return status;
}

ins_status ins_split_check(const ins_dataset *dataset, double test_fraction, uint32_t split_seed,
                           ins_error *error)
{
    size_t *order = ins_allocate(dataset->rows, sizeof *order, "the split");
    const size_t tests = ins_split(dataset->rows, test_fraction, split_seed, order);
    ins_status status = check_split(dataset, order, tests, test_fraction, error);
    free(order);
    return status;
}

void ins_prepared_free(ins_prepared *prepared)
{
    free(prepared->test.x);
    free(prepared->test.label);
    free(prepared->features);
    *prepared = (ins_prepared){0};
}
