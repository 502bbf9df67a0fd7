/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* tokens.csv: how alike the positions of a sequence are behind a layer, and how peaked the
 * attention is on the way (Dong et al. 2021 on the first; the second decides how much of a mean is
 * left). */
#include <config.h>

#include "instrument.h"

#include <math.h>

static size_t rows(const ins_trace_extent *extent)
{
    return extent->plan->tokens;
}

/* (most units of a token) */
static void *lay_out(const ins_trace_extent *extent, ins_carver *carver)
{
    size_t most = extent->units > extent->features ? extent->units : extent->features;
    return extent->plan->tokens > 0 ? ins_carve(carver, most, sizeof(double)) : NULL;
}

/* The square of the sum of the positions of a row, and the sum of their squares. */
typedef struct row_squares {
    double of_sum, sum;
} row_squares;

static row_squares squares_of(const ins_trace_tokens *tokens, const real *x, double *total)
{
    row_squares squares = {0, 0};
    for (size_t u = 0; u < tokens->units; u++) total[u] = 0;
    for (size_t p = 0; p < tokens->positions; p++)
        for (size_t u = 0; u < tokens->units; u++) {
            const double one = (double)x[p * tokens->units + u];
            total[u] += one;
            squares.sum += one * one;
        }
    for (size_t u = 0; u < tokens->units; u++) squares.of_sum += total[u] * total[u];
    return squares;
}

/* What the squares of sums have beside the squares is of the pairs. */
static double correlation_of(const ins_trace_tokens *tokens, double *total)
{
    const double others = (double)tokens->positions - 1;
    double pairs = 0, sum = 0;
    for (size_t r = 0; r < tokens->rows; r++) {
        const row_squares squares =
            squares_of(tokens, tokens->x + r * tokens->positions * tokens->units, total);
        pairs += squares.of_sum - squares.sum;
        sum += squares.sum;
    }
    return pairs / (others * sum);
}

/* Means over all queries. */
typedef struct peak {
    double entropy, squares;
} peak;

static peak peak_of(const ins_trace_tokens *tokens)
{
    const size_t positions = tokens->positions, times = tokens->heads * tokens->rows;
    const double queries = (double)(times * positions);
    const real *share = tokens->share;
    peak sum = {0, 0};
    for (size_t i = 0; i < times * positions; i++) {
        const size_t keys = tokens->causal ? i % positions + 1 : positions;
        for (size_t j = 0; j < keys; j++) {
            const double a = (double)share[j];
            if (a != 0) sum.entropy -= a * log(a);
            sum.squares += a * a;
        }
        share += keys;
    }
    const double entropy = sum.entropy / queries;
    return (peak){entropy < 0 ? 0 : entropy, sum.squares / queries}; /* NAN stays */
}

static void show(void *state, const ins_trace_moment *moment, const ins_trace_layer *layer,
                 ins_text *out)
{
    const ins_trace_tokens *tokens = &layer->tokens;
    if (tokens->x == NULL) return;
    ins_row row = ins_row_begin(out, INS_LOG_TOKENS);
    ins_row_integer(&row, INS_TOKENS_RUN, (long long)moment->run.run);
    ins_row_integer(&row, INS_TOKENS_EPOCH, (long long)moment->epoch);
    ins_row_integer(&row, INS_TOKENS_LAYER, (long long)layer->number);
    ins_row_number(&row, INS_TOKENS_CORRELATION, correlation_of(tokens, state));
    if (tokens->heads > 0) {
        const peak of = peak_of(tokens);
        ins_row_number(&row, INS_TOKENS_ENTROPY, of.entropy);
        ins_row_number(&row, INS_TOKENS_SUM_OF_SQUARES, of.squares);
    } else {
        ins_row_empty(&row, INS_TOKENS_ENTROPY);
        ins_row_empty(&row, INS_TOKENS_SUM_OF_SQUARES);
    }
    ins_row_end(&row);
}

const ins_instrument ins_tokens_instrument = {
    .file = INS_LOG_TOKENS, .row_bytes = 100, .rows = rows, .lay_out = lay_out, .show = show};
