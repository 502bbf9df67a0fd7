/* A .npy file is "\x93NUMPY", two version bytes, the length of the header (2 bytes in version 1,
 * 4 later; little-endian), the header, a Python dictionary padded so that the data start at a
 * multiple of 64, and the elements. */
#include <config.h>

#include "initscope/npy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/text.h"

#define MAGIC "\x93NUMPY"
enum {
    MAGIC_SIZE = 6,
    ALIGNMENT = 64,
    MOST_DIMENSIONS = 8,
    SHAPE_SIZE = 64,
    TYPE_SIZE = 16,
    LARGEST_HEADER = 1 << 20, /* bytes before the elements */
    LARGEST_ELEMENT = 8       /* bytes */
};

typedef struct npy_header {
    char type[TYPE_SIZE]; /* "<f4" */
    bool fortran_order;
    size_t dimensions;
    unsigned long long shape[MOST_DIMENSIONS];
    size_t data; /* offset of the first element */
} npy_header;

static void shape_text(char out[SHAPE_SIZE], size_t rows, size_t columns)
{
    if (columns)
        snprintf(out, SHAPE_SIZE, "(%zu, %zu)", rows, columns);
    else
        snprintf(out, SHAPE_SIZE, "(%zu,)", rows);
}

static void found_shape(ins_text *out, const npy_header *header)
{
    ins_text_add(out, "(");
    for (size_t i = 0; i < header->dimensions; i++)
        ins_text_add_format(out, i ? ", %llu" : "%llu", header->shape[i]);
    ins_text_add(out, header->dimensions == 1 ? ",)" : ")");
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

static bool parse_shape(const char *text, npy_header *header)
{
    if (*text++ != '(') return false;
    while (*(text += strspn(text, " ")) != ')') {
        size_t digits = strspn(text, "0123456789");
        long long size;
        if (header->dimensions == MOST_DIMENSIONS ||
            !ins_parse_integer(text, digits, 0, INT64_MAX, &size))
            return false;
        header->shape[header->dimensions++] = (unsigned long long)size;
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
    if (!type || !order || !shape || *type++ != '\'') return false;
    size_t length = strcspn(type, "'");
    if (length >= TYPE_SIZE || type[length] != '\'') return false;
    memcpy(header->type, type, length);
    header->type[length] = '\0';
    header->fortran_order = strncmp(order, "True", 4) == 0;
    if (!header->fortran_order && strncmp(order, "False", 5) != 0) return false;
    return parse_shape(shape, header);
}

static bool parse_header(const ins_text *file, npy_header *header)
{
    const unsigned char *bytes = (const unsigned char *)file->data;
    *header = (npy_header){0};
    if (file->length < MAGIC_SIZE + 6 || memcmp(bytes, MAGIC, MAGIC_SIZE) != 0) return false;
    bool first_version = bytes[MAGIC_SIZE] == 1;
    size_t start = MAGIC_SIZE + (first_version ? 4 : 6);
    size_t length = bytes[8] | (size_t)bytes[9] << 8;
    if (!first_version) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (length == 0 || length > file->length - start) return false;
    ins_text dictionary = {0};
    ins_text_add_bytes(&dictionary, file->data + start, length);
    header->data = start + length;
    bool sound =
        dictionary.length == strlen(dictionary.data) && parse_dictionary(dictionary.data, header);
    ins_text_free(&dictionary);
    return sound;
}

static uint64_t little_endian(const char *data, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = size; i-- > 0;) bits = bits << 8 | (unsigned char)data[i];
    return bits;
}

static double element_at(const char *data, size_t index, bool wide)
{
    if (wide) {
        uint64_t bits = little_endian(data + index * 8, 8);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    uint32_t bits = (uint32_t)little_endian(data + index * 4, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* file has the first bytes of path, at most most of them. */
static ins_status check(const char *path, const ins_text *file, size_t most,
                        const npy_header *header, size_t rows, size_t columns, ins_error *error)
{
    bool same = header->dimensions == (columns ? 2u : 1u) && header->shape[0] == rows &&
                (!columns || header->shape[1] == columns);
    if (!same) {
        char expected[SHAPE_SIZE];
        ins_text found = {0};
        shape_text(expected, rows, columns);
        found_shape(&found, header);
        ins_error_add(error, INS_DATA, "%s: expected an array of shape %s (got \"%s\")", path,
                      expected, found.data);
        ins_text_free(&found);
        return INS_DATA;
    }
    bool known = strcmp(header->type, "<f4") == 0 || strcmp(header->type, "<f8") == 0;
    if (!known)
        return ins_error_add(error, INS_DATA,
                             "%s: expected little-endian float32 or float64 elements (got \"%s\")",
                             path, header->type);
    size_t size = header->type[2] == '8' ? 8 : 4;
    size_t need = ins_multiply(ins_multiply(rows, columns ? columns : 1, path), size, path);
    size_t have = file->length - header->data;
    if (have != need)
        return ins_error_add(error, INS_DATA, "%s: expected %zu bytes of elements (got \"%s%zu\")",
                             path, need, file->length == most ? "at least " : "", have);
    return INS_OK;
}

ins_status ins_npy_write(const char *path, const real *x, size_t rows, size_t columns,
                         ins_error *error)
{
    char shape[SHAPE_SIZE];
    shape_text(shape, rows, columns);
    ins_text dictionary = {0}, file = {0};
    ins_text_add_format(&dictionary, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }",
                        shape);
    while ((MAGIC_SIZE + 4 + dictionary.length + 1) % ALIGNMENT) ins_text_add(&dictionary, " ");
    ins_text_add(&dictionary, "\n");
    const char length[4] = {1, 0, (char)(dictionary.length & 0xff), (char)(dictionary.length >> 8)};
    ins_text_add_bytes(&file, MAGIC, MAGIC_SIZE);
    ins_text_add_bytes(&file, length, sizeof length);
    ins_text_add_bytes(&file, dictionary.data, dictionary.length);
    for (size_t i = 0; i < rows * (columns ? columns : 1); i++) {
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

ins_status ins_npy_read(const char *path, size_t rows, size_t columns, real *x, ins_error *error)
{
    ins_text file = {0};
    npy_header header;
    /* One byte more than an array of this shape can have, whatever the file is. */
    size_t elements = ins_multiply(rows, columns ? columns : 1, path);
    size_t most = LARGEST_HEADER + ins_multiply(elements, LARGEST_ELEMENT, path) + 1;
    ins_status status = ins_file_read_start(path, &file, most, INS_DATA, error);
    if (status == INS_OK && !parse_header(&file, &header))
        status = ins_error_add(error, INS_DATA, "%s: not a NumPy .npy file", path);
    if (status == INS_OK) status = check(path, &file, most, &header, rows, columns, error);
    if (status == INS_OK) {
        bool wide = header.type[2] == '8';
        size_t width = columns ? columns : 1;
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < width; c++)
                x[r * width + c] =
                    (real)element_at(file.data + header.data,
                                     header.fortran_order ? c * rows + r : r * width + c, wide);
    }
    ins_text_free(&file);
    return status;
}
