/* What was drawn for the weights, as layers.csv shows it. */
#ifndef INITSCOPE_DRAWN_H
#define INITSCOPE_DRAWN_H

#include "initscope/analysis.h"

/* A hidden layer whose fan_in is that of a hidden layer below it, when there is one. */
size_t ins_typical_layer(const ins_arm *arm);

/* Inputs and units of a layer; NAN when they were not recorded. */
double ins_fan_in(const ins_study *study, size_t arm, size_t layer);
double ins_units(const ins_study *study, size_t arm, size_t layer);

/* Measured Var W at the first recorded epoch, geometric mean over seeds; 0 when it is exactly 0,
 * NAN when it is unknown. */
double ins_drawn_variance(const ins_study *study, size_t arm, size_t layer);

#endif
