/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Split, what is missing, and scaling: from a data set to what the network sees. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/chance.h"
#include "initscope/dataset.h"
#include "initscope/random.h"

/* Constant columns that are named in their line. */
enum { NAMED = 8 };

/* A test set that cannot tell all right from chance at this level decides nothing. */
#define LEVEL 0.01

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

/* Which rows are for what: order (rows), in which those of a side stand together, and where. */
typedef struct sides {
    size_t *order; /* of the rows of the file */
    size_t tests, trains;
    size_t test, train; /* where the sides begin */
} sides;

static sides choose_sides(const ins_dataset *d, const ins_preparation *how)
{
    sides s = {.order = ins_allocate(d->rows, sizeof *s.order, "the split")};
    if (d->test_rows > 0) {
        s.tests = d->test_rows;
        s.test = d->rows - s.tests;
        for (size_t i = 0; i < d->rows; i++) s.order[i] = i;
    } else {
        s.tests = ins_split(d->rows, how->test_fraction, how->split_seed, s.order);
        s.train = s.tests;
    }
    s.trains = s.tests < d->rows ? d->rows - s.tests : 0;
    return s;
}

static bool is_same(const ins_dataset *d, size_t a, size_t b)
{
    if (d->task == INS_TASK_CLASSES) return d->y[a] == d->y[b];
    if (d->task == INS_TASK_INPUTS)
        return memcmp(d->x + a * d->features, d->x + b * d->features, d->features * sizeof *d->x) ==
               0;
    return memcmp(d->target + a * d->targets, d->target + b * d->targets,
                  d->targets * sizeof *d->target) == 0;
}

/* Both sides need rows, and the training side two different things to predict. */
static ins_status check_sides(const ins_dataset *d, const sides *s, const ins_preparation *how,
                              ins_error *error)
{
    const bool all_train = how->test_fraction == 0 || d->test_rows > 0;
    if (s->trains == 0 || (s->tests == 0 && !all_train))
        return ins_error_add(error, INS_DATA,
                             "%s: no %s rows of %zu are left, test fraction (got \"%g\")", d->path,
                             s->tests == 0 ? "test" : "training", d->rows, how->test_fraction);
    const size_t *train = s->order + s->train;
    for (size_t i = 1; i < s->trains; i++) {
        if (!is_same(d, train[i], train[0])) return INS_OK;
    }
    if (d->task != INS_TASK_CLASSES)
        return ins_error_add(error, INS_DATA, "%s: all %zu training rows have one value to predict",
                             d->path, s->trains);
    const char *name = d->class_names[d->y[train[0]]];
    char shown[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_DATA, "%s: all %zu training rows have one label (got \"%s\")",
                         d->path, s->trains, ins_display(shown, name, strlen(name)));
}

/* What a row has in the arrays of a data set. */
typedef struct row_part {
    char *bytes; /* of all rows; NULL: nothing */
    size_t size; /* of a row */
} row_part;

enum { PARTS = 3 };

static void copy_row(const row_part *part, size_t to, size_t from)
{
    memcpy(part->bytes + to * part->size, part->bytes + from * part->size, part->size);
}

/* Row i becomes what row order[i] was, cycle by cycle; order becomes 0, 1, 2, ... Each part is with
 * a spare row behind its last one. */
static void permute(const row_part part[PARTS], size_t rows, size_t *order)
{
    for (size_t start = 0; start < rows; start++) {
        size_t i = start;
        if (order[start] == start) continue;
        for (size_t p = 0; p < PARTS; p++)
            if (part[p].bytes != NULL) copy_row(&part[p], rows, start);
        while (order[i] != start) {
            const size_t from = order[i];
            for (size_t p = 0; p < PARTS; p++)
                if (part[p].bytes != NULL) copy_row(&part[p], i, from);
            order[i] = i;
            i = from;
        }
        for (size_t p = 0; p < PARTS; p++)
            if (part[p].bytes != NULL) copy_row(&part[p], i, rows);
        order[i] = i;
    }
}

static void permute_rows(ins_dataset *d, size_t *order)
{
    const char *what = "the data";
    row_part part[PARTS] = {{NULL, d->features * sizeof *d->x},
                            {NULL, sizeof *d->y},
                            {NULL, d->targets * sizeof *d->target}};
    d->x = ins_reallocate(d->x, d->rows + 1, part[0].size, what);
    part[0].bytes = (char *)d->x;
    if (d->y != NULL) {
        d->y = ins_reallocate(d->y, d->rows + 1, part[1].size, what);
        part[1].bytes = (char *)d->y;
    }
    if (d->target != NULL) {
        d->target = ins_reallocate(d->target, d->rows + 1, part[2].size, what);
        part[2].bytes = (char *)d->target;
    }
    permute(part, d->rows, order);
}

/* The mean of what the rows have of a feature, 0 of nothing. */
static double mean_known(const ins_dataset *d, const sides *s, size_t j)
{
    double sum = 0, n = 0;
    for (size_t i = s->train; i < s->train + s->trains; i++) {
        const double x = d->x[i * d->features + j];
        if (isnan(x)) continue;
        sum += x;
        n += 1;
    }
    return n > 0 ? sum / n : 0;
}

/* Of each feature whether a row lacks it; along the rows, as they lie in memory. */
static bool *find_missing(const ins_dataset *d)
{
    bool *missing = ins_allocate(d->features, sizeof *missing, "the data");
    for (size_t i = 0; i < d->rows; i++)
        for (size_t j = 0; j < d->features; j++) missing[j] |= isnan(d->x[i * d->features + j]);
    return missing;
}

/* Columns of one category, from first to end, are missing together: the most frequent one is 1. */
static void fill_category(ins_dataset *d, const sides *s, size_t first, size_t end)
{
    size_t best = first;
    double most = -1;
    for (size_t j = first; j < end; j++) {
        const double share = mean_known(d, s, j);
        if (share > most) best = j;
        most = fmax(most, share);
    }
    for (size_t i = 0; i < d->rows; i++) {
        double *row = d->x + i * d->features;
        if (!isnan(row[first])) continue;
        for (size_t j = first; j < end; j++) row[j] = j == best;
    }
}

static void fill_missing(ins_dataset *d, const sides *s)
{
    bool *missing = find_missing(d);
    for (size_t j = 0, end; j < d->features; j = end) {
        end = j + 1;
        while (d->category[j] > 0 && end < d->features && d->category[end] == d->category[j]) end++;
        if (!missing[j]) continue;
        if (d->category[j] > 0) {
            fill_category(d, s, j, end);
            continue;
        }
        const double mean = mean_known(d, s, j);
        for (size_t i = 0; i < d->rows; i++)
            if (isnan(d->x[i * d->features + j])) d->x[i * d->features + j] = mean;
    }
    free(missing);
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

/* centre and divisor (features). All constants are one line. */
static void choose_scales(ins_dataset *d, const ins_feature *features, ins_scaling scaling,
                          double *centre, double *divisor)
{
    size_t constants = 0;
    ins_text names = {0};
    for (size_t j = 0; j < d->features; j++) {
        char shown[INS_DISPLAY_SIZE];
        const char *name = d->feature_names[j];
        if (choose_scale(&features[j], scaling, &centre[j], &divisor[j])) continue;
        if (constants++ >= NAMED) continue;
        ins_text_add_format(&names, "%s%s", constants > 1 ? ", " : "",
                            ins_display(shown, name, strlen(name)));
    }
    if (constants > NAMED) ins_text_add_format(&names, " and %zu more", constants - NAMED);
    if (constants > 0)
        ins_text_add_line(&d->warnings, "%s: constant in the training rows, scaled to 0: %s",
                          d->path, names.data);
    ins_text_free(&names);
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

/* The numbers to be predicted, of which the training rows have mean 0 and variance 1. */
static real *scale_targets(ins_dataset *d, const sides *s)
{
    const char *what = "the targets";
    const size_t n = d->targets;
    double *spare = ins_allocate(n, sizeof *spare, what);
    double *centre = ins_allocate(n, sizeof *centre, what);
    double *divisor = ins_allocate(n, sizeof *divisor, what);
    real *row = ins_allocate(n, sizeof *row, what);
    ins_feature *target = ins_allocate(n, sizeof *target, what);
    measure(d->target + s->train * n, s->trains, n, target, spare);
    for (size_t j = 0; j < n; j++)
        choose_scale(&target[j], INS_SCALE_STANDARD, &centre[j], &divisor[j]);
    scale_in_place(d->target, d->rows, n, centre, divisor, row);
    real *number = ins_reallocate(d->target, d->rows * n, sizeof *number, what);
    d->target = NULL;
    free(spare);
    free(centre);
    free(divisor);
    free(row);
    free(target);
    return number;
}

/* Rows of each class, (outputs); the caller frees them. */
static size_t *class_sizes(const ins_samples *samples)
{
    size_t *rows = ins_allocate(samples->outputs, sizeof *rows, "class sizes");
    for (size_t i = 0; i < samples->rows; i++) rows[samples->label[i]]++;
    return rows;
}

size_t ins_most_frequent_class(const ins_samples *samples, size_t *rows)
{
    size_t *size = class_sizes(samples), best = 0;
    for (size_t k = 1; k < samples->outputs; k++)
        if (size[k] > size[best]) best = k;
    *rows = size[best];
    free(size);
    return best;
}

/* A class that the network never sees can only be counted as wrong: the reader should know. */
static void warn_of_unseen_classes(const ins_samples *train, ins_dataset *d)
{
    size_t *rows = class_sizes(train), unseen = 0;
    for (size_t k = 0; k < train->outputs; k++) unseen += rows[k] == 0;
    if (unseen > 0)
        ins_text_add_line(&d->warnings, "%s: classes without a training row: %zu of %zu", d->path,
                          unseen, train->outputs);
    free(rows);
}

/* What always answering the class of most test rows gets, but no less than a guess. */
static double chance_of(const ins_samples *test)
{
    size_t rows;
    ins_most_frequent_class(test, &rows);
    return fmax(1 / (double)test->outputs, (double)rows / (double)test->rows);
}

/* Of which even all right would be no more than luck, and of numbers one or two are on any line. */
static void warn_of_few_tests(const ins_samples *test, ins_dataset *d)
{
    size_t needed = d->classes > 0 ? ins_rows_to_decide(chance_of(test), LEVEL) : 3;
    if (needed == SIZE_MAX) needed = ins_rows_to_decide(1 / (double)d->classes, LEVEL);
    if (test->rows >= needed) return;
    ins_text_add_line(
        &d->warnings,
        "%s: %zu test row%s cannot tell a network that learned from luck, %zu could%s", d->path,
        test->rows, test->rows == 1 ? "" : "s", needed,
        d->test_rows == 0 ? "; --test-fraction 0 tests on the training rows" : "");
}

static ins_samples view_of(const ins_dataset *d, const ins_prepared *p, size_t first, size_t rows)
{
    const bool own = d->task == INS_TASK_INPUTS;
    ins_samples view = {.rows = rows, .features = d->features, .x = p->x + first * d->features};
    view.outputs = d->task == INS_TASK_CLASSES ? d->classes : own ? d->features : d->targets;
    if (p->label != NULL) view.label = p->label + first;
    if (p->number != NULL) view.number = p->number + first * d->targets;
    if (own) view.number = view.x;
    return view;
}

static void make_samples(ins_dataset *d, const sides *s, ins_scaling scaling,
                         ins_prepared *prepared)
{
    const size_t n = d->features;
    const char *what = "the scaling";
    double *spare = ins_allocate(n, sizeof *spare, what);
    double *centre = ins_allocate(n, sizeof *centre, what);
    double *divisor = ins_allocate(n, sizeof *divisor, what);
    real *row = ins_allocate(n, sizeof *row, what);
    ins_feature *features = ins_allocate(n, sizeof *features, what);
    if (s->train > 0 || s->tests == 0) permute_rows(d, s->order);
    fill_missing(d, s);
    measure(d->x + s->train * n, s->trains, n, features, spare);
    choose_scales(d, features, scaling, centre, divisor);
    scale_in_place(d->x, d->rows, n, centre, divisor, row);
    *prepared = (ins_prepared){.features = features,
                               .x = ins_reallocate(d->x, d->rows * n, sizeof(real), what),
                               .label = d->y};
    if (d->target != NULL) prepared->number = scale_targets(d, s);
    prepared->train = view_of(d, prepared, s->train, s->trains);
    prepared->test = s->tests > 0 ? view_of(d, prepared, s->test, s->tests) : prepared->train;
    measure_scaled(&prepared->train, features);
    if (d->task == INS_TASK_CLASSES) warn_of_unseen_classes(&prepared->train, d);
    if (s->tests > 0) warn_of_few_tests(&prepared->test, d);
    d->x = NULL;
    d->y = NULL;
    free(spare);
    free(centre);
    free(divisor);
    free(row);
}

ins_status ins_prepare(ins_dataset *dataset, const ins_preparation *how, ins_prepared *prepared,
                       ins_error *error)
{
    const sides s = choose_sides(dataset, how);
    ins_status status = check_sides(dataset, &s, how, error);
    if (status == INS_OK) make_samples(dataset, &s, how->scaling, prepared);
    free(s.order);
    return status;
}

/* NULL of nothing. */
static void *copied(const void *from, size_t count, size_t size)
{
    if (from == NULL) return NULL;
    void *copy = ins_allocate(count, size, "the data");
    memcpy(copy, from, count * size);
    return copy;
}

ins_status ins_prepare_copy(const ins_dataset *dataset, const ins_preparation *how,
                            ins_prepared *prepared, ins_text *warnings, ins_error *error)
{
    ins_dataset copy = *dataset;
    copy.warnings = (ins_text){0};
    copy.x = copied(dataset->x, dataset->rows * dataset->features, sizeof *copy.x);
    copy.y = copied(dataset->y, dataset->rows, sizeof *copy.y);
    copy.target = copied(dataset->target, dataset->rows * dataset->targets, sizeof *copy.target);
    ins_status status = ins_prepare(&copy, how, prepared, error);
    if (warnings != NULL && copy.warnings.data != NULL) ins_text_add(warnings, copy.warnings.data);
    ins_text_free(&copy.warnings);
    free(copy.x);
    free(copy.y);
    free(copy.target);
    return status;
}

ins_status ins_split_check(const ins_dataset *dataset, const ins_preparation *how, ins_error *error)
{
    const sides s = choose_sides(dataset, how);
    ins_status status = check_sides(dataset, &s, how, error);
    free(s.order);
    return status;
}

void ins_prepared_free(ins_prepared *prepared)
{
    free(prepared->x);
    free(prepared->label);
    free(prepared->number);
    free(prepared->features);
    *prepared = (ins_prepared){0};
}
