/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What readers of arrays share: the elements that follow a header. */
#ifndef INITSCOPE_BASE_ELEMENT_H
#define INITSCOPE_BASE_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/elements.h"

typedef struct ins_element {
    char kind;   /* 'b' truth value, 'i' signed, 'u' unsigned, 'f' floating-point, 'w' bfloat16 */
    size_t size; /* bytes: 1, 2, 4 or 8; of 'f' 2, 4 or 8; of 'w' 2; of 'b' 1 */
    bool big_endian;
} ins_element;

/* Reads array->shape elements, in the order of the file, and then the end, from a source of which
 * the header's bytes were read; fills count, whole and x. INS_DATA as in elements.h. */
ins_status ins_read_elements(const ins_byte_source *source, size_t header, ins_element element,
                             ins_array *array, ins_error *error);

#endif
