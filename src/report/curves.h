/* Curves that several pages draw. */
#ifndef INITSCOPE_CURVES_H
#define INITSCOPE_CURVES_H

#include "tell.h"

/* Test accuracy and training loss by epoch, all arms in two panels; nothing when neither was
 * recorded or there are more arms than colours. */
void ins_draw_learning(ins_tell *tell);

/* The axis of layers or epochs, and a logarithmic one for what a chart's panels hold. */
ins_axis ins_layers_axis(ins_tell *tell, size_t first, size_t last);
ins_axis ins_epochs_axis(ins_tell *tell);

/* One axis for all panels of a chart, of what they hold: y, logarithmic or linear. */
void ins_share_axis(ins_chart *chart, bool logarithmic);

#endif
