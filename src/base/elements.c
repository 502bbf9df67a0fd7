/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of any type become doubles, a piece at a time. */
#include <config.h>

#include "element.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/memory.h"
#include "initscope/text.h"

enum { PIECE = 1 << 16 }; /* bytes, a multiple of every element's size */

void ins_array_free(ins_array *array)
{
    free(array->x);
    *array = (ins_array){0};
}

static uint64_t bits_of(const unsigned char *bytes, ins_element element)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < element.size; i++)
        bits = bits << 8 | bytes[element.big_endian ? i : element.size - 1 - i];
    return bits;
}

/* IEEE 754 binary16. */
static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 0x1f);
    double fraction = (double)(bits & 0x3ff), sign = bits >> 15 ? -1 : 1;

    if (exponent == 0x1f) return fraction > 0 ? (double)NAN : sign * (double)INFINITY;
    if (exponent == 0) return sign * ldexp(fraction, -24);
    return sign * ldexp(fraction + 1024, exponent - 25);
}

static double floating(uint64_t bits, size_t size)
{
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;

    if (size == 2) return half(bits);
    if (size == 4) {
        memcpy(&narrow, &low, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

static double value_of(const unsigned char *bytes, ins_element element)
{
    uint64_t bits = bits_of(bytes, element);

    if (element.kind == 'f') return floating(bits, element.size);
    if (element.kind == 'w') return floating(bits << 16, 4); /* the upper half of a float32 */
    if (element.kind == 'b') return bits != 0;
    if (element.kind == 'u') return (double)bits;

    uint64_t sign = (uint64_t)1 << (8 * element.size - 1);

    /* Two's complement: of a negative number the size is exact, the sign apart. */
    return (bits & sign) ? -(double)((~bits + 1) & (sign | (sign - 1))) : (double)bits;
}

/* The product of the shape; false when the elements, as doubles, are more than memory. */
static bool count_elements(ins_array *array)
{
    size_t most = ins_memory_limit() / sizeof(double);

    array->count = 1;
    for (size_t i = 0; i < array->dimensions; i++)
        if (array->shape[i] == 0) array->count = 0;
    for (size_t i = 0; i < array->dimensions && array->count > 0; i++) {
        if (array->shape[i] > most / array->count) return false;
        array->count *= array->shape[i];
    }
    return true;
}

static ins_status wrong_size(const ins_byte_source *source, size_t need, const char *have,
                             ins_error *error)
{
    return ins_error_add(error, INS_DATA, "%s: expected %zu bytes of elements (got \"%s\")",
                         source->name, need, have);
}

static ins_status check_size(const ins_byte_source *source, size_t header, size_t need,
                             ins_error *error)
{
    char have[INS_NUMBER_SIZE];

    if (source->size < 0 || source->size - (long long)header == (long long)need) return INS_OK;
    ins_format_integer(have, source->size - (long long)header);
    return wrong_size(source, need, have, error);
}

static ins_status read_all(const ins_byte_source *source, ins_element element, ins_array *array,
                           unsigned char *piece, ins_error *error)
{
    size_t need = array->count * element.size, done = 0, capacity = 0, got;

    while (done < array->count) {
        size_t left = (array->count - done) * element.size, size = left < PIECE ? left : PIECE;

        if (ins_bytes_read(source, (char *)piece, size, &got, error) != INS_OK) return INS_DATA;
        if (got < size) {
            char have[INS_NUMBER_SIZE];

            ins_format_integer(have, (long long)(done * element.size + got));
            return wrong_size(source, need, have, error);
        }
        if (done + size / element.size > capacity) {
            capacity = capacity > array->count / 2 ? array->count : 2 * capacity;
            if (capacity < done + PIECE) capacity = done + PIECE;
            if (capacity > array->count) capacity = array->count;
            array->x = ins_reallocate(array->x, capacity, sizeof *array->x, "an array");
        }
        for (size_t i = 0; i < size; i += element.size)
            array->x[done++] = value_of(piece + i, element);
    }
    if (ins_bytes_read(source, (char *)piece, 1, &got, error) != INS_OK) return INS_DATA;
    return got == 0 ? INS_OK : wrong_size(source, need, "more", error);
}

ins_status ins_read_elements(const ins_byte_source *source, size_t header, ins_element element,
                             ins_array *array, ins_error *error)
{
    ins_array filled = *array;

    filled.x = NULL;
    filled.whole = strchr("biu", element.kind) != NULL;
    if (!count_elements(&filled))
        return ins_error_add(error, INS_DATA,
                             "%s: its shape promises more numbers than memory holds (%zu bytes)",
                             source->name, ins_memory_limit());

    ins_status status = check_size(source, header, filled.count * element.size, error);
    if (status != INS_OK) return status;

    unsigned char *piece = ins_reallocate(NULL, PIECE, 1, "reading an array");

    status = read_all(source, element, &filled, piece, error);
    free(piece);
    if (status == INS_OK)
        *array = filled;
    else
        free(filled.x);
    return status;
}
