/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* One walk over an array in the order of its memory, each element to its place. */
#include <config.h>

#include "host_array.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "door.h"
#include "initscope/memory.h"

enum { DIMENSIONS = 16 };

/* An axis: so many elements, each so far from the one before, here and there. */
typedef struct axis {
    int64_t count, from, to;
} axis;

static double from_half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? (fraction == 0 ? (double)INFINITY : (double)NAN)
                                    : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -value : value;
}

static double from_brain(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return (double)value;
}

/* The elements along one axis. */
static void copy(const void *data, initscope_dtype type, int64_t at, double *to, axis along)
{
    switch (type) {
    case INITSCOPE_F32:
        for (int64_t i = 0; i < along.count; i++)
            to[i * along.to] = (double)((const float *)data)[at + i * along.from];
        break;
    case INITSCOPE_F64:
        for (int64_t i = 0; i < along.count; i++)
            to[i * along.to] = ((const double *)data)[at + i * along.from];
        break;
    case INITSCOPE_F16:
        for (int64_t i = 0; i < along.count; i++)
            to[i * along.to] = from_half(((const uint16_t *)data)[at + i * along.from]);
        break;
    case INITSCOPE_BF16:
        for (int64_t i = 0; i < along.count; i++)
            to[i * along.to] = from_brain(((const uint16_t *)data)[at + i * along.from]);
        break;
    }
}

static ins_status check(const initscope_array *array, ins_error *error)
{
    if (array->ndim < 0 || array->ndim > DIMENSIONS)
        return ins_error_add(error, INS_USAGE, "array: 0 to %d dimensions (got \"%d\")", DIMENSIONS,
                             array->ndim);
    if (array->data == NULL || (array->ndim > 0 && array->shape == NULL))
        return ins_error_add(error, INS_USAGE, "array: without data or without shape");
    if ((int)array->dtype < INITSCOPE_F32 || array->dtype > INITSCOPE_BF16)
        return ins_error_add(error, INS_USAGE, "array: unknown type of elements (got \"%d\")",
                             (int)array->dtype);
    for (int d = 0; d < array->ndim; d++)
        if (array->shape[d] <= 0)
            return ins_error_add(error, INS_USAGE,
                                 "array: has no elements along dimension %d (got \"%lld\")", d,
                                 (long long)array->shape[d]);
    if (array->ndim > 0 && (array->unit_axis < -array->ndim || array->unit_axis >= array->ndim))
        return ins_error_add(error, INS_USAGE, "array: no axis of that number (got \"%d\" of %d)",
                             array->unit_axis, array->ndim);
    return INS_OK;
}

/* The axes, the one with the shortest steps last, so that memory is read in order; returns their
 * number. */
static int list_axes(const initscope_array *array, bool by_rows, axis axes[DIMENSIONS],
                     ins_matrix *matrix)
{
    const int unit = array->unit_axis < 0 ? array->unit_axis + array->ndim : array->unit_axis;
    int64_t step = 1;
    matrix->units = matrix->length = 1;
    for (int d = array->ndim; d-- > 0;) {
        axes[d].count = array->shape[d];
        axes[d].from = array->strides != NULL ? array->strides[d] : step;
        step *= array->shape[d];
        if (d == unit) matrix->units = (size_t)array->shape[d];
    }
    for (int d = array->ndim; d-- > 0;) {
        if (d == unit) continue;
        axes[d].to = (int64_t)(by_rows ? matrix->length : matrix->length * matrix->units);
        matrix->length *= (size_t)array->shape[d];
    }
    if (array->ndim > 0) axes[unit].to = by_rows ? (int64_t)matrix->length : 1;
    for (int i = 1; i < array->ndim; i++)
        for (int j = i; j > 0 && llabs(axes[j].from) > llabs(axes[j - 1].from); j--) {
            const axis swap = axes[j];
            axes[j] = axes[j - 1];
            axes[j - 1] = swap;
        }
    return array->ndim;
}

ins_status ins_matrix_of(const initscope_array *array, bool by_rows, ins_matrix *matrix,
                         ins_error *error)
{
    initscope_array own;
    axis axes[DIMENSIONS] = {{1, 0, 0}};
    ins_status status = ins_door_take(&own, sizeof own, array, "array", error);
    if (status == INS_OK) status = check(&own, error);
    if (status != INS_OK) return status;
    size_t count = 1;
    for (int d = 0; d < own.ndim; d++)
        count = ins_multiply(count, (size_t)own.shape[d], "a tensor");
    matrix->x = ins_reserve(count, sizeof *matrix->x, "a tensor");
    matrix->narrow = own.dtype != INITSCOPE_F64;
    int outer = list_axes(&own, by_rows, axes, matrix) - 1;
    if (outer < 0) outer = 0;
    int64_t index[DIMENSIONS] = {0}, from = 0, to = 0;
    for (;;) {
        copy(own.data, own.dtype, from, matrix->x + to, axes[outer]);
        int d = outer;
        while (d-- > 0) {
            from += axes[d].from;
            to += axes[d].to;
            if (++index[d] < axes[d].count) break;
            from -= axes[d].from * axes[d].count;
            to -= axes[d].to * axes[d].count;
            index[d] = 0;
        }
        if (d < 0) return INS_OK;
    }
}

int ins_matrix_scale(ins_matrix *matrix)
{
    enum { COMFORT = 240 }; /* 2^960 and 2^-960 are well within double */
    const size_t count = matrix->units * matrix->length;
    double largest = 0;
    int exponent;
    for (size_t i = 0; i < count; i++) {
        const double size = fabs(matrix->x[i]);
        if (size > largest && isfinite(size)) largest = size;
    }
    frexp(largest, &exponent);
    if (largest == 0 || (exponent >= -COMFORT && exponent <= COMFORT)) return 0;
    for (size_t i = 0; i < count; i++) matrix->x[i] = ldexp(matrix->x[i], -exponent);
    return exponent;
}
