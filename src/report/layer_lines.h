/* Variances by layer as curves. */
#ifndef INITSCOPE_LAYER_LINES_H
#define INITSCOPE_LAYER_LINES_H

#include "lines.h"

typedef struct ins_layer_lines {
    ins_lines *lines; /* arms that can be drawn */
    bool *dropped;    /* (arms) nothing to draw: exact zeros or no data */
    bool *zero;       /* (arms) dropped because all values are exactly 0 */
    bool *partly;     /* (arms) drawn, but exactly 0 in some layer */
    bool predicted;   /* some curve comes with what theory.csv predicts */
    size_t input;     /* 1 when the first point is the input layer, else 0 */
} ins_layer_lines;

/* Geometric means and ranges of a column of a tensor at a recorded epoch, from the input (the
 * activation of layer 0; only with INS_PREACTIVATION) to the output layer, on a logarithmic axis;
 * at epoch 0 with the predicted ones. */
ins_layer_lines ins_layer_lines_of(ins_flow *flow, ins_tensor tensor, ins_column_id column,
                                   ins_epoch_index epoch);

/* Var z at epoch 0 over that of the layer before (to_previous; the input counts when it is known),
 * or over that of the first hidden layer: geometric means and ranges of the seeds' own ratios. */
ins_lines *ins_layer_lines_ratios(ins_flow *flow, const ins_layer_lines *all, bool to_previous);

/* The measured variance of a tensor over what theory.csv predicts for it, by layer, at epoch 0. */
ins_lines *ins_layer_lines_over_theory(ins_flow *flow, ins_tensor tensor);

/* What the dashed curves are, for a caption; "" when there are none. */
const char *ins_layer_lines_dashed(const ins_layer_lines *all);

/* " “zeros” is not drawn: ...", or "". */
const char *ins_layer_lines_absent(ins_flow *flow, const ins_layer_lines *all);

#endif
