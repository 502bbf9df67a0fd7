/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* libinitscope as a host meets it: through initscope.h alone. The oracle of statistics is a plain
 * loop in long double over the same elements, wherever they lie. */
#include <errno.h>
#include <gsl/gsl_errno.h>
#include <initscope.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_tap.h"

static char folder[] = "/tmp/initscope.XXXXXX";
static char directory[64];
static initscope_log *handle;
static initscope_run *run;

static void start(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(directory, sizeof directory, "%s/log", folder);
    handle = NULL;
    run = NULL;
}

static void finish(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static void open_run(const char *seed)
{
    const char *keys[] = {"initializer", "seed", NULL}, *values[] = {"he_normal", seed, NULL};
    if (handle == NULL)
        ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OK);
    ck_assert_int_eq(initscope_begin(handle, keys, values, &run), INITSCOPE_OK);
}

static initscope_layer layer_named(const char *name)
{
    return (initscope_layer){.size = sizeof(initscope_layer), .name = name};
}

static void begin_moment(int64_t time, unsigned record)
{
    initscope_moment moment = INITSCOPE_MOMENT_INIT;
    moment.time = time;
    moment.record = record;
    ck_assert_msg(initscope_at(run, &moment) == INITSCOPE_OK, "%s", initscope_error());
}

/* A file of the log, to be freed. */
static char *file_of(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    char *text = calloc(1, 1 << 20);
    ck_assert_uint_gt(fread(text, 1, (1 << 20) - 1, file), 0);
    fclose(file);
    return text;
}

/* A cell, by the number of the row and the name of the column, to be freed. */
static char *cell(const char *file, int row, const char *column)
{
    char *text = file_of(file), *line = text;
    int place = -1, number = 0;
    const size_t width = strlen(column);
    for (char *p = text; *p != '\n' && place < 0; number++) {
        const size_t length = strcspn(p, ",\n");
        if (length == width && strncmp(p, column, width) == 0) place = number;
        p += length + (p[length] == ',');
    }
    ck_assert_msg(place >= 0, "%s has no column %s", file, column);
    for (int r = 0; r < row; r++) {
        line = strchr(line, '\n');
        ck_assert_msg(line != NULL && line[1] != '\0', "%s has no row %d", file, row);
        line++;
    }
    for (; place > 0; place--) line = strchr(line, ',') + 1;
    line[strcspn(line, ",\n")] = '\0';
    char *copy = strdup(line);
    free(text);
    return copy;
}

static void cell_is(const char *file, int row, const char *column, const char *expected)
{
    char *found = cell(file, row, column);
    ck_assert_str_eq(found, expected);
    free(found);
}

static double cell_number(const char *file, int row, const char *column)
{
    char *found = cell(file, row, column);
    const double number = strtod(found, NULL);
    free(found);
    return number;
}

/* --- Statuses ------------------------------------------------------------------- */

#define FAILS(call, status, message)                  \
    do {                                              \
        ck_assert_int_eq(call, status);               \
        ck_assert_str_eq(initscope_error(), message); \
    } while (0)

START_TEST(the_version_is_that_of_the_header)
{
    ck_assert_int_eq(initscope_version(), INITSCOPE_VERSION);
    ck_assert_str_eq(initscope_error(), "");
}
END_TEST

START_TEST(null_is_fine_where_it_is_said_and_an_error_elsewhere)
{
    ck_assert_int_eq(initscope_end(NULL, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(NULL), INITSCOPE_OK);
    FAILS(initscope_open(NULL, INITSCOPE_ADD, &handle), INITSCOPE_USAGE,
          "open: no directory, no such mode, or nowhere to put the log");
    FAILS(initscope_begin(NULL, NULL, NULL, &run), INITSCOPE_USAGE, "the handle is NULL");
    FAILS(initscope_at(NULL, NULL), INITSCOPE_USAGE, "the handle is NULL");
    FAILS(initscope_note(NULL, "a", "b"), INITSCOPE_USAGE, "the handle is NULL");
    open_run("1");
    FAILS(initscope_layer_add(run, NULL, NULL), INITSCOPE_USAGE,
          "layer: its size is none (got \"0\")");
    FAILS(initscope_note(handle, "title", NULL), INITSCOPE_USAGE,
          "note: a key and a value are needed");
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
}
END_TEST

START_TEST(what_comes_in_the_wrong_order_does_nothing)
{
    const float w[2] = {1, 2};
    const initscope_array array = {
        .size = sizeof array, .data = w, .ndim = 1, .shape = (const int64_t[]){2}};
    initscope_layer a = layer_named("a"), b = layer_named("b");
    initscope_moment moment = INITSCOPE_MOMENT_INIT;
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    FAILS(initscope_layer_add(run, &a, NULL), INITSCOPE_USAGE,
          "layer: the run has one of this name (got \"a\")");
    FAILS(initscope_tensor(run, 1, INITSCOPE_BIAS, &array), INITSCOPE_USAGE,
          "tensor: no moment has begun");
    begin_moment(3, 0);
    FAILS(initscope_tensor(run, 2, INITSCOPE_BIAS, &array), INITSCOPE_USAGE,
          "tensor: no layer of that number (got \"2\")");
    FAILS(initscope_tensor(run, 1, (initscope_role)99, &array), INITSCOPE_USAGE,
          "tensor: no role of that number (got \"99\")");
    FAILS(initscope_tensor(run, 0, INITSCOPE_WEIGHT, &array), INITSCOPE_USAGE,
          "tensor: of layer 0, the network's input, there is an input alone (got \"weight\")");
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_BIAS, &array), INITSCOPE_OK);
    FAILS(initscope_tensor(run, 1, INITSCOPE_BIAS, &array), INITSCOPE_USAGE,
          "tensor: the bias of layer 1 was given already");
    FAILS(initscope_layer_add(run, &b, NULL), INITSCOPE_USAGE,
          "layer: all are declared before the first tensor of the run");
    moment.time = 3;
    FAILS(initscope_at(run, &moment), INITSCOPE_USAGE,
          "moment: time is larger than at the moment before, 3 (got \"3\")");
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("layers.csv", 1, "tensor", "bias");
    cell_is("layers.csv", 1, "epoch", "3");
}
END_TEST

START_TEST(arrays_that_are_none_are_refused)
{
    const float w[2] = {1, 2};
    const int64_t two[] = {2}, none[] = {0};
    initscope_statistics s = {.size = sizeof s};
    initscope_array array = {.size = sizeof array, .data = w, .ndim = 1, .shape = two};
    array.ndim = 17;
    FAILS(initscope_measure(&array, &s), INITSCOPE_USAGE, "array: 0 to 16 dimensions (got \"17\")");
    array.ndim = 1;
    array.unit_axis = 1;
    FAILS(initscope_measure(&array, &s), INITSCOPE_USAGE,
          "array: no axis of that number (got \"1\" of 1)");
    array.unit_axis = 0;
    array.shape = none;
    FAILS(initscope_measure(&array, &s), INITSCOPE_USAGE,
          "array: has no elements along dimension 0 (got \"0\")");
    array.shape = two;
    array.dtype = (initscope_dtype)7;
    FAILS(initscope_measure(&array, &s), INITSCOPE_USAGE,
          "array: unknown type of elements (got \"7\")");
    array.dtype = INITSCOPE_F32;
    array.data = NULL;
    FAILS(initscope_measure(&array, &s), INITSCOPE_USAGE, "array: without data or without shape");
}
END_TEST

/* A caller of a later header, and one of an earlier one. */
START_TEST(structures_of_other_sizes)
{
    struct {
        initscope_array known;
        long more;
    } later = {.known = {.size = sizeof later,
                         .data = (const float[]){1, 3},
                         .ndim = 1,
                         .shape = (const int64_t[]){2},
                         .unit_axis = 0}};
    initscope_statistics s = {.size = sizeof s};
    ck_assert_int_eq(initscope_measure(&later.known, &s), INITSCOPE_OK);
    ck_assert(s.mean == 2 && s.units == 2);
    later.more = 1;
    FAILS(initscope_measure(&later.known, &s), INITSCOPE_USAGE,
          "array: has members that this library does not know");
    later.more = 0;
    s = (initscope_statistics){.size = offsetof(initscope_statistics, variance), .variance = -7};
    ck_assert_int_eq(initscope_measure(&later.known, &s), INITSCOPE_OK);
    ck_assert(s.mean == 2 && s.variance == -7);
    open_run("1");
    const initscope_layer earlier = {.size = offsetof(initscope_layer, kind),
                                     .name = "a",
                                     .kind = (const char *)1}; /* which nobody may look at */
    ck_assert_int_eq(initscope_layer_add(run, &earlier, NULL), INITSCOPE_OK);
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("network.csv", 1, "kind", "dense");
}
END_TEST

/* --- Numbers --------------------------------------------------------------------- */

enum { A = 3, B = 4, C = 5 };

static double element(const initscope_array *array, const int64_t *index)
{
    int64_t at = 0;
    for (int d = 0; d < array->ndim; d++) at += index[d] * array->strides[d];
    return array->dtype == INITSCOPE_F32 ? (double)((const float *)array->data)[at]
                                         : ((const double *)array->data)[at];
}

/* By the definitions of the manual, over all elements of an array of three dimensions. */
static void measure_plainly(const initscope_array *array, initscope_statistics *out)
{
    const int unit = (array->unit_axis + 3) % 3;
    const int64_t units = array->shape[unit];
    int64_t index[3];
    long double count = 0, sum = 0, within = 0, means[16] = {0}, squares[16] = {0},
                central[5] = {0};
    for (index[0] = 0; index[0] < array->shape[0]; index[0]++)
        for (index[1] = 0; index[1] < array->shape[1]; index[1]++)
            for (index[2] = 0; index[2] < array->shape[2]; index[2]++) {
                const long double x = (long double)element(array, index);
                count++;
                sum += x;
                means[index[unit]] += x;
                squares[index[unit]] += x * x;
            }
    const long double mean = sum / count, length = count / units;
    for (int64_t u = 0; u < units; u++)
        within += (squares[u] / length - means[u] / length * (means[u] / length)) / units;
    for (index[0] = 0; index[0] < array->shape[0]; index[0]++)
        for (index[1] = 0; index[1] < array->shape[1]; index[1]++)
            for (index[2] = 0; index[2] < array->shape[2]; index[2]++)
                for (int k = 2; k < 5; k++)
                    central[k] += powl((long double)element(array, index) - mean, k) / count;
    *out = (initscope_statistics){.units = (double)units,
                                  .count = (double)count,
                                  .mean = (double)mean,
                                  .variance = (double)central[2],
                                  .within_unit_variance = (double)within,
                                  .second_moment = (double)(central[2] + mean * mean),
                                  .skewness = (double)(central[3] / powl(central[2], 1.5L)),
                                  .kurtosis = (double)(central[4] / (central[2] * central[2]))};
}

static void close_to(double found, double expected)
{
    ck_assert_double_eq_tol(found, expected, 1e-12 * (1 + fabs(expected)));
}

static void same_as_plainly(const initscope_array *array)
{
    initscope_statistics found = {.size = sizeof found}, expected;
    ck_assert_msg(initscope_measure(array, &found) == INITSCOPE_OK, "%s", initscope_error());
    measure_plainly(array, &expected);
    ck_assert(found.units == expected.units && found.count == expected.count);
    close_to(found.mean, expected.mean);
    close_to(found.variance, expected.variance);
    close_to(found.within_unit_variance, expected.within_unit_variance);
    close_to(found.between_unit_variance, expected.variance - expected.within_unit_variance);
    close_to(found.second_moment, expected.second_moment);
    close_to(found.skewness, expected.skewness);
    close_to(found.kurtosis, expected.kurtosis);
}

START_TEST(every_layout_is_measured_as_it_is)
{
    static float narrow[A * B * C * 8];
    static double wide[A * B * C * 8];
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        narrow[i] = (float)(wide[i] = sin((double)(7 * i + 1)) + 0.2 * (double)(i % 3));
    const int64_t shape[] = {A, B, C};
    /* C order, Fortran order, permuted, every second backwards, broadcast along the middle. */
    const int64_t strides[][3] = {
        {B * C, C, 1}, {1, A, A * B}, {C, A * C, 1}, {2 * B * C, -2 * C, 2}, {C, 0, 1}};
    int layouts = 0;
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++)
        for (int axis = -3; axis < 3; axis++)
            for (int dtype = INITSCOPE_F32; dtype <= INITSCOPE_F64; dtype++, layouts++) {
                const size_t first = A * B * C * 2;
                const void *data = dtype == INITSCOPE_F32 ? (const void *)(narrow + first)
                                                          : (const void *)(wide + first);
                same_as_plainly(&(initscope_array){.size = sizeof(initscope_array),
                                                   .data = data,
                                                   .dtype = (initscope_dtype)dtype,
                                                   .ndim = 3,
                                                   .shape = shape,
                                                   .strides = strides[s],
                                                   .unit_axis = axis});
            }
    ck_assert_int_eq(layouts, 60);
}
END_TEST

/* IEEE 754 binary16 and the upper half of binary32. */
START_TEST(half_types_are_what_their_bits_say)
{
    static const struct {
        initscope_dtype type;
        uint16_t bits;
        double value;
    } cases[] = {{INITSCOPE_F16, 0x3C00, 1},
                 {INITSCOPE_F16, 0xC000, -2},
                 {INITSCOPE_F16, 0x7BFF, 65504},
                 {INITSCOPE_F16, 0x0400, 6.103515625e-05},
                 {INITSCOPE_F16, 0x0001, 5.9604644775390625e-08},
                 {INITSCOPE_F16, 0x83FF, -6.097555160522461e-05},
                 {INITSCOPE_F16, 0x3555, 0.333251953125},
                 {INITSCOPE_BF16, 0x3F80, 1},
                 {INITSCOPE_BF16, 0x4049, 3.140625},
                 {INITSCOPE_BF16, 0x0080, 1.1754943508222875e-38},
                 {INITSCOPE_BF16, 0x0001, 9.183549615799121e-41}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        initscope_statistics s = {.size = sizeof s};
        const initscope_array one = {
            .size = sizeof one, .data = &cases[i].bits, .dtype = cases[i].type};
        ck_assert_int_eq(initscope_measure(&one, &s), INITSCOPE_OK);
        ck_assert(s.mean == cases[i].value && s.count == 1 && s.variance == 0);
    }
    const uint16_t special[] = {0x7C00, 0xFC00, 0x7E00, 0x3C00};
    initscope_statistics s = {.size = sizeof s};
    const initscope_array four = {.size = sizeof four,
                                  .data = special,
                                  .dtype = INITSCOPE_F16,
                                  .ndim = 1,
                                  .shape = (const int64_t[]){4}};
    ck_assert_int_eq(initscope_measure(&four, &s), INITSCOPE_OK);
    ck_assert(s.nonfinite == 3 && s.count == 1 && s.mean == 1);
}
END_TEST

/* 1, 2, 3, 4 have variance 1.25 and kurtosis 1.64, whatever their unit is. */
START_TEST(double_is_measured_over_its_whole_range)
{
    static const double units[] = {1e-300, 1e-200, 1e-60, 1, 1e60, 1e140, 1e300};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        double x[4];
        for (int k = 0; k < 4; k++) x[k] = (k + 1) * units[i];
        initscope_statistics s = {.size = sizeof s};
        const initscope_array array = {.size = sizeof array,
                                       .data = x,
                                       .dtype = INITSCOPE_F64,
                                       .ndim = 2,
                                       .shape = (const int64_t[]){1, 4},
                                       .unit_axis = 0};
        ck_assert_int_eq(initscope_measure(&array, &s), INITSCOPE_OK);
        ck_assert_double_eq_tol(s.mean / units[i], 2.5, 1e-12);
        ck_assert_double_eq_tol(s.kurtosis, 1.64, 1e-12);
        ck_assert_double_eq_tol(s.minimum / units[i], 1, 1e-12);
        const double variance = 1.25 * units[i] * units[i];
        ck_assert(s.variance == variance || fabs(s.variance / variance - 1) < 1e-12);
    }
}
END_TEST

START_TEST(rows_of_extreme_numbers)
{
    double w[2][2] = {{3e200, -4e200}, {3e200, -4e200}};
    initscope_layer a = layer_named("a");
    const initscope_array array = {.size = sizeof array,
                                   .data = w,
                                   .dtype = INITSCOPE_F64,
                                   .ndim = 2,
                                   .shape = (const int64_t[]){2, 2}};
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    begin_moment(0, INITSCOPE_SYMMETRY | INITSCOPE_HISTOGRAMS | INITSCOPE_SPECTRUM);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &array), INITSCOPE_OK);
    begin_moment(1, 0);
    w[0][0] += 1e190;
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &array), INITSCOPE_OK);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_DIVERGED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("layers.csv", 1, "maximum", "3e200");
    cell_is("layers.csv", 1, "variance", "inf");
    cell_is("symmetry.csv", 1, "distinct_units", "1");
    cell_is("symmetry.csv", 1, "mean_abs_cosine", "1");
    ck_assert_double_eq_tol(
        cell_number("spectrum.csv", 1, "singular_value") / 7.0710678118654755e200, 1, 1e-12);
    cell_is("layers.csv", 2, "tensor", "update");
    ck_assert_double_eq_tol(cell_number("layers.csv", 2, "maximum") / 1e190, 1, 1e-5);
    cell_is("runs.csv", 1, "status", "diverged");
}
END_TEST

/* The gradient norm is that of the gradients given, or the caller's. */
START_TEST(what_is_not_known_is_not_made_up)
{
    const float g[2] = {3, 4};
    initscope_layer a = layer_named("a");
    initscope_moment moment = INITSCOPE_MOMENT_INIT;
    const initscope_array array = {
        .size = sizeof array, .data = g, .ndim = 2, .shape = (const int64_t[]){1, 2}};
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    begin_moment(0, 0);
    begin_moment(1, 0);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_GRADIENT, &array), INITSCOPE_OK);
    moment.time = 2;
    moment.gradient_norm = 0.5;
    ck_assert_int_eq(initscope_at(run, &moment), INITSCOPE_OK);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("epochs.csv", 1, "gradient_norm", "");
    cell_is("epochs.csv", 1, "train_loss", "nan");
    cell_is("epochs.csv", 1, "train_accuracy", "");
    cell_is("epochs.csv", 2, "gradient_norm", "5");
    cell_is("epochs.csv", 3, "gradient_norm", "0.5");
}
END_TEST

/* Dead and alike units, a rank: of the activation when it comes, of the weight at the end. */
START_TEST(symmetry_in_any_order)
{
    const float w[3][2] = {{1, 2}, {1, 2}, {0, 1}}, b[3] = {0, 0, 1};
    const float outputs[4][3] = {{1, 1, 0}, {2, 2, 0}, {0, 0, 0}, {1, 1, 0}};
    const initscope_array weight = {
        .size = sizeof weight, .data = w, .ndim = 2, .shape = (const int64_t[]){3, 2}};
    const initscope_array bias = {
        .size = sizeof bias, .data = b, .ndim = 1, .shape = (const int64_t[]){3}};
    const initscope_array activation = {.size = sizeof activation,
                                        .data = outputs,
                                        .ndim = 2,
                                        .shape = (const int64_t[]){4, 3},
                                        .unit_axis = -1};
    initscope_layer a = layer_named("a");
    a.activation = "relu";
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    begin_moment(0, INITSCOPE_SYMMETRY);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_ACTIVATION, &activation), INITSCOPE_OK);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_BIAS, &bias), INITSCOPE_OK);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &weight), INITSCOPE_OK);
    begin_moment(1, INITSCOPE_SYMMETRY);
    ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &weight), INITSCOPE_OK);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("symmetry.csv", 1, "distinct_units", "2");
    cell_is("symmetry.csv", 1, "duplicate_pairs", "1");
    cell_is("symmetry.csv", 1, "effective_rank", "1");
    cell_is("symmetry.csv", 1, "dead_units", "1");
    cell_is("symmetry.csv", 2, "distinct_units", "2");
    cell_is("symmetry.csv", 2, "effective_rank", "");
    cell_is("symmetry.csv", 2, "dead_units", "");
}
END_TEST

/* --- In a host ---------------------------------------------------------------------- */

/* 2^66 elements: the run takes no more, the host goes on, other runs as well. */
START_TEST(want_of_memory_is_a_status)
{
    initscope_layer a = layer_named("a");
    const float w = 1;
    const initscope_array huge = {.size = sizeof huge,
                                  .data = &w,
                                  .ndim = 2,
                                  .shape = (const int64_t[]){INT64_C(1) << 33, INT64_C(1) << 33},
                                  .strides = (const int64_t[]){0, 0}};
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    begin_moment(0, 0);
    FAILS(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &huge), INITSCOPE_INTERNAL,
          "out of memory (need 8589934592 x 8589934592 bytes for a tensor)");
    FAILS(initscope_at(run, NULL), INITSCOPE_INTERNAL,
          "the handle failed before and takes no more");
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_INTERNAL);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_INTERNAL);
    handle = NULL;
    open_run("2");
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("runs.csv", 1, "seed", "2");
}
END_TEST

static int told; /* what GSL has told the host */

static void tell_host(const char *reason, const char *file, int line, int code)
{
    (void)reason, (void)file, (void)line, (void)code;
    told++;
}

/* Of matrices of low rank Golub and Reinsch's iteration does not always end, of which GSL tells its
 * error handler: the default one would end the host. */
START_TEST(the_error_handler_of_the_host_is_left_alone)
{
    enum { SIDE = 64 };
    static float w[SIDE * SIDE];
    gsl_error_handler_t *before = gsl_set_error_handler(tell_host);
    initscope_layer a = layer_named("a");
    open_run("1");
    ck_assert_int_eq(initscope_layer_add(run, &a, NULL), INITSCOPE_OK);
    srand(3);
    for (int t = 0; t < 1500; t++) {
        const int64_t shape[] = {2 + rand() % (SIDE - 1), 2 + rand() % (SIDE - 1)};
        float row[SIDE];
        for (int j = 0; j < SIDE; j++) row[j] = (float)rand() / (float)RAND_MAX - 0.5F;
        for (int64_t i = 0; i < shape[0]; i++)
            for (int64_t j = 0; j < shape[1]; j++)
                w[i * shape[1] + j] = t % 3 == 0 ? row[j] : t % 3 == 1 ? row[i] * row[j] : row[0];
        begin_moment(t, INITSCOPE_SPECTRUM | INITSCOPE_SYMMETRY);
        const initscope_array array = {.size = sizeof array, .data = w, .ndim = 2, .shape = shape};
        ck_assert_int_eq(initscope_tensor(run, 1, INITSCOPE_WEIGHT, &array), INITSCOPE_OK);
    }
    ck_assert_int_eq(initscope_end(run, INITSCOPE_DISCARD), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    ck_assert_int_eq(told, 0);
    ck_assert(gsl_set_error_handler(before) == tell_host);
}
END_TEST

START_TEST(a_child_cannot_use_the_handles_of_its_parent)
{
    int status;
    open_run("1");
    begin_moment(0, 0);
    const pid_t child = fork();
    if (child == 0)
        _exit(initscope_end(run, INITSCOPE_COMPLETED) == INITSCOPE_USAGE &&
                      initscope_close(handle) == INITSCOPE_USAGE &&
                      strcmp(initscope_error(),
                             "a child process cannot use the handles of its parent") == 0
                  ? 0
                  : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("runs.csv", 1, "status", "completed");
}
END_TEST

/* --- Weights of others ------------------------------------------------------------------ */

/* Uniform in [-1, 1). */
static double draw(void)
{
    return 2.0 * rand() / (RAND_MAX + 1.0) - 1;
}

static float kernel[64 * 96];

static const initscope_array weights = {.size = sizeof weights,
                                        .data = kernel,
                                        .ndim = 2,
                                        .shape = (const int64_t[]){64, 96},
                                        .unit_axis = 0};

/* He et al. 2015: variance 2 / fan_in, the variance of a uniform law being a third of its bound's
 * square. */
static void draw_he_uniform(double fan_in)
{
    srand(6);
    for (int i = 0; i < 64 * 96; i++) kernel[i] = (float)(draw() * sqrt(6 / fan_in));
}

START_TEST(a_weight_alone_tells_its_rule)
{
    initscope_origin origin = {.size = sizeof origin};
    draw_he_uniform(96);
    ck_assert_int_eq(initscope_guess(&weights, 96, 64, &origin), INITSCOPE_OK);
    ck_assert_str_eq(origin.rule, "he_uniform");
    ck_assert_str_eq(origin.family, "uniform");
    ck_assert_str_eq(origin.said, "drawn by he_uniform");
    ck_assert_double_eq_tol(origin.scale, sqrt(2.0 / 96), 1e-12);
    ck_assert(origin.trained == 0 && origin.p > 0.01 && origin.duplicates == 0);
    memcpy(kernel + 96, kernel, 96 * sizeof *kernel);
    memset(kernel + 3 * 96, 0, 96 * sizeof *kernel);
    ck_assert_int_eq(initscope_guess(&weights, 96, 64, &origin), INITSCOPE_OK);
    ck_assert(origin.duplicates == 1 && origin.zero_units == 1);
    FAILS(initscope_guess(&weights, 0, 64, &origin), INITSCOPE_USAGE, "guess: fans are above 0");
}
END_TEST

START_TEST(a_network_votes)
{
    initscope_audit *audit;
    initscope_vote vote = {.size = sizeof vote};
    initscope_origin origin = {.size = sizeof origin};
    const float bias[64] = {0};
    const initscope_array biases = {
        .size = sizeof biases, .data = bias, .ndim = 1, .shape = (const int64_t[]){64}};
    ck_assert_int_eq(initscope_audit_open(INITSCOPE_LAYOUT_AUTO, "no such", &audit),
                     INITSCOPE_USAGE);
    ck_assert_ptr_nonnull(strstr(initscope_error(), "unknown activation (got \"no such\")"));
    ck_assert_ptr_null(audit);
    ck_assert_int_eq(initscope_audit_open(INITSCOPE_LAYOUT_AUTO, NULL, &audit), INITSCOPE_OK);
    FAILS(initscope_audit_get(audit, 0, &origin), INITSCOPE_USAGE, "audit: has not ended");
    for (int l = 0; l < 3; l++) {
        char name[32];
        draw_he_uniform(96);
        snprintf(name, sizeof name, "layer%d.weight", l);
        ck_assert_int_eq(initscope_audit_add(audit, name, &weights), INITSCOPE_OK);
    }
    ck_assert_int_eq(initscope_audit_add(audit, "layer2.bias", &biases), INITSCOPE_OK);
    ck_assert_int_eq(initscope_audit_end(audit, &vote), INITSCOPE_OK);
    ck_assert_str_eq(vote.rule, "he_uniform");
    ck_assert(vote.tensors == 3 && vote.origins == 3 && vote.certain && vote.drawn == 3);
    ck_assert(vote.log_odds > 20 && !vote.symmetric && !vote.nonfinite);
    ck_assert_ptr_nonnull(strstr(vote.said, "he_uniform"));
    ck_assert_int_eq(initscope_audit_get(audit, 2, &origin), INITSCOPE_OK);
    ck_assert_str_eq(origin.name, "layer2.weight");
    ck_assert_str_eq(origin.kind, "dense");
    ck_assert(origin.units == 64 && origin.fan_in == 96 && origin.fan_out == 64);
    FAILS(initscope_audit_get(audit, 3, &origin), INITSCOPE_USAGE,
          "audit: there are 3 weights (got \"3\")");
    FAILS(initscope_audit_add(audit, "late", &weights), INITSCOPE_USAGE,
          "audit: has ended already");
    ck_assert_int_eq(initscope_audit_close(audit), INITSCOPE_OK);
    ck_assert_int_eq(initscope_audit_close(NULL), INITSCOPE_OK);
}
END_TEST

/* --- The directory ------------------------------------------------------------------- */

static void add_run(const char *seed, initscope_outcome outcome)
{
    open_run(seed);
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_end(run, outcome), INITSCOPE_OK);
}

START_TEST(what_is_complete_is_not_run_again)
{
    const char *keys[] = {"initializer", "seed", "learning_rate", "width", NULL};
    const char *first[] = {"he_normal", "1", "1e-3", "32", NULL};
    const char *same[] = {"he_normal", "1", "0.001", "32", NULL};
    const char *other[] = {"he_normal", "1", "0.001", "64", NULL};
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OK);
    ck_assert_int_eq(initscope_begin(handle, keys, first, &run), INITSCOPE_OK);
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_begin(handle, keys, same, &run), INITSCOPE_DONE);
    ck_assert_ptr_null(run);
    ck_assert_int_eq(initscope_begin(handle, keys, other, &run), INITSCOPE_OK);
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_INTERRUPTED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_begin(handle, keys, other, &run), INITSCOPE_OK);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_DISCARD), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("factors.csv", 1, "value", "32");
    cell_is("factors.csv", 2, "value", "64");
    cell_is("runs.csv", 2, "status", "interrupted");
}
END_TEST

START_TEST(factors_that_a_table_cannot_hold_are_refused)
{
    static const struct {
        const char *key, *value, *message;
    } cases[] = {
        {"seed", "-1", "run: seed is a whole number from 0 to 4294967295 (got \"-1\")"},
        {"learning_rate", "fast", "learning_rate: must be a number, 0 or more (got \"fast\")"},
        {"batch", "1.5", "batch: must be a whole number, 0 or more (got \"1.5\")"},
        {"status", "fine", "a factor has the name of a figure of runs.csv (got \"status\")"},
        {"", "x", "a factor has no name"},
        {"a\nb", "x", "a factor: has a control character (got \"a\\x0ab\")"},
        {"a", "x\ny", "a factor's value: has a control character (got \"x\\x0ay\")"}};
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *keys[] = {cases[i].key, NULL}, *values[] = {cases[i].value, NULL};
        FAILS(initscope_begin(handle, keys, values, &run), INITSCOPE_USAGE, cases[i].message);
    }
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
}
END_TEST

START_TEST(runs_that_were_not_ended_are_interrupted)
{
    open_run("1");
    begin_moment(0, 0);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("runs.csv", 1, "status", "interrupted");
}
END_TEST

START_TEST(a_new_log_appears_when_it_is_closed)
{
    const char *keys[] = {NULL};
    struct stat about;
    for (int mode = INITSCOPE_NEW; mode <= INITSCOPE_REPLACE; mode++) {
        ck_assert_int_eq(initscope_open(directory, (initscope_mode)mode, &handle), INITSCOPE_OK);
        ck_assert_int_eq(initscope_begin(handle, keys, keys, &run), INITSCOPE_OK);
        begin_moment(0, 0);
        ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
        if (mode == INITSCOPE_NEW) ck_assert(stat(directory, &about) != 0 && errno == ENOENT);
        ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
        cell_is("runs.csv", 1, "initializer", "default");
        char path[128];
        snprintf(path, sizeof path, "%s/journal", directory);
        ck_assert(stat(path, &about) != 0 && errno == ENOENT);
    }
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_NEW, &handle), INITSCOPE_OUTPUT);
    ck_assert_ptr_null(handle);
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OUTPUT);
}
END_TEST

START_TEST(a_directory_of_others_stays_theirs)
{
    char path[128];
    ck_assert_int_eq(mkdir(directory, 0777), 0);
    snprintf(path, sizeof path, "%s/thesis.tex", directory);
    fclose(fopen(path, "w"));
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OUTPUT);
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_NEW, &handle), INITSCOPE_OUTPUT);
    ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_file_that_was_changed_is_not_added_to)
{
    char path[128];
    add_run("1", INITSCOPE_COMPLETED);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    snprintf(path, sizeof path, "%s/epochs.csv", directory);
    FILE *file = fopen(path, "r+");
    ck_assert_int_eq(fseek(file, -3, SEEK_END), 0);
    fputc('9', file);
    fclose(file);
    char *before = file_of("epochs.csv");
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_DATA);
    char *after = file_of("epochs.csv");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}
END_TEST

START_TEST(notes_take_the_place_of_earlier_ones)
{
    ck_assert_int_eq(initscope_open(directory, INITSCOPE_ADD, &handle), INITSCOPE_OK);
    ck_assert_int_eq(initscope_note(handle, "title", "First, second"), INITSCOPE_OK);
    ck_assert_int_eq(initscope_note(handle, "framework", "none, \"or\" other"), INITSCOPE_OK);
    ck_assert_int_eq(initscope_note(handle, "loss", "mse"), INITSCOPE_OK);
    ck_assert_int_eq(initscope_note(handle, "title", "Third"), INITSCOPE_OK);
    FAILS(initscope_note(handle, "title", "a\nb"), INITSCOPE_USAGE,
          "note \"title\": has a control character (got \"a\\x0ab\")");
    FAILS(initscope_note(handle, "note", "a ;b"), INITSCOPE_USAGE,
          "note \"note\": would begin a comment in experiment.ini (got \"a ;b\")");
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    char *experiment = file_of("experiment.ini"), *environment = file_of("environment.csv");
    ck_assert_str_eq(experiment, "title = Third\nloss = mse\n");
    ck_assert_ptr_nonnull(strstr(environment, "\nframework,\"none, \"\"or\"\" other\"\n"));
    free(experiment);
    free(environment);
}
END_TEST

START_TEST(scores_are_accuracies_when_it_is_said)
{
    initscope_moment moment = INITSCOPE_MOMENT_INIT;
    open_run("1");
    ck_assert_int_eq(initscope_note(handle, "score", "accuracy"), INITSCOPE_OK);
    moment.test_score = 0.75;
    ck_assert_int_eq(initscope_at(run, &moment), INITSCOPE_OK);
    ck_assert_int_eq(initscope_end(run, INITSCOPE_COMPLETED), INITSCOPE_OK);
    ck_assert_int_eq(initscope_close(handle), INITSCOPE_OK);
    cell_is("epochs.csv", 1, "test_accuracy", "0.75");
    cell_is("epochs.csv", 1, "test_score", "0.75");
    cell_is("runs.csv", 1, "test_accuracy", "0.75");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library");
    TCase *group = tcase_create("library");
    tcase_add_checked_fixture(group, start, finish);
    tcase_add_test(group, the_version_is_that_of_the_header);
    tcase_add_test(group, null_is_fine_where_it_is_said_and_an_error_elsewhere);
    tcase_add_test(group, what_comes_in_the_wrong_order_does_nothing);
    tcase_add_test(group, arrays_that_are_none_are_refused);
    tcase_add_test(group, structures_of_other_sizes);
    tcase_add_test(group, every_layout_is_measured_as_it_is);
    tcase_add_test(group, half_types_are_what_their_bits_say);
    tcase_add_test(group, double_is_measured_over_its_whole_range);
    tcase_add_test(group, rows_of_extreme_numbers);
    tcase_add_test(group, what_is_not_known_is_not_made_up);
    tcase_add_test(group, symmetry_in_any_order);
    tcase_add_test(group, want_of_memory_is_a_status);
    tcase_add_test(group, the_error_handler_of_the_host_is_left_alone);
    tcase_add_test(group, a_child_cannot_use_the_handles_of_its_parent);
    tcase_add_test(group, a_weight_alone_tells_its_rule);
    tcase_add_test(group, a_network_votes);
    tcase_add_test(group, what_is_complete_is_not_run_again);
    tcase_add_test(group, factors_that_a_table_cannot_hold_are_refused);
    tcase_add_test(group, runs_that_were_not_ended_are_interrupted);
    tcase_add_test(group, a_new_log_appears_when_it_is_closed);
    tcase_add_test(group, a_directory_of_others_stays_theirs);
    tcase_add_test(group, a_file_that_was_changed_is_not_added_to);
    tcase_add_test(group, notes_take_the_place_of_earlier_ones);
    tcase_add_test(group, scores_are_accuracies_when_it_is_said);
    suite_add_tcase(suite, group);
    return ins_run_suite(suite);
}
