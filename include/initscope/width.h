/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments whose networks differ in their width alone: how the size of the last hidden layer and
 * of the outputs goes with the width (the coordinate check of Yang et al. 2022), and whether one
 * learning rate serves every width. */
#ifndef INITSCOPE_WIDTH_H
#define INITSCOPE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/contrast.h"
#include "initscope/factors.h"
#include "initscope/verdict.h"

/* Second moments of z of the last hidden layer and of the output layer. */
typedef enum ins_width_layer {
    INS_WIDTH_HIDDEN,
    INS_WIDTH_OUTPUT,
    INS_WIDTH_LAYERS
} ins_width_layer;

/* Before training, at the end, and the end over the start. */
typedef enum ins_width_moment {
    INS_WIDTH_START,
    INS_WIDTH_END,
    INS_WIDTH_CHANGE,
    INS_WIDTH_MOMENTS
} ins_width_moment;

/* Slopes of ln size over ln width, one a seed: difference is their mean and its interval, p that of
 * a slope of 0. */
typedef ins_contrast ins_width_slope;

/* An initializer at one combination of the factors beside the width. */
typedef struct ins_width_curve {
    size_t initializer;
    const size_t *arm; /* (widths) */
    ins_width_slope slope[INS_WIDTH_LAYERS][INS_WIDTH_MOMENTS];
} ins_width_curve;

typedef struct ins_widths {
    size_t widths;       /* 0: the networks differ in something else, or in nothing */
    const double *width; /* (widths) units of the first hidden layer, ascending */
    size_t factor;       /* of ins_study_factors: the networks */
    size_t curves;
    const ins_width_curve *curve; /* by initializer; Holm over all of their slopes */
    /* (initializers) of the outputs at the end, averaged over the curves of an initializer, one
     * value a seed; Holm over the initializers. */
    const ins_width_slope *average;
    size_t rates;       /* 0: the learning rate does not vary, or something else does, too */
    size_t rate_factor; /* of ins_study_factors */
    /* (initializers, widths, rates) not told apart from the rate of the highest score among those
     * that learned, itself included; and by how many runs at least it is told. */
    const bool *best;
    bool told; /* there were seeds enough to tell */
} ins_widths;

ins_widths ins_widths_of(const ins_study *study, const ins_study_factors *factors,
                         const ins_facts *facts, const ins_run_measure *measure,
                         const ins_arm_judgement *judgement, ins_arena *arena);

/* Second moment of z in one run; NAN: it diverged, or it is not recorded. */
double ins_width_size(const ins_study *study, size_t run, ins_width_layer layer,
                      ins_width_moment moment);

#endif
