/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes, as text and of matrices in files. */
#include <config.h>

#include "initscope/layer.h"

void ins_shape_add(ins_shape shape, ins_text *out)
{
    for (size_t axis = 0; axis < shape.axes; axis++)
        ins_text_add_format(out, "%zux", shape.extent[axis]);
    ins_text_add_format(out, "%zu", shape.channels);
}

size_t ins_matrix_shape(const ins_tensor_place *place, size_t shape[INS_MATRIX_DIMENSIONS])
{
    const bool table = place->role == INS_ROLE_TABLE;
    const size_t inputs = place->taps > 0 ? place->inputs / place->taps : place->inputs;
    shape[0] = table ? inputs : place->units;
    shape[1] = table ? place->units : inputs;
    for (size_t axis = 0; axis < place->axes; axis++) shape[2 + axis] = place->kernel[axis];
    return 2 + place->axes;
}

bool ins_matrix_is_permuted(const ins_tensor_place *place)
{
    return place->taps > 1 || place->role == INS_ROLE_TABLE;
}

/* (slow, fast) elements become (fast, slow) ones. */
static void transpose(size_t slow, size_t fast, const real *from, real *to)
{
    for (size_t s = 0; s < slow; s++)
        for (size_t f = 0; f < fast; f++) to[f * slow + s] = from[s * fast + f];
}

/* (units, taps, channels) of a kernel here are (units, channels, taps) there, and (units, rows) of
 * a table are (rows, units). */
void ins_matrix_permute(const ins_tensor_place *place, const real *from, real *to, bool inward)
{
    const bool table = place->role == INS_ROLE_TABLE;
    const size_t slow = table ? place->units : place->taps;
    const size_t fast = table ? place->inputs : place->inputs / place->taps;
    for (size_t done = 0; done < place->units * place->inputs; done += slow * fast)
        transpose(inward ? fast : slow, inward ? slow : fast, from + done, to + done);
}
