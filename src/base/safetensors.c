/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* .safetensors files: the only door to jansson. */
#include <config.h>

#include "initscope/safetensors.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "element.h"
#include "file_internal.h"
#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/text.h"

enum { LENGTH_SIZE = 8, HEADER_LIMIT = 100000000 };

#define METADATA "__metadata__"

struct ins_safetensors {
    const char *path;
    int file;
    size_t data;                  /* offset of the first element */
    unsigned long long available; /* bytes behind the header */
    json_t *header;
    size_t count;
    ins_stored_tensor *tensor; /* names are those of header */
};

/* The types of the format; kind '\0': listed only. */
typedef struct stored_type {
    const char *name;
    size_t bits;
    char kind;
} stored_type;

static const stored_type types[] = {
    {"F64", 64, 'f'},     {"F32", 32, 'f'},     {"F16", 16, 'f'},     {"BF16", 16, 'w'},
    {"BOOL", 8, '\0'},    {"U8", 8, '\0'},      {"I8", 8, '\0'},      {"U16", 16, '\0'},
    {"I16", 16, '\0'},    {"U32", 32, '\0'},    {"I32", 32, '\0'},    {"U64", 64, '\0'},
    {"I64", 64, '\0'},    {"C64", 64, '\0'},    {"F8_E4M3", 8, '\0'}, {"F8_E5M2", 8, '\0'},
    {"F8_E8M0", 8, '\0'}, {"F6_E2M3", 6, '\0'}, {"F6_E3M2", 6, '\0'}, {"F4", 4, '\0'},
};

static const stored_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return NULL;
}

static ins_status refuse(const ins_safetensors *file, const char *what, const char *got,
                         ins_error *error)
{
    char display[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_DATA, "%s: %s (got \"%s\")", file->path, what,
                         ins_display(display, got, strlen(got)));
}

/* Up to size bytes from an offset, taken up again until they are there or the file ends. */
static ssize_t read_at(const ins_safetensors *file, unsigned long long offset, char *bytes,
                       size_t size, ins_error *error)
{
    size_t done = 0;
    ssize_t count = lseek(file->file, (off_t)offset, SEEK_SET) < 0 ? -1 : 1;
    while (count > 0 && done < size) {
        count = ins_file_read_some(file->file, bytes + done, size - done);
        if (count > 0) done += (size_t)count;
    }
    if (count < 0) {
        ins_file_problem(file->path, INS_DATA, error);
        return -1;
    }
    return (ssize_t)done;
}

/* --- The header ------------------------------------------------------------------------------- */

static ins_status read_size(const json_t *number, unsigned long long most, unsigned long long *size)
{
    const json_int_t value = json_is_integer(number) ? json_integer_value(number) : -1;
    if (value < 0 || (unsigned long long)value > most) return INS_DATA;
    *size = (unsigned long long)value;
    return INS_OK;
}

/* The bits of a tensor of this shape; false: more than any file has. */
static bool read_shape(const json_t *shape, const stored_type *type, ins_stored_tensor *tensor,
                       unsigned long long *bits)
{
    *bits = type->bits;
    for (size_t i = 0; i < tensor->dimensions; i++) {
        unsigned long long size;
        if (read_size(json_array_get(shape, i), INT64_MAX, &size) != INS_OK) return false;
        tensor->shape[i] = (size_t)size;
        if (__builtin_mul_overflow(*bits, size, bits)) return false;
    }
    return true;
}

static ins_status read_tensor(const ins_safetensors *file, const char *name, const json_t *entry,
                              ins_stored_tensor *tensor, ins_error *error)
{
    const json_t *type_name = json_object_get(entry, "dtype");
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    unsigned long long bits;
    if (!json_is_string(type_name) || !json_is_array(shape) || !json_is_array(offsets) ||
        json_array_size(offsets) != 2)
        return refuse(file, "a tensor needs dtype, shape and two data_offsets", name, error);
    const stored_type *type = find_type(json_string_value(type_name));
    if (type == NULL) return refuse(file, "unknown dtype", json_string_value(type_name), error);
    *tensor = (ins_stored_tensor){.name = name,
                                  .type = type->name,
                                  .floating = type->kind != '\0',
                                  .dimensions = json_array_size(shape)};
    if (tensor->dimensions > INS_ARRAY_DIMENSIONS)
        return refuse(file, "a tensor has more than 8 dimensions", name, error);
    if (!read_shape(shape, type, tensor, &bits))
        return refuse(file, "the shape of a tensor is no list of sizes that a file can hold", name,
                      error);
    if (read_size(json_array_get(offsets, 0), file->available, &tensor->begin) != INS_OK ||
        read_size(json_array_get(offsets, 1), file->available, &tensor->end) != INS_OK)
        return refuse(file, "the data_offsets of a tensor lie outside of the file", name, error);
    if (tensor->end < tensor->begin || tensor->end - tensor->begin != bits / 8 + (bits % 8 > 0))
        return refuse(file, "the data_offsets of a tensor do not fit its shape", name, error);
    return INS_OK;
}

static int by_offset(const void *a, const void *b)
{
    const ins_stored_tensor *const *first = a, *const *second = b;
    if ((*first)->begin != (*second)->begin) return (*first)->begin < (*second)->begin ? -1 : 1;
    return ((*first)->end > (*second)->end) - ((*first)->end < (*second)->end);
}

/* The bytes belong to one tensor each. */
static ins_status check_cover(const ins_safetensors *file, ins_error *error)
{
    const ins_stored_tensor **order = ins_reserve(file->count + 1, sizeof *order, "offsets");
    ins_status status = INS_OK;
    unsigned long long reached = 0;
    for (size_t i = 0; i < file->count; i++) order[i] = &file->tensor[i];
    qsort(order, file->count, sizeof *order, by_offset);
    for (size_t i = 0; i < file->count && status == INS_OK; i++) {
        if (order[i]->begin < reached)
            status = refuse(file, "the bytes of two tensors overlap", order[i]->name, error);
        else if (order[i]->begin > reached)
            status = refuse(file, "bytes before a tensor belong to none", order[i]->name, error);
        reached = order[i]->end;
    }
    free(order);
    if (status != INS_OK || reached == file->available) return status;
    char left[INS_NUMBER_SIZE];
    ins_format_integer(left, (long long)(file->available - reached));
    return refuse(file, "bytes behind the last tensor belong to none", left, error);
}

static ins_status read_tensors(ins_safetensors *file, ins_error *error)
{
    const char *name;
    json_t *entry;
    file->tensor = ins_allocate(json_object_size(file->header) + 1, sizeof *file->tensor,
                                "the tensors of a file");
    json_object_foreach(file->header, name, entry)
    {
        if (strcmp(name, METADATA) == 0) continue;
        if (read_tensor(file, name, entry, &file->tensor[file->count++], error) != INS_OK)
            return INS_DATA;
    }
    return check_cover(file, error);
}

static ins_status parse_header(ins_safetensors *file, const char *text, size_t length,
                               ins_error *error)
{
    json_error_t why;
    if (length == 0 || text[0] != '{')
        return ins_error_add(error, INS_DATA,
                             "%s: not a safetensors file: its header is no JSON object",
                             file->path);
    file->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (file->header == NULL && json_error_code(&why) == json_error_out_of_memory)
        ins_check_memory(NULL, "the header of a file");
    if (file->header == NULL)
        return refuse(file, "its header is no JSON as safetensors has it", why.text, error);
    return read_tensors(file, error);
}

static ins_status read_header(ins_safetensors *file, unsigned long long size, ins_error *error)
{
    unsigned char head[LENGTH_SIZE] = {0};
    unsigned long long length = 0;
    const ssize_t got = read_at(file, 0, (char *)head, sizeof head, error);
    if (got < 0) return INS_DATA;
    for (size_t i = LENGTH_SIZE; i-- > 0;) length = length << 8 | head[i];
    char digits[INS_NUMBER_SIZE];
    ins_format_integer(digits, (long long)size);
    if (got < LENGTH_SIZE)
        return refuse(file, "not a safetensors file: too short for a header", digits, error);
    if (length > size - LENGTH_SIZE)
        return refuse(file, "cut short, or not a safetensors file: its header is longer than it",
                      digits, error);
    if (length > HEADER_LIMIT)
        return ins_error_add(error, INS_DATA, "%s: header longer than %d bytes (got \"%llu\")",
                             file->path, HEADER_LIMIT, length);
    file->data = LENGTH_SIZE + (size_t)length;
    file->available = size - file->data;
    char *text = ins_reserve((size_t)length + 1, 1, "the header of a file");
    const ssize_t read = read_at(file, LENGTH_SIZE, text, (size_t)length, error);
    ins_status status = read < 0 ? INS_DATA : parse_header(file, text, (size_t)read, error);
    free(text);
    return status;
}

/* --- The door --------------------------------------------------------------------------------- */

ins_safetensors *ins_safetensors_open(const char *path, ins_error *error)
{
    struct stat status;
    const int number = ins_file_open(path, O_RDONLY);
    if (number < 0 || fstat(number, &status) != 0) {
        ins_file_problem(path, INS_DATA, error);
        if (number >= 0) close(number);
        return NULL;
    }
    ins_safetensors *file = ins_allocate(1, sizeof *file, "reading a file");
    *file = (ins_safetensors){.path = path, .file = number};
    const bool regular = S_ISREG(status.st_mode);
    if (!regular)
        ins_error_add(error, INS_DATA, "%s: must be a regular file, of which any part can be read",
                      path);
    if (regular && read_header(file, (unsigned long long)status.st_size, error) == INS_OK)
        return file;
    ins_safetensors_close(file);
    return NULL;
}

void ins_safetensors_close(ins_safetensors *file)
{
    if (!file) return;
    json_decref(file->header);
    free(file->tensor);
    close(file->file);
    free(file);
}

size_t ins_safetensors_count(const ins_safetensors *file)
{
    return file->count;
}

const ins_stored_tensor *ins_safetensors_at(const ins_safetensors *file, size_t index)
{
    return &file->tensor[index];
}

/* The bytes of one tensor. */
typedef struct extent {
    const ins_safetensors *file;
    unsigned long long at, end;
} extent;

static ssize_t read_extent(void *context, char *bytes, size_t size, ins_error *error)
{
    extent *part = context;
    const unsigned long long left = part->end - part->at;
    const ssize_t count = read_at(part->file, part->file->data + part->at, bytes,
                                  size < left ? size : (size_t)left, error);
    if (count > 0) part->at += (unsigned long long)count;
    return count;
}

ins_status ins_safetensors_read(ins_safetensors *file, size_t index, ins_array *array,
                                ins_error *error)
{
    const ins_stored_tensor *tensor = &file->tensor[index];
    const stored_type *type = find_type(tensor->type);
    extent part = {file, tensor->begin, tensor->end};
    ins_text name = {0};
    ins_array found = {.dimensions = tensor->dimensions};
    memcpy(found.shape, tensor->shape, sizeof found.shape);
    ins_text_add_format(&name, "%s(%s)", file->path, tensor->name);
    const ins_byte_source source = {name.data, &part, read_extent,
                                    (long long)(tensor->end - tensor->begin)};
    const ins_status status = ins_read_elements(
        &source, 0, (ins_element){type->kind, type->bits / 8, false}, &found, error);
    if (status == INS_OK) *array = found;
    ins_text_free(&name);
    return status;
}

const char *ins_jansson_version(void)
{
    return jansson_version_str();
}
