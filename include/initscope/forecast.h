/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the theory says of a trial's network before it is trained: the rows of theory.csv. */
#ifndef INITSCOPE_FORECAST_H
#define INITSCOPE_FORECAST_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/dataset.h"
#include "initscope/grid.h"
#include "initscope/prediction.h"

/* One tensor of one layer: a row of theory.csv. */
typedef struct ins_forecast_item {
    size_t layer; /* 1 .. layers */
    const char *tensor;
    ins_moment_pair promised;
} ins_forecast_item;

/* E[x^2] of one tensor of a gate at each step of a sequence. */
typedef struct ins_forecast_steps {
    size_t layer;
    const char *tensor;
    size_t steps;
    double *square; /* (steps) */
} ins_forecast_steps;

/* Layer by layer, the tensors in the order of ins_tensor, of which input and stream are only where
 * a network shows them, then "delta_ratio", delta over that of the output layer, in which the
 * approximations at the loss cancel. */
typedef struct ins_forecast {
    size_t layers;               /* the output layer included */
    ins_layer_prediction *layer; /* (layers) */
    double *prescribed;          /* (layers) see ins_prescribe; NULL: no initializer asks for it */
    size_t items;
    ins_forecast_item *item; /* (items) */
    size_t sequences;
    ins_forecast_steps *sequence; /* (sequences) of recurrent layers: the column of steps.csv */
} ins_forecast;

/* The sequence of this tensor, (steps); NULL: there is none. */
const double *ins_forecast_steps_of(const ins_forecast *forecast, size_t layer, const char *tensor);

/* What the theory is told of the probe rows. A single row is no two. */
ins_inputs ins_inputs_of(const ins_samples *samples);

/* The trial's network for samples of this shape and such inputs. What the positions of a map have
 * to do with each other is measured in the samples, if there are any. */
ins_forecast ins_forecast_new(const ins_trial *trial, const ins_samples *samples,
                              const ins_inputs *inputs);
void ins_forecast_free(ins_forecast *forecast);

/* One for each network of a grid, so that all its seeds share one: they take milliseconds, those of
 * large maps and of gated layers seconds. grid must outlive them. When stop, which may be NULL,
 * says so, the rest are not made: then they are only to be freed. */
typedef struct ins_forecasts ins_forecasts;
ins_forecasts *ins_forecasts_new(const ins_grid *grid, const ins_samples *samples,
                                 const ins_inputs *inputs, size_t threads, bool (*stop)(void));
void ins_forecasts_free(ins_forecasts *forecasts); /* NULL is fine */

/* Of a trial of the grid. */
const ins_forecast *ins_forecasts_of(const ins_forecasts *forecasts, const ins_trial *trial);

#endif
