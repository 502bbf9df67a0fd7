/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The .npy reader: a file is read into an array of the shape asked for, or refused and the array
 * left alone; what is read is written and read again as the same bits. */
#include <config.h>

#include <string.h>

#include "fuzz.h"
#include "initscope/npy.h"

enum { MOST = 6 };

static void check_shape(const char *path, size_t rows, size_t columns)
{
    const size_t count = rows * (columns > 0 ? columns : 1);
    real x[MOST + 1], again[MOST + 1], untouched[MOST + 1];
    ins_error error = {0};
    memset(x, 0x5a, sizeof x);
    memset(untouched, 0x5a, sizeof untouched);
    memset(again, 0x5a, sizeof again);
    if (ins_npy_read(path, (const size_t[]){rows, columns}, 2, x, &error) != INS_OK) {
        fuzz_expect(error.status == INS_DATA && error.count == 1, "a refusal has one message");
        fuzz_expect(memcmp(x, untouched, sizeof x) == 0, "a refusal leaves the array alone");
        return;
    }
    fuzz_expect(memcmp(&x[count], &untouched[count], sizeof(real)) == 0,
                "nothing is written behind the array");
    path = fuzz_path("again.npy");
    fuzz_expect(ins_npy_write(path, x, (const size_t[]){rows, columns}, 2, &error) == INS_OK &&
                    ins_npy_read(path, (const size_t[]){rows, columns}, 2, again, &error) == INS_OK,
                "what is written can be read");
    fuzz_expect(memcmp(x, again, sizeof x) == 0, "reading and writing are inverses");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t shapes[][2] = {{2, 3}, {3, 2}, {MOST, 0}, {1, 1}};
    ins_text bytes = fuzz_bytes(data, size);
    fuzz_file("array.npy", bytes.data, bytes.length);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        check_shape(fuzz_path("array.npy"), shapes[i][0], shapes[i][1]);
    }
    ins_text_free(&bytes);
    return 0;
}
