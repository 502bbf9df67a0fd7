/* The tics of an axis of layers, whose ends may have names: "input", "out". */
#ifndef INITSCOPE_LAYER_AXIS_H
#define INITSCOPE_LAYER_AXIS_H

#include "initscope/axis.h"

typedef struct ins_layer_axis {
    size_t first, last;                 /* 0 is the input of the network */
    const char *first_name, *last_name; /* NULL: this end is labelled as other layers are */
    size_t steps;                       /* about so many between the ends */
    double crowd; /* no tic is nearer to a named end than this share of last */
} ins_layer_axis;

/* Labels live in arena. low and high are the caller's to set. */
ins_axis ins_layer_axis_tics(ins_arena *arena, const ins_layer_axis *axis);

#endif
