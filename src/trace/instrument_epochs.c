/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* epochs.csv: what the caller measured, and the norm of the gradient over all that is shown. */
#include <config.h>

#include "instrument.h"

#include <math.h>

typedef struct gradient_squares {
    double sum; /* over the layers so far */
    bool any;   /* a gradient was shown */
} gradient_squares;

static size_t rows(const ins_trace_extent *extent)
{
    (void)extent;
    return 1;
}

static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    (void)extent;
    gradient_squares *squares = ins_carve(carver, 1, sizeof *squares);
    if (squares != NULL) *squares = (gradient_squares){0};
    return squares;
}

static double sum_of_squares(const ins_trace_tensor *tensor)
{
    size_t count = tensor->x != NULL ? tensor->units * tensor->length : 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)tensor->x[i] * (double)tensor->x[i];
    return sum;
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    (void)moment;
    (void)out;
    gradient_squares *squares = state;
    squares->any |= layer->tensor[INS_GRADIENT].x != NULL;
    squares->sum += sum_of_squares(&layer->tensor[INS_GRADIENT]);
    squares->sum += sum_of_squares(&layer->bias_gradient);
}

static void end(void *state, const ins_trace_moment *moment, ins_text *out)
{
    gradient_squares *squares = state;
    ins_row row = ins_row_begin_epoch(out, INS_LOG_EPOCHS, &moment->run, moment->epoch);
    ins_row_integer(&row, INS_EPOCHS_UPDATES, (long long)moment->updates);
    ins_row_number(&row, INS_EPOCHS_TRAIN_LOSS, moment->train_loss);
    ins_row_optional(&row, INS_EPOCHS_TRAIN_ACCURACY, moment->train_accuracy);
    ins_row_number(&row, INS_EPOCHS_TEST_LOSS, moment->test_loss);
    ins_row_optional(&row, INS_EPOCHS_TEST_ACCURACY, moment->test_accuracy);
    ins_row_number(&row, INS_EPOCHS_TRAIN_SCORE, moment->train_score);
    ins_row_number(&row, INS_EPOCHS_TEST_SCORE, moment->test_score);
    if (!isnan(moment->gradient_norm))
        ins_row_number(&row, INS_EPOCHS_GRADIENT_NORM, moment->gradient_norm);
    else if (squares->any)
        ins_row_number(&row, INS_EPOCHS_GRADIENT_NORM, sqrt(squares->sum));
    else
        ins_row_empty(&row, INS_EPOCHS_GRADIENT_NORM);
    ins_row_end(&row);
    *squares = (gradient_squares){0};
}

const ins_instrument ins_epochs_instrument = {.file = INS_LOG_EPOCHS,
                                              .row_bytes = 300,
                                              .rows = rows,
                                              .lay_out = lay_out,
                                              .show = show,
                                              .end = end};
