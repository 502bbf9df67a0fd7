/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip archive of .npy files: read into finite numbers that agree in their rows, or refused with
 * one message and the arrays left alone. */
#include <config.h>

#include "../../src/data/array_files.h"
#include "fuzz.h"
#include "fuzz_arrays.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ins_text bytes = fuzz_bytes(data, size);
    const char *path = fuzz_file("a.npz", bytes.data, bytes.length);
    ins_arrays arrays = {.rows = FUZZ_UNTOUCHED};
    ins_error error = {0};

    fuzz_check_arrays(ins_array_files_read(path, NULL, &arrays, &error), &arrays, &error);
    ins_text_free(&bytes);
    return 0;
}
