/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors of .safetensors files: 8 bytes with the length of a header, little-endian, the header, a
 * JSON object of names, each with dtype, shape and data_offsets, and the elements, little-endian in
 * C order. Format: github.com/huggingface/safetensors, of which the limit of 100 MB is, too. */
#ifndef INITSCOPE_SAFETENSORS_H
#define INITSCOPE_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/elements.h"
#include "initscope/error.h"

typedef struct ins_safetensors ins_safetensors;

typedef struct ins_stored_tensor {
    const char *name;
    const char *type; /* "BF16" */
    bool floating;    /* of 16 to 64 bits: what is read; others are only listed */
    size_t dimensions, shape[INS_ARRAY_DIMENSIONS];
    unsigned long long begin, end; /* bytes, behind the header */
} ins_stored_tensor;

/* Opens a file and checks its header: every name once, a known dtype, at most INS_ARRAY_DIMENSIONS
 * dimensions, offsets that fit the shape and, all together, cover the bytes behind the header
 * without overlap or hole. NULL and one INS_DATA problem where it is otherwise. Memory is taken for
 * the header alone. path must live as long as the file. */
ins_safetensors *ins_safetensors_open(const char *path, ins_error *error);
void ins_safetensors_close(ins_safetensors *file); /* NULL is fine */

/* In the order of the header; they and their names live as long as the file. */
size_t ins_safetensors_count(const ins_safetensors *file);
const ins_stored_tensor *ins_safetensors_at(const ins_safetensors *file, size_t index);

/* Reads a floating tensor. INS_DATA, and the array as it was, where the file cannot be read or the
 * elements, as doubles, are more than memory holds. */
ins_status ins_safetensors_read(ins_safetensors *file, size_t index, ins_array *array,
                                ins_error *error);

/* "2.14": of the library that reads the header. */
const char *ins_jansson_version(void);

#endif
