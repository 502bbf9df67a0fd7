/* Weights and biases as .npy files, layer by layer. */
#include <config.h>

#include "recorder.h"

#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/npy.h"
#include "initscope/text.h"

/* A matrix in two dimensions, what belongs to it in one. */
static ins_status save_tensor(const ins_learned *tensor, const char *stem, ins_error *error)
{
    const ins_tensor_place *place = &tensor->place;
    ins_text path = {0};
    ins_text_add_format(&path, "%s.layer%02zu.%s.npy", stem, place->layer, tensor->name);
    ins_status status = ins_npy_write(path.data, tensor->value, place->units,
                                      ins_role_is_matrix(place->role) ? place->inputs : 0, error);
    ins_text_free(&path);
    return status;
}

ins_status ins_weights_save(const ins_network *network, const char *directory, size_t run,
                            size_t epoch, ins_error *error)
{
    ins_text stem = {0};
    ins_status status = ins_directory_make(directory, error);
    ins_text_add_format(&stem, "%s/%06zu", directory, run);
    if (status == INS_OK) status = ins_directory_make(stem.data, error);
    ins_text_add_format(&stem, "/epoch%04zu", epoch);
    size_t count;
    const ins_learned *tensor = ins_network_tensors(network, &count);
    for (size_t t = 0; status == INS_OK && t < count; t++)
        status = save_tensor(&tensor[t], stem.data, error);
    ins_text_free(&stem);
    return status;
}
