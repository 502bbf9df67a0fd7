/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds the numbers: environment.csv, everything that may differ between equal runs,
 * features.csv, the inputs before and after scaling, and outputs.csv, what outputs are called. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_version.h>

#include "initscope/blas.h"
#include "initscope/carver.h"
#include "initscope/log_row.h"
#include "initscope/memory.h"
#include "initscope/optimizer.h"
#include "initscope/symmetry.h"
#include "initscope/trainer.h"
#include "laboratory.h"
#include "machine.h"

static void pair(ins_text *out, const char *key, const char *value)
{
    ins_row row = ins_row_begin(out, INS_LOG_ENVIRONMENT);
    ins_row_text(&row, INS_ENVIRONMENT_KEY, key);
    ins_row_name(&row, INS_ENVIRONMENT_VALUE, value);
    ins_row_end(&row);
}

static void pair_number(ins_text *out, const char *key, double value)
{
    char digits[INS_NUMBER_SIZE];
    ins_format_number(digits, value);
    pair(out, key, digits);
}

static void pair_size(ins_text *out, const char *key, size_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", value);
    pair(out, key, digits);
}

/* ISO 8601 in UTC; SOURCE_DATE_EPOCH, when set to a number, is the time. */
static void pair_date(ins_text *out)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    long long seconds;
    time_t now = time(NULL);
    if (fixed && ins_parse_integer(fixed, strlen(fixed), 0, INT64_C(253402300799), &seconds))
        now = (time_t)seconds;
    struct tm utc;
    char date[32] = "";
    if (gmtime_r(&now, &utc)) strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    pair(out, "date", date);
}

static void pair_cpu(ins_text *out)
{
    char line[512], model[512] = "unknown";
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info && fgets(line, sizeof line, info)) {
        if (sscanf(line, "model name : %511[^\n]", model) == 1) break;
    }
    if (info) fclose(info);
    pair(out, "cpu", model);
}

static void pair_made(ins_text *out, const char *key, void (*make)(ins_text *))
{
    ins_text value = {0};
    make(&value);
    pair(out, key, value.data);
    ins_text_free(&value);
}

/* What always answering the most frequent class would get right on the rows that it is taken from.
 */
static double largest_share(const ins_samples *samples)
{
    size_t count;
    ins_most_frequent_class(samples, &count);
    return (double)count / (double)samples->rows;
}

/* What always answering the most frequent training class would get right on the test rows. */
static double majority_share(const ins_prepared *data)
{
    size_t count, hits = 0, best = ins_most_frequent_class(&data->train, &count);
    for (size_t i = 0; i < data->test.rows; i++) hits += data->test.label[i] == (int32_t)best;
    return (double)hits / (double)data->test.rows;
}

/* Of the probe batch, as it is taken of a layer's outputs. */
static double input_rank(const ins_samples *probe)
{
    const size_t rows = probe->rows, units = probe->features;
    ins_carver carver = {0};
    ins_symmetry_lay_out(units, 0, rows, &carver);
    ins_carver_allocate(&carver, "inputs");
    ins_symmetry_workspace *workspace = ins_symmetry_lay_out(units, 0, rows, &carver);
    const ins_output_symmetry of = ins_symmetry_of_outputs(workspace, probe->x, rows, units);
    free(workspace);
    return of.effective_rank;
}

static void program_pairs(const ins_surroundings *surroundings, ins_text *out)
{
    pair(out, "version", PACKAGE_VERSION);
    pair(out, "command_line", surroundings->command_line);
    pair_date(out);
    pair_cpu(out);
    pair_made(out, "cpu_features", ins_machine_cpu_features);
    pair(out, "blas", ins_blas_name());
    pair(out, "gsl", gsl_version);
    pair_made(out, "libc", ins_machine_libc);
    pair(out, "compiler", ins_compiler());
    pair(out, "openmp", ins_openmp());
    pair_size(out, "threads", surroundings->threads);
    pair(out, "flush_to_zero", surroundings->flush_to_zero ? "yes" : "no");
}

/* "sgd 0.01, adam 0.001": what each optimizer's learning rate is unless one is given. */
static void pair_learning_rates(const ins_surroundings *surroundings, ins_text *out)
{
    const ins_choices *optimizers = &surroundings->settings->optimizer;
    ins_text rates = {0};
    ins_text_add(&rates, "");
    for (size_t i = 0; i < optimizers->count; i++) {
        const ins_optimizer *row = (const ins_optimizer *)optimizers->item[i].entry;
        char number[INS_NUMBER_SIZE];
        ins_format_number(number, row->learning_rate);
        ins_text_add_format(&rates, "%s%s %s", i > 0 ? ", " : "", optimizers->item[i].label,
                            number);
    }
    pair(out, "default_learning_rates", rates.data);
    ins_text_free(&rates);
}

/* Always answering the mean of the training rows: its loss and score on the rows of samples. */
static ins_evaluation constant_answer(const ins_samples *train, const ins_samples *samples)
{
    const size_t n = samples->outputs;
    const ins_loss *loss = ins_loss_for(false);
    double *mean = ins_allocate(n, sizeof *mean, "the targets");
    real *answer = ins_allocate(n, sizeof *answer, "the targets");
    ins_tally tally = {.fit = ins_allocate(n, sizeof *tally.fit, "the targets")};
    for (size_t i = 0; i < train->rows * n; i++)
        mean[i % n] += (double)train->number[i] / (double)train->rows;
    for (size_t k = 0; k < n; k++) answer[k] = (real)mean[k];
    for (size_t i = 0; i < samples->rows; i++)
        loss->add(&tally, 1, n, answer, ins_targets_of(samples, i));
    const ins_evaluation evaluation = {.loss = tally.loss / (double)tally.rows,
                                       .score = loss->score_of(&tally, n)};
    free(mean);
    free(answer);
    free(tally.fit);
    return evaluation;
}

static void class_pairs(const ins_dataset *dataset, const ins_prepared *data, ins_text *out)
{
    pair_size(out, "classes", dataset->classes);
    pair_number(out, "majority_share", majority_share(data));
    pair_number(out, "largest_train_share", largest_share(&data->train));
    pair_number(out, "largest_test_share", largest_share(&data->test));
}

static void target_pairs(const ins_dataset *dataset, const ins_prepared *data, ins_text *out)
{
    if (dataset->task == INS_TASK_INPUTS) pair(out, "autoencoder", "yes");
    pair_size(out, "targets", dataset->targets);
    const ins_evaluation train = constant_answer(&data->train, &data->train);
    const ins_evaluation test = constant_answer(&data->train, &data->test);
    pair_number(out, "train_constant_loss", train.loss);
    pair_number(out, "train_constant_score", train.score);
    pair_number(out, "test_constant_loss", test.loss);
    pair_number(out, "test_constant_score", test.score);
}

static void data_pairs(const ins_surroundings *surroundings, ins_text *out)
{
    const ins_dataset *dataset = surroundings->dataset;
    const ins_prepared *data = surroundings->data;
    char hash[32];
    snprintf(hash, sizeof hash, "%016llx", dataset->hash);

    pair(out, "data_path", surroundings->settings->data.path);
    pair_size(out, "data_rows", dataset->rows);
    pair(out, "data_hash", hash);
    pair(out, "label", dataset->label_name);
    pair_size(out, "train_rows", data->train.rows);
    pair_size(out, "test_rows", data->test.rows);
    ins_samples probe = ins_probe_of(surroundings->settings, &data->train);
    pair_size(out, "probe_rows", probe.rows);
    pair_size(out, "features", dataset->features);
    pair_number(out, "input_rank", input_rank(&probe));
    if (dataset->test_rows > 0) pair(out, "given_test_set", "yes");
    if (data->test.x == data->train.x) pair(out, "test_is_train", "yes");
    if (dataset->task == INS_TASK_CLASSES) {
        class_pairs(dataset, data, out);
    } else {
        target_pairs(dataset, data, out);
    }
}

#define TEXT_OF(token) #token
#define TEXT(macro) TEXT_OF(macro)

const char *ins_compiler(void)
{
#ifdef __clang__
    return "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__);
#elif defined __GNUC__
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

const char *ins_openmp(void)
{
#ifdef _OPENMP
#define INS_TEXT_OF(macro) INS_QUOTE(macro)
#define INS_QUOTE(text) #text
    return INS_TEXT_OF(_OPENMP);
#else
    return "no";
#endif
}

void ins_environment_write(const ins_surroundings *surroundings, ins_text *out)
{
    ins_log_header(INS_LOG_ENVIRONMENT, out);
    program_pairs(surroundings, out);
    pair_learning_rates(surroundings, out);
    data_pairs(surroundings, out);
}

void ins_features_write(const ins_dataset *dataset, const ins_prepared *data, ins_text *out)
{
    ins_log_header(INS_LOG_FEATURES, out);
    for (size_t i = 0; i < dataset->features; i++) {
        const ins_feature *feature = &data->features[i];
        ins_row row = ins_row_begin(out, INS_LOG_FEATURES);
        ins_row_name(&row, INS_FEATURES_FEATURE, dataset->feature_names[i]);
        ins_row_number(&row, INS_FEATURES_MEAN, feature->mean);
        ins_row_number(&row, INS_FEATURES_VARIANCE, feature->variance);
        ins_row_number(&row, INS_FEATURES_MINIMUM, feature->minimum);
        ins_row_number(&row, INS_FEATURES_MAXIMUM, feature->maximum);
        ins_row_number(&row, INS_FEATURES_SCALED_MEAN, feature->scaled_mean);
        ins_row_number(&row, INS_FEATURES_SCALED_VARIANCE, feature->scaled_variance);
        ins_row_end(&row);
    }
}

void ins_outputs_write(const ins_dataset *dataset, ins_text *out)
{
    const bool classes = dataset->task == INS_TASK_CLASSES;
    const size_t count = classes ? dataset->classes : dataset->targets;
    const char *const *names =
        (const char *const *)(classes ? dataset->class_names : dataset->target_names);
    ins_log_header(INS_LOG_OUTPUTS, out);
    for (size_t i = 0; i < count; i++) {
        ins_row row = ins_row_begin(out, INS_LOG_OUTPUTS);
        ins_row_integer(&row, INS_OUTPUTS_OUTPUT, (long long)i + 1);
        ins_row_name(&row, INS_OUTPUTS_NAME, names[i]);
        ins_row_end(&row);
    }
}
