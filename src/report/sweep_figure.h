/* A grid of a sweep as a figure. */
#ifndef INITSCOPE_SWEEP_FIGURE_H
#define INITSCOPE_SWEEP_FIGURE_H

#include "sweep.h"

typedef enum ins_sweep_measure {
    INS_SWEEP_ACCURACY, /* and below it, how many runs learned */
    INS_SWEEP_GAIN,
    INS_SWEEP_MEASURES
} ins_sweep_measure;

/* True when some cell has a number of this measure. */
bool ins_sweep_has(ins_flow *flow, const ins_sweep *sweep, ins_sweep_measure measure);

/* True when the columns are depths and theory tells how deep the signal of a row reaches: then a
 * bar in the row of the accuracies shows it. */
bool ins_sweep_has_reach(const ins_sweep *sweep);

ins_figure *ins_sweep_draw(ins_flow *flow, const ins_sweep *sweep, ins_sweep_measure measure);

#endif
