/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A .npy file is "\x93NUMPY", two version bytes, the length of the header (2 bytes in version 1,
 * 4 later; little-endian), the header, a Python dictionary padded so that the data start at a
 * multiple of 64, and the elements. */
#include <config.h>

#include "initscope/npy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "initscope/elements.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/stream.h"
#include "initscope/text.h"

#define MAGIC "\x93NUMPY"
enum { MAGIC_SIZE = 6, ALIGNMENT = 64, TYPE_SIZE = 16, HEADER_LIMIT = 1 << 20 };

typedef struct npy_header {
    char type[TYPE_SIZE]; /* "<f4" */
    bool fortran_order;
    ins_array array; /* its shape */
    size_t data;     /* offset of the first element */
} npy_header;

/* As Python writes a tuple. */
static void shape_text(ins_text *out, const size_t *shape, size_t dimensions)
{
    ins_text_add(out, "(");
    for (size_t i = 0; i < dimensions; i++) ins_text_add_format(out, i ? ", %zu" : "%zu", shape[i]);
    ins_text_add(out, dimensions == 1 ? ",)" : ")");
}

/* What follows "'key':" in the header's dictionary, blanks skipped; NULL when there is no such key.
 */
static const char *after_key(const char *dictionary, const char *key)
{
    const char *found = strstr(dictionary, key);
    if (!found) return NULL;
    found += strlen(key);
    found += strspn(found, " ");
    if (*found++ != ':') return NULL;
    return found + strspn(found, " ");
}

static bool parse_shape(const char *text, ins_array *array)
{
    if (*text++ != '(') return false;
    while (*(text += strspn(text, " ")) != ')') {
        size_t digits = strspn(text, "0123456789");
        long long size;
        if (array->dimensions == INS_ARRAY_DIMENSIONS ||
            !ins_parse_integer(text, digits, 0, INT64_MAX, &size))
            return false;
        array->shape[array->dimensions++] = (size_t)size;
        text += digits;
        text += strspn(text, " ");
        if (*text == ',')
            text++;
        else if (*text != ')')
            return false;
    }
    return true;
}

static bool parse_dictionary(const char *dictionary, npy_header *header)
{
    const char *type = after_key(dictionary, "'descr'");
    const char *order = after_key(dictionary, "'fortran_order'");
    const char *shape = after_key(dictionary, "'shape'");
    if (!type || !order || !shape) return false;
    /* Anything but a text describes a structure: kept as far as it is shown. */
    size_t length = *type == '\'' ? strcspn(++type, "'") : 0;
    if (length >= TYPE_SIZE) return false;
    memcpy(header->type, type, length);
    header->type[length] = '\0';
    header->fortran_order = strncmp(order, "True", 4) == 0;
    if (!header->fortran_order && strncmp(order, "False", 5) != 0) return false;
    return parse_shape(shape, &header->array);
}

bool ins_is_npy(const char *bytes, size_t length)
{
    return length >= MAGIC_SIZE && memcmp(bytes, MAGIC, MAGIC_SIZE) == 0;
}

static ins_status not_npy(const ins_byte_source *source, ins_error *error)
{
    return ins_error_add(error, INS_DATA, "%s: not a NumPy .npy file", source->name);
}

static ins_status read_dictionary(const ins_byte_source *source, size_t length, npy_header *header,
                                  ins_error *error)
{
    char *dictionary = ins_allocate(length + 1, 1, "the header of an array");
    size_t got;
    ins_status status = ins_bytes_read(source, dictionary, length, &got, error);
    if (status == INS_OK &&
        (got < length || strlen(dictionary) != length || !parse_dictionary(dictionary, header)))
        status = not_npy(source, error);
    free(dictionary);
    return status;
}

static ins_status read_header(const ins_byte_source *source, npy_header *header, ins_error *error)
{
    char head[MAGIC_SIZE + 6];
    size_t got, more = 0;
    *header = (npy_header){.data = MAGIC_SIZE + 4};
    if (ins_bytes_read(source, head, header->data, &got, error) != INS_OK) return INS_DATA;
    if (got < header->data || !ins_is_npy(head, got)) return not_npy(source, error);
    const unsigned char *bytes = (const unsigned char *)head;
    size_t length = bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[MAGIC_SIZE] != 1) {
        if (ins_bytes_read(source, head + header->data, 2, &more, error) != INS_OK) return INS_DATA;
        if (more < 2) return not_npy(source, error);
        length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    }
    if (length > HEADER_LIMIT)
        return ins_error_add(error, INS_DATA, "%s: header longer than %d bytes (got \"%zu\")",
                             source->name, HEADER_LIMIT, length);
    header->data += more + length;
    return read_dictionary(source, length, header, error);
}

/* "<f4" and its like: byte order, kind, bytes. False for what is no number of this program. */
static bool parse_type(const char *type, ins_element *element)
{
    static const char *const known[] = {"b1", "i1", "i2", "i4", "i8", "u1",
                                        "u2", "u4", "u8", "f2", "f4", "f8"};
    if (type[0] == '\0' || !strchr("<>|=", type[0])) return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i], type + 1) != 0) continue;
        *element = (ins_element){type[1], (size_t)(type[2] - '0'), type[0] == '>'};
        return true;
    }
    return false;
}

static ins_status refuse_type(const ins_byte_source *source, const char *type, ins_error *error)
{
    if (type[0] != '\0' && type[1] == 'O')
        return ins_error_add(error, INS_DATA,
                             "%s: its elements are Python objects, a pickle, which is a program: "
                             "save numbers, as with x.astype(float) (got \"%s\")",
                             source->name, type);
    return ins_error_add(error, INS_DATA,
                         "%s: elements must be numbers: bool, int8 to int64, uint8 to uint64, "
                         "float16 to float64 (got \"%s\")",
                         source->name, type[0] ? type : "a structure");
}

/* Elements in Fortran order, whose first index runs fastest, are put into C order. */
static void put_in_order(ins_array *array)
{
    double *x = ins_reserve(array->count + 1, sizeof *x, "an array");
    size_t index[INS_ARRAY_DIMENSIONS] = {0};
    for (size_t i = 0; i < array->count; i++) {
        size_t place = 0;
        for (size_t k = 0; k < array->dimensions; k++) place = place * array->shape[k] + index[k];
        x[place] = array->x[i];
        for (size_t k = 0; k < array->dimensions && ++index[k] == array->shape[k]; k++)
            index[k] = 0;
    }
    free(array->x);
    array->x = x;
}

static ins_status read_elements(const ins_byte_source *source, const npy_header *header,
                                ins_array *array, ins_error *error)
{
    ins_element element;
    ins_array found = header->array;
    if (!parse_type(header->type, &element)) return refuse_type(source, header->type, error);
    ins_status status = ins_read_elements(source, header->data, element, &found, error);
    if (status != INS_OK) return status;
    if (header->fortran_order) put_in_order(&found);
    *array = found;
    return INS_OK;
}

ins_status ins_npy_read_array(const ins_byte_source *source, ins_array *array, ins_error *error)
{
    npy_header header;
    ins_status status = read_header(source, &header, error);
    return status == INS_OK ? read_elements(source, &header, array, error) : status;
}

static ins_status check(const ins_byte_source *source, const npy_header *header,
                        const size_t *shape, size_t dimensions, ins_error *error)
{
    const ins_array *array = &header->array;
    if (array->dimensions != dimensions ||
        memcmp(array->shape, shape, dimensions * sizeof *shape) != 0) {
        ins_text expected = {0}, found = {0};
        shape_text(&expected, shape, dimensions);
        shape_text(&found, array->shape, array->dimensions);
        ins_error_add(error, INS_DATA, "%s: expected an array of shape %s (got \"%s\")",
                      source->name, expected.data, found.data);
        ins_text_free(&expected);
        ins_text_free(&found);
        return INS_DATA;
    }
    if (strcmp(header->type, "<f4") == 0 || strcmp(header->type, "<f8") == 0) return INS_OK;
    return ins_error_add(error, INS_DATA,
                         "%s: expected little-endian float32 or float64 elements (got \"%s\")",
                         source->name, header->type);
}

ins_status ins_npy_write(const char *path, const real *x, const size_t *shape, size_t dimensions,
                         ins_error *error)
{
    ins_text dictionary = {0}, file = {0};
    size_t count = 1;
    for (size_t i = 0; i < dimensions; i++) count *= shape[i];
    ins_text_add(&dictionary, "{'descr': '<f4', 'fortran_order': False, 'shape': ");
    shape_text(&dictionary, shape, dimensions);
    ins_text_add(&dictionary, ", }");
    while ((MAGIC_SIZE + 4 + dictionary.length + 1) % ALIGNMENT) ins_text_add(&dictionary, " ");
    ins_text_add(&dictionary, "\n");
    const char length[4] = {1, 0, (char)(dictionary.length & 0xff), (char)(dictionary.length >> 8)};
    ins_text_add_bytes(&file, MAGIC, MAGIC_SIZE);
    ins_text_add_bytes(&file, length, sizeof length);
    ins_text_add_bytes(&file, dictionary.data, dictionary.length);
    for (size_t i = 0; i < count; i++) {
        float element = (float)x[i];
        uint32_t bits;
        memcpy(&bits, &element, sizeof bits);
        const char bytes[4] = {(char)(bits & 0xff), (char)(bits >> 8 & 0xff),
                               (char)(bits >> 16 & 0xff), (char)(bits >> 24)};
        ins_text_add_bytes(&file, bytes, sizeof bytes);
    }
    ins_status status = ins_file_write(path, file.data, file.length, error);
    ins_text_free(&dictionary);
    ins_text_free(&file);
    return status;
}

ins_status ins_npy_read(const char *path, const size_t *shape, size_t dimensions, real *x,
                        ins_error *error)
{
    ins_stream *stream = ins_stream_open(path, error);
    if (!stream) return INS_DATA;
    const ins_byte_source source = ins_stream_source(stream);
    ins_array array = {0};
    npy_header header;
    ins_status status = read_header(&source, &header, error);
    if (status == INS_OK) status = check(&source, &header, shape, dimensions, error);
    if (status == INS_OK) status = read_elements(&source, &header, &array, error);
    for (size_t i = 0; i < array.count; i++) x[i] = (real)array.x[i];
    ins_array_free(&array);
    ins_stream_close(stream);
    return status;
}
