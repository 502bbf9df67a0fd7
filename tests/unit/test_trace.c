/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The instrument with made tensors, and no network: the rows of every log against GSL or by hand,
 * which of them a moment has, and that nothing is looked at that was not planned. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_statistics_float.h>

#include "initscope/trace.h"

#include "check_tap.h"
#include "death.h"

enum { INPUTS = 3, UNITS = 2, FEATURES = 5, ROWS = 4, STEPS = 2, BINS = 4, CELLS = 20 };

static const ins_trace_shape shapes[] = {{INPUTS, 0, 0, 0}, {UNITS, INPUTS, FEATURES, STEPS}};

/* A layer: W (2, 3), b (2), z, a and delta (4, 2), dW (2, 3), db (2). */
static real weight[UNITS * INPUTS], bias[UNITS], gradient[UNITS * INPUTS], bias_gradient[UNITS];
static real before[ROWS * UNITS], after[ROWS * UNITS], delta[ROWS * UNITS];
static const ins_bounds knee = {-0.5, 1.5};

static ins_trace *trace;
static ins_trace_layer layer;
static ins_trace_moment moment;
static ins_log_rows rows;

static ins_trace_plan plan_with(ins_log_set logs)
{
    return (ins_trace_plan){.layer = shapes,
                            .layers = sizeof shapes / sizeof shapes[0],
                            .rows = ROWS,
                            .bins = BINS,
                            .tokens = 1,
                            .jacobians = 2,
                            .jacobian_rows = 2,
                            .jacobian_columns = 3,
                            .logs = logs,
                            .updates = true};
}

static void make_trace(ins_log_set logs)
{
    ins_trace_plan plan = plan_with(logs);
    ins_carver carver = {0};
    ck_assert_ptr_null(ins_trace_lay_out(&plan, &carver));
    size_t counted = carver.used;
    ins_carver_allocate(&carver, "a trace");
    trace = ins_trace_lay_out(&plan, &carver);
    ck_assert_uint_eq(carver.used, counted);
}

static void copy(real *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++) to[i] = (real)from[i];
}

static void start(void)
{
    gsl_set_error_handler_off();
    copy(weight, (double[]){1, -2, 0.5, 3, 0.25, -1}, UNITS * INPUTS);
    copy(bias, (double[]){0.5, -0.25}, UNITS);
    copy(before, (double[]){-1, 2, 0.5, -3, 0, 1, 7, -0.5}, ROWS * UNITS);
    copy(after, (double[]){0, 2, 0.5, 0, 0, 1, 7, 0}, ROWS * UNITS);
    copy(delta, (double[]){0.5, -0.5, 0.25, 0.125, -1, 0, 2, 0.75}, ROWS * UNITS);
    copy(gradient, (double[]){3, 0, 0, 0, 4, 0}, UNITS * INPUTS);
    copy(bias_gradient, (double[]){0, 12}, UNITS);
    layer = (ins_trace_layer){
        .number = 1,
        .tensor =
            {[INS_WEIGHT] = {.x = weight, .units = UNITS, .length = INPUTS},
             [INS_BIAS] = {.x = bias, .units = UNITS, .length = 1},
             [INS_PREACTIVATION] = {.x = before, .units = UNITS, .length = ROWS},
             [INS_ACTIVATION] = {.x = after, .units = UNITS, .length = ROWS, .saturation = &knee},
             [INS_DELTA] = {.x = delta, .units = UNITS, .length = ROWS},
             [INS_GRADIENT] = {.x = gradient, .units = UNITS, .length = INPUTS}},
        .bias_gradient = {.x = bias_gradient, .units = UNITS, .length = 1},
        .rectifier = true};
    moment = (ins_trace_moment){.run = {7, "made", 9},
                                .updates = 5,
                                .train_loss = 1.5,
                                .train_accuracy = 0.25,
                                .test_loss = NAN,
                                .test_accuracy = 0.75,
                                .train_score = 0.5,
                                .test_score = -3,
                                .gradient_norm = NAN,
                                .logs = INS_EVERY_LOG};
    make_trace(INS_EVERY_LOG);
}

static void finish(void)
{
    free(trace); /* the start of its block */
    ins_log_rows_free(&rows);
}

static void clear(void)
{
    for (size_t file = 0; file < INS_LOG_FILES; file++) ins_text_clear(&rows.file[file]);
}

/* The rows of one file at the next epoch, at which the layer is shown alone. */
static char *record(ins_log_file file)
{
    clear();
    ins_trace_begin(trace, &moment, &rows);
    ins_trace_show(trace, &layer);
    ins_trace_end(trace);
    moment.epoch++;
    return rows.file[file].length > 0 ? rows.file[file].data : NULL;
}

static void has_rows(ins_log_file file, const char *expected)
{
    ck_assert_str_eq(record(file), expected);
}

static void shows_nothing_but(ins_tensor kind)
{
    for (size_t t = 0; t < INS_RECORDED_TENSORS; t++)
        if (t != kind) layer.tensor[t].x = NULL;
}

/* --- layers.csv --------------------------------------------------------------- */

/* Cuts the next row into its cells; NULL at the end. */
static char *next_row(char *text, char *cell[CELLS])
{
    if (text == NULL || *text == '\0') return NULL;
    char *end = strchr(text, '\n');
    *end = '\0';
    for (size_t i = 0; i < CELLS; i++) {
        cell[i] = text;
        text += strcspn(text, ",");
        ck_assert((*text == ',') == (i + 1 < CELLS));
        if (*text != '\0') *text++ = '\0';
    }
    return end + 1;
}

/* The cells are those of elements x, of which unit u has the count elements from x[u * unit] on,
 * stride apart. */
static void check_statistics(char *const cell[CELLS], const real *x, size_t unit, size_t stride,
                             size_t count)
{
    double mean = gsl_stats_float_mean(x, 1, UNITS * count);
    double variance = gsl_stats_float_variance_with_fixed_mean(x, 1, UNITS * count, mean);
    double within = 0;
    for (size_t u = 0; u < UNITS; u++) {
        double of_unit = gsl_stats_float_mean(x + u * unit, stride, count);
        within +=
            gsl_stats_float_variance_with_fixed_mean(x + u * unit, stride, count, of_unit) / UNITS;
    }
    ck_assert_uint_eq(strtoul(cell[7], NULL, 10), UNITS * count);
    ck_assert_double_eq_tol(strtod(cell[8], NULL), mean, 1e-15);
    ck_assert_double_eq_tol(strtod(cell[9], NULL), variance, 1e-14);
    ck_assert_double_eq_tol(strtod(cell[10], NULL), within, 1e-14);
    ck_assert_double_eq_tol(strtod(cell[11], NULL), variance - within, 1e-14);
    ck_assert_double_eq_tol(strtod(cell[12], NULL), variance + mean * mean, 1e-14);
    ck_assert_double_eq(strtod(cell[15], NULL), (double)gsl_stats_float_min(x, 1, UNITS * count));
    ck_assert_double_eq(strtod(cell[16], NULL), (double)gsl_stats_float_max(x, 1, UNITS * count));
    ck_assert_str_eq(cell[19], "0");
}

/* A unit is a row of the first, a column of the second; the row of a tensor stands where its kind
 * does. */
START_TEST(test_layers)
{
    static const struct {
        ins_tensor kind;
        const real *x;
        size_t unit, stride, count;
        const char *zeros, *saturated;
    } expected[] = {{INS_WEIGHT, weight, INPUTS, 1, INPUTS, "0", ""},
                    {INS_BIAS, bias, 1, 1, 1, "0", ""},
                    {INS_PREACTIVATION, before, 1, UNITS, ROWS, "0.125", ""},
                    {INS_ACTIVATION, after, 1, UNITS, ROWS, "0.5", "0.25"},
                    {INS_DELTA, delta, 1, UNITS, ROWS, "0.125", ""},
                    {INS_GRADIENT, gradient, INPUTS, 1, INPUTS, "0.6666666666666666", ""}};
    char *cell[CELLS], *text = record(INS_LOG_LAYERS);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        text = next_row(text, cell);
        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(cell[0], "7");
        ck_assert_str_eq(cell[1], "made");
        ck_assert_str_eq(cell[2], "9");
        ck_assert_str_eq(cell[3], "0");
        ck_assert_str_eq(cell[4], "1");
        ck_assert_str_eq(cell[5], ins_tensor_table[expected[i].kind].name);
        ck_assert_str_eq(cell[6], "2");
        ck_assert_str_eq(cell[17], expected[i].zeros);
        ck_assert_str_eq(cell[18], expected[i].saturated);
        check_statistics(cell, expected[i].x, expected[i].unit, expected[i].stride,
                         expected[i].count);
    }
    ck_assert_str_eq(text, "");
}
END_TEST

/* Weights now minus those of the moment before, from the second moment on: also when other layers,
 * or this one without its weight, were shown between. */
START_TEST(test_update)
{
    char *cell[CELLS], *text;
    ins_trace_layer inputs = {
        .tensor = {[INS_ACTIVATION] = {.x = before, .units = UNITS, .length = ROWS}}};
    shows_nothing_but(INS_WEIGHT);
    next_row(next_row(record(INS_LOG_LAYERS), cell), cell);
    ck_assert_str_eq(cell[5], "weight");
    ck_assert(next_row(record(INS_LOG_LAYERS), cell));
    layer.tensor[INS_WEIGHT].x = NULL;
    ck_assert_ptr_null(record(INS_LOG_LAYERS));
    real old[UNITS * INPUTS], difference[UNITS * INPUTS];
    memcpy(old, weight, sizeof old);
    for (size_t i = 0; i < UNITS * INPUTS; i++) {
        weight[i] = weight[i] * 2 + 1;
        difference[i] = weight[i] - old[i];
    }
    layer.tensor[INS_WEIGHT].x = weight;
    clear();
    ins_trace_begin(trace, &moment, &rows);
    ins_trace_show(trace, &inputs);
    ins_trace_show(trace, &layer);
    ins_trace_end(trace);
    text = next_row(rows.file[INS_LOG_LAYERS].data, cell);
    ck_assert_str_eq(cell[4], "0");
    text = next_row(next_row(text, cell), cell);
    ck_assert_str_eq(cell[5], "update");
    check_statistics(cell, difference, INPUTS, 1, INPUTS);
    ck_assert_str_eq(text, "");
}
END_TEST

/* An update that is shown is the update. */
START_TEST(test_shown_update)
{
    char *cell[CELLS];
    shows_nothing_but(INS_WEIGHT);
    layer.tensor[INS_UPDATE] = (ins_trace_tensor){.x = gradient, .units = UNITS, .length = INPUTS};
    for (int again = 0; again < 2; again++) {
        char *text = next_row(next_row(record(INS_LOG_LAYERS), cell), cell);
        ck_assert_str_eq(cell[5], "update");
        check_statistics(cell, gradient, INPUTS, 1, INPUTS);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

/* What a layer reads and the stream behind it have units of their own, in two rows of the batch or
 * in four, and no histogram. */
START_TEST(test_own_units)
{
    static const real wide[] = {1, 2, 3, 4, 5, 1, -2, 3, -4, 5};
    char *cell[CELLS], *text;
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++) layer.tensor[kind].x = NULL;
    layer.tensor[INS_INPUT] = (ins_trace_tensor){.x = wide, .units = FEATURES, .length = 2};
    layer.tensor[INS_STREAM] = (ins_trace_tensor){.x = before, .units = UNITS, .length = ROWS};
    text = next_row(record(INS_LOG_LAYERS), cell);
    ck_assert_str_eq(cell[5], "input");
    ck_assert_str_eq(cell[6], "5");
    ck_assert_str_eq(cell[7], "10");
    ck_assert_str_eq(cell[10], "4"); /* within units: (0 + 4 + 0 + 16 + 0) / 5 */
    ck_assert_str_eq(cell[12], "11");
    text = next_row(text, cell);
    ck_assert_str_eq(cell[5], "stream");
    check_statistics(cell, before, 1, UNITS, ROWS);
    ck_assert_str_eq(text, "");
    ck_assert_ptr_null(record(INS_LOG_HISTOGRAMS));
}
END_TEST

/* Attention has heads for units, and a row of a tensor for each of them, however long. */
START_TEST(test_heads)
{
    static const real logit[] = {1, -1, 0, 2, -2, 0}, share[] = {0.5, 0.25, 0.25, 1, 0, 0};
    char *cell[CELLS], *text;
    for (ins_tensor kind = 0; kind < INS_RECORDED_TENSORS; kind++) layer.tensor[kind].x = NULL;
    layer.tensor[INS_LOGIT] = (ins_trace_tensor){.x = logit, .units = 2, .length = 3};
    layer.tensor[INS_ATTENTION] = (ins_trace_tensor){.x = share, .units = 2, .length = 3};
    text = next_row(record(INS_LOG_LAYERS), cell);
    ck_assert_str_eq(cell[5], "logit");
    ck_assert_str_eq(cell[6], "2");
    ck_assert_str_eq(cell[7], "6");
    ck_assert_double_eq_tol(strtod(cell[10], NULL), 10 / 6.0, 1e-15); /* (2/3 + 8/3) / 2 */
    ck_assert_str_eq(cell[11], "0");
    text = next_row(text, cell);
    ck_assert_str_eq(cell[5], "attention");
    ck_assert_double_eq_tol(strtod(cell[12], NULL), 1.375 / 6, 1e-15);
    ck_assert_str_eq(text, "");
}
END_TEST

/* Two rows of two tokens: (1, 0) and (1, 2), then (0, 0) and (2, 1): pairs 2 (1 + 0) over squares
 * 6 + 5. Two heads look from both tokens at both. */
START_TEST(test_tokens)
{
    static const real x[] = {1, 0, 1, 2, 0, 0, 2, 1};
    static const real share[] = {0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0};
    static const real seen[] = {1, 0.5, 0.5, 1, 0.5, 0.5};
    layer.tokens = (ins_trace_tokens){.x = x, .rows = 2, .positions = 2, .units = 2};
    has_rows(INS_LOG_TOKENS, "7,0,1,0.18181818181818182,,\n");
    layer.tokens.heads = 2;
    layer.tokens.share = share;
    has_rows(INS_LOG_TOKENS, "7,1,1,0.18181818181818182,0.34657359027997264,0.75\n");
    layer.tokens.heads = 1; /* the first token sees itself alone */
    layer.tokens.causal = true;
    layer.tokens.share = seen;
    has_rows(INS_LOG_TOKENS, "7,2,1,0.18181818181818182,0.34657359027997264,0.75\n");
    layer.tokens.positions = 1; /* no pair, nothing to choose */
    layer.tokens.rows = 1;
    layer.tokens.share = (const real[]){1};
    has_rows(INS_LOG_TOKENS, "7,3,1,nan,0,1\n");
    layer.tokens.share = (const real[]){NAN};
    has_rows(INS_LOG_TOKENS, "7,4,1,nan,nan,nan\n");
    layer.tokens.x = NULL;
    ck_assert_ptr_null(record(INS_LOG_TOKENS));
}
END_TEST

/* --- The others ---------------------------------------------------------------- */

/* 3^2 + 4^2 + 12^2 = 13^2, at every moment anew, and over all layers that are shown. */
START_TEST(test_epochs)
{
    has_rows(INS_LOG_EPOCHS, "7,made,9,0,5,1.5,0.25,nan,0.75,0.5,-3,13\n");
    has_rows(INS_LOG_EPOCHS, "7,made,9,1,5,1.5,0.25,nan,0.75,0.5,-3,13\n");
    layer.bias_gradient.x = NULL;
    moment.test_accuracy = NAN; /* does not apply */
    has_rows(INS_LOG_EPOCHS, "7,made,9,2,5,1.5,0.25,nan,,0.5,-3,5\n");
    clear();
    ins_trace_begin(trace, &moment, &rows);
    for (int i = 0; i < 4; i++) ins_trace_show(trace, &layer);
    ins_trace_end(trace);
    ck_assert_str_eq(rows.file[INS_LOG_EPOCHS].data, "7,made,9,3,5,1.5,0.25,nan,,0.5,-3,10\n");
}
END_TEST

/* Two units with one set of weights, of which one puts out nothing. */
START_TEST(test_symmetry)
{
    memcpy(weight + INPUTS, weight, INPUTS * sizeof *weight);
    for (size_t i = 0; i < ROWS; i++) after[i * UNITS + 1] = 0;
    has_rows(INS_LOG_SYMMETRY, "7,made,9,0,1,2,2,0,1,1,1\n");
    bias[1] = bias[0];
    has_rows(INS_LOG_SYMMETRY, "7,made,9,1,1,2,1,1,1,1,1\n");
    layer.rectifier = false;
    has_rows(INS_LOG_SYMMETRY, "7,made,9,2,1,2,1,1,1,1,\n");
    weight[0] = (real)NAN;
    has_rows(INS_LOG_SYMMETRY, "7,made,9,3,1,2,,,nan,1,\n");
    static const ins_tensor needed[] = {INS_WEIGHT, INS_ACTIVATION};
    for (size_t i = 0; i < 2; i++) {
        ins_trace_tensor tensor = layer.tensor[needed[i]];
        layer.tensor[needed[i]].x = NULL;
        ck_assert_ptr_null(record(INS_LOG_SYMMETRY));
        layer.tensor[needed[i]] = tensor;
    }
    /* Without biases the weights decide. */
    weight[0] = weight[INPUTS];
    bias[1] = bias[0] + 1;
    layer.tensor[INS_BIAS].x = NULL;
    has_rows(INS_LOG_SYMMETRY, "7,made,9,6,1,2,1,1,1,1,\n");
}
END_TEST

/* Preactivations on the axis of -4 to 4, the last bin with the 7; deltas and gradients on theirs,
 * from minus to plus the largest, which is in the last bin; no other tensor. */
START_TEST(test_histograms)
{
    layer.tensor[INS_WEIGHT].x = layer.tensor[INS_ACTIVATION].x = NULL;
    layer.tensor[INS_UPDATE] = (ins_trace_tensor){.x = gradient, .units = UNITS, .length = INPUTS};
    has_rows(INS_LOG_HISTOGRAMS, "7,made,9,0,1,preactivation,1,-4,-2,1\n"
                                 "7,made,9,0,1,preactivation,2,-2,0,2\n"
                                 "7,made,9,0,1,preactivation,3,0,2,3\n"
                                 "7,made,9,0,1,preactivation,4,2,4,2\n"
                                 "7,made,9,0,1,delta,1,-2,-1,0\n"
                                 "7,made,9,0,1,delta,2,-1,0,2\n"
                                 "7,made,9,0,1,delta,3,0,1,5\n"
                                 "7,made,9,0,1,delta,4,1,2,1\n"
                                 "7,made,9,0,1,gradient,1,-4,-2,0\n"
                                 "7,made,9,0,1,gradient,2,-2,0,0\n"
                                 "7,made,9,0,1,gradient,3,0,2,4\n"
                                 "7,made,9,0,1,gradient,4,2,4,2\n");
    gradient[1] = (real)8;
    gradient[2] = (real)NAN;
    layer.tensor[INS_PREACTIVATION].x = layer.tensor[INS_DELTA].x = NULL;
    has_rows(INS_LOG_HISTOGRAMS, "7,made,9,1,1,gradient,1,-8,-4,0\n"
                                 "7,made,9,1,1,gradient,2,-4,0,0\n"
                                 "7,made,9,1,1,gradient,3,0,4,3\n"
                                 "7,made,9,1,1,gradient,4,4,8,2\n");
}
END_TEST

static size_t made;

/* diag(4, 2), diag(8, 4), ... with a third column of zeros. */
static const double *make_matrix(void *context, size_t i)
{
    double *matrix = context;
    made++;
    memset(matrix, 0, 6 * sizeof *matrix);
    matrix[0] = 4 * (double)(i + 1);
    matrix[4] = 2 * (double)(i + 1);
    return matrix;
}

START_TEST(test_spectrum)
{
    double matrix[6];
    made = 0;
    copy(weight, (double[]){0, 0, -1, 0.5, 0, 0}, UNITS * INPUTS);
    layer.jacobian = (ins_trace_matrices){2, 2, 3, make_matrix, matrix};
    has_rows(INS_LOG_SPECTRUM, "7,made,9,0,1,1,4\n7,made,9,0,1,2,2\n"
                               "7,made,9,0,1,3,8\n7,made,9,0,1,4,4\n"
                               "7,made,9,0,1,1,1\n7,made,9,0,1,2,0.5\n");
    ck_assert_uint_eq(made, 2);
    weight[1] = (real)INFINITY;
    layer.jacobian.count = 1;
    has_rows(INS_LOG_SPECTRUM, "7,made,9,1,1,1,4\n7,made,9,1,1,2,2\n");
    moment.logs = ~(1u << INS_LOG_SPECTRUM); /* and nobody makes what nobody looks at */
    ck_assert_ptr_null(record(INS_LOG_SPECTRUM));
    ck_assert_uint_eq(made, 3);
}
END_TEST

/* --- steps.csv ----------------------------------------------------------------- */

/* Two samples of two steps, by hand: -1 2 0 1 and 0.5 -3 7 -0.5 for z. */
START_TEST(test_steps)
{
    ck_assert_ptr_null(record(INS_LOG_STEPS));
    layer.steps = STEPS;
    has_rows(INS_LOG_STEPS,
             "7,1,1,preactivation,1,1.5,0.25,\n7,1,1,preactivation,2,14.625,6.0625,\n"
             "7,1,1,delta,1,0.375,0.3125,\n"
             "7,1,1,delta,2,1.16015625,0.431640625,\n");
    layer.state = (ins_trace_tensor){.x = after, .units = UNITS, .length = ROWS};
    shows_nothing_but(INS_ACTIVATION);
    has_rows(INS_LOG_STEPS, "7,2,1,state,1,1.25,0.125,\n7,2,1,state,2,12.3125,5.28125,\n");
    after[6] = after[7] = (real)NAN; /* as in layers.csv, over what is finite */
    has_rows(INS_LOG_STEPS, "7,3,1,state,1,1.25,0.125,\n7,3,1,state,2,0.125,0,\n");
}
END_TEST

/* --- What a moment has ----------------------------------------------------------- */

static const ins_log_file written[] = {INS_LOG_EPOCHS,     INS_LOG_LAYERS,   INS_LOG_SYMMETRY,
                                       INS_LOG_HISTOGRAMS, INS_LOG_SPECTRUM, INS_LOG_STEPS,
                                       INS_LOG_TOKENS};
enum { WRITTEN = sizeof written / sizeof written[0] };

/* Only the log that is wanted: also when the others have no buffers. */
START_TEST(test_wanted)
{
    ins_log_set wanted = 1u << written[_i % WRITTEN];
    if (_i >= WRITTEN) {
        free(trace);
        make_trace(wanted);
    }
    layer.tokens = (ins_trace_tokens){.x = before, .rows = 1, .positions = ROWS, .units = UNITS};
    moment.logs = wanted;
    layer.steps = STEPS;
    record(0);
    for (size_t file = 0; file < INS_LOG_FILES; file++)
        ck_assert((rows.file[file].length > 0) == (file == written[_i % WRITTEN]));
}
END_TEST

/* Buffers only for what was planned. */
START_TEST(test_size)
{
    ins_carver none = {0}, one = {0}, all = {0}, huge = {0};
    ins_trace_plan plan = plan_with(0);
    ins_trace_lay_out(&plan, &none);
    plan = plan_with(1u << INS_LOG_SPECTRUM);
    ins_trace_lay_out(&plan, &one);
    plan = plan_with(INS_EVERY_LOG);
    ins_trace_lay_out(&plan, &all);
    ck_assert(0 < none.used && none.used < one.used && one.used < all.used && !all.overflow);
    plan.layer =
        (ins_trace_shape[]){{(size_t)1 << 40, 0, 0, 0}, {(size_t)1 << 40, (size_t)1 << 40, 0, 0}};
    ins_trace_lay_out(&plan, &huge);
    ck_assert(huge.overflow);
}
END_TEST

/* Rows of a moment, by hand: epochs 1, layers 1 + 9 + 2, symmetry 1, histograms 4 (1 + 5), steps
 * 2 x 3, spectrum 2 x 2 + 2, tokens 1. */
START_TEST(test_text_size)
{
    static const size_t by_hand[] = {300, 12 * 300, 300, 24 * 120, 6 * 80, 6 * 80, 100};
    ins_trace_plan plan = plan_with(INS_EVERY_LOG);
    size_t moments[INS_LOG_FILES] = {0}, bytes = 1;
    ck_assert(ins_trace_text_size(&plan, moments, &bytes));
    ck_assert_uint_eq(bytes, 0);
    moments[written[_i]] = 3;
    ck_assert(ins_trace_text_size(&plan, moments, &bytes));
    ck_assert_uint_eq(bytes, 3 * by_hand[_i]);
    moments[written[_i]] = SIZE_MAX / 99;
    ck_assert(!ins_trace_text_size(&plan, moments, &bytes));
}
END_TEST

static void show_what_was_not_planned(int fault)
{
    static real large[100];
    static double matrix[100];
    switch (fault) {
    case 0:
        free(trace);
        make_trace(~(1u << INS_LOG_SYMMETRY));
        break;
    case 1:
        layer.number = 2;
        break;
    case 2:
        layer.tensor[INS_WEIGHT].length++;
        break;
    case 3:
        layer.tensor[INS_WEIGHT].length--;
        break;
    case 4:
        layer.tensor[INS_GRADIENT].units--;
        break;
    case 5:
        layer.tensor[INS_DELTA] =
            (ins_trace_tensor){.x = large, .units = UNITS, .length = ROWS + 1};
        break;
    case 6:
        layer.tensor[INS_DELTA] = (ins_trace_tensor){.x = large, .units = INPUTS + 1, .length = 1};
        break;
    case 7:
        layer.tensor[INS_BIAS] = (ins_trace_tensor){.x = large, .units = INPUTS + 1, .length = 1};
        break;
    case 8:
        layer.jacobian = (ins_trace_matrices){1, 3, 3, make_matrix, matrix};
        break;
    case 9:
        layer.tensor[INS_INPUT] =
            (ins_trace_tensor){.x = large, .units = FEATURES + 1, .length = 1};
        break;
    case 10:
        layer.tensor[INS_STREAM] =
            (ins_trace_tensor){.x = large, .units = FEATURES, .length = ROWS + 1};
        break;
    case 11:
        layer.state = (ins_trace_tensor){.x = large, .units = INPUTS + 1, .length = 1};
        break;
    case 12:
        layer.state = (ins_trace_tensor){.x = large, .units = UNITS, .length = ROWS + 1};
        break;
    case 13:
        layer.tokens = (ins_trace_tokens){.x = large, .rows = 1, .positions = 1, .units = 6};
        break;
    default:
        break;
    }
    record(0);
}

START_TEST(test_not_planned)
{
    static const char *const words[] = {"symmetry.csv was not planned", "layer 2 is larger",
                                        "layer 1 is larger"};
    check_death(show_what_was_not_planned, _i, words[_i < 2 ? _i : 2]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *cases = tcase_create("instruments");
    tcase_add_checked_fixture(cases, start, finish);
    tcase_add_test(cases, test_layers);
    tcase_add_test(cases, test_update);
    tcase_add_test(cases, test_shown_update);
    tcase_add_test(cases, test_own_units);
    tcase_add_test(cases, test_heads);
    tcase_add_test(cases, test_tokens);
    tcase_add_test(cases, test_epochs);
    tcase_add_test(cases, test_symmetry);
    tcase_add_test(cases, test_histograms);
    tcase_add_test(cases, test_spectrum);
    tcase_add_test(cases, test_steps);
    tcase_add_loop_test(cases, test_wanted, 0, 2 * WRITTEN);
    tcase_add_test(cases, test_size);
    tcase_add_loop_test(cases, test_text_size, 0, WRITTEN);
    tcase_add_loop_test(cases, test_not_planned, 0, 14);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
