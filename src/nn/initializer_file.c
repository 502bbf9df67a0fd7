/* Weights from .npy files, as any framework can export them. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/npy.h"
#include "initscope/text.h"

#include "initializer_rows.h"

/* PATH/layerNN.LETTER.npy, or PATH.layerNN.LETTER.npy where there is such a file: PATH/epochNNNN is
 * an epoch of what a run has saved. columns = 0: a vector. */
static ins_status read_tensor(const ins_choice *choice, ins_tensor_place place, char letter,
                              size_t columns, real *x, ins_error *error)
{
    char name[64];
    ins_text beside = {0};
    snprintf(name, sizeof name, "layer%02zu.%c.npy", place.layer, letter);
    ins_text_add_format(&beside, "%s.%s", choice->word[0], name);
    char *path = ins_path_exists(beside.data) ? ins_duplicate(beside.data)
                                              : ins_path_join(choice->word[0], name);
    ins_text_free(&beside);
    ins_status status = ins_npy_read(path, place.units, columns, x, error);
    free(path);
    return status;
}

ins_status ins_file_fill(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng, real *w,
                         ins_error *error)
{
    (void)rng;
    return read_tensor(choice, place, 'W', place.inputs, w, error);
}

ins_status ins_file_fill_bias(const ins_choice *choice, ins_tensor_place place, gsl_rng *rng,
                              real *b, ins_error *error)
{
    (void)rng;
    return read_tensor(choice, place, 'b', 0, b, error);
}
