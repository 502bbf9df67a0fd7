/* Predictions from a trial's own shapes, initializers and activation. */
#include <config.h>

#include "initscope/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "initscope/columns.h"
#include "initscope/memory.h"

/* The tensors that are predicted, and where. */
static const struct {
    ins_tensor tensor;
    size_t member; /* an ins_moment_pair of ins_layer_prediction */
} predicted[] = {{INS_WEIGHT, offsetof(ins_layer_prediction, weight)},
                 {INS_PREACTIVATION, offsetof(ins_layer_prediction, preactivation)},
                 {INS_ACTIVATION, offsetof(ins_layer_prediction, activation)},
                 {INS_DELTA, offsetof(ins_layer_prediction, delta)},
                 {INS_GRADIENT, offsetof(ins_layer_prediction, gradient)},
                 {INS_SIGNAL, offsetof(ins_layer_prediction, signal)}};

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
                        .rows = samples->rows,
                        .own_targets = samples->number == samples->x,
                        .target_square = targets};
}

ins_forecast ins_forecast_new(const ins_trial *trial, const ins_samples *samples,
                              const ins_inputs *inputs)
{
    const ins_initialization start = {
        .hidden = trial->init, .first = trial->first, .output = trial->output, .bias = trial->bias};
    ins_design design = ins_trial_layers(trial, samples);
    ins_forecast forecast = {.layers = design.depth};
    forecast.layer = ins_allocate(design.depth, sizeof *forecast.layer, "predictions");
    ins_predict(&design, &start, inputs, forecast.layer);
    ins_design_free(&design);
    return forecast;
}

void ins_forecast_free(ins_forecast *forecast)
{
    free(forecast->layer);
    *forecast = (ins_forecast){0};
}

/* Of a layer: what is predicted, and last delta over that of the output layer. */
enum { PREDICTED = sizeof predicted / sizeof predicted[0], ITEMS = PREDICTED + 1 };

size_t ins_forecast_count(const ins_forecast *forecast)
{
    return forecast->layers * ITEMS;
}

ins_forecast_item ins_forecast_at(const ins_forecast *forecast, size_t i)
{
    const ins_layer_prediction *of = &forecast->layer[i / ITEMS];
    const ins_moment_pair *last = &forecast->layer[forecast->layers - 1].delta;
    ins_forecast_item item = {
        i / ITEMS + 1,
        "delta_ratio",
        {of->delta.second_moment / last->second_moment, of->delta.variance / last->variance}};
    if (i % ITEMS < PREDICTED) {
        item.tensor = ins_tensor_table[predicted[i % ITEMS].tensor].name;
        item.promised = *(const ins_moment_pair *)(const void *)((const char *)of +
                                                                 predicted[i % ITEMS].member);
    }
    return item;
}

struct ins_forecasts {
    const ins_grid *grid;
    size_t networks;
    ins_forecast *network; /* (networks) */
};

ins_forecasts *ins_forecasts_new(const ins_grid *grid, const ins_samples *samples,
                                 const ins_inputs *inputs)
{
    ins_forecasts *forecasts = ins_allocate(1, sizeof *forecasts, "predictions");
    size_t networks = ins_grid_networks(grid);
    *forecasts = (ins_forecasts){.grid = grid, .networks = networks};
    forecasts->network = ins_allocate(networks, sizeof *forecasts->network, "predictions");
    for (size_t i = 0; i < networks; i++) {
        ins_trial trial = ins_grid_network_trial(grid, i);
        forecasts->network[i] = ins_forecast_new(&trial, samples, inputs);
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
