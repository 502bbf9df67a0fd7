/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens are counted, position by position. */
#include <config.h>

#include "field_tokens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"

/* The longest wave of the sines, over 2 pi. */
#define LONGEST 10000.0

static int by_token(const void *a, const void *b)
{
    const real x = *(const real *)a, y = *(const real *)b;
    return (x > y) - (x < y);
}

/* The tokens numbered from 0 in increasing order, into number. Returns how many there are. */
static size_t number_tokens(const real *tokens, size_t count, size_t *number)
{
    real *sorted = ins_reserve(count, sizeof *sorted, "tokens");
    memcpy(sorted, tokens, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_token);
    size_t kinds = 0;
    for (size_t i = 0; i < count; i++)
        if (kinds == 0 || sorted[i] > sorted[kinds - 1]) sorted[kinds++] = sorted[i];
    for (size_t i = 0; i < count; i++) {
        const real *at = bsearch(&tokens[i], sorted, kinds, sizeof *sorted, by_token);
        number[i] = at != NULL ? (size_t)(at - sorted) : 0;
    }
    free(sorted);
    return kinds;
}

ins_field *ins_field_of_tokens(const real *tokens, size_t rows, size_t positions)
{
    const size_t count = ins_multiply(rows, positions, "tokens");
    size_t *number = ins_reserve(count, sizeof *number, "tokens");
    const size_t kinds = number_tokens(tokens, count, number);
    double *seen = ins_allocate(kinds, sizeof *seen, "tokens");
    ins_field *field = ins_field_new(positions);
    const double n = (double)rows;
    for (size_t p = 0; p < positions; p++) {
        for (size_t r = 0; r < rows; r++) seen[number[r * positions + p]] += 1 / n;
        for (size_t q = 0; q < positions; q++) {
            double own = 0, all = 0;
            for (size_t r = 0; r < rows; r++) {
                const size_t token = number[r * positions + q];
                own += (token == number[r * positions + p]) / n;
                all += seen[token] / n;
            }
            field->same[p * positions + q] = own;
            field->other[p * positions + q] = rows > 1 ? (all * n - own) / (n - 1) : own;
        }
        for (size_t r = 0; r < rows; r++) seen[number[r * positions + p]] = 0;
    }
    free(seen);
    free(number);
    return field;
}

void ins_field_add_learned_positions(ins_field *field, double variance)
{
    for (size_t p = 0; p < field->positions; p++) {
        field->same[p * (field->positions + 1)] += variance;
        field->other[p * (field->positions + 1)] += variance;
    }
}

/* sin and cos of one angle give the cosine of the difference. */
static double sine_product(double difference, size_t channels)
{
    double sum = 0;
    for (size_t c = 0; c < channels; c += 2)
        sum += cos(difference * pow(LONGEST, -(double)c / (double)channels));
    return sum / (double)channels;
}

static double sine_mean(double position, size_t channels)
{
    double sum = 0;
    for (size_t c = 0; c < channels; c += 2) {
        const double angle = position * pow(LONGEST, -(double)c / (double)channels);
        sum += sin(angle) + cos(angle);
    }
    return sum / (double)channels;
}

void ins_field_add_sine_positions(ins_field *field, size_t channels)
{
    const size_t positions = field->positions;
    for (size_t d = 0; d < positions; d++) {
        const double product = sine_product((double)d, channels);
        field->mean[d] += sine_mean((double)d, channels);
        for (size_t p = 0; p + d < positions; p++) {
            const size_t one = p * positions + p + d, other = (p + d) * positions + p;
            field->same[one] += product;
            field->other[one] += product;
            if (d == 0) continue;
            field->same[other] += product;
            field->other[other] += product;
        }
    }
}
