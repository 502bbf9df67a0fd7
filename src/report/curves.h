/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves that several pages draw. */
#ifndef INITSCOPE_CURVES_H
#define INITSCOPE_CURVES_H

#include "tell.h"

/* Score and training loss by epoch, all arms in two panels; nothing when neither was
 * recorded or there are more arms than colours. */
void ins_draw_learning(ins_tell *tell);

/* The axis of layers or epochs, and a logarithmic one for what a chart's panels hold. Layers have
 * their names where all arms that have such a layer call it the same. */
ins_axis ins_layers_axis(ins_tell *tell, size_t first, size_t last);

/* Blocks of layers that follow each other, where all arms have the same; their number, of which the
 * first most are written. */
enum { INS_MOST_BLOCKS = 128 };
typedef struct ins_layer_block {
    const char *name;
    size_t first, last; /* layers */
} ins_layer_block;
size_t ins_layer_blocks(const ins_tell *tell, size_t first, size_t last, ins_layer_block *block,
                        size_t most);

/* Some arms of the study; NULL: all. */
typedef struct ins_some_arms {
    const size_t *arm;
    size_t count;
} ins_some_arms;

/* The same beside a panel: names that the arms give the layers from 1 to last, at most so many,
 * each of which takes a line; else whole numbers from low to high in so many steps. */
enum { INS_BESIDE_LONGEST = 16 }; /* letters of a name */
ins_axis ins_layers_beside(ins_tell *tell, const ins_some_arms *arms, double low, double high,
                           size_t last, size_t steps, size_t most);

/* A name that is short enough for an axis, as markup: the end of a long one says more. */
const char *ins_short_name(ins_tell *tell, const char *name, size_t most);

/* "layer 3", "conv3"; plain, safe to draw. */
const char *ins_layer_words(ins_tell *tell, size_t layer);

/* Curves of chains are lines; of other networks points, for a line would run through branches. */
ins_series_kind ins_curve_kind(const ins_tell *tell, size_t arm, ins_series_kind of_chain);

/* A name stands at the end of a curve: points have a curve of their last one alone for it. */
void ins_name_curve(const ins_tell *tell, ins_chart *chart, ins_panel *panel, ins_series *series,
                    const char *name);

/* A point of a dashed curve; of networks that are no chain each is a mark of its own. */
void ins_add_predicted(const ins_tell *tell, size_t arm, ins_chart *chart, ins_series *series,
                       double x, double y);

/* The mean over seeds, from the smallest to the largest of several; NAN where there is none. */
ins_point ins_seeds_point(double x, const ins_seeds *seeds);

/* The axis of time: logarithmic where the last moment is more than 50 times the first after 0. */
ins_axis ins_epochs_axis(ins_tell *tell);

/* Where what was measured at a moment ends: at the next, and the last as far behind it as the one
 * before. */
double ins_epoch_end(const ins_tell *tell, size_t epoch);

/* The axis of y for scores of an experiment: of shares from 0 to 1; of others up to what the panels
 * hold, and down to it, but no further than -1: what lies below is cut off. */
ins_axis ins_score_axis(ins_tell *tell, const ins_chart *chart, size_t steps);

/* " What lies below −1 is cut off.", where it is so of a chart with such axes; else "". */
const char *ins_score_cut(const ins_tell *tell, const ins_chart *chart);

/* One axis for all panels of a chart, of what they hold: y, logarithmic or linear. */
void ins_share_axis(ins_chart *chart, bool logarithmic);

#endif
