/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid: trial numbers as mixed-radix numbers of the factors, the seed being the last digit. */
#include <config.h>

#include "initscope/grid.h"

#include <math.h>
#include <string.h>

#include "initscope/activation.h"
#include "initscope/gaussian.h"
#include "initscope/optimizer.h"

static double rate_of(double rate, const ins_choice *optimizer)
{
    return isnan(rate) ? ((const ins_optimizer *)optimizer->entry)->learning_rate : rate;
}

/* "default" and a number may be the same rate for one of the optimizers: two runs of one name. */
static ins_status check_rates(const ins_settings *settings, ins_error *error)
{
    const ins_numbers *rates = &settings->learning_rate;
    ins_status status = INS_OK;
    for (size_t o = 0; o < settings->optimizer.count; o++)
        for (size_t i = 0; i < rates->count; i++)
            for (size_t j = 0; j < rates->count; j++) {
                const ins_choice *optimizer = &settings->optimizer.item[o];
                if (!isnan(rates->item[i]) || isnan(rates->item[j])) continue;
                if (rates->item[j] != rate_of(NAN, optimizer)) continue;
                status = ins_error_add(error, INS_USAGE,
                                       "%s: default is the same learning rate for %s (got \"%g\")",
                                       ins_settings_where(settings, INS_OPTION_LEARNING_RATE),
                                       optimizer->label, rates->item[j]);
            }
    return status;
}

/* One activation's initializers, with what it decides filled in. */
static ins_status resolve_row(const ins_settings *settings, const ins_choice *activation,
                              ins_choice *start, ins_error *error)
{
    static const ins_option_id options[INS_STARTS] = {[INS_START_OUTPUT] = INS_OPTION_OUTPUT_INIT,
                                                      [INS_START_FIRST] = INS_OPTION_FIRST_INIT,
                                                      [INS_START_EMBEDDING] =
                                                          INS_OPTION_EMBEDDING_INIT,
                                                      [INS_START_BIAS] = INS_OPTION_BIAS_INIT};
    size_t inits = settings->init.count;
    ins_status status = INS_OK;
    for (size_t i = 0; i < inits + INS_STARTS; i++) {
        const ins_option_id option = i < inits ? INS_OPTION_INIT : options[i - inits];
        const void *field = (const char *)settings + ins_options[option].field;
        start[i] = i < inits ? settings->init.item[i] : *(const ins_choice *)field;
        status = ins_status_first(status, ins_critical_resolve(&start[i], activation,
                                                               ins_settings_where(settings, option),
                                                               error));
    }
    return status;
}

static ins_status resolve_starts(const ins_settings *settings, const ins_choice **starts,
                                 ins_error *error)
{
    size_t activations = settings->activation.count, row = settings->init.count + INS_STARTS;
    ins_choice *start = ins_arena_get(settings->arena, ins_multiply(activations, row, "a grid"),
                                      sizeof *start, "initializers");
    ins_status status = INS_OK;
    for (size_t a = 0; a < activations; a++)
        status = ins_status_first(
            status, resolve_row(settings, &settings->activation.item[a], start + a * row, error));
    *starts = start;
    return status;
}

static const ins_option_id options_of[INS_FACTORS] = {
    [INS_FACTOR_NETWORK] = INS_OPTION_NETWORK,
    [INS_FACTOR_RESIDUAL_INIT] = INS_OPTION_RESIDUAL_INIT,
    [INS_FACTOR_RECURRENT_INIT] = INS_OPTION_RECURRENT_INIT,
    [INS_FACTOR_FORGET_BIAS] = INS_OPTION_FORGET_BIAS,
    [INS_FACTOR_ACTIVATION] = INS_OPTION_ACTIVATION,
    [INS_FACTOR_OPTIMIZER] = INS_OPTION_OPTIMIZER,
    [INS_FACTOR_LEARNING_RATE] = INS_OPTION_LEARNING_RATE,
    [INS_FACTOR_DROPOUT] = INS_OPTION_DROPOUT,
    [INS_FACTOR_WEIGHT_DECAY] = INS_OPTION_WEIGHT_DECAY,
    [INS_FACTOR_BATCH] = INS_OPTION_BATCH,
    [INS_FACTOR_INIT] = INS_OPTION_INIT,
    [INS_FACTOR_SEED] = INS_OPTION_SEEDS};

/* The number of trials, or a refusal that names the factors. */
static ins_status count_trials(ins_grid *grid, ins_error *error)
{
    double trials = 1;
    ins_text factors = {0};
    for (size_t i = 0; i < INS_FACTORS; i++) {
        trials *= (double)grid->levels[i];
        if (grid->levels[i] > 1)
            ins_text_add_format(&factors, "%s%s (%zu)", factors.length > 0 ? ", " : "",
                                ins_settings_where(grid->settings, options_of[i]), grid->levels[i]);
    }
    ins_status status = INS_OK;
    if (trials > INS_GRID_TRIALS || trials / (double)grid->levels[INS_FACTOR_SEED] > INS_GRID_ARMS)
        status = ins_error_add(error, INS_USAGE,
                               "%.15g runs are too many: an experiment has at most %d, of at most "
                               "%d combinations; shorten %s",
                               trials, INS_GRID_TRIALS, INS_GRID_ARMS, factors.data);
    ins_text_free(&factors);
    grid->trials = (size_t)trials;
    return status;
}

ins_status ins_grid_new(const ins_settings *settings, ins_grid *grid, ins_error *error)
{
    ins_grid new = {.settings = settings,
                    .levels = {[INS_FACTOR_NETWORK] = settings->network.count,
                               [INS_FACTOR_RESIDUAL_INIT] = settings->residual_init.count,
                               [INS_FACTOR_RECURRENT_INIT] = settings->recurrent_init.count,
                               [INS_FACTOR_FORGET_BIAS] = settings->forget_bias.count,
                               [INS_FACTOR_ACTIVATION] = settings->activation.count,
                               [INS_FACTOR_OPTIMIZER] = settings->optimizer.count,
                               [INS_FACTOR_LEARNING_RATE] = settings->learning_rate.count,
                               [INS_FACTOR_DROPOUT] = settings->dropout.count,
                               [INS_FACTOR_WEIGHT_DECAY] = settings->weight_decay.count,
                               [INS_FACTOR_BATCH] = settings->batch.count,
                               [INS_FACTOR_INIT] = settings->init.count,
                               [INS_FACTOR_SEED] = settings->seeds}};
    ins_status status = count_trials(&new, error);
    if (status != INS_OK) return status;
    status = check_rates(settings, error);
    status = ins_status_first(status, resolve_starts(settings, &new.start, error));
    if (status == INS_OK) *grid = new;
    return status;
}

static void digits_of(const ins_grid *grid, size_t index, size_t digit[INS_FACTORS])
{
    for (size_t i = INS_FACTORS; i-- > 0; index /= grid->levels[i])
        digit[i] = index % grid->levels[i];
}

ins_trial ins_grid_trial(const ins_grid *grid, size_t index)
{
    const ins_settings *settings = grid->settings;
    size_t digit[INS_FACTORS];
    digits_of(grid, index, digit);
    const ins_choice *optimizer = &settings->optimizer.item[digit[INS_FACTOR_OPTIMIZER]];
    size_t inits = settings->init.count;
    const ins_choice *start = grid->start + digit[INS_FACTOR_ACTIVATION] * (inits + INS_STARTS);
    const ins_choice *init = start + digit[INS_FACTOR_INIT];
    return (ins_trial){
        .run = index + 1,
        .network = &settings->network.item[digit[INS_FACTOR_NETWORK]],
        .residual = &settings->residual_init.item[digit[INS_FACTOR_RESIDUAL_INIT]],
        .recurrent = &settings->recurrent_init.item[digit[INS_FACTOR_RECURRENT_INIT]],
        .forget = &settings->forget_bias.item[digit[INS_FACTOR_FORGET_BIAS]],
        .activation = &settings->activation.item[digit[INS_FACTOR_ACTIVATION]],
        .optimizer = optimizer,
        .learning_rate =
            rate_of(settings->learning_rate.item[digit[INS_FACTOR_LEARNING_RATE]], optimizer),
        .dropout = settings->dropout.item[digit[INS_FACTOR_DROPOUT]],
        .weight_decay = settings->weight_decay.item[digit[INS_FACTOR_WEIGHT_DECAY]],
        .batch = settings->batch.item[digit[INS_FACTOR_BATCH]],
        .init = init,
        .output = settings->output_init.entry ? start + inits + INS_START_OUTPUT : init,
        .first = settings->first_init.entry ? start + inits + INS_START_FIRST : init,
        .embedding = settings->embedding_init.entry ? start + inits + INS_START_EMBEDDING : NULL,
        .bias = start + inits + INS_START_BIAS,
        .seed = (uint32_t)(settings->seed + digit[INS_FACTOR_SEED])};
}

/* What decides how a network begins, from the slowest. */
static const ins_factor beginnings[] = {INS_FACTOR_NETWORK,        INS_FACTOR_RESIDUAL_INIT,
                                        INS_FACTOR_RECURRENT_INIT, INS_FACTOR_FORGET_BIAS,
                                        INS_FACTOR_ACTIVATION,     INS_FACTOR_INIT};

enum { BEGINNINGS = sizeof beginnings / sizeof beginnings[0] };

size_t ins_grid_networks(const ins_grid *grid)
{
    size_t count = 1;
    for (size_t i = 0; i < BEGINNINGS; i++) count *= grid->levels[beginnings[i]];
    return count;
}

size_t ins_grid_network_of(const ins_grid *grid, const ins_trial *trial)
{
    size_t digit[INS_FACTORS], network = 0;
    digits_of(grid, trial->run - 1, digit);
    for (size_t i = 0; i < BEGINNINGS; i++)
        network = network * grid->levels[beginnings[i]] + digit[beginnings[i]];
    return network;
}

ins_trial ins_grid_network_trial(const ins_grid *grid, size_t network)
{
    size_t digit[INS_FACTORS] = {0}, index = 0;
    for (size_t i = BEGINNINGS; i-- > 0; network /= grid->levels[beginnings[i]])
        digit[beginnings[i]] = network % grid->levels[beginnings[i]];
    for (size_t i = 0; i < INS_FACTORS; i++) index = index * grid->levels[i] + digit[i];
    return ins_grid_trial(grid, index);
}

size_t ins_trial_batch(const ins_trial *trial, const ins_samples *train)
{
    return trial->batch == 0 || trial->batch > train->rows ? train->rows : trial->batch;
}

ins_samples ins_probe_of(const ins_settings *settings, const ins_samples *train)
{
    ins_samples probe = *train;
    if (settings->probe < probe.rows) probe.rows = settings->probe;
    return probe;
}

static ins_details details_of(const ins_trial *trial, const ins_samples *samples)
{
    return (ins_details){.inputs = samples->features,
                         .outputs = samples->outputs,
                         .loss = ins_loss_for(samples->label != NULL),
                         .activation = trial->activation,
                         .dropout = trial->dropout,
                         .residual = trial->residual};
}

/* The layer whose matrix this linear one reads with nothing between that bends; the first kernel of
 * two that make one in parts is none. NULL: there is none. */
static const ins_layer_plan *linear_before(const ins_design *design, size_t layer)
{
    const ins_layer_plan *plan = &design->layer[layer];
    ins_learned list[INS_LAYER_TENSORS];
    if (!plan->kind->linear || ins_plan_tensors(plan, list) == 0) return NULL;
    for (size_t i = plan->input[0];; i = design->layer[i].input[0]) {
        const ins_layer_plan *read = &design->layer[i];
        if (read->kind->reads != 1 || !(read->kind->linear || read->kind->passes)) return NULL;
        if (ins_plan_tensors(read, list) == 0) continue;
        return list[0].place.taps > 0 && list[0].place.groups > 1 ? NULL : read;
    }
}

static void warn_of_linear_layers(const ins_design *design, const char *where, const char *text,
                                  ins_text *warnings)
{
    for (size_t i = 1; i < design->layers; i++) {
        const ins_layer_plan *before = linear_before(design, i);
        char display[INS_DISPLAY_SIZE];
        if (before == NULL) continue;
        ins_text_add_format(warnings,
                            "%s: %s and %s have no activation between them: together they are no "
                            "more than one linear layer (got \"%s\")\n",
                            where, before->name, design->layer[i].name,
                            ins_display(display, text, strlen(text)));
        return;
    }
}

/* The first number of samples that is none of so many tokens; NULL: all are. */
static const real *find_no_token(const ins_samples *samples, double vocabulary)
{
    for (size_t i = 0; i < samples->rows * samples->features; i++) {
        const double x = (double)samples->x[i];
        if (!(x >= 0 && x < vocabulary && x == floor(x))) return &samples->x[i];
    }
    return NULL;
}

/* Data are refused for a layer that looks up what is no token. */
static ins_status check_tokens(const ins_design *design, const ins_prepared *data,
                               const char *where, ins_error *error)
{
    ins_learned list[INS_LAYER_TENSORS];
    for (size_t i = 1; i < design->layers; i++) {
        const ins_layer_plan *plan = &design->layer[i];
        if (!plan->kind->tokens) continue;
        ins_plan_tensors(plan, list);
        const double vocabulary = list[0].place.fan_in;
        const real *odd = find_no_token(&data->train, vocabulary);
        if (odd == NULL) odd = find_no_token(&data->test, vocabulary);
        if (odd == NULL) continue;
        return ins_error_add(error, INS_USAGE,
                             "%s: %s: tokens must be whole numbers in [0, %g]; with --scale none "
                             "features stay as they are (got \"%g\")",
                             where, plan->name, vocabulary - 1, (double)*odd);
    }
    return INS_OK;
}

ins_status ins_networks_check(const ins_settings *settings, const ins_prepared *data,
                              ins_text *warnings, ins_error *error)
{
    const char *where = ins_settings_where(settings, INS_OPTION_NETWORK);
    const ins_trial first = {.activation = &settings->activation.item[0],
                             .residual = &settings->residual_init.item[0]};
    const ins_details details = details_of(&first, &data->train);
    ins_status status = INS_OK;
    for (size_t i = 0; i < settings->network.count; i++) {
        ins_design design = {0};
        status = ins_status_first(
            status, ins_design_make(&settings->network.item[i], &details, where, &design, error));
        if (status == INS_OK) status = check_tokens(&design, data, where, error);
        warn_of_linear_layers(&design, where, settings->network.item[i].label, warnings);
        ins_design_free(&design);
    }
    return status;
}

ins_design ins_trial_layers(const ins_trial *trial, const ins_samples *samples)
{
    const ins_details details = details_of(trial, samples);
    ins_design design = {0};
    if (ins_design_make(trial->network, &details, "network", &design, NULL) != INS_OK)
        ins_die("network %s: does not fit, which was to be checked before", trial->network->label);
    return design;
}

ins_design ins_trial_design(const ins_trial *trial, const ins_settings *settings,
                            const ins_samples *train)
{
    size_t batch = ins_trial_batch(trial, train), probe = ins_probe_of(settings, train).rows;
    ins_design design = ins_trial_layers(trial, train);
    design.optimizer = *trial->optimizer;
    design.learning_rate = trial->learning_rate;
    design.weight_decay = trial->weight_decay;
    design.clip = settings->clip;
    design.capacity = batch > probe ? batch : probe;
    return design;
}

ins_status ins_gains_resolve(ins_choice *choice, const char *where, ins_arena *arena,
                             ins_error *error)
{
    const ins_parameter *parameters = choice->entry->parameters;
    for (size_t i = 0; parameters[i].name; i++) {
        if (parameters[i].kind != INS_PARAMETER_GAIN || !choice->word[i]) continue;
        ins_choice activation;
        ins_status status =
            ins_choice_parse(&ins_activations, choice->word[i], where, arena, &activation, error);
        if (status != INS_OK) return status;
        choice->value[i] = ins_gains_of(&activation).second_moment;
    }
    return INS_OK;
}
