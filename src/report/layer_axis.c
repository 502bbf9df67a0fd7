/* Tics at whole layers, and at the ends by name. */
#include <config.h>

#include "layer_axis.h"

static void add(ins_axis *axis, double layer, const char *label)
{
    axis->position[axis->tics] = layer;
    axis->label[axis->tics++] = label;
}

ins_axis ins_layer_axis_tics(ins_arena *arena, const ins_layer_axis *axis)
{
    double first = (double)axis->first, last = (double)axis->last, crowd = axis->crowd * last;
    ins_axis out = {0};
    ins_axis whole = ins_axis_whole(arena, axis->first == 0 ? 1 : (long long)axis->first,
                                    (long long)axis->last, axis->steps);
    if (axis->first_name != NULL) add(&out, first, axis->first_name);
    for (size_t i = 0; i < whole.tics && out.tics + 1 < INS_AXIS_TICS; i++) {
        double layer = whole.position[i];
        if (layer < 1 || layer > last) continue; /* the only layer stands in the middle */
        if (axis->first_name != NULL && (layer == first || layer < crowd)) continue;
        if (axis->last_name != NULL && (layer == last || layer > last - crowd)) continue;
        add(&out, layer, whole.label[i]);
    }
    if (axis->last_name != NULL) add(&out, last, axis->last_name);
    return out;
}
