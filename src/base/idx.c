/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* IDX files, in which MNIST and its successors come. */
#include <config.h>

#include "element.h"
#include "initscope/elements.h"

enum { HEAD = 4 };

typedef struct idx_type {
    unsigned char code;
    ins_element element;
} idx_type;

static const idx_type types[] = {
    {0x08, {'u', 1, true}}, {0x09, {'i', 1, true}}, {0x0b, {'i', 2, true}},
    {0x0c, {'i', 4, true}}, {0x0d, {'f', 4, true}}, {0x0e, {'f', 8, true}},
};

static const idx_type *type_of(char code)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].code == (unsigned char)code) return &types[i];
    return NULL;
}

bool ins_is_idx(const char *bytes, size_t length)
{
    return length >= HEAD && bytes[0] == 0 && bytes[1] == 0 && type_of(bytes[2]) && bytes[3] >= 1 &&
           bytes[3] <= INS_ARRAY_DIMENSIONS;
}

ins_status ins_idx_read_array(const ins_byte_source *source, ins_array *array, ins_error *error)
{
    char head[HEAD], sizes[4 * INS_ARRAY_DIMENSIONS];
    size_t got;

    if (ins_bytes_read(source, head, HEAD, &got, error) != INS_OK) return INS_DATA;
    if (!ins_is_idx(head, got))
        return ins_error_add(error, INS_DATA, "%s: not an IDX file", source->name);

    size_t length = 4 * (size_t)head[3];
    ins_array found = {.dimensions = (size_t)head[3]};

    if (ins_bytes_read(source, sizes, length, &got, error) != INS_OK) return INS_DATA;
    if (got < length)
        return ins_error_add(error, INS_DATA, "%s: the header of the IDX file is cut short",
                             source->name);
    for (size_t i = 0; i < length; i++)
        found.shape[i / 4] = found.shape[i / 4] << 8 | (unsigned char)sizes[i];

    ins_status status =
        ins_read_elements(source, HEAD + length, type_of(head[2])->element, &found, error);

    if (status == INS_OK) *array = found;
    return status;
}
