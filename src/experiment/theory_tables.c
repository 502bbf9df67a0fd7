/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers of one network, the critical line, the phase plane. */
#include <config.h>

#include "initscope/theory_tables.h"

#include <math.h>
#include <string.h>

#include "initscope/forecast.h"
#include "initscope/log_row.h"
#include "initscope/log_writer.h"
#include "initscope/mean_field.h"

/* The columns of the tables that no log has; the rest of an ins_column is for logs. */
#define TEXT(column)                            \
    {                                           \
        .name = column, .type = INS_COLUMN_TEXT \
    }
#define NUMBER(column)                            \
    {                                             \
        .name = column, .type = INS_COLUMN_NUMBER \
    }

enum {
    LAYERS_INITIALIZER,
    LAYERS_ACTIVATION,
    LAYERS_LAYER,
    LAYERS_TENSOR,
    LAYERS_SECOND_MOMENT,
    LAYERS_VARIANCE
};
static const ins_column layers_columns[] = {
    [LAYERS_INITIALIZER] = TEXT("initializer"),
    [LAYERS_ACTIVATION] = TEXT("activation"),
    [LAYERS_LAYER] = {.name = "layer", .type = INS_COLUMN_INTEGER},
    [LAYERS_TENSOR] = TEXT("tensor"),
    [LAYERS_SECOND_MOMENT] = NUMBER("second_moment"),
    [LAYERS_VARIANCE] = NUMBER("variance"),
    {.name = NULL}};

enum {
    CRITICAL_ACTIVATION,
    CRITICAL_SIGMA_B,
    CRITICAL_SIGMA_B_SQUARE,
    CRITICAL_SIGMA_W_SQUARE,
    CRITICAL_SIGMA_W,
    CRITICAL_Q_STAR,
    CRITICAL_CHI_PARALLEL,
    CRITICAL_XI_Q,
    CRITICAL_XI_C,
    CRITICAL_STABLE
};
static const ins_column critical_columns[] = {[CRITICAL_ACTIVATION] = TEXT("activation"),
                                              [CRITICAL_SIGMA_B] = NUMBER("sigma_b"),
                                              [CRITICAL_SIGMA_B_SQUARE] = NUMBER("sigma_b_square"),
                                              [CRITICAL_SIGMA_W_SQUARE] = NUMBER("sigma_w_square"),
                                              [CRITICAL_SIGMA_W] = NUMBER("sigma_w"),
                                              [CRITICAL_Q_STAR] = NUMBER("q_star"),
                                              [CRITICAL_CHI_PARALLEL] = NUMBER("chi_parallel"),
                                              [CRITICAL_XI_Q] = NUMBER("xi_q"),
                                              [CRITICAL_XI_C] = NUMBER("xi_c"),
                                              [CRITICAL_STABLE] = TEXT("stable"),
                                              {.name = NULL}};

static void add_forecast(const ins_trial *trial, const ins_forecast *forecast, ins_text *out)
{
    for (size_t i = 0; i < forecast->items; i++) {
        const ins_forecast_item of = forecast->item[i];
        ins_row row = ins_row_begin_table(out, layers_columns);
        ins_row_text(&row, LAYERS_INITIALIZER, trial->init->label);
        ins_row_text(&row, LAYERS_ACTIVATION, trial->activation->label);
        ins_row_integer(&row, LAYERS_LAYER, (long long)of.layer);
        ins_row_text(&row, LAYERS_TENSOR, of.tensor);
        ins_row_number(&row, LAYERS_SECOND_MOMENT, of.promised.second_moment);
        ins_row_number(&row, LAYERS_VARIANCE, of.promised.variance);
        ins_row_end(&row);
    }
}

void ins_layers_table(const ins_grid *grid, const ins_samples *samples, const ins_inputs *inputs,
                      ins_text *out)
{
    ins_row_header(layers_columns, out);
    for (size_t i = 0; i < ins_grid_networks(grid); i++) {
        ins_trial trial = ins_grid_network_trial(grid, i);
        ins_forecast forecast = ins_forecast_new(&trial, samples, inputs);
        add_forecast(&trial, &forecast, out);
        ins_forecast_free(&forecast);
    }
}

/* sigma_b^2 of the sweep; 0.05 is the value that the literature uses most. */
static const double bias_sweep[] = {0,    0.0001, 0.0004, 0.0025, 0.01, 0.0225, 0.04, 0.05, 0.0625,
                                    0.09, 0.16,   0.25,   0.36,   0.49, 0.64,   0.81, 1};

/* -1 / ln chi */
static double depth_scale(double chi)
{
    double rate = -log(fabs(chi));
    return fabs(rate) < 1e-9 ? INFINITY : 1 / rate;
}

static void add_critical_point(const char *activation, const ins_critical_point *point,
                               ins_text *out)
{
    const ins_disorder *at = &point->disorder;
    ins_row row = ins_row_begin_table(out, critical_columns);
    ins_row_text(&row, CRITICAL_ACTIVATION, activation);
    ins_row_number(&row, CRITICAL_SIGMA_B, sqrt(at->bias));
    ins_row_number(&row, CRITICAL_SIGMA_B_SQUARE, at->bias);
    ins_row_number(&row, CRITICAL_SIGMA_W_SQUARE, at->weight);
    ins_row_number(&row, CRITICAL_SIGMA_W, sqrt(at->weight));
    ins_row_number(&row, CRITICAL_Q_STAR, point->q);
    ins_row_number(&row, CRITICAL_CHI_PARALLEL, point->chi_par);
    ins_row_number(&row, CRITICAL_XI_Q, depth_scale(point->chi_par));
    ins_row_number(&row, CRITICAL_XI_C, depth_scale(1));
    ins_row_text(&row, CRITICAL_STABLE, point->stable ? "yes" : "no");
    ins_row_end(&row);
}

void ins_critical_table(const ins_choices *activations, ins_text *out)
{
    ins_row_header(critical_columns, out);
    for (size_t a = 0; a < activations->count; a++) {
        const ins_choice *activation = &activations->item[a];
        ins_mean_field *field = ins_mean_field_new(activation);
        for (size_t b = 0; b < sizeof bias_sweep / sizeof bias_sweep[0]; b++) {
            ins_critical_point point[INS_CRITICAL_POINTS];
            size_t count = ins_critical_points(field, bias_sweep[b], point);
            for (size_t i = 0; i < count && i < INS_CRITICAL_POINTS; i++)
                add_critical_point(activation->label, &point[i], out);
        }
        ins_mean_field_free(field);
    }
}

enum { RANGE_LIMIT = 1000 };

const char ins_plane_range[] = "sigma_w=FROM:TO:COUNT,sigma_b=FROM:TO:COUNT with numbers "
                               "0 <= FROM <= TO <= 1000 and a COUNT from 1 to 1000";

/* Reads "FROM:TO:COUNT" of length bytes. */
static bool parse_range(const char *text, size_t length, ins_range *range)
{
    const char *first = memchr(text, ':', length), *end = text + length;
    const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
    long long count;
    if (!second ||
        !ins_parse_integer(second + 1, (size_t)(end - second - 1), 1, RANGE_LIMIT, &count))
        return false;
    range->count = (size_t)count;
    return ins_parse_number(text, (size_t)(first - text), &range->from) == INS_NUMBER_FINITE &&
           ins_parse_number(first + 1, (size_t)(second - first - 1), &range->to) ==
               INS_NUMBER_FINITE &&
           0 <= range->from && range->from <= range->to && range->to <= RANGE_LIMIT;
}

ins_status ins_plane_parse(const char *text, const char *where, ins_plane *plane, ins_error *error)
{
    static const char weight[] = "sigma_w=", bias[] = "sigma_b=";
    const size_t head = sizeof weight - 1;
    ins_plane read = {0};
    bool fits = true;
    for (const char *part = text; fits; part++) {
        size_t length = strcspn(part, ",");
        ins_range *range = strncmp(part, weight, head) == 0 ? &read.sigma_w
                           : strncmp(part, bias, head) == 0 ? &read.sigma_b
                                                            : NULL;
        fits = range && range->count == 0 && parse_range(part + head, length - head, range);
        part += length;
        if (*part == '\0') break;
    }
    if (!fits || read.sigma_w.count == 0 || read.sigma_b.count == 0) {
        char display[INS_DISPLAY_SIZE];
        return ins_error_add(error, INS_USAGE, "%s: must be %s (got \"%s\")", where,
                             ins_plane_range, ins_display(display, text, strlen(text)));
    }
    *plane = read;
    return INS_OK;
}

static double range_at(const ins_range *range, size_t i)
{
    if (range->count == 1) return range->from;
    return range->from + (range->to - range->from) * (double)i / (double)(range->count - 1);
}

static void add_cell(const ins_mean_field *field, const char *activation, double sigma_w,
                     double sigma_b, ins_text *out)
{
    ins_disorder disorder = {sigma_w * sigma_w, sigma_b * sigma_b};
    ins_phase phase = ins_phase_of(field, disorder, 1);
    ins_row row = ins_row_begin(out, INS_LOG_PHASE);
    ins_row_text(&row, INS_PHASE_ACTIVATION, activation);
    ins_row_number(&row, INS_PHASE_SIGMA_W, sigma_w);
    ins_row_number(&row, INS_PHASE_SIGMA_B, sigma_b);
    ins_row_number(&row, INS_PHASE_Q_STAR, phase.q);
    ins_row_number(&row, INS_PHASE_C_STAR, phase.c);
    ins_row_number(&row, INS_PHASE_CHI_1, phase.chi_1);
    ins_row_number(&row, INS_PHASE_XI_C, phase.xi_c);
    ins_row_end(&row);
}

void ins_phase_table(const ins_choices *activations, const ins_plane *plane, ins_text *out)
{
    ins_log_header(INS_LOG_PHASE, out);
    for (size_t a = 0; a < activations->count; a++) {
        const ins_choice *activation = &activations->item[a];
        ins_mean_field *field = ins_mean_field_new(activation);
        for (size_t w = 0; w < plane->sigma_w.count; w++)
            for (size_t b = 0; b < plane->sigma_b.count; b++)
                add_cell(field, activation->label, range_at(&plane->sigma_w, w),
                         range_at(&plane->sigma_b, b), out);
        ins_mean_field_free(field);
    }
}
