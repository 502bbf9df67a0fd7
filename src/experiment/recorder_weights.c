/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network has learned as .npy files, tensor by tensor. */
#include <config.h>

#include "recorder.h"

#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/npy.h"
#include "initscope/text.h"

static ins_status save_matrix(const ins_learned *tensor, const char *path, ins_error *error)
{
    size_t shape[INS_MATRIX_DIMENSIONS];
    const size_t dimensions = ins_matrix_shape(&tensor->place, shape);
    if (!ins_matrix_is_permuted(&tensor->place))
        return ins_npy_write(path, tensor->value, shape, dimensions, error);
    real *x = ins_allocate(tensor->count, sizeof *x, "a matrix");
    ins_matrix_permute(&tensor->place, tensor->value, x, false);
    const ins_status status = ins_npy_write(path, x, shape, dimensions, error);
    free(x);
    return status;
}

/* Matrices and biases by their number, norms and factors by the name of their layer. */
static ins_status save_tensor(const ins_layer_plan *plan, const ins_learned *tensor,
                              const char *stem, ins_error *error)
{
    const ins_tensor_place *place = &tensor->place;
    const bool matrix = ins_role_is_matrix(place->role);
    ins_text path = {0};
    if (place->role == INS_ROLE_SCALE)
        ins_text_add_format(&path, "%s.%s.%s.npy", stem, plan->name, tensor->name);
    else
        ins_text_add_format(&path, "%s.layer%02zu.%s.npy", stem, place->layer, tensor->name);
    const ins_status status =
        matrix ? save_matrix(tensor, path.data, error)
               : ins_npy_write(path.data, tensor->value, &place->units, 1, error);
    ins_text_free(&path);
    return status;
}

ins_status ins_weights_save(const ins_network *network, const char *directory, size_t run,
                            size_t epoch, ins_error *error)
{
    const ins_design *design = ins_network_design(network);
    ins_text stem = {0};
    ins_status status = ins_directory_make(directory, error);
    ins_text_add_format(&stem, "%s/%06zu", directory, run);
    if (status == INS_OK) status = ins_directory_make(stem.data, error);
    ins_text_add_format(&stem, "/epoch%04zu", epoch);
    size_t count;
    const ins_learned *tensor = ins_network_tensors(network, &count);
    for (size_t i = 0; i < design->layers; i++) {
        ins_learned list[INS_LAYER_TENSORS];
        const size_t tensors = ins_plan_tensors(&design->layer[i], list);
        for (size_t t = 0; status == INS_OK && t < tensors; t++)
            status = save_tensor(&design->layer[i], tensor++, stem.data, error);
    }
    ins_text_free(&stem);
    return status;
}
