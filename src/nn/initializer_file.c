/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights from .npy files, as any framework can export them. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/layer.h"
#include "initscope/memory.h"
#include "initscope/npy.h"
#include "initscope/text.h"

#include "initializer_rows.h"

/* PATH/layerNN.LETTER.npy, or PATH.layerNN.LETTER.npy where there is such a file: PATH/epochNNNN is
 * an epoch of what a run has saved. */
static ins_status read_tensor(const ins_choice *choice, ins_tensor_place place, char letter,
                              const size_t *shape, size_t dimensions, real *x, ins_error *error)
{
    char name[64];
    ins_text beside = {0};
    snprintf(name, sizeof name, "layer%02zu.%c.npy", place.layer, letter);
    ins_text_add_format(&beside, "%s.%s", choice->word[0], name);
    char *path = ins_path_exists(beside.data) ? ins_duplicate(beside.data)
                                              : ins_path_join(choice->word[0], name);
    ins_text_free(&beside);
    ins_status status = ins_npy_read(path, shape, dimensions, x, error);
    free(path);
    return status;
}

ins_status ins_file_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error)
{
    size_t shape[INS_MATRIX_DIMENSIONS];
    const size_t dimensions = ins_matrix_shape(&place, shape);
    (void)rng;
    if (!ins_matrix_is_permuted(&place))
        return read_tensor(choice, place, 'W', shape, dimensions, w, error);
    real *x = ins_allocate(place.units * place.inputs, sizeof *x, "a matrix");
    const ins_status status = read_tensor(choice, place, 'W', shape, dimensions, x, error);
    if (status == INS_OK) ins_matrix_permute(&place, x, w, true);
    free(x);
    return status;
}

ins_status ins_file_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                              real *b, ins_error *error)
{
    (void)rng;
    return read_tensor(choice, place, 'b', &place.units, 1, b, error);
}
