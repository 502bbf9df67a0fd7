/* Small multiples with a curve a layer: one panel an arm, over epochs. */
#ifndef INITSCOPE_LAYERED_H
#define INITSCOPE_LAYERED_H

#include "axis.h"
#include "initscope/page.h"

typedef struct ins_layered {
    size_t layers, epochs;
    const size_t *layer; /* (layers) those drawn: all, or some that stand for them */
    const size_t *epoch; /* (epochs) indices into the study's: all, or some */
    double *value;       /* (arms, layers, epochs), NAN: none */
    ins_axis vertical;
    const char *y_title; /* our own words */
    double reference;    /* a dashed line; NAN: none */
} ins_layered;

/* Layers first .. last, at most most of them, evenly chosen with both ends. */
size_t *ins_choose(ins_flow *flow, size_t first, size_t last, size_t most, size_t *count);

ins_layered ins_layered_new(ins_flow *flow, size_t first_layer);
bool ins_layered_range(ins_flow *flow, const ins_layered *layered, double *minimum,
                       double *maximum);
ins_figure *ins_layered_draw(ins_flow *flow, const ins_layered *layered, const char *name,
                             const char *title, double panel_height);

#endif
