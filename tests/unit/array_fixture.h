/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of arrays, byte by byte as NumPy and the makers of MNIST write them. */
#ifndef ARRAY_FIXTURE_H
#define ARRAY_FIXTURE_H

#include <stdarg.h>
#include <string.h>

#include <check.h>
#include <zip.h>

#include "initscope/text.h"

#include "scratch.h"

/* numpy.save: version 1.0, the dictionary padded to 118 bytes, and the elements. */
static inline ins_text npy_bytes(const char *type, const char *order, const char *shape,
                                 const char *elements, size_t size)
{
    ins_text text = {0};

    ins_text_add_bytes(&text, "\x93NUMPY\x01\x00\x76\x00", 10);
    ins_text_add_format(&text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", type, order,
                        shape);
    while (text.length < 127) ins_text_add(&text, " ");
    ins_text_add(&text, "\n");
    ins_text_add_bytes(&text, elements, size);
    return text;
}

/* Puts a file into the archive "SCRATCH/name", deflated or stored. */
static inline void zip_put(const char *name, const char *member, const ins_text *bytes,
                           bool deflated)
{
    int code = 0;
    zip_t *zip = zip_open(at(name), ZIP_CREATE, &code);

    ck_assert_ptr_nonnull(zip);

    zip_int64_t index =
        zip_file_add(zip, member, zip_source_buffer(zip, bytes->data, bytes->length, 0), 0);

    ck_assert_int_ge((int)index, 0);
    zip_set_file_compression(zip, (zip_uint64_t)index, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    ck_assert_int_eq(zip_close(zip), 0);
}

static inline void zip_array(const char *name, const char *member, const char *type,
                             const char *shape, const char *elements, size_t size)
{
    ins_text bytes = npy_bytes(type, "False", shape, elements, size);

    zip_put(name, member, &bytes, true);
    ins_text_free(&bytes);
}

#endif
