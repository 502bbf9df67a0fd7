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
    shape[0] = place->units;
    shape[1] = place->taps > 0 ? place->inputs / place->taps : place->inputs;
    for (size_t axis = 0; axis < place->axes; axis++) shape[2 + axis] = place->kernel[axis];
    return 2 + place->axes;
}

void ins_kernel_permute(const ins_tensor_place *place, const real *from, real *to, bool inward)
{
    const size_t taps = place->taps, channels = place->inputs / taps;
    for (size_t u = 0; u < place->units; u++, from += place->inputs, to += place->inputs)
        for (size_t t = 0; t < taps; t++)
            for (size_t c = 0; c < channels; c++) {
                const size_t inner = t * channels + c, outer = c * taps + t;
                to[inward ? inner : outer] = from[inward ? outer : inner];
            }
}
