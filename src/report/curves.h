/* Curves that several pages draw. */
#ifndef INITSCOPE_CURVES_H
#define INITSCOPE_CURVES_H

#include "tell.h"

/* Score and training loss by epoch, all arms in two panels; nothing when neither was
 * recorded or there are more arms than colours. */
void ins_draw_learning(ins_tell *tell);

/* The axis of layers or epochs, and a logarithmic one for what a chart's panels hold. */
ins_axis ins_layers_axis(ins_tell *tell, size_t first, size_t last);
ins_axis ins_epochs_axis(ins_tell *tell);

/* The axis of y for scores of an experiment: of shares from 0 to 1; of others up to what the panels
 * hold, and down to it, but no further than -1: what lies below is cut off. */
ins_axis ins_score_axis(ins_tell *tell, const ins_chart *chart, size_t steps);

/* " What lies below −1 is cut off.", where it is so of a chart with such axes; else "". */
const char *ins_score_cut(const ins_tell *tell, const ins_chart *chart);

/* One axis for all panels of a chart, of what they hold: y, logarithmic or linear. */
void ins_share_axis(ins_chart *chart, bool logarithmic);

#endif
