/* Shapes as text. */
#include <config.h>

#include "initscope/layer.h"

void ins_shape_add(ins_shape shape, ins_text *out)
{
    for (size_t axis = 0; axis < shape.axes; axis++)
        ins_text_add_format(out, "%zux", shape.extent[axis]);
    ins_text_add_format(out, "%zu", shape.channels);
}
