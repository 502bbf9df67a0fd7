/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What arrays of a file must be, and what a refusal leaves. */
#ifndef FUZZ_ARRAYS_H
#define FUZZ_ARRAYS_H

#include <math.h>
#include <stdlib.h>

#include "../../src/data/array_files.h"
#include "fuzz.h"

enum { FUZZ_UNTOUCHED = 77 }; /* rows before the reading */

static inline void fuzz_check_arrays(ins_status status, ins_arrays *arrays, const ins_error *error)
{
    if (status != INS_OK) {
        fuzz_expect(status == INS_DATA && error->count == 1, "a refusal has one message");
        fuzz_expect(arrays->rows == FUZZ_UNTOUCHED && !arrays->x, "a refusal leaves the arrays");
        return;
    }
    fuzz_expect(arrays->rows > arrays->test_rows && arrays->features > 0 && arrays->targets > 0,
                "there are rows to train on");
    fuzz_expect(!arrays->classes || arrays->targets == 1, "a class is one number");
    for (size_t i = 0; i < arrays->rows * arrays->features; i++)
        fuzz_expect(isfinite(arrays->x[i]), "inputs are finite");
    for (size_t i = 0; i < arrays->rows * arrays->targets; i++)
        fuzz_expect(isfinite(arrays->y[i]), "targets are finite");
    ins_arrays_free(arrays);
}

#endif
