/* Weights from .npy files, as any framework can export them. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "initscope/file.h"
#include "initscope/npy.h"

#include "initializer_rows.h"

/* DIRECTORY/layerNN.LETTER.npy; columns = 0: a vector. */
static ins_status read_tensor(const ins_choice *choice, ins_shape shape, char letter,
                              size_t columns, real *x, ins_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "layer%02zu.%c.npy", shape.layer, letter);
    char *path = ins_path_join(choice->word[0], name);
    ins_status status = ins_npy_read(path, shape.units, columns, x, error);
    free(path);
    return status;
}

ins_status ins_file_fill(const ins_choice *choice, ins_shape shape, gsl_rng *rng, real *w,
                         ins_error *error)
{
    (void)rng;
    return read_tensor(choice, shape, 'W', shape.inputs, w, error);
}

ins_status ins_file_fill_bias(const ins_choice *choice, ins_shape shape, gsl_rng *rng, real *b,
                              ins_error *error)
{
    (void)rng;
    return read_tensor(choice, shape, 'b', 0, b, error);
}
