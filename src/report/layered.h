/* Small multiples with a curve a layer: one panel an arm, over epochs. */
#ifndef INITSCOPE_LAYERED_H
#define INITSCOPE_LAYERED_H

#include "initscope/axis.h"
#include "part.h"

typedef struct ins_layered {
    size_t layers, epochs;
    const size_t *layer;          /* (layers) those drawn: all, or some that stand for them */
    const ins_epoch_index *epoch; /* (epochs) all that were recorded, or some */
    double *value;                /* (arms, layers, epochs), NAN: none */
    ins_axis vertical;
    const char *y_title; /* our own words */
    double reference;    /* a dashed line; NAN: none */
} ins_layered;

/* Layers first .. last, at most most of them, evenly chosen with both ends. */
size_t *ins_choose(ins_flow *flow, size_t first, size_t last, size_t most, size_t *count);

/* The same of the recorded epochs. */
ins_epoch_index *ins_choose_epochs(ins_flow *flow, size_t most, size_t *count);

/* What is drawn: a number of an arm at an epoch in a layer. */
typedef double (*ins_layered_value)(ins_flow *flow, size_t arm, ins_epoch_index epoch,
                                    size_t layer);

ins_layered ins_layered_new(ins_flow *flow, size_t first_layer, ins_layered_value value);
bool ins_layered_range(ins_flow *flow, const ins_layered *layered, double *minimum,
                       double *maximum);
ins_figure *ins_layered_draw(ins_flow *flow, const ins_layered *layered, const char *name,
                             const char *title, double panel_height);

#endif
