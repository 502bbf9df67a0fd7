/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Depth scales of the grid's networks, and the phase plane around them. */
#include <config.h>

#include "depth.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/log_row.h"
#include "initscope/mean_field.h"
#include "initscope/memory.h"
#include "initscope/theory_tables.h"

/* Where the literature draws it; weights of unit variance lie far to the right of it. */
static const ins_plane plane = {.sigma_w = {0, 4, 33}, .sigma_b = {0, 1, 9}};

typedef struct depth_point {
    ins_disorder disorder;
    ins_phase phase;
} depth_point;

struct ins_depths {
    const ins_grid *grid;
    depth_point *point; /* (networks) */
};

static const ins_phase unknown = {.fate = INS_FATES,
                                  .q = NAN,
                                  .chi_par = NAN,
                                  .chi_1 = NAN,
                                  .c = NAN,
                                  .chi_c = NAN,
                                  .xi_q = NAN,
                                  .xi_c = NAN,
                                  .xi_gradient = NAN};

/* Only of a network that is a stack of dense layers is there one depth. */
static depth_point point_of(const ins_mean_field *field, const ins_trial *trial,
                            const ins_forecast *forecast)
{
    if (!ins_blueprint_is_dense(trial->network)) return (depth_point){{NAN, NAN}, unknown};
    const ins_layer_prediction *last = &forecast->layer[forecast->layers - 2];
    double start = forecast->layer[0].preactivation.second_moment;
    depth_point point = {{last->fan_in * last->weight.variance, last->bias.second_moment}, unknown};
    if (isfinite(point.disorder.weight + point.disorder.bias + start))
        point.phase = ins_phase_of(field, point.disorder, start);
    return point;
}

ins_depths *ins_depths_new(const ins_grid *grid, const ins_forecasts *forecasts)
{
    size_t networks = ins_grid_networks(grid);
    ins_depths *depths = ins_allocate(1, sizeof *depths, "depth scales");
    *depths = (ins_depths){grid, ins_allocate(networks, sizeof *depths->point, "depth scales")};
    const ins_choice *activation = NULL;
    ins_mean_field *field = NULL;
    for (size_t i = 0; i < networks; i++) {
        ins_trial trial = ins_grid_network_trial(grid, i);
        if (trial.activation != activation) {
            ins_mean_field_free(field);
            activation = trial.activation;
            field = ins_mean_field_new(activation);
        }
        depths->point[i] = point_of(field, &trial, ins_forecasts_of(forecasts, &trial));
    }
    ins_mean_field_free(field);
    return depths;
}

void ins_depths_free(ins_depths *depths)
{
    if (!depths) return;
    free(depths->point);
    free(depths);
}

static depth_point own_point(const ins_trial *trial, const ins_forecast *forecast)
{
    ins_mean_field *field = ins_mean_field_new(trial->activation);
    depth_point point = point_of(field, trial, forecast);
    ins_mean_field_free(field);
    return point;
}

void ins_depths_write(const ins_depths *depths, const ins_trial *trial, const ins_forecast *own,
                      ins_text *out)
{
    const depth_point point = own != NULL ? own_point(trial, own)
                                          : depths->point[ins_grid_network_of(depths->grid, trial)];
    const ins_phase *phase = &point.phase;
    ins_row row = ins_row_begin(out, INS_LOG_DEPTH);
    ins_row_integer(&row, INS_DEPTH_RUN, (long long)trial->run);
    ins_row_text(&row, INS_DEPTH_INITIALIZER, trial->init->label);
    ins_row_number(&row, INS_DEPTH_SIGMA_W, sqrt(point.disorder.weight));
    ins_row_number(&row, INS_DEPTH_SIGMA_B, sqrt(point.disorder.bias));
    ins_row_number(&row, INS_DEPTH_Q_STAR, phase->q);
    ins_row_number(&row, INS_DEPTH_C_STAR, phase->c);
    ins_row_number(&row, INS_DEPTH_CHI_1, phase->chi_1);
    ins_row_number(&row, INS_DEPTH_CHI_PARALLEL, phase->chi_par);
    ins_row_number(&row, INS_DEPTH_XI_Q, phase->xi_q);
    ins_row_number(&row, INS_DEPTH_XI_C, phase->xi_c);
    ins_row_number(&row, INS_DEPTH_XI_GRADIENT, phase->xi_gradient);
    ins_row_end(&row);
}

void ins_depths_plane(const ins_depths *depths, ins_text *out)
{
    ins_phase_table(&depths->grid->settings->activation, &plane, out);
}
