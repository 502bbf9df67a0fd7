/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions from a trial's own shapes, initializers and activation. */
#include <config.h>

#include "initscope/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/columns.h"
#include "initscope/memory.h"
#include "initscope/trainer.h"

#include "parallel.h"

/* Which matrices have a tensor. */
typedef enum having {
    OF_EVERY_MATRIX,
    OF_ALL, /* but those that are added to the z of another */
    OF_THOSE_THAT_READ_THEIR_OWN,
    OF_THE_ENDS_OF_BLOCKS,
    OF_THE_ENDS_OF_ATTENTION,
    OF_TOKENS
} having;

/* The tensors that are predicted, and where. */
static const struct {
    ins_tensor tensor;
    size_t member; /* an ins_moment_pair of ins_layer_prediction */
    having of;
} predicted[] = {
    {INS_WEIGHT, offsetof(ins_layer_prediction, weight), OF_EVERY_MATRIX},
    {INS_PREACTIVATION, offsetof(ins_layer_prediction, preactivation), OF_ALL},
    {INS_ACTIVATION, offsetof(ins_layer_prediction, activation), OF_ALL},
    {INS_DELTA, offsetof(ins_layer_prediction, delta), OF_ALL},
    {INS_GRADIENT, offsetof(ins_layer_prediction, gradient), OF_EVERY_MATRIX},
    {INS_INPUT, offsetof(ins_layer_prediction, input), OF_THOSE_THAT_READ_THEIR_OWN},
    {INS_STREAM, offsetof(ins_layer_prediction, stream), OF_THE_ENDS_OF_BLOCKS},
    {INS_LOGIT, offsetof(ins_layer_prediction, logit), OF_THE_ENDS_OF_ATTENTION},
    {INS_ATTENTION, offsetof(ins_layer_prediction, attention), OF_THE_ENDS_OF_ATTENTION},
    {INS_SIGNAL, offsetof(ins_layer_prediction, signal), OF_ALL},
    {INS_TOKENS, offsetof(ins_layer_prediction, tokens), OF_TOKENS}};

enum { PREDICTED = sizeof predicted / sizeof predicted[0] };

/* Of feature j over the rows: the mean, and of the squared distances from it. */
static double variance_of_feature(const ins_samples *samples, size_t j)
{
    const real *x = samples->x + j;
    double mean = 0, square = 0, n = (double)samples->rows;
    for (size_t i = 0; i < samples->rows; i++) mean += (double)x[i * samples->features] / n;
    for (size_t i = 0; i < samples->rows; i++) {
        double distance = (double)x[i * samples->features] - mean;
        square += distance * distance;
    }
    return square / n;
}

/* Of the root mean squares of the rows. */
static double variance_of_lengths(const ins_samples *samples)
{
    double n = (double)samples->rows, mean = 0, square = 0;
    for (size_t i = 0; i < samples->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < samples->features; j++) {
            double x = (double)samples->x[i * samples->features + j];
            sum += x * x;
        }
        mean += sqrt(sum / (double)samples->features) / n;
        square += sum / (double)samples->features / n;
    }
    return fmax(square - mean * mean, 0);
}

static double mean_square(const real *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum / (double)count;
}

/* Over the rows, the root mean square of their means. */
static double size_of_means(const ins_samples *samples)
{
    double square = 0;
    for (size_t i = 0; i < samples->rows; i++) {
        double mean = 0;
        for (size_t j = 0; j < samples->features; j++)
            mean += (double)samples->x[i * samples->features + j] / (double)samples->features;
        square += mean * mean / (double)samples->rows;
    }
    return sqrt(square);
}

/* Half the squared distance of two different rows, the mean over all pairs, is the variance within
 * the features with rows - 1 in place of rows. */
ins_inputs ins_inputs_of(const ins_samples *samples)
{
    double within = 0, n = (double)samples->rows;
    for (size_t j = 0; j < samples->features; j++) within += variance_of_feature(samples, j);
    double square = mean_square(samples->x, samples->rows * samples->features);
    double distance = within / (double)samples->features;
    double pairs = samples->rows > 1 ? n / (n - 1) : 0;
    double targets = samples->number != NULL
                         ? mean_square(samples->number, samples->rows * samples->outputs)
                         : 0;
    return (ins_inputs){.square = square,
                        .apart = square > 0 ? pairs * distance / square : 0,
                        .lengths = square > 0 ? pairs * variance_of_lengths(samples) / square : 0,
                        .mean = size_of_means(samples),
                        .rows = samples->rows,
                        .own_targets = samples->number == samples->x,
                        .target_square = targets};
}

/* --- Inputs that are maps --------------------------------------------------------------------- */

/* The field of the samples, as the networks' first layers see them. */
typedef struct measured {
    const ins_samples *samples;
    ins_shape shape;   /* of the last one measured */
    ins_field *field;  /* NULL: none so far */
    size_t positions;  /* of tokens */
    ins_field *tokens; /* how often these are the same; NULL: not looked at so far */
} measured;

static const ins_field *field_of(measured *m, ins_shape shape, const ins_inputs *inputs)
{
    const size_t positions = ins_positions(shape);
    if (inputs->white || m->samples->x == NULL || shape.axes == 0 ||
        positions > INS_FIELD_POSITIONS)
        return NULL;
    if (m->field != NULL && ins_same_shape(shape, m->shape)) return m->field;
    ins_field_free(m->field);
    m->shape = shape;
    m->field = ins_field_measure(m->samples->x, m->samples->rows, positions, shape.channels);
    ins_field_fit(m->field, inputs->square, inputs->apart);
    return m->field;
}

/* Of a network that reads tokens; NULL: it does not. */
static const ins_field *tokens_of(measured *m, const ins_design *design)
{
    const ins_layer_plan *first = &design->layer[1];
    const size_t positions = ins_positions(first->shape);
    if (!first->kind->tokens || m->samples->x == NULL || positions > INS_FIELD_POSITIONS)
        return NULL;
    if (m->tokens != NULL && m->positions == positions) return m->tokens;
    ins_field_free(m->tokens);
    m->positions = positions;
    m->tokens = ins_field_of_tokens(m->samples->x, m->samples->rows, positions);
    return m->tokens;
}

/* --- One forecast ----------------------------------------------------------------------------- */

/* The sum that ends a block with the matrix of this number; NULL: there is none. */
static const ins_layer_plan *sum_behind(const ins_design *design, size_t number)
{
    for (size_t i = 0; i < design->layers; i++)
        if (design->layer[i].kind->reads > 1 && design->layer[i].number == number)
            return &design->layer[i];
    return NULL;
}

static bool has_attention(const ins_design *design)
{
    for (size_t i = 0; i < design->layers; i++)
        if (design->layer[i].kind->attention != NULL) return true;
    return false;
}

static bool has(const ins_design *design, size_t layer, const ins_tensor_place *place, having of)
{
    const ins_layer_plan *plan = &design->layer[layer], *sum = sum_behind(design, place->layer);
    const bool ends_attention = plan->kind->attention != NULL && place->inner;
    if (place->role == INS_ROLE_RECURRENT) return of == OF_EVERY_MATRIX;
    switch (of) {
    case OF_THOSE_THAT_READ_THEIR_OWN:
        return place->inner || !design->layer[plan->input[0]].shown;
    case OF_THE_ENDS_OF_BLOCKS:
        return sum != NULL;
    case OF_THE_ENDS_OF_ATTENTION:
        return ends_attention;
    case OF_TOKENS:
        return (sum != NULL ? sum->shape.axes == 1 : ends_attention) && has_attention(design);
    case OF_EVERY_MATRIX:
    case OF_ALL:
        break;
    }
    return true;
}

static ins_forecast_item item_of(const ins_forecast *forecast, size_t number, size_t i)
{
    const ins_layer_prediction *of = &forecast->layer[number - 1];
    return (ins_forecast_item){
        number, ins_tensor_table[predicted[i].tensor].name,
        *(const ins_moment_pair *)(const void *)((const char *)of + predicted[i].member)};
}

static ins_forecast_item ratio_of(const ins_forecast *forecast, size_t number)
{
    const ins_moment_pair *own = &forecast->layer[number - 1].delta;
    const ins_moment_pair *last = &forecast->layer[forecast->layers - 1].delta;
    return (ins_forecast_item){
        number,
        "delta_ratio",
        {own->second_moment / last->second_moment, own->variance / last->variance}};
}

/* Of the matrices of a layer. */
static void list_layer(ins_forecast *forecast, const ins_design *design, size_t layer)
{
    ins_learned list[INS_LAYER_TENSORS];
    const size_t tensors = ins_plan_tensors(&design->layer[layer], list);
    for (size_t t = 0; t < tensors; t++) {
        const size_t number = list[t].place.layer;
        if (!ins_role_is_matrix(list[t].place.role)) continue;
        for (size_t i = 0; i < PREDICTED; i++)
            if (has(design, layer, &list[t].place, predicted[i].of))
                forecast->item[forecast->items++] = item_of(forecast, number, i);
        if (has(design, layer, &list[t].place, OF_ALL))
            forecast->item[forecast->items++] = ratio_of(forecast, number);
    }
}

/* The first of the trial's initializers that take a deviation for each layer; NULL: none does. */
static const ins_choice *prescribed_by(const ins_trial *trial)
{
    const ins_choice *const choices[] = {trial->init, trial->first, trial->output,
                                         trial->embedding};
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        if (choices[i] != NULL && ((const ins_initializer *)choices[i]->entry)->prescribed)
            return choices[i];
    return NULL;
}

/* A listener of the theory. */
static void keep_steps(void *context, size_t number, const char *tensor, const double *square,
                       size_t steps)
{
    ins_forecast *forecast = context;
    forecast->sequence = ins_reallocate(forecast->sequence, forecast->sequences + 1,
                                        sizeof *forecast->sequence, "predictions");
    double *copy = ins_reserve(steps, sizeof *copy, "predictions");
    memcpy(copy, square, steps * sizeof *copy);
    forecast->sequence[forecast->sequences++] = (ins_forecast_steps){number, tensor, steps, copy};
}

const double *ins_forecast_steps_of(const ins_forecast *forecast, size_t layer, const char *tensor)
{
    for (size_t i = 0; i < forecast->sequences; i++) {
        const ins_forecast_steps *of = &forecast->sequence[i];
        if (of->layer == layer && strcmp(of->tensor, tensor) == 0) return of->square;
    }
    return NULL;
}

static ins_forecast forecast_of(const ins_trial *trial, const ins_inputs *inputs, measured *m)
{
    const ins_choice *prescribed = prescribed_by(trial);
    ins_initialization start = {.hidden = trial->init,
                                .first = trial->first,
                                .embedding = trial->embedding,
                                .output = trial->output,
                                .bias = trial->bias,
                                .recurrent = trial->recurrent,
                                .forget = trial->forget};
    ins_design design = ins_trial_layers(trial, m->samples);
    ins_forecast forecast = {.layers = design.depth};
    ins_inputs own = *inputs;
    own.field = field_of(m, design.layer[0].shape, inputs);
    own.tokens = tokens_of(m, &design);
    forecast.layer = ins_allocate(design.depth, sizeof *forecast.layer, "predictions");
    forecast.item = ins_allocate(ins_multiply(design.depth, PREDICTED + 1, "predictions"),
                                 sizeof *forecast.item, "predictions");
    if (prescribed != NULL) {
        forecast.prescribed =
            ins_allocate(design.depth, sizeof *forecast.prescribed, "predictions");
        ins_prescribe(&design, &start, &own, (ins_keep)prescribed->value[0], forecast.prescribed);
        start.prescribed = forecast.prescribed;
    }
    ins_predict_steps(&design, &start, &own, forecast.layer, keep_steps, &forecast);
    for (size_t i = 0; i < design.layers; i++) list_layer(&forecast, &design, i);
    ins_design_free(&design);
    return forecast;
}

ins_forecast ins_forecast_new(const ins_trial *trial, const ins_samples *samples,
                              const ins_inputs *inputs)
{
    measured m = {.samples = samples};
    const ins_forecast forecast = forecast_of(trial, inputs, &m);
    ins_field_free(m.field);
    ins_field_free(m.tokens);
    return forecast;
}

void ins_forecast_free(ins_forecast *forecast)
{
    for (size_t i = 0; i < forecast->sequences; i++) free(forecast->sequence[i].square);
    free(forecast->sequence);
    free(forecast->layer);
    free(forecast->item);
    free(forecast->prescribed);
    *forecast = (ins_forecast){0};
}

/* --- Those of a grid -------------------------------------------------------------------------- */

struct ins_forecasts {
    const ins_grid *grid;
    size_t networks;
    ins_forecast *network; /* (networks) */
};

ins_forecasts *ins_forecasts_new(const ins_grid *grid, const ins_samples *samples,
                                 const ins_inputs *inputs, size_t threads, bool (*stop)(void))
{
    ins_forecasts *forecasts = ins_allocate(1, sizeof *forecasts, "predictions");
    size_t networks = ins_grid_networks(grid);
    *forecasts = (ins_forecasts){.grid = grid, .networks = networks};
    forecasts->network = ins_allocate(networks, sizeof *forecasts->network, "predictions");
    (void)threads;
    INS_PARALLEL(omp parallel num_threads((int)threads))
    {
        measured m = {.samples = samples};
        ins_flush_denormals();
        INS_PARALLEL(omp for schedule(dynamic))
        for (size_t i = 0; i < networks; i++) {
            if (stop != NULL && stop()) continue;
            const ins_trial trial = ins_grid_network_trial(grid, i);
            forecasts->network[i] = forecast_of(&trial, inputs, &m);
        }
        ins_field_free(m.field);
        ins_field_free(m.tokens);
    }
    return forecasts;
}

void ins_forecasts_free(ins_forecasts *forecasts)
{
    if (!forecasts) return;
    for (size_t i = 0; i < forecasts->networks; i++) ins_forecast_free(&forecasts->network[i]);
    free(forecasts->network);
    free(forecasts);
}

const ins_forecast *ins_forecasts_of(const ins_forecasts *forecasts, const ins_trial *trial)
{
    return &forecasts->network[ins_grid_network_of(forecasts->grid, trial)];
}
