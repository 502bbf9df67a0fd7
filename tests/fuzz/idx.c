/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* An IDX file of inputs with itself as its labels, packed or not: read into finite numbers of the
 * shape that it promises, or refused with one message and the arrays left alone. */
#include <config.h>

#include "../../src/data/array_files.h"
#include "fuzz.h"
#include "fuzz_arrays.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size);
    const char *path = fuzz_file("images", bytes.data, bytes.length);
    ins_arrays arrays = {.rows = FUZZ_UNTOUCHED};
    ins_error error = {0};
    ins_status status = ins_array_files_read(path, path, &arrays, &error);

    fuzz_expect(status != INS_OK || ins_is_array_file(path), "what is read is known for arrays");
    fuzz_check_arrays(status, &arrays, &error);
    ins_text_free(&bytes);
    return 0;
}
